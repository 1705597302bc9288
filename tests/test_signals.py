"""The signals, each against its docstring; title and attributes also against slow, obvious arithmetic."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signal_tests import BLANKS, SignalTests, features, pairs, shop, turned  # noqa: F401  (fixtures)

from dupcheck.catalog import make_catalog
from dupcheck.features import Features, make_features
from dupcheck.model import BoolArray, Catalog, FloatArray, IntArray, Listing, Weighed
from dupcheck.photos.reading import read_photos
from dupcheck.signals import SIGNALS, Signal, get_signal
from dupcheck.titles import AXES, align_name

Measure = Callable[..., float]


def features_of(catalog: Catalog) -> Features:
    photos, _ = read_photos(catalog, jobs=1)
    return make_features(catalog, photos, jobs=1)


def listings(rows: Sequence[dict[str, Any]]) -> list[Listing]:
    return [Listing(**{"listing_id": f"L-{i}", "title": "", **row}) for i, row in enumerate(rows)]


@pytest.fixture
def measure() -> Measure:
    """Measure a signal on the first two of some listings; titles may stand for listings."""

    def value(name: str, *rows: dict[str, Any] | str, image_root: Path | None = None) -> float:
        full = [{"title": row} if isinstance(row, str) else row for row in rows]
        measured = features_of(make_catalog(listings(full), image_root=image_root))
        return float(get_signal(name).measure(measured, np.array([0]), np.array([1]))[0])

    return value


class TitleJudge:
    """Takes listings for one product by their titles' words alone."""

    def __init__(self, features: Features) -> None:  # noqa: F811
        self.features = features

    def measure(self, left: IntArray, right: IntArray) -> FloatArray:
        return get_signal("title").measure(self.features, left, right) / 100

    def weigh(self, left: IntArray, right: IntArray) -> list[Weighed]:
        raise AssertionError("a signal asks for no reasons")

    def is_told_one(self, left: IntArray, right: IntArray) -> BoolArray:
        raise AssertionError("a signal asks for no answers")


def taught(features: Features) -> Features:  # noqa: F811
    return replace(features, learned=TitleJudge(features))


def test_every_signal_has_a_test_class() -> None:
    assert {c.name for c in SignalTests.__subclasses__()} == {s.name for s in SIGNALS}


def test_an_unknown_signal_names_the_nearest() -> None:
    with pytest.raises(KeyError, match="title"):
        get_signal("titel")
    with pytest.raises(KeyError):
        get_signal("qqqqqq")


# Words that are neither a colour, a size, a material nor a selling phrase, in no language.
WORDS = ("lamp", "kettle", "violin", "ladder", "hammock", "trumpet", "wallet", "bracket")


class TestTitle(SignalTests):
    name = "title"

    @given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5), min_size=2, max_size=6))
    @settings(max_examples=25, deadline=None)
    def test_it_is_the_common_share_of_weight(self, titles: list[list[str]]) -> None:
        measured = features_of(make_catalog(listings([{"title": " ".join(t)} for t in titles])))
        sets = [set(t) for t in titles]
        weight = {word: math.log((len(sets) + 1) / (sum(word in s for s in sets) + 1)) + 1 for s in sets for word in s}
        for i, a in enumerate(sets):
            for j, b in enumerate(sets):
                common, total = sum(weight[w] for w in a & b), sum(map(weight.get, a)) + sum(map(weight.get, b))  # type: ignore[arg-type]
                (value,) = get_signal("title").measure(measured, np.array([i]), np.array([j]))
                assert value == pytest.approx(200 * common / total, abs=1e-3)

    def test_the_order_of_words_does_not_matter(self, measure: Measure) -> None:
        assert measure("title", "Brass Trumpet Stand Foldable", "foldable stand, brass TRUMPET") == pytest.approx(100)

    def test_nothing_in_common_is_0(self, measure: Measure) -> None:
        assert measure("title", "violin bow rosin", "garden ladder bracket") == 0

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Silk tie red", "Silk tie blue"),
            ("Cotton T-shirt O-neck size M", "Cotton T-shirt O-neck size XXL"),
            ("Microfiber cloth 5pcs", "50 pcs microfiber cloth"),
            ("Garden ladder bracket", "🔥Hot Sale🔥 Garden ladder bracket Free Shipping"),
            ("加厚毛巾 红色", "加厚毛巾 蓝色"),
        ],
    )
    def test_option_values_and_selling_words_do_not_count(self, measure: Measure, one: str, other: str) -> None:
        assert measure("title", one, other) == pytest.approx(100)

    def test_a_model_number_counts_more_than_a_word(self, measure: Measure) -> None:
        rest = ["iPhone 14 case", "iPhone 15 case", "leather case", "soft case", "iPhone charger"]
        numbers = measure("title", *rest)
        assert numbers < 80
        words = measure("title", "Galaxy violin case", "Galaxy trumpet case", *rest[2:])
        assert numbers < words + 10

    def test_a_rare_word_counts_more_than_a_common_one(self, measure: Measure) -> None:
        others = ["lamp kettle", "lamp ladder", "lamp hammock", "lamp wallet"]
        rare_in_common = measure("title", "lamp violin", "bracket violin", *others)
        common_in_common = measure("title", "violin lamp", "bracket lamp", *others)
        assert rare_in_common > common_in_common

    def test_a_title_of_option_values_alone_is_still_compared(self, measure: Measure) -> None:
        assert measure("title", "Red XL", "red xl") == pytest.approx(100)


