"""Where a picture's plain borders, frames and padding end."""

import cv2
import numpy as np

from dupcheck.photos.pictures import ByteArray

Box = tuple[int, int, int, int]
"""Top, bottom, left and right, in pixels."""

TOLERANCE = 18
"""How far, in levels of any channel, pixels of one plain colour may lie from it: JPEG noise and light shadow."""

_SPECKS = 0.02
"""The share of a border line's pixels that may have another colour."""
_ROUNDS = 4
"""Borders within borders that are trimmed."""


def find_boxes(picture: ByteArray) -> tuple[Box, Box, Box]:
    """Return the boxes of the whole, without its outermost plain border, and without any border, padding and frame.

    A picture of which next to nothing would be left stays whole.
    """
    height, width = picture.shape[:2]
    whole = (0, height, 0, width)
    boxes = [whole]
    for _ in range(_ROUNDS):
        trimmed = _trim(picture, boxes[-1])
        if trimmed[1] - trimmed[0] < max(8, height // 12) or trimmed[3] - trimmed[2] < max(8, width // 12):
            return whole, whole, whole
        boxes.append(trimmed)
        if trimmed == boxes[-2]:
            break
    return whole, boxes[1], boxes[-1]


def bound_color(color: ByteArray) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Return the lowest and the highest levels that count as one plain colour with ``color``."""
    red, green, blue = color.tolist()
    low = red - TOLERANCE, green - TOLERANCE, blue - TOLERANCE
    return low, (red + TOLERANCE, green + TOLERANCE, blue + TOLERANCE)


def _trim(picture: ByteArray, box: Box) -> Box:
    """Take off each side the lines that have the one colour of its outermost line."""
    top, bottom, left, right = box
    view = picture[top:bottom, left:right]
    plain: dict[tuple[int, ...], ByteArray] = {}
    counts = []
    for axis, end in ((1, False), (1, True), (0, False), (0, True)):
        line = view[-1 if end else 0] if axis else view[:, -1 if end else 0]
        color = line[:: 1 + len(line) // 15].copy()
        color.sort(axis=0)
        low, high = bound_color(color[len(color) // 2])
        if cv2.countNonZero(cv2.inRange(line[None], low, high)) < (1 - _SPECKS) * len(line):
            counts.append(0)
            continue
        if low not in plain:
            plain[low] = cv2.inRange(view, low, high).astype(np.uint8, copy=False)
        share = cv2.reduce(plain[low], axis, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel()
        off = (share[::-1] if end else share) < 255 * (1 - _SPECKS)
        counts.append(int(off.argmax()) if off.any() else len(off))
    return top + counts[0], bottom - counts[1], left + counts[2], right - counts[3]
