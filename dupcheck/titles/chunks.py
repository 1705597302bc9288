"""A folded title cut into pieces: measures, runs of unspaced script, delimiters and chunks, each remembered."""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial

from dupcheck.titles.lexer import WORN_SIZE, Piece
from dupcheck.titles.measures import (
    SYSTEMS,
    joint_pattern,
    lead_pattern,
    led_pattern,
    number_pattern,
    plain_number,
    read_measure,
    show_number,
)
from dupcheck.titles.vocabulary import UNSPACED, Reading, Vocabulary, fold_word, load_vocabulary, read_language

MEMORY = 500_000
"""Titles of a big catalogue share most of their words: so many are remembered."""


@cache
def _leads() -> str:
    """A pattern of the words that may lead to a number, so that what follows them matters."""
    words = {w.split()[0] for w in load_vocabulary().pack_before} | SYSTEMS | {"x", "w"}
    return rf"(?:{'|'.join(sorted(words))})(?![a-zа-я])"


_MEMORY_SIZE = (
    r"(?:[1-9]|1[0268]|24|32|64)\s?(?:gb?|гб?)?\s?[+/]\s?(?:(?:16|32|64|128|256|512|1024)\s?(?:gb?|гб?)|[1-8]\s?(?:tb?|тб))"
    r"(?![a-zа-я])"
)
"""Working memory and storage, as phones are sold by: 8/128 GB, 12+256G."""
_SEPARATORS = "(),|/+-"
_LONG = r"\s(?:[cm]?m|in|inch|ft|[см]?м)(?![a-zа-я])"


_CHUNK = r"(?P<chunk>[^\s(),|/+]+(?:\+(?!\w))?)"
_RUNS = (
    rf"(?P<run>(?:[tvo](?=恤|字?领)|(?:\d{{0,2}}x{{0,4}}[sml]|f)(?=[码号]))?[{UNSPACED}]+)"
    rf"|(?P<chunk>[^\s(),|/+{UNSPACED}]+(?:\+(?!\w))?)"
)


@cache
def _number_scanner(joined: bool, plain: bool) -> re.Pattern[str]:
    """The pattern a title is cut by where a digit stands; ``plain``: where the title is plain ASCII, for which it is
    compiled in a third of the time.
    """
    return re.compile(
        rf"(?P<memory>{_MEMORY_SIZE})"
        r"|(?P<number>\d++/\d++(?![\w/\"']))"
        r"|(?P<grade>\d{1,2}w[-/]\d{2}(?![\w.\"'/]))"
        rf"|{number_pattern(joined, plain)}"
        r"|(?P<decimal>(?:\d{2,3},\d|\d,5)(?![\w,%\"'/]))"
        r"|(?P<mixed>[1-5]\d\s(?:1/2|[12]/3)(?![\w/\"]))"
        r"|(?P<thousands>\d{1,3}(?:,\d{3})++(?:\.\d++)?(?![\w.\"'])(?!\s?x\s?\d))"
        rf"|{_CHUNK if plain else _RUNS}"
    )


@cache
def _word_scanner(leading: bool, plain: bool) -> re.Pattern[str]:
    """The pattern a title is cut by where no digit stands; ``leading``: where what stands there may lead to one;
    ``plain``: where the title is plain ASCII.
    """
    return re.compile(
        rf"(?P<word>(?!{_leads()})[a-zа-я]+(?=[\s,|]|$))"
        r"|(?P<thread>m\d{1,2}(?:\.\d)?\s?x\s?\d{1,3}(?:\.\d)?(?![\w.]|\s[cm]?m(?![a-z])))"
        rf"|(?P<copies>(?<=\d\s)x\s?\d{{1,3}}(?![\w.]|{_LONG})|x\s\d{{1,3}}(?![\w.\"/]|{_LONG})(?!\s?x))"
        rf"|{led_pattern(plain) + '|' if leading else ''}{_CHUNK if plain else _RUNS}"
    )


@cache
def _joint() -> re.Pattern[str]:
    return re.compile(joint_pattern())


@cache
def _lead() -> re.Pattern[str]:
    return re.compile(lead_pattern())


def _scan(text: str, at: int, joined: bool) -> re.Match[str] | None:
    """Find what stands at a place, by the least pattern that can: the long ones are compiled only if a title asks.

    ``joined``: whether the text may hold numbers that are joined.
    """
    plain = text.isascii()
    if text[at].isdecimal():
        return _number_scanner(joined, plain).match(text, at)
    return _word_scanner(_lead().match(text, at) is not None, plain).match(text, at)


@cache
def _bound() -> re.Pattern[str]:
    """What a chunk starts with if its reading depends on what stands around it."""
    return re.compile(rf"[\d(),|/+-]|[hdlm]\d|{_leads()}|[sml][码号]|\d*x*[sml][码号]|f码")


