"""Columns of text → :class:`~dupcheck.model.Catalog`, and back to single listings.

The one place where values are read, ids made unique and problems told, whatever file the columns came from.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from dupcheck.catalog.currencies import name_currency, settle_currency
from dupcheck.catalog.tables import Problems, TextArray, make_texts, shorten
from dupcheck.catalog.terms import drop_default, read_stock_word
from dupcheck.catalog.values import (
    MISSING,
    clean_markup,
    clean_text,
    clean_title,
    find_decimal,
    format_attributes,
    is_spoiled_id,
    parse_attributes,
    parse_count,
    parse_price,
    read_literal,
    split_images,
)
from dupcheck.messages import message
from dupcheck.model import (
    NUMBER_COLUMNS,
    TEXT_COLUMNS,
    BoolArray,
    Catalog,
    Columns,
    FloatArray,
    IntArray,
    Problem,
)
from dupcheck.run import BOUNDS

# The canonical columns, in the order they are written. ``price_max`` and ``skus`` carry what one price cannot say.
CANONICAL: Final = (
    "listing_id", "title", "price", "currency", "category", "main_image", "attributes", "shop", "images", "sku_code",
    "gtin", "image_phash", "min_order_quantity", "lot_size", "bulk_price", "stock", "sales", "reviews", "created",
    "url", "description", "price_max", "skus", "other",
)  # fmt: skip
REQUIRED: Final = ("listing_id", "title")
SKU_FIELDS: Final = ("options", "price", "currency", "sku_code", "gtin", "stock", "image", "other")
_PRICES: Final = ("price", "price_max", "bulk_price")
_COUNTS: Final = ("min_order_quantity", "lot_size", "stock", "sales", "reviews")


@dataclass(slots=True)
class SkuColumns:
    """SKUs as columns of text; ``listing`` is a position in the listings they belong to."""

    listing: IntArray
    options: TextArray
    price: TextArray
    currency: TextArray
    sku_code: TextArray
    gtin: TextArray
    stock: TextArray
    image: TextArray
    other: TextArray


def make_sku_columns(listing: Sequence[int], **columns: Sequence[str]) -> SkuColumns:
    """Return SKU columns; those not given are empty."""
    made = {
        name: make_texts(columns[name]) if name in columns else make_texts([""] * len(listing)) for name in SKU_FIELDS
    }
    return SkuColumns(np.array(listing, dtype=np.int64), **made)


# --------------------------------------------------------------------------------------------------------------
# Whole columns of values


def number_texts(texts: TextArray) -> tuple[IntArray, TextArray]:
    """Return the number of each text among the distinct ones, in order of appearance, and the distinct texts."""
    seen: dict[str, int] = {}
    codes = np.fromiter((seen.setdefault(t, len(seen)) for t in texts), dtype=np.int64, count=len(texts))
    return codes, make_texts(list(seen))


def _map_unique(texts: TextArray, convert: Callable[[str], str]) -> TextArray:
    codes, unique = number_texts(texts)
    return make_texts([convert(t) for t in unique])[codes] if len(unique) else texts


def clean_column(texts: TextArray) -> TextArray:
    """Return ``texts`` cleaned (:func:`~dupcheck.catalog.values.clean_text`), fast where there is little to clean."""
    if "".join(texts).isprintable():
        return make_texts([t.strip() for t in texts])
    return make_texts([clean_text(t) for t in texts])


_THOUSANDTHS: Final = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies whose coins are thousandths."""


class PriceColumns(NamedTuple):
    """What a column of prices says. ``bad`` marks texts that are no price."""

    amount: FloatArray
    high: FloatArray
    currency: TextArray
    pieces: FloatArray
    bad: BoolArray
    sign: TextArray


