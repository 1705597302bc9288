"""Clusters → groups and their plans: each cluster is parted, and what has a name of its own is a group of its own."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

import numpy as np

from dupcheck.features import Features
from dupcheck.files.forks import share_work
from dupcheck.groups import JOIN, describe_groups, name_group
from dupcheck.judging.likely import Likely
from dupcheck.judging.verdicts import Findings
from dupcheck.learned.answers import Replies
from dupcheck.model import Catalog, Group, IntArray, Plan, Reply
from dupcheck.plans.mixture import Own
from dupcheck.plans.neighbours import Apart, ask_neighbours
from dupcheck.plans.offers import Shelf
from dupcheck.plans.parts import FEW, MOST_PARTS, Bookkeeper, Gap, Part
from dupcheck.plans.planner import Planner, Ties, find_ties
from dupcheck.plans.questions import count_settled
from dupcheck.plans.ranking import rank_group
from dupcheck.rules import RulePack

T = TypeVar("T")
COMMON = 3
"""In so many clusters two words stand for each other that are no product's name."""


def make_plans(
    catalog: Catalog,
    features: Features,
    pack: RulePack,
    findings: Findings,
    clusters: Sequence[IntArray],
    *,
    drafts: frozenset[int] = frozenset(),
    answers: Mapping[str, Reply] | Replies | None = None,
    preferred: frozenset[int] = frozenset(),
    likely: Likely | None = None,
    part: Apart | None = None,
) -> tuple[tuple[tuple[Group, IntArray], ...], tuple[Plan, ...]]:
    """Return groups and a plan for each, in the clusters' order. A listing among ``drafts`` is kept only if all members
    are, one that is ``preferred`` before all others; ``answers`` are the seller's, by kind of question. Listings in no
    cluster that are ``likely`` to be one with a member of one are asked about there, but those that the seller keeps
    apart, as ``part`` says.

    A cluster whose parts are several listings each is as many groups: what keeps them apart is not accounted for.
    """
    books = Bookkeeper(Shelf(catalog, features, preferred), answers, findings)
    read = _part_all(books, pack, clusters, drafts)
    named = Counter(kind for parts, _ in read for kind in list_names(parts))
    common = frozenset(kind for kind, n in named.items() if n >= COMMON)
    kept = _draw_plans(books, features, pack, findings.duplicates, read, common, drafts, likely, part)
    return tuple((group, members) for group, members, _ in kept), count_settled([plan for *_, plan in kept])


def part_clusters(
    catalog: Catalog, features: Features, pack: RulePack, clusters: Sequence[IntArray]
) -> list[list[Part]]:
    """Return the parts of each of some clusters, the main one first: what the next steps of :func:`make_plans` take."""
    books = Bookkeeper(Shelf(catalog, features))
    return [_part(books, pack, members.tolist(), frozenset())[0] for members in clusters]


def list_names(parts: Sequence[Part]) -> set[str]:
    """Return the kinds of the gaps between two names that part a cluster."""
    return {part.gap.kind for part in parts if part.gap is not None and part.gap.what == "names"}


def arrange_groups(
    catalog: Catalog, features: Features, pack: RulePack, clusters: Sequence[list[Part]], common: frozenset[str]
) -> list[list[Part]]:
    """Return the groups that some clusters are, as their parts, before anything that is likely stands beside them."""
    books = Bookkeeper(Shelf(catalog, features))
    return [group for parts in clusters for group in _arrange(books, parts, _offer(books, pack, parts), common)]


def draw_plans(
    catalog: Catalog,
    features: Features,
    pack: RulePack,
    findings: Findings,
    clusters: Sequence[list[Part]],
    common: frozenset[str],
    likely: Likely,
) -> list[tuple[Group, IntArray, Plan]]:
    """Return what :func:`make_plans` does for some clusters of a catalogue, of which the parts are known, and what is
    ``common`` in all of it; how many listings wait for one answer is still to be counted.
    """
    books = Bookkeeper(Shelf(catalog, features), caught=findings)
    read = [(parts, _offer(books, pack, parts)) for parts in clusters]
    return _draw_plans(books, features, pack, findings.duplicates, read, common, frozenset(), likely)


