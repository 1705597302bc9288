"""Marketplaces whose file is a plain table: what stands in which column is data (``sheets/*.toml``)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from dupcheck.axes import AXES
from dupcheck.exports.changesets import ChangeSet, Piece, Work
from dupcheck.exports.checks import check_addresses, check_gtins
from dupcheck.exports.merging import Merged
from dupcheck.exports.parcels import measure_parcel
from dupcheck.exports.targets import Target
from dupcheck.exports.texts import find_attribute, find_description, show_count, show_price, write_rows
from dupcheck.files.cells import show_cell
from dupcheck.messages import Message, message
from dupcheck.rules import MergeLimits, read_pack
from dupcheck.titles import align_name


class TableTarget(Target):
    """One marketplace's table."""

    def __init__(self, name: str) -> None:
        self.name = name
        facts = _read_facts(name)
        self.columns = {c["header"]: c for c in facts["column"]}
        self.offers = bool(facts.get("offers", False))
        self.needed = tuple(facts.get("needed", ()))
        self.creates = bool(facts.get("creates", False))
        self.described = next((v for c in facts["column"] if (v := c.get("value")) in ("description", "words")),
                              "description")  # fmt: skip
        self.own = tuple(facts.get("own", ()))
        self._pack, self._merge = facts.get("pack", ""), facts.get("merge", {})

    @property
    def limits(self) -> MergeLimits:
        """What a listing holds there."""
        return read_pack(self._pack).merge if self._pack else MergeLimits(**self._merge)

    def render(self, work: Work) -> Mapping[str, bytes]:
        """Return the table."""
        rows = [self._fill(c, piece) for c in work.changes if self.is_touched(c) for piece in c.pieces]
        return {
            "": b"\xef\xbb\xbf" + write_rows(list(dict.fromkeys([*self.columns, *(h for r in rows for h in r)])), rows)
        }

    def is_touched(self, change: ChangeSet) -> bool:
        """Whether the table has anything to say of a listing: a wholesale price that it cannot hold is nothing."""
        tiers = self.limits.price_tiers
        return bool(change.created) or any(tiers or e.field != "wholesale" for e in change.edits)

    def list_cautions(self, change: ChangeSet) -> list[Message]:
        """Return the cautions of a listing, fields that the marketplace must have among them."""
        if not self.is_touched(change):
            return [t for t in super().list_cautions(change) if t.key == "exports.twin_stays"]
        found = super().list_cautions(change)
        rows = [self._fill(change, piece) for piece in change.pieces]
        missing = [h for h, c in self.columns.items() if c.get("value") in self.needed
                   and any(not r.get(h) for r in rows)]  # fmt: skip
        if self.creates:
            found.append(message("exports.table_creates", id=change.keep.listing_id))
        if missing:
            found.append(message("exports.required", fields=", ".join(missing)))
        return found

    def check(self, merged: Merged) -> list[Message]:
        """Say which codes are no GTINs where one must be stated, and which photos are not on the web."""
        codes = check_gtins(merged) if "gtin" in self.needed else []
        return [*codes, *check_addresses(merged)]

    def _fill(self, change: ChangeSet, piece: Piece) -> dict[str, str]:
        facts = describe_piece(change, piece)
        row = {h: show_cell(c["text"] if "text" in c else facts.get(c["value"], "")) for h, c in self.columns.items()}
        origin = change.origins.get(piece.owner.listing_id)
        if origin is not None and origin.format in self.own:  # what its own row has in columns that no field takes
            row |= {h: show_cell(t) for h, t in piece.other.items() if not row.get(h)}
        return row


@cache
def _read_facts(name: str) -> dict[str, Any]:
    return tomllib.loads(files("dupcheck.exports.sheets").joinpath(f"{name}.toml").read_text("utf-8"))


def describe_piece(change: ChangeSet, piece: Piece) -> dict[str, str]:
    """Return what a table's column may hold of one SKU, by name.

    ``group`` and ``kept`` are the kept listing's id, ``item`` the seller's own code of the SKU, or what else it is
    known by, ``owner`` the listing that offers it today and ``card`` the marketplace's number in its row; ``axis1`` and
    ``option1`` the first option's name and value, and so on; ``description`` has the markup that the seller's file has,
    ``words`` none; ``theme`` the names of all options, in English where they are known; ``primary`` Yes for one SKU of
    the listing that stays; ``weight`` (kg), ``grams``,
    ``length``, ``width`` and ``height`` (cm) those of the parcel.
    """
    merged, sku = change.merged, piece.sku
    listing = merged.listing
    facts = {
        "group": listing.listing_id,
        "kept": listing.listing_id,
        "item": sku.sku_code or piece.offer_id,
        "owner": piece.owner.listing_id,
        "card": _find_card(change, piece),
        "title": listing.title,
        "own_title": piece.owner.title,
        "description": find_description(change),
        "words": change.keep.description,
        "brand": find_attribute(merged, "brand"),
        "category": listing.category,
        "price": show_price(sku.price),
        "currency": sku.currency or listing.currency,
        "stock": show_count(sku.stock),
        "sku_code": sku.sku_code,
        "gtin": sku.gtin,
        "image": sku.image,
        "main_image": listing.main_image,
        "images": ";".join(merged.photos),
        "url": piece.owner.url,
        "theme": ",".join(align_name(a) if align_name(a) in AXES else a for a in merged.axes),
        "primary": "Yes" if piece is next((p for p in change.pieces if p.at_home), None) else "No",
        **measure_parcel(change, piece),
    }
    if facts.get("weight"):
        facts["grams"] = f"{1000 * float(facts['weight']):.6g}"
    for n, axis in enumerate(merged.axes, 1):
        facts |= {f"axis{n}": axis, f"option{n}": sku.options.get(axis, "")}
    others = [p for p in merged.photos if p != listing.main_image]
    return facts | {f"photo{n}": p for n, p in enumerate(others, 1)}


def _find_card(change: ChangeSet, piece: Piece) -> str:
    origin = change.origins.get(piece.owner.listing_id)
    told = "" if origin is None else piece.row.get(origin.find_header("listing_id"), "")
    return told or piece.owner.listing_id
