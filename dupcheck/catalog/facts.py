"""Columns that no field takes: which of them state something of the product, and why the others are left out.

What a seller writes under a header that no list holds may be all that tells two listings apart: a side, an edition, a
maker's code. So such a column is an attribute of its own name, unless what it holds says that it is something else.
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from dupcheck.axes import AXES
from dupcheck.catalog.contents import is_address, is_date
from dupcheck.catalog.formats import Fields, list_words, map_general, tell_head
from dupcheck.catalog.tables import TextArray, make_texts
from dupcheck.catalog.terms import (
    count_heads,
    is_doubtful_code,
    is_flag,
    is_makers_code,
    is_other_count,
    is_other_party,
    is_other_price,
    is_shop_data,
)
from dupcheck.catalog.values import MISSING, parse_price
from dupcheck.files.numbers import is_gtin
from dupcheck.messages import Lang, Message, say
from dupcheck.titles import align_name, read_title
from dupcheck.titles.normalising import fold_letters

Reason = Literal[
    "empty", "trade", "shipping", "address", "nested", "markup", "date", "flag", "prose", "constant", "counter", "key",
    "number", "again", "skus", "filed", "wavers",
]  # fmt: skip
"""Why a column is no attribute."""
_TOLD: Final[Mapping[str, str]] = {
    "empty": "catalog.left_empty", "trade": "catalog.left_trade", "shipping": "catalog.left_shipping",
    "address": "catalog.left_address", "nested": "catalog.left_nested", "markup": "catalog.left_markup",
    "date": "catalog.left_date", "flag": "catalog.left_flag", "prose": "catalog.left_prose",
    "constant": "catalog.left_constant", "counter": "catalog.left_counter", "key": "catalog.left_key",
    "number": "catalog.left_number", "again": "catalog.left_again", "skus": "catalog.left_skus",
    "filed": "catalog.left_filed", "wavers": "catalog.left_wavers",
}  # fmt: skip

_LOOKED_AT: Final = 2000
"""Different values looked at; what a column holds is plain long before."""
_LONG: Final = 100
"""Characters on average from which texts are told, not stated."""
_LONGEST: Final = 1000
"""The same of a column whose name is an axis: what a part fits may be a long list."""
_FEW_READ: Final = 200
"""Different values of which one would be known of an axis whose values are words."""
_RARE: Final = 200
"""A column that not one row in so many fills states nothing of the catalogue's products."""
_FEW: Final = 3
"""Codes below which only a row without gaps is one that was counted."""
_MANY: Final = 12
"""Numbers from which it tells that nearly each row has another."""
_SPARSE: Final = 4
"""So many times as many numbers may lie between the first and the last code of a shop's own row."""
_LONG_CODE: Final = 5
_OPAQUE: Final = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?=\D*\d)(?=[^a-f]*[a-f])[0-9a-f]{16,}|(?=\D*\d)[\w-]{20,}",
    re.IGNORECASE,
)
_MARKUP: Final = re.compile(r"</?[a-z][^<>]*>|&(?:nbsp|amp|lt|gt|quot);", re.IGNORECASE)
_PATH: Final = re.compile(r"[a-z_]+(?:/[a-z_]+)+")
"""A header that leads to a field of another object, as data bases export them: sellers/name."""
_SIGNS: Final = " -–,;:|/"
_NUMBER: Final = re.compile(r"-?\d+(?:[.,]\d+)*%?")
_COUNTED: Final = re.compile(r"(\D*)(\d{1,18})(\D*)")
_KEYS: Final = frozenset({"id", "ids", "uuid", "guid", "gid", "key", "handle", "slug", "index", "hash"})
"""Words of headers above a shop's own keys, where every row has its own."""


@dataclass(frozen=True, slots=True)
class Facts:
    """``fields``: the columns that are attributes; ``left``: why the others are none, by the column's number."""

    fields: Fields = field(default_factory=dict)
    left: Mapping[int, Reason] = field(default_factory=dict)


