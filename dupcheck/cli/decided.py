"""``decide`` and ``decisions``: what the seller has decided."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from dupcheck.cli.console import tell, tell_bytes, tell_document
from dupcheck.cli.options import (
    Command,
    File,
    Group,
    Known,
    Manner,
    complete_files,
    lang_option,
    ledger_option,
    option,
    person_option,
    reading_options,
    say_language,
)
from dupcheck.errors import LedgerError
from dupcheck.messages import Lang, say

if TYPE_CHECKING:
    from pathlib import Path

    from dupcheck.decisions import DecisionKind
    from dupcheck.learned.answers import Answer
    from dupcheck.ledger.documents import Saying


def _list_kinds() -> tuple[str, ...]:
    from dupcheck.decisions import DECISION_KINDS

    return DECISION_KINDS


@click.command("decide", cls=Command, help="help_decide")
@click.argument("catalog", shell_complete=complete_files)
@click.argument("ids", metavar="[ID ID …]", nargs=-1)
@option("--as", "kind", type=Known(_list_kinds), help="opt_as")
@option("--reason", default="", metavar="TEXT", help="opt_reason")
@option("--from", "source", type=File(), metavar="FILE", help="opt_from")
@option("--draft", "drafts", multiple=True, metavar="DRAFT", help="opt_with_draft")
@reading_options
@person_option("--by")
@ledger_option
@lang_option
def _decide(
    catalog: str, ids: tuple[str, ...], kind: "DecisionKind | None", reason: str, source: "Path | None",
    drafts: tuple[str, ...], how: Manner, person: str, ledger: str | None,
    account: str, lang: Lang,
) -> None:  # fmt: skip
    from dupcheck.catalog import read_catalog
    from dupcheck.cli.ledgers import enter_ledger, name_owner
    from dupcheck.decisions import hash_listings
    from dupcheck.learned.answers import Answer
    from dupcheck.ledger.answers import write_answers
    from dupcheck.ledger.documents import Saying, read_sayings, spell_out
    from dupcheck.pipeline import find_position

    answers: list[Answer] = []
    if source is None and kind is not None and len(set(ids)) > 1:
        sayings = [Saying(ids, kind, reason)]
    elif source is not None and not ids and kind is None:
        sayings, answers = _read_workbook(source) if source.suffix.lower() in _WORKBOOKS else (read_sayings(source), [])
    else:
        raise LedgerError("ledger.how_to_decide")
    read = how.read(catalog)
    wanted = [i for saying in sayings if not saying.contents for i in saying.listings]
    contents: dict[str, str] = {}
    for path in drafts:
        contents |= hash_listings(read_catalog(path, images=how.images), wanted)
    contents |= hash_listings(read, wanted)
    decisions = []
    for saying in sayings:
        unknown = [i for i in saying.listings if not saying.contents and i not in contents]
        if unknown and source is None:
            find_position(read, unknown[0])
        for listing_id in unknown:
            tell(say("ledger.not_in_catalogue", lang, id=listing_id), err=True)
        known = tuple(i for i in dict.fromkeys(saying.listings) if i not in unknown)
        if len(known) > 1:
            decisions += spell_out(replace(saying, listings=known), contents)
    answers = [a for a in answers if a.listing_a in read.positions and a.listing_b in read.positions]
    if not decisions and not answers:
        raise LedgerError("ledger.nothing_decided")
    with enter_ledger(ledger, name_owner(account, [catalog], read), lang) as opened:
        count = opened.decide(decisions, person=person, details=write_answers(answers) if answers else None)
        tell(say("ledger.decided", lang, count=count, ledger=opened.address))
        if answers:
            tell(say("ledger.answered", lang, count=len(answers)))


_WORKBOOKS = (".xlsx", ".xls", ".xlsb", ".ods")


def _read_workbook(source: "Path") -> "tuple[list[Saying], list[Answer]]":
    """What was chosen in a report's workbook: of each group, what is said of its listings and of those taken out, and
    what was answered. An answer says what listings are; the plan that follows from it is still to be accepted.
    """
    from dupcheck.learned.answers import REPLIES, Answer
    from dupcheck.ledger.documents import Saying
    from dupcheck.reports.workbook import DECIDES, read_choices

    sayings: list[Saying] = []
    answers: list[Answer] = []
    for chosen in read_choices(source):
        inside = tuple(i for i in chosen.listings if i not in chosen.out)
        if chosen.choice is not None and chosen.choice != "out" and len(inside) > 1:
            reply = next((r for r in REPLIES if r == chosen.choice), None)
            if reply is not None:
                answers += [Answer(reply, "", *_sort(inside[0], other)) for other in inside[1:]]
            if reply is None or reply == "different":
                sayings.append(Saying(inside, DECIDES[chosen.choice], chosen.reason))
        for i, out in enumerate(chosen.out):
            others = (*inside, *chosen.out[:i])
            sayings += [Saying((out, other), "not_duplicate", chosen.reason) for other in others]
    return sayings, answers


def _sort(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


@click.group("decisions", cls=Group, help="help_decisions", invoke_without_command=True)
@click.pass_context
def _decisions(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        context.invoke(
            _decisions_list, form="text", against=(), images=None, maps=(), encoding="", delimiter="", currency="",
            ledger=None, account="", lang=say_language(context),
        )  # fmt: skip


@_decisions.command("list", help="help_decisions_list")
@option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True,
         help="opt_format")  # fmt: skip
@option("--against", metavar="CATALOG", multiple=True, help="opt_decisions_against")
@reading_options
@ledger_option
@lang_option
def _decisions_list(
    form: str, against: tuple[str, ...], how: Manner, ledger: str | None, account: str,
    lang: Lang,
) -> None:  # fmt: skip
    from dupcheck.cli.ledgers import list_decided
    from dupcheck.decisions import settle_decisions
    from dupcheck.files.cells import render_table
    from dupcheck.ledger.records import show_time

    decisions = list_decided(ledger, account)
    states = [""] * len(decisions)
    if against:
        settled = settle_decisions(how.read(against), decisions)
        states = [settled.judge(d) for d in decisions]
    columns = ("listing_a", "listing_b", "decision", "reason", "decided", "person", "state")
    rows = [
        (d.listing_a, d.listing_b, d.decision, d.reason, show_time(d.decided), d.person, state)
        for d, state in zip(decisions, states, strict=True)
    ]
    if form == "csv":
        tell_bytes(render_table(columns, rows))
    for row in rows if form != "csv" else ():
        if form == "json":
            tell_document(dict(zip(columns, row, strict=True)))
        else:
            a, b, kind, reason, decided, person, state = row
            told = f" – {say(f'ledger.decision_{state}', lang)}" if state else ""
            said = f"{say(f'report.decided_{kind}', lang)}{reason and f' ({reason})'}"
            tell(f"{decided}  {person and f'{person}  '}{a} – {b}: {said}{told}")


@_decisions.command("export", help="help_decisions_export")
@option("--out", type=File(), metavar="FILE", help="opt_decisions_out")
@ledger_option
@lang_option
def _decisions_export(out: "Path | None", ledger: str | None, account: str, lang: Lang) -> None:
    from dupcheck.cli.ledgers import list_decided
    from dupcheck.files.writing import write_file
    from dupcheck.ledger.documents import write_decisions

    del lang
    text = write_decisions(list_decided(ledger, account))
    if out is None:
        tell(text, nl=False)
    else:
        write_file(out, text.encode("utf-8", "replace"))


@_decisions.command("withdraw", help="help_decisions_withdraw")
@click.argument("listing_a", metavar="ID")
@click.argument("listing_b", metavar="ID")
@option("--reason", default="", metavar="TEXT", help="opt_reason")
@person_option("--as")
@ledger_option
@lang_option
def _decisions_withdraw(
    listing_a: str, listing_b: str, reason: str, person: str, ledger: str | None, account: str, lang: Lang
) -> None:
    from dupcheck.cli.ledgers import find_ledger
    from dupcheck.ledger import open_ledger

    with open_ledger(find_ledger(ledger), scope=account) as opened:
        if not opened.withdraw(listing_a, listing_b, reason, person=person):
            raise LedgerError("ledger.not_decided", a=listing_a, b=listing_b)
    tell(say("ledger.withdrawn", lang, a=listing_a, b=listing_b))


@_decisions.command("acts", help="help_decisions_acts")
@option("--last", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="opt_last")
@ledger_option
@lang_option
def _decisions_acts(last: int, ledger: str | None, account: str, lang: Lang) -> None:
    from dupcheck.cli.ledgers import find_ledger
    from dupcheck.ledger import open_ledger
    from dupcheck.ledger.records import show_time

    with open_ledger(find_ledger(ledger), scope=account) as opened:
        for act in opened.list_acts(last=last):
            kinds = dict.fromkeys(d.decision for d in act.decisions)
            what = say("ledger.event_withdrawn", lang) if act.kind == "withdraw" else ", ".join(
                say(f"ledger.event_{kind}", lang) for kind in kinds
            )  # fmt: skip
            ids = ", ".join(act.listings[:6]) + ("…" if len(act.listings) > 6 else "")
            undone = f" – {say('ledger.event_undone', lang)}" if act.undone else ""
            tell(f"{act.number}  {show_time(act.at)}  {act.person and f'{act.person}  '}{what}  {ids}{undone}")


@_decisions.command("undo", help="help_decisions_undo")
@click.argument("number", type=click.IntRange(1))
@person_option("--as")
@ledger_option
@lang_option
def _decisions_undo(number: int, person: str, ledger: str | None, account: str, lang: Lang) -> None:
    from dupcheck.cli.ledgers import find_ledger
    from dupcheck.ledger import open_ledger

    with open_ledger(find_ledger(ledger), scope=account) as opened:
        act = opened.undo(number, person=person)
    tell(say("ledger.undone", lang, ids=", ".join(act.listings), number=number))


@_decisions.command("history", help="help_decisions_history")
@ledger_option
@lang_option
def _decisions_history(ledger: str | None, account: str, lang: Lang) -> None:
    from dupcheck.cli.ledgers import find_ledger
    from dupcheck.ledger import open_ledger
    from dupcheck.ledger.records import show_time

    with open_ledger(find_ledger(ledger), scope=account) as opened:
        for event in opened.list_history():
            subject = " – ".join(event.listings)
            named = f"{event.token}: {subject}" if event.token else subject
            what = say(f"ledger.event_{event.event}", lang)
            who = event.person and f"{event.person}  "
            tell(f"{show_time(event.at)}  {who}{what}  {named}{event.reason and f' ({event.reason})'}")
