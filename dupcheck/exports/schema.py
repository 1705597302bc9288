"""What a file of plans has to look like: each is checked whole before any is carried out.

What dupcheck itself does not act on may be there or not, and of any shape.
"""

import re
from typing import Annotated, Any, Literal, cast

import msgspec

from dupcheck.messages import Message, message
from dupcheck.model import Action, Role

_MOST = 10**12
_Text = Annotated[str, msgspec.Meta(max_length=100_000)]
_Amount = Annotated[float, msgspec.Meta(ge=0, le=_MOST)]
_PLACE = re.compile(r"(?P<what>.*?)(?: - at `(?P<place>[^`]*)`)?", re.DOTALL)
_STEP = re.compile(r"\[(\d+|\.\.\.)\]|\.?([^.\[\]]+)")
_LACKS = re.compile(r"Object missing required field `([^`]+)`")
_EXPECTED = re.compile(r"Expected `([^`]+)`(?:.*, got `([^`]+)`)?(.*)", re.DOTALL)


class _Axis(msgspec.Struct):
    name: _Text
    values: list[_Text]


class _Sku(msgspec.Struct):
    listing_id: _Text
    options: dict[_Text, _Text]
    price: _Amount | None
    currency: _Text
    sku_code: _Text
    image: _Text
    gtin: _Text = ""
    stock: Annotated[float, msgspec.Meta(ge=-_MOST, le=_MOST)] | None = None
    replaces: list[_Text] = []


class _Wholesale(msgspec.Struct):
    min_order_quantity: Annotated[int, msgspec.Meta(ge=1, le=_MOST)]
    discount_percent: Annotated[int, msgspec.Meta(ge=0, le=100)]


class _Change(msgspec.Struct):
    listing_id: _Text
    field: _Text
    value: _Text


class _Member(msgspec.Struct):
    listing_id: _Text
    role: Role
    options: dict[_Text, _Text] = {}


class _Answer(msgspec.Struct):
    answer: Literal["same", "option", "different"]
    text: _Text
    leads_to: _Text


class _Question(msgspec.Struct):
    kind: _Text
    text: _Text
    only_here: list[_Text]
    only_there: list[_Text]
    axis: _Text | None
    answers: list[_Answer]
    settles: Annotated[int, msgspec.Meta(ge=0, le=_MOST)]
    listings: list[_Text] = []


class _Plan(msgspec.Struct):
    group_id: _Text
    action: Action
    keep: _Text
    listings: list[_Text]
    title: _Text
    axes: list[_Axis]
    skus: list[_Sku]
    wholesale: _Wholesale | None
    changes: list[_Change] = []
    members: list[_Member] = []
    question: _Question | None = None
    contents: dict[_Text, _Text] = {}
    reasons: list[_Text] = []
    cautions: list[_Text] = []


class PlanError(ValueError):
    """A file of plans is none; ``text`` says where and why."""

    def __init__(self, text: Message) -> None:
        super().__init__(text.key)
        self.text = text


def decode_plans(data: bytes) -> list[dict[str, Any]]:
    """Return the plans of a ``merges.json``. Raises PlanError where any of it is not as it has to be."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        msgspec.json.decode(data, type=list[_Plan])
        return cast(list[dict[str, Any]], msgspec.json.decode(data))
    except msgspec.ValidationError as error:
        raise PlanError(_explain(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PlanError(message("exports.no_json", reason=error)) from None
    except RecursionError:
        raise PlanError(message("exports.nested")) from None


def _explain(text: str) -> Message:
    """Say where something is wrong, counted as a person counts: ``plan 3: skus 1 sku_code is missing``."""
    found = _PLACE.fullmatch(text)
    what, place = (found["what"], found["place"] or "$") if found else (text, "$")
    steps = [index or name for index, name in _STEP.findall(place.removeprefix("$"))]
    if not steps:
        return message("exports.plans_no_list")
    number = int(steps[0]) + 1 if steps[0].isdigit() else 1
    names = " ".join(str(int(s) + 1) if s.isdigit() else s for s in steps[1:]) or "-"
    lacks = _LACKS.match(what)
    if lacks is not None:
        return message("exports.plan_lacks", number=number, place="" if names == "-" else f"{names} ", key=lacks[1])
    expected = _EXPECTED.match(what)
    if expected is None:
        return message("exports.plan_wrong", number=number, place=names, reason=what)
    wanted = f"{expected[1]}{expected[3]}"
    if expected[2]:
        return message("exports.plan_other", number=number, place=names, expected=wanted, came=expected[2])
    return message("exports.plan_wrong", number=number, place=names, reason=wanted)
