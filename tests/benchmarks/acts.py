"""What a seller who obeys the plans would do: are the acts right, and is anything missed?

    python tests/benchmarks/acts.py FOLDER [--only NAME …]

A catalogue is a folder that holds ``catalog.csv`` and ``truth.csv`` (listing_id, product_id, family): FOLDER itself, or
one in it. Each is audited with the shipped rule pack, no setting and no answer. Printed are

- precision: of the pairs that one plan merges or removes, those of one product (one family, two products: left out);
- found: of the pairs of one product, those in one plan of any action, questions included;
- wrong: listings removed though nothing of their product or family stays, per 1,000;
- asks and kinds: plans that only ask, and kinds of question, per 1,000 listings.
"""

import argparse
import csv
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from groups import find_catalogs
from measuring import render_table

import dupcheck as dc

ACTED = ("keep", "fold", "remove")
ACTIONS = ("merge_variants", "remove_duplicates", "wholesale_tier")
HEADER = (
    "catalogue",
    "listings",
    "precision",
    "found",
    "wrong /1,000",
    "asks /1,000",
    "kinds /1,000",
    "pairs acted on",
)


@dataclass(frozen=True)
class Acts:
    """What the plans of one catalogue would do."""

    listings: int
    precision: float
    found: float
    wrong: float
    asks: float
    kinds: float
    acted: int


def read_truth(path: Path) -> dict[str, tuple[str, str]]:
    """Return the product and the family of each listing."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {r["listing_id"]: (r["product_id"], r.get("family") or r["product_id"]) for r in rows}


def count_acts(plans: Iterable[dc.Plan], truth: Mapping[str, tuple[str, str]]) -> Acts:
    """Return what plans would do, judged by the truth."""
    good = bad = wrong = asks = 0
    together: set[tuple[str, str]] = set()
    kinds: set[str] = set()
    for plan in plans:
        ids = [m.listing_id for m in plan.members]
        together |= {p for p in combinations(sorted(ids), 2) if truth[p[0]][0] == truth[p[1]][0]}
        asks += plan.action == "ask"
        if plan.question is not None:
            kinds.add(plan.question.kind)
        if plan.action not in ACTIONS:
            continue
        acted = {m.listing_id: m.role for m in plan.members if m.role in ACTED}
        for a, b in combinations(acted, 2):
            same_product, same_family = (truth[a][k] == truth[b][k] for k in (0, 1))
            good += same_product
            bad += not same_product and not same_family
        for one, role in acted.items():
            stays = [other for other, r in acted.items() if other != one and r != "remove"]
            kin = any(truth[one][0] == truth[o][0] or truth[one][1] == truth[o][1] for o in stays)
            wrong += role == "remove" and not kin
    per_product = Counter(product for product, _ in truth.values())
    total = sum(n * (n - 1) // 2 for n in per_product.values())
    scale = 1000 / max(len(truth), 1)
    return Acts(
        len(truth), good / (good + bad) if good + bad else 1.0, len(together) / total if total else 1.0,
        wrong * scale, asks * scale, len(kinds) * scale, good + bad,
    )  # fmt: skip


def measure_shop(home: Path, cache: Path) -> Acts:
    """Audit one catalogue and return what its plans would do."""
    audit = dc.audit(dc.read_catalog(home / "catalog.csv", images=home), cache=cache)
    return count_acts(audit.plans, read_truth(home / "truth.csv"))


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these catalogues only")
    given = parser.parse_args()
    rows = []
    sums: dict[str, list[float]] = defaultdict(list)
    for name, home in find_catalogs(given.folder).items():
        if given.only and name not in given.only:
            continue
        with tempfile.TemporaryDirectory() as cache:
            found = measure_shop(home, Path(cache))
        for key in ("precision", "found", "wrong", "asks", "kinds"):
            sums[key].append(getattr(found, key))
        rows.append([
            name, str(found.listings), f"{found.precision:.3f}", f"{found.found:.3f}", f"{found.wrong:.1f}",
            f"{found.asks:.0f}", f"{found.kinds:.0f}", str(found.acted),
        ])  # fmt: skip
    mean = {key: sum(values) / max(len(values), 1) for key, values in sums.items()}
    if len(rows) > 1:
        rows.append([
            "mean", "", f"{mean['precision']:.3f}", f"{mean['found']:.3f}", f"{mean['wrong']:.1f}",
            f"{mean['asks']:.0f}", f"{mean['kinds']:.0f}", "",
        ])  # fmt: skip
    print(render_table(HEADER, rows))


if __name__ == "__main__":
    main()
