"""Which pairs of listings name different members of one set: a bench and a chair, Glide 3 and Glide 4.

The values of an axis are here texts of several facts, ``clothes=shorts|waist=high waist`` (see ``text.contrasts`` and
``text.series``). Two of them contradict where both speak of one thing and no member that they name is common to both.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np

from dupcheck.features import KIND, SERIES, AxisColumn, Features
from dupcheck.files.arrays import take_ranges
from dupcheck.model import BoolArray, Difference, IntArray
from dupcheck.titles.kinds import DOUBT, list_spares
from dupcheck.titles.models import BARE, FITTING, list_marks
from dupcheck.titles.vocabulary import load_vocabulary

_LISTED = re.compile(r"[,;/|]| and | & ")
_HAS_DIGIT = re.compile(r"\d")
_GLUED = re.compile(r"([^\W\d_]{3,})(\d)")

Facts = dict[str, frozenset[str]]
"""What a value speaks of → the members it names there."""


def _split(value: str) -> Iterator[tuple[str, frozenset[str]]]:
    for fact in value.split("|") if value else ():
        key, _, members = fact.partition("=")
        yield key, frozenset(members.split(","))


@lru_cache(maxsize=100_000)
def list_kinds(value: str) -> Facts:
    """Return the facts of a value of the axis ``kind``: a title that names no spare part sells the thing itself."""
    facts = dict.fromkeys(list_spares(), frozenset({BARE})) | dict(_split(value))
    return {key: members for key, members in facts.items() if members != {DOUBT}}


@lru_cache(maxsize=100_000)
def list_series(value: str, fitting: bool) -> Facts:
    """Return the facts of a value of the axis ``series``; with ``fitting`` also those of what the thing fits."""
    facts: Facts = {}
    for key, members in sorted(_split(value), key=lambda fact: fact[0].startswith(FITTING)):
        if fitting or not key.startswith(FITTING):
            facts.setdefault(key.removeprefix(FITTING), members)
    return facts


def contradict_facts(column: AxisColumn, read: Callable[[str], Facts], left: IntArray, right: IntArray) -> BoolArray:
    """Return which pairs state values that contradict each other, as ``read`` understands them."""
    result = np.zeros(len(left), dtype=bool)
    at = np.flatnonzero(column.codes[left] != column.codes[right])
    if not len(at):
        return result
    values = (*column.values, "")
    codes = column.codes[left[at]] % len(values), column.codes[right[at]] % len(values)
    used, place = np.unique(np.concatenate(codes), return_inverse=True)
    start, keys, members = _number([read(values[k]) for k in used.tolist()])
    a, b = place[: len(at)], place[len(at) :]
    pairs, which = np.unique(a * len(used) + b, return_inverse=True)
    result[at] = _disjoint(start, keys, members, pairs // len(used), pairs % len(used))[which]
    return result


def _number(facts: Sequence[Facts]) -> tuple[IntArray, IntArray, IntArray]:
    """The facts as rows: where each value's start, and the numbers of what they speak of and of the member named."""
    keys: dict[str, int] = {}
    members: dict[tuple[str, str], int] = {}
    rows = [[(key, m) for key, named in row.items() for m in named] for row in facts]
    start = np.cumsum([0, *(len(row) for row in rows)])
    told = [
        (keys.setdefault(fact[0], len(keys)), members.setdefault(fact, len(members))) for row in rows for fact in row
    ]
    numbers = np.array(told, dtype=np.int64).reshape(-1, 2)
    return start, numbers[:, 0], numbers[:, 1]


