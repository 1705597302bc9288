"""What a catalogue's own titles teach of how they are read: learned once, extended by what comes later, kept as arrays.

Its parts share one protocol: ``pack`` gives arrays and, for what is none, values that JSON holds; ``unpack`` makes the
part of these again, looking up where they lie what is large.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from dupcheck.files.arrays import Array, Arrays, Packed, name_arrays, take_named
from dupcheck.learned.frames import Frames
from dupcheck.learned.lexicon import Lexicon, extend_lexicon
from dupcheck.learned.tails import Tails


@dataclass(frozen=True)
class Taught:
    """``lexicon``: words; ``tails``: names and the choices behind them; ``frames``: choices amid a title; ``stray``:
    words that are but a piece of a value where they stand alone.
    """

    lexicon: Lexicon = field(default_factory=Lexicon)
    tails: Tails = field(default_factory=Tails)
    frames: Frames = field(default_factory=Frames)
    stray: frozenset[str] = frozenset()

    @property
    def named(self) -> frozenset[str]:
        """The axes that no table of axes holds."""
        return self.tails.named | self.frames.named

    def split(self, title: str) -> tuple[str, list[tuple[str, str]]]:
        """Return a title's head and the slots behind it."""
        return self.tails.split(title, self.lexicon.aliases)

    def extend(self, texts: Sequence[str], options: Iterable[tuple[str, str]], near: Sequence[str]) -> Self:
        """Return what is known after a few more listings: only words are added."""
        return replace(self, lexicon=extend_lexicon(self.lexicon, texts, options, near))

    def pack(self) -> Packed:
        """Return what makes this again."""
        arrays: dict[str, Array] = {}
        facts: dict[str, Any] = {"stray": sorted(self.stray)}
        for name, part in (("lexicon", self.lexicon), ("tails", self.tails), ("frames", self.frames)):
            packed = part.pack()
            arrays |= name_arrays(name, packed.arrays)
            facts[name] = packed.facts
        return Packed(arrays, facts)

    @classmethod
    def unpack(cls, arrays: Arrays, facts: Mapping[str, Any]) -> Self:
        """Return what was packed."""
        lexicon, tails, frames = (
            Packed(take_named(name, arrays), facts[name]) for name in ("lexicon", "tails", "frames")
        )
        return cls(Lexicon.unpack(lexicon), Tails.unpack(tails), Frames.unpack(frames), frozenset(facts["stray"]))
