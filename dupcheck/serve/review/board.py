"""An audit as the page shows it: its groups, what is decided of each, its questions.

The audit runs in a thread of its own while the page shows how far it is. What is decided is read from the ledger, again
and again only where something happened in it.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from threading import Lock, Thread
from typing import Any

import numpy as np

from dupcheck.decisions import hash_listings
from dupcheck.errors import DupcheckError, UnknownListingError
from dupcheck.features import Features
from dupcheck.index.opening import Progress
from dupcheck.judging.verdicts import Findings
from dupcheck.ledger.book import Act, Ledger
from dupcheck.ledger.leases import name_work
from dupcheck.messages import Lang
from dupcheck.model import BoolArray, Catalog, Plan
from dupcheck.pipeline import Audit
from dupcheck.plans.risk import count_violations
from dupcheck.reports.documents import SettledAudit, take_rows
from dupcheck.reports.page import choose_pairs, describe_group, describe_listing, group_pairs
from dupcheck.serve.review.choices import ANSWERS, DECISION_KINDS, GroupState, decide_pairs, read_states
from dupcheck.serve.review.edits import apply_edits, take_out
from dupcheck.serve.review.pictures import Pictures

SHOWN = ("image", "attributes", "price")
"""Evidence whose lack a person wants to filter by."""
_ACTS_SHOWN = 200
_THUMBNAILS = 4


class Board:
    """What people decide on together. ``make`` audits, and tells its progress."""

    def __init__(self, make: Callable[[Progress], Audit], ledger: Ledger) -> None:
        self.ledger = ledger
        self._make = make
        self._thread = Thread(target=self._run, name="audit", daemon=True)
        self._lock = Lock()
        self._known: tuple[int, list[Act], dict[str, GroupState]] | None = None
        self.stage, self.done, self.total = "", 0, 0
        self.error: DupcheckError | None = None
        self.work: Work | None = None

    def start(self) -> None:
        """Begin to audit, once."""
        with self._lock:
            if self.work is None and not self._thread.is_alive() and self._thread.ident is None:
                self._thread.start()

    def _run(self) -> None:
        def tell(stage: str, done: int, total: int) -> None:
            self.stage, self.done, self.total = stage, done, total

        try:
            self.work = Work(self._make(tell))
        except DupcheckError as error:
            self.error = error

    @property
    def ready(self) -> "Work":
        """The work, once the audit is done."""
        assert self.work is not None, "asked for before the audit was done"
        return self.work

    # --- what is known -----------------------------------------------------------------------------------------

    def recall(self) -> tuple[int, list[Act], dict[str, GroupState]]:
        """Return how many things have happened, every act, and what is decided of each group."""
        event = self.ledger.count_events()
        if self._known is None or self._known[0] != event:
            acts = self.ledger.list_acts()
            named = {i for act in acts for i in act.listings}
            self._known = event, acts, read_states(acts, self.ready.hash(named))
        return self._known

    def list_open(self, order: Sequence[str]) -> list[str]:
        """Return which of the groups nothing was decided about, in their order."""
        _, _, states = self.recall()
        return [g for g in order if g in self.ready.places and not (g in states and states[g].choice)]

    def tell_news(self) -> dict[str, Any]:
        """Return what changes while people work: what is decided, who has what in hand, and how far everybody is."""
        event, acts, states = self.recall()
        homes = self.ready.works
        leases = [x for x in self.ledger.list_leases() if not x.settled and x.work in homes]
        done = Counter(s.person for g, s in states.items() if s.choice and g in self.ready.places)
        people = sorted({*done, *(x.person for x in leases)})
        hands: dict[str, list[str]] = {}
        for lease in leases:
            hands.setdefault(lease.person, []).append(homes[lease.work])
        return {
            "event": event,
            "states": {g: s.as_dict() for g, s in states.items() if g in self.ready.places},
            "hands": {homes[x.work]: x.person for x in leases},
            "people": [{"person": p, "done": done[p], "hand": hands.get(p, [])} for p in people],
            "acts": [_tell_act(act) for act in acts if "run" not in act.details][:_ACTS_SHOWN],
        }

    def tell_group(self, group_id: str, lang: Lang) -> dict[str, Any]:
        """Return one group in full, with what people changed in its plan."""
        _, _, states = self.recall()
        state = states.get(group_id, GroupState())
        return self.ready.tell_group(group_id, state, lang)

    def list_plans(self, lang: Lang) -> list[dict[str, Any]]:
        """Return the accepted plans, with what people changed, as ``merge --plans`` takes them."""
        _, _, states = self.recall()
        accepted = [g for g, s in states.items() if s.choice == "merge_accepted" and g in self.ready.places]
        plans = ((self.ready.plans[self.ready.places[g]], states[g]) for g in sorted(accepted))
        return [
            apply_edits(take_out(plan.as_dict(lang), state.out), state.edits)
            for plan, state in plans
            if plan.action not in ("none", "ask")
        ]

    # --- what is done ------------------------------------------------------------------------------------------

    def choose(self, groups: Sequence[str], choice: str, person: str, reason: str = "") -> int:
        """Decide about groups, at once and undoable at once; return of how many pairs something was said."""
        assert choice in DECISION_KINDS
        _, _, states = self.recall()
        decisions = []
        for group in groups:
            inside = self._list_inside(group, states.get(group, GroupState()))
            decisions += decide_pairs(choice, inside, self.ready.hash(inside), reason=reason)
        work = self.ready.name_work(groups[0]) if len(groups) == 1 else ""
        details = {"choice": choice, "groups": list(groups)}
        return self.ledger.decide(decisions, person=person, work=work, details=details)

    def answer(self, kind: str, answer: str, person: str) -> int:
        """Answer a question for all that it settles; return for how many groups."""
        groups = self.ready.questions.get(kind, ())
        decisions = []
        for group in groups:
            question = self.ready.plans[self.ready.places[group]].question
            assert question is not None
            keep = self.ready.plans[self.ready.places[group]].keep
            contents = self.ready.hash((keep, *question.listings))
            decisions += decide_pairs(ANSWERS[answer], question.listings, contents, others=[keep], reason="")
        details = {"question": kind, "answer": answer, "groups": list(groups)}
        self.ledger.decide(decisions, person=person, details=details)
        return len(groups)

    def take_out(self, group: str, listing: str, person: str, reason: str = "") -> None:
        """Say that one listing of a group is another product than the rest of it."""
        _, _, states = self.recall()
        inside = self._list_inside(group, states.get(group, GroupState()))
        if listing not in inside:
            raise UnknownListingError("review.not_inside", id=listing, group=group)
        others = [i for i in inside if i != listing]
        decisions = decide_pairs("not_duplicate", [listing], self.ready.hash(inside), others=others, reason=reason)
        self.ledger.decide(decisions, person=person, details={"out": listing, "groups": [group]})

    def edit(self, group: str, edits: Mapping[str, Any], person: str) -> None:
        """Change something in a group's plan."""
        _, _, states = self.recall()
        merged = {**states.get(group, GroupState()).edits, **edits}
        self.ledger.decide([], person=person, details={"edit": merged, "groups": [group]})

    def take_next(self, order: Sequence[str], person: str) -> str | None:
        """Take the first open group of ``order`` that nobody else has in hand; None: none is left."""
        works = {self.ready.name_work(g): g for g in self.list_open(order)}
        lease = self.ledger.take_next(list(works), person) if works else None
        return None if lease is None else works[lease.work]

    def _list_inside(self, group: str, state: GroupState) -> list[str]:
        return [i for i in self.ready.list_members(group) if i not in state.out]


