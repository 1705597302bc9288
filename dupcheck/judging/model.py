"""The pair model: one probability that two listings are one product, and what it is the sum of.

It starts from what catalogues of our own teach (``start.npz``: arrays, no text; ``start.toml`` is its data sheet) and
is fitted anew to a catalogue by its seller's answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np

from dupcheck.files.arrays import is_among
from dupcheck.judging.evidence import COLUMNS, REASONS, Evidence
from dupcheck.learned.trees import Trees, read_odds
from dupcheck.model import Addend, BoolArray, FloatArray, IntArray, Weighed

START = Path(__file__).with_name("start.npz")
_CARRIED = 400
"""So many answers are carried to the pairs that are like theirs; of more, some from first to last."""
_FREE = 8.0
"""How far answers may pull what the start says: the variance of what is added to its log-odds, for pairs of one sort
beside others ..."""
_FALL, _RISE = 1.0, 0.1
"""... and for all alike. The start is made of shops that hold more copies than most: answers may well say that there
are fewer, and hardly that there are more."""
_STEPS = 60
_ALIKE = 0.7
"""Pairs that end in one leaf in so many of the trees are shown together: what is true of the one mostly is of all."""
_LOOKED_AT = 1_200
_SOME_TREES = 3
"""Every third tree is enough to tell which pairs are alike."""
_NOISE = 0.3
"""How little one answer tells even of its own pair, beside 1 for not knowing it."""
_PLACES = {reason: [COLUMNS.index(name) for name in names] for reason, names in REASONS.items()}


@cache
def load_trees() -> Trees:
    """Return the trees of the start alone: what judges before any answer."""
    with np.load(START, allow_pickle=False) as kept:
        if tuple(kept["columns"].tolist()) != COLUMNS:
            raise ValueError("start.npz was made for other columns: make it again with tests/benchmarks/start.py")
        return Trees.from_arrays({name: kept[name] for name in kept.files if name != "columns"})


def refit(rows: FloatArray, same: BoolArray, among: FloatArray, weights: FloatArray | None = None) -> Trees:
    """Return trees that have learned from a catalogue's answers, beside what the start knows. ``among`` are the pairs
    that are in question. ``weights`` say as how many answers each row counts, at most one; one each where nothing is
    said.

    Each answer is carried to the leaves in which its pair ends: a logistic regression on top of what the start says,
    whose kernel is the share of trees in which two pairs end in one leaf, centred among those in question: the mean of
    these is pulled by itself.
    """
    trees = load_trees()
    if weights is None:
        weights = np.ones(len(same))
    if len(rows) > _CARRIED:
        some = np.unique(np.linspace(0, len(rows) - 1, _CARRIED).astype(np.int64))
        rows, same, weights = rows[some], same[some], weights[some]
    leaves, said = trees.find_leaves(rows), trees.add_up(rows)
    count, most = leaves.shape[1], len(trees.value)
    share = np.bincount(trees.find_leaves(among).ravel(), minlength=most) / max(len(among), 1)
    near, within = share[leaves].mean(axis=1), float(np.square(share).sum()) / count
    alike = _compare_leaves(leaves) - near[:, None] - near[None, :] + within
    amount = _fit(alike + _FALL / _FREE, said, same, weights)
    pull = _FALL
    if amount.sum() > 0:
        amount = _fit(alike + _RISE / _FREE, said, same, weights)
        pull = _RISE
    carried = np.bincount(leaves.ravel(), np.repeat(amount, count), minlength=most)
    level = float(amount @ (within + pull / _FREE - near))
    return trees.shift((carried - amount.sum() * share + level) / count)


def _fit(alike: FloatArray, said: FloatArray, same: BoolArray, weights: FloatArray) -> FloatArray:
    """How much each answer adds to the log-odds of pairs that are like its own, beside what the start ``said``."""
    amount: FloatArray = np.zeros(len(said))
    step = np.linalg.inv(alike / 4 + np.eye(len(said)) / _FREE)
    for _ in range(_STEPS):  # a logistic curve bends by no more than a quarter: no step goes too far
        amount -= step @ (weights * (read_odds(said + alike @ amount) - same) + amount / _FREE)
    return amount


def _compare_leaves(leaves: IntArray) -> FloatArray:
    """The share of trees in which each two rows end in one leaf."""
    alike = np.zeros((len(leaves), len(leaves)), dtype=np.float32)
    for column in leaves.T:
        alike += column[:, None] == column[None, :]
    found: FloatArray = (alike / max(leaves.shape[1], 1)).astype(np.float64)
    return found


def find_alike(evidence: Evidence, asked: IntArray, pairs: IntArray, most: int) -> list[IntArray]:
    """Return for each pair that is ``asked`` which of ``pairs`` are most like it, the likest first, at most so many:
    those that end in one leaf with it in most trees of the start. Both are two columns.
    """
    if not len(asked) or not len(pairs):
        return [np.empty(0, dtype=np.int64) for _ in asked]
    leaves = load_trees().find_leaves(evidence.measure(pairs[:, 0], pairs[:, 1]))
    found = []
    for own in load_trees().find_leaves(evidence.measure(asked[:, 0], asked[:, 1])):
        share = (leaves == own).mean(axis=1)
        order = np.argsort(-share, kind="stable")[:most]
        found.append(order[share[order] >= _ALIKE])
    return found


def rank_telling(evidence: Evidence, chance: FloatArray, pairs: IntArray, known: IntArray, most: int) -> IntArray:
    """Return which of the ``pairs`` to ask first, at most so many: each the one whose answer tells most about all that
    is still in doubt, after the answers that are ``known`` and those before it.

    ``pairs`` and ``known`` are two columns each; of many pairs the most doubtful are looked at. Answers tell about
    pairs that end in the same leaves of the start (the next one of a Gaussian process that lowers its variance most).
    """
    doubt = chance * (1.0 - chance)
    some = np.argsort(-doubt, kind="stable")[:_LOOKED_AT]
    asked = np.concatenate([pairs[some], known[-_CARRIED:]])
    leaves = load_trees().find_leaves(evidence.measure(asked[:, 0], asked[:, 1]))[:, ::_SOME_TREES]
    alike = (_compare_leaves(leaves) ** 3).astype(np.float32)
    weight = np.concatenate([doubt[some], np.zeros(len(asked) - len(some))]).astype(np.float32)
    order: list[int] = []
    told = range(len(some), len(asked))
    for k in range(len(told) + min(most, len(some))):
        left = np.maximum(np.diag(alike), 0.0) + _NOISE
        if k < len(told):
            at = told[k]
        else:
            gain = (weight @ alike**2) / left
            gain[[*order, *told]] = -1.0
            at = int(gain.argmax())
            order.append(at)
        alike -= np.outer(alike[:, at], alike[at]) / left[at]
    return some[np.array(order, dtype=np.int64)]


@dataclass(frozen=True)
class PairModel:
    """Judges pairs of one catalogue. What the seller has answered about a pair stands: ``bound`` are keys
    ``left * n + right`` that ascend, ``said`` whether each is one product.
    """

    trees: Trees
    evidence: Evidence
    bound: IntArray
    said: FloatArray
    keys: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    remembered: FloatArray = field(default_factory=lambda: np.empty(0))

    def remember(self, left: IntArray, right: IntArray) -> "PairModel":
        """Return the model with these pairs measured once for all."""
        keys = self._key(left, right)
        order = np.argsort(keys, kind="stable")
        return replace(self, keys=keys[order], remembered=self._measure(left[order], right[order]))

    def judge(self, left: int, right: int) -> float:
        """Return the probability that one pair is one product."""
        return float(self.measure(np.array([left]), np.array([right]))[0])

    def measure(self, left: IntArray, right: IntArray) -> FloatArray:
        """Return the probability that each pair is one product."""
        keys = self._key(left, right)
        if not len(keys):
            return np.empty(0)
        if not len(self.keys):
            chance = self._measure(left, right)
        else:
            at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
            chance = self.remembered[at]
            new = np.flatnonzero(self.keys[at] != keys)
            if len(new):
                chance[new] = self._measure(left[new], right[new])
        if len(self.bound):
            at = np.minimum(np.searchsorted(self.bound, keys), len(self.bound) - 1)
            chance = np.where(self.bound[at] == keys, self.said[at], chance)
        return chance

    def is_told_one(self, left: IntArray, right: IntArray) -> BoolArray:
        """Return of which pairs the seller has said, or it follows, that they are one product."""
        keys = self._key(left, right)
        return is_among(keys, self.bound[self.said > 0.5])

    def _key(self, left: IntArray, right: IntArray) -> IntArray:
        keys: IntArray = np.minimum(left, right) * len(self.evidence.features) + np.maximum(left, right)
        return keys

    def _measure(self, left: IntArray, right: IntArray) -> FloatArray:
        return read_odds(self.trees.add_up(self.evidence.measure(left, right)))

    def weigh(self, left: IntArray, right: IntArray) -> list[Weighed]:
        """Return what the probability of each pair is the sum of: every reason, the weightiest first."""
        addends, base = self.trees.weigh(self.evidence.measure(left, right))
        sums = np.stack([addends[:, _PLACES[reason]].sum(axis=1) for reason in REASONS], axis=1)
        keys = self._key(left, right)
        said = dict(zip(self.bound.tolist(), self.said.tolist(), strict=True))
        return [
            _add_up(float(base[k]), sums[k].tolist(), None if (s := said.get(key)) is None else s > 0.5)
            for k, key in enumerate(keys.tolist())
        ]


def _add_up(base: float, amounts: Sequence[float], said: bool | None) -> Weighed:
    told = sorted(((r, a) for r, a in zip(REASONS, amounts, strict=True) if a), key=lambda one: (-abs(one[1]), one[0]))
    start, *after = read_odds(np.cumsum([base, *(amount for _, amount in told)])).tolist()
    return Weighed(start, tuple(Addend(r, a, c) for (r, a), c in zip(told, after, strict=True)), said)


def bind(n: int, left: IntArray, right: IntArray, same: BoolArray) -> tuple[IntArray, FloatArray]:
    """Return answered pairs as :class:`PairModel` takes them; positions are of a catalogue of ``n`` listings."""
    keys = np.minimum(left, right) * n + np.maximum(left, right)
    order = np.argsort(keys, kind="stable")
    return keys[order], same[order].astype(np.float64)


def choose_pairs(
    chance: FloatArray,
    grouped: BoolArray,
    subject: Sequence[IntArray],
    count: int,
    taken: IntArray,
    telling: IntArray | None = None,
) -> IntArray:
    """Return ``count`` pairs worth asking: half of them the most ``telling`` (without that, those about which least is
    known), half drawn so that all that limits (``grouped``) and model say, together and against one another, is tried.

    No two ask the same: ``subject`` are two columns that say, of each pair, what its two listings are. ``taken`` are
    positions that were asked.
    """
    low, high = np.minimum(*subject), np.maximum(*subject)
    _, matter = np.unique(low * (int(high.max(initial=0)) + 1) + high, return_inverse=True)
    free = np.ones(len(chance), dtype=bool)
    free[is_among(matter, matter[taken])] = False
    chosen: list[int] = []

    def take(order: IntArray, most: int) -> None:
        for k in order.tolist():
            if len(chosen) >= most:
                return
            if free[k]:
                chosen.append(k)
                free[matter == matter[k]] = False

    near = np.argsort(np.abs(chance - 0.5), kind="stable")
    take(near if telling is None else telling, count // 2)
    rng = np.random.default_rng(len(taken))
    stratum = 2 * grouped + (chance >= 0.5)
    for k in range(4):
        rest = np.flatnonzero(free & (stratum == k))
        take(rng.permutation(rest)[: 4 * count], len(chosen) + (count - len(chosen)) // (4 - k))
    take(near, count)
    return np.array(chosen, dtype=np.int64)
