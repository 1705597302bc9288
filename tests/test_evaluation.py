"""Precision, recall and F1 are what counting pairs one by one gives."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.index.candidates import Candidates
from dupcheck.model import Catalog, Group

SIZE = 12


@pytest.fixture(scope="session")
def blank_audit(make_shop: Callable[..., Catalog]) -> dc.Audit:
    return dc.audit(make_shop(*[""] * SIZE))


def regroup(audit: dc.Audit, home: list[int], proposed: set[tuple[int, int]]) -> dc.Audit:
    """The audit with other groups and candidates; a home that only one listing has is no group."""
    ids = audit.features.ids
    groups = []
    for k in sorted(set(home)):
        members = np.array([i for i, h in enumerate(home) if h == k], dtype=np.int64)
        if len(members) > 1:
            names = tuple(str(i) for i in ids[members])
            groups.append((Group(f"G-{k}", "duplicate", ("R1",), names, (names[0], names[1]), "R1", 1.0), members))
    left, right = (np.array([p[side] for p in sorted(proposed)], dtype=np.int64) for side in (0, 1))
    return replace(audit, grouped=tuple(groups), candidates=Candidates(left, right, {}, ()))


@given(
    st.lists(st.integers(0, 5), min_size=SIZE, max_size=SIZE),
    st.lists(st.integers(0, 5), min_size=SIZE, max_size=SIZE),
    st.sets(st.integers(0, SIZE - 1)),
    st.sets(st.sampled_from(list(combinations(range(SIZE), 2)))),
)
@settings(max_examples=80, deadline=None)
def test_it_is_a_plain_count_of_pairs(
    blank_audit: dc.Audit, home: list[int], product: list[int], unknown: set[int], proposed: set[tuple[int, int]]
) -> None:
    audit = regroup(blank_audit, home, proposed)
    known = [i for i in range(SIZE) if i not in unknown]
    if not known:
        with pytest.raises(dc.CatalogError, match="different catalogues"):
            dc.evaluate(audit, {"elsewhere": "P-1"})
        return
    score = dc.evaluate(audit, {f"L-{i + 1}": f"P-{product[i]}" for i in known})
    pairs = list(combinations(known, 2))
    found = {p for p in pairs if home[p[0]] == home[p[1]]}
    real = {p for p in pairs if product[p[0]] == product[p[1]]}
    precision = len(found & real) / len(found) if found else 1.0
    recall = len(found & real) / len(real) if real else 1.0
    assert score["precision"] == pytest.approx(precision)
    assert score["recall"] == pytest.approx(recall)
    both = precision + recall
    assert score["f1"] == pytest.approx(2 * precision * recall / both if both else 0.0)
    assert score["candidate_recall"] == pytest.approx(len(real & proposed) / len(real) if real else 1.0)
    rows = []
    for i in known:
        mine, true = ({j for j in known if x[j] == x[i]} for x in (home, product))
        rows.append(2 * len(mine & true) / (len(mine) + len(true)))
    assert score["row_f1"] == pytest.approx(sum(rows) / len(rows) if rows else 1.0)
    assert score["largest"] == max((sum(home[j] == home[i] for j in known) for i in known), default=0)
    assert score["largest_true"] == max((sum(product[j] == product[i] for j in known) for i in known), default=0)


def test_a_perfect_and_an_empty_answer(blank_audit: dc.Audit) -> None:
    product = [i // 2 for i in range(SIZE)]
    truth = {f"L-{i + 1}": str(p) for i, p in enumerate(product)}
    perfect = dc.evaluate(regroup(blank_audit, product, set()), truth)
    assert (perfect["precision"], perfect["recall"], perfect["f1"], perfect["row_f1"]) == (1, 1, 1, 1)
    nothing = dc.evaluate(regroup(blank_audit, list(range(SIZE)), set()), truth)
    assert (nothing["recall"], nothing["f1"], nothing["candidate_recall"]) == (0, 0, 0)


def test_a_truth_file_may_hold_a_byte_order_mark_and_other_columns(blank_audit: dc.Audit, tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text("\ufeffnote,listing_id,product_id\nx,L-1,P\ny,L-2,P\nz,L-99,P\n", "utf-8")
    score = dc.evaluate(regroup(blank_audit, [0, 0, *range(1, SIZE - 1)], set()), path)
    assert (score["precision"], score["recall"]) == (1, 1)


@pytest.mark.parametrize("content", [b"id,product\n1,2\n", b"", b"\xff\xfe\x00\x01", b"listing_id\nL-1\n"])
def test_a_wrong_truth_file_is_an_error_for_a_person(blank_audit: dc.Audit, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "truth.csv"
    path.write_bytes(content)
    with pytest.raises(dc.CatalogError, match=r"truth\.csv"):
        dc.evaluate(blank_audit, path)


def test_a_missing_truth_file_is_an_error_for_a_person(blank_audit: dc.Audit, tmp_path: Path) -> None:
    with pytest.raises(dc.CatalogError, match=r"gone\.csv"):
        dc.evaluate(blank_audit, tmp_path / "gone.csv")
