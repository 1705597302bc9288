"""Heads and choices behind them are the same whatever sells before and behind them."""

from collections.abc import Sequence
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.learned.tails import learn_tails, spell_head
from dupcheck.model import Listing
from dupcheck.titles.selling import trim_end, trim_start

SOLD = st.sampled_from(
    ["Hot Sale", "Best Price!", "包邮", "New Arrival 2026", "🔥", "Original", "Wholesale", "【正品】"]
)
PLAIN = st.lists(st.sampled_from(["oak", "table", "5", "mm", "Emery"]), min_size=1, max_size=4).map(" ".join)


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("Hot Sale Oak Table Best Price!", "Oak Table"),
        ("【正品】 New Arrival 2026 Oak Table", "Oak Table"),
        ("Oak Table 2026", "Oak Table 2026"),
        ("New Arrival ２０２６ Oak Table 新款 ２０２６", "Oak Table"),
        ("Oak Table, hot sale in the kitchen", "Oak Table, hot sale in the kitchen"),
        ("Best Price!", "Best Price!"),
        ("", ""),
    ],
)
def test_what_sells_goes_from_the_ends_alone(title: str, left: str) -> None:
    assert trim_end(trim_start(title)) == left


@given(st.lists(SOLD, max_size=3), PLAIN, st.lists(SOLD, max_size=3))
def test_nothing_else_goes(before: list[str], title: str, after: list[str]) -> None:
    left = trim_end(trim_start(" ".join([*before, title, *after])))
    assert left.split(maxsplit=1)[-1].startswith(title) or left.startswith(title)
    assert [w for w in left.split() if w in title.split()] == title.split()


def test_a_title_is_cut_at_the_same_head_whatever_sells_it() -> None:
    titles = ["Oak Table - Walnut / 50 cm", "Oak Table - Ebony / 60 cm"]
    tails = learn_tails(titles, [{"finish": t.split(" - ")[1].split(" / ")[0]} for t in titles])
    head, slots = tails.split("Hot Sale Oka Table - Ebony / 70 cm Best Price!", {"oka": "oak"})
    assert head == "Hot Sale Oka Table"
    assert [text for _, text in slots] == ["Ebony", "70 cm", "Best Price!"]
    assert slots[0][0] == "finish"


def test_a_choice_keeps_the_words_that_it_begins_with() -> None:
    titles = ["Street Map - New York", "Street Map - New Orleans"]
    tails = learn_tails(titles, [{"city": t.split(" - ")[1]} for t in titles])
    assert tails.split(titles[0], {}) == ("Street Map", [("city", "New York")])


def test_what_stands_first_behind_a_head_is_an_option_where_it_is_one_for_others() -> None:
    heads = ("Emery", "Julia", "Skylar")
    titles = [f"{h} (Reply set / {n})" for h in heads for n in (40, 50)]
    titles += [f"{h} (Reception card / {n})" for h in heads for n in (40, 60)]
    titles += [f"{h} (Liner / Solid / {n})" for h in heads for n in (40, 50)]
    told = [{"item": t.split(" (")[1].split(" /")[0]} if "Liner" not in t else {} for t in titles]
    families = learn_tails(titles, told).families
    assert families.get(("emery", 2))[0] == "item"  # type: ignore[index]
    assert families.get(("emery", 3))[0] == "item"  # type: ignore[index]


def sold(title: str, choice: str, k: int) -> Listing:
    attributes = {"Finish": choice} if choice else {}
    return Listing(f"L{k}", title, price=20.0, currency="USD", attributes=attributes)


def test_variants_are_merged_whatever_sells_them_and_whatever_slips() -> None:
    words = ["Walnut", "Ebony", "Cherry", "Maple", "Teak"]
    titles = [f"Kingsley Writing Desk - {w}" for w in words]
    titles[1] = "Hot Sale " + titles[1]
    titles[2] += " Best Price!"
    catalog = make_catalog([sold(t, w, k) for k, (t, w) in enumerate(zip(titles, words, strict=True))])
    audit = dc.audit(catalog)
    (plan,) = audit.plans
    assert plan.action == "merge_variants"
    assert {m.role for m in plan.members} == {"keep", "fold"}
    assert len(plan.members) == len(titles)


NAMES = ("Linen Table Runner", "Linen Curtain", "Watch Strap", "Garden Hose Reel")
COLORS = ("Dark Blue", "Moss Green", "Red")
SIZES = ("S", "XL", "40 cm", "Extra Long")
SHOP = [f"{name} - {color} / {size}" for name in NAMES for color in COLORS for size in SIZES[:3]]
STATED = [{"color": t.split(" - ")[1].split(" / ")[0], "size": t.split(" / ")[1]} for t in SHOP]


@settings(deadline=None)
@given(st.sampled_from(SHOP), st.randoms(use_true_random=False), SOLD)
def test_words_in_another_order_are_read_as_the_catalogue_writes_them(title: str, chance: Random, sold: str) -> None:
    words = title.split()
    chance.shuffle(words)
    scattered = f"{sold} {' '.join(words)}"
    shop = [t for t in SHOP if t != title]
    tails = learn_tails([*shop, scattered], [*(s for t, s in zip(SHOP, STATED, strict=True) if t != title), {}])
    head, slots = tails.split(scattered, {})
    known, own = tails.split(title, {})
    assert (spell_head(head, {}), slots[: len(own)]) == (spell_head(known, {}), own)


