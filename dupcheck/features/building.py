"""A catalogue measured: every column of its features, and what the whole of it teaches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dupcheck.axes import HEAD
from dupcheck.features.attributes import Attributes, make_attribute_matrices, read_attributes
from dupcheck.features.codes import drop_common, list_codes_of_parts, make_code_matrices
from dupcheck.features.schema import (
    MATRICES,
    Base,
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
)
from dupcheck.features.words import count_words, list_core_words, words_of
from dupcheck.files.arrays import Codebook, Rows
from dupcheck.learned.frames import learn_frames
from dupcheck.learned.lexicon import Lexicon, find_stray_words, learn_lexicon
from dupcheck.learned.tails import Tails, learn_tails
from dupcheck.model import Catalog, FloatArray, IntArray
from dupcheck.photos.table import Photos
from dupcheck.titles import Token, normalise, read_titles, read_value
from dupcheck.titles.gifts import drop_gifts
from dupcheck.titles.models import list_numbered
from dupcheck.titles.normalising import fold
from dupcheck.titles.stream import plain_text

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Reading:
    """The titles of a catalogue as it reads them itself: each head, its slots, its tokens, and the brand it names."""

    heads: Sequence[str]
    folded: Sequence[str]
    slots: Sequence[Sequence[tuple[str, str]]]
    tokens: Sequence[tuple[Token, ...]]
    brands: Sequence[dict[str, str]]


def make_features(
    catalog: Catalog, photos: Photos, *, base: Base | None = None, jobs: int = 1, progress: Progress | None = None
) -> Features:
    """Compute every column of a catalogue's features.

    With ``base`` the listings are read by what was learned from others before, and counted on top of these.
    """
    attributes = read_attributes(catalog)
    titles = [drop_gifts(title) for title in catalog.column("title")]
    folded = [fold(title) for title in titles]
    texts = [normalise(*both) for both in zip(titles, folded, strict=True)]
    if base is None:
        makers = [read_value("brand", row.get("brand", "")) for row in attributes.rows]
        lexicon, tails = learn_lexicon(texts, attributes.list_options(), makers), learn_tails(titles, attributes.rows)
    else:
        lexicon, tails = base.statistics.lexicon, base.statistics.tails
    read = _read_titles(titles, folded, texts, state_numbers(catalog, attributes), attributes, lexicon, tails, progress)
    stray = find_stray_words(read.tokens) if base is None else base.statistics.stray
    brands = [words_of(row.get("brand", "")) for row in attributes.rows]
    if base is None:
        whole = [() if slots else tokens for tokens, slots in zip(read.tokens, read.slots, strict=True)]
        frames = learn_frames(whole, catalog.numbers("price"), attributes.rows, brands)
    else:
        frames = base.statistics.frames
    marked = [
        tokens if slots else frames.mark(tokens, brand)  # a title that names its choice behind a sign says it there
        for tokens, slots, brand in zip(read.tokens, read.slots, brands, strict=True)
    ]
    named = tails.named | frames.named
    books = {column.book: Codebook() for column in MATRICES} if base is None else base.books
    stated = [
        state_axes(row, tokens, named) | brand | ({HEAD: plain_text(head)} if slots else {}) | name_scripts(head)
        for row, tokens, brand, head, slots in zip(
            attributes.rows, marked, read.brands, read.heads, read.slots, strict=True
        )
    ]
    cores = list_core_words(marked, list_sizes(catalog, stated), stray, brands)
    axes = make_axis_columns(stated)
    words, exact = count_words(cores, books["words"], () if base is None else base.statistics.exact)
    matrices = {"title": words}
    matrices |= make_attribute_matrices(attributes, stated, named, books)
    numbered = [tuple(list_numbered(*pair)) for pair in zip(read.folded, marked, strict=True)]
    of_parts = [list_codes_of_parts(tokens) for tokens in marked]
    matrices |= make_code_matrices(catalog, attributes, cores, of_parts, numbered, books)
    before = None if base is None else base.statistics
    statistics = Statistics(
        listings=len(catalog) + (0 if before is None else before.listings),
        seen=_count_columns(words, None if before is None else before.seen),
        exact=exact,
        codes=_count_columns(matrices["codes"], None if before is None else before.codes),
        stated_codes=_count_columns(matrices["stated_codes"], None if before is None else before.stated_codes),
        lexicon=lexicon,
        tails=tails,
        frames=frames,
        stray=stray,
    )
    matrices["title"] = weigh_titles(words, statistics)
    matrices["stated_codes"] = drop_common(matrices["stated_codes"], statistics.stated_codes)
    matrices["codes"] = drop_common(matrices["codes"], statistics.codes)
    numbers = _list_numbers(catalog, count_pieces(catalog, axes))

    def matrix(column: MatrixColumn) -> Rows:
        return matrices[column.field]

    return Features.build(
        catalog, photos, axes, Base(statistics, books), matrix=matrix, number=numbers.__getitem__, jobs=jobs
    )


def _read_titles(
    titles: Sequence[str],
    folded: Sequence[str],
    texts: Sequence[str],
    numbers: Mapping[int, Mapping[str, str]],
    attributes: Attributes,
    lexicon: Lexicon,
    tails: Tails,
    progress: Progress | None,
) -> _Reading:
    split = [tails.split(title) for title in titles]
    heads, slots = [head for head, _ in split], [parts for _, parts in split]
    folded = [fold(heads[i]) if slots[i] else text for i, text in enumerate(folded)]
    marked: list[tuple[Token, ...]] = []
    brands: list[dict[str, str]] = []
    for i, title in enumerate(read_titles(heads, folded)):
        text = normalise(heads[i]) if slots[i] else texts[i]
        tokens = mark_head(heads[i], text, title.tokens, lexicon)
        if i in numbers:
            tokens = mark_numbers(tokens, numbers[i])
        marked.append((*tokens, *mark_tail(slots[i], lexicon)) if slots[i] else tokens)
        unstated = lexicon.brands and "brand" not in attributes.rows[i]
        brands.append({"brand": brand} if unstated and (brand := lexicon.name_brand(text)) else {})
        if progress is not None and i % 4096 == 0:
            progress(i, len(titles))
    return _Reading(heads, folded, slots, marked, brands)


def _list_numbers(catalog: Catalog, pieces: FloatArray) -> dict[str, FloatArray]:
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
