"""Numbers behind names: sizes and amounts are choices, volumes of a series are not."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.learned.scales import Choices, name_scales
from dupcheck.model import Listing

SHOES = [Choices(sizes, [50.0] * len(sizes)) for sizes in (("37", "38", "40"), ("38", "40", "41"), ("37", "38", "40"))]


def amounts(*told: Sequence[tuple[str, float]]) -> list[Choices]:
    return [Choices([value for value, _ in row], [price for _, price in row]) for row in told]


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(1, 14), min_size=2, max_size=6, unique=True), min_size=1, max_size=4))
def test_where_numbers_begin_like_a_series_no_number_is_a_size(series: list[list[int]]) -> None:
    books = [Choices([str(n) for n in row], [9.0] * len(row)) for row in series]
    assert name_scales([*SHOES, *books]) == [""] * (len(SHOES) + len(books))


@pytest.mark.parametrize("value", ["1998", "75", "9", "38.3", "2019"])
def test_a_number_that_is_no_size_makes_none_of_the_others_one(value: str) -> None:
    assert name_scales([*SHOES, Choices((value,), (50.0,))]) == [""] * 4


def test_sizes_stand_behind_many_names() -> None:
    assert name_scales(SHOES) == ["size"] * 3
    assert name_scales([*SHOES, Choices(("39.5",), (50.0,)), Choices(("Noir", "38"), (50.0, 50.0))]) == [
        *["size"] * 4,
        "",
    ]
    assert name_scales(SHOES[:2]) == ["", ""]
    assert name_scales(SHOES[:1], [slot.values for slot in SHOES[1:]]) == ["size"]
    apart = [Choices((a, b), (9.0, 9.0)) for a, b in (("20", "21"), ("30", "31"), ("40", "41"))]
    assert name_scales(apart) == [""] * 3


def test_what_costs_more_the_more_of_it_there_is_is_counted() -> None:
    rising = [(("1 lesson", 9.0), ("5 lessons + 1 free lesson", 40.0)), (("1 lesson", 7.0), ("3 lessons", 20.0))]
    assert name_scales(amounts(*rising, (("3 lessons", 30.0), ("10 lessons", 80.0)))) == ["lesson"] * 3
    assert name_scales(amounts(*rising)) == ["", ""]


@given(st.permutations([1, 2, 3, 4]), st.sampled_from([0.0, -1.0]))
def test_what_costs_the_same_or_less_is_not_counted(numbers: list[int], step: float) -> None:
    volumes = [[(f"{n} volume", 20.0 + step * n) for n in numbers] for _ in range(5)]
    assert name_scales(amounts(*volumes)) == [""] * 5


def test_without_prices_nothing_is_counted() -> None:
    unknown = [[("1 lesson", float("nan")), ("5 lessons", float("nan"))] for _ in range(4)]
    assert name_scales(amounts(*unknown)) == [""] * 4


@pytest.mark.parametrize(("numbers", "acts"), [((37, 38, 39), {"merge_variants"}), ((1, 2, 3), {"ask"})])
def test_shoes_in_sizes_are_one_listing_and_volumes_are_asked_about(numbers: Sequence[int], acts: set[str]) -> None:
    names = ("Veloce L0563 Brun", "Orvex N3271 Rouge", "Kestrel B6812 Noir", "Lumina 14454 Marine")
    rows = [(f"{name} - {n}", 40.0 + 10 * k) for k, name in enumerate(names) for n in numbers]
    listings = [Listing(f"L{k}", title, price=p, currency="EUR") for k, (title, p) in enumerate(rows)]
    plans = dc.audit(make_catalog(listings)).plans
    assert {plan.action for plan in plans} == acts
    assert sorted(len(plan.members) for plan in plans) == [len(numbers)] * len(names)
