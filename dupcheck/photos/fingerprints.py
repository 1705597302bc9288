"""A picture → one record of fixed size: everything that two photos are ever compared by."""

import re
from collections.abc import Sequence
from functools import lru_cache

import cv2
import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.fft import dct

from dupcheck.photos.pictures import ByteArray

VERSION = 9
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
_FLAT_SHARE, _GROUND_SHARE = 0.95, 0.6
PLAINEST = 4.0
"""The standard deviation, in levels, below which a part of a picture has no hash."""

Box = tuple[int, int, int, int]


def take_fingerprints(pictures: Sequence[ByteArray]) -> Records:
    """Return the records of RGB pictures (height, width, 3), in order."""
    count = len(pictures)
    records = np.zeros(count, dtype=FINGERPRINT)
    columns = {name: records[name] for name in records.dtype.names or ()}  # setting a field of one record is slow
    plain = np.empty((count, 8), dtype=np.uint8)
    small = np.empty((count, COLOR_SIDE, COLOR_SIDE, 3), dtype=np.uint8)
    light = np.empty((len(_BOXES), count, _SQUARE, _SQUARE), dtype=np.uint8)
    for i, picture in enumerate(pictures):
        height, width = picture.shape[:2]
        boxes = _find_boxes(picture)
        # imagehash itself, though slower: this one is held against hashes that others computed with it
        plain[i] = np.packbits(imagehash.phash(Image.fromarray(picture)).hash)
        for k, (top, bottom, left, right) in enumerate(boxes):
            if k and boxes[k] == boxes[k - 1]:
                light[k, i] = light[k - 1, i]
            else:
                square = _resize(picture[top:bottom, left:right], _SQUARE)
                light[k, i] = measure_lightness(square)
                if not k:
                    columns["blank"][i], columns["graphic"][i] = judge_flatness(square)
            if k:
                columns[_BOXES[k]][i] = top / height, bottom / height, left / width, right / width
        columns["light"][i] = _resize(light[-1, i], SIDE)
        small[i] = _resize(square, COLOR_SIDE)
        columns["aspect"][i] = (right - left) / (bottom - top)
    spectra = np.empty((count, len(VIEWS), 8, 8), dtype=np.float32)
    for name, square in zip(_BOXES, light, strict=True):
        at = [k for k, (box, _) in enumerate(VIEWS.values()) if box == name]
        regions = [region for box, region in VIEWS.values() if box == name]
        spectra[:, at] = _transform_parts(square, regions)
    records["chroma"] = measure_chroma(small)
    records["phash"] = plain.view(">u8")[:, 0]
    records["views"][:, : len(VIEWS)] = hash_spectra(spectra)
    records["views"][:, len(VIEWS) :] = hash_spectra(spectra[:, _MIRRORED_AT] * _MIRROR)
    return records


def measure_lightness(picture: ByteArray) -> ByteArray:
    """Return HSL lightness, the mean of the highest and the lowest channel; hue does not change it."""
    red, green, blue = cv2.split(picture)  # OpenCV's are ten times as fast as NumPy's
    high, low = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    return cv2.addWeighted(high, 0.5, low, 0.5, 0.0).astype(np.uint8, copy=False)


def measure_chroma(pictures: ByteArray) -> npt.NDArray[np.int8]:
    """Return CIE a* and b* (D65) of sRGB pictures (…, 3)."""
    white = _LINEAR[pictures] @ _TO_XYZ.T
    curved = np.where(white > (6 / 29) ** 3, np.cbrt(white), white / (3 * (6 / 29) ** 2) + 4 / 29)
    a, b = 500 * (curved[..., 0] - curved[..., 1]), 200 * (curved[..., 1] - curved[..., 2])
    return np.stack([a, b], axis=-1).round().clip(-128, 127).astype(np.int8)


def _resize(picture: ByteArray, side: int) -> ByteArray:
    """Return the picture as a square.

    To average areas is slow, and to interpolate alone lets fine patterns through as coarse ones: in between, where a
    picture is about halved, blurring it a little before it is interpolated does as well in a third of the time.
    """
    longest = max(picture.shape[:2])
    if longest > 2.5 * side:
        return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    if longest > 1.5 * side:
        picture = cv2.blur(picture, (3, 3)).astype(np.uint8, copy=False)
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _transform_parts(squares: ByteArray, regions: Sequence[Region]) -> npt.NDArray[np.float32]:
    """Return the (pictures, regions, 8, 8) spectra of parts of square pictures."""
    rows = sorted({region[:2] for region in regions})
    columns = sorted({region[2:] for region in regions})
    down, across = _project_parts(tuple(rows)), _project_parts(tuple(columns))
    every = (down @ squares.astype(np.float32) @ across.T).reshape(len(squares), len(rows), 8, len(columns), 8)
    chosen = [every[:, rows.index(region[:2]), :, columns.index(region[2:])] for region in regions]
    return np.stack(chosen, axis=1)


