"""Different products that look like one listing twice: what to change so that no rule fires afterwards.

Pairs that an advice rule caught, or a duplicate rule although what differs makes them two products. The listing that
ranks lower changes: its main photo, its title, or both, whichever is enough. Whether it is enough is asked of the rules
themselves, with the signals as they would be afterwards.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from dupcheck.axes import AXES, pick_axes
from dupcheck.features import Features, Rewording
from dupcheck.files.arrays import connect
from dupcheck.groups import name_group
from dupcheck.judging.differences import DifferenceNames, find_differences
from dupcheck.judging.verdicts import Findings
from dupcheck.messages import message
from dupcheck.model import Catalog, Change, Member, Plan
from dupcheck.plans.offers import Shelf
from dupcheck.plans.ranking import explain_keep, rank_listing
from dupcheck.rules import RulePack
from dupcheck.signals import get_signal
from dupcheck.signals.title import share_weight
from dupcheck.titles import normalise, read_title
from dupcheck.titles.stream import cut_title, plain_text
from dupcheck.titles.vocabulary import load_vocabulary

MARGIN = 5.0
"""How far below a limit a rewritten title is brought, in percent, since the catalogue's word weights shift a little."""
_HEAD = 2
"""A rewritten title keeps at least so many of its own words."""
_NAMES = frozenset(pick_axes(lambda axis: axis.apart == "both"))
"""What names a product: another value is another one."""
_NO_FACTS = frozenset(pick_axes(lambda axis: axis.untold))


def tell_apart(
    catalog: Catalog,
    features: Features,
    pack: RulePack,
    findings: Findings,
    plans: Sequence[Plan],
    *,
    drafts: frozenset[int] = frozenset(),
) -> tuple[tuple[Plan, ...], tuple[Plan, ...]]:
    """Return the plans with what their listings must change besides, and advice for listings that no plan names.

    Of the pairs that deserve advice, only those count whose listings the plans leave online.
    """
    shelf, rewording = Shelf(catalog, features), Rewording(catalog, features)
    gone = {i for plan in plans for i in plan.offline}
    home = {i: k for k, plan in enumerate(plans) for i in plan.listings}
    live = np.array([str(i) not in gone for i in features.ids.tolist()], dtype=bool)
    advice = findings[~findings.duplicate]
    advice = advice[live[advice.left] & live[advice.right]]
    needed = _needed_changes(pack, advice) if len(advice) else []
    mended, added = list(plans), []
    for positions, pairs in _components(advice, len(features)):
        ranked = sorted(positions, key=lambda m: rank_listing(shelf, pack, m, drafts))
        own = _change_component(shelf, pack, rewording, advice, needed, pairs, ranked)
        for m in [m for m in ranked if own[m] and shelf.id(m) in home]:
            k = home[shelf.id(m)]
            mended[k] = replace(mended[k], changes=(*mended[k].changes, *own[m]))
        free = [m for m in ranked if shelf.id(m) not in home and (own[m] or m == ranked[0])]
        if any(own[m] for m in free):
            added.append(_make_plan(shelf, pack, ranked, free, own))
    return tuple(mended), tuple(added)


def _components(advice: Findings, n: int) -> Iterable[tuple[list[int], list[int]]]:
    """Yield the listings of each connected component of the pairs, and its pairs."""
    if not len(advice):
        return
    label = connect(n, advice.left, advice.right)
    owner = label[advice.left]
    order = np.argsort(owner, kind="stable")
    for pairs in np.split(order, np.flatnonzero(np.diff(owner[order])) + 1):
        listings = sorted({*advice.left[pairs].tolist(), *advice.right[pairs].tolist()})
        yield listings, pairs.tolist()


