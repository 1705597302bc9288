"""The codes that listings carry, as columns: stated, or built like one in a title."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise

from dupcheck.features.attributes import Attributes
from dupcheck.features.schema import MATRICES, Books
from dupcheck.files.arrays import Rows
from dupcheck.files.numbers import is_numbered
from dupcheck.model import Catalog, IntArray
from dupcheck.titles import Token, normalise
from dupcheck.titles.stems import stem_word
from dupcheck.titles.vocabulary import load_vocabulary

_PART_NUMBER = re.compile(r"(?=(?:[^\d]*\d){3})[\w/.+-]{5,}")
_PACK_SUFFIX = re.compile(r"[\s-]*\b\d{1,4}\s?-?(?:packs?|pk|pcs?|pieces?)\b")
_VARIANT_SUFFIX = re.compile(r"-[a-z]{1,4}$")
_DIGITS = re.compile(r"\d+")
COMMON_CODE = 40
"""What more listings share than this identifies none of them."""
_FIELDS = ("stated_codes", "codes", "model_codes", "model_shapes", "part_numbers")


def list_codes_of_parts(tokens: Sequence[Token]) -> frozenset[str]:
    """Return the codes of what only comes with a thing: «w/F9541»."""
    return frozenset(
        t.text
        for before, t in pairwise(tokens)
        if t.kind == "code" and not t.axis and before.axis == "noise" and before.text in load_vocabulary().accompanying
    )


def make_code_matrices(
    catalog: Catalog,
    attributes: Attributes,
    cores: Sequence[Sequence[Token]],
    of_parts: Sequence[Collection[str]],
    numbered: Sequence[Collection[str]],
    books: Books,
    traits: Collection[str],
) -> dict[str, Rows]:
    """Return which codes each listing carries.

    Those it states (GTIN, SKU code, part number); these and what its title or its model's name holds that is built like
    a part number, save ``of_parts``, what only comes with it; its title's model codes of any length, its ``numbered``
    names among them, save the ``traits`` that many models have; the shapes of these (digits made equal: A54 and A55 are
    of one shape); and the part numbers that its attributes state.
    """
    columns = sorted((c for c in MATRICES if c.field in _FIELDS), key=lambda c: _FIELDS.index(c.field))
    rows: dict[str, list[tuple[list[int], list[float]]]] = {column.field: [] for column in columns}
    numbers = [_read_part_numbers(row.get("part number", "")) for row in attributes.distinct]
    for i, (gtin, sku) in enumerate(zip(catalog.column("gtin"), catalog.column("sku_code"), strict=True)):
        parts = numbers[attributes.kinds[i]]
        named = {t.text for t in cores[i] if t.kind == "code"}
        models = {stem_word(m) for m in (*named.difference(traits), *numbered[i])}
        stated = {f"code:{m}" for m in parts}
        if is_numbered(gtin):
            stated.add(f"gtin:{gtin}")
        if sku:
            stated.add(f"sku:{sku.casefold()}")
        model = attributes.rows[i].get("model", "")
        carried = {m for m in (*(named - set(of_parts[i])), *_list_words(model)) if _PART_NUMBER.fullmatch(m)}
        written = stated | {f"code:{_part_key(m)}" for m in carried}
        shapes = {_DIGITS.sub("0", m) for m in models}
        for column, codes in zip(columns, (stated, written, models, shapes, parts), strict=True):
            rows[column.field].append(_ones(sorted(books[column.book][c] for c in sorted(codes))))
    return {column.field: Rows.stack(rows[column.field], books[column.book].width) for column in columns}


def drop_common(codes: Rows, seen: IntArray) -> Rows:
    """Return the matrix without the codes that very many listings share: they identify nothing."""
    return codes.keep_columns(seen <= COMMON_CODE)


@lru_cache(maxsize=50_000)
def _read_part_numbers(text: str) -> tuple[str, ...]:
    """The part numbers an attribute lists, without the pack sizes and series names that shops write beside them."""
    found = set()
    for item in re.split(r"[,;|]", _PACK_SUFFIX.sub(" ", normalise(text))):
        words = [w for w in item.split() if len(w) > 3 and any(c.isdigit() for c in w)]
        if words:
            found.add(_part_key(max(words, key=lambda w: (sum(c.isdigit() for c in w), len(w)))))
    return tuple(sorted(found))


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
