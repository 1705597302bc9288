"""A title cut once into tokens that keep all that carries meaning: signs, single letters, decimals and their order.

Nothing is dropped here that two titles can differ in. Case, width and the way a number groups its digits do not matter;
``36,5`` is ``36.5`` and ``25,000`` is ``25000``, while ``+``, ``±``, ``°``, ``%`` and a minus before a digit are tokens
of their own. Scripts written without spaces are cut into single signs.
"""

import html
import re
import unicodedata
from functools import cache, lru_cache

from dupcheck.titles.electronics import spell_parts
from dupcheck.titles.normalising import fold_letters
from dupcheck.titles.reading import UNSPACED

_FRACTIONS = {c: unicodedata.normalize("NFKC", c).replace("\u2044", "/") for c in "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"}
_SIGNS = str.maketrans(
    {**{c: f" {text} " for c, text in _FRACTIONS.items()}, "×": "x", "’": "'", "″": '"', "′": "'", "−": "-", "⁄": "/"}
)
_TIMES = re.compile(r"(?<=\d)\s*[xх*]\s*(?=\d)")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_ESCAPES = re.compile(r"(?:\\x[0-9a-f]{2})+", re.I)


@cache
def _token(signs: str) -> re.Pattern[str]:
    """The pattern of a token; ``signs``: the class of those that are each one, empty where a title has none of them."""
    alone = f"[{signs}]|" if signs else ""
    return re.compile(
        rf"{alone}\d+(?:[.,/]\d+)*|[^\W\d_{signs}]+(?:'[^\W\d_]+)?|[+±°%\"№]|#(?=\s?\d)|(?:(?<=\s)|^)-(?=\d)"
    )


def _plain(token: str) -> str:
    if not token[0].isdigit():
        return token
    if _THOUSANDS.fullmatch(token):
        token = token.replace(",", "")
    token = token.replace(",", ".")
    if token.count(".") == 1 and "/" not in token:
        token = token.rstrip("0").rstrip(".")
    return token


@lru_cache(maxsize=50_000)
def cut_title(title: str) -> tuple[str, ...]:
    """Return the tokens of a title in order.

    >>> cut_title("PLA+ 1,75 mm – HDMI to VGA")
    ('pla', '+', '1.75', 'mm', 'hdmi', 'to', 'vga')
    """
    text = _ESCAPES.sub(lambda m: _decode(m[0]), title) if "\\x" in title else title
    if "&" in text:
        text = html.unescape(text)
    text = _TIMES.sub("x", spell_parts(fold_letters(text.translate(_SIGNS))))
    return tuple([_plain(token) for token in _token("" if text.isascii() else UNSPACED).findall(text)])


@lru_cache(maxsize=100_000)
def plain_text(text: str) -> str:
    """Return a text as its tokens with one blank between: equal texts are told from others by it.

    >>> plain_text("PLA+ 1,75 mm")
    'pla + 1.75 mm'
    """
    return " ".join(cut_title(text))


@lru_cache(maxsize=10_000)
def fold_sign(sign: str) -> str:
    """Return what a title's tokens have for one of its signs; one that is nothing there stays what it is.

    >>> fold_sign("É"), fold_sign("½"), fold_sign("×")
    ('e', '1/2', 'x')
    """
    return fold_letters(sign.translate(_SIGNS)).strip() or sign


def _decode(escaped: str) -> str:
    """Bytes that an export wrote out as text (``\\xe2\\x9d\\xa4``) as what they spell, or as they are."""
    try:
        return bytes.fromhex(escaped.replace("\\x", "")).decode("utf-8")
    except ValueError:
        return escaped
