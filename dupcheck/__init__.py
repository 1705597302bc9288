"""Tells marketplace sellers which of their listings break the duplicate-listing rules, and how to mend them.

>>> import dupcheck as dc
>>> audit = dc.audit("sample_catalog/catalog.csv", rules="aliexpress")
>>> audit
<Audit of 69 listings: ... pairs, ... groups>

``audit.pairs`` and ``audit.groups`` are tables, ``audit.plans`` what to do. ``dupcheck.__version__`` is the version.

Nothing is defined here. The names are looked up at first use, so that a command starts fast and Ctrl-C is always heard.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dupcheck.asking import Asked, questions
    from dupcheck.catalog import Inspection, inspect, read_catalog
    from dupcheck.checking import Answer, Checker, check
    from dupcheck.decisions import Decision
    from dupcheck.errors import (
        CatalogError,
        DupcheckError,
        LedgerError,
        OutputError,
        RulesError,
        TokenError,
        UnknownListingError,
    )
    from dupcheck.evaluation import evaluate
    from dupcheck.ledger import open_ledger
    from dupcheck.ledger.book import Claim, Ledger
    from dupcheck.model import Catalog, Listing, Plan, Problem, Sku

    __version__: str
    from dupcheck.packs import list_packs
    from dupcheck.pipeline import Audit, Explanation, audit, why
    from dupcheck.rules import RulePack, read_pack

__all__ = [
    "Answer",
    "Asked",
    "Audit",
    "Catalog",
    "CatalogError",
    "Checker",
    "Claim",
    "Decision",
    "DupcheckError",
    "Explanation",
    "Inspection",
    "Ledger",
    "LedgerError",
    "Listing",
    "OutputError",
    "Plan",
    "Problem",
    "RulePack",
    "RulesError",
    "Sku",
    "TokenError",
    "UnknownListingError",
    "__version__",
    "audit",
    "check",
    "evaluate",
    "inspect",
    "list_packs",
    "open_ledger",
    "questions",
    "read_catalog",
    "read_pack",
    "why",
]

_HOMES = {
    "asking": ("Asked", "questions"),
    "catalog": ("Inspection", "inspect", "read_catalog"),
    "checking": ("Answer", "Checker", "check"),
    "decisions": ("Decision",),
    "errors": (
        "CatalogError",
        "DupcheckError",
        "LedgerError",
        "OutputError",
        "RulesError",
        "TokenError",
        "UnknownListingError",
    ),
    "evaluation": ("evaluate",),
    "ledger": ("open_ledger",),
    "ledger.book": ("Claim", "Ledger"),
    "model": ("Catalog", "Listing", "Plan", "Problem", "Sku"),
    "pipeline": ("Audit", "Explanation", "audit", "why"),
    "packs": ("list_packs",),
    "rules": ("RulePack", "read_pack"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("dupcheck")
    if name not in _HOME:
        raise AttributeError(f"module 'dupcheck' has no attribute {name!r}")
    return getattr(import_module(f"dupcheck.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
