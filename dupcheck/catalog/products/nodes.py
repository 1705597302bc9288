"""JSON objects whose keys are spelt in many ways, and their values as text."""

import json
import re
from collections.abc import Mapping
from typing import Any

from dupcheck.catalog.calamine_process import show_cell
from dupcheck.catalog.terms import is_other_price
from dupcheck.catalog.values import clean_text, read_literal


def plain_key(key: object) -> str:
    """Return a key as the generations of the AliExpress objects agree on it: lower case, without ``_`` and ``-``."""
    return re.sub(r"[_\-\s]", "", str(key)).lower()


class Node:
    """A JSON object whose keys are compared as :func:`plain_key` does, and whose values may be JSON text themselves.

    It remembers what was asked of it: what nobody asked for is :meth:`left`. ``odd`` are the entries beside objects, in
    the lists that it was asked for, that are no objects.
    """

    def __init__(self, held: Mapping[str, Any]) -> None:
        self.held = held
        self.keys: dict[str, Any] = {}
        self._read: set[str] = set()
        self._inside: dict[str, Node] = {}
        self.odd: dict[str, list[Any]] = {}
        for key, value in held.items():
            self.keys.setdefault(plain_key(key), value)

    def get(self, *names: str) -> Any:
        """Return the first of these values that is there and filled, JSON text read."""
        for name in names:
            value = self.keys.get(name)
            if value not in (None, "", [], {}):
                self._read.add(name)
                return read_nested(value)
        return None

    def left(self) -> dict[str, str]:
        """Return what nobody asked for, by its key as it stands there; of an object within, its own keys behind it."""
        found: dict[str, str] = {}
        for key, value in self.held.items():
            name = plain_key(key)
            if name in self._inside:
                found |= {f"{key}.{inner}": text for inner, text in self._inside[name].left().items()}
            elif (name not in self._read or self.keys[name] is not value) and (text := show_value(value)):
                found[str(key)] = text
        return found

    def write_left(self) -> str:
        """Return what is left as the JSON text that a catalogue holds."""
        left = self.left()
        return json.dumps(left, ensure_ascii=False) if left else ""

    def text(self, *names: str) -> str:
        """Return the first of these values as text."""
        return show_value(self.get(*names))

    def node(self, *names: str) -> "Node":
        """Return the first of these values that is an object; an empty one where none is."""
        for name in names:
            if name in self._inside:
                return self._inside[name]
            value = read_nested(self.keys.get(name))
            if isinstance(value, Mapping):
                self._inside[name] = Node(value)
                return self._inside[name]
        return Node({})

    def nodes(self, *names: str) -> "list[Node]":
        """Return the objects of the first of these lists, through the one-key wrappers that gateways put round them."""
        for name in names:
            found = _unwrap(read_nested(self.keys.get(name)))
            if found:
                self._read.add(name)
                held = read_nested(self.keys.get(name))
                if isinstance(held, list) and (odd := [x for x in held if not isinstance(x, Mapping)]):
                    self.odd[name] = odd
                return [Node(_open_node(x)) for x in found]
        return []


