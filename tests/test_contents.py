"""What columns hold where no list of words explains their headers: told by their cells, or left unread and told."""

import json
from pathlib import Path

import pytest
from small_files import Put, listings

from dupcheck.catalog import get_listing, read_catalog
from dupcheck.errors import CatalogError
from dupcheck.model import Catalog


def unread(catalog: Catalog) -> str:
    return ", ".join(catalog.tables[0].unused)


def test_headers_of_an_unknown_language_are_told_by_what_stands_below(put: Put) -> None:
    text = (
        "Ukuqala;Okwesibili;Okwesithathu, €;Okwesine;Okwesihlanu\n"
        "Q-1;Linen table runner;24,90;https://q.example/1.jpg;x\n"
        "Q-2;Beech salt cellar;1.009,50;https://q.example/2.jpg;x\n"
        "Q-3;Wool seat cushion;39,00;;x\n"
    )
    catalog = read_catalog(put("x.csv", text))
    first, second, third = listings(catalog).values()
    assert catalog.ids.tolist() == ["Q-1", "Q-2", "Q-3"]
    assert [first.title, second.price, second.currency] == ["Linen table runner", 1009.5, "EUR"]
    assert (first.main_image, third.main_image) == ("https://q.example/1.jpg", "")
    assert unread(catalog) == "Okwesihlanu"


def test_two_columns_that_read_as_names_are_no_title_but_a_question(put: Put) -> None:
    text = "Ukuqala;Okwesibili;Okwesithathu, €;Okwesine\n"
    text += "Q-1;Linen runner;24,90;Blue house\nQ-2;Beech bowl;9,50;Red house\n"
    with pytest.raises(CatalogError, match="title=HEADER"):
        read_catalog(put("x.csv", text))


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("Sales price per piece", True), ("Prix de vente public conseillé TTC net", True), ("Ladenverkaufspreis", True),
        ("Purchase price net", False), ("Selbstkostenpreis", False), ("Einkaufspreis", False),
        ("Shipping price", False),
        ("Precio de compra", False), ("采购单价", False), ("门店零售价", True),
    ],
)  # fmt: skip
def test_the_head_of_a_header_names_a_price_unless_no_buyer_pays_it(header: str, taken: bool, put: Put) -> None:
    catalog = read_catalog(put("x.csv", f"sku,title,{header}\nA1,Oak stool,59.90\nA2,Ash chair,89.00\n"))
    first = listings(catalog)["A1"]
    assert first.price == (59.9 if taken else None)
    assert (header in unread(catalog)) is not taken


def test_of_two_prices_that_are_as_plain_none_is_taken(put: Put) -> None:
    catalog = read_catalog(
        put("x.csv", "sku,title,Spring price,Autumn price\nA1,Stool,59.90,64.00\nA2,Chair,89.00,70.00\n")
    )
    assert listings(catalog)["A1"].price is None
    assert unread(catalog) == "Spring price, Autumn price"


def test_whole_numbers_are_stock_only_where_the_header_says_so(put: Put) -> None:
    text = "sku,title,price,{}\nA1,Stool,59.90,4\nA2,Chair,89.00,0\n"
    for header, stock in (
        ("Pieces at hand amount", 4.0),
        ("Reorder quantity", None),
        ("Quantity sold last year", None),
    ):
        assert listings(read_catalog(put("x.csv", text.format(header))))["A1"].stock == stock
    flags = read_catalog(put("y.csv", "sku,title,price,track inventory\nA1,Stool,59.90,1\nA2,Chair,89.00,0\n"))
    assert listings(flags)["A1"].stock is None


def test_a_field_whose_cells_are_of_another_kind_is_given_up(put: Put) -> None:
    text = "No,Article number,Article,Price\n1,ZX-1,Oak stool,on request\n2,ZX-2,Ash chair,on request\n"
    catalog = read_catalog(put("x.csv", text))
    assert listings(catalog)["ZX-1"].title == "Oak stool"
    assert "Price" in unread(catalog)


def test_what_is_no_catalogue_is_named(put: Put) -> None:
    people = "id,name,email\n1,Anna Berg,anna@a.example\n2,Jan Dub,jan@b.example\n"
    tree = "id,parent_id,name\n1,,Clothing\n2,1,Shirts\n3,1,Trousers\n4,2,Linen\n"
    days = "Date,SKU,Product name,Qty\n" + "".join(f"2024-01-0{d},A-{d % 2},Stool {d % 2},{d}\n" for d in range(1, 7))
    for text, said in ((people, "list of people"), (tree, "list of categories"), (days, "list of what happened")):
        with pytest.raises(CatalogError, match=said):
            read_catalog(put("x.csv", text))


