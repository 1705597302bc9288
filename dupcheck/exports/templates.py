"""The seller's own template, filled: a workbook of Amazon, Shopee, TikTok, Lazada or 店小秘, or AliExpress products.

Only rows below what the workbook holds are written; its other sheets, the rows above the data and every cell that is
there stay as they are. A column is known by its header, as the catalogue's reader knows it; what the template lists as
valid for a variation theme is chosen from.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dupcheck.catalog.formats import Format, find_format, map_fields, normalise_header
from dupcheck.catalog.terms import is_no_catalogue
from dupcheck.errors import CatalogError
from dupcheck.exports.aliexpress import Aliexpress
from dupcheck.exports.amazon import THEMES, Amazon, is_of_parent, list_rows
from dupcheck.exports.books import Book, BookError, Grid
from dupcheck.exports.changesets import ChangeSet, Piece, Work
from dupcheck.exports.headings import find_goods, read_headings
from dupcheck.exports.tables import TableTarget, describe_piece
from dupcheck.exports.targets import Target
from dupcheck.exports.texts import find_attribute
from dupcheck.files.given import read_given
from dupcheck.messages import Message, message
from dupcheck.model import DOCUMENT, Origin
from dupcheck.titles import align_name

TARGETS = {
    "shopee": "shopee", "tiktok-batch": "tiktok", "tiktok-seller": "tiktok", "dianxiaomi-tiktok": "tiktok",
    "dianxiaomi-temu": "tiktok", "lazada": "lazada", "lazada-template": "lazada", "amazon-template": "amazon",
    "amazon-template-new": "amazon",
}  # fmt: skip
"""The marketplace whose limits hold, by the format of the template."""
_NEW_CODES = {
    "item_sku": "contribution_sku#1.value", "parent_child": "parentage_level#1.value",
    "parent_sku": "child_parent_sku_relationship#1.parent_sku",
    "relationship_type": "child_parent_sku_relationship#1.child_relationship_type",
    "variation_theme": "variation_theme#1.name", "update_delete": "::record_action", "item_name": "item_name#1.value",
    "feed_product_type": "product_type#1.value", "brand_name": "brand#1.value", "color_name": "color#1.value",
    "size_name": "size#1.value", "material_type": "material#1.value", "pattern_name": "pattern#1.value",
    "style_name": "style#1.value", "number_of_items": "number_of_items#1.value",
    "product_description": "product_description#1.value",
    "main_image_url": "main_product_image_locator#1.media_location",
}  # fmt: skip
"""What the codes of a flat file are called in Amazon's newer templates."""
_HEADER_ROWS = 30
_THEME = re.compile(r"variation[ _]?theme", re.IGNORECASE)
_SIGNED = re.compile(r"(TemplateType|TemplateSignature|templateIdentifier|settings)=")
_LONGEST = re.compile(r"(\d{1,6}) characters? maximum")
_NUMBERS = frozenset({"price", "standard_price", "business_price"})
_COUNTS = frozenset({"stock", "quantity"})


@dataclass(frozen=True)
class Filled:
    """A template with its new rows: the file's name, its bytes, and for each kept listing what is missing in it."""

    file: str
    data: bytes
    cautions: tuple[tuple[str, str, Message], ...]


def fill_template(path: Path, work: Work) -> Filled:
    """Return a seller's template with what accepted plans change.

    Raises CatalogError where the file cannot be read, or is a template of none of the marketplaces that are known.
    """
    raw = read_given(path)
    if raw.lstrip()[:1] in (b"[", b"{"):
        return _fill_products(path, raw, work)
    try:
        book = Book(raw)
    except BookError as error:
        raise CatalogError("exports.template_unreadable", path=path, reason=error) from None
    return _Sheet(path, book).fill(work)


def _fill_products(path: Path, raw: bytes, work: Work) -> Filled:
    """Write the plans into the seller's own product objects."""
    try:
        document = json.loads(raw)
    except ValueError as error:
        raise CatalogError("exports.template_unreadable", path=path, reason=error) from None
    held = document if isinstance(document, list) else [document]
    known = {str(p.get("product_id", "")): p for p in held if isinstance(p, Mapping)}
    target = Aliexpress()

    def arm(change: ChangeSet) -> ChangeSet:
        given = {
            i: Origin("json", {}, ({DOCUMENT: json.dumps(known[i], ensure_ascii=False)},))
            for i in change.members
            if i in known
        }
        return replace(change, origins={**change.origins, **given})

    armed = replace(work, changes=tuple(arm(c) for c in work.changes))
    told = tuple((path.name, c.keep.listing_id, t) for c in armed.changes for t in target.list_cautions(c))
    return Filled(f"export-{path.stem}-filled.json", target.render(armed)[""], told)


