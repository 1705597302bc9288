"""What looks at two pictures found, so that no two are looked at twice: in one run, and between runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt

from dupcheck.model import BoolArray, IntArray
from dupcheck.photos.cache import Cache
from dupcheck.photos.records import FACTS

_NONE = np.empty(0, dtype=np.int64)
_POSITION = np.dtype("<u4")
_OTHER_CATALOGUE = 0.5
"""The share of a circle's contents that a catalogue must show for the circle to be an older one of its own."""


class Memory:
    """Facts about pairs of rows by key: the first row's number, times the number of rows, plus the second's.

    ``kind`` says which facts: what a closer look found (``LOOK``), or whether the one is a copy of the other
    (``COPY``). With ``contents``, the key of each row's content, facts are kept in ``folder`` as well. Threads may
    share it.
    """

    def __init__(self, contents: npt.NDArray[np.void] | None, folder: Path | None) -> None:
        self._contents = np.empty(0, dtype="V16") if contents is None else contents
        self._folder = None if contents is None else folder
        self._lock = Lock()
        self._known = {kind: (_NONE, np.empty(0, dtype=facts)) for kind, facts in FACTS.items()}
        self._older: bytes | None = None
        self._held: Cache | None = None
        self._load()

    def __getstate__(self) -> dict[str, object]:
        """What is sent to other machines: what is known, not where it is kept."""
        return {**self.__dict__, "_lock": None, "_folder": None, "_held": None}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update({**state, "_lock": Lock()})

    def recall(self, keys: IntArray, kind: str = "look") -> tuple[BoolArray, npt.NDArray[np.void]]:
        """Return which of ``keys`` are known, and the facts of those, in order."""
        with self._lock:
            known, facts = self._known[kind]
        if not len(known):
            return np.zeros(len(keys), dtype=np.bool_), facts
        at = np.searchsorted(known, keys).clip(0, len(known) - 1)
        found: BoolArray = known[at] == keys
        return found, facts[at[found]]

    def remember(self, keys: IntArray, facts: npt.NDArray[np.void], kind: str = "look") -> None:
        """Add the facts of new keys."""
        if not len(keys):
            return
        with self._lock:
            known, held = self._known[kind]
            every, first = np.unique(np.concatenate([known, keys]), return_index=True)
            self._known[kind] = every, np.concatenate([held, facts])[first]
        with self._open() as cache:
            if cache is not None:
                ends = [self._name(rows) for rows in np.divmod(keys, len(self._contents))]
                cache.keep_looks(zip(*ends, facts, strict=True), kind)

    def recall_circle(self, rows: IntArray, way: str) -> tuple[BoolArray, IntArray, IntArray]:
        """Return which of ``rows`` were all held against one another before, and which of those pairs may be alike.

        The pairs are positions in ``rows``: ascending where the two are alike, descending where they were not looked
        at, and one twice whose outline many share. ``way`` names how they were held against one another.
        """
        best = np.zeros(len(rows), dtype=np.bool_), _NONE, _NONE
        with self._open() as cache:
            if cache is None or not len(rows):
                return best
            place = {name: k for k, name in enumerate(self._name(rows))}
            most = 0
            for name, members, alike_pairs in cache.circles(way):
                held = [members[k : k + 16] for k in range(0, len(members), 16)]
                known = np.array([place.get(content, -1) for content in held], dtype=np.int64)
                count = int((known >= 0).sum())
                if count > most:
                    most = count
                    positions = np.frombuffer(alike_pairs, dtype=_POSITION).astype(np.int64).reshape(-1, 2)
                    unseen = positions[:, 0] > positions[:, 1]
                    alike = np.sort(known[positions], axis=1)
                    alike[unseen] = alike[unseen, ::-1]
                    alike = alike[(alike >= 0).all(axis=1)]
                    best[0][:] = False
                    best[0][known[known >= 0]] = True
                    best = best[0], alike[:, 0], alike[:, 1]
                    self._older = name if count > _OTHER_CATALOGUE * len(held) else None
        return best

    def keep_circle(self, rows: IntArray, way: str, first: IntArray, second: IntArray) -> None:
        """Keep that ``rows`` were all held against one another, and which pairs of positions in them may be alike.

        Ascending ones are alike, descending ones were not looked at, and one twice has an outline that many share.
        """
        with self._open() as cache:
            if cache is not None:
                pairs = np.stack([first, second], axis=1).astype(_POSITION).tobytes()
                cache.keep_circle(way, b"".join(self._name(rows)), pairs, self._older)

    def _name(self, rows: IntArray) -> list[bytes]:
        names: list[bytes] = self._contents[rows].tolist()
        return names

    def _load(self) -> None:
        with self._open() as cache:
            if cache is None:
                return
            row = {content: k for k, content in enumerate(self._contents.tolist())}
            for kind, facts in FACTS.items():
                found = [(row[a], row[b], fact) for a, b, fact in cache.looks(list(row), kind) if b in row]
                keys = np.array([a * len(self._contents) + b for a, b, _ in found], dtype=np.int64)
                order = np.argsort(keys)
                held = np.frombuffer(b"".join([fact for _, _, fact in found]), dtype=facts)
                self._known[kind] = keys[order], held[order]

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep the store open meanwhile: to open and close it costs as much as to keep hundreds of looks."""
        with self._open() as self._held:
            try:
                yield
            finally:
                self._held = None

    @contextmanager
    def _open(self) -> Iterator[Cache | None]:
        if self._folder is None or self._held is not None:
            yield self._held
            return
        cache = Cache(self._folder)
        try:
            yield cache
        finally:
            cache.close()
