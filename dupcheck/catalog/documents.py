"""JSON, JSON Lines and Parquet → grids of text, or listings where a product holds its SKUs."""

import io
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from dupcheck.catalog.currencies import is_code
from dupcheck.catalog.formats import generic_format, known_headers, map_general, normalise_header
from dupcheck.catalog.products import find_shape
from dupcheck.catalog.products.nodes import (
    Node,
    find_money,
    plain_key,
    read_localised,
    read_nested,
    read_pair,
    show_value,
)
from dupcheck.catalog.tables import Grid, Problems, Record, shorten
from dupcheck.catalog.variants import Draft
from dupcheck.errors import CatalogError
from dupcheck.messages import message
from dupcheck.model import Problem
from dupcheck.run import BOUNDS


@dataclass(slots=True)
class Found:
    """What a document holds: products with their SKUs, plain rows, and what was wrong.

    ``rows`` are the numbers of the products. Objects are numbered from 1 in the order they stand in.
    """

    drafts: list[Draft] = field(default_factory=list)
    records: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    grid: Grid | None = None
    count: int = 0


def _names_a_thing(held: Mapping[str, Any]) -> bool:
    """Say whether an object has a title under any name that exports have for it."""
    return any(
        normalise_header(str(key)[:100]) in _titles()
        for key, value in held.items()
        if isinstance(read_localised(value), str)
    )


@cache
def _titles() -> frozenset[str]:
    return frozenset(normalise_header(h) for h in generic_format().columns["title"])


def _lift(held: Mapping[str, Any]) -> Mapping[str, Any]:
    """Bring up a product that lies one level down in its object."""
    if _names_a_thing(held):
        return held
    inside = [(k, v) for k, v in held.items() if isinstance(v, Mapping) and _names_a_thing(v)]
    if len(inside) != 1:
        return held
    key, product = inside[0]
    return {**{k: v for k, v in held.items() if k != key}, **product}


class _Walk:
    """Goes through a document from the outside in, and keeps what is a product or a row of a catalogue."""

    def __init__(self) -> None:
        self.found = Found()
        self.told = Problems()
        self.spare: list[tuple[str, list[Mapping[str, Any]]]] = []
        self.kinds: dict[int, list[str]] = {}

    def visit(self, value: Any, name: str = "", depth: int = 0) -> None:
        """Take what is here, or look into it."""
        if depth > BOUNDS.nesting:
            self.told.add(None, "", "", "error", message("catalog.nested_deep", most=BOUNDS.nesting, text=name))
            return
        value = read_nested(value)
        if isinstance(value, list):
            self._visit_list(value, name, depth)
        elif isinstance(value, Mapping):
            self._visit_object(value, name, depth)

    def _visit_object(self, held: Mapping[str, Any], name: str, depth: int) -> None:
        node = Node(held)
        if find_shape(node) is not None or (_names_a_thing(held) and not _holds_rows(held)):
            self._take(held)
            return
        if isinstance(held.get("edges"), list):  # GraphQL
            self._visit_list([e.get("node", e) if isinstance(e, Mapping) else e for e in held["edges"]], name, depth)
            return
        inside = [v for v in held.values() if isinstance(v, Mapping)]
        if len(inside) > 1 and len(inside) == len(held) and all(_names_a_thing(_lift(v)) for v in inside):
            for key, value in held.items():  # objects keyed by their ids
                named = any(plain_key(k) in ("id", "listingid", "productid", "sku") for k in value)
                self._take(value if named else {"id": key, **value})
            return
        under: dict[str, range] = {}
        goods = any(isinstance(v, list) and sum(map(_is_thing, v)) > 1 for v in held.values())
        for key, value in held.items():
            if goods and isinstance(value, Mapping) and _is_thing(value) and not _has_price(value):
                self.spare.append((str(key), [value]))  # the shop's own name, beside what it sells
            elif isinstance(read_nested(value), list | Mapping):
                before = self.found.count
                self.visit(value, str(key), depth + 1)
                under[str(key)] = range(before + 1, self.found.count + 1)
        if len(under) == len(held) and sum(map(bool, under.values())) > 1:  # things by what they are
            for key, rows in under.items():
                for row in rows:
                    self.kinds.setdefault(row, []).insert(0, key)

    def _states(self, field: str) -> bool:
        """Say whether any row states a field under any name."""
        keys = {str(key) for _, held in self.found.records for key in held}
        return any(field in map_general([key]) for key in keys)

    def name_currency(self, document: Any) -> None:
        """Let the one currency that a document states above its things be theirs, where none states its own."""
        tops = (
            [document, *(v for v in document.values() if isinstance(v, Mapping))]
            if isinstance(document, Mapping)
            else []
        )
        told = {
            code
            for top in tops
            for key, value in top.items()
            if isinstance(value, str)
            and "currency" in map_general([str(key)])
            and is_code(code := value.strip().upper())
        }
        if len(told) == 1 and not self._states("currency"):
            self.found.records = [(row, {**held, "currency": next(iter(told))}) for row, held in self.found.records]

    def name_kinds(self) -> None:
        """Let the names under which things lie be their categories, where they state none themselves."""
        if self._states("category"):
            return
        for i, (row, held) in enumerate(self.found.records):
            if row in self.kinds:
                self.found.records[i] = row, {**held, "category": " > ".join(self.kinds[row])}

    def _visit_list(self, held: Sequence[Any], name: str, depth: int) -> None:
        inside = [read_nested(value) for value in held]
        objects = [v for v in inside if isinstance(v, Mapping)]
        if objects and all(map(_is_fact, objects)):
            return  # what is said of a thing is no thing
        if not objects:
            self._look_into(inside, name, depth)
        elif any(find_shape(Node(v)) or _names_a_thing(_lift(v)) for v in objects):
            for value in inside:
                if isinstance(value, Mapping):
                    self._take(value)
                else:
                    self._leave(value)
        elif not (
            any(isinstance(v, list | Mapping) for o in objects for v in o.values())
            and self._look_into(inside, name, depth)
        ):
            self.spare.append((name, objects))

    def _look_into(self, inside: Sequence[Any], name: str, depth: int) -> bool:
        """Take what lies deeper, and tell what stands beside it; return whether anything was found."""
        before = self.found.count
        for value in inside:
            if isinstance(value, list | Mapping):
                self.visit(value, name, depth + 1)
        if self.found.count > before:
            for value in inside:
                if not isinstance(value, list | Mapping):
                    self._leave(value)
        return self.found.count > before

    def _leave(self, value: Any) -> None:
        """Tell an entry of a list of products that is none."""
        self.found.count += 1
        text = shorten(show_value(value) or json.dumps(value, ensure_ascii=False))
        self.told.add(self.found.count, "", "", "error", message("catalog.bad_object", text=text))

    def _take(self, held: Mapping[str, Any]) -> None:
        self.found.count += 1
        row = self.found.count
        node = Node(held)
        shape = find_shape(node)
        if shape is None:
            lifted = _lift(held)
            inner = Node(lifted)
            shape = find_shape(inner) if lifted is not held else None
            node = inner if shape is not None else node
            if shape is None:
                self.found.records.append((row, lifted))
                return
        self.found.drafts.append(shape.make(node, row))
        self.found.rows.append(row)


