"""``ask``: the questions that settle most, one at a time."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dupcheck.cli.console import ask, tell
from dupcheck.cli.options import Bars, Command, Manner, complete_files, option, shared_options
from dupcheck.errors import OutputError
from dupcheck.messages import Lang, say

if TYPE_CHECKING:
    from dupcheck.asking import Asked
    from dupcheck.learned.answers import Answer
    from dupcheck.model import Reply
    from dupcheck.pipeline import Audit

_KEYS: "dict[str, Reply]" = {"1": "same", "2": "option", "3": "different"}


@click.command("ask", cls=Command, help="help_ask")
@click.argument("catalog", nargs=-1, required=True, shell_complete=complete_files)
@shared_options
@option("--answers", type=click.Path(path_type=Path), metavar="FILE", help="opt_answers")
@option("--count", type=click.IntRange(1, 200), default=20, show_default=True, metavar="N", help="opt_count")
@option("--who", default="", metavar="NAME", help="opt_who")
def _ask(
    catalog: tuple[str, ...], rules: str, settings: tuple[str, ...], how: Manner, jobs: int,
    cache: Path | None, fetch_images: bool, allow_hosts: tuple[str, ...], lang: Lang,
    answers: Path | None, count: int, who: str,
) -> None:  # fmt: skip
    from dupcheck.asking import questions
    from dupcheck.learned.answers import read_answers
    from dupcheck.pipeline import audit
    from dupcheck.rules import read_pack

    place = find_answers(catalog, answers)
    known = read_answers(place)
    pack = read_pack(rules).with_limit(*settings)

    def look() -> "Audit":
        with Bars(lang) as bars:
            return audit(
                read, pack, jobs=jobs, cache=cache, fetch_images=fetch_images, allow_hosts=allow_hosts, lang=lang,
                progress=bars.tell, answers=known,
            )  # fmt: skip

    read = how.read(catalog)
    asked = questions(look(), count)
    if not asked:
        tell(say("questions.nothing_to_ask", lang))
        return
    given = _Interview(asked, known, place, who, lang).hold()
    if not given:
        return
    after = look()
    for text in after.lesson.tell() if after.lesson is not None else ():
        tell(text.say(lang))
    stated = after.stated
    if stated is None:
        tell(say("questions.not_stated", lang))
    else:
        numbers = {name: f"{100 * value:.0f}" for name, value in stated.as_dict().items()}
        tell(say("questions.stated", lang, **numbers))
    tell(say("questions.saved", lang, path=place))


def find_answers(catalog: tuple[str, ...], answers: Path | None) -> Path:
    """Return where answers are kept: as named, or beside the (first) catalogue."""
    first = Path(catalog[0])
    return answers or first.parent / f"{first.name}.answers.jsonl"


def join_answers(kinds: "Mapping[str, Reply]", said: "Sequence[Answer]") -> "Mapping[str, Reply] | list[Answer] | None":
    """Return the answers in a ledger, by kind, and those in a file together; of both to one question the file's counts.
    None: nothing was answered.
    """
    from dupcheck.learned.answers import Answer

    if not said:
        return kinds or None
    return [*(Answer(reply, kind) for kind, reply in kinds.items()), *said]


class _Interview:
    """Asks one question after another and keeps every answer at once."""

    def __init__(self, asked: "list[Asked]", known: "list[Answer]", place: Path, who: str, lang: Lang) -> None:
        self.asked, self.known, self.place, self.who, self.lang = asked, known, place, who, lang
        self.given: list[tuple[int, int]] = []
        """Which questions were answered, and how many records each answer is."""

    def hold(self) -> int:
        """Ask until all is answered or the seller stops; return how many answers were given."""
        at = 0
        while at < len(self.asked):
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
            tell(f"    {say('questions.key_all', lang, count=question.settles)}")
            keys += [f"{key}*" for key in keys]
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
        question = self.asked[at]
        records = question.answer(reply, who=self.who, when=time.time(), for_all=for_all)
        self.known += records
        self.given.append((at, len(records)))
        self._keep()
        leads = next(leads for r, _, leads in question.replies if r == reply)
        settled = question.settles if for_all else 2
        tell(f"  {say('questions.settled', self.lang, count=settled, leads=leads)}")

    def _undo(self, at: int) -> int:
        if not self.given:
            tell(say("questions.nothing_to_undo", self.lang))
            return at
        back, count = self.given.pop()
        del self.known[len(self.known) - count :]
        self._keep()
        return back

    def _keep(self) -> None:
        from dupcheck.learned.answers import write_answers

        try:
            write_answers(self.place, self.known)
        except OSError as error:
            raise OutputError(
                "questions.unwritable", path=str(self.place), reason=error.strerror or str(error)
            ) from None
