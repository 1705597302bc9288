"""``Ledger``: decide, withdraw, claim, publish, release, and the history of it all.

A claim follows the order that keeps two people from doing the same thing in the same second, and one person from doing
it twice: take the lock, look the token up (a used one is a replay, and gets the answer it already had), judge, and
write answer and history before the lock is given back. A unique key in the database stands behind it.
"""

import hashlib
import json
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import sqlalchemy as sa

from dupcheck.decisions import Decision, hash_content
from dupcheck.errors import TokenError, UnknownTokenError
from dupcheck.ledger.address import Address
from dupcheck.ledger.records import (
    TTL,
    check_token,
    clean_text,
    identify_draft,
    identify_listing,
    read_listing_record,
    show_time,
    write_json,
    write_listing,
)
from dupcheck.ledger.schema import CLAIM, DECISION, HISTORY
from dupcheck.ledger.store import Store
from dupcheck.messages import message
from dupcheck.model import Listing

ClaimState = Literal["claimed", "refused", "published", "released", "expired"]
Judge = Callable[[Sequence[Listing]], tuple[bool, dict[str, Any]]]
"""Given the listings that are claimed or published and not in the catalogue: may it be published, and the answer."""

_LIVE = ("claimed", "published")


@dataclass(frozen=True, slots=True)
class Claim:
    """What became of a token.

    Attributes:
        token: The token.
        state: "claimed", "refused", "published", "released" or "expired".
        granted: This very call won the right to publish; a replayed answer never does.
        replayed: The token was used before: this is what was answered then.
        answer: What was found: ``Answer.as_dict()``.
        listing: The draft.
        claimed: When, in seconds since 1970.
        expires: Until when it is reserved, in seconds since 1970.
        override: The reason for which the answer was gone against, "" where it was not.

    Examples:
        >>> import tempfile
        >>> import dupcheck as dc
        >>> checker = dc.Checker("sample_catalog/catalog.csv")
        >>> with tempfile.TemporaryDirectory() as folder, dc.open_ledger(f"{folder}/ledger.sqlite") as ledger:
        ...     claim = checker.claim(ledger, "job-17", {"title": "Ceramic garden gnome"})
        ...     ledger.publish("job-17").state
        'published'
    """

    token: str
    state: ClaimState
    granted: bool
    replayed: bool
    answer: dict[str, Any]
    listing: Listing
    claimed: float
    expires: float
    override: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the claim as one plain dict, without draft and answer."""
        return {
            "token": self.token,
            "state": self.state,
            "granted": self.granted,
            "replayed": self.replayed,
            "claimed": show_time(self.claimed),
            "expires": show_time(self.expires),
            "override": self.override,
        }


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history: when (seconds since 1970), what, by which token, about which listings, and why."""

    at: float
    event: str
    token: str
    listings: tuple[str, ...]
    reason: str


