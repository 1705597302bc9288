"""The parts that exports are made of: a workbook in which only what is written changes, and what a plan changes."""

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.exports.books import Book, BookError, settle_times
from dupcheck.exports.changesets import ChangeSet, find_own, make_changes, show_options, show_value
from dupcheck.exports.merging import list_plans, merge_listings
from dupcheck.model import Listing, Sku

Cells = dict[tuple[int, int], Any]


def make_book(cells: Cells, *, wide: int = 0, looks: dict[str, str] | None = None, joined: str = "") -> bytes:
    """A workbook of two sheets whose first one holds these cells, by row and column from 1."""
    book = Workbook()
    book.properties.created = datetime(2026, 1, 1)  # when a template was made is its own; when it is saved is not
    sheet = book.active
    assert sheet is not None
    sheet.title = "Goods"
    for (row, column), value in cells.items():
        sheet.cell(row, column, value)
    if wide:
        sheet.cell(1, wide, "last")
    for letter, look in (looks or {}).items():
        sheet.column_dimensions[letter].number_format = look
    if joined:
        sheet.merge_cells(joined)
    other = book.create_sheet("Guide")
    other["B2"] = "Read this"
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def read_cells(raw: bytes, sheet: str = "Goods") -> Cells:
    lines = load_workbook(io.BytesIO(raw))[sheet].iter_rows()
    return {(c.row, c.column): c.value for line in lines for c in line if c.value is not None}


ROWS, COLUMNS = st.integers(1, 12), st.integers(1, 30)
VALUES = st.one_of(st.text("abc =&<é", min_size=1, max_size=5), st.integers(-5, 10**6), st.floats(0.01, 9.5))


class TestBooks:
    @given(
        st.dictionaries(st.tuples(ROWS, COLUMNS), st.sampled_from(["x", "y", 3]), max_size=8),
        st.dictionaries(st.tuples(ROWS, COLUMNS), VALUES, max_size=8),
    )
    @settings(max_examples=40)
    def test_what_is_written_changes_and_nothing_else(self, cells: Cells, written: Cells) -> None:
        raw = make_book(cells)
        book = Book(raw)
        for row in sorted({r for r, _ in written}, reverse=True):
            book.write("Goods", row, {c - 1: v for (r, c), v in written.items() if r == row})
        after = book.save()
        assert read_cells(after) == {**cells, **written}
        before, now = (zipfile.ZipFile(io.BytesIO(one)) for one in (raw, after))
        changed = {n for n in before.namelist() if n != "docProps/core.xml" and before.read(n) != now.read(n)}
        assert changed <= ({"xl/worksheets/sheet1.xml"} if written else set())

    @given(st.dictionaries(st.tuples(ROWS, COLUMNS), st.text("abc é", min_size=1, max_size=5), min_size=1, max_size=8))
    @settings(max_examples=30)
    def test_cells_are_read_where_they_stand(self, cells: Cells) -> None:
        grid = Book(make_book(cells)).read("Goods")
        found = {(r, c): v for r, line in enumerate(grid, 1) for c, v in enumerate(line, 1) if v}
        assert found == cells

    @pytest.mark.parametrize("column", [1, 2, 3, 27])
    def test_a_cell_has_the_look_of_its_column_and_of_no_other(self, column: int) -> None:
        letter = get_column_letter(column)
        book = Book(make_book({(1, 1): "head"}, looks={letter: "0.000"}))
        book.write("Goods", 3, {n - 1: 5 for n in range(1, 30)})
        line = next(load_workbook(io.BytesIO(book.save()))["Goods"].iter_rows(min_row=3, max_row=3))
        assert [c.column for c in line if c.number_format == "0.000"] == [column]

    def test_the_stated_extent_holds_what_is_written(self) -> None:
        book = Book(make_book({(2, 2): "x"}))
        book.write("Goods", 7, {3: "y"})
        text = zipfile.ZipFile(io.BytesIO(book.save())).read("xl/worksheets/sheet1.xml").decode()
        assert '<dimension ref="A1:D7"' in text
        wide = Book(make_book({(9, 8): "x"}))
        wide.write("Goods", 7, {3: "y"})
        assert (
            '<dimension ref="A1:H9"'
            in zipfile.ZipFile(io.BytesIO(wide.save())).read("xl/worksheets/sheet1.xml").decode()
        )

    def test_joined_cells_are_known(self) -> None:
        assert Book(make_book({(1, 1): "x"}, joined="A2:C5")).find_last_merged("Goods") == 5
        assert Book(make_book({(1, 1): "x"})).find_last_merged("Goods") == 0

    def test_sheets_come_in_their_order_and_what_is_none_is_refused(self) -> None:
        assert list(Book(make_book({})).sheets) == ["Goods", "Guide"]
        for raw in (b"", b"no workbook", make_book({})[:-40]):
            with pytest.raises(BookError):
                Book(raw)

    def test_one_content_is_one_file(self, tmp_path: Path) -> None:
        first, second = make_book({(1, 1): "x"}), make_book({(1, 1): "x"})
        assert settle_times(first) == settle_times(second)
        assert read_cells(settle_times(first)) == {(1, 1): "x"}


