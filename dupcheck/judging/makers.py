"""Two brands, as two listings state them: one maker's name, perhaps one maker's, or two makers.

What is perhaps one maker's (Dunlop and Jim Dunlop, BTT and BIGTREETECH) contradicts nothing, and proves nothing either:
it is asked about, and never acted on.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Literal

import numpy as np
from rapidfuzz import fuzz

from dupcheck.model import BoolArray, IntArray
from dupcheck.titles.scripts import ALIKE, keep_consonants, spell_latin
from dupcheck.titles.stream import cut_title

Makers = Literal["one", "near", "other"]

_FIRST = re.compile(r"[^\W\d_]{4,}(?=-)|\S\S+")
"""The first word of a maker's name; of two with a hyphen the first, where it is no letter or two: X-Rite."""
_ABBREVIATED, _CONSONANTS, _TIMES = 4, 3, 2
"""Letters of the longest abbreviation; and of the shortest of one word, which is so many times as long."""
_VOWELS = frozenset("aeiou")


@lru_cache(maxsize=100_000)
def compare_makers(one: str, other: str) -> Makers:
    """Say whether two brands name one maker, may name one, or name two.

    >>> compare_makers("ESAB", "ЭСАБ"), compare_makers("Faber-Castell", "faber castell")
    ('one', 'one')
    >>> compare_makers("Dunlop", "Jim Dunlop"), compare_makers("BTT", "BIGTREETECH")
    ('near', 'near')
    >>> compare_makers("X-Rite", "X-Mini"), compare_makers("Makita", "Bosch")
    ('other', 'other')
    """
    one, other = one.strip().casefold(), other.strip().casefold()
    here, there = cut_title(one), cut_title(other)
    if one == other or (here and here == there):
        return "one"
    if not here or not there:
        return "other"
    if one.isascii() != other.isascii():
        sound = _compare_sounds(one, other)
        if sound == "other" and _compare_sounds(_name_first(one), _name_first(other)) != "other":
            return "near"
        return sound
    first = _name_first(one)
    if (first and first == _name_first(other)) or _holds(here, there) or _holds(there, here):
        return "near"
    return "near" if _abbreviates(here, there) or _abbreviates(there, here) else "other"


def tell_makers_apart(brands: tuple[str, ...], left: IntArray, right: IntArray) -> BoolArray:
    """Return which pairs of brands, given by their places (< 0 where none is stated), are two makers'."""
    result: BoolArray = (left >= 0) & (right >= 0) & (left != right)
    at = np.flatnonzero(result)
    low, high = np.minimum(left[at], right[at]), np.maximum(left[at], right[at])
    result[at] = ~np.isin(low * len(brands) + high, _find_kin(brands))
    return result


@lru_cache(maxsize=4)
def _find_kin(brands: tuple[str, ...]) -> IntArray:
    """The pairs of brands that are, or may be, one maker's, each as one number; looked for among those that may be."""
    asked = {pair for pair in _list_pairs(brands) if compare_makers(brands[pair[0]], brands[pair[1]]) != "other"}
    return np.array(sorted(low * len(brands) + high for low, high in asked), dtype=np.int64)


def _list_pairs(brands: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The pairs of brands, by their places, that share what makers of one name share."""
    begun, sounds, letters = (defaultdict[str, set[int]](set) for _ in range(3))
    words = [cut_title(brand.strip().casefold()) for brand in brands]
    for k, brand in enumerate(brands):
        for word in {*words[k][:1], "".join(words[k]), _name_first(brand.casefold())} - {""}:
            begun[word].add(k)
        latin = spell_latin(brand)
        for name in {latin, _name_first(latin)}:
            sounds[keep_consonants(name)[:1]].add(k)
        letters["".join(words[k])[:1]].add(k)
    for k in range(len(brands)):
        yield from ((min(k, j), max(k, j)) for word in words[k] for j in begun[word] if j != k)
    for alike in sounds.values():
        plain = [k for k in alike if brands[k].isascii()]
        yield from ((min(k, j), max(k, j)) for k in alike.difference(plain) for j in plain)
    for alike in letters.values():
        short = [k for k in alike if len("".join(words[k])) <= _ABBREVIATED]
        yield from ((min(k, j), max(k, j)) for k in short for j in alike if j != k)
    for alike in begun.values():
        yield from combinations(sorted(alike), 2)


def _name_first(brand: str) -> str:
    found = _FIRST.match(brand)
    return "" if found is None else found[0]


def _compare_sounds(one: str, other: str) -> Makers:
    """Whether names in two scripts sound alike: spelt nearly alike one name, of the same consonants perhaps one."""
    here, there = spell_latin(one), spell_latin(other)
    frames = keep_consonants(here), keep_consonants(there)
    if frames[0][:1] != frames[1][:1]:
        return "other"
    if fuzz.ratio(here, there) >= ALIKE:
        return "one"
    return "near" if len(frames[0]) > 1 and frames[0] == frames[1] else "other"


def _holds(long: Sequence[str], short: Sequence[str]) -> bool:
    """Whether the words of one name stand together in the other, or are joined to one word there."""
    width = len(short)
    if "".join(long) == "".join(short):
        return True
    return any(long[k : k + width] == short for k in range(len(long) - width + 1))


def _abbreviates(short: Sequence[str], long: Sequence[str]) -> bool:
    """Whether one name may stand for the other: by the first letters of its words, or by consonants of its one word."""
    letters, whole = "".join(short), "".join(long)
    if len(short) != 1 or not 1 < len(letters) <= _ABBREVIATED or not letters.isalpha() or letters[0] != whole[0]:
        return False
    if len(long) > 1:
        return letters == "".join(word[0] for word in long)
    if len(letters) < _CONSONANTS or len(whole) < _TIMES * len(letters) or not _VOWELS.isdisjoint(letters):
        return False
    rest = iter(whole)
    return all(letter in rest for letter in letters)
