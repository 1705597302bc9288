"""Sizes in a title: letters, beds and bare numbers, which are a size only where one may stand."""

import re
from itertools import pairwise
from typing import NamedTuple

from dupcheck.axes import pick_axes
from dupcheck.titles.lexer import DELIMITERS, WORN_SIZE, Piece
from dupcheck.titles.measures import SYSTEMS, read_system_size
from dupcheck.titles.places import ends_value, find_after, find_before, is_color_known, is_last, settle
from dupcheck.titles.vocabulary import Vocabulary

_NUMBERED_SIZE = re.compile(r"\d{1,2}(?:\.5| [12]/3)?([cy])?")
_SIZE_SPAN = re.compile(r"\d{1,3}(?:\.5)?(?:-\d{1,3}(?:\.5)?)+|\d{1,2}/\d{1,2}")
_WIDEST = 10
"""Numbers that lie further apart are no one size: a pump 25-60, sizes 25-40 to choose from."""
_TIED_SIZE = re.compile(r"\d(?:\.5)?")
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")
_GRAMS = re.compile(r"\d{1,2}(?:\.\d)?g")
_TODDLER = re.compile(r"\d{1,2} ?t")
_AGED = re.compile(r"\d+[my]")
_LITRES = re.compile(r"\d{1,2} ?l")
_CARATS = re.compile(r"\d{1,2}(?:\.5)? ?-?ct")
_FINENESS = frozenset({"8", "9", "10", "12", "14", "18", "20", "21", "22", "23", "24"})
"""Carats in which gold is sold."""
_GENERATION = re.compile(r"[2-6]g")
_COMPUTERS = re.compile(r"\d{1,3} ?-?pcs?")
DOUBTFUL = frozenset(pick_axes(lambda axis: axis.doubtful))
"""Axes of what may be no measure after all, or the measure of who wears the thing."""
_CHILDREN = frozenset({"kids", "baby", "boys", "girls"})
_NUMBERED = frozenset({"number", "code"})
_LETTERS = re.compile(r"\d?x*[sml]")
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
    if not is_worn(pieces, v) and not any(p.axis == "gender" for p in pieces):
        for i, piece in enumerate(pieces):
            if piece.axis == "size" and _LETTERS.fullmatch(piece.text) and _ends_model(pieces, i, v):
                pieces[i] = piece._replace(axis="", value="", place="")


def _ends_model(pieces: list[Piece], i: int, v: Vocabulary) -> bool:
    """Whether the letters of a size stand straight behind a bare number that nothing calls a size: the tail of a
    model's name, as it is written where nothing is worn: cartridge 301 XL."""
    before, after = find_before(pieces, i), find_after(pieces, i)
    if before is None or before.axis or before.kind not in _NUMBERED or pieces[i].sep not in " -":
        return False
    led = find_before(pieces, i - 1)
    named = led is not None and (led.text in v.cues["marker"] or led.text in SYSTEMS)
    return not named and not _is_sized(after, after.sep if after is not None else "")


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


class _Context(NamedTuple):
    """What the words of a title speak of."""

    network: bool
    phone: bool
    licence: bool
    child: bool
    worn: bool
    jewel: bool
    shaded: bool


def _find_context(pieces: list[Piece], v: Vocabulary) -> _Context:
    words = {p.text for p in pieces}
    network, phone, licence, baby, clothes, jewel, shaded = (
        not v.cues[cue].isdisjoint(words)
        for cue in ("network", "phone", "licence", "baby", "clothes", "carat", "shaded")
    )
    child = baby or clothes or not _CHILDREN.isdisjoint([p.value for p in pieces])
    return _Context(network, phone, licence, child, is_worn(pieces, v), jewel, shaded)


def decide_codes(pieces: list[Piece], v: Vocabulary) -> None:
    """Put right in place what is no measure beside certain words.

    A code: 3G in a network, iPhone XS, 4T oil and a whisky of 12 years without a child in sight, a licence for 5 PC. A
    size: 2L and the weight or height of who wears it, in a title of clothes.
    """
    doubtful = [i for i, p in enumerate(pieces) if p.axis in DOUBTFUL and _is_doubtful(p, find_before(pieces, i), v)]
    if not doubtful:
        return
    context = _find_context(pieces, v)
    for i in doubtful:
        size = _read_worn(pieces, i, v) if context.worn else ""
        carats = _name_carats(pieces, i, context)
        if carats:
            pieces[i] = pieces[i]._replace(axis=carats, value=f"{pieces[i].value} ct")
        elif size:
            pieces[i] = pieces[i]._replace(axis="size", value=size)
        elif _is_code(pieces, i, context):
            pieces[i] = pieces[i]._replace(kind="code", axis="", value="", place="")


def _is_doubtful(piece: Piece, before: Piece | None, v: Vocabulary) -> bool:
    """Whether a measure is written as one that may be something else."""
    text, axis = piece.text, piece.axis
    if axis == "length":
        return text[-1] == "码" or (before is not None and before.text in v.cues["marker"])
    if axis == "weight":
        return "-" in piece.value or _GRAMS.fullmatch(text) is not None
    if axis == "size":
        return text == "xs" or (
            text[0].isdigit() and (_TODDLER.fullmatch(text) or _AGED.fullmatch(piece.value)) is not None
        )
    if axis == "pack":
        return (_COMPUTERS.fullmatch(text) or _CARATS.fullmatch(text)) is not None
    return _LITRES.fullmatch(text) is not None


