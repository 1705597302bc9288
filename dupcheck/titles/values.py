"""One value of an option or attribute: its comparable form, and in which order values stand.

``read_value(axis, text)`` is meant for equality: two spellings, languages or units of one value give one text, two
shades, sizes or counts never do. What no vocabulary knows stays as it is, normalised.
"""

import math
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from dupcheck.axes import AXES, MEASURED
from dupcheck.titles.languages import find_languages
from dupcheck.titles.lexer import Piece, compose_color, join_grams
from dupcheck.titles.measures import read_quantity, show_number
from dupcheck.titles.normalising import fold, normalise
from dupcheck.titles.reading import look_up_pieces
from dupcheck.titles.vocabulary import load_vocabulary, look_up_key

_BUILT = {axis: facts.values for axis, facts in AXES.items() if facts.values != "text"}
"""How an axis' values are built, where they are no plain text."""
_APART = re.compile(r"(?<=\w)[ -](?=\w)")
_CODE = re.compile(r"[^\W\d_][\w/.]*|\d[\w/.]*[^\W\d_][\w/.]*")
# What only numbers a colour among others: "3-Red", "16black", "#2 Red". Two digits and a blank are the shade's number.
_COLOR_CODE = re.compile(r"^\W*(?:\d+\s*[-_#.]\s*|\d\s+|\d+)(?=[^\W\d_])|^\W+(?=\d\d+\s+[^\W\d_])|(?<=[^\W\d_])\d+\W*$")
_HEADER_TAIL = re.compile(r"[\r\n（(].*", re.S)


@cache
def _words_without_a_letter(axis: str) -> Mapping[str, frozenset[tuple[int, str]]]:
    """Every one-word spelling of an axis with one letter left out: that letter's place, and the value meant."""
    found: dict[str, set[tuple[int, str]]] = {}
    for phrase, reading in load_vocabulary().phrases.items():
        if reading.axis == axis and len(phrase) > 2 and phrase.isalpha():
            for i, shorter in enumerate(_shorter(phrase)):
                found.setdefault(shorter, set()).add((i, reading.value))
    return {shorter: frozenset(values) for shorter, values in found.items()}


def _shorter(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))]


def guess_value(axis: str, word: str) -> str:
    """Return the value a mistyped word must mean on ``axis`` (``Bllue``, ``Blcak``, ``Gren``); "" if none or several.

    A letter too many, one lost or two swapped; in words of five letters and more also one wrong letter. The search is
    the deletion index of Garbe's SymSpell (2012). Only for a word that stands where a value stands: names and
    ordinary words lie as close to a colour as mistakes do.
    """
    word = look_up_key(word)
    known = load_vocabulary().phrases
    if word in known:
        return known[word].value if known[word].axis == axis else ""
    if len(word) < 2 or not word.isalpha():
        return ""
    index = _words_without_a_letter(axis)
    forms = [*_shorter(word), *(word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1))]
    values = {known[form].value for form in forms if len(form) > 2 and form in known and known[form].axis == axis}
    values |= {value for _, value in index.get(word, ())}
    if not values and len(word) > 4:
        values = {value for i, form in enumerate(_shorter(word)) for j, value in index.get(form, ()) if i == j}
    return values.pop() if len(values) == 1 else ""


_LONG_CODE = re.compile(r"(?=(?:\D*\d){3})[\w/.+-]{5,}")
_AMOUNT = re.compile(r"\d+(?:[.,]\d+)*\s?[^\W\d_]{1,4}")
_GROUPS = 3
"""A code is written in so many groups of signs at most."""


def is_code(text: str) -> bool:
    """Whether a value is built as the codes of makers and shops are: no word, no measure, no choice of a buyer's.

    >>> is_code("GDB1330"), is_code("8K0 941 003"), is_code("12th"), is_code("1000 ml")
    (True, True, False, False)
    """
    groups = text.split()
    return (
        len(groups) <= _GROUPS
        and _LONG_CODE.fullmatch("".join(groups)) is not None
        and _AMOUNT.fullmatch(text.strip()) is None
    )


def align_name(name: str) -> str:
    """Return the id of the axis that an attribute, option or column names: ``Colour``, ``颜色``, ``cor`` → color.

    A name that no axis has comes back normalised.
    """
    return _align(name)


@lru_cache(maxsize=100_000)
def _align(name: str) -> str:
    names = load_vocabulary().names
    for text in (name, _HEADER_TAIL.sub("", name)):
        key = look_up_key(text.replace("_", " "))
        known = names.get(key) or names.get(_drop_verb(key))
        if known is not None:
            return known
    return normalise(name)


def _drop_verb(key: str) -> str:
    """A name without the word that asks a buyer to choose: ``choose material``, ``请选择颜色``, ``색상 선택``."""
    for verb in load_vocabulary().choosing:
        if key.startswith(verb):
            return key.removeprefix(verb).strip()
        if key.endswith(verb):
            return key.removesuffix(verb).strip()
    return key


def read_value(axis: str, text: str) -> str:
    """Return the comparable form of a value on ``axis``.

    An axis is an id of :data:`~dupcheck.axes.AXES`, or any name.

    ``size``: xxl; ``pack``: a number as text; ``color``: the English name of the shade, ``navy``, ``dark oak``,
    ``black/gold``; measures as in :mod:`~dupcheck.titles.measures`. Several values stand behind one another, joined by
    ``, ``; for materials their order does not matter. "" where ``text`` says nothing. A canonical form is its own.
    """
    return _read_value(axis, text)


