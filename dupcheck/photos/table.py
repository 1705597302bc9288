"""A catalogue's photos as columns: one row a distinct photo, and which listing shows which."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dupcheck.files.arrays import sort_distinct
from dupcheck.model import BoolArray, Catalog, IntArray
from dupcheck.photos.copies import choose_representatives, is_copy
from dupcheck.photos.layouts import Layouts, lay_out
from dupcheck.photos.memory import Memory
from dupcheck.photos.records import COPY, HASHES
from dupcheck.photos.threads import one_thread_each

_MARKS = np.arange(1, 2 * len(HASHES), 2, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
SHOWN_BY = 4
"""A further photo that more listings show, as size tables and terms of delivery are, tells nothing of any."""
_SHARED_BY = 2
"""A flat graphic that so many listings of different titles use as their main photo is a placeholder."""


@dataclass(frozen=True)
class Photos:
    """The photos of a catalogue: one row a distinct picture content, however many files and listings show it.

    ``main`` (listings,) is the row of each listing's main photo, -1: none, or it cannot be read. ``extra`` holds the
    rows of further photos and ``extra_listing`` the listing positions that show them. ``phash`` (photos,) is the plain
    64-bit hash of each row. ``place`` (photos,) is the position of each row's record in ``prints``, -1 where only the
    hash is known. ``usable`` (photos,) is false for what says nothing: blank pictures, placeholders. ``contents``
    (photos,) holds the key of each row's content, and ``folder`` the cache where looks at them are kept, if anywhere.
    ``crowded`` (photos,) is true for what many listings show that are not here, where these are a part of a larger
    catalogue.
    """

    main: IntArray
    extra: IntArray
    extra_listing: IntArray
    phash: npt.NDArray[np.uint64]
    place: IntArray
    usable: BoolArray
    prints: npt.NDArray[np.void]
    contents: npt.NDArray[np.void] | None = None
    folder: Path | None = None
    crowded: BoolArray | None = None

    def __len__(self) -> int:
        return len(self.phash)

    @cached_property
    def pictured(self) -> BoolArray:
        """Whether there is a picture behind each row, not a hash alone."""
        known: BoolArray = self.place >= 0
        return known

    @cached_property
    def rank(self) -> IntArray:
        """The order of the rows by what they show, whatever order they stand in: it makes comparing symmetric."""
        shown = np.zeros((2, len(self)), dtype=np.uint64)
        at = self.place[self.pictured]
        shown[0, self.pictured] = self.prints["views"][at, 0]
        shown[1, self.pictured] = self.prints["views"][at] @ _MARKS + self.prints["light"].sum(axis=(1, 2))[at]
        rank = np.empty(len(self), dtype=np.int64)
        rank[np.lexsort((*shown[::-1], self.phash))] = np.arange(len(self))
        return rank

    @cached_property
    def stand_in(self) -> IntArray:
        """The row that stands for each: of one picture saved many times the same one, else its own."""
        stands = np.arange(len(self))
        rows = np.flatnonzero(self.usable & self.pictured)
        rows = rows[np.argsort(self.rank[rows])]
        row_of = np.full(len(self.prints), -1, dtype=np.int64)
        row_of[self.place[rows]] = rows

        def ask(copy: IntArray, original: IntArray) -> BoolArray:
            keys = row_of[original] * np.int64(len(self)) + row_of[copy]
            known, facts = self.memory.recall(keys, "copy")
            same = np.zeros(len(keys), dtype=np.bool_)
            same[known] = facts["same"]
            new = np.flatnonzero(~known)
            if len(new):
                with one_thread_each():
                    same[new] = is_copy(self.prints, copy[new], original[new])
                self.memory.remember(keys[new], same[new].view(COPY), "copy")
            return same

        stands[rows] = row_of[choose_representatives(self.prints, self.place[rows], ask)[self.place[rows]]]
        return stands

    @cached_property
    def layouts(self) -> Layouts:
        """Where the colours of each print lie."""
        return lay_out(self.prints)

    def pair_with_extras(self, listings: IntArray) -> tuple[IntArray, IntArray]:
        """Return, for each further photo of each of ``listings``, the position in ``listings`` and the photo's row."""
        order, start = self._extras_by_listing
        first = start[listings]
        count = start[listings + 1] - first
        owner = np.repeat(np.arange(len(listings)), count)
        rank = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
        return owner, self.extra[order[first[owner] + rank]]

    def share_extras(self, left: IntArray, right: IntArray) -> BoolArray:
        """Return which pairs of listings show one and the same further photo that few others show."""
        keys = np.minimum(left, right) * np.int64(len(self.main)) + np.maximum(left, right)
        shared = self._sharing
        found: BoolArray = np.zeros(len(keys), dtype=np.bool_)
        if len(shared):
            found = shared[np.searchsorted(shared, keys).clip(0, len(shared) - 1)] == keys
        return found

    @cached_property
    def _sharing(self) -> IntArray:
        """The pairs of listings that share a further photo, as sorted keys: the first's position times all, plus."""
        telling = self.usable if self.crowded is None else self.usable & ~self.crowded
        told = np.flatnonzero(telling[self.extra])
        size = np.int64(max(len(self.main), 1))
        photo, listing = np.divmod(sort_distinct([self.extra[told] * size + self.extra_listing[told]]), size)
        _, start, count = np.unique(photo, return_index=True, return_counts=True)
        found = [np.empty(0, dtype=np.int64)]
        for shown in range(2, SHOWN_BY + 1):
            first = start[count == shown]
            for a in range(shown):
                for b in range(a + 1, shown):
                    found.append(listing[first + a] * size + listing[first + b])
        return sort_distinct(found)

    @cached_property
    def memory(self) -> Memory:
        """What closer looks at pairs of these rows have found so far."""
        return Memory(self.contents, self.folder)

    @cached_property
    def _extras_by_listing(self) -> tuple[IntArray, IntArray]:
        order = np.argsort(self.extra_listing, kind="stable")
        return order, np.searchsorted(self.extra_listing[order], np.arange(len(self.main) + 1))


