"""How one thumbnail must be moved to lie upon another: many pairs at once, from coarse to fine.

Inverse-compositional Lucas-Kanade with robust weights (Baker, Matthews: Lucas-Kanade 20 Years On, 2004) on a pyramid.
Most pairs that are suspected are given up on the smallest thumbnails, where a step costs a few microseconds.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dupcheck.model import BoolArray, FloatArray, IntArray
from dupcheck.photos.records import SIDE

Floats = npt.NDArray[np.float32]

_COARSE = SIDE // 2
_FIRST_STEPS, _LATER_STEPS, _FINE_STEPS = 4, 8, 10
_REFINED = 2  # of the maps that are tried, so many are refined
_PROMISING, _HOPEFUL = 0.55, 0.6
"""Agreeing shares below which no photo seen twice lies: as suspected, and after the first steps of refinement."""
_STILL = 0.001  # of a side: a step that is smaller is the last one
_BEHIND = 0.1  # the agreeing share by which a map may be behind another and be followed further
_STIFFNESS = np.diag([0.02, 0.02, 0.01, 0.02, 0.02, 0.01]).astype(np.float32)
_ENLARGED = 1.0001  # a map's determinant from which on it is turned round
LEAST_OVERLAP = 0.6
"""The share of the one thumbnail that must lie within the other."""
_SLACK = 0.01
_BLUR, _SHARP = 0.6, 0.4  # the blur, in pixels, of a picture that is enlarged; and that which makes no difference
_ROWS = 32_000  # of OpenCV's largest picture


@dataclass(frozen=True)
class Fit:
    """Where pairs of thumbnails fit.

    ``maps`` (pairs, 3, 3) lead from the one's core to the other's, in fractions (y, x). ``pair`` is the position of
    each that there is hope of. ``turned`` says of which the second picture is the template, and the map leads from it:
    the grid lies on the smaller part.
    """

    pair: IntArray
    maps: FloatArray
    turned: BoolArray

    def take(self, at: IntArray) -> "Fit":
        """Return the fits at these positions."""
        return Fit(self.pair[at], self.maps[at], self.turned[at])


class Aligned(NamedTuple):
    """How pairs of thumbnails fit roughly, and as the hashes say.

    What is printed over a photo pulls at the map, so that the way it began may be the better one. ``even`` are the
    evened thumbnails, ``near`` and ``far`` which of them are template and picture of each fit.
    """

    rough: Fit
    begun: Fit
    even: Floats
    near: IntArray
    far: IntArray

    def refine(self, at: IntArray) -> Fit:
        """Return the rough fits at these positions, refined."""
        start = self.rough.take(at)
        template = soften(self.even[self.near[at]], start.maps)
        return replace(start, maps=_refine(template, self.even[self.far[at]], start.maps, _FINE_STEPS))


def even_out(light: npt.NDArray[np.uint8]) -> Floats:
    """Return thumbnails with brightness and contrast made the same all over."""
    import cv2  # only where there are pictures to look at

    even = np.empty(light.shape, dtype=np.float32)
    for i, thumb in enumerate(light):
        level = thumb.astype(np.float32)
        mean = cv2.GaussianBlur(level, (0, 0), 4.0)
        spread = cv2.GaussianBlur(level * level, (0, 0), 4.0) - mean * mean
        even[i] = (level - mean) / np.sqrt(np.maximum(spread, 0.0) + 36.0)
    return even


def align(
    light: npt.NDArray[np.uint8], first: IntArray, second: IntArray, pair: IntArray, tries: FloatArray
) -> Aligned:
    """Return, for each pair of thumbnails, the maps under which most of the two agrees: roughly, and as suggested.

    ``first`` and ``second`` are positions in ``light``; ``tries`` (tries, 3, 3) are maps that the hashes suggest, each
    for one ``pair``. What does not agree well enough at half size, as suggested or after a few steps, is given up.
    """
    rows, place = np.unique(np.concatenate([first, second]), return_inverse=True)
    one, other = place[: len(first)], place[len(first) :]
    even = even_out(light[rows])
    small = _shrink(even, _COARSE)
    promise = _measure_tries(small, one[pair], other[pair], tries)
    order = np.lexsort((-promise, pair))
    start = np.searchsorted(pair[order], np.arange(len(first)))
    best, share = tries[order[start]].copy(), promise[order[start]] + 0.01
    rank = np.arange(len(order)) - start[pair[order]]
    chosen = order[(rank < _REFINED) & (share[pair[order]] > _PROMISING)]
    at = pair[chosen]
    maps, found = _follow(small, one[at], other[at], tries[chosen], _FIRST_STEPS)
    _take_better(best, share, at, maps, found)
    hopeful = (share[at] > _HOPEFUL) & (found > share[at] - _BEHIND)
    at = at[hopeful]
    maps, found = _follow(small, one[at], other[at], maps[hopeful], _LATER_STEPS)
    _take_better(best, share, at, maps, found)
    fitting = np.flatnonzero(share > _HOPEFUL)
    near, far, coarse, turned = turn_round(one[fitting], other[fitting], best[fitting])
    begun = turn_round(one[fitting], other[fitting], tries[order[start[fitting]]])
    return Aligned(Fit(fitting, coarse, turned), Fit(fitting, begun[2], begun[3]), even, near, far)


def _take_better(best: FloatArray, share: FloatArray, pair: IntArray, maps: FloatArray, found: FloatArray) -> None:
    """Put the maps under which more agrees in the place of each pair's best."""
    order = np.lexsort((found, pair))
    last = order[np.append(pair[order][1:] != pair[order][:-1], True)] if len(order) else order
    better = last[found[last] > share[pair[last]]]
    best[pair[better]], share[pair[better]] = maps[better], found[better]


