"""Heads and tails: titles that name a product and then one choice of it, «Ring with Sapphire - 5.5 / White Gold».

Sellers and shop programs write variants so. A **head** is what stands before a delimiter in several titles that go on
differently; what stands behind it is cut into **slots**. Slots are believed only where they are seen to hold options:
their values are those of an attribute (which then names the slot), values that a vocabulary knows, or recur behind the
heads of other products. Nothing here knows a language.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, combinations
from math import nan
from typing import Protocol, Self

import numpy as np

from dupcheck.axes import AXES, pick_axes
from dupcheck.files.arrays import Array, Codebook, Packed, StoredBook
from dupcheck.learned.scales import Choices, name_scales
from dupcheck.learned.scattered import Name, Scattered
from dupcheck.titles import Token, read_title, read_value
from dupcheck.titles.selling import trim_end, trim_start
from dupcheck.titles.stream import cut_title, plain_text
from dupcheck.titles.values import is_code

(UNNAMED,) = pick_axes(lambda axis: axis.unsure)
"""The axis of a slot whose values no attribute and no vocabulary names."""
_DELIMITER = re.compile(r"\s*[)）]?\s+[-–—|·•:]+\s+|\s*[|｜]\s*|\s*[)）]?[,，;；、]\s+|\s+/\s+|\s*[（(]\s*|\s*[)）]\s+")
_SIGN = re.compile(r"[-–—|·•:｜,，;；、/（()）]")
"""What no delimiter is without; most titles have none, and to look for this takes a tenth of the time."""
_CLOSING = re.compile(r"[\s)）]+$")
_MEASURED = re.compile(r"(\d+(?:[.,]\d+)?\s?[^\W\d_]{1,5})\s+(?![xX×]\s?\d)([^\W\d_].*)")
_PIECES = 8
"""A title is cut into at most so many pieces: what stands behind the last delimiter counted stays with it."""
_RECURS = 3
"""Behind the heads of so many products a value must stand to be an option by itself."""
_BELIEVED = 0.5
"""The share of a slot's listings whose value must be told for the slot to be believed."""
_CELLS, _FILLED = 6, 0.5
"""So many titles, and so much of the grid of their values, show choices that are combined with each other."""
_EXAMPLES = 8
_SHARED = 0.5
"""The share of equal titles among which an attribute must differ to be an option of its own name."""

Key = tuple[str, int]
"""A family: its head, and how many pieces follow it."""


class Families(Protocol):
    """The axes of each family's slots: a dict, or what was kept of one."""

    def get(self, key: Key, /) -> tuple[str, ...] | None:
        """Return the axes of a family's slots, None where there is no such family."""
        ...


class KeptFamilies:
    """The families of a catalogue's titles as they lie in files: looked up one by one."""

    def __init__(self, book: StoredBook, axes: Array, distinct: Sequence[Sequence[str]]) -> None:
        self.book, self.axes, self.distinct = book, axes, distinct

    def get(self, key: Key, /) -> tuple[str, ...] | None:
        """Return the axes of a family's slots."""
        at = self.book.find(_name_family(key))
        return None if at < 0 else tuple(self.distinct[int(self.axes[at])])


def _name_family(key: Key) -> str:
    return f"{key[1]}\x1f{key[0]}"


