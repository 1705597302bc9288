"""Where a ledger is: a file, or a PostgreSQL database."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from dupcheck.errors import LedgerError
from dupcheck.ledger.seal import name_seal

_SERVERS = ("postgresql", "postgres", "postgresql+psycopg")


@dataclass(frozen=True)
class Address:
    """A ledger's place: ``path`` of a SQLite file, or the ``url`` of a PostgreSQL database."""

    path: Path | None = None
    url: str = ""

    @property
    def server(self) -> bool:
        """Whether it is a database server."""
        return self.path is None

    def exists(self) -> bool:
        """Whether something is there to be opened, or was; a server always counts as there."""
        return self.path is None or self.path.exists() or name_seal(self.path).exists()

    def __str__(self) -> str:
        if self.path is not None:
            return str(self.path)
        scheme, _, rest = self.url.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"  # without user, password and options


def default_ledger() -> str | Path:
    """Return the user's own ledger: ``DUPCHECK_LEDGER``, or ``ledger.sqlite`` in the user's data folder."""
    chosen = os.environ.get("DUPCHECK_LEDGER")
    return chosen or Path(platformdirs.user_data_dir("dupcheck", appauthor=False)) / "ledger.sqlite"


def find_address(where: str | Path | None = None) -> Address:
    """Read a ledger's place: a file, ``sqlite:///FILE`` or ``postgresql+psycopg://…``; None: the user's own."""
    text = str(default_ledger() if where is None else where)
    scheme, separator, rest = text.partition("://")
    if not separator:
        return Address(Path(text).expanduser())
    if scheme == "sqlite" and len(rest) > 1:
        return Address(Path(rest[1:]))
    if scheme in _SERVERS and rest:
        return Address(url=f"postgresql+psycopg://{rest}")
    raise LedgerError("ledger.bad_address", scheme=scheme)
