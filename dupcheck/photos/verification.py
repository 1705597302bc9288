"""Two photo rows → how far apart they are, in bits of 64, decided on aligned thumbnails.

Hashes of parts and of mirrored parts only raise a suspicion, and say which part of the one picture might be which part
of the other. From there the thumbnails are aligned (inverse-compositional Lucas-Kanade with robust weights: Baker,
Matthews: Lucas-Kanade 20 Years On, 2004) and compared block by block: a seller's badge, banner or inset spoils a few
neighbouring blocks at the rim, another product spoils blocks everywhere, another colour spoils none.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from dupcheck.model import BoolArray, FloatArray, IntArray
from dupcheck.photos.alignment import Aligned, Fit, align, turn_round
from dupcheck.photos.blocks import CLEAR_BITS, Looks, compare_blocks, find_clear, find_plain, join_looks
from dupcheck.photos.layouts import agree_in_colors
from dupcheck.photos.records import ALTERED, LOOK
from dupcheck.photos.suspicion import RADIUS, WHOLE, choose_doubtful, measure_nearest, place_parts
from dupcheck.photos.table import Photos
from dupcheck.photos.threads import one_thread_each

SAME = 8.0
"""The distance, in bits, up to which two photos are one."""
COMPARABLE = 14.0
"""The distance up to which two photos show one thing from one side, so that their colours can be held together."""
DIFFERENT = 16.0
"""The least distance of two pictures that no hash suspects."""
RECOLORED = 0.05
"""The share of a photo's blocks from which on a change of colour is one."""

Worth = Callable[[IntArray, IntArray], BoolArray]
"""Says of pairs of rows whether it matters what their pictures show."""

_CHUNK = 50_000  # pairs whose hashes are compared at a time, and pairs that are looked at
_PAIRS, _LOOKS = 2048, 256  # pairs whose colours are held against each other at a time, and that are aligned
_TRIES, _WORTH_TRYING = 5, 12  # combinations of parts that are tried at most, and the bits between them at most
_TELLING = 4  # bits between the nearest hashes of a photo that nothing was laid over
_VERY_NEAR = 4  # bits between the hashes of two whole pictures that speak for themselves


