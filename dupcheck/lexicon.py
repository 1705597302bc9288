"""What a catalogue's own words tell, beyond any vocabulary: its option values, and which words are misspelt.

Learned from all listings together, applied to each title.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dupcheck.text import Token, normalise, read_titles, read_value
from dupcheck.text.vocabulary import fold_word, load_vocabulary

Phrases = Mapping[tuple[str, ...], tuple[str, str]]

_PHRASE_LETTERS = 60
_PHRASE_WORDS = 6
_WORD = re.compile(r"[^\W\d_]+")
_PAIR = re.compile(r"\b[^\W\d_]{2,} [^\W\d_]{2,}\b")
_SHORTEST = 3
_RARE = 2
"""A word seen more often than this is taken as meant."""
_OFTEN = 2
_SLIPPED = 4


@dataclass(frozen=True)
class Lexicon:
    """``phrases``: the words of an option value → (axis, canonical value). ``aliases``: a misspelt word → the word."""

    phrases: Phrases = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)

    def correct(self, title: str) -> str:
        """Return a title, normalised, with its misspelt words put right; "" where it has none."""
        words = normalise(title)
        corrected = _WORD.sub(lambda found: self.aliases.get(found[0], found[0]), words)
        corrected = _PAIR.sub(lambda found: self.aliases.get(found[0], found[0]), corrected)
        return "" if corrected == words else corrected

    def mark(self, tokens: Sequence[Token]) -> tuple[Token, ...]:
        """Tag the words of a title that are, together, an option value the catalogue knows; the longest first."""
        result: list[Token] = []
        i = 0
        while i < len(tokens):
            for width in range(min(_PHRASE_WORDS, len(tokens) - i), 0, -1):
                value = self.phrases.get(tuple(t.text for t in tokens[i : i + width]))
                if value is not None:
                    result.append(Token(" ".join(t.text for t in tokens[i : i + width]), "word", *value))
                    i += width
                    break
            else:
                result.append(tokens[i])
                i += 1
        return tuple(result)


def learn_lexicon(titles: Iterable[str], options: Iterable[tuple[str, str]]) -> Lexicon:
    """Learn a catalogue's lexicon from its titles, and from the (axis, value) pairs of its option columns."""
    phrases, words = _learn_phrases(list(dict.fromkeys(options)))
    return Lexicon(phrases, _find_misspellings(titles, words))


def _learn_phrases(options: Sequence[tuple[str, str]]) -> tuple[Phrases, set[str]]:
    """The words of the catalogue's own option values, as phrases and one by one.

    An option column knows what no vocabulary does («Blue Camo», «E.King»); a title that says the same words states
    the same value, also where its own option column is empty.
    """
    short = [(axis, value) for axis, value in options if len(value) <= _PHRASE_LETTERS]
    phrases: dict[tuple[str, ...], tuple[str, str]] = {}
    words: set[str] = set()
    for (axis, value), title in zip(short, read_titles([value for _, value in short]), strict=True):
        spelled = tuple(t.text for t in title.tokens)
        words.update(_WORD.findall(normalise(value)))
        if spelled and any(not w.isdigit() for w in spelled):
            phrases.setdefault(spelled, (axis, read_value(axis, value)))
    return phrases, words


def _find_misspellings(titles: Iterable[str], option_words: Collection[str]) -> dict[str, str]:
    """Rare words that are one slip of the pen (a letter lost, added or swapped) from one the catalogue uses more.

    Only words of letters; never model codes or numbers. A word of a vocabulary or an option column is known from its
    first use on; another must be used far more often than the misspelt one, the more so the shorter it is. Two
    neighbours between which a letter slipped («BedB lack») are put right as a pair. Found by deleted-letter keys, so
    that no two words are compared needlessly.
    """
    seen: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for title in titles:
        text = normalise(title)
        seen.update(_WORD.findall(text))
        pairs.update(_PAIR.findall(text))
    vocabulary = load_vocabulary().phrases
    trusted = {w for w in (*seen, *option_words) if w in option_words or fold_word(w) in vocabulary}
    keys: dict[str, list[str]] = {}
    for word in {*seen, *option_words}:
        if len(word) >= _SHORTEST and (seen[word] >= _OFTEN or word in trusted):
            for key in _delete_letters(word):
                keys.setdefault(key, []).append(word)
    aliases: dict[str, str] = {}
    for word, count in seen.items():
        if count > _RARE or len(word) < _SHORTEST or word in trusted:
            continue
        near = {w for key in _delete_letters(word) for w in keys.get(key, ()) if w != word and _one_slip(word, w)}
        near = {w for w in near if _outweighs(seen[w], count, min(len(word), len(w)), w in trusted)}
        if near:
            aliases[word] = max(near, key=lambda w: (seen[w], w in trusted, w))
    for pair, count in pairs.items():
        first, _, second = pair.partition(" ")
        if count <= _RARE and seen[first] <= _RARE and seen[second] <= _RARE and not {first, second} & trusted:
            for left, right in ((first[:-1], first[-1] + second), (first + second[0], second[1:])):
                if len(left) > 1 and len(right) > 1 and min(seen[left], seen[right]) >= _SLIPPED:
                    aliases[pair] = f"{left} {right}"
    return aliases


def _outweighs(seen: int, misspelt: int, letters: int, trusted: bool) -> bool:
    """Whether a word seen so often is meant by a rare one like it: the shorter both are, the more must speak for it."""
    if letters >= 6:
        return seen >= 2 * misspelt or trusted
    if letters >= 4:
        return seen >= 10 * misspelt or (trusted and seen >= 2 * misspelt)
    return seen >= 50 * misspelt


def _delete_letters(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _one_slip(a: str, b: str) -> bool:
    """True where a and b differ by one letter lost or added or by two neighbours swapped; not by a replaced one.

    A replaced letter makes another word too often (Serena, Selena; Marla, Maria).
    """
    if len(a) == len(b):
        apart = [i for i in range(len(a)) if a[i] != b[i]]
        if len(apart) != 2 or apart[1] != apart[0] + 1:
            return False
        i, j = apart
        return a[i] == b[j] and a[j] == b[i]
    short, long = sorted((a, b), key=len)
    return len(long) - len(short) == 1 and short in _delete_letters(long)
