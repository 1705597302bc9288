"""Photo files → :class:`~dupcheck.photos.table.Photos`: every photo a catalogue names, and what was wrong with it."""

import hashlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from dupcheck.files.forks import can_fork, share_work
from dupcheck.messages import Message, message
from dupcheck.model import BoolArray, Catalog, IntArray, Problem, Severity
from dupcheck.photos.arrivals import Arrival, Arrivals
from dupcheck.photos.cache import Cache, Signature
from dupcheck.photos.files import OutsideError, PhotoFolder, PhotoSource, Unchanged, is_address
from dupcheck.photos.records import FINGERPRINT, Record, parse_phash
from dupcheck.photos.table import Photos, refuse_placeholders
from dupcheck.photos.threads import one_thread_each

if TYPE_CHECKING:
    from dupcheck.photos.pictures import ByteArray

_Batch = Sequence[tuple[str, tuple[str, Signature]]]
"""Names of files, with their paths and signatures."""
_BATCH = 32
_ROUND = 24
"""So many batches of files are hashed by each process, some two thirds of a second, before what they found is kept."""
_FEW = 128
"""Files for which no process is started."""
_STORED = 128
"""Files whose fingerprints are stored at a time, and at least every ``_STORED_SECONDS``: what an interruption loses."""
_STORED_SECONDS = 1.0
_KEY_BYTES = 16
_RECALLED = 2000  # records that are taken from the cache at a time
_BATCH_BYTES = 32_000_000
_FRESH = 7 * 24 * 3600 * 10**9
"""Nanoseconds for which a fetched picture is taken to be what its address still shows."""
_SET_BITS = 8
"""A catalogue hash with fewer bits set is that of a blank picture: a real one has about half of them set."""


class Store(Protocol):
    """Knows what was seen before: :class:`~dupcheck.photos.cache.Cache`, or what else answers like it."""

    @property
    def arrivals(self) -> Arrivals: ...  # noqa: D102
    def contents(self, paths: Sequence[str]) -> Mapping[str, tuple[Signature, bytes]]: ...  # noqa: D102
    def fingerprints(self, contents: Sequence[bytes]) -> Mapping[bytes, Record]: ...  # noqa: D102
    def tags(self, addresses: Sequence[str]) -> Mapping[str, str]: ...  # noqa: D102
    def keep_tags(self, tags: Mapping[str, str]) -> None: ...  # noqa: D102
    def keep(  # noqa: D102
        self, seen: Iterable[tuple[str, Signature, bytes]], records: Iterable[tuple[bytes, Record]]
    ) -> None: ...


class Fetcher(Protocol):
    """Gets pictures from web addresses. ``tags`` holds the tag that each had, and is told the new ones."""

    @property
    def tags(self) -> dict[str, str]: ...  # noqa: D102
    def fetch(
        self, addresses: Sequence[str], arrived: Callable[[Arrival], None]
    ) -> Iterator[tuple[str, bytes | Message | Unchanged]]:
        """Yield each address with its bytes, with the reason why there are none, or as unchanged since its tag.

        ``arrived`` is told of each picture as soon as it is read, by whatever thread has read it.
        """
        ...


def read_photos(
    catalog: Catalog,
    *,
    cache: Path | None = None,
    jobs: int = 0,
    progress: Callable[[int, int], None] | None = None,
    fetch: Fetcher | None = None,
    whole: bool = True,
    kept: "Kept | None" = None,
) -> tuple[Photos, tuple[Problem, ...]]:
    """Read every photo that the catalogue names, and say what was wrong with them.

    ``cache`` is the folder where fingerprints are kept between runs, ``kept`` what lies beside the measured catalogue
    of the same version and need not be looked for there, ``jobs`` the number of threads (0: one a core),
    ``progress`` is told how many photo files are done, of how many. Web addresses are read with ``fetch``, and not at
    all without it. Placeholders are told by all that show them, where this is the ``whole`` catalogue. No photo problem
    stops the run: a listing whose photo cannot be read has none, or its catalogue hash.
    """
    names, uses = _collect_uses(catalog)
    store = Cache(cache if names else None)
    try:
        seen = see_photos(names, catalog.image_root, store, jobs=jobs, progress=progress, fetch=fetch, kept=kept)
    finally:
        store.close()
    photos, problems = _place(catalog, names, uses, seen, fetch is not None)
    if store.problem is not None:
        problems = (*problems, Problem(None, "", "main_image", "warning", store.problem))
    told = refuse_placeholders(catalog, photos) if whole else photos
    return replace(told, folder=cache), problems


