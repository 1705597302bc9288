"""Group → Plan: which listing to keep, what to fold into it as options, what to remove, and what stands in the way."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import combinations

import numpy as np

from dupcheck.features import Features
from dupcheck.groups import describe_groups
from dupcheck.judging.differences import AxisNames, DifferenceNames, list_differences
from dupcheck.judging.verdicts import Findings, measure_signals
from dupcheck.learned.answers import Replies
from dupcheck.limits import is_foreign_title, list_bad_codes, list_foreign, list_long, list_twice
from dupcheck.messages import Message, message
from dupcheck.model import (
    Action,
    Axis,
    Catalog,
    Change,
    Difference,
    Group,
    IntArray,
    Member,
    Plan,
    PlannedSku,
    Question,
    Reply,
    Role,
    Wholesale,
)
from dupcheck.plans.changes import change_axes, cut_words, is_told_apart
from dupcheck.plans.offers import (
    LOGISTICS,
    MEASURED,
    Offer,
    Shelf,
    find_axes,
    list_values,
    says_on,
    settle_values,
    shorten_values,
)
from dupcheck.plans.parts import Bookkeeper, Gap, Part
from dupcheck.plans.questions import ask_seller, count_settled, say_gap
from dupcheck.plans.tiers import CENT, bulk_price, find_discount
from dupcheck.rules import RuleException, RulePack
from dupcheck.titles import normalise, order_values, read_title, read_value

_PICTURED = ("color", "pattern", "style", "shape", "material")
"""Axes whose values a buyer chooses by their picture."""
_LINKS = frozenset({"for", "of", "in", "with", "by", "size", "color", "colour", "fits"})
_FEW = 3
_COMMON = 3
"""In so many clusters two words stand for each other that are no product's name."""


Ties = Mapping[int, tuple[int, int, float, tuple[Difference, ...]]]
"""For listings in groups, the caught pair that binds each most strongly: its partner, rule, strength, differences."""


def find_ties(features: Features, caught: Findings, inside: IntArray) -> Ties:
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
    return dict(zip(members.tolist(), facts, strict=True))


