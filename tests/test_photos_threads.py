"""BLAS and OpenCV have as many threads afterwards as before, whoever held them back."""

from contextlib import ExitStack

import cv2
import pytest
from threadpoolctl import threadpool_info

from dupcheck.photos.threads import one_thread_each


def count_threads() -> list[int]:
    return [cv2.getNumThreads(), *(library["num_threads"] for library in threadpool_info())]


def test_the_last_to_be_done_lets_go() -> None:
    before = count_threads()
    first, second = ExitStack(), ExitStack()
    first.enter_context(one_thread_each())
    second.enter_context(one_thread_each())
    assert set(count_threads()) == {1}
    first.close()
    assert set(count_threads()) == {1}
    second.close()
    assert count_threads() == before


def test_an_error_lets_go_as_well() -> None:
    before = count_threads()
    with pytest.raises(ValueError, match="what"), one_thread_each():
        raise ValueError("what")
    assert count_threads() == before
