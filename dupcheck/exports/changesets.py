"""Plan → change set: what becomes of each listing, cell by cell. Every file is a rendering of it.

A change set holds only what its plan names: the title of the listing that stays, its options, the SKUs that it gains,
one wholesale price, and what copies give it where it has nothing. Everything else stays as the seller's own rows say.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from dupcheck.catalog import get_listing
from dupcheck.exports.merging import MERGING, Merged, merge_listings
from dupcheck.messages import Lang, Message, message
from dupcheck.model import DOCUMENT, Catalog, Listing, Origin, Sku
from dupcheck.titles import align_name, read_value

StepKind = Literal["backup", "edit", "verify", "hide", "end", "redirect"]
STEPS: tuple[StepKind, ...] = ("backup", "edit", "verify", "hide", "end", "redirect")
"""The order that loses nothing."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One cell that changes: a field of a listing or of one of its SKUs (``code``, "" for the listing), and why."""

    listing_id: str
    code: str
    field: str
    old: str
    new: str
    why: Message


@dataclass(frozen=True, slots=True)
class Piece:
    """One SKU of the listing that stays: what it will be, and where it stands today.

    ``owner`` is the listing that offers it now, ``own`` that listing's SKU (None: the listing is its own only SKU),
    ``row`` the seller's row of it (empty where no file is known), ``at_home`` whether it is in the kept listing
    already.
    """

    sku: Sku
    owner: Listing
    own: Sku | None
    row: Mapping[str, str]
    at_home: bool
    replaces: tuple[str, ...] = ()

    @property
    def offer_id(self) -> str:
        """What marketplaces of single offers know it by: the listing's id, or its code where the listing holds more."""
        return self.owner.listing_id if self.own is None else self.own.sku_code or self.owner.listing_id

    @property
    def other(self) -> Mapping[str, str]:
        """What its row holds in columns that dupcheck does not read."""
        return {**(self.owner.other if self.own is None else {}), **self.sku.other}

    def before(self, field: str) -> Any:
        """Return what a field of the SKU holds today."""
        if self.own is not None:
            return getattr(self.own, field)
        return getattr(self.owner, "main_image" if field == "image" else field)

    def list_filled(self) -> list[tuple[str, Any]]:
        """Return the fields of the SKU that are empty today and that the plan fills: name and value."""
        names = ("price", "currency", "sku_code", "gtin", "stock")
        return [(n, v) for n in names if (v := getattr(self.sku, n)) not in (None, "") and self.before(n) in (None, "")]


@dataclass(frozen=True)
class ChangeSet:
    """What one plan changes. ``plan`` is as ``merges.json`` holds it; ``merged`` is the kept listing afterwards."""

    plan: Mapping[str, Any]
    merged: Merged
    members: Mapping[str, Listing]
    origins: Mapping[str, Origin]
    pieces: tuple[Piece, ...]

    @property
    def keep(self) -> Listing:
        """The listing that stays, as it is today."""
        return self.members[self.plan["keep"]]

    @property
    def origin(self) -> Origin | None:
        """The kept listing's own rows."""
        return self.origins.get(self.keep.listing_id)

    @cached_property
    def folds(self) -> tuple[str, ...]:
        """The listings that become options of the one that stays."""
        given = {p.owner.listing_id for p in self.pieces}
        return tuple(i for i in self.members if i != self.keep.listing_id and i in given)

    @cached_property
    def twins(self) -> tuple[str, ...]:
        """The listings that become a wholesale price of the one that stays."""
        if self.plan["wholesale"] is None:
            return ()
        return tuple(i for i in self._given_way if self._is_twin(self.members[i]))

    @cached_property
    def copies(self) -> tuple[str, ...]:
        """The listings that offer nothing which the one that stays does not offer."""
        return tuple(i for i in self._given_way if i not in self.twins)

    @cached_property
    def _given_way(self) -> tuple[str, ...]:
        return tuple(i for i in self.members if i != self.keep.listing_id and i not in self.folds)

    def _is_twin(self, listing: Listing) -> bool:
        if listing.bulk_price is None and (listing.min_order_quantity or 1) > (self.keep.min_order_quantity or 1):
            return True
        over = [p.sku.price for p in self.pieces if listing.listing_id in p.replaces and p.sku.price]
        return bool(over) and listing.price is not None and listing.price < min(over)

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """Every cell of the kept listing that changes, and of its new SKUs nothing: those are made."""
        keep, after = self.keep, self.merged.listing
        found: list[Edit] = []

        def tell(code: str, field: str, old: object, new: object, key: str, /, **values: object) -> None:
            found.append(
                Edit(
                    keep.listing_id, code, field, show_value(old), show_value(new), message(f"exports.{key}", **values)
                )
            )

        if after.title != keep.title:
            tell("", "title", keep.title, after.title, "why_title")
        for piece in (p for p in self.pieces if p.at_home):
            before = dict(piece.own.options) if piece.own is not None else {}
            code = piece.sku.sku_code
            if dict(piece.sku.options) != before:
                tell(code, "options", show_options(before), show_options(piece.sku.options), "why_options")
            for name, value in piece.list_filled():
                tell(code, name, "", value, "why_filled", ids=", ".join(piece.replaces) or keep.listing_id)
        if self.merged.wholesale is not None:
            pieces, percent = self.merged.wholesale
            if (keep.min_order_quantity, keep.bulk_price) != (after.min_order_quantity, after.bulk_price):
                tell("", "wholesale", keep.bulk_price, f"{pieces}+: -{percent} %", "why_wholesale")
        return tuple(found)

    @property
    def created(self) -> tuple[Piece, ...]:
        """The SKUs that the kept listing gains."""
        return tuple(p for p in self.pieces if not p.at_home)

    @property
    def is_empty(self) -> bool:
        """Whether nothing about the kept listing changes: the copies go, and that is all."""
        return not self.edits and not self.created

    def cell(self, field: str) -> str:
        """Return what the kept listing's own row says in a field, as it stands there; "" where no file is known."""
        if self.origin is None:
            return ""
        header = self.origin.find_header(field)
        return self.origin.rows[0].get(header, "") if header else ""

    def document(self, listing_id: str) -> dict[str, Any] | None:
        """Return the product object of AliExpress that a listing was read from."""
        origin = self.origins.get(listing_id)
        if origin is None or origin.format != "json" or DOCUMENT not in origin.rows[0]:
            return None
        found: dict[str, Any] = json.loads(origin.rows[0][DOCUMENT])
        return found

    def list_unsaid(self) -> list[tuple[str, str]]:
        """Return what other members' descriptions say that the kept one's does not: id and text. The seller decides."""
        said = " ".join(self.keep.description.split()).casefold()
        return [
            (i, x.description)
            for i, x in self.members.items()
            if x.description and " ".join(x.description.split()).casefold() not in said
        ]