def change(*listings: Listing) -> ChangeSet:
    (plan,) = dc.audit(make_catalog(listings)).plans
    (found,) = make_changes(make_catalog(listings), list_plans((plan,)))
    return found


TEE = "Mens Heavyweight Cotton Basic Tee Short Sleeve"
FACTS = {"Fit": "Regular", "Collar": "O-Neck", "Fabric": "Jersey", "Hem": "Double-stitched"}


def tee(listing_id: str, color: str, **fields: Any) -> Listing:
    own = {"price": 10.0, "currency": "USD", "image_phash": "0f0f0f0f0f0f0f0f", **fields}
    return Listing(listing_id, f"{TEE} {color}", attributes={**FACTS, "Color": color}, **own)


class TestChanges:
    def test_what_is_folded_in_what_is_a_copy_and_what_is_made(self) -> None:
        found = change(
            tee("A", "Red", sales=9, sku_code="a", stock=4.0),
            tee("B", "Blue", sku_code="b"),
            tee("C", "Red", sku_code="c"),
        )
        assert (found.keep.listing_id, found.folds, found.copies, found.twins) == ("A", ("B",), ("C",), ())
        assert [(p.owner.listing_id, p.at_home) for p in found.pieces if not p.at_home] == [("B", False)]
        assert [p.owner.listing_id for p in found.created] == ["B"] and not found.is_empty
        assert {e.field for e in found.edits} == {"title", "options"}

    def test_a_removal_changes_nothing_of_what_stays(self) -> None:
        found = change(tee("A", "Red", sales=9, sku_code="a"), tee("C", "Red", sku_code="c"))
        assert (found.copies, found.folds, found.created, found.is_empty) == (("C",), (), (), True)

    def test_what_the_kept_one_lacks_is_filled_from_its_copy(self) -> None:
        found = change(tee("A", "Red", sales=9), tee("C", "Red", sku_code="c", gtin="4006381333931"))
        filled = {e.field: (e.old, e.new) for e in found.edits}
        assert filled["sku_code"] == ("", "c") and filled["gtin"] == ("", "4006381333931")
        assert "price" not in filled

    @pytest.mark.parametrize(("least", "price", "twin"), [(20, 8.0, True), (20, 10.0, False), (None, 8.0, False)])
    def test_only_what_is_cheaper_in_larger_numbers_is_a_wholesale_price(
        self, least: float | None, price: float, twin: bool
    ) -> None:
        listings = (tee("A", "Red", sales=9), tee("W", "Red", price=price, min_order_quantity=least))
        (plan,) = dc.audit(make_catalog(listings)).plans
        changes = make_changes(make_catalog(listings), list_plans((plan,)))
        assert [c.twins for c in changes] == ([("W",)] if twin else [()] * len(changes))
        if twin:
            (edit,) = [e for e in changes[0].edits if e.field == "wholesale"]
            assert edit.new == "20+: -20 %" and edit.old == ""

    def test_what_others_say_and_the_kept_one_does_not_is_for_the_seller(self) -> None:
        found = change(
            tee("A", "Red", sales=9, description="Soft  cotton. Washes well."),
            tee("B", "Blue", description="soft cotton."),
            tee("C", "Green", description="Runs small."), tee("D", "Black"),
        )  # fmt: skip
        assert found.list_unsaid() == [("C", "Runs small.")]

    def test_the_own_sku_of_a_planned_one_is_found_by_options_and_code(self) -> None:
        red, blue, large = (
            Sku({"Color": "Red"}, sku_code="r"), Sku({"Color": "Blue"}, sku_code="b"),
            Sku({"Color": "Blue", "Size": "L"}, sku_code="bl"),
        )  # fmt: skip
        shop = Listing("A", TEE, skus=(red, blue, large))
        assert find_own(Listing("B", TEE), {"options": {}}) is None
        assert find_own(shop, {"options": {"Color": "Red"}}) == 0
        assert find_own(shop, {"options": {"Colour": "blue"}}) == 1
        assert find_own(shop, {"options": {"Color": "Blue"}, "sku_code": "bl"}) == 2
        assert find_own(shop, {"options": {"Color": "Blue", "Size": "L"}, "sku_code": "bl"}) == 2
        assert find_own(shop, {"options": {"Color": "Green"}, "sku_code": "b"}) == 1
        assert find_own(shop, {"options": {"Color": "Green"}}) == 0

    def test_values_and_options_are_shown_as_cells_hold_them(self) -> None:
        assert [show_value(v) for v in (None, 10.0, 9.5, 3, "x")] == ["", "10", "9.5", "3", "x"]
        assert show_options({"Color": "Red", "Size": "L"}) == "Color=Red; Size=L"
        assert show_options({}) == ""


