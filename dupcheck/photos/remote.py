"""Pictures from web addresses, only when asked for, and never from inside the network that dupcheck runs in.

A host's addresses are looked up once, checked, and connected to by number, so that a name cannot point elsewhere
between the check and the connection; each redirect is checked like a first address. Proxies are not used. A host is
asked for few pictures at a time, the hosts in turn, and for none while it has asked to wait (Retry-After) or when it
did not answer several times in a row.

Every picture has a deadline, for its name, its head and its body, redirects and further attempts together, from when
its host has room for it: when it is over, or nobody waits any more, the connection is cut, whatever the other side is
doing.
"""

import ipaddress
import math
import socket
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from threading import BoundedSemaphore, Event, Lock, Thread
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Timeout, Url, parse_url

from dupcheck.messages import Message, message
from dupcheck.photos.arrivals import Arrival
from dupcheck.photos.files import Unchanged

MAX_BYTES = 20_000_000
"""A picture with more bytes is not fetched."""
JOBS = 16
"""Pictures that are fetched at the same time."""
JOBS_PER_HOST = 4
"""Pictures that are fetched at the same time from one host."""

SILENT_AFTER = 8
"""Pictures in a row that a host does not give, after which it is left alone."""

_SILENT_SECONDS = 300.0
_REDIRECTS = 5
_TAG = 200
"""Signs of a tag at most."""
_CHUNK = 65_536
_LOOK_SECONDS = 0.5
"""How often it is looked whether anybody still waits for a picture."""
_PORTS = {"http": 80, "https": 443}
_HEADERS = {"User-Agent": "dupcheck", "Accept": "image/*,*/*;q=0.5", "Accept-Encoding": "identity"}
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class _RefusedError(Exception):
    """An answer that will not get better when asked again; ``text`` says why."""

    def __init__(self, text: Message) -> None:
        self.text = text
        super().__init__(text.say("en"))


class _OverError(Exception):
    """The time of a picture is over, or nobody waits for it."""


class _BusyError(OSError):
    """An answer that says when to ask again: in ``seconds``, or None, as soon as one likes."""

    def __init__(self, status: int, after: str) -> None:
        super().__init__(f"HTTP {status}")
        self.seconds = _read_pause(after)


class _Host:
    """Bounds how many pictures one host is asked for at a time, and keeps still for as long as it asks for.

    A host that asks for longer than ``patience`` seconds, or did not answer again and again, is not asked at all.
    """

    def __init__(self, jobs: int, patience: float) -> None:
        self._room = BoundedSemaphore(jobs)
        self._patience = patience
        self._missed = 0
        self._silent_until = 0.0
        self.open_at = 0.0

    def note(self, answered: bool) -> None:
        """Remember whether it answered."""
        self._missed = 0 if answered else self._missed + 1
        if self._missed >= SILENT_AFTER:
            self._silent_until = time.monotonic() + _SILENT_SECONDS

    def refuse(self, address: str) -> Message | None:
        """Return why a picture is not asked for now, if it is not."""
        now = time.monotonic()
        if self.open_at - now > self._patience:
            return message("photos.asks_to_wait", address=address, seconds=math.ceil(self.open_at - now))
        if now < self._silent_until:
            return message("photos.silent_host", address=address, host=_name_host(address), count=SILENT_AFTER)
        return None

    @contextmanager
    def make_room(self, stop: Event, until: float) -> Iterator[None]:
        """Wait until the host may be asked, and keep the place; raise _OverError where ``stop`` or ``until`` came."""
        while not self._room.acquire(timeout=_LOOK_SECONDS):
            if stop.is_set() or time.monotonic() >= until:
                raise _OverError
        try:
            while 0 < (left := min(self.open_at, until) - time.monotonic()) <= self._patience and not stop.wait(left):
                pass
            if stop.is_set() or time.monotonic() >= until:
                raise _OverError
            yield
        finally:
            self._room.release()


