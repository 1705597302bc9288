"""What people read, one folder a language: a folder with a ``lang.toml`` is a language that can be asked for.

The other files of a folder hold texts, one file a subject, with the keys of English, which stands in for a text that
another language lacks. A key is ``subject.name`` (``problems.price_missing``); ``{name}`` in a text is filled from the
message's values, ``{name:listing|listings}`` with a number and the word in the form that the number takes.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

_FOLDER = os.path.dirname(__file__)  # noqa: PTH120 - pathlib would be a tenth of what it takes to show a help
LANGS = tuple(
    sorted(entry.name for entry in os.scandir(_FOLDER) if os.path.isfile(os.path.join(entry.path, "lang.toml")))  # noqa: PTH113, PTH118
)
"""The languages, by their codes."""

if TYPE_CHECKING:
    Lang = str
else:
    Lang = Literal[LANGS]  # which languages there are is known when it runs


@cache
def _texts(lang: Lang, subject: str) -> Mapping[str, Any]:
    try:
        with open(os.path.join(_FOLDER, lang, f"{subject}.toml"), encoding="utf-8") as file:  # noqa: PTH118, PTH123
            return _read_texts(file.read())
    except FileNotFoundError:
        return {}


_LINE = re.compile(r'^(\w+) = "((?:[^"\\\x00-\x1f\x7f]|\\[n"])*)"$', re.MULTILINE | re.ASCII)
"""A text on a line of its own, without any sign that TOML reads as another but the line end and the quotation mark."""


def _read_texts(file: str) -> Mapping[str, Any]:
    """Return what a TOML file holds; one of plain lines alone is read at once, as every help waits for it."""
    told = _LINE.findall(file)
    found = {name: text.replace("\\n", "\n").replace('\\"', '"') for name, text in told}
    if len(found) == len(told) == sum(line[:1] not in ("", "#") for line in file.split("\n")):
        return found
    import tomllib

    return tomllib.loads(file)


@cache
def _text(key: str, lang: Lang) -> str:
    subject, _, name = key.partition(".")
    found = _texts(lang, subject).get(name)
    return str(_texts("en", subject)[name] if found is None else found)


_SINGULAR = "i = 1 and v = 0"
"""The condition that most languages have, in the words of CLDR; for any other Babel is loaded."""


@cache
def _plural_rules(lang: Lang) -> tuple[Callable[[float], bool], ...]:
    """Return the conditions under which a number takes each of a text's forms but the last."""
    return tuple(_read_condition(condition) for condition in _texts(lang, "lang")["plural"])


def _read_condition(condition: str) -> Callable[[float], bool]:
    if condition == _SINGULAR:
        return lambda number: abs(number) == 1
    from babel.plural import PluralRule

    rule = PluralRule({"one": condition})
    return lambda number: rule(number) == "one"


def _choose_form(number: object, forms: list[str], lang: Lang) -> str:
    if isinstance(number, str) and number.replace(",", "").isdecimal():
        number = int(number.replace(",", ""))  # one that its teller wrote with marks between the thousands
    if isinstance(number, int | float):
        for rule, form in zip(_plural_rules(lang), forms, strict=False):
            if rule(number):
                return form
    return forms[-1]


class _Number:
    """A value that takes its word along: ``{n:listing|listings}`` is «1 listing» or «2 listings»."""

    __slots__ = ("lang", "value")

    def __init__(self, value: object, lang: Lang) -> None:
        self.value, self.lang = value, lang

    def __format__(self, spec: str) -> str:
        if "|" not in spec:
            return format(self.value, spec)
        return f"{self.value} {_choose_form(self.value, spec.split('|'), self.lang)}"


def list_whole() -> tuple[Lang, ...]:
    """Return the languages in which no text is missing, those of rule packs and formats among them."""
    return tuple(lang for lang in LANGS if _texts(lang, "lang").get("whole"))


def tell_language(name: str, lang: Lang) -> str:
    """Return what a language's ``lang.toml`` says of itself; "" where it says nothing: English does not stand in."""
    return str(_texts(lang, "lang").get(name, ""))


def list_texts(subject: str, lang: Lang = "en") -> Mapping[str, str]:
    """Return every text of a subject, by name, for a page that fills them in itself; English where none is there."""
    return {**_texts("en", subject), **_texts(lang, subject)}


def say(key: str, lang: Lang = "en", /, **values: object) -> str:
    """Return the text of ``key`` (``subject.name``) in ``lang``, its ``{placeholders}`` filled from ``values``.

    A value that is itself a :class:`Message` is said in the same language. An unknown key is a ``KeyError``:
    the tests hold every key that the code names against both languages.
    """
    text = _text(key, lang)
    for name, value in values.items():
        if isinstance(value, Message):
            values[name] = value.say(lang)
        elif "|" in text:
            values[name] = _Number(value, lang)
    return text.format_map(values)


@dataclass(frozen=True, slots=True)
class Message:
    """A text that is not yet in any language: a key and its values."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, lang: Lang = "en") -> str:
        """Return the message in ``lang``."""
        return say(self.key, lang, **self.values)

    def __str__(self) -> str:
        return self.say("en")


def message(key: str, /, **values: object) -> Message:
    """Return the message ``key`` with ``values``: short for ``Message(key, {...})``."""
    return Message(key, values)
