"""Processes that use one ledger at the same time. Run as a script: what many machines would do, on one.

``race``  so many processes claim at once; one JSON line each
``kill``  processes claim and publish, say which tokens were confirmed, and are killed at any moment; so many times
``open``  so many processes open one ledger at once
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from itertools import count
from tempfile import TemporaryDirectory

from dupcheck.ledger import open_ledger
from dupcheck.model import Listing

for module in (
    "dupcheck.ledger.book",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.postgresql.psycopg",
    "psycopg",
):
    with suppress(ImportError):  # loaded before the processes part, so that they start together
        import_module(module)


def judge_titles(title: str, answer: str) -> Callable[..., tuple[bool, dict[str, object]]]:
    """A rule of the simplest kind: two listings whose titles begin with the same word are duplicates."""

    def judge(others: object) -> tuple[bool, dict[str, object]]:
        taken = [o.listing_id for o in others if o.title.split()[0] == title.split()[0]]  # type: ignore[attr-defined]
        return not taken, {"answer": answer, "taken": taken}

    return judge


def race(url: str, number: int) -> dict[str, object]:
    """Claim something: by the number the same draft, the same token, a rule's twin, or something of one's own."""
    kind = ("same", "token", "rule", "apart")[number % 4]
    token, listing = {
        "same": (f"same-{number}", Listing("S-1", "same brass lamp")),
        "token": ("token", Listing("T-1", "token oak chair")),
        "rule": (f"rule-{number}", Listing(f"R-{number}", f"rule tie {number}", price=float(number))),
        "apart": (f"apart-{number}", Listing(f"A-{number}", f"apart{number} mug")),
    }[kind]
    with open_ledger(url) as ledger:
        claim = ledger.claim(token, listing, judge_titles(listing.title, f"from {number}"))
    return {"kind": kind, "number": number, "granted": claim.granted, "replayed": claim.replayed,
            "state": claim.state, "answer": claim.answer}  # fmt: skip


def fork(work: Callable[[str, int], dict[str, object]], url: str, processes: int) -> int:
    """Run ``work`` in so many processes that start at one signal; return how many failed."""
    gate, opener = os.pipe()
    children = []
    for number in range(processes):
        child = os.fork()
        if not child:
            os.close(opener)
            os.read(gate, 1)  # until the other end is closed
            code = 1
            try:
                os.write(1, (json.dumps(work(url, number)) + "\n").encode())
                code = 0
            except BaseException as error:
                os.write(2, f"{number}: {type(error).__name__}: {error}\n".encode())
            os._exit(code)
        children.append(child)
    os.close(opener)
    return sum(os.waitpid(child, 0)[1] != 0 for child in children)


def work(url: str, name: str, confirmed: int) -> None:
    """Claim and publish until killed, also in the middle of a transaction; say what was confirmed, here and there."""
    chance = random.Random(name)
    with open_ledger(url) as ledger:
        for number in count():
            token = f"{name}-{number}"

            def judge(others: object) -> tuple[bool, dict[str, object]]:
                time.sleep(chance.random() / 500)
                return True, {"seen": len(others)}  # type: ignore[arg-type]

            if ledger.claim(token, Listing(token, f"{token} mug"), judge).granted:
                os.write(1, f"claimed {token}\n".encode())
                ledger.publish(token)
                os.write(1, f"published {token}\n".encode())
                os.write(confirmed, b".")


def kill(url: str, times: int) -> None:
    """Start two workers and kill both, so many times, at any moment after one of them has confirmed something."""
    chance = random.Random(times)
    for number in range(times):
        children = []
        seen, confirmed = os.pipe()
        for k in range(2):
            child = os.fork()
            if not child:
                work(url, f"w{number}-{k}", confirmed)
            children.append(child)
        os.close(confirmed)
        os.read(seen, 1)
        time.sleep(chance.random() / 5)
        os.close(seen)
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def open_and_look(url: str, number: int) -> dict[str, object]:
    """Open the ledger, whatever state it is in."""
    with open_ledger(url) as ledger:
        return {"number": number, "decisions": len(ledger.list_decisions())}


def warm_up() -> None:
    """Do everything once, so that what is imported late is there before the processes part."""
    with TemporaryDirectory() as folder:
        race(f"{folder}/ledger.sqlite", 0)


if __name__ == "__main__":
    warm_up()
    verb, place, last = sys.argv[1:]
    if verb == "kill":
        kill(place, int(last))
        sys.exit()
    sys.exit(min(fork({"race": race, "open": open_and_look}[verb], place, int(last)), 100))
