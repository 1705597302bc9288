"""What sellers hold is read whole and right: every row accounted for, nothing invented, nothing dropped in silence."""

import io
import json
import math
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from counting import count_calls
from hypothesis import given, settings
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.catalog import get_listing, read_catalog, write_catalog
from dupcheck.catalog.currencies import name_currency, settle_currency, split_header
from dupcheck.catalog.encodings import decode_text, find_codec
from dupcheck.catalog.formats import map_general
from dupcheck.catalog.inspection import save_mapping, tell_account
from dupcheck.catalog.tables import guess_delimiter, split_records
from dupcheck.catalog.terms import is_no_catalogue, is_only_variant, is_prompt, read_stock_word
from dupcheck.catalog.values import parse_price, split_images
from dupcheck.catalog.variants import split_option_list
from dupcheck.errors import CatalogError
from dupcheck.exports import carry_out
from dupcheck.files.cells import guard_text, show_line, unguard_text
from dupcheck.files.numbers import parse_number
from dupcheck.model import Catalog
from dupcheck.run import BOUNDS

Put = Callable[[str, str | bytes], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def keys(catalog: Catalog) -> list[str]:
    return [p.text.key for p in catalog.problems]


def skus(catalog: Catalog, place: int = 0) -> list[tuple[dict[str, str], float | None, str]]:
    return [(dict(s.options), s.price, s.sku_code) for s in get_listing(catalog, place).skus]


def assert_accounted(catalog: Catalog) -> None:
    for table in catalog.tables:
        assert table.rows == table.listings + table.joined + table.told
    assert sum(t.listings for t in catalog.tables) == len(catalog)


def make_book(sheets: Mapping[str, Sequence[Sequence[object]]], hidden: tuple[str, ...] = ()) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name in hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --------------------------------------------------------------------------------------------------------------
# Accounting

WORD = st.text("abcdefgh", min_size=1, max_size=8)
ROW = st.fixed_dictionaries(
    {"title": st.one_of(st.just(""), WORD), "price": st.sampled_from(["5", "", "call us", "1.299,00"])},
    optional={"id": st.one_of(st.just(""), st.sampled_from(["a", "b", "c"])), "note": WORD},
)


def as_csv(rows: list[dict[str, str]]) -> str:
    lines = [";".join(row.get(k, "") for k in ("id", "title", "price", "note")) for row in rows]
    return "id;title;price;note\n" + "\n".join(lines) + "\n"


def as_canonical(rows: list[dict[str, str]]) -> str:
    lines = [",".join(row.get(k, "").replace(",", "") for k in ("id", "title", "price")) for row in rows]
    return "listing_id,title,price\n" + "\n".join(lines) + "\n"


def as_shopify(rows: list[dict[str, str]]) -> str:
    lines = [f"{r.get('id', '')},{r['title']},Size,{r.get('note', '')},sku,{r['price'].replace(',', '')}" for r in rows]
    return "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n" + "\n".join(lines) + "\n"


def as_json(rows: list[dict[str, str]]) -> str:
    return json.dumps({"active": rows[::2], "inactive": [*rows[1::2], 7, "x"], "shop": {"name": "North"}})


def as_lines(rows: list[dict[str, str]]) -> str:
    return "\n".join([*(json.dumps(r) for r in rows), "{broken", "[1]"])


def as_xml(rows: list[dict[str, str]]) -> str:
    items = [f"<{tag}>{''.join(f'<{k}>{v}</{k}>' for k, v in r.items())}</{tag}>" for r, tag in
             zip(rows, ["product", "article"] * len(rows), strict=False)]  # fmt: skip
    return f"<shop><products>{''.join(items)}</products></shop>"


@pytest.mark.parametrize("write", [as_csv, as_canonical, as_shopify, as_json, as_lines, as_xml])
def test_every_row_is_a_listing_a_part_of_one_or_told(
    write: Callable[[list[dict[str, str]]], str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("fed") / "x"

    @settings(max_examples=40, deadline=None)
    @given(rows=st.lists(ROW, min_size=2, max_size=9))
    def check(rows: list[dict[str, str]]) -> None:
        rows = [{"id": "first", "title": "first thing", "price": "5"}, *rows]
        path.write_text(write(rows), encoding="utf-8")
        catalog = read_catalog(path)
        assert_accounted(catalog)
        told = " ".join(p.text.say("en") for p in catalog.problems)
        for row in rows:
            if row["title"]:
                assert row["title"] in catalog.column("title").tolist() or row["title"] in told or write is as_shopify
        if write in (as_csv, as_canonical):
            filled = [r for r in rows if any(v for k, v in r.items() if write is as_csv or k != "note")]
            assert sum(t.rows for t in catalog.tables) == len(filled)

    check()


def test_what_no_reader_took_is_told(put: Put) -> None:
    document = {"products": [{"id": 1, "title": "A", "variants": [{"id": 5, "price": "3"}]}, {"id": 2, "title": "Pan"}],
                "pages": {"one": {"items": [{"id": 3, "title": "Jug"}]}, "two": {"items": [{"id": 4, "title": "Pot"}]}},
                "currencies": [{"code": "EUR"}, {"code": "USD"}]}  # fmt: skip
    catalog = read_catalog(put("x.json", json.dumps(document)))
    assert sorted(catalog.column("title")) == ["A", "Jug", "Pan", "Pot"]
    assert "catalog.list_left" in keys(catalog)
    assert_accounted(catalog)


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(6, 30), places=st.sets(st.integers(0, 29), min_size=1, max_size=3), column=st.integers(0, 3),
    at=st.integers(0, 9),
)  # fmt: skip
def test_stray_quotes_lose_no_row(count: int, places: set[int], column: int, at: int) -> None:
    rows = [[str(i), f"Mug number {i}", f"{i}.50", "USD"] for i in range(1, count + 1)]
    for place in places:
        cells = rows[place % count]
        cells[column] = f'{cells[column][:at]}"{cells[column][at:]}'
    text = "listing_id,title,price,currency\n" + "\n".join(",".join(cells) for cells in rows) + "\n"
    assert len(split_records(text, ",")) == count + 1


def test_a_line_says_what_became_of_the_rows(put: Put) -> None:
    catalog = read_catalog(put("x.csv", "id;title;color;sku;price\n1;Mug;Red;a;5\n1;Mug;Blue;b;5\n2;Pan;;c;6\n;;;;7\n"))
    assert tell_account(catalog.tables) == "4 rows: 2 listings, 1 further SKU, 1 told in problems.csv."
    assert next(p.row for p in catalog.problems if p.severity == "error") == 5


# --------------------------------------------------------------------------------------------------------------
# Variants are SKUs of one listing, never twins


def test_the_same_row_twice_is_one_listing(put: Put) -> None:
    catalog = read_catalog(
        put("x.csv", "id,name,price,vendor_code,supplier\n1,Felt mat,24.3,,North\n1,Felt mat,24.3,,South\n")
    )
    assert catalog.ids.tolist() == ["1"]
    again = next(p for p in catalog.problems if p.text.key == "catalog.row_again")
    assert (again.row, again.listing_id) == (3, "1")
    assert "South" in again.text.say("en")


def test_canonical_rows_of_one_id_and_title_are_its_skus(put: Put) -> None:
    rows = '1,Shirt,5,"Color=Red; Fit=Slim"\n1,Shirt,6,"Color=Blue; Fit=Slim"\n2,Hat,3,\n'
    catalog = read_catalog(put("x.csv", f"listing_id,title,price,attributes\n{rows}"))
    assert catalog.ids.tolist() == ["1", "2"]
    assert skus(catalog) == [({"Color": "Red"}, 5.0, ""), ({"Color": "Blue"}, 6.0, "")]
    assert get_listing(catalog, 0).attributes == {"Fit": "Slim"}


def test_one_id_under_two_titles_stays_two_listings(put: Put) -> None:
    catalog = read_catalog(put("x.csv", "id,title,price\n1,Mug,5\n1,Pan,6\n"))
    assert catalog.ids.tolist() == ["1", "1 (2)"]


def test_children_that_a_parent_lists_are_its_skus(put: Put) -> None:
    header = "sku,product_type,name,price,configurable_variations,base_image"
    rows = 'P,configurable,Rug,,"sku=P-R,color=Red|sku=P-B,color=Blue",p.jpg\nP-R,simple,Rug red,5,,\n'
    rows += "P-B,simple,Rug blue,6,,\n"
    catalog = read_catalog(put("x.csv", f"{header}\n{rows}Q,simple,Mat,7,,\n"))
    assert catalog.ids.tolist() == ["P", "Q"]
    assert skus(catalog) == [({"color": "Red"}, 5.0, "P-R"), ({"color": "Blue"}, 6.0, "P-B")]


def test_a_surcharge_is_added_to_the_products_price(put: Put) -> None:
    header = "handleId,fieldType,name,sku,price,surcharge,inventory,productOptionName1,productOptionDescription1"
    rows = "a,Product,Card,,4,,InStock,Finish,Plain;Gilded\na,Variant,,C-P,,0,InStock,,Plain\n"
    rows += "a,Variant,,C-G,,1.5,3,,Gilded\n"
    catalog = read_catalog(put("x.csv", f"{header}\n{rows}"))
    assert skus(catalog) == [({"Finish": "Plain"}, 4.0, "C-P"), ({"Finish": "Gilded"}, 5.5, "C-G")]
    assert catalog.numbers("price_max").tolist() == [5.5]


@pytest.mark.parametrize(("name", "value"), [
    ("Size", "Choose a Size"), ("", "Select an option"), ("Colour", "-- please select --"),
    ("尺码", "请选择尺码"), ("颜色", "请选择"),
    ("Размер", "Выберите размер"), ("Talla", "Elige una talla"),
])  # fmt: skip
def test_what_asks_to_choose_is_no_value(name: str, value: str, put: Put) -> None:
    assert is_prompt(name, value)
    rows = f"listing_id,title,price,{name or 'Option1 Name'}\n1,A shirt,5,{value}\n2,A mug,6,Red\n"
    catalog = read_catalog(put("shop.csv", rows))
    assert value not in str([get_listing(catalog, k).attributes for k in (0, 1)])


@pytest.mark.parametrize(("name", "value"), [
    ("Grade", "Select"), ("Print", "Choose Happy"), ("Series", "Selection"), ("Print", "Select One Piece"),
    ("Size", "M"), ("Brand", "Kies"),
])  # fmt: skip
def test_a_value_that_begins_like_a_prompt_is_one(name: str, value: str) -> None:
    assert not is_prompt(name, value)


@pytest.mark.parametrize("pair", [("Title", "Default Title"), ("Titel", "Standardtitel"), ("标题", "默认标题")])
def test_the_only_variant_of_a_product_is_no_option(pair: tuple[str, str], put: Put) -> None:
    row = f"a,Mug,{pair[0]},{pair[1]},A,5"
    catalog = read_catalog(put("x.csv", f"Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n{row}\n"))
    assert skus(catalog) == []
    assert not is_only_variant("Size", "Default Title")


def test_two_skus_with_one_choice_and_one_code_on_two_products_are_told(put: Put) -> None:
    rows = "a,Mug,Size,M,A,4006381333931\na,,,M,B,\nb,Pan,Size,L,C,4006381333931\nb,,,S,D,\n"
    header = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Barcode"
    catalog = read_catalog(put("x.csv", f"{header}\n{rows}"))
    assert {"catalog.skus_alike", "catalog.codes_shared"} <= set(keys(catalog))


# --------------------------------------------------------------------------------------------------------------
# Which sheet, which rows

CODES = ["item_sku", "item_name", "standard_price", "quantity", "parent_child", "parent_sku", "feed_product_type"]


def test_a_sheet_of_examples_is_never_the_catalogue(put: Put) -> None:
    example: list[list[Any]] = [
        CODES,
        ["E-1", "Example shoes", 5, 1, "", "", "shoes"],
        ["E-2", "Example hat", 5, 1, "", "", "hat"],
    ]
    own: list[list[Any]] = [CODES, ["A-1", "Jute rug", 59, 3, "", "", "rug"]]
    catalog = read_catalog(put("x.xlsx", make_book({"Example": example, "Valid Values": [["rug"]], "Template": own})))
    assert catalog.ids.tolist() == ["A-1"]
    assert [p.text.key for p in catalog.problems].count("catalog.sheet_skipped") == 2
    assert is_no_catalogue("Инструкция") and is_no_catalogue("填写说明") and not is_no_catalogue("Товары")


def test_only_a_sheet_of_examples_is_still_read(put: Put) -> None:
    catalog = read_catalog(put("x.xlsx", make_book({"Example": [["id", "title", "price"], ["1", "Mug", 5]]})))
    assert catalog.ids.tolist() == ["1"]


def test_a_hidden_sheet_lends_its_codes_to_the_one_that_is_shown(put: Put) -> None:
    shown = [["Mã", "Tên", "Loại", "Giá bán"], ["Tùy chọn", "", "", ""], ["1", "Ghế mây", "Nâu", "420.000"]]
    shown += [["1", "Ghế mây", "Trắng", "450.000"], ["2", "Bình gốm", "", "199.000"]]
    hidden = [
        ["id", "title", "sku.variations", "sku.price", "sku.skuId", "currencyCode"],
        ["{}", "{}", "{}", "{}", "", ""],
    ]
    shown = [[*row, f"s{n}", "VND"] for n, row in enumerate(shown)]
    catalog = read_catalog(put("x.xlsx", make_book({"template": shown, "template_hide": hidden}, ("template_hide",))))
    assert catalog.ids.tolist() == ["1", "2"]
    assert catalog.numbers("price").tolist() == [420000.0, 199000.0]
    assert "catalog.sheet_hidden" in keys(catalog)


def test_a_row_of_hints_is_no_listing(put: Put) -> None:
    header = ["Артикул *", "Название товара *", "Цена, руб.*", "Ссылка на главное фото*"]
    hints = ["Обязательное поле", "Придумайте сами", "Обязательно", "Ссылка"]
    rows = [["", "Данные", "", ""], header, hints, ["A1", "Футболка", "690", "https://i.example/a.jpg"]]
    book = make_book({"Товары": rows})
    catalog = read_catalog(put("x.xlsx", book))
    assert catalog.ids.tolist() == ["A1"]
    assert catalog.column("currency").tolist() == ["RUB"]
    assert "catalog.note_skipped" in keys(catalog)


def test_a_first_listing_without_a_price_is_no_hint(put: Put) -> None:
    catalog = read_catalog(put("x.csv", "id,title,price,image\nA 1,Mug,call us,m.jpg\nA 2,Pan,5,p.jpg\n"))
    assert catalog.ids.tolist() == ["A 1", "A 2"]


def test_another_header_among_the_rows_begins_another_table(put: Put) -> None:
    action = "*Action(SiteID=UK|Country=GB|Currency=GBP|Version=1193)"
    text = (
        f"{action},CustomLabel,*Title,*StartPrice,*Quantity\nAdd,A1,Moss card,1.99,1\n"
        f"{action},*Title,*Category,CustomLabel,*StartPrice\nAdd,Fern book,261,B1,9.99\n"
    )
    catalog = read_catalog(put("x.csv", text))
    assert catalog.column("title").tolist() == ["Moss card", "Fern book"]
    assert catalog.numbers("price").tolist() == [1.99, 9.99]
    assert set(catalog.column("currency")) == {"GBP"}
    assert_accounted(catalog)


# --------------------------------------------------------------------------------------------------------------
# Delimiters and encodings


def test_the_delimiter_is_what_gives_rows_the_headers_cells() -> None:
    lines = ["id;title;price;text\n", "1;Stool;45,00;Solid, oiled, round, low, quiet\n", "2;Bench;89,00;Long, flat\n"]
    assert guess_delimiter(lines) == ";"
    assert guess_delimiter(["a,b\n", "1,x;y;z\n", "2,x;y;z\n"]) == ","
    assert guess_delimiter(["id\ttitle\n", "1\ta, b, c\n"]) == "\t"


def test_blanks_behind_delimiters_and_a_named_one(put: Put) -> None:
    spaced = read_catalog(put("a.csv", '"id", "title", "price"\n"1", "Mug, red", "5"\n'))
    assert spaced.column("title").tolist() == ["Mug, red"]
    named = read_catalog(put("b.csv", "sep=;\nid;title;price\n1;Mug;5,50\n"))
    assert named.numbers("price").tolist() == [5.5]


TEXTS = {
    "gb18030": "陶瓷花瓶 创意客厅摆件 现代简约\n玻璃杯子 大容量便携\n纯棉短袖 男士夏季宽松",
    "big5": "陶瓷花瓶 創意客廳擺件 現代簡約\n玻璃杯子 大容量攜帶\n純棉短袖 男士夏季寬鬆",
    "cp932": "木製スツール 丸型 オーク材\nガラスの花瓶 手作り\n折りたたみテーブル 収納ボックス",
    "euc_jp": "木製スツール 丸型 オーク材\nガラスの花瓶 手作り\n折りたたみテーブル 収納ボックス",
    "cp949": "도자기 머그컵 대용량\n원목 의자 북유럽\n여성 원피스 반팔 순면",
    "cp1250": "Drewniany stołek dębowy\nŁawka ogrodowa żółta\nWazon szklany mały, przeźroczysty, świeca zapachowa",
    "iso8859-2": "Drewniany stołek dębowy\nŁawka ogrodowa żółta\nWazon szklany mały, przeźroczysty, świeca zapachowa",
    "cp1251": "Деревянный табурет дубовый\nСадовая скамья жёлтая\nВаза стеклянная маленькая",
    "koi8-r": "Деревянный табурет дубовый\nСадовая скамья желтая\nВаза стеклянная маленькая",
    "cp1252": "Gartenbank groß grün\nSchlüsselanhänger für Körbe\nGewürzmühle schön",
    "cp1253": "Ξύλινο σκαμνί δρύινο\nΓυάλινο βάζο μικρό\nΠτυσσόμενη καρέκλα κήπου",
    "cp1254": "Ahşap tabure meşe\nBahçe bankı sarı küçük şeffaf\nKadın elbise yazlık ışıklı",
    "cp1255": "שרפרף עץ אלון\nאגרטל זכוכית קטן שקוף\nמגבת כותנה כחול",
    "cp1256": "كرسي خشب بلوط\nمزهرية زجاج صغيرة شفافة\nمنشفة قطن أزرق",
    "cp1257": "ąžuolinis sodo suolas\ngeltona stiklinė vaza\nšaukštas mėlynas žalias rankšluostis",
    "cp874": "เก้าอี้ไม้โอ๊ค\nแจกันแก้วขนาดเล็ก\nผ้าเช็ดตัวผ้าฝ้าย",
    "utf-8": "Ваза, šálek, 茶杯",
    "utf-16-le": "Ваза стеклянная маленькая и большая",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_titles_come_back_from_every_encoding(encoding: str) -> None:
    text = "id;title;price\n" + "".join(
        f"{n};{line};{n}9,90\n" for n, line in enumerate(TEXTS[encoding].split("\n"), 1)
    )
    assert decode_text(text.encode(encoding)).text == text


def test_an_encoding_can_be_named(put: Put) -> None:
    path = put("x.csv", "id;title\n1;stołek\n".encode("cp1250"))
    assert read_catalog(path, encoding="Windows-1250").column("title").tolist() == ["stołek"]
    assert read_catalog(path, encoding="cp1251").column("title").tolist() == ["stoіek"]
    assert (find_codec("GBK"), find_codec("shift_jis"), find_codec("rot13"), find_codec("\0")) == (
        "gb18030",
        "cp932",
        None,
        None,
    )
    with pytest.raises(CatalogError, match="no encoding klingon"):
        read_catalog(path, encoding="klingon")


def test_doubt_is_said(put: Put) -> None:
    catalog = read_catalog(put("x.csv", "id;title\n1;stołek\n".encode("cp1250")))
    assert "catalog.encoding_unsure" in keys(catalog)
    assert catalog.tables[0].doubt


# --------------------------------------------------------------------------------------------------------------
# Columns


def test_what_no_field_takes_goes_with_the_listing(put: Put, tmp_path: Path) -> None:
    rows = "1,Stool,10,Red,A1\n2,Kettle,5,,B1\n"
    catalog = read_catalog(put("x.csv", f"id,title,price,colour,warehouse shelf\n{rows}"))
    assert catalog.tables[0].unused == ("warehouse shelf",)
    assert get_listing(catalog, 0).other == {"warehouse shelf": "A1"}
    write_catalog(catalog, tmp_path / "out.csv")
    again = read_catalog(tmp_path / "out.csv")
    assert [get_listing(again, i).other for i in (0, 1)] == [{"warehouse shelf": "A1"}, {"warehouse shelf": "B1"}]


def test_a_merge_keeps_what_each_row_held(put: Put) -> None:
    rows = "1,Oak garden stool,10,Red,A1\n2,Oak garden stool,10,Blue,A2\n"
    catalog = read_catalog(put("x.csv", f"id,title,price,colour,warehouse shelf\n{rows}"))
    audit = dc.audit(catalog)
    (plan,) = [p.as_dict() for p in audit.plans if p.action == "merge_variants"]
    merged = get_listing(carry_out(catalog, [plan]), 0)
    held = [merged.other, *(s.other for s in merged.skus)]
    assert {o["warehouse shelf"] for o in held if o} == {"A1", "A2"}


def test_a_known_format_also_reads_what_it_does_not_name(put: Put) -> None:
    header = "Handle,Title,Vendor,Variant SKU,Variant Price,Volume (product.metafields.custom.volume),main_image"
    header += ",Shelf,Cost per item"
    catalog = read_catalog(put("x.csv", f"{header}\na,Mix,North,A,40,1 mL,a.jpg,B7,20\n"))
    assert catalog.tables[0].format == "shopify"
    assert get_listing(catalog, 0).attributes["Volume"] == "1 mL"
    assert catalog.column("main_image").tolist() == ["a.jpg"]
    assert set(catalog.tables[0].unused) == {"Shelf", "Cost per item"}


def test_a_column_that_the_user_names_holds_nothing_else(put: Put) -> None:
    path = put("x.csv", "sku,Model,price\nA,Silk tie red,5\nB,Silk tie blue,5\n")
    catalog = read_catalog(path, mapping={"title": "Model"})
    assert catalog.column("title").tolist() == ["Silk tie red", "Silk tie blue"]
    assert set(catalog.column("attributes")) == {""}


def test_repeated_columns_of_pictures_are_all_read(put: Put) -> None:
    listing = get_listing(read_catalog(put("x.csv", "SKU,Name,Images,Images,Images\nA,Chair,a.jpg,b.jpg,c.jpg\n")), 0)
    assert (listing.main_image, listing.images) == ("a.jpg", ("b.jpg", "c.jpg"))


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("\x89PNG\r\n\x1a\n" + "x" * 50, "catalog.is_picture"),
        ("Order ID,Buyer name,sku,price\n1,2,3,4\n", "catalog.is_orders"),
        ("sku;price;stock\nA;5;3\n", "catalog.is_price_list"),
    ],
)
def test_a_file_that_is_something_else_is_told_for_what_it_is(content: str, key: str, put: Put) -> None:
    with pytest.raises(CatalogError) as caught:
        read_catalog(put("x.csv", content.encode("latin-1")))
    assert caught.value.text.key == key
    assert caught.value.say("zh") != caught.value.say("en")


def test_a_refusal_names_the_very_map_to_try(put: Put) -> None:
    path = put("x.csv", "title,colour\nMug,Red\n")
    with pytest.raises(CatalogError, match='--map "listing_id=#row"'):
        read_catalog(path)
    assert read_catalog(path, mapping={"listing_id": "#row"}).ids.tolist() == ["row-2"]


# --------------------------------------------------------------------------------------------------------------
# Cells, prices and currencies


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("2.890,00 RSD", 2890, "RSD"), ("199 Kč", 199, "CZK"), ("1 299 Ft", 1299, "HUF"), ("15 990 ₸", 15990, "KZT"),
        ("19,800원", 19800, "KRW"), ("249 kr", 249, ""), ("199,- Kč", 199, "CZK"), ("R$ 1.299,90", 1299.9, "BRL"),
        ("12,50 zł", 12.5, "PLN"), ("₦ 4,500", 4500, "NGN"), ("45.000 ₫", 45000, "VND"), ("89 lei", 89, "RON"),
        ("{'value': 5.5, 'currency': 'EUR'}", 5.5, "EUR"), ('{"amount": "7", "currency_code": "usd"}', 7, "USD"),
        ("'12.50", 12.5, ""), ("١٢", 12, ""), ("100 сум", 100, "UZS"), ("5 ₾", 5, "GEL"),
    ],
)  # fmt: skip
def test_prices_of_many_places(text: str, amount: float, currency: str) -> None:
    price = parse_price(text)
    assert price is not None
    assert (price.amount, price.currency) == (amount, currency)


