"""What the whole of a catalogue says about its words and listings, as arrays; and the words of its texts.

A word is known by its hash, never by its text: what is kept holds no text, and a draft's words find theirs in it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache, partial
from itertools import chain
from typing import Self
from zlib import crc32

import numpy as np

from dupcheck.features import Features
from dupcheck.files.arrays import Array, Rows, sort_distinct, take_ranges
from dupcheck.model import BoolArray, Catalog, FloatArray, IntArray
from dupcheck.run import choose_search
from dupcheck.signals import get_signal
from dupcheck.titles.stream import cut_title

_WORDS, _SIGNS = 2**17, 2**16
"""How many words, and how many sequences of signs, are told apart by their hash."""
IS_NUMBER = np.arange(_WORDS) % 2 == 0
"""Which words hold a digit."""
_PAST_SURROGATES = 2**16
"""Signs from here on are all of one kind."""
_DESCRIBED = 400
_MOST_WORDS = 40
"""Words of a description that count: the first say what a thing is, the rest how it is sent."""


@dataclass(frozen=True)
class Background:
    """What the whole of a catalogue says about words and listings: arrays without text, that can be kept.

    Attributes:
        listings: How many listings there are.
        words: In how many titles each word stands.
        described: In how many descriptions.
        spelled: In how many titles each sequence of three or four signs stands.
        recurring: In how many different products' titles a word is the only one by which two candidates differ.
        near: For each listing how far in likeness its candidates are from it, ascending.
        start: Where each listing begins in ``near``.
    """

    listings: int
    words: IntArray
    described: IntArray
    spelled: IntArray
    recurring: FloatArray
    near: FloatArray
    start: IntArray

    @classmethod
    def learn(cls, texts: "Texts", features: Features, left: IntArray, right: IntArray) -> Self:
        """Return what a catalogue says; ``left`` and ``right`` are its candidate pairs."""
        n = len(features)
        near, start = _list_nearness(features, left, right)
        return cls(
            n, texts.words.count_columns(), texts.described.count_columns(), texts.spelled.count_columns(),
            _count_recurring(texts.words, left, right), near, start,
        )  # fmt: skip

    def as_arrays(self) -> dict[str, Array]:
        """Return it as arrays that :meth:`from_arrays` takes; most words of a table stand nowhere."""
        kept: dict[str, Array] = {"listings": np.array(self.listings), "near": self.near, "start": self.start}
        for name in ("words", "described", "spelled", "recurring"):
            table = getattr(self, name)
            at = np.flatnonzero(table)
            kept |= {f"{name}.at": at.astype(np.int32), f"{name}.count": table[at].astype(np.float32)}
        return kept

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> Self:
        """Return what :meth:`as_arrays` gave."""
        tables = {}
        for name, width in (("words", _WORDS), ("described", _WORDS), ("spelled", _SIGNS), ("recurring", _WORDS)):
            table = np.zeros(width)
            table[arrays[f"{name}.at"]] = arrays[f"{name}.count"]
            tables[name] = table
        return cls(
            listings=int(np.ravel(arrays["listings"])[0]),
            words=tables["words"].astype(np.int64),
            described=tables["described"].astype(np.int64),
            spelled=tables["spelled"].astype(np.int64),
            recurring=tables["recurring"],
            near=np.asarray(arrays["near"], dtype=np.float64),
            start=np.asarray(arrays["start"], dtype=np.int64),
        )

    @cached_property
    def recurrence(self) -> FloatArray:
        """How often each word recurs, on the scale on which it is compared."""
        return np.log1p(self.recurring)

    @cached_property
    def weights(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """How telling each word of titles, of descriptions, and each sequence of signs is: the rarer, the more."""
        words, described, spelled = (
            np.log((self.listings + 1) / (count + 1)) + 1.0 for count in (self.words, self.described, self.spelled)
        )
        return words, described, spelled


class Texts:
    """The titles and descriptions of listings, cut into words and signs, each known by its hash."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def forget(self) -> None:
        """Let go of all that is made again where it is asked for."""
        for name in vars(self).keys() - {"catalog"}:
            del vars(self)[name]

    @cached_property
    def _cut(self) -> tuple[Rows, list[str]]:
        """The words of each title, as numbers and as one text: as many single ones would fill the memory."""
        cut = [cut_title(title) for title in self.catalog.column("title")]
        return _number_words(cut), [" ".join(tokens) for tokens in cut]

    @cached_property
    def joined(self) -> list[str]:
        """Each title as its tokens with a blank between."""
        return self._cut[1]

    @cached_property
    def words(self) -> Rows:
        """The words of each title."""
        return self._cut[0]

    @cached_property
    def ordered(self) -> list[str]:
        """Each title as a text in which one sign stands for each word, as what compares texts takes it."""
        return ["".join(chr(_PAST_SURROGATES + _number_word(word)) for word in text.split()) for text in self.joined]

    @cached_property
    def described(self) -> Rows:
        """The first words of each description."""
        return _number_words(
            [cut_title(t[:_DESCRIBED])[:_MOST_WORDS] if t else () for t in self.catalog.column("description").tolist()]
        )

    @cached_property
    def spelled(self) -> Rows:
        """The sequences of three and four signs of each title."""
        return _number_signs(self.joined)


