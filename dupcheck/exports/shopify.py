"""Shopify: the product CSV, one row a variant under the kept listing's handle. It has no wholesale prices.

Where the catalogue is Shopify's own export, the kept product's rows are repeated as they stand and only what the plan
names is changed in them; a new variant takes along every variant column of the row it comes from. From any other
catalogue the file makes products, and columns that the catalogue does not hold are left out: Shopify keeps what it has.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence

from dupcheck.exports.changesets import ChangeSet, Piece, Work
from dupcheck.exports.checks import check_addresses
from dupcheck.exports.merging import Merged
from dupcheck.exports.targets import Target
from dupcheck.exports.texts import (
    find_attribute,
    find_description,
    find_header,
    place_unread,
    show_count,
    show_html,
    show_price,
    write_rows,
)
from dupcheck.messages import Message, message
from dupcheck.rules import MergeLimits

COLUMNS = (
    "Handle", "Title", "Body (HTML)", "Vendor", "Type", "Option1 Name", "Option1 Value", "Option2 Name",
    "Option2 Value", "Option3 Name", "Option3 Value", "Variant SKU", "Variant Inventory Qty", "Variant Price",
    "Variant Barcode", "Image Src", "Image Position", "Variant Image",
)  # fmt: skip
"""The columns of a file made from another catalogue; of them only those that hold something are written."""
_UNREAD = (
    "Tags", "Published", "Status", "Template Suffix", "SEO Title", "SEO Description", "Gift Card", "Product Category",
    "Google Shopping / MPN", "Google Shopping / Age Group", "Google Shopping / Gender",
)  # fmt: skip
_UNREAD_OF_VARIANTS = (
    "Variant Grams", "Variant Weight Unit", "Variant Inventory Tracker", "Variant Inventory Policy",
    "Variant Fulfillment Service", "Variant Compare At Price", "Variant Requires Shipping", "Variant Taxable",
    "Variant Tax Code", "Cost per item",
)  # fmt: skip
"""Columns that dupcheck does not read, and that a catalogue's unread columns may fill."""
_VARIANT = frozenset(
    (
        "sku", "barcode", "price", "compare-at price", "cost per item", "charge tax", "tax code", "inventory tracker",
        "inventory quantity", "continue selling when out of stock", "weight value (grams)", "weight unit for display",
        "requires shipping", "fulfillment service", "variant image url",
    )
)  # fmt: skip
_HANDLE = re.compile(r"[a-z0-9][a-z0-9_-]*")
_ALWAYS = frozenset({"Handle", "Title", "Option1 Name", "Option1 Value", "Variant SKU", "Variant Price"})


class Shopify(Target):
    """A product CSV with options."""

    name = "shopify"
    formats = ("shopify", "shopify-new")
    limits = MergeLimits(
        max_axes=3, price_tiers=0, title_max=255, option_name_max=255, sku_code_max=255, skus_max=2048, images_max=250
    )

    def render(self, work: Work) -> Mapping[str, bytes]:
        """Return the products' rows, the redirects, and the rows that make the folded products drafts."""
        rows: list[dict[str, str]] = []
        redirects, drafts = [], []
        for change in work.changes:
            own = self.is_own(change)
            rows += _change_rows(change) if own else _make_rows(change)
            new = f"/products/{change.keep.listing_id}"
            for gone in self.list_ended(change) if own else ():
                redirects.append({"Redirect from": f"/products/{gone}", "Redirect to": new})
                drafts.append({"Handle": gone, "Title": change.members[gone].title, "Status": "draft"})
        own_headers = [h for c in work.changes if self.is_own(c) and c.origin for h in c.origin.rows[0]]
        seen = dict.fromkeys(h for row in rows for h in row)
        filled = {h for row in rows for h, v in row.items() if v}
        base = own_headers or [c for c in COLUMNS if c in _ALWAYS | filled]
        files = {"": write_rows(list(dict.fromkeys([*base, *(h for h in seen if h in filled)])), rows)}
        if redirects:
            files["redirects"] = write_rows(("Redirect from", "Redirect to"), redirects)
            files["hide"] = write_rows(("Handle", "Title", "Status"), drafts)
        return files

    def check(self, merged: Merged) -> list[Message]:
        """Say where an id is no handle, and which photos are not on the web."""
        known = merged.listing.listing_id
        handle = make_handle(known)
        found = [] if handle == known else [message("exports.handle", id=known, handle=handle)]
        return [*found, *check_addresses(merged)]


