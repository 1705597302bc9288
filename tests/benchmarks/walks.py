"""The whole way, over every catalogue of a folder and every export: audit, accept every second plan, export, merge.

    python tests/benchmarks/walks.py FOLDER [FOLDER ...] [--only NAME]

Each catalogue is first written as the marketplace's own file by ``tests/plan_catalogs.py``, which knows nothing of the
exports, with what only such a file holds. The shop afterwards is what the rules of ``tests/export_imports.py`` make of
the exported files. Counted are plans that were written without being accepted, cells that changed although no accepted
plan names them, cells of kept listings that are not as the plan says, goods that nobody offers any more, and for
``merge`` every cell and column of the input that is not in the output. All of them should be 0.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from export_imports import IMPORTS, list_changed, load, read_cells, rows
from importers import check_rows
from openpyxl import load_workbook
from plan_catalogs import FILES, HTML, WEB, canonical_rows, table, write_own

import dupcheck as dc
from dupcheck.catalog import get_listing, get_skus
from dupcheck.decisions import Decision, hash_listings
from dupcheck.exports import EXPORTS, list_moves, list_plans
from dupcheck.model import Catalog, Listing

PACKS = {"aliexpress", "amazon", "ebay", "google", "shopee", "lazada", "tiktok", "etsy", "walmart", "wildberries"}
FEEDS = ("google", "meta")
"""Each offer stays as it is, under a title of its own, and a feed holds no codes."""
UNREAD = {"freight_template": "F-{n}", "tags": "new, {n}", "weight_kg": "0.{n}", "bin": "A{n}/7"}
"""Columns of the seller's that no field takes."""


def read_shop(path: Path) -> list[Listing]:
    """Return a catalogue's listings as shops have them: numbers as ids, codes, stock, photos, HTML, an address."""
    shop = dc.read_catalog(path)
    found = []
    for k, listing_id in enumerate(shop.ids.tolist()):
        x = get_listing(shop, shop.positions[listing_id])
        number = str(50_000 + k)
        found.append(
            replace(
                x, listing_id=number, sku_code=x.sku_code or f"K-{k}", stock=float(k * 7 % 40),
                main_image=f"{WEB}{number}.jpg", description=f"{HTML}<p>No. {k % 9}</p>",
                url=f"https://shop.example/{number}", shop="North", attributes={"Brand": "Eclat", **x.attributes},
                category=x.category or "Goods", currency=x.currency or "EUR", sales=float(1000 - k),
            )
        )  # fmt: skip
    return found


def accept(catalog: Catalog, plans: Sequence[dc.Plan]) -> tuple[list[Decision], list[dc.Plan]]:
    """Return decisions that accept every second plan that acts, and the plans accepted."""
    acting = [p for p in plans if p.action in ("merge_variants", "wholesale_tier", "remove_duplicates")]
    taken = acting[::2]
    said = []
    for plan in taken:
        contents = hash_listings(catalog, plan.listings)
        for a, b in (sorted((plan.keep, i)) for i in plan.listings if i != plan.keep):
            said.append(Decision(a, b, "merge_accepted", "", contents[a], contents[b]))
    return said, taken


def count_walk(target: str, shop: Sequence[Listing], folder: Path) -> Counter[str]:
    """Walk one catalogue through one marketplace, and count what went wrong."""
    own = write_own(target, shop, folder)
    before = own.read_text("utf-8")
    pack = target if target in PACKS else "common"
    first = dc.audit(own, rules=pack)
    said, taken = accept(first.catalog, first.plans)
    audit = dc.audit(own, rules=pack, decisions=said)
    audit.export(target, out=folder / "out")
    found = Counter({"plans": len(taken), "input changed": int(own.read_text("utf-8") != before)})
    files = load(folder / "out", target)
    offline = rows((folder / "out" / "take-offline.csv").read_text("utf-8-sig"))
    accepted = {i for p in taken for i in p.listings}
    found["not accepted"] += sum(r["listing_id"] not in accepted or r["instead"] not in accepted for r in offline)
    if not files:
        return found
    if target not in IMPORTS:
        names = replace_plans(audit, taken)
        _, changed, lost, _ = check_rows(target, files, own, names)
        found["cells"], found["goods lost"] = changed, lost
        found["not accepted"] += count_named(target, files, first.catalog, accepted)
        return found
    try:
        after = IMPORTS[target](before, files)
    except AssertionError as error:
        found[f"refused: {error}"[:80]] += 1
        return found
    values = {v for p in taken for s in p.skus for v in s.options.values()}  # a param that the offer lacks
    differing = [c for c in list_changed(target, before, after) if not (c[1].startswith("param ") and c[3] in values)]
    found["cells"] += len(differing)
    for cell in differing[:3]:
        print("   ", target, cell)
    found["strangers"] += count_strangers(target, first.catalog, before, after, accepted)
    later = own.with_stem("after")
    later.write_text(after, "utf-8")
    found += check_kept(target, first.catalog, dc.read_catalog(later), taken)
    return found


