"""What a person changed in a plan before accepting it: the listing to keep, the title, an option's name or its values.

A revision is remembered by the listings of its group, not by the group's name: it is found again in the next audit
where the group is the same, or has become smaller, and lapses where another listing has joined it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dupcheck.messages import message
from dupcheck.model import Axis, Plan

FIELDS = frozenset({"keep", "title", "axes", "values"})
LONGEST = 500
"""Characters of a title, a name or a value that a person may write."""
Values = Mapping[str, Sequence[str]]
"""The options of a plan: the values of each, by its name."""


@dataclass(frozen=True, slots=True)
class Revision:
    """What was changed in the plan of a group.

    ``listings`` were its members, ``kept`` the one that it kept; ``keep`` and ``title`` are "" where they stay as the
    plan has them. ``axes`` are new names of options by the plan's own, ``values`` new values by the plan's own names
    and values.
    """

    listings: frozenset[str]
    kept: str = ""
    keep: str = ""
    title: str = ""
    axes: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything was changed."""
        return bool(self.keep or self.title or self.axes or any(self.values.values()))

    def covers(self, listings: Iterable[str]) -> bool:
        """Whether it speaks of a plan about these listings."""
        inside = set(listings)
        return inside <= self.listings and (self.kept in inside or self.keep in inside)

    def join(self, later: "Revision") -> "Revision":
        """Return what stands once ``later`` was said too."""
        axes = {**self.axes, **later.axes}
        values = {n: {**self.values.get(n, {}), **later.values.get(n, {})} for n in (*self.values, *later.values)}
        return Revision(
            later.listings, later.kept, later.keep or self.keep, later.title or self.title,
            {old: new for old, new in axes.items() if old != new},
            {n: {old: new for old, new in changed.items() if old != new} for n, changed in values.items()},
        )  # fmt: skip


NOTHING = Revision(frozenset())


def are_edits(edits: object) -> bool:
    """Whether edits are ``{"keep": ID, "title": TEXT, "axes": {OLD: NEW}, "values": {AXIS: {OLD: NEW}}}`` or less."""
    if not isinstance(edits, dict) or not edits or not edits.keys() <= FIELDS:
        return False
    names, values = edits.get("axes", {}), edits.get("values", {})
    if not isinstance(names, dict) or not isinstance(values, dict):
        return False
    if not all(isinstance(v, dict) for v in values.values()):
        return False
    texts = [edits.get("keep", "x"), edits.get("title", "x"), *names.values()]
    texts += [t for v in values.values() for t in v.values()]
    return all(isinstance(t, str) and 0 < len(t.strip()) <= LONGEST for t in texts)


def read_revisions(details: Iterable[Mapping[str, Any]]) -> list[Revision]:
    """Return what was changed, one revision a group, from the details of acts that stand, the oldest first.

    >>> said = {"edit": {"title": "Oak bench"}, "groups": ["G1"], "listings": ["A", "B"], "kept": "A"}
    >>> read_revisions([said])[0].title
    'Oak bench'
    """
    found: dict[str, Revision] = {}
    for told in details:
        edits, groups, listings = told.get("edit"), told.get("groups"), told.get("listings")
        if not are_edits(edits) or not groups or not isinstance(listings, list):
            continue
        assert isinstance(edits, dict)
        later = Revision(
            frozenset(map(str, listings)), str(told.get("kept", "")), edits.get("keep", "").strip(),
            edits.get("title", "").strip(), edits.get("axes", {}), edits.get("values", {}),
        )  # fmt: skip
        group = str(groups[0])
        found[group] = found.pop(group, NOTHING).join(later)
    return list(found.values())


def find_revision(revisions: Iterable[Revision], listings: Iterable[str]) -> Revision:
    """Return all that was changed in the plan about these listings, as one; an empty revision where nothing was."""
    inside, found = set(listings), NOTHING
    for revision in revisions:
        if revision.covers(inside):
            found = found.join(revision)
    return found


def list_preferred(revisions: Iterable[Revision]) -> frozenset[str]:
    """Return the listings that a person wants to keep."""
    return frozenset(r.keep for r in revisions if r.keep)


