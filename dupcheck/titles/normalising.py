"""One spelling for texts that mean the same to a reader: case, width, script variants, quotes, entities, symbols.

Two forms are made. :func:`fold` keeps the marks that delimit values (``( ) , |``) and is what titles are read from;
:func:`normalise` is for comparing and showing, with the delimiters gone.
"""

import html
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from dupcheck.files.toml import read_toml
from dupcheck.titles.electronics import spell_parts

_BEFORE = str.maketrans(
    {
        **dict.fromkeys("™®©℠℗", " "),
        **dict.fromkeys("‘’‚‛´`ʹʼ′‵＇", "'"),
        **dict.fromkeys("“”„‟″‶«»〞〝＂", '"'),
        "№": " no ",
        **{c: f" {unicodedata.normalize('NFKC', c).replace(chr(0x2044), '/')} " for c in "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"},
        "⁄": "/",
    }
)
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
# Greek letters that look like Latin ones, where a word holds both.
_GREEK_LIKE = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαοικντυρχεμ", "ABEZHIKMNOPTYXaoikvtupxeu")
_HALF_GREEK = re.compile(r"\w*(?:[A-Za-z][\u0391-\u03c9]|[\u0391-\u03c9][A-Za-z])\w*")
# A capital behind a number: volts, not the word that looks like it.
_VOLTS = re.compile(r"(?<=\d)(\s?)В(?!\w)")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]\w{1,30});|&(?:trade|reg|copy|nbsp|quot|amp|lt|gt)\b", re.I)
# Bytes that an export wrote out as text: \xe2\x9d\xa4.
_ESCAPED = re.compile(r"(?:\\x[0-9a-f]{2})+", re.I)
_TAG = re.compile(r"</?[a-z!][^<>]{0,300}>", re.I)

_NUMERO = re.compile(r"(?<!\w)n\s?[º°]\s?(?=\d)", re.I)
_RATIO = re.compile(r"(?<![\w:/])(?<!\d[.,])1:(?=\d{1,3}(?![\w:]))")
_PAIR = re.compile(r"(?<!\w)(\w)&(?=\w(?!\w))")
_TIMES = re.compile(r"(?<=\d)(\s*)[×х*✕✖](\s*)(?=\d)")
_LEADING_POINT = re.compile(r"(?<![\w.])\.(?=\d)")
_POINT = re.compile(r"\.(?!\d)|(?<!\d)\.")
_APOSTROPHE = re.compile(r"(?<!\w)'|(?<=[^\W\d_])'(?![^\W\d_])")
_LOOSE_INCH = re.compile(r"(?<=\d)\s+\"(?=\s|$|[),x/|])")
_QUOTE = re.compile(r'(?<!\d)"')
_LOOSE_PERCENT = re.compile(r"(?<=\d) +%")
_PERCENT = re.compile(r"(?<!\d)%")
_PLUS = re.compile(r"(?<!\w)\+|(?<!\d)\+(?!\w)")
_DASH = re.compile(r"""(?<![\w"'%])-|-(?!\w)""")
_SLASH = re.compile(r"""(?<![\w"'%])/|/(?!\w)""")
# 36,5 and 1,75 mm, where a list would go on or stand apart: 38,39,40.
_DECIMAL_COMMA = re.compile(
    r"(?<!\d,\d)(?<!\d,\d\d)(?<!\d[ ,]\d\d\d)(?<=\d),(?=\d(?![\d,])|\d\d\s?[a-zа-я]{1,2}(?![a-zа-я]))"
)
_COMMA = re.compile(r"(?<!\d),|,(?!\d)")
_DELIMITERS = re.compile(r"[()|]|(?<!\d),|,(?!\d)")

# What has one spelling already, but for the variant of its signs: most of the vocabularies.
_CYRILLIC_WORDS = re.compile(r"[а-я]{2,}(?: [а-я]{2,})*")

