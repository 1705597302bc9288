"""What stands in columns that no field takes goes wherever its listing goes: convert, merge and every export."""

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupcheck.catalog import get_listing, read_catalog, write_catalog
from dupcheck.errors import CatalogError
from dupcheck.exports import EXPORTS, carry_out
from dupcheck.exports.changesets import make_work
from dupcheck.exports.texts import place_unread
from dupcheck.model import Catalog, Listing

FIXTURES = Path(__file__).parent / "fixtures" / "formats"
TABLES = sorted(p.name for p in FIXTURES.iterdir() if p.suffix in (".csv", ".tsv", ".txt"))
MARK = "Zz Kept By Us"


def held(catalog: Catalog) -> list[Listing]:
    return [get_listing(catalog, i) for i in range(len(catalog))]


def marks(catalog: Catalog) -> set[str]:
    """Every mark that the listings and SKUs hold in columns that are no field."""
    texts = [t for x in held(catalog) for o in (x.other, *(s.other for s in x.skus)) for t in o.values()]
    return {mark for text in texts for mark in re.findall(r"mark-\d+\b", text)}


def plant(path: Path, place: Path) -> Catalog:
    """Give a table one column more, with a mark in every row, and read it."""
    (table,) = read_catalog(path).tables
    text = path.read_bytes().decode(table.encoding).removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=table.delimiter))
    width = max(map(len, rows))
    wanted = {" ".join(h.split()) for h in table.mapping}
    header = max(range(len(rows)), key=lambda n: (len(wanted & {" ".join(c.split()) for c in rows[n]}), n))
    for n, row in enumerate(rows):
        row += [""] * (width - len(row)) + ["" if n < header else MARK if n == header else f"mark-{n}"]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=table.delimiter, lineterminator="\r\n").writerows(rows)
    place.write_bytes(out.getvalue().encode(table.encoding))
    return read_catalog(place, encoding=table.encoding)


@pytest.mark.parametrize("name", TABLES)
def test_a_column_more_is_kept_row_by_row_and_told(name: str, tmp_path: Path) -> None:
    catalog = plant(FIXTURES / name, tmp_path / name)
    (table,) = catalog.tables
    assert MARK in table.unused
    assert len(marks(catalog)) == table.rows - table.told > 0
    assert any(MARK in p.text.say() for p in catalog.problems if p.text.key == "catalog.unused")


@pytest.mark.parametrize("name", sorted(p.name for p in FIXTURES.iterdir()))
def test_whatever_the_format_convert_gives_the_same_back(name: str, tmp_path: Path) -> None:
    path = FIXTURES / name
    catalog = plant(path, tmp_path / name) if name in TABLES else read_catalog(path)
    write_catalog(catalog, tmp_path / "converted.csv")
    again = read_catalog(tmp_path / "converted.csv")
    assert held(again) == held(catalog)
    write_catalog(carry_out(catalog, ()), tmp_path / "merged.csv", spread=True)
    merged = read_catalog(tmp_path / "merged.csv")
    assert [x.other for x in held(merged)] == [x.other for x in held(catalog)]
    assert [[s.other for s in x.skus] for x in held(merged)] == [[s.other for s in x.skus] for x in held(catalog)]


# --------------------------------------------------------------------------------------------------------------
# Objects

KEYS = st.text("abcdefgh_", min_size=4, max_size=9).map(lambda t: f"x_{t}")
MORE = st.dictionaries(KEYS, st.one_of(st.text("klm ,;=", min_size=1).filter(str.strip), st.integers(1, 9),
                                       st.booleans(), st.lists(st.integers(1, 5), min_size=1),
                                       st.dictionaries(KEYS, st.integers(0, 99), min_size=1)), max_size=4)  # fmt: skip
Made = tuple[dict[str, Any], list[dict[str, Any]]]


def as_shopify(more: dict[str, Any], skus: list[dict[str, Any]]) -> dict[str, Any]:
    variants = [{"id": n, "option1": f"Size {n}", "price": "9.00", "sku": f"S-{n}", **s} for n, s in enumerate(skus)]
    return {"id": 7, "handle": "tee", "title": "Tee", "options": [{"name": "Size"}], "variants": variants, **more}


