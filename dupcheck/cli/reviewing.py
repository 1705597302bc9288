"""``review``: the page on which the seller decides."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dupcheck.cli.console import tell
from dupcheck.cli.options import (
    Command,
    Manner,
    complete_files,
    ledger_option,
    option,
    person_option,
    shared_options,
)
from dupcheck.messages import Lang, say

if TYPE_CHECKING:
    from dupcheck.index.opening import Progress
    from dupcheck.pipeline import Audit


@click.command("review", cls=Command, help="help_review")
@click.argument("catalog", nargs=-1, required=True, shell_complete=complete_files)
@option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="opt_host")
@option("--port", type=click.IntRange(0, 65535), default=8766, show_default=True, metavar="N", help="opt_port")
@option("--token", default="", envvar="DUPCHECK_TOKEN", metavar="SECRET", help="opt_token")
@option("--people", type=click.Path(path_type=Path), metavar="FILE", help="opt_people")
@option("--no-browser", is_flag=True, help="opt_no_browser")
@person_option("--as")
@ledger_option
@shared_options
def _review(
    catalog: tuple[str, ...], host: str, port: int, token: str, people: Path | None, no_browser: bool, person: str,
    ledger: str | None, account: str, rules: str, settings: tuple[str, ...],
    how: Manner, jobs: int, cache: Path | None, fetch_images: bool, allow_hosts: tuple[str, ...],
    lang: Lang,
) -> None:  # fmt: skip
    import webbrowser

    from dupcheck.serve.server import check_needed, open_port, read_people

    check_needed()
    from dupcheck.cli.ledgers import enter_ledger, name_owner
    from dupcheck.ledger.answers import read_answers
    from dupcheck.pipeline import audit
    from dupcheck.rules import read_pack
    from dupcheck.serve.review.serving import run_review

    pack = read_pack(rules).with_limit(*settings)
    known = read_people(people, token, person)
    with (
        open_port(host, port, bool(known)) as opened,
        enter_ledger(ledger, name_owner(account, catalog, read := how.read(catalog)), lang) as book,
    ):
        place = f"[{host}]" if ":" in host else host
        url = f"http://{place}:{opened.getsockname()[1]}/"

        def make(progress: "Progress") -> "Audit":
            said = (act.details for act in reversed(book.list_acts()) if act.undone is None)
            return audit(
                read, pack, jobs=jobs, cache=cache, fetch_images=fetch_images, allow_hosts=allow_hosts, lang=lang,
                progress=progress, decisions=book.list_decisions(), answers=read_answers(said),
            )  # fmt: skip

        def announce() -> None:
            tell(say("review.opened", lang, groups=", ".join(catalog), url=url), err=True)
            if not no_browser:
                webbrowser.open(url)

        run_review(opened, book, make, people=known, person=person, lang=lang, announce=announce)
    tell(say("serve.stopped", lang), err=True)
