"""What a catalogue's own words tell, beyond any vocabulary: its option values, which words are misspelt, and which it
writes both joined and apart («hairdryer», «hair dryer»; «XL830L», «XL 830L»).

Learned from all listings together, applied to each title.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations, pairwise
from typing import Self

import numpy as np

from dupcheck.files.arrays import Array, Codebook, Packed, StoredBook, number_all
from dupcheck.titles import Token, align_name, normalise, read_titles, read_value
from dupcheck.titles.scripts import keep_consonants, spell_latin
from dupcheck.titles.stream import cut_title
from dupcheck.titles.vocabulary import fold_word, load_vocabulary

Phrases = Mapping[tuple[str, ...], tuple[str, str]]

_PHRASE_LETTERS = 60
_PHRASE_WORDS = 6
_WORD = re.compile(r"[^\W\d_]+")
_PAIR = re.compile(r"\b(?=([^\W\d_]{2,} [^\W\d_]{2,})\b)")
_LETTER = re.compile(r"((?:[^\W\d_]+ )?[^\W\d_]{2,}) ([^\W\d_])(?!\S)")
"""A word, the one before it, and a letter behind both."""
_TRAIT = re.compile(r"([^\W\d_]{2,}) ([a-z]\d)(?!\S)")
"""A word, and a code of a letter and a digit behind it."""
_MANY_NAMES = 4
"""Words behind which a code stands that is no model's."""
_SIZES = frozenset("sml")
_LETTERS = 2
"""Letters that are no sizes and no words, and tell that any letter stands where they stand."""
_SETS = "option_words", "brands", "houses", "kin", "lettered", "traits"
_JOINED = re.compile(r"[a-zа-я]{4,}")
_HANGUL = re.compile(r"[가-힣]{5,}")
_PARTS = 6
"""So many words at most are written as one where blanks are left out."""
_CODE = re.compile(r"([a-zа-я]+)(\d[\da-zа-я]*(?:\.\d+)?)|(\d{1,4})([a-zа-я]{3,})")
_CODED = re.compile(
    r"(?<![\w.-])(?:[a-zа-я]{1,2} \d[\da-zа-я]*(?:\.\d+)?|[a-zа-я]{3,}\d+(?:\.\d+)?|\d{1,4}[a-zа-я]{3,})(?![\w-]|\.\w)"
)
_SURE_PART = 4
"""Words of so many letters each are the parts of the word that joins them; of shorter ones others must bear it out."""
_SHORTEST = 3
_RARE = 2
_SLIPPED = 4
_EXAMPLES = 8
_WITNESSES = 6
_STRAY_SEEN = 3
_STRAY_RATIO = 4
_BRAND_STATED = 2
_BRAND_RATIO = 10
_HOUSE, _UNSAID = 10, 20
"""A house stands on so many listings at least, and in one of so many of their titles at most."""
_ANYONES = 4
"""Brands of which one cannot be the same maker's as each."""
_FEW_BRANDS, _KIN, _KIN_PART = 3, 3, 0.1
"""A word that so many brands' titles have at most tells of them, half as much where three have it; so many such words,
and such a part of all words of the one of two that has fewer, show that both may be one maker's."""
_LEAD = 4
"""So many words before a name, a "for" makes it that of what the thing fits."""
_SHORT = 4
"""Words of so few letters make other words by one slip (back, black; hand, and): only what is rare is misspelt."""
_WITNESS = 200
"""A word in more titles than this does not bear out a misspelling beside it."""


class KeptCounts(Mapping[str, int]):
    """How often each word stands in a catalogue's titles, as it lies in files: looked up one by one."""

    def __init__(self, book: Codebook | StoredBook, counts: Array) -> None:
        self.book, self.counts = book, counts

    def __getitem__(self, word: str) -> int:
        found = self.book.find(word)
        if found < 0:
            raise KeyError(word)
        return int(self.counts[found])

    def __iter__(self) -> Iterator[str]:
        raise TypeError("the words themselves are not kept")

    def __len__(self) -> int:
        return len(self.counts)


