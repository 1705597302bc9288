"""Two thumbnails that lie on one another, compared block by block: what agrees, what covers it, which colour it has."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dupcheck.model import BoolArray, FloatArray, IntArray
from dupcheck.photos.alignment import LEAST_OVERLAP, Floats, measure_scale, soften, warp
from dupcheck.photos.records import COLOR_SIDE, SIDE

_CLEAR, _ONE_COLOR = 0.96, 6.0  # the agreement, and ΔE, by which it is clear at a glance that two photos are one
CLEAR_BITS = 2.0
"""The bits under one map up to which no other need be tried."""
_WHOLE_BONUS = 0.06
_BLOCKS = 8  # a side
_LEAST_STRUCTURE = 8.0  # levels, summed over the blocks; in plainer pictures there is nothing to agree on
_NOISE, _FLAT, _STRONG = 2.0, 2.0, 20.0  # levels of standard deviation: added, that count for nothing, that count most
_ALIKE = 0.75  # correlation from which on two blocks agree
_TINT = 10.0  # the weight, in levels, of a block's colour
_OTHER_COLOR = 10.0  # ΔE from which on a block has another colour
_MIXED = 0.8  # the share of the difference to the next block that an enlarged picture, of few pixels, may mix in
_CHROMATIC = 12.0  # distance from grey from which on a block has a colour
_DETAIL, _DETAIL_COST = 4.0, 1.5  # levels of structure under a changed colour, that make it a detail of another product
_COVER_COST, _COVER_TOLD = 0.12, 0.08
_INK = 0.5  # how much of what lies under it a watermark hides at most
_INK_SLACK, _INK_TEXTURE = 8.0, 5.0  # levels by which pixels may miss that, and by which ink must vary in a block
_INKED_PIXELS, _INKED_BLOCKS = 0.9, 0.7  # the share of a block, and of the picture, that a watermark must explain
_INK_COST = 0.04
_SCALE = 40.0  # bits for no agreement at all: 8 bits are 80 % agreement
# where the whole product has another colour, its structure must agree all the more
_RECOLOR_AGREEMENT = np.array([0.0, 0.9, 0.98, 1.0])
_RECOLOR_BITS = np.array([64.0, 14.0, 8.0, 0.0])


@dataclass(frozen=True)
class Looks:
    """What a closer look at pairs of pictures found: columns, one entry a pair.

    ``bits`` is the distance, ``agreement`` the share of the picture's structure that agrees where nothing covers it,
    ``recolored`` the share of blocks of another colour, ``color`` how far apart the colours are in ΔE, ``covered`` the
    share of the picture that something covers, ``watermarked`` whether print all over it does, ``mirrored`` whether
    one is the other's mirror image and ``placing`` (pairs, 2, 3) the affine map from the first one's core to the second
    one's, in fractions (y, x). ``colors`` (pairs, 2, 3) is the mean lightness (0 … 255), a* and b* of either picture
    where the colour changed, NaN: nowhere.
    """

    bits: FloatArray
    agreement: FloatArray
    strict: FloatArray
    recolored: FloatArray
    color: FloatArray
    covered: FloatArray
    watermarked: BoolArray
    mirrored: BoolArray
    placing: FloatArray
    colors: FloatArray

    def take(self, at: IntArray) -> "Looks":
        """Return the looks at these positions."""
        return Looks(*(getattr(self, name)[at] for name in Looks.__dataclass_fields__))

    def spread(self, at: IntArray, pairs: int) -> "Looks":
        """Return these looks as those at positions ``at`` of so many pairs; the others are as far apart as can be."""
        columns = []
        for name in Looks.__dataclass_fields__:
            found = getattr(self, name)
            column = np.zeros((pairs, *found.shape[1:]), dtype=found.dtype)
            column[at] = found
            columns.append(column)
        looks = Looks(*columns)
        looks.bits[np.setdiff1d(np.arange(pairs), at, assume_unique=True)] = 64.0
        return looks


def join_looks(parts: Sequence[Looks]) -> Looks:
    """Return the looks of several parts as one, in order."""
    return Looks(*(np.concatenate([getattr(part, name) for part in parts]) for name in Looks.__dataclass_fields__))


def _list_covers() -> tuple[BoolArray, FloatArray]:
    """What a seller's ornament leaves visible: (covers, blocks) masks and the share of blocks each one hides."""
    masks = [np.ones((_BLOCKS, _BLOCKS), dtype=np.bool_)]
    sizes = [(rows, _BLOCKS) for rows in (1, 2)]
    sizes += [(rows, columns) for rows in (1, 2, 3, 4) for columns in (1, 2, 3, 4) if rows * columns > 1]
    sizes += [(2, columns) for columns in (5, 6, 7)] + [(columns, 2) for columns in (5, 6, 7)]
    for rows, columns in sizes:
        mask = np.ones((_BLOCKS, _BLOCKS), dtype=np.bool_)
        mask[:rows, :columns] = False
        masks += [np.rot90(mask, turn) for turn in range(4)]
    every = np.array(masks).reshape(len(masks), -1)
    return every, 1.0 - every.mean(axis=1)


