"""The words that titles and values are read with, loaded once: a folder a language under ``languages``.

A language's ``values.toml`` holds the spellings of values (``*`` stands for its endings), ``measures.toml`` sizes,
packs, units and ages, ``words.toml`` what sells, links or leads to a value, and ``names.toml`` the names of attributes.
What belongs to no language (how much a unit is, the order of sizes) is in ``vocabularies``.

Every spelling is kept as :func:`~dupcheck.titles.normalising.normalise` writes it, hyphens as blanks, words folded.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from dupcheck.axes import AXES, WORDED
from dupcheck.files.remembering import remember, sign_files
from dupcheck.files.toml import read_toml
from dupcheck.titles.normalising import normalise

_LANGUAGES = Path(__file__).parent / "languages"
_FIRST = ("en", "zh", "ru", "es", "pt", "id")
_KEPT = 2
_SINGLE_SIGNS = frozenset("男女款的")
_LATIN_WORD = re.compile(r"[a-z]+")
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""The signs of scripts that put no blanks between words, as a class of a pattern."""


class Reading(NamedTuple):
    """What a spelling means: its axis, its value there, and where in a title it may be read so.

    ``sure``: anywhere; ``thing``: a colour that also names a thing; ``size`` and ``bed``: only where a size may stand;
    ``before`` and ``after``: a tone, on that side of its colour; ``alone``: one Chinese character, only as a whole
    text; ``stop``: a word without meaning of its own.
    """

    axis: str
    value: str
    place: str


class Unit(NamedTuple):
    """A unit of measure: ``scale`` base units of its axis; a ``short`` one stands behind no hyphen."""

    name: str
    axis: str
    scale: float
    short: bool


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The spellings of some languages, by what they are looked up for.

    ``longest``: the first word of each phrase, and of how many words the longest that begins so is; ``run``: how many
    signs the longest spelling in unspaced script has.
    ``markers``: words that name an axis in a title, each with the axes it may name and how far it is trusted there.
    ``joints`` stand between two colours, ``fillers`` behind one, ``accompanying`` before what only comes with a thing,
    ``fitting`` before what it is for; ``choosing`` asks a buyer to choose; ``small`` words only bind others.
    ``parts`` are words for pieces that one thing consists of, among ``pieces``.
    """

    phrases: Mapping[str, Reading]
    also_tones: Mapping[str, Reading]
    longest: Mapping[str, int]
    run: int
    compact: Mapping[str, str]
    tones: frozenset[str]
    letters: tuple[str, ...]
    beds: tuple[str, ...]
    cues: Mapping[str, frozenset[str]]
    markers: Mapping[str, Mapping[str, str]]
    worn_letters: Mapping[str, str]
    not_before_size: frozenset[str]
    small: frozenset[str]
    fitting: frozenset[str]
    joints: frozenset[str]
    fillers: frozenset[str]
    accompanying: frozenset[str]
    no_brand: frozenset[str]
    choosing: tuple[str, ...]
    units: Mapping[str, Unit]
    pieces: frozenset[str]
    parts: frozenset[str]
    containers: Mapping[str, str]
    many: Mapping[str, int]
    pack_before: tuple[str, ...]
    ages: Mapping[str, str]
    by: tuple[str, ...]
    by_alone: tuple[str, ...]
    in_one: tuple[str, ...]
    numerals: Mapping[str, str]
    synonyms: Mapping[str, str]
    names: Mapping[str, str]

    def pack(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        own = vars(self)
        apart = {
            "phrases": _pack_readings(self.phrases),
            "also_tones": _pack_readings(self.also_tones),
            "cues": {name: sorted(words) for name, words in self.cues.items()},
            "units": {sign: unit.name for sign, unit in self.units.items()},
        }
        return {
            **apart,
            "sets": {name: sorted(held) for name, held in own.items() if isinstance(held, frozenset)},
            "rows": {name: list(held) for name, held in own.items() if isinstance(held, tuple)},
            "plain": {name: held for name, held in own.items() if isinstance(held, dict | int) and name not in apart},
        }

    @classmethod
    def unpack(cls, held: Mapping[str, Any]) -> "Vocabulary":
        """Return the vocabulary of which :meth:`pack` gave this."""
        made: dict[str, Any] = {
            **held["plain"],
            **{name: frozenset(words) for name, words in held["sets"].items()},
            **{name: tuple(words) for name, words in held["rows"].items()},
            "phrases": _unpack_readings(held["phrases"]),
            "also_tones": _unpack_readings(held["also_tones"]),
            "cues": {name: frozenset(words) for name, words in held["cues"].items()},
            "units": {sign: _units()[name] for sign, name in held["units"].items()},
        }
        return cls(**made)


def _pack_readings(readings: Mapping[str, Reading]) -> dict[str, Any]:
    """Spellings, what there is that one may mean, and for each spelling which of it: many mean the same."""
    known = {reading: number for number, reading in enumerate(dict.fromkeys(readings.values()))}
    return {"spelled": list(readings), "known": list(known), "meant": [known[r] for r in readings.values()]}


def _unpack_readings(held: Mapping[str, Any]) -> dict[str, Reading]:
    known = [Reading(*reading) for reading in held["known"]]
    return dict(zip(held["spelled"], map(known.__getitem__, held["meant"]), strict=True))


@cache
def read_words(name: str) -> dict[str, Any]:
    """Return the data file ``vocabularies/<name>.toml``; several read one, and none changes it."""
    return read_toml(Path(__file__).parent / "vocabularies" / f"{name}.toml")


@cache
def list_languages() -> tuple[str, ...]:
    """Return the codes of the languages there are; where two have a spelling, the first one's meaning comes first."""
    found = {folder.name for folder in _LANGUAGES.iterdir() if folder.is_dir()}
    return (*(c for c in _FIRST if c in found), *sorted(c for c in found - {*_FIRST} if c.isalpha()))


