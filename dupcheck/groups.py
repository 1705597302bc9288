"""Findings → groups: listings that should be one, without chains.

Average linkage on the strength of pairs: two clusters join while the mean strength between their members is at least
one half, the strength at which a rule just holds. A pair whose differences the pack calls distinct (another model,
another brand) can never stand in one group.
"""

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np

from dupcheck.decisions import Settled
from dupcheck.features import Features
from dupcheck.files.arrays import connect, is_among, sort_distinct
from dupcheck.judging.verdicts import Findings, measure_strength
from dupcheck.model import BoolArray, FloatArray, Group, IntArray
from dupcheck.rules import RulePack

JOIN = 0.5
"""The mean strength at which two clusters still join: that of a pair which a rule just catches."""
LARGEST = 3_000
"""A component of more listings is first cut at its weakest pairs, so that its distances fit in memory."""
_MOST = 5_000_000
_NEVER = 1e6


def cluster_listings(
    features: Features, pack: RulePack, findings: Findings, settled: Settled | None = None
) -> tuple[IntArray, ...]:
    """Return the listing positions of each group: clusters of the pairs that «duplicate» rules caught.

    Pairs that the seller has ``settled`` otherwise never stand in one group.
    """
    caught = findings.duplicates
    parts = _split(len(features), caught.left, caught.right, caught.strength)
    if not parts:
        return ()
    clusters: list[IntArray] = []
    for some in _take_parts(parts):
        left, right, owner = _all_pairs(some)
        strength, contradict = measure_strength(features, pack, left, right)
        if settled is not None and settled.held:
            contradict = contradict | settled.part(left, right)
        distance = np.where(contradict, _NEVER, 1.0 - strength)
        told = None if features.learned is None else features.learned.is_told_one(left, right)
        ends = np.cumsum(np.bincount(owner, minlength=len(some)))
        for part, end in zip(some, ends, strict=True):
            size = len(part)
            mine = slice(end - size * (size - 1) // 2, end)
            own = distance[mine] if told is None else _hold_told(distance[mine], told[mine], size)
            clusters += [part[c] for c in _link(own, size)]
    return tuple(sorted(clusters, key=lambda c: int(c[0])))


def is_too_large(count: int) -> bool:
    """Return whether so many listings are more than one group holds."""
    return count > LARGEST


def _split(n: int, left: IntArray, right: IntArray, strength: FloatArray) -> list[IntArray]:
    """Return the connected components of two or more listings, each cut until it is no larger than LARGEST."""
    done: list[IntArray] = []
    label = connect(n, left, right)
    order = np.argsort(label, kind="stable")
    pieces = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    for piece in pieces:
        if len(piece) <= 1:
            continue
        if len(piece) <= LARGEST:
            done.append(np.sort(piece).astype(np.int64))
            continue
        inside = is_among(left, piece)
        kept = inside & (strength > np.quantile(strength[inside], 0.25))
        if kept.any():
            done += _split(n, left[kept], right[kept], strength[kept])
        else:  # equal strength throughout: plain copies, and any cut is as good as another
            done += [np.sort(piece[k : k + LARGEST]).astype(np.int64) for k in range(0, len(piece), LARGEST)]
    return done


def _take_parts(parts: Sequence[IntArray]) -> Iterator[Sequence[IntArray]]:
    """Give the components some at a time, so that no more than ``_MOST`` pairs, or those of one, are held at once."""
    some: list[IntArray] = []
    held = 0
    for part in parts:
        pairs = len(part) * (len(part) - 1) // 2
        if some and held + pairs > _MOST:
            yield some
            some, held = [], 0
        some.append(part)
        held += pairs
    if some:
        yield some


def _all_pairs(parts: Sequence[IntArray]) -> tuple[IntArray, IntArray, IntArray]:
    left, right, owner = [], [], []
    for k, part in enumerate(parts):
        i, j = np.triu_indices(len(part), 1)
        left.append(part[i])
        right.append(part[j])
        owner.append(np.full(len(i), k, dtype=np.int64))
    return np.concatenate(left), np.concatenate(right), np.concatenate(owner)


def _hold_told(distance: FloatArray, told: BoolArray, size: int) -> FloatArray:
    """The distances in a component where some pairs are ``told`` to be one product. A third listing is one with both or
    with neither: it is as far from both, half way from their mean to the nearer of them, for what says least of two
    tells least; and what contradicts one of them contradicts both.
    """
    if not told.any():
        return distance
    i, j = np.triu_indices(size, 1)
    label = connect(size, i[told], j[told])
    square = np.zeros((size, size))
    square[i, j] = square[j, i] = distance
    order, labels = np.argsort(label, kind="stable"), sort_distinct([label])
    start = np.searchsorted(label[order], labels)
    home = np.searchsorted(labels, label)
    sorted_square = square[order][:, order]
    many = np.diff([*start, size])
    mean = np.add.reduceat(np.add.reduceat(np.minimum(sorted_square, 1.0), start, axis=0), start, axis=1)
    mean /= np.outer(many, many)
    near = np.minimum.reduceat(np.minimum.reduceat(sorted_square, start, axis=0), start, axis=1)
    far = np.maximum.reduceat(np.maximum.reduceat(sorted_square, start, axis=0), start, axis=1)
    block = np.where(far >= _NEVER, _NEVER, (near + mean) / 2)
    np.fill_diagonal(block, 0.0)
    held: FloatArray = block[home[i], home[j]]
    return held


def _link(distance: FloatArray, size: int) -> list[IntArray]:
    """Cluster one component from its condensed distances; return the index arrays of clusters of two or more."""
    if distance.max() <= JOIN:
        return [np.arange(size)]
    from sklearn.cluster import AgglomerativeClustering  # a second, for those groups only that must be cut

    square = np.zeros((size, size))
    square[np.triu_indices(size, 1)] = distance
    square += square.T
    model = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=JOIN + 1e-9
    )
    label = model.fit_predict(square)
    found = (np.flatnonzero(label == k) for k in range(int(label.max()) + 1))
    return [members for members in found if len(members) > 1]


