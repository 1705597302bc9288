"""Opens the ledger's database, brings its tables up to date, and gives out transactions.

Writers stand in one line. On SQLite that is the file's own write lock (``BEGIN IMMEDIATE``, journal in WAL mode,
``synchronous = FULL``: what is committed survives ``kill -9`` and loss of power); on PostgreSQL an advisory lock that
belongs to the transaction. Either is given back by the system when its holder dies, however it dies.
"""

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
from dupcheck.ledger.address import Address
from dupcheck.ledger.schema import VERSION
from dupcheck.ledger.versions import REVISIONS, VERSION_TABLE

PATIENCE = 60
"""Seconds that a writer waits for the others; then the ledger counts as stuck, and that is an error."""
_LOCK = 0x6475706368656B  # the number of the advisory lock: "dupchek"
_WRITES = "dupcheck_writes"
_MIGRATING = threading.Lock()
_BUSY = ("locked", "lock timeout", "busy")


class Store:
    """An open database. ``clock`` gives the time in seconds since 1970; None: the database server's own."""

    def __init__(self, address: Address, clock: Callable[[], float] | None = None) -> None:
        self.address = address
        self._clock = clock
        with self._say_plainly():
            self._engine = _make_engine(address)
            self._writer = self._engine.execution_options(**{_WRITES: True})
            try:
                self._update()
            except BaseException:
                self._engine.dispose()
                raise

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give out a transaction that only reads, and waits for nobody."""
        with self._say_plainly(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Give out the one transaction that may write; it is committed at the end, or undone by an exception."""
        with self._say_plainly(), self._writer.begin() as connection:
            if self.address.server:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            yield connection

    def tell_time(self, connection: sa.Connection) -> float:
        """Return the time in seconds since 1970."""
        if self._clock is not None:
            return self._clock()
        # several machines share a server: its clock is the one they agree on
        now = connection.scalar(sa.select(sa.extract("epoch", sa.func.clock_timestamp())))
        return float(now or 0.0)

    def _update(self) -> None:
        with self.read() as connection:
            found = _read_version(connection)
        if self._is_current(found):
            return
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
    address.path.parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(address.path)),
        connect_args={"timeout": PATIENCE, "isolation_level": None, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_file)
    event.listen(engine, "begin", _begin)
    return engine


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
