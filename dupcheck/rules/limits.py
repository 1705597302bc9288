"""Limits on signals, and rules made of them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from dupcheck.messages import Message, message
from dupcheck.model import BoolArray, Condition, FloatArray, Verdict
from dupcheck.rules.wording import NO_WORDS, Words
from dupcheck.signals import SIGNALS, get_signal

Side = Literal["min", "max"]
Missing = Literal["fail", "skip"]


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on one signal, in the signal's unit."""

    signal: str
    side: Side
    limit: float
    missing: Missing = "fail"

    @property
    def asks_for_closeness(self) -> bool:
        """Whether close pairs hold it; a limit on the far side says where an alternative applies."""
        return (self.side == "max") == (get_signal(self.signal).closer == "low")

    def hold(self, values: FloatArray) -> tuple[BoolArray, BoolArray]:
        """Return (held, skipped) for each value; a NaN is skipped or neither, as ``missing`` says."""
        held = (values <= self.limit) if self.side == "max" else (values >= self.limit)  # never of NaN
        return held, (np.isnan(values) if self.missing == "skip" else np.zeros(values.shape, dtype=bool))

    def judge(self, value: float) -> Condition:
        """Return how one value stands to the limit: as :meth:`hold` says of an array, without the array."""
        state: Literal["held", "failed", "skipped"]
        if math.isnan(value):
            state = "failed" if self.missing == "fail" else "skipped"
        else:
            state = "held" if (value <= self.limit if self.side == "max" else value >= self.limit) else "failed"
        return Condition(self.signal, self.side, self.limit, value, state)


class Example(NamedTuple):
    """Values of signals at which a rule must fire, or must not; what is not named cannot be told."""

    values: Mapping[str, float]
    name: Words = NO_WORDS


@dataclass(frozen=True, slots=True)
class Alternative:
    """Limits all of which have to hold: the rule itself, whose name is "", or another way to break it.

    What a ``weak`` one catches it only just catches: it parts no group that something else binds.
    """

    limits: tuple[Limit, ...]
    name: str = ""
    summary: Words = NO_WORDS
    fires: tuple[Example, ...] = ()
    spares: tuple[Example, ...] = ()
    weak: bool = False

    def hold(self, signals: Mapping[str, FloatArray]) -> BoolArray:
        """Return which pairs it catches."""
        return _hold_clause(self.limits, signals)

    def has(self, signal: str, side: str) -> bool:
        """Whether it limits a signal on this side."""
        return any((x.signal, x.side) == (signal, side) for x in self.limits)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: conditions that make two listings duplicates (or deserve advice), and the reason."""

    code: str
    name: str
    verdict: Verdict
    alternatives: tuple[Alternative, ...]
    summary: Words = NO_WORDS
    why: Words = NO_WORDS
    mistakes: Words = NO_WORDS
    fires: tuple[Example, ...] = ()
    spares: tuple[Example, ...] = ()

    @property
    def when(self) -> tuple[tuple[Limit, ...], ...]:
        """The limits of each alternative, the rule itself first."""
        return tuple(a.limits for a in self.alternatives)

    @property
    def signals(self) -> tuple[str, ...]:
        """The names of the signals the rule looks at, each once."""
        return tuple(dict.fromkeys(limit.signal for clause in self.when for limit in clause))

    def hold(self, signals: Mapping[str, FloatArray]) -> tuple[BoolArray, ...]:
        """Return for each alternative which pairs it catches."""
        return tuple(a.hold(signals) for a in self.alternatives)

    def may_fire(self, signals: Mapping[str, FloatArray]) -> BoolArray:
        """Return which pairs the rule catches if every signal that is not among ``signals`` turns out as it asks."""
        ways = [_hold_clause(clause, signals, open_ones=True) for clause in self.when]
        caught: BoolArray = np.logical_or.reduce(ways)
        return caught

    def fire(self, signals: Mapping[str, FloatArray]) -> BoolArray:
        """Return which pairs the rule catches."""
        caught: BoolArray = np.logical_or.reduce(self.hold(signals))
        return caught

    def run_examples(self) -> tuple[Message, ...]:
        """Run the examples of the rule and of each alternative; return one message for each that comes out wrong."""
        wrong = _run_examples(self.code, self.fire, self)
        for way in self.alternatives:
            wrong += _run_examples(f"{self.code}.{way.name}", way.hold, way)
        return tuple(wrong)

    def count_examples(self) -> int:
        """Return how many examples the rule and its alternatives have."""
        ways: tuple[Rule | Alternative, ...] = (self, *self.alternatives)
        return sum(len(x.fires) + len(x.spares) for x in ways)


def _hold_clause(clause: Sequence[Limit], signals: Mapping[str, FloatArray], *, open_ones: bool = False) -> BoolArray:
    n = len(next(iter(signals.values())))
    holds, told = np.ones(n, dtype=bool), np.zeros(n, dtype=bool)
    for limit in clause:
        if open_ones and limit.signal not in signals:
            told[:] = True
            continue
        held, skipped = limit.hold(signals[limit.signal])
        holds &= held | skipped
        told |= held
    return holds & told


def _run_examples(
    place: str, judge: Callable[[Mapping[str, FloatArray]], BoolArray], way: Rule | Alternative
) -> list[Message]:
    wrong = []
    for key, wanted, examples in (
        ("rules.example_must_fire", True, way.fires),
        ("rules.example_must_not_fire", False, way.spares),
    ):
        for example in examples:
            values = {s.name: np.array([example.values.get(s.name, math.nan)]) for s in SIGNALS}
            if bool(judge(values)[0]) != wanted:
                text = ", ".join(f"{k}={v:g}" for k, v in example.values.items())
                wrong.append(message(key, code=place, example=text))
    return wrong
