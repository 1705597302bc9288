"""The words that titles and values are read with: ``vocabularies/*.toml``, loaded once.

Every spelling is kept as :func:`~dupcheck.titles.normalising.normalise` writes it, hyphens as blanks, words folded.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from dupcheck.files.toml import read_toml
from dupcheck.messages import LANGS
from dupcheck.titles.normalising import normalise

Place = Literal["sure", "thing", "size", "bed", "before", "after", "alone", "stop"]

LANGUAGES = ("en", "zh", "ru", "es", "pt", "id", "more")
_ENDINGS = (
    "ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие", "ого", "его", "ому", "ему", "ым",
    "им", "ую", "юю", "ых", "их", "ыми", "ими", "ом", "ем", "ей", "о",
)  # fmt: skip
# Vocabularies whose entries are plain lists of spellings, and the axis each is for.
SIMPLE = {
    "materials": "material",
    "patterns": "pattern",
    "plugs": "plug",
    "people": "gender",
    "tiers": "tier",
    "conditions": "condition",
}
_SINGLE_SIGNS = frozenset("男女款的")
# Words in -ie, whose plural is not that of a word in -y.
_IN_IE = (
    "cookies", "hoodies", "beanies", "movies", "brownies", "smoothies", "onesies", "selfies", "zombies", "genies",
    "birdies", "neckties", "bowties", "booties", "nighties", "veggies", "scrunchies", "calories", "pixies", "foodies",
    "goodies", "doggies", "cuties", "talkies", "collies", "magpies", "eyries", "budgies", "wellies", "hankies",
)  # fmt: skip
_LATIN_WORD = re.compile(r"[a-z]+")


class Reading(NamedTuple):
    """What a spelling means: its axis, its value there, and where in a title it may be read so.

    ``sure``: anywhere; ``thing``: a colour that also names a thing; ``size`` and ``bed``: only where a size may stand;
    ``before`` and ``after``: a tone, on that side of its colour; ``alone``: one Chinese character, only as a whole
    text; ``stop``: a word without meaning of its own.
    """

    axis: str
    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class AxisFacts:
    """An axis: its names, whether it is a buyer's option, whether it is a product's identity."""

    axis: str
    names: Mapping[str, str]
    option: bool
    identity: bool

    def say(self, lang: str) -> str:
        """Return its name in a language that people read, in English where there is none."""
        return self.names.get(lang, self.names["en"])


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure: ``scale`` base units of its axis; a ``short`` one stands behind no hyphen."""

    name: str
    axis: str
    scale: float
    short: bool
    spellings: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """All spellings, by what they are looked up for.

    ``markers``: words that name an axis in a title, each with the axes it may name and how far it is trusted there.
    """

    phrases: Mapping[str, Reading]
    also_tones: Mapping[str, Reading]
    longest: Mapping[str, int]
    compact: Mapping[str, str]
    parents: Mapping[str, str]
    finishes: frozenset[str]
    tones: frozenset[str]
    chinese: Mapping[str, Mapping[str, str]]
    letters: tuple[str, ...]
    beds: tuple[str, ...]
    cues: Mapping[str, frozenset[str]]
    markers: Mapping[str, Mapping[str, str]]
    worn_letters: Mapping[str, str]
    not_before_size: frozenset[str]
    fitting: frozenset[str]
    units: Mapping[str, Unit]
    pieces: frozenset[str]
    containers: Mapping[str, str]
    many: Mapping[str, int]
    pack_before: tuple[str, ...]
    synonyms: Mapping[str, str]
    names: Mapping[str, str]


@cache
def read_words(name: str) -> dict[str, Any]:
    """Return the data file ``vocabularies/<name>.toml``; several read one, and none changes it."""
    return read_toml(Path(__file__).parent / "vocabularies" / f"{name}.toml")


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
        return word[:-1] if word.endswith(_IN_IE) else word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zzes")):
        return word[:-2]
    return word[:-1]


