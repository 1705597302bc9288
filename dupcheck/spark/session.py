"""A Spark session, the work folder of one run, and what a run keeps in it."""

import os
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dupcheck.errors import CatalogError, DupcheckError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    Batches = Iterator[pa.RecordBatch]

PIECE = 4_000_000
"""Bytes of what was learned that go to the driver in one row."""
_SETTINGS = {
    "spark.sql.csv.parser.columnPruning.enabled": "false",  # or a row cut short counts in one step, and not in the next
    # Spark takes a table of 10 MB of Parquet for small, and sends it through the driver: 200,000 listings, 270 MB there
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.adaptive.autoBroadcastJoinThreshold": "-1",
}
"""What Spark is told for the time of an audit, whatever is set."""


def open_session() -> "tuple[SparkSession, bool]":
    """Return the active Spark session, or a new one with Spark's own settings (``spark-defaults.conf``), and whether it
    is new. Raises DupcheckError where pyspark or Java is missing.
    """
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise DupcheckError("audit.no_spark") from None
    # Local workers must run in this environment, not in whatever python3 the path finds first.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    active = SparkSession.getActiveSession()
    if active is not None:
        return active, False
    try:
        return SparkSession.builder.appName("dupcheck").getOrCreate(), True
    except PySparkRuntimeError as error:
        raise DupcheckError("audit.no_spark") from error


@contextmanager
def settle(session: "SparkSession") -> Iterator[None]:
    """Have a session read and join as an audit needs it, and afterwards as before."""
    before = {name: session.conf.get(name, None) for name in _SETTINGS}
    try:
        for name, value in _SETTINGS.items():
            session.conf.set(name, value)
        yield
    finally:
        for name, told in before.items():
            if told is None:
                session.conf.unset(name)
            else:
                session.conf.set(name, told)


@dataclass(frozen=True)
class Workshop:
    """One run: its session, and the folder that holds each finished step, so that nothing is done twice when a task or
    an executor is lost. The ``steps`` that outlast the run lie in ``lasting``, if anywhere.
    """

    session: "SparkSession"
    folder: str
    lasting: str | None = None
    steps: frozenset[str] = frozenset()
    _sent: dict[tuple[int, ...], tuple[object, Any]] = field(default_factory=dict, repr=False)

    def keep(self, frame: "DataFrame", name: str, most: int = 0) -> "DataFrame":
        """Write a step and return it as it lies in the work folder, ``most`` rows in a file: a file of Parquet is read
        by one task.
        """
        lasts = self.lasting is not None and name in self.steps
        place = f"{self.lasting if lasts else self.folder}/{name}"
        frame.write.mode("overwrite").option("maxRecordsPerFile", most).parquet(place)
        return self.session.read.schema(frame.schema).parquet(place)

    def open_table(self, place: str | None, schema: str) -> "DataFrame":
        """Return a table of Parquet as it lies in a folder, one without rows where there is none."""
        if place is None or not self.holds(place):
            return self.session.createDataFrame([], schema)
        return self.session.read.schema(schema).parquet(place)

    def holds(self, place: str) -> bool:
        """Whether there is such a file or folder."""
        with opening(place):
            system, path = self.find(place)
            return bool(system.exists(path))

    def find(self, place: str) -> tuple[Any, Any]:
        """Return Hadoop's file system of a place, and its path there. Raises CatalogError where Spark has none."""
        jvm: Any = self.session._jvm
        with opening(place):
            path = jvm.org.apache.hadoop.fs.Path(place)
            return path.getFileSystem(self.session._jsparkSession.sessionState().newHadoopConf()), path

    def read_text(self, place: str) -> str:
        """Return what a text file holds."""
        rows = self.session.read.text(place, wholetext=True).collect()
        return str(rows[0][0]) if rows else ""

    def put_text(self, place: str, text: str) -> None:
        """Write a text file."""
        system, path = self.find(place)
        stream = system.create(path, True)
        try:
            stream.write(bytearray(text.encode("utf-8")))
        finally:
            stream.close()

    def share(self, *values: Any) -> Any:
        """Send values to every executor once, however often they are shared; ``.value`` of the answer is they."""
        key = tuple(map(id, values))
        if key not in self._sent:
            self._sent[key] = values, self.session.sparkContext.broadcast(values if len(values) > 1 else values[0])
        return self._sent[key][1]

    def clear(self, folder: str) -> None:
        """Remove a folder."""
        system, path = self.find(folder)
        system.delete(path, True)


