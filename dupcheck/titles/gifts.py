"""What only comes with a thing: the parts of a title that name a gift, and say nothing of the thing itself."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from dupcheck.titles.vocabulary import load_vocabulary, read_words

_BRACKETS = "()[]{}（）【】「」 "
_BRACKET = re.compile(r"[\[({（【「][^\])}）】」]*[\])}）】」]")


_AMOUNT = re.compile(r"\d\s?([^\W\d_]+)")
_REACH = 4
"""So many words before a gift's name, what leads to it may stand."""


@cache
def _gift_words() -> tuple[frozenset[str], tuple[str, ...]]:
    """The words that name a gift, and those of scripts without spaces, with which a part of a title may begin."""
    words = [word for listed in read_words("gifts")["words"].values() for word in listed]
    unspaced = tuple(w for w in words if ord(w[0]) > 0x2E7F)
    return frozenset(words), unspaced


@lru_cache(maxsize=50_000)
def drop_gifts(title: str) -> str:
    """Return a title without the parts that only name a gift beside the thing.

    Such are «+ Free Gift», «with free keychain gift», «送油纸»: the word itself, what leads to it from a «with» or «+»,
    and a bracket that holds it. More of the thing itself is no gift: «+ 250 ml free».

    >>> drop_gifts("Steel Mug + Free Gift"), drop_gifts("Brake Fluid 500 ml + 250 ml gratis")
    ('Steel Mug', 'Brake Fluid 500 ml + 250 ml gratis')
    """
    words, _ = _gift_words()
    folded = title.casefold()
    if not any(word in folded for word in words):
        return title
    title = _BRACKET.sub(lambda m: " " if any(map(_names_gift, m[0].strip(_BRACKETS).split())) else m[0], title)
    kept: list[str] = []
    lead, after = (frozenset(read_words("gifts")[name]) for name in ("lead", "after"))
    gone = False
    for chunk in title.split():
        plain = chunk.casefold().strip(",.!")
        if _names_gift(chunk):
            start = max(len(kept) - _REACH, 1)
            led = next((k for k in range(len(kept) - 1, start - 1, -1) if kept[k].casefold() in lead), len(kept))
            if _measures(kept[led:]):  # more of the same for nothing: another offer
                kept.append(chunk)
                continue
            del kept[led:]
            gone = True
        elif not (gone and plain in after):
            kept.append(chunk)
            gone = False
    return " ".join(kept) if kept else title


def _measures(parts: Sequence[str]) -> bool:
    """Whether words hold an amount in a unit."""
    found = _AMOUNT.findall(" ".join(parts).casefold())
    return any(unit in load_vocabulary().units for unit in found)


def _names_gift(part: str) -> bool:
    words, unspaced = _gift_words()
    folded = part.casefold().strip("+,.!:")
    return folded in words or folded.startswith(unspaced) or any(w in folded for w in unspaced if len(w) > 1)