class Rows(NamedTuple):
    """What a column is weighed against: the titles row by row, and which rows are of one listing, where any are.

    ``alone``: a draft has no other rows that could tell what its columns hold. ``named``: only what a table of axes
    knows counts, as in an export whose other columns are known to say nothing. ``counted``: pieces in stock have a
    column of their own. ``objects``: the columns are keys of objects, some of them of objects within these. ``filed``:
    a column holds the category. ``codes``: the barcodes row by row, where there are any.
    """

    titles: Sequence[str]
    keys: Sequence[str] = ()
    alone: bool = False
    named: bool = False
    counted: bool = False
    objects: bool = False
    filed: bool = False
    codes: Sequence[str] = ()


def find_facts(
    headers: Sequence[str], columns: Sequence[TextArray], unread: Sequence[int], rows: Rows, taken: Collection[str] = ()
) -> Facts:
    """Part the ``unread`` columns into attributes and what is none; ``taken`` are names that other columns bear."""
    fields: Fields = {}
    left: dict[int, Reason] = {}
    for i in unread:
        header = " ".join(headers[i].split())
        if rows.named and not _tells_apart(header):
            continue
        reason = _find_reason(header, columns[i], rows)
        if reason is not None:
            left[i] = reason
            continue
        names = (f"attribute:{_name_fact(header)}", f"attribute:{header}")
        free = next((n for n in names if n not in fields and n not in taken), None)
        if free is None:
            left[i] = "again"
        else:
            fields[free] = [i]
    return Facts(fields, left)


def cut_titles(columns: Sequence[TextArray], fields: Fields) -> Mapping[int, TextArray]:
    """Return what attributes of no known axis say that tell the titles again, and more: what the titles lack."""
    titles = [text for i in fields.get("title", ())[:1] for text in columns[i].tolist()]
    named = (
        i for name, places in fields.items() if name.startswith("attribute:") and align_name(name[10:]) not in AXES
        for i in places
    )  # fmt: skip
    return {i: _cut(columns[i], titles) for i in named if _says_more(columns[i], titles)}


def _tells_apart(header: str) -> bool:
    """Say whether a header names what makes two products of one title: a condition, an edition, a maker's code."""
    axis = AXES.get(align_name(header))
    return is_makers(header) or (axis is not None and (axis.apart != "" or axis.asked))


def _name_fact(header: str) -> str:
    """Return what an attribute is called: as its header, and a maker's code by the name that all its headers mean."""
    return "Part number" if is_makers(header) else header.rpartition("/")[2].strip() or header


def is_makers(header: str) -> bool:
    """Say whether a header names the code that the maker gave: by a name for it, or by a word for each.

    >>> is_makers("MPN"), is_makers("Référence fabricant"), is_makers("Référence")
    (True, True, False)
    """
    heads = tell_head(header)
    coded = heads & {"sku_code", "listing_id"}
    if is_makers_code(header) or (coded and "attribute:Brand" in heads):
        return True
    if coded and any(align_name(word) in ("brand", "manufacturer") for word in list_words(header)):
        return True
    return align_name(header) == "part number" and not map_general([header]).keys() & {"sku_code", "listing_id"}


def is_own_key(header: str, texts: Sequence[str]) -> bool:
    """Say whether codes, one a row, are a shop's own key and no maker's code: drawn by a machine, or counted up.

    A maker's codes come from many hands: their shapes differ, and what lies between two of them is another maker's.

    >>> is_own_key("Code", ["A-101", "A-102", "A-104", "A-105"]), is_own_key("Code", ["GDB1330", "OC 90", "VKPC 81418"])
    (True, False)
    """
    if len(set(texts)) < len(texts):
        return False
    if not _KEYS.isdisjoint(list_words(header)):
        return True
    if len(texts) < 2 or all(map(_OPAQUE.fullmatch, texts)):
        return len(texts) > 1
    found = [m for t in texts if (m := _COUNTED.fullmatch(t)) is not None]
    if len(found) < len(texts) or len({(m[1], m[3]) for m in found}) > 1:
        return False
    numbers = [int(m[2]) for m in found]
    return max(numbers) - min(numbers) < (_SPARSE if len(numbers) >= _FEW else 1) * len(numbers)


