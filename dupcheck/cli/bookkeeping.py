"""``ledger``: whether a ledger is whole."""

import click

from dupcheck.cli.console import tell
from dupcheck.cli.options import Group, lang_option, ledger_option
from dupcheck.messages import Lang, say


@click.group("ledger", cls=Group, help="help_ledger")
def _ledger() -> None:
    pass


@_ledger.command("verify", help="help_ledger_verify")
@ledger_option
@lang_option
def _ledger_verify(ledger: str | None, account: str, lang: Lang) -> None:
    from dupcheck.cli.ledgers import find_ledger
    from dupcheck.ledger import open_ledger

    with open_ledger(find_ledger(ledger), scope=account) as opened:
        events, chain = opened.verify()
        tell(say("ledger.verified", lang, ledger=opened.address, events=events, chain=chain or "-"))
