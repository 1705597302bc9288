"""eBay: a Seller Hub upload with variations, a row for the listing and one for each variation below it.

A kept listing with an item number is revised; without one the row says ``VerifyAdd``, which creates nothing.
"""

from collections.abc import Sequence

from dupcheck.exports.checks import check_addresses
from dupcheck.exports.merging import Merged
from dupcheck.exports.texts import name_sku, show_count, show_html, show_price, write_rows
from dupcheck.messages import Message, message
from dupcheck.rules import MergeLimits, read_pack

ACTION = "*Action(SiteID=US|Country=US|Currency={currency}|Version=1193|CC=UTF-8)"
COLUMNS = (
    "ItemID", "CustomLabel", "*Category", "*Title", "Relationship", "RelationshipDetails", "*ConditionID",
    "*StartPrice", "*Quantity", "PicURL", "*Description", "*Format", "*Duration", "P:UPC", "P:EAN",
)  # fmt: skip
_NEW = "1000"
_SIGNS = str.maketrans({"|": "/", ";": ",", "=": "-"})


class Ebay:
    """A CSV with variations."""

    name = "ebay"
    suffix = "csv"

    @property
    def limits(self) -> MergeLimits:
        """What the rule pack says a listing holds."""
        return read_pack("ebay").merge

    def render(self, merged: Sequence[Merged]) -> bytes:
        """Return the listings' rows with their item specifics."""
        specifics = list(dict.fromkeys(f"C:{n.translate(_SIGNS)}" for m in merged for n in m.listing.attributes))
        currency = next((m.listing.currency for m in merged if m.listing.currency), "USD")
        action = ACTION.format(currency=currency)
        rows = [row for m in merged for row in self._rows(m, action)]
        return write_rows([action, *COLUMNS, *specifics], rows)

    def check(self, merged: Merged) -> list[Message]:
        """Say what eBay wants besides: a category number, photos on the web."""
        number = merged.listing.category
        found = [] if number.isdigit() else [message("exports.category_number", category=number or "-")]
        return [*found, *check_addresses(merged)]

    def _rows(self, merged: Merged, action: str) -> list[dict[str, str]]:
        listing, known = merged.listing, merged.listing.listing_id.isdigit()
        values = {
            a: list(dict.fromkeys(s.options[a].translate(_SIGNS) for s in merged.skus if s.options.get(a)))
            for a in merged.axes
        }
        top = {
            action: "Revise" if known else "VerifyAdd",
            "ItemID": listing.listing_id if known else "",
            "CustomLabel": listing.listing_id if merged.axes else name_sku(merged, 1, merged.skus[0]),
            "*Category": listing.category,
            "*Title": listing.title,
            "RelationshipDetails": "|".join(f"{a.translate(_SIGNS)}={';'.join(v)}" for a, v in values.items()),
            "*ConditionID": _NEW,
            "PicURL": "|".join(merged.photos[: self.limits.images_max]),
            "*Description": show_html(listing.description) or listing.title,
            "*Format": "FixedPrice",
            "*Duration": "GTC",
            **{f"C:{n.translate(_SIGNS)}": v for n, v in listing.attributes.items()},
        }
        if not merged.axes:
            return [{**top, **self._offer(merged, 0)}]
        rows = [top]
        for number, sku in enumerate(merged.skus):
            chosen = [(a, sku.options[a]) for a in merged.axes if sku.options.get(a)]
            details = "|".join(f"{a.translate(_SIGNS)}={v.translate(_SIGNS)}" for a, v in chosen)
            rows.append({"Relationship": "Variation", "RelationshipDetails": details, **self._offer(merged, number)})
            first = sku.options.get(merged.axes[0], "")
            if first and sku.image:
                rows[-1]["PicURL"] = f"{first.translate(_SIGNS)}={sku.image}"
        return rows

    def _offer(self, merged: Merged, number: int) -> dict[str, str]:
        sku = merged.skus[number]
        code = "P:UPC" if len(sku.gtin) == 12 else "P:EAN"
        return {
            "CustomLabel": name_sku(merged, number + 1, sku),
            "*StartPrice": show_price(sku.price),
            "*Quantity": show_count(sku.stock),
            **({code: sku.gtin} if sku.gtin else {}),
        }
