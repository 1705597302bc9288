"""Pre-flight: what a marketplace would refuse in a merged listing, said before it is uploaded."""

from collections import Counter

from dupcheck.exports.merging import Merged
from dupcheck.files.cells import is_call
from dupcheck.messages import Message, message
from dupcheck.rules import MergeLimits


def check_listing(merged: Merged, limits: MergeLimits) -> list[Message]:
    """Return what stands against publishing a merged listing within ``limits``."""
    listing, skus = merged.listing, merged.skus
    found: list[Message] = []

    def tell(key: str, /, **values: object) -> None:
        found.append(message(key, **values))

    if len(merged.axes) > limits.max_axes:
        tell("exports.axes", count=len(merged.axes), max=limits.max_axes)
    if not listing.title.strip() or len(listing.title) > limits.title_max:
        tell("exports.title_length", count=len(listing.title), max=limits.title_max)
    if limits.title_alphabet == "ascii" and not listing.title.isascii():
        tell("exports.title_alphabet")
    if len(skus) > limits.skus_max:
        tell("exports.skus", count=len(skus), max=limits.skus_max)
    if len(merged.photos) > limits.images_max:
        tell("exports.photos", count=len(merged.photos), max=limits.images_max)
    combos = Counter(tuple(sorted((n, v.casefold()) for n, v in s.options.items())) for s in skus)
    if any(n > 1 for n in combos.values()):
        tell("exports.same_options")
    for axis in merged.axes:
        silent = [s.sku_code or "?" for s in skus if not s.options.get(axis)]
        if silent:
            tell("exports.option_missing", axis=axis, codes=", ".join(silent))
        values = list(dict.fromkeys(s.options[axis] for s in skus if s.options.get(axis)))
        long = [v for v in values if len(v) > limits.option_name_max]
        if long:
            tell("exports.option_length", axis=axis, max=limits.option_name_max, values=", ".join(long))
        foreign = [v for v in values if not v.isascii()] if limits.option_alphabet == "ascii" else []
        if foreign:
            tell("exports.option_alphabet", axis=axis, values=", ".join(foreign))
    codes = Counter(s.sku_code for s in skus if s.sku_code)
    bad = [c for c in codes if len(c) > limits.sku_code_max or " " in c]
    if bad:
        tell("exports.codes", max=limits.sku_code_max, codes=", ".join(bad))
    twice = [c for c, n in codes.items() if n > 1]
    if twice:
        tell("exports.same_codes", codes=", ".join(twice))
    if any(s.price is None or s.price <= 0 for s in skus):
        tell("exports.prices")
    if len({s.currency for s in skus} - {""}) > 1:
        tell("exports.currencies")
    stocks = [s.stock for s in skus]
    if all(s is None for s in stocks):
        tell("exports.stock_unknown")
    elif not any(stocks):
        tell("exports.no_stock")
    if merged.wholesale is not None and limits.price_tiers < 1:
        tell("exports.no_tiers", pieces=merged.wholesale[0], percent=merged.wholesale[1])
    return found


def check_formulas(merged: Merged) -> list[Message]:
    """Return a caution where a spreadsheet would run what stands in a cell of the file: it cannot be marked there."""
    listing = merged.listing
    texts = [
        listing.title, listing.listing_id, listing.category, listing.url, listing.description, listing.sku_code,
        *listing.attributes, *listing.attributes.values(), *merged.photos,
        *(t for s in merged.skus for t in (s.sku_code, s.gtin, *s.options, *s.options.values())),
    ]  # fmt: skip
    found = list(dict.fromkeys(t[:40] for t in texts if is_call(t)))
    return [message("exports.formula", texts=", ".join(found[:3]))] if found else []


def check_addresses(merged: Merged) -> list[Message]:
    """Return a caution where photos are files on this machine, which a marketplace cannot fetch."""
    local = [p for p in merged.photos if "://" not in p]
    return [message("exports.local_photos", photos=", ".join(local[:3]))] if local else []
