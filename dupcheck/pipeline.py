"""The one place where the stages meet: ``audit`` for a catalogue, ``check`` for drafts, ``why`` for one pair."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
import platformdirs

from dupcheck.candidates import Candidates, find_candidates
from dupcheck.catalog import make_catalog, merge_catalogs, read_catalog, read_listing
from dupcheck.differences import explain_differences, find_differences
from dupcheck.errors import CatalogError, UnknownListingError
from dupcheck.exports import carry_out, list_plans, write_exports
from dupcheck.features import Features, make_features
from dupcheck.groups import make_groups
from dupcheck.model import Catalog, Condition, Difference, Group, IntArray, Listing, Plan, Problem, Verdict
from dupcheck.photos.table import Photos, read_photos
from dupcheck.plans import make_plans, order_by_risk, tell_apart
from dupcheck.reports import format_summary, photo_thumbnails, render_cell, save_report
from dupcheck.reports.documents import SettledAudit
from dupcheck.reports.record import list_pairs, make_record
from dupcheck.reports.tables import join_options
from dupcheck.rules import RulePack, read_pack, say_verdict
from dupcheck.signals import SIGNALS, get_signal
from dupcheck.verdicts import Findings, explain_condition, judge_conditions, judge_pairs, measure_signals
from dupcheck.words import Lang, say

Engine = Literal["local", "spark"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
Progress = Callable[[str, int, int], None]
"""Told the stage (a key of the texts in ``words``), how much of it is done, and of how much."""

Source = str | Path | Sequence[str | Path] | Catalog


@dataclass(frozen=True)
class Audit:
    """What an audit found. ``pairs`` and ``groups`` are tables with the columns of the report's CSV files."""

    catalog: Catalog
    features: Features
    pack: RulePack
    candidates: Candidates
    findings: Findings
    grouped: tuple[tuple[Group, IntArray], ...]
    plans: tuple[Plan, ...]
    problems: tuple[Problem, ...]
    settings: Mapping[str, object] = field(default_factory=dict)
    lang: Lang = "en"
    advice: tuple[Plan, ...] = ()
    cache: Path | None = None

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """One row a caught pair: the columns of ``pairs.csv``, NaN where a signal cannot tell."""
        rows = [
            {
                "listing_a": p["listing_a"],
                "listing_b": p["listing_b"],
                "rule": p["rule"],
                "verdict": p["verdict"],
                "differs_in": ";".join(d["axis"] for d in p["differs_in"]),
                **p["signals"],
                "explanation": p["explanation"],
            }
            for p in self.as_dict()["pairs"]
        ]
        columns = ["listing_a", "listing_b", "rule", "verdict", "differs_in", *(s.name for s in SIGNALS), "explanation"]
        return pd.DataFrame(rows, columns=columns).astype({s.name: np.float64 for s in SIGNALS})

    @cached_property
    def groups(self) -> pd.DataFrame:
        """One row a grouped listing: the columns of ``groups.csv``."""
        rows = [
            (plan.group_id, m.listing_id, m.role, m.rule, join_options(m.options), m.explanation.say(self.lang))
            for plan in self.plans
            for m in plan.members
        ]
        return pd.DataFrame(rows, columns=["group_id", "listing_id", "role", "rule", "options", "explanation"])

    def as_dict(self, lang: Lang | None = None) -> SettledAudit:
        """Return the whole result as one plain dict, as ``audit.json`` holds it."""
        lang = lang or self.lang
        if lang not in self._records:
            self._records[lang] = make_record(
                self.catalog, self.features, self.pack, self.candidates, self.findings,
                [group for group, _ in self.grouped], self.plans, self.advice, self.problems, self.settings,
                lang,
            )  # fmt: skip
        return self._records[lang]

    @cached_property
    def _records(self) -> dict[Lang, SettledAudit]:
        return {}

    def save(self, out: str | Path, lang: Lang | None = None) -> list[Path]:
        """Write the report folder ``out`` and return its files. Raises OutputError where that cannot be done."""
        record = self.as_dict(lang)
        return save_report(record, Path(out), photo_thumbnails(record, self.catalog.image_root, cache=self.cache))

    def export(self, *names: str, out: str | Path) -> list[Path]:
        """Write the plans as files that marketplaces take (``EXPORTS``), and what to take offline; return the paths."""
        return write_exports(names, self.catalog, list_plans(self.plans), Path(out), self.lang)

    def merge(self) -> Catalog:
        """Return the catalogue as it is once every plan is carried out; the audited one stays as it is."""
        return carry_out(self.catalog, list_plans((*self.plans, *self.advice)))

    def summarize(self, out: Path | None = None, lang: Lang | None = None) -> str:
        """Return what was found in about a dozen lines."""
        return format_summary(self.as_dict(lang), out)

    def __repr__(self) -> str:
        return f"<Audit of {len(self.catalog)} listings: {len(self.findings)} pairs, {len(self.plans)} groups>"

    def _repr_html_(self) -> str:
        return render_cell(self.as_dict())


