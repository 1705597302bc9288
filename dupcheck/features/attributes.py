"""A listing's attributes under the names of axes; and, as columns, what they are called and what they say."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from dupcheck.axes import AXES, MEASURED, OPTION_AXES, pick_axes
from dupcheck.catalog.values import MISSING, parse_attributes
from dupcheck.features.schema import Books
from dupcheck.files.arrays import Rows
from dupcheck.learned.tails import UNNAMED
from dupcheck.model import Catalog
from dupcheck.titles import align_name, normalise, read_title, read_value
from dupcheck.titles.vocabulary import load_vocabulary

_IDENTIFYING = frozenset(pick_axes(lambda axis: axis.weight > 1 or axis.role == "code"))
_NO_AGREEMENT = frozenset(
    pick_axes(lambda axis: axis.role in ("option", "code", "shipping") or axis.values == "measure")
)
_MAKERS = ("brand", "manufacturer")
_OPTIONS = frozenset(OPTION_AXES)
_VARYING = frozenset({*OPTION_AXES, *MEASURED})

_Weighed = tuple[list[int], list[float]]


@dataclass(frozen=True)
class Attributes:
    """Each listing's attributes under the names of axes; listings whose attributes are written alike share a row:
    listing i has ``distinct[kinds[i]]``.
    """

    distinct: Sequence[Mapping[str, str]]
    kinds: Sequence[int]

    @cached_property
    def rows(self) -> list[Mapping[str, str]]:
        """The attributes of each listing."""
        return [self.distinct[kind] for kind in self.kinds]

    def without_makers(self, names: Collection[str]) -> "Attributes":
        """Return the attributes with no brand where one of these ``names`` stands for it."""
        if not names:
            return self
        told = [
            {axis: value for axis, value in row.items() if axis != "brand"}
            if read_value("brand", row.get("brand", "")) in names
            else row
            for row in self.distinct
        ]
        return Attributes(told, self.kinds)

    def list_options(self) -> Iterator[tuple[str, str]]:
        """Every (axis, value) of the listings' option columns."""
        return ((name, value) for row in self.distinct for name, value in row.items() if name in _OPTIONS)


def read_attributes(catalog: Catalog, houses: Collection[str] = ()) -> Attributes:
    """Return the attributes of a catalogue's listings, with no brand where one of the ``houses`` stands for it."""
    known: dict[str, int] = {}
    kinds = [known.setdefault(text, len(known)) for text in catalog.column("attributes")]
    return Attributes([_read_row(text) for text in known], kinds).without_makers(houses)


def _read_row(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in parse_attributes(text).items():
        axis = align_name(name)
        if says_nothing(axis, value):
            continue
        if axis == "compatible" and _is_number_told(value) and not _is_number_told(found.get(axis, value)):
            found[axis] = value  # the model, where a brand stands beside it
        found.setdefault(axis, value)
    if UNNAMED in found and len(told := {axis for axis, _ in _values_in(found[UNNAMED])}) == 1:
        found.setdefault(told.pop(), found.pop(UNNAMED))
    return found


def says_nothing(axis: str, value: str) -> bool:
    """Whether what stands for an attribute is none: it is empty, or, for a maker, «n/a» or «no brand»."""
    text = value.strip().casefold()
    return not text or (axis in _MAKERS and (text in MISSING or normalise(value) in load_vocabulary().no_brand))


def _is_number_told(text: str) -> bool:
    return any(c.isdigit() for c in text)


@lru_cache(maxsize=100_000)
def _values_in(text: str) -> tuple[tuple[str, str], ...]:
    """The axes and values of a text that is nothing but values of axes on which options vary; else none."""
    tokens = [t for t in read_title(text).tokens if t.axis != "noise"]
    return tuple((t.axis, t.value) for t in tokens) if all(t.axis in _VARYING for t in tokens) else ()


def make_attribute_matrices(
    attributes: Attributes, stated: Sequence[Mapping[str, str]], options: Collection[str], books: Books
) -> dict[str, Rows]:
    """Return the names and values of the attributes that are no option axis.

    They are weighted so that dot products add up agreement. An attribute that only says again what its listing states
    on an axis («Cable Length=2m») is a difference where it differs, not disagreement.
    """
    made: dict[tuple[int, frozenset[str]], tuple[_Weighed, _Weighed]] = {}
    varying = [
        {name: told for name, value in row.items() if name not in _IDENTIFYING and (told := _values_in(value))}
        for row in attributes.distinct
    ]
    rows = []
    for kind, axes in zip(attributes.kinds, stated, strict=True):
        again = frozenset(
            name
            for name, told in varying[kind].items()
            if all(value in axes.get(axis, "").split("|") for axis, value in told)
        )
        if (kind, again) not in made:
            row = attributes.distinct[kind]
            made[kind, again] = _weigh_row({n: v for n, v in row.items() if n not in again | set(options)}, books)
        rows.append(made[kind, again])
    return {
        "attribute_names": Rows.stack([names for names, _ in rows], books["names"].width),
        "attribute_values": Rows.stack([values for _, values in rows], books["values"].width),
    }


def _weigh_row(row: Mapping[str, str], books: Books) -> tuple[_Weighed, _Weighed]:
    """The numbers and weights of what a listing's attributes are called, and of what they say."""
    names: _Weighed = ([], [])
    values: _Weighed = ([], [])
    for name, value in row.items():
        if name in _NO_AGREEMENT:
            continue
        parts = {w for w in read_value(name, value).replace("/", " ").replace(",", " ").split() if w}
        if not parts:
            continue
        weight = AXES[name].weight if name in AXES else 1.0
        share = (weight / len(parts)) ** 0.5
        said = [f"{name}={part}" for part in sorted(parts)]
        # What no table knows may be a choice: it counts where it agrees, and where it differs it is a difference.
        asked, weights = ([name], [weight**0.5]) if name in AXES else (said, [share] * len(said))
        names[0].extend(books["names"][key] for key in asked)
        names[1].extend(weights)
        values[0].extend(books["values"][key] for key in said)
        values[1].extend([share] * len(said))
    return names, values
