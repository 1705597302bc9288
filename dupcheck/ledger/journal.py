"""Transactions of a ledger: each reads the clock, notes what happens, and sees what was changed from outside."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from dupcheck.errors import LedgerError
from dupcheck.ledger.address import Address
from dupcheck.ledger.chain import Replay, check_newest, check_whole, hash_event, settle_guard
from dupcheck.ledger.records import clean_text
from dupcheck.ledger.schema import HISTORY
from dupcheck.ledger.seal import check_absence, name_seal, read_seal, write_seal
from dupcheck.ledger.store import Store


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history: when (seconds since 1970), what, by which key, about which listings, why, and by whom.

    ``scope`` is the account.
    """

    at: float
    event: str
    token: str
    listings: tuple[str, ...]
    reason: str
    person: str = ""
    scope: str = ""


@dataclass
class Entry:
    """One transaction that writes: ``now`` is its time, ``scope`` its account."""

    connection: sa.Connection
    now: float
    scope: str
    chain: str
    _events: list[dict[str, Any]] = field(default_factory=list)

    def note(
        self, event: str, *, token: str = "", listings: Iterable[str], reason: str = "", person: str = "", row: str = ""
    ) -> None:
        """Note what happened; it is written at the end of the transaction."""
        line = {
            "at": self.now, "event": event, "token": token, "listings": json.dumps(list(listings)), "reason": reason,
            "scope": self.scope, "person": person, "row": row,
        }  # fmt: skip
        self.chain = hash_event(self.chain, line)
        self._events.append({**line, "chain": self.chain})

    def write(self) -> int:
        """Write what was noted; return the number of the last event, 0 where nothing happened."""
        if not self._events:
            return 0
        self.connection.execute(sa.insert(HISTORY), self._events)
        settle_guard(self.connection)
        return int(self.connection.scalar(sa.select(sa.func.max(HISTORY.c.id))) or 0)


class Journal:
    """An open ledger, as far as its history goes."""

    def __init__(self, address: Address, clock: Callable[[], float] | None = None, scope: str = "") -> None:
        if address.path is not None:
            check_absence(address.path)
        self.scope = clean_text(scope).strip()
        self._replay = Replay()
        self._store = Store(address, clock)
        try:
            sealed = self._read_seal()
            with self._store.read() as connection:
                check_newest(connection, self._replay)
                self._check_seal(connection, sealed)
        except BaseException:
            self._store.close()
            raise

    @property
    def address(self) -> Address:
        """Where the ledger is."""
        return self._store.address

    @property
    def created(self) -> bool:
        """Whether there was no ledger before this was opened."""
        return self._store.created

    def close(self) -> None:
        """Close the ledger's connections."""
        self._store.close()

    def _check_seal(self, connection: sa.Connection, sealed: tuple[int, str] | None) -> None:
        """Raise LedgerError where the ledger has not come as far as its seal says, which was read before."""
        if self.address.path is not None and sealed is not None:
            event, chain = sealed
            if connection.scalar(sa.select(HISTORY.c.chain).where(HISTORY.c.id == event)) != chain:
                raise LedgerError("ledger.went_back", ledger=self.address, seal=name_seal(self.address.path))

    def _read_seal(self) -> tuple[int, str] | None:
        return None if self.address.path is None else read_seal(self.address.path)

    @contextmanager
    def _write(self) -> Iterator[Entry]:
        """Give out the one transaction that may write. Raises LedgerError where others changed the ledger by hand."""
        with self._store.write() as connection:
            check_newest(connection, self._replay, lock=True)
            entry = Entry(connection, self._store.tell_time(connection), self.scope, self._replay.chain)
            yield entry
            last = entry.write()
        if last and self.address.path is not None:
            write_seal(self.address.path, last, entry.chain)

    def _counts_here(self, column: sa.Column[Any]) -> sa.ColumnElement[bool]:
        """The rows that count in this account: its own and those of none; where it is none, all."""
        return column.in_((self.scope, "")) if self.scope else sa.true()

    def list_history(self) -> list[Event]:
        """Return everything that ever happened to the ledger, in order."""
        with self._store.read() as connection:
            rows = connection.execute(sa.select(HISTORY).order_by(HISTORY.c.id)).all()
        return [Event(r.at, r.event, r.token, tuple(json.loads(r.listings)), r.reason, r.person, r.scope) for r in rows]

    def count_events(self) -> int:
        """Return how many things have happened: while that stays the same, so does all that was read before."""
        with self._store.read() as connection:
            return int(connection.scalar(sa.select(sa.func.max(HISTORY.c.id))) or 0)

    def verify(self) -> tuple[int, str]:
        """Read the whole ledger again; return how many events it has and the last link of their chain.

        Raises LedgerError that names the first event or claim which was changed from outside.
        """
        sealed = self._read_seal()
        with self._store.read() as connection:
            replay = check_whole(connection)
            self._check_seal(connection, sealed)
        return replay.last, replay.chain

    def try_writing(self, seconds: int = 5) -> None:
        """Raise LedgerError where nothing can be written within so many seconds: a full disk, a stuck writer."""
        self._store.try_writing(seconds)
