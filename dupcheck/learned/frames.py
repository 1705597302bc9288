"""Frames: titles of one catalogue that are equal but for one run of words, «Protein Bar 60 g (Banana)», «… (Cocoa)».

Sellers who list every taste, scent or stone by itself write so, and no vocabulary holds their words. A frame is what
stands around the run; it is believed where at least three titles of one price fill it differently, and not so many
that they can only be names. What fills it may be a choice of one listing or names of several products: only the seller
knows, so its axis is one that is asked about. Nothing here knows a language.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from dupcheck.axes import AXES, WORDED, pick_axes
from dupcheck.files.arrays import Packed
from dupcheck.learned.tails import UNNAMED
from dupcheck.titles import Token, normalise, read_value
from dupcheck.titles.stream import plain_text

Keys = npt.NDArray[np.uint64]
IntArray = npt.NDArray[np.int64]
_NO_CHOICE = frozenset(pick_axes(lambda axis: axis.apart != "" or axis.role in ("code", "shipping", "hidden")))
"""What makes two things of one is no choice, though it fills a frame."""

_MASK = (1 << 64) - 1
_STEP, _BEFORE, _BEHIND = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
"""Odd numbers by which hashes are mixed."""
_RUN = 3
"""A run has so many words at most."""
_LONGEST = 24
"""So many words of a title are looked at."""
_AROUND = 2
"""Words that must stand around a run for the titles to be of one thing."""
_VALUES = 3
_NAMES = 24
"""So many runs in one frame are names."""
_WORD = 3
_CHUNK = 10_000


Found = tuple[int, list[int]]
"""Which frame a title fills, and the places of the words that fill it."""


@dataclass(frozen=True)
class Frames:
    """``keys``: hashes of the believed frames, in order; ``sizes``: how many different runs fill each; ``axes``: of
    which of ``names`` each is, the attribute that states what fills it, or one that has no name.
    """

    keys: Keys = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    sizes: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    axes: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    names: tuple[str, ...] = (UNNAMED,)

    @property
    def named(self) -> frozenset[str]:
        """The axes that no table of axes holds."""
        return frozenset(self.names) - AXES.keys()

    def pack(self) -> Packed:
        """Return what makes this again."""
        return Packed({"keys": self.keys, "sizes": self.sizes, "axes": self.axes}, {"names": list(self.names)})

    @classmethod
    def unpack(cls, packed: Packed) -> Self:
        """Return what was packed."""
        arrays, facts = packed
        return cls(arrays["keys"], arrays["sizes"], arrays["axes"], tuple(facts["names"]))

    def mark(self, tokens: Sequence[Token], brand: Collection[str] = ()) -> tuple[Token, ...]:
        """Return a title's tokens with the run that fills a frame as one value; as they are where none does."""
        return self._join(tokens, self.find(tokens, brand))

    def mark_all(self, titles: Sequence[Sequence[Token]], brands: Sequence[Collection[str]]) -> list[tuple[Token, ...]]:
        """Return what :meth:`mark` does of each of many titles, at a fraction of the cost."""
        return [self._join(tokens, found) for tokens, found in zip(titles, self.find_all(titles, brands), strict=True)]

    def _join(self, tokens: Sequence[Token], found: Found | None) -> tuple[Token, ...]:
        if found is None:
            return tuple(tokens)
        at, run = found
        text = " ".join(tokens[k].text for k in run)
        axis = self.names[int(self.axes[at])]
        value = Token(text, "word", axis, (read_value(axis, text) if axis in AXES else plain_text(text)) or text)
        gone = {*run[1:]}
        return tuple(value if k == run[0] else token for k, token in enumerate(tokens) if k not in gone)

    def find(self, tokens: Sequence[Token], brand: Collection[str] = ()) -> Found | None:
        """Return which frame a title fills, and the places of the words that fill it: the fewest that fill one."""
        if not len(self.keys):
            return None
        places = _list_places(tokens)
        holes = list(_list_holes([tokens[k] for k in places], brand))
        keys = np.array([key for _, _, key in holes], dtype=np.uint64)
        known = np.searchsorted(self.keys, keys)  # all at once: each by itself takes longer than all else here
        filled = np.flatnonzero(self.keys[np.minimum(known, len(self.keys) - 1)] == keys)
        if not len(filled):
            return None
        found = [(*holes[k][:2], int(known[k])) for k in filled.tolist()]
        width, _, start, at = min((stop - start, -int(self.sizes[at]), start, at) for start, stop, at in found)
        return at, places[start : start + width]

    def find_all(self, titles: Sequence[Sequence[Token]], brands: Sequence[Collection[str]]) -> list[Found | None]:
        """Return what :meth:`find` does of each of many titles, some thousands at a time."""
        found: list[Found | None] = [None] * len(titles)
        for begin in range(0, len(titles) if len(self.keys) else 0, _CHUNK):
            some = titles[begin : begin + _CHUNK]
            places = [_list_places(tokens) for tokens in some]
            said = [[tokens[k] for k in at] for tokens, at in zip(some, places, strict=True)]
            fills = [np.empty((0, 5), dtype=np.int64)]
            for start, stop, rows, keys in _spread_words(said, brands[begin : begin + _CHUNK]).list_runs():
                known = np.searchsorted(self.keys, keys)
                filled = np.flatnonzero(self.keys[np.minimum(known, len(self.keys) - 1)] == keys)
                at = known[filled]
                same = np.ones(len(at), dtype=np.int64)
                fills.append(np.stack([rows[filled], (stop - start) * same, -self.sizes[at], start * same, at], axis=1))
            every = np.concatenate(fills)
            every = every[np.lexsort(every.T[::-1])]  # of each title the one that :meth:`find` takes comes first
            for row, width, _, start, at in every[np.unique(every[:, 0], return_index=True)[1]].tolist():
                found[begin + row] = at, places[row][start : start + width]
        return found


