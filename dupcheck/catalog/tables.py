"""Bytes → rows of text. What a file is, is told by its content: never by its name.

A :class:`Sheet` is one table as it stands in a file: a header, and columns of text. Ids keep their digits, because
nothing is turned into a number here.
"""

import csv
import io
import itertools
import re
import sys
import warnings
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

import numpy as np
import numpy.typing as npt

from dupcheck.messages import Message, message
from dupcheck.model import BoolArray, IntArray, Problem, Severity

TextArray = npt.NDArray[np.object_]

_LARGE: Final = 1_000_000
"""Bytes from which a file is worth the C parser of pandas."""
DELIMITERS: Final = (",", "\t", ";", "|")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file. ``rows[i]`` is the data row (from 1) of cell i of every column.

    ``numeric`` has, by column number, which cells a spreadsheet held as numbers: only there ids can be spoiled.
    """

    name: str
    headers: tuple[str, ...]
    columns: tuple[TextArray, ...]
    rows: IntArray
    numeric: dict[int, BoolArray] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def make_texts(values: Sequence[str]) -> TextArray:
    """Return ``values`` as an array of ``str`` objects."""
    texts = np.empty(len(values), dtype=object)
    texts[:] = values
    return texts


def shorten(text: str, longest: int = 120) -> str:
    """Return ``text`` on one line, cut where it is too long to show."""
    text = " ".join(text[: 4 * longest].split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


class Problems:
    """The problems found so far, and short words for adding to them."""

    def __init__(self, found: Iterable[Problem] = ()) -> None:
        self.found: list[Problem] = list(found)

    def add(self, row: int | None, listing_id: str, name: str, severity: Severity, text: Message) -> None:
        """Add one problem."""
        self.found.append(Problem(row, listing_id, name, severity, text))


# --------------------------------------------------------------------------------------------------------------
# Delimited text

_csv_lock = Lock()


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let cells of any length through the csv module, whose limit is one for the whole process."""
    with _csv_lock:
        before = csv.field_size_limit(sys.maxsize)
        try:
            yield
        finally:
            csv.field_size_limit(before)


