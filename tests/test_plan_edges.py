"""Where plans cut, name and compare: each held at its edge, by rows that a person can check."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_neighbours import measure, stock
from test_neighbours import plan as plan_likely

import dupcheck as dc
from dupcheck.axes import AXES
from dupcheck.catalog import make_catalog
from dupcheck.learned.answers import Answer
from dupcheck.model import Catalog, Listing, Sku
from dupcheck.plans.changes import cut_words
from dupcheck.plans.offers import (
    Offer,
    Shelf,
    find_axes,
    find_written,
    say_alike,
    settle_values,
    shorten_values,
    sort_offers,
)
from dupcheck.plans.parts import FEW, Bookkeeper, Gap
from dupcheck.plans.tiers import find_discount
from dupcheck.titles import read_value


class TestWords:
    @pytest.mark.parametrize(
        ("text", "most", "cut"),
        [
            ("Oak Wall Clock", 14, "Oak Wall Clock"),
            ("Oak Wall Clock", 13, "Oak Wall"),
            ("Oak Wall Clock", 8, "Oak Wall"),
            ("Oak Wall Clock", 7, "Oak"),
            ("Oak Flask 300 ml", 13, "Oak"),  # «Flask 300» would be half a measure
            ("Case for iPhone 14 Pro", 15, "Case for"),
            ("12 34 56 78", 7, "12 34"),  # nothing but numbers: whole ones
            ("12 34 56 78", 5, "12 34"),
            ("Oak - Clock", 6, "Oak"),
            ("Oak, Pine | Ash", 11, "Oak, Pine"),
            ("Donaudampfschiff", 5, "Donau"),
            ("真空压缩袋被子", 4, "真空压缩"),
        ],
    )
    def test_a_text_is_cut_between_words(self, text: str, most: int, cut: str) -> None:
        assert cut_words(text, most) == cut

    @pytest.mark.parametrize(
        ("values", "most", "short"),
        [
            (["Blue", "Green"], 5, ["Blue", "Green"]),
            (["Blue +", "Forest Green Dark"], 6, ["Blue +", "Forest Green Dark"]),
            (["Case Blue", "Case Green"], 6, ["Blue", "Green"]),
            (["Case Blue", "case Green"], 6, ["Blue", "Green"]),
            (["Case Blue", "Box Green"], 6, ["Case Blue", "Box Green"]),
            (["Royal Navy Blue", "Royal Navy Gold"], 10, ["Blue", "Gold"]),
            (["Sea Green Light", "Sky Blue Light"], 9, ["Sea Green", "Sky Blue"]),
            (["Sea Green Light", "Sea Green Dark"], 5, ["Light", "Dark"]),
            (["30 x 40 cm Frame", "50 x 60 cm Frame"], 10, ["30 x 40 cm", "50 x 60 cm"]),
            (["30 x 40 cm Frame", "50 x 60 cm Frame"], 9, ["30 x 40 cm Frame", "50 x 60 cm Frame"]),
            (["Green Tea with Lemon"], 9, ["Green Tea with Lemon"]),  # less than half of it would be left
            (["Green Tea Lemon"], 9, ["Green Tea"]),
        ],
    )
    def test_option_names_lose_what_all_share_and_stay_apart(
        self, values: list[str], most: int, short: list[str]
    ) -> None:
        assert shorten_values(values, most) == dict(zip(values, short, strict=True))

    @pytest.mark.parametrize(
        ("title", "axis", "value", "written"),
        [
            ("Damen Schal rot", "color", "red", "Rot"),
            ("Rot Damen Schal", "color", "red", "Rot"),
            ("Schal rot, Mütze blau", "color", "blue", "Blau"),
            ("Schal (rot)", "color", "red", "Rot"),
            ("Scarf light blue, soft", "color", "light blue", "Light blue"),
            ("Schal rot", "color", "blue", ""),
            ("Schal rot", "size", "red", ""),
        ],
    )
    def test_a_value_is_told_in_the_words_of_the_title(self, title: str, axis: str, value: str, written: str) -> None:
        assert find_written(title, axis, value) == written


@pytest.mark.parametrize(
    ("twins", "most", "discount"),
    [
        ([(10.0, 9.0)], 99, (10, 10, 10, True)),
        ([(10.0, 9.0), (10.0, 8.9)], 99, (10, 10, 11, True)),
        ([(100.0, 90.0), (10.0, 8.9)], 99, (10, 10, 11, True)),
        ([(10.0, 9.0), (100.0, 89.0)], 99, (11, 10, 11, True)),
        ([(10.0, 9.0), (10.0, 8.8)], 99, (10, 10, 12, False)),
        ([(10.0, 9.95)], 99, (1, 1, 1, True)),
        ([(10.0, 2.0)], 50, (50, 50, 50, True)),
        ([(10.0, 2.0), (10.0, 9.0)], 50, (10, 10, 50, False)),
    ],
)
def test_one_discount_serves_prices_that_are_a_point_apart(
    twins: list[tuple[float, float]], most: int, discount: tuple[int, int, int, bool]
) -> None:
    found = find_discount(twins, most)
    assert found is not None and (found.percent, found.low, found.high, found.fits) == discount


FACTS = {"Fabric": "Jersey", "Collar": "O-Neck", "Hem": "Double-stitched"}


class TestOneCode:
    """Two titles that word one thing in two ways, under one GTIN."""

    @pytest.mark.parametrize(
        ("other", "action"),
        [
            ({}, "remove_duplicates"),
            ({"price": 10.5}, "remove_duplicates"),
            ({"price": 10.6}, "ask"),
            ({"price": None}, "ask"),
            ({"currency": "EUR"}, "ask"),
            ({"gtin": "4006381333948"}, "ask"),  # choices have barcodes of their own
            ({"attributes": {k: FACTS[k] for k in ("Fabric", "Collar")}}, "ask"),
            ({"attributes": {**FACTS, "Hem": "Raw"}}, "ask"),
            ({"attributes": {**FACTS, "Care": "Cold"}}, "ask"),
        ],
    )
    def test_three_equal_facts_and_one_price_make_it_a_copy(self, other: dict[str, Any], action: str) -> None:
        own: dict[str, Any] = {"price": 10.0, "currency": "USD", "gtin": "4006381333931", "attributes": FACTS}
        first = Listing("A", "Heavyweight Cotton Basic Tee Washable", **own)
        second = Listing("B", "Soft Heavyweight Cotton Basic Tee", **{**own, **other})
        found = dc.audit(make_catalog([first, second])).plans
        assert [p.action for p in found] == [action]


class TestWhoStandsBesideWhom:
    def test_nobody_is_its_own_partner(self, sample_audit: dc.Audit) -> None:
        members = [m for p in sample_audit.plans for m in p.members]
        assert len(members) > 20 and not [m for m in members if m.partner == m.listing_id]

    def test_the_weakest_pair_of_a_likely_group_are_two(self) -> None:
        (vases,) = [p for p in plan_likely(stock(), ("D", "E", 0.9)) if "D" in p.concerned]
        assert {m.listing_id: m.partner for m in vases.members} == {"D": "E", "E": "D"}


class TestWhoStandsInOnePart:
    @pytest.mark.parametrize(
        ("gaps", "one", "parts"),
        [
            ([], [], [[0, 1, 2, 3]]),
            ([(0, 1)], [], [[0, 2, 3], [1]]),
            ([(1, 2)], [], [[0, 1, 3], [2]]),  # what the first two are alike in, the third has to be as well
            ([(2, 3)], [], [[0, 1, 2, 3]]),  # … and no further one
            ([(1, 2), (1, 3)], [(0, 2)], [[0, 1, 2], [3]]),  # said to be one with the first: no other is asked
            ([(0, 2)], [(0, 2)], [[0, 1, 3], [2]]),
            ([(1, 2), (1, 3)], [(0, 1)], [[0, 1, 2, 3]]),  # what was only said to be one counts for no other
            ([(0, 1), (0, 2), (0, 3)], [], [[1, 2, 3], [0]]),  # most listings make the main part
            ([(0, 1), (0, 2), (0, 3), (1, 3), (1, 2)], [], [[2, 3], [0], [1]]),
            ([(0, 2), (0, 3), (1, 2), (1, 3)], [], [[0, 1], [2, 3]]),  # of equals the best listing's
        ],
    )
    def test_it_has_to_be_like_the_first_two_or_to_be_said_one_with_the_first(
        self, gaps: list[tuple[int, int]], one: list[tuple[int, int]], parts: list[list[int]]
    ) -> None:
        class Told(Bookkeeper):
            def find_gap(self, own: Any, left: int, right: int) -> Gap | None:
                return Gap("words", (str(left),), (str(right),)) if tuple(sorted((left, right))) in gaps else None

            def is_told_one(self, first: int, other: int, *_: Any) -> bool:
                return (first, other) in one

        catalog = stock(**{f"L{k}": "Walnut Serving Board" for k in range(4)})
        main, *rest = Told(Shelf(catalog, measure(catalog))).part(range(4), {})
        assert [main.members, *(part.members for part in rest)] == parts
        for part in rest:  # and each is asked about with something that stands between it and the main part
            assert part.gap is not None
            a, b = int(part.gap.here[0]), int(part.gap.there[0])
            assert a in main.members and b in part.members


GAPS = Path(__file__).with_name("fixtures") / "gaps.txt"


def read_row(title: str, stated: str) -> dict[str, Any]:
    """A listing's fields: those with a capital are attributes."""
    row: dict[str, Any] = {"title": title, "price": 10.0, "currency": "USD", "attributes": {}}
    for name, value in (part.split("=") for part in stated.split("; ") if part):
        if name[0].isupper():
            row["attributes"][name] = value
        else:
            row[name] = (float(value) if value else None) if name == "price" else value
    return row


