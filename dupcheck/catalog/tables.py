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
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from dupcheck.catalog.formats import normalise_header
from dupcheck.messages import Message, message
from dupcheck.model import BoolArray, IntArray, Problem, Severity
from dupcheck.run import BOUNDS

TextArray = npt.NDArray[np.object_]

_LARGE: Final = 8_000_000
"""Bytes from which a file is worth the C parser of pandas: below, to load it takes longer than to do without."""
DELIMITERS: Final = (",", "\t", ";", "|")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file. ``rows[i]`` is the row, as a spreadsheet program counts, of cell i of every column.

    ``numeric`` has, by column number, which cells a spreadsheet held as numbers: only there ids can be spoiled.
    """

    name: str
    headers: tuple[str, ...]
    columns: tuple[TextArray, ...]
    rows: IntArray
    numeric: dict[int, BoolArray] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    objects: bool = False


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
    ``numeric`` are the cells that a spreadsheet held as numbers; ``row`` is its own number where that is not its
    place in the table.
    """

    cells: list[str]
    oddity: str = ""
    lines: int = 1
    numeric: tuple[int, ...] = ()
    row: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """A table before its header is found.

    ``hidden`` is a sheet that a spreadsheet program does not show; ``objects`` are rows that stand for themselves.
    """

    name: str
    records: list[Record]
    problems: tuple[Problem, ...] = ()
    hidden: bool = False
    encoding: str = ""
    delimiter: str = ""
    objects: bool = False

    def number(self, place: int) -> int:
        """Return the row number of a record, as a spreadsheet program shows it."""
        return self.records[place].row or place + 1


class _Lines:
    """The lines of a text, of which a reader may be sent back to an earlier one."""

    def __init__(self, lines: list[str]) -> None:
        self.lines, self.at = lines, 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self.at >= len(self.lines):
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1]


class _Shape(NamedTuple):
    """What the rows of a table have in common: how many cells, and which of them hold numbers."""

    delimiter: str
    width: int
    numbers: tuple[int, ...]
    first: re.Pattern[str]

    def fits(self, line: str) -> bool:
        """Say whether a line has as many cells as a row."""
        if '"' not in line:
            return line.count(self.delimiter) == self.width - 1
        cells = next(csv.reader([line], delimiter=self.delimiter), [])
        return len(cells) == self.width or line.count(self.delimiter) == self.width - 1

    def is_row(self, line: str) -> bool:
        """Say whether a line is surely a row: it begins as the others do, and its numbers stand where theirs do."""
        if not self.numbers or not self.fits(line):
            return False
        cells = _split_literally(line, self.delimiter)
        return (
            len(cells) == self.width
            and self.first.fullmatch(cells[0]) is not None
            and all(_NUMERIC.fullmatch(cells[i]) for i in self.numbers)
        )


_NUMERIC = re.compile(r"[^\w,;]{0,3}[0-9][0-9.,' ]{0,20}[^\d,;]{0,4}")


def split_records(text: str, delimiter: str, spaced: bool = False) -> list[Record]:
    """Split delimited text into records, mending stray quotation marks.

    A quote that never closes, or closes in a later row, would swallow the rows between. Such a record is told by its
    lines: each has as many cells as a row, or its numbers where the other rows have theirs. It is then read as it
    stands, and so are the rows it had swallowed. A file that breaks off inside a cell of many lines keeps that cell.
    ``spaced``: a blank stands behind each delimiter and is no part of the cell.
    """
    lines = list(io.StringIO(text, newline=""))
    records: list[Record] = []
    with _long_cells():
        shape = _find_shape(lines[:400], delimiter)
        source = _Lines(lines)
        reader = csv.reader(source, delimiter=delimiter, skipinitialspace=spaced)
        while True:
            first = source.at
            cells = next(reader, None)
            if cells is None:
                return records
            last = source.at
            oddity = "" if last - first <= 1 else _judge_quotes(lines[first:last], cells, shape, last == len(lines))
            if oddity == "breaks_off":
                records.append(Record(cells, "quote_open"))
            elif oddity == "lines_joined":
                records.append(Record(cells, oddity, last - first))
            elif oddity:
                records.append(Record(_split_literally(lines[first], delimiter), oddity, last - first))
                source.at = first + 1
                reader = csv.reader(source, delimiter=delimiter, skipinitialspace=spaced)
            else:
                records.append(Record(cells))


