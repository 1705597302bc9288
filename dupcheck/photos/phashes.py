"""64-bit perceptual hashes: the lowest frequencies of a picture of 32 x 32, each above or below their median.

The plain hash is that of ``imagehash.phash`` but for rounding, and so are those of parts: the resampling and the cosine
transform are one matrix each way, so that a hash is two small products. The method is Zauner's (Implementation and
Benchmarking of Perceptual Image Hash Functions, 2010) as imagehash has it.
"""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from dupcheck.photos.pictures import ByteArray

HashArray = npt.NDArray[np.uint64]

PLAINEST = 4.0
"""The standard deviation, in levels, below which a part of a picture has no hash."""

_EDGE = 32
_LOW = 8
_TIED = 1.0  # of frequencies, as far from their median as rounding may move them: as in plain shapes, equal to it
_COSINES = 2 * np.cos(np.pi / (2 * _EDGE) * np.arange(_LOW)[:, None] * (2 * np.arange(_EDGE) + 1))
"""The 8 lowest rows of the discrete cosine transform (DCT-II) of 32 levels."""


def hash_pictures(pictures: Sequence[ByteArray]) -> HashArray:
    """Return the plain hash of RGB pictures (height, width, 3) of any sizes.

    Most come out bit for bit as imagehash has them, for it rounds grey and resampled levels to whole numbers, which
    moves one frequency in a hundred across the median.
    """
    spectra = np.empty((len(pictures), _LOW, _LOW), dtype=np.float32)
    for spectrum, picture in zip(spectra, pictures, strict=True):
        gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
        np.matmul(project(gray.shape[0]) @ gray, project(gray.shape[1]).T, out=spectrum)
    flat = spectra.reshape(len(pictures), _LOW * _LOW)
    return _pack(flat > np.median(flat, axis=1, keepdims=True) + _TIED)


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


def _pack(bits: npt.NDArray[np.bool_]) -> HashArray:
    return np.packbits(bits, axis=-1).view(">u8").astype(np.uint64)[..., 0]
