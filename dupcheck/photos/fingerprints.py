"""Pictures → records: hashes, thumbnails, colours, quality."""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from dupcheck.model import BoolArray
from dupcheck.photos.borders import Box, bound_color, find_boxes, find_inner, find_inners, take_frame
from dupcheck.photos.phashes import hash_pictures, hash_spectra, project
from dupcheck.photos.pictures import ByteArray
from dupcheck.photos.records import COLOR_SIDE, FINGERPRINT, MIRRORED, SIDE, VIEWS, Records, Region

_BOXES = ("raw", "outer", "core", "inner")
_CORE = _BOXES.index("core")
_SQUARE = 64
"""Side of the square that parts are hashed from."""
_TRACE = 0.005
_FLAT_SHARE, _GROUND_SHARE = 0.95, 0.6
_BINS = 16


def take_fingerprints(pictures: Sequence[ByteArray]) -> Records:
    """Return the records of RGB pictures (height, width, 3), in order."""
    count = len(pictures)
    records = np.zeros(count, dtype=FINGERPRINT)
    squares: list[ByteArray] = []
    place = np.empty((3, count), dtype=np.int64)
    found = [find_boxes(picture) for picture in pictures]
    for i, picture in enumerate(pictures):
        for k, box in enumerate(found[i]):
            if not k or box != found[i][k - 1]:
                squares.append(_cut_square(picture, box))
            place[k, i] = len(squares) - 1
    inner = find_inners(np.stack([squares[at] for at in place[_CORE]]))
    boxes = np.array(found, dtype=np.float64).reshape(count, 3, 4)
    for i, picture in enumerate(pictures):
        core = _unframe(picture, found[i][_CORE], inner[i])
        if core != found[i][_CORE]:
            squares.append(_cut_square(picture, core))
            place[_CORE, i] = len(squares) - 1
            inner[i] = find_inner(squares[-1])
            boxes[i, _CORE] = core
    every = np.stack(squares)
    light = measure_lightness(every.reshape(-1, _SQUARE, 3)).reshape(every.shape[:-1])[place]
    within = np.stack([_cut_square(square, box) for square, box in zip(light[_CORE], inner, strict=True)])
    spectra = np.empty((count, len(VIEWS), 8, 8), dtype=np.float32)
    for name, square in zip(_BOXES, (*light, within), strict=True):
        at = [k for k, (box, _) in enumerate(VIEWS.values()) if box == name]
        regions = [region for box, region in VIEWS.values() if box == name]
        spectra[:, at] = _transform_parts(square, regions)
    records["phash"] = hash_pictures(pictures)
    records["views"][:, : len(VIEWS)] = hash_spectra(spectra)
    records["views"][:, len(VIEWS) :] = hash_spectra(spectra[:, _MIRRORED_AT] * _MIRROR)
    sheet = cv2.resize(light[_CORE].reshape(-1, _SQUARE), (SIDE, SIDE * count), interpolation=cv2.INTER_AREA)
    records["light"] = sheet.reshape(count, SIDE, SIDE)
    records["chroma"] = measure_chroma(np.stack([_resize(square, COLOR_SIDE) for square in every[place[_CORE]]]))
    size = np.array([picture.shape[:2] for picture in pictures], dtype=np.float64)
    edges = boxes / size[:, None, [0, 0, 1, 1]]
    top, bottom, left, right = edges[:, _CORE].T
    records["outer"], records["core"] = edges[:, 1], edges[:, _CORE]
    scale, start = np.stack([bottom - top] * 2 + [right - left] * 2, axis=1), np.stack([top, top, left, left], axis=1)
    records["inner"] = start + inner / _SQUARE * scale
    records["aspect"] = (boxes[:, _CORE, 3] - boxes[:, _CORE, 2]) / (boxes[:, _CORE, 1] - boxes[:, _CORE, 0])
    records["blank"], records["graphic"] = judge_flatness(every[place[0]])
    return records


def _cut_square(picture: ByteArray, box: Sequence[int] | npt.NDArray[np.int64]) -> ByteArray:
    top, bottom, left, right = box
    return _resize(picture[top:bottom, left:right], _SQUARE)


def _unframe(picture: ByteArray, core: Box, inner: npt.NDArray[np.int64]) -> Box:
    """Take off a frame that is printed over, where ``inner``, a box of the core's square, leaves room for one."""
    top, bottom, left, right = core
    down, across = (bottom - top) / _SQUARE, (right - left) / _SQUARE
    rough = (
        top + round(inner[0] * down), top + round(inner[1] * down),
        left + round(inner[2] * across), left + round(inner[3] * across),
    )  # fmt: skip
    return core if take_frame(picture, core, rough) == core else take_frame(picture, core, find_inner(picture, core))


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


def judge_flatness(squares: ByteArray) -> tuple[BoolArray, BoolArray]:
    """Return which pictures are blank (all but a trace has one colour), and which are flat graphics.

    A graphic is mostly background, and a few flat colours make up nearly all of it; what is blank is one, too.
    """
    count, area = len(squares), squares.shape[1] * squares.shape[2]
    some = (squares[:, ::2, ::2, 1] >> 4).reshape(count, -1) + _BINS * np.arange(count, dtype=np.int32)[:, None]
    levels = np.sort(np.bincount(some.ravel(), minlength=_BINS * count).reshape(count, _BINS), axis=1)[:, ::-1]
    many, few = (2 * _FLAT_SHARE - 1) * some.shape[1], (2 * _GROUND_SHARE - 1) * some.shape[1]
    ground = (levels[:, 0] > few) | (levels[:, :2].sum(axis=1) >= many)  # one colour may lie in two bins
    blank, graphic = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    for i in np.flatnonzero(ground & (levels[:, :4].sum(axis=1) >= many)):
        counts = [np.cumsum(cv2.calcHist([squares[i]], [channel], None, [256], [0, 256])) for channel in range(3)]
        color = np.array([np.searchsorted(below, area // 2, side="right") for below in counts])
        blank[i] = cv2.countNonZero(cv2.inRange(squares[i], *bound_color(color))) > (1 - _TRACE) * area
        coarse = cv2.calcHist([squares[i]], [0, 1, 2], None, [16] * 3, [0, 256] * 3).ravel()
        most = np.sort(coarse[coarse > 0])[::-1]
        graphic[i] = most[0] > _GROUND_SHARE * area and most[:4].sum() > _FLAT_SHARE * area
    return blank, blank | graphic


_LEVELS = np.arange(256) / 255
_LINEAR = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4).astype(np.float32)
_SRGB = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)
_TO_XYZ = (_SRGB / _SRGB.sum(axis=1, keepdims=True)).astype(np.float32)
_MIRRORED_AT = [list(VIEWS).index(name) for name in MIRRORED]
_MIRROR = np.where(np.arange(8) % 2, -1.0, 1.0).astype(np.float32)


@lru_cache
def _project_parts(parts: tuple[tuple[float, float], ...]) -> npt.NDArray[np.float32]:
    """The (8 x parts, side) matrix that does for each stretch of a square's side what ``project`` does."""
    matrix = np.zeros((8 * len(parts), _SQUARE), dtype=np.float32)
    for k, (start, stop) in enumerate(parts):
        first, last = round(start * _SQUARE), round(stop * _SQUARE)
        matrix[8 * k : 8 * k + 8, first:last] = project(last - first)
    return matrix
