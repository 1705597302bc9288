"""The JSON documents: ``audit.json``, the whole result, and ``merges.json``, the plans alone.

An audit's rows may be :class:`Rows`, put into words as they are read: a report of any size is written in little memory.
"""

import math
import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, BinaryIO, overload

import numpy as np
import orjson

from dupcheck.model import IntArray


class SettledAudit(dict[str, Any]):
    """An audit as ``audit.json`` holds it: :func:`settle_audit` has gone through it, or it was made so."""


class Rows(Sequence[Mapping[str, Any]]):
    """Rows of an audit that are made when they are read, a batch at a time, and then forgotten.

    ``describe`` makes those at some positions; ``keys`` gives, for all, what ``names`` name without making them.
    """

    def __init__(
        self,
        length: int,
        describe: Callable[[IntArray], Iterable[Mapping[str, Any]]],
        keys: Callable[[], Iterable[tuple[str, ...]]],
    ) -> None:
        self._length, self._describe, self.keys = length, describe, keys

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, where: int) -> Mapping[str, Any]: ...

    @overload
    def __getitem__(self, where: slice) -> list[Mapping[str, Any]]: ...

    def __getitem__(self, where: int | slice) -> Mapping[str, Any] | list[Mapping[str, Any]]:
        if isinstance(where, slice):
            return self.take(range(self._length)[where])
        return self.take([range(self._length)[where]])[0]

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return self.give(0, self._length)

    def give(self, start: int, end: int) -> Iterator[Mapping[str, Any]]:
        """Make the rows from one position to before another, one after the other."""
        for first in range(start, end, _BATCH):
            yield from self._describe(np.arange(first, min(first + _BATCH, end)))

    def take(self, where: Sequence[int]) -> list[Mapping[str, Any]]:
        """Return the rows at some positions."""
        return list(self.pick(where))

    def pick(self, where: Sequence[int]) -> Iterator[Mapping[str, Any]]:
        """Make the rows at some positions, one after the other."""
        return iter(self._describe(np.array(where, dtype=np.int64)))


class Listings(Mapping[str, Mapping[str, Any]]):
    """The listings of an audit, by their ids, made when they are read."""

    @abstractmethod
    def pick(self, listing_id: str, names: Sequence[str]) -> tuple[Any, ...]:
        """Return some texts and numbers of one of the listings, without the rest of it."""


def pick_fields(listings: Mapping[str, Mapping[str, Any]], listing_id: str, names: Sequence[str]) -> tuple[Any, ...]:
    """Return some texts and numbers of a listing of an audit; None for each that is not known."""
    if listing_id not in listings:
        return (None,) * len(names)
    if isinstance(listings, Listings):
        return listings.pick(listing_id, names)
    return tuple(map(listings[listing_id].get, names))


GROUPS_SHOWN = 3_000
"""How many groups the page holds: what a browser opens in a second or two. The tables hold all."""

_AUDIT_DEPTH = 2
"""How many levels of an audit are spread over lines: a pair, group, plan or listing is one line, whole."""

_MERGES_DEPTH = 3
"""The same for the plans, which people read: one line an option axis, SKU, reason or caution."""

_BATCH = 20_000
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
    settled = SettledAudit(settle_value(audit))
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


def list_keys(rows: Sequence[Mapping[str, Any]], *names: str) -> Iterable[tuple[str, ...]]:
    """Return some fields of every row, those that tell rows apart."""
    return rows.keys() if isinstance(rows, Rows) else (tuple(row[name] for name in names) for row in rows)


def give_rows(rows: Sequence[Mapping[str, Any]], start: int, end: int) -> Iterator[Mapping[str, Any]]:
    """Give the rows from one position to before another, made one after the other."""
    return rows.give(start, end) if isinstance(rows, Rows) else islice(rows, start, end)


def pick_rows(rows: Sequence[Mapping[str, Any]], where: Sequence[int]) -> Iterator[Mapping[str, Any]]:
    """Give the rows at some positions, made one after the other."""
    return rows.pick(where) if isinstance(rows, Rows) else (rows[k] for k in where)


def take_rows(rows: Sequence[Mapping[str, Any]], where: Sequence[int]) -> list[Mapping[str, Any]]:
    """Return the rows at some positions."""
    return list(pick_rows(rows, where))


def render_audit(audit: Mapping[str, Any]) -> str:
    """Return the text of ``audit.json``: the settled audit itself."""
    return b"".join(stream_audit(audit)).decode()


def render_merges(audit: Mapping[str, Any]) -> str:
    """Return the text of ``merges.json``: the list of plans, in the order of the groups."""
    return b"".join(stream_merges(audit)).decode()