def _is_thing(value: Any) -> bool:
    return isinstance(value, Mapping) and _names_a_thing(_lift(value))


def _is_fact(held: Mapping[str, Any]) -> bool:
    """Say whether an object states one thing, with a name and its value, and costs nothing."""
    keys = [plain_key(key) for key in held]
    return len(keys) <= _FACT_KEYS and any(k.startswith("value") for k in keys) and not _has_price(held)


def _holds_rows(held: Mapping[str, Any]) -> bool:
    """Say whether an object with a name, such as a shop, holds a list of several things with names."""
    for value in held.values():
        if isinstance(value, list) and sum(isinstance(v, Mapping) and _names_a_thing(_lift(v)) for v in value) > 1:
            return any(isinstance(v, Mapping) and _has_price(v) for v in value) and not _has_price(held)
    return False


def _has_price(held: Mapping[str, Any]) -> bool:
    return any("price" in plain_key(key) for key in held)


def _is_money(held: Mapping[str, Any]) -> bool:
    keys = {plain_key(k) for k in held}
    return bool(keys & {"amount", "value"}) and bool(keys & {"currency", "currencycode"}) and len(keys) <= _MONEY_KEYS


_MONEY_KEYS: Final = 4


def _open_inner(held: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the values of objects within a row keys of their own, where no field would take such an object whole."""
    if not any(isinstance(v, Mapping | list) for v in held.values()):
        return held
    found: dict[str, Any] = {}
    for key, whole in _open_level(_name_facts(held)).items():
        found |= _open_deeper(str(key), whole)
    if not any("price" in map_general([name]) for name in found) and (money := find_money(held)) is not None:
        found["price"] = money
    return found


def _open_deeper(name: str, whole: Any) -> dict[str, Any]:
    """Open what lies in one another where a count is in it: {"availability": {"at the store": {"quantity": 7}}}."""
    if not isinstance(whole, Mapping) or name.count(".") >= _DEEPEST:
        return {name: whole}
    inner: dict[str, Any] = {}
    for key, value in whole.items():
        inner |= _open_deeper(f"{name}.{key}", value)
    return inner if any("stock" in map_general([n.rpartition(".")[2]]) for n in inner) else {name: whole}


def _name_facts(held: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put lists of facts, each with a name and a value, together as the object's attributes."""
    facts: dict[str, str] = {}
    kept: dict[str, Any] = {}
    for key, value in held.items():
        if isinstance(value, Mapping) and value and all(map(_lists_texts, value.values())):
            facts |= {str(n): ", ".join(v) for n, v in value.items()}  # {"Brand": ["Holm"], "Colour": ["Gold"]}
            continue
        entries = value if isinstance(value, list) and value and all(isinstance(v, Mapping) for v in value) else []
        pairs = [read_pair(Node(v)) for v in entries if len(v) <= _FACT_KEYS]
        if entries and len(pairs) == len(entries) and all(n and v and not v.startswith(("{", "[")) for n, v in pairs):
            facts |= dict(pairs)
        else:
            kept[str(key)] = value
    if not facts or "attributes" in kept:
        return held
    for name in [n for n in facts if "description" in map_general([n])]:
        kept.setdefault("description", facts.pop(name))
    return {**kept, "attributes": facts} if facts else kept


def _lists_texts(value: Any) -> bool:
    texts = isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)
    return texts and not any("//" in v for v in value)


