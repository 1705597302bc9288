"""Numbers with a unit, pack counts and numbered sizes: found in a folded text by one pattern, made comparable.

Canonical forms: a number without needless zeros, a blank, a unit. Lengths in ``mm``, ``cm`` or ``m`` by magnitude
(one form a value), or in ``in``, ``ft``, ``yd``; weights in ``g``; volumes in ``ml``; capacities in ``gb``
(1 TB = 1000 GB); ``w``; ``v``. Inches and centimetres are not merged here: :func:`read_quantity` gives both in mm.
"""

import math
import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from dupcheck.axes import AXES
from dupcheck.titles.vocabulary import Unit, Vocabulary, load_vocabulary


class Measure(NamedTuple):
    """A measure in a text: its axis ("" for one that is part of the product's identity) and its canonical values."""

    axis: str
    values: tuple[str, ...]


# Possessive, so that a long run of digits is walked once.
NUMBER = r"(?:\d{1,3}(?:,\d{3})++(?:\.\d++)?(?!\d)|\d++(?:[.,]\d++)?)"
_AMOUNT = rf"(?:\d++[ -]\d++/\d++|\d++/\d++|{NUMBER})"
_UNDIVIDED = r"(?!\d(?!\d*[一-鿿]))"  # in Chinese a count may follow at once: "34x74cm3条装"
_END = rf"(?![a-zа-я]){_UNDIVIDED}"
_INCH = rf"in{_END}(?!\s*\d)"
SYSTEMS = frozenset({"eu", "eur", "us", "uk", "cn", "ru", "br", "jp"})
"""Where sizes of shoes and clothes are numbered each in its own way."""
_SYSTEM = f"(?:{'|'.join(sorted(SYSTEMS, reverse=True))})"
_SIGN = "[宽高长深厚]"
_FEET = r"'(?!s|[^\W\d_]{2})"
"""The mark of feet, which no word goes on behind: «10'lu Set» is Turkish for a set of ten."""
_LETTER = r"(?:\s?(?:w|h|d|l|dia|t)(?![a-z0-9]))?"
_NOT_AFTER = {
    "个": "月",
    "条": "纹",
    "本": "色体",
    "把": "手",
    "台": "灯",
    "包": "邮装",
    "片": "装",
    "只": "有",
    "张": "力",
    "套": "装",
}


_Tree = dict[str, "_Tree"]


def _alternatives(words: Iterable[str]) -> str:
    """Join words as one pattern that walks them letter by letter, prefers the longest and ends where a word ends."""
    spaced: _Tree = {}
    unspaced: _Tree = {}
    for word in words:
        node = unspaced if "\u3400" <= word[-1] <= "\u9fff" else spaced
        for sign in word:
            node = node.setdefault(sign, {})
        node[""] = {word[-1]: {}}
    # one mark of the end for all: the pattern is compiled whenever the program starts
    parts = [f"{_branch(spaced)}{_END}"] if spaced else []
    parts += [_branch(unspaced)] if unspaced else []
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def _branch(tree: _Tree) -> str:
    parts = [("\\s" if sign == " " else re.escape(sign)) + _branch(below) for sign, below in tree.items() if sign]
    if "" in tree:
        last = next(iter(tree[""]))
        parts.append(f"(?![{_NOT_AFTER[last]}])" if last in _NOT_AFTER else "")
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


class _Parts(NamedTuple):
    """What several patterns share: amounts with a unit, lengths, other units, pieces."""

    unit: str
    lengths: str
    others: str
    pieces: str


_UNBOUND = r"(?!(?!いり|の)[\u3041-\u3096]{2})"
"""No Japanese word goes on behind a count: «5枚とじ» says what a stapler binds, «5個いり» how many there are."""


def _list_for(words: Iterable[str], plain: bool) -> list[str]:
    """Those of the words that may stand in a text; one that is ``plain`` ASCII holds no others."""
    return [word for word in words if word.isascii() or not plain]


def _make_plain(pattern: str, plain: bool) -> str:
    """A pattern as it is for a text that is plain ASCII: a class of all Chinese characters takes long to compile."""
    return pattern.replace(_UNDIVIDED, r"(?!\d)") if plain else pattern


@cache
def _parts(plain: bool) -> _Parts:
    v = load_vocabulary()
    names = _list_for((s for s in v.units if s not in ("'", '"', "in", "k")), plain)
    long_units = _alternatives(s for s in names if not v.units[s].short or len(s) > 1)
    return _Parts(
        rf"(?:\s?{_alternatives(names)}|-(?:{long_units}|{_INCH})|\s?\"|{_FEET}|k{_END}|{_INCH}"
        rf"|(?<=[\d.]\d)\s{_INCH}|\sin(?=\s*(?:$|[x)(,|]))|(?<=[1-9]\d00)\sk{_END})",
        _alternatives(s for s in names if v.units[s].axis == "length"),
        _alternatives(s for s in names if v.units[s].axis != "length"),
        _alternatives(_list_for(v.pieces, plain)),
    )


