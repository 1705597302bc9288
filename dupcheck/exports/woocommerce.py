"""WooCommerce: the product CSV, a ``variable`` row with all values and one ``variation`` row a SKU."""

from collections.abc import Sequence

from dupcheck.exports.checks import check_addresses
from dupcheck.exports.merging import Merged
from dupcheck.exports.texts import name_sku, show_count, show_html, show_price, write_rows
from dupcheck.messages import Message
from dupcheck.model import Sku
from dupcheck.rules import MergeLimits

COLUMNS = (
    "ID", "Type", "SKU", "GTIN, UPC, EAN, or ISBN", "Name", "Published", "Is featured?", "Visibility in catalog",
    "Description", "Tax status", "In stock?", "Stock", "Regular price", "Categories", "Images", "Parent", "Position",
)  # fmt: skip


class Woocommerce:
    """A product CSV with variations."""

    name = "woocommerce"
    suffix = "csv"
    limits = MergeLimits(
        max_axes=30, price_tiers=0, title_max=200, option_name_max=200, sku_code_max=100, skus_max=2000, images_max=200
    )

    def render(self, merged: Sequence[Merged]) -> bytes:
        """Return the products' rows; every attribute has its numbered columns, options first."""
        rows = [row for m in merged for row in self._rows(m)]
        most = max((int(c.split()[1]) for row in rows for c in row if c.startswith("Attribute ")), default=0)
        numbered = [
            f"Attribute {n} {part}" for n in range(1, most + 1) for part in ("name", "value(s)", "visible", "global")
        ]
        return write_rows([*COLUMNS, *numbered], rows)

    def check(self, merged: Merged) -> list[Message]:
        """Say which photos are not on the web."""
        return check_addresses(merged)

    def _rows(self, merged: Merged) -> list[dict[str, str]]:
        listing = merged.listing
        number = listing.listing_id if listing.listing_id.isdigit() else ""
        top = {
            "ID": number,
            "Type": "variable" if merged.axes else "simple",
            "Name": listing.title,
            "Published": "1",
            "Is featured?": "0",
            "Visibility in catalog": "visible",
            "Description": show_html(listing.description),
            "Tax status": "taxable",
            "Categories": listing.category,
            "Images": ", ".join(merged.photos),
            "Position": "0",
        }
        values = [
            (a, ", ".join(dict.fromkeys(_escape(s.options[a]) for s in merged.skus if s.options.get(a))))
            for a in merged.axes
        ]
        for n, (name, value) in enumerate([*values, *((k, _escape(v)) for k, v in listing.attributes.items())], 1):
            top |= {f"Attribute {n} name": name, f"Attribute {n} value(s)": value, f"Attribute {n} visible": "1",
                    f"Attribute {n} global": "0"}  # fmt: skip
        if not merged.axes:
            return [top | self._offer(merged, 1, merged.skus[0])]
        parent = listing.listing_id
        top["SKU"] = "" if number else parent
        rows = [top]
        for k, sku in enumerate(merged.skus, 1):
            row = {
                "Type": "variation",
                "Name": listing.title,
                "Published": "1",
                "Position": str(k),
                "Images": sku.image,
            }
            row |= {"Parent": f"id:{number}" if number else parent, **self._offer(merged, k, sku)}
            for n, axis in enumerate(merged.axes, 1):
                row |= {f"Attribute {n} name": axis, f"Attribute {n} value(s)": _escape(sku.options.get(axis, "")),
                        f"Attribute {n} global": "0"}  # fmt: skip
            rows.append(row)
        return rows

    def _offer(self, merged: Merged, number: int, sku: Sku) -> dict[str, str]:
        return {
            "SKU": name_sku(merged, number, sku),
            "GTIN, UPC, EAN, or ISBN": sku.gtin,
            "Regular price": show_price(sku.price),
            "Stock": show_count(sku.stock),
            "In stock?": "0" if sku.stock is not None and sku.stock <= 0 else "1",
        }


def _escape(value: str) -> str:
    """Values are listed with commas, so one that holds a comma has it escaped."""
    return value.replace(",", "\\,")
