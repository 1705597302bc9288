"""How canonical values are shown to people: ``xxl`` as XXL, ten pieces as «10 pcs» or «10件», ``navy`` as 藏青色.

What a value is called in a language is the first spelling that the words of titles in that language have for it; its
``lang.toml`` names their folder. Without one, values have their English names.
"""

import math
import re
from collections.abc import Iterable, Mapping
from functools import cache

from dupcheck.axes import MEASURED, WORDED
from dupcheck.messages import LANGS, Lang, list_texts, say, tell_language
from dupcheck.titles.languages import find_languages
from dupcheck.titles.measures import read_quantity, show_number
from dupcheck.titles.vocabulary import inflect, join_tones, load_vocabulary, read_language

_UPPER = {"xl", "us", "uk", "eu", "br", "cn", "ru", "jp", "gb", "tb", "tpu", "pvc", "au", "kr", "ii", "iii"}
_BIGGER = {"g": (1000.0, "kg"), "ml": (1000.0, "l"), "gb": (1000.0, "tb")}


@cache
def name_values(lang: Lang) -> Mapping[str, Mapping[str, str]]:
    """Return what values are called in a language, by axis; tones before a colour as the axis ``tone``."""
    code = tell_language("words", lang)
    if not code:
        return {}
    values, measures = (read_language(code, name) for name in ("values", "measures"))

    def name_each(table: Mapping[str, list[str]]) -> dict[str, str]:
        return {value: next(inflect(code, spelled[0])) for value, spelled in table.items() if spelled}

    named = {axis: name_each(values.get(axis, {})) for axis in WORDED}
    joined: dict[str, str] = {}
    for color, spelling in join_tones(values):
        joined.setdefault(color, spelling)
    named["color"] = joined | name_each(values.get("things", {})) | named["color"]
    named["tone"] = name_each(values.get("tone", {}).get("joined", {}))
    sizes = (name_each(measures.get(kind, {}).get("sure", {})) for kind in ("bed", "size"))
    named["size"] = {size: name for table in sizes for size, name in table.items() if " " in size}
    return named


def show_value(axis: str, canonical: str, lang: Lang = "en") -> str:
    """Return a canonical value as people read it: ``xxl`` → XXL, pack ``10`` → 10 pcs or 10件, ``navy`` → 藏青色."""
    if not canonical:
        return ""
    return say("values.between", lang).join(_show(axis, value, lang) for value in canonical.split(", "))


def name_plain(title: str) -> str:
    """Return what a shop calls the choice that has nothing added to it, in the language of its title.

    >>> name_plain("Desk lamp with clamp"), name_plain("夹式台灯")
    ('Standard', '标准款')
    """
    found = find_languages(title, title.lower())
    return say("values.plain", next((lang for lang in LANGS if tell_language("words", lang) in found), "en"))


def join_shown(values: Iterable[str]) -> str:
    """Return values of one axis that a listing states together, as people read them: 38/US 7.5, 36 2/3 / US 4.5."""
    shown = list(values)
    return (" / " if any("/" in text for text in shown) and len(shown) > 1 else "/").join(shown)


def _show(axis: str, value: str, lang: Lang) -> str:
    if axis == "size":
        return _show_size(value, lang)
    if axis == "pack":
        return _show_pack(value, lang)
    if axis in MEASURED:
        return "/".join(_show_measure(v, lang) for v in value.split("/"))
    if named := name_values(lang).get(axis, {}).get(value):
        return named
    if axis == "color":
        return "/".join(_show_color(side, lang) for side in value.split("/"))
    return _title_case(value)


def _show_color(side: str, lang: Lang) -> str:
    named = name_values(lang)
    if named:
        if side in named["color"]:
            return named["color"][side]
        first, _, rest = side.partition(" ")
        if first in named["tone"] and rest in named["color"]:
            return named["tone"][first] + named["color"][rest]
    return _title_case(side)


def _title_case(text: str) -> str:
    return " ".join(w.upper() if w in _UPPER else w[:1].upper() + w[1:] for w in text.split(" "))


def _show_size(value: str, lang: Lang) -> str:
    letters = load_vocabulary().letters
    if named := name_values(lang).get("size", {}).get(value):
        return named
    if value in letters and value != "one size":
        return value.upper()
    if re.fullmatch(r"[a-z.]+(?:[ /][a-z.]+)*", value):
        return "/".join(s.upper() if s in letters and s != "one size" else _bed(s) for s in value.split("/"))
    if not math.isnan(read_quantity(value)[0]) and " " in value:
        return _show_measure(value, lang)
    return value.upper() if re.search(r"\d", value) else _title_case(value)


def _bed(value: str) -> str:
    return ".".join(_title_case(part) for part in value.split("."))


def _show_pack(value: str, lang: Lang) -> str:
    number, _, kind = value.partition(" ")
    if not re.fullmatch(r"[\d.]+", number):
        return _title_case(value)
    if not kind:
        return say("values.pieces", lang, n=number)
    known = f"pieces_{kind}" in list_texts("values", lang)
    return say(f"values.pieces_{kind}" if known else "values.pieces_other", lang, n=number, kind=kind)


def _show_measure(value: str, lang: Lang) -> str:
    number, _, unit = value.rpartition(" ")
    if not number:
        return value
    if unit in _BIGGER and re.fullmatch(r"[\d.]+", number) and float(number) >= _BIGGER[unit][0]:
        scale, bigger = _BIGGER[unit]
        if float(number) % (scale / 10) == 0:
            number, unit = show_number(float(number) / scale), bigger
    elif unit == "gb" and re.fullmatch(r"0\.\d+", number):
        number, unit = show_number(float(number) * 1000), "mb"
    known = f"measure_{unit}" in list_texts("values", lang)
    return say(f"values.measure_{unit}", lang, n=number) if known else f"{number} {unit}"
