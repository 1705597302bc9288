"""Google Merchant Center: a feed with one offer a SKU; offers of one listing share an ``item_group_id``.

Every variant stays the offer that it is, under its own id, link and photo. From a Google feed the seller's rows are all
repeated, with the group's id, and an option's value where its column is empty; ``patch`` holds the ids and groups
alone, as a supplemental feed. A column that the feed does not hold is made only for the group and for options without
one.
"""

from collections.abc import Iterator, Mapping, Sequence

from dupcheck.exports.changesets import ChangeSet, Piece, Work
from dupcheck.exports.checks import check_addresses
from dupcheck.exports.merging import Merged
from dupcheck.exports.targets import Target
from dupcheck.exports.texts import find_attribute, show_price, write_rows
from dupcheck.messages import Message, message
from dupcheck.model import Catalog
from dupcheck.rules import MergeLimits, read_pack
from dupcheck.titles import align_name, normalise

FACETS = {"color": "color", "size": "size", "material": "material", "pattern": "pattern", "gender": "gender"}
"""The axes that have a column of their own; others go into ``variant_option``."""
COLUMNS = (
    "id", "title", "description", "link", "image_link", "additional_image_link", "price", "availability", "brand",
    "gtin", "condition", "product_type", "item_group_id", *FACETS.values(), "variant_option",
)  # fmt: skip
CONDITIONS = {"new": "new", "refurbished": "refurbished", "renewed": "refurbished", "used": "used"}
_LONGEST_ID = 50


class Google(Target):
    """A tab-separated feed."""

    name = "google"
    suffix = "tsv"
    offers = True
    formats = ("google-merchant",)

    @property
    def limits(self) -> MergeLimits:
        """What the rule pack says a group holds."""
        return read_pack("google").merge

    def render(self, work: Work) -> Mapping[str, bytes]:
        """Return the feed, and the groups alone."""
        own = any(self.is_own(c) for c in work.changes)
        rows = list(
            _repeat_rows(work.changes, work.catalog) if own else (r for c in work.changes for r in _make_rows(c))
        )
        headers = list(dict.fromkeys(h for r in rows for h in r)) if own else list(COLUMNS)
        filled = {h for r in rows for h, v in r.items() if v}
        if not own:
            headers = [h for h in headers if h in filled or h in ("id", "title", "link", "image_link", "price")]
        files = {"": write_rows(headers, rows, delimiter="\t")}
        groups = [
            {"id": _row_id(p), "item_group_id": _name_group(c)} for c in work.changes if c.merged.axes for p in c.pieces
        ]
        if own and groups:
            files["patch"] = write_rows(("id", "item_group_id"), groups, delimiter="\t")
        return files

    def check(self, merged: Merged) -> list[Message]:
        """Say what the feed needs besides: an address, a photo, a description, a brand, a condition Google knows."""
        listing = merged.listing
        found = [] if listing.url else [message("exports.no_link")]
        if not merged.photos:
            found.append(message("exports.no_photo"))
        if not listing.description:
            found.append(message("exports.no_description"))
        brand = find_attribute(merged, "brand")
        if not brand and not all(s.gtin for s in merged.skus):
            found.append(message("exports.no_brand"))
        condition = find_attribute(merged, "condition")
        if condition and _read_condition(condition) == "":
            found.append(message("exports.condition_google", value=condition))
        if len(listing.listing_id) > _LONGEST_ID:
            found.append(message("exports.long_ids", max=_LONGEST_ID, ids=listing.listing_id))
        if merged.axes and not any(align_name(a) in FACETS for a in merged.axes):
            found.append(message("exports.no_facet", axes=", ".join(merged.axes)))
        return [*found, *check_addresses(merged)]

    def list_cautions(self, change: ChangeSet) -> list[Message]:
        """Return the cautions of a listing; a feed says whether there is stock, and not how much."""
        return [t for t in super().list_cautions(change) if t.key != "exports.stock_unknown"]


def _read_condition(text: str) -> str:
    """Return Google's word for a condition, "" where it has none."""
    first = (normalise(text).split() or [""])[0]
    return CONDITIONS.get(first, "")


def _row_id(piece: Piece) -> str:
    return piece.row.get("id", "") or piece.offer_id


def _name_group(change: ChangeSet) -> str:
    """Return the group's id: the one the kept offers have, else the kept listing's id."""
    held = next((g for p in change.pieces if p.at_home and (g := p.row.get("item_group_id", ""))), "")
    return (held or change.keep.listing_id)[:_LONGEST_ID]


def _list_facets(change: ChangeSet, piece: Piece) -> tuple[dict[str, str], str]:
    """Return the columns of a piece's options, and the text of those that have none."""
    facets, others = {}, []
    for name, value in piece.sku.options.items():
        if (axis := align_name(name)) in FACETS:
            facets[FACETS[axis]] = value
        else:
            others.append(f"{name}:{value}".replace(",", " "))
    return facets, ",".join(others)


def _repeat_rows(changes: Sequence[ChangeSet], catalog: Catalog) -> Iterator[dict[str, str]]:
    """Yield every row of the seller's feed, those of merged listings with their group."""
    given: dict[str, dict[str, str]] = {}
    for change in changes:
        for piece in change.pieces:
            given[_row_id(piece)] = _add_group(change, piece)
    for listing_id in catalog.ids.tolist():
        origin = catalog.trace(listing_id)
        for row in origin.rows if origin is not None and origin.format == "google-merchant" else ():
            added = given.get(row.get("id", ""), {})
            yield {**row, **{h: v for h, v in added.items() if h == "item_group_id" or not row.get(h)}}


def _add_group(change: ChangeSet, piece: Piece) -> dict[str, str]:
    added: dict[str, str] = {}
    if change.merged.axes:
        facets, others = _list_facets(change, piece)
        added = {"item_group_id": _name_group(change), **facets}
        if others:
            added["variant_option"] = others
    if piece.sku.gtin and not piece.before("gtin"):
        added["gtin"] = piece.sku.gtin
    return added


def _make_rows(change: ChangeSet) -> Iterator[dict[str, str]]:
    """Yield the offers of a listing from another catalogue; what that does not hold is left open."""
    for piece in change.pieces:
        owner, sku = piece.owner, piece.sku
        image = sku.image or owner.main_image
        photos = [p for p in (owner.main_image, *owner.images) if p and p != image]
        origin = change.origins.get(owner.listing_id)
        described = origin.rows[0].get(origin.find_header("description"), "") if origin is not None else ""
        facets, others = _list_facets(change, piece)
        stated = {align_name(n): v for n, v in owner.attributes.items()}
        row = {
            "id": piece.offer_id,
            "title": owner.title,
            "description": described or owner.description,
            "link": owner.url,
            "image_link": image,
            "additional_image_link": ",".join(photos[:10]),
            "price": f"{show_price(sku.price)} {sku.currency or owner.currency}".strip() if sku.price else "",
            "availability": "" if sku.stock is None else "out_of_stock" if sku.stock <= 0 else "in_stock",
            "brand": stated.get("brand", ""),
            "gtin": sku.gtin,
            "condition": _read_condition(stated.get("condition", "")),
            "product_type": owner.category,
            "item_group_id": _name_group(change) if change.merged.axes else "",
            **{column: stated.get(axis, "") for axis, column in FACETS.items()},
            **facets,
            "variant_option": others,
        }
        yield row