def test_headings_between_the_rows_are_told_and_no_listings(put: Put) -> None:
    text = (
        "Spring list;;;\nall prices in CHF;;;\nArt.;Name;Size;Preis/Stk.\nBoards;;;\nB-1;Small board;20x30;18,50\n"
        "B-2;Large board;30x45;26,00\nBowls;;;\nB-3;Round bowl;28;44,90\nThank you for your order;;;\n"
    )
    catalog = read_catalog(put("x.csv", text))
    assert catalog.ids.tolist() == ["B-1", "B-2", "B-3"]
    assert {listing.currency for listing in listings(catalog).values()} == {"CHF"}
    told = " ".join(str(p.text) for p in catalog.problems)
    assert all(heading in told for heading in ("Boards", "Bowls", "Thank you"))
    table = catalog.tables[0]
    assert table.rows == table.listings + table.joined + table.told == 6


def test_columns_that_tell_the_rows_of_a_family_apart_are_its_options(put: Put) -> None:
    text = (
        "sku,group_id,name,price,Odstín,Délka,Sklad kód\n"
        "T1,T,Roller blind,49.00,Grey,short,W-1\nT2,T,Roller blind,59.00,Grey,long,W-1\n"
        "T3,T,Roller blind,59.00,Sand,long,W-1\n"
        "U1,,Curtain rod,12.00,,,W-2\n"
    )
    held = listings(read_catalog(put("x.csv", text)))
    assert [s.options for s in held["T"].skus] == [
        {"Odstín": "Grey", "Délka": "short"}, {"Odstín": "Grey", "Délka": "long"}, {"Odstín": "Sand", "Délka": "long"},
    ]  # fmt: skip
    assert held["U1"].price == 12.0


def test_pairs_of_columns_name_and_state_an_option(put: Put) -> None:
    text = (
        "id,handle,sku,name,variant_one_name,variant_one_value,variant_two_name,variant_two_value,"
        "tax_name,tax_value,retail_price\n"
        "v1,tee,T1,Merino tee,Colour,Navy,Size,S,GST,0.15,59\nv2,tee,T2,Merino tee,Colour,Navy,Size,M,GST,0.15,59\n"
        "v3,cap,C1,Wool cap,,,,,GST,0.15,29\n"
    )
    held = listings(read_catalog(put("x.csv", text)))
    assert [s.options for s in held["tee"].skus] == [{"Colour": "Navy", "Size": "S"}, {"Colour": "Navy", "Size": "M"}]
    assert held["cap"].skus == ()


@pytest.mark.parametrize(
    "rows",
    [
        "BAG-1,BAG,Canvas bag,29,Red\nBAG-2,BAG,Canvas bag,29,Blue\nCUP-9,,Cup,9,\n",  # what their codes begin with
        "7001,,Canvas bag,29,Red\n7002,7001,Canvas bag,29,Blue\n9001,,Cup,9,\n",  # another row's code
        "A-1,X1,Canvas bag,29,Red\nB-7,X1,Canvas bag,29,Blue\nC-9,,Cup,9,\n",  # filled where a title is shared
    ],
)
def test_a_column_that_joins_rows_is_found_by_its_codes(rows: str, put: Put) -> None:
    catalog = read_catalog(put("x.csv", "code,Souvisí,name,price,colour\n" + rows))
    assert len(catalog) == 2
    assert sorted(s.options["Color"] for s in get_listing(catalog, 0).skus) == ["Blue", "Red"]
    alike = read_catalog(put("y.csv", "code,Souvisí,name,price,colour\n" + rows.replace("Blue", "Red")))
    assert len(alike) == 3  # nothing to choose between them: they may be copies


def test_rows_of_suppliers_are_one_listing(put: Put) -> None:
    text = "id,name,price,supplier,supplier code\nS-1,Garden hose,29.90,Meyer,MY-20\nS-1,Garden hose,29.90,Huber,HB-7\n"
    catalog = read_catalog(put("x.csv", text))
    assert (catalog.ids.tolist(), get_listing(catalog, 0).skus) == (["S-1"], ())


def test_titles_of_skus_state_the_choice_where_no_column_does(put: Put) -> None:
    text = "sku,parent sku,name,price\nM-1,M,Mug Colour:Red,9\nM-2,M,Mug Colour:Blue,9\n"
    assert [s.options for s in get_listing(read_catalog(put("x.csv", text)), 0).skus] == [
        {"Colour": "Red"},
        {"Colour": "Blue"},
    ]


