"""What requests and answers look like. Descriptions are keys of the texts: the OpenAPI document is in two languages."""

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StrictFloat,
    StrictInt,
    StrictStr,
    Tag,
    field_validator,
)

from dupcheck.decisions import DecisionKind
from dupcheck.ledger.book import ClaimState
from dupcheck.ledger.records import TTL

MOST_SECONDS = 31 * 86_400
MOST_PHOTOS = 50
"""Photos of a draft beside its main one."""
KEY = r'^([!#-.0-~]{1,200}|"[!#-.0-~]{1,200}")$'
"""An ``Idempotency-Key``: visible ASCII, in quotation marks or without; no ``/``, because it stands in addresses."""

_Text = StrictStr | None
_Code = StrictStr | StrictInt | None
_Number = StrictInt | StrictFloat | StrictStr | None


def _field(key: str) -> Any:
    return Field(default=None, description=f"serve.field_{key}")


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DraftSku(_Shape):
    """One thing a buyer can choose in a draft."""

    options: dict[str, StrictStr] = Field(description="serve.field_options", min_length=1)
    price: _Number = _field("price")
    currency: _Text = _field("currency")
    sku_code: _Code = _field("sku_code")
    gtin: _Code = _field("gtin")
    stock: _Number = _field("stock")
    image: _Text = _field("main_image")


class Draft(_Shape):
    """A listing that is not published yet, by the catalogue's column names."""

    title: StrictStr = Field(description="serve.field_title", min_length=1)
    listing_id: _Code = _field("listing_id")
    price: _Number = _field("price")
    price_max: _Number = _field("price_max")
    currency: _Text = _field("currency")
    category: _Text = _field("category")
    main_image: _Text = _field("main_image")
    images: StrictStr | Annotated[list[StrictStr], Field(max_length=MOST_PHOTOS)] | None = _field("images")
    image_phash: _Text = _field("image_phash")
    attributes: StrictStr | dict[str, StrictStr | StrictInt | StrictFloat | None] | None = _field("attributes")
    skus: list[DraftSku] | None = _field("skus")
    shop: _Text = _field("shop")
    sku_code: _Code = _field("sku_code")
    gtin: _Code = _field("gtin")
    min_order_quantity: _Number = _field("min_order_quantity")
    lot_size: _Number = _field("lot_size")
    bulk_price: _Number = _field("bulk_price")
    stock: _Number = _field("stock")
    sales: _Number = _field("sales")
    reviews: _Number = _field("reviews")
    created: _Text = _field("created")
    url: _Text = _field("url")
    description: _Text = _field("description")

    @field_validator("images")
    @classmethod
    def _count_photos(cls, images: str | list[str] | None) -> str | list[str] | None:
        if isinstance(images, str) and images.count(";") >= MOST_PHOTOS:
            raise ValueError(MOST_PHOTOS)
        return images

    def as_row(self) -> dict[str, Any]:
        """Return what the client said, as :func:`dupcheck.check` takes it."""
        return self.model_dump(exclude_unset=True)


def _is_list(value: object) -> str:
    return "many" if isinstance(value, list) else "one"


Drafts = Annotated[
    Annotated[Draft, Tag("one")] | Annotated[list[Draft], Field(min_length=1), Tag("many")], Discriminator(_is_list)
]
"""One draft, or a list of them."""


class ClaimRequest(_Shape):
    """A draft that someone wants to publish."""

    draft: Draft
    token: StrictStr = Field(default="", description="serve.field_one_time")
    ttl: float = Field(
        default=TTL, strict=True, allow_inf_nan=False, ge=1, le=MOST_SECONDS, description="serve.field_ttl"
    )
    override: StrictStr = Field(default="", description="serve.field_override")


class TokenRequest(_Shape):
    """A draft for which someone wants a one-time token."""

    draft: Draft
    ttl: float = Field(
        default=TTL, strict=True, allow_inf_nan=False, ge=1, le=MOST_SECONDS, description="serve.field_ttl"
    )