@pytest.mark.parametrize(
    "title",
    [
        "Watch Strap Remover Red S",  # a word that no choice has
        "Watch Strap Red",  # no size
        "Watch Strap Red S XL",  # two
        "Strap Red S",  # not all of the name
        "Garden Hose",
    ],
)
def test_what_is_not_all_accounted_for_is_left_as_it_is(title: str) -> None:
    tails = learn_tails([*SHOP, title], [*STATED, {}])
    assert tails.split(title, {}) == (title, [])


def test_what_stands_in_brackets_is_a_piece_of_its_own() -> None:
    titles = [f"Veloce SE (2020) {c} (Unlocked) - {g}" for c in ("Zaffre", "Gamboge") for g in ("Fair", "Good", "Mint")]
    tails = learn_tails(titles, [{} for _ in titles])
    _, slots = tails.split(titles[0], {})
    assert [text for _, text in slots] == ["2020", "Zaffre", "Unlocked", "Fair"]
    assert [axis for axis, _ in slots] == ["", "variant", "", "variant"]


@pytest.mark.parametrize(("maker", "split"), [({"brand": "Orvex"}, True), ({}, False)])
def test_behind_the_name_of_a_maker_stands_that_of_a_product(maker: dict[str, str], split: bool) -> None:
    titles = [f"Orvex - {name} - Zaffre" for name in ("Veloce", "Kestrel", "Lumina")]
    titles.insert(0, "Orvex - Veloce - Gamboge")
    tails = learn_tails(titles, [maker for _ in titles])
    assert tails.split(titles[0], {}) == (("Orvex - Veloce", [("variant", "Gamboge")]) if split else (titles[0], []))


def test_words_of_two_names_are_neither() -> None:
    shop = [f"{a} to {b} Adapter - {n}" for a, b in (("HDMI", "VGA"), ("VGA", "HDMI")) for n in ("1 m", "2 m")]
    tails = learn_tails([*shop, "Adapter VGA HDMI to 2 m"], [{"length": t.split(" - ")[1]} for t in shop] + [{}])
    assert tails.moved == {}


def test_a_choice_that_another_product_has_is_one_behind_any_name() -> None:
    shop = [t for t in SHOP if not (t.startswith("Watch") and "Moss" in t)]
    told = [s for t, s in zip(SHOP, STATED, strict=True) if t in shop]
    tails = learn_tails([*shop, "Moss Strap XL Green Watch"], [*told, {}])
    assert tails.split("Moss Strap XL Green Watch", {})[1] == [("color", "moss green"), ("size", "XL")]


def test_a_name_that_stands_once_before_a_choice_of_many_is_known_by_it() -> None:
    once, moved = "Bud Vase Speckled Clay - Red / S", "Speckled Vase XL Bud Red Clay"
    tails = learn_tails([*SHOP, once, moved], [*STATED, {}, {}])
    assert tails.split(moved, {}) == ("Bud Vase Speckled Clay", [("color", "Red"), ("size", "xl")])
    assert tails.split(once, {}) == ("Bud Vase Speckled Clay", [("color", "Red"), ("size", "S")])


@pytest.mark.parametrize(
    "moved", ["Speckled Vase XL Bud Red", "Speckled Vase Bud Red Clay", "Vase Speckled Clay Bud XL S"]
)
def test_a_name_that_stands_once_is_none_where_not_all_is_accounted_for(moved: str) -> None:
    once = "Bud Vase Speckled Clay - Red / S"
    tails = learn_tails([*SHOP, once, moved], [*STATED, {}, {}])
    assert tails.split(moved, {}) == (moved, []) and tails.split(once, {}) == (once, [])


def test_an_order_that_carries_meaning_is_asked_about() -> None:
    names = [("A", "HDMI to VGA Adapter - 1 m"), ("B", "HDMI to VGA Adapter - 2 m"), ("C", "VGA to HDMI Adapter 3 m")]
    names.append(("D", "HDMI to VGA Adapter - 3 m"))
    catalog = make_catalog([Listing(i, t, price=9.0, currency="USD") for i, t in names])
    roles = {m.listing_id: m.role for p in dc.audit(catalog).plans for m in p.members}
    assert roles.get("C") in (None, "ask")


def combine(name: str, *slots: Sequence[str]) -> list[str]:
    return [f"{name} - {' / '.join(values)}" for values in product(*slots)]


def test_values_that_are_combined_each_with_each_are_choices() -> None:
    titles = combine("Collar for Cats", ("Zaffre", "Gamboge"), ("P (1 - 2)", "M (2 - 4)", "G (4 - 6)"))
    alone = [*combine("Printer Unit", ("Fuser", "Drum"), ("K1",)), "Printer Unit - Belt / K2"]
    tails = learn_tails([*titles, *alone], [{} for _ in (*titles, *alone)])
    head, slots = tails.split(titles[0], {})
    assert (head, [axis for axis, _ in slots][:1]) == ("Collar for Cats", ["variant"])
    assert tails.split(alone[0], {}) == (alone[0], [])


def test_what_choices_are_is_read_where_they_stand() -> None:
    titles = combine("Running Shoes Veloce", ("Zaffre", "Gamboge", "Smaragd"), ("36", "37", "38"))
    tails = learn_tails(titles, [{} for _ in titles])
    assert tails.split(titles[0], {}) == ("Running Shoes Veloce", [("variant", "Zaffre"), ("size", "36")])
