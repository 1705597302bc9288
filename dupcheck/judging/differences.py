"""What two listings differ in: axes, each with two values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dupcheck.axes import AXES, CODED, HIDDEN
from dupcheck.features import Features
from dupcheck.judging.contradictions import contradict_fits
from dupcheck.judging.makers import tell_makers_apart
from dupcheck.messages import Lang, Message, say
from dupcheck.model import BoolArray, Difference, FloatArray, IntArray
from dupcheck.rules import RulePack
from dupcheck.signals.codes import tell_models_apart
from dupcheck.titles import show_value


def contradict(
    features: Features, pack: RulePack, left: IntArray, right: IntArray, signals: Mapping[str, FloatArray] | None = None
) -> BoolArray:
    """Return which pairs differ in something that the pack calls distinct: never one product, but where the seller has
    said so. Without ``signals`` only what they state on axes counts, and no code in a title.
    """
    result = np.zeros(len(left), dtype=bool)
    for axis in pack.merge.distinct:
        column = features.axes.get(axis)
        if column is not None and axis == "compatible":
            result |= contradict_fits(column, left, right)
        elif column is not None:
            a, b = column.codes[left], column.codes[right]
            if axis == "brand":
                result |= tell_makers_apart(column.values, a, b, features.statistics.taught.lexicon)
            else:
                result |= (a >= 0) & (b >= 0) & (a != b)
    if signals is not None:
        result &= signals["codes"] != 1.0  # one part number is one product, whatever name it is sold under
        if "model" in pack.merge.distinct:
            at = np.flatnonzero(signals["codes"] == 0.0)
            result[at[~_number_choices(features, left[at], right[at])]] = True
    if features.learned is not None:
        result &= ~features.learned.is_told_one(left, right)
    return result


def _number_choices(features: Features, left: IntArray, right: IntArray) -> BoolArray:
    """Return which pairs only part numbers tell apart where a choice differs too: each colour and each capacity has one
    of its own.
    """
    result = np.zeros(len(left), dtype=bool)
    for axis in CODED:
        column = features.axes.get(axis)
        if column is not None:
            a, b = column.codes[left], column.codes[right]
            result |= (a >= 0) & (b >= 0) & (a != b)
    stated = features.part_numbers.sizes > 0
    result &= stated[left] & stated[right]
    result[result] = ~tell_models_apart(features, left[result], right[result])
    return result


def find_differences(features: Features, left: int, right: int) -> tuple[Difference, ...]:
    """Return the axes on which two listings state different values, or only one states any."""
    found = []
    for axis, column in features.axes.items():
        if axis in HIDDEN or column.codes[left] == column.codes[right]:
            continue
        a, b = column.value(left), column.value(right)
        if a != b:
            found.append(Difference(axis, a, b))
    quantity = features.minimum_order[left], features.minimum_order[right]
    if quantity[0] != quantity[1] and not any(d.axis == "tier" for d in found):
        found.append(Difference("tier", f"{quantity[0]:g}", f"{quantity[1]:g}"))
    order = {axis: i for i, axis in enumerate(AXES)}
    return tuple(sorted(found, key=lambda d: (order.get(d.axis, len(order)), d.axis)))


def list_differences(
    features: Features, left: IntArray, right: IntArray
) -> tuple[IntArray, list[tuple[Difference, ...]]]:
    """Return what :func:`find_differences` says of each pair, as an index into the distinct answers, and these."""
    order = {axis: i for i, axis in enumerate(AXES)}
    made: list[Difference] = []
    found: list[tuple[IntArray, IntArray]] = []  # which pairs differ, and in which of ``made``

    def note(at: IntArray, axis: str, values: Sequence[str], a: IntArray, b: IntArray) -> None:
        keys, which = np.unique(a * len(values) + b, return_inverse=True)
        found.append((at, which + len(made)))
        made.extend(Difference(axis, values[k // len(values)], values[k % len(values)]) for k in keys.tolist())

    tiers = np.zeros(len(left), dtype=bool)
    for axis in sorted({*features.axes, "tier"} - HIDDEN, key=lambda axis: (order.get(axis, len(order)), axis)):
        column = features.axes.get(axis)
        if column is not None:
            a, b = column.codes[left], column.codes[right]
            at = np.flatnonzero(a != b)
            note(at, axis, (*column.values, ""), a[at] % (len(column.values) + 1), b[at] % (len(column.values) + 1))
            if axis == "tier":
                tiers[at] = True
        if axis == "tier":
            at = np.flatnonzero((features.minimum_order[left] != features.minimum_order[right]) & ~tiers)
            ends = np.concatenate([features.minimum_order[left[at]], features.minimum_order[right[at]]])
            numbers, codes = np.unique(ends, return_inverse=True)
            note(at, axis, [f"{n:g}" for n in numbers.tolist()], codes[: len(at)], codes[len(at) :])
    pair = np.concatenate([at for at, _ in found])
    which = np.concatenate([w for _, w in found])[np.argsort(pair, kind="stable")].tolist()
    ends = np.cumsum(np.bincount(pair, minlength=len(left))).tolist()
    answers: dict[tuple[int, ...], int] = {}
    start, answer = 0, []
    for end in ends:
        answer.append(answers.setdefault(tuple(which[start:end]), len(answers)))
        start = end
    return np.array(answer, dtype=np.int64), [tuple(made[k] for k in key) for key in answers]


def name_axis(axis: str, lang: Lang = "en") -> str:
    """Return an axis' name for a person; an attribute that no vocabulary knows keeps its own."""
    facts = AXES.get(axis)
    return axis if facts is None else facts.say(lang)


def explain_differences(differences: Sequence[Difference], lang: Lang = "en") -> str:
    """Return the differences in words: «size 5.0 in / 5.5 in, colour Red / (not stated)»."""
    return say("verdicts.comma", lang).join(
        f"{name_axis(d.axis, lang)} {' / '.join(show_sides(d, lang))}" for d in differences
    )


def show_sides(difference: Difference, lang: Lang = "en") -> tuple[str, str]:
    """Return both values for a person: as the sellers wrote them, else as the language names them."""
    a, b = difference.written
    return (
        a or _show_side(difference.axis, difference.left, lang),
        b or _show_side(difference.axis, difference.right, lang),
    )


@lru_cache(maxsize=100_000)
def _show_side(axis: str, value: str, lang: Lang) -> str:
    if not value:
        return say("verdicts.retail" if axis == "tier" else "verdicts.unstated", lang)
    return show_value(axis, value, lang)


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
