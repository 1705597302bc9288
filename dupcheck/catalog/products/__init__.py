"""JSON objects that hold a whole product with its SKUs → drafts: one nested shape a file, each fits and make_draft."""

from collections.abc import Callable
from typing import Final

from dupcheck.catalog.products import aliexpress, aliexpress_page, shopify, woocommerce
from dupcheck.catalog.products.nodes import Node
from dupcheck.catalog.variants import Draft

Maker = Callable[[Node, int], Draft]
SHAPES: Final[tuple[tuple[Callable[[Node], bool], Maker], ...]] = (
    (aliexpress_page.fits, aliexpress_page.make_draft),
    (shopify.fits, shopify.make_draft),
    (woocommerce.fits, woocommerce.make_draft),
    (aliexpress.fits, aliexpress.make_draft),
)


def find_maker(node: Node) -> Maker | None:
    """Return what reads this object as a product; None where it is none."""
    return next((make for fits, make in SHAPES if fits(node)), None)
