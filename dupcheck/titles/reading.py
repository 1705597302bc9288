"""A title as tokens: what belongs to the core, what is a value on an axis, what only sells.

A title is folded, cut by one pattern into measures, runs of unspaced script, delimiters and chunks, each of which is
read once and remembered; then phrases are looked up, spellings that are a value only in some places are decided on,
and colours that stand together become one value.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from dupcheck.titles.lexer import DELIMITERS, FILLERS, JOINTS, WORN_SIZE, Piece, join_colors
from dupcheck.titles.markers import is_shade, mark_named, number_shades
from dupcheck.titles.measures import measure_pattern, plain_number, read_measure
from dupcheck.titles.normalising import fold
from dupcheck.titles.vocabulary import Reading, Vocabulary, fold_word, load_vocabulary

UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MEMORY = 500_000  # titles of a big catalogue share most of their words: keep so many, then start again


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


@cache
def _leads() -> str:
    """A pattern of the words that may lead to a number, so that what follows them matters."""
    words = {w.split()[0] for w in load_vocabulary().pack_before} | {
        "eu",
        "eur",
        "us",
        "uk",
        "cn",
        "ru",
        "br",
        "jp",
        "x",
        "w",
    }
    return rf"(?:{'|'.join(sorted(words))})(?![a-zа-я])"


_LONG = r"\s(?:[cm]?m|in|inch|ft|[см]?м)(?![a-zа-я])"


@cache
def _scanner() -> re.Pattern[str]:
    """The one pattern a title is cut by."""
    return re.compile(
        rf"(?P<word>(?!{_leads()})[a-zа-я]+(?=[\s,|]|$))|(?P<sep>[(),|/+-])"
        r"|(?P<number>\d++/\d++(?![\w/\"']))"
        rf"|(?P<copies>(?<=\d\s)x\s?\d{{1,3}}(?![\w.]|{_LONG})|x\s\d{{1,3}}(?![\w.\"]|{_LONG})(?!\s?x))"
        rf"|{measure_pattern()}"
        r"|(?P<thousands>\d{1,3}(?:,\d{3})++(?:\.\d++)?(?![\w.\"'])(?!\s?x\s?\d))"
        rf"|(?P<run>(?:[tvo](?=恤|字?领)|(?:\d{{0,2}}x{{0,4}}[sml]|f)(?=[码号]))?[{UNSPACED}]+)"
        rf"|(?P<chunk>[^\s(),|/+{UNSPACED}]+(?:\+(?!\w))?)"
    )


@cache
def _bound() -> re.Pattern[str]:
    """What a chunk starts with if its reading depends on what stands around it."""
    return re.compile(rf"[\d(),|/+-]|[hdl]\d|{_leads()}|[sml][码号]|\d*x*[sml][码号]|f码")


def _word(text: str, sep: str) -> Piece:
    return Piece(fold_word(text) or text, "word", "", "", sep, "")


_SIZE_SPAN = re.compile(r"\d{1,3}(?:\.5)?(?:-\d{1,3}(?:\.5)?)+|\d{1,2}/\d{1,2}")
_TIED_SIZE = re.compile(r"\d(?:\.5)?")
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_LETTERS = re.compile(r"[^\W\d_]+(?:['&.][^\W\d_]+)*")
_GLUED = re.compile(r"(\d+)([^\W\d_]{3,})")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?%)(.*)", re.S)


def _part(text: str, sep: str) -> list[Piece]:
    """Read a part of a chunk that holds no hyphen."""
    v = load_vocabulary()
    if _DIGITS.fullmatch(text):
        return [Piece(plain_number(text), "number", "", "", sep, "")]
    if text[-1] == "а" and text[:-1].isdigit():
        text = f"{text[:-1]}a"  # a Cyrillic ampere
    if text in v.phrases and not _LETTERS.fullmatch(text):
        axis, value, place = v.phrases[text]
        return [Piece(text, "code", axis, value, sep, place)]
    if (m := _PERCENT.fullmatch(text)) is not None:
        return [Piece(m[1], "number", "", "", sep, ""), *(_part(m[2], " ") if m[2] else [])]
    if (m := _GLUED.fullmatch(text)) is not None:
        # A running number before a colour: 16black, 11olivegreen.
        r = v.phrases.get(fold_word(m[2]))
        if r is not None and r.axis == "color":
            return [Piece(m[2], "word", "color", r.value, sep, "")]
        if m[2] in v.compact:
            return [Piece(m[2], "word", "color", v.compact[m[2]], sep, "")]
    if text in v.compact and text not in v.phrases:
        return [Piece(text, "word", "color", v.compact[text], sep, "")]
    if _LETTERS.fullmatch(text):
        return [_word(text, sep)]
    if text.endswith("+"):
        return [Piece(text[:-1], "code", "", "", sep, ""), Piece("plus", "word", "", "", " ", "")]
    text = text.strip("\"'%.&")
    return [Piece(text, "code" if any(c.isdigit() for c in text) else "word", "", "", sep, "")] if text else []


def _read_chunk(chunk: str) -> tuple[Piece, ...]:
    """Read a chunk of letters, digits and hyphens: words joined by hyphens come apart, codes stay whole."""
    if "-" not in chunk:
        return tuple(_part(chunk, " "))
    v = load_vocabulary()
    parts = [p for p in chunk.split("-") if p]
    tail: list[Piece] = []
    pack = re.fullmatch(r"(.+?)-(\d{1,4}-?(?:pack|pcs?|pieces?|pk|packs|set|pairs?|box))", chunk)
    if pack is not None:
        found = read_measure("count", pack[2])
        if found is not None:
            tail = [Piece(pack[2], "measure", found.axis, found.values[0], " ", "")]
            parts = [p for p in pack[1].split("-") if p]
    if all(_LETTERS.fullmatch(p) for p in parts):
        return (*(_word(p, "-" if i else " ") for i, p in enumerate(parts)), *tail)
    if all(p.isdigit() for p in parts):
        return (Piece("-".join(parts), "code" if len(parts) > 1 else "number", "", "", " ", ""), *tail)
    # Values at the end come off a code: sku-4411-a-black, tee-2xl.
    end = len(parts)
    while end > 1 and _is_value(parts[end - 1], v):
        end -= 1
    head = parts[:end]
    if not _comes_apart(head, v):
        pieces = [Piece("-".join(head), "code", "", "", " ", "")]
    else:
        pieces = []
        for i, p in enumerate(head):
            pieces += _part(p, "-" if i else " ")
    for p in parts[end:]:
        pieces += _part(p, "-")
    return (*pieces, *tail)


def _is_value(part: str, v: Vocabulary) -> bool:
    r = v.phrases.get(fold_word(part))
    return r is not None and (r.axis in ("color", "size") or r.axis == "tone") and (r.place != "size" or part in "sml")


def _comes_apart(parts: list[str], v: Vocabulary) -> bool:
    for part in parts:
        if part.isdigit():
            if len(part) > 3 or (part[0] == "0" and len(part) > 1):
                return False
        elif _LETTERS.fullmatch(part):
            if len(part) < 3 and part not in v.phrases:
                return False
        elif part not in v.phrases and not WORN_SIZE.fullmatch(part):
            return False
    return len(parts) == 1 or any(_LETTERS.fullmatch(p) and len(p) > 2 for p in parts)


_NUMERALS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "十": 10, "百": 100}
_COUNTED = re.compile(
    r"(?:一套)?([一二两三四五六七八九十百]{1,5})(件套|件装|个装|只装|条装|片装|支装|双装|包装|瓶装|盒装|套装|件|个|只|条|支|双|对|盒|套|打|瓶)(?![一月纹])"
)


def _numeral(text: str) -> int:
    total = current = 0
    for sign in text:
        n = _NUMERALS[sign]
        if n >= 10:
            total += (current or 1) * n
            current = 0
        else:
            current = n
    return total + current


@cache
def _longest_run() -> int:
    return max(len(p) for p in load_vocabulary().phrases if re.fullmatch(rf"[{UNSPACED}]+", p))


def _bigrams(run: str) -> list[Piece]:
    grams = [run] if len(run) == 1 else [run[j : j + 2] for j in range(len(run) - 1)]
    return [Piece(g, "cjk", "", "", " ", "") for g in grams]


def _one_spelling(piece: Piece, v: Vocabulary) -> tuple[Piece, ...]:
    """Return a piece in the spelling that its synonyms share: as many pieces as that has words."""
    if piece.axis or piece.text not in v.synonyms:
        return (piece,)
    first, *others = _spell(v.synonyms[piece.text])
    return (first._replace(sep=piece.sep), *others)


@cache
def _spell(meant: str) -> tuple[Piece, ...]:
    unspaced = re.fullmatch(rf"[{UNSPACED}]+", meant)
    return tuple(_bigrams(meant) if unspaced else [_word(w, " ") for w in meant.split()])


def _read_run(run: str) -> tuple[Piece, ...]:
    """Cut a run of unspaced script by the vocabulary, the longest spelling first; the rest becomes bigrams."""
    v, pieces, unknown, i, n = load_vocabulary(), list[Piece](), "", 0, len(run)
    longest = _longest_run() + 1
    if (whole := v.phrases.get(run)) is not None:
        return _one_spelling(Piece(run, "cjk", whole.axis, whole.value, " ", whole.place), v)
    if all(c in v.phrases and v.phrases[c].axis == "color" for c in run):
        return tuple(Piece(c, "cjk", "color", v.phrases[c].value, "/" if j else " ", "") for j, c in enumerate(run))

    def flush() -> None:
        nonlocal unknown
        pieces.extend(_bigrams(unknown))
        unknown = ""

    while i < n:
        found: Reading | None = None
        width = 0
        for width in range(min(longest, n - i), 0, -1):
            known = v.phrases.get(run[i : i + width])
            if known is not None and known.place != "alone":
                found = known
                break
        if found is None:
            counted = _COUNTED.match(run, i)
            if counted is not None and (len(counted[1]) == 1 or "十" in counted[1] or "百" in counted[1]):
                measure = read_measure("count", f"{_numeral(counted[1])}{counted[2]}")
                if measure is not None:
                    flush()
                    pieces.append(Piece(counted[0], "measure", "pack", measure.values[0], " ", ""))
                    i = counted.end()
                    continue
            unknown += run[i]
            i += 1
            continue
        flush()
        text = run[i : i + width]
        pieces.extend(_one_spelling(Piece(text, "cjk", found.axis, found.value, " ", found.place), v))
        i += width
    flush()
    return tuple(pieces)


def _read_measure(group: str, text: str) -> tuple[Piece, ...]:
    found = read_measure(group, text)
    if found is None:
        return tuple(p for t in text.split() for p in _read_chunk(t.strip("/-+")) if p.text)
    if found.axis:
        return tuple(Piece(text.strip(), "measure", found.axis, value, " ", "") for value in found.values)
    kind = "code" if group == "in1" else "number" if group == "percent" else "measure"
    return tuple(Piece(value, kind, "", "", " ", "") for value in found.values)


_READERS: Mapping[str, Callable[[str], tuple[Piece, ...]]] = {
    "word": lambda found: tuple(_part(found, " ")),
    "chunk": _read_chunk,
    "run": _read_run,
    "number": lambda found: (Piece(plain_number(found), "number", "", "", " ", ""),),
    "thousands": lambda found: (Piece(plain_number(found), "number", "", "", " ", ""),),
    "copies": lambda found: (Piece(found, "measure", "pack", str(int(found[1:])), " ", ""),),
}
# What was read before: whole chunks whose reading needs no neighbour, and matches by their group.
_free_chunks: dict[str, tuple[Piece, ...]] = {}
_matches: dict[tuple[str, str], tuple[Piece, ...]] = {}


def _remember(group: str, found: str) -> tuple[Piece, ...]:
    known = _matches.get((group, found))
    if known is None:
        if len(_matches) > _MEMORY:
            _matches.clear()
        reader = _READERS.get(group)
        known = _matches[group, found] = reader(found) if reader else _read_measure(group, found)
    return known


def _pieces(text: str) -> list[Piece]:
    """Cut a folded text into pieces, values that need no neighbours already read."""
    pieces: list[Piece] = []
    sep, at, length = "|", 0, len(text)
    match = _scanner().match
    while at < length:
        if text[at] == " ":
            at += 1
            continue
        end = text.find(" ", at)
        if end < 0:
            end = length
        chunk = text[at:end]
        new = _free_chunks.get(chunk)
        if new is not None:
            at = end + 1
        else:
            m = match(text, at)
            if m is None:
                at += 1
                continue
            group = m.lastgroup or "chunk"
            if group == "sep":
                sep, at = m[0] if pieces else "|", at + 1
                continue
            new = _remember(group, m[0])
            if m.end() == end and group in ("word", "chunk", "run") and _bound().match(chunk) is None:
                if len(_free_chunks) > _MEMORY:
                    _free_chunks.clear()
                _free_chunks[chunk] = new
            at = max(m.end(), at + 1)
        if not new:
            continue
        if sep == " ":
            pieces += new
        else:
            first = new[0]
            pieces.append(Piece(first.text, first.kind, first.axis, first.value, sep, first.place))
            pieces += new[1:]
            sep = " "
    return pieces


def _look_up(pieces: list[Piece], v: Vocabulary) -> tuple[list[Piece], set[str]]:
    """Find the phrases, the longest first, and say which places need deciding."""
    out: list[Piece] = []
    places: set[str] = set()
    longest, phrases = v.longest, v.phrases
    i, n = 0, len(pieces)
    while i < n:
        piece = pieces[i]
        if piece.kind != "word" or piece.axis:
            out.append(piece)
            if piece.place:
                places.add(piece.place)
            if piece.axis == "color":
                places.add("color")
            i += 1
            continue
        width = longest.get(piece.text, 0)
        if width:
            if width > n - i:
                width = n - i
            while width > 1:
                if all(
                    pieces[k].sep in " -" and pieces[k].kind == "word" and not pieces[k].axis
                    for k in range(i + 1, i + width)
                ):
                    text = " ".join([p.text for p in pieces[i : i + width]])
                    reading = phrases.get(text)
                    if reading is not None:
                        break
                width -= 1
            else:
                text = piece.text
                reading = phrases.get(text)
            if reading is not None:
                axis, value, place = reading
                if place == "stop" and piece.sep == "-" and len(text) == 1:
                    out.append(piece)  # "PCI-E", "Natur-E"
                    i += 1
                    continue
                if axis:
                    out.append(Piece(text, "word", axis, value, piece.sep, place))
                    places.add(place)
                    places.add(axis)
                elif text in v.synonyms:
                    out.extend(_one_spelling(Piece(text, "word", "", "", piece.sep, ""), v))
                else:
                    out.extend(pieces[i : i + width])
                i += width
                continue
        out.append(piece)
        i += 1
    return out, places


def look_up_pieces(text: str) -> list[Piece]:
    """Cut a folded text and find its phrases, undecided: every spelling is read as its vocabulary says."""
    return _look_up(_pieces(text), load_vocabulary())[0]


def _ends_value(pieces: list[Piece], i: int) -> bool:
    """Whether what follows piece ``i`` is the end, a delimiter, noise or a value."""
    if i + 1 >= len(pieces):
        return True
    after = pieces[i + 1]
    return after.sep in DELIMITERS or (after.axis not in ("", "tone", "material") and after.place in ("sure", ""))


def _decide(pieces: list[Piece], places: set[str], v: Vocabulary) -> None:
    """Decide in place on spellings that are a value only where a value may stand: sizes first, then colours."""
    if places & {"size", "bed"}:
        for i, (piece, after) in enumerate(pairwise(pieces)):
            if piece.axis == "size" and piece.text.endswith(" size") and after.kind == "number" and after.sep == " ":
                pieces[i] = Piece("size", "word", "noise", "", piece.sep, "")  # "Toddler Size 8"
        bed = not v.cues["bed"].isdisjoint(p.text for p in pieces)
        for i, piece in enumerate(pieces):
            if piece.place == "size":
                _settle(pieces, i, _is_size(pieces, i, v), v)
            elif piece.place == "bed":
                _settle(pieces, i, _is_bed_size(pieces, i, bed, v), v)
    if "thing" in places:
        # From the end, so that "chrome/clear" is read once its last word is; then forwards for what stands behind.
        for i in range(len(pieces) - 1, -1, -1):
            if pieces[i].place == "thing" and _is_color(pieces, i, v):
                _settle(pieces, i, True, v)
        for i, piece in enumerate(pieces):
            if piece.place == "thing":
                _settle(pieces, i, _is_color(pieces, i, v), v)


def _at_end(pieces: list[Piece], i: int) -> bool:
    """Whether nothing but selling words and a pack stands behind piece ``i``."""
    return all(p.axis in ("noise", "tier", "pack") for p in pieces[i + 1 :])


def _settle(pieces: list[Piece], i: int, keep: bool, v: Vocabulary) -> None:
    piece = pieces[i]
    if keep:
        pieces[i] = piece._replace(place="")
    elif (tone := v.also_tones.get(piece.text)) is not None:
        pieces[i] = piece._replace(axis="tone", value=tone.value, place=tone.place)
    else:
        pieces[i] = piece._replace(axis="", value="", place="")


def _is_color(pieces: list[Piece], i: int, v: Vocabulary) -> bool:
    """Whether a colour that also names a thing is one here: beside a colour or tone, or where a value stands."""
    piece = pieces[i]
    if len(pieces) == 1:
        return False
    if i and piece.sep in " -/+":
        before = pieces[i - 1]
        if before.axis in ("color", "tone") and before.place != "thing":
            return True
    behind = i + 1
    while behind < len(pieces) and pieces[behind].text in FILLERS:
        behind += 1
    if i and behind < len(pieces) and pieces[behind].kind == "number" and is_shade(pieces, behind, v):
        return True
    if behind == len(pieces):
        return True
    after = pieces[behind]
    if after.axis in ("color", "tone") and after.place != "thing" and after.sep in " -/+":
        return True
    if _at_end(pieces, behind - 1):
        return True
    return (behind > i + 1 or _ends_value(pieces, i)) and i > 0 and (piece.sep in DELIMITERS or after.axis == "size")


def _is_size(pieces: list[Piece], i: int, v: Vocabulary) -> bool:
    """Whether S, M, L or a size in words is one here."""
    piece = pieces[i]
    before = pieces[i - 1] if i else None
    after = pieces[i + 1] if i + 1 < len(pieces) else None
    if before is not None and before.text in v.cues["marker"]:
        return True
    if before is not None and piece.sep == " " and before.text in v.not_before_size:
        return False
    if piece.text == "m" and piece.sep == "/" and before is not None and not before.axis:
        return False  # 60 LEDs/m
    for near, sep in ((before, piece.sep), (after, after.sep if after is not None else "")):
        if near is not None and near.axis == "size" and near.kind != "measure" and sep != "|":
            return True
    if i and piece.sep in DELIMITERS and (after is None or after.sep in DELIMITERS):
        return True
    if after is not None and after.sep == "-" and after.axis in ("color", "size"):
        return True
    if before is not None and before.axis == "color" and before.place != "thing" and _ends_value(pieces, i):
        return True
    if len(piece.text) > 1 and piece.text.isascii():
        return False
    if after is not None and after.axis == "color" and after.place != "thing" and _ends_value(pieces, i + 1):
        return True
    return i > 0 and _at_end(pieces, i)


def _is_bed_size(pieces: list[Piece], i: int, bed: bool, v: Vocabulary) -> bool:
    """Whether Full or King is a bed's size here: the title speaks of a bed, or it stands at the end behind a colour."""
    after = pieces[i + 1] if i + 1 < len(pieces) else None
    if pieces[i].value in ("single", "double"):
        return after is not None and after.sep == " " and after.text in v.cues["bed"]
    return bed or (i > 0 and pieces[i - 1].axis == "color" and _at_end(pieces, i))


