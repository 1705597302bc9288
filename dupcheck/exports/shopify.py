"""Shopify: the product CSV, one row a variant under the kept listing's handle. It has no wholesale prices."""

from collections.abc import Sequence

from dupcheck.exports.checks import check_addresses
from dupcheck.exports.merging import Merged
from dupcheck.exports.texts import find_attribute, show_count, show_html, show_price, write_rows
from dupcheck.messages import Message
from dupcheck.rules import MergeLimits

COLUMNS = (
    "Handle", "Title", "Body (HTML)", "Vendor", "Type", "Published", "Option1 Name", "Option1 Value", "Option2 Name",
    "Option2 Value", "Option3 Name", "Option3 Value", "Variant SKU", "Variant Inventory Tracker",
    "Variant Inventory Qty", "Variant Inventory Policy", "Variant Price", "Variant Barcode", "Image Src",
    "Image Position", "Variant Image", "Status",
)  # fmt: skip


class Shopify:
    """A product CSV with options."""

    name = "shopify"
    suffix = "csv"
    limits = MergeLimits(
        max_axes=3, price_tiers=0, title_max=255, option_name_max=255, sku_code_max=255, skus_max=2048, images_max=250
    )

    def render(self, merged: Sequence[Merged]) -> bytes:
        """Return the products' rows: variants first, then the photos that are left."""
        return write_rows(COLUMNS, [row for m in merged for row in self._rows(m)])

    def check(self, merged: Merged) -> list[Message]:
        """Say which photos are not on the web."""
        return check_addresses(merged)

    def _rows(self, merged: Merged) -> list[dict[str, str]]:
        listing, photos = merged.listing, list(merged.photos)
        rows = []
        for sku in merged.skus:
            row = {
                "Handle": listing.listing_id,
                "Variant SKU": sku.sku_code,
                "Variant Inventory Tracker": "shopify" if sku.stock is not None else "",
                "Variant Inventory Qty": show_count(sku.stock),
                "Variant Inventory Policy": "deny",
                "Variant Price": show_price(sku.price),
                "Variant Barcode": sku.gtin,
                "Variant Image": sku.image if merged.axes else "",
            }
            for n, axis in enumerate(merged.axes[:3], 1):
                row |= {f"Option{n} Name": axis, f"Option{n} Value": sku.options.get(axis, "")}
            if not merged.axes:
                row |= {"Option1 Name": "Title", "Option1 Value": "Default Title"}
            rows.append(row)
        rows[0] |= {
            "Title": listing.title,
            "Body (HTML)": show_html(listing.description),
            "Vendor": find_attribute(merged, "brand") or listing.shop,
            "Type": listing.category,
            "Published": "TRUE",
            "Status": "active",
        }
        for k, photo in enumerate(photos):
            if k == len(rows):
                rows.append({"Handle": listing.listing_id})
            rows[k] |= {"Image Src": photo, "Image Position": str(k + 1)}
        return rows