def learn_frames(
    titles: Sequence[Sequence[Token]],
    prices: npt.NDArray[np.float64],
    attributes: Sequence[Mapping[str, str]],
    brands: Sequence[Collection[str]],
) -> Frames:
    """Learn the frames of a catalogue from its titles as read, their prices, what their listings' attributes state
    under aligned names, and the words of the brands among these.
    """
    seen: set[tuple[object, ...]] = set()
    rows: list[list[Token]] = []
    costs: list[float] = []
    own: list[Collection[str]] = []
    for tokens, price, brand in zip(titles, prices.tolist(), brands, strict=True):
        if not price > 0:
            continue
        said = [tokens[k] for k in _list_places(tokens)]
        mark = (*[t.text for t in said], price)
        if mark not in seen:
            seen.add(mark)
            rows.append(said)
            costs.append(price)
            own.append(brand)
    frames = _believe(_dig_holes(rows, np.array(costs), own))
    return _name(frames, titles, attributes, brands) if len(frames.keys) else frames


def _name(
    frames: Frames,
    titles: Sequence[Sequence[Token]],
    attributes: Sequence[Mapping[str, str]],
    brands: Sequence[Collection[str]],
) -> Frames:
    """The frames with the axes that attributes name whose values fill them."""
    named: dict[int, Counter[str]] = {}
    filled = Counter[int]()
    for tokens, row, found in zip(titles, attributes, frames.find_all(titles, brands), strict=True):
        if found is None:
            continue
        at, run = found
        filled[at] += 1
        text = " ".join(tokens[k].text for k in run)
        for name, value in row.items():
            if name not in _NO_CHOICE and text in (normalise(value), read_value(name, value)):
                named.setdefault(at, Counter())[name] += 1
    names = {UNNAMED: 0}
    axes = np.zeros(len(frames.keys), dtype=np.int64)
    for at, counts in named.items():
        name, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
        if 2 * count >= filled[at]:
            axes[at] = names.setdefault(name, len(names))
    return replace(frames, axes=axes, names=tuple(names))


@dataclass(frozen=True)
class _Holes:
    """Runs that may fill a frame, as columns: the frame's hash, the run's, those of its first and last word, the price
    of the title, whether a word of the run is no known value, and the hash of those words, or of all where none is.
    """

    key: Keys
    run: Keys
    first: Keys
    last: Keys
    price: npt.NDArray[np.float64]
    unread: npt.NDArray[np.bool_]
    core: Keys

    def take(self, rows: npt.NDArray[np.bool_]) -> "_Holes":
        return _Holes(*(getattr(self, f.name)[rows] for f in fields(self)))


def _dig_holes(
    titles: Sequence[Sequence[Token]], prices: npt.NDArray[np.float64], brands: Sequence[Collection[str]]
) -> _Holes:
    """What :func:`_list_holes` yields for many titles, some thousands at a time."""
    chunks = [
        _dig_chunk(titles[at : at + _CHUNK], prices[at : at + _CHUNK], brands[at : at + _CHUNK])
        for at in range(0, max(len(titles), 1), _CHUNK)
    ]
    return _Holes(*(np.concatenate([getattr(c, f.name) for c in chunks]) for f in fields(_Holes)))


