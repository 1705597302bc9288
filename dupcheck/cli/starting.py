"""``init``: asks what every command would otherwise be told, and keeps it beside the catalogue."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from dupcheck.cli.console import ask, tell
from dupcheck.cli.options import Command, File, fail, lang_option, option
from dupcheck.cli.preferences import NAME, write_preferences
from dupcheck.messages import LANGS, Lang, say
from dupcheck.packs import list_packs

if TYPE_CHECKING:
    from pathlib import Path


@click.command("init", cls=Command, help="help_init")
@click.argument("folder", type=File(file_okay=False), default=".")
@option("--yes", "-y", is_flag=True, help="opt_yes")
@lang_option
def _init(folder: "Path", yes: bool, lang: Lang) -> None:
    path = folder / NAME
    if path.exists():
        fail(say("cli.init_there", lang, path=path))
    packs = list_packs()

    def choose(question: str, default: str, known: Sequence[str] = ()) -> str:
        return (
            default if yes else ask(say(f"cli.init_{question}", lang), default=default, show_default=True, known=known)
        )

    chosen = {
        "lang": choose("lang", lang, LANGS),
        "rules": choose("rules", "aliexpress", packs),
        "images": choose("images", ""),
        "account": choose("account", ""),
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_preferences(path, chosen)
    tell(say("cli.init_done", lang, path=path))
