"""A photo's name in a catalogue → a file inside the catalogue's picture folder."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Protocol

from dupcheck.messages import Message, message
from dupcheck.photos.cache import Signature

_NO_FILE = ("", ".", "..")


@dataclass(frozen=True)
class Unchanged:
    """An address still shows what it showed when its tag was kept."""


class OutsideError(Exception):
    """A name that leads out of the folder, or to nothing; ``text`` says which."""

    def __init__(self, text: Message) -> None:
        self.text = text
        super().__init__(text.say("en"))


def is_address(name: str) -> bool:
    """Whether ``name`` is a web address."""
    if "//" not in name[:8]:
        return False
    return name[:8].lower().startswith(("http://", "https://")) or (name[:2] == "//" and "." in name[2:].split("/")[0])


class PhotoSource(Protocol):
    """Where relative names of photos lead to: a :class:`PhotoFolder`, or a store of another kind."""

    def find(self, name: str) -> tuple[str, Signature]:
        """Return the path of what ``name`` stands for and its signature; OutsideError where there is nothing."""
        ...

    def read(self, path: str) -> bytes:
        """Return what a path holds; OSError where that cannot be read."""
        ...


class PhotoFolder:
    """The folder that a catalogue's relative photo paths start from. It remembers where sub-folders really are."""

    def __init__(self, root: Path) -> None:
        self._real: dict[str, str] = {}
        self._inside: dict[str, str] = {}
        self._root = self._follow(str(root))

    def find(self, name: str) -> tuple[str, Signature]:
        """Return the path of the file that ``name`` stands for and its signature.

        Every link is followed before it is decided whether the file lies inside the folder; ``\\`` separates folders
        as ``/`` does. What lies outside, or is no file, is an :class:`OutsideError`.
        """
        cut = name.rfind("/") + 1
        folder, last = name[:cut], name[cut:]
        plain = os.sep == "/" and "\\" not in name and last not in _NO_FILE
        try:
            if plain and folder in self._inside:
                path = self._inside[folder] + last
            else:
                path = self._keep_inside(self._spell(name), name)
                if plain:
                    self._inside[folder] = path[: len(path) - len(last)]
            found = os.lstat(path)
            if stat.S_ISLNK(found.st_mode):
                path = self._keep_inside(os.path.realpath(path), name)
                found = os.stat(path)  # noqa: PTH116
        except (OSError, ValueError):  # not there, too long a name, a NUL in it, links in a circle
            raise OutsideError(message("photos.missing", path=name.replace("\0", "\\0")[:300])) from None
        if not stat.S_ISREG(found.st_mode):
            raise OutsideError(message("photos.not_a_file", path=name))
        return path, (found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def read(self, path: str) -> bytes:
        """Return what a path holds."""
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - pathlib and buffers take twice as long
            return file.readall()

    def _spell(self, name: str) -> str:
        path = os.path.join(self._root, name)  # noqa: PTH118 - pathlib is ten times as slow, and this runs a photo
        if "\\" in name and not os.path.lexists(path):
            if PureWindowsPath(name).anchor:
                raise OutsideError(message("photos.outside", path=name))
            path = os.path.join(self._root, name.replace("\\", "/"))  # noqa: PTH118
        folder, last = os.path.split(path)
        path = os.path.join(self._follow(folder), last)  # noqa: PTH118
        return os.path.realpath(path) if last in _NO_FILE else path

    def _keep_inside(self, path: str, name: str) -> str:
        if not (path + os.sep).startswith(self._root.rstrip(os.sep) + os.sep):
            raise OutsideError(message("photos.outside", path=name))
        return path

    def _follow(self, folder: str) -> str:
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        return self._real[folder]
