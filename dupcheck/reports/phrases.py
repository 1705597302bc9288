"""The reports' words: names of actions, roles, axes and signals, prices, in the language of the audit."""

from collections.abc import Mapping
from typing import Any

from dupcheck.reports.tables import show_number
from dupcheck.words import LANGS, Lang, say


def language(audit: Mapping[str, Any]) -> Lang:
    """Return the language the audit is in; English where it names none that we have."""
    return next((lang for lang in LANGS if lang == audit.get("lang")), "en")


def name_of(kind: str, name: str, lang: Lang) -> str:
    """Return what people call a signal, axis, action …; ``name`` itself where we have no word for it."""
    try:
        return say(f"signals.{name}" if kind == "signal" else f"report.{kind}_{name}", lang)
    except KeyError:
        return name


def show_price(price: float | None, currency: str, lang: Lang) -> str:
    """Return a price as people read it: ``5.99 USD``, ``12 USD``, or that there is none."""
    if price is None:
        return say("report.no_price", lang)
    cents = round(price, 2)
    amount = f"{cents:.2f}" if cents == price and not float(price).is_integer() else show_number(price)
    return f"{amount} {currency}".strip()


def join_words(words: list[str], lang: Lang) -> str:
    """Return words in one line, with the comma of the language."""
    return ("、" if lang == "zh" else ", ").join(words)


def shorten(text: str, most: int) -> str:
    """Return the text's first ``most`` characters, with an ellipsis where there are more."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def files_of(audit: Mapping[str, Any], lang: Lang) -> str:
    """Return the names of the catalogue's files, without their folders."""
    names = [str(file).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] for file in audit["catalog"]["files"]]
    return join_words(names, lang)