def _change_component(
    shelf: Shelf,
    pack: RulePack,
    rewording: Rewording,
    advice: Findings,
    needed: Sequence[tuple[bool, float | None]],
    pairs: Sequence[int],
    ranked: Sequence[int],
) -> dict[int, list[Change]]:
    """Return what each listing of one component must change; of a pair, the one that ranks lower changes."""
    place = {m: k for k, m in enumerate(ranked)}
    asked: dict[int, list[int]] = {}
    for p in pairs:
        a, b = int(advice.left[p]), int(advice.right[p])
        asked.setdefault(max(a, b, key=place.__getitem__), []).append(p)
    changes: dict[int, list[Change]] = {m: [] for m in ranked}
    titles: dict[int, str] = {}
    for m in ranked:
        own = asked.get(m, [])
        if not own:
            continue
        partners = [int(advice.right[p]) if int(advice.left[p]) == m else int(advice.left[p]) for p in own]
        limits = [limit for _, limit in (needed[p] for p in own) if limit is not None]
        if any(needed[p][0] for p in own):
            changes[m].append(_change_photo(shelf, m, partners))
        if limits:
            others = [(q, titles.get(q) or shelf.text(q, "title")) for q in partners]
            facts = _own_facts(shelf, m, partners, [title for _, title in others])
            titles[m] = _rewrite_title(shelf, pack, rewording, m, others, facts, min(limits))
            changes[m].append(_change_title(shelf, m, partners, titles[m], facts))
    return changes


def _needed_changes(pack: RulePack, advice: Findings) -> list[tuple[bool, float | None]]:
    """Return for each pair whether it needs another photo, and below which title likeness it must come, None: as it is.

    The fewest changes after which no rule fires, the photo before the title; both where nothing less is enough. Of a
    photo that nobody has compared nothing is asked.
    """
    seen = ~np.isnan(advice.signals["image"])
    floors = sorted({x.limit for r in pack.rules for c in r.when for x in c if x.signal == "title" and x.side == "min"})
    titles = [None, *(max(f - MARGIN, 0.0) for f in reversed(floors))]
    ways = [(photo, title) for title in titles for photo in (False, True)][1:]
    chosen = np.full(len(advice), len(ways) - 1, dtype=np.int64)
    for k in reversed(range(len(ways))):
        photo, title = ways[k]
        after = dict(advice.signals)
        if photo:
            after["image"] = np.where(seen, get_signal("image").worst, np.nan)
            after["color"] = np.full(len(advice), np.nan)
        if title is not None:
            after["title"] = np.minimum(after["title"], title)
        fires = np.logical_or.reduce([rule.fire(after) for rule in pack.rules])
        # A title that is that unlike already needs no change.
        spare = (title is not None) & (advice.signals["title"] <= (title or 0.0))
        chosen[~fires & ~spare] = k
    return [(ways[k][0] and bool(known), ways[k][1]) for k, known in zip(chosen.tolist(), seen, strict=True)]


def _change_photo(shelf: Shelf, member: int, partners: Sequence[int]) -> Change:
    """Another photo of the listing's own that no partner shows, or one that is yet to be taken."""
    taken = {shelf.text(m, "main_image") for m in (member, *partners)}
    taken |= {p for m in partners for p in shelf.text(m, "images").split(";")}
    own = next((p for p in shelf.text(member, "images").split(";") if p and p not in taken), "")
    key = "plans.change_photo_to" if own else "plans.change_photo_own"
    ids = ", ".join(shelf.id(m) for m in partners[:3])
    return Change(shelf.id(member), "main_image", own, message(key, id=shelf.id(member), value=own, ids=ids))


def _change_title(shelf: Shelf, member: int, partners: Sequence[int], title: str, facts: Sequence[str]) -> Change:
    """Another title, or, where none is proposed, what the seller is to word anew."""
    key = "plans.change_title" if title else "plans.change_title_facts" if facts else "plans.change_title_own"
    ids, said = ", ".join(shelf.id(m) for m in partners[:3]), ", ".join(facts)
    text = message(key, id=shelf.id(member), value=title, ids=ids, facts=said)
    return Change(shelf.id(member), "title", title, text)


def _rewrite_title(
    shelf: Shelf, pack: RulePack, rewording: Rewording, member: int, partners: Sequence[tuple[int, str]],
    facts: Sequence[str], below: float,
) -> str:  # fmt: skip
    """Return the listing's title with the ``facts`` that only it states at its end, "" where that is not enough: then
    the seller words it anew.

    ``partners`` are listings with the titles that they have or are to have. What both titles say is as much a
    fact of the thing as what one says: nothing goes but words that only sell, and of these no more than must.
    """
    title = shelf.text(member, "title")
    words = title.split()
    weighed = [rewording.weigh(m, other) for m, other in partners]
    selling = [k for k, sells in enumerate(_list_selling(words)) if sells]
    while True:
        new = " ".join([*words, *facts])
        words_now = rewording.weigh(member, new)
        alike = any(share_weight(words_now, other) >= below for other in weighed)
        if not alike or not selling or len(words) <= _HEAD:
            break
        words.pop(selling.pop())
    told = {plain_text(t) for t in (title, *(other for _, other in partners))}
    return "" if alike or len(new) > pack.merge.title_max or plain_text(new) in told else new


