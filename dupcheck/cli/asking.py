"""``ask``: the questions that settle most, one at a time."""

from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING

import click

from dupcheck.cli.console import ask, tell
from dupcheck.cli.options import (
    Bars,
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

    from dupcheck.asking import Asked
    from dupcheck.learned.answers import Answer
    from dupcheck.ledger.book import Ledger
    from dupcheck.model import Reply
    from dupcheck.pipeline import Audit

_KEYS: "dict[str, Reply]" = {"1": "same", "2": "option", "3": "different"}


@click.command("ask", cls=Command, help="help_ask")
@click.argument("catalog", nargs=-1, required=True, shell_complete=complete_files)
@shared_options
@option("--answers", type=File(), metavar="FILE", help="opt_answers")
@option("--labels", type=File(), metavar="FILE", help="opt_labels")
@option("--count", type=click.IntRange(1, 200), default=20, show_default=True, metavar="N", help="opt_count")
@person_option("--who", "--as")
@ledger_option
def _ask(
    catalog: tuple[str, ...], rules: str, settings: tuple[str, ...], how: Manner, jobs: int,
    cache: "Path | None", fetch_images: bool, allow_hosts: tuple[str, ...], lang: Lang,
    answers: "Path | None", labels: "Path | None", count: int, person: str, ledger: str | None, account: str,
) -> None:  # fmt: skip
    from dupcheck.asking import questions
    from dupcheck.cli.ledgers import enter_ledger, name_owner
    from dupcheck.learned.answers import read_answers
    from dupcheck.ledger import recall
    from dupcheck.pipeline import audit

    older = read_answers(find_answers(catalog, answers))
    pack = open_pack(rules, settings, lang)
    read = how.read(catalog)
    owner = name_owner(account, catalog, read)
    with enter_ledger(ledger, owner, lang) as book:

        def look() -> "Audit":
            known = recall(book.address, owner)
            with Bars(lang) as bars:
                return audit(
                    read, pack, jobs=jobs, cache=cache, fetch_images=fetch_images, allow_hosts=allow_hosts, lang=lang,
                    progress=bars.tell, decisions=known.decisions, answers=[*older, *known.answers],
                    labels=labels, revisions=known.revisions,
                )  # fmt: skip

        asked = questions(look(), count)
        if not asked:
            tell(say("questions.nothing_to_ask", lang))
            return
        titles = dict(zip(read.ids.tolist(), read.column("title").tolist(), strict=True))
        if not _Interview(asked, titles, book, person, lang).hold():
            return
        after = look()
        for text in after.lesson.tell(after.stated) if after.lesson is not None else ():
            tell(text.say(lang))
        tell(say("questions.saved", lang, path=book.address))


def find_answers(catalog: tuple[str, ...], answers: "Path | None") -> "Path":
    """Return where an older dupcheck kept answers: as named, or beside the (first) catalogue."""
    from pathlib import Path

    first = Path(catalog[0])
    return answers or first.parent / f"{first.name}.answers.jsonl"


class _Interview:
    """Asks one question after another; every answer is an act in the ledger before the next is asked."""

    def __init__(
        self, asked: "list[Asked]", titles: Mapping[str, str], book: "Ledger", person: str, lang: Lang
    ) -> None:  # fmt: skip
        self.asked, self.titles, self.book, self.person, self.lang = asked, titles, book, person, lang
        self.given: list[tuple[int, int, tuple[Answer, ...]]] = []
        """Which questions were answered, by which act each, and what was said."""

    def hold(self) -> int:
        """Ask until all is answered or the seller stops; return how many answers were given."""
        at = 0
        while at < len(self.asked):
            if self._is_settled(self.asked[at]):
                at += 1
                continue
            key = self._show(at)
            if key == "q":
                break
            if key == "u":
                at = self._undo(at)
            elif key == "s":
                at += 1
            else:
                self._note(at, _KEYS[key.rstrip("*")], key.endswith("*"))
                at += 1
        return len(self.given)

    def _is_settled(self, question: "Asked") -> bool:
        """Whether what was said since the questions were chosen answers this one, and all that it asks for."""
        from dupcheck.learned.answers import Answers

        said = Answers(tuple(chain.from_iterable(answers for *_, answers in self.given)))
        pairs = [(question.listing_a, question.listing_b), *question.examples]
        return question.kind in said.kinds or all((min(p), max(p)) in said.implied for p in pairs)

    def _show(self, at: int) -> str:
        lang, question = self.lang, self.asked[at]
        tell("")
        tell(say("questions.number", lang, number=at + 1, count=len(self.asked), text=question.text))
        for listing_id, title, photo in (
            (question.listing_a, question.title_a, question.photo_a),
            (question.listing_b, question.title_b, question.photo_b),
        ):
            tell(f"  {listing_id}  {title}" + (f"  [{photo}]" if photo else ""))
        said = {reply: text for reply, text, _ in question.replies}
        keys = [key for key, reply in _KEYS.items() if reply in said]
        for key in keys:
            tell(f"    {key}  {said[_KEYS[key]].say(lang)}")
        if question.for_all and question.settles > 1:
            for a, b in question.alike or question.examples:
                tell(f"      {a}  {self.titles[a]}  –  {b}  {self.titles[b]}")
            wide = [f"{key}*" for key in keys]
            told = ", ".join(wide)
            if question.alike:
                tell(f"    {say('questions.key_alike', lang, keys=told, count=len(question.alike))}")
            else:
                tell(f"    {say('questions.key_all', lang, keys=told, count=question.settles)}")
            keys += wide
        tell(f"    {say('questions.keys', lang)}")
        while True:
            try:
                typed = ask(say("questions.prompt", lang), default="s")
            except click.Abort:  # nothing more is typed
                tell()
                return "q"
            typed = typed.strip().casefold()
            if typed in (*keys, "s", "u", "q"):
                return typed
            tell(say("questions.bad_key", lang, typed=typed, known=", ".join((*keys, "s", "u", "q"))))

    def _note(self, at: int, reply: "Reply", for_all: bool) -> None:
        from dupcheck.ledger.answers import write_answers

        question = self.asked[at]
        said = question.answer(reply, for_all=for_all)
        self.book.decide([], person=self.person, details={"question": question.kind, "answer": reply,
                                                          **write_answers(said)})  # fmt: skip
        self.given.append((at, self.book.list_acts(person=self.person, last=1)[0].number, said))
        leads = next(leads for r, _, leads in question.replies if r == reply)
        settled = (question.settles + 2 * len(question.alike)) if for_all else 2
        tell(f"  {say('questions.settled', self.lang, count=settled, leads=leads)}")

    def _undo(self, at: int) -> int:
        if not self.given:
            tell(say("questions.nothing_to_undo", self.lang))
            return at
        back, number, _ = self.given.pop()
        self.book.undo(number, person=self.person)
        return back
