"""Evidence: what two listings say for and against being one product, as columns of numbers; NaN: cannot tell.

Every column is symmetric in the two listings, computed for all pairs at once, and made of a listing's own columns, of
how rare a word is in the catalogue, and of what else each of the two might be. ``shop`` stays out: where two shops are
held against one another it gives the answer away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from dupcheck.features import Features
from dupcheck.files.arrays import Rows, take_ranges
from dupcheck.judging.background import IS_NUMBER, Background, Texts, Unshared, measure_far, scale_rows
from dupcheck.judging.makers import tell_makers_apart
from dupcheck.model import Catalog, FloatArray, IntArray
from dupcheck.signals import get_signal

_SIGNALS = {"image": -1, "color": -1, "title": 0, "attributes": 1, "price": -1, "codes": 1, "category": 1}
_AXES = (
    "brand", "model", "color", "size", "pack", "capacity", "length", "volume", "dimension", "weight", "power",
    "material", "pattern", "style", "gender", "condition", "compatible", "variant", "flavor", "scent",
)  # fmt: skip
_COLUMNS: dict[str, int] = {
    **_SIGNALS,
    "token_set": 0, "token_sort": 0, "letters": 0,
    "core_shared": 1, "core_top_shared": 1, "core_more": -1, "core_less": -1, "core_top_more": -1, "core_top_less": -1,
    "core_numbers_more": -1, "core_numbers_less": -1, "words_recur": 0,
    "words_alike": 1, "spelling_alike": 1,
    "words_more": -1, "words_less": -1, "words_top_more": -1, "words_top_less": -1,
    "numbers_more": -1, "numbers_less": -1,
    "models_shared": 1, "models_clash": -1, "squashed": 0, "description": 1, "price_ratio": -1,
    **{f"axis_{axis}": 0 for axis in _AXES},
    "axes_clash": 0, "axes_silent": 0, "axes_agree": 1,
    "rank_best": -1, "rank_worst": -1, "gap_best": -1, "gap_worst": -1,
    "in_order": 0, "faced": 0, "added": 0, "moved": 0, "begin_alike": 0, "end_alike": 0,
}  # fmt: skip
COLUMNS = tuple(_COLUMNS)
DIRECTIONS = tuple(_COLUMNS.values())
"""1 where more of a column can only speak for one product, -1 where only against it, 0 where catalogues disagree, or
where it turns: titles from one mould that differ in one word are seldom one product, others as alike mostly are.
"""
REASONS = {
    "title": (
        "title", "token_set", "token_sort", "letters", "core_shared", "core_top_shared", "words_alike",
        "spelling_alike", "squashed",
    ),
    "words": (
        "core_more", "core_less", "core_top_more", "core_top_less", "words_recur", "words_more", "words_less",
        "words_top_more", "words_top_less",
    ),
    "order": ("in_order", "faced", "added", "moved", "begin_alike", "end_alike"),
    "numbers": ("core_numbers_more", "core_numbers_less", "numbers_more", "numbers_less"),
    "codes": ("codes", "models_shared", "models_clash", "axis_model"),
    "price": ("price", "price_ratio"),
    "attributes": ("attributes", "category", "axes_agree", "axis_brand", "axis_condition", "axis_compatible"),
    "options": (
        *(f"axis_{a}" for a in _AXES if a not in ("brand", "model", "condition", "compatible")), "axes_clash",
        "axes_silent",
    ),
    "photo": ("image", "color"),
    "description": ("description",),
    "others": ("rank_best", "rank_worst", "gap_best", "gap_worst"),
}  # fmt: skip
"""By what a person would call it: the columns that a reason adds up."""
_CHUNK = 100_000


@dataclass(frozen=True)
class Evidence:
    """Measures pairs of listings of one catalogue.

    ``places`` says where each of the listings stands in the ``background``, -1 for one that it does not know; of those
    ``left`` and ``right`` are the candidate pairs.
    """

    catalog: Catalog
    features: Features
    background: Background
    places: IntArray
    left: IntArray
    right: IntArray
    texts: Texts

    @classmethod
    def learn(cls, catalog: Catalog, features: Features, left: IntArray, right: IntArray) -> Self:
        """Return the evidence of a whole catalogue, whose candidate pairs are ``left`` and ``right``."""
        texts = Texts(catalog)
        background = Background.learn(texts, features, left, right)
        return cls(catalog, features, background, np.arange(len(features)), left, right, texts)

    def measure(self, left: IntArray, right: IntArray) -> FloatArray:
        """Return one row a pair, one column each of ``COLUMNS``."""
        parts = [
            self._measure(left[k : k + _CHUNK], right[k : k + _CHUNK]) for k in range(0, max(len(left), 1), _CHUNK)
        ]
        return np.concatenate(parts)

    def forget(self) -> None:
        """Let go of what is made again where another pair is measured: of many titles it fills the memory."""
        for held in (self, self.background):
            for name in ("_unit_rows", "_others", "weights", "recurrence"):
                vars(held).pop(name, None)
        self.texts.forget()

    def count_recurring(self, left: IntArray, right: IntArray) -> FloatArray:
        """Return how many other products are told apart by the words by which each pair differs: of the one on each
        side that tells most, the lesser number.
        """
        return Unshared(self.texts.words, left, right).find_most(self.background.recurring)

    def _measure(self, left: IntArray, right: IntArray) -> FloatArray:
        features, words = self.features, self.texts.words
        weights = self.background.weights[0]
        found = {name: get_signal(name).measure(features, left, right) for name in _SIGNALS}
        found |= self._compare_texts(left, right)
        core = Unshared(features.title, left, right)
        found |= core.compare("core", features.statistics.weights, features.statistics.exact)
        stream = Unshared(words, left, right)
        found |= stream.compare("words", weights, IS_NUMBER)
        found["numbers_more"], found["numbers_less"] = found.pop("words_numbers_more"), found.pop("words_numbers_less")
        del found["words_shared"], found["words_top_shared"]
        found["words_recur"] = stream.find_least(self.background.recurrence)
        for name, rows in self._unit_rows.items():
            found[name] = rows.dot(left, right)
        said = self.texts.described.sizes > 0
        found["description"][~(said[left] & said[right])] = np.nan
        shared = features.model_codes.dot(left, right)
        found["models_shared"] = shared
        both = (features.model_codes.sizes[left] > 0) & (features.model_codes.sizes[right] > 0)
        found["models_clash"] = np.where(both, (shared == 0).astype(float), np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.abs(np.log(features.price_low[left] / features.price_low[right]))
        ratio[~np.isfinite(ratio) | (features.currency[left] != features.currency[right])] = np.nan
        found["price_ratio"] = ratio
        found |= self._compare_axes(left, right)
        found |= self._rank(found["title"], left, right)
        return np.column_stack([found[name] for name in COLUMNS])

    @cached_property
    def _unit_rows(self) -> dict[str, Rows]:
        words, described, spelled = self.background.weights
        return {
            "words_alike": scale_rows(self.texts.words, words),
            "spelling_alike": scale_rows(self.texts.spelled, spelled),
            "description": scale_rows(self.texts.described, described),
        }

    def _compare_texts(self, left: IntArray, right: IntArray) -> dict[str, FloatArray]:
        from rapidfuzz import fuzz

        used, at = np.unique(np.concatenate([left, right]), return_inverse=True)
        ends = at[: len(left)], at[len(left) :]
        texts = [self.texts.joined[i] for i in used.tolist()]
        squashed = [text.replace(" ", "") for text in texts]
        return {
            "token_set": _compare_each(texts, ends, fuzz.token_set_ratio),
            "token_sort": _compare_each(texts, ends, fuzz.token_sort_ratio),
            "letters": _compare_each(texts, ends, fuzz.ratio),
            "squashed": _compare_each(squashed, ends, fuzz.ratio),
            **_compare_order([self.texts.ordered[i] for i in used.tolist()], ends),
        }

    def _compare_axes(self, left: IntArray, right: IntArray) -> dict[str, FloatArray]:
        found = {}
        clash, silent, agree = np.zeros(len(left)), np.zeros(len(left)), np.zeros(len(left))
        for axis, column in self.features.axes.items():
            a, b = column.codes[left], column.codes[right]
            both = (a >= 0) & (b >= 0)
            if axis == "brand":
                both &= (a == b) | tell_makers_apart(column.values, a, b, self.features.statistics.taught.lexicon)
            clash += both & (a != b)
            silent += (a >= 0) != (b >= 0)
            agree += both & (a == b)
            if axis in _AXES:
                found[f"axis_{axis}"] = np.where(both, (a == b).astype(float), np.nan)
        for axis in _AXES:
            found.setdefault(f"axis_{axis}", np.full(len(left), np.nan))
        return {**found, "axes_clash": clash, "axes_silent": silent, "axes_agree": agree}

    @cached_property
    def _others(self) -> tuple[FloatArray, IntArray]:
        """For each listing how near its candidates are, the nearest first, as keys that ascend; and where it begins."""
        known = self.places >= 0
        at, _ = take_ranges(self.background.start, self.places[known])
        owner = np.repeat(np.flatnonzero(known), np.diff(self.background.start)[self.places[known]])
        keys = [2.0 * owner + self.background.near[at]]
        new = ~(known[self.left] & known[self.right])
        if new.any():
            far = measure_far(self.features, self.left[new], self.right[new])
            for side in (self.left[new], self.right[new]):
                own = ~known[side]
                keys.append(2.0 * side[own] + far[own])
        found = np.sort(np.concatenate(keys))
        return found, np.searchsorted(found, 2.0 * np.arange(len(self.features) + 1) - 0.5)

    def _rank(self, title: FloatArray, left: IntArray, right: IntArray) -> dict[str, FloatArray]:
        keys, start = self._others
        far = 1.0 - np.nan_to_num(title, nan=0.0) / 100.0
        ranks, gaps = [], []
        for side in (left, right):
            nearer = np.searchsorted(keys, 2.0 * side + far - 1e-6) - start[side]
            first = np.minimum(start[side], max(len(keys) - 1, 0))
            best = (keys[first] - 2.0 * side) if len(keys) else far
            ranks.append(np.log1p(nearer.astype(np.float64)))
            gaps.append(np.maximum(far - np.where(start[side + 1] > start[side], best, far), 0.0))
        return {
            "rank_best": np.minimum(*ranks), "rank_worst": np.maximum(*ranks),
            "gap_best": np.minimum(*gaps), "gap_worst": np.maximum(*gaps),
        }  # fmt: skip


def _compare_order(texts: Sequence[str], ends: tuple[IntArray, IntArray]) -> dict[str, FloatArray]:
    """How much of both titles runs alike: the share of words in one order, and of those at either end; the words that
    stand in one another's place, those beside, and the share that both have and not in one order.

    In each of the ``texts`` one sign stands for one word; a pair are two positions in them.
    """
    from rapidfuzz.distance import LCSseq, Levenshtein, Postfix, Prefix

    size = np.array([len(text) for text in texts], dtype=np.float64)
    one, other = (size[end] for end in ends)
    run, changed = (_compare_each(texts, ends, scorer) for scorer in (LCSseq.similarity, Levenshtein.distance))
    shared = _compare_each(["".join(sorted(text)) for text in texts], ends, LCSseq.similarity)
    faced = one + other - 2 * run - changed
    longer = np.maximum(np.maximum(one, other), 1.0)
    found = {
        "in_order": run / longer, "faced": faced, "added": changed - faced,
        "moved": 1.0 - run / np.maximum(shared, 1.0),
        "begin_alike": _compare_each(texts, ends, Prefix.similarity) / longer,
        "end_alike": _compare_each(texts, ends, Postfix.similarity) / longer,
    }  # fmt: skip
    for column in found.values():
        column[np.minimum(one, other) == 0] = np.nan
    return found


def _compare_each(texts: Sequence[str], ends: tuple[IntArray, IntArray], scorer: Any) -> FloatArray:
    """What a scorer of RapidFuzz says of each pair of texts; a pair are two positions in them."""
    from rapidfuzz import process

    held = np.array(texts, dtype=object)
    return process.cpdist(held[ends[0]], held[ends[1]], scorer=scorer, dtype=np.float32).astype(np.float64)
