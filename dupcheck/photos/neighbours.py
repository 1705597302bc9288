"""Which rows might be one photo, without comparing all of them."""

import numpy as np

from dupcheck.files.arrays import sort_distinct
from dupcheck.messages import Message, message
from dupcheck.model import BoolArray, IntArray
from dupcheck.photos.hamming import join_hashes
from dupcheck.photos.suspicion import PLAIN, SHARED_BY, keep_telling, list_hashes, suspect
from dupcheck.photos.table import Photos
from dupcheck.photos.verification import Worth, see_alike
from dupcheck.run import SEARCH

_MANY = 12_000
"""Pictures from which on less is suspected, so that suspicions grow as pictures do."""


def find_alike(
    photos: Photos,
    jobs: int = 1,
    worth: Worth | None = None,
    among: BoolArray | None = None,
    misses: list[Message] | None = None,
) -> tuple[IntArray, IntArray]:
    """Return pairs of photo rows, ``i < j``, each once and sorted, that show one thing from one side, or may do so.

    What was held against one another before, and kept, is not looked at again. ``worth`` says of pairs of rows that
    stand for others, too (``Photos.stand_in``), whether it matters what they show: the others are left out, and asked
    about again the next time. Of two rows one at least is ``among`` these, or has the same picture as one of them.
    ``misses`` is told what may be missed.
    """
    with photos.memory.hold():
        first, second = _find_alike(photos, jobs, worth, among, misses)
    return _sort_pairs(*_add_copies(photos, first, second), len(photos))


def _find_alike(
    photos: Photos, jobs: int, worth: Worth | None, among: BoolArray | None, misses: list[Message] | None
) -> tuple[IntArray, IntArray]:
    alone = photos.stand_in == np.arange(len(photos))
    held = photos.usable & photos.pictured & alone
    pictured = np.flatnonzero(held)
    way = f"{SEARCH.photo_bits}:{choose_blocks(len(pictured))}"
    met, one, other = photos.memory.recall_circle(pictured, way)
    new = photos.usable & alone
    new[pictured[met]] = False
    if among is not None:
        asked = np.zeros(len(photos), dtype=np.bool_)
        asked[photos.stand_in[among]] = True
        new &= asked
    crowded = np.zeros(len(photos), dtype=np.bool_)
    crowded[pictured[one[one == other]]] = True
    first, second = find_neighbours(photos, new, np.flatnonzero(alone), crowded)
    waiting = int((one > other).sum())
    one, other = one[one != other], other[one != other]
    first = np.concatenate([first, pictured[np.minimum(one, other)]])
    second = np.concatenate([second, pictured[np.maximum(one, other)]])
    alike, unseen = see_alike(photos, first, second, jobs, worth)
    if among is None and (not met.all() or unseen.sum() < waiting):
        place = np.cumsum(held) - 1
        known = np.flatnonzero((alike | unseen) & photos.pictured[first] & photos.pictured[second])
        ends = place[np.stack([first[known], second[known]])]
        ends[:, unseen[known]] = ends[::-1, unseen[known]]
        itself = place[np.flatnonzero(crowded & held)]
        photos.memory.keep_circle(pictured, way, *(np.append(side, itself) for side in ends))
    if misses is not None and crowded.any():
        misses.append(message("audit.may_miss_outlines", count=int(crowded.sum()), others=SHARED_BY))
    return first[alike], second[alike]


def find_neighbours(
    photos: Photos, new: BoolArray | None = None, rows: IntArray | None = None, crowded: BoolArray | None = None
) -> tuple[IntArray, IntArray]:
    """Return pairs of photo rows, ``i < j``, each once and sorted, that might be one photo.

    A pair is proposed when some part of the one (whole, mirrored, a half …) lies to some part of the other within
    ``SEARCH.photo_bits``, and as near as that combination of parts, and what others show, is telling. Rows known by
    their catalogue hash alone are proposed by the plain hash. Of each pair at least one row must be ``new``, and both
    among ``rows``. ``crowded`` (photos,) is set for those that lose neighbours because many share their outline.
    """
    new = photos.usable if new is None else new
    if not new.any():
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    rows = np.arange(len(photos)) if rows is None else rows
    hashes, owner, kind = list_hashes(photos, rows)
    owner = rows[owner]
    plain = kind == PLAIN
    if not (new & photos.pictured).any():
        hashes, owner, kind = hashes[plain], owner[plain], kind[plain]
    elif photos.pictured[owner].all():  # of pictures the other hashes tell more
        hashes, owner, kind = hashes[~plain], owner[~plain], kind[~plain]
    pictures = int((photos.usable & photos.pictured).sum())
    i, j = join_hashes(hashes, SEARCH.photo_bits, choose_blocks(pictures))
    near = owner[i] != owner[j]
    near &= suspect(hashes[i], kind[i], hashes[j], kind[j], among_many=are_many(pictures))
    i, j = i[near], j[near]
    telling = keep_telling(hashes, kind, i, j)
    if crowded is not None:
        crowded[owner[i[~telling]]] = crowded[owner[j[~telling]]] = True
    told = (new[owner[i]] | new[owner[j]]) & telling
    i, j = i[told], j[told]
    spoken_for = (kind[i] == PLAIN) & photos.pictured[owner[i]] & photos.pictured[owner[j]]
    return _sort_pairs(owner[i[~spoken_for]], owner[j[~spoken_for]], len(photos))


def _add_copies(photos: Photos, first: IntArray, second: IntArray) -> tuple[IntArray, IntArray]:
    """Add to pairs of rows what one picture saved many times is to its like, and to what each of them is alike.

    Of more than ``SEARCH.crowd`` copies each is paired with so many next ones, and with others the first ones are.
    """
    order = np.lexsort((photos.rank, photos.stand_in))
    stand_in = photos.stand_in[order]
    firsts, seconds = [], []
    for step in range(1, SEARCH.crowd + 1):
        at = np.flatnonzero(stand_in[:-step] == stand_in[step:])
        if not len(at):
            break
        firsts.append(order[at])
        seconds.append(order[at + step])
    start = np.searchsorted(stand_in, np.arange(len(photos) + 1))
    sizes = np.minimum(np.diff(start), SEARCH.crowd)
    count = sizes[first] * sizes[second]
    pair = np.repeat(np.arange(len(first)), count)
    rank = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    width = sizes[second][pair]
    firsts.append(order[start[first[pair]] + rank // width])
    seconds.append(order[start[second[pair]] + rank % width])
    return np.concatenate(firsts), np.concatenate(seconds)


def are_many(pictures: int) -> bool:
    """Return whether so many pictures are so many that less is suspected of each two."""
    return pictures > _MANY


def choose_blocks(pictures: int) -> int:
    """Return into how many blocks the hashes of so many pictures are cut: into longer ones where there are many."""
    return 7 if are_many(pictures) else 8


def _sort_pairs(first: IntArray, second: IntArray, rows: int) -> tuple[IntArray, IntArray]:
    size = max(rows, 1)
    keys = sort_distinct([np.minimum(first, second) * np.int64(size) + np.maximum(first, second)])
    return keys // size, keys % size
