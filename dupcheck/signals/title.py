"""How alike two core titles are: what is left of a title when option values and selling words are taken out."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np

from dupcheck.axes import SCRIPT
from dupcheck.model import BoolArray, FloatArray, IntArray
from dupcheck.signals.arithmetic import show_number

if TYPE_CHECKING:
    from dupcheck.features import Features
from dupcheck.messages import Lang


def _apart(features: "Features", left: IntArray, right: IntArray) -> BoolArray:
    """Which pairs have titles that share no script."""
    column = features.axes.get(SCRIPT)
    if column is None:
        return np.zeros(len(left), dtype=bool)
    written = [frozenset(value.split("|")) for value in column.values] + [frozenset({"latin"})]
    a, b = column.codes[left], column.codes[right]
    pairs, which = np.unique(a * len(written) + b, return_inverse=True)
    ends = (divmod(int(key) + len(written) + 1, len(written)) for key in pairs)
    apart = [written[i - 1].isdisjoint(written[j - 1]) for i, j in ends]
    return np.array(apart, dtype=bool)[which]


def share_weight(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    """Return what the signal says of two titles given by their words' weights; NaN where either has no word."""
    if not left or not right:
        return math.nan
    common = sum(weight for word, weight in left.items() if word in right)
    return min(200.0 * common / (sum(left.values()) + sum(right.values())), 100.0)


class Title:
    """The share of weight that two core titles have in common, in percent.

    Rare words weigh more than common ones (inverse document frequency within the catalogue); a word and its own
    misspelling count as one. 100 = the same words in any order, 0 = none in common. NaN where either title has no
    words left to compare, or the two share no script.
    """

    name = "title"
    unit = "%"
    closer: Literal["low", "high"] = "high"
    best = 100.0
    worst = 0.0

    def measure(self, features: "Features", left: IntArray, right: IntArray) -> FloatArray:
        """Return the common share in percent for each pair."""
        common = features.title.dot(left, right)
        weight = features.title_weight
        total = weight[left] + weight[right]
        with np.errstate(invalid="ignore", divide="ignore"):
            share = 200.0 * common / total
        share[(weight[left] <= 0) | (weight[right] <= 0)] = np.nan
        share[(share == 0) & _apart(features, left, right)] = np.nan
        return np.minimum(share, 100.0)

    def show(self, value: float, lang: Lang = "en") -> str:
        """Return the value with its unit."""
        return show_number(value, "%", lang)