def replace_plans(audit: dc.Audit, taken: Sequence[dc.Plan]) -> dc.Audit:
    """Return an audit of the accepted plans alone."""
    return replace(audit, plans=tuple(taken))


def count_named(target: str, files: Mapping[str, str], catalog: Catalog, accepted: set[str]) -> int:
    """Count rows of eBay's and Amazon's files that are about items of no accepted plan."""
    known: set[str] = set()
    for i in accepted:
        place = catalog.positions[i]
        x = get_listing(catalog, place)
        known |= {i, x.sku_code, f"{i}-PARENT", *(s.sku_code for s in get_skus(catalog, place))}
        if (origin := catalog.trace(i)) is not None:
            known |= {v for r in (*origin.rows, *origin.skus) for v in r.values()}
    told = 0
    for text in files.values():
        lines = "\n".join(text.splitlines()[2:]) if target == "amazon" else text
        for row in rows(lines, "\t" if target == "amazon" else ","):
            name = row.get("item_sku") or row.get("ItemID") or row.get("CustomLabel") or ""
            told += name not in known
    return told


def count_strangers(target: str, catalog: Catalog, before: str, after: str, accepted: set[str]) -> int:
    """Count cells that changed, of whatever kind, in rows of listings that no accepted plan names, and such rows."""
    old, new = read_cells(target, before), read_cells(target, after)
    theirs: set[str] = set()
    for i in accepted:
        origin = catalog.trace(i)
        assert origin is not None
        text = json.dumps([origin.rows, origin.skus], ensure_ascii=False)
        theirs |= {key for key, cells in old.items() if _is_of(target, key, cells, i, text)}
    return sum(_fill(new.get(key, {})) != _fill(cells) for key, cells in old.items() if key not in theirs)


def _fill(cells: Mapping[str, str]) -> dict[str, str]:
    return {h: v for h, v in cells.items() if v}


def _is_of(target: str, key: str, cells: Mapping[str, str], listing_id: str, text: str) -> bool:
    match target:
        case "shopify":
            return cells["Handle"] == listing_id
        case "woocommerce":
            return cells["ID"] == listing_id or cells["Parent"] == f"id:{listing_id}"
        case "aliexpress":
            return key == listing_id
        case _:
            return json.dumps(cells.get("id", key), ensure_ascii=False)[1:-1] in text


def check_kept(target: str, before: Catalog, after: Catalog, taken: Sequence[dc.Plan]) -> Counter[str]:
    """Count titles and options that are not as the plan says, and goods that the kept listing does not offer."""
    found: Counter[str] = Counter()
    for plan in taken:
        if plan.keep not in after.positions:
            found["kept is gone"] += 1
            continue
        place = after.positions[plan.keep]
        now = get_listing(after, place)
        if target not in FEEDS and now.title != plan.title:
            found["title"] += 1
            print("    title", target, plan.keep, repr(now.title), repr(plan.title))
        wanted = Counter(_sell(s.sku_code if target not in FEEDS else "", s.price) for s in plan.skus)
        offered = [_sell(s.sku_code if target not in FEEDS else "", s.price) for s in get_skus(after, place)]
        offered = offered or [_sell(now.sku_code if target not in FEEDS else "", now.price)]
        lost = wanted - Counter(offered)
        found["goods lost"] += sum(lost.values())
        if lost:
            print("    lost", target, plan.keep, plan.action, list(lost)[:3], offered[:4])
        options = Counter(tuple(sorted(s.options.values())) for s in plan.skus if s.options)
        stated = Counter(tuple(sorted(s.options.values())) for s in get_skus(after, place))
        if target not in (*FEEDS, "yml") and options - stated:
            found["options"] += sum((options - stated).values())
            print("    options", target, plan.keep, list(options - stated)[:2], list(stated)[:3])
    return found


def _sell(code: str, price: float | None) -> tuple[str, str]:
    return code, "" if price is None else f"{price:.2f}"


