"""Values that a title names by a word for their axis (``cor Chocolate 20``, ``тон 34``, ``р. 42``, ``estampa croco``),
and the numbers of shades.

Such a word belongs to the thing as often ("Color Changing Mug", "Art Print"): what follows it is a value only where it
ends with the title or a part of it, and where the vocabulary ``markers`` does not speak against it.
"""

import re

from dupcheck.titles.lexer import WORN_SIZE, Piece, compose_color, join_grams
from dupcheck.titles.vocabulary import Vocabulary

_PARTS = frozenset(",|()")
_NUMBER = re.compile(r"\d{1,4}")
_SHADE = re.compile(r"\d{3}|0\d")
_LONGEST = 4
_SIZE_NUMBER = re.compile(r"[1-9]\d?(?:\.5)?|1[0-8][02468]")
_SIZE_SPAN = re.compile(r"\d{1,3}(?:\.5)?(?:[-/]\d{1,3}(?:\.5)?)+")

# Where a value ends, and its pieces.
Found = tuple[int, str, list[Piece]]


def mark_named(pieces: list[Piece], v: Vocabulary) -> list[Piece]:
    """Return the pieces with each value that a word names made one piece, and that word called noise."""
    out: list[Piece] = []
    i, n = 0, len(pieces)
    while i < n:
        piece = pieces[i]
        axes = v.markers.get(piece.text)
        found = None
        if (
            axes is not None
            and i
            and (piece.axis in ("", "noise") or "style" in axes)
            and pieces[i - 1].text not in v.cues["refusing"]
        ):
            for axis, reach in axes.items():
                found = _FINDERS[axis](pieces, i, reach, v)
                if found is not None:
                    break
        if found is None:
            out.append(piece)
            i += 1
            continue
        end, value, said = found
        word = piece._replace(axis="noise", value="", place="")
        named = Piece(_text_of(said), "word", axis, value, said[0].sep, "")
        if end == i:  # what stands before the word, if no other word has named it
            if out[-len(said) :] == said:
                out[-len(said) :] = [named]
            out.append(word)
            i += 1
        else:
            out += [word, named]
            i = end
    return out


def _text_of(said: list[Piece]) -> str:
    return " ".join(p.text for p in join_grams(said))


def _opens(piece: Piece) -> bool:
    """Whether a piece opens a part of its title."""
    return piece.sep in _PARTS


def _closes(pieces: list[Piece], end: int) -> bool:
    """Whether a part of the title, or what of it is no value of another axis, ends before ``end``."""
    return end >= len(pieces) or pieces[end].sep in _PARTS or pieces[end].axis not in ("", "color", "tone", "pattern")


def _shaded(pieces: list[Piece], v: Vocabulary) -> bool:
    """Whether a title speaks of what is sold in numbered shades."""
    return not v.cues["shaded"].isdisjoint([p.text for p in pieces])


def _colored(piece: Piece, v: Vocabulary) -> bool:
    return piece.axis in ("color", "tone") or piece.text in v.also_tones


def _find_words(pieces: list[Piece], start: int, axis: str, v: Vocabulary) -> tuple[int, list[Piece]]:
    """The words that may be one value from ``start`` on, and where they end."""
    said: list[Piece] = []
    end, n = start, len(pieces)
    while end < n and len(said) <= _LONGEST:
        p = pieces[end]
        if end > start and p.sep in _PARTS:
            break
        if p.kind == "measure" or (p.text in v.markers and p.axis == "") or p.text in v.cues["marker"]:
            break
        linked = p.text in v.joints and end > start
        if not (linked and end + 1 < n and pieces[end + 1].sep == " ") and not _may_say(p, axis, end == start, v):
            break
        said.append(p)
        end += 1
    while said and said[-1].text in v.joints:
        said.pop()
        end -= 1
    return end, said


def _may_say(p: Piece, axis: str, first: bool, v: Vocabulary) -> bool:
    """Whether a piece may be a word of a value on ``axis``; a code may only begin a colour's."""
    if p.kind == "number":
        return axis == "color" and _NUMBER.fullmatch(p.text) is not None and not p.axis
    if p.kind == "code":
        return axis == "color" and first and not p.axis
    return p.text in v.also_tones or (p.axis in ("", axis, "color", "tone") and p.place != "size")


