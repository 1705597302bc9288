"""What was done to a photo, in words."""

from collections.abc import Iterator
from functools import reduce

import numpy as np
import numpy.typing as npt

from dupcheck.messages import Message, message
from dupcheck.model import BoolArray, FloatArray, IntArray
from dupcheck.photos.table import Photos
from dupcheck.photos.verification import RECOLORED, SAME, compare_photos, find_alterations

COLORED = 10.0
"""ΔE from which two photos of one geometry show different colours."""

_CHROMATIC = 12.0
_HUES = (
    (15.0, "pink"), (42.0, "red"), (68.0, "orange"), (105.0, "yellow"), (165.0, "green"), (220.0, "cyan"),
    (309.0, "blue"), (335.0, "purple"), (360.0, "pink"),
)  # fmt: skip
_TURNED = 1.5  # degrees from which on a turn is told
_HALF = 0.62  # the share of the one picture that the other takes up, below which it is but a part of it
_CROPPED = 0.045  # the least change in height or width that is told
_BORDER = 0.012  # the least width of a border that is told, of the picture's


def describe_pairs(photos: Photos, first: IntArray, second: IntArray) -> list[Message]:
    """Say how the photos of each pair of rows relate: one photo, what was done to it, or different ones.

    The messages start in lower case and have no full stop; they stand inside a sentence.
    """
    bits = compare_photos(photos, first, second)
    said = [
        message("photos.cannot_tell" if np.isnan(b) else "photos.same" if b <= SAME else "photos.different")
        for b in bits.tolist()
    ]
    at, facts = find_alterations(photos, first, second)
    recolored = _are_recolored(facts).tolist()
    for k, changed, notes in zip(at.tolist(), recolored, list_notes(photos, first[at], second[at], facts), strict=True):
        if bits[k] <= SAME and notes:
            said[k] = message("photos.same_but", notes=_join(notes))
        elif bits[k] > SAME and changed:
            said[k] = message("photos.same_view", notes=_join(notes))
    return said


def _join(notes: list[Message]) -> Message:
    return reduce(lambda a, b: message("photos.and_note", first=a, second=b), notes)


def _are_recolored(facts: npt.NDArray[np.void]) -> BoolArray:
    recolored: BoolArray = (facts["recolored"] > RECOLORED) & (facts["color"] > COLORED)
    return recolored


def list_notes(
    photos: Photos, first: IntArray, second: IntArray, facts: npt.NDArray[np.void]
) -> Iterator[list[Message]]:
    """Yield what was done to the photo of each pair, weightiest first; ``facts`` are what was found (``ALTERED``)."""
    there = np.broadcast_to(np.eye(3), (len(facts), 3, 3)).copy()
    there[:, :2] = facts["placing"]
    back = np.linalg.inv(there).astype(np.float64, copy=False)
    bordered = _have_border(photos, first, second, there) | _have_border(photos, second, first, back)
    size = np.diff(_lay(photos, first, second, there), axis=1)[:, 0]
    part = ~((size.prod(axis=1) > _HALF) & (size.prod(axis=1) < 1.0 / _HALF))
    cropped = np.abs(size - 1.0).max(axis=1) > _CROPPED
    turns = np.abs(_measure_turns(photos, first, second, facts))
    shapes = zip(bordered.tolist(), part.tolist(), cropped.tolist(), turns.tolist(), strict=True)
    for fact, recolored, (border, is_part, is_cropped, degrees) in zip(
        facts, _are_recolored(facts).tolist(), shapes, strict=True
    ):
        notes = []
        if recolored:
            before, after = (message(f"photos.color_{name_color(color)}") for color in fact["colors"])
            named = message("photos.note_recolored", first=before, second=after)
            notes.append(named if before != after else message("photos.note_other_colors"))
        if fact["mirrored"]:
            notes.append(message("photos.note_mirrored"))
        if border:
            notes.append(message("photos.note_border"))
        elif is_part:
            notes.append(message("photos.note_collage"))
        elif degrees < _TURNED and is_cropped:
            notes.append(message("photos.note_cropped"))
        if degrees >= _TURNED:
            notes.append(message("photos.note_turned", degrees=round(degrees)))
        if fact["watermarked"]:
            notes.append(message("photos.note_watermark"))
        if fact["covered"] > 0:
            notes.append(message("photos.note_covered"))
        yield notes


def name_color(color: FloatArray) -> str:
    """Return the basic name of a colour, given its lightness (0 … 255), a* and b*."""
    lightness, a, b = (float(v) for v in color)
    if np.hypot(a, b) < _CHROMATIC:
        return "black" if lightness < 70 else "white" if lightness > 200 else "gray"
    hue = float(np.degrees(np.arctan2(b, a))) % 360
    name = next(name for limit, name in _HUES if hue < limit)
    return "brown" if name in ("orange", "yellow") and lightness < 90 else name


def _lay(photos: Photos, first: IntArray, second: IntArray, maps: FloatArray) -> FloatArray:
    """Return (pairs, 2, 2) where the edges of the first picture lie on the second, in fractions: [[top, left], [bottom,
    right]].
    """
    own, seen = (photos.prints["core"][photos.place[rows]].astype(np.float64) for rows in (first, second))
    start, size = own[:, [0, 2]], own[:, [1, 3]] - own[:, [0, 2]]
    corners = np.stack([(0.0 - start) / size, (1.0 - start) / size], axis=1)
    corners = corners @ maps[:, :2, :2].swapaxes(1, 2) + maps[:, None, :2, 2]
    begin, extent = seen[:, None, [0, 2]], (seen[:, [1, 3]] - seen[:, [0, 2]])[:, None]
    edges: FloatArray = np.sort(begin + corners * extent, axis=1)
    return edges


def _have_border(photos: Photos, first: IntArray, second: IntArray, maps: FloatArray) -> BoolArray:
    """Whether the second picture goes on beyond the first one's edges, on two opposite sides, in one plain colour."""
    plain = photos.prints["outer"][photos.place[second]].astype(np.float64)
    edges = _lay(photos, first, second, maps)
    before, behind = edges[:, 0], 1.0 - edges[:, 1]
    told: BoolArray = (before > _BORDER) & (behind > _BORDER)
    told &= (plain[:, [0, 2]] > 0.5 * before) & (1.0 - plain[:, [1, 3]] > 0.5 * behind)
    return told[:, 0] | told[:, 1]


def _measure_turns(photos: Photos, first: IntArray, second: IntArray, facts: npt.NDArray[np.void]) -> FloatArray:
    """The angles in degrees by which the second pictures are turned against the first."""
    own, seen = (photos.prints["aspect"][photos.place[rows]].astype(np.float64) for rows in (first, second))
    linear = facts["placing"][:, :, :2].astype(np.float64)
    linear[:, :, 1] *= np.where(facts["mirrored"], -1.0, 1.0)[:, None]
    across = linear[:, 1, 0] * seen - linear[:, 0, 1] / own
    turns: FloatArray = np.degrees(np.arctan2(across, linear[:, 0, 0] + linear[:, 1, 1] * (seen / own)))
    return turns