def _shrink(thumbs: Floats, side: int) -> Floats:
    pairs, size = thumbs.shape[:2]
    edge = size // side
    small: Floats = thumbs.reshape(pairs, side, edge, side, edge).mean(axis=(2, 4), dtype=np.float32)
    return small


def turn_round(first: IntArray, second: IntArray, maps: FloatArray) -> tuple[IntArray, IntArray, FloatArray, BoolArray]:
    """Turn the maps round that enlarge; return the two in their new order, the maps, and which were turned."""
    turned: BoolArray = np.abs(np.linalg.det(maps)) > _ENLARGED
    ways = maps.copy()
    ways[turned] = np.linalg.inv(ways[turned])
    return np.where(turned, second, first), np.where(turned, first, second), ways, turned


def _measure_tries(small: Floats, first: IntArray, second: IntArray, maps: FloatArray) -> FloatArray:
    one, other, ways, _ = turn_round(first, second, maps)
    return _share_agreeing(soften(small[one], ways), small[other], ways)


def _follow(
    small: Floats, first: IntArray, second: IntArray, start: FloatArray, steps: int
) -> tuple[FloatArray, FloatArray]:
    """Return the maps after so many steps of refinement, and the shares that agree under them."""
    near, far, ways, turned = turn_round(first, second, start)
    template, picture = soften(small[near], ways), small[far]
    ways = _refine(template, picture, ways, steps)
    found = _share_agreeing(template, picture, ways)
    ways[turned] = np.linalg.inv(ways[turned])
    return ways, found


@lru_cache
def _grid(side: int) -> Floats:
    """The (3, side²) homogeneous fractions (y, x, 1) of the centres of a thumbnail's pixels."""
    at = (np.arange(side, dtype=np.float32) + 0.5) / side
    y, x = np.meshgrid(at, at, indexing="ij")
    return np.stack([y.ravel(), x.ravel(), np.ones(side * side, dtype=np.float32)])


def warp(thumbs: npt.NDArray[np.generic], maps: FloatArray) -> tuple[Floats, BoolArray]:
    """Return each thumbnail (pairs, side, side, …) as it looks from the other one's grid, and which pixels it shows."""
    import cv2  # only where there are pictures to look at

    pairs, side = thumbs.shape[:2]
    rest = thumbs.shape[3:]
    at = maps[:, :2].astype(np.float32) @ _grid(side)
    inside: BoolArray = (np.abs(at - np.float32(0.5)) <= np.float32(0.5 + _SLACK)).all(axis=1)
    at = np.clip(at * np.float32(side) - np.float32(0.5), np.float32(0), np.float32(side - 1))
    seen = np.empty((pairs, side, side, *rest), dtype=np.float32)
    step = _ROWS // side
    for begin in range(0, pairs, step):
        part = slice(begin, begin + step)
        count = len(at[part])
        down = at[part, 0] + (side * np.arange(count, dtype=np.float32))[:, None]
        sheet = thumbs[part].astype(np.float32, copy=False).reshape(count * side, side, *rest)
        across = at[part, 1].reshape(count * side, side)
        drawn = cv2.remap(sheet, across, down.reshape(count * side, side), cv2.INTER_LINEAR)
        seen[part] = drawn.reshape(count, side, side, *rest)
    return seen, inside.reshape(pairs, side, side)


