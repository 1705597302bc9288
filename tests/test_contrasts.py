"""Titles that name another number of one model are of different products; options tell no products apart."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.features import Features, read_attributes
from dupcheck.judging.contradictions import fit_apart
from dupcheck.judging.differences import find_differences, list_differences
from dupcheck.model import Catalog, Listing
from dupcheck.titles import align_name, read_title, read_value
from dupcheck.titles.models import list_numbered
from dupcheck.titles.normalising import fold

Shop = Callable[..., Catalog]


TAIL = "Marlow Ridgeway Handpicked Corner Fjordline"


def is_joined(first: str, second: str) -> bool:
    """Whether an audit of a shop with these two listings, and others of all sorts, puts them into one group."""
    # Long titles, for what is told in one word of twelve is what rules would join.
    titles = [
        f"{first} {TAIL}",
        f"{second} {TAIL}",
        "Wool scarf for winter",
        "Silk tie striped",
        "Rosin for violins",
        "Brass door knob",
    ]
    listings = [Listing(f"L-{i}", t, price=10.0, currency="USD") for i, t in enumerate(titles)]
    groups = dc.audit(make_catalog(listings)).groups
    found = groups[groups.listing_id.isin(["L-0", "L-1"])]
    return len(found) == 2 and found.group_id.nunique() == 1


DIFFERENT = [
    ("Velox Glide 3 Men's Road Running Lightweight Trainer", "Velox Glide 4 Men's Road Running Lightweight Trainer"),
    ("Крючки офсетные Decoy Worm 17 для рыбалки", "Крючки офсетные Decoy Worm 15 для рыбалки"),
    ("Standing Desk Single Motor Height Adjustable Frame", "Standing Desk Dual Motor Height Adjustable Frame"),
    ("Smart Band 7 Fitness Tracker Waterproof", "Smart Band 8 Fitness Tracker Waterproof"),
    ("Lenovo LP40 TWS Earphones Noise Reduction Touch", "Lenovo LP50 TWS Earphones Noise Reduction Touch"),
]
ALIKE = [
    ("Dining Chair Upholstered Oak Legs Red", "Dining Chair Upholstered Oak Legs Blue"),
    ("Sofa Cover Stretch Velvet Red", "Sofa Cover Stretch Velvet Navy Blue"),
    ("Chair Leg Caps Furniture Floor Protectors Felt", "Felt Furniture Chair Leg Caps Floor Protectors"),
    ("Nylon Loop Strap Apple Watch Series 9 8 7 6 Grey", "Nylon Loop Strap Apple Watch Series 8 7 6 Black"),
    ("Powder Scented Candle Amber 200 ml", "Powder Scented Candle Amber 400 ml"),
    ("圆领纯棉T恤女宽松打底衫白色", "圆领纯棉T恤女宽松打底衫黑色"),
    ("Кружка керамическая с ручкой красная", "Кружка керамическая с ручкой синяя"),
    ("Zapatillas running ligeras transpirables talla 42", "Zapatillas running ligeras transpirables talla 43"),
    ("4K Mini Projector Portable Home Theater", "4K Projector Mini Portable Home Theater"),
]


class TestAudits:
    @pytest.mark.parametrize(("first", "second"), DIFFERENT)
    def test_members_of_one_set_are_different_products(self, first: str, second: str) -> None:
        assert not is_joined(first, second)

    @pytest.mark.parametrize(("first", "second"), ALIKE)
    def test_options_and_other_words_are_one_product(self, first: str, second: str) -> None:
        assert is_joined(first, second)

    @pytest.mark.parametrize(("first", "second"), DIFFERENT[:4] + ALIKE[:3])
    def test_a_check_says_what_the_audit_says(self, first: str, second: str) -> None:
        (answer,) = dc.check(
            Listing("N-1", f"{second} {TAIL}", price=10.0, currency="USD"), make_shop_of(f"{first} {TAIL}")
        )
        assert any(p["verdict"] == "duplicate" for p in answer.pairs) == is_joined(first, second)

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            # words that mean something else together: a brand, a kind of tea
            ("New Balance Runner Zip", "Balance Runner Zip"),
            ("Green Tea Orbit 50g", "Black Tea Orbit 50g"),
            # a letter behind the name of a series is no size
            ("Floor Mat for Tesla Model S Black", "Floor Mat for Tesla Model M Black"),
            ("Charger Samsung Galaxy S white", "Charger Samsung Galaxy M white"),
            # words that only look like forms of one
            ("Плата синяя Вектор", "Платье синее Вектор"),
            ("Поло синее Орион", "Пол синий Орион"),
        ],
    )
    def test_two_things_are_neither_removed_as_copies_nor_folded_into_one(self, first: str, second: str) -> None:
        others = ("Wool scarf for winter", "Silk tie striped", "Rosin for violins", "Brass door knob")
        plans = dc.audit(make_shop_of(first, second, *others)).plans
        assert {p.action for p in plans} <= {"ask", "none", "differentiate"}


def make_shop_of(*titles: str) -> Catalog:
    return make_catalog([Listing(f"L-{i}", t, price=10.0, currency="USD") for i, t in enumerate(titles)])


class TestReading:
    @pytest.mark.parametrize(
        ("title", "models"),
        [
            ("Velox Glide 3 Road Trainer", ["glide3"]),
            ("Smart Band 7 with Watch 4 Strap", ["band7", "watch4"]),
            ("Lipstick Bullet 07 Berry", []),
            ("Seeds Tomato, 10 bags", []),
            ("Shirt 5 pcs Cotton", []),
            ("Worm 1700 Hooks", []),
            ("Chair 2", []),
            ("Flag Double Sided Print", ["sided2"]),
            ("Bed Sheet Twin", []),
            ("", []),
        ],
    )
    def test_a_number_behind_a_name_is_a_model(self, title: str, models: list[str]) -> None:
        assert list(list_numbered(fold(title), read_title(title).tokens)) == models


class TestBrands:
    def join_cards(self, make_shop: Shop, *titles: str) -> set[str]:
        """The ids, among those of ``titles`` (T-0 …), that stand in one group in a shop that states both brands."""
        stated = [
            {"title": f"{name} {thing}", "attributes": {"Brand": name}, "listing_id": f"{name}-{k}"}
            for name in ("Acmedia", "Borelli")
            for k, thing in enumerate(("usb hub seven ports", "desk fan quiet", "wall clock round"))
        ]
        rows = [{"title": t, "listing_id": f"T-{i}", "attributes": {}} for i, t in enumerate(titles)]
        groups = dc.audit(make_shop(*stated, *rows, price=10.0, currency="USD")).groups
        mine = groups[groups.listing_id.str.startswith("T-")]
        return set(mine.listing_id)

    def test_titles_of_two_brands_are_two_products(self, make_shop: Shop) -> None:
        tail = "micro memory card class ten for phone camera drone tablet recorder"
        assert self.join_cards(make_shop, f"Acmedia {tail}", f"Borelli {tail}") == set()
        assert self.join_cards(make_shop, f"Acmedia {tail}", f"{tail} Acmedia") == {"T-0", "T-1"}

    def test_a_brand_that_a_thing_fits_is_not_its_own(self, make_shop: Shop) -> None:
        tail = "silicone strap soft sport wristband replacement buckle quick release watch"
        assert self.join_cards(make_shop, f"{tail} for Acmedia", f"{tail} for Borelli") == {"T-0", "T-1"}

    @pytest.mark.parametrize("none", ["None", "NoEnName_Null", "无品牌", "Нет бренда", "Sin marca", "Generic"])
    def test_no_brand_is_nothing_stated(self, make_shop: Shop, none: str) -> None:
        (row,) = read_attributes(make_shop({"title": "Mug", "attributes": {"Brand": none, "Color": "Red"}})).rows
        assert dict(row) == {"color": "Red"}


class TestFits:
    @pytest.mark.parametrize(
        ("left", "right", "apart"),
        [
            ("iPhone 15", "iPhone 15 Plus", True),
            ("iPhone 15", "iPhone15", False),
            ("iPhone 15", "Apple iPhone 15", False),
            ("iPhone 15, iPhone 14", "iPhone 14, iPhone 13", False),
            ("iPhone 15, iPhone 14", "iPhone 13", True),
            ("Apple", "iPhone 15", False),
            ("Xiaomi", "Xiaomi Redmi Note 12", False),
            ("Apple Watch", "Galaxy Watch 4", True),
            ("Lada Vesta", "Lada Granta", True),
        ],
    )
    def test_they_are_apart_where_no_model_is_common(self, left: str, right: str, apart: bool) -> None:
        assert fit_apart(*(read_value("compatible", text) for text in (left, right))) == apart
        assert fit_apart(*(read_value("compatible", text) for text in (right, left))) == apart

    @pytest.mark.parametrize(
        ("name", "axis"),
        [
            ("Compatible iPhone Model", "compatible"),
            ("Compatible Phone Model", "compatible"),
            ("Model Number", "model"),
            ("Модель автомобиля", "compatible"),
            ("适用手机型号", "compatible"),
            ("Modelo do carro", "compatible"),
        ],
    )
    def test_names_of_what_it_fits(self, name: str, axis: str) -> None:
        assert align_name(name) == axis

    def test_a_model_beside_a_maker_is_what_it_fits(self, make_shop: Shop) -> None:
        names = {"Compatible Brand": "Apple", "Compatible iPhone Model": "iPhone 15"}
        for attributes in (names, dict(reversed(names.items()))):
            (row,) = read_attributes(make_shop({"title": "Case", "attributes": attributes})).rows
            assert row["compatible"] == "iPhone 15"


class TestDifferences:
    def test_one_by_one_as_all_at_once(self, read_features: Callable[[Catalog], Features]) -> None:
        titles = [t for pair in DIFFERENT + ALIKE for t in pair]
        features = read_features(make_shop_of(*titles))
        left, right = (np.array(side) for side in zip(*combinations(range(len(titles)), 2), strict=True))
        which, answers = list_differences(features, left, right)
        wanted = [find_differences(features, a, b) for a, b in zip(left.tolist(), right.tolist(), strict=True)]
        assert [answers[k] for k in which] == wanted


@pytest.mark.parametrize(("brand", "told"), [("n/a", False), ("-", False), ("无品牌", False), ("Kestrel", True)])
def test_what_stands_for_no_maker_is_no_maker(brand: str, told: bool) -> None:
    def ask(attributes: dict[str, str]) -> list[str]:
        rows = [
            Listing(i, "Walnut Serving Board with Handle", price=12.0, sku_code="WB-4471", attributes=stated)
            for i, stated in (("A", {"Brand": "Orvex"}), ("B", attributes))
        ]
        return [plan.question.text.say("en") if plan.question else "" for plan in dc.audit(make_catalog(rows)).plans]

    assert (ask({"Brand": brand}) != ask({})) == told
