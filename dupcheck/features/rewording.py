"""What a listing of a measured catalogue would be like under another title: read and weighed as its own was."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from dupcheck.catalog import take_listings
from dupcheck.features.attributes import read_attributes
from dupcheck.features.schema import Features, mark_head, mark_tail
from dupcheck.features.stated import list_sizes, mark_numbers, state_numbers, unmark_brand
from dupcheck.features.words import list_core_words, words_of
from dupcheck.model import Catalog
from dupcheck.titles import normalise, read_title
from dupcheck.titles.gifts import drop_gifts
from dupcheck.titles.stems import stem_word


class Rewording:
    """Weighs titles that no listing has yet by the words of the catalogue."""

    def __init__(self, catalog: Catalog, features: Features) -> None:
        self.catalog, self.features = catalog, features
        self._weigh = lru_cache(maxsize=10_000)(self._read)

    def weigh(self, member: int, title: str) -> Mapping[str, float]:
        """Return the weight of each word of the core that listing ``member`` would have under ``title``."""
        return self._weigh(member, title)

    def _read(self, member: int, title: str) -> Mapping[str, float]:
        known = self.features.statistics.taught
        listing = take_listings(self.catalog, np.array([member]))
        attributes = read_attributes(listing, known.lexicon.houses)
        head, slots = known.split(drop_gifts(title))
        tokens = mark_head(head, normalise(head), read_title(head).tokens, known.lexicon)
        stated = attributes.rows[0].get("brand", "")
        tokens = unmark_brand(mark_numbers(tokens, state_numbers(listing, attributes).get(0, {})), stated)
        size = self.features.axes["size"].value(member) if "size" in self.features.axes else ""
        sizes = list_sizes(listing, [{"size": size} if size else {}])
        brand = words_of(stated)
        tokens = (*tokens, *mark_tail(slots, known.lexicon)) if slots else known.frames.mark(tokens, brand)
        (core,) = list_core_words([tokens], sizes, known.stray, [brand])
        return {stem_word(t.text): self.features.weigh_word(t.text) for t in core}
