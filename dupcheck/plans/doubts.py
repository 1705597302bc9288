"""Drafts that no rule catches and that are probably one product with a listing all the same: one question each."""

from typing import NamedTuple

from dupcheck.features import Features
from dupcheck.judging.likely import Likely
from dupcheck.learned.answers import WORTH, Replies
from dupcheck.messages import Message
from dupcheck.model import Catalog, IntArray
from dupcheck.plans.neighbours import find_doubt
from dupcheck.plans.offers import Shelf
from dupcheck.plans.parts import Bookkeeper
from dupcheck.plans.questions import ask_seller, write_gap

_TRIED = 5
"""Listings of a draft that are looked at, the likeliest first: the rest differ in a name or a fact as well."""


class Doubt(NamedTuple):
    """A listing (by position) that a draft is probably one product with, how probable that is, and what to ask."""

    listing: int
    chance: float
    question: Message


def doubt_drafts(
    catalog: Catalog, features: Features, likely: Likely, drafts: IntArray, replies: Replies | None
) -> dict[int, Doubt]:
    """Return for each draft the likeliest listing about which something is to be asked; none for most drafts.

    An audit asks about two listings of which nothing else is known from :data:`~dupcheck.plans.neighbours.TWO` on, for
    it asks about hundreds; before one is published less is worth a question.
    """
    found: dict[int, Doubt] = {}
    sure = likely[likely.chance >= WORTH]
    if not len(sure):
        return found
    books = Bookkeeper(Shelf(catalog, features), replies)
    tried: dict[int, int] = dict.fromkeys(drafts.tolist(), 0)
    ends = zip(sure.left.tolist(), sure.right.tolist(), sure.chance.tolist(), strict=True)
    for k, (left, right, chance) in enumerate(ends):
        for draft, other in ((right, left), (left, right)):
            if draft in found or tried.get(draft, _TRIED) >= _TRIED:
                continue
            tried[draft] += 1
            gap = find_doubt(books, other, draft, sure[k : k + 1])
            if gap is not None:
                keep, own = str(features.ids[other]), str(features.ids[draft])
                asked = ask_seller(gap, keep, [own], write_gap(gap, books.shelf, [other, draft]))
                found[draft] = Doubt(other, chance, asked.text)
    return found
