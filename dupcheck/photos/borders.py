"""Where a picture's plain borders, frames and padding end."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from dupcheck.photos.pictures import ByteArray

Box = tuple[int, int, int, int]
"""Top, bottom, left and right, in pixels."""

TOLERANCE = 18
"""How far, in levels of any channel, pixels of one plain colour may lie from it: JPEG noise and light shadow."""

_SPECKS = 0.02
"""The share of a border line's pixels that may have another colour."""
_CORNER = 0.04
"""The share of a line at each of its ends that is left out: there two sides of a frame meet, and JPEGs ring."""
_OVERPRINTED = 0.4
"""The share of it where something may be printed over the border."""
_BEYOND = 0.3
"""The share of a frame's colour at most in the lines just inside of it: a frame ends at once, a wall fades."""
_SOME = 15  # pixels of a line, about, that tell its colour
_ROUNDING = 1e-9
_ROUNDS = 8
"""Borders within borders that are trimmed."""


def find_boxes(picture: ByteArray) -> tuple[Box, Box, Box]:
    """Return the boxes of the whole, without its outermost plain border, and without any border, padding and frame.

    A picture of which next to nothing would be left stays whole.
    """
    height, width = picture.shape[:2]
    whole = (0, height, 0, width)
    boxes, masks = [whole], _Masks(picture)
    for _ in range(_ROUNDS):
        trimmed = _trim(masks, boxes[-1], _SPECKS)
        if trimmed[1] - trimmed[0] < max(8, height // 12) or trimmed[3] - trimmed[2] < max(8, width // 12):
            return whole, whole, whole
        boxes.append(trimmed)
        if trimmed == boxes[-2]:
            break
    return whole, boxes[1], boxes[-1]


def find_inner(picture: ByteArray, core: Box | None = None) -> Box:
    """Return the box without lines that are plain only for the most part.

    Such are a border with a badge or a watermark over it and a banner with its words; but a wall may be, too.
    """
    height, width = picture.shape[:2]
    core = core or (0, height, 0, width)
    inner = _trim(_Masks(picture), core, _OVERPRINTED)
    small = inner[1] - inner[0] < max(8, height // 3) or inner[3] - inner[2] < max(8, width // 3)
    return core if small else inner


def find_inners(squares: ByteArray) -> npt.NDArray[np.int64]:
    """Return (squares, 4) what ``find_inner`` finds in each of as many pictures of one size, all of each."""
    count, side = squares.shape[:2]
    corner, step = int(_CORNER * side), 1 + side // _SOME
    middle = slice(corner, side - corner)
    length = side - 2 * corner
    least = math.ceil((1 - _OVERPRINTED) * length - _ROUNDING)
    rims = np.stack(
        [squares[:, 0, middle], squares[:, -1, middle], squares[:, middle, 0], squares[:, middle, -1]], axis=1
    )
    some = np.sort(rims[:, :, ::step], axis=2)
    colors = some[:, :, some.shape[2] // 2].astype(np.int16)
    low, high = (colors - TOLERANCE).clip(0).astype(np.uint8), (colors + TOLERANCE).clip(None, 255).astype(np.uint8)
    within = (rims >= low[:, :, None]) & (rims <= high[:, :, None])
    plain = (within[..., 0] & within[..., 1] & within[..., 2]).sum(axis=2) >= least
    inner = np.tile(np.array([0, side, 0, side]), (count, 1))
    square, rim = np.nonzero(plain)
    named = low[square, rim].astype(np.int64) @ (1 << np.array([16, 8, 0])) + (square << 24)
    _, first, mask = np.unique(named, return_index=True, return_inverse=True)
    is_plain = np.ones((len(first), side, side), dtype=np.bool_)
    planes = cv2.split(squares.reshape(-1, side, 3))
    for plane, lowest, highest in zip(planes, low[square, rim].T, high[square, rim].T, strict=True):
        of = plane.reshape(count, side, side)[square[first]]
        is_plain &= of >= lowest[first, None, None]
        is_plain &= of <= highest[first, None, None]
    rows = is_plain[:, :, middle].sum(axis=2, dtype=np.uint8)
    columns = is_plain[:, middle].sum(axis=1, dtype=np.uint8)
    ends = np.arange(side)
    for k, lines in enumerate((rows, rows[:, ::-1], columns, columns[:, ::-1])):
        at = rim == k
        off = lines[mask[at]] < least
        taken = np.where(off.any(axis=1), off.argmax(axis=1), len(ends))
        inner[square[at], k] = side - taken if k % 2 else taken
    size = inner[:, 1::2] - inner[:, ::2]
    inner[(size < max(8, side // 3)).any(axis=1)] = 0, side, 0, side
    return inner


def take_frame(picture: ByteArray, core: Box, inner: Box) -> Box:
    """Take off ``core`` what is a frame although it is printed over.

    A frame is as wide and of one colour on two opposite sides, and ends at once, where a wall fades.
    """
    taken = list(core)
    for k, axis in ((0, 0), (2, 1)):
        turned = picture.swapaxes(0, axis)
        size = len(turned)
        width = min(inner[k], size - inner[k + 1])
        if width <= min(core[k], size - core[k + 1]):
            continue
        colors = [_find_color(turned[rim]).astype(np.int16) for rim in (0, size - 1)]
        if np.abs(colors[0] - colors[1]).max() > TOLERANCE:
            continue
        beyond = np.abs(turned[[width + 2, -width - 3]] - colors[0]).max(axis=2) <= TOLERANCE
        if beyond.mean(axis=1).max() >= _BEYOND:
            continue
        rims = min(core[k], width - 1), max(core[k + 1] - 1, size - width)
        colors += [_find_color(turned[rim]).astype(np.int16) for rim in rims]
        if np.ptp(colors, axis=0).max() <= TOLERANCE:
            taken[k : k + 2] = max(core[k], width), min(core[k + 1], size - width)
    return taken[0], taken[1], taken[2], taken[3]


def bound_color(color: ByteArray) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Return the lowest and the highest levels that count as one plain colour with ``color``."""
    return _bound_levels(color.tolist())


def _bound_levels(color: Sequence[int]) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    red, green, blue = color
    low = red - TOLERANCE, green - TOLERANCE, blue - TOLERANCE
    return low, (red + TOLERANCE, green + TOLERANCE, blue + TOLERANCE)


def _find_color(line: ByteArray) -> ByteArray:
    """The middling colour of a line of pixels."""
    some = line[:: 1 + len(line) // _SOME].copy()
    some.sort(axis=0)
    middling: ByteArray = some[len(some) // 2]
    return middling


def _are_mixed(low: ByteArray, high: ByteArray) -> bool:
    """Whether both rims have more than one colour, by their sampled pixels but for the lowest and the highest of a
    channel.
    """
    levels = zip(low.tolist(), high.tolist(), strict=True)
    return all(any(b - a > 2 * TOLERANCE for a, b in zip(*rim, strict=True)) for rim in levels)


class _Masks:
    """Where a picture has one plain colour, looked for once for each colour."""

    def __init__(self, picture: ByteArray) -> None:
        self.picture = picture
        self._known: dict[tuple[int, ...], ByteArray] = {}

    def find(self, color: tuple[int, ...], rim: tuple[slice, slice], least: float) -> ByteArray | None:
        """Return 255 for each pixel that has a colour; None where fewer than so many of a line's have it."""
        known = self._known.get(color)
        if known is not None:
            return known if np.count_nonzero(known[rim]) >= least else None
        low, high = _bound_levels(color)
        if cv2.countNonZero(cv2.inRange(self.picture[rim], low, high)) < least:
            return None
        self._known[color] = mask = cv2.inRange(self.picture, low, high).astype(np.uint8, copy=False)
        return mask


def _trim(masks: _Masks, box: Box, specks: float) -> Box:
    """Take off each side the lines that have the one colour of its outermost line, but for a share of ``specks``."""
    top, bottom, left, right = box
    height, width = bottom - top, right - left
    down, across = int(_CORNER * height), int(_CORNER * width)
    middle = slice(top + down, bottom - down), slice(left + across, right - across)
    flat = masks.picture[top : bottom : max(height - 1, 1), middle[1]][:, :: 1 + width // _SOME].copy()
    tall = masks.picture[middle[0], left : right : max(width - 1, 1)][:: 1 + height // _SOME].copy()
    flat.sort(axis=1)  # the first and the last line at once
    tall.sort(axis=0)
    told = specks == _SPECKS and min(flat.shape[1], len(tall)) > _SOME // 2
    if told and _are_mixed(flat[:, 1], flat[:, -2]) and _are_mixed(tall[1], tall[-2]):
        return box  # as most often, there is nothing to trim
    rows, columns = flat[:, flat.shape[1] // 2].tolist(), tall[len(tall) // 2].tolist()
    shares: dict[tuple[int, ...], npt.NDArray[np.float32]] = {}
    counts = []
    for rim, color, axis, end in (
        ((slice(top, top + 1), middle[1]), tuple(rows[0]), 1, 1),
        ((slice(bottom - 1, bottom), middle[1]), tuple(rows[-1]), 1, -1),
        ((middle[0], slice(left, left + 1)), tuple(columns[0]), 0, 1),
        ((middle[0], slice(right - 1, right)), tuple(columns[-1]), 0, -1),
    ):
        mask = masks.find(color, rim, (1 - specks) * (middle[axis].stop - middle[axis].start))
        if mask is None:
            counts.append(0)
            continue
        if (axis, *color) not in shares:
            part = mask[top:bottom, middle[1]] if axis else mask[middle[0], left:right]
            share = cv2.reduce(part, axis, cv2.REDUCE_AVG, dtype=cv2.CV_32F)
            shares[axis, *color] = share.astype(np.float32, copy=False).ravel()
        off = shares[axis, *color][::end] < 255 * (1 - specks)
        first = int(off.argmax())
        counts.append(first if off[first] else len(off))
    return top + counts[0], bottom - counts[1], left + counts[2], right - counts[3]
