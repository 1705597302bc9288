"""A workbook of the seller's, into which rows are written and of which nothing else changes.

Only the sheet that takes the rows is written anew; every other part of the file (other sheets, pictures, macros,
signatures, lists of valid values) stays the same bytes.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from lxml import etree
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import column_index_from_string, get_column_letter

from dupcheck.run import BOUNDS

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_MOMENT = (1980, 1, 1, 0, 0, 0)
_SAVED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_NEVER = rb"\g<1>1980-01-01T00:00:00Z"
"""The same input gives the same bytes: no file in the workbook tells when it was made."""

Grid = list[list[str]]


class BookError(ValueError):
    """A file is no workbook that can be filled."""


class Book:
    """One workbook. ``sheets`` are the names of its sheets, in their order."""

    def __init__(self, raw: bytes) -> None:
        """Open a workbook; raises BookError where it is none."""
        self._touched: set[str] = set()
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as packed:
                if sum(entry.file_size for entry in packed.infolist()) > BOUNDS.unpacked_bytes:
                    raise BookError("too large")
                self._parts = {entry.filename: packed.read(entry) for entry in packed.infolist()}
            links = {str(link.get("Id")): str(link.get("Target")) for link in self._parse("xl/_rels/workbook.xml.rels")}
            self._places = {
                str(sheet.get("name")): _join("xl", links[str(sheet.get(f"{{{_LINKS}}}id"))])
                for sheet in self._parse("xl/workbook.xml").iterfind(f"{{{_MAIN}}}sheets/{{{_MAIN}}}sheet")
            }
            self._sheets = {name: self._parse(place) for name, place in self._places.items() if place in self._parts}
            self._grids = {name: self._read(sheet) for name, sheet in self._sheets.items()}
        except BookError:
            raise
        except Exception as error:  # a broken archive raises whatever its parts do
            raise BookError(str(error)[:200]) from error

    @property
    def sheets(self) -> Sequence[str]:
        """The names of the sheets."""
        return list(self._sheets)

    def read(self, sheet: str) -> Grid:
        """Return a sheet's cells as text, row by row."""
        return self._grids[sheet]

    def find_last_merged(self, sheet: str) -> int:
        """Return the last row that joined cells take, counted from 1; 0 where there are none. What is written there
        is lost.
        """
        joined = self._sheets[sheet].iterfind(f"{{{_MAIN}}}mergeCells/{{{_MAIN}}}mergeCell")
        return max((int(re.sub(r"\D", "", str(m.get("ref")).rpartition(":")[2]) or 0) for m in joined), default=0)

    def write(self, sheet: str, row: int, cells: Mapping[int, Any]) -> None:
        """Write cells of one row, counted from 1, by their columns, counted from 0: numbers as such, all else as text.

        A cell keeps the look that it or its column has.
        """
        self._touched.add(sheet)
        root = self._sheets[sheet]
        data = root.find(f"{{{_MAIN}}}sheetData")
        assert data is not None
        line = next((r for r in reversed(data) if int(str(r.get("r"))) == row), None)
        if line is None:
            line = etree.Element(f"{{{_MAIN}}}row", r=str(row))
            after = next((r for r in reversed(data) if int(str(r.get("r"))) < row), None)
            if after is None:
                data.insert(0, line)
            else:
                after.addnext(line)
        looks = self._list_looks(sheet)
        held = {_column(cell): cell for cell in line}
        for column, value in cells.items():
            old = held.get(column)
            look = old.get("s") if old is not None else looks.get(column)
            held[column] = _make_cell(f"{get_column_letter(column + 1)}{row}", value, look)
        line[:] = [held[c] for c in sorted(held)]
        if "spans" in line.attrib:
            del line.attrib["spans"]
        _stretch(root, row, max(held, default=0) + 1)

    def save(self) -> bytes:
        """Return the workbook; the same content is the same bytes."""
        changed = {
            self._places[name]: etree.tostring(sheet, xml_declaration=True, encoding="UTF-8", standalone=True)
            for name, sheet in self._sheets.items()
            if name in self._touched
        }
        return _pack({**self._parts, **changed})

    def _list_looks(self, sheet: str) -> Mapping[int, str]:
        return {
            n - 1: str(col.get("style"))
            for col in self._sheets[sheet].iterfind(f"{{{_MAIN}}}cols/{{{_MAIN}}}col")
            if col.get("style")
            for n in range(int(str(col.get("min"))), min(int(str(col.get("max"))), BOUNDS.columns) + 1)
        }

    def _parse(self, place: str) -> etree._Element:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        return etree.fromstring(self._parts[place], parser)

    @cached_property
    def _texts(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self._parts:
            return []
        return [_join_texts(entry) for entry in self._parse("xl/sharedStrings.xml")]

    def _read(self, sheet: etree._Element) -> Grid:
        rows: Grid = []
        for line in sheet.iterfind(f"{{{_MAIN}}}sheetData/{{{_MAIN}}}row"):
            cells = dict(self._list_cells(line))
            number = int(str(line.get("r") or len(rows) + 1))
            if cells and number <= BOUNDS.cells:
                rows += [[] for _ in range(number - 1 - len(rows))]
                rows.append([cells.get(n, "") for n in range(max(cells) + 1)])
        return rows

    def _list_cells(self, line: etree._Element) -> Iterator[tuple[int, str]]:
        for cell in line:
            value = cell.findtext(f"{{{_MAIN}}}v") or ""
            if cell.get("t") == "s":
                value = self._texts[int(value)] if value.isdigit() and int(value) < len(self._texts) else ""
            elif cell.get("t") == "inlineStr":
                value = _join_texts(cell)
            if value and _column(cell) < BOUNDS.columns:
                yield _column(cell), value


def settle_times(raw: bytes) -> bytes:
    """Return a workbook without the times at which it was saved, so that the same content is the same bytes."""
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        return _pack({entry.filename: packed.read(entry) for entry in packed.infolist()})


def _pack(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            held = zipfile.ZipInfo(name, _MOMENT)
            held.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(held, _SAVED.sub(_NEVER, content) if name == "docProps/core.xml" else content)
    return out.getvalue()


def _join(folder: str, target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"{folder}/{target}"


def _join_texts(element: etree._Element) -> str:
    """Return the text of an entry, what is only said of how to pronounce it left out."""
    return "".join(
        t.text or "" for t in element.iter(f"{{{_MAIN}}}t") if not any(True for _ in t.iterancestors(f"{{{_MAIN}}}rPh"))
    )


def _column(cell: etree._Element) -> int:
    return column_index_from_string(re.sub(r"\d", "", str(cell.get("r")))) - 1


def _make_cell(place: str, value: Any, look: str | None) -> etree._Element:
    cell = etree.Element(f"{{{_MAIN}}}c", r=place)
    if look is not None:
        cell.set("s", look)
    if isinstance(value, int | float):
        etree.SubElement(cell, f"{{{_MAIN}}}v").text = repr(value)
        return cell
    cell.set("t", "inlineStr")
    text = etree.SubElement(etree.SubElement(cell, f"{{{_MAIN}}}is"), f"{{{_MAIN}}}t")
    text.text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", str(value))
    text.set(_SPACE, "preserve")
    return cell


def _stretch(root: etree._Element, row: int, columns: int) -> None:
    """Make the sheet's stated extent hold a row: some readers believe it."""
    stated = root.find(f"{{{_MAIN}}}dimension")
    if stated is None:
        return
    last = str(stated.get("ref")).rpartition(":")[2]
    across = re.sub(r"\d", "", last)
    down = re.sub(r"\D", "", last)
    widest = max(columns, column_index_from_string(across) if across else 1)
    stated.set("ref", f"A1:{get_column_letter(widest)}{max(row, int(down or 1))}")
