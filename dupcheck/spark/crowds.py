"""What stands under one key meets: in a crowd each so many neighbours only."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from dupcheck.messages import Message, message
from dupcheck.model import IntArray
from dupcheck.run import SEARCH

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    Batches = Iterator[pa.RecordBatch]

_PAIR = "left long, right long"


def pair_within(
    members: "DataFrame", misses: list[Message] | None, way: str, changed: "DataFrame | None" = None
) -> "DataFrame":
    """Return every pair of listings (``pos``) under one ``key``; in a crowd only near neighbours in order, which
    ``misses`` is told (None: nobody is).
    """
    from pyspark.sql import functions as sql

    if changed is not None:
        members = members.join(members.join(changed, "pos", "left_semi").select("key").distinct(), "key", "left_semi")
    crowds = 0
    if misses is not None:
        crowds = members.groupBy("key").count().where(sql.col("count") > SEARCH.crowd + 1).count()
    if misses is not None and crowds:
        misses.append(message(f"audit.may_miss_crowd_{way}", crowds=crowds, size=SEARCH.crowd))
    return members.repartition("key").sortWithinPartitions("key", "pos").mapInArrow(slide_pairs, _PAIR)


def slide_pairs(batches: "Batches") -> "Batches":
    """Pair each row with the next of its key; what a batch ends with is carried into the next."""
    import pyarrow as pa

    key, pos = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    for batch in batches:
        old = len(key)
        key = np.concatenate([key, batch.column("key").to_numpy()])
        pos = np.concatenate([pos, batch.column("pos").to_numpy()])
        found: list[tuple[IntArray, IntArray]] = []
        for step in range(1, min(SEARCH.crowd, len(key) - 1) + 1):
            at = np.flatnonzero((key[:-step] == key[step:]) & (np.arange(step, len(key)) >= old))
            if not len(at) and step > old:
                break
            found.append((pos[at], pos[at + step]))
        if found:
            left, right = (np.concatenate(side) for side in zip(*found, strict=True))
            yield pa.record_batch(
                {"left": pa.array(np.minimum(left, right)), "right": pa.array(np.maximum(left, right))}
            )
        key, pos = key[-SEARCH.crowd :], pos[-SEARCH.crowd :]


def pair_across(members: "DataFrame", joined: "DataFrame") -> "DataFrame":
    """Return pairs of listings of two keys that are ``joined`` (``a``, ``b``); of a crowd the first members only."""
    from pyspark.sql import Window
    from pyspark.sql import functions as sql

    order = Window.partitionBy("key").orderBy("pos")
    first = members.withColumn("rank", sql.row_number().over(order)).where(sql.col("rank") <= SEARCH.crowd)
    held = first.groupBy("key").agg(sql.collect_list("pos").alias("listings"))
    ours = held.select(sql.col("key").alias("a"), sql.col("listings").alias("ours"))
    theirs = held.select(sql.col("key").alias("b"), sql.col("listings").alias("theirs"))
    met = joined.join(ours, "a").join(theirs, "b")
    pairs = met.select(sql.explode("ours").alias("i"), "theirs").select("i", sql.explode("theirs").alias("j"))
    return pairs.where("i != j").select(sql.least("i", "j").alias("left"), sql.greatest("i", "j").alias("right"))
