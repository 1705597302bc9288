"""What the work saves: how many violations each plan ends, what is sold under them, and in which order to work.

A violation is a listing too many: of a group that should be one, all but one; of listings that must be told apart, each
that has to change. Groups that the marketplace allows are none, nor is what a question is about before it is answered.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from dupcheck.model import Action, Catalog, FloatArray, Group, IntArray, Plan
from dupcheck.rules import RulePack

TOP = 10
Grouped = tuple[Group, IntArray]


def count_violations(plan: Plan) -> int:
    """Return how many listings too many a plan mends."""
    return count_mended(plan.action, len(plan.listings), len({c.listing_id for c in plan.changes}), len(plan.offline))


def count_mended(action: Action, listings: int, changed: int, offline: int) -> int:
    """Return how many listings too many a plan mends that is about so many ``listings``, of which some are to be
    ``changed`` and some go ``offline``.
    """
    if action in ("none", "ask"):
        return 0
    return max(changed, listings - 1) if action == "differentiate" else offline


def count_asked(action: Action, listings: int) -> int:
    """Return how many listings too many a plan that is about so many ``listings`` may turn out to mend when its
    question is answered.
    """
    return listings - 1 if action == "ask" else 0


def rank_severity(group: Group, pack: RulePack) -> int:
    """Return the place of a group's gravest rule in the pack, from 0: a pack names its rules in that order."""
    codes = [r.code for r in pack.rules]
    return min((codes.index(c) for c in group.rules if c in codes), default=len(codes))


def measure_turnover(catalog: Catalog) -> FloatArray:
    """Return what each listing has sold, in money; 0 where sales or price are unknown."""
    return np.nan_to_num(catalog.numbers("sales") * catalog.numbers("price"))


def place_plan(mends: int, severity: int, sold: float, first: int) -> tuple[bool, int, int, float, int]:
    """Return by what a plan is put in order: whether nothing is to be done, the place of its gravest rule, how much it
    mends, or may when it is answered, and what its listings have ``sold``, both negative, and its ``first`` listing's
    position.
    """
    return mends == 0, severity, -mends, -sold, first


def order_by_risk(
    catalog: Catalog, pack: RulePack, grouped: Sequence[Grouped], plans: Sequence[Plan]
) -> tuple[tuple[Grouped, ...], tuple[Plan, ...]]:
    """Return groups and their plans in the order of what mending them saves.

    What needs no work comes last; before that the gravest rule first, then the most violations, then what sells most.
    """
    sold = measure_turnover(catalog)

    def place(k: int) -> tuple[object, ...]:
        (group, members), plan = grouped[k], plans[k]
        mends = count_violations(plan) + count_asked(plan.action, len(plan.listings))
        return place_plan(mends, rank_severity(group, pack), float(sold[members].sum()), int(members[0]))

    order = sorted(range(len(grouped)), key=place)
    return tuple(grouped[k] for k in order), tuple(plans[k] for k in order)


def count_risk(
    catalog: Catalog, pack: RulePack, groups: Sequence[Group], plans: Sequence[Plan], advice: Sequence[Plan]
) -> dict[str, Any]:
    """Return the audit's counts of risk.

    ``violations`` in all; ``violations_by_rule``, under the gravest rule of each group, and ``advice``, the listings to
    tell apart; ``questions`` that wait for an answer; ``at_stake``, what the listings of groups to mend have sold by
    currency; ``top_edits``, the ten plans that end most violations, with how many are left after each.
    """
    by_rule: Counter[str] = Counter()
    stake: dict[str, float] = {}
    currency, sold = catalog.column("currency"), measure_turnover(catalog)
    for group, plan in zip(groups, plans, strict=True):
        mends = count_violations(plan)
        if not mends:
            continue
        by_rule[pack.rules[min(rank_severity(group, pack), len(pack.rules) - 1)].code] += mends
        for m in (catalog.positions[i] for i in plan.listings):
            stake[currency[m]] = stake.get(currency[m], 0.0) + float(sold[m])
    left = total = sum(by_rule.values())
    edits = []
    for plan in sorted(plans, key=count_violations, reverse=True)[:TOP]:
        if mends := count_violations(plan):
            left -= mends
            edits.append(
                {"group_id": plan.group_id, "action": plan.action, "keep": plan.keep, "removes": mends, "left": left}
            )
    return {
        "violations": total,
        "violations_by_rule": dict(sorted(by_rule.items())),
        "questions": sum(plan.question is not None for plan in plans),
        "advice": sum(len({c.listing_id for c in p.changes}) for p in advice),
        "at_stake": {c: round(v, 2) for c, v in sorted(stake.items()) if v > 0},
        "top_edits": edits,
    }
