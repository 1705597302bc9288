"""What marketplaces call colours, sizes, units and the fields of an offer: numbers and names that are theirs."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.decisions import Decision, Settled
from dupcheck.exports.checks import check_addresses, check_formulas
from dupcheck.exports.ebay import _write_field
from dupcheck.exports.merging import Merged, _change
from dupcheck.exports.parcels import find_unit
from dupcheck.exports.revising import revise_plans, take_out
from dupcheck.exports.texts import find_header, show_count, show_html, show_price
from dupcheck.model import Listing

TEE = "Mens Heavyweight Cotton Basic Tee Short Sleeve"
SHOE = "Mens Canvas Sneaker Lace Up Shoe"
FACTS = {"Brand": "Acme", "Fit": "Regular", "Collar": "O-Neck", "Fabric": "Jersey"}


def vary(title: str, **axes: list[str]) -> dc.Catalog:
    """A listing for each value of one axis, in a file that is no marketplace's."""
    ((axis, values),) = axes.items()
    return make_catalog([
        Listing(
            str(100 + n), f"{title} {v}", price=9.0, currency="USD", category="15687", stock=3.0, sku_code=f"S-{n}",
            main_image="https://img.example/1.jpg", url=f"https://shop.example/{n}", attributes={**FACTS, axis: v},
            description="<h2>Care</h2><p>Wash <b>cold</b></p>",
        )
        for n, v in enumerate(values)
    ])  # fmt: skip


def export(catalog: dc.Catalog, name: str, folder: Path) -> Path:
    (path, *_) = dc.audit(catalog).export(name, out=folder, all_plans=True)
    return path


def read_properties(catalog: dc.Catalog, folder: Path) -> dict[str, tuple[int | None, int | None]]:
    """Each value in an AliExpress product object with the ids of its property and of itself."""
    (product,) = json.loads(export(catalog, "aliexpress", folder).read_text("utf-8"))
    parts = [p for s in product["aeop_ae_product_s_k_us"] for p in s["aeop_s_k_u_property"]]
    return {p["property_value_definition_name"]: (p.get("sku_property_id"), p.get("property_value_id")) for p in parts}


class TestAliexpress:
    def test_sizes_have_the_ids_of_the_marketplace(self, tmp_path: Path) -> None:
        assert read_properties(vary(TEE, Size=["S", "M", "L", "XL"]), tmp_path) == {
            "S": (5, 100014064), "M": (5, 361386), "L": (5, 361385), "XL": (5, 100014065),
        }  # fmt: skip

    def test_colours_have_the_ids_of_the_marketplace_and_others_none(self, tmp_path: Path) -> None:
        ids = {"Black": 193, "White": 29, "Red": 10, "Blue": 173, "Green": 175, "Yellow": 366, "Beige": 771}
        found = read_properties(vary(TEE, Color=[*ids, "Brown", "Teal"]), tmp_path)
        assert found == {**{c: (14, n) for c, n in ids.items()}, "Brown": (14, 365458), "Teal": (14, None)}

    def test_sizes_of_shoes_are_another_property(self, tmp_path: Path) -> None:
        assert set(read_properties(vary(SHOE, Size=["S", "M"]), tmp_path).values()) == {(200000124, None)}


class TestMarkup:
    @pytest.mark.parametrize(("name", "separator", "markup"), [("google", "\t", True), ("meta", ",", False)])
    def test_it_stands_in_a_feed_that_takes_it(self, name: str, separator: str, markup: bool, tmp_path: Path) -> None:
        source = tmp_path / "mine.csv"
        lines = ["listing_id,title,price,currency,attributes,url,description"]
        lines += [f"{n},{TEE} {c},9,USD,Color={c}; Fit=Regular,https://s.example/{n},<p>Wash <b>cold</b></p>"
                  for n, c in enumerate(("Red", "Blue"), 1)]  # fmt: skip
        source.write_text("\n".join(lines), "utf-8")
        text = export(dc.read_catalog(source), name, tmp_path / "out").read_text("utf-8-sig")
        told = {r["description"] for r in csv.DictReader(io.StringIO(text), delimiter=separator)}
        assert told == ({"<p>Wash <b>cold</b></p>"} if markup else {"Wash cold"})


class TestUnits:
    @pytest.mark.parametrize(
        ("side", "unit", "size"),
        [
            *(("weight", u, 1.0) for u in ("kg", "KG", "кг", "公斤", "千克", "kilogram", "kilograms")),
            *(("weight", u, 0.001) for u in ("g", "г", "克", "gram", "grams")),
            *(("weight", u, 0.45359237) for u in ("lb", "lbs", "pound", "pounds")), ("weight", "oz", 0.028349523125),
            *(("length", u, 1.0) for u in ("cm", "см", "厘米", "ซม.")),
            *(("width", u, 0.1) for u in ("mm", "мм", "毫米")),
            *(("height", u, 100.0) for u in ("m", "м")), *(("height", u, 2.54) for u in ("in", "inch", "inches")),
            ("length", "kg", 1.0), ("weight", "stone", 1.0),
        ],
    )  # fmt: skip
    def test_a_column_says_its_unit(self, side: str, unit: str, size: float) -> None:
        assert find_unit(side, [f"parcel_{side}", f"Package {side} ({unit})"]) == size

    def test_without_one_it_is_kilograms_or_centimetres_and_a_word_is_no_inch(self) -> None:
        assert find_unit("weight", ["Weight"]) == find_unit("length", ["Length in the parcel"]) == 1.0
        assert find_unit("weight", ["Weight", "Give the weight in grams"]) == 0.001


