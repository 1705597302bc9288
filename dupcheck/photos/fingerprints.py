"""A picture → one record of fixed size: everything that two photos are ever compared by."""

import re
from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from scipy.fft import dct

from dupcheck.photos.pictures import ByteArray

VERSION = 3
"""Part of the cache key: goes up whenever a record would come out otherwise."""

SIDE = 48
"""Rows and columns of the lightness thumbnail."""
COLOR_SIDE = 16
"""Rows and columns of the colour thumbnail."""

Region = tuple[float, float, float, float]
"""Top, bottom, left and right of a part of a picture, as fractions."""

_WHOLE: Region = (0.0, 1.0, 0.0, 1.0)
_HALVES: dict[str, Region] = {
    "top": (0.0, 0.5, 0.0, 1.0),
    "bottom": (0.5, 1.0, 0.0, 1.0),
    "left": (0.0, 1.0, 0.0, 0.5),
    "right": (0.0, 1.0, 0.5, 1.0),
}
VIEWS: dict[str, tuple[str, Region]] = {
    "raw": ("raw", _WHOLE),
    "outer": ("outer", _WHOLE),
    "core": ("core", _WHOLE),
    **{name: ("core", region) for name, region in _HALVES.items()},
    **{f"raw {name}": ("raw", region) for name, region in _HALVES.items()},
    "upper": ("core", (0.0, 0.75, 0.0, 1.0)),
    "lower": ("core", (0.25, 1.0, 0.0, 1.0)),
    "leftmost": ("core", (0.0, 1.0, 0.0, 0.75)),
    "rightmost": ("core", (0.0, 1.0, 0.25, 1.0)),
    "crop 4": ("core", (0.04, 0.96, 0.04, 0.96)),
    "crop 8": ("core", (0.08, 0.92, 0.08, 0.92)),
}
"""The parts of a picture that have a hash of their own: of which box, and where in it. ``raw`` is the whole picture,
``outer`` without its outermost plain border, ``core`` without any: borders, frames and padding trimmed."""
MIRRORED = ("raw", "outer", "core", "top", "bottom", "left", "right")
"""The views that have a second hash, of their mirror image."""
HASHES = (*VIEWS, *(f"mirrored {name}" for name in MIRRORED))
"""The names of the columns of ``views``."""

FINGERPRINT = np.dtype(
    [
        ("phash", np.uint64),
        ("views", np.uint64, (len(HASHES),)),
        ("light", np.uint8, (SIDE, SIDE)),
        ("chroma", np.int8, (COLOR_SIDE, COLOR_SIDE, 2)),
        ("outer", np.float32, (4,)),
        ("core", np.float32, (4,)),
        ("aspect", np.float32),
        ("blank", np.bool_),
        ("graphic", np.bool_),
    ]
)
"""``phash`` is the 64-bit ``imagehash.phash`` of the whole picture; ``views`` the hashes of its parts, 0 where a part
is too plain for a hash to mean something; ``light`` and ``chroma`` are thumbnails of the core, of HSL lightness (which
a change of hue leaves alone) and of CIE a* and b*; ``outer`` and ``core`` are boxes (top, bottom, left, right as
fractions of the picture), ``aspect`` is the core's width by its height. ``blank``: nothing to see. ``graphic``: a few
flat colours, as placeholders and logos have."""

Record = np.void
Records = npt.NDArray[np.void]

_TOLERANCE = 18
"""How far, in levels of any channel, a border's pixels may lie from its colour: JPEG noise and light shadow."""
_SPECKS = 0.02
"""The share of a border line's pixels that may have another colour."""
_ROUNDS = 4
"""Borders within borders that are trimmed."""
_BOXES = ("raw", "outer", "core")
_SQUARE = 64
"""Side of the square that parts are hashed from."""
_TRACE = 0.005
PLAINEST = 4.0
"""The standard deviation, in levels, below which a part of a picture has no hash."""

Box = tuple[int, int, int, int]