_GRAMS = re.compile(r"\d{1,2}(?:\.\d)?g")


_TODDLER = re.compile(r"\d{1,2} ?t")
_CHILDREN = frozenset({"kids", "baby", "boys", "girls"})
_DOUBTFUL = frozenset({"weight", "size", "length"})


def _decide_codes(pieces: list[Piece], v: Vocabulary) -> None:
    """Give back what is a code beside certain words: 3G in a network, iPhone XS, 4T oil without a child in sight."""
    words = {p.text for p in pieces}
    network = not v.cues["network"].isdisjoint(words)
    phone = not v.cues["phone"].isdisjoint(words)
    for i, p in enumerate(pieces):
        if p.axis == "length" and p.text[-1] == "码" and _is_worn(pieces, v):
            pieces[i] = p._replace(axis="size", value=p.text[:-1].strip())
        if (
            (network and p.axis == "weight" and _GRAMS.fullmatch(p.text))
            or (phone and p.axis == "size" and p.text == "xs")
            or (
                p.axis == "size"
                and _TODDLER.fullmatch(p.text)
                and v.cues["baby"].isdisjoint(words)
                and v.cues["clothes"].isdisjoint(words)
                and _CHILDREN.isdisjoint([q.value for q in pieces])
            )
        ):
            pieces[i] = p._replace(kind="code", axis="", value="", place="")


