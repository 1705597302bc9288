"""Blocking: held against comparing every pair, and honest about what it leaves out."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.features import Features, make_features
from dupcheck.index.candidates import Candidates, find_candidates, pair_spelled
from dupcheck.index.titles import TitleIndex, keep_telling, match_titles
from dupcheck.judging.background import spell_titles
from dupcheck.model import Catalog, Listing
from dupcheck.photos.reading import read_photos
from dupcheck.run import SEARCH, WIDE
from dupcheck.titles.stream import cut_title

WORDS = ("lamp", "kettle", "violin", "ladder", "hammock", "trumpet", "wallet", "bracket", "anvil", "canoe")
HASHES = ("f0f0a5a5c3c3b1d2", "f0f0a5a5c3c3b1d1", "0f1e2d3c4b5a6978", "8f1e2d3c4b5a6978", "a1b2c3d4e5f60718")
LISTINGS = st.lists(
    st.fixed_dictionaries(
        {
            "title": st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join),
            "gtin": st.sampled_from(["", "", "6901234002010", "6901234001853"]),
            "sku_code": st.sampled_from(["", "", "AB-100", "CD-200"]),
            "image_phash": st.sampled_from(["", *HASHES]),
        }
    ),
    max_size=14,
)


def features_of(rows: list[dict[str, Any]]) -> Features:
    catalog = make_catalog([Listing(**{"listing_id": f"L-{i}", "title": "", **row}) for i, row in enumerate(rows)])
    photos, _ = read_photos(catalog, jobs=1)
    return make_features(catalog, photos, jobs=1)


def pairs_of(found: Candidates) -> set[tuple[int, int]]:
    return set(zip(found.left.tolist(), found.right.tolist(), strict=True))


def bits(a: str, b: str) -> int:
    return (int(a, 16) ^ int(b, 16)).bit_count()


def cosines(features: Features) -> np.ndarray[Any, Any]:
    rows = features.title.sparse.toarray().astype(np.float64)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    rows = np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)
    similar: np.ndarray[Any, Any] = rows @ rows.T
    return similar


@pytest.mark.slow
@given(LISTINGS)
@settings(max_examples=60, deadline=None)
def test_every_pair_that_comparing_all_would_propose_is_proposed(rows: list[dict[str, Any]]) -> None:
    features = features_of(rows)
    found = pairs_of(find_candidates(features))
    alike = cosines(features)
    for i, j in combinations(range(len(rows)), 2):
        a, b = rows[i], rows[j]
        same_words = a["title"] and set(a["title"].split()) == set(b["title"].split())
        shared = any(a[c] and a[c] == b[c] for c in ("gtin", "sku_code"))
        # Six bits is what the neighbour search promises to find; beyond, it may.
        photo = a["image_phash"] and b["image_phash"] and bits(a["image_phash"], b["image_phash"]) <= 6
        # Fewer titles than the nearest that are looked at: every one that is alike enough is among the nearest.
        near = alike[i, j] > WIDE.likeness + 1e-4
        if same_words or shared or photo or near:
            assert (i, j) in found, (a, b)


@given(LISTINGS)
@settings(max_examples=40, deadline=None)
def test_nothing_else_is_proposed(rows: list[dict[str, Any]]) -> None:
    features = features_of(rows)
    alike = cosines(features)
    for i, j in pairs_of(find_candidates(features)):
        a, b = rows[i], rows[j]
        shared = any(a[c] and a[c] == b[c] for c in ("gtin", "sku_code"))
        photo = a["image_phash"] and b["image_phash"] and bits(a["image_phash"], b["image_phash"]) <= SEARCH.photo_bits
        assert shared or photo or alike[i, j] >= WIDE.likeness - 1e-4


@given(LISTINGS)
@settings(max_examples=40, deadline=None)
def test_pairs_are_unique_ordered_and_counted(rows: list[dict[str, Any]]) -> None:
    found = find_candidates(features_of(rows))
    pairs = list(zip(found.left.tolist(), found.right.tolist(), strict=True))
    assert pairs == sorted(set(pairs))
    assert all(0 <= i < j < len(rows) for i, j in pairs)
    assert len(found) == len(pairs)
    assert set(found.proposed_by) == {"title", "image", "codes"}
    assert max(found.proposed_by.values()) <= len(pairs) <= sum(found.proposed_by.values())


def test_each_title_proposes_its_nearest() -> None:
    random = np.random.default_rng(5)
    rows = [{"title": " ".join(random.choice(WORDS, 4, replace=False))} for _ in range(150)]
    features = features_of(rows)
    search = replace(SEARCH, nearest=3)
    found = pairs_of(find_candidates(features, search))
    alike = cosines(features)
    words = [frozenset(r["title"].split()) for r in rows]
    for i, mine in enumerate(words):
        # One row a distinct title: other titles, the nearest first; ties at the third may fall either way.
        others = {w: alike[i, j] for j, w in enumerate(words) if w != mine}
        third = sorted(others.values())[-3]
        for j, w in enumerate(words):
            if w != mine and alike[i, j] > max(third, SEARCH.likeness) + 1e-4:
                assert (min(i, j), max(i, j)) in found
    assert len(found) < 150 * 149 / 2 / 3


@given(st.lists(st.text(alphabet="abcdé ", min_size=3, max_size=14), min_size=2, max_size=12), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_titles_propose_those_that_are_nearest_in_their_letters(titles: list[str], most: int) -> None:
    cut = ["".join(f"{word} " for word in cut_title(title)) for title in titles]
    signs = [{t[k : k + n] for n in (3, 4) for k in range(len(t) - n + 1)} for t in cut]
    held = Counter(sign for own in signs for sign in own)
    weighed = [{sign: np.log((1 + len(cut)) / (1 + held[sign])) for sign in own} for own in signs]
    lengths = [np.sqrt(sum(w * w for w in own.values())) for own in weighed]

    def likeness(i: int, j: int) -> float:
        dot = sum(w * weighed[j].get(sign, 0.0) for sign, w in weighed[i].items())
        return float(dot / (lengths[i] * lengths[j])) if dot else 0.0

    search = replace(WIDE, spelled=most)
    keys = pair_spelled(spell_titles(Catalog({"title": np.array(titles, dtype=object)}, {})), 1, search)
    found = {divmod(key, len(titles)) for key in keys.tolist()}
    assert all(i < j and likeness(i, j) >= WIDE.likeness - 1e-4 for i, j in found)
    for i, own in enumerate(signs):
        others = {frozenset(signs[j]): likeness(i, j) for j in range(len(titles)) if signs[j] != own}
        least = max([WIDE.likeness, *sorted(others.values(), reverse=True)[most : most + 1]])
        for j in range(len(titles)):
            if signs[j] != own and likeness(i, j) > least + 1e-4:
                assert (min(i, j), max(i, j)) in found


def test_a_small_catalogue_is_searched_by_letters_and_says_so(make_shop: Callable[..., Catalog]) -> None:
    catalog = make_shop("Klarlack matt Kolorix 60 ml", "Kolorix Mattlack 60ml", "Ocean drum", "Red kettle")
    told = " ".join(m.say("en") for m in dc.audit(catalog).candidates.may_miss)
    assert f"{WIDE.spelled} by letters" in told
    titles = make_shop("Klarlack Kolorix", "Mattlack Kolorixfarbe", "Ocean drum", "Red kettle")
    features = make_features(titles, read_photos(titles, jobs=1)[0], jobs=1)
    assert (0, 1) not in pairs_of(find_candidates(features))
    assert (0, 1) in pairs_of(find_candidates(features, spelled=partial(spell_titles, titles)))
    assert (0, 1) not in pairs_of(find_candidates(features, SEARCH, spelled=partial(spell_titles, titles)))


def test_a_product_in_many_sizes_does_not_crowd_out_its_neighbours() -> None:
    sizes = [{"title": f"Brass violin stand size {s}"} for s in range(30, 60)]
    rows = [*sizes, {"title": "Brass violin holder"}]
    found = pairs_of(find_candidates(features_of(rows)))
    assert all((i, 30) in found for i in range(30))


@pytest.mark.parametrize(
    ("way", "row"),
    [
        ("titles", {"title": "violin ladder"}),
        ("photos", {"image_phash": HASHES[0]}),
        ("codes", {"gtin": "6901234002010"}),
    ],
)
def test_a_crowd_is_bounded_and_said(way: str, row: dict[str, Any]) -> None:
    search = replace(SEARCH, crowd=5)
    found = find_candidates(features_of([row] * 30), search)
    counts = Counter([*found.left.tolist(), *found.right.tolist()])
    assert len(found) <= 30 * 5
    assert set(counts) == set(range(30)), "everybody is compared with somebody"
    told = " ".join(m.say("en") for m in found.may_miss)
    assert f"Some {way} (1) are shared by more than 5 listings" in told
    assert len(find_candidates(features_of([row] * 6), search)) == 15


def test_a_crowd_is_paired_with_its_neighbours_elsewhere_too() -> None:
    search = replace(SEARCH, crowd=5)
    found = pairs_of(
        find_candidates(features_of([{"title": "brass violin stand"}] * 20 + [{"title": "brass violin"}]), search)
    )
    assert any(j == 20 for _, j in found)


def test_very_common_words_propose_nothing_and_it_is_said() -> None:
    search = replace(SEARCH, common_word=4)
    rows = [{"title": f"lamp {word}"} for word in WORDS[1:]]
    found = find_candidates(features_of(rows), search)
    assert len(found) == 0
    assert any("Very common words (1 of them" in m.say("en") for m in found.may_miss)


def test_titles_of_common_words_alone_still_find_each_other() -> None:
    search = replace(SEARCH, common_word=1)
    titles = ["brass violin stand", "brass violin case", "walnut violin stand", "walnut lamp", "copper lamp"]
    found = pairs_of(find_candidates(features_of([{"title": title} for title in titles]), search))
    assert {(0, 1), (0, 2)} <= found
    search = replace(search, very_common_word=1)
    fewer = pairs_of(find_candidates(features_of([{"title": title} for title in titles]), search))
    assert fewer < found


def test_a_search_in_blocks_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(5)
    rows = [{"title": " ".join(random.choice(WORDS, 4, replace=False))} for _ in range(60)]
    whole = find_candidates(features_of(rows))
    monkeypatch.setattr("dupcheck.index.titles._BLOCK", 7)
    parts = find_candidates(features_of(rows))
    assert pairs_of(whole) == pairs_of(parts)
    assert len(whole) > 60


def test_what_may_be_missed_is_always_said_in_both_languages() -> None:
    found = find_candidates(features_of([{"title": "violin"}, {"title": "violin"}]))
    for lang in ("en", "zh"):
        text = " ".join(m.say(lang) for m in found.may_miss)
        assert str(SEARCH.nearest) in text
        assert "{" not in text


@pytest.mark.parametrize("rows", [[], [{}], [{"title": "violin"}], [{}, {}, {}]])
def test_catalogues_without_pairs_propose_none(rows: list[dict[str, Any]]) -> None:
    found = find_candidates(features_of(rows))
    assert len(found) == 0
    assert found.left.dtype == found.right.dtype == np.int64


def test_the_sample_loses_no_true_pair(sample: Catalog, read_features: Callable[[Catalog], Features]) -> None:
    features = read_features(sample)
    found = find_candidates(features)
    assert len(found) < len(sample) * (len(sample) - 1) / 2 / 4
    ids = features.ids
    pairs = {(ids[i], ids[j]) for i, j in pairs_of(found)}
    for family in ((101, 105), (106, 107), (111, 115), (121, 124), (131, 132), (143, 145), (151, 154), (161, 166)):
        for i, j in combinations(range(family[0], family[1] + 1), 2):
            assert (f"A-{i}", f"A-{j}") in pairs


class TestTheSearchOfACheck:
    """The index that a check asks finds for a title what an audit of all titles finds for it."""

    @given(
        st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), min_size=2, max_size=25),
        st.sampled_from([(20, 5_000, 20_000), (3, 5_000, 20_000), (20, 2, 6), (20, 1, 1)]),
    )
    @settings(max_examples=80, deadline=None)
    def test_finds_the_same_titles(self, titles: list[str], bounds: tuple[int, int, int]) -> None:
        nearest, common, very_common = bounds
        search = replace(SEARCH, nearest=nearest, common_word=common, very_common_word=very_common)
        features = features_of([{"title": t} for t in titles])
        index, bearers = TitleIndex.make(features.title, search)
        distinct = features.title.take(bearers["items"][bearers["start"][:-1]].astype(np.int64))
        all_pairs = match_titles(keep_telling(distinct, distinct.count_columns(), search), 1, search).tocsr()
        for k, found in enumerate(index.find(distinct, features.statistics.weights, search)):
            theirs = {int(j): float(c) for j, c in zip(all_pairs[k].indices, all_pairs[k].data, strict=True)}
            sure = {j for j, c in theirs.items() if c > SEARCH.likeness + 1e-5}
            assert set(found.tolist()) <= theirs.keys() or len(theirs) > nearest
            if len(theirs) <= nearest:
                assert sure <= set(found.tolist())