def _judge_quotes(held: Sequence[str], cells: Sequence[str], shape: _Shape, at_end: bool) -> str:
    """Say what is odd about the quotes of a record of several lines; "" where nothing is."""
    rest = held[1:]
    rows = sum(shape.fits(line) for line in rest)
    alike = 5 * rows >= 4 * len(rest)
    if not _is_well_quoted(held, shape.delimiter):
        if alike or (shape.numbers and any(shape.is_row(line) for line in rest)):
            return "quote_open" if at_end else "rows_swallowed"
        return "breaks_off" if at_end else "lines_joined"
    if alike and len(held) > 3 and shape.width >= 4:
        return "rows_swallowed"
    sure = sum(shape.is_row(line) for line in rest)
    if 2 * sure >= len(rest) or (sure and len(cells) > shape.width):
        return "rows_swallowed"
    return ""


def _find_shape(lines: Sequence[str], delimiter: str) -> _Shape:
    """Return what most rows look like. The first row of three cells and more, mostly the header, counts thrice."""
    counts: Counter[int] = Counter()
    single: list[list[str]] = []
    reader = csv.reader(lines, delimiter=delimiter)
    before = 0
    for cells in reader:
        if reader.line_num - before == 1 and len(cells) > 1:
            counts[len(cells)] += 3 if len(cells) >= 3 and not counts else 1
            single.append(cells)
        before = reader.line_num
    width = max(counts, key=lambda n: (counts[n], n), default=0)
    rows = [cells for cells in single[1:] if len(cells) == width]
    numbers = [
        i
        for i in range(width)
        if len(rows) >= 2 and sum(_NUMERIC.fullmatch(r[i].strip()) is not None for r in rows) >= 0.9 * len(rows)
    ]
    # The first cells of rows, mostly ids, are alike: digits, or no longer than the longest and with blanks or without.
    firsts = [r[0].strip() for r in rows if r[0].strip()]
    sign = "[0-9]" if all(f.isdigit() for f in firsts) else r"[^<>]" if any(" " in f for f in firsts) else r"[^\s<>]"
    longest = max(map(len, firsts), default=0)
    return _Shape(delimiter, width, tuple(numbers), re.compile(f"{sign}{{1,{max(longest, 1) + 2}}}"))


