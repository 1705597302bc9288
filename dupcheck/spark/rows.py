"""Listings and what was measured of them as rows of Arrow tables, and back: the columns of the local engine, cut up.

A text that the local engine numbers by a book of the whole catalogue is known here by its hash of 64 bits: the same in
every task, whatever else that task holds.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from dupcheck.features.building import Measures, Reading
from dupcheck.features.schema import (
    MATRICES,
    NUMBERS,
    TEXTS,
    AxisColumn,
    Base,
    Features,
    MatrixColumn,
    Statistics,
    rename_values,
    weigh_titles,
)
from dupcheck.files.arrays import Codebook, Packed, Rows, StoredBook, hash_text, name_arrays, take_named
from dupcheck.learned.taught import Taught
from dupcheck.messages import Lang
from dupcheck.model import (
    NUMBER_COLUMNS,
    SKU_NUMBER_COLUMNS,
    SKU_TEXT_COLUMNS,
    TEXT_COLUMNS,
    BoolArray,
    Catalog,
    FloatArray,
    IntArray,
    Problem,
)
from dupcheck.photos.records import FINGERPRINT
from dupcheck.photos.table import Photos, list_graphics
from dupcheck.titles import Token

if TYPE_CHECKING:
    import pyarrow as pa

Keys = npt.NDArray[np.uint64]

LISTING = ", ".join(
    ["pos long", *(f"{name} string" for name in TEXT_COLUMNS), *(f"{name} double" for name in NUMBER_COLUMNS),
     "row long", "skus string"]
)  # fmt: skip
"""The schema of listings: ``pos`` is their order in the catalogue, ``skus`` a JSON list of lists."""
_SKU = (*SKU_TEXT_COLUMNS, *SKU_NUMBER_COLUMNS)
READ = "head string, folded string, slots string, tokens string, brand string"
"""The schema of titles as they are read."""
MEASURED = ", ".join(
    ["pos long", "listing_id string", *(f"{name} string" for name in TEXTS), *(f"{name} double" for name in NUMBERS),
     *(f"{m.field}_keys array<long>" for m in MATRICES),
     *(f"{m.field}_weights array<float>" for m in MATRICES if m.weighted),
     "title_exact array<boolean>", "axis array<string>", "value array<string>",
     "photo binary", "further array<binary>", "prints array<binary>", "graphic boolean", "troubles string"]
)  # fmt: skip
"""The schema of measured listings. ``photo`` is the key of the main photo, ``further`` those of others; ``prints`` are
these photos' records, in this order."""
FEATURES = (
    "pos", "listing_id", *TEXTS, *NUMBERS, *(f"{m.field}_keys" for m in MATRICES),
    *(f"{m.field}_weights" for m in MATRICES if m.weighted),
    "title_exact", "axis", "value", "photo", "further", "prints", "crowded",
)  # fmt: skip
"""The columns that pairs of measured listings are judged by (:func:`unpack_features`)."""
_TELLS, _SILENT = b"+", b"-"
"""With what the key of a photo begins, by whether the photo says anything."""


