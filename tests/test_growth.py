"""The work of an audit grows as the catalogue does, whatever is alike in it.

It is counted in calls and pairs: no busy machine has a say.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from counting import count_calls

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.model import Listing, Sku

SMALL, TIMES = 150, 4
MOST, MOST_PAIRS = 1.08, 1.2
"""The exponents: so many times as many listings are at most that number to this power as many calls, and pairs."""
WORDS = ("amber", "birch", "cedar", "dune", "ember", "flint", "grove", "hazel", "iris", "jade", "kelp")


def name_thing(i: int) -> str:
    """A title that has no more in common with others than a few words."""
    return f"{WORDS[i % 11]}{i * 7919 % 9973} {WORDS[i // 11 % 11]} vase{i * 31 % 997} of {WORDS[i * 3 % 11]}ware"


def list_skus(i: int) -> tuple[Sku, ...]:
    return tuple(Sku({"Size": str(k)}, 3, "USD", f"{i}-{k}") for k in range(5))


def walk_hashes(step: int) -> list[str]:
    """Hashes of photos of which each is near to the next one, and far from all others."""
    value, found = 0xF0E1D2C3B4A59687, []
    for i in range(2 * TIMES * SMALL):
        value ^= 1 << (i * step) % 61 | 1 << (i * i) % 64
        found.append(f"{value:016x}")
    return found


HASHES = walk_hashes(7)
Make = Callable[[int], Mapping[str, Any]]
KINDS: Mapping[str, Make] = {
    "titles of their own": lambda i: {"title": name_thing(i)},
    "one title": lambda i: {"title": "Steel frying pan with lid", "price": 9.0 + i % 7},
    "one title and price": lambda i: {"title": "Steel frying pan with lid", "price": 9.0},
    "a chain of titles": lambda i: {"title": " ".join(f"word{i + k}" for k in range(6))},
    "one photo": lambda i: {"title": name_thing(i), "image_phash": "f0e1d2c3b4a59687"},
    "a chain of photos": lambda i: {"title": name_thing(i), "image_phash": HASHES[i]},
    "one photo and title": lambda i: {"title": "Steel frying pan", "image_phash": "f0e1d2c3b4a59687"},
    "one code": lambda i: {"title": name_thing(i), "gtin": "4006381333931"},
    "options of one product": lambda i: {"title": f"Steel frying pan {i} cm", "price": 9.0},
    "attributes of their own": lambda i: {"title": name_thing(i), "attributes": {f"Fact {i}": str(i), "Sort": f"{i}"}},
    "one set of attributes": lambda i: {"title": name_thing(i), "attributes": {"Material": "Steel", "Use": "Kitchen"}},
    "skus of their own": lambda i: {"title": name_thing(i), "skus": list_skus(i)},
    "keys of their own": lambda i: {"title": name_thing(i), "other": {f"key {i}": "x"}},
}


def measure(make: Make, size: int, folder: Path) -> tuple[int, int]:
    """Count the calls and the pairs of an audit of so many listings, report included."""
    catalog = make_catalog([Listing(f"L-{i}", **make(i)) for i in range(size)])
    held: list[dc.Audit] = []

    def work() -> None:
        held.append(dc.audit(catalog, jobs=1, cache=folder / "cache"))
        held[0].save(folder / f"r{size}")

    calls = count_calls(work)
    return calls, len(held[0].pairs)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_an_audit_grows_as_the_catalogue_does(kind: str, tmp_path: Path) -> None:
    make = KINDS[kind]
    measure(make, 20, tmp_path)  # what is loaded once
    (few_calls, few_pairs), (calls, pairs) = (measure(make, SMALL * times, tmp_path) for times in (1, TIMES))
    assert calls <= few_calls * TIMES**MOST, (few_calls, calls)
    assert pairs <= few_pairs * TIMES**MOST_PAIRS + TIMES * SMALL // 2, (few_pairs, pairs)
