"""What can be chosen, told in one cell: lists of values, counts by value, and lines of choices with their prices."""

import re
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


def split_counts(text: str, values: list[str]) -> dict[str, str]:
    """Return how many there are of each value, where a cell says it of all of them: ``S:3;M:0``; else nothing.

    >>> split_counts("S:3;M:0", ["S", "M"]), split_counts("12", ["S", "M"])
    ({'S': '3', 'M': '0'}, {})
    """
    pairs = [p.rpartition(":") for p in re.split(r"[;,|\n]", text) if p.strip()]
    found = {clean_text(value): count.strip() for value, sign, count in pairs if sign}
    counted = all(parse_count(count) is not None for count in found.values())
    return found if found and counted and set(found) == set(values) else {}


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
