"""How right a grouping is, against a truth file: for measuring, not needed by a seller."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dupcheck.errors import CatalogError
from dupcheck.learned.labels import read_truth
from dupcheck.pipeline import Audit


def evaluate(audit: Audit, truth: str | Path | Mapping[str, str]) -> dict[str, float]:
    """Compare an audit's groups with the truth.

    Args:
        audit: The audit.
        truth: listing_id → product_id, or a CSV file with these columns. Listings outside it are left out.

    Returns:
        Pairwise ``precision``, ``recall`` and ``f1``, 0 to 1; ``row_f1``, the mean over listings of the F1 of its group
        against its product; ``candidate_recall``, the share of true pairs that were looked at; ``largest`` and
        ``largest_true``, the listings of the largest group and product.

    Raises:
        CatalogError: The file is no truth file, or knows none of the listings.

    Examples:
        >>> import dupcheck as dc
        >>> told = dc.evaluate(dc.audit("sample_catalog/catalog.csv"), "sample_catalog/truth.csv")
        >>> 0 <= told["recall"] <= told["candidate_recall"] <= 1
        True
    """
    products = truth if isinstance(truth, Mapping) else read_truth(truth)
    home = {str(audit.features.ids[m]): g.group_id for g, members in audit.grouped for m in members}
    known = [i for i in audit.catalog.ids.tolist() if i in products]
    if not known:
        raise CatalogError("audit.foreign_truth")
    group = {i: home.get(i, f"alone:{i}") for i in known}
    cell = Counter((group[i], products[i]) for i in known)
    in_group, in_product = Counter(group.values()), Counter(products[i] for i in known)
    found, real = sum(map(_pairs, in_group.values())), sum(map(_pairs, in_product.values()))
    right = sum(map(_pairs, cell.values()))
    precision, recall = right / found if found else 1.0, right / real if real else 1.0
    rows = sum(n * 2 * n / (in_group[g] + in_product[p]) for (g, p), n in cell.items())
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        "row_f1": rows / len(known) if known else 1.0,
        "candidate_recall": _candidate_recall(audit, products, real),
        "largest": float(max(in_group.values(), default=0)),
        "largest_true": float(max(in_product.values(), default=0)),
    }


def _pairs(n: int) -> int:
    return n * (n - 1) // 2


def _candidate_recall(audit: Audit, products: Mapping[str, str], real: int) -> float:
    numbers: dict[str, int] = {}
    codes = np.array(
        [numbers.setdefault(products[i], len(numbers)) if i in products else -1 for i in audit.catalog.ids.tolist()],
        dtype=np.int64,
    )
    a, b = codes[audit.candidates.left], codes[audit.candidates.right]
    return float(((a == b) & (a >= 0)).sum() / real) if real else 1.0