def list_shown(catalog: Catalog) -> list[tuple[int, str]]:
    """Return which listing (its position) shows a photo of which name, each two once."""
    names, uses = _collect_uses(catalog)
    shown = dict.fromkeys(zip(uses.listing.tolist(), uses.name.tolist(), strict=True))
    return [(listing, names[name]) for listing, name in shown]


def see_photos(
    names: Sequence[str],
    root: Path | PhotoSource | None,
    store: "Store",
    *,
    jobs: int = 0,
    progress: Callable[[int, int], None] | None = None,
    fetch: Fetcher | None = None,
    kept: "Kept | None" = None,
) -> "Seen":
    """Return what is behind the names of photos: what ``store`` knows of them is not read again, and what is read is
    kept there. Relative names start from ``root``; web addresses are left alone without ``fetch``. The records of
    contents that are ``kept`` already are taken from there.
    """
    reader = _Reader(store, jobs or os.cpu_count() or 1, progress, len(names), kept)
    reader.read(names, root, fetch)
    return reader.seen


def place_photos(catalog: Catalog, seen: "Seen", fetched: bool) -> tuple[Photos, tuple[Problem, ...]]:
    """Return the photos of a catalogue's listings, once they are ``seen``, and what was wrong with them."""
    return _place(catalog, *_collect_uses(catalog), seen, fetched)


def _place(
    catalog: Catalog, names: Sequence[str], uses: "_Uses", seen: "Seen", fetched: bool
) -> tuple[Photos, tuple[Problem, ...]]:
    problems = list(_name_problems(catalog, names, uses, seen.failed))
    left_out = 0 if fetched else sum(map(is_address, names))
    if left_out:
        problems.append(Problem(None, "", "main_image", "info", message("photos.not_fetched", count=left_out)))
    photos, wrong = _assemble(catalog, names, uses, seen)
    return photos, (*problems, *wrong)


class _Uses(NamedTuple):
    """Who names what: parallel arrays, one entry a mention."""

    name: IntArray
    listing: IntArray
    is_main: BoolArray


def _collect_uses(catalog: Catalog) -> tuple[list[str], _Uses]:
    """Return the distinct photo names of the catalogue and where they are used."""
    index: dict[str, int] = {}
    used: list[int] = []
    listings: list[int] = []

    def note(names: Iterable[tuple[int, str]]) -> None:
        for listing, named in names:
            if name := named.strip():
                used.append(index.setdefault(name, len(index)))
                listings.append(listing)

    note(enumerate(catalog.column("main_image").tolist()))
    main = len(used)
    joined = enumerate(catalog.column("images").tolist())
    note((listing, name) for listing, names in joined if names for name in names.split(";"))
    note(zip(catalog.sku_columns["listing"].tolist(), catalog.sku_columns["image"].tolist(), strict=True))
    uses = _Uses(np.array(used, dtype=np.int64), np.array(listings, dtype=np.int64), np.arange(len(used)) < main)
    return list(index), uses


class Failure(NamedTuple):
    """Why a photo could not be read."""

    severity: Severity
    text: Message


class Kept(NamedTuple):
    """Records that lie in one array already, and the content key of each."""

    contents: npt.NDArray[np.void]
    records: npt.NDArray[np.void]


