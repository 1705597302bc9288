"""Where in a title values stand: at its end, before a delimiter, beside another value."""

from collections.abc import Sequence

from dupcheck.titles.lexer import DELIMITERS, Piece
from dupcheck.titles.vocabulary import Vocabulary


def find_before(pieces: Sequence[Piece], i: int) -> Piece | None:
    """Return the piece before piece ``i``, None where it is the first."""
    return pieces[i - 1] if i else None


def find_after(pieces: Sequence[Piece], i: int) -> Piece | None:
    """Return the piece behind piece ``i``, None where it is the last."""
    return pieces[i + 1] if i + 1 < len(pieces) else None


def is_color_known(piece: Piece | None) -> bool:
    """Whether a piece is a colour that names no thing."""
    return piece is not None and piece.axis == "color" and piece.place != "thing"


def ends_value(pieces: Sequence[Piece], i: int) -> bool:
    """Whether what follows piece ``i`` is the end, a delimiter, noise or a value."""
    after = find_after(pieces, i)
    if after is None:
        return True
    return after.sep in DELIMITERS or (after.axis not in ("", "tone", "material") and after.place in ("sure", ""))


def is_last(pieces: Sequence[Piece], i: int) -> bool:
    """Whether nothing but selling words and a pack stands behind piece ``i``."""
    return all(p.axis in ("noise", "tier", "pack") for p in pieces[i + 1 :])


def settle(pieces: list[Piece], i: int, keep: bool, v: Vocabulary) -> None:
    """Decide in place whether piece ``i`` is the value it may be; a word that is none may still be a tone, or small."""
    piece = pieces[i]
    if keep:
        pieces[i] = piece._replace(place="")
    elif (tone := v.also_tones.get(piece.text)) is not None:
        pieces[i] = piece._replace(axis="tone", value=tone.value, place=tone.place)
    else:
        pieces[i] = piece._replace(axis="noise" if piece.text in v.small else "", value="", place="")
