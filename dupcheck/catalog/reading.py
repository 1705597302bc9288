"""Files that sellers hold → :class:`~dupcheck.model.Catalog`."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from dupcheck.catalog.assembly import CANONICAL, REQUIRED, build_catalog, format_number
from dupcheck.catalog.listings import get_listing, merge_catalogs
from dupcheck.catalog.tables import Sheet, TextArray, make_texts, read_plain_csv, shorten
from dupcheck.errors import CatalogError
from dupcheck.model import Catalog, Listing
from dupcheck.words import message


def _read_bytes(path: Path) -> bytes:
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


_GUARDED = re.compile("'+[=+@-]")


def _unguard(texts: TextArray) -> TextArray:
    """Take a spreadsheet's sign for text, ``'``, off what would else be a formula."""
    if not any(t.startswith("'") for t in texts):
        return texts
    return make_texts([t[1:] if _GUARDED.match(t) else t for t in texts])


def _read_canonical(
    sheet: Sheet, path: Path, mapping: Mapping[str, str]
) -> tuple[dict[str, TextArray], dict[str, str]]:
    headers = {h.strip().lower().replace(" ", "_"): i for i, h in reversed(list(enumerate(sheet.headers)))}
    used: dict[str, str] = {}
    columns: dict[str, TextArray] = {}
    for name in CANONICAL:
        if name in headers:
            columns[name] = _unguard(sheet.columns[headers[name]])
            used[sheet.headers[headers[name]]] = name
    for name, header in mapping.items():
        if name not in CANONICAL:
            near = _nearest(name, CANONICAL)
            hint = message("catalog.did_you_mean", name=near) if near else ""
            fields = ", ".join(CANONICAL)
            raise CatalogError("catalog.bad_map_field", field=name, header=header, hint=hint, fields=fields)
        if header not in sheet.headers:
            near = _nearest(header, sheet.headers)
            raise CatalogError(
                "catalog.bad_map_header", field=name, header=header, path=path, found=", ".join(sheet.headers),
                hint=message("catalog.did_you_mean", name=near) if near else "",
            )  # fmt: skip
        columns[name] = _unguard(sheet.columns[sheet.headers.index(header)])
        used[header] = name
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        free = [h for h in sheet.headers if h and h not in used]
        nearest = [(name, near) for name in missing if (near := _nearest(name, free))]
        told = "".join(str(message("catalog.nearest", field=f, header=h)) for f, h in nearest)
        raise CatalogError(
            "catalog.missing_columns", path=path, missing=", ".join(missing),
            found=shorten(", ".join(h for h in sheet.headers if h), 600), nearest=told,
            example=f"{missing[0]}={nearest[0][1] if nearest else 'COLUMN'}",
        )  # fmt: skip
    return columns, used


def _read_file(path: Path, images: Path | None, mapping: Mapping[str, str]) -> Catalog:
    raw = _read_bytes(path).removeprefix(b"\xef\xbb\xbf")
    if not raw.strip():
        raise CatalogError("catalog.empty", path=path)
    sheet = read_plain_csv(raw, path.name)
    if sheet is None:
        raise CatalogError("catalog.no_header", path=path, first="")
    columns, used = _read_canonical(sheet, path, mapping)
    if not len(sheet.rows):
        raise CatalogError("catalog.header_only", path=path)
    return build_catalog(
        columns,
        sheet.rows,
        problems=sheet.problems,
        image_root=images or path.parent,
        sources=(str(path),),
        mapping=used,
    )


def read_catalog(
    paths: str | Path | Sequence[str | Path],
    *,
    images: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Catalog:
    """Read one catalogue from one file or several.

    ``images`` is the folder that photo paths start from, if it is not the file's own. ``mapping`` says which header
    holds which field (``{"title": "商品名"}``) and goes before everything the file itself tells. Several files
    without a ``shop`` column are taken as one shop each, named after the file.

    Bad rows are told in ``problems`` of the catalogue and the rest goes on. Raises
    :class:`~dupcheck.errors.CatalogError` where a file cannot be read as a catalogue at all.
    """
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(p) for p in paths]
    if not files:
        raise CatalogError("catalog.no_files")
    folder = None if images is None else Path(images)
    catalogs = [_read_file(path, folder, mapping or {}) for path in files]
    if len(catalogs) > 1:
        catalogs = [_name_shop(c, path.stem) for c, path in zip(catalogs, files, strict=True)]
    return merge_catalogs(catalogs)


def _name_shop(catalog: Catalog, name: str) -> Catalog:
    if (catalog.column("shop") != "").any():
        return catalog
    table = catalog.table.copy()
    table["shop"] = pd.Series(make_texts([name] * len(table)), dtype=object)
    return replace(catalog, table=table)


def read_listing(source: Listing | Mapping[str, object] | str | Path) -> list[Listing]:
    """Read drafts: a listing, a dict with the names of the catalogue's columns, JSON text, or a file of any kind."""
    if isinstance(source, Listing):
        return [source]
    if isinstance(source, Mapping):
        catalog = _read_draft(source)
    elif isinstance(source, str | Path):
        catalog = read_catalog(source)
    else:
        raise CatalogError("catalog.bad_draft", came=type(source).__name__)
    return [get_listing(catalog, i) for i in range(len(catalog))]


def _read_draft(source: Mapping[str, object]) -> Catalog:
    unknown = [str(name) for name in source if name not in CANONICAL]
    if unknown or "title" not in source:
        raise CatalogError("catalog.bad_draft", came=shorten(str(dict(source))))
    columns = {"listing_id": make_texts(["draft"])}
    for name, value in source.items():
        columns[name] = make_texts([_write_cell(value)])
    return build_catalog(columns, np.array([1], dtype=np.int64))


def _write_cell(value: object) -> str:
    if isinstance(value, Mapping):
        return json.dumps({str(k): v for k, v in value.items()}, ensure_ascii=False, default=str)
    if isinstance(value, list | tuple):
        if value and all(isinstance(v, str) for v in value):
            return ";".join(value)
        return json.dumps(value, ensure_ascii=False, default=str)
    return value if isinstance(value, str) else format_number(value)
