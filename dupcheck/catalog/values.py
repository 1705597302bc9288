"""What stands in a cell → a value: prices, counts, ids, attributes, picture lists, texts with markup.

Every function here takes one text and is total: what cannot be read is ``None`` (or the text itself), never an error.
"""

import ast
import html
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from dupcheck.catalog.currencies import COMMON, SIGNS, WHOLE, list_codes, list_signs, name_currency
from dupcheck.files.numbers import Decimal, parse_number, write_plainly
from dupcheck.run import BOUNDS

MISSING: Final = frozenset(
    (
        "",
        "…",
        "...",
        "-",
        "--",
        "—",
        "–",
        "/",
        "n/a",
        "na",
        "#n/a",
        "nan",
        "null",
        "none",
        "nil",
        "无",
        "暂无",
        "空",
        "нет",
        "상세설명 참조",
        "상세설명참조",
        "상세페이지 참조",
        "상품상세 참조",
    )
)

# --------------------------------------------------------------------------------------------------------------
# Texts

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_BREAK = re.compile(r"</?(?:br|p|div|li|tr|h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,31});")
_BLANKS = re.compile(r"[ \t\u00a0\u3000]+")


def clean_text(text: str) -> str:
    """Return ``text`` without control characters, byte order marks and blanks around it; line ends are ``\\n``."""
    if not text.isprintable():
        text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.strip()


def clean_title(text: str) -> str:
    """Return a title on one line: entities read, tags that a marketplace left in it taken out, blanks single.

    Only what looks like one whole tag of HTML goes: ``<b>``, ``<br/>``; "size <M>" or "a < b" stays.
    """
    text = clean_text(text)
    for _ in range(_ESCAPES if "&" in text else 0):  # shop programs escape what is escaped already
        text = _ENTITY.sub(lambda m: html.unescape(m[0]), text)
    if "<" in text:
        text = _KNOWN_TAG.sub(" ", text)
    return clean_text(" ".join(text.split()))


