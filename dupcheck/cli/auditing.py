"""``audit`` and ``why``."""

import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from dupcheck.cli.console import tell, tell_document
from dupcheck.cli.options import (
    Bars,
    Command,
    File,
    Manner,
    complete_files,
    ledger_option,
    open_pack,
    option,
    shared_options,
)
from dupcheck.errors import DupcheckError, LedgerError
from dupcheck.marketplaces import list_homes
from dupcheck.messages import Lang, say

if TYPE_CHECKING:
    from pathlib import Path

    from dupcheck.model import Catalog, Verdict
    from dupcheck.pipeline import Audit
    from dupcheck.rules import RulePack


_REMOTE = re.compile(r"^([a-z][a-z0-9+.-]+:)/(?=[^/])")
LEDGER = "ledger"
"""What ``--since`` is told to compare with the last run that the ledger knows."""


ENGINES = ("local", "spark")
VERDICTS = ("duplicate", "advice")
"""What is chosen from, said here again: who asks for a help would wait for all that makes them."""


@click.command("audit", cls=Command, help="help_audit")
@click.argument("catalog", nargs=-1, required=True, shell_complete=complete_files)
@shared_options
@option(
    "--out",
    type=File(),
    default="dupcheck-report",
    show_default=True,
    metavar="DIR",
    help="opt_out",
)
@option("--engine", type=click.Choice(ENGINES), default="local", show_default=True, help="opt_engine")
@option("--export", "exports", type=click.Choice(list(list_homes())), multiple=True, help="opt_export")
@option("--template", "templates", type=File(), multiple=True, metavar="FILE",
        help="opt_template")  # fmt: skip
@option("--all", "all_plans", is_flag=True, help="opt_all_plans")
@option("--decisions", "documents", type=File(), multiple=True, metavar="FILE",
        help="opt_decisions_file")  # fmt: skip
@option("--since", metavar="DIR|ledger", help="opt_since")
@option("--json", "as_json", is_flag=True, help="opt_audit_json")
@option("--fail-on", type=click.Choice(VERDICTS), help="opt_fail_on")
@ledger_option
@option("--no-ledger", is_flag=True, help="opt_no_ledger")
@option("--answers", type=File(), metavar="FILE", help="opt_answers")
@option("--labels", type=File(), metavar="FILE", help="opt_labels")
def _audit(**given: Any) -> None:
    from dupcheck.run import uncollected

    with uncollected():
        _run_audit(**given)


def _run_audit(
    catalog: tuple[str, ...], rules: str, settings: tuple[str, ...], how: Manner, jobs: int,
    cache: "Path | None", fetch_images: bool, allow_hosts: tuple[str, ...], lang: Lang, out: "Path",
    engine: Any, exports: tuple[str, ...], templates: "tuple[Path, ...]", all_plans: bool,
    documents: "tuple[Path, ...]", since: str | None, as_json: bool, fail_on: "Verdict | None", ledger: str | None,
    account: str, no_ledger: bool, answers: "Path | None", labels: "Path | None",
) -> None:  # fmt: skip
    if engine == "spark":
        refused = {
            "--export": exports, "--template": templates, "--all": all_plans, "--decisions": documents,
            "--since": since, "--ledger": ledger, "--answers": answers, "--labels": labels, "--encoding": how.encoding,
        }  # fmt: skip
        _refuse_options(refused)
        pack = open_pack(rules, settings, lang)
        _audit_on_spark(catalog, out, pack, how, cache, fetch_images, allow_hosts, lang, fail_on, as_json)
        return
    from pathlib import Path

    from dupcheck.cli.asking import find_answers
    from dupcheck.cli.ledgers import (
        find_ledger,
        gather_decisions,
        is_named,
        keep_run,
        name_owner,
        recall_any,
        recall_ledger,
    )
    from dupcheck.learned.answers import read_answers
    from dupcheck.pipeline import audit
    from dupcheck.reports.folder import check_report

    check_report(out)
    said = read_answers(find_answers(catalog, answers))
    pack = open_pack(rules, settings, lang)
    if since == LEDGER and no_ledger:
        raise LedgerError("ledger.since_needs_one")
    if since != LEDGER and is_named(ledger) and not no_ledger:
        find_ledger(ledger)  # what was named and is not there is said before the work begins
    with Bars(lang) as bars:
        read = how.read(catalog)
        owner = name_owner(account, catalog, read)
        known = (recall_any if since == LEDGER else recall_ledger)(ledger, no_ledger, owner)
        if known is not None:
            said += known.answers
        result = audit(
            read, pack, jobs=jobs, cache=cache, fetch_images=fetch_images, allow_hosts=allow_hosts,
            lang=lang, progress=bars.tell, decisions=gather_decisions(read, known, documents),
            answers=said or None, labels=labels, revisions=() if known is None else known.revisions,
        )  # fmt: skip
        if known is not None:
            result = keep_run(ledger, owner, result, compare=since == LEDGER)
        if since is not None and since != LEDGER and _has_earlier(Path(since), out):
            from dupcheck.reports.comparison import read_groups

            result = result.compare_with(read_groups(Path(since)), Path(since).name)
        bars.tell("audit.stage_report", 0, 1)
        result.save(out)
        wanted = bool(exports or templates)
        written = result.export(*exports, out=out, all_plans=all_plans, templates=templates) if wanted else None
    if as_json:
        tell_document(_summarize(result, out, written or ()))
    else:
        _tell_reading(read, lang)
        tell(result.summarize(out))
    if since is not None and result.since is None:
        tell(say("ledger.first_run" if since == LEDGER else "cli.first_report", lang, path=out), err=as_json)
    for text in result.lesson.tell(result.stated) if result.lesson is not None and not as_json else ():
        tell(text.say(lang))
    if written is not None:
        for path in written if not as_json else ():
            tell(say("cli.export_written", lang, path=path))
        for text in written.tell():
            tell(text.say(lang), err=as_json)
        if written.refused:
            sys.exit(1)
    if fail_on is not None and result.fails(fail_on):
        sys.exit(1)


