"""Rows → listings with their SKUs.

A row of an export is a listing, a SKU of one, or a picture of one; :mod:`dupcheck.catalog.formats` says which.
"""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from dupcheck.catalog.assembly import CANONICAL, SKU_FIELDS, SkuColumns, format_number, make_sku_columns
from dupcheck.catalog.formats import GENERIC, Fields, Format, normalise_header
from dupcheck.catalog.tables import Sheet, TextArray, make_texts
from dupcheck.catalog.values import (
    clean_text,
    format_attributes,
    is_spoiled_id,
    parse_attributes,
    parse_count,
    parse_price,
    split_images,
)
from dupcheck.model import BoolArray, IntArray

_ROW_FIELDS: Final = ("price", "sku_code", "gtin", "stock", "currency")
_MOST_COMBINATIONS: Final = 2000


@dataclass(slots=True)
class Draft:
    """A listing as text: canonical columns, and one dict a SKU."""

    row: int
    fields: dict[str, str] = field(default_factory=dict)
    skus: list[dict[str, str]] = field(default_factory=list)
    numeric_id: bool = False

    def settle(self) -> None:
        """Where the only SKU has no options, it is the listing itself."""
        if len(self.skus) != 1 or self.skus[0].get("options"):
            return
        (sku,) = self.skus
        for name in ("price", "currency", "sku_code", "gtin", "stock"):
            self.fields[name] = self.fields.get(name) or sku.get(name, "")
        self.skus = []


@dataclass(frozen=True, slots=True)
class Assembled:
    """Columns of text for :func:`~dupcheck.catalog.assembly.build_catalog`."""

    columns: dict[str, TextArray]
    rows: IntArray
    skus: SkuColumns | None
    numeric_ids: BoolArray | None


def collect_drafts(drafts: Sequence[Draft]) -> Assembled:
    """Turn drafts into columns."""
    columns = {
        name: make_texts([d.fields.get(name, "") for d in drafts])
        for name in CANONICAL
        if name != "skus" and any(d.fields.get(name) for d in drafts)
    }
    held = [(i, sku) for i, draft in enumerate(drafts) for sku in draft.skus]
    skus = make_sku_columns(
        [i for i, _ in held], **{name: [sku.get(name, "") for _, sku in held] for name in SKU_FIELDS}
    )
    return Assembled(
        columns,
        np.array([d.row for d in drafts], dtype=np.int64),
        skus,
        np.array([d.numeric_id for d in drafts], dtype=bool),
    )


# --------------------------------------------------------------------------------------------------------------
# Values of one row


class RowReader:
    """The fields of a sheet, row by row."""

    def __init__(self, sheet: Sheet, fields: Fields, known: Format) -> None:
        self.sheet, self.fields, self.known = sheet, fields, known
        self.count = len(sheet.rows)
        self.values: dict[str, TextArray] = {}
        for name, places in fields.items():
            if name == "images":
                parts = zip(*(sheet.columns[i] for i in places), strict=True)
                self.values[name] = make_texts(["\n".join(p for p in cells if p.strip()) for cells in parts])
            else:
                self.values[name] = self._first_filled(places)
        self.names = {
            kind: [(name.partition(":")[2], name) for name in fields if name.startswith(f"{kind}:")]
            for kind in ("option", "facet", "attribute")
        }
        self.numbers = sorted(
            {int(m[1]) for name in fields if (m := re.fullmatch(r"option_values?_(\d+)", name)) is not None}
        )

    def _first_filled(self, places: Sequence[int]) -> TextArray:
        filled = make_texts([t.strip() for t in self.sheet.columns[places[0]]])
        for i in places[1:]:
            filled = np.where(filled == "", make_texts([t.strip() for t in self.sheet.columns[i]]), filled)
        return filled

    def has(self, name: str) -> bool:
        """Say whether any column holds this field."""
        return name in self.values

    def get(self, name: str, row: int) -> str:
        """Return a field's text in a row, "" where there is none."""
        column = self.values.get(name)
        return "" if column is None else str(column[row])

    def first(self, name: str, rows: Iterable[int]) -> str:
        """Return the first filled text of a field in some rows."""
        column = self.values.get(name)
        return "" if column is None else next((str(column[i]) for i in rows if column[i]), "")

    def is_numeric(self, name: str, row: int) -> bool:
        """Say whether a spreadsheet held this cell as a number."""
        return any(i in self.sheet.numeric and bool(self.sheet.numeric[i][row]) for i in self.fields.get(name, ()))

    def options(self, row: int, named: Mapping[int, str]) -> dict[str, str]:
        """Return the options a row states; ``named`` gives the axis names that only the first row of a listing has."""
        found: dict[str, str] = {}
        for n in self.numbers:
            value = self.get(f"option_value_{n}", row)
            name = self.get(f"option_name_{n}", row) or named.get(n, "")
            if value and not (normalise_header(name) == "title" and value.casefold() == "default title"):
                found[clean_text(name) or f"Option {n}"] = clean_text(value)
        for name, key in self.names["option"]:
            if value := self.get(key, row):
                found[name] = clean_text(value)
        for name, value in split_option_list(self.get("option_list", row)).items():
            found.setdefault(name, value)
        return found


