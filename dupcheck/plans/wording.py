"""The title of a merged listing: the kept listing's own, without the words that became options."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from dupcheck.plans.changes import cut_words
from dupcheck.plans.offers import Offer, says_on
from dupcheck.titles import normalise, read_title, read_value

_LINKS = frozenset({"for", "of", "in", "with", "by", "size", "color", "colour", "fits"})
plain_word = lru_cache(maxsize=100_000)(normalise)


def strip_title(title: str, own: Sequence[Offer], shared: Mapping[str, set[str]], most: int) -> str:
    """Return a title without the words of the listing's own values on the axes of ``shared``, in its own spelling.

    ``shared`` holds, for each axis, words that all options have in common and that therefore stay. A link word that
    would be left hanging («… case for») goes too. Cut between words to at most ``most`` characters.
    """
    gone: Counter[str] = Counter()
    tokens = read_title(title).tokens if shared else ()
    for axis, common in shared.items():
        values = {v for o in own for v in o.values.get(axis, "").split("|")} - {""}
        told: Counter[str] = Counter()
        for token in tokens:
            if says_on(token.axis, axis) and (token.value in values or read_value(axis, token.text) in values):
                told.update(w for w in token.text.split() if w not in common)
        shown: Counter[str] = Counter()
        for text in {o.shown.get(axis, "") for o in own}:
            shown |= Counter(w for w in plain_word(text).split() if w not in common)
        gone |= told | shown
    words: list[str] = []
    for chunk in reversed(title.split()):  # a value said twice is a choice where it stands last
        parts = plain_word(chunk).replace("-", " ").split()
        if parts and all(gone[p] > 0 for p in parts):
            gone.subtract(parts)
            continue
        chunk = _cut_joined(chunk, gone)
        if not chunk:
            continue
        tail = chunk.split("-")
        while len(tail) > 1 and gone[plain_word(tail[-1])] > 0:
            gone[plain_word(tail.pop())] -= 1
        words.append("-".join(tail))
    kept = _drop_links(title.split(), words[::-1])
    text = cut_words(" ".join(kept).strip(" -,/|"), most)
    return text if len(text.split()) > 1 or len(title.split()) < 3 else cut_words(title, most)


def _cut_joined(chunk: str, gone: Counter[str]) -> str:
    """Return a chunk of a script without blanks without the words that go, each where it stands last.

    Letters and digits in it (350ml) go as a whole or not at all.
    """
    if not _JOINED.search(chunk):
        return chunk
    for word in sorted((w for w, n in gone.items() if n > 0), key=len, reverse=True):
        ends = r"(?<![0-9A-Za-z.])", r"(?![0-9A-Za-z])"
        whole = re.escape(word) if _JOINED.search(word) else f"{ends[0]}{re.escape(word)}{ends[1]}"
        found = [m.span() for m in re.finditer(whole, chunk, re.IGNORECASE)]
        if found:
            gone[word] -= 1
            chunk = chunk[: found[-1][0]] + chunk[found[-1][1] :]
    return chunk


_JOINED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
"""Letters of Thai, Japanese and Chinese."""


def _drop_links(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Leave out link words and single signs behind which something was taken away that they led to."""
    kept: list[str] = []
    i = 0
    for k, word in enumerate(after):
        while i < len(before) and not before[i].startswith(word):
            i += 1
        followed = before[i + 1] if i + 1 < len(before) else ""
        follows = after[k + 1] if k + 1 < len(after) else ""
        lost = followed != "" and not (follows and followed.startswith(follows))
        i += 1
        if lost and (word.casefold() in _LINKS or not plain_word(word)):
            continue
        kept.append(word)
    while kept and kept[-1].casefold() in _LINKS:
        kept.pop()
    return kept
