"""The tables: ``pairs.csv``, ``groups.csv``, ``take-offline.csv`` and ``problems.csv``.

The same audit gives the same bytes. An id that a spreadsheet would take for a number or a date, and change, ends in a
tab there: Excel and LibreOffice then keep it as it is, and whoever reads it strips it.
"""

import csv
import io
import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, BinaryIO, Self

from dupcheck.files.cells import encode_text, show_cell, show_number, stream_table
from dupcheck.messages import say
from dupcheck.reports.documents import Rows, SettledAudit, pick_fields, settle_audit
from dupcheck.reports.phrases import language, name_of

_BATCH = 5_000
_MONTH = "(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|ust|ember|tember|ober)?"
# A number or a date to a spreadsheet: 5000000000000000121, 00042, 12E5, 3-12, 2/2024, Mar-4, 7:30.
_NUMBER_OR_DATE = re.compile(
    r"[+-]?[\d.,]+(?:e[+-]?\d+)?%?|\d+(?:[-/.:]\d+)+"
    rf"|\d+[-/ .]?{_MONTH}(?:[-/ .]?\d+)?|{_MONTH}[-/ .]?\d+",
    re.IGNORECASE,
)
_PLAIN_NUMBER = re.compile(r"0|[1-9]\d{0,14}")
"""A number of up to 15 digits stays as it is."""


@lru_cache(maxsize=50_000)
def hold_id(listing_id: str) -> str:
    """Return an id as a table holds it: one that a spreadsheet would change ends in a tab, which makes it text there.

    >>> hold_id("A-103"), hold_id("4711"), hold_id("5000000000000000121"), hold_id("00042")
    ('A-103', '4711', '5000000000000000121\\t', '00042\\t')
    """
    safe = _PLAIN_NUMBER.fullmatch(listing_id) or not _NUMBER_OR_DATE.fullmatch(listing_id)
    return listing_id if safe else f"{listing_id}\t"


def render_pairs(audit: Mapping[str, Any]) -> bytes:
    """Return ``pairs.csv``, whole."""
    settled, file = settle_audit(audit), io.BytesIO()
    with PairTable(settled, file) as table:
        for pair in settled["pairs"]:
            table.add(pair)
    return file.getvalue()


def render_groups(audit: Mapping[str, Any]) -> bytes:
    """Return ``groups.csv``, whole."""
    return b"".join(stream_groups(audit))


def render_problems(audit: Mapping[str, Any]) -> bytes:
    """Return ``problems.csv``, whole."""
    return b"".join(stream_problems(audit))