@dataclass(frozen=True)
class RemotePhotos:
    """Fetches pictures in parallel. ``allow_hosts`` names hosts that may have a private or loopback address.

    ``connect_seconds`` and ``read_seconds`` bound each wait, ``total_seconds`` a whole picture with all its attempts,
    ``all_seconds`` everything that one call fetches (None: nothing bounds that). What fails for a passing reason is
    asked for ``retries`` times more, and not before the other side's ``Retry-After``. A host that asks for a longer
    pause than ``patience_seconds``, or gives none of ``SILENT_AFTER`` pictures in a row, is left alone: its pictures
    are told as not fetched, for the next run to fetch.
    """

    allow_hosts: Collection[str] = ()
    jobs: int = JOBS
    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 60.0
    all_seconds: float | None = None
    retries: int = 2
    pause_seconds: float = 0.5
    max_bytes: int = MAX_BYTES
    jobs_per_host: int = JOBS_PER_HOST
    patience_seconds: float = 60.0
    tags: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    """The tag (ETag) of each address: as it was kept before, and as it came; a picture is not read again for it."""
    _hosts: dict[str, _Host] = field(default_factory=dict, repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def fetch(
        self, addresses: Sequence[str], arrived: Callable[[Arrival], None] | None = None
    ) -> Iterator[tuple[str, bytes | Message | Unchanged]]:
        """Yield each address with its bytes, or with the reason why there are none, as they arrive.

        ``arrived`` is told of each picture by the thread that has read it, at once.
        """
        turns = _Turns(addresses, self.jobs_per_host)
        stop = Event()
        until = math.inf if self.all_seconds is None else time.monotonic() + self.all_seconds
        with ThreadPoolExecutor(self.jobs, thread_name_prefix="fetch") as pool:
            waiting: dict[Future[bytes | Message | Unchanged], str] = {}
            try:
                while True:
                    while len(waiting) < self.jobs and (address := turns.take()) is not None:
                        waiting[pool.submit(self.get, address, stop, until, arrived)] = address
                    if not waiting:
                        return
                    done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                    for future in done:
                        turns.finish(waiting[future])
                        yield waiting.pop(future), future.result()
            finally:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)

    def get(
        self,
        address: str,
        stop: Event | None = None,
        until: float = math.inf,
        arrived: Callable[[Arrival], None] | None = None,
    ) -> bytes | Message | Unchanged:
        """Return the bytes behind one address, or the reason why there are none.

        No more is tried after ``stop``, or when ``until``, a time of the monotonic clock, is over. ``arrived`` is told
        of the picture before the connection is closed.
        """
        stop = stop or Event()
        host = self._find_host(address)
        try:
            with (
                host.make_room(stop, until),
                _Watch(min(until, time.monotonic() + self.total_seconds), stop) as watch,
            ):
                found = self._try(address, host, watch, arrived)
        except _RefusedError as error:
            host.note(answered=True)
            return error.text
        except _OverError:
            if not stop.is_set() and time.monotonic() < until:
                host.note(answered=False)
            return message("photos.too_slow", address=address, seconds=round(self.total_seconds))
        return found

    def _try(
        self, address: str, host: _Host, watch: "_Watch", arrived: Callable[[Arrival], None] | None
    ) -> bytes | Message | Unchanged:
        reason = message("photos.no_answer", address=address, reason="")
        pause = 0.0
        for attempt in range(self.retries + 1):
            if (refused := host.refuse(address)) is not None:
                return refused
            if attempt and not watch.rest(max(pause, host.open_at - time.monotonic())):
                break
            pause = self.pause_seconds * 2**attempt
            try:
                found = self._follow(address, watch)
            except _BusyError as error:
                reason = message("photos.no_answer", address=address, reason=_explain(error))
                if error.seconds is not None:
                    host.open_at = max(host.open_at, time.monotonic() + error.seconds)
            except (HTTPError, OSError, ValueError) as error:
                watch.look()  # what was cut off looks like any other failure
                reason = message("photos.no_answer", address=address, reason=_explain(error))
            else:
                if arrived is not None and isinstance(found, bytes):
                    arrived(Arrival(address, found, self.tags.get(address, ""), time.time_ns()))
                host.note(answered=True)
                return found
        if (refused := host.refuse(address)) is not None:
            return refused
        host.note(answered=False)
        return reason

    def _find_host(self, address: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(_name_host(address), _Host(self.jobs_per_host, self.patience_seconds))

    def _follow(self, address: str, watch: "_Watch") -> bytes | Unchanged:
        url = _parse(f"https:{address}" if address.startswith("//") else address)
        for _ in range(_REDIRECTS + 1):
            answer = self._ask(url, self.tags.get(address, ""), watch)
            try:
                if answer.status in (301, 302, 303, 307, 308):
                    url = _join(url, answer.headers.get("Location", ""))
                    continue
                if answer.status == 304 and self.tags.get(address):
                    return Unchanged()
                if answer.status in _AGAIN:
                    raise _BusyError(answer.status, answer.headers.get("Retry-After", ""))
                if answer.status != 200:
                    raise _RefusedError(message("photos.bad_status", address=address, status=answer.status))
                data = self._read(answer, address, watch)
                if tag := answer.headers.get("ETag", ""):
                    self.tags[address] = tag[:_TAG]
                else:
                    self.tags.pop(address, None)
                return data
            finally:
                answer.close()
        raise _RefusedError(message("photos.redirected_too_often", address=address))

    def _ask(self, url: Url, tag: str, watch: "_Watch") -> urllib3.BaseHTTPResponse:
        host, scheme = str(url.host), str(url.scheme)
        name = host.strip("[]")
        port = url.port or _PORTS[scheme]
        number = watch.call(lambda: self._resolve(name, port, str(url)))
        timeout = Timeout(connect=watch.bound(self.connect_seconds), read=watch.bound(self.read_seconds))
        pool: urllib3.HTTPConnectionPool
        if scheme == "https":
            pool = urllib3.HTTPSConnectionPool(
                number, port, timeout=timeout, maxsize=1, server_hostname=name, assert_hostname=name
            )
        else:
            pool = urllib3.HTTPConnectionPool(number, port, timeout=timeout, maxsize=1)
        watch.follow(pool)
        headers = {**_HEADERS, "Host": host if port == _PORTS[scheme] else f"{host}:{port}"}
        if tag:
            headers["If-None-Match"] = tag
        return pool.urlopen(
            "GET", url.request_uri, headers=headers, redirect=False, retries=False, preload_content=False
        )

    def _resolve(self, name: str, port: int, address: str) -> str:
        """Return a number to connect to; one address inside a private network is enough to refuse the host."""
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)]
        if name.lower() not in {host.lower() for host in self.allow_hosts}:
            inside = next((number for number in found if not is_public(number)), None)
            if inside is not None:
                raise _RefusedError(message("photos.private_address", address=address, host=name, number=inside))
        return found[0]

    def _read(self, answer: urllib3.BaseHTTPResponse, address: str, watch: "_Watch") -> bytes:
        too_large = message("photos.remote_too_large", address=address, limit=self.max_bytes // 1_000_000)
        stated = answer.headers.get("Content-Length", "")
        if stated.isascii() and stated.isdecimal() and int(stated[:20]) > self.max_bytes:
            raise _RefusedError(too_large)
        data = bytearray()
        while part := answer.read1(_CHUNK):
            data += part
            if len(data) > self.max_bytes:
                raise _RefusedError(too_large)
            watch.look()
        watch.look()
        return bytes(data)


def _name_host(address: str) -> str:
    return urlsplit(address.strip()).netloc.rpartition("@")[2].lower() if "//" in address else ""


class _Turns:
    """Addresses that are to be fetched: hosts in turn, and of each no more at a time than it has room for.

    So a slow host holds up none but its own pictures.
    """

    def __init__(self, addresses: Sequence[str], jobs_per_host: int) -> None:
        self._most = jobs_per_host
        self._under_way: Counter[str] = Counter()
        self._left: dict[str, deque[str]] = {}
        for address in addresses:
            self._left.setdefault(_name_host(address), deque()).append(address)

    def take(self) -> str | None:
        """Return the next address, None: of no host for now."""
        host = next((name for name in self._left if self._under_way[name] < self._most), None)
        if host is None:
            return None
        queue = self._left.pop(host)
        address = queue.popleft()
        self._under_way[host] += 1
        if queue:
            self._left[host] = queue  # behind the others
        return address

    def finish(self, address: str) -> None:
        """Make room for the next address of the same host."""
        self._under_way[_name_host(address)] -= 1


class _Watch:
    """Cuts the connection of one picture when its deadline is over or nobody waits any more."""

    def __init__(self, deadline: float, stop: Event) -> None:
        self.deadline, self._stop = deadline, stop
        self._done = Event()
        self._lock = Lock()
        self._lines: list[socket.socket] = []
        self._guard = Thread(target=self._wait, name="photo deadline", daemon=True)

    def __enter__(self) -> "_Watch":
        self._guard.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        with self._lock:
            for line in self._lines:
                line.close()

    def _wait(self) -> None:
        while not self._done.wait(min(_LOOK_SECONDS, max(0.0, self.deadline - time.monotonic()))):
            if self.over:
                self._cut()
                return

    def _cut(self) -> None:
        with self._lock:
            for line in self._lines:
                with suppress(OSError):
                    socket.socket.shutdown(line, socket.SHUT_RDWR)

    @property
    def over(self) -> bool:
        """Whether there is no time left, or nobody who waits."""
        return self._stop.is_set() or time.monotonic() >= self.deadline

    def look(self) -> None:
        """Raise _OverError where it is over."""
        if self.over:
            raise _OverError

    def rest(self, seconds: float) -> bool:
        """Wait, and return True; False at once where it would be over by then."""
        return time.monotonic() + seconds < self.deadline and not self._stop.wait(seconds)

    def bound(self, seconds: float) -> float:
        """Return how long a single wait may take."""
        self.look()
        return max(0.01, min(seconds, self.deadline - time.monotonic()))

    def call(self, ask: Callable[[], str]) -> str:
        """Return what ``ask`` returns, or raise what it raises; it cannot be cut off, but is not waited for longer."""
        self.look()
        told: list[str | Exception] = []

        def work() -> None:
            try:
                told.append(ask())
            except Exception as error:
                told.append(error)

        thread = Thread(target=work, name="look-up", daemon=True)
        thread.start()
        while thread.is_alive() and not self.over:
            thread.join(min(_LOOK_SECONDS, max(0.01, self.deadline - time.monotonic())))
        if not told:
            raise _OverError
        if isinstance(told[0], Exception):
            raise told[0]
        return told[0]

    def follow(self, pool: urllib3.HTTPConnectionPool) -> None:
        """Have the connections of a pool cut, too."""
        watch = self

        class Line(pool.ConnectionCls):  # type: ignore[name-defined,misc]
            def _new_conn(self) -> socket.socket:
                line: socket.socket = super()._new_conn()
                with watch._lock:
                    # a name of its own: what is made of the line later, TLS, takes the number away from the first one
                    watch._lines.append(line.dup())
                return line

        pool.ConnectionCls = Line


def _read_pause(text: str) -> float | None:
    """Return the seconds that a ``Retry-After`` asks for, written as a number or as a date; None where it does not."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        asked = parsedate_to_datetime(text)
        return max(0.0, asked.timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def is_public(number: str) -> bool:
    """Whether an IP address belongs to the public internet."""
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return address.is_global and not address.is_multicast


def _parse(address: str) -> Url:
    try:
        url = parse_url(address.strip())
    except LocationParseError:
        url = Url()
    if url.scheme not in _PORTS or not url.host:
        raise _RefusedError(message("photos.bad_address", address=address[:300]))
    return url


def _join(url: Url, location: str) -> Url:
    return _parse(urljoin(url.url, location))


def _explain(error: Exception) -> str:
    return str(error).rpartition(": ")[2][:200] or type(error).__name__
