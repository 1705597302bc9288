"""``init``: asks what every command would otherwise be told, and keeps it beside the catalogue."""

from pathlib import Path

import click

from dupcheck.cli.console import tell
from dupcheck.cli.options import Command, fail, lang_option, option
from dupcheck.cli.preferences import NAME, write_preferences
from dupcheck.messages import LANGS, Lang, say
from dupcheck.packs import list_packs


@click.command("init", cls=Command, help="help_init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@option("--yes", "-y", is_flag=True, help="opt_yes")
@lang_option
def _init(folder: Path, yes: bool, lang: Lang) -> None:
    path = folder / NAME
    if path.exists():
        fail(say("cli.init_there", lang, path=path))
    packs = list_packs()

    def ask(question: str, default: str, known: tuple[str, ...] = ()) -> str:
        if yes:
            return default
        kind = click.Choice(known) if known else None
        return str(
            click.prompt(say(f"cli.init_{question}", lang), default=default, type=kind, show_choices=bool(known))
        )

    chosen = {
        "lang": ask("lang", lang, tuple(LANGS)),
        "rules": ask("rules", "aliexpress", tuple(packs)),
        "images": ask("images", ""),
        "account": ask("account", ""),
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_preferences(path, chosen)
    tell(say("cli.init_done", lang, path=path))
