"""Findings → groups, plans and words, a batch of components at a time, by the functions of the local engine.

What depends on all groups is counted between the steps: which names part many clusters, and how many listings wait for
one answer.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dupcheck.axes import HEAD
from dupcheck.groups import cluster_listings
from dupcheck.judging.likely import Likely
from dupcheck.learned.answers import WORTH
from dupcheck.messages import Lang
from dupcheck.model import Catalog, IntArray, Plan
from dupcheck.plans.advice import tell_apart
from dupcheck.plans.clusters import COMMON, arrange_groups, draw_plans, list_names, part_clusters
from dupcheck.plans.neighbours import SURE, spell_title
from dupcheck.plans.parts import Gap, Part
from dupcheck.plans.questions import name_alone
from dupcheck.plans.risk import count_asked, count_mended, measure_turnover, place_plan, rank_severity
from dupcheck.reports.documents import SettledAudit, settle_value
from dupcheck.reports.record import describe_group, describe_plan, list_pairs
from dupcheck.reports.tables import GROUP_COLUMNS, list_group_rows
from dupcheck.rules import RulePack
from dupcheck.signals import SIGNALS
from dupcheck.spark.components import find_components
from dupcheck.spark.history import Drift
from dupcheck.spark.judging import join_blocks, unpack_findings
from dupcheck.spark.rows import Whole, numbers_of, unpack_features, unpack_listings
from dupcheck.spark.session import Workshop, join_groups, map_tables

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

BATCH = 4_000
"""Listings whose components are worked on together, more or less; a component is never parted."""
_CLUSTER = "pos long, component long, cluster long, part int, place int, held boolean, gap string, kind string"
_ARRANGED = "pos long, piece long, acts boolean, title string, head string"
_PLAN = (
    "component long, group_id string, first long, sold double, severity int, action string, keep string, title string, "
    "ids array<string>, offline long, said string, grouped string, kind string, alone string, waiting long, "
    "listings array<long>, gone array<long>"
)
_SIGNALS = tuple(signal.name for signal in SIGNALS)
PAIR = ", ".join(
    ["listing_a string, listing_b string, rule string, verdict string, differs_in string",
     *(f"{name} double" for name in _SIGNALS), "explanation string"]
)  # fmt: skip
ORDER = ("idle", "severity", "mends", "sold", "first")
"""By what plans are put in order: what mending them saves (:func:`~dupcheck.plans.risk.place_plan`)."""
_SHOWN = ("title", "price", "url")
_MEMBER = ", ".join(
    ["idle boolean, severity int, mends long, sold double, first long, place int",
     *(f"{name} string" for name in GROUP_COLUMNS if name not in _SHOWN)]
)  # fmt: skip


@dataclass(frozen=True)
class Remedies:
    """Tables: ``groups`` a row a group and listing, ``plans`` a row a plan, ``advice`` the same for what is in none."""

    groups: "DataFrame"
    plans: "DataFrame"
    advice: "DataFrame"


def plan_remedies(
    shop: Workshop, findings: "DataFrame", likely: "DataFrame", listings: "DataFrame", pack: RulePack, whole: Whole,
    lang: Lang, drift: Drift | None = None,
) -> Remedies:  # fmt: skip
    """Return groups, their plans, and advice for listings that no plan names; what is ``likely`` to be one product with
    a group is asked about beside it.

    Of components that nothing happened to since an earlier run the groups and plans are those of that run.
    """
    caught = findings.where("duplicate")
    shared = shop.share(pack, whole)
    homes = find_components(shop, caught.select("left", "right"), "duplicates")
    touched = _find_touched(shop, homes, None if drift is None else drift.stale, drift, "duplicates")
    batches = _batch(homes, touched)
    held, pairs = _gather(batches, listings), _join_batch(caught, batches)
    made = join_groups(pairs, held, lambda found, rows: _cluster(found, rows, *shared.value), _CLUSTER)
    clusters = shop.keep(_renew(made, drift, "clusters", homes, touched), "clusters")
    common = _find_common(clusters)
    moved = None
    if drift is not None and touched is not None:
        touched = shop.keep(
            _add_shifted(touched, clusters, common, _find_common(drift.earlier.open("clusters"))), "moved-homes"
        )
        moved = homes.join(touched, "component", "left_semi").select("pos").unionByName(drift.stale).distinct()
        batches = _batch(homes, touched)
        held, pairs = _gather(batches, listings), _join_batch(caught, batches)
    parted = clusters.drop("component", "kind")
    made = join_groups(
        pairs, held.join(parted, "pos", "left"), lambda _, rows: _arrange(rows, shared.value, common), _ARRANGED
    )
    arranged = shop.keep(_renew(made, drift, "arranged", homes, touched), "arranged")
    ends = caught.select("left", "right").unionByName(_join_likely(likely, arranged, listings))
    ends = ends.unionByName(_join_alike(arranged, "title")).unionByName(_join_alike(arranged, "head"))
    homes = find_components(shop, ends, "groups")
    touched = _find_touched(shop, homes, moved, drift, "groups")
    batches = _batch(homes, touched)
    placed = _gather(batches, listings).join(parted, "pos", "left")
    made = join_groups(
        _join_batch(_stack_pairs(caught, likely), batches), placed,
        lambda found, rows: _draw(found, rows, shared.value, common, lang), _PLAN,
    )  # fmt: skip
    drawn = shop.keep(_renew(made, drift, "drawn", homes, touched), "drawn")
    changes, advice = _tell_apart(shop, findings, drawn, listings, shared, lang)
    return Remedies(*_finish(shop, _settle(drawn), changes, listings, lang), advice)


def _find_touched(
    shop: Workshop, homes: "DataFrame", moved: "DataFrame | None", drift: Drift | None, name: str
) -> "DataFrame | None":
    """Return the components that are others than in an earlier run, None where all are to be looked at: those with a
    listing that has ``moved``, or that stood in one component with such a listing.
    """
    if drift is None or moved is None:
        return None
    before = drift.earlier.open(f"{name}-components")
    torn = before.join(moved, "pos", "left_semi").select("component").distinct()
    around = before.join(torn, "component", "left_semi").select("pos").unionByName(moved)
    return shop.keep(homes.join(around, "pos", "left_semi").select("component").distinct(), f"{name}-touched")


def _renew(
    made: "DataFrame", drift: Drift | None, step: str, homes: "DataFrame", touched: "DataFrame | None"
) -> "DataFrame":
    """Return a step's rows: those ``made`` of components that were touched, those of an earlier run of all others."""
    if drift is None or touched is None:
        return made
    by = "component" if "component" in made.columns else "pos"
    same = homes.join(touched, "component", "left_anti").select(by).distinct()
    return made.unionByName(drift.earlier.open(step).join(same, by, "left_semi"))


