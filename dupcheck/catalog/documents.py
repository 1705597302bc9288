"""JSON, JSON Lines, Parquet and XML feeds → grids of text, or listings where a product holds its SKUs."""

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from dupcheck.catalog.calamine_process import show_cell
from dupcheck.catalog.tables import Grid, Problems, Record, shorten
from dupcheck.catalog.values import clean_text, format_attributes
from dupcheck.catalog.variants import Draft
from dupcheck.errors import CatalogError
from dupcheck.messages import message
from dupcheck.model import Problem

_DEEPEST: Final = 8


def plain_key(key: object) -> str:
    """Return a key as the generations of the AliExpress objects agree on it: lower case, without ``_`` and ``-``."""
    return re.sub(r"[_\-\s]", "", str(key)).lower()


class Node:
    """A JSON object whose keys are compared as :func:`plain_key` does, and whose values may be JSON text themselves."""

    def __init__(self, held: Mapping[str, Any]) -> None:
        self.held = held
        self.keys: dict[str, Any] = {}
        for key, value in held.items():
            self.keys.setdefault(plain_key(key), value)

    def get(self, *names: str) -> Any:
        """Return the first of these values that is there and filled, JSON text read."""
        for name in names:
            value = self.keys.get(name)
            if value not in (None, "", [], {}):
                return _read_nested(value)
        return None

    def text(self, *names: str) -> str:
        """Return the first of these values as text."""
        return show_value(self.get(*names))

    def node(self, *names: str) -> "Node":
        """Return the first of these values that is an object; an empty one where none is."""
        for name in names:
            value = _read_nested(self.keys.get(name))
            if isinstance(value, Mapping):
                return Node(value)
        return Node({})

    def nodes(self, *names: str) -> "list[Node]":
        """Return the objects of the first of these lists, through the one-key wrappers that gateways put round them."""
        for name in names:
            found = _unwrap(_read_nested(self.keys.get(name)))
            if found:
                return [Node(x) for x in found]
        return []


