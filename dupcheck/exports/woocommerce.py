"""WooCommerce: the product CSV, a ``variable`` row with all values and one ``variation`` row a SKU.

From WooCommerce's own export two files come, and their order matters. The first is imported with «update existing
products»: the kept product becomes variable and gives up its code, and the folded products become its variations, each
with its own post, price, stock and reviews; it holds no column but those that change. The second is imported without
that tick: it makes the one variation that has no post yet, the kept product's own. Folded products must not be deleted
before: the importer turns them into variations. From any other catalogue one file comes, which only creates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from dupcheck.exports.changesets import ChangeSet, Piece, Work
from dupcheck.exports.checks import check_addresses
from dupcheck.exports.merging import Merged
from dupcheck.exports.targets import Target
from dupcheck.exports.texts import (
    find_description,
    name_sku,
    place_unread,
    show_count,
    show_html,
    show_price,
    write_rows,
)
from dupcheck.messages import Message
from dupcheck.model import Origin
from dupcheck.rules import MergeLimits
from dupcheck.titles import align_name

COLUMNS = (
    "ID", "Type", "SKU", "GTIN, UPC, EAN, or ISBN", "Name", "Published", "Visibility in catalog", "Description",
    "In stock?", "Stock", "Regular price", "Categories", "Images", "Parent", "Position",
)  # fmt: skip
_PRICES = ("Regular price", "Sale price")
_UNREAD = (
    "Is featured?", "Short description", "Date sale price starts", "Date sale price ends", "Tax status", "Tax class",
    "Low stock amount", "Backorders allowed?", "Sold individually?", "Weight (kg)", "Length (cm)", "Width (cm)",
    "Height (cm)", "Allow customer reviews?", "Purchase note", *_PRICES, "Tags", "Shipping class",
    "Download limit", "Download expiry days", "Upsells", "Cross-sells", "External URL", "Button text", "Brands",
)  # fmt: skip
"""Columns that dupcheck does not read, and that a catalogue's unread columns may fill."""
UPDATE = ("ID", "Type", "SKU", "Name", "Visibility in catalog", "Stock", "Parent", "Position")
"""The columns of an update; the importer empties what a column leaves blank, so that no other may be there."""
_FILLED = {"price": "Regular price", "gtin": "GTIN, UPC, EAN, or ISBN"}
"""What a copy may give the product that stays, beside its code and stock."""
_NOT_OF_VARIATIONS = frozenset(
    ("ID", "Type", "Name", "Parent", "Position", "Categories", "Tags", "Description", "Short description", "Upsells",
     "Cross-sells", "Grouped products", "External URL", "Button text", "Is featured?", "Allow customer reviews?")
)  # fmt: skip


class Woocommerce(Target):
    """A product CSV with variations."""

    name = "woocommerce"
    formats = ("woocommerce",)
    limits = MergeLimits(
        max_axes=30, price_tiers=0, title_max=200, option_name_max=200, sku_code_max=100, skus_max=2000, images_max=200
    )

    def render(self, work: Work) -> Mapping[str, bytes]:
        """Return the file that updates, and the one that creates."""
        updated: list[dict[str, str]] = []
        created: list[dict[str, str]] = []
        own = False
        for change in work.changes:
            if _has_posts(self, change):
                own = True
                update, create = _change_rows(_say_in_english(change))
                updated += update
                created += create
            else:
                created += _make_rows(change)
        if not own:
            return {"": _write(COLUMNS, created)}
        _repeat_columns(work, updated)
        files = {"": _write(UPDATE, updated)}
        if created:
            files["create"] = _write((), created)
        return files

    def check(self, merged: Merged) -> list[Message]:
        """Say which photos are not on the web."""
        return check_addresses(merged)

    def list_ended(self, change: ChangeSet) -> tuple[str, ...]:
        """Return the products to take down: never one that becomes a variation."""
        ended = super().list_ended(change)
        if not _has_posts(self, change):
            return ended
        return tuple(i for i in ended if i not in change.folds or change.members[i].skus)


def _repeat_columns(work: Work, rows: Sequence[dict[str, str]]) -> None:
    """Give every row of an update what its product holds in a column that another row fills: a blank would empty it."""
    columns = [h for h in _FILLED.values() if any(h in row for row in rows)]
    changes = map(_say_in_english, (c for c in work.changes if columns and c.origin is not None))
    held = {r["ID"]: r for c in changes for o in c.origins.values() for r in (*o.rows, *o.skus) if r.get("ID")}
    for row in rows:
        for column in columns:
            row.setdefault(column, held.get(row["ID"], {}).get(column, ""))


def _has_posts(target: Target, change: ChangeSet) -> bool:
    return target.is_own(change) and all(p.row.get("ID", "").isdigit() for p in change.pieces)