@pytest.mark.parametrize("text", ["5²", "9" * 400, "call us", "{'value': 'x'}", "½"])
def test_what_is_no_price_is_none(text: str) -> None:
    assert parse_price(text) is None


def test_a_header_states_its_prices_currency(put: Put) -> None:
    assert split_header("Price (CAD)") == ("Price", "CAD")
    assert split_header("Цена, руб.") == ("Цена", "RUB")
    assert split_header("Price / International") == ("Price / International", "")
    catalog = read_catalog(put("x.csv", "id,title,Price (CAD)\n1,Mug,$5\n2,Pan,6\n3,Jug,7 €\n"))
    assert catalog.column("currency").tolist() == ["CAD", "CAD", "EUR"]


def test_a_currency_can_be_named_for_prices_without_one(put: Put) -> None:
    path = put("x.csv", "id,title,price\n1,Mug,1.500\n2,Pan,5 USD\n")
    catalog = read_catalog(path, currency="clp")
    assert catalog.column("currency").tolist() == ["CLP", "USD"]
    assert catalog.numbers("price").tolist() == [1500.0, 5.0]
    with pytest.raises(CatalogError, match="no currency moss"):
        read_catalog(path, currency="moss")


def test_a_sign_of_several_currencies_heeds_what_is_stated() -> None:
    assert settle_currency("$", "USD", "AUD") == "AUD"
    assert settle_currency("€", "EUR", "AUD") == "EUR"
    assert settle_currency("kr", "", "SEK") == "SEK"
    assert (name_currency("RUR"), name_currency("tenge moss")) == ("RUB", "")


