"""What no rule catches and what is probably one product all the same, by what catalogues teach: worth a question."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dupcheck.features import Features
from dupcheck.files.arrays import Rows, is_among
from dupcheck.index.candidates import Candidates
from dupcheck.judging.background import scale_rows
from dupcheck.judging.differences import contradict
from dupcheck.judging.verdicts import Findings, find_open
from dupcheck.model import BoolArray, FloatArray, IntArray
from dupcheck.rules import RulePack
from dupcheck.signals import get_signal

if TYPE_CHECKING:  # a check loads the model only where something is in doubt
    from dupcheck.judging.model import PairModel
    from dupcheck.judging.twins import Twins

_LEAST = 0.05
"""Less probable pairs are as good as none."""
_ALIKE, _SPELLED = 17.0, 0.2
"""Titles that are less alike in their words, and in their letters where these were gone by, are not measured: what is
one product in hardly a word is seldom told from titles …"""
_SHOWN = 25.0
"""… and below this, where no rule could catch them, nothing is asked of their photos."""


_RECURRING = 16
"""Words on both sides that tell so many other products apart name what a thing is (bed, dresser) ..."""
_UNSURE = 0.45
"""... and two that differ in such are at most this probable: no question for themselves, at most one among many."""


@dataclass(frozen=True)
class Likely:
    """Pairs of listing positions, the likeliest to be one product first, and how probable that is.

    ``across`` marks those that are titles in two scripts: of these the chance is how near their meanings are.
    """

    left: IntArray
    right: IntArray
    chance: FloatArray
    across: BoolArray | None = None

    def __len__(self) -> int:
        return len(self.left)

    def __getitem__(self, where: BoolArray | slice) -> "Likely":
        across = None if self.across is None else self.across[where]
        return Likely(self.left[where], self.right[where], self.chance[where], across)

    def mix(self, left: IntArray, right: IntArray, chance: FloatArray) -> "Likely":
        """Return the pairs with others among them, none of which is across two scripts."""
        chances = np.concatenate([self.chance, chance])
        order = np.argsort(-chances, kind="stable")
        across = None if self.across is None else np.concatenate([self.across, np.zeros(len(left), dtype=np.bool_)])
        one, other = np.concatenate([self.left, left])[order], np.concatenate([self.right, right])[order]
        return Likely(one, other, chances[order], None if across is None else across[order])

    def add(self, twins: "Twins") -> "Likely":
        """Return the pairs with twins in two scripts behind them."""
        across = np.arange(len(self) + len(twins.left)) >= len(self)
        return Likely(
            np.concatenate([self.left, twins.left]), np.concatenate([self.right, twins.right]),
            np.concatenate([self.chance, twins.likeness]), across,
        )  # fmt: skip


_NOTHING: IntArray = np.empty(0, dtype=np.int64)
NONE_LIKELY = Likely(_NOTHING, _NOTHING, np.empty(0))


def find_likely(
    features: Features,
    pack: RulePack,
    candidates: Candidates,
    findings: Findings,
    make_model: "Callable[[], PairModel]",
    spelled: Callable[[], Rows] | None = None,
) -> Likely:
    """Return the candidate pairs that no rule caught and that state nothing by which the pack calls them distinct.
    Another code in the title keeps a pair from every rule and from no question: it may be a choice.

    The model is made only where there is something to ask it. ``spelled`` gives the sequences of signs of each
    title, where candidates were found by these as well.
    """
    left, right = candidates.left, candidates.right
    at = find_doubtful(features, pack, candidates, findings, spelled)
    chance = _measure(make_model(), left[at], right[at]) if len(at) else np.empty(0)
    order = np.argsort(-chance, kind="stable")
    order = order[chance[order] >= _LEAST]
    return Likely(left[at[order]], right[at[order]], chance[order])


def find_doubtful(
    features: Features, pack: RulePack, candidates: Candidates, findings: Findings,
    spelled: Callable[[], Rows] | None = None,
) -> IntArray:  # fmt: skip
    """Return the places of the candidate pairs that the model is asked about: no duplicate rule caught them, their
    titles are not too unlike or they state one code, and they state nothing by which the pack calls them distinct.
    """
    left, right = candidates.left, candidates.right
    at = np.flatnonzero(~_stand_in(candidates, findings.duplicates, len(features)))
    with np.errstate(invalid="ignore"):
        near = get_signal("title").measure(features, left[at], right[at]) >= _ALIKE
        near |= get_signal("codes").measure(features, left[at], right[at]) == 1.0
    if spelled is not None and not near.all():
        rest, titles = at[~near], spelled()
        near[~near] = scale_rows(titles, np.ones(titles.width)).dot(left[rest], right[rest]) >= _SPELLED
    at = at[near]
    doubtful: IntArray = at[~contradict(features, pack, left[at], right[at])]
    return doubtful


def find_worth(features: Features, pack: RulePack, left: IntArray, right: IntArray) -> BoolArray:
    """Return which pairs could come to anything, whatever their photos show.

    The others no rule can catch by any photo, and hardly one of them is asked about.
    """
    with np.errstate(invalid="ignore"):
        worth: BoolArray = get_signal("title").measure(features, left, right) >= _SHOWN
    worth |= find_open(features, pack, left, right)
    return worth


def _measure(model: "PairModel", left: IntArray, right: IntArray) -> FloatArray:
    chance = model.measure(left, right)
    named = model.evidence.count_recurring(left, right) >= _RECURRING
    return np.where(named, np.minimum(chance, _UNSURE), chance)


def _stand_in(candidates: Candidates, caught: Findings, count: int) -> BoolArray:
    """Which candidates were caught."""
    return is_among(
        candidates.left.astype(np.int64) * count + candidates.right, caught.left.astype(np.int64) * count + caught.right
    )
