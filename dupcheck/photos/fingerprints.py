"""A picture → one record of fixed size: everything that two photos are ever compared by."""

from functools import lru_cache

import cv2
import imagehash
import numpy as np
import numpy.typing as npt
from scipy.fft import dct

from dupcheck.model import BoolArray
from dupcheck.photos.pictures import ByteArray

VERSION = 1
"""Part of the cache key: goes up whenever a record would come out otherwise."""

SIDE = 48
"""Rows and columns of the grey thumbnail."""
COLOR_SIDE = 16
"""Rows and columns of the colour thumbnail."""
VIEWS = ("whole", "top", "bottom", "left", "right")
"""The parts of the canonical picture that have a hash; each stands a second time, mirrored, behind them."""

FINGERPRINT = np.dtype(
    [
        ("phash", np.uint64),
        ("views", np.uint64, (2 * len(VIEWS),)),
        ("grey", np.uint8, (SIDE, SIDE)),
        ("lab", np.uint8, (COLOR_SIDE, COLOR_SIDE, 3)),
        ("box", np.float32, (4,)),
        ("aspect", np.float32),
        ("blank", np.bool_),
        ("graphic", np.bool_),
    ]
)
"""``phash`` is the 64-bit ``imagehash.phash`` of the whole picture; the rest is of the canonical picture, whose place
in the whole is ``box`` (top, bottom, left, right as fractions) and whose width by height is ``aspect``. ``blank``:
nothing to see. ``graphic``: a few flat colours, as placeholders and logos have."""

Record = np.void

_TOLERANCE = 18
"""How far, in levels of any channel, a border's pixels may lie from its colour: JPEG noise and light shadow."""
_SPECKS = 0.02
"""The share of a border line's pixels that may have another colour."""
_ROUNDS = 4
"""Borders within borders that are trimmed."""
_BITS = 1 << np.arange(63, -1, -1, dtype=np.uint64)


def take_fingerprint(picture: ByteArray) -> Record:
    """Return the record of an RGB picture (height, width, 3)."""
    record = np.zeros((), dtype=FINGERPRINT)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    top, bottom, left, right = find_content(picture)
    height, width = grey.shape
    record["phash"] = _hash_coefficients(_transform(grey))
    record["box"] = top / height, bottom / height, left / width, right / width
    record["aspect"] = (right - left) / (bottom - top)
    canonical, inner = picture[top:bottom, left:right], grey[top:bottom, left:right]
    y, x = (bottom - top) // 2, (right - left) // 2
    halves = (inner[:y], inner[y:], inner[:, :x], inner[:, x:]) if min(y, x) >= 8 else (inner,) * 4
    spectra = [_transform(part) for part in (inner, *halves)]
    record["views"] = [_hash_coefficients(s) for s in spectra] + [_hash_coefficients(s * _MIRROR) for s in spectra]
    record["grey"] = cv2.resize(inner, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    small = cv2.resize(canonical, (COLOR_SIDE, COLOR_SIDE), interpolation=cv2.INTER_AREA)
    record["lab"] = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    record["blank"] = is_blank(picture)
    record["graphic"] = is_graphic(picture)
    return record[()]  # type: ignore[no-any-return]


def find_content(picture: ByteArray) -> tuple[int, int, int, int]:
    """Return (top, bottom, left, right) of what is left when plain borders, padding and frames are trimmed.

    A picture that would all but vanish is left whole.
    """
    height, width = picture.shape[:2]
    top, bottom, left, right = 0, height, 0, width
    for _ in range(_ROUNDS):
        before = top, bottom, left, right
        top += _count_border(picture[top:bottom, left:right])
        bottom -= _count_border(picture[top:bottom, left:right][::-1])
        left += _count_border(picture[top:bottom, left:right].transpose(1, 0, 2))
        right -= _count_border(picture[top:bottom, left:right].transpose(1, 0, 2)[::-1])
        if (top, bottom, left, right) == before:
            break
        if bottom - top < max(8, height // 12) or right - left < max(8, width // 12):
            return 0, height, 0, width
    return top, bottom, left, right


def _count_border(picture: ByteArray) -> int:
    """How many rows from the top on have the first row's one colour."""
    if not picture.size:
        return 0
    edge = picture[0]
    color = np.sort(edge, axis=0)[len(edge) // 2].astype(np.int16)
    if _share_off(edge[None], color)[0] > _SPECKS:
        return 0
    off = _share_off(picture, color) > _SPECKS
    return int(off.argmax()) if off.any() else len(picture)


def _share_off(picture: ByteArray, color: npt.NDArray[np.int16]) -> npt.NDArray[np.float64]:
    far: BoolArray = (np.abs(picture.astype(np.int16) - color) > _TOLERANCE).any(axis=2)
    share: npt.NDArray[np.float64] = far.mean(axis=1)
    return share


def is_blank(picture: ByteArray) -> bool:
    """Whether there is nothing to see: all but a trace of the pixels have one colour."""
    color = np.sort(picture.reshape(-1, 3), axis=0)[picture.shape[0] * picture.shape[1] // 2].astype(np.int16)
    return bool(_share_off(picture, color).mean() < 0.005)


def is_graphic(picture: ByteArray) -> bool:
    """Whether the picture is flat: three colours make up nearly all of it, and it is mostly background."""
    levels = (picture >> 4).astype(np.int32)
    counts = np.sort(np.bincount(((levels[..., 0] << 8) | (levels[..., 1] << 4) | levels[..., 2]).ravel()))[::-1]
    total = picture.shape[0] * picture.shape[1]
    return bool(counts[0] > 0.6 * total and counts[:4].sum() > 0.96 * total)


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
    return (dct(np.eye(32), axis=0)[:8] @ weights).astype(np.float32)  # type: ignore[no-any-return]


def _transform(grey: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The 8 x 8 lowest DCT coefficients of a grey picture resampled to 32 x 32."""
    return _projection(grey.shape[0]) @ grey @ _projection(grey.shape[1]).T


def _hash_coefficients(spectrum: npt.NDArray[np.float32]) -> np.uint64:
    bits = (spectrum > np.median(spectrum)).ravel()
    return np.uint64(_BITS[bits].sum())


def parse_phash(text: str) -> np.uint64 | None:
    """Return the 64-bit hash written as 16 hex digits (``0x`` may stand before them), or None."""
    digits = text.strip().lower().removeprefix("0x")
    if len(digits) != 16:
        return None
    try:
        return np.uint64(int(str(imagehash.hex_to_hash(digits)), 16))
    except ValueError:
        return None
