"""The vocabularies' data: whole, without contradictions, and complete in both languages of the reports."""

import pytest

from dupcheck.messages import LANGS
from dupcheck.titles.normalising import normalise
from dupcheck.titles.values import read_value, show_value
from dupcheck.titles.vocabulary import AXES, LANGUAGES, SIMPLE, load_vocabulary, look_up_key, read_words, spellings

LISTS = {"colors": "color", **SIMPLE}
KNOWN_KEYS = {*LANGUAGES, "ru_words", "things", "parent", "finish"}


@pytest.mark.parametrize("file", LISTS)
def test_no_spelling_names_two_values_of_one_axis(file: str) -> None:
    owners: dict[str, str] = {}
    clashes = []
    for value, entry in read_words(file).items():
        for spelling, _ in spellings(entry, inflect=file in ("colors", "patterns", "conditions")):
            owner = owners.setdefault(look_up_key(spelling), value)
            if owner != value:
                clashes.append(f"{spelling}: {owner} and {value}")
    assert clashes == []


@pytest.mark.parametrize("file", LISTS)
def test_entries_hold_only_known_keys_and_a_chinese_name(file: str) -> None:
    for value, entry in read_words(file).items():
        assert set(entry) <= KNOWN_KEYS, value
        assert entry.get("zh") or file in ("people",), value
        assert look_up_key(value) == look_up_key(value.lower()), value


def test_every_shade_has_a_parent_that_is_a_colour_and_no_circle() -> None:
    colors = read_words("colors")
    for value in colors:
        seen = {value}
        while "parent" in colors[value]:
            value = colors[value]["parent"]
            assert value in colors
            assert value not in seen
            seen.add(value)


def test_no_size_spelling_names_two_sizes() -> None:
    owners: dict[str, str] = {}
    for kind in ("letter", "bed"):
        for entry in read_words("sizes")[kind]:
            for spelling in (*entry.get("sure", ()), *entry.get("plain", ())):
                assert owners.setdefault(look_up_key(spelling), entry["value"]) == entry["value"], spelling


def test_no_unit_spelling_names_two_units() -> None:
    owners: dict[str, str] = {}
    for entry in read_words("units")["unit"]:
        for spelling in entry["spellings"]:
            assert owners.setdefault(spelling, entry["name"]) == entry["name"], spelling


def test_every_axis_has_names_in_both_languages_and_no_name_means_two_axes() -> None:
    owners: dict[str, str] = {}
    for axis, entry in read_words("names").items():
        assert all(AXES[axis].names.get(lang) for lang in LANGS)
        assert not (AXES[axis].option and AXES[axis].identity), axis
        clashes = [n for n in entry["spellings"] if owners.setdefault(look_up_key(n), axis) != axis]
        assert clashes == [], axis


def test_selling_words_are_no_values() -> None:
    selling = read_words("selling")
    v = load_vocabulary()
    words = {look_up_key(w) for name in (*LANGUAGES, "ru_words") for w in selling.get(name, ())}
    assert {w: v.phrases[w] for w in words if v.phrases[w].axis != "noise"} == {}


@pytest.mark.parametrize("file", LISTS)
def test_every_value_is_its_own_canonical_form_in_every_spelling(file: str) -> None:
    axis = LISTS[file]
    wrong = {
        spelling: (value, read_value(axis, spelling))
        for value, entry in read_words(file).items()
        for spelling in (value, *(s for s, _ in spellings(entry)))
        if read_value(axis, spelling) != value
    }
    assert wrong == {}


def test_every_colour_is_shown_in_chinese() -> None:
    for value in read_words("colors"):
        shown = show_value("color", value, "zh")
        assert any("\u3400" <= c <= "\u9fff" for c in shown), value
        assert read_value("color", shown) == value


def test_spellings_survive_normalising() -> None:
    v = load_vocabulary()
    for phrase in v.phrases:
        assert phrase and normalise(phrase) == phrase


def test_no_spelling_stands_in_two_groups_of_synonyms_and_none_is_a_value_of_an_axis() -> None:
    v = load_vocabulary()
    owners: dict[str, str] = {}
    for group in read_words("synonyms")["groups"]:
        assert len({look_up_key(w) for w in group}) > 1, group
        for word in group:
            assert owners.setdefault(look_up_key(word), group[0]) == group[0], word
    assert {w: v.phrases[w] for w in owners if v.phrases[w].axis} == {}


@pytest.mark.parametrize("name", ["clothes", "bed", "baby", "phone", "network"])
def test_a_cue_is_known_by_what_it_is_read_as(name: str) -> None:
    v = load_vocabulary()
    for word in read_words("sizes")["words"][name]:
        key = look_up_key(word)
        assert look_up_key(v.synonyms.get(key, key)) in v.cues[name]
