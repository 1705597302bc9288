"""What cannot be done, as problem documents (RFC 9457) in the language asked for."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

import orjson
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from dupcheck.errors import (
    ChoiceError,
    DupcheckError,
    LedgerError,
    OverrideError,
    TokenError,
    TokenNeededError,
    UnknownListingError,
    UnknownTokenError,
)
from dupcheck.messages import LANGS, Lang, Message, message

PROBLEM = "application/problem+json"

_STATUS: tuple[tuple[type[DupcheckError], int], ...] = (
    (UnknownTokenError, 404),
    (TokenNeededError, 403),
    (TokenError, 409),
    (OverrideError, 403),
    (ChoiceError, 409),
    (LedgerError, 503),
    (UnknownListingError, 404),
)


class Refusal(HTTPException):
    """A request that is answered with a problem: its status, what is wrong, and where in the request."""

    def __init__(
        self,
        status: int,
        text: Message,
        headers: Mapping[str, str] | None = None,
        fields: Sequence[tuple[str, Message]] = (),
    ) -> None:
        super().__init__(status, text.key, headers)
        self.text, self.fields = text, tuple(fields)


def explain_error(error: DupcheckError) -> Refusal:
    """Return what to answer when an error meant for a person came up."""
    status = next((s for kind, s in _STATUS if isinstance(error, kind)), 422)
    if error.text.key in ("catalog.header_only", "catalog.bad_draft", "catalog.empty"):
        return Refusal(422, message("serve.no_title"))
    if status == 503:  # what the error says of this machine is for its log
        return Refusal(503, message("serve.ledger_down"), {"Retry-After": "1"})
    return Refusal(status, error.text)


def render_problem(refusal: Refusal, lang: Lang) -> Response:
    """Return the problem document of a refusal."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(refusal.status_code).phrase,
        "status": refusal.status_code,
        "detail": refusal.text.say(lang),
        "code": refusal.text.key,
    }
    if refusal.fields:
        body["errors"] = [{"field": name, "detail": text.say(lang)} for name, text in refusal.fields]
    headers = {**(refusal.headers or {}), "Content-Language": lang}
    return Response(write_document(body), refusal.status_code, headers, PROBLEM)


def write_document(document: object) -> bytes:
    """Return a document as JSON."""
    return orjson.dumps(document, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "item"):  # NumPy's numbers
        return value.item()
    raise TypeError(type(value).__name__)


def choose_lang(scope: Scope, default: Lang) -> Lang:
    """Return the language of an answer: ``?lang=``, else what ``Accept-Language`` likes best, else ``default``."""
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [""])[-1]
    if asked in LANGS:
        return str(asked)
    liked: dict[Lang, float] = {}
    for part in Headers(scope=scope).get("accept-language", "").lower().split(",")[:20]:
        name, _, weight = part.strip().partition(";")
        code = name.split("-")[0].strip()
        if code in LANGS:
            liked.setdefault(code, _read_weight(weight))
    best = max(liked.items(), key=lambda item: item[1], default=(default, 1.0))
    return best[0] if best[1] > 0 else default


def _read_weight(text: str) -> float:
    try:
        return float(text.strip().removeprefix("q=") or 1)
    except ValueError:
        return 0.0
