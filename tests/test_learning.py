"""What answers teach: trees as arrays, evidence of pairs, habits, the gate, questions, and ``dupcheck ask``."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import combinations, permutations
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

import dupcheck as dc
from dupcheck.asking import Asked, Desk, explain_pair, find_model, questions
from dupcheck.catalog import make_catalog, read_catalog
from dupcheck.cli import main
from dupcheck.decisions import hash_listings
from dupcheck.errors import CatalogError
from dupcheck.index.candidates import find_candidates
from dupcheck.index.opening import measure_catalog
from dupcheck.judging.evidence import COLUMNS, DIRECTIONS, REASONS, Evidence
from dupcheck.judging.model import START, PairModel, bind, choose_pairs, find_alike, load_trees, rank_telling, refit
from dupcheck.learned.answers import (
    APART_FROM,
    ONE_FROM,
    Answer,
    Answers,
    Replies,
    gather_answers,
    name_sort,
    read_answers,
    write_answers,
)
from dupcheck.learned.trees import Trees, fit_trees, read_odds
from dupcheck.ledger import find_address, open_ledger, recall
from dupcheck.messages import LANGS, message
from dupcheck.model import Catalog, Listing, Reply
from dupcheck.rules import read_pack
from dupcheck.signals import SIGNALS, get_signal
from dupcheck.teaching import teach_pack
from dupcheck.titles.stream import cut_title

APART = Path(__file__).parent / "shops" / "apart"
NAMES = ("Prima", "Lalu", "Weston", "Verona", "Milano", "Otra", "Belmar", "Corin", "Dunvale", "Estrel")
COLORS = ("Red", "Blue", "Black", "White")


def shop(names: Sequence[str] = NAMES) -> tuple[Catalog, dict[str, str]]:
    """A shop whose lamps differ in a name and come in colours: each name is a product, and colours are its options."""
    rows, product = [], {}
    for name in names:
        for color in COLORS:
            listing_id = f"{name}-{color}"
            title = f"Halden {name} Desk Lamp Brass Arm - {color}"
            rows.append(Listing(listing_id=listing_id, title=title, price=20.0, currency="USD"))
            product[listing_id] = name
    return make_catalog(rows), product


@pytest.fixture(scope="module")
def taught() -> tuple[dc.Audit, dc.Audit, dict[str, str]]:
    """The shop's audit without answers, and with sixty true ones."""
    catalog, product = shop()
    before = dc.audit(catalog, answers=[])
    given: list[Answer] = []
    audit = before
    while len(given) < 60:
        for asked in questions(audit, 20):
            same = product[asked.listing_a] == product[asked.listing_b]
            given += asked.answer("option" if same else "different", when=float(len(given)))
        audit = dc.audit(catalog, answers=given)
    return before, audit, product


@pytest.fixture(scope="module")
def slipped(taught: tuple[dc.Audit, dc.Audit, dict[str, str]]) -> tuple[dc.Audit, list[Answer], Answer]:
    """The audit with one wrong answer among the right ones, these, and the wrong one."""
    after = taught[1]
    assert after.lesson is not None
    given = list(after.lesson.answers.all)
    apart = next(a for a in given if a.pair is not None and a.answer == "different" and not after.lesson.doubted)
    wrong = Answer("option", "", apart.listing_a, apart.listing_b, when=1000.0)
    known = [a for a in given if a.pair != apart.pair]
    return dc.audit(after.catalog, answers=[*known, wrong]), known, wrong


@pytest.mark.slow
class TestSlips:
    """A seller who answers wrongly once among many right answers."""

    def test_it_is_asked_again_first_and_nothing_is_built_on_it(
        self, slipped: tuple[dc.Audit, list[Answer], Answer]
    ) -> None:  # fmt: skip
        audit, _, wrong = slipped
        assert audit.lesson is not None and wrong.pair in audit.lesson.doubted
        groups = [set(g.listings) for g, _ in audit.grouped]
        assert not any(set(wrong.pair or ()) <= g for g in groups)
        first = questions(audit, 20)[: len(audit.lesson.doubted)]
        (again,) = (q for q in first if {q.listing_a, q.listing_b} == set(wrong.pair or ()))
        assert [reply for reply, _, _ in again.replies] == ["same", "option", "different"] and again.settles == 1
        for lang in LANGS:
            assert again.replies[1][1].say(lang) in again.text.say(lang), "what was said is shown"
            assert any(" – ".join(audit.lesson.doubted[0]) in text.say(lang) for text in audit.lesson.tell(None))
        assert list(wrong.pair or ()) in cast(list[object], audit.lesson.as_dict(None)["doubted"])

    def test_said_twice_it_is_believed(self, slipped: tuple[dc.Audit, list[Answer], Answer]) -> None:
        audit, known, wrong = slipped
        assert wrong.pair is not None
        twice = [*known, wrong, Answer("option", "", *wrong.pair, when=1001.0)]
        after = dc.audit(audit.catalog, answers=twice)
        assert after.lesson is not None and wrong.pair not in after.lesson.doubted
        assert after.lesson.implied[wrong.pair] == "option"

    def test_taken_back_it_stands(self, slipped: tuple[dc.Audit, list[Answer], Answer]) -> None:
        audit, known, wrong = slipped
        assert wrong.pair is not None
        after = dc.audit(audit.catalog, answers=[*known, wrong, Answer("different", "", *wrong.pair, when=1001.0)])
        assert after.lesson is not None and wrong.pair not in after.lesson.doubted
        assert after.lesson.implied[wrong.pair] == "different"


class TestWeak:
    """Answers that two listings are one product."""

    @pytest.mark.slow
    def test_a_weak_one_groups_and_is_asked_once_more(self, taught: tuple[dc.Audit, dc.Audit, dict[str, str]]) -> None:
        after, product = taught[1], taught[2]
        assert after.lesson is not None and after.lesson.model is not None
        given = list(after.lesson.answers.all)
        known = after.lesson.replies.pairs
        ids = after.catalog.ids.tolist()
        open_ones = [
            (a, b)
            for a, b in combinations(range(len(ids)), 2)
            if (a, b) not in known and product[ids[a]] != product[ids[b]]
        ]
        ends = np.array(open_ones)
        chance = after.lesson.model.measure(ends[:, 0], ends[:, 1])
        a, b = open_ones[int(np.argmax(chance))]
        said = Answer("option", "", ids[a], ids[b], when=2000.0)
        again = Answer("option", "", ids[a], ids[b], when=2001.0)
        audit = dc.audit(after.catalog, answers=[*given, said])
        assert audit.lesson is not None
        assert said.pair in {*audit.lesson.weak, *audit.lesson.doubted}
        assert audit.lesson.replies.tell(a, b) not in ("same", "option")
        twice = dc.audit(after.catalog, answers=[*given, said, again])
        assert twice.lesson is not None and twice.lesson.replies.tell(a, b) == "option"


class TestExamples:
    @pytest.mark.parametrize(
        ("one", "other", "plain"),
        [
            ({}, {}, True),
            ({"gtin": "4006381333931"}, {}, True),
            ({"gtin": "4006381333931"}, {"gtin": "5901234123457"}, False),
            ({"attributes": {"Brand": "Halden"}}, {"attributes": {"Brand": "Lalu"}}, False),
            ({"attributes": {"Condition": "New"}}, {"attributes": {"Condition": "Used"}}, False),
        ],
    )
    def test_pairs_beside_a_question_differ_in_nothing_that_tells_products_apart(
        self, one: dict[str, Any], other: dict[str, Any], plain: bool
    ) -> None:
        rows = [Listing("a", "Desk lamp brass arm oak", **one), Listing("b", "Desk lamp brass arm elm", **other)]
        audit = dc.audit(make_catalog(rows))
        assert Desk(audit).is_plain("a", "b") is plain