@cache
def read_language(code: str, name: str) -> dict[str, Any]:
    """Return the data file ``languages/<code>/<name>.toml``; an empty dict where the language has none."""
    path = _LANGUAGES / code / f"{name}.toml"
    return read_toml(path) if path.is_file() else {}


@cache
def _words_in_ie() -> tuple[str, ...]:
    return tuple(read_language("en", "words")["in_ie"])


def fold_word(word: str) -> str:
    """Return an English word without its possessive or plural ending: ``women's`` → ``women``, ``boxes`` → ``box``.

    Light on purpose: words under four letters, other scripts and anything with a digit stay as they are.
    """
    if "'" in word:
        word = word[:-2] if word.endswith("'s") else word.replace("'", "")
    if len(word) < 4 or word[-1] != "s" or not _LATIN_WORD.fullmatch(word):
        return word
    if word[-2] in "sui" or (word[-2] in "ao" and len(word) < 6):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-1] if word.endswith(_words_in_ie()) else word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zzes")):
        return word[:-2]
    return word[:-1]


@lru_cache(40_000)
def look_up_key(spelling: str) -> str:
    """Return the form in which a spelling is looked up."""
    return " ".join(fold_word(w) for w in normalise(spelling).replace("-", " ").split())


def inflect(code: str, spelling: str) -> Iterator[str]:
    """Yield a spelling of a language; one that ends with ``*`` with each of the language's endings."""
    if not spelling.endswith("*"):
        yield spelling
        return
    for ending in read_language(code, "words").get("endings", ("",)):
        yield spelling[:-1] + ending


@cache
def unspaced_run() -> re.Pattern[str]:
    """Signs of scripts that put no blanks between words. It takes long to compile: made once it is asked for."""
    return re.compile(f"[{UNSPACED}]+")


def _single_sign(spelling: str) -> bool:
    return len(spelling) == 1 and "\u3400" <= spelling <= "\u9fff" and spelling not in _SINGLE_SIGNS