def _decide_letters(pieces: list[Piece], v: Vocabulary) -> None:
    """Read P, G and GG, as clothes are sized in Spanish and Portuguese, as a size: behind a colour, a delimiter or
    another size, where a part of a title of clothes ends."""
    if not _is_worn(pieces, v):
        return
    for i, piece in enumerate(pieces[1:], 1):
        size = v.worn_letters.get(piece.text)
        if size is None or piece.axis or piece.kind != "word":
            continue
        before = pieces[i - 1]
        placed = piece.sep in ",|(" or before.axis in ("color", "size")
        if placed and (_ends_value(pieces, i) or pieces[i + 1].text in v.worn_letters):
            pieces[i] = piece._replace(axis="size", value=size)


def _decide_numbers(pieces: list[Piece], v: Vocabulary) -> None:
    """Read a bare number as a size where it stands as one: ``Short-32-Gray``, ``size 38``, ``sepatu 38 39 40``."""
    clothes: bool | None = None
    for i, piece in enumerate(pieces):
        if piece.axis or piece.kind not in _NUMBERED:
            continue
        span = ("-" in piece.text or "/" in piece.text) and _SIZE_SPAN.fullmatch(piece.text) is not None
        if not span and piece.kind == "code":
            continue
        before = pieces[i - 1] if i else None
        after = pieces[i + 1] if i + 1 < len(pieces) else None
        if before is not None and before.text in v.cues["marker"]:
            if span or (len(piece.text) < 5 and "%" not in piece.text):
                pieces[i] = piece._replace(axis="size", value=piece.text)
            continue
        if after is not None and after.sep == " " and after.text in v.cues["behind_size"]:
            if span or WORN_SIZE.fullmatch(piece.text):
                pieces[i] = piece._replace(axis="size", value=piece.text)
                pieces[i + 1] = after._replace(axis="noise")
            continue
        if (
            i == 0
            or before is None
            or not (span or WORN_SIZE.fullmatch(piece.text) or _TIED_SIZE.fullmatch(piece.text))
        ):
            continue
        if _is_size_between(pieces, i, span):
            pieces[i] = piece._replace(axis="size", value=piece.text)
            continue
        if clothes is None:
            clothes = _is_worn(pieces, v)
        if clothes and _is_worn_size(pieces, i, span):
            pieces[i] = piece._replace(axis="size", value=piece.text)


