"""The command line: open, call one verb, translate the error, set the exit code.

A command is imported when it is called: who checks a draft does not wait for what writes reports.
"""

from importlib import import_module

import click

from dupcheck.cli.options import Group

_HOMES = {
    "auditing": ("audit", "why"),
    "checks": ("check", "publish", "release"),
    "catalogs": ("merge", "convert", "formats"),
    "rulebook": ("rules",),
    "decided": ("decide", "decisions"),
    "serving": ("serve",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


class _Commands(Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_HOME)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _HOME:
            return None
        command: click.Command = getattr(import_module(f"dupcheck.cli.{_HOME[cmd_name]}"), f"_{cmd_name}")
        return command


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, help="help"
)
@click.version_option(package_name="dupcheck", prog_name="dupcheck")
def main() -> None:
    """Run the command ``dupcheck``."""
