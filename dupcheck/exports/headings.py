"""What a template's columns are: their headers, the rows of words under them, their units, and which must be filled."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dupcheck.catalog.formats import normalise_header
from dupcheck.exports.books import Grid
from dupcheck.exports.parcels import find_side, find_unit
from dupcheck.files.numbers import parse_number
from dupcheck.titles import align_name, normalise

_MARKED = re.compile(r"^\s*\*|必填|\|1(?:\||$)")
"""How headers mark a column that must be filled: a star, the word, or Shopee's ``key|1|type``."""
_NEEDED = frozenset(
    ("mandatory", "required", "必填", "必須", "wajib", "wajib diisi", "diperlukan", "bắt buộc", "จำเป็น", "บังคับ",
     "obrigatório", "obligatorio", "obligatoire", "obbligatorio", "pflichtfeld", "kailangan")
)  # fmt: skip
"""What a cell of the row under the headers says of a column that must be filled, in the languages of the templates."""
_BRACKETED = re.compile(r"[(（【]([^()（）【】]+)[)）】]")
_CHARACTERS = re.compile(
    r"(\d[\d.,]{0,6})\s*(?:characters?|karakter|caracter(?:e|es)|caractères|caratteri|zeichen|ký tự|ตัวอักษร"
    r"|个?字符|個?字元)",
    re.IGNORECASE,
)
_CHANNEL = re.compile(r"channel[ _]id")


@dataclass(frozen=True)
class Heading:
    """One column: its header, and the words of the rows between the headers and the first row of goods."""

    header: str
    words: tuple[str, ...] = ()
    label: str = ""

    @property
    def shown(self) -> str:
        """The header as one line, with what people call the column where the header is a key."""
        name, label = (" ".join(text.split()) for text in (self.header, self.label))
        return f"{name} ({label})" if label and label != name else name

    @property
    def is_needed(self) -> bool:
        """Whether the template says that it must be filled in every row."""
        return _MARKED.search(self.header) is not None or any(
            " ".join(w.casefold().split()) in _NEEDED for w in self.words
        )

    @property
    def longest(self) -> int:
        """How many characters the words under the header say that a cell takes; 0 where they say nothing."""
        told = (m[1].replace(".", "").replace(",", "") for w in self.words for m in _CHARACTERS.finditer(w))
        return max(map(int, told), default=0)

    @property
    def is_channel(self) -> bool:
        """Whether it switches a way of sending goods on or off, of which one must be on."""
        return _CHANNEL.match(normalise_header(self.header)) is not None

    @property
    def axis(self) -> str:
        """The axis that the words in brackets name, «Variation 1 (Colour)»; "" where none does."""
        found = (m[1] for w in self.words for m in _BRACKETED.finditer(w))
        return next((align_name(t) for t in found if len(normalise(t).split()) == 1), "")

    @property
    def side(self) -> str:
        """Which measure of the parcel the column takes, "" for any other."""
        return find_side(self.header)

    def measure(self, parcel: Mapping[str, str]) -> float | None:
        """Return the side or weight of a parcel (kg, cm) that the column takes, in the unit that it names."""
        known = parse_number(parcel.get(self.side, "")) if self.side else None
        return None if known is None else round(known / find_unit(self.side, (self.header, *self.words)), 4)


def read_headings(grid: Grid, row: int, stop: int) -> list[Heading]:
    """Return the columns of a sheet whose headers stand in ``row`` and whose goods begin in ``stop``, both from 1."""
    headers, under = grid[row - 1], grid[row : stop - 1]
    named = next((line for line in under if _are_names(line, headers)), [])
    return [
        Heading(
            header,
            tuple(line[k] for line in under if k < len(line) and line[k]),
            named[k] if k < len(named) else "",
        )
        for k, header in enumerate(headers)
    ]


def _are_names(line: Sequence[str], headers: Sequence[str]) -> bool:
    """Whether the cells of a row are names of its columns: short, all of them different, one for nearly each."""
    cells = [text for text in line if text]
    return 2 * len(cells) > len(headers) and max(map(len, cells)) <= _LONGEST_NAME and len(set(cells)) == len(cells)


_LONGEST_NAME = 60


def find_goods(grid: Grid, row: int, prices: Sequence[int], titles: Collection[int]) -> list[int]:
    """Return the rows under the headers, from 1, that hold goods: a title, and a number for its price."""
    return [
        number
        for number, line in enumerate(grid[row:], row + 1)
        if any(k < len(line) and line[k] for k in titles)
        and any(k < len(line) and _NUMBER.fullmatch(line[k]) for k in prices)
    ]


_NUMBER = re.compile(r"\s*\d[\d.,]*\s*")
