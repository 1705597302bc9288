"""Whose decisions and claims they are: an account that somebody names, or else the catalogue's own.

A catalogue is known again by its titles, of which a sketch is kept. One that shares some of them with a known account
is that account's, whatever its file is called; one that shares none gets an account of its own, so that what one
catalogue publishes never blocks another. Of few titles the file's place tells, too: a catalogue that lies where an
account's lay is that account's. Where it cannot be told, because a catalogue fits several accounts, shares its ids
only, or may be a small part of a large one, everything counts, as if there were no accounts: to ask once too often is
better than to sell twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from dupcheck.index.sketch import MOST

Sketch: TypeAlias = Mapping[str, Sequence[str]]
LEAST = 20
"""Of fewer comparable titles it takes more than that none is the same before two catalogues count as strangers."""
_SHARE = 0.02
"""Catalogues of which so many titles are the same are one shop's: these come and go, all at once they do not."""

_FILES = 8
"""Places of files that an account remembers."""
_SAME_IDS = 0.5
"""Strangers by their titles that share so many ids may be one shop that has renamed everything."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who is asked for: ``account`` as somebody named it, "" for the catalogue's own.

    ``sketch`` is of the catalogue (:func:`~dupcheck.index.sketch.sketch_catalog`) and, as ``files``, of where its file
    lies; ``file`` is what that is called, by which a new account is named.
    """

    account: str = ""
    sketch: Sketch = field(default_factory=dict)
    file: str = ""

    @property
    def tells(self) -> bool:
        """Whether there is anything by which the catalogue could be known again."""
        return bool(self.sketch.get("titles"))


NOBODY = Owner()
"""Nobody in particular: everything counts."""


def find_account(owner: Owner, known: Mapping[str, Sketch]) -> tuple[str, bool]:
    """Return the account, and whether it is a new one; "" where everything counts. ``known`` are sketches by account.

    >>> find_account(Owner("north"), {})
    ('north', False)
    """
    if owner.account or not owner.tells:
        return owner.account, False
    mine = owner.sketch
    shares = {name: _compare(mine, theirs, "titles") for name, theirs in known.items()}
    here = {
        name for name, theirs in known.items() if not set(mine.get("files", ())).isdisjoint(theirs.get("files", ()))
    }
    kin = sorted(
        ((share, name) for name, share in shares.items() if share is not None and share >= _SHARE), reverse=True
    )
    if kin:
        if len(kin) == 1 or kin[0][0] >= 2 * kin[1][0]:
            return kin[0][1], False
        at_home = [name for _, name in kin if name in here]
        return (at_home[0] if len(at_home) == 1 else ""), False
    few = [name for name, share in shares.items() if share is None]
    at_home = [name for name in few if name in here]
    if at_home:
        return (at_home[0] if len(at_home) == 1 else ""), False
    if any(_may_hide(mine, known[name]) for name in few):
        return "", False
    if any((_compare(mine, known[n], "ids") or 0.0) >= _SAME_IDS for n in known if n not in few):
        return "", False
    return _name_anew(owner.file, known), True


def join_files(mine: Sketch, known: Sketch) -> Sketch:
    """Return a catalogue's sketch as its account keeps it: with the places where its files lay, the latest first."""
    files = list(dict.fromkeys((*mine.get("files", ()), *known.get("files", ()))))
    return {**mine, "files": files[:_FILES]}


def _may_hide(mine: Sketch, theirs: Sketch) -> bool:
    """Whether of two sketches that show too little of each other one may be a part of the other all the same: where
    the larger catalogue is shown by some of its titles only.
    """
    ours, others = len(mine.get("titles", ())), len(theirs.get("titles", ()))
    return others >= MOST or (ours >= MOST and others >= LEAST)


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