def test_what_an_sku_says_stands_before_what_its_listing_says(put: Put) -> None:
    text = (
        "id,name,sku,price,qty,var_id,var_name,var_sku,var_qty,var_price\n1,Clay cup,CC,9.50,12,,,,,\n"
        "2,Linen shirt,LS,59.00,,21,White / M,LS-M,4,59.00\n2,Linen shirt,LS,59.00,,22,White / L,LS-L,2,65.00\n"
    )
    held = listings(read_catalog(put("x.csv", text)))
    assert [(s.price, s.stock) for s in held["2"].skus] == [(59.0, 4.0), (65.0, 2.0)]
    assert (held["1"].price, held["1"].stock) == (9.5, 12.0)


def test_prices_facts_and_sizes_are_found_however_deep_json_holds_them(put: Put) -> None:
    product = {
        "key": "st", "name": {"en": "Oak stool", "de": "Eichenhocker"},
        "attributes": [{"attribute": {"name": "Wood"}, "values": [{"name": "Oak"}]}],
        "variants": [
            {"sku": f"ST-{size}", "attributes": [{"attribute": {"name": "Size"}, "values": [{"name": size}]}],
             "pricing": {"costPrice": {"amount": 3, "currency": "EUR"},
                         "price": {"gross": {"amount": amount, "currency": "EUR"}}}}
            for size, amount in (("S", 45.5), ("L", 60.5))
        ],
    }  # fmt: skip
    cards = {"cards": [{"nmID": 7, "title": "Dress", "sizes": [{"techSize": s, "price": 29.5} for s in ("42", "44")],
                        "characteristics": [{"name": "Fabric", "value": ["linen"]}]}]}  # fmt: skip
    stool = get_listing(read_catalog(put("x.json", json.dumps([product]))), 0)
    assert (stool.title, stool.attributes["Wood"]) == ("Oak stool", "Oak")
    assert [(s.options, s.price, s.currency) for s in stool.skus] == [
        ({"Size": "S"}, 45.5, "EUR"), ({"Size": "L"}, 60.5, "EUR"),
    ]  # fmt: skip
    dress = get_listing(read_catalog(put("y.json", json.dumps(cards))), 0)
    assert (dress.listing_id, dress.attributes) == ("7", {"Fabric": "linen"})
    assert [s.options for s in dress.skus] == [{"techSize": "42"}, {"techSize": "44"}]


def test_an_amount_that_may_count_coins_is_no_price(put: Put) -> None:
    goods = [
        {
            "id": "p",
            "title": "Tote",
            "variants": [{"title": "Red", "sku": "T", "prices": [{"amount": a, "currency_code": "eur"}]}],
        }
        for a in (1900, 19.5)
    ]
    catalog = read_catalog(put("x.json", json.dumps([goods[0] | {"id": "q"}, goods[1]])))
    assert [listing.price for listing in listings(catalog).values()] == [None, 19.5]


def test_what_rows_of_skus_alone_fill_is_theirs_beside_columns_of_the_listing(put: Put) -> None:
    text = (
        "item id,title,price,stock,SKU ID,SKU spec,SKU price,SKU stock\n"
        "1,Cotton set,299,50,51,Colour:Grey;Size:L,299,20\n1,Cotton set,299,50,52,Colour:Grey;Size:XL,329,30\n"
        "2,Pillow,159,9,,,,\n"
    )
    held = listings(read_catalog(put("x.csv", text)))
    assert [(s.price, s.stock) for s in held["1"].skus] == [(299.0, 20.0), (329.0, 30.0)]
    assert (held["2"].price, held["2"].stock, held["2"].skus) == (159.0, 9.0, ())


def test_of_two_codes_the_one_that_recurs_is_the_listings(put: Put) -> None:
    text = (
        "Code,Name,Options,Variant_code,Variant_option_size,Variant_option_colour,On_hand\n"
        "jersey,Cotton jersey,size|colour,jersey-s,S,red,5\njersey,Cotton jersey,size|colour,jersey-m,M,red,1\n"
        "poncho,Wool poncho,,poncho,,,3\n"
    )
    held = listings(read_catalog(put("x.csv", text)))
    assert [s.sku_code for s in held["jersey"].skus] == ["jersey-s", "jersey-m"]
    assert held["poncho"].stock == 3.0


