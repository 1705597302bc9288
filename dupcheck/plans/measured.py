"""What the signals say of two listings: of a pair that a rule caught it is known, of any other it is measured."""

from typing import Literal

import numpy as np

from dupcheck.features import Features
from dupcheck.judging.verdicts import Findings
from dupcheck.signals import get_signal

SignalName = Literal["codes", "image", "color"]
"""Signals by which copies are proven: one pair at a time takes NumPy a hundred times as long as one among many."""


class Measured:
    """The signals of pairs of listings, in either order; ``caught`` are pairs of which they were measured before."""

    def __init__(self, features: Features, caught: Findings | None = None) -> None:
        self._features = features
        self._known = {} if caught is None else caught.signals
        keys = np.empty(0, dtype=np.int64) if caught is None else caught.left * len(features) + caught.right
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]

    def tell(self, signal: SignalName, left: int, right: int) -> float:
        """Return a signal of a pair; NaN: cannot tell."""
        values = self._known.get(signal)
        at = -1 if values is None else self._find(min(left, right), max(left, right))
        if values is not None and at >= 0:
            return float(values[at])
        return float(get_signal(signal).measure(self._features, np.array([left]), np.array([right]))[0])

    def _find(self, first: int, second: int) -> int:
        """Where a pair stands among those that were caught, -1 where it does not."""
        key = first * len(self._features) + second
        at = int(self._keys.searchsorted(key))
        return int(self._order[at]) if at < len(self._keys) and self._keys[at] == key else -1