def _read_nested(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("[", "{") and value.rstrip()[-1:] in ("]", "}"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _unwrap(value: Any) -> list[Mapping[str, Any]]:
    for _ in range(3):
        if isinstance(value, list):
            return [x for x in value if isinstance(x, Mapping)]
        if isinstance(value, Mapping) and len(value) == 1:
            value = _read_nested(next(iter(value.values())))
        else:
            break
    return [value] if isinstance(value, Mapping) and value else []


def show_value(value: Any) -> str:
    """Return a JSON value as the text of a cell: lists of texts joined by ``;``, other lists and objects as JSON."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list) and value and all(isinstance(v, str | int | float) for v in value):
        return ";".join(show_value(v) for v in value)
    if isinstance(value, list | Mapping):
        return json.dumps(value, ensure_ascii=False, default=str) if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return show_cell(value)


# --------------------------------------------------------------------------------------------------------------
# Products that hold their SKUs

_SKU_LISTS: Final = ("aeopaeproductskus", "aeitemskuinfodtos", "skuinfolist", "aeopaeproductskulist")
_SKU_PROPERTIES: Final = (
    "aeopskuproperty", "aeopskupropertylist", "aeopskupropertys", "aeskupropertydtos", "skuattributeslist",
)  # fmt: skip


def _option_name(sku: Node) -> str:
    number = sku.text("skupropertyid", "skuattributenameid")
    return (
        sku.text("skupropertyname", "skuattributename") or _AXES.get(number) or (f"Option {number}" if number else "")
    )


_AXES: Final = {
    "14": "Color", "5": "Size", "200000124": "Shoe size", "200007763": "Ships From", "200000182": "Color",
    "200001036": "Length", "200000639": "Length", "200000531": "Color", "249": "Wattage", "200007009": "Is Customized",
}  # fmt: skip
# Values that AliExpress knows by number only. A name that the seller gave goes first: the numbers mislead.
_VALUES: Final = {
    "193": "Black", "29": "White", "10": "Red", "173": "Blue", "175": "Green", "366": "Yellow", "771": "Beige",
    "1254": "Sky Blue", "365458": "Brown", "350853": "Silver", "350686": "Brown", "201618806": "RedandGreen",
    "100014064": "S", "361386": "M", "361385": "L", "100014065": "XL", "4182": "XXL", "4183": "XXXL",
    "200000990": "4XL", "200000991": "5XL", "201336100": "CN", "201336106": "US", "201336105": "UK",
    "201336101": "DE", "201336104": "ES",
}  # fmt: skip


def _read_options(sku: Node) -> tuple[dict[str, str], str]:
    options: dict[str, str] = {}
    image = ""
    for place, part in enumerate(sku.nodes(*_SKU_PROPERTIES), 1):
        number = part.text("propertyvalueid", "propertyvalueidlong", "skuattributevalueid")
        value = part.text("propertyvaluedefinitionname") or part.text("skupropertyvalue", "skuattributevalue")
        name = _option_name(part) or f"Option {place}"
        if name in options:
            name = f"{name} {place}"
        options[name] = value or _VALUES.get(number, number)
        image = image or part.text("skuimage", "skuimageurl")
    if not options:
        options = read_sku_key(sku.text("id", "skuattr"))
    return {n: v for n, v in options.items() if v}, image


def read_sku_key(text: str) -> dict[str, str]:
    """Read AliExpress's key of a SKU, ``14:173#Gray ;5:361386``: its names and values where known, else the numbers."""
    options: dict[str, str] = {}
    for piece in re.split(r"[;,]", text):
        found = re.fullmatch(r"\s*(\d+):(\d+)(?:#(.*))?", piece, re.DOTALL)
        if found is None:
            continue
        name = _AXES.get(found[1], f"Option {found[1]}")
        value = clean_text(found[3] or "") or _VALUES.get(found[2], found[2])
        options[f"{name} {len(options) + 1}" if name in options else name] = value
    return options


def _stock(sku: Node) -> str:
    text = sku.text("ipmskustock", "skuavailablestock", "inventory", "skustock", "availquantity")
    return {"true": "", "false": "0"}.get(text, text)


def _make_aliexpress(product: Node, row: int) -> Draft:
    draft = Draft(row, held=product.held)
    base = product.node("aeitembaseinfodto", "product", "result")
    media = product.node("aemultimediainfodto")
    package = product.node("packageinfodto")

    def text(*names: str) -> str:
        return product.text(*names) or base.text(*names) or media.text(*names) or package.text(*names)

    titles = product.nodes("multilanguagesubjectlist", "subjectlist")
    english = next((t for t in titles if t.text("language", "locale").lower().startswith("en")), None)
    subject = text("subject", "title") or (english or (titles[0] if titles else Node({}))).text("subject", "value")
    lots = text("packagetype").lower() in ("true", "1")
    draft.fields = {
        "listing_id": text("productid", "id", "itemid"),
        "title": subject,
        "price": text("productprice", "price"),
        "currency": text("currencycode"),
        "category": text("categoryid", "aliexpresscategoryid"),
        "images": text("imageurls", "mainimageurlslist", "mainimageurls"),
        "description": text("detail", "webdetail", "description"),
        "min_order_quantity": text("bulkorder"),
        "lot_size": text("lotnum") if lots else "",
        "created": text("gmtcreate"),
        "url": text("detailurl", "producturl"),
        "shop": text("ownermemberid") if not isinstance(product.get("shop"), Mapping) else "",
        "sales": text("ordercount", "salescount"),
        "reviews": text("evaluationcount"),
    }
    low, high = text("productminprice"), text("productmaxprice")
    if low:
        draft.fields["price"] = draft.fields["price"] or low
        draft.fields["price_max"] = high if high != low else ""
    attributes: dict[str, str] = {}
    for part in product.nodes("aeopaeproductpropertys", "aeopaeproductproperties", "attributelist", "aeitemproperties"):
        name = part.text("attrname", "attributename") or _number_name(
            part.text("attrnameid", "aliexpressattributenameid")
        )
        value = part.text("attrvalue", "attributevalue")
        if not value:
            value = " - ".join(v for v in (part.text("attrvaluestart"), part.text("attrvalueend")) if v)
        value = value or part.text("attrvalueid", "aliexpressattributevalueid")
        unit = part.text("attrvalueunit")
        if name and value:
            value = f"{value} {unit}" if unit and not value.endswith(unit) else value
            attributes[name] = f"{attributes[name]}, {value}" if name in attributes else value
    draft.fields["attributes"] = format_attributes(attributes)
    discount = text("bulkdiscount")
    for sku in product.nodes(*_SKU_LISTS):
        options, image = _read_options(sku)
        draft.skus.append(
            {
                "options": format_attributes(options),
                "price": sku.text("skuprice", "price", "offersaleprice"),
                "currency": sku.text("currencycode"),
                "sku_code": sku.text("skucode"),
                "gtin": sku.text("eancode", "barcode"),
                "stock": _stock(sku),
                "image": image,
            }
        )
        draft.fields["min_order_quantity"] = draft.fields["min_order_quantity"] or sku.text("skubulkorder")
        if not draft.fields.get("bulk_price"):
            draft.fields["bulk_price"] = sku.text("offerbulksaleprice")
    _settle_skus(draft)
    price = draft.fields["price"] or (draft.skus[0].get("price", "") if draft.skus else "")
    if discount.isdigit() and 0 < int(discount) < 100 and not draft.fields.get("bulk_price"):
        try:
            draft.fields["bulk_price"] = show_cell(round(float(price) * (100 - int(discount)) / 100 + 1e-9, 2))
        except ValueError:
            draft.fields["bulk_price"] = ""
    return draft


def _number_name(number: str) -> str:
    return "Brand" if number == "2" else f"Attribute {number}" if number else ""


def _settle_skus(draft: Draft) -> None:
    """Where the only SKU has no options, it is the listing itself."""
    if len(draft.skus) != 1 or draft.skus[0].get("options"):
        return
    (sku,) = draft.skus
    for name in ("price", "currency", "sku_code", "gtin", "stock"):
        draft.fields[name] = draft.fields.get(name) or sku.get(name, "")
    draft.fields["main_image"] = draft.fields.get("main_image") or ""
    draft.skus = []


def _make_page(page: Node, row: int) -> Draft:
    """Read what an AliExpress product page holds: skuModule, priceModule, quantityModule and the like."""
    module = page.node("skumodule", "skucomponent", "sku")
    price = page.node("pricemodule", "pricecomponent", "price")
    quantity = page.node("quantitymodule", "quantitycomponent", "quantity", "inventorycomponent")
    info = page.node("titlemodule", "productinfocomponent", "producttitle")
    images = page.node("imagemodule", "imagecomponent", "headerimage")
    action = page.node("actionmodule", "commonmodule", "storemodule")
    draft = Draft(row)
    draft.fields = {
        "listing_id": action.text("productid") or info.text("id", "productid", "idstr") or page.text("productid", "id"),
        "title": info.text("subject", "text", "title") or page.node("pagemodule", "metadatacomponent").text("title"),
        "price": price.text("formatedprice", "formattedprice", "origprice"),
        "images": images.text("imagepathlist", "imagelist"),
        "stock": quantity.text("totalavailquantity"),
        "min_order_quantity": quantity.text("skubulkorder"),
        "lot_size": price.text("numberperlot") if price.text("lot") == "true" else "",
        "category": action.text("categoryid"),
    }
    names: dict[str, tuple[str, str]] = {}
    for axis in module.nodes("productskupropertylist", "skuproperties"):
        name = axis.text("skupropertyname", "name")
        for value in axis.nodes("skupropertyvalues", "values"):
            shown = value.text("propertyvaluedefinitionname") or value.text(
                "propertyvaluedisplayname", "propertyvaluename"
            )
            key = f"{axis.text('skupropertyid', 'id')}:{value.text('propertyvalueid', 'propertyvalueidlong', 'id')}"
            names[key] = (name, shown)
    for sku in module.nodes("skupricelist", "skupaths"):
        values = sku.node("skuval")
        stated = read_sku_key(sku.text("skuattr", "path"))
        numbers = [":".join(m) for m in re.findall(r"(\d+):(\d+)", sku.text("skuattr", "path"))]
        options = dict(names[n] for n in numbers if n in names) or stated
        draft.skus.append(
            {
                "options": format_attributes(options),
                "price": values.text("skucalprice") or values.node("skuamount").text("value"),
                "sku_code": sku.text("skuidstr", "skuid"),
                "stock": values.text("availquantity") or sku.text("skustock"),
            }
        )
    if draft.skus and any(s["price"] for s in draft.skus):
        draft.fields["price"] = ""
    _settle_skus(draft)
    return draft


def _make_shopify(product: Node, row: int) -> Draft:
    """Read a Shopify product: the Admin shape, or a theme's, whose prices are in cents."""
    cents = "type" in product.keys and "producttype" not in product.keys
    draft = Draft(row)
    images = [i.get("src") if isinstance(i, Mapping) else i for i in product.get("images") or [] if i]
    by_id = {str(i.get("id")): str(i.get("src")) for i in product.get("images") or [] if isinstance(i, Mapping)}
    draft.fields = {
        "listing_id": product.text("handle", "id"),
        "title": product.text("title"),
        "category": product.text("producttype", "type"),
        "description": product.text("bodyhtml", "description"),
        "images": "\n".join(str(i) for i in images),
        "attributes": format_attributes({"Vendor": v} if (v := product.text("vendor")) else {}),
        "created": product.text("createdat"),
        "url": product.text("url", "onlinestoreurl"),
    }
    axes = [o.text("name") if isinstance(o, Node) else "" for o in product.nodes("options")]
    if not axes and isinstance(product.get("options"), list):
        axes = [show_value(o) for o in product.get("options")]
    for variant in product.nodes("variants"):
        options = {}
        for n in (1, 2, 3):
            value = variant.text(f"option{n}")
            if value and value.casefold() != "default title":
                options[axes[n - 1] if n <= len(axes) and axes[n - 1] else f"Option {n}"] = value
        price = variant.get("price")
        if cents and isinstance(price, int):
            price = price / 100
        draft.skus.append(
            {
                "options": format_attributes(options),
                "price": show_value(price),
                "sku_code": variant.text("sku"),
                "gtin": variant.text("barcode"),
                "stock": variant.text("inventoryquantity"),
                "image": by_id.get(variant.text("imageid"), ""),
            }
        )
    _settle_skus(draft)
    return draft


_Maker = Callable[[Node, int], Draft]


def _find_maker(node: Node) -> _Maker | None:
    keys = node.keys
    if any(k in keys for k in _SKU_LISTS) or "aeopaeproductpropertys" in keys or "multilanguagesubjectlist" in keys:
        return _make_aliexpress
    newest = keys.get("sku")
    if (
        "skumodule" in keys
        or "skucomponent" in keys
        or ("price" in keys and isinstance(newest, dict) and "skuproperties" in Node(newest).keys)
    ):
        return _make_page
    if isinstance(keys.get("variants"), list) and "title" in keys:
        return _make_shopify
    if "subject" in keys and ("imageurls" in keys or "productminprice" in keys):
        return _make_aliexpress
    return None


def _find_products(document: Any, depth: int = 0) -> Iterator[tuple[_Maker, Node]]:
    document = _read_nested(document)
    if depth > _DEEPEST:
        return
    if isinstance(document, Mapping):
        node = Node(document)
        maker = _find_maker(node)
        if maker is not None:
            yield maker, node
            return
        for value in document.values():
            yield from _find_products(value, depth + 1)
    elif isinstance(document, list):
        for value in document:
            yield from _find_products(value, depth + 1)


def _find_records(document: Any, depth: int = 0) -> list[Mapping[str, Any]]:
    """Return the longest list of objects in a document; a lone object is a list of one."""
    if isinstance(document, list):
        return [x for x in document if isinstance(x, Mapping)]
    if isinstance(document, Mapping) and depth < _DEEPEST:
        held = [_find_records(v, depth + 1) for v in document.values() if isinstance(v, list | Mapping)]
        best = max(held, key=len, default=[])
        if "title" in document or "listing_id" in document or len(best) < 2:
            return [document] if any(not isinstance(v, list | Mapping) for v in document.values()) else best
        return best
    return []


def make_grid(name: str, records: Sequence[Mapping[str, Any]], problems: Sequence[Problem] = ()) -> Grid:
    """Make a grid of objects: their keys are its header."""
    keys = list(dict.fromkeys(str(k) for record in records for k in record))
    header = Record(keys)
    rows = [Record([show_value(record.get(k)) for k in keys]) for record in records]
    return Grid(name, [header, *rows], tuple(problems))


def read_document(document: Any, name: str, problems: Sequence[Problem] = ()) -> tuple[list[Draft], Grid | None]:
    """Return the listings of a JSON document, or a grid of its objects where they are plain rows."""
    drafts = [maker(node, row) for row, (maker, node) in enumerate(_find_products(document), 1)]
    if drafts:
        return drafts, None
    records = _find_records(document)
    return [], make_grid(name, records, problems) if records else None


def read_json(text: str, path: str, name: str) -> tuple[list[Draft], Grid | None, list[Problem]]:
    """Read JSON or JSON Lines; a line that is broken is told and the rest goes on."""
    problems = Problems()
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise CatalogError("catalog.bad_json", path=path, reason="nested too deep") from error
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        document = []
        for row, line in enumerate(lines, 1):
            try:
                held = json.loads(line)
                if not isinstance(held, Mapping):
                    raise ValueError(held)
                document.append(held)
            except (ValueError, RecursionError):
                document.append({})
                problems.add(row, "", "", "error", message("catalog.bad_line", text=shorten(line)))
        if len(lines) < 2 or not any(document):
            document, rest = _read_broken_list(text)
            if not document:
                raise CatalogError("catalog.bad_json", path=path, reason=error) from error
            problems = Problems()
            problems.add(None, "", "", "error", message("catalog.breaks_off", count=len(document), text=shorten(rest)))
    drafts, grid = read_document(document, name)
    return drafts, grid, problems.found


def _read_broken_list(text: str) -> tuple[list[Any], str]:
    """Read the objects of a JSON list up to where it is broken; also what is left from there."""
    start = text.find("[")
    if start < 0 or len(text) > 50_000_000:
        return [], text
    decoder = json.JSONDecoder()
    found: list[Any] = []
    at = start + 1
    while True:
        gap = re.compile(r"[\s,]*").match(text, at)
        at = gap.end() if gap else at
        try:
            held, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return found, text[at:]
        if isinstance(held, Mapping):
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
    return Grid(name, [Record(list(table.column_names)), *(Record(list(c)) for c in zip(*columns, strict=True))])


# --------------------------------------------------------------------------------------------------------------
# XML feeds


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
    shop = root.find("shop") if _local(root.tag) == "yml_catalog" else None
    told = {
        f"shop {n}": clean_text(t) for n in ("name", "company", "url") if shop is not None and (t := shop.findtext(n))
    }
    records = [{**_flatten(e, categories), **told} for e in items]
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
