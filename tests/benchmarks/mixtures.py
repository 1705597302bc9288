"""Pictures of as many different products as are asked for, made of real ones, and shops that show them.

A mixture takes the outline of one product, the surface of a second and the print of a third, each cut, turned and
stretched at random, on the first one's ground: another product, photographed as the first was. So the hashes of many
pictures lie to one another as those of a real shop do, which copies and edits of a few hundred pictures do not.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from edits import EDITS, save_edited
from PIL import Image

Picture = npt.NDArray[np.uint8]
Rng = np.random.Generator

MIXED, EDITED, SHARED = 0.83, 0.12, 0.05
"""The shares of a shop's photos that show a product of their own, are another edited, and are another one's file."""
WHITE = 0.65
"""The share of products that are photographed on a white ground."""

_LARGEST = 420


def load_pictures(files: Sequence[Path]) -> list[Picture]:
    """Read pictures as BGR, none longer than a shop's photos are."""
    pictures = []
    for path in files:
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            continue
        shrink = _LARGEST / max(picture.shape[:2])
        if shrink < 1:
            picture = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        pictures.append(picture.astype(np.uint8, copy=False))
    return pictures


def mix(pictures: Sequence[Picture], rng: Rng) -> Picture:
    """Return the picture of a product that is none of the given ones."""
    ground, surface, print_ = (pictures[int(k)] for k in rng.integers(len(pictures), size=3))
    if rng.random() < 0.5:
        ground = ground[:, ::-1]
    mixed = _stretch(ground, rng)
    height, width = mixed.shape[:2]
    inside = find_product(mixed)
    if inside is None:
        mixed = _cut(ground, rng, 0.5, 0.95, (width, height))
        inside = _draw_blob(height, width, rng, 0.32, 0.48)
    covered = _cut(surface, rng, 0.3, 0.7, (width, height))
    label = _draw_blob(height, width, rng, 0.08, 0.3)
    shade = cv2.resize(cv2.cvtColor(mixed, cv2.COLOR_BGR2GRAY), (12, 12), interpolation=cv2.INTER_AREA)
    shade = cv2.cvtColor(cv2.resize(shade, (width, height), interpolation=cv2.INTER_LINEAR), cv2.COLOR_GRAY2BGR)
    lit = cv2.addWeighted(covered, 0.6, cv2.multiply(covered, shade, scale=1 / 255), 0.8, 0.0)
    mixed = _lay(mixed, lit.astype(np.uint8, copy=False), inside)
    printed = cv2.bitwise_and(label, inside).astype(np.uint8, copy=False)
    return _lay(mixed, _cut(print_, rng, 0.3, 0.7, (width, height)), printed)


def _lay(under: Picture, over: Picture, mask: npt.NDArray[np.integer]) -> Picture:
    share = cv2.blur(mask, (3, 3)).astype(np.float32) * np.float32(1 / 255)
    return cv2.blendLinear(over, under, share, 1 - share).astype(np.uint8, copy=False)


def find_product(picture: Picture) -> Picture | None:
    """Return the mask of what stands before a plain light ground, None where the ground is none."""
    rim = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    if (rim.min(axis=1) > 235).mean() < 0.6:
        return None
    mask = cv2.bitwise_not(cv2.inRange(picture, (235, 235, 235), (255, 255, 255)))
    return cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)).astype(np.uint8, copy=False)


def _stretch(picture: Picture, rng: Rng) -> Picture:
    """Scale across and down, a little differently: another bottle of the same kind."""
    height, width = picture.shape[:2]
    across, down = rng.uniform(0.7, 1.0), rng.uniform(0.7, 1.0)
    small = cv2.resize(picture, (round(across * width), round(down * height)), interpolation=cv2.INTER_AREA)
    light = (np.concatenate([picture[0], picture[-1]]).min(axis=1) > 235).mean() > 0.6
    if not light:
        return small.astype(np.uint8, copy=False)
    sheet = np.full_like(picture, 255)
    y, x = (height - len(small)) // 2, (width - small.shape[1]) // 2
    sheet[y : y + len(small), x : x + small.shape[1]] = small
    return sheet


