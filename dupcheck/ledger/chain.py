"""The history as a chain: each event holds a hash of itself and of all before it, and of the claim that it left.

Who opens a ledger reads the newest events of the chain only; the database counts the changes of claims, and where that
count is not what a ledger left, all of it is read: so a claim that was changed from outside is found out by whoever
comes next, at a cost that does not grow with the history. What somebody changed far back, or without being counted, is
found by ``dupcheck ledger verify``, which always reads all. What a chain alone cannot show, that its newest events were
cut off, is what the seal beside a ledger's file is for (``seal``).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from dupcheck.errors import LedgerError
from dupcheck.ledger.schema import CLAIM, GUARD, HISTORY

_EVENT = ("at", "event", "token", "listings", "reason", "scope", "person", "row")
_CLAIM = (
    "token", "draft", "content", "matter", "listing_id", "market_id", "listing", "state", "answer", "override",
    "claimed", "expires", "scope", "person", "secret",
)  # fmt: skip
_STATES = {
    "claimed": "claimed", "overridden": "claimed", "refused": "refused", "published": "published",
    "released": "released", "expired": "expired",
}  # fmt: skip
LIVE_STATES = ("claimed", "published")
NEWEST = 200
"""So many events are read again when a ledger is opened."""


def _hash(parts: Iterable[object]) -> str:
    text = json.dumps([repr(p) if isinstance(p, float) else p for p in parts])
    return hashlib.sha256(text.encode()).hexdigest()


def hash_row(row: sa.RowMapping) -> str:
    """Return the hash of a claim as it stands."""
    return _hash(row[name] for name in _CLAIM)


def hash_event(before: str, event: Mapping[str, Any] | sa.RowMapping) -> str:
    """Return the chain after an event; ``before`` is the chain until then, "" for the first."""
    return _hash([before, *(event[name] for name in _EVENT)])


@dataclass
class Replay:
    """What the history says of the claims, read event by event: the last hash of each claim that has one."""

    last: int = 0
    chain: str = ""
    states: dict[str, str] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)

    def skip(self, connection: sa.Connection) -> None:
        """Begin at the newest events."""
        wanted = sa.select(HISTORY.c.id, HISTORY.c.chain).order_by(HISTORY.c.id.desc()).offset(NEWEST).limit(1)
        if (row := connection.execute(wanted).one_or_none()) is not None:
            self.last, self.chain = row

    def follow(self, connection: sa.Connection) -> str:
        """Read the events since the last time; return the key of the text that says what is wrong, or ""."""
        wanted = sa.select(HISTORY).where(HISTORY.c.id > self.last).order_by(HISTORY.c.id)
        for row in connection.execute(wanted).mappings():
            if hash_event(self.chain, row) != row["chain"]:
                return "ledger.broken_chain"
            self.last, self.chain = row["id"], row["chain"]
            if row["event"] in _STATES:
                self.states[row["token"]] = _STATES[row["event"]]
                self.rows[row["token"]] = row["row"]
        return ""

    def hold_against(self, rows: Iterable[sa.RowMapping]) -> str:
        """Compare all claims with what the history says; return the key of the first that is otherwise, or ""."""
        left = set(self.states)
        for row in rows:
            key = row["token"]
            if key not in left or self.states[key] != row["state"]:
                return str(key)
            if self.rows[key] and self.rows[key] != hash_row(row):
                return str(key)
            left.discard(key)
        return min(left, default="")


def check_whole(connection: sa.Connection) -> Replay:
    """Read the whole ledger and raise LedgerError where its history or its claims were changed from outside."""
    replay = Replay()
    _follow(connection, replay)
    rows = connection.execute(sa.select(CLAIM).order_by(CLAIM.c.id)).mappings()
    if token := replay.hold_against(rows):
        raise LedgerError("ledger.claim_changed", token=token)
    return replay


def check_newest(connection: sa.Connection, replay: Replay, *, lock: bool = False) -> None:
    """Read what is new since ``replay`` came by, and all where claims changed without a ledger. Raises LedgerError.

    ``lock``: nobody may change a claim from outside until this transaction ends, either.
    """
    if not replay.last:
        replay.skip(connection)
    _follow(connection, replay)
    wanted = sa.select(GUARD.c.changes, GUARD.c.known)
    guard = connection.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    if guard is None or guard[0] != guard[1]:
        check_whole(connection)


def settle_guard(connection: sa.Connection) -> None:
    """Note that every change of claims until now was a ledger's."""
    if not connection.execute(sa.update(GUARD).values(known=GUARD.c.changes)).rowcount:
        connection.execute(sa.insert(GUARD).values(id=1, changes=0, known=0))


def _follow(connection: sa.Connection, replay: Replay) -> None:
    if key := replay.follow(connection):
        raise LedgerError(key, event=replay.last + 1)


def link_events(connection: sa.Connection) -> None:
    """Tie the events that stand there without a chain into one."""
    chain, links = "", []
    wanted = sa.select(HISTORY.c.id, *(HISTORY.c[name] for name in _EVENT)).order_by(HISTORY.c.id)
    for row in connection.execute(wanted).mappings():
        chain = hash_event(chain, row)
        links.append({"key": row["id"], "link": chain})
    if links:
        change = sa.update(HISTORY).where(HISTORY.c.id == sa.bindparam("key")).values(chain=sa.bindparam("link"))
        connection.execute(change, links)