def _is_worn(pieces: list[Piece], v: Vocabulary) -> bool:
    """Whether a title speaks of what is worn in numbered sizes."""
    return not v.cues["clothes"].isdisjoint([p.text for p in pieces]) or any(
        p.kind == "cjk" and not v.cues["worn_signs"].isdisjoint(p.text) for p in pieces
    )


def _is_size_between(pieces: list[Piece], i: int, span: bool) -> bool:
    """Whether a number is a size by what stands beside it alone: between hyphens, behind a size, or at the end behind
    a colour."""
    piece, before = pieces[i], pieces[i - 1]
    after = pieces[i + 1] if i + 1 < len(pieces) else None
    if not span and not WORN_SIZE.fullmatch(piece.text):
        return False
    if before.axis == "size" and before.kind == "number":
        return True
    if not span and piece.sep in "-|" and after is not None and after.sep == "-":
        return after.axis in ("color", "tone", "size")
    if before.axis != "color" or not _at_end(pieces, i):
        return False
    if not span and piece.sep in "-|" and after is None:
        return True
    return piece.sep in "|," and all(34 <= float(n) <= 62 for n in _NUMBERS.findall(piece.text))


def _is_worn_size(pieces: list[Piece], i: int, span: bool) -> bool:
    """Whether a number is a size in a title that speaks of what is worn: beside a colour, or a part of its own."""
    piece, before = pieces[i], pieces[i - 1]
    after = pieces[i + 1] if i + 1 < len(pieces) else None
    low, high = (float(n) for n in (_NUMBERS.findall(piece.text)[0], _NUMBERS.findall(piece.text)[-1]))
    ends = _ends_value(pieces, i)
    if span:
        if not (2 <= low < 80 and (low < high <= low + 6 or high < 10)):
            return False
        beside = before.axis == "color" or (after is not None and after.axis == "color")
        return ends and (piece.sep in ",|(" or beside or _at_end(pieces, i))
    if low < 20:
        return before.axis == "color" and _at_end(pieces, i) and low >= 3
    if piece.sep == "-" or ((piece.sep in ",|(" or before.kind == "cjk") and ends and low >= 34):
        return True
    return any(
        p is not None
        and (p.axis in ("color", "size") or (p.kind == "number" and WORN_SIZE.fullmatch(p.text) is not None))
        for p in (before, after)
    )