class Planner:
    """Makes the plan of one group. ``members`` are listing positions; ``best`` is the one to keep first."""

    def __init__(
        self, books: Bookkeeper, pack: RulePack, group: Group, members: Sequence[int],
        drafts: frozenset[int] = frozenset(), parts: Sequence[Part] = (),
    ) -> None:  # fmt: skip
        self.books, self.shelf, self.pack, self.group = books, books.shelf, pack, group
        shelf = books.shelf
        self.ranked = sorted(members, key=lambda m: rank_listing(shelf, pack, m, drafts))
        self.offers = settle_values(shelf.list_group(self.ranked))
        self.axes = find_axes(self.offers, shelf.held_axes(self.offers))
        self.keep = self.ranked[0]
        self._listed: dict[str, list[str]] = {}
        self._own: dict[int, list[Offer]] = {m: [] for m in self.ranked}
        for offer in self.offers:
            self._own[offer.member].append(offer)
        self.reasons: list[Message] = []
        self.cautions: list[Message] = []
        self.parts = parts
        self.doubts: dict[int, Gap] = {}
        """Members that may not be acted on, and why."""

    def make(self, ties: "Ties") -> Plan:
        """Return the plan; ``ties`` bind the group's members to each other."""
        main, *others = self.parts or self.books.part(self.ranked, self._own)
        self.doubts = {m: part.gap for part in others for m in part.members if part.gap is not None}
        self._narrow(main.members)
        if len(self.ranked) > 1:
            return self._act(ties)
        return self._ask(ties)

    def _narrow(self, members: Sequence[int]) -> None:
        """Go on with these members only."""
        inside = set(members)
        self.ranked = [m for m in self.ranked if m in inside]
        self.offers = tuple(o for o in self.offers if o.member in inside)
        self.axes = find_axes(self.offers, self.shelf.held_axes(self.offers))
        self.keep = self.ranked[0]
        self._listed = {}

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
        """Return the plan that leaves every member as it is, for this reason."""
        roles: dict[int, Role] = dict.fromkeys(self.ranked, "allowed")
        return self._finish("none", roles, ties, reasons=(reason,))

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
            if gap is not None:
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
        tier = self._make_tier()
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
        self._check()
        return self._finish(action, roles, ties, tier=tier)

    def _make_tier(self) -> Wholesale | None:
        """One wholesale tier for the twins and for the tiers that listings already have, or None with the reason."""
        merge, twins = self.pack.merge, dict[int, list[tuple[float, float]]]()
        minimum: dict[int, float] = {}
        for m in self.wholesale:
            prices = self._twin_prices(m)
            if prices:
                twins[m], minimum[m] = prices, self.shelf.minimum_order(m)
        for m in self.kept:
            retail, bulk = self.shelf.number(m, "price"), self.shelf.number(m, "bulk_price")
            if retail and bulk and bulk < retail:
                twins[m], minimum[m] = [(retail, bulk)], self.shelf.number(m, "min_order_quantity") or 2.0
        found = {m: d for m in twins if (d := find_discount(twins[m], merge.discount_max)) is not None}
        for m in self.wholesale:
            if m in twins and m not in found:
                self.cautions.append(message("plans.tier_not_cheaper", id=self.shelf.id(m)))
        if not found:
            return None
        if merge.price_tiers < 1:
            self.cautions.append(message("plans.no_tiers", ids=self._ids(found)))
            return None
        steps = sorted({minimum[m] for m in found})
        if len(steps) > merge.price_tiers:
            least = min(found, key=lambda m: (found[m].percent, minimum[m]))
            given_up = [m for m in found if minimum[m] != minimum[least]]
            self.cautions.append(
                message("plans.tiers_many", count=len(steps), max=merge.price_tiers, ids=self._ids(given_up))
            )
            found = {m: d for m, d in found.items() if m not in given_up}
        discount = find_discount([pair for m in found for pair in twins[m]], merge.discount_max)
        assert discount is not None  # every one of its parts is cheaper
        if not discount.fits:
            self.cautions.append(message("plans.tiers_differ", low=discount.low, high=discount.high))
        elif discount.off > CENT + 1e-9:
            worst = max(
                (p for m in found for p in twins[m]), key=lambda p: abs(bulk_price(p[0], discount.percent) - p[1])
            )
            self.cautions.append(
                message("plans.tier_off", price=f"{bulk_price(worst[0], discount.percent):.2f}", was=f"{worst[1]:.2f}")
            )
        pieces = int(min(minimum[m] for m in found))
        if pieces < 2:
            pieces = 2
            self.cautions.append(message("plans.tier_no_minimum"))
        if pieces > merge.min_order_max:
            self.cautions.append(message("plans.tier_minimum", minimum=pieces, max=merge.min_order_max))
        self.reasons.append(message("plans.tier", minimum=pieces, percent=discount.percent))
        return Wholesale(pieces, discount.percent)

    def _twin_prices(self, member: int) -> list[tuple[float, float]]:
        prices = []
        for offer in self._own[member]:
            partner = self.skus[offer.combo(self.axes)][0]
            if offer.price and partner.price:
                prices.append((partner.price, offer.price))
            else:
                silent = offer if not offer.price else partner
                self.cautions.append(message("plans.tier_no_price", id=self.shelf.id(silent.member)))
        return prices

    # what a seller should look at before merging

    def _check(self) -> None:
        chosen = [offers[0] for offers in self.skus.values()]
        for axis in self.axes:
            self._check_axis(axis, chosen)
        self._check_prices(chosen)
        self._check_codes(chosen)
        self._check_places()
        self._check_copies()
        self._check_facts()
        for opposite in self.pack.opposites:
            named = [a for a in self.axes if a in opposite.axes]
            if named:
                names = AxisNames("", {}, tuple(named))
                self.cautions.append(message("plans.opposite", axes=names, text=_PackText(opposite.summary.by_lang)))

    def _check_axis(self, axis: str, chosen: Sequence[Offer]) -> None:
        name, merge = AxisNames("", {}, (axis,)), self.pack.merge
        silent = dict.fromkeys(o.member for o in chosen if not o.values.get(axis))
        if silent:
            self.cautions.append(message("plans.unstated", axis=name, ids=self._ids(silent)))
        names = self._option_names(axis)
        changed = [f"{old} → {new}" for old, new in names.items() if old != new]
        if changed:
            self.cautions.append(message("plans.shortened", max=merge.option_name_max, names="; ".join(changed)))
        if long := list_long(names.values(), merge):
            self.cautions.append(message("plans.long_names", names=", ".join(long), max=merge.option_name_max))
        if foreign := list_foreign(names.values(), merge):
            self.cautions.append(message("plans.names_alphabet", names=", ".join(foreign)))
        if axis in _PICTURED:
            shown: dict[str, dict[str, None]] = {}
            for offer in chosen:
                if offer.values.get(axis):
                    shown.setdefault(offer.image, {})[offer.shown[axis]] = None
            for image, values in shown.items():
                if len({_plain_word(v) for v in values}) > 1:
                    key = "plans.same_photo" if image else "plans.no_photo"
                    self.cautions.append(message(key, axis=name, values=", ".join(values)))

    def _check_prices(self, chosen: Sequence[Offer]) -> None:
        missing = dict.fromkeys(o.member for o in chosen if o.price is None)
        if missing:
            self.cautions.append(message("plans.no_price", ids=self._ids(missing)))
        prices = [o.price for o in chosen if o.price]
        most = self.pack.merge.price_spread_max
        if len(self.skus) < 2 or not prices or max(prices) <= most * min(prices):
            return
        times = f"{max(prices) / min(prices):.1f}"
        pieces = [_pieces(o) for o in chosen if o.price]
        each = [p / n for p, n in zip(prices, pieces, strict=True)]
        if "pack" in self.axes and max(each) <= most * min(each):
            a_piece = f"{max(each) / min(each):.1f}"
            self.cautions.append(message("plans.spread_packs", times=times, max=f"{most:g}", piece=a_piece))
        else:
            self.cautions.append(message("plans.spread", times=times, max=f"{most:g}"))

    def _check_codes(self, chosen: Sequence[Offer]) -> None:
        codes = [o.sku_code for o in chosen if o.sku_code]
        if bad := list_bad_codes(codes, self.pack.merge):
            self.cautions.append(message("plans.bad_codes", codes=_few(bad), max=self.pack.merge.sku_code_max))
        if twice := list_twice(codes):
            self.cautions.append(message("plans.same_codes", codes=_few(twice)))
        stocks = [o.stock for o in chosen]
        if stocks and all(s is not None and s <= 0 for s in stocks):
            self.cautions.append(message("plans.no_stock"))

    def _check_places(self) -> None:
        for name in ("category", "shop"):
            found = sorted({self.shelf.text(m, name) for m in self.ranked} - {""})
            if len(found) > 1:
                self.cautions.append(message(f"plans.{name}_differs", names="; ".join(found)))
        templates = [
            {value for axis, (_, value) in self.shelf.attributes(m).items() if axis == LOGISTICS} for m in self.ranked
        ]
        if len(set.union(*templates)) > 1:
            self.cautions.append(message("plans.templates_differ", names="; ".join(sorted(set.union(*templates)))))
        if is_foreign_title(self._title, self.pack.merge):
            self.cautions.append(message("plans.title_alphabet"))
        pictures = {p for m in self.ranked for p in self.shelf.text(m, "images").split(";")}
        pictures |= {self.shelf.text(m, "main_image") for m in self.ranked}
        if len(pictures - {""}) > self.pack.merge.images_max:
            self.cautions.append(
                message("plans.images", count=len(pictures - {""}), max=self.pack.merge.images_max)
            )  # fmt: skip

    def _check_copies(self) -> None:
        """Say what an offer that gives way held otherwise than the one that stays."""
        codes, prices, stocks = [], [], []
        for first, *others in self.skus.values():
            for other in others:
                copy = self.shelf.id(other.member)
                codes += [
                    f"{c} ({copy})" for c in (other.sku_code, other.gtin) if c and c not in (first.sku_code, first.gtin)
                ]
                told = other.price is not None and first.price is not None
                if told and (other.price, other.currency or first.currency) != (first.price, first.currency):
                    prices.append(f"{copy}: {_show_money(other)}, {self.shelf.id(first.member)}: {_show_money(first)}")
                if other.stock is not None and first.stock is not None and other.stock != first.stock:
                    stocks.append(f"{copy}: {other.stock:g}, {self.shelf.id(first.member)}: {first.stock:g}")
        if codes:
            self.cautions.append(message("plans.codes_given_up", codes=_few(codes)))
        if prices:
            self.cautions.append(message("plans.prices_differ", prices=_few(prices)))
        if stocks:
            self.cautions.append(message("plans.stocks_differ", stocks=_few(stocks)))

    def _check_facts(self) -> None:
        """Name the attributes that the members state differently, options apart."""
        raw: dict[str, set[str]] = {}
        for m in self.ranked:
            for axis, (_, value) in self.shelf.attributes(m).items():
                raw.setdefault(axis, set()).add(value)
        # What is written alike in all is stated alike: most is, and reading values is dear.
        open_axes = {a for a, v in raw.items() if len(v) > 1} - {"sku", "gtin", "part number", *self.axes}
        stated: dict[str, dict[str, str]] = {}
        written: dict[str, str] = {}
        for m in self.ranked if open_axes else []:
            options = {(a, o.values.get(a, "")) for o in self._own[m] for a in self.axes}
            for axis, (name, value) in self.shelf.attributes(m).items():
                if axis in open_axes and not any(v and read_value(a, value) == v for a, v in options):
                    written.setdefault(axis, name)
                    stated.setdefault(axis, {}).setdefault(read_value(axis, value), f"{value} ({self.shelf.id(m)})")
        differ = [f"{written[a]}: {_few(list(v.values()))}" for a, v in stated.items() if len(v) > 1]
        if differ:
            self.cautions.append(message("plans.attributes_differ", attributes="; ".join(differ)))

    # putting it together

    def _option_names(self, axis: str) -> dict[str, str]:
        return shorten_values(self._values(axis), self.pack.merge.option_name_max)

    def _values(self, axis: str) -> list[str]:
        if axis not in self._listed:
            self._listed[axis] = list_values(axis, self.offers)
        return self._listed[axis]

    @cached_property
    def _title(self) -> str:
        shared = {}
        for axis in self.axes:
            words = [set(_plain_word(v).split()) for v in self._values(axis)]
            told = axis in (*MEASURED, "color", "size", "pack")  # a value there takes its unit along
            shared[axis] = set() if told or not words else set.intersection(*words)
        own = self._own[self.keep]
        return strip_title(self.shelf.text(self.keep, "title"), own, shared, self.pack.merge.title_max)

    def _finish(
        self, action: Action, roles: Mapping[int, Role], ties: "Ties", *,
        tier: Wholesale | None = None, changes: Sequence[Change] = (), reasons: Sequence[Message] = (),
    ) -> Plan:  # fmt: skip
        merged = action in ("merge_variants", "wholesale_tier", "remove_duplicates")
        folded = self.axes if action in ("merge_variants", "differentiate") or (merged and len(self.skus) > 1) else []
        names = {a: self._option_names(a) for a in folded}
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
            title=self._title if action == "merge_variants" and folded else shelf.text(self.keep, "title"),
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
        """The question that most of the members wait for; the others are asked when it is answered."""
        if not asked:
            return None
        kinds = Counter(gap.kind for gap in asked.values())
        kind = min(kinds, key=lambda k: (-kinds[k], k))
        listings = [m for m, gap in asked.items() if gap.kind == kind]
        return ask_seller(asked[listings[0]], self.shelf.id(self.keep), [self.shelf.id(m) for m in listings])

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
            else:
                other, rule, strength, differences = tie
                partner, code = self.shelf.id(other), self.pack.rules[rule].code
                key = "plans.like_partner" if differences else "plans.same_as_partner"
                explanation = message(
                    key, code=code, partner=partner, percent=round(100 * strength),
                    differs=DifferenceNames("", {}, differences),
                )  # fmt: skip
            if m in self.doubts:
                gap = say_gap(self.doubts[m], self.shelf.id(self.keep))
                explanation = message("questions.tied", tie=explanation, gap=gap)
            members.append(Member(self.shelf.id(m), roles[m], code, options, partner, explanation))
        return tuple(members)