_COVERS, _HIDDEN = _list_covers()


def find_clear(looks: Looks, whole_near: BoolArray) -> IntArray:
    """Return the positions of the looks by which it is beyond doubt that two photos are one, and nothing covers it."""
    agreeing = looks.agreement - _WHOLE_BONUS * whole_near >= _CLEAR
    clear: IntArray = np.flatnonzero(agreeing & (looks.color <= _ONE_COLOR) & (looks.covered == 0))
    return clear


def find_plain(looks: Looks) -> IntArray:
    """Return the positions of the looks by which two photos are one in one colour, whatever covers a part of it."""
    plain: IntArray = np.flatnonzero((looks.bits <= CLEAR_BITS) & (looks.color <= _ONE_COLOR))
    return plain


def compare_blocks(
    prints: npt.NDArray[np.void],
    one: IntArray,
    other: IntArray,
    maps: FloatArray,
    turned: BoolArray,
    whole_near: BoolArray,
    inked: bool = True,
) -> Looks:
    """Compare pairs of prints under maps that lay the one core upon the other.

    ``one`` and ``other`` are positions in ``prints``, ``maps`` and ``turned`` as in :class:`alignment.Fit`.
    ``whole_near`` are the pairs whose whole pictures have about one hash, ``inked`` says whether a watermark is looked
    for that covers all of the one.
    """
    near, far = prints[np.where(turned, other, one)], prints[np.where(turned, one, other)]
    level, inside_pixels = warp(far["light"], maps)
    tint, _ = warp(far["chroma"], maps)
    inside = _split(inside_pixels).mean(axis=2) > 0.9
    own, seen = _split(soften(near["light"], maps)), _split(level)
    own_level, seen_level = _average_pixels(own)[:, :, None], _average_pixels(seen)[:, :, None]
    own -= own_level
    seen -= seen_level
    power_own, power_seen = _average_pixels(own, own), _average_pixels(seen, seen)
    likeness = _average_pixels(own, seen) / (np.sqrt(power_own * power_seen) + _NOISE)
    alike = likeness > _ALIKE
    structure = (np.sqrt(np.maximum(power_own, power_seen)) - _FLAT).clip(0.0, _STRONG) * inside
    color_near, color_far = _split(soften(near["chroma"], maps)).mean(axis=2), _split(tint).mean(axis=2)
    apart = _subtract_colors(color_near, color_far)
    enlarged = 1.0 - measure_scale(maps).min(axis=1)
    tinted = inside & (apart > _OTHER_COLOR + _MIXED * enlarged[:, None] * _find_edges(color_near))
    plain, cover, plain_gain = _agree(structure + _TINT * tinted, alike & ~tinted | (structure == 0) & ~tinted)
    strict, strict_cover, _ = _agree(structure, alike)
    detail = (tinted & alike & (structure > _DETAIL)).mean(axis=1)
    watermarked = np.zeros(len(maps), dtype=np.bool_)
    told = np.flatnonzero(plain < 1.0 - _INK_COST) if inked else np.empty(0, dtype=np.int64)
    if len(told):
        ink = _find_watermark(own[told] + own_level[told], seen[told] + seen_level[told], inside[told])
        weight, agreeing = (structure + _TINT * tinted)[told], (alike | (structure == 0))[told]
        marked = _agree(weight, (agreeing | ink) & ~tinted[told])[0] - _INK_COST
        watermarked[told] = ink.any(axis=1) & (marked > plain[told])
        plain[told] = np.where(watermarked[told], marked, plain[told])
    plain = plain - _DETAIL_COST * detail + _WHOLE_BONUS * whole_near
    chromatic = inside & (np.maximum(_measure_chroma(color_near), _measure_chroma(color_far)) > _CHROMATIC)
    whole = tinted.sum(axis=1) >= 0.4 * np.maximum(chromatic.sum(axis=1), 1)
    recolor = np.interp(strict, _RECOLOR_AGREEMENT, _RECOLOR_BITS)
    bits = np.minimum((1.0 - plain) * _SCALE, np.where(whole, recolor, 64.0)).round(3)
    sound = (inside.mean(axis=1) > LEAST_OVERLAP) & (structure.sum(axis=1) > _LEAST_STRUCTURE)
    held = inside & _COVERS[strict_cover] & ~((structure > 0) & (likeness < 0.5))
    count = np.maximum(held.sum(axis=1), 1)
    ranked = np.sort(np.where(held, apart, -1.0), axis=1)[:, ::-1]
    top = np.maximum(count // 8, 1)
    color = np.take_along_axis(np.cumsum(ranked.clip(0.0), axis=1), (top - 1)[:, None], axis=1)[:, 0] / top
    changed = tinted & held
    most = changed & (apart >= 0.6 * np.where(changed, apart, 0.0).max(axis=1)[:, None])
    told = np.stack([_average(near["light"], color_near, most), _average(level, color_far, most)], axis=1)
    colors = np.where(turned[:, None, None], told[:, ::-1], told)
    placing = maps.copy()
    placing[turned] = np.linalg.inv(placing[turned])
    return Looks(
        bits=np.where(sound, bits, 64.0).clip(0.0, 64.0),
        agreement=plain,
        strict=strict,
        recolored=changed.sum(axis=1) / count,
        color=color,
        covered=np.where((plain_gain > _COVER_TOLD) & ~watermarked, _HIDDEN[cover], 0.0),
        watermarked=watermarked,
        mirrored=np.linalg.det(maps[:, :2, :2]) < 0,
        placing=placing[:, :2],
        colors=colors,
    )


def _find_watermark(own: Floats, seen: Floats, inside: BoolArray) -> BoolArray:
    """Return (pairs, blocks) what a watermark explains that is spread over the whole of one picture.

    Half-transparent ink of one colour only lightens, or only darkens, leaves much of what lies under it, and lies in
    strokes: on the product and on its ground alike, with pixels between them that stay as they were.
    """
    best = np.zeros(inside.shape, dtype=np.bool_)
    most = np.zeros(len(own))
    for under, over in ((own, seen), (seen, own)):
        for ink in (0.0, 255.0):
            added = (over - under) * np.sign(ink - 128.0)
            fits = (added > -_INK_SLACK) & (np.abs(added) < _INK * np.abs(ink - under) + _INK_SLACK)
            explained = inside & (fits.mean(axis=2) > _INKED_PIXELS)
            low, high = added.min(axis=2), added.max(axis=2)
            inked = explained & (high - low > _INK_TEXTURE) & (low < _INK_SLACK)
            share = inked.sum(axis=1) / np.maximum(inside.sum(axis=1), 1)
            better = (share > _INKED_BLOCKS) & (share > most)
            best[better], most[better] = explained[better], share[better]
    return best


def _average(light: npt.NDArray[np.generic], color: Floats, where: BoolArray) -> FloatArray:
    """Return (pairs, 3) the mean lightness, a* and b* of the blocks ``where``, NaN: there are none."""
    level = _split(light).mean(axis=2)
    every = np.concatenate([level[:, :, None], color], axis=2).astype(np.float64)
    count = where.sum(axis=1)[:, None]
    return np.where(count > 0, (every * where[:, :, None]).sum(axis=1) / np.maximum(count, 1), np.nan)


def _agree(weight: Floats, alike: BoolArray) -> tuple[FloatArray, IntArray, FloatArray]:
    """Return the weighted share of blocks that agree under the cover that suits best, which, and what it gains."""
    exact = np.round(weight * 64).astype(np.float64)  # sums of whole numbers do not depend on their order
    told = exact @ _COVERS.T.astype(np.float64)
    agreeing = (exact * alike) @ _COVERS.T.astype(np.float64)
    share = np.where(told > 0.4 * told[:, :1], agreeing / np.maximum(told, 1e-3), 0.0) - _COVER_COST * _HIDDEN
    best = share.max(axis=1).astype(np.float64)
    return best, share.argmax(axis=1), best - share[:, 0]


def _subtract_colors(own: Floats, seen: Floats) -> FloatArray:
    """Return (pairs, blocks) the distance in a* and b*, what a change of brightness does to both taken out."""
    power = (own * own).sum(axis=2)
    ratio = np.where(power > _CHROMATIC**2, (own * seen).sum(axis=2) / np.maximum(power, 1.0), np.inf)
    ranked = np.sort(ratio, axis=1)  # what has no colour of its own stands last
    middling = (np.isfinite(ratio).sum(axis=1) // 2).clip(0, ranked.shape[1] - 1)
    gain = np.take_along_axis(ranked, middling[:, None], axis=1)[:, :, None]
    gain = np.where((gain > 0.7) & (gain < 1.4), gain, 1.0)
    middle = np.sqrt(gain)
    apart: FloatArray = np.sqrt(((own * middle - seen / middle) ** 2).sum(axis=2)).astype(np.float64)
    return apart


def _find_edges(color: Floats) -> FloatArray:
    """Return (pairs, blocks) how far the colour of a block is from those beside it at most, in ΔE."""
    grid = color.reshape(-1, _BLOCKS, _BLOCKS, 2).astype(np.float64)
    edges = np.zeros(grid.shape[:3])
    down = np.sqrt((np.diff(grid, axis=1) ** 2).sum(axis=3))
    across = np.sqrt((np.diff(grid, axis=2) ** 2).sum(axis=3))
    for part, step in (
        (np.s_[:, 1:], down), (np.s_[:, :-1], down), (np.s_[:, :, 1:], across), (np.s_[:, :, :-1], across)
    ):  # fmt: skip
        np.maximum(edges[part], step, out=edges[part])
    return edges.reshape(len(color), _BLOCKS * _BLOCKS)


def _measure_chroma(color: Floats) -> FloatArray:
    chroma: FloatArray = np.sqrt((color * color).sum(axis=2)).astype(np.float64)
    return chroma


def _average_pixels(*blocks: Floats) -> Floats:
    """Return (pairs, blocks) the mean over the pixels of blocks, or of the product of two."""
    total = np.einsum(",".join(["pbk"] * len(blocks)) + "->pb", *blocks)
    average: Floats = total / np.float32(blocks[0].shape[2])
    return average


def _split(thumbs: npt.NDArray[np.generic]) -> Floats:
    """Return (pairs, blocks, pixels, …) of (pairs, side, side, …)."""
    pairs, side = thumbs.shape[:2]
    edge, rest = side // _BLOCKS, thumbs.shape[3:]
    cut = thumbs.reshape(pairs, _BLOCKS, edge, _BLOCKS, edge, *rest)
    return cut.swapaxes(2, 3).reshape(pairs, _BLOCKS * _BLOCKS, edge * edge, *rest).astype(np.float32)


assert COLOR_SIDE % _BLOCKS == 0 and SIDE % _BLOCKS == 0
