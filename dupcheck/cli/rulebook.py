"""``rules``: what a pack says, and its own examples."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from dupcheck.cli.console import tell
from dupcheck.cli.options import (
    Group,
    complete_codes,
    lang_option,
    open_pack,
    option,
    rules_option,
    say_language,
    set_option,
)
from dupcheck.messages import Lang, say
from dupcheck.packs import list_packs

if TYPE_CHECKING:
    from dupcheck.rules import RulePack


@click.group("rules", cls=Group, help="help_rules", invoke_without_command=True)
@click.pass_context
def _rules(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        context.invoke(_rules_list, rules="aliexpress", settings=(), lang=say_language(context))


def _pack_options(command: Callable[..., None]) -> Callable[..., None]:
    for add in (
        lang_option,
        set_option,
        rules_option,
    ):
        command = add(command)
    return command


def _find_code(pack: "RulePack", code: str) -> str:
    """The rule's code as the pack writes it, however it is typed."""
    return next((rule.code for rule in pack.rules if rule.code.casefold() == code.casefold()), code)


@_rules.command("list", help="help_rules_list")
@_pack_options
def _rules_list(rules: str, settings: tuple[str, ...], lang: Lang) -> None:
    from dupcheck.rules import say_verdict

    pack = open_pack(rules, settings, lang)
    tell(f"{pack.name}: {pack.title.say(lang)}")
    for rule in pack.rules:
        tell(f"  {rule.code}  {say_verdict(rule.verdict, lang)}  {rule.summary.say(lang)}")
    tell(say("cli.packs", lang, packs=", ".join(list_packs())))


@_rules.command("show", help="help_rules_show")
@click.argument("code", required=False, shell_complete=complete_codes)
@_pack_options
def _rules_show(code: str | None, rules: str, settings: tuple[str, ...], lang: Lang) -> None:
    pack = open_pack(rules, settings, lang)
    tell(pack.explain(_find_code(pack, code), lang) if code else pack.describe(lang))


@_rules.command("test", help="help_rules_test")
@_pack_options
@option("--strict", is_flag=True, help="opt_strict")
def _rules_test(rules: str, settings: tuple[str, ...], lang: Lang, strict: bool) -> None:
    pack = open_pack(rules, settings, lang)
    wrong = pack.run_examples()
    gaps = pack.list_gaps() if strict else []
    for text in (*wrong, *gaps):
        tell(text.say(lang))
    count = pack.count_examples()
    tell(say("cli.examples", lang, pack=pack.name, passed=count - len(wrong), failed=len(wrong)))
    if strict:
        tell(say("cli.gaps" if gaps else "cli.no_gaps", lang, count=len(gaps)))
    if wrong or gaps:
        sys.exit(1)
