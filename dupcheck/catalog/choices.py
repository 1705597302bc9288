"""What can be chosen, told in one cell: lists of values, counts by value, and lines of choices with their prices."""

import itertools
import re
from collections.abc import Sequence
from typing import Final

from dupcheck.catalog.terms import read_stock_word
from dupcheck.catalog.values import clean_text, parse_count, parse_price

_ENTITY: Final = re.compile(r"&#?\w{1,8};")
_PRICED: Final = re.compile(
    r"\s*\[?(?P<what>[^\[\]\n|]{1,160}?)\]?\s*(?:->|=>|→|=|:|–|—|\s-)\s*"
    r"(?:[^\W\d_]{2,12}:\s*)?(?P<price>[^|\n\[\]]{1,24}?)\s*(?:\|(?P<rest>.*))?"
)


def split_values(text: str) -> list[str]:
    """Return the values that a cell lists, parted by commas, or else by the one sign that parts them.

    Semicolons part values that hold commas.

    >>> split_values("Red, Blue"), split_values("24m;18m;12m"), split_values("Red, dark;Blue")
    (['Red', 'Blue'], ['24m', '18m', '12m'], ['Red, dark', 'Blue'])
    """
    plain = _ENTITY.sub("", text)
    sign = ";" if ";" in plain.rstrip("; ") else next((s for s in (",", ";", "|", "\\n") if s in text), ",")
    return [value for t in text.split(sign) if (value := clean_text(t))]


def split_told(text: str, combinations: Sequence[Sequence[str]]) -> dict[int, str]:
    """Return the numbers that a cell tells of choices, by their places among ``combinations``; else nothing.

    Of one kind of choice all are told, ``S:3;M:0``. Of several those that there are, each value in one at least:
    ``Red/S:3;Blue/M:1``.

    >>> split_told("S:3;M:0", [["S"], ["M"]]), split_told("12", [["S"], ["M"]]), split_told("S:3", [["S"], ["M"]])
    ({0: '3', 1: '0'}, {}, {})
    >>> split_told("S-Red: 3; M-Blue: 1", [["Red", "S"], ["Red", "M"], ["Blue", "S"], ["Blue", "M"]])
    {0: '3', 3: '1'}
    """
    pairs = [p.rpartition(":") for p in re.split(r"[;,|\n]", text) if p.strip()]
    if len(pairs) < 2 or not all(label.strip() and _is_figure(figure) for label, _, figure in pairs):
        return {}
    places: dict[str, int] = {}
    for place, values in enumerate(combinations):
        for order in itertools.permutations(values) if len(values) < _MOST_AXES else (values,):
            if places.setdefault(_plain("".join(order)), place) != place:
                return {}  # two choices that read alike
    named = ((places.get(_plain(label)), figure.strip()) for label, _, figure in pairs)
    found = {at: figure for at, figure in named if at is not None}
    told = {(n, value) for place in found for n, value in enumerate(combinations[place])}
    whole = all((n, value) in told for values in combinations for n, value in enumerate(values))
    return dict(sorted(found.items())) if len(found) == len(pairs) and whole else {}


_MOST_AXES: Final = 4


def _is_figure(text: str) -> bool:
    return parse_count(text.strip()) is not None or parse_price(text.strip()) is not None


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def split_priced(text: str) -> list[tuple[dict[str, str], str, str]]:
    """Return the choices that a cell tells line by line, each with its price and stock; nothing where it tells another.

    Each price must name its currency: a cell of measures has numbers behind its words, too.

    >>> split_priced("[Size: S] -> Price: €5 | Sold out\\n[Size: M] -> Price: €6")
    [({'Size': 'S'}, '€5', '0'), ({'Size': 'M'}, '€6', '')]
    >>> split_priced("Width: 20; Height: 30")
    []
    """
    lines = [line for line in re.split(r"\n", text) if line.strip()]
    if len(lines) == 1:
        lines = [line for line in text.split(";") if line.strip()]
    found = []
    for line in lines:
        told = _PRICED.fullmatch(line)
        price = parse_price(told["price"]) if told is not None else None
        if told is None or price is None or not price.currency:
            return []
        pieces = re.split(r",\s*(?=[^,:]{1,40}:)", told["what"])
        pairs = [piece.partition(":") for piece in pieces]
        named = all(sign and name.strip() and value.strip() for name, sign, value in pairs)
        options = (
            {clean_text(n): clean_text(v) for n, _, v in pairs} if named else {"Variant": clean_text(told["what"])}
        )
        stock = next((s for part in (told["rest"] or "").split("|") if (s := _read_stock(part)) is not None), "")
        found.append((options, told["price"].strip(), stock))
    return found if len({tuple(sorted(o.items())) for o, _, _ in found}) == len(found) else []


def _read_stock(text: str) -> str | None:
    """Return the stock that a part of a line tells, None where it tells none."""
    name, sign, count = text.partition(":")
    if sign and re.search(r"stock|qty|quantity|库存|остаток", name, re.IGNORECASE) and parse_count(count) is not None:
        return count.strip()
    return "0" if read_stock_word(text.strip()) == 0 else None
