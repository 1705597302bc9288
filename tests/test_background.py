"""What a whole catalogue says of its words, held against the same said one pair and one word at a time."""

from collections.abc import Callable, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.features import Features
from dupcheck.files.arrays import Rows
from dupcheck.judging.background import (
    IS_NUMBER,
    Background,
    Texts,
    Unshared,
    list_lone_words,
    measure_far,
    scale_rows,
)
from dupcheck.model import Catalog

Shop = Callable[..., Catalog]
WIDTH = 12
WORDS = st.sets(st.integers(0, WIDTH - 1), max_size=5)


def make_rows(sets: Sequence[set[int]]) -> Rows:
    items = [word for words in sets for word in sorted(words)]
    start = np.cumsum([0, *map(len, sets)])
    return Rows(start, np.array(items, dtype=np.int32), np.ones(len(items), dtype=np.float32), WIDTH)


def find_number(word: str) -> int:
    """The number of a word: its hash, even where it holds a digit."""
    return 2 * (crc32(word.encode()) % 2**16) + (not any(c.isdigit() for c in word))


@given(st.lists(WORDS, min_size=2, max_size=6), st.data())
def test_what_two_titles_share_and_do_not_share(sets: list[set[int]], data: st.DataObject) -> None:
    places = st.integers(0, len(sets) - 1)
    pairs = data.draw(st.lists(st.tuples(places, places), max_size=5))
    left, right = (np.array([p[k] for p in pairs], dtype=np.int64) for k in (0, 1))
    weights = np.arange(1.0, WIDTH + 1) ** 1.5
    numbers = np.arange(WIDTH) % 3 == 0
    unshared = Unshared(make_rows(sets), left, right)
    found = unshared.compare("word", weights, numbers)
    least, most = unshared.find_least(weights), unshared.find_most(weights)
    for k, (a, b) in enumerate(pairs):
        both, ours, theirs = sets[a] & sets[b], sets[a] - sets[b], sets[b] - sets[a]
        weigh = [sum(weights[w] for w in one) for one in (ours, theirs)]
        heavy = [max((weights[w] for w in one), default=0.0) for one in (ours, theirs)]
        count = [sum(bool(numbers[w]) for w in one) for one in (ours, theirs)]
        expected = {
            "word_shared": sum(weights[w] for w in both),
            "word_top_shared": max((weights[w] for w in both), default=0.0),
            "word_more": max(weigh), "word_less": min(weigh),
            "word_top_more": max(heavy), "word_top_less": min(heavy),
            "word_numbers_more": max(count), "word_numbers_less": min(count),
        }  # fmt: skip
        assert {name: pytest.approx(column[k]) for name, column in found.items()} == expected
        alone = [weights[w] for w in ours | theirs]
        assert least[k] == pytest.approx(min(alone, default=np.nan), nan_ok=True)
        assert most[k] == pytest.approx(min(heavy))


@given(st.lists(WORDS, min_size=1, max_size=6))
def test_rows_are_scaled_to_cosines(sets: list[set[int]]) -> None:
    weights = np.arange(1.0, WIDTH + 1)
    scaled = scale_rows(make_rows(sets), weights)
    for k, words in enumerate(sets):
        at = slice(scaled.start[k], scaled.start[k + 1])
        length = sum(weights[w] ** 2 for w in words) ** 0.5
        assert scaled.weights[at].tolist() == pytest.approx([weights[w] / length for w in sorted(words)])


def test_of_a_word_by_which_alone_two_differ_each_product_counts_once() -> None:
    mug, bowl, lamp, red, blue, large, small = range(7)
    titles = [
        {mug, red}, {mug, blue},  # one word on each side
        {bowl, red}, {bowl, blue},
        {lamp, red, large}, {lamp, blue, small},  # two on each side: which is which is not known
        {mug}, {mug, large},  # on one side only
        {bowl, red, large}, {bowl, red, small}, {bowl, red, large},  # one product, twice
    ]  # fmt: skip
    pairs = np.array([(0, 1), (2, 3), (4, 5), (6, 7), (8, 9), (10, 9), (0, 0)])
    found = list_lone_words(make_rows(titles), pairs[:, 0], pairs[:, 1])
    counts = {word: int((found[:, 0] == word).sum()) for word in range(7)}
    assert counts == {mug: 0, bowl: 0, lamp: 0, red: 2, blue: 2, large: 2, small: 1}
    assert not len(list_lone_words(make_rows(titles), pairs[:0, 0], pairs[:0, 1]))


GRAMS = st.text("bé ", max_size=7)  # few enough signs that no two sequences have one hash


