"""Google Merchant Center: a feed with one offer a SKU; offers of one listing share an ``item_group_id``."""

from collections.abc import Sequence

from dupcheck.exports.checks import check_addresses
from dupcheck.exports.merging import Merged
from dupcheck.exports.texts import find_attribute, name_sku, show_price, write_rows
from dupcheck.messages import Message, message
from dupcheck.model import Sku
from dupcheck.rules import MergeLimits, read_pack
from dupcheck.titles import align_name

FACETS = {"color": "color", "size": "size", "material": "material", "pattern": "pattern", "gender": "gender"}
"""The axes that have a column of their own; others go into ``variant_option``."""
COLUMNS = (
    "id", "title", "description", "link", "image_link", "additional_image_link", "price", "availability", "brand",
    "gtin", "condition", "product_type", "item_group_id", "item_group_title", *FACETS.values(), "variant_option",
)  # fmt: skip
_LONGEST_ID = 50


class Google:
    """A tab-separated feed."""

    name = "google"
    suffix = "tsv"

    @property
    def limits(self) -> MergeLimits:
        """What the rule pack says a group holds."""
        return read_pack("google").merge

    def render(self, merged: Sequence[Merged]) -> bytes:
        """Return the feed's rows."""
        rows = [self._row(m, k, s) for m in merged for k, s in enumerate(m.skus, 1)]
        return write_rows(COLUMNS, rows, delimiter="\t")

    def check(self, merged: Merged) -> list[Message]:
        """Say what the feed needs besides: an address, a brand, an id that is short enough."""
        found = [] if merged.listing.url else [message("exports.no_link")]
        if not find_attribute(merged, "brand"):
            found.append(message("exports.no_brand"))
        long = [i for k, s in enumerate(merged.skus, 1) if len(i := name_sku(merged, k, s)) > _LONGEST_ID]
        if long:
            found.append(message("exports.long_ids", max=_LONGEST_ID, ids=", ".join(long)))
        if merged.axes and not any(align_name(a) in FACETS for a in merged.axes):
            found.append(message("exports.no_facet", axes=", ".join(merged.axes)))
        return [*found, *check_addresses(merged)]

    def _row(self, merged: Merged, number: int, sku: Sku) -> dict[str, str]:
        listing = merged.listing
        image = sku.image or listing.main_image
        row = {
            "id": name_sku(merged, number, sku),
            "title": " ".join([listing.title, *sku.options.values()])[: self.limits.title_max],
            "description": " ".join(listing.description.split())[:5000],
            "link": listing.url,
            "image_link": image,
            "additional_image_link": ",".join([p for p in merged.photos if p != image][:10]),
            "price": f"{show_price(sku.price)} {sku.currency or listing.currency}".strip() if sku.price else "",
            "availability": "out_of_stock" if sku.stock is not None and sku.stock <= 0 else "in_stock",
            "brand": find_attribute(merged, "brand"),
            "gtin": sku.gtin,
            "condition": find_attribute(merged, "condition") or "new",
            "product_type": listing.category,
            "item_group_id": listing.listing_id,
            "item_group_title": listing.title,
        }
        for axis, column in FACETS.items():
            row[column] = find_attribute(merged, axis)
        others = []
        for name, value in sku.options.items():
            if (axis := align_name(name)) in FACETS:
                row[FACETS[axis]] = value
            else:
                others.append(f"{name}:{value}".replace(",", " "))
        row["variant_option"] = ",".join(others)
        return row
