"""Plans → listings: what a plan makes of the listing it keeps, and the catalogue once every plan is carried out.

Plans come as ``merges.json`` holds them, so that a seller may first strike some out or change a title. Nothing that
the folded and removed listings had is lost: photos, facts and the sentences of descriptions join the kept listing, SKUs
keep their prices, codes and stock; what had to give way stands in the plan's cautions.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

from dupcheck.catalog import get_listing, make_catalog
from dupcheck.catalog.values import clean_markup
from dupcheck.errors import CatalogError
from dupcheck.files.given import read_given
from dupcheck.messages import Lang
from dupcheck.model import DOCUMENT, Catalog, Listing, Plan, Sku
from dupcheck.plans import bulk_price
from dupcheck.titles import align_name, normalise, read_value

MERGING = frozenset({"merge_variants", "wholesale_tier", "remove_duplicates"})
"""The actions after which one listing stands for its group."""
_IDLE = frozenset({"ask", "none"})
"""The actions that never change anything, whatever else their plan says."""
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Merged:
    """A kept listing as it is after the merge, and what it stands for.

    ``axes`` are the names of its options in order; ``wholesale`` is (pieces, percent off) or None; ``offline`` are the
    listings that go.
    """

    listing: Listing
    axes: tuple[str, ...]
    wholesale: tuple[int, int] | None
    offline: tuple[str, ...]

    @property
    def skus(self) -> tuple[Sku, ...]:
        """The listing's SKUs; one without options where it has none."""
        x = self.listing
        return x.skus or (Sku({}, x.price, x.currency, x.sku_code, x.gtin, x.stock, x.main_image),)

    @property
    def photos(self) -> tuple[str, ...]:
        """Every photo of the listing, the main one first."""
        return tuple(dict.fromkeys(p for p in (self.listing.main_image, *self.listing.images) if p))


def read_plans(path: str | Path) -> list[dict[str, Any]]:
    """Read ``merges.json``; a CatalogError says what is wrong with a file that is none, and in which plan."""
    from dupcheck.exports.schema import PlanError, decode_plans  # with a library that only files take

    try:
        return decode_plans(read_given(path))
    except PlanError as error:
        raise CatalogError("exports.plans_unreadable", path=str(path), reason=error.text) from None


def list_plans(plans: Sequence[Plan], lang: Lang = "en") -> list[dict[str, Any]]:
    """Return plans as ``merges.json`` holds them."""
    return [plan.as_dict(lang) for plan in plans]


def merge_listings(catalog: Catalog, plans: Sequence[Mapping[str, Any]]) -> list[Merged]:
    """Return what each plan that merges makes of the listing it keeps.

    Raises CatalogError where a plan names a listing that the catalogue does not hold, or one that two plans name.
    """
    _check_ids(catalog, plans)
    found = []
    for plan in plans:
        if plan["action"] in MERGING and plan["skus"]:
            held = {i: get_listing(catalog, catalog.positions[i]) for i in plan["listings"]}
            found.append(_merge(held, plan))
    return found


def carry_out(catalog: Catalog, plans: Sequence[Mapping[str, Any]]) -> Catalog:
    """Return the catalogue with every plan carried out; changes that need the seller (a new photo) are left out.

    Plans that ask or leave things as they are change nothing.
    """
    merged = {m.listing.listing_id: m for m in merge_listings(catalog, plans)}
    gone = {i for m in merged.values() for i in m.offline}
    changes: dict[str, list[Mapping[str, Any]]] = {}
    for change in (c for plan in plans if plan["action"] not in _IDLE for c in plan.get("changes", [])):
        changes.setdefault(change["listing_id"], []).append(change)
    listings = []
    for position, listing_id in enumerate(catalog.ids.tolist()):
        if listing_id in gone:
            continue
        own = merged[listing_id].listing if listing_id in merged else get_listing(catalog, position)
        for change in changes.get(listing_id, []):
            own = _change(own, change["field"], change["value"])
        listings.append(own)
    return make_catalog(listings, image_root=catalog.image_root)


