"""Which languages a title is in: what its words mean is looked up in these only.

A language has its folder here. One with a script of its own is known by that; the others by their words, and by letters
that only they write. English is always among them, for sellers everywhere mix it in, but comes last.
"""

import re
from functools import cache, lru_cache

from dupcheck.titles.vocabulary import list_languages, list_words, read_language

_SURE = 2
"""A letter that only one language writes counts as so many words."""
_WORDS = re.compile(r"\w+")
_PIECE = 2
"""Letters of what, where it is the only foreign word, is a code's piece as likely: E-Cu."""
_DOUBT = 1
"""One foreign word among more English ones than this is a name."""


@cache
def _scripts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((code, re.compile(f"[{read_language(code, 'words')['script']}]")) for code in _list_apart())


@cache
def _list_apart() -> tuple[str, ...]:
    """The languages that have a script of their own."""
    return tuple(code for code in list_languages() if read_language(code, "words").get("script"))


@cache
def _list_alphabetic() -> tuple[str, ...]:
    """The languages that are known by their words, not by a script of their own."""
    return tuple(code for code in list_languages() if code not in _list_apart())


@cache
def _letters() -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = ((code, read_language(code, "words").get("letters")) for code in list_languages())
    return tuple((code, re.compile(f"[{signs}]")) for code, signs in found if signs)


@cache
def _owners() -> dict[str, int]:
    """Each word of the languages without a script of their own → a bit for each that has it."""
    owners: dict[str, int] = {}
    for number, code in enumerate(_list_alphabetic()):
        for word in list_words(code):
            owners[word] = owners.get(word, 0) | 1 << number
    return owners


@cache
def _bits() -> dict[str, int]:
    return {code: 1 << number for number, code in enumerate(_list_alphabetic())}


def find_languages(title: str, folded: str) -> tuple[str, ...]:
    """Return the languages a title may be in, the likeliest first and English last; ``folded`` is the same, folded.

    >>> find_languages("Vestido largo de verano para mujer", "vestido largo de verano para mujer")
    ('es', 'en')
    """
    owners, english = _owners(), _bits()["en"]
    known = [(word, mask) for word in folded.replace("-", " ").split() if (mask := owners.get(word))]
    others = [(word, mask) for word, mask in known if not mask & english]
    own = len(known) - len(others)
    if len(others) == 1 and len(others[0][0]) <= _PIECE and others[0][0] in _WORDS.findall(title.lower()):
        others = []
    foreign = tuple(sorted([mask for _, mask in others]))
    if title.isascii():
        return _choose(foreign, own, ()) if foreign else ("en",)
    lowered = title.lower()
    written = tuple(code for code, letters in _letters() if letters.search(lowered))
    scripts = [code for code, signs in _scripts() if signs.search(folded)]
    if "ja" in scripts and "zh" in scripts:
        scripts.remove("zh")
    return (*scripts, *_choose(foreign, own, written))


@lru_cache(10_000)
def _choose(foreign: tuple[int, ...], english: int, written: tuple[str, ...]) -> tuple[str, ...]:
    """The languages that most of the words that are not English are in, and English.

    ``foreign``: the languages of each such word; ``written``: those of which a title has letters.
    """
    score = {
        code: sum(1 for mask in foreign if mask & bit) + _SURE * (code in written) for code, bit in _bits().items()
    }
    best = max(score.values())
    if not best or (best == 1 and english > _DOUBT):
        return ("en",)
    return (*(code for code in score if score[code] == best), "en")
