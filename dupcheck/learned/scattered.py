"""Titles that say a known name and a known choice in another order, or without a sign between them: put right.

A shop writes «Clip-In Extensions - Brown / 22 Inches» a hundred times and «22 Inches Brown Clip-In Extensions» once.
Where every word of the one title is a word of the name or of a choice that the catalogue knows, and that in one way
only, the title is read as the others are. Which order it has is still asked about where order can carry meaning.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from math import inf
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
EMPTY: Mapping[str, Container[str]] = {}
Slots = Sequence[Mapping[str, str]]
"""What stands in each slot behind a head: the words as they are compared → the text that a title has there."""

_SHORTEST = 2
"""Words of a head at least: one alone stands in too many titles."""
_MOST_WORDS = 60
_MOST_HEADS = 200
"""A title of more words, and a head of which no word is rarer than this among heads, are not looked at."""
_MOST_VALUES = 50
"""More values than this that may fill one slot are no choice to make."""


class Name(NamedTuple):
    """A head: its words, the text that a title has for it, and for each number of slots what stands in them, and on
    which axes.
    """

    words: Sequence[str]
    text: str
    slots: Mapping[int, Slots]
    axes: Mapping[int, Sequence[str]]


class Scattered:
    """Finds the one name and choice that the words of a title are; ``values`` are choices that may stand behind a name
    where they are not seen yet, and the axes on which they are any.
    """

    def __init__(self, names: Iterable[Name], values: Mapping[str, Container[str]] = EMPTY) -> None:
        self._values = {_sort(value.split()): (value, axes) for value, axes in values.items()}
        shown = [name for name in names if len(name.words) >= _SHORTEST]
        self._names = _Bags((name.words, name) for name in shown)
        self._slots = {id(slot): _Slot(slot) for name in shown for slots in name.slots.values() for slot in slots}

    def restore(self, words: Sequence[str]) -> str:
        """Return a title as its catalogue writes it, from its words as they are compared; "" where that is not clear.

        >>> straps = Name(("watch", "strap"), "Watch Strap", {1: [{"dark blue": "Dark Blue"}]}, {1: ["color"]})
        >>> Scattered([straps]).restore(("blue", "watch", "dark", "strap"))
        'Watch Strap - Dark Blue'
        """
        if len(words) > _MOST_WORDS:
            return ""
        said = Counter(words)
        found: dict[tuple[str, ...], str] = {}
        for name in sorted(self._names.find(said, _MOST_HEADS), key=lambda name: len(name.words)):
            rest = said - Counter(name.words)
            for count, slots in name.slots.items():
                for values in self._fill(slots, name.axes[count], rest):
                    spelled = tuple(" ".join((*name.words, *values)).split())
                    texts = [slot.get(value, value) for slot, value in zip(slots, values, strict=True)]
                    found.setdefault(spelled, f"{name.text} - {' / '.join(texts)}")
        return next(iter(found.values())) if len(found) == 1 else ""

    def _fill(self, slots: Slots, axes: Sequence[str], rest: Counter[str]) -> list[tuple[str, ...]]:
        """The ways in which some words are one known value in each slot; where there is none, one new in its slot."""
        known = [self._slots[id(slot)] for slot in slots]
        near = [[*slot.values.find(rest)] for slot in known]
        if any(len(values) > _MOST_VALUES for values in near):
            return []
        whole = [values for values, left in _choose(near, rest) if not left]
        if whole:
            return whole
        found: list[tuple[str, ...]] = []
        for k, slot in enumerate(known):
            for values, left in _choose([*near[:k], [""], *near[k + 1 :]], rest):
                new = self._name(left, slot.numbers, axes[k])
                if new:
                    found.append((*values[:k], new, *values[k + 1 :]))
        return found

    def _name(self, words: Counter[str], numbers: bool, axis: str) -> str:
        """The value that some words are in a slot where it is new: one of its axis elsewhere, or a number among
        numbers.
        """
        if numbers and words.total() == 1 and all(map(_is_number, words)):
            return next(iter(words))
        value, axes = self._values.get(_sort(words.elements()), ("", ()))
        return value if axis in axes else ""


class _Bags(Generic[T]):
    """Things by their words, in any order: found by the rarest of these."""

    def __init__(self, listed: Iterable[tuple[Sequence[str], T]]) -> None:
        bags = [(Counter(words), thing) for words, thing in listed]
        count = Counter(word for bag, _ in bags for word in bag)
        self._by_word: dict[str, list[tuple[Counter[str], T]]] = defaultdict(list)
        for bag, thing in bags:
            self._by_word[min(bag, key=lambda word: (count[word], word))].append((bag, thing))

    def find(self, said: Counter[str], most: float = inf) -> Iterator[T]:
        """Give the things whose words are all said; not those that share their rarest word with more than ``most``."""
        for word in sorted(said):
            near = self._by_word.get(word, ())
            if len(near) <= most:
                yield from (thing for bag, thing in near if bag <= said)


class _Slot:
    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = _Bags((value.split(), value) for value in values)
        self.numbers = all(map(_is_number, values))


def _is_number(text: str) -> bool:
    return text.replace(".", "").isdigit()


def _sort(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(words))


def _choose(near: Sequence[Sequence[str]], rest: Counter[str]) -> Iterator[tuple[tuple[str, ...], Counter[str]]]:
    """Each choice of one value a slot that the words allow, and the words that it leaves."""
    if not near:
        yield (), rest
        return
    for value in near[0]:
        own = Counter(value.split())
        if own <= rest:
            for values, left in _choose(near[1:], rest - own):
                yield (value, *values), left
