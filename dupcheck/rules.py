"""Rule packs: one marketplace's policy as data, read from TOML, explained, and held against measured pairs.

A pack file holds ``[[rule]]``, ``[[exception]]``, ``[[category]]``, ``[[opposite]]``, ``[seller]``, ``[merge]``,
``[keep]`` and ``[penalty]``; its shape is shown in ``rules/aliexpress.toml``. A condition is a limit on a signal in the
signal's own unit; a rule fires when every condition of one of its ``when`` alternatives holds. A condition on something
that cannot be told fails, unless it says ``missing = "skip"``. An alternative all of whose conditions were skipped does
not hold.

A file that says ``extends = "aliexpress"`` starts from that pack: its tables are laid over the pack's, rules by their
code, exceptions and opposites by their name; ``set`` changes single limits, ``drop`` takes rules out. A rule that says
``like = "aliexpress.R1"`` starts from another pack's rule in the same way; ``also = { shop = { max = 0 } }`` adds
conditions to each of its alternatives.
"""

import math
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from dupcheck.errors import RulesError
from dupcheck.messages import LANGS, Lang, Message, message
from dupcheck.messages.guessing import guess_name
from dupcheck.model import BoolArray, Condition, FloatArray, IntArray, Verdict
from dupcheck.packs import list_packs, packs_folder, read_pack_keys
from dupcheck.signals import SIGNALS, get_signal
from dupcheck.titles import AXES

Side = Literal["min", "max"]
Missing = Literal["fail", "skip"]
Scope = Literal["account", "shop"]
Alphabet = Literal["any", "ascii"]
SOURCE_KINDS = ("policy", "help page", "forum", "article")
KEEP_KEYS = ("available", "sales", "reviews", "created", "completeness", "stock", "price")


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

    @property
    def asks_for_closeness(self) -> bool:
        """Whether close pairs hold it; a limit on the far side says where an alternative applies."""
        return (self.side == "max") == (get_signal(self.signal).closer == "low")

    def hold(self, values: FloatArray) -> tuple[BoolArray, BoolArray]:
        """Return (held, skipped) for each value; a NaN is skipped or neither, as ``missing`` says."""
        held = (values <= self.limit) if self.side == "max" else (values >= self.limit)  # never of NaN
        return held, (np.isnan(values) if self.missing == "skip" else np.zeros(values.shape, dtype=bool))

    def judge(self, value: float) -> Condition:
        """Return how one value stands to the limit: as :meth:`hold` says of an array, without the array."""
        state: Literal["held", "failed", "skipped"]
        if math.isnan(value):
            state = "failed" if self.missing == "fail" else "skipped"
        else:
            state = "held" if (value <= self.limit if self.side == "max" else value >= self.limit) else "failed"
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
    """What the marketplace allows although a rule fires: up to ``allow`` listings, None for any number.

    Either the listings differ only in the axes ``differ_only_in``; or every two of them differ in ``at_least`` of the
    ``axes`` and the ``limits`` (each a limit that holds where a signal differs significantly). ``categories`` are
    texts, one of which must be found in the category; none: every category. An exception without a test is one that
    only the seller can judge: it is told, never applied.
    """

    name: str
    differ_only_in: tuple[str, ...] = ()
    allow: int | None = None
    categories: tuple[str, ...] = ()
    at_least: int = 0
    axes: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    summary: Words = Words()

    @property
    def testable(self) -> bool:
        """Whether dupcheck can see that the exception applies."""
        return bool(self.differ_only_in or self.at_least)

    def covers(self, category: str) -> bool:
        """Return whether the exception is for listings of this category: one that names it as a step of its path."""
        return not self.categories or bool(_name_steps(category) & {_plain_step(c) for c in self.categories})


_STEP = re.compile(r"\s*(?:[/\\|,;>»›→、・·]|\s-\s)\s*")
_PART = re.compile(r"\s*(?:&|\+|\band\b|\bund\b|\bet\b|\by\b|和|及|与)\s*")


def _plain_step(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split())


def _name_steps(category: str) -> set[str]:
    """Return the steps of a category's path, and the parts of a step that names several: «Luggage & Bags»."""
    steps = [s for s in _STEP.split(_plain_step(category)) if s]
    return {*steps, *(p for s in steps for p in _PART.split(s) if p)}


