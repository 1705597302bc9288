"""A cheap look at two pictures: do their colours lie in the same places, where the hashes say one lies on the other?

It costs some ten microseconds a pair, and of pairs that hashes of parts suspect it leaves one in thirty, next to none
of them one photo in truth: what a seller puts over a photo hides less than half of it.
"""

import numpy as np
import numpy.typing as npt

from dupcheck.model import FloatArray, IntArray
from dupcheck.photos.alignment import turn_round, warp
from dupcheck.photos.records import COLOR_SIDE, SIDE

AGREEING = 0.4
"""The share of two pictures' blocks that must have one colour."""

_LIGHT, _COLOR = 30.0, 12.0  # levels, and ΔE, by which blocks of one colour differ at most
_GROUND = 235.0  # levels from which on a block is white ground
_TELLING = 4  # blocks without which there is nothing to hold against each other


def measure_layouts(prints: npt.NDArray[np.void], first: IntArray, second: IntArray, maps: FloatArray) -> FloatArray:
    """Return the share of blocks that have one colour on both of a pair of prints, white ground left out.

    ``first`` and ``second`` are positions in ``prints``, ``maps`` (pairs, 3, 3) lead from the one core to the other.
    1 where there is nothing but ground.
    """
    rows, place = np.unique(np.concatenate([first, second]), return_inverse=True)
    edge = SIDE // COLOR_SIDE
    light = prints["light"][rows].reshape(-1, COLOR_SIDE, edge, COLOR_SIDE, edge).mean(axis=(2, 4), dtype=np.float32)
    layout = np.concatenate([light[..., None], prints["chroma"][rows].astype(np.float32)], axis=3)
    one, other, ways, _ = turn_round(place[: len(first)], place[len(first) :], maps)
    own = layout[one]
    seen, inside = warp(layout[other], ways)
    apart = np.abs(own - seen)
    telling = inside & (np.minimum(own[..., 0], seen[..., 0]) <= _GROUND)
    color = apart[..., 1] ** 2 + apart[..., 2] ** 2
    alike = telling & (apart[..., 0] < _LIGHT) & (color < _COLOR**2)
    count = telling.sum(axis=(1, 2))
    return np.where(count >= _TELLING, alike.sum(axis=(1, 2)) / np.maximum(count, 1), 1.0)
