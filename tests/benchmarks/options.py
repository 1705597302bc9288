"""Right about options: hides the colours and sizes that listings state and compares what their titles are read to say.

    python tests/benchmarks/options.py DATA_FOLDER [--only NAME …] [--show]

A catalogue is a folder that holds ``catalog.csv`` and ``truth.csv``: DATA_FOLDER itself, or one in it. Each is audited
with the shipped rule pack after the values of every attribute that names a colour or a size were blanked.

``SKUs`` are the listings that stand in a group whose members, by the hidden attributes, differ on the axis; they
``agree`` where the option that ``groups.csv`` gives them is the hidden value (both compared as dupcheck compares
values). Listings that hide nothing on the axis are left out. ``all agree`` is the same for every listing that hides a
value, grouped or not, by what its title is read to state. ``differs_in`` is the share of duplicate pairs that both
hide a value, for which the axis is named where the values differ and is not where they are equal. ``--show`` lists
what disagrees, the most frequent first.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from groups import find_catalogs
from measuring import render_table

import dupcheck as dc
from dupcheck.catalog import format_attributes, parse_attributes
from dupcheck.judging.differences import name_axis
from dupcheck.titles import align_name, read_value

AXES = ("color", "size")
HEADER = (
    "catalogue", "axis", "SKUs", "agree %", "another value", "no value", "all listings", "all agree %", "pairs",
    "differs_in %",
)  # fmt: skip


def hide_values(catalog: dc.Catalog) -> tuple[dc.Catalog, list[dict[str, str]]]:
    """Return the catalogue without its colours and sizes, and what each listing hides: axis → comparable value."""
    hidden, texts = [], np.empty(len(catalog), dtype=object)
    for i, text in enumerate(catalog.column("attributes")):
        kept: dict[str, str] = {}
        own: dict[str, str] = {}
        for name, value in parse_attributes(text).items():
            axis = align_name(name)
            kept[name] = value
            if axis in AXES:
                kept[name] = ""
                if comparable := read_value(axis, value):
                    own.setdefault(axis, comparable)
        hidden.append(own)
        texts[i] = format_attributes(kept)
    return replace(catalog, columns={**catalog.columns, "attributes": texts}), hidden


def compare_options(
    audit: dc.Audit, hidden: Sequence[Mapping[str, str]], axis: str
) -> tuple[int, Counter[tuple[str, str]]]:
    """Return how many SKUs count on an axis, and what disagrees: (hidden, found) → how often."""
    position, name = audit.catalog.positions, name_axis(axis)
    counted, wrong = 0, Counter[tuple[str, str]]()
    for plan in audit.plans:
        own = [hidden[position[m.listing_id]].get(axis, "") for m in plan.members]
        if len(set(own) - {""}) < 2:
            continue
        for value, member in zip(own, plan.members, strict=True):
            if value:
                counted += 1
                found = read_value(axis, member.options.get(name, ""))
                if found != value:
                    wrong[value, found] += 1
    return counted, wrong


def compare_statements(audit: dc.Audit, hidden: Sequence[Mapping[str, str]], axis: str) -> tuple[int, int]:
    """Return how many listings hide a value on an axis, and of how many the title is read to state it."""
    column = audit.features.axes.get(axis)
    own = [(i, row[axis]) for i, row in enumerate(hidden) if axis in row]
    return len(own), sum(column is not None and column.value(i) == value for i, value in own)


def compare_differences(audit: dc.Audit, hidden: Sequence[Mapping[str, str]], axis: str) -> tuple[int, int]:
    """Return how many duplicate pairs hide a value each, and for how many the axis is named where the values differ."""
    found = audit.findings.duplicates
    counted = right = 0
    for i, j in zip(found.left.tolist(), found.right.tolist(), strict=True):
        if axis in hidden[i] and axis in hidden[j]:
            counted += 1
            column = audit.features.axes.get(axis)
            told = column is not None and column.value(i) != column.value(j)
            right += told == (hidden[i][axis] != hidden[j][axis])
    return counted, right


def measure_catalog(name: str, home: Path, show: bool) -> Iterator[list[str]]:
    """Audit one catalogue without its colours and sizes; give one row of the table for each axis."""
    catalog, hidden = hide_values(dc.read_catalog(home / "catalog.csv"))
    audit = dc.audit(catalog)
    for axis in AXES:
        counted, wrong = compare_options(audit, hidden, axis)
        told, stated = compare_statements(audit, hidden, axis)
        pairs, right = compare_differences(audit, hidden, axis)
        nothing = sum(n for (_, found), n in wrong.items() if not found)
        yield [
            name, axis, f"{counted}", share(counted - wrong.total(), counted), f"{wrong.total() - nothing}",
            f"{nothing}", f"{told}", share(stated, told), f"{pairs}", share(right, pairs),
        ]  # fmt: skip
        if show:
            for (value, found), n in sorted(wrong.items(), key=lambda x: (-x[1], x[0])):
                print(f"{name}, {axis}: {n} × {value!r} read as {found!r}", file=sys.stderr)


def share(part: int, whole: int) -> str:
    """Return a percentage with one decimal; "–" of nothing."""
    return f"{100 * part / whole:.1f}" if whole else "–"


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="measure these catalogues only")
    parser.add_argument("--show", action="store_true", help="list the values that disagree")
    given = parser.parse_args()
    catalogs = find_catalogs(given.folder)
    chosen = {name: home for name, home in catalogs.items() if name in (given.only or catalogs)}
    if not chosen:
        parser.error(f"no such catalogue in {given.folder}; there are: {', '.join(catalogs) or 'none'}")
    print(
        render_table(HEADER, [row for name, home in chosen.items() for row in measure_catalog(name, home, given.show)])
    )


if __name__ == "__main__":
    main()