def take_fingerprints(pictures: Sequence[ByteArray]) -> Records:
    """Return the records of RGB pictures (height, width, 3), in order."""
    records = np.zeros(len(pictures), dtype=FINGERPRINT)
    plain = np.empty((len(pictures), 8, 8), dtype=np.float32)
    squares = {name: np.empty((len(pictures), _SQUARE, _SQUARE), dtype=np.uint8) for name in _BOXES}
    for i, picture in enumerate(pictures):
        record = records[i]
        height, width = picture.shape[:2]
        light = _measure_lightness(picture)
        boxes = {"raw": (0, height, 0, width), **_find_boxes(picture)}
        plain[i] = _transform(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32))
        for k, name in enumerate(_BOXES):
            if k and boxes[name] == boxes[_BOXES[k - 1]]:
                squares[name][i] = squares[_BOXES[k - 1]][i]
            else:
                top, bottom, left, right = boxes[name]
                cv2.resize(light[top:bottom, left:right], (_SQUARE, _SQUARE), squares[name][i], 0, 0, cv2.INTER_AREA)
            if k:
                record[name] = top / height, bottom / height, left / width, right / width
        record["light"] = cv2.resize(squares["core"][i], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        small = cv2.resize(picture[top:bottom, left:right], (COLOR_SIDE, COLOR_SIDE), interpolation=cv2.INTER_AREA)
        record["chroma"] = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)[..., 1:].astype(np.int16) - 128
        record["aspect"] = (right - left) / (bottom - top)
        record["blank"] = is_blank(picture, light)
        record["graphic"] = is_graphic(picture, light)
    spectra = np.empty((len(pictures), len(VIEWS), 8, 8), dtype=np.float32)
    for name in _BOXES:
        at = [k for k, (box, _) in enumerate(VIEWS.values()) if box == name]
        regions = [region for box, region in VIEWS.values() if box == name]
        spectra[:, at] = _transform_parts(squares[name], regions)
    records["phash"] = hash_spectra(plain, plainest=0.0)
    records["views"][:, : len(VIEWS)] = hash_spectra(spectra)
    records["views"][:, len(VIEWS) :] = hash_spectra(spectra[:, _MIRRORED_AT] * _MIRROR)
    return records


def _measure_lightness(picture: ByteArray) -> ByteArray:
    red, green, blue = cv2.split(picture)
    high, low = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    return cv2.addWeighted(high, 0.5, low, 0.5, 0.0).astype(np.uint8, copy=False)


def _transform_parts(squares: ByteArray, regions: Sequence[Region]) -> npt.NDArray[np.float32]:
    """Return the (pictures, regions, 8, 8) spectra of parts of square pictures."""
    rows = sorted({region[:2] for region in regions})
    columns = sorted({region[2:] for region in regions})
    down, across = _project_parts(tuple(rows)), _project_parts(tuple(columns))
    every = (down @ squares.astype(np.float32) @ across.T).reshape(len(squares), len(rows), 8, len(columns), 8)
    chosen = [every[:, rows.index(region[:2]), :, columns.index(region[2:])] for region in regions]
    return np.stack(chosen, axis=1)


