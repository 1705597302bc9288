"""What the listings of a group offer: one offer a SKU, its value on each axis, and the axes that become options.

A listing without options of its own is one offer; one that already holds SKUs is as many as it holds. Values are told
twice: canonical, for equality, and as the seller wrote them, for showing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from dupcheck.axes import AXES, MEASURED, NATURAL, OPTION_AXES, SIDE_AXES, pick_axes
from dupcheck.catalog import get_skus
from dupcheck.catalog.values import parse_attributes
from dupcheck.features import Features
from dupcheck.features.attributes import says_nothing
from dupcheck.judging.differences import name_axis
from dupcheck.judging.spellings import Spellings
from dupcheck.model import (
    NUMBER_COLUMNS,
    SKU_NUMBER_COLUMNS,
    SKU_TEXT_COLUMNS,
    BoolArray,
    Catalog,
    FloatArray,
    IntArray,
)
from dupcheck.titles import (
    align_name,
    equate_units,
    join_shown,
    normalise,
    order_values,
    read_title,
    read_value,
    show_value,
)
from dupcheck.titles.stream import cut_title, plain_text
from dupcheck.titles.values import is_code, squash_code

(LOGISTICS,) = pick_axes(lambda axis: axis.role == "shipping")
"""Attributes that say how a thing is sent: no option, and no difference."""


WORDED = pick_axes(lambda axis: axis.values in ("color", "words"))
"""Axes whose values are words of a language, and no measures."""


def says_on(token_axis: str, axis: str) -> bool:
    """Whether a title's word that is read on one axis can state a value on another: 6 inch is a length and a size."""
    return token_axis == axis or (axis == "size" and token_axis in MEASURED)


