"""Render the photos of the sample catalogue.

    python sample_catalog/render_photos.py [--out DIR] [--only NAME ...] [--jobs N]

The shop sells nothing real, so its photos are rendered: two small software cameras in NumPy, one that marches rays
through signed-distance fields (mugs, bags, lamps) and one that looks straight down on a height map (ties, shirts,
scissors).  Both shade with a key light, soft shadows, ambient occlusion and a studio reflected in glossy surfaces, and
both end in the same "camera": lens blur, vignette, white balance, sensor noise and JPEG.  The result is a set of
pictures on which perceptual hashes behave as on product photos.

Everything is seeded by the photo's name: the same NumPy and Pillow give the same bytes at every run.
"""

import argparse
import math
import time
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

Array = NDArray[np.float32]
Sdf = Callable[[Array, Array, Array], Array]
Colour = tuple[float, float, float]

SIZE = 800  # pixels a side of every photo
FINE = 2 * SIZE  # the overhead camera samples twice as densely and averages
QUALITY = 82


# --------------------------------------------------------------------------------------------------------------------
# Noise, colours, small helpers
# --------------------------------------------------------------------------------------------------------------------

_LATTICE = np.random.default_rng(20260111).random((256, 256), dtype=np.float32)


def noise(x: Array, y: Array) -> Array:
    """Smooth value noise in 0…1 with features of size 1."""
    x0, y0 = np.floor(x), np.floor(y)
    fx, fy = x - x0, y - y0
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
    i, j = x0.astype(np.int32) & 255, y0.astype(np.int32) & 255
    i1, j1 = (i + 1) & 255, (j + 1) & 255
    low = _LATTICE[i, j] * (1 - fx) + _LATTICE[i1, j] * fx
    high = _LATTICE[i, j1] * (1 - fx) + _LATTICE[i1, j1] * fx
    return low * (1 - fy) + high * fy


def fbm(x: Array, y: Array, octaves: int = 4) -> Array:
    """Sum of octaves of noise, about 0…1."""
    total, weight, scale = np.zeros_like(x), 0.0, 1.0
    for _ in range(octaves):
        total = total + noise(x / scale + 17.3 * scale, y / scale + 5.1 * scale) * scale
        weight += scale
        scale *= 0.5
    return (total / weight).astype(np.float32)


