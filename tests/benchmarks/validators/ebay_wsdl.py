"""eBay's requests, made of rows given as JSON on standard input, held against its WSDL: faults as JSON.

    python ebay_wsdl.py PACKAGES < items.json

``PACKAGES`` is where ``pip install --target PACKAGES ebay-apiroute`` put eBay's types. It runs as a program of its own,
since these bring libraries of their own.
"""

import importlib
import json
import sys
from typing import Any

_SCHEMAS = "ebay_apiroute.trading.models.schemas"
REQUESTS = {
    "Revise": ("revise_fixed_price_item_request_type", "ReviseFixedPriceItemRequestType"),
    "VerifyAdd": ("verify_add_fixed_price_item_request_type", "VerifyAddFixedPriceItemRequestType"),
    "End": ("end_fixed_price_item_request_type", "EndFixedPriceItemRequestType"),
}


def write_request(item: dict[str, Any]) -> dict[str, Any]:
    """Return the request that a row and its variations stand for."""
    if item["kind"] == "End":
        return dict(item["item"])
    variations = [
        {
            **{k: v for k, v in variation.items() if v not in (None, "")},
            "VariationSpecifics": {
                "NameValueList": [{"Name": n, "Value": [v]} for n, v in variation["VariationSpecifics"]]
            },
        }
        for variation in item["variations"]
    ]
    held = {**item["item"], **({"Variations": {"Variation": variations}} if variations else {})}
    return {"Item": held}


def main() -> None:
    """Hold each item against its request's type."""
    sys.path.insert(0, sys.argv[1])
    from pydantic import ValidationError

    found = []
    for item in json.load(sys.stdin):
        module, name = REQUESTS[item["kind"]]
        kind = getattr(importlib.import_module(f"{_SCHEMAS}.{module}"), name)
        try:
            kind.model_validate(write_request(item))
        except ValidationError as error:
            found += [
                f"{item['item'].get('ItemID')}: {'.'.join(map(str, e['loc']))} {e['msg']}" for e in error.errors()
            ]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
