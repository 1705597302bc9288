"""Colours in a title: words that also name a thing, and colours and tones that stand together."""

from dupcheck.titles.lexer import DELIMITERS, Piece, join_colors
from dupcheck.titles.markers import is_shade
from dupcheck.titles.places import ends_value, is_last, settle
from dupcheck.titles.vocabulary import Vocabulary

_TRAILING = frozenset({"matte", "glossy", "metallic", "satin", "pastel"})
"""Tones that also stand behind their colour in English ("black matte"); another one belongs to the words after it."""


def decide_colors(pieces: list[Piece], v: Vocabulary) -> None:
    """Decide in place on colours that also name a thing."""
    # From the end, so that "chrome/clear" is read once its last word is; then forwards for what stands behind.
    for i in range(len(pieces) - 1, -1, -1):
        if pieces[i].place == "thing" and _is_color(pieces, i, v):
            settle(pieces, i, True, v)
    for i, piece in enumerate(pieces):
        if piece.place == "thing":
            settle(pieces, i, _is_color(pieces, i, v), v)


def _stands_by_color(piece: Piece, near: Piece) -> bool:
    """Whether a piece joined by the separator of ``piece`` is a colour or tone that names no thing."""
    return piece.sep in " -/+" and near.axis in ("color", "tone") and near.place != "thing"


def _is_color(pieces: list[Piece], i: int, v: Vocabulary) -> bool:
    """Whether a colour that also names a thing is one here: beside a colour or tone, or where a value stands."""
    piece = pieces[i]
    if len(pieces) == 1:
        return False
    if i and _stands_by_color(piece, pieces[i - 1]):
        return True
    behind = i + 1
    while behind < len(pieces) and pieces[behind].text in v.fillers:
        behind += 1
    if behind == len(pieces) or is_last(pieces, behind - 1):
        return True
    after = pieces[behind]
    if (i and after.kind == "number" and is_shade(pieces, behind, v)) or _stands_by_color(after, after):
        return True
    return i > 0 and (behind > i + 1 or ends_value(pieces, i)) and (piece.sep in DELIMITERS or after.axis == "size")


def _goes_on(run: list[Piece], piece: Piece) -> bool:
    """Whether a piece may belong to the colours that stand before it."""
    apart = piece.sep == " " and piece.kind == run[-1].kind == "cjk" and run[-1].axis == "color"
    return piece.sep in " -/+" and not apart


def _color_run(pieces: list[Piece], start: int, v: Vocabulary) -> tuple[list[Piece], int]:
    """Return the colours and tones that stand together from ``start``, and where what follows them starts.

    Tones alone are no run: then it is empty.
    """
    run: list[Piece] = []
    ends = [start]
    joint = False
    for i, p in enumerate(pieces[start:], start):
        if run and not _goes_on(run, p):
            break
        after = pieces[i + 1] if i + 1 < len(pieces) else None
        colored = after is not None and after.axis in ("color", "tone") and after.sep in " -"
        behind_color = bool(run) and run[-1].axis == "color"
        if p.axis in ("color", "tone"):
            run.append(p._replace(sep="/") if joint else p)
            ends.append(i + 1)
            joint = False
        elif p.text in v.also_tones and colored:
            tone = v.also_tones[p.text]
            run.append(p._replace(axis="tone", value=tone.value, place=tone.place))
            ends.append(i + 1)
        elif p.text in v.fillers and behind_color:
            ends[-1] = i + 1
        elif p.text in v.joints and behind_color and colored:
            joint = True
        else:
            break
    if all(p.axis == "tone" for p in run):
        return [], ends[-1]
    while run[-1].axis == "tone" and run[-1].place == "before" and run[-1].value not in _TRAILING:
        run.pop()
        ends.pop()
    return run, ends[-1]


def merge_colors(pieces: list[Piece], v: Vocabulary) -> list[Piece]:
    """Make one piece of the colours that stand together; tones without a colour go back into the core."""
    out: list[Piece] = []
    i, n = 0, len(pieces)
    while i < n:
        piece = pieces[i]
        if piece.axis not in ("color", "tone") and piece.text not in v.also_tones:
            out.append(piece)
            i += 1
            continue
        run, end = _color_run(pieces, i, v)
        if run:
            out += _merge_run(run)
        else:
            end = max(end, i + 1)
            out += [p._replace(axis="", value="", place="") if p.axis == "tone" else p for p in pieces[i:end]]
        i = end
    return out


def _merge_run(run: list[Piece]) -> list[Piece]:
    values = join_colors(tuple([(p.sep, p.axis, p.value, p.place) for p in run]))
    if len(values) > 1:
        colors = [p for p in run if p.axis == "color"]
        return [p._replace(value=value) for p, value in zip(colors, values, strict=True)]
    if len(run) == 1:
        return [run[0]._replace(value=values[0])]
    text = "".join((("/" if p.sep in "/+" else " ") if k else "") + p.text for k, p in enumerate(run))
    return [Piece(text, run[0].kind, "color", values[0], run[0].sep, "")]