VALUES = ("oak", "pine", "teak", "glass", "linen")


class TestAttributes(SignalTests):
    name = "attributes"

    @given(
        st.lists(
            st.dictionaries(
                st.sampled_from(["Brand", "Model", "Closure", "Collar", "Neckline"]),
                st.lists(st.sampled_from(["alba", "corvo", "dunmore", "estel"]), min_size=1, max_size=3, unique=True),
                max_size=4,
            ),
            min_size=2, max_size=4,
        )
    )  # fmt: skip
    @settings(max_examples=25, deadline=None)
    def test_it_is_the_mean_cosine_of_what_both_state(self, rows: list[dict[str, list[str]]]) -> None:
        told = [{name: " ".join(words) for name, words in row.items()} for row in rows]
        measured = features_of(make_catalog(listings([{"title": "x", "attributes": a} for a in told])))
        for i, a in enumerate(rows):
            for j, b in enumerate(rows):
                both = a.keys() & b.keys()
                weight = {name: 3.0 if name in ("Brand", "Model") else 1.0 for name in both}
                agreed = {
                    n: weight[n] * len(set(a[n]) & set(b[n])) / math.sqrt(len(set(a[n])) * len(set(b[n]))) for n in both
                }
                stated = sum(weight[n] if align_name(n) in AXES else agreed[n] for n in both)
                (value,) = get_signal("attributes").measure(measured, np.array([i]), np.array([j]))
                if stated:
                    assert value == pytest.approx(sum(agreed.values()) / stated, abs=1e-4)
                else:
                    assert math.isnan(value)

    def test_the_order_and_language_of_a_value_do_not_matter(self, measure: Measure) -> None:
        one = {"attributes": {"Material": "Cotton, Spandex", "Closure": "Zipper"}}
        assert measure("attributes", one, {"attributes": {"material": "Spandex; cotton", "Closure": "zipper"}}) == 1
        assert measure("attributes", {"attributes": {"材质": "纯棉"}}, {"attributes": {"材質": "純棉"}}) == 1

    def test_a_missing_attribute_is_not_equal_and_not_different(self, measure: Measure) -> None:
        rich = {"attributes": {"Closure": "Zipper", "Collar": "Round"}}
        assert measure("attributes", rich, {"attributes": {"Closure": "Zipper"}}) == 1
        assert math.isnan(
            measure("attributes", {"attributes": {"Collar": "Round"}}, {"attributes": {"Closure": "Zip"}})
        )
        assert math.isnan(measure("attributes", {"attributes": {"Collar": ""}}, {"attributes": {"Collar": ""}}))

    def test_options_are_differences_not_disagreement(self, measure: Measure) -> None:
        red = {"attributes": {"Color": "Red", "Size": "M", "Closure": "Zipper"}}
        assert measure("attributes", red, {"attributes": {"Color": "Blue", "Size": "XL", "Closure": "Zipper"}}) == 1
        assert math.isnan(measure("attributes", {"attributes": {"Color": "Red"}}, {"attributes": {"Color": "Red"}}))

    def test_brand_weighs_more(self, measure: Measure) -> None:
        base = {"Brand": "Alba", "Closure": "Zipper"}
        brand = measure("attributes", {"attributes": base}, {"attributes": {**base, "Brand": "Corvo"}})
        closure = measure("attributes", {"attributes": base}, {"attributes": {**base, "Closure": "Button"}})
        assert brand < closure


