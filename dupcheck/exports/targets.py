"""What every export is: one marketplace, or one file of it."""

from collections.abc import Mapping

from dupcheck.exports.changesets import ChangeSet, Work
from dupcheck.exports.checks import check_formulas, check_listing
from dupcheck.exports.merging import Merged
from dupcheck.messages import Message, message
from dupcheck.rules import MergeLimits


class Target:
    """One marketplace.

    Where ``tells_apart`` is true the file also holds single cells of listings that are told apart.
    ``limits`` is what one listing can hold there, ``formats`` the names of the formats of its own exports. ``render``
    returns the files: ``""`` the main one, other names those beside it. ``check`` says what the marketplace would
    refuse beyond the limits. Where ``offers`` is true every variant stays an offer of its own, and only copies end.
    """

    name = ""
    suffix = "csv"
    offers = False
    tells_apart = False
    formats: tuple[str, ...] = ()

    @property
    def limits(self) -> MergeLimits:
        """What a listing holds there."""
        raise NotImplementedError

    def render(self, work: Work) -> Mapping[str, bytes]:
        """Return the files."""
        raise NotImplementedError

    def check(self, merged: Merged) -> list[Message]:
        """Say what the marketplace wants of a listing besides."""
        return []

    def is_own(self, change: ChangeSet) -> bool:
        """Whether the kept listing was read from this marketplace's own export, so that its rows can be changed."""
        return change.origin is not None and change.origin.format in self.formats

    def list_cautions(self, change: ChangeSet) -> list[Message]:
        """Return everything that a seller must know of one listing's part in the file."""
        told = check_listing(change.merged, self.limits)
        told += [*self.check(change.merged), *check_formulas(change.merged)]
        if change.twins and self.limits.price_tiers < 1:
            told.append(message("exports.twin_stays", ids=", ".join(change.twins)))
        if not self.is_own(change) and self.formats:
            told.append(message("exports.foreign", name=self.name))
        unsaid = change.list_unsaid()
        if unsaid and not self.offers:
            told.append(message("exports.unsaid", ids=", ".join(i for i, _ in unsaid)))
        return told

    def list_ended(self, change: ChangeSet) -> tuple[str, ...]:
        """Return the listings to take down there once the kept one is verified."""
        gone = change.copies if self.offers else (*change.folds, *change.copies)
        return (*gone, *(change.twins if self.limits.price_tiers else ()))
