"""What the columns of a table hold, told by their cells: for headers that no list of words explains.

A header in words that dupcheck does not know still stands above prices, codes, names or pictures. What a column holds
is taken for a field only where one column fits and no other does: a column left unread is told, one misread is not.
"""

import itertools
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Final

from dupcheck.catalog.choices import split_priced, split_values
from dupcheck.catalog.currencies import is_code, split_header
from dupcheck.catalog.formats import Fields, list_words, map_general, tell_head
from dupcheck.catalog.tables import Grid
from dupcheck.catalog.terms import (
    addresses,
    count_heads,
    is_kind,
    is_other_count,
    is_other_party,
    is_other_price,
    is_shop_data,
    read_stock_word,
)
from dupcheck.catalog.values import MISSING, Price, parse_count, parse_price, split_images
from dupcheck.files.numbers import is_checked

_MOST: Final = 400
"""Rows looked at: what the columns of a table hold is plain long before."""
_LONGEST_CODE: Final = 40
_SHORT_TEXT: Final = 120
"""Characters on average up to which descriptions read as titles do."""
_PICTURE: Final = re.compile(
    r"(?:(?:https?:)?//\S+?|[\w./\\-]+)\.(?:jpe?g|png|webp|gif|avif)(?:[?#]\S*)?", re.IGNORECASE
)
_LONG_ID: Final = 4
"""Digits from which a number is no longer taken for a place in a list or the number of a category."""
_ADDRESS: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"[^\W\d_]+(?:,? \w+){3,}[.!?](?:\s|$)")
"""Four words and a stop."""
_TOLD: Final = 300
"""Characters in which a sentence ends."""
_TWICE_NAMED: Final = frozenset({"attribute:Brand", "category", "description", "title"})
"""Fields whose column may bear a second name behind a stroke."""
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
_DATE: Final = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b.*")


class Sample:
    """The cells of the rows below a header, by column; rows that only explain the columns are left out."""

    def __init__(self, grid: Grid, place: int, headers: Sequence[str]) -> None:
        # Of an object within an object the last key says what it is.
        dotted = grid.objects or 2 * sum(re.search(r"\w\.\w", h) is not None for h in headers) > len(headers)
        self.headers = [h.rpartition(".")[2] or h for h in headers] if dotted else list(headers)
        least = 2 if len(headers) > 2 else 1
        rows = []
        for record in grid.records[place + 1 : place + 1 + _MOST]:
            cells = [t.strip() for t in record.cells[: len(headers)]]
            if sum(map(bool, cells)) >= least:
                rows.append([*cells, *[""] * (len(headers) - len(cells))])
        self.rows = rows[_count_hints(rows) :]

    def column(self, i: int) -> list[str]:
        """Return the texts of a column, row by row."""
        return [row[i] for row in self.rows]

    def filled(self, i: int) -> list[str]:
        """Return the texts of a column that say anything."""
        return [t for row in self.rows if (t := row[i]) and t.casefold() not in MISSING]

    def all_are(self, i: int, test: Callable[[str], bool], least: float = 1.0) -> bool:
        """Say whether what stands in a column is of one kind: all of it, or at least a part."""
        texts = self.filled(i)
        return bool(texts) and sum(map(test, texts)) >= least * len(texts)


