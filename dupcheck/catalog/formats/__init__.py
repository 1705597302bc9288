"""Headers → fields. What each marketplace's export looks like is data: one TOML file a format, beside this module.

A seller adds a format by putting such a file into the folder of :func:`own_folder`; one of the same name replaces ours.

What a format file may hold, ``[columns]`` included, is said in ``format_keys.toml`` beside this package. In a header
``{n}`` stands for a number, ``{name}`` and ``{rest}`` for any words. In ``must`` and ``strong`` several headers parted
by ``|`` stand for whichever is there. What a format does not name is read by the headers that all files share
(``headers.toml``).
"""

import itertools
import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, cast

from dupcheck.catalog.currencies import is_code, split_header
from dupcheck.catalog.terms import count_heads, header_words, is_unspaced, list_prices, low_prices
from dupcheck.errors import CatalogError
from dupcheck.files.given import WRITTEN_BYTES, read_given
from dupcheck.files.remembering import remember, sign_files
from dupcheck.files.toml import read_toml
from dupcheck.messages import Lang, Message, message, say
from dupcheck.messages.guessing import guess_name

Rows = Literal["listings", "variants", "parents", "follow"]
Fields = dict[str, list[int]]

GENERIC: Final = "headers"
CANONICAL_NAME: Final = "canonical"
_NUMERALS: Final = {c: i for i, c in enumerate("一二三四五六七八九十", 1)}


@dataclass(frozen=True, eq=False)
class Format:
    """One known shape of file; see the module's words on what each part means."""

    name: str
    titles: Mapping[str, str]
    must: tuple[str, ...] = ()
    strong: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    rows: Rows = "listings"
    group: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    number_rows: bool = False
    fold_case: bool = False
    split_on_repeat: bool = False
    notes: bool = False
    image_folder: str = ""
    title_tail: str = ""
    currency: str = ""
    any_group: bool = False
    unread: tuple[str, ...] = ()
    own: bool = False
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cells: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def title(self, lang: Lang = "en") -> str:
        """Return what the format is, in ``lang``."""
        return self.titles.get(lang) or self.titles.get("en") or self.name


@lru_cache(maxsize=4096)
def _simplify(text: str) -> str:
    """Write a Chinese header in simplified characters, as the formats have them."""
    return str(_converter().convert(text))


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


# What a template says of a column behind its name: "Título: incluye producto, marca y modelo".
_EXPLAINED: Final = re.compile(r"(?<=[^\W\d_]{3}):\s+\S+(?:\s+\S+){2,}$")


@lru_cache(maxsize=16384)
def normalise_header(header: str) -> str:
    """Return a header as it is compared.

    Without case, width, ``*``, ``_`` and ``-``, without Amazon's ``[…]`` qualifiers and Shopee's ``|1|0``, without the
    ``__2`` of a header that stands twice, and without what follows a line end or （必填） ("required").
    """
    text = unicodedata.normalize("NFKC", header).strip().lstrip("\ufeff").lower()
    text = re.split(r"[\r\n]|\(必填\)|\(required\)|\(选填\)", text, maxsplit=1)[0]
    text = re.sub(r"(?<!^)\[[^\]]*\]|(?:\|\d+)+$|__\d+$", "", text)
    text = _EXPLAINED.sub("", text)
    if not text.isascii() and any("\u4e00" <= sign <= "\u9fff" for sign in text):
        text = _simplify(text)
    return " ".join(re.sub(r"[*_\-]", " ", text).split()).rstrip(":")


def own_folder() -> Path:
    """Return the folder where a seller's own formats are looked for: ``$DUPCHECK_FORMATS`` or the user's settings."""
    given = os.environ.get("DUPCHECK_FORMATS")
    if given:
        return Path(given)
    import platformdirs

    return Path(platformdirs.user_config_dir("dupcheck", appauthor=False)) / "formats"


