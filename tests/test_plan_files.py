"""A file of plans is checked whole before any of it is carried out, and what is wrong is said by its place."""

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.catalog import read_catalog
from dupcheck.errors import DupcheckError
from dupcheck.exports import carry_out, list_moves, read_plans

PLAN: dict[str, Any] = {
    "group_id": "G-1", "action": "merge_variants", "keep": "a", "listings": ["a", "b"], "title": "Steel pan",
    "axes": [{"name": "Size", "values": ["20 cm", "24 cm"]}], "wholesale": None,
    "skus": [
        {"listing_id": i, "options": {"Size": size}, "price": 3, "currency": "USD", "sku_code": i, "image": ""}
        for i, size in (("a", "20 cm"), ("b", "24 cm"))
    ],
}  # fmt: skip


def edit(*path: Any, to: Any = None) -> bytes:
    """The plans with one place changed; to None: taken out."""
    plans = [copy.deepcopy(PLAN)]
    place: Any = plans
    for step in path[:-1]:
        place = place[step]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return json.dumps(plans).encode()


@pytest.mark.parametrize(("data", "says"), [
    (edit(0, "skus", 1, "sku_code"), "plan 1: skus 2 sku_code is missing"),
    (edit(0, "keep"), "plan 1: keep is missing"), (edit(0, "keep", to=5), "plan 1: keep should be str, and is int"),
    (edit(0, "skus", 0, "replaces", to=5), "plan 1: skus 1 replaces"), (edit(0, "axes", 0, "values", to="x"), "axes 1"),
    (edit(0, "skus", 0, "price", to=-1), "skus 1 price"), (edit(0, "skus", 0, "price", to="²"), "skus 1 price"),
    (edit(0, "skus", 0, "price", to=10**400), "skus 1 price"), (edit(0, "skus", 0, "price", to=1e13), "price"),
    (edit(0, "skus", 0, "price", to=float("nan")), "JSON"), (edit(0, "skus", 0, "options", to=["x"]), "options"),
    (edit(0, "skus", 0, "stock", to="many"), "stock"), (edit(0, "action", to="remove everything"), "action"),
    (edit(0, "wholesale", to={"min_order_quantity": 0, "discount_percent": 3}), "wholesale min_order_quantity"),
    (edit(0, "wholesale", to={"min_order_quantity": 10**400, "discount_percent": 3}), "wholesale"),
    (edit(0, "changes", to=[{"listing_id": "a", "field": "title"}]), "changes 1 value is missing"),
    (edit(0, "members", to=[{"listing_id": "a", "role": "gone"}]), "members 1 role"),
    (edit(0, "title", to="x" * 100_001), "title"), (edit(0, to=[]), "plan 1"), (b"[3]", "plan 1"),
    (b"{}", "list of plans"),
    (b"[" * 100_000, "plan"), (b'[{"x": ' + b"[" * 100_000 + b"]", "nested"), (b"", "JSON"), (b"\xff\xfe[", "JSON"),
    (b'[{"keep": "\xff"}]', "JSON"),
])  # fmt: skip
def test_what_is_wrong_is_said_by_its_place(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "plans.json").write_bytes(data)
    with pytest.raises(DupcheckError) as caught:
        read_plans(tmp_path / "plans.json")
    assert says in str(caught.value)
    assert "plans.json" in str(caught.value) and caught.value.say("zh") != str(caught.value)


@pytest.mark.slow
def test_what_an_audit_writes_is_read_and_more_beside_it_does_no_harm(sample_audit: dc.Audit, tmp_path: Path) -> None:
    plans = [{**plan.as_dict(), "my note": [1, {"x": None}]} for plan in sample_audit.plans]
    (tmp_path / "plans.json").write_text("\ufeff" + json.dumps(plans), "utf-8")
    assert read_plans(tmp_path / "plans.json") == plans


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.parametrize("words", [
    ("merge", "catalog.csv", "--plans", "PIPE", "--out", "x.csv"), ("decide", "catalog.csv", "--from", "PIPE"),
    ("audit", "catalog.csv", "--rules", "PIPE", "--no-ledger"), ("serve", "catalog.csv", "--people", "PIPE"),
])  # fmt: skip
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "too long"])
def test_what_is_no_file_is_not_waited_for(
    tmp_path: Path, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], kind: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "catalog.csv").write_text("listing_id,title\na,Steel pan\n")
    name = {"pipe": "pipe.toml", "device": "zero.toml", "folder": "folder.toml", "too long": "x" * 300 + ".toml"}[kind]
    if kind == "pipe":
        os.mkfifo(name)
    elif kind == "device":
        Path(name).symlink_to("/dev/zero")
    elif kind == "folder":
        Path(name).mkdir()
    ended = run(*(name if w == "PIPE" else w for w in words))
    assert ended.code == 2 and "defect" not in ended.err and ended.err.count("\n") == 1


SCRAPS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["a", "b", "Size"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*PLAN, "name", "listing_id"]), inner,
                                                                max_size=3),
    max_leaves=6,
)  # fmt: skip


@st.composite
def spoil(draw: st.DrawFn) -> bytes:
    """Plans in which some places hold something else, or nothing."""
    plans: Any = [copy.deepcopy(PLAN)]
    for _ in range(draw(st.integers(1, 3))):
        place = plans
        for _ in range(draw(st.integers(0, 4))):
            steps = list(place) if isinstance(place, dict) else range(len(place)) if isinstance(place, list) else ()
            steps = [s for s in steps if isinstance(place[s], dict | list)]
            if not steps:
                break
            place = place[draw(st.sampled_from(steps))]
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            continue
        key = draw(st.sampled_from(keys))
        if draw(st.booleans()):
            place[key] = draw(SCRAPS)
        else:
            del place[key]
    data = json.dumps(plans).encode()
    at = draw(st.integers(0, len(data)))
    return data if draw(st.booleans()) else data[:at] + draw(st.binary(max_size=3)) + data[at + 1 :]


@pytest.mark.slow
@settings(
    max_examples=int(os.environ.get("DUPCHECK_FUZZ", 150)), deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(data=spoil())
def test_spoiled_plans_are_carried_out_or_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "catalog.csv").write_text("listing_id,title,price\na,Steel pan 20 cm,3\nb,Steel pan 24 cm,3\nc,Mug,1\n")
    (tmp_path / "plans.json").write_bytes(data)
    catalog = read_catalog(tmp_path / "catalog.csv")
    try:
        plans = read_plans(tmp_path / "plans.json")
        after = carry_out(catalog, plans)
        list_moves(catalog, plans)
    except DupcheckError:
        return
    assert "c" in after.ids.tolist(), "what no plan names stays"
