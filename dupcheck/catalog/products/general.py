"""Products of any program: an object with a name, and a list of what can be chosen of it."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from dupcheck.catalog.formats import map_general, tell_head
from dupcheck.catalog.products.nodes import (
    Node,
    find_money,
    flatten_object,
    plain_key,
    read_localised,
    read_pair,
    show_value,
)
from dupcheck.catalog.terms import is_only_variant, is_other_count
from dupcheck.catalog.values import format_attributes, parse_price
from dupcheck.catalog.variants import Draft

_LISTS: Final = (
    "variants", "variations", "skus", "children", "childproducts", "combinations", "productvariants",
    "hasvariant", "models",
)  # fmt: skip
_CHOICES: Final = (
    "attributes", "options", "optionvalues", "selectedoptions", "properties", "variationattributes", "propertyvalues",
)  # fmt: skip
_FIELDS: Final = ("price", "currency", "sku_code", "gtin", "stock")
_WHOLE: Final = (
    "listing_id", "title", "category", "description", "images", "main_image", "url", "created", "shop", "price_max",
    *_FIELDS,
)  # fmt: skip


def fits(node: Node) -> bool:
    """Say whether this object is a product that lists its choices."""
    parts = _list_parts(node)
    axis = _vary(parts) if parts else ""
    told = [(_choose(p, axis) or len(parts) == 1, set(_read_part(p))) for p in parts]
    if not parts or not all(chosen and {"price", "sku_code", "stock"} & read for chosen, read in told):
        return False
    return "title" in _map({k: t for k, v in node.held.items() if isinstance(t := read_localised(v), str)})


_FACTS: Final = ("attributes", "properties", "specifications", "characteristics", "features", "parameters")


def _read_facts(product: Node) -> dict[str, str]:
    """Return the named facts that a product lists."""
    return {n: v for n, v in map(read_pair, product.nodes(*_FACTS)) if n and v}


def _list_parts(product: Node) -> list[Node]:
    """Return what may be the SKUs of a product, listed in it or in its inventory."""
    listed = product.nodes(_find_list(product)) or product.node("inventory").nodes("products", *_LISTS)
    # What is chosen unless a buyer says otherwise may stand beside the list of the others.
    first = next((Node(v) for k, v in product.keys.items() if k.endswith("variant") and isinstance(v, Mapping)), None)
    if first is None or any(first.held == n.held or first.text("id", "sku") == n.text("id", "sku") for n in listed):
        return listed
    return [first, *listed]


def _find_list(product: Node) -> str:
    """Return the key of the list of a product's SKUs: by its name, or by what its entries say: what each costs."""
    named = next((k for k in _LISTS if product.nodes(k)), "")
    if named:
        return named
    lists = (
        (k, [Node(p) for p in v if isinstance(p, Mapping)]) for k, v in product.keys.items() if isinstance(v, list)
    )
    alone = not any("price" in map_general([key]) for key in product.held)
    return next(
        (
            key
            for key, parts in lists
            if parts
            and all("price" in _map(p.held) for p in parts)
            and (_vary(parts) or (alone and len(parts) == 1))
            and not any("pric" in word for word in (key, *map(plain_key, parts[0].held)) if word != "price")
        ),
        "",
    )


def _vary(parts: Sequence[Node]) -> str:
    """Return the first key whose texts tell SKUs apart; of a single one any text beside its price."""
    if len(parts) < 2:
        return ""
    for key, value in parts[0].held.items():
        texts = [p.held.get(key) for p in parts]
        short = isinstance(value, str) and all(isinstance(t, str) and 0 < len(t) <= _SHORT for t in texts)
        if (
            short
            and len(set(texts)) == len(texts)
            and not set(map_general([key])) & {*_FIELDS, "listing_id", "variant_id"}
        ):
            return str(key)
    return ""


_SHORT: Final = 40


