"""CommerceML, the exchange of 1C: products in one file, their offers, prices and stock in others → one grid of text.

A product and its offers share an id, ``product`` or ``product#variant``. A row is made for each offer, with what its
product says; a product without offers is a row of its own. What characteristics an offer states are its options.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from dupcheck.catalog.documents import make_grid
from dupcheck.catalog.feeds import parse_xml
from dupcheck.catalog.tables import Grid, Problems
from dupcheck.catalog.values import clean_text
from dupcheck.errors import CatalogError
from dupcheck.files.numbers import parse_number
from dupcheck.run import BOUNDS

ROOT: Final = "КоммерческаяИнформация"
_MARKS: Final = tuple(ROOT.encode(e) for e in ("utf-8", "cp1251", "utf-16-le", "utf-16-be"))
_HEAD: Final = 8192
_PAIRS: Final = ("ЗначенияРеквизитов", "ЗначенияСвойств")
_CHOICES: Final = "ХарактеристикиТовара"
_CODES: Final = ("Артикул", "Штрихкод")
_NAMES: Final = ("Наименование", "Ид")


def is_exchange(raw: bytes) -> bool:
    """Say whether a file is of CommerceML."""
    return any(mark in raw[:_HEAD] for mark in _MARKS)


def find_parts(folder: Path) -> list[Path]:
    """Return the files of CommerceML in a folder, by name."""
    found = []
    for path in sorted(p for p in folder.iterdir() if p.suffix.casefold() == ".xml" and p.is_file()):
        with path.open("rb") as file:
            if is_exchange(file.read(_HEAD)):
                found.append(path)
    return found


def unpack_parts(raw: bytes) -> list[bytes]:
    """Return the files of CommerceML in a ZIP archive; none where it is something else."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            wanted = sorted((i for i in archive.infolist() if i.filename.casefold().endswith(".xml")),
                            key=lambda i: i.filename)  # fmt: skip
            if "[Content_Types].xml" in archive.namelist() or sum(i.file_size for i in wanted) > BOUNDS.file_bytes:
                return []
            parts = [archive.read(info) for info in wanted]
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError):
        return []
    return [part for part in parts if is_exchange(part)]


def read_exchange(parts: Sequence[bytes], path: str, name: str) -> Grid:
    """Read the files of one exchange as one table. Raises CatalogError where one is broken or nothing is for sale."""
    problems = Problems()
    roots = [parse_xml(raw, path, problems) for raw in parts]
    groups = {i: n for root in roots for i, n in _list_named(root, "Группа")}
    properties = {i: n for root in roots for i, n in _list_named(root, "Свойство")}
    values = {
        _text(v, "ИдЗначения"): _text(v, "Значение") for root in roots for v in root.iter("{*}Справочник")
    }  # fmt: skip
    products: dict[str, dict[str, str]] = {}
    offers: dict[str, dict[str, str]] = {}
    for root in roots:
        for element in root.iter("{*}Товар"):
            if _local(element.getparent()) == "Товары":
                _join(products, _read(element, groups, properties, values, "param"))
        for element in root.iter("{*}Предложение"):
            _join(offers, _read(element, groups, properties, values, "характеристика"))
    records = list(enumerate(_combine(products, offers), 1))
    if not records:
        raise CatalogError("catalog.no_items", path=path, root=ROOT)
    return make_grid(name, records, problems.found)


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if element is not None and isinstance(element.tag, str) else ""


def _children(element: Any) -> Iterator[Any]:
    return (child for child in element.iterchildren() if isinstance(child.tag, str))


def _text(element: Any, name: str) -> str:
    return next((clean_text(c.text or "") for c in _children(element) if _local(c) == name), "")


def _list_named(root: Any, name: str) -> Iterator[tuple[str, str]]:
    for element in root.iter(f"{{*}}{name}"):
        number = _text(element, "Ид")
        if number:
            yield number, _text(element, "Наименование")


def _read(
    element: Any, groups: Mapping[str, str], properties: Mapping[str, str], values: Mapping[str, str], choice: str
) -> dict[str, str]:
    """Read one product or offer; ``choice`` is what its characteristics are called."""
    found: dict[str, str] = {}

    def add(name: str, value: str) -> None:
        if name and value:
            found[name] = f"{found[name]}\n{value}" if name in found else value

    for child in _children(element):
        name = _local(child)
        if name == "Группы":
            for part in _children(child):
                add("category", groups.get(clean_text(part.text or ""), ""))
        elif name in (*_PAIRS, _CHOICES):
            for part in _children(child):
                label = _text(part, "Наименование") or properties.get(_text(part, "Ид"), "")
                value = _text(part, "Значение")
                add(f"{choice if name == _CHOICES else 'param'} {label}" if label else "", values.get(value, value))
        elif name == "Цены":
            first = next(_children(child), None)
            for part in () if first is None else _children(first):
                if _local(part) in ("ЦенаЗаЕдиницу", "Валюта"):
                    add(_local(part), clean_text(part.text or ""))
        elif name == "Остатки":
            amounts = [parse_number(clean_text(p.text or "")) for p in child.iter("{*}Количество")]
            add("Количество", f"{sum(a for a in amounts if a is not None):g}" if amounts else "")
        elif name == "Изготовитель":
            add(name, _text(child, "Наименование") or clean_text(child.text or ""))
        elif not len(child):
            add(name, clean_text(child.text or ""))
    return found


def _join(held: dict[str, dict[str, str]], new: Mapping[str, str]) -> None:
    """Take up what a file says of a product or offer; what an earlier one said stands."""
    number = new.get("Ид", "") or f"?{len(held)}"
    known = held.setdefault(number, {})
    for name, value in new.items():
        known.setdefault(name, value)


def _combine(products: Mapping[str, dict[str, str]], offers: Mapping[str, dict[str, str]]) -> Iterator[dict[str, str]]:
    """Yield a row an offer, those of one product together; a product without offers is a row of its own."""
    by_product: dict[str, list[tuple[str, dict[str, str]]]] = {number: [] for number in products}
    for number, offer in offers.items():
        by_product.setdefault(number.partition("#")[0], []).append((number, offer))
    for number, held in by_product.items():
        product = products.get(number, {})
        if not held:
            yield product
        if len(held) > 1:  # one code of the product is none of its offers'
            product = {f"{n} товара" if n in _CODES else n: v for n, v in product.items()}
        for variant, offer in held:
            own = {n: v for n, v in offer.items() if n not in _NAMES}
            named = offer.get("Наименование", "")
            row = {**product, **own, "Ид": number, "Ид предложения": variant}
            row.setdefault("Наименование", named)
            if named and named != row["Наименование"]:
                row["Наименование предложения"] = named
            yield row
