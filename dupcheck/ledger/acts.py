"""Decisions, who made them and when, and how to take them back.

Everything a person decides at once is one act. Acts can be undone, in any order, as long as nobody has decided again
about the same pairs since: what stood there before comes back.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

import sqlalchemy as sa

from dupcheck.decisions import Decision
from dupcheck.errors import ChoiceError
from dupcheck.ledger.journal import Entry, Journal
from dupcheck.ledger.records import clean_text, write_json
from dupcheck.ledger.schema import ACT, DECISION, LEASE
from dupcheck.messages import message

_EVENTS = {"run": "audited", "question": "answered", "answers": "answered", "edit": "revised", "share": "shared"}
"""What an act is in the history that says nothing of pairs, by what its details hold."""
_SAID = ("listing_a", "listing_b", "decision", "reason", "content_a", "content_b", "decided", "person")
"""A decision as its row holds it."""
_WORD = ("decision", "reason", "decided", "withdrawn", "person", "act")
"""What an undo brings back of a pair's row."""
_ACTS_READ = 256
"""Acts that are kept as they were read."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a person decided at once, and can undo.

    ``decisions`` is what it said of pairs, or took back; ``work`` the group it settled, "" for none;
    ``details`` whatever else was chosen there, such as the listing to keep. Times are seconds since 1970.
    ``undone`` is when it was undone, None where it stands.
    """

    number: int
    at: float
    person: str
    kind: Literal["decide", "withdraw"]
    work: str
    decisions: tuple[Decision, ...]
    details: Mapping[str, Any] = field(default_factory=dict)
    undone: float | None = None
    undone_by: str = ""

    @property
    def listings(self) -> tuple[str, ...]:
        """The listings it is about."""
        return tuple(dict.fromkeys(i for d in self.decisions for i in d.listings))


