"""The nouns. Everything here is frozen and does no input or output.

Numbers that are missing are ``None`` in a single listing and ``NaN`` in a column; texts that are missing are ``""``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from dupcheck.messages import Lang, Message

if TYPE_CHECKING:
    import pandas as pd

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Columns = Mapping[str, npt.NDArray[Any]]
"""Columns of one length, by name: texts are arrays of ``str`` objects, numbers are float64."""

Severity = Literal["error", "warning", "info"]
Verdict = Literal["duplicate", "advice"]
Role = Literal["keep", "fold", "remove", "differentiate", "allowed", "ask"]
Action = Literal["merge_variants", "wholesale_tier", "remove_duplicates", "differentiate", "ask", "none"]
Reply = Literal["same", "option", "different"]
"""What a seller can say of a difference: it is none, it is a choice within one listing, it is another product."""

TEXT_COLUMNS = (
    "listing_id", "title", "currency", "category", "main_image", "attributes", "shop", "images", "sku_code", "gtin",
    "image_phash", "created", "url", "description", "other",
)  # fmt: skip
NUMBER_COLUMNS = (
    "price", "price_max", "bulk_price", "min_order_quantity", "lot_size", "stock", "sales", "reviews",
)  # fmt: skip
SKU_TEXT_COLUMNS = ("options", "currency", "sku_code", "gtin", "image", "other")
SKU_NUMBER_COLUMNS = ("price", "stock")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the input that a person should know of.

    Attributes:
        row: The row as a spreadsheet program counts, its header in row 1; None: it is no single row's fault.
        listing_id: The listing, "" where it is none's.
        field: The field, "" where it is none's.
        severity: "error", "warning" or "info".
        text: What it is: ``text.say("en")``.

    Examples:
        >>> import dupcheck as dc
        >>> catalog = dc.read_catalog("sample_catalog/catalog.csv")
        >>> {p.severity for p in catalog.problems} <= {"error", "warning", "info"}
        True
    """

    row: int | None
    listing_id: str
    field: str
    severity: Severity
    text: Message


@dataclass(frozen=True, slots=True)
class Sku:
    """One thing a buyer can choose in a listing.

    Attributes:
        options: Option → value.
        price: The price, in ``currency``; None: not stated.
        currency: Its currency, or "" for the listing's.
        sku_code: The seller's own code.
        gtin: The barcode number.
        stock: Pieces in stock; None: not stated.
        image: Its photo.
        other: What its row held in columns that dupcheck does not read, by header.

    Examples:
        >>> import dupcheck as dc
        >>> dc.Sku({"Color": "Red"}, price=5.99).options
        {'Color': 'Red'}
    """

    options: Mapping[str, str] = field(default_factory=dict)
    price: float | None = None
    currency: str = ""
    sku_code: str = ""
    gtin: str = ""
    stock: float | None = None
    image: str = ""
    other: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listing:
    """One listing as the seller holds it. Texts that are missing are "", numbers None.

    Attributes:
        listing_id: Its id.
        title: Its title.
        price: The price, in ``currency``; of a range the lower end.
        price_max: The higher end of a price range, in ``currency``.
        currency: The currency.
        category: The category.
        main_image: The main photo: a path or an address.
        attributes: Name → value.
        shop: The shop.
        images: Further photos.
        sku_code: The seller's own code.
        gtin: The barcode number.
        image_phash: A 64-bit pHash in hex, used where there is no picture.
        min_order_quantity: The smallest order, in pieces.
        lot_size: Pieces sold together.
        bulk_price: The wholesale price of a piece, in ``currency``.
        stock: Pieces in stock.
        sales: Pieces sold.
        reviews: The number of reviews.
        created: The date it was published.
        url: Its address.
        description: The description.
        skus: What a buyer can choose; without options a listing is its own only SKU.
        source: The row of the seller's file as it stood there, header → cell; None: it came from no file.
        other: What its row held in columns that dupcheck does not read, by header: it goes where the listing goes.

    Examples:
        >>> import dupcheck as dc
        >>> dc.Listing("N-1", "Silk tie", price=5.99, currency="USD").skus
        ()
    """

    listing_id: str
    title: str
    price: float | None = None
    price_max: float | None = None
    currency: str = ""
    category: str = ""
    main_image: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    shop: str = ""
    images: tuple[str, ...] = ()
    sku_code: str = ""
    gtin: str = ""
    image_phash: str = ""
    min_order_quantity: float | None = None
    lot_size: float | None = None
    bulk_price: float | None = None
    stock: float | None = None
    sales: float | None = None
    reviews: float | None = None
    created: str = ""
    url: str = ""
    description: str = ""
    skus: tuple[Sku, ...] = ()
    other: Mapping[str, str] = field(default_factory=dict)
    source: Mapping[str, str] | None = field(default=None, compare=False, repr=False)
    """The row of the seller's file as it stood there, header → cell; None: it came from no file."""