@dataclass(frozen=True)
class Lexicon:
    """``phrases``: the words of an option value → (axis, canonical value). ``aliases``: a misspelt word → the word, a
    joined one → its parts, the parts of a code → the code.

    ``seen``: how often each word stands in the titles; ``option_words``: those of the option values; ``brands``: names
    of brands, which also tell the brand of a title without one in its attributes; ``houses``: what stands where a brand
    does and is none, but the shop's own name; ``kin``: two brands that may be one maker's; ``lettered``: words behind
    which any letter stands, so that S, M and L there are letters too and no sizes; ``traits``: codes that things of
    many names have: A4, M8.
    """

    phrases: Phrases = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, int] = field(default_factory=dict)
    option_words: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    houses: frozenset[str] = frozenset()
    kin: frozenset[tuple[str, str]] = frozenset()
    lettered: frozenset[str] = frozenset()
    traits: frozenset[str] = frozenset()

    @cached_property
    def _longest(self) -> Mapping[str, int]:
        """The words of the longest phrase that begins with each word."""
        longest: dict[str, int] = {}
        for phrase in self.phrases:
            longest[phrase[0]] = max(longest.get(phrase[0], 0), min(len(phrase), _PHRASE_WORDS))
        return longest

    @cached_property
    def _brands_by_word(self) -> Mapping[str, Sequence[str]]:
        return _group_by_word(self.brands)

    def without_counts(self) -> Self:
        """Return what titles are read by, without what only learning more needs."""
        return replace(self, seen={}, option_words=frozenset())

    def is_like(self, other: "Lexicon") -> bool:
        """Whether one that extends another adds nothing to it."""
        return len(self.phrases) == len(other.phrases) and len(self.aliases) == len(other.aliases)

    def recount(self, added: Iterable[str], removed: Iterable[str]) -> Self:
        """Return a lexicon as it is kept with the words of some normalised titles counted more, of others less."""
        seen = self.seen
        if not isinstance(seen, KeptCounts):
            raise TypeError("only what was kept is counted further")
        book = Codebook(seen.book if isinstance(seen.book, StoredBook) else None)
        more = Counter(word for text in added for word in list_words(text))
        steps = [(book[word], n) for word, n in more.items()]
        steps += [(book.find(word), -n) for text in removed for word, n in Counter(list_words(text)).items()]
        counts = np.zeros(book.width, dtype=np.int64)
        counts[: len(seen.counts)] = seen.counts
        for number, n in steps:
            counts[number] += n
        return replace(self, seen=KeptCounts(book, counts))

    def pack(self) -> Packed:
        """Return what makes this again."""
        if isinstance(self.seen, KeptCounts):
            book, counts = self.seen.book.pack(), self.seen.counts
        else:
            book, counts = number_all(self.seen).pack(), np.array(list(self.seen.values()), dtype=np.int64)
        phrases = [[list(words), axis, value] for words, (axis, value) in self.phrases.items()]
        facts = {"phrases": phrases, "aliases": dict(self.aliases)}
        sets = {name: sorted(getattr(self, name)) for name in _SETS}
        return Packed({**book, "counts": counts}, facts | sets)

    @classmethod
    def unpack(cls, packed: Packed) -> Self:
        """Return what was packed; how often words are seen is looked up where it lies."""
        arrays, facts = packed
        return cls(
            {tuple(words): (axis, value) for words, axis, value in facts["phrases"]},
            facts["aliases"],
            KeptCounts(StoredBook(arrays["keys"], arrays["codes"]), arrays["counts"]),
            frozenset(facts["option_words"]),
            frozenset(facts["brands"]),
            frozenset(facts["houses"]),
            frozenset((one, other) for one, other in facts["kin"]),
            frozenset(facts["lettered"]),
            frozenset(facts["traits"]),
        )

    def name_brand(self, text: str) -> str:
        """Return the one brand that a normalised title names; "" where it names none or several, or what it fits."""
        named = set(_find_names(text, self._brands_by_word))
        return named.pop() if len(named) == 1 else ""

    def are_kin(self, one: str, other: str) -> bool:
        """Whether two brands may be one maker's, as far as the titles of this catalogue tell."""
        return (min(one, other), max(one, other)) in self.kin

    def is_lettered(self, text: str) -> bool:
        """Whether what a normalised title has for a size may be one of many letters: «pendant letter M»."""
        return any(letter in _SIZES and before in self.lettered for before, letter in _LETTER.findall(text))

    def correct(self, text: str) -> str:
        """Return a normalised title with its misspelt words put right; "" where it has none."""
        corrected = text
        if not self.aliases.keys().isdisjoint(_WORD.findall(text)):
            corrected = _WORD.sub(lambda found: self.aliases.get(found[0], found[0]), text)
        for pair in _PAIR.findall(corrected):  # in the title's order: pairs may overlap
            if pair in self.aliases:
                corrected = re.sub(rf"\b{pair}\b", self.aliases[pair], corrected)
        if self._coded and not self._coded.isdisjoint(corrected.split()):
            corrected = _CODED.sub(lambda found: self.aliases.get(found[0], found[0]), corrected)
            corrected = self._join_codes(corrected.split())
        return "" if corrected == text else corrected

    def _join_codes(self, words: Sequence[str]) -> str:
        """The words of a title with the codes that it writes with other hyphens or blanks as the catalogue does."""
        joined: list[str] = []
        for word in words:
            pair = f"{joined[-1]} {word}" if joined else ""
            if pair in self.aliases and "-" in self.aliases[pair]:
                joined[-1] = self.aliases[pair]
            else:
                right = self.aliases.get(word, "")
                joined.append(right if "-" in right else word)
        return " ".join(joined)

    @cached_property
    def _coded(self) -> frozenset[str]:
        """The words with which aliases begin that hold digits."""
        return frozenset(a.split()[0] for a in self.aliases if any(c.isdigit() for c in a))

    def mark(self, tokens: Sequence[Token]) -> tuple[Token, ...]:
        """Tag the words of a title that are, together, an option value the catalogue knows; the longest first."""
        result: list[Token] = []
        i = 0
        while i < len(tokens):
            for width in range(min(self._longest.get(tokens[i].text, 0), len(tokens) - i), 0, -1):
                value = self.phrases.get(tuple(t.text for t in tokens[i : i + width]))
                if value is not None:
                    result.append(Token(" ".join(t.text for t in tokens[i : i + width]), "word", *value))
                    i += width
                    break
            else:
                result.append(tokens[i])
                i += 1
        return tuple(result)


