"""Commands that need not load the program first: processes of their own, forked from one that has loaded it.

Who tests what a server answers starts one for each test, and most of what a server takes to start is loading. What the
command line itself does is tested with ``python -m dupcheck``, elsewhere.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path

LOADED = (
    "dupcheck.cli.reviewing", "dupcheck.pipeline", "dupcheck.ledger.book", "dupcheck.judging.model",
    "dupcheck.serve.review.serving", "dupcheck.checking", "prometheus_client", "sqlalchemy.dialects.sqlite",
    "sklearn.cluster",
)  # fmt: skip


class ReadyCommand:
    """``dupcheck`` with some words, here and in this environment and ``more``; it is killed with this process."""

    def __init__(self, *words: object, more: Mapping[str, str] | None = None) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(LOADED))
        told, saying = context.Pipe(duplex=False)
        given = [str(w) for w in words], Path.cwd(), {**os.environ, **(more or {})}, saying
        self._process = context.Process(target=_run, args=given, daemon=True)
        self._process.start()
        saying.close()
        self.stderr = os.fdopen(os.dup(told.fileno()), encoding="utf-8")
        told.close()

    def send_signal(self, sign: int) -> None:
        """Send it a signal."""
        assert self._process.pid is not None
        os.kill(self._process.pid, sign)

    def wait(self, seconds: float | None = None) -> int:
        """Return how it ended; what takes too long is an error."""
        self._process.join(seconds)
        code = self._process.exitcode
        assert code is not None, f"it still runs after {seconds} s"
        return code

    def kill(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.join()


def _run(words: list[str], place: Path, env: dict[str, str], saying: Connection) -> None:
    end_with_parent()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the process that forks heeds no Ctrl-C
    os.chdir(place)
    os.environ.clear()
    os.environ.update(env)
    sys.stderr = os.fdopen(saying.fileno(), "w", buffering=1, encoding="utf-8")
    from dupcheck.cli import main

    main(words, prog_name="dupcheck")


def end_with_parent() -> None:
    """Ask Linux to end this process with the one that started it: a killed test run leaves no server behind."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
