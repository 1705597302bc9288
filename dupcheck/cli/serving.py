"""``serve``: checks, decisions and claims over HTTP."""

from typing import TYPE_CHECKING

import click

from dupcheck.cli.console import tell
from dupcheck.cli.options import (
    Bars,
    Command,
    File,
    Manner,
    complete_files,
    ledger_option,
    option,
    person_option,
    shared_options,
)
from dupcheck.messages import Lang, say

if TYPE_CHECKING:
    from pathlib import Path


@click.command("serve", cls=Command, help="help_serve")
@click.argument("catalog", nargs=-1, required=True, shell_complete=complete_files)
@option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="opt_host")
@option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, metavar="N", help="opt_port")
@option("--token", default="", envvar="DUPCHECK_TOKEN", metavar="SECRET", help="opt_token")
@option("--people", type=File(), metavar="FILE", help="opt_people")
@option("--allow-override", is_flag=True, help="opt_allow_override")
@person_option("--as")
@option(
    "--max-body", type=click.IntRange(1), default=1_000_000, show_default=True, metavar="BYTES", help="opt_max_body"
)
@option("--max-drafts", type=click.IntRange(1), default=100, show_default=True, metavar="N", help="opt_max_drafts")
@ledger_option
@shared_options
def _serve(
    catalog: tuple[str, ...], host: str, port: int, token: str, people: "Path | None", allow_override: bool,
    person: str, max_body: int, max_drafts: int, ledger: str | None, account: str, rules: str,
    settings: tuple[str, ...], how: Manner, jobs: int, cache: "Path | None",
    fetch_images: bool, allow_hosts: tuple[str, ...], lang: Lang,
) -> None:  # fmt: skip
    from dupcheck.serve.server import FETCH_SECONDS, check_needed, open_port, read_people, run_server

    check_needed()
    from dupcheck.checking import Checker
    from dupcheck.cli.ledgers import name_owner_of
    from dupcheck.files.cache import default_cache
    from dupcheck.index.opening import make_fetcher
    from dupcheck.rules import read_pack
    from dupcheck.serve.refresh import renew_store
    from dupcheck.serve.review.serving import prepare_audits

    hosts = allow_hosts if fetch_images else None
    kept = default_cache() if cache is None else cache
    known = read_people(people, token, person)
    with open_port(host, port, bool(known)) as opened, Bars(lang) as bars:
        place = f"[{host}]" if ":" in host else host
        url = f"http://{place}:{opened.getsockname()[1]}"
        renew_store(catalog, **how.as_arguments(), jobs=jobs, cache=kept, fetch_hosts=hosts, progress=bars.tell)
        checker = Checker(
            list(catalog), rules, **how.as_arguments(), settings=settings, jobs=jobs, cache=kept,
            fetch=make_fetcher(fetch_images, allow_hosts, seconds=FETCH_SECONDS), lang=lang, progress=bars.tell,
        )  # fmt: skip
        pack = read_pack(rules).with_limit(*settings)
        run_server(
            opened, checker, ledger=ledger, owner=name_owner_of(account, checker), people=known, person=person,
            allow_override=allow_override, max_body=max_body, max_drafts=max_drafts, lang=lang, fetch_hosts=hosts,
            prepare=lambda book: prepare_audits(
                lambda: how.read(catalog), pack, book, jobs=jobs, cache=kept,
                fetch_images=fetch_images, allow_hosts=allow_hosts, lang=lang,
            ),
            announce=lambda listings: tell(say("serve.ready", lang, listings=listings, url=url), err=True),
        )  # fmt: skip
    tell(say("serve.stopped", lang), err=True)
