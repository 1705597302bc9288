"""What is known of a picture: one record of fixed size, everything that two photos are ever compared by."""

import re

import numpy as np
import numpy.typing as npt

VERSION = 14
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
    "inner": ("inner", _WHOLE),
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
``outer`` without its outermost plain border, ``core`` without any: borders, frames and padding trimmed, ``inner``
without what is plain for the most part, too."""
MIRRORED = ("raw", "outer", "core", "inner", "top", "bottom", "left", "right")
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
        ("inner", np.float32, (4,)),
        ("aspect", np.float32),
        ("blank", np.bool_),
        ("graphic", np.bool_),
    ]
)
"""``phash`` is the 64-bit ``imagehash.phash`` of the whole picture; ``views`` the hashes of its parts,
0 where a part is too plain for a hash to mean something; ``light`` and ``chroma`` are thumbnails of the core, of HSL
lightness (which a change of hue leaves alone) and of CIE a* and b*; ``outer``, ``core`` and ``inner`` are boxes (top,
bottom, left, right as fractions of the picture), ``aspect`` is the core's width by its height. ``blank``: nothing to
see. ``graphic``: a few flat colours, as placeholders and logos have."""

LOOK_VERSION = 4
"""Part of the cache key of looks at two pictures: goes up whenever one would find something else."""
ALTERED = np.dtype(
    [
        ("recolored", np.float32),
        ("color", np.float32),
        ("covered", np.float32),
        ("watermarked", np.bool_),
        ("mirrored", np.bool_),
        ("placing", np.float32, (2, 3)),
        ("colors", np.float32, (2, 3)),
    ]
)
"""What was done to one photo to make the other, of pairs that are near enough to tell: see ``verification.Looks``."""
LOOK = np.dtype([("bits", np.float64), ("color", np.float64), ("altered", ALTERED)])
"""What a closer look at two pictures found: how far apart they are, their colours in ΔE, and what was altered."""

COPY = np.dtype([("same", np.bool_)])
"""Whether of two pictures the one is the other, saved anew."""
FACTS = {"look": LOOK, "copy": COPY}
"""What is known of pairs of pictures, by kind."""

Record = np.void
Records = npt.NDArray[np.void]

_HEX = re.compile("[0-9a-f]{16}")


def parse_phash(text: str) -> np.uint64 | None:
    """Return the 64-bit hash written as 16 hex digits (``0x`` may stand before them), or None."""
    digits = text.strip().lower().removeprefix("0x")
    return np.uint64(int(digits, 16)) if _HEX.fullmatch(digits) else None
