"""The words in which a listing states a value: its seller's own, as its attributes or its title hold them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from dupcheck.axes import AXES, MEASURED
from dupcheck.catalog.values import parse_attributes
from dupcheck.model import Catalog, Difference
from dupcheck.titles import align_name, join_shown, read_title, read_value, show_value
from dupcheck.titles.stream import plain_text
from dupcheck.titles.vocabulary import load_vocabulary, look_up_key, unspaced_run

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NUMBER = re.compile(r"[^\s,;|()\[\]【】]*\d(?:,(?=\d)|[^\s,;|()\[\]【】])*")
_NEXT = re.compile(r"\s+[^\W\d_][^\s,;:!|()\[\]]*")
_MEASURE = re.compile(r"\d+(?:\.\d+)? [a-z]{1,3}")
_LONGEST = 4
"""Words that name one value at most: «light blue and white»."""
_UNITED = frozenset({"size", *MEASURED})
"""Axes on which what is said in two systems of units counts as one value."""


class Spellings:
    """What the listings of a catalogue call their values."""

    def __init__(self, catalog: Catalog) -> None:
        self._titles, self._attributes = catalog.column("title"), catalog.column("attributes")

    def spell(self, differences: Sequence[Difference], left: int, right: int) -> tuple[Difference, ...]:
        """Return the differences of two listings with each value as its own seller wrote it, where that is found."""
        return tuple(self._spell(difference, left, right) for difference in differences)

    def _spell(self, difference: Difference, left: int, right: int) -> Difference:
        if difference.axis == "tier":
            return difference
        a = self._find(left, difference.axis, difference.left)
        b = self._find(right, difference.axis, difference.right)
        if a.casefold() == b.casefold():  # written alike and read otherwise: only the readings tell them apart
            return difference
        return Difference(difference.axis, difference.left, difference.right, (a, b))

    def _find(self, position: int, axis: str, value: str) -> str:
        return find_spelling(self._titles[position], self._attributes[position], axis, value) if value else ""


@lru_cache(maxsize=100_000)
def find_spelling(title: str, attributes: str, axis: str, value: str) -> str:
    """Return how a listing writes a canonical value that it states: as its attributes do, else as its title does; ""
    where it cannot be found.

    >>> find_spelling("Cotton shirt Navy Blue 7cm", "Colour=Grey", "color", "gray")
    'Grey'
    >>> find_spelling("Cotton shirt Navy Blue 7cm", "", "color", "navy")
    'Navy Blue'
    """
    stated = _read_attributes(attributes).get(axis, ())
    told = next((text for text in stated if _read(axis, text) == value), "")
    if not told and stated and axis in _UNITED:
        told = stated[0]
    if told:
        return " ".join(told.split())
    parts = [_find_in_title(title, axis, part) or _find_apart(title, axis, part) for part in value.split("|")]
    if not any(parts):
        return ""
    shown = [part or show_value(axis, known) for part, known in zip(parts, value.split("|"), strict=True)]
    return join_shown(text for text in shown if not any(more.startswith(f"{text} ") for more in shown))


@lru_cache(maxsize=20_000)
def _read_attributes(text: str) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in parse_attributes(text).items():
        axis = align_name(name)
        found[axis] = (*found.get(axis, ()), value)
    return found


def reads_as(text: str, axis: str, value: str) -> bool:
    """Whether a text states this canonical value of an axis, and no other.

    >>> reads_as("Navy Blue", "color", "navy"), reads_as("1kg", "weight", "2kg")
    (True, False)
    """
    return _read(axis, text) == value


def _read(axis: str, text: str) -> str:
    return read_value(axis, text) if axis in AXES else plain_text(text)


def _find_in_title(title: str, axis: str, value: str) -> str:
    texts = _list_numbers(title, axis) if any(c.isdigit() for c in value) else _list_words(title, axis, value)
    found = next((text for text in texts if _read(axis, text) == value), "")
    if not found:
        place = _write_pattern(value).search(title)
        written = place is not None and (_read(axis, place[0]) == value or _is_measure(value))
        found = place[0] if place is not None and written else ""
    return _trim(found, axis, value)


def _is_measure(value: str) -> bool:
    """Whether a value is a number with a unit, which its own signs are a spelling of: 2 ct."""
    return _MEASURE.fullmatch(value) is not None


def _find_apart(title: str, axis: str, value: str) -> str:
    """Colours that are one value and stand in two places of a title; "" where not all of them are found."""
    colors = value.split("/") if axis == "color" else []
    found = [_find_in_title(title, axis, color) for color in colors]
    return "/".join(found) if len(found) > 1 and all(found) else ""


def _trim(text: str, axis: str, value: str) -> str:
    """A run of words without those behind that name no value alone and add nothing: «azul claro de»."""
    words = text.split(" ")
    while len(words) > 1 and words[-1].isalpha() and _read(axis, " ".join(words[:-1])) == value:
        if axis == "pack" and words[-2].isdecimal():
            break  # what is counted belongs to the count
        reading = load_vocabulary().phrases.get(look_up_key(words[-1]))
        if reading is not None and reading.axis in (axis, "tone"):
            break
        words.pop()
    return " ".join(words)


def _list_words(title: str, axis: str, value: str) -> Iterator[str]:
    """Runs of words that name values of an axis, the longest first; then, in scripts without spaces, its spellings."""
    known = _list_known(axis)
    words = list(_WORD.finditer(title)) if known else []
    parts = [look_up_key(word[0]).split() for word in words]
    marked = [all(part in known for part in said) for said in parts]
    for width in range(min(_LONGEST, len(words)), 0, -1):
        for start in range(len(words) - width + 1):
            whole = parts[start] and parts[start + width - 1]  # a sign stands between words, and is no value's end
            if whole and all(marked[start : start + width]):
                yield title[words[start].start() : words[start + width - 1].end()]
    folded = title.casefold()
    if len(folded) == len(title) and not title.isascii():
        for phrase in _list_unspaced(axis, value):
            if (at := folded.find(phrase)) >= 0:
                yield title[at : at + len(phrase)]


def _list_numbers(title: str, axis: str) -> Iterator[str]:
    """Each number of a title with the words that may belong to it: «7cm», «5.0 inch», «set of 6»."""
    for number in _NUMBER.finditer(title):
        before, behind = title[: number.start()].split(), _NEXT.match(title, number.end())
        text = number[0].strip(".:!–—-")
        if axis != "pack" or not text.isdecimal():
            yield text
        runs = [f"{text}{behind[0]}"] if behind else []
        if axis == "pack":
            runs += [" ".join([*before[-width:], text]) for width in (2, 1) if len(before) >= width]
            runs = [run for run in runs if len(read_title(run).tokens) == 1]
        yield from runs


@cache
def _list_known(axis: str) -> frozenset[str]:
    """Every word that is a part of a spelling on an axis; shades are among those of colours."""
    axes = {axis, "tone"} if axis == "color" else {axis}
    phrases = load_vocabulary().phrases.items()
    return frozenset(word for text, reading in phrases if reading.axis in axes for word in text.split())


@cache
def _list_unspaced(axis: str, value: str) -> tuple[str, ...]:
    """The spellings of a value in scripts without spaces, the longest first."""
    phrases = load_vocabulary().phrases.items()
    found = [
        p for p, reading in phrases if (reading.axis, reading.value) == (axis, value) and unspaced_run().fullmatch(p)
    ]
    return tuple(sorted(found, key=len, reverse=True))


@lru_cache(maxsize=20_000)
def _write_pattern(value: str) -> re.Pattern[str]:
    words = re.findall(r"\w+", value)
    return re.compile(r"(?<!\w)" + r"[\W_]*".join(map(re.escape, words)) + r"(?!\w)" if words else r"(?!)", re.I)
