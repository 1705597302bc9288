"""Pack files: found, parsed, and laid over what they extend."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from dupcheck.errors import CatalogError, RulesError
from dupcheck.files.given import WRITTEN_BYTES, read_given
from dupcheck.packs import list_packs, packs_folder
from dupcheck.rules.pack import RulePack
from dupcheck.rules.validation import Validator
from dupcheck.rules.wording import suggest


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
    path, reader = _find_pack(source), Validator(str(source))
    pack = reader.read(_load(path, reader), path.stem)
    own = _parse(path)
    return replace(pack, inherited=tuple(t for t in _EACH_ITS_OWN if t not in own)) if "extends" in own else pack


_EACH_ITS_OWN = ("source", "seller", "penalty")


def _find_pack(source: str | Path, beside: Path | None = None) -> Path:
    path = Path(source)
    if path.suffix == ".toml":
        return path if beside is None else beside / path
    path = packs_folder() / f"{source}.toml"
    if not path.is_file():
        raise RulesError("rules.no_such_pack", name=str(source), packs=", ".join(list_packs()))
    return path


def _parse(path: Path) -> dict[str, Any]:
    try:
        if not path.is_file():  # a pipe would be waited for
            raise RulesError("rules.no_such_file", path=str(path))
        return tomllib.loads(read_given(path, WRITTEN_BYTES).decode("utf-8-sig"))
    except CatalogError as error:
        raise RulesError("rules.unreadable", path=str(path), reason=error.text) from None
    except OSError as error:
        raise RulesError("rules.unreadable", path=str(path), reason=error.strerror or str(error)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RulesError("rules.not_toml", path=str(path), reason=str(error)) from None


def _load(path: Path, reader: Validator, below: tuple[Path, ...] = ()) -> dict[str, Any]:
    """Parse a pack file and lay it over the pack that it extends and the rules that its own are like."""
    data = _parse(path)
    if path.resolve() in below:
        reader.fault("rules.extends_itself", path=path.name)
        return data
    base: dict[str, Any] = {}
    parent = data.pop("extends", None)
    if parent is not None:
        try:
            base = _load(_find_pack(str(parent), path.parent), reader, (*below, path.resolve()))
        except RulesError as error:
            reader.wrong.append(error.text)
    rules = data.get("rule")
    if isinstance(rules, list):
        data["rule"] = [_find_like(r, reader) if isinstance(r, dict) and "like" in r else r for r in rules]
    return _overlay(base, {"name": path.stem, **data}) if base else data


def _find_like(rule: dict[str, Any], reader: Validator) -> dict[str, Any]:
    name, _, code = str(rule["like"]).partition(".")
    own = {k: v for k, v in rule.items() if k not in ("like", "also")}
    try:
        there = _load(_find_pack(name), reader)
    except RulesError as error:
        reader.wrong.append(error.text)
        return own
    rules = {str(r.get("code")): r for r in there.get("rule", [])}
    if code not in rules:
        hint = suggest(code, rules)
        reader.fault("rules.unknown_value", place=f"{rule.get('code')}.like", value=repr(rule["like"]), hint=hint)
        return own
    return _lay_rule(rules[code], rule)


def _lay_rule(below: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A rule laid over another. Own conditions take the place of all that the other had; ``also`` adds to them."""
    found = {**below, **{k: v for k, v in own.items() if k not in ("like", "also")}}
    if "when" in own and "or" not in own:
        found.pop("or", None)
    return _add_conditions(found, own["also"]) if "also" in own else found


def _add_conditions(rule: dict[str, Any], also: Any) -> dict[str, Any]:
    if not isinstance(also, dict):
        return {**rule, "also": also}  # told to be no table when the pack is validated
    for place in ("when", "or"):
        there = rule.get(place)
        if isinstance(there, list):
            rule[place] = [_add_to(table, also, place) for table in there]
        elif isinstance(there, dict):
            rule[place] = {**there, **also}
    return rule


def _add_to(table: Any, also: Mapping[str, Any], place: str) -> Any:
    if not isinstance(table, dict):
        return table
    if place == "when":
        return {**table, **also}
    own = {k: v for k, v in table.items() if k not in ("fires", "spares")}  # they know nothing of what was added
    return {**own, "when": {**table["when"], **also}} if isinstance(table.get("when"), dict) else table


_NAMED = {"rule": "code", "exception": "name", "opposite": "name"}
"""Lists of tables whose entries replace those of the same name in the pack below; other lists are appended."""


def _overlay(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in own.items():
        below = result.get(key)
        if key in _NAMED and isinstance(below, list) and isinstance(value, list):
            name = _NAMED[key]
            entries = {str(e.get(name)): e for e in below}
            for entry in value:
                here = str(entry.get(name)) if isinstance(entry, dict) else repr(entry)
                lay = _lay_rule if key == "rule" and here in entries else _lay_table
                entries[here] = lay(entries.get(here, {}), entry) if isinstance(entry, dict) else entry
            result[key] = list(entries.values())
        elif isinstance(below, list) and isinstance(value, list):
            result[key] = [*below, *value]
        elif isinstance(below, dict) and isinstance(value, dict):
            result[key] = {**below, **value}
        else:
            result[key] = value
    return result


def _lay_table(below: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    return {**below, **own}
