"""Arithmetic that several signals share."""

import math

import numpy as np
from scipy import sparse

from dupcheck.model import FloatArray, IntArray
from dupcheck.words import Lang, say

_CHUNK = 200_000


def dot_rows(matrix: sparse.csr_array, left: IntArray, right: IntArray) -> FloatArray:
    """Return the dot product of row ``left[i]`` and row ``right[i]`` for every i, in bounded memory."""
    result = np.empty(len(left), dtype=np.float64)
    for start in range(0, len(left), _CHUNK):
        part = slice(start, start + _CHUNK)
        result[part] = matrix[left[part]].multiply(matrix[right[part]]).sum(axis=1)
    return result


def show_number(value: float, unit: str, lang: Lang, digits: int = 0) -> str:
    """Return ``value`` with its unit, or «cannot tell»."""
    if math.isnan(value):
        return say("signals.cannot_tell", lang)
    text = f"{value:.{digits}f}"
    return f"{text} {unit}" if unit else text