class _PackText(Message):
    """A pack's own words as a part of a message: said in that message's language."""

    __slots__ = ()

    def __init__(self, by_lang: Mapping[str, object]) -> None:
        super().__init__("", by_lang)

    def say(self, lang: str = "en") -> str:
        return str(self.values.get(lang) or self.values.get("en") or "")


def _pieces(offer: Offer) -> float:
    number = offer.values.get("pack", "").partition(" ")[0]
    return float(number) if number.replace(".", "", 1).isdigit() and float(number) > 0 else 1.0


def _few(texts: Sequence[str]) -> str:
    """The first few texts, and an ellipsis where there are more."""
    return "; ".join(texts[:_FEW]) + (" …" if len(texts) > _FEW else "")


def make_plans(
    catalog: Catalog,
    features: Features,
    pack: RulePack,
    findings: Findings,
    clusters: Sequence[IntArray],
    *,
    drafts: frozenset[int] = frozenset(),
    answers: Mapping[str, Reply] | Replies | None = None,
) -> tuple[tuple[tuple[Group, IntArray], ...], tuple[Plan, ...]]:
    """Return groups and a plan for each, in the clusters' order. A listing among ``drafts`` is kept only if all members
    are; ``answers`` are the seller's, by kind of question.

    A cluster whose parts are several listings each is as many groups: what keeps them apart is not accounted for.
    """
    caught, books = findings.duplicates, Bookkeeper(Shelf(catalog, features), answers)
    read = [_part(books, pack, members.tolist(), drafts) for members in clusters]
    common = _find_common_names(parts for parts, _ in read)
    parted = [piece for parts, own in read for piece in _arrange(books, parts, own, common)]
    pieces = [np.array(sorted(m for part in piece for m in part.members)) for piece in parted]
    described = describe_groups(features, pack, caught, pieces)
    kept = [(g, m, p) for g, m, p in zip(described, pieces, parted, strict=True) if g is not None]
    label = np.full(len(features), -1, dtype=np.int64)
    for k, (_, members, _) in enumerate(kept):
        label[members] = k
    inside = np.flatnonzero((label[caught.left] == label[caught.right]) & (label[caught.left] >= 0))
    ties = find_ties(features, caught, inside)
    plans = [Planner(books, pack, group, m.tolist(), drafts, parts).make(ties) for group, m, parts in kept]
    return tuple((group, members) for group, members, _ in kept), count_settled(plans)


