"""What a plan warns of, which listing it keeps and why, and how the work is counted: each limit held at its edge."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.features import make_features
from dupcheck.judging.verdicts import Findings
from dupcheck.model import Change, Group, Listing, Plan
from dupcheck.photos.reading import read_photos
from dupcheck.plans import bulk_price, find_discount
from dupcheck.plans.advice import _change_photo, _differ_in_numbers, _list_selling, _needed_changes, _own_facts
from dupcheck.plans.changes import change_axes, fit_words, is_told_apart
from dupcheck.plans.offers import Shelf, settle_values
from dupcheck.plans.ranking import read_age
from dupcheck.plans.risk import count_risk, count_violations, order_by_risk
from dupcheck.rules import RuleException, read_pack
from dupcheck.signals import SIGNALS, get_signal

TEE = "Mens Heavyweight Cotton Basic Tee Short Sleeve"
FACTS = {"Fit": "Regular", "Collar": "O-Neck", "Fabric": "Jersey", "Hem": "Double-stitched"}
Fields = Mapping[str, Any]


def plan_tees(first: Fields, second: Fields, colors: tuple[str, str] = ("Red", "Blue"), **merge: Any) -> Plan:
    """The plan for two tees that differ in their colour, and in what is given."""
    listings = []
    for i, (fields, color) in enumerate(zip((first, second), colors, strict=True), 1):
        own = {"price": 10.0, "currency": "USD", "main_image": f"{i}.jpg", "image_phash": "0f0f0f0f0f0f0f0f", **fields}
        attributes = {**FACTS, "Color": color, **own.pop("attributes", {})}
        listings.append(Listing(f"L-{i}", f"{TEE} {color}", attributes=attributes, **own))
    pack = read_pack("aliexpress")
    pack = replace(pack, merge=replace(pack.merge, **merge))
    (plan,) = dc.audit(make_catalog(listings), rules=pack).plans
    return plan


def name_cautions(plan: Plan) -> dict[str, dict[str, str]]:
    return {c.key.removeprefix("plans."): {k: str(v) for k, v in c.values.items()} for c in plan.cautions}


@pytest.mark.parametrize(
    ("limits", "obstacles"),
    [
        ({"max_axes": 1}, []), ({"max_axes": 0}, ["too_many_axes"]), ({"skus_max": 2}, []),
        ({"skus_max": 1}, ["too_many_skus"]), ({"values_max": {"color": 2}}, []),
        ({"values_max": {"color": 1}}, ["too_many_values"]), ({"values_max": {"size": 1}}, []),
        ({"max_axes": 0, "skus_max": 1, "values_max": {"color": 1}},
         ["too_many_axes", "too_many_skus", "too_many_values"]),
    ],
)  # fmt: skip
def test_as_much_is_merged_as_a_marketplace_takes_and_no_more(limits: dict[str, Any], obstacles: list[str]) -> None:
    plan = plan_tees({"sales": 9.0}, {}, **limits)
    assert plan.action == ("none" if obstacles else "merge_variants"), "each says already what it is"
    assert [r.key.removeprefix("plans.") for r in plan.reasons if "too_many" in r.key] == obstacles


ONLY_COLOR = RuleException("colours", differ_only_in=("color",))


@pytest.mark.parametrize(
    ("exceptions", "colors", "reason"),
    [
        ([ONLY_COLOR], "Red Blue Green", "allowed_any"), ([replace(ONLY_COLOR, allow=3)], "Red Blue Green", "allowed"),
        ([replace(ONLY_COLOR, allow=2)], "Red Blue Green", "over_cap"),
        ([replace(ONLY_COLOR, allow=2), ONLY_COLOR], "Red Blue Green", "allowed_any"),
        ([replace(ONLY_COLOR, differ_only_in=("size",))], "Red Blue Green", ""),
        ([replace(ONLY_COLOR, differ_only_in=("size", "color"))], "Red Blue Green", "allowed_any"),
        ([replace(ONLY_COLOR, categories=("Tees",))], "Red Blue Green", "allowed_any"),
        ([replace(ONLY_COLOR, categories=("Mugs",))], "Red Blue Green", ""),
        ([RuleException("by eye")], "Red Blue Green", ""),
        ([RuleException("by eye"), ONLY_COLOR], "Red Blue Green", "allowed_any"),
        ([ONLY_COLOR], "Red Red Blue", ""),
        ([RuleException("enough", at_least=1, axes=("color", "size"))], "Red Blue Green", "allowed_any"),
        ([RuleException("enough", at_least=2, axes=("color", "size"))], "Red Blue Green", ""),
        ([RuleException("enough", at_least=1, axes=("color", "size"))], "Red Red Blue", ""),
        ([], "Red Blue Green", ""),
    ],
)  # fmt: skip
def test_what_a_marketplace_allows_is_left_as_it_is_up_to_its_cap(
    exceptions: list[RuleException], colors: str, reason: str
) -> None:
    listings = [
        Listing(
            f"L-{k}", f"{TEE} {color}", price=10.0, currency="USD", category="Clothing > Tees", sales=9.0 - k,
            attributes={**FACTS, "Color": color}, image_phash="0f0f0f0f0f0f0f0f",
        )
        for k, color in enumerate(colors.split())
    ]  # fmt: skip
    pack = replace(read_pack("aliexpress"), exceptions=tuple(exceptions))
    (plan,) = dc.audit(make_catalog(listings), rules=pack).plans
    keys = [r.key.removeprefix("plans.") for r in plan.reasons]
    assert (plan.action == "none") is reason.startswith("allowed")
    assert [k for k in keys if k.startswith(("allowed", "over"))][-1:] == ([reason] if reason else [])
    assert {m.role for m in plan.members} == {"allowed"} or plan.action == "merge_variants"
    for told in plan.reasons:
        if told.key == "plans.over_cap":
            assert told.values["ids"] == "L-0, L-1" and told.values["count"] == 3


@pytest.mark.parametrize(
    ("currencies", "changed"), [(("USD", "USD"), []), (("USD", "EUR"), ["L-2"]), (("USD", ""), [])]
)
def test_prices_in_two_currencies_are_told_in_the_kept_ones(currencies: tuple[str, str], changed: list[str]) -> None:
    plan = plan_tees({"currency": currencies[0], "sales": 9.0}, {"currency": currencies[1]})
    assert [(c.listing_id, c.field, c.value) for c in plan.changes] == [(i, "currency", "USD") for i in changed]
    assert plan.action == ("differentiate" if changed else "merge_variants")


class TestCautions:
    @pytest.mark.parametrize(
        ("first", "second", "limits", "told"),
        [
            ({}, {}, {}, {}),
            ({"price": 10.0}, {"price": 50.0}, {}, {}),
            ({"price": 10.0}, {"price": 60.0}, {}, {"spread": {"times": "6.0", "max": "5"}}),
            ({"price": 60.0}, {"price": 10.0}, {"price_spread_max": 6.0}, {}),
            ({"price": None}, {}, {}, {"no_price": {"ids": "L-1"}}),
            ({"stock": 0}, {"stock": 0}, {}, {"no_stock": {}}),
            ({"stock": 0}, {"stock": 1}, {}, {}),
            ({"stock": 0}, {}, {}, {}),
            ({"sku_code": "A"}, {"sku_code": "A"}, {}, {"same_codes": {"codes": "A"}}),
            ({"sku_code": "A"}, {"sku_code": "B"}, {}, {}),
            ({"sku_code": "A" * 20}, {}, {}, {}),
            ({"sku_code": "A" * 21}, {}, {}, {"bad_codes": {"codes": "A" * 21, "max": "20"}}),
            ({"main_image": "one.jpg"}, {"main_image": "one.jpg"}, {},
             {"same_photo": {"axis": "Color", "values": "Red, Blue"}}),
            ({"main_image": ""}, {"main_image": ""}, {}, {"no_photo": {"axis": "Color", "values": "Red, Blue"}}),
            ({"images": ("a.jpg", "b.jpg")}, {"images": ("c.jpg", "d.jpg")}, {}, {}),
            ({"images": ("a.jpg", "b.jpg")}, {"images": ("c.jpg", "d.jpg", "e.jpg")}, {},
             {"images": {"count": "7", "max": "6"}}),
            ({"shop": "North"}, {"shop": "South"}, {}, {"shop_differs": {"names": "North; South"}}),
            ({"shop": "North"}, {}, {}, {}),
            ({"category": "A > B"}, {"category": "A > C"}, {}, {"category_differs": {"names": "A > B; A > C"}}),
            ({"attributes": {"Hem": "Plain"}}, {}, {},
             {"attributes_differ": {"attributes": "Hem: Plain (L-1); Double-stitched (L-2)"}}),
            ({}, {}, {"option_name_max": 4}, {}),
            ({}, {}, {"option_name_max": 3}, {"long_names": {"names": "Blue", "max": "3"}}),
        ],
    )  # fmt: skip
    def test_a_merge_warns_of_what_its_listing_cannot_hold_and_of_nothing_else(
        self, first: Fields, second: Fields, limits: Fields, told: Mapping[str, Mapping[str, str]]
    ) -> None:
        plan = plan_tees(first, second, **limits)
        assert plan.action == "merge_variants"
        assert name_cautions(plan) == told

    def test_values_in_letters_that_the_marketplace_refuses(self) -> None:
        plan = plan_tees({}, {}, colors=("红色", "蓝色"))
        assert set(name_cautions(plan)["names_alphabet"]["names"].split(", ")) == {"红色", "蓝色"}
        assert "names_alphabet" not in name_cautions(plan_tees({}, {}, ("红色", "蓝色"), option_alphabet="any"))

    @pytest.mark.parametrize(
        ("copy", "told"),
        [
            ({}, {}),
            ({"sku_code": "B"}, {"codes_given_up": {"codes": "B (L-2)"}}),
            ({"sku_code": "A"}, {}),
            ({"stock": 4.0}, {"stocks_differ": {"stocks": "L-2 4"}}),
            ({"stock": 3.0}, {}),
            ({"price": 9.5}, {"prices_differ": {"prices": "L-2 9.50 USD (kept: 10 USD)"}}),
            ({"price": 9.0}, {"prices_differ": {"prices": "L-2 9 USD (kept: 10 USD)"}}),
            ({"price": None}, {}),
        ],
    )
    def test_what_a_copy_held_otherwise_is_told(self, copy: Fields, told: Mapping[str, Mapping[str, str]]) -> None:
        plan = plan_tees({"sku_code": "A", "stock": 3.0, "sales": 9}, copy, colors=("Red", "Red"))
        assert (plan.action, plan.keep, plan.offline) == ("remove_duplicates", "L-1", ("L-2",))
        assert name_cautions(plan) == told

    def test_of_many_only_the_first_three_are_named(self) -> None:
        listings = [
            Listing(f"L-{i}", f"{TEE} Red", price=10.0, currency="USD", sku_code=f"C{i}", sales=9 - i,
                    attributes={**FACTS, "Color": "Red"}, image_phash="0f0f0f0f0f0f0f0f")
            for i in range(6)
        ]  # fmt: skip
        for count, tail in ((4, ""), (5, " …")):
            (plan,) = dc.audit(make_catalog(listings[:count])).plans
            codes = name_cautions(plan)["codes_given_up"]["codes"]
            assert codes == "; ".join(f"C{i} (L-{i})" for i in range(1, 4)) + tail


class TestWhichStays:
    @pytest.mark.parametrize(
        ("first", "second", "kept", "because"),
        [
            ({"sales": 5}, {"sales": 6}, "L-2", "keep_sales"),
            ({"sales": 6}, {"sales": 5}, "L-1", "keep_sales"),
            ({"reviews": 5}, {"reviews": 6}, "L-2", "keep_reviews"),
            # Reviews decide where sales are close, and only there.
            ({"sales": 10, "reviews": 2}, {"sales": 9, "reviews": 800}, "L-2", "keep_reviews"),
            ({"sales": 10, "reviews": 2}, {"sales": 8, "reviews": 9}, "L-1", "keep_sales"),
            ({"created": "2024-01-02"}, {"created": "2023-01-02"}, "L-2", "keep_oldest"),
            ({}, {"created": "2024-01-02"}, "L-2", "keep_oldest_known"),
            # What is not known of the other is not said.
            ({"sales": 5}, {}, "L-1", "keep_sales_known"),
            ({}, {"reviews": 2}, "L-2", "keep_reviews_known"),
            ({"stock": 0}, {}, "L-2", "keep_unsold"),
            ({"sales": 5, "created": "2024-01-02"}, {"sales": 5, "created": "2023-01-02"}, "L-2", "keep_oldest"),
            ({"description": "Soft."}, {}, "L-1", "keep_completest"),
            ({}, {"description": "Soft."}, "L-2", "keep_completest"),
            ({"stock": 0, "sales": 50}, {"stock": 2, "sales": 1}, "L-2", "keep_available"),
            ({"stock": 0, "sales": 50}, {"stock": 0, "sales": 1}, "L-1", "keep_sales"),
            ({"sales": 5, "reviews": 1}, {"sales": 5, "reviews": 1}, "L-1", "keep_first"),
            ({}, {}, "L-1", "keep_first"),
        ],
    )
    def test_the_better_one_stays_and_the_plan_says_why(
        self, first: Fields, second: Fields, kept: str, because: str
    ) -> None:
        plan = plan_tees(first, second, colors=("Red", "Red"))
        assert (plan.keep, plan.reasons[0].key) == (kept, f"plans.{because}")
        assert plan.offline == ("L-2" if kept == "L-1" else "L-1",)

    @pytest.mark.parametrize(
        ("text", "age"),
        [
            ("2024-03-05", "2024-03-05"), ("2024/3/5 8:01", "2024-03-05 08:01"), ("20240305", "2024-03-05"),
            ("05.03.2024", "2024-03-05"), ("3.4.2024", "2024-04-03"), ("25/12/2024", "2024-12-25"),
            ("12/25/2024", "2024-12-25"), ("03/04/2024", "2024"), ("04-04-2024", "2024-04-04"),
            ("12/12/2024", "2024-12-12"), ("13/12/2024", "2024-12-13"), ("2024-13-05", ""), ("2024-12-32", ""),
            ("2024-12-31", "2024-12-31"),
            ("2024-01-01", "2024-01-01"), ("2024-00-10", ""), ("2024-10-00", ""), ("2020年1月2日", "2020-01-02"),
            ("1709600000", "2024-03-05 00:53"), ("1709600000000", "2024-03-05 00:53"), ("last spring", ""), ("", ""),
        ],
    )  # fmt: skip
    def test_dates_are_read_however_they_are_written(self, text: str, age: str) -> None:
        assert read_age(text) == age

    @given(st.dates(min_value=date(1990, 1, 1)), st.dates(max_value=date(2099, 1, 1)))
    def test_earlier_is_smaller(self, one: Any, other: Any) -> None:
        if one.year < 1900 or other.year < 1900 or one.year > 2099:
            return
        ages = [[read_age(f"{d:%Y-%m-%d}"), read_age(f"{d:%d.%m.%Y}")] for d in (one, other)]
        assert ages[0][0] == ages[0][1] and ages[1][0] == ages[1][1]
        assert (ages[0][0] < ages[1][0]) == (one < other)


class TestDiscounts:
    @given(
        st.lists(st.tuples(st.integers(100, 9999), st.integers(50, 9998)), min_size=1, max_size=4),
        st.integers(1, 99),
    )
    def test_a_discount_is_the_nearest_where_one_serves_all_and_else_the_smallest(
        self, cents: list[tuple[int, int]], most: int
    ) -> None:
        twins = [(r / 100, w / 100) for r, w in cents]
        found = find_discount(twins, most)
        shares = [100 - 100 * w / r for r, w in twins]
        if min(shares) < 0.49:
            assert found is None
            return
        if found is None:
            assert min(shares) <= 0.51
            return
        assert 1 <= found.low <= found.percent <= found.high <= most
        for bound, share in ((found.low, min(shares)), (found.high, max(shares))):
            assert abs(bound - min(share, most)) <= 0.51
        assert found.fits == (found.high - found.low <= 1)
        off = {p: max(abs(bulk_price(r, p) - w) for r, w in twins) for p in range(found.low, found.high + 1)}
        assert found.off == off[found.percent]
        if found.fits:
            assert round(found.off, 4) == min(round(x, 4) for x in off.values())
        else:
            assert found.percent == found.low


def make_plan(action: Any, listings: str, *, offline: str = "", changes: str = "", group: str = "G") -> Plan:
    (plan,) = dc.audit(
        make_catalog(
            [
                Listing(
                    f"X-{i}", f"{TEE} Red", price=1.0, currency="USD", attributes=FACTS, image_phash="0f0f0f0f0f0f0f0f"
                )
                for i in range(2)
            ]
        )
    ).plans
    member = plan.members[0]
    members = [
        replace(member, listing_id=i, role="remove" if i in offline.split() else "keep") for i in listings.split()
    ]
    text = plan.reasons[0]
    return replace(
        plan, action=action, listings=tuple(listings.split()), keep=listings.split()[0], members=tuple(members),
        changes=tuple(Change(i, "title", "", text) for i in changes.split()), group_id=group,
    )  # fmt: skip


class TestRisk:
    @pytest.mark.parametrize(
        ("action", "listings", "offline", "changes", "mends"),
        [
            ("none", "A B C", "", "", 0),
            ("ask", "A B C", "", "", 0),
            ("differentiate", "A B C", "", "B", 2),
            ("differentiate", "A B", "", "A B A", 2),
            ("differentiate", "A", "", "A", 1),
            ("remove_duplicates", "A B C", "B C", "", 2),
            ("merge_variants", "A B C", "C", "", 1),
        ],
    )
    def test_a_violation_is_a_listing_too_many(
        self, action: str, listings: str, offline: str, changes: str, mends: int
    ) -> None:
        assert count_violations(make_plan(action, listings, offline=offline, changes=changes)) == mends

    def test_the_gravest_first_then_what_mends_most_then_what_sells_most(self) -> None:
        pack = read_pack("aliexpress")
        ids = [f"L-{i}" for i in range(10)]
        sales = [0, 0, 50, 50, 1, 1, 9, 9, 9, 9]
        catalog = make_catalog(
            [
                Listing(i, "Mug", price=2.0, currency="EUR" if n == 4 else "USD", sales=float(s))
                for n, (i, s) in enumerate(zip(ids, sales, strict=True))
            ]
        )
        first, second = pack.rules[0].code, pack.rules[1].code

        def plain(name: str, code: str) -> Group:
            return Group(name, "duplicate", (code,), (), ("", ""), code, 1.0)

        told = [
            (plain("none", first), "none", "L-0 L-1", ""),
            (plain("light", second), "remove_duplicates", "L-2 L-3", "L-3"),
            (plain("small", first), "remove_duplicates", "L-4 L-5", "L-5"),
            (plain("large", first), "remove_duplicates", "L-6 L-7 L-8", "L-7 L-8"),
        ]
        grouped = [(g, np.array([int(i[-1]) for i in listings.split()])) for g, _, listings, _ in told]
        plans = [make_plan(a, listings, offline=off, group=g.group_id) for g, a, listings, off in told]
        ordered, sorted_plans = order_by_risk(catalog, pack, grouped, plans)
        assert [g.group_id for g, _ in ordered] == ["large", "small", "light", "none"]
        assert [p.group_id for p in sorted_plans] == ["large", "small", "light", "none"]
        risk = count_risk(
            catalog, pack, [g for g, _ in grouped], plans, [make_plan("differentiate", "L-9", changes="L-9")]
        )
        assert risk["violations"] == 4
        assert risk["violations_by_rule"] == {first: 3, second: 1}
        assert risk["advice"] == 1
        assert risk["at_stake"] == {"EUR": 2.0, "USD": 2.0 * (50 + 50 + 1 + 9 + 9 + 9)}
        assert [(e["group_id"], e["removes"], e["left"]) for e in risk["top_edits"]] == [
            ("large", 2, 2), ("light", 1, 1), ("small", 1, 0),
        ]  # fmt: skip


def shelve(*rows: Fields) -> Shelf:
    listings = [Listing(f"L-{k}", **{"title": "Through Bolt", **row}) for k, row in enumerate(rows)]
    catalog = make_catalog(listings)
    return Shelf(catalog, make_features(catalog, read_photos(catalog)[0]))


class TestAdvice:
    """What tells two products apart that look like one: the facts of the one, a photo of its own, a number."""

    @pytest.mark.parametrize(
        ("own", "other", "title", "facts"),
        [
            ({"Brand": "Fischer", "Series": "FAZ II"}, {"Brand": "Hilti"}, "", ["Fischer", "FAZ II"]),
            # Brand and model before the others, in whatever order they are stated; four at most.
            ({"Zeta": "zz", "Color": "Red", "Model": "mm", "Brand": "bb"}, {}, "", ["bb", "mm", "Red", "zz"]),
            ({"A": "aa", "B": "bb", "C": "cc", "D": "dd", "E": "ee"}, {}, "", ["aa", "bb", "cc", "dd"]),
            # Two signs at least, and thirty at most.
            ({"Series": "X"}, {}, "", []), ({"Series": "XY"}, {}, "", ["XY"]),
            ({"Series": "x" * 30}, {}, "", ["x" * 30]), ({"Series": "x" * 31}, {}, "", []),
            # A bare number with its name; what the other states too, or a title says, or another fact, is none.
            ({"Load": "500"}, {"Load": "600"}, "", ["Load 500"]), ({"Load": "500"}, {"Load": "500"}, "", []),
            ({"Series": "FAZ II"}, {}, "Through Bolt FAZ-II", []),
            ({"A": "one two", "B": "two three", "C": "four"}, {}, "", ["one two", "four"]),
        ],
    )  # fmt: skip
    def test_only_what_one_listing_alone_says_is_a_fact_of_it(
        self, own: dict[str, str], other: dict[str, str], title: str, facts: list[str]
    ) -> None:
        shelf = shelve({"attributes": own}, {"attributes": other, "title": title or "Through Bolt"})
        assert _own_facts(shelf, 0, [1], [shelf.text(1, "title")]) == facts

    @pytest.mark.parametrize(
        ("own", "others", "photo", "ids"),
        [
            (("a", "b", "c"), ["a"], "b", "L-1"), (("a", "b", "c"), ["b;x"], "c", "L-1"),
            (("a", "b", "c"), ["b;c"], "", "L-1"), (("a", "a", "", "d"), ["a"], "d", "L-1"),
            (("a",), ["a", "a", "a"], "", "L-1, L-2, L-3"), (("a",), ["a"] * 4, "", "L-1, L-2, L-3"),
        ],
    )  # fmt: skip
    def test_another_photo_is_one_that_no_partner_shows(
        self, own: tuple[str, ...], others: list[str], photo: str, ids: str
    ) -> None:
        rows = [own, *(tuple(other.split(";")) for other in others)]
        shelf = shelve(*({"main_image": first, "images": tuple(rest)} for first, *rest in rows))
        change = _change_photo(shelf, 0, range(1, len(rows)))
        assert (change.listing_id, change.field, change.value) == ("L-0", "main_image", photo)
        assert (change.text.key, change.text.values["ids"]) == (f"plans.change_photo_{'to' if photo else 'own'}", ids)

    @pytest.mark.parametrize(
        ("one", "other", "ours", "theirs", "numbers"),
        [
            ("Bolt M8x60", "Bolt M8x80", {}, {}, True), ("Bolt M8x60", "Bolt M8x60", {}, {}, False),
            ("Bolt M8x60 zinc", "Bolt M8x80", {}, {}, False), ("Bolt 60", "Bolt 80", {"Model": "A1"}, {}, True),
            ("Bolt 60", "Bolt 80", {"Brand": "Acme"}, {"Brand": "Zeta"}, False),
            ("Bolt 60", "Bolt 80", {"Brand": "Acme"}, {"Brand": "acme"}, True),
            ("Bolt 60", "Bolt 80", {"Color": "Red"}, {"Color": "Blue"}, True),
        ],
    )  # fmt: skip
    def test_numbers_alone_may_be_sizes_of_one_thing(
        self, one: str, other: str, ours: dict[str, str], theirs: dict[str, str], numbers: bool
    ) -> None:
        shelf = shelve({"title": one, "attributes": ours}, {"title": other, "attributes": theirs})
        assert _differ_in_numbers(shelf, 0, 1) is _differ_in_numbers(shelf, 1, 0) is numbers

    @pytest.mark.parametrize(("title", "selling"), [
        ("Hot Sale Oak Mug", [True, True, False, False]), ("Mug", [False]), ("", []),
        ("Free Shipping Mug of Oak New", [True, True, False, False, False, True]),
    ])  # fmt: skip
    def test_words_that_only_sell_are_known(self, title: str, selling: list[bool]) -> None:
        assert _list_selling(title.split()) == selling

    def test_a_photo_or_a_title_that_is_less_alike_is_enough_whichever_is_less(self) -> None:
        """Title and photo are held against the pack's own rules as they would be afterwards, five percent below."""
        pack = read_pack("aliexpress")
        floors = [x.limit for r in pack.rules for way in r.when for x in way if (x.signal, x.side) == ("title", "min")]
        titles = [max(floors), max(floors), 100.0, 100.0, min(floors) - 6]
        images = [0.0, np.nan, 0.0, np.nan, 0.0]
        n = len(titles)
        signals = {s.name: np.full(n, np.nan) for s in SIGNALS}
        signals |= {"title": np.array(titles), "image": np.array(images), "price": np.ones(n)}
        ends, yes = np.arange(n), np.ones(n, dtype=bool)
        needed = _needed_changes(pack, Findings(ends, ends + n, 0 * ends, yes * 0.9, ~yes, yes, signals))
        for k, (photo, title) in enumerate(needed):
            after = {name: values[k : k + 1].copy() for name, values in signals.items()}
            if photo:
                after["image"][:] = get_signal("image").worst
            if title is not None:
                assert title + 5.0 in floors
                after["title"][:] = min(titles[k], title)
            assert not any(rule.fire(after)[0] for rule in pack.rules)
        assert {title is not None for _, title in needed} == {True, False}
        assert [photo for photo, _ in needed][4] or needed[4] == (False, None)

    def test_no_photo_that_nobody_compared_is_to_be_taken_anew(self) -> None:
        """Not even where neither photo nor title keeps a rule from firing: what was learned has the two for one."""
        signals = {s.name: np.full(2, np.nan) for s in SIGNALS}
        signals |= {"title": np.array([80.0, 80.0]), "image": np.array([0.0, np.nan]), "learned": np.ones(2)}
        ends, yes = np.arange(2), np.ones(2, dtype=bool)
        found = Findings(ends, ends + 2, 0 * ends, yes * 0.9, ~yes, yes, signals)
        assert [photo for photo, _ in _needed_changes(read_pack("common"), found)] == [True, False]


