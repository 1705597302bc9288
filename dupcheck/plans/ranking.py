"""Which listing of a group to keep, by the pack's order, and what decided it."""

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np

from dupcheck.learned.lexicon import is_slip
from dupcheck.messages import Message, message
from dupcheck.plans.offers import Offer, Shelf, settle_values, sort_offers
from dupcheck.rules import RulePack


def rank_listing(
    shelf: Shelf, pack: RulePack, position: int, drafts: frozenset[int] = frozenset()
) -> tuple[object, ...]:
    """Return a sort key: the listing to keep first, by the pack's order; what is missing ranks last, drafts behind, and
    before all the one that the seller wants to keep.

    Of listings that are equal in all that, the one whose title is written best comes first. Sales and reviews that
    stand together in the order are weighed together: where sales are close, many reviews count for more, since no
    marketplace moves them.
    """
    key: list[object] = [position in drafts, position not in shelf.preferred]
    for name in pack.keep:
        if name == "available":
            key.append(bool(shelf.sold_out[position]))
        elif name in _POPULAR and _weighs(pack.keep):
            key.append(-_popularity(shelf, position))
        elif name == "created":
            created = read_age(shelf.text(position, "created"))
            key += [created == "", created]
        elif name == "completeness":
            key.append(-int(shelf.completeness[position]))
        else:
            value = shelf.number(position, name)
            key.append(np.inf if value is None else -value)
    return (*key, _count_flaws(shelf, position), shelf.id(position))


def rank_group(
    shelf: Shelf, pack: RulePack, members: Sequence[int], drafts: frozenset[int] = frozenset()
) -> dict[int, list[Offer]]:
    """Return what each listing of a group offers, the best listing first."""
    ranked = sorted(members, key=lambda m: rank_listing(shelf, pack, m, drafts))
    return sort_offers(settle_values(shelf.list_group(ranked)), ranked)


