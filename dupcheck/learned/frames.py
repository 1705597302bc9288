"""Titles as columns: flat arrays of their words, and the frames that words stand in.

A frame is what stands before and behind a slot. Its key is made of hashes of the words before and of the words behind,
so that equal frames have equal keys whatever stands in the slot.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from dupcheck.model import BoolArray, FloatArray, IntArray
from dupcheck.titles import Token
from dupcheck.titles.vocabulary import load_vocabulary

Between = tuple[str, str]
"""The core words before and behind a slot; "" where there is none."""
Words = tuple[str, ...]
Keys = npt.NDArray[np.uint64]

AXES_OF_WORDS = ("color", "size", "pattern")
"""The axes on which words that no vocabulary knows may be values."""
OWN = 0.5
"""A word is at home in a place if it stands there in more than this share of the titles that hold it."""
HABIT = 20
"""So many titles must do alike before the catalogue has a habit."""
_HABITUAL = 0.6
_WIDEST = 3
_LONGEST_RUN = 6
_REST = 2
_REST_UNNAMED = 3
_VALUES = 3
_NEAR = 1.25
_EQUAL = 1.005
_HEADS = 5
_BUCKETS = 23


class Texts:
    """Titles as flat arrays of token numbers: row r holds ``flat[start[r]:start[r + 1]]``."""

    def __init__(self, titles: Sequence[Sequence[Token]]) -> None:
        number: dict[Token, int] = {}
        self.start = np.concatenate([[0], np.cumsum([len(tokens) for tokens in titles], dtype=np.int64)])
        numbers = (number.setdefault(token, len(number)) for token in chain.from_iterable(titles))
        self.flat = np.fromiter(numbers, dtype=np.int64, count=int(self.start[-1]))
        self.tokens = list(number)

    @cached_property
    def axis(self) -> npt.NDArray[np.object_]:
        """The axis of each token."""
        return np.array([t.axis for t in self.tokens], dtype=object)

    @cached_property
    def row(self) -> IntArray:
        """The row of each place in ``flat``."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    @cached_property
    def core(self) -> BoolArray:
        """Whether each place in ``flat`` holds a core word."""
        core: BoolArray = self.on("")
        return core

    @cached_property
    def tail(self) -> IntArray:
        """Where the values and selling words at the end of each row start."""
        tail = self.start[:-1].copy()
        places = np.flatnonzero(self.core)
        tail[self.row[places]] = places + 1  # of several assignments the last one counts
        return tail

    def __len__(self) -> int:
        return len(self.start) - 1

    def on(self, axis: str) -> BoolArray:
        """Whether each place in ``flat`` holds a token on an axis."""
        on: BoolArray = (self.axis == axis)[self.flat].astype(bool)
        return on

    def count(self, word: str) -> int:
        """How many titles' cores hold a word."""
        return int(self._counts.get(word, 0))

    @cached_property
    def _counts(self) -> Counter[str]:
        """In how many places each core word stands."""
        seen = np.bincount(self.flat[self.core], minlength=len(self.tokens)).tolist()
        return Counter({t.text: n for t, n in zip(self.tokens, seen, strict=True) if n})

    def stands_last(self, axis: str) -> bool:
        """Whether titles that name one value on an axis mostly name it at their end."""
        places = np.flatnonzero(self.on(axis))
        alone = np.bincount(self.row[places], minlength=len(self))[self.row[places]] == 1
        told = places[alone]
        return len(told) >= HABIT and int((told >= self.tail[self.row[told]]).sum()) >= _HABITUAL * len(told)

    def find_contested(self, axes: Iterable[str]) -> IntArray:
        """Return the rows that name values on one of the axes both at their end and before."""
        found = np.zeros(len(self), dtype=bool)
        for axis in axes:
            places = np.flatnonzero(self.on(axis))
            at_end = places >= self.tail[self.row[places]]
            ends, befores = np.zeros(len(self), dtype=bool), np.zeros(len(self), dtype=bool)
            ends[self.row[places[at_end]]] = True
            befores[self.row[places[~at_end]]] = True
            found |= ends & befores
        return np.flatnonzero(found)

    @cached_property
    def _only_color(self) -> IntArray:
        """The place of the only colour of each row; -1 where there is none, or several."""
        places = np.flatnonzero(self.on("color"))
        only = np.full(len(self), -1, dtype=np.int64)
        only[self.row[places]] = places
        only[np.bincount(self.row[places], minlength=len(self)) != 1] = -1
        return only

    def find_behind_color(self) -> IntArray:
        """Return the rows that name one colour, not at their start, and core words behind it."""
        only = self._only_color
        return np.flatnonzero((only > self.start[:-1]) & (self.tail > only + 1))

    def count_behind_color(self, axis: str) -> int:
        """Return how many rows name one colour and, behind it, a value on an axis."""
        only = self._only_color
        places = np.flatnonzero(self.on(axis))
        behind = places[(only[self.row[places]] >= 0) & (places > only[self.row[places]])]
        return len(np.unique(self.row[behind]))

    def find_distinct(self) -> IntArray:
        """Return the first of each set of equal rows."""
        random = np.random.default_rng(2)
        mark = random.integers(1, 2**63, len(self.tokens) + 1, dtype=np.uint64)
        at = np.arange(len(self.flat)) - self.start[self.row]
        total = np.concatenate(
            [np.zeros(1, np.uint64), np.cumsum(mark[self.flat] * _powers(int(at.max(initial=0)))[at])]
        )
        keys = total[self.start[1:]] - total[self.start[:-1]]
        return np.sort(np.unique(keys, return_index=True)[1]).astype(np.int64)

    def choose(self, rows: IntArray) -> "Texts":
        """Return some of the rows."""
        chosen = object.__new__(Texts)
        sizes = np.diff(self.start)[rows]
        chosen.start = np.concatenate([[0], np.cumsum(sizes)])
        owner = np.repeat(np.arange(len(rows)), sizes)
        chosen.flat = self.flat[self.start[rows][owner] + np.arange(len(owner)) - chosen.start[owner]]
        chosen.tokens = self.tokens
        return chosen


