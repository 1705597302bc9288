"""The title of a merged listing: the kept listing's own, without the words that became options."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from dupcheck.axes import AXES
from dupcheck.plans.changes import cut_words
from dupcheck.plans.offers import CLOSING, OPENING, Offer, says_on
from dupcheck.titles import align_name, normalise, read_title, read_value
from dupcheck.titles.vocabulary import load_vocabulary

_LINKS = frozenset({"for", "of", "in", "with", "by", "size", "color", "colour", "fits"})
_JOINTS = frozenset({"&", "+", "and"})
_NUMBER_SIGNS = frozenset({"no", "n", "nr", "num"})
plain_word = lru_cache(maxsize=100_000)(normalise)


def strip_title(
    title: str,
    own: Sequence[Offer],
    shared: Mapping[str, set[str]],
    most: int,
    brand: str = "",
    options: Collection[str] = (),
) -> str:
    """Return a title without the words of the listing's own values on the axes of ``shared``, in its own spelling.

    ``shared`` holds, for each axis, words that all options have in common and that therefore stay; so do those of the
    ``brand``, whatever they mean besides. One of the ``options`` that stands between signs goes as a whole. What would
    be left hanging goes too: a word that led to a value («… case for», «talla»), what follows one (its unit, the axis'
    name), a sign, empty brackets. Cut between words to at most ``most`` characters.
    """
    gone: Counter[str] = Counter()
    tokens = read_title(title).tokens if shared else ()
    said = Counter(plain_word(title).replace("-", " ").split())
    for axis, common in shared.items():
        values = {v for o in own for v in o.values.get(axis, "").split("|")} - {""}
        told: Counter[str] = Counter()
        for token in tokens:
            if says_on(token.axis, axis) and (token.value in values or read_value(axis, token.text) in values):
                told.update(_split_words(token.text, common))
        shown: Counter[str] = Counter()
        for text in {o.shown.get(axis, "") for o in own}:
            parts = _split_words(plain_word(text), common)
            if _is_said(parts, said):
                shown |= Counter(parts)
        gone |= told | shown
    words: dict[int, str] = {}
    chunks = title.split()
    branded = _find_phrase(chunks, brand)
    closed = {n for option in options for n in _find_closed(chunks, option)} - branded
    for place, chunk in reversed(list(enumerate(chunks))):  # a value said twice is a choice where it stands last
        if place in branded:
            words[place] = chunk
            continue
        if place in closed:
            gone.subtract(plain_word(chunk).split())
            continue
        led = _LED.fullmatch(chunk)
        if led is not None and gone[plain_word(led[1])] > 0:
            gone[plain_word(led[1])] -= 1
            words[place] = ""  # what led to the value went with it: the word before leads to nothing
            continue
        parts = plain_word(chunk).replace("-", " ").split()
        if parts and all(gone[p] > 0 for p in parts):
            gone.subtract(parts)
            continue
        chunk = _cut_joined(chunk, gone, shared)
        if not chunk:
            continue
        words[place] = _cut_hyphened(chunk, gone)
    _drop_trails(words, chunks, shared)
    kept = _EMPTY.sub(" ", _drop_halves(" ".join(_drop_leads(words, len(chunks), shared)), title))
    text = _raise_first(cut_words(" ".join(kept.split()).strip(" -,/|"), most), title)
    told_enough = len(text.split()) > 1 or len(title.split()) < 3 or len(_JOINED.findall(text)) > 3
    return text if told_enough else cut_words(title, most)


def _is_said(parts: Sequence[str], said: Mapping[str, int]) -> bool:
    """Whether a title says most of a value's words: that it says «pot» is not to say «with pot feet»."""
    words = [p for p in parts if p not in _LINKS]
    numbers = [w for w in words if w.isdigit()]  # its unit may be written in another way
    if numbers:
        return all(n in said for n in numbers)
    return len(words) < 2 or 2 * sum(w in said for w in words) > len(words)


def _find_closed(chunks: Sequence[str], option: str) -> frozenset[int]:
    """Return the places of an option of several words that stands behind a sign, up to the end or the next sign."""

    def is_sign(place: int) -> bool:
        return place == len(chunks) or _is_sign(chunks[place])

    found = _find_phrase(chunks, option)
    starts = [k for k in found if k - 1 not in found and k > 0 and is_sign(k - 1)]
    closed: set[int] = set()
    for start in starts:
        end = next(k for k in range(start, len(chunks) + 1) if k not in found)
        if is_sign(end):
            closed.update(range(start, end))
    return frozenset(closed)


def _raise_first(text: str, title: str) -> str:
    """Begin a title with a capital where the word that began it with one went."""
    bare = text[:1].islower() and title[:1].isupper() and not any(c.isupper() for c in text.split()[0])
    return text[:1].upper() + text[1:] if bare else text


def _cut_hyphened(chunk: str, gone: Counter[str]) -> str:
    """Return a chunk without the parts behind a hyphen that go: «Hoodie-L-Purple» is «Hoodie-Purple» in all sizes."""
    first, *tail = chunk.split("-")
    kept: list[str] = []
    for part in reversed(tail):
        if gone[plain_word(part)] > 0:
            gone[plain_word(part)] -= 1
        else:
            kept.append(part)
    return "-".join([first, *reversed(kept)])


def _split_words(text: str, common: set[str]) -> list[str]:
    """Return the words of a value, hyphens apart, without those that all options share."""
    return [part for word in text.split() if word not in common for part in word.split("-") if part]


