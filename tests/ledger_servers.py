"""A PostgreSQL server of the tests' own, from whatever packages the machine has, and databases on it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

CONNECTIONS = 260
_PATIENCE = 600
"""Seconds for whatever a busy machine may take long for: hundreds of databases are cleared away at the end."""
_SETTINGS = {
    "listen_addresses": "''",
    "max_connections": str(CONNECTIONS),
    "shared_buffers": "32MB",
    "fsync": "off",  # nobody pulls this server's plug
    "log_min_messages": "fatal",
}


def find_program(name: str) -> str | None:
    """Return a server program's path; Debian keeps them out of the way, one folder a version."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return str(kept[0]) if kept else shutil.which(name)


class Server:
    """A running server in a folder of its own, reached through a socket there."""

    def __init__(self, folder: Path, user: str | None) -> None:
        self.folder, self.user = folder, user
        self._numbers = count(1)
        self._filled = False

    def command(self, program: str, *args: str) -> None:
        """Run a server program as the user who owns the folder: PostgreSQL refuses to run as root."""
        import pwd

        path = find_program(program)
        assert path is not None
        log = self.folder / "output"
        with log.open("a") as out:
            ended = subprocess.run(
                [path, *args], user=self.user, group=None if self.user is None else pwd.getpwnam(self.user).pw_gid,
                extra_groups=None if self.user is None else [], cwd=self.folder, stdout=out, stderr=out,
                stdin=subprocess.DEVNULL, timeout=_PATIENCE, env={**os.environ, "LC_ALL": "C.UTF-8"},
            )  # fmt: skip
        assert ended.returncode == 0, log.read_text()

    def make_place(self) -> str:
        """Make a schema, a database within the database, and return its address."""
        name = f"ledger_{next(self._numbers)}"
        self._execute(f"CREATE SCHEMA {name}")
        return f"postgresql+psycopg://owner@/postgres?host={self.folder}&options=-csearch_path%3D{name}"

    def copy_place(self, fill: Callable[[str], object]) -> str:
        """Return the address of a copy of a database that ``fill`` filled once, at the address that it is given."""
        if not self._filled:
            self._execute("CREATE DATABASE filled")
            fill(self._tell_address("filled"))
            self._filled = True
        name = f"ledger_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE filled")
        return self._tell_address(name)

    def _tell_address(self, database: str) -> str:
        return f"postgresql+psycopg://owner@/{database}?host={self.folder}"

    def _execute(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(host=str(self.folder), user="owner", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)


def why_no_server() -> str:
    """Say why there can be no server here; "" where there can."""
    if sys.platform == "win32":
        return "the server is reached through a socket in the file system"
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "psycopg is not installed: it belongs to the extra postgresql"
    if find_program("initdb") is None or find_program("pg_ctl") is None:
        return "no PostgreSQL server is installed: apt-get install postgresql"
    if os.geteuid() == 0 and _other_user() is None:
        return "PostgreSQL does not run as root, and there is no user postgres or nobody"
    return ""


def _other_user() -> str | None:
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)


@contextmanager
def start_server() -> Iterator[Server]:
    """Run a server until the end; its folder stands where every user can reach it.

    A process of its own stops the server and clears up as soon as this one is gone, be it killed.
    """
    folder = Path(tempfile.mkdtemp(prefix="dupcheck-pg-"))
    server = Server(folder, _other_user() if os.geteuid() == 0 else None)
    if server.user is not None:
        shutil.chown(folder, server.user)
    guard = subprocess.Popen(
        [sys.executable, __file__, str(folder), server.user or ""], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        data = str(folder / "data")
        server.command("initdb", "-D", data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--no-sync")
        settings = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
        server.command("pg_ctl", "-D", data, "-w", "-o", f"-k {folder} {settings}", "start")
        yield server
    finally:
        guard.communicate(timeout=_PATIENCE)


def guard_server(folder: Path, user: str | None) -> None:
    """Wait until whoever started the server has no more use for it, or is gone; then stop it and clear up."""
    sys.stdin.read()
    try:
        if (folder / "data" / "postmaster.pid").exists():
            Server(folder, user).command("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    guard_server(Path(sys.argv[1]), sys.argv[2] or None)
