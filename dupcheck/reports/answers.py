"""Answers about drafts, for those who check many at once: a page, a table and a line that counts them.

Made from what :meth:`~dupcheck.checking.Answer.as_dict` gives, and from nothing else.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from dupcheck.errors import OutputError
from dupcheck.files.cells import encode_page, render_table
from dupcheck.files.writing import check_beside, check_ending, check_target, write_file
from dupcheck.messages import Lang, say
from dupcheck.reports.page import hash_asset, load_template, read_asset

PAGE, TABLE = "check.html", "check.csv"
STATES = ("duplicate", "unsure", "title_only", "advice", "publish")
"""What can be said of a draft, the most urgent first; «unsure»: it names a photo that nobody has looked at."""
_ALL_UNSEEN = 3
_COLUMNS = ("listing_id", "title", "state", "advice", "like", "explanation", "not_compared", "problems")


def save_answers(answers: Sequence[Mapping[str, Any]], out: Path, lang: Lang = "en") -> list[Path]:
    """Write ``check.html`` and ``check.csv`` into the folder ``out``; return their paths.

    Raises OutputError where that cannot be done.
    """
    check_answers(out)
    rows = sorted((_describe(answer, lang) for answer in answers), key=lambda row: STATES.index(row["state"]))
    style = read_asset("report.css")
    page = load_template("answers.html").render(
        lang=lang, locale=say("lang.locale", lang), rows=rows, summary=summarize_answers(answers, lang),
        title=say("check.page_title", lang), marks=say("audit.why_titles", lang),
        style=Markup(style), policy=f"default-src 'none'; style-src '{hash_asset(style)}'; base-uri 'none'",
        say=lambda key, **values: say(key, lang, **values),
    )  # fmt: skip
    table = render_table(_COLUMNS, [[row[column] for column in _COLUMNS] for row in rows])
    return [write_file(out / PAGE, encode_page(page)), write_file(out / TABLE, table)]


def check_answers(out: Path) -> None:
    """Raise OutputError where ``out`` holds files of these names that no earlier check has written."""
    check_ending(out)
    check_beside(out / TABLE, _COLUMNS)
    if (out / PAGE).exists() and not (out / TABLE).is_file():  # the two are always written together
        raise OutputError("files.not_ours", path=out / PAGE)
    check_target(out / PAGE)


def summarize_answers(answers: Sequence[Mapping[str, Any]], lang: Lang = "en") -> str:
    """Return one line: how many drafts can be published, and how many not."""
    states = [judge_answer(answer) for answer in answers]
    parts = [say(f"check.count_{state}", lang, n=states.count(state)) for state in reversed(STATES) if state in states]
    return say("check.summary", lang, drafts=len(answers), parts=say("verdicts.comma", lang).join(parts))


def judge_answer(answer: Mapping[str, Any]) -> str:
    """Return which of ``STATES`` an answer is."""
    lost = any(p["field"] in ("main_image", "images") and p["severity"] != "info" for p in answer["problems"])
    if lost and answer["verdict"] != "duplicate":
        return "unsure"
    title_only = answer["verdict"] == "publish" and len(answer["unseen"]) == _ALL_UNSEEN
    return "title_only" if title_only else str(answer["verdict"])


def _describe(answer: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    own, pairs, nearest = answer["listing_id"], answer["pairs"], answer["nearest"]
    others = dict.fromkeys(p["listing_b"] if p["listing_a"] == own else p["listing_a"] for p in pairs)
    return {
        "listing_id": own,
        "title": answer["title"],
        "state": judge_answer(answer),
        "advice": answer["advice"],
        "like": "; ".join(others),
        "explanation": pairs[0]["explanation"] if pairs else "",
        "titles": pairs[0]["titles"] if pairs else (),
        "nearest": nearest["text"] if nearest and nearest["near"] and not pairs else "",
        "not_compared": say("verdicts.comma", lang).join(
            say(f"check.unseen_{name}", lang) for name in answer["unseen"]
        ),
        "problems": " ".join(p["message"] for p in answer["problems"]),
    }
