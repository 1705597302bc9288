"""Amazon: the flat-file template, a parent without an offer and one child a SKU. Codes stand in the third row.

The parent is new and written in full; the children are the seller's items as they are, and their rows say nothing but
which parent they have and what they vary in. No item is ended but true copies: whoever deletes a child deletes its
relation. What a template calls its themes and values is its own; ``--template`` fills the seller's.
"""

import re
from collections.abc import Mapping, Sequence

from dupcheck.exports.changesets import ChangeSet, Piece, Work
from dupcheck.exports.checks import check_addresses, check_gtins
from dupcheck.exports.merging import Merged
from dupcheck.exports.targets import Target
from dupcheck.exports.texts import find_attribute, find_description, show_price, write_rows
from dupcheck.messages import Message, message
from dupcheck.rules import MergeLimits, read_pack
from dupcheck.titles import align_name, read_value

THEMES = {
    "color": ("color_name", "Color"), "size": ("size_name", "Size"), "material": ("material_type", "Material"),
    "pattern": ("pattern_name", "Pattern"), "style": ("style_name", "Style"),
    "pack": ("number_of_items", "NumberOfItems"),
}  # fmt: skip
"""The field of each axis and its name in a variation theme; any other axis is written as a style."""
COLUMNS = (
    "feed_product_type", "item_sku", "brand_name", "item_name", "external_product_id", "external_product_id_type",
    "standard_price", "quantity", "main_image_url", "parent_child", "parent_sku", "relationship_type",
    "variation_theme", "update_delete", "product_description", "color_name", "size_name", "material_type",
    "pattern_name", "style_name", "number_of_items", "business_price", "quantity_price_type",
    "quantity_lower_bound1", "quantity_price1",
)  # fmt: skip


class Amazon(Target):
    """A tab-separated flat file."""

    name = "amazon"
    suffix = "txt"
    offers = True
    formats = ("amazon-template", "amazon-template-new", "amazon-report")

    @property
    def limits(self) -> MergeLimits:
        """What the rule pack says a family holds."""
        return read_pack("amazon").merge

    def render(self, work: Work) -> Mapping[str, bytes]:
        """Return the template's rows: for each listing the parent, then its children."""
        rows = [r for c in work.changes for r in list_rows(c)]
        columns = list(dict.fromkeys([*COLUMNS, *(c for r in rows for c in r)]))
        above = [["TemplateType=fptcustom", "Version=2024.1"], [c.replace("_", " ").title() for c in columns]]
        return {"": write_rows(columns, rows, delimiter="\t", above=above)}

    def check(self, merged: Merged) -> list[Message]:
        """Say what Amazon wants besides: codes, a brand, a theme that it knows, and true variations only."""
        found = [] if find_attribute(merged, "brand") else [message("exports.no_brand")]
        if any(not s.gtin for s in merged.skus):
            found.append(message("exports.no_gtin"))
        if merged.axes and not merged.listing.description:
            found.append(message("exports.no_description"))
        if merged.axes:
            found.append(message("exports.template_signature"))
            found.append(message("exports.theme_choose", theme=name_theme(merged.axes)))
        unknown = [a for a in merged.axes if align_name(a) not in THEMES]
        if unknown:
            found.append(message("exports.theme_unknown", axes=", ".join(unknown)))
        pack = read_pack("amazon")
        faults = [o for o in pack.opposites if any(align_name(a) in o.axes for a in merged.axes)]
        found += [message("exports.false_variation", axes=", ".join(merged.axes)) for _ in faults]
        return [*found, *check_gtins(merged), *check_addresses(merged)]


def name_theme(axes: Sequence[str]) -> str:
    """Return the classic name of a variation theme: ``ColorSize``."""
    return "".join(THEMES.get(align_name(a), THEMES["style"])[1] for a in axes)


