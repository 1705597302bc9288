"""Makes the start of the pair model: arrays without text, from labelled catalogues that may be shipped from.

    python tests/benchmarks/invent.py INVENTED --count 40 --seed 1
    python tests/benchmarks/start.py INVENTED tests/shops/taught --rows 75 200

A folder holds labelled catalogues, each a folder with ``catalog.csv`` and ``truth.csv``; of each so many pairs are
taken. Prints, folder by folder, the average precision on each catalogue by a model fitted to all others.
"""

import argparse
import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from groups import find_catalogs
from sklearn.metrics import average_precision_score

import dupcheck as dc
from dupcheck.index.candidates import find_candidates
from dupcheck.index.opening import measure_catalog
from dupcheck.judging.evidence import COLUMNS, DIRECTIONS, Evidence
from dupcheck.judging.model import START
from dupcheck.learned.trees import fit_trees, read_odds

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
    """Return which pairs to fit to, mostly such as look alike, and the weights that make up for it."""
    rng = np.random.default_rng(seed)
    alike, other = np.flatnonzero(same), np.flatnonzero(~same)
    k = min(len(alike), count // 3)
    m = min(len(other), count - k)
    chance = (np.nan_to_num(rows[other, _TITLE]) / 100) ** 3 + _EASY
    chance /= chance.sum()
    at = rng.choice(len(other), m, replace=False, p=chance)
    weights = np.concatenate([np.full(k, len(alike) / k), np.minimum(1 / (m * chance[at]), _WEIGHTIEST)])
    return np.concatenate([rng.choice(alike, k, replace=False), other[at]]), weights / weights.mean()


def draw_all(
    folders: list[Path], counts: list[int]
) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Give, for one catalogue after another, its folder's number, rows, labels and weights, and all rows and labels;
    catalogues with hardly a twin are left out.
    """
    for f, (folder, count) in enumerate(zip(folders, counts, strict=True)):
        for k, (name, home) in enumerate(find_catalogs(folder).items()):
            with tempfile.TemporaryDirectory() as work:
                rows, same = measure_labelled(home, Path(work))
            if same.sum() < 5 or same.all():
                print(f"{name}: left out")
                continue
            at, weights = draw_rows(rows, same, count, k)
            yield f, rows[at], same[at], weights, rows, same


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=START)
    parser.add_argument("--rows", type=int, nargs="+", default=[150], help="pairs that are taken of each, by folder")
    given = parser.parse_args()
    counts = [*given.rows, *[given.rows[-1]] * len(given.folders)][: len(given.folders)]
    parts = list(draw_all(given.folders, counts))
    rows = np.concatenate([p[1] for p in parts]).astype(np.float16)
    same, weights = np.concatenate([p[2] for p in parts]), np.concatenate([p[3] for p in parts]).astype(np.float32)
    owner = np.repeat(np.arange(len(parts)), [len(p[2]) for p in parts])
    trees = fit_trees(rows.astype(float), same, DIRECTIONS, weights.astype(float))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {"columns": np.array(COLUMNS), **trees.as_arrays()}
    np.savez_compressed(given.out, **arrays)
    print(
        f"{len(parts)} catalogues, {len(rows)} pairs, {same.mean():.3f} one product, {given.out.stat().st_size:,} bytes"
    )
    for f, folder in enumerate(given.folders):
        found = []
        for k, (home, *_, all_rows, all_same) in enumerate(parts):
            if home == f:
                out = owner == k
                trees = fit_trees(rows[~out].astype(float), same[~out], DIRECTIONS, weights[~out].astype(float))
                found.append(average_precision_score(all_same, read_odds(trees.add_up(all_rows))))
        print(
            f"{folder.name}: average precision, catalogue left out: mean {np.mean(found):.3f}, least {min(found):.3f}"
        )


if __name__ == "__main__":
    main()
