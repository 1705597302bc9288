"""Axes that no vocabulary knows, learned from the places where a catalogue's titles vary.

A **slot** is a place between the same words before and the same words behind it. Where titles that are otherwise equal
fill one slot with different words, the slot is an axis: that of the known values which stand in it. Learned from all
titles together, as phrases with the words they stand between. Numbers and model codes never stand in a slot, nor what a
thing is for: they tell products apart.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np

from dupcheck.learned.frames import AXES_OF_WORDS, HABIT, OWN, Between, Frames, Texts, Words
from dupcheck.model import FloatArray, IntArray
from dupcheck.titles import Token, read_value

UNNAMED = "style"
"""The axis of a slot in which no known value stands."""
_PLACED = ("color", "size")
_SURELY = 0.8
_RECURS = 3


@dataclass(frozen=True)
class Slots:
    """``last``: the axes whose value this catalogue writes at the end of its titles. ``phrases``: words → between which
    words they stand in a slot → its axis; a known value may follow them ("concrete" before "gray"). ``behind``: what
    stands behind the colour as sizes do. ``names``: phrases which only name what differs, and stay what they are.
    """

    last: frozenset[str] = frozenset()
    phrases: Mapping[Words, Mapping[Between, str]] = field(default_factory=dict)
    behind: frozenset[Words] = frozenset()
    names: Mapping[Words, frozenset[Between]] = field(default_factory=dict)

    @cached_property
    def _longest(self) -> Mapping[str, int]:
        """The words of the longest phrase that begins with each word."""
        longest: dict[str, int] = {}
        for phrase in (*self.phrases, *self.names):
            longest[phrase[0]] = max(longest.get(phrase[0], 0), len(phrase))
        return longest

    def mark(self, tokens: tuple[Token, ...]) -> tuple[Token, ...]:
        """Tag the words of one title that stand in a slot as values of its axis."""
        if self.last:
            tokens = _settle_last(tokens, self.last)
        if self.behind and (tail := _tail_behind_color(tokens)) and _texts(tokens[tail:]) in self.behind:
            tokens = (*tokens[:tail], _value_token("size", tokens[tail:]), *_noise(tokens[tail:]))
        if self.phrases and not self._longest.keys().isdisjoint([t.text for t in tokens if not t.axis]):
            tokens = self._mark_phrases(tokens)
        return tokens

    def pack(self) -> dict[str, Any]:
        """Return the slots as plain data, for JSON."""
        return {
            "last": sorted(self.last),
            "phrases": [[*p, *b, axis] for p, homes in self.phrases.items() for b, axis in homes.items()],
            "behind": sorted(map(list, self.behind)),
            "names": [[*p, *b] for p, homes in self.names.items() for b in sorted(homes)],
        }

    @classmethod
    def unpack(cls, data: Mapping[str, Any]) -> Self:
        """Return slots from what ``pack`` made."""
        phrases: dict[Words, dict[Between, str]] = {}
        for *words, before, behind, axis in data["phrases"]:
            phrases.setdefault(tuple(words), {})[before, behind] = axis
        names: dict[Words, set[Between]] = {}
        for *words, before, behind in data["names"]:
            names.setdefault(tuple(words), set()).add((before, behind))
        return cls(
            frozenset(data["last"]),
            phrases,
            frozenset(map(tuple, data["behind"])),
            {words: frozenset(homes) for words, homes in names.items()},
        )

    def name(self, tokens: Sequence[Token]) -> str:
        """Return the words of a title that tell it from its siblings on no axis that is known; "" where none do."""
        if not self.names or self._longest.keys().isdisjoint([t.text for t in tokens if not t.axis]):
            return ""
        for start, end, phrase, between in self._find_phrases(tokens):
            if between in self.names.get(phrase, ()):
                return _value_token(UNNAMED, [t for t in tokens[start:end] if not t.axis], *between).value
        return ""

    def _mark_phrases(self, tokens: tuple[Token, ...]) -> tuple[Token, ...]:
        for start, end, phrase, between in self._find_phrases(tokens):
            axis = self.phrases.get(phrase, {}).get(between, "")
            while axis and end < len(tokens) and tokens[end].axis in (axis, "noise"):
                end += 1
            if axis and not any(t.axis == axis for t in (*tokens[:start], *tokens[end:])):
                inside = tokens[start:end]
                kept = [t for t in inside if t.axis not in ("", axis)]
                value = _value_token(axis, [t for t in inside if t.axis in ("", axis)], *between)
                return (*tokens[:start], value, *kept, *tokens[end:])
        return tokens

    def _find_phrases(self, tokens: Sequence[Token]) -> Iterator[tuple[int, int, Words, Between]]:
        """Every run of core words that may be a phrase: where it starts and ends, its words and its neighbours."""
        core = [i for i, t in enumerate(tokens) if not t.axis]
        words = [tokens[i].text for i in core]
        for k, word in enumerate(words):
            for width in range(min(self._longest.get(word, 0), len(words) - k), 0, -1):
                between = words[k - 1] if k else "", words[k + width] if k + width < len(words) else ""
                yield core[k], core[k + width - 1] + 1, tuple(words[k : k + width]), between


def learn_slots(
    titles: Sequence[tuple[Token, ...]], prices: FloatArray, categories: IntArray, facts: IntArray
) -> Slots:
    """Learn a catalogue's slots from its titles.

    ``prices``: NaN where unknown; ``categories`` and ``facts`` (what the attributes say beyond the axes) are numbered,
    -1 where unknown. Prices and categories that differ much speak against one product in several values.
    """
    texts = Texts(titles)
    last = frozenset(axis for axis in _PLACED if texts.stands_last(axis))
    settled, contested = list(titles), texts.find_contested(last).tolist()
    for row in contested:
        settled[row] = _settle_last(titles[row], last)
    if contested:
        texts = Texts(settled)
    behind = _learn_behind(texts, settled) if "color" in last else frozenset()
    rows = texts.find_distinct()
    if behind:
        tails = {row for row in texts.find_behind_color().tolist() if _words_behind_color(settled[row]) in behind}
        rows = np.array([row for row in rows.tolist() if row not in tails], dtype=np.int64)
    frames = Frames(texts.choose(rows), prices[rows], categories[rows], facts[rows])
    phrases: dict[Words, dict[Between, str]] = {}
    for axis in AXES_OF_WORDS:
        for phrase, between in frames.find_named(axis, axis in last):
            phrases.setdefault(phrase, {}).setdefault(between, axis)
    names: dict[Words, set[Between]] = {}
    for sure, phrase, between in frames.find_unnamed():
        if sure:
            phrases.setdefault(phrase, {}).setdefault(between, UNNAMED)
        else:
            names.setdefault(phrase, set()).add(between)
    return Slots(last, phrases, behind, {phrase: frozenset(homes) for phrase, homes in names.items()})


# --- where values stand ------------------------------------------------------------------------------------------


def _tail(tokens: Sequence[Token]) -> int:
    """Where the values and selling words at the end of a title start."""
    at = len(tokens)
    while at and tokens[at - 1].axis:
        at -= 1
    return at


def _settle_last(tokens: tuple[Token, ...], axes: Iterable[str]) -> tuple[Token, ...]:
    """Where a title names values apart, one of them at its end, take that for its own and the others for its words.

    "Silver Chair White" is a white chair of the kind Silver. A value that the last one says again tells nothing.
    """
    tail = _tail(tokens)
    for axis in axes:
        own = [t for t in tokens[tail:] if t.axis == axis]
        if own and any(t.axis == axis for t in tokens[:tail]):
            said = {w for t in own for w in t.value.replace("/", " ").split()}
            head: list[Token] = []
            for t in tokens[:tail]:
                if t.axis != axis:
                    head.append(t)
                elif said.isdisjoint(t.value.replace("/", " ").split()):
                    head += [Token(w, "word" if t.kind != "cjk" else "cjk", "", "") for w in t.text.split()]
                else:
                    head.append(Token(t.text, t.kind, "noise", ""))
            tokens = (*head, *tokens[tail:])
            tail = len(head)
    return tokens


def _texts(tokens: Iterable[Token]) -> Words:
    return tuple(t.text for t in tokens if t.axis != "noise")


def _noise(tokens: Iterable[Token]) -> list[Token]:
    return [t for t in tokens if t.axis == "noise"]


def _words_behind_color(tokens: Sequence[Token]) -> Words:
    """What stands behind a title's colour; nothing where all of it is known."""
    return _texts(tokens[_tail_behind_color(tokens) :]) if _tail_behind_color(tokens) else ()


