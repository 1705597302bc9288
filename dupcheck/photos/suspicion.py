"""Which part of one picture might be which part of another, judged by their hashes alone.

Hashes of parts and of mirrored parts only raise a suspicion, and say where to begin when two pictures are aligned.
"""

import numpy as np
import numpy.typing as npt

from dupcheck.model import BoolArray, FloatArray, IntArray
from dupcheck.photos.records import HASHES, VIEWS
from dupcheck.photos.table import Photos

SUSPECT = 10
"""Bits within which some part of one picture must lie to some part of the other for a closer look, at most."""

_WHOLES = ("raw", "outer", "core", "inner")
_HALVES = ("top", "bottom", "left", "right")


def _list_combinations() -> list[tuple[str, str, bool]]:
    """Which view of one picture may be which view of the other, and whether mirrored."""
    straight = [(name, name) for name in VIEWS]
    straight += [(a, b) for a in _WHOLES for b in _WHOLES if a != b]
    crops = ("core", "crop 4", "crop 8")
    straight += [(a, b) for a in crops for b in crops if a != b]
    straight += [pair for half in _HALVES for pair in (("core", half), (half, "core"))]
    straight += [pair for half in _HALVES for pair in (("raw", f"raw {half}"), (f"raw {half}", "raw"))]
    mirrored = [(name, name) for name in (*_WHOLES, "top", "bottom")]
    mirrored += [("outer", "core"), ("core", "outer"), ("left", "right"), ("right", "left")]
    mirrored += [pair for whole in ("raw", "core") for pair in ((whole, "inner"), ("inner", whole))]
    mirrored += [("core", "left"), ("core", "right"), ("left", "core"), ("right", "core")]
    mirrored += [pair for half in ("raw left", "raw right") for pair in (("raw", half), (half, "raw"))]
    return [(a, b, False) for a, b in straight] + [(a, b, True) for a, b in mirrored]


COMBINATIONS = _list_combinations()
_TURNED = [mirrored and f"mirrored {a}" in HASHES for a, _, mirrored in COMBINATIONS]
"""Whether the first one's hash is the mirrored one, where one is: else it is the second one's."""
_FIRST = np.array(
    [HASHES.index(f"mirrored {a}" if turned else a) for (a, _, _), turned in zip(COMBINATIONS, _TURNED, strict=True)]
)
_SECOND = np.array(
    [
        HASHES.index(f"mirrored {b}" if mirrored and not turned else b)
        for (_, b, mirrored), turned in zip(COMBINATIONS, _TURNED, strict=True)
    ]
)
_FIRST_VIEW = np.array([list(VIEWS).index(a) for a, _, _ in COMBINATIONS])
_SECOND_VIEW = np.array([list(VIEWS).index(b) for _, b, _ in COMBINATIONS])
_IS_MIRRORED = np.array([mirrored for _, _, mirrored in COMBINATIONS])


def _choose_radius(first: str, second: str, mirrored: bool) -> int:
    """Return the bits within which two views must lie to raise a suspicion: as telling as their hashes are.

    Of shots on white grounds the whole with its margins, or half of it, shows little but a silhouette, which hundreds
    of products share.
    """
    if first == second == "raw":
        return 4
    if first.startswith("raw ") or second.startswith("raw "):
        return 6
    if first in _HALVES and second in _HALVES and mirrored:
        return 8
    return SUSPECT


RADIUS = np.array([_choose_radius(*combination) for combination in COMBINATIONS], dtype=np.uint8)
"""The bits within which each combination of parts must lie to raise a suspicion."""
PLAIN = len(HASHES)
"""The kind of the plain hash, which is all that is known of a photo without a file."""


def _list_allowed(wholes: int, halves: int) -> npt.NDArray[np.int8]:
    """The bits allowed between each two kinds of hashes, at most so many between whole pictures, and their halves."""
    allowed = np.full((PLAIN + 1, PLAIN + 1), -1, dtype=np.int8)
    for i, j, bits in zip(_FIRST, _SECOND, RADIUS, strict=True):
        most = halves if _OF_HALVES[i] or _OF_HALVES[j] else wholes if _OF_WHOLES[i] and _OF_WHOLES[j] else SUSPECT
        allowed[i, j] = allowed[j, i] = max(int(allowed[i, j]), min(int(bits), most))
    allowed[PLAIN, PLAIN] = SUSPECT
    return allowed


_OF_HALVES = [name.removeprefix("mirrored ").startswith("raw ") for name in HASHES]
_OF_WHOLES = [name.removeprefix("mirrored ") == "raw" for name in HASHES]
_ALLOWED = _list_allowed(SUSPECT, SUSPECT)
_ALLOWED_AMONG_MANY = _list_allowed(2, 4)
"""Of the suspicions that rest on the halves of whole pictures, those of six bits are three in five of all there are in
a large shop, and one in two thousand of them is right; of those of four bits that rest on whole ones alone, none."""
_SILHOUETTES = np.array([a == b == "raw" or a.startswith("raw ") or b.startswith("raw ") for a, b, _ in COMBINATIONS])
_WEAKER = np.where(_SILHOUETTES, 64, 0).astype(np.uint8)
_TELLING = 4
"""Bits between telling parts up to which colours need not agree: the photo of another colour of a product is one."""
_OUTLINES = np.array(["raw" in name.split() for name in HASHES] + [False])
"""Which kinds of hashes show little but a silhouette where the ground is white."""
SHARED_BY = 32
"""Of an outline that lies near to more than so many others, only those within ``SHARED_BITS`` are suspected."""
SHARED_BITS = 2
WHOLE = [k for k, (a, b, _) in enumerate(COMBINATIONS) if a == b == "raw"]