def read_prices(
    texts: TextArray, stated: TextArray | None = None, default: str = "", beside: Iterable[str] = ()
) -> PriceColumns:
    """Read a column of prices; every distinct text once.

    ``stated`` are currencies, ``default`` one for all prices; ``beside`` are other prices of the same hand.
    """
    money = make_texts([c or default for c in stated]) if stated is not None else make_texts([default] * len(texts))
    codes, keys = number_texts(make_texts([f"{c}\x00{t}" for c, t in zip(money, texts, strict=True)]))
    named, unique = zip(*(key.split("\x00", 1) for key in keys), strict=True) if len(keys) else ((), ())
    decimal = find_decimal([*unique, *dict.fromkeys(beside)], not _THOUSANDTHS & set(named))
    read = [None if t.casefold() in MISSING else parse_price(t, decimal, c) for t, c in zip(unique, named, strict=True)]
    nan = math.nan
    amount = np.array([nan if p is None else p.amount for p in read], dtype=np.float64)
    high = np.array([nan if p is None or p.high is None else p.high for p in read], dtype=np.float64)
    pieces = np.array([nan if p is None or p.pieces is None else p.pieces for p in read], dtype=np.float64)
    currency = make_texts(["" if p is None else p.currency for p in read])
    bad = np.array([p is None and t.casefold() not in MISSING for p, t in zip(read, unique, strict=True)], dtype=bool)
    sign = make_texts(["" if p is None else p.sign for p in read])
    return PriceColumns(amount[codes], high[codes], currency[codes], pieces[codes], bad[codes], sign[codes])


def _settle_currencies(stated: TextArray, read: PriceColumns, default: str) -> TextArray:
    """Return each price's currency: its column's, else its own sign's, else what the header or the user says."""
    own = [
        settle_currency(sign, code, default) if default else code
        for sign, code in zip(read.sign, read.currency, strict=True)
    ]
    return np.where(stated == "", make_texts(own), stated)


def _count_entries(text: str) -> float | None:
    """Return how many things a list holds, where a cell has them all in place of their number."""
    held = read_literal(text)
    return float(len(held)) if isinstance(held, list) else None


def read_counts(texts: TextArray, words: bool = False) -> tuple[FloatArray, BoolArray]:
    """Read a column of counts: the numbers, NaN where missing or unreadable, and which texts are no number.

    With ``words`` it is stock, which may also be said in a word: sold out is 0, in stock is NaN.
    """
    codes, unique = number_texts(texts)
    read = [None if t.casefold() in MISSING else parse_count(t) if t[:1] != "[" else _count_entries(t) for t in unique]
    if words:
        read = [read_stock_word(t) if n is None else n for n, t in zip(read, unique, strict=True)]
    numbers = np.array([math.nan if n is None else n for n in read], dtype=np.float64)
    bad = np.array([n is None and t.casefold() not in MISSING for n, t in zip(read, unique, strict=True)], dtype=bool)
    return numbers[codes], bad[codes]


_SIDE = r"[^=;\n]*[^=;\n\s]"
_SIMPLE = re.compile(rf"(?![{{\[])(?=\S){_SIDE}=(?=\S){_SIDE}(?:; (?=\S){_SIDE}=(?=\S){_SIDE})*")


def canonical_attributes(text: str) -> str:
    """Return attributes in canonical text, whatever form they came in; what is beyond its bound is cut."""
    held = parse_attributes(text)
    if len(held) > BOUNDS.attributes or _is_long(held):
        rows = list(held.items())[: BOUNDS.attributes]
        held = {n[: BOUNDS.attribute]: v[: BOUNDS.attribute] for n, v in rows}
    return format_attributes(held)


def _is_long(held: Mapping[str, str]) -> bool:
    return any(len(n) > BOUNDS.attribute or len(v) > BOUNDS.attribute for n, v in held.items())


def _clean_attributes(texts: TextArray, ids: TextArray, rows: IntArray, told: Problems) -> TextArray:
    """Return a column of attributes in canonical text; many listings share theirs, so each text is read once."""
    codes, unique = number_texts(texts)
    made = []
    for text in unique:
        simple = not text or (len(text) <= BOUNDS.attribute and _SIMPLE.fullmatch(text) is not None)
        made.append(text if simple else canonical_attributes(text))
    for i in np.flatnonzero(np.fromiter((len(t) > BOUNDS.attribute for t in texts), dtype=bool, count=len(texts))):
        held = parse_attributes(texts[i])
        if len(held) > BOUNDS.attributes:
            told.add(int(rows[i]), ids[i], "attributes", "warning",
                     message("catalog.attributes_many", count=len(held), most=BOUNDS.attributes))  # fmt: skip
        if _is_long(held):
            longest = max(max(len(n), len(v)) for n, v in held.items())
            told.add(int(rows[i]), ids[i], "attributes", "warning",
                     message("catalog.text_cut", field="attributes", came=longest, most=BOUNDS.attribute))  # fmt: skip
    return make_texts(made)[codes] if made else texts


