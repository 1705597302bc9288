"""Words by which sheets and cells tell what they are, in sellers' languages; the words themselves are in terms.toml."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

from dupcheck.files.toml import read_toml

_INFLECTED, _ENDINGS = 5, "oaeаы"
"""Letters of the shortest word that ends otherwise for another gender, and what it then ends in."""
_UNSPACED: Final = (("\u0e00", "\u0e7f"), ("\u3040", "\u30ff"), ("\u3400", "\u9fff"), ("\uac00", "\ud7af"))


@cache
def _terms(name: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _read_terms()[name])


@cache
def _read_terms() -> dict[str, Any]:
    return read_toml(Path(__file__).with_name("terms.toml"))


def is_no_catalogue(sheet: str) -> bool:
    """Say whether a sheet's name is one of examples, instructions or valid values.

    >>> is_no_catalogue("Example"), is_no_catalogue("Valid Values"), is_no_catalogue("Template")
    (True, True, False)
    """
    plain = " ".join(re.sub(r"[_\\-]+|[0-9]+", " ", sheet.casefold()).split()).strip(" .:()")
    return plain in _terms("no_catalogue") or plain.partition(" ")[0] in _terms("no_catalogue")


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


def is_other_price(header: str) -> bool:
    """Say whether a header is one of money that no buyer is asked: what a thing cost, once was, or takes to be sent.

    >>> is_other_price("Purchase price"), is_other_price("Price")
    (True, False)
    """
    return _begins("other_prices", header)


def is_other_party(header: str) -> bool:
    """Say whether a header speaks of others than the seller: "Supplier name", "Supplier's code"."""
    return _begins("other_parties", header)


def is_other_count(header: str) -> bool:
    """Say whether a header is one of pieces that cannot be sold: on their way, reserved, the least to keep."""
    return _begins("other_counts", header)


def is_shop_data(header: str) -> bool:
    """Say whether a header is one of the shop's own affairs: where a thing lies, what it earns, how pages show it."""
    return _begins("shop_data", header)


def is_flag(text: str) -> bool:
    """Say whether a cell only says yes or no, or what a page's state is: "true", "draft", "nein"."""
    return text in ("0", "1") or read_stock_word(text) is not None or _name_form(text) in _flag_forms()


@cache
def _flag_forms() -> frozenset[str]:
    return frozenset(map(_name_form, _terms("flags")))


def _name_form(text: str) -> str:
    """A word as it stands in any gender, in Chinese whether or not it is so already: activo, activa; 下架, 已下架."""
    folded = text.casefold()
    if is_unspaced(folded):
        return folded.removeprefix("已")
    return folded[:-1] if len(folded) >= _INFLECTED and folded[-1] in _ENDINGS else folded


def is_makers_code(header: str) -> bool:
    """Say whether a header that may stand for the seller's code names the maker's, beside an id of the listing."""
    return " ".join(re.sub(r"[_\-]", " ", header).casefold().split()) in _terms("makers_codes")


def is_doubtful_code(header: str) -> bool:
    """Say whether a header names a code of which only its cells tell whether the seller or the maker gave it."""
    return " ".join(re.sub(r"[_\-]", " ", header).casefold().split()) in _terms("doubtful_codes")


def _begins(name: str, header: str) -> bool:
    plain = " ".join(re.sub(r"[_\-]", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)).casefold().split()) + " "
    return any(re.search(("" if is_unspaced(s) else r"(?<![^\W_])") + re.escape(s), plain) for s in _terms(name))


def is_unspaced(text: str) -> bool:
    """Say whether a text holds a sign of a script that is written without blanks: Thai, Japanese, Chinese, Korean."""
    return not text.isascii() and any(first <= sign <= last for sign in text for first, last in _UNSPACED)


@cache
def count_heads() -> frozenset[str]:
    """Return words that mean pieces in stock only where a column holds whole numbers: "amount" may be money, too."""
    return _terms("count_heads")


def addresses() -> frozenset[str]:
    """Return the words of headers under which people's addresses stand, plainly written."""
    return _terms("addresses")


def is_kind(text: str) -> bool:
    """Say whether a cell says what a product is to a shop program, and not what goods it is: "simple", "variable"."""
    return text.casefold().removesuffix(" product") in _terms("kinds")


def list_prices() -> frozenset[str]:
    """Return the headers of prices that are recommended or struck out, not asked."""
    return _terms("list_prices")


def low_prices() -> frozenset[str]:
    """Return the headers of the lower end of a price's range."""
    return _terms("low_prices")


def drop_default(title: str) -> str:
    """Return a title without the name that shop programs give the only variant of a product, at its end.

    >>> drop_default("Linen shirt - Default Title"), drop_default("Default Title")
    ('Linen shirt', 'Default Title')
    """
    plain = title.casefold()
    if not plain.endswith(_default_names()):
        return title
    tail = next(t for t in _default_names() if plain.endswith(t))
    rest = title[: len(title) - len(tail)].rstrip(" -–—|/,:()")
    return drop_default(rest) if rest else title


@cache
def _default_names() -> tuple[str, ...]:
    return tuple(" " + t for t in sorted(_terms("only_value")) if " " in t)


def is_only_variant(name: str, value: str) -> bool:
    """Say whether an option is what shop programs write for a product without options: ``Title=Default Title``."""
    if not re.search(r"\w", value):
        return True  # "..." and "-" stand where nothing can be chosen
    if value.casefold() in _terms("only_value") and (not name or name.casefold() in _terms("only_option")):
        return True
    return is_prompt(name, value)


def is_prompt(name: str, value: str, *heads: str) -> bool:
    """Say whether a cell asks to choose, as the first line of a list does, and chooses nothing.

    ``heads`` are what the seller calls the option beside its ``name``.

    >>> is_prompt("Size", "Choose a Size"), is_prompt("", "Select an option"), is_prompt("Grade", "Select")
    (True, True, False)
    """
    if _prompt().match(value) is None:
        return False
    plain = " ".join(re.sub(r"[\W_]+", " ", value.casefold()).split())
    if any(plain == p or plain.startswith(p if is_unspaced(p) else f"{p} ") for p in _terms("prompts")):
        return True
    ends = _terms("any_option") | ({n.casefold() for n in (name, *heads)} - {""})
    return any(plain.startswith(verb) and _ends_in(plain[len(verb) :], ends) for verb in _terms("choosing"))


@cache
def _prompt() -> re.Pattern[str]:
    """How a cell begins that may be a prompt."""
    words = sorted(_terms("prompts") | _terms("choosing"))
    return re.compile(rf"[\W_]*(?:{'|'.join(map(re.escape, words))})", re.IGNORECASE)


def _ends_in(rest: str, ends: Iterable[str]) -> bool:
    """Whether what follows a verb is one of these, with at most an article before it."""
    words = rest.split(" ")
    if not words[0]:
        return len(words) <= 3 and any(" ".join(words[-n:]) in ends for n in (1, 2))
    return is_unspaced(rest) and rest in ends