Own = Mapping[int, Sequence[Offer]]


def _part(books: Bookkeeper, pack: RulePack, members: Sequence[int], drafts: frozenset[int]) -> tuple[list[Part], Own]:
    """The parts of a cluster, the main one first, and what each of its listings offers."""
    ranked = sorted(members, key=lambda m: rank_listing(books.shelf, pack, m, drafts))
    own: dict[int, list[Offer]] = {m: [] for m in ranked}
    for offer in settle_values(books.shelf.list_group(ranked)):
        own[offer.member].append(offer)
    return books.part(ranked, own), own


def _find_common_names(clusters: Iterable[Sequence[Part]]) -> frozenset[str]:
    """The kinds of gap between two names that part many a cluster: such words name no product."""
    count: Counter[str] = Counter()
    for parts in clusters:
        count.update({part.gap.kind for part in parts if part.gap is not None and part.gap.what == "names"})
    return frozenset(kind for kind, n in count.items() if n >= _COMMON)


def _arrange(books: Bookkeeper, parts: Sequence[Part], own: Own, common: frozenset[str]) -> list[list[Part]]:
    """The groups that a cluster is: its main part with what it is asked about, and each other part that is its own."""
    main, *others = parts
    for part in others:
        if part.gap is not None and part.gap.kind in common:
            part.gap = replace(part.gap, what="words")
    first = main.members[0]
    named = [part for part in others if part.gap is not None and _is_other(books, part.gap, first, part.members[0])]
    apart = [
        part for part in others
        if part not in named and len(part.members) > 1 and _stands_alone(part, own)
        and not books.replies.is_one(first, part.members[0])
    ]  # fmt: skip
    beside = [part for part in others if part not in named and part not in apart]
    groups = [[main, *beside], *([part] for part in (*named, *apart))]
    return [group for group in groups if sum(len(part.members) for part in group) > 1]