def _count_hints(rows: Sequence[Sequence[str]]) -> int:
    """Return how many of the first rows say what to write in columns of numbers, in place of numbers."""
    if len(rows) < 3:
        return 0
    tail = rows[min(6, len(rows) // 2) :]
    numeric = [
        i for i in range(len(rows[0])) if (texts := [r[i] for r in tail if r[i]]) and all(map(_is_number, texts))
    ]
    for place in range(min(6, len(rows) - 1), 0, -1):
        said = [t for i in numeric if (t := rows[place - 1][i])]
        if said and not any(map(_is_number, said)):
            return place
    return 0


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[^\w]{0,4}\d[\d.,'’\s]*\D{0,4}", text) is not None


def _is_coded(text: str) -> bool:
    return len(text) <= _LONGEST_CODE and re.fullmatch(r"[^\s:/]*\d[^\s:/]*", text) is not None


def _is_small(text: str) -> bool:
    return re.fullmatch(r"\d{1,3}|\d+[.,]\d+", text) is not None


def _is_decimal(text: str) -> bool:
    return re.fullmatch(r"\d[\d., ]*[.,]\d\d", text) is not None


def _is_worded(text: str) -> bool:
    """Say whether a text reads as names do: some words, none of the signs of lists and addresses."""
    return (
        len(text) <= _SHORT_TEXT
        and re.search(r"[^\W\d_]{2}\W+(?:\w+\W+)*?[^\W\d_]{2}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}", text)
        is not None
        and re.search(r"[<>|{}=;]|//|@", text) is None
    )


def _is_named(text: str) -> bool:
    return re.search(r"[^\W\d_]{2}", text) is not None and not _ADDRESS.match(text)


def _is_counted(text: str) -> bool:
    return re.fullmatch(r"-?\d{1,6}(?:[.,]0{1,4})?\+?", text) is not None or read_stock_word(text) is not None


def _is_gtin(text: str) -> bool:
    return re.fullmatch(r"\d{12,14}", text) is not None and is_checked(text)


def _is_picture(text: str) -> bool:
    if text[:1] in ("[", "{"):
        paths = split_images(text)
        return bool(paths) and all(_PICTURE.fullmatch(path) is not None for path in paths)
    return all(_PICTURE.fullmatch(part) is not None for part in re.split(r"[\s;,|]+", text) if part)


def _names_picture(text: str) -> bool:
    """Say whether a text is a path to a picture, blanks in it or not."""
    return re.fullmatch(r"[^\n;,|<>]{1,200}\.(?:jpe?g|png|webp|gif|avif)", text, re.IGNORECASE) is not None


def has_contacts(grid: Grid, place: int, headers: Sequence[str]) -> bool:
    """Say whether a column of a table holds the addresses of people, or an object in one does."""
    sample = Sample(grid, place, headers)
    return any(
        sample.all_are(i, lambda t: _MAIL.fullmatch(t) is not None, 0.8)
        or (sample.filled(i) and not addresses().isdisjoint(list_words(header)))
        or sample.all_are(i, _holds_address, 0.8)
        for i, header in enumerate(sample.headers)
    )


def _holds_address(text: str) -> bool:
    if text[:1] not in "[{":
        return False
    return any(not addresses().isdisjoint(list_words(key)) for key in re.findall(r'"([^"\\]{1,40})"\s*:', text[:2000]))


def is_tree(grid: Grid, place: int, headers: Sequence[str], fields: Fields) -> bool:
    """Say whether the rows of a table are the branches of one another: each but the first names the one above it."""
    sample = Sample(grid, place, headers)
    own, above = (fields.get(n, [])[:1] for n in ("listing_id", "group"))
    if not own or not above or "title" not in fields:
        return False
    ids = set(sample.column(own[0]))
    named = [t for t in sample.column(above[0]) if t and t != "0"]
    titles = sample.column(fields["title"][0])
    return (
        bool(named)
        and ids.issuperset(named)
        and not share_titles(
            [a or i for a, i in zip(sample.column(above[0]), sample.column(own[0]), strict=True)], titles
        )
    )


def is_journal(grid: Grid, place: int, headers: Sequence[str], fields: Fields) -> bool:
    """Say whether a table is what happened, day by day: one thing stands in it again and again, on other days.

    ``fields`` tells which columns name the thing.
    """
    sample = Sample(grid, place, headers)
    names = [i for n in ("listing_id", "sku_code", "title") for i in fields.get(n, ())[:1]]
    dates = [
        i
        for i in range(len(headers))
        if i not in names and sample.all_are(i, lambda t: _DATE.fullmatch(t) is not None, 0.9)
    ]
    if _is_told_again(sample, fields):
        return True
    if not names or not dates or len(sample.rows) < 4:
        return False
    things: dict[tuple[str, ...], set[str]] = {}
    for row in sample.rows:
        things.setdefault(tuple(row[i] for i in names), set()).add(" ".join(row[i] for i in dates))
    return any(len(days) > 1 for days in things.values()) and len(things) <= 0.75 * len(sample.rows)


def _is_told_again(sample: Sample, fields: Fields) -> bool:
    """Say whether a few things stand in a table many times each, every time under another number, as orders do.

    Variants are many of one thing, too: but what can be chosen tells them apart, and each has a code of its own.
    """
    titles = [t for i in fields.get("title", ())[:1] for t in sample.column(i) if t]
    if len(titles) < 24 or len(set(titles)) * 3 > len(titles):
        return False
    prices: dict[str, set[str]] = {}
    for row in sample.rows:
        for i in fields.get("price", ())[:1]:
            prices.setdefault(row[fields["title"][0]], set()).add(row[i])
    if sum(len(held) > 2 for held in prices.values()) * 2 > len(prices):
        return False  # several suppliers ask several prices
    coded = [i for n in ("sku_code", "variant_id", "listing_id") for i in fields.get(n, ())[:1]]
    if any(n.startswith(("facet:", "option")) for n in fields) or any(_is_own(sample, i) for i in coded):
        return False
    return any(_is_own(sample, i) for i in _free(sample, fields) if sample.all_are(i, _is_coded, 0.9))


def _is_own(sample: Sample, i: int) -> bool:
    """Say whether nearly every row has its own value in a column."""
    texts = sample.filled(i)
    return bool(texts) and len(texts) >= 0.9 * len(sample.rows) and len(set(texts)) >= 0.5 * len(texts)


# --------------------------------------------------------------------------------------------------------------
# Fields


def fill_fields(grid: Grid, place: int, headers: Sequence[str], fields: Fields, closed: Collection[int]) -> None:
    """Find what a known format's headers do not name: pictures, a price, how many there are. ``closed``: not these."""
    sample = Sample(grid, place, [h if i not in closed else "" for i, h in enumerate(headers)])
    if not {"images", "main_image", "variant_image"} & fields.keys():
        _find_pictures(sample, fields)
    if "price" not in fields:
        _add(fields, "price", _pick(sample, fields, ("price",), _fits_price))
    if "stock" not in fields:
        _add(fields, "stock", _pick(sample, fields, ("stock",), _fits_plain_stock))
    if not any(sample.filled(i) for i in fields.get("gtin", ())):
        _add(fields, "gtin", _find_gtins(sample, fields))


def find_parents(grid: Grid, place: int, headers: Sequence[str], fields: Fields) -> None:
    """Find the column by which rows name the product that they are SKUs of, where a known format has none."""
    sample = Sample(grid, place, headers)
    told = map_general(headers)
    titles = sample.column(fields["title"][0]) if "title" in fields else []
    own = fields.get("listing_id", [])[:1]
    for i in (*told.get("parent", ()), *told.get("group", ())) if titles else ():
        held = sample.filled(i)
        if 1 <= len(set(held)) < len(held) and share_titles(sample.column(i), titles) and i not in own:
            fields["parent"] = [i]
            return


def complete_fields(grid: Grid, place: int, headers: Sequence[str], fields: Fields) -> None:
    """Find among the columns that no header explains what a table still lacks; take back what its cells contradict."""
    sample = Sample(grid, place, headers)
    if not sample.rows:
        return
    _take_back(sample, fields)
    _find_named_twice(sample, fields)
    _find_pictures(sample, fields)
    if "url" not in fields:
        linked = [i for i in _free(sample, fields) if sample.all_are(i, _is_link)]
        _add(fields, "url", linked if len(linked) == 1 else [])
    if not any(sample.filled(i) for i in fields.get("gtin", ())):
        _add(fields, "gtin", _pick(sample, fields, ("gtin",), _fits_gtin) or _find_gtins(sample, fields))
    if "price" not in fields:
        _find_price(sample, fields)
    if "stock" not in fields or all(sample.all_are(i, _is_flag) for i in fields["stock"]):
        _add(fields, "stock", _pick(sample, fields, ("stock",), _fits_stock))
    if "title" not in fields:
        _add(fields, "title", _find_thing(sample, fields))
    if "title" not in fields:
        _add(fields, "title", _pick(sample, fields, ("title",), _fits_title))
    if "category" not in fields:
        _add(fields, "category", _pick(sample, fields, ("category",), _fits_category))
    _find_codes(sample, fields)
    sold = any(n in fields for n in ("price", "gtin", "stock"))
    if "title" not in fields and (sold or any(sample.all_are(i, _is_decimal) for i in _free(sample, fields))):
        _find_title(sample, fields)
        _find_codes(sample, fields)
    if "title" in fields and "group" not in fields:
        _add(fields, "group", _find_parent(sample, fields))
    if "title" in fields:
        _find_told(sample, fields)
        _find_shared(sample, fields)
        _find_choices(sample, fields)
        if "description" not in fields:
            told = _pick(sample, fields, ("description",), _fits_description)
            _add(fields, "description", told or _find_prose(sample, fields))


def _find_named_twice(sample: Sample, fields: Fields) -> None:
    """Take a column with two names for what the first of them says: brand/supplier."""
    for i in _free(sample, fields):
        first, sign, _ = sample.headers[i].partition("/")
        for name in map_general([first.strip()]) if sign and not sample.headers[i].islower() else ():
            if name in _TWICE_NAMED and name not in fields and sample.all_are(i, _is_named, 0.9):
                fields[name] = [i]


def _add(fields: Fields, name: str, places: Iterable[int]) -> None:
    if found := list(places):
        fields[name] = found


def _free(sample: Sample, fields: Fields, but: Collection[str] = ()) -> list[int]:
    """Return the columns with a header that hold no field; fields in ``but`` are as none."""
    used = {i for n, places in fields.items() if n not in but for i in places}
    return [i for i, header in enumerate(sample.headers) if header and i not in used]


def _take_back(sample: Sample, fields: Fields) -> None:
    """Give up fields whose cells are nothing of the kind, and put the titles that read as titles first.

    A column that bears a field's very name is that field, whatever stands in it.
    """
    tests: Mapping[str, Callable[[str], bool]] = {
        "price": lambda t: re.search(r"\d", t) is not None and not _ADDRESS.match(t) and not _DATE.fullmatch(t),
        "stock": lambda t: parse_count(t) is not None or read_stock_word(t) is not None or "\n" in t or t[:1] in "[{",
        "gtin": lambda t: len(re.sub(r"\D", "", t)) >= 6,
        "title": lambda t: re.search(r"[^\W\d_]", t) is not None and not _ADDRESS.match(t),
        "category": lambda t: not is_kind(t),
        "images": lambda t: re.fullmatch(r"\d{1,3}", t) is None,  # how many there are
    }
    for name, test in tests.items():
        if any(sample.headers[i] == name for i in fields.get(name, ())):
            continue
        kept = [i for i in fields.get(name, ()) if not sample.filled(i) or sample.all_are(i, test, 0.5)]
        if name in fields and not kept:
            del fields[name]
        elif kept:
            fields[name] = kept
    for i in fields.get("attribute:Brand", ())[:1]:
        said: dict[tuple[str, str], set[str]] = {}
        for row in sample.rows if "listing_id" in fields and "title" in fields else ():
            said.setdefault((row[fields["listing_id"][0]], row[fields["title"][0]]), set()).add(row[i])
        if any(len(names - {""}) > 1 for names in said.values()):
            del fields["attribute:Brand"]  # several hands sell one thing
    named = any(sample.headers[i] == "title" for i in fields.get("title", ()))
    coded = not named and all(sample.all_are(i, _is_coded) for i in fields.get("title", ()))
    if "price" not in fields and "title" in fields and coded:
        del fields["title"]  # codes of things, in a list of something else about them
    codes = [t for i in fields.get("sku_code", ())[:1] for t in sample.filled(i)]
    called = {t for i in fields.get("title", ())[:1] for t in sample.filled(i)}
    if len(codes) > 4 and len(set(codes)) * 5 <= len(called) and sample.headers[fields["sku_code"][0]] != "sku_code":
        del fields["sku_code"]  # a word that a reader of pages took for the code
    own = fields.get("listing_id", [])
    counted = own and _counts_rows(sample.column(own[0])) and not _is_called_id(sample.headers[own[0]])
    if counted and "sku_code" in fields:
        del fields["listing_id"]
    titles = fields.get("title", [])
    if len(titles) > 1:
        titles.sort(key=lambda i: not sample.all_are(i, _is_worded, 0.5))


def _counts_rows(texts: Sequence[str]) -> bool:
    """Say whether a column only numbers the rows."""
    return len(texts) > 1 and texts == [str(n) for n in range(1, len(texts) + 1)]


def _is_called_id(header: str) -> bool:
    """Say whether a header calls its column an id, and not only a number or a code: "id", "Listing ID", "商品ID"."""
    return (
        re.search(r"(?<![a-z])id$|(?:item|product|listing)id$|идентификатор|identif", header.strip(" *").casefold())
        is not None
    )


def _is_link(text: str) -> bool:
    return _ADDRESS.fullmatch(text) is not None


def _find_pictures(sample: Sample, fields: Fields) -> None:
    """Take columns that hold nothing but pictures for what they are, whatever they are called."""
    found = [
        i
        for i in _free(sample, fields)
        if sample.all_are(i, _is_picture)
        or (sample.all_are(i, _is_link) and sample.all_are(i, _is_picture, 0.5))
        or sample.all_are(i, _names_picture)
    ]
    if found:
        fields["images"] = sorted([*fields.get("images", ()), *found])


def _pick(sample: Sample, fields: Fields, names: Collection[str], fits: Callable[[Sample, int], bool]) -> list[int]:
    """Return the one column whose header's head names a field and whose cells bear it out; of several the plainest."""
    free = [i for i in _free(sample, fields) if not is_other_party(sample.headers[i])]
    found = [i for i in free if tell_head(sample.headers[i]) & set(names) and fits(sample, i)]
    if "sku_code" in names and len(found) > 1:
        found = [i for i in found if "sku" in list_words(sample.headers[i])] or found
    lengths = {i: len(sample.headers[i].split("(")[0].replace("_", " ").split()) for i in found}
    least = min(lengths.values(), default=0)
    plain = [i for i in found if lengths[i] == least]
    if len({list_words(sample.headers[i]) for i in plain}) == 1:
        return plain[:1]  # the first of several that bear numbers: Price 1, Price 2
    return plain if len(plain) == 1 else []


def _fits_price(sample: Sample, i: int) -> bool:
    money = sample.all_are(i, lambda t: _read_first(t) is not None or t.strip("0.,") == "" or "NaN" in t, 0.9)
    return money and not is_other_price(sample.headers[i])


def _read_first(text: str) -> Price | None:
    """Read the first price of a cell that holds one a line."""
    return next((p for line in text.split("\n") if (p := parse_price(line)) is not None), None)


def _fits_stock(sample: Sample, i: int) -> bool:
    counted = sample.all_are(i, _is_counted) and not sample.all_are(i, lambda t: t in ("0", "1"))
    return counted and not is_other_count(sample.headers[i])


def _fits_plain_stock(sample: Sample, i: int) -> bool:
    """Say the same of a file of a known format: what it counts under a name of its own, puffs or pages, is no stock."""
    words = list_words(sample.headers[i])
    counted = count_heads().isdisjoint(words) or all(tell_head(word) for word in words)
    return counted and _fits_stock(sample, i)


def _fits_title(sample: Sample, i: int) -> bool:
    texts = sample.filled(i)
    if tell_head(sample.headers[i]) - {"title"} or not sample.all_are(i, _is_named):
        return False
    return sum(map(_is_worded, texts)) * 2 >= len(texts) and len(set(texts)) * 2 > len(texts)


def _fits_category(sample: Sample, i: int) -> bool:
    texts = sample.filled(i)
    if set(list_words(sample.headers[i])) & {"type", "typ", "tipo"}:
        return False  # a type of skin is none of goods
    return sample.all_are(i, _is_named) and len(set(texts)) * 2 <= len(texts) and not any(map(is_kind, texts))


def _fits_gtin(sample: Sample, i: int) -> bool:
    return sample.all_are(i, lambda t: re.fullmatch(r"\d{8,14}", t) is not None, 0.9)


def _find_gtins(sample: Sample, fields: Fields) -> list[int]:
    return [i for i in _free(sample, fields) if sample.all_are(i, _is_gtin)][:1]


def _fits_description(sample: Sample, i: int) -> bool:
    return sample.all_are(i, _is_named, 0.9) and not is_shop_data(sample.headers[i])


def _find_prose(sample: Sample, fields: Fields) -> list[int]:
    """Return the one column of sentences that each row has others of."""
    found = []
    for i in _free(sample, fields):
        texts = sample.filled(i)
        told = sum(map(_is_prose, texts))
        if 2 * told > len(texts) > 1 and 2 * len(set(texts)) > len(texts) and _fits_description(sample, i):
            found.append(i)
    return found if len(found) == 1 else []


def _is_prose(text: str) -> bool:
    begun = text[:_TOLD]
    told = _SENTENCE.search(begun) or (not begun.isascii() and _unspaced_sentence().search(begun))
    return bool(told) and text[:1] not in "[{" and _ADDRESS.match(text) is None


@cache
def _unspaced_sentence() -> re.Pattern[str]:
    return re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{4,}[^\n]*?[。！？；]")


def _fits_code(sample: Sample, i: int) -> bool:
    texts = sample.filled(i)
    coded = sample.all_are(i, lambda t: len(t) <= _LONGEST_CODE and not re.search(r"\s", t), 0.9)
    numbered = "id" in list_words(sample.headers[i]) and all(t.isdigit() for t in texts)
    plain = (numbered or not all(map(_is_small, texts))) and not all(map(is_date, texts))
    heads = tell_head(sample.headers[i]) - {"shop", "stock"}
    own = heads <= {"sku_code", "listing_id"} or (
        heads <= {"sku_code", "title"} and "sku" in list_words(sample.headers[i])
    )
    coded_name = heads <= {"sku_code", "listing_id", "title"} and sample.all_are(i, _is_coded, 0.9)  # "code name"
    own = (
        (own or (coded_name and bool(heads - {"title"})))
        and 2 * len(texts) >= len(sample.rows)
        and not all(read_stock_word(t) is not None for t in texts)
    )
    return coded and plain and own and len(set(texts)) >= 0.9 * len(texts)


def is_date(text: str) -> bool:
    """Say whether a text is a day or a time of one."""
    return (
        _DATE.fullmatch(text) is not None
        or re.fullmatch(r"\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)?", text.lower()) is not None
    )


def is_address(text: str) -> bool:
    """Say whether a text is an address: of a page, a picture or a person's mail."""
    return (
        _is_link(text)
        or _MAIL.fullmatch(text) is not None
        or (bool(re.search(r"[^\s;,|]", text)) and _is_picture(text))
    )


def _find_price(sample: Sample, fields: Fields) -> None:
    """Take the column of prices: one whose header says so, else the one that has its currency in header or cells."""
    found = _pick(sample, fields, ("price",), _fits_price) or _find_dearest(sample, fields)
    for test in (_has_currency, _is_money) if not found else ():
        found = [i for i in _free(sample, fields) if _fits_price(sample, i) and test(sample, i)]
        if found:
            break
    if len(found) == 1:
        fields["price"] = found


def _find_dearest(sample: Sample, fields: Fields) -> list[int]:
    """Return, of columns that all are called prices, the one that is nowhere below another: that of a sale is."""
    named = [i for i in _free(sample, fields) if "price" in tell_head(sample.headers[i]) and _fits_price(sample, i)]
    asked = {i: [p.amount if (p := parse_price(t)) else None for t in sample.column(i)] for i in named}
    dearest = [
        i
        for i in named
        if all(a is None or (b is not None and b >= a) for k in named for a, b in zip(asked[k], asked[i], strict=True))
    ]
    return dearest[:1]


def _has_currency(sample: Sample, i: int) -> bool:
    return bool(split_header(sample.headers[i].strip(" *"))[1])


def _is_money(sample: Sample, i: int) -> bool:
    return sample.all_are(i, lambda t: (p := parse_price(t)) is not None and bool(p.currency))


def _find_codes(sample: Sample, fields: Fields) -> None:
    """Let a column of codes, or an address, stand in for the id that a table lacks; find the seller's own codes."""
    named = any(n in fields for n in ("listing_id", "variant_id", "sku_code")) or any(
        all(sample.column(i)) for i in fields.get("group", ())[:1]
    )
    if not named and "title" in fields and ({"price", "images", "main_image", "stock"} & set(fields)):
        joined = _find_group(sample, fields)
        if joined and _differ(sample, fields, joined[0], []):
            fields["group"] = joined
        elif not _name_codes(sample, fields, "listing_id"):
            code = _find_code(sample, fields)
            _add(fields, "group" if code is None else "listing_id", joined if code is None else [code])
    if "sku_code" not in fields:
        _name_codes(sample, fields, "sku_code")
    if "listing_id" not in fields:
        _add(fields, "listing_id", _name_rest(sample, fields))
    unnamed = not any(n in fields for n in ("listing_id", "variant_id", "sku_code"))
    for i in fields.get("url", ())[:1] if unnamed and "title" in fields else ():
        pairs = {(row[i], row[fields["title"][0]]) for row in sample.rows if row[i]}
        again = len({address for address, _ in pairs}) == len(pairs)  # one thing under one title, told more than once
        if _is_own(sample, i) or (again and len(sample.filled(i)) >= 0.9 * len(sample.rows)):
            fields["listing_id"] = list(fields["url"])


def _name_rest(sample: Sample, fields: Fields) -> list[int]:
    """Return the column of codes that names the rows, where some have neither an SKU's code nor a listing's."""
    held = [i for n in ("variant_id", "sku_code", "group") for i in fields.get(n, ())[:1]]
    rest = [row for row in sample.rows if not any(row[i] for i in held)]
    title = fields.get("title", [])[:1]
    if not held or not rest or not all(row[i] for row in rest for i in title):
        return []
    free = [
        i for i in _free(sample, fields) if _names_code(sample.headers[i]) and not is_other_party(sample.headers[i])
    ]
    named = [i for i in free if all(row[i] and not re.search(r"\s", row[i]) for row in rest)]
    return named if len(named) == 1 else []


def _name_codes(sample: Sample, fields: Fields, name: str) -> bool:
    """Take the column of codes whose header says so: an SKU's, or else one for the field ``name``; False for none."""
    own = _pick(sample, fields, ("sku_code",), _fits_code)
    other = [] if own else _pick(sample, fields, ("listing_id",), _fits_code)
    _add(fields, "sku_code" if own else name, own or other)
    return bool(own or other)


def _find_code(sample: Sample, fields: Fields) -> int | None:
    """Return the first column in which every row has a code of its own: no words, and a digit in each.

    A row without a title goes on with the one above, and needs none.
    """
    title = fields["title"][0]
    for i in (i for i in _free(sample, fields, ("gtin",)) if not is_other_party(sample.headers[i])):
        texts = [row[i] for row in sample.rows if row[title]]
        coded = all(_is_coded(t) for t in texts) and not all(map(_is_small, texts)) and not all(map(is_date, texts))
        if len(texts) > 1 and coded and not _are_amounts(texts) and len(set(texts)) == len(texts):
            return i
    return None


def _are_amounts(texts: Sequence[str]) -> bool:
    """Say whether numbers are sums of something: some have decimals, and not all the same number of them."""
    found = [re.fullmatch(r"-?\d+(?:[.,](\d+))?", t) for t in texts]
    places = {len(m[1] or "") for m in found if m is not None}
    return all(m is not None for m in found) and len(places) > 1


def _find_group(sample: Sample, fields: Fields) -> list[int]:
    """Return the first column of codes that goes with the title, row by row: one code a title, and one title a code."""
    titles = sample.column(fields["title"][0])
    for i in _free(sample, fields, [n for n in fields if n.startswith(("facet:", "attribute:"))]):
        codes = sample.column(i)
        pairs = set(zip(codes, titles, strict=True))
        coded = all(_is_coded(t) and not _is_small(t) for t in codes)
        if coded and 1 < len(set(codes)) == len(set(titles)) == len(pairs) < len(sample.rows):
            return [i]
    return []


def _find_parent(sample: Sample, fields: Fields) -> list[int]:
    """Return the first column that no header explains whose codes rows of one title share and begin their own with.

    A row alone with its title may lack it. Such rows are SKUs only where each states another choice.
    """
    own = [i for n in ("listing_id", "sku_code", "variant_id") for i in fields.get(n, ())[:1]]
    for i in _free(sample, fields, [n for n in fields if n.startswith("attribute:")]):
        titles = sample.column(fields["title"][0])
        joined = share_titles(sample.column(i), titles) and (
            _is_called_group(sample, i)
            or _heads_codes(sample, i, own)
            or _names_rows(sample, i, own)
            or _marks_shared(sample, i, own, titles)
        )
        if joined and _differ(sample, fields, i, own):
            return [i]
    for i in _find_group(sample, fields):
        if not tell_head(sample.headers[i]) & {"category", "attribute:Brand"} and _differ(sample, fields, i, own):
            return [i]
    choices = [i for n, p in fields.items() if n.startswith(("facet:", "option")) for i in p]
    by_title: dict[str, list[list[str]]] = {}
    for row in sample.rows:
        by_title.setdefault(row[fields["title"][0]], []).append(row)
    shared = [alike for title, alike in by_title.items() if title and len(alike) > 1]
    distinct = all(len({tuple(r[i] for i in choices) for r in alike}) == len(alike) for alike in shared)
    if not shared or not choices or not distinct:
        return []
    for i in _free(sample, fields, [n for n in fields if n.startswith("attribute:")]):
        if all(
            len({r[i] for r in alike}) == 1
            and (code := alike[0][i])
            and all(any(r[k].startswith(code) for k in own) for r in alike)
            for alike in shared
        ):
            return [i]
    return []


def _is_called_group(sample: Sample, i: int) -> bool:
    texts = sample.filled(i)
    return "group" in tell_head(sample.headers[i]) and 1 < len(set(texts)) < len(texts)


def _differ(sample: Sample, fields: Fields, key: int, own: Sequence[int]) -> bool:
    """Say whether something that a buyer can choose tells the rows of one key apart: else they may be copies."""
    codes = set(sample.column(key)) - {""}
    held: dict[str, list[list[str]]] = {}
    for row in sample.rows:
        named = row[key] or next((row[i] for i in own if row[i] in codes), "")
        if named:
            held.setdefault(named, []).append(row)
    shared = [rows for rows in held.values() if len(rows) > 1]
    known = [i for n, p in fields.items() if n.startswith(("facet:", "option", "attributes")) for i in p]
    with_key = {**fields, "group": [key]}
    return bool(shared) and (
        all(_tell_apart(rows, fields["title"][:1]) for rows in shared)
        or all(_tell_apart(rows, known) for rows in shared)
        or bool(_find_pairs(sample, with_key, shared))
        or bool(_find_apart(sample, with_key, shared, known))
    )


def _heads_codes(sample: Sample, i: int, own: Sequence[int]) -> bool:
    """Say whether a column holds what the codes of several rows begin with, each row's own code being longer."""
    held = [(row[i], row) for row in sample.rows if row[i]]
    several = len({text for text, _ in held}) < len(held)
    longer = (any(row[k] != text and row[k].startswith(text) for k in own) for text, row in held)
    distinct = any(len({row[k] for _, row in held}) == len(held) for k in own)
    return several and distinct and all(len(t) > 1 for t, _ in held) and all(longer)


def _names_rows(sample: Sample, i: int, own: Sequence[int]) -> bool:
    """Say whether all that stands in a column are the codes of other rows of the table."""
    for k in own:
        codes = sample.column(k)
        held = [(row[i], row[k]) for row in sample.rows if row[i]]
        if held and len(set(codes)) == len(codes) and all(t in set(codes) and t != mine for t, mine in held):
            return any(re.search(r"\D", t) or len(t) >= _LONG_ID for t, _ in held)
    return False


def _marks_shared(sample: Sample, i: int, own: Sequence[int], titles: Sequence[str]) -> bool:
    """Say whether a column has one value for each title that several rows with own codes share, and no others."""
    shared = {t for t in titles if t and titles.count(t) > 1}
    held = {(row[i], title) for row, title in zip(sample.rows, titles, strict=True) if title in shared}
    alone = [row[i] for row, title in zip(sample.rows, titles, strict=True) if title not in shared]
    return (
        bool(shared)
        and all(key for key, _ in held)
        and all(_is_coded(key) and not _is_small(key) and not is_date(key) for key, _ in held)
        and len({key for key, _ in held}) == len(held) == len(shared)
        and not any(alone)
        and any(len(set(sample.filled(k))) == len(sample.rows) for k in own)
    )


def _is_flag(text: str) -> bool:
    return text in ("0", "1") or read_stock_word(text) is not None


def _find_thing(sample: Sample, fields: Fields) -> list[int]:
    """Return the one column that is called as the thing itself, "Producto", and whose texts read as names do."""
    found = [i for i in _free(sample, fields) if not list_words(sample.headers[i]) and sample.all_are(i, _is_named)]
    return found if len(found) == 1 and len(set(sample.filled(found[0]))) * 4 > len(sample.rows) else []


def _find_title(sample: Sample, fields: Fields) -> None:
    """Take the one column that reads as names do, other ones in each row; or a short description."""
    found = [i for i in _free(sample, fields) if _reads_as_names(sample, i) and not is_other_party(sample.headers[i])]
    most = max((len(set(sample.column(i))) for i in found), default=0)
    found = [i for i in found if len(set(sample.column(i))) == most]
    strict = [i for i in found if sample.all_are(i, _is_worded)]
    found = strict if len(strict) == 1 else found
    if len(found) == 1:
        fields["title"] = found
        return
    told = fields.get("description") or [
        i for i in _free(sample, fields) if "description" in tell_head(sample.headers[i])
    ]
    for i in told[:1] if not found else ():
        texts = sample.filled(i)
        if texts and sum(map(len, texts)) <= _SHORT_TEXT * len(texts) and not any("<" in t for t in texts):
            fields["title"] = [i]
            rest = [p for p in fields.pop("description", []) if p != i]
            _add(fields, "description", rest)


def guess_title(grid: Grid, place: int, headers: Sequence[str], fields: Fields) -> str:
    """Return the header of the column that reads most like names of things, to offer it; "" where none does."""
    sample = Sample(grid, place, headers)
    rated = []
    for i in _free(sample, fields, ("facet:Model", "description", "listing_id", "sku_code")):
        texts = sample.filled(i)
        named = [t for t in texts if _is_named(t) and len(t) <= 2 * _SHORT_TEXT and not _DATE.fullmatch(t)]
        worded = sum(map(_is_worded, named))
        if 2 * len(named) > len(sample.rows) and 4 * worded > len(named) and not any(map(_MAIL.fullmatch, named)):
            rated.append((len(set(named)), i))
    rated.sort(reverse=True)
    sure = bool(rated) and rated[0][0] > 1 and (len(rated) == 1 or rated[0][0] > rated[1][0])
    return headers[rated[0][1]] if sure else ""


def share_titles(keys: Sequence[str], titles: Sequence[str]) -> bool:
    """Say whether rows of one key have titles in common: a column called "parent" may hold a category."""
    first: dict[str, set[str]] = {}
    shared: list[bool] = []
    for key, title in zip(keys, titles, strict=True):
        words = _list_signs(title) if key else set()
        if not words:
            continue
        if key in first:
            shared.append(2 * len(words & first[key]) >= min(len(words), len(first[key])))
        else:
            first[key] = words
    return not shared or sum(shared) * 2 >= len(shared)


def _list_signs(title: str) -> set[str]:
    """Return the words of a title; of scripts without blanks the signs."""
    found: set[str] = set()
    for word in re.findall(r"\w+", title.casefold()):
        found |= {word} if word.isascii() or not _unspaced().search(word) else set(word)
    return found


@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")


# --------------------------------------------------------------------------------------------------------------
# What can be chosen


def _find_shared(sample: Sample, fields: Fields) -> None:
    """Let rows of one title be one listing, where no code names them and what can be chosen tells each apart."""
    if {"group", "listing_id", "variant_id", "option_list"} & fields.keys():
        return
    named = sum(bool(row[i]) for i in fields.get("sku_code", ())[:1] for row in sample.rows)
    numbered = any(n.startswith("option:") for n in fields)
    choices = [i for n, p in fields.items() if n in _CHOSEN or n.startswith("option:") for i in p]
    if not choices or (10 * named > len(sample.rows) and not numbered):
        return
    held: dict[str, list[list[str]]] = {}
    last = ""
    for row in sample.rows:
        title = row[fields["title"][0]]
        if title in held and title != last:
            return  # what goes on elsewhere is another listing of the same name
        held.setdefault(title, []).append(row)
        last = title
    shared = [rows for title, rows in held.items() if title and len(rows) > 1]
    if shared and all(_tell_apart(rows, choices) for rows in shared):
        fields["group"] = fields["title"][:1]


_CHOSEN: Final = ("facet:Color", "facet:Size")


def _find_told(sample: Sample, fields: Fields) -> None:
    """Find the columns that tell in one cell what can be chosen: names beside lists of values, or lines with prices."""
    listed = fields.get("option_list", [])[:1]
    free = _free(sample, fields)
    for i in (*listed, *free):
        names = sample.filled(i)
        if not names or not all(any(h.startswith("facet:") for h in tell_head(t)) for t in set(names)):
            continue
        own = set(list_words(sample.headers[i]))
        beside = [
            k
            for k in free
            if k != i
            and (k == i + 1 or _share_stem(own, set(list_words(sample.headers[k]))))
            and all(row[i] or not row[k] for row in sample.rows)
            and sum(len(split_values(t)) > 1 and _is_short_list(t) for t in sample.filled(k)) * 2 > len(names)
        ]
        if len(beside) == 1:
            fields.pop("option_list", None)
            fields["option_name_1"], fields["option_values_1"] = [i], beside
            return
    if not {"group", "variant_id"} & fields.keys():
        _find_lists(sample, fields)
    priced = [
        i
        for i in free
        if (texts := [t for t in sample.filled(i) if "\n" in t or ";" in t])
        and sum(map(bool, map(split_priced, texts))) * 2 > len(texts)
    ]
    if len(priced) == 1 and not listed:
        fields["option_lines"] = priced


def _find_lists(sample: Sample, fields: Fields) -> None:
    """Take a column of lists of sizes for what can be chosen, and colours beside it: no one thing is S, M and L."""
    for name in ("facet:Size", "facet:Color"):
        free = [i for i in _free(sample, fields) if name in tell_head(sample.headers[i])]
        least = 0.5 if name == "facet:Size" else 0.01
        places = [i for i in (*fields.get(name, ()), *free) if sample.all_are(i, _lists_values, least)]
        if len(places) != 1 or not (name == "facet:Size" or "choices:Size" in fields):
            continue
        fields.pop(name, None)
        fields["choices:" + name.partition(":")[2]] = places


def _lists_values(text: str) -> bool:
    values = split_values(text)
    return len(values) > 1 and all(len(v) <= 20 for v in values) and re.fullmatch(r"\d+,\d+", text) is None


def _share_stem(words: Collection[str], others: Collection[str]) -> bool:
    return any(
        a[:-1] == b[: len(a) - 1] and abs(len(a) - len(b)) <= 1 for a in words for b in others if len(a) > _LONG_ID
    )


def _is_short_list(text: str) -> bool:
    return all(len(value) <= _LONGEST_CODE for value in split_values(text)) and not _is_picture(text)


def _find_choices(sample: Sample, fields: Fields) -> None:
    """Find what tells the rows of one listing apart, where no header does, and the id of a row from its listing's."""
    _part_codes(sample, fields)
    key = next((fields[n][0] for n in ("group", "listing_id") if n in fields), None)
    if key is None:
        return
    titles = sample.column(fields["title"][0])
    if not share_titles(sample.column(key), titles):
        return
    held: dict[str, list[list[str]]] = {}
    for row in sample.rows:
        if row[key]:
            held.setdefault(row[key], []).append(row)
    shared = [rows for rows in held.values() if len(rows) > 1]
    if not shared:
        return
    own = fields.get("listing_id", [])[:1]
    if (
        own
        and "group" in fields
        and "variant_id" not in fields
        and all(
            len({r[own[0]] for r in rows} - {""}) == len(rows) and rows[0][key] not in sample.column(own[0])
            for rows in shared
        )
    ):
        fields["variant_id"] = fields.pop("listing_id")
    _find_own(sample, fields, shared)
    listed = fields.get("option_list", [])[:1]
    if listed and all(len({r[listed[0]] for r in rows}) == 1 for rows in shared):
        del fields["option_list"]  # what all rows of a listing say alike is no choice between them
    codes = [i for n in ("variant_id", "sku_code", "gtin") for i in fields.get(n, ())[:1]]
    if not any(
        all(r[i] for rows in shared for r in rows) and all(_tell_apart(rows, [i]) for rows in shared) for i in codes
    ):
        return  # rows without a code of their own each are no SKUs, but one thing said twice
    _complete_options(sample, fields, shared)
    known = [i for n, p in fields.items() if n.startswith(("facet:", "option")) for i in p]
    if known and all(_tell_apart(rows, known) for rows in shared):
        return
    pairs = _find_pairs(sample, fields, shared)
    for n, (named, valued) in enumerate(pairs, 1):
        fields[f"option_name_{n}"], fields[f"option_value_{n}"] = [named], [valued]
    if not pairs:
        chosen = _find_apart(sample, fields, shared, known)
        for i in sorted({*chosen, *_find_beside(sample, fields, shared, chosen)}):
            name = " ".join(sample.headers[i].rpartition(":")[2].split()) or sample.headers[i]
            fields[f"option:{name}"] = [i]


def _complete_options(sample: Sample, fields: Fields, shared: Sequence[Sequence[Sequence[str]]]) -> None:
    """Find the values beside the names of options, and the column that states names with values: Size:M,Colour:Red."""
    free = _free(sample, fields)
    for name in [n for n in fields if n.startswith("option_name_")]:
        valued, beside = name.replace("name", "value"), fields[name][0] + 1
        if valued not in fields and beside in free and any(len({r[beside] for r in rows}) > 1 for rows in shared):
            fields[valued] = [beside]
    if not any(n.startswith("option") for n in fields):
        listed = [
            i
            for i in free
            if sample.all_are(i, _lists_choices) and any(len({r[i] for r in rows}) > 1 for rows in shared)
        ]
        _add(fields, "option_list", listed if len(listed) == 1 else [])


def _lists_choices(text: str) -> bool:
    pair = r"[^\W\d][^:=,;|/]{0,30}[:=]\s*[^:=,;|/]{1,30}"
    return re.fullmatch(rf"{pair}(?:\s*[,;|]+\s*{pair})*", text) is not None


def _part_codes(sample: Sample, fields: Fields) -> None:
    """Where a code stands again and again beside one that never does, the first is the listing's, that the SKU's."""
    if "sku_code" not in fields or {"listing_id", "group", "variant_id"} & fields.keys():
        return
    codes = sample.filled(fields["sku_code"][0])
    if len(set(codes)) == len(codes):
        return
    own = [
        i
        for i in _free(sample, fields)
        if _names_code(sample.headers[i]) and _fits_code(sample, i) and len(set(sample.column(i))) == len(sample.rows)
    ]
    if len(own) != 1:
        return
    fields["listing_id"] = own
    if share_titles(sample.column(fields["sku_code"][0]), sample.column(fields["title"][0])):
        fields["listing_id"], fields["sku_code"] = fields["sku_code"], own


def _find_own(sample: Sample, fields: Fields, shared: Sequence[Sequence[Sequence[str]]]) -> None:
    """Put the columns that only rows of several SKUs fill before those of the listing: own code, price and stock."""
    several = [row for rows in shared for row in rows]
    alone = [row for row in sample.rows if not any(row is other for other in several)]
    own = [
        i
        for i, header in enumerate(sample.headers)
        if header and all(row[i] for row in several) and not any(row[i] for row in alone) and not is_other_party(header)
    ]
    codes = [
        i
        for i in own
        if all(_tell_apart(rows, [i]) for rows in shared)
        and (_names_code(sample.headers[i]) or (sample.all_are(i, _is_coded) and not sample.all_are(i, _is_number)))
    ]
    if not alone or not codes:
        return
    begun = {_first_word(sample.headers[i]) for i in codes}
    for i in (i for i in own if _first_word(sample.headers[i]) in begun):
        heads = tell_head(sample.headers[i])
        field = next((n for n, fits in _OWN_FITS if n in heads and fits(sample, i)), "")
        if field:
            fields[field] = [i, *(k for k in fields.get(field, []) if k != i)]
        elif i in codes and not any(i in places for places in fields.values()):
            coded = "sku_code" in heads and ("variant_id" in fields or "listing_id" not in heads)
            name = "sku_code" if coded else "variant_id"
            fields[name] = [i, *(fields.get(name, []) if coded else [])]


_OWN_FITS: Final = (("price", _fits_price), ("stock", _fits_stock))


def _names_code(header: str) -> bool:
    return bool(tell_head(header) & {"sku_code", "listing_id"})


def _first_word(header: str) -> str:
    """Return the word that a header begins with; Latin letters end where other signs begin."""
    found = re.match(r"[^A-Za-z\w]*([A-Za-z]+|[^\W\d_]+)", header)
    return found[1].casefold() if found else ""


def _tell_apart(rows: Sequence[Sequence[str]], places: Sequence[int]) -> bool:
    return len({tuple(r[i] for i in places) for r in rows}) == len(rows)


def _find_pairs(sample: Sample, fields: Fields, shared: Sequence[Sequence[Sequence[str]]]) -> list[tuple[int, int]]:
    """Return columns whose headers differ in one word, of which one says what is chosen and the next what of it."""
    free = _free(sample, fields)
    words = {i: re.findall(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+|\d+", sample.headers[i]) for i in free}
    pairs: list[tuple[int, int]] = []
    for i, k in itertools.pairwise(free):
        other = next((a for a, b in zip(words[i], words[k], strict=False) if a != b), "")
        axes = any(h.startswith("facet:") for t in set(sample.filled(i)) for h in tell_head(t))
        named = axes or bool({"title", "attributes"} & tell_head(other))
        alike = _count_other(words[i], words[k]) == 1 and len(words[i]) > 1
        if named and alike and not any(i in pair for pair in pairs):
            names = [{r[i] for r in rows} - {""} for rows in shared]
            if any(names) and all(len(n) <= 1 for n in names) and all(map(_is_named, sample.filled(i))):
                pairs.append((i, k))
    sure = [(i, k) for i, k in pairs if any(len({r[k] for r in rows}) > 1 for rows in shared)]
    # A second pair in which the rows happen not to differ is called as the first one is, but for its number.
    return [(i, k) for i, k in pairs if any(_count_other(words[i], words[n]) <= 1 for n, _ in sure)]


def _count_other(some: Sequence[str], others: Sequence[str]) -> int:
    """Return in how many words two headers of the same length differ."""
    return sum(a != b for a, b in zip(some, others, strict=True)) if len(some) == len(others) else len(some)


def _find_apart(
    sample: Sample, fields: Fields, shared: Sequence[Sequence[Sequence[str]]], known: Sequence[int]
) -> list[int]:
    """Return the fewest columns of short words by which the rows of each listing differ; none where none do."""
    free = [
        i for i in _free(sample, fields, [n for n in fields if n.startswith("attribute:")]) if _is_choice(sample, i)
    ]
    varied = [i for i in free if any(len({r[i] for r in rows}) > 1 for rows in shared)]
    for count in range(1, min(3, len(varied)) + 1):
        for chosen in itertools.combinations(varied, count):
            if all(_tell_apart(rows, [*known, *chosen]) for rows in shared):
                return list(chosen)
    return []


def _find_beside(
    sample: Sample, fields: Fields, shared: Sequence[Sequence[Sequence[str]]], chosen: Sequence[int]
) -> list[int]:
    """Return the columns that are called as the chosen ones are, but for their last word: variant:size and :colour."""
    several = [row for rows in shared for row in rows]
    begun = {m[1] for i in chosen if (m := re.match(r"(\w+[:_.])\w", sample.headers[i]))}
    return [
        i
        for i in _free(sample, fields)
        if _is_choice(sample, i)
        and any(sample.headers[i].startswith(b) for b in begun)
        and all(row[i] for row in several)
        and len(sample.filled(i)) == len(several)
    ]


def _is_choice(sample: Sample, i: int) -> bool:
    """Say whether a column holds what a buyer may choose: short words or sizes, no codes, dates, yes or no."""
    texts = sample.filled(i)
    sized = any(name.startswith("facet:") for name in tell_head(sample.headers[i]))
    coded = len(set(texts)) == len(sample.rows) and all(_is_coded(t) and len(t) > 4 for t in texts)
    return (
        bool(texts)
        and all(len(t) <= _LONGEST_CODE for t in texts)
        and not coded
        and not tell_head(sample.headers[i]) & {"sku_code", "listing_id", "gtin"}
        and not any(_DATE.fullmatch(t) or _MAIL.fullmatch(t) or re.search(r"\S/\S*/|//", t) for t in texts)
        and (sized or not all(re.fullmatch(r"-?\d+(?:[.,]\d+)?", t) or read_stock_word(t) is not None for t in texts))
    )


def _reads_as_names(sample: Sample, i: int) -> bool:
    texts = sample.column(i)
    named = len(texts) > 1 and all(map(_is_named, texts)) and all(len(t) <= 2 * _SHORT_TEXT for t in texts)
    worded = named and 2 * sum(map(_is_worded, texts)) > len(texts)
    coded = any(map(_is_coded, texts)) and sum(map(_is_coded, texts)) * 2 >= len(texts)
    return (
        worded
        and not coded
        and len(set(texts)) * 2 >= max(4, len(texts))
        and not tell_head(sample.headers[i]) - {"title"}
    )


def is_headless(headers: Sequence[str]) -> bool:
    """Say whether what should be a header is a row of data: it holds numbers or addresses where headers have words."""
    filled = [h for h in headers if h.strip()]
    return sum(_is_number(h) or _ADDRESS.match(h) is not None or is_code(h) for h in filled) * 4 >= len(filled)


def continues_below(grid: Grid, place: int, headers: Sequence[str]) -> bool:
    """Say whether what should be a header is the first of its rows: a code in it is built as all those below it are."""
    sample = Sample(grid, place, headers)
    for i, header in enumerate(sample.headers):
        texts = set(sample.filled(i))
        shape = re.sub(r"\d+", "0", header.casefold())
        if "0" in shape and len(texts) > 2 and all(re.sub(r"\d+", "0", t.casefold()) == shape for t in texts):
            return True
    return False
