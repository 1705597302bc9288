"""The audit as a record: rows that are made as they are read say the same as one pair asked for alone."""

import gc
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from report_example import example_audit

import dupcheck as dc
from dupcheck.features import Features
from dupcheck.judging.differences import find_differences, list_differences
from dupcheck.judging.sentences import say_condition, say_differences, say_reason, say_weighed
from dupcheck.judging.spellings import Spellings
from dupcheck.judging.verdicts import judge_conditions
from dupcheck.messages import LANGS, Lang
from dupcheck.model import Addend, Catalog, Difference, Weighed
from dupcheck.reports import save_report, settle_audit
from dupcheck.reports.documents import Rows, SettledAudit, list_keys, take_rows
from dupcheck.reports.record import list_pairs


@pytest.fixture
def squares() -> Rows:
    return Rows(
        50_000,
        lambda where: ({"n": int(k), "square": int(k) ** 2} for k in where),
        lambda: ((str(k),) for k in range(50_000)),
    )


class TestRows:
    def test_they_are_a_sequence(self, squares: Rows) -> None:
        plain = [{"n": k, "square": k * k} for k in range(50_000)]
        assert len(squares) == len(plain)
        assert list(squares) == plain
        assert squares[-1] == plain[-1]
        assert squares[10:30_000:7] == plain[10:30_000:7]
        with pytest.raises(IndexError):
            squares[50_000]

    def test_some_are_taken_in_the_order_asked_for(self, squares: Rows) -> None:
        assert take_rows(squares, [7, 3, 7]) == take_rows(list(squares), [7, 3, 7])
        assert take_rows(squares, []) == []

    def test_keys_need_no_rows(self, squares: Rows) -> None:
        assert list(list_keys(squares, "n"))[:3] == [("0",), ("1",), ("2",)]
        assert list(list_keys([{"n": "a", "m": "b"}], "m", "n")) == [("b", "a")]

    @pytest.mark.slow
    def test_they_are_forgotten_once_written(self, tmp_path: Path) -> None:
        counts = {"alive": 0, "most": 0, "made": 0}

        class Pair(dict[str, Any]):
            def __init__(self, k: int) -> None:
                super().__init__(example["pairs"][0], listing_a=f"A-{k:06d}")
                counts["alive"] += 1
                counts["made"] += 1
                counts["most"] = max(counts["most"], counts["alive"])

            def __del__(self) -> None:
                counts["alive"] -= 1

        example = settle_audit(example_audit())
        pairs = Rows(60_000, lambda where: (Pair(k) for k in where.tolist()), lambda: [("", "", "")] * 60_000)
        save_report(SettledAudit(example | {"pairs": pairs}), tmp_path / "out")
        assert len((tmp_path / "out" / "pairs.csv").read_bytes().splitlines()) == 60_001
        assert len(json.loads((tmp_path / "out" / "audit.json").read_bytes())["pairs"]) == 60_000
        assert counts["most"] < 100
        assert counts["made"] < 60_100, "each is made once, for both files"