def test_lists_of_pictures_in_every_writing() -> None:
    assert split_images('["https://i.e/1.jpg","b.jpg"]') == ["https://i.e/1.jpg", "b.jpg"]
    assert split_images("['a.jpg', 'b.jpg']") == ["a.jpg", "b.jpg"]
    assert split_images('[{"src": "https://i.e/1.jpg", "id": 3}]') == ["https://i.e/1.jpg"]
    assert split_images('{"7": {"url": "a.jpg"}, "8": {"url": "b.jpg"}}') == ["a.jpg", "b.jpg"]


def test_stock_in_words_is_no_flaw(put: Put) -> None:
    catalog = read_catalog(put("x.csv", "id,title,price,stock\n1,Mug,5,InStock\n2,Pan,5,Sold out\n3,Jug,5,many\n"))
    stock = catalog.numbers("stock").tolist()
    assert math.isnan(stock[0])
    assert stock[1] == 0
    assert math.isnan(stock[2])
    assert [p.row for p in catalog.problems if p.field == "stock"] == [4]
    assert read_stock_word("в наличии") is not None


@given(st.text(alphabet="0123456789.,' ²½٣", max_size=40))
def test_numbers_are_finite_or_none(text: str) -> None:
    number = parse_number(text)
    assert number is None or math.isfinite(number)


