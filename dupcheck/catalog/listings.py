"""Catalogues and single listings: one into the other, several into one, and out to canonical CSV."""

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from dupcheck.catalog.assembly import CANONICAL, SKU_FIELDS, build_catalog, format_number, make_sku_columns, name_twins
from dupcheck.catalog.tables import TextArray, make_texts
from dupcheck.catalog.values import format_attributes, parse_attributes
from dupcheck.files.arrays import take_ranges
from dupcheck.files.cells import encode_text, guard_text, render_table
from dupcheck.files.writing import check_ending, write_file
from dupcheck.messages import Lang, message
from dupcheck.model import Catalog, Columns, IntArray, Listing, Origins, Problem, Sku

_TEXT_FIELDS = (
    "listing_id", "title", "currency", "category", "main_image", "shop", "sku_code", "gtin", "image_phash", "created",
    "url", "description",
)  # fmt: skip
_NUMBER_FIELDS = (
    "price", "price_max", "min_order_quantity", "lot_size", "bulk_price", "stock", "sales", "reviews",
)  # fmt: skip


def _number(value: object) -> float | None:
    number = float(value)  # type: ignore[arg-type]
    return None if np.isnan(number) else number


def get_skus(catalog: Catalog, position: int) -> tuple[Sku, ...]:
    """Return the SKUs of the listing at ``position``; none where it holds no options."""
    rows = catalog.sku_columns
    first, last = np.searchsorted(rows["listing"], [position, position + 1])
    fields = (rows[n][first:last] for n in SKU_FIELDS)
    return tuple(
        Sku(parse_attributes(options), _number(price), currency, sku_code, gtin, _number(stock), image, _other(other))
        for options, price, currency, sku_code, gtin, stock, image, other in zip(*fields, strict=True)
    )


def _other(text: str) -> dict[str, str]:
    return dict(json.loads(text)) if text else {}


def get_listing(catalog: Catalog, position: int) -> Listing:
    """Return the listing at ``position`` of ``catalog``, its SKUs with it."""
    plain: dict[str, Any] = {name: catalog.column(name)[position] for name in _TEXT_FIELDS}
    plain |= {name: _number(catalog.columns[name][position]) for name in _NUMBER_FIELDS}
    return Listing(
        **plain,
        attributes=parse_attributes(catalog.column("attributes")[position]),
        images=tuple(p for p in catalog.column("images")[position].split(";") if p),
        skus=get_skus(catalog, position),
        other=_other(catalog.column("other")[position]),
        source=next((r for o in catalog.origins if (r := o.first_row(plain["listing_id"])) is not None), None),
    )


def _write_other(held: Mapping[str, str]) -> str:
    return json.dumps(dict(held), ensure_ascii=False) if held else ""


def make_catalog(listings: Iterable[Listing], *, image_root: Path | None = None) -> Catalog:
    """Make a catalogue of ``listings``; what is wrong with them is told in its problems, as with a file's rows."""
    held = list(listings)
    columns = {name: make_texts([getattr(x, name) for x in held]) for name in _TEXT_FIELDS}
    for name in _NUMBER_FIELDS:
        columns[name] = make_texts([format_number(getattr(x, name)) for x in held])
    columns["attributes"] = make_texts([format_attributes(x.attributes) for x in held])
    columns["images"] = make_texts([";".join(x.images) for x in held])
    columns["other"] = make_texts([_write_other(x.other) for x in held])
    pairs = [(i, sku) for i, x in enumerate(held) for sku in x.skus]
    skus = make_sku_columns(
        [i for i, _ in pairs],
        options=[format_attributes(s.options) for _, s in pairs],
        price=[format_number(s.price) for _, s in pairs],
        currency=[s.currency for _, s in pairs],
        sku_code=[s.sku_code for _, s in pairs],
        gtin=[s.gtin for _, s in pairs],
        stock=[format_number(s.stock) for _, s in pairs],
        image=[s.image for _, s in pairs],
        other=[_write_other(s.other) for _, s in pairs],
    )
    return build_catalog(columns, np.arange(1, len(held) + 1, dtype=np.int64), skus=skus, image_root=image_root)


def _common_root(roots: Sequence[Path]) -> Path | None:
    try:
        return Path(os.path.commonpath([r.resolve() for r in roots]))
    except ValueError:  # two drives of one machine
        return None


