"""XML feeds → grids of text: a row an offer, item or product."""

from collections.abc import Mapping
from typing import Any

from dupcheck.catalog.documents import make_grid
from dupcheck.catalog.tables import Grid, Problems, Record
from dupcheck.catalog.values import clean_text
from dupcheck.errors import CatalogError
from dupcheck.messages import message


def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def read_xml(raw: bytes, path: str, name: str) -> list[Grid]:
    """Read a YML feed, a Google Merchant feed (RSS or Atom), an Excel XML table, or any list of alike elements.

    No entity is expanded and nothing is fetched. A feed that breaks off is read as far as it goes, and that is told.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.LxmlError, ValueError) as error:
        raise CatalogError("catalog.bad_xml", path=path, reason=error) from error
    if root is None:
        raise CatalogError("catalog.bad_xml", path=path, reason="no element")
    problems = Problems()
    if parser.error_log and any(e.level_name == "FATAL" for e in parser.error_log):
        worst = next(e for e in parser.error_log if e.level_name == "FATAL")
        problems.add(None, "", "", "error", message("catalog.xml_broken", line=worst.line, reason=worst.message))
    if _local(root.tag) == "Workbook":
        return _read_excel_xml(root)
    categories = {c.get("id"): clean_text(c.text or "") for c in root.iter("category") if c.get("id") and c.text}
    items = [e for e in root.iter() if _local(e.tag) in ("offer", "item", "entry", "product", "SHOPITEM")]
    records = [_flatten(e, categories) for e in items]
    if not any(records):
        raise CatalogError("catalog.no_items", path=path, root=_local(root.tag))
    return [make_grid(name, records, problems.found)]


def _flatten(element: Any, categories: Mapping[str | None, str]) -> dict[str, str]:
    found: dict[str, str] = {}

    def add(name: str, value: str) -> None:
        if value:
            found[name] = f"{found[name]}\n{value}" if found.get(name) else value

    tag = _local(element.tag)
    for key, value in element.attrib.items():
        add(f"{tag} {_local(key)}", clean_text(value))
    for child in element.iterchildren():
        name = _local(child.tag)
        if not name:
            continue
        if name == "param" and child.get("name"):
            add(f"param {clean_text(child.get('name'))}", clean_text("".join(child.itertext())))
        elif name == "variant_option":
            pair = [clean_text("".join(part.itertext())) for part in child.iterchildren()]
            add(name, ":".join(pair))
        elif name == "prices":
            first = next(child.iterchildren(), None)
            for part in [] if first is None else first.iterchildren():
                add(f"prices price {_local(part.tag)}", clean_text(part.text or ""))
        elif name == "link" and child.get("href"):
            add(name, child.get("href"))
        else:
            add(name, clean_text("".join(child.itertext())))
    if found.get("categoryId") in categories:
        found["category"] = categories[found["categoryId"]]
    if "variant_option" in found:
        found["variant_option"] = found["variant_option"].replace("\n", ",")
    return found


def _read_excel_xml(root: Any) -> list[Grid]:
    grids = []
    for number, sheet in enumerate((e for e in root.iter() if _local(e.tag) == "Worksheet"), 1):
        records = []
        for row in (e for e in sheet.iter() if _local(e.tag) == "Row"):
            cells: list[str] = []
            for cell in row.iterchildren():
                place = next((v for k, v in cell.attrib.items() if _local(k) == "Index"), "")
                if place.isdigit() and len(cells) < int(place) - 1 <= 1000:
                    cells += [""] * (int(place) - 1 - len(cells))
                cells.append(clean_text("".join(cell.itertext())))
            records.append(Record(cells))
        if records:
            grids.append(Grid(f"table {number}", records))
    return grids