# --------------------------------------------------------------------------------------------------------------
# Inspecting


def test_inspect_tells_how_a_file_is_read(put: Put) -> None:
    path = put("x.csv", "id;title;Preis (EUR);shelf\n1;Hocker grün;45,00;A\n2;Bank;89,00;B\n".encode("cp1252"))
    found = dc.inspect(path)
    held = found.as_dict()
    (table,) = held["tables"]
    assert (table["format"], table["encoding"], table["delimiter"]) == ("headers", "cp1252", ";")
    assert table["mapping"]["Preis (EUR)"] == "price"
    assert table["unused"] == ["shelf"]
    assert (held["listings"], held["priced"], held["currencies"]) == (2, 2, {"EUR": 2})
    assert held["first"][0]["title"] == "Hocker grün"
    assert "shelf" in str(found)
    assert "Hocker grün" in found.tell("zh")
    json.dumps(held)


def test_an_answer_about_columns_is_kept_as_a_format(put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUPCHECK_FORMATS", str(tmp_path / "own"))
    path = put("x.csv", "Zeichen,Wort,price\nA,Mug,5\n")
    first = read_catalog(path, mapping={"listing_id": "Zeichen", "title": "Wort"})
    save_mapping(first.tables[0], {"listing_id": "Zeichen", "title": "Wort"}, 'My "list"')
    again = read_catalog(path)
    assert again.ids.tolist() == ["A"]
    assert again.column("title").tolist() == ["Mug"]


# --------------------------------------------------------------------------------------------------------------
# Bounds, and what is hostile


def test_what_is_longer_than_its_bound_is_cut_and_told(put: Put) -> None:
    rows = [f"1,{'w' * (BOUNDS.title + 9)},5,Size={'9' * 5000}", "2,Pan,6,"]
    catalog = read_catalog(put("x.csv", "listing_id,title,price,attributes\n" + "\n".join(rows) + "\n"))
    assert len(catalog.column("title")[0]) == BOUNDS.title
    assert len(get_listing(catalog, 0).attributes["Size"]) == BOUNDS.attribute
    assert {p.field for p in catalog.problems if p.text.key == "catalog.text_cut"} == {"title", "attributes"}


def test_skus_and_keys_without_number_have_a_bound(put: Put) -> None:
    header = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"
    many = read_catalog(put("x.csv", header + "".join(f"h,Mug,Size,{i},s{i},5\n" for i in range(BOUNDS.skus + 5))))
    assert len(many.sku_columns["listing"]) == BOUNDS.skus
    assert "catalog.skus_many" in keys(many)
    objects = [{"listing_id": str(i), "title": f"Mug {i}", f"k{i}": "v"} for i in range(BOUNDS.sparse_columns + 50)]
    wide = read_catalog(put("x.json", json.dumps(objects)))
    assert len(wide) == len(objects)
    assert "catalog.keys_many" in keys(wide)
    assert get_listing(wide, len(wide) - 1).other == {f"k{len(objects) - 1}": "v"}


@pytest.mark.parametrize("depth", [BOUNDS.nesting + 5, 100_000])
def test_what_lies_too_deep_is_one_clear_error(depth: int, put: Put) -> None:
    with pytest.raises(CatalogError, match="too deep"):
        read_catalog(put("x.json", '{"a":' * depth + '[{"title":"x","id":1}]' + "}" * depth))


def test_numbers_that_are_none(put: Put) -> None:
    product = {"id": 1, "title": "Mug", "type": "x", "variants": [{"id": 1, "price": int("9" * 400), "option1": "S"}]}
    classic = {"productId": "2", "subject": "Pan", "imageUrls": "a.jpg", "productPrice": "5", "bulkDiscount": "²"}
    catalog = read_catalog(put("x.json", json.dumps([product, classic])))
    assert catalog.column("title").tolist() == ["Mug", "Pan"]
    assert math.isnan(catalog.numbers("price")[0])


@given(st.text(max_size=60))
def test_a_terminal_obeys_no_text_and_a_spreadsheet_runs_none(text: str) -> None:
    shown = show_line(text)
    assert not any((ord(c) < 32 and c not in "\t\n") or 127 <= ord(c) < 160 for c in shown)
    assert unguard_text(guard_text(text)) == text
    assert not guard_text(text).lstrip(" \u200b\u2060\ufeff").startswith(("=", "+", "@", "＝", "＋"))


GROWING: dict[str, Callable[[int], str]] = {
    "rows": lambda n: "listing_id,title,price\n" + "".join(f"{i},Mug {i},5\n" for i in range(n)),
    "ids": lambda n: "listing_id,title,price\n" + "".join(f"1,Mug {i},5\n" for i in range(n)),
    "twins": lambda n: "listing_id,title,price\n" + "".join("1,Mug,5\n" for _ in range(n)),
    "quotes": lambda n: "listing_id,title,price\n" + "".join(f'{i},"Mug {i},5\n' for i in range(n)),
    "attributes": lambda n: "listing_id,title,attributes\n1,Mug,\"" + "; ".join(f"N{i}=v" for i in range(n)) + '"\n',
    "photos": lambda n: "listing_id,title,images\n1,Mug,\""
    + ";".join(f"https://i.e/{i}.jpg" for i in range(n)) + '"\n',
    "keys": lambda n: json.dumps([{"listing_id": str(i), "title": f"Mug {i}", f"k{i}": "v"} for i in range(n)]),
    "elements": lambda n: "<l>"
    + "".join(f"<product><id>{i}</id><title>Mug {i}</title></product>" for i in range(n)) + "</l>",
    "skus": lambda n: "Handle,Title,Option1 Name,Option1 Value\n" + "".join(f"h,Mug,Size,{i}\n" for i in range(n)),
}  # fmt: skip
QUICKLY = ("rows", "quotes", "photos")


@pytest.mark.parametrize("kind", [
    pytest.param(kind, marks=[] if kind in QUICKLY else [pytest.mark.slow]) for kind in GROWING
])  # fmt: skip
def test_reading_grows_as_the_file_does(kind: str, put: Put) -> None:
    def measure(size: int) -> int:
        path = put(f"{size}.csv", GROWING[kind](size))
        return count_calls(lambda: read_catalog(path))

    measure(50)  # what is loaded once
    small, large = measure(450), measure(900)
    assert large <= small * 2**1.2


# --------------------------------------------------------------------------------------------------------------
# Shapes of JSON, and tables that lack a column


def test_products_of_graphql_and_of_woocommerce_keep_their_skus(put: Put) -> None:
    variants = [{"node": {"title": s, "price": p, "sku": s, "selectedOptions": [{"name": "Size", "value": s}]}}
                for s, p in (("S", "20"), ("M", "21"))]  # fmt: skip
    images = {"edges": [{"node": {"url": "https://i.example/1.jpg"}}]}
    product = {"title": "Tee", "handle": "tee", "variants": {"edges": variants}, "images": images}
    shop = read_catalog(put("a.json", json.dumps({"data": {"products": {"edges": [{"node": product}]}}})))
    assert skus(shop) == [({"Size": "S"}, 20.0, "S"), ({"Size": "M"}, 21.0, "M")]
    assert shop.column("main_image").tolist() == ["https://i.example/1.jpg"]
    variation = {"id": 11, "sku": "R", "price": "20", "attributes": [{"name": "Color", "option": "Red"}]}
    other = {"id": 12, "sku": "B", "price": "22", "attributes": [{"name": "Color", "option": "Blue"}]}
    jacket = {"id": 1, "name": "Jacket", "type": "variable", "regular_price": "", "images": [{"src": "j.jpg"}],
              "categories": [{"name": "Coats"}], "variations": [variation, other]}  # fmt: skip
    store = read_catalog(put("b.json", json.dumps([jacket])))
    assert skus(store) == [({"Color": "Red"}, 20.0, "R"), ({"Color": "Blue"}, 22.0, "B")]
    assert store.column("category").tolist() == ["Coats"]


def test_objects_by_their_ids_and_lists_of_cells(put: Put) -> None:
    keyed = {
        "101": {"title": "Mug", "price": {"value": "6.50", "currency": "EUR"}},
        "102": {"title": "Pan", "price": 5},
    }
    catalog = read_catalog(put("a.json", json.dumps(keyed)))
    assert catalog.ids.tolist() == ["101", "102"]
    assert catalog.column("currency").tolist() == ["EUR", ""]
    rows = read_catalog(put("b.json", json.dumps([["id", "title", "price"], [1, "Mug", 5], [2, "Pan", 6]])))
    assert rows.column("title").tolist() == ["Mug", "Pan"]


def test_an_address_stands_in_for_an_id_and_a_short_text_for_a_title(put: Put) -> None:
    offers = "商品标题,商品链接,规格,单价\n果篮,https://d.example/1,小号,¥15.50\n果篮,https://d.example/1,大号,¥25.50\n"
    catalog = read_catalog(put("a.csv", offers))
    assert catalog.ids.tolist() == ["https://d.example/1"]
    assert [price for _, price, _ in skus(catalog)] == [15.5, 25.5]
    stock = read_catalog(put("b.csv", "Item code,Description,RRP\nT1,Shirt moss,20\nT2,Felt hat,10\n"))
    assert stock.column("title").tolist() == ["Shirt moss", "Felt hat"]
    long = f"Item code,Description,RRP\nT1,{'A long text about shirts. ' * 20},20\n"
    with pytest.raises(CatalogError):
        read_catalog(put("c.csv", long))


# --------------------------------------------------------------------------------------------------------------
# An exchange of several files

GOODS = (
    "<Каталог><Товары><Товар><Ид>t1</Ид><Артикул>VZ-1</Артикул><Наименование>Ваза малая</Наименование>"
    "<Группы><Ид>g</Ид></Группы></Товар><Товар><Ид>t2</Ид><Артикул>VZ-2</Артикул>"
    "<Наименование>Ваза большая</Наименование></Товар></Товары></Каталог>"
)
OFFERS = (
    "<ПакетПредложений><Предложения>"
    "<Предложение><Ид>t1#a</Ид><ХарактеристикиТовара><ХарактеристикаТовара><Наименование>Цвет</Наименование>"
    "<Значение>Синий</Значение></ХарактеристикаТовара></ХарактеристикиТовара>"
    "<Цены><Цена><ЦенаЗаЕдиницу>500</ЦенаЗаЕдиницу><Валюта>руб</Валюта></Цена></Цены></Предложение>"
    "<Предложение><Ид>t1#b</Ид><ХарактеристикиТовара><ХарактеристикаТовара><Наименование>Цвет</Наименование>"
    "<Значение>Белый</Значение></ХарактеристикаТовара></ХарактеристикиТовара></Предложение>"
    "<Предложение><Ид>t2</Ид><Количество>4</Количество></Предложение>"
    "<Предложение><Ид>t3</Ид><Наименование>Кувшин</Наименование></Предложение>"
    "</Предложения></ПакетПредложений>"
)
RESTS = (
    "<ПакетПредложений><Предложения><Предложение><Ид>t1#b</Ид>"
    "<Цены><Цена><ЦенаЗаЕдиницу>550</ЦенаЗаЕдиницу><Валюта>RUB</Валюта></Цена></Цены>"
    "<Остатки><Остаток><Склад><Количество>2</Количество></Склад></Остаток><Остаток><Склад><Количество>5</Количество>"
    "</Склад></Остаток></Остатки></Предложение></Предложения></ПакетПредложений>"
)
HEAD = "<Классификатор><Группы><Группа><Ид>g</Ид><Наименование>Вазы</Наименование></Группа></Группы></Классификатор>"


def exchange(body: str, encoding: str = "utf-8") -> bytes:
    text = f'<?xml version="1.0" encoding="{encoding}"?><КоммерческаяИнформация>{body}</КоммерческаяИнформация>'
    return text.encode(encoding)


@pytest.mark.parametrize("way", ["files", "folder", "archive"])
def test_goods_and_offers_of_an_exchange_are_one_catalogue(way: str, tmp_path: Path) -> None:
    parts = {
        "import0_1.xml": exchange(HEAD + GOODS), "offers0_1.xml": exchange(OFFERS, "windows-1251"),
        "rests0_1.xml": exchange(RESTS),
    }  # fmt: skip
    for name, raw in parts.items():
        (tmp_path / name).write_bytes(raw)
    with zipfile.ZipFile(tmp_path / "webdata.zip", "w") as archive:
        for name, raw in parts.items():
            archive.writestr(f"webdata/{name}", raw)
    given: Any = {"files": [tmp_path / n for n in parts], "folder": tmp_path, "archive": tmp_path / "webdata.zip"}[way]
    catalog = read_catalog(given)
    assert catalog.ids.tolist() == ["t1", "t2", "t3"]
    assert catalog.column("title").tolist() == ["Ваза малая", "Ваза большая", "Кувшин"]
    assert catalog.column("category").tolist() == ["Вазы", "", ""]
    first, second, _ = (get_listing(catalog, i) for i in range(3))
    assert [(dict(s.options), s.price, s.stock, s.sku_code) for s in first.skus] == [
        ({"Цвет": "Синий"}, 500.0, None, "t1#a"), ({"Цвет": "Белый"}, 550.0, 7.0, "t1#b"),
    ]  # fmt: skip
    assert (first.currency, first.attributes["Артикул"]) == ("RUB", "VZ-1")
    assert (second.sku_code, second.stock, second.skus) == ("VZ-2", 4.0, ())
    assert_accounted(catalog)


def test_offers_alone_and_goods_alone_are_read_too(put: Put) -> None:
    assert len(read_catalog(put("goods.xml", exchange(HEAD + GOODS)))) == 2
    with pytest.raises(CatalogError) as error:
        read_catalog(put("none.xml", exchange(HEAD)))
    assert "none.xml" in str(error.value)
    assert read_catalog(put("both.xml", exchange(HEAD + GOODS + OFFERS))).ids.tolist() == ["t1", "t2", "t3"]


def test_an_archive_or_folder_of_anything_else_is_refused_as_before(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.xml", "<a/>")
    for place in (tmp_path / "x.zip", tmp_path):
        with pytest.raises(CatalogError):
            read_catalog(place)


# --------------------------------------------------------------------------------------------------------------
# Headers and documents that nobody wrote down


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("product_price", "price"), ("Nome do Produto", "title"), ("Brutto-VK", "price"), ("name(de-de)", "title"),
        ("Verkaufspreis (EUR)*", "price"), ("nazev", "title"), ("Ürün Stok Adedi", "stock"), ("offers.price", "price"),
        ("priceCurrency", "currency"), ("Seller SKU", "sku_code"), ("Produkt-Kategorie", "category"),
        ("product_quantity", "stock"),
    ],
)  # fmt: skip
def test_a_header_is_read_without_the_words_that_any_column_bears(header: str, field: str) -> None:
    assert map_general([header]) == {field: [0]}


