"""Words by which sheets and cells tell what they are, in sellers' languages; the words themselves are in terms.toml."""

import re
import tomllib
from functools import cache
from importlib.resources import files


@cache
def _terms(name: str) -> frozenset[str]:
    held = tomllib.loads(files("dupcheck.catalog").joinpath("terms.toml").read_text("utf-8"))
    return frozenset(word.casefold() for word in held[name])


def is_no_catalogue(sheet: str) -> bool:
    """Say whether a sheet's name is one of examples, instructions or valid values.

    >>> is_no_catalogue("Example"), is_no_catalogue("Valid Values"), is_no_catalogue("Template")
    (True, True, False)
    """
    plain = " ".join(re.sub(r"[_\\-]+|[0-9]+", " ", sheet.casefold()).split()).strip(" .:()")
    return plain in _terms("no_catalogue")


def read_stock_word(text: str) -> float | None:
    """Return 0 for a word that says sold out, NaN for one that says in stock but not how much, None for any other."""
    plain = " ".join(text.casefold().split())
    if plain in _terms("out_of_stock"):
        return 0.0
    return float("nan") if plain in _terms("in_stock") else None


@cache
def header_words() -> frozenset[str]:
    """Return the words that a header may bear whatever its column holds: the thing's own, and small words."""
    return _terms("header_words")


def list_prices() -> frozenset[str]:
    """Return the headers of prices that are recommended or struck out, not asked."""
    return _terms("list_prices")


def low_prices() -> frozenset[str]:
    """Return the headers of the lower end of a price's range."""
    return _terms("low_prices")


def is_only_variant(name: str, value: str) -> bool:
    """Say whether an option is what shop programs write for a product without options: ``Title=Default Title``."""
    return value.casefold() in _terms("only_value") and (not name or name.casefold() in _terms("only_option"))
