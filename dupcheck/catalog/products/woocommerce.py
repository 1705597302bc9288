"""WooCommerce products as its REST interface gives them, their variations within or named by number only."""

from dupcheck.catalog.products.nodes import Node, find_money, show_value
from dupcheck.catalog.values import format_attributes
from dupcheck.catalog.variants import Draft

_KINDS = ("simple", "variable", "grouped", "external", "variation")


def fits(node: Node) -> bool:
    """Say whether this object is such a product."""
    keys = node.keys
    return (
        "name" in keys
        and isinstance(keys.get("images", []), list)
        and keys.get("type") in _KINDS
        and bool({"regularprice", "variations", "prices"} & keys.keys())
        and any(isinstance(keys.get(k), list) for k in ("images", "categories", "attributes", "variations"))
    )


def _read_pairs(node: Node) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in node.nodes("attributes"):
        name = part.text("name", "slug")
        options = part.get("options")
        value = ", ".join(map(str, options)) if isinstance(options, list) else part.text("option", "value")
        if name and value:
            found[name] = value
    return found


def make_draft(product: Node, row: int) -> Draft:
    """Read one product."""
    draft = Draft(row)
    draft.fields = {
        "listing_id": product.text("id", "slug"),
        "title": product.text("name"),
        "price": product.text("price", "regularprice", "saleprice"),
        "currency": product.text("currency"),
        "sku_code": product.text("sku"),
        "gtin": product.text("globaluniqueid", "gtin"),
        "stock": product.text("stockquantity", "stockstatus"),
        "category": ", ".join(n for c in product.nodes("categories") if (n := c.text("name"))),
        "description": product.text("description", "shortdescription"),
        "images": "\n".join(s for i in product.nodes("images") if (s := i.text("src", "url"))),
        "created": product.text("datecreated"),
        "url": product.text("permalink"),
        "sales": product.text("totalsales"),
        "reviews": product.text("ratingcount"),
    }
    if not draft.fields["price"] and (money := find_money(product.get("prices"), priced=True)) is not None:
        draft.fields["price"], draft.fields["currency"] = show_value(money["amount"]), str(money["currency"])
    attributes = _read_pairs(product)
    for variation in product.nodes("variations"):
        options = _read_pairs(variation)
        draft.skus.append(
            {
                "options": format_attributes(options),
                "price": variation.text("price", "regularprice", "displayprice"),
                "sku_code": variation.text("sku") or variation.text("id"),
                "gtin": variation.text("globaluniqueid"),
                "stock": variation.text("stockquantity", "stockstatus"),
                "image": variation.node("image").text("src", "url"),
                "other": variation.write_left(),
            }
        )
        attributes = {n: v for n, v in attributes.items() if n not in options}
    draft.fields["attributes"] = format_attributes(attributes)
    draft.fields["other"] = product.write_left()
    draft.settle()
    return draft
