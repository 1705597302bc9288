"""Pairs → findings: which pairs a rule catches, how strongly, and why. Numbers first, words last."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

import numpy as np

from dupcheck.features import Features
from dupcheck.index.candidates import Candidates
from dupcheck.judging.differences import contradict
from dupcheck.judging.sentences import join_sentences
from dupcheck.messages import Lang, say
from dupcheck.model import BoolArray, Condition, FloatArray, IntArray, Verdict
from dupcheck.rules import Rule, RulePack
from dupcheck.signals import SIGNALS, get_signal
from dupcheck.signals.color import Color
from dupcheck.signals.image import Image

_CHUNK = 400_000
STRENGTH_DIGITS = 9
_NEAR = 0.75
"""How much of the way to a limit a value has to go for a pair to be worth naming as near."""
_SEEN = (Image.name, Color.name)
"""The signals that look at photos."""
_UNTOLD = 0.8
"""What a condition that cannot be told counts towards a pair's strength: less than one that holds, but a red M and a
blue L of two shops, whose prices say nothing, must not keep apart what their siblings bind together."""


@dataclass(frozen=True)
class Findings:
    """The pairs that a rule caught: ``left < right`` are listing positions, ``rule`` an index into the pack's rules.

    ``distinct`` marks pairs that a duplicate rule caught although what differs makes them different products: these
    deserve advice, not a merge. ``strength`` is 0.5 where the rule just holds and 1 where nothing could be closer.
    """

    left: IntArray
    right: IntArray
    rule: IntArray
    strength: FloatArray
    duplicate: BoolArray
    distinct: BoolArray
    signals: Mapping[str, FloatArray]

    def __len__(self) -> int:
        return len(self.left)

    def __getitem__(self, where: BoolArray | IntArray) -> "Findings":
        return Findings(
            self.left[where], self.right[where], self.rule[where], self.strength[where], self.duplicate[where],
            self.distinct[where], {name: values[where] for name, values in self.signals.items()},
        )  # fmt: skip

    @cached_property
    def duplicates(self) -> "Findings":
        """The findings whose verdict is «duplicate»."""
        return self[self.duplicate]


def measure_signals(features: Features, left: IntArray, right: IntArray) -> dict[str, FloatArray]:
    """Return every signal's values for the pairs."""
    return {signal.name: signal.measure(features, left, right) for signal in SIGNALS}


def judge_pairs(
    features: Features,
    pack: RulePack,
    candidates: Candidates,
    progress: Callable[[int, int], None] | None = None,
) -> Findings:
    """Measure every candidate pair and keep those that a rule catches; memory stays bounded by what is caught.

    A pair is found once: by the first duplicate rule that holds, else by the first advice rule.
    """

    def judge(start: int) -> Findings:
        part = slice(start, start + _CHUNK)
        return thin_advice(_judge(features, pack, candidates.left[part], candidates.right[part]))

    if len(candidates) <= _CHUNK:  # a check of a draft is over before threads have started
        if progress is not None:
            progress(len(candidates), len(candidates))
        return judge(0)
    parts = []
    from concurrent.futures import ThreadPoolExecutor  # only where there is much to do

    with ThreadPoolExecutor(max(features.jobs, 1)) as pool:  # NumPy lets go of Python's lock
        for part in pool.map(judge, range(0, len(candidates), _CHUNK)):
            parts.append(part)
            if progress is not None:
                progress(min(len(parts) * _CHUNK, len(candidates)), len(candidates))
    return thin_advice(join_findings(parts))


def thin_advice(findings: Findings) -> Findings:
    """Keep one advice pair a listing and rule, its strongest.

    A stock photo that hundreds of products share would otherwise be told once for every two of them.
    """
    kept = findings.duplicate.copy()
    advice = np.flatnonzero(~findings.duplicate)
    # what differs in the last digits only is equally strong: they change with the order in which words are added up
    strength = np.round(findings.strength[advice], STRENGTH_DIGITS)
    order = advice[np.lexsort((advice, -strength, findings.rule[advice]))]
    for ends in (findings.left, findings.right):
        width = ends.max(initial=0) + 1
        _, first = np.unique(findings.rule[order] * width + ends[order], return_index=True)
        kept[order[first]] = True
    return findings[np.flatnonzero(kept)]