# Tones that also stand behind their colour in English ("black matte"); another one belongs to the words after it.
_TRAILING = frozenset({"matte", "glossy", "metallic", "satin", "pastel"})


def _color_run(pieces: list[Piece], start: int, v: Vocabulary) -> tuple[list[Piece], int]:
    """Return the colours and tones that stand together from ``start``, and where what follows them starts.

    Tones alone are no run: then it is empty.
    """
    run: list[Piece] = []
    ends = [start]
    i, n = start, len(pieces)
    joint = False
    while i < n:
        p = pieces[i]
        if run and (
            p.sep not in " -/+" or (p.sep == " " and p.kind == run[-1].kind == "cjk" and run[-1].axis == "color")
        ):
            break
        colored = i + 1 < n and pieces[i + 1].axis in ("color", "tone") and pieces[i + 1].sep in " -"
        if p.axis in ("color", "tone"):
            run.append(p._replace(sep="/") if joint else p)
            ends.append(i + 1)
            joint = False
        elif p.text in v.also_tones and colored:
            tone = v.also_tones[p.text]
            run.append(p._replace(axis="tone", value=tone.value, place=tone.place))
            ends.append(i + 1)
        elif run and p.text in FILLERS and run[-1].axis == "color":
            ends[-1] = i + 1
        elif run and p.text in JOINTS and run[-1].axis == "color" and colored:
            joint = True
        else:
            break
        i += 1
    if all(p.axis == "tone" for p in run):
        return [], ends[-1]
    while run[-1].axis == "tone" and run[-1].place == "before" and run[-1].value not in _TRAILING:
        run.pop()
        ends.pop()
    return run, ends[-1]


