"""The addresses of the review page. All that change something are POST with JSON, and an act in the ledger each."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr
from starlette.responses import Response

from dupcheck.decisions import DecisionKind
from dupcheck.exports import tell_admission
from dupcheck.messages import Lang, message
from dupcheck.reports.comparison import say_comparison
from dupcheck.reports.documents import take_rows
from dupcheck.revisions import are_edits
from dupcheck.serve.admission import PERSON
from dupcheck.serve.problems import Refusal, choose_lang, write_document
from dupcheck.serve.review.board import Board
from dupcheck.serve.review.downloads import KINDS, name_kind
from dupcheck.serve.review.page import ASSETS, POLICY, read_asset, render_shell
from dupcheck.serve.review.pictures import SIZES
from dupcheck.serve.review.shares import MOST_PEOPLE, By
from dupcheck.serve.review.work import Work

SHELL = "/"
ASSETS_AT = "/review/assets/"
"""The page and its assets hold nothing of the catalogue: they may be seen by who has not shown a secret yet."""
_AT_ONCE = 4
_MOST_GROUPS = 100_000
_MOST_PROBLEMS = 500
_DIGITS = 16
"""Of a number that anybody may send."""
_HEADERS = {
    "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}  # fmt: skip
Done = TypeVar("Done")
_Groups = Annotated[list[StrictStr], Field(min_length=1, max_length=_MOST_GROUPS)]
_Reason = Annotated[StrictStr, Field(max_length=2_000)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Choice(_Shape):
    """A decision about groups."""

    groups: _Groups
    choice: DecisionKind
    reason: _Reason = ""


class Reply(_Shape):
    """An answer to a question, which is named by its key."""

    key: StrictStr
    answer: Literal["same", "option", "different"]


class Out(_Shape):
    """One listing that does not belong to its group."""

    group: StrictStr
    listing: StrictStr
    reason: _Reason = ""


class Edit(_Shape):
    """Something changed in a group's plan."""

    group: StrictStr
    edits: dict[str, Any]


class Undo(_Shape):
    """An act to take back."""

    act: StrictInt


class Order(_Shape):
    """Groups in the order in which somebody wants to work through them."""

    groups: Annotated[list[StrictStr], Field(max_length=_MOST_GROUPS)]


class Share(_Shape):
    """A split of the open groups among people."""

    by: By
    people: Annotated[list[Annotated[StrictStr, Field(min_length=1, max_length=100)]],
                      Field(min_length=1, max_length=MOST_PEOPLE)]  # fmt: skip


class Hold(_Shape):
    """A group that somebody looks at, or gives back."""

    group: StrictStr
    back: bool = False


def is_shown(path: str) -> bool:
    """Whether whoever asks may see what is at this address: the page itself holds nothing of the catalogue."""
    return path == SHELL or path.startswith(ASSETS_AT)


def make_review(board: Board, lang: Lang, people: Sequence[str] = ()) -> APIRouter:
    """Return the page and what it asks for. The audit begins when it is first looked at; ``people`` are those who have
    a secret here.
    """
    router = APIRouter(include_in_schema=False)
    limiter = CapacityLimiter(_AT_ONCE)

    def speak(request: Request) -> Lang:
        return choose_lang(request.scope, lang)

    async def run(do: Callable[..., Done], *args: Any, **more: Any) -> Done:
        return await to_thread.run_sync(partial(do, *args, **more), limiter=limiter)

    def need(*groups: str) -> Work:
        if board.work is None:
            raise Refusal(503, message("review.not_ready"), {"Retry-After": "1"})
        unknown = next((g for g in groups if g not in board.work), None)
        if unknown is not None:
            raise Refusal(404, message("review.no_group", group=unknown))
        return board.work

    @router.get(SHELL)
    async def shell(request: Request) -> Response:
        return Response(render_shell(speak(request)), headers={**_HEADERS, "Content-Language": speak(request)},
                        media_type="text/html; charset=utf-8")  # fmt: skip

    @router.get(ASSETS_AT + "{name}")
    async def asset(name: str) -> Response:
        if name not in ASSETS:
            raise Refusal(404, message("serve.no_address"))
        return Response(read_asset(name), headers={**_HEADERS, "Cache-Control": "no-cache"}, media_type=ASSETS[name])

    @router.get("/review/api/progress")
    async def progress(request: Request) -> Response:
        board.start()
        return _answer(board.tell_progress(speak(request)))

    _add_views(router, board, need, run, speak, people)
    _add_downloads(router, board, need, run, speak)
    _add_acts(router, board, need, run, speak)
    return router