def read_values(axis: str, text: str) -> tuple[str, ...]:
    """Return the values that ``text`` lists on ``axis``: ``Cotton, Polyester`` → (cotton, polyester)."""
    whole = read_value(axis, text)
    return tuple(whole.split(", ")) if whole else ()


@lru_cache(maxsize=200_000)
def _read_value(axis: str, text: str) -> str:
    value = _canonical(axis, text)
    for _ in range(4):
        again = _canonical(axis, value)
        if again == value:
            break
        value = again
    return value


def _canonical(axis: str, text: str) -> str:
    built = _BUILT.get(axis, "text")
    if built == "color":
        text = _COLOR_CODE.sub("", text)
    folded = fold(text)
    if built == "list" and " , " in folded:  # a list stays one
        return ", ".join(dict.fromkeys(filter(None, map(normalise, folded.split(" , ")))))
    if built in ("text", "list", "code"):
        value = _free(folded, text)
        return squash_code(value) if built == "code" else value
    parts = (part.replace("(", " ").replace(")", " ") for part in folded.split(" , "))
    # Accents tell languages apart whose words are the same without them: "đỏ" is red, "do" is not.
    languages = () if text.isascii() else find_languages(text, folded)[:-1]
    values = [value for part in parts if (value := _one(axis, part, languages))]
    values = list(dict.fromkeys(values))
    return ", ".join(sorted(values) if AXES[axis].unordered else values)


def _free(folded: str, text: str) -> str:
    """Read a value of an axis without vocabulary: one measure is made comparable, anything else only normalised."""
    pieces = look_up_pieces(folded)
    if len(pieces) == 1 and pieces[0].kind == "measure" and pieces[0].axis in MEASURED:
        return pieces[0].value
    return normalise(text)


def squash_code(text: str) -> str:
    """Return a code as those write it who leave out blanks and hyphens: ``GDB-1550`` is ``gdb1550``; any other text as
    it is.

    >>> squash_code("W 712/75"), squash_code("Deluxe")
    ('w712/75', 'Deluxe')
    """
    code = _APART.sub("", text).casefold()
    return code if _CODE.fullmatch(code) and any(c.isdigit() for c in code) else text


def _one(axis: str, part: str, languages: tuple[str, ...]) -> str:
    pieces = look_up_pieces(part, languages)
    useful = [p for p in pieces if p.axis != "noise" or (axis == "color" and p.text in load_vocabulary().joints)]
    pieces = join_grams(useful or pieces)
    match _BUILT[axis]:
        case "color":
            return compose_color(pieces)
        case "size":
            return _size(pieces)
        case "count":
            return _pack(pieces)
        case "measure":
            return _measured(axis, pieces)
    words = [p.value if p.axis == axis else p.text for p in pieces if p.text != "100%"]
    return " ".join(words)


# In a column of sizes 8L is a size and 24M an age in months, not litres and metres.
_LETTERED = re.compile(r"\d{1,2}l|(?:9|12|18|24|36)m")


def _size(pieces: list[Piece]) -> str:
    v = load_vocabulary()
    if len(pieces) > 1:
        pieces = [p for p in pieces if p.text not in v.cues["marker"] and p.text != "size"] or pieces
    out = ""
    for p in pieces:
        if not p.axis and p.text in v.worn_letters:
            p = p._replace(axis="size", value=v.worn_letters[p.text])
        if p.kind == "measure" and _LETTERED.fullmatch(p.text):
            out += ("" if not out else "/" if p.sep in "/|" else " ") + p.text
            continue
        text = p.value if p.axis == "size" or p.axis in MEASURED or p.axis == "pack" else p.text
        if p.axis == "tone" and p.text == "medium":
            text = "m"
        if p.kind == "number" and re.fullmatch(r"\d+\.\d*0+", text):
            text = show_number(float(text))
        out += ("" if not out else "/" if p.sep in "/|" else " ") + text
    return out


def _pack(pieces: list[Piece]) -> str:
    packs = [p.value for p in pieces if p.axis == "pack"]
    if packs:
        return packs[0]
    if len(pieces) == 1 and pieces[0].kind == "number" and re.fullmatch(r"\d+(?:\.\d+)?", pieces[0].text):
        return show_number(float(pieces[0].text))
    return " ".join(p.value or p.text for p in pieces)


def _measured(axis: str, pieces: list[Piece]) -> str:
    found = [p.value for p in pieces if p.axis == axis]
    if found and len(found) == len(pieces):
        return "/".join(dict.fromkeys(found))
    return " ".join(p.value if p.axis in MEASURED else p.text for p in pieces)


def order_values(axis: str, values: Iterable[str]) -> list[str]:
    """Return canonical values in the order a buyer should see them: sizes and numbers by size, others by name."""
    return sorted(dict.fromkeys(values), key=lambda value: _rank(axis, value))


@lru_cache(maxsize=100_000)
def _rank(axis: str, value: str) -> tuple[int, float, str]:
    v = load_vocabulary()
    if axis == "size":
        first = value.split("/")[0]
        if first in v.letters:
            return (1 if first != "one size" else 0, float(v.letters.index(first)), value)
        if first in v.beds:
            return 2, float(v.beds.index(first)), value
        if (age := re.match(r"(\d+)(?:-\d+)?([mty])$", value)) is not None:
            return 4, float(age[1]) / (12 if age[2] == "m" else 1), value
    if axis != "color":
        amount, unit = read_quantity(value)
        if not math.isnan(amount):
            return 3, amount, unit + value
        number = re.search(r"\d+(?:\.\d+)?", value)
        if number is not None and (number.start() == 0 or axis == "size"):
            return 4, float(number[0]), value
    return 5, 0.0, value
