"""Groups, and listings in none, that are probably one with others: they are asked about beside these.

What rules did not catch is never acted on: it stands in the group as a part that waits for an answer.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

import numpy as np

from dupcheck.axes import HEAD, MEASURED, NATURAL
from dupcheck.groups import is_too_large
from dupcheck.judging.alignment import may_shorten
from dupcheck.judging.differences import find_differences
from dupcheck.judging.likely import NONE_LIKELY, Likely
from dupcheck.judging.verdicts import Findings
from dupcheck.learned.answers import WORTH
from dupcheck.learned.lexicon import is_slip
from dupcheck.learned.tails import spell_head
from dupcheck.model import BoolArray, FloatArray, IntArray
from dupcheck.plans.lines import is_step, may_stand_in_line
from dupcheck.plans.offers import settle_values, sort_offers
from dupcheck.plans.parts import Bookkeeper, Gap, Part
from dupcheck.plans.planner import Tie
from dupcheck.signals import get_signal
from dupcheck.titles.selling import trim_end
from dupcheck.titles.stream import cut_title

SURE, TWO = 0.55, 0.45
"""The probability from which on a group that is acted on as it stands is asked about beside another, by the mean of all
their pairs, which errs less than the likeliest of them; and from which on two listings are that nothing else is known
of, where each says what the other does not. Anything else is asked about from :data:`~dupcheck.learned.answers.WORTH`
on, by one pair.
"""

Groups = Sequence[Sequence[Part]]
Apart = Callable[[IntArray, IntArray], BoolArray]


def ask_neighbours(
    books: Bookkeeper, groups: Groups, likely: Likely, caught: Findings | None = None, part: Apart | None = None
) -> tuple[list[list[Part]], dict[int, Tie]]:
    """Return the groups, each of them a list of parts, with what is likely to belong to them, and what binds that.

    What rules ``caught`` though it came to stand in no group is asked about as well. ``part`` says of pairs whether the
    seller keeps them apart.
    """
    desk = _Desk(books, groups, likely, part, caught)
    desk.join_titles()
    desk.join_heads()
    desk.join_groups()
    desk.join_likely()
    desk.tell_along()
    if caught is not None:
        desk.join_caught(caught)
    desk.join_twins()
    desk.tell_along()
    return [group for group in desk.groups if _count(group) > 1], desk.ties


def find_doubt(books: Bookkeeper, known: int, new: int, likely: Likely = NONE_LIKELY) -> Gap | None:
    """Return what to ask about two listings that are probably one product; None where they are others all the same, or
    nothing is left to ask. ``likely`` says how probable it is.
    """
    gap = _Desk(books, (), likely).compare(known, new)
    return None if not isinstance(gap, Gap) or _name_versions(gap) else gap


def spell_title(title: str, aliases: Mapping[str, str]) -> str:
    """Return a title as groups of one title have it: its words in one order, without those at its ends that only sell.

    ``aliases`` are what the catalogue's misspelt words are.
    """
    return " ".join(sorted(_list_words(title, aliases)))


def _list_words(title: str, aliases: Mapping[str, str]) -> list[str]:
    return spell_head(trim_end(title), aliases).split()


def may_slip(left: str, right: str) -> bool:
    """Whether two titles differ in few words, and one of these may be another of them misspelt."""
    one, other = {*cut_title(left)}, {*cut_title(right)}
    here, there = one - other, other - one
    return max(len(here), len(there)) <= _WORDS and any(is_slip(a, b) for a in here for b in there)


class _Desk:
    def __init__(
        self, books: Bookkeeper, groups: Groups, likely: Likely, part: Apart | None = None,
        caught: Findings | None = None,
    ) -> None:  # fmt: skip
        self.books, self.part = books, part
        self.groups = [list(group) for group in groups]
        self.home = {m: k for k, group in enumerate(groups) for part in group for m in part.members}
        self.ties: dict[int, Tie] = {}
        self.along: set[int] = set()  # the first of each part that came along beside another's
        self.compared: dict[tuple[int, int], Gap | Literal["one", "other"]] = {}
        self.count = len(books.shelf.features)
        self.possible = self._sort_keys(likely, *([] if caught is None else [caught]))
        self.probable = self._sort_keys(likely[likely.chance >= WORTH], *([] if caught is None else [caught]))
        self.surely = self._sort_keys(likely[(likely.chance >= _SURELY) & (likely.across is None or ~likely.across)])
        self.likely = likely if caught is None else likely.mix(*self._list_torn(caught))

    def _list_torn(self, caught: Findings) -> tuple[IntArray, IntArray, FloatArray]:
        """The pairs that a rule caught and whose listings stand in two groups, with how strongly: no less than an even
        chance that they are one.
        """
        ends = zip(caught.left.tolist(), caught.right.tolist(), strict=True)
        torn = np.array([a in self.home and b in self.home and self._are_apart(a, b) for a, b in ends], dtype=bool)
        return caught.left[torn], caught.right[torn], caught.strength[torn]

    def join_titles(self) -> None:
        """Put groups beside the largest that has their title: only some of these say which choice they are, or they say
        it in another order.
        """
        shelf = self.books.shelf
        aliases = shelf.features.statistics.taught.lexicon.aliases
        for largest, near, k in self._list_alike(lambda m: spell_title(shelf.text(m, "title"), aliases)):
            main, *rest = self.groups[k]
            gap = self.compare(near, main.members[0])
            one, other = (_list_words(shelf.text(m, "title"), aliases) for m in (near, main.members[0]))
            if isinstance(gap, Gap) and (gap.what == "silent" or (gap.what == "proof" and one != other)):
                self.groups[largest] += [Part(main.members, gap), *self._take_along(rest)]
                self._move(k, largest)

    def join_heads(self) -> None:
        """Put groups beside the largest of which the titles name the same before their choices."""
        for largest, near, k in self._list_alike(self._name):
            if self._join(self.groups[largest], self.groups[k], near, self.groups[k][0].members[0], named=True):
                self._move(k, largest)

    def _list_alike(self, name: Callable[[int], str]) -> Iterator[tuple[int, int, int]]:
        """Give the groups whose first listings have one ``name`` with the largest of these, as long as there is room:
        the place of that, its first listing, and the place of the other.
        """
        alike: dict[str, list[int]] = defaultdict(list)
        for k, group in enumerate(self.groups):
            key = name(group[0].members[0]) if group else ""
            if key:
                alike[key].append(k)
        for places in alike.values():
            largest, *others = sorted(places, key=lambda k: (-_count(self.groups[k]), k))
            for k in others:
                if not is_too_large(_count(self.groups[largest]) + _count(self.groups[k])):
                    yield largest, self.groups[largest][0].members[0], k

    def _name(self, position: int) -> str:
        """What a listing's title names before its choice, "" where it is not known to have one."""
        return self.books.shelf.value(HEAD, position)

    def join_groups(self) -> None:
        """Put groups that are acted on as they stand beside larger ones, those first that are likeliest."""
        size = [_count(group) for group in self.groups]
        best: dict[tuple[int, int], tuple[int, int]] = {}
        total: dict[tuple[int, int], float] = defaultdict(float)
        for left, right, chance in self._pairs():
            if not self._are_apart(left, right) or not (self._acts(left) and self._acts(right)):
                continue
            a, b = self.home[left], self.home[right]
            total[min(a, b), max(a, b)] += chance
            best.setdefault((min(a, b), max(a, b)), (left, right) if a < b else (right, left))
        means = {(a, b): amount / (size[a] * size[b]) for (a, b), amount in total.items()}
        for key in sorted(means, key=lambda k: (-means[k], k)):
            left, right = best[key]
            if self._are_apart(left, right) and means[key] >= SURE:
                self._put_together(left, right, Tie(right, None, means[key], ()))

    def join_likely(self) -> None:
        """Put beside each other what is likely to be one product, the likeliest first: listings that stand in no group,
        and groups of which one at least only asks. Less likely are those that say the same but for an amount, have one
        name before their choices, differ in slips of the pen, or stand in one line.
        """
        for left, right, chance in self._pairs():
            if not self._are_apart(left, right):
                continue
            told = self.compare(left, right) if self._is_worth(left, right, chance) else None
            told = told or self._compare_in_line(left, right)
            if self._may_ask(left, right, told):
                self._put_together(left, right, Tie(right, None, chance, ()), chain=told == "one")

    def join_caught(self, caught: Findings) -> None:
        """Put what a rule caught and what stands in no group beside the other, or two of these beside each other."""
        order = np.argsort(-caught.strength, kind="stable")
        ends = zip(caught.left[order].tolist(), caught.right[order].tolist(), order.tolist(), strict=True)
        for left, right, k in ends:
            alone = left not in self.home or right not in self.home
            if alone and self._are_apart(left, right) and self._may_ask(left, right, self.compare(left, right)):
                differences = find_differences(self.books.shelf.features, left, right)
                self._put_together(left, right, Tie(right, int(caught.rule[k]), float(caught.strength[k]), differences))

    def _keep_apart(self, some: Sequence[Part], others: Sequence[Part]) -> bool:
        """Whether the seller keeps any of some listings apart from any of others."""
        if self.part is None:
            return False
        left, right = ([m for part in parts for m in part.members] for parts in (some, others))
        return bool(self.part(np.repeat(left, len(right)), np.tile(right, len(left))).any())

    def _are_apart(self, left: int, right: int) -> bool:
        return self.home.get(left, -1) != self.home.get(right, -2)

    def _acts(self, listing: int) -> bool:
        """Whether something is done with a listing's group as it stands: one put beside another waits for an answer."""
        return len(self._list_parts(listing)[0].members) > 1

    def _may_ask(self, left: int, right: int, told: Gap | Literal["one", "other"] | None) -> bool:
        """Whether two listings are one, or something is to be asked about them and no act waits for the answer."""
        return told == "one" or (isinstance(told, Gap) and not (self._acts(left) and self._acts(right)))

    def _is_possible(self, left: int, right: int) -> bool:
        """Whether two listings may be one, however improbable it is, or a rule caught them."""
        return self._is_among(self.possible, left, right)

    def _may_meet(self, some: Sequence[Part], others: Sequence[Part]) -> bool:
        """Whether the first of some listings and of others may be one, or many pairs of them are worth a question."""
        if self._is_possible(some[0].members[0], others[0].members[0]):
            return True
        left, right = (np.array([m for part in parts for m in part.members]) for parts in (some, others))
        wanted = np.minimum.outer(left, right) * self.count + np.maximum.outer(left, right)
        met = np.searchsorted(self.probable, wanted, "right") - np.searchsorted(self.probable, wanted)
        return bool(np.count_nonzero(met) >= _MANY * met.size)

    def _sort_keys(self, *pairs: Likely | Findings) -> IntArray:
        """One number for each pair, ascending."""
        return np.sort(np.concatenate([some.left.astype(np.int64) * self.count + some.right for some in pairs]))

    def _is_among(self, keys: IntArray, left: int, right: int) -> bool:
        key = min(left, right) * self.count + max(left, right)
        at = int(np.searchsorted(keys, key))
        return at < len(keys) and int(keys[at]) == key

    def _put_together(self, left: int, right: int, tie: Tie, *, chain: bool = True) -> None:
        """Put the group of two listings that only asks, or the smaller, beside the other, unless they are others, the
        seller keeps any of them apart, or they would be too many. Without a ``chain``: only where the first listings of
        both groups may be one themselves, for it is these that are held against each other, or many of the others.
        """
        new, near = sorted((right, left), key=lambda m: (self._acts(m), _count(self._list_parts(m))))
        group, parts = self._list_parts(near), self._list_parts(new)
        if not chain and not self._may_meet(group, parts):
            return
        if is_too_large(_count(group) + _count(parts)) or self._keep_apart(group, parts):
            return
        if not self._join(group, parts, near, new):
            return
        self.ties.setdefault(new, tie._replace(partner=near))
        if near not in self.home:
            self.ties.setdefault(near, tie._replace(partner=new))
            self.home[near] = len(self.groups)
            self.groups.append(group)
        if new in self.home:
            self._move(self.home[new], self.home[near])
        self.home[new] = self.home[near]

    def _is_worth(self, left: int, right: int, chance: float) -> bool:
        """Whether it is worth a question if two listings are one."""
        if chance >= TWO or (chance >= WORTH and not self._is_bare(left, right)):
            return True
        return self._says_the_same(left, right) or self._is_near(left, right)

    def _is_bare(self, left: int, right: int) -> bool:
        """Whether nothing speaks for two listings but a probability: neither is known to be one with a third, and each
        names something that the other does not.
        """
        if left in self.home or right in self.home:
            return False
        gap = self.compare(left, right)
        return isinstance(gap, Gap) and not gap.axis and bool(gap.here and gap.there)

    def _says_the_same(self, left: int, right: int) -> bool:
        """Whether two titles say the same beside an amount, or beside what the seller has said to be one."""
        pair = np.array([left]), np.array([right])
        if not get_signal("title").measure(self.books.shelf.features, *pair)[0] >= EQUAL:
            return False
        gap = self.compare(left, right)
        return gap == "one" or (isinstance(gap, Gap) and gap.what != "proof" and gap.axis in _AMOUNTS)

    def _compare_in_line(self, left: int, right: int) -> Gap | Literal["one"] | None:
        """What is to be asked about two titles that are one but for what may be a choice, or that they are one; None
        where they are no line, or two products.
        """
        shelf = self.books.shelf
        if not may_stand_in_line(shelf.text(left, "title"), shelf.text(right, "title")):
            return None
        gap = self.compare(left, right)
        return gap if gap == "one" or (isinstance(gap, Gap) and gap.what == "line") else None

    def _is_near(self, new: int, known: int) -> bool:
        """Whether two titles name one thing before their choices, or nearly: all that differs is misspelt."""
        name = self._name(new)
        if name and name == self._name(known):
            return True
        return self._slips(new, known)

    def _slips(self, left: int, right: int) -> bool:
        """Whether all words by which two titles differ are slips of the pen for each other: Oceaan, Ocean."""
        shelf = self.books.shelf
        if not may_slip(shelf.text(left, "title"), shelf.text(right, "title")):
            return False
        gap = self.compare(left, right)
        return isinstance(gap, Gap) and (
            gap.what == "proof"  # the catalogue itself shows which word is misspelt
            or (
                0 < len(gap.here) == len(gap.there)
                and all(len(a) > _WORD < len(b) and is_slip(a, b) for a, b in zip(gap.here, gap.there, strict=True))
            )
        )

    def join_twins(self) -> None:
        """Put beside each other what two titles in two scripts probably name both: one question each, and no more."""
        for left, right, chance in self._pairs(across=True):
            a, b = self.home.get(left, -1), self.home.get(right, -1)
            one = self.books.is_told_one(left, right)
            if (a == b and a >= 0) or (not one and self.books.is_answered(_TWIN, left, right)):
                continue
            if a < 0 or (b >= 0 and _count(self.groups[a]) < _count(self.groups[b])):
                left, right = right, left
            home, (main, *rest) = self._open(left), self._list_parts(right)
            group = self.groups[home]
            # a question about the first of a group is none about what stands beside it: that one comes later
            first = left in group[0].members and right in main.members
            if not first or is_too_large(_count(group) + _count([main, *rest])):
                continue
            if one:
                group[0].members += main.members
            else:
                group.append(Part(main.members, _TWIN))
            group += self._take_along(rest)
            self.ties |= {k: Tie(near, None, chance, (), True) for k, near in ((left, right), (right, left))}
            if right in self.home:
                self._move(self.home[right], home)
            self.home[right] = home

    def tell_along(self) -> None:
        """Say of what came along beside another how it differs from the first of its group, as all questions do; what
        is another product than that stands in a group of its own.
        """
        for group in self.groups:  # those that are added on the way as well
            if not self.along & {part.members[0] for part in group[1:]}:
                continue
            main, *rest = group
            apart: list[Part] = []
            group[1:] = []
            first = main.members[0]
            for part in rest:
                told = self.compare(first, part.members[0])
                if part.members[0] not in self.along:
                    group.append(part)
                elif told == "one":
                    main.members += part.members
                elif isinstance(told, Gap) and not _name_versions(told) and self._may_meet(group, [part]):
                    group.append(Part(part.members, told))
                else:
                    apart.append(part)
            self._set_apart(apart)

    def _set_apart(self, parts: Sequence[Part]) -> None:
        """Make a group of parts that are others than the listing that they came to stand beside; one listing alone
        stands in none again.
        """
        members = [m for part in parts for m in part.members]
        if len(members) < 2:
            for m in members:
                del self.home[m]
            return
        self.along |= {part.members[0] for part in parts}
        self.home |= dict.fromkeys(members, len(self.groups))
        self.groups.append([Part(parts[0].members), *parts[1:]])

    def _take_along(self, parts: Sequence[Part]) -> Sequence[Part]:
        """Note that parts come to stand beside another listing than the one that they were held against."""
        self.along |= {part.members[0] for part in parts}
        return parts

    def _open(self, listing: int) -> int:
        """The place of a listing's group, of its own where it has none."""
        if listing not in self.home:
            self.home[listing] = len(self.groups)
            self.groups.append([Part([listing])])
        return self.home[listing]

    def _list_parts(self, listing: int) -> list[Part]:
        return self.groups[self.home[listing]] if listing in self.home else [Part([listing])]

    def _move(self, place: int, home: int) -> None:
        """Note that the parts of a group stand in another one now."""
        self.home |= {m: home for part in self.groups[place] for m in part.members}
        self.groups[place] = []

    def _pairs(self, across: bool = False) -> Iterator[tuple[int, int, float]]:
        likely = self.likely
        if likely.across is not None:
            likely = likely[likely.across == across]
        elif across:
            return iter(())
        return zip(likely.left.tolist(), likely.right.tolist(), likely.chance.tolist(), strict=True)

    def _join(self, group: list[Part], parts: Sequence[Part], near: int, new: int, *, named: bool = False) -> bool:
        """Put parts beside a group's main part, or into it where the seller has said so; False: they are others.

        ``near`` is the member of the group that ``new`` of the parts is likeliest to be one with. ``named``: both have
        one name before their choices, so that what these differ in is no version.
        """
        first, (main, *others) = group[0].members[0], parts
        answer = self.compare(first, main.members[0])
        choices = named and isinstance(answer, Gap) and bool(answer.axis)
        if answer == "other" or (_name_versions(answer) and not choices):
            return False
        if (near, new) != (first, main.members[0]) and _name_versions(self.compare(near, new)):
            return False
        if isinstance(answer, Gap):
            group += [Part(main.members, answer), *self._take_along(others)]
            return True
        for m in main.members:
            told = self.compare(first, m)
            if isinstance(told, Gap):
                group.append(Part([m], told))
            elif told == "one":
                group[0].members.append(m)
        group += self._take_along(others)
        return True

    def compare(self, first: int, new: int) -> Gap | Literal["one", "other"]:
        """Say what is to be asked about two listings, or what the seller has said of them; each two once, for several
        steps want it.
        """
        if (first, new) not in self.compared:
            self.compared[first, new] = self._compare(first, new)
        return self.compared[first, new]

    def _compare(self, first: int, new: int) -> Gap | Literal["one", "other"]:
        if self.books.is_told_one(first, new):
            return "one"
        own = sort_offers(settle_values(self.books.shelf.list_group((first, new))), (first, new))
        gap = self.books.find_gap(own, first, new)
        if gap is None:
            if next(self.books.list_gaps(own, first, new), None) is not None:
                return "one"
            gap = self.books.doubt_pair(own, first, new)
        if self.books.is_answered(gap, first, new) or (
            gap.what in _OTHERS
            and not self._is_among(self.surely, first, new)
            and not self._may_be_one_maker(gap, first, new)
        ):
            return "other"
        return gap

    def _may_be_one_maker(self, gap: Gap, first: int, new: int) -> bool:
        """Whether two listings name makers that may be one, or one title names both: 易生 eSUN."""
        if gap.what != "fact" or gap.axis != "brand":
            return False
        if self.books.relate_makers(first, new) == "near":
            return True
        here, there = ({*cut_title(self.books.shelf.text(m, "title"))} for m in (first, new))
        one, other = ({*cut_title(v)} for v in (*gap.here, *gap.there))
        return bool(one and other) and (other <= here or one <= there)