def test_a_format_whose_rows_nothing_joins_gives_way_to_a_column_that_does(put: Put) -> None:
    text = (
        "SellerSku,ParentSku,Name,Variation,PrimaryCategory,Price_KES,Stock\n"
        'T-L,T,Cotton T-shirt,L,9,"1,450",12\nT-XL,T,Cotton T-shirt,XL,9,"1,450",0\nK,K,Kikoy towel,...,9,"2,300",7\n'
    )
    held = listings(read_catalog(put("x.csv", text)))
    assert list(held) == ["T", "K"]
    assert [(s.price, s.stock) for s in held["T"].skus] == [(1450.0, 12.0), (1450.0, 0.0)]
    assert (held["K"].price, held["K"].currency, held["K"].skus) == (2300.0, "KES", ())


def test_what_others_than_the_seller_are_called_is_no_title(put: Put) -> None:
    text = (
        "Product Code,Product Description,Supplier Name,Supplier Product Code,Sell Price,Product Group\n"
        "CRK,Sea salt crackers,Grain Co,GC1,5.50,Food\nHNY,Manuka honey,Bee Co,BC7,39.00,Food\n"
    )
    held = listings(read_catalog(put("x.csv", text)))
    assert {i: (h.title, h.price) for i, h in held.items()} == {
        "CRK": ("Sea salt crackers", 5.5), "HNY": ("Manuka honey", 39.0),
    }  # fmt: skip


def test_a_style_and_its_colours_and_sizes_are_one_listing(put: Put) -> None:
    text = (
        "StyleNo\tStyleDesc\tColorCode\tColorDesc\tSizeDesc\tUPCNo\tRetailPrice\tOTS\n"
        "S100\tPleated skirt\t001\tBlack\t6\t012345678905\t98.00\t12\n"
        "S100\tPleated skirt\t001\tBlack\t8\t012345678912\t98.00\t0\n"
        "S200\tSilk blouse\t100\tIvory\t8\t012345678936\t128.00\t7\n"
    )
    held = listings(read_catalog(put("x.txt", text)))
    assert [s.options for s in held["S100"].skus] == [{"SizeDesc": "6"}, {"SizeDesc": "8"}]
    assert held["S200"].price == 128.0


@pytest.mark.parametrize(
    ("header", "first", "second", "options"),
    [
        ("Varyant Tip 1,Varyant Değer 1", "Beden,S", "Beden,M", [{"Beden": "S"}, {"Beden": "M"}]),
        ("Kies,Rest", "Size:S|Hue:Red,x", "Size:M|Hue:Red,x",
         [{"Size": "S", "Hue": "Red"}, {"Size": "M", "Hue": "Red"}]),
    ],
)  # fmt: skip
def test_choices_are_found_as_pairs_of_columns_or_as_lists(
    header: str, first: str, second: str, options: list[dict[str, str]], put: Put
) -> None:
    text = f"group id,sku,name,price,{header}\ng1,K-1,Linen shirt,89,{first}\ng1,K-2,Linen shirt,89,{second}\n"
    found = [s.options for s in get_listing(read_catalog(put("x.csv", text)), 0).skus]
    assert found == options


def test_rows_that_neither_sku_nor_family_names_are_named_by_another_code(put: Put) -> None:
    text = (
        "code,family,sku,title,price,colour\nN1,N1,N1-G,Throw,79,Grey\nN1,N1,N1-B,Throw,79,Blue\nN2,,,Coaster,6.50,\n"
    )
    assert list(listings(read_catalog(put("x.csv", text)))) == ["N1", "N2"]


def test_headers_with_dots_are_read_by_their_last_word(put: Put) -> None:
    text = (
        "Thing.id;ThingText.name1;ThingText.description;Cost.purchase;Money.price\n"
        "110;Velvet cushion;soft;9,10;24,90\n120;Brass candlestick;heavy;15,00;39,00\n"
    )
    held = listings(read_catalog(put("x.csv", text)))
    assert [(h.title, h.price) for h in held.values()] == [("Velvet cushion", 24.9), ("Brass candlestick", 39.0)]


def test_facts_are_no_things(put: Put) -> None:
    goods = [
        {"ref": f"R-{n}", "about": {"line": name, "facts": [{"name": "Wood", "values": ["oak"]}]},
         "money": {"standardPrice": {"amount": n + 0.5, "currency": "EUR"}}}
        for n, name in ((40, "Round side table"), (60, "Long dining bench"))
    ]  # fmt: skip
    held = listings(read_catalog(put("x.json", json.dumps({"goods": goods}))))
    assert {i: (h.title, h.price, h.currency) for i, h in held.items()} == {
        "R-40": ("Round side table", 40.5, "EUR"), "R-60": ("Long dining bench", 60.5, "EUR"),
    }  # fmt: skip