def join_findings(parts: Sequence[Findings]) -> Findings:
    """Put findings behind one another; there must be at least one part."""
    return Findings(
        np.concatenate([p.left for p in parts]),
        np.concatenate([p.right for p in parts]),
        np.concatenate([p.rule for p in parts]),
        np.concatenate([p.strength for p in parts]),
        np.concatenate([p.duplicate for p in parts]),
        np.concatenate([p.distinct for p in parts]),
        {name: np.concatenate([p.signals[name] for p in parts]) for name in parts[0].signals},
    )


def find_open(features: Features, pack: RulePack, left: IntArray, right: IntArray) -> BoolArray:
    """Return which pairs some rule may catch, whatever their photos show."""
    return _may_fire(pack, _measure_unseen(features, left, right))


def _measure_unseen(features: Features, left: IntArray, right: IntArray) -> dict[str, FloatArray]:
    return {signal.name: signal.measure(features, left, right) for signal in SIGNALS if signal.name not in _SEEN}


def _may_fire(pack: RulePack, signals: Mapping[str, FloatArray]) -> BoolArray:
    caught: BoolArray = np.logical_or.reduce([rule.may_fire(signals) for rule in pack.rules])
    return caught


def _judge(features: Features, pack: RulePack, left: IntArray, right: IntArray) -> Findings:
    told = _measure_unseen(features, left, right)
    if (features.photos.main >= 0).any():  # photos that make no difference are not looked at
        worth = np.flatnonzero(_may_fire(pack, told))
        left, right = left[worth], right[worth]
        told = {name: values[worth] for name, values in told.items()}
    signals = {s.name: told[s.name] if s.name in told else s.measure(features, left, right) for s in SIGNALS}
    rule = np.full(len(left), -1, dtype=np.int64)
    in_order = sorted(range(len(pack.rules)), key=lambda r: pack.rules[r].verdict != "duplicate")
    for r in in_order:
        rule[(rule < 0) & pack.rules[r].fire(signals)] = r
    caught = np.flatnonzero(rule >= 0)
    left, right, rule = left[caught], right[caught], rule[caught]
    signals = {name: values[caught] for name, values in signals.items()}
    strict = np.array([r.verdict == "duplicate" for r in pack.rules])[rule]
    distinct = strict & contradict(features, pack, left, right, signals)
    return Findings(left, right, rule, _strength(pack, signals), strict & ~distinct, distinct, signals)


def measure_strength(
    features: Features, pack: RulePack, left: IntArray, right: IntArray
) -> tuple[FloatArray, BoolArray]:
    """Return how strongly «duplicate» rules bind each pair (0 … 1), and which pairs can never be one product."""
    strength, never = np.zeros(len(left)), np.zeros(len(left), dtype=bool)
    for start in range(0, len(left), _CHUNK):
        part = slice(start, start + _CHUNK)
        signals = measure_signals(features, left[part], right[part])
        strength[part] = _strength(pack, signals)
        never[part] = contradict(features, pack, left[part], right[part], signals)
    return strength, never


def _strength(pack: RulePack, signals: Mapping[str, FloatArray]) -> FloatArray:
    """The best alternative of any duplicate rule: ≥ 0.5 where it holds, by its margins; < 0.5 where it fails.

    Pairs that only an advice rule caught get that rule's strength in the same way.
    """
    best = np.zeros(len(next(iter(signals.values()))))
    told = {name: ~np.isnan(values) for name, values in signals.items()}
    close = {name: np.clip(_scale(name, values), 0.0, 1.0) for name, values in signals.items()}
    for rule in pack.rules:
        if rule.verdict != "duplicate":
            continue
        for way, held in zip(rule.alternatives, rule.hold(signals), strict=True):
            margin, count, shortfall = np.zeros(len(best)), np.zeros(len(best)), np.ones(len(best))
            for limit in way.limits:
                if not limit.asks_for_closeness:
                    shortfall[~np.logical_or(*limit.hold(signals[limit.signal]))] = 0.0
                    continue
                known, near = told[limit.signal], close[limit.signal]
                at_limit = min(max(float(_scale(limit.signal, limit.limit)), 0.0), 1.0)
                margin += np.where(known, np.clip((near - at_limit) / max(1.0 - at_limit, 1e-9), 0.0, 1.0), 0.0)
                count += known
                short = np.where(known, near / max(at_limit, 1e-9), 1.0 if limit.missing == "skip" else _UNTOLD)
                shortfall = np.minimum(shortfall, short)
            margin = np.divide(margin, count, out=np.zeros(len(best)), where=(count > 0) & (not way.weak))
            short = (0.0 if way.weak else 0.49) * np.clip(shortfall, 0.0, 1.0) * (count > 0)
            best = np.maximum(best, np.where(held, 0.5 + 0.5 * margin, short))
    return best


