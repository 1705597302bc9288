"""Columns that may lie on disk: texts as bytes and offsets, numbered texts, ragged rows, a folder that holds arrays.

What lies on disk is mapped, not read: taking a few rows of many costs the pages they stand on.
"""

import hashlib
import json
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from dupcheck.files.doubts import tell_doubt
from dupcheck.files.writing import make_private, replace_file
from dupcheck.messages import message
from dupcheck.model import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from scipy import sparse

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]


class Packed(NamedTuple):
    """Something as arrays and, for what is none, values that JSON holds."""

    arrays: Arrays
    facts: Mapping[str, Any]


def name_arrays(name: str, arrays: Arrays) -> dict[str, Array]:
    """Return arrays under the name of what they make up."""
    return {f"{name}.{key}": array for key, array in arrays.items()}


def take_named(name: str, arrays: Arrays) -> dict[str, Array]:
    """Return what :func:`name_arrays` gave a name, without it."""
    return {key.removeprefix(f"{name}."): arrays[key] for key in arrays if key.startswith(f"{name}.")}


_CURRENT = "current"
_FACTS = "facts.json"
_ARRAYS = "arrays.bin"
_HEAD = b"dupcheck arrays"
_ALIGNED = 64
"""Bytes; where a number of any size may begin."""
_ROWS, _COLUMNS = 128, 512
"""Of a table of which a file is added up: half a megabyte, so that it stays in the processor's cache."""
_LEAVE_SECONDS = 300
_FEW = 5_000
"""Pairs up to which SciPy is not worth its import."""
_CHUNK = 200_000


class Texts(Sequence[str]):
    """Texts as UTF-8 bytes behind one another; text i is ``data[start[i]:start[i + 1]]``."""

    def __init__(self, data: Array, start: Array) -> None:
        self.data, self.start = data, start

    @classmethod
    def pack(cls, texts: Iterable[str]) -> Self:
        """Return the column of ``texts``."""
        encoded = [t.encode("utf-8", "surrogatepass") for t in texts]
        start = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(e) for e in encoded], out=start[1:])
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), start)

    def __len__(self) -> int:
        return len(self.start) - 1

    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, slice):
            return [self[i] for i in range(*position.indices(len(self)))]
        if not -len(self) <= position < len(self):
            raise IndexError(position)
        position %= len(self)
        first, last = int(self.start[position]), int(self.start[position + 1])
        return self.data[first:last].tobytes().decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        ends = self.start.tolist()
        data = self.data.tobytes()
        for first, last in pairwise(ends):
            yield data[first:last].decode("utf-8", "surrogatepass") if last > first else ""

    def take(self, rows: IntArray) -> npt.NDArray[np.object_]:
        """Return the texts at ``rows`` as an array of ``str``."""
        at, start = take_ranges(self.start, rows)
        texts = np.full(len(rows), "", dtype=object)
        if len(at):
            texts[:] = list(Texts(self.data[at], start))
        return texts


class Codebook(dict[str, int]):
    """Texts → numbers, in the order of first appearance: ``book[text]`` numbers a text that is new.

    ``stored`` are texts that were numbered before: they are looked up where they lie, and numbering goes on
    behind them.
    """

    def __init__(self, stored: "StoredBook | None" = None) -> None:
        super().__init__()
        self.stored = stored
        self.width = 0 if stored is None else stored.width

    def __missing__(self, text: str) -> int:
        number = -1 if self.stored is None else self.stored.find(text)
        if number < 0:
            number = self.width
            self.width += 1
        self[text] = number
        return number

    def find(self, text: str) -> int:
        """Return a text's number, -1 where it has none."""
        found = self.get(text, -1)
        return self.stored.find(text) if found < 0 and self.stored is not None else found

    def pack(self) -> dict[str, Array]:
        """Return what :class:`StoredBook` needs."""
        new = {text: number for text, number in self.items() if self.stored is None or number >= self.stored.width}
        keys = np.fromiter((hash_text(t) for t in new), dtype=np.uint64, count=len(new))
        codes = np.fromiter(new.values(), dtype=np.int32, count=len(new))
        if self.stored is not None:
            keys, codes = np.concatenate([self.stored.keys, keys]), np.concatenate([self.stored.codes, codes])
        order = np.argsort(keys, kind="stable")
        return {"keys": keys[order], "codes": codes[order]}


def number_all(texts: Iterable[str]) -> Codebook:
    """Return a codebook of ``texts``, in their order."""
    book = Codebook()
    for text in texts:
        book[text]
    return book


