"""Rule packs: one marketplace's policy as data, read from TOML, explained, and held against measured pairs.

A pack file holds ``[[rule]]``, ``[[exception]]``, ``[merge]``, ``[keep]`` and ``[penalty]``; its shape is shown in
``rules/aliexpress.toml``. A condition is a limit on a signal in the signal's own unit; a rule fires when every
condition of one of its ``when`` alternatives holds. A condition on something that cannot be told fails, unless it
says ``missing = "skip"``; with ``missing = "only"`` and no limit it asks for just that: that nothing is known. An
alternative all of whose conditions were skipped does not hold.
"""

import difflib
import math
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from dupcheck.errors import RulesError
from dupcheck.model import BoolArray, Condition, FloatArray, Verdict
from dupcheck.signals import SIGNALS, get_signal
from dupcheck.words import LANGS, Lang, Message, message

Side = Literal["min", "max"]
Missing = Literal["fail", "skip", "only"]
KEEP_KEYS = ("sales", "reviews", "created", "completeness", "stock", "price")


@dataclass(frozen=True, slots=True)
class Words:
    """A text in every language."""

    by_lang: Mapping[str, Any] = field(default_factory=dict)

    def say(self, lang: Lang) -> str:
        """Return the text in ``lang``, or in English where the pack has no other."""
        return str(self.by_lang.get(lang) or self.by_lang.get("en") or "")

    def say_all(self, lang: Lang) -> list[str]:
        """Return a list of texts in ``lang``."""
        return [str(t) for t in self.by_lang.get(lang) or self.by_lang.get("en") or []]


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on one signal, in the signal's unit."""

    signal: str
    side: Side
    limit: float
    missing: Missing = "fail"

    def hold(self, values: FloatArray) -> tuple[BoolArray, BoolArray]:
        """Return (held, skipped) for each value; a NaN is skipped or neither, as ``missing`` says."""
        if self.missing == "only":
            return np.zeros(values.shape, dtype=bool), np.isnan(values)
        told = ~np.isnan(values)
        with np.errstate(invalid="ignore"):
            held = told & ((values <= self.limit) if self.side == "max" else (values >= self.limit))
        return held, (~told if self.missing == "skip" else np.zeros_like(told))

    def judge(self, value: float) -> Condition:
        """Return how one value stands to the limit."""
        held, skipped = self.hold(np.array([value], dtype=np.float64))
        state: Literal["held", "failed", "skipped"] = "held" if held[0] else "skipped" if skipped[0] else "failed"
        return Condition(self.signal, self.side, self.limit, value, state)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: conditions that make two listings duplicates (or deserve advice), and the reason."""

    code: str
    name: str
    verdict: Verdict
    when: tuple[tuple[Limit, ...], ...]
    summary: Words = Words()
    why: Words = Words()
    mistakes: Words = Words()
    fires: tuple[Mapping[str, float], ...] = ()
    spares: tuple[Mapping[str, float], ...] = ()

    @property
    def signals(self) -> tuple[str, ...]:
        """The names of the signals the rule looks at, each once."""
        return tuple(dict.fromkeys(limit.signal for clause in self.when for limit in clause))

    def hold(self, signals: Mapping[str, FloatArray]) -> tuple[BoolArray, ...]:
        """Return for each alternative of ``when`` which pairs it catches."""
        return tuple(_hold_clause(clause, signals) for clause in self.when)

    def fire(self, signals: Mapping[str, FloatArray]) -> BoolArray:
        """Return which pairs the rule catches."""
        caught: BoolArray = np.logical_or.reduce(self.hold(signals))
        return caught


def _hold_clause(clause: Sequence[Limit], signals: Mapping[str, FloatArray]) -> BoolArray:
    n = len(next(iter(signals.values())))
    holds, told = np.ones(n, dtype=bool), np.zeros(n, dtype=bool)
    for limit in clause:
        held, skipped = limit.hold(signals[limit.signal])
        holds &= held | skipped
        told |= held
    return holds & told


@dataclass(frozen=True, slots=True)
class RuleException:
    """Listings that differ only in these axes are allowed, up to ``allow`` of them."""

    name: str
    differ_only_in: tuple[str, ...]
    allow: int
    summary: Words = Words()


@dataclass(frozen=True, slots=True)
class MergeLimits:
    """What one listing can hold on the marketplace, and which differences forbid a merge."""

    max_axes: int = 3
    price_tiers: int = 1
    title_max: int = 128
    option_name_max: int = 20
    sku_code_max: int = 20
    price_spread_max: float = math.inf
    distinct: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a pack's policy was read, and when that page was written."""

    text: str
    date: str = ""


