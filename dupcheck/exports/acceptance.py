"""Which plans may be carried out: those that the seller accepted, and whose listings are as they were.

A plan is accepted where the seller accepted to merge every one of its listings with the one that stays. A plan is
refused where any two of its listings were told apart or allowed, and where what it was made from has changed since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from dupcheck.catalog import get_listing
from dupcheck.decisions import Settled, mark_contents
from dupcheck.exports.merging import MERGING
from dupcheck.model import Catalog, Listing

PlanDict = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Admission:
    """Plans by what may be done with them.

    ``granted`` may be carried out; of them ``unseen`` were granted only because all were asked for. ``waiting`` nobody
    has accepted, ``rejected`` the seller said no to, ``changed`` are about listings that changed since. ``altered``
    says which, by the plan's group; where only a decision has lapsed, or a price or code tells, it may be none.
    """

    granted: tuple[PlanDict, ...] = ()
    unseen: tuple[PlanDict, ...] = ()
    waiting: tuple[PlanDict, ...] = ()
    rejected: tuple[PlanDict, ...] = ()
    changed: tuple[PlanDict, ...] = ()
    altered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def acts(plan: PlanDict) -> bool:
    """Whether a plan changes anything: one that asks or leaves things as they are never does."""
    return plan["action"] not in ("ask", "none") and (plan["action"] in MERGING or bool(plan.get("changes")))


def admit_plans(
    catalog: Catalog, plans: Sequence[PlanDict], settled: Settled | None, *, all_plans: bool = False
) -> Admission:
    """Sort plans by what the seller decided; ``all_plans`` grants those too that nobody looked at.

    Plans that change nothing are in no list.
    """
    said = {d.listings: d.decision for d in settled.held} if settled is not None else {}
    lapsed = {x.decision.listings: x.changed for x in settled.lapsed} if settled is not None else {}
    sorted_plans: dict[str, list[PlanDict]] = {n: [] for n in Admission.__dataclass_fields__ if n != "altered"}
    altered: dict[str, tuple[str, ...]] = {}
    for plan in filter(acts, plans):
        ids = sorted({*plan["listings"], plan["keep"]})
        pairs = list(combinations(ids, 2)) if len(ids) <= _MOST else []
        if not pairs:
            members = set(ids)
            pairs = [p for p in (*said, *lapsed) if members.issuperset(p)]
        if any(said.get(p) in ("not_duplicate", "allowed") for p in pairs):
            sorted_plans["rejected"].append(plan)
        elif (other := find_altered(catalog, plan)) or not _is_current(catalog, plan):
            sorted_plans["changed"].append(plan)
            altered[plan["group_id"]] = other
        elif all(said.get(_pair(plan["keep"], i)) == "merge_accepted" for i in ids if i != plan["keep"]):
            sorted_plans["granted"].append(plan)
        elif all_plans:
            sorted_plans["granted"].append(plan)
            sorted_plans["unseen"].append(plan)
        elif any(p in lapsed for p in pairs):
            sorted_plans["changed"].append(plan)
            altered[plan["group_id"]] = tuple(dict.fromkeys(i for p in pairs for i in lapsed.get(p, ())))
        else:
            sorted_plans["waiting"].append(plan)
    return Admission(**{name: tuple(found) for name, found in sorted_plans.items()}, altered=altered)


def find_altered(catalog: Catalog, plan: PlanDict) -> tuple[str, ...]:
    """Return the listings of a plan whose content is not what the plan was made from; none where it holds no marks."""
    marks: Mapping[str, str] = plan.get("contents") or {}
    now = mark_contents(catalog, marks)
    return tuple(i for i, mark in marks.items() if now.get(i) != mark)


_MOST = 200
"""Listings of a plan up to which every pair of it is looked up; beyond, every decision is held against the plan."""


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def _is_current(catalog: Catalog, plan: PlanDict) -> bool:
    """Whether every SKU of a plan still is what the listings that offer it say; what they do not hold is told later."""
    known: dict[str, Listing] = {}
    for sku in plan["skus"]:
        ids = [i for i in (sku["listing_id"], *sku.get("replaces", ())) if i in catalog.positions]
        for i in ids:
            known.setdefault(i, get_listing(catalog, catalog.positions[i]))
        for name in ("price", "sku_code", "gtin"):
            value = sku.get(name)
            if value in (None, "") or not ids:
                continue
            now = {getattr(known[i], name) for i in ids} | {getattr(s, name) for i in ids for s in known[i].skus}
            if value not in now:
                return False
    return True
