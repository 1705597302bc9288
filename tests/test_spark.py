"""Spark takes the whole way, and finds what the local engine finds: pairs, groups, plans, word for word."""

import importlib.util
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ready_commands import end_with_parent

import dupcheck as dc
from dupcheck.errors import DupcheckError
from dupcheck.files.arrays import connect
from dupcheck.model import Catalog

MISSING = importlib.util.find_spec("pyspark") is None or shutil.which("java") is None
needs_spark = pytest.mark.skipif(MISSING, reason="pyspark or Java is missing")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("spark")]


PACKAGE = Path(dc.__file__).parent.parent
HASTY = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""A short run is over before a thorough compiler pays."""
SETTINGS = {
    "spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "512m", "spark.sql.shuffle.partitions": "2", "spark.sql.codegen.wholeStage": "false",
    "spark.ui.showConsoleProgress": "false", "spark.driver.extraJavaOptions": HASTY,
    "spark.executor.extraJavaOptions": HASTY,
}  # fmt: skip


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("test")
    folder = str(tmp_path_factory.mktemp("spark"))
    for name, value in {**SETTINGS, "spark.local.dir": folder}.items():
        builder = builder.config(name, value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("PYTHONPATH", str(PACKAGE), prepend=os.pathsep)
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        yield session
        session.stop()


def read_table(folder: Path, name: str) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(folder / name).to_pylist()
    return rows


def expect_same(out: Path, audit: dc.Audit) -> None:
    """Every pair with its words, every group in its order, every plan and piece of advice."""
    record = audit.as_dict()
    local = [
        {"listing_a": p["listing_a"], "listing_b": p["listing_b"], "rule": p["rule"], "verdict": p["verdict"],
         "differs_in": ";".join(d["axis"] for d in p["differs_in"]), **p["signals"], "explanation": p["explanation"]}
        for p in record["pairs"]
    ]  # fmt: skip
    assert read_table(out, "pairs") == local
    assert local, "or nothing is shown"
    groups = audit.groups.astype(object).where(audit.groups.notna(), None).to_dict("records")
    assert read_table(out, "groups") == groups
    for name in ("plans", "advice"):
        assert [json.loads(row["plan"]) for row in read_table(out, name)] == json.loads(json.dumps(record[name]))
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    shared = summary["counts"].keys() & record["counts"].keys()
    assert {k: summary["counts"][k] for k in shared} == {k: record["counts"][k] for k in shared}
    ours, theirs = dict(record["candidates"]), dict(summary["candidates"])
    mark = r"[0-9]+ titles?(?: is| are)? in another script than most: "
    here, there = (re.split(mark, told.pop("may_miss")) for told in (ours, theirs))
    assert (theirs, there[0], len(there)) == (ours, here[0], len(here))
    assert there[1:] in ([], ["whether they name the same products is looked for by the local engine only."])


def list_children(parent: int) -> list[int]:
    """The processes below one, by their ids."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found += [int(place.parent.name), *list_children(int(place.parent.name))]
    return found


def find_executors(command: int) -> list[int]:
    return [
        p for p in list_children(command) if b"CoarseGrainedExecutorBackend" in Path(f"/proc/{p}/cmdline").read_bytes()
    ]


@needs_spark
@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_the_command_has_the_answer_of_the_local_engine_though_an_executor_is_killed(
    sample_folder: Path, sample_audit: dc.Audit, tmp_path: Path
) -> None:
    conf = {
        **SETTINGS, "spark.master": "local-cluster[2,1,512]", "spark.executor.memory": "512m",
        "spark.local.dir": tmp_path / "spark", "spark.executorEnv.PYTHONPATH": PACKAGE,
    }  # fmt: skip
    (tmp_path / "conf").mkdir()
    told = "".join(f"{name} {value}\n" for name, value in conf.items())
    (tmp_path / "conf" / "spark-defaults.conf").write_text(told, "utf-8")
    out = tmp_path / "out"
    words = ["audit", sample_folder / "catalog.csv", "--engine", "spark", "--out", out, "--fail-on", "duplicate",
             "--cache", tmp_path / "kept"]  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "dupcheck", *map(str, words)],
        env={**os.environ, "SPARK_CONF_DIR": str(tmp_path / "conf"), "PYTHONPATH": str(PACKAGE)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=end_with_parent,
    ) as command:  # fmt: skip
        while not list(tmp_path.glob("kept/runs/*/*/measured/_SUCCESS")) and command.poll() is None:
            time.sleep(0.1)
        first = find_executors(command.pid)
        if command.poll() is None:
            os.kill(first[0], signal.SIGKILL)
        said, wrong = command.communicate()
    assert command.returncode == 1, wrong
    assert len(first) == 2, "one is left to go on"
    assert f"{len(sample_audit.plans)} groups" in said
    assert "Traceback" not in wrong
    expect_same(out, sample_audit)
    problems = {(p["severity"], p["message"]) for p in read_table(out, "problems")}
    assert problems == {(p.severity, p.text.say("en")) for p in sample_audit.problems}
    assert not list(tmp_path.glob("out-work-*")), "the work folder is gone"


