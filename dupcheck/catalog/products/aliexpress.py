"""Products as the AliExpress programming interfaces give and take them, in all their generations."""

import re
from collections.abc import Mapping
from typing import Final

from dupcheck.catalog.calamine_process import show_cell
from dupcheck.catalog.products.nodes import Node
from dupcheck.catalog.values import clean_text, format_attributes, parse_count, parse_price
from dupcheck.catalog.variants import Draft

_SKU_LISTS: Final = ("aeopaeproductskus", "aeitemskuinfodtos", "skuinfolist", "aeopaeproductskulist")
_SKU_PROPERTIES: Final = (
    "aeopskuproperty", "aeopskupropertylist", "aeopskupropertys", "aeskupropertydtos", "skuattributeslist",
)  # fmt: skip


def _option_name(sku: Node) -> str:
    number = sku.text("skupropertyid", "skuattributenameid")
    return (
        sku.text("skupropertyname", "skuattributename") or _AXES.get(number) or (f"Option {number}" if number else "")
    )


_AXES: Final = {
    "14": "Color", "5": "Size", "200000124": "Shoe size", "200007763": "Ships From", "200000182": "Color",
    "200001036": "Length", "200000639": "Length", "200000531": "Color", "249": "Wattage", "200007009": "Is Customized",
}  # fmt: skip
# Values that AliExpress knows by number only. A name that the seller gave goes first: the numbers mislead.
_VALUES: Final = {
    "193": "Black", "29": "White", "10": "Red", "173": "Blue", "175": "Green", "366": "Yellow", "771": "Beige",
    "1254": "Sky Blue", "365458": "Brown", "350853": "Silver", "350686": "Brown", "201618806": "RedandGreen",
    "100014064": "S", "361386": "M", "361385": "L", "100014065": "XL", "4182": "XXL", "4183": "XXXL",
    "200000990": "4XL", "200000991": "5XL", "201336100": "CN", "201336106": "US", "201336105": "UK",
    "201336101": "DE", "201336104": "ES",
}  # fmt: skip


def _read_options(sku: Node) -> tuple[dict[str, str], str]:
    options: dict[str, str] = {}
    image = ""
    for place, part in enumerate(sku.nodes(*_SKU_PROPERTIES), 1):
        number = part.text("propertyvalueid", "propertyvalueidlong", "skuattributevalueid")
        value = part.text("propertyvaluedefinitionname") or part.text("skupropertyvalue", "skuattributevalue")
        name = _option_name(part) or f"Option {place}"
        if name in options:
            name = f"{name} {place}"
        options[name] = value or _VALUES.get(number, number)
        image = image or part.text("skuimage", "skuimageurl")
    if not options:
        options = read_sku_key(sku.text("id", "skuattr"))
    return {n: v for n, v in options.items() if v}, image


def read_sku_key(text: str) -> dict[str, str]:
    """Read AliExpress's key of a SKU, ``14:173#Gray ;5:361386``: its names and values where known, else the numbers."""
    options: dict[str, str] = {}
    for piece in re.split(r"[;,]", text):
        found = re.fullmatch(r"\s*(\d+):(\d+)(?:#(.*))?", piece, re.DOTALL)
        if found is None:
            continue
        name = _AXES.get(found[1], f"Option {found[1]}")
        value = clean_text(found[3] or "") or _VALUES.get(found[2], found[2])
        options[f"{name} {len(options) + 1}" if name in options else name] = value
    return options


def _stock(sku: Node) -> str:
    text = sku.text("ipmskustock", "skuavailablestock", "inventory", "skustock", "availquantity")
    return {"true": "", "false": "0"}.get(text, text)


def fits(node: Node) -> bool:
    """Say whether this object is such a product."""
    keys = node.keys
    return (
        any(k in keys for k in _SKU_LISTS)
        or "aeopaeproductpropertys" in keys
        or "multilanguagesubjectlist" in keys
        or ("subject" in keys and ("imageurls" in keys or "productminprice" in keys))
    )