def _find_boxes(picture: ByteArray) -> dict[str, Box]:
    """Return the boxes without the outermost plain border and without any border, padding and frame.

    A picture of which next to nothing would be left stays whole.
    """
    height, width = picture.shape[:2]
    box = whole = (0, height, 0, width)
    outer = None
    for _ in range(_ROUNDS):
        trimmed = _trim(picture, box)
        if trimmed[1] - trimmed[0] < max(8, height // 12) or trimmed[3] - trimmed[2] < max(8, width // 12):
            return {"outer": outer or whole, "core": outer or whole}
        outer = outer or trimmed
        if trimmed == box:
            break
        box = trimmed
    return {"outer": outer or whole, "core": box}


def _trim(picture: ByteArray, box: Box) -> Box:
    """Take off each side the lines that have the one colour of its outermost line."""
    top, bottom, left, right = box
    view = picture[top:bottom, left:right]
    plain: dict[tuple[int, ...], npt.NDArray[np.uint8]] = {}
    counts = []
    for axis, end in ((1, False), (1, True), (0, False), (0, True)):
        line = view[-1 if end else 0] if axis else view[:, -1 if end else 0]
        color = np.sort(line[:: 1 + len(line) // 15], axis=0)
        low, high = _bound(color[len(color) // 2])
        if cv2.countNonZero(cv2.inRange(line[None], low, high)) < (1 - _SPECKS) * len(line):
            counts.append(0)
            continue
        if low not in plain:
            plain[low] = cv2.inRange(view, low, high).astype(np.uint8, copy=False)
        share = cv2.reduce(plain[low], axis, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel()
        off = (share[::-1] if end else share) < 255 * (1 - _SPECKS)
        counts.append(int(off.argmax()) if off.any() else len(off))
    return top + counts[0], bottom - counts[1], left + counts[2], right - counts[3]


def _bound(color: ByteArray) -> tuple[tuple[int, ...], tuple[int, ...]]:
    levels: list[int] = color.tolist()
    return tuple(max(0, c - _TOLERANCE) for c in levels), tuple(min(255, c + _TOLERANCE) for c in levels)


def is_blank(picture: ByteArray, light: ByteArray) -> bool:
    """Whether there is nothing to see: all but a trace of the pixels have one colour."""
    counts = np.bincount((light[::2, ::2] >> 4).ravel(), minlength=16)
    if counts.max() < 0.45 * counts.sum():  # one colour fills two neighbouring bins at most
        return False
    coarse = np.sort(picture[:: 1 + picture.shape[0] // 32, :: 1 + picture.shape[1] // 32].reshape(-1, 3), axis=0)
    low, high = _bound(coarse[len(coarse) // 2])
    return cv2.countNonZero(cv2.inRange(picture, low, high)) > (1 - _TRACE) * light.size


def is_graphic(picture: ByteArray, light: ByteArray) -> bool:
    """Whether the picture is flat: a few colours make up nearly all of it, and it is mostly background."""
    counts = np.bincount((light[::2, ::2] >> 4).ravel(), minlength=16)
    if np.partition(counts, -4)[-4:].sum() < 0.96 * counts.sum():
        return False
    levels = (picture[::2, ::2] >> 4).astype(np.int32)
    colors = np.bincount(((levels[..., 0] << 8) | (levels[..., 1] << 4) | levels[..., 2]).ravel())
    most = np.sort(colors)[::-1]
    return bool(most[0] > 0.6 * most.sum() and most[:4].sum() > 0.96 * most.sum())


_MIRRORED_AT = [list(VIEWS).index(name) for name in MIRRORED]
_MIRROR = np.where(np.arange(8) % 2, -1.0, 1.0).astype(np.float32)


@lru_cache(maxsize=4096)
def _projection(size: int) -> npt.NDArray[np.float32]:
    """The (8, size) matrix that resamples to 32 as Pillow's Lanczos does and takes the 8 lowest DCT-II rows.

    So the hash of any window of a picture is two small products, and equals ``imagehash.phash`` but for rounding.
    """
    weights = np.zeros((32, size))
    step = size / 32
    spread = max(step, 1.0)
    for i in range(32):
        center = (i + 0.5) * step
        start, stop = max(0, int(center - 3 * spread + 0.5)), min(size, int(center + 3 * spread + 0.5))
        at = (np.arange(start, stop) - center + 0.5) / spread
        kernel = np.sinc(at) * np.sinc(at / 3) * (np.abs(at) < 3)
        weights[i, start:stop] = kernel / kernel.sum()
    projection: npt.NDArray[np.float32] = (dct(np.eye(32), axis=0)[:8] @ weights).astype(np.float32)
    return projection


@lru_cache
def _project_parts(parts: tuple[tuple[float, float], ...]) -> npt.NDArray[np.float32]:
    """The (8 x parts, side) matrix that does for each stretch of a square's side what ``_projection`` does."""
    matrix = np.zeros((8 * len(parts), _SQUARE), dtype=np.float32)
    for k, (start, stop) in enumerate(parts):
        first, last = round(start * _SQUARE), round(stop * _SQUARE)
        matrix[8 * k : 8 * k + 8, first:last] = _projection(last - first)
    return matrix


def _transform(grey: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The 8 x 8 lowest DCT coefficients of a grey picture resampled to 32 x 32."""
    spectrum = _projection(grey.shape[0]) @ grey @ _projection(grey.shape[1]).T
    return spectrum.astype(np.float32, copy=False)


def hash_spectra(spectra: npt.NDArray[np.float32], plainest: float = PLAINEST) -> npt.NDArray[np.uint64]:
    """Return the 64-bit hash of each spectrum (…, 8, 8); 0 for what varies by less than ``plainest`` levels."""
    flat = spectra.reshape(*spectra.shape[:-2], 64)
    median = np.partition(flat, (31, 32), axis=-1)[..., 31:33].mean(axis=-1, dtype=np.float32)
    bits = np.packbits(flat > median[..., None], axis=-1)
    hashes: npt.NDArray[np.uint64] = bits.view(">u8").astype(np.uint64)[..., 0]
    spread = np.sqrt((flat[..., 1:] ** 2).sum(axis=-1)) / (2 * 32 * 32)
    return np.where(spread >= plainest, hashes, np.uint64(0))


_HEX = re.compile("[0-9a-f]{16}")


def parse_phash(text: str) -> np.uint64 | None:
    """Return the 64-bit hash written as 16 hex digits (``0x`` may stand before them), or None."""
    digits = text.strip().lower().removeprefix("0x")
    return np.uint64(int(digits, 16)) if _HEX.fullmatch(digits) else None
