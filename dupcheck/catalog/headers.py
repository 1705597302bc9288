"""Which row of a table is its header, what its columns mean, and which of its rows are no data."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from dupcheck.catalog.assembly import CANONICAL, REQUIRED
from dupcheck.catalog.contents import (
    complete_fields,
    continues_below,
    fill_fields,
    find_parents,
    guess_title,
    has_contacts,
    is_headless,
    is_journal,
    is_tree,
)
from dupcheck.catalog.formats import (
    CANONICAL_NAME,
    GENERIC,
    Fields,
    Format,
    find_currencies,
    find_format,
    generic_format,
    known_headers,
    map_fields,
    map_general,
    normalise_header,
)
from dupcheck.catalog.products.nodes import show_value
from dupcheck.catalog.spans import join_spans
from dupcheck.catalog.tables import Grid, name_headers, shorten
from dupcheck.catalog.terms import is_kind, is_no_catalogue
from dupcheck.catalog.values import parse_count, parse_price, split_images
from dupcheck.catalog.variants import Draft
from dupcheck.errors import CatalogError
from dupcheck.messages import LANGS, Lang, Message, message, say
from dupcheck.messages.guessing import guess_name
from dupcheck.run import BOUNDS

HEADER_ROWS: Final = 30
ROW_NUMBERS: Final = "#row"
EXTRA_FIELDS: Final = ("group", "kind", "parent", "children", "variant_id", "variant_image", "option_list", "surcharge")
FIELDS: Final = (
    *(name for name in CANONICAL if name not in ("skus", "other")),
    *EXTRA_FIELDS,
    "attribute:NAME",
    "option:NAME",
)
"""What a column may be said to hold."""
PREFIXES: Final = ("option:", "facet:", "attribute:", "option_name_", "option_value_", "title_part_")
# What a known format's own columns say alone: another column of a like name must not speak into it.
_OWN: Final = ("listing_id", "group", "kind", "parent", "children", "variant_id", "option_list", "surcharge")
# What other names may say beside the canonical ones, where a file has no column of the canonical name.
_LENT: Final = ("stock", "sku_code", "gtin", "currency", "images", "main_image", "category", "description", "url")
_CANONICAL: Final = Format(CANONICAL_NAME, {lang: say("catalog.format_canonical", lang) for lang in LANGS})


_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)


@dataclass(slots=True)
class Reading:
    """A header that was found: where, of which format, and which columns hold which field.

    ``stop`` is the record that its rows end before; ``currency`` what the header says of the prices' currency;
    ``label`` goes before the numbers of rows that name listings, where several sheets have such rows.
    """

    grid: Grid
    header: int
    headers: list[str]
    known: Format
    fields: Fields
    score: float
    stop: int
    currency: str = ""
    label: str = ""
    skip: set[int] = field(default_factory=set)

    @property
    def unused(self) -> list[int]:
        """The columns with a header that hold no field."""
        used = {i for places in self.fields.values() for i in places}
        joins = {normalise_header(h) for h in self.known.group}
        return [
            i
            for i, header in enumerate(self.headers)
            if header and i not in used and not header.startswith("xml ") and normalise_header(header) not in joins
        ]


def _extend(known: Fields, headers: Sequence[str], unread: Collection[str]) -> Fields:
    """Add to a known format's fields what the general headers say of the columns that it does not name."""
    fields = {name: list(places) for name, places in known.items()}
    taken = {i for places in fields.values() for i in places}
    closed = {normalise_header(h) for h in unread}
    taken |= {i for i, h in enumerate(headers) if normalise_header(h) in closed}
    for name, places in map_general(headers, taken).items():
        if name in _OWN and not (name == "listing_id" and name not in fields and "group" not in fields):
            continue
        if name.startswith(("option_", "title_part_")):
            continue
        fields.setdefault(name, []).extend(places)
    return fields


def _lacks_group(known: Format, headers: Sequence[str]) -> bool:
    """Say whether a format's rows are SKUs, and a file has another column that joins them than the format knows."""
    if known.rows != "variants" or known.own:
        return False
    joins = {normalise_header(h) for h in known.group}
    return not any(normalise_header(h) in joins for h in headers) and "group" in map_general(headers)


