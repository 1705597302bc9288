"""What every axis is, read once from ``axes.toml``: its name, its role, how its values are read, what follows from it.

An axis is what two listings can differ in: their colour, size, material, model. No other file lists axes by hand; what
holds for some of them only is a key of the table, and :func:`pick_axes` finds those that have it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from dupcheck.files.toml import read_toml

AxisRole = Literal["option", "side", "tier", "identity", "code", "fact", "shipping", "hidden"]
AxisValues = Literal["color", "size", "count", "measure", "words", "list", "code", "text"]


@dataclass(frozen=True, slots=True)
class Axis:
    """One entry of the table; what each key means stands at its head."""

    id: str
    role: AxisRole
    name: Mapping[str, str] = field(default_factory=dict)
    values: AxisValues = "text"
    unit: str = ""
    natural: str = ""
    apart: Literal["", "both", "one"] = ""
    weight: float = 1.0
    unordered: bool = False
    repeats: bool = False
    numbered: bool = False
    doubtful: bool = False
    named: bool = False
    one_place: bool = False
    pictured: bool = False
    priced: bool = False
    unsure: bool = False
    asked: bool = False
    kept: bool = False
    untold: bool = False

    def say(self, lang: str) -> str:
        """Return its name in a language that people read, in English where there is none.

        >>> AXES["color"].say("zh")
        '颜色'
        """
        return self.name.get(lang, self.name["en"])


def _read_axes() -> dict[str, Axis]:
    table = read_toml(Path(__file__).with_name("axes.toml"))
    return {axis: Axis(id=axis, **entry) for axis, entry in table.items()}


_ALL: Final = _read_axes()
AXES: Final[Mapping[str, Axis]] = {axis: facts for axis, facts in _ALL.items() if facts.role != "hidden"}
"""The axes that people know, by id, in the order in which they are told."""
HEAD: Final = "head"
"""The product that a title names before it names one choice of it; a text, where titles of the catalogue share it."""
SCRIPT: Final = "script"
"""The scripts that a title is written in, joined by ``|``: titles in different ones cannot be compared."""
HIDDEN: Final = frozenset(_ALL.keys() - AXES.keys())
"""Columns that are kept as axes are, and say nothing to a person."""


def pick_axes(fits: Callable[[Axis], bool]) -> tuple[str, ...]:
    """Return the ids of the axes of which something holds, in the table's order.

    >>> pick_axes(lambda axis: axis.pictured)
    ('color', 'pattern', 'material', 'style', 'shape')
    """
    return tuple(axis for axis, facts in AXES.items() if fits(facts))


OPTION_AXES: Final = pick_axes(lambda axis: axis.role == "option")
"""The axes on which one listing's options usually vary, in the order a buyer sees them."""
CHOICES: Final = pick_axes(lambda axis: axis.role == "option" and axis.named)
"""Axes on which what both listings state makes two choices of one thing, whatever code each choice has."""
CODED: Final = pick_axes(lambda axis: axis.role in ("option", "side") and not axis.apart and axis.id != "compatible")
"""Axes of which each choice may carry a maker's number of its own: two numbers tell no products apart where it differs,
and it is asked what they are."""
SIDE_AXES: Final = pick_axes(lambda axis: axis.role == "side")
"""Axes that go along with another one (a bigger bed is heavier); an option only where no other tells listings apart."""
MEASURED: Final = frozenset(pick_axes(lambda axis: axis.values == "measure"))
"""Axes whose values are amounts with a unit."""
WORDED: Final = pick_axes(lambda axis: axis.values in ("color", "words"))
"""Axes whose values are words of the languages."""
REPEATING: Final = frozenset(pick_axes(lambda axis: axis.repeats))
"""Axes whose values may only say again what a size or a capacity says."""
NATURAL: Final[Mapping[str, str]] = {axis: facts.natural for axis, facts in AXES.items() if facts.natural}
"""The value of an axis where a listing states none."""
