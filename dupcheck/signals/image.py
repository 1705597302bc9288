"""Whether two listings show one photo."""

from typing import Literal, Protocol

import numpy as np

from dupcheck.messages import Lang, say
from dupcheck.model import FloatArray, IntArray
from dupcheck.photos.table import Photos
from dupcheck.photos.verification import compare_photos

SHARED = 12.0
"""The distance at most of two listings of which only a further photo is the same: one thing, but another main photo."""


class HasPhotos(Protocol):
    """What this signal needs of the features."""

    @property
    def photos(self) -> Photos:
        """The photos of the catalogue."""


def find_nearest(photos: Photos, left: IntArray, right: IntArray) -> tuple[FloatArray, IntArray, IntArray]:
    """Return the distance of each pair of listings, and the two photo rows that it was found between."""
    first, second = photos.main[left], photos.main[right]
    bits = compare_photos(photos, first, second)
    for swapped, ours, theirs in ((False, left, right), (True, right, left)):
        pair, extra = photos.pair_with_extras(theirs)
        if not len(pair):
            continue
        own = photos.main[ours[pair]]
        further = compare_photos(photos, own, extra)
        order = np.lexsort((np.arange(len(pair)), further))  # what cannot be told stands last
        at, nearest = np.unique(pair[order], return_index=True)
        best = order[nearest]
        better = ~np.isnan(further[best]) & ~(bits[at] <= further[best])
        at, best = at[better], best[better]
        bits[at] = further[best]
        first[at], second[at] = (extra[best], own[best]) if swapped else (own[best], extra[best])
    return bits, first, second


class Image:
    """How far apart two main photos are, in bits of 64; 8 and less is the same photo, whatever was done to it.

    A listing's main photo that is one of the other's further photos counts as well. Where only a further photo of both
    is the same file, and few others show it, it is 12 bits at most: the same thing, but not the same main photo. NaN
    where a listing has no photo, or one that says nothing.
    """

    name = "image"
    unit = "bits"
    closer: Literal["low", "high"] = "low"
    best = 0.0
    worst = 64.0

    def measure(self, features: HasPhotos, left: IntArray, right: IntArray) -> FloatArray:
        """Return the distance in bits for each pair."""
        bits = find_nearest(features.photos, left, right)[0]
        shared = features.photos.share_extras(left, right)
        bits[shared] = np.fmin(bits[shared], SHARED)
        return bits

    def show(self, value: float, lang: Lang = "en") -> str:
        """Return the value with its unit."""
        if np.isnan(value):
            return say("photos.cannot_tell", lang)
        return say("photos.bits" if round(value) else "photos.no_bits", lang, value=f"{value:.0f}")
