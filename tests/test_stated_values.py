"""What a listing states in its options does not stay in its title's core, in whichever way the title says it."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from dupcheck.features import Features
from dupcheck.model import Catalog, Sku

Shop = Callable[..., Catalog]
Read = Callable[[Catalog], Features]


def core(features: Features, row: int) -> set[str]:
    """The words of a listing's core title."""
    start = features.title.start
    items = set(features.title.items[start[row] : start[row + 1]].tolist())
    book = features.books["words"]
    return {w for w in WORDS if book.find(w) in items}


WORDS = ("violin", "bow", "12", "37", "41/42", "41-42", "50-52", "3", "14", "galaxy", "34", "red", "black")


@pytest.mark.parametrize(
    ("title", "color"),
    [("Red Fox Explorer tent green", "green"), ("Explorer tent Red Fox", ""), ("Explorer tent red", "red")],
)
def test_a_colour_in_the_name_of_the_brand_is_none(
    make_shop: Shop, read_features: Read, title: str, color: str
) -> None:
    features = read_features(make_shop({"title": title, "attributes": {"Brand": "Red Fox"}}, "Tent black"))
    assert features.axes["color"].value(0) == color


@pytest.mark.parametrize(
    ("title", "attributes", "left", "axis", "value"),
    [
        ("violin bow 37", {"Size": "37"}, {"violin", "bow"}, "size", "37"),
        ("violin 37 bow", {"尺码": "37"}, {"violin", "bow"}, "size", "37"),
        ("violin bow 50-52", {"RU Size": "50-52"}, {"violin", "bow"}, "size", "50-52"),
        ("violin bow 41/42", {"Tamanho": "41/42"}, {"violin", "bow"}, "size", "41/42"),
        ("violin bow 41-42", {"Tamanho": "41/42"}, {"violin", "bow"}, "size", "41/42"),
        ("violin bow 34", {"Тон": "34"}, {"violin", "bow"}, "color", "34"),
        ("violin bow 3", {"Size": "3"}, {"violin", "bow"}, "size", "3"),
        # another number than its own, a digit inside, a model of a series, or a size said already
        ("violin bow 12", {"Size": "37"}, {"violin", "bow", "12"}, "size", "37"),
        ("violin 3 bow", {"Size": "3"}, {"violin", "bow", "3"}, "size", "3"),
        ("violin galaxy 14", {"Size": "14"}, {"violin", "galaxy", "14"}, "size", "14"),
        ("violin 37 bow size 37", {"Size": "37"}, {"violin", "bow", "37"}, "size", "37"),
        ("violin 37 bow", {"Weight": "37"}, {"violin", "bow", "37"}, "weight", "37"),
    ],
)
def test_a_listings_own_number_is_no_part_of_its_core(
    make_shop: Shop,
    read_features: Read,
    title: str,
    attributes: Mapping[str, str],
    left: set[str],
    axis: str,
    value: str,
) -> None:
    features = read_features(make_shop({"title": title, "attributes": dict(attributes)}, "violin bow"))
    assert core(features, 0) == left
    assert features.axes[axis].value(0) == value
    assert core(features, 1) == {"violin", "bow"}


def test_a_number_is_a_size_only_where_the_listing_itself_says_so(make_shop: Shop, read_features: Read) -> None:
    features = read_features(make_shop({"title": "violin 37", "attributes": {"Size": "37"}}, "violin 37"))
    assert core(features, 0) == {"violin"}
    assert core(features, 1) == {"violin", "37"}


def test_the_one_option_of_a_listing_counts_and_several_do_not(make_shop: Shop, read_features: Read) -> None:
    def sell(*sizes: str) -> dict[str, Any]:
        skus = tuple(Sku(sku_code=f"S-{s}", options={"Size": s}, price=9.0) for s in sizes)
        return {"title": "violin bow 37", "skus": skus}

    features = read_features(make_shop(sell("37"), sell("37", "12")))
    assert core(features, 0) == {"violin", "bow"}
    assert core(features, 1) == {"violin", "bow", "37"}


def test_a_shades_number_is_kept_beside_its_plain_colour(make_shop: Shop, read_features: Read) -> None:
    rows = [{"title": f"violin lipstick, {n} black", "attributes": {"Color": "Black"}} for n in (101, 102)]
    features = read_features(make_shop(*rows, {"title": "violin lipstick, 103 black", "attributes": {"Color": "Red"}}))
    assert [features.axes["color"].value(i) for i in range(3)] == ["black 101", "black 102", "red"]


def test_a_misspelt_title_keeps_its_delimiters(make_shop: Shop, read_features: Read) -> None:
    right = ["Ремешки Лумина плетеные, черный, 40"] * 6
    features = read_features(make_shop(*right, "Ремешки Лумина плетееные, черный, 41"))
    assert features.axes["size"].value(6) == "41"
