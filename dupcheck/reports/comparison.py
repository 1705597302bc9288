"""What is new since an earlier audit: groups that came, went, changed, and those that are still open."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from dupcheck.errors import CatalogError, OutputError
from dupcheck.files.given import read_given
from dupcheck.messages import Lang, say
from dupcheck.run import BOUNDS

Known = tuple[str, str, tuple[str, ...]]
"""A group of an audit: its id, what is to be done, its listings."""
KINDS = ("new", "gone", "changed", "open")
_NAMED = 5


def read_groups(folder: Path) -> list[Known]:
    """Return the groups of an earlier report. Raises OutputError where its folder holds no whole report."""
    path = folder / "audit.json" if folder.is_dir() else folder
    try:
        told = orjson.loads(read_given(path, BOUNDS.file_bytes))
        return list_groups(told["groups"])
    except CatalogError as error:
        raise OutputError("report.no_earlier", path=path, reason=error.text) from error
    except (ValueError, KeyError, TypeError) as error:
        raise OutputError("report.no_earlier", path=path, reason=type(error).__name__) from error


def list_groups(groups: Iterable[Mapping[str, Any]]) -> list[Known]:
    """Return the groups of an audit's dict, without those about which nothing is to be done."""
    return [
        (g["group_id"], g["action"], tuple(m["listing_id"] for m in g["members"]))
        for g in groups
        if g["action"] != "none"
    ]


def compare_groups(before: Sequence[Known], now: Sequence[Known]) -> dict[str, list[str]]:
    """Return the ids of groups that are new, gone, changed and still open; of gone ones the earlier id.

    A group that shares a listing with an earlier one, and is not the same, has changed.

    >>> compare_groups([("G1", "ask", ("a", "b"))], [("G2", "ask", ("a", "c")), ("G3", "ask", ("x", "y"))])
    {'new': ['G3'], 'gone': [], 'changed': ['G2'], 'open': []}
    """
    known = {(group_id, action) for group_id, action, _ in before}
    held = {i for _, _, listings in before for i in listings}
    holds = {i for _, _, listings in now for i in listings}
    found: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for group_id, action, listings in now:
        kind = "open" if (group_id, action) in known else "new" if held.isdisjoint(listings) else "changed"
        found[kind].append(group_id)
    found["gone"] = [group_id for group_id, _, listings in before if holds.isdisjoint(listings)]
    return found


def say_comparison(since: Mapping[str, Any], lang: Lang) -> list[str]:
    """Return what is new in lines: how many of each kind, and the first new groups by name."""
    counts = {kind: len(since[kind]) for kind in KINDS}
    lines = [say("report.since", lang, name=since["name"], **counts)]
    fresh = since["new"][:_NAMED]
    if fresh:
        more = ["…"] if len(since["new"]) > _NAMED else []
        lines.append(say("report.since_new", lang, groups=say("verdicts.comma", lang).join([*fresh, *more])))
    trend = since.get("trend", [])
    if len(trend) > 1:
        lines.append(say("report.trend", lang, numbers=" → ".join(str(run["groups"]) for run in trend)))
    return lines
