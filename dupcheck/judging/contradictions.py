"""Which pairs of listings fit different models: a case for an iPhone 15 and one for an iPhone 15 Plus."""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from dupcheck.features import AxisColumn
from dupcheck.model import BoolArray, IntArray
from dupcheck.titles.vocabulary import load_vocabulary

_LISTED = re.compile(r"[,;/|]| and | & ")
_HAS_DIGIT = re.compile(r"\d")
_GLUED = re.compile(r"([^\W\d_]{3,})(\d)")


@lru_cache(maxsize=100_000)
def _list_fits(value: str) -> tuple[tuple[str, ...], ...]:
    """The models that a value of the axis ``compatible`` lists, each as its words in their order."""
    items = (_GLUED.sub(r"\1 \2", item.replace("+", " plus ").replace("-", " ")) for item in _LISTED.split(value))
    fitting = load_vocabulary().fitting
    return tuple(words for item in items if (words := tuple(w for w in item.split() if w not in fitting)))


def _list_marks(words: Sequence[str]) -> frozenset[str]:
    """The words that tell a model from others of its name: those with a number, and all behind the first such."""
    first = next((i for i, word in enumerate(words) if _HAS_DIGIT.search(word)), len(words))
    return frozenset(words[first:])


def fit_apart(left: str, right: str) -> bool:
    """Whether what two listings fit has no model in common: iPhone 15 and iPhone 15 Plus, not iPhone 15 and 15.

    Where one names models by numbers and the other only a maker, or part of the name, it cannot be told: False.
    """
    ours, theirs = _list_fits(left), _list_fits(right)
    for a in ours:
        for b in theirs:
            short, long = sorted((a, b), key=lambda words: bool(_list_marks(words)))
            part = {*short} <= {*long}
            if _list_marks(long) and not _list_marks(short):
                if part or len(short) == 1:
                    return False
            elif (part or {*long} <= {*short}) and _list_marks(a) == _list_marks(b):
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