def _has_words(category: str, pattern: str) -> bool:
    """Whether a category's path names a pattern as whole words; where a script parts no words, as a piece of text."""
    plain = re.escape(_plain_step(pattern))
    edge = r"\b" if pattern.isascii() else ""
    return re.search(f"{edge}{plain}{edge}", _plain_step(category)) is not None


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    """What the seller knows of a category: the axes for which it offers no option, so that no listing can hold them."""

    match: str
    no_option: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opposite:
    """A fault that a wrong merge would be: options on these ``axes`` are looked at with suspicion."""

    name: str
    axes: tuple[str, ...] = ()
    summary: Words = Words()


@dataclass(frozen=True, slots=True)
class Seller:
    """Whose listings are held against one another: all of an account's shops, or each shop's own.

    ``groups`` names shops that count as one although the scope is the shop.
    """

    scope: Scope = "account"
    groups: tuple[tuple[str, ...], ...] = ()
    summary: Words = Words()


@dataclass(frozen=True, slots=True)
class MergeLimits:
    """What one listing can hold on the marketplace, and which differences forbid a merge.

    ``values_max`` caps the values of single axes (fitments, say), ``axis_values_max`` those of any; an ``alphabet`` of
    "ascii" means English letters, digits and signs only.
    """

    max_axes: int = 3
    price_tiers: int = 1
    discount_max: int = 99
    min_order_max: int = 100_000
    title_max: int = 128
    title_alphabet: Alphabet = "any"
    option_name_max: int = 20
    option_alphabet: Alphabet = "any"
    sku_code_max: int = 20
    skus_max: int = 10_000
    images_max: int = 100
    price_spread_max: float = math.inf
    distinct: tuple[str, ...] = ()
    values_max: Mapping[str, int] = field(default_factory=dict)
    axis_values_max: int = 10_000


@dataclass(frozen=True, slots=True)
class Source:
    """Where a pack's policy was read: the page, its address, its date, when it was read, what kind of page it is."""

    text: str = ""
    date: str = ""
    url: str = ""
    read: str = ""
    kind: str = ""

    def show(self, lang: Lang) -> str:
        """Return the source in a line."""
        kind = message(f"rules.source_{self.kind.split()[0]}").say(lang) if self.kind else ""
        read = message("rules.source_read", date=self.read).say(lang) if self.read else ""
        told = [t for t in (self.date, kind, read) if t]
        url = self.url.removeprefix("https://")
        text = self.text if url in self.text else f"{self.text} {self.url}"
        return f"{text} ({', '.join(told)})" if told else text


