"""What an audit found, for people and programs.

Every report is made from one plain dict (``audit.json``, ``format`` 1) and from nothing else, so that they cannot
disagree: three tables, two JSON documents, one page, a notebook cell and a few lines for the terminal.
:func:`save_report` writes the folder that holds them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dupcheck.reports.answers import save_answers, summarize_answers
    from dupcheck.reports.cell import render_cell, render_comparison
    from dupcheck.reports.documents import render_audit, render_merges, settle_audit
    from dupcheck.reports.folder import save_report
    from dupcheck.reports.page import render_page
    from dupcheck.reports.summary import format_summary
    from dupcheck.reports.tables import render_groups, render_pairs, render_problems
    from dupcheck.reports.thumbnails import Thumbnail, photo_thumbnails

__all__ = [
    "Thumbnail",
    "format_summary",
    "photo_thumbnails",
    "render_audit",
    "render_cell",
    "render_comparison",
    "render_groups",
    "render_merges",
    "render_page",
    "render_pairs",
    "render_problems",
    "save_answers",
    "save_report",
    "settle_audit",
    "summarize_answers",
]

_HOMES = {
    "answers": ("save_answers", "summarize_answers"),
    "cell": ("render_cell", "render_comparison"),
    "documents": ("render_audit", "render_merges", "settle_audit"),
    "folder": ("save_report",),
    "page": ("render_page",),
    "summary": ("format_summary",),
    "tables": ("render_groups", "render_pairs", "render_problems"),
    "thumbnails": ("Thumbnail", "photo_thumbnails"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Look a name up at its first use: a check needs no page."""
    if name not in _HOME:
        raise AttributeError(f"module 'dupcheck.reports' has no attribute {name!r}")
    return getattr(import_module(f"dupcheck.reports.{_HOME[name]}"), name)
