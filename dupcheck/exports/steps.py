"""A change set as steps, in the order that loses nothing: what a person or a program does, a line at a time.

1 back up, 2 edit the listing that stays, 3 verify it, 4 hide the others, 5 end them, 6 redirect. The workbook shows
them a sheet a step; ``merge`` writes them beside the catalogue, where every cell that it changes has its line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dupcheck.catalog import get_listing
from dupcheck.exports.changesets import STEPS, ChangeSet, Edit, StepKind, Work, show_options, show_value
from dupcheck.files.cells import render_table
from dupcheck.files.writing import write_file
from dupcheck.messages import Lang, Message, message, say
from dupcheck.model import Catalog, Listing

STEP_COLUMNS = ("step", "listing_id", "sku_code", "field", "old", "new", "why")
_FIELDS = (
    "price", "price_max", "currency", "images", "attributes", "sku_code", "gtin", "stock", "lot_size", "description",
)  # fmt: skip
"""What a merge changes of the listing that stays beyond what the change set names: nothing that others hold is lost."""
_ON_SKUS = frozenset({"price", "price_max", "currency", "sku_code", "gtin", "stock"})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. ``field``, ``old`` and ``new`` are empty where a listing as a whole is meant."""

    kind: StepKind
    listing_id: str
    code: str = ""
    field: str = ""
    old: str = ""
    new: str = ""
    why: Message | None = None

    def show(self, lang: Lang) -> tuple[str, ...]:
        """Return its cells, as ``STEP_COLUMNS`` names them."""
        step = say(f"worklist.sheet_{self.kind}", lang)
        return step, self.listing_id, self.code, self.field, self.old, self.new, self.tell_why(lang)

    def tell_why(self, lang: Lang) -> str:
        """Return why it is to be done, "" where it goes without saying."""
        return "" if self.why is None else self.why.say(lang)


def list_steps(work: Work, after: Catalog | None = None) -> list[Step]:
    """Return all steps of a work, each kind for all listings before the next.

    With the catalogue ``after`` them, cells that change beside those that the change sets name are told as well.
    """
    steps = [*_list_backups(work), *_list_edits(work, after)]
    for change in work.changes:
        skus = [p.sku.sku_code for p in change.pieces]
        steps.append(Step("verify", change.keep.listing_id, ", ".join(c for c in skus if c)))
        steps += list_gone(change)
    return sorted(steps, key=lambda s: STEPS.index(s.kind))


def list_gone(change: ChangeSet) -> Iterator[Step]:
    """Yield what becomes of the listings that give way: all but copies are hidden, all are ended, then redirected."""
    for i in (*change.folds, *change.twins, *change.copies):
        kind = "copy" if i in change.copies else "folded"
        why = message(f"worklist.why_{kind}")
        if kind != "copy":
            yield Step("hide", i, new=change.keep.listing_id, why=why)
        yield Step("end", i, new=change.keep.listing_id, why=why)
    for i in change.merged.offline:
        if change.members[i].url and change.keep.url:
            yield Step("redirect", i, field="url", old=change.members[i].url, new=change.keep.url)


def list_named(work: Work) -> list[str]:
    """Return the listings that a work touches, which are to be backed up."""
    named = [i for c in work.changes for i in c.members] + [e.listing_id for e in work.edits]
    return list(dict.fromkeys(named))


def _list_backups(work: Work) -> Iterator[Step]:
    for i in list_named(work):
        yield Step("backup", i)


def _list_edits(work: Work, after: Catalog | None) -> Iterator[Step]:
    for change in work.changes:
        keep = change.keep
        yield from map(_tell_edit, change.edits)
        for piece in change.created:
            new = "; ".join(t for t in (show_options(piece.sku.options), show_value(piece.sku.price)) if t)
            why = message("exports.why_new", id=piece.owner.listing_id)
            yield Step("edit", keep.listing_id, piece.sku.sku_code, "sku", "", new, why)
        if after is not None:
            told = {e.field for e in change.edits if not e.code}
            yield from _list_others(change, get_listing(after, after.positions[keep.listing_id]), told)
    yield from map(_tell_edit, work.edits)


def _tell_edit(edit: Edit) -> Step:
    return Step("edit", edit.listing_id, edit.code, edit.field, edit.old, edit.new, edit.why)


def _list_others(change: ChangeSet, now: Listing, told: set[str]) -> Iterator[Step]:
    """Yield the cells of the listing that stays that differ, and that no edit names."""
    keep = change.keep
    others = ", ".join(i for i in change.members if i != keep.listing_id)
    for field in _FIELDS:
        old, new = (_show(getattr(x, field)) for x in (keep, now))
        if old == new or field in told:
            continue
        on_skus = field in _ON_SKUS and bool(now.skus)
        why = message("exports.why_on_skus") if on_skus else message("exports.why_gathered", ids=others)
        yield Step("edit", keep.listing_id, "", field, old, new, why)


def _show(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(value)
    return show_options(value) if isinstance(value, dict) else show_value(value)


def write_steps(steps: Sequence[Step], path: Path, lang: Lang) -> Path:
    """Write steps as a table."""
    return write_file(path, render_table(STEP_COLUMNS, [s.show(lang) for s in steps]))