class Ledger:
    """What was decided and reserved. Made by :func:`~dupcheck.ledger.open_ledger`; a context manager.

    Threads may share one, and so may processes and, on PostgreSQL, machines.

    Args:
        address: Where it is.
        clock: Gives the time in seconds since 1970; None: the database's own.

    Raises:
        LedgerError: It cannot be opened, read or written.

    Examples:
        >>> import tempfile
        >>> import dupcheck as dc
        >>> with tempfile.TemporaryDirectory() as folder, dc.open_ledger(f"{folder}/ledger.sqlite") as ledger:
        ...     ledger.decide([dc.Decision("A-131", "A-132", "not_duplicate", "two models", "", "")])
        1
    """

    def __init__(self, address: Address, clock: Callable[[], float] | None = None) -> None:
        self._store = Store(address, clock)

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def address(self) -> Address:
        """Where the ledger is."""
        return self._store.address

    def close(self) -> None:
        """Close the ledger's connections."""
        self._store.close()

    # decisions

    def decide(self, decisions: Iterable[Decision]) -> int:
        """Remember decisions, all or none; return how many. The last word about a pair of the same content counts."""
        made = [replace(d, reason=clean_text(d.reason)) for d in decisions]
        with self._store.write() as connection:
            now = self._store.tell_time(connection)
            last = {_key(d): d for d in made}
            known = _find_pairs(connection, list(last))
            new = [
                {"pair": key, "listing_a": clean_text(d.listing_a), "listing_b": clean_text(d.listing_b),
                 "content_a": d.content_a, "content_b": d.content_b, **_last_word(d, now)}
                for key, d in last.items() if key not in known
            ]  # fmt: skip
            again = [{"key": key, **_last_word(d, now)} for key, d in last.items() if key in known]
            if new:
                connection.execute(sa.insert(DECISION), new)
            if again:
                connection.execute(sa.update(DECISION).where(DECISION.c.pair == sa.bindparam("key")), again)
            _note(connection, *(_event(now, d.decision, listings=d.listings, reason=d.reason) for d in made))
        return len(made)

    def list_decisions(self) -> list[Decision]:
        """Return every decision that was not withdrawn, by the ids of its listings."""
        wanted = sa.select(DECISION).where(DECISION.c.withdrawn.is_(None))
        with self._store.read() as connection:
            rows = connection.execute(wanted.order_by(DECISION.c.id)).all()
        found = [
            Decision(r.listing_a, r.listing_b, r.decision, r.reason, r.content_a, r.content_b, r.decided) for r in rows
        ]
        return sorted(found, key=lambda d: (d.listings, d.decided))

    def withdraw(self, listing_a: str, listing_b: str, reason: str = "") -> int:
        """Take back every decision about two listings, whatever their content was; return how many there were."""
        a, b = sorted((listing_a, listing_b))
        about = (DECISION.c.listing_a == a) & (DECISION.c.listing_b == b) & DECISION.c.withdrawn.is_(None)
        with self._store.write() as connection:
            now = self._store.tell_time(connection)
            count = connection.execute(sa.update(DECISION).where(about).values(withdrawn=now)).rowcount
            if count:
                _note(connection, _event(now, "withdrawn", listings=(a, b), reason=clean_text(reason)))
        return count

    # claims

    def claim(
        self,
        token: str,
        listing: Listing,
        judge: Judge,
        *,
        held: Container[str] = (),
        content: str = "",
        ttl: float = TTL,
        override: str = "",
    ) -> Claim:
        """Reserve the right to publish a draft; of all that ask at once for the same thing, one is granted it.

        ``judge`` runs while nobody else can claim; what it raises undoes the claim. Whatever it says, one listing (the
        same id with the same content) is never granted to two tokens at a time. ``held`` are the listing ids that
        the catalogue holds: a published listing among them no longer counts beside it. ``content`` is what
        :func:`~dupcheck.decisions.hash_content` gives for the draft (default: computed without photo files). ``ttl``
        is how many seconds the claim is kept. ``override``, a reason, grants what the judge refuses; it is recorded.

        The same token with the same draft again is a replay: the answer that it had, never granted. Raises TokenError
        where the token stands for another draft.
        """
        check_token(token)
        content = content or hash_content(listing)
        draft = identify_draft(listing, content)
        thing = identify_listing(listing.listing_id, content)
        override = clean_text(override).strip()
        with self._store.write() as connection:
            now = self._store.tell_time(connection)
            _expire(connection, now)
            row = _find(connection, token)
            if row is not None:
                if row.draft != draft:
                    raise TokenError("ledger.other_draft", token=token, state=message(f"ledger.state_{row.state}"))
                _note(connection, _event(now, "replayed", token=token, listings=(row.listing_id,)))
                return _make_claim(row, replayed=True)
            others = _list_live(connection, now, held)
            allowed, answer = judge(tuple(read_listing_record(r.listing) for r in others))
            allowed = allowed and all(r.content != thing for r in others)
            granted = allowed or bool(override)
            values = {
                "token": token, "draft": draft, "content": thing, "listing_id": clean_text(listing.listing_id),
                "listing": write_listing(listing), "state": "claimed" if granted else "refused",
                "answer": write_json(answer), "override": "" if allowed else override, "claimed": now,
                "expires": now + ttl, "listed": None,
            }  # fmt: skip
            connection.execute(sa.insert(CLAIM).values(values))
            what = "claimed" if allowed else "overridden" if granted else "refused"
            reason = "" if allowed else override
            _note(connection, _event(now, what, token=token, listings=(listing.listing_id,), reason=reason))
            row = _find(connection, token)
            return _make_claim(row, granted=granted)

    def publish(self, token: str, *, listing_id: str = "", override: str = "") -> Claim:
        """Confirm that a claimed draft is published: it counts as part of the catalogue from now on.

        ``listing_id`` is the id that the marketplace gave it, where that is another than the draft's. Doing it again
        changes nothing. Raises UnknownTokenError, and TokenError where the token was refused, released or has expired;
        ``override``, a reason, confirms even then, and is recorded.
        """
        override = clean_text(override).strip()
        with self._store.write() as connection:
            now = self._store.tell_time(connection)
            _expire(connection, now)
            row = _get(connection, token)
            if row.state == "published":
                return _make_claim(row, replayed=True)
            values: dict[str, Any] = {"state": "published"}
            if row.state != "claimed":
                if not override:
                    raise TokenError("ledger.not_claimed", token=token, state=message(f"ledger.state_{row.state}"))
                values["override"] = override
            if listing_id:
                named = replace(read_listing_record(row.listing), listing_id=listing_id)
                values |= {"listing_id": clean_text(listing_id), "listing": write_listing(named)}
            _change(connection, token, values)
            reason = override if row.state != "claimed" else ""
            _note(
                connection,
                _event(now, "published", token=token, listings=(listing_id or row.listing_id,), reason=reason),
            )
            return _make_claim(_get(connection, token))

    def release(self, token: str, *, override: str = "") -> Claim:
        """Give a claim back: others may have it at once. Doing it again, or after it has expired, changes nothing.

        Raises UnknownTokenError, and TokenError where it is already published; ``override``, a reason, takes the
        listing out of the ledger even then, and is recorded.
        """
        override = clean_text(override).strip()
        with self._store.write() as connection:
            now = self._store.tell_time(connection)
            _expire(connection, now)
            row = _get(connection, token)
            if row.state not in _LIVE:
                return _make_claim(row, replayed=True)
            if row.state == "published" and not override:
                raise TokenError("ledger.is_published", token=token)
            _change(connection, token, {"state": "released"})
            reason = override if row.state == "published" else ""
            _note(connection, _event(now, "released", token=token, listings=(row.listing_id,), reason=reason))
            return _make_claim(_get(connection, token))

    def get_claim(self, token: str) -> Claim | None:
        """Return what became of a token; None: it was never used."""
        with self._store.read() as connection:
            now = self._store.tell_time(connection)
            row = _find(connection, token)
        if row is None:
            return None
        claim = _make_claim(row, replayed=True)
        return replace(claim, state="expired") if claim.state == "claimed" and claim.expires <= now else claim

    def list_published(self, held: Container[str] = ()) -> list[Listing]:
        """Return the listings that count as part of the catalogue: published, and not among its ids ``held``."""
        wanted = sa.select(CLAIM.c.listing).where(CLAIM.c.state == "published", CLAIM.c.listed.is_(None))
        with self._store.read() as connection:
            texts = connection.scalars(wanted.order_by(CLAIM.c.id)).all()
        return [x for x in map(read_listing_record, texts) if x.listing_id not in held]

    def list_live(self, held: Container[str] = ()) -> list[Listing]:
        """Return what a judge would be given now: what is published or reserved, and not among the ids ``held``."""
        with self._store.read() as connection:
            now = self._store.tell_time(connection)
            wanted = _LIVE_ROWS.where((CLAIM.c.state == "published") | (CLAIM.c.expires > now))
            rows = connection.execute(wanted).all()
        return [read_listing_record(r.listing) for r in rows if not _is_listed(r, held)]

    # history

    def list_history(self) -> list[Event]:
        """Return everything that ever happened to the ledger, in order."""
        with self._store.read() as connection:
            rows = connection.execute(sa.select(HISTORY).order_by(HISTORY.c.id)).all()
        return [Event(r.at, r.event, r.token, tuple(json.loads(r.listings)), r.reason) for r in rows]

    def count_events(self) -> int:
        """Return how many things have happened: while that stays the same, so does all that was read before."""
        with self._store.read() as connection:
            return int(connection.scalar(sa.select(sa.func.max(HISTORY.c.id))) or 0)