def split_option_list(text: str) -> dict[str, str]:
    """Read ``Color=Red|Size=M``, ``Color:Red,Size:M`` or ``Color: Red; Size: M``; several values stay ``;``-joined."""
    text = text.strip().strip("[]")
    if not text:
        return {}
    if "|" in text or ("=" in text and text.count("=") == 1):
        found = {}
        for piece in text.split("|"):
            name, sign, value = piece.partition("=" if "=" in piece else ":")
            if sign and name.strip():
                found[clean_text(name)] = clean_text(value)
        return found
    if "=" not in text and ":" in text and ";" not in text:
        pieces = [p.partition(":") for p in text.split(",")]
        return {clean_text(n): clean_text(v) for n, s, v in pieces if s and n.strip()}
    return {n: v for n, v in parse_attributes(text).items() if n}


# --------------------------------------------------------------------------------------------------------------
# Which rows are one listing


def _group_rows(read: RowReader) -> list[list[int]]:
    """Return the rows of each listing, in the order of their first; blank rows are in none."""
    known = read.known
    filled = np.zeros(read.count, dtype=bool)
    for column in read.sheet.columns:
        filled |= np.fromiter((bool(t.strip()) for t in column), dtype=bool, count=read.count)
    groups: list[list[int]] = []
    by_key: dict[object, int] = {}
    parents: dict[str, int] = {}
    keys = _group_keys(read)
    waiting: list[tuple[int, str]] = []
    for row in np.flatnonzero(filled).tolist():
        kind = read.get("kind", row).casefold().split(",")[0].strip()
        child = kind in known.children if known.children else False
        if groups and ((child and known.rows == "follow") or _is_nameless(read, row)):
            groups[-1].append(row)
            continue
        if known.rows == "parents":
            parent = read.get("parent", row)
            if child and parent:
                waiting.append((row, re.sub(r"^id:", "", parent)))
                continue
            for name in {read.get("listing_id", row), read.get("sku_code", row)} - {""}:
                parents.setdefault(name, len(groups))
        key = keys[row]
        if key and key in by_key:
            groups[by_key[key]].append(row)
            continue
        if key:
            by_key[key] = len(groups)
        groups.append([row])
    for row, parent in waiting:
        at = parents.get(parent)
        if at is None:  # the parent is in another file: its children still are one listing
            at = parents[parent] = len(groups)
            groups.append([])
        groups[at].append(row)
    groups.sort(key=lambda rows: rows[0])
    return list(_split_repeats(read, groups)) if known.split_on_repeat else groups


