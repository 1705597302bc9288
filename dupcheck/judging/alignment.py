"""Two titles side by side: every word, number and sign of each is matched, noise, a value on an axis, or unexplained.

What plans do, what ``why`` shows and what a question asks is all read from here. Nothing is decided by a vocabulary
alone: what no rule of matching accounts for stays **unexplained**, whatever it means.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from typing import NamedTuple

from dupcheck.axes import pick_axes
from dupcheck.features import Statistics
from dupcheck.judging.differences import name_axis
from dupcheck.learned.lexicon import is_slip
from dupcheck.messages import Lang, say
from dupcheck.titles import Token, read_value
from dupcheck.titles.gifts import drop_gifts
from dupcheck.titles.normalising import look_latin
from dupcheck.titles.scripts import compare_letters, sound_alike, spell_latin
from dupcheck.titles.stems import stem_word
from dupcheck.titles.stream import cut_title, fold_sign
from dupcheck.titles.vocabulary import fold_word, load_vocabulary

NOISE = "noise"
_LISTING = frozenset({"&", "+"})
"""Between these signs, as between a language's joints, the order of two words carries no meaning."""
_SHORTEST_STEM = 4
_ONE_WORDED = frozenset(pick_axes(lambda axis: axis.one_place))
"""Axes that a title which names one choice speaks of in one place."""
_SPELT = {"plus": "+", "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
"""What is as often a sign or a numeral. Single letters (V, X) stand for too much else."""
_NAME_WORDS = 4
"""A name has so many words; where more differ, two sellers may have worded one thing."""
_MISSPELT = 75
"""Percent of likeness from which one word may be another's misspelling."""
_LONG_FORM = 4
"""Letters that a word has at least, of which another may be the first."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PIECES = re.compile(r"[^\W_]+")
_FAR_MORE = 4
"""So many times as often a word must stand as what it is, that another spelling of it is a slip beyond doubt."""
_VOWELS = "aeiouyаеиоуыэюя"
_WORDS = re.compile(r"\w+")
_LAST_SPACED = 0x2E7F
"""Behind this sign come the scripts of East Asia, which put no blanks between words."""
_REWRITTEN = 4
"""Signs by which what a seller wrote may be longer than its token: 25,000.00 is 25000."""
_UNIT = 2
"""Letters that a unit may have, which is written small in every title: cm."""
_SUFFIX = 5
"""Letters of the longest word that makes another model of one: Pro, Max, Lite, Ultra."""


class Reading(NamedTuple):
    """One title: its tokens in order; for each the axis on which it is a value, "noise", or "" for neither; and the
    canonical value that it is a part of.
    """

    tokens: tuple[str, ...]
    labels: tuple[str, ...]
    values: tuple[str, ...] = ()


class _Seen(NamedTuple):
    """What is asked of one title again and again: its words, whether each stands once, which say nothing, and whether
    it says at most one beside its values.
    """

    reading: Reading
    said: frozenset[str]
    once: bool
    noise: frozenset[int]
    little: bool


@dataclass(frozen=True, slots=True)
class Alignment:
    """What two titles have only here (left) and only there (right): positions in each, by why they are not matched.

    ``left`` and ``right`` are unexplained words in their order; ``turned`` the words that both have in another order or
    beside another word, where order carries meaning. ``axes`` are the axes whose words one has and the other lacks;
    ``twice`` those of them on which a title says one word twice: once it may name the product; or says what the thing
    is for: wax for black paint. ``renamed``: the two say the same but for one run of words in one place, and that is
    not the end, where choices stand: two names. ``frame``: the words around such a run at the end, or near it, "" where
    there is none. ``bare``: beside its values each title says one word at most: what they share may be a kind of thing,
    and no product's name.
    ``inflected``: words that are matched though the two titles say them in two forms, each with its other form.
    """

    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    turned: tuple[str, ...] = ()
    axes: frozenset[str] = frozenset()
    twice: frozenset[str] = frozenset()
    renamed: bool = False
    frame: str = ""
    bare: bool = False
    inflected: tuple[tuple[str, str], ...] = ()

    @property
    def explained(self) -> bool:
        """Whether nothing is left unexplained."""
        return not (self.left or self.right or self.turned)


EQUAL = Alignment()
_HOLE = "_"
_BEHIND = 2
"""So many words may stand behind a choice, «Gloves S soft grip»; behind a name more: «Band 7 Fitness Tracker Slim»."""


def label_title(title: str, tokens: Sequence[Token], aliases: Mapping[str, str] | None = None) -> Reading:
    """Return a title's stream with what its reading, ``tokens``, says of each; signs that this drops are kept.

    ``aliases`` are what the catalogue's misspelt words are.
    """
    spelt = aliases or {}
    stream = cut_title(title)
    labels, values = [""] * len(stream), [""] * len(stream)
    words = [_plain(t) for t in stream]
    at = 0
    for token in tokens:
        if not token.axis:
            continue
        label = NOISE if token.axis == NOISE else token.axis
        wanted = [_plain(w) for w in cut_title(token.text)]
        start = _find(words, wanted, at, labels)
        if start >= 0:
            labels[start : start + len(wanted)] = [label] * len(wanted)
            values[start : start + len(wanted)] = [token.value] * len(wanted)
            at = start + len(wanted)
            continue
        for word in wanted:  # written otherwise than it was read: what is there of it
            k = next((k for k, w in enumerate(words) if word in (w, spelt.get(w)) and not labels[k]), -1)
            if k >= 0:
                labels[k], values[k] = label, token.value
    return Reading(stream, tuple(labels), tuple(values))


def _find(words: list[str], wanted: list[str], at: int, labels: list[str]) -> int:
    """Where the words of a value stand, from ``at`` on if they do, none of them taken; -1 where nowhere."""
    width = len(wanted)
    last = len(words) - width + 1
    for start in chain(range(at, last), range(min(at, last))):
        if words[start : start + width] == wanted and not any(labels[start : start + width]):
            return start
    return -1


@lru_cache(maxsize=100_000)
def _plain(word: str) -> str:
    return str(fold_word(word) or word) if word[0].isalpha() else word


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    return stem_word(_plain(word)) if len(word) >= _SHORTEST_STEM and word[0].isalpha() else word


Told = tuple[tuple[str, str], ...]
"""What attributes state, as written, by axis."""


def find_aligner(statistics: Statistics) -> "Aligner":
    """Return a catalogue's aligner: who plans again after each answer finds what was read and aligned before."""
    known: Aligner | None = vars(statistics).get("aligner")
    if known is None:
        known = vars(statistics)["aligner"] = Aligner(statistics)
    return known


class Aligner:
    """Aligns titles as one catalogue reads them: its own misspellings and compounds count as one word."""

    def __init__(self, statistics: Statistics) -> None:
        self._statistics = statistics
        self._read = lru_cache(maxsize=20_000)(self._label)
        self._see = lru_cache(maxsize=20_000)(self._look)
        self._mean = lru_cache(maxsize=100_000)(self._find_meant)
        self._compare = lru_cache(maxsize=20_000)(self._align)

    def __getstate__(self) -> Statistics:
        """What was read and aligned is not pickled with a catalogue, but read and aligned again."""
        return self._statistics

    def __setstate__(self, statistics: Statistics) -> None:
        type(self).__init__(self, statistics)

    @property
    def _aliases(self) -> Mapping[str, str]:
        return self._statistics.taught.lexicon.aliases

    def read(self, title: str) -> Reading:
        """Return a title's labelled stream."""
        return self._read(title)

    def _label(self, title: str) -> Reading:
        return label_title(title, self._statistics.mark(title), self._aliases)

    def _look(self, title: str) -> _Seen:
        reading = self.read(title)
        said = frozenset(reading.tokens)
        noise = frozenset(k for k in range(len(reading.tokens)) if self._is_noise(reading, k))
        words = {
            _stem(word)
            for k, (word, label) in enumerate(zip(reading.tokens, reading.labels, strict=True))
            if not label and k not in noise and word[0].isalpha()
        }
        return _Seen(reading, said, len(said) == len(reading.tokens), noise, len(words) <= 1)

    def align(self, left: str, right: str, stated: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})) -> Alignment:
        """Return what is left of two titles when everything that both say is matched.

        ``stated`` are the values that attributes state, as written, by axis: a word that a title gives to such an axis
        is a part of that value, or unexplained.
        """
        return self._compare(left, right, tuple(stated[0].items()), tuple(stated[1].items()))

    def _align(self, left: str, right: str, told: Told, told_there: Told) -> Alignment:
        stated = dict(told), dict(told_there)
        left, right = drop_gifts(left), drop_gifts(right)
        if left == right:
            return EQUAL
        a, b = cut_title(left), cut_title(right)
        if a == b:
            return EQUAL
        if sorted(a) == sorted(b):
            return Alignment(turned=_find_turned(a, b))
        seen_here, seen_there = self._see(left), self._see(right)
        read_here, read_there = seen_here.reading, seen_there.reading
        here, there = self._list_told(left, right, seen_here, seen_there)
        inflected = _find_inflected(read_here, read_there, here, there, self._name_form)
        here, there = self._match_spellings(a, b, here, there)
        if here or there:
            here = [k for k in here if not _is_told(a[k], *stated)]
            there = [k for k in there if not _is_told(b[k], *reversed(stated))]
        ours = {k: self._name_axis(read_here, k, stated[0]) for k in here}
        theirs = {k: self._name_axis(read_there, k, stated[1]) for k in there}
        unread, unread_there = _list_unread(ours), _list_unread(theirs)
        if _abbreviate(a, b, unread, unread_there) or _abbreviate(b, a, unread_there, unread):
            ours, theirs = ({k: axis for k, axis in some.items() if axis} for some in (ours, theirs))
            unread, unread_there = [], []
        axes = {*ours.values(), *theirs.values()}
        only_here, only_there = tuple([a[k] for k in unread]), tuple([b[k] for k in unread_there])
        turned = () if only_here or only_there else _find_turned(a, b)
        twice = {axis for some in ((a, ours), (b, theirs)) for axis in (*_find_twice(*some), *_find_fitted(*some))}
        numbered = {label for word, label in zip(a, read_here.labels, strict=True) if label in axes and word in turned}
        if numbered and not any(map(str.isalpha, turned)):  # 9x7 and 7x5 are two values, and no words that moved
            turned, twice = (), twice | numbered
        renamed, frame, choices = False, "", frozenset(axes - {""})
        if only_here or only_there:
            around = self._find_around(read_here, read_there, unread, unread_there)
            renamed = self._is_renamed(read_here, read_there, unread, unread_there, around)
            frame = _name_frame(around)
        bare = bool(choices) and seen_here.little and seen_there.little
        return Alignment(
            only_here, only_there, turned, choices, frozenset(twice - {""}), renamed, frame, bare, inflected
        )

    def mark(self, left: str, right: str, lang: Lang = "en") -> tuple[str, str]:
        """Return both titles as text, in their sellers' spelling: ``[unexplained]``, ``{axis: value}`` with the axis'
        name in ``lang``, ``(noise)``, else matched.
        """
        a, b = self._see(left), self._see(right)
        words = a.reading.tokens, b.reading.tokens
        here, there = self._match_spellings(*words, *self._list_told(left, right, a, b))
        return self._mark(left, a, set(here), lang), self._mark(right, b, set(there), lang)

    def _list_told(self, left: str, right: str, here: _Seen, there: _Seen) -> tuple[list[int], list[int]]:
        """The positions of what only one title says, without what says nothing. A letter that stands for a small word
        does say something where the other title has another letter (vitamin A, vitamin E), or as a capital amid words
        in small letters.
        """
        ours, theirs = self._subtract(here, there), self._subtract(there, here)
        a, b = (
            [k for k in some if k in seen.noise and len(word := seen.reading.tokens[k]) == 1 and word.isalpha()]
            for some, seen in ((ours, here), (theirs, there))
        )
        if not (a and b):
            a, b = _list_capitals(left, here.reading.tokens, a), _list_capitals(right, there.reading.tokens, b)
        return (
            [k for k in ours if k not in here.noise or k in a],
            [k for k in theirs if k not in there.noise or k in b],
        )

    def _mark(self, title: str, seen: _Seen, unmatched: set[int], lang: Lang) -> str:
        """The tokens of one title with their marks; those that make up one value are one piece."""
        reading = seen.reading
        runs: list[tuple[tuple[str, str], list[str]]] = []
        for k, written in enumerate(find_spellings(title, reading.tokens)):
            label = reading.labels[k]
            if k in seen.noise and k not in unmatched:
                mark = (NOISE, "")
            elif k in seen.noise:
                mark = ("[]", "")
            elif label:
                mark = (label, reading.values[k])
            else:
                mark = ("[]", "") if k in unmatched else ("", "")
            whole = bool(mark[1]) or (bool(runs) and _stand_close(runs[-1][1][-1], written))
            if runs and whole and runs[-1][0] == mark:
                runs[-1][1].append(written)
            else:
                runs.append((mark, [written]))
        return " ".join(_show_run(label, words, lang) for (label, _), words in runs)

    def _is_renamed(
        self, left: Reading, right: Reading, here: Sequence[int], there: Sequence[int],
        around: tuple[list[str], list[str]] | None,
    ) -> bool:  # fmt: skip
        """Whether one run of words stands for another in the midst of two titles."""
        if not here or not there:
            return _extends_model(left, here) or _extends_model(right, there)
        if max(len(here), len(there)) > _NAME_WORDS:
            return False
        ours, theirs = [left.tokens[k] for k in here], [right.tokens[k] for k in there]
        if _mean_alike(ours, theirs) or may_shorten(ours, theirs):
            return False
        if len(here) == len(there) == 1 and compare_letters(left.tokens[here[0]], right.tokens[there[0]]) >= _MISSPELT:
            return not left.tokens[here[0]].isalpha()
        return around is not None and bool(around[1])

    def _find_around(
        self, left: Reading, right: Reading, here: Sequence[int], there: Sequence[int]
    ) -> tuple[list[str], list[str]] | None:
        """What both titles say before and behind the one run of words in which they differ; None where there is no such
        run, or no name that is so long.
        """
        if not 0 < len(here) <= _NAME_WORDS or not 0 < len(there) <= _NAME_WORDS:
            return None
        around = self._cut_around(left, here)
        return around if around == self._cut_around(right, there) else None

    def _cut_around(self, reading: Reading, at: Sequence[int]) -> tuple[list[str], list[str]] | None:
        """The words of the core before and behind a run, each sorted; None where it is no run."""
        core = [k for k, label in enumerate(reading.labels) if not label and not self._is_noise(reading, k)]
        first, last = core.index(at[0]) if at[0] in core else -1, core.index(at[-1]) if at[-1] in core else -1
        if first < 0 or last - first + 1 != len(at):
            return None
        stems = [_stem(reading.tokens[k]) for k in core]
        return sorted(stems[:first]), sorted(stems[last + 1 :])

    def _name_form(self, word: str) -> tuple[str, bool]:
        """What a word is a form of, and whether the catalogue leaves no doubt of it: written so once or twice, and far
        more often as what it stands for. The last vowel is no slip: Manuel, Manuela.
        """
        meant = self._aliases.get(_plain(word), "")
        if not meant:
            return _stem(word), False
        seen = self._statistics.taught.lexicon.seen
        often = seen.get(meant, 0) >= _FAR_MORE * max(seen.get(word, 0), 1)
        return _stem(meant), often and not _ends_otherwise(word, meant)

    @staticmethod
    def _name_axis(reading: Reading, k: int, stated: Mapping[str, str]) -> str:
        axis = reading.labels[k].removeprefix(NOISE)
        if axis not in stated:
            return axis
        written = stated[axis]
        said = reading.values[k] == read_value(axis, written) or reading.tokens[k] in cut_title(written)
        return axis if said else ""

    @staticmethod
    def _is_noise(reading: Reading, k: int) -> bool:
        return reading.labels[k] == NOISE or reading.tokens[k] == "&"

    def _subtract(self, seen: _Seen, against: _Seen) -> list[int]:
        """The positions of a title's tokens that the other has not, or not so often; then those that say least, or that
        it reads otherwise: the 100 of 100 pcs is not that of 100 ohm.
        """
        reading, other = seen.reading, against.reading
        if seen.once:
            return [k for k, token in enumerate(reading.tokens) if token not in against.said]
        spare = Counter(other.tokens)
        alike = Counter(zip(other.tokens, other.labels, strict=True))
        read = list(zip(reading.tokens, reading.labels, strict=True))
        left = []
        for k in sorted(range(len(read)), key=lambda k: (k in seen.noise, not alike[read[k]])):
            if spare[reading.tokens[k]] > 0:
                spare[reading.tokens[k]] -= 1
            else:
                left.append(k)
        return sorted(left)

    def _match_spellings(
        self, a: Sequence[str], b: Sequence[str], here: list[int], there: list[int]
    ) -> tuple[list[int], list[int]]:
        """Take out what is spelt alike: inflections, the catalogue's misspellings, words written joined or apart."""
        if not here or not there:
            return here, there
        here, there = _pair_off(a, b, here, there, _stem)
        here, there = _pair_off(a, b, here, there, self._mean)
        here, there = _pair_off(a, b, here, there, lambda w: _SPELT.get(w, w))
        ours, theirs = "".join(self._spell(a[k]) for k in here), "".join(self._spell(b[k]) for k in there)
        if ours == theirs and ours:
            return [], []
        here, there = self._pair_joined(a, b, here, there)
        there, here = self._pair_joined(b, a, there, here)
        if all(a[k].isascii() for k in here) and all(b[k].isascii() for k in there):
            return here, there
        return _match_scripts(a, b, here, there)

    def _pair_joined(
        self, a: Sequence[str], b: Sequence[str], here: list[int], there: list[int]
    ) -> tuple[list[int], list[int]]:
        """The positions that are left when a word of one title is taken out that the other writes in two: Hohlnieten,
        Hohl-Nieten.
        """
        whole = {self._spell(a[k]): k for k in here if a[k][0].isalpha()}
        for first, second in pairwise(there) if whole else ():
            k = whole.pop(self._spell(b[first]) + self._spell(b[second]), None) if second == first + 1 else None
            if k is not None:
                here = [m for m in here if m != k]
                there = [m for m in there if m not in (first, second)]
        return here, there

    def _find_meant(self, word: str) -> str:
        """What a word stands for: itself, or what the catalogue misspells so."""
        return self._aliases.get(_plain(word), _plain(word))

    def _spell(self, word: str) -> str:
        return self._mean(word).replace(" ", "").replace("-", "")