def as_woocommerce(more: dict[str, Any], skus: list[dict[str, Any]]) -> dict[str, Any]:
    variations = [
        {"id": 80 + n, "sku": f"S-{n}", "price": "9", "attributes": [{"name": "Size", "option": f"Size {n}"}], **s}
        for n, s in enumerate(skus)
    ]
    return {"id": 7, "name": "Tee", "type": "variable", "images": [], "variations": variations, **more}


def as_aliexpress(more: dict[str, Any], skus: list[dict[str, Any]]) -> dict[str, Any]:
    parts = [
        {"sku_price": "9.00", "sku_code": f"S-{n}", **s, "aeop_s_k_u_property": [
            {"sku_property_id": 14, "property_value_definition_name": f"Colour {n}"}]}
        for n, s in enumerate(skus)
    ]  # fmt: skip
    return {"product_id": 7, "subject": "Tee", "aeop_ae_product_s_k_us": parts, **more}


@pytest.mark.parametrize("make", [as_shopify, as_woocommerce, as_aliexpress])
def test_products_of_json_keep_what_nobody_asked_for(make: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("objects")

    @settings(max_examples=25, deadline=None)
    @given(more=MORE, skus=st.lists(MORE, min_size=2, max_size=3))
    def check(more: dict[str, Any], skus: list[dict[str, Any]]) -> None:
        document = make(more, skus)
        (folder / "x.json").write_text(json.dumps([document]), "utf-8")
        catalog = read_catalog(folder / "x.json")
        (listing,) = held(catalog)
        assert set(more) <= set(listing.other)
        assert [set(s) <= set(k.other) for s, k in zip(skus, listing.skus, strict=True)] == [True] * len(skus)
        assert {*more, *(n for s in skus for n in s)} <= set(catalog.tables[0].unused)
        assert listing.source is not None
        assert json.loads(listing.source["{}"]) == document
        write_catalog(catalog, folder / "x.csv")
        assert held(read_catalog(folder / "x.csv")) == [listing]

    check()


def test_what_a_product_leaves_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps([as_shopify({"x_family": "Shirts"}, [{"x_ean": "4006381333931"}, {}])]), "utf-8")
    catalog = read_catalog(path, mapping={"category": "x_family", "gtin": "x_ean", "title": "handle"})
    (listing,) = held(catalog)
    assert (listing.title, listing.category, listing.skus[0].gtin) == ("tee", "Shirts", "4006381333931")
    assert "x_family" not in listing.other
    with pytest.raises(CatalogError) as error:
        read_catalog(path, mapping={"category": "x_famly"})
    assert "x_family" in str(error.value)


# --------------------------------------------------------------------------------------------------------------
# Exports


def merge_plan(catalog: Catalog, axis: str, values: Mapping[str, str]) -> dict[str, Any]:
    """A plan that makes the listings options of the first of them."""
    ids = list(values)
    found = {x.listing_id: x for x in held(catalog)}
    skus = [
        {"listing_id": i, "options": {axis: v}, "price": found[i].price, "currency": found[i].currency,
         "sku_code": found[i].sku_code, "image": found[i].main_image}
        for i, v in values.items()
    ]  # fmt: skip
    return {
        "group_id": "G1", "action": "merge_variants", "keep": ids[0], "listings": ids, "title": "Silk Tie",
        "axes": [{"name": axis, "values": list(values.values())}], "skus": skus, "wholesale": None,
    }  # fmt: skip