_CONFUSABLE = str.maketrans("авекмнорстухіјѕԁ", "abekmhopctyxijsd")
_CYRILLIC_LIKE = str.maketrans("abekmhopctyxi", "авекмнорстухі")
_ONLY_CYRILLIC = re.compile("[бгджзийлфцчшщъыьэюяїє]")
_ONLY_LATIN = re.compile("[dfgjlnqrsuvwz]")
# A letter that begins a code: А56.
_LONE_CODE = re.compile(r"(?<!\w)[авекмнорстухі](?=\d)")
# Three signs and more with one mark between each two.
_DOTTED = re.compile(r"(?<!\w)[^\W\d_]([.·・•#*~])[^\W\d_](?:\1[^\W\d_]){2,}(?!\w)")
_LONE_LATIN = re.compile(r"(?<=[а-я] )[acekopxymhbt](?= [а-я])")
_MIXED = re.compile(r"[a-zа-яіјѕԁ]*(?:[a-z][а-яіјѕԁ]|[а-яіјѕԁ][a-z])[a-zа-яіјѕԁ]*")
_SPELLED = re.compile(r"(?<![^ ])[a-zа-я](?: [a-zа-я]){3,}(?![^ ])")
_SIZES = frozenset("smlx ")

_KEPT = frozenset("'\"-/+&.,%|<>;:~×✕✖*х")
_MARKS = {
    **dict.fromkeys("([{【〔〖「『《〈［｛⟨⟦", " ( "),
    **dict.fromkeys(")]}】〕〗」』》〉］｝⟩⟧", " ) "),
    **dict.fromkeys(";:、。；：，", ","),
    **dict.fromkeys("•·・‧●¦┃│丨", "|"),
    "~": "-",
    "_": " ",
    "ё": "е",
    "đ": "d",
    "ł": "l",
    "ø": "o",
    "ı": "i",
    "×": "×",
}


# Patterns of whole scripts take long to compile: each is made once a text may hold what it finds.
@cache
def _spaced_out() -> re.Pattern[str]:
    return re.compile(r"[\u3400-\u9fff]([·・•#*~])[\u3400-\u9fff](?:\1[\u3400-\u9fff])+")


@cache
def _cjk_word() -> re.Pattern[str]:
    return re.compile(r"[\u4e00-\u9fff]+")


