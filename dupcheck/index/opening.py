"""A catalogue, measured: read anew or taken from what was kept of it.

What reading and measuring made is kept in the user's cache folder, one :class:`~dupcheck.index.kept.Store` a catalogue.
An audit takes it where every listing is as it was, and learns everything anew where not. A check takes it as it is
while the catalogue's files and photo folders are untouched; where they changed, only the changed rows are measured.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache as remember
from functools import partial
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from dupcheck.catalog import read_catalog
from dupcheck.catalog.frames import are_rows, is_frame
from dupcheck.catalog.reading import STANDARD_INPUT
from dupcheck.features import Features, make_features
from dupcheck.index.kept import Store, hash_rows
from dupcheck.index.sketch import sketch_catalog
from dupcheck.model import Catalog, Listing, Problem
from dupcheck.photos.reading import Fetcher, read_photos

if TYPE_CHECKING:
    import pandas as pd

Source: TypeAlias = "str | Path | Sequence[str | Path | Mapping[str, Any] | Listing] | Catalog | pd.DataFrame"
Progress = Callable[[str, int, int], None]
"""Told the stage (a key of the texts in ``words``), how much of it is done, and of how much."""

_PACKAGE = Path(__file__).parent.parent
_MOST_FOLDERS = 200
"""Photo folders whose time of change is looked at before a check."""


def watch_stage(progress: Progress | None, stage: str) -> Callable[[int, int], None] | None:
    """Return ``progress`` for one stage."""
    if progress is None:
        return None
    tell = progress
    return lambda done, total: tell(stage, done, total)


def make_fetcher(
    fetch_images: bool, allow_hosts: Sequence[str] = (), *, seconds: float | None = None
) -> Fetcher | None:
    """Return what gets photos from web addresses, where that was asked for; ``allow_hosts`` may be private ones.

    ``seconds`` is how long all that is fetched at once may take.
    """
    if not fetch_images:
        return None
    from dupcheck.photos.remote import RemotePhotos

    return RemotePhotos(allow_hosts=tuple(allow_hosts), all_seconds=seconds)


def measure_catalog(
    catalog: Catalog,
    *,
    jobs: int,
    cache: Path,
    fetch: Fetcher | None = None,
    progress: Progress | None = None,
) -> tuple[Features, tuple[Problem, ...]]:
    """Return a catalogue's features, and what was wrong with its photos. What is kept of it is used and renewed."""
    folder = find_kept(catalog, cache)
    kept = None if folder is None else _open_own(folder)
    photos, problems = read_photos(
        catalog, cache=cache, jobs=jobs, progress=watch_stage(progress, "audit.stage_photos"), fetch=fetch,
        kept=None if kept is None else kept.list_prints(),
    )  # fmt: skip
    if kept is not None and _is_exact(kept, catalog):
        everything = np.arange(len(catalog))
        return kept.take_features(everything, catalog, photos, kept.open_whole(catalog), jobs), problems
    features = make_features(catalog, photos, jobs=jobs, progress=watch_stage(progress, "audit.stage_features"))
    if folder is not None:
        with suppress(OSError):  # a full disk costs the next run its head start, not this one its result
            Store.pack(catalog, features, {"tool": _name_tool()}).save(folder)
    return features, problems


def _open_own(folder: Path) -> Store | None:
    """Return what this very program kept in ``folder``."""
    kept = Store.open(folder)
    return None if kept is None or kept.facts.get("tool") != _name_tool() else kept


def _is_exact(kept: Store, catalog: Catalog) -> bool:
    return not kept.facts.get("drift") and np.array_equal(kept.arrays["row_keys"], hash_rows(catalog))


@remember
def _name_tool() -> str:
    """A mark of this program as it is installed: what another made is not taken."""
    home = str(_PACKAGE)
    known = sorted((f.path.removeprefix(home), (s := f.stat()).st_size, s.st_mtime_ns) for f in _list_own(home))
    return blake2b(json.dumps(known).encode(), digest_size=12).hexdigest()


def _list_own(folder: str) -> Iterator[os.DirEntry[str]]:
    """The files that make up this program; each folder is read once, as a check waits for it."""
    with os.scandir(folder) as found:
        for one in found:
            if one.name.endswith((".py", ".toml")):
                yield one
            elif one.is_dir() and one.name != "__pycache__":
                yield from _list_own(one.path)


