"""Rule packs: read whole or refused with every problem named, tuned, held against values, and explained."""

import math
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupcheck.errors import RulesError
from dupcheck.messages import LANGS, list_whole
from dupcheck.packs import list_packs, packs_folder
from dupcheck.rules import Alternative, Limit, Rule, RulePack, explain_limit, read_pack
from dupcheck.signals import SIGNALS

CHINESE = re.compile(r"[\u3400-\u9fff]")
SOUND = """
format = 1
[[rule]]
code = "X1"
name = "one"
fires = [{ title = 90 }]
spares = [{ title = 10 }]
[[rule.when]]
title = { min = 80 }
"""
Read = Callable[[str], RulePack]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def write_and_read(text: str) -> RulePack:
        path = tmp_path / "mine.toml"
        path.write_text(text, "utf-8")
        return read_pack(path)

    return write_and_read


def refusal(read: Read, text: str) -> str:
    with pytest.raises(RulesError) as caught:
        read(text)
    assert CHINESE.search(caught.value.say("zh"))
    return str(caught.value)


def rule(*clauses: tuple[Limit, ...]) -> Rule:
    return Rule("X", "x", "duplicate", tuple(Alternative(c) for c in clauses))


class TestShippedPacks:
    @pytest.fixture(params=list_packs())
    def pack(self, request: pytest.FixtureRequest) -> RulePack:
        return read_pack(str(request.param))

    def test_its_examples_come_out_as_they_should(self, pack: RulePack) -> None:
        assert pack.run_examples() == ()

    def test_every_rule_has_examples_of_both_kinds(self, pack: RulePack) -> None:
        assert all(r.fires and r.spares for r in pack.rules)

    def test_every_text_is_there_in_both_languages(self, pack: RulePack) -> None:
        for words in (pack.title, pack.note, *(w for r in pack.rules for w in (r.summary, r.why, r.mistakes))):
            assert set(words.by_lang) >= set(list_whole())
            assert CHINESE.search(words.say("zh"))
        assert len(pack.penalty.say_all("en")) == len(pack.penalty.say_all("zh"))
        assert all(e.summary.say("en") and CHINESE.search(e.summary.say("zh")) for e in pack.exceptions)

    @pytest.mark.parametrize("lang", LANGS)
    def test_every_rule_is_explained_with_its_limits(self, pack: RulePack, lang: Any) -> None:
        for found in pack.rules:
            text = pack.explain(found.code, lang)
            assert found.code in text and found.name in text
            assert found.why.say(lang) in text and found.mistakes.say(lang) in text
            assert all(explain_limit(limit, lang) in text for clause in found.when for limit in clause)
            assert pack.note.say(lang) in text
            assert all(s.text in text for s in pack.sources)

    def test_the_file_is_named_like_the_pack(self, pack: RulePack) -> None:
        assert (packs_folder() / f"{pack.name}.toml").is_file()

    @pytest.mark.slow
    @pytest.mark.parametrize("value", ["5", '"x"', "[1]", "{ a = 1 }"])
    def test_any_value_put_wrong_is_an_error_for_a_person(self, pack: RulePack, value: str, read: Read) -> None:
        text = (packs_folder() / f"{pack.name}.toml").read_text("utf-8")
        for place in re.finditer(r"(?m)^[a-z_.]+ = (.+)$", text):
            broken = text[: place.start(1)] + value + text[place.end(1) :]
            try:
                changed = read(broken)
            except RulesError as error:
                assert len(str(error)) > 20
                continue
            for found in changed.rules:
                assert changed.explain(found.code, "zh")
            changed.run_examples()


def test_aliexpress_says_that_its_limits_are_ours() -> None:
    pack = read_pack("aliexpress")
    assert [r.code for r in pack.rules][:4] == ["R1", "R2", "R3", "R4"]
    assert [r.verdict for r in pack.rules][:4] == ["duplicate", "duplicate", "advice", "advice"]
    assert "dupcheck" in pack.note.say("en")
    assert pack.merge.price_tiers == 1
    assert [(e.differ_only_in, e.allow) for e in pack.exceptions if e.testable] == [(("pack",), 3)]