def _open_node(held: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take an object out of the ``{"node": …}`` that GraphQL puts round it."""
    inner = held.get("node")
    return inner if len(held) <= 2 and isinstance(inner, Mapping) else held


def read_nested(value: Any) -> Any:
    """Return what a text of JSON holds; anything else as it is."""
    if isinstance(value, str) and value[:1] in ("[", "{") and value.rstrip()[-1:] in ("]", "}"):
        held = read_literal(value)
        return value if held is None else held
    return value


def _unwrap(value: Any) -> list[Mapping[str, Any]]:
    for _ in range(3):
        if isinstance(value, list):
            return [x for x in value if isinstance(x, Mapping)]
        if isinstance(value, Mapping) and len(value) == 1:
            value = read_nested(next(iter(value.values())))
        else:
            break
    return [value] if isinstance(value, Mapping) and value else []


_SHOWN_KEYS = ("name", "title", "label")
_PLACES = ("url", "src", "href", "contenturl")


def read_localised(value: Any) -> Any:
    """Return the first text of ``{"en": "Oak stool", "de-DE": "Eichenhocker"}``; anything else as it is."""
    if isinstance(value, Mapping) and value and all(_LANGUAGE.fullmatch(str(k)) for k in value):
        texts = [v for v in value.values() if isinstance(v, str) and v]
        if len(texts) and all(v is None or isinstance(v, str) for v in value.values()):
            return texts[0]
    return value


_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][A-Za-z]{2,4})?")


def flatten_object(held: Mapping[str, Any]) -> dict[str, str]:
    """Return an object's values as texts: those of an object within under both keys, pictures as their addresses."""
    found: dict[str, str] = {}
    for key, value in held.items():
        value = read_localised(read_nested(value))
        if isinstance(value, Mapping) and value:
            named = next((value[k] for k in _SHOWN_KEYS if isinstance(value.get(k), str)), "")
            if named:
                found[str(key)] = show_value(named)
            for inner, text in value.items():
                if text not in (named, None, "") and not str(inner).startswith("@"):
                    found[f"{key}.{inner}"] = show_value(text)
        elif isinstance(value, list) and value and all(isinstance(v, Mapping) for v in value):
            places = [next((str(v[k]) for k in v if str(k).casefold() in _PLACES), "") for v in value]
            found[str(key)] = ";".join(places) if all(places) else show_value(value)
        else:
            found[str(key)] = show_value(value)
    return found


def show_value(value: Any) -> str:
    """Return a JSON value as the text of a cell: lists of texts joined by ``;``, other lists and objects as JSON."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list) and value and all(isinstance(v, str | int | float) for v in value):
        return ";".join(show_value(v) for v in value)
    if isinstance(value, list | Mapping):
        return json.dumps(value, ensure_ascii=False, default=str) if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return show_cell(value)


_AMOUNTS = ("amount", "value", "gross", "centamount", "price")
_MONEYS = ("currency", "currencycode", "currencyid")
_DEEP = 6


def find_money(held: Any, priced: bool = False) -> Mapping[str, Any] | None:
    """Return the amount with its currency that lies nearest below a key that speaks of a price, however it is nested.

    What was asked before, what is bought for, and what comes off are no price. ``priced``: such a key led here.
    """
    level: list[tuple[Any, bool]] = [(held, priced)]
    for _ in range(_DEEP):
        inner: list[tuple[Any, bool]] = []
        for whole, within in level:
            value = read_nested(whole)
            if isinstance(value, list):
                inner += [(v, within) for v in value[:1]]
            elif isinstance(value, Mapping):
                if within and (money := _read_money(value)) is not None:
                    return None if _may_be_coins(value) else money
                inner += [(v, within or "pric" in plain_key(k)) for k, v in value.items() if not is_other_price(str(k))]
        level = inner
    return None


def _may_be_coins(held: Mapping[str, Any]) -> bool:
    """Say whether nothing tells if a whole amount counts coins, as in {"amount": 1900, "currency_code": "eur"}."""
    keys = {plain_key(k): v for k, v in held.items()}
    amount = keys.get("amount")
    told = {"rawamount", "pricesetid", "formatted", "formattedamount"} & keys.keys()
    return isinstance(amount, int) and amount >= _MAY_BE_COINS and "currencycode" in keys and not told


_MAY_BE_COINS = 100


def _read_money(held: Mapping[str, Any]) -> Mapping[str, Any] | None:
    keys = {plain_key(k): v for k, v in held.items()}
    code = next((keys[k] for k in _MONEYS if isinstance(keys.get(k), str) and keys[k]), "")
    amount = next((keys[k] for k in _AMOUNTS if isinstance(keys.get(k), int | float | str)), None)
    if not code or amount in (None, ""):
        return None
    digits = keys.get("fractiondigits", keys.get("currencyminorunit"))
    if "currencyminorunit" in keys and isinstance(digits, int) and 0 <= digits <= _DEEP and str(amount).isdigit():
        amount = int(amount) / 10**digits
    if "centamount" in keys and isinstance(keys["centamount"], int):
        amount = keys["centamount"] / 10 ** (digits if isinstance(digits, int) and 0 <= digits <= _DEEP else 2)
    return {"amount": amount, "currency": code.upper()}


_LABELS = ("name", "key", "title", "label", "optionname", "propertyname", "displayname", "type", "code", "slug")
_NAMING = ("name", "code", "key", "title")
_CHOSEN = ("value", "option", "label", "values", "selectedvalue", "valuename", "name")


def read_pair(node: Node) -> tuple[str, str]:
    """Return the name and the value of an entry of a list of choices or facts, as flat or as nested as it stands."""
    within = [Node(v) for k, v in node.held.items() if isinstance(v, Mapping) and "value" not in plain_key(k)]
    name = next((t for n in within if (t := n.text(*_LABELS))), "") or node.text("name")
    ends = ((k, v) for end in _NAMING for k, v in node.keys.items() if k.endswith(end) and not k.startswith("value"))
    name = (
        name
        or next((v for k, v in ends if isinstance(v, str) and v and k not in _CHOSEN), "")
        or node.text(*_LABELS[1:-2])
    )
    flat = [k for k in _CHOSEN if not isinstance(node.keys.get(k), Mapping) or "value" in k]
    value = node.get(*(k for k in flat if k != "name" or within))
    values = value if isinstance(value, list) else [value]
    texts = [
        Node(v).text("name", "label", "value", "title") if isinstance(v, Mapping) else show_value(v)
        for v in values
        if v is not None
    ]
    return name, ", ".join(t for t in texts if t)
