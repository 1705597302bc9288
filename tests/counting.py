"""Counting what work costs, where no clock can be trusted."""

import sys
from collections.abc import Callable


def count_calls(work: Callable[[], object]) -> int:
    """Count the calls a piece of work makes: a measure that no busy machine disturbs."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count