class Acts(Journal):
    """What was decided in a ledger."""

    def decide(
        self,
        decisions: Iterable[Decision],
        *,
        person: str = "",
        work: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> int:
        """Remember decisions, all or none; return how many. The last word about a pair of the same content counts.

        ``person`` is who decides; ``work`` the group (:func:`~dupcheck.ledger.leases.name_work`) that is settled by
        it: raises ChoiceError where somebody else has that group in hand, or has settled it. ``details`` are kept with
        the act, which is the last of :meth:`list_acts`; with them, or a group, there need be no decisions.
        """
        made = [replace(d, reason=clean_text(d.reason), person=person) for d in decisions]
        person = clean_text(person).strip()
        if not made and not work and not details:
            return 0
        with self._write() as entry:
            if work:
                check_hands(entry, work, person)
            last = {self._key(d): d for d in made}
            known = _find_rows(entry.connection, list(last))
            act = _record_act(entry, person, "decide", work, last, known, details)
            word = {key: _last_word(d, entry.now, person, act) for key, d in last.items()}
            new = [
                {"pair": key, "listing_a": clean_text(d.listing_a), "listing_b": clean_text(d.listing_b),
                 "content_a": d.content_a, "content_b": d.content_b, "scope": self.scope, **word[key]}
                for key, d in last.items() if key not in known
            ]  # fmt: skip
            if new:
                entry.connection.execute(sa.insert(DECISION), new)
            _rewrite(entry.connection, {key: word[key] for key in last if key in known})
            if work:
                settle_work(entry, work, person, act)
            for d in made:
                entry.note(d.decision, listings=d.listings, reason=d.reason, person=person)
            if not made:
                event = next((_EVENTS[name] for name in details or {} if name in _EVENTS), "settled")
                entry.note(event, listings=(), reason=work, person=person)
        return len(made)

    def list_decisions(self) -> list[Decision]:
        """Return every decision that was not withdrawn, by the ids of its listings."""
        columns = (DECISION.c[name] for name in _SAID)
        wanted = sa.select(*columns).where(DECISION.c.withdrawn.is_(None), self._counts_here(DECISION.c.scope))
        with self._store.read() as connection:
            found = [Decision(*row) for row in connection.execute(wanted.order_by(DECISION.c.id))]
        return sorted(found, key=lambda d: (d.listing_a, d.listing_b, d.decided))

    def withdraw(self, listing_a: str, listing_b: str, reason: str = "", *, person: str = "") -> int:
        """Take back every decision about two listings, whatever their content was; return how many there were."""
        a, b = sorted((listing_a, listing_b))
        about = (DECISION.c.listing_a == a) & (DECISION.c.listing_b == b) & DECISION.c.withdrawn.is_(None)
        person = clean_text(person).strip()
        with self._write() as entry:
            wanted = sa.select(DECISION).where(about, self._counts_here(DECISION.c.scope))
            known = {r["pair"]: r for r in entry.connection.execute(wanted).mappings()}
            if known:
                said = {key: read_decision(row) for key, row in known.items()}
                act = _record_act(entry, person, "withdraw", "", said, known, None)
                words = {k: {**{n: r[n] for n in _WORD}, "withdrawn": entry.now, "act": act} for k, r in known.items()}
                _rewrite(entry.connection, words)
                entry.note("withdrawn", listings=(a, b), reason=clean_text(reason), person=person)
        return len(known)

    def list_acts(
        self, *, person: str | None = None, work: str | None = None, last: int | None = None, runs: bool = False
    ) -> list[Act]:
        """Return what was decided, act by act, the newest first: those of one ``person``, or about one group.

        ``last`` is how many at most. Acts that were undone are among them; ``runs`` are the audits that were noted,
        in place of what was decided.
        """
        wanted = sa.select(ACT).where(self._counts_here(ACT.c.scope)).order_by(ACT.c.id.desc()).limit(last)
        noted = ACT.c.details.like('{"run"%')
        wanted = wanted.where(noted if runs else sa.not_(noted))
        if person is not None:
            wanted = wanted.where(ACT.c.person == person)
        if work is not None:
            wanted = wanted.where(ACT.c.work == work)
        with self._store.read() as connection:
            return [_read_act(row) for row in connection.execute(wanted).mappings()]

    def undo(self, number: int, *, person: str = "") -> Act:
        """Take an act back: its pairs are as they were before it, its group is open again.

        Raises ChoiceError where there is no such act, it is undone already, or somebody has decided again about one of
        its pairs since.
        """
        person = clean_text(person).strip()
        with self._write() as entry:
            wanted = sa.select(ACT).where(ACT.c.id == number, self._counts_here(ACT.c.scope))
            act = entry.connection.execute(wanted).mappings().one_or_none()
            if act is None:
                raise ChoiceError("ledger.no_act", number=number)
            if act["undone"] is not None:
                raise ChoiceError("ledger.undone_before", number=number)
            before = {key: was for key, (_, was) in json.loads(act["pairs"]).items()}
            now = _find_rows(entry.connection, list(before))
            later = next((r for r in now.values() if r["act"] != number), None)
            if later is not None:
                a, b = later["listing_a"], later["listing_b"]
                raise ChoiceError("ledger.decided_since", number=number, a=a, b=b, later=later["act"])
            gone = {"withdrawn": entry.now, "act": 0}
            words = {k: was or {**{n: now[k][n] for n in _WORD}, **gone} for k, was in before.items()}
            _rewrite(entry.connection, words)
            change = sa.update(ACT).where(ACT.c.id == number).values(undone=entry.now, undone_by=person)
            entry.connection.execute(change)
            entry.connection.execute(sa.delete(LEASE).where(LEASE.c.act == number))
            taken = _read_act(act)
            entry.note("undone", listings=taken.listings, reason=str(number), person=person)
        return replace(taken, undone=entry.now, undone_by=person)

    def _key(self, d: Decision) -> str:
        parts = [d.listing_a, d.listing_b, d.content_a, d.content_b, *([self.scope] if self.scope else [])]
        return hashlib.blake2b(json.dumps(parts).encode(), digest_size=24).hexdigest()


def check_hands(entry: Entry, work: str, person: str) -> None:
    """Raise ChoiceError where a group is in another person's hands, or settled."""
    held = find_lease(entry, work)
    if held is None:
        return
    if held["act"]:
        raise ChoiceError("ledger.settled_before", person=held["person"] or message("ledger.somebody"))
    if held["until"] > entry.now and held["person"] != person:
        raise ChoiceError("ledger.in_other_hands", person=held["person"] or message("ledger.somebody"))


def find_lease(entry: Entry, work: str) -> sa.RowMapping | None:
    """Return the row of a group that was ever taken."""
    wanted = sa.select(LEASE).where(LEASE.c.work == work, LEASE.c.scope == entry.scope)
    return entry.connection.execute(wanted).mappings().one_or_none()


def settle_work(entry: Entry, work: str, person: str, act: int) -> None:
    """Note that a group needs nobody any more."""
    values = {"person": person, "until": entry.now, "act": act}
    mine = (LEASE.c.work == work) & (LEASE.c.scope == entry.scope)
    if not entry.connection.execute(sa.update(LEASE).where(mine).values(values)).rowcount:
        entry.connection.execute(sa.insert(LEASE).values(scope=entry.scope, work=work, taken=entry.now, **values))


def read_decision(row: sa.RowMapping) -> Decision:
    """Return the decision that a row holds."""
    return Decision(*(row[name] for name in _SAID))


def _last_word(d: Decision, now: float, person: str, act: int) -> dict[str, Any]:
    return {"decision": d.decision, "reason": d.reason, "decided": now, "withdrawn": None, "person": person, "act": act}


def _find_rows(connection: sa.Connection, keys: Sequence[str]) -> dict[str, sa.RowMapping]:
    """Return the rows of those of the pairs that are there; a statement takes only so many at once."""
    parts = (keys[k : k + 500] for k in range(0, len(keys), 500))
    return {
        row["pair"]: row
        for part in parts
        for row in connection.execute(sa.select(DECISION).where(DECISION.c.pair.in_(part))).mappings()
    }


def _rewrite(connection: sa.Connection, words: Mapping[str, Mapping[str, Any]]) -> None:
    if words:
        change = sa.update(DECISION).where(DECISION.c.pair == sa.bindparam("key"))
        connection.execute(change, [{"key": key, **word} for key, word in words.items()])


def _record_act(
    entry: Entry, person: str, kind: str, work: str, said: Mapping[str, Decision],
    known: Mapping[str, sa.RowMapping], details: Mapping[str, Any] | None,
) -> int:  # fmt: skip
    """Note what is said of pairs, each with what stands there until now."""
    pairs = {
        k: (asdict(replace(d, decided=d.decided or entry.now)), {n: known[k][n] for n in _WORD} if k in known else None)
        for k, d in said.items()
    }
    values = {
        "scope": entry.scope, "at": entry.now, "person": person, "kind": kind, "work": work,
        "pairs": json.dumps(pairs), "details": write_json(details or {}),
    }  # fmt: skip
    made = entry.connection.execute(sa.insert(ACT).values(values)).inserted_primary_key
    assert made is not None
    return int(made[0])


def _read_act(row: sa.RowMapping) -> Act:
    return Act(
        row["id"], row["at"], row["person"], row["kind"], row["work"], _read_said(row["pairs"]),
        _read_details(row["details"]), row["undone"], row["undone_by"],
    )  # fmt: skip


# What an act said never changes, and may be long: the page reads all acts at each click.
@lru_cache(maxsize=_ACTS_READ)
def _read_said(text: str) -> tuple[Decision, ...]:
    return tuple(Decision(**decision) for decision, _ in json.loads(text).values())


@lru_cache(maxsize=_ACTS_READ)
def _read_details(text: str) -> Mapping[str, Any]:
    told: dict[str, Any] = json.loads(text)
    return MappingProxyType(told)