def place_edits(edits: Mapping[str, Any], shown: Values, known: Revision) -> dict[str, Any]:
    """Return edits of a plan as it is shown, by the names and values that it had before anything was changed.

    An edit that gives two options one name, or two values of an option one text, is left out.
    """
    own_axis = {new: old for old, new in known.axes.items()}
    placed: dict[str, Any] = {n: edits[n].strip() for n in ("keep", "title") if n in edits}
    names = {
        own_axis.get(old, old): new.strip()
        for old, new in edits.get("axes", {}).items()
        if old in shown and not _is_taken(new.strip(), old, (*shown, *known.axes))
    }
    values: dict[str, dict[str, str]] = {}
    for axis, changed in edits.get("values", {}).items():
        own = own_axis.get(axis, axis)
        before = known.values.get(own, {})
        own_value = {new: old for old, new in before.items()}
        values[own] = {
            own_value.get(old, old): new.strip()
            for old, new in changed.items()
            if old in shown.get(axis, ()) and not _is_taken(new.strip(), old, (*shown[axis], *before))
        }
    values = {axis: changed for axis, changed in values.items() if changed}
    return placed | ({"axes": names} if names else {}) | ({"values": values} if values else {})


def _is_taken(new: str, old: str, names: Iterable[str]) -> bool:
    return new != old and new.casefold() in {n.casefold() for n in names if n != old} - {old.casefold()}


def _find_renames(shown: Values, revision: Revision) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Return the new names of a plan's options, and the new texts of their values, by those that the plan has.

    What would give two of them one name is left as it is: the plan is another one than was changed.
    """
    own = {new: old for old, new in revision.axes.items()}
    names = {n: revision.axes[n] for n in shown if n in revision.axes}
    if len({names.get(n, n) for n in shown}) < len(shown):
        names = {}
    values = {}
    for name, texts in shown.items():
        changed = revision.values.get(own.get(name, name), {})
        renamed = {v: changed[v] for v in texts if v in changed}
        if renamed and len({renamed.get(v, v) for v in texts}) == len(texts):
            values[name] = renamed
    return names, values


def revise_plan(plan: Plan, revisions: Sequence[Revision]) -> Plan:
    """Return a plan with what people changed in it. Which listing it keeps was heeded when it was made."""
    own = [m.listing_id for m in plan.members if m.role != "allowed"] or list(plan.listings)
    revision = find_revision(revisions, own) if revisions and plan.action not in ("ask", "none") else NOTHING
    if not revision:
        return plan
    names, values = _find_renames({a.name: a.values for a in plan.axes}, revision)

    def rename(options: Mapping[str, str]) -> dict[str, str]:
        return {names.get(n, n): values.get(n, {}).get(v, v) for n, v in options.items()}

    return replace(
        plan,
        title=revision.title or plan.title,
        axes=tuple(
            Axis(names.get(a.name, a.name), tuple(values.get(a.name, {}).get(v, v) for v in a.values))
            for a in plan.axes
        ),
        skus=tuple(replace(s, options=rename(s.options)) for s in plan.skus),
        members=tuple(replace(m, options=rename(m.options)) for m in plan.members),
        reasons=(*plan.reasons, message("ledger.plan_revised")),
    )


def revise_document(plan: Mapping[str, Any], revisions: Sequence[Revision]) -> dict[str, Any] | None:
    """Return a plan, as ``merges.json`` holds it, with what people changed in it since it was written.

    None: another listing is to be kept, from which more follows than can be put into a finished plan.
    """
    ids = [m["listing_id"] for m in plan.get("members", ()) if m["role"] != "allowed"] or plan["listings"]
    revision = find_revision(revisions, ids)
    if not revision or plan["action"] in ("ask", "none"):
        return dict(plan)
    if revision.keep and revision.keep != plan["keep"]:
        return None
    names, values = _find_renames({a["name"]: a["values"] for a in plan["axes"]}, revision)

    def rename(options: Mapping[str, str]) -> dict[str, str]:
        return {names.get(n, n): values.get(n, {}).get(v, v) for n, v in options.items()}

    return {
        **plan,
        "title": revision.title or plan["title"],
        "axes": [
            {**a, "name": names.get(a["name"], a["name"]),
             "values": [values.get(a["name"], {}).get(v, v) for v in a["values"]]}
            for a in plan["axes"]
        ],
        "skus": [{**s, "options": rename(s["options"])} for s in plan["skus"]],
        "members": [{**m, "options": rename(m.get("options", {}))} for m in plan.get("members", ())],
    }  # fmt: skip
