"""What sellers really hold: one small shop, written in the shape of each marketplace's export."""

import dataclasses
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pytest

import dupcheck as dc
from dupcheck.catalog import describe_formats, get_listing, read_catalog, read_listing, write_catalog
from dupcheck.catalog.assembly import CANONICAL
from dupcheck.catalog.formats import (
    Format,
    find_format,
    list_formats,
    normalise_header,
    read_format_keys,
    score_format,
)
from dupcheck.errors import CatalogError
from dupcheck.messages import LANGS, list_whole
from dupcheck.model import Catalog, Listing

FIXTURES = Path(__file__).parent / "fixtures" / "formats"
TIE, MUG = "Silk Tie for Men", "Enamel Mug 350 ml"
RED_BLUE = [({"Color": "Red"}, 5.99, "TIE-R", 10.0), ({"Color": "Blue"}, 6.49, "TIE-B", 4.0)]
ZH = [({"颜色": "红色"}, 5.99, "TIE-R", 10.0), ({"颜色": "蓝色"}, 6.49, "TIE-B", 4.0)]
NO_STOCK = [(options, price, code, None) for options, price, code, _ in RED_BLUE]
NONE: list[object] = []

# file → the ids, titles, prices and SKUs (options, price, code, stock) that a person reads in it
EXPECTED: dict[str, Sequence[tuple[str, str, float | None, Sequence[object]]]] = {
    "shopify.csv": [("tie-1", TIE, 5.99, RED_BLUE), ("mug-1", MUG, 12.5, NONE)],
    "shopify-new.csv": [("tie-1", TIE, 5.99, RED_BLUE), ("mug-1", MUG, 12.5, NONE)],
    "shopify.json": [("tie-1", TIE, 5.99, RED_BLUE), ("mug-1", MUG, 12.5, NONE)],
    "shopify-theme.json": [("tie-1", TIE, 5.99, NO_STOCK)],
    "woocommerce.csv": [("tie-1", TIE, 5.99, RED_BLUE), ("mug-1", MUG, 12.5, NONE)],
    "google.tsv": [("tie-1", TIE, 5.99, NO_STOCK), ("mug-1", MUG, 12.5, NONE)],
    "google.xml": [("tie-1", TIE, 5.99, NO_STOCK), ("mug-1", MUG, 12.5, NONE)],
    "amazon-report.txt": [("0412ZA1B2C3", f"{TIE} – Red", 5.99, NONE), ("0412ZA1B2C4", MUG, 12.5, NONE)],
    "amazon-template.txt": [("tie-1", TIE, 5.99, RED_BLUE), ("mug-1", MUG, 12.5, NONE)],
    "amazon-template-new.txt": [("tie-1", TIE, 5.99, RED_BLUE), ("mug-1", MUG, 12.5, NONE)],
    "ebay-active.csv": [("110012345678", TIE, 5.99, RED_BLUE), ("110012345679", MUG, 12.5, NONE)],
    "ebay-template.csv": [("tie-1", TIE, 5.99, RED_BLUE), ("mug-1", MUG, 12.5, NONE)],
    "danea.csv": [("tie-1", TIE, 5.99, NONE), ("mug-1", MUG, 12.5, NONE)],
    "prestashop-import-fr.csv": [("41", TIE, 5.99, NONE), ("42", MUG, 12.5, NONE)],
    "etsy.csv": [
        ("TIE-R", TIE, 5.99, [(options, None, code, None) for options, _, code, _ in RED_BLUE]),
        ("MUG", MUG, 12.5, NONE),
    ],
    "lazada.csv": [("tie-1", TIE, 5.99, RED_BLUE), ("mug-1", MUG, 12.5, NONE)],
    "dianxiaomi-tiktok.csv": [
        ("TIE-R", TIE, 5.99, RED_BLUE),
        ("MUG", MUG, 12.5, NONE),
        ("TIE-X", TIE, 7.0, [({"Color": "Red"}, 7.0, "TIE-X", 1.0)]),
    ],
    "dianxiaomi-temu.csv": [("tie-1", "真丝领带", 5.99, ZH), ("mug-1", "搪瓷杯", 12.5, NONE)],
    "aliexpress-package.csv": [("1005005120789585", TIE, 5.99, NONE), ("1005005120789586", MUG, 62.5, NONE)],
    "aliexpress-top.json": [("1005005120789585", TIE, 5.99, RED_BLUE)],
    "aliexpress-classic.json": [("32801111111", MUG, 62.5, NONE), ("32801111112", TIE, 5.99, RED_BLUE)],
    "aliexpress-solution.json": [("1005005120789585", TIE, 5.99, RED_BLUE)],
    "aliexpress-page.json": [
        (
            "1005005120789585",
            TIE,
            5.99,
            [({"Color": "Red"}, 5.99, "12000001", 10.0), ({"Color": "Blue"}, 6.49, "12000002", 4.0)],
        )
    ],
    "taobao.csv": [("520012345678", "真丝领带", 5.99, ZH), ("520012345679", "搪瓷杯", 12.5, NONE)],
    "mabang-stock.csv": [("TIE-R", "Silk Tie Red", None, NONE), ("MUG", "搪瓷杯", None, NONE)],
    "tongtool.xls": [("tie-1", TIE, 5.99, ZH), ("mug-1", MUG, 12.5, NONE)],
    "erp-html.xls": [
        ("489400", TIE, 5.99, [({"颜色": o["Color"]}, p, c, s) for o, p, c, s in RED_BLUE]),
        ("489401", MUG, 12.5, NONE),
    ],
    "erp-biff.xls": [("1005005120789580", TIE, 5.99, NONE), ("110012", MUG, None, NONE)],
    "yml.xml": [
        (
            "tie-1",
            TIE,
            499.0,
            [({"Цвет": "Красный"}, 499.0, "TIE-R", 10.0), ({"Цвет": "Синий"}, 549.0, "TIE-B", 4.0)],
        ),
        ("mug-1", MUG, 899.0, NONE),
    ],
    "russian.csv": [("TIE-R", "Галстук шёлковый", 1499.0, NONE), ("MUG", "Кружка эмалированная", 350.5, NONE)],
    "spanish.csv": [("tie-1", "Corbata de seda para niño", 1005.0, NONE), ("mug-1", "Taza esmaltada", 12.5, NONE)],
    "portuguese.csv": [
        ("tie-1", "Gravata de seda para homens à prova d'água", 33.43, NONE),
        ("mug-1", "Caneca esmaltada", 1299.0, NONE),
    ],
    "chinese-traditional.csv": [("tie-1", "真絲領帶 男士", 5.99, NONE), ("mug-1", "搪瓷杯 復古", 12.5, NONE)],
    "records.jsonl": [("tie-1", TIE, 5.99, NONE), ("mug-1", MUG, 12.5, NONE)],
}