@pytest.mark.parametrize(
    "header",
    ["Shipping price", "Purchase price", "Supplier stock note", "Product note", "Price note", "Category image"],
)
def test_a_header_that_says_more_is_not_read_as_less(header: str) -> None:
    assert not {"price", "stock", "title", "category"} & set(map_general([header]))


def test_what_others_ask_is_the_price_only_where_no_other_is(put: Put) -> None:
    catalog = read_catalog(put("x.csv", "id,title,MRP,Your Selling Price\n1,Diya,999,749\n2,Saree,500,\n"))
    assert catalog.numbers("price").tolist() == [749.0, 500.0]


def test_a_column_of_codes_names_listings_where_no_other_does(put: Put) -> None:
    catalog = read_catalog(put("x.csv", "Zeilennr;Kennung;Titel;Preis\n1;R-17;Tasse;5\n2;R-18;Topf;6\n"))
    assert catalog.ids.tolist() == ["R-17", "R-18"]  # numbers of lines are no codes
    with pytest.raises(CatalogError):  # nor is a column in which one stands twice
        read_catalog(put("y.csv", "Kennung;Titel;Preis\nR-17;Tasse;5\nR-17;Topf;6\n"))


def test_codes_that_go_with_the_title_group_its_rows(put: Put) -> None:
    rows = "SH-1,Shirt,White,M,49\nSH-1,Shirt,White,L,49\nHT-1,Hat,Natural,,29\n"
    catalog = read_catalog(put("x.csv", "Model,Name,Colour,Size,Price\n" + rows))
    assert catalog.ids.tolist() == ["SH-1", "HT-1"]
    assert [o["Size"] for o, _, _ in skus(catalog)] == ["M", "L"]
    with pytest.raises(CatalogError):  # a code under two titles groups nothing
        read_catalog(put("y.csv", "Model,Name,Price\nSH-1,Shirt,49\nSH-1,Hat,49\nSH-2,Hat,29\n"))


