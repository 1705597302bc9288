"""Opens the ledger's database, brings its tables up to date, and gives out transactions.

Writers stand in one line. On SQLite that is the file's own write lock (``BEGIN IMMEDIATE``, journal in WAL mode,
``synchronous = FULL``: what is committed survives ``kill -9`` and loss of power); on PostgreSQL an advisory lock that
belongs to the transaction. Either is given back by the system when its holder dies, however it dies.

A file whose name is gone, or stands for another file, would go on taking what is written to it, for nobody: before and
after each transaction the name is looked at. A new file is made whole beside its place and then given its name, so that
a file without content is never a ledger.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from dupcheck.errors import LedgerError
from dupcheck.files.writing import make_private
from dupcheck.ledger.address import Address
from dupcheck.ledger.schema import HISTORY, PULSE, VERSION
from dupcheck.ledger.versions import REVISIONS, VERSION_TABLE

PATIENCE = 60
"""Seconds that a writer waits for the others; then the ledger counts as stuck, and that is an error."""
_LOCK = 0x6475706368656B  # the number of the advisory lock: "dupchek"
_WRITES = "dupcheck_writes"
_LEAST = 512
"""Bytes that the smallest database has."""
_MIGRATING = threading.Lock()
_BUSY = ("locked", "lock timeout", "busy")
_Identity = tuple[int, int] | None


class Store:
    """An open database. ``clock`` gives the time in seconds since 1970; None: the database server's own.

    ``created``: there was none, and this made it.
    """

    def __init__(self, address: Address, clock: Callable[[], float] | None = None) -> None:
        self.address = address
        self._clock = clock
        self._files: dict[Path, _Identity] = {}
        with self._say_plainly():
            self.created = address.path is not None and _make_file(address.path)
            self._engine = _make_engine(address)
            self._writer = self._engine.execution_options(**{_WRITES: True})
            self._reader = self._engine
            if address.server:  # what is read together was true at one time, as it is on SQLite
                self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ")
            try:
                self._update()
            except BaseException:
                self._engine.dispose()
                raise
            self._check_file()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give out a transaction that only reads, and waits for nobody."""
        self._check_file()
        with self._say_plainly(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Give out the one transaction that may write; it is committed at the end, or undone by an exception."""
        self._check_file()
        with self._say_plainly(), self._writer.begin() as connection:
            if self.address.server:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            yield connection
        self._check_file()  # before anybody is told that it is kept

    def tell_time(self, connection: sa.Connection) -> float:
        """Return the time in seconds since 1970; never earlier than the newest event, wherever the clock was set."""
        last = connection.scalar(sa.select(HISTORY.c.at).order_by(HISTORY.c.id.desc()).limit(1))
        return max(self._read_clock(connection), float(last or 0.0))

    def _read_clock(self, connection: sa.Connection) -> float:
        if self._clock is not None:
            return float(self._clock())
        # several machines share a server: its clock is the one they agree on
        now = connection.scalar(sa.select(sa.extract("epoch", sa.func.clock_timestamp())))
        return float(now or 0.0)

    def try_writing(self, seconds: int) -> None:
        """Write something that nobody reads. Raises LedgerError where it cannot be done within so many seconds."""
        self._check_file()
        with self._say_plainly(), self._engine.connect() as connection:
            if self.address.server:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{seconds}s'")
                connection.execute(sa.update(PULSE).values(at=time.time()))
                connection.commit()
                return
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {seconds * 1000}")
            try:
                connection.execute(sa.update(PULSE).values(at=time.time()))
                connection.commit()
            finally:
                connection.rollback()
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
        self._check_file()

    def _check_file(self) -> None:
        """Raise LedgerError where the name of the file, or of its journal, stands for no file any more, or another."""
        path = self.address.path
        if path is None:
            return
        for file in (path, path.parent / f"{path.name}-wal"):
            found = _identify(file, _LEAST if file == path else 0)
            known = self._files.setdefault(file, found) if found else self._files.get(file)
            if found != known:
                raise LedgerError("ledger.file_gone", ledger=self.address)

    def _update(self) -> None:
        with self._say_plainly(), self._engine.begin() as connection:
            found = _read_version(connection)
        if self._is_current(found):
            return
        self.created = self.created or found is None
        with _MIGRATING, self.write() as connection:
            if not self._is_current(_read_version(connection)):  # nobody else was faster
                _migrate(connection)

    def _is_current(self, version: str | None) -> bool:
        if version is not None and version not in REVISIONS:
            raise LedgerError("ledger.newer", ledger=self.address, found=version, known=REVISIONS[-1])
        return version == REVISIONS[-1]

    @contextmanager
    def _say_plainly(self) -> Iterator[None]:
        try:
            yield
        except ImportError as error:
            raise LedgerError("ledger.no_driver") from error
        except ArgumentError as error:
            raise LedgerError("ledger.bad_address", scheme=self.address) from error
        except SQLAlchemyError as error:
            cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
            reason = " ".join(str(cause).split())[:300]
            key = "ledger.busy" if any(word in reason for word in _BUSY) else "ledger.failed"
            raise LedgerError(key, ledger=self.address, reason=reason, seconds=PATIENCE) from error
        except OSError as error:
            raise LedgerError(
                "ledger.failed", ledger=self.address, reason=error.strerror or error, seconds=PATIENCE
            ) from error


def _make_engine(address: Address) -> sa.Engine:
    if address.path is None:
        # Alive or gone, a client must not hold the line for ever; a dead one is noticed by its silence.
        engine = sa.create_engine(
            address.url, pool_pre_ping=True, isolation_level="READ COMMITTED",
            connect_args={"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10},
        )  # fmt: skip
        event.listen(engine, "connect", _prepare_session)
        return engine
    return _make_file_engine(address.path)


def _make_file_engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        connect_args={"timeout": PATIENCE, "isolation_level": None, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_file)
    event.listen(engine, "begin", _begin)
    return engine


def _identify(file: Path, least: int) -> _Identity:
    """Which file it is; None where there is none, or it has fewer bytes than ``least``.

    It is never opened for this: to close it would give back the locks that this process holds on it.
    """
    try:
        found = file.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found.st_size >= least else None


def _make_file(path: Path) -> bool:
    """Make a ledger where there is nothing yet; return whether this did it. Raises LedgerError over an empty file."""
    if path.exists():
        size = path.stat().st_size
        if path.is_file() and not size:
            raise LedgerError("ledger.empty_file", ledger=path)
        if path.is_file() and size < _LEAST:  # SQLite itself would write over it
            raise LedgerError("ledger.failed", ledger=path, reason="file is not a database", seconds=PATIENCE)
        return False
    make_private(path.parent)
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.new")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        engine = _make_file_engine(part)
        try:
            with _MIGRATING, engine.execution_options(**{_WRITES: True}).begin() as connection:
                _migrate(connection)
        finally:
            engine.dispose()
        return _give_name(part, path)
    finally:
        for rest in ("", "-wal", "-shm"):
            part.with_name(part.name + rest).unlink(missing_ok=True)


def _give_name(part: Path, path: Path) -> bool:
    """Give a whole file its name, unless somebody was faster."""
    try:
        os.link(part, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without second names
        if path.exists():
            return False
        part.rename(path)
    return True


def _prepare_session(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{PATIENCE}s'")
    cursor.execute(f"SET idle_in_transaction_session_timeout = '{PATIENCE}s'")
    cursor.execute("SET synchronous_commit = on")
    cursor.close()
    connection.commit()


def _prepare_file(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    until = time.monotonic() + PATIENCE
    while True:  # the change to WAL does not wait for others by itself; once made, this only looks
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            if not any(word in str(error) for word in _BUSY) or time.monotonic() > until:
                raise
            time.sleep(0.01)
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA fullfsync = ON")  # what macOS needs for the same; elsewhere nothing
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _read_version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(sa.select(VERSION.c.version_num))


def _migrate(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    folder = Path(__file__).with_name("migrations")
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