def clean_phash(text: str) -> str:
    """Return a 64-bit picture hash as 16 lower-case hex digits; "" if it is not one."""
    text = text.strip().lower().removeprefix("0x")
    return text if re.fullmatch(r"[0-9a-f]{16}", text) else ""


# --------------------------------------------------------------------------------------------------------------
# Ids


def name_twins(ids: TextArray, shops: TextArray) -> dict[int, str]:
    """Return new names for ids that are taken: position → name. The first of them keeps its id.

    A twin from another shop is called after it (``A-1 (shop)``), else counted (``A-1 (2)``).
    """
    codes, unique = number_texts(ids)
    if len(unique) == len(ids):
        return {}
    duplicated = np.ones(len(ids), dtype=bool)
    duplicated[np.unique(codes, return_index=True)[1]] = False
    taken = set(ids)
    owner: dict[str, str] = {}
    for listing_id, shop in zip(ids, shops, strict=True):
        owner.setdefault(listing_id, shop)
    counts: dict[str, int] = {}
    renamed: dict[int, str] = {}
    for i in np.flatnonzero(duplicated).tolist():
        listing_id, shop = ids[i], shops[i]
        name = f"{listing_id} ({shop})"
        if not shop or shop == owner[listing_id] or name in taken:
            count = counts.get(listing_id, 1)
            while (name := f"{listing_id} ({count + 1})") in taken:
                count += 1
            counts[listing_id] = count + 1
        taken.add(name)
        renamed[i] = name
    return renamed


def _say_empty(problems: Problems, name: str, count: int) -> bool:
    """One line for a column nobody filled, in place of one a listing."""
    if count > 1:
        problems.add(None, "", name, "info", message("catalog.column_empty", field=name))
        return True
    return False


def build_catalog(
    columns: Mapping[str, TextArray],
    rows: IntArray,
    *,
    skus: SkuColumns | None = None,
    problems: Iterable[Problem] = (),
    numeric_ids: BoolArray | None = None,
    image_root: Path | None = None,
    sources: Sequence[str] = (),
    mapping: Mapping[str, str] | None = None,
    currency: str = "",
) -> Catalog:
    """Make a catalogue of columns of text, named as in ``CANONICAL``; a column not given is empty.

    ``rows`` are the rows of the file; ``numeric_ids`` says which ids came from cells that held numbers. ``currency``
    is that of prices that name none. Every row becomes a listing but those with neither id nor title, which are told
    in the problems with what they hold. What is longer than its bound is cut, and that is told.
    """
    told = Problems(problems)
    count = len(rows)
    empty = make_texts([""] * count)
    texts = _cut_long({name: columns.get(name, empty) for name in CANONICAL}, rows, told)
    ids = clean_column(texts["listing_id"])
    titles = make_texts([drop_default(clean_title(t)) for t in texts["title"]])

    nothing = (ids == "") & (titles == "")
    if nothing.any():
        for i in np.flatnonzero(nothing):
            rest = " | ".join(str(c[i]).strip() for c in columns.values() if str(c[i]).strip())
            if rest:
                told.add(int(rows[i]), "", "listing_id", "error", message("catalog.row_skipped", text=shorten(rest)))
        keep = ~nothing
        if skus is not None:
            moved = np.cumsum(keep) - 1
            kept = keep[skus.listing]
            skus = SkuColumns(
                moved[skus.listing[kept]], skus.options[kept], skus.price[kept], skus.currency[kept],
                skus.sku_code[kept], skus.gtin[kept], skus.stock[kept], skus.image[kept], skus.other[kept],
            )  # fmt: skip
        texts = {name: column[keep] for name, column in texts.items()}
        ids, titles, rows, count = ids[keep], titles[keep], rows[keep], int(keep.sum())
        numeric_ids = None if numeric_ids is None else numeric_ids[keep]

    out: dict[str, TextArray] = {}
    numbers: dict[str, FloatArray] = {}
    out["title"] = titles
    out["shop"] = clean_column(texts["shop"])
    out["listing_id"] = ids = _name_listings(ids, out["shop"], rows, numeric_ids, told)

    for i in np.flatnonzero(titles == ""):
        told.add(int(rows[i]), ids[i], "title", "warning", message("catalog.title_missing"))

    for name in ("currency", "category", "sku_code", "gtin", "created", "url"):
        out[name] = clean_column(texts[name])
    out["category"] = _map_unique(out["category"], _name_category)
    out["currency"] = _map_unique(out["currency"], _name_currency)
    out["other"] = make_texts([_clean_other(t) if t else "" for t in texts["other"]])
    out["description"] = make_texts([clean_markup(t) if t else "" for t in texts["description"]])
    out["attributes"] = _clean_attributes(clean_column(texts["attributes"]), ids, rows, told)
    _read_pictures(out, texts, ids, rows, told)
    _read_numbers(out, numbers, texts, ids, rows, skus, told, currency)

    _drop_spoiled(out, ids, rows, told)
    sku_table = _read_skus(out, numbers, texts, skus, ids, rows, told, currency)
    _tell_codes(out, sku_table, ids, rows, told)
    table = {
        **{name: out[name] for name in TEXT_COLUMNS},
        **{name: numbers[name] for name in NUMBER_COLUMNS},
        "row": rows.astype(np.int64),
    }
    order = sorted(range(len(told.found)), key=lambda i: (told.found[i].row is not None, told.found[i].row or 0))
    return Catalog(
        table, sku_table, tuple(told.found[i] for i in order), image_root, tuple(sources), dict(mapping or {})
    )


