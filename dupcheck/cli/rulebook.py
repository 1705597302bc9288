"""``rules``: what a pack says, and its own examples."""

import sys
from collections.abc import Callable, Sequence

import click

from dupcheck.cli.options import (
    Group,
    lang_option,
    option,
    say_language,
)
from dupcheck.messages import Lang, say
from dupcheck.rules import RulePack, list_packs, read_pack, say_verdict


@click.group("rules", cls=Group, help="help_rules", invoke_without_command=True)
@click.pass_context
def _rules(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        context.invoke(_rules_list, rules="aliexpress", settings=(), lang=say_language(context))


def _pack_options(command: Callable[..., None]) -> Callable[..., None]:
    for add in (
        lang_option,
        option("--set", "settings", multiple=True, metavar="R2.title.min=85", help="opt_set"),
        option("--rules", default="aliexpress", show_default=True, metavar="PACK|FILE", help="opt_rules"),
    ):
        command = add(command)
    return command


def _pack(rules: str, settings: Sequence[str]) -> RulePack:
    return read_pack(rules).with_limit(*settings)


@_rules.command("list", help="help_rules_list")
@_pack_options
def _rules_list(rules: str, settings: tuple[str, ...], lang: Lang) -> None:
    pack = _pack(rules, settings)
    click.echo(f"{pack.name}: {pack.title.say(lang)}")
    for rule in pack.rules:
        click.echo(f"  {rule.code}  {say_verdict(rule.verdict, lang)}  {rule.summary.say(lang)}")
    click.echo(say("cli.packs", lang, packs=", ".join(list_packs())))


@_rules.command("show", help="help_rules_show")
@click.argument("code", required=False)
@_pack_options
def _rules_show(code: str | None, rules: str, settings: tuple[str, ...], lang: Lang) -> None:
    pack = _pack(rules, settings)
    click.echo(pack.explain(code, lang) if code else pack.describe(lang))


@_rules.command("test", help="help_rules_test")
@_pack_options
def _rules_test(rules: str, settings: tuple[str, ...], lang: Lang) -> None:
    pack = _pack(rules, settings)
    wrong = pack.run_examples()
    for text in wrong:
        click.echo(text.say(lang))
    count = sum(len(r.fires) + len(r.spares) for r in pack.rules)
    click.echo(say("cli.examples", lang, pack=pack.name, passed=count - len(wrong), failed=len(wrong)))
    if wrong:
        sys.exit(1)