@contextmanager
def opening(place: str) -> Iterator[None]:
    """Tell of a place that Spark cannot open in one line: CatalogError."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JJavaError, PySparkException) as error:
        told = error.java_exception.toString() if isinstance(error, Py4JJavaError) else str(error)
        raise CatalogError("catalog.unreadable", path=place, reason=told.splitlines()[0].rstrip(".")) from error


def learn_once(frame: "DataFrame", learn: "Callable[[pa.Table], Any]") -> Any:
    """Return what ``learn`` makes of all rows of ``frame``, in the order of ``pos``: one task of an executor holds
    them, never the driver, which gets the answer only.
    """

    def cut(table: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        told = pickle.dumps(learn(table), protocol=5)
        pieces = [told[k : k + PIECE] for k in range(0, len(told), PIECE)]
        return pa.table({"part": pa.array(range(len(pieces)), pa.int64()), "told": pa.array(pieces, pa.binary())})

    parts = sorted(map_once(frame, cut, "part long, told binary").collect(), key=lambda row: row.part)
    return pickle.loads(b"".join(bytes(row.told) for row in parts)) if parts else None


def map_once(frame: "DataFrame", make: "Callable[[pa.Table], pa.Table]", schema: str) -> "DataFrame":
    """Return the rows that ``make`` makes of all rows of ``frame``, in the order of ``pos``, in one task."""
    names = list_names(schema)

    def run(batches: "Batches") -> "Batches":
        import pyarrow as pa

        held = list(batches)
        if held:
            yield from make(pa.Table.from_batches(held)).select(names).combine_chunks().to_batches()

    return frame.repartition(1).sortWithinPartitions("pos").mapInArrow(run, schema)


def map_tables(
    frame: "DataFrame", make: "Callable[[pa.Table], pa.Table | None]", schema: str, columns: Sequence[str] = ()
) -> "DataFrame":
    """Return ``frame`` with each Arrow batch of its rows made into other rows of ``schema``."""

    names = list_names(schema)

    def run(batches: "Batches") -> "Batches":
        import pyarrow as pa

        for batch in batches:
            made = make(pa.Table.from_batches([batch])) if batch.num_rows else None
            if made is not None:
                yield from made.select(names).combine_chunks().to_batches()

    return (frame.select(*columns) if columns else frame).mapInArrow(run, schema)


def map_groups(frame: "DataFrame", key: str, make: "Callable[[pa.Table], pa.Table]", schema: str) -> "DataFrame":
    """Return what ``make`` makes of the rows of each ``key``."""
    names = list_names(schema)
    # Spark reads annotations, and a function without any is one from table to table.
    return frame.groupBy(key).applyInArrow(lambda table: make(table).select(names), schema)


def join_groups(
    pairs: "DataFrame", rows: "DataFrame", work: "Callable[[pa.Table, pa.Table], pa.Table]", schema: str
) -> "DataFrame":
    """Return what ``work`` makes of the pairs and the rows of each ``block``, the rows in the catalogue's order, which
    decides between what is otherwise equal.
    """
    names = list_names(schema)
    rows = rows.toDF(*rows.columns)  # both may come from one table, whose columns would have two meanings
    return (
        pairs.groupBy("block")
        .cogroup(rows.groupBy("block"))
        .applyInArrow(lambda one, other: work(one, _sort_rows(other)).select(names), schema)
    )


def _sort_rows(table: "pa.Table") -> "pa.Table":
    return table.sort_by("pos").combine_chunks()


def list_names(schema: str) -> list[str]:
    """Return the names of a schema's columns."""
    return [part.split()[0] for part in schema.split(", ")]
