"""Numbers → findings → words: how strong a pair is, which rule it comes nearest to, and how that is said."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupcheck.judging.sentences import (
    draw_steps,
    list_steps,
    say_condition,
    say_differences,
    say_failed,
    say_measured,
    say_uncompared,
    say_weighed,
    show_percent,
)
from dupcheck.judging.spellings import find_spelling, reads_as
from dupcheck.judging.verdicts import (
    Findings,
    _strength,
    choose_clauses,
    explain_finding,
    find_nearest_rule,
    is_near,
    join_findings,
    judge_conditions,
    thin_advice,
)
from dupcheck.model import Addend, Condition, Difference, Weighed
from dupcheck.rules import RulePack, read_pack
from dupcheck.signals import SIGNALS

Read = Callable[[str], RulePack]
NAN = math.nan


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    def write_and_read(text: str) -> RulePack:
        path = tmp_path_factory.mktemp("pack") / "mine.toml"
        path.write_text(f"format = 1\n{text}", "utf-8")
        return read_pack(path)

    return write_and_read


def rule(code: str, when: str, verdict: str = "duplicate") -> str:
    return f'[[rule]]\ncode = "{code}"\nname = "{code.lower()}"\nverdict = "{verdict}"\n{when}\n'


def signals(**values: float) -> dict[str, float]:
    return {s.name: values.get(s.name, NAN) for s in SIGNALS}


def measure(pack: RulePack, **values: float) -> float:
    (strength,) = _strength(pack, {name: np.array([value]) for name, value in signals(**values).items()})
    return float(strength)


class TestStrength:
    """0.5 where a rule just holds, 1 where nothing could be closer, less than 0.5 where it fails."""

    @pytest.mark.parametrize(
        ("values", "strength"),
        [
            ({"title": 80.0}, 0.5),
            ({"title": 90.0}, 0.75),
            ({"title": 100.0}, 1.0),
            ({"title": 79.999}, 0.49),
            ({"title": 40.0}, 0.245),
            ({"title": 0.0}, 0.0),
            ({}, 0.0),
        ],
    )
    def test_of_one_limit(self, read: Read, values: Mapping[str, float], strength: float) -> None:
        pack = read(rule("X", "when.title = { min = 80 }"))
        assert measure(pack, **values) == pytest.approx(strength, abs=1e-4)

    @pytest.mark.parametrize(
        ("values", "strength"),
        [
            ({"title": 80.0, "image": 8.0}, 0.5),
            ({"title": 100.0, "image": 8.0}, 0.75),
            ({"title": 100.0, "image": 0.0}, 1.0),
            ({"title": 90.0, "image": 4.0}, 0.75),
            ({"title": 100.0, "image": 64.0}, 0.0),
            ({"title": 100.0, "image": 36.0}, 0.245),
            ({"title": 40.0, "image": 0.0}, 0.245),
            ({"title": 100.0}, 0.49 * 0.8),
            ({"image": 0.0}, 0.49 * 0.8),
        ],
    )
    def test_of_two_limits_the_margins_are_averaged_and_the_worst_shortfall_counts(
        self, read: Read, values: Mapping[str, float], strength: float
    ) -> None:
        pack = read(rule("X", "when.title = { min = 80 }\nwhen.image = { max = 8 }"))
        assert measure(pack, **values) == pytest.approx(strength, abs=1e-4)

    def test_what_may_be_skipped_weakens_nothing(self, read: Read) -> None:
        pack = read(rule("X", 'when.title = { min = 80 }\nwhen.image = { max = 8, missing = "skip" }'))
        assert measure(pack, title=90.0) == pytest.approx(0.75)
        assert measure(pack, title=40.0) == pytest.approx(0.245)

    def test_the_best_way_of_any_duplicate_rule_counts_and_advice_does_not(self, read: Read) -> None:
        two = rule("X", "[[rule.when]]\ntitle = { min = 80 }\n[[rule.when]]\nimage = { max = 8 }")
        pack = read(two + rule("A", "when.price = { max = 50 }", "advice"))
        assert measure(pack, title=90.0, image=8.0, price=0.0) == pytest.approx(0.75)
        assert measure(pack, title=80.0, image=0.0) == pytest.approx(1.0)
        assert measure(pack, price=0.0) == 0.0

    @given(a=st.floats(0, 100), b=st.floats(0, 100), image=st.floats(0, 64))
    def test_closer_is_never_weaker_and_holds_from_a_half_on(
        self, read: Read, a: float, b: float, image: float
    ) -> None:
        pack = PACKS.setdefault("two", read(rule("X", "when.title = { min = 80 }\nwhen.image = { max = 8 }")))
        low, high = sorted((a, b))
        weaker, stronger = (measure(pack, title=t, image=image) for t in (low, high))
        assert 0.0 <= weaker <= stronger + 1e-12 <= 1.0 + 2e-12
        assert (stronger >= 0.5) == (high >= 80 and image <= 8)


PACKS: dict[str, RulePack] = {}


class TestNearestRule:
    def test_it_is_the_rule_of_the_fewest_and_narrowest_misses(self, read: Read) -> None:
        pack = read(
            rule("T", "when.title = { min = 80 }\nwhen.price = { max = 10 }") + rule("I", "when.image = { max = 8 }")
            + rule("A", "when.title = { min = 1 }", "advice")
        )  # fmt: skip

        def name(**values: float) -> str:
            found = find_nearest_rule(pack, signals(**values))
            assert found is not None
            return found[0].code

        assert name(title=90.0, price=5.0, image=64.0) == "T"
        assert name(title=79.0, price=11.0, image=9.0) == "I", "one miss is nearer than two"
        assert name(title=79.0, price=5.0, image=60.0) == "T", "of as many misses the narrower one"
        assert name(title=10.0, price=5.0, image=9.0) == "I"
        assert name(title=79.0, price=5.0) == "T", "what cannot be told is further off than a miss"
        assert name(title=10.0, price=95.0) == "T"

    def test_ways_that_closeness_cannot_reach_are_left_out(self, read: Read) -> None:
        pack = read(rule("F", "when.title = { min = 80 }\nwhen.image = { min = 20 }"))
        assert find_nearest_rule(pack, signals(title=70.0, image=3.0)) is None
        assert find_nearest_rule(pack, signals(title=70.0, image=30.0)) is not None
        assert find_nearest_rule(read(rule("A", "when.title = { min = 1 }", "advice")), signals(title=0.0)) is None

    @pytest.mark.parametrize(
        ("failed", "near"),
        [
            ((("title", "min", 80.0, 60.0),), True),
            ((("title", "min", 80.0, 59.0),), False),
            ((("image", "max", 8.0, 22.0),), True),
            ((("image", "max", 8.0, 23.0),), False),
            ((("title", "min", 80.0, 70.0), ("image", "max", 8.0, 60.0)), False),
            ((("title", "min", 80.0, NAN),), False),
            ((), True),
        ],
    )
    def test_near_is_three_quarters_of_the_way(
        self, failed: Sequence[tuple[str, str, float, float]], near: bool
    ) -> None:
        conditions = [Condition(s, "min" if side == "min" else "max", lim, v, "failed") for s, side, lim, v in failed]
        assert is_near(conditions) == near
        assert is_near([*conditions, Condition("title", "min", 80.0, 90.0, "held")])
        assert is_near([*conditions, Condition("price", "max", 5.0, 1.0, "held")]) == near

    def test_of_several_ways_the_one_that_is_met_is_the_reason(self, read: Read) -> None:
        when = "[[rule.when]]\ntitle = { min = 80 }\nprice = { max = 10 }\n[[rule.when]]\nimage = { max = 8 }"
        (found,) = read(rule("X", when)).rules

        def choose(**values: float) -> int:
            (which,) = choose_clauses(found, {n: np.array([v]) for n, v in signals(**values).items()})
            return int(which)

        assert choose(title=90.0, price=5.0, image=60.0) == 0
        assert choose(title=90.0, price=50.0, image=4.0) == 1
        assert choose(title=10.0, price=50.0, image=4.0) == 1
        assert choose(title=90.0, price=50.0, image=60.0) == 0, "most conditions held"
        assert [c.state for c in judge_conditions(found, signals(title=90.0, price=50.0))] == ["held", "failed"]

    def test_a_weak_way_is_the_reason_only_where_no_other_is_met(self, read: Read) -> None:
        (found,) = read(rule("X", "[[rule.when]]\ntitle = { min = 80 }\n[[rule.when]]\nimage = { max = 8 }")).rules
        weak = replace(found, alternatives=(replace(found.alternatives[0], weak=True), found.alternatives[1]))
        for image, clause in ((4.0, 1), (60.0, 0)):
            values = {n: np.array([v]) for n, v in signals(title=90.0, image=image).items()}
            assert choose_clauses(weak, values).tolist() == [clause]


ADVICE = st.lists(
    st.tuples(st.integers(0, 5), st.integers(6, 11), st.integers(0, 1), st.integers(0, 4), st.booleans()),
    max_size=14, unique_by=lambda x: x[:2],
)  # fmt: skip


class TestAdvice:
    @pytest.mark.parametrize("parts", [1, 2, 3])
    def test_findings_put_together_are_all_of_them_in_their_order(self, parts: int) -> None:
        one = Findings(
            np.array([0, 1]), np.array([2, 3]), np.array([0, 1]), np.array([0.5, 1.0]), np.array([True, False]),
            np.array([False, True]), {"title": np.array([80.0, 90.0])},
        )  # fmt: skip
        joined = join_findings([one] * parts)
        assert len(joined) == 2 * parts
        for k in range(parts):
            again = joined[np.arange(2 * k, 2 * k + 2)]
            for name in ("left", "right", "rule", "strength", "duplicate", "distinct"):
                assert getattr(again, name).tolist() == getattr(one, name).tolist()
            assert again.signals["title"].tolist() == [80.0, 90.0]

    @given(ADVICE)
    def test_each_listing_keeps_its_strongest_pair_of_each_rule(
        self, made: list[tuple[int, int, int, int, bool]]
    ) -> None:
        left, right, which, strength, duplicate = (np.array([x[k] for x in made]) for k in range(5))
        n = len(made)
        found = Findings(
            left.astype(np.int64), right.astype(np.int64), which.astype(np.int64), strength / 10.0,
            duplicate.astype(bool), np.zeros(n, dtype=bool), {},
        )  # fmt: skip
        kept = thin_advice(found)
        pairs = set(zip(kept.left.tolist(), kept.right.tolist(), strict=True))
        wanted = {x[:2] for x in made if x[4]}
        for end in (0, 1):
            for key in {(x[end], x[2]) for x in made if not x[4]}:
                own = [x for x in made if not x[4] and (x[end], x[2]) == key]
                wanted.add(max(own, key=lambda x: (x[3], -made.index(x)))[:2])
        assert pairs == wanted
        assert len(kept.duplicates) == sum(x[4] for x in made)


class TestSpellings:
    @pytest.mark.parametrize(
        ("title", "attributes", "axis", "value", "written"),
        [
            ("Cotton shirt Navy Blue 7cm", "Colour=Grey", "color", "gray", "Grey"),
            ("Cotton shirt Navy Blue 7cm", "", "color", "navy", "Navy Blue"),
            ("Cotton shirt Navy Blue 7cm", "Colour=Grey", "color", "navy", "Navy Blue"),
            ("Shirt 7cm", "", "width", "7 cm", "7cm"),
            ("Shirt 7 cm wide", "", "length", "7 cm", "7 cm"),
            ("Jacke azul claro de mujer", "", "color", "light blue", "azul claro"),
            ("白色圆领T恤", "", "color", "white", "白色"),
            ("Dress Red Blue", "", "color", "blue|red", "Blue/Red"),
            ("Dress Red/Blue", "", "color", "red|blue", "Red/Blue"),
            ("Dress", "", "color", "red", ""),
            ("Dress", "Color=Red", "color", "blue", ""),
            ("Dress", "Size=5 in", "size", "127 mm", "5 in"),
            ("Rope 2.5m. long", "", "length", "2.5 m", "2.5m"),
            ("Dress", "Color=Dark   Red", "color", "dark red", "Dark Red"),
        ],
    )
    def test_a_value_is_told_as_its_seller_wrote_it(
        self, title: str, attributes: str, axis: str, value: str, written: str
    ) -> None:
        assert find_spelling(title, attributes, axis, value) == written

    @pytest.mark.parametrize(("text", "axis", "value", "same"), [
        ("Navy Blue", "color", "navy", True), ("1kg", "weight", "2kg", False), ("Navy", "color", "red", False),
    ])  # fmt: skip
    def test_a_text_states_one_value(self, text: str, axis: str, value: str, same: bool) -> None:
        assert reads_as(text, axis, value) == same


class TestSentences:
    @pytest.mark.parametrize(
        ("signal", "value", "english", "chinese"),
        [
            ("title", 93.4, "titles 93 % alike", "标题相似度 93%"),
            ("attributes", 0.7, "attributes 70 % alike", "属性相似度 70%"),
            ("image", 2.0, "photo 2/64 apart", "图片差异 2/64"),
            ("image", 0.0, "photo identical (0/64)", "图片相同（差异 0/64）"),
            ("category", 1.0, "category: same", "类目相同"),
            ("category", 0.0, "category: different", "类目不同"),
            ("codes", 1.0, "codes: shared", "编码相同"),
            ("shop", 0.0, "shop: different", "店铺不同"),
        ],
    )
    def test_what_was_measured(self, signal: str, value: float, english: str, chinese: str) -> None:
        assert (say_measured(signal, value), say_measured(signal, value, "zh")) == (english, chinese)

    def test_a_condition_says_its_limit_and_what_cannot_be_told(self) -> None:
        held = Condition("title", "min", 80.0, 93.0, "held")
        failed = Condition("image", "max", 8.0, 20.0, "failed")
        untold = Condition("price", "max", 10.0, NAN, "failed")
        same = Condition("category", "min", 1.0, 0.0, "failed")
        assert "93" in say_condition(held) and "80" in say_condition(held)
        assert "20/64" in say_condition(failed) and "8/64" in say_condition(failed)
        assert say_condition(held) != say_condition(replace(held, state="failed"))
        assert say_condition(failed) != say_condition(replace(failed, side="min"))
        assert "nan" not in say_condition(untold) and "10" not in say_condition(untold)
        assert say_condition(same) == "category: different"
        assert say_failed([held, failed, same]) == f"{say_condition(failed)}; category: different"

    def test_what_was_not_compared_is_named_and_nothing_else(self) -> None:
        whole = {"image": 1.0, "attributes": 0.5, "price": 3.0}
        assert say_uncompared(whole, True) == say_uncompared(whole, False) == ""
        alone = {name: say_uncompared({**whole, name: None}, False) for name in whole}
        assert len(set(alone.values())) == 3 and "" not in alone.values()
        assert say_uncompared({**whole, "image": NAN}, False) == alone["image"]
        explained = say_uncompared({**whole, "price": None}, True)
        assert explained and explained != alone["price"]
        both = say_uncompared({"attributes": 0.5}, True)
        assert both.startswith(alone["image"]) and both.endswith(explained)

    def test_what_only_one_states_is_told_apart_from_what_differs(self) -> None:
        color, size = Difference("color", "red", "blue"), Difference("size", "", "xl")
        tier = Difference("tier", "", "20")
        told = say_differences([color, size])
        first, second = say_differences([color]), say_differences([size])
        assert first in told and told != first
        assert "Red" in first and "Blue" in first and "XL" not in first
        assert "XL" in second and second.startswith(say_differences([]))
        assert say_differences([tier]) != say_differences([])
        assert "Rot" in say_differences([replace(color, written=("Rot", "Blau"))])

    @pytest.mark.parametrize(
        ("chance", "shown"),
        [(0.0, "1"), (0.004, "1"), (0.006, "1"), (0.016, "2"), (0.5, "50"), (0.984, "98"), (0.996, "99"), (1.0, "99")],
    )
    def test_no_chance_is_certain(self, chance: float, shown: str) -> None:
        assert show_percent(chance) == shown

    def test_a_sum_is_told_and_drawn_step_by_step(self) -> None:
        addends = tuple(
            Addend(reason, amount, chance)
            for reason, amount, chance in zip(
                REASONS, (2.0, -1.0, 0.5, -0.25, 0.1), (0.8, 0.7, 0.75, 0.71, 0.72), strict=True
            )
        )
        weighed = Weighed(0.4, addends)
        steps = list_steps(weighed)
        assert [s["amount"] for s in steps] == [None, 2.0, -1.0, 0.5, -0.25, 0.1]
        assert [s["chance"] for s in steps] == [0.4, 0.8, 0.7, 0.75, 0.71, 0.72]
        lines = draw_steps(weighed)
        assert len(lines) == 1 + 1 + 5 and len(draw_steps(replace(weighed, said=True))) == 1 + 1 + 1 + 5
        bars = [(a.count("█"), b.count("█")) for a, _, b in (line.partition("│") for line in lines[2:])]
        assert bars == [(0, 12), (6, 0), (0, 3), (2, 0), (0, 1)]
        assert all(
            f"{round(100 * c)} %" in line for c, line in zip((0.8, 0.7, 0.75, 0.71, 0.72), lines[2:], strict=True)
        )
        told = say_weighed(weighed)
        assert "72" in told and "40" in told and "+2.0" in told and "−1.0" in told and "+0.1" not in told
        assert say_weighed(Weighed(0.4, ())) != told and "40" in say_weighed(Weighed(0.4, ()))
        yes, no = (say_weighed(replace(weighed, said=said)) for said in (True, False))
        assert yes != no and yes.endswith(told) and no.endswith(told)

    def test_a_finding_says_what_it_is_why_and_what_to_do(self, read: Read) -> None:
        (found,) = read(rule("X", "when.title = { min = 80 }")).rules
        advice = replace(found, verdict="advice")
        caught = explain_finding(found, "duplicate", ["titles alike", "photo alike"], "They differ.", "cropped")
        assert "X" in caught and "titles alike, photo alike" in caught
        assert "They differ." in caught and "cropped" in caught
        parts = ["titles alike", "not compared", "cropped", "They differ.", "Learned."]
        whole = explain_finding(found, "duplicate", parts[:1], parts[3], parts[2], parts[1], parts[4])
        assert [whole.index(part) for part in parts] == sorted(whole.index(part) for part in parts)
        distinct = explain_finding(found, "advice", ["titles alike"], "They differ.")
        plain = explain_finding(advice, "advice", ["titles alike"], "They differ.")
        assert plain.endswith("They differ.") and not distinct.endswith("They differ.")


REASONS = ("title", "words", "numbers", "codes", "price")