@dataclass(frozen=True, slots=True)
class RulePack:
    """One marketplace's rules. The reference of rule packs tells what each part means.

    Attributes:
        name: What ``rules=`` takes.
        rules: The rules.
        exceptions: What is allowed although a rule fires.
        categories: What the seller knows of categories.
        opposites: Faults that a wrong merge would be.
        seller: Whose listings are held against one another.
        merge: What one listing can hold: characters, pieces, SKUs, options.
        keep: What decides which listing of a group stays, the first first.
        title: The marketplace and its policy.
        note: What whoever uses the pack should know.
        penalty: What the marketplace does about a breach, the mildest first.
        sources: Where the policy was read.
        changes: The limits that were changed, as they were set.

    Examples:
        >>> import dupcheck as dc
        >>> pack = dc.read_pack("aliexpress").with_limit("R2.title.min=91")
        >>> {limit.limit for clause in pack.rule("R2").when for limit in clause if limit.signal == "title"} >= {91.0}
        True
    """

    name: str
    rules: tuple[Rule, ...]
    exceptions: tuple[RuleException, ...] = ()
    categories: tuple[CategoryFacts, ...] = ()
    opposites: tuple[Opposite, ...] = ()
    seller: Seller = Seller()
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

    def no_option(self, category: str) -> frozenset[str]:
        """Return the axes for which a category offers no option."""
        return frozenset(a for c in self.categories if _has_words(category, c.match) for a in c.no_option)

    def number_sellers(self, shops: Sequence[str]) -> IntArray | None:
        """Return a number for each listing's shop, equal where they count as one seller; None where all are one."""
        if self.seller.scope == "account":
            return None
        home = {shop.casefold(): f"\x1f{k}" for k, group in enumerate(self.seller.groups) for shop in group}
        names = [home.get(shop.casefold(), shop.casefold()) for shop in shops]
        codes = {name: i for i, name in enumerate(dict.fromkeys(names))}
        return np.array([codes[name] for name in names], dtype=np.int64)

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
        return "\n".join([*lines, *self._explain_sources(lang)])

    def describe(self, lang: Lang = "en") -> str:
        """Return the whole pack as text for a person: rules, exceptions, what a listing can hold, penalties."""
        lines = [f"{self.name}: {self.title.say(lang)}", self.note.say(lang), ""]
        lines += [f"  {r.code}  {say_verdict(r.verdict, lang)}  {r.summary.say(lang)}" for r in self.rules]
        told = [self._explain_exception(e, lang) for e in self.exceptions]
        lines += self._section("rules.exceptions", told, lang)
        lines += self._section("rules.opposites", [o.summary.say(lang) for o in self.opposites], lang)
        facts = [
            message("rules.category_no_option", match=c.match, axes=_name_axes(c.no_option, lang)).say(lang)
            for c in self.categories
        ]
        lines += self._section("rules.categories", facts, lang)
        lines += self._section("rules.seller", [self.seller.summary.say(lang) or self._scope(lang)], lang)
        lines += self._section("rules.merge", self._explain_merge(lang), lang)
        keep = [message(f"rules.keep_{name}").say(lang) for name in self.keep]
        lines += self._section("rules.keep", [message("rules.arrow").say(lang).join(keep)], lang)
        lines += self._section("rules.penalty", self.penalty.say_all(lang), lang)
        return "\n".join([*lines, *self._explain_sources(lang)])

    @staticmethod
    def _section(key: str, texts: Sequence[str], lang: Lang) -> list[str]:
        return ["", message(key).say(lang), *(f"  - {t}" for t in texts)] if texts else []

    @staticmethod
    def _explain_exception(exception: RuleException, lang: Lang) -> str:
        text = exception.summary.say(lang) or exception.name
        return text if exception.testable else text + message("rules.untested").say(lang)

    def _scope(self, lang: Lang) -> str:
        return message(f"rules.scope_{self.seller.scope}").say(lang)

    def _explain_merge(self, lang: Lang) -> list[str]:
        m = self.merge
        texts = [
            message("rules.merge_axes", axes=m.max_axes, tiers=m.price_tiers),
            message("rules.merge_texts", title=m.title_max, option=m.option_name_max, code=m.sku_code_max),
        ]
        if m.distinct:
            texts.append(message("rules.merge_distinct", axes=_name_axes(m.distinct, lang)))
        if math.isfinite(m.price_spread_max):
            texts.append(message("rules.merge_spread", times=f"{m.price_spread_max:g}"))
        texts += [message("rules.merge_values", axis=_name_axes([a], lang), max=n) for a, n in m.values_max.items()]
        return [t.say(lang) for t in texts]

    def list_gaps(self) -> list[Message]:
        """Return what others need of a pack and this one lacks: sources, penalty, seller, texts, examples."""
        gaps = [] if self.sources and all(s.text for s in self.sources) else [message("rules.gap_sources")]
        texts = {"title": self.title, "seller.summary": self.seller.summary, "penalty.steps": self.penalty}
        for rule in self.rules:
            texts |= {f"{rule.code}.{name}": getattr(rule, name) for name in ("summary", "why", "mistakes")}
            gaps += [
                message("rules.gap_examples", place=f"{rule.code}.{name}")
                for name in ("fires", "spares")
                if not getattr(rule, name)
            ]
        texts |= {f"{e.name}.summary": e.summary for e in self.exceptions}
        texts |= {f"{o.name}.summary": o.summary for o in self.opposites}
        lacking = [f"{place}.{lang}" for place, words in texts.items() for lang in LANGS if not words.by_lang.get(lang)]
        return gaps + [message("rules.gap_text", place=place) for place in lacking]

    def _explain_sources(self, lang: Lang) -> list[str]:
        return self._section("rules.sources", [s.show(lang) for s in self.sources], lang)

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