DOCUMENT = "{}"
"""Stands in place of a header where a listing was an object of a JSON file: its only cell is the object's text."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A listing as its file had it.

    ``format`` names the file's format, ``fields`` what its headers were read as. ``rows`` are all rows that make up the
    listing, header → cell; ``skus`` those of its SKUs, in their order, none where SKUs have no rows of their own.
    """

    format: str
    fields: Mapping[str, str]
    rows: tuple[Mapping[str, str], ...]
    skus: tuple[Mapping[str, str], ...] = ()

    def find_header(self, field_name: str) -> str:
        """Return the first header that was read as a field, "" where none was."""
        return next((h for h, names in self.fields.items() if field_name in names.split(", ")), "")


@dataclass(frozen=True)
class Origins:
    """The rows of one table as the seller had them, and which of them make up each listing.

    ``ids`` are the listings made of it and ``rows`` the row at which each begins; ``numbers`` the row of each record.
    ``groups`` tells by row which records a listing and its SKUs are; without it each is its one record.
    """

    format: str
    fields: Mapping[str, str]
    headers: tuple[str, ...]
    columns: tuple[npt.NDArray[np.object_], ...]
    numbers: IntArray
    ids: npt.NDArray[np.object_]
    rows: IntArray
    groups: Mapping[int, tuple[tuple[int, ...], tuple[int, ...]]] | None = None

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {str(i): row for i, row in zip(self.ids.tolist(), self.rows.tolist(), strict=True)}

    @cached_property
    def _records(self) -> Mapping[int, int]:
        return {row: k for k, row in enumerate(self.numbers.tolist())}

    def _row(self, record: int) -> Mapping[str, str]:
        return {h: str(c[record]) for h, c in zip(self.headers, self.columns, strict=True) if h}

    def find(self, listing_id: str) -> Origin | None:
        """Return the rows of a listing, None where it is not from this table."""
        row = self._places.get(listing_id)
        if row is None:
            return None
        if self.groups is None:
            return Origin(self.format, self.fields, (self._row(self._records[row]),))
        records, skus = self.groups.get(row, ((), ()))
        if not records:
            return None
        return Origin(self.format, self.fields, tuple(map(self._row, records)), tuple(map(self._row, skus)))

    def first_row(self, listing_id: str) -> Mapping[str, str] | None:
        """Return the first row of a listing."""
        row = self._places.get(listing_id)
        if row is None:
            return None
        if self.groups is None:
            return self._row(self._records[row])
        records, _ = self.groups.get(row, ((), ()))
        return self._row(records[0]) if records else None


