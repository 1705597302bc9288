"""Group → Plan: what to keep, fold in, remove, change or leave, and what stands in the way.

``offers`` says what a group's listings sell and which axes become options, ``tiers`` does the wholesale arithmetic,
``planner`` makes a group's plan, ``changes`` tells listings of one product apart that cannot be one, ``advice`` those
of different products; ``risk`` says what the work saves.
"""

from collections.abc import Sequence

import numpy as np

from dupcheck.features import Features
from dupcheck.model import Catalog, Group, IntArray, Plan
from dupcheck.plans.advice import tell_apart
from dupcheck.plans.offers import Shelf
from dupcheck.plans.planner import Planner, find_ties
from dupcheck.plans.risk import count_risk, order_by_risk
from dupcheck.plans.tiers import bulk_price, find_discount
from dupcheck.rules import RulePack
from dupcheck.verdicts import Findings

__all__ = ["bulk_price", "count_risk", "find_discount", "make_plans", "order_by_risk", "tell_apart"]


def make_plans(
    catalog: Catalog,
    features: Features,
    pack: RulePack,
    findings: Findings,
    groups: Sequence[tuple[Group, IntArray]],
    *,
    drafts: frozenset[int] = frozenset(),
) -> tuple[Plan, ...]:
    """Return one plan a group, in the groups' order. A listing among ``drafts`` is kept only if all members are."""
    caught, shelf = findings.duplicates, Shelf(catalog, features)
    label = np.full(len(features), -1, dtype=np.int64)
    for k, (_, members) in enumerate(groups):
        label[members] = k
    inside = np.flatnonzero((label[caught.left] == label[caught.right]) & (label[caught.left] >= 0))
    ties = find_ties(features, caught, inside)
    return tuple(Planner(shelf, pack, group, members.tolist(), drafts).make(ties) for group, members in groups)
