"""Which pairs of listings are worth measuring, by keys: what the local engine proposes, found without holding it all.

Listings with one core title, one photo or one code meet under that key; in a crowd each meets so many neighbours only.
Titles that share a telling word meet in the bucket of that word (inverted lists, as Elsayed, Lin and Oard describe them
for MapReduce: "Pairwise Document Similarity in Large Collections with MapReduce", ACL 2008); there the local engine's
own search finds the nearest of each. The bounds are the same (:data:`~dupcheck.run.SEARCH`), and what they lose is
counted and said.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dupcheck.files.arrays import Rows
from dupcheck.index.candidates import MANY, pair_spelled, tell_nearest
from dupcheck.index.titles import keep_telling, match_titles
from dupcheck.judging.background import spell_titles
from dupcheck.judging.likely import find_worth
from dupcheck.messages import Message, message
from dupcheck.model import BoolArray, Catalog, IntArray
from dupcheck.rules import RulePack
from dupcheck.run import SEARCH, Search, choose_search
from dupcheck.spark.bands import HOME, SUSPECTED, look_at_pairs, suspect_at_once, suspect_photos, tell_crowded
from dupcheck.spark.crowds import pair_across, pair_within
from dupcheck.spark.judging import join_blocks
from dupcheck.spark.rows import Keys, Whole, lists_of, make_lists, numbers_of, texts_of, unpack_features
from dupcheck.spark.session import Workshop, list_names, map_groups, map_once, map_tables

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    Batches = Iterator[pa.RecordBatch]

PHOTOS = 200_000
"""So many distinct photos are one task's work: 3 KB each."""
BUCKET = 20_000
"""Titles that meet in one bucket, more or less."""
_TITLE = "first long, core long, new boolean, keys array<long>, weights array<float>"


@dataclass(frozen=True)
class Proposed:
    """Pairs worth measuring (``left``, ``right``, each once), how many each way proposed, and what this may miss."""

    pairs: "DataFrame"
    proposed_by: dict[str, int]
    may_miss: tuple[Message, ...]


def propose_pairs(
    shop: Workshop, measured: "DataFrame", whole: Whole, changed: "DataFrame | None" = None,
    pack: RulePack | None = None, listings: "DataFrame | None" = None,
) -> Proposed:  # fmt: skip
    """Propose the pairs of listings that may be duplicates; of each pair one listing at least is among those that are
    ``changed`` (``pos``; None: all). Photos of pairs that no rule of the ``pack`` could catch are not looked at. Titles
    that are near in their letters only are found among few ``listings``.
    """
    from pyspark.sql import functions as sql

    search = choose_search(whole.listings)
    misses = [tell_nearest(search, listings is not None)]
    titled = _pair_titles(shop, measured, whole, misses, changed, search)
    if listings is not None and search.spelled:
        titled = titled.unionByName(_pair_spelled(listings, search))
    ways = {
        "title": titled,
        "image": pair_photos(shop, measured, whole, misses, changed, pack),
        "codes": _pair_codes(measured, whole, misses, changed),
    }
    kept = {name: shop.keep(touch_pairs(frame.distinct(), changed), f"pairs-{name}") for name, frame in ways.items()}
    proposed_by = {name: frame.count() for name, frame in kept.items()}
    every = kept["title"].unionByName(kept["image"]).unionByName(kept["codes"]).distinct()
    return Proposed(shop.keep(every.where(sql.col("left") < sql.col("right")), "proposed"), proposed_by, tuple(misses))


def touch_pairs(pairs: "DataFrame", changed: "DataFrame | None") -> "DataFrame":
    """Return the pairs of which one listing at least is changed."""
    if changed is None:
        return pairs
    ends = [pairs.join(changed.withColumnRenamed("pos", side), side, "left_semi") for side in ("left", "right")]
    return ends[0].unionByName(ends[1]).distinct()


