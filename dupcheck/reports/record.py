"""An audit as one plain dict (``audit.json``, format 1): what every report is made from."""

import math
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from dupcheck.candidates import Candidates
from dupcheck.catalog.values import parse_attributes
from dupcheck.differences import find_differences
from dupcheck.features import Features
from dupcheck.model import Catalog, Group, Plan, Problem, Verdict
from dupcheck.photos.descriptions import describe_pairs
from dupcheck.photos.verification import COMPARABLE
from dupcheck.plans import count_risk
from dupcheck.reports.documents import SettledAudit, settle_audit
from dupcheck.rules import Rule, RulePack
from dupcheck.signals import SIGNALS
from dupcheck.signals.image import find_nearest
from dupcheck.verdicts import Findings, choose_clauses, explain_condition, explain_finding, judge_clause
from dupcheck.words import Lang, Message

FORMAT = 1
_SHOWN_TEXTS = ("title", "currency", "category", "shop", "main_image", "url", "sku_code", "created")
_SHOWN_NUMBERS = ("price", "sales", "reviews", "min_order_quantity")
_LIBRARIES = ("dupcheck", "ImageHash", "Pillow", "rapidfuzz", "scikit-learn", "numpy", "pandas")


def make_record(
    catalog: Catalog,
    features: Features,
    pack: RulePack,
    candidates: Candidates,
    findings: Findings,
    groups: Sequence[Group],
    plans: Sequence[Plan],
    advice: Sequence[Plan],
    problems: Sequence[Problem],
    settings: Mapping[str, object],
    lang: Lang,
) -> SettledAudit:
    """Return the whole result of an audit in words and numbers; NaN never appears, it is None."""
    pairs = list_pairs(features, pack, findings, lang)
    group_rows = [_group_row(group, plan, lang) for group, plan in zip(groups, plans, strict=True)]
    involved = {i for pair in pairs for i in (pair["listing_a"], pair["listing_b"])}
    involved.update(i for plan in (*plans, *advice) for i in (plan.keep, *plan.listings))
    positions = sorted(catalog.positions[i] for i in involved)
    duplicates = findings.duplicates
    record = {
        "format": FORMAT,
        "lang": lang,
        "versions": list_versions(),
        "rules": describe_pack(pack, lang),
        "settings": dict(settings),
        "catalog": {
            "files": [source.replace("\\", "/").rsplit("/", 1)[-1] for source in catalog.sources],
            "listings": len(catalog),
            "skus": catalog.count_skus(),
            "photos": len(features.photos),
            "image_root": None if catalog.image_root is None else str(catalog.image_root),
            "mapping": dict(catalog.mapping),
        },
        "counts": {
            "listings": len(catalog),
            "flagged": len(set(duplicates.left.tolist()) | set(duplicates.right.tolist())),
            "pairs": len(findings),
            "pairs_by_rule": dict(sorted(Counter(p["rule"] for p in pairs).items())),
            "groups": len(group_rows),
            "groups_by_action": dict(sorted(Counter(plan.action for plan in plans).items())),
            **count_risk(catalog, pack, groups, plans, advice),
            "problems": len(problems),
            "problems_by_severity": {s: sum(p.severity == s for p in problems) for s in ("error", "warning", "info")},
        },
        "candidates": {
            "pairs": len(candidates),
            "proposed_by": dict(candidates.proposed_by),
            "may_miss": " ".join(m.say(lang) for m in candidates.may_miss),
        },
        "listings": _listing_rows(catalog, positions),
        "pairs": [],
        "groups": group_rows,
        "plans": [plan.as_dict(lang) for plan in plans],
        "advice": [plan.as_dict(lang) for plan in advice],
        "problems": list_problems(problems, lang),
    }
    settled = settle_audit(record)
    # The pairs are by far the most, and plain as they were made: they are only put in order.
    settled["pairs"] = sorted(pairs, key=lambda pair: (pair["listing_a"], pair["listing_b"], pair["rule"]))
    return settled


