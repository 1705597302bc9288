"""What no rule caught and is probably one product: the pair model of the local engine, on blocks of pairs.

What the model asks of the whole catalogue (how rare a word is, how near a listing's other candidates are) is counted
before, in tables whose size is fixed: words are known by one of 131,072 numbers.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dupcheck.judging.background import Background, Texts, spell_few
from dupcheck.judging.evidence import Evidence
from dupcheck.judging.likely import find_likely
from dupcheck.judging.model import PairModel, bind, load_trees
from dupcheck.judging.verdicts import Findings
from dupcheck.model import Catalog, IntArray
from dupcheck.plans.lines import may_stand_in_line
from dupcheck.plans.neighbours import EQUAL, may_slip
from dupcheck.rules import RulePack
from dupcheck.signals import SIGNALS, get_signal
from dupcheck.spark.judging import join_blocks, meet_pairs
from dupcheck.spark.rows import FEATURES, Whole, lists_of, numbers_of, texts_of, unpack_features
from dupcheck.spark.session import Workshop, map_tables

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

LIKELY = "left long, right long, chance double, near boolean"
_TABLES = ("words", "described", "spelled")
_DESCRIPTION = 400
"""Signs of a description that the model reads."""


def find_probable(
    shop: Workshop, judged: "DataFrame", listings: "DataFrame", pack: RulePack, whole: Whole,
    known: Background | None = None,
) -> "tuple[DataFrame, Background]":  # fmt: skip
    """Return those of the doubtful pairs of what was ``judged`` that are probably one product, and what this rests on:
    what is ``known`` of the whole catalogue, or what is counted now.
    """
    from pyspark.sql import functions as sql

    far = judged.where("far is not null")
    ends = [far.select(sql.col(side).alias("pos"), "far") for side in ("left", "right")]
    near = ends[0].unionByName(ends[1]).groupBy("pos").agg(sql.sort_array(sql.collect_list("far")).alias("near"))
    background = known if known is not None else _describe(_count_texts(listings), _count_recurring(judged), whole)
    shared, ground = shop.share(pack, whole), shop.share(background)
    described = sql.substring("description", 1, _DESCRIPTION).alias("description")
    held = listings.select(*FEATURES, "title", described).join(near, "pos", "left")

    def weigh(pairs: "pa.Table", held: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        rules, known = shared.value
        pos = numbers_of(held, "pos")
        catalog = Catalog({name: texts_of(held, name) for name in ("title", "description", "shop")}, {})
        features = unpack_features(held, known)
        met = meet_pairs(pairs, pos, catalog, rules)
        start, items = lists_of(held, "near")
        here = replace(ground.value, near=items.to_numpy(zero_copy_only=False), start=start)
        evidence = Evidence(catalog, features, here, np.arange(len(features)), met.left, met.right, Texts(catalog))
        nothing = np.empty(0, dtype=np.int64)

        def make_model() -> PairModel:
            return PairModel(load_trees(), evidence, *bind(len(features), nothing, nothing, nothing == 0))

        found = find_likely(features, rules, met, _find_nothing(), make_model, spell_few(catalog, known.listings))
        ends = {"left": pa.array(pos[found.left], pa.int64()), "right": pa.array(pos[found.right], pa.int64())}
        titles = catalog.column("title")
        same = get_signal("title").measure(features, found.left, found.right) >= EQUAL
        ends_of = zip(titles[found.left].tolist(), titles[found.right].tolist(), same.tolist(), strict=True)
        near = [equal or may_slip(one, other) or may_stand_in_line(one, other) for one, other, equal in ends_of]
        chance = pa.array(found.chance, pa.float64())
        return pa.table({**ends, "chance": chance, "near": pa.array(near, pa.bool_())})

    return join_blocks(judged.where("doubtful").select("left", "right"), held, weigh, LIKELY), background


def _find_nothing() -> Findings:
    whole, real = np.empty(0, dtype=np.int64), np.empty(0)
    told = whole == 0
    return Findings(whole, whole, whole, real, told, told, {signal.name: real for signal in SIGNALS})


def _count_texts(listings: "DataFrame") -> Mapping[str, Mapping[int, int]]:
    """In how many titles and descriptions each word stands, and each sequence of signs."""
    from pyspark.sql import functions as sql

    def count(table: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        texts = Texts(Catalog({name: texts_of(table, name) for name in ("title", "description")}, {}))
        counts = {name: getattr(texts, name).count_columns() for name in _TABLES}
        at = {name: np.flatnonzero(column) for name, column in counts.items()}
        return pa.table({
            "of": pa.array([name for name, places in at.items() for _ in places.tolist()], pa.string()),
            "at": pa.array(np.concatenate(list(at.values())), pa.int64()),
            "n": pa.array(np.concatenate([counts[name][places] for name, places in at.items()]), pa.int64()),
        })  # fmt: skip

    counted = map_tables(listings, count, "of string, at long, n long", ["title", "description"])
    found: dict[str, dict[int, int]] = {name: {} for name in _TABLES}
    for row in counted.groupBy("of", "at").agg(sql.sum("n").alias("n")).collect():
        found[row["of"]][int(row["at"])] = int(row["n"])
    return found


def _count_recurring(judged: "DataFrame") -> Mapping[int, int]:
    """In how many different products' titles each word is the only one by which two candidates differ."""
    words = judged.where("word is not null").select("word", "rest").distinct().groupBy("word").count()
    return {int(row["word"]): int(row["count"]) for row in words.collect()}


def _describe(counted: Mapping[str, Mapping[int, int]], recurring: Mapping[int, int], whole: Whole) -> Background:
    """What the whole catalogue says of words and listings, without what belongs to single listings."""
    empty = Texts(Catalog({"title": np.empty(0, dtype=object), "description": np.empty(0, dtype=object)}, {}))
    tables = {name: _spread(counted[name], getattr(empty, name).width) for name in _TABLES}
    return Background(
        whole.listings, tables["words"], tables["described"], tables["spelled"],
        _spread(recurring, empty.words.width).astype(np.float64), np.empty(0), np.zeros(1, dtype=np.int64),
    )  # fmt: skip


def _spread(counts: Mapping[int, int], width: int) -> IntArray:
    table = np.zeros(width, dtype=np.int64)
    table[list(counts)] = list(counts.values())
    return table
