"""Whether two listings stand in the same category."""

import math
from typing import TYPE_CHECKING, Literal

import numpy as np

from dupcheck.model import FloatArray, IntArray
from dupcheck.words import Lang, say

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
        a, b = features.category[left], features.category[right]
        return np.where((a < 0) | (b < 0), np.nan, (a == b).astype(np.float64))

    def show(self, value: float, lang: Lang = "en") -> str:
        """Return «same», «different» or «cannot tell»."""
        if math.isnan(value):
            return say("signals.cannot_tell", lang)
        return say("signals.category_same" if value > 0 else "signals.category_different", lang)
