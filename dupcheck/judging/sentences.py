"""What was measured, in words: each condition as it was found, and what could not be compared."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

from dupcheck.judging.differences import explain_differences, name_axis
from dupcheck.messages import Lang, say
from dupcheck.model import Condition, Difference
from dupcheck.signals import get_signal
from dupcheck.titles import show_value

COMPARED = ("image", "attributes", "price")
"""What a seller takes for granted that it was compared; where it was not, the finding says so."""
_SAMENESS = frozenset({"category", "shop", "codes"})


def say_measured(signal: str, value: float, lang: Lang = "en") -> str:
    """Return what was measured, with the signal's name: «title 93 % alike», «same category»."""
    key = f"measured_{signal}" if signal in ("title", "attributes") else "measured"
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


def join_sentences(sentences: Sequence[str], lang: Lang = "en") -> str:
    """Return sentences as one text: with blanks between them where the language has any."""
    return ("" if lang == "zh" else " ").join(part for part in sentences if part)


def _show(difference: Difference, lang: Lang) -> str:
    return show_value(difference.axis, difference.left or difference.right, lang)


def _show_value(signal: str, value: float, lang: Lang) -> str:
    return f"{100 * value:.0f} %" if signal == "attributes" else get_signal(signal).show(value, lang)


def _name(signal: str, lang: Lang) -> str:
    return say(f"signals.{signal}", lang)
