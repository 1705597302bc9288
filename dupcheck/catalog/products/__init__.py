"""JSON objects that hold a whole product with its SKUs → drafts: one nested shape a file, each fits and make_draft."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from dupcheck.catalog.products import aliexpress, aliexpress_page, shopify
from dupcheck.catalog.products.nodes import Node, read_nested
from dupcheck.catalog.variants import Draft

Maker = Callable[[Node, int], Draft]
SHAPES: Final[tuple[tuple[Callable[[Node], bool], Maker], ...]] = (
    (aliexpress_page.fits, aliexpress_page.make_draft),
    (shopify.fits, shopify.make_draft),
    (aliexpress.fits, aliexpress.make_draft),
)
DEEPEST: Final = 8


def find_maker(node: Node) -> Maker | None:
    """Return what reads this object as a product; None where it is none."""
    return next((make for fits, make in SHAPES if fits(node)), None)


def find_products(document: Any, depth: int = 0) -> Iterator[tuple[Maker, Node]]:
    """Give the products in a document, wherever in it they stand, each with what reads it."""
    document = read_nested(document)
    if depth > DEEPEST:
        return
    if isinstance(document, Mapping):
        node = Node(document)
        maker = find_maker(node)
        if maker is not None:
            yield maker, node
            return
        for value in document.values():
            yield from find_products(value, depth + 1)
    elif isinstance(document, list):
        for value in document:
            yield from find_products(value, depth + 1)
