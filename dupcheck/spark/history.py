"""Yesterday's run as tables: listings that did not change since are neither measured nor judged again.

A run keeps its listings, what was measured of them, their candidate pairs, what the rules caught, and the groups and
plans in words, as Parquet in a folder of its own. The next one lays today's listings beside them by id: what is new or
changed is measured by what the earlier run taught, and held against all; each listing keeps its place. As a check does
it, the whole is learned anew once a tenth has changed.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

import numpy as np

from dupcheck.files.arrays import Packed, name_arrays, take_named
from dupcheck.judging.background import Background
from dupcheck.reports.record import list_versions
from dupcheck.spark.rows import LISTING, Whole
from dupcheck.spark.session import PIECE, Workshop, list_names

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ANEW = 0.1
"""The share of listings which, once changed or gone, have the whole catalogue taught, measured and judged anew."""
STEPS = frozenset({
    "placed", "read", "measured", "pairs", "caught", "likely", "said",
    "duplicates-components", "clusters", "arranged", "groups-components", "drawn",
})  # fmt: skip
"""The steps that the next run takes up."""
_FACTS = "facts.json"


@dataclass(frozen=True)
class Learned:
    """What a run learned of the whole catalogue: how titles are read and what is counted, and what chances rest on."""

    whole: Whole
    background: Background

    def pack(self) -> bytes:
        """Return this as arrays and JSON in one file: what lies in a store that others can write to runs no code."""
        packed = self.whole.pack()
        facts = np.frombuffer(json.dumps(packed.facts).encode("utf-8", "surrogatepass"), dtype=np.uint8)
        file = BytesIO()
        parts = name_arrays("whole", packed.arrays) | name_arrays("background", self.background.as_arrays())
        np.savez(file, allow_pickle=False, facts=facts, **parts)
        return file.getvalue()

    @classmethod
    def unpack(cls, told: bytes) -> Self:
        """Return what was packed."""
        with np.load(BytesIO(told), allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
        facts = json.loads(arrays["facts"].tobytes().decode("utf-8", "surrogatepass"))
        whole = Whole.unpack(Packed(take_named("whole", arrays), facts))
        return cls(whole, Background.from_arrays(take_named("background", arrays)))


class Earlier:
    """An earlier run: its steps as tables, and what it learned."""

    def __init__(self, shop: Workshop, folder: str, facts: Mapping[str, Any]) -> None:
        self._shop, self._folder, self.facts = shop, folder, facts

    def open(self, step: str) -> "DataFrame":
        """Return a step as the earlier run left it."""
        return self._shop.session.read.parquet(f"{self._folder}/{step}")

    def recall(self) -> Learned:
        """Return what the earlier run learned."""
        rows = self.open("learned").collect()
        return Learned.unpack(b"".join(bytes(row.told) for row in sorted(rows, key=lambda r: r.part)))


@dataclass(frozen=True)
class Drift:
    """What is different since an earlier run: ``listings`` are today's, at lasting places (``pos``); ``changed`` the
    places of those to be measured, ``stale`` those of the earlier run whose rows no longer hold.
    """

    earlier: Earlier
    listings: "DataFrame"
    changed: "DataFrame"
    stale: "DataFrame"
    fresh: int
    gone: int

    def pick(self, frame: "DataFrame") -> "DataFrame":
        """Return the rows of listings that are to be measured."""
        return frame.join(self.changed, "pos", "left_semi")

    def renew(self, step: str, new: "DataFrame") -> "DataFrame":
        """Return a step's rows of listings: those of the earlier run that hold, and the new ones."""
        kept = self.earlier.open(step).join(self.stale, "pos", "left_anti")
        return kept.unionByName(new)

    def renew_pairs(self, step: str, new: "DataFrame") -> "DataFrame":
        """Return a step's rows of pairs: those of the earlier run of which both ends hold, and the new ones."""
        return self.hold_pairs(step).unionByName(new)

    def hold_pairs(self, step: str) -> "DataFrame":
        """Return a step's rows of pairs of the earlier run of which both ends hold."""
        kept = self.earlier.open(step)
        for side in ("left", "right"):
            kept = kept.join(self.stale.withColumnRenamed("pos", side), side, "left_anti")
        return kept