def _pair_spelled(listings: "DataFrame", search: Search) -> "DataFrame":
    """Pairs of listings whose titles are nearest in their letters: a wide search is one task's work."""

    def pair(held: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        pos, titles = numbers_of(held, "pos"), Catalog({"title": texts_of(held, "title")}, {})
        ends = np.stack(np.divmod(pair_spelled(spell_titles(titles), 1, search), max(len(pos), 1)))
        left, right = np.sort(pos[ends], axis=0)
        return pa.table({"left": pa.array(left, pa.int64()), "right": pa.array(right, pa.int64())})

    return map_once(listings.select("pos", "title"), pair, "left long, right long")


def _pair_codes(measured: "DataFrame", whole: Whole, misses: list[Message], changed: "DataFrame | None") -> "DataFrame":
    """Pairs of listings that share a code."""
    from pyspark.sql import functions as sql

    members = measured.select("pos", sql.explode("codes_keys").alias("key"))
    common = whole.common["codes"].view(np.int64).tolist()
    if common:
        out = measured.sparkSession.createDataFrame([(k,) for k in common], "key long")
        members = members.join(sql.broadcast(out), "key", "left_anti")
    return pair_within(members.select("key", "pos"), misses, "codes", changed)


def pair_photos(
    shop: Workshop, measured: "DataFrame", whole: Whole, misses: list[Message], changed: "DataFrame | None",
    pack: RulePack | None = None,
) -> "DataFrame":  # fmt: skip
    """Pairs of listings of which one shows a photo of what the other's shows, from the same side.

    Which photos may be near is found by one task where it can hold every distinct one, else by bands of their hashes;
    those of which it matters are looked at. Of one picture saved many times one stands for all.
    """
    from pyspark.sql import functions as sql

    main = sql.when(sql.col("photo").isNull(), sql.array()).otherwise(sql.array("photo"))
    shown = measured.select("pos", sql.concat(main, "further").alias("k"), "prints")
    one = shown.select("pos", sql.explode(sql.arrays_zip("k", "prints")).alias("p"))
    photos = one.select("pos", sql.col("p.k").alias("photo"), sql.col("p.prints").alias("print"))
    members = photos.select(sql.xxhash64("photo").alias("key"), "pos").distinct()
    distinct = (
        _mark(photos, changed)
        .groupBy("photo")
        .agg(sql.min("pos").alias("pos"), sql.first("print").alias("print"), sql.max("new").alias("new"))
    )
    distinct = shop.keep(distinct.withColumn("key", sql.xxhash64("photo")), "photos-distinct")
    refused = shop.share(whole.refused)
    homes, suspected = (
        _suspect_at_once(shop, distinct, refused, misses)
        if distinct.count() <= PHOTOS
        else suspect_photos(shop, distinct, refused, misses)
    )
    near = suspected.where("not pictured").select("a", "b")
    seen = suspected.where("pictured")
    if not seen.isEmpty():
        if pack is not None:
            seen = shop.keep(_keep_worth(shop, seen, members.join(homes, "key"), measured, pack, whole), "photos-asked")
        near = near.unionByName(look_at_pairs(seen, distinct, refused))
    kin = homes.select(sql.col("home").alias("key"), sql.col("rank").alias("pos"))
    alike = pair_within(kin, None, "image").unionByName(pair_across(kin, near))
    for side, end in (("left", "a"), ("right", "b")):
        alike = alike.join(homes.select(sql.col("rank").alias(side), sql.col("key").alias(end)), side)
    within = pair_within(members, misses, "image", changed)
    return within.unionByName(pair_across(members, shop.keep(alike.select("a", "b"), "alike")))


def _suspect_at_once(
    shop: Workshop, photos: "DataFrame", refused: Any, misses: list[Message]
) -> "tuple[DataFrame, DataFrame]":
    told = map_once(
        photos, lambda table: suspect_at_once(table, refused.value), f"{HOME}, {SUSPECTED}, crowded long"
    )  # fmt: skip
    told = shop.keep(told, "photos-suspected")
    tell_crowded(told.select("crowded").where("crowded is not null"), misses)
    return (
        told.where("key is not null").select(*list_names(HOME)),
        told.where("a is not null").select(*list_names(SUSPECTED)),
    )


def _keep_worth(
    shop: Workshop, suspected: "DataFrame", uses: "DataFrame", measured: "DataFrame", pack: RulePack, whole: Whole
) -> "DataFrame":
    """The suspected pairs of photos by which it is decided of any two listings that show them or their like, whether
    they come to anything. ``uses`` says which listing (``pos``) shows a photo for which which stands (``home``).
    """
    from pyspark.sql import functions as sql

    shown = uses.select("home", "pos")
    sizes = shown.groupBy("home").agg(sql.count(sql.lit(1)).alias("n"))
    met = suspected.select("a", "b")
    for side in ("a", "b"):
        met = met.join(sizes.select(sql.col("home").alias(side), sql.col("n").alias(f"{side}_n")), side)
    many = sql.col("a_n") * sql.col("b_n") > MANY
    pairs = met.where(~many).select("a", "b")
    for side, end in (("a", "i"), ("b", "j")):
        pairs = pairs.join(shown.select(sql.col("home").alias(side), sql.col("pos").alias(end)), side)
    pairs = pairs.where("i != j").select(
        "a", "b", sql.least("i", "j").alias("left"), sql.greatest("i", "j").alias("right")
    )
    nothing = sql.array().cast("array<binary>")
    plain = measured.drop("troubles", "graphic", "crowded").withColumns(
        {"photo": sql.lit(None).cast("binary"), "further": nothing, "prints": nothing}
    )  # what photos show is not asked here
    shared = shop.share(pack, whole)

    def ask(pairs: "pa.Table", held: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        rules, known = shared.value
        pos = numbers_of(held, "pos")
        left, right = (np.searchsorted(pos, numbers_of(pairs, side)) for side in ("left", "right"))
        worth = find_worth(unpack_features(held, known), rules, left, right)
        seller = rules.number_sellers(texts_of(held, "shop").tolist())
        if seller is not None:
            worth &= seller[left] == seller[right]
        return pairs.select(["a", "b"]).filter(pa.array(worth))

    asked = join_blocks(pairs, plain, ask, "a long, b long")
    return met.where(many).select("a", "b").unionByName(asked).distinct()


def _mark(rows: "DataFrame", changed: "DataFrame | None") -> "DataFrame":
    """Say of each row whether its listing (``pos``) is among those that are changed (``new``)."""
    from pyspark.sql import functions as sql

    if changed is None:
        return rows.withColumn("new", sql.lit(True))
    marked = rows.join(changed.select("pos", sql.lit(True).alias("new")), "pos", "left")
    return marked.withColumn("new", sql.coalesce("new", sql.lit(False)))


# ---------------------------------------------------------------------------------------------------------------------
# Titles


def _pair_titles(
    shop: Workshop, measured: "DataFrame", whole: Whole, misses: list[Message], changed: "DataFrame | None",
    search: Search,
) -> "DataFrame":  # fmt: skip
    """Pairs of listings whose core titles are the same or among each other's nearest."""
    from pyspark.sql import functions as sql

    filled = measured.where(sql.size("title_keys") > 0)
    members = filled.select(sql.xxhash64(sql.array_sort("title_keys")).alias("key"), "pos")
    bare = filled.select(sql.xxhash64(sql.array_sort("title_keys")).alias("core"), "pos", "title_keys", "title_exact")
    distinct = _mark(bare, changed).groupBy("core").agg(
        sql.min("pos").alias("first"), sql.max("new").alias("new"), sql.min_by("title_keys", "pos").alias("title_keys"),
        sql.min_by("title_exact", "pos").alias("title_exact"),
    )  # fmt: skip
    titles = shop.keep(distinct, "titles")
    held = titles.select(sql.explode("title_keys").alias("key")).groupBy("key").count()
    common = held.where(sql.col("count") > SEARCH.common_word).toPandas()
    if len(common):
        misses.append(
            message("audit.may_miss_words", words=len(common), titles=SEARCH.common_word, rarest=SEARCH.rarest)
        )
    crowded = dict(zip(common["key"].tolist(), common["count"].tolist(), strict=True))
    counted = titles.agg(sql.sum(sql.size("title_keys"))).first()
    buckets = max(int(counted[0] or 0) // BUCKET, 1) if counted is not None else 1
    shared = shop.share(whole, crowded)
    sent = map_tables(titles, lambda table: _send_titles(table, shared.value, buckets), f"bucket int, {_TITLE}")
    if changed is not None:
        sent = sent.join(sent.where("new").select("bucket").distinct(), "bucket", "left_semi")
    near = map_groups(
        sent, "bucket", lambda table: _search(table, buckets, search), "a long, b long, other long, cosine float"
    )
    found = _take_nearest(near)
    return pair_within(members, misses, "title", changed).unionByName(pair_across(members, found))


def _take_nearest(near: "DataFrame") -> "DataFrame":
    """The nearest other titles of each, as many as the search is told; each two once, whichever found the other."""
    from pyspark.sql import Window
    from pyspark.sql import functions as sql

    order = Window.partitionBy("a").orderBy(sql.desc("cosine"), "other")
    found = near.withColumn("rank", sql.row_number().over(order)).where(sql.col("rank") <= SEARCH.nearest)
    return found.select(sql.least("a", "b").alias("a"), sql.greatest("a", "b").alias("b")).distinct()


def _weigh(table: "pa.Table", whole: Whole) -> tuple[Rows, Keys]:
    """Core titles with their weights, and the key of each of their words."""
    start, items = lists_of(table, "title_keys")
    keys = items.to_numpy(zero_copy_only=False).view(np.uint64)
    exact = np.asarray(lists_of(table, "title_exact")[1].to_numpy(zero_copy_only=False), dtype=bool)
    words, first, code = np.unique(keys, return_index=True, return_inverse=True)
    at = np.searchsorted(whole.keys, words)
    known = at < len(whole.keys)
    known[known] = whole.keys[at[known]] == words[known]
    seen = np.full(len(words), whole.floor - 1, dtype=np.int64)
    seen[known] = whole.seen[at[known]]
    marked: BoolArray = exact[first]
    marked[known] = whole.exact[at[known]]
    weights = np.log((whole.listings + 1) / (seen + 1)) + 1.0
    weights[marked] *= 1.5
    roots = np.sqrt(weights).astype(np.float32)[code]
    order = np.lexsort((code, np.repeat(np.arange(len(start) - 1), np.diff(start))))
    return Rows(start, code[order].astype(np.int32), roots[order], len(words)), words


def _send_titles(table: "pa.Table", known: tuple[Whole, dict[int, int]], buckets: int) -> "pa.Table":
    """Each title, without its common words, to the bucket of each of its words that another may share."""
    import pyarrow as pa

    whole, crowded = known
    rows, words = _weigh(table, whole)
    held = np.array([crowded.get(int(k), 1) for k in words.view(np.int64)], dtype=np.int64)
    rows = keep_telling(rows, held)
    met = np.isin(words, whole.keys) if whole.floor == 2 else np.ones(len(words), dtype=bool)
    bucket = (words % np.uint64(buckets)).astype(np.int64)[rows.items]
    sent = np.unique(np.stack([bucket[met[rows.items]], rows.owners[met[rows.items]]], axis=1), axis=0)
    taken = rows.take(sent[:, 1])
    return pa.table({
        "bucket": pa.array(sent[:, 0], pa.int32()),
        "first": pa.array(numbers_of(table, "first")[sent[:, 1]]),
        "core": pa.array(numbers_of(table, "core")[sent[:, 1]]),
        "new": pa.array(numbers_of(table, "new")[sent[:, 1]], pa.bool_()),
        "keys": make_lists(taken.start, words.view(np.int64)[taken.items]),
        "weights": make_lists(taken.start, taken.weights),
    })  # fmt: skip


def _search(table: "pa.Table", buckets: int, search: Search) -> "pa.Table":
    """The nearest titles of each within one bucket; a pair that meets in several is told by the first of these."""
    import pyarrow as pa

    table = table.take(pa.array(np.argsort(numbers_of(table, "first"), kind="stable")))
    bucket = int(table.column("bucket")[0].as_py())
    start, items = lists_of(table, "keys")
    words, code = np.unique(items.to_numpy(zero_copy_only=False).view(np.uint64), return_inverse=True)
    weights = lists_of(table, "weights")[1].to_numpy(zero_copy_only=False)
    place = np.lexsort((code, np.repeat(np.arange(len(start) - 1), np.diff(start))))
    rows = Rows(start, code[place].astype(np.int32), weights[place], len(words))
    asked = np.flatnonzero(numbers_of(table, "new"))
    near = match_titles(rows, 1, search, of=asked)
    row, col = asked[near.row], near.col.astype(np.int64)
    apart = np.flatnonzero(row != col)
    row, col, cosine = row[apart], col[apart], near.data[apart]
    told = _find_first(rows, (words % np.uint64(buckets)).astype(np.int64), row, col) == bucket
    core, first = numbers_of(table, "core"), numbers_of(table, "first")
    row, col, cosine = row[told], col[told], cosine[told]
    return pa.table({
        "a": pa.array(core[row]), "b": pa.array(core[col]), "other": pa.array(first[col]),
        "cosine": pa.array(cosine, pa.float32()),
    })  # fmt: skip


def _find_first(rows: Rows, bucket: IntArray, row: IntArray, col: IntArray) -> IntArray:
    """The first bucket in which each two titles meet: the least of those of the words that they share."""
    if not len(row):
        return row
    shared = rows.sparse[row].multiply(rows.sparse[col]).tocsr()
    return np.minimum.reduceat(bucket[shared.indices], shared.indptr[:-1])
