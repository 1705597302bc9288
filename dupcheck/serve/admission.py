"""Who may ask, how much, and the line that is logged of each request.

Without a token only this machine may ask, and only programs: a web page that a browser shows must not reach the server
through the browser, so the name it was called by (``Host``) and the page that asks (``Origin``) have to be of this
machine too. With secrets, whoever knows one may ask, and is the person whose secret it is.
"""

import asyncio
import hmac
import ipaddress
import re
import sys
import time
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
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
PERSON = "dupcheck.person"
"""Where in a request's scope it stands who asks."""
BODY_SECONDS = 30
MOST_WAITING = 256
_SAFE = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))
_STEERING = re.compile("[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]")
_LOGGING = Lock()


class Gate:
    """Stands before ``app``.

    ``people`` are the secrets of those who may ask; where there are none, this machine may, and it is ``person`` who
    does. ``max_body`` is the most bytes that a request may bring.
    """

    def __init__(
        self, app: ASGIApp, meters: Meters, *, people: Mapping[str, str], person: str, max_body: int, lang: Lang
    ) -> None:
        self.app, self.meters, self.lang, self.person = app, meters, lang, person
        self.people = [(name, secret.encode()) for name, secret in people.items()]
        self.max_body = max_body
        self.waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, answered = time.perf_counter(), 0

        async def tell(part: Message) -> None:
            nonlocal answered
            if part["type"] == "http.response.start":
                answered = part["status"]
                part = {**part, "headers": [*part.get("headers", ()), *_SAFE]}
            await send(part)

        try:
            self._admit(scope)
            if scope["path"] in OPEN_PATHS:  # whoever watches is answered, however many wait
                await self.app(scope, _replay(b"", receive), tell)
            else:
                body = await self._read(Headers(scope=scope), receive)
                await self._answer(scope, body, receive, tell)
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
            self._note(scope, answered, time.perf_counter() - started)

    async def _answer(self, scope: Scope, body: bytes, receive: Receive, tell: Send) -> None:
        """Answer a request that has come whole; those that are only half there keep nobody out."""
        if self.waiting >= MOST_WAITING:
            raise Refusal(503, message("serve.busy"), {"Retry-After": "1", "Connection": "close"})
        self.waiting += 1
        self.meters.waiting.inc()
        try:
            await self.app(scope, _replay(body, receive), tell)
        finally:
            self.waiting -= 1
            self.meters.waiting.dec()

    def _admit(self, scope: Scope) -> None:
        """Look at a request's head alone, and set who asks. Raises Refusal where it may not be answered."""
        headers = Headers(scope=scope)
        if len({"content-length", "transfer-encoding"} & set(headers)) > 1 or len(headers.getlist("host")) > 1:
            raise Refusal(400, message("serve.two_lengths"), {"Connection": "close"})
        host, origins = headers.get("host", ""), headers.getlist("origin")
        if not self.people and not is_loopback(_split_host(host)):
            raise Refusal(421, message("serve.foreign_host"), {"Connection": "close"})
        if "cross-site" in [site.strip().lower() for site in headers.getlist("sec-fetch-site")] or not all(
            _is_same_place(origin, host) for origin in origins
        ):
            raise Refusal(403, message("serve.foreign_origin"), {"Connection": "close"})
        scope[PERSON] = self.person
        if self.people:
            person = self._recognise(headers.get("authorization", ""))
            scope[PERSON] = person or ""
            if scope["path"] not in OPEN_PATHS and person is None:
                needed = {"WWW-Authenticate": 'Bearer realm="dupcheck"', "Connection": "close"}
                raise Refusal(401, message("serve.no_token"), needed)

    def _recognise(self, header: str) -> str | None:
        """Return whose secret was shown; None: nobody's. Every secret is looked at: how long it takes tells nothing."""
        scheme, _, given = header.partition(" ")
        shown = given.strip().encode("utf-8", "replace")
        found = [name for name, secret in self.people if hmac.compare_digest(shown, secret)]
        return found[0] if found and scheme.lower() == "bearer" else None

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
                        break
        except TimeoutError:
            slow = message("serve.too_slow", seconds=BODY_SECONDS)
            raise Refusal(408, slow, {"Connection": "close"}) from None
        if body and not _is_json(headers.get("content-type", "")):
            raise Refusal(415, message("serve.not_json"), {"Accept": "application/json"})
        return bytes(body)

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
    if "@" in header:  # whom it names is no host's business
        return ""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _is_same_place(origin: str, host: str) -> bool:
    """Whether a page was given out by the very server that is asked: the same name and the same port."""
    try:
        page, asked = urlsplit(origin), urlsplit(f"//{host}")
        usual = {"http": 80, "https": 443}.get(page.scheme)
        return bool(page.hostname) and page.hostname == asked.hostname and (page.port or usual) == (asked.port or usual)
    except ValueError:
        return False


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


def log_line(line: Mapping[str, object]) -> None:
    """Write one line of JSON to standard error."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    text = write_document({"time": stamp, **line}).decode("utf-8", "replace")
    text = _STEERING.sub(lambda m: f"\\u{ord(m[0]):04x}", text)  # JSON lets through what steers a terminal
    with _LOGGING, suppress(OSError, ValueError):  # a log that cannot be written stops no answer
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