def restore_markup(merged: Catalog, original: Catalog) -> Catalog:
    """Return a catalogue whose descriptions have the markup that their files gave them, to be written out.

    A catalogue holds plain words. What a merge added behind them stands there in paragraphs of its own.
    """
    texts = merged.column("description").copy()
    said = original.column("description")
    for place, listing_id in enumerate(merged.ids.tolist()):
        position = original.positions.get(listing_id)
        before = "" if position is None else said[position]
        if before and texts[place].startswith(before):
            written = _read_written(original, listing_id, before)
            if written:
                added = texts[place][len(before) :].split("\n")
                texts[place] = written + "".join(f"<p>{escape(line)}</p>" for line in added if line.strip())
    return replace(merged, columns={**merged.columns, "description": texts})


def _read_written(catalog: Catalog, listing_id: str, words: str) -> str:
    """Return the cell, or the text of a product object, whose words are a listing's description and that has markup;
    "" where there is none.
    """
    origin = catalog.trace(listing_id)
    if origin is None:
        return ""
    row = origin.rows[0]
    told = (
        _list_texts(json.loads(row[DOCUMENT])) if DOCUMENT in row else [row.get(origin.find_header("description"), "")]
    )
    return next((t for t in told if t != words and clean_markup(t) == words), "")


def _list_texts(held: object) -> Iterator[str]:
    """Yield every text of a product object that holds markup, however deep it lies."""
    if isinstance(held, str):
        if "<" in held:
            yield held
    elif isinstance(held, Mapping | list):
        for part in held.values() if isinstance(held, Mapping) else held:
            yield from _list_texts(part)


