"""Two titles of the same words: moved where order carries no meaning, another product where it does."""

import pytest

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.model import Listing


def act(one: str, other: str) -> str:
    """What the plan does with two listings that differ in the order of their words alone."""
    facts = {"price": 9.9, "currency": "USD", "attributes": {"Brand": "Orvane", "Cable": "0.2 m", "Origin": "EU"}}
    audit = dc.audit(make_catalog([Listing("A", one, **facts), Listing("B", other, **facts)]))  # type: ignore[arg-type]
    return audit.plans[0].action if audit.plans else ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Orvane HDMI to VGA Video Converter", "Orvane VGA to HDMI Video Converter"),
        ("Orvane Adapter CEE 16A Stecker auf Schuko Kupplung", "Orvane Adapter Schuko Stecker auf CEE 16A Kupplung"),
        ("Orvane Cable USB C male to DisplayPort female", "Orvane Cable DisplayPort female to USB C male"),
        ("Orvane adaptateur jack 3.5 mm vers XLR", "Orvane adaptateur XLR vers jack 3.5 mm"),
    ],
)
def test_what_changed_places_around_a_word_is_asked_about(one: str, other: str) -> None:
    assert act(one, other) == "ask"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Orvane Waterproof Trail Running Vest Reflective", "Waterproof Trail Running Vest Reflective Orvane"),
        ("Orvane Speckled Stoneware Coffee Mug", "Orvane Coffee Mug Stoneware Speckled"),
        ("Trail Running Vest Orvane Waterproof Reflective", "Orvane Waterproof Reflective Trail Running Vest"),
    ],
)
def test_what_only_moved_is_a_copy(one: str, other: str) -> None:
    assert act(one, other) == "remove_duplicates"