def read_header(grid: Grid, place: int, mapping: Mapping[str, str]) -> Reading | None:
    """Read a record as a header; None where it is empty."""
    cells = grid.records[place].cells
    if not any(c.strip() for c in cells):
        return None
    headers = _name_kinds(grid, place, name_headers(cells)[: BOUNDS.columns])
    short = [h[:200] for h in headers]
    plain = [normalise_header(h).replace(" ", "_") for h in short]
    if all(name in plain for name in REQUIRED):
        known, bonus = _CANONICAL, 1000.0
        fields: Fields = {str(name): [plain.index(name)] for name in CANONICAL if name in plain}
        for name, places in map_fields(generic_format(), short).items():
            free = [i for i in places if plain[i] not in CANONICAL]
            if free and name.startswith(("facet:", "attribute:")):
                fields[name] = free
            elif free and name in _LENT and name not in fields:
                fields[name] = free[:1]
    else:
        found = find_format(short)
        if found is not None and _lacks_group(found, short):
            found = None
        known, bonus = (found, 100.0) if found else (generic_format(), 0.0)
        if found:
            fields = _extend(map_fields(known, short), short, known.unread)
        else:
            # Of several headers for one field the most telling one counts; texts may fill in for each other.
            keep = ("title", "category", "description", "price", "images")
            fields = {n: p if n in keep or ":" in n else p[:1] for n, p in map_general(short).items()}
    lowered = {normalise_header(h) for h in short}
    if mapping and all(h == ROW_NUMBERS or normalise_header(h) in lowered for h in mapping.values()):
        bonus += 2000.0
    used = {i for places in fields.values() for i in places}
    if known.name == GENERIC and (any(_ADDRESS.match(cell.strip()) for cell in cells) or is_headless(headers)):
        bonus -= 100.0  # what holds an address, or numbers, is a row of data
    score = bonus + len(used) + 3 * ("title" in fields) + ("listing_id" in fields)
    return Reading(grid, place, headers, known, fields, score, len(grid.records), find_currencies(short, fields))


def _name_kinds(grid: Grid, place: int, headers: list[str]) -> list[str]:
    """Give a column that lost its header its name back, where its cells tell which rows are variants."""
    if all(headers) or len(headers) < 8:
        return headers
    below = grid.records[place + 1 : place + 60]
    for i in (i for i, header in enumerate(headers) if not header.strip()):
        texts = [t for r in below if i < len(r.cells) and (t := r.cells[i].strip())]
        if len(texts) > 1 and len(texts) * 2 > len(below) and all(map(is_kind, texts)):
            return [*headers[:i], _KIND, *headers[i + 1 :]]
    return headers


_KIND: Final = "Type"


def apply_mapping(reading: Reading, mapping: Mapping[str, str], path: Path) -> None:
    """Let the fields that the user named hold what the user said; such a column holds nothing else."""
    places = {normalise_header(h): i for i, h in reversed(list(enumerate(reading.headers)))}
    for name, header in mapping.items():
        _check_field(name, header)
        if name == "listing_id" and header == ROW_NUMBERS:
            reading.fields.pop("listing_id", None)
            reading.known = replace(reading.known, number_rows=True)
            continue
        place = reading.headers.index(header) if header in reading.headers else places.get(normalise_header(header))
        if place is None:
            raise _refuse_header(name, header, path, reading.headers)
        if name not in ("listing_id", "sku_code", "gtin"):  # a code may well be the id, too
            for other in list(reading.fields):
                kept = [i for i in reading.fields[other] if i != place]
                if other in mapping or not other.startswith(("facet:", "attribute:", "title", "option:")):
                    continue
                if kept:
                    reading.fields[other] = kept
                else:
                    del reading.fields[other]
        reading.fields[name] = [place]


def assign_unread(drafts: Sequence[Draft], mapping: Mapping[str, str], path: Path) -> None:
    """Let the fields that the user named hold what the user said, of objects that are products."""
    for name, header in mapping.items():
        _check_field(name, header, CANONICAL)
        found = False
        for draft in drafts:
            if draft.assign(name, header):
                found = True
            elif draft.held is not None and header in draft.held:
                draft.put(name, show_value(draft.held[header]), draft.fields)
                found = True
        if not found:
            raise _refuse_header(name, header, path, list(dict.fromkeys(n for d in drafts for n in d.list_unread())))