class TestAlternatives:
    TWO = (
        SOUND
        + """
[[rule.or]]
name = "by-code"
summary.en = "One code."
when = { codes = { min = 1 }, price = { max = 9 } }
fires = [{ name = "one code, one price", codes = 1, price = 0 }]
spares = [{ name.en = "one code, two prices", name.zh = "同码不同价", codes = 1, price = 50 }]
"""
    )

    def test_either_the_rule_or_an_alternative_catches(self, read: Read) -> None:
        found = read(self.TWO).rules[0]
        assert [a.name for a in found.alternatives] == ["", "by-code"]
        values = {"title": [90, 10, 10], "codes": [np.nan, 1, 1], "price": [np.nan, 5, 50]}
        caught = found.fire({k: np.array(v, dtype=float) for k, v in values.items()})
        assert caught.tolist() == [True, True, False]

    def test_its_examples_are_of_the_alternative_alone(self, read: Read) -> None:
        assert read(self.TWO).run_examples() == () and read(self.TWO).count_examples() == 4
        (wrong,) = read(self.TWO.replace("codes = 1, price = 0", "title = 99")).run_examples()
        assert "X1.by-code" in wrong.say("en")

    def test_it_is_explained_with_its_examples(self, read: Read) -> None:
        pack = read(self.TWO)
        told = pack.explain("X1")
        assert "or, by-code: One code." in told and "caught: one code, one price" in told
        assert "同码不同价" in pack.explain("X1", "zh")
        assert [g.say("en") for g in pack.list_gaps() if "by-code" in g.say("en")] == [
            "Missing: the text X1.by-code.summary.zh."
        ]

    def test_several_tables_are_called_by_number(self, read: Read) -> None:
        pack = read(SOUND + "[[rule.when]]\nimage = { max = 4 }\ntitle = { min = 30 }\n")
        assert [a.name for a in pack.rules[0].alternatives] == ["", "2"]
        limits = pack.with_limit("X1.2.title.min=40").rules[0].when
        assert [x.limit for clause in limits for x in clause if x.signal == "title"] == [80, 40]

    @pytest.mark.parametrize(
        ("whole", "broken", "says"),
        [
            ('name = "by-code"', 'name = "By Code"', "same-code for example"),
            ('name = "by-code"', "", "small letters"),
            ("when = { codes", "how = { codes", "no condition"),
            ("codes = { min = 1 }", "code = { min = 1 }", "Did you mean codes?"),
            ("fires = [{ name", "fire = [{ name", "Did you mean fires?"),
        ],
    )
    def test_what_is_wrong_in_one_is_said(self, read: Read, whole: str, broken: str, says: str) -> None:
        assert says in refusal(read, self.TWO.replace(whole, broken))

    def test_one_name_twice_is_refused(self, read: Read) -> None:
        text = self.TWO + '[[rule.or]]\nname = "by-code"\nwhen = { codes = { min = 1 } }\n'
        assert "X1.by-code" in refusal(read, text)

    def test_own_conditions_take_the_place_of_all_that_the_extended_rule_had(self, read: Read) -> None:
        own = read('extends = "common"\n[[rule]]\ncode = "R1"\nwhen.title = { min = 99 }\n')
        assert own.rule("R1").when == ((Limit("title", "min", 99),),)
        worded = read('extends = "common"\n[[rule]]\ncode = "R1"\nsummary.en = "Mine."\n')
        assert worded.rule("R1").alternatives == read_pack("common").rule("R1").alternatives

    def test_what_a_pack_adds_holds_for_every_alternative(self, read: Read) -> None:
        pack = read('extends = "common"\n[[rule]]\ncode = "R2"\nalso = { shop = { max = 0 } }\n')
        assert all(any(x.signal == "shop" for x in clause) for clause in pack.rule("R2").when)
        assert "also" in refusal(read, 'extends = "common"\n[[rule]]\ncode = "R2"\nalso = 3\n')


