"""The plain hash is that of imagehash, bit for bit; the hash of a part is that of imagehash but for rounding."""

from typing import Any

import imagehash
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dupcheck.photos.phashes import hash_pictures, hash_spectra, project
from dupcheck.photos.pictures import ByteArray

KINDS = ("noise", "smooth", "flat", "two flat parts", "slope")


def draw(kind: str, height: int, width: int, seed: int) -> ByteArray:
    random = np.random.default_rng(seed)
    pixels: npt.NDArray[Any] = np.zeros((height, width, 3))
    if kind == "noise":
        pixels = random.integers(0, 256, pixels.shape)
    elif kind == "smooth":
        small = Image.fromarray(random.integers(0, 256, (5, 5, 3)).astype(np.uint8))
        pixels = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))
    elif kind == "slope":
        pixels += np.add.outer(np.arange(height) * random.random(), np.arange(width) * random.random())[..., None]
    else:
        pixels += random.integers(0, 256, 3)
        if kind == "two flat parts":
            pixels[: height // 2] = random.integers(0, 256, 3)
    drawn: ByteArray = np.clip(pixels, 0, 255).astype(np.uint8)
    return drawn


def ask_imagehash(picture: ByteArray) -> int:
    return int(str(imagehash.phash(Image.fromarray(picture))), 16)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_many_pictures_of_any_size(kind: str) -> None:
    random = np.random.default_rng(KINDS.index(kind))
    sizes = [*random.integers(1, 330, (60, 2)).tolist(), *random.integers(96, 321, (60, 2)).tolist()]
    sizes += [(1, 1), (1, 300), (300, 1), (32, 32), (100, 134), (134, 100), (178, 100), (31, 33), (320, 96)]
    pictures = [draw(kind, height, width, seed) for seed, (height, width) in enumerate(sizes)]
    assert hash_pictures(pictures).tolist() == [ask_imagehash(picture) for picture in pictures]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 330), st.integers(1, 330), st.sampled_from(KINDS), st.integers(0, 10**6))
def test_a_picture_alone(height: int, width: int, kind: str, seed: int) -> None:
    picture = draw(kind, height, width, seed)
    assert hash_pictures([picture]).tolist() == [ask_imagehash(picture)]


def test_no_pictures() -> None:
    assert hash_pictures([]).tolist() == []


@pytest.mark.parametrize("size", [(64, 64), (48, 64), (40, 90)])
def test_the_hash_of_a_spectrum_is_the_same_but_for_rounding(size: tuple[int, int]) -> None:
    for seed in range(20):
        picture = draw("smooth", *size, seed)
        gray = np.asarray(Image.fromarray(picture).convert("L"), dtype=np.float32)
        spectrum = (project(size[0]) @ gray @ project(size[1]).T).astype(np.float32)
        assert (int(hash_spectra(spectrum[None])[0]) ^ ask_imagehash(picture)).bit_count() <= 4


def test_what_is_plain_has_no_hash() -> None:
    plain = project(64) @ np.full((64, 64), 130.0, dtype=np.float32) @ project(64).T
    assert hash_spectra(plain[None]).tolist() == [0]