@dataclass(frozen=True)
class Work:
    """All that plans change: what becomes of merged listings, and single cells of those that are told apart."""

    catalog: Catalog
    changes: tuple[ChangeSet, ...]
    edits: tuple[Edit, ...] = ()
    lang: Lang = "en"


def make_work(catalog: Catalog, plans: Sequence[Mapping[str, Any]], lang: Lang = "en") -> Work:
    """Return what plans change. Plans that ask, or leave listings as they are, change nothing."""
    changes = make_changes(catalog, plans)
    gone = {i for c in changes for i in c.merged.offline}
    edits = []
    for plan in plans:
        for change in plan.get("changes", ()) if plan["action"] not in ("ask", "none") else ():
            listing_id = change["listing_id"]
            if listing_id in gone:
                continue
            listing = get_listing(catalog, catalog.positions[listing_id])
            field = change["field"]
            old = (
                listing.attributes.get(field.removeprefix("attributes."), "")
                if field.startswith("attributes.")
                else str(getattr(listing, field, ""))
            )
            why = message("exports.why_change", text=change.get("text", ""))
            edits.append(Edit(listing_id, "", field, old, change["value"], why))
    return Work(catalog, tuple(changes), tuple(edits), lang)


def make_changes(catalog: Catalog, plans: Sequence[Mapping[str, Any]]) -> list[ChangeSet]:
    """Return what each plan that merges changes. Plans that ask, leave or advise merge nothing and are in no file.

    Raises CatalogError where a plan names a listing that the catalogue does not hold, or one that two plans name.
    """
    acting = [p for p in plans if p["action"] in MERGING and p["skus"]]
    merged = merge_listings(catalog, plans)
    return [_make(catalog, plan, after) for plan, after in zip(acting, merged, strict=True)]


def _make(catalog: Catalog, plan: Mapping[str, Any], merged: Merged) -> ChangeSet:
    members = {i: get_listing(catalog, catalog.positions[i]) for i in plan["listings"]}
    origins = {i: origin for i in members if (origin := catalog.trace(i)) is not None}
    pieces = []
    for planned, sku in zip(plan["skus"], merged.skus, strict=True):
        owner = members[planned["listing_id"]]
        at = find_own(owner, planned)
        origin = origins.get(owner.listing_id)
        pieces.append(
            Piece(
                sku, owner, None if at is None else owner.skus[at], _find_row(origin, at),
                owner.listing_id == plan["keep"], tuple(planned.get("replaces", ())),
            )
        )  # fmt: skip
    return ChangeSet(plan, merged, members, origins, tuple(pieces))


def find_own(listing: Listing, planned: Mapping[str, Any]) -> int | None:
    """Return which of a listing's SKUs a planned one is; None where the listing has none, and is its own only SKU."""
    if not listing.skus:
        return None
    wanted = {align_name(n): read_value(align_name(n), str(v)) for n, v in planned["options"].items()}
    fits = []
    for k, own in enumerate(listing.skus):
        stated = {align_name(n): read_value(align_name(n), v) for n, v in own.options.items()}
        if all(stated[a] == wanted[a] for a in stated if a in wanted):
            fits.append(k)
    coded = [k for k, own in enumerate(listing.skus) if own.sku_code and own.sku_code == planned.get("sku_code")]
    both = [k for k in fits if k in coded]
    return next(iter(both or fits or coded), 0)


def _find_row(origin: Origin | None, at: int | None) -> Mapping[str, str]:
    if origin is None or DOCUMENT in origin.rows[0]:
        return {}
    if at is not None:
        return origin.skus[at] if at < len(origin.skus) else {}
    return origin.skus[0] if len(origin.skus) == 1 else origin.rows[0]


def show_value(value: object) -> str:
    """Return a value as a cell shows it, "" where it is unknown."""
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def show_options(options: Mapping[str, str]) -> str:
    """Return options, or attributes, as a cell shows them."""
    return "; ".join(f"{n}={v}" for n, v in options.items())
