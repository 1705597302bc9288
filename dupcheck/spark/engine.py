"""The whole way on Spark: from files to tables of pairs, groups and plans, without a machine that holds it all.

Each step is written to a work folder before the next begins, so that a lost task or executor costs its part of one
step. The driver sees counts, and what the catalogue teaches; never listings, features, candidates or pairs.
"""

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from dupcheck.judging.background import Background
from dupcheck.judging.twins import find_script
from dupcheck.messages import Lang, Message, message
from dupcheck.reports.record import FORMAT, describe_pack, list_versions
from dupcheck.rules import RulePack, read_pack
from dupcheck.spark.blocking import Proposed, propose_pairs
from dupcheck.spark.history import STEPS, Drift, History, Learned, find_drift
from dupcheck.spark.judging import FINDING, judge_blocks, thin_advice
from dupcheck.spark.likelihood import find_probable
from dupcheck.spark.photos import PhotoPlace, Shown, see_all
from dupcheck.spark.reading import Manner, find_root, read_listings
from dupcheck.spark.remedies import PAIR, Remedies, plan_remedies, tell_pairs
from dupcheck.spark.rows import Whole, texts_of
from dupcheck.spark.session import Workshop, list_names, map_tables, open_session, settle
from dupcheck.spark.teaching import (
    apply_taught,
    count_whole,
    list_troubles,
    mark_crowds,
    measure_rows,
    read_titles,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa
    from pyspark.sql import DataFrame

_DROPPED = ("listing_id", "currency", "category", "shop")
"""What measured rows repeat of their listings."""


@dataclass(frozen=True)
class TableAudit:
    """What an audit on Spark found.

    Attributes:
        out: The folder of its tables: ``pairs``, ``groups``, ``plans``, ``advice`` and ``problems``, each as Parquet
            and, under ``csv``, as CSV; and ``summary.json``.
        summary: What ``summary.json`` holds: rules, counts, how candidates were found and what this may miss.
    """

    out: str
    summary: Mapping[str, Any]


def audit_tables(
    paths: str | Sequence[str],
    out: str,
    rules: str | Path | RulePack = "aliexpress",
    *,
    settings: Sequence[str] = (),
    images: str | None = None,
    mapping: Mapping[str, str] | None = None,
    currency: str = "",
    delimiter: str = "",
    lang: Lang = "en",
    cache: str | None = None,
    allow_hosts: Sequence[str] | None = None,
    work: str | None = None,
    progress: "Callable[[str, int, int], None] | None" = None,
) -> TableAudit:
    """Check a catalogue that may be larger than any machine, on Spark.

    Args:
        paths: Files or folders of CSV, JSON Lines or Parquet, in whatever storage Spark reads (``s3a://``, ``hdfs://``).
        out: The folder to write tables to.
        rules: A shipped pack's name, a TOML file, or a pack.
        settings: Limits to change, each as ``"R2.title.min=85"``.
        images: What photo paths start from: a folder that every executor sees alike, or a store (``s3://``, ``gs://``,
            ``hdfs://``).
        mapping: Which header holds which field, where the file does not tell.
        currency: That of prices without one.
        delimiter: What parts the cells of CSV files, where it is no comma.
        lang: The language of texts.
        cache: The folder, in storage that all executors share, where fingerprints of photos are kept between runs, so
            that no photo is read again that did not change, and the run itself: the next one of the same paths measures
            and judges what is new or changed since (:mod:`dupcheck.spark.history`). None: nothing is kept.
        allow_hosts: Photos that are web addresses are fetched by the executors, from these hosts also where they are in
            a private network; None: they are left alone.
        work: The folder of the steps in between, in storage that all executors share; removed at the end. None: one
            beside ``out``.
        progress: Called with the stage, how much of it is done, and of how much.

    Returns:
        Where the tables are, and their summary.

    Raises:
        CatalogError: A path holds no catalogue.
        DupcheckError: pyspark or Java is missing.
    """
    pack = read_pack(rules).with_limit(*settings)
    named = [paths] if isinstance(paths, str) else list(paths)
    session, fresh = open_session()
    shop = Workshop(session, work or f"{out.rstrip('/')}-work-{uuid4().hex[:8]}")
    shop.find(out)  # what cannot be written is said before the work begins
    manner = Manner(mapping or {}, currency, delimiter, find_root(named, images))
    history = History(shop, cache, [named, manner.list_facts(), describe_pack(pack, lang), lang])
    shop = replace(shop, lasting=history.run, steps=STEPS)
    try:
        with settle(session), warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of Spark, about releases of pandas
            return _Run(shop, pack, lang, progress).audit(named, out, manner, cache, allow_hosts, history)
    finally:
        shop.clear(shop.folder)
        history.clear()
        if fresh:
            session.stop()


class _Run:
    """One audit: its workshop, its rules, and who is told how far it is."""

    def __init__(self, shop: Workshop, pack: RulePack, lang: Lang, progress: Any) -> None:
        self.shop, self.pack, self.lang, self.progress = shop, pack, lang, progress

    def tell(self, stage: str, done: int) -> None:
        """Say that a stage has begun or ended."""
        if self.progress is not None:
            self.progress(stage, done, 1)

    def audit(
        self,
        paths: Sequence[str],
        out: str,
        manner: Manner,
        cache: str | None,
        hosts: Sequence[str] | None,
        history: History,
    ) -> TableAudit:
        """Take the whole way, and write what was found."""
        from pyspark.sql import functions as sql

        shop, lang = self.shop, self.lang
        self.tell("audit.stage_features", 0)
        read, mapping = read_listings(shop, paths, manner, lang)
        given, problems = read.where("problem is null"), read.where("problem is not null")
        now = self._measure(given, PhotoPlace(manner.images, cache, hosts), history)
        listings, measured, whole, drift = now.listings, now.measured, now.whole, now.drift
        self.tell("audit.stage_candidates", 0)
        proposed = propose_pairs(shop, measured, whole, None if drift is None else drift.changed, self.pack, listings)
        pairs = proposed.pairs if drift is None else drift.renew_pairs("pairs", proposed.pairs)
        pairs = shop.keep(pairs, "pairs") if shop.lasting else pairs
        more = () if drift is None else (message("audit.may_miss_drift", count=drift.fresh),)
        proposed = replace(proposed, may_miss=(*proposed.may_miss, *_tell_scripts(listings), *more))
        self.tell("audit.stage_pairs", 0)
        joined = listings.drop("problem", "field", "severity").join(
            measured.drop(*_DROPPED, "troubles", "graphic"), "pos"
        )
        whole_rows = shop.keep(joined, "whole")
        about = proposed.pairs.withColumn("new", sql.lit(True))
        about = about if drift is None else _surround(pairs, about)
        judged = shop.keep(judge_blocks(shop, about, whole_rows, self.pack, whole), "judged")
        found = judged.where("rule is not null").select(list_names(FINDING))
        caught = shop.keep(found if drift is None else drift.renew_pairs("caught", found), "caught")
        findings = shop.keep(thin_advice(caught), "findings")
        self.tell("audit.stage_groups", 0)
        probable, background = find_probable(shop, judged, whole_rows, self.pack, whole, now.background)
        likely = shop.keep(probable if drift is None else drift.renew_pairs("likely", probable), "likely")
        remedies = plan_remedies(shop, findings, likely, whole_rows, self.pack, whole, lang, drift)
        self.tell("audit.stage_report", 0)
        said = self._tell_pairs(findings, whole_rows, whole, drift)
        _write(said.select(list_names(PAIR)).orderBy("listing_a", "listing_b", "rule"), out, "pairs")
        _write(remedies.groups, out, "groups")
        for name, plans in (("plans", remedies.plans), ("advice", remedies.advice)):
            _write(plans.select("group_id", "action", "keep", "listings", "title", "plan"), out, name)
        told_of = problems.select(
            "row", "listing_id", "field", "severity", sql.col("problem").alias("message")
        ).distinct()
        every = told_of.unionByName(list_troubles(measured, listings, now.left_out, lang))
        _write(every.orderBy("row", "listing_id", "field", "message"), out, "problems")
        summary = self._summarize(out, _describe(listings, measured, mapping), pairs.count(), proposed, remedies)
        summary["last_run"] = None if drift is None else {"changed": drift.fresh, "gone": drift.gone}
        history.keep(Learned(whole, background), now.facts)
        shop.put_text(f"{out}/summary.json", json.dumps(summary, ensure_ascii=False, indent=1))
        self.tell("audit.stage_report", 1)
        return TableAudit(out, summary)

    def _measure(self, given: "DataFrame", place: PhotoPlace, history: History) -> "_Measured":
        """Measure the listings; those that did not change since an earlier run are taken from there."""
        from pyspark.sql import functions as sql

        shop, lang = self.shop, self.lang
        count = given.count()
        looked: list[Shown] = []

        def look(listings: "DataFrame") -> "DataFrame":
            looked.append(see_all(shop, listings, place))
            return looked[0].find_new()

        earlier = history.find()
        drift = None if earlier is None else find_drift(shop, given, count, earlier, look)
        if drift is None:
            shown = see_all(shop, given, place)
            told, taught = read_titles(shop, given, count)
            listings, measured = given, measure_rows(shop, told, taught, shown, lang)
            drifted, base, background = 0, count, None
        else:
            shown, learned, facts = looked[0], drift.earlier.recall(), drift.earlier.facts
            taught, background = learned.whole.taught, learned.background
            new = apply_taught(shop, drift.pick(drift.listings), taught)
            told = shop.keep(drift.renew("read", new), "read")
            listings, measured = (
                drift.listings,
                drift.renew("measured", measure_rows(shop, drift.pick(told), taught, shown, lang)),
            )
            drifted, base = facts["drifted"] + drift.fresh + drift.gone, facts["taught"]
        marked = mark_crowds(shop, shop.keep(measured, "measured"))
        whole = count_whole(shop, told, marked, taught, count) if drift is None else learned.whole
        if shop.lasting:
            listings = shop.keep(listings, "placed")
        last = listings.agg(sql.max("pos")).first()
        facts = {"taught": base, "drifted": drifted, "places": 1 + int((last and last[0]) or 0)}
        return _Measured(listings, marked, whole, drift, background, shown.left_out, facts)

    def _tell_pairs(
        self, findings: "DataFrame", listings: "DataFrame", whole: Whole, drift: Drift | None
    ) -> "DataFrame":
        """Put findings into words, save those of which an earlier run has said the same."""
        shop, known = self.shop, None
        if drift is not None:
            named = findings.select("left", "right", "rule").withColumnRenamed("rule", "number")
            known = drift.hold_pairs("said").join(named, ["left", "right", "number"], "left_semi")
            said = known.select("left", "right", "number").withColumnRenamed("number", "rule")
            findings = findings.join(said, ["left", "right", "rule"], "left_anti")
        told = tell_pairs(shop, findings, listings, self.pack, whole, self.lang)
        told = told if known is None else told.unionByName(known)
        return shop.keep(told, "said") if shop.lasting else told

    def _summarize(
        self, out: str, catalog: Mapping[str, Any], count: int, proposed: Proposed, remedies: Remedies
    ) -> dict[str, Any]:
        from pyspark.sql import functions as sql

        read = self.shop.session.read

        def tally(table: str, *names: str) -> dict[str, int]:
            rows = read.parquet(f"{out}/{table}").groupBy(*names).count().collect()
            return {str(row[0]): int(row["count"]) for row in sorted(rows, key=lambda r: str(r[0]))}

        pairs = read.parquet(f"{out}/pairs")
        caught = pairs.where("verdict = 'duplicate'")
        flagged = caught.select(sql.explode(sql.array("listing_a", "listing_b"))).distinct().count()
        by_rule, by_action = tally("pairs", "rule"), tally("plans", "action")
        severities = tally("problems", "severity")
        return {
            "format": FORMAT,
            "lang": self.lang,
            "versions": list_versions(),
            "rules": describe_pack(self.pack, self.lang),
            "settings": {"engine": "spark"},
            "catalog": dict(catalog),
            "counts": {
                "listings": catalog["listings"],
                "flagged": flagged,
                "pairs": sum(by_rule.values()),
                "pairs_by_rule": by_rule,
                "groups": sum(by_action.values()),
                "grouped": read.parquet(f"{out}/groups").select("listing_id").distinct().count(),
                "groups_by_action": by_action,
                "advice": _sum(remedies.advice, "advised"),
                "violations": _sum(remedies.plans, "violations"),
                "questions": remedies.plans.where(sql.get_json_object("plan", "$.question.kind").isNotNull()).count(),
                "problems": sum(severities.values()),
                "problems_by_severity": {s: severities.get(s, 0) for s in ("error", "warning", "info")},
            },
            "candidates": {
                "pairs": count,
                "proposed_by": proposed.proposed_by,
                "may_miss": " ".join(m.say(self.lang) for m in proposed.may_miss),
            },
        }


@dataclass(frozen=True)
class _Measured:
    """The listings as they are measured, what the whole of them tells, and what is different since an earlier run."""

    listings: "DataFrame"
    measured: "DataFrame"
    whole: Whole
    drift: Drift | None
    background: Background | None
    left_out: int
    facts: Mapping[str, int]


def _surround(pairs: "DataFrame", new: "DataFrame") -> "DataFrame":
    """All pairs of the listings that new pairs name, what the chances of these are held against, and which are new."""
    from pyspark.sql import functions as sql

    named = new.select(sql.explode(sql.array("left", "right")).alias("pos")).distinct()
    ends = [pairs.join(named.withColumnRenamed("pos", side), side, "left_semi") for side in ("left", "right")]
    marked = ends[0].unionByName(ends[1]).distinct().join(new, ["left", "right"], "left")
    return marked.withColumn("new", sql.coalesce("new", sql.lit(False)))


def _tell_scripts(listings: "DataFrame") -> tuple[Message, ...]:
    """What is to be told where titles are in two scripts: twins among these are not looked for here."""

    def read(table: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        titles = texts_of(table, "title").tolist()
        return pa.table({"title": pa.array(titles), "script": pa.array([*map(find_script, titles)], pa.int64())})

    found = map_tables(listings, read, "title string, script long", ["title"]).where("script >= 0").distinct()
    counts = [row["count"] for row in found.groupBy("script").count().collect()]
    if len(counts) < 2:
        return ()
    return (message("audit.may_miss_languages_spark", count=sum(counts) - max(counts)),)


def _sum(frame: "DataFrame", column: str) -> int:
    from pyspark.sql import functions as sql

    found = frame.agg(sql.sum(column)).first()
    return int(found[0] or 0) if found is not None else 0


def _describe(listings: "DataFrame", measured: "DataFrame", mapping: Mapping[str, str]) -> dict[str, Any]:
    """What the catalogue holds."""
    from pyspark.sql import functions as sql

    held = sql.size(sql.from_json("skus", "array<array<string>>"))
    counted = listings.agg(
        sql.count(sql.lit(1)), sql.sum(sql.when(sql.col("skus").isNull(), 1).otherwise(held))
    ).first()
    shown = measured.select(sql.explode(sql.concat(sql.array("photo"), "further")).alias("photo"))
    photos = shown.where("photo is not null").distinct().count()
    listed, skus = counted if counted is not None else (0, 0)
    return {"listings": listed, "skus": skus or 0, "photos": photos, "mapping": dict(mapping)}


def _write(frame: "DataFrame", out: str, name: str) -> None:
    """Write a table as Parquet, and the same as CSV with its lists joined."""
    from pyspark.sql import functions as sql

    frame.write.mode("overwrite").parquet(f"{out}/{name}")
    kept = frame.sparkSession.read.parquet(f"{out}/{name}")
    cells = [sql.array_join(c, "; ").alias(c) if kind.startswith("array") else sql.col(c) for c, kind in kept.dtypes]
    kept.select(*cells).write.mode("overwrite").options(header=True, escape='"').csv(f"{out}/csv/{name}")
