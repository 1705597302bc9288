"""What a merge puts together: the listings that become one, their offers, and which offer is which SKU of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dupcheck.axes import pick_axes
from dupcheck.plans.offers import Offer, Shelf, list_values, shorten_values
from dupcheck.plans.wording import plain_word, strip_title
from dupcheck.rules import RulePack

_BUILT = frozenset(pick_axes(lambda axis: axis.values in ("color", "size", "count", "measure")))

Own = Mapping[int, Sequence[Offer]]
"""What each listing offers."""


@dataclass(frozen=True)
class Mixture:
    """Listings on their way into one: ``ranked``, the best first, of which ``keep`` stays and ``kept`` become SKUs.

    ``skus`` are the offers by their choice on each of ``axes``, the one that stays first; ``wholesale`` are listings
    that only repeat others in larger numbers.
    """

    shelf: Shelf
    pack: RulePack
    ranked: Sequence[int]
    keep: int
    kept: Sequence[int]
    wholesale: Sequence[int]
    axes: Sequence[str]
    offers: Sequence[Offer]
    own: Own
    skus: Mapping[tuple[str, ...], Sequence[Offer]]

    def list_ids(self, members: Iterable[int]) -> str:
        """Return the ids of listings, as a text."""
        return ", ".join(self.shelf.id(m) for m in members)

    def values(self, axis: str) -> list[str]:
        """Return the values of an axis in their order, as shown."""
        return list_values(axis, self.offers)

    def option_names(self, axis: str) -> dict[str, str]:
        """Return the values of an axis, each with its name as an option, cut to what the marketplace takes."""
        return shorten_values(self.values(axis), self.pack.merge.option_name_max)

    @cached_property
    def title(self) -> str:
        """The title of the merged listing."""
        shared, options = {}, []
        own, (_, brand) = self.own[self.keep], self.shelf.attributes(self.keep).get("brand", ("", ""))
        for axis in self.axes:
            words = [set(plain_word(v).split()) for v in self.values(axis)]
            told = axis in _BUILT  # a value there takes its unit along
            shared[axis] = set() if told or not words else set.intersection(*words)
            names = self.option_names(axis)
            for value, name in names.items():  # what no option says any more, the title does
                shared[axis] |= _list_dropped(value, name)
            options += [names.get(o.shown.get(axis, ""), "") for o in own]
        most = self.pack.merge.title_max
        return strip_title(self.shelf.text(self.keep, "title"), own, shared, most, brand, options)


def _list_dropped(value: str, name: str) -> set[str]:
    """Return the words before an option's name that all options shared."""
    return set(plain_word(value.removesuffix(name)).split()) if value != name and value.endswith(name) else set()