_ESCAPES: Final = 3
_KNOWN_TAG = re.compile(
    r"</?(?:a|b|big|br|center|div|em|font|h[1-6]|i|img|li|ol|p|small|span|strong|sub|sup|table|tbody|td|th|tr|u|ul)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)


def clean_markup(text: str) -> str:
    """Return the words of a description: entities read (twice, as exports escape twice), tags out, lines kept."""
    text = clean_text(text)
    for _ in range(2):
        if "&" in text:
            text = _ENTITY.sub(lambda m: html.unescape(m[0]), text)
    if "<" in text:
        text = _TAG.sub(" ", _BREAK.sub("\n", _HIDDEN.sub(" ", text)))
    lines = (_BLANKS.sub(" ", line).strip() for line in clean_text(text).split("\n"))
    return "\n".join(line for line in lines if line)


def read_literal(text: str) -> Any:
    """Return what a text of JSON holds, or a list or mapping as Python writes it; None where it is neither."""
    try:
        return json.loads(text, parse_int=_whole)
    except (ValueError, RecursionError):
        pass
    if len(text) > _LONGEST_LITERAL or not re.search(r"'|None|True|False", text):
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None


def _whole(digits: str) -> int | str:
    """A whole number of JSON; one that is longer than any number needs to be stays the text it is."""
    return int(digits) if len(digits) <= 2 * BOUNDS.digits else digits


_LONGEST_LITERAL: Final = 20_000  # characters; Python's own reader of literals is no fast one


# --------------------------------------------------------------------------------------------------------------
# Prices


@dataclass(frozen=True, slots=True)
class Price:
    """A price as a seller wrote it.

    ``amount`` is the price, or the lower end of a range whose upper end is ``high``. ``currency`` is an ISO 4217
    code or ""; ``$`` is read as USD and ``¥`` as CNY, the usual meanings in an AliExpress seller's files. ``per`` is
    the unit the price is for ("lot", "piece", "set", "pair", "pack" or "") and ``pieces`` how many pieces that
    unit holds, where the text says so. ``sign`` is the currency as it was written.
    """

    amount: float
    high: float | None = None
    currency: str = ""
    per: str = ""
    pieces: float | None = None
    sign: str = field(default="", compare=False)


_PER: Final[Mapping[str, str]] = {
    "lot": "lot", "lots": "lot", "批": "lot", "лот": "lot", "lote": "lot",
    "piece": "piece", "pieces": "piece", "pcs": "piece", "pc": "piece", "each": "piece", "ea": "piece", "unit": "piece",
    "件": "piece", "个": "piece", "只": "piece", "条": "piece", "шт": "piece", "шт.": "piece", "pieza": "piece",
    "peça": "piece", "unidad": "piece", "unidade": "piece",
    "set": "set", "sets": "set", "套": "set", "组": "set", "набор": "set", "комплект": "set",
    "pair": "pair", "pairs": "pair", "双": "pair", "对": "pair", "пара": "pair",
    "pack": "pack", "packs": "pack", "包": "pack", "盒": "pack", "упак": "pack", "bag": "pack", "box": "pack",
}  # fmt: skip


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


_NUMBER = r"(?:[0-9]{1,3}(?:[ '’.,][0-9]{2,3})+(?:[.,][0-9]{1,4})?|[0-9]+(?:[.,][0-9]{1,6})?|[.,][0-9]{1,4})"
_UNIT = _either(_PER)


@cache
def _price(thorough: bool) -> re.Pattern[str]:
    """The pattern of a price; most are plain numbers and never need it, few need the ``thorough`` list of signs."""
    signs = [*list_signs(), *list_codes()] if thorough else [*SIGNS, *COMMON]
    money = f"(?:{_either(signs)})"
    return re.compile(
        rf"(?:from|price|now|only|about|approx\.?|от|від|цена|desde|[aà] partir de|dès|ab|vanaf|från|fra|od|"
        rf"仅|约|售价|价格|:|\s)*"
        rf"(?P<c1>{money}\s*)?(?P<a>{_NUMBER})\s*(?P<c2>{money})?"
        rf"(?:\s*(?:--?|–|—|~|至|到|to|до|a)\s*(?P<c3>{money}\s*)?(?P<b>{_NUMBER})\s*(?P<c4>{money})?)?"
        rf"\s*(?:[,./]\s*[-–—])?\s*(?P<c5>{money})?\s*(?:起|\+|up)?"
        rf"(?:\s*(?:/|per|за)?\s*(?P<per>{_UNIT})|\s*/\s*(?P<m>[0-9]{{1,5}})\s*(?P<of>{_UNIT}))?"
        rf"(?:\s*[(,]?\s*(?P<n>[0-9]{{1,5}})\s*(?P<what>{_UNIT})\s*(?:/\s*(?P<lot>{_UNIT}))?\s*\)?)?\s*\.?",
        re.IGNORECASE,
    )


_PLAIN = re.compile(r"[0-9]{1,12}(?:\.(?:[0-9]{1,2}|[0-9]{4,}))?")  # three digits may be thousands
_COMMA_DECIMAL = re.compile(r"[0-9],[0-9]{1,2}(?![0-9.,])")
_DOT_DECIMAL = re.compile(r"[0-9]\.[0-9]{1,2}(?![0-9.,])")
_LONGEST_PRICE = 120
# The sign of a currency that an encoding could not write: 4 990,00 ?
_LOST_SIGN: Final = re.compile(r"(?<=\d)(?:\s+\?|\s*\ufffd+)$|^(?:\?|\ufffd+)\s*(?=\d)")


def find_decimal(texts: Iterable[str], coins: bool = True) -> Decimal | None:
    """Say which sign parts the decimals in a column of prices; None where the column does not settle it.

    ``1.005`` is one and a bit in one shop and a thousand and five in another: the other prices beside it tell.
    Three digits behind the dot of every price, the last of them a 0, are thousands where coins are hundredths.
    """
    comma = dot = False
    held = list(texts)
    grouped = {t for t in held if _DOT_GROUP.search(t)}
    for text in held:
        comma = comma or _COMMA_DECIMAL.search(text) is not None
        dot = dot or _DOT_DECIMAL.search(text) is not None
        if comma and dot:
            return None
    if coins and not comma and not dot and len(grouped) > 1 and len(grouped) == sum("." in t for t in held):
        return ","  # three digits behind the dot of every price: no shop counts its money so
    return "," if comma else "." if dot else None


_DOT_GROUP: Final = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:\.\d{3})*\.\d\d0(?![\d.,])")


def _currency(text: str | None) -> str:
    return name_currency(text) if text and text.strip() else ""


