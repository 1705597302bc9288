"""Tables as CSV files that spreadsheets open.

UTF-8 with a byte order mark, comma-separated, CRLF at line ends (RFC 4180): Excel, LibreOffice and pandas read it
alike. A value that a spreadsheet would run as a formula gets a leading apostrophe, as OWASP advises ("CSV Injection").
"""

import csv
import io
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice

_BATCH = 5_000
_SHORT = 40  # characters; ids, rules and axes come again and again, sentences do not
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
# Blanks of every width and marks that take no room may hide a formula's first character. The full-width signs count
# too: some spreadsheets take them for the plain ones.
_FORMULA = re.compile(r"[\t\r\n]|[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_CALL = re.compile(r"[=@\uff1d\uff20]|.*[(|!]", re.DOTALL)


def render_table(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """Return any rows as a CSV file, whole."""
    return b"".join(stream_table(columns, rows))


def stream_table(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    """Give any rows as a CSV file, in pieces."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    yield BOM_UTF8
    lines = ([show_cell(value) for value in row] for row in rows)
    while True:
        writer.writerows(islice(lines, _BATCH))
        if not text.tell():
            return
        yield encode_text(text.getvalue())
        text.seek(0)
        text.truncate()


def show_cell(value: object) -> str:
    """Return a value as a cell that no spreadsheet runs; None is empty."""
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


def guard_text(text: str) -> str:
    """Return a text as it stands in a table that is read back, marked with ``'`` where a spreadsheet would run it.

    >>> guard_text("=1+1"), guard_text("mug"), unguard_text(guard_text("'=1"))
    ("'=1+1", 'mug', "'=1")
    """
    return f"'{text}" if _FORMULA.match(text.lstrip("'")) else text


def unguard_text(text: str) -> str:
    """Return the text that :func:`guard_text` marked."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text.lstrip("'")) else text


def is_call(text: str) -> bool:
    """Whether a spreadsheet would run a text, and it would do more than show a number or a dash."""
    found = _FORMULA.match(text)
    return found is not None and not _NUMBER.fullmatch(text) and _CALL.match(text[found.end() - 1 :]) is not None


_short_cell = lru_cache(maxsize=100_000)(_text_cell)


@lru_cache(maxsize=100_000, typed=True)
def show_number(value: float) -> str:
    """Return a number with up to six decimals and no more than it needs: ``5.99``, ``100``, ``0.333333``."""
    if isinstance(value, int):
        return str(value)
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


# What a terminal obeys: the controls of ASCII and of C1, and the marks that turn the direction of writing.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def show_line(text: str) -> str:
    """Return a text of a file as it may be shown on a terminal: nothing in it is obeyed.

    >>> show_line("mug \x1b[31mred")
    'mug �[31mred'
    """
    return text if text.isprintable() else _OBEYED.sub("\ufffd", text)


def encode_text(text: str) -> bytes:
    """Return a text in UTF-8, halves of characters replaced."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub("\ufffd", text).encode()


def encode_page(text: str) -> bytes:
    """Return a page in UTF-8, without signs that no page may hold and a terminal would obey."""
    return encode_text(_UNPRINTABLE.sub("\ufffd", text))
