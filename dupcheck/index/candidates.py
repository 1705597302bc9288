"""Blocking: which pairs of listings are worth measuring, without comparing all of them.

Three ways propose pairs: the nearest titles (sparse top-k on weighted words; in a small catalogue on letters as well),
near photos (Hamming neighbours) and equal codes. Listings with the same core title are one row of the title search, so
a product in forty sizes does not crowd out its neighbours. Every bound that can lose a pair is counted and said.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

import numpy as np

from dupcheck.features import Features
from dupcheck.files.arrays import Members, Rows, group_items, group_rows, sort_distinct
from dupcheck.index.titles import keep_telling, match_few, match_titles
from dupcheck.messages import Message, message
from dupcheck.model import BoolArray, Catalog, IntArray
from dupcheck.photos.neighbours import find_alike
from dupcheck.photos.table import Photos
from dupcheck.photos.verification import Worth
from dupcheck.rules import RulePack
from dupcheck.run import Search, choose_search

MANY = 250
"""So many pairs of listings under two photos are not asked one by one whether the photos matter."""


@dataclass(frozen=True)
class Candidates:
    """Pairs worth measuring: two arrays of listing positions, ``left < right``, each pair once, sorted."""

    left: IntArray
    right: IntArray
    proposed_by: Mapping[str, int]
    may_miss: tuple[Message, ...]

    def __len__(self) -> int:
        return len(self.left)


def find_candidates(
    features: Features, search: Search | None = None, worth: Worth | None = None, *, photos: bool = True,
    spelled: Callable[[], Rows] | None = None,
) -> Candidates:  # fmt: skip
    """Propose the pairs of listings that may be duplicates, by their ``photos`` as well or without them; how far the
    ``search`` looks, where it is not told, goes by how many listings there are.

    ``worth`` says of pairs of listings whether it matters what their photos show; the photos of others are not looked
    at. ``spelled`` gives the sequences of signs of each title: a wide search goes by them as well.
    """
    n = len(features)
    search = search or choose_search(n)
    ways: dict[str, Callable[[Features, list[Message], Search], IntArray]] = {
        "title": partial(_pair_titles, spelled=spelled),
        "image": partial(_pair_photos, worth=worth),
        "codes": _pair_codes,
    }
    if not photos:
        del ways["image"]
    misses: dict[str, list[Message]] = {name: [] for name in ways}
    from concurrent.futures import ThreadPoolExecutor  # only where there is much to do

    with ThreadPoolExecutor(max(features.jobs, 1)) as pool:  # NumPy lets go of Python's lock
        tasks = {name: pool.submit(way, features, misses[name], search) for name, way in ways.items()}
        proposed = {name: task.result() for name, task in tasks.items()}
    keys = sort_distinct([*proposed.values()])
    return Candidates(
        left=keys // n if n else keys,
        right=keys % n if n else keys,
        proposed_by={name: len(found) for name, found in proposed.items()},
        may_miss=(
            tell_nearest(search, spelled is not None),
            *chain(*misses.values()),
        ),
    )


def tell_nearest(search: Search, spelled: bool) -> Message:
    """Return what the search for the nearest titles may miss; ``spelled``: by letters as well, where it is wide."""
    k, letters, floor = search.nearest, search.spelled, round(100 * search.likeness)
    if spelled and letters:
        return message("audit.may_miss_titles_spelled", k=k, letters=letters, floor=floor)
    return message("audit.may_miss_titles", k=k, floor=floor)


def _pair_titles(
    features: Features, misses: list[Message], search: Search, spelled: Callable[[], Rows] | None = None
) -> IntArray:
    """Pairs of listings whose core titles are the same or among each other's nearest, by words or by letters."""
    members = group_rows(features.title)
    titles = features.title.take(members.items[members.start[:-1]])
    held = titles.count_columns()
    common = int((held > search.common_word).sum())
    if common:
        misses.append(message("audit.may_miss_words", words=common, titles=search.common_word, rarest=search.rarest))
    telling = keep_telling(titles, held, search)
    found = [
        pair_within(members, len(features), misses, "title", search),
        _pair_nearest(members, telling, len(features), features.jobs, search),
    ]
    if spelled is not None and search.spelled:
        found.append(pair_spelled(spelled(), features.jobs, search))
    return sort_distinct(found)


def pair_spelled(spelled: Rows, jobs: int, search: Search) -> IntArray:
    """Pairs of listings, as keys ``left * n + right``, whose titles are nearest in their letters; the rarer a sequence
    of signs, the more it tells.
    """
    members = group_rows(spelled)
    held = spelled.count_columns()
    few = spelled.take(members.items[members.start[:-1]])
    rarity = np.log((1 + len(spelled)) / (1 + held))
    weighed = replace(few, weights=rarity[few.items].astype(np.float32))
    return _pair_nearest(members, weighed, len(spelled), jobs, replace(search, nearest=search.spelled))


