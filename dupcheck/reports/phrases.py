"""The reports' words: names of actions, roles, axes and signals, prices, in the language of the audit."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dupcheck.files.cells import show_number
from dupcheck.messages import LANGS, Lang, say
from dupcheck.signals import get_signal

_LAPSED_NAMED = 3


def language(audit: Mapping[str, Any]) -> Lang:
    """Return the language the audit is in; English where it names none that we have."""
    return next((lang for lang in LANGS if lang == audit.get("lang")), "en")


def name_of(kind: str, name: str, lang: Lang) -> str:
    """Return what people call a signal, axis, action …; ``name`` itself where we have no word for it."""
    try:
        return say(f"signals.{name}" if kind == "signal" else f"report.{kind}_{name}", lang)
    except KeyError:
        return name


def show_signal(name: str, value: float | None, lang: Lang) -> str:
    """Return a signal's value with its unit; the plain number of a signal that we do not know."""
    try:
        return get_signal(name).show(math.nan if value is None else value, lang)
    except KeyError:
        return say("signals.cannot_tell", lang) if value is None else show_number(value)


def describe_decisions(audit: Mapping[str, Any], lang: Lang) -> list[str]:
    """Return what of the seller's decisions was heeded and what has lapsed, a line each; none where there are none."""
    decisions = audit.get("decisions") or {}
    honoured = {kind: n for kind, n in decisions.get("honoured", {}).items() if n}
    lines = []
    if honoured:
        kinds = join_words([f"{say(f'report.decided_{kind}', lang)} {n}" for kind, n in honoured.items()], lang)
        lines.append(say("report.honoured", lang, n=sum(honoured.values()), kinds=kinds))
    if lapsed := decisions.get("lapsed", ()):
        lines.append(say("report.lapsed", lang, n=len(lapsed), pairs=join_words(_name_pairs(lapsed), lang)))
    return lines


def describe_work(counts: Mapping[str, Any], lang: Lang) -> list[str]:
    """Return how many listings are to be mended now and how many questions wait, a line each; none for none."""
    told = (("report.text_violations", counts["violations"]), ("report.text_questions", counts["questions"]))
    return [say(key, lang, n=n) for key, n in told if n]


def _name_pairs(lapsed: Sequence[Mapping[str, Any]]) -> list[str]:
    named = [f"{shorten(x['listing_a'], 24)} – {shorten(x['listing_b'], 24)}" for x in lapsed[:_LAPSED_NAMED]]
    return [*named, "…"] if len(lapsed) > _LAPSED_NAMED else named


def show_price(price: float | None, currency: str, lang: Lang) -> str:
    """Return a price as people read it: ``5.99 USD``, ``12 USD``, or that there is none."""
    if price is None:
        return say("report.no_price", lang)
    cents = round(price, 2)
    amount = f"{cents:.2f}" if cents == price and not float(price).is_integer() else show_number(price)
    return f"{amount} {currency}".strip()


def join_words(words: list[str], lang: Lang) -> str:
    """Return words in one line, with the comma of the language."""
    return say("verdicts.comma", lang).join(words)


def shorten(text: str, most: int) -> str:
    """Return the text's first ``most`` characters, with an ellipsis where there are more."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def files_of(audit: Mapping[str, Any], lang: Lang) -> str:
    """Return the names of the catalogue's files, without their folders."""
    names = [str(file).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] for file in audit["catalog"]["files"]]
    return join_words(names, lang)