def _list_selling(words: Sequence[str]) -> list[bool]:
    """Say which words of a title only sell: each is a part of what is read so, and of nothing else."""
    said = [t for t in read_title(" ".join(words)).tokens if t.kind == "word" or t.axis != "noise"]
    noise = {w for t in said if t.axis == "noise" for w in t.text.split()} - load_vocabulary().small
    noise -= {w for t in said if t.axis != "noise" for w in t.text.split()}
    return [bool(parts := normalise(word).split()) and noise.issuperset(parts) for word in words]


def _own_facts(shelf: Shelf, member: int, partners: Sequence[int], titles: Sequence[str]) -> list[str]:
    """The listing's attribute values that no partner states and that stand in no title of the pair."""
    theirs = [shelf.attributes(m) for m in partners]
    known = normalise(" ".join([shelf.text(member, "title"), *titles])).replace("-", " ")
    said = {*cut_title(shelf.text(member, "title"))}
    facts: list[str] = []
    order = {axis: k for k, axis in enumerate(dict.fromkeys(("brand", "model", *AXES)))}
    stated = shelf.attributes(member)
    for axis in sorted(stated, key=lambda a: order.get(a, len(order))):
        name, value = stated[axis]
        same = any(normalise(o.get(axis, ("", ""))[1]) == normalise(value) for o in theirs)
        if (
            axis in _NO_FACTS
            or same
            or not 2 <= len(value) <= 30
            or f" {normalise(value).replace('-', ' ')} " in f" {known} "
        ):
            continue
        fact = value if any(c.isalpha() for c in value) else f"{name} {value}"
        words = cut_title(fact)
        if said.isdisjoint(words):  # no word is said twice
            facts.append(fact)
            said.update(words)
    return facts[:4]


def _differ_in_numbers(shelf: Shelf, one: int, other: int) -> bool:
    """Whether only numbers of two titles differ and no model, part number or brand does: M8x60 and M8x80 may as well be
    sizes of one thing.
    """
    words = [cut_title(shelf.text(m, "title")) for m in (one, other)]
    if not all(word[0].isdigit() for word in {*words[0]}.symmetric_difference(words[1])):
        return False  # as of most
    said = [Counter(own) for own in words]
    only = [*(said[0] - said[1]), *(said[1] - said[0])]
    ours, theirs = shelf.attributes(one), shelf.attributes(other)
    named = any(normalise(ours[a][1]) != normalise(theirs[a][1]) for a in _NAMES & ours.keys() & theirs.keys())
    return bool(only) and not named and all(word[0].isdigit() for word in only)


def _make_plan(
    shelf: Shelf, pack: RulePack, ranked: Sequence[int], free: Sequence[int], own: Mapping[int, Sequence[Change]],
) -> Plan:  # fmt: skip
    ids = [shelf.id(m) for m in ranked]
    keep = ranked[0]
    members = []
    open_ended = all(_differ_in_numbers(shelf, keep, m) for m in ranked if m != keep)
    for m in free:
        partner = next((q for q in ranked if q != m), keep)
        differences = find_differences(shelf.features, m, partner)
        differs = DifferenceNames("", {}, shelf.spellings.spell(differences, m, partner))
        key = "plans.two_numbers" if open_ended else "plans.two_products"
        text = message(key, partner=shelf.id(partner), differs=differs)
        members.append(Member(shelf.id(m), "keep" if m == keep else "differentiate", "", {}, shelf.id(partner), text))
    return Plan(
        group_id=name_group(ids),
        action="differentiate",
        keep=shelf.id(keep),
        listings=tuple(shelf.id(m) for m in free),
        title=shelf.text(keep, "title"),
        axes=(),
        skus=(),
        wholesale=None,
        reasons=(
            message("plans.advice_numbers" if open_ended else "plans.advice", ids=", ".join(ids)),
            explain_keep(shelf, pack, ranked),
        ),
        cautions=(),
        members=tuple(members),
        changes=tuple(chain.from_iterable(own[m] for m in free)),
    )