@dataclass(frozen=True)
class Whole:
    """What the whole catalogue counts: ``listings`` listings, of which ``seen`` hold each word of ``keys`` (ascending).

    Words in fewer than ``floor`` listings are not held: they count as in ``floor - 1``. ``common`` are the codes that
    identify nothing, by field; ``same`` the values that one axis says in two systems of units; ``told`` how many
    listings state each value of each attribute ("": all values that are not held); ``refused`` the photos that are
    placeholders.
    """

    listings: int
    keys: Keys
    seen: IntArray
    exact: BoolArray
    floor: int
    common: Mapping[str, Keys]
    same: Mapping[str, Mapping[str, str]]
    told: Mapping[str, Mapping[str, int]]
    refused: frozenset[bytes]
    taught: Taught

    def pack(self) -> Packed:
        """Return what makes this again."""
        taught = self.taught.pack()
        arrays = {"keys": self.keys, "seen": self.seen, "exact": self.exact}
        facts = {name: getattr(self, name) for name in ("listings", "floor", "same", "told")}
        return Packed(
            arrays | name_arrays("common", self.common) | name_arrays("taught", taught.arrays),
            {**facts, "refused": sorted(photo.hex() for photo in self.refused), "taught": taught.facts},
        )

    @classmethod
    def unpack(cls, packed: Packed) -> Self:
        """Return what was packed."""
        arrays, facts = packed
        return cls(
            listings=int(facts["listings"]), keys=arrays["keys"], seen=arrays["seen"], exact=arrays["exact"],
            floor=int(facts["floor"]), common=take_named("common", arrays), same=facts["same"], told=facts["told"],
            refused=frozenset(map(bytes.fromhex, facts["refused"])),
            taught=Taught.unpack(take_named("taught", arrays), facts["taught"]),
        )  # fmt: skip

    @cached_property
    def book(self) -> StoredBook:
        """The words by their number."""
        return StoredBook(self.keys, np.arange(len(self.keys), dtype=np.int32))

    def describe(self, more: BoolArray, width: Mapping[str, int]) -> Statistics:
        """Return the catalogue's statistics for a part of it that holds ``more`` words than are held here."""
        return Statistics(
            listings=self.listings,
            seen=np.concatenate([self.seen, np.full(len(more), self.floor - 1, dtype=np.int64)]),
            exact=np.concatenate([self.exact, more]),
            codes=np.zeros(width["codes"], dtype=np.int64),
            stated_codes=np.zeros(width["stated_codes"], dtype=np.int64),
            taught=self.taught,
            told=self.told,
        )


class _PartBook(StoredBook):
    """The words that the whole catalogue holds, and behind them those ``beyond`` that a part of it has (ascending)."""

    def __init__(self, whole: StoredBook, beyond: Keys) -> None:
        super().__init__(beyond, np.arange(len(beyond), dtype=np.int32) + whole.width)
        self._whole, self._own = whole, StoredBook(beyond, self.codes)
        self.width = whole.width + len(beyond)

    def find(self, text: str) -> int:
        """Return a word's number, -1 where it has none."""
        number = self._whole.find(text)
        return number if number >= 0 else self._own.find(text)


# ---------------------------------------------------------------------------------------------------------------------
# Columns


def texts_of(table: "pa.Table", name: str) -> npt.NDArray[np.object_]:
    """Return a column of texts, "" where one is missing."""
    column = table.column(name).to_pylist()
    made = np.empty(len(column), dtype=object)
    made[:] = [text or "" for text in column]
    return made


def numbers_of(table: "pa.Table", name: str) -> npt.NDArray[Any]:
    """Return a column of numbers, NaN where one is missing."""
    return np.asarray(table.column(name).to_numpy())


def lists_of(table: "pa.Table", name: str) -> tuple[IntArray, "pa.Array"]:
    """Return where each row's list begins, and all items behind one another."""
    column = table.column(name).combine_chunks()
    start = column.offsets.to_numpy().astype(np.int64)
    return start - start[0], column.flatten()


def make_lists(start: IntArray, items: "pa.Array | npt.NDArray[Any]") -> "pa.Array":
    """Return a column of lists: row i holds ``items[start[i]:start[i + 1]]``."""
    import pyarrow as pa

    held = items if isinstance(items, pa.Array) else pa.array(items)
    return pa.ListArray.from_arrays(pa.array(start.astype(np.int32)), held)


def _starts(rows: Sequence[Sequence[Any]]) -> IntArray:
    sizes = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


# ---------------------------------------------------------------------------------------------------------------------
# Listings


def pack_listings(catalog: Catalog, pos: IntArray) -> "dict[str, pa.Array]":
    """Return the columns of ``LISTING`` for a catalogue whose listings stand at ``pos``."""
    import pyarrow as pa

    skus: list[str | None] = [None] * len(catalog)
    held: dict[int, list[list[Any]]] = {}
    columns = [catalog.sku_columns[name].tolist() for name in _SKU]
    for owner, *cells in zip(catalog.sku_columns["listing"].tolist(), *columns, strict=True):
        held.setdefault(owner, []).append([None if cell != cell else cell for cell in cells])
    for owner, rows in held.items():
        skus[owner] = json.dumps(rows)
    return {
        "pos": pa.array(pos, pa.int64()),
        **{name: pa.array(catalog.column(name).tolist(), pa.string()) for name in TEXT_COLUMNS},
        **{name: pa.array(catalog.numbers(name)) for name in NUMBER_COLUMNS},
        "row": pa.array(catalog.columns["row"].astype(np.int64)),
        "skus": pa.array(skus, pa.string()),
    }


