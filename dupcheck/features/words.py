"""The words of titles as columns: what is left without values and selling words, counted and weighed."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

import numpy as np

from dupcheck.axes import REPEATING
from dupcheck.files.arrays import Codebook, Rows
from dupcheck.model import BoolArray
from dupcheck.titles import Token, normalise
from dupcheck.titles.stems import stem_word


@lru_cache(maxsize=50_000)
def words_of(text: str) -> frozenset[str]:
    """Return the words of a text, normalised."""
    return frozenset(normalise(text).split())


def list_core_words(
    titles: Sequence[Sequence[Token]],
    sizes: Mapping[int, Collection[str]],
    stray: Collection[str],
    brands: Sequence[Collection[str]],
) -> list[list[Token]]:
    """Return what is left of each title without axis values and selling words; all of it where nothing would be left.

    ``sizes`` are those that each listing states, ``stray`` the words that say nothing in this catalogue, ``brands`` the
    words of the brand that each listing's attributes state.
    """
    return [
        _core_words(tokens, frozenset(sizes.get(i, ())), stray, brand)
        for i, (tokens, brand) in enumerate(zip(titles, brands, strict=True))
    ]


def _core_words(
    tokens: Sequence[Token], sizes: frozenset[str], stray: Collection[str], brand: Collection[str]
) -> list[Token]:
    """The core of one title.

    The words of a ``brand`` that an attribute states are compared there, whether or not a title says them.
    Where a listing states its sizes, a measure beside them names the product (a 12 inch mattress, Queen) and stays.
    """
    core = [
        Token(t.value, "measure", "", "") if t.axis else t
        for t in tokens
        if (not t.axis and t.text not in stray and t.text not in brand)
        or (sizes and t.axis in REPEATING and sizes.isdisjoint((t.value, t.value.rpartition(" ")[0])))
    ]
    return core or [t for t in tokens if t.axis != "noise"]


def count_words(
    cores: Sequence[Sequence[Token]], book: Codebook, known: Sequence[bool] | BoolArray
) -> tuple[Rows, BoolArray]:
    """Return a 0/1 matrix listings × words, and which words are numbers, codes or measures."""
    before, exact = len(known), list[bool]()
    indices: list[int] = []
    start = [0]
    for core in cores:
        row = set()
        for token in core:
            code = book[stem_word(token.text)]
            if code == before + len(exact):
                exact.append(token.kind in ("number", "code", "measure"))
            row.add(code)
        indices += sorted(row)
        start.append(len(indices))
    ones = np.ones(len(indices), dtype=np.float32)
    rows = Rows(np.array(start, dtype=np.int64), np.array(indices, dtype=np.int32), ones, book.width)
    return rows, np.concatenate([np.asarray(known, dtype=bool), np.array(exact, dtype=bool)])
