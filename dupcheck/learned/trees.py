"""Boosted trees as plain arrays: fitted by scikit-learn, asked without it, and explained as a sum of addends.

A tree never turns against what speaks for a pair: each column may only push one way, as its direction says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from dupcheck.files.arrays import Array
from dupcheck.model import BoolArray, FloatArray, IntArray

ROUNDS = 150
LEAVES = 15
_RATE = 0.08
_LEAST = 8
"""Rows that a leaf is made of at least."""
_BINS = 250
"""Values that a column is fitted by at most."""
_STEP = 2_000
"""Pairs that are asked at once: what is open to them in all trees fits in the processor's cache."""
_FEW = 2_000
"""So few pairs walk down the trees: what makes many quick must first be made."""
_OPEN = 16
"""Leaves of a tree that are told apart by a bit each."""
_NAMES = ("feature", "limit", "left", "right", "missing_left", "value", "roots", "bias")


@dataclass(frozen=True)
class Trees:
    """Trees one behind another. Node i asks whether column ``feature[i]`` is at most ``limit[i]`` and goes on at
    ``left[i]`` or ``right[i]``; in a leaf both are i. ``value`` is what a pair has gathered on its way to a node, in
    log-odds: a leaf's is its tree's answer.
    """

    feature: IntArray
    limit: FloatArray
    left: IntArray
    right: IntArray
    missing_left: BoolArray
    value: FloatArray
    roots: IntArray
    bias: float

    def add_up(self, rows: FloatArray) -> FloatArray:
        """Return the log-odds of each row."""
        total = np.empty(len(rows))
        for begin in range(0, len(rows), _STEP):
            at = self._find_leaves(rows[begin : begin + _STEP], quick=len(rows) > _FEW)
            total[begin : begin + _STEP] = self.bias + self.value[at].sum(axis=1)
        return total

    def find_leaves(self, rows: FloatArray) -> IntArray:
        """Return in which leaf of each tree each row ends: one row each, one column a tree."""
        quick = len(rows) > _FEW
        parts = [
            self._find_leaves(rows[k : k + _STEP], quick=quick).astype(np.int32)
            for k in range(0, max(len(rows), 1), _STEP)
        ]
        return np.concatenate(parts)

    def _find_leaves(self, rows: FloatArray, *, quick: bool) -> IntArray:
        """Where each row ends in each tree. Of many rows all nodes are asked, column by column, which leaves of their
        trees are still open to what the column says: one is left in the end (QuickScorer: Lucchese et al., SIGIR 2015).
        """
        if not quick or self._leaves.size == 0:
            return self._walk(rows)[-1]
        still_open: Array | None = None
        for column, limits, masks in self._masks:
            value = rows[:, column]
            at = np.searchsorted(limits, value)  # a limit that is equal counts as not exceeded
            at[np.isnan(value)] = len(limits) + 1
            told = masks[at]
            still_open = told if still_open is None else np.bitwise_and(still_open, told, out=still_open)
        assert still_open is not None
        place = np.frexp(still_open.astype(np.float32))[1] - 1
        ends: IntArray = self._leaves[np.arange(len(self.roots)), place]
        return ends

    @cached_property
    def _leaves(self) -> IntArray:
        """The leaves of each tree, from left to right, one row a tree; nothing where a tree has none or too many."""
        under = [self._list_leaves(root) for root in self.roots.tolist()]
        most = max(map(len, under), default=0)
        if not 1 < most <= _OPEN:
            return np.empty((0, 0), dtype=np.int64)
        return np.array([leaves + leaves[-1:] * (most - len(leaves)) for leaves in under], dtype=np.int64)

    def _list_leaves(self, node: int) -> list[int]:
        if self.left[node] == node:
            return [node]
        return self._list_leaves(int(self.left[node])) + self._list_leaves(int(self.right[node]))

    @cached_property
    def _masks(self) -> list[tuple[int, FloatArray, Array]]:
        """For each column that is asked of, its limits, and which leaves of each tree (bits; one column a tree) are
        open below each limit, above all of them, and to a row that lacks it.
        """
        asked: dict[int, list[tuple[int, float, int, int, bool]]] = {}
        for tree, leaves in enumerate(self._leaves.tolist()):
            bits = {leaf: 1 << place for place, leaf in reversed(list(enumerate(leaves)))}
            self._gather_bits(int(self.roots[tree]), tree, bits, asked)
        whole = np.array([sum(1 << k for k in range(len(set(leaves)))) for leaves in self._leaves.tolist()])
        found = []
        for column, nodes in sorted(asked.items()):
            limits = np.unique([limit for _, limit, *_ in nodes])
            masks = np.tile(whole, (len(limits) + 2, 1)).astype(np.uint16)
            for tree, limit, left, right, missing_left in nodes:
                at = int(np.searchsorted(limits, limit))
                masks[: at + 1, tree] &= ~np.uint16(right)
                masks[at + 1 : -1, tree] &= ~np.uint16(left)
                masks[-1, tree] &= ~np.uint16(right if missing_left else left)
            found.append((column, limits, masks))
        return found

    def _gather_bits(
        self, node: int, tree: int, bits: Mapping[int, int], asked: dict[int, list[tuple[int, float, int, int, bool]]]
    ) -> int:
        """Note of each node below which leaves lie to its left and to its right; return those of this one."""
        if self.left[node] == node:
            return bits[node]
        left = self._gather_bits(int(self.left[node]), tree, bits, asked)
        right = self._gather_bits(int(self.right[node]), tree, bits, asked)
        told = (tree, float(self.limit[node]), left, right, bool(self.missing_left[node]))
        asked.setdefault(int(self.feature[node]), []).append(told)
        return left | right

    def shift(self, amounts: FloatArray) -> "Trees":
        """Return trees of which each leaf gives so much more: ``amounts`` holds one number a node, of leaves only."""
        more = amounts.copy()
        for k in range(len(more) - 1, -1, -1):  # children stand behind their parents
            if self.left[k] != k:
                more[k] = (more[self.left[k]] + more[self.right[k]]) / 2
        return replace(self, value=self.value + more)

    def weigh(self, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return for each row the addend of every column, and what they are added to: together the log-odds."""
        addends = np.zeros(rows.shape)
        path = self._walk(rows)
        who = np.broadcast_to(np.arange(len(rows))[:, None], path[0].shape)
        for before, after in pairwise(path):
            moved = before != after
            np.add.at(
                addends, (who[moved], self.feature[before[moved]]), self.value[after[moved]] - self.value[before[moved]]
            )
        base = np.full(len(rows), self.bias + self.value[self.roots].sum())
        return addends, base

    def _walk(self, rows: FloatArray) -> list[IntArray]:
        """Where each row stands in each tree, step by step until all stand in leaves."""
        at = np.broadcast_to(self.roots, (len(rows), len(self.roots)))
        path = [at]
        who = np.arange(len(rows))[:, None]
        while True:
            seen = rows[who, self.feature[at]]
            down = np.where(np.isnan(seen), self.missing_left[at], seen <= self.limit[at])
            after = np.where(down, self.left[at], self.right[at])
            if np.array_equal(after, at):
                return path
            at = after
            path.append(at)

    def as_arrays(self) -> dict[str, Array]:
        """Return the trees as arrays that :meth:`from_arrays` takes."""
        return {
            "feature": self.feature.astype(np.int16), "limit": self.limit, "left": self.left.astype(np.int32),
            "right": self.right.astype(np.int32), "missing_left": self.missing_left,
            "value": self.value.astype(np.float32), "roots": self.roots.astype(np.int32), "bias": np.array(self.bias),
        }  # fmt: skip

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> "Trees":
        """Return the trees that :meth:`as_arrays` wrote."""
        kinds = {"limit": np.float64, "value": np.float64, "missing_left": np.bool_}
        kept: dict[str, Array] = {
            name: np.asarray(arrays[name]).astype(kinds.get(name, np.int64)) for name in _NAMES[:-1]
        }
        return cls(**kept, bias=float(np.ravel(arrays["bias"])[0]))


def fit_trees(
    rows: FloatArray, same: BoolArray, directions: Sequence[int], weights: FloatArray, rounds: int = ROUNDS
) -> Trees:
    """Fit trees to rows of evidence and whether each is one product; the same rows give the same trees.

    ``directions``: 1 where more of a column can only speak for one product, -1 where only against, 0 where either.
    ``same`` must hold both.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier  # only where the start is made

    told = ~np.isnan(rows)
    low = np.where(told, rows, np.inf).min(axis=0)
    high = np.where(told, rows, -np.inf).max(axis=0)
    used = np.flatnonzero((high > low) & told.any(axis=0))  # a column that says nothing makes scikit-learn 1.9.1 fail
    machine = HistGradientBoostingClassifier(
        learning_rate=_RATE, max_iter=rounds, max_leaf_nodes=LEAVES, min_samples_leaf=_LEAST, l2_regularization=1.0,
        monotonic_cst=[directions[int(c)] for c in used], early_stopping=False, random_state=0,
    )  # fmt: skip
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # more threads than free cores take twenty times as long
        machine.fit(_coarsen(rows[:, used]), same, sample_weight=weights)
    return _take_out(machine, used)


def _coarsen(rows: FloatArray) -> FloatArray:
    """Return rows of which each column has few enough values for scikit-learn to take each as it is: what it does to
    find its own bins of weighted rows takes five times as long as all else.
    """
    found = rows.copy()
    for column in found.T:
        told = ~np.isnan(column)
        values = np.sort(column[told])
        if len(values) > _BINS and len(np.unique(values)) > _BINS:
            limits = np.unique(values[np.linspace(0, len(values) - 1, _BINS).astype(np.int64)])
            column[told] = limits[np.searchsorted(limits, column[told])]
    return found


def _take_out(machine: object, used: IntArray) -> Trees:
    parts: dict[str, list[Array]] = {name: [] for name in ("feature", "limit", "left", "right", "missing", "value")}
    roots, before = [], 0
    for (tree,) in machine._predictors:  # type: ignore[attr-defined]
        nodes = tree.nodes
        leaf = nodes["is_leaf"].astype(bool)
        own = np.arange(len(nodes)) + before
        left = np.where(leaf, own, nodes["left"].astype(np.int64) + before)
        right = np.where(leaf, own, nodes["right"].astype(np.int64) + before)
        parts["feature"].append(np.where(leaf, 0, used[np.where(leaf, 0, nodes["feature_idx"])]))
        parts["limit"].append(np.where(leaf, 0.0, nodes["num_threshold"]))
        parts["left"].append(left)
        parts["right"].append(right)
        parts["missing"].append(nodes["missing_go_to_left"].astype(bool))
        parts["value"].append(_spread(nodes, leaf))
        roots.append(before)
        before += len(nodes)
    whole = {name: np.concatenate(found) for name, found in parts.items()}
    return Trees(
        whole["feature"].astype(np.int64), whole["limit"].astype(np.float64), whole["left"], whole["right"],
        whole["missing"], whole["value"], np.array(roots, dtype=np.int64),
        float(np.ravel(machine._baseline_prediction)[0]),  # type: ignore[attr-defined]
    )  # fmt: skip


def _spread(nodes: Array, leaf: BoolArray) -> FloatArray:
    """The mean answer below each node: a leaf's own, else that of its rows."""
    value = np.where(leaf, nodes["value"], 0.0).astype(np.float64)
    for k in range(len(nodes) - 1, -1, -1):  # children stand behind their parents
        if not leaf[k]:
            a, b = int(nodes["left"][k]), int(nodes["right"][k])
            n, m = float(nodes["count"][a]), float(nodes["count"][b])
            value[k] = (n * value[a] + m * value[b]) / max(n + m, 1.0)
    return value


def read_odds(log_odds: FloatArray) -> FloatArray:
    """Return probabilities for log-odds."""
    odds: FloatArray = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -40.0, 40.0)))
    return odds
