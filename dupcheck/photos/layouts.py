"""A cheap look at two pictures: do their colours lie in the same places, where the hashes say one lies on the other?

It costs some three microseconds a pair, and of pairs that hashes of parts suspect it leaves one in twenty, next to none
of them one photo in truth: what a seller puts over a photo hides less than half of it.
"""

import numpy as np
import numpy.typing as npt

from dupcheck.model import BoolArray, FloatArray, IntArray
from dupcheck.photos.alignment import turn_round
from dupcheck.photos.records import COLOR_SIDE, SIDE

AGREEING = 0.3
"""The share of two pictures' blocks that must have one colour."""

Layouts = npt.NDArray[np.uint64]
"""(prints, side, side): lightness, a* and b* of each block of a picture, 16 bits each, in one number."""

_LIGHT, _COLOR = 30, 12  # levels, and ΔE, by which blocks of one colour differ at most
_GROUND = 235  # levels from which on a block is white ground
_STEP, _SOME, _FEW = 2, 12, 0.15  # rows and columns that are held against each other first, blocks, and their share
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


def agree_in_colors(layouts: Layouts, first: IntArray, second: IntArray, maps: FloatArray) -> BoolArray:
    """Return which pairs of pictures have one colour on enough of their blocks, or on none of them anything but ground.

    ``first`` and ``second`` are positions in ``layouts``, ``maps`` (pairs, 3, 3) lead from the one core to the other,
    along the axes. Of most pairs the colours agree on few blocks: every fourth block tells so.
    """
    one, other, ways, _ = turn_round(first, second, maps)
    told, count = _count_alike(layouts, one, other, ways, np.arange(_STEP // 2, COLOR_SIDE, _STEP))
    at = np.flatnonzero((count < _SOME) | (told >= _FEW * count))
    agreeing = np.zeros(len(first), dtype=np.bool_)
    told, count = _count_alike(layouts, one[at], other[at], ways[at], np.arange(COLOR_SIDE))
    agreeing[at] = (count < _TELLING) | (told >= AGREEING * count)
    return agreeing


def _count_alike(
    layouts: Layouts, one: IntArray, other: IntArray, ways: FloatArray, blocks: IntArray
) -> tuple[IntArray, IntArray]:
    """Return on how many blocks, in these rows and columns, the colours agree, and on how many there is not but white
    ground.
    """
    center = (blocks + 0.5) / COLOR_SIDE
    down, across = (ways[:, k, k, None] * center + ways[:, k, 2, None] for k in (0, 1))
    inside = ((down >= 0) & (down < 1))[:, :, None] & ((across >= 0) & (across < 1))[:, None, :]
    row, column = ((at * COLOR_SIDE).astype(np.int32).clip(0, COLOR_SIDE - 1) for at in (down, across))
    drawn = (
        layouts[one[:, None, None], blocks[:, None], blocks],
        layouts[other[:, None, None], row[:, :, None], column[:, None, :]],
    )
    own, seen = (blocks.view(np.int16).reshape(*blocks.shape, 4) for blocks in drawn)
    apart = np.abs(own - seen)
    telling = inside & (np.minimum(own[..., 0], seen[..., 0]) <= _GROUND)
    color = apart[..., 1].astype(np.int32) ** 2 + apart[..., 2].astype(np.int32) ** 2
    alike = telling & (apart[..., 0] < _LIGHT) & (color < _COLOR**2)
    return alike.sum(axis=(1, 2)), telling.sum(axis=(1, 2))