def make_draft(product: Node, row: int) -> Draft:
    """Read one product."""
    draft = Draft(row)
    base = product.node("aeitembaseinfodto", "product", "result")
    media = product.node("aemultimediainfodto")
    package = product.node("packageinfodto")

    def text(*names: str) -> str:
        return product.text(*names) or base.text(*names) or media.text(*names) or package.text(*names)

    titles = product.nodes("multilanguagesubjectlist", "subjectlist")
    english = next((t for t in titles if t.text("language", "locale").lower().startswith("en")), None)
    subject = text("subject", "title") or (english or (titles[0] if titles else Node({}))).text("subject", "value")
    lots = text("packagetype").lower() in ("true", "1")
    draft.fields = {
        "listing_id": text("productid", "id", "itemid"),
        "title": subject,
        "price": text("productprice", "price"),
        "currency": text("currencycode"),
        "category": text("categoryid", "aliexpresscategoryid"),
        "images": text("imageurls", "mainimageurlslist", "mainimageurls"),
        "description": text("detail", "webdetail", "description"),
        "min_order_quantity": text("bulkorder"),
        "lot_size": text("lotnum") if lots else "",
        "created": text("gmtcreate"),
        "url": text("detailurl", "producturl"),
        "shop": text("ownermemberid") if not isinstance(product.get("shop"), Mapping) else "",
        "sales": text("ordercount", "salescount"),
        "reviews": text("evaluationcount"),
    }
    low, high = text("productminprice"), text("productmaxprice")
    if low:
        draft.fields["price"] = draft.fields["price"] or low
        draft.fields["price_max"] = high if high != low else ""
    attributes: dict[str, str] = {}
    for part in product.nodes("aeopaeproductpropertys", "aeopaeproductproperties", "attributelist", "aeitemproperties"):
        name = part.text("attrname", "attributename") or _number_name(
            part.text("attrnameid", "aliexpressattributenameid")
        )
        value = part.text("attrvalue", "attributevalue")
        if not value:
            value = " - ".join(v for v in (part.text("attrvaluestart"), part.text("attrvalueend")) if v)
        value = value or part.text("attrvalueid", "aliexpressattributevalueid")
        unit = part.text("attrvalueunit")
        if name and value:
            value = f"{value} {unit}" if unit and not value.endswith(unit) else value
            attributes[name] = f"{attributes[name]}, {value}" if name in attributes else value
    draft.fields["attributes"] = format_attributes(attributes)
    discount = text("bulkdiscount")
    for sku in product.nodes(*_SKU_LISTS):
        options, image = _read_options(sku)
        draft.skus.append(
            {
                "options": format_attributes(options),
                "price": sku.text("skuprice", "price", "offersaleprice"),
                "currency": sku.text("currencycode"),
                "sku_code": sku.text("skucode"),
                "gtin": sku.text("eancode", "barcode"),
                "stock": _stock(sku),
                "image": image,
            }
        )
        draft.fields["min_order_quantity"] = draft.fields["min_order_quantity"] or sku.text("skubulkorder")
        if not draft.fields.get("bulk_price"):
            draft.fields["bulk_price"] = sku.text("offerbulksaleprice")
        draft.skus[-1]["other"] = sku.write_left()
    draft.fields["other"] = product.write_left()
    draft.settle()
    price = draft.fields["price"] or (draft.skus[0].get("price", "") if draft.skus else "")
    percent, amount = parse_count(discount), parse_price(price)
    if percent and 0 < percent < 100 and amount is not None and not draft.fields.get("bulk_price"):
        draft.fields["bulk_price"] = show_cell(round(amount.amount * (100 - percent) / 100 + 1e-9, 2))
    return draft


def _number_name(number: str) -> str:
    return "Brand" if number == "2" else f"Attribute {number}" if number else ""
