"""Pictures from web addresses, only when asked for, and never from inside the network that dupcheck runs in.

A host's addresses are looked up once, checked, and connected to by number, so that a name cannot point elsewhere
between the check and the connection; each redirect is checked like a first address. Proxies are not used. A host is
asked for few pictures at a time, the hosts in turn, and for none while it has asked to wait (Retry-After).
"""

import ipaddress
import math
import socket
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from itertools import islice, zip_longest
from threading import BoundedSemaphore, Event, Lock
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Timeout, Url, parse_url

from dupcheck.messages import Message, message
from dupcheck.photos.files import Unchanged

MAX_BYTES = 20_000_000
"""A picture with more bytes is not fetched."""
JOBS = 16
"""Pictures that are fetched at the same time."""
JOBS_PER_HOST = 4
"""Pictures that are fetched at the same time from one host."""

_REDIRECTS = 5
_TAG = 200
"""Signs of a tag at most."""
_CHUNK = 65_536
_PORTS = {"http": 80, "https": 443}
_HEADERS = {"User-Agent": "dupcheck", "Accept": "image/*,*/*;q=0.5", "Accept-Encoding": "identity"}
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class _RefusedError(Exception):
    """An answer that will not get better when asked again; ``text`` says why."""

    def __init__(self, text: Message) -> None:
        self.text = text
        super().__init__(text.say("en"))


class _BusyError(OSError):
    """An answer that says when to ask again: in ``seconds``, or None, as soon as one likes."""

    def __init__(self, status: int, seconds: float | None) -> None:
        self.seconds = seconds
        super().__init__(f"HTTP {status}")


class _Host:
    """Bounds how many pictures one host is asked for at a time, and keeps still for as long as it asks for."""

    def __init__(self, jobs: int) -> None:
        self.room = BoundedSemaphore(jobs)
        self.open_at = 0.0

    def wait(self, stop: Event) -> bool:
        """Wait until the host may be asked again; return False where ``stop`` came first."""
        while (left := self.open_at - time.monotonic()) > 0:
            if stop.wait(left):
                return False
        return not stop.is_set()


