"""The wholesale price of a merged listing: one discount for the twins in larger numbers that it takes in."""

from dupcheck.messages import Message, message
from dupcheck.model import Wholesale
from dupcheck.plans.mixture import Mixture
from dupcheck.plans.tiers import CENT, bulk_price, find_discount


def plan_tier(mix: Mixture) -> tuple[Wholesale | None, list[Message], list[Message]]:
    """Return one wholesale tier for the twins and for the tiers that listings have, or None; reasons and cautions."""
    reasons: list[Message] = []
    cautions: list[Message] = []
    merge, twins = mix.pack.merge, dict[int, list[tuple[float, float]]]()
    minimum: dict[int, float] = {}
    for m in mix.wholesale:
        prices = _pair_prices(mix, m, cautions)
        if prices:
            twins[m], minimum[m] = prices, mix.shelf.minimum_order(m)
    for m in mix.kept:
        retail, bulk = mix.shelf.number(m, "price"), mix.shelf.number(m, "bulk_price")
        if retail and bulk and bulk < retail:
            twins[m], minimum[m] = [(retail, bulk)], mix.shelf.number(m, "min_order_quantity") or 2.0
    found = {m: d for m in twins if (d := find_discount(twins[m], merge.discount_max)) is not None}
    for m in mix.wholesale:
        if m in twins and m not in found:
            cautions.append(message("plans.tier_not_cheaper", id=mix.shelf.id(m)))
    if not found:
        return None, reasons, cautions
    if merge.price_tiers < 1:
        cautions.append(message("plans.no_tiers", ids=mix.list_ids(found)))
        return None, reasons, cautions
    steps = sorted({minimum[m] for m in found})
    if len(steps) > merge.price_tiers:
        least = min(found, key=lambda m: (found[m].percent, minimum[m]))
        given_up = [m for m in found if minimum[m] != minimum[least]]
        cautions.append(
            message("plans.tiers_many", count=len(steps), max=merge.price_tiers, ids=mix.list_ids(given_up))
        )
        found = {m: d for m, d in found.items() if m not in given_up}
    discount = find_discount([pair for m in found for pair in twins[m]], merge.discount_max)
    assert discount is not None  # every one of its parts is cheaper
    if not discount.fits:
        cautions.append(message("plans.tiers_differ", low=discount.low, high=discount.high))
    elif discount.off > CENT + 1e-9:
        worst = max((p for m in found for p in twins[m]), key=lambda p: abs(bulk_price(p[0], discount.percent) - p[1]))
        cautions.append(
            message("plans.tier_off", price=f"{bulk_price(worst[0], discount.percent):.2f}", was=f"{worst[1]:.2f}")
        )
    pieces = int(min(minimum[m] for m in found))
    if pieces < 2:
        pieces = 2
        cautions.append(message("plans.tier_no_minimum"))
    if pieces > merge.min_order_max:
        cautions.append(message("plans.tier_minimum", minimum=pieces, max=merge.min_order_max))
    reasons.append(message("plans.tier", minimum=pieces, percent=discount.percent))
    return Wholesale(pieces, discount.percent), reasons, cautions


def _pair_prices(mix: Mixture, member: int, cautions: list[Message]) -> list[tuple[float, float]]:
    prices = []
    for offer in mix.own[member]:
        partner = mix.skus[offer.combo(mix.axes)][0]
        if offer.price and partner.price:
            prices.append((partner.price, offer.price))
        else:
            silent = offer if not offer.price else partner
            cautions.append(message("plans.tier_no_price", id=mix.shelf.id(silent.member)))
    return prices
