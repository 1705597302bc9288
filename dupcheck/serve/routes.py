"""The addresses, and the OpenAPI document."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from importlib.metadata import version
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

import orjson
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, FastAPI, Header, Path, Query, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import TypeAdapter
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.routing import compile_path

from dupcheck.errors import DupcheckError, TokenError, UnknownTokenError
from dupcheck.ledger.book import Claim
from dupcheck.ledger.documents import FORMAT, Saying
from dupcheck.ledger.records import TOKEN_MAX, check_token, show_time
from dupcheck.messages import Lang, Message, message, say
from dupcheck.reports.record import describe_pack
from dupcheck.serve.admission import PERSON, log_line
from dupcheck.serve.problems import PROBLEM, Refusal, choose_lang, explain_error, render_problem, write_document
from dupcheck.serve.review.board import Board
from dupcheck.serve.review.routes import make_review
from dupcheck.serve.schemas import (
    KEY,
    CheckAnswers,
    ClaimAnswer,
    ClaimRequest,
    DecisionList,
    DecisionRequest,
    Drafts,
    Health,
    ProblemDocument,
    PublishRequest,
    Readiness,
    Recorded,
    ReleaseRequest,
    Rules,
    TokenAnswer,
    TokenRequest,
    Withdrawn,
)
from dupcheck.serve.state import Desk

DOCUMENT = "/openapi.json"
CHECKING_THREADS = 1
"""Checks that run at once, of one draft and of lists each: two that share the interpreter take longer than in turn."""
FETCHING_THREADS = 32
"""Checks at once where photos are fetched: they mostly wait."""
WRITING_THREADS = 4
"""Writers wait for each other, and for other machines: they must not keep checks waiting."""
READING_THREADS = 4
"""Reading the ledger waits for nobody."""

Language = Annotated[Lang | None, Query(description="serve.field_lang")]
Update = Annotated[bool, Query(description="serve.field_update")]
Name = Annotated[str, Path(min_length=1, max_length=TOKEN_MAX, description="serve.field_token")]
Key = Annotated[str | None, Header(alias="Idempotency-Key", pattern=KEY, description="serve.field_key")]
ListingId = Annotated[str, Query(min_length=1, description="serve.field_listing_id")]
Reason = Annotated[str, Query(description="serve.field_reason")]
Done = TypeVar("Done")

_TEXT_FIELDS = frozenset({
    "title", "currency", "category", "main_image", "image_phash", "shop", "created", "url", "description", "image",
    "override", "reason",
})  # fmt: skip
_CODE_FIELDS = frozenset({"listing_id", "sku_code", "gtin"})
_NUMBER_FIELDS = frozenset({
    "price", "price_max", "min_order_quantity", "lot_size", "bulk_price", "stock", "sales", "reviews",
})  # fmt: skip


class _Request(Request):
    async def json(self) -> Any:
        """Read the body as strict JSON: no NaN, no halves of characters, nothing nested without end."""
        try:
            return orjson.loads(await self.body())
        except orjson.JSONDecodeError as error:
            raise Refusal(400, message("serve.bad_json", reason=error)) from error


class _Route(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Any]:
        """Return what answers a request."""
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await answer(_Request(request.scope, request.receive))

        return handle


_TOKEN, _KEY = "$response.body#/claim/token", {"key": "$response.body#/claim/key"}
_AFTER_TOKEN = {
    "claim": {
        "operationId": "claim",
        "requestBody": {"draft": "$request.body#/draft", "token": "$response.body#/ticket/token"},
    },
}
"""What may follow, told in the document: programs that are made from it, and that try it, know the way."""
_AFTER_CLAIM: dict[str, dict[str, Any]] = {
    "publish": {"operationId": "publish", "parameters": _KEY, "requestBody": {"token": _TOKEN}},
    "release": {"operationId": "release", "parameters": _KEY, "requestBody": {"token": _TOKEN}},
    "get_claim": {"operationId": "get_claim", "parameters": _KEY},
}


def make_app(
    desk: Desk, board: Board, *, lang: Lang, max_drafts: int, secured: bool, threads: int = CHECKING_THREADS,
    people: Sequence[str] = (),
) -> FastAPI:  # fmt: skip
    """Return the application. ``secured``: clients name a token; ``threads``: as many checks run at once; ``board`` is
    what the page at ``/`` shows to ``people``.
    """
    app = FastAPI(title="dupcheck", version=version("dupcheck"), openapi_url=None, docs_url=None, redoc_url=None)
    app.router.redirect_slashes = False

    def answer_with(explain: Callable[[Any], Refusal]) -> Callable[[Request, Exception], Response]:
        return lambda request, error: render_problem(explain(error), choose_lang(request.scope, lang))

    def answer_error(request: Request, error: Any) -> Response:
        refusal = explain_error(error)
        if refusal.status_code == 503:
            log_line({"level": "error", "ledger": error.say(lang)})
        return render_problem(refusal, choose_lang(request.scope, lang))

    def answer_status(request: Request, error: Any) -> Response:
        refusal = _explain_status(error)
        if refusal.status_code == 405:
            refusal.headers = {"Allow": ", ".join(list_methods(request.scope["path"]))}
        return render_problem(refusal, choose_lang(request.scope, lang))

    def list_methods(path: str) -> list[str]:
        return sorted(m.upper() for pattern, found in list_paths() if pattern.match(path) for m in found)

    @cache
    def list_paths() -> list[tuple[re.Pattern[str], Iterable[str]]]:
        paths: dict[str, Iterable[str]] = {**_describe(app, lang, max_drafts)["paths"], DOCUMENT: ("get",)}
        for route in make_review(board, lang).routes:
            if isinstance(route, APIRoute):
                paths[route.path] = [*paths.get(route.path, ()), *(route.methods or ())]
        return [(compile_path(path)[0], methods) for path, methods in paths.items()]

    app.add_exception_handler(Refusal, answer_with(lambda refusal: refusal))
    app.add_exception_handler(DupcheckError, answer_error)
    app.add_exception_handler(HTTPException, answer_status)
    app.add_exception_handler(RequestValidationError, answer_with(_explain_fields))
    app.include_router(_make_watch(desk))
    app.include_router(make_review(board, lang, people))
    bearer = [Security(HTTPBearer(auto_error=False, description="serve.field_bearer"))] if secured else []
    checks = _make_checks(desk, lang, max_drafts, threads, apart=len(people) > 1)
    app.include_router(checks, dependencies=bearer)
    app.include_router(_make_ledger(desk, lang, max_drafts), dependencies=bearer)
    app.include_router(_make_facts(desk, app, lang, max_drafts), dependencies=bearer)
    return app


def _answer(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(write_document(document), status, headers, "application/json")


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    return {s: {"description": "serve.status_problem", "content": content} for s in statuses}


_ASKED = (400, 401, 403, 408, 413, 415, 421, 422, 500, 503)
_READ = (401, 403, 408, 413, 415, 421, 422, 500, 503)


def name_person(request: Request) -> str:
    """Return who asks, as the gate has found out."""
    return str(request.scope.get(PERSON, ""))


def _make_watch(desk: Desk) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="serve.do_health", response_model=Health, responses=_problems(*_READ))
    async def health() -> Response:
        return _answer({"status": "ok"})

    @router.get("/readyz", summary="serve.do_ready", response_model=Readiness, responses=_problems(*_READ))
    async def ready() -> Response:
        await to_thread.run_sync(desk.ledger.try_writing)
        status = "stale" if desk.stale else "ready"
        return _answer({"status": status, "listings": len(desk.checker.store), "taken": show_time(desk.taken)})

    return router


def _make_checks(desk: Desk, lang: Lang, max_drafts: int, threads: int, apart: bool) -> APIRouter:
    router = APIRouter(prefix="/v1", route_class=_Route)
    single, several, writing = CapacityLimiter(threads), CapacityLimiter(threads), CapacityLimiter(WRITING_THREADS)
    reading = CapacityLimiter(READING_THREADS)

    def speak(request: Request) -> Lang:
        return choose_lang(request.scope, lang)

    def who(request: Request) -> str | None:
        return name_person(request) if apart else None

    @router.post(
        "/check", tags=["check"], summary="serve.do_check", description="serve.about_check",
        response_model=CheckAnswers, responses=_problems(*_ASKED),
    )  # fmt: skip
    async def check(request: Request, drafts: Drafts, lang: Language = None, update: Update = False) -> Response:
        held = drafts if isinstance(drafts, list) else [drafts]
        _limit(len(held), max_drafts)
        rows = [draft.as_row() for draft in held]

        def answer() -> Response:
            return _answer({"answers": [a.as_dict() for a in desk.check(rows, speak(request), update=update)]})

        return await to_thread.run_sync(answer, limiter=single if len(rows) == 1 else several)

    @router.post(
        "/tokens", tags=["claims"], summary="serve.do_issue", description="serve.about_issue", status_code=201,
        response_model=TokenAnswer, responses=_problems(*_ASKED) | {201: {"model": TokenAnswer, "links": _AFTER_TOKEN}},
    )  # fmt: skip
    async def issue(request: Request, wanted: TokenRequest, lang: Language = None) -> Response:
        ticket, answer = await to_thread.run_sync(
            lambda: desk.issue(wanted.draft.as_row(), speak(request), person=name_person(request), ttl=wanted.ttl),
            limiter=writing,
        )
        return _answer({**answer.as_dict(), "ticket": ticket.as_dict()}, 201)

    @router.post(
        "/claims", tags=["claims"], summary="serve.do_claim", description="serve.about_claim", operation_id="claim",
        response_model=ClaimAnswer,
        responses=_problems(*_ASKED, 409) | {201: {"model": ClaimAnswer, "links": _AFTER_CLAIM}},
    )  # fmt: skip
    async def claim(request: Request, wanted: ClaimRequest, key: Key = None, lang: Language = None) -> Response:
        name = "" if not key else check_token(key[1:-1] if key.startswith('"') else key)
        found = await to_thread.run_sync(
            lambda: desk.claim(
                name, wanted.draft.as_row(), speak(request), token=wanted.token, person=name_person(request),
                ttl=wanted.ttl, override=wanted.override,
            ),
            limiter=writing,
        )  # fmt: skip
        headers = {"Location": f"/v1/claims/{quote(found.key, safe='')}"}
        if found.replayed:
            headers["Idempotent-Replayed"] = "true"
        return _answer(_tell_claim(found), 201 if found.granted else 200, headers)

    @router.post(
        "/claims/{key}/publish", tags=["claims"], summary="serve.do_publish", description="serve.about_publish",
        operation_id="publish",
        response_model=ClaimAnswer, responses=_problems(*_ASKED, 404, 409),
    )  # fmt: skip
    async def publish(
        request: Request, key: Name, told: PublishRequest | None = None, lang: Language = None
    ) -> Response:
        told = told or PublishRequest()
        return _answer(_tell_claim(await write(key, desk.publish, person=who(request), **told.model_dump())))

    @router.post(
        "/claims/{key}/release", tags=["claims"], summary="serve.do_release", description="serve.about_release",
        operation_id="release",
        response_model=ClaimAnswer, responses=_problems(*_ASKED, 404, 409),
    )  # fmt: skip
    async def release(
        request: Request, key: Name, told: ReleaseRequest | None = None, lang: Language = None
    ) -> Response:
        told = told or ReleaseRequest()
        return _answer(_tell_claim(await write(key, desk.release, person=who(request), **told.model_dump())))

    @router.get(
        "/claims/{key}", tags=["claims"], summary="serve.do_get_claim", operation_id="get_claim",
        response_model=ClaimAnswer,
        responses=_problems(*_READ, 404),
    )  # fmt: skip
    async def get_claim(key: Name, lang: Language = None) -> Response:
        found = await write(key, desk.ledger.get_claim, limiter=reading)
        if found is None:
            raise UnknownTokenError("serve.unknown_key", token=key)
        return _answer(_tell_claim(found))

    async def write(
        key: str, change: Callable[..., Done], limiter: CapacityLimiter = writing, **told: Any
    ) -> Done:  # fmt: skip
        try:
            check_token(key)
        except TokenError:  # nobody can have used it
            raise UnknownTokenError("serve.unknown_key", token=key) from None
        return await to_thread.run_sync(partial(change, key, **told), limiter=limiter)

    return router


def _tell_claim(claim: Claim) -> dict[str, Any]:
    return {**claim.answer, "claim": {**claim.as_dict(), "listing_id": claim.listing.listing_id}}


def _make_ledger(desk: Desk, lang: Lang, max_drafts: int) -> APIRouter:
    router = APIRouter(prefix="/v1/decisions", tags=["decisions"], route_class=_Route)
    writing, reading = CapacityLimiter(WRITING_THREADS), CapacityLimiter(READING_THREADS)

    @router.get("", summary="serve.do_list_decisions", response_model=DecisionList, responses=_problems(*_READ))
    async def list_decisions(lang: Language = None) -> Response:
        held = await to_thread.run_sync(desk.list_decisions, limiter=reading)
        entries = [
            {
                "listings": list(d.listings),
                "decision": d.decision,
                "reason": d.reason,
                "contents": [d.content_a, d.content_b],
                "decided": show_time(d.decided),
                "person": d.person,
            }
            for d in held
        ]
        return _answer({"format": FORMAT, "decisions": entries})

    @router.post(
        "", summary="serve.do_decide", description="serve.about_decide", status_code=201, response_model=Recorded,
        responses=_problems(*_ASKED, 404),
    )  # fmt: skip
    async def decide(request: Request, told: DecisionRequest, lang: Language = None) -> Response:
        _limit(len(told.drafts), max_drafts)
        if len(set(told.listings)) < len(told.listings):
            raise Refusal(422, message("serve.twice"), fields=(("listings", message("serve.twice")),))
        saying = Saying(tuple(told.listings), told.decision, told.reason)
        rows = [draft.as_row() for draft in told.drafts]
        count = await to_thread.run_sync(desk.decide, saying, rows, name_person(request), limiter=writing)
        return _answer({"recorded": count}, 201)

    @router.delete(
        "", summary="serve.do_withdraw", response_model=Withdrawn, responses=_problems(*_READ, 404),
    )  # fmt: skip
    async def withdraw(
        request: Request, listing_a: ListingId, listing_b: ListingId, reason: Reason = "", lang: Language = None
    ) -> Response:
        take_back = partial(desk.ledger.withdraw, listing_a, listing_b, reason, person=name_person(request))
        count = await to_thread.run_sync(take_back, limiter=writing)
        if not count:
            raise Refusal(404, message("serve.not_decided", a=listing_a, b=listing_b))
        return _answer({"withdrawn": count})

    return router


def _make_facts(desk: Desk, app: FastAPI, lang: Lang, max_drafts: int) -> APIRouter:
    router = APIRouter()

    @router.get("/v1/rules", tags=["check"], summary="serve.do_rules", response_model=Rules,
                responses=_problems(*_READ))  # fmt: skip
    async def rules(request: Request, lang_asked: Annotated[Lang | None, Query(alias="lang")] = None) -> Response:
        return _answer(describe_pack(desk.checker.pack, choose_lang(request.scope, lang)))

    @router.get(
        "/metrics", tags=["health"], summary="serve.do_metrics", response_class=PlainTextResponse,
        responses=_problems(*_READ),
    )  # fmt: skip
    async def metrics() -> Response:
        return Response(desk.meters.render(), media_type=CONTENT_TYPE_LATEST)

    @router.get(DOCUMENT, include_in_schema=False)
    async def document(request: Request) -> Response:
        return Response(render(choose_lang(request.scope, lang)), media_type="application/json")

    @cache
    def render(lang: Lang) -> bytes:
        return write_document(_describe(app, lang, max_drafts))

    return router


def _limit(count: int, most: int) -> None:
    if count > most:
        raise Refusal(422, message("serve.too_many", count=count, limit=most))


# --- what is wrong with a request --------------------------------------------------------------------------------


def _explain_status(error: HTTPException) -> Refusal:
    """Say in words what the router found."""
    key = {404: "serve.no_address", 405: "serve.no_method"}.get(error.status_code, "serve.bad_request")
    return Refusal(error.status_code, message(key), dict(error.headers or {}))


def _explain_fields(error: RequestValidationError) -> Refusal:
    """Say of each field that is not as it should be what was expected."""
    found: dict[str, Message] = {}
    for wrong in error.errors():
        place, *parts = wrong["loc"]
        names = [part for part in parts if place != "body" or not _is_internal(part)]
        name = ".".join(map(str, names))
        field = next((str(part) for part in reversed(names) if isinstance(part, str)), "")
        kind = wrong["type"]
        if kind == "missing":
            found.setdefault(name, message("serve.field_missing" if name else "serve.body_missing", field=name))
        elif kind == "extra_forbidden":
            found[name] = message("serve.field_unknown", field=name)
        else:
            found.setdefault(name, message("serve.field_wrong", field=name or "body", expected=_expect(field)))
    text = next(iter(found.values()), message("serve.bad_request"))
    return Refusal(422, text, fields=tuple(found.items()))


def _is_internal(part: object) -> bool:
    """Whether a part of a place is Pydantic's own name for one of several shapes, and no name of the request."""
    return isinstance(part, str) and (part in ("one", "many") or not part.isidentifier() or part in _SHAPES)


