"""A group in parts: listings whose every difference is accounted for stand in one part; between parts something is not.

Only within a part anything may be merged or removed. What keeps two parts apart is one :class:`Gap`: words that no
option explains, a value that only one side states, or a fact that makes them two products.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from dupcheck.axes import AXES, CHOICES, CODED, HEAD, MEASURED, NATURAL, pick_axes
from dupcheck.files.numbers import is_gtin, is_numbered
from dupcheck.judging.alignment import Alignment, find_accented, find_aligner, is_sure_form
from dupcheck.judging.makers import Makers, compare_makers, relate_makers
from dupcheck.judging.verdicts import Findings
from dupcheck.learned.answers import Replies
from dupcheck.learned.tails import UNNAMED
from dupcheck.model import Reply
from dupcheck.plans.lines import is_step, may_stand_in_line, quote_choice
from dupcheck.plans.measured import Measured
from dupcheck.plans.offers import LOGISTICS, Offer, Shelf, say_alike, sort_offers
from dupcheck.titles.normalising import normalise
from dupcheck.titles.sets import counts_parts
from dupcheck.titles.showing import name_plain
from dupcheck.titles.stream import cut_title, plain_text

GapKind = Literal["names", "words", "order", "silent", "axis", "line", "fact", "proof", "unsure", "twin", "rest"]
_APART = (*pick_axes(lambda axis: axis.apart == "both"), *pick_axes(lambda axis: axis.apart == "one"))
"""What makes listings different products where both state it and it differs; a condition where only one does."""
_NUMBERS = tuple([axis for axis in _APART if AXES[axis].role == "code"])
_BY_WORD = frozenset(pick_axes(lambda axis: axis.named))
"""Axes on which a title's word is enough: what it names is a choice wherever it stands."""
_SPEC = frozenset(pick_axes(lambda axis: axis.role == "side" and not axis.apart))
"""Axes that describe; where titles differ in them, it may be a choice or another product."""
_WORN = frozenset(pick_axes(lambda axis: axis.role == "side" and axis.values == "words" and not axis.apart))
"""Who a thing is for: a word that may as well name its form, the plug and the socket."""
_ASIN = re.compile(r"B0[0-9A-Z]{8}")
_NO_FACTS = frozenset({LOGISTICS, "asin"})
"""What says nothing against a copy where it differs: how it is sent, and a marketplace's own number of each listing."""
_FACTS = frozenset(pick_axes(lambda axis: axis.role in ("side", "fact", "identity") and not axis.apart))
_UNSURE = frozenset(pick_axes(lambda axis: axis.unsure or axis.asked))
"""Axes that only titles suggest, or that as often make two products: options where the seller says so."""
MOST_PARTS = 40
"""With so many parts of its group, or groups of its cluster, a listing is compared."""
_SHARED_CODE = 0.5
"""The signal of codes that are shared, if only in a title."""
_SAME_PHOTO = 2.0
_SAME_COLOR = 10.0
_EQUAL_PRICE = 0.005
_NEAR_PRICE = 0.07
"""Two prices of one thing whose titles say the same are no further apart, as shares of the larger; …"""
_SAID_AGAIN_PRICE = 0.05
"""… nor are those of one that is said in other words under one barcode."""
_ALIKE_PRICE = 0.15
"""Within so much of the larger price lie the colours of one thing."""
_SAID_PRICE = 0.02
_SAME_FACTS = 3
FEW = 3
"""Nobody lists a thing many times over by mistake: so many alike differ in something that they do not say."""
_TELLING_WORDS = 3
_TELLING = 3.0
"""Bits that equal attributes must tell to prove a copy beside an equal price: a value that one in eight has."""


Values = Mapping[str, frozenset[str]]
"""What a listing offers on each axis."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What is not accounted for between two listings; ``axis`` is the axis or attribute in question, "" for words.
    ``frame`` is what the titles of a line say around the words that differ.
    """

    what: GapKind
    here: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    axis: str = ""
    frame: str = ""

    @property
    def names_both(self) -> bool:
        """Whether each side has words of its own: two names, where one more word might only say more of one thing."""
        return self.what in ("names", "words") and bool(self.here and self.there)

    @property
    def contrasts(self) -> bool:
        """Whether each side states a value of one axis."""
        return self.what in ("axis", "fact") and all((*self.here, *self.there)) and bool(self.here and self.there)

    @property
    def kind(self) -> str:
        """The key of the question that closes this gap: one for all pairs that differ in the same way."""
        if self.what in ("names", "words", "order"):
            one, other = sorted((" ".join(self.here), " ".join(self.there)))
            return f"{self.what}:{one}|{other}"
        about = "" if self.what == "proof" else self.axis or self.frame
        return f"{self.what}:{about}" if about else self.what