def unpack_listings(table: "pa.Table") -> Catalog:
    """Return the catalogue of listings; those columns that ``table`` lacks it lacks too."""
    here = set(table.column_names)
    columns: dict[str, npt.NDArray[Any]] = {name: texts_of(table, name) for name in TEXT_COLUMNS if name in here}
    columns |= {name: numbers_of(table, name).astype(np.float64) for name in NUMBER_COLUMNS if name in here}
    if "row" in here:
        columns["row"] = numbers_of(table, "row")
    owner: list[int] = []
    cells: list[list[Any]] = []
    for k, text in enumerate(table.column("skus").to_pylist() if "skus" in here else ()):
        for sku in json.loads(text) if text else ():
            owner.append(k)
            cells.append(sku)
    skus: dict[str, npt.NDArray[Any]] = {"listing": np.array(owner, dtype=np.int64)}
    for place, name in enumerate(_SKU):
        if name in SKU_NUMBER_COLUMNS:
            skus[name] = np.array([np.nan if row[place] is None else row[place] for row in cells], dtype=np.float64)
        else:
            skus[name] = np.empty(len(cells), dtype=object)
            skus[name][:] = [row[place] or "" for row in cells]
    return Catalog(columns, skus)


# ---------------------------------------------------------------------------------------------------------------------
# Titles as they are read


def pack_reading(read: Reading) -> "dict[str, pa.Array]":
    """Return the columns of ``READ``."""
    import pyarrow as pa

    return {
        "head": pa.array(read.heads, pa.string()),
        "folded": pa.array(read.folded, pa.string()),
        "slots": pa.array([json.dumps(slots) if slots else None for slots in read.slots], pa.string()),
        "tokens": pa.array([json.dumps(tokens, ensure_ascii=False) for tokens in read.tokens], pa.string()),
        "brand": pa.array([row.get("brand") for row in read.brands], pa.string()),
    }


def unpack_reading(table: "pa.Table") -> Reading:
    """Return titles as they were read."""
    return Reading(
        texts_of(table, "head").tolist(),
        texts_of(table, "folded").tolist(),
        unpack_slots(table),
        unpack_tokens(table),
        [{"brand": brand} if brand else {} for brand in table.column("brand").to_pylist()],
    )


def unpack_slots(table: "pa.Table") -> list[list[tuple[str, str]]]:
    """Return the slots of titles."""
    return [[(a, t) for a, t in json.loads(text)] if text else [] for text in table.column("slots").to_pylist()]


def unpack_tokens(table: "pa.Table") -> list[tuple[Token, ...]]:
    """Return the tokens of titles as they were read."""
    return [tuple(Token(*token) for token in json.loads(text)) for text in table.column("tokens").to_pylist()]


# ---------------------------------------------------------------------------------------------------------------------
# Measured listings