class _Sheet:
    """The sheet of a workbook that takes the rows, and where."""

    def __init__(self, path: Path, book: Book) -> None:
        self.path, self.book = path, book
        found = [(name, *x) for name in book.sheets if (x := _find_header(book.read(name))) is not None]
        if not found:
            raise CatalogError("exports.template_unknown", path=path)
        # An example sheet may have the very same headers; the one to fill in is signed, or holds no goods yet.
        self.sheet, self.row, self.headers, self.known = max(
            found,
            key=lambda x: (
                _is_signed(book.read(x[0])[: x[1]]),
                not is_no_catalogue(x[0]),
                not _list_goods(book.read(x[0]), x[1], map_fields(x[3], x[2])),
                len(map_fields(x[3], x[2])),
            ),
        )
        self.fields = map_fields(self.known, self.headers)
        grid = book.read(self.sheet)
        self.goods = _list_goods(grid, self.row, self.fields)
        self.free = self._find_free(grid)
        self.headings = read_headings(grid, self.row, min([*self.goods, self.free]))
        self.plain = {normalise_header(h): k for k, h in reversed(list(enumerate(self.headers))) if h}
        self.definitions = _read_definitions(book)
        name = TARGETS[self.known.name]
        self.target: Target = Amazon() if name == "amazon" else TableTarget(name)
        self.described = self.target.described if isinstance(self.target, TableTarget) else "description"

    def fill(self, work: Work) -> Filled:
        """Write the rows, and return the workbook."""
        at = self.free
        told: list[tuple[str, str, Message]] = []
        for change in work.changes:
            touched = self.target.is_touched(change) if isinstance(self.target, TableTarget) else not change.is_empty
            if not touched:
                continue
            rows = list(self._list_rows(change))
            for cells in rows:
                self.book.write(self.sheet, at, cells)
                at += 1
            told += [(self.path.name, change.keep.listing_id, t) for t in self._list_cautions(change, rows)]
        if told and self.goods:
            row = self.book.read(self.sheet)[self.goods[0] - 1]
            shown = next(row[k] for k in self.fields["title"] if k < len(row) and row[k])
            told.insert(0, (self.path.name, "", message("exports.template_goods", rows=len(self.goods), title=shown)))
        return Filled(f"export-{self.path.stem}-filled{self.path.suffix.lower()}", self.book.save(), tuple(told))

    def _find_free(self, grid: Grid) -> int:
        """Return the first row behind everything that stands in the columns, joined cells included."""
        named = [k for k, h in enumerate(self.headers) if h]
        last = max((n for n, row in enumerate(grid, 1) if any(row[k] for k in named if k < len(row))), default=0)
        last = max(last, self.row, self.book.find_last_merged(self.sheet))
        above = " ".join(v for row in grid[: self.row] for v in row if v)
        told = re.search(r"dataRow=(\d{1,4})", above)
        return max(last + 1, int(told[1]) if told is not None else 0)

    def _list_rows(self, change: ChangeSet) -> Iterator[dict[int, Any]]:
        if self.target.name == "amazon":
            theme = self._choose_theme(change)
            for row in list_rows(change):
                if theme and "variation_theme" in row:
                    row["variation_theme"] = theme
                yield self._place_codes(row)
            return
        for piece in change.pieces:
            yield self._place_fields(change, piece)

    def _place_codes(self, row: Mapping[str, str]) -> dict[int, Any]:
        new = self.known.name == "amazon-template-new"
        cells: dict[int, Any] = {}
        for code, value in row.items():
            place = self.plain.get(normalise_header(_NEW_CODES.get(code, code) if new else code))
            if place is not None and value:
                cells[place] = _show(code, value)
        return cells

    def _place_fields(self, change: ChangeSet, piece: Piece) -> dict[int, Any]:
        facts = describe_piece(change, piece)
        known = {
            "listing_id": facts["group"], "category": facts["category"], "title": facts["title"],
            "description": facts[self.described], "price": facts["price"], "stock": facts["stock"],
            "sku_code": facts["sku_code"], "gtin": facts["gtin"], "currency": facts["currency"],
            "main_image": facts["main_image"], "variant_image": facts["image"],
        }  # fmt: skip
        known |= self._name_options(change, facts)
        cells: dict[int, Any] = {}
        for name, places in self.fields.items():
            kind, _, label = name.partition(":")
            if name == "images":
                photos = [facts[f"photo{n}"] for n in range(1, len(places) + 1) if f"photo{n}" in facts]
                cells |= dict(zip(places, photos, strict=False))
            elif kind in ("facet", "attribute") and label:
                cells[places[0]] = self._find_fact(change, piece, label)
            elif known.get(name):
                cells |= {k: _show(name, known[name]) for k in (places if name == "listing_id" else places[:1])}
        cells |= {k: side for k, h in enumerate(self.headings) if (side := h.measure(facts)) is not None}
        if isinstance(self.target, TableTarget):
            for header, column in self.target.columns.items():
                place = self.plain.get(normalise_header(header))
                if place is not None and place not in cells and not self.headings[place].side and "value" in column:
                    cells[place] = _show(column["value"], facts.get(column["value"], ""))
        return {k: v for k, v in cells.items() if v not in (None, "")}

    def _name_options(self, change: ChangeSet, facts: Mapping[str, str]) -> dict[str, str]:
        """Return the fields of options: a column without a name's beside it is for the axis that the words under its
        header name, else for those that none is for, in their order.
        """
        axes = {align_name(a): n for n, a in enumerate(change.merged.axes, 1)}
        numbers = [n for n in range(1, _MOST_OPTIONS) if f"option_value_{n}" in self.fields]
        named = {n: self.headings[self.fields[f"option_value_{n}"][0]].axis for n in numbers
                 if f"option_name_{n}" not in self.fields}  # fmt: skip
        open_axes = [n for axis, n in axes.items() if axis not in named.values()]
        found: dict[str, str] = {}
        for n in numbers:
            given = axes.get(named[n], 0) if named.get(n) else open_axes.pop(0) if open_axes else 0
            if given:
                found |= {f"option_name_{n}": facts[f"axis{given}"], f"option_value_{n}": facts[f"option{given}"]}
        return found

    def _find_fact(self, change: ChangeSet, piece: Piece, label: str) -> str:
        axis = align_name(label)
        option = next((v for n, v in piece.sku.options.items() if align_name(n) == axis), "")
        return option or find_attribute(change.merged, axis)

    def _list_cautions(self, change: ChangeSet, rows: Sequence[Mapping[int, Any]]) -> list[Message]:
        """Return the target's cautions, and the columns that the template marks as needed and that stay empty."""
        answered = _ANSWERED if self._choose_theme(change) else _ANSWERED - {"exports.theme_choose"}
        told = [t for t in self.target.list_cautions(change) if t.key not in answered]
        needed = [k for k, h in enumerate(self.headings) if h.is_needed]
        if isinstance(self.target, TableTarget):
            wanted = [h for h, c in self.target.columns.items() if c.get("value") in self.target.needed]
            needed += [k for h in wanted if (k := self.plain.get(normalise_header(h))) is not None and k not in needed]
        channels = [k for k, h in enumerate(self.headings) if h.is_channel]
        if channels and any(not r.keys() & set(channels) for r in rows):
            needed += channels[:1]
        empty = [self.headings[k].shown for k in dict.fromkeys(needed) if any(k not in r for r in rows)]
        empty += self._list_undefined(rows)
        if empty:
            told.append(message("exports.required", fields=", ".join(empty)))
        if lost := self._list_lost(change, rows):
            told.append(message("exports.template_no_column", axes=", ".join(lost)))
        long = self._list_long(rows)
        if long:
            told.append(message("exports.template_length", fields=", ".join(long)))
        return told

    def _list_lost(self, change: ChangeSet, rows: Sequence[Mapping[int, Any]]) -> list[str]:
        """Return the options that no column of the template takes."""
        if self.target.name == "amazon":
            columns = {a: THEMES.get(align_name(a), THEMES["style"])[0] for a in change.merged.axes}
            return [a for a, column in columns.items() if not self._place_codes({column: "1"})]
        return [
            axis
            for axis in change.merged.axes
            if any(
                piece.sku.options.get(axis) and piece.sku.options[axis] not in row.values()
                for piece, row in zip(change.pieces, rows, strict=True)
            )
        ]

    def _list_long(self, rows: Sequence[Mapping[int, Any]]) -> list[str]:
        """Return the fields whose text is longer than the template's definitions say, and how long it may be."""
        limits = {self.plain[c]: (d.code, d.longest) for d in self.definitions
                  if (c := normalise_header(d.code)) in self.plain}  # fmt: skip
        limits |= {k: (h.shown, h.longest) for k, h in enumerate(self.headings) if h.longest and k not in limits}
        found = []
        for place, (name, most) in limits.items():
            longest = max((len(str(r[place])) for r in rows if place in r), default=0)
            if longest > most > 0:
                found.append(f"{name} ({longest} > {most})")
        return found

    def _list_undefined(self, rows: Sequence[Mapping[int, Any]]) -> list[str]:
        """Return the codes that the template's definitions call required and that a row which makes an item lacks."""
        kind = self.plain.get(normalise_header("update_delete"))
        whole = [r for r in rows if kind is not None and r.get(kind) == "Update"]
        codes = {normalise_header(d.code): d.code for d in self.definitions if d.required} if whole else {}
        places = {self.plain[c]: shown for c, shown in codes.items() if c in self.plain and is_of_parent(shown)}
        return [shown for place, shown in places.items() if any(place not in r for r in whole)]

    def _choose_theme(self, change: ChangeSet) -> str:
        """Return the template's own name of the theme that varies in these options, "" where it lists none."""
        wanted = {_THEME_WORDS.get(align_name(a), align_name(a)) for a in change.merged.axes}
        for name in self._list_themes():
            if _split_theme(name) == wanted:
                return name
        return ""

    def _list_themes(self) -> list[str]:
        found: dict[str, None] = {}
        for grid in (self.book.read(name) for name in self.book.sheets if name != self.sheet):
            for r, row in enumerate(grid):
                for k, text in enumerate(row):
                    if _THEME.match(text) and (k < _LABELS or r < _LABELS):
                        beside = [t for t in row[k + 1 :] if t] if k < _LABELS else []
                        if any(len(t) > _LONGEST_THEME for t in beside):  # it is told what a theme is
                            continue
                        below = [line[k] for line in grid[r + 1 :] if k < len(line) and line[k]] if r < _LABELS else []
                        found |= dict.fromkeys(beside or below)
        return list(found)