def _find_color(pieces: list[Piece], i: int, reach: str, v: Vocabulary) -> Found | None:
    if i + 1 >= len(pieces):
        return None
    first = pieces[i + 1]
    colon = first.sep in _PARTS
    if first.text in v.cues["not_colors"] or (
        colon and not (first.sep == "," and (_colored(first, v) or _opens(pieces[i])))
    ):
        return None
    if pieces[i - 1].axis == "color" and not _opens(pieces[i]) and first.kind != "number":
        return None  # "Gold Color Chain"
    end, said = _find_words(pieces, i + 1, "color", v)
    if not said:
        return None
    if reach == "number" and (first.kind != "number" or not _is_shade(pieces, i, said, end, v)):
        return None
    known = 0
    while known < len(said) and (
        _colored(said[known], v) or said[known].kind == "number" or said[known].text in v.joints
    ):
        known += 1
    while known and said[known - 1].text in v.joints:
        known -= 1
    named = any(p.axis == "color" or p.kind == "number" for p in said[:known])
    unknown = len(said) - known
    if first.kind == "number" and known == 1 and unknown and not (first.text[0] == "0" or _shaded(pieces, v)):
        return None  # a count of what follows: "Color 38 Washes"
    whole = _closes(pieces, end) and (
        not unknown
        or reach == "number"
        or (_opens(pieces[i]) and len(said) <= _LONGEST)
        or (reach == "open" and len(said) < _LONGEST)
        or (named and unknown == 1)
    )
    if whole and colon and unknown and not _opens(pieces[i]):
        whole = False
    if not whole:
        if not named:
            return None
        said, end = said[:known], i + 1 + known
    value = compose_color(join_grams([p for p in said if p.axis != "noise" or p.text in v.joints]))
    return (end, value, said) if value else None


def _is_shade(pieces: list[Piece], i: int, said: list[Piece], end: int, v: Vocabulary) -> bool:
    """Whether the number behind a word that may lead to others (No. 10, т. 23) is a shade's."""
    word = pieces[i].text
    if len(said) > _LONGEST or not _closes(pieces, end):
        return False
    if word in ("no", "n", "т", "tom"):
        return _shaded(pieces, v) or (len(said) > 1 and any(p.axis == "color" for p in said[1:]))
    return True


def _find_size(pieces: list[Piece], i: int, reach: str, v: Vocabulary) -> Found | None:
    word, at = pieces[i].text, i + 1
    if word == "р" and at < len(pieces) and pieces[at].text == "р" and pieces[at].sep == "-":
        at += 1
    if at >= len(pieces):
        return None
    size = pieces[at]
    ends = at + 1 >= len(pieces) or pieces[at + 1].sep in _PARTS or pieces[at + 1].axis not in ("", "tone")
    lettered = size.axis == "size" and size.kind != "measure"
    span = _SIZE_SPAN.fullmatch(size.text) is not None
    if (size.axis and not lettered) or size.sep not in " -/":
        return None
    if word in ("р", "разм"):
        good = lettered or span or any(size_of.fullmatch(size.text) for size_of in (WORN_SIZE, _SIZE_NUMBER))
    elif word == "t":
        placed = _opens(pieces[i]) or pieces[i - 1].axis == "color"
        good = ends and ((lettered and at + 1 == len(pieces)) or (placed and (lettered or span or _is_worn(size.text))))
    else:
        placed = _opens(pieces[i]) or pieces[i - 1].axis == "color"
        good = placed and ends and not _shaded(pieces, v) and (span or _SIZE_NUMBER.fullmatch(size.text) is not None)
    if not good:
        return None
    return at + 1, size.value or size.text, [size]


def _is_worn(text: str) -> bool:
    return WORN_SIZE.fullmatch(text) is not None and text >= "30"  # the first digit of two tells: 45 1/3


