"""Amazon: the flat-file template, a parent without an offer and one child a SKU. Codes stand in the third row."""

from collections.abc import Sequence

from dupcheck.exports.checks import check_addresses
from dupcheck.exports.merging import Merged
from dupcheck.exports.texts import find_attribute, name_sku, show_count, show_price, write_rows
from dupcheck.messages import Message, message
from dupcheck.model import Sku
from dupcheck.rules import MergeLimits, read_pack
from dupcheck.titles import align_name

THEMES = {
    "color": ("color_name", "Color"), "size": ("size_name", "Size"), "material": ("material_type", "Material"),
    "pattern": ("pattern_name", "Pattern"), "style": ("style_name", "Style"),
    "pack": ("number_of_items", "NumberOfItems"),
}  # fmt: skip
"""The field of each axis and its name in a variation theme; any other axis is written as a style."""
COLUMNS = (
    "feed_product_type", "item_sku", "brand_name", "item_name", "external_product_id", "external_product_id_type",
    "standard_price", "quantity", "main_image_url", *(f"other_image_url{n}" for n in range(1, 9)), "parent_child",
    "parent_sku", "relationship_type", "variation_theme", "update_delete", "product_description", "color_name",
    "size_name", "material_type", "pattern_name", "style_name", "number_of_items", "quantity_price_type",
    "quantity_lower_bound1", "quantity_price1",
)  # fmt: skip


class Amazon:
    """A tab-separated flat file."""

    name = "amazon"
    suffix = "txt"

    @property
    def limits(self) -> MergeLimits:
        """What the rule pack says a family holds."""
        return read_pack("amazon").merge

    def render(self, merged: Sequence[Merged]) -> bytes:
        """Return the template's rows: for each listing the parent, then its children."""
        above = [["TemplateType=fptcustom", "Version=2024.1"], [c.replace("_", " ").title() for c in COLUMNS]]
        return write_rows(COLUMNS, [r for m in merged for r in self._rows(m)], delimiter="\t", above=above)

    def check(self, merged: Merged) -> list[Message]:
        """Say what Amazon wants besides: codes, a brand, a theme that it knows, and true variations only."""
        found = [] if find_attribute(merged, "brand") else [message("exports.no_brand")]
        if any(not s.gtin for s in merged.skus):
            found.append(message("exports.no_gtin"))
        unknown = [a for a in merged.axes if align_name(a) not in THEMES]
        if unknown:
            found.append(message("exports.theme_unknown", axes=", ".join(unknown)))
        pack = read_pack("amazon")
        faults = [o for o in pack.opposites if any(align_name(a) in o.axes for a in merged.axes)]
        found += [message("exports.false_variation", axes=", ".join(merged.axes)) for _ in faults]
        return [*found, *check_addresses(merged)]

    def _rows(self, merged: Merged) -> list[dict[str, str]]:
        listing = merged.listing
        if not merged.axes:
            return [self._child(merged, 1, merged.skus[0])]
        parent = f"{listing.listing_id}-PARENT"[: self.limits.sku_code_max]
        theme = "".join(THEMES.get(align_name(a), THEMES["style"])[1] for a in merged.axes)
        shared = {"variation_theme": theme, "relationship_type": "Variation"}
        top = {k: v for k, v in self._child(merged, 1, merged.skus[0]).items() if k in _OF_PARENT}
        top |= {"item_sku": parent, "item_name": listing.title, "parent_child": "Parent", "variation_theme": theme}
        top |= {"main_image_url": listing.main_image}
        rows = [top]
        for number, sku in enumerate(merged.skus, 1):
            rows.append({**self._child(merged, number, sku), **shared, "parent_child": "Child", "parent_sku": parent})
        return rows

    def _child(self, merged: Merged, number: int, sku: Sku) -> dict[str, str]:
        listing = merged.listing
        image = sku.image or listing.main_image
        name = " ".join([listing.title, *(f"({v})" for v in sku.options.values())])
        row = {
            "feed_product_type": listing.category,
            "item_sku": name_sku(merged, number, sku),
            "brand_name": find_attribute(merged, "brand"),
            "item_name": name[: self.limits.title_max],
            "external_product_id": sku.gtin,
            "external_product_id_type": {12: "UPC", 13: "EAN", 14: "GTIN"}.get(len(sku.gtin), ""),
            "standard_price": show_price(sku.price),
            "quantity": show_count(sku.stock),
            "main_image_url": image,
            "update_delete": "PartialUpdate",
            "product_description": " ".join(listing.description.split()),
            "material_type": find_attribute(merged, "material"),
        }
        for n, photo in enumerate([p for p in merged.photos if p != image][:8], 1):
            row[f"other_image_url{n}"] = photo
        for axis, value in sku.options.items():
            field = THEMES.get(align_name(axis), THEMES["style"])[0]
            row[field] = " ".join(t for t in (row.get(field, "") if field == "style_name" else "", value) if t)
        if merged.wholesale is not None:
            pieces, percent = merged.wholesale
            row |= {
                "quantity_price_type": "percent",
                "quantity_lower_bound1": str(pieces),
                "quantity_price1": str(percent),
            }
        return row


_OF_PARENT = frozenset({"feed_product_type", "brand_name", "update_delete", "product_description", "material_type"})