def _pair_nearest(members: Members, titles: Rows, n: int, jobs: int, search: Search) -> IntArray:
    """Pairs of ``n`` listings whose titles, of which each is that of some ``members``, are among each other's
    nearest.
    """
    if len(titles) <= search.small:
        row, col = match_few(titles, search)
    else:
        near = match_titles(titles, jobs, search)
        row, col = near.row.astype(np.int64), near.col.astype(np.int64)
    apart, mirrored = row < col, row > col
    a, b = np.concatenate([row[apart], col[mirrored]]), np.concatenate([col[apart], row[mirrored]])
    distinct = max(len(members.sizes), 1)
    keys = sort_distinct([a * distinct + b])
    return _pair_groups(members, keys // distinct, keys % distinct, n, search)


def _pair_photos(features: Features, misses: list[Message], search: Search, worth: Worth | None) -> IntArray:
    """Pairs of listings of which one shows a photo of what the other's shows, from the same side."""
    photos = features.photos
    listing = np.concatenate([np.flatnonzero(photos.main >= 0), photos.extra_listing])
    photo = np.concatenate([photos.main[photos.main >= 0], photos.extra])
    used = photo >= 0
    members = group_items(photo[used], listing[used], len(photos))
    ask = None if worth is None else _ask_listings(photos, photo[used], listing[used], worth)
    left, right = find_alike(photos, features.jobs, ask, misses=misses)
    n = len(features)
    within = pair_within(members, n, misses, "image", search)
    return sort_distinct([within, _pair_groups(members, left, right, n, search)])


def _ask_listings(photos: Photos, photo: IntArray, listing: IntArray, worth: Worth) -> Worth:
    """Return what says of pairs of photos whether it is worth it for any two listings that show them or their like."""
    members = group_items(photos.stand_in[photo], listing, len(photos))

    def ask(first: IntArray, second: IntArray) -> BoolArray:
        asked: BoolArray = members.sizes[first] * members.sizes[second] > MANY
        few = np.flatnonzero(~asked)
        owner, i, j = _cross_groups(members, first[few], second[few], MANY)
        told = (i != j) & worth(i, j)
        asked[few[owner[told]]] = True
        return asked

    return ask


def _pair_codes(features: Features, misses: list[Message], search: Search) -> IntArray:
    """Pairs of listings that share a code."""
    return pair_within(features.codes.list_columns(), len(features), misses, "codes", search)


def pair_within(members: Members, n: int, misses: list[Message], way: str, search: Search) -> IntArray:
    """Every pair inside each group, as keys ``left * n + right``; in a crowd only near neighbours in order."""
    sizes = members.sizes
    found = [np.empty(0, dtype=np.int64)]
    position = np.arange(len(members.items)) - np.repeat(members.start[:-1], sizes)
    left_in_group = np.repeat(sizes, sizes) - position - 1
    for step in range(1, min(int(sizes.max(initial=0)), search.crowd + 1)):
        at = np.flatnonzero(left_in_group >= step)
        found.append(_keys(members.items[at], members.items[at + step], n))
    crowds = int((sizes > search.crowd + 1).sum())
    if crowds:
        misses.append(message(f"audit.may_miss_crowd_{way}", crowds=crowds, size=search.crowd))
    return sort_distinct(found)


def _pair_groups(members: Members, a: IntArray, b: IntArray, n: int, search: Search) -> IntArray:
    """Every pair across two groups, for each pair of groups; of a crowd the first members only."""
    _, i, j = _cross_groups(members, a, b, search.crowd)
    return _keys(i, j, n)


def _cross_groups(members: Members, a: IntArray, b: IntArray, most: int) -> tuple[IntArray, IntArray, IntArray]:
    """Return for each pair of groups each pair across them, of at most so many first members: whose it is, and both."""
    if not len(a):
        none = np.empty(0, dtype=np.int64)
        return none, none, none
    sizes = np.minimum(members.sizes, most)
    count = sizes[a] * sizes[b]
    owner = np.repeat(np.arange(len(a)), count)
    rank = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    width = sizes[b][owner]
    i = members.items[members.start[a[owner]] + rank // np.maximum(width, 1)]
    j = members.items[members.start[b[owner]] + rank % np.maximum(width, 1)]
    return owner, i, j


def _keys(i: IntArray, j: IntArray, n: int) -> IntArray:
    apart = i != j
    keys: IntArray = np.minimum(i, j)[apart] * n + np.maximum(i, j)[apart]
    return keys


def keep_same_seller(candidates: Candidates, pack: RulePack, catalog: Catalog) -> Candidates:
    """Leave out pairs of listings whose shops the pack takes for different sellers."""
    seller = pack.number_sellers(catalog.column("shop").tolist())
    if seller is None:
        return candidates
    same = seller[candidates.left] == seller[candidates.right]
    return replace(candidates, left=candidates.left[same], right=candidates.right[same])
