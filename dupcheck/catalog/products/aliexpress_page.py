"""What a saved AliExpress product page holds: skuModule, priceModule, quantityModule and the like."""

import re

from dupcheck.catalog.products.aliexpress import read_sku_key
from dupcheck.catalog.products.nodes import Node
from dupcheck.catalog.values import format_attributes
from dupcheck.catalog.variants import Draft


def fits(node: Node) -> bool:
    """Say whether this object is such a page."""
    keys = node.keys
    newest = keys.get("sku")
    return (
        "skumodule" in keys
        or "skucomponent" in keys
        or ("price" in keys and isinstance(newest, dict) and "skuproperties" in Node(newest).keys)
    )


def make_draft(page: Node, row: int) -> Draft:
    """Read one page."""
    module = page.node("skumodule", "skucomponent", "sku")
    price = page.node("pricemodule", "pricecomponent", "price")
    quantity = page.node("quantitymodule", "quantitycomponent", "quantity", "inventorycomponent")
    info = page.node("titlemodule", "productinfocomponent", "producttitle")
    images = page.node("imagemodule", "imagecomponent", "headerimage")
    action = page.node("actionmodule", "commonmodule", "storemodule")
    draft = Draft(row)
    draft.fields = {
        "listing_id": action.text("productid") or info.text("id", "productid", "idstr") or page.text("productid", "id"),
        "title": info.text("subject", "text", "title") or page.node("pagemodule", "metadatacomponent").text("title"),
        "price": price.text("formatedprice", "formattedprice", "origprice"),
        "images": images.text("imagepathlist", "imagelist"),
        "stock": quantity.text("totalavailquantity"),
        "min_order_quantity": quantity.text("skubulkorder"),
        "lot_size": price.text("numberperlot") if price.text("lot") == "true" else "",
        "category": action.text("categoryid"),
    }
    names: dict[str, tuple[str, str]] = {}
    for axis in module.nodes("productskupropertylist", "skuproperties"):
        name = axis.text("skupropertyname", "name")
        for value in axis.nodes("skupropertyvalues", "values"):
            shown = value.text("propertyvaluedefinitionname") or value.text(
                "propertyvaluedisplayname", "propertyvaluename"
            )
            key = f"{axis.text('skupropertyid', 'id')}:{value.text('propertyvalueid', 'propertyvalueidlong', 'id')}"
            names[key] = (name, shown)
    for sku in module.nodes("skupricelist", "skupaths"):
        values = sku.node("skuval")
        stated = read_sku_key(sku.text("skuattr", "path"))
        numbers = [":".join(m) for m in re.findall(r"(\d+):(\d+)", sku.text("skuattr", "path"))]
        options = dict(names[n] for n in numbers if n in names) or stated
        draft.skus.append(
            {
                "options": format_attributes(options),
                "price": values.text("skucalprice") or values.node("skuamount").text("value"),
                "sku_code": sku.text("skuidstr", "skuid"),
                "stock": values.text("availquantity") or sku.text("skustock"),
                "other": sku.write_left(),
            }
        )
    if draft.skus and any(s["price"] for s in draft.skus):
        draft.fields["price"] = ""
    draft.fields["other"] = page.write_left()
    draft.settle()
    return draft