def _find_common(clusters: "DataFrame") -> frozenset[str]:
    """The kinds of gaps between two names that part so many clusters that they are no names."""
    from pyspark.sql import functions as sql

    named = clusters.where("kind is not null").groupBy("kind").agg(sql.countDistinct("cluster").alias("n"))
    return frozenset(row["kind"] for row in named.where(sql.col("n") >= COMMON).collect())


def _add_shifted(
    touched: "DataFrame", clusters: "DataFrame", common: frozenset[str], before: frozenset[str]
) -> "DataFrame":
    """Add to components those with names that have become common, or are so no longer."""
    from pyspark.sql import functions as sql

    shifted = clusters.where(sql.col("kind").isin(*sorted(common ^ before))).select("component")
    return touched.unionByName(shifted).distinct()


def _join_likely(likely: "DataFrame", arranged: "DataFrame", listings: "DataFrame") -> "DataFrame":
    """The likely pairs that may bring two groups, a listing and a group, or two listings together: two groups that are
    both acted on only where the mean of all their pairs is sure, and so one of them at least.
    """
    from pyspark.sql import functions as sql

    stated = sql.map_from_arrays("axis", "value")
    heads = listings.select("pos", stated[HEAD].alias("head")).where("head is not null")
    met = likely
    for side in ("left", "right"):
        homes = arranged.select(
            sql.col("pos").alias(side), sql.col("piece").alias(f"piece_{side}"), sql.col("acts").alias(f"acts_{side}")
        )
        named = heads.select(sql.col("pos").alias(side), sql.col("head").alias(f"head_{side}"))
        met = met.join(homes, side, "left").join(named, side, "left")
    worth = (sql.col("chance") >= WORTH) | sql.col("near") | (sql.col("head_left") == sql.col("head_right"))
    apart = "piece_left is null or piece_right is null or piece_left != piece_right"
    acting = sql.coalesce(sql.col("acts_left") & sql.col("acts_right"), sql.lit(False))
    return met.where(apart).where(sql.when(acting, sql.col("chance") >= SURE).otherwise(worth)).select("left", "right")


