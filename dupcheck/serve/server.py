"""Listening, and stopping gracefully."""

import asyncio
import ipaddress
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec

from dupcheck.checking import Checker
from dupcheck.errors import ServeError
from dupcheck.ledger import open_ledger
from dupcheck.messages import Lang

NEEDED = ("fastapi", "uvicorn", "prometheus_client")
STOP_SECONDS = 20
"""For so long requests that are being answered may go on when the server is told to stop."""


def check_needed() -> None:
    """Raise ServeError where what the server needs is not installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise ServeError("serve.not_installed", missing=", ".join(missing))


def open_port(host: str, port: int, token: str) -> socket.socket:
    """Return a socket that listens. Raises ServeError: where it cannot, or where others could ask without a token."""
    if not all("!" <= letter <= "~" for letter in token):
        raise ServeError("serve.bad_secret")
    try:
        family, kind, number, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        if not token and not ipaddress.ip_address(str(place[0]).partition("%")[0]).is_loopback:
            raise ServeError("serve.open_to_all", host=host)
        opened = socket.socket(family, kind, number)
        if os.name == "posix":
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(place)
        opened.listen(1024)
    except (OSError, UnicodeError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ServeError("serve.no_port", host=host, port=port, reason=reason) from error
    return opened


def run_server(
    opened: socket.socket,
    checker: Checker,
    *,
    ledger: str | None,
    token: str,
    max_body: int,
    max_drafts: int,
    lang: Lang,
    fetch_hosts: Sequence[str] | None = None,
    announce: Callable[[int], None],
) -> None:
    """Answer on an open socket until told to stop (SIGTERM, SIGINT); ``announce`` is given the number of listings."""
    import uvicorn

    from dupcheck.serve.admission import Gate, log_line
    from dupcheck.serve.metrics import Meters
    from dupcheck.serve.routes import CHECKING_THREADS, FETCHING_THREADS, make_app
    from dupcheck.serve.state import Desk

    class _Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            """Stop at a signal, and count that as having done what was asked."""
            before = {s: signal.signal(s, self.handle_exit) for s in (signal.SIGINT, signal.SIGTERM)}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            announce(len(desk.checker.store))

    meters = Meters()
    with open_ledger(ledger) as book:
        desk = Desk(
            checker, book, meters, fetch_hosts=fetch_hosts,
            say_stale=lambda text: log_line({"level": "warning", "catalogue": text.say(lang)}),
        )  # fmt: skip
        threads = CHECKING_THREADS if fetch_hosts is None else FETCHING_THREADS
        app = make_app(desk, lang=lang, max_drafts=max_drafts, secured=bool(token), threads=threads)
        config = uvicorn.Config(
            Gate(app, meters, token=token, max_body=max_body, lang=lang),
            lifespan="off", ws="none", log_config=None, log_level="critical", access_log=False, server_header=False,
            proxy_headers=False, timeout_keep_alive=75, timeout_graceful_shutdown=STOP_SECONDS,
        )  # fmt: skip
        desk.start()
        try:
            asyncio.run(_Server(config).serve(sockets=[opened]))
        finally:
            desk.stop()
