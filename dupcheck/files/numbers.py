"""Text → number: the one way in which files, drafts and plans are read."""

import math
import re
import unicodedata
from typing import Final, Literal

from dupcheck.run import BOUNDS

Decimal = Literal[".", ","]

_GAPS: Final = re.compile(r"[ '’\u00a0\u202f_]")


_ARABIC: Final = {ord("٬"): ",", ord("٫"): "."}
"""The signs for thousands and decimals that go with Arabic and Persian digits."""


def write_plainly(text: str) -> str:
    """Return a text in which every script's digits and signs are the plain ones.

    A raised or encircled digit is no digit of a number: it stays as it is.

    >>> write_plainly("１２,５"), write_plainly("٣"), write_plainly("5²")
    ('12,5', '3', '5²')
    """
    if text.isascii():
        return text
    return "".join(_plain(c) for c in text.translate(_ARABIC))


def _plain(char: str) -> str:
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    return char if kind == "No" else unicodedata.normalize("NFKC", char)


def parse_number(text: str, decimal: Decimal | None = None, whole: bool = False) -> float | None:
    """Read a number without sign in any of the styles of thousands and decimals; None if it is not one.

    ``decimal`` is the sign of decimals where it is known and settles ``1.005`` and ``1,005``; without it a comma
    before three digits parts thousands and a dot does not. In what is counted in ``whole`` units both do.

    >>> parse_number("1.299,00"), parse_number("1'299"), parse_number("²"), parse_number("9" * 400)
    (1299.0, 1299.0, None, None)
    """
    text = _GAPS.sub("", write_plainly(text))
    if not text.isascii() or not re.fullmatch(r"[0-9.,]*[0-9][0-9.,]*", text):
        return None
    commas, dots = text.count(","), text.count(".")
    if commas and dots:
        last = max(text.rfind(","), text.rfind("."))
        if text.count(text[last]) > 1:
            return None
        text = re.sub(r"[.,]", "", text[:last]) + "." + text[last + 1 :]
    elif commas + dots > 1:
        text = re.sub(r"[.,]", "", text)
    elif commas or dots:
        sign = "," if commas else "."
        head, tail = text.split(sign)
        thousands = len(tail) == 3 and head.strip("0") != "" and len(head) <= 3
        if thousands and (whole or (bool(commas) if decimal is None else decimal != sign)):
            text = head + tail
        else:
            text = f"{head or '0'}.{tail or '0'}"
    if len(text.partition(".")[0].lstrip("0")) > BOUNDS.digits:
        return None
    number = float(text)
    return number if math.isfinite(number) else None


def is_gtin(text: str) -> bool:
    """Say whether a text is the number of a trade item: no code of a seller's own, though it stands in the same place.

    >>> is_gtin("4006381333931"), is_gtin("4006381333932"), is_gtin("EVM20237")
    (True, False, False)
    """
    return text.isdecimal() and text.isascii() and len(text) in (8, 12, 13, 14) and is_checked(text)


def is_numbered(text: str) -> bool:
    """Say whether what stands in the place of a barcode may be one: «Does not apply» is what to write for none.

    >>> is_numbered("4006381333932"), is_numbered("EVM20237"), is_numbered("Does not apply")
    (True, True, False)
    """
    return any(map(str.isdigit, text))


def is_checked(digits: str) -> bool:
    """Say whether the last of a trade item's digits fits the others.

    >>> is_checked("4006381333931"), is_checked("4006381333932")
    (True, False)
    """
    return sum(int(d) * (3 if k % 2 else 1) for k, d in enumerate(reversed(digits))) % 10 == 0