_MOST_OPTIONS = 10
_LABELS = 3
_LONGEST_THEME = 80
_ANSWERED = frozenset({"exports.template_signature", "exports.theme_choose", "exports.foreign", "exports.required"})
"""What a template answers by being there; what it needs it says itself."""
_THEME_WORDS = {"pack": "quantity"}


def _split_theme(name: str) -> set[str]:
    """Return what a theme varies in: «SizeName-ColorName» and «color-size» are size and colour."""
    words = [w.casefold() for w in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]
    return {{"colour": "color"}.get(w, w) for w in words if w not in ("name", "map", "item", "package", "number", "of")}


@dataclass(frozen=True)
class _Definition:
    """What a template says of one field: whether it must be there, and how many characters it takes (0: not said)."""

    code: str
    required: bool
    longest: int


def _read_definitions(book: Book) -> list[_Definition]:
    """Return the fields that a sheet of definitions (Field Name, Accepted Values, Required?) tells of."""
    for grid in map(book.read, book.sheets):
        for number, row in enumerate(grid[:_LABELS]):
            heads = [t.casefold().strip(" ?") for t in row]
            if "field name" not in heads or "required" not in heads:
                continue
            name, mark = heads.index("field name"), heads.index("required")
            told = heads.index("accepted values") if "accepted values" in heads else None
            found = []
            for line in (r for r in grid[number + 1 :] if len(r) > name and r[name]):
                cells: defaultdict[int | None, str] = defaultdict(str, enumerate(line))
                most = _LONGEST.search(cells[told])
                required = cells[mark].casefold().strip() == "required"
                found.append(_Definition(cells[name], required, int(most[1]) if most else 0))
            return found
    return []


def _list_goods(grid: Grid, row: int, fields: Mapping[str, Sequence[int]]) -> list[int]:
    return find_goods(grid, row, fields.get("price", []), fields.get("title", []))


def _is_signed(above: Grid) -> bool:
    """Whether the rows above the headers say what template it is, as Amazon's do."""
    return any(_SIGNED.match(text) for row in above for text in row)


def _find_header(grid: Grid) -> tuple[int, list[str], Format] | None:
    for number, headers in enumerate(grid[:_HEADER_ROWS], 1):
        known = find_format([h for h in headers if h]) if any(headers) else None
        if known is not None and known.name in TARGETS:
            return number, headers, known
    return None


def _show(name: str, value: str) -> Any:
    """Return a value as the template's cell: prices and counts as numbers, all else as text."""
    if name in _NUMBERS:
        return float(value) if value else None
    return int(value) if name in _COUNTS and value else value
