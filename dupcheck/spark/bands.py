"""Near photos that no task could hold: by bands of their hashes, of parts and of mirrored parts too.

Multi-index hashing (Norouzi, Punjani, Fleet, 2012; block pairs after Manku, Jain, Das Sarma, 2007) as the local engine
does it, in pieces: hashes that agree in some pair of blocks meet in one band, and are compared there with the next ones
in order. Only pairs that hashes suspect are joined to their pictures and looked at. Of one picture saved many times one
stands for all.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from dupcheck.messages import Message, message
from dupcheck.model import IntArray
from dupcheck.photos.copies import SHARED_VIEWS, is_copy
from dupcheck.photos.hamming import RUN, mask_blocks
from dupcheck.photos.neighbours import are_many, choose_blocks, find_neighbours
from dupcheck.photos.suspicion import PLAIN, SHARED_BITS, SHARED_BY, is_outline, list_hashes, suspect
from dupcheck.photos.table import Photos
from dupcheck.photos.verification import see_alike
from dupcheck.run import SEARCH
from dupcheck.spark.components import find_components
from dupcheck.spark.rows import numbers_of, unpack_photos
from dupcheck.spark.session import Workshop, map_tables

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    Batches = Iterator[pa.RecordBatch]

_PAIR = "a long, b long"
_ENTRY = "mask int, band long, hash long, kind int, owner long, new boolean, pictured boolean"
_MET = "a long, a_kind int, b long, b_kind int, bits int, new boolean, pictured boolean"
HOME = "key long, home long, rank long"
"""The schema of photos by their ``key``: the one that stands for each, and their order among those of one picture."""
SUSPECTED = "a long, b long, pictured boolean"
"""The schema of pairs of photos that may show one thing; ``pictured``: there are pictures of both to look at."""
_COPY_BLOCKS = 4


def suspect_photos(
    shop: Workshop, photos: "DataFrame", refused: Any, misses: list[Message]
) -> "tuple[DataFrame, DataFrame]":
    """Return which photo stands for each, and which of those that stand for others may show one thing from one side.

    ``photos`` has a row a distinct photo: its ``key``, ``photo``, ``print``, and whether it is ``new``; of two photos
    one at least is new. ``refused`` are those that say nothing, as they are shared with all executors.
    """
    from pyspark.sql import functions as sql

    pictures = photos.where("length(print) > 0").count()
    copies = find_components(shop, _find_copies(shop, photos, refused), "copies")
    homes = photos.select("key", "new").join(
        copies.select(sql.col("pos").alias("key"), "component"), "key", "left"
    )  # a photo without copies stands for itself
    homes = shop.keep(homes.select("key", "new", sql.coalesce("component", "key").alias("home")), "photo-homes")
    asked = homes.groupBy("home").agg(sql.max("new").alias("new")).withColumnRenamed("home", "key")
    alone = shop.keep(photos.drop("new").join(asked, "key"), "photos-alone")
    met = shop.keep(_meet(shop, alone, refused, pictures), "photos-met")
    suspected = _keep_telling(met, misses).where("new").groupBy("a", "b").agg(sql.max("pictured").alias("pictured"))
    return homes.select("key", "home", sql.col("key").alias("rank")), suspected


def suspect_at_once(table: "pa.Table", refused: frozenset[bytes]) -> "pa.Table":
    """Return what :func:`suspect_photos` does for photos that one task holds, as rows of one table: of ``HOME``, of
    ``SUSPECTED``, and the ``crowded`` that lose neighbours because many share their outline.
    """
    import pyarrow as pa

    photos, keys = open_photos(table, refused)
    told = np.empty(len(photos), dtype=np.bool_)
    told[photos.main] = numbers_of(table, "new")
    alone = photos.stand_in == np.arange(len(photos))
    asked, crowded = np.zeros((2, len(photos)), dtype=np.bool_)
    asked[photos.stand_in[told]] = True
    first, second = find_neighbours(photos, photos.usable & alone & asked, np.flatnonzero(alone), crowded)
    pictured = photos.pictured[first] & photos.pictured[second]
    parts = [
        {"key": keys, "home": keys[photos.stand_in], "rank": photos.rank},
        {"a": keys[first], "b": keys[second], "pictured": pictured},
        {"crowded": keys[crowded]},
    ]
    return pa.concat_tables([pa.table(part) for part in parts], promote_options="default")


def open_photos(table: "pa.Table", refused: frozenset[bytes]) -> tuple[Photos, IntArray]:
    """Return the photos of rows that hold one each (``photo``, ``print``), and the ``key`` of each of them."""
    import pyarrow as pa

    prints = pa.array([[record] for record in table.column("print").to_pylist()], pa.list_(pa.binary()))
    further = pa.array([[]] * table.num_rows, pa.list_(pa.binary()))
    photos = unpack_photos(pa.table({"photo": table.column("photo"), "prints": prints, "further": further}), refused)
    keys = np.empty(len(photos), dtype=np.int64)
    keys[photos.main] = numbers_of(table, "key")
    return photos, keys


# ---------------------------------------------------------------------------------------------------------------------
# One picture saved many times


def _find_copies(shop: Workshop, photos: "DataFrame", refused: Any) -> "DataFrame":
    """Pairs of photos (``left``, ``right``) of which one is a copy of the other: of those whose hashes agree in two of
    four blocks, each and the first.
    """
    from pyspark.sql import functions as sql

    masks = mask_blocks(_COPY_BLOCKS)

    def send(table: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        held, keys = open_photos(table, refused.value)
        rows = np.flatnonzero(held.usable & held.pictured)
        parts = []
        for number, (view, mask) in enumerate((view, mask) for view in SHARED_VIEWS for mask in masks):
            hashes = held.prints["views"][held.place[rows], view]
            told = hashes != 0
            parts.append((np.full(told.sum(), number), (hashes[told] & mask).view(np.int64), keys[rows[told]]))
        mask_of, band, key = (np.concatenate(column) for column in zip(*parts, strict=True))
        return pa.table({"mask": pa.array(mask_of, pa.int32()), "band": pa.array(band), "key": pa.array(key)})

    sent = map_tables(photos, send, "mask int, band long, key long", ["key", "photo", "print"])
    first = sent.groupBy("mask", "band").agg(sql.min("key").alias("first"), sql.count(sql.lit(1)).alias("n"))
    pairs = sent.join(first.where("n > 1"), ["mask", "band"]).where("key != first").select("first", "key").distinct()

    def ask(table: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        held, one, other = _open_pairs(table, refused.value)
        same = is_copy(held.prints, held.place[one], held.place[other])
        return pa.table({"left": table.column("a"), "right": table.column("b")}).filter(pa.array(same))

    joined = _join_prints(pairs.toDF("a", "b"), photos)
    return shop.keep(map_tables(joined, ask, "left long, right long"), "photo-copies")


def _join_prints(pairs: "DataFrame", photos: "DataFrame") -> "DataFrame":
    for side in ("a", "b"):
        held = photos.select(*(photos[c].alias(f"{c}_{side}") for c in ("key", "photo", "print")))
        pairs = pairs.join(held, pairs[side] == held[f"key_{side}"])
    return pairs.select("a", "b", *(f"{c}_{side}" for side in ("a", "b") for c in ("photo", "print")))


def _open_pairs(table: "pa.Table", refused: frozenset[bytes]) -> tuple[Photos, IntArray, IntArray]:
    """The photos of pairs, and the rows of both ends of each."""
    import pyarrow as pa

    sides = [
        table.select([side, f"photo_{side}", f"print_{side}"]).rename_columns(["key", "photo", "print"])
        for side in ("a", "b")
    ]
    photos, _ = open_photos(pa.concat_tables(sides), refused)
    return photos, photos.main[: table.num_rows], photos.main[table.num_rows :]


# ---------------------------------------------------------------------------------------------------------------------
# Hashes that lie near


def _meet(shop: Workshop, photos: "DataFrame", refused: Any, pictures: int) -> "DataFrame":
    """Pairs of hashes that lie so near that their pictures are worth a closer look."""
    masks, many = mask_blocks(choose_blocks(pictures)), are_many(pictures)

    def send(table: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        held, keys = open_photos(table, refused.value)
        new = np.empty(len(held), dtype=bool)
        new[held.main] = numbers_of(table, "new")
        hashes, owner, kind = list_hashes(held, np.arange(len(held)))
        count = len(hashes)
        return pa.table({
            "mask": pa.array(np.repeat(np.arange(len(masks)), count), pa.int32()),
            "band": pa.array(np.concatenate([(hashes & mask).view(np.int64) for mask in masks])),
            "hash": pa.array(np.tile(hashes.view(np.int64), len(masks))),
            "kind": pa.array(np.tile(kind, len(masks)), pa.int32()),
            "owner": pa.array(np.tile(keys[owner], len(masks))), "new": pa.array(np.tile(new[owner], len(masks))),
            "pictured": pa.array(np.tile(held.pictured[owner], len(masks))),
        })  # fmt: skip

    def slide(batches: "Batches") -> "Batches":
        return slide_hashes(batches, masks, many)

    sent = map_tables(photos, send, _ENTRY, ["key", "photo", "print", "new"])
    return sent.repartition("mask", "band").sortWithinPartitions("mask", "band", "hash").mapInArrow(slide, _MET)


def slide_hashes(batches: "Batches", masks: list[np.uint64], among_many: bool = False) -> "Batches":
    """Hold each hash against the next ones of its band; what agrees in several bands is told in the first."""
    import pyarrow as pa

    names = ("mask", "band", "hash", "kind", "owner", "new", "pictured")
    rest: dict[str, np.ndarray] = {}
    every = np.array(masks, dtype=np.uint64)
    for batch in batches:
        here = {name: batch.column(name).to_numpy(zero_copy_only=False) for name in names}
        old = len(rest["mask"]) if rest else 0
        rows = {name: np.concatenate([rest[name], here[name]]) if rest else here[name] for name in names}
        hashes = rows["hash"].view(np.uint64)
        at, step = np.arange(max(old - RUN, 0), len(hashes) - 1), 1
        while len(at) and step <= RUN:
            at = at[at + step < len(hashes)]
            at = at[(rows["mask"][at] == rows["mask"][at + step]) & (rows["band"][at] == rows["band"][at + step])]
            told = at[at + step >= old]
            found = _compare(rows, hashes, told, told + step, every, among_many)
            if len(found["a"]):
                yield pa.record_batch({name: pa.array(column) for name, column in found.items()})
            step += 1
        rest = {name: column[-RUN:] for name, column in rows.items()}


def _compare(
    rows: dict[str, np.ndarray],
    hashes: np.ndarray,
    one: IntArray,
    other: IntArray,
    masks: np.ndarray,
    among_many: bool,
) -> dict[str, np.ndarray]:
    apart = hashes[one] ^ hashes[other]
    bits = np.bitwise_count(apart).astype(np.int32)
    kinds = rows["kind"][one].astype(np.uint8), rows["kind"][other].astype(np.uint8)
    near = (bits <= SEARCH.photo_bits) & (rows["owner"][one] != rows["owner"][other])
    near &= suspect(hashes[one], kinds[0], hashes[other], kinds[1], among_many=among_many)
    near &= ~((kinds[0] == PLAIN) & rows["pictured"][one] & rows["pictured"][other])  # their other hashes say more
    at = np.flatnonzero(near)
    first = ((apart[at, None] & masks[None, :]) == 0).argmax(axis=1)
    at = at[first == rows["mask"][one[at]]]
    one, other = one[at], other[at]
    turned = rows["owner"][one] > rows["owner"][other]
    one, other = np.where(turned, other, one), np.where(turned, one, other)
    return {
        "a": rows["owner"][one], "a_kind": rows["kind"][one], "b": rows["owner"][other], "b_kind": rows["kind"][other],
        "bits": bits[at], "new": rows["new"][one] | rows["new"][other],
        "pictured": rows["pictured"][one] & rows["pictured"][other],
    }  # fmt: skip


def _keep_telling(met: "DataFrame", misses: list[Message]) -> "DataFrame":
    """The pairs that rest on more than an outline that many pictures share, or on one that lies very near."""
    from pyspark.sql import functions as sql

    outlines = [kind for kind in range(PLAIN + 1) if is_outline(kind)]
    marked = met.withColumn("outline", sql.col("a_kind").isin(outlines) | sql.col("b_kind").isin(outlines))
    ends = marked.where("outline")
    every = ends.select(sql.col("a").alias("owner"), sql.col("a_kind").alias("kind")).unionByName(
        ends.select(sql.col("b").alias("owner"), sql.col("b_kind").alias("kind"))
    )
    many = every.groupBy("owner", "kind").count().where(sql.col("count") > SHARED_BY)
    for side in ("a", "b"):
        held = many.select(
            sql.col("owner").alias(side), sql.col("kind").alias(f"{side}_kind"), sql.lit(True).alias(f"{side}_shared")
        )
        marked = marked.join(held, [side, f"{side}_kind"], "left")
    shared = sql.coalesce("a_shared", sql.lit(False)) | sql.coalesce("b_shared", sql.lit(False))
    telling = (sql.col("bits") <= SHARED_BITS) | ~sql.col("outline") | ~shared
    lost = marked.where(~telling)
    tell_crowded(lost.select(sql.explode(sql.array("a", "b")).alias("crowded")), misses)
    return marked.where(telling)


def tell_crowded(crowded: "DataFrame", misses: list[Message]) -> None:
    """Say how many photos lose neighbours because many share their outline."""
    count = crowded.distinct().count()
    if count:
        misses.append(message("audit.may_miss_outlines", count=count, others=SHARED_BY))


def look_at_pairs(suspected: "DataFrame", photos: "DataFrame", refused: Any) -> "DataFrame":
    """Return the suspected pairs that show one thing from one side."""

    def see(table: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        held, one, other = _open_pairs(table, refused.value)
        return table.select(["a", "b"]).filter(pa.array(see_alike(held, one, other)[0]))

    return map_tables(_join_prints(suspected.select("a", "b"), photos), see, _PAIR)
