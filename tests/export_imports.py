"""What a marketplace's importer makes of a file: its rule for rows that are there, written out apart from the exports.

Each takes the seller's own file and the export's files and returns the shop afterwards as one file of the same kind.
``list_changed`` then says which cells are not as they were and not of the kind that a merge may change.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from lxml import etree
from plan_catalogs import Row, table


def rows(text: str, delimiter: str = ",") -> list[Row]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter))


def load(folder: Path, name: str) -> dict[str, str]:
    """The export's files by part: "" is the main one."""
    return {
        p.stem.removeprefix(f"export-{name}").removeprefix("-"): p.read_text("utf-8")
        for p in folder.glob(f"export-{name}*")
        if p.suffix not in (".xlsx", ".xlsm")
    }


def shopify(own: str, files: Mapping[str, str]) -> str:
    """A product that is named is overwritten: columns that are there replace, columns that are missing stay."""
    before, after = rows(own), rows(files[""])
    named = {r["Handle"] for r in after}
    held = {(r["Handle"], r["Variant SKU"]): r for r in before}
    kept = [r for r in before if r["Handle"] not in named]
    return table([*kept, *({**held.get((r["Handle"], r["Variant SKU"]), {}), **r} for r in after)])


def woocommerce(own: str, files: Mapping[str, str]) -> str:
    """«Update existing» overwrites every column that is mapped, with blanks too; without it only new rows are made."""
    shop = {r["ID"]: dict(r) for r in rows(own)}
    for row in rows(files[""]):
        assert row["Visibility in catalog"] in ("visible", "catalog", "search", "hidden"), "the importer fails the row"
        assert row["ID"] in shop, "No matching product exists to update"
        if row["Parent"]:
            assert shop[row["Parent"].removeprefix("id:")]["Type"] == "variable"
        shop[row["ID"]] |= row
    codes = {r["SKU"] for r in shop.values()} - {""}
    for number, row in enumerate(rows(files.get("create", "")), 1):
        assert not row["SKU"] or row["SKU"] not in codes, "A product with this SKU already exists"
        assert row["Visibility in catalog"] == "visible"
        shop[f"9000{number}"] = {**row, "ID": f"9000{number}"}
    return table(list(shop.values()))


def google(own: str, files: Mapping[str, str]) -> str:
    """A feed takes the place of the one before it."""
    assert {r["id"] for r in rows(own, "\t")} <= {r["id"] for r in rows(files[""], "\t")}, "offers are lost"
    return files[""]


def meta(own: str, files: Mapping[str, str]) -> str:
    """A feed takes the place of the one before it."""
    assert {r["id"] for r in rows(own)} <= {r["id"] for r in rows(files[""])}, "offers are lost"
    return files[""]


def aliexpress(own: str, files: Mapping[str, str]) -> str:
    """A product that is edited is replaced whole."""
    edited = {p["product_id"]: p for p in json.loads(files[""])}
    return json.dumps([edited.get(p["product_id"], p) for p in json.loads(own)], ensure_ascii=False)


def yml(own: str, files: Mapping[str, str]) -> str:
    """An offer of the same id is replaced."""
    root, new = etree.fromstring(own.encode()), etree.fromstring(files[""].encode())
    offers = root.find("shop/offers")
    assert offers is not None
    known = {o.get("id"): o for o in offers}
    for offer in new.iterfind("shop/offers/offer"):
        assert offer.get("id") in known, "an offer under a new id"
        offers.replace(known[offer.get("id")], offer)
    return etree.tostring(root, encoding="unicode")


IMPORTS: Mapping[str, Callable[[str, Mapping[str, str]], str]] = {
    "shopify": shopify, "woocommerce": woocommerce, "google": google, "meta": meta, "aliexpress": aliexpress,
    "yml": yml,
}  # fmt: skip
MAY_CHANGE = {
    "shopify": ("Title", "Option", "Image Src", "Image Position", "Variant Image", "Handle"),
    "woocommerce": ("Type", "Name", "SKU", "Parent", "Position", "Attribute", "Stock"),
    "google": ("item_group_id", "variant_option", "color", "size", "material", "pattern", "gender"),
    "meta": ("item_group_id", "additional_variant_attribute", "color", "size", "material", "pattern", "gender"),
    "aliexpress": ("subject", "aeop_ae_product_s_k_us", "bulk_order", "bulk_discount"),
    "yml": (
        "name",
        "group_id",
        "param Color",
        "param Size",
        "param Material",
        "param Цвет",
        "param Количество",
        "prices",
    ),
}
"""What a plan names: the title, the options, the group, the place of a SKU, its photo, the wholesale price."""


def list_changed(name: str, own: str, after: str) -> list[tuple[str, str, str, str]]:
    """Return the cells of rows that are there before and after that differ, but for those that a plan names."""
    before, now = read_cells(name, own), read_cells(name, after)
    found = []
    for key in before.keys() & now.keys():
        for field in before[key].keys() | now[key].keys():
            old, new = before[key].get(field, ""), now[key].get(field, "")
            if old != new and not field.startswith(MAY_CHANGE[name]):
                found.append((key, field, old, new))
    return found


def read_cells(name: str, text: str) -> dict[str, Row]:
    if name == "aliexpress":
        return {str(p["product_id"]): {k: json.dumps(v) for k, v in p.items()} for p in json.loads(text)}
    if name == "yml":
        return {str(o.get("id")): _flatten(o) for o in etree.fromstring(text.encode()).iterfind("shop/offers/offer")}
    key = {"shopify": "Variant SKU", "woocommerce": "ID", "google": "id", "meta": "id"}[name]
    found: dict[str, Row] = {}
    for row in rows(text, "\t" if name == "google" else ","):
        if row[key]:
            found.setdefault(f"{row.get('Handle', '')} {row[key]}", row)
    return found


def _flatten(offer: etree._Element) -> Row:
    found = {str(k): str(v) for k, v in offer.attrib.items()}
    for child in offer:
        tag = f"{child.tag} {child.get('name')}" if child.tag == "param" else str(child.tag)
        found[tag] = found.get(tag, "") + (child.text or "")
    return found