@lru_cache(20_000)
def look_up_key(spelling: str) -> str:
    """Return the form in which a spelling is looked up."""
    return " ".join(fold_word(w) for w in normalise(spelling).replace("-", " ").split())


def spellings(entry: Mapping[str, Any], inflect: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield every spelling of a vocabulary entry, and whether it also names a thing.

    ``inflect``: add the feminine and plural of Spanish and Portuguese adjectives in -o.
    """
    for language in LANGUAGES:
        if language == "ru":
            for stem in entry.get("ru", ()):
                for ending in _ENDINGS:
                    yield stem + ending, False
            continue
        for spelling in entry.get(language, ()):
            yield spelling, False
            if inflect and language in ("es", "pt") and spelling.endswith("o") and " " not in spelling:
                for ending in ("a", "os", "as"):
                    yield spelling[:-1] + ending, False
    for spelling in entry.get("ru_words", ()):
        yield spelling, False
    for spelling in entry.get("things", ()):
        yield spelling, True


def _single_sign(spelling: str) -> bool:
    return len(spelling) == 1 and "\u3400" <= spelling <= "\u9fff" and spelling not in _SINGLE_SIGNS


class _Builder:
    def __init__(self) -> None:
        self.phrases: dict[str, Reading] = {}
        self.also_tones: dict[str, Reading] = {}
        self.chinese: dict[str, dict[str, str]] = {}

    def add(self, spelling: str, axis: str, value: str, place: Place) -> None:
        key = look_up_key(spelling)
        reading = Reading(axis, value, "alone" if _single_sign(key) else place)
        known = self.phrases.setdefault(key, reading)
        if known.axis == "tone" and axis != "tone":
            self.also_tones[key] = known
            self.phrases[key] = reading

    def show(self, axis: str, value: str, spelling: str) -> None:
        self.chinese.setdefault(axis, {}).setdefault(value, spelling)


@cache
def load_vocabulary() -> Vocabulary:
    """Return the vocabulary. The files are read once a process."""
    b = _Builder()
    synonym_data, selling, packs = read_words("synonyms"), read_words("selling"), read_words("packs")
    for phrase in synonym_data["whole"]:
        b.add(phrase, "", "", "sure")
    for value, entry in read_words("tones").items():
        for spelling in (*entry["before"], value):
            b.add(spelling, "tone", value, "before")
        for spelling in entry.get("after", ()):
            b.add(spelling, "tone", value, "after")
        for zh in entry.get("zh", ()):
            b.show("tone", value, zh)
    tones = frozenset(r.value for r in b.phrases.values() if r.axis == "tone")
    parents, finishes, compact = _add_colors(b)
    for file, axis in SIMPLE.items():
        for value, entry in read_words(file).items():
            for zh in entry.get("zh", ()):
                b.show(axis, value, zh)
            for spelling, _ in spellings(entry, inflect=axis in ("pattern", "condition")):
                b.add(spelling, axis, value, "sure")
            b.add(value, axis, value, "sure")

    sizes, markers = read_words("sizes"), read_words("markers")
    for kind in ("letter", "bed"):
        for entry in sizes[kind]:
            for spelling in entry.get("sure", ()):
                b.add(spelling, "size", entry["value"], "sure")
            for spelling in (*entry.get("plain", ()), entry["value"]):
                b.add(spelling, "size", entry["value"], "bed" if kind == "bed" else "size")
    b.show("size", "one size", "均码")
    for name in (*LANGUAGES, "ru_words", "stop"):
        for spelling in selling.get(name, ()):
            b.add(spelling, "noise", "", "stop" if name == "stop" else "sure")
    synonyms = {look_up_key(word): group[0] for group in synonym_data["groups"] for word in group}
    for spelling in synonyms:
        b.add(spelling, "", "", "sure")

    def as_read(words: Iterable[str]) -> frozenset[str]:
        """The words as they stand in a title that was read: a synonym under its group's name as well."""
        keys = [look_up_key(w) for w in words]
        return frozenset((*keys, *(look_up_key(synonyms[k]) for k in keys if k in synonyms)))

    return Vocabulary(
        phrases=b.phrases,
        also_tones=b.also_tones,
        longest=_longest(b.phrases),
        compact=compact,
        parents=parents,
        finishes=finishes,
        tones=tones,
        chinese=b.chinese,
        letters=tuple(e["value"] for e in sizes["letter"]),
        beds=tuple(e["value"] for e in sizes["bed"]),
        cues={name: as_read(words) for name, words in (*sizes["words"].items(), *markers["words"].items())},
        markers=_markers(markers),
        worn_letters=sizes["worn_letters"],
        not_before_size=as_read(synonym_data["not_before_size"]),
        fitting=as_read(synonym_data["fitting"]),
        units={spelling: unit for unit in _units() for spelling in unit.spellings},
        pieces=frozenset(normalise(w) for w in packs["piece"]),
        containers={normalise(w): kind for kind, ws in packs["container"].items() for w in ws},
        many={normalise(w): int(n) for n, ws in packs["many"].items() for w in ws},
        pack_before=tuple(normalise(w) for w in packs["before"]["words"]),
        synonyms=synonyms,
        names=dict(_names()),
    )


def _add_colors(b: _Builder) -> tuple[dict[str, str], frozenset[str], dict[str, str]]:
    parents: dict[str, str] = {}
    finishes: set[str] = set()
    compact: dict[str, str] = {}
    colors = read_words("colors")
    for value, entry in colors.items():
        if "parent" in entry:
            parents[value] = entry["parent"]
        if entry.get("finish"):
            finishes.add(value)
        for zh in entry.get("zh", ()):
            b.show("color", value, zh)
        for spelling, thing in spellings(entry, inflect=True):
            b.add(spelling, "color", value, "thing" if thing else "sure")
            key = look_up_key(spelling)
            if " " in key:
                compact.setdefault(key.replace(" ", ""), value)
        b.add(value, "color", value, "thing" if " " not in value else "sure")
    # A Chinese tone before a colour of one character: 浅 + 灰 is light gray.
    prefixes = {zh: tone for tone, entry in read_words("tones").items() for zh in entry.get("zh", ())}
    for value, entry in colors.items():
        for zh in entry.get("zh", ()):
            if len(zh) == 1:
                for prefix, tone in prefixes.items():
                    for spelling in (prefix + zh + "色", prefix + zh):
                        b.add(spelling, "color", f"{tone} {value}", "sure")
                        b.show("color", f"{tone} {value}", spelling)
    return parents, frozenset(finishes), compact


def _units() -> Iterator[Unit]:
    for e in read_words("units")["unit"]:
        words = tuple(s if s in "\"'" else normalise(s) for s in e["spellings"])
        yield Unit(e["name"], e["axis"], float(e["scale"]), bool(e.get("short", False)), words)


def _markers(data: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Each word that names an axis in a title → that axis → how far to trust it there."""
    found: dict[str, dict[str, str]] = {}
    for axis, entry in data.items():
        if axis != "words":
            for reach, words in entry.items():
                for word in words:
                    found.setdefault(look_up_key(word), {})[axis] = reach
    return found


def _longest(phrases: Iterable[str]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for phrase in phrases:
        words = phrase.split()
        if words:
            longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return longest


def _names() -> Iterator[tuple[str, str]]:
    for axis, entry in read_words("names").items():
        for name in (*entry["spellings"], axis):
            yield look_up_key(name), axis


AXES: Mapping[str, AxisFacts] = {
    axis: AxisFacts(
        axis,
        {lang: e[lang] for lang in LANGS if lang in e},
        bool(e.get("option", False)),
        bool(e.get("identity", False)),
    )
    for axis, e in read_words("names").items()
}