@pytest.mark.parametrize("name", list_packs())
def test_packs_differ_in_policy_and_in_no_limit_that_they_do_not_set(name: str) -> None:
    pack, own = read_pack(name), tomllib.loads((packs_folder() / f"{name}.toml").read_text("utf-8"))
    common, dropped = read_pack("common").with_limit(*own.get("set", ())), own.get("drop", ())
    for code in {"R1", "R2"}.difference(dropped):
        for clause, base in zip(pack.rule(code).when, common.rule(code).when, strict=True):
            assert [x for x in clause if x.signal != "shop"] == list(base)
    assert "L1" in dropped or ("learned" in pack.rules[-1].signals and pack.rules[-1].code == "L1")


@pytest.mark.parametrize("code", ["R1", "R2", "L1"])
def test_each_way_to_break_a_rule_has_a_named_example_of_either_kind(code: str) -> None:
    rule = read_pack("common").rule(code)
    ways: list[Rule | Alternative] = [rule, *rule.alternatives[1:]]
    for way in ways:
        for examples in (way.fires, way.spares):
            assert any(e.name.say("en") and CHINESE.search(e.name.say("zh")) for e in examples)


class TestReading:
    def test_a_small_pack_is_enough(self, read: Read) -> None:
        pack = read(SOUND)
        assert pack.name == "mine"
        assert pack.rules[0].when == ((Limit("title", "min", 80.0),),)
        assert pack.run_examples() == ()

    def test_one_table_of_conditions_is_one_alternative(self, read: Read) -> None:
        text = 'format = 1\n[[rule]]\ncode = "X"\nwhen.title = { min = 80 }\nwhen.image = { max = 4, missing = "skip" }'
        assert read(text).rules[0].when == ((Limit("title", "min", 80), Limit("image", "max", 4, "skip")),)

    def test_a_pack_object_is_a_pack(self) -> None:
        pack = read_pack("aliexpress")
        assert read_pack(pack) is pack

    def test_every_problem_is_named_in_one_error(self, read: Read) -> None:
        text = refusal(
            read,
            """
            format = 2
            colour = 1
            [[rule]]
            code = "X1"
            verdict = "duplicat"
            sumary.en = "x"
            fires = [{ titel = 90 }]
            [[rule.when]]
            titel = { min = 80 }
            image = { maxi = 6 }
            price = { max = "cheap" }
            attributes = { min = 0.5, max = 0.9 }
            codes = { min = 1, missing = "skipp" }
            [[rule]]
            code = "X1"
            [[rule]]
            name = "nameless"
            when.title = 80
            [[exception]]
            name = "packing"
            allow = 0
            [merge]
            max_axis = 3
            title_max = "long"
            [keep]
            order = ["sale"]
            """,
        )
        for piece in (
            "format must be 1", "colour", "duplicat", "summary", "titel", "title", "maxi", "cheap", "X1.attributes",
            "skipp", "skip", "code X1 is given to more than one rule", "no condition", "code is missing",
            "{ min = 80 }", "packing: allow", "differ_only_in", "max_axis", "max_axes", "long", "sale", "sales",
        ):  # fmt: skip
            assert piece in text, piece
        assert text.count("\n  - ") >= 18
        assert "Did you mean" in text

    def test_an_unknown_signal_is_refused_with_the_nearest(self, read: Read) -> None:
        text = refusal(read, SOUND.replace("title = { min", "tittle = { min"))
        assert "tittle" in text and "Did you mean title?" in text

    def test_an_unknown_signal_unlike_any_lists_those_there_are(self, read: Read) -> None:
        text = refusal(read, SOUND.replace("title = { min", "zzzzz = { min"))
        assert all(s.name in text for s in SIGNALS)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "format = 1",
            'format = 1\n[[rule]]\ncode = "X"',
            'format = 1\n[[rule]]\ncode = "X"\nwhen = []',
            'format = 1\n[[rule]]\ncode = "X"\nwhen = [{}]',
            'format = 1\n[[rule]]\ncode = "X"\nwhen.title = { min = nan }',
            'format = 1\n[[rule]]\ncode = "X"\nwhen.title = { min = true }',
            "format = 1\nrule = 3",
            SOUND + "[keep]\norder = 3",
            SOUND + '[keep]\norder = "sales"',
            SOUND + '[merge]\ndistinct = "brand"',
            SOUND + '[[exception]]\ndiffer_only_in = ["pack"]\nallow = true',
        ],
    )
    def test_a_wrong_pack_is_refused(self, read: Read, text: str) -> None:
        refusal(read, text)

    @pytest.mark.parametrize("data", [b"format = ", b"\xff\xfe\x00", b"\x00" * 10, "标题".encode("gb18030")])
    def test_what_is_no_toml_is_refused(self, tmp_path: Path, data: bytes) -> None:
        (tmp_path / "x.toml").write_bytes(data)
        with pytest.raises(RulesError, match="TOML"):
            read_pack(tmp_path / "x.toml")

    def test_a_missing_file_a_folder_and_an_unknown_pack_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(RulesError, match=r"gone\.toml"):
            read_pack(tmp_path / "gone.toml")
        (tmp_path / "folder.toml").mkdir()
        with pytest.raises(RulesError, match=r"folder\.toml"):
            read_pack(tmp_path / "folder.toml")
        with pytest.raises(RulesError, match="aliexpress"):
            read_pack("alibabe")