def _powers(most: int) -> Keys:
    """The powers of one odd number, 0 … most, for hashes of sequences."""
    return np.multiply.accumulate(
        np.concatenate([np.ones(1, np.uint64), np.full(most, 6364136223846793005, np.uint64)])
    )


@dataclass(frozen=True)
class Spans:
    """Runs of a few words, none of them a number or a code: places ``start`` and ``end``, the frame's key, and a key of
    the words themselves, which tells them apart within one frame.
    """

    start: IntArray
    end: IntArray
    key: Keys
    filling: Keys

    def __getitem__(self, where: BoolArray | IntArray) -> "Spans":
        return Spans(self.start[where], self.end[where], self.key[where], self.filling[where])

    def __len__(self) -> int:
        return len(self.start)

    def list_frames(self, least: int) -> Iterator[IntArray]:
        """Give the positions of the spans of each frame that holds at least so many different fillings."""
        bucket = (self.key >> np.uint64(64 - _BUCKETS)).astype(np.int64)
        crowded = np.flatnonzero(np.bincount(bucket, minlength=1)[bucket] >= least)
        order = crowded[np.lexsort((self.filling[crowded], self.key[crowded]))]
        if not len(order):
            return
        key, filling = self.key[order], self.filling[order]
        opens = np.concatenate([[True], key[1:] != key[:-1]])
        fresh = np.concatenate([[True], filling[1:] != filling[:-1]]) | opens
        starts = np.flatnonzero(opens)
        held = np.add.reduceat(fresh.astype(np.int64), starts)
        ends = np.append(starts[1:], len(order))
        for k in np.flatnonzero(held >= least).tolist():
            yield np.sort(order[starts[k] : ends[k]])


