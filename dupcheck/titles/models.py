"""Numbers that make another model of what they stand beside: Glide 3 or Glide 4, double sided or single sided.

They tell models apart as the digits of a code do (A54, A55), and are read as such a code written apart.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from dupcheck.titles.reading import Token
from dupcheck.titles.vocabulary import load_vocabulary

_NUMBERED = re.compile(r"(?<![\w-])([^\W\d_]{2,}) ([1-9]|1\d)(?= [^\W\d_]{2,})")
"""A greater number is a size or an amount more often; one at the title's end may only number the listings."""


def list_numbered(folded: str, tokens: Sequence[Token]) -> Iterator[str]:
    """Yield each name with the number that stands right behind it, or the numeral before it, as one code: ``glide3``.

    ``folded`` is the title's :func:`~dupcheck.titles.normalising.fold`, ``tokens`` are its parts:
    a number before a measure, or that is a value on an axis, makes no model.
    """
    numerals = load_vocabulary().numerals
    if not numerals.keys().isdisjoint([token.text for token in tokens]):
        for numeral, named in pairwise(tokens):
            if numeral.text in numerals and named.kind == "word" and not (numeral.axis or named.axis):
                yield named.text + numerals[numeral.text]
    written = set(_NUMBERED.findall(folded))
    if not written:
        return
    for before, number, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        plain = number.kind == "number" and after.kind != "measure" and not (before.axis or number.axis)
        if plain and (before.text, number.text) in written:
            yield before.text + number.text
