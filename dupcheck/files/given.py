"""Small files that a person hands over, plans, decisions, rules, secrets: read whole, and only where they are files.

A pipe that nobody writes to is not waited for, a device is not read, and a file that is far too large for its kind is
told instead of filling the memory.
"""

import os
import stat
from typing import TYPE_CHECKING

from dupcheck.errors import CatalogError

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 500_000_000
WRITTEN_BYTES = 20_000_000
"""Of a file that people write themselves: rules, formats, preferences."""


def read_given(path: "str | Path", most: int = MOST_BYTES) -> bytes:
    """Return the bytes of a file. Raises CatalogError where it is none that can be read, or has more than ``most``."""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(number, "rb") as file:
            if not stat.S_ISREG(os.fstat(number).st_mode):
                raise CatalogError("files.no_file", path=path)
            data = file.read(most + 1)
    except (OSError, ValueError) as error:  # a name may hold what no file system takes
        reason = getattr(error, "strerror", None) or str(error)
        raise CatalogError("files.unreadable", path=path, reason=reason) from error
    if len(data) > most:
        raise CatalogError("files.too_large", path=path, most=most // 1_000_000)
    return data
