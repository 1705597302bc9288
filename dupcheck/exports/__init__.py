"""Plans → files that a marketplace takes: one module a marketplace, all of one shape.

Between plan and file stands one model, the change set (:mod:`dupcheck.exports.changesets`): every file renders it, and
changes not one cell more. Adding a marketplace is one TOML file in ``sheets/`` where a plain table is enough, else one
module with a :class:`~dupcheck.exports.targets.Target` and its line in :mod:`dupcheck.marketplaces`. Beside the files
go ``take-offline.csv``, what to hide and end once the kept listing is verified, and ``export-cautions.csv``, what the
marketplace would refuse or what a person must still fill in.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dupcheck.exports.acceptance import Admission, admit_plans
    from dupcheck.exports.changesets import ChangeSet, make_changes, make_work
    from dupcheck.exports.checks import check_listing
    from dupcheck.exports.delivery import EXPORTS, MOVE_COLUMNS, Exported, tell_admission, write_exports, write_moves
    from dupcheck.exports.merging import (
        Merged,
        carry_out,
        list_moves,
        list_plans,
        merge_listings,
        read_plans,
        restore_markup,
    )
    from dupcheck.exports.revising import revise_plans
    from dupcheck.exports.steps import STEP_COLUMNS, list_steps, write_steps
    from dupcheck.exports.targets import Target

__all__ = [
    "EXPORTS",
    "MOVE_COLUMNS",
    "STEP_COLUMNS",
    "Admission",
    "ChangeSet",
    "Exported",
    "Merged",
    "Target",
    "admit_plans",
    "carry_out",
    "check_listing",
    "list_moves",
    "list_plans",
    "list_steps",
    "make_changes",
    "make_work",
    "merge_listings",
    "read_plans",
    "restore_markup",
    "revise_plans",
    "tell_admission",
    "write_exports",
    "write_moves",
    "write_steps",
]

_HOMES = {
    "acceptance": ("Admission", "admit_plans"),
    "changesets": ("ChangeSet", "make_changes", "make_work"),
    "checks": ("check_listing",),
    "delivery": ("EXPORTS", "MOVE_COLUMNS", "Exported", "tell_admission", "write_exports", "write_moves"),
    "merging": (
        "Merged", "carry_out", "list_moves", "list_plans", "merge_listings", "read_plans", "restore_markup",
    ),
    "revising": ("revise_plans",),
    "steps": ("STEP_COLUMNS", "list_steps", "write_steps"),
    "targets": ("Target",),
}  # fmt: skip
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Look a name up at its first use: a check carries plans out, and writes no file."""
    if name not in _HOME:
        raise AttributeError(f"module 'dupcheck.exports' has no attribute {name!r}")
    return getattr(import_module(f"dupcheck.exports.{_HOME[name]}"), name)
