"""Spreadsheets and HTML tables → grids of text."""

import datetime
import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from typing import Final

from dupcheck.catalog.encodings import decode_text
from dupcheck.catalog.tables import Grid, Record
from dupcheck.errors import CatalogError

MOST_BYTES: Final = 300_000_000  # unpacked; a spreadsheet of a million rows has less
MOST_CELLS: Final = 30_000_000


def show_cell(value: object) -> str:
    """Return a spreadsheet's cell as text; whole numbers without ``.0``, so that ids keep their digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e17 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ") if value.time() != datetime.time() else value.date().isoformat()
    return "" if value is None else str(value)


def _check_size(raw: bytes, path: str) -> None:
    """Refuse what would unpack to more than a machine can hold, or spans more cells than it fills."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if sum(i.file_size for i in packed.infolist()) > MOST_BYTES:
                raise CatalogError("catalog.too_large", path=path, limit=MOST_BYTES // 1_000_000)
            for info in packed.infolist():
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", info.filename):
                    text = packed.read(info)
                    refs = re.findall(rb'<c\b[^>]{0,40}?\br="([A-Z]{1,3})([0-9]{1,7})"', text)
                    if not refs:
                        continue
                    rows = max(int(r) for _, r in refs)
                    letters = max({c for c, _ in refs}, key=lambda c: (len(c), c))
                    width = 0
                    for letter in letters:
                        width = width * 26 + letter - 64
                    if rows * width > max(MOST_CELLS // 10, 50 * len(refs)) or rows * width > MOST_CELLS:
                        raise CatalogError("catalog.too_wide", path=path, rows=rows, columns=width)
                elif info.filename == "content.xml":
                    text = packed.read(info)
                    spans = [int(n) for n in re.findall(rb'number-(?:columns|rows)-repeated="([0-9]{1,9})"', text)]
                    if len(spans) > 0 and sum(s > 2000 for s in spans) > 4000:
                        raise CatalogError("catalog.too_wide", path=path, rows=max(spans), columns=max(spans))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error):
        return  # calamine says what is wrong with it


def read_workbook(raw: bytes, path: str) -> list[Grid]:
    """Read every sheet of an xlsx, xls, xlsb or ods file."""
    import python_calamine

    if raw.startswith(b"PK"):
        _check_size(raw, path)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        grids = []
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > MOST_CELLS:
                raise CatalogError("catalog.too_wide", path=path, rows=sheet.total_height, columns=sheet.total_width)
            grids.append(Grid(name, [_make_record(cells) for cells in sheet.to_python(skip_empty_area=False)]))
        return grids
    except CatalogError:
        raise
    except Exception as error:  # calamine raises its own errors and, on broken files, Rust's panics as exceptions
        raise CatalogError(
            "catalog.bad_workbook", path=path, reason=str(error)[:200] or type(error).__name__
        ) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise CatalogError("catalog.bad_workbook", path=path, reason=str(error)[:200]) from error


def _make_record(cells: Sequence[object]) -> Record:
    numeric = tuple(
        i for i, v in enumerate(cells) if isinstance(v, int | float) and not isinstance(v, bool) and abs(v) >= 1e15
    )
    return Record([show_cell(v) for v in cells], numeric=numeric)


# --------------------------------------------------------------------------------------------------------------
# HTML tables, which Chinese ERPs name .xls

_CHARSET: Final = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_-]{3,20})""", re.IGNORECASE)


def read_html(raw: bytes, path: str) -> list[Grid]:
    """Read the tables of an HTML file; a cell's ``<br>`` is a line end."""
    from lxml import etree, html

    named = _CHARSET.search(raw[:2048])
    text = ""
    if named is not None:
        name = named[1].decode("ascii").lower()
        name = "gb18030" if name in ("gb2312", "gbk") else name
        try:
            text = raw.decode(name)
        except (LookupError, UnicodeDecodeError):
            text = ""
    text = text or decode_text(raw)[0]
    text = re.sub(r"<\?xml[^>]*\?>", "", text.replace("\x00", ""), count=1)
    try:
        root = html.document_fromstring(text, parser=html.HTMLParser(no_network=True, huge_tree=True))
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise CatalogError("catalog.bad_html", path=path, reason=error) from error
    grids = []
    for number, table in enumerate(root.iter("table"), 1):
        records = []
        for row in table.iter("tr"):
            if next(row.iterancestors("table")) is not table:
                continue
            cells: list[str] = []
            for cell in row.iterchildren("td", "th"):
                for line_end in cell.iter("br"):
                    line_end.tail = "\n" + (line_end.tail or "")
                try:
                    span = min(int(cell.get("colspan") or 1), 100)
                except ValueError:
                    span = 1
                cells += ["".join(str(t) for t in cell.itertext()).strip(), *[""] * (span - 1)]
            records.append(Record(cells))
        if records:
            grids.append(Grid(f"table {number}", records))
    if not grids:
        raise CatalogError("catalog.no_table", path=path)
    return grids