def _add_views(
    router: APIRouter,
    board: Board,
    need: Callable[..., Work],
    run: Callable[..., Any],
    speak: Callable[[Request], Lang],
    people: Sequence[str],
) -> None:
    @router.get("/review/api/groups")
    async def groups(request: Request) -> Response:
        work, lang = need(), speak(request)

        def tell() -> Response:
            record, news = work.first.view(lang).record, board.tell_news()
            since = record.get("since")
            return _answer({
                "groups": work.list_rows(), "questions": work.tell_questions(lang), "news": news,
                "shares": board.recall().shares, "people": list(people),
                "since": say_comparison(since, lang) if since else [], "trend": since["trend"] if since else [],
                "unchecked": [u["text"] for u in record.get("unchecked", ())], "files": record["catalog"]["files"],
                "counts": {
                    "listings": record["counts"]["listings"],
                    "groups": record["counts"]["groups"] - record["counts"]["groups_by_action"].get("none", 0),
                },
                "problems": len(record["problems"]), "pictured": work.pictures.any,
                "person": _name(request), "rules": {r["code"]: r["summary"] for r in record["rules"]["rules"]},
                "advice": len(work.advised), "offers": bool(record["rules"].get("offers")),
            })  # fmt: skip

        told: Response = await run(tell)
        return told

    @router.get("/review/api/changes")
    async def changes(request: Request, since: Annotated[int, Query()] = -1) -> Response:
        work = need()

        def tell() -> Response:
            news = board.tell_news(_known(request))
            return _answer({
                "rows": work.list_rows(since), "questions": work.tell_questions(speak(request)), "news": news,
                "shares": board.recall().shares,
            })  # fmt: skip

        found: Response = await run(tell)
        return found

    @router.get("/review/api/groups/{group}")
    async def group(request: Request, group: str) -> Response:
        need(group)
        return _answer(await run(board.tell_group, group, speak(request)))

    @router.get("/review/api/news")
    async def news(since: Annotated[int, Query()] = -1, stale: bool | None = None) -> Response:
        need()
        if await run(board.ledger.count_events) == since and stale in (None, board.stale):
            return Response(status_code=204)
        return _answer(await run(board.tell_news, since))

    @router.get("/review/api/photos")
    async def photo(listing: str, place: int = 0, size: int = SIZES[0]) -> Response:
        work = need()
        if listing not in work.audit.catalog.positions or place < 0 or size not in SIZES:
            raise Refusal(404, message("review.no_photo_there"))
        picture = await run(work.pictures.take, listing, place, size)
        if picture is None:
            raise Refusal(404, message("review.no_photo_there"))
        return Response(picture, headers={"Cache-Control": "private, max-age=300"}, media_type="image/jpeg")


def _add_downloads(
    router: APIRouter, board: Board, need: Callable[..., Work], run: Callable[..., Any],
    speak: Callable[[Request], Lang],
) -> None:  # fmt: skip
    @router.get("/review/api/carry")
    async def carry(request: Request) -> Response:
        need()
        lang = speak(request)

        def tell() -> Response:
            admission = board.admit(lang)
            left = [text.say(lang) for text in tell_admission(admission)]
            return _answer({
                "plans": len(admission.granted), "left": left, "stale": board.stale,
                "kinds": [(kind, name_kind(kind, lang)) for kind in KINDS],
            })  # fmt: skip

        told: Response = await run(tell)
        return told

    @router.get("/review/api/files/{kind}")
    async def download(request: Request, kind: str) -> Response:
        need()
        if kind not in KINDS:
            raise Refusal(404, message("serve.no_address"))
        found = await run(board.carry_out, kind, speak(request))
        return Response(found.data, headers={
            **_HEADERS, "Content-Disposition": f'attachment; filename="{found.name}"',
        }, media_type=found.media_type)  # fmt: skip

    @router.get("/review/api/problems")
    async def problems(request: Request) -> Response:
        work, lang = need(), speak(request)

        def tell() -> Response:
            record = work.first.view(lang).record
            return _answer({"problems": record["problems"][:_MOST_PROBLEMS], "count": len(record["problems"])})

        told: Response = await run(tell)
        return told

    @router.get("/review/api/advice")
    async def advice(request: Request) -> Response:
        work, lang = need(), speak(request)

        def tell() -> Response:
            rows = take_rows(work.first.view(lang).record["advice"], work.advised[:_MOST_PROBLEMS])
            told = [{"why": row["reasons"][0], "changes": [c["text"] for c in row.get("changes", ())]} for row in rows]
            return _answer({"advice": told, "count": len(work.advised)})

        told: Response = await run(tell)
        return told

    @router.get("/review/api/merges.json")
    async def merges(request: Request) -> Response:
        need()
        plans = await run(board.list_plans, speak(request))
        return _answer(plans, {"Content-Disposition": 'attachment; filename="merges.json"'})


