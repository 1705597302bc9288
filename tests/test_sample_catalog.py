"""The sample catalogue is whole, and its rendered photos look to perceptual hashes as product photos do."""

import csv
import importlib.util
import itertools
import sys
from pathlib import Path
from types import ModuleType

import imagehash
import numpy as np
import pytest
from PIL import Image

FOLDER = Path(__file__).resolve().parent.parent / "sample_catalog"
PHOTOS = FOLDER / "photos"
COLUMNS = {
    "listing_id", "title", "price", "currency", "category", "main_image", "attributes", "shop", "images", "sku_code",
    "gtin", "image_phash", "min_order_quantity", "lot_size", "bulk_price", "stock", "sales", "reviews", "created",
    "url", "description",
}  # fmt: skip
# Gaps that the README names; anything else that is missing is a mistake.
NO_PRICE = {"A-217", "A-219"}
NO_IMAGE = {"A-221"}
# Photos of which two listings of different products are meant to share one, or nearly one.
LOOK_ALIKE = {frozenset({"jar-candle", "jar-cream"})}


def read(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return read("catalog.csv")


@pytest.fixture(scope="module")
def truth() -> dict[str, str]:
    return {row["listing_id"]: row["product_id"] for row in read("truth.csv")}


@pytest.fixture(scope="module")
def hashes() -> dict[str, imagehash.ImageHash]:
    found = {}
    for path in sorted(PHOTOS.glob("*.jpg")):
        with Image.open(path) as picture:
            found[path.stem] = imagehash.phash(picture)
    return found


@pytest.fixture(scope="module")
def renderer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("render_photos", FOLDER / "render_photos.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


class TestTable:
    def test_columns_are_canonical(self, rows: list[dict[str, str]]) -> None:
        assert {"listing_id", "title", "price", "main_image", "attributes"} <= set(rows[0]) <= COLUMNS
        assert all(None not in row and None not in row.values() for row in rows), "a row is too long or too short"

    def test_ids_are_unique_and_truth_covers_exactly_them(self, rows: list[dict[str, str]]) -> None:
        ids = [row["listing_id"] for row in rows]
        assert len(set(ids)) == len(ids) >= 60
        assert [row["listing_id"] for row in read("truth.csv")] == ids
        assert all(row["product_id"] for row in read("truth.csv"))

    def test_only_the_named_gaps(self, rows: list[dict[str, str]]) -> None:
        assert {row["listing_id"] for row in rows if not row["price"]} == NO_PRICE
        assert {row["listing_id"] for row in rows if not row["main_image"]} == NO_IMAGE
        assert all(row["title"] and row["category"] and row["attributes"] for row in rows)

    def test_values_fit_the_marketplace(self, rows: list[dict[str, str]]) -> None:
        for row in rows:
            assert len(row["title"]) <= 128, row["listing_id"]
            assert len(row["sku_code"]) <= 20 and " " not in row["sku_code"], row["listing_id"]
            assert row["currency"] == "USD"
            assert not row["price"] or 0.01 <= float(row["price"]) <= 100000
            names = [pair.partition("=")[0].strip() for pair in row["attributes"].split(";")]
            assert all("=" in pair for pair in row["attributes"].split(";")), row["listing_id"]
            assert len(set(names)) == len(names), row["listing_id"]

    def test_gtins_are_valid_and_one_is_shared(self, rows: list[dict[str, str]], truth: dict[str, str]) -> None:
        codes = [row["gtin"] for row in rows if row["gtin"]]
        for code in codes:
            assert len(code) == 13
            assert sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(code)) % 10 == 0, code
        shared = [row["listing_id"] for row in rows if row["gtin"] and codes.count(row["gtin"]) > 1]
        assert shared == ["A-201", "A-202"]
        assert truth["A-201"] == truth["A-202"]

    def test_wholesale_price_is_a_whole_percentage(self, rows: list[dict[str, str]]) -> None:
        price = {row["listing_id"]: float(row["price"] or "nan") for row in rows}
        assert round(100 * (1 - price["A-107"] / price["A-106"]), 6) == 20
        assert [row["listing_id"] for row in rows if row["min_order_quantity"]] == ["A-107"]

    def test_readme_names_every_listing(self, rows: list[dict[str, str]]) -> None:
        text = (FOLDER / "README.md").read_text(encoding="utf-8").split("## 中文摘要")[0]
        named: set[int] = set()
        for part in text.replace("`", "").split("A-")[1:]:
            first = int(part[:3])
            rest = part[3:].lstrip()
            named.add(first)
            if rest.startswith("…"):
                last = int(text.split(f"A-{first} … A-")[1][:3])
                named |= set(range(first, last + 1))
        assert {int(row["listing_id"][2:]) for row in rows} <= named

    def test_dupcheck_reads_it_without_an_error(self, rows: list[dict[str, str]]) -> None:
        catalog = pytest.importorskip("dupcheck.catalog").read_catalog(FOLDER / "catalog.csv")
        assert len(catalog) == len(rows)
        errors = [problem for problem in catalog.problems if str(problem.severity) == "error"]
        assert errors == []


class TestPhotos:
    def test_every_photo_is_used_and_there(self, rows: list[dict[str, str]]) -> None:
        named = {row["main_image"] for row in rows if row["main_image"]}
        named |= {image for row in rows for image in row["images"].split(";") if image}
        assert named == {f"photos/{path.name}" for path in PHOTOS.iterdir()}

    def test_every_photo_decodes_and_is_large_enough(self) -> None:
        for path in PHOTOS.glob("*.jpg"):
            with Image.open(path) as picture:
                picture.load()
                assert picture.format == "JPEG" and min(picture.size) >= 600, path.name

    def test_together_they_stay_small(self) -> None:
        assert sum(path.stat().st_size for path in PHOTOS.iterdir()) < 4_000_000

    def test_photos_have_the_tones_and_grain_of_photos(self) -> None:
        for path in PHOTOS.glob("*.jpg"):
            if path.stem == "no-image":
                continue
            with Image.open(path) as picture:
                grey = np.asarray(picture.convert("L"), np.float32)
            assert len(np.unique(grey)) > 100, f"{path.name} is flat"
            changing = np.diff(grey, axis=1) != 0  # a drawing is flat between its lines
            assert changing.mean() > 0.3, f"{path.name} has no grain"


class TestHashes:
    def test_colours_of_one_shot_look_the_same_in_grey(self, hashes: dict[str, imagehash.ImageHash]) -> None:
        for shot in ("tote", "tee"):
            colours = [value for name, value in hashes.items() if name.startswith(f"{shot}-")]
            assert len(colours) >= 2
            assert all(a - b <= 10 for a, b in itertools.combinations(colours, 2))

    def test_colours_of_one_shot_differ_in_colour(self) -> None:
        means = [
            np.asarray(Image.open(path).convert("RGB"), float)[350:550, 250:550].mean((0, 1))
            for path in PHOTOS.glob("tote-*.jpg")
        ]
        assert all(np.abs(a - b).max() > 25 for a, b in itertools.combinations(means, 2))

    def test_another_angle_or_a_mirror_looks_different(self, hashes: dict[str, imagehash.ImageHash]) -> None:
        pairs = ("mug-white", "mug-table"), ("bank-standing", "bank-lying"), ("box-closed", "box-open")
        for left, right in (*pairs, ("notebook", "notebook-mirror")):
            assert hashes[left] - hashes[right] > 10, (left, right)

    def test_the_mirror_is_the_same_photo_the_other_way_round(self, hashes: dict[str, imagehash.ImageHash]) -> None:
        with Image.open(PHOTOS / "notebook-mirror.jpg") as picture:
            back = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        assert imagehash.phash(back) - hashes["notebook"] <= 4

    def test_two_jars_look_alike_in_grey(self, hashes: dict[str, imagehash.ImageHash]) -> None:
        assert hashes["jar-candle"] - hashes["jar-cream"] <= 8

    def test_photos_of_different_products_lie_apart(
        self, rows: list[dict[str, str]], truth: dict[str, str], hashes: dict[str, imagehash.ImageHash]
    ) -> None:
        # A photo belongs to the first product that shows it; the brush that borrows the bottle's photo comes later.
        product: dict[str, str] = {}
        for row in rows:
            if row["main_image"]:
                product.setdefault(Path(row["main_image"]).stem, truth[row["listing_id"]])
        distances = {
            frozenset({a, b}): hashes[a] - hashes[b]
            for a, b in itertools.combinations(product, 2)
            if product[a] != product[b]
        }
        assert len(distances) > 1000
        near = [pair for pair, distance in distances.items() if distance <= 12]
        assert len(near) <= 0.05 * len(distances), near
        assert set(near) >= LOOK_ALIKE


class TestRenderer:
    def test_it_renders_every_photo_of_the_folder(self, renderer: ModuleType) -> None:
        assert {f"{name}.jpg" for name in renderer.PHOTOS} == {path.name for path in PHOTOS.iterdir()}

    @pytest.mark.slow
    @pytest.mark.parametrize("name", ["no-image", "jar-cream", "towel-cotton"])
    def test_it_renders_the_same_photo_again(self, renderer: ModuleType, name: str, tmp_path: Path) -> None:
        renderer.save_photo(name, tmp_path)
        with Image.open(tmp_path / f"{name}.jpg") as again, Image.open(PHOTOS / f"{name}.jpg") as kept:
            assert again.size == kept.size
            difference = np.abs(np.asarray(again, float) - np.asarray(kept, float)).mean()
        assert difference < 1
