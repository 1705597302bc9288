"""Rows → listings with their SKUs.

A row of an export is a listing, a SKU of one, or a picture of one; :mod:`dupcheck.catalog.formats` says which.
"""

import itertools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from dupcheck.catalog.assembly import CANONICAL, SKU_FIELDS, SkuColumns, format_number, make_sku_columns
from dupcheck.catalog.choices import split_priced, split_told, split_values
from dupcheck.catalog.contents import share_titles
from dupcheck.catalog.formats import CANONICAL_NAME, GENERIC, Fields, Format, normalise_header
from dupcheck.catalog.tables import Problems, Sheet, TextArray, make_texts, shorten
from dupcheck.catalog.terms import is_only_variant, is_prompt
from dupcheck.catalog.values import (
    clean_text,
    format_attributes,
    is_spoiled_id,
    parse_attributes,
    parse_count,
    parse_price,
    read_literal,
    split_images,
)
from dupcheck.files.numbers import parse_number
from dupcheck.messages import Message, message
from dupcheck.model import BoolArray, IntArray, Problem
from dupcheck.run import BOUNDS

_ROW_FIELDS: Final = ("price", "sku_code", "gtin", "stock", "currency")
_CODES: Final = ("sku_code", "gtin", "variant_id")
_MOST_COMBINATIONS: Final = 2000


@dataclass(slots=True)
class Draft:
    """A listing as text: canonical columns, and one dict a SKU.

    ``row`` is the row it begins in, ``rows`` are the other rows that it is made of, ``sold`` those among them that are
    SKUs, and ``again`` those that say nothing new, with what they hold. ``records`` are the records of its sheet that
    it was made of, and those of its SKUs; ``held`` the object it was, ``shape`` of which kind.
    """

    row: int
    fields: dict[str, str] = field(default_factory=dict)
    skus: list[dict[str, str]] = field(default_factory=list)
    numeric_id: bool = False
    rows: list[int] = field(default_factory=list)
    again: list[tuple[int, str]] = field(default_factory=list)
    sold: list[int] = field(default_factory=list)
    lost: list[Message] = field(default_factory=list)
    records: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    held: Mapping[str, object] | None = None
    shape: str = ""

    def settle(self) -> None:
        """Where the only SKU has no options, it is the listing itself."""
        if len(self.skus) != 1 or self.skus[0].get("options"):
            return
        (sku,) = self.skus
        for name in ("price", "currency", "sku_code", "gtin", "stock"):
            self.fields[name] = self.fields.get(name) or sku.get(name, "")
        if not self.fields.get("main_image") and not self.fields.get("images"):
            self.fields["images"] = sku.get("image", "")
        own = read_other(self.fields.get("other", ""))
        for name, text in read_other(sku.get("other", "")).items():
            own[f"variant {name}" if own.get(name, text) != text else name] = text
        self.fields["other"] = _write_other(own)
        self.skus = []

    def assign(self, name: str, header: str) -> bool:
        """Let a field hold what the user says it does, of what was read into none; False where it is not there."""
        found = False
        for holder in (self.fields, *self.skus):
            other = read_other(holder.get("other", ""))
            if header in other:
                found, value = True, other.pop(header)
                holder["other"] = _write_other(other)
                self.put(name, value, holder)
        return found

    def put(self, name: str, value: str, holder: dict[str, str]) -> None:
        """Write a value into a field of the listing or of one of its SKUs: ``holder``."""
        kind, _, label = name.partition(":")
        if not label:
            holder[name] = value
            return
        place, at = (
            ("options", holder) if kind == "option" and holder is not self.fields else ("attributes", self.fields)
        )
        at[place] = format_attributes({**parse_attributes(at.get(place, "")), label: value})

    def list_unread(self) -> list[str]:
        """Return the names of what was read into no field, of the listing and of its SKUs."""
        texts = (self.fields.get("other", ""), *(sku.get("other", "") for sku in self.skus))
        return list(dict.fromkeys(name for text in texts for name in read_other(text)))


class Assembled(NamedTuple):
    """Columns of text for :func:`~dupcheck.catalog.assembly.build_catalog`.

    ``joined`` are the rows that became a part of a listing begun in an earlier row, ``sold`` those of them that are
    SKUs; ``problems`` what was found on the way. ``groups`` tells by row which records a listing and its SKUs are.
    """

    columns: dict[str, TextArray]
    rows: IntArray
    skus: SkuColumns | None
    numeric_ids: BoolArray | None
    joined: tuple[int, ...] = ()
    sold: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()
    groups: Mapping[int, tuple[tuple[int, ...], tuple[int, ...]]] | None = None


