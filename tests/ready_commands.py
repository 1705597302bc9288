"""Commands that need not load the program first: processes of their own, forked from one that has loaded it.

Who tests what a server answers starts one for each test, and most of what a server takes to start is loading. What the
command line itself does is tested with ``python -m dupcheck``, elsewhere.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from importlib import import_module
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

LOADED = (
    "dupcheck.cli.reviewing", "dupcheck.pipeline", "dupcheck.ledger.book", "dupcheck.judging.model",
    "dupcheck.serve.review.serving", "dupcheck.checking", "prometheus_client", "sqlalchemy.dialects.sqlite",
    "sklearn.cluster", "ready_program",
)  # fmt: skip
Settings = Mapping[str, object]
"""Numbers of modules that are other ones in a process: ``{"dupcheck.serve.state.LOOK_SECONDS": 0.1}``."""


def _prepare() -> ForkServerContext:
    """Return what forks processes; the first time, a process that has loaded the program begins to wait for it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(LOADED))
    before = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), before]).rstrip(os.pathsep)
    try:
        forkserver.ensure_running()
    finally:
        os.environ["PYTHONPATH"] = before
        if not before:
            del os.environ["PYTHONPATH"]
    return context


class ReadyCommand:
    """``dupcheck`` with some words, here and in this environment and ``more``; it is killed with this process."""

    def __init__(self, *words: object, more: Mapping[str, str] | None = None, settings: Settings | None = None) -> None:
        context = _prepare()
        told, saying = context.Pipe(duplex=False)
        given = [str(w) for w in words], Path.cwd(), {**os.environ, **(more or {})}, saying, dict(settings or {})
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


def run_ready(
    *words: object, place: Path, more: Mapping[str, str] | None = None, given: str = "", limit: int | None = None,
    seconds: float | None = None,
) -> "subprocess.CompletedProcess[str]":  # fmt: skip
    """Run ``dupcheck`` in a folder until it ends, or is killed after so many seconds.

    ``given`` is its standard input; no file may grow beyond a limit.
    """
    context = _prepare()
    pipes = [context.Pipe(duplex=False) for _ in range(2)]
    with TemporaryDirectory() as folder:
        source = Path(folder) / "given"
        source.write_text(given, "utf-8")
        env = {**os.environ, **(more or {})}
        told = [str(w) for w in words], place, env, source, *(writing for _, writing in pipes), limit
        process = context.Process(target=_run_to_the_end, args=told, daemon=True)
        process.start()
        said = ["", ""]

        def listen(n: int) -> None:
            pipes[n][1].close()
            with os.fdopen(os.dup(pipes[n][0].fileno()), encoding="utf-8", errors="replace") as stream:
                said[n] = stream.read()
            pipes[n][0].close()

        listening = [threading.Thread(target=listen, args=(n,)) for n in range(2)]
        for thread in listening:
            thread.start()
        process.join(seconds)
        if process.exitcode is None:
            process.kill()
            process.join()
        for thread in listening:
            thread.join()
    assert process.exitcode is not None
    return subprocess.CompletedProcess([str(w) for w in words], process.exitcode, *said)


def _begin(place: Path, env: Mapping[str, str]) -> None:
    end_with_parent()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the process that forks heeds no Ctrl-C
    os.chdir(place)
    os.environ.clear()
    os.environ.update(env)


def _run(words: list[str], place: Path, env: dict[str, str], saying: Connection, settings: dict[str, object]) -> None:
    _begin(place, env)
    sys.stderr = os.fdopen(saying.fileno(), "w", buffering=1, encoding="utf-8")
    for name, value in settings.items():
        module, _, setting = name.rpartition(".")
        assert hasattr(import_module(module), setting), name
        setattr(import_module(module), setting, value)
    from dupcheck.cli import main

    main(words, prog_name="dupcheck")


def _run_to_the_end(
    words: list[str], place: Path, env: dict[str, str], given: Path, out: Connection, err: Connection, limit: int | None
) -> None:
    _begin(place, env)
    for stream, opened in enumerate((os.open(given, os.O_RDONLY), out.fileno(), err.fileno())):
        os.dup2(opened, stream)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (_open(0, "r"), _open(1, "w"), _open(2, "w", "backslashreplace"))
    if limit is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    sys.argv = ["dupcheck", *words]
    from dupcheck.__main__ import start

    start()


def _open(stream: int, mode: str, errors: str = "strict") -> TextIO:
    return open(stream, mode, encoding="utf-8", errors=errors, closefd=False, newline=None)  # type: ignore[return-value]


def end_with_parent() -> None:
    """Ask Linux to end this process with the one that started it: a killed test run leaves no server behind."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