@lru_cache(maxsize=1)
def read_format_keys() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return what a format file may hold: table → key → its type and meaning in each language."""
    return read_toml(Path(__file__).parent.parent / "format_keys.toml")


def _hint(word: str, known: Iterable[str]) -> Message | str:
    near = guess_name(word, known)
    return message("catalog.did_you_mean", name=near[0]) if near else ""


def _check_keys(held: Mapping[str, Any], path: str) -> None:
    keys = read_format_keys()
    unknown = sorted(set(held) - set(keys["file"]))
    if unknown:
        known = sorted(keys["file"])
        hint = _hint(unknown[0], known)
        raise CatalogError(
            "catalog.bad_format_key", path=path, keys=", ".join(unknown), hint=hint, known=", ".join(known)
        )
    fields = held.get("columns")
    for name in fields if isinstance(fields, dict) else ():
        plain = re.sub(r"_[0-9]+$", "_{n}", re.sub(r"^(option|attribute|facet):.+", r"\1:NAME", name))
        if plain not in keys["columns"]:
            hint = _hint(name, keys["columns"])
            raise CatalogError(
                "catalog.bad_format_field", path=path, field=name, hint=hint, known=", ".join(sorted(keys["columns"]))
            )


def _list(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return tuple(value)
    raise TypeError(value)


def _parse(text: str, path: str) -> dict[str, Any]:
    import tomllib  # what was kept of our own formats needs none

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogError("catalog.bad_format_file", path=path, reason=error) from error


def _make_format(name: str, held: Mapping[str, Any], path: str) -> Format:
    _check_keys(held, path)
    try:
        titles = held.get("title", {})
        rows = held.get("rows", "listings")
        if rows not in ("listings", "variants", "parents", "follow") or not isinstance(held.get("columns"), dict):
            raise TypeError(rows)
        re.compile(str(held.get("title_tail", "")))
        return Format(
            name,
            {"en": titles} if isinstance(titles, str) else {str(k): str(v) for k, v in titles.items()},
            must=_list(held.get("must", [])),
            strong=_list(held.get("strong", [])),
            never=_list(held.get("never", [])),
            rows=cast(Rows, rows),
            group=_list(held.get("group", [])),
            children=tuple(c.lower() for c in _list(held.get("children", []))),
            number_rows=bool(held.get("number_rows", False)),
            fold_case=bool(held.get("fold_case", False)),
            split_on_repeat=bool(held.get("split_on_repeat", False)),
            notes=bool(held.get("notes", False)),
            image_folder=str(held.get("image_folder", "")),
            title_tail=str(held.get("title_tail", "")),
            currency=str(held.get("currency", "")),
            any_group=bool(held.get("any_group", False)),
            unread=_list(held.get("unread", [])),
            columns={key: _list(value) for key, value in held["columns"].items()},
            cells={key: {str(c): str(v) for c, v in told.items()} for key, told in held.get("cells", {}).items()},
        )
    except (TypeError, AttributeError, re.error) as error:
        raise CatalogError("catalog.bad_format_file", path=path, reason=error) from error


@lru_cache(maxsize=8)
def _load(folder: Path, stamp: tuple[tuple[str, int], ...]) -> tuple[Format, ...]:
    ours = sorted(Path(__file__).parent.glob("*.toml"))
    held = remember("formats", sign_files(ours), lambda: {f.stem: _parse(f.read_text("utf-8"), f.name) for f in ours})
    found = {name: _make_format(name, tables, f"{name}.toml") for name, tables in held.items()}
    for name, _ in stamp:
        path = folder / name
        try:
            tables = _parse(read_given(path, WRITTEN_BYTES).decode("utf-8"), str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogError("catalog.bad_format_file", path=path, reason=error) from error
        found[path.stem] = replace(_make_format(path.stem, tables, str(path)), own=True)
    return tuple(found[name] for name in sorted(found))


def list_formats() -> tuple[Format, ...]:
    """Return every known format, ours and the seller's own, by name."""
    folder = own_folder()
    try:
        stamp = tuple(sorted((p.name, p.stat().st_mtime_ns) for p in folder.glob("*.toml")))
    except OSError:
        stamp = ()
    return _load(folder, stamp)


