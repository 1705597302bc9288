"""Findings → groups and plans, with what the seller has decided taken into account.

What is not a duplicate was never found. What is accepted stays found, and its plan says so. What is allowed stays found
too, but nothing is to be done about it: its two listings never merge, and where nothing else asks for work they stand
in a group of their own, or beside the group that one of them is in, as ``allowed``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from dupcheck.decisions import Decision, DecisionKind, Settled
from dupcheck.features import Features
from dupcheck.files.arrays import is_among
from dupcheck.groups import cluster_listings, name_group
from dupcheck.judging.likely import Likely
from dupcheck.judging.verdicts import Findings
from dupcheck.learned.answers import Replies
from dupcheck.messages import Message, message
from dupcheck.model import Catalog, Group, IntArray, Member, Plan, Reply
from dupcheck.plans.advice import tell_apart
from dupcheck.plans.clusters import make_plans
from dupcheck.plans.offers import Shelf
from dupcheck.plans.parts import Bookkeeper
from dupcheck.plans.planner import Planner, find_ties
from dupcheck.revisions import Revision, list_preferred, revise_plan
from dupcheck.rules import RulePack

Grouped = tuple[Group, IntArray]


class Remedies(NamedTuple):
    """What to do about findings: ``plans`` are those of ``grouped``, in the same order; ``advice`` is for the rest."""

    grouped: tuple[Grouped, ...]
    plans: tuple[Plan, ...]
    advice: tuple[Plan, ...]


def plan_findings(
    catalog: Catalog,
    features: Features,
    pack: RulePack,
    findings: Findings,
    settled: Settled,
    *,
    drafts: frozenset[int] = frozenset(),
    answers: Mapping[str, Reply] | Replies | None = None,
    revisions: Sequence[Revision] = (),
    likely: Likely | None = None,
) -> Remedies:
    """Return groups, plans and advice. A listing among ``drafts`` is kept only if all members of its group are;
    ``answers`` are the seller's, by the kind of question, ``revisions`` what was changed in plans; ``likely`` are pairs
    that no rule caught and that are asked about.
    """
    allowed = settled.allow(findings)
    work = findings[~allowed] if allowed.any() else findings
    clusters = cluster_listings(features, pack, work, settled)
    preferred = frozenset(catalog.positions[i] for i in list_preferred(revisions) if i in catalog.positions)
    grouped, plans = make_plans(
        catalog, features, pack, work, clusters, drafts=drafts, answers=answers, preferred=preferred,
        likely=None if likely is None else likely[~settled.part(likely.left, likely.right)],
        part=settled.part if settled.held else None,
    )  # fmt: skip
    spared = findings[allowed & findings.duplicate]
    if len(spared):
        grouped, plans = _Allowance(catalog, features, pack, spared, settled, drafts).add(grouped, plans)
    plans, advice = tell_apart(catalog, features, pack, work, plans, drafts=drafts)
    plans = tuple(revise_plan(plan, revisions) for plan in plans)
    return Remedies(grouped, _say_accepted(plans, settled), advice)


def _say_why(key: str, decisions: Sequence[Decision], **values: object) -> Message:
    """Return the text of ``key`` with the seller's reasons behind it, if any was given."""
    reasons = list(dict.fromkeys(d.reason for d in decisions if d.reason))
    return message(f"ledger.{key}_why" if reasons else f"ledger.{key}", reason="; ".join(reasons), **values)


def _list_held(settled: Settled, kind: DecisionKind, ids: Sequence[str]) -> list[Decision]:
    inside = set(ids)
    return [d for d in settled.held if d.decision == kind and inside.issuperset(d.listings)]


def _say_accepted(plans: Sequence[Plan], settled: Settled) -> tuple[Plan, ...]:
    home = {i: k for k, plan in enumerate(plans) if plan.action != "none" for i in plan.listings}
    accepted: dict[int, list[Decision]] = {}
    for d in settled.held:
        place = home.get(d.listing_a)
        if d.decision == "merge_accepted" and place is not None and home.get(d.listing_b) == place:
            accepted.setdefault(place, []).append(d)
    told = list(plans)
    for k, decisions in accepted.items():
        named = {i for d in decisions for i in d.listings}
        ids = ", ".join(i for i in plans[k].listings if i in named)
        text = _say_why("plan_accepted", decisions, ids=ids)
        told[k] = replace(plans[k], reasons=(*plans[k].reasons, text))
    return tuple(told)


