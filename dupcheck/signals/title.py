"""How alike two core titles are: what is left of a title when option values and selling words are taken out."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from dupcheck.model import FloatArray, IntArray
from dupcheck.signals.arithmetic import show_number

if TYPE_CHECKING:
    from dupcheck.features import Features
from dupcheck.messages import Lang


class Title:
    """The share of weight that two core titles have in common, in percent.

    Rare words weigh more than common ones (inverse document frequency within the catalogue); a word and its own
    misspelling count as one. 100 = the same words in any order, 0 = none in common. NaN where either title has no
    words left to compare.
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
        return np.minimum(share, 100.0)

    def show(self, value: float, lang: Lang = "en") -> str:
        """Return the value with its unit."""
        return show_number(value, "%", lang)
