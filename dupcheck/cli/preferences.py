"""What a seller need not type again: ``dupcheck.toml``, ``DUPCHECK_*`` variables, and the language of the machine.

A file beside the catalogue counts, else one in the folder where the command is run, else the user's own. What is typed
goes before what a variable says, and that before the file.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dupcheck.errors import CatalogError
from dupcheck.messages import LANGS, Lang, tell_language
from dupcheck.messages.guessing import guess_name

if TYPE_CHECKING:
    from pathlib import Path

NAME = "dupcheck.toml"
KEYS: Mapping[str, type] = {
    "lang": str, "rules": str, "map": dict, "images": str, "encoding": str, "delimiter": str, "currency": str,
    "ledger": str, "account": str, "cache": str, "jobs": int,
}  # fmt: skip
_PATHS = ("images", "ledger", "cache")
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG", "LC_CTYPE")
"""Where a system says what its user reads, the first that is set."""


def _find(words: Sequence[str]) -> str:
    """Return the file that counts for a command line: beside the first catalogue named, here, or the user's own.

    "" where there is none. Every help waits for this, and for what it would import.
    """
    named = (word for word in words if not word.startswith("-") and "://" not in word)
    beside = next((os.path.dirname(w) for w in named if os.path.splitext(w)[1] and _is_file(w)), None)  # noqa: PTH120, PTH122
    folders = (*([] if beside is None else [beside]), os.getcwd(), _find_folder())  # noqa: PTH109
    return next((file for folder in folders if _is_file(file := os.path.join(folder, NAME))), "")  # noqa: PTH118


def _find_folder() -> str:
    """The folder of the user's own settings."""
    if sys.platform == "linux":
        place = os.environ.get("XDG_CONFIG_HOME", "").strip() or os.path.expanduser("~/.config")  # noqa: PTH111
        return os.path.join(place, "dupcheck")  # noqa: PTH118
    import platformdirs

    return platformdirs.user_config_dir("dupcheck", appauthor=False)


def _is_file(path: str) -> bool:
    """Whether a file is there to be read; a name that no system takes, or a folder shut to us, holds none."""
    return os.path.isfile(path)  # noqa: PTH113 – the pathlib way raises


def read_preferences(words: Sequence[str]) -> dict[str, Any]:
    """Return what counts as typed for a command line, by the names of its options.

    Raises CatalogError where the file cannot be read, or holds something that is no preference.
    """
    if not (name := _find(words)):
        return {}
    from pathlib import Path

    path = Path(name)
    told = _load(path, path.stat().st_mtime_ns)
    found: dict[str, Any] = {name: value for name, value in told.items() if name != "map"}
    for name in _PATHS:
        if name in found and "://" not in str(found[name]):
            found[name] = str(path.parent / str(found[name]))
    if "rules" in found and str(found["rules"]).endswith(".toml"):
        found["rules"] = str(path.parent / str(found["rules"]))
    found["maps"] = [f"{field}={header}" for field, header in told.get("map", {}).items()]
    return found


@lru_cache(maxsize=8)
def _load(path: "Path", changed: int) -> dict[str, Any]:
    import tomllib

    from dupcheck.files.given import WRITTEN_BYTES, read_given

    del changed
    try:
        told = tomllib.loads(read_given(path, WRITTEN_BYTES).decode("utf-8-sig"))
    except (OSError, ValueError) as error:
        reason = error.strerror or error if isinstance(error, OSError) else error
        raise CatalogError("cli.bad_preferences", path=path, reason=reason) from error
    for name, value in told.items():
        if name not in KEYS:
            near = guess_name(name, KEYS)
            raise CatalogError("cli.unknown_preference", path=path, name=name, known=", ".join(near or KEYS))
        if not isinstance(value, KEYS[name]):
            raise CatalogError("cli.wrong_preference", path=path, name=name, kind=KEYS[name].__name__)
    if told.get("lang", "en") not in LANGS:
        raise CatalogError("cli.wrong_preference", path=path, name="lang", kind=" / ".join(LANGS))
    return told


def guess_language(words: Sequence[str]) -> Lang:
    """Return the language where none is typed: ``DUPCHECK_LANG``, the file's, or that of the machine."""
    asked = os.environ.get("DUPCHECK_LANG", "")
    if asked not in LANGS:
        try:
            asked = read_preferences(words).get("lang", "")
        except CatalogError:
            asked = ""  # the command itself says what is wrong with the file
    if asked not in LANGS:
        named = next((v for k in _VARIABLES if (v := os.environ.get(k))), "") or _ask_system()
        asked = named.partition("_")[0].partition("-")[0].lower()
    return asked if asked in LANGS else "en"


def _ask_system() -> str:
    """The language that Windows was set up in, or macOS without a terminal; on Linux the variables tell all."""
    if sys.platform == "linux":
        return ""
    import locale

    told = locale.getlocale()[0] or ""
    return next((lang for lang in LANGS if (named := tell_language("named", lang)) and told.startswith(named)), told)


def write_preferences(path: "Path", chosen: Mapping[str, str]) -> None:
    """Write a file of preferences; ``chosen`` are texts by their keys."""
    from dupcheck.files.writing import write_file

    quoted = {name: value.replace("\\", "\\\\").replace('"', '\\"') for name, value in chosen.items() if value}
    write_file(path, "".join(f'{name} = "{value}"\n' for name, value in quoted.items()).encode())