def _join(pieces: list[Piece], v: Vocabulary) -> list[Piece]:
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
        if not run:
            end = max(end, i + 1)
            out.extend(p._replace(axis="", value="", place="") if p.axis == "tone" else p for p in pieces[i:end])
            i = end
            continue
        values = join_colors(tuple([(p.sep, p.axis, p.value, p.place) for p in run]))
        if len(values) > 1:
            colors = [p for p in run if p.axis == "color"]
            out.extend(p._replace(value=value) for p, value in zip(colors, values, strict=True))
        elif len(run) == 1:
            out.append(run[0]._replace(value=values[0]))
        else:
            text = "".join((("/" if p.sep in "/+" else " ") if k else "") + p.text for k, p in enumerate(run))
            out.append(Piece(text, run[0].kind, "color", values[0], run[0].sep, ""))
        i = end
    return out


def _read(text: str) -> list[Piece]:
    v = load_vocabulary()
    pieces, places = _look_up(_pieces(text), v)
    words = {p.text for p in pieces}
    if not v.markers.keys().isdisjoint(words):
        pieces = mark_named(pieces, v)
    if not _AMPERE.isdisjoint(words) and not v.cues["electric"].isdisjoint(words):
        pieces = _join_amperes(pieces)
    if "20" in text:
        _mark_years(pieces)
    if not v.worn_letters.keys().isdisjoint(words):
        _decide_letters(pieces, v)
    if places & {"thing", "size", "bed"}:
        _decide(pieces, places, v)
    if not _DOUBTFUL.isdisjoint([p.axis for p in pieces]):
        _decide_codes(pieces, v)
    numbered = not _NUMBERED.isdisjoint([p.kind for p in pieces])
    if numbered:
        _decide_numbers(pieces, v)
    if places & {"color", "tone"}:
        pieces = _join(pieces, v)
    shaded = numbered and not v.cues["shaded"].isdisjoint(words)
    if shaded or (" 0" in text and "color" in places):
        pieces = number_shades(pieces, shaded)
    if "%" in text or not _leading().isdisjoint(words):
        _tidy(pieces, v)
    return pieces


