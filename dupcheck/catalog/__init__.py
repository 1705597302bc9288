"""What sellers hold → :class:`~dupcheck.model.Catalog`: files of any kind in, listings and their SKUs out."""

from dupcheck.catalog.formats import describe_formats, own_folder
from dupcheck.catalog.inspection import Inspection, inspect
from dupcheck.catalog.listings import (
    format_catalog,
    get_listing,
    get_skus,
    make_catalog,
    merge_catalogs,
    take_listings,
    write_catalog,
)
from dupcheck.catalog.reading import read_catalog, read_listing
from dupcheck.catalog.values import Price, format_attributes, parse_attributes, parse_price

__all__ = [
    "Inspection",
    "Price",
    "describe_formats",
    "format_attributes",
    "format_catalog",
    "get_listing",
    "get_skus",
    "inspect",
    "make_catalog",
    "merge_catalogs",
    "own_folder",
    "parse_attributes",
    "parse_price",
    "read_catalog",
    "read_listing",
    "take_listings",
    "write_catalog",
]
