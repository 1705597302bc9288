"""The parts that exports are made of: a workbook in which only what is written changes, and what a plan changes."""

import io
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from PIL import Image

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.exports.books import Book, BookError, settle_times
from dupcheck.exports.changesets import ChangeSet, _find_row, find_own, make_changes, show_options, show_value
from dupcheck.exports.delivery import _name_plan
from dupcheck.exports.merging import Merged, _merge, list_plans, merge_listings
from dupcheck.exports.steps import list_gone
from dupcheck.exports.worklist import _count_lines, _put
from dupcheck.model import DOCUMENT, Listing, Origin, Sku

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

    @pytest.mark.parametrize(
        ("kept", "gone", "redirected"), [(1, 1, True), (1, 0, False), (0, 1, False), (0, 0, False)]
    )
    def test_an_address_is_redirected_where_both_have_one(self, kept: int, gone: int, redirected: bool) -> None:
        web = "https://shop.example/"
        found = change(
            tee("A", "Red", sales=9, sku_code="a", url=f"{web}a" * kept), tee("B", "Blue", url=f"{web}b" * gone),
            tee("C", "Red", sku_code="c", url=f"{web}c" * gone),
        )  # fmt: skip
        steps = [(s.kind, s.listing_id, s.field, s.old, s.new) for s in list_gone(found)]
        ended = [("hide", "B", "", "", "A"), ("end", "B", "", "", "A"), ("end", "C", "", "", "A")]
        told = [("redirect", i, "url", f"{web}{i.lower()}", f"{web}a") for i in found.merged.offline]
        assert steps == [*ended, *(told if redirected else [])] and len(told) == 2

    def test_a_wholesale_price_is_held_against_what_the_listing_gives_way_to(self) -> None:
        """Another choice that costs less than it makes it no copy."""
        catalog = make_catalog([
            tee("A", "Red", sales=9), tee("B", "Blue", price=5.0),
            replace(tee("W", "Red", price=8.0), title=f"Wholesale {TEE} Red"),
        ])  # fmt: skip
        (found,) = make_changes(catalog, list_plans(dc.audit(catalog).plans))
        assert (found.twins, found.copies, found.folds) == (("W",), (), ("B",))

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

    def test_a_piece_has_the_row_of_its_own_sku_or_the_only_one_or_the_listings(self) -> None:
        top, red, blue = {"Title": "Tee"}, {"Color": "Red"}, {"Color": "Blue"}
        many, single, none = (Origin("shopify", {}, (top,), skus) for skus in ((red, blue), (red,), ()))
        assert [_find_row(many, at) for at in (0, 1, 2, None)] == [red, blue, {}, top]
        assert [_find_row(single, at) for at in (0, 1, None)] == [red, {}, red]
        assert [_find_row(none, at) for at in (0, None)] == [{}, top]
        assert _find_row(None, 0) == _find_row(Origin("json", {}, ({DOCUMENT: "{}"},), (red,)), 0) == {}

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

    def test_all_that_a_plan_makes_of_two_listings(self) -> None:
        facts = {"Fit": "Slim", "Brand": "Acme"}
        red = Listing(
            "A", "Tee Red", 10.0, currency="USD", attributes={**facts, "Color": "Red"}, main_image="a.jpg",
            images=("b.jpg",), description="Soft. Warm.", lot_size=2.0, sku_code="a", gtin="4006381333931", stock=3.0,
        )  # fmt: skip
        blue = Listing(
            "B", "Tee Blue", 12.0, currency="USD", attributes={**facts, "Color": "Blue", "Collar": "O-Neck"},
            main_image="c.jpg", description="Soft. Blue dye.", lot_size=2.0,
        )  # fmt: skip
        pieces: list[dict[str, Any]] = [
            {"listing_id": "A", "options": {"Color": "Red"}, "price": 10.0, "currency": "USD", "sku_code": "a",
             "gtin": "4006381333931", "stock": 3.0, "image": "a.jpg"},
            {"listing_id": "B", "options": {"Color": "Blue"}, "price": 12.0, "currency": "USD", "image": "d.jpg"},
        ]  # fmt: skip
        plan: dict[str, Any] = {"keep": "A", "title": "Tee", "axes": [{"name": "Color"}], "skus": pieces,
                                "listings": ["A", "B"],
                                "wholesale": {"min_order_quantity": 20, "discount_percent": 10}}  # fmt: skip
        held = {"A": red, "B": blue}
        skus = (Sku({"Color": "Red"}, 10.0, "USD", "a", "4006381333931", 3.0, "a.jpg"),
                Sku({"Color": "Blue"}, 12.0, "USD", "", "", None, "d.jpg"))  # fmt: skip
        whole = replace(
            red, title="Tee", price_max=12.0, attributes={**facts, "Collar": "O-Neck"}, skus=skus, sku_code="", gtin="",
            images=("b.jpg", "c.jpg", "d.jpg"), description="Soft. Warm.\nBlue: Blue dye.", stock=None,
            min_order_quantity=20.0, bulk_price=9.0,
        )  # fmt: skip
        assert _merge(held, plan) == Merged(whole, ("Color",), (20, 10), ("B",))
        plain = replace(whole, min_order_quantity=None, bulk_price=None)
        assert _merge(held, {**plan, "wholesale": None}) == Merged(plain, ("Color",), None, ("B",))
        one = {**plan, "axes": [], "skus": [{**pieces[0], "options": {}}], "wholesale": None}
        copy = replace(red, title="Tee", attributes={**facts, "Color": "Red", "Collar": "O-Neck"},
                       images=("b.jpg", "c.jpg"), description="Soft. Warm.\nBlue dye.")  # fmt: skip
        assert _merge(held, one).listing == copy
        unpriced = {**one, "skus": [{**pieces[0], "options": {}, "price": None}]}
        assert _merge(held, {**unpriced, "wholesale": plan["wholesale"]}).listing == replace(copy, price=None)

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


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Any:
    home = tmp_path_factory.mktemp("shop")
    Image.new("RGB", (200, 100), "red").save(home / "red.png")
    rows = [
        tee("A", "Red", sales=9, sku_code="a", main_image="red.png", description="Soft."),
        tee("B", "Blue", main_image="missing.png", sku_code="b", url="https://shop.example/b"),
        tee("C", "Red", main_image="https://img.example/c.jpg", sku_code="c"),
    ]
    catalog = make_catalog(rows, image_root=home)
    (path, *_) = dc.audit(catalog).export("excel", out=home / "out", all_plans=True)
    return load_workbook(path)


