"""Words that sell, and say nothing of the thing, where a title begins or ends with them: «Hot Sale», «Wholesale»."""

import re
from collections.abc import Collection, Sequence
from functools import cache
from itertools import chain
from unicodedata import normalize

from dupcheck.titles.vocabulary import fold_word, list_languages, look_up_key, read_language

_WORD = re.compile(r"[^\W_]+")
_YEAR = re.compile(r"20[0-9]{2}")


@cache
def _list_phrases(*, backwards: bool = False) -> tuple[frozenset[tuple[str, ...]], int]:
    """What sells, and what tells of wholesale, in all languages, as words; and how many words the longest has.

    ``backwards``: each phrase's words in the order opposite to its own.
    """
    listed: set[str] = set()
    for code in list_languages():
        listed.update(read_language(code, "words").get("selling", ()))
        listed.update(chain(*read_language(code, "values").get("tier", {}).values()))
    phrases = frozenset(tuple(look_up_key(phrase).split())[:: -1 if backwards else 1] for phrase in listed)
    return phrases, max(map(len, phrases))


def trim_start(text: str) -> str:
    """Return a text without the selling words that it begins with, and a year among them.

    A text of nothing else is returned as it is.

    >>> trim_start("🔥 New Arrival 2026 Ring with Sapphire")
    'Ring with Sapphire'
    """
    found = [*_WORD.finditer(text)]
    gone = _count([_fold(m[0]) for m in found], *_list_phrases())
    return text[found[gone].start() :] if 0 < gone < len(found) else text


def trim_end(text: str) -> str:
    """Return a text without the selling words that it ends with, and a year among them.

    A text of nothing else is returned as it is.

    >>> trim_end("White Gold Best Price! New 2026")
    'White Gold'
    """
    found = [*_WORD.finditer(text)]
    gone = _count([_fold(m[0]) for m in reversed(found)], *_list_phrases(backwards=True))
    return text[: found[-1 - gone].end()] if 0 < gone < len(found) else text


def _fold(word: str) -> str:
    return fold_word(normalize("NFKC", word).casefold())


def _count(words: Sequence[str], phrases: Collection[tuple[str, ...]], longest: int) -> int:
    """How many of some words, from the first on, are selling phrases and years beside one."""
    gone = 0
    while gone < len(words):
        at = gone + bool(_YEAR.fullmatch(words[gone]))
        more = next((n for n in range(longest, 0, -1) if tuple(words[at : at + n]) in phrases), 0)
        if not more:
            return at if gone else 0
        gone = at + more
    return gone
