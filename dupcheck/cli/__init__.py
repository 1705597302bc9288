"""The command line: open, call one verb, translate the error, set the exit code.

A command is imported when it is called, and what it works with when it runs: who asks for help, or has a word
completed, waits for neither; who checks a draft does not wait for what writes reports.
"""

from importlib import import_module
from typing import TYPE_CHECKING

import click

from dupcheck.cli.options import Group, say_language, shorten_help
from dupcheck.errors import CatalogError
from dupcheck.messages import say
from dupcheck.messages.guessing import guess_name

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_HOMES = {
    "auditing": ("audit", "why"),
    "checks": ("check", "token", "publish", "release"),
    "catalogs": ("merge", "convert", "formats"),
    "inspecting": ("inspect",),
    "rulebook": ("rules",),
    "decided": ("decide", "decisions"),
    "bookkeeping": ("ledger",),
    "serving": ("serve",),
    "keeping": ("cache", "sample"),
    "starting": ("init",),
    "reviewing": ("review",),
    "asking": ("ask",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


class _Commands(Group):
    """The commands. What is listed of them are names and texts, for which none has to be imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_HOME)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; one that is not there is told with the one that was meant."""
        if args and args[0] not in _HOME and not args[0].startswith("-"):
            near = guess_name(args[0], _HOME)
            key = "cli.no_command_near" if near else "cli.no_command"
            raise CatalogError(key, name=args[0], near="".join(near), known=", ".join(sorted(_HOME)))
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _HOME:
            return None
        command: click.Command = getattr(import_module(f"dupcheck.cli.{_HOME[cmd_name]}"), f"_{cmd_name}")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _shorten(name, ctx)) for name in self.list_commands(ctx)])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        from click.shell_completion import CompletionItem

        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        found = [CompletionItem(name, help=_shorten(name, ctx)) for name in names]
        return found + click.Command.shell_complete(self, ctx, incomplete)


def _shorten(name: str, context: click.Context) -> str:
    return shorten_help(say(f"cli.help_{name}", say_language(context)))


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, help="help"
)
@click.version_option(package_name="dupcheck", prog_name="dupcheck")
def main() -> None:
    """Run the command ``dupcheck``."""
