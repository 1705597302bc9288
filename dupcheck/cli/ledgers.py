"""Which ledger a command means, and what it knows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dupcheck.errors import LedgerError
from dupcheck.ledger import Address, Memory, find_address, recall

if TYPE_CHECKING:
    from dupcheck.decisions import Decision


def find_ledger(ledger: str | None) -> Address:
    """Return the place of a ledger that must be there already."""
    address = find_address(ledger)
    if not address.exists():
        raise LedgerError("ledger.missing", ledger=address)
    return address


def recall_ledger(ledger: str | None, no_ledger: bool = False) -> Memory | None:
    """Return what the ledger that was named knows, or else the user's own, if there is one."""
    if no_ledger or (ledger is None and not find_address(None).exists()):
        return None
    return recall(find_ledger(ledger))


def list_decided(ledger: str | None) -> Sequence["Decision"]:
    """Return the decisions in a ledger; none where there is no ledger."""
    known = recall_ledger(ledger)
    return () if known is None else known.decisions