@cache
def fit() -> tuple[Trees, np.ndarray, np.ndarray]:
    """Trees that learned from four hundred rows, whose first two columns tell."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(400, 4))
    rows[rng.random(rows.shape) < 0.1] = np.nan
    rows[:, 3] = np.nan  # says nothing at all
    same = np.nan_to_num(rows[:, 0]) - np.nan_to_num(rows[:, 1]) + 0.3 * rng.normal(size=400) > 0
    return fit_trees(rows, same, (1, -1, 0, 0), np.ones(400), rounds=40), rows, same


class TestTrees:
    def test_they_learn_and_say_the_same_again(self) -> None:
        trees, rows, same = fit()
        assert ((read_odds(trees.add_up(rows)) >= 0.5) == same).mean() > 0.9
        again = Trees.from_arrays(trees.as_arrays())
        np.testing.assert_allclose(again.add_up(rows), trees.add_up(rows), atol=1e-4)
        np.testing.assert_array_equal(fit.__wrapped__()[0].add_up(rows), trees.add_up(rows))

    @pytest.mark.slow
    def test_scikit_learn_says_the_same(self) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier

        rows, same = (some[:240] for some in fit()[1:])  # so few values are taken as they are
        trees = fit_trees(rows, same, (1, -1, 0, 0), np.ones(240), rounds=40)
        machine = HistGradientBoostingClassifier(
            learning_rate=0.08, max_iter=40, max_leaf_nodes=15, min_samples_leaf=8, l2_regularization=1.0,
            monotonic_cst=[1, -1, 0], early_stopping=False, random_state=0,
        ).fit(rows[:, :3], same)  # fmt: skip
        np.testing.assert_allclose(machine.decision_function(rows[:, :3]), trees.add_up(rows), atol=1e-6)

    @pytest.mark.parametrize("start", [True, False])
    def test_many_rows_end_in_the_leaves_to_which_each_walks(self, start: bool) -> None:
        trees = load_trees() if start else fit()[0]
        rng = np.random.default_rng(7)
        inner = trees.left != np.arange(len(trees.left))
        asked = [trees.limit[inner & (trees.feature == c)] for c in range(len(COLUMNS) if start else 4)]
        near = [np.concatenate([limits, limits + 1e-9, limits - 1e-9, [0.0, -1e9, 1e9, np.nan]]) for limits in asked]
        rows = np.column_stack([rng.choice(values, 2_500) for values in near])
        walked = np.concatenate([trees.find_leaves(rows[k : k + 1]) for k in range(len(rows))])
        assert (trees.find_leaves(rows) == walked).all()
        each = np.concatenate([trees.add_up(rows[k : k + 1]) for k in range(len(rows))])
        assert (trees.add_up(rows) == each).all(), "to the last bit"

    def test_addends_make_up_the_log_odds(self) -> None:
        trees, rows, _ = fit()
        addends, base = trees.weigh(rows)
        np.testing.assert_allclose(addends.sum(axis=1) + base, trees.add_up(rows), atol=1e-9)
        assert not addends[:, 3].any(), "a column that says nothing adds nothing"

    @settings(max_examples=30, deadline=None)
    @given(st.lists(st.floats(-3, 3), min_size=3, max_size=3), st.floats(0.01, 2))
    def test_more_of_what_speaks_for_never_speaks_against(self, row: list[float], more: float) -> None:
        trees = fit()[0]
        less_or_more = np.array(
            [[*row, np.nan], [row[0] + more, *row[1:], np.nan], [row[0], row[1] + more, row[2], np.nan]]
        )
        plain, up, down = trees.add_up(less_or_more)
        assert up >= plain - 1e-9 >= down - 2e-9


class TestEvidence:
    def test_columns_have_directions_and_every_one_stands_in_one_reason(self) -> None:
        assert len(COLUMNS) == len(DIRECTIONS)
        assert sorted(c for columns in REASONS.values() for c in columns) == sorted(COLUMNS)

    def test_only_choices_order_and_whole_titles_speak_neither_way(self) -> None:
        directed = dict(zip(COLUMNS, DIRECTIONS, strict=True))
        whole = {"title", "token_set", "token_sort", "letters", "squashed"}
        free = {c for c in COLUMNS if c.startswith("axis_")} | {"axes_clash", "axes_silent", "words_recur"}
        free |= whole | {*REASONS["order"]}
        assert {c for c, way in directed.items() if way == 0} == free
        assert {*directed.values()} == {-1, 0, 1}
        for name in directed.keys() & {signal.name for signal in SIGNALS} - {"title"}:
            signal = get_signal(name)
            assert directed[name] == np.sign(signal.best - signal.worst)
        against = {c for c in COLUMNS if c.endswith(("_more", "_less", "_clash", "_best", "_worst", "_ratio"))} - free
        assert against == {c for c, way in directed.items() if way < 0} - {"image", "color", "price"}

    def test_it_is_symmetric_and_one_pair_is_measured_as_many(self) -> None:
        catalog, _ = shop(NAMES[:4])
        features = dc.audit(catalog).features
        pairs = find_candidates(features)
        evidence = Evidence.learn(catalog, features, pairs.left, pairs.right)
        rows = evidence.measure(pairs.left, pairs.right)
        np.testing.assert_allclose(evidence.measure(pairs.right, pairs.left), rows)
        np.testing.assert_allclose(evidence.measure(pairs.left[7:8], pairs.right[7:8])[0], rows[7])

    def test_each_column_says_what_it_is_called(self) -> None:
        """Held against the same said one pair at a time."""
        rows = [
            Listing("a", "Halden Oak Lamp Red DX200", 20.0, currency="USD", description="Warm light.",
                    attributes={"Color": "Red", "Size": "M", "Brand": "Halden"}),
            Listing("b", "Oak Lamp Halden DX200 Red", 40.0, currency="USD", description="Warm bright light.",
                    attributes={"Color": "Red", "Size": "L"}),
            Listing("c", "Halden Pine Lamp Blue DX350 3", 20.0, currency="EUR", attributes={"Color": "Blue"}),
            Listing("d", "Halden Oak Desk Lamp", description="Warm light."),
            Listing("e", "Weston Brass Door Knob 44", 5.0, currency="USD", attributes={"Brand": "Weston"}),
        ]  # fmt: skip
        catalog = make_catalog(rows)
        features = dc.audit(catalog).features
        pairs = list(combinations(range(5), 2))
        left, right = (np.array([p[k] for p in pairs]) for k in (0, 1))
        found = dict(zip(COLUMNS, Evidence.learn(catalog, features, left, right).measure(left, right).T, strict=True))
        far = {p: 1 - np.nan_to_num(found["title"][k]) / 100 for k, p in enumerate(pairs)}
        own = {m: [d for p, d in far.items() if m in p] for m in range(5)}
        stated = [{axis: column.value(m) for axis, column in features.axes.items()} for m in range(5)]
        for k, (a, b) in enumerate(pairs):
            one, other = (" ".join(cut_title(rows[m].title)) for m in (a, b))
            ratio = np.nan
            if rows[a].price and rows[b].price and rows[a].currency == rows[b].currency:
                ratio = abs(np.log(cast(float, rows[a].price) / cast(float, rows[b].price)))
            both = {x for x in stated[a] if stated[a][x] and stated[b][x]}
            ranks = [np.log1p(sum(d < far[a, b] - 1e-6 for d in own[m])) for m in (a, b)]
            gaps = [far[a, b] - min(own[m]) for m in (a, b)]
            told = {
                "token_set": fuzz.token_set_ratio(one, other), "token_sort": fuzz.token_sort_ratio(one, other),
                "letters": fuzz.ratio(one, other),
                "squashed": fuzz.ratio(one.replace(" ", ""), other.replace(" ", "")), "price_ratio": ratio,
                "axes_clash": sum(stated[a][x] != stated[b][x] for x in both),
                "axes_agree": sum(stated[a][x] == stated[b][x] for x in both),
                "axes_silent": sum(bool(stated[a][x]) != bool(stated[b][x]) for x in stated[a]),
                **{f"axis_{x}": float(stated[a][x] == stated[b][x]) if x in both else np.nan
                   for x in ("color", "size")},
                "rank_best": min(ranks), "rank_worst": max(ranks), "gap_best": min(gaps), "gap_worst": max(gaps),
                "models_clash": {(0, 1): 0.0, (0, 2): 1.0, (1, 2): 1.0}.get((a, b), np.nan),
                "numbers_more": max(len(x - y) for x, y in permutations([{w for w in t.split() if w.isdigit()}
                                                                         for t in (one, other)])),
            }  # fmt: skip
            for name, value in told.items():
                assert found[name][k] == pytest.approx(value, nan_ok=True, abs=1e-4), (name, one, other)
            said = bool(rows[a].description and rows[b].description)
            assert np.isnan(found["description"][k]) != said
        assert found["description"][pairs.index((0, 3))] == pytest.approx(1.0)
        assert 0 < found["description"][0] < 1 and found["models_shared"][0] > 0 == found["models_shared"][1]

    @given(st.lists(st.lists(st.sampled_from("abcde"), max_size=6), min_size=2, max_size=2))
    def test_the_order_of_words_is_that_of_the_shortest_edits(self, cut: list[list[str]]) -> None:
        """Held against the shortest edits of two lists of words, tried out one by one."""
        catalog = make_catalog([Listing(str(k), " ".join(f"word{w}" for w in words)) for k, words in enumerate(cut)])
        features = measure_catalog(catalog, jobs=1, cache=Path())[0]
        pair = np.array([0]), np.array([1])
        row = dict(zip(COLUMNS, Evidence.learn(catalog, features, *pair).measure(*pair)[0], strict=True))
        told = {name: row[name] for name in REASONS["order"]}
        one, other = cut
        if not one or not other:
            assert all(np.isnan(value) for value in told.values())
            return
        run, changed, both = (
            _run(tuple(one), tuple(other)),
            _edit(tuple(one), tuple(other)),
            sum((Counter(one) & Counter(other)).values()),
        )
        longer = max(len(one), len(other))
        assert told["in_order"] == pytest.approx(run / longer)
        assert told["faced"] == len(one) + len(other) - 2 * run - changed
        assert told["added"] == changed - told["faced"]
        assert told["moved"] == pytest.approx(1 - run / max(both, 1))
        for name, step in (("begin_alike", 1), ("end_alike", -1)):
            alike = [a == b for a, b in zip(one[::step], other[::step], strict=False)]
            assert told[name] == pytest.approx([*alike, False].index(False) / longer)

    def test_words_in_another_order_are_told_from_one_in_anothers_place(self) -> None:
        rows = ("Brake lever left Halden", "Brake lever right Halden", "Halden lever brake left")
        catalog = make_catalog([Listing(str(k), title) for k, title in enumerate(rows)])
        features = measure_catalog(catalog, jobs=1, cache=Path())[0]
        pairs = np.array([0, 0]), np.array([1, 2])
        found = dict(zip(COLUMNS, Evidence.learn(catalog, features, *pairs).measure(*pairs).T, strict=True))
        assert found["faced"][0] == 1 and found["moved"][0] == 0 and found["begin_alike"][0] == 0.5
        assert found["moved"][1] > 0.4 and found["begin_alike"][1] == 0

    def test_what_nobody_states_cannot_be_told(self) -> None:
        catalog = make_catalog([Listing("a", "Oak tray"), Listing("b", "Oak tray"), Listing("c", "")])
        features = dc.audit(catalog).features
        evidence = Evidence.learn(catalog, features, np.array([0]), np.array([1]))
        row = dict(zip(COLUMNS, evidence.measure(np.array([0]), np.array([1]))[0], strict=True))
        assert all(np.isnan(row[c]) for c in ("price_ratio", "description", "axis_color", "image", "words_recur"))
        assert row["words_more"] == row["words_less"] == 0
        assert np.isfinite(evidence.measure(np.array([0]), np.array([2]))[0, COLUMNS.index("words_more")])

    def test_no_pairs_give_no_rows(self) -> None:
        catalog, _ = shop(NAMES[:4])
        features = dc.audit(catalog).features
        none = np.empty(0, dtype=np.int64)
        assert Evidence.learn(catalog, features, none, none).measure(none, none).shape == (0, len(COLUMNS))
        assert Evidence.learn(catalog, features, none, none).measure(np.array([0]), np.array([1])).shape == (
            1,
            len(COLUMNS),
        )


@cache
def _run(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """The most words that both have in one order."""
    if not one or not other:
        return 0
    if one[0] == other[0]:
        return 1 + _run(one[1:], other[1:])
    return max(_run(one[1:], other), _run(one, other[1:]))


@cache
def _edit(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """The fewest words to add, take away or replace."""
    if not one or not other:
        return len(one) + len(other)
    if one[0] == other[0]:
        return _edit(one[1:], other[1:])
    return 1 + min(_edit(one[1:], other), _edit(one, other[1:]), _edit(one[1:], other[1:]))


@cache
def _say(chance: float, *_: int) -> float:
    return chance


def real_rows() -> np.ndarray:
    """The evidence of every candidate pair of a shop that the start has never seen."""
    catalog = dc.read_catalog(APART / "it_casalinghi" / "catalog.csv")
    audit = dc.audit(catalog)
    left, right = audit.candidates.left, audit.candidates.right
    return Evidence.learn(catalog, audit.features, left, right).measure(left, right)


class TestStart:
    def test_it_is_small_and_holds_numbers_only(self) -> None:
        assert START.stat().st_size <= 500_000
        with np.load(START, allow_pickle=False) as kept:
            assert {kept[name].dtype.kind for name in kept.files if name != "columns"} <= set("fiub")
        trees = load_trees()
        assert len(trees.roots) == 150 and trees.feature.max() < len(COLUMNS)
        assert START.with_suffix(".toml").is_file(), "the data sheet"

    def test_no_column_speaks_against_its_direction(self) -> None:
        """The trees were held to the directions when they were made: they show each of them."""
        directed = dict(zip(COLUMNS, DIRECTIONS, strict=True))
        trees, rows = load_trees(), real_rows()[::100]
        inner = trees.left != np.arange(len(trees.left))
        blocks: list[tuple[str, np.ndarray]] = []
        for place, name in enumerate(COLUMNS):
            limits = np.unique(trees.limit[inner & (trees.feature == place)])
            if len(limits) and directed[name]:
                values = np.concatenate([[limits[0] - 1.0], (limits + 1e-9)[:: max(len(limits) // 6, 1)]])
                blocks.append((name, np.repeat(rows, len(values), axis=0)))
                blocks[-1][1][:, place] = np.tile(values, len(rows))
        said = np.split(trees.add_up(np.concatenate([b for _, b in blocks])), np.cumsum([len(b) for _, b in blocks]))
        for (name, _), odds in zip(blocks, said[:-1], strict=True):
            assert (directed[name] * np.diff(odds.reshape(len(rows), -1), axis=1) >= -1e-9).all(), name

    @pytest.mark.parametrize("chunk", [1, 2, 3, 100])
    def test_many_pairs_are_measured_in_parts(self, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
        catalog, _ = shop(NAMES[:2])
        audit = dc.audit(catalog)
        left, right = audit.candidates.left[:5], audit.candidates.right[:5]
        evidence = Evidence.learn(catalog, audit.features, left, right)
        whole = evidence.measure(left, right)
        assert len(whole) == 5
        monkeypatch.setattr("dupcheck.judging.evidence._CHUNK", chunk)
        np.testing.assert_array_equal(evidence.measure(left, right), whole)

    def test_equal_titles_are_likelier_one_product_than_other_models(self) -> None:
        rows = [
            Listing("a", "Norvik DX200 Cordless Drill 18V", 50.0, currency="USD"),
            Listing("b", "Cordless Drill 18V Norvik DX200", 50.0, currency="USD"),
            Listing("c", "Norvik DX350 Cordless Drill 18V", 80.0, currency="USD"),
        ]
        catalog = make_catalog(rows)
        model = _plain_model(catalog)
        alike, other = model.measure(np.array([0, 0]), np.array([1, 2]))
        assert alike > 0.5 > other

    def test_answers_outweigh_it(self) -> None:
        one = real_rows()[[int(load_trees().add_up(real_rows()).argmax())]]
        rows = np.repeat(one, 40, axis=0)
        rows[:, COLUMNS.index("axis_color")] = np.arange(40) % 2  # this seller's colours are products of their own
        taught = read_odds(refit(rows, np.arange(40) % 2 == 1, real_rows()).add_up(rows))
        assert ((taught >= 0.5) == (np.arange(40) % 2 == 1)).all()

    def test_an_answer_carries_to_pairs_like_its_own_and_hardly_to_others(self) -> None:
        start, many = load_trees(), real_rows()
        said = start.add_up(many)
        alike, *others = np.argsort(np.abs(said), kind="stable").tolist()
        rows = np.repeat(many[[alike]], 6, axis=0)
        for answer in (True, False):
            taught = refit(rows, np.full(6, answer), many)
            moved = (taught.add_up(many) - said) * (1 if answer else -1)
            assert moved[alike] > 0.5 and moved[alike] >= np.quantile(moved, 0.99)
            assert moved[alike] > 2 * np.median(np.abs(moved[others]))

    @pytest.mark.slow
    def test_of_very_many_answers_some_from_first_to_last_are_carried(self) -> None:
        many = real_rows()
        rows = np.concatenate([many, many])[:900]
        same, weights = np.arange(900) % 3 == 0, np.linspace(0.2, 1.0, 900)
        some = [int(k * 899 / 399) for k in range(400)]
        taught, fewer = refit(rows, same, many, weights), refit(rows[some], same[some], many, weights[some])
        assert len(some) == len(set(some)) == 400 and (some[0], some[-1]) == (0, 899)
        np.testing.assert_allclose(taught.add_up(many[:50]), fewer.add_up(many[:50]), atol=1e-9)

    def test_an_answer_that_is_less_believed_carries_less(self) -> None:
        start, many = load_trees(), real_rows()
        rows = many[[int(np.abs(start.add_up(many)).argmin())]]
        moved = [
            (refit(rows, np.array([True]), many, np.array([w])).add_up(rows) - start.add_up(rows))[0]
            for w in (1.0, 0.2)
        ]
        assert moved[0] > moved[1] > 0

    def test_answers_say_rather_that_fewer_are_one_product_than_that_more_are(self) -> None:
        start, every = load_trees(), real_rows()
        many = every[read_odds(start.add_up(every)) >= 0.15]
        said = start.add_up(many)
        asked = many[np.argsort(np.abs(said), kind="stable")[:20]]
        more, fewer = (refit(asked, np.full(20, answer), many).add_up(many) - said for answer in (True, False))
        assert 0.0 < more.mean() < 0.5, "what is asked is not like the rest where it turns out to be one product"
        assert -3.0 < fewer.mean() < -2 * more.mean()
        assert all(np.ptp(moved) > 1.0 for moved in (more, fewer)), "of their like they say more"

    def test_what_was_learned_is_still_a_sum(self) -> None:
        start, rows = load_trees(), real_rows()[::10]
        taught = refit(rows, np.arange(len(rows)) % 3 == 0, real_rows())
        more = start.shift(np.where(start.left == np.arange(len(start.left)), 1.0, 0.0))
        assert more.add_up(rows) == pytest.approx(start.add_up(rows) + len(start.roots))
        for trees in (more, taught):
            addends, base = trees.weigh(rows)
            assert addends.sum(axis=1) + base == pytest.approx(trees.add_up(rows))
            assert Trees.from_arrays(trees.as_arrays()).add_up(rows) == pytest.approx(trees.add_up(rows), abs=1e-3)

    def test_what_was_answered_stands(self) -> None:
        catalog, _ = shop()
        audit = dc.audit(catalog)
        evidence = Evidence.learn(catalog, audit.features, audit.candidates.left, audit.candidates.right)
        left, right = np.array([3, 0]), np.array([1, 2])
        model = PairModel(load_trees(), evidence, *bind(len(catalog), left, right, np.array([True, False])))
        assert model.measure(np.array([1, 2, 3]), np.array([3, 0, 1])).tolist() == [1.0, 0.0, 1.0]

    def test_what_was_measured_once_is_remembered_and_the_rest_measured(self) -> None:
        catalog, _ = shop(NAMES[:2])
        plain = _plain_model(catalog)
        pairs = np.array(list(combinations(range(len(catalog)), 2)))
        left, right = pairs[:, 0], pairs[:, 1]
        wanted = plain.measure(left, right)
        none = np.empty(0, dtype=np.int64)
        for known in (np.arange(0, len(pairs), 3), np.array([5]), np.array([len(pairs) - 1, 0]), none):
            model = plain.remember(right[known], left[known])
            assert model.keys.tolist() == sorted(model.keys.tolist()) and len(model.remembered) == len(known)
            np.testing.assert_array_equal(model.measure(right, left), wanted)
            assert model.judge(int(left[3]), int(right[3])) == wanted[3] and not len(model.measure(none, none))
        made = replace(plain.remember(left, right), evidence=cast(Evidence, Unmeasured(len(catalog))))
        np.testing.assert_array_equal(made.measure(left, right), wanted)
        for some in (np.array([4, 1]), np.array([0]), np.array([len(pairs) - 1])):
            said = np.arange(len(some)) % 2 == 0
            keys, yes = bind(len(catalog), right[some], left[some], said)
            bound = replace(plain, bound=keys, said=yes)
            expected = wanted.copy()
            expected[some] = said
            np.testing.assert_array_equal(bound.measure(left, right), expected)
            assert np.flatnonzero(bound.is_told_one(right, left)).tolist() == sorted(some[said].tolist())
            told = [w.said for w in bound.weigh(left, right)]
            assert told == [
                None if k not in some.tolist() else bool(said[some.tolist().index(k)]) for k in range(len(pairs))
            ]

    def test_a_probability_is_a_sum_of_reasons(self) -> None:
        audit = dc.audit(shop()[0])
        told = explain_pair(audit, "Prima-Red", "Lalu-Red")
        place = audit.catalog.positions
        ends = np.array([place["Prima-Red"]]), np.array([place["Lalu-Red"]])
        assert told.chance == pytest.approx(find_model(audit).measure(*ends)[0])
        odds = np.log(told.start / (1 - told.start)) + np.cumsum([a.amount for a in told.addends])
        assert read_odds(odds).tolist() == pytest.approx([a.chance for a in told.addends])
        assert [abs(a.amount) for a in told.addends] == sorted((abs(a.amount) for a in told.addends), reverse=True)


class Unmeasured:
    """Evidence of a catalogue of which nothing more is to be measured."""

    def __init__(self, count: int) -> None:
        self.features = range(count)


def _plain_model(catalog: Catalog) -> PairModel:
    audit = dc.audit(catalog)
    evidence = Evidence.learn(catalog, audit.features, audit.candidates.left, audit.candidates.right)
    none = np.empty(0, dtype=np.int64)
    return PairModel(load_trees(), evidence, *bind(len(catalog), none, none, none == 0))


class TestPacks:
    def signals(self, **values: float) -> dict[str, np.ndarray]:
        return {s.name: np.array([values.get(s.name, np.nan)]) for s in SIGNALS}

    def test_what_was_learned_catches_and_spares(self) -> None:
        pack = teach_pack(read_pack("aliexpress"))
        alike = {"title": 97.0, "price": 1.0}
        assert pack.rule("L1").fire(self.signals(learned=0.7))[0]
        assert not pack.rule("R2").fire(self.signals(**alike, learned=0.05))[0]
        assert pack.rule("R2").fire(self.signals(**alike, learned=0.3))[0]
        assert pack.rule("R2").fire(self.signals(**alike))[0], "where nothing was learned the limits judge"

    def test_any_pack_can_limit_it(self) -> None:
        pack = teach_pack(read_pack("aliexpress").with_limit("L1.learned.min=0.9"))
        assert not pack.rule("L1").fire(self.signals(learned=0.7))[0]
        assert pack.rule("L1").fire(self.signals(learned=0.95))[0]
        assert not teach_pack(read_pack("etsy")).rule("L1").fire(self.signals(learned=0.95, shop=1.0))[0]

    def test_a_pack_without_it_only_lets_it_spare(self, tmp_path: Path) -> None:
        place = tmp_path / "mine.toml"
        place.write_text('extends = "common"\ndrop = ["L1"]\n', "utf-8")
        pack = teach_pack(read_pack(place))
        assert [r.code for r in pack.rules] == ["R1", "R2"]
        assert not any(r.fire(self.signals(learned=1.0))[0] for r in pack.rules)


class TestChoice:
    def test_those_come_first_that_tell_most_about_what_is_in_doubt(self) -> None:
        many = real_rows()
        leaves = load_trees().find_leaves(many)
        common = 0
        apart = (leaves == leaves[common]).mean(axis=1)
        rare = int(apart.argmin())
        rows = many[[common] * 10 + [rare] * 3]

        class Table:
            def measure(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
                return np.asarray(rows[left])

        pairs = np.stack([np.arange(13), np.arange(13, 26)], axis=1)
        none, half = np.empty((0, 2), dtype=np.int64), np.full(13, 0.5)
        evidence = cast(Evidence, Table())
        order = rank_telling(evidence, half, pairs, none, 5)
        assert len(set(order.tolist())) == 5 and order[0] < 10 <= order[1]
        assert rank_telling(evidence, half, pairs, pairs[:1], 5)[0] >= 10, "what was answered tells nothing anew"
        settled = np.array([1.0] * 10 + [0.5] * 3)
        assert rank_telling(evidence, settled, pairs, none, 5)[0] >= 10, "nothing is in doubt about the many"
        assert sorted(rank_telling(evidence, half, pairs, none, 50).tolist()) == [*range(13)]

    def test_pairs_that_are_like_one_are_found_the_likest_first(self) -> None:
        many = real_rows()
        leaves = load_trees().find_leaves(many)
        share = (leaves == leaves[0]).mean(axis=1)

        class Table:
            def measure(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
                return np.asarray(many[left])

        pairs = np.stack([np.arange(len(many)), np.arange(len(many))], axis=1)
        evidence = cast(Evidence, Table())
        (found,) = find_alike(evidence, pairs[:1], pairs, 8)
        assert share[found[0]] == 1.0 and (np.diff(share[found]) <= 0).all()
        assert len(found) <= 8 and (share[found] >= 0.7).all()
        far = pairs[share < 0.5]
        assert [len(f) for f in find_alike(evidence, pairs[:1], far, 8)] == [0]
        assert find_alike(evidence, pairs[:0], pairs, 8) == []

    def test_the_telling_ones_are_half(self) -> None:
        ends = np.arange(100), np.arange(100, 200)
        chance, nothing = np.linspace(0.01, 0.99, 100), np.empty(0, dtype=np.int64)
        telling = np.array([3, 97, 50, 7, 8, 9, 10, 11, 12, 13])
        chosen = choose_pairs(chance, chance > 0.6, ends, 10, nothing, telling)
        assert chosen[:5].tolist() == telling[:5].tolist()
        assert len(set(chosen.tolist())) == 10

    def test_without_these_it_is_those_about_which_least_is_known(self) -> None:
        chance = np.array([0.05, 0.9, 0.45, 0.58, 0.5, 0.95, 0.3, 0.64, 0.02, 0.99])
        ends, nothing = (np.arange(10), np.arange(10, 20)), np.empty(0, dtype=np.int64)
        chosen = choose_pairs(chance, chance > 0.6, ends, 8, nothing).tolist()
        assert chosen[:4] == [4, 2, 3, 7] and len(set(chosen)) == 8
        again = choose_pairs(chance, chance > 0.6, ends, 8, np.array([4, 3])).tolist()
        assert again[:4] == [2, 7, 6, 1] and not {3, 4} & set(again)

    def test_the_others_are_of_each_kind_that_limits_and_model_say_of_them(self) -> None:
        ends = np.arange(200), np.arange(200, 400)
        chance, grouped = np.tile([0.2, 0.5, 0.4, 0.8], 50), np.repeat([False, True], 100)
        chance[2::4] = 0.49999
        telling, nothing = np.arange(8), np.empty(0, dtype=np.int64)
        chosen = choose_pairs(chance, grouped, ends, 16, nothing, telling)
        kinds = [(bool(grouped[k]), bool(chance[k] >= 0.5)) for k in chosen[8:]]
        assert sorted(kinds) == sorted(2 * [(a, b) for a in (False, True) for b in (False, True)])

    def test_none_is_asked_twice_and_no_two_are_about_the_same(self) -> None:
        rng = np.random.default_rng(0)
        left, right = rng.integers(0, 12, 400), rng.integers(12, 24, 400)
        chance, taken = rng.random(400), np.arange(30)
        chosen = choose_pairs(chance, chance > 0.6, (left, right), 20, taken)
        matters = [(left[k], right[k]) for k in chosen]
        assert len(chosen) == len(set(matters)) == 20
        assert not set(matters) & {(left[k], right[k]) for k in taken}

    def test_fewer_are_asked_where_there_are_no_more(self) -> None:
        ends = np.array([0, 0, 2]), np.array([1, 1, 3])
        chosen = choose_pairs(np.array([0.5, 0.5, 0.9]), np.zeros(3, dtype=bool), ends, 20, np.empty(0, dtype=np.int64))
        assert sorted(chosen.tolist()) == [0, 2]
        nothing = np.empty(0, dtype=np.int64)
        assert not len(choose_pairs(nothing.astype(float), nothing == 0, (nothing, nothing), 20, nothing))


class TestAnswers:
    def test_of_several_answers_the_last_counts_and_the_change_is_shown(self) -> None:
        answers = gather_answers([Answer("different", "", "b", "a", when=2), Answer("same", "", "a", "b", when=1)])
        assert answers.pairs["a", "b"].answer == "different"
        assert [(x.answer, y.answer) for x, y in answers.find_contradictions()] == [("same", "different")]

    def test_one_and_one_and_not_one_is_a_contradiction(self) -> None:
        given = [Answer("same", "", "a", "b"), Answer("option", "", "b", "c"), Answer("different", "", "a", "c")]
        assert len(Answers(tuple(given)).find_contradictions()) == 1
        assert not Answers(tuple(given[:2])).find_contradictions()

    def test_what_follows_of_pairs_is_known(self) -> None:
        given = [Answer("same", "", "a", "b"), Answer("option", "", "b", "c"), Answer("different", "", "c", "d")]
        known = Answers((*given, Answer("same", "", "e", "f"))).implied
        assert known == {
            ("a", "b"): "same", ("b", "c"): "option", ("a", "c"): "option", ("c", "d"): "different",
            ("a", "d"): "different", ("b", "d"): "different", ("e", "f"): "same",
        }  # fmt: skip

    def test_nothing_follows_from_what_is_doubted(self) -> None:
        given = [Answer("same", "", "a", "b"), Answer("same", "", "b", "c"), Answer("different", "", "c", "d")]
        known = Answers(tuple(given))
        assert known.imply([("b", "c")]) == {("a", "b"): "same", ("c", "d"): "different"}
        assert known.imply([("c", "d")]) == {
            ("a", "b"): "same", ("b", "c"): "same", ("a", "c"): "same", ("c", "d"): "different"
        }  # fmt: skip

    def test_what_was_answered_twice_alike_is_confirmed(self) -> None:
        replies: tuple[Reply, ...] = ("same", "different", "option", "same")
        said = [Answer(reply, "", "b", "a", when=k) for k, reply in enumerate(replies)]
        assert [bool(Answers(tuple(said[:k])).confirmed) for k in range(5)] == [False, False, False, False, True]

    def test_what_is_built_on_an_answer_is_what_it_alone_joins(self) -> None:
        given = [Answer("same", "", a, b) for a, b in ("ab", "bc", "cd", "de", "ec")]
        assert Answers((*given, Answer("different", "", "a", "f"))).count_built() == {
            ("a", "b"): 4, ("b", "c"): 6, ("c", "d"): 1, ("d", "e"): 1, ("c", "e"): 1
        }  # fmt: skip

    def test_answers_that_cannot_all_be_right_are_found_with_what_joins_them(self) -> None:
        given = [Answer("same", "", a, b) for a, b in ("ab", "bc", "cd", "ef")]
        known = Answers((*given, Answer("different", "", "d", "a"), Answer("different", "", "a", "e")))
        (tangle,) = known.find_tangles()
        assert tangle[0] == ("a", "d") and sorted(tangle[1:]) == [("a", "b"), ("b", "c"), ("c", "d")]

    def test_nothing_follows_where_answers_contradict_one_another(self) -> None:
        given = [Answer("same", "", "a", "b"), Answer("same", "", "b", "c"), Answer("different", "", "a", "c")]
        known = Answers((*given, Answer("different", "", "a", "d"))).implied
        assert known == {("a", "b"): "same", ("b", "c"): "same", ("a", "c"): "different", ("a", "d"): "different"}

    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.integers(0, 3), min_size=8, max_size=8), st.data())
    def test_what_follows_from_true_answers_is_true(self, product: list[int], data: st.DataObject) -> None:
        pairs = data.draw(st.lists(st.sampled_from(list(combinations(range(8), 2))), max_size=14))
        given = [
            Answer("option" if product[a] == product[b] else "different", "", str(a), str(b)) for a, b in pairs
        ]  # fmt: skip
        for (a, b), reply in Answers(tuple(given)).implied.items():
            assert (reply != "different") == (product[int(a)] == product[int(b)])

    def test_an_answer_counts_for_pairs_that_are_only_alike_but_says_of_none_that_it_may_go(self) -> None:
        shown = Asked("words:a|b", message("questions.pair", a="a", b="b"), "a", "b", "", "", "", "", (), 2, 0.5,
                      alike=(("a", "c"), ("d", "e")))  # fmt: skip
        said = shown.answer("same", for_all=True, when=3.0)
        assert [(x.pair, x.kind, x.answer) for x in said] == [
            (("a", "b"), "words:a|b", "same"), (("a", "c"), "", "option"), (("d", "e"), "", "option")
        ]  # fmt: skip
        assert {x.answer for x in shown.answer("different", for_all=True)} == {"different"}
        assert [x.pair for x in shown.answer("same")] == [("a", "b")]
        assert shown.as_dict()["alike"] == [["a", "c"], ["d", "e"]]

    def test_an_answer_for_all_counts_for_every_example_that_was_shown(self) -> None:
        shown = Asked("axis:color", message("questions.pair", a="a", b="b"), "a", "b", "", "", "", "", (), 9, 0.5,
                      (("a", "c"), ("d", "e")))  # fmt: skip
        said = shown.answer("option", for_all=True)
        assert [x.pair for x in said] == [("a", "b"), ("a", "c"), ("d", "e"), None]
        assert [x.pair for x in shown.answer("option")] == [("a", "b")]

    def test_a_habit_needs_many_equal_answers_and_more_before_it_binds(self) -> None:
        def answered(count: int, reply: str, kind: str = "words:x{}|y{}") -> Answers:
            return Answers(tuple(Answer(reply, kind.format(k, k), f"a{k}", f"b{k}") for k in range(count)))  # type: ignore[arg-type]

        new = "words:p|q"
        assert answered(APART_FROM - 1, "different").tell_habit(new) is None
        assert answered(APART_FROM, "different").tell_habit(new) == "different"
        assert answered(APART_FROM, "different").tell_habit("words:|q") is None, "one more word is another sort"
        assert answered(ONE_FROM - 1, "option").tell_habit(new) is None
        assert answered(ONE_FROM, "option").tell_habit(new) == "option"
        mixed = Answers((*answered(200, "option").all, Answer("different", "words:s|t", "c", "d")))
        assert mixed.tell_habit(new) is None

    def test_a_habit_of_one_product_alone_never_acts(self) -> None:
        many = Answers(tuple(Answer("option", f"words:x{k}|y{k}", f"a{k}", f"b{k}") for k in range(ONE_FROM)))
        assert Replies({}, many).reply("words:p|q", 0, 1) is None
        assert Replies({}, many, {}, lambda a, b: 0.95, 0.99).reply("words:p|q", 0, 1) == "option"
        assert Replies({}, many, {}, lambda a, b: 0.5, 0.99).reply("words:p|q", 0, 1) is None

    def test_a_habit_of_two_products_closes_no_question_about_what_is_likely_to_be_one(self) -> None:
        many = Answers(tuple(Answer("different", f"words:x{k}|y{k}", f"a{k}", f"b{k}") for k in range(APART_FROM)))
        assert Replies({}, many).reply("words:p|q", 0, 1) == "different"
        for chance, said in ((0.1, "different"), (0.6, None)):
            known = Replies({"words:r|s": "different"}, many, near=partial(_say, chance))
            assert known.reply("words:p|q", 0, 1) == said
            assert known.reply("words:r|s", 0, 1) == "different", "just this was answered"

    def test_what_was_learned_may_doubt_what_titles_account_for_and_answers_never(self) -> None:
        unsure = Replies({}, None, {(0, 1): "option"}, lambda a, b: 0.6)
        assert unsure.doubts(2, 1) and not unsure.doubts(1, 0)
        assert not Replies({}, None, {}, lambda a, b: 0.8).doubts(0, 1)
        assert not Replies({}).doubts(0, 1), "nothing was learned"

    def test_nothing_is_done_by_an_answer_that_little_else_speaks_for(self) -> None:
        replies = Replies({"silent:color": "option"}, None, {(0, 1): "same", (1, 2): "option"}, unsure=[(0, 1)])
        assert replies.tell(1, 0) is None and replies.doubts(1, 0) and replies.is_one(0, 1)
        assert replies.tell(2, 1) == "option" and not replies.doubts(1, 2)

    def test_what_follows_from_a_weak_answer_is_unsure_and_what_others_say_too_is_not(self) -> None:
        pairs = [("a", "b"), ("b", "c"), ("a", "d"), ("b", "d")]
        said = gather_answers(Answer("option", "", a, b, when=k) for k, (a, b) in enumerate(pairs))
        assert said.find_unsure((), [("b", "c")]) == {("b", "c"), ("a", "c"), ("c", "d")}
        assert said.find_unsure((), [("a", "b")]) == set(), "by d they are one all the same"
        assert said.find_unsure([("b", "c")], [("b", "c")]) == set(), "of what is doubted nothing is known"

    def test_a_proof_is_never_learned(self) -> None:
        replies = Replies({"proof": "same"}, None, {(0, 1): "same"}, lambda a, b: 1.0, 0.5)
        assert replies.reply("proof", 1, 0) == "same"
        assert replies.reply("proof", 1, 2) is None

    def test_what_was_said_of_a_few_examples_binds_no_pair_whose_values_nobody_saw(self) -> None:
        few = [Answer("option", "axis:weight", f"a{k}", f"b{k}") for k in range(11)]
        said = Answers((*few, Answer("option", "axis:weight")))
        assert said.kinds == {"axis:weight": "option"} and not said.binding
        many = [Answer("option", "axis:weight", f"c{k}", f"d{k}") for k in range(ONE_FROM)]
        assert Answers((*said.all, *many)).binding == said.kinds
        against = Answer("different", "axis:weight", "e", "f")
        assert not Answers((*said.all, *many, against)).binding, "one answer against all others"
        assert Answers((Answer("different", "silent:color"),)).binding == {"silent:color": "different"}
        named = Answer("same", "words:|deluxe")
        assert Answers((named,)).binding == {named.kind: "same"}, "it says which words mean nothing"

    @pytest.mark.parametrize("kind", ["words:mint|mango", "each:names"])
    def test_words_on_both_sides_are_one_sort(self, kind: str) -> None:
        assert name_sort(kind) == "words:two"

    @settings(max_examples=50, deadline=None)
    @given(
        st.lists(
            st.builds(
                Answer,
                st.sampled_from(["same", "option", "different"]),
                st.text(min_size=1, max_size=8),
                st.just("=a\n"),
                st.text(min_size=2, max_size=5).filter(lambda t: t != "=a\n"),
            ),
            max_size=5,
        )
    )
    def test_what_is_written_is_read_back(
        self, tmp_path_factory: pytest.TempPathFactory, answers: list[Answer]
    ) -> None:
        place = tmp_path_factory.mktemp("answers") / "a.jsonl"
        write_answers(place, answers)
        assert read_answers(place) == answers

    @pytest.mark.parametrize(
        "line",
        [
            "{", "[]", '{"answer": "yes", "kind": "x"}', '{"answer": "same"}', '{"answer": "same", "kind": 3}',
            '{"answer": "same", "listing_a": "a", "listing_b": "a"}', '{"answer": "same", "kind": "x", "when": "now"}',
        ],
    )  # fmt: skip
    def test_a_line_that_is_no_answer_is_named(self, tmp_path: Path, line: str) -> None:
        place = tmp_path / "a.jsonl"
        place.write_text(f'{{"answer": "same", "kind": "x"}}\n{line}\n', "utf-8")
        with pytest.raises(CatalogError) as error:
            read_answers(place)
        assert "line 2" in error.value.say("en")
        assert "2" in error.value.say("zh")


@pytest.mark.slow
class TestTaught:
    def test_below_twenty_answers_the_limits_judge(self) -> None:
        catalog, _ = shop()
        given = [Answer("different", "", "Prima-Red", "Lalu-Red")]
        audit = dc.audit(catalog, answers=given)
        assert audit.lesson is not None
        assert audit.lesson.way == "limits"
        assert audit.lesson.model is None
        assert np.isnan(audit.findings.signals["learned"]).all()
        assert audit.stated is None

    def test_answers_make_groups_no_worse(self, taught: tuple[dc.Audit, dc.Audit, dict[str, str]]) -> None:
        before, after, product = taught
        assert dc.evaluate(after, product)["f1"] >= dc.evaluate(before, product)["f1"] - 0.01
        assert after.lesson is not None
        assert after.lesson.judged >= 50
        assert after.lesson.errors_model <= after.lesson.errors_limits or after.lesson.way == "limits"

    def test_what_plans_carry_out_is_one_product(self, taught: tuple[dc.Audit, dc.Audit, dict[str, str]]) -> None:
        _, after, product = taught
        for plan in after.plans:
            acted = [m.listing_id for m in plan.members if m.role in ("keep", "fold", "remove")]
            assert len({product[i] for i in acted}) <= 1

    def test_what_was_answered_is_not_asked_again(self, taught: tuple[dc.Audit, dc.Audit, dict[str, str]]) -> None:
        _, after, _ = taught
        assert after.lesson is not None
        asked = {tuple(sorted((q.listing_a, q.listing_b))) for q in questions(after, 20)}
        assert not asked & set(after.lesson.answers.pairs)

    def test_answers_stand_in_the_groups(self, taught: tuple[dc.Audit, dc.Audit, dict[str, str]]) -> None:
        _, after, _ = taught
        assert after.lesson is not None
        together = {p for plan in after.plans for p in combinations(sorted(m.listing_id for m in plan.members), 2)}
        acted = {
            p for plan in after.plans
            for p in combinations(sorted(m.listing_id for m in plan.members if m.role in ("keep", "fold", "remove")), 2)
        }  # fmt: skip
        for pair, answer in after.lesson.answers.pairs.items():
            assert answer.one_product or pair not in acted
            assert answer.one_product or after.lesson.way == "limits" or pair not in together

    def test_it_says_how_right_it_is(self, taught: tuple[dc.Audit, dc.Audit, dict[str, str]]) -> None:
        _, after, product = taught
        stated = after.stated
        assert stated is not None
        assert 0 <= stated.precision_low <= stated.precision <= stated.precision_high <= 1
        assert abs(stated.precision - dc.evaluate(after, product)["precision"]) < 0.25

    def test_it_tells_what_the_answers_led_to(self, taught: tuple[dc.Audit, dc.Audit, dict[str, str]]) -> None:
        _, after, _ = taught
        assert after.lesson is not None
        for lang in LANGS:
            told = [m.say(lang) for m in after.lesson.tell(after.stated)]
            assert any(str(len(after.lesson.answers.pairs)) in text for text in told)

    def test_a_probability_is_told_step_by_step_wherever_a_pair_is_shown(
        self, taught: tuple[dc.Audit, dc.Audit, dict[str, str]], tmp_path: Path
    ) -> None:
        before, after, _ = taught
        assert after.lesson is not None and after.lesson.way == "answers"
        told = after.why("Prima-Red", "Lalu-Red")
        assert told.weighed is not None and len(told.weighed.addends) > 2
        assert "What your answers taught" in str(told) and "█" in str(told)
        assert before.why("Prima-Red", "Lalu-Red").weighed is None
        steps = told.as_dict()["weighed"]
        assert [s["amount"] is None for s in steps][:2] == [True, False]
        pair = after.as_dict()["pairs"][0]
        assert pair["weighed"][0]["reason"] == "" and "one product with" in pair["explanation"]
        assert "可能性" in after.as_dict("zh")["pairs"][0]["explanation"]
        assert "width:" in told._repr_html_() and "width:" in after.compare("Prima-Red", "Lalu-Red")._repr_html_()
        after.save(tmp_path / "out")
        page = (tmp_path / "out" / "report.html").read_text("utf-8")
        assert '"weighed":[["before anything' in page and "Your answers judge now" in page

    def test_the_same_answers_teach_the_same(self, taught: tuple[dc.Audit, dc.Audit, dict[str, str]]) -> None:
        _, after, _ = taught
        assert after.lesson is not None
        again = dc.audit(shop()[0], answers=reversed(after.lesson.answers.all))
        assert again.as_dict()["groups"] == after.as_dict()["groups"]

    def test_answers_about_listings_that_are_gone_are_passed_over(self) -> None:
        given = [Answer("same", "", f"gone-{k}", "nowhere") for k in range(30)]
        audit = dc.audit(shop()[0], answers=given)
        assert audit.lesson is not None
        assert audit.lesson.model is None

    def test_all_answers_alike_do_not_break_it(self) -> None:
        catalog, product = shop()
        pairs = [p for p in combinations(product, 2) if product[p[0]] != product[p[1]]][:25]
        audit = dc.audit(catalog, answers=[Answer("different", "", a, b) for a, b in pairs])
        assert audit.lesson is not None
        assert audit.lesson.judged == 25

    def test_the_record_says_what_was_learned(self, taught: tuple[dc.Audit, dc.Audit, dict[str, str]]) -> None:
        before, after, _ = taught
        assert after.lesson is not None
        assert "learned" not in before.as_dict()
        learned = after.as_dict()["learned"]
        assert learned["pairs"] == len(after.lesson.left)
        assert learned["judges"] == after.lesson.way
        assert 0 <= learned["stated"]["precision"] <= 1
        json.dumps(learned, allow_nan=False)

    def test_decisions_teach_too(self) -> None:
        catalog, product = shop()
        pairs = [p for p in combinations(sorted(product), 2) if p[0].endswith("Red") and p[1].endswith("Red")][:22]
        content = hash_listings(catalog, product)
        decided = [
            dc.Decision(a, b, "not_duplicate", "", content[a], content[b], float(k)) for k, (a, b) in enumerate(pairs)
        ]
        audit = dc.audit(catalog, answers=[], decisions=decided)
        assert audit.lesson is not None
        assert audit.lesson.judged == 22


class TestAsk:
    @pytest.fixture
    def ledger(self, tmp_path: Path) -> str:
        return str(tmp_path / "ledger.sqlite")

    def ask(self, folder: Path, typed: str, *more: str) -> str:
        command = ["ask", str(folder / "catalog.csv"), "--count", "3", "--ledger", str(folder / "ledger.sqlite"), *more]
        run = CliRunner().invoke(main, command, input=typed)
        assert run.exit_code == 0, run.output
        return str(run.output)

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        catalog, _ = shop(NAMES[:4])
        rows = [f'{i},"{t}",20.00,USD' for i, t in zip(catalog.ids, catalog.column("title"), strict=True)]
        (tmp_path / "catalog.csv").write_text("listing_id,title,price,currency\n" + "\n".join(rows), "utf-8")
        return tmp_path

    def test_every_answer_is_an_act_of_the_ledger_and_undone_on_wish(self, folder: Path, ledger: str) -> None:
        said = self.ask(folder, "3\n3\nu\nq\n", "--who", "Ada")
        (kept,) = recall(find_address(ledger)).answers
        assert (kept.answer, kept.who) == ("different", "Ada")
        assert ledger in said
        with open_ledger(ledger) as book:
            assert [act.undone is None for act in book.list_acts()] == [False, True]

    def test_another_key_is_asked_for_again(self, folder: Path) -> None:
        assert "«maybe»" in self.ask(folder, "maybe\nq\n")

    def test_one_key_answers_for_the_pairs_that_are_shown_with_it(self, folder: Path, ledger: str) -> None:
        catalog = read_catalog(folder / "catalog.csv")
        first = questions(dc.audit(catalog, answers=[]), 3)
        at = next(k for k, asked in enumerate(first) if asked.alike)
        said = self.ask(folder, "s\n" * at + "3*\nq\n")
        for a, b in first[at].alike:
            assert f"{a}  " in said and f"  –  {b}  " in said
        kept = recall(find_address(ledger)).answers
        assert {x.pair for x in kept} == {
            tuple(sorted(p)) for p in ((first[at].listing_a, first[at].listing_b), *first[at].alike)
        }  # fmt: skip
        assert {x.answer for x in kept} == {"different"}

    def test_it_speaks_chinese(self, folder: Path) -> None:
        assert "您的回答" in self.ask(folder, "3\nq\n", "--lang", "zh")

    def test_skipping_all_keeps_nothing(self, folder: Path, ledger: str) -> None:
        self.ask(folder, "s\ns\ns\n")
        assert not recall(find_address(ledger)).answers

    def test_what_was_answered_is_not_asked_again(self, folder: Path) -> None:
        first = self.ask(folder, "3\n3\n3\n")
        again = self.ask(folder, "q\n")
        asked = [line for line in again.splitlines() if line.startswith("1/3")]
        assert asked and asked[0].partition("  ")[2] not in first

    @pytest.mark.parametrize(
        ("typed", "asked"),
        [("2*\n2\nq\n", 1), ("2\n2\n2\nq\n", 2), ("2\n3\n3\nq\n", 2), ("3\n3\n3\nq\n", 3), ("3\nu\n2\n2\nq\n", 4)],
    )
    def test_what_follows_from_the_answers_given_is_not_asked(self, folder: Path, typed: str, asked: int) -> None:
        rows = [f"{m[0]},Canvas pencil case with zip {m} motif,5.90,EUR" for m in ("Fox", "Owl", "Hedgehog")]
        rows += ["M,Ceramic mug 300 ml,4.00,EUR", "S,Steel spoon 18 cm,1.00,EUR"]
        (folder / "catalog.csv").write_text("\n".join(["listing_id,title,price,currency", *rows]), "utf-8")
        said = self.ask(folder, typed, "--count", "4")
        assert len(re.findall(r"^\d/\d  ", said, re.MULTILINE)) == asked

    def test_an_audit_heeds_the_answers_in_the_ledger(self, folder: Path, ledger: str) -> None:
        self.ask(folder, "3\n3\n3\n")
        assert "3 pairs are answered" in self.audit(folder, "--ledger", ledger)

    def test_an_audit_heeds_an_older_file_beside_the_catalogue(self, folder: Path) -> None:
        listings = read_catalog(folder / "catalog.csv").ids.tolist()
        pairs = [Answer("different", "", *sorted(pair)) for pair in (listings[:2], listings[2:4])]
        write_answers(folder / "catalog.csv.answers.jsonl", pairs)
        assert "2 pairs are answered" in self.audit(folder, "--no-ledger")

    @staticmethod
    def audit(folder: Path, *more: str) -> str:
        command = ["audit", str(folder / "catalog.csv"), "--out", str(folder / "out"), *more]
        run = CliRunner().invoke(main, command)
        assert run.exit_code == 0, run.output
        return str(run.output)

    def test_a_file_that_holds_no_answers_is_one_line(self, folder: Path) -> None:
        (folder / "bad.jsonl").write_text("{}\n", "utf-8")
        command = ["ask", str(folder / "catalog.csv"), "--answers", str(folder / "bad.jsonl")]
        run = CliRunner().invoke(main, command)
        assert run.exit_code == 2
        assert "line 1" in run.output
        assert "Traceback" not in run.output
