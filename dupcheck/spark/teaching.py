"""What a catalogue teaches, learned in two passes over its listings and sent to every executor.

The first pass learns from titles as they are written (spellings, joined words, brands, heads), the second from titles
as they are then read (stray words, frames). What these need is held by one task of one executor: up to ``TAUGHT``
listings teach, drawn by their place where there are more. What only has to be counted is counted in all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
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
from dupcheck.index.opening import make_fetcher
from dupcheck.learned.lexicon import count_places, is_stray
from dupcheck.photos.reading import read_photos
from dupcheck.plans.offers import count_attributes
from dupcheck.spark.rows import (
    LISTING,
    MEASURED,
    READ,
    Taught,
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
from dupcheck.spark.session import Workshop, learn_once, map_tables
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
    learned = learn_once(pupils.select("pos", "title", "attributes"), _learn_words)
    lexicon, tails = learned
    shared = shop.share((lexicon, tails))

    def read(table: "pa.Table") -> "pa.Table":
        catalog = unpack_listings(table)
        found = read_listings(catalog, Wording.of(catalog), read_attributes(catalog), *shared.value)
        for name, column in pack_reading(found).items():
            table = table.append_column(name, column)
        return table

    told = shop.keep(map_tables(listings, read, f"{LISTING}, {READ}"), "read")
    stray = _find_stray(told)
    frames = learn_once(_draw(told, count).select("pos", "price", "attributes", "slots", "tokens"), _learn_choices)
    return told, Taught(lexicon, tails, frames, stray)


def _draw(frame: "DataFrame", count: int) -> "DataFrame":
    """The listings that teach: all, or as many as are held, drawn alike in every run."""
    from pyspark.sql import functions as sql

    if count <= TAUGHT:
        return frame
    return frame.where(sql.pmod(sql.xxhash64("pos"), sql.lit(1_000_000)) < int(1_000_000 * TAUGHT / count))


def _learn_words(table: "pa.Table") -> Any:
    catalog = unpack_listings(table)
    lexicon, tails = learn_words(Wording.of(catalog), read_attributes(catalog))
    return lexicon.without_counts(), tails


def _learn_choices(table: "pa.Table") -> Any:
    attributes = read_attributes(unpack_listings(table))
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


@dataclass(frozen=True)
class PhotoPlace:
    """Where executors find photos: the folder that paths start from, the cache of their fingerprints, and the private
    hosts that may be fetched from (None: nothing is fetched).
    """

    root: str | None
    cache: str | None
    hosts: Sequence[str] | None


def measure_rows(shop: Workshop, told: "DataFrame", taught: Taught, place: PhotoPlace) -> "DataFrame":
    """Return every listing measured: what it tells by itself."""
    shared = shop.share(taught)

    def measure(table: "pa.Table") -> "pa.Table":
        catalog = unpack_listings(table)
        known: Taught = shared.value
        attributes = read_attributes(catalog)
        books = {column.book: Codebook() for column in MATRICES}
        read = unpack_reading(table)
        measures = measure_listings(catalog, attributes, read, (known.tails, known.frames, known.stray), books)
        numbers = list_numbers(catalog, count_pieces(catalog, number_values(measures.stated)))
        placed = replace(catalog, image_root=None if place.root is None else Path(place.root))
        photos, _ = read_photos(
            placed, jobs=1, cache=None if place.cache is None else Path(place.cache),
            fetch=make_fetcher(place.hosts is not None, place.hosts or ()),
        )  # fmt: skip
        return pack_measures(catalog, numbers_of(table, "pos"), measures, numbers, books, photos)

    return shop.keep(map_tables(told, measure, MEASURED), "measured")


def count_whole(shop: Workshop, told: "DataFrame", measured: "DataFrame", taught: Taught, count: int) -> Whole:
    """Return what only the whole catalogue can count: its words, its common codes, its values in two systems."""
    keys, seen, exact, floor = _count_words(measured)
    return Whole(
        count, keys, seen, exact, floor, {name: _find_common(measured, name) for name in _COUNTED},
        _equate(measured), _count_told(told), taught,
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
