"""AliExpress.ru: a YML feed; offers of one listing share ``group_id`` and ``name``, what differs is a ``param``.

Quantity prices exist here: ``prices/price`` with a ``value`` and a ``quantity``.
"""

from collections.abc import Sequence

from lxml import etree

from dupcheck.exports.checks import check_addresses
from dupcheck.exports.merging import Merged
from dupcheck.exports.texts import find_attribute, name_sku, show_count, show_price
from dupcheck.messages import Message, message
from dupcheck.model import Sku
from dupcheck.plans import bulk_price
from dupcheck.rules import MergeLimits
from dupcheck.titles import align_name

NAMES = {"color": "Цвет", "size": "Размер", "material": "Материал", "pattern": "Рисунок", "length": "Длина"}
"""What the feed calls the common axes; others keep their names."""
_PICTURES = 10
_UNPRINTABLE = {c: None for c in range(32) if c not in (9, 10, 13)} | dict.fromkeys([0xFFFE, 0xFFFF])


class Yml:
    """An XML feed."""

    name = "yml"
    suffix = "xml"
    limits = MergeLimits(
        max_axes=3, price_tiers=5, title_max=128, option_name_max=70, sku_code_max=50, images_max=_PICTURES
    )

    def render(self, merged: Sequence[Merged]) -> bytes:
        """Return the feed as XML in UTF-8."""
        catalog = etree.Element("yml_catalog")
        shop = etree.SubElement(catalog, "shop")
        numbers = {c: n for n, c in enumerate(dict.fromkeys(m.listing.category for m in merged), 1)}
        categories = etree.SubElement(shop, "categories")
        for category, number in numbers.items():
            _add(categories, "category", category, id=str(number))
        offers = etree.SubElement(shop, "offers")
        for m in merged:
            for k, sku in enumerate(m.skus, 1):
                self._add_offer(offers, m, k, sku, numbers[m.listing.category])
        done: bytes = etree.tostring(catalog, xml_declaration=True, encoding="UTF-8", pretty_print=True)
        return done

    def check(self, merged: Merged) -> list[Message]:
        """Say what the marketplace wants besides: prices in roubles, photos on the web."""
        money = {s.currency for s in merged.skus} - {"", "RUB"}
        found = [message("exports.roubles", currencies=", ".join(sorted(money)))] if money else []
        return [*found, *check_addresses(merged)]

    def _add_offer(self, offers: etree._Element, merged: Merged, number: int, sku: Sku, category: int) -> None:
        listing = merged.listing
        offer = etree.SubElement(offers, "offer", id=_clean(name_sku(merged, number, sku)))
        offer.set("group_id", _clean(listing.listing_id))
        _add(offer, "name", listing.title)
        _add(offer, "description", listing.description)
        _add(offer, "vendor", find_attribute(merged, "brand"))
        _add(offer, "vendorCode", sku.sku_code)
        _add(offer, "barcode", sku.gtin)
        _add(offer, "price", show_price(sku.price))
        _add(offer, "currencyId", sku.currency or listing.currency)
        _add(offer, "categoryId", str(category))
        _add(offer, "quantity", show_count(sku.stock))
        _add(offer, "url", listing.url)
        image = sku.image or listing.main_image
        for photo in [image, *(p for p in merged.photos if p != image)][:_PICTURES]:
            _add(offer, "picture", photo)
        for name, value in (*listing.attributes.items(), *sku.options.items()):
            axis = align_name(name)
            if axis != "brand":
                _add(offer, "param", value, name=_clean(NAMES.get(axis, name)))
        if merged.wholesale is not None and sku.price is not None:
            pieces, percent = merged.wholesale
            step = etree.SubElement(etree.SubElement(offer, "prices"), "price")
            _add(step, "value", show_price(bulk_price(sku.price, percent)))
            _add(step, "quantity", str(pieces))


def _add(parent: etree._Element, tag: str, text: str, **attributes: str) -> None:
    if text:
        etree.SubElement(parent, tag, attributes).text = _clean(text)


def _clean(text: str) -> str:
    return text.translate(_UNPRINTABLE)