def _list_capitals(title: str, tokens: Sequence[str], at: Sequence[int]) -> list[int]:
    """Those of a title's letters that it writes as capitals, not at its beginning, while it writes words small."""
    if not at:
        return []
    written = find_spellings(title, tokens)
    if not any(word.isalpha() and word.islower() and len(word) > _UNIT for word in written):
        return []
    return [k for k in at if k and written[k].isupper()]


def _stand_close(word: str, following: str) -> bool:
    """Whether no blank stands between two tokens: both are signs of a script without spaces."""
    return ord(word[-1]) > _LAST_SPACED < ord(following[0])


def _show_run(label: str, words: Sequence[str], lang: Lang) -> str:
    text = words[0]
    for word in words[1:]:
        text += word if _stand_close(text, word) else f" {word}"
    if label == NOISE:
        return f"({text})"
    if label == "[]":
        return f"[{text}]"
    return say("verdicts.marked_value", lang, axis=name_axis(label, lang), value=text) if label else text


def find_spellings(title: str, tokens: Sequence[str]) -> list[str]:
    """Return a title's tokens as its seller wrote them; what was read otherwise than it is written stays as read.

    >>> find_spellings("Parure Bébé Étoile", ("parure", "bebe", "etoile"))
    ['Parure', 'Bébé', 'Étoile']
    """
    places = find_places(title, tokens)
    return [t if at is None else title[at[0] : at[1]] for t, at in zip(tokens, places, strict=True)]


