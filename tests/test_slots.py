"""Axes learned from the places where titles vary: where one must appear, where none may; a slow search beside it."""

import json
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.learned.slots import Slots, learn_slots
from dupcheck.model import Catalog
from dupcheck.titles import Title, Token, read_title

Shop = Callable[..., Catalog]


def learn(titles: Sequence[str], price: float = 9.9, category: int = 0, facts: int = 0) -> tuple[Slots, list[Title]]:
    """Learn the slots of titles that share a price, a category and attributes, and read the titles with them."""
    tokens = [read_title(t).tokens for t in titles]
    n = len(titles)
    slots = learn_slots(tokens, np.full(n, price), np.full(n, category), np.full(n, facts))
    return slots, [Title(slots.mark(t)) for t in tokens]


def options(audit: dc.Audit) -> dict[str, str]:
    """The options of each listing of the one group there is; nothing where there is no group."""
    assert audit.groups["group_id"].nunique() <= 1
    return dict(zip(audit.groups["listing_id"], audit.groups["options"], strict=True))


class TestWhereAnAxisMustAppear:
    @pytest.mark.parametrize(
        ("titles", "expected"),
        [
            # a known pattern stands where unknown ones stand
            (
                [f"Men's {p} Necktie 8 cm Classic Wedding" for p in ("Striped", "Dotted", "Qorvex", "Zantip")],
                ["Pattern=Striped", "Pattern=Polka Dot", "Pattern=Qorvex", "Pattern=Zantip"],
            ),
            # known colours at the end, beside words that are none elsewhere
            (
                [f"Velvet Dining Chair {c}" for c in ("Gray", "Navy", "Bone", "Bronze", "Oxblood")],
                ["Color=Gray", "Color=Navy", "Color=Bone", "Color=Bronze", "Color=Oxblood"],
            ),
            (
                ["真丝领带 条纹 商务正装", "真丝领带 圆点 商务正装", "真丝领带 祥云 商务正装"],
                ["Pattern=Striped", "Pattern=Polka Dot", "Pattern=祥云"],
            ),
            (
                ["加厚珊瑚绒浴巾 红色", "加厚珊瑚绒浴巾 灰色", "加厚珊瑚绒浴巾 龟苓冻"],
                ["Color=Red", "Color=Gray", "Color=龟苓冻"],
            ),
            (
                ["тапочки домашние мягкие красные", "тапочки домашние мягкие синие", "тапочки домашние мягкие кварцит"],
                ["Color=Red", "Color=Blue", "Color=Кварцит"],
            ),
        ],
        ids=["patterns", "colors", "zh-pattern", "zh-color", "ru-color"],
    )  # fmt: skip
    def test_the_known_values_in_a_slot_say_which_axis_it_is(
        self, make_shop: Shop, titles: list[str], expected: list[str]
    ) -> None:
        audit = dc.audit(make_shop(*titles, price=9.9, currency="USD", category="Goods"))
        assert list(options(audit).values()) == expected
        assert {p.action for p in audit.plans} == {"merge_variants"}

    def test_equal_attributes_and_price_make_a_slot_of_unknown_words_an_axis(self, make_shop: Shop) -> None:
        titles = [f"Men's {p} Necktie 8 cm Classic Wedding Party" for p in ("Bramwick", "Telford", "Qorvex")]
        shop = make_shop(*titles, price=9.9, currency="USD", category="Ties", attributes={"Material": "Silk"})
        assert list(options(dc.audit(shop)).values()) == ["Style=Bramwick", "Style=Telford", "Style=Qorvex"]

    def test_words_before_the_known_value_belong_to_it(self) -> None:
        rugs = [
            f"{n} Area Rug {c}"
            for n in ("AVA", "BEA", "CLEO", "DORA", "ELLA", "FAY")
            for c in ("Gray", "Blue", "Red", "Tan")
        ]
        _, read = learn(
            [*rugs, "GINA Area Rug Wobbly Multi", "GINA Area Rug Zibble Multi", "GINA Area Rug Grommet Gray"]
        )
        assert [t.values("color") for t in read[-3:]] == [
            ("wobbly multicolor",),
            ("zibble multicolor",),
            ("grommet gray",),
        ]
        assert {t.core() for t in read[-3:]} == {("gina", "area", "rug")}

    def test_of_several_values_the_one_at_the_end_is_the_title_s_own(self) -> None:
        shop = [
            f"{n} Chair {c}"
            for n in ("AVA", "BEA", "CLEO", "DORA", "ELLA", "FAY")
            for c in ("Gray", "Blue", "Red", "Tan")
        ]
        _, read = learn([*shop, "PALAZZO Silver Chair White", "GINA Matte Black Lamp Black"])
        assert [t.values("color") for t in read[-2:]] == [("white",), ("black",)]
        assert [t.core() for t in read[-2:]] == [("palazzo", "silver", "chair"), ("gina", "lamp")]

    def test_what_stands_where_sizes_stand_is_a_size(self) -> None:
        names = ("AVA", "BEA", "CLEO", "DORA", "ELLA", "FAY", "GINA", "HOPE")
        beds = [f"{n} Bed {c} {s}" for n in names for c in ("Gray", "Blue") for s in ("Twin", "Queen", "Full")]
        tents = [f"{n} Parasol {c} Mesh Roof" for n in ("IDA", "JUNE") for c in ("Gray", "Blue")]
        _, read = learn([*beds, *tents])
        assert all(t.values("size") == ("mesh roof",) for t in read[-4:])


