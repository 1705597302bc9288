"""Two brands are one maker's, two makers', or perhaps one's: then they are asked about, and nothing is done."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.judging.makers import Makers, compare_makers, tell_makers_apart
from dupcheck.learned.answers import Answer
from dupcheck.model import Catalog

Shop = Callable[..., Catalog]
BRANDS = (
    "Dunlop", "Jim Dunlop", "ESAB", "ЭСАБ", "BTT", "BIGTREETECH", "Faber-Castell", "faber castell", "X-Rite", "X-Mini",
    "TP-Link", "TPLink", "HP", "HP Enterprise", "HP Inc", "Hewlett Packard", "フィリップス", "Philips", "LG",
    "Logitech", "拓竹", "3M",
)  # fmt: skip
DRIVER = "TMC2209 V2.0 Stepper Motor Driver Module"


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("ESAB", "ЭСАБ", "one"), ("Faber-Castell", "faber castell", "one"), ("L'Oréal", "L'OREAL", "one"),
        ("Dunlop", "Jim Dunlop", "near"), ("BTT", "BIGTREETECH", "near"), ("HP", "Hewlett Packard", "near"),
        ("TP-Link", "TPLink", "near"), ("フィリップス", "Philips", "near"), ("HP Inc", "HP Enterprise", "near"),
        ("X-Rite", "X-Mini", "other"), ("LG", "Logitech", "other"), ("Makita", "Макрон", "other"), ("3M", "", "other"),
    ],
)  # fmt: skip
def test_brands_are_one_makers_or_perhaps(one: str, other: str, told: Makers) -> None:
    assert compare_makers(one, other) == compare_makers(other, one) == told


@given(st.permutations(BRANDS))
def test_a_catalogue_tells_makers_apart_as_each_pair_does(brands: list[str]) -> None:
    left, right = np.divmod(np.arange(len(brands) ** 2), len(brands))
    expected = [compare_makers(brands[a], brands[b]) == "other" for a, b in zip(left, right, strict=True)]
    assert tell_makers_apart(brands, left, right).tolist() == expected
    assert not tell_makers_apart(brands, np.array([-1, 0]), np.array([0, -1])).any()


@pytest.mark.parametrize(("one", "other"), [("Dunlop", "Jim Dunlop"), ("BTT", "BIGTREETECH"), ("HP", "HP Enterprise")])
def test_what_is_perhaps_one_makers_is_asked_about_and_not_removed(make_shop: Shop, one: str, other: str) -> None:
    rows = [{"title": DRIVER, "attributes": {"Brand": b, "Chip": "TMC2209", "Output": "2 A"}} for b in (one, other)]
    catalog = make_shop(*rows, "Copper Kettle", "Oak Chopping Board", price=6.5, currency="USD")
    (plan,) = dc.audit(catalog).plans
    assert (plan.action, plan.offline) == ("ask", ())
    assert plan.question is not None
    assert {one, other} <= {*plan.question.text.say("en").replace("«", "»").split("»")}
    (done,) = dc.audit(catalog, answers=[Answer("same", plan.question.kind, "L-1", "L-2")]).plans
    assert done.action == "remove_duplicates"


def test_one_makers_name_in_two_scripts_differs_in_nothing(make_shop: Shop) -> None:
    rows = [{"title": DRIVER, "attributes": {"Brand": b, "Chip": "TMC2209", "Output": "2 A"}} for b in ("ESAB", "ЭСАБ")]
    (plan,) = dc.audit(make_shop(*rows, "Copper Kettle", "Oak Chopping Board", price=6.5, currency="USD")).plans
    assert plan.action == "remove_duplicates"


def test_two_makers_are_two_products(make_shop: Shop) -> None:
    rows = [{"title": DRIVER, "attributes": {"Brand": b, "Chip": "TMC2209"}} for b in ("Makita", "Bosch")]
    assert not dc.audit(make_shop(*rows, "Copper Kettle", "Oak Board", price=6.5, currency="USD")).groups.size


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        # First letters of words, up to four; of one letter nobody knows whose it is.
        ("ABCD", "Alpha Beta Coma Delta", "near"), ("ABCDE", "Alpha Beta Coma Delta Echo", "other"),
        ("AB", "Alpha Beta", "near"), ("B", "Beta Coma", "other"), ("AC", "Alpha Beta", "other"),
        # Consonants of one word, three at least, of one that is twice as long.
        ("BRT", "Brother", "near"), ("BRTH", "Brother", "other"), ("BR", "Brother", "other"),
        ("BRTR", "Brothers", "near"),
        ("BOT", "Bolsterot", "other"), ("BTR", "Brother", "near"), ("BRX", "Brother", "other"),
        ("B3T", "B3other", "other"),
        # Words that stand together in the longer name.
        ("Jim Dunlop", "A Jim Dunlop Co", "near"), ("Jim Dunlop", "A Jim Big Dunlop", "other"),
        ("Faber", "Faber-Castell", "near"), ("Zorvim", "Zorvim Quadex", "near"), ("Fab", "Fab-Castell", "near"),
    ],
)  # fmt: skip
def test_how_far_a_name_may_be_short_for_another(one: str, other: str, told: Makers) -> None:
    assert compare_makers(one, other) == compare_makers(other, one) == told


HORN = "Buffalo Horn Dog Chew Medium"
THINGS = (
    "Braided Rope Lead", "Gel Cooling Mat", "Corner Litter Tray", "Hamster Wheel Silent", "Timothy Hay", "Slow Bowl",
    "Puppy Pads", "Travel Water Bottle", "Cat Tunnel Crinkle", "Bird Swing Beech",
)  # fmt: skip


def stock_of_a_house(make_shop: Shop, house: str, guests: tuple[str, ...], maker: str = "Oakbowl") -> Catalog:
    """A shop that states its own name for most makers; ``guests`` are titles of other brands among these."""

    def row(title: str, brand: str, price: float) -> dict[str, object]:
        return {"title": title, "price": price, "attributes": {"Brand": brand}}

    pounzo = [row(f"Pounzo {thing} Toy", "Pounzo", 30.0 + k) for k, thing in enumerate(("Laser", "Feather", "Ball"))]
    own = [row(title, house, 10.0 + k) for k, title in enumerate((*THINGS, *guests))]
    return make_shop(row(HORN, house, 6.5), row(HORN, maker, 6.5), *pounzo, *own)


@pytest.mark.parametrize(
    ("house", "guests", "asked"),
    [
        ("Paws Corner", ("Pounzo Spring Mouse", "Pounzo Fish Rod"), True),
        ("Paws Corner", ("Pounzo Spring Mouse",), False),  # one title may be a slip
        ("Paws Corner", (), False),  # a maker whose titles never name it
        ("Silent", ("Pounzo Spring Mouse", "Pounzo Fish Rod"), False),  # one of its titles names it: a maker
    ],
)
def test_a_shops_own_name_is_no_maker(make_shop: Shop, house: str, guests: tuple[str, ...], asked: bool) -> None:
    plans = dc.audit(stock_of_a_house(make_shop, house, guests)).plans
    together = [p for p in plans if {"L-1", "L-2"} <= {m.listing_id for m in p.members}]
    assert [p.action for p in together] == (["ask"] if asked else [])
    assert not asked or (together[0].question is not None and together[0].question.kind == "fact:brand")


def test_a_check_knows_the_shops_own_name(make_shop: Shop) -> None:
    stock = stock_of_a_house(make_shop, "Paws Corner", ("Pounzo Spring Mouse", "Pounzo Fish Rod"))
    draft = dc.Listing("new", HORN, price=6.5, attributes={"Brand": "Wagmoor"})
    (answer,) = dc.Checker(stock).check(draft)
    assert answer.plan is not None and answer.plan.action == "ask"
    assert answer.plan.listings == ("L-1", "new"), "only what is under the shop's own name may be the draft's product"


LINES = ("Kurutoga Pencil", "Jetstream Pen", "Signo Eraser", "Emott Marker", "Posca Paint")


@pytest.mark.parametrize(("third", "asked"), [((), True), (("Pilot", "Zebra"), False)])
def test_two_names_that_only_share_their_things_may_be_one_makers(
    make_shop: Shop, third: tuple[str, ...], asked: bool
) -> None:
    """One maker under two names, unlike makers of things that every maker has."""

    def row(title: str, brand: str) -> dict[str, object]:
        return {"title": title, "price": 6.5, "attributes": {"Brand": brand}}

    colors = ("Black", "Blue", "Red", "Green")
    rows = [
        row(f"{line} {colors[k]} {k}{n}", brand)
        for k, brand in enumerate(("Mitsubishi", "Uni", *third))
        for n, line in enumerate(LINES)
    ]
    twins = [row("Kuru Sharp Slide Alpha", brand) for brand in ("Mitsubishi", "Uni")]
    plans = dc.audit(make_shop(*twins, *rows)).plans
    together = [p for p in plans if {"L-1", "L-2"} <= {m.listing_id for m in p.members}]
    assert [p.action for p in together] == (["ask"] if asked else [])


def test_a_name_that_may_be_anyones_and_stands_in_no_title_states_no_maker(make_shop: Shop) -> None:
    makers = {
        "Ardor": "kettle gooseneck steel {} litre", "Bruno": "grinder burr manual {} gram",
        "Celia": "teapot glass infuser {} cup", "Dorn": "carafe dripper walnut {} sheet",
    }  # fmt: skip
    rows = [
        {"title": thing.format(n), "attributes": {"Brand": brand}}
        for maker, thing in makers.items()
        for n in (11, 12, 13, 14)
        for brand in (maker, "Inna")
    ]
    lexicon = dc.audit(make_shop(*rows, price=9.0, currency="EUR")).features.statistics.taught.lexicon
    assert lexicon.houses == {"inna"}
