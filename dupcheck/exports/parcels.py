"""What the parcel weighs and measures, as the seller's own row and attributes say it: in kilograms and centimetres."""

import re
from collections.abc import Iterator, Mapping, Sequence

from dupcheck.catalog.formats import normalise_header
from dupcheck.exports.changesets import ChangeSet, Piece
from dupcheck.files.numbers import parse_number
from dupcheck.titles import normalise

PACKAGE = {
    "weight": ("package weight", "gross weight", "shipping weight", "parcel weight", "вес в упаковке",
               "вес с упаковкой", "вес брутто", "包装重量", "包裹重量", "毛重", "variant grams"),
    "length": ("package length", "parcel length", "длина упаковки", "包装长度", "包裹长度"),
    "width": ("package width", "parcel width", "ширина упаковки", "包装宽度", "包裹宽度"),
    "height": ("package height", "parcel height", "высота упаковки", "包装高度", "包裹高度"),
}  # fmt: skip
"""What a marketplace must know of the parcel, and what sellers call it, the surest name first."""
_COLUMNS = {
    "weight": ("weight", "вес", "重量"), "length": ("length", "长", "ความยาว"),
    "width": ("width", "ширина", "宽", "ความกว้าง"), "height": ("height", "высота", "高", "ความสูง", "สูง"),
}  # fmt: skip
"""What else a column of the file may call it. An attribute of that name is the thing's own."""
_WHOLE = frozenset({"package dimensions", "package size", "แพคเกจขนาด"})
"""What a template calls the parcel's sides together, where the name of one follows."""
_UNITS = {
    "weight": {"kg": 1.0, "кг": 1.0, "公斤": 1.0, "千克": 1.0, "g": 0.001, "г": 0.001, "克": 0.001, "grams": 0.001,
               "gram": 0.001, "kilogram": 1.0, "kilograms": 1.0, "lb": 0.45359237, "lbs": 0.45359237,
               "pound": 0.45359237, "pounds": 0.45359237, "oz": 0.028349523125},
    "length": {"cm": 1.0, "см": 1.0, "厘米": 1.0, "mm": 0.1, "мм": 0.1, "毫米": 0.1, "m": 100.0, "м": 100.0, "in": 2.54,
               "inch": 2.54, "inches": 2.54, "ซม.": 1.0},
}  # fmt: skip
_AMOUNT = re.compile(r"\s*([\d.,]+)\s*([^\W\d]*)\.?\s*")


def measure_parcel(change: ChangeSet, piece: Piece) -> dict[str, str]:
    """Return what is known of a piece's parcel; a number whose unit stands nowhere is taken as it is."""
    found = {}
    rows = dict(_list_rows(change, piece))
    facts = {**_plain_names(piece.owner.attributes), **rows}
    for name, spellings in PACKAGE.items():
        units = _UNITS["weight" if name == "weight" else "length"]
        for held, spelling in [*((facts, s) for s in spellings), *((rows, s) for s in _COLUMNS[name])]:
            number = _find_amount(held, normalise(spelling), units)
            if number is not None:
                found[name] = f"{number:.6g}"
                break
    return found


def find_side(header: str) -> str:
    """Return which measure of the parcel a column is for: weight, length, width or height; "" for any other.

    Lazada's templates say what a side is a side of before its name.

    >>> find_side("ps_weight"), find_side("包裹长度(cm)"), find_side("size")
    ('weight', 'length', '')
    >>> find_side("Package Length(cm) * Width(cm) * Height(cm)-Width (cm)")
    'width'
    """
    head, sign, tail = header.rpartition("-")
    if sign and (_name_side(head) or _strip_unit(head) in _WHOLE):
        header = tail
    return _name_side(header)


def _name_side(header: str) -> str:
    plain = _strip_unit(header)
    return next((side for side in PACKAGE if plain in PACKAGE[side] or plain in _COLUMNS[side]), "")


def _strip_unit(header: str) -> str:
    bare = re.sub(r"[(（].*", "", normalise_header(header))
    return next(iter(_plain_names({bare: "1"})), "")


def find_unit(side: str, words: Sequence[str]) -> float:
    """Return how many kilograms or centimetres one unit of a column is: what its header says, or the words below it.

    Where none names a unit it is kilograms or centimetres.

    >>> find_unit("weight", ["parcel_weight", "Package weight(lb)"]), find_unit("height", ["高(cm)"])
    (0.45359237, 1.0)
    """
    units = _UNITS["weight" if side == "weight" else "length"]
    bracketed = (m[1] for w in words for m in re.finditer(r"[(（]\s*([^()（）]+?)\s*[)）]", w))
    spelled = (t for w in words for t in re.findall(r"[^\W\d_]{2,}", w) if t.casefold() != "in")
    return next((units[t.casefold()] for t in (*bracketed, *spelled) if t.casefold() in units), 1.0)


def _find_amount(held: Mapping[str, str], wanted: str, units: Mapping[str, float]) -> float | None:
    name = next((k for k in held if k == wanted or _split_unit(k, units)[0] == wanted), None)
    return None if name is None else _read_amount(name, held[name], units)


def _list_rows(change: ChangeSet, piece: Piece) -> Iterator[tuple[str, str]]:
    origin = change.origins.get(piece.owner.listing_id)
    for row in (*(origin.rows[:1] if origin is not None else ()), piece.row):
        yield from _plain_names(row).items()


def _plain_names(cells: Mapping[str, str]) -> dict[str, str]:
    return {re.sub(r"^ps ", "", normalise(n.replace("_", " "))): v for n, v in cells.items() if v}


def _split_unit(name: str, units: Mapping[str, float]) -> tuple[str, str]:
    head, _, last = name.rpartition(" ")
    return (head, last) if head and last in units else (name, "grams" if name.endswith(" grams") else "")


def _read_amount(name: str, value: str, units: Mapping[str, float]) -> float | None:
    """Return a measure in the unit of the first of ``units``, whose name or value tells its own."""
    told = _AMOUNT.fullmatch(value)
    number = parse_number(told[1]) if told is not None else None
    if told is None or number is None:
        return None
    written = told[2].casefold()
    if written and written not in units:
        return None
    return number * units.get(written or _split_unit(name, units)[1], 1.0)
