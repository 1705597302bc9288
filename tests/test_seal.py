"""The note beside a ledger that says how far it has come: read as written, for its owner alone, and only a help."""

import os
import sys
from pathlib import Path

import pytest

import dupcheck as dc
from dupcheck.ledger.seal import name_seal, read_seal, write_seal


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


def test_what_was_noted_last_is_read(ledger: Path) -> None:
    assert read_seal(ledger) is None
    for event, chain in ((1, "a"), (7, "b")):
        write_seal(ledger, event, chain)
        assert read_seal(ledger) == (event, chain)
    assert list(ledger.parent.iterdir()) == [name_seal(ledger)]


@pytest.mark.skipif(os.name != "posix", reason="files have other rights elsewhere")
def test_it_is_its_owners_alone(ledger: Path) -> None:
    write_seal(ledger, 1, "a")
    assert name_seal(ledger).stat().st_mode & 0o777 == 0o600


NO_SEALS = ("", "no JSON", "[]", "{}", '{"event": 3}', '{"event": "x", "chain": "a"}')


@pytest.mark.parametrize("text", NO_SEALS)
def test_what_is_none_is_as_if_it_were_not_there(ledger: Path, text: str) -> None:
    name_seal(ledger).write_text(text, "utf-8")
    assert read_seal(ledger) is None


@pytest.mark.skipif(sys.platform == "win32", reason="a folder takes the name of no file there")
def test_what_hinders_it_is_no_error(ledger: Path) -> None:
    name_seal(ledger).mkdir()
    write_seal(ledger, 1, "a")
    assert read_seal(ledger) is None
    write_seal(ledger.parent / "gone" / "ledger.sqlite", 1, "a")


def test_a_ledger_is_verified_against_what_was_noted_of_it(ledger: Path) -> None:
    with dc.open_ledger(ledger) as opened:
        opened.decide([dc.Decision("A", "B", "not_duplicate", "two models", "", "")])
        known = opened.verify()
        assert read_seal(ledger) == known
        for event, chain in ((known[0] + 1, known[1]), (known[0], "0" * len(known[1]))):
            write_seal(ledger, event, chain)
            with pytest.raises(dc.LedgerError) as raised:
                opened.verify()
            assert raised.value.text.key == "ledger.went_back"
        write_seal(ledger, *known)
        assert opened.verify() == known