def _offer(books: Bookkeeper, pack: RulePack, parts: Sequence[Part]) -> Own:
    """What each listing of a cluster offers; nothing of one that is not parted, where nobody asks."""
    if len(parts) == 1:
        return {}
    return rank_group(books.shelf, pack, sorted(m for part in parts for m in part.members))


def _draw_plans(
    books: Bookkeeper,
    features: Features,
    pack: RulePack,
    caught: Findings,
    read: Sequence[tuple[list[Part], Own]],
    common: frozenset[str],
    drafts: frozenset[int],
    likely: Likely | None,
    part: Apart | None = None,
) -> list[tuple[Group, IntArray, Plan]]:
    parted = [piece for parts, own in read for piece in _arrange(books, parts, own, common)]
    parted, ties = (parted, {}) if likely is None else ask_neighbours(books, parted, likely, caught, part)
    pieces = [np.array(sorted(m for part in piece for m in part.members)) for piece in parted]
    described = [
        group or _name_likely(books.shelf, members.tolist(), ties)
        for group, members in zip(describe_groups(features, pack, caught, pieces), pieces, strict=True)
    ]
    kept = [(g, m, p) for g, m, p in zip(described, pieces, parted, strict=True) if g is not None]
    label = np.full(len(features), -1, dtype=np.int64)
    for k, (_, members, _) in enumerate(kept):
        label[members] = k
    inside = np.flatnonzero((label[caught.left] == label[caught.right]) & (label[caught.left] >= 0))
    ties = find_ties(features, caught, inside) | ties
    offered = {min(own): own for _, own in read if own}
    return _plan_all(books, pack, kept, drafts, ties, offered)


_PIECE = 50
"""Clusters, or groups, that one of several processes takes at a time."""
_MANY = 20
"""So many of these pieces are worth several processes."""


def _share(books: Bookkeeper, count: int, work: Callable[[slice], T]) -> list[T]:
    """Return what is to be made of each of so many clusters or groups, piece by piece."""
    pieces = [slice(start, start + _PIECE) for start in range(0, count, _PIECE)]
    jobs = books.shelf.features.jobs if len(pieces) >= _MANY else 1
    return share_work(lambda k: work(pieces[k]), len(pieces), jobs)


def _part_all(
    books: Bookkeeper, pack: RulePack, clusters: Sequence[IntArray], drafts: frozenset[int]
) -> list[tuple[list[Part], Own]]:
    """The parts of every cluster; what options are called is what the first listing calls them, whoever reads it."""
    shelf, names = books.shelf, books.shelf.names

    def work(piece: slice) -> tuple[list[tuple[list[Part], Own]], dict[str, str]]:
        shelf.names = {}
        return [_part(books, pack, members.tolist(), drafts) for members in clusters[piece]], shelf.names

    read = []
    for parted, called in _share(books, len(clusters), work):
        read += parted
        for axis, name in called.items():
            names.setdefault(axis, name)
    shelf.names = names
    return read


def _plan_all(
    books: Bookkeeper, pack: RulePack, kept: Sequence[tuple[Group, IntArray, list[Part]]], drafts: frozenset[int],
    ties: Ties, offered: Mapping[int, Own],
) -> list[tuple[Group, IntArray, Plan]]:  # fmt: skip
    """The plan of every group."""
    own: list[Own] = []
    for _, m, _ in kept:  # here and in this order: what options are called is what the first listing calls them
        known, members = offered.get(m[0], {}), m.tolist()
        own.append(known if known.keys() == set(members) else rank_group(books.shelf, pack, members, drafts))

    def work(piece: slice) -> list[Plan]:
        return [
            Planner(books, pack, group, m.tolist(), drafts, parts, offers).make(ties)
            for (group, m, parts), offers in zip(kept[piece], own[piece], strict=True)
        ]

    plans = chain.from_iterable(_share(books, len(kept), work))
    return [(group, m, plan) for (group, m, _), plan in zip(kept, plans, strict=True)]