def list_words(text: str) -> list[str]:
    """Return the words of letters of a normalised title, as ``seen`` counts them."""
    return _WORD.findall(text)


def learn_lexicon(
    texts: Sequence[str], options: Iterable[tuple[str, str]], brands: Sequence[str] | None = None
) -> Lexicon:
    """Learn a catalogue's lexicon from its normalised titles, the (axis, value) pairs of its option columns, and the
    brand that each listing states ("" for none).
    """
    phrases, words = _learn_phrases(list(dict.fromkeys(options)))
    seen = Counter(w for text in texts for w in _WORD.findall(text))
    names, houses = _learn_brands(texts, brands) if brands is not None else (frozenset[str](), frozenset[str]())
    joined = {**_find_compounds(texts, seen), **_find_unspaced(texts, seen), **_find_codes(texts)}
    joined |= _find_names_written_twice(texts, seen)
    aliases = {**_chain(_find_misspellings(texts, words, seen), joined), **joined}
    kin = _find_kin(texts, brands or ())
    houses |= _find_anyones(kin, texts, brands or ())
    letters = _find_lettered(texts), _find_traits(texts)
    return Lexicon(phrases, aliases, seen, frozenset(words), names, houses, kin, *letters)


def extend_lexicon(
    lexicon: Lexicon, texts: Sequence[str], options: Iterable[tuple[str, str]], near: Sequence[str]
) -> Lexicon:
    """Learn from a few more listings, given by their normalised titles and options, what the whole catalogue would.

    ``near`` are the normalised titles of the listings that are most like them: these bear misspellings out.
    """
    phrases, words = _learn_phrases(list(dict.fromkeys(options)))
    trusted = lexicon.option_words | words
    own = Counter(w for text in texts for w in _WORD.findall(text))
    unknown = {w for w in own if w not in trusted and not lexicon.seen.get(w, 0)}
    counts = Counter({w: own[w] + lexicon.seen.get(w, 0) for w in _list_all(texts, near)})
    joined = _find_compounds([*texts, *near], counts)
    joined.update(_find_unspaced([*texts, *near], _list_all(texts, near)))
    joined.update(_find_codes([*texts, *near]))
    joined.update(
        _find_names_written_twice([*texts, *near], {w: own[w] + lexicon.seen.get(w, 0) for w in _list_all(texts, near)})
    )
    said = {part for text in texts for part in _list_parts(text)}
    aliases = {w: right for w, right in joined.items() if w in said or right in said}
    if unknown:
        lengths = {len(w) + step for w in unknown for step in (-1, 0, 1)}
        meant = {w for text in near for w in _WORD.findall(text)} | {w for w in trusted if len(w) in lengths}
        seen = Counter({w: own[w] + lexicon.seen.get(w, 0) for w in {*own, *meant}})
        found = _find_misspellings([*texts, *near], meant & trusted, seen)
        found = _chain(found, {**joined, **lexicon.aliases})
        aliases = {**{w: right for w, right in found.items() if not unknown.isdisjoint(w.split())}, **aliases}
    return replace(
        lexicon,
        phrases={**phrases, **lexicon.phrases},
        aliases={**aliases, **lexicon.aliases},
        option_words=trusted,
    )


