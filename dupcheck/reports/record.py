"""An audit as one plain dict (``audit.json``, format 1): what every report is made from."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from dupcheck.catalog.values import parse_attributes
from dupcheck.decisions import Settled, mark_contents
from dupcheck.features import Features
from dupcheck.index.candidates import Candidates
from dupcheck.judging.alignment import find_aligner
from dupcheck.judging.differences import list_differences, show_sides
from dupcheck.judging.sentences import (
    list_steps,
    say_condition,
    say_differences,
    say_measured,
    say_uncompared,
    say_weighed,
)
from dupcheck.judging.spellings import Spellings
from dupcheck.judging.verdicts import Findings, choose_clauses, explain_finding
from dupcheck.messages import Lang, Message, message
from dupcheck.model import BoolArray, Catalog, Difference, FloatArray, Group, IntArray, Plan, Problem, Verdict
from dupcheck.photos.descriptions import describe_pairs
from dupcheck.photos.files import is_address
from dupcheck.photos.verification import COMPARABLE, SAME
from dupcheck.plans import count_risk
from dupcheck.reports.documents import Listings, Rows, SettledAudit, pick_groups, settle_value
from dupcheck.rules import Limit, RulePack
from dupcheck.signals import SIGNALS
from dupcheck.signals.image import find_nearest

T = TypeVar("T")

FORMAT = 1
_SHOWN_TEXTS = ("title", "currency", "category", "shop", "main_image", "url", "sku_code", "created")
_SHOWN_NUMBERS = ("price", "sales", "reviews", "min_order_quantity")
_SHOWN = (*_SHOWN_TEXTS, *_SHOWN_NUMBERS)
_ACCOUNT = ("rows", "listings", "joined", "skus", "told")
"""What became of rows: each began a listing, joined one (as one of its SKUs, or as another part), or was told."""
_BATCH = 20_000
_LIBRARIES = ("dupcheck", "ImageHash", "Pillow", "rapidfuzz", "scikit-learn", "numpy", "pandas")


class Aligned:
    """The titles of some pairs, given by their ids, word by word as ``why`` shows them: of more it would take longer
    than all the rest of a report.
    """

    def __init__(self, catalog: Catalog, features: Features, pairs: Collection[tuple[str, str]], lang: Lang) -> None:
        self.pairs = pairs
        self._titles, self._places, self._lang = catalog.column("title"), catalog.positions, lang
        self._aligner = find_aligner(features.statistics)

    def mark(self, left: str, right: str) -> list[str]:
        """Return both titles of a pair with their marks."""
        a, b = (self._titles[self._places[i]] for i in (left, right))
        return list(self._aligner.mark(a, b, self._lang))


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
    settled: Settled | None = None,
) -> SettledAudit:
    """Return the whole result of an audit in words and numbers; NaN never appears, it is None.

    Pairs, plans and listings are made as they are read; :func:`complete_record` makes a plain dict of it all.
    ``settled`` is what the seller has decided; None: nobody asked.
    """
    group_rows = [describe_group(group, plan, lang) for group, plan in zip(groups, plans, strict=True)]
    weakest = {(g["weakest"]["listing_a"], g["weakest"]["listing_b"]) for g in pick_groups(group_rows)}
    caught = np.zeros(len(catalog), dtype=bool)
    caught[findings.left] = caught[findings.right] = True
    involved = set(catalog.ids[caught].tolist())
    involved.update(i for plan in (*plans, *advice) for i in (plan.keep, *plan.concerned))
    duplicates = findings.duplicates
    by_rule = Counter(findings.rule.tolist())
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
            "unused": list(dict.fromkeys(header for table in catalog.tables for header in table.unused)),
            "rows": {name: sum(getattr(table, name) for table in catalog.tables) for name in _ACCOUNT},
            "tables": [
                {
                    "file": table.path.replace("\\", "/").rsplit("/", 1)[-1],
                    **{name: getattr(table, name) for name in ("sheet", "format", "encoding", "delimiter")},
                    "unused": list(table.unused),
                    **{name: getattr(table, name) for name in _ACCOUNT},
                }
                for table in catalog.tables
            ],
        },
        "counts": {
            "listings": len(catalog),
            "flagged": len(np.unique(np.concatenate([duplicates.left, duplicates.right]))),
            "pairs": len(findings),
            "pairs_by_rule": dict(sorted((pack.rules[r].code, n) for r, n in by_rule.items())),
            "groups": len(group_rows),
            "grouped": len({member["listing_id"] for group in group_rows for member in group["members"]}),
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
        "unchecked": list_unchecked(catalog, features, pack, lang),
        "problems": list_problems(problems, lang),
    }
    if settled is not None:
        record["decisions"] = settled.as_dict()
    plain = settle_value(record)
    # What there is most of comes from the catalogue, whose texts are clean, and is plain as it is made.
    return SettledAudit(
        {name: plain[name] for name in plain if name != "problems"}
        | {
            "listings": _Listings(catalog, sorted(involved)),
            "pairs": _pair_rows(catalog, features, pack, findings, lang, Aligned(catalog, features, weakest, lang)),
            "groups": group_rows,
            "plans": _plan_rows(catalog, plans, lang),
            "advice": _plan_rows(catalog, advice, lang),
            "problems": plain["problems"],
        }
    )


def list_unchecked(catalog: Catalog, features: Features, pack: RulePack, lang: Lang) -> list[dict[str, Any]]:
    """Return which rules were not held against every listing because they need photos that nobody could look at.

    Empty where every listing has a photo that was looked at, or no rule needs one.
    """
    needing = [
        rule.code
        for rule in pack.rules
        if rule.verdict == "duplicate"
        and all(any(x.signal == "image" and x.missing == "fail" for x in clause) for clause in rule.when)
    ]
    photos = features.photos
    seen = photos.main >= 0
    seen[seen] = photos.usable[photos.main[seen]]
    pictured = int(seen.sum())
    if not needing or pictured == len(catalog) or not len(catalog):
        return []
    named = catalog.column("main_image")[~seen]
    remote = any(is_address(name) for name in named.tolist())
    cure = "fetch" if remote else "folder" if any(named.tolist()) else "column"
    key = "none" if not pictured else "some"
    text = message(
        f"report.unchecked_{key}", rules=", ".join(needing), seen=pictured, of=len(catalog),
        cure=message(f"report.unchecked_{cure}"),
    )  # fmt: skip
    return [{"rules": needing, "pictured": pictured, "listings": len(catalog), "text": text.say(lang)}]


def complete_record(record: SettledAudit) -> SettledAudit:
    """Return a record as one plain dict of dicts and lists, with nothing left to be made."""
    return SettledAudit(settle_value(dict(record)))


def list_versions() -> dict[str, str]:
    """Return the versions of dupcheck, Python and the libraries whose release can change a result."""
    return dict(_read_versions())


@lru_cache(maxsize=1)
def _read_versions() -> tuple[tuple[str, str], ...]:
    """Read what is installed once: it stays what it is while the program runs."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = [("python", platform.python_version())]
    for name in _LIBRARIES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            found.append((name, ""))
    return tuple(found)