@lru_cache(maxsize=4096)
def _pattern(header: str) -> re.Pattern[str] | None:
    """Compile a header with ``{n}``, ``{name}`` or ``{rest}``; None for a plain one."""
    if "{" not in header:
        return None
    text = re.escape(normalise_header(header.replace("{", "\ue000").replace("}", "\ue001")))
    text = re.sub("\ue000n\ue001", r"(?P<n>[0-9]{1,2}|[一二三四五六七八九十]{1,2})", text)
    text = re.sub("\ue000name\ue001", r"(?P<name>.+)", text)
    return re.compile(re.sub("\ue000rest\ue001", r".+", text))


def _numeral(text: str) -> int:
    if text.isdigit():
        return int(text)
    return sum(_NUMERALS[c] for c in text)


def has_header(wanted: str, headers: Sequence[str]) -> bool:
    """Say whether one of the normalised ``headers`` is ``wanted``: a header, a pattern, or several parted by ``|``."""
    if "|" in wanted:
        return any(has_header(one, headers) for one in wanted.split("|"))
    pattern = _pattern(wanted)
    if pattern is None:
        return normalise_header(wanted) in headers
    return any(pattern.fullmatch(h) for h in headers)


def score_format(known: Format, headers: Sequence[str]) -> float:
    """Say how well normalised ``headers`` fit a format: 0 not at all … 1 every telling header is there."""
    if not known.must or not all(has_header(h, headers) for h in known.must):
        return 0.0
    # A format that names no telling headers stands by what it must have alone.
    hits = sum(has_header(h, headers) for h in known.strong)
    strong = hits / len(known.strong) if known.strong else 0.6
    never = sum(has_header(h, headers) for h in known.never)
    if all(_is_general(h, headers) for h in known.must):
        # Words that every table has, and one more: that is no fingerprint. Words alone take half of them.
        own = any(has_header(h, headers) and not _is_general(h, headers, 2) for h in known.strong)
        least = min(2, len(known.strong))
        if hits < (least if own else max(least, len(known.strong) / 2)):
            return 0.0
    return 0.0 if not strong else max(0.0, 0.5 + 0.5 * strong - 0.35 * never)


def _is_general(wanted: str, headers: Sequence[str], longest: int = 9) -> bool:
    """Say whether what fits ``wanted`` among the headers is a word that all files share, or a few of them."""
    words = _general_headers(generic_format())
    return all(h in words and len(h.split()) <= longest for h in headers if has_header(wanted, (h,)))


@lru_cache(maxsize=2)
def _general_headers(known: Format) -> frozenset[str]:
    return frozenset(normalise_header(h) for wanted in known.columns.values() for h in wanted if "{" not in h)


def find_format(headers: Sequence[str]) -> Format | None:
    """Return the known format that these headers as they stand in a file show, or None; the seller's own goes first."""
    plain = [normalise_header(h) for h in headers]
    scored = [(score_format(f, plain), f) for f in list_formats()]
    fits = [pair for pair in scored if pair[0] >= 0.55]
    return max(fits, key=lambda pair: (pair[1].own, pair[0], len(pair[1].must)))[1] if fits else None


def generic_format() -> Format:
    """Return the format of files that are of no known one: headers in five languages."""
    return next(f for f in list_formats() if f.name == GENERIC)


def describe_formats(lang: Lang = "en") -> list[tuple[str, str]]:
    """Return name and description of everything that is recognised, in ``lang``: the canonical columns first."""
    known = {f.name: f.title(lang) for f in list_formats()}
    last = known.pop(GENERIC)
    return [
        (CANONICAL_NAME, say("catalog.format_canonical", lang)),
        *known.items(),
        ("json", say("catalog.format_products", lang)),
        (GENERIC, last),
    ]


def known_headers() -> frozenset[str]:
    """Return every plain header that any format names, normalised."""
    return _known_headers(list_formats())


