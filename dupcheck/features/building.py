"""A catalogue measured: every column of its features, and what the whole of it teaches."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple, Self

import numpy as np

from dupcheck.axes import HEAD
from dupcheck.features.attributes import Attributes, make_attribute_matrices, read_attributes
from dupcheck.features.codes import drop_common, list_codes_of_parts, make_code_matrices
from dupcheck.features.schema import (
    MATRICES,
    Base,
    Books,
    Features,
    MatrixColumn,
    Statistics,
    mark_head,
    mark_tail,
    weigh_titles,
)
from dupcheck.features.stated import (
    count_pieces,
    list_sizes,
    make_axis_columns,
    mark_numbers,
    name_scripts,
    state_axes,
    state_numbers,
    unmark_brand,
)
from dupcheck.features.tokens import ReadTitles
from dupcheck.features.words import count_words, list_core_words, words_of
from dupcheck.files.arrays import Codebook, Rows
from dupcheck.files.forks import share_work
from dupcheck.learned.frames import Frames, learn_frames
from dupcheck.learned.lexicon import find_stray_words, learn_lexicon
from dupcheck.learned.tails import learn_tails, spell_head
from dupcheck.learned.taught import Taught
from dupcheck.model import BoolArray, Catalog, FloatArray, IntArray
from dupcheck.photos.table import Photos
from dupcheck.titles import Title, Token, normalise, read_titles, read_value
from dupcheck.titles.gifts import drop_gifts
from dupcheck.titles.models import list_numbered
from dupcheck.titles.normalising import fold

Progress = Callable[[int, int], None]


class Wording(NamedTuple):
    """The titles of listings without what only comes with a thing; and these folded, and normalised."""

    titles: Sequence[str]
    folded: Sequence[str]
    texts: Sequence[str]

    @classmethod
    def of(cls, catalog: Catalog) -> Self:
        """Return the wording of a catalogue's titles."""
        titles = [drop_gifts(title) for title in catalog.column("title")]
        folded = [fold(title) for title in titles]
        return cls(titles, folded, [normalise(*both) for both in zip(titles, folded, strict=True)])


@dataclass(frozen=True)
class Reading:
    """The titles of listings as their catalogue reads them: each head, its slots, its tokens, the brand it names; and
    each title folded, without its slots. ``written`` are the tokens without what only the attributes tell of them.
    """

    heads: Sequence[str]
    folded: Sequence[str]
    slots: Sequence[Sequence[tuple[str, str]]]
    tokens: Sequence[tuple[Token, ...]]
    brands: Sequence[dict[str, str]]
    written: Sequence[tuple[Token, ...]] = ()


class Measures(NamedTuple):
    """What each listing tells by itself, before the catalogue has weighed it: the values that it states, its words and
    codes; ``exact`` marks the words that are numbers, codes or measures.
    """

    stated: Sequence[dict[str, str]]
    exact: BoolArray
    matrices: Mapping[str, Rows]


def make_features(
    catalog: Catalog, photos: Photos, *, base: Base | None = None, jobs: int = 1, progress: Progress | None = None
) -> Features:
    """Compute every column of a catalogue's features.

    With ``base`` the listings are read by what was learned from others before, and counted on top of these.
    """
    attributes, wording = read_attributes(catalog), Wording.of(catalog)
    taught = learn_words(wording, attributes, catalog.numbers("price")) if base is None else base.statistics.taught
    attributes = attributes.without_makers(taught.lexicon.houses)
    read = read_listings(catalog, wording, attributes, taught, progress, jobs)
    if base is None:
        frames = learn_choices(read, catalog.numbers("price"), attributes)
        taught = replace(taught, frames=frames, stray=find_stray_words(read.tokens))
    books = {column.book: Codebook() for column in MATRICES} if base is None else base.books
    measures = measure_listings(catalog, attributes, read, taught, books, () if base is None else base.statistics.exact)
    axes, matrices = make_axis_columns(measures.stated), dict(measures.matrices)
    before = None if base is None else base.statistics
    statistics = Statistics(
        listings=len(catalog) + (0 if before is None else before.listings),
        seen=_count_columns(matrices["title"], None if before is None else before.seen),
        exact=measures.exact,
        codes=_count_columns(matrices["codes"], None if before is None else before.codes),
        stated_codes=_count_columns(matrices["stated_codes"], None if before is None else before.stated_codes),
        taught=taught,
        read=_keep_titles(catalog, read, taught) if base is None else None,
    )
    matrices["title"] = weigh_titles(matrices["title"], statistics)
    matrices["stated_codes"] = drop_common(matrices["stated_codes"], statistics.stated_codes)
    matrices["codes"] = drop_common(matrices["codes"], statistics.codes)
    numbers = list_numbers(catalog, count_pieces(catalog, axes))

    def matrix(column: MatrixColumn) -> Rows:
        return matrices[column.field]

    return Features.build(
        catalog, photos, axes, Base(statistics, books), matrix=matrix, number=numbers.__getitem__, jobs=jobs
    )


def _keep_titles(catalog: Catalog, read: Reading, taught: Taught) -> ReadTitles:
    """The titles of a whole catalogue with what each is read as wherever it stands, whatever its listing states."""
    whole = _mark_choices(taught.frames, read.written, read.slots, [()] * len(read.written))
    return ReadTitles.make(catalog.column("title"), whole)


def _mark_choices(
    frames: Frames, titles: Sequence[Sequence[Token]], slots: Sequence[object], brands: Sequence[Collection[str]]
) -> list[Sequence[Token]]:
    """The tokens of titles with what fills a frame as one value; a title that names its choice behind a sign, in its
    ``slots``, says it there.
    """
    whole = [() if own else tokens for tokens, own in zip(titles, slots, strict=True)]
    marked = frames.mark_all(whole, brands)
    return [tokens if own else told for tokens, told, own in zip(titles, marked, slots, strict=True)]