class TestPrice(SignalTests):
    name = "price"

    def test_it_is_the_gap_in_percent_of_the_higher(self) -> None:
        prices = (np.random.default_rng(3).integers(1, 10**6, 40) / 100).tolist()
        measured = features_of(make_catalog(listings([{"price": price} for price in prices])))
        for i, a in enumerate(prices):
            for j, b in enumerate(prices):
                (gap,) = get_signal("price").measure(measured, np.array([i]), np.array([j]))
                assert gap == pytest.approx(100 * abs(a - b) / max(a, b), abs=1e-6)

    @pytest.mark.parametrize("price", [0.1 + 0.2, 100 / 3, 1.9296875])
    def test_a_price_that_was_worked_out_is_not_lost(self, measure: Measure, price: float) -> None:
        assert measure("price", {"price": price}, {"price": 2 * price}) == pytest.approx(50)

    @pytest.mark.parametrize(
        ("one", "other", "gap"),
        [
            ({"price": 10.0}, {"price": 8.0}, 20),
            ({"price": 10.0, "currency": "USD"}, {"price": 10.0, "currency": "EUR"}, math.nan),
            ({"price": 10.0}, {"price": None}, math.nan),
            ({"price": None}, {"price": None}, math.nan),
            ({"price": 5.0, "price_max": 12.0}, {"price": 9.0}, 0),
            ({"price": 5.0, "price_max": 8.0}, {"price": 10.0, "price_max": 20.0}, 20),
            # ten times the goods at eight times the price: two tiers of one product, not a conflict
            ({"price": 10.0}, {"price": 80.0, "lot_size": 10.0}, math.nan),
            ({"title": "mug", "price": 10.0}, {"title": "mug 10pcs", "price": 80.0}, math.nan),
            ({"price": 10.0}, {"price": 8.0, "min_order_quantity": 20.0}, math.nan),
            # more goods and dearer a piece, or far too cheap: a conflict
            ({"price": 10.0}, {"price": 12.5, "min_order_quantity": 20.0}, 20),
            ({"price": 10.0}, {"price": 0.5, "min_order_quantity": 20.0}, 95),
            # another size explains a gap, but not any gap
            ({"title": "rug size L", "price": 20.0}, {"title": "rug size S", "price": 10.0}, math.nan),
            ({"title": "rug size L", "price": 20.0}, {"title": "rug size S", "price": 2.0}, 90),
        ],
    )  # fmt: skip
    def test_what_two_prices_are_apart(
        self, measure: Measure, one: dict[str, Any], other: dict[str, Any], gap: float
    ) -> None:
        value = measure("price", one, other)
        assert (math.isnan(gap) and math.isnan(value)) or value in (pytest.approx(gap),)


