"""The report folder: every report of one audit, whole or not at all.

The files are first written beside their place. A folder that is not there yet then appears in one rename; in one that
is, each file is renamed over its forerunner. While that goes on, ``audit.json`` is missing: where it lies, the report
is whole. Nothing but the report's own files is ever replaced or deleted; a file of such a name that another program
has written is not.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO

from dupcheck.errors import OutputError
from dupcheck.files.cells import encode_page
from dupcheck.files.forks import share_work
from dupcheck.files.writing import (
    UNFINISHED,
    check_ending,
    check_folder,
    explain_failure,
    write_file,
    write_through,
)
from dupcheck.reports.documents import (
    PlanList,
    SettledAudit,
    give_rows,
    settle_audit,
    stream_audit,
    stream_entries,
    stream_merges,
)
from dupcheck.reports.page import render_page
from dupcheck.reports.phrases import language
from dupcheck.reports.tables import PairTable, stream_groups, stream_offline, stream_problems
from dupcheck.reports.thumbnails import Thumbnail
from dupcheck.reports.workbook import MOST_ROWS, PairRows, render_workbook

MARK = "audit.json"
"""The file that is put in place last: where it lies, the report is whole."""

_LEFT_BEHIND = 24 * 3600  # seconds; a staging folder of that age was left by a process that was killed

_PAIRS = "pairs.csv"
_MERGES = "merges.json"
_BOOK = "report.xlsx"
_FILES: Mapping[str, Callable[[SettledAudit, Thumbnail | None], Iterable[bytes]]] = {
    "report.html": lambda audit, thumbnail: (encode_page(render_page(audit, thumbnail)),),
    "groups.csv": lambda audit, _: stream_groups(audit),
    "take-offline.csv": lambda audit, _: stream_offline(audit),
    "problems.csv": lambda audit, _: stream_problems(audit),
}
_NAMES = (_PAIRS, "groups.csv", "take-offline.csv", _MERGES, "problems.csv", "report.html", _BOOK, MARK)
_LARGE = 5_000
"""Pairs from which on several processes write the files."""
_PIECE = 10_000
"""Rows that one of them writes at a time."""


def save_report(audit: Mapping[str, Any], out: Path, thumbnail: Thumbnail | None = None, jobs: int = 1) -> list[Path]:
    """Write the report folder ``out`` and return the paths of its files.

    Other files in the folder stay as they are, and so does an earlier report until the new one is ready. ``thumbnail``
    gives the page its photos; a long report is written by ``jobs`` processes. Raises :class:`OutputError` where the
    folder cannot be written.
    """
    settled = settle_audit(audit)
    with _explained(out):
        check_report(out)
        out = Path(os.path.realpath(out))
        if out.is_dir():
            with _staging(out) as stage:
                _write_files(stage, settled, thumbnail, jobs)
                (out / MARK).unlink(missing_ok=True)
                for name in _NAMES:
                    _put(stage / name, out / name)
        else:
            out.parent.mkdir(parents=True, exist_ok=True)
            with _staging(out.parent) as stage:
                _write_files(stage, settled, thumbnail, jobs)
                stage.rename(out)
    return [out / name for name in _NAMES]


def check_report(out: Path) -> None:
    """Raise OutputError where a report in ``out`` would take the place of something that is no report."""
    if out.exists() and not out.is_dir():
        raise OutputError("report.path_is_file", path=str(out))
    check_ending(out)
    check_folder(out, [*_NAMES, *sorted(p.name for p in out.glob("export-*"))], MARK)


def _put(file: Path, place: Path) -> None:
    """Give a finished file its name; where a link has that name, what it points to is written."""
    if place.is_symlink():
        write_file(place, file.read_bytes())
    else:
        file.replace(place)


@contextmanager
def _staging(parent: Path) -> Iterator[Path]:
    """Give a new folder inside ``parent``, gone at the end; and sweep up those that a killed process left there."""
    for left in parent.glob(f"{UNFINISHED}*"):
        if left.is_dir() and time.time() - left.stat().st_mtime > _LEFT_BEHIND:
            shutil.rmtree(left, ignore_errors=True)
    stage = parent / f"{UNFINISHED}{token_hex(4)}"
    stage.mkdir()
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _write_files(folder: Path, audit: SettledAudit, thumbnail: Thumbnail | None, jobs: int) -> None:
    """Write each file of a report; those of many rows in pieces, which are put together at the end."""
    if thumbnail is not None:
        thumbnail("")  # all are made when the first is asked for: once, and here
    with _staging(folder) as parts:
        writing = _Writing(folder, parts, audit, thumbnail)
        share_work(writing.write, len(writing.pieces), jobs if len(audit["pairs"]) >= _LARGE else 1)
        with write_through(folder / _PAIRS) as file:
            file.writelines(writing.collect(_PAIRS))
        with write_through(folder / _MERGES) as file:
            file.writelines(stream_merges(audit, writing.collect(_MERGES)))
        with write_through(folder / MARK) as file:
            file.writelines(stream_audit(audit, {name: writing.collect(name) for name in _SHARED}))


_SHARED = ("listings", "pairs", "plans", "advice")
"""What there is most of in an audit."""


class _Writing:
    """The pieces of work that a report is: whole files, and rows of ``audit.json``.

    Pairs are what there is most of: each is put into words once, and written to two files; the first are noted for a
    third. Each plan is put into words once and written to two.
    """

    def __init__(self, folder: Path, parts: Path, audit: SettledAudit, thumbnail: Thumbnail | None) -> None:
        self.folder, self.parts, self.audit, self.thumbnail = folder, parts, audit, thumbnail
        book = min(MOST_ROWS, len(audit["pairs"]))
        rows = [
            partial(self._write_rows, name, start, min(start + _PIECE, len(audit[name])))
            for name in _SHARED
            for start in range(book if name == "pairs" else 0, len(audit.get(name, ())), _PIECE)
        ]
        page, *files = (partial(self._write_file, name) for name in _FILES)
        half = len(rows) // 2  # workbook and page take most memory, and are best not made at once
        self.pieces: list[Callable[[], None]] = [
            partial(self._write_book, book), *files, *rows[:half], page, *rows[half:],
        ]  # fmt: skip

    def write(self, k: int) -> None:
        """Do one piece of the work."""
        self.pieces[k]()

    def collect(self, name: str) -> Iterator[bytes]:
        """Give what was written of a file, or of the rows that an audit has under a name, in order; it is then gone."""
        places = sorted(self.parts.glob(f"{name}-*"), key=lambda place: int(place.name.rpartition("-")[2]))
        for place in places:
            yield place.read_bytes()
            place.unlink()

    def _write_file(self, name: str) -> None:
        with self._open(self.folder / name) as file:
            file.writelines(_FILES[name](self.audit, self.thumbnail))

    def _write_book(self, most: int) -> None:
        noted = PairRows(language(self.audit))
        self._write_rows("pairs", 0, most, noted)
        with self._open(self.folder / _BOOK) as file:
            file.write(render_workbook(self.audit, self.thumbnail, noted))

    @contextmanager
    def _open(self, place: Path) -> Iterator[BinaryIO]:
        place.unlink(missing_ok=True)  # what a helper began and could not end
        with write_through(place) as file:
            yield file

    def _write_rows(self, name: str, start: int, end: int, noted: PairRows | None = None) -> None:
        held = self.audit[name]
        entries: Iterable[Any]
        if isinstance(held, Mapping):
            entries = ((i, held[i]) for i in islice(held, start, end))
        else:
            entries = give_rows(held, start, end)
        with ExitStack() as open_files:
            if name == "plans":
                plans = PlanList(open_files.enter_context(self._open(self.parts / f"{_MERGES}-{start}")))
                entries = _show(entries, plans.add)
            if name == "pairs":
                file = open_files.enter_context(self._open(self.parts / f"{_PAIRS}-{start}"))
                table = open_files.enter_context(PairTable(self.audit, file, head=start == 0))
                entries = _show(entries, table.add, *([] if noted is None else [noted.add]))
            if end > start:
                open_files.enter_context(self._open(self.parts / f"{name}-{start}")).writelines(stream_entries(entries))


def _show(rows: Iterable[Mapping[str, Any]], *see: Callable[[Mapping[str, Any]], None]) -> Iterator[Mapping[str, Any]]:
    """Give rows, each shown to some on its way."""
    for row in rows:
        for one in see:
            one(row)
        yield row


@contextmanager
def _explained(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise explain_failure(error, error.filename2 or out) from error  # a staging folder's name would tell nothing