def _tell_act(act: Act) -> dict[str, Any]:
    details = act.details
    kind = next((k for k in ("question", "out", "edit", "choice") if k in details), act.kind)
    return {
        "number": act.number, "at": act.at, "person": act.person, "kind": kind, "undone": act.undone is not None,
        "choice": details.get("answer") or details.get("choice") or act.kind,
        "groups": list(details.get("groups", ()))[:20], "count": len(details.get("groups", ())),
        "listings": [details["out"]] if "out" in details else list(act.listings[:6]), "pairs": len(act.decisions),
    }  # fmt: skip


class Work:
    """The groups of one audit, as people go through them."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit
        self.pictures = Pictures(audit.catalog)
        self.plans: tuple[Plan, ...] = audit.plans
        self.places = {plan.group_id: k for k, plan in enumerate(audit.plans)}
        self._contents: dict[str, str] = {}
        self._views: dict[Lang, _View] = {}
        self._lock = Lock()

    def list_members(self, group: str) -> list[str]:
        """Return a group's listings, without those that are allowed to stand beside it."""
        plan = self.plans[self.places[group]]
        return [m.listing_id for m in plan.members if m.role != "allowed" or plan.action == "none"]

    def hash(self, ids: Sequence[str] | set[str]) -> dict[str, str]:
        """Return the content hashes of listings as they are; each is looked at once."""
        missing = [i for i in ids if i not in self._contents]
        self._contents |= hash_listings(self.audit.catalog, missing)
        return {i: self._contents[i] for i in ids if i in self._contents}

    def name_work(self, group: str) -> str:
        """Return what a group is called in the ledger."""
        return name_work(self.list_members(group))

    @cached_property
    def works(self) -> dict[str, str]:
        """The groups, by what they are called in the ledger."""
        return {self.name_work(group): group for group in self.places}

    @cached_property
    def questions(self) -> dict[str, list[str]]:
        """The groups that wait for an answer, by kind of question; those that settle most first."""
        found: dict[str, list[str]] = {}
        settles: dict[str, int] = {}
        for plan in self.plans:
            if plan.question is not None:
                found.setdefault(plan.question.kind, []).append(plan.group_id)
                settles[plan.question.kind] = max(plan.question.settles, settles.get(plan.question.kind, 0))
        return dict(sorted(found.items(), key=lambda item: (-settles[item[0]], -len(item[1]), item[0])))

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """What the list shows of each group, in any language."""
        known = _list_evidence(self.audit.features, self.audit.findings, self.audit.grouped)
        catalog = self.audit.catalog
        return [
            self._describe(k, plan, catalog, [name for name in SHOWN if not known[name][k]])
            for k, plan in enumerate(self.plans)
        ]

    def _describe(self, k: int, plan: Plan, catalog: Catalog, unseen: list[str]) -> dict[str, Any]:
        group, members = self.audit.grouped[k]
        ids = [m.listing_id for m in plan.members]
        keep = plan.keep or ids[0]
        at = catalog.positions[keep]
        prices = catalog.numbers("price")[members]
        low, high = (float(f(prices)) if (~np.isnan(prices)).any() else None for f in (np.nanmin, np.nanmax))
        shops, categories = (
            sorted({str(catalog.column(name)[m]) for m in members.tolist()} - {""}) for name in ("shop", "category")
        )
        return {
            "id": plan.group_id, "action": plan.action, "rules": list(group.rules), "n": len(ids), "keep": keep,
            "title": str(catalog.column("title")[at])[:200], "shown": list(dict.fromkeys([keep, *ids]))[:_THUMBNAILS],
            "ids": ids, "shops": shops, "categories": categories, "risk": count_violations(plan),
            "strength": round(group.strength, 4), "unseen": unseen, "low": low, "high": high,
            "currency": str(catalog.column("currency")[at]),
            "question": None if plan.question is None else plan.question.kind,
        }  # fmt: skip

    def view(self, lang: Lang) -> "_View":
        """Return the words of the audit in one language."""
        with self._lock:
            if lang not in self._views:
                self._views[lang] = _View(self.audit.record(lang), lang)
            return self._views[lang]

    def tell_questions(self, lang: Lang) -> list[dict[str, Any]]:
        """Return the questions, with the first group that asks each."""
        told = []
        for groups in self.questions.values():
            plan = self.plans[self.places[groups[0]]]
            assert plan.question is not None
            asked = plan.question.as_dict(lang)
            told.append(
                {**asked, "groups": groups, "keep": plan.keep, "shown": [plan.keep, *plan.question.listings][:4]}
            )
        return told

    def tell_group(self, group_id: str, state: GroupState, lang: Lang) -> dict[str, Any]:
        """Return one group in full."""
        view, k = self.view(lang), self.places[group_id]
        plan = self.plans[k].as_dict(lang)
        edited = apply_edits(take_out(plan, state.out), state.edits)
        whole = view.describe(k, edited)
        listings = {m.listing_id: self._tell_listing(m.listing_id, view) for m in self.plans[k].members}
        return {
            **whole,
            "listings": listings,
            "state": state.as_dict(),
            "edits": dict(state.edits),
            "was": plan["title"],
        }

    def _tell_listing(self, listing_id: str, view: "_View") -> dict[str, Any]:
        told = view.describe_listing(listing_id)
        return {**told, "photos": len(self.pictures.list_names(listing_id))}