def _has_earlier(since: "Path", out: "Path") -> bool:
    """Whether there is something to compare with: a schedule that names its own report has none in its first night."""
    return out.exists() or since.absolute() != out.absolute()


def _tell_reading(read: "Catalog", lang: Lang) -> None:
    """Say what became of the rows of a catalogue's files, and which of their columns hold nothing that is read."""
    from dupcheck.catalog.facts import name_unused
    from dupcheck.catalog.inspection import tell_account
    from dupcheck.catalog.tables import shorten

    tell(tell_account(read.tables, lang))
    for headers in dict.fromkeys(", ".join(t.facts) for t in read.tables if t.facts):
        tell(say("catalog.facts_read", lang, headers=shorten(headers, 400)))
    for headers in dict.fromkeys(name_unused(t.unused, t.reasons, 400).say(lang) for t in read.tables if t.unused):
        tell(say("catalog.unused", lang, headers=headers))


def _refuse_options(given: Mapping[str, object]) -> None:
    """Say which options an audit on Spark is not given yet."""
    named = [name for name, value in given.items() if value]
    if named:
        raise DupcheckError("audit.spark_cannot", options=", ".join(named))


def _audit_on_spark(
    catalog: Sequence[str], out: "Path", pack: "RulePack", how: Manner, cache: "Path | None",
    fetch_images: bool, allow_hosts: Sequence[str], lang: Lang, fail_on: "Verdict | None", as_json: bool,
) -> None:  # fmt: skip
    from dupcheck.reports.folder import check_report
    from dupcheck.reports.summary import format_summary
    from dupcheck.spark import audit_tables

    place = str(_spell_address(out))
    if "://" not in place:
        check_report(out)
    with Bars(lang) as bars:
        result = audit_tables(
            catalog, place, pack, images=_spell_address(how.images), mapping=how.mapping,
            currency=how.currency, delimiter=how.delimiter, cache=_spell_address(cache),
            allow_hosts=allow_hosts if fetch_images else None, lang=lang, progress=bars.tell,
        )  # fmt: skip
    summary = result.summary
    if as_json:
        tell_document({**summary, "report": place})
    else:
        tell(format_summary({**summary, "groups": [], "listings": {}, "pairs": []}))
        tell(say("audit.spark_written", lang, path=place))
    counts = summary["counts"]
    if fail_on is not None and (counts["flagged"] or (fail_on == "advice" and counts["pairs"])):
        sys.exit(1)


def _spell_address(place: "Path | None") -> str | None:
    """Return a path as a text, an address with the slash that the path has swallowed."""
    if place is None:
        return None
    return _REMOTE.sub(lambda found: found[1] + ("///" if found[1] == "file:" else "//"), str(place))


def _summarize(result: "Audit", out: "Path", written: "Sequence[Path]") -> dict[str, Any]:
    """What programs want to know of an audit, for one line of JSON; the rest is in ``audit.json``."""
    record = result.record()
    told = {name: record[name] for name in ("format", "lang", "versions", "settings", "catalog", "counts", "unchecked")}
    groups = [
        {"group_id": p.group_id, "action": p.action, "keep": p.keep, "listings": list(p.listings)} for p in result.plans
    ]
    told |= {"since": record.get("since"), "groups": groups, "report": str(out), "exports": [str(p) for p in written]}
    return told


@click.command("why", cls=Command, help="help_why")
@click.argument("catalog", shell_complete=complete_files)
@click.argument("listing_a", metavar="ID")
@click.argument("listing_b", metavar="ID")
@shared_options
def _why(
    catalog: str, listing_a: str, listing_b: str, rules: str, settings: tuple[str, ...],
    how: Manner, jobs: int, cache: "Path | None", fetch_images: bool, allow_hosts: tuple[str, ...],
    lang: Lang,
) -> None:  # fmt: skip
    from dupcheck.pipeline import why

    del jobs
    read = how.read(catalog)
    explained = why(
        read, listing_a, listing_b, rules, settings=settings, cache=cache, fetch_images=fetch_images,
        allow_hosts=allow_hosts, lang=lang,
    )  # fmt: skip
    tell(str(explained))
