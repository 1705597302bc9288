"""What each list of words is worth: audits catalogues without it, and prints what is lost.

    python tests/benchmarks/ablation.py FOLDER … [--only values.color words.joints+words.either …]

A list is one table or array of the same name in every language (``values.color``), or of a file that all languages
share (``gifts.*``); lists with ``+`` between them are left out together. Catalogues are those of ``acts.py``: best
ones that nobody knew when the lists were written.
Printed are, against an audit with every list, pairs of one product that are no longer acted on or asked about
(``found``), pairs of one product that are no longer acted on (``acts``), pairs of two that are acted on now (``bad``),
listings wrongly removed now (``wrong``), how many plans ask more (``asks``), and how many catalogues change at all.
A list that changes nothing on any of them is one that these catalogues do not defend.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from acts import count_acts, read_truth
from groups import find_catalogs
from measuring import render_table

import dupcheck as dc
from dupcheck.files.toml import read_toml
from dupcheck.titles import normalising, vocabulary

HOME = Path(vocabulary.__file__).parent
ALL = "*"
HEADER = ("list", "words", "found", "acts", "bad", "wrong", "asks", "catalogues")


def list_tables() -> dict[str, int]:
    """Return the lists there are, by file and name, and how many words each has in all languages together."""
    found: dict[str, int] = {}
    for path in sorted((HOME / "languages").glob("*/*.toml")):
        for name, held in tomllib.loads(path.read_text("utf-8")).items():
            found[f"{path.stem}.{name}"] = found.get(f"{path.stem}.{name}", 0) + _count(held)
    for path in sorted((HOME / "vocabularies").glob("*.toml")):
        found[f"{path.stem}.{ALL}"] = _count(tomllib.loads(path.read_text("utf-8")))
    return found


def _count(held: Any) -> int:
    if isinstance(held, Mapping):
        return sum(map(_count, held.values()))
    return sum(map(_count, held)) if isinstance(held, list) else 1


def drop_tables(wanted: str) -> None:
    """Let every file of words be read as if it had no such lists."""
    names: dict[str, set[str]] = {}
    for table in wanted.split("+"):
        stem, name = table.split(".")
        names.setdefault(stem, set()).add(name)

    def read(path: Path) -> dict[str, Any]:
        dropped = names.get(path.stem, set())
        return {key: _empty(value) if dropped & {ALL, key} else value for key, value in read_toml(path).items()}

    for room in (normalising, vocabulary):
        setattr(room, "read_toml", read)  # noqa: B010


def _empty(held: Any) -> Any:
    """The same without words: tables of tables stay tables."""
    if isinstance(held, Mapping):
        return {key: _empty(value) for key, value in held.items() if isinstance(value, Mapping)}
    return type(held)() if isinstance(held, list | str) else held


def measure(folders: Sequence[Path]) -> dict[str, list[int]]:
    """Return, for each catalogue, pairs found, pairs of one product acted on, pairs of two, removals, questions."""
    told = {}
    for folder in folders:
        for name, home in find_catalogs(folder).items():
            audit = dc.audit(dc.read_catalog(home / "catalog.csv", images=home))
            truth = read_truth(home / "truth.csv")
            acts = count_acts(audit.plans, truth)
            pairs = _count_pairs(truth)
            good = round(acts.precision * acts.acted)
            told[f"{folder}/{name}"] = [
                round(acts.found * pairs), good, acts.acted - good,
                round(acts.wrong * acts.listings / 1000), round(acts.asks * acts.listings / 1000),
            ]  # fmt: skip
    return told


def _count_pairs(truth: Mapping[str, tuple[str, str]]) -> int:
    sizes: dict[str, int] = {}
    for product, _ in truth.values():
        sizes[product] = sizes.get(product, 0) + 1
    return sum(n * (n - 1) // 2 for n in sizes.values())


def run_without(table: str, folders: Sequence[Path]) -> dict[str, list[int]]:
    """Measure in a process and a cache of its own, for words are read once; {} where nothing works without the list."""
    with tempfile.TemporaryDirectory() as cache:
        done = subprocess.run(
            [sys.executable, __file__, "--measure", "--without", table, *map(str, folders)],
            check=False, capture_output=True, text=True, env={**os.environ, "XDG_CACHE_HOME": cache},
        )  # fmt: skip
    if done.returncode:
        if not table:
            raise SystemExit(done.stderr.strip().splitlines()[-1])
        return {}
    found: dict[str, list[int]] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--only", nargs="+", default=[], metavar="FILE.LIST", help="these lists only")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--without", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        if given.without:
            drop_tables(given.without)
        print(json.dumps(measure(given.folders)))
        return
    whole = run_without("", given.folders)
    tables = list_tables()
    rows = []
    for table in given.only or tables:
        words = sum(tables[name] for name in table.split("+"))
        less = run_without(table, given.folders)
        if not less:
            rows.append([table, words, "cannot be left out", *[""] * (len(HEADER) - 3)])
            continue
        steps = [[b - a for a, b in zip(whole[name], less[name], strict=True)] for name in whole]
        total = [sum(column) for column in zip(*steps, strict=True)]
        rows.append([table, words, *(f"{n:+d}" for n in total), sum(any(step) for step in steps)])
        print(*rows[-1], file=sys.stderr, flush=True)
    print(render_table(HEADER, rows))


if __name__ == "__main__":
    main()
