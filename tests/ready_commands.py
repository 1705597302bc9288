"""Commands that need not load the program first: processes of their own, forked from one that has loaded it.

Who tests what a browser shows starts a server for each test, and most of what a server takes to start is loading. What
the command line itself does is tested with ``python -m dupcheck``, elsewhere.
"""

import multiprocessing
import os
import signal
import sys
from multiprocessing.connection import Connection

LOADED = (
    "dupcheck.cli.reviewing", "dupcheck.pipeline", "dupcheck.ledger.book", "dupcheck.judging.model",
    "dupcheck.serve.review.serving", "sqlalchemy.dialects.sqlite", "sklearn.cluster",
)  # fmt: skip


class ReadyCommand:
    """``dupcheck`` with some words, in a process that is killed with this one."""

    def __init__(self, *words: object) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(LOADED))
        told, saying = context.Pipe(duplex=False)
        self._process = context.Process(target=_run, args=([str(w) for w in words], saying), daemon=True)
        self._process.start()
        saying.close()
        self.stderr = os.fdopen(os.dup(told.fileno()), encoding="utf-8")
        told.close()

    def kill(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.join()
        self._process.close()


def _run(words: list[str], saying: Connection) -> None:
    end_with_parent()
    sys.stderr = os.fdopen(saying.fileno(), "w", buffering=1, encoding="utf-8")
    from dupcheck.cli import main

    main(words, prog_name="dupcheck")


def end_with_parent() -> None:
    """Ask Linux to end this process with the one that started it: a killed test run leaves no server behind."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