def list_hashes(photos: Photos, rows: IntArray) -> tuple[npt.NDArray[np.uint64], IntArray, npt.NDArray[np.uint8]]:
    """Return every hash of usable rows, with the position in ``rows`` that it belongs to and its kind."""
    known = np.flatnonzero(photos.usable[rows])
    pictured = known[photos.pictured[rows[known]]]
    views = photos.prints["views"][photos.place[rows[pictured]]]
    hashes = np.concatenate([photos.phash[rows[known]], views.ravel()])
    owner = np.concatenate([known, np.repeat(pictured, views.shape[1])])
    kinds = np.arange(views.shape[1], dtype=np.uint8)
    kind = np.concatenate([np.full(len(known), PLAIN, dtype=np.uint8), np.tile(kinds, len(pictured))])
    told = hashes != 0
    return hashes[told], owner[told], kind[told]


def suspect(
    first: npt.NDArray[np.uint64],
    first_kind: npt.NDArray[np.uint8],
    second: npt.NDArray[np.uint64],
    second_kind: npt.NDArray[np.uint8],
    *,
    among_many: bool = False,
) -> BoolArray:
    """Return which pairs of hashes of these kinds lie so near that the two pictures are worth a closer look."""
    allowed = _ALLOWED_AMONG_MANY if among_many else _ALLOWED
    near: BoolArray = np.bitwise_count(first ^ second).astype(np.int8) <= allowed[first_kind, second_kind]
    return near


def is_outline(kind: int) -> bool:
    """Return whether hashes of this kind show little but a silhouette where the ground is white."""
    return bool(_OUTLINES[kind])


def keep_telling(
    hashes: npt.NDArray[np.uint64], kind: npt.NDArray[np.uint8], first: IntArray, second: IntArray
) -> BoolArray:
    """Return which suspected pairs of positions in ``hashes`` rest on more than an outline that many pictures share.

    As a shop grows, more and more of its bottles stand alike on white: what lies near to so many is no evidence, unless
    it lies very near.
    """
    told: BoolArray = np.bitwise_count(hashes[first] ^ hashes[second]) <= SHARED_BITS
    outline = np.flatnonzero(_OUTLINES[kind[first]] | _OUTLINES[kind[second]])
    one, other = first[outline], second[outline]
    shared = np.bincount(one, minlength=len(hashes)) + np.bincount(other, minlength=len(hashes)) > SHARED_BY
    rare = np.ones(len(first), dtype=np.bool_)
    rare[outline] = ~(shared[one] | shared[other])
    return told | rare


def measure_nearest(photos: Photos, first: IntArray, second: IntArray) -> npt.NDArray[np.uint8]:
    """Return (pairs, combinations) the bits between the hashes of each combination of parts; 64: no hash."""
    views = photos.prints["views"]
    a, b = views[photos.place[first]], views[photos.place[second]]
    nearest = np.empty((len(first), len(COMBINATIONS)), dtype=np.uint8)
    for k, (i, j) in enumerate(zip(_FIRST, _SECOND, strict=True)):
        nearest[:, k] = np.where((a[:, i] != 0) & (b[:, j] != 0), np.bitwise_count(a[:, i] ^ b[:, j]), 64)
    return nearest


def choose_doubtful(nearest: npt.NDArray[np.uint8]) -> BoolArray:
    """Return which pairs are suspected by weak evidence alone, so that their colours should agree, too."""
    doubtful: BoolArray = (nearest + _WEAKER).min(axis=1) > _TELLING
    return doubtful


def place_parts(prints: npt.NDArray[np.void], first: IntArray, second: IntArray, combination: IntArray) -> FloatArray:
    """Return the (pairs, 3, 3) maps from core to core, in fractions (y, x), that lay one's part upon the other's.

    ``first`` and ``second`` are positions in ``prints``.
    """
    source, target = (
        _locate(prints, first, _FIRST_VIEW[combination]),
        _locate(prints, second, _SECOND_VIEW[combination]),
    )
    size_y, size_x = source[:, 1] - source[:, 0], source[:, 3] - source[:, 2]
    down, across = (target[:, 1] - target[:, 0]) / size_y, (target[:, 3] - target[:, 2]) / size_x
    turned = _IS_MIRRORED[combination]
    maps = np.zeros((len(first), 3, 3))
    maps[:, 0, 0] = down
    maps[:, 0, 2] = target[:, 0] - source[:, 0] * down
    maps[:, 1, 1] = np.where(turned, -across, across)
    maps[:, 1, 2] = np.where(turned, target[:, 3] + source[:, 2] * across, target[:, 2] - source[:, 2] * across)
    maps[:, 2, 2] = 1.0
    return maps


def _locate(prints: npt.NDArray[np.void], at: IntArray, view: IntArray) -> FloatArray:
    """Return (pairs, 4) where a view of each of the prints ``at`` lies, as fractions of the core."""
    core = prints["core"][at].astype(np.float64)
    whole = np.broadcast_to([0.0, 1.0, 0.0, 1.0], core.shape)
    boxes = np.stack([whole, prints["outer"][at], core, prints["inner"][at]], axis=1)
    box = boxes[np.arange(len(at)), _BOX_OF[view]]
    region = _REGION_OF[view]
    height, width = (box[:, 1] - box[:, 0])[:, None], (box[:, 3] - box[:, 2])[:, None]
    rows = (box[:, :1] + region[:, :2] * height - core[:, :1]) / (core[:, 1:2] - core[:, :1])
    columns = (box[:, 2:3] + region[:, 2:] * width - core[:, 2:3]) / (core[:, 3:] - core[:, 2:3])
    return np.concatenate([rows, columns], axis=1)


_BOX_OF = np.array([_WHOLES.index(box) for box, _ in VIEWS.values()])
_REGION_OF = np.array([region for _, region in VIEWS.values()])