class _Allowance:
    """The pairs that the seller allows, put into groups in which nothing is to be done about them."""

    def __init__(
        self, catalog: Catalog, features: Features, pack: RulePack, spared: Findings, settled: Settled,
        drafts: frozenset[int],
    ) -> None:  # fmt: skip
        self.features, self.pack, self.spared, self.settled, self.drafts = features, pack, spared, settled, drafts
        self.shelf = Shelf(catalog, features)

    def add(self, grouped: Sequence[Grouped], plans: Sequence[Plan]) -> tuple[tuple[Grouped, ...], tuple[Plan, ...]]:
        """Return groups and plans with the allowed listings that stand in no group yet."""
        groups, planned = list(grouped), list(plans)
        for listings, beside in self._gather([members.tolist() for _, members in groups]):
            if beside is not None:
                planned[beside] = self._join(groups[beside][1], planned[beside], listings)
            else:
                group, pairs = self._make_group(listings)
                text = _say_why("plan_allowed", _list_held(self.settled, "allowed", group.listings))
                planner = Planner(Bookkeeper(self.shelf), self.pack, group, listings, self.drafts)
                groups.append((group, np.array(listings)))
                planned.append(planner.leave(text, find_ties(self.features, self.spared, pairs)))
        return tuple(groups), tuple(planned)

    def _gather(self, groups: Sequence[list[int]]) -> list[tuple[list[int], int | None]]:
        """Return what hangs together through allowed pairs and is in no group, and beside which group it stands.

        Two groups stay two, and what is no duplicate of a member stands elsewhere.
        """
        parts = {k: list(members) for k, members in enumerate(groups)}
        home = {m: k for k, members in parts.items() for m in members}
        for pair in zip(self.spared.left.tolist(), self.spared.right.tolist(), strict=True):
            for m in pair:
                if m not in home:
                    home[m] = len(groups) + m
                    parts[home[m]] = [m]
            first, second = sorted(home[m] for m in pair)
            if first == second or second < len(groups) or self._are_apart(parts[first], parts[second]):
                continue
            for m in parts.pop(second):
                home[m] = first
                parts[first].append(m)
        gathered: list[tuple[list[int], int | None]] = []
        for k, members in sorted(parts.items()):
            if k >= len(groups) and len(members) > 1:
                gathered.append((sorted(members), None))
            elif k < len(groups) and len(members) > len(groups[k]):
                gathered.append((sorted(members[len(groups[k]) :]), k))
        return gathered

    def _are_apart(self, some: Sequence[int], others: Sequence[int]) -> bool:
        left, right = np.repeat(some, len(others)), np.tile(others, len(some))
        return bool(self.settled.cover("not_duplicate", left, right).any())

    def _inside(self, listings: Sequence[int]) -> IntArray:
        return np.flatnonzero(is_among(self.spared.left, listings) & is_among(self.spared.right, listings))

    def _make_group(self, listings: Sequence[int]) -> tuple[Group, IntArray]:
        pairs = self._inside(listings)
        weakest = pairs[np.argmin(self.spared.strength[pairs])]
        ids = tuple(str(self.features.ids[m]) for m in listings)
        group = Group(
            group_id=name_group(ids),
            verdict="duplicate",
            rules=tuple(sorted({self.pack.rules[r].code for r in self.spared.rule[pairs]})),
            listings=ids,
            weakest=(self._id(self.spared.left[weakest]), self._id(self.spared.right[weakest])),
            weakest_rule=self.pack.rules[self.spared.rule[weakest]].code,
            strength=float(self.spared.strength[weakest]),
        )
        return group, pairs

    def _id(self, position: int) -> str:
        return str(self.features.ids[position])

    def _join(self, members: IntArray, plan: Plan, listings: Sequence[int]) -> Plan:
        """Show listings beside a group that they are allowed to resemble; its plan is not about them."""
        near = self._inside([*members.tolist(), *listings])
        added = []
        for m in listings:
            pair = next(p for p in near if m in (self.spared.left[p], self.spared.right[p]))
            other = self._id(self.spared.right[pair] if self.spared.left[pair] == m else self.spared.left[pair])
            why = _list_held(self.settled, "allowed", (self._id(m), other))
            text = _say_why("member_allowed", why, partner=other)
            code = self.pack.rules[self.spared.rule[pair]].code
            added.append(Member(self._id(m), "allowed", code, {}, other, text))
        return replace(plan, members=(*plan.members, *added))