def _group_keys(read: RowReader) -> list[tuple[str, ...] | None]:
    known = read.known
    none: list[tuple[str, ...] | None] = [None] * read.count
    if known.name == GENERIC:
        name = "group" if read.has("group") else "listing_id"
        column = read.values.get(name)
        if column is None or len(set(column.tolist()) - {""}) == int((column != "").sum()):
            return none
        if name == "listing_id" and not _rows_are_skus(read):
            return none
        titles = read.values.get("title")
        # An id that stands twice under two titles is two listings: one of them has a wrong id.
        return [
            (key, read.first("title", [i]) if name == "listing_id" and titles is not None else "") if key else None
            for i, key in enumerate(column.tolist())
        ]
    if known.rows != "variants":
        return none
    places = [i for i, h in enumerate(read.sheet.headers) if normalise_header(h) in map(normalise_header, known.group)]
    if not places:
        return none
    order = [normalise_header(h) for h in known.group]
    places.sort(key=lambda i: order.index(normalise_header(read.sheet.headers[i])))
    found: list[tuple[str, ...] | None] = []
    for row in range(read.count):
        key = tuple(read.sheet.columns[i][row].strip() for i in places)
        if known.fold_case:
            key = tuple(k.casefold() for k in key)
        spoiled = any(
            is_spoiled_id(k, i in read.sheet.numeric and bool(read.sheet.numeric[i][row]))
            for i, k in zip(places, key, strict=True)
        )
        found.append((*key, read.get("title", row) if spoiled else "") if any(key) else None)
    return found


def _is_nameless(read: RowReader, row: int) -> bool:
    """Say whether a row has no title, but states a SKU: then it is one of the listing above it."""
    if read.known.rows != "follow" and read.known.name != GENERIC:
        return False
    if read.get("title", row) or (
        read.known.name == GENERIC and (read.get("listing_id", row) or read.get("group", row))
    ):
        return False
    return bool(
        read.get("sku_code", row) or read.options(row, {}) or any(read.get(key, row) for _, key in read.names["facet"])
    )


def _rows_are_skus(read: RowReader) -> bool:
    return bool(read.numbers or read.names["option"] or read.names["facet"] or read.has("option_list"))


def _split_repeats(read: RowReader, groups: Iterable[list[int]]) -> Iterable[list[int]]:
    """Part rows that only a title joins: options that stand twice, or none at all, belong to another listing."""
    for rows in groups:
        named = _axis_names(read, rows)
        current: list[int] = []
        seen: set[tuple[tuple[str, str], ...]] = set()
        for row in rows:
            options = tuple(sorted(read.options(row, named).items()))
            if current and (not options or options in seen):
                yield current
                current, seen = [], set()
            current.append(row)
            seen.add(options)
        yield current


def _axis_names(read: RowReader, rows: Sequence[int]) -> dict[int, str]:
    return {n: read.first(f"option_name_{n}", rows) for n in read.numbers}


# --------------------------------------------------------------------------------------------------------------
# One listing


def _attributes(read: RowReader, rows: Sequence[int], taken: Iterable[str]) -> dict[str, str]:
    found = parse_attributes(read.first("attributes", rows))
    for name, key in (*read.names["attribute"], *read.names["facet"]):
        value = read.first(key, rows)
        if value:
            found.setdefault(name, clean_text(value))
    axes = {normalise_header(t) for t in taken}
    return {name: value for name, value in found.items() if normalise_header(name) not in axes}


def _is_parent(read: RowReader, row: int, options: Mapping[str, str], others: Sequence[Mapping[str, str]]) -> bool:
    """Say whether a row stands for the listing as a whole, and is no SKU of it."""
    if not others:
        return False
    if read.known.children and read.has("kind") and read.known.rows in ("parents", "follow"):
        return read.get("kind", row).casefold().split(",")[0].strip() not in read.known.children
    if read.has("option_list") and any(";" in value for value in options.values()):
        return True
    return not options and any(others)


