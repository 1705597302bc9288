"""TOML files of ours that are large, as vocabularies are: parsed once, and kept as JSON, which is read much faster."""

from pathlib import Path
from typing import Any

from dupcheck.files.remembering import remember, sign_files


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a TOML file without dates holds.

    What was kept of it counts while path, size and time of the file are the same.
    """

    def parse() -> dict[str, Any]:
        import tomllib  # whoever has what was kept does not wait for it

        return tomllib.loads(path.read_text("utf-8"))

    (signature,) = sign_files([path])
    return remember(f"{path.parent.name}-{path.stem}", signature, parse)
