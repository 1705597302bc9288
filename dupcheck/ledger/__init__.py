"""The ledger: what the seller has decided and reserved, remembered between runs and shared between machines.

::

    address     where a ledger is: a file, or the address of a PostgreSQL database
    documents   decisions as the JSON that the report page writes, and back
    records     listings as the ledger keeps them
    memory      what a check has to know of a ledger, read at once
    schema      the tables; ``versions``: what they have gone through
    migrations  from one version to the next
    store       opens the database, brings it up to date, and gives out transactions that nobody can race
    book        ``Ledger``: decide, withdraw, claim, publish, release, and the history of it all

Importing this costs next to nothing: SQLAlchemy is imported when a ledger is opened, the migrations when one is old.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dupcheck.ledger.address import Address, default_ledger, find_address
from dupcheck.ledger.memory import Memory, recall

if TYPE_CHECKING:
    from dupcheck.ledger.book import Ledger

__all__ = ["Address", "Memory", "default_ledger", "find_address", "open_ledger", "recall"]


def open_ledger(where: str | Path | Address | None = None, *, clock: Callable[[], float] | None = None) -> "Ledger":
    """Open a ledger, making it or bringing it up to date where need be. Close it, or use it in a ``with`` statement.

    Args:
        where: A file, or an address such as ``postgresql+psycopg://user@host/name``; None: ``DUPCHECK_LEDGER``, or the
            user's own ledger.
        clock: Gives the time in seconds since 1970 (None: this machine's, and for PostgreSQL the server's).

    Returns:
        The ledger. Threads may share it, and so may processes and, on PostgreSQL, machines.

    Raises:
        LedgerError: It cannot be opened, or a newer dupcheck has written it.

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
    return Ledger(address, clock)