class Shelf:
    """Records by content key, in one array from the start: fingerprints are what takes memory, and lie there once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._room = np.empty(most, dtype=FINGERPRINT)  # what is not written to takes no memory
        self._place: dict[bytes, int] = {}

    def __contains__(self, content: bytes) -> bool:
        return content in self._place

    @property
    def records(self) -> npt.NDArray[np.void]:
        """The records, in the order they came in."""
        return self._room[: len(self._place)]

    def find(self, content: bytes) -> int:
        """Return the position of a content's record."""
        return self._place[content]

    def add(self, content: bytes, record: Record) -> None:
        """Put a record behind the others, unless its content is there."""
        if content not in self._place:
            self._own_room()
            self._room[len(self._place)] = record
            self._place[content] = len(self._place)

    def take(self, contents: Iterable[bytes], kept: Kept) -> None:
        """Put the records of those contents that are ``kept`` behind the others, all at once.

        Where these are all there are, and nothing was there before, they stay where they lie.
        """
        place = {content: at for at, content in enumerate(kept.contents.tolist())}
        new = [content for content in dict.fromkeys(contents) if content in place and content not in self._place]
        if not new:
            return
        begin = len(self._place)
        if begin == 0 and len(new) == len(kept.records) and not kept.records.flags.writeable:
            self._room, self._place = kept.records, place
            return
        self._own_room()
        self._room[begin : begin + len(new)] = kept.records[[place[content] for content in new]]
        self._place.update(zip(new, range(begin, begin + len(new)), strict=True))

    def _own_room(self) -> None:
        """Copy records that were left where they lie, before anything is written behind them."""
        if not self._room.flags.writeable:
            held, self._room = self._room, np.empty(self._most, dtype=FINGERPRINT)
            self._room[: len(held)] = held


@dataclass(frozen=True)
class Seen:
    """What is behind the names of photos.

    ``content`` is the content key of each name that could be read, ``shelf`` the fingerprints of these, ``failed`` says
    why the others could not; ``read`` is where those names were read from that the store did not know.
    """

    shelf: Shelf
    content: dict[str, bytes] = field(default_factory=dict)
    failed: dict[str, Failure] = field(default_factory=dict)
    read: dict[str, tuple[str, Signature]] = field(default_factory=dict)


