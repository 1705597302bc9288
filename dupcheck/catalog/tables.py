"""Bytes → rows of text. What a file is, is told by its content: never by its name.

A :class:`Sheet` is one table as it stands in a file: a header, and columns of text. Ids keep their digits, because
nothing is turned into a number here.
"""

import csv
import io
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from dupcheck.model import BoolArray, IntArray, Problem
from dupcheck.words import message

TextArray = npt.NDArray[np.object_]

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
    """One record of delimited text: its cells, and what was odd about its quotes ("" or a problem's key)."""

    cells: list[str]
    oddity: str = ""
    lines: int = 1


def split_records(text: str, delimiter: str) -> list[Record]:
    """Split delimited text into records, mending stray quotation marks.

    A quote that never closes, or closes in a later row, would swallow the rows between. Such a record is told by its
    lines: each has as many cells as a row. It is then read as it stands, and so are the rows it had swallowed.
    """
    lines = list(io.StringIO(text, newline=""))
    records: list[Record] = []
    start, mended, width = 0, 0, 0
    with _long_cells():
        while start < len(lines):
            reader = csv.reader(iter(lines[start:]) if start else iter(lines), delimiter=delimiter)
            before = 0
            for cells in reader:
                first, last = start + before, start + reader.line_num
                before = reader.line_num
                if len(records) < 10:
                    width = max(width, len(cells))
                oddity = ""
                if last - first > 1 and mended < 1000:
                    if last == len(lines) and sum(line.count('"') for line in lines[first:last]) % 2:
                        oddity = "quote_open"
                    elif width >= 3 and all(_is_row(line, delimiter, width) for line in lines[first : last - 1]):
                        oddity = "rows_swallowed"
                if oddity:
                    records.append(Record(_split_literally(lines[first], delimiter), oddity, last - first))
                    start, mended = first + 1, mended + 1
                    break
                records.append(Record(cells))
            else:
                break
    return records


def _is_row(line: str, delimiter: str, width: int) -> bool:
    if line.count(delimiter) == width - 1:
        return True
    cells = next(csv.reader([line], delimiter=delimiter), [])
    return len(cells) == width


def _read_fast(raw: bytes, name: str) -> Sheet | None:
    """Read comma-separated UTF-8 with the C parser of pandas; None where it is not wholly regular."""
    if b"\x00" in raw:
        return None
    tail = raw[-65536:]
    if not raw.endswith((b"\n", b"\r")):
        last = re.split(rb"[\r\n]", tail)[-1].decode("utf-8", "replace")
        if len(next(csv.reader([last]), [])) != len(next(csv.reader([_first_line(raw)]), [])):
            return None  # the last row may be cut off
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
    headers = tuple(str(c[0]) for c in columns)
    return Sheet(name, headers, tuple(c[1:] for c in columns), np.arange(1, len(frame), dtype=np.int64))


def _first_line(raw: bytes) -> str:
    end = re.search(rb"[\r\n]", raw)
    return raw[: end.start() if end else len(raw)].decode("utf-8", "replace")


def make_sheet(name: str, records: Sequence[Record], header: int = 0) -> Sheet:
    """Make a sheet of ``records``, whose header is record number ``header``; rows above it are dropped."""
    headers = [h.strip() for h in records[header].cells]
    while headers and not headers[-1]:
        headers.pop()
    width = len(headers)
    problems: list[Problem] = []
    kept: list[list[str]] = []
    rows: list[int] = []
    body = records[header + 1 :]
    for row, record in enumerate(body, 1):
        cells = record.cells
        if record.oddity == "quote_open":
            problems.append(Problem(row, "", "", "warning", message("catalog.quote_open")))
        elif record.oddity:
            problems.append(Problem(row, "", "", "warning", message("catalog.rows_swallowed", count=record.lines - 1)))
        if len(cells) > width:
            rest = [c for c in cells[width:] if c.strip()]
            if rest:
                told = message("catalog.row_long", came=len(cells), expected=width, text=shorten(" | ".join(rest)))
                problems.append(Problem(row, "", "", "warning", told))
            cells = cells[:width]
        elif len(cells) < width:
            if row == len(body) and any(c.strip() for c in cells):
                told = message("catalog.row_short", came=len(cells), expected=width)
                problems.append(Problem(row, "", "", "warning", told))
            cells = cells + [""] * (width - len(cells))
        kept.append(cells)
        rows.append(row)
    columns = tuple(make_texts(column) for column in zip(*kept, strict=True)) if kept else ()
    if not kept:
        columns = tuple(make_texts([]) for _ in headers)
    return Sheet(name, tuple(headers), columns, np.array(rows, dtype=np.int64), {}, tuple(problems))


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
    return make_sheet(name, records) if records else None
