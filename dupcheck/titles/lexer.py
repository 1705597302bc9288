"""The pieces a text is cut into on its way to tokens or values, and the values that several of them make together."""

import re
from functools import lru_cache
from typing import NamedTuple

from dupcheck.titles.vocabulary import load_vocabulary


class Piece(NamedTuple):
    """A piece of a title on its way to a token; ``sep`` is what stands before it, ``place`` as in a Reading."""

    text: str
    kind: str
    axis: str
    value: str
    sep: str
    place: str


DELIMITERS = frozenset("-/,|()+")
WORN_SIZE = re.compile(r"[1-7]\d(?:\.5| [12]/3)?")
"""A number as shoes and clothes are sized."""

# A part of a colour's name: what stands before it, "color" or "tone", its value, its place.
ColorPart = tuple[str, str, str, str]


@lru_cache(maxsize=50_000)
def join_colors(parts: tuple[ColorPart, ...]) -> tuple[str, ...]:
    """Return the values of colours and tones that stand together: one, or several where plain colours are only listed.

    A tone goes before its colour (``azul claro`` → light blue), colours side by side are one name (``brown cherry``),
    ``/`` keeps two-tone values in order (``antique black/light gray``).
    """
    sides: list[list[ColorPart]] = [[]]
    for part in parts:
        sep, axis, _, _ = part
        colored = axis == "color" and any(a == "color" for _, a, _, _ in sides[-1])
        if sides[-1] and (sep in "/+" or (sep == "-" and colored)):
            sides.append([part])
        else:
            sides[-1].append(part)
    plain = [value for _, axis, value, _ in parts if axis == "color"]
    if len(sides) == 1 and len(plain) > 2:
        return tuple(plain)
    return ("/".join(filter(None, map(_one_color, sides))),)


def _one_color(side: list[ColorPart]) -> str:
    v = load_vocabulary()
    words: list[str] = []
    last = max((i for i, (_, axis, _, _) in enumerate(side) if axis == "color"), default=-1)
    for i, (_, axis, value, place) in enumerate(side):
        behind = axis == "tone" and (place == "after" or i > last)
        words.insert(max(len(words) - 1, 0) if behind else len(words), value)
    text = " ".join(w for i, w in enumerate(words) if not (i and words[i - 1] == w))
    known = v.phrases.get(text)
    return known.value if known is not None and known.axis == "color" else text


def compose_color(pieces: list[Piece]) -> str:
    """Return the colour that pieces name together, words that no vocabulary knows among them.

    A number beside them is the shade's, and stands last: ``178 черный`` → black 178.
    """
    v = load_vocabulary()
    if len(pieces) > 1:
        reach = v.markers.get(pieces[0].text, {}).get("color")
        if reach and (reach != "number" or pieces[1].kind == "number"):
            pieces = pieces[1:]
        pieces = [p for p in pieces if p.text not in v.fillers] or pieces
    sides: list[list[Piece]] = []
    for p in pieces:
        if p.axis not in ("color", "tone") and p.text in v.also_tones:
            tone = v.also_tones[p.text]
            p = p._replace(axis="tone", value=tone.value, place=tone.place)
        joint = p.sep in "/+|" or (p.sep == "-" and p.axis == "color" and bool(sides) and sides[-1][-1].axis == "color")
        if sides and not joint and p.text not in v.joints:
            sides[-1].append(p)
        elif sides and not joint:
            sides.append([])
        elif sides and not sides[-1]:
            sides[-1].append(p)
        else:
            sides.append([p])
    return "/".join(t for t in (_color_side(side) for side in sides if side) if t)


def _color_side(side: list[Piece]) -> str:
    number = [p.text for p in side[:1] if p.kind == "number" and not p.axis and len(side) > 1]
    named = side[len(number) :]
    if any(p.axis == "color" for p in named):
        numbers = [p.text for p in named if p.kind == "number" and not p.axis]
        colors = [p for p in named if p.axis in ("color", "tone")]
        if len(colors) + len(numbers) == len(named):
            return " ".join([*join_colors(tuple([(" ", p.axis, p.value, p.place) for p in colors])), *numbers, *number])
    return " ".join([*(p.value if p.axis in ("color", "tone") else p.text for p in named), *number])


def join_grams(pieces: list[Piece]) -> list[Piece]:
    """Put unspaced script together again from its overlapping pairs of signs: a value is read whole."""
    out: list[Piece] = []
    for p in pieces:
        last = out[-1] if out else p
        pair = len(p.text) == 2 and len(last.text) > 1 and last.text[-1] == p.text[0] and p.sep == " "
        if out and pair and last.kind == p.kind == "cjk" and not (last.axis or p.axis):
            out[-1] = last._replace(text=last.text + p.text[1:])
        else:
            out.append(p)
    return out