class _Reader:
    """Gets the fingerprints of named photos: from the store where they are known, from the pixels where not."""

    def __init__(
        self, cache: Store, jobs: int, progress: Callable[[int, int], None] | None, most: int, kept: Kept | None
    ) -> None:
        self._cache = cache
        self._kept = kept
        self._jobs = jobs
        self._progress = progress or (lambda done, total: None)
        self._done = 0
        self._total = most
        self._unkept: list[_Outcome] = []
        self._kept_at = time.monotonic()
        self.seen = Seen(Shelf(most))

    def read(self, names: Sequence[str], root: Path | PhotoSource | None, fetch: Fetcher | None) -> None:
        """Read the photos of these names."""
        addresses = [name for name in names if is_address(name)]
        files = [name for name in names if not is_address(name)] if addresses else names
        self._read_files(files, root)
        if fetch is not None:
            self._read_addresses(addresses, fetch)
        else:
            self._tick(len(addresses))

    def _recall(self, known: Mapping[str, bytes]) -> None:
        """Take from the cache the records of names whose content is known, a few at a time."""
        if self._kept is not None:
            self.seen.shelf.take(known.values(), self._kept)
        wanted = (content for content in dict.fromkeys(known.values()) if content not in self.seen.shelf)
        while some := list(islice(wanted, _RECALLED)):
            found = self._cache.fingerprints(some)
            for content in some:
                if content in found:
                    self.seen.shelf.add(content, found[content])
        self.seen.content.update((name, content) for name, content in known.items() if content in self.seen.shelf)

    def _read_files(self, names: Sequence[str], root: Path | PhotoSource | None) -> None:
        if root is None:
            self._tick(len(names))
            return
        folder = PhotoFolder(root) if isinstance(root, Path) else root
        places: dict[str, tuple[str, Signature]] = {}
        for name in names:
            try:
                places[name] = folder.find(name)
            except OutsideError as error:
                self.seen.failed[name] = Failure("warning", error.text)
        seen = self._cache.contents([path for path, _ in places.values()])
        known = {
            name: seen[path][1]
            for name, (path, signature) in places.items()
            if path in seen and seen[path][0] == signature
        }
        self._recall(known)
        self._tick(len(names) - len(places) + len(self.seen.content))
        self._hash_files({n: place for n, place in places.items() if n not in self.seen.content}, folder)

    def _hash_files(self, places: Mapping[str, tuple[str, Signature]], folder: PhotoSource) -> None:
        """Read, decode and hash what is new, by as many processes as there are jobs, or ahead in as many threads."""
        if not places:
            return
        batches = _batches(places.items())
        rounds = self._share_batches if self._jobs > 1 and len(places) > _FEW and can_fork() else self._hash_ahead
        with one_thread_each():
            try:
                for done in rounds(batches, folder):
                    self._store(done, places)
                    self._tick(len(done))
            finally:
                self._keep(places)

    def _share_batches(self, batches: Iterator[_Batch], folder: PhotoSource) -> Iterator[list["_Outcome"]]:
        """Yield what processes find: half the time goes into code for which threads would wait for one another."""
        import dupcheck.photos.fingerprints
        import dupcheck.photos.pictures  # noqa: F401 - helpers have what is here, and need not load it

        while some := list(islice(batches, _ROUND * self._jobs)):
            yield from share_work(partial(self._hash_one_of, some, folder), len(some), self._jobs)

    def _hash_one_of(self, batches: Sequence[_Batch], folder: PhotoSource, k: int) -> list["_Outcome"]:
        return self._hash_batch(batches[k], folder)

    def _hash_ahead(self, batches: Iterator[_Batch], folder: PhotoSource) -> Iterator[list["_Outcome"]]:
        """Yield what threads find: OpenCV and NumPy do the long parts without the interpreter's lock."""
        from concurrent.futures import ThreadPoolExecutor  # only where there is much to do

        with ThreadPoolExecutor(self._jobs) as pool:
            ahead = deque(pool.submit(self._hash_batch, batch, folder) for batch in islice(batches, 2 * self._jobs))
            try:
                while ahead:
                    done = ahead.popleft().result()
                    ahead.extend(pool.submit(self._hash_batch, batch, folder) for batch in islice(batches, 1))
                    yield done
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _hash_batch(self, batch: _Batch, folder: PhotoSource) -> list["_Outcome"]:
        read = [_read_file(name, path, signature, folder) for name, (path, signature) in batch]
        return _hash_opened(self._open_contents(read))

    def _open_contents(self, read: Sequence[tuple[str, bytes | Failure]]) -> "_Opened":
        """Decode what neither this run nor the cache knows; each content once."""
        from dupcheck.photos.pictures import PictureError, open_picture  # only where there are pictures to read

        keys = {name: hashlib.sha256(data).digest()[:_KEY_BYTES] for name, data in read if isinstance(data, bytes)}
        known = self._cache.fingerprints([key for key in keys.values() if key not in self.seen.shelf])
        outcomes: list[_Outcome] = []
        pictures: dict[bytes, ByteArray] = {}
        for name, data in read:
            if isinstance(data, Failure):
                outcomes.append(_Outcome(name, failure=data))
                continue
            content = keys[name]
            if content not in self.seen.shelf and content not in known and content not in pictures:
                try:
                    pictures[content] = open_picture(data)
                except PictureError as error:
                    reason = message("photos.unreadable", path=name, reason=error.text)
                    outcomes.append(_Outcome(name, failure=Failure("error", reason)))
                    continue
            outcomes.append(_Outcome(name, content))
        return _Opened(outcomes, known, pictures)

    def _store(self, done: Sequence["_Outcome"], places: Mapping[str, tuple[str, Signature]]) -> None:
        for outcome in done:
            if outcome.failure is not None:
                self.seen.failed[outcome.name] = outcome.failure
            else:
                self.seen.content[outcome.name] = outcome.content
                if outcome.record is not None:
                    self.seen.shelf.add(outcome.content, outcome.record)
        read = [outcome for outcome in done if outcome.failure is None and outcome.name in places]
        self.seen.read.update((o.name, places[o.name]) for o in read)
        self._unkept += read
        if len(self._unkept) >= _STORED or time.monotonic() - self._kept_at > _STORED_SECONDS:
            self._keep(places)

    def _keep(self, places: Mapping[str, tuple[str, Signature]]) -> None:
        """Store what was read since the last time: many at once, for each time costs as much as some fifty files."""
        read, self._unkept = self._unkept, []
        self._cache.keep(
            ((*places[o.name], o.content) for o in read),
            ((o.content, o.record) for o in read if o.record is not None),
        )
        self._kept_at = time.monotonic()

    def _read_addresses(self, addresses: Sequence[str], fetch: Fetcher) -> None:
        """Fetch what was not fetched in the last days; what is behind an address may change."""
        now = time.time_ns()
        kept = self._cache.contents(addresses).items()
        known = {address: (fetched, content) for address, ((_, fetched, _), content) in kept}
        self._recall({address: content for address, (at, content) in known.items() if 0 <= now - at < _FRESH})
        wanted = [address for address in addresses if address not in self.seen.content]
        self._tick(len(addresses) - len(wanted))
        contents = {address: known[address][1] for address in wanted if address in known}
        held = self._cache.fingerprints(list(contents.values()))
        fetch.tags.update(self._cache.tags([address for address in contents if contents[address] in held]))
        arrivals = {arrival.address: arrival for arrival in self._cache.arrivals.take(wanted, now - _FRESH)}
        fetch.tags.update((address, arrival.tag) for address, arrival in arrivals.items())
        came = ((address, arrival.data) for address, arrival in arrivals.items())
        rest = [address for address in wanted if address not in arrivals]
        times = {address: arrival.at for address, arrival in arrivals.items()}
        batch: list[tuple[str, bytes]] = []
        same: list[str] = []

        def keep() -> None:
            """Store what came; many at once, for whatever happens before, the pictures have been put by."""
            places = {address: (address, (len(data), times.get(address, now), 0)) for address, data in batch}
            unchanged = [_Outcome(address, contents[address], held[contents[address]]) for address in same]
            places.update((address, (address, (0, now, 0))) for address in same)
            self._store([*_hash_opened(self._open_contents(batch)), *unchanged], places)
            self._keep(places)
            self._cache.keep_tags({address: fetch.tags.get(address, "") for address, _ in batch})
            self._cache.arrivals.forget(address for address, _ in batch)
            batch.clear()
            same.clear()

        with one_thread_each():
            for address, answer in chain(came, fetch.fetch(rest, self._cache.arrivals.put)):
                if isinstance(answer, Message):
                    self.seen.failed[address] = Failure("warning", answer)
                elif isinstance(answer, bytes):
                    batch.append((address, answer))
                else:
                    same.append(address)
                if len(batch) + len(same) >= _BATCH or sum(len(data) for _, data in batch) > _BATCH_BYTES:
                    keep()
                self._tick(1)
            keep()

    def _tick(self, count: int) -> None:
        self._done += count
        self._progress(self._done, self._total)


