"""Groups that several people work through: each takes the next open one, and no group is in two hands.

Which groups there are is the caller's to know; the ledger knows which are in hand or settled, and looks under its lock.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from dupcheck.errors import ChoiceError
from dupcheck.ledger.acts import Acts, check_hands, find_lease
from dupcheck.ledger.records import clean_text
from dupcheck.ledger.schema import LEASE

LEASE_SECONDS = 900.0
"""For so long a group that was taken is kept for who took it, from the last sign of life on."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A group in somebody's hands until a time, or settled by an act. Times are seconds since 1970."""

    work: str
    person: str
    taken: float
    until: float
    act: int = 0

    @property
    def settled(self) -> bool:
        """Whether it was decided, and needs nobody."""
        return self.act > 0


def name_work(listings: Iterable[str], contents: Mapping[str, str] | None = None) -> str:
    """Return what a group is called in the ledger: the same for the same listings with the same contents.

    >>> name_work(["B", "A"]) == name_work(["A", "B"])
    True
    """
    known = contents or {}
    parts = [[i, known.get(i, "")] for i in sorted(set(listings))]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


class Leases(Acts):
    """Who works on what."""

    def take_next(self, works: Sequence[str], person: str, *, seconds: float = LEASE_SECONDS) -> Lease | None:
        """Take the first of ``works`` that is neither settled nor in another person's hands; None: none is left.

        One that ``person`` has in hand already counts as open and is kept on.
        """
        person = clean_text(person).strip()
        with self._write() as entry:
            wanted = sa.select(LEASE).where(LEASE.c.scope == entry.scope)
            rows = {r["work"]: r for r in entry.connection.execute(wanted).mappings()}
            for work in works:
                row = rows.get(work)
                if row is None or (not row["act"] and (row["until"] <= entry.now or row["person"] == person)):
                    break
            else:
                return None
            taken = entry.now
            if row is not None and row["person"] == person and row["until"] > entry.now:
                taken = row["taken"]
            lease = Lease(work, person, taken, entry.now + seconds)
            values = {"person": person, "taken": taken, "until": lease.until}
            if row is None:
                entry.connection.execute(sa.insert(LEASE).values(scope=entry.scope, work=work, **values))
            else:
                entry.connection.execute(sa.update(LEASE).where(LEASE.c.id == row["id"]).values(values))
            if taken == entry.now:
                entry.note("taken", listings=(), reason=work, person=person)
        return lease

    def keep_work(self, work: str, person: str, *, seconds: float = LEASE_SECONDS) -> Lease:
        """Keep a group for longer, or take it. Raises ChoiceError where it is in other hands, or settled."""
        with self._write() as entry:
            check_hands(entry, work, clean_text(person).strip())
        taken = self.take_next([work], person, seconds=seconds)
        if taken is None:
            raise ChoiceError("ledger.no_longer_open")
        return taken

    def hand_back(self, work: str, person: str) -> bool:
        """Give a group back before its time; others may take it at once. Return whether ``person`` had it."""
        person = clean_text(person).strip()
        with self._write() as entry:
            row = find_lease(entry, work)
            if row is None or row["act"] or row["person"] != person or row["until"] <= entry.now:
                return False
            entry.connection.execute(sa.delete(LEASE).where(LEASE.c.id == row["id"]))
            entry.note("handed_back", listings=(), reason=work, person=person)
        return True

    def list_leases(self, *, settled: bool = True) -> list[Lease]:
        """Return the groups that are in somebody's hands now, and those that are ``settled`` if they are wanted."""
        with self._store.read() as connection:
            now = self._store.tell_time(connection)
            wanted = sa.select(LEASE).where(
                LEASE.c.scope == self.scope,
                (LEASE.c.act > 0) | (LEASE.c.until > now) if settled else (LEASE.c.act == 0) & (LEASE.c.until > now),
            ).order_by(LEASE.c.id)  # fmt: skip
            rows = connection.execute(wanted).mappings().all()
        return [Lease(r["work"], r["person"], r["taken"], r["until"], r["act"]) for r in rows]
