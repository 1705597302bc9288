"""Spreadsheets and HTML tables → grids of text."""

import html
import io
import marshal
import re
import subprocess
import sys
import zipfile
import zlib
from dataclasses import replace
from typing import Any, Final

from dupcheck.catalog import calamine_process
from dupcheck.catalog.encodings import decode_text
from dupcheck.catalog.tables import Grid, Record, guess_delimiter, split_records
from dupcheck.errors import CatalogError
from dupcheck.run import BOUNDS


def _read_column(letters: bytes) -> int:
    width = 0
    for letter in letters:
        width = width * 26 + letter - 64
    return width


def _measure_sheet(text: bytes) -> tuple[int, int, int]:
    """Return how many rows and columns a sheet spans, and about how many cells it holds.

    Its own statement is taken for the columns, and held against what lies beyond column ZZ: a look at every cell would
    take longer than reading them. A sheet that lies meets the limits of the process that reads it.
    """
    count = text.count(b"<c ") + text.count(b"<c>")
    rows = max((int(n) for n in re.findall(rb'<row\b[^>]{0,60}?\br="([0-9]{1,7})"', text)), default=0)
    stated = re.search(rb'<dimension\b[^>]{0,60}?\bref="[A-Z]{1,3}[0-9]{1,7}:([A-Z]{1,3})([0-9]{1,7})"', text[:4096])
    far = max((_read_column(c) for c in set(re.findall(rb'<c\b[^>]{0,40}?\br="([A-Z]{3})[0-9]', text))), default=0)
    if stated is not None:
        return max(rows, int(stated[2]) if count else 0), max(_read_column(stated[1]), far), count
    for ref in re.finditer(rb'<c\b[^>]{0,40}?\br="([A-Z]{1,3})([0-9]{1,7})"', text):
        rows, far = max(rows, int(ref[2])), max(far, _read_column(ref[1]))
    return rows, far, count


