"""Values as sellers write them, and input that wants to do harm."""

import io
import random
import re
import tempfile
import time
import tomllib
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dupcheck.catalog import format_attributes, parse_attributes, parse_price, read_catalog, tables
from dupcheck.catalog.tables import Grid, Sheet, make_sheet, read_plain_csv, split_records
from dupcheck.catalog.values import (
    Price,
    clean_markup,
    clean_title,
    find_decimal,
    is_spoiled_id,
    parse_count,
    split_images,
)
from dupcheck.errors import CatalogError

FIXTURES = Path(__file__).parent / "fixtures" / "formats"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5.99", Price(5.99)),
        ("US $17.99 - 24.07", Price(17.99, 24.07, "USD")),
        ("US $5.99 - 12.99 / lot", Price(5.99, 12.99, "USD", "lot")),
        ("US $10 / lot (5 pieces)", Price(10, None, "USD", "lot", 5)),
        ("US $5.99/10pcs", Price(5.99, None, "USD", "lot", 10)),
        ("$77.50 - $81.06", Price(77.5, 81.06, "USD")),
        ("USD 5.5", Price(5.5, None, "USD")),
        ("9.99 USD", Price(9.99, None, "USD")),
        ("R$ 33,43", Price(33.43, None, "BRL")),
        ("$2,100", Price(2100, None, "USD")),
        ("1 499 ₽", Price(1499, None, "RUB")),
        ("1\u00a0499,50 руб.", Price(1499.5, None, "RUB")),
        ("1.005,00", Price(1005)),
        ("1,234,567.89", Price(1234567.89)),
        ("1'234.50", Price(1234.5)),
        ("￥12.50", Price(12.5, None, "CNY")),
        ("¥１２．５０", Price(12.5, None, "CNY")),
        ("5.99起", Price(5.99)),
        ("45元/包", Price(45, None, "CNY", "pack")),
        ("от 499 руб.", Price(499, None, "RUB")),
        ("349 руб./шт.", Price(349, None, "RUB", "piece")),
        ("Rp 12.000", Price(12000, None, "IDR")),
        ("12,5", Price(12.5)),
        ("5.00-5.00", Price(5)),
        (".5", Price(0.5)),
        ("0.125", Price(0.125)),
        ("-1", None),
        ("NaN", None),
        ("inf", None),
        ("0", None),
        ("0.00", None),
        ("call us", None),
        ("$5 or $6", None),
        ("5-3", None),
        ("1e999", None),
        ("", None),
        ("1.2.3,4,5", None),
        ("9" * 400, None),
    ],
)
def test_prices(text: str, expected: Price | None) -> None:
    assert parse_price(text) == expected


def test_what_parts_the_decimals_is_settled_by_the_column() -> None:
    assert find_decimal(["1.005", "3,50"]) == ","
    assert find_decimal(["1,005", "3.50"]) == "."
    assert find_decimal(["1.005", "1,005"]) is None
    assert find_decimal(["3,50", "3.50"]) is None
    assert parse_price("1.005", ",") == Price(1005)
    assert parse_price("1,005", ",") == Price(1.005)
    assert parse_price("1.005", ".") == parse_price("1.005") == Price(1.005)
    assert parse_price("1,005") == Price(1005)


def test_a_column_of_prices_in_one_style(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('listing_id,title,price\n1,a,1.005\n2,b,"3,50"\n3,c,"1.005,25"\n', encoding="utf-8")
    assert read_catalog(path).numbers("price").tolist() == [1005, 3.5, 1005.25]


@given(st.floats(0.01, 9_999_999).map(lambda x: round(x, 2)), st.sampled_from(["US $", "€", "R$ ", "", "¥"]))
def test_a_price_in_any_of_three_styles_is_the_same_price(amount: float, money: str) -> None:
    plain = f"{amount:,.2f}"
    swapped = plain.translate(str.maketrans(",.", ".,"))
    spaced = plain.replace(",", " ")
    read = [parse_price(f"{money}{text}") for text in (plain, swapped, spaced, f"{amount:.2f}")]
    assert [None if p is None else p.amount for p in read] == [amount] * 4


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("12.0", 12), ("1,000+ sold", 1000), ("1.2万", 12000), ("10k+", 10000), ("1 500 шт.", 1500),
     ("-2", -2),
     ("many", None), ("", None), ("1/2", None), ("9" * 50, None)],
)  # fmt: skip
def test_counts(text: str, number: float | None) -> None:
    assert parse_count(text) == number