def _move_pictures(catalog: Catalog, root: Path) -> tuple[Columns, Columns, list[Problem]]:
    """Make photo paths start from ``root``.

    A path that leaves its own folder is dropped: it must not gain the right to a wider one.
    """
    table, skus = catalog.columns, catalog.sku_columns
    own = catalog.image_root
    told: list[Problem] = []
    if own is None or own.resolve() == root:
        return table, skus, told
    prefix = own.resolve().relative_to(root).as_posix()

    def move(path: str) -> str:
        if not path or "://" in path[:12]:
            return path
        inside = os.path.normpath(path.replace("\\", "/"))
        if inside.startswith(("..", "/")) or Path(inside).is_absolute() or inside[1:2] == ":":
            return ""
        return f"{prefix}/{path}"

    moved = [move(p) for p in table["main_image"]]
    for i, (before, after) in enumerate(zip(table["main_image"], moved, strict=True)):
        if before and not after:
            told.append(
                Problem(
                    int(table["row"][i]), table["listing_id"][i], "main_image", "warning",
                    message("catalog.image_outside", image=before),
                )
            )  # fmt: skip
    images = [";".join(p for p in map(move, t.split(";")) if p) for t in table["images"]]
    table = {**table, "main_image": make_texts(moved), "images": make_texts(images)}
    skus = {**skus, "image": make_texts([move(p) for p in skus["image"]])}
    return table, skus, told


def take_listings(catalog: Catalog, rows: IntArray) -> Catalog:
    """Return a catalogue of the listings at ``rows``, in their order, each with its SKUs; problems stay behind."""
    owners = catalog.sku_columns["listing"]
    at, start = take_ranges(np.searchsorted(owners, np.arange(len(catalog) + 1)), rows)
    skus = {name: column[at] for name, column in catalog.sku_columns.items()}
    return replace(
        catalog,
        columns={name: column[rows] for name, column in catalog.columns.items()},
        sku_columns={**skus, "listing": np.repeat(np.arange(len(rows)), np.diff(start))},
        problems=(),
    )


def join_columns(tables: Sequence[Columns]) -> Columns:
    """Return the rows of several tables of the same columns, one table after the other."""
    return {name: np.concatenate([t[name] for t in tables]) for name in tables[0]}


def _drop_repeats(catalogs: Sequence[Catalog]) -> list[Catalog]:
    """Leave out what stands in one file twice under one id and one title, and tell it."""
    seen: dict[tuple[str, str, str], str] = {}
    found: list[Catalog] = []
    for catalog in catalogs:
        keys = [
            (i, " ".join(t.casefold().split()), s)
            for i, t, s in zip(catalog.ids, catalog.column("title"), catalog.column("shop"), strict=True)
        ]
        again = [n for n, key in enumerate(keys) if key in seen and n not in catalog.with_skus]
        for key in keys:
            seen.setdefault(key, "")
        if not again:
            found.append(catalog)
            continue
        rest = np.setdiff1d(np.arange(len(catalog)), again)
        told = [
            Problem(
                int(catalog.columns["row"][n]), catalog.ids[n], "", "info",
                message("catalog.row_again", listing_id=catalog.ids[n], text=catalog.column("title")[n]),
            )
            for n in again
        ]  # fmt: skip
        first, *others = catalog.tables
        first = replace(first, listings=first.listings - len(again), told=first.told + len(again))
        found.append(
            replace(take_listings(catalog, rest), problems=(*catalog.problems, *told), tables=(first, *others))
        )
    return found


def merge_catalogs(catalogs: Sequence[Catalog], same_file: bool = False) -> Catalog:
    """Put several catalogues into one, in their order. Ids that two of them use are told apart, as in one file.

    Those of the ``same_file`` are its sheets and tables: a listing that stands in two of them is one.
    Photo paths then start from the folder that holds all the catalogues' folders.
    """
    if len(catalogs) == 1:
        return catalogs[0]
    if same_file:
        catalogs = _drop_repeats(catalogs)
    roots = [c.image_root for c in catalogs if c.image_root is not None]
    root = _common_root(roots) if roots else None
    tables: list[Columns] = []
    sku_tables: list[Columns] = []
    problems: list[Problem] = []
    before = 0
    for catalog in catalogs:
        table, skus, told = (
            (catalog.columns, catalog.sku_columns, []) if root is None else _move_pictures(catalog, root)
        )
        sku_tables.append({**skus, "listing": skus["listing"] + before})
        before += len(catalog)
        tables.append(table)
        problems += [*catalog.problems, *told]
    columns = join_columns(tables)
    ids = columns["listing_id"].copy()
    for i, name in name_twins(ids, columns["shop"]).items():
        problems.append(
            Problem(
                int(columns["row"][i]), name, "listing_id", "info",
                message("catalog.id_twice", listing_id=ids[i], renamed=name),
            )
        )  # fmt: skip
        ids[i] = name
    mapping: dict[str, str] = {}
    for catalog in catalogs:
        mapping |= catalog.mapping
    return Catalog(
        {**columns, "listing_id": ids}, join_columns(sku_tables), tuple(problems), root,
        tuple(s for c in catalogs for s in c.sources), mapping, tuple(t for c in catalogs for t in c.tables),
        _rename_origins(catalogs, ids),
    )  # fmt: skip


