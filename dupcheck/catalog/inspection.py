"""How a file is read, before anything else is done with it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from dupcheck.catalog.assembly import format_number
from dupcheck.catalog.facts import name_unused
from dupcheck.catalog.formats import GENERIC, generic_format, list_formats, own_folder
from dupcheck.catalog.headers import ROW_NUMBERS
from dupcheck.catalog.listings import get_listing
from dupcheck.catalog.reading import read_catalog
from dupcheck.catalog.tables import shorten
from dupcheck.files.cells import encode_text, show_line
from dupcheck.files.writing import write_file
from dupcheck.messages import Lang, say
from dupcheck.model import Catalog, Listing, Problem, Source

_SHOWN: Final = 5
_DELIMITERS: Final = {
    ",": "catalog.delimiter_comma", ";": "catalog.delimiter_semicolon", "\t": "catalog.delimiter_tab",
    "|": "catalog.delimiter_bar",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file was taken for, and what was read of it. ``str()`` tells it, ``as_dict()`` gives it to a program.

    Attributes:
        catalog: What was read; its ``tables`` say how.

    Examples:
        >>> import dupcheck as dc
        >>> dc.inspect("sample_catalog/catalog.csv").catalog.tables[0].format
        'canonical'
    """

    catalog: Catalog

    def __str__(self) -> str:
        return self.tell("en")

    def as_dict(self, lang: Lang = "en") -> dict[str, Any]:
        """Return everything as one plain dict."""
        catalog = self.catalog
        currencies = Counter(c for c in catalog.column("currency").tolist() if c)
        return {
            "files": list(catalog.sources),
            "tables": [
                {
                    "path": t.path,
                    "sheet": t.sheet,
                    "format": t.format,
                    "title": t.title.say(lang),
                    "encoding": t.encoding,
                    "or": list(t.doubt),
                    "delimiter": t.delimiter,
                    "mapping": dict(t.mapping),
                    "unused": list(t.unused),
                    "reasons": dict(t.reasons),
                    "facts": list(t.facts),
                    "rows": t.rows,
                    "listings": t.listings,
                    "joined": t.joined,
                    "skus": t.skus,
                    "told": t.told,
                }
                for t in catalog.tables
            ],
            "listings": len(catalog),
            "skus": len(catalog.sku_columns["listing"]),
            "with_options": len(catalog.with_skus),
            "priced": int((~np.isnan(catalog.numbers("price"))).sum()),
            "currencies": dict(currencies.most_common()),
            "pictured": int((catalog.column("main_image") != "").sum()),
            "categories": len(set(catalog.column("category").tolist()) - {""}),
            "problems": [
                {"severity": k.severity, "field": k.field, "count": n, "first": k.text.say(lang), "row": k.row}
                for k, n in group_problems(catalog.problems)
            ],
            "first": [_show_listing(get_listing(catalog, i)) for i in range(min(_SHOWN, len(catalog)))],
        }

    def tell(self, lang: Lang = "en") -> str:
        """Return what was found in words, a line each."""
        catalog = self.catalog
        lines: list[str] = []
        for table in catalog.tables:
            lines += _tell_table(table, lang)
        held = self.as_dict(lang)
        money = ", ".join(f"{code} {count}" for code, count in held["currencies"].items())
        lines.append(
            say(
                "catalog.inspected", lang, listings=held["listings"], skus=held["skus"], priced=held["priced"],
                money=money or say("catalog.no_currency", lang), pictured=held["pictured"],
                categories=held["categories"],
            )
        )  # fmt: skip
        lines += tell_problems(catalog.problems, lang, skip=("catalog.read_as", "catalog.facts_read", "catalog.unused"))
        lines.append("")
        for listing in (get_listing(catalog, i) for i in range(min(_SHOWN, len(catalog)))):
            for name, value in _show_listing(listing).items():
                lines.append(f"  {name}: {shorten(str(value), 160)}")
            lines.append("")
        return "\n".join(show_line(line) for line in lines).rstrip() + "\n"


def _tell_table(table: Source, lang: Lang) -> list[str]:
    """Return how one table was read."""
    where = " · ".join(
        t for t in (table.path, table.sheet if table.sheet != Path(table.path).name else "", table.encoding,
                    say(_DELIMITERS.get(table.delimiter, "catalog.delimiter_other"), lang)
                    if table.delimiter else "") if t
    )  # fmt: skip
    lines = [where, say("catalog.read_as", lang, format=table.title, mapping="").rstrip()]
    lines += [f"  {header} → {name}" for header, name in table.mapping.items()]
    if table.facts:
        lines.append(say("catalog.facts_read", lang, headers=shorten(", ".join(table.facts), 2000)))
    if table.unused:
        lines.append(say("catalog.unused", lang, headers=name_unused(table.unused, table.reasons, 2000)))
    lines.append(tell_account([table], lang))
    return lines


def _show_listing(listing: Listing) -> dict[str, Any]:
    plain: dict[str, Any] = {"listing_id": listing.listing_id, "title": listing.title}
    price = format_number(listing.price)
    if listing.price_max:
        price += f" – {format_number(listing.price_max)}"
    plain["price"] = f"{price} {listing.currency}".strip()
    plain |= {name: getattr(listing, name) for name in ("category", "sku_code", "gtin", "main_image")}
    plain["attributes"] = "; ".join(f"{n}={v}" for n, v in listing.attributes.items())
    plain["skus"] = " | ".join(
        " ".join([*(f"{n}={v}" for n, v in s.options.items()), format_number(s.price)]).strip() for s in listing.skus
    )
    return {name: value for name, value in plain.items() if value}


