"""From a catalogue's photo names to rows, problems and the cache."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from dupcheck.model import Catalog, Problem
from dupcheck.photos import pictures, reading
from dupcheck.photos.cache import FILE_NAME
from dupcheck.photos.reading import read_photos
from dupcheck.photos.records import parse_phash
from dupcheck.photos.table import Photos, join_photos
from dupcheck.photos.verification import compare_photos

Shop = Callable[..., Catalog]
Draw = Callable[..., Path]


def told(problems: tuple[Problem, ...]) -> list[tuple[int | None, str, str, str]]:
    return [(p.row, p.listing_id, p.field, p.text.key) for p in problems]


@pytest.fixture
def folder(tmp_path: Path, draw_photo: Draw) -> Path:
    for i in range(4):
        draw_photo(tmp_path / "shop" / "images" / f"{i}.jpg", i)
    draw_photo(tmp_path / "secret.jpg", 9)
    return tmp_path / "shop"


def test_a_row_is_a_content_not_a_file(make_shop: Shop, folder: Path) -> None:
    (folder / "copy.jpg").write_bytes((folder / "images" / "0.jpg").read_bytes())
    names = ["images/0.jpg", "copy.jpg", "./images/0.jpg", "images/1.jpg", ""]
    photos, problems = read_photos(make_shop(*({"main_image": n} for n in names), image_root=folder))
    assert not problems
    assert len(photos) == 2
    assert photos.main.tolist() == [0, 0, 0, 1, -1]


def test_further_photos_are_read_too(make_shop: Shop, folder: Path) -> None:
    catalog = make_shop(
        {"main_image": "images/0.jpg"}, {"main_image": "images/1.jpg", "images": ("images/2.jpg", "images/0.jpg")},
        image_root=folder,
    )  # fmt: skip
    photos, _ = read_photos(catalog)
    assert photos.extra_listing.tolist() == [1, 1]
    assert photos.main[0] in photos.extra


def test_backslashes_separate_folders_too(make_shop: Shop, folder: Path) -> None:
    photos, problems = read_photos(make_shop({"main_image": "images\\0.jpg"}, image_root=folder))
    assert photos.main.tolist() == [0]
    assert not problems


@pytest.mark.parametrize(
    "name",
    [
        "../secret.jpg",
        "images/../../secret.jpg",
        "{outside}",
        "link.jpg",
        "way/secret.jpg",
        "..\\secret.jpg",
    ],
)
def test_no_path_leaves_the_folder(make_shop: Shop, folder: Path, name: str) -> None:
    (folder / "link.jpg").symlink_to(folder.parent / "secret.jpg")
    (folder / "way").symlink_to(folder.parent)
    name = name.format(outside=folder.parent / "secret.jpg")
    photos, problems = read_photos(make_shop({"main_image": name}, image_root=folder))
    assert photos.main.tolist() == [-1]
    assert told(problems) == [(1, "L-1", "main_image", "photos.outside")]


def test_ways_that_stay_inside_are_allowed(make_shop: Shop, folder: Path) -> None:
    (folder / "link.jpg").symlink_to(folder / "images" / "0.jpg")
    names = ["link.jpg", "images/../images/0.jpg", str(folder / "images" / "0.jpg")]
    photos, problems = read_photos(make_shop(*({"main_image": n} for n in names), image_root=folder))
    assert not problems
    assert photos.main.tolist() == [0, 0, 0]


def test_each_photo_that_cannot_be_read_has_a_row(make_shop: Shop, folder: Path) -> None:
    (folder / "cut.jpg").write_bytes((folder / "images" / "0.jpg").read_bytes()[:900])
    (folder / "text.jpg").write_text("no picture", "utf-8")
    (folder / "empty.jpg").touch()
    names = ["gone.jpg", "cut.jpg", "text.jpg", "empty.jpg", "images", "images/0.jpg", "x\0y.jpg", "n" * 5000]
    photos, problems = read_photos(make_shop(*({"main_image": n} for n in names), image_root=folder))
    keys = ["missing", "unreadable", "unreadable", "unreadable", "not_a_file", "missing", "missing"]
    assert told(problems) == [
        (row, f"L-{row}", "main_image", f"photos.{key}") for row, key in zip([1, 2, 3, 4, 5, 7, 8], keys, strict=True)
    ]
    assert all(p.text.say("en") and p.text.say("zh") for p in problems)
    assert photos.main.tolist() == [-1, -1, -1, -1, -1, 0, -1, -1]


def test_without_a_picture_the_catalogue_s_hash_counts(make_shop: Shop, folder: Path) -> None:
    catalog = make_shop(
        {"image_phash": "b0db8fe5005aeea4"}, {"image_phash": "0xB0DB8FE5005AEEA4"}, {"image_phash": "b0db8fe5005aeea5"},
        {"image_phash": ""}, {"main_image": "images/0.jpg", "image_phash": "b0db8fe5005aeea4"},
        {"main_image": "gone.jpg", "image_phash": "b0db8fe5005aeea4"}, {"image_phash": "8000000000000000"},
        image_root=folder,
    )  # fmt: skip
    photos, problems = read_photos(catalog)
    assert [key for *_, key in told(problems)] == ["photos.missing"]
    assert photos.main[0] == photos.main[1] == photos.main[5] != photos.main[2]
    assert photos.main[3] == -1
    assert photos.pictured[photos.main[4]]
    bits = compare_photos(photos, photos.main[[0, 0, 0, 0]], photos.main[[1, 2, 3, 6]])
    assert bits[:2].tolist() == [0, 1]
    assert np.isnan(bits[2:]).all()


@pytest.mark.parametrize(
    "text", ["abc", "zzzzzzzzzzzzzzzz", "b0db8fe5005aeea", "b0db8fe5005aeea41", "-0db8fe5005aeea4", ""]
)
def test_what_is_no_64_bit_hash_is_none(text: str) -> None:
    assert parse_phash(text) is None


def blank(path: Path, text: str = "") -> None:
    picture = Image.new("RGB", (200, 200), (238, 238, 238))
    if text:
        ImageDraw.Draw(picture).text((60, 90), text, fill=(120, 120, 120))
    picture.save(path)


def test_a_placeholder_says_nothing_but_a_shared_photo_does(make_shop: Shop, folder: Path) -> None:
    blank(folder / "blank.png")
    blank(folder / "none.png", "No image")
    Image.new("RGBA", (90, 90), (0, 0, 0, 0)).save(folder / "clear.png")
    rows = [
        {"title": "Steel kettle", "main_image": "none.png"}, {"title": "Silk tie", "main_image": "none.png"},
        {"title": "Hair scissors 5 inch", "main_image": "images/0.jpg"},
        {"title": "Garden hose", "main_image": "images/0.jpg"},
        {"title": "Lamp", "main_image": "blank.png"}, {"title": "Lamp", "main_image": "clear.png"},
    ]  # fmt: skip
    photos, _ = read_photos(make_shop(*rows, image_root=folder))
    assert photos.usable[photos.main].tolist() == [False, False, True, True, False, False]


def test_one_flat_logo_on_listings_of_one_product_is_a_photo(make_shop: Shop, folder: Path) -> None:
    blank(folder / "logo.png", "ACME")
    rows = [{"title": f"Acme sticker {size}", "main_image": "logo.png"} for size in ("small", "large")]
    photos, _ = read_photos(make_shop(*rows, image_root=folder))
    assert photos.usable.all()


def test_web_addresses_are_left_alone_and_counted(make_shop: Shop, folder: Path) -> None:
    names = ["http://127.0.0.1:9/a.jpg", "https://example.invalid/b.jpg", "//cdn.example.invalid/c.jpg"]
    photos, problems = read_photos(make_shop(*({"main_image": n} for n in names), image_root=folder))
    assert (photos.main == -1).all()
    assert told(problems) == [(None, "", "main_image", "photos.not_fetched")]
    assert problems[0].text.values["count"] == 3


def test_no_folder_no_photos(make_shop: Shop) -> None:
    photos, _ = read_photos(make_shop({"main_image": "a.jpg"}, "nothing"))
    assert len(photos) == 0
    assert photos.main.tolist() == [-1, -1]


def test_progress_counts_every_name_once(make_shop: Shop, folder: Path, tmp_path: Path) -> None:
    names = ["images/0.jpg", "images/1.jpg", "gone.jpg", "http://example.invalid/x.jpg"]
    catalog = make_shop(*({"main_image": n} for n in names), image_root=folder)
    runs: tuple[list[tuple[int, int]], ...] = ([], [])
    for seen in runs:
        read_photos(catalog, cache=tmp_path / "cache", progress=lambda *at, seen=seen: seen.append(at))
        assert seen[-1] == (4, 4)
        assert seen == sorted(seen)


def same(a: Photos, b: Photos) -> bool:
    return a.main.tolist() == b.main.tolist() and a.prints.tobytes() == b.prints.tobytes()


@pytest.mark.parametrize("jobs", [1, 4])
def test_threads_and_the_cache_change_nothing(make_shop: Shop, folder: Path, tmp_path: Path, jobs: int) -> None:
    catalog = make_shop(*({"main_image": f"images/{i}.jpg"} for i in range(4)), image_root=folder)
    fresh, _ = read_photos(catalog, jobs=1)
    assert same(fresh, read_photos(catalog, jobs=jobs, cache=tmp_path / "cache")[0])
    assert same(fresh, read_photos(catalog, jobs=jobs, cache=tmp_path / "cache")[0])


def test_an_unchanged_file_is_not_even_opened(
    make_shop: Shop, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, draw_photo: Draw
) -> None:
    catalog = make_shop(*({"main_image": f"images/{i}.jpg"} for i in range(3)), image_root=folder)
    cache = tmp_path / "cache"
    first, _ = read_photos(catalog, cache=cache)
    opened: list[str] = []
    read = reading._read_file

    def count(name: str, *rest: Any) -> Any:
        opened.append(name)
        return read(name, *rest)

    monkeypatch.setattr(reading, "_read_file", count)
    assert same(first, read_photos(catalog, cache=cache)[0])
    assert opened == []
    draw_photo(folder / "images" / "1.jpg", 77)
    changed, _ = read_photos(catalog, cache=cache)
    assert opened == ["images/1.jpg"]
    assert not same(first, changed)


def test_a_renamed_file_is_read_but_not_decoded(
    make_shop: Shop, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_photos(make_shop({"main_image": "images/0.jpg"}, image_root=folder), cache=tmp_path / "cache")
    (folder / "images" / "0.jpg").rename(folder / "new.jpg")
    monkeypatch.setattr(pictures, "open_picture", lambda data: pytest.fail("decoded again"))
    photos, _ = read_photos(make_shop({"main_image": "new.jpg"}, image_root=folder), cache=tmp_path / "cache")
    assert photos.main.tolist() == [0]


def test_a_damaged_cache_is_put_aside(make_shop: Shop, folder: Path, tmp_path: Path) -> None:
    catalog = make_shop({"main_image": "images/0.jpg"}, image_root=folder)
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / FILE_NAME).write_bytes(b"this is no database" * 400)
    for _ in range(2):
        photos, problems = read_photos(catalog, cache=cache)
        assert photos.main.tolist() == [0]
        assert not problems
    with sqlite3.connect(cache / FILE_NAME) as store:
        assert store.execute("SELECT count(*) FROM fingerprint").fetchone() == (1,)


def test_a_cache_that_cannot_be_used_is_said_and_done_without(make_shop: Shop, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    photos, problems = read_photos(
        make_shop({"main_image": "images/0.jpg"}, image_root=folder), cache=tmp_path / "file" / "cache"
    )
    assert photos.main.tolist() == [0]
    assert told(problems) == [(None, "", "main_image", "photos.no_cache")]


READ = """
import sys
from pathlib import Path
from dupcheck.catalog import make_catalog
from dupcheck.model import Listing
from dupcheck.photos.records import parse_phash
from dupcheck.photos.reading import read_photos
root = Path(sys.argv[1])
rows = [Listing(p.name, "", main_image=p.name) for p in sorted(root.iterdir())]
def tell(done, total):
    print(done, flush=True)
