"""Kinds of real files that were read wrong when first seen: each in a few rows of its own."""

import json
from pathlib import Path

import pytest
from small_files import Put, listings

from dupcheck.catalog import read_catalog
from dupcheck.catalog.values import Price, parse_price
from dupcheck.errors import CatalogError
from dupcheck.model import Catalog


def keys(catalog: Catalog) -> list[str]:
    return [p.text.key for p in catalog.problems]


WIX = "handleId,fieldType,name,price,surcharge,productOptionName1,productOptionDescription1,productOptionName2,"
WIX += "productOptionDescription2\n"


def test_surcharges_on_a_price_of_0_are_the_prices_and_a_discount_is_below_it(put: Put) -> None:
    text = WIX + "p1,Product,Card of cotton,0.0,,Sheets,25;50,,\np1,Variant,,,12.5,,25,,\np1,Variant,,,20,,50,,\n"
    text += "p2,Product,Bowl of oak,30,,Size,S;L,,\np2,Variant,,,-5,,S,,\np2,Variant,,,5,,L,,\n"
    first, second = listings(read_catalog(put("x.csv", text))).values()
    assert [(dict(s.options), s.price) for s in first.skus] == [({"Sheets": "25"}, 12.5), ({"Sheets": "50"}, 20.0)]
    assert [s.price for s in second.skus] == [25.0, 35.0]
    assert (first.price, first.price_max) == (12.5, 20.0)


def test_choices_of_a_product_without_rows_of_variants_are_its_skus(put: Put) -> None:
    text = WIX + 'p1,Product,Leggings,11,,Colour,"rgb(1, 2, 3):Pink;#fff:White",Size,S;M\np2,Product,Mug,9,,,,,\n'
    first, second = listings(read_catalog(put("x.csv", text))).values()
    assert [s.options["Size"] for s in first.skus] == ["S", "M", "S", "M"]
    assert [s.options["Colour"][-4:] for s in first.skus] == ["Pink", "Pink", "hite", "hite"]
    assert (first.price, second.price, len(second.skus)) == (11, 9, 0)
    assert "Colour" not in first.attributes


def test_an_address_that_many_rows_share_names_none_of_them(put: Put) -> None:
    text = "Name,Price,Link,Photo\n" + "".join(f"Jar {n} of jam,4.5,https://x.example/all/,j{n}.jpg\n" for n in "ABCDE")
    with pytest.raises(CatalogError, match="listing_id=#row"):
        read_catalog(put("x.csv", text))
    assert len(read_catalog(put("x.csv", text), mapping={"listing_id": "#row"})) == 5


def test_sums_of_what_was_sold_name_no_listing(put: Put) -> None:
    text = "Товар;Средняя цена;Продано на\nНабор кистей;680;17000\nПлот малый;499;5489.5\nПлот большой;741;29671.482\n"
    with pytest.raises(CatalogError, match="listing_id=#row"):
        read_catalog(put("x.csv", text))


def test_codes_that_other_goods_bear_too_leave_the_rows_own_number_their_id(put: Put) -> None:
    text = "PRODUCT-ID,SKU,NAME,PRICE\n11,1,Oak table for garden,240\n12,2,Steel lamp,30\n13,1,Wool scarf,55\n"
    catalog = read_catalog(put("x.csv", text))
    assert catalog.ids.tolist() == ["11", "12", "13"]
    assert catalog.column("sku_code").tolist() == ["1", "2", "1"]


@pytest.mark.parametrize("names", [("precoNormal", "precoPromo"), ("PRECO_PROMO", "PRECO_NORMAL")])
def test_of_two_prices_the_one_that_is_nowhere_lower_is_taken(names: tuple[str, str], put: Put) -> None:
    normal = next(k for k, n in enumerate(names) if "ormal" in n.casefold())
    rows = [("9,90", "7,90"), ("12,00", "12,00"), ("30,00", "21,00")]
    cells = [";".join(r if normal == 0 else r[::-1]) for r in rows]
    text = f"codigo;nome;{';'.join(names)}\n" + "".join(f"V-{k};Vinho tinto {k};{c}\n" for k, c in enumerate(cells))
    assert read_catalog(put("x.csv", text)).numbers("price").tolist() == [9.9, 12.0, 30.0]