def _tail_behind_color(tokens: Sequence[Token]) -> int:
    """Where the words behind a title's only colour start; 0 where nothing stands there that is not known."""
    places = [i for i, t in enumerate(tokens) if t.axis == "color"]
    if len(places) != 1 or places[0] == 0:
        return 0
    tail = tokens[places[0] + 1 :]
    unknown = any(not t.axis for t in tail) and all(t.kind in ("word", "cjk") for t in tail if not t.axis)
    return places[0] + 1 if unknown else 0


def _learn_behind(texts: Texts, titles: Sequence[Sequence[Token]]) -> frozenset[Words]:
    """Phrases that stand behind the colour, where this catalogue writes the size.

    Only where nearly everything that stands there is a known size. A phrase must recur, and one of its words must
    stand there more than anywhere else: what was moved there by chance does neither.
    """
    rows, sizes = texts.find_behind_color(), texts.count_behind_color("size")
    if sizes < HABIT or sizes < _SURELY * (sizes + len(rows)):
        return frozenset()
    found: Counter[Words] = Counter()
    there: Counter[str] = Counter()
    for row in rows.tolist():
        if tail := _tail_behind_color(titles[row]):
            found[_texts(titles[row][tail:])] += 1
            there.update([t.text for t in titles[row][tail:] if not t.axis])
    return frozenset(
        phrase
        for phrase, n in found.items()
        if n >= _RECURS and any(there[w] > OWN * texts.count(w) for w in phrase if w in there)
    )


def _value_token(axis: str, tokens: Sequence[Token], before: str = "", behind: str = "") -> Token:
    """One token of what stands in a slot; unspaced script is put together from its pairs of signs."""
    text = ""
    for t in tokens:
        if t.axis == "noise":
            continue
        grams = t.kind == "cjk" and bool(text) and text[-1] == t.text[0] and len(t.text) == 2
        text += t.text[1:] if grams else t.text if t.kind == "cjk" or not text else f" {t.text}"
    if tokens and tokens[0].kind == "cjk":
        text = text[1:] if before and text[0] == before[-1] and len(before) == 2 else text
        text = text[:-1] if behind and text[-1:] == behind[0] and len(behind) == 2 else text
    return Token(text, "word", axis, read_value(axis, text) if axis in AXES_OF_WORDS else text)
