"""``inspect``: how a file is read; on a terminal it asks about columns that nothing takes, and keeps the answers."""

import json
import sys
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import click

from dupcheck.cli.console import ask, tell, tell_document
from dupcheck.cli.options import Command, Manner, complete_files, lang_option, option, reading_options
from dupcheck.errors import CatalogError
from dupcheck.files.cells import show_line
from dupcheck.messages import Lang, say

if TYPE_CHECKING:
    from dupcheck.catalog.inspection import Inspection

_MOST_ASKED = 20
_STOP = "q"


@click.command("inspect", cls=Command, help="help_inspect")
@click.argument("catalog", nargs=-1, required=True, shell_complete=complete_files)
@reading_options
@option("--json", "as_json", is_flag=True, help="opt_inspect_json")
@lang_option
def _inspect(catalog: tuple[str, ...], how: Manner, as_json: bool, lang: Lang) -> None:
    from dupcheck.catalog.inspection import inspect

    asking = not as_json and sys.stdin.isatty() and sys.stdout.isatty() and len(catalog) == 1
    said: dict[str, str] = {}
    try:
        found = inspect(catalog, **how.as_arguments())
    except CatalogError as error:
        said = _ask_missing(error, lang) if asking else {}
        if not said:
            raise
        how = how._replace(mapping={**how.mapping, **said})
        found = inspect(catalog, **how.as_arguments())
    if as_json:
        tell_document(found.as_dict(lang))
        return
    tell(found.tell(lang), nl=False)
    if not asking or len(found.catalog.tables) != 1:
        return
    more = _ask_unused(found, lang)
    if more:
        said |= more
        how = how._replace(mapping={**how.mapping, **said})
        found = inspect(catalog, **how.as_arguments())
        tell("")
        tell(found.tell(lang), nl=False)
    if said:
        _offer_keeping(found, said, lang)


def _ask_missing(error: CatalogError, lang: Lang) -> dict[str, str]:
    """Ask for the columns without which a table is no catalogue; nothing where it is something else that is wrong."""
    from dupcheck.catalog.headers import ROW_NUMBERS

    if error.text.key != "catalog.missing_columns":
        return {}
    tell(error.say(lang))
    held = error.text.values.get("headers")
    headers = held if isinstance(held, tuple) else ()
    said: dict[str, str] = {}
    for field in str(error.text.values["missing"]).split(", "):
        known = (*headers, ROW_NUMBERS) if field == "listing_id" else headers
        answer = _ask(say(f"cli.ask_{field}", lang, numbers=ROW_NUMBERS), known, lang)
        if answer not in known:
            return {}
        said[field] = answer
    return said


def _ask_unused(found: "Inspection", lang: Lang) -> dict[str, str]:
    """Ask what the columns are that no field takes: field → header."""
    from dupcheck.catalog.headers import FIELDS, PREFIXES

    (table,) = found.catalog.tables
    examples = _find_examples(found)
    asked = [h for h in table.unused if examples.get(h)][:_MOST_ASKED]
    if not asked:
        return {}
    tell("")
    tell(say("cli.ask_fields", lang, count=len(asked), fields=", ".join(FIELDS), stop=_STOP))
    said: dict[str, str] = {}
    for header in asked:
        shown = show_line(", ".join(examples[header]))[:200]
        question = say("cli.ask_column", lang, header=show_line(header), examples=shown)
        answer = _ask(question, FIELDS, lang, PREFIXES)
        if answer == _STOP:
            break
        if answer:
            said[answer] = header
    return said


def _find_examples(found: "Inspection") -> Mapping[str, list[str]]:
    """Return a few of the values that columns hold which no field takes, by header."""
    texts = [*found.catalog.column("other").tolist()[:500], *found.catalog.sku_columns["other"].tolist()[:500]]
    seen: dict[str, dict[str, None]] = {}
    for cells in (json.loads(t) for t in texts if t):
        for header, text in cells.items():
            if text.strip():
                seen.setdefault(header, {})[text] = None
    return {header: list(values)[:3] for header, values in seen.items()}


def _ask(question: str, known: Collection[str], lang: Lang, prefixes: tuple[str, ...] = ()) -> str:
    """Ask until the answer is one that is known, begins as one of ``prefixes``, or is ``q`` or nothing."""
    from dupcheck.messages.guessing import guess_name

    while True:
        try:
            answer = ask(question).strip()
        except click.Abort:  # nothing more is typed
            tell("")
            return _STOP
        same = next((k for k in known if k.casefold() == answer.casefold()), "")
        if same or not answer or answer == _STOP or (answer.startswith(prefixes) and not answer.endswith(":")):
            return same or answer
        near = "".join(guess_name(answer, known))
        tell(say("cli.ask_again_near" if near else "cli.ask_again", lang, answer=show_line(answer), near=near))


def _offer_keeping(found: "Inspection", said: Mapping[str, str], lang: Lang) -> None:
    """Say the same for a command line, and keep the answers as a format if the user wants it."""
    from dupcheck.catalog.inspection import save_mapping

    words = " ".join(f'--map "{field}={show_line(header)}"' for field, header in said.items())
    tell(say("cli.ask_mapped", lang, words=words))
    (table,) = found.catalog.tables
    if table.format == "json":
        return
    try:
        name = ask(say("cli.ask_save", lang)).strip()
    except click.Abort:
        tell("")
        return
    if name:
        tell(say("cli.mapping_saved", lang, path=save_mapping(table, said, name)))
