"""The titles of a catalogue in tokens, as it reads them: kept as numbers, so that no title is read a second time."""

from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from typing import Self

import numpy as np
import numpy.typing as npt

from dupcheck.files.arrays import Array, Arrays, Texts
from dupcheck.titles import Token

_Titles = npt.NDArray[np.object_]


class ReadTitles:
    """Title i consists of the ``tokens`` numbered ``items[start[i]:start[i + 1]]``."""

    def __init__(self, titles: _Titles, start: Array, items: Array, tokens: Sequence[Token]) -> None:
        self.titles, self.start, self.items, self.tokens = titles, start, items, tokens

    @classmethod
    def make(cls, titles: _Titles, read: Sequence[Sequence[Token]]) -> Self:
        """Return titles with what each was ``read`` as."""
        numbers: dict[Token, int] = {}
        items = [numbers.setdefault(token, len(numbers)) for token in chain.from_iterable(read)]
        start = np.cumsum([0, *map(len, read)])
        return cls(titles, start, np.array(items, dtype=np.int32), list(numbers))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {title: k for k, title in enumerate(self.titles)}

    def find(self, title: str) -> tuple[Token, ...] | None:
        """Return what a title was read as; None for one that is not among these."""
        k = self._places.get(title)
        if k is None:
            return None
        return tuple([self.tokens[i] for i in self.items[self.start[k] : self.start[k + 1]].tolist()])

    def pack(self) -> Arrays:
        """Return what makes this again, beside the titles."""
        arrays: dict[str, Array] = {"start": self.start, "items": self.items}
        for field in Token._fields:
            packed = Texts.pack(getattr(token, field) for token in self.tokens)
            arrays |= {f"{field}.data": packed.data, f"{field}.start": packed.start}
        return arrays

    @classmethod
    def unpack(cls, arrays: Arrays, titles: _Titles) -> Self:
        """Return what was packed of these titles."""
        columns = [Texts(arrays[f"{field}.data"], arrays[f"{field}.start"]) for field in Token._fields]
        tokens = [Token(*texts) for texts in zip(*columns, strict=True)]
        return cls(titles, arrays["start"], arrays["items"], tokens)
