"""One form for a word's inflections, for the words of a core title only.

What has a meaning of its own (values of axes, synonyms) is looked up before, as it is written. Stems are never shown.
"""

import re
from collections.abc import Callable
from functools import cache

from dupcheck.titles.vocabulary import load_vocabulary

_MEMORY = 500_000
_CYRILLIC = re.compile(r"[а-я]{3,}")
_LATIN = re.compile(r"[a-z]{5,}")
# "поло" is no "пол", a board no dress.
_WHOLE = frozenset({"поло", "плата", "платы", "плату", "рукав"})
# A vowel that comes and goes: "футболок", "футболки".
_FLEETING = re.compile(r"(?<=[^аеиоуыэюя])[ое]к$")
# Spanish and Portuguese: the plural of short words, endings of adjectives, plurals behind a consonant. A noun's gender
# is left alone, for it makes another thing ("gorra", "gorro"). English words change alike on both sides.
_ENDINGS = tuple(
    (re.compile(pattern), ending)
    for pattern, ending in (
        (r"(?<=[ao])s$", ""),
        (r"(?<=ad|id)a$|(?<=os|iv|ic|in)a$|(?<=ari)a$", "o"),
        (r"ae$|oe$", "ao"),
        (r"ais$", "al"),
        (r"(?<=.{4}[^aeiouht])e$", ""),
        (r"(?<=.{4})z$", "c"),
    )
)
_ADJECTIVES = frozenset(
    {
        "ancha", "alta", "baja", "blanda", "corta", "curta", "fina", "gruesa", "larga", "ligera", "moderna", "macia",
        "pequena", "plana", "quadrada", "redonda", "suelta", "entera", "externa", "interna", "grossa", "estreita",
    }
)  # fmt: skip
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=\w)|(?<=\d)-(?=[^\W\d_])")

_stems: dict[str, str] = {}


def stem_word(word: str) -> str:
    """Return the form that the inflections of a core word share, and a code without the hyphens beside its letters.

    ``игрушки`` and ``игрушкой`` are one, ``reforzada`` and ``reforzado`` too, and ``mx-6`` is ``mx6``.
    Russian: the Snowball stemmer (Porter 2001).
    """
    stem = _stems.get(word)
    if stem is None:
        if len(_stems) > _MEMORY:
            _stems.clear()
        stem = _stems[word] = _make_stem(word)
    return stem


def _make_stem(word: str) -> str:
    if "-" in word and any(c.isdigit() for c in word):
        return _HYPHEN.sub("", word)
    if _CYRILLIC.fullmatch(word):
        stem = _stem_russian(word)
        meant = _synonym_stems().get(stem)
        if meant is None or _CYRILLIC.fullmatch(meant):
            return meant or stem
        word = meant
    if not _LATIN.fullmatch(word):
        return word
    if word in _ADJECTIVES:
        return word[:-1] + "o"
    for pattern, ending in _ENDINGS:
        shorter = pattern.sub(ending, word)
        if shorter != word and len(shorter) >= 4:
            return shorter
    return word


def _stem_russian(word: str) -> str:
    if word in _WHOLE:
        return word
    stem = _FLEETING.sub("к", _stemmer()(word))
    return stem if len(stem) > 2 else word


@cache
def _stemmer() -> Callable[[str], str]:
    from snowballstemmer import stemmer  # takes a while to import, and is needed only where a title is Russian

    made: Callable[[str], str] = stemmer("russian").stemWord
    return made


@cache
def _synonym_stems() -> dict[str, str]:
    """The stem of each Russian synonym → the word that its group is read as, where that is one word."""
    meant = {w: to for w, to in load_vocabulary().synonyms.items() if _CYRILLIC.fullmatch(w) and " " not in to}
    return {_stem_russian(w): _stem_russian(to) if _CYRILLIC.fullmatch(to) else to for w, to in meant.items()}