class TestCodes(SignalTests):
    name = "codes"

    @pytest.mark.parametrize(
        ("one", "other", "value"),
        [
            ({"gtin": "6901234002010"}, {"gtin": "6901234002010"}, 1),
            ({"gtin": "6901234002010"}, {"gtin": "6901234001853"}, math.nan),
            ({"sku_code": "HL-B21-RED"}, {"sku_code": "hl-b21-red"}, 1),
            ({"sku_code": "HL-B21-RED"}, {"sku_code": "HL-B21-BLUE"}, math.nan),
            ({"gtin": "6901234002010"}, {}, math.nan),
            # what marketplaces have written where there is no barcode
            ({"gtin": "Does not apply"}, {"gtin": "Does not apply"}, math.nan),
            ({"title": "Fridge compressor RSD-4471X"}, {"title": "Compressor for fridge RSD-4471X"}, 0.5),
            ({"title": "Fridge compressor RSD-4471X"}, {"title": "Fridge compressor RSD-9902X"}, 0),
            # codes of different shapes are often the sellers' own
            ({"title": "Fridge compressor RSD-4471X"}, {"title": "Fridge compressor QTVW-99"}, math.nan),
            ({"title": "Fridge compressor RSD-4471X"}, {"title": "Fridge compressor"}, math.nan),
            # a code that both share outweighs others that differ
            (
                {"title": "Compressor RSD-4471X", "gtin": "6901234002010"},
                {"title": "Compressor QTV-9902Z", "gtin": "6901234002010"},
                1,
            ),
        ],
    )
    def test_shared_different_or_unknown(
        self, measure: Measure, one: dict[str, Any], other: dict[str, Any], value: float
    ) -> None:
        found = measure("codes", one, other)
        assert (math.isnan(value) and math.isnan(found)) or found == value

    def test_twins_are_as_alike_as_can_be(self, signal: Signal, features: Features) -> None:  # noqa: F811
        count = (len(features) - BLANKS) // 2
        values = signal.measure(features, np.arange(count), np.arange(count) + count)
        told = ~np.isnan(values)
        assert told.sum() > count / 4
        assert (values[told] >= 0.5).all(), "a code that only titles hold is shared by half"


class TestContainment(SignalTests):
    name = "contained"

    @pytest.mark.parametrize(
        ("one", "other", "value"),
        [
            ("Ceramic Teapot Willow", "Ceramic Teapot Willow Handmade Cornwall", 100),
            ("Ceramic Teapot Willow", "Willow ceramic teapot", 100),
            ("Ceramic Teapot", "Steel Kettle", 0),
            ("", "Ceramic Teapot", math.nan),
        ],
    )
    def test_the_longer_may_say_more(self, measure: Measure, one: str, other: str, value: float) -> None:
        found = measure("contained", {"title": one}, {"title": other})
        assert (math.isnan(value) and math.isnan(found)) or found == pytest.approx(value)


class TestCategory(SignalTests):
    name = "category"

    @pytest.mark.parametrize(
        ("one", "other", "value"),
        [
            ("Home > Mugs", "home >  MUGS", 1),
            ("Home > Mugs", "Home > Bowls", 0),
            ("Home > Mugs", "", math.nan),
            ("", "", math.nan),
        ],
    )
    def test_same_different_or_unknown(self, measure: Measure, one: str, other: str, value: float) -> None:
        found = measure("category", {"category": one}, {"category": other})
        assert (math.isnan(value) and math.isnan(found)) or found == value


class TestShop(SignalTests):
    name = "shop"

    @pytest.mark.parametrize(
        ("one", "other", "value"), [("East", "east ", 1), ("East", "West", 0), ("East", "", math.nan)]
    )
    def test_same_different_or_unknown(self, measure: Measure, one: str, other: str, value: float) -> None:
        found = measure("shop", {"shop": one}, {"shop": other})
        assert (math.isnan(value) and math.isnan(found)) or found == value


class TestLearned(SignalTests):
    name = "learned"

    @pytest.fixture
    def features(self, features: Features) -> Features:  # noqa: F811
        """As they are once something was learned: here, that equal titles are one product."""
        return taught(features)

    @pytest.fixture
    def turned(self, turned: Features) -> Features:  # noqa: F811
        return taught(turned)

    def test_it_cannot_tell_before_anything_is_learned(self, measure: Measure) -> None:
        assert math.isnan(measure("learned", {"title": "Oak tray"}, {"title": "Oak tray"}))