def describe_pack(pack: RulePack, lang: Lang) -> dict[str, Any]:
    """Return the rule pack in words: names, reasons, limits, sources."""
    return {
        "pack": pack.name,
        "title": pack.title.say(lang),
        "note": pack.note.say(lang),
        "set": list(pack.changes),
        "changed": [change.say(lang) for change in pack.changed],
        "sources": [{"text": s.text, "date": s.date} for s in pack.sources],
        "penalty": pack.penalty.say_all(lang),
        "offers": pack.merge.offers,
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
                "ways": [{"name": way.name, "summary": way.summary.say(lang)} for way in rule.alternatives],
            }
            for rule in pack.rules
        ],
    }


def list_pairs(
    catalog: Catalog, features: Features, pack: RulePack, findings: Findings, lang: Lang, aligned: Aligned | None = None
) -> Iterator[dict[str, Any]]:
    """Give each finding as a dict: its rule, what differs, every signal, every condition, one sentence; and of those
    that ``aligned`` names, both titles word by word.

    Parts that several pairs have in common are one object in all of them.
    """
    for start in range(0, len(findings), _BATCH):
        found = findings[np.arange(start, min(start + _BATCH, len(findings)))]
        yield from _describe_pairs(catalog, features, pack, found, lang, aligned)


def _pair_rows(
    catalog: Catalog, features: Features, pack: RulePack, findings: Findings, lang: Lang, aligned: Aligned
) -> Rows:
    """The findings, sorted by their listings' ids and rule."""
    _, rank = np.unique(features.ids, return_inverse=True)
    codes = [rule.code for rule in pack.rules]
    place = np.array([sorted(codes).index(code) for code in codes])
    order = np.lexsort((place[findings.rule], rank[findings.right], rank[findings.left]))

    def list_ends() -> Iterable[tuple[str, ...]]:
        ends = (features.ids[side[order]].tolist() for side in (findings.left, findings.right))
        return zip(*ends, (codes[r] for r in findings.rule[order].tolist()), strict=True)

    def describe(where: IntArray) -> Iterator[dict[str, Any]]:
        return list_pairs(catalog, features, pack, findings[order[where]], lang, aligned)

    return Rows(len(order), describe, list_ends)


