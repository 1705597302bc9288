"""Products of any program: an object with a name, and a list of what can be chosen of it."""

import json
from collections.abc import Mapping
from typing import Any, Final

from dupcheck.catalog.formats import map_general
from dupcheck.catalog.products.nodes import Node, flatten_object
from dupcheck.catalog.values import format_attributes
from dupcheck.catalog.variants import Draft

_LISTS: Final = ("variants", "variations", "skus", "children", "childproducts", "combinations", "productvariants")
_CHOICES: Final = ("attributes", "options", "optionvalues", "selectedoptions", "properties", "variationattributes")
_FIELDS: Final = ("price", "currency", "sku_code", "gtin", "stock")
_WHOLE: Final = (
    "listing_id", "title", "category", "description", "images", "main_image", "url", "created", "shop", "price_max",
    *_FIELDS,
)  # fmt: skip


def fits(node: Node) -> bool:
    """Say whether this object is a product that lists its choices."""
    parts = node.nodes(*_LISTS)
    if not parts or not all(_read_choices(p) and "price" in _map(p.held) for p in parts):
        return False
    return "title" in _map({k: v for k, v in node.held.items() if isinstance(v, str)})


def make_draft(product: Node, row: int) -> Draft:
    """Read one product."""
    parts = product.nodes(*_LISTS)
    key = next(k for k in _LISTS if product.nodes(k))
    found = _map({k: v for k, v in product.held.items() if product.keys.get(key) is not v})
    draft = Draft(row)
    draft.fields = {name: found.pop(name, "") for name in _WHOLE}
    draft.fields["attributes"] = format_attributes(
        {n.partition(":")[2]: v for n, v in found.items() if n.startswith(("facet:", "attribute:"))}
    )
    draft.fields["other"] = _write({n: v for n, v in found.items() if n.startswith("?")})
    for part in parts:
        read = _map({k: v for k, v in part.held.items() if k.casefold().replace("_", "") not in _CHOICES})
        sku = {name: read.get(name, "") for name in _FIELDS}
        sku["options"] = format_attributes(_read_choices(part))
        sku["image"] = read.get("main_image", "") or read.get("images", "")
        sku["other"] = _write({n: v for n, v in read.items() if n.startswith("?")})
        draft.skus.append(sku)
    if all(s["price"] for s in draft.skus):
        draft.fields["price"] = draft.fields["price_max"] = ""
    draft.fields["listing_id"] = draft.fields["listing_id"] or draft.fields["sku_code"]
    draft.settle()
    return draft


def _write(left: Mapping[str, str]) -> str:
    return json.dumps({n[1:]: v for n, v in left.items() if v}, ensure_ascii=False) if left else ""


def _map(held: Mapping[str, Any]) -> dict[str, str]:
    """Return an object's values by the fields they are, and behind a ? by their keys what is none."""
    flat = flatten_object(held)
    headers = list(flat)
    fields = map_general(headers)
    found: dict[str, str] = {}
    used: set[int] = set()
    for name, places in fields.items():
        value = next((flat[headers[i]] for i in places if flat[headers[i]]), "")
        if value:
            found[name] = value
            used |= set(places[:1])
    return found | {f"?{h}": flat[h] for i, h in enumerate(headers) if i not in used and flat[h]}


def _read_choices(part: Node) -> dict[str, str]:
    held = part.get(*_CHOICES)
    if isinstance(held, Mapping):
        return {str(n): str(v) for n, v in held.items() if isinstance(v, str | int | float) and str(v)}
    pairs = ((n.text("name", "key", "optionname"), n.text("value", "option", "label")) for n in part.nodes(*_CHOICES))
    return {name: value for name, value in pairs if name and value}
