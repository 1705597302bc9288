"""What two listings differ in: axes, each with two values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dupcheck.features import Features
from dupcheck.model import BoolArray, Difference, FloatArray, IntArray
from dupcheck.rules import RulePack
from dupcheck.text import AXES, show_value
from dupcheck.words import Lang, Message, say


def contradict(
    features: Features, pack: RulePack, left: IntArray, right: IntArray, signals: Mapping[str, FloatArray]
) -> BoolArray:
    """Return which pairs differ in something that the pack calls distinct: never one product."""
    result = np.zeros(len(left), dtype=bool)
    for axis in pack.merge.distinct:
        column = features.axes.get(axis)
        if column is not None:
            # "HP" and "HP Enterprise" are one maker: brands that begin with the same word do not contradict.
            names = [v.split(" ")[0] if axis == "brand" else v for v in column.values]
            number = {name: i for i, name in enumerate(dict.fromkeys(names))}
            kind = np.array([*(number[name] for name in names), -1])[column.codes]
            a, b = kind[left], kind[right]
            result |= (a >= 0) & (b >= 0) & (a != b)
    result &= signals["codes"] != 1.0  # one part number is one product, whatever name it is sold under
    if "model" in pack.merge.distinct:
        result |= signals["codes"] == 0.0
    return result


def find_differences(features: Features, left: int, right: int) -> tuple[Difference, ...]:
    """Return the axes on which two listings state different values, or only one states any."""
    found = []
    for axis, column in features.axes.items():
        a, b = column.value(left), column.value(right)
        if a != b:
            found.append(Difference(axis, a, b))
    quantity = features.minimum_order[left], features.minimum_order[right]
    if quantity[0] != quantity[1] and not any(d.axis == "tier" for d in found):
        found.append(Difference("tier", *(f"{q:g}" for q in quantity)))
    order = {axis: i for i, axis in enumerate(AXES)}
    return tuple(sorted(found, key=lambda d: (order.get(d.axis, len(order)), d.axis)))


def name_axis(axis: str, lang: Lang = "en") -> str:
    """Return an axis' name for a person; an attribute that no vocabulary knows keeps its own."""
    facts = AXES.get(axis)
    return axis if facts is None else facts.zh if lang == "zh" else facts.en


def explain_differences(differences: Sequence[Difference], lang: Lang = "en") -> str:
    """Return the differences in words: «size 5.0 in / 5.5 in, colour Red / (not stated)»."""
    unstated = say("verdicts.unstated", lang)
    return say("verdicts.comma", lang).join(
        f"{name_axis(d.axis, lang)} {show_value(d.axis, d.left, lang) if d.left else unstated}"
        f" / {show_value(d.axis, d.right, lang) if d.right else unstated}"
        for d in differences
    )


@dataclass(frozen=True)
class AxisNames(Message):
    """Axes' names as a message, said in whatever language the report is in."""

    axes: tuple[str, ...] = ()

    def say(self, lang: Lang = "en") -> str:
        """Return the names in words."""
        return say("verdicts.comma", lang).join(name_axis(axis, lang) for axis in self.axes)


@dataclass(frozen=True)
class DifferenceNames(Message):
    """Differences as a message, said in whatever language the report is in."""

    differences: tuple[Difference, ...] = ()

    def say(self, lang: Lang = "en") -> str:
        """Return the differences in words."""
        return explain_differences(self.differences, lang)
