"""Connected components of a graph that no machine holds: alternating large-star and small-star.

Kiveris, Lattanzi, Mirrokni, Rastogi and Vassilvitskii: "Connected Components in MapReduce and Beyond", SoCC 2014. A
large star hangs every greater neighbour of a node on the least of its neighbours, a small star every lesser one; after
a number of rounds that grows with the logarithm of the graph, each node hangs on the least of its component.
"""

from typing import TYPE_CHECKING

import numpy as np

from dupcheck.files.arrays import connect
from dupcheck.spark.rows import numbers_of
from dupcheck.spark.session import Workshop, map_once

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame


GRAPH = 1_000_000
"""A graph of no more edges is one task's work, and takes no rounds."""


def find_components(shop: Workshop, edges: "DataFrame", name: str) -> "DataFrame":
    """Return each node (``pos``) of the ``edges`` (``left``, ``right``) with the least of its component
    (``component``).
    """
    from pyspark.sql import functions as sql

    now = shop.keep(edges.select(sql.col("left").alias("u"), sql.col("right").alias("v")).distinct(), f"{name}-star-0")
    if now.count() <= GRAPH:
        alone = map_once(now.withColumn("pos", sql.col("u")), _connect, "pos long, component long")
        return shop.keep(alone, f"{name}-components")
    mark, turn = None, 0
    while True:
        turn += 1
        now = shop.keep(_small_star(_large_star(now)), f"{name}-star-{turn % 2 + 1}")
        found = now.agg(sql.count(sql.lit(1)), sql.sum(sql.xxhash64("u", "v").cast("decimal(38,0)"))).first()
        if found == mark:
            break
        mark = found
    hung = now.select(sql.col("u").alias("pos"), sql.col("v").alias("component"))
    roots = now.select(sql.col("v").alias("pos"), sql.col("v").alias("component"))
    return shop.keep(hung.unionByName(roots).distinct(), f"{name}-components")


def _connect(table: "pa.Table") -> "pa.Table":
    """What the local engine does with a graph that it holds."""
    import pyarrow as pa

    ends = [numbers_of(table, side) for side in ("u", "v")]
    nodes, place = np.unique(np.concatenate(ends), return_inverse=True)
    least = nodes[connect(len(nodes), *np.split(place, 2))]
    return pa.table({"pos": pa.array(nodes, pa.int64()), "component": pa.array(least, pa.int64())})


def _large_star(edges: "DataFrame") -> "DataFrame":
    from pyspark.sql import functions as sql

    both = edges.unionByName(edges.select(sql.col("v").alias("u"), sql.col("u").alias("v")))
    least = both.groupBy("u").agg(sql.least(sql.min("v"), sql.col("u")).alias("m"))
    hung = both.where("v > u").join(least, "u").select(sql.col("v").alias("u"), sql.col("m").alias("v"))
    return hung.where("u != v").distinct()


def _small_star(edges: "DataFrame") -> "DataFrame":
    from pyspark.sql import functions as sql

    down = edges.select(sql.greatest("u", "v").alias("u"), sql.least("u", "v").alias("v"))
    least = down.groupBy("u").agg(sql.min("v").alias("m"))
    hung = down.join(least, "u").where("v != m").select(sql.col("v").alias("u"), sql.col("m").alias("v"))
    return hung.unionByName(least.select("u", sql.col("m").alias("v"))).distinct()
