"""Every export through programs that nobody here wrote: 21 catalogues of plans, a marketplace after the other.

    python tests/benchmarks/importers.py [--woocommerce SITE] [--preflight PROGRAM] [--yandex MODULES] [--dtd FILE]
        [--google-rules PLUGIN] [--feed-manager PLUGIN] [--sdk FOLDER] [--amazon TEMPLATE] [--ebay PACKAGES]
        [--only NAME]

Prints for each marketplace and catalogue whether it was taken, how many cells changed that the plan does not name, and
how many goods were lost. Without options the importers are the rules of ``tests/export_imports.py``. How to set up the
others is told in README.md beside this file. What a seller's own file is faulted for already is no fault of an export.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from export_imports import IMPORTS, list_changed, load, rows
from lxml import etree
from plan_catalogs import FILES, make_catalogs, make_rarer_catalogs, write_own
from validators import (
    check_amazon,
    check_dtd,
    check_ebay,
    check_feed_manager,
    check_google_rules,
    check_sdk,
)

import dupcheck as dc
from dupcheck.catalog import get_listing, get_skus
from dupcheck.exports import ChangeSet, make_changes
from dupcheck.exports.merging import list_plans
from dupcheck.model import Catalog


@dataclass(frozen=True)
class Outcome:
    """What became of one catalogue at one marketplace."""

    target: str
    catalog: str
    plans: int
    accepted: str
    changed: int
    lost: int
    refused: int
    note: str = ""


def list_goods(catalog: Catalog, listing_id: str, *, coded: bool = True) -> set[tuple[str, float | None]]:
    """Return what a listing sells: code and price."""
    place = catalog.positions[listing_id]
    x = get_listing(catalog, place)
    skus = get_skus(catalog, place)
    return {(s.sku_code if coded else "", s.price) for s in skus} or {(x.sku_code if coded else "", x.price)}


def count_lost(before: Catalog, after: Catalog, changes: list[ChangeSet], *, coded: bool) -> int:
    """Return how many goods of merged listings the kept ones do not offer afterwards."""
    lost = 0
    for change in changes:
        wanted: set[tuple[str, float | None]] = set()
        for i in (change.keep.listing_id, *change.folds):
            wanted |= list_goods(before, i, coded=coded)
        lost += len(wanted - list_goods(after, change.keep.listing_id, coded=coded))
    return lost


def run_written(target: str, folder: Path, own: Path, audit: dc.Audit) -> tuple[str, int, int, str]:
    """Import by the rules written out in the tests."""
    files = load(folder, target)
    try:
        text = IMPORTS[target](own.read_text("utf-8"), files)
    except AssertionError as error:
        return "no", 0, 0, str(error).split("\n")[0]
    after = own.with_stem("after")
    after.write_text(text, "utf-8")
    changes = make_changes(audit.catalog, list_plans(audit.plans))
    lost = count_lost(audit.catalog, dc.read_catalog(after), changes, coded=target not in ("google", "meta"))
    return "yes", len(list_changed(target, own.read_text("utf-8"), text)), lost, ""


def check_shopify(program: str, folder: Path) -> str:
    """Return what preflight-kit finds critical in the product file."""
    file = folder / "export-shopify.csv"
    if not rows(file.read_text("utf-8")):
        return ""
    command = [program, "check", "--no-fix", "--lang", "en", "--intent", "update", "--out-dir", str(folder), str(file)]
    subprocess.run(command, capture_output=True, text=True, check=False)
    found = rows((folder / "errors.csv").read_text("utf-8-sig"))
    return "; ".join(r["message"] for r in found if r["severity"] == "critical")


def run_woocommerce(site: Path, own: Path, folder: Path, audit: dc.Audit) -> tuple[str, int, int, str]:
    """Import with WooCommerce's own importer: the seller's shop first, then the update, then what is created."""
    files = load(folder, "woocommerce")
    scripts = Path(__file__).resolve().parent / "woocommerce"
    os.environ["WOO_SITE"] = str(site)
    subprocess.run(["sh", str(scripts / "shop.sh"), "reset"], check=True, capture_output=True)
    command = ["php", str(scripts / "import.php")]
    before = json.loads(subprocess.run([*command, f"{own}=create"], capture_output=True, text=True, check=True).stdout)
    given = [f"{folder / 'export-woocommerce.csv'}=update"]
    if "create" in files:
        given.append(f"{folder / 'export-woocommerce-create.csv'}=create")
    after = json.loads(subprocess.run([*command, *given], capture_output=True, text=True, check=True).stdout)
    faults = [m for r in after["imports"] for m in r.get("messages", [])]
    faults += [f"{r['file']}: {r['skipped']} skipped" for r in after["imports"] if r["skipped"]]
    offered = {_sell(p) for p in after["shop"] if p.get("purchasable") and p["status"] == "publish"}
    wanted = {_sell(p) for p in before["shop"] if p["type"] != "variable"}
    lost = len(wanted - offered)
    then, now = ({p["id"]: p for p in shop["shop"]} for shop in (before, after))
    fields = ("price", "stock", "weight", "tags", "categories", "text")
    kept = {i for i, p in now.items() if p["type"] == "variable"}  # what they sell has a variation of its own now
    changed = sum(
        then[i].get(f) != now[i].get(f)
        for i in then.keys() & now.keys()
        for f in fields
        if not (i in kept and f in ("price", "stock"))
        and (f not in ("tags", "categories") or now[i]["kind"] == "product")
    )
    return "no" if faults else "yes", changed, lost, "; ".join(faults[:2])


def _sell(post: Mapping[str, Any]) -> tuple[str, str, Any]:
    return str(post.get("sku", "")), str(post.get("price", "")), post.get("stock")


def run_all(options: argparse.Namespace) -> Iterator[Outcome]:
    """Yield the outcome of every catalogue at every marketplace."""
    templates = [options.amazon] if options.amazon else []
    for target in FILES if not options.only else [options.only]:
        for name, listings in {**make_catalogs(), **make_rarer_catalogs()}.items():
            with tempfile.TemporaryDirectory() as place:
                own, out = write_own(target, listings, Path(place)), Path(place) / "out"
                audit = dc.audit(own)
                more = templates if target == "amazon" else []
                written = audit.export(target, out=out, all_plans=True, templates=more)
                files = load(out, target)
                if not files:
                    yield Outcome(target, name, 0, "-", 0, 0, written.refused, "no plan merges")
                    continue
                if target == "woocommerce" and options.woocommerce:
                    result = run_woocommerce(options.woocommerce, own, out, audit)
                elif target in IMPORTS:
                    result = run_written(target, out, own, audit)
                else:
                    result = check_rows(target, files, own, audit)
                faults = list_faults(target, options, own, out, files)
                told = (out / "export-cautions.csv").read_text("utf-8-sig")
                silent = [f for f in faults if not any(w in told for w in re.findall(_NAMED, f))]
                if faults:
                    result = (
                        "no" if silent else "said",
                        *result[1:3],
                        "; ".join(dict.fromkeys(silent or faults))[:300],
                    )
                yield Outcome(target, name, len(audit.plans), *result[:3], written.refused, result[3])


_NAMED = r"\w+(?= is required)|\w+(?= has \d+ characters)|(?<=sku_code )\S+"
"""What of a fault the cautions must name."""


_MERCHANTS = {"google": ("google", "facebook"), "meta": ("facebook",), "yml": ("yandex",)}
"""What the feed manager's validators call a marketplace."""


