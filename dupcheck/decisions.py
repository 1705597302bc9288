"""What the seller has decided about pairs of listings, and what of it holds for a catalogue.

A decision names two listings by their ids and remembers their content. While both are as they were it is in force;
where one has changed it has lapsed, until the content is what it was.

Content is what the rules can see of a listing: title, price and its range, currency, category, attributes, shop, SKU
code, GTIN, smallest order, lot size, wholesale price, the main photo and further ones, the photo hash, and each SKU's
options, price, currency, codes and photo. A photo is its file's bytes, whatever the file is called; where there is no
file to read, the address or the file's name. Not content: stock, sales, reviews, created, url, description, and how
spaces are set. So a sale or a delivery does not end a decision.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np

from dupcheck.files.arrays import is_among, sort_distinct
from dupcheck.model import BoolArray, Catalog, IntArray, Listing

if TYPE_CHECKING:  # the ledger imports this module, and is opened where nothing is measured
    from dupcheck.index.candidates import Candidates
    from dupcheck.judging.verdicts import Findings

DecisionKind = Literal["not_duplicate", "merge_accepted", "allowed"]
DECISION_KINDS: tuple[DecisionKind, ...] = get_args(DecisionKind)

_VERSION = "1"
"""Stands before each content hash; another number where content comes to mean something else."""
_TEXTS = ("title", "currency", "category", "shop", "sku_code", "gtin", "image_phash")
_NUMBERS = ("price", "price_max", "min_order_quantity", "lot_size", "bulk_price")
_SKU_TEXTS = ("currency", "sku_code", "gtin")


@dataclass(frozen=True, slots=True)
class Decision:
    """What the seller decided about two listings.

    Attributes:
        listing_a: One id; it sorts before the other.
        listing_b: The other.
        decision: "not_duplicate", "merge_accepted" or "allowed".
        reason: Why, for those who read it later.
        content_a: A hash of what the rules can see of ``listing_a``: where it changes, the decision lapses.
        content_b: The same of ``listing_b``.
        decided: When, in seconds since 1970.
        person: Who did, "" where it is not known.

    Examples:
        >>> import dupcheck as dc
        >>> dc.Decision("A-131", "A-132", "not_duplicate", "two models", "", "").listings
        ('A-131', 'A-132')
    """

    listing_a: str
    listing_b: str
    decision: DecisionKind
    reason: str
    content_a: str
    content_b: str
    decided: float = 0.0
    person: str = ""

    @property
    def listings(self) -> tuple[str, str]:
        """Both ids."""
        return self.listing_a, self.listing_b


class Lapse(NamedTuple):
    """A decision that no longer holds, and which of its listings have changed since."""

    decision: Decision
    changed: tuple[str, ...]


def hash_content(listing: Listing, image_root: Path | None = None) -> str:
    """Return a hash of what the rules can see of a listing; ``image_root`` is where its photo paths start from."""
    seen: dict[str, object] = {name: _plain(getattr(listing, name)) for name in _TEXTS}
    seen |= {name: getattr(listing, name) for name in _NUMBERS}
    seen["attributes"] = _sorted(listing.attributes)
    seen["photos"] = [_photo(name, image_root) for name in (listing.main_image, *listing.images)]
    seen["skus"] = [
        [_sorted(s.options), s.price, *(_plain(getattr(s, name)) for name in _SKU_TEXTS), _photo(s.image, image_root)]
        for s in listing.skus
    ]
    text = json.dumps(seen, sort_keys=True)
    return f"{_VERSION}-{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}"


def _plain(text: str) -> str:
    return " ".join(text.split())


def _sorted(values: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted((_plain(name), _plain(value)) for name, value in values.items())


def _photo(name: str, image_root: Path | None) -> str:
    if not name:
        return ""
    from dupcheck.photos.files import OutsideError, PhotoFolder, is_address

    if is_address(name):
        return name
    try:
        if image_root is not None:
            with Path(PhotoFolder(image_root).find(name)[0]).open("rb") as file:
                return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except (OutsideError, OSError):
        pass  # no file to read: its name is all there is
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def mark_contents(catalog: Catalog, ids: Iterable[str]) -> dict[str, str]:
    """Return a mark of the content of each of ``ids`` that the catalogue holds, so that a plan tells what it rests on.

    Content is what a decision remembers, but a photo is its address or its file's name, wherever the photos lie.
    """
    from dupcheck.catalog import get_skus

    texts = [catalog.column(name) for name in (*_TEXTS, "main_image")]
    numbers = [catalog.columns[name] for name in _NUMBERS]
    attributes, images = catalog.column("attributes"), catalog.column("images")
    found = {}
    for i in dict.fromkeys(ids):
        k = catalog.positions.get(i)
        if k is None:
            continue
        seen = [_plain(column[k]) for column in texts]
        seen += [repr(float(column[k])) for column in numbers]
        seen += [*sorted(map(_plain, attributes[k].split(";"))), "", *images[k].split(";")]
        for sku in get_skus(catalog, k) if k in catalog.with_skus else ():
            seen += [f"{n}={v}" for n, v in _sorted(sku.options)]
            seen += [repr(sku.price), *(_plain(getattr(sku, name)) for name in _SKU_TEXTS), sku.image]
        found[i] = hashlib.blake2b("\x1f".join(seen).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return found


def hash_listings(catalog: Catalog, ids: Iterable[str]) -> dict[str, str]:
    """Return the content hash of each of ``ids`` that the catalogue holds."""
    from dupcheck.catalog import get_listing

    positions = catalog.positions
    return {
        i: hash_content(get_listing(catalog, positions[i]), catalog.image_root)
        for i in dict.fromkeys(ids)
        if i in positions
    }


@dataclass(frozen=True)
class Settled:
    """What of the seller's decisions holds for a catalogue of ``size`` listings.

    ``held`` are in force, ``left`` < ``right`` the positions of their listings; ``lapsed`` hold no longer. Decisions
    about listings that the catalogue does not hold are in neither.
    """

    size: int = 0
    held: tuple[Decision, ...] = ()
    left: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    right: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    lapsed: tuple[Lapse, ...] = ()

    @cached_property
    def _keys(self) -> Mapping[str, IntArray]:
        kinds = np.array([d.decision for d in self.held], dtype=object)
        return {kind: sort_distinct([(self.left * self.size + self.right)[kinds == kind]]) for kind in DECISION_KINDS}

    def cover(self, kind: DecisionKind, left: IntArray, right: IntArray) -> BoolArray:
        """Return for which pairs of positions, in any order, a decision of this kind is in force."""
        if not self.held:
            return np.zeros(len(left), dtype=bool)
        keys = np.minimum(left, right) * self.size + np.maximum(left, right)
        return is_among(keys, self._keys[kind])

    def part(self, left: IntArray, right: IntArray) -> BoolArray:
        """Return which pairs must not stand in one group to be merged: not duplicates, or allowed as they are."""
        return self.cover("not_duplicate", left, right) | self.cover("allowed", left, right)

    def thin(self, candidates: "Candidates") -> "Candidates":
        """Return the candidates without the pairs that the seller says are no duplicates."""
        if not self.held:
            return candidates
        kept = ~self.cover("not_duplicate", candidates.left, candidates.right)
        return replace(candidates, left=candidates.left[kept], right=candidates.right[kept])

    def allow(self, findings: "Findings") -> BoolArray:
        """Return which findings the seller allows to stay as they are."""
        return self.cover("allowed", findings.left, findings.right)

    def tell_about(self, listing_id: str) -> tuple[tuple[Decision, bool], ...]:
        """Return what was decided about one listing and others, and whether it is in force."""
        told = [*((d, True) for d in self.held), *((x.decision, False) for x in self.lapsed)]
        return tuple((d, held) for d, held in told if listing_id in d.listings)

    def judge(self, decision: Decision) -> Literal["held", "lapsed", "absent"]:
        """Return whether a decision is in force, has lapsed, or is about listings that the catalogue does not hold.

        A decision in whose place another one holds has lapsed.
        """
        if decision in self._in_force:
            return "held"
        return "lapsed" if decision.listings in self._about else "absent"

    @cached_property
    def _in_force(self) -> frozenset[Decision]:
        return frozenset(self.held)

    @cached_property
    def _about(self) -> frozenset[tuple[str, str]]:
        return frozenset(d.listings for d in (*self.held, *(x.decision for x in self.lapsed)))

    def as_dict(self) -> dict[str, object]:
        """Return how many decisions were honoured, by kind, and which have lapsed, as ``audit.json`` holds it."""
        return {
            "honoured": {kind: sum(d.decision == kind for d in self.held) for kind in DECISION_KINDS},
            "lapsed": [
                {
                    "listing_a": x.decision.listing_a,
                    "listing_b": x.decision.listing_b,
                    "decision": x.decision.decision,
                    "reason": x.decision.reason,
                    "changed": list(x.changed),
                }
                for x in self.lapsed
            ],
        }


def settle_decisions(catalog: Catalog, decisions: Iterable[Decision]) -> Settled:
    """Return what of ``decisions`` is in force for a catalogue, and what has lapsed, in the order of the ids.

    Of several decisions about one pair with different content, the one whose content is there holds; where none is,
    the latest has lapsed.
    """
    about: dict[tuple[str, str], list[Decision]] = {}
    positions = catalog.positions
    for decision in decisions:
        if decision.listing_a in positions and decision.listing_b in positions:
            about.setdefault(decision.listings, []).append(decision)
    content = hash_listings(catalog, (i for pair in about for i in pair))
    held: list[Decision] = []
    lapsed: list[Lapse] = []
    for pair in sorted(about):
        now = content[pair[0]], content[pair[1]]
        said = {(d.content_a, d.content_b): d for d in sorted(about[pair], key=lambda d: (d.decided, d.content_a))}
        if now in said:
            held.append(said[now])
            continue
        then, latest = list(said.items())[-1]
        changed = (i for i, a, b in zip(pair, then, now, strict=True) if a != b)
        lapsed.append(Lapse(latest, tuple(changed)))
    ends = np.array([[positions[i] for i in d.listings] for d in held], dtype=np.int64).reshape(-1, 2)
    return Settled(len(catalog), tuple(held), ends.min(axis=1), ends.max(axis=1), tuple(lapsed))