@dataclass(frozen=True)
class RemotePhotos:
    """Fetches pictures in parallel. ``allow_hosts`` names hosts that may have a private or loopback address.

    ``connect_seconds`` and ``read_seconds`` bound each wait, ``total_seconds`` a whole picture; what fails for a
    passing reason is asked for ``retries`` times more. A host that asks for a longer pause than ``patience_seconds`` is
    left alone: its pictures are told as not fetched, for the next run to fetch.
    """

    allow_hosts: Collection[str] = ()
    jobs: int = JOBS
    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 60.0
    retries: int = 2
    pause_seconds: float = 0.5
    max_bytes: int = MAX_BYTES
    jobs_per_host: int = JOBS_PER_HOST
    patience_seconds: float = 60.0
    tags: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    """The tag (ETag) of each address: as it was kept before, and as it came; a picture is not read again for it."""
    _hosts: dict[str, _Host] = field(default_factory=dict, repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def fetch(self, addresses: Sequence[str]) -> Iterator[tuple[str, bytes | Message | Unchanged]]:
        """Yield each address with its bytes, or with the reason why there are none, as they arrive."""
        rest = _take_turns(addresses)
        stop = Event()
        with ThreadPoolExecutor(self.jobs, thread_name_prefix="fetch") as pool:
            waiting: dict[Future[bytes | Message | Unchanged], str] = {}
            try:
                waiting.update((pool.submit(self.get, a, stop), a) for a in islice(rest, 2 * self.jobs))
                while waiting:
                    done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                    for future in done:
                        yield waiting.pop(future), future.result()
                    waiting.update((pool.submit(self.get, a, stop), a) for a in islice(rest, len(done)))
            finally:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)

    def get(self, address: str, stop: Event | None = None) -> bytes | Message | Unchanged:
        """Return the bytes behind one address, or the reason why there are none; no more is tried after ``stop``."""
        stop = stop or Event()
        host = self._find_host(address)
        reason = message("photos.no_answer", address=address, reason="")
        for attempt in range(self.retries + 1):
            if attempt and stop.wait(self.pause_seconds * 2 ** (attempt - 1)):
                break
            try:
                with host.room:
                    if not host.wait(stop):
                        break
                    return self._follow(address, stop)
            except _RefusedError as error:
                return error.text
            except _BusyError as error:
                reason = message("photos.no_answer", address=address, reason=_explain(error))
                if error.seconds is not None and error.seconds > self.patience_seconds:
                    return message("photos.asks_to_wait", address=address, seconds=math.ceil(error.seconds))
                if error.seconds is not None:
                    host.open_at = max(host.open_at, time.monotonic() + error.seconds)
            except (HTTPError, OSError, ValueError) as error:
                reason = message("photos.no_answer", address=address, reason=_explain(error))
        return reason

    def _find_host(self, address: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(_name_host(address), _Host(self.jobs_per_host))

    def _follow(self, address: str, stop: Event) -> bytes | Unchanged:
        url = _parse(f"https:{address}" if address.startswith("//") else address)
        deadline = time.monotonic() + self.total_seconds
        for _ in range(_REDIRECTS + 1):
            answer = self._ask(url, self.tags.get(address, ""))
            try:
                if answer.status in (301, 302, 303, 307, 308):
                    url = _join(url, answer.headers.get("Location", ""))
                    continue
                if answer.status == 304 and self.tags.get(address):
                    return Unchanged()
                if answer.status in _AGAIN:
                    raise _BusyError(answer.status, _read_pause(answer.headers.get("Retry-After", "")))
                if answer.status != 200:
                    raise _RefusedError(message("photos.bad_status", address=address, status=answer.status))
                data = self._read(answer, address, deadline, stop)
                if tag := answer.headers.get("ETag", ""):
                    self.tags[address] = tag[:_TAG]
                else:
                    self.tags.pop(address, None)
                return data
            finally:
                answer.close()
        raise _RefusedError(message("photos.redirected_too_often", address=address))

    def _ask(self, url: Url, tag: str) -> urllib3.BaseHTTPResponse:
        host, scheme = str(url.host), str(url.scheme)
        name = host.strip("[]")
        port = url.port or _PORTS[scheme]
        number = self._resolve(name, port, str(url))
        timeout = Timeout(connect=self.connect_seconds, read=self.read_seconds)
        pool: urllib3.HTTPConnectionPool
        if scheme == "https":
            pool = urllib3.HTTPSConnectionPool(
                number, port, timeout=timeout, maxsize=1, server_hostname=name, assert_hostname=name
            )
        else:
            pool = urllib3.HTTPConnectionPool(number, port, timeout=timeout, maxsize=1)
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

    def _read(self, answer: urllib3.BaseHTTPResponse, address: str, deadline: float, stop: Event) -> bytes:
        too_large = message("photos.remote_too_large", address=address, limit=self.max_bytes // 1_000_000)
        stated = answer.headers.get("Content-Length", "")
        if stated.isdecimal() and int(stated) > self.max_bytes:
            raise _RefusedError(too_large)
        data = bytearray()
        while part := answer.read(_CHUNK):
            data += part
            if len(data) > self.max_bytes:
                raise _RefusedError(too_large)
            if stop.is_set() or time.monotonic() > deadline:
                raise _RefusedError(message("photos.too_slow", address=address, seconds=round(self.total_seconds)))
        return bytes(data)


def _name_host(address: str) -> str:
    return urlsplit(address.strip()).netloc.rpartition("@")[2].lower() if "//" in address else ""


def _take_turns(addresses: Sequence[str]) -> Iterator[str]:
    """The addresses of all hosts in turn, so that a slow host holds up none but its own."""
    by_host: dict[str, list[str]] = {}
    for address in addresses:
        by_host.setdefault(_name_host(address), []).append(address)
    return (address for turn in zip_longest(*by_host.values()) for address in turn if address is not None)


def _read_pause(text: str) -> float | None:
    """Return the seconds that a Retry-After asks for, written as a number or as a date; None where it does not."""
    text = text.strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        asked = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, asked.timestamp() - time.time())


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