def _plan_rows(catalog: Catalog, plans: Sequence[Plan], lang: Lang) -> Rows:
    marks: dict[str, str] = {}  # of plans several files are made

    def describe(where: IntArray) -> Iterator[dict[str, object]]:
        some = [plans[k] for k in where.tolist()]
        marks.update(mark_contents(catalog, {i for plan in some for i in _list_marked(plan)} - marks.keys()))
        for plan in some:
            own = {i: marks[i] for i in _list_marked(plan) if i in marks}
            yield describe_plan(catalog, plan, lang, own)

    return Rows(len(plans), describe, lambda: ((plan.group_id,) for plan in plans))


def describe_plan(
    catalog: Catalog, plan: Plan, lang: Lang, marks: Mapping[str, str] | None = None
) -> dict[str, object]:
    """Return a plan with a mark of each listing as it is now, so that it is not carried out once one has changed.

    ``marks`` are these where they are known.
    """
    return {**plan.as_dict(lang), "contents": mark_contents(catalog, _list_marked(plan)) if marks is None else marks}


def _list_marked(plan: Plan) -> tuple[str, ...]:
    return plan.keep, *plan.listings


def _describe_pairs(
    catalog: Catalog, features: Features, pack: RulePack, found: Findings, lang: Lang, aligned: Aligned | None
) -> Iterator[dict[str, Any]]:
    """The words of a batch of findings: each is made once for all pairs of which it is true."""
    which, answers = list_differences(features, found.left, found.right)
    spellings = Spellings(catalog)
    tell = lru_cache(maxsize=None)(lambda spelt: (list_sides(spelt, lang), say_differences(spelt, lang)))
    told = [
        tell(spellings.spell(answers[d], a, b))
        for d, a, b in zip(which.tolist(), found.left.tolist(), found.right.tolist(), strict=True)
    ]
    rounded = (_spread(found.signals[s.name], lambda v: None if math.isnan(v) else round(v, 4)) for s in SIGNALS)
    names = [s.name for s in SIGNALS]
    photos = {k: text.say(lang) for k, text in describe_photos(features, found.left, found.right).items()}
    priced = state_prices(features, found.left, found.right).tolist()
    weighed = [] if features.learned is None else features.learned.weigh(found.left, found.right)
    for k, (left, right, code, duplicate, (differs, text), conditions, values) in enumerate(
        zip(
            features.ids[found.left].tolist(), features.ids[found.right].tolist(), found.rule.tolist(),
            found.duplicate.tolist(), told, _judge_batch(pack, found, lang), zip(*rounded, strict=True),
            strict=True,
        )
    ):  # fmt: skip
        signals = dict(zip(names, values, strict=True))
        rule, verdict = pack.rules[code], _VERDICTS[duplicate]
        evidence = [text for _, text in conditions if text]
        yield {
            "listing_a": left,
            "listing_b": right,
            "rule": rule.code,
            "verdict": verdict,
            "differs_in": differs,
            "signals": signals,
            "conditions": [condition for condition, _ in conditions],
            **({"titles": aligned.mark(left, right)} if aligned is not None and (left, right) in aligned.pairs else {}),
            **({"weighed": list_steps(weighed[k], lang)} if weighed else {}),
            "explanation": explain_finding(
                rule, verdict, evidence, text, photos.get(k, ""), say_uncompared(signals, priced[k], lang),
                say_weighed(weighed[k], lang) if weighed else "", lang,
            ),
        }  # fmt: skip


def list_sides(differences: Sequence[Difference], lang: Lang) -> list[dict[str, Any]]:
    """What two listings differ in: canonical values (``a``, ``b``), and both as people read them (``shown``)."""
    rows: list[dict[str, Any]] = []
    for d in differences:
        sides = zip(show_sides(d, lang), (d.left, d.right), strict=True)
        shown = [text if value or d.axis == "tier" else "" for text, value in sides]
        rows.append({"axis": d.axis, "a": d.left, "b": d.right, "shown": shown})
    return rows


def state_prices(features: Features, left: IntArray, right: IntArray) -> BoolArray:
    """Return whether both listings of each pair state a price, in one currency."""
    priced = ~np.isnan(features.price_low)
    both: BoolArray = priced[left] & priced[right] & (features.currency[left] == features.currency[right])
    return both


