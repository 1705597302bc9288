"""The bounds of one run, each with its reason: what is read of a file at most, and how far a search goes; and what a
long one does without.

Nothing is cut in silence: what goes beyond a bound is told in ``problems.csv``, or the file is refused in one line;
what a search may miss is told with its result.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class Search:
    """How far the search for listings that are worth comparing goes: the same in an audit and in a check."""

    nearest: int = 20
    """How many nearest other titles each title is compared with."""
    likeness: float = 0.3
    """Cosine of weighted words below which two titles are never compared."""
    spelled: int = 0
    """How many titles each title is compared with besides: those that are nearest in their letters."""
    common_word: int = 5_000
    """A word in more different titles than this finds others only for titles that hold few rarer ones."""
    very_common_word: int = 20_000
    """A word in more different titles than this finds none."""
    rarest: int = 3
    """So many of each title's rarest words find others however common they are, short of the very common."""
    crowd: int = 60
    """Of more than this many listings with one title, photo or code, each is compared with so many neighbours only."""
    photo_bits: int = 9
    """Bits of 64 in which the hashes of two photos may differ for these to be looked at."""
    small: int = 500
    """A catalogue of no more listings is measured anew with each draft, which teaches it whatever an audit learns."""
    drift: float = 0.1
    """The share of listings that may change before what the catalogue taught is learned anew."""


SEARCH: Final = Search()
WIDE: Final = replace(SEARCH, likeness=0.2, spelled=5)
"""What is reworded throughout shares few words, or only parts of words: Klarlack matt, Mattlack."""
_WIDE_UP_TO = 10_000
"""Listings of a catalogue that is searched so widely; of more there would be too many pairs to measure."""


def choose_search(listings: int) -> Search:
    """Return how far to look in a catalogue of so many listings."""
    return WIDE if listings <= _WIDE_UP_TO else SEARCH


@contextmanager
def uncollected() -> Iterator[None]:
    """Do without Python's cycle collector: nothing in an audit refers to itself, and to look for what does takes as
    long as all else, since it goes through millions of objects again and again. Afterwards what was made counts as old,
    so that the next object that is made does not begin the search through all of it.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.unfreeze()
            gc.enable()
