"""Fast and small: the whole command against the floor, on one catalogue, in one run.

    python tests/benchmarks/speed.py 200000 [--seed 1] [--runs 1] [--checks 5] [--skip-cold]
    python tests/benchmarks/speed.py --catalog CATALOG [--truth TRUTH] …

Times ``dupcheck audit`` as a whole process, first with an empty cache and then warm; the floor (``floor.py``) on the
same file; ``dupcheck check`` of one draft against the catalogue, warm; and ``python -c "import pandas"``. Each number
is the median of its runs; memory is a process' peak. Ratios are those of this run, on this machine; where others use
it too, processor seconds (of all cores together) tell more than the clock.
"""

import argparse
import csv
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from statistics import median

from bulk import write_bulk
from measuring import HERE, Run, render_table, run_command

DUPCHECK = (sys.executable, "-m", "dupcheck")


def repeat(command: Sequence[str | Path], times: int, allowed: Sequence[int] = (0,)) -> list[Run]:
    """Run a command several times."""
    return [run_command(command, allowed=allowed) for _ in range(times)]


def measure_f1(groups: Path, truth: Path) -> float:
    """Return the pairwise F1 of a report's groups."""
    with groups.open(encoding="utf-8-sig", newline="") as file:
        home = {row["listing_id"]: row["group_id"] for row in csv.DictReader(file)}
    with truth.open(encoding="utf-8-sig", newline="") as file:
        product = {row["listing_id"]: row["product_id"] for row in csv.DictReader(file)}
    found = Counter(home[i] for i in product if i in home)
    right = Counter((home[i], product[i]) for i in product if i in home)
    real = Counter(product.values())
    pairs = [sum(n * (n - 1) // 2 for n in counts.values()) for counts in (found, right, real)]
    return 2 * pairs[1] / (pairs[0] + pairs[2]) if pairs[0] + pairs[2] else 1.0


def write_draft(catalog: Path, draft: Path) -> None:
    """Write a draft that is a copy of a listing in the catalogue, under a new id."""
    with catalog.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        row = next(islice(rows, 10, None))
        columns = list(rows.fieldnames or ())
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerow({**row, "listing_id": "DRAFT"})


def measure_all(catalog: Path, truth: Path | None, work: Path, runs: int, checks: int, skip_cold: bool) -> None:
    """Run everything on one catalogue and print the table."""
    cache = ("--cache", work / "cache")
    audit = (*DUPCHECK, "audit", catalog, "--out", work / "report", *cache)
    cold = [] if skip_cold else repeat(audit, 1)
    floor = repeat((sys.executable, HERE / "floor.py", catalog), runs)
    warm = repeat(audit, runs)
    write_draft(catalog, work / "draft.csv")
    check = (*DUPCHECK, "check", work / "draft.csv", "--against", catalog, *cache)
    checked = repeat(check, checks, allowed=(0, 1))
    pandas = repeat((sys.executable, "-c", "import pandas"), max(checks, 3))

    rows = [_row("audit, cold", cold, floor, "floor")] if cold else []
    rows += [_row("audit, warm", warm, floor, "floor"), _row("floor", floor, floor, "floor")]
    if checked:
        rows.append(_row("check one draft, warm", checked, pandas, "import pandas"))
    rows.append(_row("import pandas", pandas, pandas, "import pandas"))
    print(render_table(("work", "seconds", "processor seconds", "MB", "ratio", "ratio by processor"), rows))
    steps = json.loads(floor[-1].output)
    print(f"\n{steps.pop('listings')} listings; the floor found {steps.pop('pairs')} pairs:", end=" ")
    print(", ".join(f"{step} {seconds:.1f} s" for step, seconds in steps.items()))
    if truth is not None:
        print(f"Pairwise F1 of the audit: {measure_f1(work / 'report' / 'groups.csv', truth):.4f}")


def _row(name: str, runs: Sequence[Run], unit: Sequence[Run], of: str) -> list[str]:
    seconds, processor = median(r.seconds for r in runs), median(r.processor for r in runs)
    return [
        name,
        f"{seconds:.2f}",
        f"{processor:.2f}",
        f"{max(r.megabytes for r in runs):.0f}",
        f"{seconds / median(r.seconds for r in unit):.2f} × {of}",
        f"{processor / median(r.processor for r in unit):.2f}",
    ]


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", help="how many listings to invent")
    parser.add_argument("--catalog", type=Path, help="measure on this catalogue instead")
    parser.add_argument("--truth", type=Path, help="its truth, to score the groups with")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=1, help="warm audits and floors (default: 1)")
    parser.add_argument("--checks", type=int, default=5, help="runs of check (default: 5)")
    parser.add_argument(
        "--skip-cold", action="store_true", help="leave out the first audit: there are no photos to read"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write the catalogue, cache and report there")
    given = parser.parse_args()
    if (given.count is None) == (given.catalog is None):
        parser.error("give a number of listings to invent, or --catalog")
    with tempfile.TemporaryDirectory() as folder:
        work = given.keep or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        catalog, truth = given.catalog, given.truth
        if catalog is None:
            write_bulk(given.count, work, given.seed)
            catalog, truth = work / "catalog.csv", work / "truth.csv"
        measure_all(catalog, truth, work, given.runs, given.checks, given.skip_cold)


if __name__ == "__main__":
    main()
