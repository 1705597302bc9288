"""How far apart two prices are."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from dupcheck.axes import HEAD, pick_axes
from dupcheck.model import FloatArray, IntArray
from dupcheck.signals.arithmetic import show_number

if TYPE_CHECKING:
    from dupcheck.features import Features
from dupcheck.messages import Lang

# Down to this share of the other's price, a gap is what a bigger pack, a wholesale offer or another size explains.
_TIER_FLOOR = 0.3
_SIZES = pick_axes(lambda axis: axis.priced)


def _gap(low_a: FloatArray, high_a: FloatArray, low_b: FloatArray, high_b: FloatArray) -> FloatArray:
    upper, lower = np.maximum(low_a, low_b), np.minimum(high_a, high_b)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap: FloatArray = np.where(upper <= lower, 0.0, 100.0 * (upper - lower) / upper)
    gap[np.isnan(low_a) | np.isnan(low_b)] = np.nan
    return gap


class Price:
    """The gap between two prices a piece, in percent of the higher one.

    Prices are compared as they stand and divided by the pieces in a pack or lot, and the smaller gap counts: a
    title may name a number that is no pack. Of two price ranges the nearest ends count, and ranges that overlap
    have no gap. NaN where a price is missing, currencies differ, or the gap is what two offers of one product are
    expected to have: a bigger pack or a wholesale offer that is cheaper a piece, or another size or material.
    """

    name = "price"
    unit = "%"
    closer: Literal["low", "high"] = "low"
    best = 0.0
    worst = 100.0

    def measure(self, features: "Features", left: IntArray, right: IntArray) -> FloatArray:
        """Return the gap in percent for each pair."""
        low, high, pieces = features.price_low, features.price_high, features.pieces
        whole = _gap(low[left], high[left], low[right], high[right])
        a, b = pieces[left], pieces[right]
        gap = np.fmin(whole, _gap(low[left] / a, high[left] / a, low[right] / b, high[right] / b))
        gap[features.currency[left] != features.currency[right]] = np.nan
        gap[self._tiers(features, left, right) | self._sizes(features, left, right)] = np.nan
        head = features.axes.get(HEAD)
        if head is not None:  # choices of one thing, named as such: each has its own price
            gap[(head.codes[left] >= 0) & (head.codes[left] == head.codes[right])] = np.nan
        return gap

    @staticmethod
    def _tiers(features: "Features", left: IntArray, right: IntArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        more = features.quantity[left] - features.quantity[right]
        with np.errstate(invalid="ignore", divide="ignore"):
            price = features.price_low / features.pieces
            ratio = price[left] / price[right]
            dearer = np.where(more > 0, ratio, 1.0 / ratio)
        tiers: np.ndarray[tuple[int], np.dtype[np.bool_]] = (more != 0) & (dearer <= 1.0) & (dearer >= _TIER_FLOOR)
        return tiers

    @staticmethod
    def _sizes(features: "Features", left: IntArray, right: IntArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        differ = np.zeros(len(left), dtype=bool)
        for axis in _SIZES:
            if axis in features.axes:
                a, b = features.axes[axis].codes[left], features.axes[axis].codes[right]
                differ |= (a >= 0) & (b >= 0) & (a != b)
        low, high = features.price_low[left], features.price_low[right]
        with np.errstate(invalid="ignore", divide="ignore"):
            near: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.minimum(low, high) >= _TIER_FLOOR * np.maximum(
                low, high
            )
        return differ & near

    def show(self, value: float, lang: Lang = "en") -> str:
        """Return the value with its unit."""
        return show_number(value, "%", lang)
