"""What sellers hold → :class:`~dupcheck.model.Catalog`: files of any kind in, listings and their SKUs out."""

from dupcheck.catalog.listings import (
    format_catalog,
    get_listing,
    get_skus,
    make_catalog,
    merge_catalogs,
    write_catalog,
)
from dupcheck.catalog.reading import read_catalog, read_listing
from dupcheck.catalog.values import Price, format_attributes, parse_attributes, parse_price

__all__ = [
    "Price",
    "format_attributes",
    "format_catalog",
    "get_listing",
    "get_skus",
    "make_catalog",
    "merge_catalogs",
    "parse_attributes",
    "parse_price",
    "read_catalog",
    "read_listing",
    "write_catalog",
]