def _word(text: str, sep: str) -> Piece:
    return Piece(fold_word(text) or text, "word", "", "", sep, "")


_SIZE_SPAN = re.compile(r"\d{1,3}(?:\.5)?(?:-\d{1,3}(?:\.5)?)+|\d{1,2}/\d{1,2}")
_TIED_SIZE = re.compile(r"\d(?:\.5)?")
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_LETTERS = re.compile(r"[^\W\d_]+(?:['&.][^\W\d_]+)*")
_GLUED = re.compile(r"(\d+)([^\W\d_]{3,})")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?%)(.*)", re.S)


def _part(text: str, sep: str, v: Vocabulary) -> list[Piece]:
    """Read a part of a chunk that holds no hyphen."""
    if _DIGITS.fullmatch(text):
        return [Piece(plain_number(text), "number", "", "", sep, "")]
    if text[-1] == "а" and text[:-1].isdigit():
        text = f"{text[:-1]}a"  # a Cyrillic ampere
    if text in v.phrases and not _LETTERS.fullmatch(text):
        axis, value, place = v.phrases[text]
        return [Piece(text, "code", axis, value, sep, place)]
    if (m := _PERCENT.fullmatch(text)) is not None:
        return [Piece(m[1], "number", "", "", sep, ""), *(_part(m[2], " ", v) if m[2] else [])]
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
        named = text.endswith("'s") and (r := v.phrases.get(fold_word(text))) is not None and r.axis == "color"
        return [Piece(text, "word", "", "", sep, "")] if named else [_word(text, sep)]  # Gray's Anatomy
    if text.endswith("+"):
        return [Piece(text[:-1], "code", "", "", sep, ""), Piece("plus", "word", "", "", " ", "")]
    text = text.strip("\"'%.&")
    return [Piece(text, "code" if any(c.isdigit() for c in text) else "word", "", "", sep, "")] if text else []


def _read_chunk(v: Vocabulary, chunk: str) -> tuple[Piece, ...]:
    """Read a chunk of letters, digits and hyphens: words joined by hyphens come apart, codes stay whole."""
    if "-" not in chunk:
        return tuple(_part(chunk, " ", v))
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
            pieces += _part(p, "-" if i else " ", v)
    for p in parts[end:]:
        pieces += _part(p, "-", v)
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


@cache
def _numerals() -> Mapping[str, float]:
    return {sign: float(n) for n, signs in read_language("zh", "measures")["digits"].items() for sign in signs}


@cache
def _counted() -> re.Pattern[str]:
    """A number in Chinese signs, and what it counts or weighs."""
    words = read_language("zh", "measures")
    count, weight = ("|".join(sorted(words[name], key=len, reverse=True)) for name in ("counted", "weighed"))
    signs = "".join(_numerals())
    return re.compile(rf"(?:一套)?([{signs}]{{1,5}})(?:({count})(?![一月纹])|({weight})(?![{signs}]))")


def _read_numeral(text: str) -> float:
    total = current = 0.0
    for sign in text:
        n = _numerals()[sign]
        if n >= 10:
            total += (current or 1) * n
            current = 0
        else:
            current = n
    return total + current


def _read_counted(run: str, at: int) -> tuple[int, Piece] | None:
    """What a number in Chinese signs counts or weighs from a place of a run on, and where that ends; None if none."""
    found = _counted().match(run, at)
    if found is None or not (len(found[1]) == 1 or "十" in found[1] or "百" in found[1]):
        return None
    number = show_number(_read_numeral(found[1]))
    measure = read_measure("count", number + found[2]) if found[2] else read_measure("measure", number + found[3])
    return (
        None if measure is None else (found.end(), Piece(found[0], "measure", measure.axis, measure.values[0], " ", ""))
    )


def _bigrams(run: str) -> list[Piece]:
    grams = [run] if len(run) == 1 else [run[j : j + 2] for j in range(len(run) - 1)]
    return [Piece(g, "cjk", "", "", " ", "") for g in grams]


def spell_alike(piece: Piece, v: Vocabulary) -> tuple[Piece, ...]:
    """Return a piece in the spelling that its synonyms share: as many pieces as that has words."""
    if piece.axis or piece.text not in v.synonyms:
        return (piece,)
    first, *others = _spell(v.synonyms[piece.text])
    return (first._replace(sep=piece.sep), *others)


@cache
def _spell(meant: str) -> tuple[Piece, ...]:
    unspaced = re.fullmatch(rf"[{UNSPACED}]+", meant)
    return tuple(_bigrams(meant) if unspaced else [_word(w, " ") for w in meant.split()])