_FACT_KEYS: Final = 5
_DEEPEST: Final = 3


def _open_level(held: Mapping[str, Any]) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for key, value in held.items():
        fields = map_general([str(key)]) if isinstance(value, Mapping) else {}
        named = next((value[k] for k in ("name", "title") if isinstance(value.get(k), str)), "") if fields else ""
        if isinstance(value, Mapping) and _is_money(value) and not (fields or "price" in held or "price" in found):
            found["price"] = value  # under whatever name a price stands, such as "pricing"
        elif (
            isinstance(value, Mapping)
            and value
            and (not fields or ({"stock", "description"} & set(fields) and not named))
        ):
            found |= {f"{key}.{inner}": v for inner, v in value.items() if not str(inner).startswith("@")}
        else:
            found[str(key)] = named or value
    return found


def _fold_keys(records: list[tuple[int, Mapping[str, Any]]]) -> list[tuple[int, Mapping[str, Any]]]:
    """Let keys that differ in their capitals only, and stand in no object together, be one: SKU and Sku."""
    forms: dict[str, dict[str, None]] = {}
    for _, record in records:
        for key in record:
            forms.setdefault(str(key).casefold(), {})[str(key)] = None
    several = {plain: next(iter(own)) for plain, own in forms.items() if len(own) > 1}
    if not several:
        return records
    for _, record in records:
        plain = [str(key).casefold() for key in record]
        for twice in {p for p in plain if plain.count(p) > 1} if len(set(plain)) < len(plain) else ():
            several.pop(twice, None)
    return [(row, {several.get(str(k).casefold(), k): v for k, v in record.items()}) for row, record in records]


def make_grid(name: str, records: Sequence[tuple[int, Mapping[str, Any]]], problems: Sequence[Problem] = ()) -> Grid:
    """Make a grid of numbered objects: their keys are its header, those of objects within behind a dot.

    Where there are very many keys, those that most objects have are columns, and the others stay together in one.
    """
    records = _fold_keys([(row, _open_inner(record)) for row, record in records])
    counts = Counter(str(k) for _, record in records for k in record)
    keys = list(counts)
    rare: frozenset[str] = frozenset()
    told = list(problems)
    if len(keys) > BOUNDS.sparse_columns:
        known = known_headers()
        order = sorted(keys, key=lambda k: (normalise_header(k[:100]) not in known, -counts[k]))
        often = set(order[: BOUNDS.sparse_columns])
        rare = frozenset(keys) - often
        keys = [k for k in keys if k in often]
        told.append(Problem(None, "", "", "warning", message("catalog.keys_many", count=len(counts), most=len(keys))))
    header = Record([*keys, "other"] if rare and "other" not in counts else keys)
    rows = []
    for row, record in records:
        cells = [show_value(record[k]) if k in record else "" for k in keys]
        if rare and "other" not in counts:
            left = {k: show_value(v) for k, v in record.items() if k in rare}
            cells.append(json.dumps(left, ensure_ascii=False) if left else "")
        rows.append(Record(cells, row=row))
    return Grid(name, [header, *rows], tuple(told), objects=True)