@lru_cache(maxsize=2)
def _known_headers(formats: tuple[Format, ...]) -> frozenset[str]:
    return frozenset(
        normalise_header(h)
        for known in formats
        for entry in itertools.chain(known.must, known.strong, *known.columns.values())
        for h in entry.split("|")
        if "{" not in h
    )


def map_fields(known: Format, headers: Sequence[str]) -> Fields:
    """Return which columns hold which field, preferred ones first, numbered ones in their order."""
    return {name: list(places) for name, places in _map_headers(known, tuple(headers)).items()}


@lru_cache(maxsize=64)
def _map_headers(known: Format, headers: tuple[str, ...]) -> Fields:
    plain = [normalise_header(h) for h in headers]
    places: dict[str, list[int]] = {}
    for i, header in enumerate(plain):
        places.setdefault(header, []).append(i)
    fields: Fields = {}
    literal: set[int] = set()
    for name, wanted in known.columns.items():
        for header in wanted:
            if _pattern(header) is not None or not (found := places.get(normalise_header(header))):
                continue
            literal.update(found)
            if "{n}" in name:  # the same header again and again: its first column is number 1
                for number, place in enumerate(found, 1):
                    fields.setdefault(name.replace("{n}", str(number)), []).append(place)
            else:
                # Of other columns that share a header the first counts: the second price is another one.
                more = found if name == "images" else found[:1]
                fields.setdefault(name, []).extend(i for i in more if i not in fields.get(name, ()))
    for name, found_here in _map_patterns(known, headers, plain, literal).items():
        fields.setdefault(name, []).extend(i for _, i in sorted(found_here))
    return fields


def _map_patterns(
    known: Format, headers: Sequence[str], plain: Sequence[str], literal: Collection[int]
) -> dict[str, list[tuple[int, int]]]:
    """Return, by field, the columns that a header with ``{n}`` or ``{name}`` names, each with its number."""
    numbered: dict[str, list[tuple[int, int]]] = {}
    for name, wanted in known.columns.items():
        for header in wanted:
            pattern = _pattern(header)
            if pattern is None:
                continue
            for i, text in enumerate(plain):
                found_at = None if i in literal else pattern.fullmatch(text)
                if found_at is None:
                    continue
                groups = found_at.groupdict()
                number = _numeral(groups["n"]) if groups.get("n") else 0
                full = name.replace("{n}", str(number))
                if "{name}" in full:
                    # The header's own writing, not the normalised one, names an attribute.
                    start = found_at.start("name") if len(text) == len(headers[i].strip()) else -1
                    own = headers[i].strip()[start : start + len(groups["name"])] if start >= 0 else groups["name"]
                    full = full.replace("{name}", own.strip(" {}"))
                numbered.setdefault(full, []).append((number, i))
    return numbered


_PRICE_FIELDS: Final = ("price", "price_max", "bulk_price")
# Fields whose headers are read without what stands in brackets behind them: "Штрихкод (EAN)".
_TAX: Final = re.compile(
    r"税|含|tax|vat|mwst|dph|brutto|ttc|ндс|inkl|incl|iva|moms|btw|kdv|부가세|[$€£¥₽円元원]", re.IGNORECASE
)
_BRACKETED: Final = ("gtin", "main_image", "images", "stock", "listing_id", "sku_code", "category", "variant_id")


