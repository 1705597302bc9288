"""What a check has to know of a ledger: what was decided, and what counts as part of the catalogue.

Checks are many and should be instant: a ledger that is a file is read with Python's own SQLite module, since importing
SQLAlchemy takes longer than the whole question. Anything out of the ordinary is left to :func:`open_ledger`.
"""

from collections.abc import Container, Sequence
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import quote

from dupcheck.decisions import Decision
from dupcheck.ledger.address import Address
from dupcheck.ledger.records import read_listing_record
from dupcheck.ledger.versions import REVISIONS, VERSION_TABLE
from dupcheck.model import Listing

_DECISIONS = (
    "SELECT listing_a, listing_b, decision, reason, content_a, content_b, decided FROM dupcheck_decision "
    "WHERE withdrawn IS NULL ORDER BY id"
)
_PUBLISHED = "SELECT listing FROM dupcheck_claim WHERE state = 'published' AND listed IS NULL ORDER BY id"


@dataclass(frozen=True)
class Memory:
    """What was decided, and the published listings that the catalogue may not hold yet."""

    decisions: Sequence[Decision] = ()
    published: Sequence[Listing] = ()

    def list_added(self, held: Container[str]) -> list[Listing]:
        """Return the published listings whose ids are not among those that the catalogue holds."""
        return [x for x in self.published if x.listing_id not in held]


def recall(address: Address) -> Memory:
    """Return what the ledger knows. Raises LedgerError where it cannot be read."""
    found = _read_file(address)
    if found is None:
        from dupcheck.ledger import open_ledger

        with open_ledger(address) as ledger:
            found = Memory(ledger.list_decisions(), ledger.list_published())
    return found


def _read_file(address: Address) -> Memory | None:
    """Read a ledger that is a file and up to date; None: there is more to it."""
    if address.path is None:
        return None
    import sqlite3

    try:
        with closing(sqlite3.connect(f"file:{quote(str(address.path.resolve()))}?mode=ro", uri=True)) as connection:
            connection.execute("BEGIN")
            if connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall() != [(REVISIONS[-1],)]:
                return None
            decisions = [Decision(*row) for row in connection.execute(_DECISIONS)]
            published = [read_listing_record(text) for (text,) in connection.execute(_PUBLISHED)]
    except sqlite3.Error:
        return None
    return Memory(sorted(decisions, key=lambda d: (d.listings, d.decided)), published)
