"""One question a kind: what recurs is asked once for all, what stands alone is answered alone."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.learned.answers import Answer
from dupcheck.ledger.answers import read_answers, write_answers
from dupcheck.model import Catalog, Listing, Question
from dupcheck.plans.offers import Shelf
from dupcheck.plans.parts import Gap
from dupcheck.plans.questions import ask_seller, gather_line, join_words, name_kinds, write_gap
from dupcheck.signals.codes import Codes

LAMP, SOFA = "Lamp Marlow Ridgeway Handpicked Corner", "Sofa Deep Velvet Fjordline Blossom"


def ask(*titles: str) -> list[Question]:
    """The questions that the plans of a shop with these titles ask."""
    shop = make_catalog([Listing(f"L-{i}", title, price=10.0, currency="USD") for i, title in enumerate(titles)])
    return [plan.question for plan in dc.audit(shop).plans if plan.question is not None]


@pytest.mark.parametrize(
    ("ends", "kinds", "settles"),
    [
        # The same words in both: one answer settles both.
        (("Verona", "Milano", "Verona", "Milano"), {"words:milano|verona"}, {2}),
        (("Verona", "", "Verona", ""), {"words:|verona"}, {2}),
        # Each its own word: a kind of such as are asked once.
        (("Verona", "", "Milano", ""), {"each:more"}, {2}),
        (("Verona", ""), {"each:more"}, {1}),
    ],
)
def test_a_kind_is_named_by_its_words_where_it_recurs(
    ends: tuple[str, ...], kinds: set[str], settles: set[int]
) -> None:
    heads = [LAMP, LAMP, SOFA, SOFA][: len(ends)]
    asked = ask(*(f"{head} {end}".strip() for head, end in zip(heads, ends, strict=True)))
    assert len(asked) == len(ends) // 2
    assert {q.kind for q in asked} == kinds
    assert {q.settles for q in asked} == settles
    for question, end, other in zip(asked, ends[::2], ends[1::2], strict=True):
        assert question.only_here == (end.casefold(),)
        assert question.only_there == ((other.casefold(),) if other else ())
        assert end in question.text.say("en") and end in question.text.say("zh")


@pytest.mark.parametrize(
    ("record", "heeded"),
    [
        ({"answer": "same", "kind": "words:a|b"}, True),
        ({"answer": "same", "listing_a": "A", "listing_b": "B"}, True),
        ({"answer": "same", "kind": "words:a|b", "listing_a": "A", "listing_b": "B"}, True),
        ({"answer": "same", "listing_a": "A"}, False),
        ({"answer": "same", "listing_b": "B"}, False),
        ({"answer": "same"}, False),
        ({"answer": "perhaps", "kind": "words:a|b"}, False),
        ({"kind": "words:a|b"}, False),
    ],
)
def test_an_answer_is_heeded_where_it_says_what_it_is_about(record: dict[str, str], heeded: bool) -> None:
    found = read_answers([({"answers": [record]}, "Mei", 5.0)])
    assert len(found) == heeded
    for answer in found:
        assert (answer.who, answer.when, answer.answer) == ("Mei", 5.0, "same")
        assert read_answers([(write_answers([answer]), "Mei", 5.0)]) == [answer]


def test_answers_come_back_as_they_were_written() -> None:
    given = [Answer("same", "words:a|b", "", "", "Mei", 2.0), Answer("option", "", "A", "B", "Mei", 2.0)]
    assert read_answers([(write_answers(given), "Mei", 2.0)]) == given


@pytest.mark.parametrize(
    ("title", "said"),
    [("Pod Mango / 5.0%", "says it in its title only"), ("Pod Mango", "Only one side says")],
)
def test_what_a_title_says_is_not_called_unsaid(title: str, said: str) -> None:
    strong = Listing("A", "Pod Apple / 5.0%", price=9.0, attributes={"Nicotine level": "5.0%"})
    shop = make_catalog([strong, Listing("B", title, price=9.0)])
    shelf, gap = Shelf(shop, dc.audit(shop).features), Gap("silent", ("5",), (), "nicotine level")
    assert said in ask_seller(gap, "A", ["B"], write_gap(gap, shelf, [1, 0])).text.say("en")


def test_of_a_name_before_choices_only_what_the_other_title_lacks_is_asked_about() -> None:
    line = [
        Listing(f"L-{n}", f"1.5 to 3.75mm Round Diopside Melee - {n}mm", price=14.0 + n, attributes={"Size": f"{n}mm"})
        for n in (2, 2.5, 3, 3.5)
    ]
    shop = make_catalog([*line, Listing("R", "2.5mm Round Diopside Melee", price=15.0), Listing("K", "Copper Kettle")])
    (question,) = [plan.question for plan in dc.audit(shop).plans if plan.question is not None]
    assert "«1.5 to 3.75mm» stands in only one" in question.text.say("en")


def test_a_question_about_several_values_names_them_all_and_none_twice() -> None:
    sizes = ("30x40", "50x70", "60x80")
    shop = make_catalog([
        *(Listing(f"C-{k}", f"Stretched cotton canvas {size}", price=6.0 + 3 * k) for k, size in enumerate(sizes)),
        Listing("K", "Copper Kettle", price=30.0),
    ])  # fmt: skip
    (question,) = [plan.question for plan in dc.audit(shop).plans if plan.question is not None]
    said = question.text.say("en")
    assert all(said.count(size) == 1 for size in sizes) and "all else" not in said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x" * 60, "x" * 60), ("x" * 61, "x" * 59 + "…"),
        # Between words, where more than half of what has room is left.
        ("word " * 11 + "abcd efgh", "word " * 11 + "abcd…"), ("word " * 11 + "abcde fg", ("word " * 11).strip() + "…"),
        ("a" * 35 + " " + "b" * 60, "a" * 35 + "…"), ("a" * 31 + " " + "b" * 60, "a" * 31 + "…"),
        ("a" * 30 + " " + "b" * 60, "a" * 30 + " " + "b" * 28 + "…"),
    ],
)  # fmt: skip
def test_a_long_text_is_cut_between_words(text: str, shown: str) -> None:
    assert join_words([text]) == shown and len(shown) <= 60


@pytest.mark.parametrize(("words", "text"), [
    (["a", "b"], "a b"), (["12", "%"], "12%"), (["红", "色"], "红色"), (["红", "a"], "红 a"), (["a", "红"], "a 红"),
    (["5", "°"], "5°"), (["3", '"'], '3"'), (["a", "+", "b"], "a+ b"), ([], ""), (["\u2e80", "\u2e80"], "\u2e80\u2e80"),
    (["\u2e7f", "\u2e80"], "\u2e7f \u2e80"), (["\u2e80", "\u2e7f"], "\u2e80 \u2e7f"),
])  # fmt: skip
def test_words_are_joined_as_a_person_reads_them(words: list[str], text: str) -> None:
    assert join_words(words) == text


@pytest.mark.parametrize(
    ("gap", "key"),
    [
        (Gap("words", ("a",), ()), "words_more"), (Gap("words", (), ("a",)), "words_more"),
        (Gap("words", ("a",), ("b",)), "words"), (Gap("fact", ("a",), ("",), "fit"), "fact_more"),
        (Gap("fact", ("",), ("a",), "fit"), "fact_more"), (Gap("fact", ("a",), ("b",), "fit"), "fact"),
        (Gap("silent", ("a",), ("a",), "fit"), "silent_told"), (Gap("silent", ("a",), (), "fit"), "silent"),
        (Gap("silent", (), ("a",), "fit"), "silent"), (Gap("names", ("a",), ()), "names"), (Gap("proof"), "proof"),
    ],
)  # fmt: skip
def test_one_side_or_both_are_asked_about_in_other_words(gap: Gap, key: str) -> None:
    assert ask_seller(gap, "K", ["A"]).text.key == f"questions.{key}"


def test_a_line_is_gathered_and_many_listings_are_named_by_three() -> None:
    lines = [Gap("line", ("2",), (other,), frame="reed _") for other in ("3", "4", "3", "2")]
    assert gather_line(lines) == replace(lines[0], there=("3", "4"))
    assert gather_line(lines[3:]) == lines[3]
    asked = [ask_seller(Gap("axis", ("a", "b"), ("c",), "fit"), "K", [f"L{k}" for k in range(n)]) for n in (1, 3, 4)]
    assert [q.text.values["ids"] for q in asked] == ["L0", "L0, L1, L2", "L0, L1, L2 …"]
    assert {(q.text.values["here"], q.text.values["there"]) for q in asked} == {("a / b", "c")}
    assert [len(q.listings) for q in asked] == [1, 3, 4]


@pytest.mark.parametrize(("gap", "only", "other"), [
    (Gap("words", ("a",), ("b",)), ("a",), ("b",)), (Gap("names", ("a",), ("b",)), ("a",), ("b",)),
    (Gap("order", ("a",), ("a",)), ("a",), ("a",)), (Gap("axis", ("a",), ("b",), "fit"), (), ()),
    (Gap("line", ("2",), ("3",), frame="reed _"), (), ()),
])  # fmt: skip
def test_only_words_are_told_as_words(gap: Gap, only: tuple[str, ...], other: tuple[str, ...]) -> None:
    question = ask_seller(gap, "K", ["A"])
    assert (question.only_here, question.only_there, question.axis) == (only, other, gap.axis)
    assert question.kind == gap.kind and all(text.say("zh") and leads.say("en") for _, text, leads in question.replies)


@pytest.mark.parametrize(
    ("gap", "kinds"),
    [
        (Gap("words", ("a",), ("b",)), ("words:a|b", "each:names")), (Gap("words", ("b",), ("a",)),
        ("words:a|b", "each:names")),
        (Gap("words", ("a",), ()), ("words:|a", "each:more")), (Gap("words", (), ()), ("words:|",)),
        (Gap("axis", ("a",), ("b",), "fit"), ("axis:fit",)), (Gap("proof"), ("proof",)),
        (Gap("line", ("2",), ("3",), frame="reed _"), ("line:reed _",)),
    ],
)  # fmt: skip
def test_a_gap_is_remembered_by_its_kind(gap: Gap, kinds: tuple[str, ...]) -> None:
    assert name_kinds(gap) == kinds


@pytest.mark.parametrize("titles", [
    ("Brass Quick Connect Adapter, Male", "Brass Quick Connect Adapter, Female"),
    ("Deep Gloss Glaze for Black Paint 473 ml", "Deep Gloss Glaze for White Paint 473 ml"),
], ids=["who it is for", "what it is for"])  # fmt: skip
def test_what_a_thing_is_for_is_asked_about(titles: tuple[str, str]) -> None:
    assert len(ask(*titles)) == 1


@pytest.mark.parametrize(("others", "asked"), [(("G", "C", "K"), 1), ((), 0)])
def test_a_letter_where_other_letters_stand_is_no_size(others: tuple[str, ...], asked: int) -> None:
    titles = [f"Collana lettera {letter} argento" for letter in ("S", "M", *others)]
    shop = make_catalog([Listing(f"L-{i}", title, price=10.0, currency="EUR") for i, title in enumerate(titles)])
    plans = [plan for plan in dc.audit(shop).plans if {"L-0", "L-1"} <= set(plan.listings)]
    assert [plan.question is not None for plan in plans] == [bool(asked)]


def test_what_things_of_many_names_have_is_no_model(make_shop: Callable[..., Catalog]) -> None:
    things = "Carnet ligné", "Bloc dessin", "Pochette grainée", "Classeur souple"
    titles = [f"{thing} {size} Clairplume" for thing in things for size in ("A4", "A5")]
    mixed, alone = (dc.audit(make_shop(*some, price=9.0, currency="EUR")) for some in (titles, titles[:2]))
    assert mixed.features.statistics.taught.lexicon.traits == {"a4", "a5"}
    assert not alone.features.statistics.taught.lexicon.traits
    assert np.isnan(Codes().measure(mixed.features, np.array([0]), np.array([1])))[0]
    assert Codes().measure(alone.features, np.array([0]), np.array([1]))[0] == 0.0
