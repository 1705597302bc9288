"""The right to publish: tokens, claims, publications.

A claim follows the order that keeps two people from doing the same thing in the same second, and one person from doing
it twice: take the lock, look the key up (a used one is a replay, and gets the answer it already had), judge, and write
answer and history before the lock is given back. A unique key in the database stands behind it.

A claim is named by its ``key``, a name that the client chose: it tells a retry from a new attempt, and proves nothing.
Who publishes or gives back shows the claim's ``token``: random, made by the ledger, known to who claimed, good for one
draft, one person and one claim. The ledger keeps its hash only.

Nothing that was published is ever forgotten because time passed or a catalogue was seen to hold it. Whether a catalogue
shows a published listing is judged each time, of the catalogue at hand, by id and content.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa

from dupcheck.decisions import hash_content
from dupcheck.errors import OverrideError, TokenError, TokenNeededError, UnknownTokenError
from dupcheck.ledger.chain import LIVE_STATES, hash_row
from dupcheck.ledger.journal import Entry, Journal
from dupcheck.ledger.records import (
    TTL,
    Kept,
    check_token,
    clean_id,
    clean_text,
    identify_draft,
    identify_listing,
    is_numbered,
    is_reason,
    read_listing_record,
    show_time,
    write_json,
    write_listing,
)
from dupcheck.ledger.schema import CLAIM, TOKEN
from dupcheck.messages import message
from dupcheck.model import Listing

ClaimState = Literal["claimed", "refused", "published", "released", "expired"]
Judge = Callable[[Sequence[Listing]], tuple[bool, dict[str, Any]]]
"""Given the listings that are claimed or published and not in the catalogue: may it be published, and the answer."""
Shows = Callable[[Sequence[Listing]], Sequence[bool]]
"""Which of some listings the catalogue at hand shows, by id and content."""
TOKEN_START = "dt-"
_Row = sa.RowMapping


def show_nothing(listings: Sequence[Listing]) -> Sequence[bool]:
    """Answer for a catalogue that is not at hand: it shows none of the listings."""
    return [False] * len(listings)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A one-time token for one draft: who it was issued to, and until when it can be used for a claim."""

    token: str
    person: str
    issued: float
    expires: float

    def as_dict(self) -> dict[str, Any]:
        """Return the token as one plain dict."""
        return {
            "token": self.token, "person": self.person, "issued": show_time(self.issued),
            "expires": show_time(self.expires),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """What became of a claim.

    Attributes:
        key: Its name, which the client chose.
        token: What publishing and releasing take; told only by the call that was granted it, "" else.
        state: "claimed", "refused", "published", "released" or "expired".
        granted: This very call won the right to publish; a replayed answer never does.
        replayed: The key was used before: this is what was answered then.
        answer: What was found: ``Answer.as_dict()``.
        listing: The draft.
        claimed: When, in seconds since 1970.
        expires: Until when it is reserved, in seconds since 1970.
        override: The reason for which the answer was gone against, "" where it was not.
        person: Who claimed.

    Examples:
        >>> import tempfile
        >>> import dupcheck as dc
        >>> checker = dc.Checker("sample_catalog/catalog.csv")
        >>> with tempfile.TemporaryDirectory() as folder, dc.open_ledger(f"{folder}/ledger.sqlite") as ledger:
        ...     claim = checker.claim(ledger, "job-17", {"title": "Ceramic garden gnome"})
        ...     ledger.publish("job-17").state
        'published'
    """

    key: str
    token: str
    state: ClaimState
    granted: bool
    replayed: bool
    answer: dict[str, Any]
    listing: Listing
    claimed: float
    expires: float
    override: str = ""
    person: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the claim as one plain dict, without draft and answer."""
        return {
            "key": self.key,
            "token": self.token or None,
            "state": self.state,
            "granted": self.granted,
            "replayed": self.replayed,
            "claimed": show_time(self.claimed),
            "expires": show_time(self.expires),
            "override": self.override,
            "person": self.person,
        }


class Claims(Journal):
    """Who may publish what."""

    def issue(self, listing: Listing, *, content: str = "", person: str = "", ttl: float = TTL) -> Ticket:
        """Return a new one-time token for a draft as it was checked; only its hash is kept.

        ``content`` is what :func:`~dupcheck.decisions.hash_content` gives for the draft (default: computed without
        photo files). It can be used for a claim for ``ttl`` seconds.
        """
        draft = identify_draft(listing, content or hash_content(listing))
        person, token = clean_text(person).strip(), _make_token()
        with self._write() as entry:
            ticket = Ticket(token, person, entry.now, entry.now + ttl)
            entry.connection.execute(
                sa.insert(TOKEN).values(
                    secret=_hash_token(token), draft=draft, scope=self.scope, person=person, issued=ticket.issued,
                    expires=ticket.expires,
                )
            )  # fmt: skip
            entry.note("issued", listings=(listing.listing_id,), person=person)
        return ticket

    def claim(
        self,
        key: str,
        listing: Listing,
        judge: Judge,
        *,
        token: str = "",
        person: str = "",
        shows: Shows = show_nothing,
        content: str = "",
        ttl: float = TTL,
        override: str = "",
    ) -> Claim:
        """Reserve the right to publish a draft; of all that ask at once for the same thing, one is granted it.

        ``judge`` runs while nobody else can claim; what it raises undoes the claim. Whatever it says, what has the very
        content of a listing that is claimed or published is refused, unless the answer names a decision by which the
        two may stand beside each other. ``shows`` says which published listings the catalogue at hand shows: these do
        not count beside it. ``content`` is what :func:`~dupcheck.decisions.hash_content` gives for the draft (default:
        computed without photo files). ``ttl`` is how many seconds the claim is kept. ``override``, a reason, grants
        what the judge refuses; it is recorded.

        ``token`` is one that :meth:`issue` gave out for this draft and this ``person``; without one the claim draws its
        own. ``key`` "" is the token's own name. The same key with the same draft again is a replay: the answer that it
        had, never granted. Raises TokenError where the key stands for another draft, or the token is for another draft
        or person, was used before, is too old, or was never issued; OverrideError for a reason without words.
        """
        drawn = "" if token else _make_token()
        secret = _hash_token(token or drawn)
        named, key = bool(key), check_token(key or f"token-{secret[:16]}")
        content = content or hash_content(listing)
        draft = identify_draft(listing, content)
        override, person = read_reason(override), clean_text(person).strip()
        with self._write() as entry:
            _expire(entry)
            row = _find(entry.connection, key)
            if row is not None and not named:
                raise TokenError("ledger.token_used", key=key)
            if row is not None:
                self._check_replay(row, draft, "" if drawn else secret, key)
                _note_claim(entry, "replayed", row, person=person)
                return _make_claim(row, replayed=True)
            if token:
                _use_token(entry, secret, draft, person, key)
            granted, answer, allowed = self._judge(entry, judge, shows, listing, content, override)
            values = {
                "token": key, "draft": draft, "content": identify_listing(_own_id(listing), content),
                "listing_id": clean_text(listing.listing_id), "listing": write_listing(listing),
                "state": "claimed" if granted else "refused", "answer": write_json(answer),
                "override": "" if allowed else override, "claimed": entry.now, "expires": entry.now + ttl,
                "scope": self.scope, "person": person, "matter": content, "market_id": "",
                "secret": secret if granted or token else "",
            }  # fmt: skip
            entry.connection.execute(sa.insert(CLAIM).values(values))
            row = _get(entry.connection, key)
            what = "claimed" if allowed else "overridden" if granted else "refused"
            _note_claim(entry, what, row, reason=str(values["override"]), person=person)
        return _make_claim(row, granted=granted, token=(token or drawn) if granted else "")

    def _check_replay(self, row: _Row, draft: str, secret: str, key: str) -> None:
        if row["draft"] != draft or (self.scope and row["scope"] not in (self.scope, "")):
            raise TokenError("ledger.other_draft", token=key, state=message(f"ledger.state_{row['state']}"))
        if secret and row["secret"] != secret:
            raise TokenError("ledger.other_token", token=key)

    def _judge(
        self, entry: Entry, judge: Judge, shows: Shows, listing: Listing, content: str, override: str
    ) -> tuple[bool, dict[str, Any], bool]:
        """Return whether the draft is granted, the judge's answer, and whether that needed no override."""
        rows = self._list_live(entry.connection)
        allowed, answer = judge(_leave_out_shown(rows, shows))
        stands = {d["listing_id"] for d in answer.get("decisions", ()) if d["in_force"]}
        twins = [r for r in rows if _is_twin(r, listing, content) and r["listing_id"] not in stands]
        allowed = allowed and not twins
        return allowed or bool(override), answer, allowed

    def _list_live(self, connection: sa.Connection, now: float | None = None) -> list[_Row]:
        """The claims that hold something; at a time of reading, without those that have run out by then."""
        held = (CLAIM.c[name] for name in ("state", "listing", "listing_id", "matter", "content"))
        wanted = sa.select(*held).where(CLAIM.c.state.in_(LIVE_STATES), self._counts_here(CLAIM.c.scope))
        if now is not None:
            wanted = wanted.where((CLAIM.c.state == "published") | (CLAIM.c.expires > now))
        return list(connection.execute(wanted.order_by(CLAIM.c.id)).mappings())

    def publish(
        self, key: str, *, token: str | None = None, person: str | None = None, listing_id: str = "", override: str = ""
    ) -> Claim:
        """Confirm that a claimed draft is published: it counts as part of the catalogue from now on.

        ``token`` is the claim's; None: who calls keeps the ledger, and needs none, but may be named as ``person``, who
        then has to be the one who claimed. With both, the token has to be this person's, unless there is an
        ``override``. ``key`` may be the token itself. ``listing_id`` is the id that the
        marketplace gave it, where that is another than the draft's. Doing it again with the same id, or without one,
        changes nothing.

        Raises UnknownTokenError; TokenNeededError where the token is another; TokenError where the claim was refused,
        released or has expired, where it was published under another id, or the id is that of another published
        listing. ``override``, a reason, confirms what has expired all the same, and is recorded.
        """
        override = read_reason(override)
        wanted = clean_id(listing_id)
        with self._write() as entry:
            _expire(entry)
            row = self._open(entry, key, token, person, override)
            if row["state"] == "published" and wanted in ("", row["market_id"]):
                return _make_claim(row, replayed=True)
            if row["market_id"]:
                raise TokenError("ledger.other_id", token=row["token"], id=row["listing_id"], other=wanted)
            late = row["state"] not in LIVE_STATES
            if late and not override:
                raise TokenError(
                    "ledger.not_claimed", token=row["token"], state=message(f"ledger.state_{row['state']}")
                )
            values: dict[str, Any] = {"state": "published"}
            if late:
                values["override"] = override
            listing = read_listing_record(row["listing"])
            if market_id := wanted or clean_id(_own_id(listing)):
                self._check_id(entry, row, market_id)
                values["market_id"] = market_id
            if wanted:
                named = replace(listing, listing_id=wanted)
                values |= {"listing_id": wanted, "listing": write_listing(named)}
            row = _change(entry, row, values)
            _note_claim(entry, "published", row, reason=override if late else "", person=person or row["person"])
        return _make_claim(row)

    def _check_id(self, entry: Entry, row: _Row, market_id: str) -> None:
        """Raise TokenError where another published listing has the id."""
        here = CLAIM.c.scope.in_((row["scope"], "")) if row["scope"] else sa.true()
        other = sa.select(CLAIM.c.token).where(
            CLAIM.c.state == "published", CLAIM.c.market_id == market_id, CLAIM.c.token != row["token"], here
        )
        if (taken := entry.connection.scalar(other.limit(1))) is not None:
            raise TokenError("ledger.id_taken", id=market_id, token=taken)

    def release(self, key: str, *, token: str | None = None, person: str | None = None, override: str = "") -> Claim:
        """Give a claim back: others may have it at once. Doing it again, or after it has expired, changes nothing.

        ``key``, ``token`` and ``person`` as with :meth:`publish`. Raises UnknownTokenError, TokenNeededError, and
        TokenError where it is already published; ``override``, a reason, takes the listing out of the ledger even then,
        and is recorded.
        """
        override = read_reason(override)
        with self._write() as entry:
            _expire(entry)
            row = self._open(entry, key, token, person, override)
            if row["state"] not in LIVE_STATES:
                return _make_claim(row, replayed=True)
            published = row["state"] == "published"
            if published and not override:
                raise TokenError("ledger.is_published", token=row["token"])
            row = _change(entry, row, {"state": "released", "market_id": ""})
            _note_claim(entry, "released", row, reason=override if published else "", person=person or row["person"])
        return _make_claim(row)

    def _open(self, entry: Entry, key: str, token: str | None, person: str | None, override: str) -> _Row:
        """Return the claim that somebody may act on. Raises UnknownTokenError, TokenNeededError."""
        check_token(key)
        bound = token is not None and person is not None and not override
        if key.startswith(TOKEN_START) and token is None:
            token = key
            wanted = sa.select(CLAIM).where(CLAIM.c.secret == _hash_token(key))
            row: _Row | None = entry.connection.execute(wanted).mappings().one_or_none()
        else:
            row = _find(entry.connection, key)
        if row is None or (self.scope and row["scope"] not in (self.scope, "")):
            raise UnknownTokenError("ledger.unknown_token", token=_shorten(key))
        if token is None:
            if person is not None and row["person"] != clean_text(person).strip():
                holder = row["person"] or message("ledger.somebody")
                raise TokenNeededError("ledger.of_another", token=key, person=holder)
        elif row["secret"] and not hmac.compare_digest(_hash_token(token), row["secret"]):
            raise TokenNeededError("ledger.needs_token" if not token else "ledger.wrong_token", token=row["token"])
        elif bound and row["person"] != clean_text(person or "").strip():
            raise TokenNeededError("ledger.token_of_another", person=row["person"] or message("ledger.somebody"))
        return row

    def get_claim(self, key: str) -> Claim | None:
        """Return what became of a claim, without its token; None: there is none of that name."""
        with self._store.read() as connection:
            now = self._store.tell_time(connection)
            row = _find(connection, key)
        if row is None:
            return None
        claim = _make_claim(row, replayed=True)
        return replace(claim, state="expired") if claim.state == "claimed" and claim.expires <= now else claim

    def list_published(self, shows: Shows = show_nothing) -> list[Listing]:
        """Return the published listings that the catalogue at hand does not show: they count as part of it."""
        with self._store.read() as connection:
            rows = [r for r in self._list_live(connection) if r["state"] == "published"]
        return _leave_out_shown(rows, shows)

    def list_kept(self, *, live: bool = False) -> list[Kept]:
        """Return by what the ledger holds each published listing, and, where ``live``, each that is reserved now."""
        with self._store.read() as connection:
            now = self._store.tell_time(connection)
            states = LIVE_STATES if live else ("published",)
            held = (CLAIM.c[name] for name in ("listing", "token", "state", "person", "claimed"))
            wanted = sa.select(*held).where(CLAIM.c.state.in_(states), self._counts_here(CLAIM.c.scope))
            wanted = wanted.where((CLAIM.c.state == "published") | (CLAIM.c.expires > now)).order_by(CLAIM.c.id)
            rows = connection.execute(wanted).all()
        return [Kept(_read_kept(text), key, state, person, at) for text, key, state, person, at in rows]

    def list_live(self, shows: Shows = show_nothing) -> list[Listing]:
        """Return what a judge would be given now: what is published or reserved, and not shown by the catalogue."""
        with self._store.read() as connection:
            rows = self._list_live(connection, self._store.tell_time(connection))
        return _leave_out_shown(rows, shows)


def read_reason(text: str) -> str:
    """Return a reason as it is kept, "" for none. Raises OverrideError where it says nothing that can be read."""
    reason = clean_text(text).strip()
    if text and not is_reason(reason):
        raise OverrideError("ledger.no_reason")
    return reason


def _make_token() -> str:
    return TOKEN_START + secrets.token_hex(20)


def _hash_token(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _shorten(key: str) -> str:
    """A token is a secret: in a message only its beginning is told."""
    return f"{key[:9]}…" if key.startswith(TOKEN_START) else key


def _use_token(entry: Entry, secret: str, draft: str, person: str, key: str) -> None:
    """Mark a token as used. Raises TokenError with the reason for which it cannot be."""
    row = entry.connection.execute(sa.select(TOKEN).where(TOKEN.c.secret == secret)).mappings().one_or_none()
    if row is None or row["scope"] not in (entry.scope, ""):
        raise TokenError("ledger.token_unknown")
    if row["used"]:
        raise TokenError("ledger.token_used", key=row["used"])
    if row["person"] != person:
        raise TokenNeededError("ledger.token_of_another", person=row["person"] or message("ledger.somebody"))
    if row["draft"] != draft:
        raise TokenError("ledger.token_other_draft")
    if row["expires"] <= entry.now:
        raise TokenError("ledger.token_old", until=show_time(row["expires"]))
    entry.connection.execute(sa.update(TOKEN).where(TOKEN.c.secret == secret).values(used=key))


def _own_id(listing: Listing) -> str:
    """The id that the client gave a draft; "" where it was only numbered."""
    return "" if is_numbered(listing.listing_id) else listing.listing_id.strip()


def _is_twin(row: _Row, listing: Listing, content: str) -> bool:
    return bool(row["matter"] == content or row["content"] == identify_listing(_own_id(listing), content))


@lru_cache(maxsize=50_000)
def _read_kept(text: str) -> Listing:
    return read_listing_record(text)


def _leave_out_shown(rows: Sequence[_Row], shows: Shows) -> list[Listing]:
    held = [(row["state"], _read_kept(row["listing"])) for row in rows]
    published = [listing for state, listing in held if state == "published"]
    shown = {id(x) for x, there in zip(published, shows(published), strict=True) if there}
    return [x for state, x in held if state != "published" or id(x) not in shown]


def _find(connection: sa.Connection, key: str) -> _Row | None:
    return connection.execute(sa.select(CLAIM).where(CLAIM.c.token == key)).mappings().one_or_none()


def _get(connection: sa.Connection, key: str) -> _Row:
    return connection.execute(sa.select(CLAIM).where(CLAIM.c.token == key)).mappings().one()


def _change(entry: Entry, row: _Row, values: Mapping[str, Any]) -> _Row:
    entry.connection.execute(sa.update(CLAIM).where(CLAIM.c.token == row["token"]).values(**values))
    return _get(entry.connection, row["token"])


def _note_claim(entry: Entry, event: str, row: _Row, *, reason: str = "", person: str = "") -> None:
    entry.note(
        event, token=row["token"], listings=(row["listing_id"],), reason=reason, person=person, row=hash_row(row)
    )


def _expire(entry: Entry) -> None:
    due = (CLAIM.c.state == "claimed") & (CLAIM.c.expires <= entry.now)
    for row in entry.connection.execute(sa.select(CLAIM).where(due).order_by(CLAIM.c.id)).mappings().all():
        _note_claim(entry, "expired", _change(entry, row, {"state": "expired"}))


def _make_claim(row: _Row, *, granted: bool = False, replayed: bool = False, token: str = "") -> Claim:
    return Claim(
        row["token"], token, row["state"], granted, replayed, json.loads(row["answer"]),
        read_listing_record(row["listing"]), row["claimed"], row["expires"], row["override"], row["person"],
    )  # fmt: skip