class StoredBook:
    """Numbered texts as sorted 64-bit hashes: enough to look one up."""

    def __init__(self, keys: Array, codes: Array) -> None:
        self.keys, self.codes, self.width = keys, codes, len(codes)

    def find(self, text: str) -> int:
        """Return a text's number, -1 where it has none."""
        key = np.uint64(hash_text(text))
        at = int(np.searchsorted(self.keys, key))
        return int(self.codes[at]) if at < self.width and self.keys[at] == key else -1

    def pack(self) -> dict[str, Array]:
        """Return what makes this again, as a :class:`Codebook` does."""
        return {"keys": self.keys, "codes": self.codes}


def hash_text(text: str) -> int:
    """Return a text's number of 64 bits, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def take_ranges(start: Array, rows: IntArray) -> tuple[IntArray, IntArray]:
    """Return where the entries of ``rows`` stand when row i holds entries ``start[i]:start[i + 1]``, and new starts."""
    first = np.asarray(start[rows], dtype=np.int64)
    count = np.asarray(start[rows + 1], dtype=np.int64) - first
    new = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(count, out=new[1:])
    return np.repeat(first - new[:-1], count) + np.arange(int(new[-1])), new


class Members(NamedTuple):
    """Which listings share one thing: group g holds ``items[start[g]:start[g + 1]]``, ascending."""

    items: IntArray
    start: IntArray

    @property
    def sizes(self) -> IntArray:
        """How many listings each group holds."""
        return np.diff(self.start)


def group_items(group: IntArray, item: IntArray, groups: int) -> Members:
    """Return the items of each group, from as many pairs of a group and an item."""
    order = np.lexsort((item, group))
    start = np.zeros(groups + 1, dtype=np.int64)
    np.cumsum(np.bincount(group, minlength=groups), out=start[1:])
    return Members(item[order], start)


@dataclass(frozen=True)
class Rows:
    """Sparse rows: row i holds ``weights[start[i]:start[i + 1]]`` at the columns ``items[…]``, which ascend.

    In bulk SciPy does the arithmetic; for a few rows it is done here, to the same bit, because importing SciPy takes
    longer than that.
    """

    start: IntArray
    items: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    width: int

    @classmethod
    def stack(cls, rows: Sequence[tuple[Sequence[int], Sequence[float]]], width: int) -> Self:
        """Return rows given as columns, in any order, and their weights."""
        sizes = np.fromiter((len(r[0]) for r in rows), dtype=np.int64, count=len(rows))
        start = np.concatenate([[0], np.cumsum(sizes)])
        items = np.fromiter((c for r in rows for c in r[0]), dtype=np.int32, count=int(start[-1]))
        weights = np.fromiter((w for r in rows for w in r[1]), dtype=np.float32, count=int(start[-1]))
        order = np.lexsort((items, np.repeat(np.arange(len(rows)), sizes)))
        return cls(start, items[order], weights[order], width)

    def __len__(self) -> int:
        return len(self.start) - 1

    @property
    def sizes(self) -> IntArray:
        """How many columns each row holds."""
        return np.diff(self.start)

    @property
    def owners(self) -> IntArray:
        """The row of each entry."""
        return np.repeat(np.arange(len(self)), self.sizes)

    @cached_property
    def sparse(self) -> "sparse.csr_array":
        """The rows as SciPy knows them."""
        from scipy import sparse

        shape = (len(self), max(self.width, 1))
        return sparse.csr_array((self.weights, self.items, self.start.astype(np.int32)), shape=shape)

    @cached_property
    def _exact(self) -> Any:
        return self.sparse.astype(np.float64)

    def take(self, rows: IntArray) -> "Rows":
        """Return the rows at ``rows``."""
        at, start = take_ranges(self.start, rows)
        return Rows(start, self.items[at], self.weights[at], self.width)

    def keep_columns(self, kept: BoolArray) -> "Rows":
        """Return the rows without the entries whose columns are not ``kept``."""
        return self.keep(kept[self.items])

    def keep(self, at: BoolArray) -> "Rows":
        """Return the rows without the entries that are not ``at``."""
        start = np.concatenate([[0], np.cumsum(at)])[self.start]
        return Rows(start, self.items[at], self.weights[at], self.width)

    def count_columns(self) -> IntArray:
        """Return in how many rows each column stands."""
        count: IntArray = np.bincount(self.items, minlength=self.width).astype(np.int64)
        return count

    def list_columns(self) -> Members:
        """Return for each column the rows that hold it."""
        return group_items(self.items.astype(np.int64), self.owners, self.width)

    def sum_squares(self) -> FloatArray:
        """Return the sum of the squared weights of each row."""
        total = np.bincount(self.owners, self.weights.astype(np.float64) ** 2, minlength=len(self))
        return total.astype(np.float64, copy=False)

    def dot(self, left: IntArray, right: IntArray) -> FloatArray:
        """Return the dot product of row ``left[i]`` and row ``right[i]`` for every i, in bounded memory."""
        result = np.empty(len(left), dtype=np.float64)
        step = _CHUNK if len(left) > _FEW else _FEW
        for begin in range(0, len(left), step):
            part = slice(begin, begin + step)
            result[part] = (self._dot_many if len(left) > _FEW else self._dot_few)(left[part], right[part])
        return result

    def _dot_many(self, left: IntArray, right: IntArray) -> FloatArray:
        products = self._exact[left].multiply(self._exact[right]).tocsr()
        pair = np.repeat(np.arange(len(left)), np.diff(products.indptr))
        return np.bincount(pair, products.data, minlength=len(left)).astype(np.float64, copy=False)

    def _dot_few(self, left: IntArray, right: IntArray) -> FloatArray:
        (ours, first), (theirs, second) = take_ranges(self.start, left), take_ranges(self.start, right)
        pair = np.repeat(np.arange(len(left)), np.diff(first))
        keys = pair * self.width + self.items[ours]
        others = np.repeat(np.arange(len(left)), np.diff(second)) * self.width + self.items[theirs]
        at = np.searchsorted(others, keys)
        same = at < len(others)
        same[same] = others[at[same]] == keys[same]
        a, b = self.weights[ours[same]].astype(np.float64), self.weights[theirs[at[same]]].astype(np.float64)
        return np.bincount(pair[same], a * b, minlength=len(left)).astype(np.float64, copy=False)


def join_rows(first: Rows, second: Rows) -> Rows:
    """Return the rows of two tables behind one another."""
    return Rows(
        np.concatenate([first.start, second.start[1:] + first.start[-1]]),
        np.concatenate([first.items, second.items]),
        np.concatenate([first.weights, second.weights]),
        max(first.width, second.width),
    )


def group_rows(rows: Rows) -> Members:
    """Group the rows that hold the same columns; a row that holds none stands in no group."""
    filled = np.flatnonzero(rows.sizes)
    if not len(filled):
        return Members(filled, np.zeros(1, dtype=np.int64))
    mark = np.random.default_rng(0).integers(0, 2**63, rows.width, dtype=np.uint64)
    sums = np.add.reduceat(mark[rows.items], rows.start[filled])
    _, group = np.unique(sums, return_inverse=True)
    return group_items(group.astype(np.int64), filled, int(group.max()) + 1)


def connect(n: int, left: IntArray, right: IntArray) -> IntArray:
    """Return for each of ``n`` nodes the least node it is connected with through the edges ``left``–``right``."""
    label = np.arange(n)
    while True:
        least = np.minimum(label[left], label[right])
        before = label.copy()
        np.minimum.at(label, left, least)
        np.minimum.at(label, right, least)
        np.minimum.at(label, before[left], least)  # the old roots take the new ones with them
        np.minimum.at(label, before[right], least)
        label = label[label]
        if np.array_equal(label, before):
            return label


def save_arrays(folder: Path, arrays: Arrays, facts: Mapping[str, Any]) -> None:
    """Keep arrays and facts in ``folder``, in place of what it held: whole, or not at all.

    Whoever reads at that moment goes on with what was there. The arrays have a checksum, which stands with the facts,
    and so has the file that holds these. Raises OSError.
    """
    make_private(folder)
    new = Path(tempfile.mkdtemp(prefix="part-", dir=folder))
    try:
        places = _write_arrays(new / _ARRAYS, arrays)
        known = {"facts": facts, "arrays": places, "sum": _sum_table(new / _ARRAYS)}
        (new / _FACTS).write_text(json.dumps(known, ensure_ascii=False), "utf-8")
        old = _current(folder)
        replace_file(folder / _CURRENT, f"{new.name} {_sum_text(new / _FACTS)}".encode(), lasting=False)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    for place in folder.glob("part-*"):  # what another process may still read or write is left for a while
        if place not in (new, old) and time.time() - place.stat().st_mtime > _LEAVE_SECONDS:
            shutil.rmtree(place, ignore_errors=True)


def _write_arrays(file: Path, arrays: Arrays) -> dict[str, tuple[Any, tuple[int, ...], int]]:
    """Write arrays behind one another; return of each its type, its shape and where it begins."""
    places = {}
    with file.open("xb") as opened:
        opened.write(_HEAD.ljust(_ALIGNED))
        for name, array in arrays.items():
            whole = np.ascontiguousarray(array)
            kind = whole.dtype
            places[name] = (kind.str if kind.names is None else kind.descr, whole.shape, opened.tell())
            opened.write(whole.reshape(-1).view(np.uint8).data)
            opened.write(bytes(-opened.tell() % _ALIGNED))
    return places


def _map_arrays(file: Path, places: Mapping[str, tuple[Any, Sequence[int], int]]) -> dict[str, Array]:
    """Map what :func:`_write_arrays` wrote; its folder may go while the arrays are used."""
    data = np.memmap(file, np.uint8, "r")
    arrays: dict[str, Array] = {}
    for name, (kind, shape, first) in places.items():
        fields = kind if isinstance(kind, str) else [(field, form, tuple(*size)) for field, form, *size in kind]
        arrays[name] = np.ndarray(tuple(shape), np.dtype(fields), data.data, first)
    return arrays


def load_arrays(folder: Path) -> tuple[dict[str, Array], dict[str, Any]] | None:
    """Return the arrays that a folder holds now, mapped, and the facts beside them; None where nothing whole is kept.

    Every byte is held against its checksum. What is spoiled is told, and is as if nothing were kept.
    """
    place = _current(folder)
    if place is None:
        return None
    try:
        whole = (folder / _CURRENT).read_text("utf-8") == f"{place.name} {_sum_text(place / _FACTS)}"
        kept = json.loads((place / _FACTS).read_text("utf-8")) if whole else {}
        if whole and "sums" in kept:  # an earlier version's, a file an array
            return None
        if whole and _sum_table(place / _ARRAYS) == kept["sum"]:
            return _map_arrays(place / _ARRAYS, kept["arrays"]), kept["facts"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    tell_doubt(message("files.spoiled", path=folder))
    return None


def _sum_text(file: Path) -> str:
    """Return the size and the checksum of a short file."""
    data = file.read_bytes()
    return f"{len(data)}:{zlib.crc32(data):08x}"


def _sum_table(file: Path) -> str:
    """Return the size and the checksum of a long file: of the sums of all rows and columns of a table of numbers.

    A bit that flips, a page that is empty, what stands in another's place changes a row and a column. It is added up in
    a fifth of the time that a CRC of every byte takes, and a check waits for it.
    """
    rows = np.zeros((_ROWS, _COLUMNS), dtype=np.uint64)
    room = rows.reshape(-1).view(np.uint8)
    size, total = 0, 0
    with file.open("rb") as opened:
        while count := opened.readinto(room.data):
            room[count:] = 0
            total = zlib.crc32(rows.sum(axis=0), zlib.crc32(rows.sum(axis=1), total))
            size += count
    return f"{size}:{total:08x}"


def _current(folder: Path) -> Path | None:
    try:
        name = (folder / _CURRENT).read_text("utf-8").partition(" ")[0]
    except (OSError, ValueError):
        return None
    place = folder / name
    try:
        return place if name.startswith("part-") and place.parent == folder and place.is_dir() else None
    except (OSError, ValueError):
        return None


def sort_distinct(parts: Sequence[IntArray]) -> IntArray:
    """Return all numbers, each once, ascending. NumPy's ``unique`` looks each up in a hash table, in which keys
    that are made of two numbers collide: it takes a hundred times as long.
    """
    numbers = np.concatenate([np.empty(0, dtype=np.int64), *parts])
    numbers.sort()
    fresh = np.ones(len(numbers), dtype=bool)
    np.not_equal(numbers[1:], numbers[:-1], out=fresh[1:])
    return numbers[fresh]


def is_among(numbers: IntArray, wanted: IntArray | Sequence[int]) -> BoolArray:
    """Return which numbers are among the wanted ones. NumPy's ``isin`` asks ``unique``, which loads masked arrays: a
    check of one draft would wait longer for these than for all its numbers.
    """
    known = np.sort(np.asarray(wanted, dtype=np.int64))
    at = np.searchsorted(known, numbers)
    found = at < len(known)
    found[found] = known[at[found]] == numbers[found]
    return found
