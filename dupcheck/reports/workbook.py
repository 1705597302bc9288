"""``report.xlsx``: the audit as a workbook to decide in, and what was decided in it, read back.

A sheet of groups, a row a listing, with a drop-down for the decision; sheets for pairs, problems and what to take
offline. Ids are texts, so that no spreadsheet rounds them. The same audit gives the same bytes.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import accumulate, islice, takewhile
from pathlib import Path
from typing import Any, Literal

import xlsxwriter
from PIL import Image
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from dupcheck.catalog.workbooks import read_workbook
from dupcheck.decisions import DecisionKind
from dupcheck.errors import LedgerError
from dupcheck.files.given import read_given
from dupcheck.messages import LANGS, Lang, say
from dupcheck.reports.documents import SettledAudit, list_keys, pick_fields, pick_rows, settle_audit
from dupcheck.reports.phrases import join_words, language, name_of
from dupcheck.reports.tables import OFFLINE_COLUMNS, join_options, list_offline_rows
from dupcheck.reports.thumbnails import Thumbnail

Choice = Literal["merge_accepted", "not_duplicate", "allowed", "same", "option", "different", "out"]
"""What can be chosen in the decision column: a decision about a plan, an answer to a question, or one listing out."""
PLAN_CHOICES: tuple[Choice, ...] = ("merge_accepted", "not_duplicate", "allowed")
ANSWERS: tuple[Choice, ...] = ("same", "option", "different")
DECIDES: Mapping[Choice, DecisionKind] = {
    "merge_accepted": "merge_accepted", "not_duplicate": "not_duplicate", "allowed": "allowed",
    "same": "merge_accepted", "option": "merge_accepted", "different": "not_duplicate",
}  # fmt: skip
"""What a choice says of the pairs it is about."""

MOST_ROWS = 20_000
MOST_PHOTOS = 2_000
_A4 = 9
_MADE = datetime(2000, 1, 1)  # equal audits give equal bytes
_ROW_POINTS, _PHOTO_PIXELS = 54, 64
_LINE_POINTS, _MOST_LINES = 13.5, 20
_LONGEST = 32_000  # characters; a cell holds 32,767
_GROUP_COLUMNS = (
    ("group", 14), ("listing", 16), ("photo", 10), ("title", 38), ("price", 9), ("link", 9), ("action", 20),
    ("place", 12), ("options", 20), ("decision", 24), ("reason", 16), ("differs", 62),
)  # fmt: skip
_PLACES = {name: k for k, (name, _) in enumerate(_GROUP_COLUMNS)}
_WIDTHS = dict(_GROUP_COLUMNS)
_PAIR_COLUMNS = (("listing", 18), ("other", 18), ("rule", 8), ("verdict", 12), ("differs", 110))
_PROBLEM_COLUMNS = (("row", 8), ("listing", 18), ("field", 16), ("severity", 12), ("message", 110))
_OFFLINE_COLUMNS = (
    ("listing", 18), ("instead", 18), ("title", 46), ("price", 10), ("link", 30), ("differs", 40), ("group", 14),
)  # fmt: skip


class PairRows:
    """The first pairs that are shown to it, as the workbook tells them: they are put into words only once."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang
        self.rows: list[tuple[str, ...]] = []

    def add(self, pair: Mapping[str, Any]) -> None:
        """Take note of one pair."""
        if len(self.rows) < MOST_ROWS:
            verdict = name_of("verdict", pair["verdict"], self.lang)
            self.rows.append((pair["listing_a"], pair["listing_b"], pair["rule"], verdict, pair["explanation"]))


