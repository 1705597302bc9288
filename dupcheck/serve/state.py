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
from dupcheck.errors import CatalogError, DupcheckError, OverrideError, UnknownListingError
from dupcheck.index.opening import sign_store
from dupcheck.ledger.book import Claim, Ledger, Ticket
from dupcheck.ledger.claims import read_reason
from dupcheck.ledger.documents import Saying, spell_out
from dupcheck.ledger.memory import Memory
from dupcheck.messages import Lang
from dupcheck.serve.endings import check_ends
from dupcheck.serve.metrics import Meters
from dupcheck.serve.refresh import renew_store

Row = Mapping[str, Any]
LOOK_SECONDS = 2.0
"""How often the catalogue's files are looked at."""
_LIBRARIES = ("dupcheck.exports.merging", "cv2", "sklearn.cluster")
"""What some request will need, and should not wait for."""
MANY = 10
AGAIN_SECONDS = 60.0
"""When files that could not be read, and have not changed since, are tried again."""


class Desk:
    """Answers for one catalogue and one ledger. ``fetch_hosts`` as in :func:`renew_store`.

    ``allow_override``: whether a client may go against the rules, with a reason.
    """

    def __init__(
        self,
        checker: Checker,
        ledger: Ledger,
        meters: Meters,
        *,
        say_stale: Callable[[DupcheckError], None],
        say_taken: Callable[[Mapping[str, int]], None],
        fetch_hosts: Sequence[str] | None = None,
        allow_override: bool = False,
    ) -> None:
        self.ledger, self.meters, self.allow_override = ledger, meters, allow_override
        self.fetch_hosts = fetch_hosts
        self.checker = checker
        self._say_stale, self._say_taken = say_stale, say_taken
        self._memory: tuple[int, Memory] | None = None
        self._seen: object = None
        self._failed: object = None
        self._again = 0.0
        self._stop = Event()
        self._watcher = Thread(target=self._watch, name="catalogue", daemon=True)
        self._take_up(self.checker, 0)

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
                check_ends(fresh.files)
                renew_store(
                    fresh.files, **fresh.manner, jobs=fresh.jobs, cache=fresh.cache,
                    fetch_hosts=self.fetch_hosts, stop=self._stop,
                )  # fmt: skip
                if not self._stop.is_set():
                    fresh.refresh()
                    before = len(self.checker.store)
                    check_loss(before, len(fresh.store))
                    check_loss(count_skus(self.checker), count_skus(fresh), "serve.lost_skus")
                    self._take_up(fresh, before)
            except DupcheckError as error:
                self._failed, self._again, self.stale = now, time.monotonic() + AGAIN_SECONDS, True
                self.meters.stale.set(1)
                self._say_stale(error)

    def _take_up(self, checker: Checker, before: int) -> None:
        _warm_up(checker)
        self.checker = checker
        self.stale, self._failed, self._seen = False, None, None
        self.taken = time.time()
        self.meters.stale.set(0)
        self.meters.listings.set(len(checker.store))
        self.meters.taken.set(self.taken)
        self._say_taken({"listings": len(checker.store), "before": before})
        gc.collect()
        gc.freeze()  # what a catalogue brings stays: it need not be looked through again and again

    # --- what is asked ---------------------------------------------------------------------------------------

    def _recall(self) -> Memory:
        """What the ledger holds; read again only where something has happened in it."""
        event, known = self.ledger.count_events(), self._memory
        if known is None or known[0] != event:
            kept = self.ledger.list_kept()
            memory = Memory(self.ledger.list_decisions(), [one.listing for one in kept], kept=kept)
            self._memory = known = event, memory
        return known[1]

    def check(self, drafts: Sequence[Row], lang: Lang, *, update: bool = False) -> list[Answer]:
        """Say of each draft whether it can be published; with ``update`` one whose id is known is a new version."""
        memory = self._recall()
        checker = self.checker.vary(lang=lang, decisions=memory.decisions, kept=memory.kept, discreet=True)
        asked = list(drafts) if len(drafts) != 1 else drafts[0]
        answers = checker.check(asked, also=memory.list_added(checker.shows), update=update)
        for answer in answers:
            self.meters.drafts.labels(answer.verdict).inc()
        return answers

    def issue(self, draft: Row, lang: Lang, *, person: str, ttl: float) -> tuple[Ticket, Answer]:
        """Check a draft and draw a one-time token for it."""
        memory = self._recall()
        checker = self.checker.vary(lang=lang, decisions=memory.decisions, kept=memory.kept, discreet=True)
        return checker.issue(self.ledger, draft, person=person, ttl=ttl)

    def claim(
        self, key: str, draft: Row, lang: Lang, *, token: str, person: str, ttl: float, override: str
    ) -> Claim:  # fmt: skip
        """Check a draft and reserve the right to publish it."""
        self.check_override(override)
        memory = self._recall()
        checker = self.checker.vary(lang=lang, decisions=memory.decisions, kept=memory.kept, discreet=True)
        claim = checker.claim(self.ledger, key, draft, token=token, person=person, ttl=ttl, override=override)
        outcome = "replayed" if claim.replayed else "granted" if claim.granted else "refused"
        self.meters.claims.labels(outcome).inc()
        return claim

    def publish(self, key: str, *, token: str, person: str | None, listing_id: str, override: str) -> Claim:
        """Confirm that a claimed draft is published; ``person`` is who asks, where people are told apart."""
        self.check_override(override)
        return self.ledger.publish(key, token=token, person=person, listing_id=listing_id, override=override)

    def release(self, key: str, *, token: str, person: str | None, override: str) -> Claim:
        """Give a claim back; ``person`` as with :meth:`publish`."""
        self.check_override(override)
        return self.ledger.release(key, token=token, person=person, override=override)

    def check_override(self, override: str) -> None:
        """Raise OverrideError where a reason is given that says nothing, or where none is heeded here."""
        if read_reason(override) and not self.allow_override:
            raise OverrideError("ledger.override_closed")

    def decide(self, saying: Saying, drafts: Sequence[Row], person: str) -> int:
        """Record what was decided about listings of the catalogue, and drafts. Raises UnknownListingError."""
        contents = self._hash_drafts(drafts) | self._hash_stored(saying.listings)
        unknown = [i for i in saying.listings if i not in contents]
        if unknown:
            raise UnknownListingError("serve.unknown_listing", id=unknown[0])
        return self.ledger.decide(spell_out(saying, contents), person=person)

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


def check_loss(before: int, now: int, key: str = "serve.lost_half") -> None:
    """Raise CatalogError where a catalogue has lost half of its listings, or of its SKUs (``key`` says of which).

    It was cut off more likely than cleared.
    """
    if now * 2 < before or (before >= MANY and now * 2 <= before):
        raise CatalogError(key, before=before, now=now)


def count_skus(checker: Checker) -> int:
    """Return how many SKUs the listings of a catalogue hold; one without options is one."""
    return int(np.maximum(np.diff(checker.store.arrays["sku.start"]), 1).sum())


def _warm_up(checker: Checker) -> None:
    """Have ready the parts of a catalogue that the first request would otherwise wait for."""
    first = checker.store.take_catalog(np.arange(min(len(checker.store), 1)))
    checker.check(replace(first, image_root=None))