class _Words(NamedTuple):
    """The words of many titles, a row a title and a column a word: the hash of each, whether it may be a choice and
    whether it is no known value; the hashes of all words before each place and of all from it on; and how many that
    tell what a thing is stand before it.
    """

    word: Keys
    fits: npt.NDArray[np.bool_]
    unread: npt.NDArray[np.bool_]
    before: Keys
    behind: Keys
    told: IntArray

    def list_runs(self) -> Iterator[tuple[int, int, IntArray, Keys]]:
        """Give what :func:`_list_holes` does of many titles: where a run starts and stops, the rows in which it may
        fill a frame, and the hash of what stands around it there.
        """
        count, longest = self.word.shape
        for start in range(longest - 1):
            whole = np.ones(count, dtype=bool)
            for stop in range(start + 1, min(start + _RUN, longest - 1) + 1):
                whole = whole & self.fits[:, stop - 1]
                around = self.told[:, -1] - (self.told[:, stop] - self.told[:, start])
                rows = np.flatnonzero(whole & (around >= _AROUND))
                key = self.before[rows, start] * np.uint64(_BEFORE) + self.behind[rows, stop] * np.uint64(_BEHIND)
                yield start, stop, rows, key


def _spread_words(titles: Sequence[Sequence[Token]], brands: Sequence[Collection[str]]) -> _Words:
    count = np.array([len(t) for t in titles], dtype=np.int64)
    shape = (len(titles), int(count.max(initial=0)) + 1)
    numbers: dict[Token, int] = {}
    flat = np.array([numbers.setdefault(t, len(numbers)) for tokens in titles for t in tokens], dtype=np.int64)
    free = np.array([t.text not in brand for tokens, brand in zip(titles, brands, strict=True) for t in tokens], bool)
    there = np.arange(shape[1]) < count[:, np.newaxis]
    word, before, behind = (np.zeros(shape, dtype=np.uint64) for _ in range(3))
    tells, fits, unread = (np.zeros(shape, dtype=bool) for _ in range(3))
    word[there] = np.array([hash_word(t.text) for t in numbers], dtype=np.uint64)[flat]
    tells[there] = np.array([_tells(t) for t in numbers], dtype=bool)[flat]
    fits[there] = np.array([_fits(t, ()) for t in numbers], dtype=bool)[flat] & free
    unread[there] = np.array([not t.axis for t in numbers], dtype=bool)[flat]
    step = np.uint64(_STEP)
    for k in range(shape[1] - 1):
        before[:, k + 1] = before[:, k] * step + word[:, k]
    for k in range(shape[1] - 2, -1, -1):  # behind a title's end there is nothing to hash
        behind[:, k] = np.where(k < count, behind[:, k + 1] * step + word[:, k], np.uint64(0))
    return _Words(word, fits, unread, before, behind, np.cumsum(np.pad(tells, ((0, 0), (1, 0))), axis=1))


def _dig_chunk(
    titles: Sequence[Sequence[Token]], prices: npt.NDArray[np.float64], brands: Sequence[Collection[str]]
) -> _Holes:
    words, step = _spread_words(titles, brands), np.uint64(_STEP)
    word, unread = words.word, words.unread
    none = np.zeros(0, dtype=np.uint64)
    parts = [_Holes(none, none, none, none, np.zeros(0), np.zeros(0, dtype=bool), none)]
    opened = np.zeros(len(titles), dtype=bool)
    run, core = (np.zeros(len(titles), dtype=np.uint64) for _ in range(2))
    for start, stop, rows, key in words.list_runs():
        last, new = word[:, stop - 1], unread[:, stop - 1]
        if stop == start + 1:
            opened, run, core = new, last, np.where(new, last, np.uint64(0))
        else:
            opened, run, core = opened | new, run * step + last, np.where(new, core * step + last, core)
        kept = np.where(opened, core, run)[rows]
        parts.append(_Holes(key, run[rows], word[rows, start], last[rows], prices[rows], opened[rows], kept))
    return _Holes(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(_Holes)))


