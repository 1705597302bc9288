"""How several signals measure, and show their values."""

import math

import numpy as np

from dupcheck.messages import Lang, say
from dupcheck.model import FloatArray, IntArray


def measure_sameness(numbers: IntArray, left: IntArray, right: IntArray) -> FloatArray:
    """Return 1 where two listings have one number, 0 where they have two, NaN where either has none (-1)."""
    a, b = numbers[left], numbers[right]
    return np.where((a < 0) | (b < 0), np.nan, (a == b).astype(np.float64))


def show_sameness(value: float, name: str, lang: Lang) -> str:
    """Return «same» or «different» as the signal ``name`` says it, or «cannot tell»."""
    if math.isnan(value):
        return say("signals.cannot_tell", lang)
    return say(f"signals.{name}_same" if value > 0 else f"signals.{name}_different", lang)


def show_number(value: float, unit: str, lang: Lang, digits: int = 0) -> str:
    """Return ``value`` with its unit, or «cannot tell»."""
    if math.isnan(value):
        return say("signals.cannot_tell", lang)
    text = f"{value:.{digits}f}"
    if unit == "%":
        return say("values.percent", lang, n=text)
    return f"{text} {unit}" if unit else text
