"""How right groups are thought to be, from what was answered."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from dupcheck.judging.model import PairModel
from dupcheck.messages import Message, message
from dupcheck.model import BoolArray, FloatArray, IntArray

STATED_FROM = 50
"""Answered pairs from which on it is said how right the groups are."""
_BINS = np.array([0.005, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98])
_PRIOR = 2.0
"""As how many answers the model's own word counts in each bin."""
_MOST = 200_000
"""Pairs within groups that are looked at; of more, some are drawn."""
_DRAWS = 2_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """How right groups are thought to be, 0 … 1, each with an interval that holds it nine times in ten.

    Strata are the pairs that stand in one group and the candidate pairs that do not, each in bins of the model's
    probability. An answer counts in the stratum in which its pair would stand had it not been answered, and stands for
    as many pairs as that stratum holds (stratified importance weighting, as in OASIS: Marchant and Rubinstein, VLDB
    2017). What was answered, and what follows from it, is known and counts as it is; where few were asked, the model's
    own probabilities stand in, uncorrected. Recall is of the pairs that were looked at.
    """

    precision: float
    precision_low: float
    precision_high: float
    recall: float
    recall_low: float
    recall_high: float

    def as_dict(self) -> dict[str, float]:
        """Return the numbers with three digits."""
        return {name: round(value, 3) for name, value in asdict(self).items()}

    def tell(self) -> Message:
        """Say it in percent."""
        return message("questions.stated", **{name: f"{100 * value:.0f}" for name, value in asdict(self).items()})


@dataclass(frozen=True)
class Answered:
    """What was answered: pairs by position, what was said, what a model says of each that had not learned from it, and
    whether it would stand in one group had nothing been said. ``known`` are these and the pairs that follow from them.
    """

    left: IntArray
    right: IntArray
    same: BoolArray
    before: FloatArray
    would_group: BoolArray
    known: tuple[IntArray, IntArray, BoolArray]


def estimate_groups(
    model: PairModel, answered: Answered, clusters: Sequence[IntArray], left: IntArray, right: IntArray
) -> Estimate | None:
    """Return how right groups (``clusters``, by position) are; ``left`` and ``right`` are the candidate pairs. None
    while too few pairs are answered.
    """
    if len(answered.left) < STATED_FROM:
        return None
    label = _label(len(model.evidence.features), clusters)
    a, b, weight = _list_inside(clusters)
    apart = label[left] != label[right]
    known_in = label[answered.known[0]] == label[answered.known[1]]
    inside, yes_in = _count(model, a, b, answered, known_in)
    outside, yes_out = _count(model, left[apart], right[apart], answered, ~known_in)
    rates = [
        _rate(answered, answered.would_group == grouped, told) for grouped, told in ((True, inside), (False, outside))
    ]
    sizes = inside[0] * weight, outside[0]
    known = int(known_in.sum())
    hit = [yes_in + sizes[0] @ rate for rate in rates[0]]
    missed = [yes_out + sizes[1] @ rate for rate in rates[1]]
    total = max(known + float(sizes[0].sum()), 1.0)
    precision = [np.asarray(h) / total for h in hit]
    recall = [np.asarray(h) / np.maximum(np.asarray(h) + np.asarray(m), 1e-9) for h, m in zip(hit, missed, strict=True)]
    return Estimate(*_bracket(float(precision[0]), precision[1]), *_bracket(float(recall[0]), recall[1]))


def _label(n: int, clusters: Sequence[IntArray]) -> IntArray:
    label: IntArray = np.arange(n) + len(clusters)
    for k, members in enumerate(clusters):
        label[members] = k
    return label


def _list_inside(clusters: Sequence[IntArray]) -> tuple[IntArray, IntArray, float]:
    """Every two listings of one group, the lower first, or some of them, and how many each of these stands for."""
    sizes = np.array([len(c) for c in clusters], dtype=np.int64)
    total = int((sizes * (sizes - 1) // 2).sum())
    rng = np.random.default_rng(0)
    left, right = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for members in clusters:
        i, j = np.triu_indices(len(members), 1)
        if total > _MOST:
            drawn = rng.random(len(i)) < _MOST / total
            i, j = i[drawn], j[drawn]
        left.append(np.minimum(members[i], members[j]))
        right.append(np.maximum(members[i], members[j]))
    a, b = np.concatenate(left), np.concatenate(right)
    return a, b, total / max(len(a), 1)


def _count(
    model: PairModel, left: IntArray, right: IntArray, answered: Answered, mine: BoolArray
) -> tuple[tuple[IntArray, FloatArray], float]:
    """How many unanswered pairs stand in each bin and what the model expects of them; and the answered that are one."""
    fresh = ~np.isin(key_pairs(left, right), key_pairs(answered.known[0], answered.known[1]))
    chance = model.measure(left[fresh], right[fresh])
    bins = np.digitize(chance, _BINS)
    size: IntArray = np.bincount(bins, minlength=len(_BINS) + 1).astype(np.int64)
    expected: FloatArray = np.bincount(bins, chance, minlength=len(_BINS) + 1).astype(np.float64)
    return (size, expected), float(answered.known[2][mine].sum())


def key_pairs(left: IntArray, right: IntArray) -> IntArray:
    """Return a number for each pair of positions, the same whichever comes first."""
    keys: IntArray = np.minimum(left, right) * 2**32 + np.maximum(left, right)
    return keys


def _rate(answered: Answered, mine: BoolArray, told: tuple[IntArray, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """The share of pairs in each bin that are one product, and draws of what it may be."""
    size, expected = told
    bins = np.digitize(answered.before[mine], _BINS)
    asked = np.bincount(bins, minlength=len(size))
    yes = np.bincount(bins, answered.same[mine].astype(float), minlength=len(size))
    middle = (np.concatenate([[0.0], _BINS]) + np.concatenate([_BINS, [1.0]])) / 2
    prior = np.where(size > 0, expected / np.maximum(size, 1), middle)
    a, b = yes + _PRIOR * prior, asked - yes + _PRIOR * (1 - prior)
    drawn = np.random.default_rng(0).beta(a[:, None] + 0.5, b[:, None] + 0.5, size=(len(size), _DRAWS))
    return a / (a + b), drawn


def _bracket(middle: float, drawn: FloatArray) -> tuple[float, float, float]:
    """A number and the interval around it that holds nine in ten of what was drawn."""
    low, high = float(np.quantile(drawn, 0.05)), float(np.quantile(drawn, 0.95))
    return middle, min(low, middle), max(high, middle)