def _believe(holes: _Holes) -> Frames:
    """The frames that at least three runs fill at one price, not too many in all, some of them no known values.

    Where most runs begin or end with one word, that word is a part of the frame, and a longer frame holds it; where
    runs differ in known values alone, these are what differs.
    """
    if not len(holes.key):
        return Frames()
    _, inverse, count = np.unique(holes.key, return_inverse=True, return_counts=True)
    holes = holes.take(count[inverse] >= _VALUES)
    distinct, inverse = np.unique(holes.key, return_inverse=True)
    if not len(distinct):
        return Frames()
    runs, unread = holes.run, holes.unread
    sizes = _count_distinct(inverse, runs, len(distinct))
    at = np.stack([inverse.astype(np.float64), holes.price], axis=1)
    priced, at_price = np.unique(at, axis=0, return_inverse=True)
    alike = np.zeros(len(distinct), dtype=np.int64)
    np.maximum.at(alike, priced[:, 0].astype(np.int64), _count_distinct(at_price.ravel(), runs, len(priced)))
    strange = _count_distinct(inverse[unread], runs[unread], len(distinct))
    kept = (alike >= _VALUES) & (sizes <= _NAMES) & (strange > 0)
    kept &= 4 * _count_distinct(inverse, holes.core, len(distinct)) >= 3 * sizes
    for end in (holes.first, holes.last):
        kept &= 2 * _count_commonest(inverse, runs, end, len(distinct)) <= sizes
    return Frames(distinct[kept], sizes[kept], np.zeros(int(kept.sum()), dtype=np.int64))


def _count_distinct(groups: IntArray, runs: Keys, count: int) -> IntArray:
    """How many different runs each group holds."""
    if not len(groups):
        return np.zeros(count, dtype=np.int64)
    order = np.lexsort((runs, groups))
    g, r = groups[order], runs[order]
    first = np.r_[True, (g[1:] != g[:-1]) | (r[1:] != r[:-1])]
    return np.bincount(g[first], minlength=count)


def _count_commonest(groups: IntArray, runs: Keys, words: Keys, count: int) -> IntArray:
    """How many different runs of each group share the word that most of them share."""
    order = np.lexsort((runs, words, groups))
    g, w, r = groups[order], words[order], runs[order]
    new = np.r_[True, (g[1:] != g[:-1]) | (w[1:] != w[:-1])]
    first = new | np.r_[True, r[1:] != r[:-1]]
    shared = np.bincount(np.cumsum(new)[first] - 1)
    most = np.zeros(count, dtype=np.int64)
    np.maximum.at(most, g[new], shared)
    return most


def _list_places(tokens: Sequence[Token]) -> list[int]:
    """Where the words of a title stand that may be part of a frame: no measures, sizes, counts, nor what only sells."""
    return [k for k, t in enumerate(tokens) if not t.axis or t.axis in WORDED][:_LONGEST]


def _list_holes(tokens: Sequence[Token], brand: Collection[str]) -> Iterator[tuple[int, int, int]]:
    """Every run of a title that may fill a frame: where it starts and stops, and the hash of what stands around it."""
    n = len(tokens)
    hashes = [hash_word(t.text) for t in tokens]
    before, behind = [0], [0]
    for h in hashes:
        before.append((before[-1] * _STEP + h) & _MASK)
    for h in reversed(hashes):
        behind.append((behind[-1] * _STEP + h) & _MASK)
    told = [0, *accumulate(map(_tells, tokens))]
    fits = [_fits(t, brand) for t in tokens]
    for start in range(n):
        for stop in range(start + 1, min(start + _RUN, n) + 1):
            if not fits[stop - 1]:
                break
            if told[n] - told[stop] + told[start] >= _AROUND:
                yield start, stop, (before[start] * _BEFORE + behind[n - stop] * _BEHIND) & _MASK


def _tells(token: Token) -> bool:
    """Whether a word says what the titles of a frame are of."""
    return (not token.axis and _count_signs(token.text)[0] >= _WORD) or token.kind == "cjk"


def _fits(token: Token, brand: Collection[str]) -> bool:
    """Whether a word may be a choice: no model's number, no brand."""
    return not _count_signs(token.text)[1] and token.text not in brand


@lru_cache(maxsize=200_000)
def _count_signs(word: str) -> tuple[int, int]:
    """How many letters and how many digits a word has."""
    return sum(map(str.isalpha, word)), sum(map(str.isdigit, word))


@lru_cache(maxsize=200_000)
def hash_word(word: str) -> int:
    """Return a word's hash, the same in every run of the program."""
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little")