def _is_other(books: Bookkeeper, gap: Gap, main: int, other: int) -> bool:
    """Whether what stands between two parts makes them other products, so that nothing is to be asked."""
    if books.is_answered(gap, main, other):
        return True
    return gap.what == "names" and not books.replies.is_one(main, other)


def _stands_alone(part: Part, own: Mapping[int, Sequence[Offer]]) -> bool:
    """Whether a part beside the main one is worth a plan of its own: it has another name, or copies."""
    if part.gap is not None and part.gap.names_both:
        return True
    offers = [o for m in part.members for o in own[m]]
    return len({frozenset(o.values.items()) for o in offers}) < len(offers)


# --- which listing to keep ---------------------------------------------------------------------------------------


def rank_listing(
    shelf: Shelf, pack: RulePack, position: int, drafts: frozenset[int] = frozenset()
) -> tuple[object, ...]:
    """Return a sort key: the listing to keep first, by the pack's order; what is missing ranks last, drafts behind.

    Sales and reviews that stand together in the order are weighed together: where sales are close, many reviews count
    for more, since no marketplace moves them.
    """
    key: list[object] = [position in drafts]
    for name in pack.keep:
        if name == "available":
            key.append(_is_sold_out(shelf, position))
        elif name in _POPULAR and _weighs(pack):
            key.append(-_popularity(shelf, position))
        elif name == "created":
            created = shelf.text(position, "created")
            key += [created == "", created]
        elif name == "completeness":
            key.append(-int(shelf.completeness[position]))
        else:
            value = shelf.number(position, name)
            key.append(np.inf if value is None else -value)
    return (*key, shelf.id(position))