@dataclass(frozen=True, slots=True)
class RulePack:
    """One marketplace's rules."""

    name: str
    rules: tuple[Rule, ...]
    exceptions: tuple[RuleException, ...] = ()
    merge: MergeLimits = MergeLimits()
    keep: tuple[str, ...] = ("sales", "reviews", "created", "completeness")
    title: Words = Words()
    note: Words = Words()
    penalty: Words = Words()
    sources: tuple[Source, ...] = ()
    changes: tuple[str, ...] = ()

    @property
    def signals(self) -> tuple[str, ...]:
        """The names of the signals that any rule looks at."""
        return tuple(dict.fromkeys(name for rule in self.rules for name in rule.signals))

    def rule(self, code: str) -> Rule:
        """Return the rule ``code``; an unknown one is a RulesError that names the nearest."""
        for rule in self.rules:
            if rule.code == code:
                return rule
        raise RulesError("rules.no_such_rule", code=code, pack=self.name, codes=", ".join(r.code for r in self.rules))

    def with_limit(self, *settings: str) -> "RulePack":
        """Return the pack with limits changed, each written ``R2.title.min=85``.

        The limit must exist in the rule: every alternative that has it takes the new number. Every setting that is
        wrong is named in one RulesError.
        """
        pack, wrong = self, list[Message]()
        for setting in settings:
            try:
                pack = _change_limit(pack, setting)
            except RulesError as error:
                wrong.append(error.text)
        if wrong:
            raise RulesError("rules.bad_settings", problems=_join(wrong))
        return replace(pack, changes=self.changes + tuple(settings))

    def explain(self, code: str, lang: Lang = "en") -> str:
        """Return a rule's code, meaning, reason, limits and known mistakes as text for a person."""
        rule = self.rule(code)
        lines = [
            f"{rule.code}  {rule.name}  ({say_verdict(rule.verdict, lang)})",
            rule.summary.say(lang),
            "",
            message("rules.why", text=rule.why.say(lang)).say(lang),
            "",
            message("rules.fires_when").say(lang),
        ]
        for i, clause in enumerate(rule.when):
            if i:
                lines.append(message("rules.or").say(lang))
            lines += [f"  - {explain_limit(limit, lang)}" for limit in clause]
        lines += ["", message("rules.mistakes", text=rule.mistakes.say(lang)).say(lang), "", self.note.say(lang)]
        if self.sources:
            lines += ["", message("rules.sources").say(lang)]
            lines += [f"  - {s.text}" + (f" ({s.date})" if s.date else "") for s in self.sources]
        return "\n".join(lines)

    def run_examples(self) -> tuple[Message, ...]:
        """Run every rule's ``fires`` and ``spares`` examples; return one message for each that comes out wrong."""
        wrong = []
        for rule in self.rules:
            for wanted, examples in ((True, rule.fires), (False, rule.spares)):
                for example in examples:
                    values = {s.name: np.array([example.get(s.name, math.nan)]) for s in SIGNALS}
                    if bool(rule.fire(values)[0]) != wanted:
                        text = ", ".join(f"{k}={v:g}" for k, v in example.items())
                        key = "rules.example_must_fire" if wanted else "rules.example_must_not_fire"
                        wrong.append(message(key, code=rule.code, example=text))
        return tuple(wrong)


def say_verdict(verdict: Verdict, lang: Lang) -> str:
    """Return «duplicate» or «advice» in ``lang``."""
    return message(f"rules.verdict_{verdict}").say(lang)


def explain_limit(limit: Limit, lang: Lang = "en") -> str:
    """Return «title ≥ 80 %» in words, with what happens where it cannot be told."""
    signal = get_signal(limit.signal)
    if limit.missing == "only":
        return message("rules.must_be_unknown", signal=message(f"signals.{signal.name}")).say(lang)
    sign = "≤" if limit.side == "max" else "≥"
    text = f"{message(f'signals.{signal.name}').say(lang)} {sign} {signal.show(limit.limit, lang)}"
    return text + message("rules.if_known").say(lang) if limit.missing == "skip" else text


# --- reading -----------------------------------------------------------------------------------------------------


def packs_folder() -> Path:
    """Return the folder of the shipped packs: inside an installed package, beside it in a checkout."""
    inside = Path(__file__).parent / "rule_packs"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "rules"


def list_packs() -> tuple[str, ...]:
    """Return the names of the shipped packs."""
    return tuple(sorted(p.stem for p in packs_folder().glob("*.toml")))