def make_handle(listing_id: str) -> str:
    """Return an id as a handle of Shopify: small letters, digits and hyphens.

    Where letters are lost it ends in a number of its own, so that no two products get one handle.

    >>> make_handle("RW-É1"), make_handle("杯-1")
    ('rw-e1', '1-c6f2a37153')
    """
    if _HANDLE.fullmatch(listing_id):
        return listing_id
    plain = unicodedata.normalize("NFKD", listing_id.casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    text = re.sub(r"[^a-z0-9_]+", "-", bare).strip("-_")
    if text and not any(c.isalnum() and not c.isascii() for c in bare):
        return text
    number = hashlib.blake2b(listing_id.encode("utf-8", "replace"), digest_size=5).hexdigest()
    return f"{text or 'product'}-{number}"


def _is_variant_column(header: str) -> bool:
    plain = header.casefold()
    return plain.startswith("variant ") or plain in _VARIANT or " / " in plain


def _change_rows(change: ChangeSet) -> list[dict[str, str]]:
    """Return the kept product's own rows with the plan's changes, and a row for each variant that it gains."""
    assert change.origin is not None
    if change.is_empty:
        return []
    rows = [dict(r) for r in change.origin.rows]
    headers = list(rows[0])
    handle, title = (find_header(headers, *n) for n in (("Handle", "URL handle"), ("Title",)))
    if change.merged.listing.title != change.keep.title:
        rows[0][title] = change.merged.listing.title
    image = find_header(headers, "Image Src", "Product image URL")
    place = find_header(headers, "Image Position", "Product image position")
    shown = [r.get(image, "") for r in rows if r.get(image)]
    last = len(rows)
    for piece in change.pieces:
        if piece.at_home:
            row = next((r for r in rows if r == dict(piece.row)), rows[0])
            _fill(row, headers, piece)
        else:
            row = {h: v for h, v in piece.row.items() if _is_variant_column(h)}
            row[handle] = rows[0][handle]
            _fill_new(row, headers, piece)
            if piece.sku.image and piece.sku.image not in shown:
                shown.append(piece.sku.image)
                row |= {image: piece.sku.image, place: str(len(shown))}
            rows.insert(last, row)
            last += 1
        _name_options(row, headers, change, piece)
    return rows


def _fill(row: dict[str, str], headers: Sequence[str], piece: Piece) -> None:
    columns = {
        "price": ("Variant Price", "Price"),
        "sku_code": ("Variant SKU", "SKU"),
        "gtin": ("Variant Barcode", "Barcode"),
        "stock": ("Variant Inventory Qty", "Inventory quantity"),
    }
    for name, value in piece.list_filled():
        if name in columns:
            header = find_header(headers, *columns[name])
            row[header] = show_price(value) if name == "price" else show_count(value) if name == "stock" else value


def _fill_new(row: dict[str, str], headers: Sequence[str], piece: Piece) -> None:
    """Give a new variant what its own row lacks, and its picture."""
    sku = piece.sku
    for names, value in (
        (("Variant SKU", "SKU"), sku.sku_code),
        (("Variant Price", "Price"), show_price(sku.price)),
        (("Variant Barcode", "Barcode"), sku.gtin),
        (("Variant Image", "Variant image URL"), sku.image),
    ):
        header = find_header(headers, *names)
        if value and not row.get(header):
            row[header] = value


def _name_options(row: dict[str, str], headers: Sequence[str], change: ChangeSet, piece: Piece) -> None:
    for n in range(1, 4):
        name = find_header(headers, f"Option{n} Name")
        value = find_header(headers, f"Option{n} Value")
        if n <= len(change.merged.axes):
            axis = change.merged.axes[n - 1]
            row |= {name: axis, value: piece.sku.options.get(axis, "")}
        elif change.merged.axes and value in row:
            row |= {name: "", value: ""}


def _make_rows(change: ChangeSet) -> list[dict[str, str]]:
    """Return the rows of a product that is made from another catalogue."""
    merged = change.merged
    listing, photos = merged.listing, list(merged.photos)
    handle = make_handle(listing.listing_id)
    rows = []
    for sku, piece in zip(merged.skus, change.pieces, strict=True):
        row = {
            **place_unread(_UNREAD_OF_VARIANTS, piece.other, lead="Variant"),
            "Handle": handle,
            "Variant SKU": sku.sku_code,
            "Variant Inventory Qty": show_count(sku.stock),
            "Variant Price": show_price(sku.price),
            "Variant Barcode": sku.gtin,
            "Variant Image": sku.image if merged.axes else "",
        }
        for n, axis in enumerate(merged.axes[:3], 1):
            row |= {f"Option{n} Name": axis, f"Option{n} Value": sku.options.get(axis, "")}
        if not merged.axes:
            row |= {"Option1 Name": "Title", "Option1 Value": "Default Title"}
        rows.append(row)
    rows[0] |= place_unread(_UNREAD, listing.other)
    rows[0] |= {
        "Title": listing.title,
        "Body (HTML)": show_html(find_description(change)),
        "Vendor": find_attribute(merged, "brand"),
        "Type": listing.category,
    }
    for k, photo in enumerate(photos):
        if k == len(rows):
            rows.append({"Handle": handle})
        rows[k] |= {"Image Src": photo, "Image Position": str(k + 1)}
    return rows
