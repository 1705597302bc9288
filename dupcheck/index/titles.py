"""Which titles are like which, by the weight of the words they share: the search of an audit and that of a check.

Both look at the same words and keep to the same bounds (:data:`~dupcheck.run.SEARCH`): what an audit would propose for
a new listing is what a check looks at.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from dupcheck.files.arrays import Array, Arrays, Rows, group_rows, take_ranges
from dupcheck.model import FloatArray, IntArray
from dupcheck.run import SEARCH, Search

if TYPE_CHECKING:
    from scipy.sparse import coo_matrix

_BLOCK = 32_768  # titles


def keep_telling(titles: Rows, held: IntArray, search: Search = SEARCH) -> Rows:
    """Return titles without their common words, save where a title holds few others.

    ``held`` is in how many different titles each word stands. A search goes through all titles with a word, for each
    title with it: without a bound its work grows with the square of a catalogue.
    """
    common = held[titles.items]
    if not (common > search.common_word).any():
        return titles
    row = titles.owners
    order = np.lexsort((titles.items, common, row))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order)) - titles.start[row]
    rare = (place < search.rarest) & (common <= search.very_common_word)
    return titles.keep((common <= search.common_word) | rare)


def match_titles(words: Rows, threads: int, search: Search = SEARCH, of: IntArray | None = None) -> "coo_matrix":
    """Return the nearest titles of each, or of those ``of`` some places, as a matrix of cosines; found block after
    block, so that sums stay in the cache.
    """
    from scipy import sparse
    from sparse_dot_topn import sp_matmul_topn, zip_sp_matmul_topn

    norms = np.sqrt(words.sum_squares())
    scale = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
    titles = sparse.csr_matrix(sparse.diags_array(scale.astype(np.float32)) @ words.sparse)
    asked = titles if of is None else titles[of]
    most = search.nearest + 1
    blocks = [
        sp_matmul_topn(
            asked, titles[k : k + _BLOCK].T.tocsr(), top_n=most, threshold=search.likeness, n_threads=threads
        )
        for k in range(0, max(titles.shape[0], 1), _BLOCK)
    ]
    return (zip_sp_matmul_topn(most, blocks) if len(blocks) > 1 else blocks[0]).tocoo()


def match_few(words: Rows, search: Search = SEARCH) -> tuple[IntArray, IntArray]:
    """Return the nearest titles of each of a few, as two columns: by NumPy alone, for a check of a draft is over before
    SciPy is loaded.
    """
    used, column = np.unique(words.items, return_inverse=True)
    titles = np.zeros((len(words), len(used)), dtype=np.float32)
    titles[words.owners, column] = words.weights
    norms = np.sqrt((titles**2).sum(axis=1))
    titles /= np.where(norms > 0, norms, 1.0)[:, None]
    cosine = titles @ titles.T
    nearest = np.argsort(-cosine, axis=1, kind="stable")[:, : search.nearest + 1]
    row = np.repeat(np.arange(len(words)), nearest.shape[1])
    col = nearest.ravel()
    near = cosine[row, col] >= search.likeness
    return row[near], col[near]


class TitleIndex(NamedTuple):
    """The distinct titles of a catalogue, to be looked up by their words; its arrays may lie on disk.

    ``held`` is in how many of them each word stands; ``word_start`` and ``word_items`` list, for each word, the titles
    that are found by it; ``norm`` is the length of each title as a vector of these words.
    """

    held: Array
    norm: Array
    word_start: Array
    word_items: Array

    @classmethod
    def make(cls, titles: Rows, search: Search = SEARCH) -> tuple[Self, Mapping[str, Array]]:
        """Return the index of titles, and the listings that bear each distinct one (``items`` and ``start``)."""
        groups = group_rows(titles)
        distinct = titles.take(groups.items[groups.start[:-1]])
        held = distinct.count_columns()
        telling = keep_telling(distinct, held, search)
        by_word = telling.list_columns()
        norm = np.sqrt(telling.sum_squares()).astype(np.float32)
        bearers: dict[str, Array] = {"items": groups.items.astype(np.int32), "start": groups.start}
        return cls(held, norm, by_word.start, by_word.items.astype(np.int32)), bearers

    @classmethod
    def take(cls, arrays: Arrays, name: str) -> Self:
        """Return the index that :meth:`pack` made arrays of, under ``name``."""
        return cls(*(arrays[f"{name}.{part}"] for part in ("held", "norm", "word_start", "word_items")))

    def pack(self) -> dict[str, Array]:
        """Return the arrays that hold the index."""
        return {
            "held": self.held,
            "norm": self.norm,
            "word_start": self.word_start,
            "word_items": self.word_items,
        }

    def find(self, titles: Rows, weights: FloatArray, search: Search = SEARCH) -> list[IntArray]:
        """Return the nearest distinct titles of each of ``titles``, whose words weigh ``weights``."""
        held = np.zeros(max(titles.width, len(self.held)), dtype=np.int64)
        held[: len(self.held)] = self.held
        telling = keep_telling(titles, held, search)
        norms = np.sqrt(telling.sum_squares())
        found = []
        for k in range(len(telling)):
            words = telling.items[telling.start[k] : telling.start[k + 1]]
            words = words[words < len(self.held)]
            at, ends = take_ranges(self.word_start, words.astype(np.int64))
            shared = np.bincount(
                self.word_items[at], np.repeat(weights[words], np.diff(ends)), minlength=len(self.norm)
            )
            near = np.flatnonzero(shared)
            cosine = shared[near] / (self.norm[near] * norms[k])
            near, cosine = near[cosine >= search.likeness], cosine[cosine >= search.likeness]
            if len(near) > search.nearest:
                near = near[np.argpartition(-cosine, search.nearest)[: search.nearest]]
            found.append(near)
        return found