def read_pack(source: str | Path | RulePack) -> RulePack:
    """Read a rule pack: a shipped one by its name, or a TOML file by its path.

    Raises RulesError naming every problem of the file at once, the nearest known word beside each unknown one.
    """
    if isinstance(source, RulePack):
        return source
    path = Path(source)
    if path.suffix != ".toml":
        path = packs_folder() / f"{source}.toml"
        if not path.is_file():
            raise RulesError("rules.no_such_pack", name=str(source), packs=", ".join(list_packs()))
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise RulesError("rules.no_such_file", path=str(path)) from None
    except OSError as error:
        raise RulesError("rules.unreadable", path=str(path), reason=error.strerror or str(error)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulesError("rules.not_toml", path=str(path), reason=str(error)) from None
    return _Reader(str(path)).read(data, path.stem)


class _Reader:
    """Turns a pack's TOML into a RulePack, gathering every problem before it complains."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.wrong: list[Message] = []

    def read(self, data: Mapping[str, Any], stem: str) -> RulePack:
        self.keys("", data, (
            "format", "name", "title", "note", "source", "rule", "exception", "merge", "keep", "penalty",
        ))  # fmt: skip
        if data.get("format") != 1:
            self.fault("rules.bad_format", came=repr(data.get("format")))
        rules = tuple(self.rule(i, r) for i, r in enumerate(self.tables("rule", data)))
        if not rules:
            self.fault("rules.no_rules")
        codes = [rule.code for rule in rules]
        for code in sorted({c for c in codes if codes.count(c) > 1}):
            self.fault("rules.code_twice", code=code)
        keep = self.table("keep", data)
        self.keys("keep", keep, ("order",))
        order = self.texts("keep.order", keep.get("order", ["sales", "reviews", "created", "completeness"]))
        for key in order:
            self.one_of("keep.order", key, KEEP_KEYS)
        penalty = self.table("penalty", data)
        self.keys("penalty", penalty, ("steps",))
        pack = RulePack(
            name=str(data.get("name", stem)),
            rules=rules,
            exceptions=tuple(self.exception(i, e) for i, e in enumerate(self.tables("exception", data))),
            merge=self.merge(self.table("merge", data)),
            keep=order,
            title=self.words("title", data),
            note=self.words("note", data),
            penalty=self.words("steps", penalty),
            sources=tuple(Source(str(s.get("text", "")), str(s.get("date", ""))) for s in self.tables("source", data)),
        )
        if self.wrong:
            raise RulesError("rules.bad_pack", path=self.path, problems=_join(self.wrong))
        return pack

    def fault(self, key: str, /, **values: object) -> None:
        self.wrong.append(message(key, **values))

    def keys(self, place: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
        for key in table:
            if key not in known:
                self.fault("rules.unknown_key", place=place or self.path, key=key, hint=_did_you_mean(key, known))

    def one_of(self, place: str, value: object, known: Sequence[str]) -> bool:
        if value in known:
            return True
        self.fault("rules.unknown_value", place=place, value=repr(value), hint=_did_you_mean(str(value), known))
        return False

    def table(self, name: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        found = data.get(name, {})
        if isinstance(found, dict):
            return found
        self.fault("rules.not_a_table", place=name)
        return {}

    def tables(self, name: str, data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        found = data.get(name, [])
        if isinstance(found, list) and all(isinstance(t, dict) for t in found):
            return found
        self.fault("rules.not_tables", place=name)
        return []

    def texts(self, place: str, value: object) -> tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            return tuple(value)
        self.fault("rules.not_a_list", place=place, came=repr(value))
        return ()

    def words(self, name: str, data: Mapping[str, Any]) -> Words:
        found = data.get(name, {})
        if isinstance(found, str):
            found = {"en": found}
        if not isinstance(found, dict):
            self.fault("rules.not_words", place=name)
            return Words()
        self.keys(name, found, LANGS)
        return Words(found)

    def number(self, place: str, value: object) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
        self.fault("rules.not_a_number", place=place, came=repr(value))
        return math.nan

    def rule(self, index: int, data: Mapping[str, Any]) -> Rule:
        code = str(data.get("code", ""))
        place = code or f"rule {index + 1}"
        self.keys(place, data, ("code", "name", "verdict", "summary", "why", "mistakes", "when", "fires", "spares"))
        if not code:
            self.fault("rules.missing_key", place=place, key="code")
        verdict = data.get("verdict", "duplicate")
        self.one_of(f"{place}.verdict", verdict, get_args(Verdict))
        when = data.get("when", [])
        clauses = [when] if isinstance(when, dict) else when
        if not clauses or not isinstance(clauses, list) or not all(isinstance(c, dict) and c for c in clauses):
            self.fault("rules.no_conditions", place=place)
            clauses = []
        return Rule(
            code=code,
            name=str(data.get("name", "")),
            verdict=verdict,
            when=tuple(tuple(self.limit(place, k, v) for k, v in clause.items()) for clause in clauses),
            summary=self.words("summary", data),
            why=self.words("why", data),
            mistakes=self.words("mistakes", data),
            fires=self.examples(f"{place}.fires", data.get("fires", [])),
            spares=self.examples(f"{place}.spares", data.get("spares", [])),
        )

    def limit(self, place: str, signal: str, data: object) -> Limit:
        where = f"{place}.{signal}"
        self.one_of(where, signal, [s.name for s in SIGNALS])
        if not isinstance(data, dict):
            self.fault("rules.not_a_limit", place=where, came=repr(data))
            return Limit(signal, "min", math.nan)
        self.keys(where, data, ("min", "max", "missing"))
        sides = [s for s in ("min", "max") if s in data]
        if data.get("missing") == "only" and not sides:
            return Limit(signal, "min", 0.0, "only")
        if len(sides) != 1:
            self.fault("rules.one_side", place=where)
            return Limit(signal, "min", math.nan)
        missing = data.get("missing", "fail")
        self.one_of(f"{where}.missing", missing, get_args(Missing))
        side: Side = "min" if sides[0] == "min" else "max"
        return Limit(signal, side, self.number(f"{where}.{side}", data[side]), missing)

    def examples(self, place: str, data: object) -> tuple[Mapping[str, float], ...]:
        if not isinstance(data, list) or not all(isinstance(e, dict) for e in data):
            self.fault("rules.not_tables", place=place)
            return ()
        for example in data:
            for name, value in example.items():
                self.one_of(place, name, [s.name for s in SIGNALS])
                self.number(f"{place}.{name}", value)
        return tuple(data)

    def exception(self, index: int, data: Mapping[str, Any]) -> RuleException:
        place = str(data.get("name") or f"exception {index + 1}")
        self.keys(place, data, ("name", "summary", "differ_only_in", "allow"))
        allow = data.get("allow")
        if not isinstance(allow, int) or isinstance(allow, bool) or allow < 1:
            self.fault("rules.bad_allow", place=place, came=repr(allow))
        axes = data.get("differ_only_in")
        if not isinstance(axes, list) or not axes or not all(isinstance(a, str) for a in axes):
            self.fault("rules.missing_key", place=place, key="differ_only_in")
            axes = []
        return RuleException(place, tuple(axes), allow if isinstance(allow, int) else 1, self.words("summary", data))

    def merge(self, data: Mapping[str, Any]) -> MergeLimits:
        names = tuple(MergeLimits.__dataclass_fields__)
        self.keys("merge", data, names)
        values: dict[str, Any] = {}
        for name, value in data.items():
            if name == "distinct":
                values[name] = self.texts("merge.distinct", value)
            elif name == "price_spread_max":
                values[name] = self.number("merge.price_spread_max", value)
            elif name in names:
                number = self.number(f"merge.{name}", value)
                values[name] = 0 if math.isnan(number) else int(number)
        return MergeLimits(**values)


def _did_you_mean(word: str, known: Iterable[str]) -> Message:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    if near:
        return message("rules.did_you_mean", word=near[0])
    return message("rules.known_are", words=", ".join(known))


@dataclass(frozen=True, slots=True)
class _Joined(Message):
    """Several messages as one: each on a line of its own."""

    parts: tuple[Message, ...] = ()

    def say(self, lang: Lang = "en") -> str:
        return "".join(f"\n  - {part.say(lang)}" for part in self.parts)


def _join(parts: Sequence[Message]) -> Message:
    return _Joined("", {}, tuple(parts))


_SETTING = re.compile(r"(?P<code>[^.=\s]+)\.(?P<signal>[^.=\s]+)\.(?P<side>min|max)\s*=\s*(?P<number>\S+)")


def _change_limit(pack: RulePack, setting: str) -> RulePack:
    match = _SETTING.fullmatch(setting.strip())
    if match is None:
        raise RulesError("rules.setting_shape", setting=setting)
    rule = pack.rule(match["code"])
    try:
        number = float(match["number"])
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise RulesError("rules.setting_number", setting=setting, came=match["number"])
    signal, side = match["signal"], match["side"]
    if signal not in rule.signals:
        raise RulesError(
            "rules.setting_signal", setting=setting, code=rule.code, signal=signal,
            hint=_did_you_mean(signal, rule.signals),
        )  # fmt: skip
    when = tuple(
        tuple(replace(x, limit=number) if (x.signal, x.side) == (signal, side) else x for x in clause)
        for clause in rule.when
    )
    if when == rule.when and all((x.signal, x.side) != (signal, side) for clause in rule.when for x in clause):
        raise RulesError("rules.setting_side", setting=setting, code=rule.code, signal=signal, side=side)
    changed = replace(rule, when=when)
    return replace(pack, rules=tuple(changed if r.code == rule.code else r for r in pack.rules))
