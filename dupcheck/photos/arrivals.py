"""Pictures that have come from the web and are not yet kept: a file each, written by the thread that read it.

So a run that is killed has lost no picture that it had read, only those that were still under way. Each file ends in a
checksum of all it holds; one that is cut off or damaged is not there.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from dupcheck.files.writing import make_private, write_at_once

FOLDER_NAME = "photos.arrivals"
_SEAL_BYTES = 16


class Arrival(NamedTuple):
    """What an address showed ``at`` a time, in nanoseconds, and its tag (ETag)."""

    address: str
    data: bytes
    tag: str
    at: int


class Arrivals:
    """The files in a folder of the cache in ``folder``; without one, or where it cannot be used, there are none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = None if folder is None else folder / FOLDER_NAME

    def put(self, arrival: Arrival) -> None:
        """Write a picture down. Threads may do so at once."""
        if self._folder is None:
            return
        head = f"{arrival.at}\n{arrival.address}\n{arrival.tag}\n".encode("utf-8", "surrogatepass")
        seal = blake2b(head, digest_size=_SEAL_BYTES)
        seal.update(arrival.data)
        with suppress(OSError):
            make_private(self._folder)
            write_at_once(self._name(arrival.address), head + arrival.data + seal.digest())

    def take(self, addresses: Collection[str], since: int) -> Iterator[Arrival]:
        """Yield the pictures of ``addresses`` that came ``since`` then; what came before is thrown away."""
        if self._folder is None or not self._folder.is_dir():
            return
        wanted = set(addresses)
        for path in sorted(self._folder.iterdir()):
            arrival = _read(path)
            if arrival is None or arrival.at < since:
                with suppress(OSError):
                    path.unlink()
            elif arrival.address in wanted:
                yield arrival

    def forget(self, addresses: Iterable[str]) -> None:
        """Remove the pictures of addresses that are kept elsewhere by now."""
        for address in addresses if self._folder is not None else ():
            with suppress(OSError):
                self._name(address).unlink()

    def _name(self, address: str) -> Path:
        assert self._folder is not None
        return self._folder / blake2b(address.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _read(path: Path) -> Arrival | None:
    try:
        held = path.read_bytes()
        sealed, seal = held[:-_SEAL_BYTES], held[-_SEAL_BYTES:]
        if blake2b(sealed, digest_size=_SEAL_BYTES).digest() != seal:
            return None
        at, address, tag, data = sealed.split(b"\n", 3)
        return Arrival(address.decode("utf-8", "surrogatepass"), data, tag.decode(errors="replace"), int(at))
    except (OSError, ValueError):
        return None