def test_a_row_with_a_code_and_no_title_is_no_sku_of_the_row_above(put: Put) -> None:
    catalog = read_catalog(
        put("x.csv", "Code,Name,Stock,Price\nA10,Head gasket,4,50\nA11,,2,39\nA12,Timing belt,0,47\n")
    )
    held = listings(catalog)
    assert list(held) == ["A10", "A11", "A12"]
    assert (held["A10"].skus, held["A11"].title, held["A11"].price) == ((), "", 39.0)
    assert any(p.text.key == "catalog.title_missing" and p.listing_id == "A11" for p in catalog.problems)


def test_addresses_are_the_url_under_any_header(put: Put) -> None:
    text = "sku,title,price,Waar\nA1,Stool,5,https://s.example/p/1\nA2,Chair,6,https://s.example/p/2\n"
    assert listings(read_catalog(put("x.csv", text)))["A1"].url == "https://s.example/p/1"


# --------------------------------------------------------------------------------------------------------------
# Headers over several columns, choices in one cell, and tables of something else


def test_a_header_over_several_columns_names_what_stands_in_any_of_them(put: Put) -> None:
    text = "Code;Name;;Price\nA-1;;Beech bowl;9,50 €\nA-2;Linen runner;;24,90 €\nA-3;;Wool seat;39,00 €\n"
    catalog = read_catalog(put("x.csv", text))
    assert [x.title for x in listings(catalog).values()] == ["Beech bowl", "Linen runner", "Wool seat"]


def test_two_columns_that_are_filled_side_by_side_stay_two(put: Put) -> None:
    text = "Code;Name;;Price\nA-1;Beech bowl;oiled;9,50 €\nA-2;Linen runner;washed;24,90 €\n"
    assert [x.title for x in listings(read_catalog(put("x.csv", text))).values()] == ["Beech bowl", "Linen runner"]


def test_a_sign_that_an_encoding_lost_leaves_the_price(put: Put) -> None:
    catalog = read_catalog(put("x.csv", "id;name;price\n1;Boots;4 990,00 ?\n2;Shoes;3 244,50 ?\n3;Hats;call us?\n"))
    assert [x.price for x in listings(catalog).values()] == [4990.0, 3244.5, None]
    assert set(catalog.column("currency")) == {""}


def test_lines_of_choices_with_prices_in_one_cell_are_skus(put: Put) -> None:
    cell = "[Size: 8 inch, Stand: Oak] -> Price: €9 | Sold out\n[Size: 10 inch, Stand: Oak] -> Price: €12 | Stock: 4"
    text = f'id,name,price,what a buyer chooses\n1,Frame,€9,"{cell}"\n2,Bowl,€5,none\n'
    frame, bowl = listings(read_catalog(put("x.csv", text))).values()
    assert [(s.options, s.price, s.stock) for s in frame.skus] == [
        ({"Size": "8 inch", "Stand": "Oak"}, 9.0, 0.0),
        ({"Size": "10 inch", "Stand": "Oak"}, 12.0, 4.0),
    ]
    assert not bowl.skus


def test_measures_in_one_cell_are_no_choices(put: Put) -> None:
    text = "id,name,price,details\n" + "".join(f'{n},Bowl {n},€5,"Width: 2{n}\nHeight: 3{n}"\n' for n in range(4))
    assert not any(x.skus for x in listings(read_catalog(put("x.csv", text))).values())


def test_the_name_of_an_option_beside_the_list_of_its_values(put: Put) -> None:
    text = (
        "sku,name,price,variation,variations,stock\nA,Linen shirt,9,size,S;M,S:3;M:0\nB,Wool shirt,12,size,M;L;XL,4\n"
    )
    first, second = listings(read_catalog(put("x.csv", text))).values()
    assert [(s.options, s.stock) for s in first.skus] == [({"size": "S"}, 3.0), ({"size": "M"}, 0.0)]
    assert [s.options["size"] for s in second.skus] == ["M", "L", "XL"]
    assert second.stock == 4.0


def test_what_a_product_is_to_a_program_is_no_category(put: Put) -> None:
    text = "id,name,price,type,product_category_name\n" + "".join(
        f"{n},Shirt {n},9,{('simple', 'configurable')[n % 2]},{('Shirts', 'Sets')[n % 2]}\n" for n in range(6)
    )
    assert set(read_catalog(put("x.csv", text)).column("category")) == {"Shirts", "Sets"}