def invent_rows(count: int) -> list[dict[str, str]]:
    """A shop with copies, options, wholesale twins, misspellings, metric and other units, heads and tails."""
    draw = random.Random(7)
    words = [f"{a}{b}" for a in ("bram", "cort", "dels", "fenn", "grov", "hust") for b in ("ora", "ile", "un", "ack")]
    things = ("lamp", "kettle", "backpack", "curtain", "mug", "ring")
    rows: list[dict[str, Any]] = []
    while len(rows) < count:
        name, thing = " ".join(draw.sample(words, 3)), draw.choice(things)
        price, photo, brand = draw.randint(5, 90), draw.getrandbits(64), draw.choice(("Orvane", "Mistral", "Kaskade"))
        for k in range(draw.choice((1, 1, 2, 3, 5))):
            kind = draw.choice(("color", "size", "pack", "copy", "tail", "units"))
            color, size = draw.choice(("Red", "Blue", "Navy", "Green")), draw.choice(("S", "M", "L", "XL"))
            title = {
                "color": f"{name} {thing} {color}", "size": f"{name} {thing} {size}",
                "pack": f"{name} {thing} {k + 2}pcs",
                "copy": f"{name} {thing}", "tail": f"{name} {thing} - {color} / {size}",
                "units": f"{name} {thing} {'6.6 ft' if k % 2 else '2 m'}",
            }[kind]  # fmt: skip
            if draw.random() < 0.05:
                title = title.replace("kettle", "kettel")
            rows.append({
                "listing_id": f"N-{len(rows):04}", "title": title, "price": str(price), "currency": "USD",
                "attributes": f"Brand={brand}; Color={color}" if draw.random() < 0.6 else "",
                "category": draw.choice(("Home", "Kitchen", "")), "image_phash": f"{photo ^ (k == 2):016x}",
            })  # fmt: skip
    return rows


WORDS = ("oak", "brass", "linen", "glass", "river", "moon", "velvet", "copper", "birch", "amber", "coral", "slate")


@st.composite
def families(draw: st.DrawFn) -> list[dict[str, str]]:
    """One product in a few listings: each with its own choice, wording, price, photo, shop and faults; in one script,
    for what two scripts say alike is looked for by the local engine only.
    """
    name = " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=2, max_size=4, unique=True)))
    thing = draw(st.sampled_from(("lamp", "mug", "phone case", "tie")))
    photo, price = draw(st.integers(1, 2**64 - 2)), draw(st.integers(1, 900))
    tail = st.sampled_from((
        "", " Red", " Navy Blue", " XL", " 3pcs", " 2 m", " - Red / S", " - Blue / M", " 10 x 20 cm", " für Auto",
        " iPhone 14", " iPhone 15", " Hot Sale", " new!", " Prima", " Lalu",
    ))  # fmt: skip
    rows = []
    for _ in range(draw(st.integers(1, 5))):
        rows.append({
            "title": f"{name} {thing}{draw(tail)}{draw(tail)}",
            "price": draw(st.sampled_from((str(price), str(price), f"{price * 1.2:.2f}", ""))),
            "currency": draw(st.sampled_from(("USD", "USD", "EUR"))),
            "attributes": draw(st.sampled_from(("", "Color=Red; Size=S", "Brand=Orvane; Material=Oak", "Color=Blue"))),
            "image_phash": f"{photo ^ draw(st.sampled_from((0, 0, 1, 6, 2**63 - 1))):016x}",
            "sku_code": draw(st.sampled_from(("", "", "AB-1201", f"K-{price}"))),
            "shop": draw(st.sampled_from(("", "Mira"))), "min_order_quantity": draw(st.sampled_from(("", "10"))),
        })  # fmt: skip
    return rows