def list_faults(target: str, options: argparse.Namespace, own: Path, out: Path, files: Mapping[str, str]) -> list[str]:
    """Return what the programs and specifications given find wrong, and did not find wrong in the seller's own file."""
    found: list[str] = []
    before = own.read_text("utf-8")
    if target == "shopify" and options.preflight:
        found += [check_shopify(options.preflight, out)]
    if target == "yml" and options.yandex:
        found += [check_yandex(options.yandex, out)[1]]
    if target == "yml" and options.dtd:
        found += check_dtd(options.dtd, files[""])
    if target in _MERCHANTS and options.feed_manager:
        for merchant in _MERCHANTS[target]:
            known = set(check_feed_manager(options.feed_manager, merchant, before))
            found += [f for f in check_feed_manager(options.feed_manager, merchant, files[""]) if f not in known]
    if target == "google" and options.google_rules:
        known = set(check_google_rules(options.google_rules, before))
        found += [f for f in check_google_rules(options.google_rules, files[""]) if f not in known]
    if target == "aliexpress" and options.sdk:
        found += check_sdk(options.sdk, json.loads(files[""]), json.loads(before))
    if target == "amazon" and options.amazon:
        filled = out / f"export-{options.amazon.stem}-filled{options.amazon.suffix}"
        found += check_amazon(options.amazon, filled)[0]
    if target == "ebay" and options.ebay:
        found += check_ebay(options.ebay, files)
    return [f for f in found if f]