_Row = sa.Row[Any]
_LIVE_ROWS = sa.select(CLAIM).where(CLAIM.c.state.in_(_LIVE), CLAIM.c.listed.is_(None)).order_by(CLAIM.c.id)


def _key(d: Decision) -> str:
    text = json.dumps([d.listing_a, d.listing_b, d.content_a, d.content_b])
    return hashlib.blake2b(text.encode(), digest_size=24).hexdigest()


def _last_word(d: Decision, now: float) -> dict[str, Any]:
    return {"decision": d.decision, "reason": d.reason, "decided": now, "withdrawn": None}


def _find_pairs(connection: sa.Connection, keys: Sequence[str]) -> set[str]:
    """Return which of the keys are there; a statement takes only so many at once."""
    parts = (keys[k : k + 500] for k in range(0, len(keys), 500))
    return {
        key for part in parts for key in connection.scalars(sa.select(DECISION.c.pair).where(DECISION.c.pair.in_(part)))
    }


def _event(now: float, event: str, *, token: str = "", listings: Iterable[str], reason: str = "") -> dict[str, Any]:
    return {"at": now, "event": event, "token": token, "listings": json.dumps(list(listings)), "reason": reason}


def _note(connection: sa.Connection, *events: dict[str, Any]) -> None:
    if events:
        connection.execute(sa.insert(HISTORY), list(events))


