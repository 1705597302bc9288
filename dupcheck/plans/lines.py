"""Lines of listings: one title but for a number or a letter, «Reeds 2», «Reeds 2.5», «Reeds 3».

What stands in that place is a choice more often than not, and sometimes another product's name: the seller is asked.
"""

import re
from collections.abc import Sequence

from dupcheck.titles.stream import cut_title
from dupcheck.titles.vocabulary import unspaced_run

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)(?:/(\d+))?")
_SERIAL, _COUNTED = 4, 3
"""Numbers of so many digits on both sides are names; those of so many are, where they only count up: HP 301, HP 302."""
_STEP = 1.25
"""Sizes go up in steps of so much from the least to the largest; what counts up goes on by one."""
_LEAD = re.compile(r"[Nn]?[°º]|№|#")
"""What leads to a number, and is shown with it: n° 4."""
_AROUND = ",;:()[]{}"
_APART = 2
"""Titles of one line differ in so few words at most, on each side."""


def may_stand_in_line(left: str, right: str) -> bool:
    """Whether two titles differ in so few words, all in one place, that these may be one line: what is cheap to say of
    many pairs.
    """
    one, other = cut_title(left), cut_title(right)
    most = min(len(one), len(other))
    before = next((k for k in range(most) if one[k] != other[k]), most)
    behind = next((k for k in range(most - before) if one[-1 - k] != other[-1 - k]), most - before)
    return max(len(one), len(other)) - before - behind <= _APART


def is_step(here: Sequence[str], there: Sequence[str]) -> bool:
    """Whether two words are two numbers, or two letters, of one scale, as far as they show it.

    >>> is_step(["2"], ["2.5"]), is_step(["a"], ["b"]), is_step(["301"], ["302"]), is_step(["red"], ["blue"])
    (True, True, False, False)
    """
    if len(here) != 1 or len(there) != 1:
        return False
    one, other = _NUMBER.fullmatch(here[0]), _NUMBER.fullmatch(there[0])
    if one is None or other is None:
        return len(here[0]) == len(there[0]) == 1 and here[0].isalpha() and there[0].isalpha()
    least, most = sorted((_measure(one), _measure(other)))
    digits = [len(re.sub(r"\D", "", m[0]).lstrip("0")) for m in (one, other)]
    if min(digits) >= _SERIAL:
        return False
    return min(digits) < _COUNTED or most >= _STEP * least


def quote_choice(title: str, words: Sequence[str]) -> str:
    """Return what a title says where others of its line say something else, as it is written there.

    >>> quote_choice("Composite Shade A3.5, 4 g", ["3.5"])
    'A3.5'
    >>> quote_choice("男士皮带YJ-7M大码", ["大码"])
    '大码'
    """
    written = [piece.strip(_AROUND) for piece in title.split()]
    wanted = list(words)
    for width in range(1, len(wanted) + 1):
        for start in range(len(written) - width + 1):
            piece = " ".join(written[start : start + width])
            if {*wanted} <= {*cut_title(piece)}:
                if unspaced_run().search(piece):
                    return _cut_out(piece, wanted)
                led = start > 0 and piece[:1].isdigit() and _LEAD.fullmatch(written[start - 1]) is not None
                return f"{written[start - 1]} {piece}" if led else piece
    return " ".join(wanted)


def _cut_out(piece: str, words: Sequence[str]) -> str:
    """The part of a piece of a script without blanks from the first of some words to the last; all of it where one
    cannot be found.
    """
    found = [(start, start + len(word)) for word in words if (start := piece.casefold().find(word)) >= 0]
    if len(found) < len(words):
        return piece
    return piece[min(start for start, _ in found) : max(end for _, end in found)]


def _measure(number: re.Match[str]) -> float:
    below = float(number[2] or 1)
    return float(number[1]) / below if below else 0.0