def measure_scale(maps: FloatArray) -> FloatArray:
    """Return (pairs, 2) how many pixels of the other picture one of the template shows, down and across; 1 at most."""
    shown: FloatArray = np.sqrt((maps[:, :2, :2] ** 2).sum(axis=1)).clip(0.05, 1.0)
    return shown


def soften(thumbs: npt.NDArray[np.generic], maps: FloatArray) -> Floats:
    """Return the templates as blurred as the other picture is that is drawn on their grid, enlarged.

    A product that fills the one picture and is small on the other, beside a banner, has less detail there.
    """
    import cv2  # only where there are pictures to look at

    soft = thumbs.astype(np.float32)
    shown = measure_scale(maps)
    spread = _BLUR * np.sqrt(1 / shown**2 - 1)
    for k in np.flatnonzero(spread.max(axis=1) > _SHARP):
        down, across = spread[k].clip(0.01).tolist()
        soft[k] = cv2.GaussianBlur(soft[k], (0, 0), sigmaX=across, sigmaY=down, borderType=cv2.BORDER_REPLICATE)
    return soft


def _share_agreeing(template: Floats, picture: Floats, maps: FloatArray) -> FloatArray:
    """The share of the template's energy that the picture explains, clipped where it contradicts."""
    seen, inside = warp(picture, maps)
    rest = seen - template
    energy = np.maximum(np.abs(template), np.abs(seen)) * inside
    doubt = 1 + rest * rest
    share = (energy / (doubt * doubt)).sum(axis=(1, 2)) / np.maximum(energy.sum(axis=(1, 2)), np.float32(1e-6))
    return np.where(inside.mean(axis=(1, 2)) >= LEAST_OVERLAP, share, -1.0)


def _refine(template: Floats, picture: Floats, start: FloatArray, steps: int) -> FloatArray:
    """Follow the picture's shift, turn, scale and shear from the template, by robust least squares."""
    pairs, side = template.shape[:2]
    if not pairs:
        return start.copy()
    y, x = _grid(side)[0] - np.float32(0.5), _grid(side)[1] - np.float32(0.5)
    jacobian = np.empty((pairs, 6, side * side), dtype=np.float32)
    for k, slope in ((0, np.gradient(template, axis=1)), (3, np.gradient(template, axis=2))):
        steep = (slope * np.float32(side)).reshape(pairs, side * side)
        jacobian[:, k], jacobian[:, k + 1], jacobian[:, k + 2] = steep * y, steep * x, steep
    center = np.array([[1.0, 0.0, -0.5], [0.0, 1.0, -0.5], [0.0, 0.0, 1.0]])
    uncenter = np.linalg.inv(center)
    maps = start.copy()
    moving = np.arange(pairs)
    for _ in range(steps):
        seen, inside = warp(picture, maps[moving])
        rest = seen - template
        doubt = 1 + rest * rest
        weight = (inside / (doubt * doubt)).reshape(len(moving), 1, side * side)
        weighted = jacobian * weight
        normal = weighted @ jacobian.transpose(0, 2, 1)
        normal += _STIFFNESS * weight.sum(axis=2)[:, :, None]
        pull = weighted @ rest.reshape(len(moving), side * side, 1)
        step = np.linalg.solve(normal.astype(np.float64), pull.astype(np.float64))[:, :, 0].clip(-0.05, 0.05)
        change = np.broadcast_to(np.eye(3), (len(moving), 3, 3)).copy()
        change[:, :2] += step.reshape(len(moving), 2, 3)
        maps[moving] = maps[moving] @ uncenter @ np.linalg.inv(change) @ center
        far = np.abs(step).max(axis=1) > _STILL
        if not far.all():  # the others have arrived
            moving, template, picture, jacobian = moving[far], template[far], picture[far], jacobian[far]
        if not len(moving):
            break
    sane = np.abs(np.linalg.det(maps) / np.linalg.det(start) - 1.0) < 0.5
    return np.where(sane[:, None, None], maps, start)
