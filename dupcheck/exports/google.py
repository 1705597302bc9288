"""Google Merchant Center and Meta: a feed with one offer a SKU; offers of one listing share an ``item_group_id``.

Every variant stays the offer that it is, under its own id, link and photo. From a feed of theirs the seller's rows are
all repeated, with the group's id, and an option's value where its column is empty; ``patch`` holds the ids and groups
alone, as a supplemental feed. A column that the feed does not hold is made only for the group and for options without
one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from dupcheck.exports.changesets import ChangeSet, Piece, Work
from dupcheck.exports.checks import check_addresses, check_gtins
from dupcheck.exports.merging import Merged
from dupcheck.exports.targets import Target
from dupcheck.exports.texts import find_attribute, show_price, write_rows
from dupcheck.messages import Message, message
from dupcheck.model import Catalog
from dupcheck.rules import MergeLimits, read_pack
from dupcheck.titles import align_name, normalise

FACETS = {"color": "color", "size": "size", "material": "material", "pattern": "pattern", "gender": "gender"}
"""The axes that have a column of their own; others go into the column that names them itself."""
COLUMNS = (
    "id", "title", "description", "link", "image_link", "additional_image_link", "price", "availability", "brand",
    "gtin", "condition", "product_type", "item_group_id", *FACETS.values(),
)  # fmt: skip
CONDITIONS = {"new": "new", "refurbished": "refurbished", "renewed": "refurbished", "used": "used"}
_FORMAT = "google-merchant"
_TOLD = {"description": "exports.no_description", "link": "exports.no_link", "image_link": "exports.no_photo",
         "price": "exports.prices"}  # fmt: skip
"""What says that a column is empty in other words."""
_MONEY = re.compile(r"[A-Z]{3}")


class Google(Target):
    """A tab-separated feed."""

    name = "google"
    suffix = "tsv"
    offers = True
    formats = (_FORMAT,)
    longest_id = 50
    separator = "\t"
    others = "variant_option"
    """The column that names options without one of their own."""
    in_stock, sold_out = "in_stock", "out_of_stock"
    needed: tuple[str, ...] = ("description", "link", "image_link", "price", "availability")
    """What every offer must state beside its id and title."""
    takes_markup = True
    conditions: Mapping[str, str] = CONDITIONS

    @property
    def limits(self) -> MergeLimits:
        """What the rule pack says a group holds."""
        return read_pack("google").merge

    def render(self, work: Work) -> Mapping[str, bytes]:
        """Return the feed, and the groups alone."""
        own = any(self.is_own(c) for c in work.changes)
        made = (r for c in work.changes if c.merged.axes for r in self._make(c))
        rows = list(self._repeat_rows(work.changes, work.catalog) if own else made)
        headers = list(dict.fromkeys(h for r in rows for h in r)) if own else [*COLUMNS, self.others]
        filled = {h for r in rows for h, v in r.items() if v}
        if not own:
            headers = [h for h in headers if h in filled or h in ("id", "title", "link", "image_link", "price")]
        files = {"": write_rows(headers, rows, delimiter=self.separator)}
        groups = [
            {"id": _row_id(p), "item_group_id": self._name_group(c)}
            for c in work.changes
            if c.merged.axes
            for p in c.pieces
        ]
        if own and groups:
            files["patch"] = write_rows(("id", "item_group_id"), groups, delimiter=self.separator)
        return files

    def check(self, merged: Merged) -> list[Message]:
        """Say what the feed needs besides: an address, a photo, a description, a brand, a condition that it knows."""
        listing = merged.listing
        found = [] if listing.url else [message("exports.no_link")]
        if not any("://" in p for p in merged.photos):
            found.append(message("exports.no_photo"))
        if not listing.description:
            found.append(message("exports.no_description"))
        brand = find_attribute(merged, "brand")
        if not brand and not all(s.gtin for s in merged.skus):
            found.append(message("exports.no_brand"))
        condition = find_attribute(merged, "condition")
        if condition and self._read_condition(condition) == "":
            found.append(message("exports.condition_google", value=condition))
        if len(listing.listing_id) > self.longest_id:
            found.append(message("exports.long_ids", max=self.longest_id, ids=listing.listing_id))
        if merged.axes and not any(align_name(a) in FACETS for a in merged.axes):
            found.append(message("exports.no_facet", axes=", ".join(merged.axes)))
        return [*found, *check_gtins(merged), *check_addresses(merged)]

    def list_cautions(self, change: ChangeSet) -> list[Message]:
        """Return the cautions of a listing; a feed says whether there is stock, and not how much."""
        told = [t for t in super().list_cautions(change) if t.key != "exports.stock_unknown"]
        rows = [p.row for p in change.pieces] if self.is_own(change) else list(self._make(change))
        keys = {t.key for t in told}
        missing = [h for h in self.needed if any(not r.get(h) for r in rows) and _TOLD.get(h) not in keys]
        if any(r.get("price") and not _MONEY.search(r["price"]) for r in rows):
            missing.append("currency")
        if missing:
            told.append(message("exports.required", fields=", ".join(missing)))
        return told if self.is_own(change) else [*told, message("exports.feed_replaces")]

    def _read_condition(self, text: str) -> str:
        """Return the marketplace's word for a condition, "" where it has none."""
        words = normalise(text).split() or [""]
        return self.conditions.get(" ".join(words), self.conditions.get(words[0], ""))

    def _name_group(self, change: ChangeSet) -> str:
        """Return the group's id: the one the kept offers have, else the kept listing's id."""
        held = next((g for p in change.pieces if p.at_home and (g := p.row.get("item_group_id", ""))), "")
        return (held or change.keep.listing_id)[: self.longest_id]

    def _repeat_rows(self, changes: Sequence[ChangeSet], catalog: Catalog) -> Iterator[dict[str, str]]:
        """Yield every row of the seller's feed, those of merged listings with their group."""
        given: dict[str, dict[str, str]] = {}
        for change in changes:
            for piece in change.pieces:
                given[_row_id(piece)] = self._add_group(change, piece)
        for listing_id in catalog.ids.tolist():
            origin = catalog.trace(listing_id)
            for row in origin.rows if origin is not None and origin.format in self.formats else ():
                added = given.get(row.get("id", ""), {})
                yield {**row, **{h: v for h, v in added.items() if h == "item_group_id" or not row.get(h)}}

    def _add_group(self, change: ChangeSet, piece: Piece) -> dict[str, str]:
        added: dict[str, str] = {}
        if change.merged.axes:
            facets, others = _list_facets(piece)
            added = {"item_group_id": self._name_group(change), **facets, **self.write_others(others, piece.row)}
        if piece.sku.gtin and not piece.before("gtin"):
            added["gtin"] = piece.sku.gtin
        return added

    def write_others(self, others: Mapping[str, str], row: Mapping[str, str]) -> dict[str, str]:
        """Return the cells of options that have no column of their own, in a seller's row."""
        return {self.others: _join_options(others)} if others else {}

    def _make(self, change: ChangeSet) -> Iterator[dict[str, str]]:
        """Yield the offers of a listing from another catalogue; what that does not hold is left open."""
        for piece in change.pieces:
            owner, sku = piece.owner, piece.sku
            image = sku.image or owner.main_image
            photos = [p for p in (owner.main_image, *owner.images) if p and p != image]
            origin = change.origins.get(owner.listing_id)
            described = origin.rows[0].get(origin.find_header("description"), "") if origin is not None else ""
            facets, others = _list_facets(piece)
            stated = {align_name(n): v for n, v in owner.attributes.items()}
            yield {
                "id": piece.offer_id,
                "title": owner.title,
                "description": (self.takes_markup and described) or owner.description,
                "link": owner.url,
                "image_link": image,
                "additional_image_link": ",".join(photos[:10]),
                "price": f"{show_price(sku.price)} {sku.currency or owner.currency}".strip() if sku.price else "",
                "availability": "" if sku.stock is None else self.sold_out if sku.stock <= 0 else self.in_stock,
                "brand": stated.get("brand", ""),
                "gtin": sku.gtin,
                "condition": self._read_condition(stated.get("condition", "")),
                "product_type": owner.category,
                "item_group_id": self._name_group(change) if change.merged.axes else "",
                **{column: stated.get(axis, "") for axis, column in FACETS.items()},
                **facets,
                **self.write_others(others, {}),
            }


