"""Evidence: what two listings say for and against being one product, as columns of numbers; NaN: cannot tell.

Every column is symmetric in the two listings, computed for all pairs at once, and made of a listing's own columns, of
how rare a word is in the catalogue, and of what else each of the two might be. ``shop`` stays out: where two shops are
held against one another it gives the answer away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from dupcheck.features import Features
from dupcheck.files.arrays import Codebook, Rows, take_ranges
from dupcheck.model import BoolArray, Catalog, FloatArray, IntArray
from dupcheck.signals import get_signal
from dupcheck.titles.stream import cut_title

_SIGNALS = {"image": -1, "color": -1, "title": 1, "attributes": 1, "price": -1, "codes": 1, "category": 1}
_AXES = (
    "brand", "model", "color", "size", "pack", "capacity", "length", "volume", "dimension", "weight", "power",
    "material", "pattern", "style", "gender", "condition", "compatible", "variant", "flavor", "scent",
)  # fmt: skip
_COLUMNS: dict[str, int] = {
    **_SIGNALS,
    "token_set": 1, "token_sort": 1, "letters": 1,
    "core_shared": 1, "core_top_shared": 1, "core_more": -1, "core_less": -1, "core_top_more": -1, "core_top_less": -1,
    "core_numbers_more": -1, "core_numbers_less": -1, "core_recurs": 0,
    "words_alike": 1, "words_more": -1, "words_less": -1, "words_top_more": -1, "words_top_less": -1,
    "numbers_more": -1, "numbers_less": -1,
    "models_shared": 1, "models_clash": -1, "squashed": 1, "description": 1, "price_ratio": -1,
    **{f"axis_{axis}": 0 for axis in _AXES},
    "axes_clash": 0, "axes_silent": 0, "axes_agree": 1,
    "rank_best": -1, "rank_worst": -1, "gap_best": -1, "gap_worst": -1,
    "with_price": 0, "with_attributes": 0, "with_photo": 0, "title_length": 0,
}  # fmt: skip
COLUMNS = tuple(_COLUMNS)
DIRECTIONS = tuple(_COLUMNS.values())
"""1 where more of a column can only speak for one product, -1 where only against it, 0 where catalogues disagree."""
REASONS = {
    "title": (
        "title", "token_set", "token_sort", "letters", "core_shared", "core_top_shared", "words_alike", "squashed",
    ),
    "words": (
        "core_more", "core_less", "core_top_more", "core_top_less", "core_recurs", "words_more", "words_less",
        "words_top_more", "words_top_less",
    ),
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
    "catalog": ("with_price", "with_attributes", "with_photo", "title_length"),
}  # fmt: skip
"""By what a person would call it: the columns that a reason adds up."""
_CHUNK = 100_000
_MOST_WORDS = 40
"""Words of a description that count: the first say what a thing is, the rest how it is sent."""


@dataclass(frozen=True)
class Evidence:
    """Measures pairs of one catalogue. ``left`` and ``right`` are its candidate pairs, among which each listing has
    its nearest others.
    """

    catalog: Catalog
    features: Features
    left: IntArray
    right: IntArray

    def measure(self, left: IntArray, right: IntArray) -> FloatArray:
        """Return one row a pair, one column each of ``COLUMNS``."""
        parts = [
            self._measure(left[k : k + _CHUNK], right[k : k + _CHUNK]) for k in range(0, max(len(left), 1), _CHUNK)
        ]
        return np.concatenate(parts)

    def _measure(self, left: IntArray, right: IntArray) -> FloatArray:
        features = self.features
        found = {name: get_signal(name).measure(features, left, right) for name in _SIGNALS}
        found |= self._compare_texts(left, right)
        found |= _compare_words("core", features.title, self._core_weights, self._exact, left, right)
        found["core_recurs"] = self._recurrence(left, right)
        found |= _compare_words("words", self._stream, self._stream_weights, self._numbers, left, right)
        found["numbers_more"], found["numbers_less"] = found.pop("words_numbers_more"), found.pop("words_numbers_less")
        del found["words_shared"], found["words_top_shared"]
        found["words_alike"] = self._unit_stream.dot(left, right)
        shared = features.model_codes.dot(left, right)
        found["models_shared"] = shared
        both = (features.model_codes.sizes[left] > 0) & (features.model_codes.sizes[right] > 0)
        found["models_clash"] = np.where(both, (shared == 0).astype(float), np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.abs(np.log(features.price_low[left] / features.price_low[right]))
        ratio[~np.isfinite(ratio) | (features.currency[left] != features.currency[right])] = np.nan
        found["price_ratio"] = ratio
        found["description"] = self._compare_descriptions(left, right)
        found |= self._compare_axes(left, right)
        found |= self._rank(found["title"], left, right)
        for name, share in self._kind.items():
            found[name] = np.full(len(left), share)
        return np.column_stack([found[name] for name in COLUMNS])

    # --- texts ---------------------------------------------------------------------------------------------------

    @cached_property
    def _cut(self) -> list[tuple[str, ...]]:
        return [cut_title(title) for title in self.catalog.column("title")]

    def _compare_texts(self, left: IntArray, right: IntArray) -> dict[str, FloatArray]:
        from rapidfuzz import fuzz, process

        used, at = np.unique(np.concatenate([left, right]), return_inverse=True)
        texts = np.array([" ".join(self._cut[i]) for i in used.tolist()], dtype=object)
        squashed = np.array([text.replace(" ", "") for text in texts], dtype=object)
        a, b = at[: len(left)], at[len(left) :]

        def compare(kind: np.ndarray[tuple[int], np.dtype[np.object_]], scorer: Any) -> FloatArray:
            return process.cpdist(kind[a], kind[b], scorer=scorer, dtype=np.float32).astype(np.float64)

        return {
            "token_set": compare(texts, fuzz.token_set_ratio),
            "token_sort": compare(texts, fuzz.token_sort_ratio),
            "letters": compare(texts, fuzz.ratio),
            "squashed": compare(squashed, fuzz.ratio),
        }

    @cached_property
    def _stream_book(self) -> tuple[Rows, BoolArray]:
        book: Codebook = Codebook()
        rows = [(sorted({book[t] for t in cut}), ()) for cut in self._cut]
        numbers = np.zeros(book.width, dtype=bool)
        for token, number in book.items():
            numbers[number] = any(c.isdigit() for c in token)
        filled = Rows.stack([(r, [1.0] * len(r)) for r, _ in rows], book.width)
        return filled, numbers

    @property
    def _stream(self) -> Rows:
        return self._stream_book[0]

    @property
    def _numbers(self) -> BoolArray:
        return self._stream_book[1]

    @cached_property
    def _stream_weights(self) -> FloatArray:
        return _weigh(self._stream)

    @cached_property
    def _unit_stream(self) -> Rows:
        return _scale_rows(self._stream, self._stream_weights)

    @cached_property
    def _core_weights(self) -> FloatArray:
        return self.features.statistics.weights

    @property
    def _exact(self) -> BoolArray:
        return self.features.statistics.exact

    @cached_property
    def _descriptions(self) -> Rows:
        book: Codebook = Codebook()
        cut = [
            sorted({book[t] for t in cut_title(text[:400])[:_MOST_WORDS]})
            for text in self.catalog.column("description")
        ]
        rows = Rows.stack([(r, [1.0] * len(r)) for r in cut], book.width)
        return _scale_rows(rows, _weigh(rows))

    def _compare_descriptions(self, left: IntArray, right: IntArray) -> FloatArray:
        rows = self._descriptions
        alike = rows.dot(left, right)
        alike[(rows.sizes[left] == 0) | (rows.sizes[right] == 0)] = np.nan
        return alike

    # --- what recurs ---------------------------------------------------------------------------------------------

    @cached_property
    def _recurring(self) -> FloatArray:
        """In how many different products' titles each core word is the only one by which two candidates differ."""
        rows = self.features.title
        _, pair, word = _list_unshared(rows, self.left, self.right)
        lone = np.bincount(pair, minlength=2 * len(self.left))
        lone = lone[: len(self.left)] + lone[len(self.left) :] if len(lone) else lone
        per_side = np.bincount(pair, minlength=2 * len(self.left))
        at = (per_side[pair] == 1) & (lone[pair % max(len(self.left), 1)] <= 2)
        mark = np.random.default_rng(0).integers(0, 2**62, rows.width + 1, dtype=np.int64)
        total: FloatArray = np.zeros(len(rows), dtype=np.int64)
        np.add.at(total, rows.owners, mark[rows.items])
        side = np.concatenate([self.left, self.right])
        rest = total[side[pair[at]]] - mark[word[at]]
        seen = np.unique(np.stack([word[at].astype(np.int64), rest], axis=1), axis=0)
        return np.log1p(np.bincount(seen[:, 0], minlength=rows.width).astype(np.float64))

    def _recurrence(self, left: IntArray, right: IntArray) -> FloatArray:
        """How often the least recurring word that only one of two titles has is a lone difference elsewhere."""
        _, pair, word = _list_unshared(self.features.title, left, right)
        least = np.full(len(left), np.inf)
        np.minimum.at(least, pair % max(len(left), 1), self._recurring[word])
        return np.where(np.isinf(least), np.nan, least)

    # --- axes ----------------------------------------------------------------------------------------------------

    def _compare_axes(self, left: IntArray, right: IntArray) -> dict[str, FloatArray]:
        found = {}
        clash, silent, agree = np.zeros(len(left)), np.zeros(len(left)), np.zeros(len(left))
        for axis, column in self.features.axes.items():
            a, b = column.codes[left], column.codes[right]
            both = (a >= 0) & (b >= 0)
            clash += both & (a != b)
            silent += (a >= 0) != (b >= 0)
            agree += both & (a == b)
            if axis in _AXES:
                found[f"axis_{axis}"] = np.where(both, (a == b).astype(float), np.nan)
        for axis in _AXES:
            found.setdefault(f"axis_{axis}", np.full(len(left), np.nan))
        return {**found, "axes_clash": clash, "axes_silent": silent, "axes_agree": agree}

    # --- others --------------------------------------------------------------------------------------------------

    @cached_property
    def _others(self) -> tuple[FloatArray, IntArray]:
        """For each listing how near its candidates are, the nearest first, as keys that ascend; and where it begins."""
        near = get_signal("title").measure(self.features, self.left, self.right)
        far = 1.0 - np.nan_to_num(near, nan=0.0) / 100.0
        keys = np.concatenate([2.0 * self.left + far, 2.0 * self.right + far])
        keys.sort()
        start = np.searchsorted(keys, 2.0 * np.arange(len(self.features) + 1) - 0.5)
        return keys, start

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

    @cached_property
    def _kind(self) -> dict[str, float]:
        """What kind of catalogue it is."""
        features, n = self.features, max(len(self.features), 1)
        return {
            "with_price": float((~np.isnan(features.price_low)).mean()) if len(features) else 0.0,
            "with_attributes": float((features.attribute_names.sizes > 0).sum() / n),
            "with_photo": float((features.photos.main >= 0).sum() / n),
            "title_length": float(np.median(self._stream.sizes)) if len(features) else 0.0,
        }