class TestRecord:
    @pytest.mark.parametrize("lang", LANGS)
    def test_what_is_written_is_the_dict(self, sample_audit: dc.Audit, tmp_path: Path, lang: Lang) -> None:
        sample_audit.save(tmp_path / "out", lang)
        written = json.loads((tmp_path / "out" / "audit.json").read_text("utf-8"))
        whole = sample_audit.as_dict(lang)
        assert written == whole
        assert list(written) == list(whole)
        assert list(written["listings"]) == sorted(written["listings"])
        ends = [(p["listing_a"], p["listing_b"], p["rule"]) for p in written["pairs"]]
        assert ends == sorted(ends)

    def test_a_dict_is_the_callers_own(self, sample: Catalog) -> None:
        audit = dc.audit(sample)
        whole = audit.as_dict()
        parts = [id(c) for p in whole["pairs"] for c in p["conditions"]]
        assert len(set(parts)) == len(parts)

    @pytest.mark.parametrize("lang", LANGS)
    def test_each_pair_is_told_as_it_would_be_alone(self, sample_audit: dc.Audit, lang: Lang) -> None:
        features, pack, found = sample_audit.features, sample_audit.pack, sample_audit.findings
        for k, row in enumerate(list_pairs(sample_audit.catalog, features, pack, found, lang)):
            signals = {name: float(values[k]) for name, values in found.signals.items()}
            conditions = judge_conditions(pack.rules[found.rule[k]], signals)
            ends = int(found.left[k]), int(found.right[k])
            differences = Spellings(sample_audit.catalog).spell(find_differences(features, *ends), *ends)
            assert [c["text"] for c in row["conditions"]] == [say_condition(c, lang) for c in conditions]
            assert [(c["signal"], c["limit"], c["state"]) for c in row["conditions"]] == [
                (c.signal, c.limit, c.state) for c in conditions
            ]
            assert [(d["axis"], d["a"], d["b"]) for d in row["differs_in"]] == [
                (d.axis, d.left, d.right) for d in differences
            ]
            assert say_differences(differences, lang) in row["explanation"]
            for name, value in signals.items():
                assert row["signals"][name] == (None if np.isnan(value) else round(value, 4))

    @pytest.mark.parametrize("enabled", [True, False])
    def test_the_collector_is_left_as_it_was(self, sample: Catalog, enabled: bool) -> None:
        before = gc.isenabled()
        try:
            gc.enable() if enabled else gc.disable()
            dc.audit(sample)
            assert gc.isenabled() is enabled
            with pytest.raises(dc.DupcheckError):
                dc.audit(sample, rules="no such pack")
            assert gc.isenabled() is enabled
        finally:
            gc.enable() if before else gc.disable()


class TestListDifferences:
    def test_all_pairs_at_once_say_what_each_says_alone(
        self, make_shop: Callable[..., Catalog], read_features: Callable[[Catalog], Features]
    ) -> None:
        shop = make_shop(
            {"title": "Silk tie red", "attributes": {"Color": "Red", "Hem": "Wide"}},
            {"title": "Silk tie blue XL wholesale", "min_order_quantity": 50},
            {"title": "Silk tie blue", "min_order_quantity": 50},
            {"title": "Silk tie", "min_order_quantity": 2.5},
            {"title": "Silk tie 10pcs", "attributes": {"Size": "XL"}, "lot_size": 10},
            "Silk tie",
        )
        features = read_features(shop)
        left, right = (side.ravel() for side in np.meshgrid(np.arange(6), np.arange(6)))
        which, answers = list_differences(features, left, right)
        for a, b, k in zip(left.tolist(), right.tolist(), which.tolist(), strict=True):
            assert answers[k] == find_differences(features, a, b)
        assert len(set(answers)) == len(answers) > 10
        assert {d.axis for answer in answers for d in answer} >= {"color", "size", "tier"}

    def test_no_pairs_have_no_answers(
        self, make_shop: Callable[..., Catalog], read_features: Callable[[Catalog], Features]
    ) -> None:
        none = np.empty(0, dtype=np.int64)
        which, answers = list_differences(read_features(make_shop("Silk tie", "Mug")), none, none)
        assert which.tolist() == [] and answers == []


@pytest.mark.parametrize(
    ("sides", "written", "said", "chinese"),
    [
        (("red", ""), ("", ""), "Color Red.", "颜色 红色。"),
        (("", "red"), ("", ""), "Color Red.", "颜色 红色。"),
        (("", "red"), ("", "Rojo"), "Color Rojo.", "颜色 Rojo。"),
        (("red", ""), ("Rouge", ""), "Color Rouge.", "颜色 Rouge。"),
    ],
)  # fmt: skip
def test_what_only_one_side_states_is_named(
    sides: tuple[str, str], written: tuple[str, str], said: str, chinese: str
) -> None:
    difference = Difference("color", *sides, written)
    assert say_differences([difference], "en").endswith(f"Only one of them states: {said}")
    assert say_differences([difference], "zh").endswith(chinese)


def test_a_sentence_names_the_four_weightiest_reasons() -> None:
    names = ("title", "words", "price", "attributes", "numbers", "options")
    weighed = Weighed(0.2, tuple(Addend(name, 3.0 - i, 0.3 + i / 10) for i, name in enumerate(names)))
    for lang in ("en", "zh"):
        told = say_weighed(weighed, lang)
        assert [name for name in names if say_reason(name, lang) in told] == list(names[:4])
        assert "80" in told and "20" in told and "+3.0" in told