def test_spoiled_ids() -> None:
    assert is_spoiled_id("1.00501E+15")
    assert is_spoiled_id("1005005120789580", numeric=True)
    assert not is_spoiled_id("1005005120789580")
    assert not is_spoiled_id("1005005120789585", numeric=True)
    assert not is_spoiled_id("100500512078950", numeric=True)
    assert not is_spoiled_id("4E5")
    assert not is_spoiled_id("SM-E10")


def test_a_whole_column_of_long_ids_in_zeros_was_in_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rows = "".join(f"10050051207{i:04d}0,T{i},5\n" for i in range(8))
    path.write_text("listing_id,title,price\n" + rows, encoding="utf-8")
    assert [p.text.key for p in read_catalog(path).problems] == ["catalog.id_spoiled"] * 8
    path.write_text("listing_id,title,price\n" + rows + "1005005120789585,T,5\n", encoding="utf-8")
    assert not read_catalog(path).problems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Color=Red; Size=M", {"Color": "Red", "Size": "M"}),
        ("Color=Red;Size=M;", {"Color": "Red", "Size": "M"}),
        ("Material=A;B; Size=M", {"Material": "A;B", "Size": "M"}),
        ('{"Color": "Red; Blue", "n": 2}', {"Color": "Red; Blue", "n": "2"}),
        ('[{"name": "Color", "value": "Red"}]', {"Color": "Red"}),
        ("Color: Red; Size: M", {"Color": "Red", "Size": "M"}),
        ("Color: Red\nSize: M", {"Color": "Red", "Size": "M"}),
        ("颜色：红色；尺码：M", {"颜色": "红色", "尺码": "M"}),
        ("Color=Red|Size=M", {"Color": "Red", "Size": "M"}),
        ("Formula=a=b; Size=M", {"Formula": "a=b", "Size": "M"}),
        ("Fabric=Luma&trade;, Mesh; Size=M", {"Fabric": "Luma™, Mesh", "Size": "M"}),
        ("Color=Red; Color=Blue", {"Color": "Red, Blue"}),
        ("cotton, red", {"": "cotton, red"}),
        ("{broken", {"": "{broken"}),
        ("Matière:Soie:1,Couleur:Rouge:2", {"Matière": "Soie", "Couleur": "Rouge"}),
        ("Composition:Coton, lin:1:0", {"Composition": "Coton, lin"}),
        ("Millésime:2021:1", {"Millésime": "2021"}),
        ("Scale:1:43", {"Scale": "1:43"}),
        ("Time: 10:30", {"Time": "10:30"}),
        ("", {}),
        (";;=;", {}),
    ],
)
def test_attributes(text: str, expected: dict[str, str]) -> None:
    assert parse_attributes(text) == expected


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)
    | st.text('aB=;:|{}[]"\\& \n,<>', max_size=25)
)
def test_attributes_are_a_fixed_point_of_writing_and_reading(text: str) -> None:
    once = parse_attributes(text)
    written = format_attributes(once)
    assert parse_attributes(written) == once
    assert format_attributes(parse_attributes(written)) == written


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=12), max_size=4))
def test_any_attributes_can_be_written(attributes: dict[str, str]) -> None:
    read = parse_attributes(format_attributes(attributes))
    assert parse_attributes(format_attributes(read)) == read
    plain = all(t.isprintable() and t.strip() == t != "" and "&" not in t for pair in attributes.items() for t in pair)
    assert not plain or read == attributes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.jpg", ["a.jpg"]),
        ("a.jpg;b.jpg", ["a.jpg", "b.jpg"]),
        ("a b.jpg, c.png", ["a b.jpg", "c.png"]),
        ("https://x.example/1.jpg, https://x.example/2.jpg", ["https://x.example/1.jpg", "https://x.example/2.jpg"]),
        ("https://x.example/1.jpg|https://x.example/2.jpg", ["https://x.example/1.jpg", "https://x.example/2.jpg"]),
        (
            "https://x.example/a,b.jpg\nhttps://x.example/2.jpg",
            ["https://x.example/a,b.jpg", "https://x.example/2.jpg"],
        ),
        ("//x.example/1.jpg//", ["https://x.example/1.jpg//"]),
        ("img\\a.jpg", ["img/a.jpg"]),
        ("a.jpg;a.jpg; ;", ["a.jpg"]),
        ("", []),
    ],
)
def test_lists_of_pictures(text: str, expected: list[str]) -> None:
    assert split_images(text) == expected


