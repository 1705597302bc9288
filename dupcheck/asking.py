"""Which questions are worth the seller's time: twenty at a time, those first on which most hangs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from dupcheck.files.numbers import is_numbered
from dupcheck.judging.model import PairModel, choose_pairs, find_alike, rank_telling
from dupcheck.learned.answers import Answer, Answers, Replies, is_for_all
from dupcheck.messages import Lang, Message, message
from dupcheck.model import IntArray, Plan, Reply, Weighed
from dupcheck.pipeline import Audit
from dupcheck.plans.offers import Shelf
from dupcheck.plans.parts import Bookkeeper
from dupcheck.plans.questions import ask_seller, write_gap
from dupcheck.teaching import Lesson

AT_ONCE = 20
"""Questions that are chosen at a time: what is answered changes what is worth asking."""
_EXAMPLES = 10
_AGAIN = 5
"""Of so many questions one may be asked again."""
_KINDS = 1 / 3
"""The share of questions that are about kinds."""
_ALIKE, _MOST_ALIKE = 4, 3_000
"""Pairs that are shown beside the one that is asked about, where they are like it, and among how many, the most
doubtful, they are looked for."""
_MOST = 300_000
"""Candidate pairs among which questions are looked for; of more, every n-th."""


@dataclass(frozen=True)
class Asked:
    """One question: two listings side by side, and what an answer would settle.

    Attributes:
        kind: The key under which the answer counts for all pairs that differ so; "" where none does.
        text: The question in words.
        listing_a: The id of one listing.
        listing_b: The id of the other.
        title_a: The title of the one.
        title_b: The title of the other.
        photo_a: The main photo of the one, "" where it has none.
        photo_b: The main photo of the other.
        replies: Each answer, what it says and what it leads to.
        settles: How many listings wait for it.
        chance: The probability, 0 … 1, that the two are one product.
        examples: Further pairs that differ in the same way.
        alike: Further pairs that differ in another way and are so like this one that mostly the same is true of them.

    Examples:
        >>> import dupcheck as dc
        >>> asked = dc.questions(dc.audit("sample_catalog/catalog.csv"), 3)
        >>> len(asked), asked[0].listing_a != asked[0].listing_b
        (3, True)
    """

    kind: str
    text: Message
    listing_a: str
    listing_b: str
    title_a: str
    title_b: str
    photo_a: str
    photo_b: str
    replies: tuple[tuple[Reply, Message, Message], ...]
    settles: int
    chance: float
    examples: tuple[tuple[str, str], ...] = ()
    alike: tuple[tuple[str, str], ...] = ()

    @property
    def for_all(self) -> bool:
        """Whether an answer can count for more than this pair: for every pair that differs in the same way, or for
        those that are ``alike``.
        """
        return bool(self.alike) or is_for_all(self.kind)

    def answer(self, reply: Reply, *, who: str = "", when: float = 0.0, for_all: bool = False) -> tuple[Answer, ...]:
        """Return the records of an answer: about this pair, and where ``for_all`` is wanted about its kind and about
        each of the examples, or about each that is ``alike``: of these «the same» says that they are one product, and
        not that one of the two may go. ``when`` it was given is in seconds since 1970.
        """
        first = Answer(reply, self.kind, self.listing_a, self.listing_b, who, when)
        if not (for_all and self.for_all):
            return (first,)
        if self.alike:
            each: Reply = "different" if reply == "different" else "option"
            return (first, *(Answer(each, "", a, b, who, when) for a, b in self.alike))
        more = [Answer(reply, self.kind, a, b, who, when) for a, b in self.examples]
        return (first, *more, Answer(reply, self.kind, "", "", who, when))

    def as_dict(self, lang: Lang = "en") -> dict[str, object]:
        """Return the question as one plain dict."""
        return {
            "kind": self.kind, "text": self.text.say(lang), "listing_a": self.listing_a, "listing_b": self.listing_b,
            "title_a": self.title_a, "title_b": self.title_b, "photo_a": self.photo_a, "photo_b": self.photo_b,
            "answers": [
                {"answer": reply, "text": text.say(lang), "leads_to": leads.say(lang)}
                for reply, text, leads in self.replies
            ],
            "settles": self.settles, "chance": round(self.chance, 3), "examples": [list(e) for e in self.examples],
            "alike": [list(e) for e in self.alike],
        }  # fmt: skip


_TELLING = ("brand", "model", "condition")
_PLAIN: tuple[tuple[Reply, Message, Message], ...] = tuple(
    (reply, message(f"questions.pair_{reply}"), message(f"questions.leads_{reply}"))
    for reply in ("same", "option", "different")
)


def questions(audit: Audit, count: int = AT_ONCE) -> list[Asked]:
    """Return the questions that settle most about an audited catalogue, at most ``count``.

    First, once more, answers that stand against all others; then, for a third of them, the kinds of difference for
    which most listings wait; then pairs: half those whose answer tells most about all that is in doubt, half drawn from
    all that limits and model say, so that the answers also tell who is right.
    What was answered is not asked again.

    Args:
        audit: What :func:`audit` found, with the answers so far.
        count: How many questions.

    Returns:
        The questions, the one on which most hangs first.

    Raises:
        RulesError: the shipped model does not fit what this version measures.

    Examples:
        >>> import dupcheck as dc
        >>> [q.settles >= 0 for q in dc.questions(dc.audit("sample_catalog/catalog.csv"), 2)]
        [True, True]
    """
    desk = Desk(audit)
    first = desk.ask_again(-(-count // _AGAIN))
    first += desk.ask_kinds(int(count * _KINDS))
    return [*first, *desk.ask_pairs(count - len(first), [(q.listing_a, q.listing_b) for q in first])]


class Desk:
    """Chooses the questions about one audit."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit
        self.lesson = audit.lesson
        self.model = find_model(audit)

    def ask_again(self, most: int) -> list[Asked]:
        """What was answered and stands against all other answers, the least believed first."""
        if self.lesson is None:
            return []
        found: list[Asked] = []
        for a, b in self.lesson.doubted:
            if len(found) < most and {a, b} <= self.audit.catalog.positions.keys():
                said = self.lesson.answers.pairs[a, b]
                before = next(text for reply, text, _ in _PLAIN if reply == said.answer)
                text = message("questions.again", a=a, b=b, said=before)
                found.append(self._show(said.kind, text, _PLAIN, a, b, 1, ()))
        return found

    def ask_kinds(self, most: int) -> list[Asked]:
        """The kinds of question in plans, those first for which most listings wait."""
        known = set() if self.lesson is None else {*self.lesson.implied, *self.lesson.doubted}
        waiting: dict[str, list[Plan]] = {}
        for plan in self.audit.plans:
            if plan.question is not None:
                waiting.setdefault(plan.question.kind, []).append(plan)
        order = sorted(waiting, key=lambda kind: (-sum(len(_list_waiting(p)) for p in waiting[kind]), kind))
        found: list[Asked] = []
        for kind in order:
            pairs = [(p.keep, i) for p in waiting[kind] for i in _list_waiting(p)]
            open_ones = [p for p in pairs if tuple(sorted(p)) not in known]
            if not open_ones or len(found) >= most:
                continue
            question = waiting[kind][0].question
            assert question is not None
            a, b = open_ones[0]
            if (a, b) != (waiting[kind][0].keep, question.listings[0]):
                question = next(q for p in waiting[kind] if b in _list_waiting(p) and (q := p.question) is not None)
            alike = is_for_all(kind)
            settles = len(pairs) if alike else len(question.listings)
            others = [p for p in _spread(waiting[kind], {*open_ones[1:]}) if self.is_plain(*p)] if alike else ()
            found.append(self._show(kind, question.text, question.replies, a, b, settles, others))
        return found

    def ask_pairs(self, most: int, asked: Iterable[tuple[str, str]]) -> list[Asked]:
        """Pairs from which most is learned."""
        audit = self.audit
        left, right = audit.candidates.left, audit.candidates.right
        step = -(-len(left) // _MOST) or 1
        left, right = left[::step], right[::step]
        if most <= 0 or not len(left):
            return []
        chance = self.model.measure(left, right)
        place = audit.catalog.positions
        known = {(place[a], place[b]) for a, b in asked}
        if self.lesson is not None:
            known |= set(zip(*(side.tolist() for side in self.lesson.bound[:2]), strict=True))
            known |= {(place[a], place[b]) for a, b in self.lesson.doubted if a in place and b in place}
        keys = {min(p) * len(audit.features) + max(p) for p in known}
        taken = np.flatnonzero(np.isin(left * len(audit.features) + right, np.array(sorted(keys), dtype=np.int64)))
        texts: dict[str, int] = {}
        core = np.array([texts.setdefault(t.casefold(), len(texts)) for t in audit.catalog.column("title").tolist()])
        label = label_groups(audit)
        grouped = label[left] == label[right]
        pairs, asked_before = np.stack([left, right], axis=1), np.array(sorted(known), dtype=np.int64).reshape(-1, 2)
        # of pairs that ask the same one goes on, so that others are looked at
        _, first = np.unique(np.sort(core[pairs], axis=1), axis=0, return_index=True)
        free = np.sort(first[~np.isin(first, taken)])
        telling = free[rank_telling(self.model.evidence, chance[free], pairs[free], asked_before, 2 * most)]
        picked = choose_pairs(chance, grouped, (core[left], core[right]), most, taken, telling)
        books = Bookkeeper(Shelf(audit.catalog, audit.features), Replies({}))
        doubtful = free[np.argsort(-chance[free] * (1 - chance[free]), kind="stable")[:_MOST_ALIKE]]
        alike = find_alike(self.model.evidence, pairs[picked], pairs[doubtful], 3 * _ALIKE)
        ids = audit.features.ids
        found, shown = [], set(picked.tolist())
        for k, places in zip(picked.tolist(), alike, strict=True):
            named = {p: (str(ids[left[p]]), str(ids[right[p]])) for p in doubtful[places].tolist() if p not in shown}
            beside = [p for p, pair in named.items() if self.is_plain(*pair)][:_ALIKE]
            shown.update(beside)
            more = [named[p] for p in beside]
            found.append(self._ask_pair(books, int(left[k]), int(right[k]), float(chance[k]), more))
        return found

    def is_plain(self, a: str, b: str) -> bool:
        """Whether two listings state no two brands, models, conditions or item numbers: an answer for many pairs is
        none about pairs in which such a thing differs too.
        """
        catalog, axes = self.audit.catalog, self.audit.features.axes
        left, right = catalog.positions[a], catalog.positions[b]
        stated = [(column.value(left), column.value(right)) for axis in _TELLING if (column := axes.get(axis))]
        codes = [code if is_numbered(code) else "" for code in catalog.column("gtin")[[left, right]]]
        return all(not one or not other or one == other for one, other in [*stated, codes])

    def _ask_pair(
        self, books: Bookkeeper, left: int, right: int, chance: float, alike: Sequence[tuple[str, str]]
    ) -> Asked:
        own = {m: books.shelf.list_offers(m) for m in (left, right)}
        gap = books.find_gap(own, left, right)
        a, b = str(self.audit.features.ids[left]), str(self.audit.features.ids[right])
        if gap is None or gap.what == "names":  # where names differ the limits do not ask
            return self._show(
                "" if gap is None else gap.kind, message("questions.pair", a=a, b=b), _PLAIN, a, b, 2, (), chance, alike
            )
        question = ask_seller(gap, a, [b], write_gap(gap, books.shelf, [left, right]))
        return self._show(gap.kind, question.text, question.replies, a, b, 2, (), chance, alike)

    def _show(
        self, kind: str, text: Message, replies: tuple[tuple[Reply, Message, Message], ...], a: str, b: str,
        settles: int, examples: Sequence[tuple[str, str]], chance: float | None = None,
        alike: Sequence[tuple[str, str]] = (),
    ) -> Asked:  # fmt: skip
        catalog = self.audit.catalog
        left, right = catalog.positions[a], catalog.positions[b]
        titles, photos = catalog.column("title"), catalog.column("main_image")
        if chance is None:
            chance = float(self.model.measure(np.array([left]), np.array([right]))[0])
        return Asked(
            kind, text, a, b, titles[left], titles[right], photos[left], photos[right], replies, settles, chance,
            tuple(examples[:_EXAMPLES]), tuple(alike),
        )  # fmt: skip


def _spread(plans: Sequence[Plan], among: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs of plans, one of each plan before a second of any: who is shown many sees how much they differ."""
    each = [[(p.keep, i) for i in _list_waiting(p)] for p in plans]
    return [pair for some in zip_longest(*each) for pair in some if pair in among]


def _list_waiting(plan: Plan) -> tuple[str, ...]:
    question = plan.question
    return () if question is None else tuple(i for i in question.listings if i != plan.keep)


def find_model(audit: Audit) -> PairModel:
    """Return the model that an audit has learned, or what the start says where it has learned none."""
    if audit.model is not None:
        return audit.model
    lesson = audit.lesson or Lesson(Answers(), Replies({}))
    return lesson.find_model(audit.catalog, audit.features, audit.candidates.left, audit.candidates.right)


def label_groups(audit: Audit) -> IntArray:
    """Return a number for each listing's group: the limits' groups, where an audit has learned anything."""
    lesson = audit.lesson
    if lesson is not None and len(lesson.label):
        return lesson.label
    label: IntArray = np.arange(len(audit.features)) + len(audit.grouped)
    for k, (_, members) in enumerate(audit.grouped):
        label[members] = k
    return label


def explain_pair(audit: Audit, listing_a: str, listing_b: str) -> Weighed:
    """Return the reasons for and against two listings being one product, as what was learned, or else the start, sees
    them.
    """
    place: Mapping[str, int] = audit.catalog.positions
    (weighed,) = find_model(audit).weigh(np.array([place[listing_a]]), np.array([place[listing_b]]))
    return weighed
