"""The columns of a measured catalogue: each is named once, and built, joined, reordered and kept from there.

A field of :class:`Features` says in its metadata what it is: a sparse matrix and the book that numbers its columns, a
number a listing, or a text that is numbered. :data:`MATRICES`, :data:`NUMBERS` and :data:`TEXTS` are read from that.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Final, NamedTuple, Protocol, Self

import numpy as np
import numpy.typing as npt

from dupcheck.axes import MEASURED
from dupcheck.features.tokens import ReadTitles
from dupcheck.files.arrays import Codebook, Rows, join_rows
from dupcheck.learned.lexicon import Lexicon
from dupcheck.learned.tails import mark_slots
from dupcheck.learned.taught import Taught
from dupcheck.model import BoolArray, Catalog, FloatArray, IntArray, Weighed
from dupcheck.photos.table import Photos
from dupcheck.titles import Token, equate_units, normalise, read_title
from dupcheck.titles.gifts import drop_gifts
from dupcheck.titles.normalising import fold
from dupcheck.titles.stems import stem_word

Books = Mapping[str, Codebook]
"""What numbers the columns of each matrix, by the book's name."""
UNITED: Final = frozenset({"size", *MEASURED})
"""Axes on which what is said in two systems of units is one value."""


@dataclass(frozen=True)
class AxisColumn:
    """One axis of the catalogue: ``codes`` indexes ``values`` for each listing, -1 where it states none."""

    codes: IntArray
    values: tuple[str, ...]

    def value(self, position: int) -> str:
        """Return a listing's canonical value on this axis, "" where it states none."""
        code = int(self.codes[position])
        return self.values[code] if code >= 0 else ""


@dataclass(frozen=True)
class Statistics:
    """What only the whole catalogue can tell: of how many listings, and in how many of them each word and code stands.

    ``exact`` marks the words that are numbers, codes or measures. ``codes`` and ``stated_codes`` count listings a code.
    ``told`` counts the listings that state each value of each attribute, where these listings are a part of a larger
    catalogue; None: they are all of it, and can be counted. ``read`` are the catalogue's titles as they were read,
    where they are at hand.
    """

    listings: int
    seen: IntArray
    exact: BoolArray
    codes: IntArray
    stated_codes: IntArray
    taught: Taught
    told: Mapping[str, Mapping[str, int]] | None = None
    read: ReadTitles | None = None

    def mark(self, title: str) -> tuple[Token, ...]:
        """Read a title as this catalogue's titles are read."""
        known = None if self.read is None else self.read.find(title)
        if known is not None:
            return known
        lexicon = self.taught.lexicon
        head, slots = self.taught.split(drop_gifts(title))
        folded = fold(head)
        tokens = mark_head(head, normalise(head, folded), read_title(head, folded).tokens, lexicon)
        return (*tokens, *mark_tail(slots, lexicon)) if slots else self.taught.frames.mark(tokens)

    @cached_property
    def weights(self) -> FloatArray:
        """The weight of each word: its inverse document frequency, smoothed; numbers and codes weigh half as much
        again."""
        weights: FloatArray = np.log((self.listings + 1) / (self.seen + 1)) + 1.0
        weights[self.exact] *= 1.5
        return weights


def mark_head(head: str, text: str, tokens: tuple[Token, ...], lexicon: Lexicon) -> tuple[Token, ...]:
    """Return what a title without its slots was read as, ``tokens``, with what the catalogue knows of its words.

    ``text`` is the head, normalised; where the catalogue knows words of it to be misspelt it is read again.
    """
    if lexicon.correct(text):
        tokens = read_title(lexicon.correct(fold(head))).tokens
    return lexicon.mark(tokens)


def mark_tail(slots: Iterable[tuple[str, str]], lexicon: Lexicon) -> list[Token]:
    """Return the tokens of a title's slots, as this catalogue reads them."""
    return mark_slots(slots, lambda text: lexicon.mark(read_title(text).tokens))