def _count(group: Sequence[Part]) -> int:
    return sum(len(part.members) for part in group)


def _name_versions(gap: Gap | str) -> bool:
    """Whether two differ in one code or letter for one: 1.4541 and 1.4404, X and XR are no synonyms, and no sizes."""
    if isinstance(gap, str) or gap.axis or gap.frame or len(gap.here) != 1 or len(gap.there) != 1:
        return False
    if may_shorten(gap.here, gap.there):
        return False
    if gap.here[0].isdigit() and gap.there[0].isdigit():
        return not is_step(gap.here, gap.there)
    return any(map(_is_code, (*gap.here, *gap.there)))


def _is_code(word: str) -> bool:
    digits = sum(map(str.isdigit, word))
    return digits >= _CODE or (word.isascii() and any(map(str.isalpha, word)) and (digits > 0 or len(word) < _WORD))


_AMOUNTS = frozenset({*MEASURED, *NATURAL})
EQUAL = 100.0
"""The likeness of titles that say the same but for their choices."""
_TWIN = Gap("twin")
_OTHERS = ("names", "fact")
"""Another name in one place of the title, or another brand or model: the two are other products ..."""
_SURELY = 0.8
"""... unless they are as probably one as this: ten of eleven such pairs were, in shops that nothing was fitted to."""
_MANY = 0.5
"""Where so many pairs between two groups are worth a question, these are no chain."""
_WORD, _CODE = 3, 4
"""Letters that a word has at least; digits that are no size."""
_WORDS = 6
"""Titles that differ in more words differ in more than slips."""
