"""AliExpress.ru and other Russian marketplaces: a YML feed; offers of one listing share ``group_id`` and ``name``.

Every variant stays the offer that it is, under its own id, link and photos; what differs is a ``param``. The seller's
own YML feed is repeated whole, since a feed takes the place of the one before it, and only what the plan names is
changed in it. Quantity prices exist here: ``prices/price`` with a value and a quantity. Elements stand in the order of
Yandex' ``shops.dtd``, those that it does not know behind them.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree

from dupcheck.errors import CatalogError
from dupcheck.exports.changesets import ChangeSet, Piece, Work
from dupcheck.exports.checks import check_addresses
from dupcheck.exports.merging import Merged
from dupcheck.exports.parcels import PACKAGE, measure_parcel
from dupcheck.exports.targets import Target
from dupcheck.exports.texts import find_attribute, show_count, show_price
from dupcheck.files.given import read_given
from dupcheck.messages import Message, message
from dupcheck.model import Listing, Sku
from dupcheck.plans import bulk_price
from dupcheck.rules import MergeLimits
from dupcheck.titles import align_name, normalise

NAMES = {
    "color": "Цвет", "size": "Размер", "material": "Материал", "pattern": "Рисунок", "length": "Длина",
    "pack": "Количество в упаковке", "volume": "Объём", "weight": "Вес", "flavor": "Вкус", "scent": "Аромат",
}  # fmt: skip
"""What the feed calls the common axes; others keep their names."""
_ORDER = (
    "url", "buyurl", "price", "wprice", "oldprice", "currencyId", "xCategory", "categoryId", "market_category",
    "picture", "store", "pickup", "delivery", "typePrefix", "name", "vendor", "vendorCode", "model", "aliases",
    "additional", "description", "sales_notes", "manufacturer_warranty", "country_of_origin", "adult", "age", "barcode",
    "param",
)  # fmt: skip
_PLACES = {tag: k for k, tag in enumerate(_ORDER)}
_TAGS = {"price": "price", "currency": "currencyId", "sku_code": "vendorCode", "gtin": "barcode", "stock": "quantity"}
_PICTURES = 10
_UNPRINTABLE = {c: None for c in range(32) if c not in (9, 10, 13)} | dict.fromkeys([0xFFFE, 0xFFFF])


class Yml(Target):
    """An XML feed."""

    name = "yml"
    suffix = "xml"
    offers = True
    formats = ("yml", "yml-ua")
    limits = MergeLimits(
        max_axes=3, price_tiers=5, title_max=128, option_name_max=70, sku_code_max=50, images_max=_PICTURES
    )

    def render(self, work: Work) -> Mapping[str, bytes]:
        """Return the feed as XML in UTF-8; the seller's own where it can still be read."""
        feed = _find_feed(work) if work.changes and all(map(self.is_own, work.changes)) else None
        if feed is not None:
            return {"": _change_feed(feed, work)}
        root = etree.Element("yml_catalog", date=_tell_time(work))
        shop = etree.SubElement(root, "shop")
        if work.changes:
            for tag, text in _describe_shop(work.changes[0]).items():
                _add(shop, tag, text)
        money = dict.fromkeys(c for x in work.changes for s in x.merged.skus if (c := s.currency or x.keep.currency))
        if money:
            currencies = etree.SubElement(shop, "currencies")
            for k, currency in enumerate(money):
                etree.SubElement(currencies, "currency", id=currency, rate="1" if k == 0 else "CBRF")
        named = dict.fromkeys(p.owner.category for c in work.changes for p in c.pieces if p.owner.category)
        numbers = {c: n for n, c in enumerate(named, 1)}
        own = {
            c: i for x in work.changes for p in x.pieces if (c := p.owner.category) and (i := p.row.get("categoryId"))
        }
        numbers_text = {c: own.get(c, str(n)) for c, n in numbers.items()}
        categories = etree.SubElement(shop, "categories")
        for category, number in numbers_text.items():
            _add(categories, "category", category, id=number)
        offers = etree.SubElement(shop, "offers")
        for change in work.changes:
            for piece in change.pieces:
                _add_offer(offers, change, piece, numbers_text.get(piece.owner.category, ""))
        done: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
        return {"": done}

    def check(self, merged: Merged) -> list[Message]:
        """Say what the marketplace wants besides: prices in roubles, photos on the web."""
        money = {s.currency for s in merged.skus} - {"", "RUB"}
        found = [message("exports.roubles", currencies=", ".join(sorted(money)))] if money else []
        wanted = {
            "vendor": find_attribute(merged, "brand"), "categoryId": merged.listing.category, "picture": merged.photos,
        }  # fmt: skip
        missing = [n for n, value in wanted.items() if not value]
        if any(not (s.currency or merged.listing.currency) for s in merged.skus):
            missing.append("currencyId")
        if missing:
            found.append(message("exports.required", fields=", ".join(missing)))
        return [*found, *check_addresses(merged)]

    def list_cautions(self, change: ChangeSet) -> list[Message]:
        """Return the cautions of a listing, the parcel's measures and the offers' descriptions among them."""
        found = super().list_cautions(change)
        sizes = [measure_parcel(change, p) for p in change.pieces]
        missing = [n for n in PACKAGE if any(n not in s for s in sizes)]
        if any(not _describe(change, p) for p in change.pieces):
            missing.insert(0, "description")
        missing += [f"shop {n}" for n, text in _describe_shop(change).items() if not text]
        if missing:
            found.append(message("exports.required", fields=", ".join(missing)))
        if not self.is_own(change):
            found.append(message("exports.yml_creates"))
        return found


