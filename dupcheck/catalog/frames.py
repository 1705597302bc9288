"""Tables in memory → :class:`~dupcheck.model.Catalog`, by the way that files take."""

import json
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from dupcheck.catalog.listings import make_catalog
from dupcheck.errors import CatalogError
from dupcheck.messages import message
from dupcheck.model import Catalog, Listing

if TYPE_CHECKING:
    import pandas as pd


def is_frame(value: object) -> "TypeGuard[pd.DataFrame]":
    """Whether a value is a table of pandas; pandas is not imported to find out."""
    return type(value).__name__ == "DataFrame" and hasattr(value, "to_csv") and hasattr(value, "columns")


def are_rows(value: object) -> TypeGuard[Sequence[Mapping[str, Any] | Listing]]:
    """Whether a value is a list of dicts or of listings."""
    return (
        isinstance(value, Sequence) and not isinstance(value, str) and len(value) > 0
        and all(isinstance(row, Mapping | Listing) for row in value)
    )  # fmt: skip


def read_frame(
    frame: "pd.DataFrame | Sequence[Mapping[str, Any] | Listing]",
    *,
    images: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
    need_ids: bool = True,
    currency: str = "",
    facts: bool = True,
) -> Catalog:
    """Read a catalogue from a table, a list of dicts or a list of listings, as :func:`read_catalog` reads a file.

    Photo paths start from ``images``, or else from the folder that the program runs in. Raises CatalogError as
    :func:`read_catalog` does.
    """
    from dupcheck.catalog.reading import read_catalog

    root = Path.cwd() if images is None else Path(images)
    if not is_frame(frame) and all(isinstance(row, Listing) for row in frame):
        return make_catalog([row for row in frame if isinstance(row, Listing)], image_root=root)
    import pandas as pd

    table = frame if is_frame(frame) else pd.DataFrame(list(frame))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        table.map(_write_cell).to_csv(path, index=False)
        try:
            read = read_catalog(path, images=root, mapping=mapping, need_ids=need_ids, currency=currency, facts=facts)
        except CatalogError as error:
            raise CatalogError(error.text.key, **_name_table(error.text.values, path)) from None
    return replace(read, sources=())


def _name_table(values: Mapping[str, object], path: Path) -> dict[str, object]:
    """Return what a text is filled from with the table in place of the file that stood for it."""
    table = message("catalog.the_table")
    return {name: table if str(value) == str(path) else value for name, value in values.items()}


def _write_cell(value: object) -> object:
    """What a CSV file would hold: nothing for what is missing, JSON for what is nested, whole numbers as such."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, Mapping):
        return json.dumps(dict(value), ensure_ascii=False)
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value)) if all(isinstance(v, str) for v in value) else json.dumps(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