def _name_axes(axes: Iterable[str], lang: Lang) -> str:
    names = (AXES[axis].say(lang) if axis in AXES else axis for axis in axes)
    return message("verdicts.comma").say(lang).join(names)


def say_verdict(verdict: Verdict, lang: Lang) -> str:
    """Return «duplicate» or «advice» in ``lang``."""
    return message(f"rules.verdict_{verdict}").say(lang)


def explain_limit(limit: Limit, lang: Lang = "en") -> str:
    """Return «title ≥ 80 %» in words, with what happens where it cannot be told."""
    signal = get_signal(limit.signal)
    sign = "≤" if limit.side == "max" else "≥"
    text = f"{message(f'signals.{signal.name}').say(lang)} {sign} {signal.show(limit.limit, lang)}"
    return text + message("rules.if_known").say(lang) if limit.missing == "skip" else text


# --- reading -----------------------------------------------------------------------------------------------------


def read_pack(source: str | Path | RulePack) -> RulePack:
    """Read a rule pack.

    Args:
        source: A shipped pack's name, the path of a TOML file, or a pack, which is returned as it is.

    Returns:
        The pack.

    Raises:
        RulesError: Every problem of the file at once, the nearest known word beside each unknown one.

    Examples:
        >>> import dupcheck as dc
        >>> [rule.code for rule in dc.read_pack("aliexpress").rules]
        ['R1', 'R2', 'R3', 'R4']
    """
    if isinstance(source, RulePack):
        return source
    path, reader = _find_pack(source), _Reader(str(source))
    return reader.read(_load(path, reader), path.stem)


def _find_pack(source: str | Path, beside: Path | None = None) -> Path:
    path = Path(source)
    if path.suffix == ".toml":
        return path if beside is None else beside / path
    path = packs_folder() / f"{source}.toml"
    if not path.is_file():
        raise RulesError("rules.no_such_pack", name=str(source), packs=", ".join(list_packs()))
    return path