def list_rows(change: ChangeSet) -> list[dict[str, str]]:
    """Return a family's rows by the template's codes: the parent, then its children; none where nothing changes."""
    merged, listing = change.merged, change.merged.listing
    if not merged.axes:
        return _list_single(change)
    if change.keep.skus and change.origin is not None and change.origin.format.startswith("amazon-template"):
        parent, rows = listing.listing_id, []
        if listing.title != change.keep.title:
            rows.append({"item_sku": parent, "item_name": listing.title, "update_delete": "PartialUpdate"})
    else:
        parent = f"{listing.listing_id}-PARENT"[: read_pack("amazon").merge.sku_code_max]
        told = {
            "feed_product_type": listing.category,
            "brand_name": find_attribute(merged, "brand"),
            "main_image_url": listing.main_image,
            "product_description": " ".join(find_description(change).split()),
            "material_type": "" if _varies(merged, "material") else find_attribute(merged, "material"),
        }  # fmt: skip
        rows = [{
            **told,
            **_take_own(change),
            "item_sku": parent,
            "item_name": listing.title,
            "parent_child": "Parent",
            "variation_theme": name_theme(merged.axes),
            "update_delete": "Update",
        }]  # fmt: skip
    return [*rows, *(_child(change, piece, parent) for piece in change.pieces)]


_COUNT = re.compile(r"\d+")
_OF_ITEMS = re.compile(
    r"item_sku|seller-sku|external_product|gtin|upc|ean|standard_price|list_price|sale_|map_price|minimum_|maximum_|"
    r"quantity|number_of_items|condition_|fulfillment|handling|merchant_|offer|parent|relationship|variation|update_"
    r"|business_|progressive_|pricing_|restock|swatch|package_(?!content)|item_package|::|contribution_|child_"
)


def is_of_parent(code: str) -> bool:
    """Whether a field tells of a family as a whole, and not of an item that can be bought."""
    return _OF_ITEMS.match(code) is None and not code.startswith(("color_", "size_"))


def _varies(merged: Merged, axis: str) -> bool:
    return axis in {align_name(a) for a in merged.axes}


def _take_own(change: ChangeSet) -> dict[str, str]:
    """Return what the kept item's own row in a template says of the whole family: a new parent is written in full."""
    piece = next((p for p in change.pieces if p.at_home), None)
    if piece is None or "item_sku" not in piece.row:
        return {}
    varied = {THEMES[align_name(a)][0] for a in change.merged.axes if align_name(a) in THEMES}
    return {c: v for c, v in piece.row.items() if v and is_of_parent(c) and c not in varied and c != "item_name"}


def _list_single(change: ChangeSet) -> list[dict[str, str]]:
    """Return the row of a listing without options: only what the plan gives it."""
    (piece,) = change.pieces
    row = {"item_sku": name_item(piece), "update_delete": "PartialUpdate", **_price(change, piece)}
    filled = dict(piece.list_filled())
    if "gtin" in filled:
        row |= _code(str(filled["gtin"]))
    return [row] if len(row) > 2 else []


def name_item(piece: Piece) -> str:
    """Return the seller's own code of an item, as it is known to Amazon."""
    return piece.row.get("item_sku", "") or piece.row.get("seller-sku", "") or piece.sku.sku_code or piece.offer_id


def _child(change: ChangeSet, piece: Piece, parent: str) -> dict[str, str]:
    row = {
        "item_sku": name_item(piece),
        "parent_child": "Child",
        "parent_sku": parent,
        "relationship_type": "Variation",
        "variation_theme": name_theme(change.merged.axes),
        "update_delete": "PartialUpdate",
        **_price(change, piece),
    }
    for axis, value in piece.sku.options.items():
        field = THEMES.get(align_name(axis), THEMES["style"])[0]
        if field == "number_of_items" and (count := _COUNT.match(read_value("pack", value))) is not None:
            value = count[0]  # the template takes a number there, and no unit
        row[field] = " ".join(t for t in (row.get(field, "") if field == "style_name" else "", value) if t)
    if piece.sku.gtin and not piece.before("gtin"):
        row |= _code(piece.sku.gtin)
    return row


def _code(gtin: str) -> dict[str, str]:
    kind = {12: "UPC", 13: "EAN", 14: "GTIN"}.get(len(gtin), "")
    return {"external_product_id": gtin, "external_product_id_type": kind}


def _price(change: ChangeSet, piece: Piece) -> dict[str, str]:
    """Return the quantity price; Amazon takes one only beside a business price."""
    if change.merged.wholesale is None:
        return {}
    pieces, percent = change.merged.wholesale
    return {
        "business_price": show_price(piece.sku.price),
        "quantity_price_type": "Percent",
        "quantity_lower_bound1": str(pieces),
        "quantity_price1": str(percent),
    }
