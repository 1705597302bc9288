"""Small pictures for the page, made from the photo files of the catalogue. Nothing is ever fetched."""

import io
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, features

Thumbnail = Callable[[str], bytes | None]
"""From a listing id to a small JPEG, PNG, GIF or WebP picture of its main image; None: there is none."""

_EDGE, _EDGE_OF_MANY, _MANY = 160, 112, 2_500
_MAX_PIXELS = 64_000_000  # what is decoded for a picture of a thumb's size; a JPEG is scaled before it is decoded


def photo_thumbnails(audit: Mapping[str, Any], image_root: Path | None, edge: int | None = None) -> Thumbnail:
    """Return a function that makes thumbnails of the listings' main images, each file decoded once.

    ``image_root`` is the folder that relative paths start from. An address, a path that leaves the folder (also by
    a link) and a file that is no picture have no thumbnail. ``edge`` is the longest side, in pixels; by default 160,
    and 112 where there are very many listings, so that the page stays light.
    """
    listings: Mapping[str, Mapping[str, Any]] = audit["listings"]
    side = edge or (_EDGE if len(listings) <= _MANY else _EDGE_OF_MANY)
    made: dict[Path, bytes | None] = {}

    def thumbnail(listing_id: str) -> bytes | None:
        path = _inside(image_root, str(listings.get(listing_id, {}).get("main_image") or ""))
        if path is None:
            return None
        if path not in made:
            made[path] = _shrink(path, side)
        return made[path]

    return thumbnail


def _inside(image_root: Path | None, name: str) -> Path | None:
    """Return the file that ``name`` stands for, or None where that is not a file inside ``image_root``."""
    if image_root is None or not name:
        return None
    try:
        root = image_root.resolve()
        path = (root / name).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None
    except (OSError, ValueError, RuntimeError):  # too long a name, a NUL in it, links in a circle
        return None


def _shrink(path: Path, edge: int) -> bytes | None:
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path) as photo:
            photo.draft("RGB", (edge, edge))
            if photo.width * photo.height > _MAX_PIXELS:
                return None
            picture = _on_white(ImageOps.exif_transpose(photo))
        picture.thumbnail((edge, edge), Image.Resampling.LANCZOS, reducing_gap=2.0)
    except Exception:  # Pillow raises whatever a broken file makes its decoders trip over; the audit has told of it
        return None
    small = io.BytesIO()
    if features.check("webp"):
        picture.save(small, "WEBP", quality=72, method=4)
    else:
        picture.save(small, "JPEG", quality=78, optimize=True)
    return small.getvalue()


def _on_white(photo: Image.Image) -> Image.Image:
    if photo.mode.startswith("I"):  # 16 bits a channel; converting would cut the values off, not scale them
        photo = photo.point(lambda level: level * (1 / 256)).convert("L")
    if photo.has_transparency_data:
        photo = photo.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", photo.size, "white"), photo).convert("RGB")
    return photo.convert("RGB")