def _check_size(raw: bytes, path: str) -> list[str]:
    """Refuse what would unpack to more than a machine can hold, or spans more cells than it fills.

    Return the names of hidden sheets that do: lists of values lie there, which nobody needs to read.
    """
    spare: list[str] = []
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if sum(i.file_size for i in packed.infolist()) > BOUNDS.unpacked_bytes:
                raise CatalogError("catalog.too_large", path=path, limit=BOUNDS.unpacked_bytes // 1_000_000)
            hidden = _name_hidden(packed)
            for info in packed.infolist():
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", info.filename):
                    rows, width, count = _measure_sheet(packed.read(info))
                    wide = rows * width > max(BOUNDS.cells // 10, 50 * count) or rows * width > BOUNDS.cells
                    if wide and info.filename in hidden:
                        spare.append(hidden[info.filename])
                    elif wide:
                        raise CatalogError("catalog.too_wide", path=path, rows=rows, columns=width)
                elif info.filename == "content.xml":
                    text = packed.read(info)
                    spans = [int(n) for n in re.findall(rb'number-(?:columns|rows)-repeated="([0-9]{1,9})"', text)]
                    if len(spans) > 0 and sum(s > 2000 for s in spans) > 4000:
                        raise CatalogError("catalog.too_wide", path=path, rows=max(spans), columns=max(spans))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error):
        return []  # calamine says what is wrong with it
    return spare


def _name_hidden(packed: zipfile.ZipFile) -> dict[str, str]:
    """Return the names of hidden sheets by the file that holds each; none where the workbook is of another kind."""
    try:
        book = packed.read("xl/workbook.xml").decode("utf-8", "replace")
        links = packed.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    except KeyError:
        return {}
    targets: dict[str, str] = {}
    for link in re.findall(r"<Relationship\b[^>]*>", links):
        held = dict(re.findall(r'(\w+)="([^"]*)"', link))
        targets[held.get("Id", "")] = held.get("Target", "").removeprefix("/xl/")
    found: dict[str, str] = {}
    for sheet in re.findall(r"<sheet\b[^>]*>", book):
        held = dict(re.findall(r'([\w:]+)="([^"]*)"', sheet))
        if held.get("state", "visible") != "visible":
            found["xl/" + targets.get(held.get("r:id", ""), "")] = html.unescape(held.get("name", ""))
    return found


def read_workbook(raw: bytes, path: str) -> list[Grid]:
    """Read every sheet of an xlsx, xls, xlsb or ods file.

    calamine does so in a process of its own, with limits of time and memory that grow with the file.
    """
    spare = _check_size(raw, path) if raw.startswith(b"PK") else []
    megabytes = len(raw) / 1e6
    command = [
        sys.executable,
        "-I",
        calamine_process.__file__,
        str(int((700 + 60 * megabytes) * 1e6)),
        str(BOUNDS.cells),
        *spare,
    ]
    try:
        # What it says on standard error are Rust's traces: of no use to a seller.
        done = subprocess.run(
            command,
            input=raw,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=8 + 2 * megabytes,
            check=False,
        )
        answer = marshal.loads(done.stdout) if done.returncode == 0 and done.stdout else ""
    except subprocess.TimeoutExpired as error:
        raise CatalogError("catalog.workbook_endless", path=path, seconds=round(8 + 2 * megabytes)) from error
    except (OSError, ValueError, EOFError, TypeError) as error:
        raise CatalogError("catalog.bad_workbook", path=path, reason=error) from error
    if isinstance(answer, str):
        raise CatalogError("catalog.bad_workbook", path=path, reason=answer or "it needs too much memory")
    grids = [
        Grid(name, [Record(cells, numeric=places) for cells, places in zip(rows, numeric, strict=True)], hidden=hidden)
        for name, rows, numeric, hidden in answer
    ]
    return [_split_column(grid) for grid in grids]


def _split_column(grid: Grid) -> Grid:
    """Part a sheet whose first column holds whole lines of delimited text, as a file opened the wrong way does."""
    lines = [r.cells[0] if r.cells else "" for r in grid.records]
    alone = not any(c.strip() for r in grid.records for c in r.cells[1:])
    if len(lines) < 2 or not alone or any("\n" in line for line in lines):
        return grid
    delimiter = guess_delimiter(lines[:200])
    records = split_records("\n".join(lines), delimiter)
    widths = {len(r.cells) for r in records if any(r.cells)}
    if len(records) != len(lines) or len(widths) > 1 or not widths or min(widths) < _LEAST_CELLS:
        return grid
    return replace(grid, records=records, delimiter=delimiter)


_LEAST_CELLS: Final = 3


# --------------------------------------------------------------------------------------------------------------
# HTML tables, which Chinese ERPs name .xls

_CHARSET: Final = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_-]{3,20})""", re.IGNORECASE)


def _read_cell(cell: Any) -> str:
    """Return a cell's text, or the addresses of its pictures where it has none; each ``<br>`` is a line end."""
    text = "".join(str(part) if isinstance(part, str) else "\n" for part in cell.xpath(".//br | .//text()")).strip()
    return text or "\n".join(str(source) for source in cell.xpath(".//img/@src"))


def read_html(raw: bytes, path: str) -> list[Grid]:
    """Read the tables of an HTML file; a cell's ``<br>`` is a line end."""
    from lxml import etree
    from lxml import html as pages

    named = _CHARSET.search(raw[:2048])
    text = ""
    if named is not None:
        name = named[1].decode("ascii").lower()
        name = "gb18030" if name in ("gb2312", "gbk") else name
        try:
            text = raw.decode(name)
        except (LookupError, UnicodeDecodeError):
            text = ""
    text = text or decode_text(raw).text
    text = re.sub(r"<\?xml[^>]*\?>", "", text.replace("\x00", ""), count=1)
    try:
        root = pages.document_fromstring(text, parser=pages.HTMLParser(no_network=True, huge_tree=True))
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
                try:
                    span = min(int(cell.get("colspan") or 1), 100)
                except ValueError:
                    span = 1
                cells += [_read_cell(cell), *[""] * (span - 1)]
            records.append(Record(cells))
        if records:
            grids.append(Grid(f"table {number}", records))
    if not grids:
        raise CatalogError("catalog.no_table", path=path)
    return grids