def find_places(title: str, tokens: Sequence[str]) -> list[tuple[int, int] | None]:
    """Return where in a title each of its tokens begins and ends; None for what was read otherwise than it is written.

    >>> find_places("Parure Bébé", ("parure", "bebe"))
    [(0, 6), (7, 11)]
    """
    signs = [fold_sign(sign) for sign in title]
    folded = look_latin("".join(signs))
    places = [k for k, sign in enumerate(signs) for _ in sign]
    starts = list(accumulate(map(len, signs), initial=0))
    spans: list[tuple[int, int] | None] = []
    at, slack = 0, 0
    for token in tokens:
        number = _NUMBER.search(title, places[at]) if token[0].isdigit() and at < len(places) else None
        if number is not None and number[0] != token and cut_title(number[0]) == (token,):
            spans.append(number.span())
            at, slack = starts[number.end()], 0
            continue
        found = folded.find(look_latin(token), at)
        if found < 0 or sum(c.isalnum() for c in folded[at:found]) > slack:
            spans.append(None)
            slack += len(token) + _REWRITTEN
            continue
        at, slack = found + len(token), 0
        spans.append((places[found], places[at - 1] + 1))
    return spans


def _extends_model(reading: Reading, at: Sequence[int]) -> bool:
    """Whether all that a title has more is one short word behind a model's number: V8 Pro, S20 FE, T3 青春版."""
    if not at or at[0] == 0 or at[-1] - at[0] >= len(at) or sum(len(reading.tokens[k]) for k in at) > _SUFFIX:
        return False
    before = at[0] - 1
    single = len(at) == 1 or all(len(reading.tokens[k]) == 1 for k in at)
    return single and not reading.labels[before] and reading.tokens[before][0].isdigit()