_MOST_TOLD: Final = 200
"""Lines about codes and SKUs that contradict each other; a file of them says it once and again."""


def _drop_spoiled(out: dict[str, TextArray], ids: TextArray, rows: IntArray, told: Problems) -> None:
    """Take for no code what a spreadsheet made of one: many become one ``8.80609E+12``. It is kept as it was read."""
    for name in ("gtin", "sku_code"):
        places = [i for i, t in enumerate(out[name]) if "+" in t and is_spoiled_id(t)]
        if not places:
            continue
        codes, others = out[name].copy(), out["other"].copy()
        for i in places:
            told.add(int(rows[i]), ids[i], name, "warning", message("catalog.code_spoiled", code=codes[i]))
            held = json.loads(others[i]) if others[i] else {}
            others[i] = json.dumps({**held, name: codes[i]}, ensure_ascii=False)
            codes[i] = ""
        out[name], out["other"] = codes, others


def _tell_codes(out: Mapping[str, TextArray], skus: Columns, ids: TextArray, rows: IntArray, told: Problems) -> None:
    """Tell barcodes that stand on different listings, and SKUs of one listing that state the same options."""
    held: dict[str, dict[int, None]] = {}
    pairs = [*enumerate(out["gtin"]), *zip(skus["listing"].tolist(), skus["gtin"], strict=True)]
    for i, code in pairs:
        if len(code) >= 8 and code.isdigit():
            held.setdefault(code, {})[i] = None
    count = 0
    for code, places in held.items():
        if len(places) < 2 or len({out["title"][i].casefold() for i in places}) < 2:
            continue
        count += 1
        if count <= _MOST_TOLD:
            names = shorten(", ".join(ids[i] for i in list(places)[:10]))
            told.add(int(rows[list(places)[1]]), ids[list(places)[1]], "gtin", "info",
                     message("catalog.codes_shared", code=code, count=len(places), ids=names))  # fmt: skip
    seen: dict[tuple[int, str], None] = {}
    twice: dict[int, str] = {}
    for i, options in zip(skus["listing"].tolist(), skus["options"], strict=True):
        if (i, options) in seen:
            twice.setdefault(i, options)
        seen[i, options] = None
    for i, options in list(twice.items())[:_MOST_TOLD]:
        told.add(int(rows[i]), ids[i], "skus", "warning",
                 message("catalog.skus_alike", options=shorten(options) or "-"))  # fmt: skip