def check_rows(target: str, files: Mapping[str, str], own: Path, audit: dc.Audit) -> tuple[str, int, int, str]:
    """Count what eBay's and Amazon's rows change beside the plan, and goods that none of them sells any more."""
    changes = make_changes(audit.catalog, list_plans(audit.plans))
    if target == "amazon":
        return _check_items(files, own)
    found = rows(files[""])
    action = next(iter(found[0])) if found else ""
    allowed = {action, "ItemID", "*Title", "Relationship", "RelationshipDetails", "P:UPC", "P:EAN"}
    changed = sum(bool(v) and h not in allowed for r in found if r[action] == "Revise" for h, v in r.items())
    sold = {(r["CustomLabel"], r["*StartPrice"], r["*Quantity"]) for r in found if r["Relationship"] == "Variation"}
    lost = 0
    for change in changes:
        if change.is_empty or not change.merged.axes:
            continue
        for i in (change.keep.listing_id, *change.folds):
            place = audit.catalog.positions[i]
            x = get_listing(audit.catalog, place)
            skus = [(s.sku_code, s.price, s.stock) for s in get_skus(audit.catalog, place)]
            for code, price, stock in skus or [(x.sku_code, x.price, x.stock)]:
                shown = f"{price:.2f}", "" if stock is None else f"{stock:.0f}"
                lost += not any(row[1:] == shown and (row[0] == code or not code) for row in sold)
    return "yes", changed, lost, ""


_RELATION = frozenset(
    ("item_sku", "parent_child", "parent_sku", "relationship_type", "variation_theme", "update_delete", "color_name",
     "size_name", "material_type", "style_name", "pattern_name", "number_of_items", "business_price",
     "quantity_price_type", "quantity_lower_bound1", "quantity_price1")
)  # fmt: skip
"""What a plan names in the row of an item: its parent, its options and the wholesale price."""


def _check_items(files: Mapping[str, str], own: Path) -> tuple[str, int, int, str]:
    held = {r["item_sku"]: r for r in rows("\n".join(own.read_text("utf-8").splitlines()[2:]), "\t")}
    found = rows("\n".join(files[""].splitlines()[2:]), "\t")
    changed = 0
    for row in found:
        if row["item_sku"] in held and row["parent_child"] == "Child":
            changed += sum(bool(v) and h not in _RELATION and held[row["item_sku"]].get(h) != v for h, v in row.items())
        elif row["item_sku"] in held:
            changed += sum(bool(v) and h not in (*_RELATION, "item_name") for h, v in row.items())
    unknown = [r["item_sku"] for r in found if r["parent_child"] == "Child" and r["item_sku"] not in held]
    lost = sum(r["update_delete"] == "Delete" for r in found)
    return "no" if unknown else "yes", changed, lost, ", ".join(unknown[:3])