_YEAR_FIRST = re.compile(r"((?:19|20)\d\d)\D{0,2}(\d{1,2})\D{1,2}(\d{1,2})(?!\d)(.*)", re.DOTALL)
_PLAIN = re.compile(r"((?:19|20)\d\d)([01]\d)([0-3]\d)(.*)", re.DOTALL)
_YEAR_LAST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2((?:19|20)\d\d)(.*)", re.DOTALL)
_STAMP = re.compile(r"1\d{9}(\d{3})?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


@lru_cache(maxsize=20_000)
def read_age(text: str) -> str:
    """Return when a listing was made so that earlier is smaller, however it is written; "" where that cannot be told.

    Where day and month may be either way round, as in 03/04/2024, only the year is known.

    >>> read_age("2024/3/5 08:01"), read_age("05.03.2024"), read_age("03/25/2024"), read_age("2020年1月2日")
    ('2024-03-05 08:01', '2024-03-05', '2024-03-25', '2020-01-02')
    >>> read_age("03/04/2024"), read_age("1709600000"), read_age("last spring")
    ('2024', '2024-03-05 00:53', '')
    """
    text = text.strip()
    if _STAMP.fullmatch(text):
        return f"{datetime.fromtimestamp(int(text[:10]), UTC):%Y-%m-%d %H:%M}"
    found = _PLAIN.match(text) or _YEAR_FIRST.match(text)
    if found is not None:
        year, month, day, rest = found.groups()
    else:
        late = _YEAR_LAST.match(text)
        if late is None:
            return ""
        day, sign, month, year, rest = late.groups()
        if int(month) > _MONTHS:
            day, month = month, day
        elif sign != "." and int(day) <= _MONTHS and day != month:
            return year
    if not (1 <= int(month) <= _MONTHS and 1 <= int(day) <= _DAYS):
        return ""
    clock = _CLOCK.search(rest)
    time = "" if clock is None else f" {int(clock[1]):02d}:{clock[2]}"
    return f"{year}-{int(month):02d}-{int(day):02d}{time}"


_MONTHS, _DAYS = 12, 31
_WORDS = re.compile(r"\w+")
_SHOUTED = 12
"""Signs from which a title in capitals is no name or code."""
_POPULAR = ("sales", "reviews")
_REVIEW_WEIGHT = 0.07
"""Reviews decide only where sales are close: 9 sales and 800 reviews outweigh 10 sales and 2; 9 reviews do not make up
for a fifth of the sales.
"""


@lru_cache
def _weighs(order: tuple[str, ...]) -> bool:
    """Whether a pack's order names sales and reviews one behind the other."""
    return any(order[k : k + 2] == _POPULAR for k in range(len(order)))


def _popularity(shelf: Shelf, position: int) -> float:
    """Return how much speaks for a listing in sales and reviews; below 0 where neither is known."""
    sales, reviews = shelf.number(position, "sales"), shelf.number(position, "reviews")
    if sales is None and reviews is None:
        return -1.0
    return math.log1p(max(sales or 0.0, 0.0)) + _REVIEW_WEIGHT * math.log1p(max(reviews or 0.0, 0.0))


def _explain_most(shelf: Shelf, name: str, keep: int, rest: Sequence[int]) -> Message | None:
    """Say that one of a listing's numbers is the highest of all that are known, None where it is not."""
    best, others = shelf.number(keep, name), [shelf.number(m, name) for m in rest]
    if best is None or any(v is not None and v >= best for v in others):
        return None
    key = f"plans.keep_{name}_known" if None in others else f"plans.keep_{name}"
    return message(key, id=shelf.id(keep), value=f"{best:g}")


def _explain_popularity(shelf: Shelf, keep: int, rest: Sequence[int]) -> Message | None:
    """Say by what the first listing is ahead in sales and reviews, None where it is not."""
    mine = _popularity(shelf, keep)
    if mine < 0 or any(_popularity(shelf, m) >= mine for m in rest):
        return None
    for name in _POPULAR:
        told = _explain_most(shelf, name, keep, rest)
        if told is not None:
            return told
    sales, reviews = (f"{shelf.number(keep, name) or 0:g}" for name in _POPULAR)
    return message("plans.keep_popular", id=shelf.id(keep), sales=sales, reviews=reviews)


def _count_flaws(shelf: Shelf, position: int) -> int:
    """Return how many words of a title are misspelt, by the catalogue's own spelling; shouting counts as one more."""
    known = shelf.flaws.get(position)
    if known is not None:
        return known
    title = shelf.text(position, "title")
    aliases = shelf.features.statistics.taught.lexicon.aliases
    words = _WORDS.findall(title.casefold())
    misspelt = 0
    if not aliases.keys().isdisjoint(words):
        misspelt = sum(w in aliases and is_slip(w, aliases[w]) for w in words)
    shelf.flaws[position] = misspelt + (title.isupper() and len(title) >= _SHOUTED)
    return shelf.flaws[position]


def explain_keep(shelf: Shelf, pack: RulePack, ranked: Sequence[int]) -> Message:
    """Say in which point of the pack's order the first listing is ahead of all that equal it until then."""
    keep, rest = ranked[0], list(ranked[1:])
    if keep in shelf.preferred:
        return message("plans.keep_chosen", id=shelf.id(keep))
    for name in pack.keep:
        if name == "available":
            sold_out = shelf.sold_out
            if rest and sold_out[rest].all() and not sold_out[keep]:
                key = "plans.keep_available" if shelf.stocks[keep] > 0 else "plans.keep_unsold"
                return message(key, id=shelf.id(keep))
            rest = [m for m in rest if sold_out[m] == sold_out[keep]]
        elif name in _POPULAR and _weighs(pack.keep):
            told = _explain_popularity(shelf, keep, rest)
            if told is not None:
                return told
            rest = [m for m in rest if _popularity(shelf, m) == _popularity(shelf, keep)]
        elif name == "created":
            mine = read_age(shelf.text(keep, name))
            others = [read_age(shelf.text(m, name)) for m in rest]
            if mine and all(mine < age or not age for age in others):
                key = "plans.keep_oldest" if all(others) else "plans.keep_oldest_known"
                return message(key, id=shelf.id(keep), created=shelf.text(keep, name))
            rest = [m for m in rest if read_age(shelf.text(m, name)) == mine]
        elif name == "completeness":
            full = int(shelf.completeness[keep])
            if all(full > int(shelf.completeness[m]) for m in rest):
                return message("plans.keep_completest", id=shelf.id(keep))
            rest = [m for m in rest if int(shelf.completeness[m]) == full]
        else:
            told = _explain_most(shelf, name, keep, rest)
            if told is not None:
                return told
            rest = [m for m in rest if shelf.number(m, name) == shelf.number(keep, name)]
    flaws = _count_flaws(shelf, keep)
    if rest and all(flaws < _count_flaws(shelf, m) for m in rest):
        return message("plans.keep_written", id=shelf.id(keep))
    return message("plans.keep_first", id=shelf.id(keep))