class TestOneListing:
    """What the merged listing holds of itself, from copies and from choices of one thing."""

    @staticmethod
    def merge(first: dict[str, Any], second: dict[str, Any], colors: tuple[str, str]) -> Listing:
        facts = {"Fit": "Regular", "Collar": "O-Neck", "Fabric": "Jersey"}
        common: dict[str, Any] = {
            "currency": "USD",
            "main_image": "1.jpg",
            "image_phash": "0f0f0f0f0f0f0f0f",
            "price": 9.0,
        }
        listings = [
            Listing(
                f"L-{n}", f"Mens Heavyweight Cotton Basic Tee Short Sleeve {color}",
                attributes={**facts, "Color": color}, sku_code=f"C-{n}", sales=9.0 - n,
                **{**common, "price": 9.0, **own},
            )
            for n, (own, color) in enumerate(zip((first, second), colors, strict=True), 1)
        ]  # fmt: skip
        catalog = make_catalog(listings)
        (merged,) = merge_listings(catalog, list_plans(dc.audit(catalog).plans))
        assert merged.listing.listing_id == "L-1"
        return merged.listing

    @pytest.mark.parametrize(
        ("first", "second", "kept"), [(10.0, 10.0, 10.0), (10.0, 5.0, None), (10.0, None, None), (None, 10.0, None)]
    )
    @pytest.mark.parametrize("colors", [("Blue", "Blue"), ("Blue", "Red")])
    def test_the_pieces_of_a_lot_stay_only_where_all_sell_so_many(
        self, first: float | None, second: float | None, kept: float | None, colors: tuple[str, str]
    ) -> None:
        assert self.merge({"lot_size": first}, {"lot_size": second}, colors).lot_size == kept

    @pytest.mark.parametrize(
        ("prices", "low", "high"),
        [((9.0, 12.0), 9.0, 12.0), ((12.0, 9.0), 9.0, 12.0), ((9.0, 9.0), 9.0, None), ((None, 9.0), 9.0, None),
         ((None, None), None, None)],
    )  # fmt: skip
    def test_of_several_prices_the_least_and_the_largest_are_told(
        self, prices: tuple[float | None, float | None], low: float | None, high: float | None
    ) -> None:
        found = self.merge({"price": prices[0]}, {"price": prices[1]}, ("Blue", "Red"))
        assert (found.price, found.price_max, [s.price for s in found.skus]) == (low, high, list(prices))

    def test_codes_and_stock_are_the_listings_where_there_is_no_choice_and_else_the_choices(self) -> None:
        held = {"stock": 3.0, "gtin": "4006381333931"}
        one = self.merge(held, {**held, "stock": 4.0}, ("Blue", "Blue"))
        two = self.merge(held, {"stock": 4.0, "gtin": "5901234123457"}, ("Blue", "Red"))
        assert (one.skus, one.sku_code, one.gtin, one.stock) == ((), "C-1", "4006381333931", 3.0)
        assert (two.sku_code, two.gtin, two.stock) == ("", "", None)
        assert [(s.sku_code, s.gtin, s.stock) for s in two.skus] == [
            ("C-1", "4006381333931", 3.0), ("C-2", "5901234123457", 4.0),
        ]  # fmt: skip

    def test_photos_follow_one_another_and_none_is_there_twice(self) -> None:
        first = {"main_image": "a.jpg", "images": ("b.jpg", "c.jpg")}
        found = self.merge(first, {"main_image": "d.jpg", "images": ("c.jpg", "a.jpg", "e.jpg")}, ("Blue", "Red"))
        assert (found.main_image, found.images) == ("a.jpg", ("b.jpg", "c.jpg", "d.jpg", "e.jpg"))

    @pytest.mark.parametrize(
        ("title", "fields", "twin"),
        [
            ("", {"price": 7.2, "min_order_quantity": 20.0}, True),
            ("Wholesale ", {"price": 7.2}, True),
            ("", {}, False),  # it costs the same
            ("", {"price": 9.5}, False),
            ("", {"price": None}, False),
        ],
    )
    def test_what_gives_way_is_a_wholesale_price_or_a_copy(
        self, title: str, fields: dict[str, Any], twin: bool
    ) -> None:
        tee, facts = "Mens Heavyweight Cotton Basic Tee Short Sleeve", {"Fit": "Regular", "Fabric": "Jersey"}
        common: dict[str, Any] = {
            "price": 9.0, "currency": "USD", "image_phash": "0f0f0f0f0f0f0f0f", "attributes": facts,
        }  # fmt: skip
        rows = [
            Listing("L-1", tee, **{**common, "sales": 9.0}),
            Listing("L-2", f"Wholesale {tee}", **{**common, "price": 7.2, "min_order_quantity": 20.0}),
            Listing("L-3", f"{title}{tee}", **{**common, **fields}),
        ]
        catalog = make_catalog(rows)
        (change,) = make_changes(catalog, list_plans(dc.audit(catalog).plans))
        assert (change.keep.listing_id, change.folds) == ("L-1", ())
        assert (change.twins, change.copies) == ((("L-2", "L-3"), ()) if twin else (("L-2",), ("L-3",)))