def _is_cjk(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or "\U00020000" <= char <= "\U0003ffff"


@cache
def _converter() -> Any:
    from opencc import OpenCC  # heavy, and needed only where a text holds Chinese characters

    return OpenCC("t2s")


def _sign(char: str) -> str:
    """What one character, after NFKC and case folding, becomes."""
    if char in _MARKS:
        return _MARKS[char]
    if char in _KEPT:
        return char
    code, category = ord(char), unicodedata.category(char)
    if category[0] == "L":
        if code > 0x2E7F and _is_cjk(char):
            simple = str(_converter().convert(char))
            return simple if len(simple) == 1 else char
        if code > 0x7F and unicodedata.name(char, "").startswith("LATIN"):
            base = unicodedata.normalize("NFD", char)[0]
            return base if base.isascii() else char
        return char
    if category == "Nd":
        return char
    if category in ("Mn", "Mc"):
        # Accents that stand alone and variation selectors go; vowel signs of Thai or Hindi are letters.
        return "" if 0x300 <= code <= 0x36F or 0xFE00 <= code <= 0xFE0F or code >= 0xE0100 else char
    if category in ("Cf", "Me"):
        return ""
    return "-" if category == "Pd" else " "


class _Signs(dict[int, str]):
    def __missing__(self, code: int) -> str:
        self[code] = sign = _sign(chr(code))
        return sign


_SIGNS = _Signs()


class _Letters(dict[int, str]):
    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = letter = _sign(char) if unicodedata.category(char)[0] in "LM" else char
        return letter


_LETTERS_ONLY = _Letters()


def look_latin(word: str) -> str:
    """Return a word with the Cyrillic letters that look like Latin ones as these, each one letter as before.

    >>> look_latin("ок") == "ok", len(look_latin("ящик"))
    (True, 4)
    """
    return word.translate(_CONFUSABLE)


_LONE = re.compile(r"(?<![^\W\d_])[авекмнорстухі](?=[\s-]?\d)|(?<=\d)[авекмнорстухі](?![^\W\d_])")


def fold_letters(text: str) -> str:
    """Return ``text`` with its letters in one case, width and script, and every sign as it is.

    Chinese is simplified, accents of Latin letters go, a word of two alphabets is put into one; so is a lone letter
    beside digits, as in a model's name.
    """
    if text.isascii():
        return _DOTTED.sub(_close_up, text.casefold())
    text = unicodedata.normalize("NFKC", _reveal(text)).casefold().translate(_LETTERS_ONLY)
    text = _DOTTED.sub(_close_up, _unmix(text))
    return _LONE.sub(lambda found: found[0].translate(_CONFUSABLE), text)


def _one_script(found: re.Match[str]) -> str:
    """A word of two alphabets in the one that has signs like all its letters; as it is where neither has."""
    word = found[0]
    latin = word.translate(_CONFUSABLE)
    if latin.isascii():
        return latin
    cyrillic = word.translate(_CYRILLIC_LIKE)
    return word if any(c.isascii() for c in cyrillic) else cyrillic


@cache
def _abbreviations() -> tuple[re.Pattern[str], dict[str, str]]:
    """What languages write short with a slash ("w/o", "c/ bolso", "х/б"), and what each means."""
    folders = sorted((Path(__file__).parent / "languages").glob("*/words.toml"))
    listed = {key: word for path in folders for key, word in read_toml(path).get("abbreviations", {}).items()}
    ends = {True: r"(?=[\s\d])", False: r"(?!\w)"}
    patterns = (
        re.escape(key.rstrip("*")) + ("" if key.endswith("*") else ends[key.endswith("/")])
        for key in sorted(listed, key=len, reverse=True)
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})"), {k.rstrip("*"): word for k, word in listed.items()}


def _reveal(text: str) -> str:
    """A text without signs that nobody sees, its words in letters of one alphabet, a volt told from a word."""
    text = text.translate(_INVISIBLE)
    text = _HALF_GREEK.sub(lambda found: found[0].translate(_GREEK_LIKE), text)
    return _VOLTS.sub(r"\1V", text)


def _unmix(text: str) -> str:
    """Put each word of two alphabets into one: into Cyrillic where the text is written so."""
    text = _LONE_LATIN.sub(lambda found: found[0].translate(_CYRILLIC_LIKE), text)
    if not _MIXED.search(text):
        return text
    cyrillic = len(_ONLY_CYRILLIC.findall(text)) > len(_ONLY_LATIN.findall(text))
    return _MIXED.sub(_into_cyrillic if cyrillic else _one_script, text)


def _into_cyrillic(found: re.Match[str]) -> str:
    """A word of two alphabets in Cyrillic; as :func:`_one_script` says where a letter has no sign like it there."""
    word = found[0].translate(_CYRILLIC_LIKE)
    return _one_script(found) if any(c.isascii() for c in word) else word


def _close_up(found: re.Match[str]) -> str:
    """Signs of unspaced script that a mark stands between, put together: 空·气·炸·锅."""
    return found[0].replace(found[1], "")


def _decode(found: re.Match[str]) -> str:
    """Bytes that an export wrote out as text, as what they spell; a blank where they spell nothing."""
    try:
        return bytes.fromhex(found[0].replace("\\x", "").replace("\\X", "")).decode("utf-8")
    except ValueError:
        return " "


def _join_letters(found: re.Match[str]) -> str:
    return found[0] if _SIZES.issuperset(found[0]) else found[0].replace(" ", "")


def _unescape(text: str) -> str:
    for _ in range(3):
        plain = _ENTITY.sub(lambda m: html.unescape(m[0].lower().rstrip(";") + ";"), text)
        if plain == text:
            break
        text = plain
    return text