def part_codes(headers: Sequence[str], columns: Sequence[TextArray], fields: Fields) -> None:
    """Where another column is the listing's id, let a column of codes that the maker may have given state them, too.

    A part number is no code of the seller's then; of a reference or an «Артикул» only the cells tell whose it is.
    """
    own = fields.get("listing_id", [])[:1]
    for i in fields.get("sku_code", [])[:1] if own else ():
        header, texts = headers[i], [t for text in columns[i] if (t := text.strip())]
        if i in own or not texts:
            continue
        if is_makers_code(header) and "attribute:Part number" not in fields:
            fields["attribute:Part number"] = fields.pop("sku_code")
        elif is_doubtful_code(header) and not is_own_key(header, texts):
            fields[f"attribute:Code ({' '.join(header.split())})"] = [i]


class _LeftOut(Message):
    """Headers of columns that were not used, each with why: in the language of the message round them."""

    __slots__ = ()

    def say(self, lang: Lang = "en") -> str:
        told = (f"{h} ({say(_TOLD[str(r)], lang)})" if r else h for h, r in self.values.items())
        return ", ".join(told)


def name_unused(headers: Sequence[str], reasons: Mapping[str, str], longest: int) -> Message:
    """Return the headers of unused columns with why each is none, as a part of a message, cut where there are many."""
    told: dict[str, str] = {}
    for header in headers:
        if longest > 0:
            told[header if len(header) <= longest else f"{header[:longest]}…"] = reasons.get(header, "")
        elif "…" not in told:
            told["…"] = ""
        longest -= len(header) + 2
    return _LeftOut("left_out", told)


def _find_reason(header: str, column: TextArray, rows: Rows) -> Reason | None:
    """Return why a column is no attribute, None where it is one."""
    if rows.objects and (header.startswith("@") or "." in header):
        return "nested"
    if _PATH.fullmatch(header) and not any(align_name(part) in AXES for part in header.split("/")):
        return "nested"
    filled = [t for text in column if (t := text.strip()) and t.casefold() not in MISSING]
    if not filled:
        return "empty"
    seen = list(dict.fromkeys(filled))
    texts = seen[:_LOOKED_AT]
    axis = AXES.get(align_name(header))
    if axis is not None and axis.role == "shipping":
        return "shipping"
    named = is_makers(header) or (axis is not None and not (is_shop_data(header) and _says_none(header, texts)))
    if _is_trade(header, texts, rows, named):
        return "trade"
    told = next((reason for reason, test, least in _KINDS if sum(map(test, texts)) >= least * len(texts)), None)
    if told is None and _YES_NO.fullmatch("".join(texts).casefold()):
        told = "flag"
    if told is not None:
        return told
    if sum(map(len, texts)) > (_LONGEST if named else _LONG) * len(texts):
        return "prose"
    if _varies(column, rows.keys):
        return "skus"
    if named:
        return None
    if rows.filed and tell_head(header) == {"category"}:
        return "filed"
    if rows.alone:
        known = all(map(_NUMBER.fullmatch, texts)) or is_own_key(header, texts)
        return "number" if known else None
    return _find_common(header, column, filled, seen, rows)


_KINDS: Final[tuple[tuple[Reason, Callable[[str], bool], float], ...]] = (
    ("nested", lambda t: t[:1] in "[{", 0.5),
    ("address", is_address, 0.5),
    ("markup", lambda t: _MARKUP.search(t) is not None, 0.25),
    ("date", is_date, 0.8),
    ("flag", is_flag, 1.0),
)
_YES_NO: Final = re.compile(r"[^\W\d_]n|n[^\W\d_]")
"""Two letters that are all that a column holds, one of them no's: J and N, Y and N, O and N, S and N."""


def _is_trade(header: str, texts: Sequence[str], rows: Rows, named: bool) -> bool:
    """Say whether a column tells of the trade: a price, pieces, what others call the thing, where it lies."""
    if is_other_party(header) or (not named and is_shop_data(header)):
        return True
    if not all(_NUMBER.fullmatch(t) or _reads_as_price(t) for t in texts):
        return False
    heads = tell_head(header)
    pieces = "stock" in heads and (not rows.counted or count_heads().isdisjoint(list_words(header)))
    return "price" in heads or pieces or (not named and (is_other_price(header) or is_other_count(header)))


def _says_none(header: str, texts: Sequence[str]) -> bool:
    """Whether no cell says anything on the axis that a header may name: «status» is a condition, or a page's."""
    axis = align_name(header)
    return not any(token.axis == axis for text in texts[:_FEW_READ] for token in read_title(text).tokens)


