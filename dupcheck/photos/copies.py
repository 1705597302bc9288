"""One picture saved many times: each of these is held against other pictures through one of them.

A stock photo that a thousand sellers have saved anew is a thousand files that differ in nothing a person sees. Each
with each they would be half a million pairs to look at.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from dupcheck.model import BoolArray, IntArray
from dupcheck.photos.blocks import compare_blocks, find_clear
from dupcheck.photos.hamming import mask_blocks
from dupcheck.photos.records import HASHES

SHARED_VIEWS = tuple(HASHES.index(name) for name in ("core", "raw"))
"""The hashes of which one at least is about the same where a picture was only saved anew."""
_CHUNK = 2048
_ASPECT = 0.03  # the logarithm by which their proportions differ at most


def choose_representatives(
    prints: npt.NDArray[np.void], order: IntArray, ask: Callable[[IntArray, IntArray], BoolArray]
) -> IntArray:
    """Return for each print the position of the one that stands for it: its own, unless it is an earlier one's copy.

    ``order`` holds the positions of those that may, the first of all before the others. Hashes that differ in two bits
    agree in two of four blocks; each print is held against the first that agrees with it there, and ``ask`` says of
    pairs of positions whether the one is a copy of the other.
    """
    stands = np.arange(len(prints))
    for view in SHARED_VIEWS:
        for mask in mask_blocks(4):
            rows = order[stands[order] == order]
            hashes = prints["views"][rows, view]
            _, first, group = np.unique(hashes & mask, return_index=True, return_inverse=True)
            later = np.flatnonzero((first[group] != np.arange(len(rows))) & (hashes != 0))
            copy, original = rows[later], rows[first[group[later]]]
            same = ask(copy, original)
            stands[copy[same]] = original[same]
            stands = stands[stands]  # what stood for others may be a copy itself
    return stands


def is_copy(prints: npt.NDArray[np.void], first: IntArray, second: IntArray) -> BoolArray:
    """Return which pairs of prints show one photo, lying in one place, beyond doubt."""
    aspect = prints["aspect"]
    same: BoolArray = np.abs(np.log(aspect[first] / aspect[second])) <= _ASPECT
    likely = np.flatnonzero(same)
    same[:] = False
    for begin in range(0, len(likely), _CHUNK):
        at = likely[begin : begin + _CHUNK]
        none, maps = np.zeros(len(at), dtype=np.bool_), np.broadcast_to(np.eye(3), (len(at), 3, 3)).copy()
        looks = compare_blocks(prints, first[at], second[at], maps, none, none, inked=False)
        same[at[find_clear(looks, none)]] = True
    return same
