"""The workbook to decide in: what it shows, and that what was chosen comes back as decisions."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from report_example import draw_photos, example_audit

from dupcheck.errors import LedgerError
from dupcheck.ledger import open_ledger
from dupcheck.reports import photo_thumbnails
from dupcheck.reports.workbook import MOST_ROWS, name_choice, read_choices, render_workbook

Run = Callable[..., Any]
LONG_ID = "1005006012345678901"


def load(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def columns(sheet: Any) -> dict[str, int]:
    return {cell.value: cell.column for cell in sheet[1]}


def example_with_question(lang: str = "en") -> Any:
    audit = example_audit(lang)
    group, plan = audit["groups"][0], audit["plans"][0]
    group["action"] = plan["action"] = "ask"
    plan |= {"axes": [], "skus": [], "question": {"kind": "q", "text": "One product?", "answers": [], "settles": 7}}
    for member in group["members"]:
        member["role"] = "ask"
    return audit


class TestWorkbook:
    def test_ids_are_texts_and_nothing_is_a_formula(self) -> None:
        audit = example_audit()
        text = json.dumps(audit).replace("TIE-PAI", LONG_ID).replace("TIE-STR", "0012")
        sheet = load(render_workbook(json.loads(text)))["To decide"]
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert {c.value for c in cells} >= {LONG_ID, "0012"}
        assert all(c.data_type != "f" for c in cells)

    @pytest.mark.parametrize(("lang", "names"), [
        ("en", ["To decide", "Pairs", "Problems", "Take offline"]), ("zh", ["待处理", "商品对", "问题", "下架清单"]),
    ])  # fmt: skip
    def test_its_sheets_are_in_the_sellers_language(self, lang: str, names: list[str]) -> None:
        assert load(render_workbook(example_audit(lang))).sheetnames == names

    def test_of_very_many_groups_the_first_are_shown_whole(self, monkeypatch: pytest.MonkeyPatch) -> None:
        audit = example_audit()
        sizes = [len(group["members"]) for group in audit["groups"]]
        monkeypatch.setattr("dupcheck.reports.workbook.MOST_ROWS", sizes[0] + sizes[1] - 1)
        cells = [row[0] for row in load(render_workbook(audit))["To decide"].iter_rows(min_row=2, values_only=True)]
        assert cells[:-1] == [audit["groups"][0]["group_id"]] * sizes[0]
        assert str(sum(sizes[1:])) in cells[-1]

    def test_photos_stand_beside_their_rows(self, tmp_path: Path) -> None:
        audit = example_audit()
        draw_photos(audit, tmp_path)
        sheet = load(render_workbook(audit, photo_thumbnails(audit, tmp_path)))["To decide"]
        assert len(sheet._images) > 5

    def test_a_choice_is_offered_for_each_group_and_for_each_listing_in_it(self) -> None:
        audit = example_with_question()
        sheet = load(render_workbook(audit))["To decide"]
        offered = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation}
        column = get_column_letter(columns(sheet)["Your decision"])
        assert "different products" in offered[f"{column}2"], "a question has answers"
        assert offered[f"{column}3"] == '"take this one out"'
        assert any("accept the plan" in choices for choices in offered.values())

    def test_equal_audits_give_equal_bytes(self) -> None:
        assert render_workbook(example_audit()) == render_workbook(example_audit())

    @pytest.mark.slow
    def test_of_very_many_rows_it_says_where_the_rest_is(self) -> None:
        audit = example_audit()
        audit["problems"] = [audit["problems"][0]] * (MOST_ROWS + 5)
        sheet = load(render_workbook(audit))["Problems"]
        assert sheet.cell(sheet.max_row, 1).value == "5 more are in problems.csv."


@pytest.fixture
def shop(tmp_path: Path, run: Run) -> Path:
    rows = [f"{LONG_ID[:-1]}{n},Brass violin stand,9.90,USD,Finish=Matt" for n in range(4)]
    path = tmp_path / "shop.csv"
    path.write_text("\n".join(["listing_id,title,price,currency,attributes", *rows]), "utf-8")
    return path


def choose(book: Path, marks: dict[int, str]) -> None:
    opened = openpyxl.load_workbook(book)
    sheet = opened.worksheets[0]
    column = next(c for title, c in columns(sheet).items() if title in ("Your decision", "您的决定"))
    for row, word in marks.items():
        sheet.cell(row, column).value = word
    opened.save(book)


class TestReadBack:
    @pytest.mark.parametrize("lang", ["en", "zh"])
    def test_what_is_chosen_becomes_decisions(self, run: Run, shop: Path, tmp_path: Path, lang: Any) -> None:
        out, ledger = tmp_path / "out", tmp_path / "own.sqlite"
        assert run("audit", shop, "--out", out, "--lang", lang).code == 0
        choose(out / "report.xlsx", {2: name_choice("merge_accepted", lang), 4: name_choice("out", lang)})
        result = run("decide", shop, "--from", out / "report.xlsx", "--ledger", ledger)
        assert result.code == 0, result.err
        told = run("decisions", "list", "--format", "json", "--ledger", ledger)
        rows = [json.loads(line) for line in told.out.splitlines()]
        assert sorted(r["decision"] for r in rows) == ["merge_accepted"] * 3 + ["not_duplicate"] * 3
        third = sorted({r[k] for r in rows for k in ("listing_a", "listing_b")})
        assert all(len(i) == len(LONG_ID) for i in third), "every digit is there"

    def test_nothing_chosen_is_said(self, run: Run, shop: Path, tmp_path: Path) -> None:
        assert run("audit", shop, "--out", tmp_path / "out").code == 0
        result = run("decide", shop, "--from", tmp_path / "out" / "report.xlsx", "--ledger", tmp_path / "l.sqlite")
        assert result.code == 2 and "Nothing was decided" in result.err

    def test_what_cannot_be_chosen_is_told_with_its_row(self, run: Run, shop: Path, tmp_path: Path) -> None:
        assert run("audit", shop, "--out", tmp_path / "out").code == 0
        choose(tmp_path / "out" / "report.xlsx", {3: "perhaps"})
        with pytest.raises(LedgerError, match="row 3: “perhaps”"):
            read_choices(tmp_path / "out" / "report.xlsx")

    def test_an_answer_is_read_with_what_it_means(self, tmp_path: Path) -> None:
        book = tmp_path / "report.xlsx"
        book.write_bytes(render_workbook(example_with_question()))
        choose(book, {2: "different products"})
        (chosen,) = read_choices(book)
        assert chosen.choice == "different" and len(chosen.listings) == 5

    def test_an_answer_settles_the_question_and_the_plan_is_still_to_be_accepted(
        self, run: Run, tmp_path: Path
    ) -> None:
        shop, out, ledger = tmp_path / "shop.csv", tmp_path / "out", tmp_path / "own.sqlite"
        rows = [f"{k},Brass violin stand{word},9.90,USD,Finish=Matt" for k, word in enumerate(["", " Deluxe"])]
        shop.write_text("\n".join(["listing_id,title,price,currency,attributes", *rows]), "utf-8")

        def audit() -> tuple[str, str]:
            told = run("audit", shop, "--out", out, "--ledger", ledger, "--export", "shopify")
            (plan,) = json.loads((out / "merges.json").read_text("utf-8"))
            return plan["action"], told.out

        open_ledger(ledger).close()
        assert audit()[0] == "ask"
        choose(out / "report.xlsx", {2: name_choice("same", "en")})
        assert run("decide", shop, "--from", out / "report.xlsx", "--ledger", ledger).code == 0
        action, said = audit()
        assert action == "remove_duplicates"
        assert "nobody has accepted" in said

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no workbook", b"listing_id,title\n"])
    def test_another_file_is_refused(self, run: Run, shop: Path, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "other.xlsx").write_bytes(content)
        result = run("decide", shop, "--from", tmp_path / "other.xlsx", "--ledger", tmp_path / "l.sqlite")
        assert result.code == 2 and "other.xlsx" in result.err and "Traceback" not in result.err
