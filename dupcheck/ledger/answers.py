"""What the seller has answered, and changed in plans: read from the acts that a ledger keeps.

An act names the question and the answer, ``{"question": KIND, "answer": ANSWER, "groups": [ID …]}``; what it says, of
kinds and of pairs, stands there as records: ``{"answers": [{…} …]}``.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from dupcheck.learned.answers import Answer
from dupcheck.model import Reply

_REPLIES: tuple[Reply, ...] = get_args(Reply)
Told = tuple[str | Mapping[str, Any], str, float]
"""An act: its details, who, and when in seconds since 1970."""


def read_details(details: str | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the details of an act."""
    told: Mapping[str, Any] = json.loads(details) if isinstance(details, str) else details
    return told


def read_answers(acts: Iterable[Told]) -> list[Answer]:
    """Return the answers in acts that stand, the oldest first.

    >>> read_answers([('{"question": "words:a|b", "answer": "same"}', "Mei", 1.0), ({"choice": "allowed"}, "Mei", 2.0)])
    [Answer(answer='same', kind='words:a|b', listing_a='', listing_b='', who='Mei', when=1.0)]
    """
    found: list[Answer] = []
    for details, person, at in acts:
        told = read_details(details)
        records = told.get("answers")
        if not isinstance(records, list):
            records = [{"answer": told.get("answer"), "kind": told.get("question")}]
        for record in records:
            reply = next((r for r in _REPLIES if r == record.get("answer")), None)
            kind, a, b = (str(record.get(n) or "") for n in ("kind", "listing_a", "listing_b"))
            if reply is not None and (kind or (a and b)):
                found.append(Answer(reply, kind, a, b, person, at))
    return found


def write_answers(answers: Sequence[Answer]) -> dict[str, Any]:
    """Return answers as an act's details hold them; who and when stand with the act."""
    return {
        "answers": [
            {"answer": a.answer, "kind": a.kind, "listing_a": a.listing_a, "listing_b": a.listing_b} for a in answers
        ]
    }
