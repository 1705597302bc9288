"""JSON objects that hold a whole product with its SKUs → drafts: one nested shape a file, each fits and make_draft."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from dupcheck.catalog.products import aliexpress, aliexpress_page, general, shopify, woocommerce
from dupcheck.catalog.products.nodes import Node, show_value
from dupcheck.catalog.tables import shorten
from dupcheck.catalog.variants import Draft
from dupcheck.messages import message


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of product object. ``name`` is the format that its listings are traced to."""

    name: str
    fits: Callable[[Node], bool]
    read: Callable[[Node, int], Draft]

    def make(self, node: Node, row: int) -> Draft:
        """Read one product; the draft keeps the object as it was."""
        draft = self.read(node, row)
        draft.held, draft.shape = node.held, self.name
        for name, entries in node.odd.items():
            for entry in entries:
                text = shorten(show_value(entry) or json.dumps(entry, ensure_ascii=False))
                draft.lost.append(message("catalog.bad_part", name=name, text=text))
        return draft


SHAPES: Final = (
    Shape("aliexpress-page", aliexpress_page.fits, aliexpress_page.make_draft),
    Shape("shopify-json", shopify.fits, shopify.make_draft),
    Shape("woocommerce-json", woocommerce.fits, woocommerce.make_draft),
    Shape("json", aliexpress.fits, aliexpress.make_draft),
    Shape("general-json", general.fits, general.make_draft),
)


def find_shape(node: Node) -> Shape | None:
    """Return the shape of product that this object has; None where it is none."""
    return next((shape for shape in SHAPES if shape.fits(node)), None)