def map_general(headers: Sequence[str], taken: Collection[int] = ()) -> Fields:
    """Return which columns hold which field by the headers that all files share; columns in ``taken`` are left alone.

    A price's header may name its currency, and others may have a note in brackets behind them.
    """
    known = generic_format()
    fields = {n: [i for i in p if i not in taken] for n, p in map_fields(known, headers).items()}
    used = {i for places in fields.values() for i in places} | set(taken)
    for i, header in enumerate(headers):
        if i in used or not header:
            continue
        header = header.strip(" *")
        if (chosen := _NUMBERED_CHOICE.fullmatch(header)) and _is_axis(chosen[1]):
            fields.setdefault(f"option:{chosen[1].strip()}", []).append(i)
            continue
        base, currency = split_header(header)
        bare = re.sub(r"\s*[(（][^()（）]*[)）]\s*\*?\s*$", "", header)
        noted = _PRICE_FIELDS if _TAX.search(header[len(bare) :]) else ()
        choices = (_PRICE_FIELDS if currency else (), base), (((*_BRACKETED, *noted)) if bare != header else (), bare)
        for names, text in choices:
            plain = normalise_header(text)
            name = next((n for n in names if plain in map(normalise_header, known.columns.get(n, ()))), None)
            if name is not None:
                fields.setdefault(name, []).append(i)
                break
        else:
            name = _find_reduced(known, header)
            there = [reduce_header(headers[j]) for j in fields.get(name, ())]
            if not name and "." in header and "stock" not in fields:  # how many, however deep it lies in an object
                name = "stock" if _find_reduced(known, header.rpartition(".")[2]) == "stock" else ""
            more = name == "price" and (_second_prices().issuperset(there) or reduce_header(header) in _low_prices())
            if name and (not there or name == "images" or more):
                fields.setdefault(name, []).append(i)
    if len(fields.get("price", ())) > 1:  # what others ask, or what is struck out, is the price only where no other is
        fields["price"].sort(key=lambda i: reduce_header(headers[i]) in _second_prices())
    return {name: places for name, places in fields.items() if places}


# A word, a number and what can be chosen: "Variation 1 (Colour)".
_NUMBERED_CHOICE: Final = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)?\s*[1-9]\s*[(（]([^()（）]{1,40})[)）]")


def _is_axis(text: str) -> bool:
    return any(name.startswith("facet:") for name in tell_head(text))


@lru_cache(maxsize=1)
def _second_prices() -> frozenset[str]:
    return frozenset(map(reduce_header, list_prices())) | _low_prices()


@lru_cache(maxsize=1)
def _low_prices() -> frozenset[str]:
    return frozenset(map(reduce_header, low_prices()))


def _find_reduced(known: Format, header: str) -> str:
    """Return the field of a header without the words that every column could bear: the thing's, a number, a language.

    What is left must be a known header whole: "shipping price" is no price because it ends in one.
    """
    names = _reduced_headers(known)
    plain = reduce_header(header)
    return names.get(plain) or names.get(reduce_header(split_header(header)[0])) or ""


@lru_cache(maxsize=2)
def _reduced_headers(known: Format) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name in _REDUCIBLE:
        for header in known.columns.get(name, ()):
            if "{" not in header and (plain := reduce_header(header)):
                found.setdefault(plain, name)
    return found


_REDUCIBLE: Final = (
    "title", "price", "price_max", "currency", "stock", "main_image", "images", "category", "description", "url",
    "sku_code", "gtin", "listing_id", "option_list", "facet:Color", "facet:Size", "facet:Material", "attribute:Brand",
)  # fmt: skip
_LETTERS: Final = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ı": "i", "ß": "ss"})


# The thing's word at the head of a longer one: productname, Produktnavn, Artikelbild.
_THING: Final = re.compile(r"^(?:products?|produkts?|artikel|item|goods|varen?|tuotteen)(?=[^\W\d_]{4})")


@lru_cache(maxsize=16384)
def reduce_header(header: str) -> str:
    """Return what a header says beside the words that any column of a catalogue could bear.

    >>> reduce_header("product_media_price (EUR)"), reduce_header("Nome do Produto"), reduce_header("Product")
    ('media price', 'nome', '')
    >>> reduce_header("Brutto-VK") == reduce_header("VK brutto")
    True
    """
    return " ".join(sorted(list_words(header)))


