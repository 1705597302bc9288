"""What the seller has answered, by kind of question: read from the acts that a ledger keeps."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from dupcheck.model import Reply

_REPLIES: tuple[Reply, ...] = get_args(Reply)


def read_answers(details: Iterable[str | Mapping[str, Any]]) -> dict[str, Reply]:
    """Return the last answer to each kind of question; ``details`` are those of acts that stand, the oldest first.

    >>> read_answers(['{"question": "words:a/b", "answer": "same"}', {"choice": "allowed"}])
    {'words:a/b': 'same'}
    """
    answers: dict[str, Reply] = {}
    for one in details:
        told = json.loads(one) if isinstance(one, str) else one
        reply = next((r for r in _REPLIES if r == told.get("answer")), None)
        if reply is not None and isinstance(told.get("question"), str):
            answers[told["question"]] = reply
    return answers
