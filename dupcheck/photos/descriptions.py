"""What was done to a photo, in words."""

from functools import reduce

import numpy as np

from dupcheck.messages import Message, message
from dupcheck.model import FloatArray, IntArray
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
    for k, fact in zip(*find_alterations(photos, first, second), strict=True):
        notes = list_notes(photos, int(first[k]), int(second[k]), fact)
        if bits[k] <= SAME and notes:
            said[k] = message("photos.same_but", notes=_join(notes))
        elif bits[k] > SAME and _is_recolored(fact):
            said[k] = message("photos.same_view", notes=_join(notes))
    return said


def _join(notes: list[Message]) -> Message:
    return reduce(lambda a, b: message("photos.and_note", first=a, second=b), notes)


def _is_recolored(fact: np.void) -> bool:
    return bool(fact["recolored"] > RECOLORED and fact["color"] > COLORED)


def list_notes(photos: Photos, first: int, second: int, fact: np.void) -> list[Message]:
    """Return what was done to the photo, weightiest first; ``fact`` is what was found of the pair (``ALTERED``)."""
    notes = []
    if _is_recolored(fact):
        before, after = (message(f"photos.color_{name_color(color)}") for color in fact["colors"])
        named = message("photos.note_recolored", first=before, second=after)
        notes.append(named if before != after else message("photos.note_other_colors"))
    if fact["mirrored"]:
        notes.append(message("photos.note_mirrored"))
    degrees = _measure_turn(photos, first, second, fact)
    there, back = fact["placing"], _turn(fact["placing"])
    bordered = _has_border(photos, first, second, there) or _has_border(photos, second, first, back)
    size = np.diff(_lay(photos, first, second, there), axis=0)[0]
    if bordered:
        notes.append(message("photos.note_border"))
    elif not _HALF < size[0] * size[1] < 1.0 / _HALF:
        notes.append(message("photos.note_collage"))
    elif abs(degrees) < _TURNED and np.abs(size - 1.0).max() > _CROPPED:
        notes.append(message("photos.note_cropped"))
    if abs(degrees) >= _TURNED:
        notes.append(message("photos.note_turned", degrees=round(abs(degrees))))
    if fact["watermarked"]:
        notes.append(message("photos.note_watermark"))
    if fact["covered"] > 0:
        notes.append(message("photos.note_covered"))
    return notes


def name_color(color: FloatArray) -> str:
    """Return the basic name of a colour, given its lightness (0 … 255), a* and b*."""
    lightness, a, b = (float(v) for v in color)
    if np.hypot(a, b) < _CHROMATIC:
        return "black" if lightness < 70 else "white" if lightness > 200 else "gray"
    hue = float(np.degrees(np.arctan2(b, a))) % 360
    name = next(name for limit, name in _HUES if hue < limit)
    return "brown" if name in ("orange", "yellow") and lightness < 90 else name


def _turn(placing: FloatArray) -> FloatArray:
    turned: FloatArray = np.linalg.inv(np.vstack([placing, [0.0, 0.0, 1.0]]))[:2]
    return turned


def _lay(photos: Photos, first: int, second: int, placing: FloatArray) -> FloatArray:
    """Return where the edges of the first picture lie on the second, in fractions: [[top, left], [bottom, right]]."""
    own, seen = photos.prints["core"][photos.place[[first, second]]].astype(np.float64)
    start, size = own[[0, 2]], own[[1, 3]] - own[[0, 2]]
    corners = np.array([(0.0 - start) / size, (1.0 - start) / size]) @ placing[:, :2].T + placing[:, 2]
    edges: FloatArray = np.sort(seen[[0, 2]] + corners * (seen[[1, 3]] - seen[[0, 2]]), axis=0)
    return edges


def _has_border(photos: Photos, first: int, second: int, placing: FloatArray) -> bool:
    """Whether the second picture goes on beyond the first one's edges, on two opposite sides, in one plain colour."""
    plain = photos.prints["outer"][photos.place[second]].astype(np.float64)
    edges = _lay(photos, first, second, placing)
    before, behind = edges[0], 1.0 - edges[1]
    told = (before > _BORDER) & (behind > _BORDER)
    told &= (plain[[0, 2]] > 0.5 * before) & (1.0 - plain[[1, 3]] > 0.5 * behind)
    return bool(told.any())


def _measure_turn(photos: Photos, first: int, second: int, fact: np.void) -> float:
    """The angle in degrees by which the second picture is turned against the first."""
    aspect = photos.prints["aspect"][photos.place[[first, second]]].astype(np.float64)
    linear = fact["placing"][:, :2] * np.array([[1.0, 1.0 / aspect[0]], [aspect[1], aspect[1] / aspect[0]]])
    if fact["mirrored"]:
        linear = linear * np.array([[1.0, -1.0], [1.0, -1.0]])
    return float(np.degrees(np.arctan2(linear[1, 0] - linear[0, 1], linear[0, 0] + linear[1, 1])))