def spell_titles(catalog: Catalog) -> Rows:
    """Return the sequences of three and four signs of each title."""
    return Texts(catalog).spelled


def spell_few(catalog: Catalog, listings: int) -> Callable[[], Rows] | None:
    """Return what gives the sequences of signs of each title, where so few ``listings`` in all are searched by them;
    the titles are cut once, however often it is asked.
    """
    return cache(partial(spell_titles, catalog)) if choose_search(listings).spelled else None


def measure_far(features: Features, left: IntArray, right: IntArray) -> FloatArray:
    """Return how far the titles of each pair are from one another, 0 … 1; 1 where that cannot be told."""
    near = get_signal("title").measure(features, left, right)
    far: FloatArray = 1.0 - np.nan_to_num(near, nan=0.0) / 100.0
    return far


def _list_nearness(features: Features, left: IntArray, right: IntArray) -> tuple[FloatArray, IntArray]:
    far = np.tile(measure_far(features, left, right), 2)
    owner = np.concatenate([left, right])
    order = np.lexsort((far, owner))
    start = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(features)))])
    return far[order], start.astype(np.int64)


def _count_recurring(rows: Rows, left: IntArray, right: IntArray) -> FloatArray:
    return np.bincount(list_lone_words(rows, left, right)[:, 0], minlength=rows.width).astype(np.float64)


def list_lone_words(rows: Rows, left: IntArray, right: IntArray) -> IntArray:
    """Return each word that is the only one by which two of the pairs differ, with a mark of the rest of its title: of
    a word as many rows as there are products.
    """
    unshared = Unshared(rows, left, right)
    n, pair, word = len(left), unshared.pair, unshared.word
    per_side = np.bincount(pair, minlength=2 * n)
    lone = per_side[:n] + per_side[n:]
    at = (per_side[pair] == 1) & (lone[pair % max(n, 1)] <= 2)
    mark = np.random.default_rng(0).integers(0, 2**62, rows.width + 1, dtype=np.int64)
    total: IntArray = np.zeros(len(rows), dtype=np.int64)
    np.add.at(total, rows.owners, mark[rows.items])
    side = np.concatenate([left, right])
    rest = total[side[pair[at]]] - mark[word[at]]
    return np.unique(np.stack([word[at].astype(np.int64), rest], axis=1), axis=0)


