"""Columns that no format knows: what they state of a product tells listings apart, and what they do not is told."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.catalog import get_listing, read_catalog, read_listing, write_catalog
from dupcheck.catalog.facts import is_makers, is_own_key
from dupcheck.catalog.frames import read_frame
from dupcheck.messages import say
from dupcheck.model import Catalog
from dupcheck.pipeline import Audit
from dupcheck.spark.reading import Manner, settle_facts

TITLES = ("Roasted arabica coffee beans", "Oak garden stool weatherproof", "Ceramic mug handmade glaze",
          "Felt tip pen set for kids", "Linen table runner with fringe", "Copper kettle for camp fires")  # fmt: skip


def table(header: str, cells: Sequence[str]) -> list[dict[str, str]]:
    """Two listings of each title at one price, which say in one column more what ``cells`` has for them."""
    return [
        {"id": f"L{i}", "title": TITLES[i // 2], "price": f"{10 + i // 2 * 7}.90", header: cell}
        for i, cell in enumerate(cells)
    ]


def put(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), "utf-8")
    return path


def roles(audit: Audit) -> dict[str, str]:
    return {m["listing_id"]: m["role"] for g in audit.as_dict()["groups"] for m in g["members"]}


def removed(audit: Audit) -> set[str]:
    return {i for i, role in roles(audit).items() if role == "remove"}


def options(audit: Audit) -> set[str]:
    return {axis["name"] for plan in audit.as_dict()["plans"] for axis in plan["axes"]}


def reasons(catalog: Catalog) -> dict[str, str]:
    return dict(catalog.tables[0].reasons)


# --------------------------------------------------------------------------------------------------------------
# Which columns state something

STATED = {
    "Year": ["2019", "2020", "2019", "2021", "2022", "2022"],
    "Roast": ["light", "dark", "light", "dark", "medium", "dark"],
    "Zustand": ["neu", "gebraucht", "neu", "neu", "neu", "neu"],
    "Fits": ["VW Golf Mk5", "VW Golf Mk6", "", "", "Opel Astra", "Opel Astra"],
    "Cross-reference": ["GDB1330", "GDB1550", "OC 90", "VKPC 81418", "343412", "06019H5100"],
    "stan": ["nowy", "używany", "nowy", "nowy", "nowy", "nowy"],
    "Wattage": ["40", "60", "40", "60", "75", "40"],
}
LEFT = {
    "address": ("Writes to", [f"post{i}@shop.example" for i in range(6)]),
    "date": ("Seen", [f"2026-03-0{i + 1}" for i in range(6)]),
    "markup": ("Text", [f"<p>{t}</p>" for t in "abcdef"]),
    "flag": ("On sale page", ["yes", "no", "yes", "no", "no", "yes"]),
    "prose": ("Story", [f"{t} " * 40 for t in ("once", "upon", "a time", "there", "was", "one")]),
    "constant": ("Made by hand in", ["Porto"] * 6),
    "empty": ("Dedication", [""] * 6),
    "counter": ("Turn", ["1", "2", "3", "4", "5", "6"]),
    "key": ("Internal", [f"ZX-{n}" for n in (1001, 1002, 1004, 1005, 1006, 1009)]),
    "trade": ("Warehouse place", ["A1", "B7", "A1", "C3", "B2", "D4"]),
    "shipping": ("Package weight", ["1 kg", "2 kg", "1 kg", "2 kg", "3 kg", "1 kg"]),
    "nested": ("More", ['{"a": 1}', '{"a": 2}', "[3]", "[4]", "[5]", "[6]"]),
    "again": ("Words", [t.upper() for t in (TITLES[i // 2] for i in range(6))]),
}  # fmt: skip


@pytest.mark.parametrize("header", STATED)
def test_what_states_something_is_an_attribute_of_its_own_name(header: str, tmp_path: Path) -> None:
    catalog = read_catalog(put(tmp_path / "x.csv", table(header, STATED[header])))
    assert catalog.tables[0].facts == (header,)
    assert not catalog.tables[0].unused
    name = "Part number" if is_makers(header) else header
    held = [get_listing(catalog, i).attributes.get(name, "") for i in range(6)]
    assert held == STATED[header]


@pytest.mark.parametrize("reason", LEFT)
def test_what_states_nothing_is_left_out_and_it_is_told_why(reason: str, tmp_path: Path) -> None:
    header, cells = LEFT[reason]
    catalog = read_catalog(put(tmp_path / "x.csv", table(header, cells)))
    assert reasons(catalog) == {header: reason}
    assert catalog.tables[0].unused == (header,)
    assert all(get_listing(catalog, i).other.get(header, "") == c.strip() for i, c in enumerate(cells))
    (told,) = [p.text for p in catalog.problems if p.text.key == "catalog.unused"]
    for lang in ("en", "zh"):
        assert header in told.say(lang)
        assert say(f"catalog.left_{reason}", lang) in told.say(lang)


CODES = ("4006381333931", "4006381333948", "9780306406157")


@pytest.mark.parametrize(
    ("cells", "codes", "reason"),
    [
        (["9", "1", "2", "9", "1", "2", "5", "5"], [*CODES, CODES[0]], "wavers"),
        # What says the same under one barcode states something, though it errs once.
        (["9", "1", "2", "2", "1", "1", "5", "5"], [*CODES, CODES[0]], ""),
        # The choices of one article under its one barcode; codes that are no barcodes; no codes.
        (["9", "1", "2", "9", "1", "2", "5", "7"], [*CODES, CODES[0]], ""),
        (["9", "1", "2", "9", "1", "2", "5", "5"], ["4006381333932", "4006381333949", "306406158", ""], ""),
        (["9", "1", "2", "9", "1", "2", "5", "5"], ["", "", "", ""], ""),
    ],
)
def test_what_differs_under_one_barcode_and_title_as_anywhere_states_nothing(
    cells: list[str], codes: list[str], reason: str, tmp_path: Path
) -> None:
    rows = [
        {"id": f"L{i}", "title": TITLES[i // 2], "price": "12.90", "EAN": codes[i // 2], "Heft": cell}
        for i, cell in enumerate(cells)
    ]
    catalog = read_catalog(put(tmp_path / "x.csv", rows))
    assert reasons(catalog).get("Heft", "") == reason
    assert catalog.tables[0].facts == (() if reason else ("Heft",))


@pytest.mark.parametrize(("headers", "left"), [(("Category", "Category level 2"), 1), (("Shop group", "Mood"), 0)])
def test_of_several_columns_of_categories_one_is_read_and_none_is_a_choice(
    headers: tuple[str, str], left: int, tmp_path: Path
) -> None:
    rows = [row | dict(zip(headers, (f"Goods {i % 3}", "Fine" if i % 2 else "Sundry"), strict=True))
            for i, row in enumerate(table("Roast", STATED["Roast"]))]  # fmt: skip
    catalog = read_catalog(put(tmp_path / "x.csv", rows))
    assert list(reasons(catalog).values()) == ["filed"] * left
    assert "Fine" in get_listing(catalog, 1).other.values() or not left


def test_the_same_is_read_of_json_and_of_tables_in_memory(tmp_path: Path) -> None:
    rows = table("Roast", STATED["Roast"])
    path = tmp_path / "x.json"
    path.write_text(json.dumps(rows), "utf-8")
    for catalog in (read_catalog(path), read_catalog(rows)):
        assert [get_listing(catalog, i).attributes["Roast"] for i in range(6)] == STATED["Roast"]
        assert not read_catalog(rows, facts=False).tables[0].facts


def test_a_known_export_keeps_to_its_columns_but_for_what_makes_two_products(tmp_path: Path) -> None:
    header = "Handle,Title,Vendor,Variant SKU,Variant Price,Mood,Condition"
    rows = "a,Mixing desk,North,A,40,calm,New\nb,Mixing desk,North,B,40,wild,Used\n"
    path = tmp_path / "x.csv"
    path.write_text(f"{header}\n{rows}", "utf-8")
    catalog = read_catalog(path)
    assert catalog.tables[0].format == "shopify"
    assert catalog.tables[0].unused == ("Mood",)
    assert catalog.tables[0].facts == ("Condition",)


def test_what_was_left_out_stays_left_out_in_a_merged_catalogue(tmp_path: Path) -> None:
    header = "Handle,Title,Vendor,Variant SKU,Variant Price,Mood"
    path = tmp_path / "x.csv"
    path.write_text(f"{header}\na,Mixing desk,North,A,40,calm\nb,Linen shirt,North,B,40,wild\n", "utf-8")
    write_catalog(read_catalog(path), tmp_path / "y.csv", spread=True)
    again = read_catalog(tmp_path / "y.csv")
    assert again.tables[0].unused == ("Mood",)
    assert "Mood" not in get_listing(again, 0).attributes


# --------------------------------------------------------------------------------------------------------------
# Codes


@pytest.mark.parametrize(
    ("header", "makers"),
    [
        ("MPN", True), ("OEM", True), ("Manufacturer Part Number", True), ("Herstellernummer", True),
        ("référence fabricant", True), ("Артикул производителя", True), ("Ref. fabricante", True),
        ("Part number", True),
        ("SKU", False), ("référence", False), ("Артикул", False), ("Manufacturer", False), ("Colour", False),
    ],
)  # fmt: skip
def test_a_makers_code_is_told_by_its_name_or_by_a_word_for_each(header: str, makers: bool) -> None:
    assert is_makers(header) == makers


@given(st.integers(1, 10**6), st.lists(st.integers(1, 3), min_size=5, max_size=30), st.sampled_from(["", "A-", "K"]))
def test_a_row_that_was_counted_up_is_the_shops_own_key(first: int, steps: list[int], head: str) -> None:
    numbers = [first]
    for step in steps:
        numbers.append(numbers[-1] + step)
    assert is_own_key("Code", [f"{head}{n}" for n in numbers])
    assert not is_own_key("Code", [f"{head}{n}" for n in (*numbers, numbers[0])])  # one stands twice


@pytest.mark.parametrize("code", ["part number", "Артикул", "référence", "ref", "code"])
def test_an_id_is_the_listings_before_any_other_code(code: str, tmp_path: Path) -> None:
    rows = [
        {"id": str(n), "title": title, code: given_code, "price": "29"}
        for n, (title, given_code) in enumerate(
            (("Front brake pads complete set", "GDB1550"), ("Front brake pads complete set", "GDB1330"),
             ("White table lamp with shade", "L-1")), 1)
    ]  # fmt: skip
    catalog = read_catalog(put(tmp_path / "x.csv", rows))
    assert catalog.ids.tolist() == ["1", "2", "3"]
    audit = dc.audit(catalog)
    assert not removed(audit)
    assert not options(audit)


def test_a_shops_own_codes_stop_no_removal(tmp_path: Path) -> None:
    rows = [{**row, "SKU": f"SH-{n}"} for n, row in enumerate(table("Roast", ["dark"] * 4 + ["light"] * 2), 501)]
    assert len(removed(dc.audit(read_catalog(put(tmp_path / "x.csv", rows))))) == 3


def test_unknown_codes_are_asked_about_and_are_no_choice(tmp_path: Path) -> None:
    audit = dc.audit(read_catalog(put(tmp_path / "x.csv", table("Cross-reference", STATED["Cross-reference"]))))
    assert not removed(audit)
    assert not options(audit)


# --------------------------------------------------------------------------------------------------------------
# What follows


@pytest.mark.parametrize(
    ("header", "values", "option"),
    [
        ("Weight", ("2 kg", "5 kg"), "Weight"),
        ("Flavour", ("Lamb", "Turkey"), "Flavor"),
        ("Roast", ("dark", "light"), "Roast"),
    ],
)
def test_what_a_buyer_chooses_becomes_an_option(
    header: str, values: tuple[str, str], option: str, tmp_path: Path
) -> None:
    audit = dc.audit(read_catalog(put(tmp_path / "x.csv", table(header, values * 3))))
    assert [p.action for p in audit.plans] == ["merge_variants"] * 3
    assert options(audit) == {option}


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Condition", ("New", "Used")), ("état", ("Neuf", "Occasion")), ("Edition", ("11th", "12th")),
        ("Auflage", ("3.", "4.")), ("Year", ("2021", "2022")), ("Side", ("Left", "Right")), ("安装位置", ("左", "右")),
        ("Author", ("A. Mann", "B. Weber")), ("editore", ("Einaudi", "Mondadori")),
        ("Format", ("Hardcover", "Paperback")),
        ("MPN", ("GDB1330", "OX 188D")), ("Fits", ("VW Golf", "Fiat Punto")),
    ],
)  # fmt: skip
def test_what_as_often_makes_two_products_is_neither_a_copy_nor_an_option_unasked(
    header: str, values: tuple[str, str], tmp_path: Path
) -> None:
    audit = dc.audit(read_catalog(put(tmp_path / "x.csv", table(header, values * 3))))
    assert not removed(audit)
    assert not options(audit)


@given(
    st.text("abcdefghij", min_size=3, max_size=8).map(lambda t: f"Q{t}"),
    st.lists(st.sampled_from(["cedar", "larch", "GDB1330", "OX 188", "2021", "Left", "12 mm"]), min_size=2, max_size=2,
             unique=True),
)  # fmt: skip
@settings(max_examples=12, deadline=None)
def test_whatever_a_column_is_called_what_differs_in_it_is_no_copy(header: str, values: list[str]) -> None:
    audit = dc.audit(read_catalog(table(header, values * 3)))
    assert not removed(audit)


def test_listings_of_which_one_says_nothing_are_no_copies(tmp_path: Path) -> None:
    cells = ["11th", "", "12th", "12th", "12th", "12th"]
    assert len(removed(dc.audit(read_catalog(put(tmp_path / "x.csv", table("Edition", cells)))))) == 2


def test_no_price_proves_a_copy_where_descriptions_differ(tmp_path: Path) -> None:
    told = ["Blue glaze with fish", "Green glaze with owl", "A stool.", "a  STOOL", "Only here", ""]
    audit = dc.audit(read_catalog(put(tmp_path / "x.csv", table("description", told))))
    held = roles(audit)
    assert {held["L0"], held["L1"]} == {"ask"}
    assert len(removed(audit)) == 2


def test_a_draft_is_read_as_its_catalogue_is(tmp_path: Path) -> None:
    catalog = read_catalog(
        put(tmp_path / "x.csv", table("Edition", ["11th", "11th", "12th", "12th", "9th", "9th"])[::2])
    )
    draft: dict[str, Any] = {"title": TITLES[1], "price": "17.90", "Edition": "13th"}
    (answer,) = dc.check(draft, catalog)
    assert answer.plan is not None
    assert answer.plan.action == "ask"
    (read,) = read_listing(draft)
    assert read.attributes == {"Edition": "13th"}


@pytest.mark.slow
def test_the_command_line_names_both_kinds_and_removes_only_what_is_one(tmp_path: Path) -> None:
    rows = [
        {**row, "Seen": f"2026-03-0{n + 1}", "Condition": condition}
        for n, (row, condition) in enumerate(
            zip(table("MPN", ["GDB1330", "GDB1550", "", "", "", ""]), ["New", "New", "New", "Used", "New", "New"],
                strict=True))
    ]  # fmt: skip
    path = put(tmp_path / "x.csv", rows)
    for lang, said in (("en", "Seen (dates)"), ("zh", "Seen (日期)")):
        command = [sys.executable, "-m", "dupcheck", "audit", path, "--out", tmp_path / lang, "--no-ledger", "--lang",
                   lang, "--cache", tmp_path / "cache"]  # fmt: skip
        done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=True, cwd=tmp_path)
        assert "MPN, Condition" in done.stdout + done.stderr
        assert said in done.stdout + done.stderr
        audit = json.loads((tmp_path / lang / "audit.json").read_text("utf-8"))
        held = {m["listing_id"]: m["role"] for g in audit["groups"] for m in g["members"]}
        assert {i for i, role in held.items() if role == "remove"} in ({"L4"}, {"L5"})


def test_on_spark_the_first_rows_settle_what_a_column_is_for_all() -> None:
    frame = pd.DataFrame(table("Roast", STATED["Roast"]))
    manner = settle_facts(Manner({}), read_frame(frame))
    assert manner.mapping == {"attribute:Roast": "Roast"}
    part = frame.iloc[:1].assign(Roast="dark")
    read = read_frame(part, mapping=dict(manner.mapping), facts=manner.facts)
    assert get_listing(read, 0).attributes == {"Roast": "dark"}
    assert not read.tables[0].unused


class TestTitlesToldAgain:
    FULL = ("{} by Northway", "{}", "{}, green", "{} by Northway", "{}", "{}, red")

    def test_of_a_column_that_says_the_title_and_more_only_the_rest_is_stated(self, tmp_path: Path) -> None:
        rows = table("Full name", [full.format(TITLES[i // 2]) for i, full in enumerate(self.FULL)])
        catalog = read_catalog(put(tmp_path / "shop.csv", rows))
        stated = [get_listing(catalog, i).attributes.get("Full name", "") for i in range(6)]
        assert stated == ["by Northway", "", "green", "by Northway", "", "red"]

    def test_what_differs_there_is_no_copy(self, tmp_path: Path) -> None:
        rows = table("Full name", [f"{TITLES[i // 2]}, {'red' if i % 2 else 'green'}" for i in range(6)])
        assert not removed(dc.audit(read_catalog(put(tmp_path / "shop.csv", rows))))

    @pytest.mark.parametrize("other", ["{} extra words", "{} and more"])
    def test_what_says_another_title_stays_whole(self, other: str, tmp_path: Path) -> None:
        rows = table("Sold as", [other.format(TITLES[(i + 1) // 2 % 3]) for i in range(6)])
        catalog = read_catalog(put(tmp_path / "shop.csv", rows))
        assert get_listing(catalog, 0).attributes == {"Sold as": rows[0]["Sold as"]}

    def test_a_slug_says_the_title_again_whatever_its_accents(self, tmp_path: Path) -> None:
        rows = [
            {"id": f"L{i}", "title": f"Crème brûlée à l'érable n° {i // 2}", "price": "4",
             "adresse": f"creme-brulee-a-l-erable-n-{i // 2}"}
            for i in range(6)
        ]  # fmt: skip
        assert reasons(read_catalog(put(tmp_path / "shop.csv", rows))) == {"adresse": "again"}


@pytest.mark.parametrize(
    ("yes", "flag"), [("J", True), ("y", True), ("O", True), ("S", True), ("L", True), ("NN", False)]
)
def test_two_letters_of_which_one_is_no_say_yes_or_no(yes: str, flag: bool, tmp_path: Path) -> None:
    rows = table("Sellable", [yes, "N", yes, yes, "N", yes])
    assert (reasons(read_catalog(put(tmp_path / "shop.csv", rows))) == {"Sellable": "flag"}) is flag


def test_two_letters_of_which_none_is_no_are_stated(tmp_path: Path) -> None:
    rows = table("Hand", ["L", "R", "L", "L", "R", "R"])
    assert not reasons(read_catalog(put(tmp_path / "shop.csv", rows)))