@dataclass(frozen=True, slots=True)
class Source:
    """How one table of a file was read.

    ``rows`` are the rows fed, each of which began a listing (``listings``), became a part of one (``joined``, of them
    ``skus`` as its SKUs), or is told in the problems (``told``): the three always add up to it. ``unused`` are the
    headers of columns that hold no field, ``reasons`` why, by header; ``facts`` those that no format knows and that are
    attributes; ``doubt`` other encodings that are nearly as likely.
    """

    path: str
    format: str
    title: Message
    sheet: str = ""
    encoding: str = ""
    doubt: tuple[str, ...] = ()
    delimiter: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[str, ...] = ()
    rows: int = 0
    listings: int = 0
    joined: int = 0
    skus: int = 0
    told: int = 0


_IN_A_CELL = 10
"""Listings that a notebook's cell shows of a catalogue."""


@dataclass(frozen=True)
class Catalog:
    """Listings as columns, and what was wrong with the files they came from.

    Attributes:
        columns: One row a listing: ``TEXT_COLUMNS`` (strings, "" = missing), ``NUMBER_COLUMNS`` (float64, NaN =
            missing) and ``row`` (int64, its row as a spreadsheet program counts; of objects their number, from 1).
            ``attributes`` is canonical text: ``Name=Value; Name=Value`` or a JSON object. ``images`` is joined by
            ``;``. ``other`` is a JSON object: what stood in columns that hold no field, by header.
        sku_columns: One row a SKU of the listings that hold options: ``listing`` (int64, a position, ascending),
            ``SKU_TEXT_COLUMNS`` and ``SKU_NUMBER_COLUMNS``; ``options`` has the form of ``attributes``.
        problems: What was wrong: :class:`Problem`.
        image_root: The folder that relative photo paths start from; no photo outside it is opened.
        sources: The files.
        mapping: Which header held which field.
        tables: How each table of the files was read: :class:`Source`.
        origins: The rows of the files as the seller had them; a catalogue that was kept or made of listings has none.

    Examples:
        >>> import dupcheck as dc
        >>> catalog = dc.read_catalog("sample_catalog/catalog.csv")
        >>> catalog.table.loc[0, "listing_id"]
        'A-101'
    """

    columns: Columns
    sku_columns: Columns
    problems: tuple[Problem, ...] = ()
    image_root: Path | None = None
    sources: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    tables: tuple[Source, ...] = ()
    origins: tuple[Origins, ...] = field(default=(), compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.columns["listing_id"])

    def __repr__(self) -> str:
        files = ", ".join(Path(file).name for file in self.sources)
        return f"<Catalog of {len(self)} listings{f': {files}' if files else ''}>"

    def _repr_html_(self) -> str:
        first = make_frame({name: column[:_IN_A_CELL] for name, column in self.columns.items()})
        filled = first.loc[:, [name for name in first if name != "row" and (first[name] != "").any()]]
        shown: str = filled.to_html(index=False, na_rep="", notebook=True)
        return f'<div class="dupcheck"><p>{escape(repr(self))}</p>{shown}</div>'

    @cached_property
    def ids(self) -> npt.NDArray[np.object_]:
        """The listing ids, in the catalogue's order."""
        return self.column("listing_id")

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """The position of each listing id."""
        return {listing_id: i for i, listing_id in enumerate(self.ids)}

    @cached_property
    def table(self) -> "pd.DataFrame":
        """``columns`` as a table, its index 0 … n-1."""
        return make_frame(self.columns)

    @cached_property
    def skus(self) -> "pd.DataFrame":
        """``sku_columns`` as a table."""
        return make_frame(self.sku_columns)

    def trace(self, listing_id: str) -> Origin | None:
        """Return a listing's rows as its file had them, None where no file is known."""
        return next((o for origins in self.origins if (o := origins.find(listing_id)) is not None), None)

    def column(self, name: str) -> npt.NDArray[np.object_]:
        """Return a text column as an array of ``str``."""
        return self.columns[name]

    def numbers(self, name: str) -> FloatArray:
        """Return a number column as an array of float64, NaN where it is missing."""
        values: FloatArray = self.columns[name].astype(np.float64, copy=False)
        return values

    @cached_property
    def with_skus(self) -> frozenset[int]:
        """The positions of the listings that hold options."""
        return frozenset(self.sku_columns["listing"].tolist())

    def count_skus(self) -> int:
        """Return how many things a buyer can choose: a listing without options is one."""
        return len(self) - len(self.with_skus) + len(self.sku_columns["listing"])


