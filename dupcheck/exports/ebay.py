"""eBay: a Seller Hub upload with variations, a row for the listing and one for each variation below it.

A kept listing with an item number is revised, and its row holds what changes and nothing else: no description, no
condition, no photo. Where nothing changes there is no row. Listings that give way stand in a file of their own, with
``End``, for after the revision was verified. A listing without an item number says ``VerifyAdd``, which creates
nothing.
"""

from collections.abc import Mapping, Sequence

from dupcheck.exports.changesets import ChangeSet, Piece, Work
from dupcheck.exports.checks import check_addresses, check_gtins
from dupcheck.exports.merging import Merged
from dupcheck.exports.targets import Target
from dupcheck.exports.texts import (
    find_attribute,
    find_description,
    name_sku,
    show_count,
    show_html,
    show_price,
    write_rows,
)
from dupcheck.messages import Message, message
from dupcheck.rules import MergeLimits, read_pack
from dupcheck.titles import normalise

ACTION = "*Action(SiteID={site}|Country={country}|Currency={currency}|Version=1193|CC=UTF-8)"
SITES = {
    "USD": ("US", "US"), "GBP": ("UK", "GB"), "AUD": ("Australia", "AU"), "CAD": ("Canada", "CA"),
    "EUR": ("Germany", "DE"), "CHF": ("Switzerland", "CH"), "PLN": ("Poland", "PL"),
}  # fmt: skip
"""The site that takes prices in a currency, and its country: a file states one of each, and only one."""
COLUMNS = (
    "ItemID", "CustomLabel", "*Category", "*Title", "Relationship", "RelationshipDetails", "*ConditionID",
    "*StartPrice", "*Quantity", "PicURL", "*Description", "*Format", "*Duration", "P:UPC", "P:EAN",
)  # fmt: skip
CONDITIONS = {
    "new": "1000", "brand new": "1000", "new with tags": "1000", "new other": "1500", "open box": "1500",
    "certified refurbished": "2000", "refurbished": "2500", "seller refurbished": "2500", "used": "3000",
    "pre-owned": "3000", "for parts": "7000",
}  # fmt: skip
"""eBay's numbers of the conditions that a seller may state; any other is left for the seller to fill in."""
_ALWAYS = frozenset(
    ("ItemID", "CustomLabel", "*Title", "Relationship", "RelationshipDetails", "*StartPrice", "*Quantity")
)
_SIGNS = str.maketrans({"|": "/", ";": ",", "=": "-"})


