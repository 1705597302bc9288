"""Catalog → Features: columns, one row a listing, computed once; and the statistics of the whole catalogue.

Two kinds of knowledge meet here. A listing's own (its title read into words and axis values, its attributes, codes,
prices, photos) needs no other listing. The catalogue's (how rare a word is, which words its option columns use, which
word is another's misspelling) is kept in :class:`Statistics`.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from dupcheck.axes import AXES, HEAD, MEASURED, OPTION_AXES, REPEATING, SCRIPT, pick_axes
from dupcheck.catalog.values import parse_attributes
from dupcheck.files.arrays import Codebook, Rows, join_rows
from dupcheck.learned.frames import Frames, learn_frames
from dupcheck.learned.lexicon import Lexicon, find_stray_words, learn_lexicon
from dupcheck.learned.tails import Tails, learn_tails, mark_slots
from dupcheck.model import BoolArray, Catalog, FloatArray, IntArray, Weighed
from dupcheck.photos.table import Photos
from dupcheck.titles import Title, Token, align_name, equate_units, normalise, read_title, read_titles, read_value
from dupcheck.titles.gifts import drop_gifts
from dupcheck.titles.models import list_numbered
from dupcheck.titles.normalising import fold, fold_letters
from dupcheck.titles.stems import stem_word
from dupcheck.titles.stream import plain_text
from dupcheck.titles.vocabulary import load_vocabulary

_IDENTIFYING = frozenset(pick_axes(lambda axis: axis.weight > 1 or axis.role == "code"))
_PART_NUMBER = re.compile(r"(?=(?:[^\d]*\d){3})[\w/.+-]{5,}")
_PACK_SUFFIX = re.compile(r"[\s-]*\b\d{1,4}\s?-?(?:packs?|pk|pcs?|pieces?)\b")
_VARIANT_SUFFIX = re.compile(r"-[a-z]{1,4}$")
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(r"\d{1,4}(?:\.\d)?(?:[-/]\d{1,4}(?:\.\d)?)?")
_SHADE = re.compile(r" \d+$")
_NUMBERED = pick_axes(lambda axis: axis.numbered)
_COMMON_CODE = 40
_NO_AGREEMENT = frozenset(
    pick_axes(lambda axis: axis.role in ("option", "code", "shipping") or axis.values == "measure")
)
_MAKERS = ("brand", "manufacturer")
_VARYING = frozenset({*OPTION_AXES, *MEASURED})


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
    """

    listings: int
    seen: IntArray
    exact: BoolArray
    codes: IntArray
    stated_codes: IntArray
    lexicon: Lexicon
    tails: Tails
    frames: Frames
    stray: frozenset[str]

    def mark(self, title: str) -> tuple[Token, ...]:
        """Read a title as this catalogue's titles are read."""
        head, slots = self.tails.split(drop_gifts(title))
        read = _correct(read_title(head), self.lexicon.correct(normalise(head)), head, self.lexicon).tokens
        return self.frames.mark((*self.lexicon.mark(read), *mark_slots(slots, _read_slot(self.lexicon))))

    @cached_property
    def weights(self) -> FloatArray:
        """The weight of each word: its inverse document frequency, smoothed; numbers and codes weigh half as much
        again."""
        weights: FloatArray = np.log((self.listings + 1) / (self.seen + 1)) + 1.0
        weights[self.exact] *= 1.5
        return weights


NUMBERS = ("price_low", "price_high", "pieces", "quantity", "minimum_order")
MATRICES = {
    "words": "title",
    "names": "attribute_names",
    "values": "attribute_values",
    "stated": "stated_codes",
    "codes": "codes",
    "models": "model_codes",
    "shapes": "model_shapes",
    "parts": "part_numbers",
}
"""The book that numbers each matrix' columns → the matrix."""


@dataclass(frozen=True)
class Base:
    """What was learned and numbered before, for listings that are measured after the rest of their catalogue."""

    statistics: Statistics
    books: Mapping[str, Codebook]


class PairJudge(Protocol):
    """What has learned from the seller's answers."""

    def measure(self, left: IntArray, right: IntArray) -> FloatArray:
        """Return the probability that each pair is one product."""

    def weigh(self, left: IntArray, right: IntArray) -> list[Weighed]:
        """Return what the probability of each pair is the sum of."""


