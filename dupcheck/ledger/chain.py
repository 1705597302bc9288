"""The history as a chain: each event holds a hash of itself and of all before it, and of the claim that it left.

Whoever changes an old event, or a claim without an event, is found out by the next reader. What a chain alone cannot
show, that its newest events were cut off, is what the seal beside a ledger's file is for (``seal``).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from dupcheck.errors import LedgerError
from dupcheck.ledger.schema import CLAIM, HISTORY

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

    def hold_against(self, rows: Iterable[sa.RowMapping], *, live: bool) -> str:
        """Compare claims with what the history says; return the key of the first that is otherwise, or "".

        ``live``: ``rows`` are the live ones, else all there are.
        """
        left = {k for k, state in self.states.items() if not live or state in LIVE_STATES}
        for row in rows:
            key = row["token"]
            if key not in left or self.states[key] != row["state"]:
                return str(key)
            if self.rows[key] and self.rows[key] != hash_row(row):
                return str(key)
            left.discard(key)
        return min(left, default="")


def check_whole(connection: sa.Connection, replay: Replay) -> None:
    """Read the whole ledger and raise LedgerError where its history or its claims were changed from outside."""
    if key := replay.follow(connection):
        raise LedgerError(key, event=replay.last + 1)
    rows = connection.execute(sa.select(CLAIM).order_by(CLAIM.c.id)).mappings()
    if token := replay.hold_against(rows, live=False):
        raise LedgerError("ledger.claim_changed", token=token)


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