def say_alike(one: str, other: str) -> bool:
    """Whether two texts of an attribute say the same: word for word, or the same measures in other units."""
    if cut_title(one) == cut_title(other) or squash_code(one) == squash_code(other):
        return True
    a, b = read_title(one).tokens, read_title(other).tokens
    if not a or len(a) != len(b) or not all(t.axis in MEASURED for t in (*a, *b)):
        return False
    return all(
        x.axis == y.axis and (x.value == y.value or bool(equate_units((x.value, y.value))))
        for x, y in zip(a, b, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that a listing sells. ``values`` and ``shown`` hold an entry for each axis that it states."""

    member: int
    values: Mapping[str, str]
    shown: Mapping[str, str]
    price: float | None
    currency: str
    sku_code: str
    gtin: str
    stock: float | None
    image: str

    def combo(self, axes: Sequence[str]) -> tuple[str, ...]:
        """Return the offer's canonical values on ``axes``, "" where it states none."""
        return tuple(self.values.get(a, "") for a in axes)


class Shelf:
    """A catalogue's listings as offers; positions are those of the catalogue's table. ``preferred`` are those that the
    seller wants to keep.
    """

    def __init__(self, catalog: Catalog, features: Features, preferred: frozenset[int] = frozenset()) -> None:
        self.catalog, self.features, self.preferred = catalog, features, preferred
        self.numbers: dict[str, FloatArray] = {name: catalog.numbers(name) for name in NUMBER_COLUMNS}
        self.spellings = Spellings(catalog)
        self.names: dict[str, str] = {}
        self.flaws: dict[int, int] = {}
        """The flaws of each listing's title, where they were counted."""
        self._attributes: dict[str, dict[str, tuple[str, str]]] = {}
        self._texts = {name: catalog.column(name) for name in catalog.columns if name not in self.numbers}

    @cached_property
    def _stated(self) -> tuple[list[tuple[str, tuple[str, ...]]], IntArray, IntArray, IntArray]:
        """The option axes with their values; and, listing after listing, which it states, by which code, and where
        each listing's begin.
        """
        own = sorted(self.features.statistics.taught.named)
        axes = [(a, self.features.axes[a]) for a in (*OPTION_AXES, *SIDE_AXES, *own) if a in self.features.axes]
        none = [np.empty(0, dtype=np.int64)]
        listing = np.concatenate(none + [np.flatnonzero(column.codes >= 0) for _, column in axes])
        codes = np.concatenate(none + [column.codes[column.codes >= 0] for _, column in axes])
        which = np.repeat(np.arange(len(axes)), [int((column.codes >= 0).sum()) for _, column in axes])
        order = np.argsort(listing, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(listing, minlength=len(self.features)))])
        return [(axis, column.values) for axis, column in axes], which[order], codes[order], start

    def id(self, position: int) -> str:
        """Return a listing's id."""
        return str(self.features.ids[position])

    def text(self, position: int, name: str) -> str:
        """Return one of a listing's texts."""
        return str(self._texts[name][position])

    def number(self, position: int, name: str) -> float | None:
        """Return one of a listing's numbers, None where it is missing."""
        value = float(self.numbers[name][position])
        return None if value != value else value  # not equal to itself: NaN, without the cost of asking NumPy

    @cached_property
    def completeness(self) -> IntArray:
        """How many fields of each listing and of its SKUs are filled in."""
        count = np.zeros(len(self.features), dtype=np.int64)
        for texts in self._texts.values():
            count += texts != ""
        for numbers in self.numbers.values():
            count += ~np.isnan(numbers)
        held = self.catalog.sku_columns
        for name in (*SKU_TEXT_COLUMNS, *SKU_NUMBER_COLUMNS):
            filled = held[name] != "" if name in SKU_TEXT_COLUMNS else ~np.isnan(held[name].astype(np.float64))
            np.add.at(count, held["listing"], filled.astype(np.int64))
        return count

    @cached_property
    def stocks(self) -> FloatArray:
        """The largest stock of what each listing offers, NaN where none is known."""
        stocks = self.numbers["stock"].copy()
        held = self.catalog.sku_columns
        stocks[held["listing"]] = np.nan
        np.fmax.at(stocks, held["listing"], held["stock"].astype(np.float64))
        return stocks

    @cached_property
    def sold_out(self) -> BoolArray:
        """Whether nothing of each listing is in stock; False too where no stock is known: that cannot be told."""
        out: BoolArray = self.stocks <= 0
        return out

    def value(self, axis: str, position: int) -> str:
        """Return the canonical value that a listing as a whole states on an axis, "" where none."""
        column = self.features.axes.get(axis)
        return "" if column is None else column.value(position)

    def name_maker(self, position: int) -> str:
        """Return what a listing states as its brand, also where that is the shop's own name; "" for nothing."""
        return self.value("brand", position) or self.attributes(position).get("brand", ("", ""))[1].casefold()

    def minimum_order(self, position: int) -> float:
        """Return how many pieces a buyer must take; where a bulk price is given, the minimum is that price's."""
        minimum = self.number(position, "min_order_quantity")
        return 1.0 if minimum is None or self.number(position, "bulk_price") is not None else minimum

    def attributes(self, position: int) -> Mapping[str, tuple[str, str]]:
        """Return a listing's attributes: aligned name → (name, value) as the seller wrote them."""
        text = self.text(position, "attributes")
        found = self._attributes.get(text)
        if found is None:
            found = self._attributes[text] = {}
            for name, value in parse_attributes(text).items():
                if not says_nothing(axis := align_name(name), value):
                    found.setdefault(axis, (name, value.strip()))
        return found

    @cached_property
    def attribute_counts(self) -> Mapping[str, Mapping[str, int]]:
        """How many listings state each value of each attribute; values without regard to case."""
        if self.features.statistics.told is not None:
            return self.features.statistics.told
        return count_attributes(self._texts["attributes"].tolist())

    def name(self, axis: str) -> str:
        """Return the name of an axis as an option: the vocabulary's English one, else the seller's."""
        return name_axis(axis, "en") if axis in AXES else self.names.get(axis, axis)

    def list_offers(self, position: int) -> tuple[Offer, ...]:
        """Return what a listing offers, one offer a SKU."""
        values, shown = self._listing_values(position)
        whole = Offer(
            position, values, shown, self.number(position, "price"), self.text(position, "currency"),
            self.text(position, "sku_code"), self.text(position, "gtin"), self.number(position, "stock"),
            self.text(position, "main_image"),
        )  # fmt: skip
        if position not in self.catalog.with_skus:
            return (whole,)
        offers = []
        skus = get_skus(self.catalog, position)
        asked = whole.price if all(sku.price is None for sku in skus) else None  # one price for all that is chosen
        for sku in skus:
            own, seen = dict(values), dict(shown)
            for name, value in sku.options.items():
                axis = align_name(name)
                if canonical := read_value(axis, value):
                    self.names.setdefault(axis, name)
                    own[axis], seen[axis] = canonical, value.strip()
            offers.append(
                Offer(
                    position, own, seen, asked if sku.price is None else sku.price, sku.currency or whole.currency,
                    sku.sku_code, sku.gtin, sku.stock,
                    sku.image or whole.image,
                )
            )  # fmt: skip
        return tuple(offers)

    def list_group(self, members: Sequence[int]) -> list[Offer]:
        """Return what the listings of a group offer.

        An attribute that no table of axes knows, that all state and that differs, is an option of its own name; codes
        are no choice that a buyer has.
        """
        stated = [self.attributes(m) for m in members]
        names = [n for n in stated[0] if n not in AXES and all(n in row for row in stated)] if len(members) > 1 else []
        differ = [
            n
            for n in names
            if not all(say_alike(stated[0][n][1], row[n][1]) for row in stated[1:])
            and not any(is_code(row[n][1]) for row in stated)
        ]
        offers = [o for m in members for o in self.list_offers(m)]
        if not differ:
            return offers
        told = dict(zip(members, stated, strict=True))
        for name in differ:
            self.names.setdefault(name, told[members[0]][name][0])
        return [
            replace(
                o,
                values={**{n: plain_text(told[o.member][n][1]) for n in differ}, **o.values},
                shown={**{n: told[o.member][n][1] for n in differ}, **o.shown},
            )
            for o in offers
        ]

    def _listing_values(self, position: int) -> tuple[dict[str, str], dict[str, str]]:
        attributes = self.attributes(position)
        values, shown = {}, {}
        axes, which, codes, start = self._stated
        mine = slice(start[position], start[position + 1])
        for a, code in zip(which[mine].tolist(), codes[mine].tolist(), strict=True):
            axis, known = axes[a]
            canonical = known[code]
            name, raw = attributes.get(axis, ("", ""))
            if axis not in AXES:
                self.names.setdefault(axis, name or axis.capitalize())
            values[axis] = canonical
            told = raw and (axis not in AXES or read_value(axis, raw) == canonical)
            shown[axis] = raw if told else self._show_value(position, axis, canonical)
        return values, shown

    def _show_value(self, position: int, axis: str, canonical: str) -> str:
        """Return a value that no attribute states, in English, or as the title says it in another language."""
        title = self.text(position, "title")
        plain = title.casefold()
        joined = "".join(plain.split())
        shown = []
        for value in canonical.split("|"):
            english = show_value(axis, value, "en")
            said = english.casefold()
            foreign = said not in plain if axis in WORDED else axis in MEASURED and "".join(said.split()) not in joined
            shown.append((find_written(title, axis, value) if foreign else "") or english)
        return join_shown(shown)

    def held_axes(self, offers: Sequence[Offer]) -> list[str]:
        """Return the axes that the listings' own SKUs use, beyond those that every listing is read for."""
        return [a for a in dict.fromkeys(a for o in offers for a in o.values) if a not in OPTION_AXES + SIDE_AXES]


