"""Header cells that span several columns: what stands below them lies now in the first, now in the next."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from dupcheck.catalog.tables import Grid

_MOST: Final = 400
"""Rows looked at."""
_COVERED: Final = 0.8
"""Part of the rows that two columns must fill between them to be one."""


def join_spans(grid: Grid, place: int) -> Grid:
    """Put the cells of columns without a header into the column beside them that they complete.

    Two such columns never both hold something in one row, and together they fill nearly all rows.
    """
    headers = [c.strip() for c in grid.records[place].cells]
    below = grid.records[place + 1 :]
    width = max((len(r.cells) for r in below[:_MOST]), default=0)
    headers += [""] * (width - len(headers))
    if all(headers[:width]) or not any(headers):
        return grid
    rows = [[*(c.strip() for c in r.cells), *[""] * (width - len(r.cells))] for r in below[:_MOST]]
    rows = [row for row in rows if sum(map(bool, row)) >= 2]
    moves: dict[int, int] = {}
    for i in (i for i in range(width) if not headers[i] and any(row[i] for row in rows)):
        beside = (_nearest(headers, range(i - 1, -1, -1)), _nearest(headers, range(i + 1, width)))
        owner = next((k for k in beside if k is not None and _complete(rows, i, k)), None)
        if owner is not None:
            moves[i] = owner
    if not moves:
        return grid
    joined = []
    for record in below:
        cells = [*record.cells, *[""] * (width - len(record.cells))]
        numeric = set(record.numeric)
        for i, k in moves.items():
            if cells[i].strip() and not cells[k].strip():
                cells[k], cells[i] = cells[i], ""
                numeric |= {k} if i in numeric else set()
        joined.append(replace(record, cells=cells, numeric=tuple(sorted(numeric))))
    return replace(grid, records=[*grid.records[: place + 1], *joined])


def _nearest(headers: Sequence[str], places: Sequence[int]) -> int | None:
    return next((i for i in places if headers[i]), None)


def _complete(rows: Sequence[Sequence[str]], i: int, k: int) -> bool:
    """Say whether two columns are one: either is filled where the other is not, but for a slip, with texts alike."""
    own, other = ([row[n] for row in rows if row[n]] for n in (i, k))
    both = sum(bool(row[i] and row[k]) for row in rows)
    worded = [sum(re.search(r"[^\W\d_]{2}", t) is not None for t in texts) * 2 > len(texts) for texts in (own, other)]
    alike = not other or worded[0] == worded[1]
    return both * 10 <= len(own) and alike and len(own) + len(other) >= _COVERED * len(rows)
