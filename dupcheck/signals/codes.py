"""Whether two listings carry the same code: GTIN, the seller's SKU code, a maker's part number or model code."""

import math
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import sparse

from dupcheck.model import BoolArray, FloatArray, IntArray
from dupcheck.signals.arithmetic import dot_rows
from dupcheck.words import Lang, say

if TYPE_CHECKING:
    from dupcheck.features import Features


class Codes:
    """1 where a code is shared, 0 where both state codes that name a product and share none, NaN otherwise.

    A shared GTIN, SKU code or part number is strong evidence of one product; a shared short model code (A54, 440C)
    is none. Different GTINs or SKU codes say nothing (each size of a shirt has its own), so only part numbers and
    the model codes of titles can answer 0. Where both attributes state part numbers, these decide.
    """

    name = "codes"
    unit = ""
    closer: Literal["low", "high"] = "high"
    best = 1.0
    worst = 0.0

    def measure(self, features: "Features", left: IntArray, right: IntArray) -> FloatArray:
        """Return 1, 0 or NaN for each pair."""
        result = np.full(len(left), np.nan)
        result[self._tell_apart(features.model_codes, left, right)] = 0.0
        result[dot_rows(features.codes, left, right) > 0] = 1.0
        result[self._tell_apart(features.part_numbers, left, right)] = 0.0
        return result

    @staticmethod
    def _tell_apart(codes: sparse.csr_array, left: IntArray, right: IntArray) -> BoolArray:
        stated = np.diff(codes.indptr) > 0
        apart: BoolArray = stated[left] & stated[right]
        apart[apart] = dot_rows(codes, left[apart], right[apart]) == 0
        return apart

    def show(self, value: float, lang: Lang = "en") -> str:
        """Return «shared», «different» or «cannot tell»."""
        if math.isnan(value):
            return say("signals.cannot_tell", lang)
        return say("signals.codes_shared" if value > 0 else "signals.codes_different", lang)
