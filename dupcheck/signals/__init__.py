"""Signals: each measures one thing about two listings in its natural unit, or answers NaN, «cannot tell».

Adding one is one file, one entry in ``SIGNALS``, its name in ``messages/*/signals.toml`` and one test class that
inherits the tests all signals share.
"""

from typing import TYPE_CHECKING, Literal, Protocol

from dupcheck.messages import Lang
from dupcheck.messages.guessing import guess_name
from dupcheck.model import FloatArray, IntArray
from dupcheck.signals.attributes import Attributes
from dupcheck.signals.category import Category
from dupcheck.signals.codes import Codes
from dupcheck.signals.color import Color
from dupcheck.signals.containment import Containment
from dupcheck.signals.facts import Facts
from dupcheck.signals.image import Image
from dupcheck.signals.learned import Learned
from dupcheck.signals.price import Price
from dupcheck.signals.shop import Shop
from dupcheck.signals.title import Title

if TYPE_CHECKING:
    from dupcheck.features import Features

Closer = Literal["low", "high"]


class Signal(Protocol):
    """What every signal has.

    ``closer`` says which values mean «more alike»; ``best`` and ``worst`` bound them, for drawing and for strength.
    ``measure`` takes two arrays of listing positions of equal length and returns one float64 a pair, NaN where it
    cannot tell; it is symmetric in its arrays. ``show`` writes one value with its unit.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def closer(self) -> Closer: ...  # noqa: D102
    @property
    def best(self) -> float: ...  # noqa: D102
    @property
    def worst(self) -> float: ...  # noqa: D102
    def measure(self, features: "Features", left: IntArray, right: IntArray) -> FloatArray: ...  # noqa: D102
    def show(self, value: float, lang: Lang = "en") -> str: ...  # noqa: D102


SIGNALS: tuple[Signal, ...] = (
    Image(), Color(), Title(), Containment(), Attributes(), Price(), Codes(), Category(), Shop(), Facts(), Learned(),
)  # fmt: skip


def get_signal(name: str) -> Signal:
    """Return the signal ``name``; an unknown name is a KeyError that names the nearest."""
    for signal in SIGNALS:
        if signal.name == name:
            return signal
    near = guess_name(name, [s.name for s in SIGNALS])
    raise KeyError(f"no signal {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
