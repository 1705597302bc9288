"""XML feeds → grids of text: a row an offer, item or product."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from html.entities import html5
from typing import Any, Final

from dupcheck.catalog.currencies import is_code
from dupcheck.catalog.documents import make_grid
from dupcheck.catalog.formats import find_format, generic_format, map_general, normalise_header
from dupcheck.catalog.tables import Grid, Problems, Record, shorten
from dupcheck.catalog.values import clean_text
from dupcheck.errors import CatalogError
from dupcheck.messages import message
from dupcheck.run import BOUNDS

# Elements that are one thing for sale in the feeds of shops and marketplaces.
_ITEMS: Final = frozenset(
    {"offer", "item", "entry", "product", "shopitem", "товар", "ad", "o", "good", "goods", "listing", "article", "row"}
)
_NO_ITEMS: Final = frozenset({"image", "textinput", "category", "currency", "param", "picture", "delivery", "price"})


def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _children(element: Any) -> Iterator[Any]:
    """Give the elements right below an element; comments, instructions and entities are none."""
    return (child for child in element.iterchildren() if isinstance(child.tag, str))


# Names of signs that HTML knows and XML does not: a parser would lose them. What XML knows itself stays as it is.
_ENTITY: Final = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31};)")


def _write_entity(found: "re.Match[bytes]") -> bytes:
    name = found[1].decode("ascii")
    signs = "" if name in ("amp;", "lt;", "gt;", "quot;", "apos;") else html5.get(name, "")
    return "".join(f"&#{ord(sign)};" for sign in signs).encode("ascii") or found[0]


_DECLARED: Final = re.compile(rb"(\s*<\?xml[^>]*?encoding=[\"'])([\w-]+)")


def _correct_encoding(raw: bytes) -> bytes:
    """Let a text that is UTF-8 say so, where its first line says another encoding of single bytes."""
    declared = _DECLARED.match(raw[:300])
    if declared is None or declared[2].lower() in (b"utf-8", b"utf8") or b"\x00" in raw[:300] or raw.isascii():
        return raw
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw
    return declared[1] + b"utf-8" + raw[declared.end() :]


def parse_xml(raw: bytes, path: str, problems: Problems) -> Any:
    """Return the root element of a text in XML, of one that breaks off as far as it goes; that is put to ``problems``.

    No entity is expanded and nothing is fetched. Raises CatalogError where there is no element.
    """
    from lxml import etree

    raw = _ENTITY.sub(_write_entity, _correct_encoding(raw))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.LxmlError, ValueError) as error:
        raise CatalogError("catalog.bad_xml", path=path, reason=error) from error
    if root is None:
        raise CatalogError("catalog.bad_xml", path=path, reason="no element")
    worst = next((e for e in parser.error_log if e.level_name == "FATAL"), None)
    if worst is not None:
        problems.add(None, "", "", "error", message("catalog.xml_broken", line=worst.line, reason=worst.message))
    return root


def read_xml(raw: bytes, path: str, name: str) -> list[Grid]:
    """Read a feed of any shop or marketplace (YML, Google, Heureka …), or an Excel XML table.

    No entity is expanded and nothing is fetched. A feed that breaks off is read as far as it goes, and that is told.
    """
    problems = Problems()
    root = parse_xml(raw, path, problems)
    if _local(root.tag) == "Workbook":
        return _read_excel_xml(root)
    names = _name_categories(root)
    items = _find_items(root)
    records = []
    for row, element in enumerate(items, 1):
        record = _flatten(element, names)
        if record:
            records.append((row, record))
        else:
            text = shorten(" ".join("".join(element.itertext()).split())) or f"<{_local(element.tag)}>"
            problems.add(row, "", "", "error", message("catalog.bad_object", text=text))
    if not records:
        raise CatalogError("catalog.no_items", path=path, root=_local(root.tag))
    if find_format([_name_place(items[0]), *dict.fromkeys(key for _, record in records for key in record)]) is None:
        _join_languages(root)
        records = _spread_variants(items, names)
    currency = _local(root.tag) == "kaspi_catalog" and {"currency": "KZT"}
    if currency:
        records = [(row, {**record, **currency}) for row, record in records]
    if _local(root.tag).casefold() == "shop" and (code := _find_currency(records)):
        records = [(row, {"CURRENCY": code, **record}) for row, record in records]
    shop = root.find("shop") if _local(root.tag) == "yml_catalog" else None
    if shop is not None:
        kept = next((c.get("id") for c in shop.iter("currency") if c.get("rate", "1") == "1" and c.get("id")), "")
        records = [(row, {**({"currencyId": kept} if kept else {}), **record}) for row, record in records]
        named = {f"shop {n}": clean_text(t) for n in ("name", "company", "url") if (t := shop.findtext(n))}
        records = [(row, {**record, **named}) for row, record in records]
    # What kind of feed it is, as a header without values.
    records[0] = (records[0][0], {**records[0][1], _name_place(items[0]): ""})
    return [make_grid(name, records, problems.found)]


# The countries of Heureka's comparison sites: an address ends in one, or the language's own letters tell.
_COUNTRIES: Final = ("cz", "sk", "hu", "ro", "bg", "si", "hr", "rs", "ba")
_HOST: Final = re.compile(rf"(?:https?://[^/\s]*?|heureka)\.({'|'.join(_COUNTRIES)})(?=[/\s|:]|\Z)", re.IGNORECASE)
_LETTERS: Final = {"cz": "řěů", "sk": "ľĺŕôä"}


def _find_currency(records: Sequence[tuple[int, Mapping[str, str]]]) -> str:
    """Return the money of the country that a Heureka feed is for, "" where nothing tells it."""
    from babel.numbers import get_territory_currencies

    texts = "\n".join(held.get(key, "") for _, held in records for key in ("URL", "CATEGORYTEXT"))
    ends = Counter(m[1].lower() for m in _HOST.finditer(texts))
    if not ends:
        texts = "\n".join(text for _, held in records for text in held.values()).lower()
        ends = Counter({end: sum(map(texts.count, letters)) for end, letters in _LETTERS.items()})
    end, count = ends.most_common(1)[0]
    return str(get_territory_currencies(end.upper())[-1]) if count else ""


def _name_place(item: Any) -> str:
    parent = item.getparent()
    return f"xml {_local(parent.tag) if parent is not None else ''}/{_local(item.tag)}"


@cache
def _titles() -> frozenset[str]:
    return frozenset(normalise_header(h) for h in generic_format().columns["title"])


def _is_item(element: Any) -> bool:
    name = _local(element.tag).casefold()
    if not name or name in _NO_ITEMS:
        return False
    children = list(_children(element))
    if name in _ITEMS:
        return bool(children) or bool(element.attrib)
    return len(children) >= 2 and any(
        normalise_header(_local(c.tag)) in _titles() and not len(c) and (c.text or "").strip() for c in children
    )


def _find_items(root: Any) -> list[Any]:
    """Return the elements that are things for sale, in their order, and what stands beside them among their like."""
    known = [e for e in root.iter() if _local(e.tag).casefold() in _ITEMS and _is_item(e)]
    named = known or [e for e in root.iter() if e is not root and _is_item(e)]
    held = set(named)
    # Of elements in one another the outer one is the thing, unless it holds many: then it is their list.
    outer = [e for e in named if not any(a in held for a in e.iterancestors())]
    if not known and len(outer) == 1 and sum(e is not outer[0] for e in named) > 1:
        inner = [e for e in named if e is not outer[0]]
        outer = [e for e in inner if not any(a in set(inner) for a in e.iterancestors())]
    if not outer:
        return _find_family(root)
    parents = {e.getparent() for e in outer if e.getparent() is not None}
    found: list[Any] = []
    for element in root.iter():
        if (element in held and not any(a in held for a in element.iterancestors())) or (
            element.getparent() in parents and _stands_among(element)
        ):
            found.append(element)
    return found if found else outer


def _find_family(root: Any) -> list[Any]:
    """Return the outermost siblings of one name that hold several values each: things under names nobody knows."""
    for element in root.iter():
        children = list(_children(element))
        alike = len(children) > 1 and len({c.tag for c in children}) == 1
        if alike and all(sum(not len(v) and bool((v.text or "").strip()) for v in _children(c)) > 1 for c in children):
            return children
    return []


_AXES: Final = ("facet:", "option:", "param ")


def _find_parts(item: Any) -> list[Any]:
    """Return the elements in a thing for sale that are its SKUs: alike, each with a choice and a code, price or stock.

    What is delivered, stocked in several shops or priced by the number has no choice of its own.
    """
    for holder in item.iter():
        children = list(_children(holder))
        for tag in dict.fromkeys(c.tag for c in children):
            parts = [c for c in children if c.tag == tag]
            if holder is item and len(parts) < 2:
                continue
            if all(len(part) and _is_part(_flatten_freely(part, {})) for part in parts):
                return parts
    return []


def _is_part(held: Mapping[str, str]) -> bool:
    fields = map_general(list(held))
    chosen = any(name.startswith(_AXES) for name in (*fields, *held))
    return chosen and any(name in fields for name in ("sku_code", "gtin", "price", "stock", "listing_id"))


def _spread_variants(items: Sequence[Any], categories: Mapping[str | None, str]) -> list[tuple[int, dict[str, str]]]:
    """Flatten items of no known feed: one that lists its SKUs is followed by a record of each, grouped with it."""
    records: list[tuple[int, dict[str, str]]] = []
    for row, item in enumerate(items, 1):
        parts = _find_parts(item)
        for part in parts:
            part.getparent().remove(part)
        own = _flatten_freely(item, categories)
        if not own:
            continue
        records.append((row, own))
        if not parts:
            continue
        fields, keys = map_general(list(own)), list(own)
        name = next((own[keys[fields[f][0]]] for f in ("listing_id", "sku_code") if f in fields), f"item {row}")
        own["item_group_id"] = name
        for part in parts:
            held = _flatten_freely(part, {})
            inner = map_general(list(held))
            if "sku_code" not in inner and "listing_id" in inner:  # its number is the SKU's, and no listing's
                key = list(held)[inner["listing_id"][0]]
                held = {("variant_id" if k == key else k): v for k, v in held.items()}
            records.append((row, {**held, "item_group_id": name}))
    return records


def _flatten_freely(item: Any, categories: Mapping[str | None, str]) -> dict[str, str]:
    """Flatten an element of no known feed; a currency that is an attribute of a number is the currency."""
    tag = f"{_local(item.tag)} "
    found = _flatten(item, categories)
    found = {(k.removeprefix(tag) if k.removeprefix(tag) not in found else k): v for k, v in found.items()}
    for element in item.iter():
        if len(element) or not re.search(r"\d", element.text or ""):
            continue
        for key, value in element.attrib.items():
            if value.isupper() and is_code(value):
                found.setdefault("currency", value)
                found.pop(f"{_local(element.tag)} {_local(key)}", None)
    return found


def _join_languages(root: Any) -> None:
    """Let an element that holds its text once a language be the text in the first of them."""
    for element in list(root.iter()):
        inner = list(_children(element))
        if inner and all(_local(c.tag).casefold() in ("language", "lang", "translation") and not len(c) for c in inner):
            element.text = next((c.text for c in inner if (c.text or "").strip()), "")
            for child in inner:
                element.remove(child)


def _stands_among(element: Any) -> bool:
    """Say whether an element beside things for sale is one too, under a name of its own."""
    name = _local(element.tag).casefold()
    children = list(_children(element))
    return (
        bool(name)
        and name not in _NO_ITEMS
        and len(children) >= 2
        and not any(_local(c.tag).casefold() in _ITEMS for c in element.iter() if c is not element)
    )


def _name_categories(root: Any) -> dict[str | None, str]:
    """Return the categories of a feed by their ids."""
    found: dict[str | None, str] = {
        c.get("id"): clean_text(c.text or "") for c in root.iter("category") if c.get("id") and c.text
    }
    for group in root.iter("{*}category"):
        parts = {_local(c.tag): clean_text(c.text or "") for c in _children(group)}
        number = parts.get("id")
        if number:
            found.setdefault(number, parts.get("name", ""))
    return found


def _adder(found: dict[str, str]) -> Callable[[str, str], None]:
    def add(name: str, value: str) -> None:
        if value:
            found[name] = f"{found[name]}\n{value}" if found.get(name) else value

    return add


_PAIR_NAMES: Final = (
    "param_name", "name", "paramname", "имя", "label", "наименование", "attribute_name", "nome", "nombre", "nom",
)  # fmt: skip
_PAIR_VALUES: Final = ("val", "value", "paramvalue", "значение", "attribute_value", "valor", "valore", "valeur", "wert")


_LABELS: Final = ("name", "Name", "title", "nazev", "nazwa", "label", "имя", "navn", "namn")


def _is_pair(name: str) -> bool:
    """Say whether an element's name is one of an attribute's, whatever its ending: param, parametr, vlastnost."""
    return name.casefold() in _PAIRS or name.casefold().startswith(_PAIR_STEMS)


def _read_pair(element: Any) -> tuple[str, str]:
    """Read ``<PARAM><PARAM_NAME>…</PARAM_NAME><VAL>…</VAL></PARAM>`` or ``<param name="…">…</param>``."""
    name = next((element.get(key) for key in _LABELS if element.get(key)), "")
    if name:
        unit = element.get("unit") or ""
        value = clean_text("".join(element.itertext()))
        return clean_text(name), f"{value} {unit}".strip() if unit and value[-1:].isdigit() else value
    parts = {_local(c.tag).casefold(): clean_text("".join(c.itertext())) for c in _children(element)}
    label = next((parts[n] for n in _PAIR_NAMES if parts.get(n)), "")
    return label, next((parts[n] for n in _PAIR_VALUES if parts.get(n)), "")


def _flatten(element: Any, categories: Mapping[str | None, str], depth: int = 0) -> dict[str, str]:
    found: dict[str, str] = {}
    add = _adder(found)
    tag = _local(element.tag)
    for key, value in element.attrib.items():
        add(f"{tag} {_local(key)}", clean_text(value))
    for child in _children(element):
        name = _local(child.tag)
        if not name:
            continue
        pair = _read_pair(child) if _is_pair(name) else ("", "")
        if pair[0]:
            add(f"param {pair[0]}", pair[1])
        elif name == "variant_option":
            add(name, ":".join(clean_text("".join(part.itertext())) for part in _children(child)))
        elif name == "prices":
            first = next(_children(child), None)
            for part in [] if first is None else _children(first):
                add(f"prices price {_local(part.tag)}", clean_text(part.text or ""))
        elif name == "link" and child.get("href"):
            add(name, child.get("href"))
        elif len(child) and depth < 3 and _local(child[0].tag):
            _flatten_inner(child, name, add, depth)
        else:
            said = next((v for k, v in child.attrib.items() if _local(k) == "lang"), "") if name in found else ""
            add(f"{name} {said}".strip(), clean_text("".join(child.itertext())))  # once more in another language
            for key, value in child.attrib.items():
                if value and name.casefold() not in ("picture", "image"):
                    add(f"{name} {_local(key)}", clean_text(value))
    if found.get("categoryId") in categories:
        found["category"] = categories[found["categoryId"]]
    if "variant_option" in found:
        found["variant_option"] = found["variant_option"].replace("\n", ",")
    return found


_PAIRS: Final = frozenset({"param", "parameter", "attribute", "attr", "a", "property", "характеристика", "feature"})
_PAIR_STEMS: Final = (
    "param", "attribut", "namevalue", "характерист", "vlastnost", "cecha", "merkmal", "eigenschap", "caract",
    "specifi", "especific", "variationspecific",
)  # fmt: skip


_PICTURES: Final = frozenset({"picture", "image", "img", "main", "i", "imageurl"})


def _flatten_inner(child: Any, name: str, add: Callable[[str, str], None], depth: int) -> None:
    """Flatten an element in an item: the pairs in it become attributes, one price of many the price."""
    for part in _children(child):
        inner = _local(part.tag)
        if not inner:
            continue
        pair = _read_pair(part)
        text = clean_text("".join(part.itertext()))
        if pair[0] and (_is_pair(inner) or name.rpartition(" ")[2].casefold().rstrip("s") in _PAIRS):
            add(f"param {pair[0]}", pair[1])
            continue
        if len(part) and depth < 2 and _local(part[0].tag):
            _flatten_inner(part, f"{name} {inner}", add, depth + 1)
        elif text:
            add(f"{name} {inner}", text)
        picture = inner.casefold() in _PICTURES
        for key, value in part.attrib.items():
            if not picture:
                add(f"{name} {inner} {_local(key)}", clean_text(value))
        if inner.casefold() in _PICTURES:
            address = next((v for k, v in part.attrib.items() if _local(k).casefold() in ("url", "src", "href")), text)
            add("images", address if address.startswith(("http", "/")) or "." in address else "")


def _read_excel_xml(root: Any) -> list[Grid]:
    grids = []
    for number, sheet in enumerate((e for e in root.iter() if _local(e.tag) == "Worksheet"), 1):
        records = []
        for row in (e for e in sheet.iter() if _local(e.tag) == "Row"):
            cells: list[str] = []
            for cell in _children(row):
                place = next((v for k, v in cell.attrib.items() if _local(k) == "Index"), "")
                if place.isascii() and place.isdigit() and len(cells) < int(place[:6]) - 1 <= BOUNDS.columns:
                    cells += [""] * (int(place[:6]) - 1 - len(cells))
                cells.append(clean_text("".join(cell.itertext())))
            records.append(Record(cells))
        if records:
            title = next((v for k, v in sheet.attrib.items() if _local(k) == "Name"), "")
            grids.append(Grid(title or f"table {number}", records))
    return grids