def check_yandex(modules: Path, folder: Path) -> tuple[str, str]:
    """Return whether the npm package yandex-market-language takes the feed, and what it says where it does not.

    It reads JSON, and knows neither stock nor the parcel's sides as elements of their own.
    """
    shop = etree.fromstring((folder / "export-yml.xml").read_bytes())[0]
    held: dict[str, Any] = {n: shop.findtext(n) for n in ("name", "company", "url") if shop.findtext(n)}
    held["currencies"] = [{"id": c.get("id"), "rate": 1} for c in shop.iterfind("currencies/currency")]
    held["categories"] = [{"id": c.get("id"), "name": c.text} for c in shop.iterfind("categories/category")]
    held["delivery-options"] = []
    held["offers"] = [_read_offer(o) for o in shop.iterfind("offers/offer")]
    code = "require('yandex-market-language')(JSON.parse(require('fs').readFileSync(0, 'utf8')), {date: '2026-01-01'})"
    shown = subprocess.run(
        ["node", "-e", code], cwd=modules.parent, input=json.dumps(held), capture_output=True, text=True, check=False
    )
    fault = next((line for line in shown.stderr.splitlines() if "Error" in line), "")
    return ("yes" if shown.returncode == 0 else "no"), fault[:160]


def _read_offer(offer: etree._Element) -> dict[str, Any]:
    found: dict[str, Any] = {"id": offer.get("id"), "group_id": offer.get("group_id"), "available": True}
    for name in ("name", "url", "currencyId", "categoryId", "description", "vendor", "vendorCode"):
        if (text := offer.findtext(name)) is not None:
            found[name] = text
    found["price"] = float(offer.findtext("price") or "nan")
    if offer.findtext("weight"):
        found["weight"] = float(offer.findtext("weight") or 0)
    sides = [offer.findtext(n) for n in ("length", "width", "height")]
    if all(sides):
        found["dimensions"] = [float(s or 0) for s in sides]
    if pictures := [p.text for p in offer.iterfind("picture")]:
        found["picture"] = pictures
    found["param"] = [{"name": p.get("name"), "value": p.text} for p in offer.iterfind("param")]
    return found


def main() -> None:
    """Print the table, and a line for each marketplace."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--woocommerce", type=Path, metavar="SITE")
    parser.add_argument("--preflight", metavar="PROGRAM", default=shutil.which("preflight"))
    parser.add_argument("--yandex", type=Path, metavar="NODE_MODULES")
    parser.add_argument("--dtd", type=Path, metavar="FILE")
    parser.add_argument("--google-rules", type=Path, metavar="PLUGIN")
    parser.add_argument("--feed-manager", type=Path, metavar="PLUGIN")
    parser.add_argument("--sdk", type=Path, metavar="FOLDER")
    parser.add_argument("--amazon", type=Path, metavar="TEMPLATE")
    parser.add_argument("--ebay", type=Path, metavar="PACKAGES")
    parser.add_argument("--only", choices=list(FILES))
    outcomes = list(run_all(parser.parse_args()))
    for o in outcomes:
        print(f"{o.target:12} {o.catalog:20} taken {o.accepted:4} changed {o.changed} lost {o.lost} said {o.refused}"
              f" {o.note}")  # fmt: skip
    print()
    for target in dict.fromkeys(o.target for o in outcomes):
        own = [o for o in outcomes if o.target == target and o.accepted != "-"]
        taken, said = (sum(o.accepted == answer for o in own) for answer in ("yes", "said"))
        print(f"{target:12} taken {taken} of {len(own)}, refused as the cautions say {said}, "
              f"cells changed {sum(o.changed for o in own)}, "
              f"goods lost {sum(o.lost for o in own)}")  # fmt: skip


if __name__ == "__main__":
    main()
