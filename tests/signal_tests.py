"""What every signal must do: the tests that each signal's own test class inherits."""

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dupcheck.catalog import get_listing, make_catalog
from dupcheck.features import Features
from dupcheck.messages import LANGS, say
from dupcheck.model import Catalog, IntArray, Listing
from dupcheck.signals import SIGNALS, Signal, get_signal

CHINESE = re.compile(r"[\u3400-\u9fff]")
BLANKS = 2


@pytest.fixture(scope="session")
def shop(sample: Catalog) -> Catalog:
    """The sample catalogue and two models of one make in another shop, a twin of each, then blanks."""
    listings = [get_listing(sample, i) for i in range(len(sample))]
    listings += [Listing(f"model-{n}", f"Fridge compressor RSD-{n}X", shop="Second") for n in (4471, 9902)]
    twins = [replace(x, listing_id=f"{x.listing_id}-twin") for x in listings]
    blanks = [Listing(f"blank-{i}", "") for i in range(BLANKS)]
    return make_catalog([*listings, *twins, *blanks], image_root=sample.image_root)


@pytest.fixture(scope="session")
def features(shop: Catalog, read_features: Callable[[Catalog], Features]) -> Features:
    return read_features(shop)


@pytest.fixture(scope="session")
def turned(shop: Catalog, read_features: Callable[[Catalog], Features]) -> Features:
    """The features of the shop with its listings in the opposite order."""
    listings = [get_listing(shop, i) for i in reversed(range(len(shop)))]
    return read_features(make_catalog(listings, image_root=shop.image_root))


@pytest.fixture(scope="session")
def pairs(shop: Catalog) -> tuple[IntArray, IntArray]:
    """Every pair of the sample's listings, then of everything a random sample."""
    few = np.array(list(itertools.combinations(range((len(shop) - BLANKS) // 2), 2)), dtype=np.int64)
    some = np.random.default_rng(0).integers(0, len(shop), (500, 2))
    both = np.concatenate([few, some])
    return both[:, 0], both[:, 1]


class SignalTests:
    """Inherit this and set ``name``; import the fixtures of this module beside it."""

    name: str

    @pytest.fixture
    def signal(self) -> Signal:
        return get_signal(self.name)

    def test_it_is_registered_under_its_name(self, signal: Signal) -> None:
        assert signal.name == self.name
        assert [s.name for s in SIGNALS].count(self.name) == 1
        assert signal.closer == ("low" if signal.best < signal.worst else "high")
        assert all(say(f"signals.{self.name}", lang) for lang in LANGS)

    def test_it_can_tell_of_some_pairs_and_tells_them_apart(
        self, signal: Signal, features: Features, pairs: tuple[IntArray, IntArray]
    ) -> None:
        values = signal.measure(features, *pairs)
        assert len(np.unique(values[~np.isnan(values)])) > 1

    def test_it_is_symmetric(self, signal: Signal, features: Features, pairs: tuple[IntArray, IntArray]) -> None:
        left, right = pairs
        there, back = signal.measure(features, left, right), signal.measure(features, right, left)
        np.testing.assert_allclose(there, back, rtol=1e-9)

    def test_values_stay_within_best_and_worst(
        self, signal: Signal, features: Features, pairs: tuple[IntArray, IntArray]
    ) -> None:
        values = signal.measure(features, *pairs)
        told = values[~np.isnan(values)]
        low, high = sorted((signal.best, signal.worst))
        assert told.min() >= low
        assert told.max() <= high

    def test_many_pairs_at_once_are_measured_as_one_by_one(
        self, signal: Signal, features: Features, pairs: tuple[IntArray, IntArray]
    ) -> None:
        some = np.random.default_rng(1).choice(len(pairs[0]), 150, replace=False)
        left, right = pairs[0][some], pairs[1][some]
        alone = [signal.measure(features, left[k : k + 1], right[k : k + 1])[0] for k in range(len(some))]
        np.testing.assert_array_equal(signal.measure(features, left, right), alone)

    def test_the_order_of_pairs_does_not_matter(
        self, signal: Signal, features: Features, pairs: tuple[IntArray, IntArray]
    ) -> None:
        order = np.random.default_rng(2).permutation(len(pairs[0]))
        np.testing.assert_array_equal(
            signal.measure(features, pairs[0][order], pairs[1][order]), signal.measure(features, *pairs)[order]
        )

    def test_no_pairs_give_no_values(self, signal: Signal, features: Features) -> None:
        none = np.empty(0, dtype=np.int64)
        values = signal.measure(features, none, none)
        assert values.shape == (0,)
        assert values.dtype == np.float64

    def test_the_result_is_one_float_a_pair_and_the_pairs_stay_as_they_were(
        self, signal: Signal, features: Features, pairs: tuple[IntArray, IntArray]
    ) -> None:
        left, right = pairs[0].copy(), pairs[1].copy()
        values = signal.measure(features, left, right)
        assert values.shape == left.shape
        assert values.dtype == np.float64
        np.testing.assert_array_equal(left, pairs[0])
        np.testing.assert_array_equal(right, pairs[1])

    def test_it_cannot_tell_where_a_side_states_nothing(self, signal: Signal, features: Features) -> None:
        n = len(features)
        blank = np.repeat(np.arange(n - BLANKS, n), n)
        other = np.tile(np.arange(n), BLANKS)
        assert np.isnan(signal.measure(features, blank, other)).all()

    def test_twins_are_as_alike_as_can_be(self, signal: Signal, features: Features) -> None:
        count = (len(features) - BLANKS) // 2
        values = signal.measure(features, np.arange(count), np.arange(count) + count)
        told = ~np.isnan(values)
        assert told.sum() > count / 4
        np.testing.assert_allclose(values[told], signal.best, atol=1e-4)

    def test_the_order_of_listings_does_not_matter(
        self, signal: Signal, features: Features, turned: Features, pairs: tuple[IntArray, IntArray]
    ) -> None:
        left, right = pairs
        last = len(features) - 1
        again = signal.measure(turned, last - left, last - right)
        np.testing.assert_allclose(again, signal.measure(features, left, right), atol=1e-3)

    def test_it_shows_its_values_in_both_languages(self, signal: Signal) -> None:
        for lang in LANGS:
            shown = {signal.show(v, lang) for v in (signal.best, signal.worst)}
            assert len(shown) == 2
            assert all(text.strip() and "nan" not in text.lower() and "{" not in text for text in shown)

    def test_it_says_that_it_cannot_tell(self, signal: Signal) -> None:
        assert signal.show(np.nan, "en") == "cannot tell"
        assert CHINESE.search(signal.show(np.nan, "zh"))
        assert signal.show(float("nan")) != signal.show(signal.worst)

    def test_a_catalogue_without_anything_is_measured(
        self, signal: Signal, make_shop: Callable[..., Catalog], read_features: Callable[[Catalog], Features]
    ) -> None:
        bare = read_features(make_shop("", "", "", image_root=Path("nowhere")))
        values = signal.measure(bare, np.array([0, 0, 1]), np.array([1, 2, 2]))
        assert np.isnan(values).all()