@dataclass(frozen=True)
class Tails:
    """``families``: head and number of slots → the axis of each slot, "" for one that is part of the name. ``options``:
    attributes that tell listings of one name apart, by the catalogue's own habit. ``named``: every axis of a slot or
    option that no table of axes holds. ``moved``: titles that say a head and its choice in another order → in this one.
    """

    families: Families = field(default_factory=dict[Key, tuple[str, ...]])
    options: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    moved: Mapping[str, str] = field(default_factory=dict)

    def pack(self) -> Packed:
        """Return what makes this again."""
        sets = {"options": sorted(self.options), "named": sorted(self.named), "moved": dict(self.moved)}
        if isinstance(self.families, KeptFamilies):
            kept = self.families
            return Packed({**kept.book.pack(), "axes": kept.axes}, {"axes": [*map(list, kept.distinct)], **sets})
        book, numbers = Codebook(), dict[tuple[str, ...], int]()
        known = self.families.items() if isinstance(self.families, dict) else ()
        axes = [numbers.setdefault(axes, len(numbers)) for key, axes in known if book[_name_family(key)] >= 0]
        arrays = {**book.pack(), "axes": np.array(axes, dtype=np.int64)}
        return Packed(arrays, {"axes": [*map(list, numbers)], **sets})

    @classmethod
    def unpack(cls, packed: Packed) -> Self:
        """Return what was packed; families are looked up where they lie."""
        arrays, facts = packed
        families = KeptFamilies(StoredBook(arrays["keys"], arrays["codes"]), arrays["axes"], facts["axes"])
        return cls(families, frozenset(facts["options"]), frozenset(facts["named"]), facts["moved"])

    def split(self, title: str, aliases: Mapping[str, str]) -> tuple[str, list[tuple[str, str]]]:
        """Return a title's head and its (axis, text) slots; the whole title and nothing where it has no known head.

        ``aliases`` are what the catalogue's misspelt words are.
        """
        if title in self.moved:
            head, slots = self.split(self.moved[title], aliases)
            ends = title[: len(title) - len(trim_start(title))], title[len(trim_end(title)) :]
            return head, [*slots, *(("", text.strip()) for text in ends if text.strip())]
        pieces = cut_pieces(title)
        found = self._find(pieces, aliases)
        if found is not None:
            (_, count), axes = found
            slots = [(a, text) for a, (text, _) in zip(axes, pieces[-count:], strict=True)]
            sells = title[len(trim_end(title)) :].strip()
            return title[: pieces[-count - 1][1]], [*slots, ("", sells)] if sells else slots
        return title, []

    def find_family(self, title: str, aliases: Mapping[str, str]) -> Key | None:
        """Return the family of a title that says its head first, None where it has none."""
        found = self._find(cut_pieces(title), aliases)
        return None if found is None else found[0]

    def _find(
        self, pieces: Sequence[tuple[str, int]], aliases: Mapping[str, str]
    ) -> tuple[Key, tuple[str, ...]] | None:
        plain = _spell_pieces(pieces, aliases) if len(pieces) > 1 else []
        for k in range(1, len(pieces)):
            key = _join(plain[:k]), len(pieces) - k
            axes = self.families.get(key)
            if axes is not None:
                return key, axes
        return None


def cut_pieces(title: str) -> list[tuple[str, int]]:
    """Return the pieces of a title between delimiters, without words at its end that only sell, and where each ends."""
    title = _CLOSING.sub("", title)
    pieces: list[tuple[str, int]] = []
    start = 0
    for found in _DELIMITER.finditer(title) if _SIGN.search(title) else ():
        if len(pieces) == _PIECES - 1:
            break
        if title[start : found.start()].strip():
            pieces.append((title[start : found.start()].strip(), found.start()))
        start = found.end()
    if title[start:].strip():
        pieces.append((title[start:].strip(), len(title)))
    if len(pieces) < 2:
        return pieces
    first, *others, (last, end) = pieces
    return [first, *chain.from_iterable(map(_part_measure, [*others, (trim_end(last), end)]))]


def _part_measure(piece: tuple[str, int]) -> list[tuple[str, int]]:
    """A piece as it is, or in two where a measure stands before its words: «1.2 L Evergreen»."""
    found = _MEASURED.fullmatch(piece[0])
    if found is None or _read_axis(found[1]) in ("", "noise"):
        return [piece]
    return [(found[1], piece[1] - len(found[2])), (found[2], piece[1])]


def spell_head(text: str, aliases: Mapping[str, str]) -> str:
    """Return what stands before a title's choice as heads are told apart: plain, without words that only sell at its
    beginning, its misspelt words put right.
    """
    return _spell(trim_start(text), aliases)


def _spell_pieces(pieces: Sequence[tuple[str, int]], aliases: Mapping[str, str]) -> list[str]:
    """The texts of a title's pieces as they are compared: only the first may begin with what sells."""
    return [_spell(text if k else trim_start(text), aliases) for k, (text, _) in enumerate(pieces)]


def _spell(text: str, aliases: Mapping[str, str]) -> str:
    return " ".join([aliases.get(word, word) for word in cut_title(text)])


def _join(pieces: Sequence[str]) -> str:
    return "\x1f".join(pieces)


@lru_cache(maxsize=100_000)
def _read_axis(text: str) -> str:
    """The axis of a text that is nothing but values of one axis; "" for any other."""
    axes = {t.axis for t in read_title(text).tokens if t.axis != "noise"}
    return axes.pop() if len(axes) == 1 else ""


@lru_cache(maxsize=100_000)
def _read_core(text: str) -> tuple[str, ...]:
    """The words of a text that are no value of any axis."""
    return tuple(t.text for t in read_title(text).tokens if not t.axis)


