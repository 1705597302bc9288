"""What a click says: decisions about pairs of listings, and what else was chosen with it.

An act's details name what it was: ``{"choice": KIND, "groups": [ID …]}``, ``{"question": KIND, "answer": ANSWER,
"groups": [ID …]}``, ``{"out": ID, "groups": [ID]}`` or ``{"edit": {…}, "groups": [ID]}``. What an answer settled stays
readable there: the kind of question, the answer, the pairs, who and when.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from typing import Any

from dupcheck.decisions import DECISION_KINDS, Decision, DecisionKind
from dupcheck.ledger.book import Act

ANSWERS: Mapping[str, DecisionKind] = {
    "same": "merge_accepted", "option": "merge_accepted", "different": "not_duplicate",
}  # fmt: skip
"""What an answer to a question says of the pairs that it settles."""

__all__ = ["ANSWERS", "DECISION_KINDS", "GroupState", "decide_pairs", "read_states"]


@dataclass(frozen=True, slots=True)
class GroupState:
    """What is decided of a group: ``choice`` is a kind of decision, an answer, or "" while it is open.

    ``act`` is the act that said it; ``out`` are listings taken out of the group, ``edits`` what was changed in its
    plan.
    """

    choice: str = ""
    person: str = ""
    at: float = 0.0
    act: int = 0
    out: tuple[str, ...] = ()
    edits: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the state as the page reads it."""
        return {
            "choice": self.choice, "person": self.person, "at": self.at, "act": self.act, "out": list(self.out),
            "edited": bool(self.edits),
        }  # fmt: skip


def decide_pairs(
    kind: DecisionKind,
    listings: Sequence[str],
    contents: Mapping[str, str],
    *,
    others: Sequence[str] | None = None,
    reason: str = "",
) -> list[Decision]:
    """Return a decision of this kind about every pair of ``listings``, or of ``listings`` with ``others``."""
    pairs: Iterable[tuple[str, str]] = (
        combinations(sorted(set(listings)), 2) if others is None else product(listings, others)
    )
    ordered = (sorted(pair) for pair in pairs if pair[0] != pair[1])
    return [Decision(a, b, kind, reason, contents[a], contents[b]) for a, b in ordered]


def read_states(acts: Iterable[Act], contents: Mapping[str, str]) -> dict[str, GroupState]:
    """Return what acts say of groups, by group id; the newest word counts, undone acts do not.

    ``contents`` are the hashes that listings have now: an act about listings that have changed since has lapsed.
    """
    states: dict[str, GroupState] = {}
    for act in sorted(acts, key=lambda a: a.number):
        if act.undone is not None or _has_lapsed(act, contents):
            continue
        for group in act.details.get("groups", ()):
            states[group] = _add(states.get(group, GroupState()), act)
    return states


def _add(state: GroupState, act: Act) -> GroupState:
    details = act.details
    if "out" in details:
        return replace(state, out=(*state.out, str(details["out"])))
    if "edit" in details:
        return replace(state, edits={**state.edits, **details["edit"]})
    choice = str(details.get("answer") or details.get("choice") or "")
    return replace(state, choice=choice, person=act.person, at=act.at, act=act.number)


def _has_lapsed(act: Act, contents: Mapping[str, str]) -> bool:
    ends = ((i, c) for d in act.decisions for i, c in ((d.listing_a, d.content_a), (d.listing_b, d.content_b)))
    return any(contents.get(i, c) != c for i, c in ends)