def _name_currency(text: str) -> str:
    return name_currency(text) or (text.upper() if len(text) == 3 else text)


def _name_category(text: str) -> str:
    """Return the names in a list of categories that came as objects."""
    if not text.startswith(("[", "{")):
        return text
    held = read_literal(text)
    entries = held if isinstance(held, list) else [held]
    names = [str(e.get("name") or e.get("title") or "") if isinstance(e, dict) else str(e) for e in entries]
    return ", ".join(n for n in names if n) or text


def _clean_other(text: str) -> str:
    """Return the columns that are no field as one JSON object, control characters taken out."""
    held = read_literal(text)
    if not isinstance(held, dict):
        return json.dumps({"": clean_text(text)}, ensure_ascii=False) if clean_text(text) else ""
    cleaned = {clean_text(str(n)): clean_text(v if isinstance(v, str) else json.dumps(v)) for n, v in held.items()}
    return json.dumps(cleaned, ensure_ascii=False) if cleaned else ""


_BOUNDED: Final = {"title": BOUNDS.title, "description": BOUNDS.text, "attributes": BOUNDS.text, "images": BOUNDS.text}


def _cut_long(texts: dict[str, TextArray], rows: IntArray, told: Problems) -> dict[str, TextArray]:
    """Cut what is longer than any marketplace takes, and tell it; what holds documents is left whole."""
    for name, column in texts.items():
        most = _BOUNDED.get(name, BOUNDS.field)
        if name in ("skus", "other"):
            continue
        long = [i for i, t in enumerate(column) if len(t) > most]
        if not long:
            continue
        cut = column.copy()
        for i in long:
            told.add(int(rows[i]), str(texts["listing_id"][i])[:200], name, "warning",
                     message("catalog.text_cut", field=name, came=len(column[i]), most=most))  # fmt: skip
            cut[i] = column[i][:most]
        texts[name] = cut
    return texts


def _name_listings(
    ids: TextArray, shops: TextArray, rows: IntArray, numeric: BoolArray | None, told: Problems
) -> TextArray:
    ids = ids.copy()
    missing = np.flatnonzero(ids == "").tolist()
    for i in missing:
        ids[i] = f"row-{rows[i]}"
    twins = name_twins(ids, shops)
    for i in missing:
        told.add(int(rows[i]), twins.get(i, ids[i]), "listing_id", "warning",
                 message("catalog.id_missing", listing_id=twins.get(i, ids[i])))  # fmt: skip
    suspects = [
        i
        for i, t in enumerate(ids)
        if (t[0].isdigit() and ("E" in t or "e" in t) and is_spoiled_id(t))
        or (numeric is not None and numeric[i] and is_spoiled_id(t, numeric=True))
    ]
    if not suspects and len(ids) >= 5:
        long = [t for t in ids if len(t) >= 16 and t.isdigit()]
        if len(long) >= 5 and all(t.endswith("0") for t in long):  # text now, but a spreadsheet has been at it
            suspects = [i for i, t in enumerate(ids) if len(t) >= 16 and t.isdigit()]
    for i in suspects:
        told.add(int(rows[i]), twins.get(i, ids[i]), "listing_id", "warning",
                 message("catalog.id_spoiled", listing_id=ids[i]))  # fmt: skip
    for i, name in twins.items():
        if ids[i] != f"row-{rows[i]}":
            told.add(int(rows[i]), name, "listing_id", "warning",
                     message("catalog.id_twice", listing_id=ids[i], renamed=name))  # fmt: skip
    for i, name in twins.items():
        ids[i] = name
    return ids


def _read_pictures(
    out: dict[str, TextArray], texts: Mapping[str, TextArray], ids: TextArray, rows: IntArray, told: Problems
) -> None:
    first: list[str] = []
    others: list[str] = []
    for main, more in zip(clean_column(texts["main_image"]), texts["images"], strict=True):
        if not more and ("/" not in main or not any(c in main for c in ";,| \n\\")) and "\\" not in main:
            first.append(main)
            others.append("")
            continue
        found = split_images(main) if main else []
        found += [p for p in split_images(more) if p not in found] if more else []
        first.append(found[0] if found else "")
        others.append(";".join(found[1 : BOUNDS.photos]))
    out["main_image"], out["images"] = make_texts(first), make_texts(others)
    hashes = clean_column(texts["image_phash"])
    cleaned = make_texts([clean_phash(t) if t else "" for t in hashes])
    for i in np.flatnonzero((cleaned == "") & (hashes != "")):
        if hashes[i].casefold() not in MISSING:
            told.add(int(rows[i]), ids[i], "image_phash", "warning",
                     message("catalog.phash_unreadable", text=shorten(hashes[i])))  # fmt: skip
    out["image_phash"] = cleaned