def test_several_prices_are_as_good_a_header_as_one(put: Put) -> None:
    catalog = read_catalog(put("x.csv", "id;название;цены\n1;Книга о радио;500\n2;Книга о море;750\n"))
    assert catalog.numbers("price").tolist() == [500.0, 750.0]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[{"id":1,"nombre":"Ana Ruiz","sedes":[{"direccion":"CL 1"}]},'
         '{"id":2,"nombre":"Luis Paz","sedes":[{"direccion":"CL 2"}]}]',
         "catalog.is_people"),
        ("id,name,street\n1,Ann Lee,Long Row 1\n2,Bob Ray,High St 2\n", "catalog.is_people"),
        ("order ref,stock id,name,price,qty\n"
         + "".join(f"K{n}-77{n},S{n % 3},Whey {'abc'[n % 3]} tin,5,1\n" for n in range(60)),
         "catalog.is_journal"),
        ("id,name,price\n1,Bowl,5\n<p>and,more,\n<li>of,it,\n2,Cup,6\n", "catalog.is_spilled"),
    ],
)  # fmt: skip
def test_tables_of_something_else_are_refused_by_name(put: Put, text: str, key: str) -> None:
    with pytest.raises(CatalogError) as caught:
        read_catalog(put("x.json" if text.startswith("[") else "x.csv", text))
    assert caught.value.text.key == key
    assert caught.value.say("zh") != caught.value.say("en")


def test_one_broken_row_among_many_is_told_and_left_out(put: Put) -> None:
    rows = [f"{n},Bowl {n},5" for n in range(1, 20)]
    catalog = read_catalog(put("x.csv", "id,name,price\n" + "\n".join([*rows, "</ul>,x,"]) + "\n"))
    assert len(catalog) == 19
    assert [p.row for p in catalog.problems if p.severity == "error"] == [21]


def test_signs_that_only_html_has_a_name_for_are_read_in_xml(put: Put) -> None:
    text = "<items><item><id>1</id><title>Caf&eacute; cup</title><price>5</price></item>"
    text += "<item><id>2</id><title>Tea &amp; more</title><price>6</price></item></items>"
    catalog = read_catalog(put("x.xml", text))
    assert catalog.column("title").tolist() == ["Café cup", "Tea & more"]
    assert not [p for p in catalog.problems if p.severity == "error"]


