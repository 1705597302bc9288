"""Values of electronic parts in one spelling: 4k7 is 4.7k, 16000 Ohm is 16k, 0.1 µF is 100nF.

Letters that stand for the decimal point: IEC 60062. Signs of units: ISO/IEC 80000. Only what is written with such a
letter or unit is touched.
"""

import re

_PREFIX = {
    "": 0,
    "k": 3,
    "к": 3,
    "千": 3,
    "兆": 6,
    "meg": 6,
    "p": -12,
    "п": -12,
    "n": -9,
    "н": -9,
    "u": -6,
    "µ": -6,
    "μ": -6,
    "мк": -6,
}
_SIGN = {-12: "p", -9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "meg"}
_NUMBER = r"(?<![\w.,])(\d+(?:[.,]\d+)?)"
_OHM = re.compile(_NUMBER + r"[ -]?(k|к|千|兆|meg)?[ -]?(?:ω|ohms?|ом|欧姆?)(?!\w)")
_FARAD = re.compile(_NUMBER + r"[ -]?([pnuµμпн]|мк)(?:f|ф)(?!\w)")
_HENRY = re.compile(_NUMBER + r"[ -]?([nuµμн]|мк)(?:h|гн)(?!\w)")
_POINT = re.compile(r"(?<![\w.,/])(\d{1,3}(?=[kк])|\d(?=[rnpu]))([kкrnpu])(\d?[1-9])(?!\w|[.,]\d)")
_LETTER = re.compile(r"(?<![\w.,/])(\d{1,3})r(?!\w|[.,]\d)")
_HOLDS = re.compile(r"\d[ -]?(?:r|k|к|千|兆|meg|[pnuµμпн]|мк|ω|ohm|ом|欧)")


def spell_parts(text: str) -> str:
    """Return a lower-case text with the values of electronic parts in one spelling each.

    >>> spell_parts("resistor 4k7, 10 kω, 16000 ohm; capacitor 0.1uf")
    'resistor 4.7k, 10k, 16k; capacitor 100nf'
    """
    if not _HOLDS.search(text):
        return text
    text = _LETTER.sub(r"\1 ohm", _POINT.sub(_place_point, text))
    text = _OHM.sub(lambda m: _spell(m[1], m[2] or "", ""), text)
    text = _FARAD.sub(lambda m: _spell(m[1], m[2], "f"), text)
    return _HENRY.sub(lambda m: _spell(m[1], m[2], "h"), text)


def _place_point(found: re.Match[str]) -> str:
    """4k7 is 4.7k, 2r2 2.2 ohm; 4n7 is 4.7nf, for of these letters only a capacitor's leave out their unit."""
    letter = found[2]
    return f"{found[1]}.{found[3]}{'k' if letter in 'kк' else ' ohm' if letter == 'r' else letter + 'f'}"


def _spell(number: str, prefix: str, unit: str) -> str:
    """A value between 1 and 1,000 with the prefix that makes it so; ohms go without their sign where they have one."""
    amount, power = float(number.replace(",", ".")), _PREFIX[prefix]
    while amount >= 1000 and power < 6:
        amount, power = amount / 1000, power + 3
    while 0 < amount < 1 and power > -12 and (unit or power > 0):
        amount, power = amount * 1000, power - 3
    shown = f"{amount:.6f}".rstrip("0").rstrip(".")
    return f"{shown}{_SIGN[power]}{unit}" if unit or power else f"{shown} ohm"
