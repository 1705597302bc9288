"""Files that sellers hold → :class:`~dupcheck.model.Catalog`."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from dupcheck.catalog.assembly import CANONICAL, REQUIRED, build_catalog, format_number
from dupcheck.catalog.currencies import find_stated, name_currency
from dupcheck.catalog.facts import Facts, Rows, cut_titles, find_facts, name_unused, part_codes
from dupcheck.catalog.formats import (
    CANONICAL_NAME,
    GENERIC,
    Fields,
    Format,
    FormatTitle,
    generic_format,
    known_headers,
    map_fields,
    normalise_header,
)
from dupcheck.catalog.frames import are_rows, is_frame, read_frame
from dupcheck.catalog.headers import (
    HEADER_ROWS,
    Reading,
    apply_mapping,
    assign_unread,
    choose_sheets,
    find_notes,
    find_spilled,
    has_ids,
    require_fields,
    split_segments,
)
from dupcheck.catalog.listings import get_listing, merge_catalogs
from dupcheck.catalog.tables import (
    Grid,
    Problems,
    Sheet,
    TextArray,
    make_sheet,
    make_texts,
    name_delimiter,
    read_plain_csv,
    read_text,
    shorten,
)
from dupcheck.catalog.variants import Assembled, Draft, assemble_rows, collect_drafts
from dupcheck.errors import CatalogError
from dupcheck.files.cells import unguard_text
from dupcheck.messages import LANGS, Message, message, say
from dupcheck.model import DOCUMENT, Catalog, Listing, Origins, Source
from dupcheck.run import BOUNDS

if TYPE_CHECKING:
    from dupcheck.catalog.documents import Found

if TYPE_CHECKING:
    import pandas as pd

STANDARD_INPUT: Final = "-"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user says of a file: where photos lie, which header holds which field, encoding, delimiter, currency.

    ``facts``: whether columns that no format knows are attributes where they state something.
    """

    images: Path | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    need_ids: bool = True
    encoding: str = ""
    currency: str = ""
    delimiter: str = ""
    facts: bool = True


