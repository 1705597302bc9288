"""AliExpress: whole product objects in the form its product interface takes for editing.

Field names and rules as in the interface's own classes: an edit carries the product again, not a patch. Where the
catalogue is the seller's own product objects, the kept object is written back as it was (freight, weight, detail, ids)
with the plan's title and SKUs; a SKU that comes from another product brings its own property and value ids along. From
any other catalogue the object holds what is known, and every field that an edit needs besides is named in the cautions.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from dupcheck.exports.changesets import ChangeSet, Piece, Work
from dupcheck.exports.checks import check_addresses
from dupcheck.exports.merging import Merged
from dupcheck.exports.targets import Target
from dupcheck.exports.texts import find_description, show_count, show_html, show_price
from dupcheck.messages import Message, message
from dupcheck.model import Sku
from dupcheck.rules import MergeLimits, read_pack
from dupcheck.titles import align_name, normalise, read_value

PROPERTIES = {"color": 14, "size": 5, "ships from": 200007763, "length": 200001036}
"""The ids of the SKU properties that are known; a category may use others."""
SHOE_SIZE = 200000124
_SHOES = frozenset(
    ("shoe", "shoes", "sneaker", "sneakers", "boot", "boots", "sandal", "sandals", "slipper", "slippers", "heels",
     "loafers", "footwear")
)  # fmt: skip
_COLORS = {
    "black": 193, "white": 29, "red": 10, "blue": 173, "green": 175, "yellow": 366, "beige": 771, "brown": 365458,
}  # fmt: skip
_SIZES = {"S": 100014064, "M": 361386, "L": 361385, "XL": 100014065, "XXL": 4182, "XXXL": 4183}
NEEDED = (
    "delivery_time", "freight_template_id", "promise_template_id", "gross_weight", "package_length", "package_width",
    "package_height", "product_unit",
)  # fmt: skip
"""What an edit must carry and no catalogue but the product object itself holds."""
_SKU_LISTS = ("aeop_ae_product_s_k_us", "aeop_ae_product_skus", "aeopAeProductSKUs", "sku_info_list")
_FILLED = {"price": "sku_price", "sku_code": "sku_code", "gtin": "ean_code"}
"""What a copy may give a SKU that has it not."""
_FORBIDDEN = re.compile(r"[#;:,=<>\t\n]+")
_COMMA, _COLON = re.compile(r"(?<=\d),(?=\d)"), re.compile(r"(?<=\d):(?=\d)")


class Aliexpress(Target):
    """Product objects as JSON."""

    name = "aliexpress"
    suffix = "json"

    @property
    def limits(self) -> MergeLimits:
        """What the rule pack says a listing holds."""
        return read_pack("aliexpress").merge

    def render(self, work: Work) -> Mapping[str, bytes]:
        """Return the products as a JSON list."""
        products = [self._write(c) for c in work.changes]
        text = json.dumps([p for p in products if p], ensure_ascii=False, indent=1) + "\n"
        return {"": text.encode("utf-8", "replace")}

    def check(self, merged: Merged) -> list[Message]:
        """Say which properties the category must name, and which photos are not on the web."""
        unknown = [a for a in merged.axes if align_name(a) not in PROPERTIES]
        found = [message("exports.property_unknown", axes=", ".join(unknown))] if unknown else []
        return [*found, *check_addresses(merged)]

    def list_cautions(self, change: ChangeSet) -> list[Message]:
        """Return the cautions of a listing: with its own object at hand, only what that lacks."""
        found = super().list_cautions(change)
        held = change.document(change.keep.listing_id)
        product = held or self._make(change)
        missing = [n for n in NEEDED if product.get(n) in (None, "")]
        missing += [n for n in ("currency_code", "image_u_r_ls", "detail") if not product.get(n)]
        if missing and not (held is not None and change.is_empty):
            found.append(message("exports.required", fields=", ".join(missing)))
        category = str(product.get("category_id", ""))
        if not category.isdigit():
            found.append(message("exports.category_number", category=category or "-"))
        nameless = self._list_nameless(change)
        if nameless:
            found.append(message("exports.value_ids", values=", ".join(nameless)))
        return found

    def _list_nameless(self, change: ChangeSet) -> list[str]:
        """Return the option values that no id is known for."""
        found: dict[str, None] = {}
        for piece in change.pieces:
            for part in self._properties(change, piece):
                if "property_value_id" not in part:
                    found[str(part.get("property_value_definition_name", ""))] = None
        return list(found)

    def _write(self, change: ChangeSet) -> dict[str, Any]:
        held = change.document(change.keep.listing_id)
        if held is None:
            return self._make(change)
        return {} if change.is_empty else self._edit(change, held)

    def _edit(self, change: ChangeSet, held: dict[str, Any]) -> dict[str, Any]:
        """Return the kept product's own object with what the plan changes."""
        product = dict(held)
        merged = change.merged
        if merged.listing.title != change.keep.title:
            product["subject"] = merged.listing.title
        own = next((n for n in _SKU_LISTS if isinstance(held.get(n), list)), _SKU_LISTS[0])
        product[own] = [self._edit_sku(change, p) for p in change.pieces]
        if merged.wholesale is not None:
            product["bulk_order"], product["bulk_discount"] = merged.wholesale
        return product

    def _edit_sku(self, change: ChangeSet, piece: Piece) -> dict[str, Any]:
        held = _find_sku(change.document(piece.owner.listing_id), piece)
        if held is None:
            return self._sku(change, piece)
        sku = {k: v for k, v in held.items() if k not in ("id", "sku_id")}
        sku["aeop_s_k_u_property"] = self._properties(change, piece)
        for name, value in piece.list_filled():
            if name in _FILLED:
                sku[_FILLED[name]] = show_price(value) if name == "price" else value
        return sku

    def _make(self, change: ChangeSet) -> dict[str, Any]:
        """Return a product object of what is known."""
        merged, listing = change.merged, change.merged.listing
        product: dict[str, Any] = {
            "product_id": listing.listing_id,
            "subject": listing.title,
            "currency_code": listing.currency,
            "image_u_r_ls": ";".join(merged.photos[: self.limits.images_max]),
            "detail": show_html(find_description(change)),
            "package_type": bool(listing.lot_size and listing.lot_size > 1),
            "lot_num": int(listing.lot_size or 1),
            "aeop_ae_product_propertys": [_attribute(n, v) for n, v in listing.attributes.items()],
            "aeop_ae_product_s_k_us": [self._sku(change, p) for p in change.pieces],
        }
        if listing.category:
            product["category_id"] = int(listing.category) if listing.category.isdigit() else listing.category
        if merged.wholesale is not None:
            product["bulk_order"], product["bulk_discount"] = merged.wholesale
        return product

    def _sku(self, change: ChangeSet, piece: Piece) -> dict[str, Any]:
        sku = piece.sku
        row: dict[str, Any] = {
            "aeop_s_k_u_property": self._properties(change, piece),
            "sku_price": show_price(sku.price),
            "sku_code": sku.sku_code,
            "currency_code": sku.currency or change.merged.listing.currency,
        }
        if sku.stock is not None:
            row["ipm_sku_stock"] = int(show_count(sku.stock))
        if sku.gtin:
            row["ean_code"] = sku.gtin
        return row

    def _properties(self, change: ChangeSet, piece: Piece) -> list[dict[str, Any]]:
        """Return a SKU's properties: its own with their ids where the seller's object has them."""
        held = _find_sku(change.document(piece.owner.listing_id), piece)
        own = _read_properties(held)
        shoes = bool(_SHOES & set(normalise(change.merged.listing.title).split()))
        found = []
        for k, axis in enumerate(change.merged.axes):
            value = piece.sku.options.get(axis)
            if not value:
                continue
            mine = next((p for p in own if _is_value(p, axis, value)), None)
            part = dict(mine) if mine is not None else _property(axis, piece.sku, shoes=shoes)
            if k == 0 and piece.sku.image and "sku_image" not in part:
                part["sku_image"] = piece.sku.image
            found.append(part)
        return found


