"""Every export through programs that nobody here wrote: twelve catalogues of plans, a marketplace after the other.

    python tests/benchmarks/importers.py [--woocommerce SITE] [--preflight PROGRAM] [--yandex MODULES] [--only NAME]

Prints for each marketplace and catalogue whether it was taken, how many cells changed that the plan does not name, and
how many goods were lost. Without options the importers are the rules of ``tests/export_imports.py``. How to set up the
others is told in README.md beside this file.
"""

import argparse
import json
import os
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
from plan_catalogs import FILES, make_catalogs, write_own

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
    lost = count_lost(audit.catalog, dc.read_catalog(after), changes, coded=target != "google")
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
    for target in FILES if not options.only else [options.only]:
        for name, listings in make_catalogs().items():
            with tempfile.TemporaryDirectory() as place:
                own = write_own(target, listings, Path(place))
                audit = dc.audit(own)
                written = audit.export(target, out=Path(place) / "out", all_plans=True)
                files = load(Path(place) / "out", target)
                if not files:
                    yield Outcome(target, name, 0, "-", 0, 0, written.refused, "no plan merges")
                    continue
                if target == "woocommerce" and options.woocommerce:
                    result = run_woocommerce(options.woocommerce, own, Path(place) / "out", audit)
                elif target in IMPORTS:
                    result = run_written(target, Path(place) / "out", own, audit)
                else:
                    result = check_rows(target, files)
                if (
                    target == "shopify"
                    and options.preflight
                    and (critical := check_shopify(options.preflight, Path(place) / "out"))
                ):
                    result = ("no", *result[1:3], critical)
                if target == "yml" and options.yandex:
                    taken, fault = check_yandex(options.yandex, Path(place) / "out")
                    result = (taken, *result[1:3], fault)
                yield Outcome(target, name, len(audit.plans), *result[:3], written.refused, result[3])


def check_rows(target: str, files: Mapping[str, str]) -> tuple[str, int, int, str]:
    """Hold eBay's and Amazon's rows against what their instructions ask of an update."""
    if target == "amazon":
        found = rows("\n".join(files[""].splitlines()[2:]), "\t")
        wrong = [r for r in found if r["update_delete"] == "PartialUpdate" and (r["item_name"] or r["standard_price"])]
        return "yes" if not wrong else "no", len(wrong), 0, ""
    found = rows(files[""])
    action = next(iter(found[0])) if found else ""
    wrong = [r for r in found if r.get(action) == "Revise" and (r.get("*Description") or r.get("*ConditionID"))]
    return "yes" if not wrong else "no", len(wrong), 0, ""


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
    parser.add_argument("--only", choices=list(FILES))
    outcomes = list(run_all(parser.parse_args()))
    for o in outcomes:
        print(f"{o.target:12} {o.catalog:20} taken {o.accepted:3} changed {o.changed} lost {o.lost} said {o.refused}"
              f" {o.note}")  # fmt: skip
    print()
    for target in dict.fromkeys(o.target for o in outcomes):
        own = [o for o in outcomes if o.target == target and o.accepted != "-"]
        taken = sum(o.accepted == "yes" for o in own)
        print(f"{target:12} taken {taken} of {len(own)}, cells changed {sum(o.changed for o in own)}, "
              f"goods lost {sum(o.lost for o in own)}")  # fmt: skip


if __name__ == "__main__":
    main()
