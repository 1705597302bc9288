"""The JSON documents: ``audit.json``, the whole result, and ``merges.json``, the plans alone."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any


class SettledAudit(dict[str, Any]):
    """An audit that :func:`settle_audit` has gone through, as ``audit.json`` holds it."""


GROUPS_SHOWN = 3_000
"""How many groups the page holds: what a browser opens in a second or two. The tables hold all."""

_AUDIT_DEPTH = 2
"""How many levels of an audit are spread over lines: a pair, group, plan or listing is one line, whole."""

_MERGES_DEPTH = 3
"""The same for the plans, which people read: one line an option axis, SKU, reason or caution."""

_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def settle_audit(audit: Mapping[str, Any]) -> SettledAudit:
    """Return the audit with nothing in it that a document cannot hold, in an order of its own.

    NaN and infinities become ``None`` (cannot tell), numbers of NumPy those of Python, tuples lists, and halves of
    characters (lone surrogates, which no file can hold) the replacement character. Pairs are sorted by their ids and
    rule and listings by their id; groups, plans and problems keep the order they came in. A settled audit is returned
    as it is.
    """
    if isinstance(audit, SettledAudit):
        return audit
    settled = SettledAudit(_settle(audit))
    settled["listings"] = dict(sorted(settled["listings"].items()))
    settled["pairs"] = sorted(settled["pairs"], key=lambda pair: (pair["listing_a"], pair["listing_b"], pair["rule"]))
    return settled


def largest_groups(groups: Sequence[Mapping[str, Any]], most: int) -> list[Mapping[str, Any]]:
    """Return the first ``most`` groups, duplicates before advice and large before small."""
    return sorted(groups, key=lambda group: (group["verdict"] != "duplicate", -len(group["members"])))[:most]


def pick_groups(groups: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the groups that the page shows: all, or the ``GROUPS_SHOWN`` largest, in the order they have."""
    if len(groups) <= GROUPS_SHOWN:
        return list(groups)
    shown = {group["group_id"] for group in largest_groups(groups, GROUPS_SHOWN)}
    return [group for group in groups if group["group_id"] in shown]


def render_audit(audit: Mapping[str, Any]) -> str:
    """Return the text of ``audit.json``: the settled audit itself."""
    return "".join(_lines(settle_audit(audit), _AUDIT_DEPTH)) + "\n"


def render_merges(audit: Mapping[str, Any]) -> str:
    """Return the text of ``merges.json``: the list of plans, in the order of the groups."""
    return "".join(_lines(settle_audit(audit)["plans"], _MERGES_DEPTH)) + "\n"


def _settle(value: Any) -> Any:
    # Millions of values go through here: the commonest kinds come first.
    kind = type(value)
    if kind is str:
        return value if value.isascii() else _LONE_SURROGATE.sub("\ufffd", value)
    if kind is float:
        return value if math.isfinite(value) else None
    if kind is dict:
        return {_settle(name) if type(name) is str else str(name): _settle(inner) for name, inner in value.items()}
    if kind is list or kind is tuple:
        return [_settle(inner) for inner in value]
    if value is None or kind is int or kind is bool:
        return value
    if isinstance(value, Mapping):
        return _settle(dict(value))
    if hasattr(value, "item"):  # a NumPy scalar
        return _settle(value.item())
    raise TypeError(f"an audit holds plain values, not {kind.__name__}")


def _lines(value: Any, depth: int, indent: str = "") -> Iterator[str]:
    if depth == 0 or not value or not isinstance(value, dict | list):
        yield _JSON.encode(value)
        return
    inner = indent + " "
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    entries = value.items() if isinstance(value, dict) else ((None, entry) for entry in value)
    yield opening
    for number, (name, entry) in enumerate(entries):
        yield (",\n" if number else "\n") + inner
        if name is not None:
            yield _JSON.encode(name) + ": "
        yield from _lines(entry, depth - 1, inner)
    yield f"\n{indent}{closing}"
