"""Single limits changed: ``R2.title.min=85``, ``R2.same-code.title.min=20``."""

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dupcheck.errors import RulesError
from dupcheck.messages import Message, message
from dupcheck.rules.limits import Rule
from dupcheck.rules.wording import suggest
from dupcheck.signals import get_signal

if TYPE_CHECKING:
    from dupcheck.rules.pack import RulePack

_SETTING = re.compile(
    r"(?P<code>[^.=\s]+)\.(?:(?P<name>[^.=\s]+)\.)?(?P<signal>[^.=\s]+)\.(?P<side>min|max)\s*=\s*(?P<number>\S+)"
)


def change_limit(pack: "RulePack", setting: str) -> "tuple[RulePack, Message]":
    """Return the pack with exactly one limit changed, and which one that is. Raises RulesError."""
    match = _SETTING.fullmatch(setting.strip())
    if match is None:
        raise RulesError("rules.setting_shape", setting=setting)
    rule = pack.rule(match["code"])
    number = _read_number(setting, match["number"])
    signal, side = match["signal"], match["side"]
    if signal not in rule.signals:
        raise RulesError(
            "rules.setting_signal", setting=setting, code=rule.code, signal=signal, hint=suggest(signal, rule.signals)
        )
    known = get_signal(signal)
    low, high = sorted((known.best, known.worst))
    if not low <= number <= high:
        raise RulesError("rules.setting_range", setting=setting, signal=signal, low=f"{low:g}", high=f"{high:g}")
    at = _find_alternative(rule, setting, match["name"], signal, side)
    there = rule.alternatives[at]
    before = next(x.limit for x in there.limits if (x.signal, x.side) == (signal, side))
    limits = tuple(replace(x, limit=number) if (x.signal, x.side) == (signal, side) else x for x in there.limits)
    changed = replace(
        rule,
        alternatives=tuple(replace(a, limits=limits) if k == at else a for k, a in enumerate(rule.alternatives)),
    )
    others = [f"{_name(rule, k)}.{signal}" for k, a in enumerate(rule.alternatives) if k != at and a.has(signal, side)]
    told = message(
        "rules.was_set", place=f"{_name(rule, at)}.{signal}.{side}", before=f"{before:g}", after=f"{number:g}",
        others=message("rules.others_stay", places=", ".join(others)) if others else "",
    )  # fmt: skip
    return replace(pack, rules=tuple(changed if r.code == rule.code else r for r in pack.rules)), told


def _read_number(setting: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise RulesError("rules.setting_number", setting=setting, came=text)
    return number


def _find_alternative(rule: Rule, setting: str, name: str | None, signal: str, side: str) -> int:
    """The alternative whose limit is meant: the one named, else the rule itself, else the only one that has it."""
    having = [k for k, a in enumerate(rule.alternatives) if a.has(signal, side)]
    if name is not None:
        named = [k for k, a in enumerate(rule.alternatives) if a.name == name]
        if not named:
            names = [a.name for a in rule.alternatives if a.name]
            raise RulesError(
                "rules.setting_alternative", setting=setting, code=rule.code, name=name, hint=suggest(name, names)
            )
        having = [k for k in having if k in named]
    if not having:
        raise RulesError("rules.setting_side", setting=setting, code=rule.code, signal=signal, side=side)
    if having[0] != 0 and len(having) > 1:
        places = [f"{_name(rule, k)}.{signal}.{side}" for k in having]
        raise RulesError("rules.setting_which", setting=setting, code=rule.code, places=", ".join(places))
    return having[0]


def _name(rule: Rule, at: int) -> str:
    name = rule.alternatives[at].name
    return f"{rule.code}.{name}" if name else rule.code
