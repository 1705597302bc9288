"""Sizes in a title: letters, beds and bare numbers, which are a size only where one may stand."""

import re
from itertools import pairwise

from dupcheck.titles.lexer import DELIMITERS, WORN_SIZE, Piece
from dupcheck.titles.places import ends_value, find_after, find_before, is_color_known, is_last, settle
from dupcheck.titles.vocabulary import Vocabulary

_SIZE_SPAN = re.compile(r"\d{1,3}(?:\.5)?(?:-\d{1,3}(?:\.5)?)+|\d{1,2}/\d{1,2}")
_TIED_SIZE = re.compile(r"\d(?:\.5)?")
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")
_GRAMS = re.compile(r"\d{1,2}(?:\.\d)?g")
_TODDLER = re.compile(r"\d{1,2} ?t")
_CHILDREN = frozenset({"kids", "baby", "boys", "girls"})
_NUMBERED = frozenset({"number", "code"})
_EUROPEAN = (34, 62)
"""Where a bare number is a European size of clothes or shoes."""
_SPAN = 6
"""A span of sizes is not wider."""
_WORN_WIDTH = 80


def decide_sizes(pieces: list[Piece], v: Vocabulary) -> None:
    """Decide in place on spellings that are a size only where one may stand: S, M, Full, King."""
    for i, (piece, after) in enumerate(pairwise(pieces)):
        if piece.axis == "size" and piece.text.endswith(" size") and after.kind == "number" and after.sep == " ":
            pieces[i] = Piece("size", "word", "noise", "", piece.sep, "")  # "Toddler Size 8"
    bed = not v.cues["bed"].isdisjoint(p.text for p in pieces)
    for i, piece in enumerate(pieces):
        if piece.place == "size":
            settle(pieces, i, _is_size(pieces, i, v), v)
        elif piece.place == "bed":
            settle(pieces, i, _is_bed_size(pieces, i, bed, v), v)


def _is_sized(piece: Piece | None, sep: str) -> bool:
    """Whether a piece beside another is a size that no measure is."""
    return piece is not None and piece.axis == "size" and piece.kind != "measure" and sep != "|"


def _is_size(pieces: list[Piece], i: int, v: Vocabulary) -> bool:
    """Whether S, M, L or a size in words is one here."""
    piece, before, after = pieces[i], find_before(pieces, i), find_after(pieces, i)
    if before is not None:
        if before.text in v.cues["marker"]:
            return True
        if piece.sep == " " and before.text in v.not_before_size:
            return False
        if piece.text == "m" and piece.sep == "/" and not before.axis:
            return False  # 60 LEDs/m
    if _is_tail(piece, before, after):
        return False
    if _is_sized(before, piece.sep) or _is_sized(after, after.sep if after is not None else ""):
        return True
    if i and piece.sep in DELIMITERS and (after is None or after.sep in DELIMITERS):
        return True
    if after is not None and after.sep == "-" and after.axis in ("color", "size"):
        return True
    if is_color_known(before) and ends_value(pieces, i):
        return True
    if len(piece.text) > 1 and piece.text.isascii():
        return False
    if is_color_known(after) and ends_value(pieces, i + 1):
        return True
    return i > 0 and is_last(pieces, i)


def _is_tail(piece: Piece, before: Piece | None, after: Piece | None) -> bool:
    """Whether a letter is the tail of the code it is tied to: ``DDR-M``, but not ``Tee-M``."""
    return piece.sep == "-" and len(piece.text) == 1 and before is not None and before.kind == "code" and after is None


def _is_bed_size(pieces: list[Piece], i: int, bed: bool, v: Vocabulary) -> bool:
    """Whether Full or King is a bed's size here: the title speaks of a bed, or it stands at the end behind a colour."""
    after = find_after(pieces, i)
    if pieces[i].value in ("single", "double"):
        return after is not None and after.sep == " " and after.text in v.cues["bed"]
    return bed or (i > 0 and pieces[i - 1].axis == "color" and is_last(pieces, i))


def decide_codes(pieces: list[Piece], v: Vocabulary) -> None:
    """Give back what is a code beside certain words: 3G in a network, iPhone XS, 4T oil without a child in sight."""
    words = {p.text for p in pieces}
    network, phone = (not v.cues[cue].isdisjoint(words) for cue in ("network", "phone"))
    child = not v.cues["baby"].isdisjoint(words) or not v.cues["clothes"].isdisjoint(words)
    child = child or not _CHILDREN.isdisjoint([q.value for q in pieces])
    for i, p in enumerate(pieces):
        if p.axis == "length" and p.text[-1] == "码" and is_worn(pieces, v):
            pieces[i] = p._replace(axis="size", value=p.text[:-1].strip())
        grams = network and p.axis == "weight" and _GRAMS.fullmatch(p.text)
        oil = p.axis == "size" and not child and _TODDLER.fullmatch(p.text)
        if grams or oil or (phone and p.axis == "size" and p.text == "xs"):
            pieces[i] = p._replace(kind="code", axis="", value="", place="")


