"""``Ledger``: decisions, groups at work, claims and publications, and the history of it all."""

from collections.abc import Iterable, Sequence

from dupcheck.ledger.acts import Act
from dupcheck.ledger.claims import Claim, Claims, ClaimState, Judge, Shows, Ticket
from dupcheck.ledger.journal import Event
from dupcheck.ledger.leases import Lease, Leases
from dupcheck.ledger.runs import Known, Run, read_runs, write_run
from dupcheck.ledger.scopes import Scopes

__all__ = ["Act", "Claim", "ClaimState", "Event", "Judge", "Lease", "Ledger", "Run", "Shows", "Ticket"]


_RUNS = 200
"""Runs that are looked through for those of one catalogue."""


class Ledger(Claims, Leases, Scopes):
    """What was decided and reserved. Made by :func:`~dupcheck.ledger.open_ledger`; a context manager.

    Threads may share one, and so may processes and, on PostgreSQL, machines.

    Args:
        address: Where it is.
        clock: Gives the time in seconds since 1970; None: the database's own.
        scope: The account, as with :func:`~dupcheck.ledger.open_ledger`.

    Raises:
        LedgerError: It cannot be opened, read or written.

    Examples:
        >>> import tempfile
        >>> import dupcheck as dc
        >>> with tempfile.TemporaryDirectory() as folder, dc.open_ledger(f"{folder}/ledger.sqlite") as ledger:
        ...     ledger.decide([dc.Decision("A-131", "A-132", "not_duplicate", "two models", "", "")])
        1
    """

    def note_run(
        self, files: Sequence[str], listings: int, groups: Iterable[Known], *, person: str = ""
    ) -> None:  # fmt: skip
        """Note that a catalogue of so many ``listings`` was audited, and which groups were found in it."""
        self.decide([], person=person, details=write_run(files, listings, groups))

    def list_runs(self, files: Sequence[str]) -> list[Run]:
        """Return the audits of a catalogue of these files that were noted, the oldest first."""
        acts = self.list_acts(runs=True, last=_RUNS)
        return read_runs(((act.details, act.person, act.at) for act in reversed(acts)), files)

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