def name_group(ids: Sequence[str]) -> str:
    """Return a group's id: made from its members' ids alone, so it stays the same from run to run."""
    text = "\x1f".join(sorted(ids))
    return "G-" + hashlib.blake2b(text.encode(), digest_size=5).hexdigest()


def make_groups(
    features: Features, pack: RulePack, findings: Findings, settled: Settled | None = None
) -> tuple[tuple[Group, IntArray], ...]:
    """Return each group with the positions of its members, in catalogue order."""
    clusters = cluster_listings(features, pack, findings, settled)
    groups = describe_groups(features, pack, findings.duplicates, clusters)
    return tuple((g, members) for g, members in zip(groups, clusters, strict=True) if g is not None)


def describe_groups(
    features: Features, pack: RulePack, caught: Findings, clusters: Sequence[IntArray]
) -> list[Group | None]:
    """Return the group that each cluster is, with its weakest caught pair; None where no caught pair lies in it."""
    label = np.full(len(features), -1, dtype=np.int64)
    for k, members in enumerate(clusters):
        label[members] = k
    inside = np.flatnonzero((label[caught.left] == label[caught.right]) & (label[caught.left] >= 0))
    inside = inside[np.lexsort((inside, caught.strength[inside], label[caught.left[inside]]))]
    starts = np.searchsorted(label[caught.left[inside]], np.arange(len(clusters) + 1))
    groups: list[Group | None] = []
    for k, members in enumerate(clusters):
        pairs = inside[starts[k] : starts[k + 1]]
        if not len(pairs):  # in a crowd, two that no candidate pair joined can meet through others only
            groups.append(None)
            continue
        weakest = pairs[0]
        ids = tuple(str(i) for i in features.ids[members])
        groups.append(
            Group(
                group_id=name_group(ids),
                verdict="duplicate",
                rules=tuple(sorted({pack.rules[r].code for r in caught.rule[pairs]})),
                listings=ids,
                weakest=(str(features.ids[caught.left[weakest]]), str(features.ids[caught.right[weakest]])),
                weakest_rule=pack.rules[caught.rule[weakest]].code,
                strength=float(caught.strength[weakest]),
            )
        )
    return groups