def _part(books: Bookkeeper, pack: RulePack, members: Sequence[int], drafts: frozenset[int]) -> tuple[list[Part], Own]:
    """The parts of a cluster, the main one first, and what each of its listings offers."""
    own = rank_group(books.shelf, pack, members, drafts)
    return books.part(list(own), own), own


def _arrange(books: Bookkeeper, parts: Sequence[Part], own: Own, common: frozenset[str]) -> list[list[Part]]:
    """The groups that a cluster is: its main part with what it is asked about, and each other part that is its own."""
    main, *others = parts
    for part in others:
        if part.gap is not None and part.gap.kind in common:
            part.gap = replace(part.gap, what="words")
    first = main.members[0]
    named = [part for part in others if part.gap is not None and _is_other(books, part.gap, first, part.members[0])]
    apart = [
        part for part in others
        if part not in named and len(part.members) > 1 and _stands_alone(books, part, own)
        and not books.replies.is_one(first, part.members[0])
    ]  # fmt: skip
    groups = [[main]]
    for part in (*named, *apart):
        if part not in named or not _put_beside_named(books, groups[1:], part, own):
            groups.append([part])
    for part in others:
        if part not in named and part not in apart:
            _put_beside(books, groups, part, own)
    return [group for group in groups if sum(len(part.members) for part in group) > 1]


def _put_beside_named(books: Bookkeeper, groups: Sequence[list[Part]], part: Part, own: Own) -> bool:
    """Put a part that is another product than the main one beside a group of which it probably is one, if there is any:
    two that are not the first may be one another's.
    """
    near = books.replies.near
    if near is None:
        return False
    for group in groups[:MOST_PARTS]:
        first, other = group[0].members[0], part.members[0]
        gap = books.find_gap(own, first, other)
        if gap is not None and not _is_other(books, gap, first, other) and near(first, other) >= JOIN:
            part.gap = gap
            group.append(part)
            return True
    return False


def _put_beside(books: Bookkeeper, groups: Sequence[list[Part]], part: Part, own: Own) -> None:
    """Put a part beside the group from which least of it is unaccounted for; of those alike, the first."""
    others = groups[1:MOST_PARTS]
    gaps = [part.gap, *(books.find_gap(own, group[0].members[0], part.members[0]) for group in others)]
    best = min(range(len(gaps)), key=lambda k: _count_unread(books, gaps[k], groups[k][0], part))
    part.gap = gaps[best]
    groups[best].append(part)


def _count_unread(books: Bookkeeper, gap: Gap | None, main: Part, part: Part) -> float:
    """How many words stand between two parts; more than any where these are known to be two products."""
    if gap is None or _is_other(books, gap, main.members[0], part.members[0]) or gap.what == "fact":
        return np.inf
    return len(gap.here) + len(gap.there) if gap.what in ("words", "order") else 0


def _name_likely(shelf: Shelf, members: Sequence[int], ties: Ties) -> Group | None:
    """The group that listings are of which no rule caught two, None where nothing binds them either."""
    tie = ties.get(members[0])
    if tie is None:
        return None
    ids = tuple(shelf.id(m) for m in members)
    return Group(name_group(ids), "advice", (), ids, (ids[0], shelf.id(tie.partner)), "", tie.strength)


def _is_other(books: Bookkeeper, gap: Gap, main: int, other: int) -> bool:
    """Whether what stands between two parts makes them other products, so that nothing is to be asked."""
    if books.is_answered(gap, main, other):
        return True
    return gap.what == "names" and not books.replies.is_one(main, other)


def _stands_alone(books: Bookkeeper, part: Part, own: Own) -> bool:
    """Whether a part beside the main one is worth a plan of its own: it has another name, or copies that are proven."""
    if part.gap is not None and part.gap.names_both:
        return True
    alike: dict[frozenset[tuple[str, str]], list[int]] = {}
    for m in part.members:
        for offer in own[m]:
            alike.setdefault(frozenset(offer.values.items()), []).append(m)
    return any(books.is_proven(first, m, len(some) < FEW) for first, *some in alike.values() for m in some)