def _join_alike(arranged: "DataFrame", by: str) -> "DataFrame":
    """Each group with the first that has its title, or its head."""
    from pyspark.sql import functions as sql

    told = arranged.where(sql.col(by) != "")
    first = told.groupBy(by).agg(sql.min("piece").alias("left"))
    met = told.join(first, by).where("piece > left")
    return met.select("left", sql.col("piece").alias("right")).distinct()


def _stack_pairs(caught: "DataFrame", likely: "DataFrame") -> "DataFrame":
    """What was caught and what is likely as rows of one table; of these only the latter have a ``chance``."""
    return caught.unionByName(likely, allowMissingColumns=True)


def _batch(homes: "DataFrame", touched: "DataFrame | None" = None) -> "DataFrame":
    """Each listing of the components that are ``touched`` (None: of all) with its component and the batch (``block``)
    that this is worked on in.
    """
    from pyspark.sql import functions as sql

    found = homes if touched is None else homes.join(touched, "component", "left_semi")
    batches = max(found.count() // BATCH, 1)
    return found.withColumn("block", sql.pmod(sql.xxhash64("component"), sql.lit(batches)))


def _gather(batches: "DataFrame", listings: "DataFrame") -> "DataFrame":
    return batches.join(listings, "pos")


def _join_batch(findings: "DataFrame", batches: "DataFrame") -> "DataFrame":
    from pyspark.sql import functions as sql

    placed = findings.join(batches.select(sql.col("pos").alias("left"), "component", "block"), "left")
    other = batches.select(sql.col("pos").alias("right"), sql.col("component").alias("home"))
    return placed.join(other, "right").where("component = home").drop("home")


def _cluster(found: "pa.Table", rows: "pa.Table", pack: RulePack, whole: Whole) -> "pa.Table":
    pos, features = numbers_of(rows, "pos"), unpack_features(rows, whole)
    component = numbers_of(rows, "component")
    clusters = cluster_listings(features, pack, unpack_findings(found, pos))
    made = []
    for members, parts in zip(clusters, part_clusters(unpack_listings(rows), features, pack, clusters), strict=True):
        names = list_names(parts)
        for number, part in enumerate(parts):
            gap = part.gap
            first = {
                "gap": None if gap is None else json.dumps([gap.what, gap.here, gap.there, gap.axis]),
                "kind": None if gap is None or gap.kind not in names else gap.kind,
            }
            made += [
                {"pos": int(pos[m]), "component": int(component[m]), "cluster": int(pos[members[0]]), "part": number,
                 "place": place, "held": m in part.held, **(first if place == 0 else {})}
                for place, m in enumerate(part.members)
            ]  # fmt: skip
    return _stack(made, _CLUSTER)


def _unpack_clusters(rows: "pa.Table") -> list[list[Part]]:
    """The clusters that listings stand in, each as its parts."""
    columns = (rows.column(name).to_pylist() for name in ("cluster", "part", "place", "held", "gap"))
    clusters: dict[int, dict[int, Part]] = {}
    told = ((*cells, k) for k, cells in enumerate(zip(*columns, strict=True)) if cells[0] is not None)
    for cluster, number, place, held, gap, k in sorted(told, key=lambda row: row[:3]):
        if place == 0:
            clusters.setdefault(cluster, {})[number] = Part([], None if gap is None else _unpack_gap(gap))
        part = clusters[cluster][number]
        part.members.append(k)
        if held:
            part.held.append(k)
    return [list(parts.values()) for parts in clusters.values()]


def _unpack_gap(told: str) -> Gap:
    what, here, there, axis = json.loads(told)
    return Gap(what, tuple(here), tuple(there), axis)


def _arrange(rows: "pa.Table", known: tuple[RulePack, Whole], common: frozenset[str]) -> "pa.Table":
    import pyarrow as pa

    pack, whole = known
    pos, features = numbers_of(rows, "pos"), unpack_features(rows, whole)
    catalog = unpack_listings(rows)
    groups = arrange_groups(catalog, features, pack, _unpack_clusters(rows), common)
    listed = [[m for part in group for m in part.members] for group in groups]
    sizes = [len(group) for group in listed]
    titles, axis = catalog.column("title"), features.axes.get(HEAD)
    aliases = features.statistics.taught.lexicon.aliases
    named = np.repeat(np.array([spell_title(titles[group[0]], aliases) for group in listed], dtype=object), sizes)
    heads = ["" if axis is None else axis.value(group[0]) for group in listed]
    members = np.array([m for group in listed for m in group], dtype=np.int64)
    first = np.repeat(np.array([min(group) for group in listed], dtype=np.int64), sizes)
    acts = np.repeat(np.array([len(group[0].members) > 1 for group in groups], dtype=bool), sizes)
    return pa.table({
        "pos": pa.array(pos[members], pa.int64()), "piece": pa.array(pos[first], pa.int64()),
        "acts": pa.array(acts, pa.bool_()),
        "title": pa.array(named, pa.string()),
        "head": pa.array(np.repeat(np.array(heads, dtype=object), sizes), pa.string()),
    })  # fmt: skip


def _unpack_likely(table: "pa.Table", pos: IntArray) -> Likely:
    left, right = (np.searchsorted(pos, numbers_of(table, side)) for side in ("left", "right"))
    chance = numbers_of(table, "chance").astype(np.float64)
    order = np.lexsort((right, left, -chance))
    return Likely(left[order], right[order], chance[order])


def _draw(
    found: "pa.Table", rows: "pa.Table", known: tuple[RulePack, Whole], common: frozenset[str], lang: Lang
) -> "pa.Table":
    pack, whole = known
    pos, features, catalog = numbers_of(rows, "pos"), unpack_features(rows, whole), unpack_listings(rows)
    by_rule = found.column("chance").is_null()
    caught, likely = (
        unpack_findings(found.filter(by_rule), pos),
        _unpack_likely(found.filter(found.column("chance").is_valid()), pos),
    )
    drawn = draw_plans(catalog, features, pack, caught, _unpack_clusters(rows), common, likely)
    sold, component = measure_turnover(catalog), numbers_of(rows, "component")
    made = []
    for group, members, plan in drawn:
        question = plan.question
        offline = {catalog.positions[i] for i in plan.offline}
        made.append({
            "component": int(component[members[0]]), "group_id": group.group_id, "first": int(pos[members[0]]),
            "sold": float(sold[members].sum()), "severity": rank_severity(group, pack),
            **_say_plan(catalog, plan, lang), "offline": len(plan.offline),
            "grouped": json.dumps(describe_group(group, plan, lang), ensure_ascii=False),
            "kind": None if question is None else question.kind,
            "alone": None if question is None else name_alone(question),
            "waiting": 0 if question is None else len(question.listings),
            "listings": [int(pos[catalog.positions[i]]) for i in plan.listings],
            "gone": [int(pos[m]) for m in sorted(offline)],
        })  # fmt: skip
    return _stack(made, _PLAN)


def _say_plan(catalog: Catalog, plan: Plan, lang: Lang) -> dict[str, Any]:
    """A plan in words, and what of it is asked for by name."""
    said = settle_value(describe_plan(catalog, plan, lang))
    return {
        "action": plan.action, "keep": plan.keep, "title": plan.title, "ids": list(plan.listings),
        "said": json.dumps(said, ensure_ascii=False),
    }  # fmt: skip


def _settle(drawn: "DataFrame") -> "DataFrame":
    """Say of each question how many listings of all plans wait for its answer, and of which kind it then is."""
    from pyspark.sql import functions as sql

    asked = drawn.where("kind is not null").groupBy("kind").agg(sql.count(sql.lit(1)).alias("plans"))
    told = drawn.join(asked, "kind", "left").withColumn(
        "kind", sql.when(sql.col("plans") > 1, sql.col("kind")).otherwise(sql.col("alone"))
    )
    waiting = told.where("kind is not null").groupBy("kind").agg(sql.sum("waiting").alias("settles"))
    return told.join(waiting, "kind", "left")


# ---------------------------------------------------------------------------------------------------------------------
# Different products that look like one


_CHANGE = (
    "group_id string, component long, place int, change string, first long, action string, keep string, title string, "
    "ids array<string>, said string"
)


def _tell_apart(
    shop: Workshop,
    findings: "DataFrame",
    drawn: "DataFrame",
    listings: "DataFrame",
    shared: Any,
    lang: Lang,
) -> "tuple[DataFrame, DataFrame]":
    """What the listings of plans must change besides, and advice for those that no plan names."""
    from pyspark.sql import functions as sql

    gone = drawn.select(sql.explode("gone").alias("pos")).distinct()
    advice = findings.where("not duplicate")
    for side in ("left", "right"):
        advice = advice.join(gone.select(sql.col("pos").alias(side)), side, "left_anti")
    advice = shop.keep(advice, "advice-pairs")
    batches = _batch(find_components(shop, advice.select("left", "right"), "advice"))
    home = drawn.select("group_id", sql.explode("listings").alias("pos"))
    held, pairs = _gather(batches, listings).join(home, "pos", "left"), _join_batch(advice, batches)
    made = shop.keep(
        join_groups(pairs, held, lambda found, rows: _advise(found, rows, shared.value, lang), _CHANGE), "advised"
    )
    alone = made.where("said is not null").select("group_id", "first", "action", "keep", "title", "ids", "said")
    told = shop.keep(map_tables(alone, _finish_plans, DRAWN), "advice")
    return made.where("change is not null"), told.orderBy("first")


def _advise(found: "pa.Table", rows: "pa.Table", known: tuple[RulePack, Whole], lang: Lang) -> "pa.Table":
    pack, whole = known
    pos, features, catalog = numbers_of(rows, "pos"), unpack_features(rows, whole), unpack_listings(rows)
    component = dict(zip(catalog.ids.tolist(), rows.column("component").to_pylist(), strict=True))
    home: dict[str, list[str]] = {}
    for listing_id, group_id in zip(catalog.ids.tolist(), rows.column("group_id").to_pylist(), strict=True):
        if group_id is not None:
            home.setdefault(group_id, []).append(listing_id)
    plans = [Plan(g, "none", "", tuple(ids), "", (), (), None, (), (), ()) for g, ids in home.items()]
    mended, added = tell_apart(catalog, features, pack, unpack_findings(found, pos), plans)
    made: list[dict[str, Any]] = [
        {
            "group_id": plan.group_id, "component": component[c.listing_id], "place": k,
            "change": json.dumps(settle_value(c.as_dict(lang)), ensure_ascii=False),
        }
        for plan in mended
        for k, c in enumerate(plan.changes)
    ]  # fmt: skip
    made += [
        {
            "group_id": plan.group_id, "component": component[plan.listings[0]],
            "first": component[plan.listings[0]], **_say_plan(catalog, plan, lang),
        }
        for plan in added
    ]  # fmt: skip
    return _stack(made, _CHANGE)


# ---------------------------------------------------------------------------------------------------------------------
# Words


DRAWN = (
    "idle boolean, severity int, mends long, sold double, first long, group_id string, action string, keep string, "
    "listings array<string>, title string, plan string, grouped string, violations long, advised long"
)
"""The schema of plans in words: by what they are put in order, what they say, and both as ``audit.json`` holds them."""


def _finish(
    shop: Workshop, settled: "DataFrame", changes: "DataFrame", listings: "DataFrame", lang: Lang
) -> "tuple[DataFrame, DataFrame]":
    from pyspark.sql import functions as sql

    mended = changes.groupBy("group_id").agg(
        sql.array_sort(sql.collect_list(sql.struct("component", "place", "change"))).alias("changes")
    )
    whole = settled.join(mended, "group_id", "left").drop("component", "alone", "waiting", "plans", "listings", "gone")
    told = shop.keep(map_tables(whole, _finish_plans, DRAWN), "plans")
    members = map_tables(told, lambda table: _list_members(table, lang), _MEMBER)
    price = sql.when(~sql.isnan("price"), sql.col("price")).alias("price")  # an empty cell where there is none
    shown = listings.select("listing_id", "title", price, "url")
    groups = members.join(shown, "listing_id", "left").orderBy(*ORDER, "place")
    return groups.select(*GROUP_COLUMNS), told.orderBy(*ORDER)


def _list_members(table: "pa.Table", lang: Lang) -> "pa.Table":
    """The rows of ``groups.csv``, without what their listings say themselves."""
    made: list[tuple[Any, ...]] = []
    for row in table.select([*ORDER, "grouped"]).to_pylist():
        audit = SettledAudit({"lang": lang, "listings": {}, "groups": [json.loads(row["grouped"])]})
        for place, told in enumerate(list_group_rows(audit)):
            made.append((*(row[name] for name in ORDER), place, *told))
    names = (*ORDER, "place", *GROUP_COLUMNS)
    columns = dict(zip(names, zip(*made, strict=True) if made else [()] * len(names), strict=True))
    return _make_table({name: columns[name] for name in _read_schema(_MEMBER)}, _MEMBER)


_KINDS = {"boolean": "bool_", "int": "int32", "long": "int64", "double": "float64", "string": "string",
          "binary": "binary"}  # fmt: skip


def _read_schema(schema: str) -> dict[str, "pa.DataType"]:
    """The columns of a schema, each with its type in Arrow."""
    import pyarrow as pa

    made = {}
    for name, kind in (part.split() for part in schema.split(", ")):
        inner = kind.removeprefix("array<").removesuffix(">")
        simple = getattr(pa, _KINDS[inner])()
        made[name] = simple if inner == kind else pa.list_(simple)
    return made


def _make_table(columns: Mapping[str, Any], schema: str) -> "pa.Table":
    import pyarrow as pa

    return pa.table({name: pa.array(columns[name], kind) for name, kind in _read_schema(schema).items()})


def _stack(rows: Sequence[Mapping[str, Any]], schema: str) -> "pa.Table":
    """Rows given as dicts; what one does not name is missing."""
    import pyarrow as pa

    return pa.Table.from_pylist(list(rows), schema=pa.schema(list(_read_schema(schema).items())))


def _finish_plans(table: "pa.Table") -> "pa.Table":
    """Add to plans what their listings change besides and how many wait for one answer, which only all plans tell."""
    made = []
    for row in table.to_pylist():
        said = json.loads(row["said"])
        more = [json.loads(change["change"]) for change in row.get("changes") or ()]
        said["changes"] += more
        if said["question"] is not None:
            said["question"] |= {"kind": row["kind"], "settles": row["settles"]}
        changed = len({change["listing_id"] for change in said["changes"]})
        mends = count_mended(row["action"], len(row["ids"]), changed, row.get("offline") or 0)
        place: Mapping[str, Any] = {}
        if row.get("grouped") is not None:
            weight = mends + count_asked(row["action"], len(row["ids"]))
            place = dict(zip(ORDER, place_plan(weight, row["severity"], row["sold"], row["first"]), strict=True))
        made.append({
            "first": row["first"], **place, "group_id": row["group_id"], "action": row["action"], "keep": row["keep"],
            "listings": row["ids"], "title": row["title"], "plan": json.dumps(said, ensure_ascii=False),
            "grouped": row.get("grouped"), "violations": mends, "advised": changed,
        })  # fmt: skip
    return _stack(made, DRAWN)


def tell_pairs(
    shop: Workshop, findings: "DataFrame", listings: "DataFrame", pack: RulePack, whole: Whole, lang: Lang
) -> "DataFrame":
    """Return every finding in words: the columns of ``pairs.csv``, behind the places of both and the rule's number."""
    shared = shop.share(pack, whole)

    def tell(found: "pa.Table", rows: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        rules, known = shared.value
        pos, features, catalog = numbers_of(rows, "pos"), unpack_features(rows, known), unpack_listings(rows)
        caught = unpack_findings(found, pos)
        told = list(list_pairs(catalog, features, rules, caught, lang))
        flat = {name: [pair[name] for pair in told] for name in ("listing_a", "listing_b", "rule", "verdict")}
        return pa.table({
            "left": pa.array(pos[caught.left], pa.int64()), "right": pa.array(pos[caught.right], pa.int64()),
            "number": pa.array(caught.rule, pa.int32()),
            **{name: pa.array(values, pa.string()) for name, values in flat.items()},
            "differs_in": pa.array([";".join(d["axis"] for d in pair["differs_in"]) for pair in told], pa.string()),
            **{name: pa.array([pair["signals"][name] for pair in told], pa.float64()) for name in _SIGNALS},
            "explanation": pa.array([pair["explanation"] for pair in told], pa.string()),
        })  # fmt: skip

    return join_blocks(findings, listings, tell, f"left long, right long, number int, {PAIR}")