def _read_bytes(path: Path) -> bytes:
    if str(path) == STANDARD_INPUT:
        raw = sys.stdin.buffer.read(BOUNDS.file_bytes + 1)
        if len(raw) > BOUNDS.file_bytes:
            raise CatalogError("catalog.file_too_large", path=path, limit=BOUNDS.file_bytes // 1_000_000)
        return raw
    try:
        if path.is_dir():
            names = sorted(p.name for p in path.iterdir() if p.suffix.lower() in _SUFFIXES)
            hint = message("catalog.is_folder_hint", names=", ".join(names[:3])) if names else ""
            raise CatalogError("catalog.is_folder", path=path, hint=hint)
        if not path.exists():
            raise CatalogError("catalog.no_such_file", path=path)
        if not path.is_file():
            raise CatalogError("catalog.not_a_file", path=path)
        if path.stat().st_size > BOUNDS.file_bytes:
            raise CatalogError("catalog.file_too_large", path=path, limit=BOUNDS.file_bytes // 1_000_000)
        return path.read_bytes()
    except (OSError, ValueError) as error:  # a name that is too long, or holds a NUL
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise CatalogError("catalog.unreadable", path=shorten(str(path)), reason=reason) from error


_SUFFIXES: Final = (".csv", ".xlsx", ".xls", ".json", ".xml")


def _unguard(texts: TextArray) -> TextArray:
    """Take a spreadsheet's sign for text, ``'``, off what would else be a formula."""
    if not any(t.startswith("'") for t in texts):
        return texts
    return make_texts([unguard_text(t) for t in texts])


# --------------------------------------------------------------------------------------------------------------
# Every row is a listing, a part of one, or told: the one place where all readers meet


def _account(catalog: Catalog, fed: Mapping[int, str], assembled: Assembled | None, source: Source) -> Catalog:
    """Count what became of the rows fed (row → what it holds), and tell those of which nothing became."""
    begun = set(catalog.columns["row"].tolist())
    parts = set(assembled.joined) - begun if assembled is not None else set()
    named = {p.row for p in catalog.problems if p.row is not None}
    told = named - begun - parts
    repeated = {p.row for p in catalog.problems if p.row is not None and p.text.key == "catalog.row_again"}
    parts -= repeated
    told |= repeated
    problems = Problems(catalog.problems)
    for row, text in fed.items():
        if row not in begun and row not in parts and row not in told:
            problems.add(row, "", "", "error", message("catalog.row_lost", text=shorten(text)))
            told.add(row)
    sold = set(assembled.sold) if assembled is not None else set()
    kept = {row for row in fed if row in begun}, {row for row in fed if row in parts}
    counted = replace(
        source,
        rows=len(fed),
        listings=len(kept[0]),
        joined=len(kept[1]),
        skus=len(kept[1] & sold),
        told=len(fed) - len(kept[0]) - len(kept[1]),
    )
    return replace(catalog, problems=tuple(problems.found), tables=(counted,))


class _Fed(Mapping[int, str]):
    """The rows of a sheet that hold anything, put into words only where one is asked for."""

    def __init__(self, sheet: Sheet, skipped: Mapping[int, str]) -> None:
        filled = np.zeros(len(sheet.rows), dtype=bool)
        for column in sheet.columns:
            filled |= np.fromiter((bool(t.strip()) for t in column), dtype=bool, count=len(sheet.rows))
        self.sheet = sheet
        self.places = {int(sheet.rows[i]): int(i) for i in np.flatnonzero(filled)}
        self.skipped = skipped

    def __len__(self) -> int:
        return len(self.places) + len(self.skipped)

    def __iter__(self) -> Iterator[int]:
        yield from self.places
        yield from self.skipped

    def __getitem__(self, row: int) -> str:
        if row in self.skipped:
            return self.skipped[row]
        return " | ".join(t for c in self.sheet.columns if (t := c[self.places[row]].strip()))


# --------------------------------------------------------------------------------------------------------------
# Tables


def _read_grids(grids: Sequence[Grid], path: Path, wish: Wish) -> Catalog:
    chosen = choose_sheets(grids, wish.mapping, path)
    spare = Problems(p for grid in grids[:1] for p in grid.problems)
    taken = {reading.grid.name for reading in chosen}
    for grid in grids:
        if grid.name not in taken and any(c.strip() for r in grid.records for c in r.cells):
            key = "catalog.sheet_hidden" if grid.hidden else "catalog.sheet_skipped"
            spare.add(None, "", "", "info", message(key, name=grid.name, count=len(grid.records)))
    catalogs = []
    for place, first in enumerate(chosen):
        for reading in split_segments(first, wish.mapping):
            reading.label = f"{first.grid.name} " if place else ""
            catalog = _read_segment(reading, path, wish)
            if catalog is not None:
                catalogs.append(catalog)
    if not catalogs:
        raise CatalogError("catalog.header_only", path=path)
    merged = merge_catalogs(catalogs, same_file=True)
    return replace(merged, sources=(str(path),), problems=(*spare.found, *merged.problems))


def _read_segment(reading: Reading, path: Path, wish: Wish) -> Catalog | None:
    """Read the rows below one header; None where there are none."""
    grid = reading.grid
    apply_mapping(reading, wish.mapping, path)
    require_fields(reading, path, wish.need_ids)
    if not wish.need_ids:
        reading.known = replace(reading.known, number_rows=reading.known.number_rows or not has_ids(reading))
    skip = find_notes(reading)
    spilled = find_spilled(reading, path)
    sheet = make_sheet(grid, reading.header, skip | spilled.keys(), reading.stop)
    told = Problems(sheet.problems)
    for place, text in spilled.items():
        told.add(grid.number(place), "", "listing_id", "error", message("catalog.spilled", text=text))
    above = [c.strip() for r in grid.records[: reading.header] for c in r.cells if c.strip()]
    if above and reading.header < HEADER_ROWS:
        text = shorten(" | ".join(above))
        told.add(None, "", "", "info", message("catalog.above_header", count=reading.header, text=text))
    skipped = {
        grid.number(place): shorten(" | ".join(c for c in grid.records[place].cells if c.strip()))
        for place in sorted(skip - spilled.keys())
    }
    for row, text in skipped.items():
        told.add(row, "", "", "info", message("catalog.note_skipped", text=text))
    if not any(t.strip() for column in sheet.columns for t in column):
        return None
    above_text = " ".join(c for r in grid.records[: reading.header + 1] for c in r.cells)[:20_000]
    stated = re.search(r"\bCurrency=([A-Z]{3})\b", above_text)
    said = stated[1] if stated else find_stated(above) if reading.header < HEADER_ROWS else ""
    currency = wish.currency or reading.currency or said or reading.known.currency
    left_out = skipped | {grid.number(place): text for place, text in spilled.items()}
    return _read_sheet(sheet, replace(reading, currency=currency), told, _Fed(sheet, left_out), path, wish)


def _read_sheet(
    sheet: Sheet, reading: Reading, told: Problems, fed: Mapping[int, str], path: Path, wish: Wish
) -> Catalog:
    known, fields, raw = reading.known, reading.fields, sheet
    if known.name == CANONICAL_NAME:
        sheet = replace(sheet, columns=tuple(_unguard(c) for c in sheet.columns))
    facts = _find_facts(sheet, reading, wish)
    fields.update(facts.fields)
    if len(kinds := fields.get("category", ())) > 1:  # two columns part goods in two ways: one is held against itself
        fields["category"] = [max(kinds, key=lambda i: np.count_nonzero(sheet.columns[i] != ""))]
    unused = tuple(" ".join(reading.headers[i].split()) for i in reading.unused)
    sheet = _write_out(sheet, known, fields)
    assembled = assemble_rows(sheet, known, fields)
    told.found += assembled.problems
    used: dict[str, str] = {}
    for name, places in fields.items():
        for i in places:
            header = " ".join(sheet.headers[i].split())
            used[header] = f"{used[header]}, {name}" if header in used else name
    title = FormatTitle(known.name, dict(known.titles))
    if known.name != CANONICAL_NAME:
        shown = "; ".join(f"{header} → {name}" for header, name in used.items())
        told.add(None, "", "", "info", message("catalog.read_as", format=title, mapping=shorten(shown, 1500)))
    reasons = {" ".join(sheet.headers[i].split()): reason for i, reason in facts.left.items()}
    told_facts = tuple(" ".join(sheet.headers[i].split()) for places in facts.fields.values() for i in places)
    if told_facts:
        shown = shorten(", ".join(told_facts), 2000)
        told.add(None, "", "", "info", message("catalog.facts_read", headers=shown))
    if unused:
        told.add(None, "", "", "info", message("catalog.unused", headers=name_unused(unused, reasons, 2000)))
    _name_rows(assembled, reading, told)
    catalog = build_catalog(
        assembled.columns,
        assembled.rows,
        skus=assembled.skus,
        problems=told.found,
        numeric_ids=assembled.numeric_ids,
        image_root=wish.images or path.parent,
        sources=(str(path),),
        mapping=used,
        currency=reading.currency,
    )
    source = Source(
        str(path), known.name, title, sheet.name, reading.grid.encoding, (), reading.grid.delimiter, used, unused,
        reasons, told_facts,
    )  # fmt: skip
    return _account(_keep_rows(catalog, raw, known.name, used, assembled.groups), fed, assembled, source)


def _write_out(sheet: Sheet, known: Format, fields: Fields) -> Sheet:
    """Return the sheet with what its cells mean: numbers that the format explains, and what they say beside titles. A
    column that is several fields is one for each.
    """
    headers, columns = list(sheet.headers), list(sheet.columns)
    for i, column in cut_titles(columns, fields).items() if known.name == GENERIC else ():
        columns[i] = column
    own: set[int] = set()
    for name, meant in known.cells.items():
        for i in fields.get(name, ())[:1]:
            said = make_texts([meant.get(text.strip(), text) for text in sheet.columns[i]])
            if i in own:  # a second field of this column
                fields[name] = [len(columns)]
                headers.append(headers[i])
                columns.append(said)
            else:
                own.add(i)
                columns[i] = said
    return replace(sheet, headers=tuple(headers), columns=tuple(columns))


def _find_facts(sheet: Sheet, reading: Reading, wish: Wish) -> Facts:
    """Return which columns that no field takes are attributes, and which codes of the listings may be the maker's."""
    if not wish.facts:
        return Facts()
    known, fields = reading.known, reading.fields
    keys = next((fields[n][0] for n in ("group", "listing_id", "sku_code") if n in fields), None)
    titles = fields.get("title", [])[:1]
    # A table with this one was written here, and what stands beside it was left out before.
    plain = {h.strip().lower() for h in sheet.headers} if known.name == CANONICAL_NAME else set()
    rows = Rows(
        sheet.columns[titles[0]].tolist() if titles else (),
        () if keys is None else sheet.columns[keys].tolist(),
        alone=not wish.need_ids,
        named=(known.name not in (GENERIC, CANONICAL_NAME) and not known.own) or "other" in plain,
        counted="stock" in fields,
        objects=sheet.objects or reading.grid.objects,
        filed="category" in fields,
        codes=next((sheet.columns[i].tolist() for i in fields.get("gtin", ())[:1]), ()),
    )
    closed = {normalise_header(h) for h in known.unread}
    unread = [i for i in reading.unused if normalise_header(sheet.headers[i][:200]) not in closed]
    if known.name == GENERIC and not wish.mapping.keys() & {"sku_code", "attribute:Part number"}:
        part_codes(sheet.headers, sheet.columns, fields)
    return find_facts(sheet.headers, sheet.columns, unread, rows, fields)


def _keep_rows(
    catalog: Catalog,
    sheet: Sheet,
    known: str,
    fields: Mapping[str, str],
    groups: Mapping[int, tuple[tuple[int, ...], tuple[int, ...]]] | None = None,
) -> Catalog:
    """Return the catalogue with the rows that it was read from."""
    rows = catalog.columns["row"]
    kept = Origins(known, fields, sheet.headers, sheet.columns, sheet.rows, catalog.ids, rows, groups)
    return replace(catalog, origins=(kept,))


def _name_rows(assembled: Assembled, reading: Reading, told: Problems) -> None:
    """Give listings without an id their row's number, where that was asked for or nothing else can name them."""
    if "listing_id" not in assembled.columns:
        assembled.columns["listing_id"] = make_texts([""] * len(assembled.rows))
    unnamed = assembled.columns["listing_id"] == ""
    if reading.known.number_rows and unnamed.any():
        first = f"{reading.label}row-{assembled.rows[unnamed][0]}"
        told.add(None, "", "listing_id", "info", message("catalog.ids_numbered", first=first))
        numbered = make_texts([f"{reading.label}row-{row}" for row in assembled.rows])
        assembled.columns["listing_id"] = np.where(unnamed, numbered, assembled.columns["listing_id"])
    elif not any(name in reading.fields for name in ("listing_id", "variant_id", "group")):
        told.add(None, "", "listing_id", "info", message("catalog.ids_from_sku"))


# --------------------------------------------------------------------------------------------------------------
# Files


def _is_plain(raw: bytes) -> bool:
    """Say whether the first line is a header of canonical columns only: the way without any guessing."""
    line = re.split(rb"[\r\n]", raw[:8192], maxsplit=1)[0].decode("utf-8", "replace")
    headers = [h.strip().strip('"').lower() for h in line.split(",")]
    return (
        all(name in headers for name in REQUIRED)
        and set(headers) <= set(CANONICAL)
        and len(set(headers)) == len(headers)
    )


def _read_file(path: Path, wish: Wish) -> Catalog:
    catalog = _read_rows(path, wish)
    if not len(catalog):
        worst = next((p for p in catalog.problems if p.severity == "error"), None)
        raise CatalogError("catalog.nothing_read", path=path, first="" if worst is None else worst.text)
    return catalog


def _read_rows(path: Path, wish: Wish) -> Catalog:
    raw = _read_bytes(path)
    body = raw.removeprefix(b"\xef\xbb\xbf")
    if not body.strip(b" \t\r\n\x00"):
        raise CatalogError("catalog.empty", path=path)
    if not (wish.mapping or wish.encoding or wish.delimiter) and _is_plain(body):
        sheet = read_plain_csv(body, path.name)
        if sheet is not None:
            if not len(sheet.rows):
                raise CatalogError("catalog.header_only", path=path)
            if not _has_repeats(sheet):
                return _read_plain(sheet, path, wish)
    return _read_any(raw, path, wish)


def _has_repeats(sheet: Sheet) -> bool:
    """Say whether an id stands twice: such rows may be one listing's, which the plain way does not ask."""
    headers = [h.strip().lower() for h in sheet.headers]
    ids = [t for t in sheet.columns[headers.index("listing_id")] if t]
    return len(set(ids)) < len(ids)


def _read_plain(sheet: Sheet, path: Path, wish: Wish) -> Catalog:
    columns = {h.strip().lower(): _unguard(c) for h, c in zip(sheet.headers, sheet.columns, strict=True)}
    mapping = {name: name for name in columns}
    catalog = build_catalog(
        columns,
        sheet.rows,
        problems=sheet.problems,
        image_root=wish.images or path.parent,
        sources=(str(path),),
        mapping=mapping,
        currency=wish.currency,
    )
    title = FormatTitle(CANONICAL_NAME, {lang: say("catalog.format_canonical", lang) for lang in LANGS})
    source = Source(str(path), CANONICAL_NAME, title, sheet.name, "utf-8", (), ",", mapping)
    catalog = _keep_rows(catalog, sheet, CANONICAL_NAME, {h: h.strip().lower() for h in sheet.headers})
    return _account(catalog, _Fed(sheet, {}), None, source)


_PICTURES: Final = (
    (b"\xff\xd8\xff", "JPEG"), (b"\x89PNG", "PNG"), (b"GIF8", "GIF"), (b"BM", "BMP"), (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"), (b"%PDF", "PDF"),
)  # fmt: skip


def _refuse_pictures(raw: bytes, path: Path) -> None:
    """Tell a picture or a PDF for what it is."""
    kind = next((name for mark, name in _PICTURES if raw.startswith(mark)), "")
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        kind = "WebP"
    if raw[4:8] == b"ftyp":
        kind = "AVIF/HEIC"
    if kind == "BMP" and b"\x00" not in raw[:64]:
        kind = ""  # two letters alone are no picture
    if kind:
        raise CatalogError("catalog.is_picture", path=path, kind=kind)


# A page of HTML within a text of XML, which may be cut off here.
_CHARACTER_DATA: Final = re.compile(r"<!\[cdata\[.*?(?:\]\]>|\Z)", re.DOTALL)


def _find_exchange(raw: bytes) -> list[bytes]:
    """Return the files of CommerceML that a file is, or holds as an archive."""
    if raw.startswith(b"PK\x03\x04"):
        from dupcheck.catalog.commerceml import unpack_parts

        return unpack_parts(raw)
    if b"<" in raw[:64]:
        from dupcheck.catalog.commerceml import is_exchange

        return [raw] if is_exchange(raw) else []
    return []


def _read_exchange(parts: Sequence[bytes], path: Path, wish: Wish) -> Catalog:
    from dupcheck.catalog.commerceml import read_exchange

    return _read_grids([read_exchange(parts, str(path), path.name)], path, wish)


def _read_together(paths: Sequence[Path], wish: Wish) -> Catalog:
    """Read the files of one exchange as one catalogue."""
    catalog = _read_exchange([_read_bytes(p) for p in paths], paths[0], wish)
    return replace(catalog, sources=tuple(map(str, paths)))


def _gather_files(files: Sequence[Path]) -> list[list[Path]]:
    """Put the files of one CommerceML exchange together, given one by one or as their folder; others stay alone."""
    spread: list[Path] = []
    for path in files:
        parts: list[Path] = []
        if str(path) != STANDARD_INPUT and path.is_dir():
            from dupcheck.catalog.commerceml import find_parts

            parts = find_parts(path)
        spread += parts or [path]
    xml = [p for p in spread if p.suffix.casefold() == ".xml" and p.is_file()]
    if len(xml) < 2:
        return [[p] for p in spread]
    from dupcheck.catalog.commerceml import is_exchange

    together = [p for p in xml if is_exchange(_read_bytes(p))]
    first = together[0] if together else None
    return [together if p == first else [p] for p in spread if p == first or p not in together]


def _read_any(raw: bytes, path: Path, wish: Wish) -> Catalog:
    """Read a file by what its bytes are."""
    _refuse_pictures(raw, path)
    exchange = _find_exchange(raw)
    if exchange:
        return _read_exchange(exchange, path, wish)
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        from dupcheck.catalog.workbooks import read_workbook

        return _read_grids(read_workbook(raw, str(path)), path, wish)
    if raw.startswith(b"PAR1"):
        from dupcheck.catalog.documents import read_parquet

        return _read_grids([read_parquet(raw, str(path), path.name)], path, wish)
    from dupcheck.catalog.encodings import decode_text

    decoded = decode_text(raw, wish.encoding)
    text, encoding = decoded.text, decoded.encoding
    start = text[:4096].lstrip("\ufeff \t\r\n\x00")
    if start.startswith("<"):
        from dupcheck.catalog.workbooks import read_html

        head = _CHARACTER_DATA.sub("", text[:20_000].lower())
        if re.search(r"<(?:html|table|body|!doctype html)\b", head) and "<workbook" not in head:
            return _read_grids(read_html(raw, str(path)), path, wish)
        from dupcheck.catalog.feeds import read_xml

        return _read_grids(read_xml(raw, str(path), path.name), path, wish)
    text = text.replace("\x00", "")
    told = Problems()
    if decoded.doubt:
        others = ", ".join(decoded.doubt)
        told.add(None, "", "", "warning", message("catalog.encoding_unsure", encoding=encoding, others=others))
    if "\ufffd" in text:
        count = text.count("\ufffd")
        told.add(None, "", "", "warning", message("catalog.undecodable", count=count, encoding=encoding))
    if start.startswith(("{", "[")) and not re.match(r"\[[^\]\n\"{]{1,60}\][^\n]*[,;\t]", start):
        from dupcheck.catalog.documents import read_json

        return _read_found(read_json(text, str(path), path.name), told, path, wish, encoding)
    grid = read_text(text, path.name, encoding, known_headers(), wish.delimiter)
    catalog = _read_grids([replace(grid, problems=tuple(told.found))], path, wish)
    return replace(catalog, tables=tuple(replace(t, doubt=decoded.doubt) for t in catalog.tables))


def _read_found(found: "Found", told: Problems, path: Path, wish: Wish, encoding: str = "") -> Catalog:
    """Make one catalogue of the products and the plain rows of a document."""
    told.found += found.problems
    catalogs = []
    if found.drafts:
        title = FormatTitle("json", {lang: say("catalog.format_products", lang) for lang in LANGS})
        told.add(None, "", "", "info", message("catalog.read_as", format=title, mapping=""))
        catalogs.append(_read_drafts(found, told, title, path, wish, encoding))
        told = Problems()
    if found.grid is not None:
        try:
            catalogs.append(
                _read_grids(
                    [replace(found.grid, problems=(*found.grid.problems, *told.found), encoding=encoding)], path, wish
                )
            )
        except CatalogError as error:
            if not catalogs:
                raise
            # Beside products there may be lists of other things: told, and no reason to refuse the products.
            rows = Problems()
            for record in found.grid.records[1:]:
                text = shorten(" | ".join(c for c in record.cells if c))
                rows.add(record.row, "", "", "warning", message("catalog.object_left", text=text))
            rows.add(None, "", "", "info", error.text)
            first = catalogs[0]
            catalogs[0] = _account(
                replace(first, problems=(*first.problems, *rows.found)),
                dict.fromkeys([*found.rows, *(r.row for r in found.grid.records[1:])], ""),
                None, first.tables[0],
            )  # fmt: skip
    if not catalogs:
        raise CatalogError("catalog.empty", path=path)
    merged = merge_catalogs(catalogs, same_file=True)
    bad = len({p.row for p in found.problems if p.row is not None})
    table, *rest = merged.tables
    counted = replace(table, rows=table.rows + bad, told=table.told + bad)
    return replace(merged, sources=(str(path),), tables=(counted, *rest))


def _read_drafts(found: "Found", told: Problems, title: Message, path: Path, wish: Wish, encoding: str) -> Catalog:
    assign_unread(found.drafts, wish.mapping, path)
    assembled = collect_drafts(found.drafts)
    unused = tuple(dict.fromkeys(name for draft in found.drafts for name in draft.list_unread()))
    if unused:
        told.add(None, "", "", "info", message("catalog.unused", headers=shorten(", ".join(unused), 2000)))
    catalog = build_catalog(
        assembled.columns,
        assembled.rows,
        skus=assembled.skus,
        problems=(*told.found, *assembled.problems),
        image_root=wish.images or path.parent,
        sources=(str(path),),
        currency=wish.currency,
    )
    catalog = replace(catalog, origins=tuple(_trace_objects(found.drafts, catalog, path.name)))
    source = Source(str(path), "json", title, path.name, encoding, unused=unused)
    return _account(catalog, dict.fromkeys(found.rows, ""), assembled, source)


def _trace_objects(drafts: Sequence[Draft], catalog: Catalog, name: str) -> Iterator[Origins]:
    """Yield the objects that the listings were, those of each shape together."""
    for shape in dict.fromkeys(d.shape for d in drafts if d.held is not None):
        held = [d for d in drafts if d.shape == shape and d.held is not None]
        texts = make_texts([json.dumps(d.held, ensure_ascii=False, default=str) for d in held])
        groups = {d.row: ((k,), ()) for k, d in enumerate(held)}
        numbers = np.array([d.row for d in held], dtype=np.int64)
        rows = catalog.columns["row"]
        own = np.isin(rows, numbers)
        yield Origins(shape, {}, (DOCUMENT,), (texts,), numbers, catalog.ids[own], rows[own], groups)


def read_catalog(
    paths: "str | Path | Sequence[str | Path | Mapping[str, Any] | Listing] | pd.DataFrame",
    *,
    images: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
    need_ids: bool = True,
    encoding: str = "",
    delimiter: str = "",
    currency: str = "",
    facts: bool = True,
) -> Catalog:
    """Read one catalogue from one file or several. Bad rows are told in its ``problems``, and the rest goes on.

    Args:
        paths: A file or files of any kind that dupcheck knows: CSV, Excel, HTML, JSON, XML, Parquet; ``-`` is the
            standard input; or a table of pandas, or a list of dicts.
            Several files without a ``shop`` column are taken as one shop each, named after the file.
        images: The folder that photo paths start from, if it is not the file's own.
        mapping: Which header holds which field (``{"title": "商品名"}``); it goes before what the file itself tells.
        need_ids: Whether rows without ids are a problem; drafts need none, and are then named by their numbers.
        encoding: That of text files, where dupcheck does not find it out itself, as in "cp1250".
        delimiter: What parts the cells of text files, where dupcheck does not find it out itself: ";" or "tab".
        currency: That of prices without one, as in "EUR" (ISO 4217).
        facts: Whether columns that no format knows are attributes of their own names, where they state something of
            the product; those that ``mapping`` names are in any case.

    Returns:
        The catalogue. Prices are in the currency that its column names, ids are texts; ``tables`` counts what became
        of every row.

    Raises:
        CatalogError: A file cannot be read as a catalogue at all.

    Examples:
        >>> import dupcheck as dc
        >>> catalog = dc.read_catalog("sample_catalog/catalog.csv")
        >>> len(catalog), str(catalog.column("currency")[0])
        (69, 'USD')
    """
    if is_frame(paths) or are_rows(paths):
        return read_frame(paths, images=images, mapping=mapping, need_ids=need_ids, currency=currency, facts=facts)
    given = [paths] if isinstance(paths, str | Path) else list(paths) if isinstance(paths, Iterable) else [paths]
    if wrong := [p for p in given if not isinstance(p, str | PathLike)]:
        raise CatalogError("catalog.bad_source", came=type(wrong[0]).__name__)
    files = [Path(p) for p in given]  # type: ignore[arg-type]
    if not files:
        raise CatalogError("catalog.no_files")
    from dupcheck.catalog.encodings import find_codec

    codec = find_codec(encoding) if encoding else ""
    if codec is None:
        raise CatalogError("catalog.bad_encoding", encoding=encoding)
    sign = name_delimiter(delimiter) if delimiter else ""
    if delimiter and not sign:
        raise CatalogError("catalog.bad_delimiter", delimiter=delimiter)
    money = _name_money(currency)
    wish = Wish(None if images is None else Path(images), mapping or {}, need_ids, codec, money, sign, facts)
    units = _gather_files(files)
    catalogs = [_read_file(u[0], wish) if len(u) == 1 else _read_together(u, wish) for u in units]
    if len(catalogs) > 1:
        catalogs = [_name_shop(c, unit[0].stem) for c, unit in zip(catalogs, units, strict=True)]
    return merge_catalogs(catalogs)


def _name_money(currency: str) -> str:
    money = name_currency(currency) if currency else ""
    if currency and not money:
        raise CatalogError("catalog.bad_currency", currency=currency)
    return money


def _name_shop(catalog: Catalog, name: str) -> Catalog:
    if (catalog.column("shop") != "").any():
        return catalog
    return replace(catalog, columns={**catalog.columns, "shop": make_texts([name] * len(catalog))})


def read_listing(source: Listing | Mapping[str, object] | str | Path, currency: str = "") -> list[Listing]:
    """Read drafts: a listing, a dict, JSON text, or a file of any kind that :func:`read_catalog` reads.

    The names in a dict are those of the catalogue's columns, or any that stand in a known export. A draft needs no id.
    ``currency`` is that of prices without one.
    """
    wish = Wish(need_ids=False, currency=_name_money(currency))
    if isinstance(source, Listing):
        return [source]
    if isinstance(source, str) and source.lstrip()[:1] in ("{", "["):
        try:
            source = json.loads(source)
        except (ValueError, RecursionError) as error:
            raise CatalogError("catalog.bad_json", path="JSON", reason=error) from error
    if isinstance(source, Mapping | list):
        catalog = _read_objects(source, wish)
    elif isinstance(source, str | Path):
        catalog = _read_file(Path(source), wish)
    else:
        raise CatalogError("catalog.bad_draft", came=type(source).__name__)
    return [get_listing(catalog, i) for i in range(len(catalog))]


def _read_objects(source: Mapping[str, object] | list[object], wish: Wish) -> Catalog:
    from dupcheck.catalog.documents import read_document

    path = Path("draft")
    plain = {k: format_number(v) if isinstance(v, np.number) else v for k, v in source.items()} if isinstance(
        source, Mapping
    ) else source  # fmt: skip
    found = read_document(plain, "draft")
    if not found.drafts:
        if found.grid is None:
            raise CatalogError("catalog.bad_draft", came=shorten(str(source)))
        if isinstance(source, Mapping) and "title" not in map_fields(generic_format(), found.grid.records[0].cells):
            raise CatalogError("catalog.bad_draft", came=shorten(str(dict(source))))
    return _read_found(found, Problems(), path, wish)
