"""``review``: the page on which the seller decides."""

from typing import TYPE_CHECKING

import click

from dupcheck.cli.console import tell
from dupcheck.cli.options import (
    Command,
    File,
    Manner,
    complete_files,
    ledger_option,
    open_pack,
    option,
    person_option,
    shared_options,
)
from dupcheck.messages import Lang, say

if TYPE_CHECKING:
    from pathlib import Path

    from dupcheck.model import Catalog


@click.command("review", cls=Command, help="help_review")
@click.argument("catalog", nargs=-1, required=True, shell_complete=complete_files)
@option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="opt_host")
@option("--port", type=click.IntRange(0, 65535), default=8766, show_default=True, metavar="N", help="opt_port")
@option("--token", default="", envvar="DUPCHECK_TOKEN", metavar="SECRET", help="opt_token")
@option("--people", type=File(), metavar="FILE", help="opt_people")
@option("--no-browser", is_flag=True, help="opt_no_browser")
@person_option("--as")
@ledger_option
@shared_options
def _review(
    catalog: tuple[str, ...], host: str, port: int, token: str, people: "Path | None", no_browser: bool, person: str,
    ledger: str | None, account: str, rules: str, settings: tuple[str, ...],
    how: Manner, jobs: int, cache: "Path | None", fetch_images: bool, allow_hosts: tuple[str, ...],
    lang: Lang,
) -> None:  # fmt: skip
    import webbrowser
    from contextlib import ExitStack

    from dupcheck.serve.server import check_needed, open_port, read_people

    check_needed()
    from dupcheck.cli.ledgers import enter_ledger, name_owner
    from dupcheck.serve.review.serving import prepare_audits, run_review

    pack = open_pack(rules, settings, lang)
    known = read_people(people, token, person)
    with ExitStack() as stack:
        opened = stack.enter_context(open_port(host, port, bool(known)))
        first = [how.read(catalog)]  # what is wrong with it is said at once
        book = stack.enter_context(enter_ledger(ledger, name_owner(account, catalog, first[0]), lang))
        place = f"[{host}]" if ":" in host else host
        url = f"http://{place}:{opened.getsockname()[1]}/"

        def read() -> "Catalog":
            return first.pop() if first else how.read(catalog)

        make = prepare_audits(
            read, pack, book, jobs=jobs, cache=cache, fetch_images=fetch_images, allow_hosts=allow_hosts, lang=lang
        )

        def announce() -> None:
            tell(say("review.opened", lang, groups=", ".join(catalog), url=url), err=True)
            if not no_browser:
                webbrowser.open(url)

        run_review(opened, book, make, people=known, person=person, lang=lang, announce=announce)
    tell(say("serve.stopped", lang), err=True)
