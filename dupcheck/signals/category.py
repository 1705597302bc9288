"""Whether two listings stand in the same category."""

from typing import TYPE_CHECKING, Literal

from dupcheck.messages import Lang
from dupcheck.model import FloatArray, IntArray
from dupcheck.signals.arithmetic import measure_sameness, show_sameness

if TYPE_CHECKING:
    from dupcheck.features import Features


class Category:
    """1 where the categories are the same, 0 where they differ, NaN where either is missing."""

    name = "category"
    unit = ""
    closer: Literal["low", "high"] = "high"
    best = 1.0
    worst = 0.0

    def measure(self, features: "Features", left: IntArray, right: IntArray) -> FloatArray:
        """Return 1, 0 or NaN for each pair."""
        return measure_sameness(features.category, left, right)

    def show(self, value: float, lang: Lang = "en") -> str:
        """Return «same», «different» or «cannot tell»."""
        return show_sameness(value, self.name, lang)
