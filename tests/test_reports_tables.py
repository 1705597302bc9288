import csv
import io
import json
import random
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from report_example import Audit, example_audit

from dupcheck.files.cells import show_number
from dupcheck.reports import render_audit, render_groups, render_merges, render_pairs, render_problems, settle_audit
from dupcheck.reports.tables import hold_id, join_options

TEXTS = st.text(st.characters(exclude_categories=()), max_size=12)


def rows(table: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")))


def one_message(message: str) -> str:
    problem = {"row": 1, "listing_id": "", "field": "", "severity": "info", "message": message}
    return rows(render_problems({"listings": {}, "pairs": [], "problems": [problem]}))[1][4]


def small_audit() -> Audit:
    audit = example_audit()
    kept = {"TIE-PAI", "TIE-STR", "MUG-1", "MUG-100PCS"}
    audit["groups"] = [g for g in audit["groups"] if g["keep"] in kept]
    audit["pairs"] = [p for p in audit["pairs"] if {p["listing_a"], p["listing_b"]} <= kept]
    return audit


def test_the_pairs_of_a_small_audit_to_the_byte() -> None:
    assert render_pairs(small_audit()).decode() == (
        "\ufefflisting_a,listing_b,rule,verdict,differs_in,image,title,attributes,price,codes,explanation\r\n"
        "MUG-1,MUG-100PCS,R2,duplicate,price_tier,2,96.5,,8.25,,"
        "MUG-1 and MUG-100PCS show the same photo and read alike; they differ in Price tier.\r\n"
        "TIE-PAI,TIE-STR,R2,duplicate,pattern,2,96.5,,8.25,,"
        "TIE-PAI and TIE-STR show the same photo and read alike; they differ in Pattern.\r\n"
    )


def test_the_groups_of_a_small_audit_to_the_byte() -> None:
    place = "Shows the same photo as TIE-PAI and reads alike; differs in Pattern."
    tie, merge = "\"Classic Men's Silk Tie Jacquard Woven 8 cm Necktie, ", '",12,,Merge as variants,TIE-PAI'
    unpriced = merge.replace("12", "")
    assert render_groups(small_audit()).decode() == (
        "\ufeffgroup_id,listing_id,title,price,url,action,keep,role,this_listing,rule,options,explanation\r\n"
        f"G-0001,TIE-PAI,{tie}Paisley{merge},keep,keep,R2,Pattern=Paisley,"
        "It has the most sales and the most reviews.\r\n"
        f"G-0001,TIE-STR,{tie}Striped{unpriced},fold,merge into it,R2,Pattern=Striped,{place}\r\n"
        f"G-0001,TIE-POL,{tie}Polka Dot{merge},fold,merge into it,R2,Pattern=Polka Dot,{place}\r\n"
        f"G-0001,TIE-ARG,{tie}Argyle{merge},fold,merge into it,R2,Pattern=Argyle,{place}\r\n"
        "G-0002,MUG-1,Enamel Camping Mug 350 ml,4.5,,Set a wholesale price,MUG-1,keep,keep,R2,Price tier=1 piece,"
        "It has the most sales and the most reviews.\r\n"
        "G-0002,MUG-100PCS,100 pcs Enamel Camping Mug 350 ml Wholesale Bulk,3.6,,Set a wholesale price,MUG-1,fold,"
        "merge into it,R2,Price tier=100 pieces,"
        "Shows the same photo as MUG-1 and reads alike; differs in Price tier.\r\n"
    )


def test_the_problems_to_the_byte() -> None:
    assert render_problems(example_audit()).decode() == (
        "\ufeffrow,listing_id,field,severity,message\r\n"
        "3,A-103,price,warning,<b>no</b> price: '=1+1'\r\n"
        '9,\'=HYPERLINK(1),listing_id,error,"listed twice\nin it"\r\n'
        ',,,info,"2 columns were not used: Foo, Bar"\r\n'
    )


def test_several_axes_are_joined_and_several_options_too() -> None:
    audit = small_audit()
    audit["pairs"][0]["differs_in"] = [{"axis": "size", "a": "S", "b": "M"}, {"axis": "color", "a": "red", "b": ""}]
    audit["groups"][0]["members"][0]["options"] = {"Color": "Red", "Size": "XL"}
    assert rows(render_pairs(audit))[2][4] == "size;color"
    assert rows(render_groups(audit))[1][10] == "Color=Red; Size=XL"


def test_options_that_the_plain_form_cannot_hold_are_json() -> None:
    for options in ({"Fit": "slim; long"}, {"a=b": "c"}, {"a;b": "c"}):
        assert json.loads(join_options(options)) == options
    assert join_options({"Size": "1=1"}) == "Size=1=1"


def test_no_pairs_still_name_the_signals_that_the_rules_look_at() -> None:
    audit = example_audit()
    audit["pairs"] = []
    (columns,) = rows(render_pairs(audit))
    assert columns[4:] == ["differs_in", "image", "title", "attributes", "price", "explanation"]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+cmd", "-cmd", "@SUM(A1)", "\t=1", "\rx", "\nx", "  =1", "\u3000=1", "\u00a0@x", "\u200b=1",
        "\ufeff=1", "\uff1d1+1", "\uff0b1", "\uff0dx", "\uff20x", "-", "-1.5.2", "--1", "=", "-1e", "+1-2",
    ],
)  # fmt: skip
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert one_message(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["-1.5", "+2", "-1e5", "-.5", "5-1", "a=b", "2 columns", ",x", "9", "'=1", "A@b", "尺寸=5"]
)
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert one_message(text) == text


@given(TEXTS)
def test_every_text_comes_back_from_a_table(text: str) -> None:
    came = one_message(text)
    shown = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]", "\ufffd", text)
    assert came in (shown, f"'{shown}")
    assert not came.strip().startswith(("=", "@"))


