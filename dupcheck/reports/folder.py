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
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

from dupcheck.errors import OutputError
from dupcheck.files.cells import encode_page
from dupcheck.files.writing import UNFINISHED, check_ending, check_folder, explain_failure, write_file, write_through
from dupcheck.reports.documents import SettledAudit, settle_audit, stream_audit, stream_merges, watch_rows
from dupcheck.reports.page import render_page
from dupcheck.reports.phrases import language
from dupcheck.reports.tables import PairTable, stream_groups, stream_offline, stream_problems
from dupcheck.reports.thumbnails import Thumbnail
from dupcheck.reports.workbook import PairRows, render_workbook

MARK = "audit.json"
"""The file that is put in place last: where it lies, the report is whole."""

_LEFT_BEHIND = 24 * 3600  # seconds; a staging folder of that age was left by a process that was killed

_PAIRS = "pairs.csv"
_BOOK = "report.xlsx"
_FILES: Mapping[str, Callable[[SettledAudit, Thumbnail | None], Iterable[bytes]]] = {
    "groups.csv": lambda audit, _: stream_groups(audit),
    "take-offline.csv": lambda audit, _: stream_offline(audit),
    "merges.json": lambda audit, _: stream_merges(audit),
    "problems.csv": lambda audit, _: stream_problems(audit),
    "report.html": lambda audit, thumbnail: (encode_page(render_page(audit, thumbnail)),),
}
_NAMES = (_PAIRS, *_FILES, _BOOK, MARK)


def save_report(audit: Mapping[str, Any], out: Path, thumbnail: Thumbnail | None = None) -> list[Path]:
    """Write the report folder ``out`` and return the paths of its files.

    Other files in the folder stay as they are, and so does an earlier report until the new one is ready. ``thumbnail``
    gives the page its photos. Raises :class:`OutputError` where the folder cannot be written.
    """
    settled = settle_audit(audit)
    with _explained(out):
        check_report(out)
        out = Path(os.path.realpath(out))
        if out.is_dir():
            with _staging(out) as stage:
                _write_files(stage, settled, thumbnail)
                (out / MARK).unlink(missing_ok=True)
                for name in _NAMES:
                    _put(stage / name, out / name)
        else:
            out.parent.mkdir(parents=True, exist_ok=True)
            with _staging(out.parent) as stage:
                _write_files(stage, settled, thumbnail)
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


def _write_files(folder: Path, audit: SettledAudit, thumbnail: Thumbnail | None) -> None:
    for name, stream in _FILES.items():
        with write_through(folder / name) as file:
            file.writelines(stream(audit, thumbnail))
    # Pairs are what there is most of: each is put into words once, and written to three files.
    noted = PairRows(language(audit))
    with write_through(folder / _PAIRS) as csv, write_through(folder / MARK) as file, PairTable(audit, csv) as table:
        pairs = watch_rows(watch_rows(audit["pairs"], table.add), noted.add)
        file.writelines(stream_audit(SettledAudit(audit | {"pairs": pairs})))
    with write_through(folder / _BOOK) as file:
        file.write(render_workbook(audit, thumbnail, noted))


@contextmanager
def _explained(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise explain_failure(error, error.filename2 or out) from error  # a staging folder's name would tell nothing
