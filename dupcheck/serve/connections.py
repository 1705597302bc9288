"""Connections: how many there may be, and how long one may say nothing.

The head of a request has a time, from the connection's beginning or the last answer on. Where all places are taken, a
new client gets that of who has been silent for longest.
"""

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEAD_SECONDS = 10.0
"""For so long a client may take to send the head of a request."""
IDLE_SECONDS = 75
"""For so long an open connection is kept after an answer."""
MOST = 1_000
"""Connections at once, where the system allows for so many files."""
AT_ONCE = 16
"""Connections that are taken in before the others get their turn."""
_SPARE = 64
"""Files that are kept free for the catalogue, the ledger, and connections that are just being refused."""


def count_places() -> int:
    """Return how many connections there may be at once: as many as leave files for everything else."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return MOST
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST + 1_024
    if soft != resource.RLIM_INFINITY and soft < wanted:
        more = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (more, hard))
            soft = more
    if soft == resource.RLIM_INFINITY:
        return MOST
    return max(4, min(MOST, soft - _count_files() - _SPARE))


def _count_files() -> int:
    for place in ("/proc/self/fd", "/dev/fd"):
        with suppress(OSError):
            return sum(1 for _ in Path(place).iterdir())
    return 128


class _Guarded(AutoHTTPProtocol):  # type: ignore[misc,valid-type]
    """One connection; ``held`` are all there are, who has been silent for longest first."""

    held: ClassVar[dict["_Guarded", None]] = {}
    places: ClassVar[int] = 0

    def connection_made(self, transport: Any) -> None:
        self._timer: asyncio.TimerHandle | None = None
        if len(self.held) >= self.places and not self._make_room():
            transport.abort()
            self._refused = True
            return
        self._refused = False
        self.held[self] = None
        super().connection_made(transport)
        self._wait_for_head(HEAD_SECONDS)

    def _make_room(self) -> bool:
        silent = next((c for c in self.held if not c.busy), None)
        if silent is not None:
            silent.cut()
        return silent is not None

    def connection_lost(self, exc: Exception | None) -> None:
        self.held.pop(self, None)
        self._stop_waiting()
        if not self._refused:
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        super().data_received(data)
        if self.busy:
            self._stop_waiting()
            if self in self.held:  # who asks moves to the end of those who could give way
                self.held[self] = self.held.pop(self)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.busy and not self.transport.is_closing():
            self._wait_for_head(IDLE_SECONDS + HEAD_SECONDS)

    @property
    def busy(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def cut(self) -> None:
        """End the connection, unless a request is being answered."""
        if not self.busy:
            self.held.pop(self, None)
            self.transport.abort()

    def _wait_for_head(self, seconds: float) -> None:
        self._stop_waiting()
        self._timer = self.loop.call_later(seconds, self.cut)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def make_protocol(places: int) -> type[asyncio.Protocol]:
    """Return the protocol of a server with so many places."""
    made: type[asyncio.Protocol] = type("Guarded", (_Guarded,), {"held": {}, "places": places})
    return made


def widen_queues(sockets: Sequence[socket.socket]) -> None:
    """Let the system keep many waiting, though few are taken in at once."""
    for one in sockets:
        with suppress(OSError):
            one.listen(1_024)


def make_listener(log: Callable[[Mapping[str, object]], None]) -> Callable[[asyncio.AbstractEventLoop, Any], None]:
    """Return what is told of errors in the loop: one line a kind, and not the same one again for a while."""
    told: dict[str, float] = {}

    def listen(loop: asyncio.AbstractEventLoop, context: Any) -> None:
        kind = type(context.get("exception")).__name__
        if loop.time() - told.get(kind, -60.0) >= 60.0:
            told[kind] = loop.time()
            log({"level": "error", "error": kind, "at": str(context.get("message", ""))[:200]})

    return listen
