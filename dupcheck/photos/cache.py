"""Fingerprints kept between runs: one SQLite file, safe under two audits at once and when one is killed.

A fingerprint is keyed by the hash of the file's bytes and the version of the algorithm, so a renamed or copied
picture is known. A second table remembers which content a path had at which size and times, so that an unchanged
file is not even read.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from dupcheck.messages import Message, message
from dupcheck.photos.records import FINGERPRINT, VERSION, Record

FILE_NAME = "photos.sqlite"
_BATCH = 500
_WAIT_SECONDS = 60.0
_ALGORITHM = f"{VERSION}:{FINGERPRINT.itemsize}"

Signature = tuple[int, int, int]
"""A file's size in bytes, time of change and time of its directory entry's change, in nanoseconds."""


class Cache:
    """The store in ``folder``; without a folder, or where the folder cannot be used, it keeps nothing.

    Threads may share it.
    """

    def __init__(self, folder: Path | None) -> None:
        self.problem: Message | None = None
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        if folder is None:
            return
        try:
            self._connection = _connect(folder)
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def contents(self, paths: Sequence[str]) -> Mapping[str, tuple[Signature, bytes]]:
        """Return the signature and the content key each known path had when it was last read."""
        query = "SELECT path, size, mtime, ctime, content FROM seen WHERE path IN ({})"
        return {row[0]: ((row[1], row[2], row[3]), row[4]) for row in self._select(query, paths)}

    def fingerprints(self, contents: Sequence[bytes]) -> Mapping[bytes, Record]:
        """Return the fingerprints of the known contents."""
        query = "SELECT content, data FROM fingerprint WHERE algorithm = ? AND content IN ({})"
        rows = self._select(query, contents, _ALGORITHM)
        return {row[0]: np.frombuffer(row[1], dtype=FINGERPRINT)[0] for row in rows}

    def keep(self, seen: Iterable[tuple[str, Signature, bytes]], records: Iterable[tuple[bytes, Record]]) -> None:
        """Store which path has which content, and fingerprints by content."""
        with self._guard() as connection:
            if connection is None:
                return
            with connection:
                connection.executemany(
                    "INSERT OR REPLACE INTO fingerprint (content, algorithm, data) VALUES (?, ?, ?)",
                    ((content, _ALGORITHM, record.tobytes()) for content, record in records),
                )
                connection.executemany(
                    "INSERT OR REPLACE INTO seen (path, size, mtime, ctime, content) VALUES (?, ?, ?, ?, ?)",
                    ((path, *signature, content) for path, signature, content in seen),
                )

    def _select(self, query: str, keys: Sequence[object], *first: object) -> Iterator[Any]:
        rest = iter(keys)
        while batch := tuple(islice(rest, _BATCH)):
            rows: list[Any] = []
            with self._guard() as connection:
                if connection is not None:
                    rows = connection.execute(query.format(",".join("?" * len(batch))), (*first, *batch)).fetchall()
            yield from rows

    @contextmanager
    def _guard(self) -> Iterator[sqlite3.Connection | None]:
        """Give the connection; a cache that fails (a full disk, a damaged file) is left alone from then on."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                self.close()
                self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        self.problem = message("photos.no_cache", reason=str(error))


def _connect(folder: Path) -> sqlite3.Connection:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    try:
        return _prepare(path)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        path.replace(path.with_suffix(".damaged"))  # not a database any more: keep it aside and start anew
        for leftover in (f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"):
            (folder / leftover).unlink(missing_ok=True)
        return _prepare(path)


def _prepare(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        with connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS fingerprint (content BLOB, algorithm TEXT, data BLOB NOT NULL, "
                "PRIMARY KEY (content, algorithm))"
            )
            connection.execute(
                "CREATE TABLE IF NOT EXISTS seen (path TEXT PRIMARY KEY, size INTEGER NOT NULL, "
                "mtime INTEGER NOT NULL, ctime INTEGER NOT NULL, content BLOB NOT NULL)"
            )
    except BaseException:
        connection.close()
        raise
    return connection