@dataclass(frozen=True)
class _Feed:
    """The seller's own feed, and its offers by their ids."""

    root: etree._Element
    offers: Mapping[str, etree._Element]


def _find_feed(work: Work) -> _Feed | None:
    """Return the feed that the catalogue was read from, None where it is not there as it was."""
    if len(work.catalog.sources) != 1:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=False)
    try:
        root = etree.fromstring(read_given(work.catalog.sources[0]), parser)
    except (CatalogError, etree.LxmlError, ValueError):
        return None
    offers = root.findall("shop/offers/offer")
    known = {str(o.get("id")).strip(): o for o in offers}
    wanted = {_row_id(p) for c in work.changes for p in c.pieces}
    return _Feed(root, known) if len(known) == len(offers) and wanted <= known.keys() else None


def _change_feed(feed: _Feed, work: Work) -> bytes:
    for change in work.changes:
        offers = [feed.offers[_row_id(piece)] for piece in change.pieces]
        called = _name_params(offers)
        for offer, piece in zip(offers, change.pieces, strict=True):
            _change_offer(offer, change, piece, called)
    feed.root.set("date", _tell_time(work))
    kept: bytes = etree.tostring(feed.root.getroottree(), xml_declaration=True, encoding="UTF-8")
    return kept


def _row_id(piece: Piece) -> str:
    return piece.row.get("offer id", "") or piece.offer_id


def _name_params(offers: Sequence[etree._Element]) -> dict[str, str]:
    """Return what offers of one group call each axis: one that lacks it gets it under the same name."""
    names = [str(p.get("name")) for offer in offers for p in offer.iterfind("param")]
    return {align_name(name): name for name in reversed(names)}


def _change_offer(offer: etree._Element, change: ChangeSet, piece: Piece, called: Mapping[str, str]) -> None:
    """Give an offer of the seller's own feed what the plan names."""
    merged, sku = change.merged, piece.sku
    name = offer.find("name")
    if name is not None and (merged.axes or piece.at_home) and merged.listing.title != piece.owner.title:
        name.text = _clean(merged.listing.title)
    if merged.axes:
        offer.set("group_id", _name_group(change))
        stated = {align_name(str(p.get("name"))) for p in offer.iterfind("param")}
        for option, value in sku.options.items():
            if (axis := align_name(option)) not in stated:
                _put(offer, "param", value, name=called.get(axis) or NAMES.get(axis, _clean(option)))
    for field, value in piece.list_filled():
        shown = show_price(value) if field == "price" else show_count(value) if field == "stock" else str(value)
        if offer.find(_TAGS[field]) is None:
            _put(offer, _TAGS[field], shown)
    if merged.wholesale is not None and sku.price is not None and offer.find("prices") is None:
        _add_wholesale(offer, *merged.wholesale, sku.price)


def _put(offer: etree._Element, tag: str, text: str, **attributes: str) -> None:
    """Add an element where the order of elements wants it, set off as its neighbours are."""
    made = etree.Element(tag, attributes)
    made.text = _clean(text)
    place = _PLACES.get(tag, len(_ORDER))
    later = next((c for c in offer if _PLACES.get(str(c.tag), len(_ORDER)) > place), None)
    if later is not None:
        before = later.getprevious()
        made.tail = offer.text if before is None else before.tail
        later.addprevious(made)
        return
    last = offer[-1] if len(offer) else None
    offer.append(made)
    if last is not None:
        made.tail, last.tail = last.tail, offer.text


def _tell_time(work: Work) -> str:
    """Return the time that the feed states: that of the newest file of the catalogue, so that one input is one feed.

    ``SOURCE_DATE_EPOCH`` sets it, as it does for everything that is to be repeated. A catalogue of no file is as new as
    now.
    """
    told = os.environ.get("SOURCE_DATE_EPOCH", "")
    times = [float(told)] if told.isascii() and told.isdigit() else [t for s in work.catalog.sources if (t := _date(s))]
    try:
        when = datetime.fromtimestamp(max(times), UTC) if times else datetime.now(UTC)
    except (ValueError, OverflowError, OSError):  # a number that is no year
        when = datetime.now(UTC)
    return when.isoformat(timespec="minutes")


def _date(source: str | Path) -> float:
    try:
        return Path(source).stat().st_mtime
    except (OSError, ValueError):
        return 0.0


