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
    scale = max((k for k in (1, 2, 4, 8) if min(width, height) >= k * SHORT_SIDE), default=1)
    if header.format == "JPEG":
        # OpenCV decodes twice as fast but fills a cut-off file with grey without a word; Pillow refuses it.
        if header.mode in ("RGB", "L") and data.rstrip(b"\0")[-2:] == b"\xff\xd9":
            flag = {1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4}
            picture = cv2.imdecode(np.frombuffer(data, np.uint8), flag.get(scale, cv2.IMREAD_REDUCED_COLOR_8))
            if picture is not None:
                return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
        header.draft("RGB", (width // scale, height // scale))
    return np.asarray(_flatten(header), dtype=np.uint8)


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
