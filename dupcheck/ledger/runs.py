"""The runs of audits as a ledger keeps them: a line a run, from which the next one knows what is new.

A run's groups are packed: there may be thousands, and a ledger is kept for years.
"""

import base64
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dupcheck.ledger.answers import Told, read_details

Known = tuple[str, str, tuple[str, ...]]
"""A group of a run: its id, what is to be done, its listings."""
_MOST = 1 << 28
"""Bytes that a run's groups may be when unpacked."""


@dataclass(frozen=True, slots=True)
class Run:
    """One audit of a catalogue: when, of which files, how many listings, and the groups that it found."""

    at: float
    files: tuple[str, ...]
    listings: int
    groups: tuple[Known, ...]


def write_run(files: Sequence[str], listings: int, groups: Iterable[Known]) -> dict[str, Any]:
    """Return a run as an act's details hold it."""
    text = json.dumps([[group, action, list(ids)] for group, action, ids in groups])
    packed = base64.b85encode(zlib.compress(text.encode(), 9)).decode()
    return {"run": {"files": sorted(files), "listings": listings, "groups": packed}}


def read_runs(acts: Iterable[Told], files: Sequence[str]) -> list[Run]:
    """Return the runs of a catalogue of these files, the oldest first; what cannot be read is left out."""
    found = []
    for details, _, at in acts:
        told = read_details(details).get("run")
        if isinstance(told, Mapping) and told.get("files") == sorted(files):
            groups = _unpack(str(told.get("groups", "")))
            if groups is not None:
                found.append(Run(at, tuple(told["files"]), int(told.get("listings", 0)), groups))
    return found


def _unpack(packed: str) -> tuple[Known, ...] | None:
    try:
        text = zlib.decompressobj().decompress(base64.b85decode(packed), _MOST)
        return tuple((str(group), str(action), tuple(map(str, ids))) for group, action, ids in json.loads(text))
    except (ValueError, zlib.error, TypeError):
        return None
