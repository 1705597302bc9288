"""A part of an audit as the page shows it: some groups with their plans, in any language."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np

from dupcheck.features import Features
from dupcheck.judging.verdicts import Findings
from dupcheck.messages import Lang
from dupcheck.model import BoolArray, Catalog, IntArray, Plan
from dupcheck.pipeline import Audit
from dupcheck.plans.risk import count_asked, count_violations
from dupcheck.reports.documents import SettledAudit, take_rows
from dupcheck.reports.page import choose_pairs, describe_group, describe_listing, group_pairs

SHOWN = ("image", "attributes", "price")
"""Evidence whose lack a person wants to filter by."""
_THUMBNAILS = 4


class Scene:
    """Groups of an audit with their plans; what was planned anew is a scene of its own."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit
        self.places = {plan.group_id: k for k, plan in enumerate(audit.plans)}
        self._views: dict[Lang, _View] = {}
        self._lock = Lock()

    def plan(self, group: str) -> Plan:
        """Return a group's plan."""
        return self.audit.plans[self.places[group]]

    def members(self, group: str) -> IntArray:
        """Return the positions of a group's listings."""
        return self.audit.grouped[self.places[group]][1]

    @cached_property
    def rows(self) -> dict[str, dict[str, Any]]:
        """What the list shows of each group, in any language, by group."""
        known = _list_evidence(self.audit.features, self.audit.findings, self.audit.grouped)
        return {
            plan.group_id: self._describe(k, plan, [name for name in SHOWN if not known[name][k]])
            for k, plan in enumerate(self.audit.plans)
        }

    def _describe(self, k: int, plan: Plan, unseen: list[str]) -> dict[str, Any]:
        catalog: Catalog = self.audit.catalog
        group, members = self.audit.grouped[k]
        ids = [m.listing_id for m in plan.members]
        keep = plan.keep or ids[0]
        at = catalog.positions[keep]
        prices = catalog.numbers("price")[members]
        low, high = (float(f(prices)) if (~np.isnan(prices)).any() else None for f in (np.nanmin, np.nanmax))
        shops, categories = (
            sorted({str(catalog.column(name)[m]) for m in members.tolist()} - {""}) for name in ("shop", "category")
        )
        risk = count_violations(plan) + count_asked(plan.action, len(plan.listings))
        return {
            "id": plan.group_id, "action": plan.action, "rules": list(group.rules), "n": len(ids), "keep": keep,
            "title": str(catalog.column("title")[at])[:200], "shown": list(dict.fromkeys([keep, *ids]))[:_THUMBNAILS],
            "ids": ids, "shops": shops, "categories": categories, "risk": risk,
            "strength": round(group.strength, 4), "unseen": unseen, "low": low, "high": high,
            "currency": str(catalog.column("currency")[at]),
            "question": None if plan.question is None else plan.question.kind,
            "waits": plan.question is not None and plan.question.kind == "rest",
        }  # fmt: skip

    def tell(self, group: str, lang: Lang) -> dict[str, Any]:
        """Return one group in full."""
        return self.view(lang).describe(self.places[group], self.plan(group).as_dict(lang))

    def view(self, lang: Lang) -> "_View":
        """Return the words of the scene in one language."""
        with self._lock:
            if lang not in self._views:
                self._views[lang] = _View(self.audit.record(lang), lang)
            return self._views[lang]


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