def _before(plain: bool) -> str:
    """The words before a count, as alternatives."""
    words = sorted(_list_for(load_vocabulary().pack_before, plain), key=len, reverse=True)
    return "|".join(re.escape(w).replace(r"\ ", r"\s") for w in words)


def _name_groups(groups: Iterable[tuple[str, str]]) -> str:
    return "|".join(rf"(?P<{name}>{pattern})" for name, pattern in groups)


def joint_pattern() -> str:
    """Return the pattern of what a text holds if numbers in it are joined: ``x 30``, ``by 30``."""
    v = load_vocabulary()
    return rf"(?:x\s?{_SIGN}?|{_SIGN}|\s(?:{'|'.join((*v.by, *v.by_alone))})\s)\d"


def _joined_groups(plain: bool) -> tuple[tuple[str, str], ...]:
    """Sides, with signs and with words between them; then a count of what is measured."""
    v, p = load_vocabulary(), _parts(plain)
    side = rf"{_AMOUNT}(?:\s?(?:{p.lengths}|{_INCH}|\"|{_FEET}))?{_LETTER}"
    joint = rf"(?:\s?x\s?{_SIGN}?|{_SIGN})"
    sides = rf"{side}(?:{joint}{side}){{1,3}}(?!\.){_UNDIVIDED}(?!\s?{p.others})(?!\s?x\s?\d)(?![a-z])"
    two = r"\d{2,3}(?:[.,]\d)?"
    alone = rf"{two}(?:\s(?:{'|'.join(v.by_alone)})\s{two}){{1,2}}(?![\w.\"'/-]|\s?{p.others})"
    by = rf"{two}(?:\s(?:{'|'.join(v.by)})\s{two}){{1,2}}\s?{p.lengths}|{alone}"
    return ("dim", sides), ("by", by), ("times", rf"\d{{1,3}}\s?x\s?(?={_AMOUNT}{p.unit})")


@cache
def number_pattern(joined: bool, plain: bool) -> str:
    """Return the pattern of everything that starts with a number. Its groups are named.

    ``joined``: also of what only texts with a :func:`joint_pattern` hold. Without it the pattern is half as long.
    ``plain``: for texts that are plain ASCII, where words in other letters are left out, which are half of the rest.
    """
    v, p = load_vocabulary(), _parts(plain)
    joins = _joined_groups(plain) if joined else ()
    count = _alternatives(_list_for([*v.pieces, *v.containers, *v.many], plain))
    per = _alternatives(_list_for(["lot", "set", "pack", "bag", "box", "pcs", "лот", "套", "包", "袋", "盒"], plain))
    ages = _alternatives(_list_for(v.ages, plain))
    other = rf"(?!(?:{_before(plain)})\s?\(?\s?\d)"  # "Size 8 Pack of 25"
    groups = [
        *joins[:2],
        ("cnsize", rf"1[4-9]\d/\d{{2,3}}[a-dy]{_END}"),
        ("in1", _in_one_pattern(v, p)),
        ("ctn", rf"\d{{1,4}}\s?(?:or|per|/)\s?ctn{_END}"),
        *joins[2:],
        ("age", rf"\d{{1,2}}\s?-\s?\d{{1,2}}\s?{ages}|\d{{1,2}}\s?(?:岁|t{_END}|yo{_END}|years?\sold)"),
        ("shoe", r"\d\d(?:\.5)?\s?[码号](?!\w)|\d{2,3}\s?호(?!\w)|\d{2,3}サイズ"),
        ("count", rf"\d{{1,6}}+(?:\.5)?\s?-?\s?{other}{count}{_UNBOUND}(?:\s?(?:/|per|in)\s?(?:a\s)?{per})?"),
    ]
    # One copy of the units serves three groups: the name that counts is that of the group closed last.
    amounts = [("range", rf"{NUMBER}\s?-\s?{NUMBER}"), ("list", r"\d++(?:[/+]\d++){1,7}+"), ("measure", _AMOUNT)]
    amount = rf"(?:{_name_groups(amounts)}){p.unit}"
    return _make_plain(rf"(?=\d)(?:{_name_groups(groups)}|{amount}|(?P<percent>\d++(?:\.\d++)?%))", plain)