class _View:
    """One language's words of an audit, made as they are asked for."""

    def __init__(self, record: SettledAudit, lang: Lang) -> None:
        self.record, self.lang = record, lang
        self._pairs, self.loose = group_pairs(record)

    def describe(self, k: int, plan: Mapping[str, Any]) -> dict[str, Any]:
        group = self.record["groups"][k]
        ends = self._pairs[group["group_id"]]
        pairs = take_rows(self.record["pairs"], choose_pairs(group, ends))
        told = describe_group(group, plan, pairs, len(ends), self.lang)
        return {**told, "keep": plan["keep"] or group["keep"]}

    def describe_listing(self, listing_id: str) -> dict[str, Any]:
        listing = self.record["listings"].get(listing_id, {})
        return {**describe_listing(listing, None, self.lang), "attributes": dict(listing.get("attributes", {}))}


def _list_evidence(features: Features, findings: Findings, grouped: Sequence[Any]) -> dict[str, BoolArray]:
    """Whether anything of a kind was compared within each group: a signal that no pair of it can tell was not."""
    home = np.full(len(features.ids), -1, dtype=np.int64)
    for k, (_, members) in enumerate(grouped):
        home[members] = k
    inside = (home[findings.left] >= 0) & (home[findings.left] == home[findings.right])
    told: dict[str, BoolArray] = {}
    for name in SHOWN:
        known = np.zeros(len(grouped), dtype=bool)
        known[home[findings.left[inside & ~np.isnan(findings.signals[name])]]] = True
        told[name] = known
    return told
