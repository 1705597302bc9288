"""The ledger: what the seller has decided and reserved, remembered between runs and shared between machines.

::

    address     where a ledger is: a file, or the address of a PostgreSQL database
    documents   decisions as the JSON that the report page writes, and back
    records     listings as the ledger keeps them
    memory      what a check has to know of a ledger, read at once
    schema      the tables; ``versions``: what they have gone through
    migrations  from one version to the next
    store       opens the database, brings it up to date, and gives out transactions that nobody can race
    seal        a small file beside a ledger's file, by which a lost or older one is known
    chain       the history as a chain of hashes, and claims held against it
    journal     transactions that read the clock, note what happens, and see what others changed from outside
    acts        decisions, who made them, and how to take them back
    accounts    whose decisions and claims they are; ``scopes``: turning to an account
    leases      groups that several people work through, each in one hand
    claims      the right to publish: tokens, claims, publications
    book        ``Ledger``: all of these, open

Importing this costs next to nothing: SQLAlchemy is imported when a ledger is opened, the migrations when one is old.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dupcheck.ledger.accounts import NOBODY, Owner
from dupcheck.ledger.address import Address, default_ledger, find_address
from dupcheck.ledger.memory import Memory, recall

if TYPE_CHECKING:
    from dupcheck.ledger.book import Ledger

__all__ = ["NOBODY", "Address", "Memory", "Owner", "default_ledger", "find_address", "open_ledger", "recall"]


def open_ledger(
    where: str | Path | Address | None = None, *, scope: str = "", clock: Callable[[], float] | None = None
) -> "Ledger":
    """Open a ledger, making it or bringing it up to date where need be. Close it, or use it in a ``with`` statement.

    Args:
        where: A file, or an address such as ``postgresql+psycopg://user@host/name``; None: ``DUPCHECK_LEDGER``, or the
            user's own ledger.
        scope: The account whose decisions and claims count, beside those of no account; "": those of all.
        clock: Gives the time in seconds since 1970 (None: this machine's, and for PostgreSQL the server's).

    Returns:
        The ledger. Threads may share it, and so may processes and, on PostgreSQL, machines.

    Raises:
        LedgerError: It cannot be opened, was changed from outside, is an empty file or an older state of itself, or a
            newer dupcheck has written it.

    Examples:
        >>> import tempfile
        >>> import dupcheck as dc
        >>> with tempfile.TemporaryDirectory() as folder, dc.open_ledger(f"{folder}/ledger.sqlite") as ledger:
        ...     ledger.list_decisions()
        []
    """
    from dupcheck.ledger.book import Ledger

    address = where if isinstance(where, Address) else find_address(where)
    if clock is None and not address.server:
        clock = time.time
    return Ledger(address, clock, scope)
