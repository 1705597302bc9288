"""Listening, and stopping gracefully."""

import asyncio
import ipaddress
import os
import socket
import tomllib
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from dupcheck.checking import Checker
from dupcheck.errors import ServeError
from dupcheck.files.given import read_given
from dupcheck.ledger import Owner, open_ledger
from dupcheck.messages import Lang, message

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from dupcheck.index.opening import Progress
    from dupcheck.ledger.book import Ledger
    from dupcheck.pipeline import Audit

NEEDED = ("fastapi", "uvicorn", "prometheus_client")
MOST_SECRETS = 1_000_000
"""Bytes that a file of secrets has at most."""
LEAST_SECRET = 16
"""Letters that a person's secret has at least."""
FETCH_SECONDS = 60.0
"""For so long the photos of one request may be fetched."""
STOP_SECONDS = 20
"""For so long requests that are being answered may go on when the server is told to stop."""


def check_needed() -> None:
    """Raise ServeError where what the server needs is not installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise ServeError("serve.not_installed", missing=", ".join(missing))


def read_people(file: Path | None, token: str, person: str) -> dict[str, str]:
    """Return the secrets of those who may ask, by name: those of a TOML file ``NAME = "SECRET"``, and ``token``.

    ``token`` is the secret of ``person``. Raises ServeError where the file cannot be read, or a secret is too short, is
    no secret, or is that of two people.
    """
    people = {person: token} if token else {}
    if file is not None:
        data = read_given(file, MOST_SECRETS)
        try:
            told = tomllib.loads(data.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise ServeError("serve.bad_people", path=file, reason=error) from error
        if not told or not all(isinstance(secret, str) and len(secret) >= LEAST_SECRET for secret in told.values()):
            raise ServeError("serve.bad_people", path=file, reason=message("serve.short_secret", least=LEAST_SECRET))
        people |= told
    if not all("!" <= letter <= "~" for secret in people.values() for letter in secret):
        raise ServeError("serve.bad_secret")
    if len(set(people.values())) < len(people):
        raise ServeError("serve.shared_secret")
    return people


def open_port(host: str, port: int, secured: bool) -> socket.socket:
    """Return a socket that listens. Raises ServeError: where it cannot, or where others could ask without a secret."""
    try:
        family, kind, number, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        if not secured and not ipaddress.ip_address(str(place[0]).partition("%")[0]).is_loopback:
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
    owner: Owner,
    people: Mapping[str, str],
    person: str,
    allow_override: bool,
    max_body: int,
    max_drafts: int,
    lang: Lang,
    fetch_hosts: Sequence[str] | None = None,
    prepare: "Callable[[Ledger], Callable[[Progress], Audit]]",
    announce: Callable[[int], None],
) -> None:
    """Answer on an open socket until told to stop (SIGTERM, SIGINT); ``announce`` is given the number of listings.

    At ``/`` stands the page on which people decide; ``prepare`` gives what audits for it, once it is looked at.
    """
    import uvicorn

    from dupcheck.serve.admission import Gate, log_line
    from dupcheck.serve.connections import (
        AT_ONCE,
        IDLE_SECONDS,
        count_places,
        make_listener,
        make_protocol,
        widen_queues,
    )
    from dupcheck.serve.listening import StoppableServer
    from dupcheck.serve.metrics import Meters
    from dupcheck.serve.review.board import Board
    from dupcheck.serve.review.routes import is_shown
    from dupcheck.serve.routes import CHECKING_THREADS, FETCHING_THREADS, make_app
    from dupcheck.serve.state import Desk

    class _Server(StoppableServer):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            asyncio.get_running_loop().set_exception_handler(make_listener(log_line))
            await super().startup(sockets)
            widen_queues(sockets or ())

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            """Let what has begun be answered, for a while; then the process ends, whatever still hangs."""
            await super().shutdown(sockets)
            if gate.waiting:
                log_line({"level": "warning", "stopped": message("serve.cut_off", count=gate.waiting).say(lang)})
                # Threads that wait for others would be waited for. Nothing is lost: what was answered is on the disk.
                os._exit(0)

    meters = Meters()
    with open_ledger(ledger) as book:
        if book.created:
            log_line({"level": "warning", "ledger": message("ledger.created", ledger=book.address).say(lang)})
        if book.turn_to(owner):
            log_line({"level": "warning", "ledger": message("ledger.account_new", account=book.scope).say(lang)})
        desk = Desk(
            checker, book, meters, fetch_hosts=fetch_hosts, allow_override=allow_override,
            say_stale=lambda text: log_line({"level": "warning", "catalogue": text.say(lang)}),
            say_taken=lambda counts: log_line({"level": "info", "catalogue": "taken up", **counts}),
        )  # fmt: skip
        threads = CHECKING_THREADS if fetch_hosts is None else FETCHING_THREADS
        board = Board(prepare(book), book)
        app = make_app(
            desk, board, lang=lang, max_drafts=max_drafts, secured=bool(people), threads=threads, people=list(people)
        )
        gate = Gate(app, meters, people=people, person=person, max_body=max_body, lang=lang)

        async def front(scope: "Scope", receive: "Receive", send: "Send") -> None:
            await (app if scope["type"] == "http" and is_shown(scope["path"]) else gate)(scope, receive, send)

        config = uvicorn.Config(
            front, http=make_protocol(count_places()), backlog=AT_ONCE,
            lifespan="off", ws="none", log_config=None, log_level="critical", access_log=False, server_header=False,
            proxy_headers=False, timeout_keep_alive=IDLE_SECONDS, timeout_graceful_shutdown=STOP_SECONDS,
        )  # fmt: skip
        desk.start()
        try:
            asyncio.run(_Server(config, lambda: announce(len(desk.checker.store))).serve(sockets=[opened]))
        finally:
            desk.stop()
