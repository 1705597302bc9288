"""Candidate pairs → findings: each block of pairs is joined to the listings that it names, and judged as one batch.

In the same batch it is found which pairs the pair model is to be asked about, and what it asks of the whole catalogue:
to bring listings to their pairs costs more than to judge these.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from dupcheck.index.candidates import Candidates, keep_same_seller
from dupcheck.judging.background import Texts, list_lone_words, measure_far, spell_few
from dupcheck.judging.likely import find_doubtful
from dupcheck.judging.verdicts import STRENGTH_DIGITS, Findings, judge_pairs
from dupcheck.model import Catalog, IntArray
from dupcheck.rules import RulePack
from dupcheck.signals import SIGNALS
from dupcheck.spark.rows import FEATURES, Whole, numbers_of, texts_of, unpack_features
from dupcheck.spark.session import Workshop, join_groups

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

BLOCK = 2_048
"""A block holds the pairs whose first listing is one of so many neighbours in the catalogue. Each listing has a bounded
number of pairs (:data:`~dupcheck.run.SEARCH`), and so has a block."""
FINDING = ", ".join(
    ["left long, right long, rule int, strength double, duplicate boolean, distinct boolean",
     *(f"s_{signal.name} double" for signal in SIGNALS)]
)  # fmt: skip
"""The schema of findings; ``left`` and ``right`` are listings by their ``pos``."""
_JUDGED = f"{FINDING}, doubtful boolean, far double, word long, rest long"


def judge_blocks(
    shop: Workshop, pairs: "DataFrame", listings: "DataFrame", pack: RulePack, whole: Whole
) -> "DataFrame":
    """Return what the rules catch of the pairs that are ``new``, all advice included (:func:`thin_advice`), and which
    of these are ``doubtful``; of all pairs how ``far`` they are from one another; and each ``word`` that is the only
    one by which two of them differ, with a mark of the ``rest`` of its title.
    """
    shared = shop.share(pack, whole)

    def judge(pairs: "pa.Table", held: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        rules, known = shared.value
        pos = numbers_of(held, "pos")
        catalog = Catalog({name: texts_of(held, name) for name in ("title", "shop")}, {})
        features = unpack_features(held, known)
        met = meet_pairs(pairs, pos, catalog, rules)
        fresh = meet_pairs(pairs.filter(pairs.column("new")), pos, catalog, rules)
        found = judge_pairs(features, rules, fresh)
        doubtful = find_doubtful(features, rules, fresh, found, spell_few(catalog, known.listings))
        lone = list_lone_words(Texts(catalog).words, met.left, met.right)
        told = [
            pack_findings(found, pos),
            pa.table({
                "left": pa.array(pos[fresh.left[doubtful]], pa.int64()),
                "right": pa.array(pos[fresh.right[doubtful]], pa.int64()),
                "doubtful": pa.array(np.ones(len(doubtful), dtype=bool)),
            }),
            pa.table({
                "left": pa.array(pos[met.left], pa.int64()), "right": pa.array(pos[met.right], pa.int64()),
                "far": pa.array(measure_far(features, met.left, met.right), pa.float64()),
            }),
            pa.table({"word": pa.array(lone[:, 0], pa.int64()), "rest": pa.array(lone[:, 1], pa.int64())}),
        ]  # fmt: skip
        return pa.concat_tables(told, promote_options="default")

    return join_blocks(pairs, listings.select(*FEATURES, "title"), judge, _JUDGED)


def join_blocks(
    pairs: "DataFrame", listings: "DataFrame", work: "Callable[[pa.Table, pa.Table], pa.Table]", schema: str
) -> "DataFrame":
    """Return what ``work`` makes of each block of pairs and the listings that it names."""
    from pyspark.sql import functions as sql

    blocks = pairs.withColumn("block", sql.floor(sql.col("left") / BLOCK))
    named = blocks.select("block", sql.explode(sql.array("left", "right")).alias("pos")).distinct()
    held = named.join(listings, "pos")

    return join_groups(blocks, held, work, schema)


def meet_pairs(pairs: "pa.Table", pos: IntArray, catalog: Catalog, pack: RulePack) -> Candidates:
    """Return pairs among listings that stand at ``pos``, in their order, which decides between what is equally strong;
    without those of different sellers.
    """
    left, right = (np.searchsorted(pos, numbers_of(pairs, side)) for side in ("left", "right"))
    order = np.lexsort((right, left))
    return keep_same_seller(Candidates(left[order], right[order], {}, ()), pack, catalog)


def pack_findings(found: Findings, pos: Any) -> "pa.Table":
    """Return findings as rows of ``FINDING``; their listings stand at ``pos``."""
    import pyarrow as pa

    return pa.table({
        "left": pa.array(pos[found.left], pa.int64()), "right": pa.array(pos[found.right], pa.int64()),
        "rule": pa.array(found.rule, pa.int32()), "strength": pa.array(found.strength, pa.float64()),
        "duplicate": pa.array(found.duplicate, pa.bool_()), "distinct": pa.array(found.distinct, pa.bool_()),
        **{f"s_{name}": pa.array(values, pa.float64(), from_pandas=False) for name, values in found.signals.items()},
    })  # fmt: skip


def unpack_findings(table: "pa.Table", pos: Any) -> Findings:
    """Return findings among listings that stand at ``pos``, ascending, in the order of the local engine."""
    left, right = (np.searchsorted(pos, numbers_of(table, side)) for side in ("left", "right"))
    found = Findings(
        left.astype(np.int64), right.astype(np.int64), numbers_of(table, "rule").astype(np.int64),
        numbers_of(table, "strength"), np.asarray(numbers_of(table, "duplicate"), dtype=bool),
        np.asarray(numbers_of(table, "distinct"), dtype=bool),
        {signal.name: numbers_of(table, f"s_{signal.name}").astype(np.float64) for signal in SIGNALS},
    )  # fmt: skip
    return found[np.lexsort((found.right, found.left))]


def thin_advice(caught: "DataFrame") -> "DataFrame":
    """Keep one advice pair a listing and rule, its strongest, as the local engine does."""
    from pyspark.sql import Window
    from pyspark.sql import functions as sql

    def rank(end: str) -> Any:
        order = Window.partitionBy("rule", end).orderBy(
            sql.desc(sql.round("strength", STRENGTH_DIGITS)), "left", "right"
        )
        return sql.row_number().over(order)

    advice = caught.where("not duplicate").withColumn("l", rank("left")).withColumn("r", rank("right"))
    return caught.where("duplicate").unionByName(advice.where("l = 1 or r = 1").drop("l", "r"))
