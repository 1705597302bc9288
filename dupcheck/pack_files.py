"""Pack files: found, parsed, and laid over what they extend.

Nothing here knows signals or loads pathlib, so that the completion of a rule's code or limit waits for neither.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dupcheck.errors import CatalogError, RulesError
from dupcheck.files.given import WRITTEN_BYTES, read_given
from dupcheck.messages import Message, message
from dupcheck.messages.guessing import guess_name
from dupcheck.packs import find_folder, list_packs

if TYPE_CHECKING:
    from pathlib import Path


def find_pack(source: "str | Path", beside: str = "") -> str:
    """Return the file of a shipped pack, or the file that is named. Raises RulesError where no pack is called so."""
    path = str(source)
    if os.path.splitext(path)[1] == ".toml":  # noqa: PTH122
        return os.path.join(beside, path)  # noqa: PTH118
    path = os.path.join(find_folder(), f"{path}.toml")  # noqa: PTH118
    if not os.path.isfile(path):  # noqa: PTH113
        raise RulesError("rules.no_such_pack", name=str(source), packs=", ".join(list_packs()))
    return path


@lru_cache(maxsize=32)
def parse_text(path: str, text: bytes) -> Mapping[str, Any]:
    """Parse the text of a file, each once: who checks draft after draft asks for the same packs each time.

    Nobody changes what it returns.
    """
    import tomllib  # who has what was kept of a file does not wait for it

    return tomllib.loads(text.decode("utf-8-sig"))


Parse = Callable[[str, bytes], Mapping[str, Any]]
"""What parses the text of a file: :func:`parse_text`, or what keeps between runs what that made."""


def parse_file(path: str, parse: Parse = parse_text) -> dict[str, Any]:
    """Return what one file says. Raises RulesError where it cannot be read or is no TOML."""
    try:
        if not os.path.isfile(path):  # noqa: PTH113 - a pipe would be waited for
            raise RulesError("rules.no_such_file", path=path)
        return dict(parse(path, read_given(path, WRITTEN_BYTES)))
    except CatalogError as error:
        raise RulesError("rules.unreadable", path=path, reason=error.text) from None
    except OSError as error:
        raise RulesError("rules.unreadable", path=path, reason=error.strerror or str(error)) from None
    except (ValueError, RecursionError) as error:
        raise RulesError("rules.not_toml", path=path, reason=str(error)) from None


def load_tables(
    path: str, wrong: list[Message], below: tuple[str, ...] = (), parse: Parse = parse_text
) -> dict[str, Any]:
    """Parse a pack file and lay it over the pack that it extends and the rules that its own are like.

    What is wrong with it is appended to ``wrong``. Raises RulesError where the file itself cannot be read.
    """
    data = parse_file(path, parse)
    place = os.path.realpath(path)
    name = os.path.basename(path)  # noqa: PTH119
    if place in below:
        wrong.append(message("rules.extends_itself", path=name))
        return data
    base: dict[str, Any] = {}
    parent = data.pop("extends", None)
    if parent is not None:
        try:
            base = load_tables(find_pack(str(parent), os.path.dirname(path)), wrong, (*below, place), parse)  # noqa: PTH120
        except RulesError as error:
            wrong.append(error.text)
    rules = data.get("rule")
    if isinstance(rules, list):
        data["rule"] = [_find_like(r, wrong, parse) if isinstance(r, dict) and "like" in r else r for r in rules]
    return _overlay(base, {"name": os.path.splitext(name)[0], **data}) if base else data  # noqa: PTH122


def _find_like(rule: dict[str, Any], wrong: list[Message], parse: Parse) -> dict[str, Any]:
    name, _, code = str(rule["like"]).partition(".")
    own = {k: v for k, v in rule.items() if k not in ("like", "also")}
    try:
        there = load_tables(find_pack(name), wrong, parse=parse)
    except RulesError as error:
        wrong.append(error.text)
        return own
    rules = {str(r.get("code")): r for r in there.get("rule", [])}
    if code not in rules:
        near, place = guess_name(code, rules), f"{rule.get('code')}.like"
        hint = (
            message("rules.did_you_mean", word=near[0]) if near else message("rules.known_are", words=", ".join(rules))
        )
        wrong.append(message("rules.unknown_value", place=place, value=repr(rule["like"]), hint=hint))
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


def list_rules(tables: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the tables of a pack's rules, those that are dropped left out; what was learned stands last."""
    rules, dropped = (there if isinstance(there := tables.get(key), list) else [] for key in ("rule", "drop"))
    kept = [r for r in rules if isinstance(r, dict) and r.get("code") not in dropped]
    return sorted(kept, key=lambda rule: any(".learned." in f".{limit}" for limit in list_limits(rule)))


def list_limits(rule: Mapping[str, Any]) -> Iterator[str]:
    """Yield what ``--set`` calls the limits of a rule's table: ``title.min``, ``same-code.title.min``."""
    when, others = rule.get("when", []), rule.get("or", [])
    clauses = [(str(k + 1) if k else "", c) for k, c in enumerate(when if isinstance(when, list) else [when])]
    clauses += [(str(o.get("name", "")), o.get("when")) for o in others if isinstance(o, dict)]
    for name, clause in clauses:
        for signal, limit in clause.items() if isinstance(clause, dict) else ():
            sides = [side for side in ("min", "max") if isinstance(limit, dict) and side in limit]
            yield from (f"{name}.{signal}.{side}" if name else f"{signal}.{side}" for side in sides)
