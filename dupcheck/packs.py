"""The shipped rule packs: where they lie and what they are called, known without reading one."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_HERE = os.path.dirname(__file__)  # noqa: PTH120 - pathlib would be a part of what it takes to complete a name


def packs_folder() -> "Path":
    """Return the folder of the shipped packs: inside an installed package, beside it in a checkout."""
    from pathlib import Path

    return Path(find_folder())


def find_folder() -> str:
    """Return the same folder as a text: for what is to load no more than it needs."""
    inside = os.path.join(_HERE, "rule_packs")  # noqa: PTH118
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(_HERE), "rules")  # noqa: PTH112, PTH118, PTH120


def list_packs() -> tuple[str, ...]:
    """Return the names of the shipped rule packs, in order.

    Returns:
        Names that :func:`read_pack` and ``rules=`` take.

    Examples:
        >>> import dupcheck as dc
        >>> "aliexpress" in dc.list_packs()
        True
    """
    files = os.listdir(find_folder())  # noqa: PTH208
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))
