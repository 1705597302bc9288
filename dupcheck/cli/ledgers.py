"""Which ledger a command means, and what it knows."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dupcheck.cli.console import tell
from dupcheck.cli.options import Preferred
from dupcheck.errors import LedgerError
from dupcheck.ledger import NOBODY, Address, Memory, Owner, find_address, open_ledger, recall
from dupcheck.messages import Lang, say

if TYPE_CHECKING:
    from dupcheck.checking import Checker
    from dupcheck.decisions import Decision
    from dupcheck.ledger.accounts import Sketch
    from dupcheck.ledger.book import Ledger
    from dupcheck.model import Catalog
    from dupcheck.pipeline import Audit


def find_ledger(ledger: str | None) -> Address:
    """Return the place of a ledger that must be there already."""
    address = find_address(ledger)
    if not address.exists():
        raise LedgerError("ledger.missing", ledger=address)
    return address


def is_named(ledger: str | None) -> bool:
    """Whether somebody named a ledger just now, and so means that it is there."""
    return ledger is not None and not isinstance(ledger, Preferred)


def recall_ledger(ledger: str | None, no_ledger: bool = False, owner: Owner = NOBODY) -> Memory | None:
    """Return what the ledger that was named knows of an account, or else the user's own, if there is one."""
    if no_ledger or (not is_named(ledger) and not find_address(ledger).exists()):
        return None
    return recall(find_ledger(ledger), owner)


def name_owner(account: str, files: Sequence[str], catalog: "Catalog") -> Owner:
    """Return who is asked for: the account that was named, or a catalogue's own."""
    from dupcheck.index.sketch import sketch_catalog

    return _own(account, sketch_catalog(catalog), files)


def name_owner_of(account: str, checker: "Checker") -> Owner:
    """Return who is asked for, of a catalogue that is kept measured."""
    return _own(account, checker.store.facts.get("sketch", {}), checker.files)


def _own(account: str, sketch: "Sketch", files: Sequence[str | Path]) -> Owner:
    from dupcheck.index.sketch import sketch_texts

    places = [] if str(files[0]) == "-" else sketch_texts([str(Path(files[0]).resolve())])
    return Owner(account, {**sketch, "files": places}, Path(files[0]).stem)


def recall_any(ledger: str | None, no_ledger: bool, owner: Owner) -> Memory:
    """Return what a ledger knows of an account, of one that is made only now: nothing."""
    if no_ledger:
        raise LedgerError("ledger.since_needs_one")
    address = find_address(ledger)
    return recall(address, owner) if address.exists() else Memory()


def keep_run(ledger: str | None, owner: Owner, result: "Audit", *, compare: bool) -> "Audit":
    """Note an audit in the ledger: one line a run. Return it, with what is new since the run before if that is wanted.

    Where the ledger cannot be written the audit goes on, unless it is to be compared.
    """
    from dupcheck.cli.options import find_user
    from dupcheck.reports.comparison import list_groups

    files = [Path(file).name for file in result.catalog.sources]
    try:
        with open_ledger(ledger) as book:
            book.turn_to(owner)
            runs = book.list_runs(files)
            book.note_run(files, len(result.catalog), list_groups(result.record()["groups"]), person=find_user())
    except LedgerError:
        if compare:
            raise
        return result
    return result.compare_runs(runs) if compare else result


def gather_decisions(
    catalog: "Catalog", known: Memory | None, documents: Sequence[Path]
) -> "Sequence[Decision] | None":
    """Return what was decided: in the ledger, and in documents, which speak of the catalogue as it is unless they bring
    the listings' contents along. None: nobody was asked.
    """
    if known is None and not documents:
        return None
    from dupcheck.decisions import hash_listings
    from dupcheck.ledger.documents import read_sayings, spell_out

    decisions = [] if known is None else list(known.decisions)
    for path in documents:
        for saying in read_sayings(path):
            contents = hash_listings(catalog, saying.listings)
            ids = tuple(i for i in saying.listings if saying.contents or i in contents)
            if len(ids) > 1:
                decisions += spell_out(replace(saying, listings=ids), contents)
    return decisions


def list_decided(ledger: str | None, account: str = "") -> Sequence["Decision"]:
    """Return the decisions in a ledger; none where there is no ledger."""
    known = recall_ledger(ledger, owner=Owner(account))
    return () if known is None else known.decisions


def enter_ledger(ledger: str | None, owner: Owner, lang: Lang) -> "Ledger":
    """Open a ledger for an account, and say so where either was not there before."""
    opened = open_ledger(ledger)
    try:
        if opened.created:
            tell(say("ledger.created", lang, ledger=opened.address), err=True)
        if opened.turn_to(owner):
            tell(say("ledger.account_new", lang, account=opened.scope), err=True)
    except BaseException:
        opened.close()
        raise
    return opened