def _find(connection: sa.Connection, token: str) -> _Row | None:
    return connection.execute(sa.select(CLAIM).where(CLAIM.c.token == token)).one_or_none()


def _get(connection: sa.Connection, token: str) -> _Row:
    row = _find(connection, check_token(token))
    if row is None:
        raise UnknownTokenError("ledger.unknown_token", token=token)
    return row


def _change(connection: sa.Connection, token: str, values: dict[str, Any]) -> None:
    connection.execute(sa.update(CLAIM).where(CLAIM.c.token == token).values(values))


def _expire(connection: sa.Connection, now: float) -> None:
    due = (CLAIM.c.state == "claimed") & (CLAIM.c.expires <= now)
    for row in connection.execute(sa.select(CLAIM.c.token, CLAIM.c.listing_id).where(due).order_by(CLAIM.c.id)).all():
        _change(connection, row.token, {"state": "expired"})
        _note(connection, _event(now, "expired", token=row.token, listings=(row.listing_id,)))


def _is_listed(row: _Row, held: Container[str]) -> bool:
    return row.state == "published" and row.listing_id in held


def _list_live(connection: sa.Connection, now: float, held: Container[str]) -> list[_Row]:
    """Return what is claimed or published and not yet in the catalogue; what it holds by now is marked so."""
    live = []
    for row in connection.execute(_LIVE_ROWS).all():
        if _is_listed(row, held):
            _change(connection, row.token, {"listed": now})
            _note(connection, _event(now, "listed", token=row.token, listings=(row.listing_id,)))
        else:
            live.append(row)
    return live


def _make_claim(row: _Row | None, *, granted: bool = False, replayed: bool = False) -> Claim:
    assert row is not None
    return Claim(
        row.token, row.state, granted, replayed, json.loads(row.answer), read_listing_record(row.listing),
        row.claimed, row.expires, row.override,
    )  # fmt: skip
