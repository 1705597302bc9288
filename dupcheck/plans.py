"""Group → Plan: which listing to keep, what to fold into it as options, what to remove, and what stands in the way."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from dupcheck.catalog.values import parse_attributes
from dupcheck.differences import AxisNames, DifferenceNames, find_differences, name_axis
from dupcheck.features import OPTION_AXES, SIDE_AXES, Features
from dupcheck.model import (
    NUMBER_COLUMNS,
    Action,
    Axis,
    Catalog,
    Group,
    IntArray,
    Member,
    Plan,
    PlannedSku,
    Role,
    Wholesale,
)
from dupcheck.rules import RuleException, RulePack
from dupcheck.text import align_name, normalise, order_values, read_title, read_value, show_value
from dupcheck.verdicts import Findings
from dupcheck.words import Message, message

_DISCOUNT_TOLERANCE = 1.0
"""Percentage points by which the SKUs of one wholesale tier may differ before one discount cannot serve them all."""


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
    caught = findings.duplicates
    label = np.full(len(features), -1, dtype=np.int64)
    for k, (_, members) in enumerate(groups):
        label[members] = k
    inside = np.flatnonzero((label[caught.left] == label[caught.right]) & (label[caught.left] >= 0))
    inside = inside[np.argsort(label[caught.left[inside]], kind="stable")]
    starts = np.searchsorted(label[caught.left[inside]], np.arange(len(groups) + 1))
    return tuple(
        _Planner(catalog, features, pack, group, [int(m) for m in members], drafts).plan(
            caught, inside[starts[k] : starts[k + 1]]
        )
        for k, (group, members) in enumerate(groups)
    )


class _Planner:
    """Makes the plan of one group. ``members`` are listing positions."""

    def __init__(
        self, catalog: Catalog, features: Features, pack: RulePack, group: Group, members: Sequence[int],
        drafts: frozenset[int],
    ) -> None:  # fmt: skip
        self.features, self.pack, self.group, self.drafts = features, pack, group, drafts
        self.table = catalog.table
        self.numbers = {name: catalog.numbers(name) for name in NUMBER_COLUMNS}
        self.ranked = sorted(members, key=self.rank)
        self.keep = self.ranked[0]
        self.reasons: list[Message] = []
        self.cautions: list[Message] = []
        self.shown = {m: self.show_options(m) for m in members}

    # what each listing is

    def id(self, position: int) -> str:
        return str(self.features.ids[position])

    def number(self, position: int, name: str) -> float | None:
        value = self.numbers[name][position]
        return None if np.isnan(value) else float(value)

    def completeness(self, position: int) -> int:
        return sum(value != "" and value == value for value in self.table.loc[position])

    def rank(self, position: int) -> tuple[object, ...]:
        """Sort key: the listing to keep first, by the pack's order; what is missing ranks last."""
        key: list[object] = [position in self.drafts]
        for name in self.pack.keep:
            if name == "created":
                created = str(self.table.at[position, "created"])
                key += [created == "", created]
            elif name == "completeness":
                key.append(-self.completeness(position))
            else:
                value = self.number(position, name)
                key.append(np.inf if value is None else -value)
        return (*key, self.id(position))

    def show_options(self, position: int) -> dict[str, str]:
        """A listing's option values by axis, as its own option column writes them where it has one."""
        own: dict[str, str] = {}
        for name, value in parse_attributes(str(self.table.at[position, "attributes"])).items():
            own.setdefault(align_name(name), value.strip())
        shown = {}
        for axis in (*OPTION_AXES, *SIDE_AXES):
            canonical = self.value(axis, position)
            if canonical:
                raw = own.get(axis, "")
                shown[axis] = raw if raw and read_value(axis, raw) == canonical else show_value(axis, canonical, "en")
        return shown

    def value(self, axis: str, position: int) -> str:
        column = self.features.axes.get(axis)
        return "" if column is None else column.value(position)

    # what the group differs in

    def varying(self, members: Sequence[int]) -> list[str]:
        """The axes that become options: those on which members state different values; side axes only where needed."""
        axes = [a for a in OPTION_AXES if len({self.value(a, m) for m in members} - {""}) > 1]
        for axis in SIDE_AXES:
            told_apart = {tuple(self.value(a, m) for a in axes) for m in members}
            further = {tuple(self.value(a, m) for a in (*axes, axis)) for m in members}
            stated = all(self.value(axis, m) for m in members)
            if stated and len(further) > len(told_apart):
                axes.append(axis)
        return axes

    def plan(self, caught: Findings, pairs: IntArray) -> Plan:
        members = self.ranked
        axes = self.varying(members)
        self.explain_keep()
        allowed = self.find_exception(axes)
        if allowed is not None:
            self.reasons.append(message("plans.allowed", count=len(members), allow=allowed.allow))
            roles: dict[int, Role] = dict.fromkeys(members, "allowed")
            return self.finish("none", roles, axes, [], None, caught, pairs)
        retail, wholesale = self.split_tiers(members, axes)
        copies = self.find_copies(retail, axes)
        kept = [m for m in retail if m not in copies]
        if self.keep not in kept:
            self.keep = kept[0]
        roles = dict.fromkeys(members, "fold")
        roles.update(dict.fromkeys(copies, "remove"))
        roles[self.keep] = "keep"
        tier = self.make_tier(kept, wholesale, axes)
        obstacles = self.find_obstacles(axes, kept)
        if obstacles:
            self.reasons += obstacles
            roles = {m: "differentiate" if r == "fold" else r for m, r in roles.items()}
            return self.finish("differentiate", roles, axes, [], None, caught, pairs)
        action: Action
        if len(kept) > 1:
            action = "merge_variants"
            names = [message("plans.axis", axis=AxisNames("", {}, (a,)), count=len(self.values(a, kept))) for a in axes]
            self.reasons += names
        elif wholesale:
            action = "wholesale_tier"
        else:
            action = "remove_duplicates"
        if copies:
            self.reasons.append(message("plans.copies", ids=", ".join(self.id(m) for m in copies)))
        self.check_listing(axes, kept)
        return self.finish(action, roles, axes, kept, tier, caught, pairs)

    def explain_keep(self) -> None:
        keep, others = self.keep, self.ranked[1:]
        for name in self.pack.keep:
            if name == "created":
                mine, theirs = str(self.table.at[keep, name]), [str(self.table.at[m, name]) for m in others]
                if mine and all(mine < t or not t for t in theirs):
                    self.reasons.append(message("plans.keep_oldest", id=self.id(keep), created=mine))
                    return
            elif name == "completeness":
                if all(self.completeness(keep) > self.completeness(m) for m in others):
                    self.reasons.append(message("plans.keep_completest", id=self.id(keep)))
                    return
            else:
                best = self.number(keep, name)
                theirs_n = [self.number(m, name) for m in others]
                if best is not None and all(t is None or t < best for t in theirs_n):
                    self.reasons.append(message(f"plans.keep_{name}", id=self.id(keep), value=f"{best:g}"))
                    return
        self.reasons.append(message("plans.keep_first", id=self.id(keep)))

    def find_exception(self, axes: Sequence[str]) -> RuleException | None:
        """The pack's exception that allows the whole group as it is, if any; a group past its cap is told so."""
        for exception in self.pack.exceptions:
            differ = set(axes) and set(axes) <= set(exception.differ_only_in)
            combos = {tuple(self.value(a, m) for a in axes) for m in self.ranked}
            if differ and len(combos) == len(self.ranked) and all(all(c) for c in combos):
                if len(self.ranked) <= exception.allow:
                    return exception
                self.reasons.append(message("plans.over_cap", count=len(self.ranked), allow=exception.allow))
        return None

    def split_tiers(self, members: Sequence[int], axes: Sequence[str]) -> tuple[list[int], list[int]]:
        """Part retail listings from wholesale ones: those with a larger minimum order, or that say so."""
        minimum = {m: float(self.features.minimum_order[m]) for m in members}
        marked = {m for m in members if "wholesale" in self.value("tier", m)}
        if len(marked) == len(members):
            marked = set()
        wholesale = {m for m in members if m in marked or minimum[m] > min(minimum.values())}
        retail = [m for m in members if m not in wholesale]
        twins = [m for m in wholesale if any(self.same_options(m, r, axes) for r in retail)]
        return [m for m in members if m not in twins], sorted(twins, key=self.ranked.index)

    def same_options(self, a: int, b: int, axes: Sequence[str]) -> bool:
        return all(self.value(x, a) == self.value(x, b) for x in axes)

    def find_copies(self, members: Sequence[int], axes: Sequence[str]) -> list[int]:
        """Members that offer nothing a better-ranked one does not: the same value on every axis."""
        seen: set[tuple[str, ...]] = set()
        copies = []
        for m in sorted(members, key=self.ranked.index):
            combo = tuple(self.value(a, m) for a in axes)
            if combo in seen:
                copies.append(m)
            seen.add(combo)
        return copies

    def values(self, axis: str, members: Sequence[int]) -> list[str]:
        canonical = {self.value(axis, m) for m in members} - {""}
        shown = {self.value(axis, m): self.shown[m][axis] for m in reversed(members) if self.value(axis, m)}
        return [shown[v] for v in order_values(axis, canonical)]

    # what stands in the way

    def find_obstacles(self, axes: Sequence[str], members: Sequence[int]) -> list[Message]:
        """Why the group cannot be merged, if so."""
        obstacles = []
        merge = self.pack.merge
        if len(axes) > merge.max_axes:
            names = AxisNames("", {}, tuple(axes))
            obstacles.append(message("plans.too_many_axes", count=len(axes), axes=names, max=merge.max_axes))
        currencies = sorted({str(self.table.at[m, "currency"]) for m in members} - {""})
        if len(currencies) > 1:
            obstacles.append(message("plans.currencies", currencies=", ".join(currencies)))
        return obstacles

    def make_tier(self, retail: Sequence[int], wholesale: Sequence[int], axes: Sequence[str]) -> Wholesale | None:
        """One wholesale tier for the twins, or None with the reason among the cautions."""
        if not wholesale:
            return None
        discounts, minima = [], []
        for m in wholesale:
            partner = next(r for r in retail if self.same_options(m, r, axes))
            high, low = self.number(partner, "price"), self.number(m, "price")
            if high is None or low is None:
                self.cautions.append(message("plans.tier_no_price", id=self.id(m if low is None else partner)))
                continue
            if low >= high:
                self.cautions.append(message("plans.tier_not_cheaper", id=self.id(m), partner=self.id(partner)))
                continue
            discounts.append(100.0 - 100.0 * low / high)
            minima.append(int(self.features.minimum_order[m]))
        if not discounts:
            return None
        if max(discounts) - min(discounts) > _DISCOUNT_TOLERANCE or len(set(minima)) > self.pack.merge.price_tiers:
            self.cautions.append(
                message("plans.tiers_differ", low=f"{min(discounts):.0f}", high=f"{max(discounts):.0f}",
                        tiers=self.pack.merge.price_tiers)
            )  # fmt: skip
        minimum = min(minima)
        if minimum < 2:
            minimum = 2
            self.cautions.append(message("plans.tier_no_minimum"))
        percent = min(99, max(1, int(min(discounts) + 0.5)))
        self.reasons.append(message("plans.tier", minimum=minimum, percent=percent))
        return Wholesale(minimum, percent)

    def check_listing(self, axes: Sequence[str], kept: Sequence[int]) -> None:
        """What a seller should look at before merging."""
        for axis in axes:
            silent = [self.id(m) for m in kept if not self.value(axis, m)]
            if silent:
                self.cautions.append(message("plans.unstated", axis=AxisNames("", {}, (axis,)), ids=", ".join(silent)))
            long = [v for v in self.values(axis, kept) if len(v) > self.pack.merge.option_name_max]
            if long:
                self.cautions.append(
                    message("plans.long_names", names=", ".join(long), max=self.pack.merge.option_name_max)
                )
        categories = {str(self.table.at[m, "category"]) for m in self.ranked} - {""}
        if len(categories) > 1:
            self.cautions.append(message("plans.categories", categories="; ".join(sorted(categories))))
        prices = [p for m in kept if (p := self.number(m, "price"))]
        if len(kept) > 1 and prices and max(prices) > self.pack.merge.price_spread_max * min(prices):
            self.cautions.append(
                message(
                    "plans.spread",
                    times=f"{max(prices) / min(prices):.1f}",
                    max=f"{self.pack.merge.price_spread_max:g}",
                )
            )
        missing = [self.id(m) for m in kept if self.number(m, "price") is None]
        if missing:
            self.cautions.append(message("plans.no_price", ids=", ".join(missing)))

    # putting it together

    def title(self, axes: Sequence[str]) -> str:
        """The kept listing's title without the words that become options."""
        title = str(self.table.at[self.keep, "title"])
        gone = Counter(word for token in read_title(title).tokens if token.axis in axes for word in token.text.split())
        for axis in axes:
            gone.update(normalise(self.shown[self.keep].get(axis, "")).split())
        words = []
        for chunk in title.split():
            parts = [p for p in normalise(chunk).replace("-", " ").split() if p]
            if parts and all(p in gone for p in parts):
                continue
            tail = chunk.split("-")
            while len(tail) > 1 and normalise(tail[-1]) in gone:
                tail.pop()
            words.append("-".join(tail))
        return " ".join(words).strip(" -,/|")[: self.pack.merge.title_max].strip() or title

    def finish(
        self, action: Action, roles: Mapping[int, Role], axes: Sequence[str], kept: Sequence[int],
        tier: Wholesale | None, caught: Findings, pairs: IntArray,
    ) -> Plan:  # fmt: skip
        folded = axes if action in ("merge_variants", "differentiate") else []
        skus = []
        if action in ("merge_variants", "wholesale_tier", "remove_duplicates"):
            for m in sorted(kept, key=lambda m: self.order_of(m, axes, kept)):
                skus.append(
                    PlannedSku(
                        self.id(m),
                        {name_axis(a, "en"): self.shown[m][a] for a in folded if a in self.shown[m]},
                        self.number(m, "price"),
                        str(self.table.at[m, "currency"]),
                        str(self.table.at[m, "sku_code"]),
                        str(self.table.at[m, "main_image"]),
                    )
                )
        return Plan(
            group_id=self.group.group_id,
            action=action,
            keep=self.id(self.keep),
            listings=tuple(self.id(m) for m in self.ranked),
            title=self.title(folded),
            axes=tuple(Axis(name_axis(a, "en"), tuple(self.values(a, kept or self.ranked))) for a in folded),
            skus=tuple(skus),
            wholesale=tier,
            reasons=tuple(self.reasons),
            cautions=tuple(self.cautions),
            members=self.describe_members(roles, axes, caught, pairs),
        )

    def order_of(self, member: int, axes: Sequence[str], kept: Sequence[int]) -> tuple[int, ...]:
        order = []
        for axis in axes:
            values = order_values(axis, {self.value(axis, m) for m in kept} - {""})
            value = self.value(axis, member)
            order.append(values.index(value) if value else len(values))
        return (*order, self.ranked.index(member))

    def describe_members(
        self, roles: Mapping[int, Role], axes: Sequence[str], caught: Findings, pairs: IntArray
    ) -> tuple[Member, ...]:
        """Each member with its role, its options, and the caught pair that binds it most strongly."""
        best: dict[int, int] = {}
        for p in pairs[np.argsort(-caught.strength[pairs], kind="stable")]:
            for m in (int(caught.left[p]), int(caught.right[p])):
                best.setdefault(m, int(p))
        shown_axes = [*axes, *(a for a in ("color", "size") if a not in axes)]
        members = []
        for m in sorted(self.ranked, key=lambda m: (m != self.keep, self.ranked.index(m))):
            options = {name_axis(a, "en"): self.shown[m][a] for a in shown_axes if a in self.shown[m]}
            if m not in best:
                explanation, partner, code = message("plans.by_group"), "", ""
            else:
                p = best[m]
                other = int(caught.right[p]) if int(caught.left[p]) == m else int(caught.left[p])
                partner, code = self.id(other), self.pack.rules[caught.rule[p]].code
                differences = find_differences(self.features, m, other)
                key = "plans.like_partner" if differences else "plans.same_as_partner"
                explanation = message(
                    key, code=code, partner=partner, percent=round(100 * float(caught.strength[p])),
                    differs=DifferenceNames("", {}, differences),
                )  # fmt: skip
            members.append(Member(self.id(m), roles[m], code, options, partner, explanation))
        return tuple(members)
