"""Rule packs, read from their files."""

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from dupcheck.files.remembering import remember
from dupcheck.pack_files import find_pack, load_tables, parse_file, parse_text
from dupcheck.packs import find_folder
from dupcheck.rules.pack import RulePack
from dupcheck.rules.validation import Validator


def read_pack(source: str | Path | RulePack) -> RulePack:
    """Read a rule pack.

    Args:
        source: A shipped pack's name, the path of a TOML file, or a pack, which is returned as it is.

    Returns:
        The pack.

    Raises:
        RulesError: Every problem of the file at once, the nearest known word beside each unknown one.

    Examples:
        >>> import dupcheck as dc
        >>> [rule.code for rule in dc.read_pack("aliexpress").rules]
        ['R1', 'R2', 'R3', 'R4', 'L1']
    """
    if isinstance(source, RulePack):
        return source
    path, reader = find_pack(source), Validator(str(source))
    pack = reader.read(load_tables(path, reader.wrong, parse=_parse), Path(path).stem)
    own = parse_file(path, _parse)
    return replace(pack, inherited=tuple(t for t in _EACH_ITS_OWN if t not in own)) if "extends" in own else pack


_EACH_ITS_OWN = ("source", "seller", "penalty")


@lru_cache(maxsize=32)
def _parse(path: str, text: bytes) -> Mapping[str, Any]:
    """Parse a pack file. What a shipped one says is kept between runs; in others may stand what no JSON holds."""
    if os.path.dirname(path) != find_folder():  # noqa: PTH120
        return parse_text(path, text)
    of = blake2b(text, digest_size=16).hexdigest()
    return remember(f"pack-{Path(path).stem}", of, lambda: dict(parse_text(path, text)))