@overload
def _scale(signal: str, value: FloatArray) -> FloatArray: ...
@overload
def _scale(signal: str, value: float) -> float: ...
def _scale(signal: str, value: FloatArray | float) -> FloatArray | float:
    """A signal's values on one scale: 1 = its best, 0 = its worst."""
    known = get_signal(signal)
    return (value - known.worst) / (known.best - known.worst)


# --- words: only for pairs that were caught or asked for ---------------------------------------------------------


def choose_clauses(rule: Rule, signals: Mapping[str, FloatArray]) -> IntArray:
    """Return for each pair which alternative of ``rule`` is met, or comes nearest to it: the most conditions held.

    A weak one is the reason only where no other is met.
    """
    scores = []
    for way in rule.alternatives:
        states = [limit.hold(signals[limit.signal]) for limit in way.limits]
        held = np.sum([h for h, _ in states], axis=0)
        whole = np.all([h | s for h, s in states], axis=0) & (held > 0)
        scores.append(whole + np.where(whole & way.weak, 0.0, held / (len(way.limits) + 1)))
    best: IntArray = np.argmax(np.stack(scores), axis=0).astype(np.int64)
    return best


def judge_conditions(rule: Rule, signals: Mapping[str, float]) -> tuple[Condition, ...]:
    """Return each condition of the alternative of ``rule`` that is met, or comes nearest to it."""
    (clause,) = choose_clauses(rule, {name: np.array([value]) for name, value in signals.items()})
    return judge_clause(rule, int(clause), signals)


def judge_clause(rule: Rule, clause: int, signals: Mapping[str, float]) -> tuple[Condition, ...]:
    """Return each condition of one alternative of ``rule``, held or not."""
    return tuple(limit.judge(signals[limit.signal]) for limit in rule.when[clause])


def find_nearest_rule(pack: RulePack, signals: Mapping[str, float]) -> tuple[Rule, tuple[Condition, ...]] | None:
    """Return the duplicate rule that a pair comes nearest to, and each condition of the alternative by which it does.

    What cannot be told is further off than a miss, and of as many misses the narrower ones are nearer. None where no
    alternative could hold by being closer.
    """
    judged = [
        (rule, judge_clause(rule, k, signals))
        for rule in pack.rules
        if rule.verdict == "duplicate"
        for k, clause in enumerate(rule.when)
        if all(x.asks_for_closeness or x.judge(signals[x.signal]).state != "failed" for x in clause)
    ]

    def lack(conditions: Sequence[Condition]) -> tuple[int, int, float]:
        failed = [c for c in conditions if c.state == "failed"]
        return sum(math.isnan(c.value) for c in failed), len(failed), -min(map(_reach, failed), default=1.0)

    return min(judged, key=lambda r: lack(r[1]), default=None)


def is_near(conditions: Sequence[Condition]) -> bool:
    """Whether titles are alike enough, or all that failed did so by little. What cannot be told is not near."""
    if any(c.signal == "title" and c.state == "held" for c in conditions):
        return True
    return all(_reach(c) >= _NEAR for c in conditions if c.state == "failed")


def _reach(condition: Condition) -> float:
    """How much of the way from a signal's worst value to the limit a pair goes: 1 is there, 0 what cannot be told."""
    if math.isnan(condition.value):
        return 0.0
    worst = get_signal(condition.signal).worst
    return (condition.value - worst) / (condition.limit - worst or 1.0)


def explain_finding(
    rule: Rule, verdict: Verdict, evidence: Sequence[str], differs: str, photos: str = "", untold: str = "",
    learned: str = "", lang: Lang = "en",
) -> str:  # fmt: skip
    """Return one finding in sentences: what was measured by the conditions that held, what was not compared, what the
    two differ in, how their photos relate, and what was learned of them ("" where nothing is to be said of that).
    """
    told = say("verdicts.and", lang).join(evidence)
    if verdict == "duplicate":
        first = say("verdicts.finding", lang, code=rule.code, evidence=told)
    elif rule.verdict == "advice":
        first = say("verdicts.finding_advice", lang, code=rule.code, summary=rule.summary.say(lang), evidence=told)
    else:
        first = say("verdicts.finding_distinct", lang, code=rule.code, evidence=told)
    photo = say("verdicts.photo", lang, what=photos) if photos else ""
    last = say("verdicts.tell_apart", lang) if verdict != rule.verdict else ""
    return join_sentences([first, untold, photo, differs, learned, last], lang)
