"""Wholesale arithmetic: which one discount carries the wholesale prices of several SKUs.

AliExpress' form of it, which others share: from a number of pieces on, a whole percentage off every SKU's price, the
result rounded half up to the cent. Checked on a real product, seven prices of seven.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

CENT = 0.01
"""How far a tier's price may lie from the one asked for before it is said."""
POINT = 1
"""Percentage points by which the rounded discounts of SKUs may differ for one discount to serve them all."""


class Discount(NamedTuple):
    """A discount in whole percent. ``low`` and ``high``: the least and largest that the SKUs' prices would need.

    ``off`` is how far, in money, the worst SKU's tier price lies from its old wholesale price.
    """

    percent: int
    low: int
    high: int
    off: float

    @property
    def fits(self) -> bool:
        """Whether one discount serves every SKU."""
        return self.high - self.low <= POINT


def bulk_price(price: float, percent: int) -> float:
    """Return the price a piece at ``percent`` off, rounded half up to the cent."""
    exact = Decimal(str(price)) * (100 - percent) / 100
    return float(exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def find_discount(twins: Sequence[tuple[float, float]], most: int = 99) -> Discount | None:
    """Return the discount for (retail, wholesale) prices of the same SKUs; None where wholesale is not cheaper.

    Where one discount serves all, the one that comes nearest to every price; else the smallest, the safe choice.
    """
    needed = []
    for retail, wholesale in twins:
        share = Decimal(str(wholesale)) / Decimal(str(retail))
        needed.append(int((100 - 100 * share).quantize(Decimal(1), rounding=ROUND_HALF_UP)))
    low, high = min(needed), max(needed)
    if low < 1:
        return None
    low, high = min(low, most), min(high, most)

    def off(percent: int) -> float:
        return max(abs(bulk_price(r, percent) - w) for r, w in twins)

    percent = min(range(low, high + 1), key=lambda p: (round(off(p), 4), p)) if high - low <= POINT else low
    return Discount(percent, low, high, off(percent))