class Meta(Google):
    """A comma-separated feed for the catalogue of Facebook and Instagram: as Google's, with words of its own."""

    name = "meta"
    suffix = "csv"
    longest_id = 100
    separator = ","
    others = "additional_variant_attribute"
    in_stock, sold_out = "in stock", "out of stock"
    needed = (*Google.needed, "condition")
    takes_markup = False
    conditions: Mapping[str, str] = {
        **CONDITIONS, "used like new": "used_like_new", "used good": "used_good", "used fair": "used_fair",
    }  # fmt: skip
    limits = MergeLimits(max_axes=10, price_tiers=0, title_max=200, option_name_max=200, sku_code_max=100,
                         images_max=21)  # fmt: skip

    def check(self, merged: Merged) -> list[Message]:
        """Say what the feed needs besides; any option may tell variants apart."""
        return [t for t in super().check(merged) if t.key != "exports.no_facet"]

    def write_others(self, others: Mapping[str, str], row: Mapping[str, str]) -> dict[str, str]:
        """Return the cells of options without a column; a feed that parts label and value has them parted."""
        if not any(h.startswith(f"{self.others}[") for h in row):
            return super().write_others(others, row)
        stated = {align_name(v) for h, v in row.items() if h.startswith(self.others) and h.endswith(".variant_label")}
        free = (n for n in count() if not row.get(f"{self.others}[{n}].variant_label"))
        cells: dict[str, str] = {}
        for name, value in others.items():
            if align_name(name) not in stated:
                place = f"{self.others}[{next(free)}]"
                cells |= {f"{place}.variant_label": name, f"{place}.variant_value": value}
        return cells


def _row_id(piece: Piece) -> str:
    return piece.row.get("id", "") or piece.offer_id


def _list_facets(piece: Piece) -> tuple[dict[str, str], dict[str, str]]:
    """Return the columns of a piece's options, and the options that have none."""
    facets, others = {}, {}
    for name, value in piece.sku.options.items():
        if (axis := align_name(name)) in FACETS:
            facets[FACETS[axis]] = value
        else:
            others[name] = value
    return facets, others


def _join_options(options: Mapping[str, str]) -> str:
    return ",".join(f"{name}:{value}".replace(",", " ") for name, value in options.items())