def tell_account(tables: Sequence[Source], lang: Lang = "en") -> str:
    """Return one line: how many rows were fed, and what became of them."""
    count = {n: sum(getattr(t, n) for t in tables) for n in ("rows", "listings", "joined", "skus", "told")}
    count["parts"] = count.pop("joined") - count["skus"]
    key = "catalog.account_parts" if count["parts"] else "catalog.account"
    return say(key, lang, **{name: f"{number:,}" for name, number in count.items()})


def group_problems(problems: Sequence[Problem]) -> list[tuple[Problem, int]]:
    """Return the first problem of each kind and how many of it there are: the worst first."""
    first: dict[tuple[str, str, str], Problem] = {}
    counts: Counter[tuple[str, str, str]] = Counter()
    for problem in problems:
        key = (problem.severity, problem.field, problem.text.key)
        first.setdefault(key, problem)
        counts[key] += 1
    order = {"error": 0, "warning": 1, "info": 2}
    keys = sorted(first, key=lambda k: (order[k[0]], -counts[k]))
    return [(first[k], counts[k]) for k in keys]


def tell_problems(
    problems: Sequence[Problem], lang: Lang = "en", skip: Sequence[str] = (), most: int = 15
) -> list[str]:
    """Return a line a kind of problem: how many, and the first of them."""
    groups = [(p, n) for p, n in group_problems(problems) if p.text.key not in skip]
    lines = []
    for problem, count in groups[:most]:
        text = shorten(problem.text.say(lang), 400)
        row = "" if problem.row is None else say("catalog.at_row", lang, row=problem.row)
        lines.append(
            f"{row}{text}" if count == 1 else say("catalog.many", lang, count=f"{count:,}", first=f"{row}{text}")
        )
    if len(groups) > most:
        lines.append(say("catalog.more_kinds", lang, count=len(groups) - most))
    return lines


def inspect(
    paths: str | Path | Sequence[str | Path],
    *,
    images: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
    encoding: str = "",
    delimiter: str = "",
    currency: str = "",
) -> Inspection:
    """Read a file and say how: format, encoding, columns used and not, counts, and the first listings.

    Args:
        paths: A file or files of any kind that :func:`read_catalog` reads.
        images: The folder that photo paths start from, if it is not the file's own.
        mapping: Which header holds which field (``{"title": "商品名"}``).
        encoding: That of text files, where dupcheck does not find it out itself, as in "cp1250".
        delimiter: What parts the cells of text files, where dupcheck does not find it out itself: ";" or "tab".
        currency: That of prices without one, as in "EUR" (ISO 4217).

    Returns:
        What was found: ``str()`` tells it, ``as_dict()`` gives it to a program, ``catalog`` is what was read.

    Raises:
        CatalogError: The file cannot be read as a catalogue.

    Examples:
        >>> import dupcheck as dc
        >>> dc.inspect("sample_catalog/catalog.csv").as_dict()["listings"]
        69
    """
    return Inspection(
        read_catalog(paths, images=images, mapping=mapping, encoding=encoding, delimiter=delimiter, currency=currency)
    )


def save_mapping(table: Source, mapping: Mapping[str, str], name: str) -> Path:
    """Keep what the user said of a file's columns as a format of the user's own; files of that shape are then known.

    ``mapping`` is field → header. Raises :class:`~dupcheck.errors.OutputError` where it cannot be written.
    """
    plain = "".join(c if c.isalnum() or c in "-_" else "-" for c in name.casefold()).strip("-") or "own"
    path = own_folder() / f"{plain}.toml"
    base = next((f for f in list_formats() if f.name == table.format), generic_format())
    fields: dict[str, list[str]] = {}
    for header, held in table.mapping.items():
        for field in held.split(", "):
            fields.setdefault(field, []).append(header)
    said = {field: header for field, header in mapping.items() if header != ROW_NUMBERS}
    for field, header in said.items():
        fields[field] = [header]
    if base.name != GENERIC:  # what the format reads besides is read on
        fields = {**{n: list(hs) for n, hs in base.columns.items()}, **{n: fields[n] for n in said}}
    headers = dict.fromkeys([*table.mapping, *said.values()])
    lines = [f"title = {_quote(name)}", f"must = {_list(list(headers))}", f"rows = {_quote(base.rows)}"]
    lines += [f"{key} = {_list(getattr(base, key))}" for key in ("group", "children", "unread") if getattr(base, key)]
    switches = ("fold_case", "split_on_repeat", "notes", "any_group")
    lines += [f"{key} = true" for key in switches if getattr(base, key)]
    if base.number_rows or ROW_NUMBERS in mapping.values():
        lines.append("number_rows = true")
    texts = ("image_folder", "title_tail", "currency")
    lines += [f"{key} = {_quote(getattr(base, key))}" for key in texts if getattr(base, key)]
    lines += ["", "[columns]", *(f"{_quote(field)} = {_list(hs)}" for field, hs in fields.items())]
    for field, meant in base.cells.items():
        lines += ["", f"[cells.{_quote(field)}]", *(f"{_quote(cell)} = {_quote(text)}" for cell, text in meant.items())]
    return write_file(path, encode_text("\n".join(lines) + "\n"))


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_quote, texts))}]"


def _quote(text: str) -> str:
    escaped = "".join(c if c.isprintable() and c not in '"\\' else f"\\u{ord(c):04x}" for c in text if ord(c) < 0x10000)
    return f'"{escaped}"'
