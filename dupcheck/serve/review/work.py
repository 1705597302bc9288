"""The groups of one audit as people go through them: what was planned, and planned anew after what they said."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np

from dupcheck.decisions import Decision, Settled, hash_listings
from dupcheck.judging.likely import Likely
from dupcheck.judging.verdicts import Findings
from dupcheck.learned.answers import Answer, Replies, gather_answers, is_for_all
from dupcheck.ledger.leases import name_work
from dupcheck.ledger.memory import Memory
from dupcheck.messages import Lang
from dupcheck.model import IntArray, Plan, Reply
from dupcheck.pipeline import Audit
from dupcheck.plans import plan_findings
from dupcheck.serve.review.choices import GroupState
from dupcheck.serve.review.pictures import Pictures
from dupcheck.serve.review.scenes import Scene

ALL_AT_ONCE = 500
"""Groups up to which all are planned anew, as an audit would; of more, only those that something was said about."""


class Work:
    """The groups of an audit by their ids. What people say changes the plans of those it is about, at once."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit
        self.pictures = Pictures(audit.catalog)
        first = Scene(audit)
        self.first = first
        self.scenes: dict[str, Scene] = dict.fromkeys(first.places, first)
        self.change = 0
        self.stamps: dict[str, int] = dict.fromkeys(first.places, 0)
        """At which change of the work each group's plan came to be what it is."""
        self.gone: set[str] = set()
        """Groups of which nothing is left: their listings were told apart."""
        self._contents: dict[str, str] = {}
        self._works: dict[str, str] = {}
        self._lock = Lock()

    # --- what there is -----------------------------------------------------------------------------------------

    def __contains__(self, group: object) -> bool:
        return group in self.scenes

    def plan(self, group: str) -> Plan:
        """Return a group's plan as it is now."""
        return self.scenes[group].plan(group)

    def list_members(self, group: str) -> list[str]:
        """Return a group's listings, without those that are allowed to stand beside it."""
        plan = self.plan(group)
        return [m.listing_id for m in plan.members if m.role != "allowed" or plan.action == "none"]

    def hash(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the content hashes of listings as they are; each is looked at once."""
        wanted = list(ids)
        self._contents |= hash_listings(self.audit.catalog, [i for i in wanted if i not in self._contents])
        return {i: self._contents[i] for i in wanted if i in self._contents}

    def name_work(self, group: str) -> str:
        """Return what a group is called in the ledger; it keeps its name when a listing is taken out of it."""
        if group not in self._works:
            self._works[group] = name_work(self.list_members(group))
        return self._works[group]

    @property
    def works(self) -> dict[str, str]:
        """The groups by what they are called in the ledger."""
        return {self.name_work(group): group for group in self.scenes}

    @cached_property
    def asked(self) -> dict[str, list[str]]:
        """The groups by the kind of question that the audit asked of them."""
        found: dict[str, list[str]] = {}
        for plan in self.audit.plans:
            if plan.question is not None:
                found.setdefault(plan.question.kind, []).append(plan.group_id)
        return found

    @cached_property
    def advised(self) -> list[int]:
        """Which of the audit's advice there is something to say of, by its place: products to tell apart."""
        return [k for k, plan in enumerate(self.audit.advice) if plan.reasons]

    @property
    def questions(self) -> dict[str, list[str]]:
        """The groups that wait for an answer, by question; those that settle most first."""
        found: dict[str, list[str]] = {}
        settles: dict[str, int] = {}
        for group in self.scenes:
            if group in self.gone:
                continue
            question = self.plan(group).question
            if question is not None:
                key = name_question(question.kind, group)
                found.setdefault(key, []).append(group)
                settled = question.settles if is_for_all(question.kind) else len(question.listings)
                settles[key] = max(settled, settles.get(key, 0))
        return dict(sorted(found.items(), key=lambda item: (-settles[item[0]], -len(item[1]), item[0])))

    def list_rows(self, since: int = -1) -> list[dict[str, Any]]:
        """Return what the list shows of each group, or of those alone whose plan has changed since."""
        return [scene.rows[g] for g, scene in self.scenes.items() if self.stamps[g] > since]

    def tell_questions(self, lang: Lang) -> list[dict[str, Any]]:
        """Return the questions, with the first group that asks each, and both titles side by side."""
        titles = self.audit.catalog.column("title")
        told = []
        for key, groups in self.questions.items():
            plan = self.plan(groups[0])
            assert plan.question is not None
            sides = [plan.keep, plan.question.listings[0]]
            told.append({
                **plan.question.as_dict(lang), "key": key, "groups": groups, "keep": plan.keep, "sides": [
                    {"id": i, "title": str(titles[self.audit.catalog.positions[i]])} for i in sides
                ],
            })  # fmt: skip
        return told

    def tell_group(self, group: str, state: GroupState, lang: Lang) -> dict[str, Any]:
        """Return one group in full, and those that were taken out of it."""
        told = self.scenes[group].tell(group, lang)
        here = {m["id"] for m in told["members"]}
        told["members"] += [{"id": i, "role": "gone", "options": [], "why": ""} for i in state.out if i not in here]
        view = self.first.view(lang)
        listings = {
            m["id"]: {**view.describe_listing(m["id"]), "photos": len(self.pictures.list_names(m["id"]))}
            for m in told["members"]
        }
        question = self.plan(group).question
        key = "" if question is None else name_question(question.kind, group)
        return {**told, "listings": listings, "state": state.as_dict(), "key": key, "was": self.first_title(group)}

    def first_title(self, group: str) -> str:
        """Return the title that the audit gave a group's plan."""
        return self.first.plan(group).title if group in self.first.places else self.plan(group).title

    # --- what was said -----------------------------------------------------------------------------------------

    def plan_anew(self, groups: Sequence[str], known: Memory) -> None:
        """Make the plans of these groups anew, with all that was decided, answered and changed by now.

        A group of which nothing is left keeps the plan it had; one that falls apart is several.
        """
        with self._lock:
            audit, wanted = self.audit, [g for g in groups if g in self.scenes]
            if not wanted:
                return
            while True:
                wanted = self._add_sharing(wanted, ())
                home = self._map_home(wanted)
                settled = self._settle(home, known.decisions)
                inside = np.array(sorted(home))
                findings = self._choose_findings(inside, settled)
                remedies = plan_findings(
                    audit.catalog, audit.features, audit.pack, findings, settled, answers=self._reply(known.answers),
                    revisions=known.revisions, likely=self._choose_likely(inside),
                )  # fmt: skip
                touched = [k for k, (_, members) in enumerate(remedies.grouped) if any(int(m) in home for m in members)]
                taken_in = {int(m) for k in touched for m in remedies.grouped[k][1]} - home.keys()
                more = self._add_sharing(wanted, taken_in)
                if len(more) == len(wanted):
                    break
                wanted = more  # what joins one of these groups is planned with it, and stands in it alone
            touched.sort(key=lambda k: (-len(remedies.grouped[k][1]), k))
            named: dict[str, int] = {}
            for k in touched:
                group, members = remedies.grouped[k]
                old = next((home[int(m)] for m in members if int(m) in home), "")
                name = old if old not in named else group.group_id
                if name not in named and (name in wanted or name not in self.scenes):
                    named[name] = k
            grouped = [(replace(remedies.grouped[k][0], group_id=g), remedies.grouped[k][1]) for g, k in named.items()]
            plans = tuple(replace(remedies.plans[k], group_id=g) for g, k in named.items())
            scene = Scene(replace(
                audit, findings=findings, grouped=tuple(grouped), plans=plans, advice=(), problems=(), since=None,
                settled=settled, lesson=None,
            ))  # fmt: skip
            self.change += 1
            for g in wanted:
                self.name_work(g)  # its name is that of the listings it was found with
            for g in named:
                self.scenes[g] = scene
                self.stamps[g] = self.change
            self.gone = (self.gone | set(wanted)) - set(named)
            for g in wanted:
                self.stamps[g] = self.change

    def _map_home(self, groups: Sequence[str]) -> dict[int, str]:
        """The groups by their listings' positions: those of now, and those that the audit found in them."""
        found = {m: g for g in groups if g in self.first.places for m in self.first.members(g).tolist()}
        return found | {m: g for g in groups if g not in self.gone for m in self.scenes[g].members(g).tolist()}

    def _add_sharing(self, groups: Sequence[str], positions: Collection[int]) -> list[str]:
        """These groups, and all that share a listing with them, or hold one at these positions."""
        found = list(groups)
        while True:
            near = self._map_home(found).keys() | positions
            more = [
                g for g, scene in self.scenes.items()
                if g not in self.gone and g not in found and not near.isdisjoint(scene.members(g).tolist())
            ]  # fmt: skip
            if not more:
                return found
            found += more

    def _settle(self, home: dict[int, str], decisions: Sequence[Decision]) -> Settled:
        """What holds: of the groups in question what is decided by now, of others what the audit knew."""
        place = self.audit.catalog.positions
        before = self.audit.settled.held if self.audit.settled is not None else ()

        def is_inside(d: Decision) -> bool:
            return place.get(d.listing_a, -1) in home and place.get(d.listing_b, -1) in home

        now = sorted(filter(is_inside, decisions), key=lambda d: (d.decided, d.content_a))
        content = self.hash({i for d in now for i in d.listings})
        held = {d.listings: d for d in before if not is_inside(d)}
        held |= {
            d.listings: d for d in now if (content[d.listing_a], content[d.listing_b]) == (d.content_a, d.content_b)
        }
        ends = np.array([[place[i] for i in pair] for pair in held], dtype=np.int64).reshape(-1, 2)
        return Settled(len(self.audit.catalog), tuple(held.values()), ends.min(axis=1), ends.max(axis=1))

    def _choose_findings(self, inside: IntArray, settled: Settled) -> Findings:
        found = self.audit.findings
        kept = ~settled.cover("not_duplicate", found.left, found.right)
        if len(self.audit.plans) > ALL_AT_ONCE:
            kept &= np.isin(found.left, inside) & np.isin(found.right, inside)
        return found[kept]

    def _choose_likely(self, inside: IntArray) -> Likely | None:
        """What may be asked about within these groups: none of them takes listings of another one in."""
        likely = self.audit.likely
        return None if likely is None else likely[np.isin(likely.left, inside) & np.isin(likely.right, inside)]

    def _reply(self, answers: Sequence[Answer]) -> Replies:
        known, place = gather_answers(answers), self.audit.catalog.positions
        pairs: dict[tuple[int, int], Reply] = {}
        for (a, b), said in known.pairs.items():
            if a in place and b in place:
                pairs[min(place[a], place[b]), max(place[a], place[b])] = said.answer
        learned = None if self.audit.lesson is None else self.audit.lesson.replies
        if learned is None:
            return Replies(known.kinds, known, pairs)
        # what was answered since the audit stands as it was said, and is held against the others by the next one
        unsure = {
            pair for pair in learned.unsure if learned.pairs.get(pair) == pairs.get(pair, learned.pairs.get(pair))
        }
        return Replies(known.kinds, known, pairs, learned.judge, learned.sure, learned.lifted, unsure)


def name_question(kind: str, group: str) -> str:
    """Return what a question is called on the page: its kind, or one of its own where an answer is about one group."""
    return kind if is_for_all(kind) else f"{kind}#{group}"