class PublishRequest(_Shape):
    """What is told when a draft was published."""

    token: StrictStr = Field(default="", description="serve.field_one_time")
    listing_id: StrictStr = Field(default="", description="serve.field_new_id")
    override: StrictStr = Field(default="", description="serve.field_override")


class ReleaseRequest(_Shape):
    """Why a claim is given back, where it was published already."""

    token: StrictStr = Field(default="", description="serve.field_one_time")
    override: StrictStr = Field(default="", description="serve.field_override")


class DecisionRequest(_Shape):
    """What was decided about listings."""

    listings: list[StrictStr] = Field(
        min_length=2, max_length=100, description="serve.field_listings", json_schema_extra={"uniqueItems": True}
    )
    decision: DecisionKind = Field(description="serve.field_decision")
    reason: StrictStr = Field(default="", description="serve.field_reason")
    drafts: list[Draft] = Field(default=[], description="serve.field_drafts")


class Note(BaseModel):
    """Something in a draft that a person should know of."""

    field: str
    severity: Literal["error", "warning", "info"]
    message: str


class Decided(BaseModel):
    """A decision about the draft and another listing."""

    listing_id: str
    decision: DecisionKind
    reason: str
    in_force: bool


class Held(BaseModel):
    """A listing that the answer names, and that the ledger alone knows of."""

    listing_id: str
    state: Literal["claimed", "published"]
    since: str


class CheckAnswer(BaseModel):
    """What would happen if a draft were published."""

    listing_id: str
    verdict: Literal["publish", "advice", "duplicate"]
    advice: str
    pairs: list[dict[str, Any]] = Field(description="serve.field_pairs")
    nearest: dict[str, Any] | None = Field(description="serve.field_nearest")
    likely: dict[str, Any] | None = Field(description="serve.field_likely")
    plan: dict[str, Any] | None = Field(description="serve.field_plan")
    proved: bool | None = Field(description="serve.field_proved")
    problems: list[Note]
    decisions: list[Decided]
    ledger: list[Held]


class CheckAnswers(BaseModel):
    """One answer a draft, in their order."""

    answers: list[CheckAnswer]


class ClaimFacts(BaseModel):
    """What became of a key."""

    key: str
    token: str | None = Field(description="serve.field_told_token")
    state: ClaimState
    granted: bool = Field(description="serve.field_granted")
    replayed: bool = Field(description="serve.field_replayed")
    claimed: str
    expires: str
    override: str
    person: str
    listing_id: str


class TokenFacts(BaseModel):
    """A one-time token."""

    token: str
    person: str
    issued: str
    expires: str


class TokenAnswer(CheckAnswer):
    """The answer for a draft, and the token that was drawn for it."""

    ticket: TokenFacts


class ClaimAnswer(CheckAnswer):
    """The answer for a draft, and what became of the key."""

    claim: ClaimFacts


class DecisionEntry(BaseModel):
    """One decision about two listings."""

    listings: list[str]
    decision: DecisionKind
    reason: str
    contents: list[str]
    decided: str
    person: str


class DecisionList(BaseModel):
    """Decisions, as ``dupcheck decide --from`` reads them."""

    format: Literal[1]
    decisions: list[DecisionEntry]


class Recorded(BaseModel):
    """How many decisions were recorded."""

    recorded: int


class Withdrawn(BaseModel):
    """How many decisions were withdrawn."""

    withdrawn: int


class Rules(BaseModel):
    """The rules that are asked, as in ``audit.json``."""

    pack: str
    title: str
    note: str
    set: list[str]
    sources: list[dict[str, Any]]
    penalty: list[str]
    rules: list[dict[str, Any]]


class Health(BaseModel):
    """The server is alive."""

    status: Literal["ok"]


class Readiness(BaseModel):
    """The server can answer, and from which catalogue."""

    status: Literal["ready", "stale"]
    listings: int
    taken: str


class ProblemField(BaseModel):
    """What is wrong with one field of a request."""

    field: str
    detail: str


class ProblemDocument(BaseModel):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ProblemField] = []