def _read_worn(pieces: list[Piece], i: int, v: Vocabulary) -> str:
    """The size that a measure is in a title of what is worn; "" where it is none."""
    piece, before = pieces[i], find_before(pieces, i)
    if piece.axis == "length" and piece.text[-1] == "码":
        return piece.text[:-1].strip()
    if piece.axis == "length" and before is not None and before.text in v.cues["marker"]:
        return piece.value
    if piece.axis == "weight" and "-" in piece.value:
        return piece.value
    return piece.text.replace(" ", "") if piece.axis == "volume" and _LITRES.fullmatch(piece.text) else ""


def _is_code(pieces: list[Piece], i: int, context: _Context) -> bool:
    """Whether a piece only looks like a measure where a title speaks of something else."""
    piece = pieces[i]
    if piece.axis == "weight":
        return _is_generation(pieces, i, context)
    if piece.axis == "pack":
        return context.licence and _COMPUTERS.fullmatch(piece.text) is not None
    if piece.axis != "size":
        return False
    aged = _TODDLER.fullmatch(piece.text) or _AGED.fullmatch(piece.value)
    return (context.phone and piece.text == "xs") or (aged is not None and not context.child)


def _is_generation(pieces: list[Piece], i: int, context: _Context) -> bool:
    """Whether grams are a generation of networks: in a title of such, or behind a model's number, Note 12 5G."""
    text, before = pieces[i].text, find_before(pieces, i)
    if _GRAMS.fullmatch(text) is None:
        return False
    if context.network:
        return True
    modelled = before is not None and not before.axis and before.kind in _NUMBERED
    return modelled and not context.shaded and _GENERATION.fullmatch(text) is not None


def _name_carats(pieces: list[Piece], i: int, context: _Context) -> str:
    """The axis on which a count is one of carats: what gold is made of, or a stone's weight; "" where it is none."""
    if pieces[i].axis != "pack" or _CARATS.fullmatch(pieces[i].text) is None:
        return ""
    golden = any(
        p is not None and p.axis in ("color", "material") and "gold" in p.value.split()
        for p in (find_before(pieces, i), find_after(pieces, i))
    )
    if golden and pieces[i].value in _FINENESS:
        return "material"
    return "weight" if context.jewel else ""


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
    if not SYSTEMS.isdisjoint([p.text for p in pieces]):
        _join_systems(pieces, v)
    for i, piece in enumerate(pieces):
        if piece.axis or piece.kind not in _NUMBERED:
            continue
        span = ("-" in piece.text or "/" in piece.text) and _SIZE_SPAN.fullmatch(piece.text) is not None
        before, after = find_before(pieces, i), find_after(pieces, i)
        named = before is not None and before.text in v.cues["marker"]
        if span and not named:
            least, most = _read_span(piece.text)
            span = most - least <= _WIDEST
        if not span and (piece.kind == "code" or "-" in piece.text):
            continue
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


def _join_systems(pieces: list[Piece], v: Vocabulary) -> None:
    """Read in place a number and the system behind it as one size: ``36.5 EU - 4.5Y US``, but not ``iPhone 13 US``: a
    part of its own, or one that no thing but shoes and clothes is numbered by."""
    worn = is_worn(pieces, v)
    for i in range(len(pieces) - 2, -1, -1):
        piece, system = pieces[i : i + 2]
        number = _NUMBERED_SIZE.fullmatch(piece.text)
        if number is None or piece.axis or system.text not in SYSTEMS or system.sep != " ":
            continue
        beside = (
            not i or piece.sep in DELIMITERS or worn or number[1] or (i > 1 and _is_size_of(pieces[i - 2 : i], system))
        )
        after = pieces[i + 2] if i + 2 < len(pieces) else None
        if (after is not None and after.axis == "size") or (beside and ends_value(pieces, i + 1)):
            size = read_system_size(f"{system.text} {piece.text}")
            if size is not None:
                pieces[i : i + 2] = [
                    piece._replace(text=f"{piece.text} {system.text}", axis="size", value=size.values[0])
                ]


def _is_size_of(pieces: list[Piece], system: Piece) -> bool:
    """Whether two pieces are a size in another system."""
    number, own = pieces
    return _NUMBERED_SIZE.fullmatch(number.text) is not None and own.text in SYSTEMS - {system.text}


def is_worn(pieces: list[Piece], v: Vocabulary) -> bool:
    """Whether a title speaks of what is worn in numbered sizes."""
    return not v.cues["clothes"].isdisjoint([p.text for p in pieces]) or any(
        p.kind == "cjk" and not v.cues["worn_signs"].isdisjoint(p.text) for p in pieces
    )


def _read_span(text: str) -> tuple[float, float]:
    numbers = [float(n) for n in _NUMBERS.findall(text.partition(" ")[0])]
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
    return piece.sep in "|," and all(low <= float(n) <= high for n in _NUMBERS.findall(piece.text.partition(" ")[0]))


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
