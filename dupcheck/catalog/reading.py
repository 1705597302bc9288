"""Files that sellers hold → :class:`~dupcheck.model.Catalog`."""

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from rapidfuzz import fuzz, process

from dupcheck.catalog.assembly import CANONICAL, REQUIRED, build_catalog, format_number
from dupcheck.catalog.formats import (
    CANONICAL_NAME,
    GENERIC,
    Fields,
    Format,
    FormatTitle,
    find_format,
    generic_format,
    known_headers,
    map_fields,
    normalise_header,
)
from dupcheck.catalog.frames import are_rows, is_frame, read_frame
from dupcheck.catalog.listings import get_listing, merge_catalogs
from dupcheck.catalog.tables import (
    Grid,
    Problems,
    Sheet,
    TextArray,
    make_sheet,
    make_texts,
    name_headers,
    read_plain_csv,
    read_text,
    shorten,
)
from dupcheck.catalog.values import parse_count, parse_price
from dupcheck.catalog.variants import Draft, assemble_rows, collect_drafts
from dupcheck.errors import CatalogError
from dupcheck.files.cells import unguard_text
from dupcheck.messages import LANGS, Lang, Message, message, say
from dupcheck.model import DOCUMENT, Catalog, Listing, Origins

if TYPE_CHECKING:
    import pandas as pd

STANDARD_INPUT: Final = "-"


