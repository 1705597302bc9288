"""One workbook to work from: a sheet a step, in the order that loses nothing.

1 back up, 2 edit the listing that stays, 3 look at its SKUs, 4 hide the others, 5 end them, 6 redirect. Ids are text,
old stands beside new, each line has a box to tick, and photos of this machine are shown.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.drawing.image import Image as Picture
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image

from dupcheck.exports.books import settle_times
from dupcheck.exports.changesets import ChangeSet, Edit, Piece, Work, show_options
from dupcheck.exports.steps import list_gone, list_named
from dupcheck.exports.targets import Target
from dupcheck.exports.texts import show_count, show_price
from dupcheck.messages import Message, message, say
from dupcheck.photos.files import OutsideError, PhotoFolder, is_address
from dupcheck.photos.pictures import PictureError, open_picture
from dupcheck.rules import MergeLimits

_OPEN, _DONE = "☐", "☑"
_EDGE = 64
_MOST_PHOTOS = 500
_LONGEST_CELL = 32_000
_OLD = PatternFill("solid", fgColor="FDE9E7")
_NEW = PatternFill("solid", fgColor="E2F3E4")
_HEAD = PatternFill("solid", fgColor="EDEDED")
_WIDTHS = {"done": 7, "old": 46, "new": 46, "title": 46, "why": 46, "link": 30, "to": 30, "photo": 12}
_WIDTH = 18
_LINE, _MOST_LINES = 16.5, 24
"""Points of a line, and lines of a row, more than which no spreadsheet shows."""
_MOMENT = (1980, 1, 1, 0, 0, 0)

Row = Sequence[object]


class Excel(Target):
    """A workbook in English or Chinese."""

    name = "excel"
    suffix = "xlsx"
    tells_apart = True
    limits = MergeLimits(max_axes=1000, price_tiers=1000, title_max=100_000, option_name_max=100_000,
                         sku_code_max=100_000, skus_max=1_000_000, images_max=1_000_000)  # fmt: skip

    def render(self, work: Work) -> Mapping[str, bytes]:
        """Return the workbook."""
        return {"": _Book(work).save()}

    def list_cautions(self, change: ChangeSet) -> list[Message]:
        """Return nothing: a person reads the workbook, and the plan's own cautions stand in it."""
        return []