class TestToldApart:
    """Listings of one product that cannot be one: whether each says what it is, and what it still has to say."""

    @pytest.mark.parametrize(
        ("rows", "axes", "apart", "changes"),
        [
            (["Oak Lamp Red|Red|a|It is red", "Oak Lamp Blue|Blue|b|It is blue"], ["color"], True, []),
            (["Oak Lamp Red|Red||", "Oak Lamp Blue|Blue||It is blue"], ["color"], True,
             ["L-0 description Color: Red."]),
            (["Oak Lamp Red|Red|a|red", "Oak Lamp Blue|Blue|a|blue"], ["color"], False, ["L-1 main_image "]),
            (["Oak Lamp Red|Red||red", "Oak Lamp Blue|Blue||blue"], [], False, []),
            (["Oak Lamp Red|||red", "Oak Lamp Blue|||blue"], ["color"], False,
             ["L-0 attributes.Color Red", "L-1 attributes.Color Blue"]),
            (["Oak Lamp|Red||red", "Oak Lamp|Blue||Soft."], ["color"], False,
             ["L-0 title Oak Lamp Red", "L-1 title Oak Lamp Blue", "L-1 description Color: Blue. Soft."]),
            (["Oak Lamp Red|Red||red", "Oak Lamp Red|Red||red"], ["color"], False, []),
            (["Oak Lamp Red|Red||red", "Oak Lamp|||"], ["color"], False, ["L-1 attributes.Color "]),
            (["Oak Lamp Red|Dark Red||dark red", "Oak Lamp Blue|Blue||blue"], ["color"], False,
             ["L-0 title Oak Lamp Red Dark Red"]),
        ],
    )  # fmt: skip
    def test_each_states_its_value_in_attribute_title_description_and_photo(
        self, rows: list[str], axes: list[str], apart: bool, changes: list[str]
    ) -> None:
        told = [row.split("|") for row in rows]
        shelf = shelve(*(
            {"title": t, "attributes": {"Color": c} if c else {}, "main_image": photo, "description": text}
            for t, c, photo, text in told
        ))  # fmt: skip
        offers = settle_values(shelf.list_group((0, 1)))
        assert is_told_apart(shelf, offers, (0, 1), axes) is apart
        made = change_axes(shelf, offers, (0, 1), axes, 80)
        assert [f"{c.listing_id} {c.field} {c.value}" for c in made] == changes

    @pytest.mark.parametrize(
        ("most", "title"), [(80, "Oak Lamp Red"), (12, "Oak Lamp Red"), (11, "Oak Red"), (6, "Red")]
    )
    def test_a_value_has_room_before_the_words_of_the_title(self, most: int, title: str) -> None:
        assert fit_words("Oak Lamp", "Red", most) == title
