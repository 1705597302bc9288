"""Counting what work costs, where no clock can be trusted."""

from collections.abc import Callable
from cProfile import Profile


def count_calls(work: Callable[[], object]) -> int:
    """Count the calls a piece of work makes: a measure that no busy machine disturbs.

    The profiler of the standard library counts them outside the interpreter, with little work of its own.
    """
    profile = Profile(subcalls=False)
    profile.runcall(work)
    return sum(entry.callcount for entry in profile.getstats())