def test_columns_of_pictures_are_known_by_what_they_hold(put: Put) -> None:
    rows = "1,Mug,5,https://p.example/1.jpg,https://p.example/1\n2,Pan,6,https://p.example/2.webp?v=3,\n"
    catalog = read_catalog(put("x.csv", "id,title,price,Εικόνα,Σελίδα\n" + rows))
    assert catalog.column("main_image").tolist() == ["https://p.example/1.jpg", "https://p.example/2.webp?v=3"]
    assert catalog.mapping["Σελίδα"] == "url"  # an address of a page is none of a picture


def test_a_row_that_others_name_as_theirs_is_their_listing(put: Put) -> None:
    rows = "T-1;Shirt;19,90;;;\nT-1-S;Shirt;19,90;T-1;Größe;S\nT-1-M;Shirt;21,90;T-1;Größe;M\nM-1;Becher;9,00;;;\n"
    head = "Artikelnummer;Artikelname;Brutto-VK;Vaterartikel;Variationsname 1;Variationswert 1\n"
    catalog = read_catalog(put("x.csv", head + rows))
    assert catalog.ids.tolist() == ["T-1", "M-1"]
    assert skus(catalog) == [({"Größe": "S"}, 19.9, "T-1-S"), ({"Größe": "M"}, 21.9, "T-1-M")]
    assert_accounted(catalog)


@pytest.mark.parametrize(
    ("prices", "amounts", "currency"),
    [
        (("129.000", "89.000"), [129000.0, 89000.0], ""), (("12.500", "9.250"), [12500.0, 9250.0], ""),
        (("12.500", "9.255"), [12.5, 9.255], ""), (("12.500", "9.25"), [12.5, 9.25], ""),
        (("12.500", "9.250"), [12.5, 9.25], "KWD"), (("12.500", ""), [12.5, math.nan], ""),
    ],
)  # fmt: skip
def test_thousands_behind_a_dot_are_told_by_the_whole_column(
    prices: tuple[str, ...], amounts: list[float], currency: str, put: Put
) -> None:
    rows = "".join(f"A{n},Mug {n},{p},{currency}\n" for n, p in enumerate(prices))
    found = read_catalog(put("x.csv", "listing_id,title,price,currency\n" + rows)).numbers("price").tolist()
    assert found == pytest.approx(amounts, nan_ok=True)


def test_products_of_any_programs_json_keep_their_choices(put: Put) -> None:
    goods = [
        {"sku": "N-1", "name": "Vorhang", "media": [{"url": "https://n.example/1.jpg"}], "stock": {"available": 5},
         "category": {"id": 4, "name": "Textil"}, "note": "weich", "variants": [
             {"sku": "N-1-B", "price": {"value": "12,90", "currency": "EUR"}, "attributes": {"Farbe": "Blau"}, "w": 3},
             {"sku": "N-1-R", "price": {"value": "13,90", "currency": "EUR"}, "attributes": [
                 {"name": "Farbe", "value": "Rot"}]}]},
        {"sku": "N-2", "name": "Kissen", "price": {"value": "9,90", "currency": "EUR"}, "variants": []},
    ]  # fmt: skip
    catalog = read_catalog(put("x.json", json.dumps({"result": {"items": goods}})))
    first = get_listing(catalog, catalog.positions["N-1"])
    assert skus(catalog, catalog.positions["N-1"]) == [
        ({"Farbe": "Blau"}, 12.9, "N-1-B"), ({"Farbe": "Rot"}, 13.9, "N-1-R"),
    ]  # fmt: skip
    assert (first.currency, first.category, first.main_image) == ("EUR", "Textil", "https://n.example/1.jpg")
    assert first.other["note"] == "weich"
    assert first.skus[0].other == {"w": "3"}
    assert get_listing(catalog, catalog.positions["N-2"]).price == 9.9


