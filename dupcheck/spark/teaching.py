"""What a catalogue teaches, learned in two passes over its listings and sent to every executor.

The first pass learns from titles as they are written (spellings, joined words, brands, heads), the second from titles
as they are then read (stray words, frames). What these need is held by one task of one executor: up to ``TAUGHT``
listings teach, drawn by their place where there are more. What only has to be counted is counted in all of them.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dupcheck.features.attributes import read_attributes
from dupcheck.features.building import (
    Reading,
    Wording,
    learn_choices,
    learn_words,
    list_numbers,
    measure_listings,
    read_listings,
)
from dupcheck.features.codes import COMMON_CODE
from dupcheck.features.schema import MATRICES, UNITED
from dupcheck.features.stated import count_pieces, number_values
from dupcheck.files.arrays import Codebook
from dupcheck.learned.lexicon import count_places, is_stray
from dupcheck.learned.taught import Taught
from dupcheck.messages import Lang, message
from dupcheck.photos.reading import place_photos
from dupcheck.photos.table import SHOWN_BY, is_placeholder
from dupcheck.plans.offers import count_attributes
from dupcheck.spark.photos import Shown, unpack_seen
from dupcheck.spark.rows import (
    LISTING,
    MEASURED,
    READ,
    Whole,
    numbers_of,
    pack_measures,
    pack_reading,
    texts_of,
    unpack_listings,
    unpack_reading,
    unpack_slots,
    unpack_tokens,
)
from dupcheck.spark.session import Workshop, learn_once, list_names, map_groups, map_tables
from dupcheck.titles.measures import equate_units

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

TAUGHT = 1_000_000
"""So many listings teach how titles are read: what one task holds of them stays below some GB."""
WORDS = 1_000_000
"""So many words are sent to every executor with their counts, the commonest; and as many values of attributes."""
_COUNTED = ("codes", "stated_codes")


def read_titles(shop: Workshop, listings: "DataFrame", count: int) -> "tuple[DataFrame, Taught]":
    """Return the listings with their titles as this catalogue reads them, and what it teaches."""
    pupils = _draw(listings, count)
    learned: Taught = learn_once(pupils.select("pos", "title", "price", "attributes"), _learn_words)
    told = shop.keep(apply_taught(shop, listings, learned), "read")
    stray = _find_stray(told)
    houses = learned.lexicon.houses
    columns = ("pos", "price", "attributes", "slots", "tokens")
    frames = learn_once(_draw(told, count).select(*columns), lambda table: _learn_choices(table, houses))
    return told, replace(learned, frames=frames, stray=stray)


def apply_taught(shop: Workshop, listings: "DataFrame", taught: Taught) -> "DataFrame":
    """Return listings with their titles as a catalogue reads them that has ``taught`` this."""
    shared = shop.share(replace(taught, frames=Taught().frames, stray=frozenset()))

    def read(table: "pa.Table") -> "pa.Table":
        catalog = unpack_listings(table)
        found = read_listings(
            catalog, Wording.of(catalog), read_attributes(catalog, shared.value.lexicon.houses), shared.value
        )
        for name, column in pack_reading(found).items():
            table = table.append_column(name, column)
        return table

    return map_tables(listings, read, f"{LISTING}, {READ}", list_names(LISTING))


def _draw(frame: "DataFrame", count: int) -> "DataFrame":
    """The listings that teach: all, or as many as are held, drawn alike in every run."""
    from pyspark.sql import functions as sql

    if count <= TAUGHT:
        return frame
    return frame.where(sql.pmod(sql.xxhash64("pos"), sql.lit(1_000_000)) < int(1_000_000 * TAUGHT / count))


def _learn_words(table: "pa.Table") -> Any:
    catalog = unpack_listings(table)
    taught = learn_words(Wording.of(catalog), read_attributes(catalog), catalog.numbers("price"))
    return replace(taught, lexicon=taught.lexicon.without_counts())


def _learn_choices(table: "pa.Table", houses: Collection[str]) -> Any:
    attributes = read_attributes(unpack_listings(table), houses)
    return learn_choices(
        Reading([], [], unpack_slots(table), unpack_tokens(table), []), numbers_of(table, "price"), attributes
    )


def _find_stray(told: "DataFrame") -> frozenset[str]:
    from pyspark.sql import functions as sql

    def count(table: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        inside, alone = count_places(unpack_tokens(table))
        words = sorted(inside.keys() | alone.keys())
        return pa.table({
            "word": pa.array(words, pa.string()),
            "inside": pa.array([inside[w] for w in words], pa.int64()),
            "alone": pa.array([alone[w] for w in words], pa.int64()),
        })  # fmt: skip

    def pick(table: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        rows = zip(*(table.column(name).to_pylist() for name in ("word", "inside", "alone")), strict=True)
        return pa.table({"word": pa.array([word for word, n, m in rows if is_stray(n, m)], pa.string())})

    counted = map_tables(told, count, "word string, inside long, alone long", ["tokens"])
    summed = counted.groupBy("word").agg(sql.sum("inside").alias("inside"), sql.sum("alone").alias("alone"))
    return frozenset(row.word for row in map_tables(summed, pick, "word string").collect())


def measure_rows(shop: Workshop, told: "DataFrame", taught: Taught, shown: Shown, lang: Lang) -> "DataFrame":
    """Return listings measured: what each tells by itself."""
    shared = shop.share(taught)

    def measure(table: "pa.Table") -> "pa.Table":
        catalog = unpack_listings(table)
        known: Taught = shared.value
        attributes = read_attributes(catalog, known.lexicon.houses)
        books = {column.book: Codebook() for column in MATRICES}
        read = unpack_reading(table)
        measures = measure_listings(catalog, attributes, read, known, books)
        numbers = list_numbers(catalog, count_pieces(catalog, number_values(measures.stated)))
        photos, problems = place_photos(catalog, unpack_seen(table), fetched=True)
        return pack_measures(catalog, numbers_of(table, "pos"), measures, numbers, books, photos, problems, lang)

    return map_tables(shown.attach(told), measure, MEASURED)


def mark_crowds(shop: Workshop, measured: "DataFrame") -> "DataFrame":
    """Name of each listing's further photos those that very many listings show (``crowded``)."""
    from pyspark.sql import functions as sql

    shown = measured.select("pos", sql.explode(sql.array_distinct("further")).alias("photo"))
    many = shown.groupBy("photo").count().where(sql.col("count") > SHOWN_BY).select("photo")
    marked = shop.keep(
        shown.join(many, "photo").groupBy("pos").agg(sql.collect_list("photo").alias("crowded")), "crowded"
    )
    if marked.isEmpty():
        return measured.withColumn("crowded", sql.lit(None).cast("array<binary>"))
    return shop.keep(measured.join(marked, "pos", "left"), "marked")