def _keep_marks(text: str) -> str:
    """A text with only those of its marks that carry meaning where they stand."""
    if "&" in text:
        text = _PAIR.sub(r"\1\0", text).replace("&", " and ").replace("\0", "&")
    if "''" in text:
        text = text.replace("''", '"')
    if "×" in text or "*" in text or "х" in text:
        text = _TIMES.sub(r"\1x\2", text).replace("×", " x ").replace("*", " ")
    text = text.replace("<", " ").replace(">", " ")
    if "." in text:
        text = _POINT.sub(" ", _LEADING_POINT.sub("0.", text))
    if "/" in text:
        short, meant = _abbreviations()
        text = short.sub(lambda found: f"{meant[found[0]]} ", text)
        text = _SLASH.sub(" | ", text)
    if "-" in text:
        text = _DASH.sub(" | ", text)
    if "," in text:
        text = _DECIMAL_COMMA.sub(".", text)
        text = _COMMA.sub(" , ", text)
    if '"' in text:
        text = _QUOTE.sub(" ", _LOOSE_INCH.sub('"', text))
    if "'" in text:
        text = _APOSTROPHE.sub(" ", text)
    if "%" in text:
        text = _PERCENT.sub(" ", _LOOSE_PERCENT.sub("%", text))
    if "+" in text:
        text = _PLUS.sub(" ", text)
    return text


def fold(text: str) -> str:
    """Return ``text`` in one case, width and script, with only the marks that carry meaning.

    What is left besides letters, digits and blanks: ``( )`` for any bracket, ``,`` and ``|`` as delimiters, ``-`` and
    ``/`` inside words, ``.`` and ``,`` between digits, ``'`` inside words or after a number (feet), ``"`` (inch) and
    ``%`` after a number, ``+`` inside or after a code. HTML tags and entities, emoji and symbols are blanks, ``&`` is
    "and"; Chinese is simplified, accents of Latin letters and ё are dropped. A word of Latin and Cyrillic letters is
    put into one alphabet where the others only look like its own; a word written letter by letter is put together.
    """
    if "&" in text:
        text = _unescape(text)
    if "\\x" in text:
        text = _ESCAPED.sub(_decode, text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    if text.isascii():
        text = text.lower()
    else:
        if "º" in text or "°" in text:
            text = _NUMERO.sub("no ", text)
        text = unicodedata.normalize("NFKC", _reveal(text).translate(_BEFORE)).casefold()
        text = unicodedata.normalize("NFKC", text)
        if any(mark in text for mark in "·・•#*~"):
            text = _spaced_out().sub(_close_up, text)
    if "." in text or "*" in text or "#" in text or "·" in text:
        text = _DOTTED.sub(_close_up, text)
    if "1:" in text:
        text = _RATIO.sub("1/", text)
    text = text.translate(_SIGNS)
    if not text.isascii():
        text = _LONE_CODE.sub(lambda found: found[0].translate(_CONFUSABLE), _unmix(text))
    text = " ".join(_keep_marks(spell_parts(text)).split())
    return _SPELLED.sub(_join_letters, text)


def _plain(folded: str) -> str:
    return " ".join(_DELIMITERS.sub(" ", folded).split())


def normalise(text: str, folded: str | None = None) -> str:
    """Return the one spelling of ``text`` that equal texts share: :func:`fold` without delimiters, blanks collapsed.

    Idempotent. ``Ｔ-Ｓhirt【新款】 5.5″`` becomes ``t-shirt 新款 5.5"``.
    """
    if text.isascii() and text.replace(" ", "").isalpha():
        return " ".join(text.lower().split())
    if _CYRILLIC_WORDS.fullmatch(text):
        return text
    if "\u4e00" <= text[:1] <= "\u9fff" and _cjk_word().fullmatch(text):
        return text.translate(_SIGNS)
    once = _plain(fold(text) if folded is None else folded)
    for _ in range(8):
        again = _plain(fold(once))
        if again == once:
            break
        once = again
    return once