class Base(NamedTuple):
    """What was learned and numbered before, for listings that are measured after the rest of their catalogue."""

    statistics: Statistics
    books: Books


class PairJudge(Protocol):
    """What has learned from the seller's answers."""

    def measure(self, left: IntArray, right: IntArray) -> FloatArray:
        """Return the probability that each pair is one product."""

    def weigh(self, left: IntArray, right: IntArray) -> list[Weighed]:
        """Return what the probability of each pair is the sum of."""

    def is_told_one(self, left: IntArray, right: IntArray) -> BoolArray:
        """Return of which pairs the seller has said, or it follows, that they are one product."""


class MatrixColumn(NamedTuple):
    """A sparse matrix of :class:`Features`: its field, the book that numbers its columns, and whether its weights are
    its own; of others every weight is 1, or follows from the statistics.
    """

    field: str
    book: str
    weighted: bool


_NUMBER: Final = {"is": "number"}
_TEXT: Final = {"is": "text"}


def _matrix(book: str, *, weighted: bool = False) -> dict[str, Any]:
    return {"is": "matrix", "book": book, "weighted": weighted}


@dataclass(frozen=True)
class Features:
    """The columns that signals read. ``title`` holds the square root of each core word's weight, so that the dot
    product of two rows is the weight they share; ``attribute_names`` and ``attribute_values`` do the same for
    attributes. ``quantity`` orders offers of one product: pieces sold together, or the minimum order. ``books`` number
    the matrices' columns. ``learned`` is there where the seller's answers are enough to judge by.
    """

    ids: npt.NDArray[np.object_]
    title: Rows = field(metadata=_matrix("words"))
    attribute_names: Rows = field(metadata=_matrix("names", weighted=True))
    attribute_values: Rows = field(metadata=_matrix("values", weighted=True))
    axes: Mapping[str, AxisColumn]
    stated_codes: Rows = field(metadata=_matrix("stated"))
    codes: Rows = field(metadata=_matrix("codes"))
    model_codes: Rows = field(metadata=_matrix("models"))
    model_shapes: Rows = field(metadata=_matrix("shapes"))
    part_numbers: Rows = field(metadata=_matrix("parts"))
    price_low: FloatArray = field(metadata=_NUMBER)
    price_high: FloatArray = field(metadata=_NUMBER)
    pieces: FloatArray = field(metadata=_NUMBER)
    quantity: FloatArray = field(metadata=_NUMBER)
    minimum_order: FloatArray = field(metadata=_NUMBER)
    currency: IntArray = field(metadata=_TEXT)
    category: IntArray = field(metadata=_TEXT)
    shop: IntArray = field(metadata=_TEXT)
    photos: Photos
    statistics: Statistics
    books: Books
    jobs: int = 1
    learned: PairJudge | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def build(
        cls,
        catalog: Catalog,
        photos: Photos,
        axes: Mapping[str, AxisColumn],
        base: Base,
        *,
        matrix: Callable[[MatrixColumn], Rows],
        number: Callable[[str], FloatArray],
        jobs: int = 1,
    ) -> Self:
        """Return the features of ``catalog``: each matrix and each column of numbers is asked for once."""
        columns: dict[str, Any] = {
            **{column.field: matrix(column) for column in MATRICES},
            **{name: number(name) for name in NUMBERS},
            **{name: _number_texts(catalog.column(name)) for name in TEXTS},
        }
        return cls(
            ids=catalog.ids,
            axes=axes,
            photos=photos,
            statistics=base.statistics,
            books=base.books,
            jobs=jobs,
            **columns,
        )

    def matrix(self, column: MatrixColumn) -> Rows:
        """Return one of the matrices."""
        rows: Rows = getattr(self, column.field)
        return rows

    def number(self, name: str) -> FloatArray:
        """Return one of the columns of numbers."""
        numbers: FloatArray = getattr(self, name)
        return numbers

    @cached_property
    def title_weight(self) -> FloatArray:
        """The weight of each listing's core title."""
        return self.title.sum_squares()

    def weigh_word(self, word: str) -> float:
        """Return a word's weight in this catalogue; a word that is not in it weighs as one that stands there once."""
        number = self.books["words"].find(stem_word(word))
        if number >= 0:
            return float(self.statistics.weights[number])
        return float(np.log((self.statistics.listings + 1) / 2) + 1.0)


