"""Tells marketplace sellers which of their listings break the duplicate-listing rules, and how to mend them.

>>> import dupcheck as dc
>>> audit = dc.audit("sample_catalog/catalog.csv", rules="aliexpress")
>>> audit.pairs, audit.groups, audit.plans
"""

from dupcheck.catalog import read_catalog
from dupcheck.errors import CatalogError, DupcheckError, OutputError, RulesError, UnknownListingError
from dupcheck.evaluation import evaluate
from dupcheck.model import Catalog, Listing, Plan, Sku
from dupcheck.pipeline import Answer, Audit, Explanation, audit, check, why
from dupcheck.rules import RulePack, list_packs, read_pack

__all__ = [
    "Answer",
    "Audit",
    "Catalog",
    "CatalogError",
    "DupcheckError",
    "Explanation",
    "Listing",
    "OutputError",
    "Plan",
    "RulePack",
    "RulesError",
    "Sku",
    "UnknownListingError",
    "audit",
    "check",
    "evaluate",
    "list_packs",
    "read_catalog",
    "read_pack",
    "why",
]
