"""``check``, ``publish`` and ``release``."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dupcheck.cli.options import (
    Bars,
    Command,
    complete_files,
    lang_option,
    ledger_option,
    option,
    read_maps,
    shared_options,
)
from dupcheck.errors import LedgerError
from dupcheck.messages import Lang, say

if TYPE_CHECKING:
    from dupcheck.ledger.book import Claim


@click.command("check", cls=Command, help="help_check")
@click.argument("draft", nargs=-1, required=True, shell_complete=complete_files)
@option("--against", required=True, metavar="CATALOG", multiple=True, help="opt_against", shell_complete=complete_files)
@shared_options
@option("--json", "as_json", is_flag=True, help="opt_json")
@option("--update", is_flag=True, help="opt_update")
@option("--claim", "token", metavar="TOKEN", help="opt_claim")
@option("--ttl", type=click.FloatRange(1, 86400 * 31), default=900.0, show_default=True, metavar="SECONDS",
         help="opt_ttl")  # fmt: skip
@option("--override", default="", metavar="REASON", help="opt_override")
@ledger_option
@option("--no-ledger", is_flag=True, help="opt_no_ledger")
def _check(
    draft: tuple[str, ...], against: tuple[str, ...], images: Path | None, rules: str, settings: tuple[str, ...],
    maps: tuple[str, ...], jobs: int, cache: Path | None, fetch_images: bool, allow_hosts: tuple[str, ...],
    lang: Lang, as_json: bool, update: bool, token: str | None, ttl: float, override: str, ledger: str | None,
    no_ledger: bool,
) -> None:  # fmt: skip
    from dupcheck.checking import Checker
    from dupcheck.cli.ledgers import recall_ledger
    from dupcheck.index.opening import make_fetcher
    from dupcheck.ledger import Memory, find_address, open_ledger, recall

    mapping = read_maps(maps, lang)
    if token is None:
        known = recall_ledger(ledger, no_ledger) or Memory()
    elif no_ledger:
        raise LedgerError("ledger.claim_needs_one")
    else:
        address = find_address(ledger)
        known = recall(address) if address.exists() else Memory()
    if update and token is not None:
        raise LedgerError("ledger.update_needs_no_claim")
    if override and token is None:
        raise LedgerError("ledger.override_needs_claim")
    with Bars(lang) as bars:
        checker = Checker(
            list(against), rules, images=images, mapping=mapping, settings=settings, jobs=jobs, cache=cache,
            fetch=make_fetcher(fetch_images, allow_hosts), lang=lang, progress=bars.tell, decisions=known.decisions,
        )  # fmt: skip
        if token is not None:
            with open_ledger(ledger) as opened:
                claim = checker.claim(opened, token, draft, ttl=ttl, override=override)
        else:
            answers = checker.check(draft, also=known.list_added(checker), update=update)
    if token is not None:
        _tell_claim(claim, as_json, lang)
        return
    for answer in answers:
        click.echo(json.dumps(answer.as_dict(), ensure_ascii=False, allow_nan=False) if as_json else str(answer))
    if any(a.verdict == "duplicate" for a in answers):
        sys.exit(1)


def _tell_claim(claim: "Claim", as_json: bool, lang: Lang) -> None:
    from dupcheck.ledger.records import show_time

    answer = claim.answer
    if as_json:
        click.echo(json.dumps({**answer, "claim": claim.as_dict()}, ensure_ascii=False, allow_nan=False))
    else:
        key = "replayed" if claim.replayed else "overridden" if claim.override else claim.state
        click.echo(f"{answer['listing_id']}: {answer['advice']}")
        for pair in answer["pairs"][:5]:
            click.echo(f"  {pair['listing_a']} – {pair['listing_b']}: {pair['explanation']}")
        state = say(f"ledger.state_{claim.state}", lang)
        until = show_time(claim.expires)
        click.echo(say(f"ledger.claim_{key}", lang, token=claim.token, until=until, state=state))
    if not claim.granted:
        sys.exit(1)


@click.command("publish", cls=Command, help="help_publish")
@click.argument("token")
@option("--id", "listing_id", default="", metavar="ID", help="opt_id")
@option("--override", default="", metavar="REASON", help="opt_override_publish")
@ledger_option
@lang_option
def _publish(token: str, listing_id: str, override: str, ledger: str | None, lang: Lang) -> None:
    from dupcheck.cli.ledgers import find_ledger
    from dupcheck.ledger import open_ledger

    with open_ledger(find_ledger(ledger)) as opened:
        claim = opened.publish(token, listing_id=listing_id, override=override)
    key = "ledger.published_before" if claim.replayed else "ledger.published"
    click.echo(say(key, lang, id=claim.listing.listing_id, token=token))


@click.command("release", cls=Command, help="help_release")
@click.argument("token")
@option("--override", default="", metavar="REASON", help="opt_override_release")
@ledger_option
@lang_option
def _release(token: str, override: str, ledger: str | None, lang: Lang) -> None:
    from dupcheck.cli.ledgers import find_ledger
    from dupcheck.ledger import open_ledger

    with open_ledger(find_ledger(ledger)) as opened:
        claim = opened.release(token, override=override)
    state = say(f"ledger.state_{claim.state}", lang)
    key = "ledger.nothing_to_release" if claim.replayed else "ledger.released"
    click.echo(say(key, lang, id=claim.listing.listing_id, token=token, state=state))
