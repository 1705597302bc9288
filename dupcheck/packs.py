"""Where the shipped rule packs lie, and what they are called: known without reading one."""

from pathlib import Path


def packs_folder() -> Path:
    """Return the folder of the shipped packs: inside an installed package, beside it in a checkout."""
    inside = Path(__file__).parent / "rule_packs"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "rules"


def list_packs() -> tuple[str, ...]:
    """Return the names of the shipped rule packs, in order.

    >>> "aliexpress" in list_packs()
    True
    """
    return tuple(sorted(p.stem for p in packs_folder().glob("*.toml")))
