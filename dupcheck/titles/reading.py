"""A title as tokens: what belongs to the core, what is a value on an axis, what only sells.

A title is folded and its languages are found, for a word is a value only in these; it is cut into pieces, each of which
is read once and remembered; then phrases are looked up, spellings that are a value only in some places are decided on,
and colours that stand together become one value.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from dupcheck.titles.chunks import MEMORY, cut_pieces, spell_alike
from dupcheck.titles.colors import decide_colors, merge_colors
from dupcheck.titles.languages import find_languages
from dupcheck.titles.lexer import Piece
from dupcheck.titles.markers import mark_named, number_shades
from dupcheck.titles.normalising import fold
from dupcheck.titles.sizes import DOUBTFUL, decide_codes, decide_letters, decide_numbers, decide_sizes
from dupcheck.titles.vocabulary import UNSPACED, Reading, Vocabulary, list_languages, load_vocabulary

__all__ = ["UNSPACED", "Title", "Token", "look_up_pieces", "read_title", "read_titles"]

_AMPERE = frozenset("aа")
_RATING = re.compile(r"[1-9]\d{0,2}(?:\.\d)?")
_NUMBERED = frozenset({"number", "code"})
_BARE = frozenset({"size", "x", "pcs", "pc"})
_YEAR = re.compile(r"20[1-4]\d")


class Token(NamedTuple):
    """One part of a title.

    ``text`` is its folded form; ``kind`` is word, number, code, measure or cjk; ``axis`` is "" for the core, "noise"
    for what only sells, otherwise an axis on which ``value`` is the canonical value.
    """

    text: str
    kind: str
    axis: str
    value: str


class Title(NamedTuple):
    """A title's tokens in order, with noise words (axis "noise") kept in their places."""

    tokens: tuple[Token, ...]

    def core(self) -> tuple[str, ...]:
        """Return the texts of the tokens that are neither an axis value nor noise."""
        return tuple(t.text for t in self.tokens if not t.axis)

    def values(self, axis: str) -> tuple[str, ...]:
        """Return the values on ``axis``, in order, each once."""
        return tuple(dict.fromkeys(t.value for t in self.tokens if t.axis == axis))


def _find_phrase(pieces: list[Piece], i: int, v: Vocabulary) -> tuple[int, str, Reading | None]:
    """The longest phrase that starts at piece ``i``: of how many pieces, its text and what it means."""
    width = min(v.longest[pieces[i].text], len(pieces) - i)
    while width > 1:
        others = pieces[i + 1 : i + width]
        if all(p.sep in " -" and p.kind == "word" and not p.axis for p in others):
            text = " ".join([p.text for p in pieces[i : i + width]])
            reading = v.phrases.get(text)
            if reading is not None:
                return width, text, reading
        width -= 1
    return 1, pieces[i].text, v.phrases.get(pieces[i].text)


def _look_up(pieces: list[Piece], v: Vocabulary) -> tuple[list[Piece], set[str]]:
    """Find the phrases, the longest first, and say which places need deciding."""
    out: list[Piece] = []
    places: set[str] = set()
    longest = v.longest
    i, n = 0, len(pieces)
    while i < n:
        piece = pieces[i]
        if piece.kind != "word" or piece.axis or piece.text not in longest:
            out.append(piece)
            if piece.place:
                places.add(piece.place)
            if piece.axis == "color":
                places.add("color")
            i += 1
            continue
        if longest[piece.text] == 1:
            width, text, reading = 1, piece.text, v.phrases.get(piece.text)
        else:
            width, text, reading = _find_phrase(pieces, i, v)
        tied = reading is not None and reading.place == "stop" and piece.sep == "-" and len(text) == 1
        if reading is None or tied:  # "PCI-E", "Natur-E"
            out.append(piece)
            i += 1
            continue
        if reading.axis:
            out.append(Piece(text, "word", reading.axis, reading.value, piece.sep, reading.place))
            places |= {reading.place, reading.axis}
        elif text in v.synonyms:
            out.extend(spell_alike(Piece(text, "word", "", "", piece.sep, ""), v))
        else:
            out.extend(pieces[i : i + width])
        i += width
    return out, places


