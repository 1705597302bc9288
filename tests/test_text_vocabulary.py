"""The languages' data: whole, without contradictions, and complete in both languages of the reports."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from dupcheck import messages
from dupcheck.axes import AXES, WORDED
from dupcheck.messages import list_whole
from dupcheck.titles import read_title
from dupcheck.titles.normalising import normalise
from dupcheck.titles.showing import name_values, show_value
from dupcheck.titles.values import read_value
from dupcheck.titles.vocabulary import (
    inflect,
    list_languages,
    list_words,
    load_vocabulary,
    look_up_key,
    read_language,
)

LANGUAGES = list_languages()
FILES = {
    "values": {*WORDED, "things", "tone"},
    "measures": {
        "size", "bed", "worn_letters", "piece", "container", "many", "pack_before", "unit", "age", "by", "by_alone",
        "in_one", "counted", "weighed", "digits", "part",
    },
    "words": {
        "selling", "stop", "whole", "fitting", "not_before_size", "joints", "fillers", "accompanying", "endings",
        "ordinary", "synonyms", "numerals", "no_brand", "markers", "cues", "letters", "script", "in_ie", "stem_rules",
        "choosing", "adjectives", "whole_words", "abbreviations",
    },
    "names": set(AXES),
}  # fmt: skip


def test_there_are_sixteen_languages_and_english_comes_first() -> None:
    assert LANGUAGES[0] == "en"
    assert set(LANGUAGES) >= {"en", "zh", "ru", "es", "pt", "id", "de", "fr", "it", "pl", "tr", "vi", "th", "ja", "ko"}


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_has_only_tables_that_are_read(code: str) -> None:
    for name, known in FILES.items():
        assert read_language(code, name).keys() <= known, name


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_star_stands_for_endings_that_are_listed(code: str) -> None:
    starred = [w for t in read_language(code, "values").values() for w in list_spellings(t) if w.endswith("*")]
    assert not starred or read_language(code, "words").get("endings")


def list_spellings(held: object) -> Iterator[str]:
    if isinstance(held, str):
        yield held
    elif isinstance(held, Mapping | Sequence):
        for part in held.values() if isinstance(held, Mapping) else held:
            yield from list_spellings(part)


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_spelling_names_two_values_of_one_axis(code: str) -> None:
    values = read_language(code, "values")
    clashes = []
    for axis in WORDED:
        owners: dict[str, str] = {}
        for value, spelled in values.get(axis, {}).items():
            for form in (form for spelling in spelled for form in inflect(code, spelling)):
                owner = owners.setdefault(look_up_key(form), value)
                if owner != value:
                    clashes.append(f"{form}: {owner} and {value}")
    assert clashes == []


def list_colors() -> set[str]:
    english = read_language("en", "values")
    return {*english["color"], *english["things"]}


def test_every_value_has_a_name_in_english_and_in_chinese() -> None:
    chinese, english = read_language("zh", "values"), read_language("en", "values")
    colors = list_colors()
    for code in LANGUAGES:
        for axis in WORDED:
            known = colors if axis == "color" else {*english.get(axis, ()), *chinese.get(axis, ())}
            assert read_language(code, "values").get(axis, {}).keys() <= known, (code, axis)
    assert colors <= {*chinese["color"], *chinese.get("things", ())}
    for axis in set(WORDED) - {"color", "gender"}:
        assert english[axis].keys() <= chinese[axis].keys(), axis


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_size_and_no_unit_has_the_spelling_of_another(code: str) -> None:
    measures = read_language(code, "measures")
    tables = [
        {place: spelled for kind in ("size", "bed") for place, spelled in measures.get(kind, {}).items()},
        {"unit": measures.get("unit", {})},
    ]
    for table in tables:
        owners: dict[str, str] = {}
        for entries in table.values():
            for value, spelled in entries.items():
                for spelling in spelled:
                    assert owners.setdefault(look_up_key(spelling) or spelling, value) == value, spelling


def test_every_axis_has_names_in_both_languages_and_no_name_means_two_axes() -> None:
    for axis, facts in AXES.items():
        assert all(facts.name.get(lang) for lang in list_whole()), axis
    for code in LANGUAGES:
        owners: dict[str, str] = {}
        for axis, spelled in read_language(code, "names").items():
            clashes = [n for n in spelled if owners.setdefault(look_up_key(n), axis) != axis]
            assert clashes == [], (code, axis)


@pytest.mark.parametrize("code", LANGUAGES[1:])
def test_no_language_is_told_by_what_names_models_everywhere(code: str) -> None:
    models = {"air", "evo", "lite", "max", "mini", "neo", "nova", "one", "plus", "pro", "se", "ultra"}
    assert models & (list_words(code) - list_words("en")) == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_selling_words_are_no_values(code: str) -> None:
    v = load_vocabulary((code,))
    words = {look_up_key(w) for w in read_language(code, "words").get("selling", ())}
    assert {w: v.phrases[w] for w in words if v.phrases[w].axis != "noise"} == {}


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_value_in_a_title_of_its_language_is_read_as_it(code: str) -> None:
    v = load_vocabulary((code, "en"))
    wrong = {}
    for axis in WORDED:
        for value, spelled in read_language(code, "values").get(axis, {}).items():
            for form in (form for spelling in spelled for form in inflect(code, spelling)):
                reading = v.phrases[look_up_key(form)]
                if (reading.axis, reading.value) != (axis, value) and reading.axis == axis:
                    wrong[form] = (value, reading)
    assert wrong == {}


@pytest.mark.parametrize("code", ["en", "zh", "ru", "es", "pt", "id"])
@pytest.mark.parametrize("axis", WORDED)
def test_every_value_is_its_own_canonical_form_in_every_spelling(axis: str, code: str) -> None:
    wrong = {
        spelling: (value, read_value(axis, spelling))
        for value, spelled in read_language(code, "values").get(axis, {}).items()
        for spelling in (value, *(s for s in spelled if "*" not in s))
        if read_value(axis, spelling) != value
    }
    assert wrong == {}


def test_every_colour_is_shown_in_chinese() -> None:
    for value in list_colors():
        shown = show_value("color", value, "zh")
        assert any("\u3400" <= c <= "\u9fff" for c in shown), value
        assert read_value("color", shown) == value


def test_another_language_names_values_with_the_words_of_its_titles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(Path(messages.__file__).parent / "en", tmp_path / "en")
    told = {
        "lang": 'locale = "fr"\nplural = ["i = 0,1"]\nwords = "fr"\n',
        "values": 'between = " ; "\npieces = "{n:pièce|pièces}"\nmeasure_l = "{n} litres"\n',
    }
    (tmp_path / "fr").mkdir()
    for name, text in told.items():
        (tmp_path / "fr" / f"{name}.toml").write_text(text, "utf-8")
    monkeypatch.setattr(messages, "_FOLDER", str(tmp_path))
    kept = (messages._texts, messages._text, messages._plural_rules, name_values)
    try:
        for function in kept:
            function.cache_clear()
        shown = [
            show_value(axis, value, "fr")
            for axis, value in (
                ("color", "red"), ("color", "black/white"), ("color", "arctic mist"), ("material", "cotton, polyester"),
                ("pack", "10"), ("pack", "1"), ("pack", "2 box"), ("pack", "10 bowl"), ("volume", "2 l"),
                ("length", "5 cm"), ("size", "xxl"), ("size", "one size"),
            )
        ]  # fmt: skip
    finally:
        for function in kept:
            function.cache_clear()
    red, both, unknown, materials, *others = shown
    assert read_value("color", red) == "red" and read_value("color", both) == "black/white"
    assert "red" not in red.lower() and "black" not in both.lower() and unknown == "Arctic Mist"
    assert [read_value("material", part) for part in materials.split(" ; ")] == ["cotton", "polyester"]
    assert others == ["10 pièces", "1 pièce", "2 boxes", "10 bowls", "2 litres", "5 cm", "XXL", others[-1]]
    assert read_value("size", others[-1]) == "one size"


def test_spellings_survive_normalising() -> None:
    v = load_vocabulary()
    for phrase in v.phrases:
        assert phrase and normalise(phrase) == phrase


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_spelling_stands_in_two_groups_of_synonyms_and_none_is_a_value_of_an_axis(code: str) -> None:
    v = load_vocabulary((code,))
    owners: dict[str, str] = {}
    for group in read_language(code, "words").get("synonyms", ()):
        assert len({look_up_key(w) for w in group}) > 1, group
        for word in group:
            assert owners.setdefault(look_up_key(word), group[0]) == group[0], word
    assert {w: v.phrases[w] for w in owners if v.phrases[w].axis} == {}


@pytest.mark.parametrize("name", ["clothes", "bed", "baby", "phone", "network"])
def test_a_cue_is_known_by_what_it_is_read_as(name: str) -> None:
    for code in LANGUAGES:
        v = load_vocabulary((code, "en"))
        for word in read_language(code, "words").get("cues", {}).get(name, ()):
            key = look_up_key(word)
            assert look_up_key(v.synonyms.get(key, key)) in v.cues[name]


@pytest.mark.parametrize("code", [c for c in LANGUAGES if c != "en"])
def test_a_title_of_a_language_is_read_in_it(code: str) -> None:
    """A colour of its own and a selling word: every language has as much."""
    spelled = read_language(code, "values")["color"]["black"][0]
    black = next(iter(inflect(code, spelled)))
    selling = read_language(code, "words")["selling"][0]
    read = read_title(f"Lumina {selling} X7 {black}")
    assert read.values("color") == ("black",)
    assert any(t.axis == "noise" for t in read.tokens)


class TestKeptVocabulary:
    PROGRAM = (
        "from dupcheck.titles.vocabulary import list_languages, list_words, load_vocabulary\n"
        "v = [load_vocabulary(codes) for codes in ((), ('en',), ('es', 'it', 'en'), ('zh', 'en'))]\n"
        "shown = [(x.phrases, x.also_tones, x.longest, x.run, x.compact, x.synonyms, x.names) for x in v]\n"
        "print(shown, sorted(v[0].cues['memory']), [sorted(list_words(c)) for c in list_languages()])\n"
    )

    def read(self, cache: Path) -> str:
        run = subprocess.run(
            [sys.executable, "-c", self.PROGRAM],
            env={**os.environ, "DUPCHECK_CACHE": str(cache), "PYTHONIOENCODING": "utf-8"},
            capture_output=True, text=True, encoding="utf-8", check=True,
        )  # fmt: skip
        return run.stdout

    @pytest.mark.slow
    def test_what_is_kept_is_what_is_made_and_what_is_spoiled_is_made_anew(self, tmp_path: Path) -> None:
        (tmp_path / "taken").touch()
        made = self.read(tmp_path / "taken")  # where nothing can be kept
        assert self.read(tmp_path) == made
        kept = [
            path for name in ("phrases", "vocabulary", "lists") for path in (tmp_path / "words").glob(f"{name}-*.json")
        ]
        assert len(kept) == len(LANGUAGES) + 4
        assert self.read(tmp_path) == made
        for path in kept:
            path.write_bytes(path.read_bytes()[:-9])
        assert self.read(tmp_path) == made