def test_a_text_said_again_in_another_language_is_no_part_of_the_title(put: Put) -> None:
    offer = (
        '<offer id="A{n}" available="true"><name lang="ru">Чемодан {n} красный</name><name lang="ua">Валіза {n} червона'
        "</name><price>3250</price><category code='5'>Валізи</category><picture>https://x.example/{n}.jpg</picture>"
        "<vendor>Holm</vendor></offer>"
    )
    text = f"<yml_catalog><offers>{offer.format(n=1)}{offer.format(n=2)}</offers></yml_catalog>"
    first, second = listings(read_catalog(put("x.xml", text))).values()
    assert (first.title, second.title) == ("Чемодан 1 красный", "Чемодан 2 красный")
    assert (first.currency, first.price) == ("UAH", 3250)


def test_a_feed_tells_its_currency_once_for_all_offers(put: Put) -> None:
    offers = "".join(
        f'<offer id="{n}"><name>Стол {n}</name><price>10</price><picture>https://x.example/{n}.jpg</picture></offer>'
        for n in (1, 2)
    )
    money = '<currencies><currency id="KZT" rate="1"/><currency id="USD" rate="470"/></currencies>'
    text = f"<yml_catalog><shop>{money}<offers>{offers}</offers></shop></yml_catalog>"
    assert read_catalog(put("x.xml", text)).column("currency").tolist() == ["KZT", "KZT"]


def test_codes_that_a_spreadsheet_made_alike_are_told_kept_and_not_compared(put: Put) -> None:
    text = "id,title,price,gtin\n1,Peeler,10,8.80609E+12\n2,Knife,10,8.80609E+12\n3,Oak bowl,9,4006381333931\n"
    catalog = read_catalog(put("x.csv", text))
    assert catalog.column("gtin").tolist() == ["", "", "4006381333931"]
    assert keys(catalog).count("catalog.code_spoiled") == 2
    assert json.loads(catalog.column("other").tolist()[0])["gtin"] == "8.80609E+12"


def test_the_only_variants_name_is_no_part_of_a_title(put: Put) -> None:
    text = "id,title,price\n1,Afnan scent Default Title,10\n2,Scent - Default Title,11\n3,Default Title,12\n"
    assert read_catalog(put("x.csv", text)).column("title").tolist() == ["Afnan scent", "Scent", "Default Title"]


def test_things_that_lie_under_names_of_kinds_are_of_these_categories(put: Put) -> None:
    held = {
        "Packing": {"Tape": [{"name": "Blue tape 19 mm", "sku": "T1"}], "Bags": [{"name": "Bag 30 l", "sku": "B1"}]},
        "Bolts": {"Hex": [{"name": "Bolt M6", "sku": "M6"}], "Round": [{"name": "Bolt M8", "sku": "M8"}]},
    }
    catalog = read_catalog(put("x.json", json.dumps(held)))
    assert catalog.column("category").tolist() == ["Packing > Tape", "Packing > Bags", "Bolts > Hex", "Bolts > Round"]


def test_a_table_without_a_line_of_headers_is_told_so(put: Put) -> None:
    text = "Oak stool,Solid oak,59,https://x.example/1.jpg\nAsh chair,Solid ash,89,https://x.example/2.jpg\n"
    with pytest.raises(CatalogError, match="names the columns"):
        read_catalog(put("x.csv", text))


def test_the_column_that_reads_as_names_is_offered_for_the_title(put: Put) -> None:
    text = "code;rengi;Okwesibili\nA1;x;Linen table runner\nA2;x;Beech salt cellar\nA3;y;Wool seat cushion\n"
    with pytest.raises(CatalogError, match='"title=Okwesibili"'):
        read_catalog(put("x.csv", text))


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("M.R.P.: ₹69,900", Price(69900, None, "INR")), ("Sonderpreis: 12,50 €", Price(12.5, None, "EUR")),
        ("Width: 40", None), ("see: 2", None),
        ('{"valor": "R$ 99,00", "moeda": "BRL"}', Price(99, None, "BRL")),
        ('{"betrag": 12.5, "waehrung": "EUR"}', Price(12.5, None, "EUR")), ('{"a": 1, "b": 2, "c": "EUR"}', None),
    ],
)  # fmt: skip
def test_a_price_behind_what_it_is_called(text: str, price: Price | None) -> None:
    assert parse_price(text) == price