def _mean_alike(here: Sequence[str], there: Sequence[str]) -> bool:
    """Whether a language has both as words for one thing: no names, and perhaps no difference."""
    synonyms = load_vocabulary().synonyms
    ours, theirs = " ".join(map(_plain, here)), " ".join(map(_plain, there))
    return synonyms.get(ours, ours) == synonyms.get(theirs, theirs)


def may_shorten(here: Sequence[str], there: Sequence[str]) -> bool:
    """Whether each word of one run may be short for the word in its place of the other: no names, and perhaps no
    difference.

    >>> may_shorten(["m"], ["macho"]), may_shorten(["аккум"], ["аккумуляторный"]), may_shorten(["x"], ["xr"])
    (True, True, False)
    """
    pairs = [sorted(pair, key=len) for pair in zip(here, there, strict=False)]
    return len(here) == len(there) and all(
        long.isalpha() and len(long) >= _LONG_FORM and len(short) <= len(long) - 2 and long.startswith(short)
        for short, long in pairs
    )


def _match_scripts(
    a: Sequence[str], b: Sequence[str], here: list[int], there: list[int]
) -> tuple[list[int], list[int]]:
    """Take out words that are one name in two scripts: Xiaomi Redmi and Сяоми Редми, Philips and フィリップス; or that
    look the same in both: ОК 46, mA.
    """
    here, there = _pair_off(a, b, here, there, look_latin)
    ours, theirs = _spell_out(a, here), _spell_out(b, there)
    for at, word in ours.items():
        for other_at, other in theirs.items():
            if a[at[0]].isascii() != b[other_at[0]].isascii() and sound_alike(word, other):
                here, there = [k for k in here if k not in at], [k for k in there if k not in other_at]
                del theirs[other_at]
                break
    return here, there