def _find_pattern(pieces: list[Piece], i: int, reach: str, v: Vocabulary) -> Found | None:
    if reach == "behind":
        return _find_pattern_before(pieces, i, v)
    if i + 1 >= len(pieces) or pieces[i + 1].sep in _PARTS:
        return None
    end, said = _find_words(pieces, i + 1, "pattern", v)
    if not said or not _closes(pieces, end) or len(said) >= _LONGEST:
        return None
    known = any(p.axis == "pattern" for p in said)
    if not (known or _opens(pieces[i]) or (reach == "open" and len(said) <= 2)):
        return None
    return end, _compose_pattern(said), said


def _find_pattern_before(pieces: list[Piece], i: int, v: Vocabulary) -> Found | None:
    """What stands before "print", where both are a part of the title of their own: "Apron, Lemon Print"."""
    if (i + 1 < len(pieces) and pieces[i + 1].sep not in _PARTS) or pieces[i].sep not in " ":
        return None
    start = i - 1
    while start > 0 and i - start < 3 and pieces[start].sep in " " and pieces[start].axis in ("", "color", "pattern"):
        start -= 1
    said = pieces[start:i]
    if start <= 0 or said[0].sep not in ",|(" or any(p.axis not in ("", "color", "pattern") for p in said):
        return None
    if any(p.kind not in ("word", "cjk") or p.text in v.cues["not_prints"] or p.text in v.markers for p in said):
        return None
    return i, _compose_pattern(said), said


def _compose_pattern(said: list[Piece]) -> str:
    return " ".join(p.value if p.axis == "pattern" else p.text for p in join_grams(said) if p.axis != "noise")


def _find_letter(pieces: list[Piece], i: int, reach: str, v: Vocabulary) -> Found | None:
    """The letter of a personalised thing: "Letter K", "Alphabet M Letter", "choose initial - E"."""
    for at, end in ((i + 1, i + 2), (i - 1, i)):
        if at < len(pieces) and len(pieces[at].text) == 1 and pieces[at].text.isalpha() and pieces[at].kind == "word":
            if at < i and (pieces[i].sep != " " or pieces[at].text in "aeiouyаеиоуыэюя"):
                continue  # "a letter", "y letra"
            return end, f"letter {pieces[at].text}", [pieces[at]]
    return None


_FINDERS = {"color": _find_color, "size": _find_size, "pattern": _find_pattern, "style": _find_letter}


def is_shade(pieces: list[Piece], i: int, v: Vocabulary) -> bool:
    """Whether a number is a shade's where a part of a title of what is sold in shades ends with it."""
    number = pieces[i]
    return (
        not number.axis
        and number.sep == " "
        and _SHADE.fullmatch(number.text) is not None
        and _closes(pieces, i + 1)
        and _shaded(pieces, v)
    )


def number_shades(pieces: list[Piece], shaded: bool, v: Vocabulary) -> list[Piece]:
    """Return the pieces with each number beside a colour, where both end a part of the title, made that shade's.

    Only numbers like 01, and others in a title of what is sold in shades (``shaded``): there words that no vocabulary
    knows may stand behind the number too, ``01 Bare Rose``.
    """
    out = pieces
    i = 0
    while i < len(out):
        piece = out[i]
        if (
            piece.kind != "number"
            or piece.axis
            or not i
            or _NUMBER.fullmatch(piece.text) is None
            or len(piece.text) < 2
        ):
            i += 1
            continue
        before = out[i - 1]
        start, end = i, i + 1
        while end < len(out) and end < i + _LONGEST and out[end].sep in " -/" and _names_shade(out[end], shaded):
            end += 1
        words = out[i + 1 : end]
        if not words and before.axis == "color" and piece.sep == " ":
            start, words = i - 1, [before]
        named = any(p.axis == "color" for p in words)
        sure = shaded and (_opens(out[start]) or (named and len(piece.text) > 2))
        if piece.text[0] == "0":
            sure = named or shaded
        if words and start and sure and _closes(out, end):
            color = compose_color(words)
            text = " ".join(p.text for p in out[start:end])
            shade = Piece(text, "word", "color", f"{color} {piece.text}", out[start].sep, "")
            out = [*out[:start], shade, *out[end:]]
        i += 1
    return out


def _names_shade(piece: Piece, shaded: bool) -> bool:
    return piece.axis == "color" or (shaded and not piece.axis and piece.kind == "word")