def show(count: int) -> dc.Catalog:
    """Two colours of one thing, each with a main photo and so many more."""
    more = tuple(f"https://img.example/{k}.jpg" for k in range(2, count + 2))
    return make_catalog([
        Listing(
            str(n), f"{TEE} {c}", price=9.0, currency="RUB", category="15687", stock=3.0, sku_code=f"S-{n}",
            main_image="https://img.example/1.jpg", images=more, attributes={**FACTS, "Color": c},
        )
        for n, c in enumerate(("Red", "Blue"), 1)
    ])  # fmt: skip


class TestHowManyPhotos:
    """A feed names as many photos as its marketplace takes, the first ones in their order, and not one more."""

    @pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 14])
    def test_ten_beside_the_main_one_in_a_feed_of_google(self, count: int, tmp_path: Path) -> None:
        lines = export(show(count), "google", tmp_path).read_text("utf-8-sig")
        for row in csv.DictReader(io.StringIO(lines), delimiter="\t"):
            assert row["image_link"] == "https://img.example/1.jpg"
            further = [f"https://img.example/{k}.jpg" for k in range(2, count + 2)]
            assert row.get("additional_image_link", "") == ",".join(further[:10])

    @pytest.mark.parametrize("count", [0, 8, 9, 10, 12])
    def test_ten_in_all_in_a_feed_of_yandex(self, count: int, tmp_path: Path) -> None:
        root = etree.fromstring(export(show(count), "yml", tmp_path).read_bytes())
        for offer in root.iter("offer"):
            told = [p.text for p in offer.findall("picture")]
            assert told == [f"https://img.example/{k}.jpg" for k in range(1, count + 2)][:10]


def merged(**fields: Any) -> Merged:
    listing = Listing("A", "Tee", price=9.0, currency="USD", **fields)
    return Merged(listing, (), None, ())


class TestWhatIsSaidBeforehand:
    @pytest.mark.parametrize("length", [39, 40, 41, 90])
    def test_a_formula_is_shown_by_its_first_forty_signs(self, length: int) -> None:
        text = "=" + "HYPERLINK(" + "x" * (length - 11)
        (told,) = check_formulas(merged(description=text))
        assert told.say("en").count("x" * (min(length, 40) - 11)) == 1
        assert "x" * (min(length, 40) - 10) not in told.say("en")

    def test_three_formulas_and_three_photos_are_shown(self) -> None:
        texts = {f"a{n}": f"=CALL{n}()" for n in range(5)}
        (told,) = check_formulas(merged(attributes=texts))
        assert [f"=CALL{n}()" in told.say("en") for n in range(5)] == [True, True, True, False, False]
        photos = tuple(f"p{n}.jpg" for n in range(5))
        (said,) = check_addresses(merged(main_image=photos[0], images=photos[1:]))
        assert [p in said.say("en") for p in photos] == [True, True, True, False, False]

    def test_what_is_no_formula_and_on_the_web_is_not_told(self) -> None:
        assert check_formulas(merged(description="Wash = cold")) == []
        assert check_addresses(merged(main_image="https://img.example/1.jpg")) == []

    @pytest.mark.parametrize(("field", "value", "cells"), [
        ("title", "Cup", {"title": "Cup"}), ("description", "Round", {"description": "Round"}), ("title", "", {}),
        ("main_image", "b.jpg", {"main_image": "b.jpg", "images": ("a.jpg", "c.jpg")}),
        ("main_image", "z.jpg", {"main_image": "z.jpg", "images": ("a.jpg", "b.jpg", "c.jpg")}),
        ("attributes.Colour", "Red", {"attributes": {"Fit": "Slim", "Colour": "Red"}}),
        ("attributes.Fit", "Wide", {"attributes": {"Color": "Blue", "Fit": "Wide"}}), ("price", "3", {}),
    ])  # fmt: skip
    def test_a_change_that_a_plan_names_is_made_and_nothing_else(
        self, field: str, value: str, cells: dict[str, Any]
    ) -> None:
        listing = Listing(
            "A", "Tee", description="Soft", main_image="a.jpg", images=("b.jpg", "", "c.jpg", "b.jpg"),
            attributes={"Color": "Blue", "Fit": "Slim"},
        )  # fmt: skip
        assert _change(listing, field, value) == replace(listing, **cells)

    def test_a_listing_without_a_photo_gets_one(self) -> None:
        bare = Listing("A", "Tee", images=("b.jpg",))
        assert _change(bare, "main_image", "a.jpg") == replace(bare, main_image="a.jpg", images=("b.jpg",))


