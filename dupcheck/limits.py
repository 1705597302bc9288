"""What one listing of a marketplace holds, and what is too much for it: one answer for plans and for files."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from dupcheck.model import Sku
from dupcheck.rules import MergeLimits
from dupcheck.titles import align_name

Fault = Literal[
    "axes", "title_length", "title_alphabet", "skus", "photos", "values", "same_options", "option_missing",
    "option_length", "option_alphabet", "codes", "same_codes", "prices", "currencies", "stock_unknown", "no_stock",
    "no_tiers",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that a listing would hold and the marketplace does not take.

    ``axis`` is the option it is about, "" where it is none's; ``names`` are the values, codes or currencies at fault;
    ``count`` and ``most`` are how many there are and how many may be.
    """

    fault: Fault
    axis: str = ""
    names: tuple[str, ...] = ()
    count: int = 0
    most: int = 0


class Holding(NamedTuple):
    """What a listing would hold. ``axes`` are the names of its options, ``photos`` how many photos it would show."""

    title: str
    axes: tuple[str, ...]
    skus: tuple[Sku, ...]
    photos: int = 0
    tiers: int = 0


def list_long(names: Iterable[str], limits: MergeLimits) -> list[str]:
    """Return the option values that are longer than a marketplace takes."""
    return [n for n in dict.fromkeys(names) if len(n) > limits.option_name_max]


def list_foreign(names: Iterable[str], limits: MergeLimits) -> list[str]:
    """Return the option values that hold letters which a marketplace does not take."""
    return [n for n in dict.fromkeys(names) if not n.isascii()] if limits.option_alphabet == "ascii" else []


def is_foreign_title(title: str, limits: MergeLimits) -> bool:
    """Say whether a title holds letters that a marketplace does not take."""
    return limits.title_alphabet == "ascii" and not title.isascii()


def list_bad_codes(codes: Iterable[str], limits: MergeLimits) -> list[str]:
    """Return the SKU codes that are too long, or hold blanks, pointed brackets or letters beyond English."""
    return [
        c for c in dict.fromkeys(codes) if len(c) > limits.sku_code_max or any(s in c for s in " <>") or not c.isascii()
    ]


def list_twice(codes: Iterable[str]) -> list[str]:
    """Return the SKU codes that stand more than once."""
    return [c for c, n in Counter(c for c in codes if c).items() if n > 1]


def find_breaches(held: Holding, limits: MergeLimits) -> list[Breach]:
    """Return everything that stands against publishing what a listing would hold, in a fixed order."""
    found: list[Breach] = []
    if len(held.axes) > limits.max_axes:
        found.append(Breach("axes", names=held.axes, count=len(held.axes), most=limits.max_axes))
    if not held.title.strip() or len(held.title) > limits.title_max:
        found.append(Breach("title_length", count=len(held.title), most=limits.title_max))
    if is_foreign_title(held.title, limits):
        found.append(Breach("title_alphabet"))
    if len(held.skus) > limits.skus_max:
        found.append(Breach("skus", count=len(held.skus), most=limits.skus_max))
    if held.photos > limits.images_max:
        found.append(Breach("photos", count=held.photos, most=limits.images_max))
    combos = Counter(tuple(sorted((n, v.casefold()) for n, v in s.options.items())) for s in held.skus)
    if any(n > 1 for n in combos.values()):
        found.append(Breach("same_options"))
    for axis in held.axes:
        found += _check_axis(held, axis, limits)
    return [*found, *_check_skus(held.skus, limits), *_check_tiers(held, limits)]


def _check_axis(held: Holding, axis: str, limits: MergeLimits) -> list[Breach]:
    found = []
    silent = tuple(s.sku_code or "?" for s in held.skus if not s.options.get(axis))
    if silent:
        found.append(Breach("option_missing", axis, silent))
    values = list(dict.fromkeys(s.options[axis] for s in held.skus if s.options.get(axis)))
    most = min(limits.axis_values_max, limits.values_max.get(align_name(axis), limits.axis_values_max))
    if len(values) > most:
        found.append(Breach("values", axis, count=len(values), most=most))
    if long := list_long(values, limits):
        found.append(Breach("option_length", axis, tuple(long), most=limits.option_name_max))
    if foreign := list_foreign(values, limits):
        found.append(Breach("option_alphabet", axis, tuple(foreign)))
    return found


def _check_skus(skus: Sequence[Sku], limits: MergeLimits) -> list[Breach]:
    found = []
    if bad := list_bad_codes((s.sku_code for s in skus if s.sku_code), limits):
        found.append(Breach("codes", names=tuple(bad), most=limits.sku_code_max))
    if twice := list_twice(s.sku_code for s in skus):
        found.append(Breach("same_codes", names=tuple(twice)))
    if any(s.price is None or s.price <= 0 for s in skus):
        found.append(Breach("prices"))
    money = {s.currency for s in skus} - {""}
    if len(money) > 1:
        found.append(Breach("currencies", names=tuple(sorted(money))))
    stocks = [s.stock for s in skus]
    if all(s is None for s in stocks):
        found.append(Breach("stock_unknown"))
    elif not any(stocks):
        found.append(Breach("no_stock"))
    return found


def _check_tiers(held: Holding, limits: MergeLimits) -> list[Breach]:
    return [Breach("no_tiers", count=held.tiers, most=limits.price_tiers)] if held.tiers > limits.price_tiers else []