_AMPERE = frozenset("aа")
_RATING = re.compile(r"[1-9]\d{0,2}(?:\.\d)?")


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


_NUMBERED = frozenset({"number", "code"})
_BARE = frozenset({"size", "x", "pcs", "pc"})


_YEAR = re.compile(r"20[1-4]\d")


def _mark_years(pieces: list[Piece]) -> None:
    """Call a year beside a selling word noise: "New Arrival 2026"."""
    for i, p in enumerate(pieces):
        if p.kind == "number" and not p.axis and _YEAR.fullmatch(p.text):
            near = pieces[max(i - 1, 0) : i + 2]
            if any(q.axis == "noise" and q.place != "stop" for q in near):
                pieces[i] = p._replace(axis="noise")


def _measured(pieces: list[Piece], i: int) -> bool:
    return any(p.kind == "measure" for p in pieces[max(i - 1, 0) : i + 2])


@cache
def _leading() -> frozenset[str]:
    return _BARE | load_vocabulary().cues["marker"]


def _tidy(pieces: list[Piece], v: Vocabulary) -> None:
    """Call noise what only leads to a value: "size" before one, "100%" before a material, a lone "x"."""
    markers = v.cues["marker"]
    for i, p in enumerate(pieces):
        if p.axis:
            continue
        after = pieces[i + 1] if i + 1 < len(pieces) else None
        if (
            (p.text in markers and after is not None and after.axis in ("size", "dimension", "length"))
            or (p.text[-1] == "%" and after is not None and after.axis in ("material", "noise"))
            or (p.text in _BARE and p.kind == "word" and (p.text != "x" or _measured(pieces, i)))
        ):
            pieces[i] = p._replace(axis="noise")


_tokens: dict[tuple[str, ...], Token] = {}


def _token(piece: Piece) -> Token:
    """Return a piece as a token; equal tokens are one object, for a catalogue's titles repeat their words."""
    parts = piece[:4]
    token = _tokens.get(parts)
    if token is None:
        if len(_tokens) > _MEMORY:
            _tokens.clear()
        token = _tokens[parts] = Token(*parts)
    return token


def read_title(title: str) -> Title:
    """Read one title. Any text is accepted; case, width, script variant, emoji and symbols around it do not matter."""
    return Title(tuple([_token(p) for p in _read(fold(title))]))


def read_titles(titles: Sequence[str]) -> list[Title]:
    """Read many titles; equal ones once. Words are remembered between calls."""
    known: dict[str, Title] = {}
    out: list[Title] = []
    for title in titles:
        read = known.get(title)
        if read is None:
            read = known[title] = read_title(title)
        out.append(read)
    return out