def _check_field(name: str, header: str, known: Sequence[str] = (*CANONICAL, *EXTRA_FIELDS)) -> None:
    if name not in known and not name.startswith(PREFIXES):
        hint = _guess(name, known)
        raise CatalogError("catalog.bad_map_field", field=name, header=header, hint=hint, fields=", ".join(known))


def _refuse_header(name: str, header: str, path: Path, headers: Sequence[str]) -> CatalogError:
    return CatalogError(
        "catalog.bad_map_header", field=name, header=header, path=path, found=_show_headers(headers),
        hint=_guess(header, headers),
    )  # fmt: skip


def _guess(name: str, choices: Iterable[str]) -> Message | str:
    near = guess_name(name, choices)
    return message("catalog.did_you_mean", name=near[0]) if near else ""


def _show_headers(headers: Iterable[str]) -> str:
    return shorten(", ".join(" ".join(h.split()) for h in headers if h), 600)


class _Nearest(Message):
    """The nearest headers to the missing fields: one sentence each, in the language of the message round them."""

    __slots__ = ()

    def say(self, lang: Lang = "en") -> str:
        return "".join(message("catalog.nearest", field=f, header=h).say(lang) for f, h in self.values.items())


def has_ids(reading: Reading) -> bool:
    """Say whether any column can name a listing."""
    return any(name in reading.fields for name in ("listing_id", "variant_id", "group", "sku_code"))


_ORDER_WORDS: Final = re.compile(
    r"order (?:id|number|no|date|status)|buyer|ship(?:ping)? (?:to|address|name)|recipient|订单(?:号|编号)|买家|收件人|"
    r"номер заказа|покупатель|bestellnummer|käufer|numéro de commande|acheteur|número de pedido|comprador|"
    r"注文番号|주문번호",
    re.IGNORECASE,
)


def _refuse_others(reading: Reading, path: Path) -> None:
    """Tell a list of people, of orders or of what was sold day by day for what it is."""
    told = {"price", "stock", "images", "main_image", "gtin"} & set(reading.fields)
    orders = sum(_ORDER_WORDS.search(re.sub(r"[_-]", " ", h)) is not None for h in reading.headers) >= 2
    if orders:
        raise CatalogError("catalog.is_orders", path=path, found=_show_headers(reading.headers))
    if not told and has_contacts(reading.grid, reading.header, reading.headers):
        raise CatalogError("catalog.is_people", path=path, found=_show_headers(reading.headers))
    if not told and is_tree(reading.grid, reading.header, reading.headers, reading.fields):
        raise CatalogError("catalog.is_tree", path=path, found=_show_headers(reading.headers))
    if is_journal(reading.grid, reading.header, reading.headers, reading.fields):
        raise CatalogError("catalog.is_journal", path=path, found=_show_headers(reading.headers))


def require_fields(reading: Reading, path: Path, need_ids: bool) -> None:
    """Refuse a table without a title or an id, and say what it is, what is missing and what to try."""
    fields, known = reading.fields, reading.known
    if known.name == GENERIC:
        _refuse_others(reading, path)
    missing = []
    if need_ids and not (has_ids(reading) or known.number_rows or (known.rows == "variants" and known.name != GENERIC)):
        missing.append("listing_id")
    if "title" not in fields and not any(name.startswith("title_part_") for name in fields):
        missing.append("title")
    if not missing:
        return
    free = [reading.headers[i] for i in reading.unused]
    if "title" in missing:
        few = len(fields) <= 5 and len(free) <= 3 and not guess_name("title", free)
        if has_ids(reading) and ("price" in fields or "stock" in fields) and few:
            raise CatalogError("catalog.is_price_list", path=path, found=_show_headers(reading.headers))
    if known.name == GENERIC and (
        is_headless(reading.headers) or continues_below(reading.grid, reading.header, reading.headers)
    ):
        first = shorten(" | ".join(h for h in reading.headers if h), 300)
        raise CatalogError("catalog.no_header", path=path, first=first)
    nearest = {name: found[0] for name in missing if (found := guess_name(name, free))}
    if "title" in missing and "title" not in nearest:
        told = guess_title(reading.grid, reading.header, reading.headers, fields)
        nearest |= {"title": " ".join(told.split())} if told else {}
    examples = []
    for name in missing:
        near = nearest.get(name, "") if name == "title" else ""
        examples.append(f'--map "{name}={near or ("HEADER" if name == "title" else ROW_NUMBERS)}"')
    raise CatalogError(
        "catalog.missing_columns", path=path, missing=", ".join(missing), found=_show_headers(reading.headers),
        nearest=_Nearest("nearest", {n: h for n, h in nearest.items() if n == "title"}), example=" ".join(examples),
        headers=tuple(h for h in reading.headers if h),
    )  # fmt: skip