def look_up_pieces(text: str, languages: tuple[str, ...] = ()) -> list[Piece]:
    """Cut a folded text and find its phrases, undecided: every spelling is read as it says, in ``languages`` first."""
    v = load_vocabulary(tuple(dict.fromkeys((*languages, *list_languages())))) if languages else load_vocabulary()
    return _look_up(cut_pieces(text, v), v)[0]


def _read(text: str, v: Vocabulary) -> list[Piece]:
    pieces, places = _look_up(cut_pieces(text, v), v)
    words = {p.text for p in pieces}
    if not v.markers.keys().isdisjoint(words):
        pieces = mark_named(pieces, v)
    if not _AMPERE.isdisjoint(words) and not v.cues["electric"].isdisjoint(words):
        pieces = _join_amperes(pieces)
    if "20" in text:
        _mark_years(pieces)
    if not v.worn_letters.keys().isdisjoint(words):
        decide_letters(pieces, v)
    if places & {"size", "bed"}:
        decide_sizes(pieces, v)
    if "thing" in places:
        decide_colors(pieces, v)
    axes = [p.axis for p in pieces]
    if axes.count("gender") > 1:
        _bind_ends(pieces, v)
    if not DOUBTFUL.isdisjoint(axes):
        decide_codes(pieces, v)
    if "pack" in axes:
        _name_packs(pieces, v)
    if axes.count("pack") > 1:
        _join_packs(pieces)
    numbered = not _NUMBERED.isdisjoint([p.kind for p in pieces])
    if numbered:
        decide_numbers(pieces, v)
    if places & {"color", "tone"}:
        pieces = merge_colors(pieces, v)
    shaded = numbered and not v.cues["shaded"].isdisjoint(words)
    if shaded or (" 0" in text and "color" in places):
        pieces = number_shades(pieces, shaded, v)
    if "%" in text or not _leading().isdisjoint(words):
        _tidy(pieces, v)
    return pieces


def _join_amperes(pieces: list[Piece]) -> list[Piece]:
    """Put an ampere and its number together: ``16 A`` is one code, as ``16A`` is."""
    out: list[Piece] = []
    for i, piece in enumerate(pieces):
        rated = bool(out) and not out[-1].axis and _RATING.fullmatch(out[-1].text) is not None
        last = i + 1 == len(pieces) or not pieces[i + 1].text[0].isdigit()
        if rated and last and piece.text in _AMPERE and piece.sep == " ":
            out[-1] = out[-1]._replace(text=f"{out[-1].text}a", kind="code")
            continue
        out.append(piece)
    return out


def _bind_ends(pieces: list[Piece], v: Vocabulary) -> None:
    """Of two genders that a small word leads from one to the other, neither is a buyer's: a cable's ends."""
    for i in range(len(pieces) - 2):
        first, bound, second = pieces[i : i + 3]
        if first.axis == second.axis == "gender" and bound.place == "stop" and bound.text not in v.joints:
            pieces[i], pieces[i + 2] = first._replace(axis="", value=""), second._replace(axis="", value="")


def _name_packs(pieces: list[Piece], v: Vocabulary) -> None:
    """A number between a pack and a computer is the pack's name: «Expansion Pack 3 PC»; one before a pack whose count
    stands behind it is the thing's: «No. 4 box 12», «Reeds 2.5 box 10».
    """
    for first, (k, second) in zip(pieces, list(enumerate(pieces))[1:], strict=False):
        if second.axis != "pack":
            continue
        named = second.text.endswith("pc") and first.text in v.pieces and not first.axis
        behind = pieces[k + 1] if k + 1 < len(pieces) else None
        counted = behind is not None and behind.kind == "number" and not behind.axis and _is_count(behind.text)
        number = _NUMBER_BEFORE.match(second.text)
        if named or (number and (counted or "." in number[1])):
            pieces[k] = second._replace(axis="", value="")