def learn_words(wording: Wording, attributes: Attributes, prices: FloatArray) -> Taught:
    """Return what the titles of a catalogue, as they are written, tell of its words, heads and tails."""
    makers = [read_value("brand", row.get("brand", "")) for row in attributes.rows]
    lexicon = learn_lexicon(wording.texts, attributes.list_options(), makers)
    rows = attributes.without_makers(lexicon.houses).rows
    return Taught(lexicon, learn_tails(wording.titles, rows, lexicon.aliases, prices.tolist()))


def learn_choices(read: Reading, prices: FloatArray, attributes: Attributes) -> Frames:
    """Return the frames of titles as they are read; a title with slots says its choice there."""
    whole = [() if slots else tokens for tokens, slots in zip(read.tokens, read.slots, strict=True)]
    return learn_frames(whole, prices, attributes.rows, _list_brands(attributes))


def _list_brands(attributes: Attributes) -> list[frozenset[str]]:
    return [words_of(row.get("brand", "")) for row in attributes.rows]


def measure_listings(
    catalog: Catalog,
    attributes: Attributes,
    read: Reading,
    taught: Taught,
    books: Books,
    exact: Sequence[bool] | BoolArray = (),
) -> Measures:
    """Return what each listing tells, its titles read by what was ``taught``; ``exact`` is known of older words."""
    brands, aliases = _list_brands(attributes), taught.lexicon.aliases
    names = [spell_head(h, aliases) if slots else "" for h, slots in zip(read.heads, read.slots, strict=True)]
    marked = _mark_choices(taught.frames, read.tokens, read.slots, brands)
    named = taught.named
    stated = [
        state_axes(row, tokens, named) | brand | ({HEAD: name} if name else {}) | name_scripts(head)
        for row, tokens, brand, head, name in zip(attributes.rows, marked, read.brands, read.heads, names, strict=True)
    ]
    cores = list_core_words(marked, list_sizes(catalog, stated), taught.stray, brands)
    words, exact = count_words(cores, books["words"], exact)
    numbered = [tuple(list_numbered(*pair)) for pair in zip(read.folded, marked, strict=True)]
    of_parts = [list_codes_of_parts(tokens) for tokens in marked]
    matrices = {"title": words} | make_attribute_matrices(attributes, stated, named, books)
    traits = taught.lexicon.traits
    codes = make_code_matrices(catalog, attributes, cores, of_parts, numbered, books, traits)
    return Measures(stated, exact, matrices | codes)


def read_listings(
    catalog: Catalog,
    wording: Wording,
    attributes: Attributes,
    taught: Taught,
    progress: Progress | None = None,
    jobs: int = 1,
) -> Reading:
    """Return the titles of listings, read by what their catalogue's words told; ``jobs`` processes read very many."""
    numbers = state_numbers(catalog, attributes)
    lexicon = taught.lexicon
    split = [taught.split(title) for title in wording.titles]
    heads, slots = [head for head, _ in split], [parts for _, parts in split]
    folded = [fold(heads[i]) if slots[i] else text for i, text in enumerate(wording.folded)]

    def mark(i: int, title: Title) -> tuple[tuple[Token, ...], dict[str, str], tuple[Token, ...]]:
        text = normalise(heads[i]) if slots[i] else wording.texts[i]
        tokens, tail = mark_head(heads[i], text, title.tokens, lexicon), mark_tail(slots[i], lexicon)
        stated = attributes.rows[i].get("brand", "")
        brand = stated or (lexicon.name_brand(text) if lexicon.brands else "")
        own = mark_numbers(tokens, numbers[i]) if i in numbers else tokens
        named = {"brand": brand} if brand and not stated else {}
        return (*unmark_brand(own, brand), *tail), named, (*tokens, *tail) if tail else tokens

    def work(k: int) -> list[tuple[tuple[Token, ...], dict[str, str], tuple[Token, ...]]]:
        some = slice(k * _PIECE, (k + 1) * _PIECE)
        return [mark(i, title) for i, title in enumerate(read_titles(heads[some], folded[some]), some.start)]

    def tell(k: int) -> None:
        if progress is not None:
            progress(k * _PIECE, len(heads))

    pieces = share_work(work, -(-len(heads) // _PIECE), jobs if len(heads) >= _MANY else 1, tell)
    found = list(chain.from_iterable(pieces))
    marked, written = [tokens for tokens, _, _ in found], [tokens for _, _, tokens in found]
    return Reading(heads, folded, slots, marked, [named for _, named, _ in found], written)


_MANY = 5_000
"""So many titles are worth several processes."""
_PIECE = 1_000
"""Titles that one of them reads at a time; equal ones among them are read once."""


def list_numbers(catalog: Catalog, pieces: FloatArray) -> dict[str, FloatArray]:
    """Return every column of numbers of the features; ``pieces`` are what a price buys."""
    minimum_order = np.nan_to_num(catalog.numbers("min_order_quantity"), nan=1.0)
    price, high = catalog.numbers("price"), catalog.numbers("price_max")
    return {
        "price_low": price,
        "price_high": np.where(np.isnan(high), price, high),
        "pieces": pieces,
        "quantity": np.maximum(pieces, minimum_order),
        "minimum_order": minimum_order,
    }


def _count_columns(rows: Rows, before: IntArray | None) -> IntArray:
    count = rows.count_columns()
    if before is not None:
        count[: len(before)] += before
    return count
