"""A pack's TOML turned into a RulePack; every problem is gathered before anything is said."""

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_args

from dupcheck.errors import RulesError
from dupcheck.files.toml import read_toml
from dupcheck.messages import LANGS, Message, message
from dupcheck.model import Verdict
from dupcheck.rules.limits import Alternative, Example, Limit, Missing, Rule, Side
from dupcheck.rules.pack import (
    KEEP_KEYS,
    SOURCE_KINDS,
    Alphabet,
    CategoryFacts,
    MergeLimits,
    Opposite,
    RuleException,
    RulePack,
    Scope,
    Seller,
    Source,
)
from dupcheck.rules.settings import change_limit
from dupcheck.rules.wording import Words, join_messages, suggest
from dupcheck.signals import SIGNALS
from dupcheck.titles import AXES

NAME = re.compile(r"[a-z][a-z0-9-]*")
"""What an alternative may be called: it stands in ``--set R2.same-code.title.min=20``."""


@cache
def read_pack_keys() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return what a pack file may hold: table → key → its type, default and meaning in each language."""
    return read_toml(Path(__file__).parent.parent / "pack_keys.toml")


class Validator:
    """Turns a pack's TOML into a RulePack, gathering every problem before it complains."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.wrong: list[Message] = []

    def read(self, data: Mapping[str, Any], stem: str) -> RulePack:
        """Return the pack; every problem at once is a RulesError."""
        self.known_keys("", data, "pack")
        if data.get("format") != 1:
            self.fault("rules.bad_format", came=repr(data.get("format")))
        keep, penalty = self.table("keep", data), self.table("penalty", data)
        self.known_keys("keep", keep, "keep")
        self.known_keys("penalty", penalty, "penalty")
        pack = RulePack(
            name=str(data.get("name", stem)),
            rules=self.rules(data),
            exceptions=tuple(self.exception(i, e) for i, e in enumerate(self.tables("exception", data))),
            categories=tuple(self.category(i, c) for i, c in enumerate(self.tables("category", data))),
            opposites=tuple(self.opposite(i, o) for i, o in enumerate(self.tables("opposite", data))),
            seller=self.seller(self.table("seller", data)),
            merge=self.merge(self.table("merge", data)),
            keep=self.order(keep),
            title=self.words("title", data),
            note=self.words("note", data),
            penalty=self.words("steps", penalty),
            sources=tuple(self.source(i, s) for i, s in enumerate(self.tables("source", data))),
        )
        for setting in self.texts("set", data.get("set", [])):
            try:
                pack, _ = change_limit(pack, setting)
            except RulesError as error:
                self.wrong.append(error.text)
        if self.wrong:
            raise RulesError("rules.bad_pack", path=self.path, problems=join_messages(self.wrong))
        return pack

    def rules(self, data: Mapping[str, Any]) -> tuple[Rule, ...]:
        """All rules but those to drop; what was learned stands last, for it speaks where no limit does."""
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
        return tuple(sorted(rules, key=lambda rule: "learned" in rule.signals))

    def order(self, keep: Mapping[str, Any]) -> tuple[str, ...]:
        """What decides which listing stays."""
        order = self.texts("keep.order", keep.get("order", [])) or ("sales", "reviews", "created", "completeness")
        for key in order:
            self.one_of("keep.order", key, KEEP_KEYS)
        return order

    def fault(self, key: str, /, **values: object) -> None:
        """Note a problem."""
        self.wrong.append(message(key, **values))

    def keys(self, place: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
        """Note keys of a table that nobody knows."""
        for key in table:
            if key not in known:
                self.fault("rules.unknown_key", place=place or self.path, key=key, hint=suggest(key, known))

    def known_keys(self, place: str, table: Mapping[str, Any], kind: str) -> None:
        """Note keys that a table of this kind does not have."""
        self.keys(place, table, tuple(read_pack_keys()[kind]))

    def one_of(self, place: str, value: object, known: Sequence[str]) -> bool:
        """Whether a value is known; it is noted if not."""
        if value in known:
            return True
        self.fault("rules.unknown_value", place=place, value=repr(value), hint=suggest(str(value), known))
        return False

    def table(self, name: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a table, empty where there is none."""
        found = data.get(name, {})
        if isinstance(found, dict):
            return found
        self.fault("rules.not_a_table", place=name)
        return {}

    def tables(self, name: str, data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return a list of tables."""
        found = data.get(name, [])
        if isinstance(found, list) and all(isinstance(t, dict) for t in found):
            return found
        self.fault("rules.not_tables", place=name)
        return []

    def texts(self, place: str, value: object) -> tuple[str, ...]:
        """Return a list of texts."""
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            return tuple(value)
        self.fault("rules.not_a_list", place=place, came=repr(value))
        return ()

    def words(self, name: str, data: Mapping[str, Any]) -> Words:
        """Return a text in every language."""
        found = data.get(name, {})
        if isinstance(found, str):
            found = {"en": found}
        if not isinstance(found, dict):
            self.fault("rules.not_words", place=name)
            return Words()
        self.keys(name, found, LANGS)
        return Words(found)

    def number(self, place: str, value: object) -> float:
        """Return a finite number, NaN where there is none."""
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
        self.fault("rules.not_a_number", place=place, came=repr(value))
        return math.nan

    def rule(self, index: int, data: Mapping[str, Any]) -> Rule:
        """One table of ``[[rule]]``."""
        code = str(data.get("code", ""))
        place = code or f"rule {index + 1}"
        self.known_keys(place, data, "rule")
        if not code:
            self.fault("rules.missing_key", place=place, key="code")
        verdict = data.get("verdict", "duplicate")
        self.one_of(f"{place}.verdict", verdict, get_args(Verdict))
        if "also" in data:  # what it adds is laid into the conditions before; here it is left only where it is no table
            self.fault("rules.not_a_table", place=f"{place}.also")
        return Rule(
            code=code,
            name=str(data.get("name", "")),
            verdict=verdict,
            alternatives=self.alternatives(place, data),
            summary=self.words("summary", data),
            why=self.words("why", data),
            mistakes=self.words("mistakes", data),
            fires=self.examples(f"{place}.fires", data.get("fires", [])),
            spares=self.examples(f"{place}.spares", data.get("spares", [])),
        )

    def alternatives(self, place: str, data: Mapping[str, Any]) -> tuple[Alternative, ...]:
        """The rule itself and its named alternatives; several tables in ``when`` are called by their number."""
        when = data.get("when", [])
        clauses = [when] if isinstance(when, dict) else when
        if not clauses or not isinstance(clauses, list) or not all(isinstance(c, dict) and c for c in clauses):
            self.fault("rules.no_conditions", place=place)
            clauses = []
        found = [Alternative(self.limits(place, c), str(k + 1) if k else "") for k, c in enumerate(clauses)]
        others = data.get("or", [])
        if not isinstance(others, list) or not all(isinstance(o, dict) for o in others):
            self.fault("rules.not_tables", place=f"{place}.or")
            others = []
        found += [self.alternative(place, k, other) for k, other in enumerate(others)]
        names = [a.name for a in found]
        for name in sorted({n for n in names if names.count(n) > 1}):
            self.fault("rules.code_twice", code=f"{place}.{name}")
        return tuple(found)

    def alternative(self, rule: str, index: int, data: Mapping[str, Any]) -> Alternative:
        """One table of ``[[rule.or]]``."""
        name = data.get("name", "")
        place = f"{rule}.{name or f'or {index + 1}'}"
        self.known_keys(place, data, "or")
        if not isinstance(name, str) or not NAME.fullmatch(name):
            self.fault("rules.bad_name", place=place, came=repr(name))
            name = str(index + 2)
        when = data.get("when")
        if not isinstance(when, dict) or not when:
            self.fault("rules.no_conditions", place=place)
            when = {}
        return Alternative(
            self.limits(place, when),
            name,
            self.words("summary", data),
            self.examples(f"{place}.fires", data.get("fires", [])),
            self.examples(f"{place}.spares", data.get("spares", [])),
            data.get("weak", False) is True,
        )

    def limits(self, place: str, table: Mapping[str, Any]) -> tuple[Limit, ...]:
        """A table of limits by signal."""
        return tuple(self.limit(place, name, limit) for name, limit in table.items())

    def limit(self, place: str, signal: str, data: object) -> Limit:
        """One limit: ``title = { min = 80 }``."""
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

    def examples(self, place: str, data: object) -> tuple[Example, ...]:
        """Values of signals, each table with a name where it has one."""
        if not isinstance(data, list) or not all(isinstance(e, dict) for e in data):
            self.fault("rules.not_tables", place=place)
            return ()
        found = []
        for example in data:
            values = {name: value for name, value in example.items() if name != "name"}
            for signal, value in values.items():
                self.one_of(place, signal, [s.name for s in SIGNALS])
                self.number(f"{place}.{signal}", value)
            found.append(Example(values, self.words("name", example)))
        return tuple(found)

    def exception(self, index: int, data: Mapping[str, Any]) -> RuleException:
        """One table of ``[[exception]]``."""
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
            limits=self.limits(place, limits),
            summary=summary,
        )

    def category(self, index: int, data: Mapping[str, Any]) -> CategoryFacts:
        """One table of ``[[category]]``."""
        place = f"category {index + 1}"
        self.known_keys(place, data, "category")
        if not isinstance(data.get("match"), str) or not data["match"].strip():
            self.fault("rules.missing_key", place=place, key="match")
        return CategoryFacts(str(data.get("match", "")), self.axes(f"{place}.no_option", "no_option", data))

    def opposite(self, index: int, data: Mapping[str, Any]) -> Opposite:
        """One table of ``[[opposite]]``."""
        place = str(data.get("name") or f"opposite {index + 1}")
        self.known_keys(place, data, "opposite")
        return Opposite(place, self.axes(f"{place}.axes", "axes", data), self.words("summary", data))

    def source(self, index: int, data: Mapping[str, Any]) -> Source:
        """One table of ``[[source]]``."""
        place = f"source {index + 1}"
        self.known_keys(place, data, "source")
        if "kind" in data:
            self.one_of(f"{place}.kind", data["kind"], SOURCE_KINDS)
        return Source(**{key: str(value) for key, value in data.items() if key in Source.__dataclass_fields__})

    def seller(self, data: Mapping[str, Any]) -> Seller:
        """The table ``[seller]``."""
        self.known_keys("seller", data, "seller")
        scope = data.get("scope", "account")
        self.one_of("seller.scope", scope, get_args(Scope))
        groups = data.get("groups", [])
        if not isinstance(groups, list) or not all(isinstance(g, list) for g in groups):
            self.fault("rules.not_groups", place="seller.groups")
            groups = []
        return Seller(scope, tuple(tuple(str(s) for s in g) for g in groups), self.words("summary", data))

    def axes(self, place: str, name: str, data: Mapping[str, Any]) -> tuple[str, ...]:
        """Return a list of axes."""
        found = self.texts(place, data.get(name, []))
        for axis in found:
            self.one_of(place, axis, list(AXES))
        return found

    def count(self, place: str, value: object, least: int) -> int:
        """Return a whole number that is not below ``least``."""
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        self.fault("rules.not_a_count", place=place, least=least, came=repr(value))
        return least

    def merge(self, data: Mapping[str, Any]) -> MergeLimits:
        """The table ``[merge]``."""
        names = tuple(MergeLimits.__dataclass_fields__)
        self.known_keys("merge", data, "merge")
        values = {name: self.merge_limit(name, data[name]) for name in data if name in names}
        return MergeLimits(**values)

    def merge_limit(self, name: str, value: Any) -> Any:
        """One thing that a listing of the marketplace can hold."""
        place = f"merge.{name}"
        if name == "distinct":
            return self.axes(place, name, {name: value})
        if name == "values_max":
            caps = self.table(name, {name: value})
            for axis in caps:
                self.one_of(place, axis, list(AXES))
            return {axis: self.count(f"{place}.{axis}", n, 1) for axis, n in caps.items()}
        if name == "offers":
            self.one_of(place, str(value).lower() if isinstance(value, bool) else value, ("true", "false"))
            return value is True
        if name in ("title_alphabet", "option_alphabet"):
            self.one_of(place, value, get_args(Alphabet))
            return value
        return self.number(place, value) if name == "price_spread_max" else self.count(place, value, 0)
