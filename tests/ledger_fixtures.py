"""Ledgers to test on: a file, and a database on a real PostgreSQL server."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from ledger_servers import Server, start_server, why_no_server

from dupcheck.ledger import open_ledger

KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.slow))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server of the tests' own."""
    if reason := why_no_server():
        pytest.skip(reason)
    with start_server() as server:
        yield server


@pytest.fixture(scope="session", params=KINDS)
def new_ledger(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Return the address of a new place for a ledger; ``made`` ones have their tables already."""
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgresql")

        def make_place(made: bool = True) -> str:
            return server.copy_place(lambda url: open_ledger(url).close()) if made else server.make_place()

        return make_place
    folder = tmp_path_factory.mktemp("ledgers")
    open_ledger(folder / "template").close()
    template_bytes = (folder / "template").read_bytes()

    numbers = count(1)

    def make(made: bool = True) -> str:
        path = folder / f"{next(numbers)}.sqlite"
        if made:
            path.write_bytes(template_bytes)
        return str(path)

    return make


@pytest.fixture
def ledger_url(new_ledger: Callable[..., str]) -> str:
    """The address of an empty ledger."""
    return new_ledger()


@pytest.fixture(scope="session", autouse=True)
def own_ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test reads or writes the ledger of whoever runs it."""
    path = tmp_path_factory.mktemp("own") / "ledger.sqlite"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUPCHECK_LEDGER", str(path))
        yield path
