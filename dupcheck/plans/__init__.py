"""Group → Plan: what to keep, fold in, remove, change or leave, and what stands in the way.

``offers`` says what a group's listings sell and which axes become options, ``tiers`` does the wholesale arithmetic,
``planner`` makes a group's plan, ``changes`` tells listings of one product apart that cannot be one, ``advice`` those
of different products; ``settled`` heeds what the seller has decided; ``risk`` says what the work saves.
"""

from dupcheck.plans.advice import tell_apart
from dupcheck.plans.clusters import make_plans
from dupcheck.plans.risk import count_risk, order_by_risk
from dupcheck.plans.settled import Remedies, plan_findings
from dupcheck.plans.tiers import bulk_price, find_discount

__all__ = [
    "Remedies",
    "bulk_price",
    "count_risk",
    "find_discount",
    "make_plans",
    "order_by_risk",
    "plan_findings",
    "tell_apart",
]