@lru_cache(maxsize=16384)
def list_words(header: str) -> tuple[str, ...]:
    """Return the words of a header in their order, plainly written, without those that any column could bear."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header[:200])
    text = re.sub(r"[(\[（{][^)\]）}]*[)\]）}]", " ", spaced)
    text = unicodedata.normalize("NFKD", normalise_header(text).translate(_LETTERS))
    plain = unicodedata.normalize("NFC", "".join(c for c in text if not unicodedata.combining(c)))
    words = (_THING.sub("", w) for w in re.findall(r"[^\W\d_a-z]+|[a-z]+", plain) if w not in header_words())
    return tuple(w for w in words if w)


@lru_cache(maxsize=16384)
def tell_head(header: str) -> frozenset[str]:
    """Return the fields that the words of a header name, a compound's by what it ends in.

    They alone say little: "Supply price" is no price to a buyer, and what the column holds has to bear them out.

    >>> sorted(tell_head("Prix de vente TTC")), sorted(tell_head("Verkaufspreis, netto"))
    (['price'], ['price'])
    """
    heads = _read_heads(generic_format())
    found: set[str] = set()
    plain = split_header(header.strip(" *"))[0]
    shortened = list_words(" ".join(_SHORTENED.findall(plain)))
    for word in list_words(plain):
        near = heads.get(word) or _read_stems(generic_format()).get(word[:-1])
        if near is None and word in shortened:
            near = _complete_word(word)
        for cut in range(1, len(word) - 1) if near is None else ():  # the longest known end of a compound
            end = word[cut:]
            if end in heads and (len(end) >= _LONG_END or is_unspaced(end[0])):
                near = heads[end]
                break
        found |= near or frozenset()
    return frozenset(found)


_SHORTENED: Final = re.compile(r"([^\W\d_]{3,})\.")


@lru_cache(maxsize=1024)
def _complete_word(word: str) -> frozenset[str] | None:
    """Return the field that all heads name which begin so, None where they are several: Giac. is giacenza."""
    meant = {names for head, names in _read_heads(generic_format()).items() if head.startswith(word)}
    return meant.pop() if len(meant) == 1 else None


_LONG_END: Final = 4
_HEADED: Final = (
    "title",
    "price",
    "stock",
    "sku_code",
    "listing_id",
    "gtin",
    "category",
    "description", "shop", "attribute:Brand", "attributes", "facet:Color", "facet:Size", "facet:Material", "group",
)  # fmt: skip


@lru_cache(maxsize=2)
def _read_heads(known: Format) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name in _HEADED:
        for header in known.columns.get(name, ()):
            words = () if "{" in header else list_words(header)
            if len(words) == 1:
                found[words[0]] = found.get(words[0], frozenset()) | {name}
    for word in count_heads():
        found.setdefault(word, frozenset({"stock"}))
    return found


@lru_cache(maxsize=2)
def _read_stems(known: Format) -> Mapping[str, frozenset[str]]:
    """Return the heads by what of them stays when there are several: "prices", "цены", "Preise", "prezzi"."""
    found: dict[str, frozenset[str]] = {}
    for word, names in _read_heads(known).items():
        names = frozenset(n for n in names if n in ("price", "stock") or n.startswith("facet:"))
        if names and len(word) >= _LONG_END and not is_unspaced(word):
            found[word[:-1]] = names if word[:-1] not in found else found[word[:-1]] & names
            found.setdefault(word, names)
    return {word: names for word, names in found.items() if names}


def find_currencies(headers: Sequence[str], fields: Fields) -> str:
    """Return the currency that the headers of prices state; "" where they state none."""
    for name in _PRICE_FIELDS:
        for i in fields.get(name, ()):
            header = re.sub(r"[*\s]+$", "", headers[i])
            first = header.split(" ", 1)[0]  # USD Unit Retail Price
            if currency := split_header(header)[1] or (first if first.isupper() and is_code(first) else ""):
                return currency
    return ""


class FormatTitle(Message):
    """What a format is, as a part of a longer message: said in that message's language."""

    __slots__ = ()

    def say(self, lang: Lang = "en") -> str:
        """Return the format's title in ``lang``."""
        return str(self.values.get(lang) or self.values.get("en") or self.key)