def _find_boxes(picture: ByteArray) -> list[Box]:
    """Return the boxes of the whole, without its outermost plain border, and without any border, padding and frame.

    A picture of which next to nothing would be left stays whole.
    """
    height, width = picture.shape[:2]
    whole = (0, height, 0, width)
    boxes = [whole]
    for _ in range(_ROUNDS):
        trimmed = _trim(picture, boxes[-1])
        if trimmed[1] - trimmed[0] < max(8, height // 12) or trimmed[3] - trimmed[2] < max(8, width // 12):
            return [whole, whole, whole]
        boxes.append(trimmed)
        if trimmed == boxes[-2]:
            break
    return [whole, boxes[1], boxes[-1]]


def _trim(picture: ByteArray, box: Box) -> Box:
    """Take off each side the lines that have the one colour of its outermost line."""
    top, bottom, left, right = box
    view = picture[top:bottom, left:right]
    plain: dict[tuple[int, ...], npt.NDArray[np.uint8]] = {}
    counts = []
    for axis, end in ((1, False), (1, True), (0, False), (0, True)):
        line = view[-1 if end else 0] if axis else view[:, -1 if end else 0]
        color = line[:: 1 + len(line) // 15].copy()
        color.sort(axis=0)
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


def _bound(color: ByteArray) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    red, green, blue = color.tolist()
    low = red - _TOLERANCE, green - _TOLERANCE, blue - _TOLERANCE
    return low, (red + _TOLERANCE, green + _TOLERANCE, blue + _TOLERANCE)


def judge_flatness(square: ByteArray) -> tuple[bool, bool]:
    """Return whether a picture is blank (all but a trace has one colour), and whether it is a flat graphic.

    A graphic is mostly background, and a few flat colours make up nearly all of it; what is blank is one, too.
    """
    green = np.bincount((square[..., 1] >> 4).ravel(), minlength=16)
    if np.partition(green, -4)[-4:].sum() < _FLAT_SHARE * green.sum():
        return False, False
    pixels = square.reshape(-1, 3)
    low, high = _bound(np.sort(pixels, axis=0)[len(pixels) // 2])
    blank = cv2.countNonZero(cv2.inRange(square, low, high)) > (1 - _TRACE) * len(pixels)
    levels = (pixels >> 4).astype(np.int32)
    most = np.sort(np.bincount((levels[:, 0] << 8) | (levels[:, 1] << 4) | levels[:, 2]))[::-1]
    graphic = most[0] > _GROUND_SHARE * len(pixels) and most[:4].sum() > _FLAT_SHARE * len(pixels)
    return bool(blank), bool(blank or graphic)


_LEVELS = np.arange(256) / 255
_LINEAR = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4).astype(np.float32)
_SRGB = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)
_TO_XYZ = (_SRGB / _SRGB.sum(axis=1, keepdims=True)).astype(np.float32)
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


def hash_spectra(spectra: npt.NDArray[np.float32]) -> npt.NDArray[np.uint64]:
    """Return the 64-bit hash of each spectrum (…, 8, 8); 0 for what varies by less than ``PLAINEST`` levels."""
    flat = spectra.reshape(*spectra.shape[:-2], 64)
    median = np.partition(flat, (31, 32), axis=-1)[..., 31:33].mean(axis=-1, dtype=np.float32)
    bits = np.packbits(flat > median[..., None], axis=-1)
    hashes: npt.NDArray[np.uint64] = bits.view(">u8").astype(np.uint64)[..., 0]
    spread = np.sqrt((flat[..., 1:] ** 2).sum(axis=-1)) / (2 * 32 * 32)
    return np.where(spread >= PLAINEST, hashes, np.uint64(0))


_HEX = re.compile("[0-9a-f]{16}")


def parse_phash(text: str) -> np.uint64 | None:
    """Return the 64-bit hash written as 16 hex digits (``0x`` may stand before them), or None."""
    digits = text.strip().lower().removeprefix("0x")
    return np.uint64(int(digits, 16)) if _HEX.fullmatch(digits) else None
