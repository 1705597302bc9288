"""Did you mean: the known name that a mistyped one is nearest to."""

from collections.abc import Iterable

_LEAST = 55.0
"""Percent of its letters that a name shares with what was meant; below, another name was."""


def guess_name(name: str, known: Iterable[str], most: int = 1) -> list[str]:
    """Return up to ``most`` known names that are like ``name``, the nearest first; capitals do not matter.

    >>> guess_name("colour", ["size", "color"])
    ['color']
    >>> guess_name("weight", ["size", "color"])
    []
    """
    from rapidfuzz import fuzz, process  # only where something is wrong

    found = process.extract(
        name, list(known), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=_LEAST, limit=most
    )
    return [str(match[0]) for match in found]