def _read_numbers(
    out: dict[str, TextArray],
    numbers: dict[str, FloatArray],
    texts: Mapping[str, TextArray],
    ids: TextArray,
    rows: IntArray,
    skus: SkuColumns | None,
    told: Problems,
    default: str,
) -> None:
    for name in _COUNTS:
        column = clean_column(texts[name])
        numbers[name], bad = read_counts(column, words=name == "stock")
        if name != "stock":  # stock goes below 0 where more was sold than held
            bad = bad | (numbers[name] < 0)
            numbers[name] = np.where(bad, np.nan, numbers[name])
        for i in np.flatnonzero(bad):
            told.add(int(rows[i]), ids[i], name, "warning",
                     message("catalog.number_unreadable", text=shorten(column[i])))  # fmt: skip
    has_skus = np.zeros(len(rows), dtype=bool)
    if skus is not None:
        has_skus[skus.listing] = True
    has_skus |= texts["skus"] != ""
    ranges = np.full(len(rows), np.nan)
    for name in _PRICES:
        column = clean_column(texts[name])
        read = read_prices(column, out["currency"], default, () if skus is None else skus.price.tolist())
        numbers[name] = read.amount
        if name == "price":
            ranges = read.high
            found = _settle_currencies(out["currency"], read, default)
            out["currency"] = np.where(np.isnan(read.amount), out["currency"], found)
            missing = np.isnan(read.amount) & ~read.bad & ~has_skus
            if not (missing.all() and _say_empty(told, "price", int(missing.sum()))):
                for i in np.flatnonzero(missing):
                    told.add(int(rows[i]), ids[i], "price", "info", message("catalog.price_missing"))
            lot = numbers["lot_size"]
            numbers["lot_size"] = np.where(np.isnan(lot), read.pieces, lot)
        elif name == "price_max":
            high = np.fmax(read.amount, read.high)
            numbers["price_max"] = np.where(np.isnan(high), ranges, high)
        for i in np.flatnonzero(read.bad):
            _tell_price(told, int(rows[i]), ids[i], name, column[i])


def _tell_price(told: Problems, row: int, listing_id: str, name: str, text: str) -> None:
    if re.fullmatch(r"[^\d-]*0+(?:[.,]0+)?\D*", text):
        told.add(row, listing_id, name, "info", message("catalog.price_zero"))
    else:
        told.add(row, listing_id, name, "warning", message("catalog.price_unreadable", text=shorten(text)))


# --------------------------------------------------------------------------------------------------------------
# SKUs


def _parse_skus(text: str) -> list[dict[str, str]] | None:
    document = read_literal(text)
    if not isinstance(document, list) or not all(isinstance(sku, dict) for sku in document):
        return None
    parsed = []
    for sku in document:
        options = sku.get("options", {})
        if not isinstance(options, dict):
            return None
        row = {
            "options": format_attributes(parse_attributes(json.dumps(options))),
        }
        other = sku.get("other")
        row["other"] = json.dumps(other, ensure_ascii=False) if isinstance(other, dict) and other else ""
        for name in SKU_FIELDS[1:-1]:
            value = sku.get(name)
            row[name] = "" if value is None else clean_text(value if isinstance(value, str) else format_number(value))
        parsed.append(row)
    return parsed


