"""Bytes of a text file → text, whatever encoding a seller's programs wrote it in."""

import codecs
import re
from typing import Final

# What sellers' files come in, once they are not UTF-8; GB18030 holds GBK and GB2312.
_LEGACY: Final = ("gb18030", "big5", "cp1251", "cp1252")
_SAMPLE: Final = 200_000


def decode_text(raw: bytes) -> tuple[str, str]:
    """Return the text of ``raw`` and the name of its encoding.

    In this order: a byte order mark; UTF-16 without one, told by its zero bytes; UTF-8, also where a few bytes of it
    are broken (they become U+FFFD); then what reads as words: GB18030, Big5, cp1251, cp1252, told apart by which
    letters stand together, and where that does not settle it by charset-normalizer.
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):  # fmt: skip
        if raw.startswith(mark):
            return raw[len(mark) :].decode(name, "replace"), name
    sample = raw[:4096]
    if len(sample) >= 8:
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        if odd > len(sample) / 6 and even < odd / 8:
            return raw.decode("utf-16-le", "replace"), "utf-16-le"
        if even > len(sample) / 6 and odd < even / 8:
            return raw.decode("utf-16-be", "replace"), "utf-16-be"
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    forgiving = raw.decode("utf-8", "replace")
    broken = forgiving.count("\ufffd")
    whole = len(forgiving) - len(re.sub(r"[^\x00-\x7f]", "", forgiving)) - broken
    if whole > 4 * broken:
        return forgiving, "utf-8"
    name = _guess_legacy(raw)
    return raw.decode(name, "replace"), name


def _guess_legacy(raw: bytes) -> str:
    sample = raw[:_SAMPLE]
    rated = {name: _rate(sample, name) for name in _LEGACY}
    best = max(rated, key=lambda name: rated[name])
    others = max(rate for name, rate in rated.items() if name != best)
    if rated[best] - others > 0.15:
        return best
    from charset_normalizer import from_bytes

    found = from_bytes(sample, cp_isolation=list(_LEGACY)).best()
    if found is not None and rated.get(found.encoding, 0.0) > rated[best] - 0.15:
        return found.encoding
    return best


def _rate(sample: bytes, name: str) -> float:
    """Rate how much the characters beyond ASCII look like writing in ``name``: 0 … 1."""
    text = codecs.getincrementaldecoder(name)("replace").decode(sample)
    high = re.findall(r"[^\x00-\x7f]+", text)
    total = sum(map(len, high))
    if not total:
        return 0.0
    joined = "".join(high)
    bad = joined.count("\ufffd") + sum("\ue000" <= c <= "\uf8ff" or "\x80" <= c <= "\x9f" for c in joined)
    if name in ("gb18030", "big5"):
        good = sum(_is_common(c, name) for c in joined)
    elif name == "cp1251":
        words = re.findall(r"[А-Яа-яЁёІіЇїЄє]+", text)
        # Cyrillic is written in words of one case; other bytes read as Cyrillic are short and mix cases.
        good = sum(len(w) for w in words if len(w) > 1 and (w.islower() or w.isupper() or w.istitle()))
        good += sum(c in "№«»–—…₽°×" for c in joined)
    else:
        # Accented letters stand between plain ones, mostly one at a time and small.
        good = sum(len(m) for m in re.findall(r"(?<=[A-Za-z])[à-öø-ÿ]{1,2}(?=[A-Za-z\s.,;:!?\"')]|$)", text))
        good += sum(len(m) for m in re.findall(r"(?<![A-Za-z])[À-ÖØ-Þà-öø-ÿ](?=[a-z])", text))
        good += sum(c in "€£°×–—‘’“”…®™©²³½¡¿ºª·´" for c in joined)
    return max(0.0, min(good, total) - 4 * bad) / total


def _is_common(char: str, name: str) -> bool:
    if "\u3000" <= char <= "\u303f" or "\uff00" <= char <= "\uffef":
        return True
    if name == "gb18030":
        try:
            return 0xB0 <= char.encode("gb2312")[0] <= 0xD7  # the 3,755 characters of everyday use
        except (UnicodeEncodeError, IndexError):
            return False
    try:
        return 0xA4 <= char.encode("big5")[0] <= 0xC6  # the 5,401 of everyday use
    except (UnicodeEncodeError, IndexError):
        return False
