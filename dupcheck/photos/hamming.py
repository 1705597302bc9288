"""64-bit hashes within a few bits of one another, without comparing all: multi-index hashing.

The bits are spread and cut into blocks; hashes that differ in few bits agree on some of them (Norouzi, Punjani, Fleet:
Fast Search in Hamming Space with Multi-Index Hashing, 2012). A whole catalogue is sorted by each pair of eight blocks
and compared within runs of equal keys (block pairs after Manku, Jain, Das Sarma: Detecting Near-Duplicates, 2007).
Single hashes are looked up in an index by each of four blocks, with every change of so many bits as must be expected
in the best of them.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dupcheck.files.arrays import sort_distinct
from dupcheck.model import IntArray

HashArray = npt.NDArray[np.uint64]

RUN = 1000
"""In a run of equal keys each hash is compared with so many next ones."""

_CHUNK = 4_000_000
_BLOCKS = 4
_BITS = 16
_POSITION_BITS = np.uint64(32)
_POSITION = (np.uint64(1) << _POSITION_BITS) - np.uint64(1)
_DENSE = 10  # the share of hashes with a next one in their run, one in so many, from which on all are compared


_ORDER = np.array([
    16, 27, 54, 10, 35, 53, 49, 12, 0, 57, 6, 4, 45, 61, 32, 22, 19, 24, 14, 42, 39, 50, 26, 20, 28, 63, 51, 36, 56, 1,
    37, 9, 3, 40, 44, 46, 13, 62, 47, 17, 18, 58, 59, 55, 8, 7, 33, 30, 15, 29, 38, 48, 23, 52, 25, 5, 43, 2, 31, 34,
    60, 21, 41, 11,
])  # fmt: skip
"""Hash bits of one frequency band stand together: an order, drawn once, that spreads them."""


def join_hashes(hashes: HashArray, radius: int, blocks: int = 8) -> tuple[IntArray, IntArray]:
    """Return the pairs (i < j) of positions whose hashes differ in at most ``radius`` bits; equal hashes included.

    Complete up to two bits fewer than there are ``blocks``, save in runs longer than ``RUN``; nearly so above.
    """
    distinct, inverse = np.unique(hashes, return_inverse=True)
    a, b = _join_distinct(distinct, radius, blocks)
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


def _join_distinct(hashes: HashArray, radius: int, blocks: int) -> tuple[IntArray, IntArray]:
    n = len(hashes)
    found = [np.empty(0, dtype=np.int64)]
    for keys in _list_keys(hashes, blocks):
        keys.sort()
        order = (keys & _POSITION).astype(np.int64)
        keys >>= _POSITION_BITS
        start = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[:n])
        sizes = np.diff(np.append(start, n))
        behind = np.repeat(start + sizes, sizes) - np.arange(1, n + 1)
        for near, step in _compare_runs(hashes.take(order), behind, sizes, radius):
            i, j = order[near], order[near + step]
            found.append(np.minimum(i, j) * n + np.maximum(i, j))
    pairs = sort_distinct(found)
    return pairs // max(n, 1), pairs % max(n, 1)


def _list_keys(hashes: HashArray, blocks: int) -> Iterator[HashArray]:
    """Yield, for each two blocks, the two and the position of each hash in one number, to be sorted by."""
    parts = np.array_split(_ORDER, blocks)
    widths = np.array([len(part) for part in parts], dtype=np.uint64)
    spread = _spread(hashes)
    masks = (np.uint64(1) << widths) - np.uint64(1)
    cut = [(spread >> start) & mask for start, mask in zip(np.cumsum(widths) - widths, masks, strict=True)]
    position = np.arange(len(hashes), dtype=np.uint64)
    for a, b in combinations(range(blocks), 2):
        yield (((cut[a] << widths[b]) | cut[b]) << _POSITION_BITS) | position


def _compare_runs(values: HashArray, behind: IntArray, sizes: IntArray, radius: int) -> Iterator[tuple[IntArray, int]]:
    """Yield positions of values, and by how many the value that is near to each stands behind it in its run.

    ``behind`` is how many of its run stand behind each, ``sizes`` how long the runs are. While most have a next one,
    all are compared, and what lies in another run is left out: that is several times as fast as to choose.
    """
    at: IntArray | None = None
    for step in range(1, min(int(sizes.max(initial=0)), RUN + 1)):
        sizes = sizes[sizes > step]
        if _DENSE * int((sizes - step).sum()) > len(values):
            near = np.flatnonzero(np.bitwise_count(values[:-step] ^ values[step:]) <= radius)
            yield near[behind[near] >= step], step
            continue
        at = np.flatnonzero(behind >= step) if at is None else at[behind.take(at) >= step]
        for begin in range(0, len(at), _CHUNK):
            part = at[begin : begin + _CHUNK]
            yield part[np.bitwise_count(values.take(part) ^ values.take(part + step)) <= radius], step


def mask_blocks(blocks: int) -> list[np.uint64]:
    """Return bit masks, each of two of the ``blocks`` blocks that the 64 bits are cut into."""
    parts = [sum(1 << int(bit) for bit in part) for part in np.array_split(_ORDER, blocks)]
    return [np.uint64(a | b) for a, b in combinations(parts, 2)]


class HashIndex(NamedTuple):
    """``order[b]`` sorts ``hashes`` by block b of their spread bits; ``start[b]`` says where each value begins."""

    hashes: HashArray
    order: npt.NDArray[np.int32]
    start: npt.NDArray[np.int32]

    def find(self, hashes: HashArray, radius: int) -> tuple[IntArray, IntArray]:
        """Return pairs of positions, in ``hashes`` and in the index, whose hashes differ in ``radius`` bits at most."""
        changes = _list_changes(radius // _BLOCKS)
        blocks = _cut(hashes)
        asked, found = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        for b in range(_BLOCKS):
            keys = (blocks[b][:, None] ^ changes[None, :]).ravel().astype(np.int64)
            owner = np.repeat(np.arange(len(hashes)), len(changes))
            first, last = self.start[b][keys].astype(np.int64), self.start[b][keys + 1].astype(np.int64)
            count = last - first
            place = np.repeat(first - np.cumsum(count) + count, count) + np.arange(int(count.sum()))
            item = self.order[b][place].astype(np.int64)
            query = np.repeat(owner, count)
            near = np.bitwise_count(hashes[query] ^ self.hashes[item]) <= radius
            asked.append(query[near])
            found.append(item[near])
        size = max(len(self.hashes), 1)
        pairs = sort_distinct([np.concatenate(asked) * size + np.concatenate(found)])
        return pairs // size, pairs % size


def index_hashes(hashes: HashArray) -> HashIndex:
    """Return the index of ``hashes``."""
    blocks = _cut(hashes)
    order = np.empty((_BLOCKS, len(hashes)), dtype=np.int32)
    start = np.zeros((_BLOCKS, 2**_BITS + 1), dtype=np.int32)
    for b, keys in enumerate(blocks):
        order[b] = np.argsort(keys, kind="stable")
        np.cumsum(np.bincount(keys, minlength=2**_BITS), out=start[b, 1:])
    return HashIndex(hashes, order, start)


def _cut(hashes: HashArray) -> list[npt.NDArray[np.uint16]]:
    """The four blocks of each hash, of bits spread over all of it."""
    spread = np.ascontiguousarray(_spread(hashes), dtype="<u8").view("<u2").reshape(-1, _BLOCKS)
    return [np.ascontiguousarray(spread[:, b]) for b in range(_BLOCKS)]


def _spread(hashes: HashArray) -> HashArray:
    """The hashes with their bits in ``_ORDER``, the first one lowest."""
    spread = np.zeros(len(hashes), dtype=np.uint64)
    for byte, places in zip(hashes.astype("<u8").view(np.uint8).reshape(-1, 8).T, _place_bytes(), strict=True):
        spread |= places.take(byte)
    return spread


@lru_cache
def _place_bytes() -> HashArray:
    """Return (8, 256) where the bits of each value of each byte of a hash lie in their new order."""
    place = np.empty(64, dtype=np.int64)
    place[_ORDER] = np.arange(64)
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1
    moved = bits.astype(np.uint64)[None] << place.reshape(8, 1, 8).astype(np.uint64)
    placed: HashArray = moved.sum(axis=2, dtype=np.uint64)
    return placed


def _list_changes(bits: int) -> npt.NDArray[np.uint16]:
    every = [0]
    for count in range(1, bits + 1):
        every += [sum(1 << i for i in places) for places in combinations(range(_BITS), count)]
    return np.array(every, dtype=np.uint16)
