"""AliExpress: whole product objects in the form its product interface takes for editing.

Field names and rules as in the interface's own classes: an edit carries the product again, not a patch; one to three
SKU properties in the category's order, each value with a name of the seller's; one wholesale tier, ``bulk_order`` and
``bulk_discount``, both or neither. The marketplace's value ids mislead, so a value travels by its name.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from dupcheck.exports.checks import check_addresses
from dupcheck.exports.merging import Merged
from dupcheck.exports.texts import show_count, show_html, show_price
from dupcheck.messages import Message, message
from dupcheck.model import Sku
from dupcheck.rules import MergeLimits, read_pack
from dupcheck.titles import align_name

PROPERTIES = {"color": 14, "size": 5, "ships from": 200007763, "length": 200001036}
"""The ids of the SKU properties that are known; a category may use others."""
_COLORS = {
    "black": 193, "white": 29, "red": 10, "blue": 173, "green": 175, "yellow": 366, "beige": 771, "brown": 365458,
}  # fmt: skip
_SIZES = {"S": 100014064, "M": 361386, "L": 361385, "XL": 100014065, "XXL": 4182, "XXXL": 4183}
_FORBIDDEN = re.compile(r"[#;:,=<>\t\n]+")


class Aliexpress:
    """Product objects as JSON."""

    name = "aliexpress"
    suffix = "json"

    @property
    def limits(self) -> MergeLimits:
        """What the rule pack says a listing holds."""
        return read_pack("aliexpress").merge

    def render(self, merged: Sequence[Merged]) -> bytes:
        """Return the products as a JSON list."""
        return (json.dumps([self._product(m) for m in merged], ensure_ascii=False, indent=1) + "\n").encode()

    def check(self, merged: Merged) -> list[Message]:
        """Say which properties the category must name, and which photos are not on the web."""
        unknown = [a for a in merged.axes if align_name(a) not in PROPERTIES]
        found = [message("exports.property_unknown", axes=", ".join(unknown))] if unknown else []
        if not merged.listing.category.isdigit():
            found.append(message("exports.category_number", category=merged.listing.category or "-"))
        return [*found, *check_addresses(merged)]

    def _product(self, merged: Merged) -> dict[str, Any]:
        listing = merged.listing
        product: dict[str, Any] = {
            "product_id": listing.listing_id,
            "subject": listing.title,
            "currency_code": listing.currency or "USD",
            "image_u_r_ls": ";".join(merged.photos[: self.limits.images_max]),
            "detail": show_html(listing.description),
            "package_type": bool(listing.lot_size and listing.lot_size > 1),
            "lot_num": int(listing.lot_size or 1),
            "aeop_ae_product_propertys": [
                {"attr_name": _plain(n), "attr_value": _plain(v)} for n, v in listing.attributes.items()
            ],
            "aeop_ae_product_s_k_us": [self._sku(merged, s) for s in merged.skus],
        }
        if listing.category:
            product["category_id"] = int(listing.category) if listing.category.isdigit() else listing.category
        if merged.wholesale is not None:
            product["bulk_order"], product["bulk_discount"] = merged.wholesale
        return product

    def _sku(self, merged: Merged, sku: Sku) -> dict[str, Any]:
        properties = [_property(a, sku, pictured=k == 0) for k, a in enumerate(merged.axes) if sku.options.get(a)]
        row: dict[str, Any] = {
            "aeop_s_k_u_property": properties,
            "sku_price": show_price(sku.price),
            "sku_code": sku.sku_code,
            "currency_code": sku.currency or merged.listing.currency or "USD",
        }
        if sku.stock is not None:
            row["ipm_sku_stock"] = int(show_count(sku.stock))
        if sku.gtin:
            row["ean_code"] = sku.gtin
        return row


def _property(axis: str, sku: Sku, *, pictured: bool) -> dict[str, Any]:
    value, kind = sku.options[axis], align_name(axis)
    found: dict[str, Any] = {"property_value_definition_name": _plain(value)}
    if kind in PROPERTIES:
        found["sku_property_id"] = PROPERTIES[kind]
    else:
        found["sku_property_name"] = axis
    number = _COLORS.get(value.casefold()) if kind == "color" else _SIZES.get(value) if kind == "size" else None
    if number is not None:
        found["property_value_id"] = number
    if pictured and sku.image:
        found["sku_image"] = sku.image
    return found


def _plain(text: str) -> str:
    return " ".join(_FORBIDDEN.sub(" ", text).split())