_VERDICTS: tuple[Verdict, Verdict] = ("advice", "duplicate")
_Judged = tuple[dict[str, Any], str]  # a condition, and its evidence where it held


def _judge_batch(pack: RulePack, found: Findings, lang: Lang) -> list[tuple[_Judged, ...]]:
    """The conditions of each finding: those of the alternative of its rule that is met or comes nearest."""
    judged: list[tuple[_Judged, ...]] = [()] * len(found)
    for r, rule in enumerate(pack.rules):
        at = np.flatnonzero(found.rule == r)
        chosen = choose_clauses(rule, {name: values[at] for name, values in found.signals.items()})
        for c, clause in enumerate(rule.when):
            mine = at[chosen == c]
            columns = [
                _spread(found.signals[x.signal][mine], lambda v, x=x: _judge(x, v, lang))  # type: ignore[misc]
                for x in clause
            ]
            for k, conditions in zip(mine.tolist(), zip(*columns, strict=True), strict=True):
                judged[k] = conditions
    return judged


def _judge(limit: Limit, value: float, lang: Lang) -> _Judged:
    told = limit.judge(value)
    condition = {
        "signal": told.signal,
        "side": told.side,
        "limit": told.limit,
        "value": None if math.isnan(value) else round(value, 4),
        "state": told.state,
        "text": say_condition(told, lang),
    }
    shown = told.state == "held" and told.signal != "facts"  # how much is known is no evidence
    return condition, say_measured(told.signal, told.value, lang) if shown else ""


def _spread(values: FloatArray, make: Callable[[float], T]) -> list[T]:
    """Return what ``make`` makes of each value, made once for equal ones."""
    distinct, which = np.unique(values + 0.0, return_inverse=True)  # no negative zeros
    made = [make(value) for value in distinct.tolist()]
    return [made[k] for k in which.tolist()]


def describe_photos(features: Features, found_left: IntArray, found_right: IntArray) -> dict[int, Message]:
    """Say of pairs whose photos show one thing, but not in one way, what was done to the photo, and where it is not
    both main photos that do; nothing of other pairs.
    """
    bits, _, _ = find_nearest(features.photos, found_left, found_right)
    near = np.flatnonzero(bits <= COMPARABLE)
    photos, left, right = features.photos, found_left[near], found_right[near]
    _, first, second = find_nearest(photos, left, right)
    pairs, place = np.unique(np.stack([first, second], axis=1), axis=0, return_inverse=True)
    altered = pairs[:, 0] != pairs[:, 1]
    said: dict[int, Message] = dict(
        zip(np.flatnonzero(altered).tolist(), describe_pairs(photos, *pairs[altered].T), strict=True)
    )
    told = {}
    for k, p, a, b, same_a, same_b in zip(
        near.tolist(), place.ravel().tolist(), left.tolist(), right.tolist(), (first == photos.main[left]).tolist(),
        (second == photos.main[right]).tolist(), strict=True,
    ):  # fmt: skip
        text = said.get(p)
        if text is not None and text.key not in ("photos.same_but", "photos.same_view"):
            text = None
        if not (same_a and same_b) and bits[k] <= SAME:
            main, other = (features.ids[x] for x in ((a, b) if same_a else (b, a)))
            where = message("photos.further", main=main, other=other)
            text = where if text is None else message("photos.and_note", first=where, second=text)
        if text is not None:
            told[k] = text
    return told


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


def describe_group(group: Group, plan: Plan, lang: Lang) -> dict[str, Any]:
    """Return a group with its members' roles, as ``audit.json`` holds it."""
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


class _Listings(Listings):
    """What the reports show of each listing, by its id, made as it is read."""

    def __init__(self, catalog: Catalog, ids: Sequence[str]) -> None:
        self._catalog = catalog
        self._places = {i: catalog.positions[i] for i in ids}
        self._parse = lru_cache(maxsize=50_000)(parse_attributes)

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __contains__(self, listing_id: object) -> bool:
        return listing_id in self._places

    def __getitem__(self, listing_id: str) -> Mapping[str, Any]:
        shown = dict(zip(_SHOWN, self.pick(listing_id, _SHOWN), strict=True))
        shown["attributes"] = self._parse(self._catalog.columns["attributes"][self._places[listing_id]])
        return shown

    def pick(self, listing_id: str, names: Sequence[str]) -> tuple[Any, ...]:
        k, columns = self._places[listing_id], self._catalog.columns
        return tuple(
            [_settle_number(columns[name][k]) if name in _SHOWN_NUMBERS else columns[name][k] for name in names]
        )


def _settle_number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
