"""Whether two listings stand in the same shop."""

from typing import TYPE_CHECKING, Literal

from dupcheck.messages import Lang
from dupcheck.model import FloatArray, IntArray
from dupcheck.signals.arithmetic import measure_sameness, show_sameness

if TYPE_CHECKING:
    from dupcheck.features import Features


class Shop:
    """1 where both listings stand in one shop, 0 where they stand in two, NaN where either names none.

    Within a shop one hand words all titles, and what is worded otherwise is another thing; two shops word one thing
    in two ways.
    """

    name = "shop"
    unit = ""
    closer: Literal["low", "high"] = "high"
    best = 1.0
    worst = 0.0

    def measure(self, features: "Features", left: IntArray, right: IntArray) -> FloatArray:
        """Return 1, 0 or NaN for each pair."""
        return measure_sameness(features.shop, left, right)

    def show(self, value: float, lang: Lang = "en") -> str:
        """Return «same», «different» or «cannot tell»."""
        return show_sameness(value, self.name, lang)