class History:
    """The runs of one catalogue under one set of rules, in a folder of the cache; without a cache there are none."""

    def __init__(self, shop: Workshop, cache: str | None, manner: object) -> None:
        self._shop = shop
        told = json.dumps([manner, list_versions()], sort_keys=True, default=str)
        key = blake2b(told.encode(), digest_size=8).hexdigest()
        self._folder = None if cache is None else f"{cache.rstrip('/')}/runs/{key}"
        self.run = None if self._folder is None else f"{self._folder}/{uuid4().hex[:12]}"

    def find(self) -> Earlier | None:
        """Return the last run that came to its end, if any did."""
        ended = self._list_ended()
        if not ended:
            return None
        folder = ended[-1]
        return Earlier(self._shop, folder, json.loads(self._shop.read_text(f"{folder}/{_FACTS}")))

    def _list_ended(self) -> list[str]:
        """The folders of runs that came to their end, the last one last."""
        found: list[tuple[int, str]] = []
        if self._folder is not None and self._shop.holds(self._folder):
            system, path = self._shop.find(self._folder)
            for status in system.listStatus(path):
                name = f"{self._folder}/{status.getPath().getName()}"
                if self._shop.holds(f"{name}/{_FACTS}"):
                    found.append((int(status.getModificationTime()), name))
        return [name for _, name in sorted(found)]

    def keep(self, learned: Learned, facts: Mapping[str, Any]) -> None:
        """End a run: from now on it is the last one, and those before it go."""
        if self._folder is None:
            return
        told = learned.pack()
        pieces = [(k, bytearray(told[at : at + PIECE])) for k, at in enumerate(range(0, len(told), PIECE))]
        frame = self._shop.session.createDataFrame(pieces, "part int, told binary")
        frame.write.mode("overwrite").parquet(f"{self.run}/learned")
        self._shop.put_text(f"{self.run}/{_FACTS}", json.dumps(dict(facts)))
        for folder in self._list_ended():
            if folder != self.run:
                self._shop.clear(folder)

    def clear(self) -> None:
        """Remove what this run kept, if it did not come to its end."""
        if self.run is not None and not self._shop.holds(f"{self.run}/{_FACTS}"):
            self._shop.clear(self.run)


def find_drift(
    shop: Workshop, listings: "DataFrame", count: int, earlier: Earlier, shown: "Callable[[DataFrame], DataFrame]"
) -> Drift | None:
    """Return what is different from an earlier run; None where that is so much that all is measured anew.

    ``shown`` returns which of some listings show a photo that was read today (``pos``).
    """
    from pyspark.sql import functions as sql

    told = [name for name in list_names(LISTING) if name not in ("pos", "row")]
    sealed = sql.xxhash64(*(sql.coalesce(sql.col(name).cast("string"), sql.lit("")) for name in told))
    now = listings.select("listing_id", sql.col("pos").alias("at"), sealed.alias("now"))
    before = earlier.open("placed").select("listing_id", "pos", sealed.alias("before"))
    most = int(earlier.facts["places"])
    met = now.join(before, "listing_id", "full")
    place = sql.coalesce("pos", sql.col("at") + most)
    changed = sql.col("pos").isNull() | (sql.col("now") != sql.col("before"))
    placed = met.select("at", "pos", place.alias("place"), changed.alias("changed"))
    places = shop.keep(placed, "places")
    today = places.where("at is not null").select(sql.col("at").alias("pos"), "place")
    moved = listings.join(today, "pos").withColumn("pos", sql.col("place")).drop("place")
    moved = shop.keep(moved.select(listings.columns), "moved")
    gone = places.where("at is null").select("pos")
    left, drifted = gone.count(), earlier.facts["drifted"]
    most_new = ANEW * max(earlier.facts["taught"], count) - drifted - left
    if places.where("changed and at is not null").count() > most_new:
        return None
    told_new = places.where("changed and at is not null").select(sql.col("place").alias("pos"))
    new = shop.keep(told_new.unionByName(shown(moved)).distinct(), "changed")
    fresh = new.count()
    if fresh > most_new:
        return None
    stale = shop.keep(gone.unionByName(new), "stale")
    return Drift(earlier, moved, new, stale, fresh, left)