class TestWhereNoAxisMayAppear:
    @pytest.mark.parametrize(
        "titles",
        [
            [f"Handmade {t} Speckled Glaze Stoneware 350ml" for t in ("Mug", "Bowl", "Plate", "Vase")],
            [f"Clear Shockproof Case for {d}" for d in ("iPhone 14", "iPhone 15", "Galaxy A54", "Galaxy A55")],
            [f"Clear Shockproof Case {d} Slim" for d in ("A54", "A55", "A56", "S24")],
            [f"Leather Watch Strap 22mm Quick Release for {d}" for d in ("Garmin", "Fitbit", "Huawei", "Amazfit")],
            [f"硅胶表带 22mm 适用于 {d} 快拆" for d in ("佳明手表", "华为手表", "小米手表", "荣耀手表")],
            [f"{n} {t} Gray" for n in ("NOVA", "ORLA", "VIKA", "BRENO") for t in ("Sofa", "Loveseat", "Chair")],
            [f"Steel Hex Bolt {n} Zinc Plated Grade" for n in ("310", "311", "312", "313")],
        ],
        ids=["things", "devices", "codes", "fits", "zh-fits", "names", "numbers"],
    )  # fmt: skip
    def test_what_tells_products_apart_stays_in_the_core(self, titles: list[str]) -> None:
        slots, read = learn(titles, facts=-1)
        assert not slots.phrases
        assert [t.core() for t in read] == [read_title(t).core() for t in titles]

    def test_things_in_one_slot_are_no_group(self, make_shop: Shop) -> None:
        titles = [f"Handmade {t} Speckled Glaze Stoneware 350ml" for t in ("Mug", "Bowl", "Plate", "Vase")]
        assert dc.audit(make_shop(*titles, price=8.0, currency="USD", category="Kitchen")).grouped == ()

    def test_what_fills_a_slot_at_other_prices_is_no_value(self) -> None:
        tokens = [read_title(f"Handmade Speckled Stoneware Pot {c}").tokens for c in ("Red", "Blue", "Gift-basket")]
        slots = learn_slots(tokens, np.array([5.0, 5.0, 19.0]), np.zeros(3, int), np.zeros(3, int))
        assert not slots.phrases

    def test_what_fills_a_slot_in_another_category_is_no_value(self) -> None:
        tokens = [read_title(f"Handmade Speckled Stoneware Pot {c}").tokens for c in ("Red", "Blue", "Lid")]
        slots = learn_slots(tokens, np.full(3, 5.0), np.array([0, 0, 1]), np.zeros(3, int))
        assert not slots.phrases

    def test_a_word_that_mostly_stands_elsewhere_is_no_value(self) -> None:
        elsewhere = [f"{n} Ottoman Linen" for n in ("Ava", "Bea", "Cleo")]
        slots, _ = learn(["Gina Lounge Chair Gray", "Gina Lounge Chair Blue", "Gina Lounge Chair Ottoman", *elsewhere])
        assert not slots.phrases

    def test_a_shop_without_a_habit_keeps_every_color_it_states(self) -> None:
        _, (read,) = learn(["Silver Ring with Chain Gold"])
        assert set(read.values("color") + read.values("material")) >= {"silver", "gold"}


