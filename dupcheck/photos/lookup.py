"""Looking up 64-bit hashes within a few bits of given ones: multi-index hashing.

The bits are cut into four blocks of 16; hashes that differ in at most ``r`` bits agree in some block but for ``r // 4``
bits, so each block is looked up with every such change (Norouzi, Punjani, Fleet: Fast Search in Hamming Space with
Multi-Index Hashing, 2012). Complete.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from dupcheck.model import IntArray

HashArray = npt.NDArray[np.uint64]

_BLOCKS = 4
_BITS = 16
_ORDER = np.random.default_rng(7).permutation(64)  # hash bits of one frequency band stand together: spread them


@dataclass(frozen=True)
class HashIndex:
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
        pairs = np.unique(np.concatenate(asked) * size + np.concatenate(found))
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
    bits = np.unpackbits(hashes.astype("<u8").view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")[:, _ORDER]
    packed = np.packbits(bits, axis=1, bitorder="little")
    return [np.ascontiguousarray(packed[:, 2 * b : 2 * b + 2]).view("<u2").ravel() for b in range(_BLOCKS)]


def _list_changes(bits: int) -> npt.NDArray[np.uint16]:
    every = [0]
    for count in range(1, bits + 1):
        every += [sum(1 << i for i in places) for places in combinations(range(_BITS), count)]
    return np.array(every, dtype=np.uint16)
