"""Group → Plan: which listing to keep, what to fold into it as options, what to remove, and what stands in the way."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, combinations, starmap
from typing import NamedTuple

import numpy as np

from dupcheck.features import Features
from dupcheck.judging.differences import AxisNames, DifferenceNames, list_differences
from dupcheck.judging.verdicts import Findings, measure_signals
from dupcheck.messages import Message, message
from dupcheck.model import (
    Action,
    Axis,
    Change,
    Difference,
    Group,
    IntArray,
    Member,
    Plan,
    PlannedSku,
    Question,
    Role,
    Wholesale,
)
from dupcheck.plans.cautions import list_cautions
from dupcheck.plans.changes import change_axes, is_told_apart
from dupcheck.plans.mixture import Mixture, Own
from dupcheck.plans.offers import (
    Offer,
    find_axes,
    list_values,
    sort_offers,
)
from dupcheck.plans.parts import Bookkeeper, Gap, Part
from dupcheck.plans.questions import ask_seller, gather_line, name_kinds, say_gap, write_gap
from dupcheck.plans.ranking import explain_keep, rank_group
from dupcheck.plans.wholesale import plan_tier
from dupcheck.rules import RuleException, RulePack
from dupcheck.titles import order_values


class Tie(NamedTuple):
    """What binds a listing to its group: its ``partner`` there, the ``rule`` that caught the two and how strongly, and
    what they differ in. No rule: it is likely to be one product with its partner, with this probability, or, of
    titles ``across`` two scripts, with meanings so near.
    """

    partner: int
    rule: int | None
    strength: float
    differences: tuple[Difference, ...]
    across: bool = False


Ties = Mapping[int, Tie]
"""For listings in groups, the pair that binds each most strongly."""


def find_ties(features: Features, caught: Findings, inside: IntArray) -> dict[int, Tie]:
    """Return the ties of all listings that the pairs ``inside`` groups join; of pairs as strong, the first counts."""
    inside = inside[np.argsort(-caught.strength[inside], kind="stable")]
    ends = np.stack([caught.left[inside], caught.right[inside]], axis=1).ravel()
    members, first = np.unique(ends, return_index=True)
    pair = inside[first // 2]
    partner = np.where(caught.left[pair] == members, caught.right[pair], caught.left[pair])
    which, answers = list_differences(features, members, partner)
    facts = zip(
        partner.tolist(), caught.rule[pair].tolist(), caught.strength[pair].tolist(),
        (answers[k] for k in which.tolist()), strict=True,
    )  # fmt: skip
    return dict(zip(members.tolist(), starmap(Tie, facts), strict=True))


class Planner:
    """Makes the plan of one group. ``members`` are listing positions; ``own`` is what the listings of its cluster
    offer, where that is known.
    """

    def __init__(
        self, books: Bookkeeper, pack: RulePack, group: Group, members: Sequence[int],
        drafts: frozenset[int] = frozenset(), parts: Sequence[Part] = (), own: Own | None = None,
    ) -> None:  # fmt: skip
        self.books, self.shelf, self.pack, self.group = books, books.shelf, pack, group
        shelf = books.shelf
        if own is None or own.keys() != set(members):  # what a part of a cluster offers may be told otherwise
            own = rank_group(shelf, pack, members, drafts)
        self._own = own
        self.ranked = list(self._own)
        self.offers = tuple(chain.from_iterable(self._own.values()))
        self.axes = find_axes(self.offers, shelf.held_axes(self.offers))
        self.keep = self.ranked[0]
        self.reasons: list[Message] = []
        self.cautions: list[Message] = []
        self.parts = parts
        self.doubts: dict[int, Gap] = {}
        """Members that may not be acted on, and why."""

    def make(self, ties: "Ties") -> Plan:
        """Return the plan; ``ties`` bind the group's members to each other."""
        main, *others = self.parts or self.books.part(self.ranked, self._own)
        inside = set(main.members)
        more = inside
        while more:  # questions are about the best of all that are one, and an answer may bring in a better one
            first = next(m for m in self.ranked if m in inside)
            outside = (m for part in others for m in part.members if m not in inside)
            more = {m for m in outside if self.books.is_told_one(first, m)}
            inside |= more
        self.doubts = {m: part.gap for part in others for m in part.members if part.gap is not None and m not in inside}
        self._narrow(inside)
        if len(self.ranked) > 1:
            return self._act(ties)
        return self._ask(ties)

    def _narrow(self, members: Iterable[int]) -> None:
        """Go on with these members only."""
        inside = set(members)
        if inside.issuperset(self.ranked) and not self.books.replies.known:
            return
        self.ranked = [m for m in self.ranked if m in inside]
        self.offers = self.books.name_choices(tuple(o for o in self.offers if o.member in inside), self.ranked)
        self._own = {**self._own, **sort_offers(self.offers, self.ranked)}
        self.axes = find_axes(self.offers, self.shelf.held_axes(self.offers))
        self.keep = self.ranked[0]

    def _act(self, ties: "Ties") -> Plan:
        category = self.shelf.text(self.keep, "category")
        allowed = self._find_exception(category)
        if allowed is not None:
            return self.leave(allowed, ties)
        self._split()
        while (unsure := self._doubt_copies()) and len(self.ranked) > len(unsure):
            self.doubts |= unsure
            self._narrow([m for m in self.ranked if m not in unsure])
            self._split()
        if len(self.ranked) == 1:
            return self._ask(ties)
        obstacles = self._find_obstacles(category)
        if obstacles:
            return self._differentiate(obstacles, ties)
        return self._merge(ties)

    # what may stay as it is

    def _find_exception(self, category: str) -> Message | None:
        """Say why the marketplace allows the whole group as it is, if it does; past a cap, say so among the reasons."""
        count = len(self.ranked)
        for exception in self.pack.exceptions:
            if not exception.testable or not exception.covers(category) or not self._excepts(exception):
                continue
            names = AxisNames("", {}, tuple(self.axes))
            if exception.allow is None:
                return message("plans.allowed_any", count=count, axes=names)
            if count <= exception.allow:
                return message("plans.allowed", count=count, axes=names, allow=exception.allow)
            spare = ", ".join(self.shelf.id(m) for m in self.ranked[: exception.allow])
            self.reasons.append(
                message("plans.over_cap", count=count, axes=names, allow=exception.allow, ids=spare)
            )  # fmt: skip
        return None

    def _excepts(self, exception: RuleException) -> bool:
        if len(self.offers) != len(self.ranked):
            return False
        if exception.at_least:
            return self._differ_enough(exception)
        combos = {o.combo(self.axes) for o in self.offers}
        return (
            bool(self.axes)
            and set(self.axes) <= set(exception.differ_only_in)
            and len(combos) == len(self.ranked)
            and all(all(c) for c in combos)
        )

    def _differ_enough(self, exception: RuleException) -> bool:
        """Whether every two of the group differ significantly in as many things as the marketplace asks for."""
        pairs = list(combinations(range(len(self.offers)), 2))
        count = np.zeros(len(pairs), dtype=np.int64)
        for axis in exception.axes:
            values = [o.values.get(axis, "") for o in self.offers]
            count += np.array([bool(values[a] and values[b]) and values[a] != values[b] for a, b in pairs])
        left = np.array([self.offers[a].member for a, _ in pairs])
        right = np.array([self.offers[b].member for _, b in pairs])
        signals = measure_signals(self.shelf.features, left, right)
        for limit in exception.limits:
            count += limit.hold(signals[limit.signal])[0]
        return bool((count >= exception.at_least).all())

    def leave(self, reason: Message, ties: "Ties") -> Plan:
        """Return the plan that leaves every member as it is, for this reason; where others of the group wait for an
        answer, it asks.
        """
        roles: dict[int, Role] = dict.fromkeys(self.ranked, "allowed")
        plan = self._finish("ask" if self.doubts else "none", roles, ties, reasons=(reason,))
        return plan if plan.question is None else replace(plan, reasons=(*plan.reasons, plan.question.text))

    # what becomes of each member

    def _split(self) -> None:
        """Part the members: kept ones whose offers become SKUs, wholesale twins, and copies."""
        minimum = {m: self.shelf.minimum_order(m) for m in self.ranked}
        marked = {m for m in self.ranked if "wholesale" in self.shelf.value("tier", m)}
        if len(marked) == len(self.ranked):
            marked = set()
        dear = {m for m in self.ranked if m in marked or minimum[m] > min(minimum.values())}
        retail = {o.combo(self.axes) for o in self.offers if o.member not in dear}
        self.wholesale = [m for m in self.ranked if m in dear and self._combos(m) <= retail]
        self.skus: dict[tuple[str, ...], list[Offer]] = {}
        for offer in self.offers:
            if offer.member not in self.wholesale:
                self.skus.setdefault(offer.combo(self.axes), []).append(offer)
        self.keep = next(m for m in self.ranked if m not in self.wholesale)
        chosen = {offers[0].member for offers in self.skus.values()}
        self.kept = [m for m in self.ranked if m in chosen]
        self.copies = [m for m in self.ranked if m not in chosen and m not in self.wholesale]
        self.mix = Mixture(
            self.shelf, self.pack, self.ranked, self.keep, self.kept, self.wholesale, self.axes, self.offers, self._own,
            self.skus,
        )  # fmt: skip
        lost = [m for m in self.kept if minimum[m] > min(minimum.values())]
        if lost:
            self.cautions.append(message("plans.minimum_lost", ids=self._ids(lost)))

    def _doubt_copies(self) -> dict[int, Gap]:
        """The listings that would be removed although something of them differs, or nothing proves them copies."""
        found = {}
        for m in self.copies:
            alike = [self.skus[combo] for combo in sorted(self._combos(m))]
            kept = list(dict.fromkeys(offers[0].member for offers in alike))
            gap = self.books.doubt_copy(self._own, kept, m, min(map(len, alike)))
            if gap is not None and not self.books.is_told_one(self.keep, m, "same"):
                found[m] = gap
        return found

    def _ask(self, ties: "Ties") -> Plan:
        """Return the plan that only asks: nothing of the group is accounted for with anything else of it."""
        plan = self._finish("ask", {self.keep: "ask"}, ties)
        return plan if plan.question is None else replace(plan, reasons=(*plan.reasons, plan.question.text))

    def _combos(self, member: int) -> set[tuple[str, ...]]:
        return {o.combo(self.axes) for o in self._own[member]}

    def _ids(self, members: Iterable[int]) -> str:
        return ", ".join(self.shelf.id(m) for m in members)

    # what stands in the way

    def _find_obstacles(self, category: str) -> list[Message]:
        """Say why the group cannot be merged, if so."""
        obstacles = []
        merge = self.pack.merge
        if len(self.axes) > merge.max_axes:
            names = AxisNames("", {}, tuple(self.axes))
            obstacles.append(message("plans.too_many_axes", count=len(self.axes), axes=names, max=merge.max_axes))
        blocked = [a for a in self.axes if a in self.pack.no_option(category)]
        if blocked:
            obstacles.append(message("plans.no_option", axes=AxisNames("", {}, tuple(blocked)), category=category))
        currencies = sorted(self._currencies())
        if len(currencies) > 1:
            obstacles.append(message("plans.currencies", currencies=", ".join(currencies)))
        if len(self.skus) > merge.skus_max:
            obstacles.append(message("plans.too_many_skus", count=len(self.skus), max=merge.skus_max))
        for axis, most in merge.values_max.items():
            count = len({o.values.get(axis, "") for o in self.offers} - {""})
            if axis in self.axes and count > most:
                name = AxisNames("", {}, (axis,))
                obstacles.append(message("plans.too_many_values", axis=name, count=count, max=most))
        return obstacles

    def _currencies(self) -> Counter[str]:
        """The currencies of the offers that would become SKUs, and how many have each; copies need none."""
        return Counter(offers[0].currency for offers in self.skus.values() if offers[0].currency)

    def _differentiate(self, obstacles: Sequence[Message], ties: "Ties") -> Plan:
        """Tell the listings apart, since they cannot be one; or leave them, where they already are told apart."""
        shelf = self.shelf
        currencies = self._currencies()
        if len(currencies) <= 1 and is_told_apart(shelf, self.offers, self.ranked, self.axes):
            reason = message("plans.told_apart", count=len(self.ranked), axes=AxisNames("", {}, tuple(self.axes)))
            self.reasons += obstacles
            return self.leave(reason, ties)
        self.reasons.append(explain_keep(shelf, self.pack, self.ranked))
        self.reasons += obstacles
        changes: list[Change] = []
        currency = shelf.text(self.keep, "currency") or max(sorted(currencies), key=currencies.__getitem__, default="")
        for member in self.ranked if len(currencies) > 1 else []:
            if shelf.text(member, "currency") not in ("", currency):
                text = message("plans.change_currency", id=shelf.id(member), currency=currency)
                changes.append(Change(shelf.id(member), "currency", currency, text))
        if not changes:
            changes = change_axes(shelf, self.offers, self.ranked, self.axes, self.pack.merge.title_max)
        stay = set(self.copies)
        roles: dict[int, Role] = {m: "remove" if m in stay else "differentiate" for m in self.ranked}
        roles[self.keep] = "keep"
        changes = [c for c in changes if c.listing_id not in {shelf.id(m) for m in stay}]
        return self._finish("differentiate", roles, ties, changes=changes)

    # merging

    def _merge(self, ties: "Ties") -> Plan:
        self.reasons.insert(
            0, explain_keep(self.shelf, self.pack, [self.keep, *(m for m in self.ranked if m != self.keep)])
        )
        tier, reasons, cautions = plan_tier(self.mix)
        self.reasons += reasons
        self.cautions += cautions
        roles: dict[int, Role] = dict.fromkeys(self.ranked, "fold")
        roles.update(dict.fromkeys(self.copies, "remove"))
        roles[self.keep] = "keep"
        action: Action
        if len(self.kept) > 1:
            action = "merge_variants"
            for axis in self.axes:
                count = len({o.values.get(axis, "") for o in self.offers} - {""})
                self.reasons.append(message("plans.axis", axis=AxisNames("", {}, (axis,)), count=count))
        elif self.wholesale and tier is not None:
            action = "wholesale_tier"
        else:
            action = "remove_duplicates"
            roles.update(dict.fromkeys(self.wholesale, "remove"))
        if self.copies:
            self.reasons.append(message("plans.copies", ids=self._ids(self.copies)))
        self.cautions += list_cautions(self.mix)
        return self._finish(action, roles, ties, tier=tier)

    # putting it together

    def _finish(
        self, action: Action, roles: Mapping[int, Role], ties: "Ties", *,
        tier: Wholesale | None = None, changes: Sequence[Change] = (), reasons: Sequence[Message] = (),
    ) -> Plan:  # fmt: skip
        merged = action in ("merge_variants", "wholesale_tier", "remove_duplicates")
        folded = self.axes if action in ("merge_variants", "differentiate") or (merged and len(self.skus) > 1) else []
        names = {a: self.mix.option_names(a) for a in folded}
        shelf = self.shelf
        asked = self.doubts
        question = self._make_question(asked)
        if action == "ask":
            self.ranked = [*self.ranked, *asked]
        roles = {**roles, **dict.fromkeys(asked, "ask")}
        return Plan(
            group_id=self.group.group_id,
            action=action,
            keep=shelf.id(self.keep),
            listings=tuple(shelf.id(m) for m in self.ranked),
            title=self.mix.title if action == "merge_variants" and folded else shelf.text(self.keep, "title"),
            axes=tuple(Axis(shelf.name(a), tuple(dict.fromkeys(names[a].values()))) for a in folded),
            skus=self._sku_table(folded, names) if merged else (),
            wholesale=tier,
            reasons=(*self.reasons, *reasons),
            cautions=tuple(self.cautions),
            members=self._describe_members(roles, ties),
            changes=tuple(changes),
            question=question,
        )

    def _make_question(self, asked: Mapping[int, Gap]) -> Question | None:
        """The question that most of the members wait for; the others are asked when it is answered.

        What was answered of just these listings is not asked again. Where that was all, and did not say what becomes of
        them, what is left to say is whether they are copies.
        """
        if not asked:
            return None
        asked = {m: gap for m, gap in asked.items() if not self._is_said(m, gap)} or dict.fromkeys(asked, Gap("rest"))
        kinds = Counter(gap.kind for gap in asked.values())
        kind = min(kinds, key=lambda k: (-kinds[k], k))
        listings = [m for m, gap in asked.items() if gap.kind == kind]
        gap = asked[listings[0]]
        told = {asked[m]: m for m in reversed(listings)}
        around = [self.keep] if gap.what == "line" else [self.keep, *self.ranked]
        if gap.what == "line" or all(g.contrasts for g in told):
            gaps = {asked[m]: [told[asked[m]], *around] for m in listings}
            written = gather_line([write_gap(g, self.shelf, where) for g, where in gaps.items()])
        else:
            written = write_gap(gap, self.shelf, [*listings, *around])
        return ask_seller(gap, self.shelf.id(self.keep), [self.shelf.id(m) for m in listings], written)

    def _is_said(self, member: int, gap: Gap) -> bool:
        one, other = sorted((self.shelf.id(self.keep), self.shelf.id(member)))
        said = self.books.replies.answers.said
        return any(((one, other), kind) in said for kind in name_kinds(gap)) if said else False

    def _sku_table(self, axes: Sequence[str], names: Mapping[str, Mapping[str, str]]) -> tuple[PlannedSku, ...]:
        """One row a combination; what its first offer leaves open comes from the offers that it replaces."""
        order = {a: order_values(a, {o.values[a] for o in self.offers if o.values.get(a)}) for a in axes}
        spelled = {a: {o.values[a]: o.shown[a] for o in reversed(self.offers) if o.values.get(a)} for a in axes}

        def place(offers: Sequence[Offer]) -> list[int]:
            values = [(a, offers[0].values.get(a, "")) for a in axes]
            return [order[a].index(v) if v else len(order[a]) for a, v in values]

        rows = []
        for offers in sorted(self.skus.values(), key=place):
            first = offers[0]
            twins = list(offers[1:])
            twins += [
                o for o in self.offers if o.member in self.wholesale and o.combo(self.axes) == first.combo(self.axes)
            ]
            backup = [first, *offers[1:]]
            options = {self.shelf.name(a): names[a][spelled[a][v]] for a in axes if (v := first.values.get(a, ""))}
            rows.append(
                PlannedSku(
                    listing_id=self.shelf.id(first.member),
                    options=options,
                    price=next((o.price for o in backup if o.price is not None), None),
                    currency=next((o.currency for o in backup if o.currency), ""),
                    sku_code=next((o.sku_code for o in backup if o.sku_code), ""),
                    image=next((o.image for o in backup if o.image), ""),
                    gtin=next((o.gtin for o in backup if o.gtin), ""),
                    stock=next((o.stock for o in backup if o.stock is not None), None),
                    replaces=tuple(dict.fromkeys(self.shelf.id(o.member) for o in twins)),
                )
            )
        return tuple(rows)

    def _describe_members(self, roles: Mapping[int, Role], ties: "Ties") -> tuple[Member, ...]:
        """Each member with its role, its options, and the caught pair that binds it most strongly."""
        shown_axes = [*self.axes, *(a for a in ("color", "size") if a not in self.axes)]
        members = []
        for m in (self.keep, *(m for m in roles if m != self.keep)):
            own = self._own[m]
            options = {}
            for axis in shown_axes:
                if len(own) == 1:
                    value = own[0].shown.get(axis, "") if own[0].values.get(axis) else ""
                else:
                    value = ", ".join(list_values(axis, own))
                if value:
                    options[self.shelf.name(axis)] = value
            tie = ties.get(m)
            if tie is None:
                explanation, partner, code = message("plans.by_group"), "", ""
            elif tie.rule is None:
                partner, code = self.shelf.id(tie.partner), ""
                key = "plans.across" if tie.across else "plans.likely"
                explanation = message(key, partner=partner, percent=round(100 * tie.strength))
            else:
                partner, code = self.shelf.id(tie.partner), self.pack.rules[tie.rule].code
                key = "plans.like_partner" if tie.differences else "plans.same_as_partner"
                explanation = message(
                    key, code=code, partner=partner, percent=round(100 * tie.strength),
                    differs=DifferenceNames("", {}, self.shelf.spellings.spell(tie.differences, m, tie.partner)),
                )  # fmt: skip
            if m in self.doubts:
                around = () if self.doubts[m].frame else self.ranked
                written = write_gap(self.doubts[m], self.shelf, [m, self.keep, *around])
                gap = say_gap(written, self.shelf.id(self.keep))
                explanation = message("questions.tied", tie=explanation, gap=gap)
            members.append(Member(self.shelf.id(m), roles[m], code, options, partner, explanation))
        return tuple(members)
