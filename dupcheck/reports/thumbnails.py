"""Small pictures for the page, made from the photo files of the catalogue. Nothing is ever fetched."""

import io
import os
import sqlite3
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from PIL import Image, features

from dupcheck.photos.cache import Signature
from dupcheck.photos.files import OutsideError, PhotoFolder, is_address
from dupcheck.photos.pictures import MAX_BYTES, PictureError, open_picture
from dupcheck.reports.documents import pick_groups

Thumbnail = Callable[[str], bytes | None]
"""From a listing id to a small JPEG, PNG, GIF or WebP picture of its main image; None: there is none."""

FILE_NAME = "thumbnails.sqlite"
_EDGE, _EDGE_OF_MANY, _MANY = 160, 112, 2_500
_VERSION = 1  # of how a thumbnail is made; one more and nothing kept is used again
_WAIT_SECONDS = 10.0


def photo_thumbnails(
    audit: Mapping[str, Any],
    image_root: Path | None,
    *,
    edge: int | None = None,
    cache: Path | None = None,
    jobs: int | None = None,
) -> Thumbnail:
    """Return a function that gives thumbnails of the main images of the listings that the page shows.

    ``image_root`` is the folder that relative paths start from. An address, a path that leaves the folder (also by
    a link) and a file that is no picture have no thumbnail. ``edge`` is the longest side in pixels: by default 160,
    and 112 where there are very many listings, so that the page stays light. ``cache`` is a folder in which they are
    kept between runs. All are made, by ``jobs`` threads (by default one a core), when the first is asked for.
    """
    names = {
        member["listing_id"]: str(audit["listings"].get(member["listing_id"], {}).get("main_image") or "")
        for group in pick_groups(audit["groups"])
        for member in group["members"]
    }
    side = edge or (_EDGE if len(names) <= _MANY else _EDGE_OF_MANY)
    album = _Album(names, image_root, side, cache, jobs or os.cpu_count() or 1)
    return lambda listing_id: album.pictures.get(names.get(listing_id, ""))


class _Album:
    def __init__(
        self, names: Mapping[str, str], image_root: Path | None, edge: int, cache: Path | None, jobs: int
    ) -> None:
        self._names = tuple(dict.fromkeys(name for name in names.values() if name and not is_address(name)))
        self._root = image_root
        self._edge = edge
        self._cache = cache
        self._jobs = jobs

    @cached_property
    def pictures(self) -> Mapping[str, bytes]:
        """The thumbnails by the names that the catalogue has for the photos."""
        files = dict(self._files())
        with closing(_Store(self._cache, self._edge)) as store:
            made = store.read(list(files.values()))
            missing = [file for file in dict.fromkeys(files.values()) if file not in made]
            # Each thread silences Pillow's warnings for itself and puts back what it found: the last word is here.
            with warnings.catch_warnings(), ThreadPoolExecutor(self._jobs) as pool:
                fresh = dict(
                    zip(missing, pool.map(lambda file: shrink_photo(file[0], self._edge), missing), strict=True)
                )
            new = {file: picture for file, picture in fresh.items() if picture is not None}
            store.keep(new)
        made |= new
        return {name: made[file] for name, file in files.items() if file in made}

    def _files(self) -> Iterator[tuple[str, "_File"]]:
        if self._root is None:
            return
        folder = PhotoFolder(self._root)
        for name in self._names:
            with suppress(OutsideError):
                yield name, folder.find(name)


_File = tuple[str, Signature]


def shrink_photo(path: str, edge: int) -> bytes | None:
    """Return a photo of at most ``edge`` pixels a side, as WebP or JPEG; None where it cannot be read."""
    try:
        if Path(path).stat().st_size > MAX_BYTES:
            return None
        picture = Image.fromarray(open_picture(Path(path).read_bytes()))
    except (OSError, PictureError):  # the audit has told of it
        return None
    picture.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    small = io.BytesIO()
    if features.check("webp"):
        picture.save(small, "WEBP", quality=72, method=2)
    else:
        picture.save(small, "JPEG", quality=78, optimize=True)
    return small.getvalue()


class _Store:
    """Thumbnails kept between runs in one SQLite file. Where that cannot be used, nothing is kept and nothing lost."""

    def __init__(self, folder: Path | None, edge: int) -> None:
        self._edge = edge
        self._connection: sqlite3.Connection | None = None
        if folder is None:
            return
        with suppress(OSError, sqlite3.Error):
            folder.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(folder / FILE_NAME, timeout=_WAIT_SECONDS)
            try:
                with connection:
                    connection.execute(
                        "CREATE TABLE IF NOT EXISTS thumbnail (path TEXT, edge INTEGER, version INTEGER, size INTEGER, "
                        "mtime INTEGER, ctime INTEGER, picture BLOB NOT NULL, PRIMARY KEY (path, edge))"
                    )
            except sqlite3.Error:
                connection.close()
                raise
            self._connection = connection

    def read(self, files: Sequence[_File]) -> dict[_File, bytes]:
        """Return the thumbnails of those files that have not changed since they were made."""
        if self._connection is None:
            return {}
        query = (
            "SELECT picture FROM thumbnail "
            "WHERE path = ? AND edge = ? AND version = ? AND size = ? AND mtime = ? AND ctime = ?"
        )
        found: dict[_File, bytes] = {}
        with suppress(sqlite3.Error):
            for file in files:
                row = self._connection.execute(query, (file[0], self._edge, _VERSION, *file[1])).fetchone()
                if row is not None:
                    found[file] = row[0]
        return found

    def keep(self, pictures: Mapping[_File, bytes]) -> None:
        """Store thumbnails, in the place of those of the same files before they changed."""
        if self._connection is None or not pictures:
            return
        with suppress(sqlite3.Error), self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO thumbnail VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((path, self._edge, _VERSION, *signature, data) for (path, signature), data in pictures.items()),
            )

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
