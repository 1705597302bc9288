"""Shopify products: the Admin shape, and a theme's, whose prices are in cents."""

from collections.abc import Mapping

from dupcheck.catalog.products.nodes import Node, show_value
from dupcheck.catalog.terms import is_only_variant
from dupcheck.catalog.values import format_attributes
from dupcheck.catalog.variants import Draft
from dupcheck.run import BOUNDS


def fits(node: Node) -> bool:
    """Say whether this object is such a product."""
    if "title" not in node.keys:
        return False
    variants = node.nodes("variants")
    # Other programs' variants hold their prices in lists of their own.
    return (bool(variants) or node.keys.get("variants") == []) and not any("prices" in v.keys for v in variants)


def make_draft(product: Node, row: int) -> Draft:
    """Read one product."""
    cents = "type" in product.keys and "producttype" not in product.keys
    draft = Draft(row)
    pictures = product.get("images") or []
    if isinstance(pictures, Mapping):
        pictures = [n.held for n in product.nodes("images")]
    images = [i.get("src") or i.get("url") if isinstance(i, Mapping) else i for i in pictures if i]
    by_id = {str(i.get("id")): str(i.get("src")) for i in pictures if isinstance(i, Mapping)}
    by_variant = {
        str(number): str(i.get("src"))
        for i in pictures
        if isinstance(i, Mapping)
        for number in i.get("variant_ids") or []
    }
    draft.fields = {
        "listing_id": product.text("handle", "id"),
        "title": product.text("title"),
        "category": product.text("producttype", "type"),
        "description": product.text("bodyhtml", "description"),
        "images": "\n".join(str(i) for i in images),
        "created": product.text("createdat"),
        "url": product.text("url", "onlinestoreurl"),
    }
    if not images:
        draft.fields["images"] = product.node("featuredimage", "featuredmedia", "image").text(
            "url", "src"
        ) or product.text("thumbnail")
    lowest = product.node("pricerangev2", "pricerange").node("minvariantprice")
    draft.fields["currency"] = lowest.text("currencycode")
    named = {m.text("key"): m.text("value") for m in product.nodes("metafields")}
    stated = {"Vendor": vendor} if (vendor := product.text("vendor")) else {}
    draft.fields["attributes"] = format_attributes(stated | {n: v for n, v in named.items() if n and v})
    axes = [o.text("name") if isinstance(o, Node) else "" for o in product.nodes("options")]
    if not axes and isinstance(product.get("options"), list):
        axes = [show_value(o) for o in product.get("options")]
    for variant in product.nodes("variants"):
        options = {}
        for n in (1, 2, 3):
            value = variant.text(f"option{n}")
            if value and not is_only_variant("", value):
                options[axes[n - 1] if n <= len(axes) and axes[n - 1] else f"Option {n}"] = value
        for part in variant.nodes("selectedoptions"):
            name, value = part.text("name"), part.text("value")
            if name and value and not is_only_variant(name, value):
                options[name] = value
        for part in variant.nodes("options"):
            name, value = part.node("option").text("title", "name") or part.text("name"), part.text("value")
            if name and value and not is_only_variant(name, value):
                options[name] = value
        price = variant.get("price")
        if cents and isinstance(price, int):
            price = price / 100 if abs(price) < 10**BOUNDS.digits else None
        draft.skus.append(
            {
                "options": format_attributes(options),
                "price": show_value(price),
                "sku_code": variant.text("sku"),
                "gtin": variant.text("barcode"),
                "stock": variant.text("inventoryquantity"),
                "image": by_id.get(variant.text("imageid"), "")
                or variant.node("featuredimage").text("src")
                or by_variant.get(show_value(variant.keys.get("id")), ""),
                "other": variant.write_left(),
            }
        )
    draft.fields["other"] = product.write_left()
    draft.settle()
    return draft