@dataclass(frozen=True)
class Features:
    """The columns that signals read. ``title`` holds the square root of each core word's weight, so that the dot
    product of two rows is the weight they share; ``attribute_names`` and ``attribute_values`` do the same for
    attributes. ``quantity`` orders offers of one product: pieces sold together, or the minimum order. ``books`` number
    the matrices' columns. ``learned`` is there where the seller's answers are enough to judge by.
    """

    ids: npt.NDArray[np.object_]
    title: Rows
    attribute_names: Rows
    attribute_values: Rows
    axes: Mapping[str, AxisColumn]
    stated_codes: Rows
    codes: Rows
    model_codes: Rows
    model_shapes: Rows
    part_numbers: Rows
    price_low: FloatArray
    price_high: FloatArray
    pieces: FloatArray
    quantity: FloatArray
    minimum_order: FloatArray
    currency: IntArray
    category: IntArray
    shop: IntArray
    photos: Photos
    statistics: Statistics
    books: Mapping[str, Codebook]
    jobs: int = 1
    learned: PairJudge | None = None

    def __len__(self) -> int:
        return len(self.ids)

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


def make_features(
    catalog: Catalog,
    photos: Photos,
    *,
    base: Base | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Features:
    """Compute every column of a catalogue's features.

    With ``base`` the listings are read by what was learned from others before, and counted on top of these.
    """
    attributes = read_attributes(catalog)
    raw = [drop_gifts(title) for title in catalog.column("title")]
    texts = [normalise(title) for title in raw]
    if base is None:
        brands = [read_value("brand", row.get("brand", "")) for row in attributes]
        lexicon, tails = learn_lexicon(texts, list_options(attributes), brands), learn_tails(raw, attributes)
    else:
        lexicon, tails = base.statistics.lexicon, base.statistics.tails
    split = [tails.split(title) for title in raw]
    raw = [head for head, _ in split]
    texts = [normalise(head) if parts else texts[i] for i, (head, parts) in enumerate(split)]
    titles = read_titles(raw)
    marked, named, numbers = [], [], _state_numbers(catalog, attributes)
    for i, title in enumerate(titles):
        corrected = lexicon.correct(texts[i])
        tokens = lexicon.mark(_correct(title, corrected, raw[i], lexicon).tokens)
        marked.append(_mark_numbers(tokens, numbers[i]) if i in numbers else tokens)
        unstated = lexicon.brands and "brand" not in attributes[i]
        named.append({"brand": brand} if unstated and (brand := lexicon.name_brand(texts[i])) else {})
        if progress is not None and i % 4096 == 0:
            progress(i, len(titles))
    numbered = number_columns(catalog)
    read_slot = _read_slot(lexicon)
    marked = [(*tokens, *mark_slots(parts, read_slot)) for tokens, (_, parts) in zip(marked, split, strict=True)]
    stray = find_stray_words(marked) if base is None else base.statistics.stray
    of_brand = [_words_of(row.get("brand", "")) for row in attributes]
    frames = (
        learn_frames(marked, catalog.numbers("price"), attributes, of_brand) if base is None else base.statistics.frames
    )
    marked = [frames.mark(tokens, brand) for tokens, brand in zip(marked, of_brand, strict=True)]
    named_axes = tails.named | frames.named
    books = {name: Codebook() for name in MATRICES} if base is None else base.books
    stated = [
        _state_axes(row, tokens, named_axes) | brand | ({HEAD: plain_text(head)} if parts else {}) | _name_scripts(head)
        for row, tokens, brand, (head, parts) in zip(attributes, marked, named, split, strict=True)
    ]
    sizes = _list_sizes(catalog, stated)
    cores = [_core_words(tokens, frozenset(sizes.get(i, ())), stray, of_brand[i]) for i, tokens in enumerate(marked)]
    axes = _axis_columns(stated)
    words, exact = _count_words(cores, books["words"], () if base is None else base.statistics.exact)
    names, values = _attribute_matrices(attributes, stated, named_axes, books)
    of_parts = [_codes_of_parts(tokens) for tokens in marked]
    numbered_names = [tuple(list_numbered(*pair)) for pair in zip(raw, marked, strict=True)]
    matrices = _code_matrices(catalog, attributes, cores, of_parts, numbered_names, books)
    before = None if base is None else base.statistics
    statistics = Statistics(
        listings=len(catalog) + (0 if before is None else before.listings),
        seen=_count_columns(words, None if before is None else before.seen),
        exact=exact,
        codes=_count_columns(matrices["codes"], None if before is None else before.codes),
        stated_codes=_count_columns(matrices["stated"], None if before is None else before.stated_codes),
        lexicon=lexicon,
        tails=tails,
        frames=frames,
        stray=stray,
    )
    pieces = _pieces(catalog, axes)
    minimum_order = np.nan_to_num(catalog.numbers("min_order_quantity"), nan=1.0)
    price, high = catalog.numbers("price"), catalog.numbers("price_max")
    return Features(
        ids=catalog.ids,
        title=weigh_titles(words, statistics),
        attribute_names=names,
        attribute_values=values,
        axes=axes,
        stated_codes=_drop_common(matrices["stated"], statistics.stated_codes),
        codes=_drop_common(matrices["codes"], statistics.codes),
        model_codes=matrices["models"],
        model_shapes=matrices["shapes"],
        part_numbers=matrices["parts"],
        price_low=price,
        price_high=np.where(np.isnan(high), price, high),
        pieces=pieces,
        quantity=np.maximum(pieces, minimum_order),
        minimum_order=minimum_order,
        **numbered,
        photos=photos,
        statistics=statistics,
        books=books,
        jobs=jobs,
    )


def _read_slot(lexicon: Lexicon) -> Callable[[str], tuple[Token, ...]]:
    return lambda text: lexicon.mark(read_title(text).tokens)


def _correct(read: Title, corrected: str, title: str, lexicon: Lexicon) -> Title:
    """A title read with its misspelt words put right; ``corrected`` is "" where it has none."""
    return read_title(lexicon.correct(fold(title))) if corrected else read


def _state_numbers(catalog: Catalog, attributes: Sequence[Mapping[str, str]]) -> dict[int, Mapping[str, str]]:
    """The bare numbers that each listing states as its size or shade: in its attributes, or the same in all options."""
    known: dict[int, Mapping[str, str]] = {}
    for row in attributes:
        if id(row) not in known:
            known[id(row)] = {axis: text for axis in _NUMBERED if (text := _bare_number(axis, row.get(axis, "")))}
    stated = {i: known[id(row)] for i, row in enumerate(attributes) if known[id(row)]}
    options: dict[int, dict[str, set[str]]] = {}
    skus = catalog.sku_columns
    for i, text in zip(skus["listing"].tolist(), skus["options"], strict=True):
        for name, value in parse_attributes(text).items():
            if (axis := align_name(name)) in _NUMBERED:
                options.setdefault(i, {}).setdefault(axis, set()).add(_bare_number(axis, value))
    for i, values in options.items():
        only = {axis: found.pop() for axis, found in values.items() if len(found) == 1}
        numbers = {axis: text for axis, text in only.items() if text} | dict(stated.get(i, {}))
        if numbers:
            stated[i] = numbers
    return stated


def _bare_number(axis: str, text: str) -> str:
    """A value that is a number or a range and nothing else; "" for any other."""
    if not any(c.isdigit() for c in text):
        return ""
    value = read_value(axis, text)
    return value if _NUMBER.fullmatch(value) else ""


def _mark_numbers(tokens: tuple[Token, ...], stated: Mapping[str, str]) -> tuple[Token, ...]:
    """Tag the number by which a title says its listing's own size or shade: the last one, where none is told from it.

    One digit alone is that number only behind all words; a number behind the name of a model series never is.
    """
    names = load_vocabulary().not_before_size
    for axis, value in stated.items():
        if any(t.axis == axis for t in tokens):
            continue
        wanted = value.replace("/", "-")
        for i in range(len(tokens) - 1, 0, -1):
            token = tokens[i]
            if token.axis or token.kind not in ("number", "code") or token.text.replace("/", "-") != wanted:
                continue
            last = all(t.axis for t in tokens[i + 1 :])
            if tokens[i - 1].text not in names and (last or len(wanted) > 1):
                tokens = (*tokens[:i], Token(token.text, token.kind, axis, value), *tokens[i + 1 :])
            break
    return tokens


def read_attributes(catalog: Catalog) -> list[Mapping[str, str]]:
    """Each listing's attributes under aligned names; listings with the same text share one mapping."""
    known: dict[str, Mapping[str, str]] = {}
    names: dict[str, str] = {}
    rows = []
    for text in catalog.column("attributes"):
        if text not in known:
            found: dict[str, str] = {}
            for name, value in parse_attributes(text).items():
                aligned = names.setdefault(name, align_name(name))
                if not value.strip() or (aligned in _MAKERS and normalise(value) in load_vocabulary().no_brand):
                    continue
                if (
                    aligned == "compatible"
                    and _is_number_told(value)
                    and not _is_number_told(found.get(aligned, value))
                ):
                    found[aligned] = value  # the model, where a brand stands beside it
                found.setdefault(aligned, value)
            if "variant" in found and len(told := {axis for axis, _ in _values_in(found["variant"])}) == 1:
                found.setdefault(told.pop(), found.pop("variant"))
            known[text] = found
        rows.append(known[text])
    return rows


def _is_number_told(text: str) -> bool:
    return any(c.isdigit() for c in text)


def _state_axes(attributes: Mapping[str, str], tokens: Sequence[Token], options: Collection[str]) -> dict[str, str]:
    """The value a listing states on each axis: its attribute's, else its title's (several joined by ``|``).

    ``options`` are attributes that are axes in this catalogue only.
    """
    stated: dict[str, list[str]] = {}
    for token in tokens:
        if token.axis and token.axis != "noise" and token.value not in stated.setdefault(token.axis, []):
            stated[token.axis].append(token.value)
    values = {axis: "|".join(found) for axis, found in stated.items()}
    for name, value in attributes.items():
        if name in options:
            values[name] = plain_text(value)
            continue
        if name not in AXES or not (canonical := read_value(name, value)):
            continue
        # "101 black" beside Color=Black: the title's shade is the more exact
        if name != "color" or _SHADE.sub("", values.get(name, "")) != canonical:
            values[name] = canonical
    # "7 in" beside Size=7.0 Inch is the size said again, not a length of its own; so is "1 L" beside Capacity=1 L
    size = values.get("size", "")
    told = {size, values.get("capacity"), *(_say_lengths(size) if size else ())}
    return {axis: value for axis, value in values.items() if axis not in REPEATING or value not in told}


def _list_sizes(catalog: Catalog, stated: Sequence[Mapping[str, str]]) -> dict[int, set[str]]:
    """The sizes of each listing that states any: its own, and those of its options."""
    sizes = {i: {row["size"], *_say_lengths(row["size"])} for i, row in enumerate(stated) if "size" in row}
    skus = catalog.sku_columns
    for i, text in zip(skus["listing"].tolist(), skus["options"], strict=True):
        for name, value in parse_attributes(text).items():
            if align_name(name) == "size" and (size := read_value("size", value)):
                sizes.setdefault(i, set()).update((size, *_say_lengths(size)))
    return sizes


@lru_cache(maxsize=100_000)
def _say_lengths(size: str) -> frozenset[str]:
    """The measures by which a title may say a size: of «5 m ip30» 5 m, of the children's size 120 1.2 m."""
    if size.isdecimal() and 50 <= int(size) < 200:
        return frozenset({read_value("length", f"{size} cm")})
    return frozenset(t.value for t in read_title(size).tokens if t.axis in REPEATING)


def _codes_of_parts(tokens: Sequence[Token]) -> frozenset[str]:
    """The codes of what only comes with a thing: «w/F9541»."""
    return frozenset(
        t.text
        for before, t in pairwise(tokens)
        if t.kind == "code" and not t.axis and before.axis == "noise" and before.text in load_vocabulary().accompanying
    )


_SCRIPTS = tuple(
    (name, re.compile(letters))
    for name, letters in (
        ("latin", "[a-z]{3}"), ("cyrillic", "[а-яіїєґ]{3}"), ("greek", "[α-ω]{3}"), ("han", "[\u3400-\u9fff]{2}"),
        ("kana", "[\u3040-\u30ff]{2}"), ("hangul", "[\uac00-\ud7af]{2}"), ("thai", "[\u0e00-\u0e7f]{3}"),
        ("arabic", "[\u0600-\u06ff]{3}"),
    )
)  # fmt: skip


def _name_head(head: str, parts: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {HEAD: plain_text(head)} if parts else {}


def _name_scripts(title: str) -> dict[str, str]:
    """The scripts of a title's words, where it is not all Latin."""
    if title.isascii():
        return {}
    text = fold_letters(title)
    return {SCRIPT: "|".join(name for name, words in _SCRIPTS if words.search(text))}


@lru_cache(maxsize=50_000)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(normalise(text).split())


def _core_words(
    tokens: Sequence[Token], sizes: frozenset[str], stray: Collection[str], brand: Collection[str]
) -> list[Token]:
    """What is left of a title without axis values and selling words; all of it where nothing would be left.

    The words of a ``brand`` that an attribute states are compared there, whether or not a title says them.
    Where a listing states its sizes, a measure beside them names the product (a 12 inch mattress, Queen) and stays.
    """
    core = [
        Token(t.value, "measure", "", "") if t.axis else t
        for t in tokens
        if (not t.axis and t.text not in stray and t.text not in brand)
        or (sizes and t.axis in REPEATING and sizes.isdisjoint((t.value, t.value.rpartition(" ")[0])))
    ]
    return core or [t for t in tokens if t.axis != "noise"]


def list_options(attributes: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Every (axis, value) of the listings' option columns."""
    for row in {id(row): row for row in attributes}.values():
        for name, value in row.items():
            if name in OPTION_AXES:
                yield name, value


def _axis_columns(stated: Sequence[Mapping[str, str]]) -> dict[str, AxisColumn]:
    columns = {}
    for axis in sorted({axis for row in stated for axis in row}):
        seen: dict[str, int] = {}
        codes = np.full(len(stated), -1, dtype=np.int64)
        for i, row in enumerate(stated):
            value = row.get(axis)
            if value:
                codes[i] = seen.setdefault(value, len(seen))
        columns[axis] = _one_system(axis, AxisColumn(codes, tuple(seen)))
    return columns


def _one_system(axis: str, column: AxisColumn) -> AxisColumn:
    """The column with one value for what several say in metric and in other units."""
    same = equate_units(column.values) if axis == "size" or axis in REPEATING else {}
    if not same:
        return column
    number = {value: i for i, value in enumerate(dict.fromkeys(same.get(v, v) for v in column.values))}
    renamed = np.array([*(number[same.get(v, v)] for v in column.values), -1], dtype=np.int64)
    return AxisColumn(renamed[column.codes], tuple(number))


def _count_words(
    cores: Sequence[Sequence[Token]], book: Codebook, known: Sequence[bool] | BoolArray
) -> tuple[Rows, BoolArray]:
    """A 0/1 matrix listings × words, and which words are numbers, codes or measures."""
    before, exact = len(known), list[bool]()
    indices: list[int] = []
    start = [0]
    for core in cores:
        row = set()
        for token in core:
            code = book[stem_word(token.text)]
            if code == before + len(exact):
                exact.append(token.kind in ("number", "code", "measure"))
            row.add(code)
        indices += sorted(row)
        start.append(len(indices))
    ones = np.ones(len(indices), dtype=np.float32)
    rows = Rows(np.array(start, dtype=np.int64), np.array(indices, dtype=np.int32), ones, book.width)
    return rows, np.concatenate([np.asarray(known, dtype=bool), np.array(exact, dtype=bool)])


def _count_columns(rows: Rows, before: IntArray | None) -> IntArray:
    count = rows.count_columns()
    if before is not None:
        count[: len(before)] += before
    return count


def weigh_titles(words: Rows, statistics: Statistics) -> Rows:
    """Return a 0/1 matrix of titles with the square root of its weight for each word."""
    roots = np.sqrt(statistics.weights).astype(np.float32)
    return replace(words, weights=roots[words.items])


def _attribute_matrices(
    attributes: Sequence[Mapping[str, str]],
    stated: Sequence[Mapping[str, str]],
    options: Collection[str],
    books: Mapping[str, Codebook],
) -> tuple[Rows, Rows]:
    """Names and values of the attributes that are no option axis, weighted so that dot products add up agreement.

    An attribute that only says again what its listing states on an axis («Cable Length=2m») is a difference where it
    differs, not disagreement.
    """
    made: dict[tuple[int, frozenset[str]], tuple[list[int], list[float], list[int], list[float]]] = {}
    varying: dict[int, dict[str, tuple[tuple[str, str], ...]]] = {}
    rows = []
    for row, axes in zip(attributes, stated, strict=True):
        if id(row) not in varying:
            varying[id(row)] = {
                name: told for name, value in row.items() if name not in _IDENTIFYING and (told := _values_in(value))
            }
        again = frozenset(
            name
            for name, told in varying[id(row)].items()
            if all(value in axes.get(axis, "").split("|") for axis, value in told)
        )
        if (id(row), again) not in made:
            facts = {n: v for n, v in row.items() if n not in again and n not in options}
            made[id(row), again] = _attribute_row(facts, books)
        rows.append(made[id(row), again])
    name_matrix = Rows.stack([(r[0], r[1]) for r in rows], books["names"].width)
    value_matrix = Rows.stack([(r[2], r[3]) for r in rows], books["values"].width)
    return name_matrix, value_matrix


@lru_cache(maxsize=100_000)
def _values_in(text: str) -> tuple[tuple[str, str], ...]:
    """The axes and values of a text that is nothing but values of axes on which options vary; else none."""
    tokens = [t for t in read_title(text).tokens if t.axis != "noise"]
    return tuple((t.axis, t.value) for t in tokens) if all(t.axis in _VARYING for t in tokens) else ()


def _attribute_row(
    row: Mapping[str, str], books: Mapping[str, Codebook]
) -> tuple[list[int], list[float], list[int], list[float]]:
    name_codes, name_weights, value_codes, value_weights = [], [], [], []
    for name, value in row.items():
        if name in _NO_AGREEMENT:
            continue
        parts = {w for w in read_value(name, value).replace("/", " ").replace(",", " ").split() if w}
        if not parts:
            continue
        weight = AXES[name].weight if name in AXES else 1.0
        name_codes.append(books["names"][name])
        name_weights.append(weight**0.5)
        for part in sorted(parts):
            value_codes.append(books["values"][f"{name}={part}"])
            value_weights.append((weight / len(parts)) ** 0.5)
    return name_codes, name_weights, value_codes, value_weights


def _code_matrices(
    catalog: Catalog,
    attributes: Sequence[Mapping[str, str]],
    cores: Sequence[Sequence[Token]],
    of_parts: Sequence[Collection[str]],
    numbered: Sequence[Collection[str]],
    books: Mapping[str, Codebook],
) -> dict[str, Rows]:
    """Which codes each listing carries: those it states (GTIN, SKU code, part number); these and what its title or its
    model's name holds that is built like a part number, save ``of_parts``, what only comes with it; its title's model
    codes of any length, its ``numbered`` names among them; the shapes of these (digits made equal: A54 and A55 are of
    one shape); and the part numbers that its attributes state.
    """
    kinds = ("stated", "codes", "models", "shapes", "parts")
    rows: dict[str, list[tuple[list[int], list[float]]]] = {kind: [] for kind in kinds}
    known: dict[str, list[str]] = {}
    for i, (gtin, sku) in enumerate(zip(catalog.column("gtin"), catalog.column("sku_code"), strict=True)):
        text = attributes[i].get("part number", "")
        if text not in known:
            known[text] = _read_part_numbers(text)
        parts = known[text]
        named = {t.text for t in cores[i] if t.kind == "code"}
        models = {stem_word(m) for m in (*named, *numbered[i])}
        stated = {f"code:{m}" for m in parts}
        if gtin:
            stated.add(f"gtin:{gtin}")
        if sku:
            stated.add(f"sku:{sku.casefold()}")
        model = attributes[i].get("model", "")
        carried = {m for m in (*(named - set(of_parts[i])), *_list_words(model)) if _PART_NUMBER.fullmatch(m)}
        written = stated | {f"code:{_part_key(m)}" for m in carried}
        shapes = {_DIGITS.sub("0", m) for m in models}
        for kind, codes in zip(kinds, (stated, written, models, shapes, parts), strict=True):
            rows[kind].append(_ones(sorted(books[kind][c] for c in sorted(codes))))
    return {kind: Rows.stack(rows[kind], books[kind].width) for kind in kinds}


def _drop_common(codes: Rows, seen: IntArray) -> Rows:
    """Leave out the codes that very many listings share: they identify nothing."""
    return codes.keep_columns(seen <= _COMMON_CODE)


def _read_part_numbers(text: str) -> list[str]:
    """The part numbers an attribute lists, without the pack sizes and series names that shops write beside them."""
    found = set()
    for item in re.split(r"[,;|]", _PACK_SUFFIX.sub(" ", normalise(text))):
        words = [w for w in item.split() if len(w) > 3 and any(c.isdigit() for c in w)]
        if words:
            found.add(_part_key(max(words, key=lambda w: (sum(c.isdigit() for c in w), len(w)))))
    return sorted(found)


@lru_cache(maxsize=50_000)
def _list_words(text: str) -> tuple[str, ...]:
    return tuple(normalise(text).split())


def _part_key(code: str) -> str:
    """A part number without leading zeros, hyphens beside letters and the short suffix that marks a variant."""
    code = code.strip("-")
    shorter = _VARIANT_SUFFIX.sub("", code)
    return stem_word((shorter if sum(c.isdigit() for c in shorter) >= 5 else code).lstrip("0"))


def _ones(codes: list[int]) -> tuple[list[int], list[float]]:
    return codes, [1.0] * len(codes)


def _pieces(catalog: Catalog, axes: Mapping[str, AxisColumn]) -> FloatArray:
    """How many pieces a listing's price buys: its lot size, else the pack its title or attributes name, else 1."""
    pieces = np.ones(len(catalog))
    if "pack" in axes:
        column = axes["pack"]
        numbers = [v.split(" ")[0] for v in column.values]  # "10 box": what is sold by the box is priced by the box
        counts = np.array([float(n) if n.isdecimal() and 0 < int(n) < 100_000 else 1.0 for n in numbers] + [1.0])
        pieces = counts[column.codes]
    lot = catalog.numbers("lot_size")
    return np.where(lot > 1, lot, pieces)


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
    axes = {}
    for axis in sorted({*first.axes, *second.axes}):
        parts = [(f.axes.get(axis), len(f)) for f in (first, second)]
        book: dict[str, int] = {}
        codes = []
        for column, length in parts:
            if column is None:
                codes.append(np.full(length, -1, dtype=np.int64))
            else:
                renamed = [book.setdefault(value, len(book)) for value in column.values]
                codes.append(np.array([*renamed, -1], dtype=np.int64)[column.codes])
        axes[axis] = _one_system(axis, AxisColumn(np.concatenate(codes), tuple(book)))
    matrices: dict[str, Any] = {
        field: join_rows(getattr(first, field), getattr(second, field)) for field in MATRICES.values()
    }
    numbers: dict[str, Any] = {n: np.concatenate([getattr(first, n), getattr(second, n)]) for n in NUMBERS}
    return Features(
        ids=catalog.ids,
        axes=axes,
        **matrices,
        **numbers,
        **number_columns(catalog),
        photos=photos,
        statistics=second.statistics,
        books=second.books,
        jobs=jobs,
    )


def reorder_features(features: Features, rows: IntArray, catalog: Catalog, photos: Photos) -> Features:
    """Return the features of ``catalog``, whose listing i is row ``rows[i]`` of ``features``."""
    columns: dict[str, Any] = {
        **{field: getattr(features, field).take(rows) for field in MATRICES.values()},
        **{name: getattr(features, name)[rows] for name in NUMBERS},
        **number_columns(catalog),
    }
    axes = {axis: AxisColumn(column.codes[rows], column.values) for axis, column in features.axes.items()}
    return replace(features, ids=catalog.ids, axes=axes, photos=photos, **columns)


def number_columns(catalog: Catalog) -> dict[str, Any]:
    """Return the currency, category and shop of each listing as numbers, -1 where it states none."""
    return {name: _number_texts(catalog.column(name)) for name in ("currency", "category", "shop")}