def _read_run(v: Vocabulary, run: str) -> tuple[Piece, ...]:
    """Cut a run of unspaced script by the vocabulary, the longest spelling first; the rest becomes bigrams."""
    pieces, unknown, i, n = list[Piece](), "", 0, len(run)
    longest = v.run + 1
    if (whole := v.phrases.get(run)) is not None:
        return spell_alike(Piece(run, "cjk", whole.axis, whole.value, " ", whole.place), v)
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
            counted = _read_counted(run, i)
            if counted is not None:
                flush()
                i, piece = counted
                pieces.append(piece)
                continue
            unknown += run[i]
            i += 1
            continue
        flush()
        text = run[i : i + width]
        pieces.extend(spell_alike(Piece(text, "cjk", found.axis, found.value, " ", found.place), v))
        i += width
    flush()
    return tuple(pieces)


@lru_cache(MEMORY)
def _read_measure(group: str, text: str) -> tuple[Piece, ...] | None:
    """What a measure says, the same in every language; None where it is none after all."""
    found = read_measure(group, text)
    if found is None:
        return None
    if found.axis:
        return tuple(Piece(text.strip(), "measure", found.axis, value, " ", "") for value in found.values)
    kind = "code" if group == "in1" else "number" if group == "percent" else "measure"
    return tuple(Piece(value, kind, "", "", " ", "") for value in found.values)


def _read_words(v: Vocabulary, text: str) -> tuple[Piece, ...]:
    return tuple(p for t in text.split() for p in _read_chunk(v, t.strip("/-+")) if p.text)


_READERS: Mapping[str, Callable[[Vocabulary, str], tuple[Piece, ...]]] = {
    "word": lambda v, found: tuple(_part(found, " ", v)),
    "chunk": _read_chunk,
    "run": _read_run,
    "number": lambda _, found: (Piece(plain_number(found), "number", "", "", " ", ""),),
    "thousands": lambda _, found: (Piece(plain_number(found), "number", "", "", " ", ""),),
    "decimal": lambda _, found: (Piece(plain_number(found), "number", "", "", " ", ""),),
    "grade": lambda _, found: (Piece(found.replace("/", "-"), "code", "", "", " ", ""),),
    "mixed": lambda _, found: (Piece(found.replace(" 1/2", ".5"), "number", "", "", " ", ""),),
    "thread": lambda _, found: (Piece("".join(found.split()), "code", "", "", " ", ""),),
    "copies": lambda _, found: (Piece(found, "measure", "pack", str(int(found[1:])), " ", ""),),
}


@lru_cache(MEMORY)
def _read_worded(v: Vocabulary, group: str, found: str) -> tuple[Piece, ...]:
    return _READERS[group](v, found)


def _read_match(v: Vocabulary, group: str, found: str) -> tuple[Piece, ...]:
    if group in _READERS:
        return _read_worded(v, group, found)
    measured = _read_measure(group, found)
    return _read_words(v, found) if measured is None else measured


@lru_cache(128)
def _free_reader(v: Vocabulary) -> Callable[[str], tuple[Piece, ...] | None]:
    """:func:`_read_free` of a vocabulary, remembered."""
    return lru_cache(MEMORY)(partial(_read_free, v))


def _read_free(v: Vocabulary, chunk: str) -> tuple[Piece, ...] | None:
    """The pieces of a text between blanks whose reading needs no neighbour; None for any other."""
    if _bound().match(chunk) is not None:
        return None
    m = _scan(chunk, 0, joined=True)
    if m is None or m.end() < len(chunk) or m.lastgroup not in ("word", "chunk", "run"):
        return None
    return _read_match(v, m.lastgroup, chunk)


def cut_pieces(text: str, v: Vocabulary) -> list[Piece]:
    """Cut a folded text into pieces, values that need no neighbours already read."""
    pieces: list[Piece] = []
    sep, at, length = "|", 0, len(text)
    read_free, joined = _free_reader(v), _joint().search(text) is not None
    while at < length:
        sign = text[at]
        if sign == " ":
            at += 1
            continue
        if sign in _SEPARATORS:
            sep, at = sign if pieces else "|", at + 1
            continue
        end = text.find(" ", at)
        if end < 0:
            end = length
        new = read_free(text[at:end])
        if new is not None:
            at = end + 1
        else:
            m = _scan(text, at, joined)
            if m is None:
                at += 1
                continue
            new = _read_match(v, m.lastgroup or "chunk", m[0])
            at = max(m.end(), at + 1)
        if not new:
            continue
        if sep != " ":
            text_, kind, axis, value, _, place = new[0]
            new = (Piece(text_, kind, axis, value, sep, place), *new[1:])
            sep = " "
        pieces += new
    return pieces
