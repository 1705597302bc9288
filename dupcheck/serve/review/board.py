"""What people decide on together: an audit, what is decided of its groups, who has what, and what was done.

The audit runs in a thread of its own while the page shows how far it is; another one may be asked for while people go
on. What is decided is read from the ledger, again and again only where something happened in it.
"""

import gc
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from dupcheck.decisions import mark_contents, settle_decisions
from dupcheck.errors import ChoiceError, DupcheckError, UnknownListingError
from dupcheck.exports import Admission, admit_plans
from dupcheck.index.opening import Progress
from dupcheck.learned.answers import REPLIES, Answer, is_for_all
from dupcheck.ledger.answers import write_answers
from dupcheck.ledger.book import Act, Ledger
from dupcheck.ledger.memory import Memory, read_acts
from dupcheck.messages import Lang, message
from dupcheck.model import Reply
from dupcheck.pipeline import Audit
from dupcheck.reports.comparison import list_groups
from dupcheck.revisions import find_revision, place_edits
from dupcheck.serve.review.choices import (
    DECISION_KINDS,
    GroupState,
    decide_pairs,
    list_accepted,
    list_marks,
    read_states,
)
from dupcheck.serve.review.downloads import Download, mark_files, pack_download
from dupcheck.serve.review.shares import By, read_shares, share_out, write_share
from dupcheck.serve.review.work import Work

_ACTS_SHOWN = 200
_KINDS = ("question", "out", "edit", "share", "choice")


@dataclass(frozen=True)
class _Known:
    """What the ledger said when ``event`` things had happened in it."""

    event: int
    said: Sequence[tuple[int, float | None]]
    acts: Sequence[Act]
    memory: Memory
    spoken: Mapping[str, GroupState]
    """What acts say of groups, by the audit's ids; ``states`` is what holds of the groups that there are now."""
    states: Mapping[str, GroupState]
    stamps: Mapping[str, int]
    """At which event the state of each group was last seen to change, and ``act_stamps`` each act."""
    act_stamps: Mapping[int, int]
    share: int
    shares: Mapping[str, str]