def learn_tails(
    titles: Sequence[str], attributes: Sequence[Mapping[str, str]], aliases: Mapping[str, str] | None = None,
    prices: Sequence[float] = (),
) -> Tails:  # fmt: skip
    """Learn the heads of a catalogue, the axes of their slots, and which attributes are options, from its titles and
    their listings' attributes under aligned names; ``aliases`` are what its misspelt words are. ``prices``: one a
    title, NaN where it is not known; none: no price is.
    """
    known = aliases or {}
    rows = {title: i for i, title in reversed(list(enumerate(titles)))}
    cut: dict[int, list[str]] = {}
    for title, i in rows.items():
        apart = cut_pieces(title)
        pieces = _spell_pieces(apart, known) if len(apart) > 1 else []
        if pieces and all(pieces):
            cut[i] = pieces
    named: dict[str, Counter[str]] = defaultdict(Counter)
    told = {i: {plain_text(value): name for name, value in attributes[i].items()} for i in cut}
    for row in {id(row): row for row in attributes}.values():
        for name, value in row.items():
            named[plain_text(value)][name] += 1
    families: dict[Key, list[int]] = defaultdict(list)
    first: dict[str, set[str]] = defaultdict(set)
    for i, pieces in cut.items():
        name = _join(pieces[:2] if "brand" in named.get(pieces[0], ()) else pieces[:1])
        for k in range(1, len(pieces)):
            families[_join(pieces[:k]), len(pieces) - k].append(i)
            first[pieces[k]].add(name)
    recurring = {text for text, heads in first.items() if len(heads) >= _RECURS}
    believed: dict[Key, tuple[str, ...]] = {}
    for key, members in families.items():
        if len(members) > 1:
            axes = _believe([cut[i][-key[1] :] for i in members], [told[i] for i in members], named, recurring)
            if axes is not None:
                believed[key] = axes
    _believe_first(believed, families, cut, recurring | named.keys())
    heads, alone = {head for head, _ in believed}, set[Key]()
    for (head, slots), members in families.items():
        if head in heads and (head, slots) not in believed:  # a head is a head, whatever follows it
            believed[head, slots] = _name_slots([cut[i][-slots:] for i in members], [told[i] for i in members])
            if len(members) == 1:
                alone.add((head, slots))
    for key, axes in believed.items():
        if UNNAMED in axes:
            believed[key] = _read_in_place(axes, [(titles[i], cut[i][-key[1] :]) for i in families[key]])
    _name_scales(believed, families, cut, prices)
    sure = {key: axes for key, axes in believed.items() if key not in alone}
    chosen = _list_choices(sure, families, cut)
    values = {value: {*named.get(value, ()), *chosen.get(value, ())} for value in (*named, *chosen)}
    moved = _restore(sure, Scattered(_list_names(sure, families, cut, titles), values), rows, known)
    heads |= {key[0] for key, members in families.items() if titles[members[0]] in moved}
    once = _believe_once(families, cut, chosen, heads)
    scattered = Scattered(_list_names(once, families, cut, titles), values)
    more = _restore(sure | once, scattered, [title for title in rows if title not in moved], known)
    tails = Tails(once)
    met = {tails.find_family(title, known) for title in more.values()}
    believed |= {key: axes for key, axes in once.items() if key in met}
    moved |= more
    options = _find_options(titles, attributes)
    own = options | {a for axes in believed.values() for a in axes} - {"", *AXES}
    return Tails(believed, options, own, moved)


def _list_names(
    sure: Mapping[Key, Sequence[str]],
    families: Mapping[Key, list[int]],
    cut: Mapping[int, list[str]],
    titles: Sequence[str],
) -> Iterator[Name]:
    """The heads of a catalogue, each with what stands behind it, as the title has it that needs no putting right."""
    heads: dict[str, dict[int, list[dict[str, str]]]] = defaultdict(dict)
    texts: dict[str, str] = {}
    for head, slots in sure:
        words = head.replace("\x1f", " ")
        heads[head][slots] = [{} for _ in range(slots)]
        for i in families[head, slots]:
            pieces = cut_pieces(titles[i])
            for known, value, (text, _) in zip(heads[head][slots], cut[i][-slots:], pieces[-slots:], strict=True):
                known.setdefault(value, text)
            own = trim_start(titles[i][: pieces[-slots - 1][1]])
            if head not in texts or (_spell(texts[head], {}) != words == _spell(own, {})):
                texts[head] = own
    for head, behind in heads.items():
        axes = {slots: sure[head, slots] for slots in behind}
        yield Name(head.replace("\x1f", " ").split(), texts[head], behind, axes)


