"""A small file beside a ledger's file: how far the ledger had come.

Where the seal is and the ledger is not, or the ledger holds less than the seal says, something was lost or put back:
what the ledger then calls free may have been published. The seal may lag behind, it is never ahead.
"""

import json
import os
from contextlib import suppress
from pathlib import Path

from dupcheck.errors import LedgerError


def name_seal(path: Path) -> Path:
    """Return where the seal of a ledger's file lies."""
    return path.parent / f"{path.name}-seal"


def check_absence(path: Path) -> None:
    """Raise LedgerError where a ledger was at ``path`` and is there no more."""
    if not path.exists() and read_seal(path) is not None:
        raise LedgerError("ledger.vanished", ledger=path, seal=name_seal(path))


def read_seal(path: Path) -> tuple[int, str] | None:
    """Return the last event that is sealed and its chain; to be read before the ledger is. None: nothing is."""
    try:
        known = json.loads(name_seal(path).read_text("utf-8"))
        return int(known["event"]), str(known["chain"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_seal(path: Path, event: int, chain: str) -> None:
    """Note that the ledger has come as far as ``event``. It is only a help: what hinders it is no error."""
    seal = name_seal(path)
    part = seal.with_name(f"{seal.name}.{os.getpid()}.{event}")
    with suppress(OSError):
        part.write_text(json.dumps({"event": event, "chain": chain}), "utf-8")
        part.chmod(0o600)
        part.replace(seal)
