"""Whether two listings carry the same code: GTIN, the seller's SKU code, a maker's part number or model code."""

import math
from typing import TYPE_CHECKING, Literal

import numpy as np

from dupcheck.messages import Lang, say
from dupcheck.model import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from dupcheck.features import Features


class Codes:
    """1 where both state one code, ½ where one is only in a title, 0 where codes tell the two apart, NaN otherwise.

    A GTIN, SKU code or part number that both state is strong evidence of one product; one that a title holds is less,
    for titles also name what a thing fits; a shared short model code (A54, 440C) is none. Different GTINs or SKU
    codes say nothing (each size of a shirt has its own), so only part numbers and model codes of one shape in the
    titles (A54, A55) can answer 0. Where both attributes state part numbers, these decide.
    """

    name = "codes"
    unit = ""
    closer: Literal["low", "high"] = "high"
    best = 1.0
    worst = 0.0

    def measure(self, features: "Features", left: IntArray, right: IntArray) -> FloatArray:
        """Return 1, ½, 0 or NaN for each pair."""
        result = np.full(len(left), np.nan)
        result[tell_models_apart(features, left, right)] = 0.0
        result[features.codes.dot(left, right) > 0] = 0.5
        stated = features.part_numbers.sizes > 0
        both: BoolArray = stated[left] & stated[right]
        both[both] = features.part_numbers.dot(left[both], right[both]) == 0
        result[both] = 0.0
        result[~both & (features.stated_codes.dot(left, right) > 0)] = 1.0
        return result

    def show(self, value: float, lang: Lang = "en") -> str:
        """Return «shared», «shared in a title», «different» or «cannot tell»."""
        if math.isnan(value):
            return say("signals.cannot_tell", lang)
        key = "codes_shared" if value > 0.5 else "codes_written" if value > 0 else "codes_different"
        return say(f"signals.{key}", lang)


def tell_models_apart(features: "Features", left: IntArray, right: IntArray) -> BoolArray:
    """Return for which pairs the titles' model codes are of one shape and none is shared: A54, A55."""
    apart: BoolArray = features.model_shapes.dot(left, right) > 0
    apart[apart] = features.model_codes.dot(left[apart], right[apart]) == 0
    return apart