def _spell_out(words: Sequence[str], at: Sequence[int]) -> dict[tuple[int, ...], str]:
    """The longer words among some, in Latin letters; signs of unspaced scripts that stand together are one word."""
    runs: list[list[int]] = []
    for k in at:
        if runs and runs[-1][-1] == k - 1 and len(words[k]) == len(words[k - 1]) == 1 and not words[k].isascii():
            runs[-1].append(k)
        else:
            runs.append([k])
    spelt = {tuple(run): spell_latin("".join(words[k] for k in run)) for run in runs}
    return {run: word for run, word in spelt.items() if len(word) > 2 and word.replace("'", "").isalpha()}


def _is_told(word: str, own: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether a word that only one title has is said by the other listing's attributes, or names, in its own, what both
    state alike: a brand with and without its Ltd. A letter of a code says nothing: type B, ASIN B0TUUYF1ZP.
    """
    if not word[0].isalpha():
        return False
    for axis, written in other.items():
        if word in cut_title(written) and (len(word) > 1 or word in _PIECES.findall(written.casefold())):
            return True
        mine = own.get(axis)
        if mine is not None and word in cut_title(mine) and begins_alike(cut_title(mine), cut_title(written)):
            return True
    return False


def _find_inflected(
    left: Reading, right: Reading, here: Sequence[int], there: Sequence[int], name: Callable[[str], tuple[str, bool]]
) -> tuple[tuple[str, str], ...]:
    """The words, no values, that one title says in another form than the other: Manuel, Manuela; glass, glasses."""
    spare: dict[str, list[tuple[str, bool]]] = {}
    for k in there:
        if not right.labels[k] and right.tokens[k][0].isalpha():
            form, sure = name(right.tokens[k])
            spare.setdefault(form, []).append((right.tokens[k], sure))
    found = []
    for k in here:
        if left.labels[k] or not left.tokens[k][0].isalpha():
            continue
        form, sure = name(left.tokens[k])
        if spare.get(form):
            other, known = spare[form].pop(0)
            if not (sure or known) and left.tokens[k].isascii() == other.isascii():
                found.append((left.tokens[k], other))
    return tuple(found)


def find_accented(left: str, right: str) -> tuple[tuple[str, str], ...]:
    """Return words that differ only in their accents, where neither leaves them out.

    >>> find_accented("Caneca avó", "Caneca avô"), find_accented("Pâté", "Pate")
    ((('avó', 'avô'),), ())
    """
    if left.isascii() or right.isascii():
        return ()
    spoken = [
        {"".join(map(fold_sign, w)): w for w in _WORDS.findall(text.casefold()) if not w.isascii()}
        for text in (left, right)
    ]
    both = sorted(w for w in spoken[0].keys() & spoken[1].keys() if w.isascii())
    return tuple([(spoken[0][w], spoken[1][w]) for w in both if spoken[0][w] != spoken[1][w]])


def is_sure_form(one: str, other: str) -> bool:
    """Whether one of two forms of a word only counts more of what the other names, or is a slip of the pen.

    >>> is_sure_form("filter", "filters"), is_sure_form("classsroom", "classroom"), is_sure_form("manuel", "manuela")
    (True, True, False)
    """
    short, long = sorted((one, other), key=len)
    if long in (f"{short}s", f"{short}es") or (short[-1:] == "y" and long == f"{short[:-1]}ies"):
        return True
    return is_slip(one, other) and not _ends_otherwise(one, other)


def _ends_otherwise(one: str, other: str) -> bool:
    """Whether two words are one up to their last vowels: who is meant may be another."""
    return one.rstrip(_VOWELS) == other.rstrip(_VOWELS)


def begins_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether one name, as tokens, is the beginning of the other: a brand with and without its Ltd."""
    short = min(len(one), len(other))
    return short > 0 and one[:short] == other[:short]


def _abbreviate(a: Sequence[str], b: Sequence[str], here: Sequence[int], there: Sequence[int]) -> bool:
    """Whether what is left of one title are the first letters of what is left of the other: M/F, Male to Female; LH,
    Left Hand.
    """
    letters = [a[k] for k in here]
    words = [b[k] for k in there if len(b[k]) > 2]
    apart = all(len(x) == 1 and x.isalpha() for x in letters)
    return len(words) > 1 and "".join(letters) == "".join(w[0] for w in words) and (apart or len(letters) == 1)


def _name_frame(around: tuple[list[str], list[str]] | None) -> str:
    """What titles say around a run of words, "" where they begin with it, or go on behind it: that is a name."""
    if around is None or not around[0] or len(around[1]) > _BEHIND:
        return ""
    return " ".join((*around[0], _HOLE, *around[1]))


def _list_unread(axes: Mapping[int, str]) -> list[int]:
    """The places of words that are a value on no axis."""
    return [k for k, axis in axes.items() if not axis]


def _find_twice(words: Sequence[str], axes: Mapping[int, str]) -> Iterator[str]:
    """The axes on which a title says a word twice, or says something in two places; ``axes`` are those of places, in
    their order.
    """
    said = Counter((words[k], axis) for k, axis in axes.items())
    yield from (axis for (word, axis), n in said.items() if n > 1 and word[0].isalpha())
    runs = Counter(axis for k, axis in axes.items() if axes.get(k - 1) != axis)
    yield from (axis for axis, n in runs.items() if n > 1 and axis in _ONE_WORDED)


def _find_fitted(words: Sequence[str], axes: Mapping[int, str]) -> Iterator[str]:
    """The axes on which a title tells a look not of the thing, but of what it is for; ``axes`` are those of places."""
    fitting = load_vocabulary().fitting if not _ONE_WORDED.isdisjoint(axes.values()) else ()
    yield from (axis for k, axis in axes.items() if axis in _ONE_WORDED and k and words[k - 1] in fitting)


def _pair_off(
    a: Sequence[str], b: Sequence[str], here: list[int], there: list[int], form: Callable[[str], str]
) -> tuple[list[int], list[int]]:
    """The positions that are left when words of one form on both sides are taken out."""
    ours, theirs = [form(a[k]) for k in here], [form(b[k]) for k in there]
    if set(ours).isdisjoint(theirs):
        return here, there
    common = Counter(ours) & Counter(theirs)
    return _drop(here, ours, common), _drop(there, theirs, common)


def _drop(at: list[int], forms: Sequence[str], common: Counter[str]) -> list[int]:
    left, spare = [], Counter(common)
    for k, form in zip(at, forms, strict=True):
        if spare[form] > 0:
            spare[form] -= 1
        else:
            left.append(k)
    return left


def _find_turned(a: Sequence[str], b: Sequence[str]) -> tuple[str, ...]:
    """Words that two titles of the same words bind otherwise: A to B and B to A; two numbers that changed places."""
    both = set(a) & set(b)
    shared = [t for t in a if t in both]
    if len(shared) == len(both) and shared == [t for t in b if t in both]:
        return ()  # each once, and in one order
    reversed_in_b = {(y, c, x) for x, c, y in zip(b, b[1:], b[2:], strict=False)}
    for x, c, y in zip(a, a[1:], a[2:], strict=False):
        if x != y and (x, c, y) in reversed_in_b and not _is_listing(c) and not c[0].isdigit():
            return (x, c, y)
    moved = [k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y] if len(a) == len(b) else []
    if len(moved) == 2 and moved[1] - moved[0] > 1 and (a[moved[0]], a[moved[1]]) == (b[moved[1]], b[moved[0]]):
        return (a[moved[0]], a[moved[1]])
    for k in range(2, len(a) - 2):
        c, before, behind = a[k], a[k - 2 : k], a[k + 1 : k + 3]
        if before != behind and c in both and c[0].isalpha() and not _is_listing(c):
            around = ((b[i - 2 : i], b[i + 1 : i + 3]) for i, word in enumerate(b) if word == c)
            if (behind, before) in around:
                return (*before, c, *behind)
    exchanged = _find_exchanged(a, b)
    if exchanged:
        return exchanged
    numbers = dict.fromkeys(t for t in a if t[0].isdigit() and t in both)
    if len(numbers) < 2:
        return ()
    for number in numbers:
        ours, theirs = _neighbours(a, number), _neighbours(b, number)
        if not ours & theirs and {w for _, w in ours | theirs} <= both:
            return (number,)
    return ()


def _find_exchanged(a: Sequence[str], b: Sequence[str]) -> tuple[str, ...]:
    """All that stands between the common ends of two titles, where two runs of words changed places around a third that
    holds a small word: CEE plug on Schuko socket. Without one words only moved.
    """
    if len(a) != len(b):
        return ()
    moved = [k for k, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    if not moved:
        return ()
    ours, theirs = tuple(a[moved[0] : moved[-1] + 1]), tuple(b[moved[0] : moved[-1] + 1])
    n = len(ours)
    for first in range(1, n - 1):
        for last in range(1, n - first):
            between = ours[first : n - last]
            turned = theirs[:last] == ours[n - last :] and theirs[n - first :] == ours[:first]
            if turned and theirs[last : n - first] == between and any(map(_binds, between)):
                return ours
    return ()


def _binds(word: str) -> bool:
    return word in load_vocabulary().small and not _is_listing(word)


def _is_listing(word: str) -> bool:
    return word in _LISTING or word in load_vocabulary().joints


def _neighbours(tokens: Sequence[str], number: str) -> set[tuple[int, str]]:
    """The words beside a number, and on which side; not the edge of a title."""
    found = set()
    for k, token in enumerate(tokens):
        if token == number:
            found |= {(step, tokens[k + step]) for step in (-1, 1) if 0 <= k + step < len(tokens)}
    return found
