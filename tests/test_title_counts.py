"""Numbers in titles that look like a count or a measure and are none; and counts of what one thing consists of."""

from collections.abc import Callable

import pytest

import dupcheck as dc
from dupcheck.model import Catalog
from dupcheck.titles import read_title
from dupcheck.titles.sets import counts_parts


@pytest.mark.parametrize(
    ("title", "axis", "values"),
    [
        # carats: what gold is made of, or a stone's weight
        ("Moissanite Engagement Ring 1ct Round Solitaire", "pack", ()),
        ("Wedding ring gold 9ct plain", "pack", ()),
        ("Curb chain 18ct gold 20 inch", "material", ("18 ct",)),
        ("Rose Gold 14ct Locket", "material", ("14 ct",)),
        ("Lab Diamond Tennis Strand 3ct", "weight", ("3 ct",)),
        ("Verlobungsring Brillant 2ct", "weight", ("2 ct",)),
        ("Bague solitaire 1ct", "weight", ("1 ct",)),
        ("Tea bags 80ct", "pack", ("80",)),
        ("Baby wipes 24ct", "pack", ("24",)),
        ("Gold Napkins 20 ct", "pack", ("20",)),
        ("Gold Paper Plates Party 50ct", "pack", ("50",)),
        # generations of networks
        ("Funda antigolpes Xiaomi Redmi Note 12 5G", "weight", ()),
        ("Carcasa Galaxy A52 5G negra", "weight", ()),
        ("Cover OPPO A78 5G trasparente", "weight", ()),
        ("Saffron threads 2g", "weight", ("2 g",)),
        ("Lipstick 12 5g", "weight", ("5 g",)),
        ("Yeast sachet 5g", "weight", ("5 g",)),
        # grades of oil
        ("Масло моторное Shell Helix HX7 10W-40 4 л", "power", ()),
        ("Motor oil 5W/30 1L", "power", ()),
        ("Motoröl 0W-20 5 Liter", "power", ()),
        ("LED Leuchte 5W-40W dimmbar", "power", ("5 w", "40 w")),
        ("Desk lamp 5W white", "power", ("5 w",)),
        # a number behind «colour» that counts what follows
        ("Ariel All-in-1 Pods Colour 38 Washes", "color", ()),
        ("Laundry gel Color 25 Loads", "color", ()),
        ("Yarn color 38", "color", ("38",)),
        ("Lipstick color 04 Barbie", "color", ("barbie 04",)),
        # a name that is a colour's possessive
        ("Gray's Anatomy Hardcover", "color", ()),
        ("Brown's Cookbook Paperback", "color", ()),
        ("Women's Gray Shirt", "color", ("gray",)),
    ],
)
def test_what_only_looks_like_a_value_is_none(title: str, axis: str, values: tuple[str, ...]) -> None:
    assert read_title(title).values(axis) == values


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("Puzzle Clementoni 1000 pezzi Venezia", True),
        ("Jigsaw Venice canal 500 pieces", True),
        ("Knife block set 5 piece steel", True),
        ("Besteck 24-teilig Edelstahl", True),
        ("Набор инструментов 82 предмета", True),
        ("Пазл Кошки 500 шт", True),
        ("拼图 1000片 星空", True),
        ("Zestaw kluczy 12 szt", True),
        ("Vajilla porcelana 18 piezas", True),
        ("Clothes pegs 50 pcs", False),
        ("Set of 6 mugs", False),
        ("Bra set 3 pack", False),
        ("Knife block 1 piece", False),
        ("Guanti nitrile 100 pezzi", False),
        ("Kit", False),
        ("", False),
    ],
)
def test_what_one_thing_consists_of_is_told_from_what_is_sold_together(title: str, parts: bool) -> None:
    assert counts_parts(title) is parts


@pytest.mark.parametrize(
    "titles",
    [
        ("Puzzle Venezia 500 pezzi", "Puzzle Venezia 1000 pezzi"),
        ("Knife block set 5 piece steel", "Knife block set 7 piece steel"),
        ("Curb chain 9ct gold 20 inch", "Curb chain 18ct gold 20 inch"),
        ("Besteck Milano 24-teilig", "Besteck Milano 30-teilig"),
        ("Jigsaw Alps 300 pieces", "Jigsaw Alps 750 pieces"),
        ("Promise ring diamond 1ct halo", "Promise ring diamond 2ct halo"),
    ],
)
def test_another_thing_is_asked_about_and_not_merged_by_its_pieces(
    titles: tuple[str, str], make_shop: Callable[..., Catalog]
) -> None:
    rows = [{"title": title, "price": price} for title, price in zip(titles, (39.0, 55.0), strict=True)]
    plans = dc.audit(make_shop(*rows, currency="EUR")).plans
    assert all(plan.action == "ask" for plan in plans)
    assert all(str(plan.question) and "pcs" not in plan.question.text.say("en") for plan in plans if plan.question)
