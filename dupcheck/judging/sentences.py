"""What was measured, in words: each condition as it was found, and what could not be compared."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

from dupcheck.judging.differences import explain_differences, name_axis
from dupcheck.messages import Lang, say
from dupcheck.model import Condition, Difference, Weighed
from dupcheck.signals import get_signal
from dupcheck.signals.arithmetic import show_number
from dupcheck.titles import show_value

COMPARED = ("image", "attributes", "price")
"""What a seller takes for granted that it was compared; where it was not, the finding says so."""
_TOLD = 4
"""Reasons that a sentence names: the weightiest."""
_BAR = 12
"""Signs that the longest bar of a drawn sum takes."""
_SAMENESS = frozenset({"category", "shop", "codes"})


def say_measured(signal: str, value: float, lang: Lang = "en") -> str:
    """Return what was measured, with the signal's name: «title 93 % alike», «same category»."""
    key = f"measured_{signal}" if signal in ("title", "attributes", "image") else "measured"
    if signal in _SAMENESS:
        key = "measured_same"
    return say(f"verdicts.{key}", lang, signal=_name(signal, lang), value=_show_value(signal, value, lang))


def say_condition(condition: Condition, lang: Lang = "en") -> str:
    """Return one condition as it was found: «title 93 % alike, at least 80 % needed»."""
    signal = condition.signal
    if math.isnan(condition.value):
        return say("verdicts.not_compared", lang, what=_name(signal, lang))
    measured = say_measured(signal, condition.value, lang)
    if signal in _SAMENESS:
        return measured
    held = "held" if condition.state == "held" else "failed"
    limit = _show_value(signal, condition.limit, lang) if signal != "image" else f"{condition.limit:g}/64"
    return say(f"verdicts.{held}_{condition.side}", lang, measured=measured, limit=limit)


def say_failed(conditions: Sequence[Condition], lang: Lang = "en") -> str:
    """Return the conditions that failed, each as it was found."""
    return "; ".join(say_condition(c, lang) for c in conditions if c.state == "failed")


def say_uncompared(signals: Mapping[str, float | None], stated_prices: bool, lang: Lang = "en") -> str:
    """Return a sentence that names which of photos, attributes and prices were not compared; "" where all were.

    ``stated_prices``: both state a price in one currency, so that what differs (a size, a pack) explains any gap.
    """
    missing = tuple(name for name in COMPARED if (value := signals.get(name)) is None or math.isnan(value))
    return _say_missing(missing, stated_prices, lang) if missing else ""


@lru_cache(maxsize=100)
def _say_missing(missing: tuple[str, ...], stated_prices: bool, lang: Lang) -> str:
    named = [say(f"verdicts.compared_{name}", lang) for name in missing if not (name == "price" and stated_prices)]
    told = [say("verdicts.not_compared", lang, what=say("verdicts.and", lang).join(named))] if named else []
    if "price" in missing and stated_prices:
        told.append(say("verdicts.price_explained", lang))
    return join_sentences(told, lang)


def say_differences(differences: Sequence[Difference], lang: Lang = "en") -> str:
    """Return what two listings differ in, apart from what only one of them states; or that nothing stated differs."""
    both = [d for d in differences if (d.left and d.right) or d.axis == "tier"]
    alone = [d for d in differences if d not in both]
    told = [
        say("verdicts.differ", lang, what=explain_differences(both, lang)) if both else say("verdicts.nothing", lang)
    ]
    if alone:
        named = (say("verdicts.one_value", lang, axis=name_axis(d.axis, lang), value=_show(d, lang)) for d in alone)
        told.append(say("verdicts.only_one", lang, what=say("verdicts.comma", lang).join(named)))
    return join_sentences(told, lang)


def say_weighed(weighed: Weighed, lang: Lang = "en") -> str:
    """Return a probability and the reasons that move it most in a sentence or two."""
    told = []
    if weighed.said is not None:
        told.append(_say_answered(weighed.said, lang))
    moved = [
        say("verdicts.addend", lang, reason=say_reason(a.reason, lang), amount=_show_amount(a.amount))
        for a in weighed.addends[:_TOLD]
    ]
    told.append(
        say(
            "verdicts.weighed" if moved else "verdicts.weighed_plain", lang, chance=show_percent(weighed.chance),
            start=show_percent(weighed.start), reasons=say("verdicts.comma", lang).join(moved),
        )
    )  # fmt: skip
    return join_sentences(told, lang)


def list_steps(weighed: Weighed, lang: Lang = "en") -> list[dict[str, object]]:
    """Return a probability step by step, as a page or a cell draws it: in words, what it adds, where it then stands."""
    first = ("", say("verdicts.weighed_start", lang), None, weighed.start)
    rows = [first, *((a.reason, say_reason(a.reason, lang), round(a.amount, 3), a.chance) for a in weighed.addends)]
    return [{"reason": r, "text": t, "amount": a, "chance": round(c, 4)} for r, t, a, c in rows]


def draw_steps(weighed: Weighed, lang: Lang = "en") -> list[str]:
    """Return the same as lines of text: what speaks for one product reaches to the right, what against to the left."""
    lines = [say("verdicts.weighed_head", lang, chance=show_percent(weighed.chance))]
    if weighed.said is not None:
        lines.append(f"  {_say_answered(weighed.said, lang)}")
    start = say("verdicts.weighed_start", lang)
    lines.append(f"  {'':>{_BAR}}│{'':<{_BAR}} {show_percent(weighed.start):>4} %  {start}")
    most = max((abs(a.amount) for a in weighed.addends), default=1.0)
    for a in weighed.addends:
        bar = "█" * max(round(_BAR * abs(a.amount) / most), 1)
        left, right = ("", bar) if a.amount > 0 else (bar, "")
        said = say("verdicts.addend", lang, reason=say_reason(a.reason, lang), amount=_show_amount(a.amount))
        lines.append(f"  {left:>{_BAR}}│{right:<{_BAR}} {show_percent(a.chance):>4} %  {said}")
    return lines


def say_reason(reason: str, lang: Lang = "en") -> str:
    """Return a reason of the pair model as a person would say it."""
    return say(f"verdicts.reason_{reason}", lang)


def show_percent(chance: float) -> str:
    """Return a probability in percent: never 0 or 100, for it is not certain."""
    return str(min(max(round(100 * chance), 1), 99))


def _say_answered(said: bool, lang: Lang) -> str:
    return say("verdicts.answered_one" if said else "verdicts.answered_two", lang)


def _show_amount(amount: float) -> str:
    return f"{amount:+.1f}".replace("-", "−")


def join_sentences(sentences: Sequence[str], lang: Lang = "en") -> str:
    """Return sentences as one text: with blanks between them where the language has any."""
    return say("lang.sentences", lang).join(part for part in sentences if part)


def _show(difference: Difference, lang: Lang) -> str:
    return next(filter(None, difference.written), "") or show_value(
        difference.axis, difference.left or difference.right, lang
    )


def _show_value(signal: str, value: float, lang: Lang) -> str:
    if signal == "attributes":
        return show_number(100 * value, "%", lang)
    return get_signal(signal).show(value, lang)


def _name(signal: str, lang: Lang) -> str:
    return say(f"signals.{signal}", lang)
