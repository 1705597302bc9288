"""Words that only one of two titles has, as they stand in it: whole words in their order and spelling, never pieces.

Titles are compared by tokens, and a token may be a piece: the ``s`` of T480s, the ``40`` of 5W-40, one sign of a
Chinese word. Nobody knows a thing by these, so what is shown is what they stand in.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise

from dupcheck.judging.alignment import find_places
from dupcheck.titles.reading import UNSPACED
from dupcheck.titles.stream import cut_title
from dupcheck.titles.vocabulary import load_vocabulary

_ELLIPSIS = " … "
_WITHIN = 3
"""Signs of an unspaced script that may stand between two pieces of one word."""
_JOINTS = "-./'’+&°"
"""What ties a piece to the word that it belongs to: 5W-40, USB-C, S/O, L'Éclat, N°8."""
_WORD = re.compile(r"\w+")
_RUN = re.compile(r"[^\W_]+")
_LATIN = re.compile(r"[A-Za-z0-9]+$")
_NEAR = 2
"""Words at most between a half of a bracket and what is quoted, for the bracket to be quoted whole."""
_APOSTROPHES = "'’"
"""What ties whatever stands on both sides of it: rock'n'roll, 6'lı."""
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"), ("（", "）"), ("【", "】"), ("「", "」"), ("《", "》"))
_PIECE = 2
"""Letters of what is no word alone: a piece belongs to whatever it is tied to."""
_SMALL = 5
"""Letters of the longest word that says nothing without the next."""
_CLOSING = "+%°\"″'"
_KATAKANA = re.compile("[\u30a1-\u30ff]")
_BLANK = re.compile(r"\s+")
_LOOSE = " ,;:|-–/"
_LOST = re.compile(r"[\s\W]*")
_NUMBER = re.compile(r"\d{1,3}(?:[.,]\d{1,2})?")
_MORE = re.compile(r"\s+[^\s,;|()]*\w")
_DECIMAL = re.compile(r"(?<![\d,])\d+,\d{1,2}(?![\d,])")
_AMOUNT = re.compile(r"\d[\d.,/x×-]*")
_DIGITS = 3
_LED = re.compile(r"\.\s?(\d[\w.,/]*)")
_NEXT = re.compile(r"\s+([^\W\d_][\w'’-]*(?:/\w+)*)")
_COUNT = re.compile(r"\d[\d.,/]*\s+$")
_BEFORE = re.compile(r"([^\W_][\w'’.-]*)\s+$")
_TRIED = 12
"""Places of a word that stands often in a title: so many are looked at."""

Span = tuple[int, int]


def quote_words(words: Sequence[str], titles: Iterable[str], others: Sequence[str] = ()) -> str:
    """Return tokens that a title has as that title writes them; "" where none of the titles has them in this order.

    Of the titles that have them the first without all of ``others`` is quoted, the tokens that only the other side has.

    >>> quote_words(("s",), ["Lenovo ThinkPad T480s 14 inch"])
    'T480s'
    >>> quote_words(("c", "3", "30"), ["Shell Helix Ultra C3 5W-30 4 l"])
    'C3 5W-30'
    >>> quote_words(("nicht",), ["Reißverschluss nicht teilbar"])
    'nicht teilbar'
    """
    found = ""
    for title in titles:
        tokens = cut_title(title)
        at = _find_words(words, tokens)
        if not at:
            continue
        if _find_words(others, tokens):
            found = found or _quote(title, tokens, at, alone=False)
            continue
        return _quote(title, tokens, at, alone=not others) or found
    return found


def _find_words(words: Sequence[str], tokens: Sequence[str]) -> list[int]:
    """Where words stand among tokens, in their order and as close together as they do; empty where they do not."""
    if not words:
        return []
    starts = [k for k, token in enumerate(tokens) if token == words[0]][:_TRIED]
    ways = [way for start in starts if (way := _follow(words, tokens, start))]
    return min(ways, key=lambda way: (sum(b - a > 1 for a, b in pairwise(way)), way[-1] - way[0]), default=[])


def _follow(words: Sequence[str], tokens: Sequence[str], start: int) -> list[int]:
    way = [start]
    for word in words[1:]:
        at = next((k for k in range(way[-1] + 1, len(tokens)) if tokens[k] == word), None)
        if at is None:
            return []
        way.append(at)
    return way


def _quote(title: str, tokens: Sequence[str], at: Sequence[int], *, alone: bool) -> str:
    places = find_places(title, tokens)
    spans = [place for k in at if (place := places[k]) is not None]
    if len(spans) < len(at):
        return ""
    runs = _join(title, [_widen(title, span) for span in spans], 0)
    whole = _join(title, [_widen_sign(title, span) for span in runs], _WITHIN)
    if len(whole) == 1:
        whole = [_complete(title, whole[0], alone)]
    whole = [part for span in whole for part in _pair_brackets(title, span)]
    return _ELLIPSIS.join(_BLANK.sub(" ", title[start:end]) for start, end in whole)


def _join(title: str, spans: Sequence[Span], most: int) -> list[Span]:
    """Put together what only marks, or at ``most`` so many signs of an unspaced script, stand between."""
    first, *others = spans
    joined = [first]
    for start, end in others:
        begun, ended = joined[-1]
        between = title[ended:start]
        if _LOST.fullmatch(between) or (len(between) <= most and all(map(_is_sign, between))):
            joined[-1] = (begun, max(end, ended))
        else:
            joined.append((start, end))
    return joined