class TestSettings:
    @pytest.mark.parametrize("setting", ["R2.title.min=85", " R2.title.min = 85.0 ", "R2.title.min=8.5e1"])
    def test_a_limit_is_changed_and_nothing_else(self, setting: str) -> None:
        pack = read_pack("aliexpress")
        changed = pack.with_limit(setting)
        for before, after in zip(pack.rules, changed.rules, strict=True):
            for k, (old, new) in enumerate(zip(before.when, after.when, strict=True)):
                for a, b in zip(old, new, strict=True):
                    tuned = before.code == "R2" and a.signal == "title" and k == 0
                    assert b == (Limit(a.signal, a.side, 85.0, a.missing) if tuned else a)
        assert changed.changes == (setting,)
        assert pack == read_pack("aliexpress")

    def test_settings_add_up_and_the_last_one_wins(self) -> None:
        pack = read_pack("aliexpress").with_limit("R1.image.max=3").with_limit("R1.title.min=70", "R1.image.max=4")
        limits = {x.signal: x.limit for x in pack.rule("R1").when[0]}
        assert (limits["image"], limits["title"]) == (4, 70)
        assert pack.changes == ("R1.image.max=3", "R1.title.min=70", "R1.image.max=4")

    def test_a_changed_limit_changes_what_fires(self) -> None:
        pack = read_pack("aliexpress")
        values = {s.name: np.array([np.nan]) for s in SIGNALS} | {"title": np.array([97.0]), "codes": np.array([0.0])}
        assert pack.rule("R2").fire(values)[0]
        assert not pack.with_limit("R2.title.min=98").rule("R2").fire(values)[0]

    def test_which_limit_was_changed_is_said_and_which_stay(self) -> None:
        (told,) = read_pack("aliexpress").with_limit("R1.image.max=3").changed
        assert told.say("en") == (
            "R1.image.max: 8 → 3. Its other limits on it stay: R1.reworded.image, R1.bare.image."
        )  # fmt: skip
        assert CHINESE.search(told.say("zh")) and "R1.bare.image" in told.say("zh")

    @pytest.mark.parametrize(
        ("setting", "place"),
        [("R2.same-code.title.min=20", ("same-code", "title")), ("R2.bare.image.max=30", ("bare", "image")),
         ("R1.facts.max=1", ("bare", "facts")), ("R2.bare.facts.max=1", ("bare", "facts"))],
    )  # fmt: skip
    def test_a_named_alternative_has_limits_of_its_own(self, setting: str, place: tuple[str, str]) -> None:
        pack = read_pack("aliexpress")
        changed = pack.with_limit(setting)
        differ = [
            (after.name, b.signal)
            for old, new in zip(pack.rules, changed.rules, strict=True)
            for before, after in zip(old.alternatives, new.alternatives, strict=True)
            for a, b in zip(before.limits, after.limits, strict=True)
            if a != b
        ]
        assert differ == [place]

    @pytest.mark.parametrize(
        ("setting", "says"),
        [
            ("R2.title.min", "R2.title.min=85"),
            ("title=85", "R2.title.min=85"),
            ("R2.title.most=85", "R2.title.min=85"),
            ("R2.title.min=high", "high is not a number"),
            ("R2.title.min=nan", "nan is not a number"),
            ("R2.title.min=inf", "inf is not a number"),
            ("R9.title.min=85", "R9"),
            ("R2.titel.min=85", "Did you mean title?"),
            ("R2.title.max=85", "other side"),
            ("", "R2.title.min=85"),
            ("R2.same-cod.title.min=85", "Did you mean same-code?"),
            ("R2.same-code.price.max=5", "other side"),
            ("R2.codes.min=1", "R2.same-code.codes.min, R2.same-code-and-price.codes.min, R2.code-in-title.codes.min"),
        ],
    )
    def test_a_wrong_setting_says_how_it_should_be(self, setting: str, says: str) -> None:
        with pytest.raises(RulesError, match=re.escape(says)) as caught:
            read_pack("aliexpress").with_limit(setting)
        assert CHINESE.search(caught.value.say("zh"))

    def test_all_wrong_settings_are_named_at_once(self) -> None:
        with pytest.raises(RulesError) as caught:
            read_pack("aliexpress").with_limit("R9.title.min=1", "R1.image.max=3", "R2.titel.min=85", "nonsense")
        assert str(caught.value).count("\n  - ") == 3