def make_frame(columns: Columns) -> "pd.DataFrame":
    """Return columns as a table for a person's notebook; texts stay Python strings."""
    import pandas as pd  # half a second that only those pay who look at tables

    return pd.DataFrame(
        {n: pd.Series(c, dtype=object) if c.dtype == object else c for n, c in columns.items()}, columns=list(columns)
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """One axis two listings differ on, with each one's value; "" where a listing does not state it.

    ``written`` is each value as its seller wrote it, "" where that was not looked for or not found.
    """

    axis: str
    left: str
    right: str
    written: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a rule, held against one pair."""

    signal: str
    side: Literal["min", "max"]
    limit: float
    value: float
    state: Literal["held", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Addend:
    """One reason, by name, and what it adds to the log-odds of being one product; below 0 it speaks against.
    ``chance`` is the probability once it and all before it are added.
    """

    reason: str
    amount: float
    chance: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """A probability as a sum: where it starts before anything is seen, and what each reason adds, the weightiest first.

    ``said`` is what the seller has answered about the pair, which stands whatever the sum is; None where nothing is.
    """

    start: float
    addends: tuple[Addend, ...]
    said: bool | None = None

    @property
    def chance(self) -> float:
        """The probability that the two are one product, 0 … 1, as the sum gives it."""
        return self.addends[-1].chance if self.addends else self.start


@dataclass(frozen=True, slots=True)
class Member:
    """A listing's place in a group. ``partner`` is the listing it is closest to there, ``rule`` what joins the two."""

    listing_id: str
    role: Role
    rule: str
    options: Mapping[str, str]
    partner: str
    explanation: Message


@dataclass(frozen=True, slots=True)
class Group:
    """Listings that should be one. ``weakest`` is the caught pair of least strength, ``strength`` that in 0 … 1."""

    group_id: str
    verdict: Verdict
    rules: tuple[str, ...]
    listings: tuple[str, ...]
    weakest: tuple[str, str]
    weakest_rule: str
    strength: float


@dataclass(frozen=True, slots=True)
class Axis:
    """An option axis of a planned listing, values in the order a buyer should see them."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedSku:
    """One row of a plan's SKU table, and the listing it comes from.

    ``replaces`` names the other listings that offered the same: this SKU now stands for theirs.
    """

    listing_id: str
    options: Mapping[str, str]
    price: float | None
    currency: str
    sku_code: str
    image: str
    gtin: str = ""
    stock: float | None = None
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wholesale:
    """One wholesale tier: from ``min_order_quantity`` pieces on, ``discount_percent`` off every SKU's price."""

    min_order_quantity: int
    discount_percent: int


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one listing that should be changed.

    ``field`` is title, description, main_image or ``attributes.NAME``; ``value`` what to put there, "" where only the
    seller can make it (a photo of its own); ``text`` says the same in words.
    """

    listing_id: str
    field: str
    value: str
    text: Message

    def as_dict(self, lang: Lang = "en") -> dict[str, object]:
        """Return the change as ``merges.json`` holds it."""
        return {"listing_id": self.listing_id, "field": self.field, "value": self.value, "text": self.text.say(lang)}


@dataclass(frozen=True, slots=True)
class Question:
    """What only the seller can say before listings are merged or removed; one for all that differ in the same way.

    ``kind`` is the key under which an answer is remembered. ``only_here`` and ``only_there`` are the words that the
    listing to keep and the others have and no option explains; ``axis`` is the axis, or attribute, in question, or "".
    ``listings`` are those whose place waits for the answer, ``settles`` how many listings of the whole
    catalogue wait for it.
    """

    kind: str
    text: Message
    listings: tuple[str, ...]
    only_here: tuple[str, ...] = ()
    only_there: tuple[str, ...] = ()
    axis: str = ""
    replies: tuple[tuple[Reply, Message, Message], ...] = ()
    settles: int = 0

    def as_dict(self, lang: Lang = "en") -> dict[str, object]:
        """Return the question as ``merges.json`` holds it."""
        return {
            "kind": self.kind,
            "text": self.text.say(lang),
            "listings": list(self.listings),
            "only_here": list(self.only_here),
            "only_there": list(self.only_there),
            "axis": self.axis or None,
            "answers": [
                {"answer": reply, "text": text.say(lang), "leads_to": leads.say(lang)}
                for reply, text, leads in self.replies
            ],
            "settles": self.settles,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """How to mend one group, or how to tell listings apart that are in no group.

    Attributes:
        group_id: The group, "" where it is advice about listings in none.
        action: "merge_variants", "wholesale_tier", "remove_duplicates", "differentiate", "ask" or "none".
        keep: The listing that stays. In advice it may be one outside ``listings``: it stays as it is.
        listings: Those that the plan is about; in a plan that asks, those that the question concerns.
        title: The title of what is left, without words of its options.
        axes: Its options, each with its values in the order a buyer should see them.
        skus: Its SKUs, each with the listing it comes from.
        wholesale: The wholesale price: from so many pieces on, so many % off; None: there is none.
        reasons: Why.
        cautions: What to look at before doing it.
        members: Each listing's role, rule and options.
        changes: Which field of which listing to change to what.
        question: What only the seller can say. A plan that acts may have one too, about members (role "ask") that it
            does not touch.

    Examples:
        >>> import dupcheck as dc
        >>> plans = dc.audit("sample_catalog/catalog.csv").plans
        >>> all(plan.keep not in plan.offline for plan in plans)
        True
    """

    group_id: str
    action: Action
    keep: str
    listings: tuple[str, ...]
    title: str
    axes: tuple[Axis, ...]
    skus: tuple[PlannedSku, ...]
    wholesale: Wholesale | None
    reasons: tuple[Message, ...]
    cautions: tuple[Message, ...]
    members: tuple[Member, ...]
    changes: tuple[Change, ...] = ()
    question: Question | None = None

    @property
    def concerned(self) -> tuple[str, ...]:
        """The listings that the plan is about, and those beside them that wait for an answer."""
        return tuple(dict.fromkeys((*self.listings, *(m.listing_id for m in self.members if m.role == "ask"))))

    @property
    def offline(self) -> tuple[str, ...]:
        """The listings to take offline once the plan is carried out."""
        return tuple(m.listing_id for m in self.members if m.role in ("fold", "remove"))

    def as_dict(self, lang: Lang = "en") -> dict[str, object]:
        """Return the plan as ``merges.json`` holds it."""
        return {
            "group_id": self.group_id,
            "action": self.action,
            "keep": self.keep,
            "listings": list(self.listings),
            "title": self.title,
            "axes": [{"name": a.name, "values": list(a.values)} for a in self.axes],
            "skus": [
                {
                    "listing_id": s.listing_id,
                    "options": dict(s.options),
                    "price": s.price,
                    "currency": s.currency,
                    "sku_code": s.sku_code,
                    "image": s.image,
                    "gtin": s.gtin,
                    "stock": s.stock,
                    "replaces": list(s.replaces),
                }
                for s in self.skus
            ],
            "wholesale": None
            if self.wholesale is None
            else {
                "min_order_quantity": self.wholesale.min_order_quantity,
                "discount_percent": self.wholesale.discount_percent,
            },
            "changes": [c.as_dict(lang) for c in self.changes],
            "reasons": [m.say(lang) for m in self.reasons],
            "cautions": [m.say(lang) for m in self.cautions],
            "question": None if self.question is None else self.question.as_dict(lang),
        }
