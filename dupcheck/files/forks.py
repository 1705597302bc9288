"""Work that several processes share, each forked from this one, so that it has all that is in memory here.

Threads of one process take turns in Python's own code; processes do not. A helper takes one piece of work after the
other, as this process does. Whatever a helper could not do, because it failed or was killed, is done here again: what
goes wrong is told as if there were none.
"""

import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkContext

T = TypeVar("T")
_NUMBER = 4
"""Bytes of the number of a piece of work: a pipe gives so few to one reader, whole."""
MOST_PIECES = 8_000
"""A pipe holds so many numbers before anybody reads."""


def can_fork() -> bool:
    """Whether this process may fork: on Linux, where no other thread could hold what a helper waits for."""
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return False
    from multiprocessing import current_process

    return not current_process().daemon


def share_work(
    work: Callable[[int], T], count: int, jobs: int, tell: Callable[[int], None] = lambda _: None
) -> list[T]:
    """Return what ``work`` makes of each number below ``count``, in their order; ``jobs`` processes share it, and the
    numbers that come first are taken first. What is returned goes from one process to another: it should be small.
    ``tell`` is told each number that this process takes.
    """

    def take(k: int) -> T:
        tell(k)
        return work(k)

    helpers = min(jobs, count) - 1
    if helpers < 1 or count > MOST_PIECES or not can_fork():
        return [take(k) for k in range(count)]
    from multiprocessing import get_context

    context = get_context("fork")
    queue, end = os.pipe()
    started: list[_Helper[T]] = []
    try:
        os.write(end, b"".join(k.to_bytes(_NUMBER, "big") for k in range(count)))
        os.close(end)
        with warnings.catch_warnings(), suppress(OSError):  # where there is no room for a helper, there is none
            warnings.simplefilter("ignore", DeprecationWarning)  # of threads of libraries, which only wait
            started.extend(_Helper(context, queue, work) for _ in range(helpers))
        done = dict(_take(queue, take))
        for helper in started:
            done |= helper.collect()
    finally:
        for helper in started:
            helper.stop()
        os.close(queue)
    return [done[k] if k in done else work(k) for k in range(count)]


def _take(queue: int, work: Callable[[int], T], parent: int = 0) -> Iterator[tuple[int, T]]:
    """Do what is left of the work, piece by piece; a helper stops where the process that asked for it is gone."""
    while number := os.read(queue, _NUMBER):
        if parent and os.getppid() != parent:
            return
        k = int.from_bytes(number, "big")
        yield k, work(k)


class _Helper(Generic[T]):
    def __init__(self, context: "ForkContext", queue: int, work: Callable[[int], T]) -> None:
        self._line, end = context.Pipe(duplex=False)
        self._process = context.Process(target=_help, args=(queue, work, os.getpid(), self._line, end), daemon=True)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # Ctrl-C is for this process alone
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        end.close()

    def collect(self) -> dict[int, T]:
        """Wait for what the helper has done; nothing where it was killed."""
        with suppress(EOFError, OSError):
            return dict(self._line.recv())
        return {}

    def stop(self) -> None:
        """End the helper, whatever it does."""
        self._line.close()
        self._process.terminate()
        self._process.join()


def _help(
    queue: int, work: Callable[[int], object], parent: int, line: "Connection", end: "Connection"
) -> None:  # pragma: no cover - no process that is measured
    """Live the life of a helper: it says nothing, and what it cannot do is left to the one that asked for it."""
    done = []
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        line.close()
        with suppress(Exception):  # it happens again where it can be told
            for piece in _take(queue, work, parent):
                done.append(piece)
        end.send(done)
    finally:
        os._exit(0)
