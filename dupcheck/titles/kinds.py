"""Which of several things that exclude one another a title names: a bench or a chair, V neck or crew neck.

The words are data: ``vocabularies/contrasts.toml``, which also says which nouns do not count. A title's answer is one
text, ``clothes=shorts|waist=high waist``, so that equal answers are equal texts: it is the value of the axis ``kind``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from dupcheck.titles.normalising import normalise
from dupcheck.titles.reading import UNSPACED
from dupcheck.titles.vocabulary import LANGUAGES, read_words

DOUBT = "?"
"""What a title names of a group of spare parts where it may sell the part or the thing."""
_PLURAL_LANGUAGES = frozenset({"en", "es", "pt"})
_REACH = 3
"""So many words (of unspaced script: signs) in front of a noun a "for" or "with" is looked for."""
_AMOUNT = re.compile(
    r"\d ?(?:ml|cl|l|lt|ltr|liter|litre|litros?|g|gr|gram|grams|kg|oz|мл|л|г|гр|кг|毫升|升|克|千克|公斤)(?![a-zа-я])"
)
_UNSPACED_RUN = re.compile(rf"[{UNSPACED}]+")


class Meaning(NamedTuple):
    """What a spelling names: ``family`` is goods, traits, spare or silent."""

    family: str
    group: str
    member: str


class _Mention(NamedTuple):
    """A spelling found in a title, from ``start`` up to ``end``, and what it may mean."""

    start: int
    end: int
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True)
class _Contrasts:
    """Spellings by their first word, those of unspaced script by their first sign; the longest first."""

    spaced: Mapping[str, Sequence[tuple[tuple[str, ...], tuple[Meaning, ...]]]]
    unspaced: Mapping[str, Sequence[tuple[str, tuple[Meaning, ...]]]]
    behind: frozenset[str]
    before: frozenset[str]
    of: frozenset[str]
    of_after: frozenset[str]
    leads: frozenset[str]
    behind_signs: tuple[str, ...]
    lead_signs: tuple[str, ...]


def _spell(text: str) -> str:
    return " ".join(normalise(text).replace("-", " ").split())


def _add_plurals(spelling: str) -> Iterator[str]:
    yield spelling
    if not spelling[-1:].isascii() or not spelling[-1:].isalpha() or spelling.endswith("s"):
        return
    if spelling.endswith("y") and spelling[-2:-1] not in "aeiou":
        yield spelling[:-1] + "ies"
    else:
        yield spelling + ("es" if spelling.endswith(("x", "ch", "sh")) else "s")


def spell_member(entry: Mapping[str, Sequence[str]]) -> list[str]:
    """Return every spelling of a member as titles are looked up, plurals in -s among them, each once."""
    found = []
    for language in (*LANGUAGES, "silent"):
        for text in entry.get(language, ()):
            spelling = _spell(text)
            found += list(_add_plurals(spelling)) if language in _PLURAL_LANGUAGES else [spelling]
    return list(dict.fromkeys(found))


def list_members() -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    """Yield each member of the vocabulary: its family, its group, its name and its entry."""
    data = read_words("contrasts")
    for family in ("goods", "traits"):
        for group, members in data[family].items():
            for member, entry in members.items():
                yield family, group, member, entry
    for group, entry in data["spare"].items():
        yield "spare", group, group, {name: words for name, words in entry.items() if name != "silent"}
        yield "silent", group, DOUBT, {"silent": entry["silent"]}


@cache
def list_spares() -> tuple[str, ...]:
    """Return the groups of spare parts: a title that names no member of one sells the thing itself."""
    return tuple(read_words("contrasts")["spare"])


@cache
def _load() -> _Contrasts:
    meanings: dict[str, list[Meaning]] = {}
    for family, group, member, entry in list_members():
        for spelling in spell_member(entry):
            meanings.setdefault(spelling, []).append(Meaning(family, group, member))
    modifier = read_words("contrasts")["modifier"]
    for phrase in modifier["nothing"]:
        meanings.setdefault(_spell(phrase), [])
    spaced: dict[str, list[tuple[tuple[str, ...], tuple[Meaning, ...]]]] = {}
    unspaced: dict[str, list[tuple[str, tuple[Meaning, ...]]]] = {}
    for spelling, found in meanings.items():
        if _UNSPACED_RUN.search(spelling):
            unspaced.setdefault(spelling[0], []).append((spelling, tuple(found)))
        else:
            words = tuple(spelling.split())
            spaced.setdefault(words[0], []).append((words, tuple(found)))
    for phrases in spaced.values():
        phrases.sort(key=lambda phrase: -len(phrase[0]))
    for runs in unspaced.values():
        runs.sort(key=lambda run: -len(run[0]))

    def signs(name: str, unspaced: bool) -> Iterator[str]:
        return (w for w in map(_spell, modifier[name]) if (_UNSPACED_RUN.search(w) is not None) == unspaced)

    return _Contrasts(
        spaced=spaced,
        unspaced=unspaced,
        behind=frozenset(signs("behind", False)),
        before=frozenset(signs("before", False)),
        of=frozenset(signs("of", False)),
        of_after=frozenset(signs("of_after", False)),
        leads=frozenset(signs("for", False)),
        behind_signs=tuple(signs("behind", True)),
        lead_signs=tuple(signs("for", True)),
    )


def _find_spaced(words: Sequence[str], known: _Contrasts) -> list[_Mention]:
    found = []
    i, n = 0, len(words)
    while i < n:
        for phrase, meanings in known.spaced.get(words[i], ()):
            width = len(phrase)
            if width == 1 or tuple(words[i : i + width]) == phrase:
                found.append(_Mention(i, i + width, meanings))
                i += width
                break
        else:
            i += 1
    return found


def _find_unspaced(text: str, known: _Contrasts) -> list[_Mention]:
    found = []
    end = 0
    for i, sign in enumerate(text):
        if i >= end and sign in known.unspaced:
            for phrase, meanings in known.unspaced[sign]:
                if text.startswith(phrase, i):
                    end = i + len(phrase)
                    found.append(_Mention(i, end, meanings))
                    break
    return found


def _modifies_word(words: Sequence[str], at: _Mention, known: _Contrasts) -> bool:
    """Whether a noun between words only says what another thing is for, what it is of or what it comes with."""
    start, end = at.start, at.end
    if end < len(words) and words[end] in known.behind:
        return True
    if start == 0:
        return False
    if words[start - 1] in known.before:
        return True
    if words[start - 1] in known.of and start > 1 and words[start - 2] not in known.of_after:
        return not words[start - 2].isdigit()
    # "For iPhone 15 … case": what a title begins with leads to nothing.
    return not known.leads.isdisjoint(words[max(start - _REACH, 1) : start])


def _modifies_sign(text: str, at: _Mention, known: _Contrasts) -> bool:
    """The same of a noun in unspaced script."""
    return text.startswith(known.behind_signs, at.end) or any(
        sign in text[max(at.start - _REACH, 0) : at.start] for sign in known.lead_signs
    )


def _leads_to_goods(at: _Mention, after: _Mention | None) -> bool:
    """Whether a noun is followed by one of another family of goods: a filter jug is a jug."""
    if after is None or after.start != at.end:
        return False
    groups = {m.group for m in after.meanings if m.family == "goods"}
    return bool(groups) and groups.isdisjoint(m.group for m in at.meanings)


def read_kinds(text: str) -> str:
    """Return what a normalised title names of each group of things that exclude one another, as one text; "" for none.

    A group of which it names several members is left out. A group of spare parts is ``refill=refill`` where the title
    names the part, ``refill=?`` where it may be either, and absent where it names the thing itself.
    """
    known = _load()
    text = text.replace("-", " ")
    spelled = text.isascii() or _UNSPACED_RUN.search(text) is None
    words = (text if spelled else _UNSPACED_RUN.sub(" 。 ", text)).split()
    named: dict[str, set[str]] = {}
    doubtful: set[str] = set()
    if not known.spaced.keys().isdisjoint(words):
        _count(_find_spaced(words, known), words, known, named, doubtful)
    if not spelled:
        _count(_find_unspaced(text, known), text, known, named, doubtful)
    if not named and not doubtful:
        return ""
    for group in named.keys() & list_spares():
        if _AMOUNT.search(text):
            named.pop(group)
            doubtful.add(group)
    told = [f"{group}={min(members)}" for group, members in named.items() if len(members) == 1]
    told += [f"{group}={DOUBT}" for group in doubtful if group not in named]
    return "|".join(sorted(told))


def _count(
    mentions: Sequence[_Mention],
    text: str | Sequence[str],
    known: _Contrasts,
    named: dict[str, set[str]],
    doubtful: set[str],
) -> None:
    """Add to ``named`` and ``doubtful`` what the mentions name, nouns that only modify another left out."""
    for k, mention in enumerate(mentions):
        modifies: bool | None = None
        for family, group, member in mention.meanings:
            if family != "traits":
                if modifies is None:
                    after = mentions[k + 1] if k + 1 < len(mentions) else None
                    modifies = _leads_to_goods(mention, after) or (
                        _modifies_sign(text, mention, known)
                        if isinstance(text, str)
                        else _modifies_word(text, mention, known)
                    )
                if modifies:
                    continue
            if family == "silent":
                doubtful.add(group)
            else:
                named.setdefault(group, set()).add(member)
