"""Heads and choices behind them are the same whatever sells before and behind them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.learned.tails import learn_tails
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
