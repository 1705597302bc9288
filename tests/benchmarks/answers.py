"""What answers teach: a simulated seller answers by the truth, and the groups are scored before and after.

    python tests/benchmarks/answers.py DATA_FOLDER [--only NAME …] [--answers 0 20 50 100] [--ways ours random]
                                       [--wrong 0 0.05] [--most 300]

Every catalogue is one that the shipped start has never seen. Where the truth is of pairs across two shops, pairs within
a shop are neither asked nor scored (``--across NAME …``). Columns: pairwise F1 of groups, precision of acts (pairs that
plans merge or remove), wrong removals per 1,000 listings, the share of true pairs in one plan of any action, questions
per 1,000 listings, who judges, and stated precision and recall beside the true ones.

The second table sums up: the mean over the catalogues, how much the worst of them is below (or above) its limits
without an answer, the least precision of acts, and on how many the stated precision is within .05 of the true one.

``--most`` takes of each catalogue only whole products, drawn by lot, until so many listings are taken: fewer listings
are fewer near neighbours, so that such a part is easier than the whole. Where a set is a published one, a third table
shows what others reached on it, each with thousands of labelled pairs, on its published test pairs; our F1 is of all
pairs across the two shops, found and not found alike.
"""

import argparse
import csv
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import combinations, product
from pathlib import Path

import numpy as np
from groups import find_catalogs
from measuring import render_table

import dupcheck as dc
from dupcheck.asking import find_model, label_groups, questions
from dupcheck.judging.model import choose_pairs
from dupcheck.learned.answers import Answer
from dupcheck.model import Reply
from dupcheck.pipeline import Audit

HEADER = (
    "catalogue", "asked", "wrong", "answers", "F1", "acts right", "removed wrongly", "found", "questions", "judges",
    "stated P", "true P", "stated R", "true R", "seconds",
)  # fmt: skip
SUMMARY = (
    "asked", "wrong", "answers", "catalogues", "F1", "worst against limits", "acts right", "least acts right",
    "stated within .05",
)  # fmt: skip
PUBLISHED = {
    "abtbuy": (5_743, 0.436, 0.628, 0.893),
    "amgoogle": (6_874, 0.491, 0.693, 0.756),
    "walamazon": (6_144, 0.719, 0.676, 0.868),
}
"""Labelled pairs to learn from, and the F1 of Magellan and DeepMatcher (Mudgal et al., SIGMOD 2018) and Ditto (Li et
al., VLDB 2021)."""
_ACTS = ("merge_variants", "remove_duplicates", "wholesale_tier")
_EXAMPLES = 10


class Seller:
    """Answers by the truth, but for a share of wrong answers."""

    def __init__(self, product: Mapping[str, str], wrong: float, seed: int) -> None:
        self.product, self.wrong, self.rng = product, wrong, np.random.default_rng(seed)
        self.given: list[Answer] = []

    def judge(self, a: str, b: str) -> bool:
        """Whether two listings are one product, as the seller says it."""
        return (self.product[a] == self.product[b]) != (self.rng.random() < self.wrong)

    def tell(self, audit: Audit, way: str, count: int, fit: np.ndarray) -> None:
        """Answer ``count`` more questions."""
        if way != "ours":
            self._tell_pairs(audit, way, count, fit)
            return
        for asked in questions(audit, count):
            pairs = [(asked.listing_a, asked.listing_b), *(asked.alike or asked.examples)][: 1 + _EXAMPLES]
            if any(i not in self.product for pair in pairs for i in pair):
                continue
            said = [self.judge(*pair) for pair in pairs]
            reply: Reply = "option" if said[0] else "different"
            reply = "same" if said[0] and asked.kind in ("", "proof") else reply
            alike = all(s == said[0] for s in said) and len(said) > 1
            self.given += asked.answer(reply, when=float(len(self.given)), for_all=alike)

    def _tell_pairs(self, audit: Audit, way: str, count: int, fit: np.ndarray) -> None:
        left, right = audit.candidates.left[fit], audit.candidates.right[fit]
        known = {a.pair for a in self.given}
        ids = audit.features.ids
        taken = [k for k, p in enumerate(zip(ids[left], ids[right], strict=True)) if tuple(sorted(p)) in known]
        chance = find_model(audit).measure(left, right) if way == "uncertain" else self.rng.random(len(left))
        label = label_groups(audit)
        picked = choose_pairs(
            chance, label[left] == label[right], (left, right), count, np.array(taken, dtype=np.int64)
        )
        if way == "uncertain":
            picked = np.setdiff1d(np.argsort(np.abs(chance - 0.5), kind="stable")[: count + len(taken)], taken)[:count]
        for k in picked.tolist():
            a, b = str(ids[left[k]]), str(ids[right[k]])
            reply: Reply = "option" if self.judge(a, b) else "different"
            self.given.append(Answer(reply, "", a, b, "", float(len(self.given))))