def test_a_price_of_0_with_its_currency_is_not_stated(put: Put) -> None:
    catalog = read_catalog(put("x.csv", "id,title,price\n1,Gate valve,0.00 INR\n2,Globe valve,5.00 INR\n"))
    assert "catalog.price_zero" in keys(catalog)
    assert "catalog.price_unreadable" not in keys(catalog)


def test_reviews_that_are_listed_are_counted(put: Put) -> None:
    held = [{"id": 1, "title": "Styler", "price": 27, "reviews": [{"rating": 5}, {"rating": 4}]}]
    held.append({"id": 2, "title": "Iron", "price": 39, "reviews": [{"rating": 1}]})
    assert read_catalog(put("x.json", json.dumps(held))).numbers("reviews").tolist() == [2.0, 1.0]


def test_rules_of_a_shop_program_are_the_prices_of_their_skus_and_no_skus(put: Put) -> None:
    text = (
        "Item Type,Product ID,Product Name,Product Type,Product Code/SKU,Price,Current Stock Level,Product Visible?\n"
    )
    text += "Product,7,Snow boots,P,B,114.95,2,Y\n  SKU,1,[RB]Size=10,,B-10,,1,\n  SKU,2,[RB]Size=11,,B-11,,1,\n"
    text += "  SKU,3,[RB]Size=12,,B-12,,1,\n  Rule,,,,B-10,[FIXED]99.95,,\n  Rule,,,,B-11,[ADD]5,,\n"
    text += "  Rule,,[RB]Size=12,,,[REMOVE]4.95,,\n"
    (boots,) = listings(read_catalog(put("x.csv", text))).values()
    assert [(s.options["Size"], s.price) for s in boots.skus] == [("10", 99.95), ("11", 119.95), ("12", 110.0)]


def test_a_feed_in_utf_8_that_says_it_is_latin_is_utf_8(tmp_path: Path) -> None:
    item = "<produto><titulo>Mesa Amêndoa {n}</titulo><preco>{n}80.00</preco><imagem>http://x.example/{n}.jpg</imagem></produto>"
    text = f'<?xml version="1.0" encoding="ISO-8859-1"?><produtos>{item.format(n=1)}{item.format(n=2)}</produtos>'
    for encoding in ("utf-8", "latin-1"):
        path = tmp_path / f"{encoding}.xml"
        path.write_text(text, encoding)
        catalog = read_catalog(path, mapping={"listing_id": "#row"})
        assert catalog.column("title").tolist() == ["Mesa Amêndoa 1", "Mesa Amêndoa 2"]


def test_what_a_known_format_counts_under_a_name_of_its_own_is_no_stock(put: Put) -> None:
    text = "default_code,name,categ_id,list_price,standard_price,type,x_puff_count,{}\nA,Oak pipe,P,9,4,goods,600,3\n"
    text += "B,Ash pipe,P,8,4,goods,1500,5\n"
    assert not read_catalog(put("x.csv", text.format("x_pack_size"))).numbers("stock")[0] >= 0
    assert read_catalog(put("x.csv", text.format("stock_count"))).numbers("stock").tolist() == [3.0, 5.0]


def test_a_range_with_two_dashes_is_one(put: Put) -> None:
    assert parse_price("4.86 -- 6.22") == Price(4.86, 6.22)


def test_rows_that_name_their_parent_are_skus_in_a_format_without_parents(put: Put) -> None:
    text = "sku,product_type,name,price,attribute_set_code,base_image,flavor,parent_sku\n"
    text += "G1,simple,Oak Tea - Mint,9,T,/a.jpg,Mint,OAK\nG2,simple,Oak Tea - Lime,9,T,/b.jpg,Lime,OAK\n"
    text += "G3,simple,Ash Tea - Mint,8,T,/c.jpg,Mint,ASH\n"
    first, second = listings(read_catalog(put("x.csv", text))).values()
    assert [s.sku_code for s in first.skus] == ["G1", "G2"]
    assert second.skus == ()