def parse_price(text: str, decimal: Decimal | None = None, stated: str = "") -> Price | None:
    """Read a price with its symbols, range, unit and thousands in any of three styles; None if it is not one price.

    ``decimal`` is the column's decimal sign (:func:`find_decimal`) and settles ``1.005`` and ``1,005``; without it
    a comma before three digits parts thousands and a dot does not, but in money that has no small coins, which the
    currency ``stated`` beside it may be.
    A price of 0 and a negative one are read as what they are: not a price.
    """
    if _PLAIN.fullmatch(text):
        return Price(float(text)) if float(text) > 0 else None
    if len(text) > _LONGEST_PRICE:
        return None
    text = _LOST_SIGN.sub("", write_plainly(text).strip().removeprefix("'"))
    if text.startswith("{"):
        text = _join_money(text)
    found = _price(False).fullmatch(text)
    if found is None and re.search("[0-9]", text):
        found = _price(True).fullmatch(text)
    if found is None:
        return _read_labelled(text, decimal, stated) or _read_glued(text, decimal, stated)
    signs = [s for i in (1, 2, 3, 4, 5) if (s := (found[f"c{i}"] or "").strip())]
    currency = next((c for c in map(_currency, signs) if c), "")
    amount = parse_number(found["a"], decimal, (currency or stated) in WHOLE)
    high = parse_number(found["b"], decimal, (currency or stated) in WHOLE) if found["b"] else None
    if amount is None or amount <= 0 or (found["b"] and (high is None or high < amount)):
        return None
    per = _PER.get((found["per"] or "").lower(), "")
    count = found["n"] or found["m"]
    pieces = float(count) if count else None
    if not per and (found["lot"] or found["m"]):
        per = _PER[found["lot"].lower()] if found["lot"] else "lot"
    return Price(amount, high if high != amount else None, currency, per, pieces or None, signs[0] if signs else "")


_LABEL: Final = re.compile(r"(?:[^\W\d_]+\.?\s?){1,4}:\s*(?=\S)")


def _read_labelled(text: str, decimal: Decimal | None, stated: str) -> Price | None:
    """Read a price behind what it is called, where it names its currency: M.R.P.: ₹69,900."""
    label = _LABEL.match(text)
    price = parse_price(text[label.end() :], decimal, stated) if label is not None else None
    return price if price is not None and price.currency else None


_GLUED: Final = (
    re.compile(r"(?<=[^\d\s.,'’\-–—~/])(?=\d)"),
    re.compile(r"(?<=\d)(?=[^\d\s.,'’\-–—~/])"),
)


def _read_glued(text: str, decimal: Decimal | None, stated: str) -> Price | None:
    """Read the lower of two prices without a blank between them, as a page shows the old one and the new: 20 €15 €."""
    for border in _GLUED:
        parts = border.split(text)
        prices = [parse_price(part, decimal, stated) for part in parts] if len(parts) == 2 and all(parts) else []
        both = [p for p in prices if p is not None and p.currency and p.high is None]
        if len(both) == 2 and both[0].currency == both[1].currency:
            return min(both, key=lambda p: p.amount)
    return None


def _join_money(text: str) -> str:
    """Write ``{"value": 5, "currency": "USD"}`` as a price is written."""
    held = read_literal(text)
    if not isinstance(held, dict):
        return text
    keys = {_plain_key(k): v for k, v in held.items()}
    amount = next((keys[k] for k in ("value", "amount", "price", "sum") if keys.get(k) not in (None, "")), "")
    code = next((keys[k] for k in ("currency", "currencycode", "currencyid") if keys.get(k)), "")
    if isinstance(amount, int) and isinstance(parts := keys.get("divisor"), int) and parts in (1, 10, 100, 1000):
        amount = amount / parts  # {"amount": 3450, "divisor": 100}
    if amount == "" and len(held) <= _MONEY_KEYS:  # under whatever names: {"valor": "99,00", "moeda": "BRL"}
        figures = [v for v in held.values() if re.search(r"\d", str(v)) and not isinstance(v, dict | list)]
        codes = [v for v in held.values() if isinstance(v, str) and v in list_codes()]
        amount, code = (figures[0], codes[0]) if len(figures) == len(codes) == 1 else (amount, code)
    return f"{amount} {code}".strip()