class Board:
    """What people decide on together. ``make`` audits, and tells its progress."""

    def __init__(self, make: Callable[[Progress], Audit], ledger: Ledger) -> None:
        self.ledger = ledger
        self._make = make
        self._thread: Thread | None = None
        self._lock = Lock()
        self._reading = Lock()
        self._known: _Known | None = None
        self._marks: Mapping[str, tuple[int, ...]] = {}
        self._from = 0
        self.stage, self.done, self.total = "", 0, 0
        self.error: DupcheckError | None = None
        self.work: Work | None = None
        self._files: Mapping[str, Any] = {}
        self.number = 0
        """How many audits there were."""

    # --- auditing ----------------------------------------------------------------------------------------------

    def start(self, again: bool = False) -> bool:
        """Begin to audit, unless that was done already, or anew where ``again`` is wanted; return whether it runs."""
        with self._lock:
            if self.running or (not again and self._thread is not None):
                return self.running
            self.error, self.stage, self.done, self.total = None, "", 0, 0
            self._thread = Thread(target=self._run, name="audit", daemon=True)
            self._thread.start()
        return True

    @property
    def running(self) -> bool:
        """Whether an audit is on its way."""
        return self._thread is not None and self._thread.is_alive()

    def _run(self) -> None:
        def tell(stage: str, done: int, total: int) -> None:
            self.stage, self.done, self.total = stage, done, total

        try:
            acts = self.ledger.list_acts()
            audit = self._make(tell)
            files = [Path(file).name for file in audit.catalog.sources]
            runs = self.ledger.list_runs(files)
            self.ledger.note_run(files, len(audit.catalog), list_groups(audit.record()["groups"]))
            self.take_up(audit.compare_runs(runs), acts)
            gc.unfreeze()
            gc.collect()
            gc.freeze()  # what an audit brings stays: it need not be looked through again and again
        except DupcheckError as error:
            self.error = error

    def take_up(self, audit: Audit, acts: Sequence[Act]) -> None:
        """Show this audit from now on; ``acts`` are those that it knew of."""
        work = Work(audit)
        with self._reading:
            self.work, self._known, self._marks = work, None, list_marks(acts, work.asked)
            self._from = max((act.number for act in acts), default=0)
            self._files = mark_files(audit.catalog.sources)
            self.number += 1

    @property
    def stale(self) -> bool:
        """Whether a file of the catalogue is no longer what was audited."""
        return mark_files(list(self._files)) != self._files

    @property
    def ready(self) -> Work:
        """The work, once the audit is done."""
        assert self.work is not None, "asked for before the audit was done"
        return self.work

    # --- what is known -----------------------------------------------------------------------------------------

    def recall(self) -> _Known:
        """Return what the ledger says now; plans that something was said about are made anew."""
        with self._reading:
            event, work = self.ledger.count_events(), self.ready
            if self._known is None or self._known.event != event:
                acts = self.ledger.list_acts()
                said = [(act.number, act.undone) for act in acts]
                if self._known is not None and said == self._known.said:  # groups went from hand to hand
                    self._known = replace(self._known, event=event)
                    return self._known
                told = [(a.details, a.person, a.at) for a in reversed(acts) if a.undone is None]
                memory = Memory(self.ledger.list_decisions(), (), *read_acts(told))
                marks = list_marks(acts, work.asked)
                changed = [g for g in work.scenes if marks.get(g, ()) != self._marks.get(g, ())]
                work.plan_anew(changed, memory)
                self._marks = marks
                spoken = self._hear(work, acts, said)
                states = self._judge(work, spoken, memory)
                stamps = _stamp(self._known, event, said, states)
                self._known = _Known(event, said, acts, memory, spoken, states, *stamps, *read_shares(acts))
            return self._known

    def _hear(self, work: Work, acts: Sequence[Act], said: Sequence[tuple[int, float | None]]) -> dict[str, GroupState]:
        """What acts say of groups. Where only new ones came, those alone are read."""
        known = self._known
        new, before = acts, None
        if known is not None and said[len(said) - len(known.said) :] == known.said:
            new, before = acts[: len(acts) - len(known.said)], known.spoken
        return read_states(new, work.hash({i for act in new for i in act.listings}), before)

    @staticmethod
    def _judge(work: Work, spoken: Mapping[str, GroupState], memory: Memory) -> dict[str, GroupState]:
        """What is decided of each group: by acts that name it, by decisions that were made elsewhere, or because
        nothing is left of it.
        """
        states = {g: s for g, s in spoken.items() if g in work}
        for group in work.gone:
            state = states.get(group, GroupState())
            if not state.choice:
                states[group] = replace(state, choice=state.answer or "not_duplicate")
        decided = {g for g, state in states.items() if state.choice}
        for group, decision in list_accepted(work, memory.decisions, decided).items():
            state = states.get(group, GroupState())
            if not state.choice:
                states[group] = replace(
                    state, choice="merge_accepted", person=decision.person, at=decision.decided, act=0
                )
        return states

    def list_open(self, order: Sequence[str]) -> list[str]:
        """Return which of the groups nothing was decided about, in their order."""
        states = self.recall().states
        return [g for g in order if g in self.ready and not (g in states and states[g].choice)]

    def tell_news(self, since: int = -1) -> dict[str, Any]:
        """Return what changes while people work: what is decided, who has what in hand, and how far everybody is.

        ``since`` is the event that is known already: of states and acts only those that have changed since are told,
        a state that is no more as None. From -1 on it is everything.
        """
        known, work = self.recall(), self.ready
        states = {g: known.states.get(g) for g, event in known.stamps.items() if event > since}
        acts = [act for act in known.acts[:_ACTS_SHOWN] if known.act_stamps[act.number] > since]
        homes = work.works
        leases = [x for x in self.ledger.list_leases(settled=False) if x.work in homes]
        done = Counter(s.person for s in known.states.values() if s.choice)
        hands: dict[str, list[str]] = {}
        for lease in leases:
            hands.setdefault(lease.person, []).append(homes[lease.work])
        lots = Counter(p for g, p in known.shares.items() if g in work)
        through = Counter(p for g, p in known.shares.items() if g in known.states and known.states[g].choice)
        people = sorted({*done, *hands, *lots})
        return {
            "event": known.event, "since": since, "number": self.number, "change": work.change, "share": known.share,
            "stale": self.stale,
            "states": {g: None if s is None else s.as_dict() for g, s in states.items()},
            "hands": {homes[x.work]: x.person for x in leases},
            "people": [
                {"person": p, "done": done[p], "hand": hands.get(p, []), "lot": lots[p], "through": through[p]}
                for p in people
            ],
            "answered": sum(a.number > self._from and a.undone is None and "question" in a.details for a in known.acts),
            "acts": [_tell_act(act) for act in acts], "acts_count": len(known.acts),
        }  # fmt: skip

    def tell_progress(self, lang: Lang) -> dict[str, Any]:
        """Return how far an audit is that is on its way, or what went wrong with the last."""
        return {
            "ready": self.work is not None, "running": self.running, "number": self.number,
            "error": None if self.error is None else self.error.say(lang),
            "stage": message(self.stage).say(lang) if self.stage else "", "done": self.done, "total": self.total,
        }  # fmt: skip

    def tell_group(self, group: str, lang: Lang) -> dict[str, Any]:
        """Return one group in full, with what people changed in its plan."""
        return self.ready.tell_group(group, self.recall().states.get(group, GroupState()), lang)

    def list_plans(self, lang: Lang) -> list[dict[str, Any]]:
        """Return the accepted plans, with what people changed, as ``merge --plans`` takes them."""
        states = self.recall().states
        accepted = sorted(g for g, s in states.items() if s.choice == "merge_accepted")
        plans = [self.ready.plan(g) for g in accepted]
        catalog = self.ready.audit.catalog
        return [
            {**plan.as_dict(lang), "contents": mark_contents(catalog, (plan.keep, *plan.listings))}
            for plan in plans
            if plan.action not in ("none", "ask")
        ]

    def admit(self, lang: Lang) -> Admission:
        """Return which of the accepted plans may be carried out, and which may not, because one of their listings was
        told apart or has changed since.
        """
        plans, catalog = self.list_plans(lang), self.ready.audit.catalog
        return admit_plans(catalog, plans, settle_decisions(catalog, self.recall().memory.decisions))

    def carry_out(self, kind: str, lang: Lang) -> Download:
        """Return the accepted plans as a file to take away. Raises ChoiceError where the catalogue has changed since it
        was audited, or nothing is accepted.
        """
        if self.stale:
            raise ChoiceError("review.stale")
        admission = self.admit(lang)
        if not admission.granted:
            raise ChoiceError("review.nothing_accepted")
        return pack_download(kind, self.ready.audit.catalog, admission, lang)

    # --- what is done ------------------------------------------------------------------------------------------

    def choose(self, groups: Sequence[str], choice: str, person: str, reason: str = "") -> int:
        """Decide about groups, at once and undoable at once; return of how many pairs something was said.

        Raises ChoiceError where a plan is accepted that only asks.
        """
        assert choice in DECISION_KINDS
        self.recall()
        work = self.ready
        if choice == "merge_accepted" and any(work.plan(g).action in ("ask", "none") for g in groups):
            raise ChoiceError("review.answer_first")
        decisions = []
        for group in groups:
            plan = work.plan(group)
            inside = list(plan.listings) if choice == "merge_accepted" else work.list_members(group)
            decisions += decide_pairs(choice, inside, work.hash(inside), reason=reason)
        name = work.name_work(groups[0]) if len(groups) == 1 else ""
        return self.ledger.decide(
            decisions, person=person, work=name, details={"choice": choice, "groups": list(groups)}
        )

    def answer(self, key: str, answer: str, person: str) -> int:
        """Answer a question for all that it settles; return for how many groups.

        What is different is decided at once. Where listings are one product, plans follow, which are still to be
        accepted.
        """
        self.recall()
        work = self.ready
        groups = work.questions.get(key, [])
        reply: Reply = next(r for r in REPLIES if r == answer)
        kind = key.partition("#")[0]
        decisions, said = [], [Answer(reply, kind)] if is_for_all(kind) else []
        for k, group in enumerate(groups):
            plan = work.plan(group)
            assert plan.question is not None
            asked = [i for i in plan.question.listings if i != plan.keep]
            if not is_for_all(kind):
                said += [_answer_pair(reply, kind, plan.keep, i) for i in asked]
            elif k == 0:  # the pair that was shown; of the others only the kind is answered
                said += [_answer_pair(reply, kind, plan.keep, i) for i in asked[:1]]
            if answer == "different":
                # Another product than the one that stays is another one than all that are one with it.
                held = [m.listing_id for m in plan.members if m.role not in ("ask", "allowed")]
                rest = [i for i in dict.fromkeys((plan.keep, *held)) if i not in asked]
                decisions += decide_pairs("not_duplicate", asked, work.hash((*rest, *asked)), others=rest)
        details = {"question": kind, "answer": answer, "groups": list(groups), **write_answers(said)}
        self.ledger.decide(decisions, person=person, details=details)
        return len(groups)

    def take_out(self, group: str, listing: str, person: str, reason: str = "") -> None:
        """Say that one listing of a group is another product than the rest of it."""
        self.recall()
        inside = self.ready.list_members(group)
        if listing not in inside:
            raise UnknownListingError("review.not_inside", id=listing, group=group)
        others = [i for i in inside if i != listing]
        decisions = decide_pairs("not_duplicate", [listing], self.ready.hash(inside), others=others, reason=reason)
        self.ledger.decide(decisions, person=person, details={"out": listing, "groups": [group]})

    def edit(self, group: str, edits: Mapping[str, Any], person: str) -> None:
        """Change something in a group's plan. Raises ChoiceError where that cannot be: two options of one name."""
        memory, plan = self.recall().memory, self.ready.plan(group)
        inside = self.ready.list_members(group)
        known = find_revision(memory.revisions, inside)
        placed = place_edits(edits, {a.name: a.values for a in plan.axes}, known)
        if not placed or ("keep" in placed and placed["keep"] not in inside):
            raise ChoiceError("review.edit_taken")
        details = {"edit": placed, "groups": [group], "listings": inside, "kept": placed.get("keep", plan.keep)}
        self.ledger.decide([], person=person, details=details)
        if "keep" in placed and self._keeps_another(group, placed["keep"]):
            self.ledger.undo(self.ledger.list_acts(person=person, last=1)[0].number, person=person)
            raise ChoiceError("review.keep_impossible", id=placed["keep"])

    def _keeps_another(self, group: str, wanted: str) -> bool:
        """Whether a plan keeps another listing than was wanted: one that is sold only in bulk, say, or that waits."""
        self.recall()
        return self.ready.plan(group).keep != wanted

    def share(self, by: By, people: Sequence[str], person: str) -> dict[str, str]:
        """Split the groups that are open among people; return who does each."""
        order = [row["id"] for row in self.ready.list_rows() if row["action"] != "none"]
        still = set(self.list_open(order))
        rows = [row for row in self.ready.list_rows() if row["id"] in still]
        shares = share_out(rows, by, people)
        self.ledger.decide([], person=person, details=write_share(by, shares))
        return shares

    def take_next(self, order: Sequence[str], person: str) -> str | None:
        """Take the first open group of ``order`` that nobody else has in hand, nor as a part of the work that was
        shared out: of one's own part first. None: none is left.
        """
        shares = self.recall().shares
        mine = [g for g in self.list_open(order) if shares.get(g, person) == person]
        mine.sort(key=lambda g: g not in shares)
        works = {self.ready.name_work(g): g for g in mine}
        lease = self.ledger.take_next(list(works), person) if works else None
        return None if lease is None else works[lease.work]


