"""How values are written into a marketplace's file."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from dupcheck.exports.changesets import ChangeSet
from dupcheck.exports.merging import Merged
from dupcheck.files.cells import encode_text
from dupcheck.model import Sku
from dupcheck.titles import align_name


def show_price(price: float | None) -> str:
    """Return a price with two digits, "" where it is unknown."""
    return "" if price is None else f"{price:.2f}"


def show_count(count: float | None) -> str:
    """Return a count as a whole number, "" where it is unknown."""
    return "" if count is None else str(int(count))


_MARKUP = re.compile(r"<[a-zA-Z][^>]*>")


def show_html(text: str) -> str:
    """Return a description as HTML: markup as it is, plain text with its lines as paragraphs."""
    if _MARKUP.search(text):
        return text
    return "".join(f"<p>{escape(line)}</p>" for line in text.split("\n") if line.strip())


def find_description(change: ChangeSet) -> str:
    """Return the kept listing's description as the seller's file has it, else as it was read."""
    return change.cell("description") or change.keep.description


def find_header(headers: Sequence[str], *names: str) -> str:
    """Return the first of the headers that is one of ``names``, capitals apart; the first name where none is."""
    known = {h.casefold(): h for h in reversed(headers)}
    return next((known[n.casefold()] for n in names if n.casefold() in known), names[0])


def name_sku(merged: Merged, number: int, sku: Sku) -> str:
    """Return the SKU's code, or one made of the listing's id and the SKU's number where it has none."""
    return sku.sku_code or (merged.listing.listing_id if not sku.options else f"{merged.listing.listing_id}-{number}")


def find_attribute(merged: Merged, axis: str) -> str:
    """Return the value of a listing's attribute, whatever language its name is in; "" where there is none."""
    return next((v for n, v in merged.listing.attributes.items() if align_name(n) == axis), "")


def place_unread(columns: Iterable[str], *held: Mapping[str, str], lead: str = "") -> dict[str, str]:
    """Return what rows held in columns that dupcheck does not read, by the marketplace's columns where it belongs.

    A column is known by its words, whatever signs part them and whatever stands in brackets behind: what Shopify's
    interface calls ``compare_at_price`` of a variant (``lead``) is its file's ``Variant Compare At Price``.

    >>> place_unread(["Variant Compare At Price", "Tags"], {"compare_at_price": "9", "weight": "1"}, lead="Variant")
    {'Variant Compare At Price': '9'}
    """
    known = {_plain(column): column for column in columns}
    found: dict[str, str] = {}
    for header, text in (pair for cells in held for pair in cells.items()):
        column = known.get(_plain(header)) or (known.get(_plain(f"{lead} {header}")) if lead else None)
        if column is not None and text:
            found[column] = text
    return found


def _plain(header: str) -> str:
    return re.sub(r"\(.*\)|[\W_]", "", header.casefold())


def write_rows(
    columns: Sequence[str],
    rows: Sequence[Mapping[str, str]],
    *,
    delimiter: str = ",",
    above: Sequence[Sequence[str]] = (),
) -> bytes:
    """Return rows as a delimited text in UTF-8, ``above`` standing before the headers."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([*above, columns])
    writer.writerows([row.get(c, "") for c in columns] for row in rows)
    return encode_text(text.getvalue())
