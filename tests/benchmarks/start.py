"""Makes the start of the pair model: arrays without text, from labelled catalogues that may be shipped from.

    python tests/benchmarks/invent.py INVENTED --count 40 --seed 1 --photos
    python tests/benchmarks/start.py INVENTED tests/shops/taught --rows 200 0 --weights 100 200

A folder holds labelled catalogues, each a folder with ``catalog.csv`` and ``truth.csv``; of each so many candidate
pairs are taken, which count together as so many. Prints, folder by folder, the average precision by models that have
not seen the catalogue: a fifth of them is judged by a model fitted to the others.
"""

import argparse
import csv
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from groups import find_catalogs
from sklearn.metrics import average_precision_score

import dupcheck as dc
from dupcheck.index.candidates import find_candidates
from dupcheck.index.opening import measure_catalog
from dupcheck.judging.evidence import COLUMNS, DIRECTIONS, Evidence
from dupcheck.judging.model import START
from dupcheck.learned.trees import Trees, fit_trees, read_odds

T = TypeVar("T")
_PARTS = 5
_TITLE = COLUMNS.index("title")
_EASY = 0.02
_WEIGHTIEST = 50.0


def measure_labelled(home: Path, work: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the evidence of a catalogue's candidate pairs, and whether each is one product."""
    catalog = dc.read_catalog(home / "catalog.csv", images=home)
    features, _ = measure_catalog(catalog, jobs=1, cache=work)
    pairs = find_candidates(features)
    with (home / "truth.csv").open(encoding="utf-8-sig", newline="") as file:
        product = {row["listing_id"]: row["product_id"] for row in csv.DictReader(file)}
    names = np.array([product[i] for i in catalog.ids.tolist()])
    rows = Evidence.learn(catalog, features, pairs.left, pairs.right).measure(pairs.left, pairs.right)
    return rows, names[pairs.left] == names[pairs.right]


def draw_rows(rows: np.ndarray, same: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which pairs to fit to, mostly such as look alike, and the weights that make up for it; all for 0."""
    if not count or count >= len(same):
        return np.arange(len(same)), np.ones(len(same))
    rng = np.random.default_rng(seed)
    alike, other = np.flatnonzero(same), np.flatnonzero(~same)
    k = min(len(alike), count // 3)
    m = min(len(other), count - k)
    chance = (np.nan_to_num(rows[other, _TITLE]) / 100) ** 3 + _EASY
    chance /= chance.sum()
    at = rng.choice(len(other), m, replace=False, p=chance)
    weights = np.concatenate([np.full(k, len(alike) / k), np.minimum(1 / (m * chance[at]), _WEIGHTIEST)])
    return np.concatenate([rng.choice(alike, k, replace=False), other[at]]), weights


@dataclass(frozen=True)
class Part:
    """What is known of one catalogue: its folder's number, its candidate pairs, which of them are ``drawn``, and how
    much each of those weighs.
    """

    folder: int
    rows: np.ndarray
    same: np.ndarray
    drawn: np.ndarray
    weights: np.ndarray


def measure_all(folders: list[Path], counts: list[int], weights: list[float]) -> Iterator[Part]:
    """Give one catalogue after another; those with hardly a twin are left out."""
    for f, (folder, count, weight) in enumerate(zip(folders, counts, weights, strict=True)):
        for k, (name, home) in enumerate(find_catalogs(folder).items()):
            with tempfile.TemporaryDirectory() as work:
                rows, same = measure_labelled(home, Path(work))
            if same.sum() < 5 or same.all():
                print(f"{name}: left out")
                continue
            rows = rows.astype(np.float16).astype(float)
            drawn, own = draw_rows(rows, same, count, k)
            yield Part(f, rows, same, drawn, own * weight / own.sum())


def fit(parts: list[Part]) -> Trees:
    """Fit trees to these catalogues."""
    rows = np.concatenate([p.rows[p.drawn] for p in parts])
    same = np.concatenate([p.same[p.drawn] for p in parts])
    weights = np.concatenate([p.weights for p in parts])
    return fit_trees(rows, same, DIRECTIONS, weights / weights.mean())


def fill(given: list[T], folders: list[Path]) -> list[T]:
    """Return one value a folder: what is given for the last holds for the rest."""
    return [*given, *[given[-1]] * len(folders)][: len(folders)]


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=START)
    parser.add_argument(
        "--rows", type=int, nargs="+", default=[0], help="pairs that are taken of each, by folder; 0: all"
    )
    parser.add_argument(
        "--weights", type=float, nargs="+", default=[200.0], help="as how many pairs a catalogue counts, by folder"
    )
    given = parser.parse_args()
    parts = list(measure_all(given.folders, fill(given.rows, given.folders), fill(given.weights, given.folders)))
    trees = fit(parts)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {"columns": np.array(COLUMNS), **trees.as_arrays()}
    np.savez_compressed(given.out, **arrays)
    same = np.concatenate([p.same[p.drawn] for p in parts])
    print(
        f"{len(parts)} catalogues, {len(same)} pairs, {same.mean():.3f} one product, {given.out.stat().st_size:,} bytes"
    )
    found: dict[int, list[float]] = {}
    part = np.random.default_rng(0).permutation(len(parts)) % _PARTS
    for out in range(_PARTS):
        trees = fit([p for p, k in zip(parts, part, strict=True) if k != out])
        for p, k in zip(parts, part, strict=True):
            if k == out:
                found.setdefault(p.folder, []).append(average_precision_score(p.same, read_odds(trees.add_up(p.rows))))
    for f, folder in enumerate(given.folders):
        print(
            f"{folder.name}: average precision, catalogue left out: mean {np.mean(found[f]):.3f}, "
            f"least {min(found[f]):.3f}"
        )


if __name__ == "__main__":
    main()
