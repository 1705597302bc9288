"""What a person changed in a plan: the listing to keep, the title, an option's name or one of its values."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

FIELDS = frozenset({"keep", "title", "axes", "values"})
LONGEST = 500
"""Characters of a title, a name or a value that a person may write."""


def are_edits(edits: object) -> bool:
    """Whether edits are ``{"keep": ID, "title": TEXT, "axes": {OLD: NEW}, "values": {AXIS: {OLD: NEW}}}`` or less."""
    if not isinstance(edits, dict) or not edits or not edits.keys() <= FIELDS:
        return False
    names = edits.get("axes", {})
    values = edits.get("values", {})
    if (
        not isinstance(names, dict)
        or not isinstance(values, dict)
        or not all(isinstance(v, dict) for v in values.values())
    ):
        return False
    texts = [
        edits.get("keep", "x"),
        edits.get("title", "x"),
        *names.values(),
        *(t for v in values.values() for t in v.values()),
    ]
    return all(isinstance(t, str) and 0 < len(t.strip()) <= LONGEST for t in texts)


def apply_edits(plan: Mapping[str, Any], edits: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan, as ``merges.json`` holds it, with what a person changed in it."""
    made: dict[str, Any] = deepcopy(dict(plan))
    if edits.get("keep") in made["listings"]:
        made["keep"] = edits["keep"]
    if edits.get("title"):
        made["title"] = edits["title"].strip()
    names: Mapping[str, str] = edits.get("axes", {})
    values: Mapping[str, Mapping[str, str]] = edits.get("values", {})
    for axis in made["axes"]:
        renamed = values.get(axis["name"], {})
        axis["values"] = list(dict.fromkeys(renamed.get(value, value) for value in axis["values"]))
        axis["name"] = names.get(axis["name"], axis["name"])
    for sku in made["skus"]:
        sku["options"] = {
            names.get(name, name): values.get(name, {}).get(value, value) for name, value in sku["options"].items()
        }
    return made


def take_out(plan: Mapping[str, Any], out: tuple[str, ...]) -> dict[str, Any]:
    """Return a plan without listings that a person took out of its group; what only they offered goes with them."""
    if not out:
        return dict(plan)
    made: dict[str, Any] = deepcopy(dict(plan))
    gone = set(out)
    made["listings"] = [i for i in made["listings"] if i not in gone]
    if made["keep"] in gone:
        made["keep"] = made["listings"][0] if made["listings"] else ""
    made["skus"] = [s for s in made["skus"] if s["listing_id"] not in gone]
    for sku in made["skus"]:
        sku["replaces"] = [i for i in sku.get("replaces", ()) if i not in gone]
    for axis in made["axes"]:
        left = {sku["options"].get(axis["name"]) for sku in made["skus"]}
        axis["values"] = [value for value in axis["values"] if value in left]
    made["changes"] = [c for c in made.get("changes", ()) if c["listing_id"] not in gone]
    return made