def test_objects_within_a_row_of_json_are_read_by_their_own_keys(put: Put) -> None:
    goods = [
        {"@type": "Product", "name": name, "sku": sku, "image": [f"https://s.example/{sku}.jpg"],
         "brand": {"@type": "Brand", "name": "Loom"}, "attributes": {"Weave": "Plain"},
         "offers": {"@type": "Offer", "price": price, "priceCurrency": "EUR", "seller": {"id": 3}}}
        for name, sku, price in (("Apron", "LA-1", "39.95"), ("Mitt", "OM-1", "12.00"))
    ]  # fmt: skip
    catalog = read_catalog(put("x.jsonl", "\n".join(map(json.dumps, goods))))
    first = get_listing(catalog, 0)
    assert (first.price, first.currency, first.main_image) == (39.95, "EUR", "https://s.example/LA-1.jpg")
    assert first.attributes == {"Weave": "Plain", "Brand": "Loom"}
    assert json.loads(first.other["offers.seller"]) == {"id": 3}


def test_pictures_in_a_table_of_html_are_read(put: Put) -> None:
    rows = "".join(f'<tr><td>A{n}</td><td>Wax {n}</td><td>5</td><td><img src="{n}.jpg"></td></tr>' for n in (1, 2))
    page = f"<table><tr><th>ID</th><th>Name</th><th>Price</th><th>Photo</th></tr>{rows}</table>"
    assert read_catalog(put("x.xls", page)).column("main_image").tolist() == ["1.jpg", "2.jpg"]


LANGUAGES = {
    "zh": "ID,类型,SKU,名称,常规售价,属性 1 名称,属性 1 值,父级,库存",
    "da": "ID,Type,Varenummer,Navn,Normalpris,Egenskab 1 navn,Egenskab 1 værdi(er),Forældre,Lager",
    "nl": "ID,Type,Artikelnummer,Naam,Reguliere prijs,Naam eigenschap 1,Waarde eigenschap 1,Hoofd,Voorraad",
    "it": "ID,Tipo,COD,Nome,Prezzo di listino,Attributo 1 nome,Attributo 1 valuta(e),Genitore,Magazzino",
    "uk": "ID,Тип,Артикул,Назва,Звичайна ціна,Назва 1 атрибуту,1 значення атрибуту,Предок,Запаси",
    "ja": "ID,タイプ,SKU,名前,標準価格,属性 1 の名前,属性 1 の値,親,在庫",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_woocommerce_in_the_language_of_its_shop(language: str, put: Put) -> None:
    rows = ["1,variable,T,Tee,,Size,\"S, M\",,", "2,variation,T-S,Tee - S,9,Size,S,id:1,4",
            "3,variation,T-M,Tee - M,9.5,Size,M,id:1,2"]  # fmt: skip
    catalog = read_catalog(put("x.csv", "\n".join([LANGUAGES[language], *rows]) + "\n"))
    assert catalog.tables[0].format == "woocommerce"
    assert skus(catalog) == [({"Size": "S"}, 9.0, "T-S"), ({"Size": "M"}, 9.5, "T-M")]


def options_of(catalog: Catalog, listing_id: str) -> list[tuple[dict[str, str], float | None, str]]:
    assert_accounted(catalog)
    return skus(catalog, catalog.positions[listing_id])


FEED = (
    '<?xml version="1.0"?><Butik><Vare><Nr>D-1</Nr><Navn>Wool throw</Navn><Pris valuta="DKK">1.249,00</Pris><Bilder>'
    "<Bild>https://d.example/1.jpg</Bild><Bild>https://d.example/2.jpg</Bild></Bilder><Udgaver>"
    "<Udgave><SKU>D-1-G</SKU><Farve>Grey</Farve><Lager>4</Lager></Udgave>"
    '<Udgave><SKU>D-1-B</SKU><Farve>Blue</Farve><Lager>0</Lager><Pris valuta="DKK">1.199,00</Pris></Udgave></Udgaver>'
    "<Levering><Post><Pris>49,00</Pris></Post><Post><Pris>79,00</Pris></Post></Levering></Vare>"
    '<Vare><SKU>D-2</SKU><Navn>Candlestick</Navn><Pris valuta="DKK">199,95</Pris></Vare></Butik>'
)


def test_a_feed_of_no_known_shop_keeps_the_skus_that_its_products_list(put: Put) -> None:
    catalog = read_catalog(put("x.xml", FEED.replace("<Nr>", "<SKU>").replace("</Nr>", "</SKU>")))
    assert catalog.ids.tolist() == ["D-1", "D-2"]
    first = get_listing(catalog, 0)
    assert options_of(catalog, "D-1") == [({"Color": "Grey"}, None, "D-1-G"), ({"Color": "Blue"}, 1199.0, "D-1-B")]
    assert (first.currency, first.main_image) == ("DKK", "https://d.example/1.jpg")
    assert [s.stock for s in first.skus] == [4.0, 0.0]
    assert get_listing(catalog, 1).price == 199.95


def test_texts_of_a_feed_in_several_languages_are_texts(put: Put) -> None:
    products = "".join(
        f'<product><id>{n}</id><price>{n}.500000</price><name><language id="1">Pot {n}</language></name></product>'
        for n in (31, 32)
    )
    catalog = read_catalog(put("x.xml", f"<prestashop><products>{products}</products></prestashop>"))
    assert [get_listing(catalog, n).title for n in range(len(catalog))] == ["Pot 31", "Pot 32"]
    assert catalog.ids.tolist() == ["31", "32"]


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("[CS]Color=Red:#ff0000,[RT]Size=L", {"Color": "Red", "Size": "L"}),
        ("Type=Swatch|Name=Colour|Value=Olive[#556b2f]", {"Colour": "Olive"}),
        ("Type=Rectangle|Name=Size|Value=SType=Swatch|Name=Colour|Value=Red", {"Size": "S", "Colour": "Red"}),
        ("Color=Red|Size=M", {"Color": "Red", "Size": "M"}),
    ],
)
def test_options_with_how_they_are_shown_are_options(text: str, chosen: dict[str, str]) -> None:
    assert split_option_list(text) == chosen


def test_skus_of_bigcommerce_are_skus_in_either_of_its_exports(put: Put) -> None:
    old = (
        "Item Type,Product ID,Product Name,Product Type,Product Code/SKU,Price,Current Stock Level,Category\n"
        "Product,80,Canvas Bag,P,CB,45.00,,Bags\n  SKU,81,[CS]Color=Red:#ff0000,,CB-R,47.00,3,\n"
        "  SKU,82,[CS]Color=Blue:#0000ff,,CB-B,45.00,2,\n  Rule,,[CS]Color=Red:#ff0000,,,[ADD]2,,\n"
        "Product,90,Mug,P,MG,9.00,7,Mugs\n"
    )
    new = (
        "Item,ID,Name,Type,SKU,Options,Inventory Tracking,Current Stock,Price,Image URL (Import),"
        "Internal Image URL (Export)\n"
        "Product,80,Canvas Bag,physical,CB,Type=Swatch|Name=Color|Value=Red[#f00]|Value=Blue[#00f],variant,0,45.00,,\n"
        "SKU,81,,,CB-R,Type=Swatch|Name=Color|Value=Red[#f00],,3,47.00,,\n"
        "SKU,82,,,CB-B,Type=Swatch|Name=Color|Value=Blue[#00f],,2,,,\n"
        "Image,5,,,,,,,,,https://b.example/cb.jpg\nProduct,90,Mug,physical,MG,,product,7,9.00,,\n"
    )
    for text in (old, new):
        catalog = read_catalog(put("x.csv", text))
        assert catalog.ids.tolist() == ["80", "90"]
        assert [(o, code) for o, _, code in options_of(catalog, "80")] == [
            ({"Color": "Red"}, "CB-R"),
            ({"Color": "Blue"}, "CB-B"),
        ]
        mug = get_listing(catalog, 1)
        assert (mug.title, mug.price, mug.stock, mug.skus) == ("Mug", 9.0, 7.0, ())
    assert get_listing(catalog, 0).main_image == "https://b.example/cb.jpg"