def _parse(path: Path) -> dict[str, Any]:
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise RulesError("rules.no_such_file", path=str(path))
        return tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise RulesError("rules.no_such_file", path=str(path)) from None
    except OSError as error:
        raise RulesError("rules.unreadable", path=str(path), reason=error.strerror or str(error)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RulesError("rules.not_toml", path=str(path), reason=str(error)) from None


def _load(path: Path, reader: "_Reader", below: tuple[Path, ...] = ()) -> dict[str, Any]:
    """Parse a pack file and lay it over the pack that it extends and the rules that its own are like."""
    data = _parse(path)
    if path.resolve() in below:
        reader.fault("rules.extends_itself", path=path.name)
        return data
    base: dict[str, Any] = {}
    parent = data.pop("extends", None)
    if parent is not None:
        try:
            base = _load(_find_pack(str(parent), path.parent), reader, (*below, path.resolve()))
        except RulesError as error:
            reader.wrong.append(error.text)
    rules = data.get("rule")
    if isinstance(rules, list):
        data["rule"] = [_find_like(r, reader) if isinstance(r, dict) and "like" in r else r for r in rules]
    return _overlay(base, {"name": path.stem, **data}) if base else data


def _find_like(rule: dict[str, Any], reader: "_Reader") -> dict[str, Any]:
    name, _, code = str(rule["like"]).partition(".")
    own = {k: v for k, v in rule.items() if k not in ("like", "also")}
    try:
        there = _load(_find_pack(name), reader)
    except RulesError as error:
        reader.wrong.append(error.text)
        return own
    rules = {str(r.get("code")): r for r in there.get("rule", [])}
    if code not in rules:
        hint = _did_you_mean(code, rules)
        reader.fault("rules.unknown_value", place=f"{rule.get('code')}.like", value=repr(rule["like"]), hint=hint)
        return own
    found = {**rules[code], **own}
    also = rule.get("also", {})
    if also and isinstance(also, dict) and isinstance(found.get("when"), list):
        found["when"] = [{**clause, **also} if isinstance(clause, dict) else clause for clause in found["when"]]
    return found


_NAMED = {"rule": "code", "exception": "name", "opposite": "name"}
"""Lists of tables whose entries replace those of the same name in the pack below; other lists are appended."""


def _overlay(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in own.items():
        below = result.get(key)
        if key in _NAMED and isinstance(below, list) and isinstance(value, list):
            name = _NAMED[key]
            entries = {str(e.get(name)): e for e in below}
            for entry in value:
                here = str(entry.get(name)) if isinstance(entry, dict) else repr(entry)
                entries[here] = {**entries.get(here, {}), **entry} if isinstance(entry, dict) else entry
            result[key] = list(entries.values())
        elif isinstance(below, list) and isinstance(value, list):
            result[key] = [*below, *value]
        elif isinstance(below, dict) and isinstance(value, dict):
            result[key] = {**below, **value}
        else:
            result[key] = value
    return result


class _Reader:
    """Turns a pack's TOML into a RulePack, gathering every problem before it complains."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.wrong: list[Message] = []

    def read(self, data: Mapping[str, Any], stem: str) -> RulePack:
        self.known_keys("", data, "pack")
        if data.get("format") != 1:
            self.fault("rules.bad_format", came=repr(data.get("format")))
        rules = tuple(self.rule(i, r) for i, r in enumerate(self.tables("rule", data)))
        drop = self.texts("drop", data.get("drop", []))
        for code in drop:
            self.one_of("drop", code, [rule.code for rule in rules])
        rules = tuple(rule for rule in rules if rule.code not in drop)
        if not rules:
            self.fault("rules.no_rules")
        codes = [rule.code for rule in rules]
        for code in sorted({c for c in codes if codes.count(c) > 1}):
            self.fault("rules.code_twice", code=code)
        keep = self.table("keep", data)
        self.known_keys("keep", keep, "keep")
        order = self.texts("keep.order", keep.get("order", [])) or ("sales", "reviews", "created", "completeness")
        for key in order:
            self.one_of("keep.order", key, KEEP_KEYS)
        penalty = self.table("penalty", data)
        self.known_keys("penalty", penalty, "penalty")
        pack = RulePack(
            name=str(data.get("name", stem)),
            rules=rules,
            exceptions=tuple(self.exception(i, e) for i, e in enumerate(self.tables("exception", data))),
            categories=tuple(self.category(i, c) for i, c in enumerate(self.tables("category", data))),
            opposites=tuple(self.opposite(i, o) for i, o in enumerate(self.tables("opposite", data))),
            seller=self.seller(self.table("seller", data)),
            merge=self.merge(self.table("merge", data)),
            keep=order,
            title=self.words("title", data),
            note=self.words("note", data),
            penalty=self.words("steps", penalty),
            sources=tuple(self.source(i, s) for i, s in enumerate(self.tables("source", data))),
        )
        for setting in self.texts("set", data.get("set", [])):
            try:
                pack = _change_limit(pack, setting)
            except RulesError as error:
                self.wrong.append(error.text)
        if self.wrong:
            raise RulesError("rules.bad_pack", path=self.path, problems=_join(self.wrong))
        return pack

    def fault(self, key: str, /, **values: object) -> None:
        self.wrong.append(message(key, **values))

    def keys(self, place: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
        for key in table:
            if key not in known:
                self.fault("rules.unknown_key", place=place or self.path, key=key, hint=_did_you_mean(key, known))

    def known_keys(self, place: str, table: Mapping[str, Any], kind: str) -> None:
        self.keys(place, table, tuple(read_pack_keys()[kind]))

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
        self.known_keys(place, data, "rule")
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
        self.known_keys(where, data, "limit")
        sides = [s for s in ("min", "max") if s in data]
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
        self.known_keys(place, data, "exception")
        limits = self.table("limits", data)
        axes = self.axes(f"{place}.axes", "axes", data)
        at_least = self.count(f"{place}.at_least", data.get("at_least", 0), 0)
        allow = data.get("allow")
        if allow is not None and (not isinstance(allow, int) or isinstance(allow, bool) or allow < 1):
            self.fault("rules.bad_allow", place=place, came=repr(allow))
            allow = None
        only = self.axes(f"{place}.differ_only_in", "differ_only_in", data)
        summary = self.words("summary", data)
        if not only and not at_least and (allow is not None or not summary.by_lang):
            self.fault("rules.missing_key", place=place, key="differ_only_in")
        if at_least > len(axes) + len(limits):
            self.fault("rules.at_least_of", place=place, count=at_least, of=len(axes) + len(limits))
        return RuleException(
            name=place,
            differ_only_in=only,
            allow=allow,
            categories=self.texts(f"{place}.categories", data.get("categories", [])),
            at_least=at_least,
            axes=axes,
            limits=tuple(self.limit(place, name, limit) for name, limit in limits.items()),
            summary=summary,
        )

    def category(self, index: int, data: Mapping[str, Any]) -> CategoryFacts:
        place = f"category {index + 1}"
        self.known_keys(place, data, "category")
        if not isinstance(data.get("match"), str) or not data["match"].strip():
            self.fault("rules.missing_key", place=place, key="match")
        return CategoryFacts(str(data.get("match", "")), self.axes(f"{place}.no_option", "no_option", data))

    def opposite(self, index: int, data: Mapping[str, Any]) -> Opposite:
        place = str(data.get("name") or f"opposite {index + 1}")
        self.known_keys(place, data, "opposite")
        return Opposite(place, self.axes(f"{place}.axes", "axes", data), self.words("summary", data))

    def source(self, index: int, data: Mapping[str, Any]) -> Source:
        place = f"source {index + 1}"
        self.known_keys(place, data, "source")
        if "kind" in data:
            self.one_of(f"{place}.kind", data["kind"], SOURCE_KINDS)
        return Source(**{key: str(value) for key, value in data.items() if key in Source.__dataclass_fields__})

    def seller(self, data: Mapping[str, Any]) -> Seller:
        self.known_keys("seller", data, "seller")
        scope = data.get("scope", "account")
        self.one_of("seller.scope", scope, get_args(Scope))
        groups = data.get("groups", [])
        if not isinstance(groups, list) or not all(isinstance(g, list) for g in groups):
            self.fault("rules.not_groups", place="seller.groups")
            groups = []
        return Seller(scope, tuple(tuple(str(s) for s in g) for g in groups), self.words("summary", data))

    def axes(self, place: str, name: str, data: Mapping[str, Any]) -> tuple[str, ...]:
        found = self.texts(place, data.get(name, []))
        for axis in found:
            self.one_of(place, axis, list(AXES))
        return found

    def count(self, place: str, value: object, least: int) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        self.fault("rules.not_a_count", place=place, least=least, came=repr(value))
        return least

    def merge(self, data: Mapping[str, Any]) -> MergeLimits:
        names = tuple(MergeLimits.__dataclass_fields__)
        self.known_keys("merge", data, "merge")
        values: dict[str, Any] = {}
        for name, value in data.items():
            place = f"merge.{name}"
            if name == "distinct":
                values[name] = self.axes(place, name, data)
            elif name == "values_max":
                caps = self.table(name, data)
                for axis in caps:
                    self.one_of(place, axis, list(AXES))
                values[name] = {axis: self.count(f"{place}.{axis}", n, 1) for axis, n in caps.items()}
            elif name in ("title_alphabet", "option_alphabet"):
                self.one_of(place, value, get_args(Alphabet))
                values[name] = value
            elif name == "price_spread_max":
                values[name] = self.number(place, value)
            elif name in names:
                values[name] = self.count(place, value, 0)
        return MergeLimits(**values)


def _did_you_mean(word: str, known: Iterable[str]) -> Message:
    near = guess_name(word, known)
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
    known = get_signal(signal)
    low, high = sorted((known.best, known.worst))
    if not low <= number <= high:
        raise RulesError("rules.setting_range", setting=setting, signal=signal, low=f"{low:g}", high=f"{high:g}")
    when = tuple(
        tuple(replace(x, limit=number) if (x.signal, x.side) == (signal, side) else x for x in clause)
        for clause in rule.when
    )
    if when == rule.when and all((x.signal, x.side) != (signal, side) for clause in rule.when for x in clause):
        raise RulesError("rules.setting_side", setting=setting, code=rule.code, signal=signal, side=side)
    changed = replace(rule, when=when)
    return replace(pack, rules=tuple(changed if r.code == rule.code else r for r in pack.rules))
