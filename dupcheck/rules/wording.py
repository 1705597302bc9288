"""A pack in words: texts in every language, a rule explained, a pack described, what it lacks."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dupcheck.messages import Lang, Message, list_whole, message
from dupcheck.messages.guessing import guess_name
from dupcheck.model import Verdict
from dupcheck.signals import get_signal
from dupcheck.titles import AXES

if TYPE_CHECKING:
    from dupcheck.rules.limits import Alternative, Example, Limit, Rule
    from dupcheck.rules.pack import RuleException, RulePack


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


NO_WORDS = Words()


def explain_rule(pack: "RulePack", rule: "Rule", lang: Lang) -> str:
    """Return a rule's code, meaning, reason, limits and known mistakes as text for a person."""
    lines = [
        f"{rule.code}  {rule.name}  ({say_verdict(rule.verdict, lang)})",
        rule.summary.say(lang),
        "",
        message("rules.why", text=rule.why.say(lang)).say(lang),
        "",
        message("rules.fires_when").say(lang),
    ]
    for k, way in enumerate(rule.alternatives):
        if k:
            lines.append(_head_alternative(way, lang))
        lines += [f"  - {explain_limit(limit, lang)}" for limit in way.limits]
        lines += _say_examples(way if k else rule, lang)
    lines += ["", message("rules.mistakes", text=rule.mistakes.say(lang)).say(lang), "", pack.note.say(lang)]
    return "\n".join([*lines, *_explain_sources(pack, lang)])


def _head_alternative(way: "Alternative", lang: Lang) -> str:
    summary = way.summary.say(lang)
    if not way.name:
        return message("rules.or").say(lang)
    return message("rules.or_named" if summary else "rules.or_called", name=way.name, summary=summary).say(lang)


def _say_examples(way: "Alternative | Rule", lang: Lang) -> list[str]:
    """The examples that have a name: what the limits are there for."""
    told: tuple[tuple[str, tuple[Example, ...]], ...] = (("rules.catches", way.fires), ("rules.spares", way.spares))
    return [
        f"    {message(key, name=e.name.say(lang), values=_say_values(e, lang)).say(lang)}"
        for key, examples in told
        for e in examples
        if e.name.say(lang)
    ]


def _say_values(example: "Example", lang: Lang) -> str:
    texts = (
        f"{message(f'signals.{name}').say(lang)} {get_signal(name).show(value, lang)}"
        for name, value in example.values.items()
    )
    return message("verdicts.comma").say(lang).join(texts)


def describe_pack(pack: "RulePack", lang: Lang) -> str:
    """Return a whole pack as text for a person: rules, exceptions, what a listing can hold, penalties."""
    lines = [f"{pack.name}: {pack.title.say(lang)}", pack.note.say(lang), ""]
    lines += [f"  {r.code}  {say_verdict(r.verdict, lang)}  {r.summary.say(lang)}" for r in pack.rules]
    lines += _section("rules.exceptions", [_explain_exception(e, lang) for e in pack.exceptions], lang)
    lines += _section("rules.opposites", [o.summary.say(lang) for o in pack.opposites], lang)
    facts = [
        message("rules.category_no_option", match=c.match, axes=_name_axes(c.no_option, lang)).say(lang)
        for c in pack.categories
    ]
    lines += _section("rules.categories", facts, lang)
    scope = pack.seller.summary.say(lang) or message(f"rules.scope_{pack.seller.scope}").say(lang)
    lines += _section("rules.seller", [scope], lang)
    lines += _section("rules.merge", _explain_merge(pack, lang), lang)
    keep = [message(f"rules.keep_{name}").say(lang) for name in pack.keep]
    lines += _section("rules.keep", [message("rules.arrow").say(lang).join(keep)], lang)
    lines += _section("rules.penalty", pack.penalty.say_all(lang), lang)
    return "\n".join([*lines, *_explain_sources(pack, lang)])


def _section(key: str, texts: Sequence[str], lang: Lang) -> list[str]:
    return ["", message(key).say(lang), *(f"  - {t}" for t in texts)] if texts else []


def _explain_exception(exception: "RuleException", lang: Lang) -> str:
    text = exception.summary.say(lang) or exception.name
    return text if exception.testable else text + message("rules.untested").say(lang)


def _explain_merge(pack: "RulePack", lang: Lang) -> list[str]:
    m = pack.merge
    texts = [
        message("rules.merge_axes", axes=m.max_axes, tiers=m.price_tiers),
        message("rules.merge_texts", title=m.title_max, option=m.option_name_max, code=m.sku_code_max),
    ]
    if m.offers:
        texts.append(message("rules.merge_offers"))
    if m.distinct:
        texts.append(message("rules.merge_distinct", axes=_name_axes(m.distinct, lang)))
    if math.isfinite(m.price_spread_max):
        texts.append(message("rules.merge_spread", times=f"{m.price_spread_max:g}"))
    texts += [message("rules.merge_values", axis=_name_axes([a], lang), max=n) for a, n in m.values_max.items()]
    return [t.say(lang) for t in texts]


def _explain_sources(pack: "RulePack", lang: Lang) -> list[str]:
    return _section("rules.sources", [s.show(lang) for s in pack.sources], lang)


def find_gaps(pack: "RulePack") -> list[Message]:
    """Return what others need of a pack and this one lacks: sources, penalty, seller, texts, examples."""
    gaps = [] if pack.sources and all(s.text for s in pack.sources) else [message("rules.gap_sources")]
    texts = {"title": pack.title, "seller.summary": pack.seller.summary, "penalty.steps": pack.penalty}
    for rule in pack.rules:
        texts |= {f"{rule.code}.{name}": getattr(rule, name) for name in ("summary", "why", "mistakes")}
        texts |= {f"{rule.code}.{a.name}.summary": a.summary for a in rule.alternatives if a.name}
        gaps += [
            message("rules.gap_examples", place=f"{rule.code}.{name}")
            for name in ("fires", "spares")
            if not getattr(rule, name)
        ]
    texts |= {f"{e.name}.summary": e.summary for e in pack.exceptions}
    texts |= {f"{o.name}.summary": o.summary for o in pack.opposites}
    lacking = [
        f"{place}.{lang}" for place, words in texts.items() for lang in list_whole() if not words.by_lang.get(lang)
    ]
    gaps += [message("rules.gap_own", place=place) for place in pack.inherited]
    return gaps + [message("rules.gap_text", place=place) for place in lacking]


def _name_axes(axes: Iterable[str], lang: Lang) -> str:
    names = (AXES[axis].say(lang) if axis in AXES else axis for axis in axes)
    return message("verdicts.comma").say(lang).join(names)


def say_verdict(verdict: Verdict, lang: Lang) -> str:
    """Return «duplicate» or «advice» in ``lang``."""
    return message(f"rules.verdict_{verdict}").say(lang)


def explain_limit(limit: "Limit", lang: Lang = "en") -> str:
    """Return «title ≥ 80 %» in words, with what happens where it cannot be told."""
    signal = get_signal(limit.signal)
    sign = "≤" if limit.side == "max" else "≥"
    text = f"{message(f'signals.{signal.name}').say(lang)} {sign} {signal.show(limit.limit, lang)}"
    return text + message("rules.if_known").say(lang) if limit.missing == "skip" else text


def suggest(word: str, known: Iterable[str]) -> Message:
    """Say which known word is meant, or which there are."""
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


def join_messages(parts: Sequence[Message]) -> Message:
    """Return several messages as one, each on a line of its own."""
    return _Joined("", {}, tuple(parts))