def _weigh(rows: Rows) -> FloatArray:
    weights: FloatArray = np.log((len(rows) + 1) / (rows.count_columns() + 1)) + 1.0
    return weights


def _scale_rows(rows: Rows, weights: FloatArray) -> Rows:
    """The rows with these weights for their columns, each of length 1: dot products are cosines."""
    weighed = replace(rows, weights=weights[rows.items].astype(np.float32))
    norms = np.sqrt(weighed.sum_squares())
    return replace(weighed, weights=(weighed.weights / np.maximum(norms[rows.owners], 1e-9)).astype(np.float32))


def _list_unshared(rows: Rows, left: IntArray, right: IntArray) -> tuple[BoolArray, IntArray, IntArray]:
    """Whether each entry of all pairs is on both sides; of those that are not, the pair (the right sides' count on
    from the left ones) and the column.
    """
    entries, pairs, keys = [], [], []
    for k, side in enumerate((left, right)):
        at, start = take_ranges(rows.start, side)
        pair = np.repeat(np.arange(len(side)), np.diff(start))
        entries.append(rows.items[at].astype(np.int64))
        pairs.append(pair + k * len(side))
        keys.append(pair * max(rows.width, 1) + rows.items[at])
    both = [_stand_in(keys[0], keys[1]), _stand_in(keys[1], keys[0])]
    shared = np.concatenate(both)
    return shared, np.concatenate(pairs)[~shared], np.concatenate(entries)[~shared]