def _list_fields(kind: str) -> list[tuple[str, Mapping[str, Any]]]:
    return [(f.name, f.metadata) for f in fields(Features) if f.metadata.get("is") == kind]


MATRICES: Final = tuple(MatrixColumn(name, is_["book"], is_["weighted"]) for name, is_ in _list_fields("matrix"))
NUMBERS: Final = tuple(name for name, _ in _list_fields("number"))
TEXTS: Final = tuple(name for name, _ in _list_fields("text"))
"""Columns of the catalogue whose texts are numbered: equal ones alike, -1 where a listing states none."""


def weigh_titles(words: Rows, statistics: Statistics) -> Rows:
    """Return a 0/1 matrix of titles with the square root of its weight for each word."""
    roots = np.sqrt(statistics.weights).astype(np.float32)
    return replace(words, weights=roots[words.items])


def unite_systems(axis: str, column: AxisColumn) -> AxisColumn:
    """Return the column with one value for what several say in metric and in other units."""
    return rename_values(column, equate_units(column.values) if axis in UNITED else {})


def rename_values(column: AxisColumn, same: Mapping[str, str]) -> AxisColumn:
    """Return the column with each value under the name that ``same`` gives it, if any."""
    if not same:
        return column
    number = {value: i for i, value in enumerate(dict.fromkeys(same.get(v, v) for v in column.values))}
    renamed = np.array([*(number[same.get(v, v)] for v in column.values), -1], dtype=np.int64)
    return AxisColumn(renamed[column.codes], tuple(number))


def _number_texts(texts: npt.NDArray[np.object_]) -> IntArray:
    """Number equal texts alike (case and blanks aside); -1 where a text is missing."""
    seen: dict[str, int] = {}
    return np.array(
        [seen.setdefault(key, len(seen)) if (key := " ".join(t.casefold().split())) else -1 for t in texts],
        dtype=np.int64,
    )


def join_features(first: Features, second: Features, catalog: Catalog, photos: Photos, jobs: int = 1) -> Features:
    """Return the features of two lots of listings as those of ``catalog``, which holds both one after the other.

    The books and statistics are those of ``second``, which goes on from the first's.
    """
    return Features.build(
        catalog,
        photos,
        {axis: _join_axis(axis, first, second) for axis in sorted({*first.axes, *second.axes})},
        Base(second.statistics, second.books),
        matrix=lambda column: join_rows(first.matrix(column), second.matrix(column)),
        number=lambda name: np.concatenate([first.number(name), second.number(name)]),
        jobs=jobs,
    )


def _join_axis(axis: str, *parts: Features) -> AxisColumn:
    book: dict[str, int] = {}
    codes = []
    for part in parts:
        column = part.axes.get(axis)
        if column is None:
            codes.append(np.full(len(part), -1, dtype=np.int64))
        else:
            renamed = [book.setdefault(value, len(book)) for value in column.values]
            codes.append(np.array([*renamed, -1], dtype=np.int64)[column.codes])
    return unite_systems(axis, AxisColumn(np.concatenate(codes), tuple(book)))


def reorder_features(features: Features, rows: IntArray, catalog: Catalog, photos: Photos) -> Features:
    """Return the features of ``catalog``, whose listing i is row ``rows[i]`` of ``features``."""
    return Features.build(
        catalog,
        photos,
        {axis: AxisColumn(column.codes[rows], column.values) for axis, column in features.axes.items()},
        Base(features.statistics, features.books),
        matrix=lambda column: features.matrix(column).take(rows),
        number=lambda name: features.number(name)[rows],
        jobs=features.jobs,
    )
