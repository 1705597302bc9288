"""What each listing states on every axis: by its attributes, else by its title; and the columns of that."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache, lru_cache

import numpy as np

from dupcheck.axes import AXES, REPEATING, SCRIPT, pick_axes
from dupcheck.catalog.values import parse_attributes
from dupcheck.features.attributes import Attributes
from dupcheck.features.schema import AxisColumn, unite_systems
from dupcheck.model import Catalog, FloatArray
from dupcheck.titles import Token, align_name, normalise, read_title, read_value
from dupcheck.titles.normalising import fold_letters
from dupcheck.titles.stream import plain_text
from dupcheck.titles.vocabulary import load_vocabulary

_NUMBER = re.compile(r"\d{1,4}(?:\.\d)?(?:[-/]\d{1,4}(?:\.\d)?)?")
_SHADE = re.compile(r" \d+$")
_NUMBERED = pick_axes(lambda axis: axis.numbered)
_SCRIPTS = (
    ("latin", "[a-z]{3}"), ("cyrillic", "[а-яіїєґ]{3}"), ("greek", "[α-ω]{3}"), ("han", "[\u3400-\u9fff]{2}"),
    ("kana", "[\u3040-\u30ff]{2}"), ("hangul", "[\uac00-\ud7af]{2}"), ("thai", "[\u0e00-\u0e7f]{3}"),
    ("arabic", "[\u0600-\u06ff]{3}"),
)  # fmt: skip


def state_numbers(catalog: Catalog, attributes: Attributes) -> dict[int, Mapping[str, str]]:
    """Return the bare numbers that each listing states as its size or shade.

    In its attributes, or the same in all options.
    """
    known = [
        {axis: text for axis in _NUMBERED if (text := _bare_number(axis, row.get(axis, "")))}
        for row in attributes.distinct
    ]
    stated: dict[int, Mapping[str, str]] = {i: known[kind] for i, kind in enumerate(attributes.kinds) if known[kind]}
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


def mark_numbers(tokens: tuple[Token, ...], stated: Mapping[str, str]) -> tuple[Token, ...]:
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


def unmark_brand(tokens: tuple[Token, ...], brand: str) -> tuple[Token, ...]:
    """Take for no values the words of a listing's brand where its title says all of it: a Red Fox is not red."""
    wanted = normalise(brand).split()
    if len(wanted) < 2:
        return tokens
    words = [(word, k) for k, token in enumerate(tokens) for word in token.text.split()]
    said = [word for word, _ in words]
    inside = {
        k for at in range(len(said) - len(wanted) + 1) if said[at : at + len(wanted)] == wanted
        for _, k in words[at : at + len(wanted)]
    }  # fmt: skip
    return tuple([
        token._replace(axis="", value="") if k in inside and token.axis != "noise" else token
        for k, token in enumerate(tokens)
    ]) if inside else tokens  # fmt: skip


def state_axes(attributes: Mapping[str, str], tokens: Sequence[Token], options: Collection[str]) -> dict[str, str]:
    """Return the value a listing states on each axis: its attribute's, else its title's (several joined by ``|``).

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


def list_sizes(catalog: Catalog, stated: Sequence[Mapping[str, str]]) -> dict[int, set[str]]:
    """Return the sizes of each listing that states any: its own, and those of its options."""
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


@cache
def _scripts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(letters)) for name, letters in _SCRIPTS)


def name_scripts(title: str) -> dict[str, str]:
    """Return the scripts of a title's words, where it is not all Latin."""
    if title.isascii():
        return {}
    text = fold_letters(title)
    return {SCRIPT: "|".join(name for name, words in _scripts() if words.search(text))}


def make_axis_columns(stated: Sequence[Mapping[str, str]]) -> dict[str, AxisColumn]:
    """Return a column for each axis on which some listing states a value."""
    return {axis: unite_systems(axis, column) for axis, column in number_values(stated).items()}


def number_values(stated: Sequence[Mapping[str, str]]) -> dict[str, AxisColumn]:
    """Return a column for each axis on which some listing states a value, as it is said there."""
    columns = {}
    for axis in sorted({axis for row in stated for axis in row}):
        seen: dict[str, int] = {}
        codes = np.full(len(stated), -1, dtype=np.int64)
        for i, row in enumerate(stated):
            value = row.get(axis)
            if value:
                codes[i] = seen.setdefault(value, len(seen))
        columns[axis] = AxisColumn(codes, tuple(seen))
    return columns


def count_pieces(catalog: Catalog, axes: Mapping[str, AxisColumn]) -> FloatArray:
    """Return how many pieces a listing's price buys: its lot size, else the pack that it names, else 1."""
    pieces = np.ones(len(catalog))
    if "pack" in axes:
        column = axes["pack"]
        numbers = [v.split(" ")[0] for v in column.values]  # "10 box": what is sold by the box is priced by the box
        counts = np.array([float(n) if n.isdecimal() and 0 < int(n) < 100_000 else 1.0 for n in numbers] + [1.0])
        pieces = counts[column.codes]
    lot = catalog.numbers("lot_size")
    return np.where(lot > 1, lot, pieces)
