"""How far apart two prices are."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from dupcheck.model import FloatArray, IntArray
from dupcheck.signals.arithmetic import show_number

if TYPE_CHECKING:
    from dupcheck.features import Features
from dupcheck.words import Lang

# A bigger pack or a wholesale offer is cheaper a piece; down to this share of the other's price that is no conflict.
_TIER_FLOOR = 0.3


class Price:
    """The gap between two prices a piece, in percent of the higher one.

    Prices are divided by the pieces in a pack or lot; of two price ranges the nearest ends count, and ranges that
    overlap have no gap. NaN where a price is missing, currencies differ, or the gap is what two tiers of one product
    are expected to have: a bigger pack or a wholesale offer that is cheaper a piece.
    """

    name = "price"
    unit = "%"
    closer: Literal["low", "high"] = "low"
    best = 0.0
    worst = 100.0

    def measure(self, features: "Features", left: IntArray, right: IntArray) -> FloatArray:
        """Return the gap in percent for each pair."""
        low_l, low_r = features.price_low[left], features.price_low[right]
        high_l, high_r = features.price_high[left], features.price_high[right]
        upper, lower = np.maximum(low_l, low_r), np.minimum(high_l, high_r)
        with np.errstate(invalid="ignore", divide="ignore"):
            gap = np.where(upper <= lower, 0.0, 100.0 * (upper - lower) / upper)
        gap[np.isnan(low_l) | np.isnan(low_r)] = np.nan
        gap[features.currency[left] != features.currency[right]] = np.nan
        gap[self._tiers(features, left, right)] = np.nan
        return gap

    @staticmethod
    def _tiers(features: "Features", left: IntArray, right: IntArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        more = features.quantity[left] - features.quantity[right]
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = features.price_low[left] / features.price_low[right]
            dearer = np.where(more > 0, ratio, 1.0 / ratio)
        tiers: np.ndarray[tuple[int], np.dtype[np.bool_]] = (more != 0) & (dearer <= 1.0) & (dearer >= _TIER_FLOOR)
        return tiers

    def show(self, value: float, lang: Lang = "en") -> str:
        """Return the value with its unit."""
        return show_number(value, "%", lang)
