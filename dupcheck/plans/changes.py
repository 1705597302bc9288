"""Telling listings of one product apart, where they cannot be one listing: what each must state, and where.

The marketplace's own words for a category without the option: not several bare copies, but the value stated in an
attribute, at the end of the title, in the description and on the picture.
"""

from collections.abc import Mapping, Sequence

from dupcheck.messages import Message, message
from dupcheck.model import Change
from dupcheck.plans.offers import Offer, Shelf, list_values, says_on
from dupcheck.titles import normalise, read_title, read_value


def is_told_apart(shelf: Shelf, offers: Sequence[Offer], members: Sequence[int], axes: Sequence[str]) -> bool:
    """Whether every listing states its value on each of ``axes`` in an attribute and in its title, no two alike in
    all, and no two show the same main photo.
    """
    combos = {m: {o.combo(axes) for o in offers if o.member == m} for m in members}
    if not axes or sum(map(len, combos.values())) != len(set.union(*combos.values())):
        return False
    photos = [p for m in members if (p := shelf.text(m, "main_image"))]
    if len(set(photos)) != len(photos):
        return False
    stated = {m: shelf.attributes(m) for m in members}
    return all(
        o.values.get(a) and a in stated[o.member] and names_value(shelf.text(o.member, "title"), a, o)
        for o in offers
        for a in axes
    )


def names_value(title: str, axis: str, offer: Offer) -> bool:
    """Whether a title names an offer's value on an axis, in whatever spelling."""
    value = offer.values.get(axis, "")
    if value and any(says_on(token.axis, axis) and token.value == value for token in read_title(title).tokens):
        return True
    words = f" {normalise(title)} "
    return any(
        f" {normalise(text)} " in words for text in (offer.shown.get(axis, ""), offer.values.get(axis, "")) if text
    )


def change_axes(
    shelf: Shelf, offers: Sequence[Offer], members: Sequence[int], axes: Sequence[str], title_max: int
) -> list[Change]:
    """Return what each listing must change so that it states its value on each axis and shows a photo of its own.

    ``members`` are ranked: of two with the same main photo, the better one keeps it.
    """
    changes: list[Change] = []
    photos: set[str] = set()
    for m in members:
        own = [o for o in offers if o.member == m]
        values = {a: ", ".join(list_values(a, own)) for a in axes}
        changes += _state_values(shelf, m, own, values, title_max)
        photo = shelf.text(m, "main_image")
        told = "; ".join(f"{shelf.name(a)} {v}" for a, v in values.items() if v)
        if photo in photos:
            changes.append(_change(shelf, m, "main_image", "", "plans.change_photo", what=told))
        if photo:
            photos.add(photo)
    return changes


def _state_values(
    shelf: Shelf, member: int, own: Sequence[Offer], values: Mapping[str, str], title_max: int
) -> list[Change]:
    changes = []
    attributes, title = shelf.attributes(member), shelf.text(member, "title")
    tail: list[str] = []
    for axis, value in values.items():
        field = f"attributes.{shelf.name(axis)}"
        if not value:
            changes.append(_change(shelf, member, field, "", "plans.change_unstated", axis=shelf.name(axis)))
            continue
        there = attributes.get(axis, ("", ""))[1]
        if read_value(axis, there) != read_value(axis, value):
            changes.append(_change(shelf, member, field, value, "plans.change_attribute", axis=shelf.name(axis)))
        if not all(names_value(title, axis, o) for o in own):
            tail.append(value)
    if tail:
        new = fit_words(title, " ".join(tail), title_max)
        changes.append(_change(shelf, member, "title", new, "plans.change_title"))
    description = shelf.text(member, "description")
    said = [f"{shelf.name(a)}: {v}." for a, v in values.items() if v and normalise(v) not in normalise(description)]
    if said:
        text = " ".join([*said, description]).strip()
        changes.append(_change(shelf, member, "description", text, "plans.change_description", what=" ".join(said)))
    return changes


def fit_words(head: str, tail: str, most: int) -> str:
    """Return head and tail in one line; the head loses words at its end where they would be too long together."""
    words = head.split()
    while words and len(" ".join([*words, tail])) > most:
        words.pop()
    return cut_words(" ".join([*words, tail]).strip(), most)


def cut_words(text: str, most: int) -> str:
    """Return as much of a text as fits, never cut inside a word, a measure (300 ml) or a model (iPhone 14).

    Only a text without blanks is cut anywhere.
    """
    if len(text) <= most:
        return text
    words = text[: most + 1].split(" ")
    rest = text[len(" ".join(words[:-1])) :].split()
    words.pop()
    while words and rest and (_is_number(rest[0]) or (_is_number(words[-1]) and rest[0][:1].isalpha())):
        rest.insert(0, words.pop())
    whole = text[: most + 1].rpartition(" ")[0]
    return " ".join(words).strip(" -,/|") or whole.strip(" -,/|") or text[:most].strip()


def _is_number(word: str) -> bool:
    return word[:1].isdigit()


def _change(shelf: Shelf, member: int, field: str, value: str, key: str, /, **values: object) -> Change:
    text: Message = message(key, id=shelf.id(member), value=value, **values)
    return Change(shelf.id(member), field, value, text)
