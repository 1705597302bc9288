"""What a seller need not type again, and what is new since yesterday."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.cli import preferences
from dupcheck.messages import LANGS
from dupcheck.model import Catalog
from dupcheck.reports.comparison import compare_groups

Run = Callable[..., Any]
ROWS = "listing_id,{title},price,currency,attributes\n" + "".join(
    f"A-{n},Brass violin stand,9.90,USD,Finish=Matt\n" for n in (1, 2)
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    path = tmp_path / "shop" / "catalog.csv"
    path.write_text(ROWS.format(title="title"), "utf-8")
    return path


def set_up(shop: Path, text: str) -> None:
    (shop.parent / "dupcheck.toml").write_text(text, "utf-8")


class TestPreferences:
    def test_a_file_beside_the_catalogue_counts(
        self, run: Run, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("DUPCHECK_LANG")
        shop.write_text(ROWS.format(title="Wie es heißt"), "utf-8")
        set_up(shop, 'lang = "zh"\nrules = "etsy"\n[map]\ntitle = "Wie es heißt"\n')
        assert "已检查" in run("audit", shop, "--out", tmp_path / "o").out
        assert json.loads((tmp_path / "o" / "audit.json").read_bytes())["rules"]["pack"] == "etsy"
        assert "Checked" in run("audit", shop, "--out", tmp_path / "o", "--lang", "en").out, "what is typed goes first"

    def test_a_variable_goes_before_the_file(
        self, run: Run, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        set_up(shop, 'lang = "en"\nrules = "etsy"\n')
        monkeypatch.setenv("DUPCHECK_LANG", "zh")
        monkeypatch.setenv("DUPCHECK_RULES", "ebay")
        assert "已检查" in run("audit", shop, "--out", tmp_path / "o").out
        assert json.loads((tmp_path / "o" / "audit.json").read_bytes())["rules"]["pack"] == "ebay"

    def test_a_ledger_of_the_file_is_made_when_it_is_needed(
        self, run: Run, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("DUPCHECK_LEDGER", raising=False)
        set_up(shop, 'ledger = "ours.sqlite"\n')
        assert run("audit", shop, "--out", tmp_path / "o").code == 0, "nothing was decided yet"
        assert run("check", shop, "--against", shop).code == 1
        assert run("audit", shop, "--out", tmp_path / "o", "--ledger", tmp_path / "typed.sqlite").code == 2
        assert run("decide", shop, "A-1", "A-2", "--as", "allowed").code == 0
        assert (shop.parent / "ours.sqlite").exists()
        assert "earlier decision" in run("audit", shop, "--out", tmp_path / "o").out
        monkeypatch.setenv("DUPCHECK_LEDGER", str(tmp_path / "other.sqlite"))
        assert "earlier decision" not in run("audit", shop, "--out", tmp_path / "o").out, "a variable goes first"

    @pytest.mark.parametrize(("text", "says"), [
        ("lnag = 'zh'", "lang"), ("lang = 5", "str"), ("lang = 'de'", " / ".join(LANGS)), ("jobs = 'two'", "int"),
        ("lang = [", "dupcheck.toml"),
    ])  # fmt: skip
    def test_what_is_wrong_in_it_is_told(self, run: Run, shop: Path, text: str, says: str) -> None:
        set_up(shop, text)
        result = run("audit", shop)
        assert result.code == 2 and says in result.err and "Traceback" not in result.err

    @pytest.mark.parametrize(("variable", "value", "lang"), [
        ("LC_ALL", "zh_CN.UTF-8", "zh"), ("LANG", "zh_TW.UTF-8", "zh"), ("LANG", "de_DE.UTF-8", "en"),
        ("LANG", "C", "en"), ("LC_CTYPE", "zh_CN.UTF-8", "zh"),
    ])  # fmt: skip
    def test_the_machines_language_counts_last(
        self, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, lang: str
    ) -> None:
        for name in ("DUPCHECK_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "LC_CTYPE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(variable, value)
        assert preferences.guess_language(()) == lang

    @pytest.mark.parametrize(("told", "lang"), [
        ("Chinese (Simplified)_China", "zh"), ("zh_CN", "zh"), ("English_United States", "en"),
        ("German_Germany", "en"), (None, "en"),
    ])  # fmt: skip
    def test_where_no_variable_tells_it_windows_and_macos_are_asked(
        self, monkeypatch: pytest.MonkeyPatch, told: str | None, lang: str
    ) -> None:
        for name in ("DUPCHECK_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "LC_CTYPE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr("sys.platform", "win32")
        monkeypatch.setattr("locale.getlocale", lambda: (told, "cp936"))
        assert preferences.guess_language(()) == lang

    def test_init_writes_what_commands_then_read(self, run: Run, shop: Path) -> None:
        assert run("init", shop.parent, "--yes").code == 0
        assert preferences.read_preferences([str(shop)])["rules"] == "aliexpress"
        again = run("init", shop.parent, "--yes")
        assert again.code == 2 and "already" in again.err

    def test_what_was_meant_is_named(self, run: Run) -> None:
        assert "audit" in run("adit").err
        assert run("rules", "show", "r2").code == 0
        wrong = run("rules", "list", "--set", "R2.title.min=900")
        assert wrong.code == 2 and "0 to 100" in wrong.err

    def test_json(self, run: Run, shop: Path, tmp_path: Path) -> None:
        result = run("audit", shop, "--out", tmp_path / "o", "--json")
        told = json.loads(result.out)
        assert told["counts"]["groups"] == len(told["groups"]) == 1 and told["unchecked"]


GROUPS = st.lists(st.frozensets(st.sampled_from("abcdefgh"), min_size=2, max_size=3), max_size=4, unique=True)


class TestSince:
    @given(GROUPS, GROUPS)
    def test_every_group_is_of_one_kind(self, before: list[frozenset[str]], now: list[frozenset[str]]) -> None:
        def name(groups: list[frozenset[str]]) -> list[tuple[str, str, tuple[str, ...]]]:
            return [("".join(sorted(g)), "ask", tuple(sorted(g))) for g in groups]

        found = compare_groups(name(before), name(now))
        told = [*found["new"], *found["changed"], *found["open"]]
        assert sorted(told) == sorted(g for g, _, _ in name(now))
        assert set(found["open"]) == {g for g, _, _ in name(now)} & {g for g, _, _ in name(before)}
        held = {i for g in before for i in g}
        assert all(held.isdisjoint(g) for g in found["new"])

    def test_a_folder_is_compared_with(self, run: Run, shop: Path, tmp_path: Path) -> None:
        assert run("audit", shop, "--out", tmp_path / "old").code == 0
        more = "B-1,Oak garden ladder,59,USD,Steps=5\nB-2,Oak garden ladder,59,USD,Steps=5\n"
        shop.write_text(shop.read_text("utf-8") + more, "utf-8")
        result = run("audit", shop, "--out", tmp_path / "new", "--since", tmp_path / "old")
        assert "1 new, 0 gone, 0 changed, 1 still open" in result.out
        assert "1 new, 0 gone" in (tmp_path / "new" / "report.html").read_text("utf-8")
        since = json.loads((tmp_path / "new" / "audit.json").read_bytes())["since"]
        assert len(since["new"]) == 1 and len(since["open"]) == 1
        back = run("audit", shop, "--out", tmp_path / "x", "--since", tmp_path / "nowhere")
        assert back.code == 2 and "nowhere" in back.err

    def test_a_schedule_works_from_its_first_night(self, run: Run, shop: Path, tmp_path: Path) -> None:
        nightly = ("audit", shop, "--out", tmp_path / "report", "--since", tmp_path / "report", "--no-ledger")
        first = run(*nightly)
        assert first.code == 0 and "no report" in first.out and "still open" not in first.out
        assert "0 new, 0 gone, 0 changed, 1 still open" in run(*nightly).out


class TestAnalysts:
    def test_a_table_is_a_catalogue(self, sample_folder: Path, sample_audit: dc.Audit) -> None:
        table = pd.read_csv(sample_folder / "catalog.csv")
        audit = dc.audit(table, images=sample_folder)
        # photos that were looked at in another company have the same bits but for rounding
        pd.testing.assert_frame_equal(audit.pairs, sample_audit.pairs, rtol=0, atol=0.01)
        rows = dc.audit([{str(k): v for k, v in row.items()} for row in table.to_dict("records")], images=sample_folder)
        assert rows.groups.equals(sample_audit.groups)

    def test_drafts_may_be_a_table_too(self, sample_folder: Path) -> None:
        table = pd.read_csv(sample_folder / "catalog.csv")
        answers = dc.check(table.head(2).assign(listing_id=["N-1", "N-2"]), table, images=sample_folder)
        assert [a.verdict for a in answers] == ["duplicate", "duplicate"]

    def test_what_is_missing_or_nested_stays_so(self) -> None:
        rows = [
            {
                "listing_id": 1005006012345678901,
                "title": "Brass stand",
                "price": float("nan"),
                "attributes": {"A;B": "x=y"},
            }
        ]
        catalog = dc.read_catalog(rows)
        assert catalog.ids[0] == "1005006012345678901" and catalog.table["price"].isna().all()
        assert "A;B" in catalog.column("attributes")[0]

    def test_plans_are_a_table_and_pairs_can_be_seen(self, sample_audit: dc.Audit) -> None:
        frame = sample_audit.plans_frame
        assert len(frame) == len(sample_audit.plans) and frame["what_to_do"].iloc[0]
        assert sample_audit.group(frame["group_id"].iloc[0]).keep == frame["keep"].iloc[0]
        html = sample_audit.compare("A-131", "A-132")._repr_html_()
        assert html.count('<img src="data:image/') == 2 and "A-131" in html
        assert str(sample_audit.why("A-131", "A-132")) == str(dc.why(sample_audit.catalog, "A-131", "A-132"))
        with pytest.raises(dc.UnknownListingError):
            sample_audit.group("G-none")

    @pytest.mark.parametrize("given", [None, 5, [1, 2], [None], {}, [], [{"a": 1}]])
    def test_what_is_no_catalogue_is_told_in_words(self, given: Any) -> None:
        with pytest.raises(dc.CatalogError, match="catalogue"):
            dc.read_catalog(given)

    @pytest.mark.parametrize("columns", [{"a": [1]}, {"listing_id": [], "title": []}])
    def test_a_table_that_is_none_is_called_a_table(self, columns: Any) -> None:
        with pytest.raises(dc.CatalogError) as told:
            dc.read_catalog(pd.DataFrame(columns))
        assert "The table" in str(told.value) and ".csv" not in str(told.value)

    def test_catalogues_and_answers_show_themselves_in_a_cell(self, sample: Catalog) -> None:
        assert repr(sample) == "<Catalog of 69 listings: catalog.csv>"
        hostile = [{"listing_id": "N-1", "title": "<b>Silk</b> tie", "price": 9}]
        shown = dc.read_catalog(hostile)._repr_html_()
        assert "N-1" in shown and "<b>Silk" not in shown and "Silk" in shown
        assert sample._repr_html_().count("<tr") < 15
        (answer,) = dc.check({**hostile[0], "listing_id": "N<1"}, sample)
        assert "N&lt;1" in answer._repr_html_() and "N<1" not in answer._repr_html_()

    @pytest.mark.parametrize("name", ["limits", "coverage", "sizes"])
    def test_it_draws(self, sample_audit: dc.Audit, name: str) -> None:
        pytest.importorskip("matplotlib")
        assert getattr(sample_audit.plot, name)().axes
