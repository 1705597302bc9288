"""Counts that say what one thing consists of: the pieces of a puzzle, the knives of a block.

A count of what is sold together is a choice of how many to buy; a count of what one thing consists of is a property of
that thing, and another count may well be another thing.
"""

import re
from functools import lru_cache

from dupcheck.titles.reading import read_title
from dupcheck.titles.vocabulary import load_vocabulary

_COUNT = re.compile(r"(\D*?)\s?\d+\s?-?\s?(.+)", re.S)
"""A count with a word before and one behind: set 5 piece."""
_PACKED = re.compile(r"pa[ck]|pk")
"""What the words for packs begin with in every alphabet that has one: pack, Packung, paket, pk."""


@lru_cache(maxsize=20_000)
def counts_parts(title: str) -> bool:
    """Whether the count in a title says what one thing consists of.

    Words such as «piece» or «teilig» behind more than one say so themselves; others («pcs», «pezzi») do where the title
    speaks of what consists of pieces.

    >>> counts_parts("Knife block 7 piece"), counts_parts("Puzzle Roma 1000 pezzi"), counts_parts("Clothes pegs 50 pcs")
    (True, True, False)
    """
    v = load_vocabulary()
    tokens = read_title(title).tokens
    counts = [t for t in tokens if t.axis == "pack" and t.value.isdigit() and int(t.value) > 1]
    said = [m for t in counts if (m := _COUNT.fullmatch(t.text)) is not None]
    words = [m[2].strip() for m in said]
    if not v.parts.isdisjoint(words):
        return True
    counted = any(w in v.pieces and _PACKED.match(w) is None for w in words)
    return counted and not v.cues["composed"].isdisjoint([t.text for t in tokens] + [m[1] for m in said])