class _Book:
    def __init__(self, work: Work) -> None:
        self.work, self.lang = work, work.lang
        self.book = Workbook()
        self.book.remove(self.book.worksheets[0])
        self.photos = 0
        root = work.catalog.image_root
        self.folder = None if root is None else PhotoFolder(root)

    def save(self) -> bytes:
        """Return the workbook's bytes."""
        self._write("backup", ("listing", "title", "link"), self._list_backups())
        self._write("edit", ("listing", "photo", "code", "field", "old", "new", "why", "link"), self._list_edits())
        self._write("skus", ("listing", "from", "photo", "options", "code", "price", "currency", "stock", "gtin",
                             "state"), self._list_skus())  # fmt: skip
        self._write("hide", ("listing", "title", "instead", "why", "link"), self._list_gone("hide"))
        self._write("end", ("listing", "title", "instead", "why", "link"), self._list_gone("end"))
        self._write("redirect", ("link", "to"), self._list_redirects())
        self._write("look", ("listing", "what"), self._list_cautions())
        made = datetime(*_MOMENT)
        self.book.properties.created = self.book.properties.modified = made
        raw = io.BytesIO()
        self.book.save(raw)
        return settle_times(raw.getvalue())

    def _say(self, key: str) -> str:
        return say(f"worklist.{key}", self.lang)

    def _write(self, key: str, names: Sequence[str], rows: Iterator[Row]) -> None:
        sheet = self.book.create_sheet(say(f"worklist.sheet_{key}", self.lang))
        sheet.append([self._say("done"), *(self._say(n) for n in names)])
        for n, cell in enumerate(sheet[1]):
            cell.font, cell.fill = Font(bold=True), _HEAD
            name = "done" if n == 0 else names[n - 1]
            sheet.column_dimensions[get_column_letter(n + 1)].width = _WIDTHS.get(name, _WIDTH)
        sheet.freeze_panes = "B2"
        sheet.print_title_rows = "1:1"
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        boxes = DataValidation("list", formula1=f'"{_OPEN},{_DONE}"', allow_blank=True)
        sheet.add_data_validation(boxes)
        for place, row in enumerate(rows, 2):
            _put(sheet.cell(place, 1), _OPEN)
            sheet.cell(place, 1).alignment = Alignment(horizontal="center", vertical="top")
            sheet.row_dimensions[place].height = _LINE * max(map(_count_lines, names, row))
            for n, (name, value) in enumerate(zip(names, row, strict=True), 2):
                if name == "photo":
                    self._show_photo(sheet, place, n, str(value))
                else:
                    self._put(sheet.cell(place, n), name, value)
            boxes.add(sheet.cell(place, 1))
        sheet.auto_filter.ref = sheet.dimensions

    def _put(self, cell: Cell | MergedCell, name: str, value: object) -> None:
        _put(cell, value)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if name == "old" and value:
            cell.fill = _OLD
        elif name in ("new", "state") and value:
            cell.fill = _NEW
        elif name in ("link", "to") and is_address(str(value)):
            cell.hyperlink = str(value)
            cell.data_type = "s"

    def _show_photo(self, sheet: Worksheet, row: int, column: int, name: str) -> None:
        """Show a photo that lies on this machine; else say where it is."""
        cell = sheet.cell(row, column)
        small = self._shrink(name)
        if small is None:
            self._put(cell, "link", name)
            return
        sheet.row_dimensions[row].height = max(0.78 * _EDGE, sheet.row_dimensions[row].height or 0)
        sheet.add_image(Picture(small), cell.coordinate)

    def _shrink(self, name: str) -> io.BytesIO | None:
        if not name or is_address(name) or self.folder is None or self.photos >= _MOST_PHOTOS:
            return None
        try:
            picture = open_picture(Path(self.folder.find(name)[0]).read_bytes())
        except (OutsideError, OSError, PictureError):
            return None
        self.photos += 1
        shown = Image.fromarray(picture)
        shown.thumbnail((_EDGE, _EDGE))
        out = io.BytesIO()
        shown.convert("RGB").save(out, "PNG")
        out.seek(0)
        return out

    # the lines of each sheet

    def _list_backups(self) -> Iterator[Row]:
        catalog = self.work.catalog
        titles, links = catalog.column("title"), catalog.column("url")
        for i in list_named(self.work):
            at = catalog.positions[i]
            yield i, titles[at], links[at]

    def _list_edits(self) -> Iterator[Row]:
        for change in self.work.changes:
            for edit in change.edits:
                yield self._edit(edit, change.keep.main_image, change.keep.url)
            yield from (self._add(change, piece) for piece in change.created)
            for listing_id, text in change.list_unsaid():
                why = say("worklist.unsaid", self.lang, id=listing_id)
                yield change.keep.listing_id, "", "", self._say("field_description"), "", text, why, change.keep.url
        catalog = self.work.catalog
        for edit in self.work.edits:
            at = catalog.positions[edit.listing_id]
            yield self._edit(edit, catalog.column("main_image")[at], catalog.column("url")[at])

    def _add(self, change: ChangeSet, piece: Piece) -> Row:
        """Return the row of a SKU that the listing gains."""
        sku = piece.sku
        price = f"{show_price(sku.price)} {sku.currency}".strip()
        new = "\n".join(t for t in (show_options(sku.options), price) if t)
        why = message("exports.why_new", id=piece.owner.listing_id).say(self.lang)
        field = self._say("field_sku")
        return change.keep.listing_id, sku.image, sku.sku_code, field, "", new, why, change.keep.url

    def _edit(self, edit: Edit, photo: str, link: str) -> Row:
        kind, _, name = edit.field.partition(".")
        field = say(f"worklist.field_{kind}", self.lang, name=name)
        return (edit.listing_id, photo, edit.code, field, edit.old, edit.new, edit.why.say(self.lang), link)

    def _list_skus(self) -> Iterator[Row]:
        for change in self.work.changes:
            for piece in change.pieces:
                yield self._sku(change, piece)

    def _sku(self, change: ChangeSet, piece: Piece) -> Row:
        sku = piece.sku
        state = "" if piece.at_home else self._say("new_sku")
        return (
            change.keep.listing_id, piece.owner.listing_id, sku.image, show_options(sku.options), sku.sku_code,
            show_price(sku.price), sku.currency, show_count(sku.stock), sku.gtin, state,
        )  # fmt: skip

    def _list_gone(self, step: str) -> Iterator[Row]:
        for change in self.work.changes:
            for told in (t for t in list_gone(change) if t.kind == step):
                listing = change.members[told.listing_id]
                yield told.listing_id, listing.title, told.new, told.tell_why(self.lang), listing.url

    def _list_redirects(self) -> Iterator[Row]:
        for change in self.work.changes:
            yield from ((told.old, told.new) for told in list_gone(change) if told.kind == "redirect")

    def _list_cautions(self) -> Iterator[Row]:
        for change in self.work.changes:
            for text in change.plan.get("cautions", ()):
                yield change.keep.listing_id, text


def _count_lines(name: str, value: object) -> int:
    """Return in how many lines a cell shows its text: spreadsheets do not grow rows that a program wrote."""
    width = _WIDTHS.get(name, _WIDTH)
    lines = (sum(2 if east_asian_width(c) in "WF" else 1 for c in line) for line in str(value).split("\n"))
    return min(sum(max(1, -(-n // (width - 3))) for n in lines), _MOST_LINES)


def _put(cell: Cell | MergedCell, value: object) -> None:
    """Write a value as text, whatever a spreadsheet would make of it: ids keep their digits, formulas stay words."""
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", str(value))[:_LONGEST_CELL]
    cell.value = text or None
    if text:
        cell.data_type = "s"
        cell.number_format = "@"