def _learn_brands(texts: Sequence[str], brands: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The stated brands that titles name: in a title that holds such a name, hardly any other brand is stated; and the
    shop's own name, where that stands for a brand.

    A word that a vocabulary knows is no name.
    """
    known = load_vocabulary().phrases
    stated = Counter(brand for brand in brands if brand)
    likely = [b for b, n in stated.items() if n >= _BRAND_STATED and len(b) >= _SHORTEST and fold_word(b) not in known]
    by_word = _group_by_word(b for b in likely if not b.isdigit())
    named = [
        (brand, name)
        for text, brand in zip(texts, brands, strict=True)
        if brand
        for name in set(_find_names(text, by_word))
    ]
    houses = frozenset(house for house in _find_house(named, stated) if house in likely)
    own, others = Counter[str](), Counter[str]()
    for brand, name in named:
        if brand not in houses:
            (own if name == brand else others)[name] += 1
    names = frozenset(b for b in own if own[b] >= _BRAND_STATED and others[b] * _BRAND_RATIO <= own[b])
    return names, houses


def _find_house(named: Sequence[tuple[str, str]], stated: Counter[str]) -> Iterator[str]:
    """The brand that most listings state, if hardly one of their titles names it and several name others."""
    own = Counter(name for brand, name in named if brand == name)
    count, house = max(((n, brand) for brand, n in stated.items()), default=(0, ""))
    guests = sum(brand == house != name and own[name] >= _BRAND_STATED for brand, name in named)
    if own[house] * _UNSAID <= count >= _HOUSE and guests > own[house] + 1:
        yield house


def _find_kin(texts: Sequence[str], brands: Sequence[str]) -> frozenset[tuple[str, str]]:
    """Pairs of brands on whose titles stand several words that hardly a third brand's have, a good part of all that
    either has: the names of one maker's things («Five Star» and «5 Star», a maker and who deals in it). One listing of
    a brand shows nothing: two makers have things of one name.
    """
    often = {brand for brand, n in Counter(brands).items() if brand and n > 1}
    stated = [(b, frozenset(cut_title(text))) for text, b in zip(texts, brands, strict=bool(brands)) if b in often]
    words: dict[str, set[str]] = {}
    users: dict[str, dict[str, list[int]]] = {}
    for k, (brand, said) in enumerate(stated):
        words.setdefault(brand, set()).update(said)
        for word in said:
            by = users.setdefault(word, {})
            if brand in by or len(by) <= _FEW_BRANDS:
                by.setdefault(brand, []).append(k)
    shared: dict[tuple[str, str], float] = {}
    sharers: dict[tuple[str, str, str], set[int]] = {}
    for word, by in users.items():
        if 1 < len(by) <= _FEW_BRANDS and len(word) > 1:
            for one, other in combinations(sorted(by), 2):
                shared[one, other] = shared.get((one, other), 0.0) + 1 / (len(by) - 1)
                for brand in (one, other):
                    sharers.setdefault((one, other, brand), set()).update(by[brand])
    return frozenset(
        (one, other)
        for (one, other), n in shared.items()
        if n >= max(_KIN, _KIN_PART * min(len(words[one]), len(words[other])))
        and min(len(sharers[one, other, brand]) for brand in (one, other)) > 1
    )


def _find_anyones(kin: Iterable[tuple[str, str]], texts: Sequence[str], brands: Sequence[str]) -> frozenset[str]:
    """The brands that may be one maker's with many others and that hardly a title of theirs names: «other», a shop's
    second name. They stand where a maker is not told.
    """
    met = Counter(brand for pair in kin for brand in pair)
    often = {brand for brand, n in met.items() if n >= _ANYONES}
    count, said = Counter(brand for brand in brands if brand in often), Counter[str]()
    for text, brand in zip(texts, brands, strict=bool(brands)):
        if brand in often and f" {brand} " in f" {text} ":
            said[brand] += 1
    return frozenset(brand for brand in often if said[brand] * _UNSAID <= count[brand])


def _find_lettered(texts: Iterable[str]) -> frozenset[str]:
    """The words behind which titles have letters that are no sizes and bind no words: several of them. Behind a unit,
    or where a size is called one, letters are what they are taken for.
    """
    small, units = load_vocabulary().small, load_vocabulary().units
    letters: dict[str, set[str]] = {}
    for text in texts:
        for before, letter in _LETTER.findall(text):
            if letter not in _SIZES and letter not in small:
                letters.setdefault(before, set()).add(letter)
    many = (before for before, said in letters.items() if len(said) >= _LETTERS)
    return frozenset(b for b in many if (last := b.split()[-1]) not in units and align_name(last) != "size")


def _find_traits(texts: Iterable[str]) -> frozenset[str]:
    """Codes of a letter and a digit that stand behind many words, and behind none of them mostly, as a model's does."""
    before: dict[str, Counter[str]] = {}
    for text in texts:
        for word, code in _TRAIT.findall(text):
            before.setdefault(code, Counter())[word] += 1
    return frozenset(
        code for code, words in before.items()
        if len(words) >= _MANY_NAMES and 2 * max(words.values()) <= words.total()
    )  # fmt: skip


def _group_by_word(names: Iterable[str]) -> dict[str, list[str]]:
    """Names by their first word, the longest first."""
    found: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda name: (-len(name), name)):
        found.setdefault(name.split()[0], []).append(name)
    return found


