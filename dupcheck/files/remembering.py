"""What takes long to make and follows from a few files alone: made once, and kept as JSON in the cache folder."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from dupcheck.files.cache import default_cache
from dupcheck.files.doubts import tell_doubt
from dupcheck.files.writing import make_private, replace_file
from dupcheck.messages import message


def sign_files(paths: Sequence[Path]) -> list[list[str | int]]:
    """Return path, size and time of each file: while they are the same, so is what follows from the files."""
    return [[str(path), state.st_size, state.st_mtime_ns] for path in paths for state in (path.stat(),)]


def remember(name: str, of: Sequence[object], make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what ``make`` makes: from the cache folder, where it was kept under ``name`` and is ``of`` the same.

    ``of`` is plain JSON; what is kept comes back as such, named tuples as lists. It begins with a checksum of its name
    and itself: what is spoiled is told, and made anew. Where nothing can be kept, in a home that is read-only say, it
    is made each time.
    """
    kept = default_cache() / "words" / f"{name}.json"
    with suppress(OSError):
        seal, _, text = kept.read_bytes().partition(b"\n")
        if seal == _seal(name, text):
            found = orjson.loads(text)
            if found["of"] == of:
                return dict(found["holds"])
        elif not seal.startswith(b"{"):  # without a checksum: an earlier version's
            tell_doubt(message("files.spoiled", path=kept.parent))
    holds = make()
    with suppress(OSError):
        make_private(kept.parent)
        text = orjson.dumps({"of": of, "holds": holds}, default=list)
        replace_file(kept, _seal(name, text) + b"\n" + text, lasting=False)
    return holds


def _seal(name: str, text: bytes) -> bytes:
    return blake2b(name.encode() + b"\n" + text, digest_size=16).hexdigest().encode()
