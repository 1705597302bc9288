"""Gaps → questions: what only the seller can say, in the seller's words, and what each answer leads to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dupcheck.judging.alignment import find_spellings
from dupcheck.judging.differences import AxisNames
from dupcheck.judging.quotations import quote_words
from dupcheck.judging.spellings import find_spelling, reads_as
from dupcheck.messages import Message, message
from dupcheck.model import Plan, Question, Reply
from dupcheck.plans.lines import quote_choice
from dupcheck.plans.offers import Shelf
from dupcheck.plans.parts import Gap
from dupcheck.titles.stream import cut_title

_REPLIES: Mapping[str, tuple[Reply, ...]] = {
    "words": ("different", "option", "same"),
    "names": ("different", "option", "same"),
    "order": ("different", "same"),
    "silent": ("option", "different", "same"),
    "axis": ("option", "different"),
    "line": ("option", "different"),
    "fact": ("same", "different"),
    "proof": ("same", "different"),
    "unsure": ("same", "option", "different"),
    "twin": ("same", "option", "different"),
    "rest": ("same", "different"),
}
_WORDED = ("words", "names", "order")
_SHOWN = 60
EACH = "each"
"""The kind of questions that are answered one by one."""


def write_gap(gap: Gap, shelf: Shelf, positions: Sequence[int]) -> Gap:
    """Return a gap in the words of these listings: as a title or an attribute of theirs writes each, the first first.

    It is to be shown: what a question is remembered by stays as it was read. Of a line the positions are the two.
    """
    if gap.frame:
        first, last = shelf.text(positions[0], "title"), shelf.text(positions[-1], "title")
        return replace(gap, here=(quote_choice(last, gap.here),), there=(quote_choice(first, gap.there),))
    if not gap.axis:
        titles = list(dict.fromkeys(shelf.text(m, "title") for m in positions))
        here, there = _quote(gap.here, gap.there, titles), _quote(gap.there, gap.here, titles)
        if here == there and gap.what != "order":  # one word in both that only its pieces tell apart
            return replace(gap, here=_spell(gap.here, titles), there=_spell(gap.there, titles))
        return replace(gap, here=here, there=there)

    def write(value: str) -> str:
        texts = ((shelf.text(m, "title"), shelf.text(m, "attributes")) for m in positions)
        spellings = (find_spelling(*text, gap.axis, value) for text in texts)
        offers = (offer for m in positions for offer in shelf.list_offers(m))
        shown = (offer.shown.get(gap.axis, "") for offer in offers if offer.values.get(gap.axis) == value)
        found = next((s for s in spellings if s and ("|" in value or reads_as(s, gap.axis, value))), "")
        return found or next(filter(None, shown), value)

    here, there = tuple(map(write, gap.here)), tuple(map(write, gap.there))
    if gap.what == "silent" and _is_told(gap.axis, here or there, shelf, positions):
        here = there = here or there
    return replace(gap, here=here, there=there)


def _is_told(axis: str, values: Sequence[str], shelf: Shelf, positions: Sequence[int]) -> bool:
    """Whether a title says what its listing states nowhere else: no title is read for an axis that no table knows."""
    words = [cut_title(value) for value in values]
    for m in positions:
        if not shelf.value(axis, m) and axis not in shelf.attributes(m):
            title = cut_title(shelf.text(m, "title"))
            if any(w == title[k : k + len(w)] for w in words if w for k in range(len(title))):
                return True
    return False


def _quote(words: Sequence[str], others: Sequence[str], titles: Sequence[str]) -> tuple[str, ...]:
    """Words as one text of the title that they stand in; as each is spelt somewhere where none has all of them."""
    quoted = quote_words(words, titles, others)
    return (quoted,) if quoted else _spell(words, titles)


def _spell(words: Sequence[str], titles: Sequence[str]) -> tuple[str, ...]:
    spelled: dict[str, str] = {}
    for title in titles:
        if spelled.keys() >= {*words}:
            break
        tokens = cut_title(title)
        spelled = {**dict(zip(tokens, find_spellings(title, tokens), strict=True)), **spelled}
    return tuple([spelled.get(word, word) for word in words])


def ask_seller(gap: Gap, keep: str, listings: Sequence[str], written: Gap | None = None) -> Question:
    """Return the question that a gap raises; ``keep`` is the listing that the others are held against, and ``written``
    the gap in the words of its listings.
    """
    texts = _say_gap(written or gap, keep, listings)
    replies = tuple(
        (reply, message(f"questions.{gap.what}_{reply}", **texts), message(f"questions.leads_{reply}"))
        for reply in _REPLIES[gap.what]
    )
    words = gap.what in _WORDED
    return Question(
        kind=gap.kind,
        text=message(_choose_key((written or gap) if gap.what == "silent" else gap), **texts),
        listings=tuple(listings),
        only_here=gap.here if words else (),
        only_there=gap.there if words else (),
        axis=gap.axis,
        replies=replies,
    )


def _choose_key(gap: Gap) -> str:
    if gap.what in ("words", "fact") and not (gap.here and gap.there and gap.here[0] and gap.there[0]):
        return f"questions.{gap.what}_more"
    if gap.what == "silent" and gap.here and gap.there:
        return "questions.silent_told"
    if gap.what == "proof" and gap.axis:
        return "questions.proof_apart"
    return f"questions.{gap.what}"


def gather_line(gaps: Sequence[Gap]) -> Gap:
    """Return the gaps between one listing and others as one: what it says, and what each of them does."""
    own = gaps[0].here
    others = tuple(dict.fromkeys(value for gap in gaps for value in gap.there if value not in own))
    return replace(gaps[0], there=others or gaps[0].there)


def _say_gap(gap: Gap, keep: str, listings: Sequence[str]) -> dict[str, object]:
    join = _join_values if gap.axis or gap.frame else join_words
    here, there = join(gap.here), join(gap.there)
    return {
        "here": here, "there": there, "more": here or there, "axis": AxisNames("", {}, (gap.axis,)), "keep": keep,
        "ids": ", ".join(listings[:3]) + (" …" if len(listings) > 3 else ""),
    }  # fmt: skip


def join_words(words: Sequence[str]) -> str:
    """Return words as a person reads them: signs of unspaced scripts and marks stand close to what they follow."""
    text = ""
    for word in words:
        close = not text or (ord(word[0]) > 0x2E7F and ord(text[-1]) > 0x2E7F) or word in ("+", "%", "°", '"')
        text += word if close else f" {word}"
    return _shorten(text)


def _join_values(values: Sequence[str]) -> str:
    """Return values as a person reads them, of many the first."""
    return _shorten(" / ".join(values))


def _shorten(text: str) -> str:
    """Return a text of at most the length that is shown, cut between words where it has blanks."""
    if len(text) <= _SHOWN:
        return text
    cut = text[: _SHOWN - 1].rstrip()
    whole = cut.rpartition(" ")[0] if text[len(cut) : len(cut) + 1].strip() else cut
    return (whole if 2 * len(whole) > _SHOWN else cut).rstrip(" …") + "…"


def say_gap(gap: Gap, keep: str) -> Message:
    """Return in words what is not accounted for between a listing and the one that its group keeps, as it is given."""
    key = f"gap_{gap.what}"
    if _choose_key(gap) == "questions.fact_more":
        key = "gap_fact_more"
    elif _choose_key(gap) == "questions.words_more":
        key = "gap_words_here" if any(gap.there) else "gap_words_there"
    return message(f"questions.{key}", **_say_gap(gap, keep, ()))


def count_settled(plans: Sequence[Plan]) -> tuple[Plan, ...]:
    """Return the plans with each question saying how many listings of all plans wait for its answer.

    Words that are in question in one plan only are of the kind ``each``: such questions are shown as one list, and an
    answer is about its own listings.
    """
    asked = Counter(plan.question.kind for plan in plans if plan.question is not None)
    told = [plan if plan.question is None else replace(plan, question=_gather(plan.question, asked)) for plan in plans]
    waiting: Counter[str] = Counter()
    for plan in told:
        if plan.question is not None:
            waiting[plan.question.kind] += len(plan.question.listings)
    return tuple(
        plan if (q := plan.question) is None else replace(plan, question=replace(q, settles=waiting[q.kind]))
        for plan in told
    )


def name_alone(question: Question) -> str:
    """Return the kind of a question that only one plan asks."""
    if not (question.only_here or question.only_there):
        return question.kind
    return _name_each(question.only_here, question.only_there)


def name_kinds(gap: Gap) -> tuple[str, ...]:
    """Return the kinds under which a gap may have been asked about: its own, and that of questions asked once only."""
    worded = gap.what in _WORDED and bool(gap.here or gap.there)
    return (gap.kind, _name_each(gap.here, gap.there)) if worded else (gap.kind,)


def _name_each(here: Sequence[str], there: Sequence[str]) -> str:
    return f"{EACH}:{'names' if here and there else 'more'}"


def _gather(question: Question, asked: Mapping[str, int]) -> Question:
    return question if asked[question.kind] > 1 else replace(question, kind=name_alone(question))
