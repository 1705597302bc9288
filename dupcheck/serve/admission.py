"""Who may ask, how much, and the line that is logged of each request.

Without a token only this machine may ask, and only programs: a web page that a browser shows must not reach the server
through the browser, so the name it was called by (``Host``) and the page that asks (``Origin``) have to be of this
machine too. With a token, whoever knows it may ask.
"""

import asyncio
import hmac
import ipaddress
import sys
import time
from collections.abc import MutableMapping
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dupcheck.messages import Lang, message
from dupcheck.serve.metrics import Meters
from dupcheck.serve.problems import Refusal, choose_lang, render_problem, write_document

OPEN_PATHS = ("/healthz", "/readyz")
"""Asked by what watches over the server; they tell nothing of the catalogue."""
BODY_SECONDS = 30
MOST_WAITING = 256
_LOGGING = Lock()


class Gate:
    """Stands before ``app``; ``max_body`` is the most bytes that a request may bring."""

    def __init__(self, app: ASGIApp, meters: Meters, *, token: str, max_body: int, lang: Lang) -> None:
        self.app, self.meters, self.lang = app, meters, lang
        self.token = token.encode()
        self.max_body = max_body
        self.waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, answered = time.perf_counter(), 0
        self.waiting += 1
        self.meters.waiting.inc()

        async def tell(part: Message) -> None:
            nonlocal answered
            if part["type"] == "http.response.start":
                answered = part["status"]
            await send(part)

        try:
            body = await self._admit(scope, receive)
            await self.app(scope, _replay(body, receive), tell)
        except Refusal as refusal:
            await render_problem(refusal, choose_lang(scope, self.lang))(scope, receive, tell)
        except ConnectionError:
            answered = answered or 499  # the client went away
        except Exception as error:
            log_line({"level": "error", "error": type(error).__name__, "at": _find_place(error)})
            if not answered:
                defect = Refusal(500, message("serve.defect"))
                await render_problem(defect, choose_lang(scope, self.lang))(scope, receive, tell)
        finally:
            self.waiting -= 1
            self.meters.waiting.dec()
            self._note(scope, answered, time.perf_counter() - started)

    async def _admit(self, scope: Scope, receive: Receive) -> bytes:
        """Return the body of a request that may be answered. Raises Refusal."""
        headers = Headers(scope=scope)
        if self.token:
            if scope["path"] not in OPEN_PATHS and not self._knows_token(headers.get("authorization", "")):
                raise Refusal(401, message("serve.no_token"), {"WWW-Authenticate": 'Bearer realm="dupcheck"'})
        else:
            if not is_loopback(_split_host(headers.get("host", ""))):
                raise Refusal(421, message("serve.foreign_host"), {"Connection": "close"})
            origin = headers.get("origin")
            if origin is not None and not is_loopback(_read_origin(origin)):
                raise Refusal(403, message("serve.foreign_origin"), {"Connection": "close"})
        if self.waiting > MOST_WAITING:
            raise Refusal(503, message("serve.busy"), {"Retry-After": "1", "Connection": "close"})
        body = await self._read(headers, receive)
        if body and not _is_json(headers.get("content-type", "")):
            raise Refusal(415, message("serve.not_json"), {"Accept": "application/json"})
        return body

    def _knows_token(self, header: str) -> bool:
        scheme, _, given = header.partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode("utf-8", "replace"), self.token)

    async def _read(self, headers: Headers, receive: Receive) -> bytes:
        too_large = Refusal(413, message("serve.too_large", limit=self.max_body), {"Connection": "close"})
        if int(headers.get("content-length", "0")) > self.max_body:
            raise too_large
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    part = await receive()
                    if part["type"] == "http.disconnect":
                        raise ConnectionAbortedError
                    body += part.get("body", b"")
                    if len(body) > self.max_body:
                        raise too_large
                    if not part.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            slow = message("serve.too_slow", seconds=BODY_SECONDS)
            raise Refusal(408, slow, {"Connection": "close"}) from None

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        pattern = getattr(scope.get("route"), "path", "other")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.meters.requests.labels(method, pattern, str(status)).inc()
        self.meters.seconds.labels(pattern).observe(seconds)
        log_line({
            "method": scope["method"][:20], "path": scope["path"][:200], "status": status,
            "ms": round(seconds * 1e3, 1),
        })  # fmt: skip


_METHODS = frozenset({"GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH"})


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the body that was read already, then whatever else comes."""
    given = False

    async def give() -> MutableMapping[str, Any]:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return give


def is_loopback(host: str) -> bool:
    """Whether a host's name or number is that of this machine for itself."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split_host(header: str) -> str:
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _read_origin(header: str) -> str:
    try:
        return urlsplit(header).hostname or ""
    except ValueError:
        return ""


def _is_json(header: str) -> bool:
    kind, *parameters = (part.strip().lower() for part in header.split(";"))
    charsets = [p.partition("=")[2].strip('"') for p in parameters if p.startswith("charset")]
    return (kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))) and all(
        c in ("utf-8", "utf8", "us-ascii") for c in charsets
    )


def _find_place(error: BaseException) -> str:
    """Where an error came up; what it says is left out, it may quote a draft."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"


def log_line(line: dict[str, object]) -> None:
    """Write one line of JSON to standard error."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    text = write_document({"time": stamp, **line}).decode("utf-8", "replace")
    with _LOGGING:  # the thread that looks after the catalogue logs, too
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
