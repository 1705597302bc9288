"""How much there is to go by, beside title and photos."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from dupcheck.model import FloatArray, IntArray
from dupcheck.signals.arithmetic import show_number

if TYPE_CHECKING:
    from dupcheck.features import Features
from dupcheck.messages import Lang


class Facts:
    """How many of price, attributes and category at least one of the two listings states: 0 … 3.

    It says nothing of how alike the two are, and is never unknown. A rule that asks for ``max = 0`` holds where
    title and photos are all there is; a signal that cannot tell may mean that, or that only one side is silent, or
    that what the two state cannot be compared.
    """

    name = "facts"
    unit = ""
    closer: Literal["low", "high"] = "high"
    best = 3.0
    worst = 0.0

    def measure(self, features: "Features", left: IntArray, right: IntArray) -> FloatArray:
        """Return the count for each pair."""
        stated = (~np.isnan(features.price_low), features.attribute_names.sizes > 0, features.category >= 0)
        count: FloatArray = np.sum([s[left] | s[right] for s in stated], axis=0, dtype=np.float64)
        return count

    def show(self, value: float, lang: Lang = "en") -> str:
        """Return the count."""
        return show_number(value, self.unit, lang)
