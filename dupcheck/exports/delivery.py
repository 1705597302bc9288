"""Accepted plans written as files: what marketplaces take, what goes offline, and what to look at before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, overload

from dupcheck.decisions import Settled
from dupcheck.exports.acceptance import Admission, admit_plans
from dupcheck.exports.changesets import make_work
from dupcheck.exports.checks import is_refusal
from dupcheck.exports.tables import TableTarget
from dupcheck.exports.targets import Target
from dupcheck.files.cells import render_table
from dupcheck.files.writing import check_folder, write_file
from dupcheck.marketplaces import list_homes
from dupcheck.messages import Lang, Message, message
from dupcheck.model import Catalog

_HOMES: Mapping[str, str] = list_homes()


class _Exports(Mapping[str, Target]):
    """The exports by name, each loaded when it is asked for: who checks a draft waits for none of their libraries."""

    def __getitem__(self, name: str) -> Target:
        """Return an export; raises KeyError where there is none of that name."""
        return _open_target(name, _HOMES[name])

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(_HOMES)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(_HOMES)


@cache
def _open_target(name: str, home: str) -> Target:
    if not home:
        return TableTarget(name)
    module, _, kind = home.partition(".")
    target: Target = getattr(import_module(f"dupcheck.exports.{module}"), kind)()
    return target


EXPORTS: Mapping[str, Target] = _Exports()


@dataclass(frozen=True)
class Exported(Sequence[Path]):
    """What an export wrote: the paths, first the marketplace's own files, and what is to be said about them.

    ``admission`` tells which plans are in the files, and which are not; ``cautions`` how many there are and ``refused``
    how many of them mean that a marketplace would refuse what is written. ``apart`` is how many changes that tell
    listings apart stand in no file.
    """

    paths: tuple[Path, ...]
    admission: Admission
    cautions: int
    refused: int
    apart: int = 0

    @overload
    def __getitem__(self, index: int) -> Path: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Path, ...]: ...
    def __getitem__(self, index: int | slice) -> Path | tuple[Path, ...]:
        """Return a path, or several."""
        return self.paths[index]

    def __len__(self) -> int:
        """Return how many files were written."""
        return len(self.paths)

    def tell(self) -> list[Message]:
        """Return what a person must hear: plans left out, and what the marketplaces would refuse, in a line each."""
        told = tell_admission(self.admission)
        if self.apart:
            told.append(message("exports.apart", count=self.apart))
        if self.cautions:
            path = next((p for p in self.paths if p.name == CAUTIONS), "")
            told.append(message("exports.cautions", count=self.cautions, refused=self.refused, path=path))
        return told


CAUTIONS = "export-cautions.csv"
OFFLINE = "take-offline.csv"


def tell_admission(admission: Admission) -> list[Message]:
    """Return what is to be said about plans that are left out, or that nobody looked at."""
    told = []
    for name in ("waiting", "rejected", "changed", "unseen"):
        plans = getattr(admission, name)
        if plans:
            names = [_name_plan(p, admission.altered.get(p["group_id"], ())) for p in plans]
            shown = ", ".join(names if name in ("changed", "rejected") else names[:_SHOWN])
            told.append(message(f"exports.plans_{name}", count=len(plans), names=shown))
    return told


_SHOWN = 3


def _name_plan(plan: Mapping[str, Any], altered: Sequence[str]) -> str:
    """Return a plan's group with the listings that changed, or else the first of its listings."""
    ids = list(altered or plan["listings"])
    return f"{plan['group_id']} ({', '.join(ids[:_SHOWN])}{', …' if len(ids) > _SHOWN else ''})"


def write_exports(
    names: Sequence[str],
    catalog: Catalog,
    plans: Sequence[Mapping[str, Any]],
    out: Path,
    lang: Lang = "en",
    *,
    settled: Settled | None = None,
    all_plans: bool = False,
    templates: Sequence[Path] = (),
) -> Exported:
    """Write ``export-NAME.*`` for each name, the take-offline list and the cautions into ``out``.

    Only plans that the seller accepted are in the files (``settled``), or all that nobody rejected (``all_plans``);
    where there is none, only the two lists are written. ``templates`` are the
    seller's own, to be filled. Raises OutputError where a file cannot be written, or one of
    another program is in the way.
    """
    admission = admit_plans(catalog, plans, settled, all_plans=all_plans)
    work = make_work(catalog, admission.granted, lang)
    texts: dict[str, bytes] = {}
    cautions: list[tuple[str, str, Message]] = []
    offline: dict[tuple[str, str], tuple[str, list[str]]] = {}
    for name in dict.fromkeys(names):
        target = EXPORTS[name]
        if not work.changes and not (work.edits and target.tells_apart):
            continue
        for part, data in target.render(work).items():
            texts[f"export-{name}{'-' if part else ''}{part}.{target.suffix}"] = data
        for change in work.changes:
            cautions += [(name, change.keep.listing_id, t) for t in target.list_cautions(change)]
            for i in target.list_ended(change):
                kind = "copy" if i in change.copies else "folded"
                offline.setdefault((i, change.keep.listing_id), (kind, []))[1].append(name)
    for path in templates:
        from dupcheck.exports.templates import fill_template  # with libraries of workbooks

        filled = fill_template(path, work)
        texts[filled.file] = filled.data
        cautions += filled.cautions
    texts[OFFLINE] = _render_offline(catalog, offline, lang)
    rows = [(n, i, t.say(lang), "yes" if is_refusal(t) else "no") for n, i, t in cautions]
    texts[CAUTIONS] = render_table(["export", "listing_id", "caution", "refused"], rows)
    check_folder(out, list(texts), "audit.json")
    paths = tuple(write_file(out / file, data) for file, data in texts.items())
    apart = 0 if any(EXPORTS[n].tells_apart for n in names) else len(work.edits)
    return Exported(paths, admission, len(cautions), sum(is_refusal(t) for _, _, t in cautions), apart)


def _render_offline(
    catalog: Catalog, offline: Mapping[tuple[str, str], tuple[str, Sequence[str]]], lang: Lang
) -> bytes:
    titles, urls, at = catalog.column("title"), catalog.column("url"), catalog.positions

    def rows() -> Iterator[list[str]]:
        for (listing_id, instead), (kind, names) in offline.items():
            place = at[listing_id]
            why = message(f"exports.offline_{kind}").say(lang)
            yield [listing_id, instead, titles[place], urls[place], why, ";".join(names)]

    return render_table(["listing_id", "instead", "title", "url", "why", "exports"], rows())


MOVE_COLUMNS = ("old_listing_id", "old_sku_code", "listing_id", "options", "sku_code")


def write_moves(rows: Sequence[Mapping[str, str]], path: Path) -> Path:
    """Write which old listing and SKU code is which SKU now, as a table."""
    return write_file(path, render_table(MOVE_COLUMNS, [[r[c] for c in MOVE_COLUMNS] for r in rows]))