def _stand_in(keys: IntArray, others: IntArray) -> BoolArray:
    """Which of ``keys`` stand in ``others``; both ascend."""
    if not len(others):
        return np.zeros(len(keys), dtype=bool)
    at = np.minimum(np.searchsorted(others, keys), len(others) - 1)
    return np.asarray(others[at] == keys)


def _compare_words(
    name: str, rows: Rows, weights: FloatArray, numbers: BoolArray, left: IntArray, right: IntArray
) -> dict[str, FloatArray]:
    """The words that two titles share and do not share: their weight, the heaviest, how many are numbers."""
    n = len(left)
    at, start = take_ranges(rows.start, left)
    owner = np.repeat(np.arange(n), np.diff(start))
    words = rows.items[at].astype(np.int64)
    shared, pair, word = _list_unshared(rows, left, right)
    ours = shared[: len(words)]
    total = np.bincount(owner[ours], weights[words[ours]], minlength=n).astype(np.float64)
    top = np.zeros(n)
    np.maximum.at(top, owner[ours], weights[words[ours]])
    amount: FloatArray = np.bincount(pair, weights[word], minlength=2 * n).astype(np.float64)
    heaviest = np.zeros(2 * n)
    np.maximum.at(heaviest, pair, weights[word])
    counted = np.bincount(pair, numbers[word].astype(float), minlength=2 * n)
    found: dict[str, FloatArray] = {f"{name}_shared": total, f"{name}_top_shared": top}
    for what, both in (("", amount), ("top_", heaviest), ("numbers_", counted)):
        a, b = both[:n], both[n:]
        found[f"{name}_{what}more"], found[f"{name}_{what}less"] = np.maximum(a, b), np.minimum(a, b)
    return found


def name_columns(reason: str) -> Sequence[str]:
    """Return the columns that a reason adds up."""
    return REASONS[reason]