def _split_literally(line: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.rstrip("\r\n").split(delimiter)]


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a table.

    ``oddity`` is what was odd about its quotes ("" or a problem's key) and ``lines`` how many lines it took;
    ``numeric`` are the cells that a spreadsheet held as numbers.
    """

    cells: list[str]
    oddity: str = ""
    lines: int = 1
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A table before its header is found."""

    name: str
    records: list[Record]
    problems: tuple[Problem, ...] = ()


def split_records(text: str, delimiter: str) -> list[Record]:
    """Split delimited text into records, mending stray quotation marks.

    A quote that never closes, or closes in a later row, would swallow the rows between. Such a record is told by its
    lines: each has as many cells as a row. It is then read as it stands, and so are the rows it had swallowed.
    A file that breaks off inside a cell of many lines keeps that cell.
    """
    lines = list(io.StringIO(text, newline=""))
    records: list[Record] = []
    start, mended = 0, 0
    with _long_cells():
        width = _find_width(lines[:400], delimiter)
        while start < len(lines):
            reader = csv.reader(iter(lines[start:]) if start else iter(lines), delimiter=delimiter)
            before = 0
            for cells in reader:
                first, last = start + before, start + reader.line_num
                before = reader.line_num
                oddity = ""
                if last - first > 1 and mended < 1000:
                    held = lines[first:last]
                    rows = sum(_is_row(line, delimiter, width) for line in held[1:])
                    alike = 5 * rows >= 4 * (len(held) - 1)
                    if not _is_well_quoted(held, delimiter):
                        if alike:
                            oddity = "quote_open" if last == len(lines) else "rows_swallowed"
                        elif last == len(lines):
                            records.append(Record(cells, "quote_open"))  # the file breaks off in a long cell
                            continue
                    elif alike and len(held) > 3 and width >= 4:
                        oddity = "rows_swallowed"
                if oddity:
                    records.append(Record(_split_literally(lines[first], delimiter), oddity, last - first))
                    start, mended = first + 1, mended + 1
                    break
                records.append(Record(cells))
            else:
                break
    return records


def _find_width(lines: Sequence[str], delimiter: str) -> int:
    """Return how many cells most rows have. The first row of three cells and more, mostly the header, counts thrice."""
    counts: Counter[int] = Counter()
    reader = csv.reader(lines, delimiter=delimiter)
    before = 0
    for cells in reader:
        if reader.line_num - before == 1 and len(cells) > 1:
            counts[len(cells)] += 3 if len(cells) >= 3 and not counts else 1
        before = reader.line_num
    return max(counts, key=lambda n: (counts[n], n), default=0)


def _is_well_quoted(lines: Sequence[str], delimiter: str) -> bool:
    try:
        for _ in csv.reader(lines, delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return False
    return True


def _is_row(line: str, delimiter: str, width: int) -> bool:
    if line.count(delimiter) == width - 1:
        return True
    cells = next(csv.reader([line], delimiter=delimiter), [])
    return len(cells) == width


def _read_fast(raw: bytes, name: str) -> Sheet | None:
    """Read comma-separated UTF-8 with the C parser of pandas; None where it is not wholly regular."""
    if b"\x00" in raw or len(raw) < _LARGE:
        return None
    tail = raw[-65536:]
    if not raw.endswith((b"\n", b"\r")):
        last = re.split(rb"[\r\n]", tail)[-1].decode("utf-8", "replace")
        if len(next(csv.reader([last]), [])) != len(next(csv.reader([_first_line(raw)]), [])):
            return None  # the last row may be cut off
    import pandas as pd  # half a second, won back on a large file only

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            frame = pd.read_csv(
                io.BytesIO(raw), dtype=object, keep_default_na=False, na_values=[], index_col=False, header=None,
                skip_blank_lines=False, encoding="utf-8",
            )  # fmt: skip
    except (ValueError, pd.errors.ParserWarning, OverflowError):  # ParserError and UnicodeDecodeError are ValueErrors
        return None
    columns = [frame[i].to_numpy(dtype=object) for i in range(frame.shape[1])]
    if len(columns) >= 3:
        broken = np.zeros(len(frame), dtype=bool)
        for column in columns:
            broken[1:] |= np.fromiter(("\n" in t or "\r" in t for t in column[1:]), dtype=bool, count=len(frame) - 1)
        for i in np.flatnonzero(broken):
            # A cell whose line has as many commas as a row may have swallowed one: the careful way looks closer.
            if any(line.count(",") >= len(columns) - 2 for c in columns for line in re.split(r"[\r\n]", c[i])[1:]):
                return None
    headers = name_headers([str(c[0]) for c in columns])
    if len(headers) < len(columns):
        return None
    return Sheet(name, tuple(headers), tuple(c[1:] for c in columns), np.arange(1, len(frame), dtype=np.int64))


def guess_delimiter(lines: Sequence[str]) -> str:
    """Return what parts the cells of these lines: what gives the most cells, and alike in every line."""

    def rate(delimiter: str) -> tuple[float, int]:
        with _long_cells():
            counts = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if any(c.strip() for c in cells)]
        widest = max(counts, default=1)
        if widest < 2:
            return (0.0, 0)
        return (widest * sum(c > 1 for c in counts) / len(counts) * (1 + counts.count(widest) / len(counts)), widest)

    return max(DELIMITERS, key=rate)


def read_text(text: str, name: str) -> Grid:
    """Read delimited text of any delimiter."""
    head = list(itertools.islice(io.StringIO(text[:200_000], newline=""), 30))
    return Grid(name, split_records(text, guess_delimiter(head)))


def _first_line(raw: bytes) -> str:
    end = re.search(rb"[\r\n]", raw)
    return raw[: end.start() if end else len(raw)].decode("utf-8", "replace")


def name_headers(cells: Sequence[str]) -> list[str]:
    """Return headers on one line each; a name that is there before gets ``__2``."""
    headers: list[str] = []
    seen: dict[str, int] = {}
    for cell in cells:
        header = cell.strip()
        key = header.casefold()
        seen[key] = seen.get(key, 0) + 1
        headers.append(f"{header}__{seen[key]}" if header and seen[key] > 1 else header)
    while headers and not headers[-1]:
        headers.pop()
    return headers


def make_sheet(grid: Grid, header: int = 0, skip: Collection[int] = ()) -> Sheet:
    """Make a sheet of a grid whose header is record number ``header``.

    Records above the header are no data, nor are those whose number is in ``skip``; all below it count as data rows.
    """
    headers = name_headers(grid.records[header].cells)
    width = len(headers)
    problems = Problems(grid.problems)
    kept: list[list[str]] = []
    rows: list[int] = []
    numbers: list[tuple[int, ...]] = []
    for row, record in enumerate(grid.records[header + 1 :], 1):
        if header + row in skip:
            continue
        cells = record.cells
        if record.oddity == "quote_open":
            problems.add(row, "", "", "warning", message("catalog.quote_open"))
        elif record.oddity:
            problems.add(row, "", "", "warning", message("catalog.rows_swallowed", count=record.lines - 1))
        if len(cells) > width:
            rest = [c for c in cells[width:] if c.strip()]
            if rest:
                text = shorten(" | ".join(rest))
                told = message("catalog.row_long", came=len(cells), expected=width, text=text)
                problems.add(row, "", "", "warning", told)
            cells = cells[:width]
        elif len(cells) < width:
            if header + row == len(grid.records) - 1 and any(c.strip() for c in cells):
                told = message("catalog.row_short", came=len(cells), expected=width)
                problems.add(row, "", "", "warning", told)
            cells = cells + [""] * (width - len(cells))
        kept.append(cells)
        rows.append(row)
        numbers.append(record.numeric)
    columns = tuple(make_texts(c) for c in zip(*kept, strict=True)) if kept else tuple(make_texts([]) for _ in headers)
    numeric: dict[int, BoolArray] = {}
    for k, places in enumerate(numbers):
        for i in places:
            if i < width:
                numeric.setdefault(i, np.zeros(len(kept), dtype=bool))[k] = True
    return Sheet(grid.name, tuple(headers), columns, np.array(rows, dtype=np.int64), numeric, tuple(problems.found))


def read_plain_csv(raw: bytes, name: str) -> Sheet | None:
    """Read comma-separated UTF-8 whose first line is the header; None if these bytes are not UTF-8."""
    sheet = _read_fast(raw, name)
    if sheet is not None:
        return sheet
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    records = split_records(text.replace("\x00", ""), ",")
    return make_sheet(Grid(name, records)) if records else None
