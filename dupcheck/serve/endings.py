"""Whether a catalogue's file ends where it should: one that is still being written, or was cut off, does not.

What readers make do with (rows that end early, lists that break off) is right for who looks at a file; a server that
took it up would forget what stood behind.
"""

import codecs
import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

import orjson

from dupcheck.errors import CatalogError

_TAIL = 262_144
"""Bytes at the end of a table that are looked at."""
_WHOLE = 100_000_000
"""Bytes of a JSON document that is read whole for this; of a larger one only its last sign is looked at."""
_BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1")
"""How files begin that nobody can read once they are cut off."""
_CLOSERS = {b"[": b"]", b"{": b"}"}
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def check_ends(files: Sequence[str | Path]) -> None:
    """Raise CatalogError where a file ends in the middle: of a row, a list, an element."""
    for file in map(Path, files):
        try:
            with file.open("rb") as opened:
                head = opened.read(_TAIL)
                opened.seek(max(0, file.stat().st_size - _TAIL))
                whole = _ends_well(file, head, opened.read(_TAIL))
        except OSError:
            continue  # reading it will say what is wrong
        if not whole:
            raise CatalogError("serve.cut_short", path=file.name)


def _ends_well(file: Path, head: bytes, tail: bytes) -> bool:
    start, end = head.removeprefix(codecs.BOM_UTF8).lstrip(), tail.rstrip(b"\0\r\n\t ")
    if not start or start.startswith(_BINARY):
        return True
    if start[:1] in _CLOSERS:
        return _ends_document(file, start, end)
    return _ends_markup(start, end) if start[:1] == b"<" else _ends_table(head, tail)


def _ends_document(file: Path, start: bytes, end: bytes) -> bool:
    """Whether JSON, or the last line of JSON Lines, is whole."""
    closes = end.endswith(_CLOSERS[start[:1]])
    if not closes or file.stat().st_size > _WHOLE:
        return closes
    text = file.read_bytes().removeprefix(codecs.BOM_UTF8)
    return _is_json(text) or _is_json(text.rstrip().rpartition(b"\n")[2])


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _ends_markup(start: bytes, end: bytes) -> bool:
    """Whether the first element is closed at the end. Comments may stand behind it."""
    root = re.search(rb"<([A-Za-z_][^\s/>]*)", start)
    if root is None:
        return True
    behind = end.rpartition(b"</" + root[1])
    return bool(behind[1]) and re.fullmatch(rb"\s*>(?:\s|<!--.*?-->)*", behind[2], re.DOTALL) is not None


def _ends_table(head: bytes, tail: bytes) -> bool:
    """Whether the last row of a table has its cells, and no quote of it is open."""
    encoding = next((name for mark, name in _MARKS if head.startswith(mark)), "latin-1")
    width = 2 if encoding.startswith("utf-16") else 1
    first = head[: len(head) // width * width].decode(encoding, "replace").lstrip("\ufeff").splitlines()[0]
    sign = max(",;\t|", key=first.count)
    text = tail[len(tail) % width :].decode(encoding, "replace").lstrip("\ufeff").rstrip("\0")
    lines = text.splitlines(keepends=True)
    rows: list[list[str]] = []
    read = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    done = 0
    try:
        for row in read:
            rows += [row] if row else []
            done = read.line_num
    except csv.Error:
        rest = lines[done:]
        # A quote that is open at the end, over whole rows, quotes nothing.
        if not any(line.count(sign) >= first.count(sign) for line in rest[1:]):
            return not sum(line.count('"') for line in rest) % 2
        rows = [line.split(sign) for line in lines if line.strip()]
    # The first may be the rest of a row; what stands above a header may be short.
    usual = min((len(row) for row in rows[1:-1]), default=first.count(sign) + 1)
    return text.endswith(("\n", "\r")) or len(rows) < 2 or len(rows[-1]) >= usual
