"""What a check has to know of a ledger: what was decided, and what counts as part of the catalogue.

Checks are many and should be instant: a ledger that is a file is read with Python's own SQLite module, since importing
SQLAlchemy takes longer than the whole question. Anything out of the ordinary is left to :func:`open_ledger`.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import quote

from dupcheck.decisions import Decision
from dupcheck.learned.answers import Answer
from dupcheck.ledger.accounts import NOBODY, Owner, find_account
from dupcheck.ledger.address import Address
from dupcheck.ledger.answers import Told, read_answers, read_details
from dupcheck.ledger.records import Kept, read_listing_record
from dupcheck.ledger.seal import read_seal
from dupcheck.ledger.versions import REVISIONS, VERSION_TABLE
from dupcheck.model import Listing
from dupcheck.revisions import Revision, read_revisions

_DECISIONS = (
    "SELECT listing_a, listing_b, decision, reason, content_a, content_b, decided, person FROM dupcheck_decision "
    "WHERE withdrawn IS NULL AND (? = '' OR scope IN (?, '')) ORDER BY id"
)
_PUBLISHED = (
    "SELECT listing, token, state, person, claimed FROM dupcheck_claim "
    "WHERE state = 'published' AND (? = '' OR scope IN (?, '')) ORDER BY id"
)
_ACTS = (
    "SELECT details, person, at FROM dupcheck_act WHERE undone IS NULL AND details <> '{}' "
    "AND details NOT LIKE '{\"run\"%' AND (? = '' OR scope IN (?, '')) ORDER BY id"
)
_ACCOUNTS = "SELECT name, sketch FROM dupcheck_account"
_CHAIN = "SELECT chain FROM dupcheck_history WHERE id = ?"


@dataclass(frozen=True)
class Memory:
    """What was decided, what was published, what was answered, the oldest first, and what was changed in plans.

    ``kept`` tells of each published listing by what it is held.
    """

    decisions: Sequence[Decision] = ()
    published: Sequence[Listing] = ()
    answers: Sequence[Answer] = ()
    revisions: Sequence[Revision] = ()
    kept: Sequence[Kept] = ()

    def list_added(self, shows: Callable[[Sequence[Listing]], Sequence[bool]]) -> list[Listing]:
        """Return the published listings that the catalogue at hand does not show."""
        if not self.published:
            return []
        return [x for x, there in zip(self.published, shows(self.published), strict=True) if not there]


def recall(address: Address, owner: Owner = NOBODY) -> Memory:
    """Return what the ledger knows of an account. Raises LedgerError where it cannot be read."""
    found = _read_file(address, owner)
    if found is None:
        from dupcheck.ledger import open_ledger

        with open_ledger(address) as ledger:
            ledger.turn_to(owner, keep=False)
            acts = sorted((a for a in ledger.list_acts() if a.undone is None), key=lambda a: a.number)
            told = [(act.details, act.person, act.at) for act in acts]
            kept = ledger.list_kept()
            published = [one.listing for one in kept]
            found = Memory(ledger.list_decisions(), published, *read_acts(told), kept)
    return found


def read_acts(told: Iterable[Told]) -> tuple[list[Answer], list[Revision]]:
    """Return what acts that stand, the oldest first, say beside decisions: answers, and what was changed in plans."""
    acts = [(read_details(details), person, at) for details, person, at in told]
    return read_answers(acts), read_revisions(details for details, _, _ in acts)


def _read_file(address: Address, owner: Owner) -> Memory | None:
    """Read a ledger that is a file and up to date; None: there is more to it."""
    if address.path is None:
        return None
    import sqlite3

    sealed = read_seal(address.path)
    try:
        with closing(sqlite3.connect(f"file:{quote(str(address.path.resolve()))}?mode=ro", uri=True)) as connection:
            connection.execute("BEGIN")
            if connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall() != [(REVISIONS[-1],)]:
                return None
            if sealed and connection.execute(_CHAIN, sealed[:1]).fetchall() != [sealed[1:]]:
                return None
            known = {name: json.loads(text) for name, text in connection.execute(_ACCOUNTS)} if owner.tells else {}
            scope, _ = find_account(owner, known)
            decisions = [Decision(*row) for row in connection.execute(_DECISIONS, (scope, scope))]
            answers, revisions = read_acts(connection.execute(_ACTS, (scope, scope)))
            rows = connection.execute(_PUBLISHED, (scope, scope))
            kept = [Kept(read_listing_record(text), *told) for text, *told in rows]
    except (sqlite3.Error, ValueError):
        return None
    published = [one.listing for one in kept]
    return Memory(sorted(decisions, key=lambda d: (d.listings, d.decided)), published, answers, revisions, kept)