def test_markup() -> None:
    assert clean_title("<b>Tie</b>&nbsp;&amp; more<br/>\n now") == "Tie & more now"
    assert clean_title("size <M> & a < b") == "size <M> & a < b"
    assert clean_title("<script>alert(1)</script>") == "<script>alert(1)</script>"
    assert clean_markup("&lt;br/&gt;One&lt;script&gt;x()&lt;/script&gt;<p>Two&amp;amp;</p><img src=x>") == "One\nTwo&"


# --------------------------------------------------------------------------------------------------------------
# Two ways of reading one file agree

cells = st.text(st.characters(exclude_characters="\x00\r\n", exclude_categories=["Cs"]), max_size=8) | st.text(
    'a", \n', max_size=6
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=5), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_the_fast_way_and_the_careful_way_read_the_same(
    rows: list[tuple[str, str, str]], end: str, closed: bool
) -> None:
    import csv

    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end).writerows([("listing_id", "title", "price"), *rows])
    text = out.getvalue() if closed else out.getvalue().removesuffix(end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "_LARGE", 1)
        fast = read_plain_csv(text.encode("utf-8"), "x")
    careful = make_sheet(Grid("x", split_records(text, ",")))

    def show(sheet: Sheet | None) -> object:
        assert sheet is not None
        return sheet.headers, [c.tolist() for c in sheet.columns], sheet.rows.tolist()

    assert show(fast) == show(careful)


# --------------------------------------------------------------------------------------------------------------
# Broken and hostile input

BASES = sorted(p for p in FIXTURES.iterdir() if p.suffix != ".xls" or p.name == "erp-html.xls")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(BASES), st.randoms(use_true_random=False), st.integers(1, 4))
def test_mutated_files_are_read_or_refused(base: Path, rng: random.Random, times: int) -> None:
    data = bytearray(base.read_bytes())
    for _ in range(times):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(4)
        if kind == 0:
            del data[at:]
        elif kind == 1:
            data[at : at + 1] = bytes([rng.randrange(256)])
        elif kind == 2:
            data[at:at] = rng.choice([b'"', b"\x00", b"\xff\xfe", b"<", b"{", b"\n", b",,,,", b"&#1;", b"]]>"])
        else:
            del data[at : at + rng.randrange(1, 200)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / base.name
        path.write_bytes(bytes(data))
        try:
            catalog = read_catalog(path)
        except CatalogError as error:
            assert error.say("en")
            assert error.say("zh")
            return
    assert len(set(catalog.ids)) == len(catalog) > 0
    for problem in catalog.problems:
        assert problem.text.say("en")
        assert problem.text.say("zh")
        assert problem.row is None or problem.row > 0


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 29), st.sampled_from(['"', "\x00", '""', ",", "\udcff", '","', "\n"]), st.integers(0, 40))
def test_one_stray_sign_never_loses_another_row(row: int, sign: str, at: int) -> None:
    rows = [f"ID{i:03d},Shirt number {i},{i + 1}.50,USD,Shirts,img/{i}.jpg,Color=Red; Size=M" for i in range(30)]
    at = min(at, len(rows[row]))
    rows[row] = rows[row][:at] + sign + rows[row][at:]
    text = "\n".join(["listing_id,title,price,currency,category,main_image,attributes", *rows]) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        catalog = read_catalog(path)
    others = {f"ID{i:03d}" for i in range(30) if i != row}
    assert others <= set(catalog.ids)


def test_no_entity_is_expanded_and_no_file_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET", encoding="utf-8")
    path = tmp_path / "feed.xml"
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY s SYSTEM "file://{secret}"><!ENTITY b "{"x" * 1000}">'
        '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>'
        '<yml_catalog><shop><offers><offer id="1" group_id=""><name>Tie &s;</name><price>5</price>'
        "<vendor>&d;</vendor></offer></offers></shop></yml_catalog>",
        encoding="utf-8",
    )
    catalog = read_catalog(path)
    assert catalog.table["title"][0].startswith("Tie")
    assert "SECRET" not in str(catalog.table.to_dict())
    assert "x" * 1000 not in str(catalog.table.to_dict())


def test_a_feed_that_breaks_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes((FIXTURES / "yml.xml").read_bytes()[:-150])
    catalog = read_catalog(path)
    assert catalog.ids.tolist()[:1] == ["tie-1"]
    assert any(p.text.key == "catalog.xml_broken" and p.severity == "error" for p in catalog.problems)