def decide_letters(pieces: list[Piece], v: Vocabulary) -> None:
    """Read P, G and GG, as clothes are sized in Spanish and Portuguese, as a size: behind a colour, a delimiter or
    another size, where a part of a title of clothes ends."""
    if not is_worn(pieces, v):
        return
    for i, piece in enumerate(pieces[1:], 1):
        size = v.worn_letters.get(piece.text)
        if size is None or piece.axis or piece.kind != "word":
            continue
        before = pieces[i - 1]
        placed = piece.sep in ",|(" or before.axis in ("color", "size")
        if placed and (ends_value(pieces, i) or pieces[i + 1].text in v.worn_letters):
            pieces[i] = piece._replace(axis="size", value=size)


def decide_numbers(pieces: list[Piece], v: Vocabulary) -> None:
    """Read a bare number as a size where it stands as one: ``Short-32-Gray``, ``size 38``, ``sepatu 38 39 40``."""
    for i, piece in enumerate(pieces):
        if piece.axis or piece.kind not in _NUMBERED:
            continue
        span = ("-" in piece.text or "/" in piece.text) and _SIZE_SPAN.fullmatch(piece.text) is not None
        if not span and piece.kind == "code":
            continue
        before, after = find_before(pieces, i), find_after(pieces, i)
        named = before is not None and before.text in v.cues["marker"]
        trailed = after is not None and after.sep == " " and after.text in v.cues["behind_size"]
        worn = span or WORN_SIZE.fullmatch(piece.text) is not None
        if named:
            sized = span or (len(piece.text) < 5 and "%" not in piece.text)
        elif trailed:
            sized = worn
            if sized and after is not None:
                pieces[i + 1] = after._replace(axis="noise")
        else:
            sized = i > 0 and (worn or _TIED_SIZE.fullmatch(piece.text) is not None)
            sized = sized and (
                _is_size_between(pieces, i, span) or (is_worn(pieces, v) and _is_worn_size(pieces, i, span))
            )
        if sized:
            pieces[i] = piece._replace(axis="size", value=piece.text)


def is_worn(pieces: list[Piece], v: Vocabulary) -> bool:
    """Whether a title speaks of what is worn in numbered sizes."""
    return not v.cues["clothes"].isdisjoint([p.text for p in pieces]) or any(
        p.kind == "cjk" and not v.cues["worn_signs"].isdisjoint(p.text) for p in pieces
    )


def _read_span(text: str) -> tuple[float, float]:
    numbers = [float(n) for n in _NUMBERS.findall(text)]
    return numbers[0], numbers[-1]


def _is_size_between(pieces: list[Piece], i: int, span: bool) -> bool:
    """Whether a number is a size by what stands beside it alone: between hyphens, behind a size, or at the end behind
    a colour."""
    piece, before, after = pieces[i], pieces[i - 1], find_after(pieces, i)
    if not span and not WORN_SIZE.fullmatch(piece.text):
        return False
    if before.axis == "size" and before.kind == "number":
        return True
    if not span and piece.sep in "-|" and after is not None and after.sep == "-":
        return after.axis in ("color", "tone", "size")
    if before.axis != "color" or not is_last(pieces, i):
        return False
    if not span and piece.sep in "-|" and after is None:
        return True
    low, high = _EUROPEAN
    return piece.sep in "|," and all(low <= float(n) <= high for n in _NUMBERS.findall(piece.text))


def _is_worn_size(pieces: list[Piece], i: int, span: bool) -> bool:
    """Whether a number is a size in a title that speaks of what is worn: beside a colour, or a part of its own."""
    piece, before = pieces[i], pieces[i - 1]
    low, _ = _read_span(piece.text)
    if span:
        return _is_worn_span(pieces, i)
    if low < 20:
        return before.axis == "color" and is_last(pieces, i) and low >= 3
    parted = piece.sep in ",|(" or before.kind == "cjk"
    if piece.sep == "-" or (parted and ends_value(pieces, i) and low >= _EUROPEAN[0]):
        return True
    return any(
        p is not None
        and (p.axis in ("color", "size") or (p.kind == "number" and WORN_SIZE.fullmatch(p.text) is not None))
        for p in (before, find_after(pieces, i))
    )


def _is_worn_span(pieces: list[Piece], i: int) -> bool:
    """Whether a span of numbers (``38-40``) is one of sizes in a title that speaks of what is worn."""
    after = find_after(pieces, i)
    low, high = _read_span(pieces[i].text)
    if not (2 <= low < _WORN_WIDTH and (low < high <= low + _SPAN or high < 10)):
        return False
    beside = pieces[i - 1].axis == "color" or (after is not None and after.axis == "color")
    return ends_value(pieces, i) and (pieces[i].sep in ",|(" or beside or is_last(pieces, i))