class Truth:
    """The products of a catalogue; pairs of one family and two products, or of one shop, are left out."""

    def __init__(self, home: Path, catalog: dc.Catalog, across: bool) -> None:
        with (home / "truth.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = {r["listing_id"]: r for r in csv.DictReader(file)}
        self.product = {i: r["product_id"] for i, r in rows.items()}
        self.family = {i: r.get("family") or r["product_id"] for i, r in rows.items()}
        self.shop = dict(zip(catalog.ids.tolist(), catalog.column("shop").tolist(), strict=True)) if across else {}
        products: dict[str, list[str]] = {}
        for i, p in self.product.items():
            products.setdefault(p, []).append(i)
        self.total = sum(self.counts(a, b) for ids in products.values() for a, b in combinations(ids, 2))

    def answer(self, groups: Iterable[Sequence[str]]) -> tuple[float, float]:
        """Precision and recall as the seller answers: pairs of one family and two products are two products."""
        pairs = [p for ids in groups for p in combinations(ids, 2) if self.held(*p)]
        right = sum(self.product[a] == self.product[b] for a, b in pairs)
        return right / len(pairs) if pairs else 1.0, right / self.total if self.total else 1.0

    def held(self, a: str, b: str) -> bool:
        """Whether the seller can be asked about a pair."""
        return a in self.product and b in self.product and not (self.shop and self.shop[a] == self.shop[b])

    def counts(self, a: str, b: str) -> bool:
        """Whether a pair is scored."""
        if a not in self.product or b not in self.product or (self.shop and self.shop[a] == self.shop[b]):
            return False
        return self.product[a] == self.product[b] or self.family[a] != self.family[b]

    def score(self, groups: Iterable[Sequence[str]]) -> tuple[int, int]:
        """How many pairs stand together, and how many of them are one product."""
        pairs = [p for ids in groups for p in combinations(ids, 2) if self.counts(*p)]
        return len(pairs), sum(self.product[a] == self.product[b] for a, b in pairs)


def measure(audit: Audit, truth: Truth) -> dict[str, float | str]:
    """Return what the table shows of one audit."""
    stood, right = truth.score(g.listings for g, _ in audit.grouped)
    acted = [
        [m.listing_id for m in p.members if m.role in ("keep", "fold", "remove")]
        for p in audit.plans
        if p.action in _ACTS
    ]
    done, well = truth.score(acted)
    _, found = truth.score([m.listing_id for m in p.members] for p in audit.plans)
    wrong = 0
    for p in audit.plans:
        stay = [m.listing_id for m in p.members if m.role in ("keep", "fold")]
        for m in p.members:
            if m.role == "remove" and p.action in _ACTS and m.listing_id in truth.product:
                wrong += not any(truth.family[m.listing_id] == truth.family.get(i) for i in stay)
    precision, recall = right / stood if stood else 1.0, right / truth.total if truth.total else 1.0
    stated = audit.stated
    as_answered = truth.answer(g.listings for g, _ in audit.grouped)
    thousand = 1000 / max(len(audit.catalog), 1)
    return {
        "f1": 2 * precision * recall / (precision + recall) if right else 0.0,
        "acts": well / done if done else 1.0, "wrong": wrong * thousand,
        "found": found / truth.total if truth.total else 1.0,
        "asks": thousand * len({p.question.kind for p in audit.plans if p.question}),
        "way": "" if audit.lesson is None else audit.lesson.way, "precision": as_answered[0],
        "recall": as_answered[1],
        "stated": np.nan if stated is None else stated.precision,
        "stated_recall": np.nan if stated is None else stated.recall,
    }  # fmt: skip


def run(
    home: Path, way: str, wrong: float, steps: Sequence[int], across: bool
) -> Iterator[tuple[int, dict[str, float | str], float]]:
    """Audit, answer, audit again; give what each step shows."""
    catalog = dc.read_catalog(home / "catalog.csv", images=home)
    truth = Truth(home, catalog, across)
    seller = Seller(truth.product, wrong, 1)
    audit = dc.audit(catalog, answers=[])
    pairs = zip(catalog.ids[audit.candidates.left], catalog.ids[audit.candidates.right], strict=True)
    fit = np.array([truth.counts(a, b) for a, b in pairs], dtype=bool)
    done = 0
    for step in sorted(steps):
        while done < step:
            seller.tell(audit, way, min(20, step - done), np.flatnonzero(fit))
            done += min(20, step - done)
            began = time.perf_counter()
            audit = dc.audit(catalog, answers=seller.given)
            seconds = time.perf_counter() - began
        yield step, measure(audit, truth), seconds if step else 0.0


@contextmanager
def take_part(home: Path, most: int) -> Iterator[Path]:
    """Give a folder with whole products of a catalogue, drawn by lot until ``most`` listings are taken; 0: all."""
    if not most:
        yield home
        return
    with (home / "truth.csv").open(encoding="utf-8-sig", newline="") as file:
        truth = list(csv.DictReader(file))
    members: dict[str, list[str]] = {}
    for row in truth:
        members.setdefault(row["product_id"], []).append(row["listing_id"])
    kept: set[str] = set()
    for k in np.random.default_rng(0).permutation(len(members)).tolist():
        if len(kept) >= most:
            break
        kept.update(list(members.values())[k])
    with tempfile.TemporaryDirectory() as folder, (home / "catalog.csv").open(encoding="utf-8-sig", newline="") as file:
        part = Path(folder)
        rows = csv.DictReader(file)
        _write_rows(part / "catalog.csv", rows.fieldnames or (), (r for r in rows if r["listing_id"] in kept))
        _write_rows(part / "truth.csv", tuple(truth[0]), (r for r in truth if r["listing_id"] in kept))
        yield part


def _write_rows(path: Path, names: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--across", nargs="*", default=["abtbuy", "amgoogle", "walamazon"], metavar="NAME")
    parser.add_argument("--answers", nargs="+", type=int, default=[0, 20, 50, 100, 300], metavar="N")
    parser.add_argument("--ways", nargs="+", choices=("ours", "uncertain", "random"), default=["ours"])
    parser.add_argument("--wrong", nargs="+", type=float, default=[0.0], metavar="SHARE")
    parser.add_argument("--most", type=int, default=0, metavar="LISTINGS")
    given = parser.parse_args()
    rows, mean = [], dict[tuple[str, float, int], list[dict[str, float | str]]]()
    catalogs = find_catalogs(given.folder)
    for name in given.only or catalogs:
        with take_part(catalogs[name], given.most) as home:
            for way, wrong in product(given.ways, given.wrong):
                for step, found, seconds in run(home, way, wrong, given.answers, name in given.across):
                    mean.setdefault((way, wrong, step), []).append(found)
                    rows.append(_row(name, way, wrong, step, found, f"{seconds:.1f}"))
                    print(" ".join(rows[-1]), file=sys.stderr, flush=True)
    for (way, wrong, step), all_found in mean.items():
        middle = {k: "" if k == "way" else _average([float(f[k]) for f in all_found]) for k in all_found[0]}
        rows.append(_row("mean", way, wrong, step, middle, ""))
    print(render_table(HEADER, rows))
    print(render_table(SUMMARY, list(_sum_up(mean))))
    known = [name for name in given.only or catalogs if name in PUBLISHED]
    if known:
        shown = [[n, f"{PUBLISHED[n][0]:,}", *(f"{f1:.3f}" for f1 in PUBLISHED[n][1:])] for n in known]
        print(render_table(("published", "labelled pairs", "Magellan", "DeepMatcher", "Ditto"), shown))


def _sum_up(mean: Mapping[tuple[str, float, int], Sequence[Mapping[str, float | str]]]) -> Iterator[list[str]]:
    for (way, wrong, step), found in mean.items():
        start = mean.get((way, wrong, 0), ())
        against = [float(f["f1"]) - float(s["f1"]) for f, s in zip(found, start, strict=False)]
        off = [abs(float(f["stated"]) - float(f["precision"])) for f in found if not np.isnan(float(f["stated"]))]
        yield [
            way, f"{wrong:g}", str(step), str(len(found)), f"{_average([float(f['f1']) for f in found]):.3f}",
            f"{min(against):+.3f}" if against else "", f"{_average([float(f['acts']) for f in found]):.3f}",
            f"{min(float(f['acts']) for f in found):.3f}",
            f"{sum(x <= 0.05 for x in off)} of {len(off)}" if off else "",
        ]  # fmt: skip


def _average(values: Sequence[float]) -> float:
    told = [v for v in values if not np.isnan(v)]
    return sum(told) / len(told) if told else float("nan")


def _row(name: str, way: str, wrong: float, step: int, found: Mapping[str, float | str], seconds: str) -> list[str]:
    def show(key: str) -> str:
        value = found[key]
        return "" if isinstance(value, str) or np.isnan(value) else f"{value:.3f}"

    return [
        name, way, f"{wrong:g}", str(step), show("f1"), show("acts"), show("wrong"), show("found"), show("asks"),
        str(found["way"]), show("stated"), show("precision"), show("stated_recall"), show("recall"), seconds,
    ]  # fmt: skip


if __name__ == "__main__":
    main()
