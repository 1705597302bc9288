"""How far the attributes of two listings agree."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from dupcheck.model import FloatArray, IntArray
from dupcheck.signals.arithmetic import show_number

if TYPE_CHECKING:
    from dupcheck.features import Features
from dupcheck.messages import Lang


class Attributes:
    """The agreement of the attributes that both listings state, 0 … 1.

    Names are aligned across languages; each value is compared as a set of words (cosine), so «Cotton, Spandex» and
    «Spandex; cotton» agree wholly. Brand, model and material weigh more. Option axes (colour, size, pack …) are
    differences, not disagreement, and stay out; so is what differs under a name that no table knows: it counts where
    it agrees. NaN where the two state no attribute in common: a missing field is never equal.
    """

    name = "attributes"
    unit = ""
    closer: Literal["low", "high"] = "high"
    best = 1.0
    worst = 0.0

    def measure(self, features: "Features", left: IntArray, right: IntArray) -> FloatArray:
        """Return the agreement for each pair."""
        stated = features.attribute_names.dot(left, right)
        agreed = features.attribute_values.dot(left, right)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = agreed / stated
        share[stated <= 0] = np.nan
        return np.clip(share, 0.0, 1.0)

    def show(self, value: float, lang: Lang = "en") -> str:
        """Return the value with two digits."""
        return show_number(value, self.unit, lang, digits=2)