@cache
def _sign() -> re.Pattern[str]:
    return re.compile(f"[{UNSPACED}]")


def _is_sign(text: str) -> bool:
    """Whether a text is one sign of a script that puts no blanks between words."""
    return not text.isascii() and _sign().fullmatch(text) is not None


def _widen(title: str, span: Span) -> Span:
    """Return the place of the whole word that a token is a piece of."""
    start, end = span
    if _is_sign(title[start:end]):
        return span
    piece = end - start <= _PIECE or any(c.isdigit() for c in title[start:end])
    while start > 0 and _is_tied(title, start - 1, -1, piece):
        start -= 1
    while end < len(title) and _is_tied(title, end, 1, piece):
        end += 1
    if start and unicodedata.category(title[start - 1]) == "Sc" and title[start].isdigit():
        start -= 1
    while end < len(title) and title[end] in _CLOSING and not title[end : end + 2].strip(_CLOSING).strip():
        end += 1
    return start, end


def _pair_brackets(title: str, span: Span) -> list[Span]:
    """Return a place with the other half of each bracket in it, where that is near; else cut at the bracket."""
    start, end = span
    for opening, closing in _BRACKETS:
        text = title[start:end]
        if text.count(opening) == text.count(closing):
            continue
        after, before = title.find(closing, end), title.rfind(opening, 0, start)
        if text.count(opening) > text.count(closing):
            if after != -1 and len(_WORD.findall(title, end, after)) <= _NEAR:
                end = after + 1
                continue
            at = start + text.rindex(opening)
        else:
            if before != -1 and len(_WORD.findall(title, before, start)) <= _NEAR:
                start = before
                continue
            at = start + text.index(closing)
        return [part for cut in ((start, at), (at + 1, end)) for part in _pair_brackets(title, _trim(title, cut))]
    return [(start, end)] if start < end else []


def _trim(title: str, span: Span) -> Span:
    """Return a place without the blanks and marks at its ends that belong to no word."""
    start, end = span
    while start < end and title[start] in _LOOSE:
        start += 1
    while end > start and title[end - 1] in _LOOSE:
        end -= 1
    return start, end


def _is_tied(title: str, at: int, step: int, piece: bool) -> bool:
    """Whether a sign belongs to the word beside it: a letter or digit, or a joint behind which the word goes on."""
    sign = title[at]
    if _is_sign(sign):
        return False
    if sign.isalnum() or sign == "_":
        return True
    beyond = at + step
    if sign == "×" or (sign == "," and any(at in range(*found.span()) for found in _DECIMAL.finditer(title))):
        return piece
    if sign == "-" and not piece:
        run = _RUN.match(title[beyond:] if step > 0 else title[:at][::-1])
        piece = run is not None and len(run[0]) <= _PIECE  # Lean-To, A-frame
    if sign not in (_JOINTS if piece else _APOSTROPHES) or not 0 <= beyond < len(title):
        return False
    return title[beyond].isalnum() and not _is_sign(title[beyond])


def _widen_sign(title: str, span: Span) -> Span:
    """Return the place of signs of a script without spaces: a word in katakana is one, and a sign that is no word alone
    is shown with the one before it.
    """
    start, end = span
    if _KATAKANA.fullmatch(title[start]):
        while start > 0 and _KATAKANA.fullmatch(title[start - 1]):
            start -= 1
    while end < len(title) and _KATAKANA.fullmatch(title[end - 1]) and _KATAKANA.fullmatch(title[end]):
        end += 1
    text = title[start:end]
    if _is_sign(text) and text not in load_vocabulary().phrases and start and _is_sign(title[start - 1]):
        return start - 1, end
    tied = _LATIN.search(title, 0, start) if len(text) == 1 else None  # V6型
    return (start, end) if tied is None else (tied.start(), end)


def _complete(title: str, span: Span, alone: bool) -> Span:
    """Return a place with the word beside it where what stands there says nothing by itself.

    A number goes with the unit before it (cm 30), a count with what is counted (3 wheels), an abbreviation with what it
    leads to (Vol. 2), a number and a letter with the word before (Grade 8, Model S); and, where it is held against
    nothing (``alone``), a small word with what follows (not waterproof).
    """
    start, end = span
    text = title[start:end]
    if _is_sign(text):
        return span
    last = text.rpartition(" ")[2]
    if last != text and last.casefold() in load_vocabulary().small and (more := _MORE.match(title, end)) is not None:
        return start, more.end()
    if text.isdigit() and _is_sign(title[end : end + 1]) and not _is_sign(title[end + 1 : end + 2]):
        return start, end + 1  # one sign behind a number, and no more, is what it counts: 20齿
    if text.isalpha() and (led := _LED.match(title, end)) is not None:
        return start, led.end(1)
    before = _BEFORE.search(title, 0, start)
    units = load_vocabulary().units
    if before is not None and _AMOUNT.fullmatch(text) and before[1].casefold() in units:
        return before.start(1), end
    if text.casefold() in units and (count := _COUNT.search(title, 0, start)) is not None:
        return count.start(), end
    counts = text.isdigit() and len(text) <= _DIGITS
    if (counts or (alone and _is_small(text))) and (after := _NEXT.match(title, end)) is not None:
        return start, after.end(1)
    if (_NUMBER.fullmatch(text) or len(text) == 1) and before is not None:
        return before.start(1), end
    return span


def _is_small(text: str) -> bool:
    """Whether a word may only bind others or turn what follows: of, without, nicht."""
    return len(text) <= _SMALL and text.isalpha() and text.islower()