class TestFacts(SignalTests):
    name = "facts"

    @pytest.mark.parametrize(
        ("one", "other", "value"),
        [
            ({}, {}, 0),
            ({"price": 5.0, "currency": "USD"}, {}, 1),
            ({"price": 5.0, "currency": "USD"}, {"category": "Mugs"}, 2),
            ({"category": "Mugs"}, {"category": "Bowls"}, 1),
            ({"price": 5.0, "currency": "USD", "category": "Mugs", "attributes": {"Brand": "Harbor"}}, {}, 3),
            ({"attributes": {"Color": "Red"}}, {"attributes": {}}, 0),  # an option is no attribute to compare
        ],
    )
    def test_what_either_states_counts(
        self, measure: Measure, one: dict[str, Any], other: dict[str, Any], value: float
    ) -> None:
        assert measure("facts", one, other) == value

    def test_it_cannot_tell_where_a_side_states_nothing(self, signal: Signal, features: Features) -> None:  # noqa: F811
        blank = np.arange(len(features) - BLANKS, len(features))
        assert (signal.measure(features, blank, blank[::-1]) == 0).all(), "it always can: nothing is stated"

    def test_twins_are_as_alike_as_can_be(self, signal: Signal, features: Features) -> None:  # noqa: F811
        count = (len(features) - BLANKS) // 2
        values = signal.measure(features, np.arange(count), np.arange(count) + count)
        assert values.max() == signal.best

    def test_a_catalogue_without_anything_is_measured(
        self, signal: Signal, make_shop: Callable[..., Catalog], read_features: Callable[[Catalog], Features]
    ) -> None:
        bare = read_features(make_shop("", "", "", image_root=Path("nowhere")))
        assert signal.measure(bare, np.array([0, 0, 1]), np.array([1, 2, 2])).tolist() == [0, 0, 0]


class TestImage(SignalTests):
    name = "image"

    def test_one_photo_under_two_names_is_0_bits(
        self, measure: Measure, tmp_path: Path, draw_photo: Callable[..., Path]
    ) -> None:
        draw_photo(tmp_path / "a.jpg", 1)
        (tmp_path / "b.jpg").write_bytes((tmp_path / "a.jpg").read_bytes())
        assert measure("image", {"main_image": "a.jpg"}, {"main_image": "b.jpg"}, image_root=tmp_path) == 0

    def test_photos_of_two_things_are_far_apart(
        self, measure: Measure, tmp_path: Path, draw_photo: Callable[..., Path]
    ) -> None:
        for seed in (1, 2):
            draw_photo(tmp_path / f"{seed}.jpg", seed)
        assert measure("image", {"main_image": "1.jpg"}, {"main_image": "2.jpg"}, image_root=tmp_path) > 8

    def test_a_main_photo_among_the_other_ones_further_photos_counts(
        self, measure: Measure, tmp_path: Path, draw_photo: Callable[..., Path]
    ) -> None:
        for seed in (1, 2):
            draw_photo(tmp_path / f"{seed}.jpg", seed)
        rich = {"main_image": "1.jpg", "images": ("2.jpg",)}
        assert measure("image", rich, {"main_image": "2.jpg"}, image_root=tmp_path) == 0
        assert measure("image", {"main_image": "2.jpg"}, rich, image_root=tmp_path) == 0

    def test_hashes_of_a_catalogue_without_photos_are_compared_bit_by_bit(self, measure: Measure) -> None:
        one, other = {"image_phash": "f0f0a5a5c3c3b1d2"}, {"image_phash": "f0f0a5a5c3c3b1d1"}
        assert measure("image", one, other) == 2
        assert measure("image", one, dict(one)) == 0

    def test_a_photo_that_is_not_there_cannot_tell(
        self, measure: Measure, tmp_path: Path, draw_photo: Callable[..., Path]
    ) -> None:
        draw_photo(tmp_path / "a.jpg", 1)
        gone = {"main_image": "gone.jpg"}
        assert math.isnan(measure("image", {"main_image": "a.jpg"}, gone, image_root=tmp_path))
        assert math.isnan(measure("image", gone, gone, image_root=tmp_path))


class TestColor(SignalTests):
    name = "color"

    def test_colours_of_one_shot_differ_and_one_photo_does_not(self, measure: Measure, sample_folder: Path) -> None:
        black, red = ({"main_image": f"photos/tote-{c}.jpg"} for c in ("black", "red"))
        assert measure("color", black, red, image_root=sample_folder) > 15
        assert measure("color", black, dict(black), image_root=sample_folder) == 0

    def test_two_scenes_cannot_be_held_against_each_other(self, measure: Measure, sample_folder: Path) -> None:
        mug, bag = {"main_image": "photos/mug-white.jpg"}, {"main_image": "photos/tote-red.jpg"}
        assert math.isnan(measure("color", mug, bag, image_root=sample_folder))