class Frames:
    """Titles as sequences of core words with their values taken out. A title of n words has n + 1 places: ``row`` and
    ``at`` tell of each place whose it is and how many words stand before it, ``flat`` where the word behind it is.
    """

    def __init__(self, texts: Texts, prices: FloatArray, categories: IntArray, facts: IntArray) -> None:
        self.prices, self.categories, self.facts = prices, categories, facts
        tokens, core = texts.tokens, texts.core
        numbers: dict[str, int] = {}
        code = np.array([numbers.setdefault(t.text, len(numbers)) for t in tokens], dtype=np.int64)
        self.words = list(numbers)
        worded = np.array([t.kind in ("word", "cjk") for t in tokens], dtype=bool)
        fitting = load_vocabulary().fitting
        leads = np.array([t.axis == "noise" and t.text in fitting for t in tokens], dtype=bool)
        gram = np.array([t.kind == "cjk" for t in tokens], dtype=bool)
        led = np.concatenate([[False], leads[texts.flat[:-1]]]) if len(texts.flat) else np.zeros(0, dtype=bool)
        led[texts.start[:-1][texts.start[:-1] < len(led)]] = False
        places = texts.flat[core]
        self.codes = code[places]
        self.gram = gram[places]
        self.size = np.bincount(texts.row[core], minlength=len(texts)).astype(np.int64)
        self.start = np.concatenate([[0], np.cumsum(self.size)])
        self.seen = np.bincount(self.codes, minlength=len(self.words))
        self.fixed = np.concatenate([[0], np.cumsum(~worded[places] | led[core])])
        self.row = np.repeat(np.arange(len(self.size)), self.size + 1)
        self.at = np.arange(len(self.row)) - (self.start[:-1] + np.arange(len(self.size)))[self.row]
        self.flat = self.start[self.row] + self.at
        self._place_values(texts)
        self._hash()

    def _place_values(self, texts: Texts) -> None:
        """Where each title names its value on an axis: -1 where it names none, -2 where it names some apart."""
        ahead = np.concatenate([[0], np.cumsum(texts.core)])
        self.place: dict[str, IntArray] = {}
        self._value: dict[str, IntArray] = {}
        self._tokens = texts.tokens
        for axis in AXES_OF_WORDS:
            at = np.flatnonzero(texts.on(axis))
            row = texts.row[at]
            count = ahead[at] - ahead[texts.start[row]]
            first, last = np.full(len(texts), -1, dtype=np.int64), np.full(len(texts), -1, dtype=np.int64)
            last[row], first[row[::-1]] = count, count[::-1]
            self.place[axis] = np.where(first == last, last, -2)
            self._value[axis] = np.full(len(texts), -1, dtype=np.int64)
            self._value[axis][row] = texts.flat[at]

    def value(self, axis: str, row: int) -> str:
        """The value that a title names on an axis."""
        value: str = self._tokens[self._value[axis][row]].value
        return value

    def _hash(self) -> None:
        """Hashes of the words before each place and behind it."""
        mark = np.random.default_rng(1).integers(1, 2**63, max(len(self.words), 1), dtype=np.uint64)
        row = np.repeat(np.arange(len(self.size)), self.size)
        at = np.arange(len(self.codes)) - self.start[row]
        power, zero = _powers(int(self.size.max(initial=0))), np.zeros(1, dtype=np.uint64)
        ahead = np.concatenate([zero, np.cumsum(mark[self.codes] * power[at])])
        back = np.concatenate([zero, np.cumsum(mark[self.codes] * power[self.size[row] - 1 - at])])
        self.ahead = ahead
        self.before = ahead[self.flat] - ahead[self.start[self.row]]
        self.behind = back[self.start[self.row + 1]] - back[self.flat]

    def keys(self, start: IntArray, end: IntArray) -> Keys:
        """The key of the frame around what stands between two places."""
        mixed = self.before[start] * np.uint64(0x9E3779B97F4A7C15)
        keys: Keys = (mixed ^ (mixed >> np.uint64(29))) + self.behind[end] * np.uint64(0xC2B2AE3D27D4EB4F)
        return keys * np.uint64(0x9E3779B97F4A7C15)

    @cached_property
    def spans(self) -> Spans:
        """Every span of every title."""
        starts, ends = [], []
        for width in range(1, _LONGEST_RUN + 1):
            end = np.flatnonzero(self.at >= width)
            end = end[self.fixed[self.flat[end]] == self.fixed[self.flat[end - width]]]
            if width > _WIDEST:
                end = end[self.gram[self.flat[end - width]] & self.gram[self.flat[end] - 1]]
            starts.append(end - width)
            ends.append(end)
        start, end = np.concatenate(starts), np.concatenate(ends)
        return Spans(start, end, self.keys(start, end), self.ahead[self.flat[end]] - self.ahead[self.flat[start]])

    def text(self, start: int, end: int) -> Words:
        """The words between two places."""
        return tuple(self.words[c] for c in self.codes[self.flat[start] : self.flat[end]])

    def between(self, start: int, end: int) -> Between:
        """The words on both sides of a span."""
        row = self.row[start]
        before = self.words[self.codes[self.flat[start] - 1]] if self.at[start] else ""
        behind = self.words[self.codes[self.flat[end]]] if self.at[end] < self.size[row] else ""
        return before, behind

    def rest(self, start: int, end: int) -> int:
        """How many words stand around a span."""
        return int(self.size[self.row[start]]) - (end - start)

    def alike(self, fillings: Iterable[Sequence[int]], ratio: float) -> bool:
        """Whether what fills a slot in some rows each is of one category, as far as known, and sells for like prices.

        Of each filling the lowest price counts: the same sizes of two colours cost the same, two sizes need not.
        """
        categories: set[int] = set()
        lowest = []
        for rows in fillings:
            categories.update(self.categories[rows].tolist())
            prices = self.prices[rows]
            if (prices > 0).any():
                lowest.append(float(prices[prices > 0].min()))
        return len(categories - {-1}) <= 1 and (not lowest or max(lowest) <= ratio * min(lowest))

    def find_named(self, axis: str, last: bool) -> list[tuple[Words, Between]]:
        """Phrases in slots in which known values of an axis stand too, and between what they stand.

        ``last``: whether the catalogue writes the axis at the end of titles.
        """
        place = self.place[axis]
        known = np.flatnonzero((self.at == place[self.row]) & (place[self.row] >= 0))
        if not len(known):
            return []
        spans, known_keys = self.spans, self.keys(known, known)
        near = _bucket(known_keys, spans.key)
        near |= last & (self.at[spans.end] == self.size[self.row[spans.end]])
        near &= (place[self.row[spans.end]] == -1) | (self.at[spans.end] == place[self.row[spans.end]])
        spans = spans[near]
        valued = self.at[spans.end] == place[self.row[spans.end]]
        bare = np.isin(spans.key, known_keys)
        homes: dict[int, list[int]] = {}
        wanted = np.flatnonzero(np.isin(known_keys, spans.key[bare]))
        for k in wanted.tolist():
            homes.setdefault(int(known_keys[k]), []).append(int(known[k]))
        slots: dict[int, list[tuple[int, int, bool]]] = {}
        for k in np.flatnonzero(bare).tolist():
            slots.setdefault(int(spans.key[k]), []).append((int(spans.start[k]), int(spans.end[k]), bool(valued[k])))
        found = []
        for key, fillings in slots.items():
            found += self._fill(axis, last, homes[key], fillings)
        if last:
            found += self._fill_modified(axis, spans[~bare], valued[~bare])
        return self._own(found)

    def _fill(
        self, axis: str, last: bool, known: Sequence[int], spans: Sequence[tuple[int, int, bool]]
    ) -> list[tuple[int, int]]:
        """The spans that are values beside the known values of one slot."""
        values = {self.value(axis, int(self.row[i])) for i in known}
        shown = [int(self.row[i]) for i in known]
        strange: dict[tuple[Words, bool], list[tuple[int, int]]] = {}
        for s, e, valued in spans:
            if self.rest(s, e) >= _REST:
                strange.setdefault((self.text(s, e), valued), []).append((s, e))
        new = sum(not valued for _, valued in strange)
        kept = []
        for (_, valued), places in strange.items():
            rows = [int(self.row[s]) for s, _ in places]
            at_end = last and all(self.at[e] == self.size[self.row[e]] for _, e in places)
            if valued:  # "luminous white" beside "silver"; beside "white" alone it may be any word
                enough = bool(values - {self.value(axis, row) for row in rows})
            else:
                enough = at_end or (len(values) >= 2 and len(values) >= new)
            if enough and self.alike((rows, shown), _NEAR if valued or at_end else _EQUAL):
                kept += places
        return kept

    def _fill_modified(self, axis: str, spans: Spans, valued: BoolArray) -> list[tuple[int, int]]:
        """Spans at the end of titles between the thing's name and its value: "area rug weave multi, … stone gray".

        Every sibling has such words, so none shows the slot bare. What stands before it must be the end of a name: a
        word that directly precedes values in many titles.
        """
        ends = np.zeros(len(self.words), dtype=np.int64)
        final = np.flatnonzero(
            (self.at == self.place[axis][self.row]) & (self.at == self.size[self.row]) & (self.at > 0)
        )
        np.add.at(ends, self.codes[self.flat[final] - 1], 1)
        whole = np.flatnonzero((self.at[spans.end] == self.size[self.row[spans.end]]) & (self.at[spans.start] > 0))
        whole = whole[ends[self.codes[self.flat[spans.start[whole]] - 1]] >= _HEADS]
        spans, valued = spans[whole], valued[whole]
        kept = []
        for members in spans.list_frames(2):
            places = [(int(spans.start[k]), int(spans.end[k])) for k in members]
            fillings = self._by_text(places)
            rest = self.rest(*places[0])
            if rest < _REST or _share_an_end(fillings) or not valued[members].any():
                continue
            if self.alike(fillings.values(), _EQUAL):
                kept += places
        return kept

    def _by_text(self, spans: Iterable[tuple[int, int]]) -> dict[Words, list[int]]:
        rows: dict[Words, list[int]] = {}
        for s, e in spans:
            rows.setdefault(self.text(s, e), []).append(int(self.row[s]))
        return rows

    def _own(self, spans: Sequence[tuple[int, int]]) -> list[tuple[Words, Between]]:
        """Keep the phrases one of whose words stands in such slots more than anywhere else."""
        there: Counter[int] = Counter()
        for place in {p for s, e in spans for p in range(self.flat[s], self.flat[e])}:
            there[int(self.codes[place])] += 1
        found = []
        shortest: dict[int, int] = {}
        for s, e in spans:
            shortest[e] = max(shortest.get(e, s), s)
        for s, e in spans:
            codes = self.codes[self.flat[s] : self.flat[e]].tolist()
            if s != shortest[e]:
                continue
            if any(there[c] > OWN * self.seen[c] for c in codes):
                found.append((self.text(s, e), self.between(s, e)))
        return found

    def find_unnamed(self) -> list[tuple[bool, Words, Between]]:
        """Slots in which several words stand, none of them known, in otherwise equal titles at one price.

        Sure only where the attributes are told and equal as well: three things a shop sells at one price ("ceramic
        mug", "ceramic bowl") differ in them. What is not sure names a difference and joins nothing.
        """
        spans = self.spans
        row = self.row[spans.start]
        fit = self.size[row] - (spans.end - spans.start) >= _REST_UNNAMED
        fit &= self.prices[row] > 0
        spans = spans[fit]
        kept: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
        for members in spans.list_frames(_VALUES):
            places = [(int(spans.start[k]), int(spans.end[k])) for k in members]
            fillings = self._by_text(places)
            if _share_an_end(fillings) or not self.alike(fillings.values(), _EQUAL):
                continue
            facts = set.intersection(*(set(self.facts[rows].tolist()) for rows in fillings.values()))
            if facts:
                kept[facts != {-1}] += places
        return [(sure, *found) for sure, places in kept.items() for found in self._own(places)]


def _bucket(known: Keys, keys: Keys) -> BoolArray:
    """Which keys may be among the known: sure where it says no."""
    held = np.zeros(1 << _BUCKETS, dtype=bool)
    held[known >> np.uint64(64 - _BUCKETS)] = True
    near: BoolArray = held[keys >> np.uint64(64 - _BUCKETS)]
    return near


def _share_an_end(fillings: Collection[Words]) -> bool:
    """Whether what stands in a slot begins or ends with the same word everywhere: then the slot is smaller."""
    return len({words[0] for words in fillings}) == 1 or len({words[-1] for words in fillings}) == 1