def list_troubles(measured: "DataFrame", listings: "DataFrame", left_out: int, lang: Lang) -> "DataFrame":
    """Return what was wrong with photos, as rows of problems; ``left_out`` were not to be fetched."""

    def tell(table: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        told = zip(table.column("listing_id").to_pylist(), table.column("troubles").to_pylist(), strict=True)
        every = [(listing_id, row) for listing_id, text in told for row in json.loads(text)]
        columns = {name: [row[k] for _, row in every] for k, name in enumerate(("field", "severity", "message"))}
        ids = pa.array([i for i, _ in every], pa.string())
        return pa.table({"listing_id": ids} | {name: pa.array(cells, pa.string()) for name, cells in columns.items()})

    told = map_tables(
        measured.where("troubles is not null"), tell,
        "listing_id string, field string, severity string, message string", ["listing_id", "troubles"],
    )  # fmt: skip
    rows = told.join(listings.select("listing_id", "row"), "listing_id", "left")
    names = ("row", "listing_id", "field", "severity", "message")
    schema = "row long, listing_id string, field string, severity string, message string"
    whole = [(None, "", "main_image", "info", message("photos.not_fetched", count=left_out).say(lang))]
    said = measured.sparkSession.createDataFrame(whole if left_out else [], schema)
    return rows.select(*names).unionByName(said)


def _find_placeholders(told: "DataFrame", measured: "DataFrame") -> frozenset[bytes]:
    """The flat graphics that listings of quite different titles share as their main photo."""
    graphics = measured.where("graphic").select("pos", "photo").join(told.select("pos", "title"), "pos")
    schema = "photo binary, users long, shortest long, common array<string>"

    def gather(table: "pa.Table") -> "pa.Table":
        words = [frozenset(title.casefold().split()) for title in texts_of(table, "title")]
        users = [1] * len(words)
        return _join_users(table.column("photo").to_pylist(), users, [len(w) for w in words], words)

    def join(table: "pa.Table") -> "pa.Table":
        sides = (table.column(name).to_pylist() for name in ("photo", "users", "shortest", "common"))
        photos, users, shortest, common = sides
        return _join_users(photos, users, shortest, [frozenset(words) for words in common])

    found = map_groups(map_tables(graphics, gather, schema), "photo", join, schema).collect()
    return frozenset(bytes(r.photo) for r in found if is_placeholder(r.users, frozenset(r.common), r.shortest))


def _join_users(
    photos: Sequence[bytes], users: Sequence[int], shortest: Sequence[int], words: Sequence[frozenset[str]]
) -> "pa.Table":
    """For each photo how many titles use it, the words of the shortest, and the words that all share."""
    import pyarrow as pa

    known: dict[bytes, tuple[int, int, frozenset[str]]] = {}
    for photo, n, least, common in zip(photos, users, shortest, words, strict=True):
        before = known.get(photo)
        known[photo] = (n, least, common) if before is None else (
            before[0] + n, min(before[1], least), before[2] & common
        )  # fmt: skip
    return pa.table({
        "photo": pa.array(list(known), pa.binary()),
        "users": pa.array([n for n, _, _ in known.values()], pa.int64()),
        "shortest": pa.array([least for _, least, _ in known.values()], pa.int64()),
        "common": pa.array([sorted(common) for _, _, common in known.values()], pa.list_(pa.string())),
    })  # fmt: skip


def count_whole(shop: Workshop, told: "DataFrame", measured: "DataFrame", taught: Taught, count: int) -> Whole:
    """Return what only the whole catalogue can count: its words, its common codes, its values in two systems."""
    keys, seen, exact, floor = _count_words(measured)
    return Whole(
        count, keys, seen, exact, floor, {name: _find_common(measured, name) for name in _COUNTED},
        _equate(measured), _count_told(told), _find_placeholders(told, measured), taught,
    )  # fmt: skip


def _count_words(measured: "DataFrame") -> tuple[Any, Any, Any, int]:
    from pyspark.sql import functions as sql

    spread = measured.select("pos", sql.explode(sql.arrays_zip("title_keys", "title_exact")).alias("w"))
    counted = (
        spread.select("pos", sql.col("w.title_keys").alias("key"), sql.col("w.title_exact").alias("exact"))
        .groupBy("key")
        .agg(sql.count(sql.lit(1)).alias("n"), sql.min_by("exact", "pos").alias("exact"))
        .where("n > 1")
    )
    held, floor = _keep_commonest(counted, "n")
    table = held.toPandas()
    keys = table["key"].to_numpy(dtype=np.int64).view(np.uint64)
    order = np.argsort(keys)
    return keys[order], table["n"].to_numpy(dtype=np.int64)[order], table["exact"].to_numpy(dtype=bool)[order], floor


def _keep_commonest(counted: "DataFrame", column: str) -> "tuple[DataFrame, int]":
    """The rows that are counted most often, no more than are sent; and the least count of those."""
    from pyspark.sql import functions as sql

    counted = counted.cache()
    sizes = sorted((int(n), int(m)) for n, m in counted.groupBy(column).agg(sql.count(sql.lit(1))).collect())
    held, floor = 0, 2
    for n, rows in reversed(sizes):
        held += rows
        if held > WORDS:
            floor = n + 1
            break
    return counted.where(sql.col(column) >= floor), floor


def _find_common(measured: "DataFrame", name: str) -> Any:
    from pyspark.sql import functions as sql

    counted = measured.select(sql.explode(f"{name}_keys").alias("key")).groupBy("key").count()
    found = counted.where(sql.col("count") > COMMON_CODE).select("key").toPandas()["key"]
    return np.sort(found.to_numpy(dtype=np.int64).view(np.uint64))


def _equate(measured: "DataFrame") -> Mapping[str, Mapping[str, str]]:
    """The values that say in one system of units what others say in another, on each axis."""
    from pyspark.sql import functions as sql

    spread = measured.select(sql.explode(sql.arrays_zip("axis", "value")).alias("a")).select("a.axis", "a.value")
    values: dict[str, list[str]] = {}
    for row in spread.where(sql.col("axis").isin(*UNITED)).distinct().orderBy("axis", "value").collect():
        values.setdefault(row.axis, []).append(row.value)
    return {axis: same for axis, found in values.items() if (same := equate_units(found))}


def _count_told(told: "DataFrame") -> Mapping[str, Mapping[str, int]]:
    from pyspark.sql import functions as sql

    def count(table: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        counts = count_attributes(texts_of(table, "attributes").tolist())
        rows = [(name, value, n) for name, values in counts.items() for value, n in values.items()]
        names, values, numbers = zip(*rows, strict=True) if rows else ((), (), ())
        return pa.table({
            "name": pa.array(names, pa.string()), "value": pa.array(values, pa.string()),
            "n": pa.array(numbers, pa.int64()),
        })  # fmt: skip

    counted = map_tables(told, count, "name string, value string, n long", ["attributes"])
    summed = counted.groupBy("name", "value").agg(sql.sum("n").alias("n"))
    totals = {row.name: int(row.total) for row in summed.groupBy("name").agg(sql.sum("n").alias("total")).collect()}
    held, _ = _keep_commonest(summed.where("n > 1"), "n")
    found: dict[str, dict[str, int]] = {name: {} for name in totals}
    for row in held.toLocalIterator():
        found[row["name"]][row["value"]] = int(row["n"])
    return {name: {**values, "": totals[name] - sum(values.values())} for name, values in found.items()}