@lru_cache(maxsize=200_000)
def _number_word(word: str) -> int:
    """The number of a word: even ones hold a digit."""
    number = crc32(word.encode("utf-8", "surrogatepass")) % (_WORDS // 2)
    return 2 * number + (not any(c.isdigit() for c in word))


def _number_words(cut: Sequence[Sequence[str]]) -> Rows:
    sizes = np.fromiter(map(len, cut), dtype=np.int64, count=len(cut))
    words = np.fromiter(map(_number_word, chain.from_iterable(cut)), dtype=np.int64, count=int(sizes.sum()))
    return _make_rows([np.repeat(np.arange(len(cut)), sizes) * _WORDS + words], len(cut), _WORDS)


def _make_rows(keys: Sequence[IntArray], count: int, width: int) -> Rows:
    """Rows of ones: a key is its row times the ``width``, and its column."""
    found = sort_distinct(keys)
    start = np.searchsorted(found, np.arange(count + 1) * width)
    return Rows(start, (found % width).astype(np.int32), np.ones(len(found), dtype=np.float32), width)


def _number_signs(texts: Sequence[str]) -> Rows:
    """Sequences of three and four signs of each text, by their hash; all texts at once, as one array of signs."""
    sizes = np.array([len(t) + 1 for t in texts], dtype=np.int64)
    signs = np.frombuffer("".join(f"{t} " for t in texts).encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)
    owner = np.repeat(np.arange(len(texts)), sizes)
    keys = []
    for length in (3, 4):
        if len(signs) < length:
            continue
        last = len(signs) - length + 1
        mixed = np.full(last, np.uint64(length), dtype=np.uint64)
        for k in range(length):
            mixed = (mixed ^ signs[k : last + k]) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
        whole = owner[:last] == owner[length - 1 :]
        keys.append(owner[:last][whole] * _SIGNS + (mixed[whole] % np.uint64(_SIGNS)).astype(np.int64))
    return _make_rows(keys, len(texts), _SIGNS)


def scale_rows(rows: Rows, weights: FloatArray) -> Rows:
    """The rows with these weights for their columns, each of length 1: dot products are cosines."""
    weighed = replace(rows, weights=weights[rows.items].astype(np.float32))
    norms = np.sqrt(weighed.sum_squares())
    return replace(weighed, weights=(weighed.weights / np.maximum(norms[rows.owners], 1e-9)).astype(np.float32))


class Unshared:
    """The words that two titles share and do not share, for all pairs at once.

    ``pair`` and ``word`` are those that only one side has: the right sides' pairs count on from the left ones.
    """

    def __init__(self, rows: Rows, left: IntArray, right: IntArray) -> None:
        self.count = len(left)
        words, pairs, keys = [], [], []
        for k, side in enumerate((left, right)):
            at, start = take_ranges(rows.start, side)
            pair = np.repeat(np.arange(len(side)), np.diff(start))
            words.append(rows.items[at].astype(np.int64))
            pairs.append(pair + k * len(side))
            keys.append(pair * max(rows.width, 1) + rows.items[at])
        ours = _stand_in(keys[0], keys[1])
        self.shared_pair, self.shared_word = pairs[0][ours], words[0][ours]
        alone = ~np.concatenate([ours, _stand_in(keys[1], keys[0])])
        self.pair, self.word = np.concatenate(pairs)[alone], np.concatenate(words)[alone]

    def compare(self, name: str, weights: FloatArray, numbers: BoolArray) -> dict[str, FloatArray]:
        """Return their weight, the heaviest, and how many are numbers."""
        n, pair, word = self.count, self.pair, self.word
        total = np.bincount(self.shared_pair, weights[self.shared_word], minlength=n).astype(np.float64)
        amount: FloatArray = np.bincount(pair, weights[word], minlength=2 * n).astype(np.float64)
        counted = np.bincount(pair, numbers[word].astype(float), minlength=2 * n)
        heaviest = _take_most(pair, weights[word], 2 * n)
        found = {
            f"{name}_shared": total,
            f"{name}_top_shared": _take_most(self.shared_pair, weights[self.shared_word], n),
        }
        for what, both in (("", amount), ("top_", heaviest), ("numbers_", counted)):
            a, b = both[:n], both[n:]
            found[f"{name}_{what}more"], found[f"{name}_{what}less"] = np.maximum(a, b), np.minimum(a, b)
        return found

    def find_least(self, values: FloatArray) -> FloatArray:
        """Return the least value of a word that only one side has, NaN where there is none."""
        least = np.full(self.count, np.inf)
        np.minimum.at(least, self.pair % max(self.count, 1), values[self.word])
        return np.where(np.isinf(least), np.nan, least)

    def find_most(self, values: FloatArray) -> FloatArray:
        """Return the greatest value of a word that only one side has: that of the side whose greatest is less."""
        most = np.zeros(2 * self.count)
        np.maximum.at(most, self.pair, values[self.word])
        least: FloatArray = np.minimum(most[: self.count], most[self.count :])
        return least


def _take_most(owner: IntArray, values: FloatArray, count: int) -> FloatArray:
    """The greatest value of each owner, whose entries stand together; 0 where it has none."""
    most = np.zeros(count)
    if len(owner):
        begin = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
        most[owner[begin]] = np.maximum.reduceat(values, begin)
    return most


def _stand_in(keys: IntArray, others: IntArray) -> BoolArray:
    """Which of ``keys`` stand in ``others``; both ascend."""
    if not len(others):
        return np.zeros(len(keys), dtype=bool)
    at = np.minimum(np.searchsorted(others, keys), len(others) - 1)
    return np.asarray(others[at] == keys)
