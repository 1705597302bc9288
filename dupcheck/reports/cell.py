"""The audit as a notebook cell shows it: what was found, and the ten largest groups."""

import sys
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from dupcheck.catalog.values import parse_attributes
from dupcheck.judging.sentences import show_percent
from dupcheck.messages import Lang, say
from dupcheck.model import Catalog
from dupcheck.photos.files import OutsideError, PhotoFolder, is_address
from dupcheck.reports.documents import largest_groups, settle_audit
from dupcheck.reports.phrases import files_of, join_words, language, name_of, shorten
from dupcheck.reports.thumbnails import shrink_photo

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
        for name in ("groups", "grouped", "violations", "questions", "pairs", "problems")
    )
    shown = largest_groups(groups, _TOP)
    table = _table([_row(settled, group) for group in shown], lang) if shown else ""
    more = len(groups) - len(shown)
    rest = f"<p>{escape(say('report.cell_more', lang, n=more))}</p>" if more else ""
    return f'<div class="dupcheck"><p>{escape(checked)}</p><p>{figures}</p>{table}{rest}</div>'


_COMPARED = ("title", "price", "category", "shop", "sku_code", "url")


def render_explanation(explanation: str, steps: Sequence[Mapping[str, Any]] = ()) -> str:
    """Return how every rule sees two listings, and the sum of what the seller's answers taught as a small waterfall."""
    return f"<pre>{escape(explanation)}</pre>{render_steps(steps)}"


def render_steps(steps: Sequence[Mapping[str, Any]]) -> str:
    """Return a probability step by step: a bar from where it stood to where each reason moves it."""
    rows, before = [], 0.0
    for step in steps:
        chance, amount = float(step["chance"]), step["amount"]
        low, high = (0.0, chance) if amount is None else sorted((before, chance))
        color = "#9a9a9a" if amount is None else "#23754b" if amount > 0 else "#a33a2a"
        bar = (
            f'<div style="width:220px;background:#eee"><div style="height:.8em;background:{color};'
            f'margin-left:{100 * low:.1f}%;width:{max(100 * (high - low), 0.8):.1f}%"></div></div>'
        )
        rows.append(
            f'<tr><td style="text-align:left">{escape(str(step["text"]))}</td><td>{bar}</td>'
            f"<td>{show_percent(chance)} %</td></tr>"
        )
        before = chance
    return f"<table>{''.join(rows)}</table>" if rows else ""


def render_comparison(
    audit: Mapping[str, Any], catalog: Catalog, left: str, right: str, explanation: str,
    steps: Sequence[Mapping[str, Any]] = (),
) -> str:  # fmt: skip
    """Return two listings side by side: photos, what each states, how every rule sees them, and what was learned."""
    lang = language(audit)
    folder = None if catalog.image_root is None else PhotoFolder(catalog.image_root)
    ids = (left, right)
    photos = "".join(f"<td>{_show_photo(catalog, folder, i)}</td>" for i in ids)
    rows = [("", *(f"<b>{escape(i)}</b>" for i in ids))]
    for name in _COMPARED:
        values = [catalog.columns[name][catalog.positions[i]] for i in ids]
        texts = ["" if value != value else escape(str(value)) for value in values]  # NaN is not itself
        if any(texts):
            rows.append((escape(say(f"report.compare_{name}", lang)), *texts))
    known = [parse_attributes(catalog.columns["attributes"][catalog.positions[i]]) for i in ids]
    for name in dict.fromkeys([*known[0], *known[1]]):
        rows.append((escape(name), *(escape(one.get(name, "–")) for one in known)))
    body = "".join(f"<tr>{''.join(f'<td {_LEFT}>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="dupcheck"><table><tr><td></td>{photos}</tr>{body}</table>'
        f"{render_explanation(explanation, steps)}</div>"
    )  # fmt: skip


_LEFT = 'style="text-align:left" dir="auto"'


def _show_photo(catalog: Catalog, folder: PhotoFolder | None, listing_id: str) -> str:
    name = str(catalog.column("main_image")[catalog.positions[listing_id]])
    if not name or folder is None or is_address(name):
        return escape(name)
    try:
        picture = shrink_photo(str(folder.find(name)[0]), _EDGE)
    except OutsideError:
        picture = None
    if picture is None:
        return escape(name)
    kind = "webp" if picture[:4] == b"RIFF" else "jpeg"
    return f'<img src="data:image/{kind};base64,{b64encode(picture).decode()}" alt="{escape(name)}">'


_EDGE = 220


def watch_in_notebook(lang: Lang) -> Callable[[str, int, int], None] | None:
    """Return what shows progress in a notebook's cell; None where there is no notebook."""
    shell = sys.modules.get("IPython")
    kernel = None if shell is None else shell.get_ipython()
    if kernel is None or type(kernel).__name__ != "ZMQInteractiveShell":
        return None
    from IPython.display import DisplayHandle

    handle: Any = DisplayHandle()  # type: ignore[no-untyped-call]
    state = {"stage": "", "shown": False}

    def tell(stage: str, done: int, total: int) -> None:
        percent = round(100 * done / total) if total else 100
        text = f"{say(stage, lang)}: {percent} %"
        if text != state["stage"]:
            state["stage"] = text
            content = {
                "text/html": f'<progress max="100" value="{percent}"></progress> {escape(text)}',
                "text/plain": text,
            }
            handle.update(content, raw=True) if state["shown"] else handle.display(content, raw=True)
            state["shown"] = True

    return tell


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
