"""Every export, byte for byte: what a seller uploads changes only where someone means it to.

Each is written from the marketplace's own file and from a file that is not its own, with plans that are held beside:
what the planner learns changes no file here. ``DUPCHECK_GOLDEN=write pytest tests/test_export_golden.py -n 0`` makes
the files in ``fixtures/exports`` anew, and those plans that are not there: delete them where they are meant to change.
Look at what differs before it is committed.
"""

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plan_catalogs import CLOCK, FILES, make_rich_catalog, write_foreign, write_own

import dupcheck as dc
from dupcheck.catalog import get_listing
from dupcheck.exports import EXPORTS, list_plans, write_exports
from dupcheck.messages import Lang

HELD = Path(__file__).parent / "fixtures" / "exports"
PLANS = HELD / "plans"
FOREIGN = "foreign"
LISTINGS = make_rich_catalog()
WRITES = os.environ.get("DUPCHECK_GOLDEN") == "write"


def write_source(kind: str, folder: Path) -> Path:
    """The rich catalogue as one marketplace's own file, whose ids are numbers, or as a file of no marketplace."""
    if kind == FOREIGN:
        return write_foreign(LISTINGS, folder)
    numbered = [x for x in LISTINGS if x.listing_id.isdigit()]
    if kind in ("google", "meta", "yml"):  # there a code is an offer's id
        numbered = [x for x in numbered if all(s.sku_code for s in x.skus)]
    return write_own(kind, numbered, folder)


def fill_gaps(catalog: dc.Catalog) -> dict[str, Any]:
    """A plan by which the listing that says least stays, and gets from its copy all that it lacks."""
    clocks = [n for n, title in enumerate(catalog.column("title")) if title.startswith(CLOCK)]
    clocks.sort(key=lambda n: np.isfinite(catalog.column("price")[n]))
    keep, copy = (get_listing(catalog, n) for n in clocks)
    sku: dict[str, Any] = {
        "listing_id": keep.listing_id, "options": {}, "price": copy.price, "currency": copy.currency or "USD",
        "sku_code": copy.sku_code, "gtin": copy.gtin, "stock": copy.stock, "image": keep.main_image,
        "replaces": [copy.listing_id],
    }  # fmt: skip
    return {"group_id": "G-gaps", "action": "remove_duplicates", "keep": keep.listing_id, "title": keep.title,
            "listings": [keep.listing_id, copy.listing_id], "axes": [], "skus": [sku], "wholesale": None,
            "changes": [], "cautions": [], "reasons": []}  # fmt: skip


def read_source(kind: str, folder: Path) -> tuple[dc.Catalog, list[dict[str, Any]]]:
    """The catalogue and its plans, as they were when they were last meant to change."""
    own = write_source(kind, folder)
    path = PLANS / f"{kind}.json"
    if WRITES and not path.exists():
        found = dc.audit(own)
        gaps = fill_gaps(found.catalog)
        plans = [p for p in list_plans(found.plans) if not set(p["listings"]) & set(gaps["listings"])] + [gaps]
        for plan in plans:
            plan.pop("contents", None)
        PLANS.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(plans, ensure_ascii=False, indent=0) + "\n", "utf-8")
    return dc.read_catalog(own), json.loads(path.read_text("utf-8"))


def read_parts(folder: Path) -> Mapping[str, bytes]:
    """The files that were written; of a workbook its sheets, since how well they are packed is no matter."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                found |= {
                    f"{path.stem}-{Path(n).stem}.xml": book.read(n)
                    for n in book.namelist()
                    if n.startswith("xl/worksheets/sheet") or n == "xl/sharedStrings.xml"
                }
        else:
            found[path.name] = path.read_bytes()
    return found


CASES = [(name, kind) for name in EXPORTS for kind in (name, FOREIGN) if kind in (*FILES, FOREIGN)]


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_an_export_is_the_same_bytes(name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    catalog, plans = read_source(kind, tmp_path)
    lang: Lang = "zh" if name == "excel" else "en"
    write_exports([name], catalog, plans, tmp_path / "out", lang, all_plans=True)
    made = read_parts(tmp_path / "out")
    held = HELD / name / ("own" if kind == name else FOREIGN)
    if WRITES:
        held.mkdir(parents=True, exist_ok=True)
        for file, data in made.items():
            (held / file).write_bytes(data)
    assert {p.name: p.read_bytes() for p in held.iterdir()} == made


def test_every_export_has_its_files() -> None:
    assert {p.name for p in HELD.iterdir()} == {*EXPORTS, PLANS.name}
    assert all(len(list((HELD / n / ("own" if k == n else FOREIGN)).iterdir())) > 2 for n, k in CASES)