def audit(
    catalog: Source,
    rules: str | Path | RulePack = "aliexpress",
    *,
    images: str | Path | None = None,
    settings: Sequence[str] = (),
    engine: Engine = "local",
    jobs: int = 0,
    cache: str | Path | None = None,
    lang: Lang = "en",
    progress: Progress | None = None,
) -> Audit:
    """Check a whole catalogue against a marketplace's duplicate-listing rules.

    ``catalog`` is a :class:`Catalog` or what :func:`read_catalog` reads; ``rules`` a shipped pack's name, a TOML file
    or a pack; ``settings`` change limits (``"R2.title.min=85"``); ``jobs`` is the number of threads (0: all cores);
    ``cache`` the folder where photo fingerprints are kept (default: the user's cache folder).
    """
    pack = read_pack(rules).with_limit(*settings)
    read = _read(catalog, images)
    jobs = jobs or os.cpu_count() or 1
    features, photo_problems = _measure_catalog(read, jobs, cache, progress)
    _tell(progress, "audit.stage_candidates", 0, 1)
    candidates = _same_seller(find_candidates(features), pack, read)
    _tell(progress, "audit.stage_candidates", 1, 1)
    if engine == "spark":
        from dupcheck.spark import judge_on_spark

        findings = judge_on_spark(features, pack, candidates)
    else:
        findings = judge_pairs(features, pack, candidates, _stage(progress, "audit.stage_pairs"))
    _tell(progress, "audit.stage_groups", 0, 1)
    grouped = make_groups(features, pack, findings)
    plans = make_plans(read, features, pack, findings, grouped)
    plans, advice = tell_apart(read, features, pack, findings, plans)
    grouped, plans = order_by_risk(read, pack, grouped, plans)
    _tell(progress, "audit.stage_groups", 1, 1)
    return Audit(
        read, features, pack, candidates, findings, grouped, plans, (*read.problems, *photo_problems),
        {"engine": engine}, lang, advice, default_cache() if cache is None else Path(cache),
    )  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What would happen if a draft were published.

    ``verdict`` is «publish», «advice» or «duplicate»; ``pairs`` are the findings as in ``audit.json``, the strongest
    first; ``plan`` says what to do instead of publishing a duplicate.
    """

    listing_id: str
    verdict: Literal["publish", "advice", "duplicate"]
    pairs: tuple[Mapping[str, Any], ...]
    plan: Plan | None
    problems: tuple[Problem, ...]
    lang: Lang = "en"

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as one plain dict."""
        return {
            "listing_id": self.listing_id,
            "verdict": self.verdict,
            "advice": self.advise(),
            "pairs": list(self.pairs),
            "plan": None if self.plan is None else self.plan.as_dict(self.lang),
            "problems": [
                {"field": p.field, "severity": p.severity, "message": p.text.say(self.lang)} for p in self.problems
            ],
        }

    def advise(self) -> str:
        """Return in one sentence what to do."""
        if self.verdict == "publish":
            return say("audit.answer_allowed" if self.pairs else "audit.answer_publish", self.lang)
        others = list(dict.fromkeys(self._other(p) for p in self.pairs))
        if self.verdict == "advice" or self.plan is None:
            return say(f"audit.answer_{self.verdict}", self.lang, ids=", ".join(others[:5]))
        role = next((m for m in self.plan.members if m.listing_id == self.listing_id), None)
        if self.plan.wholesale is not None and role is not None and not _is_sku(self.plan, self.listing_id):
            tier = self.plan.wholesale
            return say("audit.answer_tier", self.lang, keep=self.plan.keep, minimum=tier.min_order_quantity,
                       percent=tier.discount_percent)  # fmt: skip
        if role is not None and role.role == "fold":
            options = "; ".join(f"{k}={v}" for k, v in role.options.items())
            return say("audit.answer_merge", self.lang, keep=self.plan.keep, options=options)
        if role is not None and role.role == "differentiate":
            return say("audit.answer_differentiate", self.lang, ids=", ".join(others[:5]))
        return say("audit.answer_copy", self.lang, ids=", ".join(others[:5]))

    def _other(self, pair: Mapping[str, Any]) -> str:
        return str(pair["listing_b"] if pair["listing_a"] == self.listing_id else pair["listing_a"])

    def __str__(self) -> str:
        lines = [f"{self.listing_id}: {self.advise()}"]
        lines += [f"  {self._other(p)}: {p['explanation']}" for p in self.pairs[:5]]
        changes = () if self.plan is None else self.plan.changes
        lines += [f"  → {c.text.say(self.lang)}" for c in changes if c.listing_id == self.listing_id]
        return "\n".join(lines)