def test_who_sells_a_thing_to_the_seller_is_no_brand(put: Put) -> None:
    text = "id,name,price,vendor_name\n1,Oak bowl,9,Empire\n1,Oak bowl,9,Lightfire\n2,Ash bowl,8,Empire\n"
    catalog = read_catalog(put("x.csv", text))
    assert catalog.column("attributes").tolist() == ["", ""]


def test_a_row_that_stands_twice_under_its_own_id_is_told_not_sold_twice(put: Put) -> None:
    row = "{i},{t},said,in stock,new,9.00 USD,https://x.example/{k},https://x.example/{i}.jpg,Holm\n"
    text = "id,title,description,availability,condition,price,link,image_link,brand\n"
    text += row.format(i=1, t="Bowl", k="a") + row.format(i=2, t="Cup", k="b") + row.format(i=1, t="Bowl", k="c")
    catalog = read_catalog(put("x.csv", text))
    assert (len(catalog), len(catalog.sku_columns["listing"])) == (2, 0)
    assert "catalog.row_again" in keys(catalog)


def test_a_first_row_built_like_those_below_is_no_header(put: Put) -> None:
    text = "".join(f"prod_10{n};Laptop of kind {n} - 8 GB;photo-{n}x\n" for n in range(4))
    with pytest.raises(CatalogError, match="names the columns"):
        read_catalog(put("x.csv", text))


def test_how_many_pictures_there_are_is_no_picture(put: Put) -> None:
    held = [{"id": f"g{n}", "name": f"Camera no {n}", "price": 2467 + n, "image": n} for n in (1, 2, 3)]
    assert read_catalog(put("x.json", json.dumps(held))).column("main_image").tolist() == ["", "", ""]


def test_rows_that_go_on_with_a_list_of_the_row_above_are_part_of_it(put: Put) -> None:
    text = 'id,name,list_price,lines/attribute_id,lines/value_ids,sellers/name\np1,Oak chair,50,Color,"Red,Blue",Holm\n'
    text += ',,,Size,"S,M",Nord\np2,Ash table,90,,,\n'
    catalog = read_catalog(put("x.csv", text))
    first, second = listings(catalog).values()
    assert (len(first.skus), second.skus) == (4, ())
    assert first.other["sellers/name"] == "Holm\nNord"
    text = 'id,name,list_price,lines/attribute_id,lines/value_ids\np1,Oak chair,50,Color,"Red,Blue"\n'
    text += ',,,Size,"S,M"\np2,Ash table,90,,\n'
    catalog = read_catalog(put("x.csv", text))
    first, second = listings(catalog).values()
    assert [dict(s.options) for s in first.skus] == [
        {"Color": "Red", "Size": "S"}, {"Color": "Red", "Size": "M"}, {"Color": "Blue", "Size": "S"},
        {"Color": "Blue", "Size": "M"},
    ]  # fmt: skip
    assert (second.title, second.skus, catalog.tables[0].told) == ("Ash table", (), 0)


def test_of_two_lists_of_choices_those_are_sold_of_which_stock_or_price_are_told(put: Put) -> None:
    text = "id;title;price;sizes;colours;stock\n1;Shirt;9;S,M;Red,Blue;S/Red:3,M/Blue:1\n2;Cap;8;S,M;Red,Blue;7\n"
    first, second = listings(read_catalog(put("x.csv", text))).values()
    assert [(dict(s.options), s.stock) for s in first.skus] == [
        ({"Size": "S", "Color": "Red"}, 3.0), ({"Size": "M", "Color": "Blue"}, 1.0),
    ]  # fmt: skip
    assert len(second.skus) == 4


def test_a_title_that_is_escaped_twice_is_read_once_for_all(put: Put) -> None:
    text = "id,title,price\n1,Salt &amp;amp; Pepper Default Title - Default Title,3\n2,Salt & Lime,4\n"
    assert read_catalog(put("x.csv", text)).column("title").tolist() == ["Salt & Pepper", "Salt & Lime"]