class Ebay(Target):
    """A CSV with variations."""

    name = "ebay"

    @property
    def limits(self) -> MergeLimits:
        """What the rule pack says a listing holds."""
        return read_pack("ebay").merge

    def render(self, work: Work) -> Mapping[str, bytes]:
        """Return the rows to revise or add, and those to end."""
        apart: dict[str, list[ChangeSet]] = {}
        for change in work.changes:
            apart.setdefault(_find_currency(change) or "USD", []).append(change)
        files = {
            currency.lower() if n else "": self._write(changes, _head(currency))
            for n, (currency, changes) in enumerate(apart.items())
        }
        ended = [i for c in work.changes for i in self.list_ended(c) if i.isdigit()]
        if ended:
            action = _head(next(iter(apart)))
            ends = [{action: "End", "ItemID": i, "EndCode": "NotAvailable"} for i in ended]
            files["end"] = write_rows((action, "ItemID", "EndCode"), ends)
        return files

    def _write(self, changes: Sequence[ChangeSet], action: str) -> bytes:
        """Return the rows of listings whose prices are in one currency, which the head of the file states."""
        rows = [row for c in changes for row in self._list_rows(c, action)]
        filled = {h for row in rows for h, v in row.items() if v}
        specifics = [h for h in dict.fromkeys(h for row in rows for h in row) if h.startswith("C:") and h in filled]
        return write_rows([action, *(h for h in COLUMNS if h in filled | _ALWAYS), *specifics], rows)

    def check(self, merged: Merged) -> list[Message]:
        """Say what eBay wants besides; of a listing that is revised it has all that is not in the row."""
        listing = merged.listing
        told = [*check_gtins(merged, worded=True), *check_addresses(merged)]
        if _is_known(listing.listing_id):
            return told
        number = listing.category
        found = [] if number.isdigit() else [message("exports.category_number", category=number or "-")]
        missing = ["DispatchTimeMax", "Location", "ShippingProfileName", "ReturnProfileName", "PaymentProfileName"]
        if not _read_condition(find_attribute(merged, "condition")):
            missing.insert(0, "ConditionID")
        if not listing.description:
            missing.insert(0, "Description")
        if not any("://" in p for p in merged.photos):
            missing.insert(0, "PicURL")
        found.append(message("exports.required", fields=", ".join(missing)))
        return [*found, *told]

    def list_cautions(self, change: ChangeSet) -> list[Message]:
        """Return the cautions of a listing; where nothing is written, there is nothing that eBay could refuse."""
        if _is_known(change.keep.listing_id) and change.is_empty:
            return []
        told = super().list_cautions(change)
        currency = _find_currency(change)
        if not currency:
            told.append(message("exports.required", fields="Currency"))
        elif currency not in SITES or currency == "EUR":
            told.append(message("exports.ebay_site", currency=currency))
        if _is_known(change.keep.listing_id) and change.created and not change.keep.skus:
            told.append(message("exports.ebay_variations"))
        return told

    def _list_rows(self, change: ChangeSet, action: str) -> list[dict[str, str]]:
        if _is_known(change.keep.listing_id):
            return self._revise(change, action)
        return self._add(change, action)

    def _revise(self, change: ChangeSet, action: str) -> list[dict[str, str]]:
        merged, keep = change.merged, change.keep
        top = {action: "Revise", "ItemID": keep.listing_id}
        if merged.listing.title != keep.title:
            top["*Title"] = merged.listing.title
        if not merged.axes:
            filled = [pair for p in change.pieces for pair in p.list_filled()]
            for name, value in filled:
                top |= _write_field(name, value)
            return [top] if len(top) > 2 else []
        if change.is_empty:
            return []
        top["RelationshipDetails"] = _list_values(merged)
        return [top, *(_vary(merged, n, p) for n, p in enumerate(change.pieces, 1))]

    def _add(self, change: ChangeSet, action: str) -> list[dict[str, str]]:
        merged, listing = change.merged, change.merged.listing
        top = {
            action: "VerifyAdd",
            "CustomLabel": listing.listing_id if merged.axes else name_sku(merged, 1, merged.skus[0]),
            "*Category": listing.category,
            "*Title": listing.title,
            "RelationshipDetails": _list_values(merged),
            "*ConditionID": _read_condition(find_attribute(merged, "condition")),
            "PicURL": "|".join(merged.photos[: self.limits.images_max]),
            "*Description": show_html(find_description(change)),
            "*Format": "FixedPrice",
            "*Duration": "GTC",
            **{f"C:{n.translate(_SIGNS)}": v for n, v in listing.attributes.items()},
        }
        if not merged.axes:
            piece = change.pieces[0]
            return [{**top, **_offer(merged, 1, piece)}]
        return [top, *(_vary(merged, n, p) for n, p in enumerate(change.pieces, 1))]


def _find_currency(change: ChangeSet) -> str:
    return next((c for c in (change.keep.currency, *(s.currency for s in change.merged.skus)) if c), "")


def _head(currency: str) -> str:
    site, country = SITES.get(currency, SITES["USD"])
    return ACTION.format(site=site, country=country, currency=currency)


def _is_known(listing_id: str) -> bool:
    """Whether an id is an item number."""
    return listing_id.isascii() and listing_id.isdigit()


def _read_condition(text: str) -> str:
    return CONDITIONS.get(normalise(text), "")


def _list_values(merged: Merged) -> str:
    values = {
        a: dict.fromkeys(s.options[a].translate(_SIGNS) for s in merged.skus if s.options.get(a)) for a in merged.axes
    }
    return "|".join(f"{a.translate(_SIGNS)}={';'.join(v)}" for a, v in values.items())


def _vary(merged: Merged, number: int, piece: Piece) -> dict[str, str]:
    sku = piece.sku
    chosen = [(a, sku.options[a]) for a in merged.axes if sku.options.get(a)]
    details = "|".join(f"{a.translate(_SIGNS)}={v.translate(_SIGNS)}" for a, v in chosen)
    row = {"Relationship": "Variation", "RelationshipDetails": details, **_offer(merged, number, piece)}
    first = sku.options.get(merged.axes[0], "")
    if first and sku.image:
        row["PicURL"] = f"{first.translate(_SIGNS)}={sku.image}"
    return row


def _offer(merged: Merged, number: int, piece: Piece) -> dict[str, str]:
    sku = piece.sku
    row = {
        "CustomLabel": name_sku(merged, number, sku),
        "*StartPrice": show_price(sku.price),
        "*Quantity": show_count(sku.stock),
    }
    return row | (_write_field("gtin", sku.gtin) if sku.gtin else {})


def _write_field(name: str, value: object) -> dict[str, str]:
    """Return the cell of one field of an offer; a currency has none of its own."""
    match name:
        case "gtin":
            return {"P:UPC" if len(str(value)) == 12 else "P:EAN": str(value)}
        case "price" if isinstance(value, float):
            return {"*StartPrice": show_price(value)}
        case "stock" if isinstance(value, float):
            return {"*Quantity": show_count(value)}
        case "sku_code":
            return {"CustomLabel": str(value)}
        case _:
            return {}
