"""The bounds of one run: what is read of a file at most, each with its reason.

Nothing is cut in silence: what goes beyond a bound is told in ``problems.csv``, or the file is refused in one line.
"""

from dataclasses import dataclass, fields
from typing import Final


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a catalogue is read. Every number is far beyond what a seller's file holds."""

    file_bytes: int = 2_000_000_000
    """A file is held in memory as text; two million listings with descriptions have less."""
    title: int = 2_000
    """Characters of a title. No marketplace takes more than 500, and a title is compared word by word."""
    text: int = 200_000
    """Characters of a description or another long text; the longest real ones (HTML with styles) have 150,000."""
    field: int = 8_000
    """Characters of a short field: an id, a code, a category, a price, one photo's address."""
    attributes: int = 300
    """Attributes of one listing. Category templates of marketplaces have up to 250."""
    attribute: int = 2_000
    """Characters of one attribute's value, and of its name."""
    skus: int = 2_000
    """SKUs of one listing. Marketplaces take 100 to 2,048."""
    photos: int = 250
    """Photos of one listing. Marketplaces take up to 250."""
    columns: int = 2_000
    """Columns of a table. The widest real template, Amazon's, has 700."""
    sparse_columns: int = 400
    """Columns of objects that do not share their keys; rarer keys are kept together in one."""
    nesting: int = 40
    """Levels of objects in objects: real answers of programming interfaces have up to 15."""
    cells: int = 30_000_000
    """Cells of one sheet of a workbook; what is larger goes as CSV."""
    unpacked_bytes: int = 300_000_000
    """Bytes of a workbook once unpacked; a spreadsheet of a million rows has less."""
    digits: int = 18
    """Digits of a number before its decimals. No price and no stock has more; what has is no number."""


BOUNDS: Final = Bounds()


def list_bounds() -> dict[str, int]:
    """Return every bound by name.

    >>> list_bounds()["title"]
    2000
    """
    return {f.name: getattr(BOUNDS, f.name) for f in fields(BOUNDS)}
