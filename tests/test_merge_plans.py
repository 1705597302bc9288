"""What plans do with options, tiers, copies, obstacles and advice; each promise held against a small shop."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.catalog import get_listing, make_catalog
from dupcheck.model import Catalog, Listing, Plan, Sku
from dupcheck.plans import bulk_price, find_discount
from dupcheck.plans.offers import shorten_values
from dupcheck.reports import format_summary, render_page
from dupcheck.rules import RulePack, read_pack

Shop = Callable[..., Catalog]
TEE = "Mens Heavyweight Cotton Basic Tee Short Sleeve"
FACTS = {"Fit": "Regular", "Collar": "O-Neck", "Fabric": "Jersey", "Hem": "Double-stitched"}


@pytest.fixture
def own(tmp_path: Path) -> Callable[[str], RulePack]:
    def read(text: str) -> RulePack:
        path = tmp_path / "mine.toml"
        path.write_text(f'extends = "aliexpress"\n{text}', "utf-8")
        return read_pack(path)

    return read


def only_plan(catalog: Catalog, rules: str | RulePack = "aliexpress") -> Plan:
    (plan,) = dc.audit(catalog, rules=rules).plans
    return plan


def said(plan: Plan) -> str:
    return "\n".join(m.say("en") for m in (*plan.reasons, *plan.cautions))


def roles(plan: Plan) -> dict[str, str]:
    return {m.listing_id: m.role for m in plan.members}


@pytest.mark.parametrize("title", ["Ribbed Glass Tumbler Vintage Drinking Cup 300ml", "真空压缩袋被子衣物收纳袋"])
def test_what_states_no_pack_is_one_piece_beside_a_pack(title: str, make_shop: Shop) -> None:
    rows = [{"title": title, "price": 4.9}, {"title": f"5 pcs {title}", "price": 22.8}]
    plan = only_plan(make_shop(*rows, currency="USD"), "common")
    assert plan.action == "merge_variants"
    assert [s.options for s in plan.skus] == [{"Pack": "1 pc"}, {"Pack": "5 pcs"}]
    assert plan.title == title and not any(c.key == "plans.unstated" for c in plan.cautions)


class TestWholesaleArithmetic:
    """The list prices of a real product that sells from 2 pieces on at 5 % off, and what the marketplace asks for."""

    @pytest.mark.parametrize(
        ("price", "bulk"),
        [
            (22.49, 21.37),
            (17.99, 17.09),
            (23.14, 21.98),
            (18.51, 17.58),
            (23.01, 21.86),
            (18.41, 17.49),
            (22.89, 21.75),
        ],
    )
    def test_worked_prices(self, price: float, bulk: float) -> None:
        assert bulk_price(price, 5) == bulk
        discount = find_discount([(price, bulk)])
        assert discount is not None and discount.percent == 5

    def test_a_promotion_comes_off_the_rounded_bulk_price(self) -> None:
        assert bulk_price(bulk_price(18.41, 5), 40) == 10.49
        assert bulk_price(bulk_price(22.89, 5), 40) == 13.05

    def test_68_of_a_hundred_is_stored_as_32(self) -> None:
        discount = find_discount([(10.0, 6.8)])
        assert discount is not None and discount.percent == 32

    def test_all_seven_at_once(self) -> None:
        prices = [22.49, 17.99, 23.14, 18.51, 23.01, 18.41, 22.89]
        discount = find_discount([(p, bulk_price(p, 5)) for p in prices])
        assert discount is not None
        assert (discount.percent, discount.fits, discount.off) == (5, True, 0)

    def test_where_ratios_differ_the_smallest_discount_is_the_safe_one(self) -> None:
        discount = find_discount([(10.0, 9.0), (10.0, 7.0)])
        assert discount is not None
        assert (discount.percent, discount.low, discount.high, discount.fits) == (10, 10, 30, False)

    @pytest.mark.parametrize("wholesale", [10.0, 9.99, 12.0])
    def test_what_is_not_cheaper_gives_no_discount(self, wholesale: float) -> None:
        assert find_discount([(10.0, wholesale)]) is None

    @given(st.decimals("0.50", "900", places=2), st.integers(1, 99))
    def test_a_discount_is_found_again_from_its_own_prices(self, price: Decimal, percent: int) -> None:
        bulk = bulk_price(float(price), percent)
        discount = find_discount([(float(price), bulk)])
        if bulk == 0 or discount is None:
            assert bulk == 0 or float(price) * percent < 1
            return
        assert discount.off <= 0.005 * float(price) + 0.01
        assert abs(discount.percent - percent) <= math.ceil(1 / float(price)) + 1

    @given(
        st.lists(st.tuples(st.decimals("1", "99", places=2), st.decimals("1", "99", places=2)), min_size=1, max_size=5)
    )
    def test_no_tier_is_dearer_than_the_retail_price(self, pairs: list[tuple[Decimal, Decimal]]) -> None:
        discount = find_discount([(float(a), float(b)) for a, b in pairs])
        if discount is not None:
            assert 1 <= discount.percent <= 99
            assert discount.low <= discount.percent <= discount.high


class TestTiers:
    def twins(self, make_shop: Shop, *wholesale: tuple[float, int], retail: float = 12.5) -> Catalog:
        rows: list[dict[str, Any]] = [{"title": TEE, "price": retail, "sales": 9.0}]
        rows += [{"title": TEE, "price": p, "min_order_quantity": float(n)} for p, n in wholesale]
        return make_shop(*rows, currency="USD", attributes=FACTS)

    def test_one_twin_is_one_tier(self, make_shop: Shop) -> None:
        plan = only_plan(self.twins(make_shop, (10.0, 20)))
        assert plan.action == "wholesale_tier" and plan.wholesale is not None
        assert (plan.wholesale.min_order_quantity, plan.wholesale.discount_percent) == (20, 20)
        assert roles(plan) == {"L-1": "keep", "L-2": "fold"}
        assert [s.replaces for s in plan.skus] == [("L-2",)]

    def test_two_tiers_do_not_fit_one_listing(self, make_shop: Shop) -> None:
        plan = only_plan(self.twins(make_shop, (10.0, 20), (9.0, 100)))
        assert plan.wholesale is not None and plan.wholesale.discount_percent == 20
        assert "2 wholesale tiers and one listing holds 1" in said(plan) and "L-3" in said(plan)

    def test_where_there_are_no_tiers_the_price_is_said_to_be_lost(self, make_shop: Shop) -> None:
        plan = only_plan(self.twins(make_shop, (10.0, 20)), "shopee")
        assert plan.wholesale is None and plan.action == "remove_duplicates"
        assert "no wholesale price" in said(plan)
        assert roles(plan)["L-2"] == "remove"

    def test_a_price_between_two_percents_is_said(self, make_shop: Shop) -> None:
        plan = only_plan(self.twins(make_shop, (86.0, 5), retail=99.9))
        assert plan.wholesale is not None and plan.wholesale.discount_percent == 14
        assert "85.91 where it was 86.00" in said(plan)

    def test_a_tier_that_a_listing_has_already_stays(self, make_shop: Shop) -> None:
        shop = make_shop(
            {"title": TEE, "price": 10.0, "bulk_price": 9.5, "min_order_quantity": 2.0, "sales": 5.0},
            {"title": TEE, "price": 10.0},
            currency="USD", attributes=FACTS,
        )  # fmt: skip
        plan = only_plan(shop)
        assert plan.keep == "L-1" and plan.wholesale is not None
        assert (plan.wholesale.min_order_quantity, plan.wholesale.discount_percent) == (2, 5)

    def test_sizes_that_are_sold_retail_and_wholesale(self, make_shop: Shop) -> None:
        rows = [
            {
                "title": f"{TEE} {size}",
                "price": p * share,
                "attributes": {**FACTS, "Size": size},
                "min_order_quantity": n,
            }
            for share, n in ((1.0, 1.0), (0.8, 10.0))
            for size, p in (("M", 10.0), ("L", 12.0))
        ]
        plan = only_plan(make_shop(*rows, currency="USD"))
        assert plan.action == "merge_variants" and plan.wholesale is not None
        assert (plan.wholesale.min_order_quantity, plan.wholesale.discount_percent) == (10, 20)
        assert [(s.options["Size"], s.price, s.replaces) for s in plan.skus] == [
            ("M", 10.0, ("L-3",)), ("L", 12.0, ("L-4",)),
        ]  # fmt: skip

    def test_what_is_sold_in_large_numbers_only_stays_a_choice_and_its_minimum_is_told(self, make_shop: Shop) -> None:
        rows = [
            {"title": f"{TEE} {size}", "price": 10.0, "attributes": {**FACTS, "Size": size}, "min_order_quantity": n}
            for size, n in (("M", 1.0), ("L", 10.0))
        ]
        plan = only_plan(make_shop(*rows, currency="USD"))
        assert (plan.action, plan.wholesale) == ("merge_variants", None)
        assert [(s.options["Size"], s.listing_id, s.replaces) for s in plan.skus] == [
            ("M", "L-1", ()),
            ("L", "L-2", ()),
        ]
        (lost,) = [c for c in plan.cautions if c.key == "plans.minimum_lost"]
        assert lost.values["ids"] == "L-2"
        same = only_plan(make_shop(*({**row, "min_order_quantity": 10.0} for row in rows), currency="USD"))
        assert [len(same.skus), *(c.key for c in same.cautions if c.key == "plans.minimum_lost")] == [2]


def sized(listing_id: str, color: str, sizes: str, **fields: Any) -> Listing:
    skus = tuple(
        Sku({"Size": s}, 9.8 + i, "USD", f"{listing_id}-{s}", "", 10.0 + i, "") for i, s in enumerate(sizes.split())
    )
    known: dict[str, Any] = {"attributes": {**FACTS, "Color": color}, "main_image": f"{color}.jpg", "price": 9.8}
    return Listing(listing_id=listing_id, title=f"{TEE} {color}", currency="USD", skus=skus, **{**known, **fields})


class TestListingsThatHoldSkus:
    def test_two_colours_with_sizes_each_become_colour_by_size(self) -> None:
        shop = make_catalog([sized("A", "Red", "S M L"), sized("B", "Blue", "M L XL")])
        plan = only_plan(shop)
        assert [(a.name, a.values) for a in plan.axes] == [
            ("Color", ("Blue", "Red")), ("Size", ("S", "M", "L", "XL")),
        ]  # fmt: skip
        table = {(s.options["Color"], s.options["Size"]): (s.sku_code, s.price, s.stock, s.image) for s in plan.skus}
        assert table == {
            ("Red", "S"): ("A-S", 9.8, 10, "Red.jpg"),
            ("Red", "M"): ("A-M", 10.8, 11, "Red.jpg"),
            ("Red", "L"): ("A-L", 11.8, 12, "Red.jpg"),
            ("Blue", "M"): ("B-M", 9.8, 10, "Blue.jpg"),
            ("Blue", "L"): ("B-L", 10.8, 11, "Blue.jpg"),
            ("Blue", "XL"): ("B-XL", 11.8, 12, "Blue.jpg"),
        }

    def test_a_listing_whose_skus_another_has_is_a_copy(self) -> None:
        shop = make_catalog([sized("A", "Red", "S M L", sales=5.0), sized("B", "Red", "M L")])
        plan = only_plan(shop)
        assert roles(plan) == {"A": "keep", "B": "remove"}
        assert [s.replaces for s in plan.skus] == [(), ("B",), ("B",)]
        assert "B-M (B)" in said(plan), "the codes that give way are named"

    def test_skus_that_only_the_other_has_are_folded_in(self) -> None:
        shop = make_catalog([sized("A", "Red", "S M", sales=5.0), sized("B", "Red", "M L")])
        plan = only_plan(shop)
        assert plan.action == "merge_variants"
        assert [(s.listing_id, s.options["Size"]) for s in plan.skus] == [("A", "S"), ("A", "M"), ("B", "L")]

    def test_a_plain_listing_joins_those_with_skus(self) -> None:
        plain = Listing(
            listing_id="C", title=f"{TEE} Red XL", currency="USD", price=11.0, sku_code="C-1", main_image="Red.jpg",
            attributes={**FACTS, "Color": "Red", "Size": "XL"},
        )  # fmt: skip
        plan = only_plan(make_catalog([sized("A", "Red", "S M"), plain]))
        assert [(s.sku_code, s.options["Size"]) for s in plan.skus] == [("A-S", "S"), ("A-M", "M"), ("C-1", "XL")]

    def test_an_option_that_no_vocabulary_knows_keeps_its_name(self) -> None:
        def lamp(listing_id: str, caps: str) -> Listing:
            skus = tuple(Sku({"Cap type": c}, 5.0, "USD", f"{listing_id}{c}") for c in caps.split())
            return Listing(listing_id=listing_id, title="Filament Bulb Dimmable Vintage Globe", skus=skus, price=5.0)

        plan = only_plan(make_catalog([lamp("A", "E14"), lamp("B", "E27")]))
        assert [(a.name, a.values) for a in plan.axes] == [("Cap type", ("E14", "E27"))]


class TestOptions:
    def test_values_stay_as_the_seller_wrote_them(self, make_shop: Shop) -> None:
        rows = [{"title": f"{TEE} {c}", "attributes": {**FACTS, "Colour": c}} for c in ("NAVY blue", "off-White")]
        plan = only_plan(make_shop(*rows, price=9.8))
        assert plan.axes[0].values == ("NAVY blue", "off-White")

    def test_the_title_keeps_its_spelling_and_loses_its_own_option_words(self, make_shop: Shop) -> None:
        rows = [
            {"title": f"MENS Heavyweight Cotton-Blend Tee, {c} Short Sleeve - Size {s}",
             "attributes": {"Color": c, "Size": s}}
            for c, s in (("Red", "M"), ("Red", "L"), ("Blue", "M"))
        ]  # fmt: skip
        plan = only_plan(make_shop(*rows, price=9.8))
        assert plan.title == "MENS Heavyweight Cotton-Blend Tee, Short Sleeve"

    def test_a_link_word_does_not_hang(self, make_shop: Shop) -> None:
        rows = [
            {"title": f"Mens Heavyweight Cotton Tee in {c}", "attributes": {**FACTS, "Color": c}}
            for c in ("Red", "Blue")
        ]
        assert only_plan(make_shop(*rows, price=4.0)).title == "Mens Heavyweight Cotton Tee"

    def test_a_long_title_is_cut_between_words(self, make_shop: Shop, own: Callable[[str], RulePack]) -> None:
        rows = [{"title": f"{TEE} {c}", "attributes": {**FACTS, "Color": c}} for c in ("Red", "Blue")]
        plan = only_plan(make_shop(*rows, price=9.8), own("merge.title_max = 30"))
        assert plan.title == "Mens Heavyweight Cotton Basic"

    def test_a_measure_that_repeats_the_size_is_no_second_option(self, make_shop: Shop) -> None:
        rows = [
            {
                "title": f"Hair Cutting Scissors Steel Barber Shears {t}",
                "attributes": {"Size": f"{n} Inch", "Grip": "Offset"},
            }
            for n, t in (("5.5", "5.5 Inch"), ("6.0", '6"'), ("6.5", "6.5in"))
        ]
        plan = only_plan(make_shop(*rows, price=18.9))
        assert [(a.name, a.values) for a in plan.axes] == [("Size", ("5.5 Inch", "6.0 Inch", "6.5 Inch"))]
        assert plan.title == "Hair Cutting Scissors Steel Barber Shears"

    def test_who_states_no_value_is_named(self, make_shop: Shop) -> None:
        rows = [
            {"title": f"{TEE} {c}".strip(), "attributes": {**FACTS, **({"Color": c} if c else {})}}
            for c in ("Red", "Blue", "")
        ]
        plan = only_plan(make_shop(*rows, price=9.8))
        assert roles(plan)["L-3"] == "ask" and plan.question is not None
        assert (plan.question.kind, plan.question.listings) == ("silent:color", ("L-3",))
        assert [s.options for s in plan.skus] == [{"Color": "Blue"}, {"Color": "Red"}]

    def test_long_values_lose_the_words_that_all_share(self) -> None:
        names = shorten_values(["Samsung Galaxy A54 5G", "Samsung Galaxy A55 5G"], 20)
        assert list(names.values()) == ["A54 5G", "A55 5G"]

    @given(st.lists(st.text("ab c", min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=5, unique=True))
    def test_shortened_values_stay_different(self, values: list[str]) -> None:
        short = shorten_values(values, 6)
        assert set(short) == set(values) and len(set(short.values())) == len(values)
        assert all(len(v) <= 6 or short[v] == v or len(short[v]) <= len(v) for v in values)

    def test_options_that_show_one_photo_are_named(self, make_shop: Shop) -> None:
        rows = [{"title": f"{TEE} {c}", "attributes": {**FACTS, "Color": c}} for c in ("Red", "Blue", "Green")]
        rows[2]["main_image"] = "own.jpg"
        plan = only_plan(make_shop(*[{"main_image": "shared.jpg", **r} for r in rows], price=9.8))
        assert "Red, Blue of Color show the same photo" in said(plan)

    def test_prices_that_lie_far_apart_are_said(self, make_shop: Shop) -> None:
        rows = [{"title": f"{TEE} {c}", "attributes": {**FACTS, "Color": c}, "sku_code": "T", "price": p}
                for c, p in (("Red", 2.0), ("Blue", 3.0))]  # fmt: skip
        pack = read_pack("aliexpress")
        assert "SKU cheating" not in said(only_plan(make_shop(*rows), pack))
        strict = replace(pack, merge=replace(pack.merge, price_spread_max=1.2))
        assert "1.5 times the cheapest" in said(only_plan(make_shop(*rows), strict))

    def test_packs_are_compared_by_the_piece(self, sample_audit: dc.Audit) -> None:
        (plan,) = [p for p in sample_audit.plans if p.keep == "A-151"]
        assert "a piece only 1.7 times" in said(plan)

    def test_the_marketplace_warns_of_options_that_are_none(
        self, make_shop: Shop, own: Callable[[str], RulePack]
    ) -> None:
        pack = own('[[opposite]]\nname = "x"\naxes = ["color"]\nsummary.en = "not so"\nsummary.zh = "不可"\n')
        rows = [{"title": f"{TEE} {c}", "attributes": {**FACTS, "Color": c}} for c in ("Red", "Blue")]
        assert "Color as an option: not so" in said(only_plan(make_shop(*rows, price=9.8), pack))


class TestSurvivors:
    @pytest.mark.parametrize(
        ("one", "two", "says"),
        [
            ({"sales": 5.0}, {"sales": 4.0, "reviews": 9.0}, "sells most (5 sold)"),
            ({"sales": 5.0, "reviews": 2.0}, {"sales": 5.0, "reviews": 1.0}, "most reviews (2)"),
            ({"sales": 0.0}, {}, "of the sales that are known its are the highest (0 sold)"),
            ({"sales": 9.0, "reviews": 800.0}, {"sales": 10.0, "reviews": 2.0}, "most reviews (800)"),
            ({"sales": 2.0, "stock": 150.0}, {"sales": 90.0, "stock": 0.0}, "it alone is in stock"),
            ({"created": "2023-01-02"}, {"created": "2024-01-01"}, "oldest (2023-01-02)"),
            ({"created": "2020/11/30"}, {"created": "05.02.2021"}, "oldest (2020/11/30)"),
            ({"created": "25/11/2020"}, {"created": "2020-12-01 08:00"}, "oldest (25/11/2020)"),
            ({"stock": 4.0, "url": "https://x.example"}, {}, "filled in most completely"),
            ({}, {}, "the first one"),
        ],
    )
    def test_the_packs_order_decides_and_is_said(
        self, make_shop: Shop, one: dict[str, Any], two: dict[str, Any], says: str
    ) -> None:
        for rows, keep in (((one, two), "L-1"), ((two, one), "L-2")):
            plan = only_plan(make_shop(*({"title": TEE, **r} for r in rows), attributes=FACTS, price=9.8))
            if one != two:
                assert plan.keep == keep
            assert says in said(plan)

    def test_what_gives_way_is_listed(self, make_shop: Shop) -> None:
        plan = only_plan(
            make_shop(
                {"title": TEE, "sku_code": "A", "stock": 4.0, "price": 9.0, "sales": 3.0},
                {"title": TEE, "sku_code": "B", "stock": 7.0, "price": 9.5},
                shop="S", attributes=FACTS,
            )
        )  # fmt: skip
        for text in (
            "B (L-2)",
            "L-2 9.50 (kept: 9)",
            "no longer be used (they are not added up, as they may be the same goods): L-2 7",
        ):
            assert text in said(plan)

    def test_an_attribute_that_no_table_knows_is_an_option_of_its_own_name(self, make_shop: Shop) -> None:
        rows = [{"title": TEE, "attributes": {**FACTS, "Lace": lace}} for lace in ("Wide", "Narrow")]
        plan = only_plan(make_shop(*rows, price=9.0))
        assert plan.action == "merge_variants"
        assert [(a.name, a.values) for a in plan.axes] == [("Lace", ("Narrow", "Wide"))]

    def test_what_the_kept_offer_lacks_comes_from_the_copy(self, make_shop: Shop) -> None:
        rows = [
            {"title": TEE, "sales": 3.0},
            {"title": TEE, "gtin": "6901234002010", "stock": 7.0, "price": 9.5, "sku_code": "B"},
        ]
        (sku,) = only_plan(make_shop(*rows, attributes=FACTS, main_image="tee.jpg")).skus
        assert (sku.listing_id, sku.gtin, sku.stock, sku.price, sku.sku_code) == ("L-1", "6901234002010", 7, 9.5, "B")

    def test_other_places_are_cautions(self, make_shop: Shop) -> None:
        rows = [
            {"title": TEE, "category": f"C{i}", "shop": f"S{i}", "attributes": {**FACTS, "Freight Template": str(i)}}
            for i in (1, 2)
        ]
        text = said(only_plan(make_shop(*rows, price=9.8)))
        assert "categories (C1; C2)" in text and "shops (S1; S2)" in text and "templates (1; 2)" in text


class TestObstacles:
    def test_more_options_than_a_listing_holds(self, make_shop: Shop, own: Callable[[str], RulePack]) -> None:
        rows = [
            {"title": f"{TEE} {c} {s}", "attributes": {**FACTS, "Color": c, "Size": s}}
            for c, s in (("Red", "M"), ("Red", "L"), ("Blue", "M"))
        ]
        pack = own("merge.max_axes = 1")
        plan = only_plan(make_shop(*rows, price=9.8, main_image="x.jpg"), pack)
        assert plan.action == "differentiate" and plan.skus == ()
        assert "Cannot merge, because it would take 2 options (Color, Size)" in said(plan)
        assert {c.field for c in plan.changes} == {"description", "main_image"}, "title and attributes say it already"
        apart = make_shop(*({**r, "main_image": f"{i}.jpg"} for i, r in enumerate(rows)), price=9.8)
        assert only_plan(apart, pack).action == "none"

    def test_more_values_than_an_axis_holds(self, make_shop: Shop, own: Callable[[str], RulePack]) -> None:
        rows = [{"title": f"{TEE} {c}", "attributes": {**FACTS, "Color": c}} for c in ("Red", "Blue", "Green")]
        plan = only_plan(make_shop(*rows, price=9.8), own("merge.values_max = { color = 2 }"))
        assert "3 values for Color and one listing holds 2" in said(plan)

    def test_a_copy_needs_no_currency(self, make_shop: Shop) -> None:
        rows = [{"title": TEE, "currency": c, "price": 9.8} for c in ("USD", "EUR")]
        assert only_plan(make_shop(*rows, attributes=FACTS, sku_code="T-1")).action == "remove_duplicates"
        assert only_plan(make_shop(*rows, attributes=FACTS)).action == "ask", "nothing but the title says so"

    def test_currencies(self, make_shop: Shop) -> None:
        rows = [
            {"title": f"{TEE} {c}", "currency": money, "attributes": {**FACTS, "Color": c}}
            for c, money in (("Red", "USD"), ("Blue", "USD"), ("Green", "EUR"))
        ]
        plan = only_plan(make_shop(*rows, price=9.8))
        assert "different currencies (EUR, USD)" in said(plan)
        assert [(c.listing_id, c.field, c.value) for c in plan.changes] == [("L-3", "currency", "USD")]


def change(catalog: Catalog, plans: tuple[Plan, ...], new_photo: Callable[[str], str]) -> Catalog:
    """Do to the listings what the plans ask for; ``new_photo`` makes the photos that only a seller can take."""
    listings = {str(i): get_listing(catalog, k) for k, i in enumerate(catalog.ids)}
    for c in (c for plan in plans for c in plan.changes):
        old = listings[c.listing_id]
        if c.field.startswith("attributes."):
            attributes = {**old.attributes, c.field.removeprefix("attributes."): c.value}
            listings[c.listing_id] = replace(old, attributes=attributes)
        else:
            value = c.value or new_photo(c.listing_id)
            new: dict[str, Any] = {c.field: value}
            listings[c.listing_id] = replace(old, **new)
    return make_catalog(listings.values(), image_root=catalog.image_root)


class TestMakingDifferent:
    """After the changes a plan asks for, no rule fires any more: proved by running the check on what was changed."""

    @pytest.fixture
    def new_photo(self, tmp_path: Path, draw_photo: Callable[..., Path]) -> Callable[[str], str]:
        made: dict[str, int] = {}

        def draw(listing_id: str) -> str:
            draw_photo(tmp_path / f"new-{listing_id}.jpg", seed=900 + made.setdefault(listing_id, len(made)))
            return f"new-{listing_id}.jpg"

        return draw

    @pytest.fixture
    def scissors(self, tmp_path: Path, draw_photo: Callable[..., Path], make_shop: Shop) -> Catalog:
        draw_photo(tmp_path / "scissors.jpg", seed=1)
        titles = ("{} 5.0 Inch", "{}", "{} 6.0 Inch", "{}", "7.0 Inch {}")
        rows = [
            {
                "title": t.format("Professional Hair Cutting Scissors Stainless Steel Barber Salon Shears"),
                "attributes": {"Grip": "Offset"} if s == "6.0" else {"Grip": "Offset", "Size": f"{s} Inch"},
                "description": "Hand-sharpened.",
            }
            for t, s in zip(titles, ("5.0", "5.5", "6.0", "6.5", "7.0"), strict=True)
        ]
        return make_shop(
            *rows, price=18.9, main_image="scissors.jpg", category="Beauty > Scissors", image_root=tmp_path
        )

    def test_a_category_without_the_option(
        self, scissors: Catalog, own: Callable[[str], RulePack], new_photo: Callable[[str], str]
    ) -> None:
        pack = own('[[category]]\nmatch = "scissors"\nno_option = ["size"]')
        assert only_plan(scissors).action == "merge_variants"
        plan = only_plan(scissors, pack)
        assert plan.action == "differentiate"
        assert "the category Beauty > Scissors has no option for Size" in said(plan)
        asked = {(c.listing_id, c.field) for c in plan.changes}
        assert {("L-2", "title"), ("L-4", "title"), ("L-3", "attributes.Size")} <= asked
        assert {i for i, f in asked if f == "description"} == {f"L-{n}" for n in range(1, 6)}
        assert len({i for i, f in asked if f == "main_image"}) == 4, "one keeps the photo they share"
        assert next(c for c in plan.changes if (c.listing_id, c.field) == ("L-2", "title")).value.endswith("5.5 Inch")
        changed = change(scissors, (plan,), new_photo)
        after = dc.audit(changed, rules=pack)
        assert [p.action for p in after.plans] in ([], ["none"])
        assert all(not p.changes for p in after.plans) and after.advice == ()
        for k in range(len(changed)):
            rest = make_catalog([get_listing(changed, j) for j in range(5) if j != k], image_root=changed.image_root)
            (answer,) = dc.check(get_listing(changed, k), rest, rules=pack)
            assert answer.verdict == "publish"

    def test_bare_copies_are_not_told_apart_by_their_attributes_alone(
        self, scissors: Catalog, own: Callable[[str], RulePack]
    ) -> None:
        pack = own('[[category]]\nmatch = "scissors"\nno_option = ["size"]')
        plan = only_plan(scissors, pack)
        halfway = replace(plan, changes=tuple(c for c in plan.changes if c.field != "title"))
        assert only_plan(change(scissors, (halfway,), lambda i: "scissors.jpg"), pack).action == "differentiate"

    def test_the_sample_catalogues_advice(self, sample_audit: dc.Audit, sample: Catalog) -> None:
        assert {i for p in sample_audit.advice for i in p.listings} >= {"A-108", "A-190"}
        asked = [c for p in sample_audit.advice for c in p.changes]
        assert asked and all(c.text.say("en") and c.text.say("zh") for c in asked)
        photos = {c.listing_id for c in asked if c.field == "main_image"}
        rows = [get_listing(sample, k) for k in range(len(sample))]
        changes = {(c.listing_id, c.field): c.value for c in asked}
        drafts = []
        for r in rows:
            if any(i == r.listing_id for i, _ in changes):
                title = changes.get((r.listing_id, "title"), r.title)
                photo = "" if r.listing_id in photos else r.main_image
                drafts.append(replace(r, title=title, main_image=photo))
        changed_ids = {d.listing_id for d in drafts}
        rest = make_catalog([r for r in rows if r.listing_id not in changed_ids], image_root=sample.image_root)
        for answer in dc.check(drafts, rest):
            assert answer.verdict == "publish", str(answer)

    def test_models_of_one_brand_under_one_photo(
        self, tmp_path: Path, draw_photo: Callable[..., Path], make_shop: Shop, new_photo: Callable[[str], str]
    ) -> None:
        draw_photo(tmp_path / "stock.jpg", seed=3)
        rows = [
            {"title": "Wireless Optical Mouse Silent Click Ergonomic Rechargeable Laptop Office",
             "attributes": {"Brand": "Acme", "Model": model, "Sensor": sensor, "Buttons": buttons}, "price": price}
            for model, sensor, buttons, price in (("KX210", "PAW3212", "4", 9.9), ("KX870", "PMW3360", "7", 29.9))
        ]  # fmt: skip
        shop = make_shop(*rows, {"title": "Folding Camping Table", "price": 80.0, "attributes": {"Legs": "Aluminium"}},
                         {"title": "Cast Iron Pan", "price": 31.0, "attributes": {"Handle": "Long"}},
                         main_image="stock.jpg", category="Things", image_root=tmp_path)  # fmt: skip
        before = dc.audit(shop)
        assert before.plans == () and before.advice
        after = dc.audit(change(shop, before.advice, new_photo))
        assert len(after.findings) == 0 and after.advice == ()

    def test_a_photo_of_its_own_that_it_has_already(
        self, tmp_path: Path, draw_photo: Callable[..., Path], make_shop: Shop
    ) -> None:
        draw_photo(tmp_path / "a.jpg", seed=4)
        draw_photo(tmp_path / "b.jpg", seed=5)
        shop = make_shop(
            {"title": "Folding Camping Table Aluminium", "sales": 5.0, "price": 80.0, "attributes": {"Legs": "Steel"}},
            {"title": "Cast Iron Skillet Pan", "images": ("a.jpg", "b.jpg"), "price": 9.0, "attributes": {"Lid": "No"}},
            main_image="a.jpg", image_root=tmp_path,
        )  # fmt: skip
        (plan,) = dc.audit(shop).advice
        assert [(c.listing_id, c.field, c.value) for c in plan.changes] == [("L-2", "main_image", "b.jpg")]

    def test_what_is_taken_offline_needs_no_change(self, sample_audit: dc.Audit) -> None:
        gone = {i for p in sample_audit.plans for i in p.offline}
        assert gone and not gone & {
            c.listing_id for p in (*sample_audit.plans, *sample_audit.advice) for c in p.changes
        }


class TestDicts:
    def test_a_plan_is_plain_data_in_both_languages(self, sample_audit: dc.Audit) -> None:
        for plan in (*sample_audit.plans, *sample_audit.advice):
            english, chinese = plan.as_dict("en"), plan.as_dict("zh")
            worded = ("reasons", "cautions", "changes", "question")
            assert {k: v for k, v in english.items() if k not in worded} == {
                k: v for k, v in chinese.items() if k not in worded
            }
            if plan.question is not None:
                assert plan.question.text.say("en") != plan.question.text.say("zh")
            assert len(plan.reasons) > 0


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["Red", "Blue", "Green"]), st.sampled_from(["S", "M", "L"])), min_size=2, max_size=7
    )
)
def test_every_offer_has_a_place_in_the_plan(offers: list[tuple[str, str]]) -> None:
    listings = [
        Listing(
            listing_id=f"L{i}", title=f"{TEE} {c} {s}", attributes={**FACTS, "Color": c, "Size": s}, price=9.8,
            sku_code=f"C{i}", sales=float(i),
        )
        for i, (c, s) in enumerate(offers)
    ]  # fmt: skip
    plan = only_plan(make_catalog(listings))
    placed = [i for s in plan.skus for i in (s.listing_id, *s.replaces)]
    asked = [m.listing_id for m in plan.members if m.role == "ask"]
    assert sorted([*placed, *asked]) == sorted(x.listing_id for x in listings)
    crowded = max(Counter(offers).values()) > 3
    assert crowded or (not asked and len(plan.skus) == len(set(offers))), "of many alike, each is asked about"
    assert plan.keep == f"L{len(offers) - 1}"
    assert set(plan.offline) == {x.listing_id for x in listings} - {plan.keep, *asked}


class TestAMergedCatalogue:
    """Carrying the plans out must not make new duplicates of what is left."""

    def test_measures_that_tell_products_apart_still_do(self, make_shop: Shop) -> None:
        rows = [
            {"title": f'Memory Foam Mattress {depth}" White {size}', "attributes": {"Size": size}, "price": 100.0 + n}
            for depth in (8, 10, 12)
            for n, size in enumerate(("Twin", "Full", "Queen"))
        ]
        audit = dc.audit(make_shop(*rows, currency="USD", category="Mattress"))
        assert sorted(len(g.listings) for g, _ in audit.grouped) == [3, 3, 3]
        assert {p.action for p in dc.audit(audit.merge()).plans} == {"ask"}  # sizes as well, or three mattresses

    def test_the_code_of_a_part_that_comes_with_many_things_joins_none(self, make_shop: Shop) -> None:
        rows = [
            {"title": f"{code} Dell {capacity} 15K 3.5 SAS Drive w/F9541", "attributes": {"Brand": "Dell"}}
            for code, capacity in (("GP880", "36-GB"), ("NX81267", "73-GB"), ("341-2823", "300-GB"))
        ]
        assert dc.audit(make_shop(*rows, price=50.0, currency="USD", category="Drives")).grouped == ()


class TestRisk:
    @pytest.fixture
    def record(self, sample_audit: dc.Audit) -> dict[str, Any]:
        return sample_audit.as_dict()

    def test_violations_are_the_listings_too_many(self, record: dict[str, Any], sample_audit: dc.Audit) -> None:
        open_plans = [p for p in sample_audit.plans if p.action != "none"]
        assert record["counts"]["violations"] == sum(len(p.listings) - 1 for p in open_plans)
        assert sum(record["counts"]["violations_by_rule"].values()) == record["counts"]["violations"]
        assert record["counts"]["advice"] == sum(len({c.listing_id for c in p.changes}) for p in sample_audit.advice)

    def test_ten_edits_remove_most(self, record: dict[str, Any], sample_audit: dc.Audit) -> None:
        edits = record["counts"]["top_edits"]
        sizes = sorted((len(p.listings) - 1 for p in sample_audit.plans if p.action != "none"), reverse=True)
        assert [e["removes"] for e in edits] == sizes[:10]
        assert edits[-1]["left"] == record["counts"]["violations"] - sum(sizes[:10])

    def test_work_is_ordered_by_what_it_saves(self, record: dict[str, Any], sample_audit: dc.Audit) -> None:
        assert [g["group_id"] for g in record["groups"]] == [p["group_id"] for p in record["plans"]]
        first = [min(g["rules"]) for g in record["groups"] if g["action"] != "none"]
        assert first == sorted(first), "the gravest rule first"
        assert record["groups"][-1]["action"] == "none", "what needs no work comes last"
        assert [g.group_id for g, _ in sample_audit.grouped] == [p.group_id for p in sample_audit.plans]

    def test_what_is_at_stake_is_what_was_sold(self, make_shop: Shop) -> None:
        rows = [{"title": TEE, "sales": 10.0, "price": 9.0}, {"title": TEE, "sales": 2.0, "price": 9.5}, {"title": TEE}]
        record = dc.audit(make_shop(*rows, attributes=FACTS, currency="USD")).as_dict()
        assert record["counts"]["at_stake"] == {"USD": 109.0}

    @pytest.mark.parametrize(
        ("lang", "now", "waits"), [("en", "1 listing to merge", "1 question waits"), ("zh", "1 个商品要", "1 个问题等")]
    )
    def test_what_only_a_question_is_about_is_nothing_to_mend_before_it_is_answered(
        self, make_shop: Shop, lang: Any, now: str, waits: str
    ) -> None:
        mugs = [{"title": TEE, "price": 9.0, "attributes": FACTS}] * 2
        reeds = [{"title": f"Vandoren Java Alto Saxophone Reeds {n}", "price": 21.0} for n in ("2", "3")]
        audit = dc.audit(make_shop(*mugs, *reeds, currency="USD"), lang=lang)
        counts = audit.as_dict()["counts"]
        assert counts["groups_by_action"] == {"ask": 1, "remove_duplicates": 1}
        assert [counts[name] for name in ("violations", "questions", "grouped")] == [1, 1, 4]
        assert [edit["action"] for edit in counts["top_edits"]] == ["remove_duplicates"]
        told = [format_summary(audit.as_dict()), render_page(audit.as_dict())]
        assert all(now in text and waits in text for text in told)

    def test_a_calm_shop_counts_nothing(self, make_shop: Shop) -> None:
        counts = dc.audit(make_shop("Cast Iron Pan", "Folding Camping Table")).as_dict()["counts"]
        assert (counts["violations"], counts["top_edits"], counts["at_stake"]) == (0, [], {})


def test_freight_templates_in_columns_that_no_field_takes_are_held_against_each_other(tmp_path: Path) -> None:
    title = "Linen Curtain Panel Rod Pocket"
    rows = f"a,{title} Beige,20,USD,Color=Beige,0.8 kg,{{one}}\nb,{title} White,20,USD,Color=White,0.9 kg,{{two}}\n"
    said = {}
    for one, two in (("T1", "T2"), ("T1", "T1"), ("720003001", "720003002")):
        path = tmp_path / f"{one}-{two}.csv"
        head = "listing_id,title,price,currency,attributes,package weight,freight_template\n"
        path.write_text(head + rows.format(one=one, two=two), "utf-8")
        (plan,) = dc.audit(path).plans
        said[one, two] = [c.say("en") for c in plan.cautions if c.key == "plans.templates_differ"]
    assert "T1; T2" in said["T1", "T2"][0] and "720003001" in said["720003001", "720003002"][0]
    assert said["T1", "T1"] == [], "a parcel's weight may differ from SKU to SKU"


def test_what_a_parcel_weighs_is_no_freight_template(make_shop: Shop) -> None:
    rows = [{"title": TEE, "attributes": {**FACTS, "Package Weight": w}} for w in ("0.2 kg", "0.9 kg")]
    (plan,) = dc.audit(make_shop(*rows, price=9.0, currency="USD")).plans
    assert plan.action == "remove_duplicates"
    assert not any(c.key == "plans.templates_differ" for c in plan.cautions)
    assert any("0.9 kg" in c.say("en") for c in plan.cautions), "that they differ is said all the same"
