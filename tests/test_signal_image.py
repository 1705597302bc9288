"""The photo signals see one photo through what sellers do to it, and tell different ones apart."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagehash
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from dupcheck.catalog import make_catalog, read_catalog
from dupcheck.model import Listing
from dupcheck.photos.descriptions import describe_pairs, name_color
from dupcheck.photos.neighbours import find_alike, find_neighbours
from dupcheck.photos.reading import read_photos
from dupcheck.photos.table import Photos
from dupcheck.photos.verification import SAME
from dupcheck.signals.color import Color
from dupcheck.signals.image import SHARED
from dupcheck.signals.image import Image as ImageSignal

SCENES = 12
SIZE = (300, 400)


class Shown:
    def __init__(self, photos: Photos) -> None:
        self.photos = photos


def scene(seed: int) -> Image.Image:
    """Shaded coloured shapes before a soft background, with a little grain: as detailed as a photo."""
    random = np.random.default_rng(seed)
    light = random.integers(0, 256, (6, 5, 3), dtype=np.uint8) // 3 + random.integers(60, 150, 3, dtype=np.uint8)
    picture = Image.fromarray(light.astype(np.uint8)).resize(SIZE, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for _ in range(14):
        x, y = (random.random(2) * SIZE * 0.9).tolist()
        w, h = (random.random(2) * 130 + 25).tolist()
        color = tuple((random.integers(0, 120, 3) + random.integers(0, 136)).tolist())
        (draw.ellipse if random.random() < 0.5 else draw.rectangle)((x, y, x + w, y + h), fill=color)
    pixels = np.asarray(picture.filter(ImageFilter.GaussianBlur(1)), np.float64) + random.normal(0, 3, (*SIZE[::-1], 3))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def badge(photo: Image.Image) -> Image.Image:
    edited = photo.copy()
    ImageDraw.Draw(edited).ellipse((10, 10, 90, 90), fill=(230, 20, 20))
    return edited


def banner(photo: Image.Image) -> Image.Image:
    edited = photo.copy()
    draw = ImageDraw.Draw(edited)
    draw.rectangle((0, 340, 300, 400), fill=(20, 20, 200))
    draw.text((60, 350), "BEST PRICE", fill="white", font_size=30)
    return edited


def watermark(photo: Image.Image) -> Image.Image:
    layer = Image.new("RGBA", photo.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    for k, y in enumerate(range(8, photo.height, 52)):
        for x in range(-20 - 40 * (k % 2), photo.width, 80):
            draw.text((x, y), "SHOP", fill=(255, 255, 255, 100), font_size=22)
    return Image.alpha_composite(photo.convert("RGBA"), layer).convert("RGB")


def crop(share: float) -> Callable[[Image.Image], Image.Image]:
    def edit(photo: Image.Image) -> Image.Image:
        x, y = round(share * photo.width), round(share * photo.height)
        return photo.crop((x, y, photo.width - x, photo.height - y))

    return edit


def collage(photo: Image.Image) -> Image.Image:
    sheet = Image.new("RGB", (2 * photo.width, photo.height), "white")
    sheet.paste(photo, (0, 0))
    sheet.paste(scene(999).rotate(90).resize(photo.size), (photo.width, 0))
    return sheet


def recolor(photo: Image.Image) -> Image.Image:
    hue, saturation, value = photo.convert("HSV").split()
    return Image.merge("HSV", (hue.point(lambda h: (h + 85) % 256), saturation, value)).convert("RGB")


EDITS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "the same": lambda photo: photo,
    "half the size": lambda photo: photo.resize((150, 200)),
    "brighter": lambda photo: ImageEnhance.Brightness(photo).enhance(1.15),
    "a white border": lambda photo: ImageOps.expand(photo, 30, "white"),
    "a frame in a border": lambda photo: ImageOps.expand(ImageOps.expand(photo, 12, (200, 40, 40)), 20, "white"),
    "padded to a square": lambda photo: ImageOps.pad(photo, (400, 400), color="white"),
    "mirrored": ImageOps.mirror,
    "mirrored with a border": lambda photo: ImageOps.expand(ImageOps.mirror(photo), 25, "white"),
    "a badge": badge,
    "a banner": banner,
    "a watermark": watermark,
    "a watermark in a frame": lambda photo: ImageOps.expand(watermark(photo), 14, (200, 40, 40)),
    "a watermark over a frame": lambda photo: watermark(ImageOps.expand(photo, 14, (200, 40, 40))),
    "a badge over a border": lambda photo: badge(ImageOps.expand(photo, 20, "white")),
    "cropped a little": crop(0.03),
    "cropped more": crop(0.08),
    "turned": lambda photo: photo.rotate(3, Image.Resampling.BICUBIC, fillcolor="white"),
    "half of a collage": collage,
    "re-coloured": recolor,
}


def read(folder: Path, pictures: list[Image.Image], **options: Any) -> Photos:
    names = []
    for i, picture in enumerate(pictures):
        names.append(f"{i:03}.jpg")
        picture.save(folder / names[-1], quality=88)
    photos, problems = read_photos(
        make_catalog([Listing(n, n, main_image=n) for n in names], image_root=folder), jobs=1, **options
    )
    assert not problems
    return photos


@pytest.fixture(scope="module")
def scenes() -> list[Image.Image]:
    return [scene(seed) for seed in range(SCENES)]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_photo_is_found_and_is_the_same(edit: str, scenes: list[Image.Image], tmp_path: Path) -> None:
    photos = read(tmp_path, scenes + [EDITS[edit](photo) for photo in scenes])
    proposed = set(zip(*(side.tolist() for side in find_neighbours(photos)), strict=True))
    originals, copies = np.arange(SCENES), np.arange(SCENES, 2 * SCENES)
    rows = zip(photos.main[:SCENES].tolist(), photos.main[SCENES:].tolist(), strict=True)
    found = np.array([a == b or (min(a, b), max(a, b)) in proposed for a, b in rows])
    bits = ImageSignal().measure(Shown(photos), originals, copies)
    misses = int((~(found & (bits <= SAME))).sum())
    assert misses <= (3 if edit in ("cropped more", "turned", "half of a collage") else 0), bits.round(1)
    colors = Color().measure(Shown(photos), originals, copies)
    if edit == "re-coloured":
        assert (colors > 15).all()
    else:
        assert np.nanmedian(colors) < 8


def test_different_photos_are_different_whatever_their_order(scenes: list[Image.Image], tmp_path: Path) -> None:
    photos = Shown(read(tmp_path, scenes + [ImageOps.mirror(s) for s in scenes]))
    left, right = np.triu_indices(2 * SCENES, 1)
    bits = ImageSignal().measure(photos, left, right)
    assert ((bits <= SAME) == (right - left == SCENES)).all()
    assert np.array_equal(bits, ImageSignal().measure(photos, right, left), equal_nan=True)
    one_by_one = [ImageSignal().measure(photos, left[k : k + 1], right[k : k + 1])[0] for k in range(0, len(left), 17)]
    assert np.array_equal(bits[::17], one_by_one, equal_nan=True)
    assert (bits >= 0).all()
    assert (bits <= 64).all()


def pack(label: tuple[int, int, int], mark: int) -> Image.Image:
    """A bottle on white, as packs of one brand are: the same outline, its own label."""
    picture = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((110, 20, 190, 100), 10, fill=(60, 60, 60))
    draw.rounded_rectangle((80, 90, 220, 385), 30, fill=(90, 120, 90))
    draw.rectangle((85, 160, 215, 320), fill=label)
    random = np.random.default_rng(mark)
    for _ in range(14):
        x, y = int(random.integers(88, 180)), int(random.integers(165, 290))
        draw.ellipse((x, y, x + 30, y + 26), fill=tuple(random.integers(0, 255, 3).tolist()))
    return picture


def test_packs_of_one_outline_are_not_one_photo(tmp_path: Path) -> None:
    packs = [pack((230, 220, 200), mark) for mark in range(8)]
    plain = [imagehash.phash(p) for p in packs]
    assert min(plain[i] - plain[j] for i in range(8) for j in range(i)) <= SAME, "too easy a test"
    left, right = np.triu_indices(8, 1)
    bits = ImageSignal().measure(Shown(read(tmp_path, packs)), left, right)
    assert (bits > SAME).all()


def beside(photo: Image.Image, other: Image.Image) -> Image.Image:
    sheet = Image.new("RGB", (2 * photo.width, photo.height), "white")
    sheet.paste(photo, (0, 0))
    sheet.paste(other, (photo.width, 0))
    return sheet


@pytest.mark.parametrize(
    "edit",
    [
        banner,
        badge,
        lambda photo: ImageEnhance.Brightness(photo).enhance(1.15),
        lambda photo: beside(photo, ImageOps.mirror(photo)),
        lambda photo: beside(pack((40, 90, 200), 77), photo),
    ],
    ids=["banner", "badge", "brighter", "beside its mirror image", "beside another"],
)
def test_a_small_product_on_white_is_found_beside_what_was_added(
    edit: Callable[[Image.Image], Image.Image], tmp_path: Path
) -> None:
    packs = [pack((230, 220, 200), mark) for mark in range(6)]
    photos = read(tmp_path, packs + [edit(photo) for photo in packs])
    left, right = find_alike(photos)
    alike = set(zip(left.tolist(), right.tolist(), strict=True))
    first, second = photos.main[:6], photos.main[6:]
    missed = [k for k in range(6) if (min(first[k], second[k]), max(first[k], second[k])) not in alike]
    assert len(missed) <= 1, missed
    bits = ImageSignal().measure(Shown(photos), np.arange(6), np.arange(6, 12))
    assert (bits <= SAME).sum() >= 5, bits
    others = ImageSignal().measure(Shown(photos), np.arange(6), 6 + (np.arange(6) + 1) % 6)
    assert (others > SAME).all(), others


def test_the_plain_hash_is_that_of_imagehash(scenes: list[Image.Image], tmp_path: Path) -> None:
    photos = read(tmp_path, scenes)
    for i, name in enumerate(sorted(p.name for p in tmp_path.iterdir())):
        wanted = int(str(imagehash.phash(Image.open(tmp_path / name))), 16)
        assert (wanted ^ int(photos.phash[photos.main[i]])).bit_count() <= 4


def test_a_picture_and_a_hash_compare_by_the_plain_hash(scenes: list[Image.Image], tmp_path: Path) -> None:
    scenes[0].save(tmp_path / "a.jpg")
    text = str(imagehash.phash(Image.open(tmp_path / "a.jpg")))
    listings = [Listing("a", "", main_image="a.jpg"), Listing("b", "", image_phash=text), Listing("c", "")]
    photos, _ = read_photos(make_catalog(listings, image_root=tmp_path))
    bits = ImageSignal().measure(Shown(photos), np.array([0, 0]), np.array([1, 2]))
    assert bits[0] <= 4
    assert np.isnan(bits[1])
    assert np.isnan(Color().measure(Shown(photos), np.array([0]), np.array([1]))).all()


def test_a_main_photo_among_the_other_s_further_photos_counts(scenes: list[Image.Image], tmp_path: Path) -> None:
    for i in range(3):
        scenes[i].save(tmp_path / f"{i}.jpg")
    ImageOps.mirror(scenes[0]).save(tmp_path / "turned.jpg")
    listings = [
        Listing("a", "", main_image="0.jpg"),
        Listing("b", "", main_image="1.jpg", images=("2.jpg", "turned.jpg")),
        Listing("c", "", main_image="2.jpg"),
        Listing("d", "", images=("0.jpg",)),
    ]
    photos, _ = read_photos(make_catalog(listings, image_root=tmp_path))
    left, right = np.array([0, 1, 0, 0]), np.array([1, 2, 2, 3])
    for bits in (ImageSignal().measure(Shown(photos), left, right), ImageSignal().measure(Shown(photos), right, left)):
        assert bits[0] <= SAME
        assert bits[1] == 0
        assert bits[2] > SAME
        assert bits[3] == 0
    rows = set(zip(*(side.tolist() for side in find_neighbours(photos)), strict=True))
    assert tuple(sorted((int(photos.main[0]), int(photos.extra[1])))) in rows


def test_a_further_photo_that_two_listings_share_counts(
    scenes: list[Image.Image], tmp_path: Path, run: Callable[..., Any]
) -> None:
    for i in range(12):
        scenes[i].save(tmp_path / f"{i}.jpg")
    table = "listing_id,title,main_image,images\n" + "\n".join(
        [f"{name},Cotton shirt {name},{main}.jpg,{more}" for name, main, more in (
            ("a", 0, "5.jpg;9.jpg"), ("b", 1, "6.jpg;5.jpg"), ("c", 2, "6.jpg;9.jpg"), ("d", 3, "9.jpg"),
            ("e", 4, "9.jpg"), ("f", 7, "9.jpg"), ("g", 8, ""),
        )]
    )  # fmt: skip
    (tmp_path / "shop.csv").write_text(table, encoding="utf-8")
    catalog = read_catalog(tmp_path / "shop.csv")
    photos = Shown(read_photos(catalog)[0])
    left, right = np.triu_indices(7, 1)
    for ends in ((left, right), (right, left)):
        bits = ImageSignal().measure(photos, *ends)
        near = {(int(i), int(j)) for i, j in zip(left[bits <= SHARED], right[bits <= SHARED], strict=True)}
        assert near == {(0, 1), (1, 2)}, "a photo that five listings show is a size table"
        assert (bits[bits <= SHARED] > SAME).all(), "it is not the main photo"
    told = str(run("why", tmp_path / "shop.csv", "a", "b").out)
    assert "one of the further photos is the same" in told
    assert "one of the further photos" not in str(run("why", tmp_path / "shop.csv", "a", "c").out)


def describe(folder: Path, first: Image.Image, second: Image.Image, lang: str = "en") -> str:
    photos = read(folder, [first, second])
    return describe_pairs(photos, photos.main[:1], photos.main[1:])[0].say(lang)


def shirt(color: tuple[int, int, int]) -> Image.Image:
    """A coloured thing with folds on a grey wall."""
    rows, columns = np.mgrid[0:400, 0:300]
    pixels = np.full((400, 300, 3), 190.0)
    inside = (abs(columns - 150) < 90) & (rows > 70) & (rows < 340) | (abs(rows - 110) < 40) & (
        abs(columns - 150) < 130
    )
    folds = 1 + 0.25 * np.sin(columns / 9 + np.sin(rows / 25) * 3) + 0.15 * np.sin(rows / 14)
    pixels[inside] = (np.array(color) * folds[..., None])[inside]
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def plain_wall() -> Image.Image:
    """Little that a watermark would not drown: a few soft spots on a wall."""
    picture = Image.new("RGB", SIZE, (150, 140, 130))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((60, 90, 240, 330), fill=(120, 60, 60))
    draw.rectangle((100, 150, 190, 210), fill=(90, 40, 50))
    grain = np.random.default_rng(1).normal(0, 4, (SIZE[1], SIZE[0], 1))
    pixels = np.asarray(picture.filter(ImageFilter.GaussianBlur(6)), np.float64) + grain
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def test_a_lighter_thing_is_no_watermarked_one(tmp_path: Path) -> None:
    photo = plain_wall()
    lighter = np.asarray(photo, np.float64)
    rows, columns = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    lighter[(rows // 40 + columns // 40) % 2 == 0] += 60
    other = Image.fromarray(lighter.clip(0, 255).astype(np.uint8))
    spotted = photo.copy()
    ImageDraw.Draw(spotted).rectangle((110, 110, 220, 280), fill=(230, 230, 230))
    for changed in (other, spotted):
        assert "watermark" not in describe(tmp_path, photo, changed)


def test_what_was_done_is_said(scenes: list[Image.Image], tmp_path: Path) -> None:
    photo = scenes[0]
    assert describe(tmp_path, photo, photo) == "same photo"
    assert describe(tmp_path, photo, scenes[1]) == "different photos"
    assert describe(tmp_path, photo, ImageOps.mirror(photo)) == "same photo, mirrored"
    assert describe(tmp_path, photo, ImageOps.expand(photo, 30, "white"), "zh") == "同一张图片，加了边框"
    assert "partly covered" in describe(tmp_path, photo, banner(photo))
    assert "with a watermark" in describe(tmp_path, plain_wall(), watermark(plain_wall()))
    assert "cropped" in describe(tmp_path, photo, crop(0.07)(photo))
    assert "turned by 3°" in describe(tmp_path, scenes[6], scenes[6].rotate(3, Image.Resampling.BICUBIC))
    assert "collage" in describe(tmp_path, photo, collage(photo))


def test_a_re_tint_is_said_with_both_colours_in_order(tmp_path: Path) -> None:
    red, blue = shirt((190, 40, 40)), shirt((40, 40, 190))
    assert describe(tmp_path, red, blue).endswith("re-coloured: red → blue")
    assert describe(tmp_path, blue, red).endswith("re-coloured: blue → red")
    assert describe(tmp_path, red, blue, "zh").endswith("换了颜色：红色 → 蓝色")


def test_the_command_says_it_too(tmp_path: Path, run: Callable[..., Any]) -> None:
    pictures = {
        "red": shirt((190, 40, 40)),
        "blue": shirt((40, 40, 190)),
        "mirror": ImageOps.mirror(ImageOps.expand(shirt((190, 40, 40)), 30, "white")),
        "other": scene(5),
    }
    rows = ["listing_id,title,price,main_image,images"]
    for name, picture in pictures.items():
        picture.save(tmp_path / f"{name}.jpg", quality=90)
        rows.append(f"{name},Cotton shirt with long sleeves,9.90,{name}.jpg,")
    rows.append("behind,Cotton shirt with long sleeves,9.90,other.jpg,mirror.jpg")
    rows.append("bare,Cotton shirt with long sleeves,9.90,,")
    shop = tmp_path / "shop.csv"
    shop.write_text("\n".join(rows), encoding="utf-8")

    def why(first: str, second: str, *more: str) -> str:
        return str(run("why", shop, first, second, *more).out)

    assert "The photos: same photo, re-coloured: blue → red." in why("blue", "red")
    assert "图片：同一张图片，左右镜像，加了边框。" in why("red", "mirror", "--lang", "zh")
    assert "a further photo of behind, same photo, mirrored, with a border." in why("red", "behind"), (
        "the other's second photo"
    )
    assert "The photos: different photos." in why("red", "other")
    assert "The photos:" not in why("red", "bare")

    assert run("audit", shop, "--out", tmp_path / "out").code == 0
    with (tmp_path / "out" / "pairs.csv").open(encoding="utf-8-sig", newline="") as file:
        said = {frozenset((r["listing_a"], r["listing_b"])): r["explanation"] for r in csv.DictReader(file)}
    mirrored = said[frozenset(("red", "mirror"))]
    assert mirrored.endswith(" The photos: same photo, mirrored, with a border. Nothing they both state differs.")
    assert "re-coloured" in said[frozenset(("red", "blue"))]
    assert "The photos" not in said[frozenset(("red", "other"))], "different photos are no news"


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((10, 10, 10), "black"), ((250, 250, 250), "white"), ((130, 130, 130), "gray"), ((210, 30, 30), "red"),
        ((250, 140, 20), "orange"), ((110, 70, 30), "brown"), ((240, 220, 40), "yellow"), ((40, 160, 60), "green"),
        ((40, 190, 190), "cyan"), ((40, 70, 200), "blue"), ((130, 50, 170), "purple"), ((240, 120, 170), "pink"),
    ],
)  # fmt: skip
def test_colours_have_their_names(rgb: tuple[int, int, int], name: str) -> None:
    from dupcheck.photos.fingerprints import measure_chroma, measure_lightness

    pixel = np.full((4, 4, 3), rgb, dtype=np.uint8)
    a, b = measure_chroma(pixel)[0, 0].tolist()
    assert name_color(np.array([measure_lightness(pixel)[0, 0], a, b], dtype=np.float64)) == name


def test_values_are_shown_with_their_units() -> None:
    assert ImageSignal().show(6.2, "en") == "6/64 apart"
    assert ImageSignal().show(float("nan"), "zh") == "无法判断"
    assert Color().show(17.0, "zh") == "ΔE 17"


def test_a_jpeg_of_low_quality_changes_little(scenes: list[Image.Image], tmp_path: Path) -> None:
    data = io.BytesIO()
    scenes[3].save(data, "JPEG", quality=20)
    photos = Shown(read(tmp_path, [scenes[3], Image.open(data)]))
    assert ImageSignal().measure(photos, np.array([0]), np.array([1]))[0] <= 2
