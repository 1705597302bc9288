"""JSON, JSON Lines and Parquet → grids of text, or listings where a product holds its SKUs."""

import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from dupcheck.catalog.products import DEEPEST, find_products
from dupcheck.catalog.products.nodes import show_value
from dupcheck.catalog.tables import Grid, Problems, Record, shorten
from dupcheck.catalog.variants import Draft
from dupcheck.errors import CatalogError
from dupcheck.messages import message
from dupcheck.model import Problem


def _find_records(document: Any, depth: int = 0) -> list[Mapping[str, Any]]:
    """Return the longest list of objects in a document; a lone object is a list of one."""
    if isinstance(document, list):
        return [x for x in document if isinstance(x, Mapping)]
    if isinstance(document, Mapping) and depth < DEEPEST:
        held = [_find_records(v, depth + 1) for v in document.values() if isinstance(v, list | Mapping)]
        best = max(held, key=len, default=[])
        if "title" in document or "listing_id" in document or len(best) < 2:
            return [document] if any(not isinstance(v, list | Mapping) for v in document.values()) else best
        return best
    return []


def make_grid(name: str, records: Sequence[Mapping[str, Any]], problems: Sequence[Problem] = ()) -> Grid:
    """Make a grid of objects: their keys are its header."""
    keys = list(dict.fromkeys(str(k) for record in records for k in record))
    header = Record(keys)
    rows = [Record([show_value(record.get(k)) for k in keys]) for record in records]
    return Grid(name, [header, *rows], tuple(problems))


def read_document(document: Any, name: str, problems: Sequence[Problem] = ()) -> tuple[list[Draft], Grid | None]:
    """Return the listings of a JSON document, or a grid of its objects where they are plain rows."""
    drafts = [maker(node, row) for row, (maker, node) in enumerate(find_products(document), 1)]
    if drafts:
        return drafts, None
    records = _find_records(document)
    return [], make_grid(name, records, problems) if records else None


def read_json(text: str, path: str, name: str) -> tuple[list[Draft], Grid | None, list[Problem]]:
    """Read JSON or JSON Lines; a line that is broken is told and the rest goes on."""
    problems = Problems()
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise CatalogError("catalog.bad_json", path=path, reason="nested too deep") from error
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        document = []
        for row, line in enumerate(lines, 1):
            try:
                held = json.loads(line)
                if not isinstance(held, Mapping):
                    raise ValueError(held)
                document.append(held)
            except (ValueError, RecursionError):
                document.append({})
                problems.add(row, "", "", "error", message("catalog.bad_line", text=shorten(line)))
        if len(lines) < 2 or not any(document):
            document, rest = _read_broken_list(text)
            if not document:
                raise CatalogError("catalog.bad_json", path=path, reason=error) from error
            problems = Problems()
            problems.add(None, "", "", "error", message("catalog.breaks_off", count=len(document), text=shorten(rest)))
    drafts, grid = read_document(document, name)
    return drafts, grid, problems.found


def _read_broken_list(text: str) -> tuple[list[Any], str]:
    """Read the objects of a JSON list up to where it is broken; also what is left from there."""
    start = text.find("[")
    if start < 0 or len(text) > 50_000_000:
        return [], text
    decoder = json.JSONDecoder()
    found: list[Any] = []
    at = start + 1
    while True:
        gap = re.compile(r"[\s,]*").match(text, at)
        at = gap.end() if gap else at
        try:
            held, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return found, text[at:]
        if isinstance(held, Mapping):
            found.append(held)


def read_parquet(raw: bytes, path: str, name: str) -> Grid:
    """Read a Parquet file. Raises CatalogError where it is none, or what reads it is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise CatalogError("catalog.no_parquet", path=path) from error

    try:
        table = pq.read_table(io.BytesIO(raw))
        if table.num_rows * max(1, table.num_columns) > 50_000_000:
            raise CatalogError("catalog.too_wide", path=path, rows=table.num_rows, columns=table.num_columns)
        columns = [[show_value(v) for v in column.to_pylist()] for column in table.columns]
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise CatalogError("catalog.bad_workbook", path=path, reason=str(error)[:200]) from error
    return Grid(name, [Record(list(table.column_names)), *(Record(list(c)) for c in zip(*columns, strict=True))])