def _add_acts(
    router: APIRouter, board: Board, need: Callable[..., Work], run: Callable[..., Any],
    speak: Callable[[Request], Lang],
) -> None:  # fmt: skip
    @router.post("/review/api/choices")
    async def choose(request: Request, told: Choice) -> Response:
        need(*told.groups)
        pairs = await run(board.choose, told.groups, told.choice, _name(request), told.reason)
        return _answer({"pairs": pairs, "news": await run(board.tell_news, _known(request))})

    @router.post("/review/api/answers")
    async def answer(request: Request, told: Reply) -> Response:
        if told.key not in need().questions:
            raise Refusal(404, message("review.no_question"))
        settled = await run(board.answer, told.key, told.answer, _name(request))
        return _answer({"settled": settled, "news": await run(board.tell_news, _known(request))})

    @router.post("/review/api/out")
    async def out(request: Request, told: Out) -> Response:
        need(told.group)
        await run(board.take_out, told.group, told.listing, _name(request), told.reason)
        return _answer({"news": await run(board.tell_news, _known(request))})

    @router.post("/review/api/edits")
    async def edit(request: Request, told: Edit) -> Response:
        need(told.group)
        if not are_edits(told.edits):
            raise Refusal(422, message("review.bad_edit"))
        await run(board.edit, told.group, told.edits, _name(request))
        return _answer({"news": await run(board.tell_news, _known(request))})

    @router.post("/review/api/undo")
    async def undo(request: Request, told: Undo) -> Response:
        need()
        await run(board.ledger.undo, told.act, person=_name(request))
        return _answer({"news": await run(board.tell_news, _known(request))})

    @router.post("/review/api/shares")
    async def share(request: Request, told: Share) -> Response:
        need()
        people = list(dict.fromkeys(name.strip() for name in told.people if name.strip()))
        if not people:
            raise Refusal(422, message("review.no_people"))
        shares = await run(board.share, told.by, people, _name(request))
        return _answer({"shares": shares, "news": await run(board.tell_news, _known(request))})

    @router.post("/review/api/again")
    async def again(request: Request) -> Response:
        need()
        board.start(again=True)
        return _answer({**board.tell_progress(speak(request)), "news": await run(board.tell_news, _known(request))})

    @router.post("/review/api/next")
    async def take(request: Request, told: Order) -> Response:
        need()
        group = await run(board.take_next, told.groups, _name(request))
        return _answer({"group": group, "news": await run(board.tell_news, _known(request))})

    @router.post("/review/api/hold")
    async def hold(request: Request, told: Hold) -> Response:
        work = need(told.group).name_work(told.group)
        if told.back:
            await run(board.ledger.hand_back, work, _name(request))
        else:
            await run(board.ledger.keep_work, work, _name(request))
        return _answer({"news": await run(board.tell_news, _known(request))})


def _known(request: Request) -> int:
    """The event that whoever asks knows of already: of states only what has changed since is told again."""
    text = request.query_params.get("known", "")
    return int(text) if text.isdecimal() and len(text) < _DIGITS else -1


def _name(request: Request) -> str:
    return str(request.scope.get(PERSON, ""))


def _answer(document: object, headers: dict[str, str] | None = None) -> Response:
    return Response(write_document(document), headers={**_HEADERS, **(headers or {})}, media_type="application/json")