_DOUBT = Gap("proof")
_UNSAID = Gap("unsure")
"""Said once, and little else speaks for it."""


@dataclass
class Part:
    """Listings that are accounted for with each other, the best first, and the gap to the group's main part."""

    members: list[int]
    gap: Gap | None = None
    held: list[int] = field(default_factory=list)
    """Those that joined by what they say; others joined because the seller said that they are one with the first."""


class Bookkeeper:
    """Accounts for the differences of listings; ``answers`` are what the seller has answered, by kind of question, or
    what all answers together say; ``caught`` the pairs of which the signals were measured before.
    """

    def __init__(
        self, shelf: Shelf, answers: Mapping[str, Reply] | Replies | None = None, caught: Findings | None = None
    ) -> None:
        self.shelf = shelf
        self.measured = Measured(shelf.features, caught)
        self.replies = answers if isinstance(answers, Replies) else Replies(answers or {})
        self.aligner = find_aligner(shelf.features.statistics)

    # --- parts --------------------------------------------------------------------------------------------------

    def part(self, ranked: Sequence[int], own: Mapping[int, Sequence[Offer]]) -> list[Part]:
        """Return the parts of a group, the main one first: the one with most members, of these the best listing's."""
        parts: list[Part] = []
        for m in ranked:
            for part in parts[:MOST_PARTS]:
                told = self.is_told_one(part.members[0], m)
                if self._belongs(own, part.held[: 1 if told else 2], m):
                    part.members.append(m)
                    if not told:
                        part.held.append(m)
                    break
            else:
                parts.append(Part([m], held=[m]))
        main = max(parts, key=lambda p: len(p.members))
        parts.remove(main)
        for part in parts:
            part.gap = self.find_gap(own, main.members[0], part.members[0]) or self._find_other(own, main, part)
        return [main, *parts]

    def _belongs(self, own: Mapping[int, Sequence[Offer]], held: Sequence[int], new: int) -> bool:
        """Whether a listing is accounted for with those of a part. Beside the second, what it says as the first does is
        no question: that the two are choices was settled when the second joined.
        """
        for k, other in enumerate(held):
            gap = self.find_gap(own, other, new)
            if gap is not None and (k == 0 or gap.what != "axis" or not self._is_settled(own, held[0], other, new)):
                return False
        return True

    def _is_settled(self, own: Mapping[int, Sequence[Offer]], first: int, second: int, new: int) -> bool:
        """Whether all that is open between two listings are choices of which the new one says what the first does."""
        open_gaps = self._list_open(own, second, new)
        return all(g.what == "axis" and self._say(own, first, g.axis) == {*g.there} for g in open_gaps)

    def _say(self, own: Mapping[int, Sequence[Offer]], listing: int, axis: str) -> frozenset[str]:
        return _gather(own[listing]).get(axis) or self._state(axis, listing)

    def is_told_one(self, first: int, other: int, *replies: Reply) -> bool:
        """Whether the seller said of this pair that it is one product, or choices of one: of the first of a group that
        counts for all of it.
        """
        return self.replies.tell(first, other) in (replies or ("same", "option"))

    def _find_other(self, own: Mapping[int, Sequence[Offer]], main: Part, part: Part) -> Gap | None:
        gaps = (self.find_gap(own, a, b) for a in main.members for b in part.members)
        return next((g for g in gaps if g is not None), None)

    def find_gap(self, own: Mapping[int, Sequence[Offer]], left: int, right: int) -> Gap | None:
        """Return what is not accounted for between two listings, None where all is."""
        return next(self._list_open(own, left, right), None)

    def _list_open(self, own: Mapping[int, Sequence[Offer]], left: int, right: int) -> Iterator[Gap]:
        """Give all that is not accounted for between two listings and that the seller has not answered."""
        if (min(left, right), max(left, right)) in self.replies.unsure:
            yield _UNSAID
        for gap in self.list_gaps(own, left, right):
            if self.replies.reply(gap.kind, left, right) not in ("same", "option"):
                yield gap
        if self.replies.doubts(left, right):
            yield _DOUBT

    def doubt_pair(self, own: Mapping[int, Sequence[Offer]], left: int, right: int) -> Gap:
        """Return the doubt about two listings that only titles say to be one, with the first choice in which they
        differ, if any: who says that they are one says that it is a choice.
        """
        here, there = _gather(own[left]), _gather(own[right])
        for axis in sorted(here.keys() & there.keys()):
            if here[axis] != there[axis]:
                return replace(_DOUBT, here=tuple(sorted(here[axis])), there=tuple(sorted(there[axis])), axis=axis)
        return _DOUBT

    def is_answered(self, gap: Gap, left: int, right: int) -> bool:
        """Whether a gap is known to stand between two products, so that nothing is left to ask."""
        return self.replies.reply(gap.kind, left, right) == "different"

    def list_gaps(self, own: Mapping[int, Sequence[Offer]], left: int, right: int) -> Iterator[Gap]:
        """Give all that is not accounted for between two listings, answered or not."""
        yield from self._list_facts(left, right)
        here, there = _gather(own[left]), _gather(own[right])
        shelf = self.shelf
        words = self._align(left, right)
        if self._is_line(words, left, right):
            yield Gap("line", words.left, words.right, frame=words.frame)
        elif self._is_renamed(words, left, right):
            yield Gap("names", words.left, words.right)
        elif (words.left or words.right) and not self._is_more_said(words, left, right):
            yield Gap("words", words.left, words.right)
        elif words.turned:
            yield Gap("order", words.turned, words.turned)
        forms = [pair for pair in words.inflected if not is_sure_form(*pair)]
        if forms and words.explained:
            yield _name_forms(forms)
        heads = shelf.value(HEAD, left), shelf.value(HEAD, right)
        if heads[0] != heads[1] and words.explained:
            yield self._name_heads(heads, left, right)
        yield from self._list_counts(here, there, left, right)
        numbered = self._are_numbered(left, right)
        for axis in sorted({*here, *there, *words.axes} - NATURAL.keys()):
            a, b = here.get(axis) or self._state(axis, left), there.get(axis) or self._state(axis, right)
            if a == b or (axis in MEASURED and a <= here.get("size", b) and b <= there.get("size", a)):
                continue  # a size that is said as a measure is no second difference
            gap = Gap("axis", tuple(sorted(a)), tuple(sorted(b)), axis)
            if not a or not b:
                if (axis not in _FACTS or axis in words.axes) and not self._is_one_said_more(axis, left, right):
                    yield replace(gap, what="silent")
            elif (
                ((axis in _UNSURE or axis in self.replies.lifted) and a != b)
                or axis in words.twice
                or numbered
                or (axis == "size" and axis in words.axes and self._is_lettered(left, right))
                or (axis in words.axes and self._is_unbacked(gap, left, right, heads, words.bare))
            ):
                yield gap
        if self.relate_makers(left, right) == "near":
            yield Gap("fact", (shelf.name_maker(left),), (shelf.name_maker(right),), "brand")

    def _name_heads(self, heads: tuple[str, str], left: int, right: int) -> Gap:
        """Two names; of one that the other title is not known to have, what that title lacks of it, if anything."""
        here, there = tuple(heads[0].split()), tuple(heads[1].split())
        if here and there:
            return Gap("words", here, there)
        said = Counter(cut_title(self.shelf.text(right if here else left, "title")))
        lacking = []
        for word in cut_title(" ".join(here or there)):
            said[word] -= 1
            if said[word] < 0:
                lacking.append(word)
        words = tuple(lacking) or here or there
        return Gap("words", words if here else (), () if here else words)

    def _align(self, left: int, right: int) -> Alignment:
        shelf = self.shelf
        return self.aligner.align(
            shelf.text(left, "title"), shelf.text(right, "title"), (self._write(left), self._write(right))
        )

    def _is_line(self, words: Alignment, left: int, right: int) -> bool:
        """Whether two titles are one but for a number or a letter, in which choices of one thing may differ."""
        if not words.frame or not is_step(words.left, words.right):
            return False
        return not (self._cost_half(left, right) and self._share_code(left, right))

    def find_choice(self, first: int, other: int) -> tuple[str, str] | None:
        """Return what two listings of one line say where they differ, as their titles write it; None where they are not
        in one line.
        """
        words = self._align(first, other)
        if not self._is_line(words, first, other):
            return None
        shelf = self.shelf
        return (
            quote_choice(shelf.text(first, "title"), words.left), quote_choice(shelf.text(other, "title"), words.right)
        )  # fmt: skip

    def name_choices(self, offers: Sequence[Offer], members: Sequence[int]) -> tuple[Offer, ...]:
        """Return the offers of listings that are one product, with what those say that stand in one line with the
        first of them, or that the seller called other choices of it, each where they differ.
        """
        first, *others = members
        if not self.replies.known or any(UNNAMED in offer.values for offer in offers):
            return tuple(offers)
        own = sort_offers(offers, members)
        found = {
            m: choice
            for m in others
            if (choice := self.find_choice(first, m) or self._find_told_choice(own, first, m)) is not None
        }
        if len({here for here, _ in found.values()}) != 1:
            return tuple(offers)
        said = {m: there for m, (_, there) in found.items()} | {first: next(iter(found.values()))[0]}
        return tuple([
            o if o.member not in said else replace(
                o, values={**o.values, UNNAMED: plain_text(said[o.member])}, shown={**o.shown, UNNAMED: said[o.member]}
            )
            for o in offers
        ])  # fmt: skip

    def _find_told_choice(self, own: Mapping[int, Sequence[Offer]], first: int, other: int) -> tuple[str, str] | None:
        """Return what two titles say where they differ, as they write it, if the seller has said that the listings are
        choices of one product and nothing else says which; None where they do not differ. What says no more
        than the others is the plain one.
        """
        if _gather(own[first]) != _gather(own[other]) or not self._is_choice(own, first, other):
            return None
        words = self._align(first, other)
        if not words.left and not words.right:
            return None
        titles = self.shelf.text(first, "title"), self.shelf.text(other, "title")
        here, there = (
            quote_choice(title, said) if said else name_plain(title)
            for title, said in zip(titles, (words.left, words.right), strict=True)
        )
        return here, there

    def _list_counts(self, here: Values, there: Values, left: int, right: int) -> Iterator[Gap]:
        """Counts that cost the same may count nothing: Season 4 Pack and Season 5 Pack are names; and what one thing
        consists of is no count of things: puzzles of 500 and of 1000 pieces.
        """
        a, b = here.get("pack", frozenset()), there.get("pack", frozenset())
        if not a or not b or a == b:
            return
        titles = [self.shelf.text(m, "title") for m in (left, right)]
        if self._near(left, right, _EQUAL_PRICE) or all(map(counts_parts, titles)):
            yield Gap("axis", tuple(sorted(a)), tuple(sorted(b)), "pack")

    def _near(self, left: int, right: int, most: float) -> bool:
        """Whether both have a price in one currency, and the two are no further apart than so much of the larger."""
        prices = self._read_prices(left, right)
        return prices is not None and abs(prices[0] - prices[1]) <= most * max(prices)

    def _read_prices(self, left: int, right: int) -> tuple[float, float] | None:
        """Both prices, None where one is missing or they are in two currencies."""
        a, b = self.shelf.number(left, "price"), self.shelf.number(right, "price")
        if a is None or b is None or self.shelf.text(left, "currency") != self.shelf.text(right, "currency"):
            return None
        return a, b

    def _is_one_said_more(self, axis: str, left: int, right: int) -> bool:
        """Whether a description that one listing leaves out says nothing: one stock code, one price."""
        return axis in _SPEC and self._share(left, right, "sku_code") and self._near(left, right, _SAID_PRICE)

    def _state(self, axis: str, position: int) -> frozenset[str]:
        return frozenset({self.shelf.value(axis, position)} - {""})

    def _is_more_said(self, words: Alignment, left: int, right: int) -> bool:
        """Whether the titles only word in two ways, or at two lengths, what a code and the price show to be one thing.

        Under the seller's own stock code one title may say more; under one GTIN the two may differ where at least three
        attributes are the same and none is another. Never in a number.
        """
        shelf = self.shelf
        if not all(w[0].isalpha() for w in (*words.left, *words.right)):
            return False
        if self._share(left, right, "sku_code"):
            return self._near(left, right, _SAID_PRICE) and not (words.left and words.right)
        if not is_gtin(shelf.text(left, "gtin")) or not self._share(left, right, "gtin"):
            return False
        if not self._near(left, right, _SAID_AGAIN_PRICE):
            return False
        ours, theirs = shelf.attributes(left), shelf.attributes(right)
        both = (ours.keys() & theirs.keys()) - {LOGISTICS}
        return len(both) >= _SAME_FACTS and all(say_alike(ours[n][1], theirs[n][1]) for n in both)

    def _share(self, left: int, right: int, name: str) -> bool:
        code = self.shelf.text(left, name)
        known = is_numbered(code) if name == "gtin" else bool(code)
        return known and code == self.shelf.text(right, name)

    def _is_renamed(self, words: Alignment, left: int, right: int) -> bool:
        """Whether two titles name two products: in one place of equal titles, or, under one code, at half the price: a
        part carries the number of its set.
        """
        halved = bool(words.left and words.right) and self._cost_half(left, right)
        if halved == words.renamed:  # whether they share a code is dear to say, and says nothing here
            return halved
        return halved if self._share_code(left, right) else words.renamed

    def _cost_half(self, left: int, right: int) -> bool:
        """Whether both have a price in one currency, and one is less than half of the other."""
        prices = self._read_prices(left, right)
        return prices is not None and all(prices) and min(prices) < 0.5 * max(prices)

    def _share_code(self, left: int, right: int) -> bool:
        return self.measured.tell("codes", left, right) >= _SHARED_CODE

    def _write(self, position: int) -> Mapping[str, str]:
        """The values that a listing's attributes state, as written, by axis."""
        return {axis: value for axis, (_, value) in self.shelf.attributes(position).items()}

    def _is_unbacked(self, gap: Gap, left: int, right: int, heads: tuple[str, str], bare: bool) -> bool:
        """Whether only words say what two listings are on an axis of which that is not enough: 30 inch, 39 inch; or
        the one says what the other does and a word more, which may be no choice: with nuts; or a colour costs more or
        is another kind of thing: Red Label, Blue Label; where ``bare`` titles say one word beside it, any more.
        """
        axis, named = gap.axis, bool(heads[0]) and heads[0] == heads[1]
        stated = axis in self.shelf.attributes(left) and axis in self.shelf.attributes(right)
        if axis in _BY_WORD:
            if named or stated:
                return False
            return _says_more(gap.here, gap.there) or self._sets_apart(axis, left, right, bare)
        if named and axis in _WORN:
            return not stated
        if named:
            return axis in MEASURED and axis not in self.shelf.attribute_counts
        if axis in _SPEC:
            return True
        return not stated and not self._show_one_photo(left, right)

    def _is_lettered(self, left: int, right: int) -> bool:
        """Whether two sizes may be letters: a pendant for each."""
        lexicon = self.shelf.features.statistics.taught.lexicon
        titles = (normalise(self.shelf.text(m, "title")) for m in (left, right)) if lexicon.lettered else ()
        return any(map(lexicon.is_lettered, titles))

    def _sets_apart(self, axis: str, left: int, right: int, bare: bool) -> bool:
        """Whether what two titles call a choice of looks goes along with another price, or another category."""
        if AXES[axis].priced:
            return False
        prices = self._read_prices(left, right)
        most = _EQUAL_PRICE if bare else _ALIKE_PRICE
        if prices is not None and not self._near(left, right, most) and not self._show_one_photo(left, right):
            return True
        kinds = {self.shelf.text(m, "category").casefold() for m in (left, right)} - {""}
        return len(kinds) > 1

    def _list_facts(self, left: int, right: int) -> Iterator[Gap]:
        for axis in _APART:
            a, b = self.shelf.value(axis, left), self.shelf.value(axis, right)
            if a == b or not (AXES[axis].apart == "one" or (a and b)):
                continue
            if axis == "brand" and self.relate_makers(left, right) != "other":
                continue  # perhaps one maker's: asked where nothing else differs
            if AXES[axis].role == "code" and self._number_apart(left, right):
                continue  # each colour has a part number of its own; of others it is asked what they are
            yield Gap("fact", (a,), (b,), axis)

    def relate_makers(self, left: int, right: int) -> Makers | None:
        """Say whether two listings state one maker, perhaps one, or two; None where either states none. What the shop's
        own name stands for may be anybody's.
        """
        one, other = self.shelf.name_maker(left), self.shelf.name_maker(right)
        if not one or not other:
            return None
        told = relate_makers(one, other, self.shelf.features.statistics.taught.lexicon)
        own = self.shelf.value("brand", left) and self.shelf.value("brand", right)
        return "near" if told == "other" and not own else told

    def _number_apart(self, left: int, right: int) -> bool:
        """Whether two listings differ in something that makers number: a choice, or a step of a line."""
        if self._differ(left, right, CODED):
            return True
        titles = self.shelf.text(left, "title"), self.shelf.text(right, "title")
        return may_stand_in_line(*titles) and self._is_line(self._align(left, right), left, right)

    def _differ(self, left: int, right: int, axes: Sequence[str]) -> bool:
        """Whether both listings state a value on one of some axes, and not the same."""
        pairs = ((self.shelf.value(axis, left), self.shelf.value(axis, right)) for axis in axes)
        return any(a and b and a != b for a, b in pairs)

    def _are_numbered(self, left: int, right: int) -> bool:
        """Whether the maker numbers two listings apart that differ in no choice for which a word is enough."""
        return self._differ(left, right, _NUMBERS) and not self._differ(left, right, CHOICES)

    # --- copies -------------------------------------------------------------------------------------------------

    def doubt_copy(self, own: Mapping[int, Sequence[Offer]], keep: Sequence[int], copy: int, copies: int) -> Gap | None:
        """Return why ``copy`` may not be removed for the listings ``keep``, which together offer the same; None where
        nothing differs and a hard proof shows them to be one. So many ``copies`` offer the same: of many, titles and
        prices prove nothing.
        """
        kept = keep[0]
        if self.replies.tell(kept, copy) == "same":
            return None
        if any(self._is_choice(own, m, copy) for m in keep):  # and nothing says yet which
            return Gap("rest")
        offered = [offer for m in keep for offer in own[m]]
        here, there = _gather(offered), _gather(own[copy])
        for axis in sorted({*here, *there}):
            a, b = here.get(axis, frozenset()), there.get(axis, frozenset())
            if len(offered) > 1 and b and b <= a:
                continue  # of a listing's choices the copy has some
            if not (a and b) and self._is_one_said_more(axis, kept, copy):
                continue
            if a != b and not (axis in NATURAL and (a or {NATURAL[axis]}) == (b or {NATURAL[axis]})):
                return Gap("fact", tuple(sorted(a)), tuple(sorted(b)), axis)
        ours, theirs = self.shelf.attributes(kept), self.shelf.attributes(copy)
        for name in sorted({*ours, *theirs} - _NO_FACTS):
            a_text, b_text = ours.get(name, ("", ""))[1], theirs.get(name, ("", ""))[1]
            if name in here or name in there:
                continue
            if not say_alike(a_text, b_text) and not (name == "brand" and compare_makers(a_text, b_text) == "one"):
                return Gap("fact", (a_text,), (b_text,), name)
        codes = self.shelf.text(kept, "gtin"), self.shelf.text(copy, "gtin")
        if all(map(is_numbered, codes)) and codes[0] != codes[1] and not any(map(_ASIN.fullmatch, codes)):
            return Gap("fact", (codes[0],), (codes[1],), "gtin") if all(map(is_gtin, codes)) else Gap("proof")
        if not any(self.is_proven(m, copy, copies <= FEW) for m in keep):
            return Gap("proof")
        forms = self._find_forms(kept, copy)
        return _name_forms(forms) if forms else None

    def _is_choice(self, own: Mapping[int, Sequence[Offer]], kept: int, copy: int) -> bool:
        """Whether the seller has said that one listing is another choice than the other, of the two or of what they
        differ in.
        """
        told = self.replies.tell(kept, copy)
        if told is not None or not self.replies.known:
            return told == "option"
        return any(self.replies.reply(g.kind, kept, copy) == "option" for g in self.list_gaps(own, kept, copy))

    def _find_forms(self, kept: int, copy: int) -> Sequence[tuple[str, str]]:
        """Words that two titles say in two forms, where no code and no photo shows that they mean one thing."""
        if self._share(kept, copy, "gtin") or self._share(kept, copy, "sku_code") or self._show_one_photo(kept, copy):
            return ()
        titles = self.shelf.text(kept, "title"), self.shelf.text(copy, "title")
        return self.aligner.align(*titles).inflected or find_accented(*titles)

    def is_proven(self, left: int, right: int, few: bool = False) -> bool:
        """Whether more than titles shows two listings to be one product: the same photo, the same code, an equal price
        beside attributes that tell, or, where only ``few`` say so, a near price beside a title that tells. No price
        proves anything beside descriptions that differ.
        """
        shelf = self.shelf
        if self._share(left, right, "gtin") or self._share(left, right, "sku_code"):
            return True
        if self.measured.tell("codes", left, right) == 1.0 or self._show_one_photo(left, right):
            return True
        if self._are_told_apart(left, right):
            return False
        if few and self._near(left, right, _NEAR_PRICE) and (self._tells(left) or self._tells(right)):
            return True
        if not self._near(left, right, _EQUAL_PRICE):
            return False
        theirs = shelf.attributes(right)
        equal = [
            (n, v)
            for n, (_, v) in shelf.attributes(left).items()
            if theirs.get(n, ("", ""))[1].casefold() == v.casefold()
        ]
        return sum(self._tell(n, v) for n, v in equal) >= _TELLING

    def _are_told_apart(self, left: int, right: int) -> bool:
        """Whether both have a description, and the two do not say the same in the same words."""
        told = [re.findall(r"\w+", self.shelf.text(p, "description").casefold()) for p in (left, right)]
        return all(told) and told[0] != told[1]

    def _show_one_photo(self, left: int, right: int) -> bool:
        """Whether the main photos of two listings are one picture, and nothing on it has another colour."""
        shelf = self.shelf
        distance = self.measured.tell("image", left, right)
        if math.isnan(distance):
            shown = shelf.text(left, "main_image")
            return bool(shown) and shown == shelf.text(right, "main_image") and self._is_unread(left)
        return distance <= _SAME_PHOTO and not self.measured.tell("color", left, right) > _SAME_COLOR

    def _is_unread(self, position: int) -> bool:
        """Whether a listing's photo was not opened: an address, or a file that is not there."""
        return int(self.shelf.features.photos.main[position]) < 0

    def _tells(self, position: int) -> bool:
        """Whether a title has words enough to name one product and no other."""
        return len({t for t in cut_title(self.shelf.text(position, "title")) if t[0].isalpha()}) >= _TELLING_WORDS

    def _tell(self, name: str, value: str) -> float:
        """How much it tells, in bits, that two listings state one value of an attribute."""
        counts = self.shelf.attribute_counts.get(name, {})
        return float(np.log2(sum(counts.values()) / counts.get(value.casefold(), 1))) if counts else 0.0


def _name_forms(forms: Sequence[tuple[str, str]]) -> Gap:
    return Gap("words", tuple([one for one, _ in forms]), tuple([other for _, other in forms]))


def _says_more(here: Sequence[str], there: Sequence[str]) -> bool:
    """Whether the one of two values holds the other: green and brown, green. Of several values each is a choice."""
    if len(here) != 1 or len(there) != 1:
        return False
    one, other = ({*value.split("|")} for value in (*here, *there))
    return one < other or other < one


def _gather(offers: Sequence[Offer]) -> Values:
    """What the offers of a listing state on each axis; an axis that only some of them state is stated."""
    found: dict[str, set[str]] = {}
    for offer in offers:
        for axis, value in offer.values.items():
            if value and axis != HEAD:
                found.setdefault(axis, set()).add(value)
    return {axis: frozenset(values) for axis, values in found.items()}
