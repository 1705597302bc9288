"""How several signals show their values."""

import math

from dupcheck.words import Lang, say


def show_number(value: float, unit: str, lang: Lang, digits: int = 0) -> str:
    """Return ``value`` with its unit, or «cannot tell»."""
    if math.isnan(value):
        return say("signals.cannot_tell", lang)
    text = f"{value:.{digits}f}"
    return f"{text} {unit}" if unit else text
