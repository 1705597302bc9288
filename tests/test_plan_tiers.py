"""What is sold cheaper in larger numbers, as one listing sells it: which tier it gets, and what of it is told."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.model import Listing, Plan
from dupcheck.rules import read_pack

TEE = "Mens Heavyweight Cotton Basic Tee Short Sleeve"
FACTS = {"Fit": "Regular", "Collar": "O-Neck", "Fabric": "Jersey", "Hem": "Double-stitched"}
Sold = tuple[str, float | None, float | None]
"""A colour, its price, and the fewest that are sold at a time."""


def plan_tees(*sold: Sold, **limits: float) -> Plan:
    """The plan for tees, the first of which sells best."""
    listings = [
        Listing(
            f"L-{k}", f"{TEE} {color}", price=price, currency="USD", attributes={**FACTS, "Color": color},
            image_phash="0f0f0f0f0f0f0f0f", main_image=f"{color}.jpg", min_order_quantity=least, sales=99.0 - k,
        )
        for k, (color, price, least) in enumerate(sold)
    ]  # fmt: skip
    pack = read_pack("aliexpress")
    pack = replace(pack, merge=replace(pack.merge, **limits))  # type: ignore[arg-type]
    (plan,) = dc.audit(make_catalog(listings), rules=pack).plans
    assert plan.keep == "L-0" and set(plan.offline) == {x.listing_id for x in listings[1:]}
    return plan


def told(plan: Plan) -> dict[str, Mapping[str, object]]:
    return {c.key.removeprefix("plans."): c.values for c in plan.cautions}


RED, BLUE = ("Red", 10.0, None), ("Blue", 10.0, None)


@pytest.mark.parametrize(
    ("sold", "tier", "cautions"),
    [
        ((RED, ("Red", 9.0, 20.0)), (20, 10), {}),
        ((("Red", 10.0, 2.0), ("Red", 9.0, 3.0)), (3, 10), {}),
        # A tier needs two at least.
        ((RED, ("Red", 9.0, 2.0)), (2, 10), {}),
        ((RED, ("Red", 9.0, 1.5)), (2, 10), {"tier_no_minimum": {}}),
        # A listing has one discount for all that it sells.
        ((RED, ("Red", 9.0, 20.0), BLUE, ("Blue", 9.0, 20.0)), (20, 10), {}),
        ((RED, ("Red", 9.0, 20.0), BLUE, ("Blue", 8.0, 20.0)), (20, 10), {"tiers_differ": {"low": 10, "high": 20}}),
        ((RED, ("Red", 9.0, 20.0), BLUE, ("Blue", 9.0, 50.0)), (20, 10),
         {"tiers_many": {"count": 2, "max": 1, "ids": "L-3"}}),
        # Of two, the smaller discount stands: nobody sells below what was meant.
        ((RED, ("Red", 8.0, 20.0), BLUE, ("Blue", 9.0, 50.0)), (50, 10),
         {"tiers_many": {"count": 2, "max": 1, "ids": "L-1"}}),
        ((RED, ("Red", 9.0, 50.0), BLUE, ("Blue", 9.0, 20.0)), (20, 10),
         {"tiers_many": {"count": 2, "max": 1, "ids": "L-1"}}),
        # What is not cheaper, or has no price, gives no tier, and that is said.
        ((RED, ("Red", 10.0, 20.0)), None, {"tier_not_cheaper": {"id": "L-1"}}),
        ((RED, ("Red", 11.0, 20.0)), None, {"tier_not_cheaper": {"id": "L-1"}}),
        ((RED, ("Red", None, 20.0)), None, {"tier_no_price": {"id": "L-1"}}),
        ((("Red", None, None), ("Red", 9.0, 20.0)), None, {"tier_no_price": {"id": "L-0"}, "no_price": {"ids": "L-0"}}),
        ((RED, ("Red", 9.0, 20.0), BLUE, ("Blue", None, 20.0)), (20, 10), {"tier_no_price": {"id": "L-3"}}),
        # The marketplace's own limit.
        ((RED, ("Red", 9.0, 100_000.0)), (100_000, 10), {}),
        ((RED, ("Red", 9.0, 100_001.0)), (100_001, 10), {"tier_minimum": {"minimum": 100_001, "max": 100_000}}),
    ],
)  # fmt: skip
def test_a_listing_gets_the_tier_of_what_it_takes_in(
    sold: tuple[Sold, ...], tier: tuple[int, int] | None, cautions: Mapping[str, Mapping[str, object]]
) -> None:
    plan = plan_tees(*sold)
    found = plan.wholesale
    assert (found and (found.min_order_quantity, found.discount_percent)) == tier
    assert told(plan) == cautions
    colors = len({color for color, _, _ in sold})
    kind = "merge_variants" if colors > 1 else "wholesale_tier" if tier else "remove_duplicates"
    assert plan.action == kind
    reasons = {r.key: r.values for r in plan.reasons}
    assert reasons.get("plans.tier") == (tier and {"minimum": tier[0], "percent": tier[1]})


def test_where_no_tiers_can_be_set_they_are_told() -> None:
    plan = plan_tees(RED, ("Red", 9.0, 20.0), price_tiers=0)
    assert plan.wholesale is None and told(plan) == {"no_tiers": {"ids": "L-1"}}
    both = plan_tees(RED, ("Red", 9.0, 20.0), BLUE, ("Blue", 9.0, 50.0), price_tiers=2)
    assert both.wholesale is not None and told(both) == {}


def test_a_dearer_discount_than_the_marketplace_takes_is_cut() -> None:
    plan = plan_tees(RED, ("Red", 5.0, 20.0), discount_max=30)
    assert plan.wholesale is not None and plan.wholesale.discount_percent == 30
    assert told(plan) == {"tier_off": {"price": "7.00", "was": "5.00"}}


@pytest.mark.parametrize(("price", "off"), [(8.99, {}), (8.98, {"price": "9.00", "was": "8.98"})])
def test_a_cent_is_no_other_price(price: float, off: Mapping[str, str]) -> None:
    plan = plan_tees(RED, ("Red", price, 20.0))
    assert told(plan) == ({"tier_off": off} if off else {})


def test_a_colour_that_is_sold_in_numbers_only_is_an_option_without_its_minimum() -> None:
    plan = plan_tees(RED, ("Blue", 9.0, 20.0))
    assert plan.wholesale is None and told(plan) == {"minimum_lost": {"ids": "L-1"}}
    assert told(plan_tees(("Red", 10.0, 20.0), ("Blue", 9.0, 20.0))) == {}


@pytest.mark.parametrize(("most", "fits"), [(3, True), (2, False)])
def test_more_options_than_a_listing_holds_are_told_apart_instead(most: int, fits: bool) -> None:
    colors = ("Red", "Blue", "Green")
    listings = [
        Listing(
            f"L-{k}", f"{TEE} {color}", price=10.0, currency="USD", attributes={**FACTS, "Color": color},
            image_phash="0f0f0f0f0f0f0f0f", main_image="one.jpg", sales=99.0 - k,
        )
        for k, color in enumerate(colors)
    ]  # fmt: skip
    pack = read_pack("aliexpress")
    (plan,) = dc.audit(make_catalog(listings), rules=replace(pack, merge=replace(pack.merge, skus_max=most))).plans
    assert plan.action == ("merge_variants" if fits else "differentiate")
    many = [r.values for r in plan.reasons if r.key == "plans.too_many_skus"]
    assert many == ([] if fits else [{"count": 3, "max": 2}])


@pytest.mark.parametrize(
    ("keep", "first", "second", "kept", "because"),
    [
        # Where the order does not name the two together, sales alone decide, however many reviews there are.
        (("sales",), {"sales": 10, "reviews": 2}, {"sales": 9, "reviews": 800}, "L-0", "keep_sales"),
        (("reviews",), {"sales": 10, "reviews": 2}, {"sales": 9, "reviews": 3}, "L-1", "keep_reviews"),
        (("reviews", "sales"), {"sales": 10, "reviews": 2}, {"sales": 9, "reviews": 2}, "L-0", "keep_sales"),
        (("reviews", "sales"), {"sales": 8, "reviews": 2}, {"sales": 9}, "L-0", "keep_reviews_known"),
        (("sales",), {}, {"sales": 0}, "L-1", "keep_sales_known"),
        (("sales", "created"), {"sales": 5, "created": "2024-01-02"}, {"sales": 5, "created": "2023-01-02"}, "L-1",
         "keep_oldest"),
    ],
)  # fmt: skip
def test_another_order_keeps_another(
    keep: tuple[str, ...], first: Mapping[str, object], second: Mapping[str, object], kept: str, because: str
) -> None:
    rows = [
        Listing(
            f"L-{k}", f"{TEE} Red", price=10.0, currency="USD", attributes={**FACTS, "Color": "Red"},
            image_phash="0f0f0f0f0f0f0f0f", **fields,  # type: ignore[arg-type]
        )
        for k, fields in enumerate((first, second))
    ]  # fmt: skip
    (plan,) = dc.audit(make_catalog(rows), rules=replace(read_pack("aliexpress"), keep=keep)).plans
    assert (plan.keep, plan.reasons[0].key) == (kept, f"plans.{because}")


def test_what_is_ahead_in_both_together_and_in_neither_alone_is_kept_for_both() -> None:
    rows = [
        Listing(
            f"L-{k}", f"{TEE} Red", price=10.0, currency="USD", attributes={**FACTS, "Color": "Red"},
            image_phash="0f0f0f0f0f0f0f0f", sales=sales, reviews=reviews,
        )
        for k, (sales, reviews) in enumerate([(10.0, 0.0), (9.5, 300.0), (1.0, 301.0)])
    ]  # fmt: skip
    (plan,) = dc.audit(make_catalog(rows)).plans
    assert (plan.keep, plan.reasons[0].key) == ("L-1", "plans.keep_popular")
    assert plan.reasons[0].values == {"id": "L-1", "sales": "9.5", "reviews": "300"}


@pytest.mark.parametrize(
    ("prices", "told_of"),
    [
        ((2.0, 10.0), {}),
        ((2.0, 18.0), {"spread_packs": {"times": "9.0", "max": "5", "piece": "1.1"}}),
        ((2.0, 100.0), {"spread_packs": {"times": "50.0", "max": "5", "piece": "5.0"}}),
        ((2.0, 102.0), {"spread": {"times": "51.0", "max": "5"}}),
        ((20.0, 2.0), {"spread": {"times": "10.0", "max": "5"}}),
    ],
)
def test_packs_that_differ_in_price_are_held_by_the_piece(
    prices: tuple[float, float], told_of: Mapping[str, Mapping[str, object]]
) -> None:
    rows = [
        Listing(
            f"L-{k}", f"{count} pcs Microfibre Lens Cloth Lint Free Soft", price=price, currency="USD",
            attributes=FACTS, image_phash="0f0f0f0f0f0f0f0f", sales=99.0 - k,
        )
        for k, (count, price) in enumerate(zip((2, 20), prices, strict=True))
    ]  # fmt: skip
    pack = read_pack("shopee")
    (plan,) = dc.audit(make_catalog(rows), rules=replace(pack, merge=replace(pack.merge, price_spread_max=5.0))).plans
    assert plan.action == "merge_variants"
    assert {name: values for name, values in told(plan).items() if name.startswith("spread")} == told_of


HOODIE = "Heavyweight Cotton Basic Hoodie"


@pytest.mark.parametrize(
    ("axis", "title", "values", "merged"),
    [
        ("Color", f"{HOODIE}-*-Slim", ("Red", "Blue"), f"{HOODIE}-Slim"),
        ("Color", f"{HOODIE}-Slim-*", ("Red", "Blue"), f"{HOODIE}-Slim"),
        ("Color", f"{HOODIE} *, Slim", ("Red", "Blue"), f"{HOODIE} Slim"),
        ("Color", f"* {HOODIE}", ("Red", "Blue"), HOODIE),
        # What begins a title begins it as large as before, unless it has a spelling of its own.
        ("Color", "* heavyweight cotton basic hoodie", ("Red", "Blue"), "Heavyweight cotton basic hoodie"),
        ("Color", "* heavyweight cotton basic hoodie", ("red", "blue"), "heavyweight cotton basic hoodie"),
        ("Color", "* iPhone cotton basic case", ("Red", "Blue"), "iPhone cotton basic case"),
        # What led to a value, or held it, goes with it.
        ("Color", f"{HOODIE} (*)", ("Red", "Blue"), HOODIE),
        ("Color", f"{HOODIE} - * - Zip", ("Red", "Blue"), f"{HOODIE} - Zip"),
        ("Color", f"{HOODIE} in *", ("Red", "Blue"), HOODIE),
        ("Color", f"{HOODIE} Color *", ("Red", "Blue"), HOODIE),
        ("Color", f"{HOODIE} * Color", ("Red", "Blue"), HOODIE),
        ("Size", f"{HOODIE} for Men, Size *", ("L", "M"), f"{HOODIE} for Men"),
        ("Color", "Ceramic Pot * & Saucer Outdoor Set", ("Red", "Blue"), "Ceramic Pot Saucer Outdoor Set"),
        ("颜色", "加厚纯棉连帽卫衣*", ("红色", "蓝色"), "加厚纯棉连帽卫衣"),
        ("颜色", "加厚纯棉连帽卫衣 颜色* 宽松", ("红色", "蓝色"), "加厚纯棉连帽卫衣 宽松"),
    ],
)
def test_what_became_an_option_leaves_the_title_and_nothing_else_does(
    axis: str, title: str, values: tuple[str, str], merged: str
) -> None:
    rows = [
        Listing(
            f"L-{k}", title.replace("*", value), price=10.0, currency="USD", attributes={**FACTS, axis: value},
            image_phash="0f0f0f0f0f0f0f0f", main_image=f"{k}.jpg", sales=99.0 - k,
        )
        for k, value in enumerate(values)
    ]  # fmt: skip
    (plan,) = dc.audit(make_catalog(rows)).plans
    assert (plan.action, plan.title) == ("merge_variants", merged)