_MONEY_KEYS: Final = 4


# --------------------------------------------------------------------------------------------------------------
# Counts and ids

_COUNT = re.compile(
    r"(?P<n>[0-9][0-9 ,.'’]*)\s*(?P<times>[kк]|千|[wm万]|тыс\.?)?\s*\+?\s*[^\W\d_]{0,12}\.?", re.IGNORECASE
)
_TIMES: Final = {"k": 1e3, "к": 1e3, "千": 1e3, "тыс": 1e3, "w": 1e4, "万": 1e4, "m": 1e6}


def parse_count(text: str) -> float | None:
    """Read a number of things: ``12``, ``1,000+ sold``, ``1.2万``, ``-1`` (oversold); None if it is not one."""
    if len(text) > 40:
        return None
    if text.startswith("-") and _PLAIN.fullmatch(text[1:]):
        return -float(text[1:])
    if _PLAIN.fullmatch(text):
        return float(text)
    found = _COUNT.fullmatch(write_plainly(text).strip().lstrip(">≥~").strip())
    if found is None:
        return None
    times = _TIMES.get((found["times"] or "").lower().rstrip("."), 1.0)
    digits = found["n"].strip(" ,.'’")
    groups = re.fullmatch(r"[0-9]{1,3}(?:([ ,.'’])[0-9]{3})(?:\1[0-9]{3})*", digits)
    number = parse_number(re.sub(r"[ ,.'’]", "", digits) if groups else digits.replace(",", "."))
    return None if number is None else number * times


