"""The tables: ``pairs.csv``, ``groups.csv`` and ``problems.csv``.

UTF-8 with a byte order mark, comma-separated, CRLF at line ends (RFC 4180): Excel, LibreOffice and pandas read it
alike. A value that a spreadsheet would run as a formula gets a leading apostrophe, as OWASP advises ("CSV Injection").
The same audit gives the same bytes.
"""

import csv
import io
import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, BinaryIO, Self

from dupcheck.reports.documents import Rows, SettledAudit, encode_text, settle_audit

_BATCH = 5_000
_SHORT = 40  # characters; ids, rules and axes come again and again, sentences do not

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
# Blanks of every width and marks that take no room may hide a formula's first character. The full-width signs count
# too: some spreadsheets take them for the plain ones.
_FORMULA = re.compile(r"[\t\r\n]|[\s\x7f\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


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


def render_table(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """Return any rows as one of these tables."""
    return b"".join(_table(columns, rows))


class PairTable:
    """``pairs.csv`` while it is written: every pair a rule caught, one row a pair and rule, in the order of adding.

    One column a signal, in the order of the audit, empty where it cannot tell; numbers have up to six decimals. The
    last rows are in the file when the table is left.
    """

    def __init__(self, audit: SettledAudit, file: BinaryIO) -> None:
        self._signals = _signals(audit)
        self._file = file
        self._text = io.StringIO()
        self._writer = csv.writer(self._text)
        self._rows = 0

    def __enter__(self) -> Self:
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
                _cell(pair["listing_a"]),
                _cell(pair["listing_b"]),
                _cell(pair["rule"]),
                _cell(pair["verdict"]),
                _cell(";".join([difference["axis"] for difference in pair["differs_in"]])),
                *[_cell(values.get(signal)) for signal in self._signals],
                _cell(pair["explanation"]),
            ]
        )
        self._rows += 1
        if self._rows % _BATCH == 0:
            self._flush()

    def _flush(self) -> None:
        self._file.write(encode_text(self._text.getvalue()))
        self._text.seek(0)
        self._text.truncate()


def stream_groups(audit: Mapping[str, Any]) -> Iterator[bytes]:
    """Give ``groups.csv`` in pieces: one row a group and listing, in the order of the audit."""
    return _table(
        ("group_id", "listing_id", "role", "rule", "options", "explanation"),
        (
            (
                group["group_id"],
                member["listing_id"],
                member["role"],
                member["rule"],
                join_options(member["options"]),
                member["explanation"],
            )
            for group in settle_audit(audit)["groups"]
            for member in group["members"]
        ),
    )


def stream_problems(audit: Mapping[str, Any]) -> Iterator[bytes]:
    """Give ``problems.csv`` in pieces: what was wrong in the input, in its order; no row: not one row's fault."""
    columns = ("row", "listing_id", "field", "severity", "message")
    return _table(columns, ([problem[column] for column in columns] for problem in settle_audit(audit)["problems"]))


def join_options(options: Mapping[str, str]) -> str:
    """Return options as ``Color=Red; Size=XL``, or as a JSON object where a name or value would make that ambiguous."""
    if any("=" in name or ";" in name or ";" in value for name, value in options.items()):
        return json.dumps(dict(options), ensure_ascii=False)
    return "; ".join(f"{name}={value}" for name, value in options.items())


@lru_cache(maxsize=100_000, typed=True)
def show_number(value: float) -> str:
    """Return a number with up to six decimals and no more than it needs: ``5.99``, ``100``, ``0.333333``."""
    if isinstance(value, int):
        return str(value)
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


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


def _table(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    yield BOM_UTF8
    lines = ([_cell(value) for value in row] for row in rows)
    while True:
        writer.writerows(islice(lines, _BATCH))
        if not text.tell():
            return
        yield encode_text(text.getvalue())
        text.seek(0)
        text.truncate()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return show_number(value) if isinstance(value, int | float) else _text_cell(str(value))
    return _short_cell(value) if len(value) <= _SHORT else _text_cell(value)


def _text_cell(text: str) -> str:
    if not text.isprintable():
        text = _UNPRINTABLE.sub("\ufffd", text)
    if text[:1].isalnum() or not _FORMULA.match(text) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"


_short_cell = lru_cache(maxsize=100_000)(_text_cell)