def test_rows_without_ids_are_named_by_their_sheet(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for name in ("Pipes", "Taps"):
        sheet = book.create_sheet(name)
        for row in (["Title", "Price"], [f"{name} 20 mm", 5], [f"{name} 25 mm", 6]):
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.save(tmp_path / "x.xlsx")
    ids = read_catalog(tmp_path / "x.xlsx", mapping={"listing_id": "#row"}).ids.tolist()
    assert ids == ["row-2", "row-3", "Taps row-2", "Taps row-3"]


def test_rows_of_one_title_without_codes_are_one_listing_where_options_tell_them_apart(put: Put) -> None:
    rows = [f"{t},{c},{s},9.90" for t in ("Linen shirt", "Wool shirt") for c in ("Red", "Blue") for s in ("S", "M")]
    text = "Product name,Variation 1 (Colour),Variation 2 (Size),Price\n" + "\n".join(rows) + "\n"
    catalog = read_catalog(put("x.csv", text), need_ids=False)
    assert catalog.column("title").tolist() == ["Linen shirt", "Wool shirt"]
    assert catalog.ids.tolist() == ["row-2", "row-6"]
    assert [s.options for s in get_listing(catalog, 0).skus][1] == {"Colour": "Red", "Size": "M"}
    copies = read_catalog(put("y.csv", text + "Linen shirt,Red,S,9.90\n"), need_ids=False)
    assert copies.column("title").tolist().count("Linen shirt") > 1  # what stands again elsewhere is a copy


def test_a_column_that_lost_its_header_still_tells_which_rows_are_variants(put: Put) -> None:
    text = (
        "ID,  ,UGS,Nom,Mis en avant ?,En stock ?,Tarif régulier,Parent,Nom de l’attribut 1,Valeur(s) de l’attribut 1\n"
        '29,variable,EV-1,Ensemble,0,1,15 000 Fcfa,,taille,"4 ans, 6 ans"\n'
        "30,variation,,Ensemble - 4 ans,0,1,15 000 Fcfa,EV-1,taille,4 ans\n"
        "31,variation,,Ensemble - 6 ans,0,1,16 000 Fcfa,EV-1,taille,6 ans\n"
    )
    catalog = read_catalog(put("x.csv", text))
    assert catalog.tables[0].format == "woocommerce"
    (only,) = listings(catalog).values()
    assert [(s.options, s.price, s.currency) for s in only.skus] == [
        ({"taille": "4 ans"}, 15000.0, "XOF"), ({"taille": "6 ans"}, 16000.0, "XOF"),
    ]  # fmt: skip


def test_a_template_that_nobody_has_filled_in_holds_no_listing(put: Put) -> None:
    text = "Goods Name,SKU,Price,Main image,Brand\n"
    text += "Enter the name,Enter your code or 1,Enter a price from 1 to 9,Enter a link,Enter the brand\n"
    with pytest.raises(CatalogError) as caught:
        read_catalog(put("x.csv", text))
    assert caught.value.text.key == "catalog.header_only"


def test_how_many_there_are_goes_before_whether_there_are_any(put: Put) -> None:
    catalog = read_catalog(put("x.csv", "id,name,price,inStock,stockQuantity\n1,Tea,5,true,10\n2,Mug,6,false,0\n"))
    assert catalog.numbers("stock").tolist() == [10.0, 0.0]


def test_a_column_called_as_the_thing_itself_holds_its_titles(put: Put) -> None:
    text = "código;producto;precio\nA-1;Taza de barro;5\nA-2;Plato hondo;6\n"
    assert read_catalog(put("x.csv", text)).column("title").tolist() == ["Taza de barro", "Plato hondo"]


def test_a_list_of_sizes_is_what_can_be_chosen_and_a_decimal_comma_is_none(put: Put) -> None:
    text = "id;name;price;sizes;color\n1;Linen shirt;20;S, M, L;red,blue\n2;Wool hat;9;One size;grey\n"
    text += "3;Belt;7;80, 90;tan\n"
    shirt, hat, belt = listings(read_catalog(put("x.csv", text))).values()
    assert len(shirt.skus) == 6
    assert shirt.skus[0].options == {"Size": "S", "Color": "red"}
    assert (hat.skus, hat.attributes["Size"]) == ((), "One size")
    assert [s.options["Size"] for s in belt.skus] == ["80", "90"]
    plain = listings(read_catalog(put("y.csv", "id;name;price;size\n1;Bolt;2;10,5\n2;Nut;1;12,5\n3;Pin;1;8,5\n")))
    assert not any(x.skus for x in plain.values())


def test_a_last_row_of_a_code_and_a_sum_is_no_listing(put: Put) -> None:
    rows = "".join(f"A-{n};Bowl {n};{n}0;{n};Linden\n" for n in range(1, 6))
    catalog = read_catalog(put("x.csv", f"code;name;price;stock;brand\n{rows}R-2024-11;;150;;\n"))
    assert catalog.ids.tolist() == [f"A-{n}" for n in range(1, 6)]
    assert [p.row for p in catalog.problems if p.text.key == "catalog.note_skipped"] == [7]


def test_an_id_alone_between_rows_is_a_heading(put: Put) -> None:
    text = "Code;Brand;Name;Price\nWinter2;;;\n79-01;Toyo;Toyo G1S 205/65;2000\n79-02;Lassa;Lassa 155/70;1250\n13;;;\n"
    assert read_catalog(put("x.csv", text + "79-03;Aplus;Aplus A609;1090\n")).ids.tolist() == [
        "79-01",
        "79-02",
        "79-03",
    ]


def test_the_old_price_and_the_new_one_without_a_blank_are_the_lower_of_both(put: Put) -> None:
    catalog = read_catalog(
        put("x.csv", 'id,title,price\n1,Mug,"2.890,00RSD2.023,00RSD"\n2,Pan,€12.00€9.50\n3,Lid,20x30\n')
    )
    assert [(x.price, x.currency) for x in listings(catalog).values()] == [(2023.0, "RSD"), (9.5, "EUR"), (None, "")]


def test_one_word_under_all_codes_names_no_listing(put: Put) -> None:
    rows = "".join(f"https://a.example/{n},Bowl {n},SKU,{n}.50\n" for n in range(1, 9))
    catalog = read_catalog(put("x.csv", "url,title,sku,price\n" + rows))
    assert catalog.ids.tolist() == [f"https://a.example/{n}" for n in range(1, 9)]


def test_a_hidden_sheet_that_is_too_wide_keeps_nobody_from_the_others(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    goods = book.create_sheet("Goods", 0)
    book.remove(book.worksheets[1])
    for row in (["id", "title", "price"], ["1", "Mug", 5], ["2", "Pan", 9]):
        goods.append(row)
    lists = book.create_sheet("Lists & values")
    lists.cell(60_000, 100, "x")
    lists.cell(1, 1, "x")
    lists.sheet_state = "hidden"
    book.save(tmp_path / "x.xlsx")
    assert read_catalog(tmp_path / "x.xlsx").ids.tolist() == ["1", "2"]
    lists.sheet_state = "visible"
    book.save(tmp_path / "y.xlsx")
    with pytest.raises(CatalogError) as caught:
        read_catalog(tmp_path / "y.xlsx")
    assert caught.value.text.key == "catalog.too_wide"


def test_a_sheet_of_examples_may_have_more_words_in_its_name(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    template, example = book.create_sheet("Template"), book.create_sheet("Contoh Upload")
    book.remove(book.worksheets[0])
    for sheet, names in ((template, ("Mug", "Pan")), (example, ("A sample", "Another"))):
        sheet.append(["id", "title", "price"])
        for n, name in enumerate(names):
            sheet.append([f"{sheet.title[0]}{n}", name, 5])
    book.save(tmp_path / "x.xlsx")
    assert read_catalog(tmp_path / "x.xlsx").column("title").tolist() == ["Mug", "Pan"]


def test_orders_with_addresses_of_people_are_orders(put: Put) -> None:
    with pytest.raises(CatalogError) as caught:
        read_catalog(
            put(
                "x.csv", "ID,Ship-to Name,Order Status,Customer Email\n1,Ann,open,a@a.example\n2,Bob,sent,b@b.example\n"
            )
        )
    assert caught.value.text.key == "catalog.is_orders"


def test_what_its_header_shortens_or_calls_twice_is_read_by_the_cells_below(put: Put) -> None:
    catalog = read_catalog(
        put(
            "x.csv",
            "Cod.Art.;Titolo;Marca/Fornitore;Prezzo;Giac.\n"
            "Q-1;Sciarpa di lana a quadri;Alta Lana;24,90;5\n"
            "Q-2;Tovaglia di lino naturale;Casa Lino;39,00;0\n",
        )
    )
    first, second = listings(catalog).values()
    assert [first.stock, second.stock] == [5.0, 0.0]
    assert dict(first.attributes) == {"Brand": "Alta Lana"}


def test_a_column_of_sentences_is_what_is_told_of_the_things(put: Put) -> None:
    catalog = read_catalog(
        put(
            "x.csv",
            "id,title,price,Isichazelo\n"
            "1,Linen table runner,24.90,Woven in small batches by hand. Wash cold.\n"
            "2,Beech salt cellar,10.50,Turned from one piece of wood. Oil it.\n"
            "3,Wool seat cushion,39.00,Felted wool on both sides of it.\n",
        )
    )
    assert listings(catalog)["2"].description == "Turned from one piece of wood. Oil it."


def test_a_header_of_two_words_without_a_blank_is_told_by_the_last(put: Put) -> None:
    catalog = read_catalog(
        put("x.csv", "商品ID,商品标题,单价,详情描述\n1,不锈钢锅架,19.9,静置后再挂\n2,木质砧板,25,洗净晾干\n")
    )
    assert listings(catalog)["1"].description == "静置后再挂"


def test_barcodes_are_read_in_a_known_export_whatever_it_calls_them(put: Put) -> None:
    catalog = read_catalog(
        put(
            "x.csv",
            "Número de publicación,Título,Precio,Stock,Condición,Tipo de publicación,Código propio de la casa\n"
            "MLM1,Martillo de bola 16 oz,138.99,4,Nuevo,Premium,4006381333931\n"
            "MLM2,Cinta aislante negra 18 m,29.00,9,Nuevo,Premium,5901234123457\n",
        )
    )
    assert [listings(catalog)[i].gtin for i in ("MLM1", "MLM2")] == ["4006381333931", "5901234123457"]


@pytest.mark.parametrize(("header", "cells", "stated"), [
    ("状态", ("在售", "已下架"), False), ("状态", ("全新", "二手"), True), ("Estado", ("Activa", "Pausada"), False),
    ("Estado", ("Nuevo", "Usado"), True),
])  # fmt: skip
def test_what_state_a_page_is_in_is_no_condition_of_the_thing(
    header: str, cells: tuple[str, str], stated: bool, put: Put
) -> None:
    rows = "".join(f"{k},Martillo de bola 16 oz,139,{cell}\n" for k, cell in enumerate(cells, 1))
    catalog = read_catalog(put("x.csv", f"id,title,price,{header}\n{rows}"))
    assert (header in listings(catalog)["1"].attributes) == stated
