"""BLAS and OpenCV kept from starting threads of their own, where there is a thread a core already."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock

_lock = Lock()
_inside: list[ExitStack] = []
"""One entry for each that keeps them so; the first knows how they were before."""


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Keep BLAS and OpenCV to one thread: pictures are small, and threads that wait for work take a third of the time.

    Several threads may do so at once; the last to be done lets go.
    """
    with _lock:
        _inside.append(ExitStack() if _inside else _hold_back())
    try:
        yield
    finally:
        with _lock:
            if len(_inside) > 1:
                _inside.pop()
            else:
                _inside.pop().close()


def _hold_back() -> ExitStack:
    import cv2  # only where there are pictures to look at
    from threadpoolctl import threadpool_limits

    before = ExitStack()
    before.callback(cv2.setNumThreads, cv2.getNumThreads())
    cv2.setNumThreads(1)
    before.enter_context(threadpool_limits(1))
    return before