def _read_bytes(path: Path) -> bytes:
    if str(path) == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    if path.is_dir():
        names = sorted(p.name for p in path.iterdir() if p.suffix.lower() in (".csv", ".xlsx", ".xls", ".json", ".xml"))
        hint = message("catalog.is_folder_hint", names=", ".join(names[:3])) if names else ""
        raise CatalogError("catalog.is_folder", path=path, hint=hint)
    if not path.exists():
        raise CatalogError("catalog.no_such_file", path=path)
    if not path.is_file():
        raise CatalogError("catalog.not_a_file", path=path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise CatalogError("catalog.unreadable", path=path, reason=error.strerror or error) from error


def _nearest(name: str, choices: Iterable[str]) -> str:
    found = process.extractOne(name, list(choices), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=60)
    return str(found[0]) if found else ""


def _unguard(texts: TextArray) -> TextArray:
    """Take a spreadsheet's sign for text, ``'``, off what would else be a formula."""
    if not any(t.startswith("'") for t in texts):
        return texts
    return make_texts([unguard_text(t) for t in texts])


# --------------------------------------------------------------------------------------------------------------
# Which row is the header, and what its columns mean

_HEADER_ROWS: Final = 30
_EXTRA_FIELDS: Final = ("group", "kind", "parent", "variant_id", "variant_image", "option_list")
_PREFIXES: Final = ("option:", "facet:", "attribute:", "option_name_", "option_value_")
ROW_NUMBERS: Final = "#row"
_CANONICAL: Final = Format(CANONICAL_NAME, {lang: say("catalog.format_canonical", lang) for lang in LANGS})


@dataclass(slots=True)
class _Reading:
    """A header that was found: where, of which format, and which columns hold which field."""

    grid: Grid
    header: int
    headers: list[str]
    known: Format
    fields: Fields
    score: float


def _read_header(grid: Grid, number: int, mapping: Mapping[str, str]) -> _Reading | None:
    cells = grid.records[number].cells
    if not any(c.strip() for c in cells):
        return None
    headers = name_headers(cells)
    short = [h[:200] for h in headers]
    plain = [normalise_header(h).replace(" ", "_") for h in short]
    if all(name in plain for name in REQUIRED):
        known, bonus = _CANONICAL, 1000.0
        fields: Fields = {str(name): [plain.index(name)] for name in CANONICAL if name in plain}
        for name, places in map_fields(generic_format(), short).items():
            free = [i for i in places if plain[i] not in CANONICAL]
            if free and name.startswith(("facet:", "attribute:")):
                fields[name] = free
    else:
        found = find_format(short)
        known, bonus = (found, 100.0) if found else (generic_format(), 0.0)
        fields = map_fields(known, short)
        if not found:
            # Of several headers for one field the most telling one counts; texts may fill in for each other.
            keep = ("title", "category", "description", "price", "images")
            fields = {n: p if n in keep or ":" in n else p[:1] for n, p in fields.items()}
    lowered = {normalise_header(h) for h in short}
    if mapping and all(h == ROW_NUMBERS or normalise_header(h) in lowered for h in mapping.values()):
        bonus += 2000.0
    used = {i for places in fields.values() for i in places}
    score = bonus + len(used) + 3 * ("title" in fields) + ("listing_id" in fields)
    return _Reading(grid, number, headers, known, fields, score)


def _apply_mapping(reading: _Reading, mapping: Mapping[str, str], path: Path) -> None:
    places = {normalise_header(h): i for i, h in reversed(list(enumerate(reading.headers)))}
    for name, header in mapping.items():
        if name not in (*CANONICAL, *_EXTRA_FIELDS) and not name.startswith(_PREFIXES):
            fields = (*CANONICAL, *_EXTRA_FIELDS)
            hint = _guess(name, fields)
            raise CatalogError("catalog.bad_map_field", field=name, header=header, hint=hint, fields=", ".join(fields))
        if name == "listing_id" and header == ROW_NUMBERS:
            reading.fields.pop("listing_id", None)
            reading.known = replace(reading.known, number_rows=True)
            continue
        place = reading.headers.index(header) if header in reading.headers else places.get(normalise_header(header))
        if place is None:
            raise CatalogError(
                "catalog.bad_map_header", field=name, header=header, path=path, found=_show_headers(reading.headers),
                hint=_guess(header, reading.headers),
            )  # fmt: skip
        reading.fields[name] = [place]


def _guess(name: str, choices: Iterable[str]) -> Message | str:
    near = _nearest(name, choices)
    return message("catalog.did_you_mean", name=near) if near else ""


def _show_headers(headers: Iterable[str]) -> str:
    return shorten(", ".join(" ".join(h.split()) for h in headers if h), 600)


class _Nearest(Message):
    """The nearest headers to the missing fields: one sentence each, in the language of the message round them."""

    __slots__ = ()

    def say(self, lang: Lang = "en") -> str:
        return "".join(message("catalog.nearest", field=f, header=h).say(lang) for f, h in self.values.items())


def _require(reading: _Reading, path: Path, need_ids: bool) -> None:
    fields, known = reading.fields, reading.known
    missing = []
    grouped = known.rows == "variants" and known.name != GENERIC
    if need_ids and not (
        any(name in fields for name in ("listing_id", "variant_id", "group", "sku_code"))
        or known.number_rows
        or grouped
    ):
        missing.append("listing_id")
    if "title" not in fields:
        missing.append("title")
    if not missing:
        return
    used = {i for places in fields.values() for i in places}
    free = [h for i, h in enumerate(reading.headers) if h and i not in used]
    nearest = {name: near for name in missing if (near := _nearest(name, free))}
    raise CatalogError(
        "catalog.missing_columns", path=path, missing=", ".join(missing), found=_show_headers(reading.headers),
        nearest=_Nearest("nearest", nearest), example=f"{missing[0]}={nearest.get(missing[0], 'COLUMN')}",
    )  # fmt: skip


_NOTE: Final = re.compile(
    r"\s*(?:事项说明|填写说明|说明|注意|注意事项|备注|Note|Notes|Instructions|Примечание)\s*[:：]", re.IGNORECASE
)


def _find_notes(reading: _Reading) -> set[int]:
    """Return the records below the header that are no data: a template's notes, and headers in other words."""
    records, start = reading.grid.records, reading.header + 1
    width = len(reading.headers)
    skip: set[int] = set()
    own = [normalise_header(h) for h in reading.headers]
    for number in range(start, len(records)):
        cells = records[number].cells
        if cells and cells[0].strip().casefold() == reading.headers[0].casefold() and len(cells) >= width > 1:
            plain = [normalise_header(c[:200]) for c in cells[:width]]
            if plain == own:
                skip.add(number)
                continue
        filled = [c for c in cells if c.strip()]
        if width >= 4 and len(filled) == 1:
            text = filled[0]
            if _NOTE.match(text) or ("\n" in text.strip() and len(text) >= 100):
                skip.add(number)
    words = known_headers()
    for number in range(start, min(start + 6, len(records))):
        plain = [normalise_header(c[:200]) for c in records[number].cells if c.strip()]
        hits = sum(p in words for p in plain)
        if hits >= 3 and hits * 3 >= len(plain):
            skip.add(number)
    for record in records[: reading.header]:
        settings = re.search(r"dataRow=(\d{1,4})", " ".join(record.cells)[:5000])
        if settings is not None:
            skip |= set(range(start, min(int(settings[1]) - 1, len(records))))
    places = reading.fields.get("price", []) + reading.fields.get("stock", [])
    if reading.known.notes and places:
        for number in range(start, min(start + 9, len(records))):
            cells = records[number].cells
            values = [cells[i] for i in places if i < len(cells)]
            if any(parse_price(v) or parse_count(v) is not None for v in values):
                skip |= set(range(start, number))
                break
    return {n for n in skip if any(c.strip() for c in records[n].cells)}


def _choose(grids: Sequence[Grid], mapping: Mapping[str, str], path: Path) -> list[_Reading]:
    """Find the header of every sheet, and keep the sheets that are read best."""
    found: list[_Reading] = []
    for grid in grids:
        rated = [
            reading
            for number in range(min(_HEADER_ROWS, len(grid.records)))
            if (reading := _read_header(grid, number, mapping)) is not None
        ]
        if rated:
            found.append(max(rated, key=lambda r: r.score))
    if not found:
        raise CatalogError("catalog.empty", path=path)
    best = max(found, key=lambda r: (r.score, len(r.grid.records)))
    if best.score < 3 and len(best.headers) < 2 and not mapping:
        raise CatalogError("catalog.no_header", path=path, first=shorten(best.headers[0] if best.headers else ""))
    return [
        r
        for r in found
        if r is best or (r.known.name == best.known.name and set(r.fields) == set(best.fields) and "title" in r.fields)
    ]


def _read_grids(
    grids: Sequence[Grid], path: Path, images: Path | None, mapping: Mapping[str, str], need_ids: bool
) -> Catalog:
    catalogs = []
    chosen = _choose(grids, mapping, path)
    spare = Problems()
    taken = [id(reading.grid) for reading in chosen]
    for grid in grids:
        if id(grid) not in taken and any(c.strip() for r in grid.records for c in r.cells):
            spare.add(None, "", "", "info", message("catalog.sheet_skipped", name=grid.name, count=len(grid.records)))
    for reading in chosen:
        _apply_mapping(reading, mapping, path)
        _require(reading, path, need_ids)
        if not need_ids:
            reading.known = replace(reading.known, number_rows=reading.known.number_rows or not _has_ids(reading))
        skip = _find_notes(reading)
        sheet = make_sheet(reading.grid, reading.header, skip)
        told = Problems(sheet.problems)
        above = [c.strip() for r in reading.grid.records[: reading.header] for c in r.cells if c.strip()]
        if above:
            text = shorten(" | ".join(above))
            told.add(None, "", "", "info", message("catalog.above_header", count=reading.header, text=text))
        for number in sorted(skip):
            text = shorten(" | ".join(c for c in reading.grid.records[number].cells if c.strip()))
            told.add(number - reading.header, "", "", "info", message("catalog.note_skipped", text=text))
        if not any(t.strip() for column in sheet.columns for t in column):
            continue
        catalogs.append(_read_sheet(sheet, reading, told, path, images))
    if not catalogs:
        raise CatalogError("catalog.header_only", path=path)
    merged = merge_catalogs(catalogs)
    return replace(merged, sources=(str(path),), problems=(*spare.found, *merged.problems))


def _has_ids(reading: _Reading) -> bool:
    return any(name in reading.fields for name in ("listing_id", "variant_id", "group", "sku_code"))


def _read_sheet(sheet: Sheet, reading: _Reading, told: Problems, path: Path, images: Path | None) -> Catalog:
    known, fields, raw = reading.known, reading.fields, sheet
    if known.name == CANONICAL_NAME:
        sheet = replace(sheet, columns=tuple(_unguard(c) for c in sheet.columns))
    assembled = assemble_rows(sheet, known, fields)
    used: dict[str, str] = {}
    for name, places in fields.items():
        for i in places:
            header = " ".join(sheet.headers[i].split())
            used[header] = f"{used[header]}, {name}" if header in used else name
    if known.name != CANONICAL_NAME:
        shown = "; ".join(f"{header} → {name}" for header, name in used.items())
        title = FormatTitle(known.name, dict(known.titles))
        told.add(None, "", "", "info", message("catalog.read_as", format=title, mapping=shorten(shown, 1500)))
        spare = [
            " ".join(h.split()) for i, h in enumerate(sheet.headers) if h and not any(i in p for p in fields.values())
        ]
        if known.name == GENERIC and spare:
            told.add(None, "", "", "info", message("catalog.unused", headers=shorten(", ".join(spare), 600)))
    if "listing_id" not in assembled.columns:
        assembled.columns["listing_id"] = make_texts([""] * len(assembled.rows))
    unnamed = assembled.columns["listing_id"] == ""
    if known.number_rows and unnamed.any():
        first = f"row-{assembled.rows[unnamed][0]}"
        told.add(None, "", "listing_id", "info", message("catalog.ids_numbered", first=first))
        numbered = make_texts([f"row-{row}" for row in assembled.rows])
        assembled.columns["listing_id"] = np.where(unnamed, numbered, assembled.columns["listing_id"])
    elif not any(name in fields for name in ("listing_id", "variant_id", "group")):
        told.add(None, "", "listing_id", "info", message("catalog.ids_from_sku"))
    made = build_catalog(
        assembled.columns,
        assembled.rows,
        skus=assembled.skus,
        problems=told.found,
        numeric_ids=assembled.numeric_ids,
        image_root=images or path.parent,
        sources=(str(path),),
        mapping=used,
    )
    return _keep_rows(made, raw, known.name, used, assembled.groups)


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


def _read_file(path: Path, images: Path | None, mapping: Mapping[str, str], need_ids: bool = True) -> Catalog:
    catalog = _read_rows(path, images, mapping, need_ids)
    if not len(catalog):
        worst = next((p for p in catalog.problems if p.severity == "error"), None)
        raise CatalogError("catalog.nothing_read", path=path, first="" if worst is None else worst.text)
    return catalog


def _read_rows(path: Path, images: Path | None, mapping: Mapping[str, str], need_ids: bool) -> Catalog:
    raw = _read_bytes(path)
    body = raw.removeprefix(b"\xef\xbb\xbf")
    if not body.strip(b" \t\r\n\x00"):
        raise CatalogError("catalog.empty", path=path)
    if not mapping and _is_plain(body):
        sheet = read_plain_csv(body, path.name)
        if sheet is not None:
            if not len(sheet.rows):
                raise CatalogError("catalog.header_only", path=path)
            return _read_plain(sheet, path, images)
    return _read_any(raw, path, images, mapping, need_ids)


def _read_plain(sheet: Sheet, path: Path, images: Path | None) -> Catalog:
    columns = {h.strip().lower(): _unguard(c) for h, c in zip(sheet.headers, sheet.columns, strict=True)}
    made = build_catalog(
        columns,
        sheet.rows,
        problems=sheet.problems,
        image_root=images or path.parent,
        sources=(str(path),),
        mapping={name: name for name in columns},
    )
    return _keep_rows(made, sheet, CANONICAL_NAME, {h: h.strip().lower() for h in sheet.headers})


def _read_any(raw: bytes, path: Path, images: Path | None, mapping: Mapping[str, str], need_ids: bool) -> Catalog:
    """Read a file by what its bytes are."""
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        from dupcheck.catalog.workbooks import read_workbook

        return _read_grids(read_workbook(raw, str(path)), path, images, mapping, need_ids)
    if raw.startswith(b"PAR1"):
        from dupcheck.catalog.documents import read_parquet

        return _read_grids([read_parquet(raw, str(path), path.name)], path, images, mapping, need_ids)
    from dupcheck.catalog.encodings import decode_text

    text, encoding = decode_text(raw)
    start = text[:4096].lstrip("\ufeff \t\r\n\x00")
    if start.startswith("<"):
        from dupcheck.catalog.workbooks import read_html

        head = text[:20_000].lower()
        if re.search(r"<(?:html|table|body|!doctype html)", head) and "<workbook" not in head:
            return _read_grids(read_html(raw, str(path)), path, images, mapping, need_ids)
        from dupcheck.catalog.documents import read_xml

        return _read_grids(read_xml(raw, str(path), path.name), path, images, mapping, need_ids)
    text = text.replace("\x00", "")
    told = Problems()
    if "\ufffd" in text:
        count = text.count("\ufffd")
        told.add(None, "", "", "warning", message("catalog.undecodable", count=count, encoding=encoding))
    if start.startswith(("{", "[")) and not re.match(r"\[[^\]\n\"{]{1,60}\][^\n]*[,;\t]", start):
        from dupcheck.catalog.documents import read_json

        drafts, grid, broken = read_json(text, str(path), path.name)
        told.found += broken
        if grid is not None:
            return _read_grids([Grid(grid.name, grid.records, tuple(told.found))], path, images, mapping, need_ids)
        if drafts:
            title = FormatTitle("json", {lang: say("catalog.format_products", lang) for lang in LANGS})
            told.add(None, "", "", "info", message("catalog.read_as", format=title, mapping=""))
            return _read_drafts(drafts, told, path, images)
        raise CatalogError("catalog.empty", path=path)
    grid = read_text(text, path.name)
    return _read_grids([Grid(grid.name, grid.records, tuple(told.found))], path, images, mapping, need_ids)


def _read_drafts(drafts: Sequence[Draft], told: Problems, path: Path, images: Path | None) -> Catalog:
    assembled = collect_drafts(drafts)
    made = build_catalog(
        assembled.columns,
        assembled.rows,
        skus=assembled.skus,
        problems=told.found,
        image_root=images or path.parent,
        sources=(str(path),),
    )
    held = [(d.row, json.dumps(d.held, ensure_ascii=False, default=str)) for d in drafts if d.held is not None]
    numbers = np.array([row for row, _ in held], dtype=np.int64)
    groups = {row: ((k,), ()) for k, (row, _) in enumerate(held)}
    sheet = Sheet(path.name, (DOCUMENT,), (make_texts([text for _, text in held]),), numbers)
    return _keep_rows(made, sheet, "json", {}, groups)


def read_catalog(
    paths: "str | Path | Sequence[str | Path | Mapping[str, Any] | Listing] | pd.DataFrame",
    *,
    images: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
    need_ids: bool = True,
) -> Catalog:
    """Read one catalogue from one file or several. Bad rows are told in its ``problems``, and the rest goes on.

    Args:
        paths: A file or files of any kind that dupcheck knows: CSV, Excel, HTML, JSON, XML, Parquet; ``-`` is the
            standard input; or a table of pandas, or a list of dicts.
            Several files without a ``shop`` column are taken as one shop each, named after the file.
        images: The folder that photo paths start from, if it is not the file's own.
        mapping: Which header holds which field (``{"title": "商品名"}``); it goes before what the file itself tells.
        need_ids: Whether rows without ids are a problem; drafts need none, and are then named by their numbers.

    Returns:
        The catalogue. Prices are in the currency that its column names, ids are texts.

    Raises:
        CatalogError: A file cannot be read as a catalogue at all.

    Examples:
        >>> import dupcheck as dc
        >>> catalog = dc.read_catalog("sample_catalog/catalog.csv")
        >>> len(catalog), str(catalog.column("currency")[0])
        (69, 'USD')
    """
    if is_frame(paths) or are_rows(paths):
        return read_frame(paths, images=images, mapping=mapping, need_ids=need_ids)
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(p) for p in paths]  # type: ignore[arg-type]
    if not files:
        raise CatalogError("catalog.no_files")
    folder = None if images is None else Path(images)
    catalogs = [_read_file(path, folder, mapping or {}, need_ids=need_ids) for path in files]
    if len(catalogs) > 1:
        catalogs = [_name_shop(c, path.stem) for c, path in zip(catalogs, files, strict=True)]
    return merge_catalogs(catalogs)