_ENGLISH = {
    "kind": "Type", "parent": "Parent", "title": "Name", "sku_code": "SKU", "stock": "Stock", "images": "Images",
    "gtin": "GTIN, UPC, EAN, or ISBN", "category": "Categories", "url": "External URL",
}  # fmt: skip
_POSITIONS = frozenset(
    ("Posición", "Posizione", "Posição", "Pozycja", "Pozice", "Pořadí", "Позиция", "Positie", "Позиція", "Konum")
)
"""What the exporter calls the place in the list where it does not say Position."""
_VISIBILITIES = frozenset({"visible", "catalog", "search", "hidden"})


def _say_in_english(change: ChangeSet) -> ChangeSet:
    """Return a change whose rows have English headers where its meaning is known: the importer reads them everywhere.

    The exporter writes headers in the shop's language, and values that are no words of a seller in English.
    """
    assert change.origin is not None
    if "Type" in change.origin.rows[0]:
        return change
    names = _translate_headers(change.origin)

    def say(row: Mapping[str, str]) -> dict[str, str]:
        return {names.get(h, h): v for h, v in row.items()}

    origins = {
        i: replace(o, rows=tuple(map(say, o.rows)), skus=tuple(map(say, o.skus))) for i, o in change.origins.items()
    }
    return replace(change, origins=origins, pieces=tuple(replace(p, row=say(p.row)) for p in change.pieces))


def _translate_headers(origin: Origin) -> dict[str, str]:
    found: dict[str, str] = {}
    number, after = "", 0
    for header in origin.rows[0]:
        fields = origin.fields.get(header, "").split(", ")
        option = next((f for f in fields if f.startswith("option_")), "")
        if option:
            number, after = option.rpartition("_")[2], 0
            found[header] = f"Attribute {number} {'name' if option.startswith('option_name') else 'value(s)'}"
        elif number and number in header and after < 2:  # after a name and its values come these two, in any language
            found[header] = f"Attribute {number} {('visible', 'global')[after]}"
            after += 1
        elif fields[0] == "description":
            found[header] = "Description" if "Description" not in found.values() else "Short description"
        elif fields[0] in _ENGLISH and _ENGLISH[fields[0]] not in found.values():
            found[header] = _ENGLISH[fields[0]]
        elif origin.rows[0][header] in _VISIBILITIES:
            found[header] = "Visibility in catalog"
        elif header in _POSITIONS:
            found[header] = "Position"
    return found


def _change_rows(change: ChangeSet) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the rows that update products, and those that create variations."""
    assert change.origin is not None
    if change.is_empty:
        return [], []
    keep = dict(change.origin.rows[0])
    merged = change.merged
    if not merged.axes:
        (piece,) = change.pieces
        row = {"ID": keep["ID"], "Type": keep["Type"], "SKU": piece.sku.sku_code, "Name": merged.listing.title}
        visible = keep.get("Visibility in catalog") or "visible"
        more = {"Visibility in catalog": visible, "Stock": keep.get("Stock") or show_count(piece.sku.stock)}
        for name, value in piece.list_filled():
            if name in _FILLED:
                more[_FILLED[name]] = show_price(value) if name == "price" else value
        return [row | more | {"Position": keep.get("Position", "")} | _repeat_attributes(keep)], []
    varied = keep["Type"].casefold().startswith("variable")
    top = {
        "ID": keep["ID"], "Type": "variable", "SKU": keep.get("SKU", "") if varied else "",
        "Name": merged.listing.title, "Visibility in catalog": keep.get("Visibility in catalog") or "visible",
        "Stock": keep.get("Stock", "") if varied else "", "Position": keep.get("Position", ""),
        **_list_attributes(change, keep),
    }  # fmt: skip
    updated, created = [top], []
    for number, piece in enumerate(change.pieces, 1):
        shared = {"Type": "variation", "Parent": f"id:{keep['ID']}", "Position": str(number),
                  "Name": merged.listing.title, "Visibility in catalog": "visible",
                  "SKU": piece.row.get("SKU", ""), **_state_options(change, keep, piece)}  # fmt: skip
        if piece.at_home and piece.row["ID"] == keep["ID"]:
            kept = {h: v for h, v in keep.items() if _of_variation(h)}
            if shared["SKU"] in {p.row.get("SKU", "") for p in change.pieces if p is not piece}:
                shared["SKU"] = ""  # the importer skips a row whose code is there already, and its goods would be lost
            created.append({**kept, "Images": _first_image(keep.get("Images", "")), **shared})
        else:
            updated.append({"ID": piece.row["ID"], "Stock": piece.row.get("Stock", ""), **shared})
    return updated, created


def _of_variation(header: str) -> bool:
    return header not in _NOT_OF_VARIATIONS and not header.startswith(("Attribute ", "Meta: "))


def _first_image(images: str) -> str:
    return images.split(",")[0].strip()


def _repeat_attributes(row: Mapping[str, str]) -> dict[str, str]:
    return {h: v for h, v in row.items() if h.startswith("Attribute ")}


def _list_attributes(change: ChangeSet, keep: Mapping[str, str]) -> dict[str, str]:
    """Return the kept product's attributes: the options with all their values first, the others as they are."""
    merged = change.merged
    cells: dict[str, str] = {}
    held = _read_attributes(keep)
    number = 0
    for axis in merged.axes:
        number += 1
        values = dict.fromkeys(_escape(s.options[axis]) for s in merged.skus if s.options.get(axis))
        own = next((h for h in held if align_name(h.name) == align_name(axis)), None)
        told = own or Held(axis, "", "0", "1")
        cells |= _write_attribute(number, told._replace(value=", ".join(values)))
    taken = {align_name(a) for a in merged.axes}
    for own in held:
        if align_name(own.name) not in taken:
            number += 1
            cells |= _write_attribute(number, own)
    return cells


