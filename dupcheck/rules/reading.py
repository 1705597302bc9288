"""Rule packs, read from their files."""

from dataclasses import replace
from pathlib import Path

from dupcheck.pack_files import find_pack, load_tables, parse_file
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
    pack = reader.read(load_tables(path, reader.wrong), Path(path).stem)
    own = parse_file(path)
    return replace(pack, inherited=tuple(t for t in _EACH_ITS_OWN if t not in own)) if "extends" in own else pack


_EACH_ITS_OWN = ("source", "seller", "penalty")