class TestFields:
    @pytest.mark.parametrize(
        ("name", "value", "cells"),
        [
            ("gtin", "012345678905", {"P:UPC": "012345678905"}),
            ("gtin", "4006381333931", {"P:EAN": "4006381333931"}),
            ("price", 12.5, {"*StartPrice": "12.50"}),
            ("stock", 7.0, {"*Quantity": "7"}),
            ("sku_code", "A-1", {"CustomLabel": "A-1"}),
            ("currency", "USD", {}), ("price", "12.5", {}),
        ],
    )  # fmt: skip
    def test_ebay_names_what_a_listing_gets(self, name: str, value: Any, cells: dict[str, str]) -> None:
        assert _write_field(name, value) == cells

    def test_numbers_and_texts_are_written_as_files_want_them(self) -> None:
        assert [show_price(v) for v in (None, 0.0, 9.0, 9.126)] == ["", "0.00", "9.00", "9.13"]
        assert [show_count(v) for v in (None, 0.0, 7.0)] == ["", "0", "7"]
        assert show_html("Soft.\n\n 5 < 6 & more ") == "<p>Soft.</p><p> 5 &lt; 6 &amp; more </p>"
        assert show_html("<b>Soft</b>\nx") == "<b>Soft</b>\nx" and show_html("2 <3") == "<p>2 &lt;3</p>"
        assert find_header(["Title", "PRICE", "price"], "cost", "price") == "PRICE"
        assert find_header([], "cost", "price") == "cost"


def plan(**fields: Any) -> dict[str, Any]:
    skus = [{"listing_id": i, "options": {"Color": c}, "replaces": r} for i, c, r in
            (("A", "Red", ["C"]), ("B", "Blue", []), ("D", "Blue", []))]  # fmt: skip
    return {
        "group_id": "G", "action": "merge_variants", "keep": "A", "listings": ["A", "B", "C", "D"], "title": "Tee",
        "axes": [{"name": "Color", "values": ["Red", "Blue"]}], "skus": skus, "wholesale": None, "reasons": [],
        "changes": [{"listing_id": "B", "field": "title"}],
        "members": [{"listing_id": i, "role": "fold"} for i in "ABCD"],
        "contents": {i: i.lower() for i in "ABCD"}, "cautions": [], **fields,
    }  # fmt: skip


class TestTakenOut:
    @pytest.mark.parametrize(
        ("out", "keep", "skus", "values"),
        [
            ((), "A", [("A", ["C"]), ("B", []), ("D", [])], ["Red", "Blue"]),
            (("B",), "A", [("A", ["C"]), ("D", [])], ["Red", "Blue"]),
            (("B", "D"), "A", [("A", ["C"])], ["Red"]),
            (("C",), "A", [("A", []), ("B", []), ("D", [])], ["Red", "Blue"]),
            (("A",), "B", [("B", []), ("D", [])], ["Blue"]),
            (("A", "B", "C", "D"), "", [], []),
        ],
    )  # fmt: skip
    def test_what_only_it_offered_goes_with_a_listing(
        self, out: tuple[str, ...], keep: str, skus: list[tuple[str, list[str]]], values: list[str]
    ) -> None:
        given = plan()
        made = take_out(given, out)
        assert given == plan(), "the plan that was given stays"
        assert made["keep"] == keep
        assert [(s["listing_id"], s["replaces"]) for s in made["skus"]] == skus
        assert made["axes"] == [{"name": "Color", "values": values}]
        left = [i for i in "ABCD" if i not in out]
        assert made["listings"] == left == [m["listing_id"] for m in made["members"]] == list(made["contents"])
        assert bool(made["changes"]) == ("B" not in out)

    @pytest.mark.parametrize(
        ("apart", "left"),
        [
            ([], "ABCD"),
            ([("A", "B")], "ABCD"),
            ([("A", "B"), ("B", "C")], "ABCD"),
            ([("A", "B"), ("B", "C"), ("B", "D")], "ACD"),
            ([("A", "D"), ("B", "D"), ("C", "D")], "ABC"),
            ([("A", "B"), ("A", "C"), ("A", "D"), ("B", "C"), ("B", "D"), ("C", "D")], "ABCD"),
        ],
    )  # fmt: skip
    def test_told_apart_from_all_others_is_taken_out_while_two_are_left(
        self, apart: list[tuple[str, str]], left: str
    ) -> None:
        said = [Decision(*pair, "not_duplicate", "", "", "") for pair in apart]
        held = Settled(4, (*said, Decision("A", "C", "merge_accepted", "", "", "")))
        current, outdated = revise_plans([plan()], held, ())
        assert not outdated and "".join(current[0]["listings"]) == left
