"""Photos seen by the executors: each name once, however many listings show it, and none that did not change since.

What was seen is kept as two tables of Parquet in any storage, to which each run adds a part: ``known``, which content
a name had at which size and times, and ``prints``, the fingerprint of each content. Both belong to one version of the
algorithm.
"""

import pickle
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from dupcheck.index.opening import make_fetcher
from dupcheck.messages import message
from dupcheck.photos.arrivals import Arrivals
from dupcheck.photos.cache import Signature
from dupcheck.photos.files import OutsideError, PhotoSource, is_address
from dupcheck.photos.reading import Failure, Fetcher, Seen, Shelf, list_shown, see_photos
from dupcheck.photos.records import FINGERPRINT, VERSION, Record
from dupcheck.spark.rows import numbers_of, texts_of, unpack_listings
from dupcheck.spark.session import Workshop, map_tables

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

KNOWN = "name string, path string, size long, mtime long, ctime long, content binary, tag string"
PRINTS = "content binary, print binary"
_SEEN = f"{KNOWN}, key string, print binary, fresh boolean, failure binary"
_NAMING = ("main_image", "images", "skus")
_FOLDER = f"photos-{VERSION}-{FINGERPRINT.itemsize}"
_TASKS = 4
"""So many tasks a core share the photos: a slow one holds up few others."""


@dataclass(frozen=True)
class PhotoPlace:
    """Where executors find photos: the folder or store that relative names start from, where what was seen is kept, and
    the private hosts that may be fetched from (None: nothing is fetched).
    """

    root: str | None
    cache: str | None
    hosts: Sequence[str] | None

    @property
    def tables(self) -> str | None:
        """The folder of the tables of what was seen, None where nothing is kept."""
        return None if self.cache is None else f"{self.cache.rstrip('/')}/{_FOLDER}"

    def make_fetcher(self) -> Fetcher | None:
        """Return what gets photos from web addresses, where that was asked for."""
        return make_fetcher(self.hosts is not None, self.hosts or ())

    def open_source(self) -> Path | PhotoSource | None:
        """Return where relative names lead to."""
        if self.root is None:
            return None
        return StoredPhotos(self.root) if "://" in self.root else Path(self.root)


class StoredPhotos:
    """Photos in a store that Arrow reads: ``s3://`` (or ``s3a://``), ``gs://``, ``hdfs://``, ``file://``."""

    def __init__(self, root: str) -> None:
        self._root = root.replace("s3a://", "s3://", 1).rstrip("/")

    @cached_property
    def _store(self) -> tuple[Any, str]:
        from pyarrow.fs import FileSystem

        system, path = FileSystem.from_uri(self._root)
        return system, str(path).rstrip("/")

    def find(self, name: str) -> tuple[str, Signature]:
        """Return the path of what ``name`` stands for and its signature: its size and when it was changed."""
        from pyarrow.fs import FileType

        parts = name.replace("\\", "/").split("/")
        if ".." in parts or name.startswith(("/", "\\")):
            raise OutsideError(message("photos.outside", path=name))
        try:
            system, root = self._store
            path = f"{root}/{'/'.join(parts)}"
            found = system.get_file_info(path)
        except (OSError, ValueError) as error:  # a store that does not answer says nothing of what it holds
            reason = f"{error}".split("\n", 1)[0][:300]
            raise OutsideError(message("photos.unreadable", path=name[:300], reason=reason)) from None
        if found.type == FileType.NotFound:
            raise OutsideError(message("photos.missing", path=name[:300]))
        if found.type != FileType.File:
            raise OutsideError(message("photos.not_a_file", path=name))
        return path, (int(found.size or 0), int(found.mtime_ns or 0), 0)

    def read(self, path: str) -> bytes:
        """Return what a path holds."""
        with self._store[0].open_input_stream(path) as stream:
            return bytes(stream.readall())


class _Rows:
    """What tables know of some names, as the reader of photos asks for it; the tags that it is told."""

    def __init__(self, table: "pa.Table") -> None:
        self.arrivals = Arrivals(None)
        self.told: dict[str, str] = {}
        held = [row for row in table.to_pylist() if row["content"] is not None and row["print"] is not None]
        self._known = {r["path"]: ((r["size"], r["mtime"], r["ctime"]), r["content"]) for r in held}
        self._prints = {r["content"]: np.frombuffer(r["print"], dtype=FINGERPRINT)[0] for r in held}
        self._tags = {r["path"]: r["tag"] for r in held if r["tag"]}

    def contents(self, paths: Sequence[str]) -> Mapping[str, tuple[Signature, bytes]]:
        return {path: self._known[path] for path in paths if path in self._known}

    def fingerprints(self, contents: Sequence[bytes]) -> Mapping[bytes, Record]:
        return {content: self._prints[content] for content in contents if content in self._prints}

    def tags(self, addresses: Sequence[str]) -> Mapping[str, str]:
        return {address: self._tags[address] for address in addresses if address in self._tags}

    def keep_tags(self, tags: Mapping[str, str]) -> None:
        self.told.update(tags)

    def keep(self, seen: Iterable[tuple[str, Signature, bytes]], records: Iterable[tuple[bytes, Record]]) -> None:
        """Nothing: what was read is told row by row, and kept by the run."""


@dataclass(frozen=True)
class Shown:
    """What is behind the photos of a catalogue: which listing (``pos``) shows which ``name``, and what was ``seen``
    there, a row a name; ``left_out`` counts the addresses that were not to be fetched.
    """

    uses: "DataFrame"
    seen: "DataFrame"
    left_out: int

    def attach(self, listings: "DataFrame") -> "DataFrame":
        """Return listings with what is behind their photos (``seen``)."""
        from pyspark.sql import functions as sql

        told = self.uses.join(self.seen.select("name", "content", "print", "failure"), "name")
        of = sql.collect_list(sql.struct("name", "content", "print", "failure"))
        return listings.join(told.groupBy("pos").agg(of.alias("seen")), "pos", "left")

    def find_new(self) -> "DataFrame":
        """Return which listings (``pos``) show a photo that was read today, or that could not be."""
        new = self.seen.where("fresh or failure is not null").select("name")
        return self.uses.join(new, "name").select("pos").distinct()


