"""What was seen, kept between runs: one SQLite file, safe under two audits at once and when one is killed.

A fingerprint is keyed by the hash of the file's bytes and the version of the algorithm, so a renamed or copied
picture is known. A second table remembers which content a path had at which size and times, so that an unchanged
file is not even read. A third holds what closer looks at two contents found, a fourth which are copies and which are
not, a fifth which contents were all held against one another, and which of them are alike: of those, only later ones
need be looked at. Each record ends in a checksum of its key and itself; one that is damaged is not there.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from dupcheck.files.doubts import tell_doubt
from dupcheck.files.writing import make_private
from dupcheck.messages import Message, message
from dupcheck.photos.arrivals import Arrivals
from dupcheck.photos.records import FACTS, FINGERPRINT, LOOK, LOOK_VERSION, VERSION, Record

FILE_NAME = "photos.sqlite"
_BATCH = 500
_SCANNED = 10_000  # rows that are read at a time where all of a table are
_CROWDED = 2
"""A table that holds at most so many rows for each that is wanted is read as a whole, in a third of the time."""
_WAIT_SECONDS = 60.0
_SEAL_BYTES = 8
_ALGORITHM = f"{VERSION}:{FINGERPRINT.itemsize}:{_SEAL_BYTES}"
_LOOKING = f"{_ALGORITHM}:{LOOK_VERSION}:{LOOK.itemsize}"
_KINDS = {kind: f"{_ALGORITHM}:{LOOK_VERSION}:{facts.itemsize}" for kind, facts in FACTS.items()}
_MEMBERS, _ALIKE = b"members", b"alike"
_CIRCLES = 8
"""Circles of contents that are kept: those of so many catalogues, the latest."""

Signature = tuple[int, int, int]
"""A file's size in bytes, time of change and time of its directory entry's change, in nanoseconds."""


class Cache:
    """The store in ``folder``; without a folder, or where the folder cannot be used, it keeps nothing.

    Threads may share it, and processes that are forked from this one: each has a connection of its own.
    """

    def __init__(self, folder: Path | None) -> None:
        self.problem: Message | None = None
        self.arrivals = Arrivals(folder)
        self._lock = Lock()
        self._folder, self._doubted = folder, False
        self._connection: sqlite3.Connection | None = None
        self._inherited: list[sqlite3.Connection | None] = []
        self._open_file()

    def _open_file(self) -> None:
        self._process = os.getpid()
        if self._folder is None:
            return
        try:
            self._connection = _connect(self._folder)
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def contents(self, paths: Sequence[str]) -> Mapping[str, tuple[Signature, bytes]]:
        """Return the signature and the content key each known path had when it was last read."""
        found: dict[str, tuple[Signature, bytes]] = {}
        for path, *signed, sealed in self._pick("path, size, mtime, ctime, content", "known", paths):
            signature = (signed[0], signed[1], signed[2])
            content = self._open(_name_file(path, signature), sealed)
            if content is not None:
                found[path] = signature, content
        return found

    def tags(self, addresses: Sequence[str]) -> Mapping[str, str]:
        """Return the tag (ETag) that each address had when it was last read, where it had one."""
        rows = self._select("SELECT path, tag FROM tagged WHERE path IN ({})", addresses)
        opened = {path: self._open(_name_file(path), tag) for path, tag in rows}
        return {path: tag.decode() for path, tag in opened.items() if tag is not None}

    def keep_tags(self, tags: Mapping[str, str]) -> None:
        """Store the tags of addresses."""
        with self._guard() as connection:
            if connection is not None:
                with connection:
                    sealed = ((path, _seal(_name_file(path), tag.encode())) for path, tag in tags.items())
                    connection.executemany("INSERT OR REPLACE INTO tagged (path, tag) VALUES (?, ?)", sealed)

    def fingerprints(self, contents: Sequence[bytes]) -> Mapping[bytes, Record]:
        """Return the fingerprints of the known contents."""
        query = "SELECT content, data FROM fingerprint WHERE algorithm = ? AND content IN ({})"
        rows = self._select(query, contents, _ALGORITHM)
        opened = [(content, self._open(content, data)) for content, data in rows]
        return {content: np.frombuffer(data, dtype=FINGERPRINT)[0] for content, data in opened if data is not None}

    def keep(self, seen: Iterable[tuple[str, Signature, bytes]], records: Iterable[tuple[bytes, Record]]) -> None:
        """Store which path has which content, and fingerprints by content."""
        with self._guard() as connection:
            if connection is None:
                return
            with connection:
                connection.executemany(
                    "INSERT OR REPLACE INTO fingerprint (content, algorithm, data) VALUES (?, ?, ?)",
                    ((content, _ALGORITHM, _seal(content, record.tobytes())) for content, record in records),
                )
                connection.executemany(
                    "INSERT OR REPLACE INTO known (path, size, mtime, ctime, content) VALUES (?, ?, ?, ?, ?)",
                    ((path, *sign, _seal(_name_file(path, sign), content)) for path, sign, content in seen),
                )

    def looks(self, contents: Sequence[bytes], kind: str = "look") -> Iterator[tuple[bytes, bytes, bytes]]:
        """Yield the facts of this kind about pairs whose first one is among ``contents``, as bytes of a record."""
        for first, second, data in self._pick("first, second, data", kind, contents, _KINDS[kind]):
            record = self._open(first + second, data)
            if record is not None:
                yield first, second, record

    def keep_looks(self, looks: Iterable[tuple[bytes, bytes, Record]], kind: str = "look") -> None:
        """Store facts of this kind about pairs of contents."""
        with self._guard() as connection:
            if connection is None:
                return
            with connection:
                connection.executemany(
                    f"INSERT OR REPLACE INTO {kind} (first, second, algorithm, data) VALUES (?, ?, ?, ?)",
                    ((a, b, _KINDS[kind], _seal(a + b, record.tobytes())) for a, b, record in looks),
                )

    def circles(self, way: str) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Yield name, contents and pairs of each circle whose contents were all held against one another in a way.

        The pairs are two little-endian 32-bit positions each: ascending, of those that are alike; descending, of those
        that were not looked at; one twice, whose outline many share.
        """
        query = "SELECT name, contents, pairs FROM circle WHERE algorithm IN ({}) ORDER BY kept DESC"
        for name, contents, pairs in self._select(query, [f"{_LOOKING}:2:{way}"]):
            members, alike = self._open(name + _MEMBERS, contents), self._open(name + _ALIKE, pairs)
            if members is not None and alike is not None:
                yield name, members, alike

    def keep_circle(self, way: str, contents: bytes, pairs: bytes, instead: bytes | None) -> None:
        """Store a circle, in the place of an older one of the same catalogue where there is one."""
        name = blake2b(contents, digest_size=16).digest()
        with self._guard() as connection:
            if connection is None:
                return
            with connection:
                connection.execute("DELETE FROM circle WHERE name = ?", (instead,))
                connection.execute(
                    "INSERT OR REPLACE INTO circle (name, algorithm, contents, pairs, kept) VALUES (?, ?, ?, ?, "
                    "(SELECT 1 + coalesce(max(kept), 0) FROM circle))",
                    (name, f"{_LOOKING}:2:{way}", _seal(name + _MEMBERS, contents), _seal(name + _ALIKE, pairs)),
                )
                connection.execute("DELETE FROM circle WHERE kept <= (SELECT max(kept) FROM circle) - ?", (_CIRCLES,))

    def _open(self, key: bytes, sealed: object) -> bytes | None:
        """Return a record without its checksum; None where that is wrong, which is told once."""
        if isinstance(sealed, bytes) and len(sealed) >= _SEAL_BYTES:
            data = sealed[:-_SEAL_BYTES]
            if _sign(key, data) == sealed[-_SEAL_BYTES:]:
                return data
        if not self._doubted:
            self._doubted = True
            tell_doubt(message("files.spoiled", path=self._folder))
        return None

    def _pick(self, columns: str, table: str, keys: Sequence[object], algorithm: str | None = None) -> Iterator[Any]:
        """Yield the columns of a table, of rows of an algorithm whose first column is among ``keys``.

        Where the table holds little else, all of it is read: to look up each key takes three times as long.
        """
        key = columns.partition(",")[0]
        query, first = f"SELECT {columns} FROM {table} WHERE ", () if algorithm is None else (algorithm,)
        query += "algorithm = ? AND " if first else ""
        most = _CROWDED * len(keys)
        every = None
        with self._guard() as connection:
            if connection is None:
                return
            count = f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT ?)"
            few = connection.execute(count, (most + 1,)).fetchone()[0] <= most
            every = connection.execute(f"{query}true", first) if few else None
        if every is None:
            yield from self._select(f"{query}{key} IN ({{}})", keys, *first)
            return
        wanted = set(keys)
        rows: Sequence[Any] = (None,)
        while rows:
            rows = ()
            with self._guard() as connection:
                if connection is not None:
                    rows = every.fetchmany(_SCANNED)
            yield from (row for row in rows if row[0] in wanted)

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
            if self._connection is not None and self._process != os.getpid():
                self._inherited.append(self._connection)  # a fork may neither use its parent's nor close it
                self._open_file()
            try:
                yield self._connection
            except sqlite3.Error as error:
                self.close()
                self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        self.problem = message("photos.no_cache", reason=str(error))