def collect_drafts(drafts: Sequence[Draft]) -> Assembled:
    """Turn drafts into columns."""
    told = Problems()
    for draft in drafts:
        name = draft.fields.get("listing_id", "")
        for row, text in draft.again:
            told.add(row, name, "", "info", message("catalog.row_again", listing_id=name, text=shorten(text)))
        for text_of_loss in draft.lost:
            told.add(draft.row, name, "", "warning", text_of_loss)
        if len(draft.skus) > BOUNDS.skus:
            count = len(draft.skus)
            told.add(draft.row, name, "skus", "warning", message("catalog.skus_many", count=count, most=BOUNDS.skus))
            del draft.skus[BOUNDS.skus :]
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
        tuple(row for d in drafts for row in d.rows),
        tuple(row for d in drafts for row in d.sold),
        tuple(told.found),
        {d.row: d.records for d in drafts},
    )


# --------------------------------------------------------------------------------------------------------------
# Values of one row


class RowReader:
    """The fields of a sheet, row by row."""

    def __init__(self, sheet: Sheet, fields: Fields, known: Format) -> None:
        self.sheet, self.fields, self.known = sheet, fields, known
        self.count = len(sheet.rows)
        self._grouped: bool | None = None
        self.values: dict[str, TextArray] = {}
        self.nested = _find_nested(sheet.headers)
        used = {i for places in fields.values() for i in places}
        self.unread = [(" ".join(h.split()), i) for i, h in enumerate(sheet.headers) if h and i not in used]
        for name, places in fields.items():
            if name in ("images", "attributes"):
                columns = zip(*(sheet.columns[i] for i in places), strict=True)
                self.values[name] = make_texts(["\n".join(p for p in cells if p.strip()) for cells in columns])
            else:
                self.values[name] = self._first_filled(places)
            if name in ("price", "bulk_price", "stock"):
                self.values[name] = make_texts([_join_lines(t, name) for t in self.values[name]])
            if name in _CODED:
                self.values[name] = make_texts([_APOSTROPHE.sub("", t) for t in self.values[name]])
        parts = sorted((name for name in fields if name.startswith("title_part_")), key=lambda n: int(n[11:]))
        if parts:
            whole = make_texts([_join_parts(cells) for cells in zip(*(self.values[p] for p in parts), strict=True)])
            own = self.values.get("title")
            self.values["title"] = whole if own is None else np.where(own == "", whole, own)
        self.pairs = sorted(int(name[16:]) for name in fields if re.fullmatch(r"attribute_value_\d+", name))
        self.names = {
            kind: [(name.partition(":")[2], name) for name in fields if name.startswith(f"{kind}:")]
            for kind in ("option", "facet", "attribute", "choices")
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

    def heads(self, name: str) -> list[str]:
        """Return the headers of the columns that hold a field, as the file has them."""
        return [self.sheet.headers[i] for i in self.fields.get(name, ())]

    def is_numeric(self, name: str, row: int) -> bool:
        """Say whether a spreadsheet held this cell as a number."""
        return any(i in self.sheet.numeric and bool(self.sheet.numeric[i][row]) for i in self.fields.get(name, ()))

    def options(self, row: int, named: Mapping[int, str]) -> dict[str, str]:
        """Return the options a row states; ``named`` gives the axis names that only the first row of a listing has."""
        found: dict[str, str] = {}
        for n in self.numbers:
            value = self.get(f"option_value_{n}", row)
            name = self.get(f"option_name_{n}", row) or named.get(n, "")
            if value and not is_only_variant(name, value):
                found |= _split_choice(clean_text(name) or f"Option {n}", clean_text(value.replace("\\,", ",")))
        for name, key in self.names["option"]:
            value = _cut_title(self.get(key, row), self.get("title", row))
            pairs = split_option_list(value) if re.search(r"\w\s*[:=]\s*\w", value) else {}
            if pairs:
                found |= pairs  # "Size: 35||Colour: Black" under any header
            elif value and not is_only_variant("", value):
                found[name] = clean_text(value)
        listed = self.get("option_list", row)
        if listed and self.fields["option_list"] == self.fields.get("title") and not self.is_child(row):
            listed = ""  # what can be chosen stands where a product has its title
        pairs = split_option_list(listed)
        for name, value in pairs.items():
            found.setdefault(name, value)
        if listed and not pairs and not is_only_variant("", listed):
            found.setdefault("Variant", clean_text(listed))
        return found

    def is_grouped(self) -> bool:
        """Say whether the column that groups rows does: a column called "parent" may hold a category."""
        if self._grouped is None:
            column = self.values.get("group")
            self._grouped = column is not None and _is_plausible(self, column)
        return self._grouped

    def is_child(self, row: int) -> bool:
        """Say whether a row says of itself that it is an SKU's."""
        return self.get("kind", row).casefold().split(",")[0].strip() in self.known.children

    def continues(self, row: int) -> bool:
        """Say whether a row only goes on with a list of the row above: "lines/name" and "lines/values" are filled."""
        if not self.nested or self.get("title", row) or self.get("listing_id", row):
            return False
        filled = [i for i, column in enumerate(self.sheet.columns) if column[row].strip()]
        return bool(filled) and self.nested.issuperset(filled)

    def other(self, row: int) -> dict[str, str]:
        """Return what a row holds in columns that are no field: the row as the seller had it."""
        found = {header: text for header, i in self.unread if (text := self.sheet.columns[i][row].strip())}
        told = self.get("other", row)
        if told:
            held = read_literal(told)
            found |= {str(n): str(v) for n, v in held.items()} if isinstance(held, dict) else {"": told}
        return found

    def show(self, row: int) -> str:
        """Return a row's cells in one line."""
        return " | ".join(t for c in self.sheet.columns if (t := c[row].strip()))


def _find_nested(headers: Sequence[str]) -> frozenset[int]:
    """Return the columns of lists within a row: headers with a slash, of which some begin alike before it."""
    heads = {i: h.partition("/")[0].strip() for i, h in enumerate(headers) if re.search(r"\w/\w", h)}
    return frozenset(heads) if len(set(heads.values())) < len(heads) else frozenset()


def _cut_title(value: str, title: str) -> str:
    """Return a choice without the title that an SKU's name begins with: of "Linen shirt - M" the M."""
    rest = value[len(title) :] if title and value.casefold().startswith(title.casefold()) else value
    return rest if rest is value or not rest else rest.strip(" -–—,/|:()")


def _split_choice(name: str, value: str) -> dict[str, str]:
    """Part names and values that stand in one cell each: "colour,size" and "Red,S"."""
    names, values = ([t.strip() for t in re.split(r"[,|;]", text)] for text in (name, value))
    if len(names) == len(values) > 1 and all(names) and all(values):
        return dict(zip(names, values, strict=True))
    return {name: value}


# What a spreadsheet's sign for text may stand before: codes and numbers, but no title such as '90s.
_CODED: Final = ("listing_id", "group", "parent", "variant_id", "sku_code", "gtin", "price", "stock", "bulk_price")
_APOSTROPHE: Final = re.compile(r"^'(?=[^\s'])(?!.*')")


def _join_lines(text: str, name: str) -> str:
    """Make one number of a cell with one a line: the sum of several stores' stock, the first of several prices."""
    if "\n" not in text:
        return text
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    counts = [parse_count(line) for line in lines]
    if name == "stock" and all(c is not None for c in counts):
        return format_number(sum(c for c in counts if c is not None))
    return next((line for line in lines if parse_price(line) is not None), lines[0] if lines else "")


def _join_parts(cells: Sequence[str]) -> str:
    """Put the parts of a title together; one that a later part begins with is said once."""
    found: list[str] = []
    for cell in cells:
        while found and cell.casefold().startswith(found[-1].casefold()):
            found.pop()
        if cell:
            found.append(cell)
    return " ".join(found)


_MARKED: Final = re.compile(r"\[[A-Z]{1,3}\](?=[^,=]+=)|Type=[^|]*\|Name=")


def _split_marked(text: str) -> dict[str, str]:
    """Read options with how they are shown: ``[CS]Color=Red:#f00,[RT]Size=L``, ``Type=Swatch|Name=Color|Value=Red``."""
    found: dict[str, str] = {}
    if text.startswith("["):
        for piece in re.split(r",(?=\[[A-Z]{1,3}\])", text):
            name, _, value = re.sub(r"^\[[A-Z]{1,3}\]", "", piece).partition("=")
            found[clean_text(name)] = clean_text(_COLOUR.sub("", value))
        return found
    for piece in re.split(r"(?=Type=)", text):
        pairs = [p.partition("=") for p in piece.split("|")]
        name = next((clean_text(v) for n, _, v in pairs if n == "Name"), "")
        values = [clean_text(_COLOUR.sub("", v)) for n, _, v in pairs if n == "Value"]
        if name and values:
            found[name] = "; ".join(values)
    return found


_COLOUR: Final = re.compile(r"(?::#[0-9A-Fa-f]{3,8}(?:\|#[0-9A-Fa-f]{3,8})*|\[[^\]]*\])\s*$")


def split_option_list(text: str) -> dict[str, str]:
    """Read ``Color=Red|Size=M``, ``Color:Red,Size:M`` or ``Color: Red; Size: M``; several values stay ``;``-joined."""
    text = text.strip()
    if _MARKED.match(text):
        return _split_marked(text)
    text = text.strip("[]")
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
    owners = _find_owners(read)
    for row in np.flatnonzero(filled).tolist():
        kind = read.get("kind", row).casefold().split(",")[0].strip()
        child = kind in known.children if known.children else False
        if groups and ((child and known.rows == "follow") or _is_nameless(read, row) or read.continues(row)):
            groups[-1].append(row)
            continue
        if known.rows == "parents":
            parent = read.get("parent", row) or owners.get(read.get("sku_code", row), "")
            if (child or not known.children) and parent and parent != read.get("listing_id", row):
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


def _find_owners(read: RowReader) -> dict[str, str]:
    """Return, by the code of a SKU, the row that names it among its children."""
    column = read.values.get("children")
    if column is None:
        return {}
    return {
        code: read.get("listing_id", row) or read.get("sku_code", row)
        for row in np.flatnonzero(column != "").tolist()
        for code in split_children(str(column[row]))
    }


def split_children(text: str) -> dict[str, dict[str, str]]:
    """Read ``sku=A,color=Red|sku=B,color=Blue``: the options of each SKU by its code.

    >>> split_children("sku=A,color=Red|sku=B,color=Blue")
    {'A': {'color': 'Red'}, 'B': {'color': 'Blue'}}
    """
    found: dict[str, dict[str, str]] = {}
    for piece in text.split("|"):
        pairs = {clean_text(n): clean_text(v) for n, s, v in (p.partition("=") for p in piece.split(",")) if s}
        code = pairs.pop("sku", "")
        if code:
            found[code] = pairs
    return found


def _group_keys(read: RowReader) -> list[tuple[str, ...] | None]:
    known = read.known
    none: list[tuple[str, ...] | None] = [None] * read.count
    if known.rows == "listings" or known.rows == "parents":
        grouped = read.values.get("group")
        if known.name in (GENERIC, CANONICAL_NAME) and grouped is not None and _is_plausible(read, grouped):
            named = set(grouped.tolist()) - {""}
            own = [next((t for n in ("listing_id", "sku_code") if (t := read.get(n, i)) in named), "")
                   for i in range(read.count)]  # fmt: skip
            # A row that the others name is the listing they belong to.
            return [(key or mine,) if key or mine else None for key, mine in zip(grouped.tolist(), own, strict=True)]
        name = next((n for n in ("listing_id", "variant_id", "sku_code") if read.has(n)), "")
        column = read.values.get(name)
        if column is None or len(set(column.tolist()) - {""}) == int((column != "").sum()):
            return none
        if name == "sku_code" and not read.has("title"):
            return none
        # An id that stands twice under two titles is two listings: one of them has a wrong id. Without a title it is
        # the one above.
        above: dict[str, str] = {}
        found: list[tuple[str, ...] | None] = []
        for i, key in enumerate(column.tolist()):
            title = " ".join(read.get("title", i).casefold().split()) or above.get(key, "")
            above[key] = title
            found.append((key, title) if key else None)
        return found
    if known.rows != "variants":
        return none
    plain = [normalise_header(h) for h in read.sheet.headers]
    order = [normalise_header(h) for h in known.group]
    places = sorted((i for i, h in enumerate(plain) if h in order), key=lambda i: order.index(plain[i]))
    twice = _find_twice(read)
    found = []
    for row in range(read.count):
        key = tuple(read.sheet.columns[i][row].strip() for i in places)
        if known.any_group:
            key = next(((k,) for k in key if k), ("",))
        if known.fold_case:
            key = tuple(k.casefold() for k in key)
        spoiled = any(
            is_spoiled_id(k, i in read.sheet.numeric and bool(read.sheet.numeric[i][row]))
            for i, k in zip(places, key, strict=False)
        )
        found.append((*key, read.get("title", row) if spoiled else "") if any(key) else twice[row])
    return found


def _find_twice(read: RowReader) -> list[tuple[str, ...] | None]:
    """Return a key for the rows of one id and one title where no group joins them: such a row says one thing twice."""
    name = next((n for n in ("variant_id", "listing_id", "sku_code") if read.has(n)), "")
    ids = read.values.get(name)
    if ids is None or not read.has("title") or len(set(ids.tolist()) - {""}) == int((ids != "").sum()):
        return [None] * read.count
    return [
        ("", str(key), " ".join(read.get("title", row).casefold().split())) if key else None
        for row, key in enumerate(ids)
    ]


def _is_plausible(read: RowReader, column: TextArray) -> bool:
    """Say whether rows of one group have titles in common: a column called "parent" may hold a category."""
    return share_titles(column.tolist(), [read.get("title", row) for row in range(read.count)])


def _is_nameless(read: RowReader, row: int) -> bool:
    """Say whether a row has no title, but states a SKU: then it is one of the listing above it."""
    if read.sheet.objects or (read.known.rows != "follow" and read.known.name != GENERIC):
        return False
    if read.get("title", row) or (
        read.known.name == GENERIC and (read.get("listing_id", row) or read.get("group", row))
    ):
        return False
    if read.options(row, {}) or any(read.get(key, row) for _, key in read.names["facet"]):
        return True
    # Where an SKU's code is all that names the listings, a row with one and no title is a listing without a title.
    owned = read.known.rows == "follow" or read.has("listing_id") or read.has("group")
    return owned and bool(read.get("sku_code", row))


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
    for n in read.pairs:
        name, value = read.first(f"attribute_name_{n}", rows), read.first(f"attribute_value_{n}", rows)
        unit = read.first(f"attribute_unit_{n}", rows)
        if name and value:
            found.setdefault(clean_text(name), clean_text(f"{value} {unit}" if unit and unit not in value else value))
    for name, key in (*read.names["attribute"], *read.names["facet"]):
        value = read.first(key, rows)
        if value and not is_prompt(name, value, *read.heads(key)):
            found.setdefault(name, clean_text(value))
    axes = {normalise_header(t) for t in taken}
    return {name: value for name, value in found.items() if normalise_header(name) not in axes}


def _is_parent(read: RowReader, row: int, options: Mapping[str, str], others: Sequence[Mapping[str, str]]) -> bool:
    """Say whether a row stands for the listing as a whole, and is no SKU of it."""
    if not others or _is_offer(read, row):
        return False
    if read.get("children", row):
        return True
    if read.known.children and read.has("kind"):
        return read.get("kind", row).casefold().split(",")[0].strip() not in read.known.children
    if read.has("option_list") and any(";" in value for value in options.values()):
        return True
    return not options and any(others)


def _is_offer(read: RowReader, row: int) -> bool:
    """Say whether a row can be bought whatever it states: in feeds of offers every row has an id and a price."""
    known = read.known
    return (
        known.rows == "variants"
        and not known.children
        and known.name != GENERIC
        and all(read.get(name, row) for name in ("variant_id", "price"))
    )


def _lacks_choice(read: RowReader, rows: Sequence[int]) -> bool:
    """Say whether the first row has nothing where all others name a colour, a size or the like: they are its SKUs."""
    return (
        len(rows) > 1
        and not _is_offer(read, rows[0])
        and any(
            not read.get(key, rows[0]) and all(read.get(key, row) for row in rows[1:]) for _, key in read.names["facet"]
        )
    )


def _lacks_trade(read: RowReader, rows: Sequence[int], stated: Sequence[Mapping[str, str]]) -> bool:
    """Say whether only the first row has a title, and only the others have what they cost: they are its SKUs."""
    rest = rows[1:]
    titled = bool(read.get("title", rows[0])) and not any(read.get("title", row) for row in rest)
    priced = not read.get("price", rows[0]) and all(read.get("price", row) for row in rest)
    return bool(rest) and titled and priced and not stated[0]


def _sku_facts(read: RowReader, row: int, options: Mapping[str, str]) -> tuple[object, ...]:
    """Return what tells one SKU from another; its price is told, but tells nothing apart."""
    codes = tuple(read.get(name, row) for name in ("variant_id", "sku_code", "gtin"))
    return (tuple(sorted(options.items())), codes)


def _state_pairs(read: RowReader, row: int) -> dict[str, str]:
    """Return what a row's attributes say."""
    found = parse_attributes(read.get("attributes", row))
    for n in read.pairs:
        name, value = read.get(f"attribute_name_{n}", row), read.get(f"attribute_value_{n}", row)
        if name and value:
            found.setdefault(clean_text(name), clean_text(f"{value} {read.get(f'attribute_unit_{n}', row)}"))
    return {name: value for name, value in found.items() if name}


def _find_skus(
    read: RowReader, rows: Sequence[int], stated: Sequence[dict[str, str]], parent: bool
) -> tuple[list[tuple[int, dict[str, str]]], list[int]]:
    """Return the rows that are SKUs, each with its options, and those that say nothing a SKU above has not said."""
    children = split_children(read.get("children", rows[0])) if parent else {}
    held = [
        (row, children.get(read.get("sku_code", row), options) or options)
        for k, (row, options) in enumerate(zip(rows, stated, strict=True))
        if not (parent and k == 0)
        and ((options and read.get("sku_code", row)) or not read.get("price", row).startswith("["))  # [ADD]2: a rule
        and (options or any(read.get(f, row) for f in ("price", *_CODES)))
    ]
    for name, key in read.names["facet"]:
        if len({read.get(key, row) for row, _ in held}) > 1:
            for row, options in held:
                if (value := read.get(key, row)) and not is_prompt(name, value, *read.heads(key)):
                    options.setdefault(name, clean_text(value))
    if len(held) > 1 and not children and (read.has("attributes") or read.pairs):
        told = [_state_pairs(read, row) for row, _ in held]
        for name in dict.fromkeys(n for pairs in told for n in pairs):
            if len({pairs.get(name, "") for pairs in told}) > 1 and all(name in pairs for pairs in told):
                for (_, options), pairs in zip(held, told, strict=True):
                    options.setdefault(name, pairs[name])
    if len(held) > 1 and not any(options for _, options in held):
        for (_, options), rest in zip(held, _split_titles([read.get("title", row) for row, _ in held]), strict=True):
            options.update(rest)
    seen: dict[tuple[object, ...], int] = {}
    skus: list[tuple[int, dict[str, str]]] = []
    again: list[int] = []
    for row, options in held:
        facts = _sku_facts(read, row, options)
        bare = not options and not any(facts[1]) if isinstance(facts[1], tuple) else False
        if facts in seen and (
            read.known.rows in ("listings", "parents")
            or bare
            or _is_same(read, row, seen[facts])
            or (read.get("variant_id", row) and read.get("price", row) == read.get("price", seen[facts]))
        ):
            again.append(row)
            continue
        seen.setdefault(facts, row)
        skus.append((row, options))
    if read.known.rows == "listings":
        taken = {row for row, _ in held}
        again += [row for row in rows[1:] if row not in taken and read.get("title", row)]
    return skus, again


def _split_titles(titles: Sequence[str]) -> list[dict[str, str]]:
    """Return what the titles of SKUs say beyond the words that all begin with: of "Mug Colour:Red" the colour."""
    words = [t.split() for t in titles]
    alike = itertools.takewhile(lambda column: len(set(column)) == 1, zip(*words, strict=False))
    shared = len(list(alike)) if all(titles) and len(set(titles)) == len(titles) else 0
    rests = [" ".join(w[shared:]).strip(" -–—,/|()") for w in words]
    if not shared or not all(rests) or len(set(rests)) < len(rests):
        return [{} for _ in titles]
    pairs = [split_option_list(rest) if re.fullmatch(r"[^:=]+[:=][^:=]+", rest) else {} for rest in rests]
    return [pair or {"Variant": rest} for pair, rest in zip(pairs, rests, strict=True)]


def _is_same(read: RowReader, row: int, other: int) -> bool:
    return all(c[row].strip() == c[other].strip() for c in read.sheet.columns)


def _make_draft(read: RowReader, rows: list[int]) -> Draft:
    known = read.known
    named = _axis_names(read, rows)
    stated = [read.options(row, named) for row in rows]
    parent = (
        _is_parent(read, rows[0], stated[0], stated[1:])
        or _lacks_choice(read, rows)
        or _lacks_trade(read, rows, stated)
    )
    sku_rows, again = _find_skus(read, rows, stated, parent)
    lists = bool(known.children) and (parent or len(rows) == 1)
    own = stated[0] if lists and not (len(rows) == 1 and known.children and read.is_child(rows[0])) else {}
    if own and not parent and any(read.get(f"option_values_{n}", rows[0]) for n in read.numbers):
        own, sku_rows = {}, [(row, {}) for row, _ in sku_rows]  # its SKUs are what can be chosen
    elif own and not parent:
        sku_rows = [(row, {}) for row, _ in sku_rows]  # attributes of a product without variants are no options

    draft = Draft(int(read.sheet.rows[rows[0]]))
    draft.records = tuple(rows), tuple(row for row, _ in sku_rows)
    draft.rows = [int(read.sheet.rows[row]) for row in rows[1:]]
    draft.sold = [int(read.sheet.rows[row]) for row, _ in sku_rows if row != rows[0]]
    draft.again = [(int(read.sheet.rows[row]), read.show(row)) for row in again if row != rows[0]]
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
    draft.fields["main_image"], draft.fields["images"] = _pictures(read, rows)
    if len(sku_rows) > 1 or any(options for _, options in sku_rows):
        _fill_skus(read, rows, sku_rows, parent, draft)
    else:
        for name in _ROW_FIELDS:
            draft.fields[name] = read.first(name, rows)
        draft.fields["other"] = _write_other(_gather_other(read, rows, read.other(rows[0]), rows[:1]))
        _spread_lists(read, rows, draft)
    draft.fields["listing_id"] = _choose_id(read, rows, draft)
    if known.title_tail:
        draft.fields["title"] = re.sub(known.title_tail, "", draft.fields["title"])
    if known.currency and not draft.fields["currency"]:
        draft.fields["currency"] = known.currency
    _read_trade(read, rows[0], draft)
    return draft


def _choose_id(read: RowReader, rows: Sequence[int], draft: Draft) -> str:
    titled = read.fields.get("group", [None])[:1] == read.fields.get("title", [])[:1]  # a title joins, but is no id
    ids = (
        draft.fields["listing_id"],
        read.first("group", rows) if read.is_grouped() and not titled else "",
        read.first("variant_id", rows),
        draft.fields.get("sku_code", ""),
        next((sku["sku_code"] for sku in draft.skus if sku["sku_code"]), ""),
        "" if titled else read.first("group", rows),
    )
    return next((t for t in ids if t), "")


def read_other(text: str) -> dict[str, str]:
    """Return what stood in columns that are no field, by header."""
    return dict(json.loads(text)) if text else {}


def _write_other(held: Mapping[str, str]) -> str:
    return json.dumps(held, ensure_ascii=False) if held else ""


def _gather_other(
    read: RowReader, rows: Sequence[int], whole: Mapping[str, str], taken: Sequence[int]
) -> dict[str, str]:
    """Return what a listing's rows hold in columns that are no field, those in ``taken`` apart: a text a line."""
    found = {header: {text: None} for header, text in whole.items()}
    for row in rows if read.unread or read.has("other") else ():
        if row not in taken:
            for header, text in read.other(row).items():
                found.setdefault(header, {})[text] = None
    return {header: "\n".join(texts) for header, texts in found.items()}


def _fill_skus(
    read: RowReader, rows: Sequence[int], sku_rows: Sequence[tuple[int, dict[str, str]]], parent: bool, draft: Draft
) -> None:
    """Give a draft its SKUs."""
    known = read.known
    whole = read.other(rows[0]) if parent else {}
    if not parent:  # what all SKUs say alike is the listing's
        said = [read.other(row) for row, _ in sku_rows]
        whole = {n: v for n, v in said[0].items() if all(s.get(n) == v for s in said)}
    taken = [*(rows[:1] if parent else ()), *(row for row, _ in sku_rows)]
    draft.fields["other"] = _write_other(_gather_other(read, rows, whole, taken))
    base = _read_base(read.get("price", rows[0])) if read.has("surcharge") else None
    ruled = [row for row in rows if read.get("price", row).startswith("[")]
    for row, options in sku_rows:
        sku = {name: read.get(name, row) for name in _ROW_FIELDS}
        sku["options"] = format_attributes(options)
        sku["image"] = _place_picture(known, (split_images(read.get("variant_image", row)) or [""])[0])
        sku["sku_code"] = sku["sku_code"] or read.get("variant_id", row)
        sku["other"] = _write_other({n: v for n, v in read.other(row).items() if whole.get(n) != v})
        if base is not None and not sku["price"]:
            asked = base + (parse_count(read.get("surcharge", row)) or 0.0)
            sku["price"] = format_number(asked) if asked > 0 else ""
        elif ruled and not sku["price"]:
            sku["price"] = _find_rule(read, ruled, sku["sku_code"], options, rows[0])
        draft.skus.append(sku)
    if parent:
        draft.fields["sku_code"] = read.get("sku_code", rows[0])
        draft.fields["gtin"] = read.get("gtin", rows[0])
        bare = not read.has("surcharge") and any(not sku["price"] for sku in draft.skus)
        draft.fields["price"] = read.get("price", rows[0]) if bare else ""


def _find_rule(read: RowReader, ruled: Sequence[int], code: str, options: Mapping[str, str], first: int) -> str:
    """Return what an SKU costs by the first rule for its code or its options, "" where there is none for it."""
    for row in ruled:
        own, of = read.get("sku_code", row), read.options(row, {})
        if (own and own == code) or (not own and of and of.items() <= options.items()):
            return _apply_rule(read.get("price", row), read.get("price", first))
    return ""


def _apply_rule(rule: str, whole: str) -> str:
    """Return what an SKU costs by a rule on its listing's price: [FIXED]9, [ADD]2, [REMOVE]2; else the rule itself."""
    told, base = _RULE.fullmatch(rule), parse_price(whole)
    number = parse_number(told["n"]) if told is not None else None
    if told is None or number is None or (told["how"] != "FIXED" and base is None):
        return rule
    amount = 0.0 if base is None or told["how"] == "FIXED" else base.amount
    return format_number(amount - number if told["how"] == "REMOVE" else amount + number)


_RULE: Final = re.compile(r"\[(?P<how>FIXED|ADD|REMOVE)\](?P<n>[\d.,]+)")


def _read_base(text: str) -> float | None:
    """Return the price that surcharges are added to: where it is 0 they are the prices."""
    price = parse_price(text)
    return 0.0 if price is None and parse_number(text) == 0 else None if price is None else price.amount


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


def _list_axes(read: RowReader, rows: Sequence[int], draft: Draft) -> list[tuple[str, list[str]]]:
    """Return what a row lists to choose from, and those that go on with it: names, each with its values."""
    row = rows[0]
    axes = [
        (
            read.get(f"option_name_{n}", k) or f"Option {n}",
            split_values(read.get(f"option_values_{n}", k)),
        )
        for k in rows
        for n in read.numbers
        if read.get(f"option_values_{n}", k)
    ]
    for name, key in read.names["choices"]:
        values = split_values(read.get(key, row))
        if len(values) > 1:
            axes.append((name, values))
        elif values:
            own = parse_attributes(draft.fields["attributes"])
            draft.fields["attributes"] = format_attributes({**own, name: values[0]})
    listed = read.get("option_values", row)
    if _BRACED.search(listed):  # Colour{Red|Blue}//Size{S|M}
        for name, values in _BRACED.findall(listed):
            axes.append((clean_text(name), [clean_text(v) for v in values.split("|") if v.strip()]))
    elif listed:  # one option a line, its values parted by commas
        named = [n.strip() for n in re.split(r"[\n,]", read.get("option_names", row)) if n.strip()]
        for k, line in enumerate(t for t in listed.split("\n") if t.strip()):
            values = [clean_text(v) for v in line.split(",") if v.strip()]
            axes.append((named[k] if k < len(named) else f"Option {k + 1}", values))
    return axes


def _spread_lists(read: RowReader, rows: Sequence[int], draft: Draft) -> None:
    """Make SKUs of option lists in one row (``Red,Blue``), and of Taobao's coded ones."""
    row, axes = rows[0], _list_axes(read, rows, draft)
    codes = [c.strip() for c in read.get("sku_codes", row).split(",") if c.strip()]
    if axes:
        count = 1
        for _, values in axes:
            count *= len(values)
        if count <= _MOST_COMBINATIONS:
            combinations = [
                tuple(v) for v in itertools.product(*([(name, v) for v in values] for name, values in axes))
            ]
            told = {
                name: split_told(read.get(name, row), [[v for _, v in c] for c in combinations])
                for name in ("stock", "price")
            }
            for name in (n for n, held in told.items() if held):
                draft.fields[name] = ""
            draft.skus = [
                {
                    "options": format_attributes(dict(options)),
                    "sku_code": codes[k] if len(codes) == count else "",
                    **{name: held.get(k, "") for name, held in told.items()},
                }
                for k, options in enumerate(combinations)
                if all(k in held for held in told.values() if held)  # what is not told of, is not there
            ]
        else:
            attributes = parse_attributes(draft.fields["attributes"])
            draft.fields["attributes"] = format_attributes(attributes | {n: ", ".join(v) for n, v in axes})
    if codes and (not draft.skus or len(codes) == 1):
        draft.fields["sku_code"] = codes[0]
    for options, price, stock in split_priced(read.get("option_lines", row)):
        draft.skus.append({"options": format_attributes(options), "price": price, "stock": stock, "sku_code": ""})
    for piece in read.get("sku_options", row).split("&"):  # カラー:赤#サイズ:S=code
        chosen, sign, code = piece.rpartition("=")
        pairs = [p.split(":", 1) for p in chosen.split("#") if ":" in p]
        if sign and pairs:
            options = {clean_text(n): clean_text(v) for n, v in pairs}
            draft.skus.append({"options": format_attributes(options), "sku_code": clean_text(code)})
    names = {
        f"{p}:{v}": alias for p, v, alias in re.findall(r"(-?\d+):(-?\d+):([^;:]+)", read.get("taobao_names", row))
    }
    for price, stock, code, chosen in re.findall(
        r"(\d+(?:\.\d+)?):(\d+):([^:;]*):((?:-?\d+:-?\d+;?)+)", read.get("taobao_skus", row)
    ):
        pairs = [p.split(":", 1) for p in chosen.split(";") if ":" in p]
        options = {_TAOBAO_AXES.get(p, p): names.get(f"{p}:{v}", v) for p, v in pairs}
        draft.skus.append(
            {"options": format_attributes(options), "price": price, "stock": stock, "sku_code": clean_text(code)}
        )


_BRACED: Final = re.compile(r"([^{}/|]+)\{([^{}]+)\}")
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


_SPREAD: Final = (
    "option_values",
    "option_list",
    "option_lines",
    "sku_codes",
    "sku_options",
    "taobao_skus",
    "taobao_pictures",
    "bulk_discount",
    "sold_by",
)


def _assemble_plain(read: RowReader) -> Assembled:
    """Take rows that are one listing each as they are, column by column."""
    columns = {name: read.values[name] for name in CANONICAL if read.has(name)}
    ids = columns.get("listing_id", make_texts([""] * read.count))
    for name in ("variant_id", "group", "sku_code"):
        if read.has(name):
            ids = np.where(ids == "", read.values[name], ids)
    columns["listing_id"] = ids
    named = [key for _, key in (*read.names["attribute"], *read.names["facet"])]
    named += [f"attribute_{part}_{n}" for n in read.pairs for part in ("name", "value", "unit")]
    if named:
        held = [read.values[key] for key in ("attributes", *named) if read.has(key)]
        texts: dict[tuple[str, ...], str] = {}
        shown = []
        for row, cells in enumerate(zip(*held, strict=True)):
            if cells not in texts:
                texts[cells] = format_attributes(_attributes(read, [row], ()))
            shown.append(texts[cells])
        columns["attributes"] = make_texts(shown)
    if read.unread:
        columns["other"] = make_texts([_write_other(read.other(row)) for row in range(read.count)])
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
    spread = bool(
        read.numbers or read.names["option"] or read.names["choices"] or any(read.has(name) for name in _SPREAD)
    )
    plain = known.rows == "listings" and not (spread or known.image_folder or known.title_tail or read.has("children"))
    if plain:
        plain = not any(_group_keys(read)) and not any(
            _is_nameless(read, row) or read.continues(row) for row in range(read.count)
        )
    if plain:
        return _assemble_plain(read)
    return collect_drafts([_make_draft(read, rows) for rows in _group_rows(read)])
