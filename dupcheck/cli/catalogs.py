"""``merge``, ``convert`` and ``formats``: catalogues in and out."""

import sys
from typing import TYPE_CHECKING

import click

from dupcheck.cli.console import tell
from dupcheck.cli.options import (
    Command,
    File,
    Manner,
    complete_files,
    lang_option,
    ledger_option,
    option,
    reading_options,
)
from dupcheck.errors import CatalogError
from dupcheck.messages import Lang, say

if TYPE_CHECKING:
    from pathlib import Path


@click.command("merge", cls=Command, help="help_merge")
@click.argument("catalog", nargs=-1, required=True, shell_complete=complete_files)
@option("--plans", required=True, type=File(), metavar="FILE", help="opt_plans")
@option("--out", required=True, type=File(), metavar="FILE", help="opt_merged")
@option("--all", "all_plans", is_flag=True, help="opt_all_plans")
@option("--decisions", "documents", type=File(), multiple=True, metavar="FILE",
        help="opt_decisions_file")  # fmt: skip
@reading_options
@ledger_option
@option("--no-ledger", is_flag=True, help="opt_no_ledger")
@lang_option
def _merge(
    catalog: tuple[str, ...], plans: "Path", out: "Path", all_plans: bool, documents: "tuple[Path, ...]",
    how: Manner, ledger: str | None, account: str, no_ledger: bool,
    lang: Lang,
) -> None:  # fmt: skip
    from dupcheck.catalog import write_catalog
    from dupcheck.catalog.listings import CATALOG_ENDINGS
    from dupcheck.cli.ledgers import gather_decisions, name_owner, recall_ledger
    from dupcheck.decisions import settle_decisions
    from dupcheck.exports import (
        MOVE_COLUMNS,
        STEP_COLUMNS,
        admit_plans,
        carry_out,
        list_moves,
        list_steps,
        make_work,
        merge_listings,
        read_plans,
        restore_markup,
        revise_plans,
        tell_admission,
        write_moves,
        write_steps,
    )
    from dupcheck.files.writing import check_beside, check_ending, check_target

    check_ending(out, *CATALOG_ENDINGS)
    check_target(out)
    moved = check_beside(out.parent / f"{out.stem}-moved.csv", MOVE_COLUMNS)
    stepped = check_beside(out.parent / f"{out.stem}-steps.csv", STEP_COLUMNS)
    read = how.read(catalog)
    wanted = read_plans(plans)
    merge_listings(read, wanted)  # a plan that is none of this catalogue's is an error, accepted or not
    known = recall_ledger(ledger, no_ledger, name_owner(account, catalog, read))
    settled = settle_decisions(read, gather_decisions(read, known, documents) or ())
    wanted, outdated = revise_plans(wanted, settled, () if known is None else known.revisions)
    admission = admit_plans(read, wanted, settled, all_plans=all_plans)
    for text in tell_admission(admission):
        tell(text.say(lang), err=True)
    if outdated:
        names = ", ".join(plan["group_id"] for plan in outdated)
        tell(say("exports.plans_outdated", lang, count=len(outdated), names=names), err=True)
    if unmarked := sum("contents" not in p for p in admission.granted):
        tell(say("exports.plans_unmarked", lang, count=unmarked), err=True)
    if admission.waiting and not admission.granted:
        raise CatalogError("exports.none_accepted", count=len(admission.waiting))
    merged = carry_out(read, admission.granted)
    steps = list_steps(make_work(read, admission.granted, lang), merged)
    write_catalog(restore_markup(merged, read), out, spread=True)
    moves = write_moves(list_moves(read, admission.granted), moved)
    write_steps(steps, stepped, lang)
    tell(say("exports.merged", lang, before=len(read), after=len(merged), skus=merged.count_skus(), path=out))
    tell(say("exports.moved", lang, path=moves))
    tell(say("exports.steps", lang, path=stepped))
    if merged.image_root is not None and merged.image_root.resolve() != out.parent.resolve():
        tell(say("exports.photo_root", lang, folder=merged.image_root))
    if admission.changed or outdated:
        sys.exit(1)


@click.command("convert", cls=Command, help="help_convert")
@click.argument("catalog", nargs=-1, required=True, shell_complete=complete_files)
@option("--out", type=File(), required=True, metavar="FILE", help="opt_convert_out")
@reading_options
@lang_option
def _convert(catalog: tuple[str, ...], out: "Path", how: Manner, lang: Lang) -> None:
    from pathlib import Path

    from dupcheck.catalog import write_catalog
    from dupcheck.catalog.inspection import tell_account, tell_problems
    from dupcheck.catalog.listings import CATALOG_ENDINGS, PROBLEM_COLUMNS, write_problems
    from dupcheck.exports import restore_markup
    from dupcheck.files.writing import check_beside, check_ending, check_target

    check_ending(out, *CATALOG_ENDINGS)
    check_target(out)
    inputs = {Path(c).resolve() for c in catalog}
    beside = out.parent / f"{out.stem}-problems.csv"
    read = how.read(catalog)
    told = any(p.row is not None for p in read.problems) and beside.resolve() not in inputs
    if told:
        check_beside(beside, PROBLEM_COLUMNS)
    write_catalog(restore_markup(read, read), out)
    for line in tell_problems(read.problems, lang):
        tell(line, err=True)
    tell(tell_account(read.tables, lang), err=True)
    if told:
        write_problems(read.problems, beside, lang)
        tell(say("cli.problems_written", lang, path=beside), err=True)
    tell(say("cli.converted", lang, listings=len(read), skus=len(read.sku_columns["listing"]), path=out))


@click.command("formats", cls=Command, help="help_formats")
@lang_option
def _formats(lang: Lang) -> None:
    from dupcheck.catalog import describe_formats

    for name, text in describe_formats(lang):
        tell(f"{name}: {text}")