@dataclass
class _Phrases:
    """What the spellings of one language, or of several, mean."""

    phrases: dict[str, Reading] = field(default_factory=dict)
    also_tones: dict[str, Reading] = field(default_factory=dict)
    compact: dict[str, str] = field(default_factory=dict)
    synonyms: dict[str, str] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)
    run: int = 0

    def add(self, spelling: str, axis: str, value: str, place: str) -> str:
        key = look_up_key(spelling)
        self._set(key, Reading(axis, value, "alone" if _single_sign(key) else place))
        first, *others = key.split()
        self.longest[first] = max(self.longest.get(first, 0), len(others) + 1)
        if len(key) > self.run and not key.isascii() and unspaced_run().fullmatch(key):
            self.run = len(key)
        return key

    def _set(self, key: str, reading: Reading) -> None:
        known = self.phrases.setdefault(key, reading)
        if known.axis == "tone" and reading.axis != "tone":
            self.also_tones[key] = known
            self.phrases[key] = reading

    def merge(self, other: "_Phrases") -> None:
        """Take up what another language's spellings mean, where this one has no meaning for them."""
        for key in self.phrases.keys() & other.phrases.keys():
            self._set(key, other.phrases[key])
        self.phrases = other.phrases | self.phrases
        self.also_tones = other.also_tones | self.also_tones
        for word in self.longest.keys() & other.longest.keys():
            self.longest[word] = max(self.longest[word], other.longest[word])
        self.longest = other.longest | self.longest
        self.run = max(self.run, other.run)
        self.compact = other.compact | self.compact
        self.synonyms = other.synonyms | self.synonyms

    def pack(self) -> dict[str, Any]:
        """Return them as JSON can hold them."""
        apart = {"phrases": _pack_readings(self.phrases), "also_tones": _pack_readings(self.also_tones)}
        return vars(self) | apart

    @classmethod
    def unpack(cls, held: Mapping[str, Any]) -> "_Phrases":
        """Return the phrases of which :meth:`pack` gave this."""
        apart = {name: _unpack_readings(held[name]) for name in ("phrases", "also_tones")}
        return cls(**{**held, **apart})


@cache
def _sources() -> list[str]:
    """What the phrases follow from: the data, the code that reads it, and the tables of the libraries below that."""
    opencc = find_spec("opencc")
    files = [
        *_LANGUAGES.glob("*/*.toml"),
        *_LANGUAGES.parent.glob("vocabularies/*.toml"),
        *_LANGUAGES.parent.glob("*.py"),
        _LANGUAGES.parent.with_name("axes.toml"),
        *([Path(opencc.origin)] if opencc is not None and opencc.origin else ()),
    ]
    return [unicodedata.unidata_version, blake2b(repr(sign_files(sorted(files))).encode()).hexdigest()]


@cache
def _read_phrases(code: str) -> _Phrases:
    """The phrases of a language, kept between runs; the first meaning first."""
    return _Phrases.unpack(remember(f"phrases-{code}", _sources(), lambda: _collect_phrases(code).pack()))


def _collect_phrases(code: str) -> _Phrases:
    b = _Phrases()
    values, sizes, words = (read_language(code, name) for name in ("values", "measures", "words"))
    for phrase in words.get("whole", ()):
        b.add(phrase, "", "", "sure")
    _add_tones(b, code, values.get("tone", {}))
    _add_colors(b, code, values)
    _add_worded(b, code, values)
    _add_sizes(b, code, sizes)
    for spelling in words.get("selling", ()):
        b.add(spelling, "noise", "", "sure")
    letters = read_words("sizes")["letter"]
    for spelling in words.get("stop", ()):
        if spelling not in letters:  # where it is no size, it is small
            b.add(spelling, "noise", "", "stop")
    b.synonyms = {look_up_key(word): group[0] for group in words.get("synonyms", ()) for word in group}
    for spelling in b.synonyms:
        b.add(spelling, "", "", "sure")
    return b


def _add_worded(b: _Phrases, code: str, values: Mapping[str, Any]) -> None:
    for axis in WORDED:
        if axis == "color":  # has tones and things besides
            continue
        for value, spelled in values.get(axis, {}).items():
            for spelling in spelled:
                for form in inflect(code, spelling):
                    b.add(form, axis, value, "sure")
            if code == "en":
                b.add(value, axis, value, "sure")


def _add_sizes(b: _Phrases, code: str, sizes: Mapping[str, Any]) -> None:
    for kind, plain in (("size", "size"), ("bed", "bed")):
        for value, spelled in sizes.get(kind, {}).get("sure", {}).items():
            for spelling in spelled:
                b.add(spelling, "size", value, "sure")
        for value, spelled in sizes.get(kind, {}).get("plain", {}).items():
            for spelling in spelled:
                b.add(spelling, "size", value, plain)
    if code == "en":
        for kind, place in (("letter", "size"), ("bed", "bed")):
            for value in read_words("sizes")[kind]:
                b.add(value, "size", value, place)