def test_what_hides_a_formula_and_cannot_be_seen_is_shown() -> None:
    assert one_message("\x7f=1") == "\ufffd=1"


@given(st.lists(TEXTS.filter(lambda text: "\x00" not in text), min_size=1, max_size=5))
def test_pandas_reads_as_many_rows_as_were_written(texts: list[str]) -> None:
    problems = [
        {"row": None, "listing_id": text, "field": "price", "severity": "error", "message": text} for text in texts
    ]
    table = render_problems({"listings": {}, "pairs": [], "problems": problems})
    frame = pd.read_csv(io.BytesIO(table), dtype=str, keep_default_na=False)
    assert list(frame.columns) == ["row", "listing_id", "field", "severity", "message"]
    assert list(frame["field"]) == ["price"] * len(texts)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.0, "0"), (100.0, "100"), (5.99, "5.99"), (1 / 3, "0.333333"), (1e-9, "0"), (1e6, "1000000")],
)
def test_numbers_are_shown_as_short_as_they_can_be(value: float, text: str) -> None:
    assert show_number(value) == text


def test_the_same_audit_in_another_order_gives_the_same_bytes() -> None:
    audit, other = example_audit(), example_audit()
    random.Random(3).shuffle(other["pairs"])
    other["listings"] = dict(reversed(other["listings"].items()))
    assert render_pairs(audit) == render_pairs(other)
    assert render_audit(audit) == render_audit(other)


def test_audit_json_holds_the_whole_dict_and_no_nan() -> None:
    audit = example_audit()
    text = render_audit(audit)
    back = json.loads(text, parse_constant=lambda name: pytest.fail(name))
    assert back == settle_audit(audit)
    assert back["pairs"][0]["signals"]["attributes"] is None
    assert back["listings"]["TIE-STR"]["price"] is None
    assert list(back) == list(audit)
    text.encode()  # the lone surrogate of a title is gone


def test_an_audit_is_not_changed_by_reading_it() -> None:
    audit = example_audit()
    before = repr(audit)
    render_audit(audit)
    render_pairs(audit)
    assert repr(audit) == before


def test_merges_json_is_the_list_of_plans_in_their_order() -> None:
    audit = example_audit()
    assert json.loads(render_merges(audit)) == settle_audit(audit)["plans"]
    assert [plan["action"] for plan in json.loads(render_merges(audit))][:3] == [
        "merge_variants", "merge_variants", "wholesale_tier",
    ]  # fmt: skip


def test_large_lists_take_a_line_an_entry() -> None:
    audit = example_audit()
    lines = render_audit(audit).splitlines()
    assert len(lines) < 20 * len(audit["pairs"])
    assert max(map(len, lines)) < 10_000


@pytest.mark.parametrize(
    ("value", "settled"),
    [
        (np.float64("nan"), None), (np.int64(3), 3), (np.float32(0.5), 0.5), (np.bool_(True), True),
        (float("inf"), None),
        ((1, 2), [1, 2]), (True, True), ("a\ud800b", "a\ufffdb"), ({"\udc00": {1: None}}, {"\ufffd": {"1": None}}),
    ],
)  # fmt: skip
def test_values_are_settled(value: Any, settled: Any) -> None:
    audit = example_audit()
    audit["settings"] = {"value": value}
    assert settle_audit(audit)["settings"]["value"] == settled
    assert json.loads(render_audit(audit))["settings"]["value"] == settled


def test_what_is_no_plain_value_is_refused() -> None:
    audit = example_audit()
    audit["settings"] = {"value": {1, 2}}
    with pytest.raises(TypeError, match="set"):
        settle_audit(audit)


CHANGED = (
    "5000000000000001121", "1005006123456789012", "00042", "12E5", "3-12", "2/2024", "MAR4", "12-DEC", "7:30", "1,000",
)  # fmt: skip
KEPT = ("A-103", "4711", "690123400201012", "SKU-1", "ABC123", "B0C4X9", "Mäß-1", "0")


@pytest.mark.parametrize("listing_id", CHANGED)
def test_an_id_that_a_spreadsheet_would_change_is_marked_and_read_back(listing_id: str) -> None:
    problem = {"row": 1, "listing_id": listing_id, "field": "", "severity": "info", "message": "m"}
    (cell,) = {line[1] for line in rows(render_problems({"listings": {}, "pairs": [], "problems": [problem]}))[1:]}
    assert cell == f"{listing_id}\t" and cell.strip() == listing_id


@pytest.mark.parametrize("listing_id", KEPT)
def test_other_ids_stay_as_they_are(listing_id: str) -> None:
    assert hold_id(listing_id) == listing_id


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_spreadsheet_keeps_every_digit(tmp_path: Path) -> None:
    problems = [
        {"row": k, "listing_id": i, "field": "", "severity": "info", "message": "m"}
        for k, i in enumerate((*CHANGED, *KEPT))
    ]
    (tmp_path / "problems.csv").write_bytes(render_problems({"listings": {}, "pairs": [], "problems": problems}))
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    reading = "--infilter=CSV:44,34,76,1,,0,false,true"  # commas, UTF-8; quoted or not, numbers and dates are found
    command = ["soffice", home, "--headless", reading, "--convert-to", "xlsx", "--outdir", str(tmp_path)]
    subprocess.run([*command, "problems.csv"], cwd=tmp_path, check=True, capture_output=True, timeout=300)
    sheet = load_workbook(tmp_path / "problems.xlsx").worksheets[0]
    shown = [str(row[1].value).strip() for row in list(sheet.iter_rows())[1:]]
    assert shown == [*CHANGED, *KEPT]