def _make_draft(read: RowReader, rows: list[int]) -> Draft:
    known = read.known
    named = _axis_names(read, rows)
    stated = [read.options(row, named) for row in rows]
    parent = _is_parent(read, rows[0], stated[0], stated[1:])
    sku_rows = [
        (row, options)
        for k, (row, options) in enumerate(zip(rows, stated, strict=True))
        if not (parent and k == 0)
        and (options or any(read.get(f, row) for f in ("price", "sku_code", "gtin", "variant_id")))
    ]
    for name, key in read.names["facet"]:
        if len({read.get(key, row) for row, _ in sku_rows}) > 1:
            for row, options in sku_rows:
                if value := read.get(key, row):
                    options.setdefault(name, clean_text(value))
    lists = known.rows == "parents" and (parent or len(rows) == 1)
    own = stated[0] if lists and not (len(rows) == 1 and known.children and _is_child(read, rows[0])) else {}
    if own and not parent:
        sku_rows = [(row, {}) for row, _ in sku_rows]  # attributes of a product without variants are no options

    draft = Draft(int(read.sheet.rows[rows[0]]))
    draft.numeric_id = read.is_numeric("listing_id", rows[0])
    axes = dict.fromkeys(name for _, options in sku_rows for name in options)
    attributes = _attributes(read, rows, axes)
    for name, value in own.items():
        if name not in axes:
            attributes.setdefault(name, value)
    if len(sku_rows) == 1:
        attributes |= {n: v for n, v in sku_rows[0][1].items() if n not in attributes}
    for name in CANONICAL:
        if name not in (*_ROW_FIELDS, "attributes", "images", "skus", "main_image"):
            draft.fields[name] = read.first(name, rows)
    draft.fields["attributes"] = format_attributes(attributes)
    draft.fields["currency"] = read.first("currency", rows)
    main, others = _pictures(read, rows)
    draft.fields["main_image"], draft.fields["images"] = main, others
    if len(sku_rows) > 1 or any(options for _, options in sku_rows):
        draft.skus = [
            {
                "options": format_attributes(options),
                "image": (split_images(read.get("variant_image", row)) or [""])[0],
                **{name: read.get(name, row) for name in _ROW_FIELDS},
            }
            for row, options in sku_rows
        ]
        for sku, (row, _) in zip(draft.skus, sku_rows, strict=True):
            sku["sku_code"] = sku["sku_code"] or read.get("variant_id", row)
            sku["image"] = _place_picture(known, sku["image"])
        if parent:
            draft.fields["sku_code"] = read.get("sku_code", rows[0])
            draft.fields["gtin"] = read.get("gtin", rows[0])
    else:
        for name in _ROW_FIELDS:
            draft.fields[name] = read.first(name, rows)
        _spread_lists(read, rows[0], draft)
    ids = (
        draft.fields["listing_id"],
        read.first("variant_id", rows),
        read.first("group", rows),
        draft.fields.get("sku_code", ""),
        next((sku["sku_code"] for sku in draft.skus if sku["sku_code"]), ""),
    )
    draft.fields["listing_id"] = next((t for t in ids if t), "")
    if known.title_tail:
        draft.fields["title"] = re.sub(known.title_tail, "", draft.fields["title"])
    if known.currency and not draft.fields["currency"]:
        draft.fields["currency"] = known.currency
    _read_trade(read, rows[0], draft)
    return draft


def _is_child(read: RowReader, row: int) -> bool:
    return read.get("kind", row).casefold().split(",")[0].strip() in read.known.children


def _place_picture(known: Format, path: str) -> str:
    if not path or not known.image_folder or "/" in path:
        return path
    return f"{known.image_folder}/{path}"


def _pictures(read: RowReader, rows: Sequence[int]) -> tuple[str, str]:
    found: dict[str, None] = {}
    for name in ("main_image", "images"):
        for row in rows:
            for path in split_images(read.get(name, row)):
                found.setdefault(_place_picture(read.known, path))
    if not found:
        for row in rows:
            for path in split_images(read.get("variant_image", row)):
                found.setdefault(_place_picture(read.known, path))
    for path in re.findall(r"https?://[^\s;|]+", read.first("taobao_pictures", rows)):
        found.setdefault(path)
    paths = list(found)
    return (paths[0] if paths else ""), ";".join(paths[1:])