def _cut(picture: Picture, rng: Rng, least: float, most: float, size: tuple[int, int]) -> Picture:
    """A part of a picture, turned and stretched, as a surface."""
    mask = find_product(picture)
    if mask is not None and mask.any():
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        picture = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = picture.shape[:2]
    down, across = (max(4, round(rng.uniform(least, most) * side)) for side in (height, width))
    y, x = int(rng.integers(height - down + 1)), int(rng.integers(width - across + 1))
    part = np.rot90(picture[y : y + down, x : x + across], int(rng.integers(4)))
    part = np.roll(part, int(rng.integers(3)), axis=2) if rng.random() < 0.5 else part
    return cv2.resize(np.ascontiguousarray(part), size, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _draw_blob(height: int, width: int, rng: Rng, least: float, most: float) -> Picture:
    mask = np.zeros((height, width), dtype=np.uint8)
    center = round(rng.uniform(0.35, 0.65) * width), round(rng.uniform(0.35, 0.65) * height)
    axes = round(rng.uniform(least, most) * width), round(rng.uniform(least, most) * height)
    if rng.random() < 0.5:
        cv2.ellipse(mask, center, axes, float(rng.uniform(0, 180)), 0, 360, 255, -1)
    else:
        low, high = (center[0] - axes[0], center[1] - axes[1]), (center[0] + axes[0], center[1] + axes[1])
        cv2.rectangle(mask, low, high, 255, -1)
    return mask


@dataclass(frozen=True)
class Shop:
    """A catalogue file, the file without photos, and the product that each listing's photo shows (a collage: first)."""

    catalog: Path
    bare: Path
    shown: tuple[int, ...]
    beside: tuple[int, ...]


def write_shop(files: Sequence[Path], count: int, folder: Path, seed: int = 0) -> Shop:
    """Write ``count`` listings with titles at random, each with a photo, and return them.

    A folder that holds some of the photos already, of the same files and seed, is gone on with.
    """
    pictures = load_pictures(files)
    white = [picture for picture in pictures if find_product(picture) is not None]
    other = [picture for picture in pictures if find_product(picture) is None]
    (folder / "images").mkdir(parents=True, exist_ok=True)
    words = _invent_words(np.random.default_rng(seed))
    made: list[Path] = []
    shown: dict[Path, int] = {}
    beside: dict[Path, int] = {}
    rows = [["listing_id", "title", "price", "currency", "category", "main_image", "attributes"]]
    for k in range(count):
        rng, told = np.random.default_rng([seed, k]), np.random.default_rng([seed, k, 1])
        title = " ".join(words[int(20_000 * rng.random() ** 3)] for _ in range(rng.integers(5, 11)))
        path = folder / "images" / f"{k // 1000:03}" / f"{k:06}.jpg"
        kind = rng.random()
        if kind < SHARED and made:
            path = made[int(rng.integers(len(made)))]
        elif kind < SHARED + EDITED and len(made) > 1:
            first, second = (made[int(j)] for j in rng.integers(len(made), size=2))
            shown[path], beside[path] = shown[first], shown[second]
            if not path.exists():
                _write(path, _edit(first, second, rng))
        else:
            shown[path] = beside[path] = k
            if not path.exists():
                ground = white if white and (not other or rng.random() < WHITE) else other
                _write(path, cv2.imencode(".jpg", mix(ground, rng), [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes())
        if kind >= SHARED or not made:
            made.append(path)
        price, brand = round(10 ** float(told.uniform(0.3, 2.3)), 2), words[int(told.integers(100))]
        name = path.relative_to(folder).as_posix()
        category = f"Category {told.integers(40):02}"
        rows.append([f"L{k:06}", title, str(price), "USD", category, name, f"Brand={brand}"])
    shop = folder / f"catalog-{count}.csv", folder / f"bare-{count}.csv"
    for path, column in zip(shop, (None, 5), strict=True):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([cell for j, cell in enumerate(row) if j != column] for row in rows)
    photos = [folder / row[5] for row in rows[1:]]
    return Shop(*shop, tuple(shown[p] for p in photos), tuple(beside[p] for p in photos))


def write_strangers(files: Sequence[Path], count: int, folder: Path, seed: int = 0) -> None:
    """Write ``count`` pictures of different products to the folder «different»; what lies there stays."""
    pictures = load_pictures(files)
    for k in range(count):
        path = folder / "different" / f"{k:06}.jpg"
        if not path.exists():
            drawn = mix(pictures, np.random.default_rng([seed, k, 2]))
            _write(path, cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)


def _edit(first: Path, second: Path, rng: Rng) -> bytes:
    with Image.open(first) as photo, Image.open(second) as beside:
        return save_edited(str(rng.choice(list(EDITS))), photo, beside, rng)


def _invent_words(rng: Rng) -> list[str]:
    """Words of two to four syllables, each once; the first are to be used most."""
    starts = ("b", "br", "c", "d", "dr", "f", "fl", "g", "gr", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t", "tr")
    ends = ("a", "e", "i", "o", "u", "an", "el", "in", "on", "ar")
    words: dict[str, None] = {}
    while len(words) < 20_000:
        at = rng.integers(0, (len(starts), len(ends)), size=(int(rng.integers(2, 5)), 2)).tolist()
        words["".join(starts[i] + ends[j] for i, j in at)] = None
    return list(words)