# --------------------------------------------------------------------------------------------------------------
# Which rows are no data

_NOTE: Final = re.compile(
    r"\s*(?:事项说明|填写说明|说明|注意|注意事项|备注|Note|Notes|Instructions|Примечание)\s*[:：]", re.IGNORECASE
)


def find_notes(reading: Reading) -> set[int]:
    """Return the records below the header that are no data: notes and hints of a template, headers in other words."""
    records, start, stop = reading.grid.records, reading.header + 1, reading.stop
    width = len(reading.headers)
    skip: set[int] = set()
    own = [normalise_header(h) for h in reading.headers]
    for place in range(start, stop):
        cells = records[place].cells
        if cells and cells[0].strip().casefold() == reading.headers[0].casefold() and len(cells) >= width > 1:
            plain = [normalise_header(c[:200]) for c in cells[:width]]
            if plain == own:
                skip.add(place)
                continue
        filled = [c for c in cells if c.strip()]
        if width >= 4 and len(filled) == 1:
            text = filled[0]
            if _NOTE.match(text) or ("\n" in text.strip() and len(text) >= 100):
                skip.add(place)
    words = known_headers()
    for place in range(start, min(start + 6, stop)):
        plain = [normalise_header(c[:200]) for c in records[place].cells if c.strip()]
        hits = sum(p in words for p in plain)
        if hits >= 3 and hits * 3 >= len(plain) and not _weigh(reading, records[place].cells)[0]:
            skip.add(place)
    for record in records[: reading.header]:
        settings = re.search(r"dataRow=(\d{1,4})", " ".join(record.cells)[:5000], re.ASCII)
        if settings is not None:
            skip |= set(range(start, min(int(settings[1]) - 1, stop)))
    places = reading.fields.get("price", []) + reading.fields.get("stock", [])
    if reading.known.notes and places:
        for place in range(start, min(start + 9, stop)):
            cells = records[place].cells
            values = [cells[i] for i in places if i < len(cells)]
            if any(parse_price(v) or parse_count(v) is not None for v in values):
                skip |= set(range(start, place))
                break
    skip |= _find_hints(reading, skip)
    if reading.known.name == GENERIC:
        skip |= _find_headings(reading)
    skip |= {total for total in (_find_total(reading), _find_foot(reading)) if total is not None}
    return {n for n in skip if any(c.strip() for c in records[n].cells)}


def find_spilled(reading: Reading, path: Path) -> dict[int, str]:
    """Return the records with markup where an id should stand: texts have run over their cells. Refuse many of them."""
    places = [i for name in ("listing_id", "variant_id", "group") for i in reading.fields.get(name, ())[:1]]
    records = reading.grid.records
    found, count = {}, 0
    for n in range(reading.header + 1, reading.stop):
        cells = records[n].cells
        count += any(map(str.strip, cells))
        if any(i < len(cells) and _MARKUP.match(cells[i]) for i in places):
            found[n] = shorten(" | ".join(c for c in cells if c.strip()))
    if len(found) * _SPILLED > count:
        row, text = reading.grid.number(next(iter(found))), next(iter(found.values()))
        raise CatalogError("catalog.is_spilled", path=path, count=len(found), rows=count, row=row, text=text)
    return found


