"""A warm check of one draft against a big catalogue, as a whole process, beside ``import pandas``; and of many.

    python tests/benchmarks/check.py CATALOG.csv [--rounds 7] [--drafts 1000]

Prints processor and wall time, the ratio of medians, peak memory, and the drafts a second that stream on one core.
"""

import argparse
import compileall
import csv
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STREAM = """
import os, sys, time
os.environ.setdefault("OMP_NUM_THREADS", "1")
import dupcheck as dc
checker = dc.Checker(sys.argv[1], jobs=1)
checker.check(sys.argv[3])
start, cpu = time.perf_counter(), time.process_time()
answers = checker.check(sys.argv[2])
print(len(answers), time.perf_counter() - start, time.process_time() - cpu)
"""


def time_process(*command: str) -> tuple[float, float, int]:
    """Wall seconds, processor seconds and peak kilobytes of one process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def main() -> None:
    """Print the table."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("catalog", type=Path)
    words.add_argument("--rounds", type=int, default=7)
    words.add_argument("--drafts", type=int, default=1000)
    given = words.parse_args()
    with given.catalog.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    chosen = random.Random(5).sample(rows, min(given.drafts, len(rows)))
    with tempfile.TemporaryDirectory() as folder:
        one, many = Path(folder) / "one.csv", Path(folder) / "many.csv"
        for path, drafts in ((one, chosen[:1]), (many, chosen)):
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows({**row, "listing_id": f"draft-{i}"} for i, row in enumerate(drafts))
        python = sys.executable
        compileall.compile_dir(Path(__file__).resolve().parents[2] / "dupcheck", quiet=2)  # as an installer does
        check = (python, "-m", "dupcheck", "check", str(one), "--against", str(given.catalog), "--no-ledger")
        cold = time_process(*check)[0]
        floor, ours = [], []
        for _ in range(given.rounds):  # side by side: a busy machine is busy for both
            floor.append(time_process(python, "-c", "import pandas"))
            ours.append(time_process(*check))
        wall, cpu = ([statistics.median(x[k] for x in runs) for runs in (floor, ours)] for k in (0, 1))
        print(f"{len(rows):,} listings; first check, measuring the catalogue: {cold:.1f} s")
        print(f"import pandas      {wall[0]:.3f} s wall  {cpu[0]:.3f} s processor")
        print(
            f"check of one draft {wall[1]:.3f} s wall  {cpu[1]:.3f} s processor  {max(x[2] for x in ours) // 1024} MB"
        )
        print(f"ratio              {wall[1] / wall[0]:.2f}          {cpu[1] / cpu[0]:.2f}")
        shown = subprocess.run(
            [python, "-c", STREAM, str(given.catalog), str(many), str(one)], capture_output=True, text=True, check=True
        )
        count, seconds, busy = map(float, shown.stdout.split())
        rates = f"{count / seconds:.0f} a second wall, {count / busy:.0f} a processor second"
        print(f"{count:.0f} drafts in one file: {rates}")


if __name__ == "__main__":
    main()
