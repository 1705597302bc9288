"""What takes long to make and follows from a few files alone: made once, and kept as JSON in the cache folder."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from dupcheck.files.cache import default_cache
from dupcheck.files.writing import replace_file


def sign_files(paths: Sequence[Path]) -> list[list[str | int]]:
    """Return path, size and time of each file: while they are the same, so is what follows from the files."""
    return [[str(path), state.st_size, state.st_mtime_ns] for path in paths for state in (path.stat(),)]


def remember(name: str, of: Sequence[object], make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what ``make`` makes: from the cache folder, where it was kept under ``name`` and is ``of`` the same.

    ``of`` is plain JSON; what is kept comes back as such, named tuples as lists. Where nothing can be kept, in a home
    that is read-only say, it is made each time.
    """
    kept = default_cache() / "words" / f"{name}.json"
    with suppress(OSError, ValueError, TypeError, KeyError):
        found = orjson.loads(kept.read_bytes())
        if found["of"] == of and isinstance(found["holds"], dict):
            return dict(found["holds"])
    holds = make()
    with suppress(OSError):
        replace_file(kept, orjson.dumps({"of": of, "holds": holds}, default=list), lasting=False)
    return holds
