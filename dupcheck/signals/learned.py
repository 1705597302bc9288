"""What the seller's answers say of two listings."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from dupcheck.model import FloatArray, IntArray
from dupcheck.signals.arithmetic import show_number

if TYPE_CHECKING:
    from dupcheck.features import Features
from dupcheck.messages import Lang


class Learned:
    """The probability that two listings are one product, 0 … 1, as the seller's answers teach it.

    NaN as long as nothing was learned: before twenty answers, and where the limits judge better.
    """

    name = "learned"
    unit = ""
    closer: Literal["low", "high"] = "high"
    best = 1.0
    worst = 0.0

    def measure(self, features: "Features", left: IntArray, right: IntArray) -> FloatArray:
        """Return the probability for each pair."""
        if features.learned is None:
            return np.full(len(left), np.nan)
        return features.learned.measure(left, right)

    def show(self, value: float, lang: Lang = "en") -> str:
        """Return the value with two digits."""
        return show_number(value, self.unit, lang, digits=2)
