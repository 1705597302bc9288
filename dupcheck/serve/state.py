"""The catalogue, kept measured and up to date, and the ledger: what every request asks.

Threads share a desk. Each request works with the checker that is there when it begins; a catalogue that changed is
taken up whole, beside the old one, which is then let go.
"""

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from threading import Event, Thread
from typing import Any

import numpy as np

from dupcheck.catalog import get_listing
from dupcheck.checking import Answer, Checker
from dupcheck.decisions import Decision, hash_content
from dupcheck.errors import DupcheckError, UnknownListingError
from dupcheck.index.opening import sign_store
from dupcheck.ledger.book import Claim, Ledger
from dupcheck.ledger.documents import Saying, spell_out
from dupcheck.ledger.memory import Memory
from dupcheck.messages import Lang
from dupcheck.serve.metrics import Meters
from dupcheck.serve.refresh import renew_store

Row = Mapping[str, Any]
LOOK_SECONDS = 2.0
"""How often the catalogue's files are looked at."""
_LIBRARIES = ("dupcheck.exports", "cv2", "sklearn.cluster")
"""What some request will need, and should not wait for."""
AGAIN_SECONDS = 60.0
"""When files that could not be read, and have not changed since, are tried again."""


class Desk:
    """Answers for one catalogue and one ledger. ``fetch_hosts`` as in :func:`renew_store`."""

    def __init__(
        self,
        checker: Checker,
        ledger: Ledger,
        meters: Meters,
        *,
        say_stale: Callable[[DupcheckError], None],
        fetch_hosts: Sequence[str] | None = None,
    ) -> None:
        self.ledger, self.meters = ledger, meters
        self.fetch_hosts = fetch_hosts
        self.checker = checker
        self._say_stale = say_stale
        self._memory: tuple[int, Memory] | None = None
        self._seen: object = None
        self._failed: object = None
        self._again = 0.0
        self._stop = Event()
        self._watcher = Thread(target=self._watch, name="catalogue", daemon=True)
        self._take_up(self.checker)

    # --- the catalogue ---------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to look after the catalogue's files."""
        self._watcher.start()

    def stop(self) -> None:
        """Let go of the files and the ledger."""
        self._stop.set()
        if self._watcher.is_alive():
            self._watcher.join(5)
        self.ledger.close()

    def _watch(self) -> None:
        for name in _LIBRARIES:
            import_module(name)
        while not self._stop.wait(LOOK_SECONDS):
            self.look()

    def look(self) -> None:
        """Take the catalogue up if its files have changed, and then stayed the same from one look to the next."""
        now = sign_store(self.checker.store)
        known = self.checker.store.facts.get("seen", now)
        settled, self._seen = now == self._seen, now
        if now == known:
            self.stale = False
            self.meters.stale.set(0)
        elif settled and (now != self._failed or time.monotonic() > self._again):
            try:
                fresh = self.checker.vary()
                renew_store(
                    fresh.files, images=fresh.images, mapping=fresh.mapping, jobs=fresh.jobs, cache=fresh.cache,
                    fetch_hosts=self.fetch_hosts, stop=self._stop,
                )  # fmt: skip
                if not self._stop.is_set():
                    fresh.refresh()
                    self._take_up(fresh)
            except DupcheckError as error:
                self._failed, self._again, self.stale = now, time.monotonic() + AGAIN_SECONDS, True
                self.meters.stale.set(1)
                self._say_stale(error)

    def _take_up(self, checker: Checker) -> None:
        checker.store.hold()
        _warm_up(checker)
        self.checker = checker
        self.stale, self._failed, self._seen = False, None, None
        self.taken = time.time()
        self.meters.stale.set(0)
        self.meters.listings.set(len(checker.store))
        self.meters.taken.set(self.taken)
        gc.collect()
        gc.freeze()  # what a catalogue brings stays: it need not be looked through again and again

    # --- what is asked ---------------------------------------------------------------------------------------

    def _recall(self) -> Memory:
        """What the ledger holds; read again only where something has happened in it."""
        event, known = self.ledger.count_events(), self._memory
        if known is None or known[0] != event:
            self._memory = known = event, Memory(self.ledger.list_decisions(), self.ledger.list_published())
        return known[1]

    def check(self, drafts: Sequence[Row], lang: Lang, *, update: bool = False) -> list[Answer]:
        """Say of each draft whether it can be published; with ``update`` one whose id is known is a new version."""
        memory = self._recall()
        checker = self.checker.vary(lang=lang, decisions=memory.decisions)
        asked = list(drafts) if len(drafts) != 1 else drafts[0]
        answers = checker.check(asked, also=memory.list_added(checker), update=update)
        for answer in answers:
            self.meters.drafts.labels(answer.verdict).inc()
        return answers

    def claim(self, token: str, draft: Row, lang: Lang, *, ttl: float, override: str) -> Claim:
        """Check a draft and reserve the right to publish it."""
        checker = self.checker.vary(lang=lang, decisions=self._recall().decisions)
        claim = checker.claim(self.ledger, token, draft, ttl=ttl, override=override)
        outcome = "replayed" if claim.replayed else "granted" if claim.granted else "refused"
        self.meters.claims.labels(outcome).inc()
        return claim

    def decide(self, saying: Saying, drafts: Sequence[Row]) -> int:
        """Record what was decided about listings of the catalogue, and drafts. Raises UnknownListingError."""
        contents = self._hash_drafts(drafts) | self._hash_stored(saying.listings)
        unknown = [i for i in saying.listings if i not in contents]
        if unknown:
            raise UnknownListingError("serve.unknown_listing", id=unknown[0])
        return self.ledger.decide(spell_out(saying, contents))

    def _hash_drafts(self, drafts: Sequence[Row]) -> dict[str, str]:
        read = [self.checker.read_drafts(draft) for draft in drafts]
        return {
            str(i): hash_content(get_listing(one, k), one.image_root) for one in read for k, i in enumerate(one.ids)
        }

    def _hash_stored(self, ids: Sequence[str]) -> dict[str, str]:
        store = self.checker.store
        held = store.take_catalog(store.find_ids(ids))
        return {str(i): hash_content(get_listing(held, k), held.image_root) for k, i in enumerate(held.ids)}

    def list_decisions(self) -> Sequence[Decision]:
        """Return every decision that was not withdrawn."""
        return self._recall().decisions


def _warm_up(checker: Checker) -> None:
    """Have ready the parts of a catalogue that the first request would otherwise wait for."""
    first = checker.store.take_catalog(np.arange(min(len(checker.store), 1)))
    checker.check(replace(first, image_root=None))
