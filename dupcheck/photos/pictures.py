"""Bytes of a picture file → a small upright RGB picture on white, in bounded memory."""

import io
import re
import struct
import warnings

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from dupcheck.messages import Message, message

ByteArray = npt.NDArray[np.uint8]

SHORT_SIDE = 96
"""A JPEG is scaled down in its decoder as long as its shorter side keeps this many pixels."""
LONG_SIDE = 320
"""Pictures that come out of the decoder larger than this are shrunk to it."""
MAX_PIXELS = 50_000_000
"""Pictures with more pixels are refused, unless they are JPEGs that the decoder reads in strips."""
MAX_STRIP_PIXELS = 170_000_000
"""Even a JPEG that is read in strips is refused beyond this."""
MAX_BYTES = 200_000_000
"""Larger files are not read."""

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "JPEG2000")
"""The decoders that are used, and no others: some would start another program on a stranger's file."""

_FLAGS = {
    1: cv2.IMREAD_COLOR_RGB,
    2: cv2.IMREAD_REDUCED_GRAYSCALE_2 | cv2.IMREAD_COLOR_RGB,
    4: cv2.IMREAD_REDUCED_GRAYSCALE_4 | cv2.IMREAD_COLOR_RGB,
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8 | cv2.IMREAD_COLOR_RGB,
}
"""How OpenCV is told to decode at a part of the size; a reduced picture in RGB has no name of its own."""
_FRAMES = (0xC0, 0xC1, 0xC2)
_BEFORE_FRAME = frozenset((0xC4, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0)))
"""The markers of a JPEG's frame, and of what may stand before it: tables, comments, what programs wrote."""
_BROKEN = (OSError, SyntaxError, ValueError, TypeError, IndexError, KeyError, EOFError, OverflowError, struct.error)


class PictureError(Exception):
    """A file that cannot be read as a picture; ``text`` says why."""

    def __init__(self, text: Message) -> None:
        self.text = text
        super().__init__(text.say("en"))


def open_picture(data: bytes) -> ByteArray:
    """Return the picture in ``data`` as (height, width, 3) uint8 RGB, its longer side at most ``LONG_SIDE``.

    Orientation tags are obeyed, transparency lies on white, 16 bits are scaled to 8, of an animation the first frame
    counts. What is no picture, is cut off, or would take more memory than ``MAX_PIXELS`` allows is a
    :class:`PictureError`.
    """
    if not data:
        raise PictureError(message("photos.empty_file"))
    frame = _read_frame(data)
    if frame is not None and (picture := _decode_jpeg(data, *frame)) is not None:
        return _shrink(picture)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as header:
                return _shrink(_decode(header, data))
        except UnidentifiedImageError:
            raise PictureError(message("photos.not_a_picture", start=_describe_start(data))) from None
        except Image.DecompressionBombError as error:
            count = int((re.search(r"\d+", str(error)) or ["0"])[0])
            text = message("photos.too_many_pixels", pixels=count // 1_000_000, limit=MAX_PIXELS // 1_000_000)
            raise PictureError(text) from None
        except MemoryError:
            raise PictureError(message("photos.out_of_memory")) from None
        except (*_BROKEN, cv2.error) as error:
            raise PictureError(message("photos.damaged", reason=str(error)[:200])) from None


def _decode(header: Image.Image, data: bytes) -> ByteArray:
    width, height = header.size
    in_strips = header.format == "JPEG" and not header.info.get("progressive")
    limit = MAX_STRIP_PIXELS if in_strips else MAX_PIXELS
    if width * height > limit:
        text = message(
            "photos.too_large", width=width, height=height, pixels=width * height // 1_000_000, limit=limit // 1_000_000
        )
        raise PictureError(text)
    if header.format == "JPEG":
        picture = _decode_jpeg(data, width, height) if header.mode in ("RGB", "L") else None
        if picture is not None:
            return picture
        scale = _choose_scale(width, height)
        header.draft("RGB", (width // scale, height // scale))
    return np.asarray(_flatten(header), dtype=np.uint8)


def _choose_scale(width: int, height: int) -> int:
    return max((k for k in _FLAGS if min(width, height) >= k * SHORT_SIDE), default=1)


def _decode_jpeg(data: bytes, width: int, height: int) -> ByteArray | None:
    """Decode an RGB or grey JPEG of this size by OpenCV; None where that cannot be trusted.

    OpenCV decodes twice as fast as Pillow but fills a cut-off file with grey without a word; Pillow refuses it.
    """
    if data.rstrip(b"\0")[-2:] != b"\xff\xd9":
        return None
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), _FLAGS[_choose_scale(width, height)])
    except cv2.error:
        return None
    return None if picture is None else picture.astype(np.uint8, copy=False)


def _read_frame(data: bytes) -> tuple[int, int] | None:
    """Return width and height of a plain JPEG in RGB or grey; None for whatever is anything else, which Pillow opens.

    Of a small picture to open it takes Pillow a quarter as long as to decode it.
    """
    at = 2
    if data[:2] != b"\xff\xd8":
        return None
    while at + 9 < len(data) and data[at] == 0xFF:
        marker, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker in _FRAMES:
            height, width = int.from_bytes(data[at + 5 : at + 7]), int.from_bytes(data[at + 7 : at + 9])
            plain = data[at + 4] == 8 and data[at + 9] in (1, 3) and 0 < width * height <= MAX_PIXELS
            return (width, height) if plain else None
        if marker not in _BEFORE_FRAME or size < 2 or data[at + 4 : at + 8] == b"MPF\0":  # several pictures in one
            return None
        at += 2 + size
    return None


def _flatten(picture: Image.Image) -> Image.Image:
    """Return ``picture`` upright, opaque on white, in RGB."""
    picture.load()
    if picture.mode.startswith("I") or picture.mode == "F":
        levels = np.asarray(picture, dtype=np.float64)
        top = 65_535.0 if levels.max(initial=0) > 255 else 255.0
        picture = Image.fromarray((levels.clip(0, top) * (255.0 / top)).astype(np.uint8))
    if max(picture.size) > 4 * LONG_SIDE:
        picture = picture.reduce(max(picture.size) // (2 * LONG_SIDE)) if picture.mode in ("RGB", "L") else picture
    picture = ImageOps.exif_transpose(picture)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    return picture.convert("RGB")


def _shrink(picture: ByteArray) -> ByteArray:
    height, width = picture.shape[:2]
    if not height or not width:
        raise PictureError(message("photos.damaged", reason="0 x 0"))
    longest = max(height, width)
    if longest > LONG_SIDE:
        size = (max(1, round(width * LONG_SIDE / longest)), max(1, round(height * LONG_SIDE / longest)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return picture


def _describe_start(data: bytes) -> str:
    """Say what the file looks like instead, from its first bytes."""
    start = data[:256].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html")):
        return "HTML"
    if start.startswith((b"<?xml", b"<svg")):
        return "SVG" if b"<svg" in data[:2000].lower() else "XML"
    if start.startswith(b"%pdf"):
        return "PDF"
    return data[:8].hex(" ")
