"""Whether two listings whose photos show the same thing show it in the same colour."""

from typing import Literal

import numpy as np

from dupcheck.messages import Lang, say
from dupcheck.model import FloatArray, IntArray
from dupcheck.photos.verification import compare_colors
from dupcheck.signals.image import HasPhotos


class Color:
    """How far apart the products' own colours are on two main photos of one geometry, in CIE ΔE.

    NaN where the photos are not the same picture, so that no colour can be held against the other, or are unknown.
    """

    name = "color"
    unit = "ΔE"
    closer: Literal["low", "high"] = "low"
    best = 0.0
    worst = 100.0

    def measure(self, features: HasPhotos, left: IntArray, right: IntArray) -> FloatArray:
        """Return the colour difference for each pair."""
        photos = features.photos
        return compare_colors(photos, photos.main[left], photos.main[right])

    def show(self, value: float, lang: Lang = "en") -> str:
        """Return the value with its unit."""
        if np.isnan(value):
            return say("photos.cannot_tell", lang)
        return say("photos.delta_e", lang, value=f"{value:.0f}")
