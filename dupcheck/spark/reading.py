"""Files and folders that Spark reads → listings, by the way that every file takes.

Each batch of rows is read as a small file with the same header would be. Rows that share an id are brought together
first, so that a listing of several rows is one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dupcheck.catalog.frames import read_frame
from dupcheck.errors import CatalogError
from dupcheck.messages import Lang, message
from dupcheck.model import Catalog, IntArray, Problem
from dupcheck.spark.rows import LISTING, pack_listings
from dupcheck.spark.session import Workshop, opening

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from pyspark.sql import DataFrame

    Batches = Iterator[pa.RecordBatch]

PROBLEM = "problem string, field string, severity string"
_HEAD = 200
"""Rows of which the driver sees what kind of table it is."""
PART = 20_000
"""Listings in a part of what was read: later steps are parted by these, not by the files that came in."""
_KINDS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".jsonl": "json", ".ndjson": "json", ".json": "json",
          ".parquet": "parquet"}  # fmt: skip
_SEEN = 100
"""Files of a folder by whose names it is told what it holds."""
_PLACES = ("_source", "_file", "_block")


@dataclass(frozen=True)
class Manner:
    """How the tables are to be read: which header holds which field, the currency, and where photos lie."""

    mapping: Mapping[str, str]
    currency: str = ""
    delimiter: str = ""
    images: str | None = None
    facts: bool = True

    def list_facts(self) -> list[object]:
        """Return what tells one manner from another."""
        return [sorted(self.mapping.items()), self.currency, self.delimiter, self.images]


def read_listings(
    shop: Workshop, paths: Sequence[str], manner: Manner, lang: Lang
) -> "tuple[DataFrame, Mapping[str, str]]":
    """Return the listings of all ``paths`` with what was wrong in them, and which header held which field.

    A row without ``listing_id`` and with a ``problem`` tells of a row of the file. Raises CatalogError where a path
    holds no catalogue.
    """
    from pyspark.sql import functions as sql

    raw, headers = _open(shop, paths, manner)
    head = raw.select(*_names(headers)).limit(_HEAD).toPandas().set_axis(list(headers), axis=1)
    if not len(head):
        raise CatalogError("catalog.header_only", path=paths[0])
    known = _read(head, manner)
    manner = settle_facts(manner, known)
    counted = _count_rows(raw)
    total, before = 0, dict[tuple[str, int], int]()
    for file, block, count in counted:
        before[file, block] = total
        total += count
    schema = [*(f"{name} {kind}" for name, kind in raw.dtypes), "_pos long"]
    numbered = raw.mapInArrow(_number(before), ", ".join(schema))
    ids = [f"c{k}" for k, h in enumerate(headers) if known.mapping.get(" ".join(h.split())) == "listing_id"]
    told = [sql.trim(sql.col(i)) != "" for i in ids]
    together = bool(ids) and not raw.where(told[0]).groupBy(ids[0]).count().where("count > 1").isEmpty()
    if together:
        named = sql.when(told[0], sql.col(ids[0])).otherwise(sql.col("_pos").cast("string"))
        numbered = numbered.repartition(named).sortWithinPartitions(ids[0], "_pos")
    elif max(count for *_, count in counted) > 2 * PART:  # one task parses a file, and many read what stands in it
        numbered = numbered.repartition(-(-total // PART), sql.floor(sql.col("_pos") / PART))
    read = _make_reader(headers, manner, ids[0] if ids else "", together, lang)
    return shop.keep(numbered.mapInArrow(read, f"{LISTING}, {PROBLEM}"), "listings", PART), known.mapping


def _names(headers: Sequence[str]) -> list[str]:
    return [f"c{k}" for k in range(len(headers))]


def _open(shop: Workshop, paths: Sequence[str], manner: Manner) -> "tuple[DataFrame, tuple[str, ...]]":
    """The rows of all paths as texts, ``c0``, ``c1`` …, with their headers."""
    from pyspark.sql import functions as sql

    frames: list[tuple[DataFrame, list[str]]] = []
    for number, path in enumerate(paths):
        frame = _load(shop, path, manner)
        headers = [name.removeprefix("\ufeff") for name in frame.columns]
        place = [
            sql.lit(number).alias("_source"),
            sql.col("_metadata.file_path").alias("_file"),
            sql.col("_metadata.file_block_start").alias("_block"),
        ]
        cells = [_say(sql.col(f"`{f.name}`"), f.dataType).alias(f"c{k}") for k, f in enumerate(frame.schema.fields)]
        frames.append((frame.select(*place, *cells), headers))
    every = tuple(dict.fromkeys(h for _, headers in frames for h in headers))
    whole: DataFrame | None = None
    for frame, headers in frames:
        cells = [
            sql.col(f"c{headers.index(h)}").alias(f"c{k}")
            if h in headers
            else sql.lit(None).cast("string").alias(f"c{k}")
            for k, h in enumerate(every)
        ]
        part = frame.select(*_PLACES, *cells)
        whole = part if whole is None else whole.unionByName(part)
    if whole is None:
        raise CatalogError("catalog.no_files")
    return whole, every


def _load(shop: Workshop, path: str, manner: Manner) -> "DataFrame":
    reader = shop.session.read
    with opening(path):
        kind, parted = _find_kind(shop, path)
        # Folders below are read too; where they are named name=value, that is a column of what they hold.
        reader = reader.option("recursiveFileLookup", not parted)
        if kind == "csv":
            sign = {"tab": "\t"}.get(manner.delimiter, manner.delimiter) or ("\t" if path.endswith(".tsv") else ",")
            return reader.options(header=True, multiLine=True, escape='"', sep=sign).csv(path)
        if kind == "json":
            return reader.option("primitivesAsString", True).json(path)
        return reader.parquet(path)


def _find_kind(shop: Workshop, path: str) -> tuple[str, bool]:
    """What the files of a path are, by the name of the first of them, and whether its folders are named name=value."""
    system, place = shop.find(path)
    if not system.exists(place):
        raise CatalogError("catalog.no_such_file", path=path)
    files = system.listFiles(place, True)
    found, seen = "", 0
    while files.hasNext() and seen < _SEEN:
        file = files.next().getPath()
        name = str(file.getName())
        kind = _KINDS.get(Path(name.removesuffix(".gz")).suffix.lower())
        if kind is not None and not name.startswith(("_", ".")):
            found, seen = found or kind, seen + 1
            if "=" in str(file.getParent().getName()):
                return found, True
    if found:
        return found, False
    raise CatalogError("catalog.spark_kind", path=path)


def _say(cell: Any, kind: Any) -> Any:
    """A cell as the text that a CSV file would hold: lists of texts joined, what is nested as JSON."""
    from pyspark.sql import functions as sql
    from pyspark.sql.types import ArrayType, MapType, StringType, StructType

    if isinstance(kind, ArrayType) and isinstance(kind.elementType, StringType):
        return sql.array_join(cell, "; ")
    return sql.to_json(cell) if isinstance(kind, ArrayType | MapType | StructType) else cell.cast("string")


def _count_rows(raw: "DataFrame") -> list[tuple[str, int, int]]:
    """How many rows each part of a file has, in the order of all files."""
    counted = sorted(
        (int(r._source), str(r._file), int(r._block), int(r["count"])) for r in raw.groupBy(*_PLACES).count().collect()
    )
    return [(file, block, count) for _, file, block, count in counted]


def _number(before: Mapping[tuple[str, int], int]) -> Any:
    """Number rows by their place in all files (``_pos``)."""

    def run(batches: "Batches") -> "Batches":
        import pyarrow as pa

        seen = dict(before)
        for batch in batches:
            places = list(zip(batch.column("_file").to_pylist(), batch.column("_block").to_pylist(), strict=True))
            pos = np.empty(len(places), dtype=np.int64)
            for k, place in enumerate(places):
                pos[k] = seen[place]
                seen[place] += 1
            columns = {name: batch.column(name) for name in batch.schema.names}
            yield pa.record_batch({**columns, "_pos": pa.array(pos)})

    return run


def _make_reader(headers: Sequence[str], manner: Manner, named: str, together: bool, lang: Lang) -> Any:
    def run(batches: "Batches") -> "Batches":
        for frame in _gather(batches, named if together else None):
            yield from _read_batch(frame, headers, manner, named, lang).to_batches()

    return run


def _gather(batches: "Batches", together: str | None) -> "Iterator[pd.DataFrame]":
    """The rows of a task, batch by batch; rows that share the id ``together`` are never parted."""
    import pandas as pd

    rest: pd.DataFrame | None = None
    for batch in batches:
        frame = batch.to_pandas()
        if together is None:
            yield frame
            continue
        rest = frame if rest is None else pd.concat([rest, frame], ignore_index=True)
        ids = rest[together].fillna("")
        last = int((ids != ids.iloc[-1]).sum()) if len(ids) else 0
        if last:
            yield rest.iloc[:last].reset_index(drop=True)
            rest = rest.iloc[last:].reset_index(drop=True)
    if rest is not None and len(rest):
        yield rest


def _read(frame: "pd.DataFrame", manner: Manner) -> Catalog:
    return read_frame(
        frame, images=manner.images, mapping=dict(manner.mapping), currency=manner.currency, facts=manner.facts
    )


def settle_facts(manner: Manner, known: Catalog) -> Manner:
    """Return the manner in which the first rows were read: which columns state something is settled for all."""
    found = {
        name: header
        for table in known.tables
        for header, names in table.mapping.items()
        for name in names.split(", ")
        if name.startswith("attribute:")
    }
    return replace(manner, mapping={**found, **manner.mapping}, facts=False)


def _read_batch(frame: "pd.DataFrame", headers: Sequence[str], manner: Manner, named: str, lang: Lang) -> "pa.Table":
    import pyarrow as pa

    pos = frame["_pos"].to_numpy()
    problems: Sequence[Problem] = ()
    columns: dict[str, Any] | None = None
    try:
        catalog = _read(frame[_names(headers)].set_axis(list(headers), axis=1), manner)
        at = catalog.columns["row"].astype(np.int64) - 2
        catalog = _name_rows(catalog, at, pos[at] + 2, frame[named].fillna("").to_numpy() if named else None)
        problems = catalog.problems
        columns = pack_listings(catalog, pos[at]) | {"row": pa.array(pos[at] + 2)}
    except CatalogError as error:
        problems = [Problem(None, "", "", "error", error.text)]
    schema = _schema()
    told = [
        {
            "pos": int(pos[0] if p.row is None else pos[p.row - 2]),
            "row": None if p.row is None else int(pos[p.row - 2]) + 2,
            "listing_id": p.listing_id or None, "problem": p.text.say(lang), "field": p.field, "severity": p.severity,
        }
        for p in problems
    ]  # fmt: skip
    tables = [pa.Table.from_pylist(told, schema=schema)]
    if columns is not None:
        nothing = pa.nulls(len(columns["pos"]), pa.string())
        columns |= {"problem": nothing, "field": nothing, "severity": nothing}
        tables.append(pa.table({name: columns[name] for name in schema.names}, schema=schema))
    return pa.concat_tables(tables)


def _name_rows(catalog: Catalog, at: IntArray, rows: IntArray, stated: Any) -> Catalog:
    """Call listings without an id after their row in all files, not after that in the batch."""
    names = {
        f"row-{place + 2}": f"row-{row}"
        for place, row in zip(at.tolist(), rows.tolist(), strict=True)
        if stated is None or not str(stated[place]).strip()
    }
    if not names:
        return catalog
    ids = catalog.ids.copy()
    for k, place in enumerate(at.tolist()):
        if stated is None or not str(stated[place]).strip():
            ids[k] = names.get(ids[k], ids[k])
    problems = [
        replace(p, listing_id=names[p.listing_id], text=message(p.text.key, listing_id=names[p.listing_id]))
        if p.text.key == "catalog.id_missing" and p.listing_id in names
        else p
        for p in catalog.problems
    ]
    return replace(catalog, columns={**catalog.columns, "listing_id": ids}, problems=tuple(problems))


def _schema() -> "pa.Schema":
    import pyarrow as pa

    kinds = {"long": pa.int64(), "double": pa.float64(), "string": pa.string()}
    fields = (part.split() for part in f"{LISTING}, {PROBLEM}".split(", "))
    return pa.schema([(name, kinds[kind]) for name, kind in fields])


def find_root(paths: Sequence[str], images: str | None) -> str | None:
    """Return the folder that photo paths start from: ``images``, or that of the first path if it is on this machine."""
    if images is not None or "://" in paths[0]:
        return images
    first = Path(paths[0])
    return str(first if first.is_dir() else first.parent)
