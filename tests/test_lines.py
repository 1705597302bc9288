"""Lines of listings, one title but for a number or a letter, are one question; serial numbers are none."""

from collections.abc import Mapping, Sequence

import pytest

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.model import Listing, Plan, Reply
from dupcheck.plans.lines import is_step, may_stand_in_line, quote_choice

OTHERS = ("Copper Kettle Whistling 2 l", "Garden Hose Reel Wall", "Oak Chopping Board", "Wool Blanket Grey", "Lamp")


def audit(titles: Sequence[str], answers: Mapping[str, Reply] | None = None) -> dc.Audit:
    costs = [19.9] * len(titles) + [30.0 + k for k in range(len(OTHERS))]
    listings = [Listing(f"L{k}", t, price=costs[k]) for k, t in enumerate((*titles, *OTHERS))]
    return dc.audit(make_catalog(listings), answers=answers)


def ask(titles: Sequence[str]) -> list[Plan]:
    return [p for p in audit(titles).plans if p.question is not None]


REEDS = [f"Vandora Clarinet Reeds Traditional {n}" for n in ("2", "2.5", "3", "3.5")]
SHADES = [f"Flowline Composite Syringe Dental Shade {s}" for s in ("A1", "A2", "A3", "A3.5")]
GRADES = [f"Quartz Sand Fine Grade {s} Washed" for s in "BC"]


@pytest.mark.parametrize(
    ("titles", "values"), [(REEDS, "2 2.5 3 3.5"), (SHADES, "A1 A2 A3 A3.5"), (GRADES, "B C")], ids=str
)
def test_a_line_is_one_question(titles: Sequence[str], values: str) -> None:
    (plan,) = ask(titles)
    assert plan.action == "ask" and {m.listing_id for m in plan.members} == {f"L{k}" for k in range(len(titles))}
    assert plan.question is not None and [r for r, *_ in plan.question.replies] == ["option", "different"]
    for lang in ("en", "zh"):
        text = plan.question.text.say(lang)
        assert all(v in text for v in values.split())


@pytest.mark.parametrize(("reply", "actions"), [("option", ["merge_variants"]), ("different", [])])
def test_one_answer_settles_a_line(reply: Reply, actions: list[str]) -> None:
    (plan,) = ask(REEDS)
    assert plan.question is not None
    plans = audit(REEDS, answers={plan.question.kind: reply}).plans
    assert [p.action for p in plans] == actions
    for made in plans:
        assert sorted(v for sku in made.skus for v in sku.options.values()) == ["2", "2.5", "3", "3.5"]
        assert len(made.skus) == len(REEDS)


def test_numbers_that_only_count_up_are_names() -> None:
    titles = [f"Printhaus Ink Cartridge Tricolour {n}" for n in ("301", "302", "304")]
    assert ask(titles) == []


@pytest.mark.parametrize(
    ("here", "there", "same"),
    [
        (("1",), ("2",), True), (("010",), ("012",), True), (("100",), ("220",), True), (("1/4",), ("1/2",), True),
        (("1.4541",), ("1.4404",), False), (("2108",), ("2110",), False), (("301",), ("302",), False),
        (("x",), ("xr",), False), (("a", "1"), ("b", "2"), False), (("0/0",), ("5",), True),
        (("red",), ("blue",), False),
    ],
)  # fmt: skip
def test_what_may_be_a_step(here: tuple[str, ...], there: tuple[str, ...], same: bool) -> None:
    assert is_step(here, there) == is_step(there, here) == same


@pytest.mark.parametrize(
    ("title", "words", "quoted"),
    [("Shade (A3.5), 4 g", ["3.5"], "A3.5"), ("Bur 010 round", ["010"], "010"), ("红 色笔", ["9"], "9")],
)
def test_a_choice_is_quoted_as_it_is_written(title: str, words: list[str], quoted: str) -> None:
    assert quote_choice(title, words) == quoted


@pytest.mark.parametrize(
    ("here", "there", "same"),
    [
        ("100", "125", True), ("100", "124", False), ("99", "100", True), ("999", "1248", False), ("999", "1249", True),
        ("1000", "3000", False), ("0100", "0125", True), ("100", "3000", True), ("5", "5", True),
        ("12.5", "1000", True),
        ("a", "1", False), ("a", "bb", False), ("aa", "b", False), ("?", "a", False),
    ],
)  # fmt: skip
def test_sizes_go_up_in_steps_and_serial_numbers_do_not(here: str, there: str, same: bool) -> None:
    assert is_step([here], [there]) is is_step([there], [here]) is same


@pytest.mark.parametrize(
    ("left", "right", "may"),
    [
        ("a b c", "a x c", True), ("a b c d", "a x y d", True), ("a b c d e", "a x y z e", False),
        ("a b", "a b c d", True), ("a b", "a b c d e", False), ("a a", "a a a a", True), ("b c", "x y b c", True),
        ("b c", "x y z b c", False), ("a b c d", "x b c y", False), ("a b", "x y", True), ("a b c", "x y z", False),
        ("", "a b", True), ("", "a b c", False), ("a b", "a b", True), ("a b c d", "a d", True),
    ],
)  # fmt: skip
def test_a_line_differs_in_two_words_at_most_in_one_place(left: str, right: str, may: bool) -> None:
    assert may_stand_in_line(left, right) is may_stand_in_line(right, left) is may


@pytest.mark.parametrize(
    ("title", "words", "quoted"),
    [
        ("Bur n° 4 round", "4", "n° 4"), ("№ 4 bur", "4", "№ 4"), ("# 4 bur", "4", "# 4"), ("Bur no 4", "4", "4"),
        ("Bur 4", "4", "4"), ("4 bur", "4", "4"), ("Bur n° A4", "4", "A4"), ("Size 4 mm long", "4 mm", "4 mm"),
        ("mm 4", "4 mm", "mm 4"), ("[4], 5", "4", "4"),
    ],
)  # fmt: skip
def test_what_leads_to_a_number_is_quoted_with_it(title: str, words: str, quoted: str) -> None:
    assert quote_choice(title, words.split()) == quoted
