"""``check``, ``publish`` and ``release``."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from dupcheck.cli.console import tell, tell_document
from dupcheck.cli.options import (
    Bars,
    Command,
    File,
    Manner,
    complete_files,
    lang_option,
    ledger_option,
    open_pack,
    option,
    person_option,
    shared_options,
)
from dupcheck.errors import LedgerError
from dupcheck.messages import Lang, say

if TYPE_CHECKING:
    from pathlib import Path

    from dupcheck.checking import Answer
    from dupcheck.ledger.book import Claim


@click.command("check", cls=Command, help="help_check")
@click.argument("draft", nargs=-1, required=True, shell_complete=complete_files)
@option("--against", required=True, metavar="CATALOG", multiple=True, help="opt_against", shell_complete=complete_files)
@shared_options
@option("--json", "as_json", is_flag=True, help="opt_json")
@option("--out", type=File(), metavar="DIR", help="opt_check_out")
@option("--allow-missing-photos", is_flag=True, help="opt_allow_missing_photos")
@option("--update", is_flag=True, help="opt_update")
@option("--claim", "key", metavar="NAME", help="opt_claim")
@option("--token", default="", metavar="TOKEN", help="opt_one_time")
@option("--ttl", type=click.FloatRange(1, 86400 * 31), default=900.0, show_default=True, metavar="SECONDS",
         help="opt_ttl")  # fmt: skip
@option("--override", default="", metavar="REASON", help="opt_override")
@person_option("--as")
@ledger_option
@option("--no-ledger", is_flag=True, help="opt_no_ledger")
def _check(
    draft: tuple[str, ...], against: tuple[str, ...], rules: str, settings: tuple[str, ...],
    how: Manner, jobs: int, cache: "Path | None", fetch_images: bool, allow_hosts: tuple[str, ...],
    lang: Lang, as_json: bool, out: "Path | None", allow_missing_photos: bool, update: bool, key: str | None,
    token: str, ttl: float, override: str, person: str, ledger: str | None, account: str, no_ledger: bool,
) -> None:  # fmt: skip
    from dupcheck.checking import Checker
    from dupcheck.cli.ledgers import enter_ledger, find_ledger, is_named, name_owner_of, recall_ledger
    from dupcheck.index.opening import make_fetcher
    from dupcheck.ledger import Memory

    pack = open_pack(rules, settings, lang)
    if key is not None and no_ledger:
        raise LedgerError("ledger.claim_needs_one")
    if is_named(ledger) and key is None and not no_ledger:
        find_ledger(ledger)  # what was named and is not there is said before the work begins
    if update and key is not None:
        raise LedgerError("ledger.update_needs_no_claim")
    if (override or token) and key is None:
        raise LedgerError("ledger.override_needs_claim")
    if out is not None:
        from dupcheck.files.writing import check_ending

        check_ending(out)
    with Bars(lang) as bars:
        checker = Checker(
            list(against), pack, **how.as_arguments(), jobs=jobs, cache=cache,
            fetch=make_fetcher(fetch_images, allow_hosts), lang=lang, progress=bars.tell,
        )  # fmt: skip
        owner = name_owner_of(account, checker)
        if key is not None:
            with enter_ledger(ledger, owner, lang) as opened:
                checker = checker.vary(decisions=opened.list_decisions(), kept=opened.list_kept(live=True))
                claim = checker.claim(
                    opened, key, draft, token=token, person=person, ttl=ttl, override=override,
                    need_photos=not allow_missing_photos,
                )  # fmt: skip
        else:
            known = recall_ledger(ledger, no_ledger, owner) or Memory()
            checker = checker.vary(decisions=known.decisions, kept=known.kept)
            answers = checker.check(draft, also=known.list_added(checker.shows), update=update)
    if key is not None:
        _tell_claim(claim, as_json, lang)
        return
    _tell_answers(answers, as_json, out, lang)
    if not allow_missing_photos and any(a.verdict != "duplicate" and a.lost_photos for a in answers):
        tell(say("check.photos_missing", lang), err=True)
        sys.exit(2)
    if any(a.verdict == "duplicate" for a in answers):
        sys.exit(1)


@click.command("token", cls=Command, help="help_token")
@click.argument("draft", nargs=-1, required=True)
@option("--against", required=True, metavar="CATALOG", multiple=True, help="opt_against")
@shared_options
@option("--ttl", type=click.FloatRange(1, 86400 * 31), default=900.0, show_default=True, metavar="SECONDS",
         help="opt_token_ttl")  # fmt: skip
@option("--json", "as_json", is_flag=True, help="opt_json")
@person_option("--as")
@ledger_option
def _token(
    draft: tuple[str, ...], against: tuple[str, ...], rules: str, settings: tuple[str, ...],
    how: Manner, jobs: int, cache: "Path | None", fetch_images: bool, allow_hosts: tuple[str, ...],
    lang: Lang, ttl: float, as_json: bool, person: str, ledger: str | None, account: str,
) -> None:  # fmt: skip
    from dupcheck.checking import Checker
    from dupcheck.cli.ledgers import enter_ledger, name_owner_of
    from dupcheck.index.opening import make_fetcher
    from dupcheck.ledger.records import show_time

    pack = open_pack(rules, settings, lang)
    with Bars(lang) as bars:
        checker = Checker(
            list(against), pack, **how.as_arguments(), jobs=jobs,
            cache=cache, fetch=make_fetcher(fetch_images, allow_hosts), lang=lang, progress=bars.tell,
        )  # fmt: skip
        with enter_ledger(ledger, name_owner_of(account, checker), lang) as opened:
            checker = checker.vary(decisions=opened.list_decisions(), kept=opened.list_kept(live=True))
            ticket, answer = checker.issue(opened, draft, person=person, ttl=ttl)
    if as_json:
        tell_document({**answer.as_dict(), "ticket": ticket.as_dict()})
    else:
        tell(str(answer))
        tell(say("ledger.token_issued", lang, token=ticket.token, until=show_time(ticket.expires)))
    if answer.verdict == "duplicate":
        sys.exit(1)


def _tell_answers(answers: "Sequence[Answer]", as_json: bool, out: "Path | None", lang: Lang) -> None:
    told = [answer.as_dict() for answer in answers]
    for answer, row in zip(answers, told, strict=True):
        tell_document(row) if as_json else _tell_answer(answer)
    for text in dict.fromkeys(p.text.say(lang) for answer in answers for p in answer.problems if not p.listing_id):
        tell(text, err=True)
    if out is None and len(answers) < 2:
        return
    from dupcheck.reports import save_answers, summarize_answers  # pages take longer to load than a check takes

    if not as_json:
        tell(summarize_answers(told, lang))
    if out is not None:
        page, _ = save_answers(told, out, lang)
        tell(say("check.page_written", lang, path=page), err=as_json)


_COLOURS = {"duplicate": "red", "advice": "yellow", "publish": "green"}


def _tell_answer(answer: "Answer") -> None:
    """Say an answer, its first line in a colour; where nobody watches, that is left out."""
    from dupcheck.checking import UNSEEN

    first, _, rest = str(answer).partition("\n")
    unsure = answer.verdict == "publish" and (answer.lost_photos or len(answer.unseen) == len(UNSEEN))
    tell(first, style={"fg": "yellow" if unsure else _COLOURS[answer.verdict], "bold": True})
    if rest:
        tell(rest)


def _tell_claim(claim: "Claim", as_json: bool, lang: Lang) -> None:
    from dupcheck.checking import say_kept
    from dupcheck.ledger.records import show_time

    answer = claim.answer
    if as_json:
        tell_document({**answer, "claim": claim.as_dict()})
    else:
        key = "replayed" if claim.replayed else "overridden" if claim.override else claim.state
        tell(f"{answer['listing_id']}: {answer['advice']}")
        for pair in answer["pairs"][:5]:
            tell(f"  {pair['listing_a']} – {pair['listing_b']}: {pair['explanation']}")
        for held in answer.get("ledger", ()):
            text = say_kept(held["listing_id"], held["state"], held["key"], held["person"], held["since"], lang)
            tell(f"  {text}")
        state = say(f"ledger.state_{claim.state}", lang)
        until = show_time(claim.expires)
        tell(say(f"ledger.claim_{key}", lang, key=claim.key, token=claim.token, until=until, state=state))
    if not claim.granted:
        sys.exit(1)


@click.command("publish", cls=Command, help="help_publish")
@click.argument("token")
@option("--id", "listing_id", default="", metavar="ID", help="opt_id")
@option("--override", default="", metavar="REASON", help="opt_override_publish")
@person_option("--as")
@ledger_option
@lang_option
def _publish(
    token: str, listing_id: str, override: str, person: str, ledger: str | None, account: str, lang: Lang
) -> None:
    from dupcheck.cli.ledgers import find_ledger
    from dupcheck.ledger import open_ledger

    with open_ledger(find_ledger(ledger), scope=account) as opened:
        claim = opened.publish(token, person=person, listing_id=listing_id, override=override)
    key = "ledger.published_before" if claim.replayed else "ledger.published"
    tell(say(key, lang, id=claim.listing.listing_id, token=claim.key))


@click.command("release", cls=Command, help="help_release")
@click.argument("token")
@option("--override", default="", metavar="REASON", help="opt_override_release")
@person_option("--as")
@ledger_option
@lang_option
def _release(token: str, override: str, person: str, ledger: str | None, account: str, lang: Lang) -> None:
    from dupcheck.cli.ledgers import find_ledger
    from dupcheck.ledger import open_ledger

    with open_ledger(find_ledger(ledger), scope=account) as opened:
        claim = opened.release(token, person=person, override=override)
    state = say(f"ledger.state_{claim.state}", lang)
    key = "ledger.nothing_to_release" if claim.replayed else "ledger.released"
    tell(say(key, lang, id=claim.listing.listing_id, token=claim.key, state=state))