@given(st.lists(GRAMS, min_size=1, max_size=5))
def test_signs_are_those_of_each_title_and_of_no_two(titles: list[str]) -> None:
    texts = Texts(make_catalog([]))
    texts.__dict__["joined"] = titles
    rows = texts.spelled
    held = [set(rows.items[rows.start[k] : rows.start[k + 1]].tolist()) for k in range(len(titles))]
    grams = [{f"{t} "[k : k + n] for n in (3, 4) for k in range(len(t) + 2 - n)} for t in titles]
    assert [len(h) for h in held] == [len(g) for g in grams]
    for a in range(len(titles)):
        for b in range(a):
            assert len(held[a] & held[b]) == len(grams[a] & grams[b])


def test_words_are_known_by_their_hash_and_numbers_are_even() -> None:
    assert IS_NUMBER[find_number("a54")] and not IS_NUMBER[find_number("mug")]
    assert IS_NUMBER.shape == (2**17,) and IS_NUMBER.sum() == 2**16


SPOKEN = [f"q{a}{b}" for a in "abcdef" for b in "klmnoprstu"]


@pytest.fixture(scope="module")
def learned(make_shop: Shop, read_features: Callable[[Catalog], Features]) -> tuple[Catalog, Features, Background]:
    long = " ".join(SPOKEN)
    catalog = make_shop(
        {"title": "Oak Clock Red", "price": 5.0, "description": long, "attributes": {"Collar": "Round"}},
        {"title": "Oak Clock Blue", "price": 6.0, "description": f"{SPOKEN[3]} other"},
        {"title": "Pine Clock Red 12", "description": "x" * 395 + " edge behind"},
        "Pine Clock Blue 12",
    )
    features = read_features(catalog)
    left, right = np.array([0, 2, 0]), np.array([1, 3, 3])
    return catalog, features, Background.learn(Texts(catalog), features, left, right)


Learned = tuple[Catalog, Features, Background]


def test_a_catalogue_tells_in_how_many_titles_and_descriptions_a_word_stands(learned: Learned) -> None:
    _, _, told = learned
    assert told.listings == 4
    counts = {w: int(told.words[find_number(w)]) for w in ("clock", "oak", "red", "12", "vase")}
    assert counts == {"clock": 4, "oak": 2, "red": 2, "12": 2, "vase": 0}
    # of a description the first forty words count, and the first four hundred signs
    described = [int(told.described[find_number(SPOKEN[k])]) for k in (0, 3, 39, 40)]
    assert described == [1, 2, 1, 0]
    assert [int(told.described[find_number(w)]) for w in ("edge", "behind")] == [1, 0]


def test_the_rarer_a_word_the_more_it_tells(learned: Learned) -> None:
    words = learned[2].weights[0]
    heavy = [words[find_number(w)] for w in ("vase", "oak", "clock")]
    assert heavy == pytest.approx([np.log(5 / 1) + 1, np.log(5 / 3) + 1, 1.0])


def test_words_by_which_products_differ_recur(learned: Learned) -> None:
    _, _, told = learned
    assert {w: told.recurring[find_number(w)] for w in ("red", "blue", "oak")} == {"red": 2, "blue": 2, "oak": 0}
    assert told.recurrence[find_number("red")] == pytest.approx(np.log(3))


def test_each_listing_knows_how_near_its_candidates_are(learned: Learned) -> None:
    _, features, told = learned
    left, right = np.array([0, 2, 0]), np.array([1, 3, 3])
    far = measure_far(features, left, right)
    assert 0 == far[0] < far[2] < 1, "a colour is no other word"
    held = [told.near[told.start[k] : told.start[k + 1]].tolist() for k in range(4)]
    assert held == [sorted([far[0], far[2]]), [far[0]], [far[1]], sorted([far[1], far[2]])]


def test_it_is_kept_as_arrays_and_comes_back(learned: Learned) -> None:
    told = learned[2]
    again = Background.from_arrays(told.as_arrays())
    assert again.listings == told.listings
    for name in ("words", "described", "spelled", "recurring", "near", "start"):
        assert np.array_equal(getattr(again, name), getattr(told, name)), name


def test_an_empty_catalogue_says_nothing(make_shop: Shop, read_features: Callable[[Catalog], Features]) -> None:
    catalog = make_shop()
    none = np.zeros(0, dtype=np.int64)
    told = Background.learn(Texts(catalog), read_features(catalog), none, none)
    assert told.listings == 0 and not told.words.any() and told.start.tolist() == [0]


@pytest.mark.slow
def test_what_is_forgotten_is_made_again(sample_folder: Path, tmp_path: Path) -> None:
    model = dc.audit(sample_folder / "catalog.csv", cache=tmp_path).model
    assert model is not None
    left, right = model.evidence.left, model.evidence.right
    assert vars(model.evidence.texts).keys() == {"catalog"}  # an audit is done with it
    before = model.measure(left, right)
    assert {"words", "spelled"} <= vars(model.evidence.texts).keys()
    model.evidence.forget()
    assert vars(model.evidence.texts).keys() == {"catalog"}
    assert np.array_equal(model.measure(left, right), before)
