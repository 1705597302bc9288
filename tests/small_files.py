"""Catalogues in a few rows: the file that is written, and its listings by id as they are read."""

from collections.abc import Callable
from pathlib import Path

from dupcheck.catalog import get_listing
from dupcheck.model import Catalog, Listing

Put = Callable[[str, str], Path]
"""Writes a file of that name with that text, and returns its path: the fixture ``put``."""


def listings(catalog: Catalog) -> dict[str, Listing]:
    """Return a catalogue's listings by their ids."""
    return {listing_id: get_listing(catalog, n) for n, listing_id in enumerate(catalog.ids.tolist())}