def _in_one_pattern(v: Vocabulary, p: _Parts) -> str:
    """Return the pattern of several in one. A letter that is a unit as well («3w1» in Polish) stands joined or apart on
    both sides, and before no unit and no count: 10 W 1 pcs.
    """
    signs = [w for w in v.in_one if len(w) == 1 and w in v.units]
    words = "|".join(w for w in v.in_one if w not in signs)
    plain = rf"\d{{1,2}}\s?-?(?:(?:{words})\s?-?\s?1|合一)(?![\d.,])"
    letters = "".join(signs)
    return rf"{plain}|\d{{1,2}}(?:[{letters}]1|\s[{letters}]\s1)(?![\w.,-]|{p.unit}|\s?{p.pieces})" if signs else plain


def lead_pattern() -> str:
    """Return the pattern of how everything starts that leads to a number."""
    return rf"[whdl]\d|(?:{_before(plain=False)})\s?\(?\s?\d|{_SYSTEM}\s?\d"


@cache
def led_pattern(plain: bool) -> str:
    """Return the pattern of everything that leads to a number. Its groups are named.

    ``plain``: for texts that are plain ASCII.
    """
    p, before = _parts(plain), _before(plain)
    groups = [
        ("labelled", rf"[whdl]{NUMBER}(?:\s?{p.lengths})?(?:\s?x\s?[whdl]{NUMBER}(?:\s?{p.lengths})?){{1,2}}(?![\w.])"),
        ("jeans", rf"w\d\d\s?[/x]?\s?l\d\d{_END}"),
        ("before", rf"(?:{before})\s?\(?\s?\d{{1,5}}+(?!\.|{p.unit})(?:\s?{p.pieces})?"),
        (
            "system",
            rf"{_SYSTEM}\s?\d{{1,2}}+(?:[.,]5|\s(?:1/2|[12]/3)(?![\w/]))?(?:-\d{{1,2}}+(?:\.5)?|[cy])?"
            rf"(?![\w.,/\"'-])"
            rf"(?!\s?(?:x\s?\d|{p.others}|{p.lengths}|{p.pieces}))",
        ),
    ]
    return _make_plain(_name_groups(groups), plain)