_NUMBER_BEFORE = re.compile(r"(\d+(?:\.\d+)?) ?[^\W\d]")


def _is_count(text: str) -> bool:
    return text.isdigit() and not _YEAR.fullmatch(text)


def _join_packs(pieces: list[Piece]) -> None:
    """Of two counts side by side keep the one that is sold together: in ``2 boxes (48 pcs)`` the pieces, for the boxes
    hold them; in ``300 sheets 10 packs`` the packs, for the sheets say what one is."""
    said = [i for i, p in enumerate(pieces) if p.axis != "noise"]
    for i, k in pairwise(said):
        first, second = pieces[i], pieces[k]
        if first.axis == second.axis == "pack":
            if second.sep == "(" and " " in first.value and second.value.isdigit():
                pieces[i] = first._replace(axis="noise", value="")
            elif second.sep == " " and first.value.isdigit() and " " in second.value and first.kind == "measure":
                pieces[i] = first._replace(axis="", value="")


def _mark_years(pieces: list[Piece]) -> None:
    """Call a year beside a selling word noise: "New Arrival 2026"."""
    for i, p in enumerate(pieces):
        if p.kind == "number" and not p.axis and _YEAR.fullmatch(p.text):
            near = pieces[max(i - 1, 0) : i + 2]
            if any(q.axis == "noise" and q.place != "stop" for q in near):
                pieces[i] = p._replace(axis="noise")


def _beside(pieces: list[Piece], i: int, axis: str) -> bool:
    return any(p.axis == axis for p in pieces[max(i - 1, 0) : i + 2])


def _measured(pieces: list[Piece], i: int) -> bool:
    return any(p.kind == "measure" for p in pieces[max(i - 1, 0) : i + 2])


@cache
def _leading() -> frozenset[str]:
    return _BARE | load_vocabulary().cues["marker"] | load_vocabulary().cues["memory"]


def _tidy(pieces: list[Piece], v: Vocabulary) -> None:
    """Call noise what only leads to a value: "size" before one, "100%" before a material, a lone "x"."""
    markers = v.cues["marker"]
    for i, p in enumerate(pieces):
        if p.axis:
            continue
        after = pieces[i + 1] if i + 1 < len(pieces) else None
        if (
            (p.text in v.cues["memory"] and _beside(pieces, i, "capacity"))
            or (p.text in markers and after is not None and after.axis in ("size", "dimension", "length"))
            or (p.text[-1] == "%" and after is not None and after.axis in ("material", "noise"))
            or (p.text in _BARE and p.kind == "word" and (p.text != "x" or _measured(pieces, i)))
        ):
            pieces[i] = p._replace(axis="noise")


@lru_cache(MEMORY)
def _make_token(text: str, kind: str, axis: str, value: str) -> Token:
    """Return a token; equal tokens are one object, for a catalogue's titles repeat their words."""
    return Token(text, kind, axis, value)


def read_title(title: str, folded: str | None = None) -> Title:
    """Read one title. Any text is accepted; case, width, script variant, emoji and symbols around it do not matter.

    ``folded`` is its :func:`~dupcheck.titles.normalising.fold`, where that is known.
    """
    text = fold(title) if folded is None else folded
    v = load_vocabulary(find_languages(title, text))
    return Title(tuple([_make_token(*p[:4]) for p in _read(text, v)]))


def read_titles(titles: Sequence[str], folded: Sequence[str] | None = None) -> list[Title]:
    """Read many titles, whose folds are ``folded`` where they are known; equal ones once. Words are remembered."""
    known: dict[str, Title] = {}
    out: list[Title] = []
    for i, title in enumerate(titles):
        read = known.get(title)
        if read is None:
            read = known[title] = read_title(title, None if folded is None else folded[i])
        out.append(read)
    return out
