"""Bytes of a text file → text, whatever encoding a seller's programs wrote it in."""

import codecs
import re
from typing import Final, NamedTuple

from dupcheck.catalog.formats import known_headers, normalise_header

# What sellers' files come in, once they are not UTF-8, by chardet's names; GB18030 holds GBK and GB2312.
_LEGACY: Final = {
    "gb18030": "gb18030", "big5hkscs": "big5hkscs", "cp932": "cp932", "euc-jp": "euc_jp", "cp949": "cp949",
    "cp1250": "cp1250", "cp1251": "cp1251", "cp1252": "cp1252", "cp1253": "cp1253", "cp1254": "cp1254",
    "cp1255": "cp1255", "cp1256": "cp1256", "cp1257": "cp1257", "cp874": "cp874",
    "iso8859-2": "iso8859-2", "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
}  # fmt: skip
# Names that people and programs use for the same or a smaller set of characters.
_ALIASES: Final = {
    "gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932",
    "sjis": "cp932", "windows-31j": "cp932", "euc-kr": "cp949", "euc_kr": "cp949", "ks_c_5601-1987": "cp949",
    "big5": "big5hkscs", "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "ansi": "cp1252",
    "tis-620": "cp874", "iso-8859-11": "cp874", "iso-8859-9": "cp1254", "utf8": "utf-8", "unicode": "utf-16",
}  # fmt: skip
_OTHER_ALPHABETS: Final = frozenset({"cp1251", "cp1253", "cp1255", "cp1256", "cp874", "koi8-r", "koi8-u"})
_SAMPLE: Final = 100_000
_FEW_WORDS: Final = 3
"""Words with letters beyond ASCII below which no guess is a sure one."""


class Decoded(NamedTuple):
    """A file's text, the encoding it was read in, and others that are nearly as likely."""

    text: str
    encoding: str
    doubt: tuple[str, ...] = ()


def find_codec(name: str) -> str | None:
    """Return Python's name of an encoding as a person calls it; None if there is none.

    >>> find_codec("Windows-1250"), find_codec("GBK"), find_codec("nonsense")
    ('cp1250', 'gb18030', None)
    """
    plain = name.strip().lower().replace(" ", "-")
    plain = _ALIASES.get(plain, plain)
    try:
        found = codecs.lookup(plain)
    except (LookupError, ValueError):
        return None
    # Python knows codecs that are no encodings of text, such as rot13 and base64.
    return found.name if getattr(found, "_is_text_encoding", True) else None


def decode_text(raw: bytes, encoding: str = "") -> Decoded:
    """Return the text of ``raw``, read in ``encoding`` where one is named, else in what the bytes show.

    In this order: a byte order mark; UTF-16 without one, told by its zero bytes; UTF-8, also where a few bytes of it
    are broken (they become U+FFFD); then what chardet's statistics of letters take it for, the headers that are known
    having the last word.
    """
    if encoding:
        for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            if raw.startswith(mark) and encoding.startswith("utf"):
                return Decoded(raw.decode(encoding, "replace").lstrip("\ufeff"), encoding)
        return Decoded(raw.decode(encoding, "replace"), encoding)
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):  # fmt: skip
        if raw.startswith(mark):
            return Decoded(raw[len(mark) :].decode(name, "replace"), name)
    wide = _find_wide(raw[:4096])
    if wide:
        return Decoded(raw.decode(wide, "replace"), wide)
    try:
        return Decoded(raw.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    forgiving = raw.decode("utf-8", "replace")
    broken = forgiving.count("\ufffd")
    whole = len(forgiving) - len(re.sub(r"[^\x00-\x7f]", "", forgiving)) - broken
    if whole > 4 * broken:
        return Decoded(forgiving, "utf-8")
    name, doubt = _guess_legacy(raw)
    return Decoded(raw.decode(name, "replace"), name, doubt)


def _find_wide(sample: bytes) -> str:
    """Say which UTF-16 bytes without a mark are in: their zero bytes or, in scripts without any, their line ends."""
    if len(sample) < 8:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > len(sample) / 6 and even < odd / 8:
        return "utf-16-le"
    if even > len(sample) / 6 and odd < even / 8:
        return "utf-16-be"
    if odd > len(sample) / 40 and not even:
        return "utf-16-le"
    if even > len(sample) / 40 and not odd:
        return "utf-16-be"
    return ""


def _take_sample(raw: bytes) -> bytes:
    """Return the lines that hold more than ASCII, from all over a large file."""
    parts = [raw] if len(raw) <= 4 * _SAMPLE else [raw[i : i + _SAMPLE] for i in range(0, len(raw), len(raw) // 4)][:4]
    lines = [line for part in parts for line in re.split(rb"[\r\n]+", part)[: -1 if len(parts) > 1 else None]]
    held: list[bytes] = []
    size = 0
    for line in lines:
        if not line.isascii() and size < 2 * _SAMPLE:
            held.append(line)
            size += len(line)
    return b"\n".join(held) or raw[:_SAMPLE]


def _guess_legacy(raw: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the likeliest encoding, and others whose text differs and is nearly as likely."""
    import chardet  # a moment that UTF-8 need not wait for

    sample = _take_sample(raw)
    found = chardet.detect_all(sample, ignore_threshold=True, include_encodings=list(_LEGACY), compat_names=False)
    rated: dict[str, float] = {}
    for guess in found:
        name = find_codec(str(guess["encoding"] or ""))
        if name is not None:
            rated.setdefault(name, float(guess["confidence"] or 0.0) * (1.0 - _mix(sample, name)))
    if not rated:
        return "cp1252", ()
    best = max(rated.values())
    head = re.split(rb"[\r\n]", raw[:20_000])[:10]
    near = {name: rate for name, rate in rated.items() if rate >= 0.5 * best}
    hits = {name: _count_headers(head, name) for name in near}
    most = max(hits.values())
    name = max((n for n in near if hits[n] == most), key=lambda n: near[n])
    text = sample.decode(name, "replace")
    words = {w for w in re.findall(r"\w+", text) if not w.isascii()}
    few = len(words) < _FEW_WORDS
    doubt = [
        other
        for other, rate in sorted(rated.items(), key=lambda pair: -pair[1])
        if other != name
        and rate >= (0.45 if few else 0.985) * rated[name]
        and (hits.get(other, 0) == most)
        and _differs(sample.decode(other, "replace"), text)
    ]
    return name, tuple(doubt[:3])


def _differs(other: str, text: str) -> bool:
    """Say whether another reading is a different text, and one that a person could have written."""
    return other != text and re.search("[\x80-\x9f\ufffd]", other) is None


def _mix(sample: bytes, name: str) -> float:
    """Return the share of words that mix Latin letters with those of an alphabet that no word mixes them with."""
    if name not in _OTHER_ALPHABETS:
        return 0.0
    words = [w for w in re.findall(r"\w+", sample[:20_000].decode(name, "replace")) if not w.isascii()]
    return sum(re.search("[A-Za-z]", w) is not None for w in words) / len(words) if words else 0.0


def _count_headers(lines: list[bytes], name: str) -> int:
    """Count the cells of the first lines that are headers of a known format beyond ASCII."""
    known = known_headers()
    most = 0
    for line in lines:
        if line.isascii():
            continue
        cells = re.split(r"[,;\t|]", line[:4000].decode(name, "replace"))
        plain = (normalise_header(cell.strip().strip('"')[:100]) for cell in cells)
        most = max(most, sum(not p.isascii() and p in known for p in plain))
    return most
