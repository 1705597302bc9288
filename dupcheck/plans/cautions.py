"""What a seller should look at before a merge: values that are missing, cut or refused, and what the copies held."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dupcheck.axes import pick_axes
from dupcheck.files.numbers import is_numbered
from dupcheck.judging.differences import AxisNames
from dupcheck.limits import is_foreign_title, list_bad_codes, list_foreign, list_long, list_twice
from dupcheck.messages import Lang, Message, message, say
from dupcheck.plans.mixture import Mixture
from dupcheck.plans.offers import LOGISTICS, Offer
from dupcheck.plans.wording import plain_word
from dupcheck.titles import align_name, read_value

_PICTURED = frozenset(pick_axes(lambda axis: axis.pictured))
"""Axes whose values a buyer chooses by their picture."""
_CODES = pick_axes(lambda axis: axis.role == "code")
_FEW = 3


def list_cautions(mix: Mixture) -> Iterator[Message]:
    """Yield what a seller should look at before merging."""
    chosen = [offers[0] for offers in mix.skus.values()]
    for axis in mix.axes:
        yield from _warn_of_axis(mix, axis, chosen)
    yield from _warn_of_prices(mix, chosen)
    yield from _warn_of_codes(mix, chosen)
    yield from _warn_of_places(mix)
    yield from _warn_of_copies(mix)
    yield from _warn_of_facts(mix)
    for opposite in mix.pack.opposites:
        named = [a for a in mix.axes if a in opposite.axes]
        if named:
            names = AxisNames("", {}, tuple(named))
            yield message("plans.opposite", axes=names, text=_PackText(opposite.summary.by_lang))


def _warn_of_axis(mix: Mixture, axis: str, chosen: Sequence[Offer]) -> Iterator[Message]:
    name, merge = AxisNames("", {}, (axis,)), mix.pack.merge
    silent = dict.fromkeys(o.member for o in chosen if not o.values.get(axis))
    if silent:
        yield message("plans.unstated", axis=name, ids=mix.list_ids(silent))
    names = mix.option_names(axis)
    changed = [f"{old} → {new}" for old, new in names.items() if old != new]
    if changed:
        yield message("plans.shortened", max=merge.option_name_max, names="; ".join(changed))
    if long := list_long(names.values(), merge):
        yield message("plans.long_names", names=", ".join(long), max=merge.option_name_max)
    if foreign := list_foreign(names.values(), merge):
        yield message("plans.names_alphabet", names=", ".join(foreign))
    if axis in _PICTURED:
        shown: dict[str, dict[str, None]] = {}
        for offer in chosen:
            if offer.values.get(axis):
                shown.setdefault(offer.image, {})[offer.shown[axis]] = None
        for image, values in shown.items():
            if len({plain_word(v) for v in values}) > 1:
                key = "plans.same_photo" if image else "plans.no_photo"
                yield message(key, axis=name, values=", ".join(values))


def _warn_of_prices(mix: Mixture, chosen: Sequence[Offer]) -> Iterator[Message]:
    missing = dict.fromkeys(o.member for o in chosen if o.price is None)
    if missing and (len(mix.kept) > 1 or mix.wholesale):  # of copies alone nothing is merged
        yield message("plans.no_price", ids=mix.list_ids(missing))
    prices = [o.price for o in chosen if o.price]
    most = mix.pack.merge.price_spread_max
    if len(mix.skus) < 2 or not prices or max(prices) <= most * min(prices):
        return
    times = f"{max(prices) / min(prices):.1f}"
    pieces = [_pieces(o) for o in chosen if o.price]
    each = [p / n for p, n in zip(prices, pieces, strict=True)]
    if "pack" in mix.axes and max(each) <= most * min(each):
        a_piece = f"{max(each) / min(each):.1f}"
        yield message("plans.spread_packs", times=times, max=f"{most:g}", piece=a_piece)
    else:
        yield message("plans.spread", times=times, max=f"{most:g}")


def _warn_of_codes(mix: Mixture, chosen: Sequence[Offer]) -> Iterator[Message]:
    codes = [o.sku_code for o in chosen if o.sku_code]
    if bad := list_bad_codes(codes, mix.pack.merge):
        yield message("plans.bad_codes", codes=_few(bad), max=mix.pack.merge.sku_code_max)
    if twice := list_twice(codes):
        yield message("plans.same_codes", codes=_few(twice))
    stocks = [o.stock for o in chosen]
    if stocks and all(s is not None and s <= 0 for s in stocks):
        yield message("plans.no_stock")


def _warn_of_places(mix: Mixture) -> Iterator[Message]:
    for name in ("category", "shop"):
        found = sorted({mix.shelf.text(m, name) for m in mix.ranked} - {""})
        if len(found) > 1:
            yield message(f"plans.{name}_differs", names="; ".join(found))
    templates = [
        _name_templates(value for axis, (_, value) in mix.shelf.attributes(m).items() if axis == LOGISTICS)
        | _list_templates(mix.shelf.text(m, "other"))
        for m in mix.ranked
    ]
    if len(set.union(*templates)) > 1:
        yield message("plans.templates_differ", names="; ".join(sorted(set.union(*templates))))
    if is_foreign_title(mix.title, mix.pack.merge):
        yield message("plans.title_alphabet")
    pictures = {p for m in mix.ranked for p in mix.shelf.text(m, "images").split(";")}
    pictures |= {mix.shelf.text(m, "main_image") for m in mix.ranked}
    if len(pictures - {""}) > mix.pack.merge.images_max:
        yield message("plans.images", count=len(pictures - {""}), max=mix.pack.merge.images_max)


_MEASURE = re.compile(r"\d{1,4}([.,]\d+)?\s*[^\W\d]{0,4}")
_WEIGHT = re.compile(r"\d{1,4}([.,]\d+)?\s*[^\W\d]{1,4}")


def _list_templates(other: str) -> set[str]:
    """Return the freight and service templates that stand in columns which no field takes."""
    held = json.loads(other) if other else {}
    named = {str(value) for header, value in held.items() if align_name(header) == LOGISTICS and value}
    return {value for value in named if _MEASURE.fullmatch(value.strip()) is None}


def _name_templates(facts: Iterable[str]) -> set[str]:
    """Return those of the facts about freight that name a template; what a parcel weighs may well differ."""
    return {value for value in facts if _WEIGHT.fullmatch(value.strip()) is None}


def _warn_of_copies(mix: Mixture) -> Iterator[Message]:
    """Say what an offer that gives way held otherwise than the one that stays."""
    codes: list[str] = []
    prices: list[Message] = []
    stocks: list[str] = []
    for first, *others in mix.skus.values():
        for other in others:
            copy = mix.shelf.id(other.member)
            held = (other.sku_code, other.gtin if is_numbered(other.gtin) else "")
            codes += [f"{c} ({copy})" for c in held if c and c not in (first.sku_code, first.gtin)]
            told = other.price is not None and first.price is not None
            if told and (other.price, other.currency or first.currency) != (first.price, first.currency):
                prices.append(
                    message("plans.price_differs", id=copy, price=_show_money(other), kept=_show_money(first))
                )
            if other.stock is not None and first.stock is not None and other.stock != first.stock:
                stocks.append(f"{copy} {other.stock:g}")
    if codes:
        yield message("plans.codes_given_up", codes=_few(codes))
    if prices:
        yield message("plans.prices_differ", prices=_Few("", {}, tuple(prices)))
    if stocks:
        yield message("plans.stocks_differ", stocks=_few(stocks))


def _warn_of_facts(mix: Mixture) -> Iterator[Message]:
    """Name the attributes that the members state differently, options apart."""
    raw: dict[str, set[str]] = {}
    for m in mix.ranked:
        for axis, (_, value) in mix.shelf.attributes(m).items():
            raw.setdefault(axis, set()).add(value)
    # What is written alike in all is stated alike: most is, and reading values is dear.
    open_axes = {a for a, v in raw.items() if len(v) > 1} - {"sku", *_CODES, *mix.axes}
    stated: dict[str, dict[str, str]] = {}
    written: dict[str, str] = {}
    for m in mix.ranked if open_axes else []:
        options = {(a, o.values.get(a, "")) for o in mix.own[m] for a in mix.axes}
        for axis, (name, value) in mix.shelf.attributes(m).items():
            if axis in open_axes and not any(v and read_value(a, value) == v for a, v in options):
                written.setdefault(axis, name)
                stated.setdefault(axis, {}).setdefault(read_value(axis, value), f"{value} ({mix.shelf.id(m)})")
    differ = [f"{written[a]}: {_few(list(v.values()))}" for a, v in stated.items() if len(v) > 1]
    if differ:
        yield message("plans.attributes_differ", attributes="; ".join(differ))


class _PackText(Message):
    """A pack's own words as a part of a message: said in that message's language."""

    __slots__ = ()

    def __init__(self, by_lang: Mapping[str, object]) -> None:
        super().__init__("", by_lang)

    def say(self, lang: str = "en") -> str:
        return str(self.values.get(lang) or self.values.get("en") or "")


def _pieces(offer: Offer) -> float:
    number = offer.values.get("pack", "").partition(" ")[0]
    return float(number) if number.replace(".", "", 1).isdigit() and float(number) > 0 else 1.0


def _few(texts: Sequence[str]) -> str:
    """The first few texts, and an ellipsis where there are more."""
    return "; ".join(texts[:_FEW]) + (" …" if len(texts) > _FEW else "")


@dataclass(frozen=True)
class _Few(Message):
    """The first few of several messages as one, said in whatever language the report is in."""

    parts: tuple[Message, ...] = ()

    def say(self, lang: Lang = "en") -> str:
        told = say("verdicts.comma", lang).join(part.say(lang) for part in self.parts[:_FEW])
        return told + (" …" if len(self.parts) > _FEW else "")


def _show_money(offer: Offer) -> str:
    assert offer.price is not None
    shown = f"{offer.price:g}" if offer.price == int(offer.price) else f"{offer.price:.2f}"
    return f"{shown} {offer.currency}".strip()