def test_a_table_of_html_in_a_description_makes_no_page_of_a_feed(put: Put) -> None:
    offer = "<offer id='{n}'><name>Ring {n}</name><price>10</price><picture>https://x.example/{n}.jpg</picture>"
    offer += "<description><![CDATA[<table><tr><td>Stone</td><td>Carat</td></tr></table>]]></description></offer>"
    offers = offer.format(n=1) + offer.format(n=2)
    text = f"<?xml version='1.0'?><yml_catalog><shop><offers>{offers}</offers></shop></yml_catalog>"
    assert read_catalog(put("x.xml", text)).column("title").tolist() == ["Ring 1", "Ring 2"]


def test_an_element_whose_name_begins_like_one_of_html_makes_no_page_of_a_feed(put: Put) -> None:
    car = "<listing><vehicle_id>V{n}</vehicle_id><title>Car {n}</title><price>{n}00 USD</price>"
    car += "<body_style>SUV</body_style></listing>"
    text = f"<?xml version='1.0'?><listings><title>Cars</title>{car.format(n=1)}{car.format(n=2)}</listings>"
    assert read_catalog(put("x.xml", text)).numbers("price").tolist() == [100.0, 200.0]


@pytest.mark.parametrize(
    ("address", "category", "currency"),
    [
        ("https://shop.sk/a/", "Krása", "EUR"), ("https://shop.cz/a/", "Krása", "CZK"),
        ("https://shop.com/a/", "Heureka.sk | Krása", "EUR"), ("https://shop.com/a/", "Diagnostické pomôcky", "EUR"),
        ("https://shop.com/a/", "Nářadí", "CZK"),
    ],
)  # fmt: skip
def test_the_currency_of_a_heureka_feed_is_that_of_its_country(
    address: str, category: str, currency: str, put: Put
) -> None:
    item = (
        "<SHOPITEM><ITEM_ID>{n}</ITEM_ID><PRODUCTNAME>Vase {n}</PRODUCTNAME><URL>%s{n}</URL><PRICE_VAT>9.90</PRICE_VAT>"
    )
    item = (
        item % address + f"<CATEGORYTEXT>{category}</CATEGORYTEXT><IMGURL>https://i.example/1.jpg</IMGURL></SHOPITEM>"
    )
    text = f"<SHOP>{item.format(n=1)}{item.format(n=2)}</SHOP>"
    assert read_catalog(put("x.xml", text)).column("currency").tolist() == [currency, currency]


def test_labels_for_campaigns_are_no_codes(put: Put) -> None:
    text = "id,title,image_link,price,link,availability,condition,custom_label_0\n"
    text += "".join(
        f"{n},Scent {n},https://x.example/{n}.jpg,9 EUR,https://x.example/{n},in stock,new,Burberry\n" for n in (1, 2)
    )
    assert read_catalog(put("x.csv", text)).column("sku_code").tolist() == ["", ""]


def test_keys_that_differ_in_capitals_are_one_column_and_a_shops_own_name_is_no_goods(put: Put) -> None:
    held = {
        "config": {"name": "Laser workshop", "currency": "MXN", "phone": "521"},
        "goods": [
            {"Name": "Oak shelf", "SKU": "L1", "Price": 231},
            {"name": "Ash stand", "Sku": "L2", "price": 157},
        ],
    }
    catalog = read_catalog(put("x.json", json.dumps(held)))
    assert catalog.ids.tolist() == ["L1", "L2"]
    assert catalog.numbers("price").tolist() == [231.0, 157.0]
    assert catalog.column("currency").tolist() == ["MXN", "MXN"]


def test_lines_of_text_in_one_column_of_a_spreadsheet_are_a_table(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for line in ("id,name,price,image", '1,"Oak bowl, large",9,a.jpg', "2,Ash bowl,8,b.jpg"):
        book.active.append([line])
    book.save(tmp_path / "x.xlsx")
    catalog = read_catalog(tmp_path / "x.xlsx")
    assert catalog.column("title").tolist() == ["Oak bowl, large", "Ash bowl"]


def test_pictures_may_have_blanks_in_their_names(put: Put) -> None:
    text = "id,name,price,ImgSrc\n1,Anise,2,images/Anís estrellado.webp\n2,Soda,3,images/soda.png\n"
    assert read_catalog(put("x.csv", text)).column("main_image").tolist()[0] == "images/Anís estrellado.webp"
