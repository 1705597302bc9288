"""``sample`` and ``cache``: what comes with dupcheck, and what it keeps."""

from typing import TYPE_CHECKING

import click

from dupcheck.cli.console import tell
from dupcheck.cli.options import Command, File, Group, lang_option, option, say_language
from dupcheck.messages import Lang, say

if TYPE_CHECKING:
    from pathlib import Path


@click.command("sample", cls=Command, help="help_sample")
@click.argument("folder", metavar="DIR", type=File())
@lang_option
def _sample(folder: "Path", lang: Lang) -> None:
    from dupcheck.sample import write_sample

    tell(say("cli.sample_written", lang, path=write_sample(folder)))


@click.group("cache", cls=Group, help="help_cache", invoke_without_command=True)
@click.pass_context
def _cache(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        context.invoke(_cache_show, cache=None, lang=say_language(context))


_cache_option = option("--cache", type=File(), metavar="DIR", help="opt_cache")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}"


@_cache.command("show", help="help_cache_show")
@_cache_option
@lang_option
def _cache_show(cache: "Path | None", lang: Lang) -> None:
    from dupcheck.files.cache import default_cache, list_cache

    folder = cache or default_cache()
    held = list(list_cache(folder))
    tell(say("cli.cache_at", lang, folder=folder, size=_megabytes(sum(size for _, size in held))))
    for path, size in held:
        tell(f"  {_megabytes(size)} MB  {path.name}")


@_cache.command("clear", help="help_cache_clear")
@_cache_option
@lang_option
def _cache_clear(cache: "Path | None", lang: Lang) -> None:
    from dupcheck.files.cache import clear_cache, default_cache

    folder = cache or default_cache()
    tell(say("cli.cache_cleared", lang, folder=folder, size=_megabytes(clear_cache(folder))))