def format_number(value: object) -> str:
    """Write a number as text: the shortest that reads back the same, whole numbers without ``.0``; NaN as ""."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return "" if value is None else str(value)
    number = float(value)
    if not math.isfinite(number):
        return ""
    if number.is_integer() and abs(number) < 1e16:
        return str(int(number))
    return np.format_float_positional(number, trim="-")


def _read_skus(
    out: dict[str, TextArray],
    numbers: dict[str, FloatArray],
    texts: Mapping[str, TextArray],
    skus: SkuColumns | None,
    ids: TextArray,
    rows: IntArray,
    told: Problems,
    default: str,
) -> Columns:
    cells = texts["skus"]
    if skus is None:
        held: list[tuple[int, dict[str, str]]] = []
        for i in np.flatnonzero(cells != "").tolist():
            if not cells[i].strip():
                continue
            parsed = _parse_skus(cells[i])
            if parsed is None:
                told.add(int(rows[i]), ids[i], "skus", "warning",
                         message("catalog.skus_unreadable", text=shorten(cells[i])))  # fmt: skip
            else:
                held += [(int(i), sku) for sku in parsed]
        skus = make_sku_columns(
            [i for i, _ in held],
            **{name: [sku[name] for _, sku in held] for name in SKU_FIELDS},
        )
    order = np.argsort(skus.listing, kind="stable")
    listing = skus.listing[order]
    stock, bad_stock = read_counts(clean_column(skus.stock[order]), words=True)
    currency = _map_unique(clean_column(skus.currency[order]), _name_currency)
    beside = np.where(currency == "", out["currency"][listing], currency) if len(listing) else currency
    prices = read_prices(clean_column(skus.price[order]), beside, default, texts["price"].tolist())
    currency = _settle_currencies(currency, prices, default)
    for k in np.flatnonzero(prices.bad).tolist():
        i = int(listing[k])
        _tell_price(told, int(rows[i]), ids[i], "price", skus.price[order][k])
    for k in np.flatnonzero(bad_stock).tolist():
        i = int(listing[k])
        told.add(int(rows[i]), ids[i], "stock", "warning",
                 message("catalog.number_unreadable", text=shorten(skus.stock[order][k])))  # fmt: skip
    images = make_texts([(split_images(t) or [""])[0] if t else "" for t in clean_column(skus.image[order])])
    _spread_sku_prices(out, numbers, listing, prices.amount, currency, ids, rows, told)
    if len(listing):
        currency = np.where(currency == "", out["currency"][listing], currency)
    return {
        "listing": listing,
        "options": make_texts([canonical_attributes(t) if t else "" for t in skus.options[order]]),
        "currency": currency,
        "sku_code": clean_column(skus.sku_code[order]),
        "gtin": clean_column(skus.gtin[order]),
        "image": images,
        "other": make_texts([_clean_other(t) if t else "" for t in skus.other[order]]),
        "price": prices.amount,
        "stock": stock,
    }


def _spread_sku_prices(
    out: dict[str, TextArray],
    numbers: dict[str, FloatArray],
    listing: IntArray,
    amount: FloatArray,
    currency: TextArray,
    ids: TextArray,
    rows: IntArray,
    told: Problems,
) -> None:
    """Give a listing that states no price of its own the range of its SKUs' prices, and their one currency."""
    if not len(listing):
        return
    own = numbers["price"]
    low = np.full(len(own), np.inf)
    high = np.full(len(own), -np.inf)
    known = ~np.isnan(amount)
    np.minimum.at(low, listing[known], amount[known])
    np.maximum.at(high, listing[known], amount[known])
    fill = np.isnan(own) & np.isfinite(low)
    numbers["price"] = np.where(fill, low, own)
    own_high = numbers["price_max"]
    at_low = fill | (numbers["price"] == low)
    numbers["price_max"] = np.where(at_low & np.isnan(own_high) & (high > low), high, own_high)
    blank = np.flatnonzero(out["currency"] == "")
    if len(blank):
        names = out["currency"].copy()
        first: dict[int, str] = {}
        for i, c in zip(listing.tolist(), currency, strict=True):
            if c:
                first.setdefault(i, c)
        for i in blank:
            names[i] = first.get(int(i), "")
        out["currency"] = names
    has_skus = np.zeros(len(own), dtype=bool)
    has_skus[listing] = True
    for i in np.flatnonzero(has_skus & np.isnan(numbers["price"])):
        told.add(int(rows[i]), ids[i], "price", "info", message("catalog.price_missing"))
