"""AliExpress.ru and other Russian marketplaces: a YML feed; offers of one listing share ``group_id`` and ``name``.

Every variant stays the offer that it is, under its own id, link and photos; what differs is a ``param``. From a YML
feed the seller's own elements are written again. Quantity prices exist here: ``prices/price`` with a value and a
quantity.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from lxml import etree

from dupcheck.exports.changesets import ChangeSet, Piece, Work
from dupcheck.exports.checks import check_addresses
from dupcheck.exports.merging import Merged
from dupcheck.exports.targets import Target
from dupcheck.exports.texts import find_attribute, show_count, show_price
from dupcheck.messages import Message, message
from dupcheck.model import Listing, Sku
from dupcheck.plans import bulk_price
from dupcheck.rules import MergeLimits
from dupcheck.titles import align_name, normalise

NAMES = {"color": "Цвет", "size": "Размер", "material": "Материал", "pattern": "Рисунок", "length": "Длина"}
"""What the feed calls the common axes; others keep their names."""
PACKAGE = {
    "weight": ("weight", "package weight", "gross weight", "weight kg", "вес", "вес брутто", "包装重量", "毛重"),
    "length": ("length", "package length", "длина упаковки", "包装长度"),
    "width": ("width", "package width", "ширина", "ширина упаковки", "包装宽度"),
    "height": ("height", "package height", "высота", "высота упаковки", "包装高度"),
}
"""What the marketplace must know of the parcel, and what sellers call it."""
_PICTURES = 10
_UNPRINTABLE = {c: None for c in range(32) if c not in (9, 10, 13)} | dict.fromkeys([0xFFFE, 0xFFFF])


class Yml(Target):
    """An XML feed."""

    name = "yml"
    suffix = "xml"
    offers = True
    formats = ("yml",)
    limits = MergeLimits(
        max_axes=3, price_tiers=5, title_max=128, option_name_max=70, sku_code_max=50, images_max=_PICTURES
    )

    def render(self, work: Work) -> Mapping[str, bytes]:
        """Return the feed as XML in UTF-8."""
        root = etree.Element("yml_catalog")
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


def measure_parcel(change: ChangeSet, piece: Piece) -> dict[str, str]:
    """Return what the seller's row and attributes say of the parcel."""
    origin = change.origins.get(piece.owner.listing_id)
    rows = [piece.row, *(origin.rows[:1] if origin is not None else ())]
    stated = {normalise(n.replace("_", " ")): v for row in reversed(rows) for n, v in row.items() if v}
    stated |= {normalise(n.replace("_", " ")): v for n, v in piece.owner.attributes.items() if v}
    found = {}
    for name, spellings in PACKAGE.items():
        value = next((stated[k] for s in spellings if (k := normalise(s)) in stated), "")
        number = "".join(c for c in value if c.isdigit() or c in ".,").replace(",", ".").strip(".")
        if number.replace(".", "", 1).isdigit():
            found[name] = number
    return found


def _add_offer(offers: etree._Element, change: ChangeSet, piece: Piece, category: str) -> None:
    merged, owner, sku = change.merged, piece.owner, piece.sku
    row = piece.row if piece.row.get("offer id") else {}
    offer = etree.SubElement(offers, "offer", id=_clean(row.get("offer id", "") or piece.offer_id))
    offer.set("group_id", _clean(row.get("offer group_id", "") if piece.at_home else "") or _name_group(change))
    for header, value in row.items():
        if header.startswith("offer ") and header not in ("offer id", "offer group_id") and value:
            offer.set(header.removeprefix("offer "), _clean(value))
    _add(offer, "name", merged.listing.title)
    _add(offer, "description", _describe(change, piece))
    _add(offer, "vendor", find_attribute(merged, "brand"))
    _add(offer, "vendorCode", sku.sku_code)
    _add(offer, "barcode", sku.gtin)
    _add(offer, "price", show_price(sku.price))
    _add(offer, "currencyId", sku.currency or owner.currency)
    _add(offer, "categoryId", category)
    _add(offer, "quantity", show_count(sku.stock))
    _add(offer, "url", owner.url)
    image = sku.image or owner.main_image
    photos = [p for p in (image, owner.main_image, *owner.images) if p]
    for photo in list(dict.fromkeys(photos))[:_PICTURES]:
        _add(offer, "picture", photo)
    parcel = measure_parcel(change, piece)
    for name in PACKAGE:
        _add(offer, name, parcel.get(name, ""))
    _add_own(offer, row)
    for name, value in _list_params(owner, sku, row):
        _add(offer, "param", value, name=_clean(name))
    if merged.wholesale is not None and sku.price is not None:
        pieces, percent = merged.wholesale
        step = etree.SubElement(etree.SubElement(offer, "prices"), "price")
        _add(step, "value", show_price(bulk_price(sku.price, percent)))
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


def _add_own(offer: etree._Element, row: Mapping[str, str]) -> None:
    """Write the elements of the seller's own offer that nothing else writes."""
    there = {str(child.tag) for child in offer}
    for header, value in row.items():
        known = header in there or header in ("category", "model", "sku_code") or " " in header
        if value and not known and header.isidentifier():
            for line in value.split("\n"):
                _add(offer, header, line)


def _name_group(change: ChangeSet) -> str:
    held = next((g for p in change.pieces if p.at_home and (g := p.row.get("offer group_id", ""))), "")
    return _clean(held or change.keep.listing_id)


def _add(parent: etree._Element, tag: str, text: str, **attributes: str) -> None:
    if text:
        etree.SubElement(parent, tag, attributes).text = _clean(text)


def _clean(text: str) -> str:
    return text.translate(_UNPRINTABLE)
