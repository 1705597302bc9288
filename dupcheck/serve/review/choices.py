"""What a click says: decisions about pairs of listings, and what else was chosen with it.

An act's details name what it was: ``{"choice": KIND, "groups": [ID …]}``, ``{"question": KIND, "answer": ANSWER,
"groups": [ID …], "answers": [{…} …]}``, ``{"out": ID, "groups": [ID]}`` or ``{"edit": {…}, "groups": [ID], "listings":
[ID …], "kept": ID}``. What an answer settled stays readable there: the kind of question, the answer, the pairs, who and
when.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from typing import Any, Protocol

from dupcheck.decisions import DECISION_KINDS, Decision, DecisionKind
from dupcheck.ledger.book import Act
from dupcheck.model import Plan

__all__ = ["DECISION_KINDS", "GroupState", "decide_pairs", "list_accepted", "list_marks", "read_states"]


class Accepting(Protocol):
    """Groups whose plans can be accepted."""

    @property
    def scenes(self) -> Mapping[str, object]:
        """The groups by their ids."""

    def plan(self, group: str) -> Plan:
        """Return a group's plan."""

    def hash(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the content hashes of listings as they are."""


@dataclass(frozen=True, slots=True)
class GroupState:
    """What is decided of a group: ``choice`` is a kind of decision, or "different"; "" while it is open.

    ``act`` is the act that said it; ``out`` are listings taken out of the group, each with the act that did; ``answer``
    is what was answered of it, and ``edited`` whether its plan was changed.
    """

    choice: str = ""
    person: str = ""
    at: float = 0.0
    act: int = 0
    out: Mapping[str, int] = field(default_factory=dict)
    answer: str = ""
    edited: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the state as the page reads it."""
        return {
            "choice": self.choice, "person": self.person, "at": self.at, "act": self.act, "out": dict(self.out),
            "answer": self.answer, "edited": self.edited,
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


def read_states(
    acts: Iterable[Act], contents: Mapping[str, str], before: Mapping[str, GroupState] | None = None
) -> dict[str, GroupState]:
    """Return what acts say of groups, by group id; the newest word counts, undone acts do not.

    ``contents`` are the hashes that listings have now: an act about listings that have changed since has lapsed.
    ``before`` is what older acts have said.
    """
    states = dict(before or {})
    for act in sorted(acts, key=lambda a: a.number):
        if act.undone is not None or _has_lapsed(act, contents):
            continue
        first = _add(GroupState(), act)  # of thousands of groups that were decided at once
        for group in act.details.get("groups", ()):
            states[group] = _add(states[group], act) if group in states else first
    return states


def _add(state: GroupState, act: Act) -> GroupState:
    details = act.details
    if "out" in details:
        return replace(state, out={**state.out, str(details["out"]): act.number})
    if "edit" in details:
        return replace(state, edited=True)
    said: dict[str, Any] = {"person": act.person, "at": act.at, "act": act.number}
    if "question" in details:  # what the listings are is said; the plan that follows from it is still to be accepted
        return replace(state, answer=str(details.get("answer", "")), choice="", **said)
    return replace(state, choice=str(details.get("choice", "")), **said)


def _has_lapsed(act: Act, contents: Mapping[str, str]) -> bool:
    ends = ((i, c) for d in act.decisions for i, c in ((d.listing_a, d.content_a), (d.listing_b, d.content_b)))
    return any(contents.get(i, c) != c for i, c in ends)


def list_marks(acts: Iterable[Act], questions: Mapping[str, Sequence[str]]) -> dict[str, tuple[int, ...]]:
    """Return the standing acts that bear on each group's plan: listings out, edits and answers.

    An answer that names no group was given elsewhere: it bears on those that ask the question.
    """
    marks: dict[str, tuple[int, ...]] = {}
    for act in acts:
        if act.undone is None and any(name in act.details for name in ("out", "edit", "question", "answers")):
            groups = act.details.get("groups") or questions.get(str(act.details.get("question")), ())
            for group in groups:
                marks[group] = (*marks.get(group, ()), act.number)
    return marks


def list_accepted(
    work: "Accepting", decisions: Iterable[Decision], decided: Container[str] = ()
) -> dict[str, Decision]:
    """Return the groups whose plan was accepted pair by pair, wherever that was said, and one decision of each; of
    those that are ``decided`` nothing is asked.
    """
    said = {d.listings: d for d in decisions if d.decision == "merge_accepted"}
    named = {i for pair in said for i in pair}
    found: dict[str, Decision] = {}
    for group in (g for g in work.scenes if g not in decided) if said else ():
        plan = work.plan(group)
        others = [i for i in plan.listings if i != plan.keep]
        if plan.action in ("ask", "none") or not others or plan.keep not in named or not named.issuperset(others):
            continue
        own = [said.get((plan.keep, i) if plan.keep < i else (i, plan.keep)) for i in others]
        held = [d for d in own if d is not None]
        now = work.hash(plan.listings)
        if len(held) == len(own) and all(
            (now.get(d.listing_a), now.get(d.listing_b)) == (d.content_a, d.content_b) for d in held
        ):
            found[group] = held[-1]
    return found