def plain_number(text: str) -> str:
    """Return a written number without thousands separators: ``1,005.00`` → ``1005``, ``2,5`` → ``2.5``."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        return show_number(float(text.replace(",", "")))
    return text.replace(",", ".")


def _amount(text: str) -> float:
    """Read a decimal, a fraction or a mixed number: ``22-1/2`` is 22.5."""
    if "/" not in text:
        return float(plain_number(text))
    *whole, fraction = re.split(r"[ -]", text)
    top, bottom = fraction.split("/")
    return (float(whole[0]) if whole else 0.0) + (float(top) / float(bottom) if float(bottom) else math.nan)


def show_number(value: float, digits: int = 4) -> str:
    """Return a number without needless zeros."""
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return text or "0"


def _length(mm: float) -> str:
    if mm >= 1000 and round(mm, 6) % 100 == 0:
        return f"{show_number(mm / 1000)} m"
    if mm >= 50 and (mm >= 100 or round(mm, 6) % 10 == 0):
        return f"{show_number(mm / 10)} cm"
    return f"{show_number(mm)} mm"


def canonical_quantity(amount: float, unit: Unit) -> str:
    """Return the one form of an amount in a unit, as the module describes."""
    if unit.axis == "length":
        if unit.name in ("mm", "cm", "m", "km"):
            return _length(amount * unit.scale)
        return f"{show_number(amount)} {unit.name}"
    if unit.axis == "capacity":
        # Sellers mean 1 GB by 1024 MB and 1 TB by 1024 GB.
        gb = amount * unit.scale
        if unit.name == "mb" and amount >= 1024 and amount % 1024 == 0:
            gb = amount / 1024
        elif unit.name == "gb" and amount >= 1024 and amount % 1024 == 0:
            gb = amount / 1024 * 1000
        return f"{show_number(gb)} gb"
    if unit.axis == "":
        return f"{show_number(amount)}{unit.name}"
    base = AXES[unit.axis].unit
    exact = unit.scale in (0.001, 1.0, 500.0, 1000.0)
    return f"{show_number(amount * unit.scale, 4 if exact else 2)} {base}"


_SPLIT = re.compile(rf"({_AMOUNT})\s?-?\s?(.*)", re.S)


def _unit_of(text: str) -> Unit | None:
    return load_vocabulary().units.get(text.strip().lstrip("-").strip())


def _measure(text: str) -> Measure | None:
    m = _SPLIT.fullmatch(text)
    unit = _unit_of(m[2]) if m else None
    if m is None or unit is None:
        return None
    amount = _amount(m[1])
    if math.isnan(amount):
        return None
    if m[2].strip() == "l" and amount >= 1000:
        return None  # a code: 3027L
    if unit.name == "yd" and m[2].strip() == "码" and amount >= 30:
        return Measure("size", (show_number(amount),))
    return Measure(unit.axis, (canonical_quantity(amount, unit),))


def _dimension(text: str) -> Measure | None:
    sides: list[tuple[float, str]] = []
    for part in re.split(rf"\s?x\s?{_SIGN}?|{_SIGN}|\s(?:{'|'.join(load_vocabulary().by)})\s", text):
        m = re.match(rf"[whdl]?({_AMOUNT})\s?(.*)", part)
        if m is None:
            return None
        rest = m[2] if _unit_of(m[2]) is not None else re.sub(r"\s?(?:w|h|d|l|dia|t)$", "", m[2])
        unit = _unit_of(rest) if rest else None
        sides.append((_amount(m[1]), unit.name if unit else ""))
    names = [name for _, name in sides if name]
    last = names[-1] if names else ""
    if any(math.isnan(a) for a, _ in sides):
        return None
    if last in ("mm", "cm", "m", "km"):
        scale = {"mm": 0.1, "cm": 1.0, "m": 100.0, "km": 100000.0}
        shown = [show_number(a * scale.get(name or last, scale[last])) for a, name in sides]
        return Measure("dimension", ("x".join(shown) + " cm",))
    shown = [show_number(a) for a, _ in sides]
    return Measure("dimension", ("x".join(shown) + (f" {last}" if last else ""),))


def _count(text: str) -> Measure | None:
    v = load_vocabulary()
    m = re.match(r"(\d+(?:\.5)?)\s?-?\s?(.*)", text, re.S)
    if m is None:
        return None
    number, word = float(m[1]), m[2]
    word = re.split(r"\s?(?:/|\sper\s|\sin\s)\s?", word)[0].strip()
    if word in v.many:
        return Measure("pack", (show_number(number * v.many[word]),))
    kind = v.containers.get(word, "")
    return Measure("pack", (f"{show_number(number)} {kind}".strip(),))


def read_measure(group: str, text: str) -> Measure | None:
    """Return what the pattern's group ``group`` matched as ``text``, or None where it is no measure after all."""
    text = text.strip()
    if group in ("dim", "by", "labelled"):
        return _dimension(text)
    if group == "measure":
        return _measure(text)
    if group == "count":
        return _count(text)
    if group in ("ctn", "times", "before"):
        numbers = re.findall(r"\d+", text)
        return Measure("pack", (str(int(numbers[-1])),))
    if group == "shoe":
        number = re.match(r"[\d.]+", text)
        amount = float(number[0]) if number else 0.0
        if amount >= 30:
            return Measure("size", (show_number(amount),))
        return Measure("length", (f"{show_number(amount)} yd",)) if text.endswith("码") else None
    if group in ("cnsize", "jeans"):
        return Measure("size", (re.sub(r"\s?[/x]?\s?l(?=\d)", " l", text) if text[0] == "w" else text,))
    if group == "system":
        return read_system_size(text)
    if group == "age":
        return _age(text)
    if group == "in1":
        return Measure("", (re.match(r"\d+", text)[0] + "in1",))  # type: ignore[index]
    if group == "percent":
        return Measure("", (text,))
    if group == "list":
        return _list(text)
    if group == "memory":
        return _memory(text)
    return _range(text)


def read_system_size(text: str) -> Measure | None:
    """Read a size that names its system first: ``eu 42``, ``us 9.5``, a child's ``us 4.5y``."""
    text = text.replace(" 1/2", ".5").replace(",", ".")
    m = re.match(r"([a-z]+)\s?([\d.]+)( [12]/3)?(?:-([\d.]+))?([cy])?", text)
    if m is None:
        return None
    system, number = m[1], "-".join(show_number(float(n)) for n in (m[2], m[4]) if n) + (m[3] or "") + (m[5] or "")
    # EU sizes go without a name as often as with one; "uk. 38" is Indonesian for "size 38".
    bare = float(m[2]) >= 30 and system in ("eu", "eur", "uk", "cn")
    return Measure("size", (number if bare else f"{system} {number}".replace("eur ", "eu "),))


def _age(text: str) -> Measure | None:
    m = re.match(r"(\d+)(?:\s?-\s?(\d+))?\s?(.*)", text)
    if m is None:
        return None
    word = m[3]
    kind = "t" if word == "t" else load_vocabulary().ages.get(word, "y")
    span = str(int(m[1])) + (f"-{int(m[2])}" if m[2] else "")
    return Measure("size", (span + kind,))