def smoothstep(low: float, high: float, x: Array) -> Array:
    t = np.clip((x - low) / (high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def mix(a: Colour | Array, b: Colour | Array, t: Array) -> Array:
    """Blend two colours (or colour arrays) by a scalar array."""
    first, second = np.asarray(a, np.float32), np.asarray(b, np.float32)
    return (first + (second - first) * t[..., None]).astype(np.float32)


def rgb(hex_colour: str) -> Colour:
    """'#aabbcc' in sRGB → linear light."""
    values = [int(hex_colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (v**2.2 for v in values)
    return (r, g, b)


def solid(colour: Colour, like: Array) -> Array:
    return np.broadcast_to(np.asarray(colour, np.float32), (*like.shape, 3)).astype(np.float32)


def unit(vector: Sequence[float]) -> Array:
    v = np.asarray(vector, np.float32)
    return v / np.float32(np.linalg.norm(v))


def blur(a: Array, radius: float) -> Array:
    """Near-Gaussian blur: three box blurs along each axis, edges repeated; wide ones on a quarter of the pixels."""
    rows, columns = a.shape[:2]
    if radius >= 12 and a.ndim == 2 and rows % 4 == columns % 4 == 0:
        small = blur(a.reshape(rows // 4, 4, columns // 4, 4).mean((1, 3)), radius / 4)
        return np.asarray(Image.fromarray(small).resize((columns, rows), Image.Resampling.BICUBIC), np.float32)
    r = max(1, round(radius * 0.9))
    out = a
    for axis in (0, 1):
        for _ in range(3):
            pad = [(0, 0)] * out.ndim
            pad[axis] = (r + 1, r)
            total = np.cumsum(np.pad(out, pad, mode="edge"), axis=axis, dtype=np.float64)
            late = total[2 * r + 1 :] if axis == 0 else total[:, 2 * r + 1 :]
            soon = total[: out.shape[0]] if axis == 0 else total[:, : out.shape[1]]
            out = ((late - soon) / (2 * r + 1)).astype(np.float32)
    return out.astype(np.float32)


def curve(through: Sequence[tuple[float, float]], closed: bool = True, steps: int = 12) -> NDArray[np.float64]:
    """Catmull-Rom spline through the points, as (n, 2) vertices."""
    p = np.asarray(through, float)
    n = len(p)
    out = []
    for i in range(n if closed else n - 1):
        if closed:
            a, b, c, d = p[i - 1], p[i], p[(i + 1) % n], p[(i + 2) % n]
        else:
            a, b, c, d = p[max(i - 1, 0)], p[i], p[i + 1], p[min(i + 2, n - 1)]
        for t in np.arange(steps) / steps:
            out.append(
                0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
            )
    if not closed:
        out.append(p[-1])
    return np.asarray(out)


def points(text: str) -> list[tuple[float, float]]:
    """'0,1 2,3.5' → [(0, 1), (2, 3.5)]: outlines are long, and easier to read in a row."""
    pairs = (pair.split(",") for pair in text.split())
    return [(float(x), float(y)) for x, y in pairs]


def turn(outline: NDArray[np.float64], degrees: float, about: tuple[float, float] = (0, 0)) -> NDArray[np.float64]:
    a = math.radians(degrees)
    m = np.array([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]])
    return np.asarray((outline - about) @ m + about)


# --------------------------------------------------------------------------------------------------------------------
# Light
# --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Light:
    """A softbox (key), a weak lamp from the other side (fill) and light from everywhere (sky)."""

    key: tuple[float, float, float] = (-0.55, -0.55, 0.9)
    power: float = 0.78
    fill: float = 0.22
    sky: float = 0.42
    tint: Colour = (1.0, 1.0, 1.0)
    hardness: float = 9.0  # of shadows: 4 a window, 20 a bare lamp


STUDIO = Light()
WINDOW = Light(key=(-0.9, -0.25, 0.75), power=0.85, fill=0.14, sky=0.36, tint=(1.0, 0.965, 0.9), hardness=6.0)
OVERCAST = Light(key=(0.5, -0.6, 1.0), power=0.6, fill=0.25, sky=0.48, tint=(0.96, 0.99, 1.03), hardness=5.0)


def environment(rx: Array, ry: Array, rz: Array, gloss: Array, light: Light) -> Array:
    """Brightness of the studio in a direction: ceiling, softbox, side strips, dark floor; blurred where not glossy."""
    soft = 0.04 + 0.5 * (1 - gloss)
    kx, ky, kz = unit(light.key)
    facing = rx * kx + ry * ky + rz * kz
    box = np.clip((facing - 0.80) / soft + 0.5, 0, 1)
    strip = np.clip((0.20 - np.abs(rx - 0.78)) / soft + 0.5, 0, 1) * np.clip((rz + 0.5) * 2, 0, 1)
    back = np.clip((0.16 - np.abs(rx + 0.35 + 0.2 * rz)) / soft + 0.5, 0, 1) * np.clip((ry + 0.2) / 0.4, 0, 1)
    base = 0.16 + 0.34 * (0.5 + 0.5 * rz)
    return (base + 1.3 * box + 0.62 * strip + 0.5 * back).astype(np.float32)


def shade(
    normal: tuple[Array, Array, Array],
    view: tuple[Array, Array, Array],
    albedo: Array,
    gloss: Array,
    metal: Array,
    shadow: Array,
    ao: Array,
    light: Light,
) -> Array:
    """Radiance (…, 3) of a surface; gloss and metal in 0…1."""
    nx, ny, nz = normal
    vx, vy, vz = view
    kx, ky, kz = (float(c) for c in unit(light.key))
    lit = np.clip(nx * kx + ny * ky + nz * kz, 0, 1) * shadow
    fill = np.clip(nx * 0.8 - ny * 0.5 + nz * 0.2, 0, 1)
    diffuse = light.power * lit + (light.fill * fill + light.sky * (0.62 + 0.38 * nz)) * ao
    nv = np.clip(nx * vx + ny * vy + nz * vz, 0.02, 1)
    rx, ry, rz = 2 * nv * nx - vx, 2 * nv * ny - vy, 2 * nv * nz - vz
    mirror = environment(rx, ry, rz, gloss, light) * (0.35 + 0.65 * ao) * (0.7 + 0.3 * shadow)
    fresnel = 0.04 + 0.75 * (1 - nv) ** 5
    hx, hy, hz = kx + vx, ky + vy, kz + vz
    nh = np.clip((nx * hx + ny * hy + nz * hz) / np.sqrt(hx * hx + hy * hy + hz * hz), 0, 1)
    spark = nh ** (6 + 240 * gloss**2) * (0.05 + 0.5 * gloss**2) * shadow
    colour = albedo * (diffuse * (1 - metal))[..., None]
    colour += albedo * (mirror * metal)[..., None]
    colour += ((1 - metal) * (fresnel * mirror * gloss + spark * gloss) + metal * spark * 0.35)[..., None]
    return (colour * np.asarray(light.tint, np.float32)).astype(np.float32)


# --------------------------------------------------------------------------------------------------------------------
# Grounds: what lies under the product, colour (…, 3) at a place on the plane
# --------------------------------------------------------------------------------------------------------------------


OAK, DARK_OAK, FLAX, CEMENT = rgb("#b98a5a"), rgb("#7a4f2c"), rgb("#d6c8b0"), rgb("#a9a8a5")


def wood(x: Array, y: Array, light: Colour = OAK, dark: Colour = DARK_OAK, plank: float = 0.62) -> Array:
    board = np.floor(x / plank)
    shift = noise(board * 7.7 + 0.5, board * 3.1 + 0.5)
    along, across = y + shift * 31, x + shift * 11
    grain = fbm(across * 16, along * 0.9, 4)
    rings = 0.5 + 0.5 * np.sin(28 * fbm(across * 1.8, along * 0.35, 3) + across * 9)
    fine = noise(across * 130, along * 5)
    t = np.clip(0.45 * grain + 0.32 * rings + 0.14 * fine + 0.3 * (shift - 0.5), 0, 1)
    edge = np.abs(x / plank - np.round(x / plank)) * plank
    return mix(light, dark, t) * (0.35 + 0.65 * smoothstep(0.001, 0.010, edge))[..., None]


def marble(x: Array, y: Array) -> Array:
    warp = fbm(x * 1.3 + 3, y * 1.3, 5)
    vein = 1 - np.abs(np.sin(2.1 * (x + 0.7 * y) + 7.5 * warp))
    thin = 1 - np.abs(np.sin(4.3 * (x * 0.6 - y) + 9 * fbm(x * 2 + 9, y * 2, 4)))
    t = 0.75 * np.clip(vein, 0, 1) ** 9 + 0.35 * np.clip(thin, 0, 1) ** 14 + 0.22 * fbm(x * 2.5, y * 2.5, 4)
    return mix(rgb("#f3f2ef"), rgb("#85878d"), np.clip(t, 0, 1).astype(np.float32))


def linen(x: Array, y: Array, base: Colour = FLAX) -> Array:
    slub = 0.25 * noise(x * 7, y * 90) + 0.25 * noise(x * 90, y * 7)
    weave = 0.5 + 0.25 * np.sin(x * 260 + 2 * noise(x * 9, y * 9)) + 0.25 * np.sin(y * 260)
    t = np.clip(0.3 * weave + slub + 0.25 * fbm(x * 3, y * 3), 0, 1)
    return solid(base, x) * (1.12 - 0.42 * t)[..., None]


def concrete(x: Array, y: Array, base: Colour = CEMENT) -> Array:
    t = 0.6 * fbm(x * 2.2, y * 2.2, 5) + 0.25 * noise(x * 60, y * 60) + 0.15 * noise(x * 160, y * 160)
    return solid(base, x) * (1.28 - 0.6 * t)[..., None]


def slate(x: Array, y: Array) -> Array:
    return concrete(x, y, rgb("#4a4d52"))


def pine(x: Array, y: Array) -> Array:
    return wood(x, y, rgb("#e2c79b"), rgb("#b98f5e"), 0.9)


GROUNDS: dict[str, Callable[[Array, Array], Array]] = {
    "wood": wood,
    "pine": pine,
    "marble": marble,
    "linen": linen,
    "concrete": concrete,
    "slate": slate,
}


# --------------------------------------------------------------------------------------------------------------------
# Signed distances (x, y, z in the same unit; z is up; negative inside)
# --------------------------------------------------------------------------------------------------------------------


def ball(cx: float, cy: float, cz: float, r: float) -> Sdf:
    return lambda x, y, z: np.sqrt((x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2) - r


def brick(cx: float, cy: float, cz: float, a: float, b: float, c: float, r: float) -> Sdf:
    """Box with half sides a, b, c and edges rounded by r."""

    def sdf(x: Array, y: Array, z: Array) -> Array:
        qx, qy, qz = np.abs(x - cx) - (a - r), np.abs(y - cy) - (b - r), np.abs(z - cz) - (c - r)
        outside = np.sqrt(np.maximum(qx, 0) ** 2 + np.maximum(qy, 0) ** 2 + np.maximum(qz, 0) ** 2)
        return outside + np.minimum(np.maximum(qx, np.maximum(qy, qz)), 0) - r

    return sdf


def drum(cx: float, cy: float, low: float, high: float, radius: float, r: float = 0.02) -> Sdf:
    """Upright cylinder with rounded rims."""
    mid, half = (low + high) / 2, (high - low) / 2

    def sdf(x: Array, y: Array, z: Array) -> Array:
        qr = np.sqrt((x - cx) ** 2 + (y - cy) ** 2) - (radius - r)
        qz = np.abs(z - mid) - (half - r)
        return np.minimum(np.maximum(qr, qz), 0) + np.sqrt(np.maximum(qr, 0) ** 2 + np.maximum(qz, 0) ** 2) - r

    return sdf


def rod(a: tuple[float, float, float], b: tuple[float, float, float], r: float) -> Sdf:
    """Capsule from a to b."""
    d = np.subtract(b, a).astype(np.float32)
    length = float(d @ d)

    def sdf(x: Array, y: Array, z: Array) -> Array:
        px, py, pz = x - a[0], y - a[1], z - a[2]
        t = np.clip((px * d[0] + py * d[1] + pz * d[2]) / length, 0, 1)
        return np.sqrt((px - t * d[0]) ** 2 + (py - t * d[1]) ** 2 + (pz - t * d[2]) ** 2) - r

    return sdf


def ring(cx: float, cy: float, cz: float, radius: float, r: float, axis: str = "z", stretch: float = 0.0) -> Sdf:
    """Torus about an axis; `stretch` pulls it apart along z (axis y) to a link."""

    def sdf(x: Array, y: Array, z: Array) -> Array:
        px, py, pz = x - cx, y - cy, z - cz
        if stretch:
            pz = pz - np.clip(pz, -stretch, stretch)
        u, v, w = {"z": (px, py, pz), "y": (px, pz, py), "x": (py, pz, px)}[axis]
        return np.sqrt((np.sqrt(u * u + v * v) - radius) ** 2 + w * w) - r

    return sdf


def _polygon_field(vertices: NDArray[np.float64], u: Array, v: Array) -> Array:
    """Exact signed distance to a polygon at the points (u, v)."""
    best = np.full(u.shape, np.inf, np.float32)
    inside = np.zeros(u.shape, bool)
    for (ax, ay), (bx, by) in zip(vertices, np.roll(vertices, -1, axis=0), strict=True):
        ex, ey = bx - ax, by - ay
        t = np.clip(((u - ax) * ex + (v - ay) * ey) / max(ex * ex + ey * ey, 1e-12), 0, 1)
        best = np.minimum(best, (u - ax - t * ex) ** 2 + (v - ay - t * ey) ** 2)
        if ey:
            inside ^= ((ay > v) != (by > v)) & (u < ex * (v - ay) / ey + ax)
    return np.where(inside, -np.sqrt(best), np.sqrt(best)).astype(np.float32)


def _lookup(vertices: NDArray[np.float64], cells: int = 300) -> Callable[[Array, Array], Array]:
    """The polygon's distance as a table with linear interpolation: cheap however many vertices it has."""
    low, high = vertices.min(0) - 0.25, vertices.max(0) + 0.25
    us = np.linspace(low[0], high[0], cells, dtype=np.float32)
    vs = np.linspace(low[1], high[1], cells, dtype=np.float32)
    table = _polygon_field(vertices, *np.meshgrid(us, vs, indexing="ij")).ravel()
    su, sv = (cells - 1) / (high[0] - low[0]), (cells - 1) / (high[1] - low[1])

    def field(u: Array, v: Array) -> Array:
        cu, cv = np.clip(u, low[0], high[0]), np.clip(v, low[1], high[1])
        fu, fv = (cu - low[0]) * su, (cv - low[1]) * sv
        i = np.minimum(fu.astype(np.int32), cells - 2)
        j = np.minimum(fv.astype(np.int32), cells - 2)
        fu, fv = (fu - i).astype(np.float32), (fv - j).astype(np.float32)
        k = i * cells + j
        d = (table[k] * (1 - fu) + table[k + cells] * fu) * (1 - fv)
        d = d + (table[k + 1] * (1 - fu) + table[k + cells + 1] * fu) * fv
        return (d + np.sqrt((u - cu) ** 2 + (v - cv) ** 2)).astype(np.float32)

    return field


def lathe(profile: Sequence[tuple[float, float]], smooth: bool = False, cx: float = 0, cy: float = 0) -> Sdf:
    """Solid of revolution about z; the profile is (radius, height) from the bottom of the axis to its top."""
    side = curve(profile, closed=False, steps=10) if smooth else np.asarray(profile, float)
    mirrored = side[::-1] * (-1, 1)
    field = _lookup(np.concatenate([side, mirrored]))
    return lambda x, y, z: field(np.sqrt((x - cx) ** 2 + (y - cy) ** 2), z)


def plate(outline: NDArray[np.float64], half: float, r: float) -> Sdf:
    """An outline in the x–z plane given a thickness of 2 × half along y, edges rounded by r."""
    field = _lookup(outline)

    def sdf(x: Array, y: Array, z: Array) -> Array:
        d, w = field(x, z) + r, np.abs(y) - (half - r)
        return np.minimum(np.maximum(d, w), 0) + np.sqrt(np.maximum(d, 0) ** 2 + np.maximum(w, 0) ** 2) - r

    return sdf


def cut(keep: Sdf, *away: Sdf) -> Sdf:
    def sdf(x: Array, y: Array, z: Array) -> Array:
        d = keep(x, y, z)
        for other in away:
            d = np.maximum(d, -other(x, y, z))
        return d

    return sdf


def union(*parts: Sdf) -> Sdf:
    def sdf(x: Array, y: Array, z: Array) -> Array:
        d = parts[0](x, y, z)
        for other in parts[1:]:
            d = np.minimum(d, other(x, y, z))
        return d

    return sdf


def spun(inner: Sdf, degrees: float) -> Sdf:
    """Turned about the z axis."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return lambda x, y, z: inner(c * x + s * y, c * y - s * x, z)


def tipped(inner: Sdf, degrees: float, about: tuple[float, float, float] = (0, 0, 0)) -> Sdf:
    """Turned about an axis parallel to y through a point."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    ax, _, az = about

    def sdf(x: Array, y: Array, z: Array) -> Array:
        px, pz = x - ax, z - az
        return inner(c * px + s * pz + ax, y, c * pz - s * px + az)

    return sdf


# --------------------------------------------------------------------------------------------------------------------
# The camera that marches rays
# --------------------------------------------------------------------------------------------------------------------

Paint = Callable[[Array, Array, Array], Array]


@dataclass(frozen=True)
class Part:
    """One material of a product: its shape, its colour at a point, how it reflects."""

    sdf: Sdf
    paint: Paint | Colour
    gloss: float = 0.3
    metal: float = 0.0
    glow: float = 0.0
    bump: Paint | None = None  # a height; its slope tilts the surface


@dataclass(frozen=True)
class Scene:
    parts: tuple[Part, ...]
    centre: tuple[float, float, float]  # of a ball around the whole product
    radius: float
    eye: tuple[float, float, float]
    aim: tuple[float, float, float]
    zoom: float = 2.6  # focal length over half the sensor
    ground: str = "white"
    light: Light = STUDIO
    spin: float = 0.0  # degrees by which the ground's texture is turned
    pool: tuple[float, float, float] | None = None  # x, y, strength of a lamp's light on the ground


def _camera(scene: Scene) -> tuple[Array, Array, Array, Array]:
    eye = np.asarray(scene.eye, np.float32)
    forward = unit(np.subtract(scene.aim, scene.eye).tolist())
    right = unit(np.cross(forward, (0, 0, 1)).tolist())
    return eye, forward, right, np.cross(right, forward).astype(np.float32)


def _rays(scene: Scene, u: Array, v: Array) -> tuple[Array, Array, Array, Array]:
    eye, forward, right, up = _camera(scene)
    d = forward * scene.zoom + u[:, None] * right + v[:, None] * up
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    return eye, d[:, 0].copy(), d[:, 1].copy(), d[:, 2].copy()


def _nearest(parts: tuple[Part, ...], x: Array, y: Array, z: Array) -> Array:
    d = parts[0].sdf(x, y, z)
    for part in parts[1:]:
        d = np.minimum(d, part.sdf(x, y, z))
    return d


def _sun(scene: Scene, x: Array, y: Array, z: Array) -> Array:
    """How much of the key light reaches each point, 0…1, with a penumbra."""
    kx, ky, kz = (float(c) for c in unit(scene.light.key))
    out = np.ones(x.shape, np.float32)
    cx, cy, cz = scene.centre
    along = (cx - x) * kx + (cy - y) * ky + (cz - z) * kz
    miss2 = (cx - x) ** 2 + (cy - y) ** 2 + (cz - z) ** 2 - along**2
    wide = scene.radius + 0.25 * np.maximum(along, 0)
    live = np.flatnonzero((miss2 < wide**2) & (along > -scene.radius))
    t = np.full(live.shape, 0.02, np.float32)
    for _ in range(26):
        if not live.size:
            break
        d = _nearest(scene.parts, x[live] + kx * t, y[live] + ky * t, z[live] + kz * t)
        out[live] = np.minimum(out[live], np.clip(0.5 + 0.5 * scene.light.hardness * d / t, 0, 1))
        t = t + np.clip(d, 0.025, 0.22)
        go = (out[live] > 0.01) & (t < along[live] + scene.radius)
        live, t = live[go], t[go]
    return out * out * (3 - 2 * out)


def _open(scene: Scene, x: Array, y: Array, z: Array, nx: Array, ny: Array, nz: Array) -> Array:
    """Ambient occlusion: 1 in the open, towards 0 in a fold; the ground counts."""
    shut = np.zeros(x.shape, np.float32)
    for step, weight in ((0.03, 1.0), (0.09, 0.7), (0.2, 0.5), (0.38, 0.3)):
        px, py, pz = x + nx * step, y + ny * step, z + nz * step
        d = np.minimum(_nearest(scene.parts, px, py, pz), np.maximum(pz, 0))
        shut += weight * np.clip((step - d) / step, 0, 1)
    return np.clip(1 - shut / 2.9, 0.06, 1)


def _trace(scene: Scene, u: Array, v: Array) -> Array:
    """(n, 5) for rays: the product's colour × cover, its cover, and the light left on the ground."""
    eye, dx, dy, dz = _rays(scene, u, v)
    out = np.zeros((u.size, 5), np.float32)
    out[:, 4] = 1
    cx, cy, cz = np.asarray(scene.centre, np.float32) - eye
    along = dx * cx + dy * cy + dz * cz
    miss2 = cx * cx + cy * cy + cz * cz - along**2
    reach = np.sqrt(np.maximum(scene.radius**2 - miss2, 0))
    live = np.flatnonzero(miss2 < scene.radius**2)
    t = np.maximum(along - reach, 0)[live]
    end = (along + reach)[live]
    hit_index: list[NDArray[np.int64]] = []
    hit_t: list[Array] = []
    for _ in range(110):
        if not live.size:
            break
        d = _nearest(scene.parts, eye[0] + dx[live] * t, eye[1] + dy[live] * t, eye[2] + dz[live] * t)
        found = d < 0.0012
        if found.any():
            hit_index.append(live[found])
            hit_t.append(t[found])
        t = t + 0.93 * d
        go = ~found & (t < end)
        live, t, end = live[go], t[go], end[go]
    if hit_index:
        k = np.concatenate(hit_index)
        out[k, :3] = _surface(scene, eye, dx[k], dy[k], dz[k], np.concatenate(hit_t))
        out[k, 3] = 1
    down = np.flatnonzero((out[:, 3] == 0) & (dz < -1e-3))
    if down.size:
        far = -eye[2] / dz[down]
        gx, gy = eye[0] + dx[down] * far, eye[1] + dy[down] * far
        near = (gx - scene.centre[0]) ** 2 + (gy - scene.centre[1]) ** 2 < (3.2 * scene.radius) ** 2
        down, gx, gy = down[near], gx[near], gy[near]
        zero, one = np.zeros_like(gx), np.ones_like(gx)
        sun = _sun(scene, gx, gy, zero + 0.004)
        ao = _open(scene, gx, gy, zero + 0.001, zero, zero, one)
        if scene.ground == "white":  # lit from below as well, as in a packshot: shadows stay faint
            out[down, 4] = (0.72 + 0.28 * sun) * (0.55 + 0.45 * ao)
        else:
            out[down, 4] = (0.34 + 0.66 * sun) * (0.3 + 0.7 * ao)
    return out


def _surface(scene: Scene, eye: Array, dx: Array, dy: Array, dz: Array, t: Array) -> Array:
    """Colour (n, 3) of the points that the rays hit."""
    x, y, z = eye[0] + dx * t, eye[1] + dy * t, eye[2] + dz * t
    e = np.float32(0.0015)
    nx = ny = nz = np.float32(0)
    for a, b, c in ((1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)):
        d = _nearest(scene.parts, x + a * e, y + b * e, z + c * e)
        nx, ny, nz = nx + a * d, ny + b * d, nz + c * d
    which = np.argmin(np.stack([part.sdf(x, y, z) for part in scene.parts]), axis=0)
    albedo = np.zeros((x.size, 3), np.float32)
    gloss, metal, glow = (np.zeros(x.size, np.float32) for _ in range(3))
    size = np.maximum(np.sqrt(nx * nx + ny * ny + nz * nz), 1e-9)
    nx, ny, nz = nx / size, ny / size, nz / size
    for i, part in enumerate(scene.parts):
        m = np.flatnonzero(which == i)
        if not m.size:
            continue
        px, py, pz = x[m], y[m], z[m]
        albedo[m] = part.paint(px, py, pz) if callable(part.paint) else solid(part.paint, px)
        gloss[m], metal[m], glow[m] = part.gloss, part.metal, part.glow
        if part.bump:
            h0, f = part.bump(px, py, pz), np.float32(0.003)
            nx[m] -= (part.bump(px + f, py, pz) - h0) / f
            ny[m] -= (part.bump(px, py + f, pz) - h0) / f
            nz[m] -= (part.bump(px, py, pz + f) - h0) / f
    size = np.sqrt(nx * nx + ny * ny + nz * nz)
    nx, ny, nz = nx / size, ny / size, nz / size
    sx, sy, sz = x + nx * 0.012, y + ny * 0.012, z + nz * 0.012
    sun = _sun(scene, sx, sy, sz)
    ao = _open(scene, x, y, z, nx, ny, nz)
    colour = shade((nx, ny, nz), (-dx, -dy, -dz), albedo, gloss, metal, sun, ao, scene.light)
    return colour * (1 - np.minimum(glow, 1))[:, None] + albedo * glow[:, None]


def _room(az: Array, rise: Array, tint: Colour, seed: int) -> Array:
    """What is seen over the table's edge: a wall, a window, a shelf with things; to be blurred."""
    rng = np.random.default_rng(seed)
    wall = solid(rgb("#b9ab98"), az) * (0.55 + 0.5 * smoothstep(-0.4, 0.6, -az))[..., None]
    colour = wall * np.asarray(tint, np.float32)
    centre = float(rng.uniform(-0.24, -0.12))
    pane = (np.abs(az - centre) < 0.075) & (rise > 0.03) & (np.abs(np.abs(az - centre) - 0.037) > 0.004)
    colour[pane] = (1.15, 1.12, 1.02)
    for _ in range(8):
        x0, wide, low = rng.uniform(0.0, 0.3), rng.uniform(0.008, 0.03), rng.choice([0.0, 0.09])
        thing = (np.abs(az - x0) < wide) & (rise > low) & (rise < low + rng.uniform(0.02, 0.06))
        colour[thing] = np.asarray(rgb("#8c8478")) * rng.uniform(0.3, 1.5) * rng.uniform(0.7, 1.3, 3)
    colour[(np.abs(rise - 0.084) < 0.006) & (az > -0.03)] = rgb("#6d4a2f")
    return colour


def _backdrop(scene: Scene, seed: int) -> Array:
    """The picture without the product, (SIZE, SIZE, 3)."""
    axis = (np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE * 2 - 1
    u, v = np.meshgrid(axis, -axis)
    if scene.ground == "white":
        return solid((0.955, 0.955, 0.955), u) * (1 - 0.035 * smoothstep(-0.2, -1.0, v))[..., None]
    eye, dx, dy, dz = _rays(scene, u.ravel(), v.ravel())
    far = np.where(dz < -1e-3, -eye[2] / np.minimum(dz, -1e-3), 60)
    far = np.minimum(far, 60)
    gx, gy = eye[0] + dx * far, eye[1] + dy * far
    a = math.radians(scene.spin)
    tx, ty = math.cos(a) * gx + math.sin(a) * gy, math.cos(a) * gy - math.sin(a) * gx
    kz = float(unit(scene.light.key)[2])
    base = GROUNDS[scene.ground](tx, ty) * (scene.light.power * kz + scene.light.sky)
    if scene.pool:
        px, py, strength = scene.pool
        spot = np.exp(-((gx - px) ** 2 + (gy - py) ** 2) / 0.5)
        base = base * (1 + strength * spot[:, None] * np.asarray((1.0, 0.85, 0.6), np.float32))
    base *= np.asarray(scene.light.tint, np.float32)
    _, _, right, _ = _camera(scene)
    flat = np.sqrt(dx * dx + dy * dy)
    az = (dx * right[0] + dy * right[1]) / flat
    edge = float(np.linalg.norm(scene.eye)) + 2.6 * scene.radius  # the table ends behind the product
    room = _room(az, dz / flat + eye[2] / edge, scene.light.tint, seed)
    share = smoothstep(edge - 0.05, edge + 0.05, far)
    sharp = (base * (1 - share[:, None]) + room * share[:, None]).reshape(SIZE, SIZE, 3)
    near = float(np.linalg.norm(np.subtract(scene.eye, scene.centre)))
    out_of_focus = np.abs(far - near).reshape(SIZE, SIZE)
    soft, softer = blur(sharp, 5), blur(sharp, 17)
    sharp = mix(sharp, soft, smoothstep(0.5 * scene.radius, 1.8 * scene.radius, out_of_focus))
    return mix(sharp, softer, smoothstep(1.6 * scene.radius, 3.2 * scene.radius, out_of_focus))


def march(scene: Scene, seed: int) -> Array:
    """Render a scene to linear light, (SIZE, SIZE, 3)."""
    axis = (np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE * 2 - 1
    u, v = (a.ravel() for a in np.meshgrid(axis, -axis))

    def sample(us: Array, vs: Array) -> Array:
        return np.concatenate([_trace(scene, us[i : i + 16384], vs[i : i + 16384]) for i in range(0, us.size, 16384)])

    layers = sample(u, v)
    grid = layers.reshape(SIZE, SIZE, 5)
    jump = np.zeros((SIZE, SIZE), bool)
    for ax in (0, 1):
        step = np.abs(np.diff(np.minimum(grid[..., :4], 1.2), axis=ax)).max(-1) > 0.09
        jump[tuple(slice(None, -1) if i == ax else slice(None) for i in (0, 1))] |= step
        jump[tuple(slice(1, None) if i == ax else slice(None) for i in (0, 1))] |= step
    edge = np.flatnonzero(jump.ravel())
    total = np.zeros((edge.size, 5), np.float32)
    for ox, oy in ((-0.375, -0.125), (0.125, -0.375), (0.375, 0.125), (-0.125, 0.375)):
        total += sample(u[edge] + ox * 2 / SIZE, v[edge] + oy * 2 / SIZE)
    layers[edge] = total / 4
    grid = layers.reshape(SIZE, SIZE, 5)
    grid[..., 4] = blur(grid[..., 4], 1.2)
    return grid[..., :3] + _backdrop(scene, seed) * ((1 - grid[..., 3]) * grid[..., 4])[..., None]


# --------------------------------------------------------------------------------------------------------------------
# The camera that looks straight down
# --------------------------------------------------------------------------------------------------------------------


class Table:
    """A table seen from above, x to the right and y upwards in -1…1, on which layers and cords are laid."""

    def __init__(self, ground: str, light: Light = STUDIO, spin: float = 0.0) -> None:
        axis = (np.arange(FINE, dtype=np.float32) + 0.5) / FINE * 2 - 1
        self.x, self.y = np.meshgrid(axis, -axis)
        self.light = light
        self.white = ground == "white"
        self.height = np.zeros((FINE, FINE), np.float32)
        self.gloss = np.full((FINE, FINE), 0.05, np.float32)
        self.metal = np.zeros((FINE, FINE), np.float32)
        self.cover = np.zeros((FINE, FINE), np.float32)
        a = math.radians(spin)
        tx, ty = math.cos(a) * self.x + math.sin(a) * self.y, math.cos(a) * self.y - math.sin(a) * self.x
        self.albedo = solid((0.95, 0.95, 0.95), self.x) if self.white else GROUNDS[ground](tx * 1.3, ty * 1.3)

    def turned(self, degrees: float, cx: float = 0, cy: float = 0) -> tuple[Array, Array]:
        """Coordinates of every pixel along an object that lies turned by so many degrees about (cx, cy)."""
        a = math.radians(degrees)
        px, py = self.x - cx, self.y - cy
        return math.cos(a) * px + math.sin(a) * py, math.cos(a) * py - math.sin(a) * px

    def mask(self, *outlines: NDArray[np.float64], holes: Sequence[NDArray[np.float64]] = ()) -> Array:
        picture = Image.new("L", (FINE, FINE), 0)
        draw = ImageDraw.Draw(picture)
        for shapes, value in ((outlines, 255), (holes, 0)):
            for shape in shapes:
                draw.polygon([((px + 1) / 2 * FINE, (1 - py) / 2 * FINE) for px, py in shape], fill=value)
        return np.asarray(picture, np.float32) / 255

    def lay(
        self,
        mask: Array,
        thick: float,
        albedo: Array | Colour,
        edge: float = 6,
        gloss: float = 0.15,
        metal: float = 0.0,
        bump: Array | None = None,
        drape: float = 5,
    ) -> None:
        """Put a sheet of this outline on what lies there.

        `edge` (pixels) rounds its rim, `drape` (pixels) smooths what is felt through it.
        """
        filled = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        box = tuple(slice(max(int(f[0]) // 4 * 4 - 48, 0), min(int(f[-1]) // 4 * 4 + 52, FINE)) for f in filled)
        sheet = mask[box]
        rim = np.clip(2 * blur(sheet, edge) - 1, 0, 1)
        below = self.height[box]
        top = blur(below, drape) + thick * np.sqrt(1 - (1 - rim) ** 2) + (0 if bump is None else bump[box])
        soft = blur(sheet, 1)
        colour = albedo[box] if isinstance(albedo, np.ndarray) else solid(albedo, sheet)
        self.height[box] = np.where(sheet > 0.5, np.maximum(top, below + 0.001), below)
        self.albedo[box] = mix(self.albedo[box], colour, soft)
        self.gloss[box] += (gloss - self.gloss[box]) * soft
        self.metal[box] += (metal - self.metal[box]) * soft
        self.cover[box] = np.maximum(self.cover[box], soft)

    def cord(
        self,
        path: NDArray[np.float64],
        radius: float | Callable[[float], float],
        colour: Callable[[float, Array], Array] | Colour,
        gloss: float = 0.3,
        metal: float = 0.0,
        lift: float | Callable[[float], float] = 0.0,
    ) -> None:
        """Lay a round cord along a path (n, 2): balls close together.

        `colour(distance along, offset across in -1…1)`; `lift` is how high its lower side is.
        """
        steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
        at = np.concatenate([[0], np.cumsum(steps)])
        small = radius if isinstance(radius, float) else radius(0.0)
        where = np.arange(0, at[-1] + 1e-9, max(small * 0.16, 1.2 / FINE))
        xs, ys = np.interp(where, at, path[:, 0]), np.interp(where, at, path[:, 1])
        tangent = np.stack([np.gradient(xs), np.gradient(ys)], 1)
        tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
        for s, px, py, (tx, ty) in zip(where, xs, ys, tangent, strict=True):
            r = radius if isinstance(radius, float) else radius(float(s))
            up = lift if isinstance(lift, float) else lift(float(s))
            self._ball(px, py, r, up + r, colour, gloss, metal, float(s), tx, ty)

    def bead(
        self, px: float, py: float, r: float, colour: Colour, gloss: float = 0.9, metal: float = 0.0, lift: float = 0.0
    ) -> None:
        self._ball(px, py, r, lift + r, colour, gloss, metal, 0.0, 1.0, 0.0)

    def _ball(
        self,
        px: float,
        py: float,
        r: float,
        middle: float,
        colour: Callable[[float, Array], Array] | Colour,
        gloss: float,
        metal: float,
        s: float,
        tx: float,
        ty: float,
    ) -> None:
        c, q = (px + 1) / 2 * FINE, (1 - py) / 2 * FINE
        w = r / 2 * FINE + 1
        cols = slice(max(int(c - w), 0), max(int(c + w) + 2, 0))
        rows = slice(max(int(q - w), 0), max(int(q + w) + 2, 0))
        dx, dy = self.x[rows, cols] - px, self.y[rows, cols] - py
        rest = r * r - dx * dx - dy * dy
        top = middle + np.sqrt(np.maximum(rest, 0))
        on = (rest > 0) & (top > self.height[rows, cols])
        if not on.any():
            return
        across = (dx * ty - dy * tx)[on] / r
        paint = colour(s, across) if callable(colour) else np.asarray(colour, np.float32)
        self.height[rows, cols][on] = top[on]
        self.albedo[rows, cols][on] = paint
        self.gloss[rows, cols][on] = gloss
        self.metal[rows, cols][on] = metal
        self.cover[rows, cols][on] = 1

    def photograph(self) -> Array:
        """Linear light, (SIZE, SIZE, 3)."""
        step = 2 / FINE
        h = self.height
        hy, hx = np.gradient(h, step)
        size = np.sqrt(hx * hx + hy * hy + 1)
        normal = (-hx / size, hy / size, 1 / size)
        vx, vy = -self.x * 0.3, -0.35 - self.y * 0.3
        vz = np.ones_like(vx)
        vl = np.sqrt(vx * vx + vy * vy + 1)
        shadow = self._shadow()
        ao = np.clip(1 - 5.0 * np.clip(blur(h, 12) - h, 0, 1) - 2.2 * np.clip(blur(h, 40) - h, 0, 1), 0.3, 1)
        lit = shade(normal, (vx / vl, vy / vl, vz / vl), self.albedo, self.gloss, self.metal, shadow, ao, self.light)
        if self.white:
            paper = self.albedo * ((0.66 + 0.34 * shadow) * (0.5 + 0.5 * ao))[..., None]
            lit = paper + (lit - paper) * self.cover[..., None]
        return lit.reshape(SIZE, 2, SIZE, 2, 3).mean((1, 3))

    def _shadow(self) -> Array:
        h = blur(self.height, 1)[::2, ::2]
        kx, ky, kz = (float(c) for c in unit(self.light.key))
        flat = math.hypot(kx, ky)
        slope = 0.8 * kz / flat
        out = np.ones_like(h)
        for k in range(1, 30):
            far = k * 3
            sx, sy = round(far * kx / flat), round(-far * ky / flat)
            moved = np.pad(h, 90, mode="constant")[90 + sy : 90 + sy + SIZE, 90 + sx : 90 + sx + SIZE]
            d = far * 2 / SIZE
            out = np.minimum(out, np.clip(1 - (moved - h - d * slope) / (0.012 + 0.22 * d), 0, 1))
        return np.repeat(np.repeat(blur(out, 2), 2, 0), 2, 1)


# --------------------------------------------------------------------------------------------------------------------
# The products: rays
# --------------------------------------------------------------------------------------------------------------------


def leather(x: Array, y: Array, z: Array) -> Array:
    return 0.0035 * (noise(x * 55 + y * 31, z * 55) + 0.6 * noise(x * 110, z * 110 + y * 90))


def weave(x: Array, y: Array, z: Array) -> Array:
    return 0.003 * (np.sin((x + y) * 170) * np.sin(z * 170)) + 0.004 * noise((x + y) * 40, z * 40)


def speckled(base: Colour, spot: Colour, clay: Colour, line: float) -> Paint:
    """Stoneware: bare clay below a wavy line, speckled glaze above it."""

    def paint(x: Array, y: Array, z: Array) -> Array:
        a = np.arctan2(y, x)
        grip = noise(x * 21 + 40, z * 21 + y * 21)  # on the handle the angle hardly changes
        spots = smoothstep(0.80, 0.86, np.where(np.hypot(x, y) > 0.56, grip, noise(a * 14 + 40, z * 26))) * 0.8
        glaze = mix(base, spot, spots) * (0.86 + 0.28 * fbm(a * 2 + 30, z * 3))[..., None]
        bare = mix(clay, (0.3, 0.2, 0.13), 0.5 * noise(a * 60, z * 80))
        return mix(bare, glaze, smoothstep(-0.012, 0.012, z - line - 0.03 * np.sin(3 * a + 1)))

    return paint


def mug(view: str, seed: int) -> Array:
    side = {"left": 195.0, "right": -35.0}[view]
    body = cut(drum(0, 0, 0, 1.12, 0.55, 0.05), drum(0, 0, 0.09, 1.5, 0.485, 0.06))
    grip = cut(ring(0.60, 0, 0.58, 0.27, 0.075, "y", 0.09), drum(0, 0, -1, 3, 0.52, 0.02))
    paint = speckled(rgb("#86a69a"), rgb("#3c4a44"), rgb("#b58a66"), 0.32)
    parts = (Part(spun(union(body, grip), side), paint, gloss=0.75),)
    if view == "right":
        return march(Scene(parts, (0, 0, 0.56), 1.15, (0.2, -5.2, 1.75), (0.05, 0, 0.54), 5.0), seed)
    coffee = Part(drum(0, 0, 0.1, 0.92, 0.485), rgb("#3a1d0c"), gloss=0.85)
    scene = Scene((*parts, coffee), (0, 0, 0.56), 1.15, (1.3, -3.7, 3.7), (-0.05, 0.1, 0.45), 4.1, "wood", WINDOW, 25)
    return march(scene, seed)


def bottle(seed: int) -> Array:
    body = lathe(points("0,0 0.36,0 0.4,0.05 0.4,1.45 0.36,1.62 0.24,1.78 0.24,1.86 0,1.86"))

    def paint(x: Array, y: Array, z: Array) -> Array:
        return mix(rgb("#1f6f78"), rgb("#2a838c"), noise(np.arctan2(y, x) * 90, z * 90))

    def brushed(x: Array, y: Array, z: Array) -> Array:
        return mix(rgb("#c9c9c6"), rgb("#a7a8a8"), noise(z * 160, np.arctan2(y, x) * 3))

    parts = (
        Part(
            cut(body, drum(0, 0, -0.1, 0.10, 0.6)),
            paint,
            gloss=0.45,
            bump=lambda x, y, z: 0.0006 * noise(x * 90, z * 90),
        ),
        Part(drum(0, 0, 0.0, 0.11, 0.395, 0.03), brushed, gloss=0.8, metal=1),
        Part(drum(0, 0, 1.84, 1.90, 0.27, 0.02), brushed, gloss=0.8, metal=1),
        Part(drum(0, 0, 1.90, 2.17, 0.265, 0.04), rgb("#2b2c2e"), gloss=0.4),
        Part(ring(0, 0, 2.22, 0.15, 0.035, "y"), rgb("#2b2c2e"), gloss=0.4),
    )
    return march(Scene(parts, (0, 0, 1.18), 1.32, (1.6, -6.3, 2.1), (0, 0, 1.17), 4.3), seed)


def tote(colour: Colour, seed: int) -> Array:
    outline = curve(
        points(
            "-0.84,0.02 -0.4,0 0.4,0 0.84,0.02 0.9,0.12 0.86,0.55 0.79,1.08 0.72,1.15 0.3,1.13 "
            "-0.3,1.13 -0.72,1.15 -0.79,1.08 -0.86,0.55 -0.9,0.12"
        ),
        steps=8,
    )
    shell = plate(outline, 0.3, 0.08)

    def paint(x: Array, y: Array, z: Array) -> Array:
        base = solid(colour, x) * (0.82 + 0.34 * fbm(x * 4, z * 4 + y))[..., None]
        along = np.abs(np.sin(np.where(np.abs(x) > 0.70, z, x) * 75))
        seam = (np.abs(np.abs(x) - 0.72) < 0.007) | (np.abs(z - 1.03) < 0.007) | (np.abs(z - 0.1) < 0.006)
        base[seam & (along > 0.35)] = (0.62, 0.55, 0.42)
        return base

    def skin(x: Array, y: Array, z: Array) -> Array:
        return leather(x, y, z) + 0.012 * fbm(x * 2.1 + 4, z * 2.1)

    def strap(dy: float) -> Sdf:
        return cut(ring(0, dy, 1.16, 0.44, 0.038, "y", 0.08), brick(0, 0, 0.3, 2, 2, 0.5, 0.01))

    straps = union(strap(-0.27), strap(0.2))
    tabs = union(*(brick(dx, -0.29, 0.87, 0.055, 0.03, 0.13, 0.03) for dx in (-0.44, 0.44)))
    gold = union(
        *(ring(dx, -0.315, 1.0, 0.07, 0.017, "y") for dx in (-0.44, 0.44)), brick(0, -0.3, 0.93, 0.09, 0.03, 0.05, 0.02)
    )
    parts = (
        Part(spun(shell, 16), paint, gloss=0.33, bump=skin),
        Part(spun(union(straps, tabs), 16), colour, gloss=0.35),
        Part(spun(gold, 16), rgb("#d9b25c"), gloss=0.85, metal=1),
    )
    return march(Scene(parts, (0, 0, 0.8), 1.3, (0.3, -6.4, 1.9), (0, 0, 0.81), 4.4), seed)


def bucket_bag(seed: int) -> Array:
    shell = lathe(
        points("0,0 0.5,0 0.57,0.06 0.62,0.3 0.6,0.6 0.5,0.85 0.53,1 0.47,0.97 0,0.8"),
        True,
    )

    def pleats(x: Array, y: Array, z: Array) -> Array:
        return leather(x, y, z) + 0.022 * smoothstep(0.45, 0.9, z) * np.sin(np.arctan2(y, x) * 22)

    def paint(x: Array, y: Array, z: Array) -> Array:
        return mix(rgb("#8a3d22"), rgb("#a8552f"), fbm(x * 4 + y, z * 4))

    knot = union(
        rod((0.1, -0.52, 0.84), (0.24, -0.66, 0.45), 0.025), rod((0.05, -0.52, 0.84), (0.02, -0.69, 0.38), 0.025)
    )
    parts = (
        Part(shell, paint, gloss=0.4, bump=pleats),
        Part(
            union(ring(0, 0, 0.84, 0.52, 0.025), knot, ring(0.0, 0.0, 1.2, 0.47, 0.03, "x", 0.3)),
            rgb("#5c2a18"),
            gloss=0.3,
        ),
        Part(union(ball(0.24, -0.66, 0.42, 0.05), ball(0.02, -0.69, 0.35, 0.05)), rgb("#d9b25c"), gloss=0.85, metal=1),
    )
    scene = Scene(parts, (0, 0, 0.95), 1.2, (3.2, -4.6, 2.3), (0, 0, 0.88), 4.5, "marble", OVERCAST, 12)
    return march(scene, seed)


def desk_lamp(seed: int) -> Array:
    head = lathe(points("0,0.3 0.09,0.3 0.12,0.24 0.3,-0.08 0.285,-0.08 0.1,0.2 0,0.2"))
    at = (0.52, 0.0, 1.62)

    def moved(x: Array, y: Array, z: Array) -> Array:
        return head(x - at[0], y - at[1], z - at[2])

    lime = rgb("#e6e1d6")
    tilted = tipped(moved, 28, at)
    bulb = tipped(ball(0.52, 0, 1.63, 0.1), 28, at)
    parts = (
        Part(union(drum(-0.25, 0, 0, 0.07, 0.42, 0.03), tilted), lime, gloss=0.45),
        Part(
            union(rod((-0.25, 0, 0.05), (-0.55, 0, 0.95), 0.03), rod((-0.55, 0, 0.95), (0.40, 0, 1.88), 0.03)),
            rgb("#b98a45"),
            gloss=0.8,
            metal=1,
        ),
        Part(union(ball(-0.55, 0, 0.95, 0.065), drum(-0.25, 0, 0.07, 0.11, 0.09)), rgb("#2b2c2e"), gloss=0.5),
        Part(bulb, (1.5, 1.35, 1.0), glow=1.0),
    )
    dusk = Light(key=(-0.8, -0.4, 0.8), power=0.55, fill=0.12, sky=0.3, tint=(1.0, 0.95, 0.86), hardness=6)
    scene = Scene(
        parts, (-0.05, 0, 1.0), 1.4, (0.6, -6.2, 2.2), (0, 0, 0.98), 3.9, "pine", dusk, 80, (0.62, -0.05, 0.9)
    )
    return march(scene, seed)


def storage_box(view: str, seed: int) -> Array:
    def cloth(x: Array, y: Array, z: Array) -> Array:
        t = np.clip(0.35 + 0.25 * np.sin((x + y) * 190) * np.sin(z * 190) + 0.5 * (fbm((x - y) * 5, z * 5) - 0.3), 0, 1)
        return mix(rgb("#9d9a94"), rgb("#6f6d69"), t)

    def within(x: Array, y: Array, z: Array) -> Array:
        return mix(rgb("#d9d5cb"), rgb("#c4bfb3"), fbm(x * 6 + y * 5, z * 6))

    hull = brick(0, 0, 0.38, 0.80, 0.55, 0.38, 0.05)
    grip = union(ring(0, -0.56, 0.44, 0.12, 0.028, "y"), brick(0, -0.555, 0.57, 0.16, 0.02, 0.04, 0.015))
    tan = rgb("#a9713f")
    if view == "closed":
        lid = brick(0, 0, 0.76, 0.83, 0.58, 0.1, 0.05)
        parts = (
            Part(spun(union(hull, lid), 24), cloth, gloss=0.08, bump=weave),
            Part(spun(grip, 24), tan, gloss=0.35),
        )
        return march(Scene(parts, (0, 0, 0.42), 1.15, (0.4, -5.6, 2.9), (0, 0, 0.40), 5.1), seed)
    hollow = cut(hull, brick(0, 0, 0.7, 0.75, 0.50, 0.63, 0.03))
    inner = cut(brick(0, 0, 0.38, 0.765, 0.515, 0.36, 0.03), brick(0, 0, 0.72, 0.745, 0.495, 0.63, 0.03))
    lean = tipped(brick(-1.18, 0.15, 0.55, 0.08, 0.58, 0.6, 0.05), -22, (-1.18, 0.15, 0))
    towels = union(*(brick(-0.3 + 0.32 * i, 0.0, 0.42, 0.14, 0.42, 0.3, 0.12) for i in range(3)))

    def rolled(x: Array, y: Array, z: Array) -> Array:
        row = np.round((x + 0.3) / 0.32)
        return mix(rgb("#e9e4da"), rgb("#7f93a6"), np.clip(row / 2, 0, 1).astype(np.float32))

    parts = (
        Part(spun(union(hollow, lean), -28), cloth, gloss=0.08, bump=weave),
        Part(spun(inner, -28), within, gloss=0.05),
        Part(spun(grip, -28), tan, gloss=0.35),
        Part(spun(towels, -28), lambda x, y, z: solid(rgb("#d8cdbb"), x), gloss=0.02, bump=weave),
    )
    scene = Scene(parts, (-0.25, 0, 0.5), 1.55, (-0.7, -5.4, 3.6), (-0.25, 0, 0.42), 4.1, "pine", WINDOW, 65)
    return march(scene, seed)


def jar(kind: str, seed: int) -> Array:
    """A scented candle and a face cream: two products that a grey hash can hardly tell apart."""
    skin, lid, ink = {
        "candle": (rgb("#cf9f8b"), rgb("#c9a565"), rgb("#5a3325")),
        "cream": (rgb("#8fb4c4"), rgb("#b4b7ba"), rgb("#22485e")),
    }[kind]

    def paint(x: Array, y: Array, z: Array) -> Array:
        a = np.arctan2(x, -y)
        colour = solid(skin, x)
        label = (np.abs(a) < 0.62) & (np.abs(z - 0.40) < 0.2)
        colour[label] = (0.86, 0.84, 0.79)
        lines = ((0.485, 0.020, 0.36), (0.40, 0.012, 0.28), (0.35, 0.008, 0.42), (0.31, 0.008, 0.30))
        for low, tall, wide in lines:
            words = noise(a * 34 + low * 90, z * 0 + low * 50) > 0.34
            colour[label & (np.abs(z - low) < tall) & (np.abs(a) < wide) & words] = ink
        return colour

    metal = 1.0
    parts = (
        Part(drum(0, 0, 0, 0.80, 0.60, 0.06), paint, gloss=0.6),
        Part(drum(0, 0, 0.81, 1.04 if kind == "candle" else 1.06, 0.60, 0.035), lid, gloss=0.75, metal=metal),
    )
    return march(Scene(parts, (0, 0, 0.52), 0.95, (0.5, -5.6, 2.0), (0, 0, 0.5), 4.4), seed)


def speaker(kind: str, seed: int) -> Array:
    if kind == "round":
        tube = union(rod((-0.62, 0, 0.4), (0.62, 0, 0.4), 0.385))
        mesh = cut(tube, brick(-1.3, 0, 0.4, 0.5, 1, 1, 0.01), brick(1.3, 0, 0.4, 0.5, 1, 1, 0.01))

        def knit(x: Array, y: Array, z: Array) -> Array:
            a = np.arctan2(z - 0.4, y)
            return mix(rgb("#26303f"), rgb("#46566c"), 0.5 + 0.5 * np.sin(x * 150) * np.sin(a * 58))

        caps = union(*(tipped(drum(dx, 0, 0.33, 0.47, 0.40, 0.05), 90, (dx, 0, 0.4)) for dx in (-0.86, 0.86)))
        foot = brick(0, 0, 0.03, 0.5, 0.16, 0.03, 0.02)
        parts = (
            Part(spun(mesh, 20), knit, gloss=0.1),
            Part(spun(union(caps, foot), 20), rgb("#181a1d"), gloss=0.55),
            Part(
                spun(tipped(drum(0.95, 0, 0.39, 0.41, 0.27, 0.01), 90, (0.95, 0, 0.4)), 20),
                rgb("#9fa3a6"),
                gloss=0.7,
                metal=1,
            ),
            Part(
                spun(union(*(ball(-0.24 + 0.16 * i, -0.12, 0.765, 0.035) for i in range(4))), 20),
                rgb("#d0d3d6"),
                gloss=0.4,
            ),
        )
        return march(Scene(parts, (0, 0, 0.4), 1.15, (0.3, -5.4, 1.9), (0, 0, 0.36), 4.3), seed)

    def walnut(x: Array, y: Array, z: Array) -> Array:
        return wood(z + y * 0.2, x, rgb("#8a5a36"), rgb("#48290f"), 9.0)

    box = brick(0, 0, 0.78, 0.72, 0.42, 0.74, 0.07)
    face = brick(0, -0.40, 0.78, 0.63, 0.06, 0.65, 0.02)

    def grille(x: Array, y: Array, z: Array) -> Array:
        return mix(rgb("#cbbfa6"), rgb("#8f8468"), 0.5 + 0.5 * np.sin(x * 120) * np.sin(z * 120))

    rings = union(ring(0, -0.465, 0.55, 0.34, 0.03, "y"), ring(0.0, -0.465, 1.16, 0.15, 0.025, "y"))
    knobs = union(*(rod((dx, 0, 1.5), (dx, 0, 1.6), 0.06) for dx in (-0.4, -0.15, 0.1)))
    parts = (
        Part(spun(box, -30), walnut, gloss=0.35),
        Part(spun(face, -30), grille, gloss=0.05),
        Part(spun(union(rings, knobs, ring(0, 0, 1.5, 0.34, 0.035, "y")), -30), rgb("#c6a15a"), gloss=0.8, metal=1),
    )
    scene = Scene(parts, (0, 0, 0.95), 1.4, (-0.6, -5.6, 2.6), (0.05, 0, 0.88), 3.9, "wood", WINDOW, 75)
    return march(scene, seed)


def power_bank(view: str, seed: int) -> Array:
    body = brick(0, 0, 0.9, 0.43, 0.14, 0.88, 0.11)

    def paint(x: Array, y: Array, z: Array) -> Array:
        colour = mix(rgb("#22262b"), rgb("#30353b"), noise(x * 130, z * 130))
        logo = (np.abs(z - 1.35) < 0.05) & (np.abs(x) < 0.17) & (noise(x * 26, z * 0 + 3.3) > 0.42) & (y < 0)
        colour[logo] = (0.42, 0.43, 0.45)
        return colour

    ports = union(brick(-0.17, 0, 1.77, 0.1, 0.045, 0.05, 0.012), brick(0.08, 0, 1.77, 0.07, 0.03, 0.05, 0.02))
    slots = union(brick(-0.17, 0, 1.75, 0.092, 0.037, 0.05, 0.01), brick(0.08, 0, 1.75, 0.062, 0.022, 0.05, 0.015))
    leds = union(*(ball(-0.12 + 0.08 * i, -0.137, 0.28, 0.016) for i in range(4)))
    shell = cut(body, ports)
    if view == "standing":
        parts = (
            Part(spun(shell, 28), paint, gloss=0.4),
            Part(spun(slots, 28), rgb("#90969c"), gloss=0.7, metal=1),
            Part(spun(leds, 28), (0.55, 0.9, 1.3), glow=1.0),
        )
        return march(Scene(parts, (0, 0, 0.9), 1.12, (0.2, -6.0, 2.7), (0, 0, 0.90), 5.2), seed)

    def flat(inner: Sdf) -> Sdf:  # lying on its back, ports to the viewer
        return spun(lambda x, y, z: inner(x, z * -1 + 0.14, -y + 0.9), 38)

    def top(x: Array, y: Array, z: Array) -> Array:
        c, s = math.cos(math.radians(38)), math.sin(math.radians(38))
        return paint(c * x + s * y, z * -1 + 0.14, -(c * y - s * x) + 0.9)

    parts = (
        Part(flat(shell), top, gloss=0.4),
        Part(flat(slots), rgb("#90969c"), gloss=0.7, metal=1),
        Part(flat(leds), (0.55, 0.9, 1.3), glow=1.0),
    )
    scene = Scene(parts, (0, 0, 0.14), 1.1, (0.2, -3.7, 3.0), (0, 0, 0.08), 4.2, "concrete", OVERCAST, 20)
    return march(scene, seed)


def tealights(seed: int) -> Array:
    spots = [
        (0.0, 0.0),
        *((0.62 * math.cos(math.radians(a)), 0.62 * math.sin(math.radians(a))) for a in (20, 80, 140, 215, 290)),
    ]
    cups = union(*(cut(drum(cx, cy, 0, 0.22, 0.24, 0.02), drum(cx, cy, 0.17, 0.4, 0.215, 0.01)) for cx, cy in spots))
    flames = union(
        *(union(ball(cx, cy, 0.275, 0.042), rod((cx, cy, 0.29), (cx + 0.01, cy, 0.37), 0.021)) for cx, cy in spots)
    )

    def wax(x: Array, y: Array, z: Array) -> Array:
        near = np.min([np.hypot(x - cx, y - cy) for cx, cy in spots], axis=0)
        return mix((1.25, 0.98, 0.62), rgb("#e6dcc6"), smoothstep(0.03, 0.2, near))

    parts = (
        Part(cups, rgb("#efece4"), gloss=0.35),
        Part(union(*(drum(cx, cy, 0.02, 0.175, 0.22, 0.01) for cx, cy in spots)), wax, gloss=0.2, glow=0.45),
        Part(flames, (1.7, 1.25, 0.5), glow=1.0),
    )
    dim = Light(key=(-0.5, -0.5, 0.9), power=0.4, fill=0.12, sky=0.28, tint=(1.0, 0.92, 0.82), hardness=6)
    scene = Scene(parts, (0, 0, 0.16), 1.05, (0.3, -4.0, 2.9), (-0.05, 0, 0.1), 4.2, "slate", dim, 10, (0, 0, 1.2))
    return march(scene, seed)


def cactus(seed: int) -> Array:
    pot = lathe(points("0,0 0.33,0 0.36,0.03 0.45,0.5 0.49,0.5 0.5,0.66 0.44,0.66 0.42,0.58 0,0.58"))

    def plant(x: Array, y: Array, z: Array) -> Array:
        a = np.arctan2(y, x)
        r = np.sqrt((x / 0.34) ** 2 + (y / 0.34) ** 2 + ((z - 1.0) / 0.52) ** 2)
        return (r - 1 - 0.055 * np.cos(a * 11)) * 0.24

    def green(x: Array, y: Array, z: Array) -> Array:
        rib = 0.5 + 0.5 * np.cos(np.arctan2(y, x) * 11)
        colour = mix(rgb("#2f5d34"), rgb("#6d9a53"), rib * (0.6 + 0.4 * noise(z * 8, rib * 3)))
        colour[(rib > 0.93) & (np.abs(np.sin(z * 38)) > 0.93)] = (0.85, 0.8, 0.6)
        return colour

    def clay(x: Array, y: Array, z: Array) -> Array:
        return mix(rgb("#b5603c"), rgb("#cf8257"), fbm(np.arctan2(y, x) * 3 + 20, z * 9))

    parts = (
        Part(pot, clay, gloss=0.08, bump=lambda x, y, z: 0.003 * noise(x * 40 + y * 40, z * 60)),
        Part(plant, green, gloss=0.2),
        Part(drum(0, 0, 0.4, 0.60, 0.43), rgb("#4a3425"), bump=lambda x, y, z: 0.02 * noise(x * 30, y * 30)),
        Part(union(ball(0.04, -0.05, 1.53, 0.09), ball(0.12, -0.04, 1.5, 0.06)), rgb("#d8577e"), gloss=0.1),
    )
    return march(Scene(parts, (0, 0, 0.8), 0.98, (0.3, -5.6, 1.9), (0, 0, 0.79), 4.9), seed)


def vase(seed: int) -> Array:
    outer = lathe(
        points(
            "0,0 0.3,0 0.36,0.04 0.58,0.45 0.52,0.85 0.24,1.2 0.18,1.45 0.27,1.66 0.22,1.66 0.13,1.45 0.1,1.2 0,1.1"
        ),
        True,
    )

    def paint(x: Array, y: Array, z: Array) -> Array:
        band = 0.5 + 0.5 * np.sin(z * 21 + 0.6 * np.sin(np.arctan2(y, x) * 4))
        crackle = smoothstep(0.46, 0.5, fbm(np.arctan2(y, x) * 5 + 20, z * 7)) * 0.25
        return mix(rgb("#e8e2d5"), rgb("#31507c"), np.clip(smoothstep(0.72, 0.8, band) + crackle, 0, 1))

    grass = union(
        *(
            rod((0.0, 0.0, 1.5), (0.5 * math.cos(a), 0.35 * math.sin(a), 2.35 + 0.15 * math.sin(3 * a)), 0.012)
            for a in np.arange(0, 6.2, 0.9)
        )
    )
    plume = union(
        *(
            rod(
                (0.42 * math.cos(a), 0.3 * math.sin(a), 2.2 + 0.13 * math.sin(3 * a)),
                (0.56 * math.cos(a), 0.4 * math.sin(a), 2.48 + 0.17 * math.sin(3 * a)),
                0.055,
            )
            for a in np.arange(0, 6.2, 0.9)
        )
    )
    parts = (
        Part(outer, paint, gloss=0.8),
        Part(grass, rgb("#a58d5a")),
        Part(plume, rgb("#d9c39a"), gloss=0.0, bump=lambda x, y, z: 0.02 * noise(x * 70, z * 70)),
    )
    scene = Scene(parts, (0, 0, 1.3), 1.5, (-1.5, -6.4, 2.5), (0, 0, 1.25), 3.9, "marble", WINDOW, 40)
    return march(scene, seed)


def bowl(seed: int) -> Array:
    shell = lathe(
        points("0,0 0.34,0 0.4,0.04 0.72,0.3 0.86,0.58 0.8,0.6 0.66,0.34 0.36,0.12 0,0.09"),
        True,
    )
    fruit = [(-0.22, -0.1, 0.36, 0.24), (0.24, -0.14, 0.36, 0.23), (0.05, 0.26, 0.38, 0.24), (0.02, -0.02, 0.66, 0.22)]

    def peel(x: Array, y: Array, z: Array) -> Array:
        return mix(rgb("#e07a1f"), rgb("#f09a34"), fbm(x * 5 + y * 2, z * 5))

    parts = (
        Part(shell, lambda x, y, z: wood(x + 0.3 * z, y * 0.8 + z, rgb("#a8713f"), rgb("#643a1a"), 9.0), gloss=0.35),
        Part(
            union(*(ball(*f) for f in fruit)),
            peel,
            gloss=0.5,
            bump=lambda x, y, z: 0.003 * noise(x * 60 + y * 30, z * 60),
        ),
    )
    scene = Scene(parts, (0, 0, 0.42), 1.05, (0.4, -4.3, 3.2), (0, 0, 0.36), 4.4, "linen", WINDOW, 8)
    return march(scene, seed)


def dumbbells(seed: int) -> Array:
    def one(dx: float, dy: float, angle: float) -> tuple[Sdf, Sdf]:
        hexes, grips = [], []
        for side in (-0.52, 0.52):
            outline = np.array([(0.31 * math.cos(a), 0.31 * math.sin(a)) for a in np.arange(0, 6.2, math.pi / 3)])
            field = plate(outline, 0.17, 0.04)
            hexes.append(lambda x, y, z, f=field, s=side: f(y, x - s, z - 0.26))
        grips.append(rod((-0.5, 0, 0.26), (0.5, 0, 0.26), 0.09))

        def placed(inner: Sdf) -> Sdf:
            turned = spun(inner, angle)
            return lambda x, y, z: turned(x - dx, y - dy, z)

        return placed(union(*hexes)), placed(union(*grips))

    first, second = one(-0.15, -0.35, 20), one(0.1, 0.45, -14)

    def knurl(x: Array, y: Array, z: Array) -> Array:
        return 0.004 * np.sin((x + z) * 130) * np.sin((x - z) * 130)

    parts = (
        Part(
            union(first[0], second[0]),
            rgb("#7b4f8f"),
            gloss=0.3,
            bump=lambda x, y, z: 0.002 * noise(x * 70 + y * 70, z * 70),
        ),
        Part(union(first[1], second[1]), rgb("#b9bbbd"), gloss=0.7, metal=1, bump=knurl),
    )
    return march(Scene(parts, (0, 0, 0.26), 1.25, (0.6, -5.2, 3.0), (0.0, 0.05, 0.24), 4.5), seed)


def yoga_mat(seed: int) -> Array:
    roll = lambda x, y, z: np.maximum(np.sqrt(y * y + (z - 0.3) ** 2) - 0.3, np.abs(x) - 0.95)  # noqa: E731

    def paint(x: Array, y: Array, z: Array) -> Array:
        r, a = np.sqrt(y * y + (z - 0.3) ** 2), np.arctan2(z - 0.3, y)
        spiral = np.abs(np.sin((r / 0.045 + a / (2 * math.pi)) * math.pi))
        end = mix(rgb("#1b5e57"), rgb("#5fb5a6"), smoothstep(0.2, 0.6, spiral))
        side = solid(rgb("#3f9c8c"), x) * (0.9 + 0.2 * noise(x * 90, a * 26))[..., None]
        return np.where((np.abs(x) > 0.945)[..., None], end, side).astype(np.float32)

    flap = brick(0, -0.55, 0.018, 0.95, 0.6, 0.018, 0.015)
    straps = union(
        *(
            cut(lambda x, y, z, s=s: np.maximum(np.sqrt(y * y + (z - 0.3) ** 2) - 0.315, np.abs(x - s) - 0.05))
            for s in (-0.5, 0.5)
        )
    )
    parts = (
        Part(spun(roll, 35), paint, gloss=0.08),
        Part(spun(straps, 35), rgb("#1d1f20"), gloss=0.2),
        Part(spun(flap, 35), lambda x, y, z: mix(rgb("#3f9c8c"), rgb("#57b3a3"), noise(x * 60, y * 60)), gloss=0.08),
    )
    scene = Scene(parts, (0, -0.2, 0.25), 1.5, (1.0, -5.4, 3.2), (0, -0.2, 0.22), 3.8, "pine", OVERCAST, 50)
    return march(scene, seed)


def stacking_rings(seed: int) -> Array:
    colours = ["#c8453b", "#e08a2c", "#e8c440", "#5c9d52", "#3f79b5"]
    parts = [
        Part(ring(0, 0, 0.24 + 0.24 * i, 0.46 - 0.065 * i, 0.125), rgb(c), gloss=0.55) for i, c in enumerate(colours)
    ]
    beech = rgb("#d9b27c")
    parts.append(
        Part(
            union(drum(0, 0, 0, 0.11, 0.62, 0.04), rod((0, 0, 0), (0, 0, 1.3), 0.09)),
            lambda x, y, z: wood(x, y + z, beech, rgb("#b98a52"), 9.0),
            gloss=0.3,
        )
    )
    parts.append(Part(ball(0, 0, 1.5, 0.2), rgb("#c8453b"), gloss=0.55))
    return march(Scene(tuple(parts), (0, 0, 0.82), 1.05, (-0.5, -5.8, 2.6), (0, 0, 0.83), 5.2), seed)


# --------------------------------------------------------------------------------------------------------------------
# The products: flat lay
# --------------------------------------------------------------------------------------------------------------------


def hair_scissors(seed: int) -> Array:
    t = Table("white")
    steel, dark = rgb("#e2e4e6"), rgb("#b4b8bb")

    def half(sign: float, angle: float) -> None:
        blade = np.array(
            [
                (0.05 * sign, -0.12),
                (0.075 * sign, 0.0),
                (0.07 * sign, 0.35),
                (0.035 * sign, 0.7),
                (0.0, 0.93),
                (-0.02 * sign, 0.9),
                (-0.018 * sign, 0.0),
                (-0.03 * sign, -0.12),
            ]
        )
        shank = np.asarray([(0.05 * sign, -0.1), (-0.03 * sign, -0.1), (-0.185 * sign, -0.475), (-0.11 * sign, -0.49)])
        u, v = t.turned(-angle)
        streak = fbm(u * 60, v * 3, 3)
        surface = mix(steel, dark, streak)
        wedge = 0.02 * np.clip(1 - np.abs(u * sign - 0.02) / 0.06, 0, 1)
        t.lay(t.mask(turn(blade, -angle)), 0.022, surface, 4, 0.85, 1, wedge + 0.0012 * streak)
        t.lay(t.mask(turn(shank, -angle)), 0.035, surface, 14, 0.85, 1)
        loop = np.array(
            [(-0.20 * sign + 0.135 * math.cos(a), -0.62 + 0.17 * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 90)]
        )
        t.cord(turn(loop, -angle), 0.034, steel, 0.85, 1.0, 0.01)
        rubber = np.array(
            [(-0.20 * sign + 0.107 * math.cos(a), -0.62 + 0.142 * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 90)]
        )
        t.cord(turn(rubber, -angle), 0.016, rgb("#26282b"), 0.3, 0.0, 0.03)

    half(1, 52)
    half(-1, 24)
    rest = turn(np.asarray([(0.33, -0.66), (0.42, -0.72), (0.45, -0.82)]), -24)
    t.cord(rest, 0.024, steel, 0.85, 1.0, 0.01)
    t.bead(0, 0, 0.062, rgb("#d9dbdd"), 0.85, 1.0, 0.02)
    t.bead(0, 0, 0.03, rgb("#3556a5"), 0.9, 0.3, 0.09)
    return t.photograph()


def tailor_scissors(hand: str, seed: int) -> Array:
    right = hand == "right"
    t = Table("pine" if right else "linen", WINDOW, 90 if right else 12)
    sign, spin = (1.0, 118.0) if right else (-1.0, 20.0)

    def place(at: Sequence[tuple[float, float]], smooth: bool = True) -> NDArray[np.float64]:
        shape = curve(at, steps=10) if smooth else np.asarray(at, float)
        return turn(shape * (sign, 1), spin)

    u, v = t.turned(spin)
    steel = mix(rgb("#b9bcbf"), rgb("#85898c"), fbm(u * 50, v * 3, 3))
    t.lay(
        t.mask(
            place(
                points("0.02,-0.1 0.11,0.1 0.09,0.5 -0.05,0.92 -0.09,0.93 -0.07,0.3 -0.06,-0.1"),
                False,
            )
        ),
        0.03,
        steel,
        4,
        0.8,
        1,
    )
    opened = turn(
        np.asarray(points("0.06,-0.1 0.08,0.2 0.05,0.6 -0.02,0.95 -0.05,0.93 -0.07,0.2 -0.08,-0.05")) * (sign, 1),
        spin - 17 * sign,
    )
    t.lay(t.mask(opened), 0.03, steel * 0.93, 4, 0.8, 1)
    black = rgb("#1e2022")
    big = place(points("0.02,-0.05 0.14,-0.2 0.33,-0.3 0.42,-0.55 0.34,-0.86 0.14,-0.9 0.02,-0.7 0,-0.4 -0.06,-0.15"))
    big_hole = place(points("0.15,-0.42 0.27,-0.42 0.33,-0.58 0.27,-0.78 0.16,-0.79 0.1,-0.6"))
    small = place(
        points("-0.02,-0.05 -0.12,-0.25 -0.34,-0.34 -0.42,-0.52 -0.32,-0.7 -0.14,-0.68 -0.06,-0.45 0.04,-0.15")
    )
    small_hole = place(points("-0.16,-0.44 -0.3,-0.42 -0.35,-0.52 -0.28,-0.62 -0.18,-0.6"))
    grain = 0.002 * noise(t.x * 160, t.y * 160)
    t.lay(t.mask(big, holes=[big_hole]), 0.07, black, 20, 0.35, 0, grain)
    t.lay(t.mask(small, holes=[small_hole]), 0.07, black, 20, 0.35, 0, grain)
    accent = rgb("#c33c34" if right else "#2f8f5b")
    t.lay(
        t.mask(place(points("0.05,-0.17 0.16,-0.27 0.3,-0.33 0.3,-0.36 0.13,-0.32 0.03,-0.22"))),
        0.02,
        accent,
        6,
        0.4,
    )
    t.bead(0, 0.02, 0.055, rgb("#c9a04e"), 0.85, 1.0, 0.05)
    return t.photograph()


def paisley(u: Array, v: Array) -> Array:
    cell = 0.17
    row = np.floor(v / cell)
    a = (u / cell + 0.5 * (row % 2)) % 1 - 0.5
    b = (v / cell) % 1 - 0.5
    flip = np.where(row % 2 == 0, 1.0, -1.0)
    a = a * flip
    bend = a - 0.9 * np.clip(b, 0, 1) ** 2
    drop = np.sqrt((bend / (0.27 - 0.42 * np.clip(b, -0.1, 0.5))) ** 2 + (b / 0.36) ** 2)
    t = smoothstep(1.05, 0.98, drop) - smoothstep(0.74, 0.70, drop) + smoothstep(0.45, 0.40, drop)
    t = t - smoothstep(0.2, 0.16, drop)
    dots = smoothstep(0.05, 0.035, np.hypot(np.abs(a) - 0.43, np.abs(b) - 0.40))
    return mix(mix(rgb("#611c2e"), rgb("#d9b46a"), np.clip(t, 0, 1)), rgb("#6d8fb0"), dots.astype(np.float32))


def argyle(u: Array, v: Array) -> Array:
    a, b = u / 0.17, v / 0.26
    d = np.abs((a + 0.5) % 1 - 0.5) + np.abs((b + 0.5) % 1 - 0.5)
    colour = mix(rgb("#2d4a3a"), rgb("#8fa08a"), smoothstep(0.49, 0.51, d))
    line = np.minimum(np.abs((a + b + 0.5) % 1 - 0.5), np.abs((a - b + 0.5) % 1 - 0.5))
    return mix(colour, rgb("#e3d9c0"), smoothstep(0.035, 0.02, line) * (np.sin((u + v) * 400) > -0.2))


def striped(u: Array, v: Array) -> Array:
    s = ((u * 0.75 + v) / 0.19) % 1
    colour = mix(rgb("#1d2d50"), rgb("#a32c33"), smoothstep(0.40, 0.42, s) - smoothstep(0.72, 0.74, s))
    return mix(colour, rgb("#e5e2d8"), smoothstep(0.33, 0.345, s) - smoothstep(0.39, 0.405, s))


def dotted(u: Array, v: Array) -> Array:
    row = np.floor(v / 0.055)
    a, b = (u / 0.11 + 0.5 * (row % 2)) % 1 - 0.5, (v / 0.055) % 1 - 0.5
    return mix(rgb("#20395e"), rgb("#eee9dc"), smoothstep(0.16, 0.12, np.hypot(a, b * 0.5)))


def plain(u: Array, v: Array) -> Array:
    return solid(rgb("#3a3f47"), u)


def necktie(pattern: Callable[[Array, Array], Array], spin: float, seed: int) -> Array:
    t = Table("white")
    u, v = t.turned(spin)
    twill = 0.9 + 0.14 * np.sin((u + v) * 330) + 0.12 * (fbm(u * 5, v * 5) - 0.5)
    sheen = 0.0016 * np.sin((u + v) * 330)
    tail = np.asarray(points("-0.1,0.62 0.16,0.62 0.3,-0.42 0.21,-0.56 0.13,-0.44 0,0"))
    t.lay(
        t.mask(turn(tail, spin)), 0.025, pattern(u * 0.94 + v * 0.2, v) * (twill * 0.8)[..., None], 12, 0.25, 0, sheen
    )
    blade = np.asarray(points("-0.085,0.55 0.085,0.55 0.15,0.2 0.205,-0.62 0,-0.9 -0.205,-0.62 -0.15,0.2"))
    folds = (
        sheen
        + 0.018 * np.exp(-((u - 0.16 * v + 0.03) ** 2) / 0.0012) * smoothstep(0.05, 0.55, v)
        + 0.006 * fbm(u * 3, v * 2)
    )
    t.lay(t.mask(turn(blade, spin)), 0.035, pattern(u, v) * twill[..., None], 16, 0.3, 0, folds)
    knot = curve(points("-0.135,0.83 0,0.85 0.135,0.83 0.125,0.72 0.085,0.55 0,0.525 -0.085,0.55 -0.125,0.72"))
    cu, cv = 0.83 * u + 0.55 * v, 0.83 * v - 0.55 * u
    t.lay(t.mask(turn(knot, spin)), 0.085, pattern(cu, cv) * twill[..., None], 40, 0.3, 0, sheen)
    return t.photograph()


def tee(colour: Colour, seed: int) -> Array:
    t = Table("white")
    x, y = t.x, t.y + 0.02
    body = np.concatenate(
        [
            curve(
                points(
                    "-0.2,0.8 -0.36,0.76 -0.5,0.68 -0.7,0.42 -0.88,0.14 -0.66,0.02 -0.47,0.28 -0.45,-0.3 -0.47,-0.84"
                ),
                False,
                8,
            ),
            curve([(-0.47, -0.84), (0.0, -0.88), (0.47, -0.84)], False, 8),
            curve(
                points("0.47,-0.84 0.45,-0.3 0.47,0.28 0.66,0.02 0.88,0.14 0.7,0.42 0.5,0.68 0.36,0.76 0.2,0.8"),
                False,
                8,
            ),
            curve(points("0.2,0.8 0.13,0.66 0,0.61 -0.13,0.66 -0.2,0.8"), False, 8),
        ]
    )
    warp = fbm(x * 2 + 3, y * 2)
    folds = np.zeros_like(x)
    for cx, cy, angle, long, depth in (
        (-0.28, 0.10, 62, 0.42, 0.030),
        (0.30, 0.02, 118, 0.40, 0.028),
        (-0.05, -0.42, 80, 0.36, 0.022),
        (0.18, -0.55, 97, 0.3, 0.02),
        (-0.62, 0.33, 48, 0.2, 0.03),
        (0.64, 0.30, 132, 0.2, 0.03),
        (0.05, 0.32, 92, 0.26, 0.014),
        (-0.30, -0.62, 70, 0.24, 0.02),
    ):
        u, v = t.turned(angle, cx, cy)
        v = v + 0.10 * (warp - 0.5)
        folds += depth * np.exp(-(v**2) / 0.0022 - (u / long) ** 4)
    folds = (1.7 * folds + 0.05 * warp).astype(np.float32)
    knit = 0.93 + 0.08 * np.sin(x * 520) * np.sin(y * 520) + 0.10 * (noise(x * 220, y * 220) - 0.5)
    cloth = solid(colour, x) * knit[..., None]
    seam = (np.abs(np.abs(x) - 0.48 + 0.12 * (y - 0.3)) < 0.004) & (y > 0.2)
    cloth[seam | (np.abs(y + 0.79 - 0.02 * x * x) < 0.0035)] *= 0.72
    back = curve([(-0.17, 0.775), (0.0, 0.71), (0.17, 0.775), (0.0, 0.765)])
    inside = curve(points("-0.17,0.765 -0.13,0.64 0,0.59 0.13,0.64 0.17,0.765 0,0.74"))
    t.lay(t.mask(inside), 0.006, cloth * 0.45, 6, 0.02)
    t.lay(t.mask(back), 0.02, cloth * 0.8, 6, 0.02)
    t.lay(
        t.mask(np.asarray([(-0.04, 0.72), (0.04, 0.72), (0.04, 0.66), (-0.04, 0.66)])), 0.004, (0.8, 0.8, 0.78), 2, 0.05
    )
    t.lay(t.mask(body), 0.05, cloth, 18, 0.02, 0, folds)
    collar = curve(points("-0.19,0.775 -0.135,0.655 0,0.602 0.135,0.655 0.19,0.775"), False, 30)
    rib = lambda s, across: np.asarray(colour, np.float32) * np.float32(0.82 + 0.22 * math.sin(s * 420))  # noqa: E731
    t.cord(collar, 0.022, rib, 0.02, 0.0, 0.05)
    return t.photograph()


def towel(kind: str, seed: int) -> Array:
    if kind == "cotton":
        t = Table("white")
        pile = noise(t.x * 150, t.y * 150) * 0.6 + noise(t.x * 330, t.y * 330) * 0.4
        for i, c in enumerate(("#d8c3a5", "#8fa7b5", "#c98f86")):
            low = -0.72 + 0.42 * i
            shape = curve(
                [
                    (-0.74, low),
                    (0.0, low - 0.01),
                    (0.74, low),
                    (0.80, low + 0.19),
                    (0.74, low + 0.38),
                    (0.0, low + 0.395),
                    (-0.74, low + 0.38),
                    (-0.78, low + 0.19),
                ],
                steps=14,
            )
            band = ((np.abs(t.x - 0.5) < 0.05) & (np.sin(t.x * 400) > -0.5)).astype(np.float32)
            colour = solid(rgb(c), t.x) * (0.72 + 0.42 * pile)[..., None]
            layer = smoothstep(0.004, 0.02, np.abs((t.y - low) % 0.13 - 0.065))
            colour = colour * (0.72 + 0.28 * layer)[..., None]
            ridge = 0.035 * np.sqrt(np.clip(1 - ((t.y - low) % 0.13 / 0.065 - 1) ** 2, 0, 1))
            t.lay(t.mask(shape), 0.16, colour, 34, 0.0, 0, (0.012 * pile * (1 - band) + ridge).astype(np.float32))
        return t.photograph()
    t = Table("wood", WINDOW, 35)
    spin = 21.0
    u, v = t.turned(spin)
    shape = turn(
        curve(
            points("-0.42,0.8 0,0.81 0.42,0.8 0.43,0 0.42,-0.72 0,-0.73 -0.42,-0.72 -0.43,0"),
            steps=14,
        ),
        spin,
    )
    diamond = np.abs((u / 0.14 + 0.5) % 1 - 0.5) + np.abs((v / 0.14 + 0.5) % 1 - 0.5)
    raised = smoothstep(0.42, 0.5, diamond)
    pile = noise(u * 190, v * 190)
    stripe = smoothstep(0.02, 0.012, np.abs(np.abs(v - 0.02) - 0.58)) + smoothstep(
        0.02, 0.012, np.abs(np.abs(v - 0.02) - 0.65)
    )
    colour = (
        mix(mix(rgb("#e9e3d2"), rgb("#d8d0ba"), raised), rgb("#6f8f57"), np.clip(stripe, 0, 1))
        * (0.85 + 0.25 * pile)[..., None]
    )
    wave = 0.03 * fbm(u * 2 + 5, v * 2)
    t.lay(t.mask(shape), 0.05, colour, 14, 0.0, 0, (0.008 * pile + 0.014 * raised + wave).astype(np.float32))
    for k in np.arange(-0.40, 0.41, 0.027):
        for end in (-1, 1):
            fringe = turn(
                np.asarray(
                    [(k, 0.79 if end > 0 else -0.72), (k + 0.01 * math.sin(k * 90), 0.87 if end > 0 else -0.80)]
                ),
                spin,
            )
            t.cord(fringe, 0.009, rgb("#e4dcc8"), 0.0, 0.0, 0.01)
    return t.photograph()


def cleaning_cloth(seed: int) -> Array:
    t = Table("white")
    for i, (c, spin, cx, cy) in enumerate(
        (("#e3c84a", 34, 0.20, 0.16), ("#5fa6cf", 12, 0.06, 0.02), ("#d98aa8", -16, -0.12, -0.12))
    ):
        u, v = t.turned(spin, cx, cy)
        h = 0.54
        square = curve(
            [(-h, -h), (0, -h + 0.012), (h, -h), (h - 0.012, 0), (h, h), (0, h - 0.012), (-h, h), (-h + 0.012, 0)],
            steps=1,
        )
        waffle = np.maximum(np.abs(np.sin(u * 95)), np.abs(np.sin(v * 95)))
        hem = (np.maximum(np.abs(u), np.abs(v)) > 0.5).astype(np.float32)
        pile = noise(u * 240, v * 240)
        colour = solid(rgb(c), u) * (0.78 + 0.16 * waffle * (1 - hem) + 0.14 * pile)[..., None]
        wave = 0.07 * fbm(u * 2.2 + 7 * i, v * 2.2 + 3)
        t.lay(
            t.mask(np.add(turn(square, spin), (cx, cy))),
            0.04,
            colour,
            9,
            0.0,
            0,
            (wave + 0.009 * waffle * (1 - hem) + 0.003 * pile).astype(np.float32),
            drape=24,
        )
    return t.photograph()


def phone_case(model: str, seed: int) -> Array:
    """One design (a mountain print), two phones: other cut-outs, other proportions, photographed otherwise."""
    old = model == "A54"
    t = Table("white" if old else "concrete", STUDIO if old else OVERCAST, 15)
    spin = 0.0 if old else 24.0
    wide, tall = (0.40, 0.84) if old else (0.425, 0.85)
    corner = 0.10 if old else 0.15

    def rounded(cx: float, cy: float, a: float, b: float, r: float) -> NDArray[np.float64]:
        pts = [
            (cx + sx * (a - r) + r * math.cos(w), cy + sy * (b - r) + r * math.sin(w))
            for sx, sy, start in ((1, 1, 0.0), (-1, 1, 0.5), (-1, -1, 1.0), (1, -1, 1.5))
            for w in np.linspace(start * math.pi, (start + 0.5) * math.pi, 12)
        ]
        return turn(np.asarray(pts), spin)

    u, v = t.turned(spin)
    sky = mix(rgb("#f0c9a8"), rgb("#5b7fa6"), smoothstep(-0.1, 0.8, v))
    for k, (base, height, c) in enumerate(
        ((0.18, 0.42, "#8b97b0"), (-0.08, 0.40, "#5a6b8c"), (-0.36, 0.36, "#33415f"), (-0.62, 0.25, "#1b2538"))
    ):
        ridge = base + height * (fbm(u * 2.6 + 9 * k, v * 0 + 2.0 * k, 4) - 0.5)
        sky = mix(sky, rgb(c), smoothstep(0.004, -0.004, v - ridge))
    sun = smoothstep(0.105, 0.10, np.hypot(u - 0.14, v - 0.36))
    sky = mix(sky, rgb("#fff0d2"), sun)
    if old:
        lenses = [(-0.25, 0.68, 0.078), (-0.25, 0.49, 0.078), (-0.25, 0.30, 0.078)]
        holes = [
            turn(np.asarray([(cx + r * math.cos(a), cy + r * math.sin(a)) for a in np.linspace(0, 6.2, 40)]), spin)
            for cx, cy, r in lenses
        ]
        holes.append(
            turn(
                np.asarray(
                    [(-0.10 + 0.028 * math.cos(a), 0.60 + 0.028 * math.sin(a)) for a in np.linspace(0, 6.2, 24)]
                ),
                spin,
            )
        )
    else:
        holes = [rounded(-0.245, 0.52, 0.125, 0.27, 0.12)]
    outline = rounded(0, 0, wide, tall, corner)
    t.lay(t.mask(outline), 0.015, rgb("#202226"), 4, 0.3)
    if not old:
        key = rounded(wide + 0.0, 0.22, 0.022, 0.20, 0.02)
        t.lay(t.mask(key), 0.05, rgb("#26292e"), 6, 0.4)
    frame = rounded(0, 0, wide - 0.03, tall - 0.03, corner - 0.03)
    t.lay(t.mask(outline, holes=holes), 0.09, rgb("#24272b"), 18, 0.5)
    t.lay(t.mask(frame, holes=holes), 0.012, sky, 5, 0.55)
    rims = holes if old else holes[:1]
    for hole in rims:
        t.cord(np.concatenate([hole, hole[:1]]), 0.012, rgb("#1c1e21"), 0.6, 0.0, 0.085)
    return t.photograph()


def necklace(kind: str, seed: int) -> Array:
    t = Table("white")
    if kind == "pearl":
        path = curve(
            points("-0.14,0.8 -0.5,0.56 -0.62,0.1 -0.42,-0.42 0,-0.66 0.42,-0.42 0.62,0.1 0.5,0.56 0.14,0.8"),
            False,
            40,
        )
        length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
        for s in np.arange(0, length[-1], 0.079):
            px, py = float(np.interp(s, length, path[:, 0])), float(np.interp(s, length, path[:, 1]))
            t.bead(px, py, 0.039 + 0.001 * math.sin(s * 40), rgb("#ece4da"), 0.75, 0.15)
        clasp = np.array([(0.06 * math.cos(a), 0.80 + 0.045 * math.sin(a)) for a in np.linspace(0, 6.3, 40)])
        t.cord(clasp, 0.011, rgb("#d9b25c"), 0.9, 1.0)
        for dx, dy in ((0, -0.74), (0, -0.815)):
            t.bead(dx, dy, 0.018, rgb("#d9b25c"), 0.9, 1.0, 0.02)
        t.bead(0, -0.90, 0.07, rgb("#f0e8de"), 0.75, 0.15)
        return t.photograph()
    silver = rgb("#d3d6d9")
    left = curve([(-0.72, 0.90), (-0.55, 0.52), (-0.33, 0.13), (-0.02, -0.24)], False, 40)
    right = curve([(0.66, 0.92), (0.60, 0.60), (0.36, 0.16), (0.02, -0.24)], False, 40)
    for path in (left, right):
        length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
        for k, s in enumerate(np.arange(0, length[-1], 0.036)):
            px, py = np.interp(s, length, path[:, 0]), np.interp(s, length, path[:, 1])
            ahead = np.interp(s + 0.01, length, path[:, 0]) - px, np.interp(s + 0.01, length, path[:, 1]) - py
            a = math.atan2(ahead[1], ahead[0])
            squash = 0.016 if k % 2 else 0.006
            link = [(0.026 * math.cos(w), squash * math.sin(w)) for w in np.linspace(0, 6.3, 26)]
            t.cord(np.add(turn(np.asarray(link), math.degrees(a)), (px, py)), 0.0055, silver, 0.9, 1.0)
    heart = np.asarray(
        [
            (
                0.0105 * 16 * math.sin(w) ** 3,
                -0.47 + 0.0105 * (13 * math.cos(w) - 5 * math.cos(2 * w) - 2 * math.cos(3 * w) - math.cos(4 * w)),
            )
            for w in np.linspace(0, 6.283, 120)
        ]
    )
    facets = 0.03 * np.abs(((t.x * 9) % 1) - 0.5) + 0.03 * np.abs((((t.y + t.x * 0.6) * 9) % 1) - 0.5)
    stone = mix(rgb("#1f3f9a"), rgb("#6f9be8"), noise(np.floor(t.x * 18) + 0.5, np.floor((t.y + t.x * 0.6) * 18) + 0.5))
    t.lay(t.mask(heart), 0.10, stone, 26, 0.95, 0.25, facets)
    t.cord(np.concatenate([heart, heart[:1]]), 0.018, silver, 0.9, 1.0, 0.02)
    bail = np.array([(0.028 * math.cos(w), -0.275 + 0.05 * math.sin(w)) for w in np.linspace(0, 6.3, 40)])
    t.cord(bail, 0.011, silver, 0.9, 1.0, 0.02)
    return t.photograph()


def cable(kind: str, seed: int) -> Array:
    usb_c = kind == "usb-c"
    t = Table("white" if usb_c else "slate", STUDIO if usb_c else OVERCAST)
    body = rgb("#2c2f33") if usb_c else rgb("#e6e6e4")
    other = rgb("#6b7077") if usb_c else rgb("#c9c9c8")

    def braid(s: float, across: Array) -> Array:
        phase = np.sin(s * 260 + np.arcsin(np.clip(across, -1, 1)) * 4) * np.sin(
            s * 260 - np.arcsin(np.clip(across, -1, 1)) * 4
        )
        return mix(body, other, (phase > 0.15).astype(np.float32) * 0.8)

    loops = 4 if usb_c else 2
    angles = np.linspace(-0.6, loops * 2 * math.pi + 0.9, 500)
    wobble = 0.40 if usb_c else 0.52
    cx, cy, squash = (-0.08, 0.16, 1.0) if usb_c else (0.02, 0.30, 0.62)
    coil = np.stack(
        [
            cx + (wobble + 0.016 * angles / 6.28 + 0.02 * np.sin(angles * 0.37)) * np.cos(angles),
            cy + squash * (wobble + 0.012 * np.sin(angles * 0.61)) * np.sin(angles),
        ],
        1,
    )
    if usb_c:
        start = curve([(0.60, -0.64), (0.48, -0.45), (0.40, -0.2), tuple(coil[0])], False, 30)
        finish = curve([tuple(coil[-1]), (-0.20, 0.70), (-0.62, 0.45), (-0.74, -0.1), (-0.56, -0.58)], False, 30)
    else:
        start = curve([(-0.58, -0.60), (-0.40, -0.38), (0.2, -0.30), tuple(coil[0])], False, 30)
        finish = curve([tuple(coil[-1]), (-0.3, 0.35), (-0.1, -0.1), (0.42, -0.30), (0.62, -0.60)], False, 30)
    path = np.concatenate([start[:-1], coil, finish[1:]])
    radius = 0.026 if usb_c else 0.021
    total = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
    t.cord(path, radius, braid, 0.15, 0.0, lambda s: 0.05 * s / total)

    def plug(at: NDArray[np.float64], towards: NDArray[np.float64], slim: float, tip: str) -> None:
        d = (at - towards) / np.linalg.norm(at - towards)
        a = math.degrees(math.atan2(-d[0], d[1]))

        def place(shape: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
            return turn(np.asarray(shape), a) + at

        w = slim
        shell = rgb("#3a3e43") if usb_c else rgb("#f1f1ef")
        t.cord(place([(0, -0.1), (0, 0.0)]), 0.034, shell, 0.3)
        t.lay(
            t.mask(place([(-w, 0.0), (w, 0.0), (w, 0.17), (-w, 0.17)])),
            0.07,
            shell,
            14,
            0.45 if usb_c else 0.7,
            0.6 if usb_c else 0.0,
        )
        if tip == "lightning":
            t.lay(
                t.mask(place(points("-0.032,0.17 0.032,0.17 0.032,0.25 0.02,0.27 -0.02,0.27 -0.032,0.25"))),
                0.03,
                rgb("#e8e8e6"),
                5,
                0.7,
                0.4,
            )
            for k in range(6):
                px = -0.022 + 0.0088 * k
                t.lay(
                    t.mask(place([(px - 0.003, 0.195), (px + 0.003, 0.195), (px + 0.003, 0.245), (px - 0.003, 0.245)])),
                    0.002,
                    rgb("#c79a3c"),
                    2,
                    0.8,
                    1.0,
                )
        else:
            half = 0.042 if tip == "c" else 0.06
            t.lay(
                t.mask(place([(-half, 0.17), (half, 0.17), (half, 0.285), (-half, 0.285)])),
                0.045,
                rgb("#c9cccf"),
                9 if tip == "c" else 3,
                0.85,
                1.0,
            )
            if tip == "a":
                for px in (-0.03, 0.03):
                    t.lay(
                        t.mask(
                            place([(px - 0.011, 0.21), (px + 0.011, 0.21), (px + 0.011, 0.235), (px - 0.011, 0.235)])
                        ),
                        0.001,
                        (0.03, 0.03, 0.03),
                        2,
                    )

    plug(path[0], path[8], 0.066, "c" if usb_c else "a")
    plug(path[-1], path[-8], 0.066 if usb_c else 0.055, "c" if usb_c else "lightning")
    return t.photograph()


def led_strip(volts: int, seed: int) -> Array:
    low = volts == 12
    t = Table("white" if low else "concrete", STUDIO if low else OVERCAST, 30)
    tape = rgb("#f4f2ea") if low else rgb("#2a2b2e")
    glow = np.asarray((1.6, 1.35, 0.85) if low else (1.1, 1.35, 1.8), np.float32)

    def lamps(s: float, across: Array) -> Array:
        colour = np.broadcast_to(np.asarray(tape, np.float32), (*across.shape, 3)).copy()
        if low:
            colour[np.abs(across) < 0.45] = glow * np.float32(0.9 + 0.1 * math.sin(s * 300))
        elif (s / 0.06) % 1 < 0.38:
            colour[np.abs(across) < 0.55] = glow
        elif (s / 0.06) % 1 > 0.8:
            colour[(np.abs(across) > 0.2) & (np.abs(across) < 0.6)] = (0.6, 0.42, 0.2)
        return colour

    if low:
        a = np.linspace(0, 6 * 2 * math.pi, 900)
        r = 0.24 + 0.072 * a / (2 * math.pi)
        path = np.concatenate(
            [
                np.stack([r * np.cos(a), 0.1 + r * np.sin(a)], 1),
                curve([(0.672, 0.1), (0.66, -0.3), (0.72, -0.86)], False, 30)[1:],
            ]
        )
        for k in range(36):
            t.bead(
                0.13 * math.cos(k / 36 * 6.283), 0.1 + 0.13 * math.sin(k / 36 * 6.283), 0.05, rgb("#e9e9e6"), 0.3, 0.0
            )
        t.cord(path, 0.031, lamps, 0.3)
        for dx, c in ((-0.012, "#b4262a"), (0.014, "#17181a")):
            t.cord(
                curve([(0.72 + dx, -0.85), (0.74 + 3 * dx, -0.93), (0.70 + 5 * dx, -1.02)], False, 20),
                0.011,
                rgb(c),
                0.4,
            )
        return t.photograph()
    path = curve(
        points(
            "-1.05,0.62 -0.5,0.72 0.3,0.66 0.66,0.42 0.4,0.12 -0.3,0.1 -0.66,-0.16 -0.4,-0.44 "
            "0.3,-0.46 0.75,-0.62 1.05,-0.6"
        ),
        False,
        40,
    )
    t.cord(path, 0.052, lamps, 0.3)
    return t.photograph()


def notebook(seed: int) -> Array:
    t = Table("linen", WINDOW, 5)
    spin = -17.0

    def rect(x0: float, y0: float, x1: float, y1: float, r: float = 0.05) -> NDArray[np.float64]:
        pts = [
            (cx + r * math.cos(w), cy + r * math.sin(w))
            for cx, cy, s in (
                (x1 - r, y1 - r, 0.0),
                (x0 + r, y1 - r, 0.5),
                (x0 + r, y0 + r, 1.0),
                (x1 - r, y0 + r, 1.5),
            )
            for w in np.linspace(s * math.pi, (s + 0.5) * math.pi, 8)
        ]
        return turn(np.asarray(pts), spin)

    u, v = t.turned(spin)
    pages = mix(rgb("#efe6d0"), rgb("#c9bd9f"), (np.sin((u - v * 0.02) * 900) > 0).astype(np.float32) * 0.6)
    t.lay(t.mask(rect(-0.50, -0.76, 0.545, 0.725)), 0.05, pages, 3, 0.05)
    grain = noise(u * 70, v * 70) * 0.6 + noise(u * 150, v * 150) * 0.4
    cover = solid(rgb("#7a2f35"), u) * (0.82 + 0.3 * grain)[..., None]
    spine = smoothstep(0.012, 0.0, np.abs(u + 0.43))
    cover *= (1 - 0.4 * spine)[..., None]
    frame = (np.abs(np.maximum(np.abs(u - 0.05) / 0.3, np.abs(v - 0.24) / 0.14) - 1) < 0.02) | (
        (np.abs(v - 0.24) < 0.018) & (np.abs(u - 0.05) < 0.2) & (noise(u * 40, v * 0 + 4) > 0.3)
    )
    cover[frame] = rgb("#d3aa55")
    t.lay(
        t.mask(rect(-0.53, -0.75, 0.53, 0.75)),
        0.03,
        cover,
        6,
        0.3,
        0,
        (0.006 * grain - 0.012 * spine).astype(np.float32),
    )
    t.lay(t.mask(rect(0.37, -0.76, 0.425, 0.76, 0.004)), 0.012, rgb("#1d1d1f"), 3, 0.1)
    ribbon = turn(curve([(-0.1, -0.72), (-0.12, -0.82), (-0.07, -0.93)], False, 20), spin)
    t.cord(ribbon, 0.014, rgb("#b8863b"), 0.3)
    pen = turn(np.asarray([(0.70, -0.52), (0.78, 0.60)]), spin)
    t.cord(
        pen, 0.035, lambda s, across: np.asarray(rgb("#22262c") if s < 0.98 else rgb("#c9a04e"), np.float32), 0.8, 0.1
    )
    t.cord(
        turn(np.asarray([(0.69, -0.66), (0.70, -0.52)]), spin),
        lambda s: 0.004 + 0.22 * min(s, 0.13),
        rgb("#c9a04e"),
        0.85,
        1.0,
    )
    t.cord(turn(np.asarray([(0.79, 0.30), (0.805, 0.56)]), spin), 0.009, rgb("#c9a04e"), 0.85, 1.0, 0.06)
    return t.photograph()


def sunglasses(seed: int) -> Array:
    t = Table("marble", OVERCAST, 20)

    def tortoise(s: float, across: Array) -> Array:
        brown = noise(np.float32([s * 9]), np.float32([3.3]))[0] > 0.5
        return np.asarray(rgb("#7a4a22" if brown else "#2e1a0e"), np.float32)

    for side in (-1, 1):
        arm = curve(
            [
                (0.74 * side, 0.20),
                (0.70 * side, 0.48),
                (0.52 * side, 0.60),
                (0.05 * side, 0.58 + 0.05 * side),
                (-0.30 * side, 0.50 + 0.06 * side),
            ],
            False,
            40,
        )
        t.cord(arm, 0.026, tortoise, 0.85)
    for side in (-1, 1):
        rim = curve(
            [
                (0.12 * side, 0.12),
                (0.40 * side, 0.22),
                (0.72 * side, 0.18),
                (0.74 * side, -0.10),
                (0.56 * side, -0.36),
                (0.30 * side, -0.36),
                (0.13 * side, -0.14),
            ],
            True,
            30,
        )
        shade_of = mix(rgb("#14181c"), rgb("#54493c"), smoothstep(0.25, -0.4, t.y))
        t.lay(t.mask(rim), 0.06, shade_of, 60, 0.97)
        t.cord(np.concatenate([rim, rim[:1]]), 0.034, tortoise, 0.85, 0.0, 0.02)
    t.cord(curve([(-0.13, 0.10), (0.0, 0.15), (0.13, 0.10)], False, 30), 0.034, tortoise, 0.85, 0.0, 0.04)
    return t.photograph()


def socks(seed: int) -> Array:
    t = Table("white")
    for cx, cy, spin, c in ((-0.30, 0.08, 8, "#3f6b57"), (0.24, -0.06, -7, "#d08a3e")):
        outline = turn(
            curve(
                points(
                    "-0.16,0.78 0,0.79 0.16,0.78 0.17,0.3 0.18,-0.2 0.28,-0.42 0.5,-0.56 0.52,-0.74 "
                    "0.34,-0.8 0.05,-0.72 -0.15,-0.56 -0.19,-0.3 -0.17,0.3"
                ),
                steps=14,
            ),
            spin,
        )
        shape = np.add(outline, (cx, cy))
        u, v = t.turned(spin, cx, cy)
        rib = np.where(v > 0.52, np.sin(u * 190), 0.5 * np.sin(u * 300) * np.sin(v * 300)).astype(np.float32)
        colour = solid(rgb(c), u)
        bands = (np.abs(v - 0.36) < 0.035) | (np.abs(v - 0.24) < 0.035)
        colour[bands] = rgb("#ece5d5")
        colour[(v < -0.40) & (u + 0.4 * v > 0.14)] = rgb("#2c3440")
        colour[(np.hypot(u + 0.10, v + 0.50) < 0.16)] = rgb("#2c3440")
        colour = colour * (0.86 + 0.14 * rib + 0.14 * (noise(u * 200, v * 200) - 0.5))[..., None]
        crease = 0.02 * np.exp(-((u - 0.02) ** 2) / 0.001) * smoothstep(-0.3, 0.1, v) + 0.03 * fbm(u * 3 + 4, v * 3)
        t.lay(t.mask(shape), 0.07, colour, 22, 0.02, 0, (0.004 * rib + crease).astype(np.float32), drape=24)
    return t.photograph()


# --------------------------------------------------------------------------------------------------------------------
# The camera's own marks, and the list of photos
# --------------------------------------------------------------------------------------------------------------------


def develop(light: Array, seed: int, grain: float = 2.2, vignette: float = 0.05) -> Image.Image:
    """Linear light → what a camera would save: tone curve, white balance, vignette, a little blur, sensor noise."""
    rng = np.random.default_rng(seed)
    balance = 1 + rng.normal(0, 0.006, 3)
    axis = (np.arange(SIZE) + 0.5) / SIZE * 2 - 1
    far = axis[None, :] ** 2 + axis[:, None] ** 2
    x = np.maximum(light * balance * (1 - vignette * far / 2)[..., None], 0)
    x = np.where(x > 0.8, 0.8 + 0.25 * np.tanh((x - 0.8) / 0.25), x)  # a soft shoulder instead of clipped lights
    tones = 255 * np.clip(x, 0, 1) ** (1 / 2.2)
    softened = 0.72 * tones + 0.07 * sum(np.roll(tones, s, a) for a in (0, 1) for s in (-1, 1))
    luma = rng.normal(0, grain, (SIZE, SIZE, 1))
    luma = luma + 0.45 * (np.roll(luma, 1, 0) + np.roll(luma, 1, 1))  # demosaicing smears noise over neighbours
    chroma = rng.normal(0, grain * 0.4, (SIZE, SIZE, 3))
    shot = 1.25 - 0.6 * softened / 255
    return Image.fromarray(np.clip(softened + (luma + chroma) * shot + 0.5, 0, 255).astype(np.uint8), "RGB")


def watermarked(picture: Image.Image) -> Image.Image:
    """A reseller's copy: a coloured border and a see-through shop name across the photo."""
    inner = picture.resize((728, 728), Image.Resampling.LANCZOS)
    framed = Image.new("RGB", (SIZE, SIZE), (212, 60, 52))
    framed.paste(inner, (36, 36))
    words = Image.new("L", (1200, 1200), 0)
    draw = ImageDraw.Draw(words)
    font = ImageFont.load_default(54)
    for row in range(5):
        for column in range(3):
            draw.text((40 + column * 430 + 90 * (row % 2), 120 + row * 230), "HARBOR LANE", fill=74, font=font)
    words = words.rotate(28, Image.Resampling.BICUBIC).crop((200, 200, 200 + SIZE, 200 + SIZE))
    framed.paste((255, 255, 255), (0, 0), words.point(lambda v: v))
    shadow = Image.new("L", (SIZE, SIZE), 0)
    shadow.paste(words.point(lambda v: v // 2), (2, 2))
    framed.paste((90, 90, 90), (0, 0), shadow)
    return framed


def no_image() -> Image.Image:
    """What a shop shows where the photo is missing."""
    picture = Image.new("RGB", (SIZE, SIZE), (238, 238, 238))
    draw = ImageDraw.Draw(picture)
    grey = (176, 176, 176)
    draw.rounded_rectangle((270, 270, 530, 460), 18, outline=grey, width=10)
    draw.ellipse((310, 305, 355, 350), fill=grey)
    draw.polygon(points("290,440 380,345 430,400 465,365 510,440"), fill=grey)
    draw.text((400, 530), "No image available", fill=grey, font=ImageFont.load_default(40), anchor="mm")
    return picture


def _shot(render: Callable[..., Array], *args: object) -> Callable[[int], Image.Image]:
    return lambda seed: develop(render(*args, seed), seed)


PHOTOS: dict[str, Callable[[int], Image.Image]] = {
    "scissors-hair": _shot(hair_scissors),
    "bottle-teal": _shot(bottle),
    "tie-paisley": _shot(necktie, paisley, -14.0),
    "tie-argyle": _shot(necktie, argyle, 17.0),
    "tie-striped": _shot(necktie, striped, -24.0),
    "tie-dotted": _shot(necktie, dotted, 9.0),
    "tie-plain": _shot(necktie, plain, -3.0),
    "tote-black": _shot(tote, rgb("#2b2a2b")),
    "tote-red": _shot(tote, rgb("#9c2431")),
    "tote-camel": _shot(tote, rgb("#b07a45")),
    "tote-navy": _shot(tote, rgb("#27395f")),
    "bag-bucket": _shot(bucket_bag),
    "mug-white": _shot(mug, "right"),
    "mug-table": _shot(mug, "left"),
    "lamp-desk": _shot(desk_lamp),
    "box-closed": _shot(storage_box, "closed"),
    "box-closed-mark": lambda seed: watermarked(PHOTOS["box-closed"](seed_of("box-closed"))),
    "box-open": _shot(storage_box, "open"),
    "notebook": _shot(notebook),
    "notebook-mirror": lambda seed: ImageOps.mirror(PHOTOS["notebook"](seed_of("notebook"))),
    "cloth-cleaning": _shot(cleaning_cloth),
    "candles-tea": _shot(tealights),
    "tee-grey": _shot(tee, rgb("#8f9296")),
    "tee-navy": _shot(tee, rgb("#27324d")),
    "towel-cotton": _shot(towel, "cotton"),
    "towel-bamboo": _shot(towel, "bamboo"),
    "case-a54": _shot(phone_case, "A54"),
    "case-a55": _shot(phone_case, "A55"),
    "necklace-pearl": _shot(necklace, "pearl"),
    "necklace-heart": _shot(necklace, "heart"),
    "cable-usb-c": _shot(cable, "usb-c"),
    "cable-lightning": _shot(cable, "lightning"),
    "strip-12v": _shot(led_strip, 12),
    "strip-24v": _shot(led_strip, 24),
    "shears-right": _shot(tailor_scissors, "right"),
    "shears-left": _shot(tailor_scissors, "left"),
    "jar-candle": _shot(jar, "candle"),
    "jar-cream": _shot(jar, "cream"),
    "speaker-round": _shot(speaker, "round"),
    "speaker-wood": _shot(speaker, "wood"),
    "bank-standing": _shot(power_bank, "standing"),
    "bank-lying": _shot(power_bank, "lying"),
    "no-image": lambda seed: no_image(),
    "cactus": _shot(cactus),
    "vase": _shot(vase),
    "bowl-wood": _shot(bowl),
    "dumbbells": _shot(dumbbells),
    "mat-yoga": _shot(yoga_mat),
    "toy-rings": _shot(stacking_rings),
    "sunglasses": _shot(sunglasses),
    "socks": _shot(socks),
}
_TWINS = {"tote": ("tote-black", "tote-red", "tote-camel", "tote-navy"), "tee": ("tee-grey", "tee-navy")}


def seed_of(name: str) -> int:
    """The seed of a photo's noise; colours of one product are the same shot, so they share it."""
    for family, members in _TWINS.items():
        if name in members:
            name = family
    return zlib.crc32(name.encode())


def render_photo(name: str) -> Image.Image:
    """The photo of this name, before JPEG; KeyError for a name that is not in PHOTOS."""
    return PHOTOS[name](seed_of(name))


def save_photo(name: str, folder: Path) -> tuple[str, float]:
    """Render one photo into folder/name.jpg; its name and the seconds it took."""
    begun = time.perf_counter()
    render_photo(name).save(folder / f"{name}.jpg", "JPEG", quality=QUALITY, optimize=True)
    return name, time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description="Render the photos of the sample catalogue.")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent / "photos", metavar="DIR")
    parser.add_argument("--only", nargs="+", choices=sorted(PHOTOS), metavar="NAME", help="render only these")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    names = options.only or list(PHOTOS)
    begun = time.perf_counter()
    with ProcessPoolExecutor(max_workers=max(1, options.jobs)) as pool:
        for name, seconds in pool.map(save_photo, names, [options.out] * len(names)):
            print(f"{name:18} {seconds:5.1f} s")
    total = sum((options.out / f"{name}.jpg").stat().st_size for name in names)
    print(f"{len(names)} photos, {total / 1e6:.2f} MB, {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
