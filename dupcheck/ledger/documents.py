"""Decisions as a JSON document: what the report page saves, what ``dupcheck decisions export`` writes, and back.

``{"format": 1, "decisions": [{"listings": [ID, ID …], "decision": KIND, "reason": TEXT}]}``: of more than two listings
every pair is meant. An export adds ``contents``, the hashes that the listings had; without them a decision is about the
listings as they are when it is read.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, TypeGuard

from dupcheck.decisions import DECISION_KINDS, Decision, DecisionKind
from dupcheck.errors import CatalogError, LedgerError
from dupcheck.files.given import read_given

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Saying:
    """One entry of a document: what was decided about listings; ``contents`` are their hashes, or nothing."""

    listings: tuple[str, ...]
    decision: DecisionKind
    reason: str = ""
    contents: tuple[str, ...] = ()


def read_sayings(path: Path) -> list[Saying]:
    """Read a document. Raises LedgerError that names what is wrong with it, and where."""
    try:
        data = read_given(path)
    except CatalogError as error:
        raise LedgerError(error.text.key, **error.text.values) from error
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise LedgerError("ledger.no_document", path=path, reason=error) from error
    if not isinstance(document, Mapping) or not isinstance(document.get("decisions"), list):
        raise LedgerError("ledger.not_decisions", path=path)
    if document.get("format") != FORMAT:
        raise LedgerError("ledger.document_format", path=path, came=document.get("format"), format=FORMAT)
    return [_read(entry, path, number) for number, entry in enumerate(document["decisions"], 1)]


def _read(entry: Any, path: Path, number: int) -> Saying:
    whole = entry if isinstance(entry, Mapping) else {}
    listings, contents = whole.get("listings"), whole.get("contents", [])
    reason = whole.get("reason", "")
    if not _are_texts(listings) or not 1 < len(set(listings)) == len(listings):
        raise LedgerError("ledger.entry_listings", path=path, number=number)
    if whole.get("decision") not in DECISION_KINDS:
        raise LedgerError("ledger.entry_kind", path=path, number=number, kinds=", ".join(DECISION_KINDS))
    if not _are_texts(contents) or len(contents) not in (0, len(listings)) or not isinstance(reason, str):
        raise LedgerError("ledger.entry_rest", path=path, number=number)
    return Saying(tuple(listings), whole["decision"], reason, tuple(contents))


def _are_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def spell_out(saying: Saying, contents: Mapping[str, str]) -> list[Decision]:
    """Return the decisions of an entry, one a pair; ``contents`` are the listings' hashes where it brings none."""
    known = dict(zip(saying.listings, saying.contents, strict=True)) if saying.contents else contents
    return [
        Decision(a, b, saying.decision, saying.reason, known[a], known[b])
        for a, b in combinations(sorted(set(saying.listings)), 2)
    ]


def write_decisions(decisions: Iterable[Decision]) -> str:
    """Return the document of ``decisions``, one entry a decision; reading it gives the same ones."""
    entries: Sequence[Mapping[str, object]] = [
        {
            "listings": list(d.listings),
            "decision": d.decision,
            "reason": d.reason,
            "contents": [d.content_a, d.content_b],
        }
        for d in decisions
    ]
    return json.dumps({"format": FORMAT, "decisions": entries}, ensure_ascii=False, indent=1) + "\n"