def _describe_shop(change: ChangeSet) -> dict[str, str]:
    """Return the shop's name, company and address, as the seller's own feed has them, else what listings tell."""
    row = change.pieces[0].row
    address = urlsplit(change.keep.url)
    known = f"{address.scheme}://{address.netloc}" if address.netloc else ""
    own = {n: row.get(f"shop {n}", "") for n in ("name", "company", "url")}
    return {
        "name": own["name"] or change.keep.shop,
        "company": own["company"] or change.keep.shop,
        "url": own["url"] or known,
    }


def _describe(change: ChangeSet, piece: Piece) -> str:
    origin = change.origins.get(piece.owner.listing_id)
    raw = "" if origin is None else origin.rows[0].get(origin.find_header("description"), "")
    return raw or piece.owner.description or change.keep.description


def _add_offer(offers: etree._Element, change: ChangeSet, piece: Piece, category: str) -> None:
    merged, sku = change.merged, piece.sku
    row = piece.row if piece.row.get("offer id") else {}
    offer = etree.SubElement(offers, "offer", id=_clean(_row_id(piece)))
    offer.set("group_id", _clean(row.get("offer group_id", "") if piece.at_home else "") or _name_group(change))
    if sku.stock is not None:
        offer.set("available", "true" if sku.stock > 0 else "false")
    for header, value in row.items():
        if header.startswith("offer ") and header not in ("offer id", "offer group_id") and value:
            offer.set(header.removeprefix("offer "), _clean(value))
    elements = [*_list_elements(change, piece, category), *_list_own(row)]
    there = {tag for tag, text, _ in elements if text}
    elements += [(n, v, "") for n, v in measure_parcel(change, piece).items() if n not in there]
    for tag, text, name in sorted(elements, key=lambda e: _PLACES.get(e[0], len(_ORDER))):
        _add(offer, tag, text, **({"name": name} if name else {}))
    if merged.wholesale is not None and sku.price is not None:
        _add_wholesale(offer, *merged.wholesale, sku.price)


def _list_elements(change: ChangeSet, piece: Piece, category: str) -> list[tuple[str, str, str]]:
    """Return the elements of an offer: tag, text, and the name of a ``param``."""
    owner, sku = piece.owner, piece.sku
    image = sku.image or owner.main_image
    photos = dict.fromkeys(p for p in (image, owner.main_image, *owner.images) if p)
    row = piece.row if piece.row.get("offer id") else {}
    return [
        ("url", owner.url, ""),
        ("price", show_price(sku.price), ""),
        ("currencyId", sku.currency or owner.currency, ""),
        ("categoryId", category, ""),
        *(("picture", photo, "") for photo in list(photos)[:_PICTURES]),
        ("name", change.merged.listing.title, ""),
        ("vendor", find_attribute(change.merged, "brand"), ""),
        ("vendorCode", sku.sku_code, ""),
        ("description", _describe(change, piece), ""),
        ("barcode", sku.gtin, ""),
        ("quantity", show_count(sku.stock), ""),
        *(("param", value, _clean(name)) for name, value in _list_params(owner, sku, row)),
    ]


def _add_wholesale(offer: etree._Element, pieces: int, percent: int, price: float) -> None:
    step = etree.SubElement(etree.SubElement(offer, "prices"), "price")
    _add(step, "value", show_price(bulk_price(price, percent)))
    _add(step, "quantity", str(pieces))


def _list_params(owner: Listing, sku: Sku, row: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return an offer's params: the seller's own as they stand, and the options that none of them states."""
    own = [(h.removeprefix("param "), v) for h, v in row.items() if h.startswith("param ") and v]
    if own:
        stated = {align_name(n) for n, _ in own}
        return [*own, *((n, v) for n, v in sku.options.items() if align_name(n) not in stated)]
    parcel = {s for spellings in PACKAGE.values() for s in spellings}
    axes = {align_name(a) for a in sku.options}
    facts = [(n, v) for n, v in owner.attributes.items() if align_name(n) not in axes]
    return [
        (NAMES.get(align_name(n), n), v)
        for n, v in (*facts, *sku.options.items())
        if align_name(n) != "brand" and normalise(n) not in parcel
    ]


def _list_own(row: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield the elements of the seller's own offer that nothing else writes."""
    for header, value in row.items():
        known = header in _WRITTEN or header in ("category", "model", "sku_code") or " " in header
        if value and not known and header.isidentifier():
            for line in value.split("\n"):
                yield header, line, ""


_WRITTEN = frozenset(
    ("url", "price", "currencyId", "categoryId", "picture", "name", "vendor", "vendorCode", "description", "barcode",
     "quantity", "param", "prices")
)  # fmt: skip


def _name_group(change: ChangeSet) -> str:
    held = next((g for p in change.pieces if p.at_home and (g := p.row.get("offer group_id", ""))), "")
    return _clean(held or change.keep.listing_id)


def _add(parent: etree._Element, tag: str, text: str, **attributes: str) -> None:
    if text:
        etree.SubElement(parent, tag, attributes).text = _clean(text)


def _clean(text: str) -> str:
    return text.translate(_UNPRINTABLE)
