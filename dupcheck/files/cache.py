"""The folder in which what was read and measured is kept: where it is, what of it is ours, how large it is.

It may go at any time: what is missing is made anew.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from dupcheck.errors import OutputError

_OURS = ("catalogs", "words", "photos.sqlite*", "photos.arrivals", "thumbnails.sqlite*", "languages")
"""What dupcheck keeps in a cache folder: measured catalogues, parsed vocabularies, fingerprints, pictures from the
web, small pictures, and what titles mean."""


def default_cache() -> Path:
    """Return the folder where what was measured is kept: ``DUPCHECK_CACHE``, or the user's cache folder."""
    chosen = os.environ.get("DUPCHECK_CACHE")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_cache_dir("dupcheck", appauthor=False))


def list_cache(folder: Path) -> Iterator[tuple[Path, int]]:
    """Yield each thing that dupcheck keeps in ``folder``, and its size in bytes."""
    for pattern in _OURS:
        for path in sorted(folder.glob(pattern)):
            inside = [path] if path.is_file() else path.rglob("*")
            yield path, sum(p.lstat().st_size for p in inside if p.is_file())


def clear_cache(folder: Path) -> int:
    """Delete what dupcheck keeps in ``folder``, and nothing else there; return how many bytes that was.

    Raises OutputError where something cannot be deleted.
    """
    freed = 0
    for path, size in list(list_cache(folder)):
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        except OSError as error:
            raise OutputError("cli.cache_stays", path=path, reason=error.strerror or error) from error
        freed += size
    return freed