def _stamp(
    before: _Known | None, event: int, said: Sequence[tuple[int, float | None]], states: Mapping[str, GroupState]
) -> tuple[Mapping[str, int], Mapping[int, int]]:
    """When each group and each act was last seen to change: whoever knows what was then is told no more of it."""
    old: Mapping[str, GroupState] = {} if before is None else before.states
    heard = {} if before is None else dict(before.said)
    groups = {} if before is None else dict(before.stamps)
    numbers = {} if before is None else dict(before.act_stamps)
    groups |= {g: event for g in states.keys() | old.keys() if states.get(g) != old.get(g)}
    numbers |= {number: event for number, undone in said if number not in heard or heard[number] != undone}
    return groups, numbers


def _answer_pair(reply: Reply, kind: str, one: str, other: str) -> Answer:
    a, b = sorted((one, other))
    return Answer(reply, kind, a, b)


def _tell_act(act: Act) -> dict[str, Any]:
    details = act.details
    kind = next((k for k in _KINDS if k in details), act.kind)
    return {
        "number": act.number, "at": act.at, "person": act.person, "kind": kind, "undone": act.undone is not None,
        "choice": details.get("answer") or details.get("choice") or act.kind,
        "groups": list(details.get("groups", ()))[:20], "count": len(details.get("groups", ())),
        "listings": [details["out"]] if "out" in details else list(act.listings[:6]), "pairs": len(act.decisions),
    }  # fmt: skip