def _open(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object with the only entry of a list in it as an object: its one offer, its one price."""
    return {
        key: value[0] if isinstance(value, list) and len(value) == 1 and isinstance(value[0], Mapping) else value
        for key, value in part.items()
    }


def make_draft(product: Node, row: int) -> Draft:
    """Read one product."""
    parts = _list_parts(product)
    key = _find_list(product) or "inventory"
    apart = {id(product.keys.get(key)), *(id(v) for k, v in product.keys.items() if k.endswith("variant"))}
    found = _map({k: v for k, v in product.held.items() if id(v) not in apart})
    draft = Draft(row)
    draft.fields = {name: found.pop(name, "") for name in _WHOLE}
    facts = {n.partition(":")[2]: v for n, v in found.items() if n.startswith(("facet:", "attribute:"))}
    draft.fields["attributes"] = format_attributes(facts | _read_facts(product))
    draft.fields["other"] = _write({n: v for n, v in found.items() if n.startswith("?")})
    single, axis = len(parts) == 1, _vary(parts)
    for part in parts:
        read = _read_part(part)
        sku = {name: read.get(name, "") for name in _FIELDS}
        sku["price"] = sku["price"] or draft.fields["price"]
        options = _choose(part, axis)
        sku["options"] = format_attributes({} if single and list(options) == ["Variant"] else options)
        sku["image"] = read.get("main_image", "") or read.get("images", "")
        sku["other"] = _write({n: v for n, v in read.items() if n.startswith("?")})
        draft.skus.append(sku)
    if all(s["price"] for s in draft.skus):
        draft.fields["price"] = draft.fields["price_max"] = ""
    ids = (
        show_value(v)
        for k, v in product.held.items()
        if re.search(r"(?:_id|I[dD])$", k) and not isinstance(v, list | Mapping)
    )
    own = (draft.fields["listing_id"], found.get("group", ""), next(ids, ""), draft.fields["sku_code"])
    draft.fields["listing_id"] = next((text for text in own if text), "")
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
    for i, header in enumerate(headers) if "stock" not in found else ():
        text = flat[header]
        if (
            i not in used
            and "stock" in tell_head(header)
            and not is_other_count(header)
            and re.fullmatch(r"\d{1,6}", text)
        ):
            found["stock"] = text
            used.add(i)
            break
    return found | {f"?{h}": flat[h] for i, h in enumerate(headers) if i not in used and flat[h]}


def _read_part(part: Node) -> dict[str, str]:
    """Return what an SKU says of itself beside its choices; its price however deep it lies."""
    read = _map({k: v for k, v in _open(part.held).items() if plain_key(k) not in _CHOICES})
    if parse_price(read.get("price", "")) is None and (money := find_money(part.held)) is not None:
        read["price"], read["currency"] = show_value(money["amount"]), str(money["currency"])
    return read


def _choose(part: Node, axis: str) -> dict[str, str]:
    """Return what is chosen with an SKU: its list of choices, or its colour and the like, or what it is called."""
    stated = _read_choices(part) or {
        n.partition(":")[2]: v for n, v in _map(part.held).items() if n.startswith("facet:")
    }
    called = part.text("title", "name")
    if stated or (called and not is_only_variant("", called)):
        return stated or {"Variant": called}
    return {axis: part.text(plain_key(axis))} if axis else {}


def _read_choices(part: Node) -> dict[str, str]:
    held = part.get(*_CHOICES)
    if isinstance(held, Mapping):
        return {str(n): str(v) for n, v in held.items() if isinstance(v, str | int | float) and str(v)}
    found = {n: v for n, v in map(read_pair, part.nodes(*_CHOICES)) if n and v and not is_only_variant(n, v)}
    for key, value in part.keys.items() if not found else ():
        entries = [Node(v) for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []
        pairs = [read_pair(n) for n in entries]
        if pairs and len(pairs) == len(value) and all(n and v for n, v in pairs) and "imag" not in key:
            return dict(pairs)
    return found
