"""A cheap look at two pictures: do their colours lie in the same places, where the hashes say one lies on the other?

It costs some three microseconds a pair, and of pairs that hashes of parts suspect it leaves one in twenty, next to none
of them one photo in truth: what a seller puts over a photo hides less than half of it.
"""

import numpy as np
import numpy.typing as npt

from dupcheck.model import FloatArray, IntArray
from dupcheck.photos.alignment import turn_round
from dupcheck.photos.records import COLOR_SIDE, SIDE

AGREEING = 0.3
"""The share of two pictures' blocks that must have one colour."""

Layouts = npt.NDArray[np.uint64]
"""(prints, side, side): lightness, a* and b* of each block of a picture, 16 bits each, in one number."""

_LIGHT, _COLOR = 30, 12  # levels, and ΔE, by which blocks of one colour differ at most
_GROUND = 235  # levels from which on a block is white ground
_TELLING = 4  # blocks without which there is nothing to hold against each other


def lay_out(prints: npt.NDArray[np.void]) -> Layouts:
    """Return the layout of each print."""
    edge = SIDE // COLOR_SIDE
    light = prints["light"]
    rows = light[:, ::edge].astype(np.int16)
    layouts = np.zeros((len(prints), COLOR_SIDE, COLOR_SIDE, 4), dtype=np.int16)
    for k in range(1, edge):
        rows += light[:, k::edge]
    for k in range(edge):
        layouts[..., 0] += rows[:, :, k::edge]
    layouts[..., 0] //= edge * edge
    layouts[..., 1:3] = prints["chroma"]
    return layouts.view(np.uint64)[..., 0]


def measure_layouts(layouts: Layouts, first: IntArray, second: IntArray, maps: FloatArray) -> FloatArray:
    """Return the share of blocks that have one colour on both of a pair of pictures, white ground left out.

    ``first`` and ``second`` are positions in ``layouts``, ``maps`` (pairs, 3, 3) lead from the one core to the other,
    along the axes. 1 where there is nothing but ground.
    """
    one, other, ways, _ = turn_round(first, second, maps)
    center = (np.arange(COLOR_SIDE) + 0.5) / COLOR_SIDE
    down, across = (ways[:, k, k, None] * center + ways[:, k, 2, None] for k in (0, 1))
    inside = ((down >= 0) & (down < 1))[:, :, None] & ((across >= 0) & (across < 1))[:, None, :]
    row, column = ((at * COLOR_SIDE).astype(np.int32).clip(0, COLOR_SIDE - 1) for at in (down, across))
    drawn = layouts[one], layouts[other[:, None, None], row[:, :, None], column[:, None, :]]
    own, seen = (blocks.view(np.int16).reshape(*blocks.shape, 4) for blocks in drawn)
    apart = np.abs(own - seen)
    telling = inside & (np.minimum(own[..., 0], seen[..., 0]) <= _GROUND)
    color = apart[..., 1].astype(np.int32) ** 2 + apart[..., 2].astype(np.int32) ** 2
    alike = telling & (apart[..., 0] < _LIGHT) & (color < _COLOR**2)
    count = telling.sum(axis=(1, 2))
    return np.where(count >= _TELLING, alike.sum(axis=(1, 2)) / np.maximum(count, 1), 1.0)
