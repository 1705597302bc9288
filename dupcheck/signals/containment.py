"""How much of the shorter of two core titles the longer one holds: one may say all that the other says, and more."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from dupcheck.messages import Lang
from dupcheck.model import FloatArray, IntArray
from dupcheck.signals.arithmetic import show_number

if TYPE_CHECKING:
    from dupcheck.features import Features


class Containment:
    """The share of the shorter core title's weight that the other has too, in percent.

    100 = every word of one title stands in the other, 0 = none. Words weigh as in the signal ``title``. NaN where
    either title has no words left to compare.
    """

    name = "contained"
    unit = "%"
    closer: Literal["low", "high"] = "high"
    best = 100.0
    worst = 0.0

    def measure(self, features: "Features", left: IntArray, right: IntArray) -> FloatArray:
        """Return the share in percent for each pair."""
        weight = features.title_weight
        least = np.minimum(weight[left], weight[right])
        with np.errstate(invalid="ignore", divide="ignore"):
            share = 100.0 * features.title.dot(left, right) / least
        share[least <= 0] = np.nan
        return np.minimum(share, 100.0)

    def show(self, value: float, lang: Lang = "en") -> str:
        """Return the value with its unit."""
        return show_number(value, "%", lang)