photos, problems = read_photos(make_catalog(rows, image_root=root), cache=Path(sys.argv[2]), jobs=1, progress=tell)
print("rows", len(photos), len(problems), flush=True)
"""


def read_elsewhere(root: Path, cache: Path) -> "subprocess.Popen[str]":
    env = {**os.environ, "PYTHONPATH": str(Path(reading.__file__).parents[2])}
    return subprocess.Popen([sys.executable, "-c", READ, root, cache], stdout=subprocess.PIPE, text=True, env=env)


@pytest.mark.slow
def test_two_at_once_and_one_that_is_killed(tmp_path: Path, draw_photo: Draw) -> None:
    root, cache = tmp_path / "photos", tmp_path / "cache"
    for i in range(60):
        draw_photo(root / f"{i}.jpg", i)
    killed = read_elsewhere(root, cache)
    assert killed.stdout is not None
    while int(killed.stdout.readline()) < 16:
        pass
    killed.kill()
    killed.wait()
    both = [read_elsewhere(root, cache) for _ in range(2)]
    for process in both:
        out, _ = process.communicate(timeout=60)
        assert out.split("\n")[-2] == "rows 60 0"
    with sqlite3.connect(cache / FILE_NAME) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert store.execute("SELECT count(*) FROM fingerprint").fetchone() == (60,)


def test_joined_tables_compare_as_one(make_shop: Shop, folder: Path) -> None:
    one, _ = read_photos(make_shop({"main_image": "images/0.jpg"}, {"main_image": "images/1.jpg"}, image_root=folder))
    two, _ = read_photos(
        make_shop({"main_image": "images/1.jpg"}, {"image_phash": "b0db8fe5005aeea4"}, "none", image_root=folder)
    )
    both = join_photos(one, two)
    assert len(both.main) == 5
    bits = compare_photos(both, both.main[[1, 0, 1, 1]], both.main[[2, 2, 3, 4]])
    assert bits[0] == 0
    assert bits[1] > 8
    assert bits[2] > 8
    assert np.isnan(bits[3])


# In a process of its own, with one thread: what others hold, and how much of two is in the air at once, is chance.
MEASURE = """
import sys, tracemalloc
from pathlib import Path
from dupcheck.catalog import make_catalog
from dupcheck.model import Listing
from dupcheck.photos.reading import read_photos
root, count = Path(sys.argv[1]), int(sys.argv[2])
def shop(n):
    return make_catalog([Listing(f"L{i}", "x", main_image=f"{i}.png") for i in range(n)], image_root=root)
read_photos(shop(50), jobs=1)
catalog = shop(count)
tracemalloc.start()
photos, problems = read_photos(catalog, jobs=1)
assert len(photos) == count and not problems
print(tracemalloc.get_traced_memory()[1], photos.prints.nbytes)
"""


@pytest.mark.slow
def test_memory_holds_each_fingerprint_once(tmp_path: Path, draw_photo: Draw) -> None:
    picture = draw_photo(tmp_path / "one.png", 1, 32).read_bytes()
    for i in range(3000):
        (tmp_path / f"{i}.png").write_bytes(picture + b"%d" % i)  # what stands behind a PNG's end is not looked at

    def measure(count: int) -> tuple[int, int]:
        env = {**os.environ, "PYTHONPATH": str(Path(reading.__file__).parents[2])}
        command = [sys.executable, "-c", MEASURE, str(tmp_path), str(count)]
        told = subprocess.run(command, capture_output=True, text=True, env=env, check=True, timeout=120).stdout.split()
        return int(told[0]), int(told[1])

    few, many = measure(300), measure(3000)
    assert many[0] - few[0] < 1.6 * (many[1] - few[1])
