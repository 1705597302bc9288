"""What people read, in English and Chinese.

Texts live in ``messages/en/*.toml`` and ``messages/zh/*.toml``: one file a subject, the same keys in both languages.
A key is ``subject.name`` (``problems.price_missing``); ``{name}`` in a text is filled from the message's values.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, get_args

Lang = Literal["en", "zh"]
LANGS: tuple[Lang, ...] = get_args(Lang)


@cache
def _texts(lang: Lang, subject: str) -> Mapping[str, str]:
    # pathlib or importlib.resources would be a tenth of what it takes to show a command's help
    with open(os.path.join(os.path.dirname(__file__), lang, f"{subject}.toml"), "rb") as file:  # noqa: PTH118, PTH120, PTH123
        found: dict[str, str] = tomllib.load(file)
    return found


@cache
def _text(key: str, lang: Lang) -> str:
    subject, _, name = key.partition(".")
    return _texts(lang, subject)[name]


def say(key: str, lang: Lang = "en", /, **values: object) -> str:
    """Return the text of ``key`` (``subject.name``) in ``lang``, its ``{placeholders}`` filled from ``values``.

    A value that is itself a :class:`Message` is said in the same language. An unknown key is a ``KeyError``:
    the tests hold every key that the code names against both languages.
    """
    text = _text(key, lang)
    for name, value in values.items():
        if isinstance(value, Message):
            values[name] = value.say(lang)
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