def held(catalog: Catalog) -> list[Listing]:
    return [get_listing(catalog, i) for i in range(len(catalog))]


def plain(catalog: Catalog) -> list[tuple[str, str, float | None, list[object]]]:
    return [
        (x.listing_id, x.title, x.price, [(dict(s.options), s.price, s.sku_code, s.stock) for s in x.skus])
        for x in held(catalog)
    ]


def test_every_fixture_has_its_expectation() -> None:
    assert {p.name for p in FIXTURES.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_shape_gives_the_listings_a_person_reads_in_it(name: str, tmp_path: Path) -> None:
    catalog = read_catalog(FIXTURES / name)
    assert plain(catalog) == EXPECTED[name]
    # A name tells nothing: the same bytes are the same catalogue under any.
    other = tmp_path / "download.dat"
    other.write_bytes((FIXTURES / name).read_bytes())
    assert plain(read_catalog(other)) == EXPECTED[name]
    write_catalog(catalog, tmp_path / "catalog.csv")
    assert held(read_catalog(tmp_path / "catalog.csv")) == held(catalog)
    for problem in catalog.problems:
        for lang in LANGS:
            assert "{" not in problem.text.say(lang)


def test_each_offer_of_a_feed_is_sold_whatever_it_states(tmp_path: Path) -> None:
    feed = tmp_path / "feed.tsv"
    feed.write_text(
        "id\ttitle\tlink\timage_link\tprice\tavailability\tcolor\tsize\titem_group_id\n"
        "A1\tCanvas Shoe\thttps://s.example/1\thttps://s.example/1.jpg\t26.50 EUR\tin_stock\t\t37\tA1\n"
        "A2\tCanvas Shoe\thttps://s.example/2\thttps://s.example/2.jpg\t27.50 EUR\tin_stock\tWhite\t38\tA1\n"
    )
    (listing,) = held(read_catalog(feed))
    assert [(s.sku_code, s.price, s.options["Size"]) for s in listing.skus] == [("A1", 26.5, "37"), ("A2", 27.5, "38")]


def test_what_the_fields_hold() -> None:
    tie, mug = held(read_catalog(FIXTURES / "shopify.csv"))
    assert tie.description == "A tie.\nWoven & lined."
    assert tie.main_image == "https://img.example/tie.jpg"
    assert tie.images == ("https://img.example/tie-2.jpg", "https://img.example/tie-3.jpg")
    assert tie.price_max == 6.49
    assert tie.stock is None
    assert mug.stock == 7
    assert mug.gtin == "4006381333931"
    package, lot = held(read_catalog(FIXTURES / "aliexpress-package.csv"))
    assert (package.min_order_quantity, package.bulk_price, package.lot_size) == (10, 4.79, None)
    assert package.main_image == "img/tie.jpg"
    assert lot.lot_size == 5
    classic = held(read_catalog(FIXTURES / "aliexpress-classic.json"))[0]
    assert (classic.lot_size, classic.sku_code) == (5, "MUG")
    offer = held(read_catalog(FIXTURES / "yml.xml"))[0]
    assert (offer.currency, offer.category, offer.min_order_quantity, offer.bulk_price) == ("RUB", "Галстуки", 5, 450)
    assert offer.attributes == {"Состав": "Шёлк"}
    top = held(read_catalog(FIXTURES / "aliexpress-top.json"))[0]
    assert top.attributes == {"Material": "Silk", "Brand": "North"}
    assert (top.min_order_quantity, top.bulk_price) == (10, 5.69)


def test_cells_that_hold_a_number_are_read_for_what_it_means() -> None:
    said = {
        name: get_listing(read_catalog(FIXTURES / name), 0).attributes
        for name in ("ebay-template.csv", "amazon-report.txt")
    }
    assert [facts["Condition"] for facts in said.values()] == ["New", "New"]
    facts = get_listing(read_catalog(FIXTURES / "prestashop-import-fr.csv"), 0).attributes
    assert (facts["Matière"], facts["Couleur"]) == ("Soie", "Rouge")


def test_used_and_new_are_no_copies_and_of_grades_it_is_asked(tmp_path: Path) -> None:
    head = "*Action(SiteID=UK|Country=GB),ItemID,CustomLabel,*Category,*Title,*ConditionID,*StartPrice,*Format"
    rows = [
        f"Revise,{n},,139971,Nintendo Switch pro controller black,{c},40,FixedPrice"
        for n, c in enumerate((1000, 3000, 5000, 5000))
    ]
    (tmp_path / "ebay.csv").write_text("\n".join([head, *rows]), "utf-8")
    plans = dc.audit(read_catalog(tmp_path / "ebay.csv")).plans
    told = {m.listing_id: m.role for p in plans for m in p.members}
    assert told == {"1": "ask", "2": "keep", "3": "remove"}  # of the used ones two say the same


def test_it_says_what_it_took_for_what() -> None:
    catalog = read_catalog(FIXTURES / "russian.csv")
    assert catalog.mapping["Название товара"] == "title"
    assert catalog.mapping["Цена, руб."] == "price"
    told = next(p for p in catalog.problems if p.text.key == "catalog.read_as")
    assert told.severity == "info"
    assert "Цена, руб. → price" in told.text.say("en")
    assert "Ozon 商品模板" in told.text.say("zh")


def test_spoiled_ids_and_double_headers() -> None:
    catalog = read_catalog(FIXTURES / "erp-biff.xls")
    assert [(p.row, p.text.key) for p in catalog.problems if p.field == "listing_id"] == [(2, "catalog.id_spoiled")]
    assert catalog.numbers("price")[0] == 5.99  # the first of two columns of one name
    assert np.isnan(catalog.numbers("price")[1])


def test_template_notes_are_no_listings_and_are_told() -> None:
    told = [(p.row, p.text.key) for p in read_catalog(FIXTURES / "dianxiaomi-tiktok.csv").problems]
    assert (7, "catalog.note_skipped") in told


# --------------------------------------------------------------------------------------------------------------
# Encodings

TABLE = {
    "en": "listing_id,title,price\n1,Silk tie,5.99\n2,Mug,3\n",
    "zh": "商品ID,标题,价格\n1,新款短袖男士T恤,12\n2,纯棉女士连衣裙夏季,15\n",
    "zh-short": "id,title,price\n1,杯子,5\n2,Plain,6\n",
    "zht": "商品ID,標題,價格\n1,新款短袖男士T恤,12\n2,純棉女士連衣裙夏季,15\n",
    "ru": "id;название;цена\n1;Юбка женская;349\n2;Футболка мужская;500\n",
    "es": "id;título;precio\n1;Camiseta de algodón;3,50 €\n2;Pantalón niño;9\n",
    "de": "id;title;preis\n1;Größe Übergröße Schürze;3\n2;Fön für Mädchen;5\n",
}
ENCODINGS = [
    ("en", "utf-8"), ("en", "utf-8-sig"), ("en", "utf-16"), ("en", "utf-16-le"), ("en", "utf-16-be"),
    ("zh", "utf-8"), ("zh", "utf-8-sig"), ("zh", "gb18030"), ("zh", "gbk"), ("zh", "utf-16"), ("zh", "utf-16-be"),
    ("zh-short", "gb18030"), ("zht", "big5"), ("zht", "utf-8"), ("ru", "cp1251"), ("ru", "utf-16"), ("es", "cp1252"),
    ("de", "cp1252"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_encoding_and_delimiter(language: str, encoding: str, delimiter: str, tmp_path: Path) -> None:
    text = TABLE[language].replace("3,50", "3.50").replace(";", ",")
    lines = [line.split(",") for line in text.splitlines()]
    path = tmp_path / "x.txt"
    path.write_bytes("\r\n".join(delimiter.join(cells) for cells in lines).encode(encoding))
    catalog = read_catalog(path)
    assert catalog.ids.tolist() == ["1", "2"]
    assert catalog.table["title"].tolist() == [lines[1][1], lines[2][1]]


def test_utf8_with_a_few_broken_bytes_stays_utf8(tmp_path: Path) -> None:
    raw = TABLE["zh"].encode("utf-8").replace("男".encode(), b"\xe7\x94")
    path = tmp_path / "x.csv"
    path.write_bytes(raw)
    catalog = read_catalog(path)
    assert catalog.table["title"][1] == "纯棉女士连衣裙夏季"
    assert any(p.text.key == "catalog.undecodable" for p in catalog.problems)


# --------------------------------------------------------------------------------------------------------------
# Spreadsheets

ROWS: list[list[object]] = [
    ["产品ID", "标题", "价格", "颜色"],
    [1005005120789585.0, "Tie", 5.99, "Red"],
    [1005005120789580.0, "Mug", "US $5.99 - 12.99 / lot", ""],
    ["0017", "Cup", 12.0, "Blue"],
]


def make_xlsx(sheets: dict[str, list[list[object]]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        types = "".join(
            f'<Override PartName="/xl/worksheets/sheet{i}.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
            for i in range(1, len(sheets) + 1)
        )
        packed.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/xl/workbook.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
            f"{types}</Types>",
        )
        office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        rels = "http://schemas.openxmlformats.org/package/2006/relationships"
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        packed.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{rels}"><Relationship Id="r" Type="{office}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        names = "".join(f'<sheet name="{escape(n)}" sheetId="{i}" r:id="r{i}"/>' for i, n in enumerate(sheets, 1))
        packed.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{names}</sheets></workbook>'
        )
        links = "".join(
            f'<Relationship Id="r{i}" Type="{office}/worksheet" Target="worksheets/sheet{i}.xml"/>'
            for i in range(1, len(sheets) + 1)
        )
        packed.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{rels}">{links}</Relationships>')
        for number, rows in enumerate(sheets.values(), 1):
            body = ""
            for r, row in enumerate(rows, 1):
                body += f'<row r="{r}">'
                for c, value in enumerate(row):
                    ref = f"{chr(65 + c)}{r}"
                    if isinstance(value, float):
                        body += f'<c r="{ref}"><v>{value!r}</v></c>'
                    elif value != "":
                        body += f'<c r="{ref}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'
                body += "</row>"
            packed.writestr(
                f"xl/worksheets/sheet{number}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
            )
    return out.getvalue()


def make_ods(rows: list[list[object]]) -> bytes:
    body = ""
    for row in rows:
        body += "<table:table-row>"
        for value in row:
            kind = f'office:value-type="float" office:value="{value}"' if isinstance(value, float) else (
                'office:value-type="string"'
            )  # fmt: skip
            body += f"<table:table-cell {kind}><text:p>{escape(str(value))}</text:p></table:table-cell>"
        body += "</table:table-row>"
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="A">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", content)
        packed.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            "</manifest:manifest>",
        )
    return out.getvalue()


@pytest.mark.parametrize("raw", [make_xlsx({"A": ROWS}), make_ods(ROWS)], ids=["xlsx", "ods"])
def test_spreadsheets_keep_ids_and_flag_spoiled_ones(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(raw)
    catalog = read_catalog(path)
    assert catalog.ids.tolist() == ["1005005120789585", "1005005120789580", "0017"]
    assert [p.listing_id for p in catalog.problems if p.text.key == "catalog.id_spoiled"] == ["1005005120789580"]
    assert catalog.numbers("price").tolist() == [5.99, 5.99, 12.0]
    assert catalog.numbers("price_max")[1] == 12.99
    assert catalog.column("currency")[1] == "USD"
    assert [x.attributes for x in held(catalog)] == [{"Color": "Red"}, {}, {"Color": "Blue"}]


def test_the_sheet_with_the_listings_is_found_and_several_are_joined(tmp_path: Path) -> None:
    notes: list[list[object]] = [["How to fill in this template"], ["Read", "the", "notes"], ["1", "2", "3"]]
    keys = ["ps_product_name", "ps_price", "ps_stock", "ps_sku_short", "et_title_variation_integration_no",
            "et_title_variation_1", "et_title_option_for_variation_1"]  # fmt: skip
    shopee: list[list[object]] = [
        list(keys),
        ["Product Name", "Price", "Stock", "SKU", "Variation Integration No.", "Variation Name1", "Option for 1"],
        ["Mandatory", "Mandatory", "Mandatory", "Optional", "Conditional", "Conditional", "Conditional"],
        ["Between 20 and 120 characters", "The price of the product", "", "", "", "", ""],
        ["Silk Tie", 5.99, 10.0, "TIE-R", "v1", "Color", "Red"],
        ["Silk Tie", 6.49, 4.0, "TIE-B", "v1", "Color", "Blue"],
        ["Mug", 12.0, 7.0, "MUG", "", "", ""],
    ]
    path = tmp_path / "template.xlsx"
    path.write_bytes(make_xlsx({"Guide": notes, "Template": shopee, "More": [shopee[0], shopee[6]]}))
    catalog = read_catalog(path)
    assert plain(catalog) == [
        ("v1", "Silk Tie", 5.99, [({"Color": "Red"}, 5.99, "TIE-R", 10.0), ({"Color": "Blue"}, 6.49, "TIE-B", 4.0)]),
        ("MUG", "Mug", 12.0, []),
    ]  # the mug that stands in two sheets is one
    assert [p.row for p in catalog.problems if p.text.key == "catalog.row_again"] == [2]
    assert [p.row for p in catalog.problems if p.text.key == "catalog.note_skipped"] == [2, 3, 4]


def test_parquet(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "x"
    columns = {
        "product_id": pa.array([1005005120789585, 17]),
        "title": ["Tie", None],
        "price": [5.99, 3.0],
        "images": pa.array([["https://a.example/1.jpg", "https://a.example/2.jpg"], None]),
    }
    pq.write_table(pa.table(columns), path)
    catalog = read_catalog(path)
    assert catalog.ids.tolist() == ["1005005120789585", "17"]
    assert catalog.table["main_image"].tolist() == ["https://a.example/1.jpg", ""]
    assert [(p.row, p.field) for p in catalog.problems if p.row] == [(2, "title")]


# --------------------------------------------------------------------------------------------------------------
# Unknown shapes, variants, shops


def test_rows_with_one_id_and_other_colours_are_skus(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "商品ID,标题,颜色,尺码,SKU,价格,品牌\n"
        "7,Shirt,Red,M,a,5,North\n7,Shirt,Red,L,b,6,North\n8,Hat,Red,,c,3,North\n8,Scarf,Red,,d,4,North\n",
        encoding="utf-8",
    )
    catalog = read_catalog(path)
    shirt, hat, scarf = held(catalog)
    assert [dict(s.options) for s in shirt.skus] == [{"Size": "M"}, {"Size": "L"}]
    assert shirt.attributes == {"Brand": "North", "Color": "Red"}
    # One id under two titles is two listings, and said so.
    assert (hat.listing_id, scarf.listing_id, scarf.title) == ("8", "8 (2)", "Scarf")
    assert any(p.text.key == "catalog.id_twice" and p.row == 5 for p in catalog.problems)


def test_child_rows_with_blank_parent_cells_belong_above(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("id,title,color,sku,price\n7,Shirt,,,\n,,Red,a,5\n,,Blue,b,6\n8,Hat,,c,3\n", encoding="utf-8")
    assert plain(read_catalog(path)) == [
        ("7", "Shirt", 5.0, [({"Color": "Red"}, 5.0, "a", None), ({"Color": "Blue"}, 6.0, "b", None)]),
        ("8", "Hat", 3.0, []),
    ]


def test_own_columns_beside_the_canonical_ones_are_attributes(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("listing_id,title,price,Colour,attributes,id\n1,Tie,5,Red,Material=Silk,99\n", encoding="utf-8")
    (tie,) = held(read_catalog(path))
    assert (tie.listing_id, tie.attributes) == ("1", {"Material": "Silk", "Color": "Red"})


def test_two_shops_with_one_handle_stay_apart(tmp_path: Path) -> None:
    for shop in ("north", "south"):
        (tmp_path / f"{shop}.csv").write_bytes((FIXTURES / "shopify.csv").read_bytes())
    catalog = read_catalog([tmp_path / "north.csv", tmp_path / "south.csv"])
    assert catalog.ids.tolist() == ["tie-1", "mug-1", "tie-1 (south)", "mug-1 (south)"]
    assert len(get_listing(catalog, 2).skus) == 2
    assert catalog.table["shop"].tolist() == ["north", "north", "south", "south"]


def test_mapping_overrides_any_format(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("Zeichen;Wort;Preis\nA1;Becher;3,50\n", encoding="utf-8")
    with pytest.raises(CatalogError, match="listing_id, title"):
        read_catalog(path)
    catalog = read_catalog(path, mapping={"listing_id": "zeichen", "title": "Wort", "price": "Preis"})
    assert plain(catalog) == [("A1", "Becher", 3.5, [])]
    numbered = read_catalog(path, mapping={"listing_id": "#row", "title": "Wort"})
    assert numbered.ids.tolist() == ["row-2"]


def test_a_seller_can_add_a_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "formats"
    own.mkdir()
    monkeypatch.setenv("DUPCHECK_FORMATS", str(own))
    (own / "becher.toml").write_text(
        'title.en = "The pottery\'s list"\nmust = ["Artikel", "Bezeichnung"]\nrows = "variants"\n'
        'group = ["Artikel"]\n[columns]\nlisting_id = "Artikel"\ntitle = "Bezeichnung"\nprice = "Preis {n}"\n'
        '"option:Farbe" = "Farbe"\n',
        encoding="utf-8",
    )
    path = tmp_path / "x.csv"
    path.write_text("Artikel;Bezeichnung;Preis 1;Farbe\nA1;Becher;3,50;rot\nA1;Becher;3,70;blau\n", encoding="utf-8")
    (cup,) = held(read_catalog(path))
    assert [(dict(s.options), s.price) for s in cup.skus] == [({"Farbe": "rot"}, 3.5), ({"Farbe": "blau"}, 3.7)]
    assert ("becher", "The pottery's list") in describe_formats("zh")
    (own / "becher.toml").write_text('colums = 1\nmust = ["A"]\n', encoding="utf-8")
    with pytest.raises(CatalogError, match=r"becher\.toml.*colums.*Did you mean columns\?"):
        read_catalog(path)
    for field, says in (
        ("listing_di", "Did you mean listing_id?"),
        ("option_nam_1", "option_name_{n}"),
        ("zzz", "zzz"),
    ):
        (own / "becher.toml").write_text(f'must = ["A"]\n[columns]\n{field} = "A"\n', encoding="utf-8")
        with pytest.raises(CatalogError, match=re.escape(says)) as caught:
            read_catalog(path)
        assert field in caught.value.say("zh")
    (own / "becher.toml").write_text("must = [", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"becher\.toml"):
        read_catalog(path)


def test_the_keys_of_a_format_file_are_described() -> None:
    keys = read_format_keys()
    assert set(CANONICAL) <= set(keys["columns"])
    assert {f.name for f in dataclasses.fields(Format)} - {"name", "titles", "own"} <= set(keys["file"])
    for table in keys.values():
        for name, told in table.items():
            assert told["type"] and set(list_whole()) <= set(told), name


@pytest.mark.parametrize("known", list_formats(), ids=lambda f: f.name)
def test_each_format_recognises_its_own_headers(known: object) -> None:
    assert isinstance(known, Format)
    assert all(known.title(lang) for lang in list_whole())
    assert known.title("en") != known.title("zh")
    if not known.must:
        return
    entries = [h.split("|") for h in known.must + known.strong]
    for language in range(max(map(len, entries))):  # every word for a header in its turn
        words = [e[min(language, len(e) - 1)] for e in entries]
        filled = [h.replace("{n}", "1").replace("{name}", "x").replace("{rest}", "x") for h in words]
        assert score_format(known, [normalise_header(h) for h in filled]) == 1.0
        found = find_format(filled)
        assert found is not None
        assert found.name == known.name
    assert find_format([*known.must]) is None or not known.strong


def test_drafts_in_other_shapes() -> None:
    text = (FIXTURES / "aliexpress-top.json").read_text("utf-8")
    assert len(read_listing(text)[0].skus) == 2
    assert read_listing(json.loads(text)) == read_listing(text)
    assert read_listing({"标题": "Tie", "价格": "¥5.99"})[0].currency == "CNY"
    assert read_listing(FIXTURES / "shopify.csv")[0].title == TIE


def test_reading_plain_files_imports_nothing_heavy(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("listing_id,title,price\n1,Tie,5\n", encoding="utf-8")
    code = (
        "import sys; from dupcheck.catalog import read_catalog; before = set(sys.modules); read_catalog(sys.argv[1]);"
        "heavy = {'lxml', 'python_calamine', 'chardet', 'babel', 'pyarrow.parquet', 'opencc', 'platformdirs'};"
        "print(sorted(heavy & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_of_two_columns_of_categories_the_fuller_one_counts(tmp_path: Path) -> None:
    head = "Handle,Title,Product Category,Type,Variant SKU,Variant Price,Option1 Name,Option1 Value"
    rows = [f"lamp-{n},Lamp {n},{'Home > Lighting' * (n < 2)},Lamps,L-{n},5,Title,Default Title" for n in range(4)]
    (tmp_path / "shop.csv").write_text("\n".join([head, *rows]), "utf-8")
    catalog = read_catalog(tmp_path / "shop.csv")
    assert catalog.column("category").tolist() == ["Lamps"] * 4
    assert "Product Category" in catalog.tables[0].unused


def test_a_marketplaces_own_number_is_no_difference_and_explains_no_letter(tmp_path: Path) -> None:
    cable = "Cordway MIDI to TRS Type {} Adapter Cable 5-Pin DIN Female"
    titles = (
        cable.format("A"),
        cable.format("B"),
        "Cajon birch with bag Nordbeat CJ-1",
        "Cajon birch with bag Nordbeat CJ-1",
    )
    head = (
        "item-name listing-id seller-sku price quantity open-date product-id item-condition asin1 fulfillment-channel"
    )
    asins = ("B0MXYJ7MD1", "B0TUUYF1ZP", "B002ASA8BU", "B00CASA8BX")
    rows = [
        f"{t}\tL{k}\tS-{k}\t15.99\t3\t\t{a}\t11\t{a}\tDEFAULT"
        for k, (t, a) in enumerate(zip(titles, asins, strict=True))
    ]
    (tmp_path / "report.txt").write_text("\n".join([head.replace(" ", "\t"), *rows]), "utf-8")
    told = {m.listing_id: m.role for p in dc.audit(read_catalog(tmp_path / "report.txt")).plans for m in p.members}
    assert (told["L2"], told["L3"]) == ("keep", "remove")
    assert {told.get(i, "ask") for i in ("L0", "L1")} == {"ask"}