def _is_well_quoted(lines: Sequence[str], delimiter: str) -> bool:
    try:
        for _ in csv.reader(lines, delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return False
    return True


def _read_fast(raw: bytes, name: str) -> Sheet | None:
    """Read comma-separated UTF-8 with the C parser of pandas; None where it is not wholly regular."""
    if b"\x00" in raw or len(raw) < _LARGE:
        return None
    tail = raw[-65536:]
    if not raw.endswith((b"\n", b"\r")):
        last = re.split(rb"[\r\n]", tail)[-1].decode("utf-8", "replace")
        if len(next(csv.reader([last]), [])) != len(next(csv.reader([_first_line(raw)]), [])):
            return None  # the last row may be cut off
    import pandas as pd  # won back on a large file only

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
    if _lacks_cells(raw, columns):
        return None  # which rows is for the careful way to say
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
    return Sheet(name, tuple(headers), tuple(c[1:] for c in columns), np.arange(2, len(frame) + 1, dtype=np.int64))


def guess_delimiter(lines: Sequence[str], known: Container[str] = ()) -> str:
    """Return what parts the cells: what gives the rows the header's number of cells, and headers that are known.

    ``lines`` are some from all over the file, its first among them; ``known`` the headers of known formats.
    """

    def rate(delimiter: str) -> tuple[float, int]:
        with _long_cells():
            rows = [c for c in csv.reader(lines, delimiter=delimiter) if any(t.strip() for t in c)]
        counts = Counter(len(r) for r in rows)
        if max(counts, default=1) < 2:
            return (0.0, 0)
        hits = 0
        for row in rows[:30]:
            found = sum(normalise_header(t[:100]) in known for t in row if t.strip())
            hits = max(hits, found if len(row) > 1 else 0)
        width = max((n for n in counts if n > 1), key=lambda n: counts[n] * (1.5 if n == len(rows[0]) else 1.0))
        return (counts[width] / len(rows) + min(hits, 6) * 0.25, width)

    return max(DELIMITERS, key=rate)


def _lacks_cells(raw: bytes, columns: Sequence[npt.NDArray[np.object_]]) -> bool:
    """Whether a row has fewer cells than the header: then the file holds fewer commas than rows and cells need."""
    inside = sum("\n".join(column).count(",") for column in columns)
    needed = (len(columns) - 1) * sum(any(row) for row in zip(*columns, strict=True))  # an empty line may have none
    return raw.count(b",") - inside < needed


def _sample_lines(text: str) -> list[str]:
    """Return lines from the beginning, the middle and the end of a text, whole ones only."""
    head = list(itertools.islice(io.StringIO(text[:400_000], newline=""), 300))
    if len(text) <= 400_000:
        return list(itertools.islice(io.StringIO(text, newline=""), 1000))
    for start in (len(text) // 2, len(text) - 60_000):
        head += text[start : start + 50_000].splitlines(keepends=True)[1:-1][:150]
    return head


_NAMED_DELIMITER = re.compile(r"\s*\"?sep=(.)\"?\s*\Z", re.IGNORECASE)


_DELIMITER_NAMES: Final = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|", "pipe": "|"}


def name_delimiter(text: str) -> str:
    """Return the sign that a person means: a sign itself, or ``tab``, ``comma``, ``semicolon``, ``bar``.

    >>> name_delimiter("tab") == "\\t"
    True
    """
    sign = _DELIMITER_NAMES.get(text.strip().casefold(), text)
    return sign if len(sign) == 1 and not sign.isalnum() and sign not in "\"'\r\n" else ""


def read_text(text: str, name: str, encoding: str = "", known: Container[str] = (), delimiter: str = "") -> Grid:
    """Read delimited text of any delimiter, found out where none is given."""
    lines = _sample_lines(text)
    named = _NAMED_DELIMITER.fullmatch(lines[0].rstrip("\r\n")) if lines else None
    delimiter = delimiter or (named[1] if named is not None else guess_delimiter(lines, known))
    spaced = sum(f'{delimiter} "' in line for line in lines) > len(lines) / 2
    records = split_records(text, delimiter, spaced)
    if named is not None and records:
        records[0] = Record([])
    return Grid(name, records, encoding=encoding, delimiter=delimiter)


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


def make_sheet(grid: Grid, header: int = 0, skip: Collection[int] = (), stop: int | None = None) -> Sheet:
    """Make a sheet of a grid whose header is record number ``header``.

    Records above the header are no data, nor are those whose number is in ``skip``, nor those from ``stop`` on.
    """
    headers = name_headers(grid.records[header].cells)[: BOUNDS.columns]
    width = len(headers)
    problems = Problems()
    kept: list[list[str]] = []
    rows: list[int] = []
    numbers: list[tuple[int, ...]] = []
    end = len(grid.records) if stop is None else stop
    for place in range(header + 1, end):
        if place in skip:
            continue
        record, row = grid.records[place], grid.number(place)
        cells = record.cells
        if record.oddity == "quote_open":
            problems.add(row, "", "", "warning", message("catalog.quote_open"))
        elif record.oddity == "lines_joined":
            problems.add(row, "", "", "warning", message("catalog.lines_joined", count=record.lines))
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
            if place == len(grid.records) - 1 and any(c.strip() for c in cells):
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
    return Sheet(
        grid.name, tuple(headers), columns, np.array(rows, dtype=np.int64), numeric, tuple(problems.found), grid.objects
    )


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
