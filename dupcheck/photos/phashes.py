"""64-bit perceptual hashes: the lowest frequencies of a picture of 32 x 32, each above or below their median.

The plain hash is, bit for bit, that of ``imagehash.phash``, computed for many pictures at once; the hashes of parts are
made in the same way from spectra that a matrix product takes. The method is Zauner's (Implementation and Benchmarking
of Perceptual Image Hash Functions, 2010) as imagehash has it, resampling included.
"""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image

from dupcheck.photos.pictures import ByteArray

HashArray = npt.NDArray[np.uint64]

PLAINEST = 4.0
"""The standard deviation, in levels, below which a part of a picture has no hash."""

_EDGE = 32
_LOW = 8
_TIED = 1e-6
_COSINES = 2 * np.cos(np.pi / (2 * _EDGE) * np.arange(_LOW)[:, None] * (2 * np.arange(_EDGE) + 1))
"""The 8 lowest rows of the discrete cosine transform (DCT-II) of 32 levels."""
_GRAY = np.array([[19595, 38470, 7471, 32768]], dtype=np.float32) / np.float32(65536)
"""The weights of Pillow's grey, and the half by which it rounds: with them a sum over bytes is exact in 24 bits."""


def hash_pictures(pictures: Sequence[ByteArray]) -> HashArray:
    """Return ``imagehash.phash`` of RGB pictures (height, width, 3) of any sizes.

    Pillow turns a picture to grey and resamples it, across and then down, in whole numbers and rounds after each step.
    Those sums are exact in floating point, too, where whole pictures are a few matrix products. Tall pictures, which
    newer releases of Pillow resample down first, are left to imagehash.
    """
    hashes = np.zeros(len(pictures), dtype=np.uint64)
    wide = [i for i, picture in enumerate(pictures) if _goes_across_first(*picture.shape[:2])]
    small = np.empty((len(wide), _EDGE, _EDGE))
    for level, i in zip(small, wide, strict=True):
        height, width = pictures[i].shape[:2]
        gray = cv2.transform(pictures[i].astype(np.float32), _GRAY).astype(np.float32, copy=False)
        across = _round(np.floor(gray, out=gray).astype(np.float64) @ _turned_resampling(width))
        np.matmul(_resampling(height), across, out=level)
    if wide:
        small = _round(small)
        low = (_COSINES @ small @ _COSINES.T).reshape(len(wide), -1)
        apart = low - np.median(low, axis=1, keepdims=True)
        hashes[wide] = _pack(apart > 0)
        for k in np.flatnonzero((np.abs(apart) < _TIED).any(axis=1)):
            hashes[wide[k]] = _hash_tied(small[k])
    for i in set(range(len(pictures))).difference(wide):
        hashes[i] = _pack(imagehash.phash(Image.fromarray(pictures[i])).hash.ravel())
    return hashes


def _hash_tied(small: npt.NDArray[np.float64]) -> np.uint64:
    """Hash a picture some of whose frequencies equal their median, as plain shapes do: as imagehash rounds."""
    from scipy.fft import dct  # only where there is such a picture

    low = dct(dct(small, axis=0), axis=1)[:_LOW, :_LOW].ravel()
    return np.uint64(_pack(low > np.median(low)))


def hash_spectra(spectra: npt.NDArray[np.float32]) -> HashArray:
    """Return the 64-bit hash of each spectrum (…, 8, 8); 0 for what varies by less than ``PLAINEST`` levels."""
    flat = spectra.reshape(*spectra.shape[:-2], _LOW * _LOW)
    median = np.sort(flat, axis=-1)[..., 31:33].mean(axis=-1, dtype=np.float32)  # ten times as fast as partitioning
    spread = np.sqrt((flat[..., 1:] ** 2).sum(axis=-1)) / (2 * _EDGE * _EDGE)
    return np.where(spread >= PLAINEST, _pack(flat > median[..., None]), np.uint64(0))


@lru_cache(maxsize=4096)
def project(size: int) -> npt.NDArray[np.float32]:
    """The (8, size) matrix that resamples to 32 as Pillow's Lanczos does and takes the 8 lowest DCT-II rows.

    So the spectrum of any window of a picture is two small products, and its hash that of imagehash but for rounding.
    """
    projection: npt.NDArray[np.float32] = (_COSINES @ _lanczos(size)).astype(np.float32)
    return projection


def _goes_across_first(height: int, width: int) -> bool:
    return height <= (1.5 * width if width >= 2 * _EDGE else width)


def _lanczos(size: int) -> npt.NDArray[np.float64]:
    """The (32, size) weights by which Pillow's Lanczos resamples a line of pixels."""
    step = size / _EDGE
    spread = max(step, 1.0)
    center = (np.arange(_EDGE)[:, None] + 0.5) * step
    start = np.maximum(np.trunc(center - 3 * spread + 0.5), 0)
    stop = np.minimum(np.trunc(center + 3 * spread + 0.5), size)
    at = np.arange(size)[None, :]
    place = (at - center + 0.5) / spread
    kernel = np.sinc(place) * np.sinc(place / 3) * ((place >= -3) & (place < 3) & (at >= start) & (at < stop))
    weights: npt.NDArray[np.float64] = kernel / kernel.sum(axis=1, keepdims=True)
    return weights


@lru_cache(maxsize=4096)
def _resampling(size: int) -> npt.NDArray[np.float64]:
    """The same weights as Pillow holds them: whole multiples of 2⁻²²."""
    unit = 1 << 22
    weights = _lanczos(size) * unit
    whole: npt.NDArray[np.float64] = np.trunc(weights + np.copysign(0.5, weights)) / unit
    return whole


@lru_cache(maxsize=4096)
def _turned_resampling(size: int) -> npt.NDArray[np.float64]:
    """The same turned over, each row in one piece: half as fast again to multiply by."""
    return np.ascontiguousarray(_resampling(size).T)


def _round(levels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Round, in place."""
    levels += 0.5
    np.floor(levels, out=levels)
    return np.clip(levels, 0.0, 255.0, out=levels)


def _pack(bits: npt.NDArray[np.bool_]) -> HashArray:
    return np.packbits(bits, axis=-1).view(">u8").astype(np.uint64)[..., 0]