def count_attributes(texts: Iterable[str]) -> dict[str, Counter[str]]:
    """Return how many of the listings whose attributes are ``texts`` state each value of each attribute."""
    counts: dict[str, Counter[str]] = {}
    for text, n in Counter(texts).items():
        for name, value in parse_attributes(text).items():
            if value.strip():
                counts.setdefault(align_name(name), Counter())[value.strip().casefold()] += n
    return counts


OPENING, CLOSING = "([{（【［「『《", ")]}）】］」』》"
"""Brackets, each closing one in the place of the one that opens."""
_AROUND = f" ,;:-–—|/.｛｝{OPENING}{CLOSING}"
"""Signs that stand beside a value and are none of it."""


@lru_cache(maxsize=4096)
def find_written(title: str, axis: str, value: str) -> str:
    """Return the words with which a title states a value, as they stand there with a capital; "" where it does not.

    A review plans the same few groups again after each answer, and asks the same of their titles.

    >>> find_written("Damen Schal rot", "color", "red")
    'Rot'
    """
    told = next((t.text for t in read_title(title).tokens if t.axis == axis and t.value == value), "")
    if not told:
        return ""
    words = title.split()
    for start in range(len(words)):
        for end in range(start + 1, min(start + 4, len(words)) + 1):
            if normalise(" ".join(words[start:end])) == told:
                written = " ".join(words[start:end]).strip(_AROUND)
                return written[:1].upper() + written[1:]
    return told if told in title else ""