def _is_sku(plan: Plan, listing_id: str) -> bool:
    return any(s.listing_id == listing_id for s in plan.skus)


def check(
    draft: Listing | Mapping[str, object] | str | Path | Sequence[Listing],
    catalog: Source,
    rules: str | Path | RulePack = "aliexpress",
    *,
    images: str | Path | None = None,
    settings: Sequence[str] = (),
    jobs: int = 0,
    cache: str | Path | None = None,
    lang: Lang = "en",
    progress: Progress | None = None,
) -> list[Answer]:
    """Say of each draft whether publishing it would break a rule, with what, why, and what to do instead.

    ``draft`` is a Listing, a dict with the fields of one, several Listings, or a file that holds drafts. Drafts are
    checked against the catalogue and against each other. A draft's photo path starts from the catalogue's photo
    folder, or, for a file of drafts, from ``images`` or else that file's own folder.
    """
    pack = read_pack(rules).with_limit(*settings)
    base = _read(catalog, images)
    drafts = _read_drafts(draft, base, images)
    known = merge_catalogs([replace(base, problems=()), drafts])
    positions = np.arange(len(base), len(known))
    features, photo_problems = _measure_catalog(known, jobs or os.cpu_count() or 1, cache, progress)
    candidates = _same_seller(find_candidates(features), pack, known)
    new = (candidates.left >= len(base)) | (candidates.right >= len(base))
    findings = judge_pairs(features, pack, replace(candidates, left=candidates.left[new], right=candidates.right[new]))
    grouped = make_groups(features, pack, findings)
    new_ones = frozenset(positions.tolist())
    plans = make_plans(known, features, pack, findings, grouped, drafts=new_ones)
    plans, advice = tell_apart(known, features, pack, findings, plans, drafts=new_ones)
    home = {i: plan for plan in (*plans, *advice) for i in plan.listings}
    problems = (*known.problems, *photo_problems)
    return [_answer(int(p), features, pack, findings, home, problems, lang) for p in positions]


def _answer(
    position: int, features: Features, pack: RulePack, findings: Findings, home: Mapping[str, Plan],
    problems: Sequence[Problem], lang: Lang,
) -> Answer:  # fmt: skip
    mine = np.flatnonzero((findings.left == position) | (findings.right == position))
    mine = mine[np.lexsort((-findings.strength[mine], ~findings.duplicate[mine]))]
    found = findings[mine]
    listing_id = str(features.ids[position])
    plan = home.get(listing_id)
    allowed = plan is not None and any(m.listing_id == listing_id and m.role == "allowed" for m in plan.members)
    duplicate = bool(found.duplicate.any()) and not allowed
    advice = bool((~found.duplicate).any())
    return Answer(
        listing_id,
        "duplicate" if duplicate else "advice" if advice else "publish",
        tuple(list_pairs(features, pack, found, lang)),
        plan,
        tuple(p for p in problems if p.listing_id == listing_id),
        lang,
    )