def is_spoiled_id(text: str, numeric: bool = False) -> bool:
    """Say whether a spreadsheet may have spoiled this id.

    Spreadsheets keep 15 digits: a longer number comes back with zeros at its end, or as ``1.00512E+15``. A text
    that ends in 0 may be right, so ids of 16 digits and more count only if they come from a ``numeric`` cell.
    """
    if re.fullmatch(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{2,3}", text):
        return True
    return numeric and len(text) >= 16 and text.isdigit() and text.endswith("0")


# --------------------------------------------------------------------------------------------------------------
# Attributes

# Names and values parted by commas without a blank behind them, as shop programs write them: color=Red,size=M.
_COMMA_PAIRS = re.compile(
    r"[^=;{\[\s,][^=;,|\n]*=[^=;,|\n]*(?:,(?:[^\s=;,|\n][^=;,|\n]{0,80}=)?[^=;|\n,]*)*,[^\s=;,|\n][^=;,|\n]{0,80}=[^=;|\n]*"
)
_PLACED = r"(?=[^:]*[^\W\d_])([^:=]+):(?! )([^:=]+):\d{1,3}(?::[01])?(?:[,;|]|$)"
_PLACED_PAIR, _PLACED_PAIRS = re.compile(_PLACED), re.compile(f"(?:{_PLACED})+")
_RATIO = re.compile(r"[^:]+:\d{1,2}:\d+")
"""One name with a ratio, «Scale:1:43», and no value with its place."""
_PLAIN_PAIRS = re.compile(r"[^=;{\[\s][^=;]*=[^=;]*(?:; [^=;\s][^=;]*=[^=;]*)*")
_NAME_KEYS: Final = (
    "name",
    "label",
    "title",
    "paramname",
    "attributename",
    "attrname",
    "originalattributename",
    "skupropertyname",
    "key",
    "属性名",
)
_VALUE_KEYS: Final = (
    "value", "values", "val", "option", "options", "attributevalue", "attrvalue", "attributevalues",
    "propertyvaluedefinitionname", "skupropertyvalue", "originalvaluename", "valuename", "attributevaluelist", "属性值",
)  # fmt: skip


def _show(value: object) -> str:
    if isinstance(value, str):
        return clean_text(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, list) and not any(isinstance(v, list | dict) for v in value):
        return ", ".join(_show(v) for v in value)
    if isinstance(value, dict):
        named = [value[k] for k in value if _plain_key(k) in _NAME_KEYS + _VALUE_KEYS]
        if len(value) <= 3 and len(named) == 1:
            return _show(named[0])
    if isinstance(value, list) and all(isinstance(v, dict) for v in value):
        shown = [_show(v) for v in value]
        if not any(s.startswith(("{", "[")) for s in shown):
            return ", ".join(shown)
    return str(value) if isinstance(value, int | float) else json.dumps(value, ensure_ascii=False)


def _plain_key(key: object) -> str:
    return re.sub(r"[\s_-]", "", str(key)).lower()


def _add(into: dict[str, str], name: str, value: str) -> None:
    name, value = clean_text(name), clean_text(value)
    if not value and not name:
        return
    if into.get(name) and value and value != into[name]:
        value = f"{into[name]}, {value}"
    into[name] = value or into.get(name, "")


def _parse_document(text: str) -> dict[str, str] | None:
    document = read_literal(text)
    found: dict[str, str] = {}
    if isinstance(document, dict):
        for name, value in document.items():
            _add(found, str(name), _show(value))
        return found
    if isinstance(document, list):
        for item in document:
            if not isinstance(item, dict):
                return None
            keys = {_plain_key(k): k for k in item}
            name_key = next((keys[k] for k in _NAME_KEYS if k in keys), None)
            value_key = next((keys[k] for k in _VALUE_KEYS if k in keys), None)
            if name_key is not None and value_key is not None:
                _add(found, _show(item[name_key]), _show(item[value_key]))
            elif name_key is None:
                for name, value in item.items():
                    _add(found, str(name), _show(value))
        return found
    return None


def _nameless(text: str) -> dict[str, str]:
    value = clean_text(text)
    return {"": value} if value else {}


def parse_attributes(text: str) -> dict[str, str]:
    """Read ``Name=Value; Name=Value``, a JSON object or a JSON list of named values; order is kept.

    Forgiving: ``Name: Value`` on lines or between ``;`` or ``|``, full-width signs, a ``;`` inside a value
    (``Material=A;B`` is one value), values with their places (``Name:Value:1,Name:Value:2``), entities of HTML. A name
    that stands twice keeps both values (``Red, Blue``); a value without a name has the name "". Anything is read as
    something: no text is an error.
    """
    text = text.strip()
    if not text:
        return {}
    if text[0] in "{[":
        document = _parse_document(text)
        if document is not None:
            return document
        if text.startswith(('{"', "[{", '["')):  # JSON that is broken has no pairs to find
            return _nameless(text)
    found: dict[str, str] = {}
    # A bar within a value parts several of them, where no name follows it.
    if _COMMA_PAIRS.fullmatch(text if re.search(r"\|[^,]*=", text) else text.replace("|", "/")):
        for pair in re.split(r",(?=[^\s,=][^,=]{0,80}=)", text):
            name, _, value = pair.partition("=")
            _add(found, name, value)
        return found
    if _PLAIN_PAIRS.fullmatch(text):
        for pair in text.split("; "):
            name, _, value = pair.partition("=")
            _add(found, name, value)
        return found
    if _PLACED_PAIRS.fullmatch(text) and not _RATIO.fullmatch(text):
        for placed in _PLACED_PAIR.finditer(text):
            _add(found, placed[1], placed[2])
        return found
    sign = "=" if "=" in text or "＝" in text else ":"
    bars = sign == ":" or (text.count("|") + 1 == text.count("=") and not re.search("[;；\n]", text))
    # The signs that part the pieces are kept: where one stood inside a value, it goes back there.
    read = _pair_pieces(re.split(r"([;；\n|])" if bars else r"([;；\n])", text), sign)
    if read is None:
        return _nameless(text)
    for name, value in read:
        _add(found, name, value.rstrip(" ;；\n|"))
    if "&" in text:
        found = {_unescape(name): _unescape(value) for name, value in found.items()}
    return found


def _pair_pieces(pieces: Sequence[str], sign: str) -> list[tuple[str, str]] | None:
    """Names and values; every second piece is what parts two others. None where colons stand in plain text."""
    read: list[tuple[str, str]] = []
    for i in range(0, len(pieces), 2):
        name, parted, value = _PARTITION[sign](pieces[i])
        if parted and name.strip():
            read.append((name, value))
        elif sign == ":" and pieces[i].strip():
            return None
        elif read:
            read[-1] = (read[-1][0], read[-1][1] + pieces[i - 1] + pieces[i])
        elif pieces[i].strip():
            read.append(("", value if parted else name))
    return read


def _partition(signs: str) -> Callable[[str], tuple[str, str, str]]:
    pattern = re.compile(f"[{signs}]")

    def part(text: str) -> tuple[str, str, str]:
        found = pattern.search(text)
        return (text, "", "") if found is None else (text[: found.start()], found[0], text[found.end() :])

    return part


_PARTITION: Final = {"=": _partition("=＝"), ":": _partition(":：")}


def _unescape(text: str) -> str:
    return clean_text(_ENTITY.sub(lambda m: html.unescape(m[0]), text))


def format_attributes(attributes: Mapping[str, str]) -> str:
    """Write attributes as ``Name=Value; Name=Value``, or as a JSON object where that could be misread.

    ``parse_attributes(format_attributes(a)) == a`` for all attributes that :func:`parse_attributes` returns.
    """
    text = "; ".join(f"{name}={value}" for name, value in attributes.items())
    if not text or (_PLAIN_PAIRS.fullmatch(text) and "\n" not in text and parse_attributes(text) == dict(attributes)):
        return text
    return json.dumps(dict(attributes), ensure_ascii=False)


# --------------------------------------------------------------------------------------------------------------
# Pictures

# Runs of signs are tried once, from their start, so that a long one costs no square of its length.
_ADDRESS_SPLIT = re.compile(r"(?<![\s;,|])[\s;,|]++(?=(?:https?:)?//)", re.IGNORECASE)
_ONE_PATH = re.compile(r"(?!//)[A-Za-z0-9_./:%?=&+~@-]+")
_EDGES: Final = ",;|'\"" + "".join(c for c in map(chr, range(0x3001)) if c.isspace())
_PATH_SPLIT = re.compile(r"[;|\n]|,(?=\s{0,8}[^\s,][^,]{0,300}\.(?:jpe?g|png|webp|gif|bmp|tiff?)\b)", re.IGNORECASE)


def split_images(text: str) -> list[str]:
    """Split a cell of photo paths or addresses, whatever parts them (``;``, ``,``, ``|``, blanks or lines); no doubles.

    A comma inside an address stays in it. ``//cdn.example/x.jpg`` gets its ``https:``; ``\\`` becomes ``/``.
    """
    if text and _ONE_PATH.fullmatch(text):
        return [text]
    found: dict[str, None] = {}
    text = clean_text(text)
    if text[:1] in ("[", "{"):
        held = read_literal(text)
        if isinstance(held, list | tuple | dict):
            return list(dict.fromkeys(path for path in _list_paths(held) for path in split_images(path)))
    for chunk in _ADDRESS_SPLIT.split(text):
        remote = re.match(r"(?:https?:)?//", chunk, re.IGNORECASE) is not None
        for piece in re.split(r"[;|\n]", chunk) if remote else _PATH_SPLIT.split(chunk):
            piece = piece.strip(_EDGES)
            if not piece:
                continue
            if not remote or not re.match(r"(?:https?:)?//", piece, re.IGNORECASE):
                piece = piece.replace("\\", "/")
            elif piece.startswith("//"):
                piece = f"https:{piece}"
            found.setdefault(piece)
    return list(found)


_PATH_KEYS: Final = (
    "src",
    "url",
    "image",
    "imageurl",
    "href",
    "link",
    "file",
    "path",
    "original",
    "large",
    "mainimage",
)


def _list_paths(held: object, depth: int = 0) -> list[str]:
    """Return the photo paths in a list, or in objects such as ``{"src": …}`` or ``{"1": …, "2": …}``."""
    if isinstance(held, str):
        return [] if held[:1] in ("[", "{") else [held]
    if depth > 4:
        return []
    if isinstance(held, dict):
        named = {_plain_key(key): value for key, value in held.items()}
        chosen = next((named[key] for key in _PATH_KEYS if named.get(key)), None)
        if chosen is not None:
            return _list_paths(chosen, depth + 1)
        return [p for v in held.values() if isinstance(v, dict | list | tuple) or _looks_like_path(v)
                for p in _list_paths(v, depth + 1)]  # fmt: skip
    if isinstance(held, list | tuple):
        return [path for value in held for path in _list_paths(value, depth + 1)]
    return []


def _looks_like_path(value: object) -> bool:
    return (
        isinstance(value, str)
        and re.search(r"^(?:https?:)?//|\.(?:jpe?g|png|webp|gif|bmp|tiff?|avif)\b", value) is not None
    )
