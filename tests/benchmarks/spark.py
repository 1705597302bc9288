"""The whole way on Spark beside the local engine: time, processor time, shuffled bytes, memory, growth, and one answer.

    python tests/benchmarks/spark.py 5000 20000 50000 [--master 'local-cluster[2,1,2048]'] [--driver 1g]
    python tests/benchmarks/spark.py --catalog CATALOG [--truth TRUTH] [--images DIR] …

Each size is an invented catalogue (``bulk.py``). Both engines run as the command does, as processes of their own, one
after the other, each with a cache folder of its own that is empty. Processor seconds are those of all processes that
the command starts, read from ``/proc`` twice a second, as is the peak of what the driver (its JVM), the largest
executor (its JVM) and all Python processes hold; heaps and shuffled bytes are what Spark's event log says. Growth is
the power of the number of listings by which processor seconds grow from one size to the next. With ``--change`` the
titles of that share of listings are changed then, and Spark runs once more on what it kept. With ``--recall`` the
candidate pairs of both engines are held against each other and the truth; for that the local engine runs once more.
Linux only.
"""

import argparse
import csv
import json
import math
import mmap
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from bulk import write_bulk
from measuring import Run, render_table, run_command

DUPCHECK = (sys.executable, "-m", "dupcheck")
_TICKS, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
_HEADER = (
    "listings", "engine", "seconds", "processor seconds", "of these Python", "growth", "driver MB", "driver heap MB",
    "executor MB", "Python MB", "shuffled MB", "tasks", "candidates", "groups",
)  # fmt: skip


@dataclass
class Watch:
    """What the processes of a command took: by kind, processor seconds of each and the peak of what they hold."""

    processor: dict[int, float] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def look(self, parent: int) -> None:
        """Take note of all processes below one."""
        held: dict[str, list[float]] = defaultdict(list)
        for pid, kind, seconds, megabytes in _list_processes(parent):
            self.processor[pid] = seconds
            if self.kinds.get(pid, "python") == "python":  # a JVM that starts or ends has no name
                self.kinds[pid] = kind
            held[kind].append(megabytes)
        for kind, sizes in held.items():
            now = sum(sizes) if kind == "python" else max(sizes)
            self.peaks[kind] = max(self.peaks[kind], now)

    def sum(self, *kinds: str) -> float:
        """Processor seconds of the processes of these kinds, of all where none is named."""
        return sum(s for pid, s in self.processor.items() if not kinds or self.kinds[pid] in kinds)


def _list_processes(parent: int) -> Iterable[tuple[int, str, float, float]]:
    below: dict[int, list[int]] = defaultdict(list)
    facts: dict[int, tuple[float, float]] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(place.parent.name)
        below[int(words[1])].append(pid)
        facts[pid] = (int(words[11]) + int(words[12])) / _TICKS, int(words[21]) * _PAGE / 1e6
    open_ones = [parent]
    while open_ones:
        pid = open_ones.pop()
        open_ones += below[pid]
        if pid in facts:
            yield pid, _name_kind(pid), *facts[pid]


def _name_kind(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return "python"
    if b"ExecutorBackend" in words:
        return "executor"
    return "driver" if b"java" in words.split(b"\0")[0] else "python"


def read_events(folder: Path) -> dict[str, float]:
    """Return what Spark's event log says: shuffled bytes, tasks, and the peak of the driver's heap."""
    told = {"shuffled": 0.0, "tasks": 0.0, "heap": 0.0}
    for path in folder.iterdir():
        for line in path.read_text("utf-8").splitlines():
            event = json.loads(line)
            kind = event["Event"]
            if kind == "SparkListenerTaskEnd":
                told["tasks"] += 1
                written = (event.get("Task Metrics") or {}).get("Shuffle Write Metrics") or {}
                told["shuffled"] += written.get("Shuffle Bytes Written", 0)
            elif kind == "SparkListenerStageExecutorMetrics" and event["Executor ID"] == "driver":
                told["heap"] = max(told["heap"], event["Executor Metrics"]["JVMHeapMemory"])
    return told


def run_spark(words: Sequence[str | Path], work: Path, settings: dict[str, str]) -> dict[str, object]:
    """Run the command, whose last word is where it writes, on Spark with these settings: return a row of the table."""
    conf, events = work / "conf", work / "events"
    for folder in (conf, events):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    every = {
        "spark.eventLog.enabled": "true", "spark.eventLog.dir": events.as_uri(), "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false", "spark.eventLog.logStageExecutorMetrics": "true",
        "spark.executor.metrics.pollingInterval": "500", "spark.ui.enabled": "false",
        "spark.local.dir": str(work / "local"),
        "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.log.level": "ERROR",
        "spark.ui.showConsoleProgress": "false", **settings,
    }  # fmt: skip
    (conf / "spark-defaults.conf").write_text("".join(f"{k} {v}\n" for k, v in every.items()), "utf-8")
    watch = Watch()
    started = time.perf_counter()
    with (work / "said.txt").open("wb") as said:
        process = subprocess.Popen(
            [str(word) for word in words], stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
            env={**os.environ, "SPARK_CONF_DIR": str(conf), "PYSPARK_PYTHON": sys.executable},
        )  # fmt: skip
        while process.poll() is None:
            watch.look(process.pid)
            time.sleep(0.5)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, words))} ended with {process.returncode}\n{(work / 'said.txt').read_text()}")
    seconds, told = time.perf_counter() - started, read_events(events)
    summary = json.loads((Path(words[-1]) / "summary.json").read_text("utf-8"))
    return {
        "seconds": seconds, "processor seconds": watch.sum(), "of these Python": watch.sum("python"),
        "driver MB": watch.peaks["driver"], "driver heap MB": told["heap"] / 1e6,
        "executor MB": watch.peaks["executor"], "Python MB": watch.peaks["python"],
        "shuffled MB": told["shuffled"] / 1e6, "tasks": told["tasks"], "candidates": summary["candidates"]["pairs"],
        "groups": summary["counts"]["groups"],
    }  # fmt: skip