def find_slowly(titles: Sequence[Sequence[str]], values: Sequence[str]) -> set[tuple[str, ...]]:
    """What stands where known values stand, found by comparing every title with every other.

    Either unknown words, no more of them than of the two or more values; or words before a value that other values
    have none before.
    """
    known: dict[tuple[tuple[str, ...], tuple[str, ...]], set[str]] = {}
    place = {tuple(ws): [i for i, w in enumerate(ws) if w in values] for ws in titles}
    for words, places in place.items():
        if len(places) == 1:
            (i,) = places
            known.setdefault((words[:i], words[i + 1 :]), set()).add(words[i])
    strange: dict[tuple[tuple[str, ...], tuple[str, ...]], set[tuple[str, ...]]] = {}
    found = set()
    for words, places in place.items():
        for i in range(len(words)):
            for j in range(i + 1, min(len(words), i + 3) + 1):
                frame = (words[:i], words[j:])
                if not places and frame in known and len(words) - (j - i) >= 2:
                    strange.setdefault(frame, set()).add(words[i:j])
                if places == [j]:
                    frame = (words[:i], words[j + 1 :])
                    if known.get(frame, set()) - {words[j]} and len(words) - (j - i) - 1 >= 2:
                        found.add(words[i:j])
    return found | {p for frame, ps in strange.items() if len(known[frame]) >= max(2, len(ps)) for p in ps}


WORDS = ("anvil", "canoe", "trumpet", "ladder", "qorvex", "red", "navy")


@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=2, max_size=5).map(tuple), min_size=2, max_size=12, unique=True)
)
@settings(max_examples=150, deadline=None)
def test_phrases_are_among_those_that_a_slow_search_finds(titles: list[tuple[str, ...]]) -> None:
    plain = [
        words for words in titles if not any(a in ("red", "navy") and b in ("red", "navy") for a, b in pairwise(words))
    ]
    tokens = [
        tuple(Token(w, "word", "color" if w in ("red", "navy") else "", w if w in ("red", "navy") else "") for w in ws)
        for ws in plain
    ]
    slots = learn_slots(tokens, np.full(len(plain), np.nan), np.full(len(plain), -1), np.full(len(plain), -1))
    learned = {phrase for phrase, homes in slots.phrases.items() if "color" in homes.values()}
    assert learned <= find_slowly(plain, ("red", "navy"))


@given(st.lists(st.text(alphabet="ab1 -/红色领带,XL", max_size=20), max_size=12))
@settings(deadline=None)
def test_any_titles_can_be_learned_from_and_read(titles: list[str]) -> None:
    _, read = learn(titles)
    for title in read:
        assert all(t.text and bool(t.value) == (t.axis not in ("", "noise")) for t in title.tokens)


def test_slots_come_back_from_plain_data() -> None:
    shop = [f"{n} Chair {c}" for n in ("AVA", "BEA", "CLEO", "DORA", "ELLA", "FAY") for c in ("Gray", "Blue", "Red")]
    slots, _ = learn([*shop, *(f"GINA Wide Chair {c}" for c in ("Quillwort", "Bone", "Red", "Blue"))])
    assert slots.phrases
    assert slots.last
    assert Slots.unpack(json.loads(json.dumps(slots.pack()))) == slots
    titles = [f"Steel Garden Lantern {w} Candle Holder" for w in ("Bramwick", "Telford", "Qorvex")]
    named, _ = learn(titles, facts=-1)
    assert named.names
    assert [named.name(read_title(t).tokens) for t in titles] == ["bramwick", "telford", "qorvex"]
    assert Slots.unpack(json.loads(json.dumps(named.pack()))) == named
