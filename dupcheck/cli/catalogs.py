"""``merge``, ``convert``, ``inspect`` and ``formats``: catalogues in and out."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dupcheck.cli.console import tell, tell_document
from dupcheck.cli.options import (
    Command,
    Manner,
    complete_files,
    lang_option,
    ledger_option,
    option,
    reading_options,
)
from dupcheck.errors import CatalogError
from dupcheck.files.cells import show_line
from dupcheck.messages import Lang, say

if TYPE_CHECKING:
    from dupcheck.catalog.inspection import Inspection


@click.command("merge", cls=Command, help="help_merge")
@click.argument("catalog", nargs=-1, required=True, shell_complete=complete_files)
@option("--plans", required=True, type=click.Path(path_type=Path), metavar="FILE", help="opt_plans")
@option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="opt_merged")
@option("--all", "all_plans", is_flag=True, help="opt_all_plans")
@option("--decisions", "documents", type=click.Path(path_type=Path), multiple=True, metavar="FILE",
        help="opt_decisions_file")  # fmt: skip
@reading_options
@ledger_option
@option("--no-ledger", is_flag=True, help="opt_no_ledger")
@lang_option
def _merge(
    catalog: tuple[str, ...], plans: Path, out: Path, all_plans: bool, documents: tuple[Path, ...],
    how: Manner, ledger: str | None, account: str, no_ledger: bool,
    lang: Lang,
) -> None:  # fmt: skip
    from dupcheck.catalog import write_catalog
    from dupcheck.cli.ledgers import gather_decisions, recall_ledger
    from dupcheck.decisions import settle_decisions
    from dupcheck.exports import (
        admit_plans,
        carry_out,
        list_moves,
        merge_listings,
        read_plans,
        tell_admission,
        write_moves,
    )
    from dupcheck.files.writing import check_target

    moved = out.with_name(f"{out.stem}-moved.csv")
    for place in (out, moved):
        check_target(place)
    read = how.read(catalog)
    wanted = read_plans(plans)
    merge_listings(read, wanted)  # a plan that is none of this catalogue's is an error, accepted or not
    decided = gather_decisions(read, recall_ledger(ledger, no_ledger, account), documents)
    admission = admit_plans(read, wanted, settle_decisions(read, decided or ()), all_plans=all_plans)
    for text in tell_admission(admission):
        tell(text.say(lang), err=True)
    if admission.waiting and not admission.granted:
        raise CatalogError("exports.none_accepted", count=len(admission.waiting))
    merged = carry_out(read, admission.granted)
    write_catalog(merged, out, spread=True)
    moves = write_moves(list_moves(read, admission.granted), moved)
    tell(say("exports.merged", lang, before=len(read), after=len(merged), skus=merged.count_skus(), path=out))
    tell(say("exports.moved", lang, path=moves))
    if merged.image_root is not None and merged.image_root.resolve() != out.parent.resolve():
        tell(say("exports.photo_root", lang, folder=merged.image_root))
    if admission.changed:
        sys.exit(1)


@click.command("convert", cls=Command, help="help_convert")
@click.argument("catalog", nargs=-1, required=True, shell_complete=complete_files)
@option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help="opt_convert_out")
@reading_options
@lang_option
def _convert(catalog: tuple[str, ...], out: Path, how: Manner, lang: Lang) -> None:
    from dupcheck.catalog import write_catalog
    from dupcheck.catalog.inspection import tell_account, tell_problems
    from dupcheck.catalog.listings import write_problems
    from dupcheck.files.writing import check_target

    check_target(out)
    inputs = {Path(c).resolve() for c in catalog}
    beside = out.with_name(f"{out.stem}-problems.csv")
    read = how.read(catalog)
    write_catalog(read, out)
    for line in tell_problems(read.problems, lang):
        tell(line, err=True)
    tell(tell_account(read.tables, lang), err=True)
    if any(p.row is not None for p in read.problems) and beside.resolve() not in inputs:
        write_problems(read.problems, beside, lang)
        tell(say("cli.problems_written", lang, path=beside), err=True)
    tell(say("cli.converted", lang, listings=len(read), skus=len(read.sku_columns["listing"]), path=out))


@click.command("inspect", cls=Command, help="help_inspect")
@click.argument("catalog", nargs=-1, required=True, shell_complete=complete_files)
@reading_options
@option("--json", "as_json", is_flag=True, help="opt_inspect_json")
@lang_option
def _inspect(catalog: tuple[str, ...], how: Manner, as_json: bool, lang: Lang) -> None:
    from dupcheck.catalog.inspection import inspect

    found = inspect(catalog, **how.as_arguments())
    if as_json:
        tell_document(found.as_dict(lang))
        return
    tell(found.tell(lang), nl=False)
    if sys.stdin.isatty() and sys.stdout.isatty() and len(found.catalog.tables) == 1:
        _ask_columns(found, how, lang)


def _ask_columns(found: "Inspection", how: Manner, lang: Lang) -> None:
    """Ask what the columns are that no field takes, and keep the answers if the user wants it."""
    import json

    from dupcheck.catalog.assembly import CANONICAL
    from dupcheck.catalog.inspection import inspect, save_mapping

    (table,) = found.catalog.tables
    others = [json.loads(t) for t in found.catalog.column("other").tolist() if t][:200]
    said: dict[str, str] = {}
    for header in table.unused[:20]:
        examples = list(dict.fromkeys(held[header] for held in others if held.get(header)))[:3]
        if not examples:
            continue
        question = say(
            "cli.ask_column", lang, header=show_line(header), examples=show_line(", ".join(examples))[:200],
            fields=", ".join((*CANONICAL[:12], "attribute:NAME")),
        )  # fmt: skip
        answer = click.prompt(question, default="", show_default=False).strip()
        if answer in CANONICAL or answer.startswith(("attribute:", "facet:", "option:")):
            said[answer] = header
    if not said:
        return
    again = inspect(found.catalog.sources, **{**how.as_arguments(), "mapping": {**how.mapping, **said}})
    tell(again.tell(lang), nl=False)
    name = click.prompt(say("cli.ask_save", lang), default="", show_default=False).strip()
    if name:
        tell(say("cli.mapping_saved", lang, path=save_mapping(again.catalog.tables[0], said, name)))


@click.command("formats", cls=Command, help="help_formats")
@lang_option
def _formats(lang: Lang) -> None:
    from dupcheck.catalog import describe_formats

    for name, text in describe_formats(lang):
        tell(f"{name}: {text}")
