"""Whether two listings show one photo."""

from typing import Literal, Protocol

import numpy as np

from dupcheck.model import FloatArray, IntArray
from dupcheck.photos.table import Photos
from dupcheck.photos.verification import compare_photos
from dupcheck.words import Lang, say


class HasPhotos(Protocol):
    """What this signal needs of the features."""

    @property
    def photos(self) -> Photos:
        """The photos of the catalogue."""


class Image:
    """How far apart two main photos are, in bits of 64; 8 and less is the same photo, whatever was done to it.

    A listing's main photo that is one of the other's further photos counts as well. NaN where a listing has no photo,
    or one that says nothing.
    """

    name = "image"
    unit = "bits"
    closer: Literal["low", "high"] = "low"
    best = 0.0
    worst = 64.0

    def measure(self, features: HasPhotos, left: IntArray, right: IntArray) -> FloatArray:
        """Return the distance in bits for each pair."""
        photos = features.photos
        bits = compare_photos(photos, photos.main[left], photos.main[right])
        for ours, theirs in ((left, right), (right, left)):
            pair, extra = photos.pair_with_extras(theirs)
            further = compare_photos(photos, photos.main[ours[pair]], extra)
            told = ~np.isnan(further)
            np.fmin.at(bits, pair[told], further[told])
        return bits

    def show(self, value: float, lang: Lang = "en") -> str:
        """Return the value with its unit."""
        if np.isnan(value):
            return say("photos.cannot_tell", lang)
        return say("photos.bits", lang, value=f"{value:.0f}")
