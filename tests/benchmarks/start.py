"""Makes the start of the pair model: arrays without text, from labelled catalogues that may be shipped from.

    python tests/benchmarks/invent.py INVENTED --count 40 --seed 1
    python tests/benchmarks/start.py INVENTED tests/shops/taught --weights 20 200

A folder holds labelled catalogues, each a folder with ``catalog.csv`` and ``truth.csv``; all candidate pairs of one
count together as so many. Prints, folder by folder, the average precision by models that have not seen the catalogue:
a fifth of them is judged by a model fitted to the others.
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
from dupcheck.learned.trees import Trees, fit_trees, read_odds

_PARTS = 5


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


def measure_all(folders: list[Path], weights: list[float]) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
    """Give, for one catalogue after another, its folder's number, its rows, labels and the weight of each; catalogues
    with hardly a twin are left out.
    """
    for f, (folder, weight) in enumerate(zip(folders, weights, strict=True)):
        for name, home in find_catalogs(folder).items():
            with tempfile.TemporaryDirectory() as work:
                rows, same = measure_labelled(home, Path(work))
            if same.sum() < 5 or same.all():
                print(f"{name}: left out")
                continue
            yield f, rows.astype(np.float16).astype(float), same, np.full(len(same), weight / len(same))


def fit(parts: list[tuple[int, np.ndarray, np.ndarray, np.ndarray]]) -> Trees:
    """Fit trees to these catalogues."""
    rows, same, weights = (np.concatenate(column) for column in zip(*[p[1:] for p in parts], strict=True))
    return fit_trees(rows, same, DIRECTIONS, weights / weights.mean())


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=START)
    parser.add_argument(
        "--weights", type=float, nargs="+", default=[200.0], help="as how many pairs a catalogue counts, by folder"
    )
    given = parser.parse_args()
    counts = [*given.weights, *[given.weights[-1]] * len(given.folders)][: len(given.folders)]
    parts = list(measure_all(given.folders, counts))
    trees = fit(parts)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {"columns": np.array(COLUMNS), **trees.as_arrays()}
    np.savez_compressed(given.out, **arrays)
    same = np.concatenate([p[2] for p in parts])
    print(
        f"{len(parts)} catalogues, {len(same)} pairs, {same.mean():.3f} one product, {given.out.stat().st_size:,} bytes"
    )
    found: dict[int, list[float]] = {}
    part = np.random.default_rng(0).permutation(len(parts)) % _PARTS
    for out in range(_PARTS):
        trees = fit([p for p, k in zip(parts, part, strict=True) if k != out])
        for (home, rows, own, _), k in zip(parts, part, strict=True):
            if k == out:
                found.setdefault(home, []).append(average_precision_score(own, read_odds(trees.add_up(rows))))
    for f, folder in enumerate(given.folders):
        print(
            f"{folder.name}: average precision, catalogue left out: mean {np.mean(found[f]):.3f}, "
            f"least {min(found[f]):.3f}"
        )


if __name__ == "__main__":
    main()