def _disjoint(start: IntArray, keys: IntArray, members: IntArray, left: IntArray, right: IntArray) -> BoolArray:
    """Which pairs of rows speak of one thing and share no member of it."""
    (ours, first), (theirs, second) = take_ranges(start, left), take_ranges(start, right)
    pair = np.repeat(np.arange(len(left)), np.diff(first))
    other = np.repeat(np.arange(len(left)), np.diff(second))
    width, height = int(keys.max(initial=0)) + 1, int(members.max(initial=0)) + 1
    key = pair * width + keys[ours]
    common = np.isin(pair * height + members[ours], other * height + members[theirs])
    both = np.intersect1d(key, other * width + keys[theirs])
    result = np.zeros(len(left), dtype=bool)
    result[np.setdiff1d(both, key[common]) // width] = True
    return result


@lru_cache(maxsize=100_000)
def _list_fits(value: str) -> tuple[frozenset[str], ...]:
    """The models that a value of the axis ``compatible`` lists, each as its words."""
    items = (_GLUED.sub(r"\1 \2", item.replace("+", " plus ").replace("-", " ")) for item in _LISTED.split(value))
    return tuple(words for item in items if (words := frozenset(item.split()) - load_vocabulary().fitting))


def fit_apart(left: str, right: str) -> bool:
    """Whether what two listings fit has no model in common: iPhone 15 and iPhone 15 Plus, not iPhone 15 and 15.

    Where one names models by numbers and the other only a maker, or part of the name, it cannot be told: False.
    """
    ours, theirs = _list_fits(left), _list_fits(right)
    marks = list_marks()
    for a in ours:
        for b in theirs:
            short, long = sorted((a, b), key=lambda words: _HAS_DIGIT.search(" ".join(words)) is not None)
            if _HAS_DIGIT.search(" ".join(long)) and not _HAS_DIGIT.search(" ".join(short)):
                if short <= long or len(short) == 1:
                    return False
            elif (a <= b or b <= a) and not any(w in marks or _HAS_DIGIT.search(w) for w in a ^ b):
                return False
    return bool(ours and theirs)


def contradict_fits(column: AxisColumn, left: IntArray, right: IntArray) -> BoolArray:
    """Return which pairs fit other models: :func:`fit_apart` for each two values, asked once."""
    a, b = column.codes[left], column.codes[right]
    result = np.zeros(len(left), dtype=bool)
    at = np.flatnonzero((a >= 0) & (b >= 0) & (a != b))
    keys, which = np.unique(a[at] * max(len(column.values), 1) + b[at], return_inverse=True)
    pairs = (divmod(key, len(column.values)) for key in keys.tolist())
    result[at] = np.array([fit_apart(column.values[i], column.values[j]) for i, j in pairs], dtype=bool)[which]
    return result


def contradict_axis(features: Features, axis: str, left: IntArray, right: IntArray, *, fitting: bool) -> BoolArray:
    """Return which pairs contradict each other on the axis ``kind`` or ``series``; ``fitting``: also in what fits."""
    column = features.axes.get(axis)
    if column is None:
        return np.zeros(len(left), dtype=bool)
    return contradict_facts(column, list_kinds if axis == KIND else lambda v: list_series(v, fitting), left, right)


def contradict_titles(features: Features, distinct: Sequence[str], left: IntArray, right: IntArray) -> BoolArray:
    """Return which pairs have titles that name different kinds, or different members of a series, where ``distinct``
    holds what these tell apart: kind, model, compatible.
    """
    result = np.zeros(len(left), dtype=bool)
    if KIND in distinct:
        result |= contradict_axis(features, KIND, left, right, fitting=False)
    if "model" in distinct:
        result |= contradict_axis(features, SERIES, left, right, fitting="compatible" in distinct)
    return result


def _list_apart(ours: Facts, theirs: Facts) -> list[str]:
    """What both speak of without a member in common."""
    return [key for key in sorted(ours.keys() & theirs) if ours[key].isdisjoint(theirs[key])]


def tell_kinds(left: str, right: str) -> Difference | None:
    """Return what two values of the axis ``kind`` contradict each other in, None where in nothing."""
    ours, theirs = list_kinds(left), list_kinds(right)
    apart = _list_apart(ours, theirs)
    if not apart:
        return None
    return Difference(
        KIND, *(", ".join(m for k in apart for m in sorted(side[k]) if m != BARE) for side in (ours, theirs))
    )


def tell_series(left: str, right: str) -> Difference | None:
    """Return the members of a series, or of what the two fit, that contradict each other; None where none do."""
    ours, theirs = list_series(left, True), list_series(right, True)
    apart = _list_apart(ours, theirs)
    if not apart:
        return None
    fits = all(f"{FITTING}{k}=" in left and f"{FITTING}{k}=" in right for k in apart)
    sides = (
        ", ".join(k if m == BARE else f"{k} {m}" for k in apart for m in sorted(side[k])) for side in (ours, theirs)
    )
    return Difference("compatible" if fits else "model", *sides)
