"""The marketplaces that there are files for: named without what writes them, for which no help has to wait."""

import os
from collections.abc import Mapping

_MODULES: Mapping[str, str] = {
    "excel": "worklist.Excel", "aliexpress": "aliexpress.Aliexpress", "shopify": "shopify.Shopify",
    "google": "google.Google", "meta": "google.Meta", "amazon": "amazon.Amazon", "ebay": "ebay.Ebay",
    "woocommerce": "woocommerce.Woocommerce", "yml": "yml.Yml",
}  # fmt: skip
_SHEETS = os.path.join(os.path.dirname(__file__), "exports", "sheets")  # noqa: PTH118, PTH120 - as in messages


def list_homes() -> dict[str, str]:
    """Return each export's module and class in ``dupcheck.exports``, by its name; "" for a table in ``sheets/``."""
    tables = sorted(name.removesuffix(".toml") for name in os.listdir(_SHEETS) if name.endswith(".toml"))  # noqa: PTH208
    return {**_MODULES, **dict.fromkeys(tables, "")}
