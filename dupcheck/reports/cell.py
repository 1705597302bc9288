"""The audit as a notebook cell shows it: what was found, and the ten largest groups."""

from collections.abc import Mapping
from html import escape
from typing import Any

from dupcheck.messages import Lang, say
from dupcheck.reports.documents import largest_groups, settle_audit
from dupcheck.reports.phrases import files_of, join_words, language, name_of, shorten

_TOP = 10


def render_cell(audit: Mapping[str, Any]) -> str:
    """Return compact HTML without scripts or style sheets; every text of the catalogue in it is escaped."""
    settled = settle_audit(audit)
    lang = language(settled)
    counts, groups = settled["counts"], settled["groups"]
    checked = say(
        "report.checked",
        lang,
        files=files_of(settled, lang),
        listings=counts["listings"],
        pack=settled["rules"]["title"] or settled["rules"]["pack"],
    )
    figures = " · ".join(
        f"<b>{counts[name]}</b> {escape(say(f'report.tile_{name}', lang))}"
        for name in ("flagged", "groups", "pairs", "problems")
    )
    shown = largest_groups(groups, _TOP)
    table = _table([_row(settled, group) for group in shown], lang) if shown else ""
    more = len(groups) - len(shown)
    rest = f"<p>{escape(say('report.cell_more', lang, n=more))}</p>" if more else ""
    return f'<div class="dupcheck"><p>{escape(checked)}</p><p>{figures}</p>{table}{rest}</div>'


def _row(audit: Mapping[str, Any], group: Mapping[str, Any]) -> list[str]:
    lang = language(audit)
    keep = group["keep"] or group["members"][0]["listing_id"]
    title = audit["listings"].get(keep, {}).get("title", "")
    return [
        group["group_id"],
        name_of("action", group["action"], lang),
        join_words(group["rules"], lang),
        str(len(group["members"])),
        shorten(f"{keep} · {title}", 90),
    ]


def _table(rows: list[list[str]], lang: Lang) -> str:
    heads = [say(f"report.cell_{name}", lang) for name in ("group", "action", "rules", "listings", "keep")]
    left = 'style="text-align:left"'
    head = "".join(f"<th {left}>{escape(text)}</th>" for text in heads)
    body = "".join(
        "<tr>" + "".join(f'<td {left} dir="auto">{escape(cell)}</td>' for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
