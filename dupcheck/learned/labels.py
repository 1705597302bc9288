"""Labels: which listings a seller counts as one product, as a table with the columns listing_id and product_id."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dupcheck.errors import CatalogError
from dupcheck.files.given import read_given
from dupcheck.learned.answers import Answer
from dupcheck.model import Catalog, IntArray

_MOST = 1_000
"""Labelled pairs that are learned from: of more, some are drawn, as many of one product as of two where there are."""


def read_truth(path: str | Path) -> dict[str, str]:
    """Read a truth file: a CSV with the columns listing_id and product_id. Raises CatalogError."""
    try:
        rows = csv.DictReader(io.StringIO(read_given(path).decode("utf-8-sig"), newline=""))
        if not {"listing_id", "product_id"} <= set(rows.fieldnames or ()):
            raise CatalogError("audit.bad_truth", path=str(path), found=", ".join(rows.fieldnames or ()) or "–")
        return {row["listing_id"]: row["product_id"] for row in rows}
    except (UnicodeDecodeError, csv.Error) as error:
        raise CatalogError("catalog.unreadable", path=str(path), reason=str(error)) from None


def answer_by_labels(catalog: Catalog, products: Mapping[str, str], left: IntArray, right: IntArray) -> list[Answer]:
    """Return what labels (listing_id → product_id) say of candidate pairs, as answers older than any other.

    Raises CatalogError where no listing of the catalogue is labelled.
    """
    numbers: dict[str, int] = {}
    label = np.array(
        [numbers.setdefault(products[i], len(numbers)) if i in products else -1 for i in catalog.ids.tolist()],
        dtype=np.int64,
    )
    if not (label >= 0).any():
        raise CatalogError("audit.foreign_truth")
    told = np.flatnonzero((label[left] >= 0) & (label[right] >= 0))
    same = label[left[told]] == label[right[told]]
    rng = np.random.default_rng(0)
    one, two = (rng.permutation(told[same == s]) for s in (True, False))
    half = max(_MOST // 2, _MOST - min(len(one), len(two)))
    chosen = np.sort(np.concatenate([one[:half], two[:half]])[: 2 * half])
    return [
        Answer("option" if label[a] == label[b] else "different", "", str(catalog.ids[a]), str(catalog.ids[b]))
        for a, b in zip(left[chosen].tolist(), right[chosen].tolist(), strict=True)
    ]