def _name_shop(catalog: Catalog, name: str) -> Catalog:
    if (catalog.column("shop") != "").any():
        return catalog
    return replace(catalog, columns={**catalog.columns, "shop": make_texts([name] * len(catalog))})


def read_listing(source: Listing | Mapping[str, object] | str | Path) -> list[Listing]:
    """Read drafts: a listing, a dict, JSON text, or a file of any kind that :func:`read_catalog` reads.

    The names in a dict are those of the catalogue's columns, or any that stand in a known export. A draft needs no id.
    """
    if isinstance(source, Listing):
        return [source]
    if isinstance(source, str) and source.lstrip()[:1] in ("{", "["):
        try:
            source = json.loads(source)
        except (ValueError, RecursionError) as error:
            raise CatalogError("catalog.bad_json", path="JSON", reason=error) from error
    if isinstance(source, Mapping | list):
        catalog = _read_objects(source)
    elif isinstance(source, str | Path):
        catalog = _read_file(Path(source), None, {}, need_ids=False)
    else:
        raise CatalogError("catalog.bad_draft", came=type(source).__name__)
    return [get_listing(catalog, i) for i in range(len(catalog))]


def _read_objects(source: Mapping[str, object] | list[object]) -> Catalog:
    from dupcheck.catalog.documents import read_document

    path = Path("draft")
    plain = {k: format_number(v) if isinstance(v, np.number) else v for k, v in source.items()} if isinstance(
        source, Mapping
    ) else source  # fmt: skip
    drafts, grid = read_document(plain, "draft")
    if drafts:
        return _read_drafts(drafts, Problems(), path, None)
    if grid is None:
        raise CatalogError("catalog.bad_draft", came=shorten(str(source)))
    if isinstance(source, Mapping) and "title" not in map_fields(generic_format(), grid.records[0].cells):
        raise CatalogError("catalog.bad_draft", came=shorten(str(dict(source))))
    return _read_grids([grid], path, None, {}, need_ids=False)
