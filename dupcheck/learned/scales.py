"""Choices that are numbers, and that no word names: sizes on a scale, and amounts that cost more the more they are.

A number behind a name may count volumes of a series, which are different products. Two things tell a choice from it:
sizes do not begin at one, and stand behind the names of many products; and what costs more the more of it there is, for
product after product, is an amount.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from dupcheck.axes import AXES
from dupcheck.titles.stems import stem_word
from dupcheck.titles.vocabulary import fold_word

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_LEAST, _MOST = 15.0, 60.0
"""Sizes of shoes and clothes, in numbers; a series begins with 1."""
_AMOUNT = re.compile(r"(\d+) ([^\W\d_]+)(?: .*)?")
_PRODUCTS = 3
"""For so many products a number must be seen to be a choice."""
_RISING = 0.8
"""The share of products of which the larger amount always costs more."""


class Choices(NamedTuple):
    """What stands in one slot behind one head: the values as they are compared, and the price of each, NaN: unknown."""

    values: Sequence[str]
    prices: Sequence[float]


def name_scales(slots: Sequence[Choices], sizes: Iterable[Sequence[str]] = ()) -> list[str]:
    """Return the axis of each slot of a catalogue that nothing else names: "size", the word that is counted, or "".

    ``sizes`` are the values of slots that are known to be sizes.

    >>> shoes = [Choices((a, b), (20.0, 20.0)) for a, b in (("37", "38"), ("38", "39"), ("37", "39"))]
    >>> name_scales(shoes)
    ['size', 'size', 'size']
    >>> name_scales([Choices(("1 lesson", "5 lessons"), (9.0, 9.0 + k)) for k in (20, 30, 40)])
    ['lesson', 'lesson', 'lesson']
    """
    counted = _find_amounts(slots)
    return [
        size or next((word for stem, word in counted.items() if _counts_all(slot.values, stem)), "")
        for size, slot in zip(_find_sizes(slots, sizes), slots, strict=True)
    ]


def _find_sizes(slots: Sequence[Choices], sizes: Iterable[Sequence[str]]) -> list[str]:
    """The axis of sizes for each slot that holds nothing but numbers, where all of these are sizes and most of them
    stand behind other names too.
    """
    numbers = [slot.values for slot in slots if all(map(_NUMBER.fullmatch, slot.values))]
    several = [{*values} for values in (*numbers, *sizes) if len({*values}) > 1]
    products = Counter(value for values in several for value in values)
    shared = sum(n for n in products.values() if n >= _PRODUCTS)
    is_scale = 2 * shared > products.total() and all(_is_size(v) for values in numbers for v in values)
    return ["size" if is_scale and all(map(_NUMBER.fullmatch, slot.values)) else "" for slot in slots]


def _is_size(number: str) -> bool:
    return _LEAST <= float(number) <= _MOST and (2 * float(number)).is_integer()


def _find_amounts(slots: Sequence[Choices]) -> dict[str, str]:
    """What is counted behind many names, and of which more costs more: its stem, and the shortest word of that."""
    rising: dict[str, list[bool]] = defaultdict(list)
    words: dict[str, set[str]] = defaultdict(set)
    for slot in slots:
        costs: dict[str, dict[int, float]] = defaultdict(dict)
        for value, price in zip(slot.values, slot.prices, strict=True):
            amount = _AMOUNT.fullmatch(value)
            if amount is not None and price > 0:
                stem = _stem(amount[2])
                words[stem].add(amount[2])
                costs[stem][int(amount[1])] = min(price, costs[stem].get(int(amount[1]), price))
        for stem, known in costs.items():
            if len(known) > 1:
                rising[stem].append(all(known[a] < known[b] for a, b in pairwise(sorted(known))))
    return {
        stem: min(words[stem], key=lambda word: (len(word), word))
        for stem, told in rising.items()
        if len(told) >= _PRODUCTS and sum(told) >= _RISING * len(told) and stem not in AXES
    }


def _counts_all(values: Iterable[str], stem: str) -> bool:
    """Whether each of some values counts what a word names."""
    return all((amount := _AMOUNT.fullmatch(value)) is not None and _stem(amount[2]) == stem for value in values)


def _stem(word: str) -> str:
    return stem_word(fold_word(word))
