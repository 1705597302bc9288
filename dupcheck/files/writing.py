"""Files that are whole or not there, and never in the place of what belongs to the seller.

Everything that dupcheck writes for a person goes through here. A file is first written beside its place and then given
its name, so that a full disk or a kill leaves what was there. Only ordinary files are replaced: into a device or a pipe
the bytes are written, a link is followed. What a run reads, and what lies beside it (a ledger's journal, photos), is
never written over.
"""

import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO

from dupcheck.errors import OutputError

_PROTECTED: ContextVar[tuple[Path, ...]] = ContextVar("protected", default=())
_PICTURES = frozenset({
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".jp2", ".heic",
})  # fmt: skip
_BESIDE = ("", "-wal", "-shm", "-seal", "-journal")
"""What may lie beside a ledger's file, and belongs to it."""
_ENDINGS = frozenset({
    ".csv", ".tsv", ".txt", ".md", ".html", ".htm", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".json", ".jsonl",
    ".xml", ".parquet", ".pdf", ".doc", ".docx", ".zip",
})  # fmt: skip
"""Endings that promise a kind of file."""
_OURS = re.compile(rb'\s*\{\s*"format":\s*\d+\s*,\s*"lang":')
"""How ``audit.json`` begins."""
UNFINISHED = ".dupcheck-unfinished-"
"""How the folders begin in which a report is written before it gets its place."""


@contextmanager
def protect_inputs(paths: Iterable[str | Path]) -> Iterator[None]:
    """While this lasts, nothing is written over any of these files, nor over what belongs to them."""
    names = [Path(p) for p in paths]
    token = _PROTECTED.set((*_PROTECTED.get(), *names))
    try:
        yield
    finally:
        _PROTECTED.reset(token)


def check_target(path: Path) -> Path:
    """Return where a file of this name really goes. Raises OutputError where that is an input, a photo or a folder."""
    real = Path(os.path.realpath(path))
    for given in _PROTECTED.get():
        for kept in (given.parent / (given.name + end) for end in _BESIDE):
            if _is_same(real, kept):
                raise OutputError("files.is_input", path=path)
    if real.suffix.lower() in _PICTURES and real.is_file():
        raise OutputError("files.is_photo", path=path)
    if real.is_dir():
        raise OutputError("files.is_folder", path=path)
    if real.is_symlink():  # links that lead to each other lead nowhere
        raise OutputError("files.no_ordinary_file", path=path)
    return real


def check_ending(path: Path, *possible: str) -> None:
    """Raise OutputError where a name promises another kind of file than what is written: one with such an ending, or,
    where none is ``possible``, a folder.
    """
    ending = path.suffix.lower()
    if ending not in _ENDINGS or ending in possible or (not possible and path.is_dir()):
        return
    if possible:
        raise OutputError("files.other_ending", path=path, ending=ending, possible=", ".join(possible))
    raise OutputError("files.no_folder_name", path=path, ending=ending, folder=path.with_suffix(""))


def _is_same(real: Path, kept: Path) -> bool:
    """Whether two names are of one file; a file that is not there yet has its name only."""
    try:
        return real.samefile(kept)
    except (OSError, ValueError):
        return os.path.normcase(real) == os.path.normcase(os.path.realpath(kept))


def write_file(path: str | Path, pieces: bytes | Iterable[bytes]) -> Path:
    """Write a file whole, or leave what was there; return its path. Folders on the way are made.

    Raises OutputError where it would be written over an input of this run, over what is no ordinary file, or cannot be
    written.
    """
    path = Path(path)
    try:
        real = check_target(path)
        if real.exists() and not real.is_file():
            with _open_device(real) as file:
                file.writelines([pieces] if isinstance(pieces, bytes) else pieces)
            return path
        replace_file(real, pieces)
    except (OSError, ValueError) as error:
        raise explain_failure(error, path) from error
    return path


