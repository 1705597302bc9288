"""Whose decisions and claims they are: an account that somebody names, or else the catalogue's own.

A catalogue is known again by its titles, of which a sketch is kept. One that shares some of them with a known account
is that account's, whatever its file is called; one that surely shares none gets an account of its own, so that what
one catalogue publishes never blocks another. Where it cannot be told, because a catalogue is small, fits several
accounts or shares its ids only, everything counts, as if there were no accounts: to ask once too often is better than
to sell twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from dupcheck.index.sketch import MOST

Sketch: TypeAlias = Mapping[str, Sequence[str]]
LEAST = 20
"""So many titles must be comparable before two catalogues count as strangers."""
_SHARE = 0.02
"""Catalogues of which so many titles are the same are one shop's: these come and go, all at once they do not."""

_SAME_IDS = 0.5
"""Strangers by their titles that share so many ids may be one shop that has renamed everything."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who is asked for: ``account`` as somebody named it, "" for the catalogue's own.

    ``sketch`` is of the catalogue (:func:`~dupcheck.index.sketch.sketch_catalog`), ``file`` what its file is called, by
    which a new account is named.
    """

    account: str = ""
    sketch: Sketch = field(default_factory=dict)
    file: str = ""

    @property
    def tells(self) -> bool:
        """Whether the catalogue is large enough to be known again."""
        return len(self.sketch.get("titles", ())) >= LEAST


NOBODY = Owner()
"""Nobody in particular: everything counts."""


def find_account(owner: Owner, known: Mapping[str, Sketch]) -> tuple[str, bool]:
    """Return the account, and whether it is a new one; "" where everything counts. ``known`` are sketches by account.

    >>> find_account(Owner("north"), {})
    ('north', False)
    """
    if owner.account or not owner.tells:
        return owner.account, False
    shares = [(_compare(owner.sketch, theirs, "titles"), name) for name, theirs in known.items()]
    kin = sorted(((share, name) for share, name in shares if share is not None and share >= _SHARE), reverse=True)
    if kin:
        clear = len(kin) == 1 or kin[0][0] >= 2 * kin[1][0]
        return (kin[0][1] if clear else ""), False
    if any(share is None for share, _ in shares):
        return "", False
    if any((_compare(owner.sketch, theirs, "ids") or 0.0) >= _SAME_IDS for theirs in known.values()):
        return "", False
    return _name_anew(owner.file, known), True


def _compare(one: Sketch, other: Sketch, what: str) -> float | None:
    """Return which share of what both sketches would show is the same; None: too few to tell."""
    mine, theirs = one.get(what, ()), other.get(what, ())
    bound = min((held[-1] for held in (mine, theirs) if len(held) >= MOST), default="~")
    ours, others = {t for t in mine if t <= bound}, {t for t in theirs if t <= bound}
    least, common = min(len(ours), len(others)), len(ours & others)
    return common / least if common or least >= LEAST else None


def _name_anew(file: str, known: Mapping[str, object]) -> str:
    name = file.strip("-. ") or "catalog"
    return next(n for n in (name, *(f"{name}-{i}" for i in range(2, len(known) + 3))) if n not in known)
