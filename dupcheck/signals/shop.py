"""Whether two listings stand in the same shop."""

import math
from typing import TYPE_CHECKING, Literal

import numpy as np

from dupcheck.model import FloatArray, IntArray
from dupcheck.words import Lang, say

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
        a, b = features.shop[left], features.shop[right]
        return np.where((a < 0) | (b < 0), np.nan, (a == b).astype(np.float64))

    def show(self, value: float, lang: Lang = "en") -> str:
        """Return «same», «different» or «cannot tell»."""
        if math.isnan(value):
            return say("signals.cannot_tell", lang)
        return say("signals.shop_same" if value > 0 else "signals.shop_different", lang)
