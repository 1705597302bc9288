"""Which ledger a command means, and what it knows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dupcheck.cli.console import tell
from dupcheck.errors import LedgerError
from dupcheck.ledger import Address, Memory, find_address, open_ledger, recall
from dupcheck.messages import Lang, say

if TYPE_CHECKING:
    from dupcheck.decisions import Decision
    from dupcheck.ledger.book import Ledger


def find_ledger(ledger: str | None) -> Address:
    """Return the place of a ledger that must be there already."""
    address = find_address(ledger)
    if not address.exists():
        raise LedgerError("ledger.missing", ledger=address)
    return address


def recall_ledger(ledger: str | None, no_ledger: bool = False, account: str = "") -> Memory | None:
    """Return what the ledger that was named knows of an account, or else the user's own, if there is one."""
    if no_ledger or (ledger is None and not find_address(None).exists()):
        return None
    return recall(find_ledger(ledger), account)


def list_decided(ledger: str | None, account: str = "") -> Sequence["Decision"]:
    """Return the decisions in a ledger; none where there is no ledger."""
    known = recall_ledger(ledger, account=account)
    return () if known is None else known.decisions


def enter_ledger(ledger: str | None, account: str, lang: Lang) -> "Ledger":
    """Open a ledger, and say so where it was not there before."""
    opened = open_ledger(ledger, scope=account)
    if opened.created:
        tell(say("ledger.created", lang, ledger=opened.address), err=True)
    return opened