def export(name: str, catalog: Catalog, values: Mapping[str, str]) -> list[dict[str, str]]:
    plan = merge_plan(catalog, "Color", values)
    data = EXPORTS[name].render(make_work(catalog, [plan]))[""]
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_shopify_objects_fill_the_columns_of_its_file(tmp_path: Path) -> None:
    ties = [
        {"id": n, "handle": f"tie-{n}", "title": f"Silk Tie {c}", "tags": f"tag-{n}", "options": [{"name": "Title"}],
         "variants": [{"id": n, "title": "Default Title", "option1": "Default Title", "price": "9.00", "sku": f"T-{n}",
                       "grams": 100 + n, "compare_at_price": f"1{n}.00", "x_rest": "here"}]}
        for n, c in enumerate(("Red", "Blue"), 1)
    ]  # fmt: skip
    (tmp_path / "x.json").write_text(json.dumps({"products": ties}), "utf-8")
    direct = read_catalog(tmp_path / "x.json")
    write_catalog(direct, tmp_path / "x.csv")
    for catalog in (direct, read_catalog(tmp_path / "x.csv")):
        rows = export("shopify", catalog, {"tie-1": "Red", "tie-2": "Blue"})
        assert [r["Variant Grams"] for r in rows] == ["101", "102"]
        assert [r["Variant Compare At Price"] for r in rows] == ["11.00", "12.00"]
        assert [r["Tags"] for r in rows] == ["tag-1", ""]
        assert not any("rest" in h for r in rows for h in r)  # no column of a marketplace is invented


def test_woocommerce_objects_keep_the_regular_price_beside_the_reduced_one(tmp_path: Path) -> None:
    ties = [
        {"id": n, "name": f"Silk Tie {c}", "type": "simple", "sku": f"T-{n}", "price": "8", "regular_price": "10",
         "sale_price": "8", "weight": f"0.{n}", "tax_class": "reduced", "images": [], "categories": []}
        for n, c in enumerate(("Red", "Blue"), 1)
    ]  # fmt: skip
    (tmp_path / "x.json").write_text(json.dumps(ties), "utf-8")
    rows = export("woocommerce", read_catalog(tmp_path / "x.json"), {"1": "Red", "2": "Blue"})
    varied = [r for r in rows if r["Type"] == "variation"]
    assert [(r["Regular price"], r["Sale price"], r["Weight (kg)"]) for r in varied] == [
        ("10", "8", "0.1"), ("10", "8", "0.2"),
    ]  # fmt: skip


OWN_TABLES = {
    "ozon": "Артикул;Название товара;Цена, руб.;НДС, %;Ozon ID;Вес в упаковке, г",
    "wildberries": "Артикул продавца;Наименование;Цена;Артикул WB;Предмет;Коллекция",
    "etsy": "SKU;TITLE;PRICE;CURRENCY_CODE;MATERIALS;TAGS;IMAGE1",
    "lazada": "SellerSku;name;price;package_weight;special_price;AssociatedSku",
    "shopee": "ps_sku_parent_short;ps_product_name;ps_price;ps_stock;ps_category;ps_weight",
}  # fmt: skip


@pytest.mark.parametrize("name", OWN_TABLES)
def test_a_marketplaces_own_columns_come_back_in_its_table(name: str, tmp_path: Path) -> None:
    header = OWN_TABLES[name].split(";")
    rows = []
    for n, colour in enumerate(("Red", "Blue"), 1):
        cells = {"0": f"T-{n}", "1": f"Silk Tie {colour}", "2": "9.00", "CURRENCY_CODE": "USD", "Артикул WB": f"{n}77"}
        named = [cells.get(str(k), cells.get(h, f"{n}00")) for k, h in enumerate(header)]
        rows.append([*named, f"mark-{n}"])
    text = "\n".join(";".join(r) for r in [[*header, MARK], *rows]) + "\n"
    (tmp_path / "own.csv").write_text(text, "utf-8")
    catalog = read_catalog(tmp_path / "own.csv")
    assert catalog.tables[0].format == name
    first, second = catalog.ids.tolist()
    found = export(name, catalog, {first: "Red", second: "Blue"})
    assert [r[MARK] for r in found] == ["mark-1", "mark-2"]
    foreign = export("tiktok", catalog, {first: "Red", second: "Blue"})
    assert not any(MARK in r for r in foreign)  # no column of another marketplace


def test_a_column_is_known_by_its_words() -> None:
    columns = ["Variant Compare At Price", "Weight (kg)", "Sold individually?", "Tags"]
    cells = {"weight": "1", "sold_individually": "yes", "compare_at_price": "9", "tags": "", "x": "y"}
    found = place_unread(columns, cells, lead="Variant")
    assert found == {"Weight (kg)": "1", "Sold individually?": "yes", "Variant Compare At Price": "9"}
    assert place_unread(columns, {"compare at price": "9"}) == {}
