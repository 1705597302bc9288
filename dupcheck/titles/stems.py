"""One form for a word's inflections, for the words of a core title only.

What has a meaning of its own (values of axes, synonyms) is looked up before, as it is written. Stems are never shown.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache

from dupcheck.titles.vocabulary import list_languages, read_language

_MEMORY = 500_000
_CYRILLIC = re.compile(r"[а-я]{3,}")
_LATIN = re.compile(r"[a-z]{5,}")
# A vowel that comes and goes: "футболок", "футболки".
_FLEETING = re.compile(r"(?<=[^аеиоуыэюя])[ое]к$")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=\w)|(?<=\d)-(?=[^\W\d_])")


@lru_cache(_MEMORY)
def stem_word(word: str) -> str:
    """Return the form that the inflections of a core word share, and a code without the hyphens beside its letters.

    ``игрушки`` and ``игрушкой`` are one, ``reforzada`` and ``reforzado`` too, and ``mx-6`` is ``mx6``.
    Russian: the Snowball stemmer (Porter 2001); languages with Latin letters: the rules of their ``words.toml``, for a
    word may be of any of them. A noun's gender is left alone, for it makes another thing ("gorra", "gorro").
    """
    if "-" in word and any(c.isdigit() for c in word):
        return _HYPHEN.sub("", word)
    if word in _whole_words():
        return word
    if _CYRILLIC.fullmatch(word):
        return _stem_russian(word)
    if not _LATIN.fullmatch(word):
        return word
    adjective = _adjectives().get(word)
    if adjective is not None:
        return adjective
    for pattern, ending in _rules():
        shorter = pattern.sub(ending, word)
        if shorter != word and len(shorter) >= 4:
            return shorter
    return word


@cache
def _whole_words() -> frozenset[str]:
    """Words that are no inflection of what they look like: a board (плата) is no dress (платье)."""
    return frozenset(word for code in list_languages() for word in read_language(code, "words").get("whole_words", ()))


@cache
def _adjectives() -> dict[str, str]:
    """Feminine adjectives that no rule of endings knows, and their stem."""
    listed = (w for code in list_languages() for w in read_language(code, "words").get("adjectives", ()))
    return {word: word[:-1] + "o" for word in listed}


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    rules = (rule for code in list_languages() for rule in read_language(code, "words").get("stem_rules", ()))
    return tuple(dict.fromkeys((re.compile(pattern), ending) for pattern, ending in rules))


def _stem_russian(word: str) -> str:
    stem = _FLEETING.sub("к", _stemmer()(word))
    return stem if len(stem) > 2 else word


@cache
def _stemmer() -> Callable[[str], str]:
    from snowballstemmer import stemmer  # takes a while to import, and is needed only where a title is Russian

    made: Callable[[str], str] = stemmer("russian").stemWord
    return made