def open_store(
    source: Source,
    *,
    images: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
    encoding: str = "",
    delimiter: str = "",
    currency: str = "",
    jobs: int = 1,
    cache: Path,
    fetch: Fetcher | None = None,
    progress: Progress | None = None,
) -> Store:
    """Return the store of a catalogue: what is kept of its files, renewed where these changed.

    Raises CatalogError where the files cannot be read. A :class:`Catalog` is measured in memory.
    """
    read = partial(
        read_catalog, images=images, mapping=mapping, encoding=encoding, delimiter=delimiter, currency=currency
    )
    if is_frame(source) or are_rows(source):
        source = read(source)
    files = [] if isinstance(source, Catalog) else [Path(p) for p in _list_paths(source)]  # type: ignore[arg-type]
    if STANDARD_INPUT in map(str, files):
        source = read(files)
    if isinstance(source, Catalog):
        photos, _ = read_photos(
            source, cache=cache, jobs=jobs, progress=watch_stage(progress, "audit.stage_photos"), fetch=fetch
        )
        return Store.pack(source, make_features(source, photos, jobs=jobs))
    folder = _find_folder([str(f) for f in files], None if images is None else Path(images), cache)
    kept = _open_own(folder)
    seen = _sign(files)
    said = {"mapping": dict(mapping or {}), "manner": [encoding, delimiter, currency], "fetch": fetch is not None}
    known = {} if kept is None else kept.facts
    if kept is not None and known.get("said") == said and known["seen"] == [*seen, *_sign(known["folders"])]:
        return kept
    catalog = read(files)
    folders = _list_folders(catalog)
    facts = {
        "tool": _name_tool(), "seen": [*seen, *_sign(folders)], "folders": folders, "said": said,
        "sketch": sketch_catalog(catalog),
    }  # fmt: skip
    photos, _ = read_photos(
        catalog, cache=cache, jobs=jobs, progress=watch_stage(progress, "audit.stage_photos"), fetch=fetch,
        kept=None if kept is None else kept.list_prints(),
    )  # fmt: skip
    store = None if kept is None else kept.update(catalog, photos, facts)
    if store is None:
        tell = watch_stage(progress, "audit.stage_features")
        store = Store.pack(catalog, make_features(catalog, photos, jobs=jobs, progress=tell), facts)
    with suppress(OSError):
        store.save(folder)
    return store


def _list_paths(source: str | Path | Sequence[str | Path]) -> Sequence[str | Path]:
    return [source] if isinstance(source, str | Path) else source


def find_kept(catalog: Catalog, cache: Path) -> Path | None:
    """Return the folder in which what was measured of a catalogue is kept; None for one that came from no file."""
    return _find_folder(catalog.sources, catalog.image_root, cache) if catalog.sources else None


def find_kept_files(files: Sequence[str | Path], images: str | Path | None, cache: Path) -> Path | None:
    """Return the same for files that are not read yet; None where there are none."""
    return _find_folder([str(f) for f in files], None if images is None else Path(images), cache) if files else None


def place_lesson(folder: Path) -> Path:
    """Return the folder where lies what answers taught, beside the measured catalogue ``folder``."""
    return folder.with_name(f"{folder.name}-learned")


def _find_folder(sources: Sequence[str], root: Path | None, cache: Path) -> Path:
    places = [str(Path(s).resolve()) for s in sources]
    if root is None and len(places) == 1:
        root = Path(places[0]).parent
    key = json.dumps([places, None if root is None else str(root.resolve())])
    return cache / "catalogs" / blake2b(key.encode(), digest_size=12).hexdigest()


def _sign(paths: Sequence[str | Path]) -> list[list[Any]]:
    """Name, size and time of change of each file or folder."""
    signed: list[list[Any]] = []
    for path in paths:
        try:
            known = Path(path).stat()
            signed.append([str(path), known.st_size, known.st_mtime_ns])
        except OSError:
            signed.append([str(path), -1, -1])
    return signed


def sign_store(store: Store) -> list[list[Any]]:
    """Return name, size and time of change of the files and folders that a store was made from, as they are now.

    The store is up to date while this is what its facts hold as ``seen``; a catalogue in memory has none.
    """
    return _sign([path for path, _, _ in store.facts.get("seen", ())])


def _list_folders(catalog: Catalog) -> list[str]:
    """The folders that hold the catalogue's photos; a photo added, replaced or removed changes its folder's time."""
    if catalog.image_root is None:
        return []
    names = chain(catalog.column("main_image"), *(t.split(";") for t in catalog.column("images") if t))
    folders = {Path(name.strip()).parent for name in names if name and "://" not in name[:12]}
    return sorted(str(catalog.image_root / f) for f in folders)[:_MOST_FOLDERS]