def _read_properties(sku: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return a SKU's properties as its object holds them, whatever wrapper is round them."""
    value: Any = (sku or {}).get("aeop_s_k_u_property") or (sku or {}).get("aeop_s_k_u_property_list")
    while isinstance(value, Mapping) and len(value) == 1:
        value = next(iter(value.values()))
    return [dict(v) for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def _is_value(part: Mapping[str, Any], axis: str, value: str) -> bool:
    kind = align_name(axis)
    named = str(part.get("property_value_definition_name") or part.get("sku_property_value") or "")
    if named and read_value(kind, named) == read_value(kind, value):
        return True
    number = part.get("property_value_id")
    return not named and number is not None and number == _value_id(kind, value)


def _find_sku(product: Mapping[str, Any] | None, piece: Piece) -> Mapping[str, Any] | None:
    """Return the object of a piece's SKU in the product that offers it now."""
    held = next((v for n in _SKU_LISTS if isinstance(v := (product or {}).get(n), list)), [])
    skus = [s for s in held if isinstance(s, Mapping)]
    if len(skus) == 1:
        return skus[0]
    code = piece.own.sku_code if piece.own is not None else piece.owner.sku_code
    coded = [s for s in skus if code and str(s.get("sku_code", "")) == code]
    if len(coded) == 1:
        return coded[0]
    at = piece.owner.skus.index(piece.own) if piece.own is not None else 0
    return skus[at] if at < len(skus) == len(piece.owner.skus) else None


def _value_id(kind: str, value: str) -> int | None:
    return _COLORS.get(value.casefold()) if kind == "color" else _SIZES.get(value) if kind == "size" else None


def _property(axis: str, sku: Sku, *, shoes: bool) -> dict[str, Any]:
    value, kind = sku.options[axis], align_name(axis)
    found: dict[str, Any] = {"property_value_definition_name": _plain(value)}
    if kind in PROPERTIES:
        found["sku_property_id"] = SHOE_SIZE if shoes and kind == "size" else PROPERTIES[kind]
    number = _value_id(kind, value)
    if number is not None and not (shoes and kind == "size"):
        found["property_value_id"] = number
    return found


def _attribute(name: str, value: str) -> dict[str, Any]:
    """Return a property of the product: the brand has an id that every category shares."""
    if align_name(name) == "brand":
        return {"attr_name_id": 2, "attr_name": _plain(name), "attr_value": _plain(value)}
    return {"attr_name": _plain(name), "attr_value": _plain(value)}


def _plain(text: str) -> str:
    """Return a text without the signs that AliExpress refuses; between digits they say something: «0,5 L», «1:24»."""
    text = _COLON.sub("/", _COMMA.sub(".", text))
    return " ".join(_FORBIDDEN.sub(" ", text).split())