def test_broken_json_lines_are_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"id": "1", "title": "a", "price": 2}\n{"id": "2", "tit\n{"id": "3", "title": "c"}\n', "utf-8")
    catalog = read_catalog(path)
    assert catalog.ids.tolist() == ["1", "3"]
    assert (2, "catalog.bad_line") in [(p.row, p.text.key) for p in catalog.problems]
    path.write_text('[{"id": "1", "title": "a"}, {"id": "2", "title": "b"}, {"id": "3", "ti', "utf-8")
    catalog = read_catalog(path)
    assert catalog.ids.tolist() == ["1", "2"]
    assert any(p.text.key == "catalog.breaks_off" for p in catalog.problems)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 4,
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
        b"PK\x03\x04" + b"\x00" * 100,
        b"\xd0\xcf\x11\xe0" + b"\x00" * 600,
        b"PAR1" + b"\x00" * 20 + b"PAR1",
        b"<html><body><p>Please sign in</p></body></html>",
        b"<?xml version='1.0'?><rss></rss>",
        b"<",
        b"[",
        b"{}",
        b"[1, 2]",
        b"[" * 100_000,
        b"\x00" * 1000,
        b"hello world",
    ],
)
def test_files_that_hold_no_catalogue_are_one_clear_error(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(CatalogError) as caught:
        read_catalog(path)
    assert str(path) in caught.value.say("en")
    assert str(path) in caught.value.say("zh")


def test_a_spreadsheet_whose_sectors_run_in_a_circle_is_refused(tmp_path: Path) -> None:
    raw = bytearray((FIXTURES / "erp-biff.xls").read_bytes())
    table = 512 * (1 + int.from_bytes(raw[76:80], "little"))
    directory = int.from_bytes(raw[48:52], "little")
    raw[table + 4 * directory : table + 4 * directory + 4] = directory.to_bytes(4, "little")
    path = tmp_path / "x.xls"
    path.write_bytes(bytes(raw))
    with pytest.raises(CatalogError, match="spreadsheet"):
        read_catalog(path)


@pytest.mark.slow
def test_a_spreadsheet_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    from test_catalog_formats import make_xlsx

    packed = io.BytesIO(make_xlsx({"A": [["listing_id", "title"], ["1", "a"]]}))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as book, book.open("xl/media/x.bin", "w") as member:
        for _ in range(31):
            member.write(bytes(10_000_000))
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(packed.getvalue())
    with pytest.raises(CatalogError, match="unpacks to more than"):
        read_catalog(path)


def test_a_cell_at_the_far_corner_costs_no_memory(tmp_path: Path) -> None:
    from test_catalog_formats import make_xlsx

    raw = make_xlsx({"A": [["listing_id", "title"], ["1", "a"]]})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as packed, zipfile.ZipFile(out, "w") as again:
        for name in packed.namelist():
            body = packed.read(name)
            if name.endswith("sheet1.xml"):
                far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                body = body.replace(b"</sheetData>", far)
            again.writestr(name, body)
    path = tmp_path / "wide.xlsx"
    path.write_bytes(out.getvalue())
    with pytest.raises(CatalogError, match="1048576 rows"):
        read_catalog(path)


@pytest.mark.parametrize("sign", ["1,", "5 - ", "$", "9", "=", "; ", "<b ", "&#", "a=b; ", "//a.jpg ", "{", "起"])
def test_long_values_take_no_long_time(sign: str) -> None:
    text = sign * (200_000 // len(sign))
    started = time.process_time()
    parse_price(text)
    parse_price(text[:119])
    parse_count(text)
    parse_attributes(text)
    clean_title(text)
    clean_markup(text)
    split_images(text)
    assert time.process_time() - started < 20  # a square would take minutes


def test_both_languages_say_the_same_things() -> None:
    words = Path(__file__).parents[1] / "dupcheck" / "messages"
    held = [tomllib.loads((words / lang / "catalog.toml").read_text("utf-8")) for lang in ("en", "zh")]
    assert held[0].keys() == held[1].keys()
    for key, text in held[0].items():
        fields = [sorted(re.findall(r"\{(\w+)", t)) for t in (text, held[1][key])]
        assert fields[0] == fields[1], key
    code = "".join(p.read_text("utf-8") for p in words.parent.rglob("*.py"))
    assert {key for key in held[0] if f"catalog.{key}" not in code} == set()