class TestWorkbook:
    """The workbook that a person works from: what its sheets look like, printed and on a screen."""

    def test_every_sheet_is_printed_across_one_page_and_keeps_its_head(self, book: Any) -> None:
        assert len(book.sheetnames) == 7
        for sheet in book:
            assert (sheet.freeze_panes, sheet.print_title_rows) == ("B2", "$1:$1")
            assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
            assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
            assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.auto_filter.ref == sheet.dimensions
            assert all(cell.font.bold and cell.fill.fgColor.rgb == "00EDEDED" for cell in sheet[1])
            assert [cell.value for cell in sheet["A"][1:]] == ["☐"] * (sheet.max_row - 1)
            boxes = sheet.data_validations.dataValidation
            assert len(boxes) == (sheet.max_row > 1) and all(b.allow_blank for b in boxes)
            assert all(f"A{k}" in boxes[0].sqref for k in range(2, sheet.max_row + 1))

    def test_columns_are_as_wide_as_what_stands_in_them(self, book: Any) -> None:
        sheet = book.worksheets[1]
        widths = [sheet.column_dimensions[get_column_letter(k)].width for k in range(1, sheet.max_column + 1)]
        assert widths == [7, 18, 12, 18, 18, 46, 46, 46, 30]

    def test_old_and_new_are_coloured_and_a_photo_of_this_machine_is_shown(self, book: Any) -> None:
        sheet = book.worksheets[1]
        head = [cell.value for cell in sheet[1]]
        for line in sheet.iter_rows(min_row=2):
            looks = {name: cell.fill.fgColor.rgb if cell.value else "" for name, cell in zip(head, line, strict=True)}
            assert {looks["Old"], looks["New"]} <= {"", "00FDE9E7", "00E2F3E4"} and looks["Why"] in ("", "00000000")
            assert looks["Old"] in ("", "00FDE9E7") and looks["New"] in ("", "00E2F3E4")
        skus = book.worksheets[2]
        shown = {image.anchor._from.row + 1: image for image in skus._images}
        told = {row[3].value: row[0].row for row in skus.iter_rows(min_row=2)}
        names = {row: skus.cell(row, 4).value for row in range(2, skus.max_row + 1)}
        assert sorted(names.values(), key=str) == [None, "missing.png"], "what cannot be shown is named"
        (row,) = shown
        assert names[row] is None and len(told) == 2
        assert (shown[row].width, shown[row].height) == (64, 32)
        assert skus.row_dimensions[row].height == pytest.approx(0.78 * 64)
        assert [skus.row_dimensions[k].height for k in names if k != row] == [pytest.approx(2 * 16.5)]

    @pytest.mark.parametrize(
        ("name", "text", "lines"),
        [
            ("old", "x" * 43, 1), ("old", "x" * 44, 2), ("old", "x" * 86, 2), ("old", "x" * 87, 3),
            ("old", "杯" * 21, 1),
            ("old", "杯" * 22, 2), ("old", "杯" * 44, 3), ("from", "x" * 15, 1), ("from", "x" * 16, 2),
            ("done", "x" * 4, 1), ("done", "x" * 5, 2), ("old", "", 1), ("old", "a\n\nb", 3), ("old", "a\n" * 40, 24),
        ],
    )  # fmt: skip
    def test_a_row_has_the_lines_that_its_text_takes(self, name: str, text: str, lines: int) -> None:
        assert _count_lines(name, text) == lines

    def test_a_cell_holds_text_and_no_more_than_a_cell_takes(self) -> None:
        sheet = Workbook().create_sheet()
        for text, value in (("=1+1", "=1+1"), ("", None), ("a\x01b", "a\ufffdb"), ("x" * 40_000, "x" * 32_000)):
            _put(sheet.cell(1, 1), text)
            assert sheet.cell(1, 1).value == value and sheet.cell(1, 1).data_type in ("s", "n")
        _put(sheet.cell(2, 1), "007")
        assert (sheet.cell(2, 1).data_type, sheet.cell(2, 1).number_format) == ("s", "@")


@pytest.mark.parametrize(("altered", "told"), [([], "G (A, B, C, …)"), (["B"], "G (B)"), (list("DCB"), "G (D, C, B)")])
def test_a_plan_is_named_by_three_of_its_listings(altered: list[str], told: str) -> None:
    assert _name_plan({"group_id": "G", "listings": ["A", "B", "C", "D"]}, altered) == told