_MARKUP: Final = re.compile(r"\s*(?:</?[a-zA-Z][^<>]*>|&nbsp\b)")
_SPILLED: Final = 10
"""Of so many rows at most one may be broken: what stands before a broken row has lost its later cells."""


def _find_headings(reading: Reading) -> set[int]:
    """Return the records that are one text alone, among rows of several cells: headings of parts, and closing words."""
    records = reading.grid.records
    counts = {n: sum(bool(c.strip()) for c in records[n].cells) for n in range(reading.header + 1, reading.stop)}
    usual = sorted(c for c in counts.values() if c > 1)
    if len(reading.headers) < 4 or not usual or usual[len(usual) // 2] < 3:
        return set()
    codes = {i for name in ("listing_id", "sku_code", "group") for i in reading.fields.get(name, ())}
    names = {i for name in ("title", "category", "description") for i in reading.fields.get(name, ())}
    used = {i for places in reading.fields.values() for i in places}
    numbers = {i for name in ("gtin", "price", "stock") for i in reading.fields.get(name, ())}
    own = reading.fields.get("listing_id") or reading.fields.get("sku_code", [])
    ids = set(own[:1]) if "title" in reading.fields else set()
    named = {c[i].strip() for n, count in counts.items() if count > 1 for i in ids if i < len(c := records[n].cells)}
    found = set()
    for n in (n for n, count in counts.items() if count == 1 or (count == 2 and usual[len(usual) // 2] > 4)):
        filled = [(i, c.strip()) for i, c in enumerate(records[n].cells) if c.strip()]
        if len(filled) == 2 and (filled[0][0] or not filled[0][1].isdigit() or filled[1][0] in names):
            continue  # a heading may have a number before it
        i, text = filled[-1]
        if len(filled) == 1 and i in ids and text not in named:
            found.add(n)  # an id without a title or anything to compare
            continue
        worded = re.search(r"[^\W\d_]{2}", text) is not None
        if worded and (i in names or i not in used or (i in codes | numbers and not re.fullmatch(r"\S*\d\S*", text))):
            found.add(n)
    return found


def _find_total(reading: Reading) -> int | None:
    """Return the last record where it is no listing but the sum of those above: no title, no code, their stock."""
    records = reading.grid.records[reading.header + 1 : reading.stop]
    filled = [(n, r.cells) for n, r in enumerate(records, reading.header + 1) if any(c.strip() for c in r.cells)]
    places = {name: p[0] for name in ("title", "stock") if (p := reading.fields.get(name))}
    if len(filled) < 3 or len(places) < 2:
        return None
    place, last = filled[-1]
    counts = [parse_count(cells[places["stock"]]) if places["stock"] < len(cells) else None for _, cells in filled]
    named = last[places["title"]].strip() if places["title"] < len(last) else ""
    codes = (i for name in ("listing_id", "sku_code", "group") for i in reading.fields.get(name, ())[:1])
    if named or any(re.search(r"\d", last[i]) for i in codes if i < len(last)) or not counts[-1]:
        return None
    return place if sum(c or 0 for c in counts[:-1]) == counts[-1] else None


def _find_foot(reading: Reading) -> int | None:
    """Return the last record where it alone has no title, and hardly anything else: a code, a date or a sum."""
    records, titles = reading.grid.records, reading.fields.get("title", [])[:1]
    filled = [n for n in range(reading.header + 1, reading.stop) if any(c.strip() for c in records[n].cells)]
    if len(filled) < 4 or not titles or reading.known.name != GENERIC:
        return None
    *rest, last = filled
    titled = all(titles[0] < len(cells := records[n].cells) and cells[titles[0]].strip() for n in rest)
    counts = sorted(sum(bool(c.strip()) for c in records[n].cells) for n in rest)
    cells = records[last].cells
    bare = titles[0] >= len(cells) or not cells[titles[0]].strip()
    few = sum(bool(c.strip()) for c in cells)
    codes = (i for name in ("listing_id", "sku_code", "group") for i in reading.fields.get(name, ())[:1])
    coded = any(i < len(cells) and cells[i].strip() for i in codes)  # without a code it is told as a broken row
    return last if titled and bare and coded and few <= 2 and 2 * few < counts[len(counts) // 2] else None


def _weigh(reading: Reading, cells: Sequence[str]) -> tuple[int, int]:
    """Count the cells of a row that are what their column should hold, and those that are not."""
    right = wrong = 0

    def note(good: bool) -> None:
        nonlocal right, wrong
        right, wrong = right + good, wrong + (not good)

    tests: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("price", lambda t: parse_price(t) is not None or re.search(r"\d", t) is not None),
        ("stock", lambda t: parse_count(t) is not None),
        ("gtin", lambda t: len(re.sub(r"\D", "", t)) >= 8),
        ("main_image", lambda t: re.search(r"[/\\.]\w", "".join(split_images(t))) is not None),
        ("images", lambda t: re.search(r"[/\\.]\w", "".join(split_images(t))) is not None),
    )
    for name, test in tests:
        for i in reading.fields.get(name, ())[:1]:
            text = cells[i].strip() if i < len(cells) else ""
            if text:
                note(test(text))
    return right, wrong


def _instructs(cells: Sequence[str]) -> bool:
    """Say whether most cells of a row begin with one word, as what tells to enter this and that does."""
    filled = [c.split() for c in cells if c.strip()]
    begun = Counter(words[0].casefold() for words in filled if len(words) > 1 and words[0].isalpha())
    most = max(begun.values(), default=0)
    return most >= 4 and most * 2 > len(filled)


def _find_hints(reading: Reading, skip: set[int]) -> set[int]:
    """Return the rows right below a header that say how to fill its columns, in place of filling them."""
    records, found, sure = reading.grid.records, set[int](), True
    for place in range(reading.header + 1, min(reading.header + 7, reading.stop)):
        if place in skip or not any(c.strip() for c in records[place].cells):
            continue
        cells = records[place].cells
        if _instructs(cells):
            found.add(place)
            continue
        right, wrong = _weigh(reading, cells)
        names = [cells[i].strip() for f in ("listing_id", "sku_code", "group") for i in reading.fields.get(f, ())[:1]
                 if i < len(cells)]  # fmt: skip
        wordy = any(len(name.split()) > 1 and not re.search(r"\d", name) for name in names) or not any(names)
        if right or not (wrong >= 2 or (wrong and wordy)):
            break
        found.add(place)
        sure = sure and wrong >= 2 and reading.known.name != GENERIC
    rest = range(max(found, default=0) + 1, min(reading.stop, reading.header + 60))
    if found and sure and not any(c.strip() for place in rest for c in records[place].cells):
        return found  # a template that nobody has filled in
    return found if any(_weigh(reading, records[place].cells)[0] for place in rest) else set()


# --------------------------------------------------------------------------------------------------------------
# Which sheets, and where a new header begins within one


def _lend_codes(grids: Sequence[Grid], mapping: Mapping[str, str]) -> list[Grid]:
    """Put the codes of a hidden sheet above the visible one that it belongs to: column n of one is code n of the other.

    Lazada's and other sellers' workbooks show headers in the seller's language only.
    """
    found = list(grids)
    for hidden in grids:
        if not hidden.hidden:
            continue
        best = _find_header(hidden, mapping)
        if best is None or best.known.name in (GENERIC, CANONICAL_NAME):
            continue
        width = len(best.headers)
        for i, grid in enumerate(found):
            if grid.hidden or not grid.records:
                continue
            own = _find_header(grid, mapping)
            widest = max((len(name_headers(r.cells)) for r in grid.records[:3]), default=0)
            named = hidden.name.casefold().startswith(grid.name.casefold())
            if (own is None or own.known.name == GENERIC) and (widest == width or (named and widest <= width)):
                record = replace(hidden.records[best.header], row=1)
                shown = [r if r.row else replace(r, row=n) for n, r in enumerate(grid.records, 1)]
                found[i] = replace(grid, records=[record, *shown])
                break
    return found


def _find_header(grid: Grid, mapping: Mapping[str, str]) -> Reading | None:
    rated = [
        reading
        for place in range(min(HEADER_ROWS, len(grid.records)))
        if (reading := read_header(grid, place, mapping)) is not None
    ]
    if not rated:
        return None
    best = max(rated, key=lambda r: (r.score, not is_headless(r.headers), sum(bool(h) for h in r.headers)))
    if best.known.name == GENERIC:
        best.grid = join_spans(grid, best.header)
    return complete_reading(best)


def complete_reading(reading: Reading) -> Reading:
    """Let the cells tell what the headers of a file of no known format do not."""
    if reading.known.name == GENERIC and not is_headless(reading.headers):
        short = [h[:200] for h in reading.headers]
        before = len(reading.fields)
        complete_fields(reading.grid, reading.header, short, reading.fields)
        reading.score += len(reading.fields) - before
        reading.currency = reading.currency or find_currencies(short, reading.fields)
    elif reading.known.name != CANONICAL_NAME:
        closed = {normalise_header(h) for h in (*reading.known.unread, *reading.known.group)}
        places = {i for i, h in enumerate(reading.headers) if normalise_header(h[:200]) in closed}
        short = [h[:200] for h in reading.headers]
        fill_fields(reading.grid, reading.header, short, reading.fields, places)
        if reading.known.rows == "parents" and "parent" not in reading.fields:
            find_parents(reading.grid, reading.header, short, reading.fields)
    return reading


def choose_sheets(grids: Sequence[Grid], mapping: Mapping[str, str], path: Path) -> list[Reading]:
    """Find the header of every sheet, and keep the sheets that are the catalogue.

    A hidden sheet, or one that is called an example or instructions, counts only where no other holds a catalogue.
    """
    grids = _lend_codes(grids, mapping)
    found = [reading for grid in grids if (reading := _find_header(grid, mapping)) is not None]
    if not found:
        raise CatalogError("catalog.empty", path=path)
    open_to_all = [r for r in found if not (r.grid.hidden or is_no_catalogue(r.grid.name)) and _is_catalogue(r)]
    shown = [r for r in found if not r.grid.hidden]
    pool = open_to_all or shown or found
    best = max(pool, key=lambda r: (r.score, len(r.grid.records)))
    if best.score < 3 and len(best.headers) < 2 and not mapping:
        raise CatalogError("catalog.no_header", path=path, first=shorten(best.headers[0] if best.headers else ""))
    return [r for r in pool if r is best or (_is_catalogue(r) and _is_alike(r, best))]


def _is_catalogue(reading: Reading) -> bool:
    return (
        "title" in reading.fields or any(name.startswith("title_part_") for name in reading.fields)
    ) and reading.stop > reading.header + 1


def _is_alike(reading: Reading, best: Reading) -> bool:
    if reading.known.name != best.known.name:
        return False
    if reading.known.name != GENERIC or set(reading.fields) == set(best.fields):
        return True
    titles = [[normalise_header(r.headers[i]) for i in r.fields["title"]] for r in (reading, best)]
    return titles[0] == titles[1] and has_ids(reading) == has_ids(best) and "price" in reading.fields


def split_segments(reading: Reading, mapping: Mapping[str, str]) -> list[Reading]:
    """Part a sheet where another header begins among its rows: each then holds the rows below it."""
    words = known_headers()
    records = reading.grid.records
    first = next((normalise_header(h) for h in reading.headers if h), "")
    found = [reading]
    for place in range(reading.header + 1, reading.stop):
        head = next((c for c in records[place].cells if c.strip()), "")
        if len(head) > 200:
            continue
        plain = normalise_header(head)
        if plain != first and plain not in words and not plain.startswith(("action(", "*action(")):
            continue
        filled = [normalise_header(c[:200]) for c in records[place].cells if c.strip()]
        hits = sum(t in words or t == first for t in filled)
        if len(filled) < 3 or hits < 3 or hits < 0.6 * len(filled):
            continue
        other = read_header(reading.grid, place, mapping)
        if other is not None:
            other = complete_reading(other)
        if other is None or "title" not in other.fields:
            continue
        between = range(found[-1].header + 1, place)
        if not any(_weigh(found[-1], records[n].cells)[0] for n in between):
            continue  # the same header in other words, right below the first
        if [normalise_header(h) for h in other.headers] == [normalise_header(h) for h in found[-1].headers]:
            continue
        found[-1].stop = place
        found.append(other)
    return found