@dataclass(frozen=True)
class Explanation:
    """Every rule and every condition for one pair, held or not, and what the two differ in."""

    listing_a: str
    listing_b: str
    rules: tuple[tuple[str, str, Verdict, bool, tuple[Condition, ...]], ...]
    differences: tuple[Difference, ...]
    signals: Mapping[str, float]
    lang: Lang = "en"

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation as one plain dict; None: cannot tell."""
        return {
            "listing_a": self.listing_a,
            "listing_b": self.listing_b,
            "signals": {k: None if np.isnan(v) else v for k, v in self.signals.items()},
            "differs_in": [{"axis": d.axis, "a": d.left, "b": d.right} for d in self.differences],
            "rules": [
                {
                    "code": code,
                    "fires": fires,
                    "conditions": [
                        {"signal": c.signal, "side": c.side, "limit": c.limit, "state": c.state,
                         "value": None if np.isnan(c.value) else c.value}
                        for c in conditions
                    ],
                }
                for code, _, _, fires, conditions in self.rules
            ],
        }  # fmt: skip

    def __str__(self) -> str:
        lang = self.lang
        differs = explain_differences(self.differences, lang) or say("verdicts.nothing", lang)
        lines = [f"{self.listing_a} ↔ {self.listing_b}", say("audit.why_differ", lang, differs=differs), ""]
        for name, value in self.signals.items():
            lines.append(f"  {say(f'signals.{name}', lang)}: {get_signal(name).show(value, lang)}")
        for code, summary, verdict, fires, conditions in self.rules:
            key = "audit.why_fires" if fires else "audit.why_spares"
            lines += ["", say(key, lang, code=code, verdict=say_verdict(verdict, lang), summary=summary)]
            lines += [f"  {_MARKS[c.state]} {explain_condition(c, lang)}" for c in conditions]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


_MARKS = {"held": "✓", "failed": "✗", "skipped": "–"}


def why(
    catalog: Source,
    listing_a: str,
    listing_b: str,
    rules: str | Path | RulePack = "aliexpress",
    *,
    images: str | Path | None = None,
    settings: Sequence[str] = (),
    cache: str | Path | None = None,
    lang: Lang = "en",
) -> Explanation:
    """Hold every rule against two listings of a catalogue and show each condition.

    Raises UnknownListingError, naming the nearest id, where the catalogue does not hold a listing.
    """
    pack = read_pack(rules).with_limit(*settings)
    read = _read(catalog, images)
    left, right = (find_position(read, i) for i in (listing_a, listing_b))
    features, _ = _measure_catalog(read, os.cpu_count() or 1, cache, None)
    measured = measure_signals(features, np.array([left]), np.array([right]))
    signals = {name: float(values[0]) for name, values in measured.items()}
    return Explanation(
        listing_a,
        listing_b,
        tuple(
            (r.code, r.summary.say(lang), r.verdict, bool(r.fire(measured)[0]), judge_conditions(r, signals))
            for r in pack.rules
        ),
        find_differences(features, left, right),
        signals,
        lang,
    )


def find_position(catalog: Catalog, listing_id: str) -> int:
    """Return the position of a listing; an unknown id is an UnknownListingError that names the nearest."""
    if listing_id in catalog.positions:
        return catalog.positions[listing_id]
    from rapidfuzz import process

    near = [str(match[0]) for match in process.extract(listing_id, catalog.ids.tolist(), limit=3, score_cutoff=60)]
    raise UnknownListingError(
        "audit.no_such_listing" if near else "audit.no_such_listing_at_all", id=listing_id, nearest=", ".join(near)
    )


def _same_seller(candidates: Candidates, pack: RulePack, catalog: Catalog) -> Candidates:
    """Leave out pairs of listings whose shops the pack takes for different sellers."""
    seller = pack.number_sellers(catalog.column("shop").tolist())
    if seller is None:
        return candidates
    same = seller[candidates.left] == seller[candidates.right]
    return replace(candidates, left=candidates.left[same], right=candidates.right[same])


def _read(source: Source, images: str | Path | None) -> Catalog:
    return source if isinstance(source, Catalog) else read_catalog(source, images=images)


def _read_drafts(draft: object, base: Catalog, images: str | Path | None) -> Catalog:
    if isinstance(draft, list | tuple) and all(isinstance(d, Listing) for d in draft):
        return make_catalog(draft, image_root=base.image_root)
    if isinstance(draft, Listing | Mapping):
        return make_catalog(read_listing(draft), image_root=base.image_root)
    if isinstance(draft, str | Path):
        return read_catalog(draft, images=images)
    raise CatalogError("catalog.bad_draft", came=type(draft).__name__)


def _measure_catalog(
    catalog: Catalog, jobs: int, cache: str | Path | None, progress: Progress | None
) -> tuple[Features, tuple[Problem, ...]]:
    folder = Path(cache) if cache is not None else default_cache()
    photos: Photos
    photos, problems = read_photos(catalog, cache=folder, jobs=jobs, progress=_stage(progress, "audit.stage_photos"))
    return make_features(catalog, photos, jobs=jobs, progress=_stage(progress, "audit.stage_features")), problems


def default_cache() -> Path:
    """Return the folder where photo fingerprints are kept: ``DUPCHECK_CACHE``, or the user's cache folder."""
    chosen = os.environ.get("DUPCHECK_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("dupcheck", appauthor=False))


def _stage(progress: Progress | None, stage: str) -> Callable[[int, int], None] | None:
    if progress is None:
        return None
    tell = progress
    return lambda done, total: tell(stage, done, total)


def _tell(progress: Progress | None, stage: str, done: int, total: int) -> None:
    if progress is not None:
        progress(stage, done, total)
