"""Pre-flight: what a marketplace would refuse in a merged listing, said before it is uploaded."""

from dupcheck.exports.merging import Merged
from dupcheck.files.cells import is_call
from dupcheck.files.numbers import is_gtin, is_numbered
from dupcheck.limits import Breach, Holding, find_breaches
from dupcheck.messages import Message, message
from dupcheck.rules import MergeLimits

WARNINGS = frozenset(
    f"exports.{key}"
    for key in (
        "photos", "stock_unknown", "no_stock", "no_tiers", "twin_stays", "foreign", "unsaid", "no_gtin", "no_facet",
        "theme_unknown", "false_variation", "local_photos", "property_unknown", "ebay_variations", "yml_creates",
        "handle", "ebay_site", "theme_choose", "formula", "template_goods", "table_creates", "feed_replaces",
    )
)  # fmt: skip
"""What a seller should look at, but no marketplace refuses; every other caution is a refusal."""


def is_refusal(told: Message) -> bool:
    """Say whether a caution means that the marketplace would refuse the listing as it is written."""
    return told.key not in WARNINGS


def check_listing(merged: Merged, limits: MergeLimits) -> list[Message]:
    """Return what stands against publishing a merged listing within ``limits``."""
    tiers = 0 if merged.wholesale is None else 1
    held = Holding(merged.listing.title, merged.axes, merged.skus, len(merged.photos), tiers)
    return [_say(b, merged) for b in find_breaches(held, limits)]


def _say(breach: Breach, merged: Merged) -> Message:
    names = ", ".join(breach.names)
    values: dict[str, object] = {"count": breach.count, "max": breach.most, "axis": breach.axis}
    match breach.fault:
        case "option_missing" | "codes" | "same_codes":
            values["codes"] = names
        case "option_length" | "option_alphabet":
            values["values"] = names
        case "no_tiers":
            pieces, percent = merged.wholesale or (0, 0)
            values |= {"pieces": pieces, "percent": percent}
        case "currencies":
            values["currencies"] = names
    return message(f"exports.{breach.fault}", **values)


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


def check_gtins(merged: Merged, *, worded: bool = False) -> list[Message]:
    """Return a caution where a code that is to be a GTIN is none: its length or its check digit is wrong.

    ``worded``: the marketplace takes words for it where there is none («Does not apply»).
    """
    codes = (s.gtin for s in merged.skus if (is_numbered(s.gtin) if worded else s.gtin))
    wrong = list(dict.fromkeys(code for code in codes if not is_gtin(code)))
    return [message("exports.bad_gtin", codes=", ".join(wrong))] if wrong else []