def sort_offers(offers: Iterable[Offer], members: Iterable[int]) -> dict[int, list[Offer]]:
    """Return the offers of each of the ``members``, in their order."""
    own: dict[int, list[Offer]] = {m: [] for m in members}
    for offer in offers:
        own[offer.member].append(offer)
    return own


def settle_values(offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """Make the values of a group's offers comparable.

    Of values that a title states together («jacquard|striped») the parts that every offer shares go. Where others name
    their size by a measure, an offer that states only a measure of that unit states its size by it. Beside a pack of
    three, what states no pack is one piece.
    """
    return tuple(_drop_common(_tell_natural([_name_size(o, _size_units(offers)) for o in offers])))


def _tell_natural(offers: Sequence[Offer]) -> list[Offer]:
    """Give offers the natural value of an option that others of them state, and they do not."""
    told = {a: v for a, v in NATURAL.items() if a in OPTION_AXES and any(o.values.get(a, v) != v for o in offers)}
    return [
        replace(
            o,
            values={**told, **o.values},
            shown={**{a: show_value(a, v, "en") for a, v in told.items()}, **o.shown},
        )
        if told.keys() - o.values.keys()
        else o
        for o in offers
    ]


def _size_units(offers: Sequence[Offer]) -> frozenset[str]:
    return frozenset(v.rpartition(" ")[2] for o in offers if " " in (v := o.values.get("size", "")))


def _name_size(offer: Offer, units: frozenset[str]) -> Offer:
    if "size" in offer.values or not units:
        return offer
    axis = next((a for a in sorted(MEASURED) if offer.values.get(a, "").rpartition(" ")[2] in units), "")
    if not axis:
        return offer
    values, shown = dict(offer.values), dict(offer.shown)
    values["size"], shown["size"] = values.pop(axis), shown.pop(axis)
    return replace(offer, values=values, shown=shown)


def _drop_common(offers: Sequence[Offer]) -> list[Offer]:
    result = list(offers)
    for axis in {a for o in offers for a, v in o.values.items() if "|" in v}:
        parts = [set(o.values[axis].split("|")) for o in offers if axis in o.values]
        common = set.intersection(*parts)
        if not common or any(p == common for p in parts):
            continue
        for i, offer in enumerate(result):
            if common & set(offer.values.get(axis, "").split("|")):
                left = [v for v in offer.values[axis].split("|") if v not in common]
                shown = join_shown(show_value(axis, v, "en") for v in left)
                result[i] = replace(
                    offer, values={**offer.values, axis: "|".join(left)}, shown={**offer.shown, axis: shown}
                )
    return result


def find_axes(offers: Sequence[Offer], held: Sequence[str]) -> list[str]:
    """Return the axes that become options, in a buyer's order.

    Axes on which offers state different values; of those that only go along with others (``SIDE_AXES``), the ones
    that all state and that tell offers apart which nothing else does. An axis that the others already determine is
    left out if some offers do not state it or if it is a measure that repeats another axis: what it says is then a fact
    of the option, not an option of its own.
    """
    axes = [a for a in (*OPTION_AXES, *held) if len({o.values.get(a, "") for o in offers} - {""}) > 1]
    for axis in SIDE_AXES:
        if all(o.values.get(axis) for o in offers):
            told_apart = len({o.combo(axes) for o in offers})
            if len({o.combo((*axes, axis)) for o in offers}) > told_apart:
                axes.append(axis)

    def unstated(axis: str) -> int:
        return sum(not o.values.get(axis) for o in offers)

    for axis in sorted(axes, key=lambda a: (unstated(a), axes.index(a)), reverse=True):
        rest = [a for a in axes if a != axis]
        if not rest or not _determined(axis, rest, offers):
            continue
        if axis not in AXES and axis in held:  # a fact of the option, as its article number is
            axes.remove(axis)
            continue
        repeats = axis in MEASURED and any(_repeats(axis, b, offers) for b in rest)
        if unstated(axis) or repeats:
            axes.remove(axis)
    return axes


def _determined(axis: str, by: Sequence[str], offers: Sequence[Offer]) -> bool:
    """Whether offers alike on the axes ``by`` never state two values on ``axis``."""
    seen: dict[tuple[str, ...], str] = {}
    return all(seen.setdefault(o.combo(by), v) == v for o in offers if (v := o.values.get(axis, "")))


def _repeats(axis: str, other: str, offers: Sequence[Offer]) -> bool:
    """Whether one axis says of every offer the same as another: the size 6 inch is the length 6 inch."""
    return all(o.values.get(axis) == read_value(axis, o.shown.get(other, "")) for o in offers)


def list_values(axis: str, offers: Sequence[Offer]) -> list[str]:
    """Return the values of an axis as they are shown, in a buyer's order; of two spellings the first offer's."""
    shown = {o.values[axis]: o.shown[axis] for o in reversed(offers) if o.values.get(axis)}
    return [shown[v] for v in order_values(axis, shown)]


_CHAIN = re.compile(r"(?<=\d|[a-zA-Z]) ?[x×*] ?(?=\d)", re.IGNORECASE)
"""What joins the sides of a measure: «300mm x 300mm»."""


def _cut_value(value: str, most: int) -> str:
    """Return the words of a value that have room, no word or measure cut through and no sign left hanging."""
    if len(value) <= most:
        return value
    words = _CHAIN.sub(lambda m: m[0].replace(" ", "\0"), value).split(" ")
    while len(words) > 1 and (len(" ".join(words)) > most or not any(c.isalnum() for c in words[-1])):
        words.pop()
    cut = " ".join(words).replace("\0", " ")
    return cut if len(cut) <= most else value


def shorten_values(values: Sequence[str], most: int) -> dict[str, str]:
    """Return a name of at most ``most`` characters for each value: the words that all share go, the rest stays.

    A value that cannot be shortened so, without becoming another's, keeps its length.
    """
    if all(len(v) <= most for v in values):
        return {v: v for v in values}
    words = [v.split() for v in values]
    common = {w.casefold() for w in words[0]}.intersection(*({w.casefold() for w in ws} for ws in words[1:]))
    lead = 0
    while len(values) > 1 and all(len(ws) > lead + 1 and ws[lead].casefold() in common for ws in words):
        lead += 1
    short = [" ".join(ws[lead:]) for ws in words]
    cut = [_cut_value(s, most) for s in short]
    if len(set(cut)) == len(cut) and all(len(c) >= 0.5 * len(s) for c, s in zip(cut, short, strict=True)):
        short = cut
    return dict(zip(values, short if len(set(short)) == len(short) else values, strict=True))
