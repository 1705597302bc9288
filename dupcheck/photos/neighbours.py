"""Which rows might be one photo, without comparing all of them: multi-index hashing.

A 64-bit hash is cut into blocks; hashes that differ in few bits agree on some two blocks. Rows are sorted by each
pair of blocks and compared within runs of equal keys (Norouzi, Punjani, Fleet: Fast Search in Hamming Space with
Multi-Index Hashing, 2012; block pairs after Manku, Jain, Das Sarma: Detecting Near-Duplicates, 2007).
"""

from itertools import combinations

import numpy as np
import numpy.typing as npt

from dupcheck.files.arrays import sort_distinct
from dupcheck.model import IntArray
from dupcheck.photos.table import Photos

RADIUS = 9
"""Bits by which two hashes may differ to be proposed."""
RUN = 1000
"""In a run of equal keys each row is compared with so many next ones."""

_CHUNK = 4_000_000
_ORDER = np.random.default_rng(7).permutation(64)  # hash bits of one frequency band stand together: spread them

HashArray = npt.NDArray[np.uint64]


def find_neighbours(photos: Photos, radius: int = RADIUS) -> tuple[IntArray, IntArray]:
    """Return pairs of photo rows, ``i < j``, each once and sorted, that might be one photo.

    A pair is proposed when any hash of the one (whole, mirrored, or a part) lies within ``radius`` bits of any hash of
    the other. Rows known by their catalogue hash alone are proposed by the plain hash.
    """
    rows = np.arange(len(photos), dtype=np.int64)
    pictured = rows[photos.usable & photos.pictured]
    views = photos.prints["views"][photos.place[pictured]]
    hashes = np.concatenate([photos.phash[photos.usable], views.ravel()])
    owners = np.concatenate([rows[photos.usable], np.repeat(pictured, views.shape[1])])
    hashes, owners = hashes[hashes != 0], owners[hashes != 0]
    i, j = join_hashes(hashes, radius)
    apart = owners[i] != owners[j]
    i, j = i[apart], j[apart]
    keys = owners[i] * np.int64(len(photos)) + owners[j]
    swapped = owners[j] * np.int64(len(photos)) + owners[i]
    keys = sort_distinct([np.minimum(keys, swapped)])
    return keys // max(len(photos), 1), keys % max(len(photos), 1)


def join_hashes(hashes: HashArray, radius: int) -> tuple[IntArray, IntArray]:
    """Return the pairs (i < j) of positions whose hashes differ in at most ``radius`` bits; equal hashes included.

    Complete up to 6 bits apart (5 beyond 300,000 distinct hashes), save in runs longer than ``RUN``; nearly so above.
    """
    distinct, inverse = np.unique(hashes, return_inverse=True)
    a, b = _join_distinct(distinct, radius)
    order = np.argsort(inverse, kind="stable")
    start = np.searchsorted(inverse[order], np.arange(len(distinct) + 1))
    sizes = np.diff(start)
    same = np.flatnonzero(sizes > 1)
    # equal hashes: a chain to the next ones; different hashes: every member of the one with every member of the other
    firsts = [np.empty(0, np.int64)]
    seconds = [np.empty(0, np.int64)]
    position = np.arange(len(order)) - np.repeat(start[:-1], sizes)
    behind = np.repeat(sizes, sizes) - position - 1
    for step in range(1, min(int(sizes[same].max(initial=1)), RUN)):
        at = np.flatnonzero(behind >= step)
        firsts.append(order[at])
        seconds.append(order[at + step])
    capped = np.minimum(sizes, RUN)
    count = capped[a] * capped[b]
    owner = np.repeat(np.arange(len(a)), count)
    rank = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    width = capped[b][owner]
    firsts.append(order[start[a[owner]] + rank // np.maximum(width, 1)])
    seconds.append(order[start[b[owner]] + rank % np.maximum(width, 1)])
    left, right = np.concatenate(firsts), np.concatenate(seconds)
    return np.minimum(left, right), np.maximum(left, right)


def _join_distinct(hashes: HashArray, radius: int) -> tuple[IntArray, IntArray]:
    n = len(hashes)
    found = [np.empty(0, dtype=np.int64)]
    for mask in _masks(8 if n <= 300_000 else 7):
        keys = hashes & mask
        order = np.argsort(keys)
        ordered, values = keys[order], hashes[order]
        at = np.flatnonzero(ordered[1:] == ordered[:-1])
        step = 1
        while len(at) and step <= RUN:
            for begin in range(0, len(at), _CHUNK):
                part = at[begin : begin + _CHUNK]
                near = part[np.bitwise_count(values[part] ^ values[part + step]) <= radius]
                i, j = order[near], order[near + step]
                found.append(np.minimum(i, j) * n + np.maximum(i, j))
            step += 1
            at = at[at + step < n]
            at = at[ordered[at] == ordered[at + step]]
    pairs = sort_distinct(found)
    return pairs // max(n, 1), pairs % max(n, 1)


def _masks(blocks: int) -> list[np.uint64]:
    """Bit masks, each of two of the ``blocks`` blocks that the 64 bits are cut into."""
    parts = [sum(1 << int(bit) for bit in part) for part in np.array_split(_ORDER, blocks)]
    return [np.uint64(a | b) for a, b in combinations(parts, 2)]
