"""What a catalogue's own words tell, beyond any vocabulary: its option values, and which words are misspelt.

Learned from all listings together, applied to each title.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dupcheck.text import Token, normalise, read_titles, read_value
from dupcheck.text.vocabulary import fold_word, load_vocabulary

Phrases = Mapping[tuple[str, ...], tuple[str, str]]

_PHRASE_LETTERS = 60
_PHRASE_WORDS = 6
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 4
_RARE = 2
"""A word seen more often than this is taken as meant."""


@dataclass(frozen=True)
class Lexicon:
    """``phrases``: the words of an option value → (axis, canonical value). ``aliases``: a misspelt word → the word."""

    phrases: Phrases = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)

    def correct(self, title: str) -> str:
        """Return a title, normalised, with its misspelt words put right; "" where it has none."""
        found = False

        def put_right(match: re.Match[str]) -> str:
            nonlocal found
            alias = self.aliases.get(match[0]) or self.aliases.get(fold_word(match[0]))
            found = found or alias is not None
            return alias or match[0]

        corrected = _WORD.sub(put_right, normalise(title))
        return corrected if found else ""

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


def learn_lexicon(titles: Iterable[Sequence[Token]], options: Iterable[tuple[str, str]]) -> Lexicon:
    """Learn a catalogue's lexicon from its titles as read, and from the (axis, value) pairs of its option columns."""
    distinct = list(dict.fromkeys(options))
    phrases, words = _learn_phrases(distinct)
    return Lexicon(phrases, _find_misspellings(titles, words))


def _learn_phrases(options: Sequence[tuple[str, str]]) -> tuple[Phrases, Counter[str]]:
    """The words of the catalogue's own option values.

    An option column knows what no vocabulary does («Blue Camo», «E.King»); a title that says the same words states
    the same value, also where its own option column is empty.
    """
    short = [(axis, value) for axis, value in options if len(value) <= _PHRASE_LETTERS]
    phrases: dict[tuple[str, ...], tuple[str, str]] = {}
    words: Counter[str] = Counter()
    for (axis, value), title in zip(short, read_titles([value for _, value in short]), strict=True):
        spelled = tuple(t.text for t in title.tokens)
        words.update(w for text in spelled for w in _WORD.findall(text))
        if spelled and any(not w.isdigit() for w in spelled):
            phrases.setdefault(spelled, (axis, read_value(axis, value)))
    return phrases, words


def _find_misspellings(titles: Iterable[Sequence[Token]], option_words: Mapping[str, int]) -> dict[str, str]:
    """Rare words that are one slip of the pen (a letter lost, added or swapped) from one the catalogue uses more.

    Only words of letters; never model codes or numbers. A word of a vocabulary or an option column is known from its
    first use on; another must be used twice as often as the misspelt one, and be long enough that the likeness is no
    accident. Found by deleted-letter keys, so that no two words are compared needlessly.
    """
    seen: Counter[str] = Counter()
    core: Counter[str] = Counter()
    for tokens in titles:
        for token in tokens:
            if token.kind == "word":
                if not token.axis:
                    core[token.text] += 1
                seen.update(_WORD.findall(token.text))
    known = load_vocabulary().phrases
    trusted = {w for w in (*seen, *option_words) if w in known or option_words.get(w, 0)}
    seen.update(dict.fromkeys(option_words, 0))
    keys: dict[str, list[str]] = {}
    for word in seen:
        if len(word) >= _SHORTEST - 1 and (seen[word] >= 2 or word in trusted):
            for key in _delete_letters(word):
                keys.setdefault(key, []).append(word)
    aliases: dict[str, str] = {}
    for word, count in core.items():
        if count > _RARE or len(word) < _SHORTEST or word in trusted or not _WORD.fullmatch(word):
            continue
        near = {w for key in _delete_letters(word) for w in keys.get(key, ()) if w != word and _one_slip(word, w)}
        near = {w for w in near if _outweighs(w, word, count, seen[w], w in trusted)}
        if near:
            aliases[word] = max(near, key=lambda w: (w in trusted, seen[w], w))
    return aliases


def _outweighs(word: str, misspelt: str, count: int, seen: int, trusted: bool) -> bool:
    """Whether ``word`` is meant where ``misspelt`` stands: the shorter the word, the more must speak for it."""
    if trusted or seen >= 10 * count:
        return True
    return len(misspelt) >= 6 and seen >= 2 * count


def _delete_letters(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _one_slip(a: str, b: str) -> bool:
    """True where a and b differ by one letter lost or added or by two neighbours swapped; not by a replaced one.

    A replaced letter makes another word too often (Serena, Selena; Marla, Maria), and so does a letter at either end
    of a short one (shirt, skirt; ring, rings).
    """
    if len(a) == len(b):
        apart = [i for i in range(len(a)) if a[i] != b[i]]
        if len(apart) != 2 or apart[1] != apart[0] + 1:
            return False
        i, j = apart
        return a[i] == b[j] and a[j] == b[i]
    short, long = sorted((a, b), key=len)
    if len(long) - len(short) != 1:
        return False
    lost = [i for i in range(len(long)) if long[:i] + long[i + 1 :] == short]
    return bool(lost) and (len(short) >= 5 or (lost[0] > 0 and lost[-1] < len(long) - 1) or len(lost) > 1)
