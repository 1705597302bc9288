"""The stages together: audit, check and why in Python agree with each other and with the report."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dupcheck as dc
from dupcheck.catalog import get_listing, make_catalog, write_catalog
from dupcheck.judging import verdicts
from dupcheck.model import Catalog, Listing
from dupcheck.reports import record
from dupcheck.signals import SIGNALS

PAIR_COLUMNS = ["listing_a", "listing_b", "rule", "verdict", "differs_in", *(s.name for s in SIGNALS), "explanation"]


def listings_of(catalog: Catalog) -> list[Listing]:
    return [get_listing(catalog, i) for i in range(len(catalog))]


def without(catalog: Catalog, listing_id: str) -> tuple[Listing, Catalog]:
    rest = listings_of(catalog)
    draft = next(x for x in rest if x.listing_id == listing_id)
    return draft, make_catalog([x for x in rest if x is not draft], image_root=catalog.image_root)


class TestAudit:
    def test_tables_have_the_columns_of_the_report(self, sample_audit: dc.Audit) -> None:
        assert list(sample_audit.pairs.columns) == PAIR_COLUMNS
        assert list(sample_audit.groups.columns) == [
            "group_id", "listing_id", "title", "price", "url", "action", "keep", "role", "this_listing", "rule",
            "options", "explanation",
        ]  # fmt: skip
        assert all(sample_audit.pairs[s.name].dtype == np.float64 for s in SIGNALS)
        assert sample_audit.pairs["price"].isna().any(), "cannot tell is no number"

    def test_what_is_saved_is_what_is_shown(self, sample_audit: dc.Audit, tmp_path: Path) -> None:
        written = sample_audit.save(tmp_path / "out")
        assert {p.name for p in written} == {
            "pairs.csv", "groups.csv", "merges.json", "problems.csv", "audit.json", "report.html", "report.xlsx",
            "take-offline.csv",
        }  # fmt: skip
        with (tmp_path / "out" / "pairs.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert list(rows[0]) == PAIR_COLUMNS
        assert [(r["listing_a"], r["listing_b"], r["rule"]) for r in rows] == list(
            sample_audit.pairs[["listing_a", "listing_b", "rule"]].itertuples(index=False, name=None)
        )
        for column in (s.name for s in SIGNALS):
            for text, value in zip((r[column] for r in rows), sample_audit.pairs[column], strict=True):
                assert text == "" if np.isnan(value) else float(text) == pytest.approx(value)
        plans = json.loads((tmp_path / "out" / "merges.json").read_text("utf-8"))
        marked = [p.pop("contents") for p in plans]
        assert plans == [p.as_dict() for p in sample_audit.plans]
        assert [set(m) for m in marked] == [{p.keep, *p.listings} for p in sample_audit.plans]

    def test_both_languages_tell_the_same_numbers(self, sample_audit: dc.Audit) -> None:
        english, chinese = sample_audit.as_dict("en"), sample_audit.as_dict("zh")
        assert english["lang"] == "en" and chinese["lang"] == "zh"
        assert english["counts"] == chinese["counts"]
        assert [p["signals"] for p in english["pairs"]] == [p["signals"] for p in chinese["pairs"]]
        assert [p["explanation"] for p in english["pairs"]] != [p["explanation"] for p in chinese["pairs"]]
        text = json.dumps([chinese["pairs"], chinese["groups"], chinese["plans"]], ensure_ascii=False)
        for word in ("cannot tell", "Keep ", "becomes an option", "Closest to", "Measured", "holds"):
            assert word not in text

    def test_the_number_of_cores_does_not_matter(self, sample: Catalog, sample_audit: dc.Audit) -> None:
        assert dc.audit(sample, jobs=1).pairs.equals(sample_audit.pairs)

    @pytest.mark.parametrize("jobs", [1, 3])
    def test_the_size_of_batches_does_not_matter(
        self, sample: Catalog, sample_audit: dc.Audit, jobs: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(verdicts, "_CHUNK", 7)
        monkeypatch.setattr(record, "_BATCH", 5)
        told: list[tuple[str, int, int]] = []
        small = dc.audit(sample, jobs=jobs, progress=lambda *facts: told.append(facts))
        assert small.pairs.equals(sample_audit.pairs)
        done = [k for stage, k, _ in told if stage == "audit.stage_pairs"]
        assert done == sorted(done) and done[-1] == len(sample_audit.candidates)

    def test_a_photo_cache_does_not_matter(self, sample: Catalog, sample_audit: dc.Audit, tmp_path: Path) -> None:
        cold = dc.audit(sample, cache=tmp_path / "new")
        assert cold.pairs.equals(sample_audit.pairs)
        assert dc.audit(sample, cache=tmp_path / "new").pairs.equals(sample_audit.pairs)

    def test_settings_are_those_of_the_pack(self, sample: Catalog) -> None:
        strict = dc.audit(sample, settings=["R1.image.max=0", "R2.title.min=100"])
        same = dc.audit(sample, dc.read_pack("aliexpress").with_limit("R1.image.max=0", "R2.title.min=100"))
        assert strict.pairs.equals(same.pairs)
        assert strict.as_dict()["rules"]["set"] == ["R1.image.max=0", "R2.title.min=100"]

    def test_progress_is_told_by_stage(self, sample: Catalog) -> None:
        told: list[tuple[str, int, int]] = []
        dc.audit(sample, progress=lambda stage, done, total: told.append((stage, done, total)))
        assert {"audit.stage_photos", "audit.stage_candidates", "audit.stage_groups"} <= {t[0] for t in told}
        assert all(0 <= done <= total for _, done, total in told)

    @pytest.mark.parametrize("count", [0, 1])
    def test_tiny_catalogues_are_audited(self, count: int, tmp_path: Path) -> None:
        audit = dc.audit(make_catalog([Listing(f"L-{i}", "Brass violin stand") for i in range(count)]))
        assert len(audit.pairs) == len(audit.groups) == 0
        assert len(audit.save(tmp_path)) == 8
        assert audit.summarize()

    def test_listings_that_state_nothing_are_no_duplicates(self, make_shop: Callable[..., Catalog]) -> None:
        assert len(dc.audit(make_shop(*[""] * 5)).pairs) == 0

    def test_several_files_are_one_catalogue(self, sample: Catalog, sample_audit: dc.Audit, tmp_path: Path) -> None:
        rows = listings_of(sample)
        for name, part in (("a", rows[:20]), ("b", rows[20:])):
            write_catalog(make_catalog(part), tmp_path / f"{name}.csv")
        both = dc.audit([tmp_path / "a.csv", tmp_path / "b.csv"], images=sample.image_root)
        assert both.pairs.equals(sample_audit.pairs)

    def test_it_shows_itself(self, sample_audit: dc.Audit) -> None:
        assert "69 listings" in repr(sample_audit)
        assert "A-162" in sample_audit._repr_html_()


class TestWhy:
    def test_it_agrees_with_the_audit(self, sample: Catalog, sample_audit: dc.Audit) -> None:
        for row in sample_audit.as_dict()["pairs"][::15]:
            shown = dc.why(sample, row["listing_a"], row["listing_b"])
            told = shown.as_dict()
            assert {k: v if v is None else round(v, 4) for k, v in told["signals"].items()} == row["signals"]
            assert told["differs_in"] == row["differs_in"]
            assert row["rule"] in [r["code"] for r in told["rules"] if r["fires"]]
            back = dc.why(sample, row["listing_b"], row["listing_a"]).as_dict()
            assert back["signals"] == pytest.approx(told["signals"])

    def test_it_shows_every_rule_and_every_condition(self, sample: Catalog) -> None:
        text = str(dc.why(sample, "A-101", "A-213"))
        for rule in dc.read_pack("aliexpress").rules:
            assert (rule.code in text) == (rule.code != "L1"), "what nobody has taught is not told"
        assert "✗" in text and "up to" in text and "from" in text
        assert "nan" not in text.lower()
        assert "it is cannot tell" not in str(dc.why(sample, "A-217", "A-221"))

    def test_an_unknown_listing_is_told_with_the_nearest(self, sample: Catalog) -> None:
        with pytest.raises(dc.UnknownListingError, match="A-101"):
            dc.why(sample, "A-1O1", "A-102")
        with pytest.raises(dc.UnknownListingError):
            dc.why(sample, "A-101", "完全不同")


class TestCheck:
    @pytest.mark.parametrize(
        "listing_id",
        ["A-103", "A-107", "A-108", "A-112", "A-132", "A-145", "A-156", "A-166", "A-171", "A-202", "A-221"],
    )
    def test_a_draft_is_judged_as_if_it_were_published(
        self, sample: Catalog, sample_audit: dc.Audit, listing_id: str
    ) -> None:
        draft, rest = without(sample, listing_id)
        (answer,) = dc.check(draft, rest)
        assert answer.listing_id == listing_id
        wanted = {
            (frozenset((p["listing_a"], p["listing_b"])), p["rule"], p["verdict"]): p["signals"]
            for p in sample_audit.as_dict()["pairs"]
            if listing_id in (p["listing_a"], p["listing_b"])
        }
        found = {
            (frozenset((p["listing_a"], p["listing_b"])), p["rule"], p["verdict"]): p["signals"] for p in answer.pairs
        }
        assert found.keys() == wanted.keys()
        for key, signals in found.items():
            told = {name: value for name, value in signals.items() if value is not None}
            assert told == pytest.approx({n: v for n, v in wanted[key].items() if v is not None}, abs=0.01)
        verdicts = {verdict for _, _, verdict in wanted}
        (allowed,) = [p.action == "none" for p in sample_audit.plans if listing_id in p.listings] or [False]
        if allowed:
            assert answer.verdict == "publish"
        else:
            assert answer.verdict == ("duplicate" if "duplicate" in verdicts else "advice" if verdicts else "publish")

    @pytest.mark.slow
    def test_a_listing_a_dict_and_a_file_are_one_draft(self, sample: Catalog, tmp_path: Path) -> None:
        draft, rest = without(sample, "A-132")
        fields = {
            name: getattr(draft, name)
            for name in ("listing_id", "title", "price", "currency", "category", "main_image", "attributes")
        }
        shown = dc.check(replace(Listing("A-132", ""), **fields), rest)[0].as_dict()
        assert dc.check(fields, rest)[0].as_dict() == shown
        write_catalog(make_catalog([draft]), tmp_path / "draft.csv")
        assert dc.check(tmp_path / "draft.csv", rest)[0].verdict == shown["verdict"] == "duplicate"

    def test_drafts_are_checked_against_each_other(self, sample: Catalog) -> None:
        twins = [Listing(f"N-{i}", "Walnut Violin Rosin Holder Carved", price=9.0, currency="USD") for i in (1, 2)]
        assert [a.verdict for a in dc.check(twins, sample)] == ["duplicate", "duplicate"]
        assert dc.check(twins[0], sample)[0].verdict == "publish"

    def test_the_listing_that_is_there_is_kept_not_the_draft(self, sample: Catalog) -> None:
        draft, rest = without(sample, "A-103")
        (answer,) = dc.check(draft, rest)
        assert answer.plan is not None
        assert answer.plan.keep != "A-103"

    def test_pairs_of_the_catalogue_alone_are_not_reported(self, sample: Catalog) -> None:
        (answer,) = dc.check(Listing("N-1", "Walnut Violin Rosin Holder Carved", price=9.0), sample)
        assert answer.verdict == "publish" and answer.pairs == () and answer.plan is None

    def test_an_answer_is_one_plain_dict(self, sample: Catalog) -> None:
        draft, rest = without(sample, "A-132")
        for lang in ("en", "zh"):
            (answer,) = dc.check(draft, rest, lang=lang)
            assert json.loads(json.dumps(answer.as_dict(), allow_nan=False))
            assert "A-131" in str(answer)

    @pytest.mark.parametrize("draft", [5, None, [1, 2]])
    def test_what_is_no_draft_is_an_error_for_a_person(self, sample: Catalog, draft: Any) -> None:
        with pytest.raises(dc.CatalogError):
            dc.check(draft, sample)
