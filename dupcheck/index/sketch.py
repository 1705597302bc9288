"""A catalogue in a few hundred hashes: by these it is known again, whatever its file is called and what has changed."""

import re
from collections.abc import Iterable
from hashlib import blake2b
from heapq import nsmallest

from dupcheck.model import Catalog

MOST = 1_000
"""Hashes that a sketch holds: the smallest of all, so that two of one catalogue hold the same."""

_NUMBERED = re.compile(r"row-\d+")
"""What a listing is called that has no id: it tells no catalogue from another."""


def sketch_catalog(catalog: Catalog) -> dict[str, list[str]]:
    """Return the sketches of a catalogue's titles and of its ids."""
    return {
        "titles": sketch_texts(catalog.column("title")),
        "ids": sketch_texts(i for i in catalog.ids if not _NUMBERED.fullmatch(i)),
    }


def sketch_texts(texts: Iterable[str]) -> list[str]:
    """Return the smallest hashes of some texts, in order; capitals and blanks make no difference.

    >>> sketch_texts(["Brass  lamp"]) == sketch_texts(["brass lamp", "Brass lamp"])
    True
    """
    plain = {" ".join(text.split()).casefold() for text in texts}
    return nsmallest(MOST, (blake2b(t.encode("utf-8", "replace"), digest_size=8).hexdigest() for t in plain if t))