def render_workbook(
    audit: Mapping[str, Any], thumbnail: Thumbnail | None = None, pairs: PairRows | None = None
) -> bytes:
    """Return ``report.xlsx``; of very many rows it holds the first.

    ``thumbnail`` gives the listings' photos, ``pairs`` what was noted of the pairs while they were written elsewhere.
    """
    settled = settle_audit(audit)
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"created": _MADE, "title": "dupcheck"})
        noted = pairs or PairRows(language(settled))
        if pairs is None:
            for pair in islice(settled["pairs"], MOST_ROWS):
                noted.add(pair)
        _Writer(book, settled).write(thumbnail, noted)
    return file.getvalue()


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook, audit: SettledAudit) -> None:
        self.book, self.audit, self.lang = book, audit, language(audit)
        plain: dict[str, Any] = {"valign": "top", "text_wrap": True, "font_size": 10}
        self.head = book.add_format({"bold": True, "bg_color": "#2A5A86", "font_color": "#FFFFFF", "text_wrap": True})
        self.cell = book.add_format({**plain, "num_format": "@"})
        self.price = book.add_format({**plain, "num_format": "0.00"})
        self.number = book.add_format({**plain, "num_format": "0"})
        self.link = book.add_format({**plain, "font_color": "#2A5A86", "underline": 1})
        top: dict[str, Any] = {**plain, "top": 1}
        self.first = book.add_format({**top, "num_format": "@", "bold": True})
        self.first_why = book.add_format({**top, "num_format": "@"})
        self.first_price = book.add_format({**top, "num_format": "0.00"})
        self.first_link = book.add_format({**top, "font_color": "#2A5A86", "underline": 1})
        self._name_choices = cache(lambda choices: [name_choice(choice, self.lang) for choice in choices])
        self.choice = book.add_format({**plain, "bg_color": "#FFF6CC", "border": 1, "border_color": "#C9B458"})

    def write(self, thumbnail: Thumbnail | None, pairs: PairRows) -> None:
        self._write_groups(thumbnail)
        self._write_rows("pairs", _PAIR_COLUMNS, pairs.rows, len(self.audit["pairs"]), "pairs.csv")
        problems = self.audit["problems"]
        named = ((p["row"], p["listing_id"], p["field"], self._name("severity", p["severity"]), p["message"])
                 for p in problems[:MOST_ROWS])  # fmt: skip
        self._write_rows("problems", _PROBLEM_COLUMNS, named, len(problems), "problems.csv")
        offline = list_offline_rows(self.audit)
        assert len(OFFLINE_COLUMNS) == len(_OFFLINE_COLUMNS)
        first = list(islice(offline, MOST_ROWS))
        count = len(first) + sum(1 for _ in offline)
        self._write_rows("offline", _OFFLINE_COLUMNS, first, count, "take-offline.csv")

    def _say(self, name: str, **values: object) -> str:
        return say(f"report.{name}", self.lang, **values)

    def _name(self, kind: str, name: str) -> str:
        return name_of(kind, name, self.lang)

    def _add_sheet(self, name: str, columns: Sequence[tuple[str, int]]) -> Worksheet:
        sheet: Worksheet = self.book.add_worksheet(self._say(f"book_{name}"))
        for k, (column, width) in enumerate(columns):
            sheet.set_column(k, k, width)
            sheet.write_string(0, k, self._say(f"book_{column}"), self.head)
        sheet.freeze_panes(1, 2)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_margins(left=0.3, right=0.3, top=0.4, bottom=0.6)
        sheet.set_footer("&L&A&R&P / &N")
        return sheet

    def _write_rows(
        self, name: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[object]], count: int, file: str
    ) -> None:
        sheet = self._add_sheet(name, columns)
        last = 0
        for last, row in enumerate(rows, 1):
            for k, value in enumerate(row):
                self._put(sheet, last, k, value)
        sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
        if count > last:
            sheet.write_string(last + 1, 0, self._say("book_more", n=count - last, file=file), self.cell)

    def _put(self, sheet: Worksheet, row: int, column: int, value: object, form: Format | None = None) -> None:
        if value is None or value == "":
            sheet.write_blank(row, column, None, form or self.cell)
        elif isinstance(value, int):
            sheet.write_number(row, column, value, form or self.number)
        elif isinstance(value, float):
            sheet.write_number(row, column, value, form or self.price)
        else:
            sheet.write_string(row, column, str(value)[:_LONGEST], form or self.cell)

    def _write_groups(self, thumbnail: Thumbnail | None) -> None:
        sheet = self._add_sheet("groups", _GROUP_COLUMNS)
        photos = _Photos(sheet, _PLACES["photo"], thumbnail)
        row = 0
        groups = self.audit["groups"]
        ends = accumulate(len(group["members"]) for group in groups)
        shown = groups[: sum(1 for _ in takewhile(lambda end: end <= MOST_ROWS, ends))]
        for group, plan in zip(shown, self._list_plans(shown), strict=True):
            for k, member in enumerate(group["members"]):
                row += 1
                self._write_member(sheet, row, group, member, plan, first=k == 0)
                self._offer(sheet, row, _PLACES["decision"], group["action"], first=k == 0)
                photos.place(row, member["listing_id"])
        sheet.autofilter(0, 0, max(row, 1), len(_GROUP_COLUMNS) - 1)
        written = sum(len(g["members"]) for g in groups) - row
        if written:
            sheet.write_string(row + 1, 0, self._say("book_more", n=written, file="groups.csv"), self.cell)
        sheet.write_comment(0, _PLACES["decision"], self._say("book_hint"), {"author": "dupcheck"})

    def _list_plans(self, groups: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        at = {group_id: k for k, (group_id,) in enumerate(list_keys(self.audit["plans"], "group_id"))}
        return pick_rows(self.audit["plans"], [at[group["group_id"]] for group in groups])

    def _write_member(
        self, sheet: Worksheet, row: int, group: Mapping[str, Any], member: Mapping[str, Any],
        plan: Mapping[str, Any], *, first: bool,
    ) -> None:  # fmt: skip
        title, price, link = pick_fields(self.audit["listings"], member["listing_id"], ("title", "price", "url"))
        question = (plan.get("question") or {}).get("text", "")
        action = question or self._name("action", group["action"])
        why = "\n".join([*plan["reasons"], *plan["cautions"]]) if first else member["explanation"]
        values = {
            "group": group["group_id"],
            "listing": member["listing_id"],
            "title": title or "",
            "price": None if price is None else float(price),
            "action": action if first else "",
            "place": self._name("role", member["role"]),
            "options": join_options(member["options"]),
            "differs": why,
        }
        sheet.set_row(row, max(_ROW_POINTS, _LINE_POINTS * _count_lines(why, _WIDTHS["differs"])))
        own = {"price": self.first_price, "differs": self.first_why}
        for name, value in values.items():
            self._put(sheet, row, _PLACES[name], value, own.get(name, self.first) if first else None)
        if first:
            sheet.write_blank(row, _PLACES["photo"], None, self.first)
        url, at = str(link or ""), _PLACES["link"]
        if url.lower().startswith(("https://", "http://")) and len(url) < 2_000:
            sheet.write_url(row, at, url, self.first_link if first else self.link, self._say("book_link"))
        else:
            self._put(sheet, row, at, url, self.first if first else None)

    def _offer(self, sheet: Worksheet, row: int, column: int, action: str, *, first: bool) -> None:
        if action == "none":
            return
        choices: tuple[Choice, ...] = (ANSWERS if action == "ask" else PLAN_CHOICES) if first else ("out",)
        words = self._name_choices(choices)
        sheet.write_blank(row, column, None, self.choice)
        sheet.write_blank(row, column + 1, None, self.choice)
        sheet.data_validation(row, column, row, column, {"validate": "list", "source": words})


def _count_lines(text: str, width: int) -> int:
    """How many lines a text takes in a column so many characters wide; wide letters count twice."""
    lines = text.split("\n")
    wide = [len(line) if line.isascii() else sum(2 if ord(sign) > 0x2E7F else 1 for sign in line) for line in lines]
    return min(_MOST_LINES, sum(max(1, -(-n // (width - 6))) for n in wide))


class _Photos:
    """Puts the listings' photos beside their rows: JPEG, which every spreadsheet shows."""

    def __init__(self, sheet: Worksheet, column: int, thumbnail: Thumbnail | None) -> None:
        self.sheet, self.column, self.thumbnail, self.left = sheet, column, thumbnail, MOST_PHOTOS

    def place(self, row: int, listing_id: str) -> None:
        picture = self.thumbnail(listing_id) if self.thumbnail is not None and self.left else None
        if not picture:
            return
        self.left -= 1
        with Image.open(io.BytesIO(picture)) as opened:
            opened.thumbnail((2 * _PHOTO_PIXELS, 2 * _PHOTO_PIXELS))
            small = io.BytesIO()
            opened.convert("RGB").save(small, "JPEG", quality=80)
            scale = _PHOTO_PIXELS / max(opened.size)
        self.sheet.insert_image(row, self.column, f"{listing_id}.jpg", {
            "image_data": small, "x_scale": scale, "y_scale": scale, "x_offset": 3, "y_offset": 3,
            "object_position": 1, "decorative": True,
        })  # fmt: skip


def name_choice(choice: Choice, lang: Lang) -> str:
    """Return what a choice is called in the decision column."""
    kind = "answer" if choice in ANSWERS else "book" if choice == "out" else "decision"
    return say(f"report.{kind}_{choice}", lang)


# --- reading it back ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen for one group: its listings, the choice (None: nothing), those taken out, and why."""

    group_id: str
    listings: tuple[str, ...]
    choice: Choice | None
    out: tuple[str, ...]
    reason: str


def read_choices(path: Path) -> list[Chosen]:
    """Read what was chosen in a workbook, in whatever language and program it was saved.

    Raises LedgerError where the file is no such workbook, or a cell holds what cannot be chosen there.
    """
    grids = read_workbook(read_given(path), str(path))
    for grid in grids:
        head = [cell.strip() for cell in grid.records[0].cells] if grid.records else []
        columns = {name: _find_column(head, name) for name in ("group", "listing", "place", "decision", "reason")}
        if None not in columns.values():
            rows = [
                (number, {name: _cell(record.cells, k) for name, k in columns.items()})
                for number, record in enumerate(grid.records[1:], 2)
            ]
            return list(_gather(rows, path))
    raise LedgerError("ledger.no_workbook", path=path, reason=say("report.book_decision"))


def _find_column(head: Sequence[str], name: str) -> int | None:
    names = {say(f"report.book_{name}", lang) for lang in LANGS}
    return next((k for k, cell in enumerate(head) if cell in names), None)


def _cell(cells: Sequence[str], column: int | None) -> str:
    return cells[column].strip() if column is not None and column < len(cells) else ""


def _gather(rows: Sequence[tuple[int, Mapping[str, str]]], path: Path) -> Iterator[Chosen]:
    known = {name_choice(choice, lang): choice for choice in (*DECIDES, "out") for lang in LANGS}
    groups: dict[str, list[tuple[str, Choice | None, str]]] = {}
    spared = {say("report.role_allowed", lang) for lang in LANGS}
    for number, row in rows:
        if not row["group"] or not row["listing"]:
            continue
        choice = known.get(row["decision"])
        if row["decision"] and choice is None:
            raise LedgerError(
                "ledger.workbook_choice", path=path, row=number, came=row["decision"],
                known=join_words([name_choice(c, "en") for c in (*DECIDES, "out")], "en"),
            )  # fmt: skip
        if row["place"] not in spared or choice:
            groups.setdefault(row["group"], []).append((row["listing"], choice, row["reason"]))
    for group_id, members in groups.items():
        out = tuple(i for i, choice, _ in members if choice == "out")
        chosen = [choice for _, choice, _ in members if choice not in (None, "out")]
        if len(set(chosen)) > 1:
            raise LedgerError("ledger.workbook_two", path=path, group=group_id)
        if out or chosen:
            reason = "; ".join(dict.fromkeys(text for _, _, text in members if text))
            listings = tuple(i for i, _, _ in members)
            yield Chosen(group_id, listings, chosen[0] if chosen else None, out, reason)
