"""Two brands, as two listings state them: one maker's name, perhaps one maker's, or two makers.

What is perhaps one maker's (Dunlop and Jim Dunlop, BTT and BIGTREETECH) contradicts nothing, and proves nothing either:
it is asked about, and never acted on.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np

from dupcheck.learned.lexicon import Lexicon
from dupcheck.model import BoolArray, IntArray
from dupcheck.titles.scripts import ALIKE, compare_letters, keep_consonants, spell_latin
from dupcheck.titles.stream import cut_title

Makers = Literal["one", "near", "other"]

_FIRST = re.compile(r"[^\W\d_]{4,}(?=-)|\S\S+")
"""The first word of a maker's name; of two with a hyphen the first, where it is no letter or two: X-Rite."""
_ABBREVIATED, _CONSONANTS, _TIMES = 4, 3, 2
"""Letters of the longest abbreviation; and of the shortest of one word, which is so many times as long."""
_NO_LEXICON = Lexicon()
_VOWELS = frozenset("aeiou")


@lru_cache(maxsize=500_000)
def compare_makers(one: str, other: str) -> Makers:
    """Say whether two brands name one maker, may name one, or name two.

    >>> compare_makers("ESAB", "ЭСАБ"), compare_makers("Faber-Castell", "faber castell")
    ('one', 'one')
    >>> compare_makers("Dunlop", "Jim Dunlop"), compare_makers("BTT", "BIGTREETECH")
    ('near', 'near')
    >>> compare_makers("X-Rite", "X-Mini"), compare_makers("Makita", "Bosch")
    ('other', 'other')
    """
    here, there = _read_name(one), _read_name(other)
    if here.text == there.text or (here.words and here.words == there.words):
        return "one"
    if not here.words or not there.words:
        return "other"
    if here.plain != there.plain:
        sound = _compare_sounds(here.text, there.text)
        if sound == "other" and _compare_sounds(here.first, there.first) != "other":
            return "near"
        return sound
    if here.joined == there.joined or (here.first and here.first == there.first):
        return "near"
    short, long = sorted((here, there), key=lambda name: len(name.words))
    if (short.words[0] in long.words and _holds(long.words, short.words)) or _abbreviates(here, there):
        return "near"
    return "near" if _abbreviates(there, here) else "other"


def relate_makers(one: str, other: str, lexicon: Lexicon) -> Makers:
    """Say of two brands the same by what a catalogue's titles tell as well: of those that go by both names."""
    told = compare_makers(one, other)
    return "near" if told == "other" and lexicon.are_kin(one, other) else told


def tell_makers_apart(
    brands: Sequence[str], left: IntArray, right: IntArray, lexicon: Lexicon = _NO_LEXICON
) -> BoolArray:
    """Return which pairs of brands, given by their places (< 0 where none is stated), are two makers'."""
    result: BoolArray = (left >= 0) & (right >= 0) & (left != right)
    at = np.flatnonzero(result)
    low, high = np.minimum(left[at], right[at]), np.maximum(left[at], right[at])
    keys, which = np.unique(low * len(brands) + high, return_inverse=True)
    pairs = (divmod(key, len(brands)) for key in keys.tolist())
    apart = np.array([relate_makers(brands[a], brands[b], lexicon) == "other" for a, b in pairs], dtype=bool)
    result[at] = apart[which]
    return result


class _Name(NamedTuple):
    """A brand in small letters; its words, these joined, the first of them, whether it is in plain Latin letters."""

    text: str
    words: tuple[str, ...]
    joined: str
    first: str
    plain: bool


@lru_cache(maxsize=100_000)
def _read_name(brand: str) -> _Name:
    text = brand.strip().casefold()
    words, first = cut_title(text), _FIRST.match(text)
    return _Name(text, words, "".join(words), "" if first is None else first[0], text.isascii())


def _compare_sounds(one: str, other: str) -> Makers:
    """Whether names in two scripts sound alike: spelt nearly alike one name, of the same consonants perhaps one."""
    here, there = spell_latin(one), spell_latin(other)
    frames = keep_consonants(here), keep_consonants(there)
    if frames[0][:1] != frames[1][:1]:
        return "other"
    if compare_letters(here, there) >= ALIKE:
        return "one"
    return "near" if len(frames[0]) > 1 and frames[0] == frames[1] else "other"


def _holds(long: Sequence[str], short: Sequence[str]) -> bool:
    """Whether the words of one name stand together in the other."""
    width = len(short)
    return any(long[k : k + width] == short for k in range(len(long) - width + 1))


def _abbreviates(short: _Name, long: _Name) -> bool:
    """Whether one name may stand for the other: by the first letters of its words, or by consonants of its one word."""
    letters, whole = short.joined, long.joined
    if letters[0] != whole[0] or len(short.words) != 1 or not 1 < len(letters) <= _ABBREVIATED:
        return False
    if not letters.isalpha():
        return False
    if len(long.words) > 1:
        return letters == "".join(word[0] for word in long.words)
    if len(letters) < _CONSONANTS or len(whole) < _TIMES * len(letters) or not _VOWELS.isdisjoint(letters):
        return False
    rest = iter(whole)
    return all(letter in rest for letter in letters)