def _list_slot(
    key: Key, slot: int, families: Mapping[Key, Sequence[int]], cut: Mapping[int, Sequence[str]]
) -> list[str]:
    """What stands in one slot of a family, a value a title."""
    return [cut[i][slot - key[1]] for i in families[key]]


def _list_choices(
    sure: Mapping[Key, Sequence[str]], families: Mapping[Key, Sequence[int]], cut: Mapping[int, Sequence[str]]
) -> dict[str, Counter[str]]:
    """What stands in the slots of a catalogue that hold options, and behind how many heads on which axis."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for key, axes in sure.items():
        for k, axis in enumerate(axes):
            for value in {*_list_slot(key, k, families, cut)} if axis else ():
                found[value][axis] += 1
    return found


def _believe_once(
    families: Mapping[Key, Sequence[int]],
    cut: Mapping[int, Sequence[str]],
    chosen: Mapping[str, Counter[str]],
    heads: Container[str],
) -> dict[Key, tuple[str, ...]]:
    """The families of one title only, behind whose head stands nothing but choices of many others."""
    found = {}
    for (head, slots), members in families.items():
        if len(members) == 1 and head not in heads:
            counts = [chosen.get(value, Counter[str]()) for value in cut[members[0]][-slots:]]
            if all(count.total() >= _RECURS for count in counts):
                found[head, slots] = tuple(max(sorted(count), key=count.__getitem__) for count in counts)
    return found


def _restore(
    sure: Mapping[Key, tuple[str, ...]], scattered: Scattered, titles: Iterable[str], aliases: Mapping[str, str]
) -> dict[str, str]:
    """The titles without a head of their own that are one and its choice in another order → in its order."""
    tails = Tails(sure)
    moved = {}
    for title in titles if sure else ():
        if not tails.split(title, aliases)[1]:
            right = scattered.restore(spell_head(trim_end(title), aliases).split())
            if right and tails.split(right, aliases)[1]:
                moved[title] = right
    return moved


def _believe(
    tails: Sequence[Sequence[str]],
    told: Sequence[Mapping[str, str]],
    named: Mapping[str, Counter[str]],
    recurring: Iterable[str],
) -> tuple[str, ...] | None:
    """The axes of a family's slots, None where one that varies is not seen to hold options.

    Where values of one slot stand beside half or more of those of another, both are choices, whatever they say.
    """
    axes: list[str] = []
    for values, own in ((column, told) for column in zip(*tails, strict=True)):
        if len({_read_core(v) for v in values}) == 1 and (len(set(values)) == 1 or _read_core(values[0])):
            axes.append("")  # the same words, with known values among them or without
            continue
        names = Counter(stated[v] for v, stated in zip(values, own, strict=True) if v in stated)
        if not names:
            names = sum((named[v] for v in set(values) if v in named), Counter[str]())
        known = Counter(axis for v in values if (axis := _read_axis(v)))
        proven = sum(
            v in stated or v in named or v in recurring or bool(_read_axis(v))
            for v, stated in zip(values, own, strict=True)
        )
        if proven < _BELIEVED * len(values) and not _is_grid(tails):
            return None
        if names:
            axes.append(max(sorted(names), key=names.__getitem__))
        elif sum(known.values()) >= _BELIEVED * len(values):
            axes.append(max(sorted(known), key=known.__getitem__))
        else:
            axes.append(UNNAMED)
    return tuple(axes) if any(axes) else None


def _is_grid(tails: Sequence[Sequence[str]]) -> bool:
    """Whether the values of two slots are combined as choices are, each with each; what stands in others follows from
    one of these: «M (2 - 4 kg)» is one choice in three slots.
    """
    columns = [column for column in zip(*tails, strict=True) if len(set(column)) > 1]
    return any(
        _fill_grid(one, other) and all(_follows(more, one) or _follows(more, other) for more in columns)
        for one, other in combinations(columns, 2)
    )


def _fill_grid(one: Sequence[str], other: Sequence[str]) -> bool:
    cells = len({*zip(one, other, strict=True)})
    return cells >= _CELLS and cells >= _FILLED * len({*one}) * len({*other})


def _follows(column: Sequence[str], from_: Sequence[str]) -> bool:
    """Whether a slot has one value wherever another has one."""
    return len({*zip(from_, column, strict=True)}) == len({*from_})


def _believe_first(
    believed: dict[Key, tuple[str, ...]],
    families: Mapping[Key, list[int]],
    cut: Mapping[int, list[str]],
    known: Container[str],
) -> None:
    """What stands first behind a head in all titles of one length is an option like what stands there in the others,
    where it stands behind other heads too: «Emery (Liner / Solid / 70)» beside «Emery (Reply set / 70)».
    """
    first = {head: axes[0] for (head, _), axes in believed.items() if axes[0]}
    for (head, slots), axes in [*believed.items()]:
        option = first.get(head, "")
        if not axes[0] and option and all(cut[i][-slots] in known for i in families[head, slots]):
            believed[head, slots] = (option, *axes[1:])


def _name_slots(tails: Sequence[Sequence[str]], told: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """The axes of slots behind a head that is known from others: their attributes', else none that has a name."""
    axes = []
    for values in zip(*tails, strict=True):
        names = Counter(stated[v] for v, stated in zip(values, told, strict=True) if v in stated)
        known = {axis for v in values if (axis := _read_axis(v))}
        axes.append(max(sorted(names), key=names.__getitem__) if names else known.pop() if len(known) == 1 else UNNAMED)
    return tuple(axes)


