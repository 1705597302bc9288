"""What the seller has answered: records, what they have in common, and where they contradict one another.

An answer is about a pair of listings, about a kind of difference, or both. Twenty answers to different questions of one
sort say more than each alone: they show a **habit** of the catalogue, with an uncertainty of its own.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import combinations, pairwise
from pathlib import Path
from typing import get_args

from dupcheck.errors import CatalogError
from dupcheck.files.given import read_given
from dupcheck.files.writing import replace_file
from dupcheck.model import Reply

REPLIES: tuple[Reply, ...] = get_args(Reply)
_TEXTS = ("kind", "answer", "listing_a", "listing_b", "who")
APART_FROM = 12
"""Equal answers of one sort from which on the rest of the sort is no longer asked, where all say «another product»."""
ONE_FROM = 50
"""… and from which on they may bind, where all say «one product»: by the rule of three, at most 6 % are otherwise."""
_FOLLOWS = 60
"""Of more listings that answers call one product nothing follows: there are too many pairs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. ``kind`` is the key of the question, "" where a pair was judged as such; ``listing_a`` and
    ``listing_b`` the pair that was shown, "" where none was. ``when`` is in seconds since 1970.
    """

    answer: Reply
    kind: str = ""
    listing_a: str = ""
    listing_b: str = ""
    who: str = ""
    when: float = 0.0

    @property
    def one_product(self) -> bool:
        """Whether the two are one product: the same, or a choice of one."""
        return self.answer != "different"

    @property
    def pair(self) -> tuple[str, str] | None:
        """Both listings, sorted; None where the answer is about a kind only."""
        if not self.listing_a or not self.listing_b:
            return None
        a, b = sorted((self.listing_a, self.listing_b))
        return a, b


_EACH = {"each:names": "words:two", "each:more": "words:one"}
"""Questions about words that are in question once only, and the sort of the others that they are like."""


def name_sort(kind: str) -> str:
    """Return the sort that a kind of question belongs to: its name, its axis, or how many sides have words.

    >>> name_sort("words:mint|mango"), name_sort("words:|deluxe"), name_sort("silent:color"), name_sort("line:reeds _")
    ('words:two', 'words:one', 'silent:color', 'line')
    """
    if kind in _EACH:
        return _EACH[kind]
    what, colon, rest = kind.partition(":")
    if what == "line":
        return what
    if what not in ("words", "names", "order"):
        return kind
    one, _, other = rest.partition("|")
    return f"{what}:{'two' if one and other else 'one'}" if colon else what


def is_for_all(kind: str) -> bool:
    """Return whether an answer to a kind of question counts for every pair that differs so, not for its own alone.

    >>> is_for_all("words:mint|mango"), is_for_all("proof")
    (True, False)
    """
    return kind.partition(":")[0] in _FOR_ALL


@dataclass(frozen=True)
class Answers:
    """All answers, oldest first; of several to one question the last counts."""

    all: tuple[Answer, ...] = ()

    def __len__(self) -> int:
        return len(self.all)

    @cached_property
    def pairs(self) -> Mapping[tuple[str, str], Answer]:
        """The last answer about each pair, in the order in which pairs were first answered."""
        found: dict[tuple[str, str], Answer] = {}
        for answer in self.all:
            if answer.pair is not None:
                found[answer.pair] = answer
        return found

    @cached_property
    def confirmed(self) -> frozenset[tuple[str, str]]:
        """Pairs of which the last two answers say the same."""
        last, twice = dict[tuple[str, str], bool](), dict[tuple[str, str], bool]()
        for answer in self.all:
            if answer.pair is not None:
                twice[answer.pair] = last.get(answer.pair) == answer.one_product
                last[answer.pair] = answer.one_product
        return frozenset(pair for pair, same in twice.items() if same)

    @cached_property
    def implied(self) -> Mapping[tuple[str, str], Reply]:
        """What is known of pairs: what was answered of each, and what follows from that: A is B and B is C, so that A
        is C; A is B and not C, so that B is not C. Of listings whose answers contradict one another nothing follows.
        """
        return self.imply()

    def imply(self, doubted: Collection[tuple[str, str]] = ()) -> Mapping[tuple[str, str], Reply]:
        """Return what is known of pairs where some answers are ``doubted``: of «one product» nothing is taken from
        them, «another product» stands for the pair itself alone.
        """
        said = {pair: answer.answer for pair, answer in self.pairs.items()}
        sure = {pair: reply for pair, reply in said.items() if pair not in doubted}
        kept = {pair: reply for pair, reply in said.items() if pair in sure or reply == "different"}
        return _follow(sure) | kept

    def find_unsure(
        self, doubted: Collection[tuple[str, str]], weak: Collection[tuple[str, str]]
    ) -> set[tuple[str, str]]:
        """Return the pairs that are one product only if some of the ``weak`` answers are meant."""
        known, without = self.imply(doubted), self.imply({*doubted, *weak})
        return {p for p, reply in known.items() if reply != "different" and without.get(p, "different") == "different"}

    def count_built(self) -> Mapping[tuple[str, str], int]:
        """Return how many pairs are one product by each answer that says so and by no other way: those of all that is
        one with the one listing and all that is one with the other.
        """
        near = self._near
        found = {}
        for (a, b), answer in self.pairs.items():
            if answer.one_product:
                here = _reach(near, a, (a, b))
                found[a, b] = 1 if b in here else min(len(here), _FOLLOWS) * min(len(_reach(near, b, (a, b))), _FOLLOWS)
        return found

    @cached_property
    def _near(self) -> Mapping[str, Sequence[str]]:
        """What each listing is one product with, by an answer."""
        near: dict[str, list[str]] = {}
        for (a, b), answer in self.pairs.items():
            if answer.one_product:
                near.setdefault(a, []).append(b)
                near.setdefault(b, []).append(a)
        return near

    def find_tangles(self) -> list[list[tuple[str, str]]]:
        """Return pairs whose answers cannot all be right, each time the one of two products first, then the way from
        one product to the next that says that they are one.
        """
        near, found = self._near, []
        for (a, b), answer in self.pairs.items():
            way = () if answer.one_product or a not in near or b not in near else _find_way(near, a, b)
            if way:
                found.append([(a, b), *((min(step), max(step)) for step in pairwise(way))])
        return found

    @cached_property
    def said(self) -> frozenset[tuple[tuple[str, str], str]]:
        """What was answered of which pair: pairs, each with the kind of question."""
        return frozenset((a.pair, a.kind) for a in self.all if a.pair is not None)

    @cached_property
    def kinds(self) -> Mapping[str, Reply]:
        """The last answer to each kind of question that was answered as such: for all pairs that differ so."""
        return {a.kind: a.answer for a in self.all if a.kind and a.pair is None}

    @cached_property
    def binding(self) -> Mapping[str, Reply]:
        """The answers to kinds that close every gap of theirs. «One product» of a kind that leaves open what the two
        state, said beside a few examples, is no more than they show: such a kind binds where its sort is a habit, and
        until then each pair waits for its own answer.
        """
        return {
            kind: reply for kind, reply in self.kinds.items()
            if reply == "different" or kind.partition(":")[0] not in _OPEN or self.tell_habit(kind) is not None
        }  # fmt: skip

    @cached_property
    def habits(self) -> Mapping[str, Counter[Reply]]:
        """How often each sort of question was answered how, each question once."""
        last: dict[tuple[str, tuple[str, str] | None], Answer] = {}
        for answer in self.all:
            if answer.kind:
                last[answer.kind, answer.pair] = answer
        found: dict[str, Counter[Reply]] = {}
        for answer in last.values():
            found.setdefault(name_sort(answer.kind), Counter())[answer.answer] += 1
        return found

    def tell_habit(self, kind: str) -> Reply | None:
        """Return what the answers to other questions of this sort agree on, None while they are too few or differ.

        Who says «another product» often enough is no longer asked. «One product» must be said more often before it
        counts, for what it leads to cannot be taken back as easily.
        """
        said = self.habits.get(name_sort(kind))
        if said is None or (len(said) != 1 and said["different"]):
            return None
        count = said.total()
        if said["different"]:
            return "different" if count >= APART_FROM else None
        return said.most_common(1)[0][0] if count >= ONE_FROM else None

    def find_contradictions(self) -> list[tuple[Answer, Answer]]:
        """Return answers that cannot both be right: A is B, B is C, and A is not C; or one pair answered twice,
        otherwise each time.
        """
        found, last = [], dict[tuple[str, str], Answer]()
        for answer in self.all:
            if answer.pair is None:
                continue
            before = last.get(answer.pair)
            if before is not None and before.one_product != answer.one_product:
                found.append((before, answer))
            last[answer.pair] = answer
        home = _join(pair for pair, answer in self.pairs.items() if answer.one_product)
        joined: dict[str, Answer] = {}
        for pair, answer in self.pairs.items():
            if answer.one_product:
                joined.setdefault(home[pair[0]], answer)
        for (a, b), answer in self.pairs.items():
            if not answer.one_product and a in home and home[a] == home.get(b):
                found.append((joined[home[a]], answer))
        return found


def _reach(near: Mapping[str, Sequence[str]], begin: str, but: tuple[str, str]) -> set[str]:
    """All that is one product with a listing, however many steps it takes, but for one answer."""
    found, front = {begin}, [begin]
    while front and len(found) <= _FOLLOWS:
        at = front.pop()
        for other in near[at]:
            if other not in found and (min(at, other), max(at, other)) != but:
                found.add(other)
                front.append(other)
    return found


def _find_way(near: Mapping[str, Sequence[str]], begin: str, end: str) -> list[str]:
    """The shortest way from one to the other, both included; empty where there is none."""
    came, front = {begin: begin}, [begin]
    while front and end not in came:
        after = []
        for at in front:
            for other in near[at]:
                if other not in came:
                    came[other] = at
                    after.append(other)
        front = after
    if end not in came:
        return []
    way = [end]
    while way[-1] != begin:
        way.append(came[way[-1]])
    return way


def _join(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """One name for all that pairs connect, by id."""
    home: dict[str, str] = {}

    def find(item: str) -> str:
        while home.setdefault(item, item) != item:
            item = home[item]
        return item

    for a, b in pairs:
        first, second = sorted((find(a), find(b)))
        home[second] = first
    return {item: find(item) for item in home}


def _follow(said: Mapping[tuple[str, str], Reply]) -> dict[tuple[str, str], Reply]:
    """What follows of pairs from what was ``said`` of others."""
    home = _join(pair for pair, reply in said.items() if reply != "different")
    twin = _join(pair for pair, reply in said.items() if reply == "same")
    apart = {
        tuple(sorted((home.get(a, a), home.get(b, b)))) for (a, b), reply in said.items() if reply == "different"
    }  # fmt: skip
    members: dict[str, list[str]] = {}
    for item, name in home.items():
        members.setdefault(name, []).append(item)
    members = {
        name: sorted(items) for name, items in members.items() if len(items) <= _FOLLOWS and (name, name) not in apart
    }  # fmt: skip
    found: dict[tuple[str, str], Reply] = {}
    for items in members.values():
        for a, b in combinations(items, 2):
            found[a, b] = "same" if a in twin and twin[a] == twin.get(b) else "option"
    for one, other in sorted(apart):
        if one != other:
            for a in members.get(one, () if one in home else (one,)):
                for b in members.get(other, () if other in home else (other,)):
                    found[min(a, b), max(a, b)] = "different"
    return found


def gather_answers(answers: Iterable[Answer]) -> Answers:
    """Return answers in the order in which they were given."""
    return Answers(tuple(sorted(answers, key=lambda a: a.when)))


def read_answers(path: Path) -> list[Answer]:
    """Return the answers in a file that :func:`write_answers` wrote: one JSON object a line. A file that is not there
    holds none. Raises CatalogError that names the line that is no answer.
    """
    if not path.exists():
        return []
    try:
        lines = read_given(path).decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise CatalogError("catalog.unreadable", path=str(path), reason=str(error)) from None
    return [_read_line(text, line, path) for line, text in enumerate(lines, 1) if text.strip()]


def _read_line(text: str, line: int, path: Path) -> Answer:
    try:
        row = json.loads(text)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        raise CatalogError("questions.bad_answer", path=str(path), line=line, found=text[:60], known=", ".join(REPLIES))
    said = {name: row.get(name) or "" for name in _TEXTS}
    reply = next((r for r in REPLIES if r == said["answer"]), None)
    when = row.get("when") or 0.0
    apart = said["listing_a"] != said["listing_b"]
    whole = bool(said["kind"]) if not apart else bool(said["listing_a"] and said["listing_b"])
    good = all(isinstance(x, str) for x in said.values()) and isinstance(when, int | float) and math.isfinite(when)
    if reply is None or not whole or not good:
        raise CatalogError(
            "questions.bad_answer", path=str(path), line=line, found=str(said["answer"])[:60], known=", ".join(REPLIES)
        )
    return Answer(reply, said["kind"], said["listing_a"], said["listing_b"], said["who"], float(when))


def write_answers(path: Path, answers: Sequence[Answer]) -> None:
    """Write answers to a file in place of what it held, whole or not at all. Raises OSError."""
    replace_file(path, "".join(json.dumps(asdict(a), sort_keys=True) + "\n" for a in answers).encode())


class Replies:
    """What the answers say of one gap between two listings: by pair, by kind, by habit, or by what was learned.

    ``pairs`` are by both positions, the lower first. ``judge`` is asked where nothing was answered; what it says counts
    from ``sure`` on. ``lifted`` are axes on which two products mostly differ and choices of one may, as this seller has
    it: each such difference is still to be asked.
    """

    def __init__(
        self,
        kinds: Mapping[str, Reply],
        answers: Answers | None = None,
        pairs: Mapping[tuple[int, int], Reply] | None = None,
        judge: Callable[[int, int], float] | None = None,
        sure: float = math.inf,
        lifted: Iterable[str] = (),
        unsure: Iterable[tuple[int, int]] = (),
        near: Callable[[int, int], float] | None = None,
    ) -> None:
        self.near = near or judge
        self.lifted, self.unsure = frozenset(lifted), frozenset(unsure)
        self.kinds, self.answers, self.pairs = kinds, answers or Answers(), pairs or {}
        self.judge, self.sure = judge, sure

    @property
    def known(self) -> bool:
        """Whether anything was answered, or learned from answers."""
        return bool(self.kinds or self.pairs) or self.judge is not None

    def reply(self, kind: str, left: int, right: int) -> Reply | None:
        """Return what is known of a gap of this kind between two positions, None where it must be asked."""
        said = self.tell(left, right)
        what = kind.partition(":")[0]
        if said is not None or what in _BY_PAIR:
            return said
        said = self.kinds.get(kind) or self.answers.tell_habit(kind)
        if said == "different" and kind not in self.kinds and self.near is not None and self.near(left, right) >= WORTH:
            return None  # a habit is of what was asked; what is likely to be one product all the same is asked on
        if said is not None and (said == "different" or kind in self.kinds):
            return said
        if self.judge is None:
            return None
        least = min(self.sure, HABIT_SURE) if said is not None else self.sure
        return (said or "option") if math.isfinite(least) and self.judge(left, right) >= least else None

    def tell(self, left: int, right: int) -> Reply | None:
        """Return what is surely known of a pair, None where nothing is."""
        pair = min(left, right), max(left, right)
        return None if pair in self.unsure else self.pairs.get(pair)

    def doubts(self, left: int, right: int) -> bool:
        """Whether what was learned is not sure enough that two listings are one product for anything to be done, though
        nothing differs that is not accounted for.
        """
        if (min(left, right), max(left, right)) in self.unsure:
            return True
        if self.judge is None or (min(left, right), max(left, right)) in self.pairs:
            return False
        return self.judge(left, right) < ACT_FROM

    def is_one(self, left: int, right: int) -> bool:
        """Whether what was learned takes two listings for one product, though not surely enough to act."""
        said = self.pairs.get((min(left, right), max(left, right)))
        if said is not None:
            return said != "different"
        return self.judge is not None and self.judge(left, right) >= 0.5


ACT_FROM = 0.7
"""Where the seller's answers judge, the probability below which what the titles account for is asked about."""
WORTH = 0.2
"""The probability that two listings are one product from which on that is worth a question; no habit speaks against it.
"""
HABIT_SURE = 0.9
"""Where many answers agree, the probability from which on the next of the sort is taken as they are."""
_OPEN = frozenset({"axis", "silent"})
"""Kinds that name what two listings differ on and not in what: 1,000 mg and 500 mg, 1 kg and 2 kg."""
_FOR_ALL = frozenset({"words", "names", "order", "silent", "axis", "line"})
"""Gaps that an answer settles for every pair that differs so."""
_BY_PAIR = frozenset({"fact", "proof", "unsure", "twin", "rest"})
"""Gaps about one pair only: what is the same there says nothing of others."""
