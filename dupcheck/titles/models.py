"""Which member of a series a title names: Glide 3 or Glide 4, LP40 or LP40 Pro, iPhone 15 or iPhone 15 Plus.

Read from the tokens of one title; only a number or a mark right behind its name or code counts. A title's answer is
one text, ``glide=3|lp40=pro``; a name with several members lists them (``iphone=14,15 pro``). A name that stands
behind a word such as "for" is kept as ``for:iphone``: it is what the thing fits.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from dupcheck.titles.reading import Token
from dupcheck.titles.vocabulary import load_vocabulary, look_up_key, read_words

_SCALE = re.compile(r"(?<![\d:：])1[:：] ?(\d{1,3})(?![\d:：])")
"""The scale of a model car or building, 1:16."""
_NUMBERED = frozenset({"number", "code"})
BARE = "-"
"""The value of a code that no mark follows."""
FITTING = "for:"
_MOST = 19
"""A greater bare number behind a name is a size or an amount more often than a member of a series."""
_REACH = 3
_MANY = 2
"""A title with more codes than that lists what its thing fits."""


@dataclass(frozen=True)
class _Series:
    marks: frozenset[str]
    strong: frozenset[str]
    ordinal: Mapping[str, str]
    no_name: frozenset[str]
    counted: frozenset[str]
    no_code: frozenset[str]
    leads: frozenset[str]


@cache
def _load() -> _Series:
    words = read_words("contrasts")["series"]
    keys = {
        name: frozenset(map(look_up_key, words[name])) for name in ("marks", "strong", "no_name", "counted", "no_code")
    }
    ordinal = {look_up_key(word): word for word in reversed(words["ordinal"])}
    return _Series(**keys, ordinal=ordinal, leads=load_vocabulary().fitting)


def list_marks() -> frozenset[str]:
    """Return the words that make another model of the number or code they stand behind."""
    return _load().marks


def _numbers(token: Token) -> list[str]:
    """The bare numbers a token holds: 15, or 14/15; none where one of them is no member of a series."""
    if token.axis or token.kind not in ("number", "code"):
        return []
    parts = token.text.split("/")
    return parts if all(p.isascii() and p.isdigit() and len(p) < 4 for p in parts) else []


def _is_code(token: Token, known: _Series) -> bool:
    text = token.text
    return token.kind == "code" and not token.axis and text.isalnum() and text.rstrip("0123456789") not in known.no_code


def read_series(title: str, tokens: Sequence[Token], fits: bool = False) -> str:
    """Return the members of series that a title, as it is written and as its tokens, names; one text, "" for none.

    ``fits``: the title is that of an accessory, so that every name in it is of what it fits.
    """
    known = _load()
    marks, strong = known.marks, known.strong
    worth = [i for i, (text, kind, axis, _) in enumerate(tokens) if not axis and (kind in _NUMBERED or text in strong)]
    scales = set(_SCALE.findall(title)) if ":" in title or "：" in title else set[str]()
    if not worth and not scales:
        return ""
    texts = [text for text, _, _, _ in tokens]
    led = not known.leads.isdisjoint(texts)
    marked = 0 if marks.isdisjoint(texts) else sum(text in marks and not axis for text, _, axis, _ in tokens)
    found: dict[str, set[str]] = {"scale": {f"1:{scale}" for scale in scales}} if len(scales) == 1 else {}
    used: set[int] = set()
    for i in worth:
        if i in used:
            continue
        token, before = tokens[i], tokens[i - 1] if i else None
        if _is_code(token, known):
            behind = [] if not marked else _list_marks(tokens, i + 1, marks)
            used.update(range(i + 1, i + 1 + len(behind)))
            found.setdefault(_key(tokens, i, fits, led, known), set()).add(" ".join(behind) or BARE)
        elif before is None or not _names(before, known):
            continue
        elif token.kind in _NUMBERED:
            end, members = _list_members(tokens, i, known)
            key = _key(tokens, i - 1, fits, led, known)
            if members and _tells(title, tokens, i, end, members, known, key.startswith(FITTING)):
                used.update(range(i, end))
                found.setdefault(key, set()).update(members)
        else:
            behind = _list_marks(tokens, i, marks)
            used.update(range(i, i + len(behind)))
            key = f"{_key(tokens, i - 1, fits, led, known)} {behind[0]}"
            found.setdefault(key, set()).add(" ".join(behind[1:]) or BARE)
    if not found:
        return ""
    told = []
    fitting = fits or led
    crowded = fitting and sum(_is_code(tokens[i], known) for i in worth) > _MANY
    strayed = fitting and any(i not in used and _numbers(tokens[i]) for i in worth)
    for key, named in found.items():
        if key.startswith(FITTING) and (crowded or strayed):
            continue  # a long list of what it fits, of which only a part is read
        # "4K Projector Mini" may be the "4K Mini Projector": then the code alone tells nothing.
        if BARE not in named or not marked or marked == sum(part in marks for part in key.split()[1:]):
            told.append(f"{key}={','.join(sorted(named))}")
    return "|".join(sorted(told))


def _list_marks(tokens: Sequence[Token], start: int, marks: Collection[str]) -> list[str]:
    found = []
    for token in tokens[start:]:
        if token.axis or token.text not in marks or token.text in found:
            break
        found.append(token.text)
    if found == ["x"] and (start == 0 or tokens[start - 1].text not in marks):
        return []  # "LP40 x 2"; an X of its own stands behind another mark
    return found


def _key(tokens: Sequence[Token], at: int, fits: bool, led: bool, known: _Series) -> str:
    fits = fits or (led and any(t.text in known.leads for t in tokens[max(at - _REACH, 0) : at]))
    text = tokens[at].text
    return (FITTING if fits else "") + known.ordinal.get(text, text)


def _names(token: Token, known: _Series) -> bool:
    """Whether a number behind this token may be a member of the series it names."""
    return (
        token.kind == "word"
        and not token.axis
        and len(token.text) > 1
        and "=" not in token.text
        and token.text not in known.no_name
    )


def _list_members(tokens: Sequence[Token], start: int, known: _Series) -> tuple[int, list[str]]:
    """The numbers that stand behind one another from ``start``, each with its marks, and where they end."""
    members: list[str] = []
    i = start
    while i < len(tokens) and (numbers := _numbers(tokens[i])):
        marks = _list_marks(tokens, i + 1, known.marks)
        members += [*numbers[:-1], " ".join([numbers[-1], *marks])]
        i += 1 + len(marks)
    return i, members


def _tells(
    title: str, tokens: Sequence[Token], start: int, end: int, members: Sequence[str], known: _Series, fits: bool
) -> bool:
    """Whether the numbers tell members of a series apart, and not sizes, counts or amounts."""
    if tokens[start - 1].text in known.ordinal:
        return True
    if members[0][0] == "0" or re.search(rf"[,;:|/()+，；：（）、-]\s*{members[0].split()[0]}(?!\d)", title):
        return False  # a shade; or set off from the name
    if any(int(m.split()[0]) > _MOST or int(m.split()[0]) == 0 for m in members):
        return False
    if (
        fits
        and end < len(tokens)
        and not tokens[end].axis
        and (tokens[end].kind == "code" or len(tokens[end].text) < 3)
    ):
        return False  # iPhone 6 6s 7 plus: a list that is read in part only
    if any(" " in m for m in members):
        return not (fits and members[-1].endswith(" x"))
    if end == len(tokens):
        return fits
    after = tokens[end]
    if (after.axis and not fits and after.axis != "gender") or after.text in known.counted:
        return False
    return fits or (
        after.kind in ("word", "code") and any(not t.axis and t.kind in ("word", "code") for t in tokens[end:])
    )