def _read_in_place(axes: tuple[str, ...], listed: Sequence[tuple[str, Sequence[str]]]) -> tuple[str, ...]:
    """The axes of slots, those without a name named as most of their values are read where they stand: of shoes, 36."""
    some = listed[:_EXAMPLES]
    read = [{plain_text(t.text): t.axis for t in read_title(title).tokens} for title, _ in some]
    named = []
    for k, axis in enumerate(axes):
        count = Counter(found.get(tail[k], "") for found, (_, tail) in zip(read, some, strict=True))
        likely, n = max(sorted(count.items()), key=lambda pair: pair[1])
        named.append(likely if axis == UNNAMED and likely in AXES and 2 * n > len(some) else axis)
    return tuple(named)


def _name_scales(
    believed: dict[Key, tuple[str, ...]],
    families: Mapping[Key, Sequence[int]],
    cut: Mapping[int, Sequence[str]],
    prices: Sequence[float],
) -> None:
    """Name the slots whose values are sizes and amounts in numbers, as all of the catalogue's slots show."""
    unnamed = [(key, k) for key, axes in believed.items() for k, axis in enumerate(axes) if axis == UNNAMED]
    choices = [
        Choices(_list_slot(key, k, families, cut), [prices[i] if len(prices) else nan for i in families[key]])
        for key, k in unnamed
    ]
    sized = ((key, k) for key, axes in believed.items() for k, axis in enumerate(axes) if axis == "size")
    sizes = [_list_slot(key, k, families, cut) for key, k in sized]
    for (key, k), axis in zip(unnamed, name_scales(choices, sizes), strict=True):
        if axis:
            believed[key] = (*believed[key][:k], axis, *believed[key][k + 1 :])


def _find_options(titles: Sequence[str], attributes: Sequence[Mapping[str, str]]) -> frozenset[str]:
    """Attributes that no table knows and that differ, more often than not, between listings of one title.

    What codes fill is no choice of a buyer's.
    """
    same: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for title, row in zip(titles, attributes, strict=True):
        same[title].append(row)
    asked, differ = Counter[str](), Counter[str]()
    for rows in same.values():
        if len(rows) < 2:
            continue
        values: dict[str, set[str]] = defaultdict(set)
        for row in {id(row): row for row in rows}.values():
            for name, value in row.items():
                if name not in AXES:
                    values[name].add(value)
        for name, found in values.items():
            asked[name] += 1
            differ[name] += len(found) > 1 and not any(map(is_code, found))
    return frozenset(name for name, n in differ.items() if n >= 2 and n >= _SHARED * asked[name])


def mark_slots(slots: Iterable[tuple[str, str]], read: Callable[[str], Sequence[Token]]) -> list[Token]:
    """Return the tokens of a tail: one value a slot; what stands in a slot of the name is read as any title is.

    Measures that stand beside a slot's value («1.2 L Evergreen») keep their own axes.
    """
    tokens: list[Token] = []
    for axis, text in slots:
        parts = read(text)
        if not axis or (
            parts
            and all(t.axis and t.axis != "noise" for t in parts)
            and (axis == UNNAMED or {t.axis for t in parts} == {axis})
        ):
            tokens += parts
            continue
        rest = text
        value = read_value(axis, rest) if axis in AXES else plain_text(rest)
        tokens.append(Token(plain_text(rest), "word", axis, value or plain_text(rest)))
    return tokens