def read_counts(record: Path) -> dict[str, int]:
    """Return how many candidate pairs and groups a record tells; it may be larger than memory."""
    with record.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        found = {
            part: re.search(rb'"%s":\s*\{(?:[^{}]|\{[^{}]*\})*?"%s":\s*(\d+)' % (part.encode(), name.encode()), held)
            for part, name in (("candidates", "pairs"), ("counts", "groups"))
        }
        return {part: int(told[1]) for part, told in found.items() if told is not None}


def read_groups(place: Path) -> dict[str, frozenset[str]]:
    """Return the listings of each group of a report: of groups.csv, or of a folder of such tables."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in [place] if place.is_file() else place.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                found[row["group_id"]].add(row["listing_id"])
    return {name: frozenset(members) for name, members in found.items()}


def measure_recall(groups: Iterable[frozenset[str]], truth: Path) -> float:
    """Return the share of a truth's pairs that stand in one group."""
    with truth.open(encoding="utf-8-sig", newline="") as file:
        product = {row["listing_id"]: row["product_id"] for row in csv.DictReader(file)}
    sizes: dict[str, int] = defaultdict(int)
    met: dict[tuple[int, str], int] = defaultdict(int)
    for owner in product.values():
        sizes[owner] += 1
    for number, members in enumerate(groups):
        for member in members:
            if member in product:
                met[number, product[member]] += 1
    pairs = [sum(n * (n - 1) // 2 for n in counts.values()) for counts in (met, sizes)]
    return pairs[0] / pairs[1] if pairs[1] else math.nan


def read_candidates(cache: Path) -> set[frozenset[str]]:
    """Return the candidate pairs that a run on Spark kept."""
    import pyarrow.parquet as pq

    (run,) = cache.glob("runs/*/*")
    placed = pq.read_table(run / "placed", columns=["pos", "listing_id"]).to_pydict()
    names = dict(zip(placed["pos"], placed["listing_id"], strict=True))
    pairs = pq.read_table(run / "pairs", columns=["left", "right"]).to_pydict()
    return {frozenset((names[a], names[b])) for a, b in zip(pairs["left"], pairs["right"], strict=True)}


def compare_candidates(
    catalog: Path, truth: Path, images: str | Path | None, local_cache: Path, spark_cache: Path
) -> str:
    """Return how many candidate pairs both engines have, each alone, and which share of the truth's pairs is there."""
    import dupcheck as dc

    found = dc.audit(catalog, images=images, cache=local_cache)
    ids = found.catalog.ids
    left, right = found.candidates.left, found.candidates.right
    ours = {frozenset(pair) for pair in zip(ids[left].tolist(), ids[right].tolist(), strict=True)}
    theirs = read_candidates(spark_cache)
    with truth.open(encoding="utf-8-sig", newline="") as file:
        products: dict[str, list[str]] = defaultdict(list)
        for row in csv.DictReader(file):
            products[row["product_id"]].append(row["listing_id"])
    true = {frozenset(pair) for some in products.values() for pair in combinations(some, 2)}
    shares = [len(true & pairs) / max(len(true), 1) for pairs in (ours, theirs)]
    return (
        f"Candidates: {len(ours & theirs)} of both, {len(ours - theirs)} the local engine's alone, {len(theirs - ours)}"
        f" Spark's alone. True pairs among them: {shares[0]:.4f} (local), {shares[1]:.4f} (Spark), difference"
        f" {shares[1] - shares[0]:+.4f}."
    )


def _count(listings: Path) -> int:
    with listings.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def measure(
    catalog: Path, truth: Path | None, work: Path, more: Sequence[str | Path], settings: dict[str, str],
    alone: bool, change: float, recall: bool = False,
) -> list[dict[str, object]]:  # fmt: skip
    """Run both engines on one catalogue and return a row for each."""
    rows: list[dict[str, object]] = []
    count = _count(catalog)
    audit = (*DUPCHECK, "audit", catalog, *more)
    local: Run | None = None
    if not alone:
        local = run_command((*audit, "--out", work / "local-report", "--cache", work / "local-cache"))
        told = read_counts(work / "local-report" / "audit.json")
        rows.append({
            "listings": count, "engine": "local", "seconds": local.seconds, "processor seconds": local.processor,
            "of these Python": local.processor, "Python MB": local.megabytes,
            "candidates": told["candidates"], "groups": told["counts"],
        })  # fmt: skip
    out = work / "spark-report"
    spark = (*audit, "--engine", "spark", "--cache", work / "spark-cache", "--out")
    rows.append({"listings": count, "engine": "Spark", **run_spark((*spark, out), work, settings)})
    if local is not None:
        ours, theirs = read_groups(work / "local-report" / "groups.csv"), read_groups(out / "csv" / "groups")
        here, there = set(ours.values()), set(theirs.values())
        print(f"\n{catalog}: {len(here & there)} groups are the same; {len(here - there)} are the local engine's alone,"
              f" {len(there - here)} Spark's alone.", flush=True)  # fmt: skip
        if truth is not None:
            shares = [measure_recall(found.values(), truth) for found in (ours, theirs)]
            print(f"True pairs in one group: {shares[0]:.4f} (local), {shares[1]:.4f} (Spark).", flush=True)
        if truth is not None and recall:
            images = more[1] if more else None
            caches = work / "local-cache", work / "spark-cache"
            print(compare_candidates(catalog, truth, images, *caches), flush=True)
    if change:
        changed = change_titles(catalog, change)
        again = run_spark((*spark, work / "spark-again"), work, settings)
        rows.append({"listings": count, "engine": f"Spark, {changed} changed", **again})
    return rows


def change_titles(catalog: Path, share: float) -> int:
    """Change the titles of a share of listings, spread over all, and return of how many."""
    with catalog.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows, names = list(reader), list(reader.fieldnames or ())
    changed = rows[:: max(round(1 / share), 1)]
    for row in changed:
        row["title"] = f"New {row['title']}"
    with catalog.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    return len(changed)


def render(rows: Sequence[dict[str, object]]) -> str:
    """Return the table, with the growth from one size to the next of each engine."""
    before: dict[object, dict[str, object]] = {}
    for row in rows:
        last = before.get(row["engine"])
        if last is not None and row["listings"] != last["listings"]:
            ratio = float(row["processor seconds"]) / float(last["processor seconds"])  # type: ignore[arg-type]
            row["growth"] = math.log(ratio) / math.log(int(row["listings"]) / int(last["listings"]))  # type: ignore[call-overload]
        before[row["engine"]] = row
    shown = [[_show(row.get(name), 2 if name == "growth" else 0) for name in _HEADER] for row in rows]
    return render_table(_HEADER, shown)


def _show(value: object, digits: int) -> str:
    return f"{value:,.{digits}f}" if isinstance(value, float) else "" if value is None else str(value)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", help="how many listings to invent, the fewest first")
    parser.add_argument("--catalog", type=Path, help="measure on this catalogue instead")
    parser.add_argument("--truth", type=Path, help="its truth, to tell the share of true pairs in one group")
    parser.add_argument("--images", type=Path, help="the folder of its photos")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--master", default="local-cluster[2,1,2048]")
    parser.add_argument("--driver", default="1g", help="spark.driver.memory (default: 1g)")
    parser.add_argument("--executor", default="1g", help="spark.executor.memory (default: 1g)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another setting of Spark's")
    parser.add_argument("--change", type=float, default=0, metavar="SHARE", help="change these and run once more")
    parser.add_argument("--recall", action="store_true", help="hold candidate pairs against each other and --truth")
    parser.add_argument("--spark-only", action="store_true", help="leave the local engine out")
    parser.add_argument("--work", type=Path, help="a folder to work in, kept (default: one that is removed)")
    given = parser.parse_args()
    if bool(given.sizes) == (given.catalog is not None):
        parser.error("give numbers of listings to invent, or --catalog")
    settings = {
        "spark.master": given.master, "spark.driver.memory": given.driver, "spark.executor.memory": given.executor,
        "spark.executorEnv.PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        **dict(pair.split("=", 1) for pair in given.set),
    }  # fmt: skip
    more = [] if given.images is None else ["--images", given.images]
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        for size in given.sizes or [0]:
            work = (given.work or Path(folder)) / str(size or given.catalog.stem)
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(parents=True)
            catalog, truth = given.catalog, given.truth
            if size:
                write_bulk(size, work, given.seed)
                catalog, truth = work / "catalog.csv", work / "truth.csv"
            rows += measure(catalog, truth, work, more, settings, given.spark_only, given.change, given.recall)
            print(f"\n{render(rows)}", flush=True)


if __name__ == "__main__":
    main()