def canonical(shop: Sequence[Listing], folder: Path) -> Path:
    """Write a catalogue in dupcheck's own columns, with columns that no field takes."""
    told = [{**row, **{h: t.format(n=k % 50) for h, t in UNREAD.items()}} for k, row in enumerate(canonical_rows(shop))]
    path = folder / "catalog.csv"
    path.write_text(table(told), "utf-8")
    return path


def count_table(target: str, shop: Sequence[Listing], folder: Path) -> Counter[str]:
    """Walk a catalogue of dupcheck's own columns through a table: every cell is the seller's, or the plan's."""
    if target == "etsy":  # its rule is about several shops
        shop = [replace(x, shop=("North", "South")[k % 2]) for k, x in enumerate(shop)]
    own = canonical(shop, folder)
    pack = target if target in PACKS else "common"
    first = dc.audit(own, rules=pack)
    said, taken = accept(first.catalog, first.plans)
    audit = dc.audit(own, rules=pack, decisions=said)
    audit.export(target, "excel", out=folder / "out")
    found = Counter({"plans": len(taken)})
    source = {r["listing_id"]: r for r in rows(own.read_text("utf-8"))}
    written = rows(next((folder / "out").glob(f"export-{target}.*")).read_text("utf-8-sig")) if taken else []
    offline = rows((folder / "out" / "take-offline.csv").read_text("utf-8-sig"))
    accepted = {i for p in taken for i in p.listings}
    found["not accepted"] += sum(r["listing_id"] not in accepted for r in offline)
    plans = {p.keep: p for p in taken}
    skus = {s.sku_code: (s, p) for p in taken for s in p.skus}
    known = {v for i in accepted for v in source[i].values()}
    known |= set(first.catalog.column("description"))
    known |= {f"{1000 * float(v):.6g}" for v in known if v.replace(".", "").isdigit()}
    for row in written:
        fits = [c for c in row.values() if c in skus]
        if not fits and target not in ("walmart", "ozon"):
            found["rows of none"] += 1
            continue
        for header, value in row.items():
            if value and not _is_known(value, known, plans, skus):
                found["cells of none"] += 1
                if found["cells of none"] < 4:
                    print("    cell", target, header, repr(value))
    wanted = [p for p in taken if p.action != "remove_duplicates"]
    expected = sum(len(p.skus) for p in wanted)
    found["rows missing"] += max(0, expected - len(written))
    found += check_worklist(folder / "out" / "export-excel.xlsx", source, plans, accepted)
    return found


def _is_known(value: str, known: set[str], plans: Mapping[str, dc.Plan], skus: Mapping[str, Any]) -> bool:
    if value in known or value in plans or value in ("Yes", "No"):
        return True
    for plan in plans.values():
        words = {plan.title, ",".join(a.name for a in plan.axes), *(a.name for a in plan.axes)}
        for sku in plan.skus:
            words |= {*sku.options.values(), sku.image, sku.sku_code, sku.gtin}
        if value in words or value.strip("'") in words:
            return True
    parts = value.split(";")
    return all(p in known for p in parts) or any(value in v for v in known)


def check_worklist(path: Path, source: Mapping[str, Mapping[str, str]], plans: Mapping[str, dc.Plan],
                   accepted: set[str]) -> Counter[str]:  # fmt: skip
    """Count lines of the workbook that are about listings of no accepted plan, and old values that are not there."""
    found: Counter[str] = Counter()
    if not path.exists():
        return found
    book = load_workbook(path)
    for sheet in book.worksheets:
        head, *lines = [[str(c.value or "") for c in r] for r in sheet.iter_rows()]
        for line in lines:
            row = dict(zip(head, line, strict=True))
            if "Listing" in row and row["Listing"] not in accepted:
                found["worklist not accepted"] += 1
            if "Old" in row and row["Old"] and row["Old"] not in source[row["Listing"]].values():
                found["worklist old"] += 1
                print("    old", row)
    edited = {r[1].value for r in list(book.worksheets[1].iter_rows())[1:]} | {
        r[1].value for r in list(book.worksheets[2].iter_rows())[1:]
    }
    found["worklist missing"] += sum(k not in edited for k, p in plans.items())
    return found


