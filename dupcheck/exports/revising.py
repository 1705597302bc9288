"""Plans of an earlier report as they are by now: with what people changed in them, and without what was taken out."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from dupcheck.decisions import Settled
from dupcheck.revisions import Revision, revise_document

PlanDict = Mapping[str, Any]


def revise_plans(
    plans: Sequence[PlanDict], settled: Settled, revisions: Sequence[Revision]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return plans, as ``merges.json`` holds them, with what was said of them since; and those that are out of date,
    since another listing is to be kept now.
    """
    apart = {d.listings for d in settled.held if d.decision == "not_duplicate"}
    current: list[dict[str, Any]] = []
    outdated: list[dict[str, Any]] = []
    for plan in plans:
        smaller = take_out(plan, _find_out(plan, apart))
        revised = revise_document(smaller, revisions)
        if revised is None:
            outdated.append(dict(plan))
        else:
            current.append(revised)
    return current, outdated


def _find_out(plan: PlanDict, apart: set[tuple[str, str]]) -> tuple[str, ...]:
    """Return the listings that were told apart from all others of a plan of which two or more are left."""
    ids = list(dict.fromkeys((*plan["listings"], plan["keep"])))
    named = {i for pair in apart for i in pair}
    out = [
        i for i in ids if i in named and all(((i, j) if i < j else (j, i)) in apart for j in ids if j != i)
    ]  # fmt: skip
    return tuple(out) if len(ids) - len(out) > 1 else ()


def take_out(plan: PlanDict, out: tuple[str, ...]) -> dict[str, Any]:
    """Return a plan without listings that a person took out of its group; what only they offered goes with them."""
    made: dict[str, Any] = deepcopy(dict(plan))
    gone = set(out)
    if not gone:
        return made
    made["listings"] = [i for i in made["listings"] if i not in gone]
    if made["keep"] in gone:
        made["keep"] = made["listings"][0] if made["listings"] else ""
    made["skus"] = [s for s in made["skus"] if s["listing_id"] not in gone]
    for sku in made["skus"]:
        sku["replaces"] = [i for i in sku.get("replaces", ()) if i not in gone]
    for axis in made["axes"]:
        left = {sku["options"].get(axis["name"]) for sku in made["skus"]}
        axis["values"] = [value for value in axis["values"] if value in left]
    for name in ("changes", "members"):
        made[name] = [c for c in made.get(name, ()) if c["listing_id"] not in gone]
    if "contents" in made:
        made["contents"] = {i: mark for i, mark in made["contents"].items() if i not in gone}
    return made