LIMITS = st.builds(
    Limit,
    st.sampled_from(["image", "title", "price"]),
    st.sampled_from(["min", "max"]),
    st.integers(0, 4).map(float),
    st.sampled_from(["fail", "skip"]),
)
RULES = st.lists(st.lists(LIMITS, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(lambda c: rule(*c))
VALUES = st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0, math.nan]), min_size=3, max_size=3)


def fires_slowly(found: Rule, values: dict[str, float]) -> bool:
    for clause in found.when:
        states = []
        for limit in clause:
            value = values[limit.signal]
            if math.isnan(value):
                states.append(None if limit.missing == "skip" else False)
            else:
                states.append(value <= limit.limit if limit.side == "max" else value >= limit.limit)
        if False not in states and True in states:
            return True
    return False


class TestFiring:
    @given(RULES, st.lists(VALUES, max_size=6))
    @settings(max_examples=150, deadline=None)
    def test_many_pairs_fire_as_each_does_by_hand(self, found: Rule, rows: list[list[float]]) -> None:
        columns = {name: np.array([row[k] for row in rows]) for k, name in enumerate(("image", "title", "price"))}
        wanted = [fires_slowly(found, dict(zip(columns, row, strict=True))) for row in rows]
        assert found.fire(columns).tolist() == wanted

    @given(RULES)
    @settings(max_examples=50, deadline=None)
    def test_what_is_skipped_throughout_never_fires(self, found: Rule) -> None:
        nothing = {name: np.array([math.nan]) for name in ("image", "title", "price")}
        assert not found.fire(nothing)[0]

    def test_missing_fails_unless_it_says_skip(self) -> None:
        values = {"image": np.array([0.0]), "title": np.array([np.nan])}
        fail = rule((Limit("image", "max", 6), Limit("title", "min", 80)))
        skip = rule((Limit("image", "max", 6), Limit("title", "min", 80, "skip")))
        assert not fail.fire(values)[0]
        assert skip.fire(values)[0]

    def test_a_limit_itself_still_holds(self) -> None:
        for side in ("min", "max"):
            assert rule((Limit("title", side, 80.0),)).fire({"title": np.array([80.0])})[0]

    def test_wrong_examples_are_told_with_their_values(self, read: Read) -> None:
        wrong = read(SOUND.replace("title = 90", "title = 70").replace("title = 10", "title = 85")).run_examples()
        assert len(wrong) == 2
        assert all("X1" in m.say("en") and CHINESE.search(m.say("zh")) for m in wrong)
        assert "title=70" in wrong[0].say("en") and "title=85" in wrong[1].say("en")


def test_an_unknown_rule_names_those_there_are() -> None:
    with pytest.raises(RulesError, match="R1, R2"):
        read_pack("aliexpress").explain("R99")