_POPULAR = ("sales", "reviews")
_REVIEW_WEIGHT = 0.07
"""Reviews decide only where sales are close: 9 sales and 800 reviews outweigh 10 sales and 2; 9 reviews do not make up
for a fifth of the sales.
"""


def _weighs(pack: RulePack) -> bool:
    """Whether the pack's order names sales and reviews one behind the other."""
    order = pack.keep
    return any(order[k : k + 2] == _POPULAR for k in range(len(order)))


def _popularity(shelf: Shelf, position: int) -> float:
    """Return how much speaks for a listing in sales and reviews; below 0 where neither is known."""
    sales, reviews = (shelf.number(position, name) for name in _POPULAR)
    if sales is None and reviews is None:
        return -1.0
    return math.log1p(max(sales or 0.0, 0.0)) + _REVIEW_WEIGHT * math.log1p(max(reviews or 0.0, 0.0))


def _is_sold_out(shelf: Shelf, position: int) -> bool:
    """Whether nothing of a listing is in stock; where no stock is known, that cannot be told."""
    stocks = [o.stock for o in shelf.list_offers(position) if o.stock is not None]
    return bool(stocks) and all(s <= 0 for s in stocks)


def _explain_popularity(shelf: Shelf, keep: int, rest: Sequence[int]) -> Message | None:
    """Say by what the first listing is ahead in sales and reviews, None where it is not."""
    mine = _popularity(shelf, keep)
    if mine < 0 or any(_popularity(shelf, m) >= mine for m in rest):
        return None
    for name in _POPULAR:
        best = shelf.number(keep, name)
        if best is not None and all((v := shelf.number(m, name)) is None or v < best for m in rest):
            return message(f"plans.keep_{name}", id=shelf.id(keep), value=f"{best:g}")
    sales, reviews = (f"{shelf.number(keep, name) or 0:g}" for name in _POPULAR)
    return message("plans.keep_popular", id=shelf.id(keep), sales=sales, reviews=reviews)


