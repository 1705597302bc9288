"""Odd and broken picture files: read right, or refused with the reason."""

import io
import struct
import subprocess
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps, features

from dupcheck.photos.borders import find_boxes, find_inner, find_inners
from dupcheck.photos.pictures import FORMATS, LONG_SIDE, PictureError, open_picture


def shapes(size: tuple[int, int] = (240, 160)) -> Image.Image:
    """A red left half, a blue right half, a green bar at the top."""
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    pixels[:, : size[0] // 2] = 200, 30, 30
    pixels[:, size[0] // 2 :] = 30, 30, 200
    pixels[: size[1] // 5] = 30, 180, 30
    return Image.fromarray(pixels)


def save(picture: Image.Image, kind: str, **options: object) -> bytes:
    data = io.BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()


def corners(data: bytes) -> list[str]:
    """Name the colours a little inside: top left, bottom left, bottom right."""
    seen = open_picture(data).astype(int)
    height, width = seen.shape[:2]
    at = [seen[height // 10, width // 10], seen[-height // 10, width // 10], seen[-height // 10, -width // 10]]
    return ["".join("rgb"[k] for k in np.flatnonzero(pixel > 110)) for pixel in at]


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("JPEG", "RGB", {}),
        ("JPEG", "RGB", {"progressive": True}),
        ("JPEG", "CMYK", {"quality": 95}),
        ("PNG", "RGB", {}),
        ("PNG", "P", {}),
        ("PNG", "RGBA", {}),
        ("GIF", "P", {}),
        ("BMP", "RGB", {}),
        ("TIFF", "RGB", {}),
        ("TIFF", "CMYK", {}),
        ("WEBP", "RGB", {"lossless": True}),
        ("AVIF", "RGB", {}),
    ],
)
def test_a_picture_is_read_whatever_holds_it(kind: str, mode: str, options: dict[str, object]) -> None:
    if kind in ("WEBP", "AVIF") and not features.check(kind.lower()):
        pytest.skip(f"this Pillow reads no {kind}")
    assert corners(save(shapes().convert(mode), kind, **options)) == ["g", "r", "b"]


def test_the_orientation_tag_is_obeyed() -> None:
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    turned = save(shapes().rotate(180), "JPEG", exif=exif)
    assert corners(turned) == ["g", "r", "b"]
    exif[0x0112] = 6
    on_its_side = save(shapes().rotate(90, expand=True), "PNG", exif=exif)
    assert open_picture(on_its_side).shape == (160, 240, 3)
    assert corners(on_its_side) == ["g", "r", "b"]


def test_transparency_lies_on_white() -> None:
    clear = Image.new("RGBA", (50, 40), (0, 0, 0, 0))
    assert (open_picture(save(clear, "PNG")) == 255).all()
    palette = Image.new("P", (50, 40), 0)
    assert (open_picture(save(palette, "PNG", transparency=0)) == 255).all()


def test_sixteen_bits_are_scaled_not_cut_off() -> None:
    ramp = np.tile(np.linspace(0, 65_535, 256).astype(np.uint16), (20, 1))
    seen = open_picture(save(Image.fromarray(ramp), "PNG"))
    assert np.abs(seen[0, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_of_an_animation_the_first_frame_counts() -> None:
    data = save(shapes(), "GIF", save_all=True, append_images=[Image.new("RGB", (240, 160), "white")])
    assert corners(data) == ["g", "r", "b"]


def test_a_picture_comes_out_small_in_its_proportions() -> None:
    seen = open_picture(save(shapes((3000, 1000)), "JPEG"))
    assert max(seen.shape) <= LONG_SIDE
    assert seen.shape[1] / seen.shape[0] == pytest.approx(3, rel=0.02)


@pytest.mark.parametrize("edge", [1, 2, 7])
def test_tiny_pictures_are_read(edge: int) -> None:
    assert open_picture(save(Image.new("RGB", (edge, edge), "red"), "PNG")).shape == (edge, edge, 3)


def refuse(data: bytes) -> str:
    with pytest.raises(PictureError) as caught:
        open_picture(data)
    assert caught.value.text.say("zh")
    return caught.value.text.say("en")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_cut_off_file_is_refused(kind: str) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8))
    whole = save(noise, kind)
    assert "damaged" in refuse(whole[: len(whole) // 2])


def test_what_is_no_picture_is_named() -> None:
    assert "empty" in refuse(b"")
    assert "HTML" in refuse(b"\n<!DOCTYPE html><html>404</html>")
    assert "SVG" in refuse(b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')
    assert "PDF" in refuse(b"%PDF-1.7 and so on")
    assert "00 01 02 03" in refuse(bytes(range(40)))


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is as large as that, and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def test_a_picture_too_large_to_decode_is_refused_with_its_size() -> None:
    told = refuse(bomb(10_000, 10_000))
    assert "10000 × 10000" in told
    assert "100 megapixels" in told
    assert "3600 megapixels" in refuse(bomb(60_000, 60_000))


def test_a_very_large_jpeg_is_scaled_while_it_is_decoded() -> None:
    large = Image.new("RGB", (10_000, 9_000), (20, 160, 60))
    assert open_picture(save(large, "JPEG", quality=30)).shape == (288, 320, 3)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"]), st.floats(0, 1))
def test_garbage_in_a_file_is_never_a_traceback(garbage: bytes, kind: str, place: float) -> None:
    whole = save(shapes((60, 40)), kind)
    at = int(place * len(whole))
    for data in (whole[:at] + garbage + whole[at:], whole[:at] + garbage, garbage):
        try:
            assert open_picture(data).dtype == np.uint8
        except PictureError as error:
            assert error.text.say("en")


@pytest.mark.parametrize("start", [
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n%%EOF",
    b"\xc5\xd0\xd3\xc6" + b"\0" * 40, b"/* XPM */\nstatic char *x[] = {\n\"1 1 1 1\",\n\"a c #000000\",\n\"a\"};",
    b"8BPS\0\x01" + b"\0" * 40, b"\xd7\xcd\xc6\x9a" + b"\0" * 60, b"P6 1 1 255 abc", b"qoif" + b"\0" * 20,
    b"\0\0\x01\0\x01\0" + b"\0" * 40, b"SIMPLE  =                    T", b"gimp xcf" + b"\0" * 40,
])  # fmt: skip
def test_only_the_decoders_that_are_named_are_used(start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("another program was started")

    monkeypatch.setattr(subprocess, "check_call", never)
    monkeypatch.setattr(subprocess, "Popen", never)
    with pytest.raises(PictureError) as caught:
        open_picture(start)
    assert caught.value.text.key == "photos.not_a_picture"


@pytest.mark.parametrize("kind", FORMATS)
def test_every_named_decoder_is_there(kind: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, kind)
    assert open_picture(out.getvalue()).shape == (30, 40, 3)


@pytest.mark.parametrize("color", [(222, 27, 123), (23, 219, 111), (49, 67, 213), (205, 163, 19)])
@pytest.mark.parametrize("width", [7, 9, 10, 13, 16])
def test_a_frame_round_a_shot_on_white_is_taken_off_to_the_product(color: tuple[int, int, int], width: int) -> None:
    pixels = np.full((300, 300, 3), 255, dtype=np.uint8)
    pixels[60:251, 90:201] = 60 + 5 * np.arange(191)[:, None, None] % 120
    pixels[60:251, 90:201, 1] = 30 + np.arange(111)
    framed = ImageOps.expand(Image.fromarray(pixels), width, color)
    for quality in (82, 85):
        picture = open_picture(save(framed, "JPEG", quality=quality))
        top, bottom, left, right = np.array(find_boxes(picture)[-1]) * framed.width / len(picture) - width
        assert np.abs([top - 60, bottom - 251, left - 90, right - 201]).max() <= 8, "within a block of the JPEG"


@settings(max_examples=60, deadline=None)
@given(
    seeds=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=5),
    levels=st.lists(st.integers(0, 255), min_size=3, max_size=3),
    inks=st.sampled_from([0, 3, 17, 19, 40]),
)
def test_what_is_plain_for_the_most_part_is_found_in_many_as_in_each(
    seeds: list[int], levels: list[int], inks: int
) -> None:
    squares = np.empty((len(seeds), 64, 64, 3), dtype=np.uint8)
    for square, seed in zip(squares, seeds, strict=True):
        rng = np.random.default_rng(seed)
        square[:] = np.array(levels)
        top, left = rng.integers(0, 40, 2)
        square[top : top + rng.integers(1, 64), left : left + rng.integers(1, 64)] = rng.integers(0, 256, 3)
        specks = rng.random((64, 64)) < rng.choice([0.0, 0.2, 0.39, 0.41, 0.9])
        square[specks] = rng.integers(0, 256, 3)
        noise = rng.integers(-inks, inks + 1, square.shape)
        square[:] = (square + noise).clip(0, 255)
    assert find_inners(squares).tolist() == [list(find_inner(square)) for square in squares]
