"""Where a picture's plain borders, frames and padding end."""

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
_ROUNDS = 8
"""Borders within borders that are trimmed."""


def find_boxes(picture: ByteArray) -> tuple[Box, Box, Box]:
    """Return the boxes of the whole, without its outermost plain border, and without any border, padding and frame.

    A picture of which next to nothing would be left stays whole.
    """
    height, width = picture.shape[:2]
    whole = (0, height, 0, width)
    boxes = [whole]
    for _ in range(_ROUNDS):
        trimmed = _trim(picture, boxes[-1], _SPECKS)
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
    inner = _trim(picture, core, _OVERPRINTED)
    small = inner[1] - inner[0] < max(8, height // 3) or inner[3] - inner[2] < max(8, width // 3)
    return core if small else inner


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
    red, green, blue = color.tolist()
    low = red - TOLERANCE, green - TOLERANCE, blue - TOLERANCE
    return low, (red + TOLERANCE, green + TOLERANCE, blue + TOLERANCE)


def _find_color(line: ByteArray) -> ByteArray:
    """The middling colour of a line of pixels."""
    some = line[:: 1 + len(line) // _SOME].copy()
    some.sort(axis=0)
    middling: ByteArray = some[len(some) // 2]
    return middling


def _are_mixed(low: ByteArray, high: ByteArray) -> npt.NDArray[np.bool_]:
    """Which rims have more than one colour, by their sampled pixels but for the lowest and the highest of a channel."""
    apart: npt.NDArray[np.bool_] = (high - low).max(axis=1) > 2 * TOLERANCE
    return apart


def _trim(picture: ByteArray, box: Box, specks: float) -> Box:
    """Take off each side the lines that have the one colour of its outermost line, but for a share of ``specks``."""
    top, bottom, left, right = box
    view = picture[top:bottom, left:right]
    height, width = view.shape[:2]
    middle = (
        slice(int(_CORNER * height), height - int(_CORNER * height)),
        slice(int(_CORNER * width), width - int(_CORNER * width)),
    )
    flat, tall = view[:, middle[1]], view[middle[0]]
    rims = (flat[:1], flat[-1:], tall[:, :1], tall[:, -1:])
    across = flat[:: max(height - 1, 1), :: 1 + width // _SOME].copy()  # the first and the last line, sorted at once
    down = tall[:: 1 + height // _SOME, :: max(width - 1, 1)].copy()
    across.sort(axis=1)
    down.sort(axis=0)
    told = specks == _SPECKS and min(across.shape[1], len(down)) > _SOME // 2
    if told and (_are_mixed(across[:, 1], across[:, -2]) & _are_mixed(down[1], down[-2])).all():
        return box  # as most often, there is nothing to trim
    rows, columns = across[:, across.shape[1] // 2], down[len(down) // 2]
    shares: dict[tuple[int, tuple[int, int, int]], npt.NDArray[np.float32]] = {}
    plain: dict[tuple[int, int, int], ByteArray] = {}
    counts = []
    colors = rows[0], rows[-1], columns[0], columns[-1]
    for rim, color, axis, end in zip(rims, colors, (1, 1, 0, 0), (1, -1, 1, -1), strict=True):
        low, high = bound_color(color)
        if cv2.countNonZero(cv2.inRange(rim, low, high)) < (1 - specks) * max(rim.shape[:2]):
            counts.append(0)
            continue
        if low not in plain:
            plain[low] = cv2.inRange(view, low, high).astype(np.uint8, copy=False)
        if (axis, low) not in shares:
            part = plain[low][:, middle[1]] if axis else plain[low][middle[0]]
            share = cv2.reduce(part, axis, cv2.REDUCE_AVG, dtype=cv2.CV_32F)
            shares[axis, low] = share.astype(np.float32, copy=False).ravel()
        off = shares[axis, low][::end] < 255 * (1 - specks)
        first = int(off.argmax())
        counts.append(first if off[first] else len(off))
    return top + counts[0], bottom - counts[1], left + counts[2], right - counts[3]
