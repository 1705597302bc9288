"""Frames: titles that are equal but for one run of words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupcheck.learned.frames import Frames, _dig_holes, _list_holes, learn_frames
from dupcheck.titles import Token, read_title


def learn(*titles: str, price: float = 5.0, attributes: list[dict[str, str]] | None = None) -> Frames:
    tokens = [read_title(t).tokens for t in titles]
    return learn_frames(tokens, np.full(len(titles), price), attributes or [{} for _ in titles], [()] * len(titles))


def fill(frames: Frames, title: str) -> dict[str, str]:
    return {t.axis: t.value for t in frames.mark(read_title(title).tokens) if t.axis in frames.names}


BARS = [f"Crunchy Protein Bar 60 g {taste}" for taste in ("Pistachio", "Hazelnut", "Blackberry", "Rose Hip")]


def test_what_fills_a_frame_is_a_choice_that_has_no_name() -> None:
    assert [fill(learn(*BARS), title) for title in BARS] == [
        {"variant": "pistachio"}, {"variant": "hazelnut"}, {"variant": "blackberry"}, {"variant": "rose hip"}
    ]  # fmt: skip


def test_an_attribute_that_states_it_names_it() -> None:
    stated = [{"taste": title.split("g ")[1]} for title in BARS]
    assert fill(learn(*BARS, attributes=stated), BARS[0]) == {"taste": "pistachio"}


@pytest.mark.parametrize(
    "titles",
    [
        BARS[:2],
        [f"Crunchy Bar {n}" for n in ("Pistachio", "Hazelnut", "Blackberry")][:2],
        [f"Wedding Invitation Card Folded {chr(97 + k) * 4}{k % 7 * 'x'}{'y' * k}" for k in range(30)],
        ["Cordless Drill Driver GSB180", "Cordless Drill Driver GSR120", "Cordless Drill Driver GSX99"],
        ["Wool Scarf Soft Red", "Wool Scarf Soft Blue", "Wool Scarf Soft Green"],
    ],
    ids=["two", "too few", "names", "models", "known colours"],
)
def test_what_is_no_frame(titles: list[str]) -> None:
    frames = learn(*titles)
    assert all(fill(frames, title) == {} for title in titles)


def test_prices_must_agree() -> None:
    tokens = [read_title(t).tokens for t in BARS]
    frames = learn_frames(tokens, np.array([1.0, 2.0, 3.0, np.nan]), [{}] * 4, [()] * 4)
    assert not len(frames.keys)


words = st.sampled_from(["bar", "oak", "elm", "pine", "ash", "x1", "yew", "nut"])


@given(st.lists(st.lists(words, max_size=7), max_size=6))
def test_many_titles_are_dug_as_one_by_one(titles: list[list[str]]) -> None:
    rows = [[Token(w, "word", "", "") for w in title] for title in titles]
    found = _dig_holes(rows, np.ones(len(rows)), [("yew",)] * len(rows))
    single = [key for row in rows for _, _, key in _list_holes(row, ("yew",))]
    assert sorted(found.key.tolist()) == sorted(single)


@given(st.lists(st.lists(words, max_size=7), min_size=1, max_size=6), st.data())
def test_many_titles_fill_the_frames_that_each_fills(titles: list[list[str]], data: st.DataObject) -> None:
    rows = [[Token(w, "word", "", "") for w in title] for title in titles]
    brands = [("yew",) if len(row) % 2 else () for row in rows]
    holes = sorted({key for row in rows for _, _, key in _list_holes(row, ())})
    kept = data.draw(st.lists(st.sampled_from(holes), unique=True).map(sorted)) if holes else []
    sizes = np.array(data.draw(st.lists(st.integers(3, 5), min_size=len(kept), max_size=len(kept))), dtype=np.int64)
    frames = Frames(np.array(kept, dtype=np.uint64), sizes, np.zeros(len(kept), dtype=np.int64))
    assert frames.find_all(rows, brands) == [frames.find(*both) for both in zip(rows, brands, strict=True)]
    assert frames.mark_all(rows, brands) == [frames.mark(*both) for both in zip(rows, brands, strict=True)]
