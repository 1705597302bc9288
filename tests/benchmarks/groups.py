"""Right about groups: audits every catalogue in a folder that has its truth beside it, and prints the table.

    python tests/benchmarks/groups.py DATA_FOLDER [--only NAME …] [--untidy NAME …] [--seeds 1 2 3]
                                      [--messy-tool 'COMMAND …']

A catalogue is a folder that holds ``catalog.csv`` and ``truth.csv`` (listing_id, product_id): DATA_FOLDER itself, or
one in it. Each is audited with the shipped rule pack and no setting, in a process of its own; those named by
``--untidy`` once more for each seed as an untidy copy (``untidy.py``, or another program that is called with the
catalogue, the copy to write and a seed). Seconds are reading, audit and report, photos already known; memory is the
process' peak.
"""

import argparse
import json
import shlex
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from measuring import HERE, render_table, run_command
from untidy import write_untidy

HEADER = (
    "catalogue", "listings", "precision", "recall", "F1", "row-F1", "largest / true", "candidate recall",
    "seconds", "MB",
)  # fmt: skip


def find_catalogs(folder: Path) -> dict[str, Path]:
    """Return the folders that hold a catalogue and its truth, by name."""
    folders = [folder, *sorted(p for p in folder.iterdir() if p.is_dir())]
    return {p.resolve().name: p for p in folders if (p / "catalog.csv").is_file() and (p / "truth.csv").is_file()}


def audit_catalog(catalog: Path, home: Path, work: Path, warm: bool) -> dict[str, Any]:
    """Audit ``catalog``, whose truth and photos are in ``home``; a ``warm`` audit is the second of two."""
    command = (
        sys.executable, HERE / "audit_once.py", catalog, home / "truth.csv", work / "report",
        "--images", home, "--cache", work / "cache",
    )  # fmt: skip
    if warm:
        run_command(command)
    run = run_command(command)
    return {**json.loads(run.output), "megabytes": run.megabytes}


def audit_all(catalogs: dict[str, Path], untidy: Sequence[str], seeds: Sequence[int], tool: str) -> Iterator[list[str]]:
    """Audit every catalogue and its untidy copies; give one row of the table after another."""
    for name, home in catalogs.items():
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            yield _row(name, audit_catalog(home / "catalog.csv", home, work, warm=True))
            for seed in seeds if name in untidy else ():
                copy = work / "catalog.csv"
                if tool:
                    run_command((*shlex.split(tool), home / "catalog.csv", copy, str(seed)))
                else:
                    write_untidy(home / "catalog.csv", copy, seed)
                yield _row(f"{name}, untidy {seed}", audit_catalog(copy, home, work, warm=False))


def _row(name: str, found: dict[str, Any]) -> list[str]:
    print(f"{name}: F1 {found['f1']:.4f}", file=sys.stderr)
    return [
        name,
        f"{found['listings']}",
        *(f"{found[key]:.4f}" for key in ("precision", "recall", "f1", "row_f1")),
        f"{found['largest']:.0f} / {found['largest_true']:.0f}",
        f"{found['candidate_recall']:.4f}",
        f"{found['seconds']:.1f}",
        f"{found['megabytes']:.0f}",
    ]


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="audit these catalogues only")
    parser.add_argument(
        "--untidy", nargs="*", default=["luma", "furniture"], metavar="NAME",
        help="catalogues of which untidy copies are audited too (default: luma furniture, where they are there)",
    )  # fmt: skip
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3], metavar="N", help="seeds of untidy copies")
    parser.add_argument("--messy-tool", default="", metavar="COMMAND", help="a program to make untidy copies with")
    given = parser.parse_args()
    catalogs = find_catalogs(given.folder)
    unknown = [name for name in given.only if name not in catalogs]
    if unknown or not catalogs:
        parser.error(f"no catalogue {', '.join(unknown)} in {given.folder}; there are: {', '.join(catalogs) or 'none'}")
    chosen = {name: home for name, home in catalogs.items() if name in (given.only or catalogs)}
    print(render_table(HEADER, list(audit_all(chosen, given.untidy, given.seeds, given.messy_tool))))


if __name__ == "__main__":
    main()
