"""Two photo rows → how far apart they are, in bits of 64, decided on aligned thumbnails."""

import numpy as np
import numpy.typing as npt

from dupcheck.model import FloatArray, IntArray
from dupcheck.photos.table import Photos

SAME = 8.0
"""The distance, in bits, up to which two photos are one."""

_CHUNK = 20_000


def compare_photos(photos: Photos, left: IntArray, right: IntArray) -> FloatArray:
    """Return the distance of each pair of photo rows in bits of 64; NaN where a row is -1 or says nothing.

    0 for one and the same content; two rows of which one is known by its hash alone are compared by the plain hash.
    """
    result = np.full(len(left), np.nan)
    known = (left >= 0) & (right >= 0)
    known[known] = photos.usable[left[known]] & photos.usable[right[known]]
    at = np.flatnonzero(known)
    for begin in range(0, len(at), _CHUNK):
        part = at[begin : begin + _CHUNK]
        result[part] = _compare(photos, left[part], right[part])
    return result


def _compare(photos: Photos, left: IntArray, right: IntArray) -> FloatArray:
    bits = np.bitwise_count(photos.phash[left] ^ photos.phash[right]).astype(np.float64)
    both = np.flatnonzero(photos.pictured[left] & photos.pictured[right])
    a, b = photos.prints["views"][photos.place[left[both]]], photos.prints["views"][photos.place[right[both]]]
    views = a.shape[1] // 2
    nearest = np.minimum(bits[both], np.bitwise_count(a[:, 0] ^ b[:, 0]))
    for mirrored in (np.bitwise_count(a[:, 0] ^ b[:, views]), np.bitwise_count(a[:, views] ^ b[:, 0])):
        nearest = np.minimum(nearest, mirrored)
    bits[both] = nearest
    close = both[nearest <= 16]
    bits[close] = np.maximum(bits[close], _disagreement(photos, left[close], right[close]))
    bits[left == right] = 0.0
    return bits


def _disagreement(photos: Photos, left: IntArray, right: IntArray) -> FloatArray:
    """How little the grey thumbnails correlate, as bits; the mirrored one counts if it does more."""
    a, b = _standardize(photos, left), _standardize(photos, right)
    straight = (a * b).mean(axis=(1, 2))
    mirrored = (a * b[:, :, ::-1]).mean(axis=(1, 2))
    return (64.0 * (1.0 - np.maximum(straight, mirrored))).clip(0.0, 64.0)


def _standardize(photos: Photos, rows: IntArray) -> npt.NDArray[np.float64]:
    grey = photos.prints["grey"][photos.place[rows]].astype(np.float64)
    grey -= grey.mean(axis=(1, 2), keepdims=True)
    scale: npt.NDArray[np.float64] = np.maximum(grey.std(axis=(1, 2), keepdims=True), 1.0)
    return grey / scale


def compare_colors(photos: Photos, left: IntArray, right: IntArray) -> FloatArray:
    """Return how far apart the colours of each pair of rows are in CIE 1976 ΔE on the pixels that are not background.

    NaN where a picture is missing or the two are not the same photo: then no pixel has a counterpart.
    """
    result = np.full(len(left), np.nan)
    known = (left >= 0) & (right >= 0)
    known[known] = photos.pictured[left[known]] & photos.pictured[right[known]]
    at = np.flatnonzero(known)
    at = at[compare_photos(photos, left[at], right[at]) <= SAME]
    for begin in range(0, len(at), _CHUNK):
        part = at[begin : begin + _CHUNK]
        result[part] = _color_difference(photos, left[part], right[part])
    return result


def _color_difference(photos: Photos, left: IntArray, right: IntArray) -> FloatArray:
    a = _lab(photos, left)
    b = _lab(photos, right)
    straight = np.abs(a[..., 0] - b[..., 0]).mean(axis=(1, 2))
    mirrored = np.abs(a[..., 0] - b[:, :, ::-1, 0]).mean(axis=(1, 2))
    b = np.where((mirrored < straight)[:, None, None, None], b[:, :, ::-1], b)
    apart = np.sqrt(((a - b) ** 2).sum(axis=3)).reshape(len(a), -1)
    # the product covers at least a quarter of a trimmed picture: the background, the same in both, must not dilute it
    share = apart.shape[1] // 4
    result: FloatArray = np.sort(apart, axis=1)[:, -share:].mean(axis=1)
    return result


def _lab(photos: Photos, rows: IntArray) -> npt.NDArray[np.float64]:
    lab = photos.prints["lab"][photos.place[rows]].astype(np.float64)
    lab[..., 0] *= 100 / 255
    lab[..., 1:] -= 128
    return lab