def test_skus_of_one_cell_are_skus(put: Put) -> None:
    yahoo = (
        "path,name,code,sub-code,price,sale-price,caption,jan\n"
        "服,綿Tシャツ,ts01,カラー:赤#サイズ:S=ts01-rs&カラー:青#サイズ:S=ts01-bs,"
        "2980,,x,\n"
        "皿,陶器マグ,mg01,,1980,,y,4901234567894\n"
    )
    catalog = read_catalog(put("x.csv", yahoo))
    assert [(o, c) for o, _, c in options_of(catalog, "ts01")] == [
        ({"カラー": "赤", "サイズ": "S"}, "ts01-rs"), ({"カラー": "青", "サイズ": "S"}, "ts01-bs"),
    ]  # fmt: skip
    cafe = "상품코드,자체 상품코드,진열상태,상품명,판매가,옵션입력\n"
    cafe += "P1,A1,Y,린넨 셔츠,29900,색상{빨강|파랑}//사이즈{S|M}\nP2,A2,Y,머그컵,9900,\n"
    catalog = read_catalog(put("y.csv", cafe))
    assert [o for o, _, _ in options_of(catalog, "P1")][1] == {"색상": "빨강", "사이즈": "M"}
    assert len(options_of(catalog, "P1")) == 4


def test_skus_of_an_inventory_and_variants_of_schema_org_are_skus(put: Put) -> None:
    def offer(code: str, colour: str, cents: int) -> dict[str, object]:
        return {
            "sku": code,
            "offerings": [{"quantity": 3, "price": {"amount": cents, "divisor": 100, "currency_code": "EUR"}}],
            "property_values": [{"property_name": "Colour", "values": [colour]}],
        }  # fmt: skip

    held = {"listing_id": 15, "title": "Bowl", "price": {"amount": 3450, "divisor": 100, "currency_code": "EUR"},
            "inventory": {"products": [offer("HB-W", "White", 3450), offer("HB-B", "Blue", 3600)]}}  # fmt: skip
    catalog = read_catalog(
        put("x.json", json.dumps({"results": [held, {"listing_id": 16, "title": "Cup", "price": 3}]}))
    )
    assert options_of(catalog, "15") == [({"Colour": "White"}, 34.5, "HB-W"), ({"Colour": "Blue"}, 36.0, "HB-B")]
    sizes = [
        {"sku": f"PG-{size}", "size": size, "offers": {"price": price, "priceCurrency": "GBP"}}
        for size, price in (("S", "79"), ("D", "99"))
    ]
    group = {"@type": "ProductGroup", "productGroupID": "PG-1", "name": "Cover", "hasVariant": sizes}
    catalog = read_catalog(put("y.json", json.dumps([group])))
    assert options_of(catalog, "PG-1") == [({"Size": "S"}, 79.0, "PG-S"), ({"Size": "D"}, 99.0, "PG-D")]


def test_the_price_of_a_range_is_its_lower_end(put: Put) -> None:
    goods = [
        {"name": "Mitt", "sku": "M-1", "offers": {"lowPrice": "12.00", "highPrice": "15.00", "priceCurrency": "EUR"}},
        {"name": "Apron", "sku": "A-1", "offers": {"price": "39.95", "priceCurrency": "EUR"}},
    ]
    catalog = read_catalog(put("x.jsonl", "\n".join(map(json.dumps, goods))))
    first = get_listing(catalog, catalog.positions["M-1"])
    assert (first.price, first.price_max, first.bulk_price) == (12.0, 15.0, None)
    assert get_listing(catalog, catalog.positions["A-1"]).price == 39.95


def test_money_is_the_price_under_any_name(put: Put) -> None:
    goods = [{"slug": s, "name": s, "pricing": {"currency": "GBP", "amount": "18.00"}} for s in ("tee", "cap")]
    first = get_listing(read_catalog(put("x.json", json.dumps({"products": goods}))), 0)
    assert (first.price, first.currency) == (18.0, "GBP")


def test_a_sum_below_a_table_is_no_listing_and_is_told(put: Put) -> None:
    rows = (
        "Code,Product name,Color,Price,Stock\nF-1,Wool socks,Grey,19.90,4\n,,Blue,21.90,7\nF-2,Birch ladle,,9.50,12\n"
    )
    catalog = read_catalog(put("x.csv", rows + "Total,,,,23\n"))
    assert catalog.ids.tolist() == ["F-1", "F-2"]
    assert len(options_of(catalog, "F-1")) == 2
    assert any("Total" in str(p.text) for p in catalog.problems)
    other = read_catalog(put("y.csv", rows + "Total,,,,24\n"))  # no sum: then it is not dropped
    assert "Total" in str([(i, get_listing(other, n)) for n, i in enumerate(other.ids.tolist())])


def test_codes_that_own_codes_begin_with_are_their_parents(put: Put) -> None:
    header = "Item code,Product name,Price,Colour,Ober\n"
    catalog = read_catalog(
        put("x.csv", header + "S-1-M,Hat,24.90,Blue,S-1\nS-1-C,Hat,24.90,Red,S-1\nS-2,Bowl,9.00,,\n")
    )
    assert catalog.ids.tolist() == ["S-1", "S-2"]
    alike = read_catalog(put("y.csv", header + "S-1-M,Hat,24.90,Blue,S-1\nS-1-C,Hat,24.90,Blue,S-1\nS-2,Bowl,9.00,,\n"))
    assert alike.ids.tolist() == ["S-1-M", "S-1-C", "S-2"]  # no choice between them: they may be copies


def test_names_that_no_header_explains_go_before_descriptions(put: Put) -> None:
    rows = "Artikelnr\tÜberschrift X\tBeskrivning\tPris (SEK)\n"
    rows += "SE-1\tCast iron pan\tHeavy\t1 299,00\nSE-2\tRoller blind\tPlain\t349,50\n"
    catalog = read_catalog(put("x.txt", rows))
    assert [get_listing(catalog, n).title for n in range(len(catalog))] == ["Cast iron pan", "Roller blind"]
    assert get_listing(catalog, 0).description == "Heavy"


def test_a_row_of_data_is_no_header(put: Put) -> None:
    rows = "Zq;Produktnavn;Wx;Pris;Yk\n"
    rows += "N-1;Wool throw;a;1 299,00;https://n.example/1.jpg\nN-2;Cup;b;149,50;https://n.example/2.jpg\n"
    catalog = read_catalog(put("x.csv", rows))
    assert [get_listing(catalog, n).title for n in range(len(catalog))] == ["Wool throw", "Cup"]


@pytest.mark.parametrize(("text", "amount"), [("۱٬۲۵۰٬۰۰۰", 1250000.0), ("١٢٫٥٠", 12.5)])
def test_numbers_in_arabic_digits_have_their_own_signs(text: str, amount: float) -> None:
    found = parse_price(text)
    assert found is not None and found.amount == amount


class TestListsOfLists:
    def test_what_stands_beside_products_is_told(self, tmp_path: Path) -> None:
        things = [{"id": i, "title": f"Mug {i}"} for i in range(3)]
        (tmp_path / "a.json").write_text(json.dumps([things[:1], things[1:], 7, "x", None]))
        catalog = read_catalog(tmp_path / "a.json")
        (table,) = catalog.tables
        assert (table.rows, table.listings, table.told) == (6, 3, 3)
        told = [p.text.say("en") for p in catalog.problems if p.text.key == "catalog.bad_object"]
        assert [text.rpartition(" ")[2] for text in told] == ["7.", "x.", "null."]

    def test_an_entry_among_skus_that_is_none_is_told(self, tmp_path: Path) -> None:
        skus = [{"sku": "a", "option1": "S"}, "lost", None, {"sku": "b", "option1": "M"}]
        (tmp_path / "a.json").write_text(json.dumps({"products": [{"id": 1, "title": "Shirt", "variants": skus}]}))
        catalog = read_catalog(tmp_path / "a.json")
        assert len(catalog.sku_columns["listing"]) == 2
        told = [p.text.say("en") for p in catalog.problems if p.text.key == "catalog.bad_part"]
        assert len(told) == 2 and "lost" in told[0] and "null" in told[1]

    def test_a_list_that_breaks_off_keeps_what_is_no_product(self, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_text('[{"id": 1, "title": "Mug"}, 7, {"id": 2, "title": "Cup"}, {"id": 3')
        (table,) = read_catalog(tmp_path / "a.json").tables
        assert (table.rows, table.listings, table.told) == (3, 2, 1)