def _find_phrase(chunks: Sequence[str], phrase: str) -> frozenset[int]:
    """Return the places at which a phrase of several words stands in a title; a single word may be said for itself."""
    wanted = plain_word(phrase).split()
    if len(wanted) < 2:
        return frozenset()
    plain = [plain_word(c) for c in chunks]
    found = (k for k in range(len(chunks)) if plain[k : k + len(wanted)] == wanted)
    return frozenset(n for k in found for n in range(k, k + len(wanted)))


def _cut_joined(chunk: str, gone: Counter[str], axes: Collection[str]) -> str:
    """Return a chunk of a script without blanks without the words that go, each where it stands last.

    Letters and digits in it (350ml) go as a whole or not at all. What is left of it and only names an axis goes too
    («の香り», «สี»); where but an ending would be left, nothing goes: «5枚とじ» is a word.
    """
    if not _JOINED.search(chunk):
        return chunk
    before, left = chunk, gone.copy()
    for word in sorted((w for w, n in gone.items() if n > 0), key=len, reverse=True):
        ends = r"(?<![0-9A-Za-z.])", r"(?![0-9A-Za-z])"
        whole = re.escape(word) if _JOINED.search(word) else f"{ends[0]}{re.escape(word)}{ends[1]}"
        found = [m.span() for m in re.finditer(whole, chunk, re.IGNORECASE)]
        if found:
            gone[word] -= 1
            chunk = chunk[: found[-1][0]] + chunk[found[-1][1] :]
    if chunk == before:
        return chunk
    if align_name(chunk.removeprefix("の").removesuffix("の")) in axes:
        return ""
    if _ENDING.fullmatch(chunk):
        gone.clear()
        gone.update(left)
        return before
    return chunk


def _drop_trails(words: dict[int, str], chunks: Sequence[str], axes: Collection[str]) -> None:
    """Leave out the unit behind a number that went, and the name of an axis behind its value: «UK Plug»."""
    units = load_vocabulary().units
    named = {a for a in axes if a in AXES}
    for place in sorted(p for p, w in words.items() if w and p and p - 1 not in words):
        word, led = words[place], chunks[place - 1]
        number = led.strip("(-–,").replace(",", "").replace(".", "").isdigit()
        if (number and plain_word(word) in units) or align_name(word) in named:
            del words[place]


_ENDING = re.compile(r"[\u3041-\u309f]{1,3}")
"""Hiragana alone: what Japanese words end in."""
_JOINED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
"""Letters of Thai, Japanese and Chinese."""


_LED = re.compile(r"(?:[^\W\d]{1,4}\.|№|#|[nN]º)(\w[\w/]*)\W?")
"""A value joined to what leads to it: T.39, №018."""
_EMPTY = re.compile(f"[{re.escape(OPENING)}]\\s*[{re.escape(CLOSING)}]")
"""Brackets around what went."""


def _drop_halves(text: str, title: str) -> str:
    """Leave out brackets whose other half went with a value, where the title had both: «[ Red ]», «(red cotton)»."""
    lone = set(_find_halves(text)) if not _find_halves(title) else ()
    return "".join(sign for place, sign in enumerate(text) if place not in lone)


def _find_halves(text: str) -> list[int]:
    """The places of brackets that open or close nothing."""
    open_ones, lone = list[int](), list[int]()
    for place, sign in enumerate(text):
        if sign in OPENING:
            open_ones.append(place)
        elif sign in CLOSING:
            if open_ones and text[open_ones[-1]] == OPENING[CLOSING.index(sign)]:
                open_ones.pop()
            else:
                lone.append(place)
    return lone + open_ones


def _drop_leads(words: Mapping[int, str], count: int, axes: Collection[str]) -> list[str]:
    """Leave out words and single signs behind which something was taken away that they led to.

    ``words`` are what is left of a title, by its place among ``count`` words.
    """
    kept = dict(words)
    phrases = load_vocabulary().pack_before if "pack" in axes else ()
    for place in sorted((p for p, w in words.items() if w), reverse=True):
        led = place + 1 < count and place + 1 not in kept
        phrase = f"{plain_word(words[place])} {plain_word(words.get(place + 1, ''))}"
        if led and (phrase in phrases or _is_lead(words[place], axes)):  # a lot of
            after = next((p for p in range(place + 1, count) if kept.get(p)), place)
            both = after > place and _is_sign(words[place]) and _is_sign(kept[after])
            del kept[after if both else place]  # of two signs the first stays
    left: list[str] = []
    before = -1
    for place, word in sorted((p, w) for p, w in kept.items() if w):
        parted = place - 1 != before
        if parted and (word in _JOINTS or (left and plain_word(word) == plain_word(left[-1]))):
            continue  # «Lamb & Veg» without its lamb, «Bags - 120 Bags» without their number
        left.append(word)
        before = place
    while left and left[-1].casefold() in _LINKS and before != count - 1:  # what stood last led to nothing before
        left.pop()
        before = -1
    return left


def _is_lead(chunk: str, axes: Collection[str]) -> bool:
    """Whether a word only leads to a value: a link, the axis' own name in any language, or a sign."""
    word = plain_word(chunk)
    if _is_sign(chunk) or word in _LINKS | _NUMBER_SIGNS or align_name(chunk) in axes:
        return True
    v = load_vocabulary()
    return word in v.fitting or ("size" in axes and word in v.cues["marker"])


def _is_sign(chunk: str) -> bool:
    return not any(c.isalnum() for c in chunk)
