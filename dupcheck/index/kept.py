"""A measured catalogue, kept: a draft is held against 200,000 listings by looking at a few hundred of them.

A :class:`Store` holds what reading and measuring a catalogue made: its columns, its features, what the whole of it
taught (word weights, lexicon, tails), and where to look listings up: by the words of their titles, by the hashes of
their photos, by their codes. On disk it is a folder of arrays that are mapped, not read.

Listings that come later are measured by what the catalogue taught, counted on top of it, and joined to the rows that
matter to them. Where one of them teaches the catalogue a new option value, or shows a word to be misspelt, the rows it
bears on are read again: the answer is that of measuring everything together. Only tails are the catalogue's alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from dupcheck.catalog import merge_catalogs, take_listings
from dupcheck.features import (
    MATRICES,
    NUMBERS,
    AxisColumn,
    Base,
    Features,
    MatrixColumn,
    ReadTitles,
    Statistics,
    join_features,
    make_features,
    read_attributes,
    reorder_features,
    weigh_titles,
)
from dupcheck.files.arrays import (
    Array,
    Arrays,
    Codebook,
    Rows,
    StoredBook,
    Texts,
    is_among,
    load_arrays,
    name_arrays,
    number_all,
    save_arrays,
    sort_distinct,
    take_named,
    take_ranges,
)
from dupcheck.index.titles import TitleIndex
from dupcheck.learned.taught import Taught
from dupcheck.model import (
    NUMBER_COLUMNS,
    SKU_NUMBER_COLUMNS,
    SKU_TEXT_COLUMNS,
    TEXT_COLUMNS,
    Catalog,
    IntArray,
)
from dupcheck.photos.hamming import HashIndex, index_hashes
from dupcheck.photos.reading import Kept
from dupcheck.photos.suspicion import list_hashes, suspect
from dupcheck.photos.table import Photos, join_photos, merge_same, refuse_placeholders
from dupcheck.run import SEARCH, Search, choose_search
from dupcheck.titles import normalise

FORMAT = 19

_NONE = np.empty(0, dtype=np.int64)


class Neighbourhood(NamedTuple):
    """The listings that matter to some drafts, measured with them: the drafts are the last rows.

    ``left`` < ``right`` are positions of the pairs worth measuring, the right one a draft's. Where ``alone`` holds the
    drafts' own features, the pairs among them are still to be found.
    """

    catalog: Catalog
    features: Features
    left: IntArray
    right: IntArray
    alone: Features | None = None


class Store:
    """A measured catalogue as arrays, in memory or on disk. ``facts`` holds what is no array."""

    def __init__(self, arrays: Arrays, facts: Mapping[str, Any]) -> None:
        self.arrays, self.facts = arrays, facts

    @classmethod
    def pack(
        cls,
        catalog: Catalog,
        features: Features,
        facts: Mapping[str, Any] | None = None,
    ) -> Self:
        """Make the store of a measured catalogue; ``facts`` are kept beside what it needs itself."""
        taught, read = features.statistics.taught.pack(), features.statistics.read
        arrays: dict[str, Array] = {
            **name_arrays("taught", taught.arrays),
            **_pack_catalog(catalog),
            **_pack_features(features),
            **_pack_photos(features.photos),
            **name_arrays("titles", _pack_titles(features.title)),
            **_pack_codes(features.codes),
            **name_arrays("read", {} if read is None else read.pack()),
        }
        return cls(
            arrays,
            {
                **(facts or {}),
                "format": FORMAT,
                "axes": list(features.axes),
                "taught": taught.facts,
                "image_root": None if catalog.image_root is None else str(catalog.image_root),
                "sources": list(catalog.sources),
                "mapping": dict(catalog.mapping),
            },
        )

    def save(self, folder: Path) -> None:
        """Keep the store in ``folder``: whole, or not at all. Raises OSError."""
        save_arrays(folder, self.arrays, self.facts)

    @classmethod
    def open(cls, folder: Path) -> Self | None:
        """Return the store kept in ``folder``, None where there is none that this version can read."""
        found = load_arrays(folder)
        if found is None or found[1].get("format") != FORMAT:
            return None
        return cls(*found)

    def __len__(self) -> int:
        return len(self.arrays["row"])

    # --- what was learned ------------------------------------------------------------------------------------

    @cached_property
    def statistics(self) -> Statistics:
        """What the whole catalogue taught."""
        return Statistics(
            listings=len(self),
            seen=self.arrays["seen"],
            exact=self.arrays["exact"],
            codes=self.arrays["codes_seen"],
            stated_codes=self.arrays["stated_seen"],
            taught=Taught.unpack(take_named("taught", self.arrays), self.facts["taught"]),
        )

    def _book(self, name: str) -> StoredBook:
        return StoredBook(self.arrays[f"{name}.keys"], self.arrays[f"{name}.codes"])

    def open_books(self) -> dict[str, Codebook]:
        """Return codebooks that go on where the catalogue's end."""
        return {column.book: Codebook(self._book(column.book)) for column in MATRICES}

    def open_base(self) -> Base:
        """Return what the catalogue taught, and books that go on where its own end."""
        return Base(self.statistics, self.open_books())

    def open_whole(self, catalog: Catalog) -> Base:
        """Return the same for the very catalogue that is kept, with its titles as they were read."""
        read = take_named("read", self.arrays)
        known = ReadTitles.unpack(read, catalog.column("title")) if read else None
        return Base(replace(self.statistics, read=known), self.open_books())

    # --- rows ------------------------------------------------------------------------------------------------

    def take_catalog(self, rows: IntArray | None = None) -> Catalog:
        """Return the listings at ``rows``, or all, as they were read; their problems are not kept."""
        wanted = np.arange(len(self)) if rows is None else rows
        skus, start = take_ranges(self.arrays["sku.start"], wanted)
        listings = self._take_columns("listing", TEXT_COLUMNS, NUMBER_COLUMNS, wanted)
        return Catalog(
            {**listings, "row": self.arrays["row"][wanted]},
            {"listing": np.repeat(np.arange(len(wanted)), np.diff(start))}
            | dict(self._take_columns("sku", SKU_TEXT_COLUMNS, SKU_NUMBER_COLUMNS, skus)),
            (), self.image_root, tuple(self.facts["sources"]), self.facts["mapping"],
        )  # fmt: skip

    def _take_columns(self, kind: str, texts: Sequence[str], numbers: Sequence[str], rows: IntArray) -> dict[str, Any]:
        return {
            **{name: self._texts(f"{kind}.{name}").take(rows) for name in texts},
            **{name: np.asarray(self.arrays[f"{kind}.{name}"][rows], dtype=np.float64) for name in numbers},
        }

    def _texts(self, name: str) -> Texts:
        return Texts(self.arrays[f"{name}.data"], self.arrays[f"{name}.start"])

    def take_features(
        self,
        rows: IntArray,
        catalog: Catalog,
        photos: Photos,
        base: Base,
        jobs: int = 1,
    ) -> Features:
        """Return the features of ``rows``, whose listings are ``catalog``, weighed by the statistics of ``base``."""

        def matrix(column: MatrixColumn) -> Rows:
            at, start = take_ranges(self.arrays[f"{column.book}.start"], rows)
            items = self.arrays[f"{column.book}.items"][at]
            kept = self.arrays[f"{column.book}.weights"][at] if column.weighted else np.ones(len(items), np.float32)
            found = Rows(start, items, kept, base.books[column.book].width)
            return weigh_titles(found, base.statistics) if column.field == "title" else found

        return Features.build(
            catalog,
            photos,
            self._take_axes(rows),
            base,
            matrix=matrix,
            number=lambda name: np.asarray(self.arrays[name][rows]),
            jobs=jobs,
        )

    def _take_axes(self, rows: IntArray) -> dict[str, AxisColumn]:
        axes = {}
        for k, axis in enumerate(self.facts["axes"]):
            used, codes = np.unique(self.arrays[f"axis.{k}.codes"][rows], return_inverse=True)
            known = used >= 0
            if known.any():
                values = self._texts(f"axis.{k}").take(used[known].astype(np.int64))
                axes[axis] = AxisColumn(codes.astype(np.int64) - int((~known).sum()), tuple(values.tolist()))
        return axes

    def take_photos(self, rows: IntArray) -> Photos:
        """Return the photos of the listings at ``rows``, as those of a catalogue of these alone."""
        main = self.arrays["photo.main"][rows].astype(np.int64)
        at, start = take_ranges(self.arrays["photo.extra.start"], rows)
        extra = self.arrays["photo.extra.items"][at].astype(np.int64)
        used, place = np.unique(np.concatenate([main, extra]), return_inverse=True)
        kept = used[used >= 0]
        place = place.astype(np.int64) - (len(used) - len(kept))
        prints = self.arrays["photo.place"][kept].astype(np.int64)
        pictured = prints >= 0
        return Photos(
            main=place[: len(main)],
            extra=place[len(main) :],
            extra_listing=np.repeat(np.arange(len(rows)), np.diff(start)),
            phash=self.arrays["photo.phash"][kept],
            place=np.where(pictured, np.cumsum(pictured) - 1, -1),
            usable=self.arrays["photo.usable"][kept],
            prints=self.arrays["photo.prints"][prints[pictured]],
        )

    def list_prints(self) -> Kept | None:
        """Return the records of all photos with the keys of their contents, where these are kept."""
        contents = self.arrays.get("photo.contents")
        if contents is None:
            return None
        place, prints = self.arrays["photo.place"], self.arrays["photo.prints"]
        pictured = place >= 0
        in_order = np.array_equal(place[pictured], np.arange(len(prints)))
        return Kept(contents[pictured], prints if in_order else prints[place[pictured]])

    # --- looking listings up ---------------------------------------------------------------------------------

    def find_near(self, drafts: Features, search: Search = SEARCH) -> tuple[IntArray, IntArray]:
        """Return which draft is like which listing in title, photo or code: pairs of positions, each once, sorted."""
        ways = (self._find_titles(drafts, search), self._find_photos(drafts.photos), self._find_codes(drafts))
        keys = sort_distinct([draft * len(self) + listing for draft, listing in ways])
        size = max(len(self), 1)
        return keys // size, keys % size

    def find_ids(self, ids: Sequence[str]) -> IntArray:
        """Return the positions of the listings with these ids; ids that are not there are left out."""
        book = self._book("ids")
        found = [k for k in map(book.find, ids) if k >= 0]
        return np.array(found, dtype=np.int64)

    def _find_titles(self, drafts: Features, search: Search) -> tuple[IntArray, IntArray]:
        found = TitleIndex.take(self.arrays, "titles").find(drafts.title, drafts.statistics.weights, search)
        owner = np.repeat(np.arange(len(drafts)), [len(near) for near in found])
        place, listings = self._list_members("titles", np.concatenate([_NONE, *found]))
        return owner[place], listings

    def _list_members(self, kind: str, groups: IntArray) -> tuple[IntArray, IntArray]:
        """The listings of each group, each with the place of its group in ``groups``; of a crowd the first and last."""
        at, ends = take_ranges(self.arrays[f"{kind}.start"], groups)
        sizes = np.diff(ends)
        owner = np.repeat(np.arange(len(groups)), sizes)
        rank = np.arange(len(at)) - ends[owner]
        inside = (rank < SEARCH.crowd) | (rank >= sizes[owner] - SEARCH.crowd)
        return owner[inside], self.arrays[f"{kind}.items"][at[inside]].astype(np.int64)

    def _find_photos(self, photos: Photos) -> tuple[IntArray, IntArray]:
        """Drafts of which some photo is near to a photo that a listing shows."""
        with_main = np.flatnonzero(photos.main >= 0)
        row = np.concatenate([photos.main[with_main], photos.extra])
        draft = np.concatenate([with_main, photos.extra_listing])
        told = photos.usable[row]
        row, draft = row[told], draft[told]
        if not len(row) or not len(self.arrays["hash.hashes"]):
            return _NONE, _NONE
        hashes, owner, kind = list_hashes(photos, row)
        index = HashIndex(*(self.arrays[f"hash.{name}"] for name in ("hashes", "order", "start")))
        asked, at = index.find(hashes, SEARCH.photo_bits)
        near = suspect(hashes[asked], kind[asked], index.hashes[at], self.arrays["hash.kind"][at])
        shown = len(self.arrays["shown.start"])
        keys = sort_distinct([draft[owner[asked[near]]] * shown + self.arrays["hash.owner"][at[near]]])
        place, listings = self._list_members("shown", keys % shown)
        return (keys // shown)[place], listings

    def _find_codes(self, drafts: Features) -> tuple[IntArray, IntArray]:
        known = drafts.codes.items < len(self.arrays["code.start"]) - 1
        at, ends = take_ranges(self.arrays["code.start"], drafts.codes.items[known].astype(np.int64))
        owner = np.repeat(drafts.codes.owners[known], np.diff(ends))
        return owner, self.arrays["code.items"][at].astype(np.int64)

    # --- listings that come later ----------------------------------------------------------------------------

    @property
    def image_root(self) -> Path | None:
        """The folder that the catalogue's photo paths start from."""
        root = self.facts["image_root"]
        return None if root is None else Path(root)

    def measure_with(
        self, drafts: Catalog, photos: Photos, *, without: Sequence[str] = (), jobs: int = 1
    ) -> Neighbourhood:
        """Measure drafts, whose photos are ``photos``, together with the listings that matter to them.

        Listings whose ids are in ``without`` count as gone.
        """
        if len(self) <= SEARCH.small:
            return self._measure_all(drafts, photos, without, jobs)
        alone = make_features(drafts, photos, base=self.open_base())
        draft, listing = self.find_near(alone, choose_search(len(self)))
        near = sort_distinct([listing, self.find_ids(drafts.column("listing_id").tolist())])
        near = near[~is_among(near, self.find_ids(without))]
        titles = [normalise(t) for t in self._texts("listing.title").take(near)]
        words = self._learn_from(drafts, titles)
        again = np.array([_is_read_anew(t, self.statistics.taught, words) for t in titles], dtype=bool)
        rest, stale = near[~again], near[again]
        known = self.take_catalog(np.concatenate([rest, stale]))
        catalog = merge_catalogs([known, drafts])
        later = take_listings(catalog, np.arange(len(rest), len(catalog)))
        if words is self.statistics.taught:
            new = replace(alone, ids=later.ids)
        else:
            new = make_features(later, photos, base=Base(self._without(stale, words), self.open_books()))
        joined = merge_same(join_photos(self.take_photos(np.concatenate([rest, stale])), photos))
        old = self.take_features(
            rest, take_listings(catalog, np.arange(len(rest))), joined, Base(new.statistics, new.books)
        )
        features = join_features(old, new, catalog, refuse_placeholders(catalog, joined), jobs)
        measured = np.concatenate([rest, stale])
        kept = is_among(listing, measured)
        order = np.argsort(measured)
        left = order[np.searchsorted(measured, listing[kept], sorter=order)]
        return Neighbourhood(catalog, features, left, len(near) + draft[kept], alone)

    def _measure_all(self, drafts: Catalog, photos: Photos, without: Sequence[str], jobs: int) -> Neighbourhood:
        """Measure the whole catalogue with the drafts; every pair is worth measuring."""
        kept = np.flatnonzero(~is_among(np.arange(len(self)), self.find_ids(without)))
        catalog = merge_catalogs([self.take_catalog(kept), drafts])
        joined = refuse_placeholders(catalog, merge_same(join_photos(self.take_photos(kept), photos)))
        right, left = (a.ravel() for a in np.indices((len(drafts), len(catalog))))
        right = right + len(kept)
        apart = left < right
        return Neighbourhood(catalog, make_features(catalog, joined, jobs=jobs), left[apart], right[apart])

    def _learn_from(self, drafts: Catalog, near: Sequence[str]) -> Taught:
        """What the catalogue knows, and what the drafts add to it; the catalogue's own where they add nothing."""
        known = self.statistics.taught
        texts = [normalise(t) for t in drafts.column("title")]
        later = known.extend(texts, read_attributes(drafts).list_options(), near)
        return known if later.lexicon.is_like(known.lexicon) else later

    def _without(self, rows: IntArray, taught: Taught) -> Statistics:
        """The catalogue's statistics as they are without some rows."""

        def subtract(book: str, seen: IntArray) -> IntArray:
            at, _ = take_ranges(self.arrays[f"{book}.start"], rows)
            return seen - np.bincount(self.arrays[f"{book}.items"][at], minlength=len(seen))

        known = self.statistics
        return replace(
            known,
            listings=known.listings - len(rows),
            seen=subtract("words", known.seen),
            codes=subtract("codes", known.codes),
            stated_codes=subtract("stated", known.stated_codes),
            taught=taught,
        )

    def update(self, catalog: Catalog, photos: Photos, facts: Mapping[str, Any]) -> Self | None:
        """Return the store of ``catalog``, a later state of this one: only changed rows are measured.

        What the rows that stayed taught is kept; so is what those taught that are gone. None where so much changed
        that measuring everything is due.
        """
        keys = hash_rows(catalog)
        order = np.argsort(self.arrays["row_keys"], kind="stable")
        at = np.searchsorted(self.arrays["row_keys"], keys, sorter=order).clip(0, max(len(order) - 1, 0))
        held = order[at]
        stayed = self.arrays["row_keys"][held] == keys
        rest, changed = np.flatnonzero(stayed), np.flatnonzero(~stayed)
        gone = np.flatnonzero(~is_among(np.arange(len(self)), held[stayed]))
        drift = int(self.facts.get("drift", 0)) + len(changed) + len(gone)
        if not len(rest) or drift > SEARCH.drift * len(self):
            return None
        later = take_listings(catalog, changed)
        texts = [normalise(t) for t in later.column("title")]
        taught = self.statistics.taught.extend(texts, read_attributes(later).list_options(), ())
        new = make_features(later, photos, base=Base(self._without(gone, taught), self.open_books()))
        before = take_listings(catalog, rest)
        old = self.take_features(held[rest], before, photos, Base(new.statistics, new.books))
        both = merge_catalogs([replace(before, problems=()), replace(later, problems=())])
        joined = join_features(old, new, both, photos)
        back = np.argsort(np.concatenate([rest, changed]), kind="stable")
        removed = [normalise(t) for t in self._texts("listing.title").take(gone)]
        counted = replace(taught, lexicon=taught.lexicon.recount(texts, removed))
        whole = reorder_features(joined, back, catalog, photos)
        whole = replace(whole, statistics=replace(whole.statistics, taught=counted))
        return type(self).pack(catalog, whole, {**facts, "drift": drift})


def hash_rows(catalog: Catalog) -> npt.NDArray[np.uint64]:
    """Return a 64-bit hash of everything that each listing says, its SKUs included."""
    texts = zip(*(catalog.column(name) for name in TEXT_COLUMNS), strict=True)
    numbers = np.stack([catalog.numbers(name) for name in NUMBER_COLUMNS], axis=1)
    skus = [""] * len(catalog)
    held = catalog.sku_columns
    names = (*SKU_TEXT_COLUMNS, *SKU_NUMBER_COLUMNS)
    for i, *values in zip(held["listing"].tolist(), *(held[n] for n in names), strict=True):
        skus[i] += "\x1e" + "\x1f".join(map(str, values))
    keys = (
        blake2b(
            ("\x1f".join(row) + sku).encode("utf-8", "surrogatepass") + numbers[i].tobytes(), digest_size=8
        ).digest()
        for i, (row, sku) in enumerate(zip(texts, skus, strict=True))
    )
    return np.frombuffer(b"".join(keys), dtype="<u8")


def _is_read_anew(title: str, known: Taught, later: Taught) -> bool:
    """Whether a normalised title may hold words that only the later catalogue knows."""
    if later is known:
        return False
    before, after = known.lexicon, later.lexicon
    return any(alias in title for alias in after.aliases.keys() - before.aliases.keys()) or any(
        all(word in title for word in phrase) for phrase in after.phrases.keys() - before.phrases.keys()
    )


# --- packing ---------------------------------------------------------------------------------------------------


def _pack_texts(name: str, texts: Iterable[str]) -> dict[str, Array]:
    packed = Texts.pack(texts)
    return {f"{name}.data": packed.data, f"{name}.start": packed.start}


def _pack_catalog(catalog: Catalog) -> dict[str, Array]:
    arrays = {
        "row": catalog.columns["row"],
        "row_keys": hash_rows(catalog),
        **name_arrays("ids", number_all(catalog.ids).pack()),
    }
    for kind, columns, texts, numbers in (
        ("listing", catalog.columns, TEXT_COLUMNS, NUMBER_COLUMNS),
        ("sku", catalog.sku_columns, SKU_TEXT_COLUMNS, SKU_NUMBER_COLUMNS),
    ):
        for name in texts:
            arrays |= _pack_texts(f"{kind}.{name}", columns[name])
        for name in numbers:
            arrays[f"{kind}.{name}"] = columns[name]
    arrays["sku.start"] = np.searchsorted(catalog.sku_columns["listing"], np.arange(len(catalog) + 1))
    return arrays


def _pack_features(features: Features) -> dict[str, Array]:
    arrays: dict[str, Array] = {name: features.number(name) for name in NUMBERS}
    for column in MATRICES:
        book, rows = column.book, features.matrix(column)
        arrays |= {
            f"{book}.start": rows.start,
            f"{book}.items": rows.items,
            **name_arrays(book, features.books[book].pack()),
        }
        if column.weighted:
            arrays[f"{book}.weights"] = rows.weights
    for k, axis in enumerate(features.axes.values()):
        arrays |= {f"axis.{k}.codes": axis.codes.astype(np.int32), **_pack_texts(f"axis.{k}", axis.values)}
    known = features.statistics
    return arrays | {
        "seen": known.seen,
        "exact": known.exact,
        "codes_seen": known.codes,
        "stated_seen": known.stated_codes,
    }


def _pack_photos(photos: Photos) -> dict[str, Array]:
    order = np.argsort(photos.extra_listing, kind="stable")
    hashes, owner, kind = list_hashes(photos, np.arange(len(photos)))
    index = index_hashes(hashes)
    with_main = np.flatnonzero(photos.main >= 0)
    photo = np.concatenate([photos.main[with_main], photos.extra])
    listing = np.concatenate([with_main, photos.extra_listing])
    by_photo = np.lexsort((listing, photo))
    return {
        "photo.main": photos.main.astype(np.int32),
        "photo.extra.items": photos.extra[order].astype(np.int32),
        "photo.extra.start": np.searchsorted(photos.extra_listing[order], np.arange(len(photos.main) + 1)),
        "photo.phash": photos.phash,
        "photo.place": photos.place,
        "photo.usable": photos.usable,
        "photo.prints": photos.prints,
        **({} if photos.contents is None else {"photo.contents": photos.contents}),
        "hash.hashes": index.hashes,
        "hash.order": index.order,
        "hash.start": index.start,
        "hash.owner": owner.astype(np.int32),
        "hash.kind": kind,
        "shown.items": listing[by_photo].astype(np.int32),
        "shown.start": np.searchsorted(photo[by_photo], np.arange(len(photos) + 1)),
    }


def _pack_titles(titles: Rows) -> dict[str, Array]:
    """Distinct titles by the words in them, and the listings that bear each."""
    index, bearers = TitleIndex.make(titles)
    return {**index.pack(), **bearers}


def _pack_codes(codes: Rows) -> dict[str, Array]:
    """For each code, the listings that carry it."""
    listings = codes.list_columns()
    return {"code.start": listings.start, "code.items": listings.items.astype(np.int32)}