def replace_file(path: Path, pieces: bytes | Iterable[bytes], *, lasting: bool = True) -> None:
    """Put a file of dupcheck's own in place of the one that is there, whole or not at all.

    A ``lasting`` one is on the disk at the end; what can be made anew need not be. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".dupcheck-{os.urandom(6).hex()}.part")
    try:
        with write_through(part) if lasting else part.open("xb") as file:
            file.writelines([pieces] if isinstance(pieces, bytes) else pieces)
        _take_over_rights(path, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_at_once(path: Path, data: bytes) -> None:
    """Write a file of dupcheck's own in one go; who reads it must tell whether it is whole. Raises OSError."""
    with path.open("wb", buffering=0) as file:
        file.write(data)


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for nobody else to look into. Raises OSError."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def write_through(path: Path) -> Iterator[BinaryIO]:
    """Open a new file; what was written is on the disk at the end."""
    with path.open("xb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())  # a full disk may show only here


@contextmanager
def _open_device(path: Path) -> Iterator[BinaryIO]:
    """Open what is no ordinary file, a terminal, ``/dev/null`` or a pipe that somebody reads, to write into it."""
    kind = path.stat().st_mode
    if not (stat.S_ISCHR(kind) or stat.S_ISFIFO(kind)):
        raise OutputError("files.no_ordinary_file", path=path)
    number = os.open(path, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
    if hasattr(os, "set_blocking"):
        os.set_blocking(number, True)
    with os.fdopen(number, "wb") as file:
        yield file


def _take_over_rights(old: Path, new: Path) -> None:
    with suppress(OSError):
        known = old.stat()
        new.chmod(stat.S_IMODE(known.st_mode))
        if hasattr(os, "chown") and os.geteuid() == 0:
            os.chown(new, known.st_uid, known.st_gid)


def check_folder(folder: Path, names: Sequence[str], mark: str) -> None:
    """Raise OutputError where ``folder`` holds a file of these names that no earlier run of dupcheck has written.

    A run's folder is known by ``mark``, its ``audit.json``, or by what a run that was killed has left there.
    """
    if not folder.is_dir():
        return
    for name in names:
        if (folder / name).is_dir():
            raise OutputError("report.folder_in_the_way", path=str(folder / name))
        if os.path.lexists(folder / name):
            check_target(folder / name)
    there = [name for name in names if os.path.lexists(folder / name)]
    if there and not _is_ours(folder, mark):
        raise OutputError("files.of_another", path=folder / there[0], folder=folder)


def check_beside(path: Path, columns: Sequence[str]) -> Path:
    """Return where a table goes that nobody has named, beside a file that somebody has.

    Raises OutputError where a file of that name is there, and is none that an earlier run has written: its first line
    tells.
    """
    check_target(path)
    try:
        known = path.is_file() and path.stat().st_size
        if known and not _read_head(path).removeprefix(b"\xef\xbb\xbf").startswith(",".join(columns).encode()):
            raise OutputError("files.not_ours", path=path)
    except OSError as error:
        raise explain_failure(error, path) from error
    return path


def _is_ours(folder: Path, mark: str) -> bool:
    try:
        places = [folder / mark, *(left / mark for left in folder.glob(f"{UNFINISHED}*"))]
        return any(place.is_file() and _OURS.match(_read_head(place)) for place in places)
    except OSError:
        return False


def _read_head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(200)


def explain_failure(error: Exception, path: str | Path) -> OutputError:
    """Return what to say to a person where a file or folder could not be written."""
    number = getattr(error, "errno", None)
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return OutputError("report.disk_full", path=str(path))
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError("report.not_writable", path=str(path))
    if number in (errno.ENOTDIR, errno.EEXIST):
        return OutputError("report.path_is_file", path=str(path))
    reason = getattr(error, "strerror", None) or str(error)
    return OutputError("report.cannot_write", path=str(path), reason=reason)
