"""Plans → files that a marketplace takes: one module a marketplace, all of one shape.

Adding one is one module with a class of :class:`Export`'s shape and one entry in ``EXPORTS``. Beside the files go
``take-offline.csv``, what to take down and what stands for it now, and ``export-cautions.csv``, what the marketplace
would refuse or what a person must still fill in.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from dupcheck.exports.aliexpress import Aliexpress
from dupcheck.exports.amazon import Amazon
from dupcheck.exports.checks import check_formulas, check_listing
from dupcheck.exports.ebay import Ebay
from dupcheck.exports.google import Google
from dupcheck.exports.merging import Merged, carry_out, list_moves, list_plans, merge_listings, read_plans
from dupcheck.exports.shopify import Shopify
from dupcheck.exports.woocommerce import Woocommerce
from dupcheck.exports.yml import Yml
from dupcheck.files.cells import render_table
from dupcheck.files.writing import check_folder, write_file
from dupcheck.messages import Lang, Message
from dupcheck.model import Catalog
from dupcheck.rules import MergeLimits

__all__ = [
    "EXPORTS",
    "Export",
    "Merged",
    "carry_out",
    "check_listing",
    "list_moves",
    "list_plans",
    "merge_listings",
    "read_plans",
    "write_exports",
    "write_moves",
]


class Export(Protocol):
    """What every export has.

    ``limits`` is what one listing can hold there; ``render`` writes the listings into one file's bytes; ``check`` says
    what the marketplace would refuse in a listing beyond those limits.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def suffix(self) -> str: ...  # noqa: D102
    @property
    def limits(self) -> MergeLimits: ...  # noqa: D102
    def render(self, merged: Sequence[Merged]) -> bytes: ...  # noqa: D102
    def check(self, merged: Merged) -> list[Message]: ...  # noqa: D102


EXPORTS: Mapping[str, Export] = {
    e.name: e for e in (Aliexpress(), Shopify(), Google(), Amazon(), Ebay(), Woocommerce(), Yml())
}


def write_exports(
    names: Sequence[str], catalog: Catalog, plans: Sequence[Mapping[str, Any]], out: Path, lang: Lang = "en"
) -> list[Path]:
    """Write ``export-NAME.*`` for each name, the take-offline list and the cautions into ``out``; return the paths.

    Raises OutputError where a file cannot be written, or one of another program is in the way.
    """
    merged = merge_listings(catalog, plans)
    texts: dict[str, bytes] = {}
    cautions: list[list[str]] = []
    for name in dict.fromkeys(names):
        export = EXPORTS[name]
        texts[f"export-{name}.{export.suffix}"] = export.render(merged)
        for m in merged:
            told = [*check_listing(m, export.limits), *export.check(m), *check_formulas(m)]
            cautions += [[name, m.listing.listing_id, t.say(lang)] for t in told]
    titles, urls, at = catalog.column("title"), catalog.column("url"), catalog.positions
    offline = [[i, m.listing.listing_id, titles[at[i]], urls[at[i]]] for m in merged for i in m.offline]
    texts["take-offline.csv"] = render_table(["listing_id", "instead", "title", "url"], offline)
    texts["export-cautions.csv"] = render_table(["export", "listing_id", "caution"], cautions)
    check_folder(out, list(texts), "audit.json")
    return [write_file(out / file, data) for file, data in texts.items()]


def write_moves(rows: Sequence[Mapping[str, str]], path: Path) -> Path:
    """Write which old listing and SKU code is which SKU now, as a table."""
    columns = ["old_listing_id", "old_sku_code", "listing_id", "options", "sku_code"]
    return write_file(path, render_table(columns, [[r[c] for c in columns] for r in rows]))