def _find_names(text: str, by_word: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The names that a normalised title holds, save those of what it fits."""
    words = text.split()
    if by_word.keys().isdisjoint(words):
        return
    leads = load_vocabulary().fitting
    for i, word in enumerate(words):
        for name in by_word.get(word, ()):
            if words[i : i + name.count(" ") + 1] == name.split():
                if leads.isdisjoint(words[max(i - _LEAD, 0) : i]):
                    yield name
                break


def _learn_phrases(options: Sequence[tuple[str, str]]) -> tuple[Phrases, set[str]]:
    """The words of the catalogue's own option values, as phrases and one by one.

    An option column knows what no vocabulary does («Blue Camo», «E.King»); a title that says the same words states
    the same value, also where its own option column is empty.
    """
    short = [(axis, value) for axis, value in options if len(value) <= _PHRASE_LETTERS]
    phrases: dict[tuple[str, ...], tuple[str, str]] = {}
    words: set[str] = set()
    for (axis, value), title in zip(short, read_titles([value for _, value in short]), strict=True):
        spelled = tuple(t.text for t in title.tokens)
        words.update(_WORD.findall(normalise(value)))
        if spelled and any(not w.isdigit() for w in spelled):
            phrases.setdefault(spelled, (axis, read_value(axis, value)))
    return phrases, words


def _find_misspellings(texts: Sequence[str], option_words: Collection[str], seen: Counter[str]) -> dict[str, str]:
    """Words that are one slip of the pen (a letter lost, added or swapped) from one the catalogue uses far more.

    Only words of letters; never model codes or numbers. The catalogue must bear each slip out: another title with the
    word that is meant shares a rare word with the title that is misspelt, so that a rare name stays a name. Two
    neighbours between which a letter slipped («BedB lack») are put right as a pair. Found by deleted-letter keys, so
    that no two words are compared needlessly.
    """
    vocabulary = load_vocabulary().phrases
    trusted = {w for w in (*seen, *option_words) if w in option_words or fold_word(w) in vocabulary}
    slips = _propose_slips(seen, trusted, option_words)
    return _bear_out(slips, texts, seen) | _find_slipped_letters(texts, trusted, seen)


def _find_slipped_letters(texts: Sequence[str], trusted: Collection[str], seen: Mapping[str, int]) -> dict[str, str]:
    """Pairs of words between which a letter slipped over the blank → the pair that is meant.

    One of the two at least is a word that hardly any title has; where the other is a known word («binc over»), the
    catalogue must write what is meant as these two.
    """
    odd = {w for w, n in seen.items() if n <= _RARE and w not in trusted}
    slipped = Counter(p for text in texts if not odd.isdisjoint(text.split()) for p in _PAIR.findall(text))
    meant: dict[str, tuple[str, bool]] = {}
    for pair, count in slipped.items():
        first, _, second = pair.partition(" ")
        strange = (first in odd) + (second in odd)
        if count > _RARE or not strange:
            continue
        for left, right in ((first[:-1], first[-1] + second), (first + second[0], second[1:])):
            if min(len(left), len(right)) > 1 and min(seen.get(left, 0), seen.get(right, 0)) >= _SLIPPED:
                meant[pair] = (f"{left} {right}", strange > 1)
    wanted = {right for right, sure in meant.values() if not sure}
    written = (
        Counter(p for text in texts for p in wanted.intersection(_PAIR.findall(text))) if wanted else Counter[str]()
    )
    return {pair: right for pair, (right, sure) in meant.items() if sure or written[right] >= _SLIPPED}


def _list_parts(text: str) -> Iterator[str]:
    """Each word of a normalised title, and each two that stand side by side or are joined by a hyphen."""
    words = text.replace("-", " ").split()
    yield from words
    for pair in pairwise(words):
        yield " ".join(pair)


def _list_all(*lists: Sequence[str]) -> set[str]:
    return {w for texts in lists for text in texts for w in _WORD.findall(text)}


def _chain(aliases: Mapping[str, str], joined: Mapping[str, str]) -> dict[str, str]:
    """Aliases whose words are put right once more: a misspelling of a joined word means its parts."""
    return {w: joined.get(right, right) for w, right in aliases.items()}


def _is_han(sign: str) -> bool:
    return "\u3400" <= sign <= "\u9fff"


def _is_plain(word: str) -> bool:
    """Whether no vocabulary has a meaning for a word: neither a value nor a word that only sells or links."""
    reading = load_vocabulary().phrases.get(fold_word(word))
    return reading is None or not reading.axis


def _find_compounds(texts: Sequence[str], seen: Counter[str]) -> dict[str, str]:
    """The words of letters that the catalogue also writes apart → their parts.

    Two words that happen to make a third («car pet», «carpet») are short: there other titles must bear it out.
    """
    vocabulary = load_vocabulary().phrases
    folded = {w: fold_word(w) for w in seen if w.isascii() or _JOINED.fullmatch(w)}
    ends = set(folded.values())
    wanted: dict[tuple[str, str], list[str]] = {}
    for word, whole in folded.items():
        if len(whole) < _SURE_PART or whole in vocabulary or not _JOINED.fullmatch(word):
            continue
        for i in range(2, len(whole)):
            first, second = whole[:i], whole[i:]
            if (
                max(len(first), len(second)) > 2
                and first in seen
                and second in ends
                and f"{fold_word(first)} {second}" not in vocabulary
            ):
                wanted.setdefault((first, second), []).append(word)
    if not wanted:
        return {}
    wanted = {pair: words for pair, words in wanted.items() if _is_plain(pair[0]) and _is_plain(pair[1])}
    firsts, words_wanted = {first for first, _ in wanted}, {w for words in wanted.values() for w in words}
    apart: dict[str, dict[str, list[int]]] = {}
    joined: dict[str, list[int]] = {}
    for i, text in enumerate(texts):
        said = text.replace("-", " ").split()
        for word in words_wanted.intersection(said):
            joined.setdefault(word, []).append(i)
        if firsts.isdisjoint(said):
            continue
        for first, second in pairwise(said):
            if first in firsts:
                for word in wanted.get((first, folded.get(second, second)), ()):
                    apart.setdefault(word, {}).setdefault(f"{first} {second}", []).append(i)
    found = {}
    for word, pairs in apart.items():
        best = min(pairs, key=lambda pair: (-len(pairs[pair]), pair))
        sure = min(map(len, best.split())) >= _SURE_PART
        if word in joined and (sure or _share_words(joined[word], pairs[best], {word, *best.split()}, texts, seen)):
            found[word] = best
    return found


def _find_unspaced(texts: Sequence[str], words: Iterable[str]) -> dict[str, str]:
    """The Korean words that other titles write as several → these: blanks are often left out there.

    Long words only, in which nothing else can be meant.
    """
    wanted = {word for word in words if _HANGUL.fullmatch(word)}
    found: dict[str, str] = {}
    if not wanted:
        return found
    for text in texts:
        said = text.split()
        for start in range(len(said) - 1):
            joined = said[start]
            for part in said[start + 1 : start + _PARTS]:
                joined += part
                if joined in wanted:
                    found.setdefault(joined, " ".join(said[start : said.index(part, start + 1) + 1]))
    return found


def _share_words(
    joined: Sequence[int], apart: Sequence[int], own: Collection[str], texts: Sequence[str], seen: Mapping[str, int]
) -> bool:
    """Whether most of the titles with the rarer of two spellings share a rare word with one that has the other."""
    fewer, more = sorted((joined, apart), key=len)
    others = {w for i in more for w in _WORD.findall(texts[i])} - {*own}
    examples = fewer[:_EXAMPLES]
    borne = 0
    for i in examples:
        rare = sorted(
            {w for w in _WORD.findall(texts[i]) if 2 <= seen[w] <= _WITNESS} - {*own}, key=lambda w: (seen[w], w)
        )
        borne += i in more or not others.isdisjoint(rare[:_WITNESSES])
    return 2 * borne >= len(examples)


def _find_codes(texts: Sequence[str]) -> dict[str, str]:
    """Codes that the catalogue writes joined and apart.

    A word and its number come apart («Worm17» → «Worm 17», «14Pro» → «14 Pro»), one or two letters and what follows
    them go together («XL 830L» → «XL830L»).
    """
    v = load_vocabulary()
    measures = {*v.units, *v.pieces, *v.containers}
    chunks: set[str] = set()
    for text in texts:
        chunks.update(text.split())
    apart: dict[tuple[str, str], tuple[str, str]] = {}
    for chunk in chunks:
        code = _CODE.fullmatch(chunk.replace("-", ""))
        if code is None or code[0] in v.phrases:
            continue
        first, second = (code[1], code[2]) if code[1] else (code[3], code[4])
        word = first if code[1] else second
        digits = sum(c.isdigit() for c in code[0])
        if word in v.markers or word in v.cues["marker"] or word == "x":
            continue
        if len(word) > 2:
            numbered = (first.isdigit() or second.replace(".", "").isdigit()) and first + second == chunk
            if numbered and _is_plain(word) and word not in measures:
                apart[first, second] = (chunk, f"{first} {second}")
        elif (digits > 2 or _is_plain(word)) and second.strip("0123456789") not in v.units:
            apart[first, second] = (f"{first} {second}", code[0])
    firsts = {first for first, _ in apart}
    found = _find_hyphens(texts, chunks)
    for text in texts:
        words = text.split()
        if not firsts.isdisjoint(words):
            for pair in pairwise(words):
                if pair in apart:
                    found[apart[pair][0]] = apart[pair][1]
    return found


def _find_hyphens(texts: Sequence[str], chunks: Collection[str]) -> dict[str, str]:
    """Codes that the catalogue writes with hyphens, and without them or with blanks: TN-2420, TN2420; 6204-2RS."""
    whole = {c for c in chunks if "-" in c and len(c) > _SHORTEST + 2 and sum(x.isdigit() for x in c) >= _SHORTEST}
    found = {plain: c for c in sorted(whole) if (plain := c.replace("-", "")) in chunks}
    apart = {tuple(c.split("-")): c for c in sorted(whole) if c.count("-") == 1}
    firsts = {first for first, _ in apart}
    for text in texts if apart else ():
        words = text.split()
        if not firsts.isdisjoint(words):
            found.update({" ".join(pair): apart[pair] for pair in pairwise(words) if pair in apart})
    return found


def _find_names_written_twice(texts: Sequence[str], seen: Mapping[str, int]) -> dict[str, str]:
    """Names that some titles write in another script → as it is written in Latin letters: Макита, Makita.

    Other titles must bear out that what sounds alike is one name.
    """
    latin: dict[str, list[str]] = {}
    others = [w for w in seen if len(w) >= _SHORTEST and not w.isascii() and not any(map(_is_han, w))]
    if not others or len(others) == len(seen):
        return {}
    for word in seen:
        if word.isascii() and len(word) >= _SHORTEST and _is_plain(word):
            latin.setdefault(keep_consonants(word), []).append(word)
    heard = {w: latin[key] for w in others if len(key := keep_consonants(spell_latin(w))) > 1 and key in latin}
    heard = {w: names for w, names in heard.items() if _is_plain(w)}
    wanted = {*heard, *(name for names in heard.values() for name in names)}
    places: dict[str, list[int]] = {}
    for i, text in enumerate(texts if heard else ()):
        for word in wanted.intersection(_WORD.findall(text)):
            places.setdefault(word, []).append(i)
    found = {}
    for word, names in heard.items():
        for name in sorted(names, key=lambda n: (-seen[n], n)):
            if _share_words(places[word], places[name], {word, *names}, texts, seen):
                found[word] = name
                break
    return found


def _propose_slips(seen: Counter[str], trusted: Collection[str], option_words: Collection[str]) -> dict[str, list[str]]:
    """For each word that may be misspelt, the words that may be meant: the most used first."""
    keys: dict[str, list[str]] = {}
    for word in {*seen, *option_words}:
        if len(word) >= _SHORTEST and (seen[word] >= 2 or len(word) >= 6 or word in trusted):
            for key in _delete_letters(word):
                keys.setdefault(key, []).append(word)
    slips = {}
    for word, count in seen.items():
        if len(word) < _SHORTEST or word in trusted:
            continue
        near = {w for key in _delete_letters(word) for w in keys.get(key, ()) if w != word and is_slip(word, w)}
        near = {w for w in near if _outweighs(seen[w], count, min(len(word), len(w)), w in trusted)}
        near = {w for w in near if (seen[w], w) > (count, word) or w in trusted}
        if near:
            slips[word] = sorted(near, key=lambda w: (-seen[w], w))
    return slips


def _bear_out(slips: Mapping[str, Sequence[str]], texts: Sequence[str], seen: Mapping[str, int]) -> dict[str, str]:
    """Keep the slips that most of their titles bear out, up to a few titles each."""
    examples: dict[str, list[list[str]]] = {}
    for text in texts:
        words = _WORD.findall(text)
        for word in words:
            if word in slips and len(examples.setdefault(word, [])) < _EXAMPLES:
                examples[word].append(words)
    witnesses = {
        id(words): sorted({w for w in words if w != word and 2 <= seen[w] <= _WITNESS}, key=lambda w: (seen[w], w))[:3]
        for word, titles in examples.items()
        for words in titles
    }
    wanted = {w for rare in witnesses.values() for w in rare}
    holders: dict[str, list[int]] = {}
    for i, text in enumerate(texts):
        for word in _WORD.findall(text):
            if word in wanted:
                holders.setdefault(word, []).append(i)
    aliases = {}
    for word, titles in examples.items():
        for meant in slips[word]:
            whole = re.compile(rf"\b{meant}\b")
            borne = sum(
                any(whole.search(texts[i]) for rare in witnesses[id(words)] for i in holders[rare]) for words in titles
            )
            if 2 * borne >= len(titles):
                aliases[word] = meant
                break
    return aliases


def _outweighs(seen: int, misspelt: int, letters: int, trusted: bool) -> bool:
    """Whether a word seen so often can be meant by a rarer one like it: the shorter both are, the more must speak."""
    if letters >= 6 and misspelt <= _RARE:
        return seen >= misspelt or trusted
    if letters > _SHORT:
        return seen >= 6 * misspelt or (trusted and misspelt <= _RARE)
    return misspelt <= _RARE and (trusted or seen >= (6 if letters == _SHORT else 50) * misspelt)


def _delete_letters(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def is_slip(a: str, b: str) -> bool:
    """Whether two words differ by one letter lost or added or by two neighbours swapped; not by a replaced one.

    A replaced letter makes another word too often (Serena, Selena; Marla, Maria).
    """
    if len(a) == len(b):
        apart = [i for i in range(len(a)) if a[i] != b[i]]
        if len(apart) != 2 or apart[1] != apart[0] + 1:
            return False
        i, j = apart
        return a[i] == b[j] and a[j] == b[i]
    short, long = sorted((a, b), key=len)
    return len(long) - len(short) == 1 and short in _delete_letters(long)


def find_stray_words(titles: Iterable[Sequence[Token]]) -> frozenset[str]:
    """Words that nearly always stand inside an option value: where one stands alone, it is a piece of such a value.

    In a shuffled title («Gray Bed Sybella Dark») the words of a value stand apart, and what is left of it is no part
    of the core.
    """
    tagged, core = count_places(titles)
    return frozenset(w for w, n in tagged.items() if is_stray(n, core[w]))


def count_places(titles: Iterable[Sequence[Token]]) -> tuple[Counter[str], Counter[str]]:
    """Return how often each word stands inside an option value, and how often on its own."""
    tagged: Counter[str] = Counter()
    core: Counter[str] = Counter()
    for tokens in titles:
        for token in tokens:
            if not token.axis:
                core[token.text] += 1
            elif token.axis != "noise":
                tagged.update(token.text.split())
    return tagged, core


def is_stray(inside: int, alone: int) -> bool:
    """Return whether a word that stands so often inside an option value, and so often alone, is a piece of one."""
    return inside >= _STRAY_SEEN and inside >= _STRAY_RATIO * alone