def see_all(shop: Workshop, listings: "DataFrame", place: PhotoPlace) -> Shown:
    """Look at all photos that listings show, and keep what was read."""
    root = place.root or ""

    def name(table: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        found = list_shown(unpack_listings(table))
        pos = numbers_of(table, "pos")
        remote = [is_address(name) for _, name in found]
        keys = [name if far else f"{root}/{name}" for (_, name), far in zip(found, remote, strict=True)]
        return pa.table({
            "pos": pa.array([pos[listing] for listing, _ in found], pa.int64()),
            "name": pa.array([name for _, name in found], pa.string()),
            "key": pa.array(keys, pa.string()), "remote": pa.array(remote, pa.bool_()),
        })  # fmt: skip

    named = map_tables(listings, name, "pos long, name string, key string, remote boolean", ["pos", *_NAMING])
    uses = shop.keep(named, "uses")
    names = uses.select("name", "key", "remote").distinct()
    left_out = names.where("remote").count() if place.hosts is None else 0
    known, prints = _open(shop, place.tables)
    asked = names.join(known.withColumnRenamed("name", "key"), "key", "left").join(prints, "content", "left")
    seen = shop.keep(_see(shop, asked.drop("remote"), place), "photos")
    if place.tables is not None:
        _keep(seen, prints, place.tables)
    return Shown(uses.select("pos", "name"), seen, left_out)


def _see(shop: Workshop, asked: "DataFrame", place: PhotoPlace) -> "DataFrame":
    tasks = _TASKS * shop.session.sparkContext.defaultParallelism

    def see(table: "pa.Table") -> "pa.Table":
        names = texts_of(table, "name").tolist()
        store = _Rows(table)
        seen = see_photos(names, place.open_source(), store, jobs=1, fetch=place.make_fetcher())
        return _pack_seen(names, seen, store.told).append_column("key", table.column("key"))

    return map_tables(asked.repartition(tasks, "name"), see, _SEEN)


def _pack_seen(names: Sequence[str], seen: Seen, tags: Mapping[str, str]) -> "pa.Table":
    import pyarrow as pa

    content = [seen.content.get(name) for name in names]
    places = [seen.read.get(name) for name in names]
    signed = [None if place is None else place[1] for place in places]
    prints = [None if key is None else seen.shelf.records[seen.shelf.find(key)].tobytes() for key in content]
    failed = [seen.failed.get(name) for name in names]
    return pa.table({
        "name": pa.array(names, pa.string()),
        "path": pa.array([None if place is None else place[0] for place in places], pa.string()),
        **{
            part: pa.array([None if s is None else s[k] for s in signed], pa.int64())
            for k, part in enumerate(("size", "mtime", "ctime"))
        },
        "content": pa.array(content, pa.binary()), "tag": pa.array([tags.get(name) for name in names], pa.string()),
        "print": pa.array(prints, pa.binary()), "fresh": pa.array([place is not None for place in places], pa.bool_()),
        "failure": pa.array([None if f is None else pickle.dumps(f) for f in failed], pa.binary()),
    })  # fmt: skip


def unpack_seen(table: "pa.Table") -> Seen:
    """Return what is behind the photos of listings."""
    rows = {row["name"]: row for seen in table.column("seen").to_pylist() for row in seen or ()}
    shelf = Shelf(len(rows))
    content: dict[str, bytes] = {}
    failed: dict[str, Failure] = {}
    for name, row in rows.items():
        if row["failure"] is not None:
            failed[name] = pickle.loads(row["failure"])
        elif row["content"] is not None:
            content[name] = row["content"]
            shelf.add(row["content"], np.frombuffer(row["print"], dtype=FINGERPRINT)[0])
    return Seen(shelf, content, failed)


# ---------------------------------------------------------------------------------------------------------------------
# What is kept between runs


def _open(shop: Workshop, tables: str | None) -> "tuple[DataFrame, DataFrame]":
    """What earlier runs saw: of each name the latest, and the fingerprint of each content."""
    from pyspark.sql import functions as sql

    known, prints = (shop.open_table(None if tables is None else f"{tables}/{name}", f"{schema}, run string")
                     for name, schema in (("known", KNOWN), ("prints", PRINTS)))  # fmt: skip
    names = [part.split()[0] for part in KNOWN.split(", ")][1:]
    latest = known.groupBy("name").agg(sql.max_by(sql.struct(*names), "run").alias("of"))
    return (
        latest.select("name", *(f"of.{name}" for name in names)),
        prints.groupBy("content").agg(sql.max_by("print", "run").alias("print")),
    )


def _keep(seen: "DataFrame", prints: "DataFrame", tables: str) -> None:
    """Add what was read to what is kept, as a part of its own, whole or not there."""
    from pyspark.sql import functions as sql

    fresh = seen.where("fresh")
    if fresh.isEmpty():
        return
    run = f"run={time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{uuid4().hex[:8]}"
    new = fresh.join(prints.select("content"), "content", "left_anti")
    new.groupBy("content").agg(sql.first("print").alias("print")).write.parquet(f"{tables}/prints/{run}")
    names = [part.split()[0] for part in KNOWN.split(", ")][1:]
    fresh.select(sql.col("key").alias("name"), *names).write.parquet(f"{tables}/known/{run}")