def compare_photos(photos: Photos, left: IntArray, right: IntArray) -> FloatArray:
    """Return the distance of each pair of photo rows in bits of 64; NaN where a row is -1 or says nothing.

    0 for one and the same content; up to ``SAME`` it is the same photo, whatever was done to it. Two rows of which one
    is known by its hash alone are compared by the plain hash.
    """
    result = np.full(len(left), np.nan)
    at = np.flatnonzero(_can_tell(photos, left, right))
    if not len(at):  # a plan asks pair by pair, and few catalogues have every photo
        return result
    first, second, place = _distinct(photos, left[at], right[at])
    bits = np.empty(len(first))
    for begin in range(0, len(first), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        bits[part] = _measure_distance(photos, first[part], second[part])
    result[at] = bits[place]
    return result


def compare_colors(photos: Photos, left: IntArray, right: IntArray) -> FloatArray:
    """Return how far apart the colours of each pair of rows are, in ΔE (CIE 1976, of a* and b*).

    It is that of the blocks that changed most, an eighth of those that can be held against each other, so that a
    background that stayed does not dilute it. NaN where a picture is missing or the two do not show one thing from one
    side: then no block has a counterpart.
    """
    result = np.full(len(left), np.nan)
    known = _can_tell(photos, left, right)
    known[known] = photos.pictured[left[known]] & photos.pictured[right[known]]
    at = np.flatnonzero(known)
    first, second, place = _distinct(photos, left[at], right[at])
    difference = np.empty(len(first))
    for begin in range(0, len(first), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        bits, color = _look_once(photos, first[part], second[part])
        difference[part] = np.where(bits <= COMPARABLE, color, np.nan)
    difference[first == second] = 0.0
    result[at] = difference[place]
    return result


def _distinct(photos: Photos, left: IntArray, right: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """The distinct pairs of rows, arranged, and each pair's place among them: many listings share a photo."""
    first, second = _arrange(photos, left, right)
    keys, place = np.unique(first * np.int64(len(photos)) + second, return_inverse=True)
    return keys // max(len(photos), 1), keys % max(len(photos), 1), place.astype(np.int64)


def _arrange(photos: Photos, left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
    """Put each pair in an order that depends on what the two show, not on where they stand."""
    swap = photos.rank[left] > photos.rank[right]
    return np.where(swap, right, left), np.where(swap, left, right)


def _can_tell(photos: Photos, left: IntArray, right: IntArray) -> BoolArray:
    known: BoolArray = (left >= 0) & (right >= 0)
    known[known] = photos.usable[left[known]] & photos.usable[right[known]]
    return known


def _measure_distance(photos: Photos, first: IntArray, second: IntArray) -> FloatArray:
    bits: FloatArray = np.bitwise_count(photos.phash[first] ^ photos.phash[second]).astype(np.float64)
    both = np.flatnonzero(photos.pictured[first] & photos.pictured[second] & (first != second))
    looked, _ = _look_once(photos, first[both], second[both])
    bits[both] = np.where(np.isnan(looked), np.maximum(bits[both], DIFFERENT), looked)
    bits[first == second] = 0.0
    return bits


def _look_once(photos: Photos, first: IntArray, second: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return bits and ΔE of the pairs that some hash suspects, NaN for the others; what was looked at is remembered."""
    bits, color = np.full(len(first), np.nan), np.full(len(first), np.nan)
    if not len(first):
        return bits, color
    nearest = measure_nearest(photos, first, second)
    at = np.flatnonzero((nearest <= RADIUS).any(axis=1) & (first != second))
    keys = first[at] * np.int64(len(photos)) + second[at]
    known, facts = photos.memory.recall(keys)
    bits[at[known]], color[at[known]] = facts["bits"], facts["color"]
    new = at[~known]
    if len(new):
        with one_thread_each():
            facts = _find_facts(photos, first[new], second[new], nearest[new])
        bits[new], color[new] = facts["bits"], facts["color"]
        photos.memory.remember(keys[~known], facts)
    return bits, color


def _find_facts(
    photos: Photos, first: IntArray, second: IntArray, nearest: npt.NDArray[np.uint8]
) -> npt.NDArray[np.void]:
    looks = look_closely(photos, first, second, nearest)
    same = _is_same_print(photos, first, second)
    facts = np.zeros(len(first), dtype=LOOK)
    facts["bits"], facts["color"] = np.where(same, 0.0, looks.bits), np.where(same, 0.0, looks.color)
    near = facts["bits"] <= COMPARABLE
    for name in ALTERED.names or ():
        facts["altered"][name][near] = getattr(looks, name)[near]
    return facts


def see_alike(
    photos: Photos, first: IntArray, second: IntArray, jobs: int = 1, worth: Worth | None = None
) -> tuple[BoolArray, BoolArray]:
    """Return which pairs of neighbours show one thing from one side, and which were not looked at for being not worth
    it; what is known by its hash alone is taken for alike.

    Only what is alike is remembered: of all others it is enough to know that they were held against one another.
    """
    from concurrent.futures import ThreadPoolExecutor  # only where there is much to do

    alike = ~(photos.pictured[first] & photos.pictured[second])
    at = np.flatnonzero(~alike)
    one, other = _arrange(photos, first[at], second[at])
    keys = one * np.int64(len(photos)) + other
    known, facts = photos.memory.recall(keys)
    alike[at[known]] = facts["bits"] <= COMPARABLE
    new = np.flatnonzero(~known)
    unseen = np.zeros(len(first), dtype=np.bool_)
    if not len(new):
        return alike, unseen

    def choose(part: IntArray) -> tuple[IntArray, npt.NDArray[np.uint8]]:
        nearest = measure_nearest(photos, one[part], other[part])
        hopeful = np.flatnonzero(_glance_at_colors(photos, one[part], other[part], nearest))
        if worth is not None:
            asked = worth(one[part[hopeful]], other[part[hopeful]])
            unseen[at[part[hopeful[~asked]]]] = True
            hopeful = hopeful[asked]
        return part[hopeful], nearest[hopeful]

    def look(part: IntArray) -> npt.NDArray[np.void]:
        return _find_facts(photos, one[hopeful[part]], other[hopeful[part]], nearest[part])

    with one_thread_each(), ThreadPoolExecutor(max(jobs, 1)) as pool:  # NumPy and OpenCV let go of Python's lock
        chosen = list(pool.map(choose, _cut(new, _PAIRS)))
        hopeful, nearest = (np.concatenate(column) for column in zip(*chosen, strict=True))
        parts = _cut(np.arange(len(hopeful)), _LOOKS)
        for part, found in zip(parts, pool.map(look, parts), strict=True):
            near = found["bits"] <= COMPARABLE
            alike[at[hopeful[part]]] = near
            photos.memory.remember(keys[hopeful[part[near]]], found[near])
    return alike, unseen


def _cut(rows: IntArray, size: int) -> list[IntArray]:
    return [rows[k : k + size] for k in range(0, len(rows), size)]


def _is_same_print(photos: Photos, first: IntArray, second: IntArray) -> BoolArray:
    """Whether two rows hold one picture: files that differ in nothing that is seen, or two tables joined."""
    a, b = photos.prints[photos.place[first]], photos.prints[photos.place[second]]
    same: BoolArray = np.all(a["views"] == b["views"], axis=1)
    for name in ("light", "chroma"):
        same &= np.all((a[name] == b[name]).reshape(len(a), -1), axis=1)
    return same


def find_alterations(photos: Photos, first: IntArray, second: IntArray) -> tuple[IntArray, npt.NDArray[np.void]]:
    """Return the positions of the pairs of rows that show one thing from one side, and what sets each apart.

    The facts (``ALTERED``) lead from ``first`` to ``second``: ``placing`` and ``colors`` do. Of one and the same row,
    and of what cannot be told, there is nothing to say.
    """
    at = np.flatnonzero(_can_tell(photos, first, second) & (first != second))
    at = at[photos.pictured[first[at]] & photos.pictured[second[at]]]
    one, other = _arrange(photos, first[at], second[at])
    bits, _ = _look_once(photos, one, other)
    near = bits <= COMPARABLE
    at, one, other = at[near], one[near], other[near]
    facts = photos.memory.recall(one * np.int64(len(photos)) + other)[1]["altered"].copy()
    back = np.flatnonzero(one != first[at])
    maps = np.broadcast_to(np.eye(3), (len(back), 3, 3)).copy()
    maps[:, :2] = facts["placing"][back]
    facts["placing"][back] = np.linalg.inv(maps)[:, :2]
    facts["colors"][back] = facts["colors"][back][:, ::-1]
    return at, facts


def look_closely(photos: Photos, first: IntArray, second: IntArray, nearest: npt.NDArray[np.uint8]) -> Looks:
    """Align the thumbnails of pairs of rows, starting from the nearest combinations of parts, and compare them."""
    parts = _cut(np.arange(len(first)), _LOOKS) or [np.arange(0)]
    return join_looks([_look(photos, first[part], second[part], nearest[part]) for part in parts])


def _look(photos: Photos, first: IntArray, second: IntArray, nearest: npt.NDArray[np.uint8]) -> Looks:
    pairs, prints = len(first), photos.prints
    left = np.flatnonzero(_glance_at_colors(photos, first, second, nearest))
    one, other, nearest = photos.place[first[left]], photos.place[second[left]], nearest[left]
    clear, glances = _glance(prints, one, other, nearest)
    at, hard = left[clear], np.setdiff1d(np.arange(len(left)), clear, assume_unique=True)
    one, other, nearest, left = one[hard], other[hard], nearest[hard], left[hard]
    order = np.argsort(nearest, axis=1, kind="stable")[:, :_TRIES]
    pair, rank = np.nonzero(np.take_along_axis(nearest, order, axis=1) <= _WORTH_TRYING)
    tries = place_parts(prints, one[pair], other[pair], order[pair, rank])
    aligned = align(prints["light"], one, other, pair, tries)
    held, found = _compare_fits(prints, one, other, aligned, nearest)
    return join_looks([glances, found]).spread(np.append(at, left[held]), pairs)


def _glance_at_colors(photos: Photos, first: IntArray, second: IntArray, nearest: npt.NDArray[np.uint8]) -> BoolArray:
    """Return which pairs are suspected by strong evidence, or have the same colours in the same places."""
    hopeful = np.ones(len(first), dtype=np.bool_)
    doubtful = np.flatnonzero(choose_doubtful(nearest))
    one, other = photos.place[first[doubtful]], photos.place[second[doubtful]]
    maps = place_parts(photos.prints, one, other, nearest[doubtful].argmin(axis=1))
    hopeful[doubtful] = agree_in_colors(photos.layouts, one, other, maps)
    return hopeful


def _compare_fits(
    prints: npt.NDArray[np.void], one: IntArray, other: IntArray, aligned: Aligned, nearest: npt.NDArray[np.uint8]
) -> tuple[IntArray, Looks]:
    """Return the positions of the pairs that fit in some way, and of each the look under the map that suits it best.

    What is clear as it lies roughly is not aligned any further.
    """
    parts, bits = list[Looks](), np.full(len(one), 64.0)

    def compare(fit: Fit) -> Looks:
        found = compare_blocks(
            prints, one[fit.pair], other[fit.pair], fit.maps, fit.turned, _is_whole_near(nearest[fit.pair])
        )
        bits[fit.pair] = np.minimum(bits[fit.pair], found.bits)
        parts.append(found)
        return found

    rough = compare(aligned.rough)
    fine = aligned.refine(np.setdiff1d(np.arange(len(rough.bits)), find_plain(rough), assume_unique=True))
    compare(fine)
    begun = aligned.begun.take(np.flatnonzero(bits[aligned.begun.pair] > CLEAR_BITS))
    compare(begun)
    pair, looks = np.concatenate([aligned.rough.pair, fine.pair, begun.pair]), join_looks(parts)
    order = np.lexsort((looks.bits, pair))
    best = order[np.append(True, pair[order][1:] != pair[order][:-1])[: len(order)]]
    return pair[best], looks.take(best)


def _glance(
    prints: npt.NDArray[np.void], one: IntArray, other: IntArray, nearest: npt.NDArray[np.uint8]
) -> tuple[IntArray, Looks]:
    """Return the positions of pairs that need not be aligned, and their looks.

    Saved anew, made smaller, brighter, mirrored or put in a frame, a photo lies on the other where the hashes say.
    """
    at = np.flatnonzero(nearest.min(axis=1) <= _TELLING)
    one, other, nearest = one[at], other[at], nearest[at]
    _, _, maps, turned = turn_round(one, other, place_parts(prints, one, other, nearest.argmin(axis=1)))
    whole_near = _is_whole_near(nearest)
    looks = compare_blocks(prints, one, other, maps, turned, whole_near, inked=False)
    clear = np.union1d(find_clear(looks, whole_near), find_plain(looks))
    return at[clear], looks.take(clear)


def _is_whole_near(nearest: npt.NDArray[np.uint8]) -> BoolArray:
    near: BoolArray = nearest[:, WHOLE].min(axis=1) <= _VERY_NEAR
    return near
