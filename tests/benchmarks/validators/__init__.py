"""Programs and specifications that nobody here wrote, each asked about one export: what it finds wrong, in its words.

Every function takes the place of the program or specification on this machine, and the files of an export; README.md
beside ``importers.py`` says where they come from. An empty list: nothing is wrong.
"""

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lxml import etree
from openpyxl import load_workbook

HERE = Path(__file__).resolve().parent
Row = Mapping[str, str]


def read_rows(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    """Return the rows of a delimited text."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter))


def _ask_php(script: str, words: Sequence[str | Path], offers: Iterable[Mapping[str, Any]]) -> list[str]:
    shown = subprocess.run(
        ["php", str(HERE / script), *map(str, words)], input=json.dumps(list(offers)), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return [f"{f['id']}: {f['fault']}" for f in json.loads(shown.stdout) if f["severity"] == "error"]


def check_google_rules(plugin: Path, feed: str) -> list[str]:
    """Return the errors that the rules of the WordPress plugin wpmr-product-feed-validator find in a feed."""
    return _ask_php("google_rules.php", [plugin], read_rows(feed, "\t"))


def check_feed_manager(plugin: Path, merchant: str, feed: str) -> list[str]:
    """Return the errors that the WordPress plugin best-woocommerce-feed finds for google, facebook or yandex."""
    parted = "\t" if "\t" in feed.partition("\n")[0] else ","
    offers = read_rows(feed, parted) if merchant != "yandex" else [_read_offer(o) for o in _list_offers(feed)]
    return _ask_php("feed_manager.php", [plugin, merchant], offers)


def _list_offers(feed: str) -> list[etree._Element]:
    return etree.fromstring(feed.encode()).findall("shop/offers/offer")


def _read_offer(offer: etree._Element) -> dict[str, str]:
    found = {str(k): str(v) for k, v in offer.attrib.items()}
    for child in offer:
        found.setdefault(str(child.tag), child.text or "")
    return found | {k.casefold(): v for k, v in found.items()}


def check_dtd(file: Path, feed: str) -> list[str]:
    """Return what Yandex' ``shops.dtd`` finds wrong in a feed, in what it knows of it.

    The file is of 2011: elements and attributes that it does not declare (``param``, ``group_id``, weights, quantities,
    prices by quantity), and pictures after the first, are left out before it is asked. That its own model of an offer
    can be read in two ways is no fault of a feed.
    """
    with file.open("rb") as held:
        dtd = etree.DTD(held)
    known = {e.name: {a.name for a in e.iterattributes()} for e in dtd.iterelements()}  # type: ignore[attr-defined]
    root = etree.fromstring(feed.encode())
    for element in list(root.iter()):
        parent = element.getparent()
        if parent is None or not isinstance(element.tag, str):
            continue
        again = element.tag == "picture" and element.getprevious() is not None and (
            element.getprevious().tag == "picture"  # type: ignore[union-attr]
        )  # fmt: skip
        if element.tag not in known or again:
            parent.remove(element)
            continue
        for name in [n for n in element.attrib if n not in known[element.tag]]:
            del element.attrib[name]
    dtd.validate(root)
    faults: Any = dtd.error_log  # its stubs know no iteration
    return [str(e.message) for e in faults if "is not deterministic" not in str(e.message)]


_FIELD = re.compile(r"/\*\*(?P<told>.*?)\*\*?/\s*public \$(?P<name>\w+);", re.DOTALL)
_RANGE = re.compile(r"取值范围[::]\s*([\d.]+)-([\d.]+)")
_CLASSES = {
    "": "AeopAeProduct",
    "sku": "AeopAeProductSku",
    "option": "AeopSkuProperty",
    "fact": "AeopAeProductProperty",
}


def check_sdk(sdk: Path, products: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return fields that the classes of AliExpress' own SDK do not have, and numbers outside what they say.

    What the seller's own object held before is not asked about.
    """
    classes = {kind: _read_class(sdk, name) for kind, name in _CLASSES.items()}
    before = {str(p["product_id"]): p for p in own}
    found: list[str] = []
    for product in products:
        held = before.get(str(product["product_id"]), {})
        skus, facts = "aeop_ae_product_s_k_us", "aeop_ae_product_propertys"
        found += _check_fields("", classes[""], {k: v for k, v in product.items() if held.get(k) != v})
        for fact in product.get(facts, ()) if product.get(facts) != held.get(facts) else ():
            found += _check_fields("fact", classes["fact"], fact)
        old = {json.dumps(s, sort_keys=True) for p in own for s in p.get(skus, ())}
        for sku in product.get(skus, ()):
            if json.dumps(sku, sort_keys=True) not in old:
                found += _check_fields("sku", classes["sku"], {k: v for k, v in sku.items() if k not in _OLD_SKU})
            for option in sku["aeop_s_k_u_property"]:
                found += _check_fields("option", classes["option"], option)
            codes = str(sku.get("sku_code", ""))
            if len(codes) > 20 or " " in codes:
                found.append(f"sku_code {codes}")
    return found


_OLD_SKU = frozenset({"barcode", "ean_code", "aeop_s_k_u_property"})
"""The class of 2018 has none of the codes, and calls the list of options aeop_s_k_u_property_list."""


def _read_class(sdk: Path, name: str) -> dict[str, tuple[float, float] | None]:
    text = (sdk / "taobao_sdk" / "top" / "domain" / f"{name}.php").read_text("utf-8")
    found: dict[str, tuple[float, float] | None] = {}
    for field in _FIELD.finditer(text):
        told = _RANGE.search(field["told"])
        found[field["name"]] = (float(told[1]), float(told[2])) if told else None
    return found


def _check_fields(kind: str, known: Mapping[str, tuple[float, float] | None], held: Mapping[str, Any]) -> list[str]:
    found = [f"{kind or 'product'} has no field {n}" for n in held if n not in known]
    for name, value in held.items():
        span = known.get(name)
        if span is not None and str(value).replace(".", "", 1).isdigit() and not span[0] <= float(value) <= span[1]:
            found.append(f"{name} {value} is outside {span[0]:g}-{span[1]:g}")
    return found


def check_amazon(template: Path, filled: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Return what the template's own sheets say against the rows written into it, and these rows.

    Values of columns for which the template lists valid ones must be of them, texts as long as it says, what an
    ``Update`` needs must be there, and nothing else in the workbook may have changed.
    """
    with zipfile.ZipFile(template) as one, zipfile.ZipFile(filled) as other:
        parts = {n: (one.read(n), other.read(n) if n in other.namelist() else b"") for n in one.namelist()}
    faults = [f"{n} changed" for n, (old, new) in parts.items() if old != new and n != "docProps/core.xml"]
    faults = faults[1:] if len(faults) == 1 else faults  # the sheet that takes the rows
    before, after = (load_workbook(p, read_only=True) for p in (template, filled))
    old, new = ([list(r) for r in b["Template"].iter_rows(values_only=True)] for b in (before, after))
    kept = len(old)
    while kept and not any(v not in (None, "") for v in old[kept - 1]):
        kept -= 1
    faults += ["rows above changed"] if old[:kept] != new[:kept] else []
    codes = ["" if v is None else str(v) for v in old[2]]
    added = [{c: str(v) for c, v in zip(codes, row, strict=False) if c and v not in (None, "")} for row in new[kept:]]
    added = [row for row in added if row]
    valid, longest, needed = _read_lists(before, codes, [str(v) for v in old[1]])
    own = [{c: v for c, v in zip(codes, row, strict=False) if c and v not in (None, "")} for row in old[3:kept]]

    def alike(row: Row) -> list[dict[str, Any]]:
        """The template's own rows of the same kind: what all of them leave open is not needed in that kind."""
        return [r for r in own if r.get("parent_child") == row.get("parent_child")]

    for row in added:
        faults += [f"{c} {v} is not listed" for c, v in row.items() if c in valid and v not in valid[c]]
        faults += [f"{c} has {len(v)} characters" for c, v in row.items() if len(v) > longest.get(c, len(v))]
        if row.get("update_delete") != "PartialUpdate":
            wanted = needed & {c for r in alike(row) for c in r} if alike(row) else needed
            faults += [f"{row.get('item_sku')}: {c} is required" for c in sorted(wanted) if c not in row]
        if "quantity_price_type" in row and "business_price" not in row:
            faults.append("business_price is required with quantity prices")
    return faults, added


def _read_lists(
    book: Any, codes: Sequence[str], labels: Sequence[str]
) -> tuple[dict[str, set[str]], dict[str, int], set[str]]:
    named: dict[str, list[str]] = {}
    for code, label in zip(codes, labels, strict=False):
        named.setdefault(label, []).append(code)
    valid: dict[str, set[str]] = {}
    for row in book["Valid Values"].iter_rows(values_only=True):
        told = [str(v) for v in row if v is not None]
        for code in named.get(told[0].split(" - [")[0], ()) if len(told) > 1 else ():
            if code in _CLOSED:
                valid.setdefault(code, set()).update(told[1:])
    longest: dict[str, int] = {}
    needed: set[str] = set()
    for row in book["Data Definitions"].iter_rows(min_row=3, values_only=True):
        code, text, required = str(row[1]), str(row[4]), str(row[6])
        most = re.search(r"(\d+) characters? maximum", text)
        if most is not None:
            longest[code] = int(most[1])
        if required == "Required" and code in codes:
            needed.add(code)
    return valid, longest, needed


_CLOSED = frozenset(
    ("feed_product_type", "update_delete", "parent_child", "relationship_type", "variation_theme",
     "quantity_price_type", "external_product_id_type")
)  # fmt: skip
"""Columns that take a listed value and no other; of colours and materials the template only proposes some."""


def check_ebay(packages: Path, files: Mapping[str, str]) -> list[str]:
    """Return what eBay's published WSDL, as the package ebay-apiroute holds it, finds wrong in a file's rows.

    Rows are put into the requests that the file stands for (ReviseFixedPriceItem, VerifyAddFixedPriceItem,
    EndFixedPriceItem); besides, as the WSDL tells, every variation has a price, all name the same options, and no two
    are alike.
    """
    rows = read_rows(files[""])
    action = next(iter(rows[0])) if rows else ""
    currency = re.search(r"Currency=(\w+)", action)
    items: list[dict[str, Any]] = []
    for row in rows:
        if row[action]:
            items.append({"kind": row[action], "item": _read_item(row), "variations": []})
        elif row["Relationship"] == "Variation":
            items[-1]["variations"].append(_read_variation(row, currency[1] if currency else ""))
    items += [{"kind": "End", "item": {"ItemID": r["ItemID"], "EndingReason": r["EndCode"]}, "variations": []}
              for r in read_rows(files.get("end", ""))]  # fmt: skip
    found: list[str] = []
    for item in items:
        sets = [tuple(sorted(map(tuple, v["VariationSpecifics"]))) for v in item["variations"]]
        if len({tuple(n for n, _ in s) for s in sets}) > 1:
            found.append(f"{item['item'].get('ItemID')}: variations name different options")
        if len(set(sets)) < len(sets):
            found.append(f"{item['item'].get('ItemID')}: two variations are alike")
        found += [f"{item['item'].get('ItemID')}: a variation has no {n}" for v in item["variations"]
                  for n in ("StartPrice", "Quantity") if v.get(n) in (None, "")]  # fmt: skip
    shown = subprocess.run(
        [sys.executable, str(HERE / "ebay_wsdl.py"), str(packages)], input=json.dumps(items), capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    return [*found, *json.loads(shown.stdout)]


def _read_item(row: Row) -> dict[str, Any]:
    names = {"ItemID": "ItemID", "*Title": "Title", "*Description": "Description", "*ConditionID": "ConditionID",
             "CustomLabel": "SKU"}  # fmt: skip
    return {to: row[name] for name, to in names.items() if row.get(name)}


def _read_variation(row: Row, currency: str) -> dict[str, Any]:
    pairs = [p.split("=", 1) for p in row["RelationshipDetails"].split("|")]
    price = row.get("*StartPrice")
    return {
        "SKU": row.get("CustomLabel"), "Quantity": row.get("*Quantity"), "VariationSpecifics": pairs,
        "StartPrice": {"@currencyID": currency, "#text": price} if price else None,
    }  # fmt: skip
