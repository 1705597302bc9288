"""The review page on a port of its own, until told to stop."""

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dupcheck.errors import DupcheckError
from dupcheck.index.opening import Progress
from dupcheck.ledger.book import Ledger
from dupcheck.ledger.memory import read_acts
from dupcheck.messages import Lang, message
from dupcheck.serve.admission import Gate
from dupcheck.serve.listening import StoppableServer
from dupcheck.serve.metrics import Meters
from dupcheck.serve.problems import Refusal, choose_lang, explain_error, render_problem
from dupcheck.serve.review.board import Board
from dupcheck.serve.review.routes import is_shown, make_review

if TYPE_CHECKING:
    from dupcheck.model import Catalog
    from dupcheck.pipeline import Audit
    from dupcheck.rules import RulePack

BODY_BYTES = 8_000_000
"""Bytes that a click may bring: a bulk decision names its groups."""
STOP_SECONDS = 20


class _QuietGate(Gate):
    """Tells only what went wrong: who sits before the page need not read a line for each of its requests."""

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        if status >= 500:
            super()._note(scope, status, seconds)


def prepare_audits(
    read: Callable[[], "Catalog"], pack: "RulePack", book: Ledger, **how: Any
) -> Callable[[Progress], "Audit"]:  # fmt: skip
    """Return what audits a catalogue with all that the ledger knows by then; ``read`` reads it, ``how`` goes on to
    :func:`~dupcheck.pipeline.audit`.
    """

    def make(progress: Progress) -> "Audit":
        from dupcheck.pipeline import audit

        told = [(a.details, a.person, a.at) for a in reversed(book.list_acts()) if a.undone is None]
        answers, revisions = read_acts(told)
        return audit(
            read(), pack, progress=progress, decisions=book.list_decisions(), answers=answers or None,
            revisions=revisions, **how,
        )  # fmt: skip

    return make


def make_page(board: Board, lang: Lang, people: Sequence[str] = ()) -> FastAPI:
    """Return an application that is nothing but the review page."""
    app = FastAPI(title="dupcheck", openapi_url=None, docs_url=None, redoc_url=None)

    async def refuse(request: Request, error: Exception) -> Response:
        if isinstance(error, DupcheckError):
            error = explain_error(error)
        elif isinstance(error, RequestValidationError):
            error = Refusal(422, message("review.bad_request"))
        elif not isinstance(error, Refusal):
            error = Refusal(getattr(error, "status_code", 404), message("serve.no_address"))
        return render_problem(error, choose_lang(request.scope, lang))

    for kind in (Refusal, DupcheckError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, refuse)
    app.include_router(make_review(board, lang, people))
    return app


def run_review(
    opened: socket.socket,
    book: Ledger,
    make: "Callable[[Progress], Audit]",
    *,
    people: Mapping[str, str],
    person: str,
    lang: Lang,
    announce: Callable[[], None],
) -> None:
    """Show the page on an open socket until told to stop; ``make`` audits, and tells its progress.

    ``people`` are the secrets of those who may decide; where there are none, this machine may, and it is ``person``
    who does.
    """
    board = Board(make, book)
    app = make_page(board, lang, list(people))
    gate = _QuietGate(app, Meters(), people=people, person=person, max_body=BODY_BYTES, lang=lang)

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        await (app if scope["type"] == "http" and is_shown(scope["path"]) else gate)(scope, receive, send)

    config = uvicorn.Config(
        front, lifespan="off", ws="none", log_config=None, log_level="critical", access_log=False, server_header=False,
        proxy_headers=False, timeout_keep_alive=75, timeout_graceful_shutdown=STOP_SECONDS,
    )  # fmt: skip
    board.start()
    asyncio.run(StoppableServer(config, announce).serve(sockets=[opened]))
