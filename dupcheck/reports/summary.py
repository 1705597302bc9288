"""The audit in a few lines, for the terminal."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dupcheck.messages import say
from dupcheck.reports.comparison import say_comparison
from dupcheck.reports.documents import largest_groups, settle_audit
from dupcheck.reports.phrases import describe_decisions, describe_work, join_words, language, name_of, shorten

_TOP = 3
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def format_summary(audit: Mapping[str, Any], out: Path | None = None) -> str:
    """Return what was checked and found as plain text of about a dozen lines, without a line end after the last.

    ``out`` is the report folder, named at the end if given. Control characters of titles (a terminal would obey them)
    are left out.
    """
    settled = settle_audit(audit)
    lang = language(settled)
    counts = settled["counts"]
    catalog = settled["catalog"]
    lines = [
        say(
            "report.text_checked",
            lang,
            listings=counts["listings"],
            photos=catalog["photos"],
            skus=catalog["skus"],
            pack=_plain(settled["rules"]["title"] or settled["rules"]["pack"]),
        )
    ]
    lines += [unchecked["text"] for unchecked in settled.get("unchecked", ())]
    if counts["pairs"]:
        by_rule = join_words([f"{code} {n}" for code, n in counts["pairs_by_rule"].items()], lang)
        lines.append(
            say(
                "report.text_found",
                lang,
                groups=counts["groups"],
                grouped=counts["grouped"],
                pairs=counts["pairs"],
                rules=by_rule,
            )
        )
    else:
        lines.append(say("report.text_nothing", lang))
    lines += describe_work(counts, lang)
    actions = {action: n for action, n in counts["groups_by_action"].items() if n}
    if actions:
        lines.append(say("report.text_actions", lang))
        lines += [f"  {n:>5}  {name_of('action', action, lang)}" for action, n in actions.items()]
    if settled["groups"]:
        lines.append(say("report.text_top", lang))
        lines += [f"  {_group_line(settled, group)}" for group in largest_groups(settled["groups"], _TOP)]
    if "since" in settled:
        lines += say_comparison(settled["since"], lang)
    lines += describe_decisions(settled, lang)
    found = {severity: n for severity, n in counts["problems_by_severity"].items() if n}
    if found:
        shown = join_words([say(f"report.text_severity_{severity}", lang, n=n) for severity, n in found.items()], lang)
        lines.append(say("report.text_problems", lang, problems=shown))
    else:
        lines.append(say("report.text_no_problems", lang))
    if out is not None:
        lines.append(say("report.text_report", lang, path=out / "report.html"))
    return "\n".join(lines)


def _group_line(audit: Mapping[str, Any], group: Mapping[str, Any]) -> str:
    lang = language(audit)
    keep = group["keep"] or group["members"][0]["listing_id"]
    only_asked = group["action"] == "ask"
    asked = 0 if only_asked else sum(member["role"] == "ask" for member in group["members"])
    key = "report.text_group_asked" if asked else "report.text_group"
    return say(
        "report.text_group_ask" if only_asked else key,
        lang,
        group_id=group["group_id"],
        action=name_of("action", group["action"], lang),
        n=len(group["members"]) - asked,
        asked=asked,
        keep=shorten(_plain(keep), 24),
        title=shorten(_plain(audit["listings"].get(keep, {}).get("title", "")), 60),
    )


def _plain(text: str) -> str:
    return _UNPRINTABLE.sub(" ", text)