def _add_tones(b: _Phrases, code: str, tones: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
    for place in ("before", "after"):
        for value, spelled in tones.get(place, {}).items():
            for spelling in spelled:
                b.add(spelling, "tone", value, place)
    if code == "en":
        for value in tones["before"]:
            b.add(value, "tone", value, "before")


def _add_colors(b: _Phrases, code: str, values: Mapping[str, Mapping[str, Any]]) -> None:
    for part, place in (("color", "sure"), ("things", "thing")):
        for value, spelled in values.get(part, {}).items():
            for spelling in spelled:
                for form in inflect(code, spelling):
                    key = b.add(form, "color", value, place)
                    if " " in key:
                        b.compact.setdefault(key.replace(" ", ""), value)
    if code == "en":
        for value in (*values["color"], *values["things"]):
            b.add(value, "color", value, "thing" if " " not in value else "sure")
    for value, spelling in join_tones(values):
        b.add(spelling, "color", value, "sure")


def join_tones(values: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield each tone before a colour of one sign, and a spelling of it: 浅 + 灰 is light gray."""
    for tone, prefixes in values.get("tone", {}).get("joined", {}).items():
        for value, spelled in values["color"].items():
            for sign in (s for s in spelled if len(s) == 1):
                for spelling in (form for prefix in prefixes for form in (prefix + sign + "色", prefix + sign)):
                    yield f"{tone} {value}", spelling


@cache
def list_words(code: str) -> frozenset[str]:
    """Return the words of a language, one by one: those of its values, of its small words and of its names."""
    return frozenset(_read_lists()["words"][code])


@cache
def _read_lists() -> dict[str, Any]:
    """What all languages list together, kept between runs: their ``words``, ``cues`` and ``names``."""

    def make() -> dict[str, Any]:
        cues = {name: sorted(words) for name, words in _collect_cues().items()}
        words = {code: sorted(_collect_words(code)) for code in list_languages()}
        return {"words": words, "cues": cues, "names": _collect_names()}

    return remember("lists-all", _sources(), make)


def _collect_words(code: str) -> frozenset[str]:
    words = read_language(code, "words")
    listed = [w for name in ("accompanying", "fitting", "joints", "fillers", "ordinary") for w in words.get(name, ())]
    listed += [w for cue in words.get("cues", {}).values() for w in cue]
    if code != "en":  # "type", "model" and "size" stand in titles of every language
        listed += [w for spelled in read_language(code, "names").values() for w in spelled]
    spelled = (*_read_phrases(code).phrases, *map(look_up_key, listed))
    return frozenset(word for key in spelled for word in key.split() if word.isalpha() and len(word) > 1)


@lru_cache(128)
def load_vocabulary(codes: tuple[str, ...] = ()) -> Vocabulary:
    """Return the vocabulary of some languages, the first one's meanings first; of all where none is named.

    With some languages named, words that are ordinary in one of them mean nothing else there (Spanish: red). What
    most runs ask is kept between them: that of all, of English, and of one language and English.
    """
    if len(codes) > _KEPT:
        return _collect_vocabulary(codes)
    name = f"vocabulary-{'-'.join(codes) or 'all'}"
    return Vocabulary.unpack(remember(name, _sources(), lambda: _collect_vocabulary(codes or list_languages()).pack()))


def _collect_vocabulary(languages: Sequence[str]) -> Vocabulary:
    whole = _merge_phrases(languages)
    words = {code: read_language(code, "words") for code in languages}
    measures = {code: read_language(code, "measures") for code in languages}

    def collect(name: str) -> frozenset[str]:
        return _as_read((w for part in words.values() for w in part.get(name, ())), whole.synonyms)

    return Vocabulary(
        phrases=whole.phrases,
        also_tones=whole.also_tones,
        longest=whole.longest,
        run=whole.run,
        compact=whole.compact,
        tones=_tones(),
        letters=tuple(read_words("sizes")["letter"]),
        beds=tuple(read_words("sizes")["bed"]),
        cues=_cues(),
        markers=_markers(words.values()),
        worn_letters={w: v for m in measures.values() for v, ws in m.get("worn_letters", {}).items() for w in ws},
        not_before_size=collect("not_before_size"),
        small=frozenset(w for part in words.values() for w in part.get("stop", ())),
        fitting=collect("fitting"),
        joints=collect("joints"),
        fillers=collect("fillers"),
        accompanying=collect("accompanying"),
        choosing=_longest_first(w for part in words.values() for w in part.get("choosing", ())),
        no_brand=frozenset(normalise(w) for part in words.values() for w in part.get("no_brand", ())),
        units={
            w: _units()[name] for m in measures.values() for name, ws in m.get("unit", {}).items() for w in _signs(ws)
        },
        parts=frozenset(normalise(w) for m in measures.values() for w in m.get("part", ())),
        pieces=frozenset(
            normalise(w) for m in measures.values() for name in ("piece", "part") for w in m.get(name, ())
        ),
        containers={
            normalise(w): kind for m in measures.values() for kind, ws in m.get("container", {}).items() for w in ws
        },
        many={normalise(w): int(n) for m in measures.values() for n, ws in m.get("many", {}).items() for w in ws},
        pack_before=tuple(dict.fromkeys(normalise(w) for m in measures.values() for w in m.get("pack_before", ()))),
        ages={normalise(w): kind for m in measures.values() for kind, ws in m.get("age", {}).items() for w in ws},
        by=tuple(dict.fromkeys(w for m in measures.values() for w in m.get("by", ()))),
        by_alone=tuple(dict.fromkeys(w for m in measures.values() for w in m.get("by_alone", ()))),
        in_one=tuple(dict.fromkeys(w for m in measures.values() for w in m.get("in_one", ()))),
        numerals={
            look_up_key(form): n
            for code, part in words.items()
            for n, ws in part.get("numerals", {}).items()
            for w in ws
            for form in inflect(code, w)
        },
        synonyms=whole.synonyms,
        names=_read_lists()["names"],
    )


def _merge_phrases(codes: Sequence[str]) -> _Phrases:
    whole = _Phrases()
    for code in codes if len(codes) < len(list_languages()) else ():
        for word in read_language(code, "words").get("ordinary", ()):
            whole.add(word, "", "", "sure")
    for code in codes:
        whole.merge(_read_phrases(code))
    return whole


@cache
def _tones() -> frozenset[str]:
    return frozenset(
        value
        for code in list_languages()
        for part in read_language(code, "values").get("tone", {}).values()
        for value in part
    )


@cache
def _cues() -> dict[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in _read_lists()["cues"].items()}


def _collect_cues() -> dict[str, frozenset[str]]:
    synonyms = {word: meant for code in list_languages() for word, meant in _read_phrases(code).synonyms.items()}
    cues: dict[str, frozenset[str]] = {}
    for code in list_languages():
        for name, listed in read_language(code, "words").get("cues", {}).items():
            cues[name] = cues.get(name, frozenset()) | _as_read(listed, synonyms)
    return cues


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(map(look_up_key, words)), key=lambda word: (-len(word), word)))


def _as_read(words: Iterable[str], synonyms: Mapping[str, str]) -> frozenset[str]:
    """The words as they stand in a title that was read: a synonym under its group's name as well."""
    keys = [look_up_key(w) for w in words]
    return frozenset((*keys, *(look_up_key(synonyms[k]) for k in keys if k in synonyms)))


def _signs(words: Iterable[str]) -> Iterator[str]:
    return (w if w in "\"'" else normalise(w) for w in words)


@cache
def _units() -> dict[str, Unit]:
    return {
        name: Unit(name, e["axis"], float(e["scale"]), bool(e.get("short", False)))
        for name, e in read_words("units").items()
    }


def _markers(languages: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Each word that names an axis in a title → that axis → how far to trust it there."""
    found: dict[str, dict[str, str]] = {}
    for words in languages:
        for axis, entry in words.get("markers", {}).items():
            for reach, listed in entry.items():
                for word in listed:
                    found.setdefault(look_up_key(word), {}).setdefault(axis, reach)
    return found


def _collect_names() -> dict[str, str]:
    found: dict[str, str] = {}
    for code in list_languages():
        for axis, spelled in read_language(code, "names").items():
            for name in spelled:
                found.setdefault(look_up_key(name), axis)
    return found | {look_up_key(axis): axis for axis in AXES}