def _seal(key: bytes, data: bytes) -> bytes:
    return data + _sign(key, data)


def _sign(key: bytes, data: bytes) -> bytes:
    return blake2b(key + data, digest_size=_SEAL_BYTES).digest()


def _name_file(path: str, signature: Sequence[int] = ()) -> bytes:
    """What the checksum of a path's record is made over, besides the record."""
    return repr((path, *signature)).encode("utf-8", "surrogatepass")


def _connect(folder: Path) -> sqlite3.Connection:
    make_private(folder)
    path = folder / FILE_NAME
    path.touch(mode=0o600)
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
    connection.text_factory = lambda data: data.decode("utf-8", "replace")  # a damaged text is one, too
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        with connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS fingerprint (content BLOB, algorithm TEXT, data BLOB NOT NULL, "
                "PRIMARY KEY (content, algorithm))"
            )
            for older in ("seen", "tag"):  # had no checksums
                connection.execute(f"DROP TABLE IF EXISTS {older}")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS known (path TEXT PRIMARY KEY, size INTEGER NOT NULL, "
                "mtime INTEGER NOT NULL, ctime INTEGER NOT NULL, content BLOB NOT NULL)"
            )
            connection.execute("CREATE TABLE IF NOT EXISTS tagged (path TEXT PRIMARY KEY, tag BLOB NOT NULL)")
            for kind in FACTS:
                connection.execute(
                    f"CREATE TABLE IF NOT EXISTS {kind} (first BLOB, second BLOB, algorithm TEXT, data BLOB NOT NULL, "
                    "PRIMARY KEY (first, second, algorithm)) WITHOUT ROWID"
                )
            connection.execute(
                "CREATE TABLE IF NOT EXISTS circle (name BLOB PRIMARY KEY, algorithm TEXT NOT NULL, "
                "contents BLOB NOT NULL, pairs BLOB NOT NULL, kept INTEGER NOT NULL)"
            )
    except BaseException:
        connection.close()
        raise
    return connection
