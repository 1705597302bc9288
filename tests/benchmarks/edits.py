"""What sellers do to a photo to pass it off as a new one. Each edit draws its own strength, place and colour."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

Rng = np.random.Generator
Edit = Callable[[Image.Image, Image.Image, Rng], Image.Image]
"""From a photo, another photo and a source of chance to the edited photo."""

_SHOUTS = ("SALE", "-50%", "HOT", "NEW", "FREE SHIPPING", "BEST PRICE", "TOP")


def _color(rng: Rng, strong: bool = True) -> tuple[int, int, int]:
    levels = rng.integers(0, 256, 3)
    if strong:
        levels[rng.integers(3)] = rng.integers(200, 256)
        levels[rng.integers(3)] = rng.integers(0, 60)
    return int(levels[0]), int(levels[1]), int(levels[2])


def _write(draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float], text: str, fill: str) -> None:
    x0, y0, x1, y1 = box
    size = max(6.0, min((y1 - y0) * 0.7, 1.6 * (x1 - x0) / max(len(text), 1)))
    font = ImageFont.load_default(size)
    draw.text(((x0 + x1) / 2, (y0 + y1) / 2), text, fill=fill, font=font, anchor="mm")


def compress(photo: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    data = io.BytesIO()
    photo.save(data, "JPEG", quality=40)
    return Image.open(data).convert("RGB")


def halve(photo: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    return photo.resize((photo.width // 2, photo.height // 2), Image.Resampling.LANCZOS)


def brighten(photo: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    return ImageEnhance.Brightness(photo).enhance(float(rng.choice([0.85, 1.15])))


def watermark(photo: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    layer = Image.new("RGBA", photo.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    font = ImageFont.load_default(max(10.0, photo.width * rng.uniform(0.04, 0.08)))
    level = int(rng.choice([0, 255]))
    ink = (level, level, level, int(rng.uniform(50, 110)))
    step = rng.uniform(0.18, 0.3)
    for k, y in enumerate(np.arange(0.03, 1.0, step / 1.5)):
        for x in np.arange(-0.1 + (k % 2) * step / 2, 1.0, step):
            draw.text((x * photo.width, y * photo.height), "SHOP", fill=ink, font=font)
    return Image.alpha_composite(photo.convert("RGBA"), layer).convert("RGB")


def _border(share: float) -> Edit:
    def edit(photo: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
        width = round(share * max(photo.size))
        return ImageOps.expand(photo, width, "white")

    return edit


def frame(photo: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    return ImageOps.expand(photo, round(rng.uniform(0.02, 0.06) * max(photo.size)), _color(rng))


def pad_to_square(photo: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    side = max(photo.size)
    if photo.width == photo.height:
        side = round(1.25 * side)
        return ImageOps.pad(photo, (side, photo.height), color="white")
    return ImageOps.pad(photo, (side, side), color="white")


def mirror(photo: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    return ImageOps.mirror(photo)


def badge(photo: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    edited = photo.copy()
    draw = ImageDraw.Draw(edited)
    side = rng.uniform(0.2, 0.32) * min(photo.size)
    gap = rng.uniform(0.0, 0.04) * min(photo.size)
    x = gap if rng.random() < 0.5 else photo.width - side - gap
    y = gap if rng.random() < 0.5 else photo.height - side - gap
    shape = draw.ellipse if rng.random() < 0.6 else draw.rectangle
    shape((x, y, x + side, y + side), fill=_color(rng))
    _write(draw, (x, y, x + side, y + side), str(rng.choice(_SHOUTS)), "white")
    return edited


def banner(photo: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    edited = photo.copy()
    draw = ImageDraw.Draw(edited)
    top = photo.height * (1 - rng.uniform(0.12, 0.2))
    draw.rectangle((0, top, photo.width, photo.height), fill=_color(rng))
    _write(draw, (0, top, photo.width, photo.height), " ".join(rng.choice(_SHOUTS, 2)), "white")
    return edited


def inset(photo: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    """A panel of colour swatches in a corner or along a side."""
    edited = photo.copy()
    draw = ImageDraw.Draw(edited)
    count = int(rng.integers(3, 6))
    if rng.random() < 0.5:
        width, height = rng.uniform(0.25, 0.36) * photo.width, rng.uniform(0.25, 0.36) * photo.height
    else:
        width, height = rng.uniform(0.12, 0.18) * photo.width, rng.uniform(0.5, 0.8) * photo.height
    x = 0.02 * photo.width if rng.random() < 0.5 else 0.98 * photo.width - width
    y = 0.02 * photo.height if rng.random() < 0.5 else 0.98 * photo.height - height
    draw.rectangle((x, y, x + width, y + height), fill="white")
    for k in range(count):
        at = (x + 0.1 * width, y + height * (k + 0.1) / count, x + 0.9 * width, y + height * (k + 0.9) / count)
        draw.rectangle(at, fill=_color(rng, strong=False))
    return edited


def _crop(share: float) -> Edit:
    def edit(photo: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
        x, y = round(share * photo.width), round(share * photo.height)
        return photo.crop((x, y, photo.width - x, photo.height - y))

    return edit


def rotate(photo: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    angle = 3.0 * float(rng.choice([-1, 1]))
    if rng.random() < 0.5:
        return photo.rotate(angle, Image.Resampling.BICUBIC, fillcolor="white")
    width = max(photo.size) // 8
    pixels = np.pad(np.asarray(photo), ((width, width), (width, width), (0, 0)), mode="edge")
    turned = Image.fromarray(pixels).rotate(angle, Image.Resampling.BICUBIC)
    return turned.crop((width, width, turned.width - width, turned.height - width))


def collage(photo: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    beside = ImageOps.mirror(photo) if rng.random() < 0.3 else ImageOps.fit(other, photo.size)
    gap = round(float(rng.choice([0.0, 0.02])) * photo.width)
    sheet = Image.new("RGB", (2 * photo.width + gap, photo.height), "white")
    first, second = (photo, beside) if rng.random() < 0.5 else (beside, photo)
    sheet.paste(first, (0, 0))
    sheet.paste(second, (photo.width + gap, 0))
    return sheet


def collage_of_twins(photo: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    """The photo beside its own mirror image."""
    gap = round(float(rng.choice([0.0, 0.02])) * photo.width)
    sheet = Image.new("RGB", (2 * photo.width + gap, photo.height), "white")
    pair = photo, ImageOps.mirror(photo)
    first, second = pair if rng.random() < 0.5 else pair[::-1]
    sheet.paste(first, (0, 0))
    sheet.paste(second, (photo.width + gap, 0))
    return sheet


def blow_out(photo: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    """15 % brighter: of a light product on white nothing but a shade is left."""
    return ImageEnhance.Brightness(photo).enhance(1.15)


def recolor(photo: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    hue, saturation, value = photo.convert("HSV").split()
    return Image.merge("HSV", (hue.point(lambda h: (h + 85) % 256), saturation, value)).convert("RGB")


EDITS: dict[str, tuple[Edit, float]] = {
    "JPEG 40": (compress, 99.5),
    "half size": (halve, 99.5),
    "brightness ±15 %": (brighten, 99.5),
    "tiled watermark": (watermark, 99.5),
    "white border 3 %": (_border(0.03), 99.0),
    "white border 8 %": (_border(0.08), 99.0),
    "coloured frame": (frame, 99.0),
    "pad to square": (pad_to_square, 99.0),
    "mirror": (mirror, 99.0),
    "corner sale badge": (badge, 95.0),
    "bottom banner": (banner, 95.0),
    "colour-swatch inset": (inset, 90.0),
    "crop 3 % a side": (_crop(0.03), 97.0),
    "crop 8 % a side": (_crop(0.08), 85.0),
    "rotate 3°": (rotate, 90.0),
    "half of a 2-up collage": (collage, 70.0),
    "hue +120°": (recolor, 95.0),
}
"""Each edit with the recall, in percent, that the photo signal is held to."""

HARDEST: dict[str, tuple[Edit, float]] = {
    "beside its own mirror image": (collage_of_twins, 70.0),
    "brightness +15 %": (blow_out, 95.0),
}
"""What is hard about edits above, each on its own. No made shop's photo is edited so."""


def save_edited(name: str, photo: Image.Image, other: Image.Image, rng: Rng) -> bytes:
    """Return the edited photo as the bytes of a JPEG."""
    data = io.BytesIO()
    edited = (EDITS | HARDEST)[name][0](photo.convert("RGB"), other.convert("RGB"), rng)
    edited.save(data, "JPEG", quality=int(rng.integers(82, 93)))
    return data.getvalue()