def join_photos(first: Photos, second: Photos) -> Photos:
    """Return the photos of two catalogues as those of one that holds the listings of ``first``, then of ``second``.

    Rows are not merged: the same content in both stands twice, at a distance of 0.
    """
    rows, listings, records = len(first), len(first.main), len(first.prints)
    return Photos(
        main=np.concatenate([first.main, np.where(second.main >= 0, second.main + rows, -1)]),
        extra=np.concatenate([first.extra, np.where(second.extra >= 0, second.extra + rows, -1)]),
        extra_listing=np.concatenate([first.extra_listing, second.extra_listing + listings]),
        phash=np.concatenate([first.phash, second.phash]),
        place=np.concatenate([first.place, np.where(second.place >= 0, second.place + records, -1)]),
        usable=np.concatenate([first.usable, second.usable]),
        prints=np.concatenate([first.prints, second.prints]),
    )


def merge_same(photos: Photos) -> Photos:
    """Return the photos with one row for all that hold the same; what is unusable in one is unusable in all."""
    shown = photos.phash.astype(object)
    for row in np.flatnonzero(photos.pictured).tolist():
        shown[row] = photos.prints[photos.place[row]].tobytes()
    first: dict[object, int] = {}
    owner = np.array([first.setdefault(content, row) for row, content in enumerate(shown)], dtype=np.int64)
    usable = np.ones(len(photos), dtype=np.bool_)
    np.logical_and.at(usable, owner, photos.usable)
    owner = np.append(owner, -1)
    return replace(photos, main=owner[photos.main], extra=owner[photos.extra], usable=usable[owner[:-1]])


def refuse_placeholders(catalog: Catalog, photos: Photos) -> Photos:
    """Mark as unusable the flat graphics that listings of quite different titles share as their main photo."""
    usable = photos.usable.copy()
    for row, words in list_graphics(catalog, photos).items():
        usable[row] &= not is_placeholder(len(words), frozenset.intersection(*words), min(map(len, words)))
    return replace(photos, usable=usable)


def list_graphics(catalog: Catalog, photos: Photos) -> dict[int, list[frozenset[str]]]:
    """Return the words of the titles that each flat graphic is the main photo of."""
    titles: dict[int, list[frozenset[str]]] = {}
    if not photos.prints["graphic"].any():
        return titles
    graphic = np.zeros(len(photos), dtype=np.bool_)
    graphic[photos.pictured] = photos.prints["graphic"][photos.place[photos.pictured]]
    users = np.flatnonzero((photos.main >= 0) & graphic[photos.main])
    for listing, title in zip(users, catalog.column("title")[users], strict=True):
        titles.setdefault(int(photos.main[listing]), []).append(frozenset(title.casefold().split()))
    return titles


def is_placeholder(users: int, common: frozenset[str], shortest: int) -> bool:
    """Return whether a flat graphic says nothing: so many titles use it, share these words, and the shortest has so
    many.
    """
    return users >= _SHARED_BY and 3 * len(common) <= shortest