@needs_spark
@pytest.mark.usefixtures("session")
@settings(
    max_examples=3, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(shop=st.lists(families(), min_size=12, max_size=30))
def test_any_catalogue_has_the_answer_of_the_local_engine(
    shop: list[list[dict[str, str]]], tmp_path_factory: pytest.TempPathFactory, write_csv: Callable[..., Path]
) -> None:
    from dupcheck.spark import audit_tables

    folder = tmp_path_factory.mktemp("any")
    rows = [row for family in shop for row in family]
    path = write_csv(folder / "catalog.csv", [{"listing_id": f"L-{k}", **row} for k, row in enumerate(rows)])
    local = dc.audit(path, cache=folder / "cache")
    audit_tables(str(path), str(folder / "out"))
    expect_same(folder / "out", local)


@needs_spark
def test_a_folder_of_parquet_has_the_same_answer_with_crowds_and_rows_that_share_an_id(
    session: Any, tmp_path: Path, write_csv: Callable[..., Path]
) -> None:
    from dupcheck.spark import audit_tables

    rows = invent_rows(160)
    rows += [
        {
            **rows[0],
            "listing_id": f"C-{k:04}",
            "title": "Brass door handle Kaskade round",
            "image_phash": "c3d2e1f00f1e2d3c",
        }
        for k in range(150)
    ]  # one title and one photo on more listings than each is compared with
    rows += [{**rows[5], "title": f"{rows[5]['title']} again"}, {**rows[9], "listing_id": ""}]
    rows[7] = {**rows[7], "image_phash": "no hash"}
    path = write_csv(tmp_path / "whole.csv", rows)
    columns = list(rows[0])
    parts = session.createDataFrame(
        [tuple(row[c] or None for c in columns) for row in rows], ", ".join(f"{c} string" for c in columns)
    )
    parts.coalesce(1).write.option("maxRecordsPerFile", 90).parquet(str(tmp_path / "parts"))
    local = dc.audit(path, cache=tmp_path / "cache")
    found = audit_tables(str(tmp_path / "parts"), str(tmp_path / "out"))
    expect_same(tmp_path / "out", local)
    wrong = [p for p in read_table(tmp_path / "out", "problems") if p["field"] == "image_phash"]
    local_wrong = [p for p in local.problems if p.field == "image_phash"]
    assert [(p["row"], p["listing_id"], p["severity"], p["message"]) for p in wrong] == [
        (p.row, p.listing_id, p.severity, p.text.say("en")) for p in local_wrong
    ]
    assert [p.listing_id for p in local_wrong] == ["N-0007"]
    assert "150" not in found.summary["candidates"]["may_miss"]
    assert "60 others only" in found.summary["candidates"]["may_miss"]


@needs_spark
@pytest.mark.usefixtures("session")
def test_the_next_run_measures_and_judges_what_changed_and_has_the_answer_of_a_whole_one(
    tmp_path: Path, write_csv: Callable[..., Path]
) -> None:
    from dupcheck.spark import audit_tables

    rows = invent_rows(150)
    path = write_csv(tmp_path / "catalog.csv", rows)
    before = audit_tables(str(path), str(tmp_path / "before"), cache=str(tmp_path / "kept"))
    assert before.summary["last_run"] is None
    again = {**rows[20], "listing_id": "NEW-1", "title": f"{rows[20]['title']} Hot Sale"}
    dearer = {**rows[3], "title": rows[60]["title"], "price": rows[60]["price"]}
    today = [again, *rows[:3], dearer, *rows[4:40], *rows[41:]]  # every row below stands one row further down
    write_csv(path, today)
    found = audit_tables(str(path), str(tmp_path / "today"), cache=str(tmp_path / "kept"))
    assert found.summary["last_run"] == {"changed": 2, "gone": 1}
    assert sum(found.summary["candidates"]["proposed_by"].values()) < 2 * 60 < found.summary["candidates"]["pairs"]
    assert "2 listings are new or changed since the last run" in found.summary["candidates"]["may_miss"]
    local = dc.audit(path, cache=tmp_path / "cache")
    caught, there = (
        {(frozenset((p["listing_a"], p["listing_b"])), p["rule"]) for p in pairs if p["verdict"] == "duplicate"}
        for pairs in (read_table(tmp_path / "today", "pairs"), local.as_dict()["pairs"])
    )
    assert caught == there, "what else was learned since does not decide what rules catch"
    groups, earlier = (
        {row["group_id"]: frozenset(row["listings"]) for row in read_table(tmp_path / day, "plans")}
        for day in ("today", "before")
    )
    assert any({"NEW-1", rows[20]["listing_id"]} <= members for members in groups.values())
    assert len(earlier.items() & groups.items()) > len(earlier) - 6, "groups that nothing happened to keep their ids"
    assert len(list((tmp_path / "kept" / "runs").glob("*/*"))) == 1, "the last run only"


def alter_rows(rows: list[dict[str, str]], seed: int) -> list[dict[str, str]]:
    """The catalogue a day later: some titles and prices are others, some listings are gone, and one is new."""
    draw = random.Random(seed)
    today = [dict(row) for row in rows]
    for row in draw.sample(today, 4):
        other = draw.choice(rows)
        row |= draw.choice(({"title": f"{row['title']} Hot Sale"}, {"title": other["title"], "price": other["price"]}))
    for row in draw.sample(today, 2):
        today.remove(row)
    return [*today, {**draw.choice(rows), "listing_id": f"NEW-{seed}"}]


@needs_spark
@pytest.mark.usefixtures("session")
def test_groups_and_plans_of_an_earlier_run_are_those_that_would_be_made_anew(
    tmp_path: Path, write_csv: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dupcheck.spark import audit_tables, remedies

    draw = random.Random(5)
    rows = invent_rows(120)
    for k in range(8):  # two names that part a few products, and more of them after a change
        same = {"price": "20", "currency": "USD", "image_phash": f"{draw.getrandbits(64):016x}"}
        name = " ".join(draw.sample(("brass", "oak", "linen", "glass", "cotton", "steel", "wool"), 3))
        rows += [
            {"listing_id": f"P-{k}-{maker}", "title": f"{name} reading stand {maker}", **same}
            for maker in (("Prima", "Lalu") if k < 2 else ("Verona", f"Milano {k}"))
        ]
    path, kept = write_csv(tmp_path / "catalog.csv", rows), tmp_path / "kept"
    audit_tables(str(path), str(tmp_path / "before"), cache=str(kept))
    shutil.copytree(kept, tmp_path / "anew-kept")
    today = alter_rows(rows, 11)
    for row in today:
        if row["listing_id"] in ("P-2-Verona", "P-2-Milano 2"):
            row["title"] = row["title"].replace("Verona", "Prima").replace("Milano 2", "Lalu")
    write_csv(path, today)
    looked: list[tuple[int, int]] = []
    find = remedies._find_touched

    def watch(*words: Any) -> Any:
        touched = find(*words)
        looked.append((0 if touched is None else touched.count(), words[1].select("component").distinct().count()))
        return touched

    monkeypatch.setattr(remedies, "_find_touched", watch)
    audit_tables(str(path), str(tmp_path / "today"), cache=str(kept))
    assert all(0 < touched < 0.4 * components for touched, components in looked), looked
    monkeypatch.setattr(remedies, "_find_touched", lambda *_: None)
    audit_tables(str(path), str(tmp_path / "anew"), cache=str(tmp_path / "anew-kept"))
    for name in ("pairs", "groups", "plans", "advice"):
        assert read_table(tmp_path / "today", name) == read_table(tmp_path / "anew", name), name
    assert read_table(tmp_path / "today", "plans"), "or nothing is shown"


@needs_spark
def test_one_photo_and_one_title_on_thousands_of_listings_stay_a_bounded_work(session: Any, tmp_path: Path) -> None:
    from pyspark.sql import functions as sql

    from dupcheck.learned.taught import Taught
    from dupcheck.run import SEARCH
    from dupcheck.spark.blocking import propose_pairs
    from dupcheck.spark.judging import BLOCK
    from dupcheck.spark.rows import MEASURED, Whole
    from dupcheck.spark.session import Workshop

    shown, titled = 5_000, 2_000
    rows = session.range(shown + titled).withColumnRenamed("id", "pos")
    stock = sql.concat(sql.lit(b"+"), sql.unhex(sql.lit("c3d2e1f00f1e2d3c")))
    filled = {
        "photo": sql.when(sql.col("pos") < shown, stock),
        "further": sql.array().cast("array<binary>"),
        "prints": sql.when(sql.col("pos") < shown, sql.array(sql.lit(b""))).otherwise(
            sql.array().cast("array<binary>")
        ),
        "title_keys": sql.when(
            sql.col("pos") >= shown, sql.array(sql.lit(7), sql.lit(9)).cast("array<long>")
        ).otherwise(sql.array().cast("array<long>")),
        "title_exact": sql.when(sql.col("pos") >= shown, sql.array(sql.lit(False), sql.lit(False))).otherwise(
            sql.array().cast("array<boolean>")
        ),
        "codes_keys": sql.array().cast("array<long>"),
    }
    for part in MEASURED.split(", "):
        name, kind = part.split()
        if name != "pos":
            rows = rows.withColumn(name, filled.get(name, sql.lit(None)).cast(kind))
    words = np.array([7, 9], dtype=np.uint64)
    nothing = {name: np.empty(0, dtype=np.uint64) for name in ("codes", "stated_codes")}
    whole = Whole(
        shown + titled, words, np.array([titled, titled]), np.zeros(2, dtype=bool), 2, nothing, {}, {}, frozenset(),
        Taught(),
    )  # fmt: skip
    found = propose_pairs(Workshop(session, str(tmp_path / "work")), rows, whole)
    met = SEARCH.crowd

    def count(listings: int) -> int:
        return listings * met - met * (met + 1) // 2

    assert found.proposed_by == {"title": count(titled), "image": count(shown), "codes": 0}
    blocks = found.pairs.groupBy(sql.floor(sql.col("left") / BLOCK)).count().toPandas()["count"]
    assert blocks.max() <= BLOCK * met
    assert [m.key for m in found.may_miss] == [
        "audit.may_miss_titles", "audit.may_miss_crowd_title", "audit.may_miss_crowd_image",
    ]  # fmt: skip


@needs_spark
def test_no_table_of_listings_goes_through_the_driver_because_its_file_is_small(session: Any, tmp_path: Path) -> None:
    from pyspark.sql import functions as sql

    from dupcheck.spark.session import settle

    told = session.range(20_000).select(sql.col("id").alias("pos"), sql.repeat(sql.lit("lamp "), 400).alias("title"))
    told.write.parquet(str(tmp_path / "told"))
    assert sum(p.stat().st_size for p in (tmp_path / "told").glob("*.parquet")) < 2_000_000, "or Spark sends no table"
    name = "spark.sql.autoBroadcastJoinThreshold"
    before = session.conf.get(name)

    def plan(small: Any) -> str:
        held = session.read.parquet(str(tmp_path / "told"))
        joined = held.join(small(held.withColumnRenamed("title", "other")), "pos")
        joined.write.mode("overwrite").format("noop").save()
        text: str = joined._jdf.queryExecution().executedPlan().toString()
        return text

    assert "BroadcastHashJoin" in plan(lambda table: table)
    with settle(session):
        assert "Broadcast" not in plan(lambda table: table)
        assert "BroadcastHashJoin" in plan(sql.broadcast), "what is known to be small may be sent"
    assert session.conf.get(name) == before
    assert session.conf.get("spark.sql.adaptive.autoBroadcastJoinThreshold", None) is None
    with pytest.raises(ZeroDivisionError), settle(session):
        raise ZeroDivisionError
    assert session.conf.get(name) == before


def test_a_store_that_does_not_answer_is_not_said_to_lack_the_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow")
    from pyarrow.fs import FileSystem

    from dupcheck.photos.files import OutsideError
    from dupcheck.spark.photos import StoredPhotos

    class Silent:
        def get_file_info(self, path: str) -> Any:
            raise OSError(f"Could not connect to server for {path}\nand more")

    class Known(FileSystem):  # type: ignore[misc]
        @staticmethod
        def from_uri(uri: str) -> tuple[Any, str]:
            return Silent(), uri.removeprefix("s3://")

    with pytest.raises(OutsideError) as caught:
        StoredPhotos("nix://shop/photos").find("a.jpg")
    assert "cannot be read: Unrecognized" in caught.value.text.say("en")
    monkeypatch.setattr("pyarrow.fs.FileSystem", Known)
    with pytest.raises(OutsideError) as caught:
        StoredPhotos("s3a://shop/photos/").find("a.jpg")
    assert caught.value.text.say("en").endswith(
        "a.jpg cannot be read: Could not connect to server for shop/photos/a.jpg"
    )


@needs_spark
def test_folders_of_csv_json_lines_and_parquet_are_read_alike_by_their_addresses(
    session: Any, tmp_path: Path, write_csv: Callable[..., Path]
) -> None:
    import gzip

    import pyarrow as pa
    import pyarrow.parquet as pq

    from dupcheck.spark.reading import Manner, read_listings
    from dupcheck.spark.session import Workshop

    rows = [{**row, "title": f"{row['title']} „x“, 中文"} for row in invent_rows(30)]
    parts = rows[:18], rows[18:]
    for folder in ("csv", "lines", "parquet"):
        (tmp_path / folder / "deeper").mkdir(parents=True)
    for part, held in zip(("a", "deeper/b"), parts, strict=True):
        write_csv(tmp_path / "csv" / f"{part}.csv", held)
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in held)
        if part == "a":
            (tmp_path / "lines" / f"{part}.jsonl").write_text(lines, "utf-8")
        else:
            (tmp_path / "lines" / f"{part}.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
        pq.write_table(pa.Table.from_pylist(held), tmp_path / "parquet" / f"{part}.parquet")
        (tmp_path / "shops" / f"shop={part[-1]}").mkdir(parents=True)
        write_csv(tmp_path / "shops" / f"shop={part[-1]}" / "part.csv", held)
    local = dc.read_catalog(write_csv(tmp_path / "whole.csv", rows))
    for kind in ("csv", "lines", "parquet", "shops"):
        shop = Workshop(session, str(tmp_path / f"work-{kind}"))
        read, mapping = read_listings(shop, [(tmp_path / kind).as_uri()], Manner({}), "en")
        told = read.orderBy("pos").toPandas()
        assert told["listing_id"].tolist() == local.ids.tolist(), kind
        assert told["title"].tolist() == local.column("title").tolist(), kind
        assert told["price"].tolist() == local.numbers("price").tolist(), kind
        assert mapping["listing_id"] == "listing_id"
        shops = ["a"] * 18 + ["b"] * 12 if kind == "shops" else [""] * 30
        assert told["shop"].fillna("").tolist() == shops, "what folders are named is a column"


@needs_spark
def test_a_file_of_many_listings_becomes_parts_of_later_steps(
    session: Any, tmp_path: Path, write_csv: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow.parquet as pq

    from dupcheck.spark import reading
    from dupcheck.spark.session import Workshop

    monkeypatch.setattr(reading, "PART", 25)
    path = write_csv(tmp_path / "catalog.csv", invent_rows(90))
    read, _ = reading.read_listings(Workshop(session, str(tmp_path / "work")), [str(path)], reading.Manner({}), "en")
    parts = sorted(pq.read_table(p).column("pos").to_pylist() for p in tmp_path.glob("work/listings/*.parquet"))
    assert [pos for part in parts for pos in part] == list(range(len(dc.read_catalog(path))))
    assert [len(part) for part in parts[:-1]] == [25] * (len(parts) - 1)
    assert 0 < len(parts[-1]) <= 25
    assert read.rdd.getNumPartitions() > 1, "or one task measures the whole file"


@needs_spark
def test_no_photo_is_read_again_that_did_not_change(
    session: Any, tmp_path: Path, draw_photo: Callable[..., Path], make_shop: Callable[..., Catalog]
) -> None:
    import pyarrow as pa

    from dupcheck.photos.reading import read_photos
    from dupcheck.spark.photos import PhotoPlace, see_all, unpack_seen
    from dupcheck.spark.rows import LISTING, pack_listings
    from dupcheck.spark.session import Workshop

    root = tmp_path / "pictures"
    for seed, name in enumerate("abc"):
        draw_photo(root / f"{name}.jpg", seed)
    shown = [["a.jpg"], ["b.jpg", "c.jpg"], ["a.jpg"], ["gone.jpg"], ["../out.jpg"], []]
    catalog = make_shop(*({"title": f"Lamp {k}", "images": tuple(n)} for k, n in enumerate(shown)), image_root=root)
    packed = pa.table(pack_listings(catalog, np.arange(len(catalog))))
    listings = session.createDataFrame(packed.to_pandas(), LISTING)
    place = PhotoPlace(str(root), str(tmp_path / "cache"), None)
    shop = Workshop(session, str(tmp_path / "work"))

    def see(place: PhotoPlace = place) -> dict[str, bytes]:
        table = see_all(shop, listings, place).attach(listings).orderBy("pos").toArrow()
        seen = unpack_seen(table)
        assert {name: failure.text.key for name, failure in seen.failed.items()} == {
            "gone.jpg": "photos.missing", "../out.jpg": "photos.outside",
        }  # fmt: skip
        return {name: seen.shelf.records[seen.shelf.find(key)].tobytes() for name, key in seen.content.items()}

    def count_read() -> list[int]:
        import pyarrow.parquet as pq

        return [pq.read_table(p).num_rows for p in sorted((tmp_path / "cache").glob("photos-*/known/run=*"))]

    first = see()
    local, _ = read_photos(catalog)
    assert sorted(first) == ["a.jpg", "b.jpg", "c.jpg"]
    assert {*first.values()} == {record.tobytes() for record in local.prints}
    assert count_read() == [3], "each once, though two listings show one"
    assert see() == first
    assert count_read() == [3]
    draw_photo(root / "b.jpg", 9)
    again = see()
    assert count_read() == [3, 1], "the one that changed"
    assert again["a.jpg"] == first["a.jpg"]
    assert again["b.jpg"] != first["b.jpg"]
    assert see(PhotoPlace(root.as_uri(), None, None)) == again, "a store says the same as a folder"


@needs_spark
def test_near_photos_are_the_same_by_bands_of_hashes_as_in_one_task(
    session: Any, tmp_path: Path, draw_photo: Callable[..., Path], make_shop: Callable[..., Catalog],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    import pyarrow as pa
    from PIL import Image, ImageOps

    from dupcheck.learned.taught import Taught
    from dupcheck.photos.reading import read_photos
    from dupcheck.spark import blocking
    from dupcheck.spark.rows import Whole, pack_photos
    from dupcheck.spark.session import Workshop

    names = []
    for seed in range(5):
        drawn = Image.open(draw_photo(tmp_path / f"{seed}.png", seed))
        made = {
            "again": (drawn, 70), "worse": (drawn, 35), "turned": (ImageOps.mirror(drawn), 90),
            "cut": (drawn.crop((9, 9, 151, 151)), 90), "framed": (ImageOps.expand(drawn, 14, "white"), 90),
        }  # fmt: skip
        for name, (picture, quality) in made.items():
            picture.convert("RGB").save(tmp_path / f"{seed}-{name}.jpg", quality=quality)
            names.append(f"{seed}-{name}.jpg")
        names.append(f"{seed}.png")
    rows = [{"title": f"Lamp {k}", "main_image": name} for k, name in enumerate([*names, names[0]])]
    rows += [{"title": "Jug", "image_phash": f"c3d2e1f00f1e2d3{k}"} for k in "cd"]
    catalog = make_shop(*rows, image_root=tmp_path)
    photos, _ = read_photos(catalog)
    table = pa.table({"pos": np.arange(len(catalog))} | pack_photos(photos, len(catalog)))
    measured = session.createDataFrame(table).coalesce(1)
    nothing = np.empty(0, dtype=np.uint64)
    whole = Whole(len(catalog), nothing, nothing.astype(np.int64), nothing == 1, 2, {}, {}, {}, frozenset(), Taught())
    pairs = {}
    for most in (1_000, 0):
        monkeypatch.setattr(blocking, "PHOTOS", most)
        shop = Workshop(session, str(tmp_path / f"work-{most}"))
        for changed in (None, session.createDataFrame([(3,), (len(catalog) - 1,)], "pos long")):
            found = blocking.touch_pairs(blocking.pair_photos(shop, measured, whole, [], changed), changed)
            pairs[most, changed is None] = {(r.left, r.right) for r in found.distinct().collect() if r.left != r.right}
    assert pairs[0, True] == pairs[1_000, True]
    assert pairs[0, False] == pairs[1_000, False] == {p for p in pairs[0, True] if {3, len(catalog) - 1} & {*p}}
    assert len(pairs[0, True]) >= 5 * 10 + 2
    assert (names.index("0-again.jpg"), names.index("0-turned.jpg")) in pairs[0, True]


@needs_spark
@pytest.mark.usefixtures("session")
def test_photos_that_no_rule_could_catch_are_not_looked_at_and_shared_outlines_are_told_of_as_the_local_engine_does(
    tmp_path: Path, draw_photo: Callable[..., Path], write_csv: Callable[..., Path]
) -> None:
    from PIL import Image, ImageDraw

    from dupcheck.index.candidates import find_candidates
    from dupcheck.spark import audit_tables

    drawn = Image.open(draw_photo(tmp_path / "stock.png", 1)).convert("RGB")
    things = "garden hose reel", "silk evening scarf", "bicycle pump gauge", "porcelain tea pot"
    rows: list[dict[str, str]] = []
    for k, thing in enumerate(things):
        drawn.crop((k, k, 160, 160)).save(tmp_path / f"stock-{k}.jpg", quality=90 - 9 * k)
        shop = {"main_image": f"stock-{k}.jpg", "shop": f"Shop {k}"}
        rows.append({"title": f"{thing} Nr. {k}", "price": str(5 + 40 * k), **shop})
    rows += [{**rows[0], "title": f"{things[0]} Nr. 0 new", "main_image": "stock-1.jpg"}]
    colors = np.random.default_rng(2).integers(20, 230, (48, 3)).tolist()
    for k, color in enumerate(colors):
        ground = Image.new("RGB", (160, 160), "white")
        pen = ImageDraw.Draw(ground)
        pen.rectangle((52, 12, 108, 148), fill=tuple(color))
        for line in range(6):
            pen.line(
                (56, 24 + 20 * line, 56 + k % 48, 24 + 20 * line + (k * line) % 13), fill=tuple(color[::-1]), width=5
            )
        ground.save(tmp_path / f"bottle-{k}.png")
        rows.append(
            {"title": f"flacon {k * 7919 % 997} model {k}", "price": str(9 + k), "main_image": f"bottle-{k}.png"}
        )
    told = [{"listing_id": f"L-{k}", "currency": "USD", **row} for k, row in enumerate(rows)]
    path = write_csv(tmp_path / "catalog.csv", told)
    local = dc.audit(path, "common", cache=tmp_path / "cache")
    found = audit_tables(str(path), str(tmp_path / "out"), "common").summary["candidates"]
    assert found == local.as_dict()["candidates"]
    assert "an outline that more than" in found["may_miss"]
    every = find_candidates(local.features).proposed_by["image"]
    assert found["proposed_by"]["image"] < every, "stock pictures of other things are not laid beside each other"


def find_least(edges: np.ndarray) -> dict[int, int]:
    nodes, place = np.unique(edges.ravel(), return_inverse=True)
    ends = place.reshape(-1, 2)
    return dict(zip(nodes.tolist(), nodes[connect(len(nodes), ends[:, 0], ends[:, 1])].tolist(), strict=True))


@needs_spark
@pytest.mark.parametrize("held", [0, 1_000_000])
def test_components_are_those_of_the_local_engine(
    session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    from dupcheck.spark import components
    from dupcheck.spark.session import Workshop

    monkeypatch.setattr(components, "GRAPH", held)
    draw = np.random.default_rng(3)
    chain = np.stack([np.arange(1000, 1040), np.arange(1001, 1041)], axis=1)
    star = np.stack([np.full(60, 2000), np.arange(2001, 2061)], axis=1)
    edges = np.sort(np.concatenate([draw.integers(0, 60, (45, 2)), chain, star]), axis=1)
    edges = edges[edges[:, 0] != edges[:, 1]]
    frame = session.createDataFrame(edges.tolist(), "left long, right long")
    found = components.find_components(Workshop(session, str(tmp_path / "work")), frame, "graph").collect()
    assert {row.pos: row.component for row in found} == find_least(edges)
    assert len(found) == len({row.pos for row in found})


@pytest.mark.parametrize("sizes", [(1, 2, 70, 200, 1), (62,), (61, 60)])
@pytest.mark.parametrize("batch", [7, 64, 1000])
def test_in_a_crowd_each_meets_its_neighbours_however_rows_are_batched(sizes: tuple[int, ...], batch: int) -> None:
    pa = pytest.importorskip("pyarrow")
    from dupcheck.files.arrays import group_items
    from dupcheck.index.candidates import pair_within
    from dupcheck.run import SEARCH
    from dupcheck.spark.crowds import slide_pairs

    key = np.repeat(np.arange(len(sizes)), sizes)
    pos = np.arange(len(key))
    table = pa.table({"key": key, "pos": pos})
    made = pa.Table.from_batches(
        slide_pairs(iter(table.to_batches(batch))), pa.schema([("left", pa.int64()), ("right", pa.int64())])
    )
    found = sorted(zip(made["left"].to_pylist(), made["right"].to_pylist(), strict=True))
    expected = pair_within(group_items(key, pos, len(sizes)), len(pos), [], "title", SEARCH)
    assert found == [divmod(k, len(pos)) for k in expected.tolist()]


def test_what_spark_is_not_given_yet_is_said(sample_folder: Path, run: Callable[..., Any]) -> None:
    ended = run("audit", sample_folder / "catalog.csv", "--engine", "spark", "--export", "shopify", "--all")
    assert ended.code == 2
    assert "--export, --all" in ended.err


@needs_spark
@pytest.mark.usefixtures("session")
def test_addresses_reach_spark_as_they_are_given(
    tmp_path: Path, draw_photo: Callable[..., Path], write_csv: Callable[..., Path], run: Callable[..., Any]
) -> None:
    rows = [{**row, "main_image": f"{k % 3}.png"} for k, row in enumerate(invent_rows(12))]
    (tmp_path / "shop").mkdir()
    write_csv(tmp_path / "shop" / "part.csv", rows)
    for seed in range(3):
        draw_photo(tmp_path / "pictures" / f"{seed}.png", seed)
    given, out, kept, pictures = ((tmp_path / name).as_uri() for name in ("shop", "out", "kept", "pictures"))
    ended = run("audit", given, "--engine", "spark", "--out", out, "--cache", kept, "--images", pictures)
    assert ended.code == 0, ended.err
    assert json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))["catalog"]["photos"] == 3
    assert len(list((tmp_path / "kept").glob("photos-*/prints/run=*/*.parquet"))) >= 1
    assert list((tmp_path / "kept").glob("runs/*/*/facts.json"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["kept", "out", "pictures", "shop"], "no folder named file:"


@needs_spark
@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("address", ["s3a://shop/listings", "s3a:/shop/listings", "hdfs://nowhere.invalid:1/listings"])
def test_an_address_that_spark_cannot_open_is_one_clear_error(
    address: str, tmp_path: Path, run: Callable[..., Any]
) -> None:
    ended = run("audit", address, "--engine", "spark", "--out", tmp_path / "out")
    assert ended.code == 2
    assert "listings cannot be opened" in ended.err
    assert "Traceback" not in ended.err + ended.out
    assert len(ended.err.strip().splitlines()) <= 2, ended.err


@needs_spark
@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "There is no file"),
        ({"notes.docx": "no table"}, "holds no file that ends in .csv"),
        ({"catalog.csv": "colour,weight\nred,5\n"}, "title"),
        ({"catalog.csv": "listing_id,title\n"}, "header"),
    ],
)
def test_what_is_no_catalogue_is_one_clear_error(tmp_path: Path, files: Mapping[str, str], said: str) -> None:
    from dupcheck.spark import audit_tables

    place = tmp_path / "given"
    if files:
        place.mkdir()
    for name, text in files.items():
        (place / name).write_text(text, "utf-8")
    with pytest.raises(DupcheckError) as caught:
        audit_tables(str(place), str(tmp_path / "out"))
    assert said in caught.value.say("en")
    assert not list(tmp_path.glob("out*"))


def test_without_pyspark_the_error_says_how_to_get_it(
    sample_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dupcheck.spark import audit_tables

    for name in [n for n in sys.modules if n.partition(".")[0] == "pyspark"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with pytest.raises(DupcheckError, match=r"dupcheck\[spark\]") as caught:
        audit_tables(str(sample_folder / "catalog.csv"), str(tmp_path / "out"))
    assert "Java" in caught.value.say("zh")


def test_what_was_measured_is_the_same_after_its_way_through_rows(sample: Catalog) -> None:
    pytest.importorskip("pyarrow")
    import pyarrow as pa

    from dupcheck.features import make_features, read_attributes
    from dupcheck.features.building import Wording, list_numbers, measure_listings, read_listings
    from dupcheck.features.schema import MATRICES
    from dupcheck.features.stated import count_pieces, number_values
    from dupcheck.files.arrays import Codebook, hash_text
    from dupcheck.judging.verdicts import measure_signals
    from dupcheck.photos.reading import read_photos
    from dupcheck.spark.rows import (
        Whole,
        pack_listings,
        pack_measures,
        pack_reading,
        unpack_features,
        unpack_listings,
        unpack_reading,
    )

    photos, problems = read_photos(sample)
    features = make_features(sample, photos)
    known, attributes = features.statistics, read_attributes(sample)
    read = read_listings(sample, Wording.of(sample), attributes, known.taught)
    kept = pa.table(pack_listings(sample, np.arange(len(sample))) | pack_reading(read))
    assert unpack_reading(kept) == replace(read, written=())  # read anew where plans are made
    again = unpack_listings(kept)
    assert dc.catalog.format_catalog(again) == dc.catalog.format_catalog(sample)

    books = {column.book: Codebook() for column in MATRICES}
    measures = measure_listings(again, attributes, unpack_reading(kept), known.taught, books)
    numbers = list_numbers(again, count_pieces(again, number_values(measures.stated)))
    table = pack_measures(again, np.arange(len(sample)), measures, numbers, books, photos, problems, "en")
    keys = np.array([hash_text(word) for word in books["words"]], dtype=np.uint64)
    held = np.flatnonzero(known.seen > 1)
    held = held[np.argsort(keys[held])]
    whole = Whole(
        len(sample), keys[held], known.seen[held], known.exact[held], 2,
        {name: np.empty(0, dtype=np.uint64) for name in ("codes", "stated_codes")}, {}, {}, frozenset(),
        known.taught,
    )  # fmt: skip
    found = unpack_features(table, whole)
    left, right = np.triu_indices(len(sample), 1)
    ours, theirs = measure_signals(features, left, right), measure_signals(found, left, right)
    for name, values in ours.items():
        np.testing.assert_allclose(theirs[name], values, rtol=1e-6, err_msg=name)
    assert [found.weigh_word(word) for word in books["words"]] == [features.weigh_word(word) for word in books["words"]]
    for axis, column in features.axes.items():
        assert [column.value(k) for k in range(len(sample))] == [found.axes[axis].value(k) for k in range(len(sample))]
