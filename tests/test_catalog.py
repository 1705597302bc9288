"""Canonical catalogues: read whole, written and read back, and what is wrong with them told."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupcheck.catalog import (
    format_catalog,
    get_listing,
    make_catalog,
    merge_catalogs,
    read_catalog,
    read_listing,
    write_catalog,
)
from dupcheck.errors import CatalogError, OutputError
from dupcheck.model import NUMBER_COLUMNS, SKU_TEXT_COLUMNS, TEXT_COLUMNS, Catalog, Listing, Sku
from dupcheck.run import BOUNDS

HEADER = "listing_id,title,price,currency,category,main_image,attributes"


def put(folder: Path, text: str | bytes, name: str = "catalog.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def told(catalog: Catalog) -> list[tuple[int | None, str, str, str]]:
    return [(p.row, p.listing_id, p.field, p.severity) for p in catalog.problems]


def test_a_canonical_file_is_read_as_the_model_promises(tmp_path: Path) -> None:
    catalog = read_catalog(
        put(
            tmp_path,
            HEADER + ",stock\n"
            '0017,"Silk tie, red",5.99,usd,Ties,img/a.jpg,Color=Red; Material=Silk,12\n'
            '1005005120789585,Mug,,,,https://x.example/m.jpg,"{""Size"": ""A;B""}",\n',
        )
    )
    assert list(catalog.table.columns) == [*TEXT_COLUMNS, *NUMBER_COLUMNS, "row"]
    assert catalog.table.index.tolist() == [0, 1]
    assert all(catalog.table[c].dtype == object for c in TEXT_COLUMNS)
    assert all(catalog.table[c].dtype == np.float64 for c in NUMBER_COLUMNS)
    assert catalog.table["row"].dtype == np.int64
    assert list(catalog.skus.columns) == ["listing", *SKU_TEXT_COLUMNS, "price", "stock"]
    assert catalog.skus["listing"].dtype == np.int64
    assert catalog.image_root == tmp_path
    first, second = get_listing(catalog, 0), get_listing(catalog, 1)
    assert (first.listing_id, first.title, first.price, first.currency) == ("0017", "Silk tie, red", 5.99, "USD")
    assert first.attributes == {"Color": "Red", "Material": "Silk"}
    assert first.stock == 12
    assert second.listing_id == "1005005120789585"
    assert second.price is None
    assert second.stock is None
    assert second.attributes == {"Size": "A;B"}
    assert told(catalog) == [(3, "1005005120789585", "price", "info")]
    assert catalog.mapping["title"] == "title"


def test_no_listing_is_lost_and_every_flaw_is_told(tmp_path: Path) -> None:
    rows = [
        "A,One,5,USD,,,",
        "A,Two,-1,USD,,,",
        ",Three,NaN,USD,,,",
        "D,,call us,USD,,,",
        ",,7,USD,Ties,,",
        "",
        "A,Four,0,USD,,,",
        "A (2),Five,5,USD,,,",
    ]
    catalog = read_catalog(put(tmp_path, "\n".join([HEADER, *rows]) + "\n"))
    assert catalog.ids.tolist() == ["A", "A (3)", "row-4", "D", "A (4)", "A (2)"]
    assert catalog.table["row"].tolist() == [2, 3, 4, 5, 8, 9]
    assert sorted(told(catalog), key=str) == sorted(
        [
            (3, "A (3)", "listing_id", "warning"),
            (3, "A (3)", "price", "warning"),
            (4, "row-4", "listing_id", "warning"),
            (4, "row-4", "price", "info"),
            (5, "D", "title", "warning"),
            (5, "D", "price", "warning"),
            (6, "", "listing_id", "error"),
            (8, "A (4)", "listing_id", "warning"),
            (8, "A (4)", "price", "info"),
        ],
        key=str,
    )
    assert np.isnan(catalog.numbers("price")[1:5]).all()
    skipped = next(p for p in catalog.problems if p.row == 6)
    assert "Ties" in skipped.text.say("en")
    assert "Ties" in skipped.text.say("zh")


def test_a_column_that_nobody_filled_is_told_once(tmp_path: Path) -> None:
    catalog = read_catalog(put(tmp_path, "listing_id,title\n" + "".join(f"{i},T {i}\n" for i in range(50))))
    assert told(catalog) == [(None, "", "price", "info")]


@pytest.mark.parametrize(
    ("content", "key", "shown"),
    [
        ("", "catalog.empty", ()),
        ("\ufeff", "catalog.empty", ()),
        (" \n\n", "catalog.empty", ()),
        (HEADER + "\n", "catalog.header_only", ()),
        (HEADER + "\n,,5,USD,Ties,,\n", "catalog.nothing_read", ("Ties",)),
        ("listing_idd,title,price\n1,a,2\n", "catalog.missing_columns", ("listing_id", "listing_idd", "price")),
        ("listing_id,titl,price\n1,a,2\n", "catalog.missing_columns", ("title", "titl", '--map "title=titl"')),
        ("sku,price,quantity\n1,2,3\n", "catalog.is_price_list", ("sku, price, quantity",)),
        ("Order ID,Buyer,sku,price\n1,2,3,4\n", "catalog.is_orders", ("Order ID",)),
        ("title,colour\nMug,Red\n", "catalog.missing_columns", ('--map "listing_id=#row"',)),
    ],
)
def test_a_file_that_is_no_catalogue_is_one_clear_error(
    tmp_path: Path, content: str, key: str, shown: tuple[str, ...]
) -> None:
    path = put(tmp_path, content)
    with pytest.raises(CatalogError) as caught:
        read_catalog(path)
    assert caught.value.text.key == key
    for lang in ("en", "zh"):
        said = caught.value.say(lang)
        assert str(path) in said
        assert all(word in said for word in shown)


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    put(tmp_path, "x", "a.csv")
    with pytest.raises(CatalogError, match=r"no file") as caught:
        read_catalog(tmp_path / "none.csv")
    assert "none.csv" in caught.value.say("zh")
    with pytest.raises(CatalogError, match=r"is a folder.*a\.csv"):
        read_catalog(tmp_path)
    with pytest.raises(CatalogError):
        read_catalog([])


def test_a_mapping_of_the_users_goes_first(tmp_path: Path) -> None:
    path = put(tmp_path, "listing_id,title,real name\n1,wrong,right\n")
    catalog = read_catalog(path, mapping={"title": "real name"})
    assert catalog.table["title"].tolist() == ["right"]
    assert catalog.mapping["real name"] == "title"
    with pytest.raises(CatalogError, match=r"Did you mean real name"):
        read_catalog(path, mapping={"title": "real nme"})
    with pytest.raises(CatalogError, match=r"Did you mean title"):
        read_catalog(path, mapping={"titel": "real name"})


def test_stray_quotes_do_not_swallow_rows(tmp_path: Path) -> None:
    rows = [f"{i},Shirt {i},{i}.50,USD,,,Color=Red" for i in range(1, 30)]
    rows[3] = '4,"Shirt 4,4.50,USD,,,Color=Red'
    opened = read_catalog(put(tmp_path, "\n".join([HEADER, *rows]) + "\n"))
    assert opened.ids.tolist() == [str(i) for i in range(1, 30)]
    assert opened.table["title"].tolist()[3:5] == ["Shirt 4", "Shirt 5"]
    assert (5, "", "", "warning") in told(opened)
    rows[9] = '10,Shirt 10,10.50,USD,,,"Color=Red'
    closed = read_catalog(put(tmp_path, "\n".join([HEADER, *rows]) + "\n"))
    assert closed.ids.tolist() == [str(i) for i in range(1, 30)]
    assert {p.row for p in closed.problems} >= {5, 11}


def test_cells_with_line_ends_and_commas_stay_whole(tmp_path: Path) -> None:
    text = "first, line\nsecond, line, with, many, commas, in it\r\nthird"
    path = put(tmp_path, f'{HEADER},description\n1,"a\nb",2,,,,,"{text}"\n2,c,3,,,,,\n')
    catalog = read_catalog(path)
    assert catalog.ids.tolist() == ["1", "2"]
    assert catalog.table["title"].tolist() == ["a b", "c"]
    assert catalog.table["description"][0] == text.replace("\r\n", "\n")


def test_ragged_rows_go_on(tmp_path: Path) -> None:
    catalog = read_catalog(put(tmp_path, f"{HEADER}\n1,a,2\n2,b,3,USD,,,X=1,left over\n3,c,4,USD"))
    assert catalog.ids.tolist() == ["1", "2", "3"]
    assert catalog.numbers("price").tolist() == [2, 3, 4]
    assert [(p.row, p.text.key) for p in catalog.problems] == [(3, "catalog.row_long"), (4, "catalog.row_short")]
    assert "left over" in catalog.problems[0].text.say("zh")


def test_nuls_and_cells_of_a_million_characters(tmp_path: Path) -> None:
    catalog = read_catalog(put(tmp_path, f"{HEADER}\n1,a\x00b,2,,,,\n2,{'x' * 1_000_000},{'9' * 100_000},,,,\n"))
    assert catalog.table["title"][0] == "ab"
    assert catalog.table["title"][1] == "x" * BOUNDS.title
    assert {p.text.key for p in catalog.problems if p.row == 3} >= {"catalog.text_cut", "catalog.price_unreadable"}
    assert np.isnan(catalog.numbers("price")[1])


def test_several_files_are_several_shops(tmp_path: Path) -> None:
    north = put(tmp_path, f"{HEADER}\n1,Mug,2,USD,,a.jpg,\n2,Cup,2,USD,,,\n", "north.csv")
    (tmp_path / "deep").mkdir()
    south = put(tmp_path / "deep", f"{HEADER}\n1,Mug,2,USD,,a.jpg,\n3,Jug,2,USD,,../../b.jpg,\n", "south.csv")
    catalog = read_catalog([north, south])
    assert catalog.ids.tolist() == ["1", "2", "1 (south)", "3"]
    assert catalog.table["shop"].tolist() == ["north", "north", "south", "south"]
    assert catalog.image_root == tmp_path.resolve()
    assert catalog.table["main_image"].tolist() == ["a.jpg", "", "deep/a.jpg", ""]
    assert (3, "3", "main_image", "warning") in told(catalog)
    assert catalog.sources == (str(north), str(south))


def test_drafts_come_as_listing_dict_json_or_file(tmp_path: Path) -> None:
    draft = {"title": "Tie", "price": "US $5.99 - 12.99", "attributes": {"Color": "Red"}, "images": ["a.jpg", "b.jpg"]}
    listing = read_listing(draft)[0]
    assert (listing.title, listing.price, listing.price_max, listing.currency) == ("Tie", 5.99, 12.99, "USD")
    assert listing.attributes == {"Color": "Red"}
    assert listing.main_image == "a.jpg"
    assert read_listing(listing) == [listing]
    assert read_listing(put(tmp_path, f"{HEADER}\n1,Mug,2,USD,,,\n"))[0].listing_id == "1"
    for wrong in ({"headline": "Tie"}, {}, 7):
        with pytest.raises(CatalogError):
            read_listing(wrong)  # type: ignore[arg-type]


def test_a_listing_with_skus_keeps_them(tmp_path: Path) -> None:
    skus = (
        Sku({"Size": "M"}, 5.0, "USD", "c1", "", 3, ""),
        Sku({"Size": "L; XL"}, 6.0, "USD", "c2", "", None, "l.jpg"),
    )
    catalog = make_catalog([Listing("1", "Plain", price=1), Listing("2", "Tee", skus=skus)])
    write_catalog(catalog, tmp_path / "out.csv")
    back = get_listing(read_catalog(tmp_path / "out.csv"), 1)
    assert back.skus == skus
    assert (back.price, back.price_max) == (5.0, 6.0)


words = st.text(max_size=12)
numbers = st.none() | st.floats(0.01, 1e7).map(lambda x: float(f"{x:.2f}"))
counts = st.none() | st.integers(0, 10**6).map(float)
skus = st.builds(
    Sku,
    options=st.dictionaries(words, words, max_size=3),
    price=numbers,
    currency=st.sampled_from(["", "USD", "CNY"]),
    sku_code=words,
    gtin=words,
    stock=counts,
    image=words,
)
listings = st.builds(
    Listing,
    listing_id=words,
    title=words,
    price=numbers,
    price_max=numbers,
    currency=st.sampled_from(["", "USD", "CNY", "pièces"]),
    category=words,
    main_image=words,
    attributes=st.dictionaries(words, words, max_size=4),
    shop=words,
    images=st.lists(words, max_size=3).map(tuple),
    sku_code=words,
    gtin=words,
    image_phash=st.sampled_from(["", "0123456789abcdef", "nothing"]),
    min_order_quantity=counts,
    lot_size=counts,
    bulk_price=numbers,
    stock=counts,
    sales=counts,
    reviews=counts,
    created=words,
    url=words,
    description=words,
    skus=st.lists(skus, max_size=3).map(tuple),
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(listings, min_size=1, max_size=3))
def test_what_is_written_is_read_back_the_same(tmp_path_factory: pytest.TempPathFactory, held: list[Listing]) -> None:
    catalog = make_catalog(held)
    assert len(catalog) == sum(1 for x in held if x.listing_id.strip() or x.title.strip()) or any(
        p.text.key == "catalog.row_skipped" or not len(catalog) for p in catalog.problems
    )
    if not len(catalog):
        return
    path = tmp_path_factory.getbasetemp() / "back.csv"
    write_catalog(catalog, path)
    back = read_catalog(path)
    pd.testing.assert_frame_equal(back.table.drop(columns="row"), catalog.table.drop(columns="row"))
    pd.testing.assert_frame_equal(back.skus, catalog.skus)
    assert format_catalog(back) == format_catalog(catalog)
    again = make_catalog(get_listing(catalog, i) for i in range(len(catalog)))
    pd.testing.assert_frame_equal(again.table.drop(columns="row"), catalog.table.drop(columns="row"))


def test_formulas_are_made_harmless_and_come_back(tmp_path: Path) -> None:
    catalog = make_catalog([Listing("1", "=cmd()"), Listing("2", "'=x"), Listing("-3", "<script>alert(1)</script>")])
    write_catalog(catalog, tmp_path / "out.csv")
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in format_catalog(catalog).split("\r\n")
                   for cell in line.split(","))  # fmt: skip
    back = read_catalog(tmp_path / "out.csv")
    assert back.table["title"].tolist() == ["=cmd()", "'=x", "<script>alert(1)</script>"]
    assert back.ids.tolist() == ["1", "2", "-3"]


def test_a_folder_that_is_not_there_is_made_and_a_file_in_its_place_is_one_clear_error(tmp_path: Path) -> None:
    catalog = make_catalog([Listing("1", "a")])
    write_catalog(catalog, tmp_path / "none" / "out.csv")
    assert len(read_catalog(tmp_path / "none" / "out.csv")) == 1
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="a file of that name is there"):
        write_catalog(catalog, tmp_path / "file" / "out.csv")
    assert (tmp_path / "file").read_text() == "mine"


def test_merging_keeps_skus_with_their_listings() -> None:
    sku = Sku({"Size": "M"}, 1.0)
    left = make_catalog([Listing("1", "a"), Listing("2", "b", skus=(sku,))])
    right = make_catalog([Listing("1", "c", skus=(sku, replace(sku, options={"Size": "L"})))])
    both = merge_catalogs([left, right])
    assert both.ids.tolist() == ["1", "2", "1 (2)"]
    assert [len(get_listing(both, i).skus) for i in range(3)] == [0, 1, 2]
    assert json.loads(json.dumps(dict(get_listing(both, 2).skus[1].options))) == {"Size": "L"}