def _spread_lists(read: RowReader, row: int, draft: Draft) -> None:
    """Make SKUs of option lists in one row (``Red,Blue``), and of Taobao's coded ones."""
    axes = [
        (
            read.get(f"option_name_{n}", row) or f"Option {n}",
            [clean_text(v) for v in read.get(f"option_values_{n}", row).split(",") if v.strip()],
        )
        for n in read.numbers
        if read.get(f"option_values_{n}", row)
    ]
    codes = [c.strip() for c in read.get("sku_codes", row).split(",") if c.strip()]
    if axes:
        count = 1
        for _, values in axes:
            count *= len(values)
        if count <= _MOST_COMBINATIONS:
            combinations = itertools.product(*([(name, v) for v in values] for name, values in axes))
            draft.skus = [
                {"options": format_attributes(dict(options)), "sku_code": codes[k] if len(codes) == count else ""}
                for k, options in enumerate(combinations)
            ]
        else:
            attributes = parse_attributes(draft.fields["attributes"])
            draft.fields["attributes"] = format_attributes(attributes | {n: ", ".join(v) for n, v in axes})
    if codes and not draft.skus:
        draft.fields["sku_code"] = codes[0]
    names = {
        f"{p}:{v}": alias for p, v, alias in re.findall(r"(-?\d+):(-?\d+):([^;:]+)", read.get("taobao_names", row))
    }
    for price, stock, code, chosen in re.findall(
        r"(\d+(?:\.\d+)?):(\d+):([^:;]*):((?:-?\d+:-?\d+;?)+)", read.get("taobao_skus", row)
    ):
        pairs = [p.split(":") for p in chosen.split(";") if ":" in p]
        options = {_TAOBAO_AXES.get(p, p): names.get(f"{p}:{v}", v) for p, v in pairs}
        draft.skus.append(
            {"options": format_attributes(options), "price": price, "stock": stock, "sku_code": clean_text(code)}
        )


_TAOBAO_AXES: Final = {"1627207": "颜色", "20509": "尺码", "20518": "尺码", "20549": "尺码"}


def _read_trade(read: RowReader, row: int, draft: Draft) -> None:
    """Work out the wholesale price of a discount, and drop the lot size of what is not sold by the lot."""
    discount = parse_count(read.get("bulk_discount", row).rstrip("%")) if read.has("bulk_discount") else None
    price = parse_price(draft.fields.get("price", ""))
    if discount and 0 < discount < 100 and price is not None and not draft.fields.get("bulk_price"):
        draft.fields["bulk_price"] = format_number(round(price.amount * (100 - discount) / 100 + 1e-9, 2))
    sold_by = read.get("sold_by", row).casefold()
    if sold_by and not re.search(r"lot|包|打|批|true|1|лот|lote", sold_by):
        draft.fields["lot_size"] = ""


_SPREAD: Final = ("option_list", "sku_codes", "taobao_skus", "taobao_pictures", "bulk_discount", "sold_by")


def _assemble_plain(read: RowReader) -> Assembled:
    """Take rows that are one listing each as they are, column by column."""
    columns = {name: read.values[name] for name in CANONICAL if read.has(name)}
    ids = columns.get("listing_id", make_texts([""] * read.count))
    for name in ("variant_id", "group", "sku_code"):
        if read.has(name):
            ids = np.where(ids == "", read.values[name], ids)
    columns["listing_id"] = ids
    named = [key for _, key in (*read.names["attribute"], *read.names["facet"])]
    if named:
        held = [read.values[key] for key in ("attributes", *named) if read.has(key)]
        texts: dict[tuple[str, ...], str] = {}
        shown = []
        for row, cells in enumerate(zip(*held, strict=True)):
            if cells not in texts:
                texts[cells] = format_attributes(_attributes(read, [row], ()))
            shown.append(texts[cells])
        columns["attributes"] = make_texts(shown)
    numeric = [read.is_numeric("listing_id", row) for row in range(read.count)] if read.sheet.numeric else None
    filled = np.zeros(read.count, dtype=bool)
    for column in read.sheet.columns:
        filled |= np.fromiter((bool(t.strip()) for t in column), dtype=bool, count=read.count)
    return Assembled(
        {name: column[filled] for name, column in columns.items()},
        read.sheet.rows[filled],
        None,
        None if numeric is None else np.array(numeric, dtype=bool)[filled],
    )


def assemble_rows(sheet: Sheet, known: Format, fields: Fields) -> Assembled:
    """Return the listings and SKUs of a sheet, as columns."""
    read = RowReader(sheet, fields, known)
    spread = bool(read.numbers or read.names["option"] or any(read.has(name) for name in _SPREAD))
    plain = known.rows == "listings" and not (spread or known.image_folder or known.title_tail or known.number_rows)
    if known.name == GENERIC:
        plain = plain and not any(_group_keys(read)) and not any(_is_nameless(read, row) for row in range(read.count))
    if plain:
        return _assemble_plain(read)
    return collect_drafts([_make_draft(read, rows) for rows in _group_rows(read)])
