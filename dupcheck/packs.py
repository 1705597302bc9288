"""The shipped rule packs: where they lie and what they are called, known without reading one; what a pack may hold."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path


def packs_folder() -> Path:
    """Return the folder of the shipped packs: inside an installed package, beside it in a checkout."""
    inside = Path(__file__).parent / "rule_packs"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "rules"


def list_packs() -> tuple[str, ...]:
    """Return the names of the shipped rule packs, in order.

    Returns:
        Names that :func:`read_pack` and ``rules=`` take.

    Examples:
        >>> import dupcheck as dc
        >>> "aliexpress" in dc.list_packs()
        True
    """
    return tuple(sorted(p.stem for p in packs_folder().glob("*.toml")))


@cache
def read_pack_keys() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return what a pack file may hold: table → key → its type, default and meaning in each language."""
    return tomllib.loads((Path(__file__).parent / "pack_keys.toml").read_text("utf-8"))