class PairTable:
    """``pairs.csv`` while it is written: every pair a rule caught, one row a pair and rule, in the order of adding.

    One column a signal, in the order of the audit, empty where it cannot tell; numbers have up to six decimals. The
    last rows are in the file when the table is left. Without a ``head`` it goes on where another left off.
    """

    def __init__(self, audit: SettledAudit, file: BinaryIO, *, head: bool = True) -> None:
        self._signals = _signals(audit)
        self._file, self._head = file, head
        self._text = io.StringIO()
        self._writer = csv.writer(self._text)
        self._rows = 0

    def __enter__(self) -> Self:
        if self._head:
            self._file.write(BOM_UTF8)
            self._writer.writerow(
                ("listing_a", "listing_b", "rule", "verdict", "differs_in", *self._signals, "explanation")
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._flush()

    def add(self, pair: Mapping[str, Any]) -> None:
        """Write one pair."""
        values = pair["signals"]
        self._writer.writerow(
            [
                show_cell(hold_id(pair["listing_a"])),
                show_cell(hold_id(pair["listing_b"])),
                show_cell(pair["rule"]),
                show_cell(pair["verdict"]),
                show_cell(";".join([difference["axis"] for difference in pair["differs_in"]])),
                *[
                    show_number(value) if type(value := values.get(signal)) is float else show_cell(value)
                    for signal in self._signals
                ],
                show_cell(pair["explanation"]),
            ]
        )
        self._rows += 1
        if self._rows % _BATCH == 0:
            self._flush()

    def _flush(self) -> None:
        self._file.write(encode_text(self._text.getvalue()))
        self._text.seek(0)
        self._text.truncate()


GROUP_COLUMNS = (
    "group_id", "listing_id", "title", "price", "url", "action", "keep", "role", "this_listing", "rule", "options",
    "explanation",
)  # fmt: skip
OFFLINE_COLUMNS = ("listing_id", "instead", "title", "price", "url", "reason", "group_id")
_IDS = frozenset({"listing_id", "keep", "instead"})
_GOES = frozenset({"fold", "remove"})
_TOLD = ("title", "price", "url")
"""What these tables say of a listing."""


def list_group_rows(audit: SettledAudit) -> Iterator[tuple[object, ...]]:
    """Give the rows of ``groups.csv``: one a group and listing, in the order of the audit."""
    lang, listings = language(audit), audit["listings"]
    for group in audit["groups"]:
        action = name_of("action", group["action"], lang)
        for member in group["members"]:
            title, price, url = pick_fields(listings, member["listing_id"], _TOLD)
            yield (
                group["group_id"],
                member["listing_id"],
                title or "",
                price,
                url or "",
                action,
                group["keep"],
                member["role"],
                name_of("role", member["role"], lang),
                member["rule"],
                join_options(member["options"]),
                member["explanation"],
            )


def list_offline_rows(audit: SettledAudit) -> Iterator[tuple[object, ...]]:
    """Give the rows of ``take-offline.csv``: each listing that a plan ends or hides, what stands for it, and why.

    Where the marketplace keeps every variant as an offer of its own, those that are only joined go nowhere.
    """
    lang, listings = language(audit), audit["listings"]
    joined = {"fold"} if audit["rules"].get("offers") else set()
    for group in audit["groups"]:
        stays = joined if group["action"] == "merge_variants" else set()
        for member in group["members"]:
            if member["role"] in _GOES - stays:
                title, price, url = pick_fields(listings, member["listing_id"], _TOLD)
                reason = say(f"report.offline_{member['role']}", lang, keep=group["keep"])
                yield member["listing_id"], group["keep"], title or "", price, url or "", reason, group["group_id"]


def stream_groups(audit: Mapping[str, Any]) -> Iterator[bytes]:
    """Give ``groups.csv`` in pieces."""
    return stream_table(GROUP_COLUMNS, _hold_ids(GROUP_COLUMNS, list_group_rows(settle_audit(audit))))


def stream_offline(audit: Mapping[str, Any]) -> Iterator[bytes]:
    """Give ``take-offline.csv`` in pieces."""
    return stream_table(OFFLINE_COLUMNS, _hold_ids(OFFLINE_COLUMNS, list_offline_rows(settle_audit(audit))))


def stream_problems(audit: Mapping[str, Any]) -> Iterator[bytes]:
    """Give ``problems.csv`` in pieces: what was wrong in the input, in its order; no row: not one row's fault."""
    columns = ("row", "listing_id", "field", "severity", "message")
    rows = ([problem[column] for column in columns] for problem in settle_audit(audit)["problems"])
    return stream_table(columns, _hold_ids(columns, rows))


def _hold_ids(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[list[object]]:
    """Rows with the ids in them as a table holds them."""
    ids = {k for k, name in enumerate(columns) if name in _IDS}
    for row in rows:
        yield [hold_id(cell) if k in ids and isinstance(cell, str) else cell for k, cell in enumerate(row)]


def join_options(options: Mapping[str, str]) -> str:
    """Return options as ``Color=Red; Size=XL``, or as a JSON object where a name or value would make that ambiguous."""
    if any("=" in name or ";" in name or ";" in value for name, value in options.items()):
        return json.dumps(dict(options), ensure_ascii=False)
    return "; ".join(f"{name}={value}" for name, value in options.items())


def _signals(audit: Mapping[str, Any]) -> Sequence[str]:
    """Return the signals' names: those of the pairs, or, where no pair was caught, those that the rules look at."""
    found: dict[str, None] = {}
    pairs = audit["pairs"]
    for pair in pairs[:1] if isinstance(pairs, Rows) else pairs:
        found.update(dict.fromkeys(pair["signals"]))
    if not found:
        for rule in audit["rules"]["rules"]:
            found.update(dict.fromkeys(condition["signal"] for every in rule["when"] for condition in every))
    return tuple(found)