def count_merge(shop: Sequence[Listing], folder: Path) -> Counter[str]:
    """Merge, and hold every cell of the input against the output."""
    own = canonical(shop, folder)
    first = dc.audit(own)
    _, taken = accept(first.catalog, first.plans)
    plans = folder / "plans.json"
    plans.write_text(json.dumps(list_plans(taken)), "utf-8")
    out = folder / "merged.csv"
    command = [sys.executable, "-m", "dupcheck", "merge", str(own), "--plans", str(plans), "--all", "--no-ledger"]
    command += ["--out", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    before = rows(own.read_text("utf-8"))
    after = rows(out.read_text("utf-8-sig"))
    byid: dict[str, list[dict[str, str]]] = {}
    for r in after:
        byid.setdefault(r["listing_id"], []).append(r)
    found = Counter({"plans": len(taken)})
    accepted = {i for p in taken for i in p.listings}
    for r in before:
        i = r["listing_id"]
        if i in accepted:
            continue
        if len(byid.get(i, ())) != 1:
            found["rows gone"] += 1
            continue
        now = byid[i][0]
        for h, v in r.items():
            if v and not _same(h, v, now.get(h, "")):
                found["cells changed"] += 1
                if found["cells changed"] < 4:
                    print("    merge", i, h, repr(v), repr(now.get(h)))
    again = dc.read_catalog(out)
    steps = rows((folder / "merged-steps.csv").read_text("utf-8-sig"))
    found["steps of strangers"] += sum(r["listing_id"] not in accepted for r in steps)
    told = {(r["listing_id"], r["field"]) for r in steps if r["step"].startswith("2")}
    held = {r["listing_id"]: r for r in before}
    for p in taken:
        for header, old in held[p.keep].items():
            present = {r.get(header, "") for r in byid[p.keep]}
            fields = {"min_order_quantity": "wholesale", "bulk_price": "wholesale"}
            if not any(_same(header, old, n) for n in present) and (p.keep, fields.get(header, header)) not in told:
                found["untold"] += 1
                print("    untold", p.keep, p.action, header, repr(old), present)
    for p in taken:
        place = again.positions[p.keep]
        x = get_listing(again, place)
        skus = get_skus(again, place)
        sold = Counter((s.sku_code, s.price, s.stock) for s in skus) or Counter([(x.sku_code, x.price, x.stock)])
        wanted = Counter((s.sku_code, s.price, s.stock) for s in p.skus)
        if wanted - sold:
            found["goods lost"] += 1
            print("    merged", p.keep, list(wanted - sold)[:3], list(sold)[:3])
        photos = {x.main_image, *x.images, *(s.image for s in skus)}
        rest = {r["main_image"] for r in before if r["listing_id"] in p.listings} - photos
        found["photos lost"] += len(rest)
        theirs = [r for r in before if r["listing_id"] in {s.listing_id for s in p.skus}]
        text = json.dumps(list(byid[p.keep]), ensure_ascii=False)
        for r in theirs:
            for h in UNREAD:
                if r[h] not in text:
                    found["unread lost"] += 1
    later = dc.audit(out)
    ids = {i for p in taken for i in p.listings}
    found["plans left"] += sum(
        p.action in ("merge_variants", "remove_duplicates", "wholesale_tier") and set(p.listings) <= ids
        for p in later.plans
    )
    moves = list_moves(first.catalog, list_plans(taken))
    found["moves"] += abs(len({m["old_listing_id"] for m in moves}) - len(accepted))
    return found


def _same(header: str, old: str, new: str) -> bool:
    if old == new or f"'{old}" == new:  # what a spreadsheet would run is marked
        return True
    if header == "attributes":
        return sorted(old.split("; ")) == sorted(new.split("; "))
    try:
        return float(old) == float(new)
    except ValueError:
        return False


def run() -> None:
    """Print a line for each catalogue and target, and the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--only")
    options = parser.parse_args()
    paths = sorted(p for f in options.folders for p in f.glob("*/catalog.csv"))
    total: dict[str, Counter[str]] = {}
    for path in paths:
        shop = read_shop(path)[:400]
        for target in (*(t for t in EXPORTS if t != "excel"), "merge"):
            if options.only and target != options.only:
                continue
            with tempfile.TemporaryDirectory() as place:
                if target == "merge":
                    found = count_merge(shop, Path(place))
                elif target in FILES:
                    found = count_walk(target, shop, Path(place))
                else:
                    found = count_table(target, shop, Path(place))
            total.setdefault(target, Counter()).update(found)
            wrong = {k: v for k, v in found.items() if v and k != "plans"}
            print(f"{path.parent.name:20} {target:12} plans {found['plans']:3} {wrong or ''}", flush=True)
    print()
    for target, found in total.items():
        wrong = {k: v for k, v in found.items() if v and k != "plans"}
        print(f"{target:12} plans {found['plans']:4} {wrong or 'all 0'}")


if __name__ == "__main__":
    run()