def list_versions() -> dict[str, str]:
    """Return the versions of dupcheck, Python and the libraries whose release can change a result."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def describe_pack(pack: RulePack, lang: Lang) -> dict[str, Any]:
    """Return the rule pack in words: names, reasons, limits, sources."""
    return {
        "pack": pack.name,
        "title": pack.title.say(lang),
        "note": pack.note.say(lang),
        "set": list(pack.changes),
        "sources": [{"text": s.text, "date": s.date} for s in pack.sources],
        "penalty": pack.penalty.say_all(lang),
        "rules": [
            {
                "code": rule.code,
                "name": rule.name,
                "verdict": rule.verdict,
                "summary": rule.summary.say(lang),
                "why": rule.why.say(lang),
                "mistakes": rule.mistakes.say(lang),
                "when": [
                    [{"signal": x.signal, "side": x.side, "limit": x.limit, "missing": x.missing} for x in clause]
                    for clause in rule.when
                ],
            }
            for rule in pack.rules
        ],
    }


def list_pairs(features: Features, pack: RulePack, findings: Findings, lang: Lang) -> list[dict[str, Any]]:
    """Return each finding as a dict: its rule, what differs, every signal, every condition, one sentence."""
    columns = {name: values.tolist() for name, values in findings.signals.items()}
    said: dict[tuple[int, str, float], str] = {}
    chosen = np.zeros(len(findings), dtype=np.int64)
    for r in range(len(pack.rules)):
        at = np.flatnonzero(findings.rule == r)
        chosen[at] = choose_clauses(pack.rules[r], {name: values[at] for name, values in findings.signals.items()})
    clauses = chosen.tolist()
    photos = _describe_photos(features, findings)
    rows = []
    for k, (left, right, code) in enumerate(
        zip(findings.left.tolist(), findings.right.tolist(), findings.rule.tolist(), strict=True)
    ):
        rule: Rule = pack.rules[code]
        signals = {s.name: columns[s.name][k] for s in SIGNALS}
        conditions = judge_clause(rule, clauses[k], signals)
        differences = find_differences(features, left, right)
        verdict: Verdict = "duplicate" if findings.duplicate[k] else "advice"
        texts = []
        for c in conditions:
            key = (code, c.signal, c.value)
            if key not in said:
                said[key] = explain_condition(c, lang)
            texts.append(said[key])
        rows.append(
            {
                "listing_a": str(features.ids[left]),
                "listing_b": str(features.ids[right]),
                "rule": rule.code,
                "verdict": verdict,
                "differs_in": [{"axis": d.axis, "a": d.left, "b": d.right} for d in differences],
                "signals": {name: None if math.isnan(v) else round(v, 4) for name, v in signals.items()},
                "conditions": [
                    {
                        "signal": c.signal,
                        "side": c.side,
                        "limit": c.limit,
                        "value": None if math.isnan(c.value) else round(c.value, 4),
                        "state": c.state,
                        "text": text,
                    }
                    for c, text in zip(conditions, texts, strict=True)
                ],
                "explanation": explain_finding(rule, verdict, conditions, differences, lang, photos.get(k)),
            }
        )
    return rows


def _describe_photos(features: Features, findings: Findings) -> dict[int, Message]:
    """Say of the findings whose photos show one thing, but not in one way, what was done to the photo."""
    near = np.flatnonzero(findings.signals["image"] <= COMPARABLE)
    _, first, second = find_nearest(features.photos, findings.left[near], findings.right[near])
    other = first != second
    near, first, second = near[other], first[other], second[other]
    pairs, place = np.unique(np.stack([first, second], axis=1), axis=0, return_inverse=True)
    said = describe_pairs(features.photos, pairs[:, 0], pairs[:, 1])
    told = {k: said[p] for k, p in zip(near.tolist(), place.ravel().tolist(), strict=True)}
    return {k: text for k, text in told.items() if text.key in ("photos.same_but", "photos.same_view")}


def list_problems(problems: Sequence[Problem], lang: Lang) -> list[dict[str, Any]]:
    """Return the problems as rows of ``problems.csv``."""
    return [
        {
            "row": p.row,
            "listing_id": p.listing_id,
            "field": p.field,
            "severity": p.severity,
            "message": p.text.say(lang),
        }
        for p in problems
    ]


def _group_row(group: Group, plan: Plan, lang: Lang) -> dict[str, Any]:
    return {
        "group_id": group.group_id,
        "verdict": group.verdict,
        "action": plan.action,
        "rules": list(group.rules),
        "keep": plan.keep,
        "weakest": {
            "listing_a": group.weakest[0],
            "listing_b": group.weakest[1],
            "rule": group.weakest_rule,
            "strength": round(group.strength, 4),
        },
        "members": [
            {
                "listing_id": m.listing_id,
                "role": m.role,
                "rule": m.rule,
                "options": dict(m.options),
                "explanation": m.explanation.say(lang),
            }
            for m in plan.members
        ],
    }


def _listing_rows(catalog: Catalog, positions: Sequence[int]) -> dict[str, dict[str, Any]]:
    """What the reports show of each listing, by its id."""
    rows = np.array(positions, dtype=np.int64)
    columns = {
        name: catalog.columns[name][rows].tolist()
        for name in ("listing_id", "attributes", *_SHOWN_TEXTS, *_SHOWN_NUMBERS)
    }
    return {
        listing_id: {
            **{name: columns[name][k] for name in _SHOWN_TEXTS},
            **{name: None if math.isnan(columns[name][k]) else columns[name][k] for name in _SHOWN_NUMBERS},
            "attributes": parse_attributes(columns["attributes"][k]),
        }
        for k, listing_id in enumerate(columns["listing_id"])
    }