class Held(NamedTuple):
    """One attribute as a row holds it: whether the shop shares it (``everywhere``), and whether buyers see it."""

    name: str
    value: str
    everywhere: str
    visible: str


def _read_attributes(row: Mapping[str, str]) -> list[Held]:
    found = []
    for number in range(1, 1 + sum(h.startswith("Attribute ") for h in row)):
        name = row.get(f"Attribute {number} name", "")
        if name:
            value, everywhere, visible = (
                row.get(f"Attribute {number} {part}", "") for part in ("value(s)", "global", "visible")
            )
            found.append(Held(name, value, everywhere or "0", visible or "1"))
    return found


def _state_options(change: ChangeSet, keep: Mapping[str, str], piece: Piece) -> dict[str, str]:
    """Return a variation's options, under the names that the kept product's attributes have."""
    cells: dict[str, str] = {}
    held = {align_name(h.name): h for h in reversed(_read_attributes(keep))}
    for number, axis in enumerate(change.merged.axes, 1):
        told = held.get(align_name(axis)) or Held(axis, "", "0", "1")
        cells |= _write_attribute(number, told._replace(value=_escape(piece.sku.options.get(axis, ""))))
    return cells


def _write_attribute(number: int, held: Held) -> dict[str, str]:
    return {f"Attribute {number} name": held.name, f"Attribute {number} value(s)": held.value,
            f"Attribute {number} visible": held.visible, f"Attribute {number} global": held.everywhere}  # fmt: skip


def _make_rows(change: ChangeSet) -> list[dict[str, str]]:
    """Return the rows of a product that is made from another catalogue."""
    merged, listing = change.merged, change.merged.listing
    number = listing.listing_id if listing.listing_id.isdigit() else ""
    top = {
        **place_unread(_UNREAD, listing.other),
        "ID": number,
        "Type": "variable" if merged.axes else "simple",
        "Name": listing.title,
        "Published": "1",
        "Visibility in catalog": "visible",
        "Description": show_html(find_description(change)),
        "Categories": listing.category,
        "Images": ", ".join(merged.photos),
        "Position": "0",
    }
    values = [
        (a, ", ".join(dict.fromkeys(_escape(s.options[a]) for s in merged.skus if s.options.get(a))))
        for a in merged.axes
    ]
    for n, (name, value) in enumerate([*values, *((k, _escape(v)) for k, v in listing.attributes.items())], 1):
        top |= _write_attribute(n, Held(name, value, "0", "1"))
    if not merged.axes:
        return [top | _offer(merged, 1, change.pieces[0]) | place_unread(_PRICES, listing.other)]
    parent = listing.listing_id
    top["SKU"] = "" if number else parent
    rows = [top]
    for k, piece in enumerate(change.pieces, 1):
        row = {"Type": "variation", "Name": listing.title, "Published": "1", "Visibility in catalog": "visible",
               "Position": str(k), "Images": piece.sku.image,
               "Parent": f"id:{number}" if number else parent}  # fmt: skip
        row |= _offer(merged, k, piece) | place_unread((c for c in _UNREAD if _of_variation(c)), piece.other)
        for n, axis in enumerate(merged.axes, 1):
            row |= _write_attribute(n, Held(axis, _escape(piece.sku.options.get(axis, "")), "0", "1"))
        rows.append(row)
    return rows


def _offer(merged: Merged, number: int, piece: Piece) -> dict[str, str]:
    sku = piece.sku
    return {
        "SKU": name_sku(merged, number, sku),
        "GTIN, UPC, EAN, or ISBN": sku.gtin,
        "Regular price": show_price(sku.price),
        "Stock": show_count(sku.stock),
        "In stock?": "" if sku.stock is None else "0" if sku.stock <= 0 else "1",
    }


def _write(first: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    """Return rows as CSV; every attribute has its numbered columns, behind all others."""
    headers = dict.fromkeys([*first, *(h for row in rows for h in row)])
    filled = {h for row in rows for h, v in row.items() if v} | set(UPDATE)
    plain = [h for h in headers if not h.startswith("Attribute ") and h in filled]
    most = max((int(h.split()[1]) for h in headers if h.startswith("Attribute ")), default=0)
    parts = ("name", "value(s)", "visible", "global")
    return write_rows([*plain, *(f"Attribute {n} {part}" for n in range(1, most + 1) for part in parts)], rows)


def _escape(value: str) -> str:
    """Values are listed with commas, so one that holds a comma has it escaped."""
    return value.replace(",", "\\,")