def list_moves(catalog: Catalog, plans: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return for each SKU of a merged listing which listings offered it, and under which codes: one row each."""
    rows = []
    for plan in plans:
        if plan["action"] not in MERGING:
            continue
        for sku in plan["skus"]:
            options = "; ".join(f"{k}={v}" for k, v in sku["options"].items())
            for old in (sku["listing_id"], *sku.get("replaces", ())):
                for code in _old_codes(get_listing(catalog, catalog.positions[old]), sku):
                    rows.append(
                        {"old_listing_id": old, "old_sku_code": code, "listing_id": plan["keep"], "options": options,
                         "sku_code": sku["sku_code"]}
                    )  # fmt: skip
    return rows


def _old_codes(listing: Listing, sku: Mapping[str, Any]) -> list[str]:
    """The codes under which a listing offered a planned SKU: those of its own SKUs that share its values."""
    if not listing.skus:
        return [listing.sku_code]
    wanted = {align_name(n): read_value(align_name(n), str(v)) for n, v in sku["options"].items()}
    codes = []
    for own in listing.skus:
        stated = {align_name(n): read_value(align_name(n), v) for n, v in own.options.items()}
        if all(stated[a] == wanted[a] for a in stated if a in wanted):
            codes.append(own.sku_code)
    return codes


def _check_ids(catalog: Catalog, plans: Sequence[Mapping[str, Any]]) -> None:
    seen: set[str] = set()
    for plan in plans:
        merging = plan["action"] in MERGING
        named = [*plan["listings"], *(c["listing_id"] for c in plan.get("changes", []))]
        named += [i for s in plan["skus"] for i in (s["listing_id"], *s.get("replaces", ()))]
        missing = [i for i in [*named, plan["keep"]] if i not in catalog.positions]
        if missing:
            raise CatalogError("exports.no_such_listing", group=plan["group_id"], ids=", ".join(dict.fromkeys(missing)))
        if merging:
            outside = {i for s in plan["skus"] for i in (s["listing_id"], *s.get("replaces", ()))} | {plan["keep"]}
            if outside - set(plan["listings"]):
                ids = ", ".join(sorted(outside - set(plan["listings"])))
                raise CatalogError("exports.not_in_plan", group=plan["group_id"], ids=ids)
        twice = [i for i in plan["listings"] if i in seen]
        if twice:
            raise CatalogError("exports.in_two_plans", group=plan["group_id"], ids=", ".join(twice))
        seen.update(plan["listings"])


def _take_other(source: Listing | None, code: str, keep: Listing) -> Mapping[str, str]:
    """Return what a SKU's own row held in columns that are no field; the kept listing's stays with the listing."""
    if source is None:
        return {}
    own = next((s.other for s in source.skus if code and s.sku_code == code), {})
    return dict(own) if source is keep else {**source.other, **own}


def _merge(held: Mapping[str, Listing], plan: Mapping[str, Any]) -> Merged:
    keep = held[plan["keep"]]
    members = [keep, *(x for i, x in held.items() if i != plan["keep"])]
    axes = tuple(a["name"] for a in plan["axes"])
    skus = tuple(
        Sku(
            {str(k): str(v) for k, v in s["options"].items()}, s["price"], str(s.get("currency") or ""),
            str(s.get("sku_code") or ""), str(s.get("gtin") or ""), s.get("stock"), str(s.get("image") or ""),
            _take_other(held.get(str(s["listing_id"])), str(s.get("sku_code") or ""), keep),
        )
        for s in plan["skus"]
    )  # fmt: skip
    optioned = len(skus) > 1 or any(s.options for s in skus) or bool(keep.skus)
    prices = [s.price for s in skus if s.price is not None]
    tier = plan["wholesale"]
    price = min(prices, default=None)
    photos = [p for x in members for p in (x.main_image, *x.images)] + [s.image for s in skus]
    listing = replace(
        keep,
        title=plan["title"],
        price=price,
        price_max=max(prices) if len(set(prices)) > 1 else None,
        currency=next((s.currency for s in skus if s.currency), keep.currency),
        attributes=_merge_attributes(members, axes, skus),
        images=tuple(dict.fromkeys(p for p in photos if p and p != keep.main_image)),
        sku_code=skus[0].sku_code if not optioned else "",
        gtin=skus[0].gtin if not optioned else "",
        stock=skus[0].stock if not optioned else None,
        lot_size=keep.lot_size if len({x.lot_size for x in members}) == 1 else None,
        description=_merge_descriptions(members, plan),
        skus=skus if optioned else (),
    )
    if tier is not None and price is not None:
        pieces, percent = tier["min_order_quantity"], tier["discount_percent"]
        listing = replace(listing, min_order_quantity=float(pieces), bulk_price=bulk_price(price, percent))
    wholesale = None if tier is None else (tier["min_order_quantity"], tier["discount_percent"])
    return Merged(listing, axes, wholesale, tuple(i for i in plan["listings"] if i != plan["keep"]))


def _merge_attributes(members: Sequence[Listing], axes: Sequence[str], skus: Sequence[Sku]) -> dict[str, str]:
    """The kept listing's attributes and those that only others state, without what the options now say."""
    taken = {align_name(a) for a in axes}
    options = {(align_name(n), read_value(align_name(n), v)) for s in skus for n, v in s.options.items()}
    stated: dict[str, dict[str, None]] = {}
    named: dict[str, tuple[str, str]] = {}
    for member in members:
        constant = {n: v for s in member.skus for n, v in s.options.items()}
        for name, value in (*member.attributes.items(), *constant.items()):
            if value:
                named.setdefault(align_name(name), (name, value))
                stated.setdefault(align_name(name), {})[normalise(value)] = None
    return {
        name: value
        for axis, (name, value) in named.items()
        if axis not in taken
        and not (len(stated[axis]) > 1 and any((a, read_value(a, value)) in options for a in taken))
    }


def _merge_descriptions(members: Sequence[Listing], plan: Mapping[str, Any]) -> str:
    """The kept description, and behind it the sentences that only others say, under the options they speak of."""
    keep, *others = members
    said = normalise(keep.description)
    lines = [keep.description] if keep.description else []
    for other in others:
        new = [t for t in _SENTENCE.split(other.description) if t.strip() and normalise(t) not in said]
        if not new:
            continue
        own = [s["options"] for s in plan["skus"] if s["listing_id"] == other.listing_id]
        label = ", ".join(str(v) for v in own[0].values()) if len(own) == 1 else ""
        lines.append(f"{label}: {' '.join(new)}" if label else " ".join(new))
        said += " " + normalise(" ".join(new))
    return "\n".join(lines)


def _change(listing: Listing, field: str, value: str) -> Listing:
    if not value:
        return listing
    if field.startswith("attributes."):
        name = field.removeprefix("attributes.")
        others = {n: v for n, v in listing.attributes.items() if align_name(n) != align_name(name)}
        return replace(listing, attributes={**others, name: value})
    if field == "title":
        return replace(listing, title=value)
    if field == "description":
        return replace(listing, description=value)
    if field == "main_image":
        photos = [p for p in (listing.main_image, *listing.images) if p and p != value]
        return replace(listing, main_image=value, images=tuple(dict.fromkeys(photos)))
    return listing
