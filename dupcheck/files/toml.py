"""TOML files of ours that are large, as vocabularies are: parsed once, and kept as JSON, which is read much faster."""

import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from dupcheck.files.cache import default_cache
from dupcheck.files.writing import replace_file


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a TOML file without dates holds.

    What was kept of it counts while path, size and time of the file are the same. Where nothing can be kept, in a home
    that is read-only say, the file is parsed each time.
    """
    state = path.stat()
    signature = [str(path), state.st_size, state.st_mtime_ns]
    kept = default_cache() / "words" / f"{path.parent.name}-{path.stem}.json"
    with suppress(OSError, ValueError, TypeError, KeyError):
        found = orjson.loads(kept.read_bytes())
        if found["of"] == signature and isinstance(found["holds"], dict):
            return dict(found["holds"])
    holds = tomllib.loads(path.read_text("utf-8"))
    with suppress(OSError):
        replace_file(kept, orjson.dumps({"of": signature, "holds": holds}), lasting=False)
    return holds