@dataclass(frozen=True)
class _Outcome:
    name: str
    content: bytes = b""
    record: Record | None = None
    failure: Failure | None = None


class _Opened(NamedTuple):
    """Files that were read, the records of those that are known already, and the pictures of the others by content."""

    outcomes: Sequence[_Outcome]
    known: Mapping[bytes, Record]
    pictures: Mapping[bytes, "ByteArray"]


def _hash_opened(opened: _Opened) -> list[_Outcome]:
    from dupcheck.photos.fingerprints import take_fingerprints

    new = take_fingerprints(list(opened.pictures.values())) if opened.pictures else ()
    records = {**opened.known, **dict(zip(opened.pictures, new, strict=True))}
    return [replace(outcome, record=records.get(outcome.content)) for outcome in opened.outcomes]


def _read_file(name: str, path: str, signature: Signature, folder: PhotoSource) -> tuple[str, bytes | Failure]:
    from dupcheck.photos.pictures import MAX_BYTES

    if signature[0] > MAX_BYTES:
        size = message("photos.too_many_bytes", path=name, size=signature[0] // 1_000_000, limit=MAX_BYTES // 1_000_000)
        return name, Failure("warning", size)
    try:
        return name, folder.read(path)
    except OSError as error:
        reason = message("photos.unreadable", path=name, reason=error.strerror or str(error))
        return name, Failure("error", reason)


def _batches(
    items: Iterable[tuple[str, tuple[str, Signature]]],
) -> Iterator[_Batch]:
    """Cut the files into batches of few enough files and bytes to be held in memory several at a time."""
    batch: list[tuple[str, tuple[str, Signature]]] = []
    size = 0
    for name, place in items:
        if batch and (len(batch) == _BATCH or size + place[1][0] > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((name, place))
        size += place[1][0]
    if batch:
        yield batch


def _name_problems(
    catalog: Catalog, names: Sequence[str], uses: _Uses, failed: Mapping[str, Failure]
) -> Iterator[Problem]:
    rows = catalog.numbers("row")
    listings = catalog.ids
    for name, listing, is_main in zip(uses.name, uses.listing, uses.is_main, strict=True):
        failure = failed.get(names[name])
        if failure is not None:
            where = "main_image" if is_main else "images"
            yield Problem(int(rows[listing]), listings[listing], where, failure.severity, failure.text)


def _assemble(catalog: Catalog, names: Sequence[str], uses: _Uses, seen: Seen) -> tuple[Photos, list[Problem]]:
    """Put the records into columns, a row a content; listings without a readable photo get their catalogue hash."""
    row_of: dict[bytes, int] = {}
    rows = np.full(len(names), -1, dtype=np.int64)
    for i, name in enumerate(names):
        if name in seen.content:
            rows[i] = row_of.setdefault(seen.content[name], len(row_of))
    prints = seen.shelf.records
    place = np.fromiter(map(seen.shelf.find, row_of), dtype=np.int64, count=len(row_of))
    main = np.full(len(catalog), -1, dtype=np.int64)
    main[uses.listing[uses.is_main]] = rows[uses.name[uses.is_main]]
    extra, extra_listing = rows[uses.name[~uses.is_main]], uses.listing[~uses.is_main]
    hashes, stated, problems = _parse_hashes(catalog)
    bare = np.flatnonzero((main < 0) & stated)
    values, inverse = np.unique(hashes[bare], return_inverse=True)
    main[bare] = len(place) + inverse
    photos = Photos(
        main=main,
        extra=extra[extra >= 0],
        extra_listing=extra_listing[extra >= 0],
        phash=np.concatenate([prints["phash"][place], values]),
        place=np.concatenate([place, np.full(len(values), -1, dtype=np.int64)]),
        usable=np.concatenate([~prints["blank"][place], np.bitwise_count(values) >= _SET_BITS]),
        prints=prints,
        contents=np.frombuffer(b"".join([*row_of, bytes(_KEY_BYTES * len(values))]), dtype=f"V{_KEY_BYTES}"),
    )
    return photos, problems


def _parse_hashes(catalog: Catalog) -> tuple[npt.NDArray[np.uint64], BoolArray, list[Problem]]:
    """Return the catalogue's own hashes, where there are any, and a problem for each that is none."""
    values = np.zeros(len(catalog), dtype=np.uint64)
    stated = np.zeros(len(catalog), dtype=np.bool_)
    problems = []
    rows = catalog.numbers("row")
    for i, text in enumerate(catalog.column("image_phash")):
        if not text:
            continue
        value = parse_phash(text)
        if value is None:
            reason = message("photos.bad_hash", value=text[:80])
            problems.append(Problem(int(rows[i]), catalog.ids[i], "image_phash", "warning", reason))
        else:
            values[i], stated[i] = value, True
    return values, stated, problems