def pack_measures(
    catalog: Catalog, pos: IntArray, measures: Measures, numbers: Mapping[str, FloatArray],
    books: Mapping[str, Codebook], photos: Photos, problems: Sequence[Problem], lang: Lang,
) -> "pa.Table":  # fmt: skip
    """Return the columns of ``MEASURED``; ``books`` number what the matrices of ``measures`` hold, and ``problems`` are
    those of the photos, said in ``lang``.
    """
    import pyarrow as pa

    columns: dict[str, Any] = {
        "pos": pa.array(pos, pa.int64()),
        "listing_id": pa.array(catalog.ids.tolist(), pa.string()),
        **{name: pa.array(catalog.column(name).tolist(), pa.string()) for name in TEXTS},
        **{name: pa.array(numbers[name].astype(np.float64)) for name in NUMBERS},
    }
    weights = {}
    for m in MATRICES:
        rows = measures.matrices[m.field]
        keys = np.fromiter((hash_text(t) for t in books[m.book]), dtype=np.uint64, count=len(books[m.book]))
        own = keys.view(np.int64)[rows.items]
        order = np.lexsort((own, rows.owners))
        columns[f"{m.field}_keys"] = make_lists(rows.start, own[order])
        if m.weighted:
            weights[f"{m.field}_weights"] = make_lists(rows.start, rows.weights[order])
        if m.field == "title":
            weights["title_exact"] = make_lists(rows.start, measures.exact[rows.items[order]])
    columns |= weights
    stated = [[(axis, value) for axis, value in row.items() if value] for row in measures.stated]
    start = _starts(stated)
    columns["axis"] = make_lists(start, pa.array([axis for row in stated for axis, _ in row], pa.string()))
    columns["value"] = make_lists(start, pa.array([value for row in stated for _, value in row], pa.string()))
    graphics = list_graphics(catalog, photos)
    columns["graphic"] = pa.array([row in graphics for row in photos.main.tolist()], pa.bool_())
    told: dict[str, list[list[str]]] = {}
    for p in problems:
        told.setdefault(p.listing_id, []).append([p.field, p.severity, p.text.say(lang)])
    troubles = [json.dumps(told[i], ensure_ascii=False) if i in told else None for i in catalog.ids.tolist()]
    columns["troubles"] = pa.array(troubles, pa.string())
    return pa.table(columns | pack_photos(photos, len(catalog)))


def pack_photos(photos: Photos, count: int) -> "dict[str, pa.Array]":
    """Return what ``count`` listings show: ``photo``, ``further`` and ``prints``."""
    import pyarrow as pa

    keys: list[bytes] = []
    for row in range(len(photos)):
        if photos.place[row] < 0:
            key = photos.phash[row].tobytes()
        else:
            key = b"" if photos.contents is None else photos.contents[row].tobytes()
        keys.append((_TELLS if photos.usable[row] else _SILENT) + key)
    records = [photos.prints[k].tobytes() if k >= 0 else b"" for k in photos.place.tolist()]
    shown: list[list[int]] = [[] for _ in range(count)]
    for listing, row in zip(photos.extra_listing.tolist(), photos.extra.tolist(), strict=True):
        shown[listing].append(row)
    main = photos.main.tolist()
    return {
        "photo": pa.array([keys[row] if row >= 0 else None for row in main], pa.binary()),
        "further": pa.array([[keys[row] for row in rows] for rows in shown], pa.list_(pa.binary())),
        "prints": pa.array(
            [
                [records[row] for row in ([first] if first >= 0 else []) + rows]
                for first, rows in zip(main, shown, strict=True)
            ],
            pa.list_(pa.binary()),
        ),
    }  # fmt: skip


def unpack_photos(table: "pa.Table", refused: Collection[bytes] = ()) -> Photos:
    """Return the photos of measured listings: one row a distinct photo. Those that are ``refused`` say nothing."""
    row_of: dict[bytes, int] = {}
    records: dict[int, bytes] = {}
    main = np.full(table.num_rows, -1, dtype=np.int64)
    extra: list[int] = []
    owner: list[int] = []
    held = (table.column(name).to_pylist() for name in ("photo", "further", "prints"))
    for k, (first, further, prints) in enumerate(zip(*held, strict=True)):
        every = ([] if first is None else [first]) + (further or [])
        rows = [row_of.setdefault(key, len(row_of)) for key in every]
        records.update(zip(rows, prints or (), strict=True))
        if first is not None:
            main[k] = rows[0]
        more = rows[first is not None :]
        extra += more
        owner += [k] * len(more)
    keys = list(row_of)
    pictured = [k for k in range(len(keys)) if records[k]]
    place = np.full(len(keys), -1, dtype=np.int64)
    place[pictured] = np.arange(len(pictured))
    prints_of = np.frombuffer(b"".join(records[k] for k in pictured), dtype=FINGERPRINT)
    phash = np.array(
        [np.frombuffer(key[1:], dtype=np.uint64)[0] if place[k] < 0 else 0 for k, key in enumerate(keys)],
        dtype=np.uint64,
    )
    phash[pictured] = prints_of["phash"]
    usable = np.array([key.startswith(_TELLS) and key not in refused for key in keys], dtype=np.bool_)
    many = (
        set[bytes]().union(*(c for c in table.column("crowded").to_pylist() if c))
        if "crowded" in table.column_names
        else ()
    )
    crowded = np.array([key in many for key in keys], dtype=np.bool_)
    extras = np.array(extra, dtype=np.int64), np.array(owner, dtype=np.int64)
    return Photos(main, *extras, phash, place, usable, prints_of, crowded=crowded)