def _list(text: str) -> Measure | None:
    m = re.match(r"(\d+(?:[/+]\d+)+)\s?-?(.*)", text, re.S)
    unit = _unit_of(m[2]) if m else None
    if m is None or unit is None:
        return None
    numbers = [int(n) for n in re.split(r"[/+]", m[1])]
    if len(numbers) == 2 and "/" in m[1] and unit.axis != "capacity":
        top, bottom = numbers
        if top < bottom and bottom in (2, 3, 4, 8, 16, 32, 64) and math.gcd(top, bottom) == 1:
            return Measure(unit.axis, (canonical_quantity(top / bottom, unit),))
    return Measure(unit.axis, tuple(canonical_quantity(float(n), unit) for n in numbers))


def _memory(text: str) -> Measure | None:
    """Working memory and storage: a bare number is in gigabytes, as the letter G beside one is."""
    values = []
    for part in re.split(r"[+/]", text):
        m = re.match(r"\s?(\d+)\s?([a-zа-я]*)", part)
        if m is None:
            return None
        unit = load_vocabulary().units["tb" if m[2][:1] in ("t", "т") else "gb"]
        values.append(canonical_quantity(float(m[1]), unit))
    return Measure("capacity", tuple(values))


def _range(text: str) -> Measure | None:
    m = re.match(rf"({NUMBER})\s?-\s?({NUMBER})(.*)", text, re.S)
    unit = _unit_of(m[3]) if m else None
    if m is None or unit is None:
        return None
    low, high = show_number(_amount(m[1])), show_number(_amount(m[2]))
    blank = " " if unit.axis else ""
    return Measure(unit.axis, (f"{low}-{high}{blank}{unit.name}",))


_CONVERTED = 0.01
_INCHES = {"in": 2.54, "ft": 30.48, "yd": 91.44}
_SIDES = re.compile(r"(\d+(?:\.\d+)?(?:x\d+(?:\.\d+)?)*) (cm|mm|m|in|ft|yd|g|ml)")


def equate_units(values: Iterable[str]) -> dict[str, str]:
    """Return which of an axis' canonical values only say another one in other units, and that other one.

    ``6.6 ft`` is ``2 m`` said again, ``50.28 ml`` (1.7 fl oz) ``50 ml``: a converted value within 1 % of a metric one,
    for people round what they convert. Two values in one system are never the same.
    """
    metric: dict[tuple[str, int, int], list[tuple[tuple[float, ...], str]]] = {}
    converted = []
    for value in values:
        m = _SIDES.fullmatch(value)
        if m is None:
            continue
        scale = {"mm": 0.1, "cm": 1.0, "m": 100.0, "g": 1.0, "ml": 1.0, **_INCHES}[m[2]]
        kind = m[2] if m[2] in ("g", "ml") else "cm"
        sides = tuple(float(n) * scale for n in m[1].split("x"))
        if not all(sides):
            continue
        if m[2] in _INCHES or (kind != "cm" and "." in m[1]):
            converted.append((kind, sides, value))
        else:
            metric.setdefault((kind, len(sides), _step(sides[0])), []).append((sides, value))
    same = {}
    for kind, sides, value in converted:
        near = [
            (max(abs(math.log(a / b)) for a, b in zip(sides, known, strict=True)), other)
            for step in (-1, 0, 1)
            for known, other in metric.get((kind, len(sides), _step(sides[0]) + step), ())
        ]
        if near and min(near)[0] <= _CONVERTED:
            same[value] = min(near)[1]
    return same


def _step(amount: float) -> int:
    return round(math.log(amount) / _CONVERTED)


_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s?([a-z ]+)?")


def read_quantity(canonical: str) -> tuple[float, str]:
    """Return a canonical value as a number and the base unit it is in: ``5.5 in`` → (139.7, "mm"), ``10`` → (10, "").

    A value that is no single quantity gives (NaN, ""). Base units: mm, g, ml, gb, w, v.
    """
    m = _QUANTITY.fullmatch(canonical)
    if m is None:
        return math.nan, ""
    if m[2] is None:
        return float(m[1]), ""
    unit = load_vocabulary().units.get(m[2].strip())
    if unit is None:
        return (
            (float(m[1]), m[2].strip())
            if m[2].strip() in set(load_vocabulary().containers.values())
            else (math.nan, "")
        )
    base = AXES[unit.axis].unit if unit.axis in AXES else ""
    return float(m[1]) * unit.scale, base or unit.name