def _reads_as_price(text: str) -> bool:
    price = parse_price(text)
    return price is not None and bool(price.currency)


def _find_common(
    header: str, column: TextArray, filled: Sequence[str], seen: Sequence[str], rows: Rows
) -> Reason | None:
    """Return why a column whose header no table explains is no attribute, by how its values lie over the rows."""
    if len(seen) == 1 and len(filled) == len(column) > 1:
        return "constant"
    if len(filled) * _RARE < len(column):
        return "empty"
    distinct = len(seen) >= 0.98 * len(filled)
    whole = distinct and len(filled) >= 0.98 * len(column)
    if whole and len(filled) > 1 and filled == [str(n) for n in range(1, len(filled) + 1)]:
        return "counter"
    if whole and is_own_key(header, filled if len(seen) == len(filled) else seen):
        return "key"
    numbers = all(map(_NUMBER.fullmatch, seen[:_LOOKED_AT]))
    short = all(len(t) < _LONG_CODE or not t.isdigit() for t in seen[:_LOOKED_AT])
    if numbers and short and len(filled) >= _MANY and len(seen) >= 0.9 * len(filled):
        return "number"
    if _wavers(column, rows):
        return "wavers"
    return "again" if _says_again(column, rows.titles) else None


def _varies(column: TextArray, keys: Sequence[str]) -> bool:
    """Say whether the rows of one listing say different things in a column."""
    told: dict[str, str] = {}
    return any(told.setdefault(key, text) != text for key, text in zip(keys, column, strict=bool(keys)) if key and text)


def _wavers(column: TextArray, rows: Rows) -> bool:
    """Say whether a column differs within one thing as often as between any two: it states nothing of the things.

    One thing is what bears one barcode and one title. Where its rows never say the same, they may be its choices.
    """
    held: dict[tuple[str, str], Counter[str]] = {}
    for text, code, title in zip(column, rows.codes, rows.titles, strict=False):
        if text.strip() and is_gtin(code.strip()):
            held.setdefault((code.strip(), " ".join(title.casefold().split())), Counter())[text.strip()] += 1
    same = sum(n * (n - 1) for texts in held.values() for n in texts.values()) / 2
    pairs = sum(n * (n - 1) for n in map(Counter.total, held.values())) / 2
    if not same or pairs - same < _FEW:
        return False
    counts = Counter(t for text in column if (t := text.strip()))
    return same * counts.total() ** 2 <= pairs * sum(n * n for n in counts.values())


def _says_again(column: TextArray, titles: Sequence[str]) -> bool:
    """Say whether a column says nothing but what the titles beside it say, and most of that: a title for addresses."""
    pairs = _pair_words(column, titles)
    again = sum(told <= title and 2 * len(told) > len(title) > 1 for told, title in pairs)
    return bool(pairs) and again >= 0.9 * len(pairs)


def _says_more(column: TextArray, titles: Sequence[str]) -> bool:
    """Say whether a column says all that the titles beside it say, and some of its cells more: a title for invoices."""
    pairs = [(told, title) for told, title in _pair_words(column, titles) if len(title) > 1]
    whole = sum(title <= told for told, title in pairs)
    return whole >= 0.9 * len(pairs) and any(title < told for told, title in pairs)


def _cut(column: TextArray, titles: Sequence[str]) -> TextArray:
    kept = []
    for text, title in zip(column, titles, strict=True):
        known = _list_words(title)
        kept.append(
            " ".join(w for w in text.split() if not (said := _list_words(w)) or not said <= known).strip(_SIGNS)
        )
    return make_texts(kept)


def _pair_words(column: TextArray, titles: Sequence[str]) -> list[tuple[set[str], set[str]]]:
    """The words of the first cells that hold any, each with those of the title beside it."""
    pairs = ((_list_words(t), _list_words(title)) for t, title in zip(column, titles, strict=False) if t.strip())
    return list(itertools.islice(((told, title) for told, title in pairs if told and title), _LOOKED_AT))


def _list_words(text: str) -> set[str]:
    return set(re.findall(r"\w+", fold_letters(text).replace("_", " ")))
