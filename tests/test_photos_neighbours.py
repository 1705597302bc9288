"""Near hashes are found without comparing all pairs; held against comparing all pairs."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupcheck.messages import Message
from dupcheck.photos.hamming import join_hashes
from dupcheck.photos.neighbours import find_alike, find_neighbours
from dupcheck.photos.records import FINGERPRINT, HASHES
from dupcheck.photos.suspicion import SHARED_BY, SUSPECT, keep_telling, suspect
from dupcheck.photos.table import Photos

COMPLETE = 6
"""Bits apart up to which nothing may be missed."""

WORD = st.integers(0, 2**64 - 1)


def oracle(hashes: np.ndarray, radius: int) -> set[tuple[int, int]]:
    apart = np.bitwise_count(hashes[:, None] ^ hashes[None, :])
    return {(int(i), int(j)) for i, j in np.argwhere(apart <= radius) if i < j}


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.lists(WORD, max_size=12), st.data())
def test_every_near_pair_is_found(seeds: list[int], data: st.DataObject) -> None:
    hashes = list(seeds)
    for seed in seeds:
        flips = data.draw(st.lists(st.integers(0, 63), max_size=9))
        hashes.append(seed ^ sum(1 << bit for bit in set(flips)))
    array = np.array(hashes, dtype=np.uint64)
    for blocks in (8, 7):
        left, right = join_hashes(array, blocks - 2, blocks)
        found = list(zip(left.tolist(), right.tolist(), strict=True))
        assert len(found) == len(set(found))
        assert set(found) == oracle(array, blocks - 2)


@pytest.mark.parametrize("radius", [0, 3, 6, 9])
def test_many_hashes(radius: int) -> None:
    random = np.random.default_rng(radius)
    base = random.integers(0, 2**63, 300, dtype=np.uint64)
    flips = np.array(
        [sum(1 << int(b) for b in random.choice(64, k, replace=False)) for k in random.integers(0, 11, 300)]
    )
    hashes = np.concatenate([base, base ^ flips.astype(np.uint64)])
    found = set(zip(*(side.tolist() for side in join_hashes(hashes, radius)), strict=True))
    wanted = oracle(hashes, radius)
    assert found <= wanted
    assert {pair for pair in wanted if np.bitwise_count(hashes[pair[0]] ^ hashes[pair[1]]) <= COMPLETE} <= found
    assert len(found) >= 0.9 * len(wanted)


def test_long_runs_and_short_ones() -> None:
    random = np.random.default_rng(0)
    crowd = random.integers(0, 2**63, dtype=np.uint64) ^ random.integers(0, 2**12, 400, dtype=np.uint64)
    hashes = np.unique(np.concatenate([crowd, random.integers(0, 2**63, 4000, dtype=np.uint64)]))
    for blocks in (8, 7):
        found = set(zip(*(side.tolist() for side in join_hashes(hashes, blocks - 2, blocks)), strict=True))
        assert found == oracle(hashes, blocks - 2)


def hash_only(hashes: np.ndarray, usable: np.ndarray | None = None) -> Photos:
    count = len(hashes)
    return Photos(
        main=np.arange(count),
        extra=np.empty(0, np.int64),
        extra_listing=np.empty(0, np.int64),
        phash=hashes,
        place=np.full(count, -1),
        usable=np.ones(count, np.bool_) if usable is None else usable,
        prints=np.zeros(0, dtype=[("views", np.uint64, (24,))]),
    )


def test_rows_known_by_hash_alone_are_proposed_once_in_order() -> None:
    hashes = np.array([0xFFFF0000, 7 << 60, 0xFFFF0001, 0xFFFF0003], dtype=np.uint64)
    left, right = find_neighbours(hash_only(hashes))
    assert list(zip(left, right, strict=True)) == [(0, 2), (0, 3), (2, 3)]


def test_what_says_nothing_is_never_proposed() -> None:
    hashes = np.array([0xFFFF0000, 0xFFFF0001], dtype=np.uint64)
    assert len(find_neighbours(hash_only(hashes, np.array([True, False])))[0]) == 0


def test_no_photos_at_all() -> None:
    left, right = find_neighbours(hash_only(np.empty(0, np.uint64)))
    assert len(left) == len(right) == 0


def test_an_outline_that_many_share_is_no_evidence_unless_it_is_very_near() -> None:
    raw, core = np.uint8(HASHES.index("raw top")), np.uint8(HASHES.index("core"))
    rng = np.random.default_rng(5)
    outline = rng.integers(0, 2**63, dtype=np.uint64)
    flips = np.array([sum(1 << int(bit) for bit in rng.choice(63, 2, replace=False)) for _ in range(SHARED_BY + 2)])
    hashes = np.concatenate([[outline, outline ^ np.uint64(1)], outline ^ flips.astype(np.uint64)])
    first, second = np.triu_indices(len(hashes), 1)
    apart = np.bitwise_count(hashes[first] ^ hashes[second])
    shared = keep_telling(hashes, np.full(len(hashes), raw), first, second)
    assert (apart[shared] <= 2).all() and shared[0], "what lies very near is told"
    assert not shared[apart > 2].any()
    assert keep_telling(hashes, np.full(len(hashes), core), first, second).all(), "the thing itself is no outline"
    few = np.flatnonzero((first < 8) & (second < 8))
    assert keep_telling(hashes, np.full(len(hashes), raw), first[few], second[few]).all(), "few share it"


def test_shared_outlines_are_told_of_each_time(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    outline = rng.integers(0, 2**63, dtype=np.uint64)
    bits = rng.permutation(list(combinations(range(63), 2)))[: SHARED_BY + 8].astype(np.uint64)
    prints = np.zeros(len(bits), dtype=FINGERPRINT)
    prints["views"][:, HASHES.index("raw")] = outline ^ (np.uint64(1) << bits).sum(axis=1)
    prints["phash"] = rng.integers(0, 2**63, len(bits), dtype=np.uint64)
    prints["aspect"] = 1.0
    for box in ("outer", "core", "inner"):
        prints[box] = 0.0, 1.0, 0.0, 1.0
    rows = np.arange(len(bits))
    contents = np.frombuffer(b"".join(int(row).to_bytes(16) for row in rows), dtype="V16")
    photos = Photos(rows, rows[:0], rows[:0], prints["phash"], rows, rows >= 0, prints, contents, tmp_path)
    for _ in range(2):
        misses: list[Message] = []
        left, _ = find_alike(replace(photos), misses=misses)
        assert len(left) == 0
        assert [m.say("en") for m in misses] == [
            f"{len(bits)} photos on plain grounds have an outline that more than {SHARED_BY} others share: by outline "
            "alone, only what is nearly the same is compared."
        ]
    few = replace(photos, main=rows[:8], phash=prints["phash"][:8], place=rows[:8], usable=rows[:8] >= 0, folder=None)
    misses = []
    find_alike(few, misses=misses)
    assert misses == []


def test_among_many_photos_whole_ones_and_their_halves_must_lie_nearer() -> None:
    raw, half, core = (np.uint8(HASHES.index(name)) for name in ("raw", "raw top", "core"))
    bits = np.arange(12)
    near = (np.uint64(1) << bits.astype(np.uint64)) - np.uint64(1)
    zero = np.zeros_like(near)
    for first, second, few, many in (
        (half, raw, 6, 4),
        (half, half, 6, 4),
        (raw, raw, 4, 2),
        (core, core, SUSPECT, SUSPECT),
    ):
        kinds = np.full(len(bits), first), np.full(len(bits), second)
        assert (suspect(zero, kinds[0], near, kinds[1]) == (bits <= few)).all()
        assert (suspect(zero, kinds[0], near, kinds[1], among_many=True) == (bits <= many)).all()