def read_document(document: Any, name: str, problems: Sequence[Problem] = ()) -> Found:
    """Return the products of a JSON document, and a grid of its objects where they are plain rows."""
    walk = _Walk()
    if isinstance(document, list) and len(document) > 1 and all(isinstance(row, list) for row in document):
        records = [Record([show_value(cell) for cell in row]) for row in document]
        return Found(problems=list(problems), count=len(records) - 1, grid=Grid(name, records, objects=True))
    walk.visit(document)
    found = walk.found
    if not found.count and walk.spare:  # nothing has a title: the list that says most may hold one deeper down
        label, rows = max(walk.spare, key=lambda pair: sum(_count_values(o) for o in pair[1]))
        walk.spare.remove((label, rows))
        found.records = list(enumerate(rows, 1))
        found.count = len(rows)
    if not found.count and isinstance(document, Mapping) and document:
        found.records, found.count = [(1, document)], 1
    for label, rows in walk.spare:
        walk.told.add(None, "", "", "info", message("catalog.list_left", name=label or "?", count=len(rows)))
    found.problems = [*problems, *walk.told.found]
    walk.name_kinds()
    walk.name_currency(document)
    if found.records:
        found.grid = make_grid(name, found.records)
    return found


def _count_values(held: Any) -> int:
    """Return how many values an object or a list holds, however deep."""
    if isinstance(held, Mapping):
        return sum(map(_count_values, held.values()))
    return sum(map(_count_values, held)) if isinstance(held, list) else 1


def _load(text: str) -> Any:
    """Read JSON; a number longer than any number needs to be stays text."""
    return json.loads(text, parse_int=_whole)


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= 2 * BOUNDS.digits else digits


def read_json(text: str, path: str, name: str) -> Found:
    """Read JSON or JSON Lines; a line that is broken is told and the rest goes on."""
    problems = Problems()
    try:
        document = _load(text)
    except RecursionError as error:
        raise CatalogError("catalog.bad_json", path=path, reason=message("catalog.too_deep")) from error
    except ValueError as error:
        found = _read_lines(text)
        if found is not None:
            return found
        document, rest = _read_broken_list(text)
        if not document:
            raise CatalogError("catalog.bad_json", path=path, reason=error) from error
        problems.add(None, "", "", "error", message("catalog.breaks_off", count=len(document), text=shorten(rest)))
    found = read_document(document, name, problems.found)
    if not found.drafts and any(p.text.key == "catalog.nested_deep" for p in found.problems):
        raise CatalogError("catalog.bad_json", path=path, reason=message("catalog.too_deep"))
    return found


def _read_lines(text: str) -> Found | None:
    """Read JSON Lines, each row numbered as its line; None where it is none."""
    held: list[tuple[int, Mapping[str, Any]]] = []
    problems = Problems()
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    for number, line in lines:
        try:
            value = _load(line)
            if not isinstance(value, Mapping):
                raise ValueError(value)
            held.append((number, value))
        except (ValueError, RecursionError):
            problems.add(number, "", "", "error", message("catalog.bad_line", text=shorten(line)))
    if len(lines) < 2 or not any(value for _, value in held):
        return None
    found = Found(problems=problems.found)
    for number, value in held:
        lifted = _lift(value)
        node = Node(value) if find_shape(Node(value)) else Node(lifted)
        shape = find_shape(node)
        if shape is None:
            found.records.append((number, lifted))
        else:
            found.drafts.append(shape.make(node, number))
            found.rows.append(number)
    found.count = len(held)
    if found.records:
        found.grid = make_grid("lines", found.records)
    return found


def _read_broken_list(text: str) -> tuple[list[Any], str]:
    """Read the objects of a JSON list up to where it is broken; also what is left from there."""
    start = text.find("[")
    if start < 0 or len(text) > 50_000_000:
        return [], text
    decoder = json.JSONDecoder(parse_int=_whole)
    found: list[Any] = []
    at = start + 1
    while True:
        gap = re.compile(r"[\s,]*").match(text, at)
        at = gap.end() if gap else at
        try:
            held, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return found, text[at:]
        found.append(held)


def read_parquet(raw: bytes, path: str, name: str) -> Grid:
    """Read a Parquet file. Raises CatalogError where it is none, or what reads it is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise CatalogError("catalog.no_parquet", path=path) from error

    try:
        table = pq.read_table(io.BytesIO(raw))
        if table.num_rows * max(1, table.num_columns) > 50_000_000:
            raise CatalogError("catalog.too_wide", path=path, rows=table.num_rows, columns=table.num_columns)
        columns = [[show_value(v) for v in column.to_pylist()] for column in table.columns]
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise CatalogError("catalog.bad_workbook", path=path, reason=str(error)[:200]) from error
    rows = [Record(list(c), row=n) for n, c in enumerate(zip(*columns, strict=True), 1)]
    return Grid(name, [Record(list(table.column_names)), *rows])