def stream_audit(audit: Mapping[str, Any], written: Mapping[str, Iterable[bytes]] | None = None) -> Iterator[bytes]:
    """Give ``audit.json`` in pieces; what it names may be ``written`` already, as :func:`stream_entries` does."""
    return chain(_lines(settle_audit(audit), _AUDIT_DEPTH, written or {}), (b"\n",))


def stream_entries(entries: Iterable[Mapping[str, Any] | tuple[str, Mapping[str, Any]]]) -> Iterator[bytes]:
    """Give some of the rows that an audit has under one name, or of its listings with their ids, as ``audit.json``
    holds them.
    """
    before = b""
    for entry in entries:
        told = encode_json(entry[0]) + b":" + encode_json(entry[1]) if isinstance(entry, tuple) else encode_json(entry)
        yield before + told
        before = b",\n  "


def stream_merges(audit: Mapping[str, Any], written: Iterable[bytes] | None = None) -> Iterator[bytes]:
    """Give ``merges.json`` in pieces; the plans may be ``written`` already, as :class:`PlanList` does."""
    plans = settle_audit(audit)["plans"]
    if written is None or not len(plans):
        return chain(_lines(plans, _MERGES_DEPTH), (b"\n",))
    return chain((b"[\n ",), _join(written, b",\n "), (b"\n]\n",))


class PlanList:
    """Some of the plans of ``merges.json`` while they are written, in the order of adding."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._before = file, b""

    def add(self, plan: Mapping[str, Any]) -> None:
        """Write one plan."""
        self._file.write(self._before + _spread(plan, _MERGES_DEPTH - 1, b"\n "))
        self._before = b",\n "


def encode_json(value: object) -> bytes:
    """Return a value as one line of JSON. What no document can hold is settled first."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return orjson.dumps(settle_value(value))


def settle_value(value: Any) -> Any:
    """Return a value made of nothing but dicts, lists, texts and finite numbers."""
    # Millions of values go through here: the commonest kinds come first.
    kind = type(value)
    if kind is str:
        return value if value.isascii() else _LONE_SURROGATE.sub("\ufffd", value)
    if kind is float:
        return value if math.isfinite(value) else None
    if kind is dict:
        return {
            settle_value(name) if type(name) is str else str(name): settle_value(inner) for name, inner in value.items()
        }
    if kind is list or kind is tuple or kind is Rows:
        return [settle_value(inner) for inner in value]
    if value is None or kind is int or kind is bool:
        return value
    if isinstance(value, Mapping):
        return settle_value(dict(value))
    if hasattr(value, "item"):  # a NumPy scalar
        return settle_value(value.item())
    raise TypeError(f"an audit holds plain values, not {kind.__name__}")


def _lines(value: Any, depth: int, written: Mapping[str, Iterable[bytes]] | None = None) -> Iterator[bytes]:
    """Give JSON of which the outer ``depth`` levels are spread over lines, the outermost piece by piece; of what is
    ``written`` already, the pieces.
    """
    if depth == 0 or not _spreads(value):
        yield encode_json(value)
        return
    named = isinstance(value, Mapping)
    before = b"\n "
    yield b"{" if named else b"["
    for name, entry in value.items() if named else ((None, entry) for entry in value):
        yield before if name is None else before + encode_json(name) + b":"
        if written and name is not None and name in written and len(entry):
            yield from _frame(written[name], named=isinstance(entry, Mapping))
        elif depth > 1 and isinstance(entry, Rows):  # as many as there are: never all at once
            yield from (piece.replace(b"\n", b"\n ") for piece in _lines(entry, depth - 1))
        else:
            yield _spread(entry, depth - 1, b"\n ")
        before = b",\n "
    yield b"\n}" if named else b"\n]"


def _frame(pieces: Iterable[bytes], *, named: bool) -> Iterator[bytes]:
    """Give an entry of an audit whose rows are written, between the signs that begin and end it."""
    yield b"{\n  " if named else b"[\n  "
    yield from _join(pieces, b",\n  ")
    yield b"\n }" if named else b"\n ]"


def _join(pieces: Iterable[bytes], between: bytes) -> Iterator[bytes]:
    before = b""
    for piece in pieces:
        yield before
        yield piece
        before = between


def _spread(value: Any, depth: int, newline: bytes) -> bytes:
    """Return JSON of which the outer ``depth`` levels are spread over lines that begin with ``newline``."""
    if depth == 0 or not _spreads(value):
        return encode_json(value)
    inner = newline + b" "
    if isinstance(value, Mapping):
        entries = [encode_json(k) + b":" + _spread(v, depth - 1, inner) for k, v in value.items()]
    else:
        entries = [_spread(v, depth - 1, inner) for v in value]
    text = inner + (b"," + inner).join(entries) + newline
    return b"{" + text + b"}" if isinstance(value, Mapping) else b"[" + text + b"]"


def _spreads(value: Any) -> bool:
    return isinstance(value, Mapping | list | Rows) and len(value) > 0
