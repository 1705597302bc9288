"""What is new since the ledger's last run: one line a run, said in the terminal, on the page and in ``audit.json``."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupcheck.ledger import open_ledger
from dupcheck.ledger.runs import read_runs, write_run
from dupcheck.reports.comparison import KINDS

NAMES = st.text(min_size=1, max_size=12)


@given(st.lists(st.tuples(NAMES, st.sampled_from(["ask", "none"]), st.lists(NAMES, max_size=4).map(tuple)), max_size=6))
def test_a_run_is_read_as_it_was_written(groups: list[tuple[str, str, tuple[str, ...]]]) -> None:
    details = json.loads(json.dumps(write_run(["b.csv", "a.csv"], 7, groups)))
    (run,) = read_runs([(details, "Mei", 3.0)], ["a.csv", "b.csv"])
    assert (run.at, run.listings, run.groups) == (3.0, 7, tuple(groups))
    assert not read_runs([(details, "Mei", 3.0)], ["a.csv"]), "another catalogue"


@pytest.mark.parametrize("packed", ["", "not packed", "c$@(M", 7, None])
def test_a_run_that_cannot_be_read_is_left_out(packed: Any) -> None:
    assert not read_runs([({"run": {"files": ["a.csv"], "groups": packed}}, "", 0.0)], ["a.csv"])


@pytest.fixture
def shop(tmp_path: Path) -> Callable[..., Path]:
    def write(*things: str) -> Path:
        lines = [
            f"{t}-{k},Brass {t} violin stand {t},{10 + len(t)},USD,Finish=Matt; Origin={t}"
            for t in things
            for k in (1, 2)
        ]
        path = tmp_path / "shop.csv"
        path.write_text("listing_id,title,price,currency,attributes\n" + "\n".join(lines), "utf-8")
        return path

    return write


def test_what_is_new_is_said_everywhere(run: Callable[..., Any], shop: Callable[..., Path], tmp_path: Path) -> None:
    ledger, out = tmp_path / "l.sqlite", tmp_path / "out"

    def audit(catalog: Path, *more: object) -> Any:
        told = run("audit", catalog, "--ledger", ledger, "--out", out, *more)
        assert told.code == 0, told.err
        return told

    first = audit(shop("oak", "elm", "ash"), "--since", "ledger")
    assert "no earlier run" in first.out
    audit(shop("oak", "elm", "ash"))  # noted too, though nothing is compared
    assert "since" not in json.loads((out / "audit.json").read_text("utf-8"))
    told = audit(shop("oak", "elm", "fir", "yew"), "--since", "ledger")
    since = json.loads((out / "audit.json").read_text("utf-8"))["since"]
    assert {kind: len(since[kind]) for kind in KINDS} == {"new": 2, "gone": 1, "changed": 0, "open": 2}
    assert [entry["groups"] for entry in since["trend"]] == [3, 3, 4]
    assert "2 new, 1 gone, 0 changed, 2 still open" in told.out and "3 → 3 → 4" in told.out
    page = (out / "report.html").read_text("utf-8")
    assert "2 new, 1 gone" in page and page.count("<rect ") == 3
    assert json.loads(audit(shop("oak", "elm"), "--since", "ledger", "--json").out)["since"]["gone"]
    with open_ledger(ledger) as book:
        assert len(book.list_runs(["shop.csv"])) == 4, "one line a run"
        assert not book.list_acts(), "a run is nothing that a person decided"
        assert [event.event for event in book.list_history()] == ["audited"] * 4


def test_without_a_ledger_there_is_nothing_to_compare_with(run: Callable[..., Any], shop: Callable[..., Path]) -> None:
    told = run("audit", shop("oak"), "--no-ledger", "--since", "ledger")
    assert told.code == 2 and "--no-ledger" in told.err


def test_a_ledger_that_cannot_be_written_stops_no_audit(
    run: Callable[..., Any], shop: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dupcheck.errors import LedgerError
    from dupcheck.ledger.book import Ledger

    ledger = tmp_path / "l.sqlite"
    open_ledger(ledger).close()

    def refuse(*_: object, **__: object) -> None:
        raise LedgerError("ledger.busy", ledger=ledger, seconds=1)

    monkeypatch.setattr(Ledger, "note_run", refuse)
    assert run("audit", shop("oak"), "--ledger", ledger, "--out", tmp_path / "out").code == 0
    assert run("audit", shop("oak"), "--ledger", ledger, "--out", tmp_path / "out", "--since", "ledger").code == 2