def _rename_origins(catalogs: Sequence[Catalog], ids: TextArray) -> tuple[Origins, ...]:
    """Return the rows of all catalogues' files under the ids that their listings have now."""
    renamed: list[Origins] = []
    first = 0
    for catalog in catalogs:
        now = dict(zip(catalog.ids.tolist(), ids[first : first + len(catalog)].tolist(), strict=True))
        renamed += [replace(o, ids=make_texts([now.get(i, i) for i in o.ids.tolist()])) for o in catalog.origins]
        first += len(catalog)
    return tuple(renamed)


# --------------------------------------------------------------------------------------------------------------
# Out to canonical CSV


def _write_skus(catalog: Catalog, position: int) -> str:
    rows = []
    for sku in get_skus(catalog, position):
        row: dict[str, object] = {"options": dict(sku.options)}
        row |= {
            name: getattr(sku, name)
            for name in ("price", "currency", "sku_code", "gtin", "stock", "image")
            if getattr(sku, name) not in (None, "")
        }
        if sku.other:
            row["other"] = dict(sku.other)
        rows.append(row)
    return json.dumps(rows, ensure_ascii=False)


def _spread_other(columns: dict[str, list[str]], texts: Sequence[str]) -> None:
    """Give what stands in ``other`` columns of their own; a header that another column has stays in there."""
    held = [_other(t) for t in texts]
    headers = [h for h in dict.fromkeys(h for cells in held for h in cells) if h and h.casefold() not in CANONICAL]
    rest = [{h: t for h, t in cells.items() if h not in headers} for cells in held]
    columns.pop("other", None)
    if held and any(held):  # though empty it says, when read again, that what stands beside it is no attribute
        columns["other"] = [_write_other(cells) for cells in rest]
    for header in headers:
        columns[guard_text(header)] = [guard_text(cells.get(header, "")) for cells in held]


def format_catalog(catalog: Catalog, spread: bool = False) -> str:
    """Return ``catalog`` as canonical CSV. Optional columns that no listing fills are left out.

    With ``spread``, what stood in columns that hold no field stands in columns of its own again, under their headers.
    """
    columns: dict[str, list[str]] = {}
    for name in CANONICAL:
        if name == "skus":
            cells = [_write_skus(catalog, i) if i in catalog.with_skus else "" for i in range(len(catalog))]
        elif name in _NUMBER_FIELDS:
            cells = [format_number(x) for x in catalog.numbers(name)]
        else:
            cells = [guard_text(t) for t in catalog.column(name)]
        if any(cells) or CANONICAL.index(name) < 7:
            columns[name] = cells
    if spread:
        _spread_other(columns, catalog.column("other").tolist())
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return out.getvalue()


def write_catalog(catalog: Catalog, path: str | Path, spread: bool = False) -> None:
    """Write ``catalog`` as canonical CSV (UTF-8 with BOM); reading it back gives the same listings and SKUs.

    Two columns beyond the plain ones carry what these cannot hold: ``price_max`` and ``skus`` (JSON). The file is
    whole or not there. ``spread`` is as with :func:`format_catalog`. Raises :class:`~dupcheck.errors.OutputError`
    where it cannot be written, is an input, or has a name that promises another kind of file.
    """
    check_ending(Path(path), *CATALOG_ENDINGS)
    write_file(path, b"\xef\xbb\xbf" + encode_text(format_catalog(catalog, spread)))


CATALOG_ENDINGS: Final = (".csv", ".txt")
"""Endings of files that a catalogue may be written into."""
PROBLEM_COLUMNS: Final = ("row", "listing_id", "field", "severity", "message")


def write_problems(problems: Iterable[Problem], path: str | Path, lang: Lang = "en") -> None:
    """Write problems as ``problems.csv`` has them. Raises :class:`~dupcheck.errors.OutputError` as above."""
    rows = ((p.row, p.listing_id, p.field, p.severity, p.text.say(lang)) for p in problems)
    write_file(path, render_table(PROBLEM_COLUMNS, rows))