_SHAPES = frozenset({"str", "int", "float", "none", "Draft", "DraftSku"})


def _expect(field: str) -> Message:
    for names, key in _EXPECTED:
        if field in names:
            return message(key)
    return message("serve.expects_object")


_EXPECTED: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"title"}), "serve.expects_title"),
    (_TEXT_FIELDS, "serve.expects_text"),
    (_CODE_FIELDS, "serve.expects_code"),
    (_NUMBER_FIELDS, "serve.expects_number"),
    (frozenset({"attributes"}), "serve.expects_attributes"),
    (frozenset({"options"}), "serve.expects_options"),
    (frozenset({"images"}), "serve.expects_images"),
    (frozenset({"skus"}), "serve.expects_skus"),
    (frozenset({"ttl"}), "serve.expects_ttl"),
    (frozenset({"listings"}), "serve.expects_listings"),
    (frozenset({"drafts"}), "serve.expects_drafts"),
    (frozenset({"decision"}), "serve.expects_decision"),
    (frozenset({"Idempotency-Key"}), "serve.expects_key"),
    (frozenset({"listing_a", "listing_b"}), "serve.expects_listing"),
    (frozenset({"token"}), "serve.expects_token"),
    (frozenset({"lang"}), "serve.expects_lang"),
)


# --- the OpenAPI document ----------------------------------------------------------------------------------------


def _describe(app: FastAPI, lang: Lang, max_drafts: int) -> dict[str, Any]:
    """Return the OpenAPI document in ``lang``."""
    document = get_openapi(
        title=app.title, version=app.version, description=say("serve.about", lang), routes=app.routes
    )  # fmt: skip
    shapes = document["components"]["schemas"]
    shapes.setdefault("ProblemDocument", TypeAdapter(ProblemDocument).json_schema(ref_template=_REF))
    shapes |= shapes["ProblemDocument"].pop("$defs", {})
    for name, shape in shapes.items():
        shape["description"] = say(f"serve.shape_{name}", lang)
    body = document["paths"]["/v1/check"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    for one in body["oneOf"]:
        if one.get("type") == "array":
            one["maxItems"] = max_drafts
    spoken: dict[str, Any] = _speak(document, lang)
    return spoken


_REF = "#/components/schemas/{model}"


def _speak(value: Any, lang: Lang) -> Any:
    """Replace the keys of texts by the texts."""
    if isinstance(value, dict):
        return {name: _speak(part, lang) for name, part in value.items()}
    if isinstance(value, list):
        return [_speak(part, lang) for part in value]
    return say(value, lang) if isinstance(value, str) and value.startswith("serve.") else value