def explain_keep(shelf: Shelf, pack: RulePack, ranked: Sequence[int]) -> Message:
    """Say in which point of the pack's order the first listing is ahead of all that equal it until then."""
    keep, rest = ranked[0], list(ranked[1:])
    for name in pack.keep:
        if name == "available":
            sold_out = [_is_sold_out(shelf, m) for m in rest]
            if rest and all(sold_out) and not _is_sold_out(shelf, keep):
                return message("plans.keep_available", id=shelf.id(keep))
            rest = [m for m, out in zip(rest, sold_out, strict=True) if out == _is_sold_out(shelf, keep)]
        elif name in _POPULAR and _weighs(pack):
            told = _explain_popularity(shelf, keep, rest)
            if told is not None:
                return told
            rest = [m for m in rest if _popularity(shelf, m) == _popularity(shelf, keep)]
        elif name == "created":
            mine = shelf.text(keep, name)
            if mine and all(mine < t or not t for t in (shelf.text(m, name) for m in rest)):
                return message("plans.keep_oldest", id=shelf.id(keep), created=mine)
            rest = [m for m in rest if shelf.text(m, name) == mine]
        elif name == "completeness":
            full = int(shelf.completeness[keep])
            if all(full > int(shelf.completeness[m]) for m in rest):
                return message("plans.keep_completest", id=shelf.id(keep))
            rest = [m for m in rest if int(shelf.completeness[m]) == full]
        else:
            best = shelf.number(keep, name)
            if best is not None and all((v := shelf.number(m, name)) is None or v < best for m in rest):
                return message(f"plans.keep_{name}", id=shelf.id(keep), value=f"{best:g}")
            rest = [m for m in rest if shelf.number(m, name) == best]
    return message("plans.keep_first", id=shelf.id(keep))


def _show_money(offer: Offer) -> str:
    return f"{offer.price:g} {offer.currency}".strip()


_plain_word = lru_cache(maxsize=100_000)(normalise)


# --- the merged title --------------------------------------------------------------------------------------------


def strip_title(title: str, own: Sequence[Offer], shared: Mapping[str, set[str]], most: int) -> str:
    """Return a title without the words of the listing's own values on the axes of ``shared``, in its own spelling.

    ``shared`` holds, for each axis, words that all options have in common and that therefore stay. A link word that
    would be left hanging («… case for») goes too. Cut between words to at most ``most`` characters.
    """
    gone: Counter[str] = Counter()
    tokens = read_title(title).tokens if shared else ()
    for axis, common in shared.items():
        values = {v for o in own for v in o.values.get(axis, "").split("|")} - {""}
        told: Counter[str] = Counter()
        for token in tokens:
            if says_on(token.axis, axis) and (token.value in values or read_value(axis, token.text) in values):
                told.update(w for w in token.text.split() if w not in common)
        shown: Counter[str] = Counter()
        for text in {o.shown.get(axis, "") for o in own}:
            shown |= Counter(w for w in _plain_word(text).split() if w not in common)
        gone |= told | shown
    words: list[str] = []
    for chunk in reversed(title.split()):  # a value said twice is a choice where it stands last
        parts = _plain_word(chunk).replace("-", " ").split()
        if parts and all(gone[p] > 0 for p in parts):
            gone.subtract(parts)
            continue
        tail = chunk.split("-")
        while len(tail) > 1 and gone[_plain_word(tail[-1])] > 0:
            gone[_plain_word(tail.pop())] -= 1
        words.append("-".join(tail))
    kept = _drop_links(title.split(), words[::-1])
    text = cut_words(" ".join(kept).strip(" -,/|"), most)
    return text if len(text.split()) > 1 or len(title.split()) < 3 else cut_words(title, most)


def _drop_links(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Leave out link words and single signs behind which something was taken away that they led to."""
    kept: list[str] = []
    i = 0
    for k, word in enumerate(after):
        while i < len(before) and not before[i].startswith(word):
            i += 1
        followed = before[i + 1] if i + 1 < len(before) else ""
        follows = after[k + 1] if k + 1 < len(after) else ""
        lost = followed != "" and not (follows and followed.startswith(follows))
        i += 1
        if lost and (word.casefold() in _LINKS or not _plain_word(word)):
            continue
        kept.append(word)
    while kept and kept[-1].casefold() in _LINKS:
        kept.pop()
    return kept