def unpack_features(table: "pa.Table", whole: Whole) -> Features:
    """Return the features of some listings of a catalogue, weighed by what the ``whole`` of it counts."""
    made = {m.field: _unpack_matrix(table, m, whole) for m in MATRICES}
    words, beyond, more = _number_words(table, whole)
    widths = {name: rows.width for name, rows in made.items()}
    statistics = whole.describe(more, widths)
    made["title"] = weigh_titles(words, statistics)
    books = {m.book: Codebook(_PartBook(whole.book, beyond)) if m.book == "words" else Codebook() for m in MATRICES}
    catalog = Catalog({name: texts_of(table, name) for name in ("listing_id", *TEXTS)}, {})
    return Features.build(
        catalog, unpack_photos(table, whole.refused), _unpack_axes(table, whole), Base(statistics, books),
        matrix=lambda m: made[m.field], number=lambda name: numbers_of(table, name).astype(np.float64),
    )  # fmt: skip


def _unpack_matrix(table: "pa.Table", column: MatrixColumn, whole: Whole) -> Rows:
    start, items = lists_of(table, f"{column.field}_keys")
    keys = items.to_numpy(zero_copy_only=False)
    _, code = np.unique(keys, return_inverse=True)
    weights = np.ones(len(keys), dtype=np.float32)
    if column.weighted:
        weights = lists_of(table, f"{column.field}_weights")[1].to_numpy(zero_copy_only=False)
    rows = _sort(Rows(start, code.astype(np.int32), weights, int(code.max(initial=-1)) + 1))
    if column.field in whole.common:
        named = np.zeros(rows.width, dtype=bool)
        named[code] = ~np.isin(keys.view(np.uint64), whole.common[column.field])
        rows = rows.keep_columns(named)
    return rows


def _number_words(table: "pa.Table", whole: Whole) -> tuple[Rows, Keys, BoolArray]:
    """The words of titles, numbered as the whole catalogue numbers them; and words beyond, and which are exact."""
    start, items = lists_of(table, "title_keys")
    keys = items.to_numpy(zero_copy_only=False).view(np.uint64)
    exact = np.asarray(lists_of(table, "title_exact")[1].to_numpy(zero_copy_only=False), dtype=bool)
    at = np.searchsorted(whole.keys, keys)
    known = at < len(whole.keys)
    known[known] = whole.keys[at[known]] == keys[known]
    beyond, first, code = np.unique(keys[~known], return_index=True, return_inverse=True)
    at[~known] = len(whole.keys) + code
    ones = np.ones(len(keys), dtype=np.float32)
    rows = Rows(start, at.astype(np.int32), ones, len(whole.keys) + len(beyond))
    return _sort(rows), beyond, exact[~known][first]


def _sort(rows: Rows) -> Rows:
    order = np.lexsort((rows.items, rows.owners))
    return Rows(rows.start, rows.items[order], rows.weights[order], rows.width)


def _unpack_axes(table: "pa.Table", whole: Whole) -> dict[str, AxisColumn]:
    start, axes = lists_of(table, "axis")
    values = lists_of(table, "value")[1].to_pylist()
    owner = np.repeat(np.arange(table.num_rows), np.diff(start)).tolist()
    books: dict[str, dict[str, int]] = {}
    codes: dict[str, IntArray] = {}
    for axis, value, row in zip(axes.to_pylist(), values, owner, strict=True):
        if axis not in books:
            books[axis], codes[axis] = {}, np.full(table.num_rows, -1, dtype=np.int64)
        codes[axis][row] = books[axis].setdefault(value, len(books[axis]))
    return {
        axis: rename_values(AxisColumn(codes[axis], tuple(books[axis])), _only(whole.same.get(axis), books[axis]))
        for axis in sorted(books)
    }


def _only(same: Mapping[str, str] | None, values: Mapping[str, int]) -> dict[str, str]:
    return {} if same is None else {value: same[value] for value in values if value in same}