def say(gap: Gap | None, swapped: bool = False) -> str:
    """A gap in a line; ``swapped``: as it is from the other listing's side."""
    if gap is None or gap.what == "proof":
        return "" if gap is None else "proof"
    here, there = (gap.there, gap.here) if swapped and gap.what != "order" else (gap.here, gap.there)
    about = " ".join(filter(None, (gap.what, gap.axis or gap.frame)))
    words = ("", "") if gap.what == "order" else (" ".join(here), " ".join(there))
    return f"{about}: {' / '.join(words)}".rstrip()


def read_gaps() -> list[list[str]]:
    lines = [line for line in GAPS.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [[cell.strip() for cell in line.split("|")] for line in lines]


class TestGaps:
    """All that stands between two listings, and what proves them one, as ``fixtures/gaps.txt`` holds it."""

    @pytest.mark.parametrize("row", read_gaps(), ids=" | ".join)
    def test_what_stands_between_two_listings_is_told_and_the_same_from_both_sides(self, row: list[str]) -> None:
        title, other, ours, theirs, gaps, doubt, proof = row
        rows = read_row(title, ours), read_row(other or title, theirs)
        catalog = make_catalog([Listing(f"L-{k}", **fields) for k, fields in enumerate(rows)])
        books = Bookkeeper(Shelf(catalog, measure(catalog)))
        for left, right in ((0, 1), (1, 0)):
            own = sort_offers(settle_values(books.shelf.list_group((left, right))), (left, right))
            found = [say(g, left > right) for g in books.list_gaps(own, left, right)]
            proven = "yes" if books.is_proven(left, right) else "few" if books.is_proven(left, right, True) else "no"
            assert (", ".join(found), proven) == (gaps, proof)
            assert say(books.doubt_copy(own, [left], right, FEW), left > right) == doubt
            many = "proof" if proof == "few" and (not doubt or doubt.startswith("words")) else doubt
            assert say(books.doubt_copy(own, [left], right, FEW + 1), left > right) == many


def offer(member: int, stated: str) -> Offer:
    """What a listing offers, as «size=6 inch, color=red» says it."""
    shown = dict(part.split("=") for part in stated.split(", ") if part)
    values = {axis: read_value(axis, value) if axis in AXES else value for axis, value in shown.items()}
    return Offer(member, values, shown, None, "", "", "", None, "")


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    skus = (
        Sku({"Color": "Red"}, 5.0, "USD", "r", "", 0.0), Sku({"Color": "Blue", "Wick": "Long"}, None, "", "", "", 4.0),
    )  # fmt: skip
    catalog = make_catalog([
        Listing("A", "Tee", 9.0, currency="USD", stock=0.0, min_order_quantity=5.0,
                attributes={"Collar": " Slim ", "Brand": "Unbranded"}),
        Listing("B", "Tee", None, currency="USD", stock=7.0, attributes={"collar": "slim"}, main_image="b.jpg",
                skus=skus),
        Listing("C", "Tee", 9.0, min_order_quantity=5.0, bulk_price=8.0),
        Listing("D", "Tee", None, skus=(Sku({"Color": "Red"}, 5.0),), stock=3.0), Listing("E", "Tee", None),
    ])  # fmt: skip
    return Shelf(catalog, measure(catalog))


class TestShelf:
    """What a catalogue's listings hold, as plans ask for it."""

    def test_numbers_are_known_or_not(self, shelf: Shelf) -> None:
        assert [shelf.number(k, "price") for k in range(5)] == [9.0, 5.0, 9.0, 5.0, None]
        least = [shelf.minimum_order(k) for k in range(4)]
        assert least == [5.0, 1.0, 1.0, 1.0], "a bulk price has a minimum of its own"
        stocks = [None if np.isnan(s) else s for s in shelf.stocks.tolist()]
        assert stocks == [0.0, 4.0, None, None, None] and shelf.sold_out.tolist() == [True, *[False] * 4]
        filled = (shelf.completeness - shelf.completeness[4]).tolist()
        assert filled == [5, 13, 3, 4, 0], "each text and each number, of the listing and of its SKUs"

    def test_attributes_that_say_nothing_are_none(self, shelf: Shelf) -> None:
        assert dict(shelf.attributes(0)) == {"collar": ("Collar", "Slim")}
        assert dict(shelf.attribute_counts["collar"]) == {"slim": 2}

    def test_each_sku_is_an_offer_with_what_its_listing_states(self, shelf: Shelf) -> None:
        (whole,) = shelf.list_offers(0)
        assert (whole.price, whole.currency, whole.stock, whole.image) == (9.0, "USD", 0.0, "")
        red, blue = shelf.list_offers(1)
        assert (red.price, red.currency, red.sku_code, red.stock, red.image) == (5.0, "USD", "r", 0.0, "b.jpg")
        assert (blue.price, blue.currency, blue.sku_code, blue.stock) == (None, "USD", "", 4.0)
        assert (red.values["color"], blue.values["color"], blue.shown["wick"]) == ("red", "blue", "Long")
        assert shelf.held_axes([red, blue]) == ["wick"] and shelf.name("wick") == "Wick"
        assert shelf.name("color") == "Color"

    @pytest.mark.parametrize(("prices", "asked"), [((None, None), [9.0, 9.0]), ((5.0, None), [5.0, None])])
    def test_one_price_for_all_choices_is_each_ones(self, prices: tuple[float | None, ...], asked: list[float]) -> None:
        skus = tuple(Sku({"Color": c}, p) for c, p in zip(("Red", "Blue"), prices, strict=True))
        catalog = make_catalog([Listing("A", "Tee", 9.0, skus=skus)])
        assert [o.price for o in Shelf(catalog, measure(catalog)).list_offers(0)] == asked


class TestOffers:
    """What becomes an option of the merged listing, and how what listings state is made comparable."""

    @pytest.mark.parametrize(
        ("stated", "held", "axes"),
        [
            (["color=red", "color=blue"], [], "color"), (["color=red", "color=red"], [], ""),
            (["color=red", ""], [], ""),
            (["color=red", "color=blue", ""], [], "color"),
            # What only goes along with another axis is an option where all state it.
            (["color=red, size=M", "color=blue, size=L"], [], "color size"),
            (["color=red, size=M", "color=blue, size=L", "color=red, size=L"], [], "color size"),
            (["color=red, size=M", "color=blue", "color=green, size=L"], [], "color"),
            (["color=red", "color=blue, size=L", "size=M"], [], "color"),
            # A measure that repeats the size is none; another measure is.
            (["size=6 inch, length=6 inch", "size=8 inch, length=8 inch"], [], "size"),
            (["size=6 inch, length=7 inch", "size=8 inch, length=9 inch"], [], "size length"),
            # What describes is an option only where nothing else tells two apart, and all state it.
            (["color=red, material=oak", "color=red, material=elm"], [], "material"),
            (["color=red, material=oak", "color=blue, material=elm"], [], "color"),
            (["color=red, material=oak", "color=red"], [], ""),
            (["color=red, material=oak", "color=blue, material=elm", "color=red, material=elm"], [], "color material"),
            # An axis of the listings' own SKUs that no table knows: a fact of the option, where another tells.
            (["wick=a, color=red", "wick=b, color=blue"], ["wick"], "color"),
            (["wick=a, color=red", "wick=b, color=red"], ["wick"], "wick"), (["wick=a", "wick=b"], [], ""),
        ],
    )  # fmt: skip
    def test_axes_on_which_offers_differ_become_options(self, stated: list[str], held: list[str], axes: str) -> None:
        offers = [offer(k, text) for k, text in enumerate(stated)]
        assert find_axes(offers, held) == axes.split()

    @pytest.mark.parametrize(
        ("stated", "settled"),
        [
            # Beside a pack what states none is one piece.
            (["pack=2 pcs", ""], ["pack=2", "pack=1"]), (["pack=1 pc", ""], ["pack=1", ""]),
            (["color=red", ""], ["color=red", ""]),
            # A measure is the size where others name theirs by one of that unit.
            (["size=6 inch", "length=8 inch"], ["size=6 in", "size=8 in"]), (["size=M", "length=8 inch"], None),
            (["size=6 inch", "length=8 cm"], None),
            (["size=6 inch", "length=8 inch, size=M"], None),
            # Of values that are stated together those go that all share, where something is left.
            (["pattern=a|b", "pattern=a|c"], ["pattern=b", "pattern=c"]), (["pattern=a|b", "pattern=a"], None),
            (["pattern=a|b", "pattern=c|b", ""], ["pattern=a", "pattern=c", ""]),
            (["pattern=a|b", "pattern=c|d"], None), (["pattern=a|b|c", "pattern=a|b|d"], ["pattern=c", "pattern=d"]),
        ],
    )  # fmt: skip
    def test_values_are_made_comparable(self, stated: list[str], settled: list[str] | None) -> None:
        raw = [offer(k, text) for k, text in enumerate(stated)]
        offers = [replace(o, values={a: o.shown[a] if a == "pattern" else v for a, v in o.values.items()}) for o in raw]
        found = settle_values(offers)
        told = [", ".join(f"{a}={v}" for a, v in o.values.items()) for o in found]
        before = [", ".join(f"{a}={v}" for a, v in o.values.items()) for o in offers]
        assert told == (before if settled is None else settled)
        assert [o.values.keys() for o in found] == [o.shown.keys() for o in found]

    @pytest.mark.parametrize(
        ("one", "other", "alike"),
        [
            ("Red", "red", True), ("X-100", "x100", True), ("3 cm", "30 mm", True), ("3 cm", "31 mm", False),
            ("", "", True),
            ("3 cm red", "30 mm red", False), ("3 cm 4 kg", "30 mm 4000 g", True), ("3 cm 4 kg", "30 mm", False),
            ("red", "blue", False), ("3 cm", "3 kg", False), ("red", "", False),
        ],
    )  # fmt: skip
    def test_texts_say_the_same_in_other_units_and_spellings(self, one: str, other: str, alike: bool) -> None:
        assert say_alike(one, other) is say_alike(other, one) is alike


def test_a_copy_of_one_choice_is_no_question_beside_another(make_shop: Callable[..., Catalog]) -> None:
    rows = [
        {"title": "Ceramic mug 350 ml blue", "price": 129.0}, {"title": "Ceramic mug 350 ml red", "price": 129.0},
        {"title": "Mug ceramic blue 350 ml in stock", "price": 125.0},
    ]  # fmt: skip
    (plan,) = dc.audit(make_shop(*rows, currency="CZK", category="Kitchen"), rules="common").plans
    assert (plan.action, plan.question, len(plan.listings)) == ("merge_variants", None, 3)
    assert [member.role for member in plan.members] == ["keep", "fold", "remove"]


def test_who_is_asked_whether_two_are_one_is_told_which_choice_differs(make_shop: Callable[..., Catalog]) -> None:
    rows = [
        {"title": "Herbal tea Melissa 20 bags", "price": 59.0},
        {"title": "Tea herbal Melissa 20 bags, 2 packs", "price": 109.0},
    ]
    (plan,) = dc.audit(make_shop(*rows, currency="CZK", category="Food"), rules="common").plans
    assert plan.question is not None and plan.question.kind == "proof"
    assert all("20 bags/2 packs" in plan.question.text.say(lang) for lang in ("en", "zh"))


@pytest.mark.parametrize(
    ("one", "other", "values"),
    [
        ("Lamp Marlow Ridgeway Corner", "Lamp Marlow Ridgeway Corner Milano", {"Standard", "Milano"}),
        ("Lamp Marlow Ridgeway Corner Verona", "Lamp Marlow Ridgeway Corner Milano", {"Verona", "Milano"}),
        ("Travel Pillow Memory Foam with Strap", "Travel Pillow Memory Foam", {"Strap", "Standard"}),
        ("旅行枕 记忆棉", "旅行枕 记忆棉 带眼罩", {"标准款", "带眼罩"}),
        ("Cable HDMI to VGA", "Cable VGA to HDMI", set()),
    ],
)
@pytest.mark.parametrize("paired", [True, False])
def test_what_the_seller_calls_a_choice_becomes_one(
    one: str, other: str, values: set[str], paired: bool, make_shop: Callable[..., Catalog]
) -> None:
    shop = make_shop({"title": one, "price": 10.0}, {"title": other, "price": 10.5}, currency="EUR")
    (plan,) = dc.audit(shop).plans
    assert plan.question is not None
    kind = f"words:{' '.join(plan.question.only_there)}|{' '.join(plan.question.only_here)}"
    first, second = plan.listings
    answer = Answer("option", "", first, second) if paired else Answer("option", kind)
    told = dc.audit(shop, answers=[answer]).plans
    assert not [m for p in told for m in p.members if m.role == "remove"]
    if values and (paired or told[0].question is None):
        assert [(p.action, [{*a.values} for a in p.axes]) for p in told] == [("merge_variants", [values])]
        assert {sku.listing_id: sku.price for sku in told[0].skus} == {"L-1": 10.0, "L-2": 10.5}
    elif paired:
        assert [p.question.kind for p in told if p.question is not None] == ["rest"]
