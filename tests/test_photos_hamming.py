"""Hashes within a few bits of given ones: none is missed, none is made up."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupcheck.photos.hamming import index_hashes

hashes = st.lists(st.integers(0, 2**64 - 1), max_size=20)


@pytest.mark.slow
@settings(deadline=None)
@given(hashes, st.lists(st.tuples(st.integers(0, 19), st.sets(st.integers(0, 63), max_size=14)), max_size=8))
def test_all_within_the_radius_are_found_and_no_other(stored: list[int], changed: list[tuple[int, set[int]]]) -> None:
    known = np.array(stored, dtype=np.uint64)
    asked = np.array([stored[i] ^ sum(1 << b for b in bits) for i, bits in changed if i < len(stored)], dtype=np.uint64)
    for radius in (0, 5, 9):
        first, second = index_hashes(known).find(asked, radius)
        near = np.bitwise_count(asked[:, None] ^ known[None, :]) <= radius
        assert np.array_equal(np.stack([first, second], axis=1), np.argwhere(near))
