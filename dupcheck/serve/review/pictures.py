"""Photos of any listing of the catalogue, small or large, made when they are asked for. Nothing is ever fetched."""

import io
from functools import lru_cache
from pathlib import Path

from PIL import Image

from dupcheck.model import Catalog
from dupcheck.photos.files import OutsideError, PhotoFolder, is_address
from dupcheck.photos.pictures import MAX_BYTES, PictureError, open_picture

SIZES = (112, 320, 1000)
"""The longest sides, in pixels, that a picture may be asked for."""
_KEPT = 4_000


class Pictures:
    """The photos of one catalogue, by listing and place: 0 is the main photo, then the further ones."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._folder = None if catalog.image_root is None else PhotoFolder(catalog.image_root)
        self._shrink = lru_cache(maxsize=_KEPT)(_shrink)

    @property
    def any(self) -> bool:
        """Whether any listing names a photo that may lie on this machine."""
        names = self.catalog.column("main_image")
        return self._folder is not None and any(name and not is_address(name) for name in names.tolist())

    def list_names(self, listing_id: str) -> list[str]:
        """Return the names of a listing's photos, the main one first."""
        k = self.catalog.positions[listing_id]
        names = (self.catalog.column("main_image")[k], *self.catalog.column("images")[k].split(";"))
        return list(dict.fromkeys(name.strip() for name in names if name.strip()))

    def take(self, listing_id: str, place: int, size: int) -> bytes | None:
        """Return a photo as JPEG, at most ``size`` pixels wide and high; None where there is none to be read."""
        names = self.list_names(listing_id)
        if place >= len(names) or is_address(names[place]) or self._folder is None:
            return None
        try:
            path, signature = self._folder.find(names[place])
        except OutsideError:
            return None
        return self._shrink(path, str(signature), size)


def _shrink(path: str, signature: str, size: int) -> bytes | None:
    del signature  # another file under the same name is another picture
    try:
        if Path(path).stat().st_size > MAX_BYTES:
            return None
        picture = Image.fromarray(open_picture(Path(path).read_bytes()))
    except (OSError, PictureError):
        return None
    picture.thumbnail((size, size), Image.Resampling.LANCZOS)
    small = io.BytesIO()
    picture.convert("RGB").save(small, "JPEG", quality=80)
    return small.getvalue()
