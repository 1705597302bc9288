"""What only comes with a thing: the parts of a title that name a gift, and say nothing of the thing itself."""

import re
from functools import cache, lru_cache

from dupcheck.titles.vocabulary import read_words

_BRACKETS = "()[]{}（）【】「」 "
_BRACKET = re.compile(r"[\[({（【「][^\])}）】」]*[\])}）】」]")


@cache
def _gift_words() -> tuple[frozenset[str], tuple[str, ...]]:
    """The words that name a gift, and those of scripts without spaces, with which a part of a title may begin."""
    words = [word for listed in read_words("gifts").values() for word in listed]
    unspaced = tuple(w for w in words if ord(w[0]) > 0x2E7F)
    return frozenset(words), unspaced


@lru_cache(maxsize=50_000)
def drop_gifts(title: str) -> str:
    """Return a title without the parts that only name a gift beside the thing: «+ подарок», «【おまけ付き】», «送油纸».

    A part is what stands between blanks or brackets; of a bracket that names a gift all goes.
    """
    words, unspaced = _gift_words()
    folded = title.casefold()
    if not any(word in folded for word in words):
        return title
    title = _BRACKET.sub(lambda m: " " if _names_gift(m[0].strip(_BRACKETS), words, unspaced) else m[0], title)
    chunks = title.split()
    kept = [c for c in chunks if not _names_gift(c, words, unspaced)]
    while kept and kept[-1] in ("+", "&", "-", "|", "/"):
        kept.pop()
    return " ".join(kept) if kept else title


def _names_gift(part: str, words: frozenset[str], unspaced: tuple[str, ...]) -> bool:
    folded = part.casefold().strip("+,.!")
    return folded in words or folded.startswith(unspaced) or any(w in folded for w in unspaced if len(w) > 1)
