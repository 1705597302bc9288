"""The ledger: claims that nobody can race or repeat, decisions, history; the same on SQLite and PostgreSQL."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy.dialects import postgresql as postgres
from sqlalchemy.schema import CreateTable

import dupcheck.ledger
from dupcheck.decisions import Decision
from dupcheck.errors import LedgerError, OverrideError, TokenError, TokenNeededError, UnknownTokenError
from dupcheck.ledger import find_address, open_ledger, recall
from dupcheck.ledger.book import Ledger
from dupcheck.ledger.chain import NEWEST
from dupcheck.ledger.claims import show_nothing
from dupcheck.ledger.leases import name_work
from dupcheck.ledger.schema import METADATA
from dupcheck.ledger.versions import REVISIONS, VERSION_TABLE
from dupcheck.model import Listing, Sku

WORKERS = Path(__file__).with_name("ledger_workers.py")
MIGRATIONS = Path(dupcheck.ledger.__file__).with_name("migrations")
PROCESSES = 200
LAMP = Listing(
    "L-1", "Brass lamp", 9.9, currency="USD", attributes={"Finish": "Matt"}, images=("a.jpg",),
    skus=(Sku({"Color": "Red"}, 9.9, "USD", "SKU-1"),),
)  # fmt: skip


class Clock:
    """A time that stands still until it is told to move."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def yes(others: Sequence[Listing]) -> tuple[bool, dict[str, Any]]:
    return True, {"others": [o.listing_id for o in others]}


def no(others: Sequence[Listing]) -> tuple[bool, dict[str, Any]]:
    return False, {"others": [o.listing_id for o in others]}


def never(others: Sequence[Listing]) -> tuple[bool, dict[str, Any]]:
    raise AssertionError("a replay is not judged again")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(ledger_url: str, clock: Clock) -> Iterator[Ledger]:
    with open_ledger(ledger_url, clock=clock) as opened:
        yield opened


def events(ledger: Ledger) -> list[str]:
    return [e.event for e in ledger.list_history()]


class TestClaims:
    def test_the_first_wins_and_the_second_is_told_who_was_there(self, ledger: Ledger) -> None:
        first = ledger.claim("one", LAMP, yes)
        assert (first.granted, first.state, first.answer) == (True, "claimed", {"others": []})
        second = ledger.claim("two", replace(LAMP, listing_id="L-2", title="Brass lamp, tall"), no)
        assert (second.granted, second.state, second.answer) == (False, "refused", {"others": ["L-1"]})

    def test_what_is_the_same_never_wins_twice_whatever_the_judge_says(self, ledger: Ledger) -> None:
        assert ledger.claim("one", LAMP, yes).granted
        twin = replace(LAMP, stock=5.0, description="new words")
        assert not ledger.claim("two", twin, yes).granted
        other = replace(LAMP, listing_id="L-9")
        assert not ledger.claim("three", other, yes).granted, "nor under another id"
        assert not ledger.claim("four", replace(LAMP, listing_id="row-1"), yes).granted, "nor under none"

        def decided(others: Sequence[Listing]) -> tuple[bool, dict[str, Any]]:
            return True, {"decisions": [{"listing_id": "L-1", "decision": "allowed", "in_force": True}]}

        assert ledger.claim("five", other, decided).granted, "unless the seller has decided that both may stand"

    def test_a_listing_comes_back_whole(self, ledger: Ledger) -> None:
        ledger.claim("one", LAMP, yes)
        seen: list[Listing] = []

        def judge(others: Sequence[Listing]) -> tuple[bool, dict[str, Any]]:
            seen.extend(others)
            return True, {}

        ledger.claim("two", replace(LAMP, title="Oak chair"), judge)
        assert seen == [LAMP]
        ledger.publish("one")
        assert ledger.list_published() == [LAMP]

    @pytest.mark.parametrize("judge", [yes, no])
    def test_a_replay_gets_the_stored_answer_and_no_second_yes(self, ledger: Ledger, judge: Any) -> None:
        first = ledger.claim("one", LAMP, judge)
        again = ledger.claim("one", LAMP, never)
        assert (again.granted, again.replayed) == (False, True)
        assert (again.answer, again.state, again.claimed) == (first.answer, first.state, first.claimed)

    @pytest.mark.parametrize(
        "other", [replace(LAMP, title="Oak chair"), replace(LAMP, stock=3.0), replace(LAMP, listing_id="L-2")]
    )
    def test_a_token_stands_for_one_draft(self, ledger: Ledger, other: Listing) -> None:
        ledger.claim("one", LAMP, yes)
        with pytest.raises(TokenError, match="another draft"):
            ledger.claim("one", other, never)
        assert ledger.claim("two", other, no).answer == {"others": ["L-1"]}

    def test_a_photo_is_a_part_of_the_draft(self, ledger: Ledger) -> None:
        ledger.claim("one", LAMP, yes, content="1-a")
        with pytest.raises(TokenError):
            ledger.claim("one", LAMP, never, content="1-b")

    @pytest.mark.parametrize("token", ["a b", "a\nb", "x" * 201, "\0", "\ud800"])
    def test_odd_tokens_are_refused(self, ledger: Ledger, token: str) -> None:
        calls: list[Callable[[], object]] = [lambda: ledger.claim(token, LAMP, yes), lambda: ledger.publish(token)]
        for call in calls:
            with pytest.raises(TokenError, match="visible"):
                call()
        assert events(ledger) == []

    def test_hostile_texts_are_kept(self, ledger: Ledger) -> None:
        odd = Listing("id\0\ud800'; DROP TABLE x; --", "t\0itle \ud83d", attributes={"\0": "\udfff"})
        claim = ledger.claim("令牌-№1", odd, lambda _: (True, {"text": "\0\ud800 ok"}))
        assert claim.answer == {"text": "\0\ud800 ok"}
        assert claim.listing == odd
        assert ledger.publish("令牌-№1").state == "published"
        assert ledger.list_published() == [odd]
        assert ledger.claim("令牌-№1", odd, never).replayed

    def test_a_judge_that_fails_leaves_nothing_behind(self, ledger: Ledger) -> None:
        with pytest.raises(AssertionError):
            ledger.claim("one", LAMP, never)
        assert ledger.get_claim("one") is None
        assert events(ledger) == []
        assert ledger.claim("one", LAMP, yes).granted

    def test_it_expires_at_its_time_and_not_before(self, ledger: Ledger, clock: Clock) -> None:
        ledger.claim("one", LAMP, yes, ttl=60)
        clock.now += 59.9
        assert not ledger.claim("two", LAMP, yes).granted
        clock.now += 0.1
        found = ledger.get_claim("one")
        assert found is not None and found.state == "expired"
        assert ledger.claim("three", LAMP, yes).granted
        again = ledger.claim("one", LAMP, never)
        assert (again.state, again.granted) == ("expired", False)
        with pytest.raises(TokenError, match="expired"):
            ledger.publish("one")

    def test_publishing_again_changes_nothing(self, ledger: Ledger, clock: Clock) -> None:
        ledger.claim("one", LAMP, yes, ttl=60)
        assert (ledger.publish("one").replayed, ledger.publish("one").replayed) == (False, True)
        clock.now += 1e6
        assert ledger.publish("one").state == "published"
        assert events(ledger) == ["claimed", "published"]

    def test_what_is_released_is_free_at_once(self, ledger: Ledger) -> None:
        ledger.claim("one", LAMP, yes)
        assert [ledger.release("one").state, ledger.release("one").state] == ["released", "released"]
        assert ledger.claim("two", LAMP, yes).granted
        with pytest.raises(TokenError, match="released"):
            ledger.publish("one")

    def test_unknown_tokens_are_named(self, ledger: Ledger) -> None:
        for call in (ledger.publish, ledger.release):
            with pytest.raises(UnknownTokenError, match="nobody"):
                call("nobody")

    def test_what_the_catalogue_shows_is_judged_each_time_and_forgets_nothing(self, ledger: Ledger) -> None:
        def show(listings: Sequence[Listing]) -> list[bool]:
            return [x.listing_id == "100500" for x in listings]

        ledger.claim("one", LAMP, yes)
        assert ledger.list_published() == []
        ledger.publish("one", listing_id="100500")
        assert [x.listing_id for x in ledger.list_published()] == ["100500"]
        assert ledger.list_published(show) == []
        chair = replace(LAMP, title="Oak chair")
        assert ledger.claim("two", chair, yes).answer == {"others": ["100500"]}
        table = replace(LAMP, title="Ash table")
        assert ledger.claim("three", table, yes, shows=show).answer == {"others": ["L-1"]}
        assert [x.listing_id for x in ledger.list_published()] == ["100500"], "an older catalogue may come back"
        for key, shown in (("four", show), ("five", show_nothing)):
            assert not ledger.claim(key, LAMP, yes, shows=shown).granted
            assert not ledger.claim(f"{key}-2", replace(LAMP, listing_id="L-7"), yes, shows=shown).granted
        ledger.release("one", override="taken offline")
        assert ledger.claim("six", LAMP, yes).granted

    def test_one_id_on_the_marketplace_is_one_publication(self, ledger: Ledger) -> None:
        ledger.claim("one", LAMP, yes)
        ledger.claim("two", replace(LAMP, title="Oak chair"), yes)
        ledger.claim("none", Listing("row-1", "Ash table"), yes)
        ledger.publish("one", listing_id="M-1")
        assert ledger.publish("one").replayed and ledger.publish("one", listing_id="M-1").replayed
        for key, listing_id, says in (("two", "M-1", "another published draft"), ("one", "M-9", "as M-1 already")):
            with pytest.raises(TokenError, match=says):
                ledger.publish(key, listing_id=listing_id)
        assert ledger.publish("none").state == "published", "a draft without an id is published without one"
        assert ledger.publish("none", listing_id="M-2").listing.listing_id == "M-2", "and gets it when it is known"
        with pytest.raises(TokenError, match="M-3"):
            ledger.publish("none", listing_id="M-3")
        ledger.release("one", override="ended on the marketplace")
        assert ledger.publish("two", listing_id="M-1").state == "published"

    def test_an_override_is_granted_and_recorded(self, ledger: Ledger) -> None:
        ledger.claim("one", LAMP, yes)
        claim = ledger.claim("two", LAMP, no, override="second shop, agreed with the marketplace")
        assert (claim.granted, claim.state, claim.override) == (
            True,
            "claimed",
            "second shop, agreed with the marketplace",
        )
        ledger.publish("two")
        last = ledger.list_history()[1]
        assert (last.event, last.token, last.listings, last.reason) == ("overridden", "two", ("L-1",), claim.override)
        assert not ledger.claim("two", LAMP, never, override="again").granted
        assert ledger.claim("three", replace(LAMP, title="Oak"), yes, override="not needed").override == ""

    def test_late_confirmations_and_withdrawals_need_a_reason(self, ledger: Ledger, clock: Clock) -> None:
        ledger.claim("one", LAMP, yes, ttl=1)
        clock.now += 2
        assert ledger.publish("one", override="it went online in time").state == "published"
        with pytest.raises(TokenError, match="already published"):
            ledger.release("one")
        assert ledger.release("one", override="taken offline").state == "released"
        assert [(e.event, e.reason) for e in ledger.list_history()][-2:] == [
            ("published", "it went online in time"), ("released", "taken offline"),
        ]  # fmt: skip
        assert ledger.claim("two", LAMP, yes).granted

    def test_threads_share_a_ledger(self, ledger: Ledger) -> None:
        claims: list[Any] = []

        def ask(number: int) -> None:
            claims.append(ledger.claim(f"T-{number}", LAMP, yes))

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(c.granted for c in claims) == [False] * 11 + [True]

    def test_history_holds_every_event_and_cannot_be_changed(
        self, ledger: Ledger, clock: Clock, ledger_url: str
    ) -> None:
        ledger.claim("one", LAMP, yes, ttl=5)
        ledger.claim("one", LAMP, never)
        ledger.claim("two", LAMP, no)
        clock.now += 5
        ledger.claim("three", LAMP, yes)
        ledger.release("three")
        wanted = ["claimed", "replayed", "refused", "expired", "claimed", "released"]
        assert events(ledger) == wanted
        assert [e.at for e in ledger.list_history()] == [1e6] * 3 + [1e6 + 5] * 3
        engine = sa.create_engine(_sqlalchemy_url(ledger_url))
        for sql in ("DELETE FROM dupcheck_history", "UPDATE dupcheck_history SET reason = 'x'"):
            with pytest.raises(sa.exc.DBAPIError, match="only added to"), engine.begin() as connection:
                connection.exec_driver_sql(sql)
        engine.dispose()
        assert events(ledger) == wanted


def _sqlalchemy_url(place: str) -> str:
    return place if "://" in place else f"sqlite:///{place}"


DECISIONS = st.sampled_from([("A", "B"), ("A", "C"), ("B", "C")])


class TestDecisions:
    def test_the_last_word_counts_and_content_is_part_of_the_key(self, ledger: Ledger, clock: Clock) -> None:
        first = Decision("A", "B", "not_duplicate", "two models", "1-a", "1-b")
        other = replace(first, content_b="1-c", reason="after the change")
        assert ledger.decide([first, other]) == 2
        clock.now += 5
        ledger.decide([replace(first, decision="allowed", reason="")])
        assert [(d.decision, d.content_b, d.decided) for d in ledger.list_decisions()] == [
            ("not_duplicate", "1-c", 1e6), ("allowed", "1-b", 1e6 + 5),
        ]  # fmt: skip
        assert events(ledger) == ["not_duplicate", "not_duplicate", "allowed"]

    def test_withdrawn_is_gone_and_can_be_decided_again(self, ledger: Ledger) -> None:
        made = Decision("A", "B", "not_duplicate", "", "1-a", "1-b")
        ledger.decide([made, replace(made, content_a="1-x"), replace(made, listing_b="C")])
        assert ledger.withdraw("B", "A", "a mistake") == 2
        assert [d.listings for d in ledger.list_decisions()] == [("A", "C")]
        assert ledger.withdraw("A", "B") == 0
        assert ledger.list_history()[-1].reason == "a mistake"
        ledger.decide([made])
        assert len(ledger.list_decisions()) == 2

    def test_all_or_none(self, ledger: Ledger) -> None:
        made = Decision("A", "B", "not_duplicate", "", "1-a", "1-b")

        def broken() -> Iterator[Decision]:
            yield made
            raise ValueError

        with pytest.raises(ValueError):
            ledger.decide(broken())
        assert ledger.list_decisions() == [] and events(ledger) == []


def describe_tables(url: str) -> dict[str, object]:
    """Each table of a database, to the length of a text, with what its rows are held to."""
    engine = sa.create_engine(url)
    look, told = sa.inspect(engine), dict[str, object]()
    for table in look.get_table_names():
        columns = [
            (c["name"], str(c["type"]), c["nullable"], c["default"], dict(c)["primary_key"])
            for c in look.get_columns(table)
        ]
        unique = sorted(tuple(sorted(u["column_names"])) for u in look.get_unique_constraints(table))
        indexes = sorted(
            (str(i["name"]), str(i["column_names"]), i["unique"], str(i.get("dialect_options", {}).get("sqlite_where")))
            for i in look.get_indexes(table)
        )
        told[table] = (columns, unique, indexes)
    engine.dispose()
    return told


def test_a_new_ledger_has_the_tables_that_the_code_speaks_of(tmp_path: Path) -> None:
    made, spoken = (f"sqlite:///{tmp_path / name}.sqlite" for name in ("made", "spoken"))
    open_ledger(made).close()
    engine = sa.create_engine(spoken)
    METADATA.create_all(engine)
    engine.dispose()
    assert describe_tables(made) == describe_tables(spoken)


@pytest.mark.slow
class TestOpening:
    def test_tables_are_those_of_the_code_and_versions_those_of_the_files(self, new_ledger: Callable[..., str]) -> None:
        url = new_ledger(made=False)
        open_ledger(url).close()
        engine = sa.create_engine(_sqlalchemy_url(url))
        with engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        engine.dispose()
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        assert tuple(s.revision for s in ScriptDirectory.from_config(config).walk_revisions())[::-1] == REVISIONS

    @pytest.mark.parametrize("version", REVISIONS[:-1])
    def test_an_older_ledger_is_brought_up_to_date_with_what_it_holds(
        self, new_ledger: Callable[..., str], version: str
    ) -> None:
        url = new_ledger(made=False)
        engine = sa.create_engine(_sqlalchemy_url(url))
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, version)
            connection.exec_driver_sql(
                "INSERT INTO dupcheck_decision (pair, listing_a, listing_b, content_a, content_b, decision, reason, "
                "decided) VALUES ('k', 'A', 'B', '1-a', '1-b', 'allowed', 'kept', 5)"
            )
        engine.dispose()
        with open_ledger(url) as opened:
            assert [d.reason for d in opened.list_decisions()] == ["kept"]
            assert opened.claim("one", LAMP, yes).granted

    def test_a_newer_ledger_is_left_alone(self, new_ledger: Callable[..., str]) -> None:
        url = new_ledger()
        engine = sa.create_engine(_sqlalchemy_url(url))
        with engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
        engine.dispose()
        with pytest.raises(LedgerError, match="newer dupcheck") as caught:
            open_ledger(url)
        assert "9999" in str(caught.value) and REVISIONS[-1] in str(caught.value)

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot fork here")
    def test_many_open_a_new_one_at_once(self, new_ledger: Callable[..., str]) -> None:
        lines = run_workers("open", new_ledger(made=False), 16)
        assert sorted(line["number"] for line in lines) == list(range(16))

    def test_threads_open_a_new_one_at_once(self, new_ledger: Callable[..., str]) -> None:
        url = new_ledger(made=False)
        failed: list[BaseException] = []

        def look() -> None:
            try:
                open_ledger(url).close()
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=look) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert failed == []

    @pytest.mark.parametrize(
        "place", ["mysql://host/name", "sqlite://", "sqlite:///", "postgresql://", "://", "http://x/y"]
    )
    def test_other_places_are_refused(self, place: str) -> None:
        with pytest.raises(LedgerError, match="postgresql"):
            find_address(place)

    def test_an_address_is_shown_without_its_password(self) -> None:
        shown = str(find_address("postgresql://me:secret@db.example:5433/shop?options=x"))
        assert shown == "postgresql+psycopg://db.example:5433/shop"

    def test_files_that_are_no_ledger(self, tmp_path: Path) -> None:
        (tmp_path / "table.csv").write_text("listing_id,title\n" * 100)
        for place in (tmp_path / "table.csv", tmp_path, tmp_path / "table.csv" / "below"):
            with pytest.raises(LedgerError, match=place.name):
                open_ledger(place)
        assert (tmp_path / "table.csv").read_text() == "listing_id,title\n" * 100

    def test_a_server_that_is_not_there(self) -> None:
        with pytest.raises(LedgerError) as caught:
            open_ledger("postgresql://me:secret@127.0.0.1:1/none")
        assert "secret" not in str(caught.value)

    def test_a_missing_driver_is_one_clear_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "psycopg", None)
        with pytest.raises(LedgerError, match=r"dupcheck\[postgresql\]"):
            open_ledger("postgresql://127.0.0.1/none")

    def test_what_is_not_needed_is_not_imported(self, tmp_path: Path) -> None:
        code = (
            "import sys, dupcheck.ledger as x\n"
            "def seen(): print(*sorted({m.split('.')[0] for m in sys.modules} & {'sqlalchemy', 'alembic', 'pandas'}))\n"
            "seen(); x.open_ledger(sys.argv[1]).close(); seen()"
        )
        args = [sys.executable, "-c", code, str(tmp_path / "x.sqlite")]
        shown = [subprocess.run(args, capture_output=True, text=True, check=True).stdout.splitlines() for _ in range(2)]
        assert shown == [["", "alembic sqlalchemy"], ["", "sqlalchemy"]]


def call_workers(verb: str, url: str, number: int) -> list[str]:
    ended = subprocess.run(
        [sys.executable, str(WORKERS), verb, url, str(number)], capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


def run_workers(verb: str, url: str, processes: int) -> list[dict[str, Any]]:
    return [json.loads(line) for line in call_workers(verb, url, processes)]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot fork here")
class TestManyProcesses:
    @pytest.mark.parametrize(("processes", "made"), [(PROCESSES, True), (PROCESSES // 5, False)])
    def test_one_wins_and_nothing_is_lost(self, new_ledger: Callable[..., str], processes: int, made: bool) -> None:
        """Many processes at once: one draft, one token, one rule, and all sorts; some where no ledger is there yet.

        Each of these may begin to make one, which takes longer than all else; that is why they are fewer.
        """
        url = new_ledger(made=made)
        lines = run_workers("race", url, processes)
        assert len(lines) == processes
        by_kind = {kind: [x for x in lines if x["kind"] == kind] for kind in ("same", "token", "rule", "apart")}
        assert {k: sum(x["granted"] for x in v) for k, v in by_kind.items()} == {
            "same": 1, "token": 1, "rule": 1, "apart": processes // 4,
        }  # fmt: skip
        (winner,) = (x for x in by_kind["token"] if x["granted"])
        assert all(x["answer"] == winner["answer"] for x in by_kind["token"])
        assert all(x["replayed"] != x["granted"] for x in by_kind["token"])
        assert {x["state"] for x in by_kind["rule"] if not x["granted"]} == {"refused"}
        with open_ledger(url) as ledger:
            happened = events(ledger)
        assert {e: happened.count(e) for e in set(happened)} == {
            "claimed": 3 + processes // 4, "replayed": processes // 4 - 1, "refused": processes // 2 - 2,
        }  # fmt: skip

    def test_killed_at_any_moment_nothing_confirmed_is_lost_and_nobody_waits(
        self, new_ledger: Callable[..., str]
    ) -> None:
        url = new_ledger()
        lines = call_workers("kill", url, 10)
        told = {(what, token) for what, token in (line.split() for line in lines)}
        with open_ledger(url) as ledger:
            assert ledger.claim("after", LAMP, yes).granted
            states = {token: ledger.get_claim(token) for _, token in told}
            assert all(c is not None and c.state in ("claimed", "published") for c in states.values())
            confirmed = {token for what, token in told if what == "published"}
            assert len(confirmed) >= 10
            assert all(states[token].state == "published" for token in confirmed)  # type: ignore[union-attr]
            assert confirmed <= {x.listing_id for x in ledger.list_published()}
            noted = {e.token for e in ledger.list_history() if e.event == "published"}
            assert noted == {x.listing_id for x in ledger.list_published()}, "state and history go together"


class TestTokens:
    def test_a_token_is_for_one_draft_one_person_one_claim(self, ledger: Ledger) -> None:
        ticket = ledger.issue(LAMP, person="ada")
        assert ticket.token != ledger.issue(LAMP, person="ada").token and len(ticket.token) >= 40
        with pytest.raises(TokenError, match="another draft"):
            ledger.claim("one", replace(LAMP, price=9.8), yes, token=ticket.token, person="ada")
        with pytest.raises(TokenNeededError, match="issued to ada"):
            ledger.claim("one", LAMP, yes, token=ticket.token, person="bo")
        with pytest.raises(TokenError, match="never issued"):
            ledger.claim("one", LAMP, yes, token="dt-guess", person="ada")
        claim = ledger.claim("one", LAMP, yes, token=ticket.token, person="ada")
        assert claim.granted and claim.token == ticket.token
        with pytest.raises(TokenError, match="used before, for one"):
            ledger.claim("two", LAMP, yes, token=ticket.token, person="ada")
        again = ledger.claim("one", LAMP, never, token=ticket.token, person="ada")
        assert (again.replayed, again.granted, again.token) == (True, False, "")

    def test_a_name_that_one_token_claimed_is_not_given_to_another(self, ledger: Ledger) -> None:
        first, second = ledger.issue(LAMP, person="ada"), ledger.issue(LAMP, person="ada")
        assert ledger.claim("one", LAMP, yes, token=first.token, person="ada").granted
        assert ledger.claim("one", LAMP, yes, token=first.token, person="ada").replayed
        with pytest.raises(TokenError, match="claim with another token"):
            ledger.claim("one", LAMP, yes, token=second.token, person="ada")

    def test_without_a_name_a_token_works_once(self, ledger: Ledger) -> None:
        ticket = ledger.issue(LAMP)
        claim = ledger.claim("", LAMP, yes, token=ticket.token)
        assert claim.granted and ticket.token not in claim.key
        with pytest.raises(TokenError, match="used before"):
            ledger.claim("", LAMP, never, token=ticket.token)
        assert ledger.publish(claim.key, token=ticket.token).state == "published"

    def test_without_name_and_token_each_attempt_is_its_own(self, ledger: Ledger) -> None:
        first, second = ledger.claim("", LAMP, yes), ledger.claim("", LAMP, yes)
        assert (first.granted, second.granted) == (True, False) and first.key != second.key
        assert ledger.publish(first.key, token=first.token).state == "published"

    def test_a_refused_claim_uses_it_up_and_gives_no_right(self, ledger: Ledger) -> None:
        ticket = ledger.issue(LAMP)
        refused = ledger.claim("one", LAMP, no, token=ticket.token)
        assert (refused.granted, refused.token) == (False, "")
        with pytest.raises(TokenError):
            ledger.publish("one", token=ticket.token)

    def test_it_runs_out(self, ledger: Ledger, clock: Clock) -> None:
        ticket = ledger.issue(LAMP, ttl=60)
        clock.now += 60
        with pytest.raises(TokenError, match="could be used until"):
            ledger.claim("one", LAMP, yes, token=ticket.token)

    def test_who_knows_the_name_alone_neither_publishes_nor_gives_back(self, ledger: Ledger) -> None:
        claim = ledger.claim("one", LAMP, yes, person="ada")
        for change in (ledger.publish, ledger.release):
            for shown in ("", "one", "dt-guess"):
                with pytest.raises(TokenNeededError):
                    change("one", token=shown)
            with pytest.raises(TokenNeededError, match="ada"):
                change("one", person="bo")
        found = ledger.get_claim("one")
        assert found is not None and (found.state, found.token) == ("claimed", "")
        assert ledger.publish(claim.token).key == "one", "the token itself is enough"

    def test_the_ledger_keeps_no_token(self, tmp_path: Path) -> None:
        with open_ledger(tmp_path / "l.sqlite") as ledger:
            tokens = [ledger.issue(LAMP).token, ledger.claim("one", LAMP, yes).token]
        kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert all(token.encode() not in kept for token in tokens)

    @pytest.mark.parametrize("reason", ["\0", "\u200b", "  ", "...", "\u3164\u3164", "1", "x", "\u2800", "\ufeff"])
    def test_a_reason_has_words(self, ledger: Ledger, reason: str) -> None:
        ledger.claim("one", LAMP, yes)
        calls: list[Callable[[], object]] = [
            lambda: ledger.claim("two", LAMP, no, override=reason),
            lambda: ledger.publish("one", override=reason),
            lambda: ledger.release("one", override=reason),
        ]
        for call in calls:
            with pytest.raises(OverrideError):
                call()


PAIR = Decision("A", "B", "not_duplicate", "two models", "1-a", "1-b")


class TestActs:
    def test_an_act_names_who_and_when_and_is_undone_to_what_was(self, ledger: Ledger, clock: Clock) -> None:
        ledger.decide([PAIR], person="ada")
        clock.now += 5
        ledger.decide([replace(PAIR, decision="allowed"), replace(PAIR, listing_b="C")], person="bo")
        second, first = ledger.list_acts()
        assert [(a.person, a.at, len(a.decisions)) for a in (first, second)] == [("ada", 1e6, 1), ("bo", 1e6 + 5, 2)]
        assert [a.number for a in ledger.list_acts(person="ada")] == [first.number]
        with pytest.raises(LedgerError, match=f"Undo act {second.number} first"):
            ledger.undo(first.number)
        undone = ledger.undo(second.number, person="cy")
        assert (undone.undone_by, set(undone.listings)) == ("cy", {"A", "B", "C"})
        assert [(d.decision, d.person, d.decided) for d in ledger.list_decisions()] == [("not_duplicate", "ada", 1e6)]
        ledger.undo(first.number)
        assert ledger.list_decisions() == []
        for number, says in ((first.number, "undone already"), (99, "no act 99")):
            with pytest.raises(LedgerError, match=says):
                ledger.undo(number)

    def test_a_withdrawal_is_an_act_too(self, ledger: Ledger) -> None:
        ledger.decide([PAIR], person="ada")
        ledger.withdraw("A", "B", person="bo")
        (last, _) = ledger.list_acts()
        assert (last.kind, last.listings) == ("withdraw", ("A", "B"))
        ledger.undo(last.number)
        assert [d.person for d in ledger.list_decisions()] == ["ada"]

    def test_what_else_was_chosen_is_kept(self, ledger: Ledger) -> None:
        ledger.decide([], person="ada", work="w", details={"keep": "A", "title": "Brass lamp\0\ud800"})
        (act,) = ledger.list_acts(work="w")
        assert act.details == {"keep": "A", "title": "Brass lamp\0\ud800"}


class TestLeases:
    WORKS = tuple(name_work([f"{n}a", f"{n}b"]) for n in range(3))

    def test_each_takes_the_next_and_none_is_in_two_hands(self, ledger: Ledger, clock: Clock) -> None:
        first = ledger.take_next(self.WORKS, "ada", seconds=60)
        second = ledger.take_next(self.WORKS, "bo", seconds=60)
        assert first is not None and second is not None
        assert (first.work, second.work) == self.WORKS[:2]
        assert ledger.take_next(self.WORKS, "ada", seconds=60) == first, "what she has already comes first"
        with pytest.raises(LedgerError, match="ada is working"):
            ledger.decide([PAIR], person="bo", work=first.work)
        with pytest.raises(LedgerError, match="ada is working"):
            ledger.keep_work(first.work, "bo")
        ledger.decide([PAIR], person="ada", work=first.work)
        with pytest.raises(LedgerError, match="ada has settled"):
            ledger.decide([PAIR], person="bo", work=first.work)
        assert ledger.hand_back(second.work, "bo") and not ledger.hand_back(second.work, "bo")
        third = ledger.take_next(self.WORKS, "cy", seconds=60)
        assert third is not None and third.work == second.work
        assert [(x.person, x.settled) for x in ledger.list_leases()] == [("ada", True), ("cy", False)]
        clock.now += 60
        taken = ledger.take_next(self.WORKS, "ada")
        assert taken is not None and taken.work == second.work, "what somebody let go is open again"

    def test_undone_is_open_again(self, ledger: Ledger) -> None:
        ledger.decide([PAIR], person="ada", work=self.WORKS[0])
        assert ledger.take_next(self.WORKS[:1], "bo") is None
        ledger.undo(ledger.list_acts()[0].number)
        assert ledger.take_next(self.WORKS[:1], "bo") is not None

    def test_eight_people_share_the_work(self, ledger_url: str) -> None:
        works = [name_work([f"{n}a", f"{n}b"]) for n in range(40)]
        settled: list[tuple[str, str]] = []

        def work(person: str) -> None:
            with open_ledger(ledger_url) as mine:
                while (lease := mine.take_next(works, person)) is not None:
                    mine.decide([replace(PAIR, listing_a=lease.work)], person=person, work=lease.work)
                    settled.append((lease.work, person))

        threads = [threading.Thread(target=work, args=(f"p{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert sorted(w for w, _ in settled) == sorted(works)

    def test_a_group_that_changed_is_another(self) -> None:
        assert name_work(["a", "b"], {"a": "1"}) != name_work(["a", "b"], {"a": "2"})


class TestScopes:
    def test_one_account_never_blocks_another(self, ledger_url: str) -> None:
        with open_ledger(ledger_url, scope="shop one") as one, open_ledger(ledger_url, scope="shop two") as two:
            assert one.claim("one", LAMP, yes).granted and two.claim("two", LAMP, yes).granted
            one.publish("one", listing_id="M-1")
            two.publish("two", listing_id="M-1")
            with pytest.raises(UnknownTokenError):
                two.publish("one")
            one.decide([PAIR])
            assert two.list_decisions() == [] and two.list_acts() == []
            assert [len(x.list_published()) for x in (one, two)] == [1, 1]
        with open_ledger(ledger_url) as both:
            assert len(both.list_published()) == 2 and len(both.list_decisions()) == 1

    def test_what_belongs_to_no_account_counts_in_all(self, ledger_url: str) -> None:
        with open_ledger(ledger_url) as old:
            old.claim("one", LAMP, yes)
            old.publish("one")
        with open_ledger(ledger_url, scope="shop") as shop:
            assert not shop.claim("two", LAMP, yes).granted


def test_what_is_published_counts_when_its_time_is_over(ledger: Ledger, clock: Clock) -> None:
    ledger.claim("one", LAMP, yes, ttl=60)
    ledger.publish("one")
    ledger.claim("two", replace(LAMP, listing_id="T-2", title="Oak bench"), yes, ttl=60)
    assert [x.title for x in ledger.list_live()] == [LAMP.title, "Oak bench"]
    clock.now += 61
    assert [x.title for x in ledger.list_live()] == [LAMP.title]


class TestHarm:
    """What happens to a ledger from outside is seen before anything is granted on top of it."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> Path:
        place = tmp_path / "deep" / "ledger.sqlite"
        with open_ledger(place) as ledger:
            assert ledger.created
            ledger.claim("one", LAMP, yes)
            ledger.publish("one")
        return place

    def test_rights(self, place: Path) -> None:
        assert (place.stat().st_mode & 0o777, place.parent.stat().st_mode & 0o777) == (0o600, 0o700)

    @pytest.mark.parametrize(
        "harm",
        [
            "DELETE FROM dupcheck_claim", "UPDATE dupcheck_claim SET state = 'released'",
            "UPDATE dupcheck_claim SET content = 'x', matter = 'x'", "UPDATE dupcheck_claim SET listing_id = 'x'",
            "UPDATE dupcheck_claim SET override = 'x'",
        ],
    )  # fmt: skip
    def test_changed_claims_are_seen(self, place: Path, harm: str) -> None:
        with open_ledger(place) as running:
            base = sqlite3.connect(place)
            with base:
                base.execute(harm)
            with pytest.raises(LedgerError, match="changed from outside"):
                running.claim("two", replace(LAMP, title="Oak"), yes)
            with pytest.raises(LedgerError, match="changed from outside"):
                running.verify()
        with pytest.raises(LedgerError, match="changed from outside"):
            open_ledger(place)
        base.close()

    def test_a_guard_that_is_gone_hides_nothing(self, place: Path) -> None:
        with open_ledger(place) as running:
            base = sqlite3.connect(place)
            with base:
                base.execute("UPDATE dupcheck_claim SET state = 'released'")
                base.execute("DELETE FROM dupcheck_guard")
            with pytest.raises(LedgerError, match="changed from outside"):
                running.claim("two", replace(LAMP, title="Oak"), yes)
            with base:
                base.execute("UPDATE dupcheck_claim SET state = 'published'")
            running.claim("two", replace(LAMP, title="Oak"), yes)
            assert base.execute("SELECT changes, known FROM dupcheck_guard").fetchall() == [(0, 0)]
            base.close()

    def test_a_changed_history_is_seen(self, place: Path) -> None:
        base = sqlite3.connect(place)
        row = base.execute("SELECT * FROM dupcheck_history WHERE id = 1").fetchone()
        for verb in ("REPLACE", "INSERT OR IGNORE"):
            with pytest.raises(sqlite3.IntegrityError, match="only added to"):
                base.execute(f"{verb} INTO dupcheck_history VALUES ({','.join('?' * len(row))})", row)
        with base:
            base.execute("DROP TRIGGER dupcheck_history_no_update")
            base.execute("UPDATE dupcheck_history SET reason = 'x' WHERE id = 1")
        base.close()
        with pytest.raises(LedgerError, match="event 1"):
            open_ledger(place)

    def test_a_history_cut_short_is_seen(self, place: Path) -> None:
        base = sqlite3.connect(place)
        with base:
            base.execute("DROP TRIGGER dupcheck_history_no_delete")
            base.execute("DELETE FROM dupcheck_history")
            base.execute("DELETE FROM dupcheck_claim")
        base.close()
        with pytest.raises(LedgerError, match="older state of itself"):
            open_ledger(place)

    def test_an_older_copy_is_told(self, place: Path, tmp_path: Path) -> None:
        copy = shutil.copy(place, tmp_path / "copy")
        with open_ledger(place) as ledger:
            ledger.claim("two", replace(LAMP, title="Oak"), yes)
        shutil.copy(copy, place)
        with pytest.raises(LedgerError, match="older state of itself"):
            open_ledger(place)
        place.with_name("ledger.sqlite-seal").unlink()
        open_ledger(place).close()

    @pytest.mark.parametrize("other", ["nothing", "empty", "new"])
    def test_a_file_that_goes_while_it_is_open_stops_the_ledger(self, place: Path, other: str) -> None:
        with open_ledger(place) as running:
            running.claim("two", replace(LAMP, title="Oak"), yes)
            for file in place.parent.glob("ledger.sqlite*"):
                if not file.name.endswith("seal"):
                    file.unlink()
            if other == "empty":
                place.touch()
            elif other == "new":
                shutil.copy(open_and_close(place.with_name("fresh.sqlite")), place)
            for call in (lambda: running.claim("three", LAMP, yes), running.list_published, running.try_writing):
                with pytest.raises(LedgerError, match="deleted or replaced"):
                    call()
        with pytest.raises(LedgerError):
            open_ledger(place)
        assert find_address(place).exists(), "who only reads is told, too"
        with pytest.raises(LedgerError):
            recall(find_address(place))

    def test_the_journal_that_goes_stops_it_too(self, place: Path) -> None:
        with open_ledger(place) as running:
            running.claim("two", replace(LAMP, title="Oak"), yes)
            place.with_name("ledger.sqlite-wal").unlink()
            with pytest.raises(LedgerError, match="deleted or replaced"):
                running.publish("two")

    def test_an_empty_file_is_no_ledger(self, tmp_path: Path) -> None:
        (tmp_path / "l.sqlite").touch()
        with pytest.raises(LedgerError, match="empty file"):
            open_ledger(tmp_path / "l.sqlite")

    def test_a_full_disk_is_one_clear_error_and_takes_nothing_back(self, place: Path) -> None:
        with open_ledger(place) as running:
            running.try_writing()
            most = sa.event.listens_for(running._store._engine, "begin")
            pages = [0]

            @most
            def fill(connection: sa.Connection) -> None:
                pages[0] = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
                connection.exec_driver_sql(f"PRAGMA max_page_count = {pages[0]}")

            with pytest.raises(LedgerError, match="full"):
                for n in range(200):
                    running.claim(f"k-{n}", replace(LAMP, title=f"Oak {n}", description="x" * 9000), yes)
            assert [x.listing_id for x in running.list_published()] == ["L-1"]
            running.verify()

    def test_readiness_does_not_wait_for_a_stuck_writer(self, place: Path) -> None:
        with open_ledger(place) as running:
            base = sqlite3.connect(place, isolation_level=None)
            base.execute("BEGIN IMMEDIATE")
            with pytest.raises(LedgerError, match="in use"):
                running.try_writing(1)
            assert [x.listing_id for x in running.list_published()] == ["L-1"], "reading waits for nobody"
            base.close()
            running.try_writing(1)

    @pytest.mark.parametrize("turned", [-86_400, -1, 86_400])
    def test_a_clock_that_is_turned_makes_no_second_yes(self, ledger_url: str, turned: float) -> None:
        with open_ledger(ledger_url) as ledger:
            ledger.claim("first", replace(LAMP, title="Oak"), yes)
        with open_ledger(ledger_url, clock=lambda: time.time() + turned) as odd:
            one = odd.claim("odd", LAMP, yes)
        with open_ledger(ledger_url) as ledger:
            two = ledger.claim("now", LAMP, yes)
            assert one.granted and not two.granted
            assert [e.at for e in ledger.list_history()] == sorted(e.at for e in ledger.list_history())


def count_steps(place: Path, work: Callable[[Ledger], object]) -> int:
    """How many steps the database takes, and calls Python, to open a ledger and do something; no clock has a say."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    def call(frame: object, event: str, argument: object) -> None:
        nonlocal steps
        steps += event in ("call", "c_call")

    def watch(connection: Any, _: object) -> None:
        connection.set_progress_handler(step, 1)

    sa.event.listen(sa.pool.Pool, "connect", watch)
    sys.setprofile(call)
    try:
        with open_ledger(place) as ledger:
            work(ledger)
    finally:
        sys.setprofile(None)
        sa.event.remove(sa.pool.Pool, "connect", watch)
    return steps


@pytest.mark.slow
@pytest.mark.parametrize("what", ["claim", "publish", "decide", "undo", "token", "lease"])
def test_what_is_done_costs_the_same_however_long_the_history_is(tmp_path: Path, what: str) -> None:
    def work(ledger: Ledger) -> None:
        number = ledger.count_events()
        draft = replace(LAMP, listing_id=f"N-{number}", title=f"Oak {number}")
        if what == "token":
            ledger.issue(draft)
        elif what == "lease":
            ledger.take_next([f"work {number}"], "ada")
        elif what in ("claim", "publish"):
            ledger.claim("this", draft, yes)
            if what == "publish":
                ledger.publish("this")
            ledger.release("this", override="this once")
        else:
            ledger.decide([Decision("A", f"B-{number}", "allowed", "", "", "")])
            if what == "undo":
                ledger.undo(ledger.list_acts(last=1)[0].number)

    def measure(size: int) -> int:
        place = tmp_path / f"{size}.sqlite"
        with open_ledger(place) as ledger:
            for n in range(size // 100):
                ledger.decide([Decision("A", f"C-{n}-{i}", "allowed", "", "", "") for i in range(96)])
                ledger.claim(f"k-{n}", replace(LAMP, listing_id="", title=f"Ash {n}"), yes)
                ledger.release(f"k-{n}")
                ledger.issue(LAMP)
                ledger.take_next([f"work {n}"], "bo")
        return count_steps(place, work)

    measure(100)
    small, large = measure(400), measure(1600)
    assert large <= small * 1.1


def test_the_whole_is_read_where_somebody_else_was_there(tmp_path: Path) -> None:
    place = tmp_path / "l.sqlite"
    with open_ledger(place) as ledger:
        ledger.claim("one", LAMP, yes)
        ledger.release("one")
        ledger.decide([Decision("A", f"B-{i}", "allowed", "", "", "") for i in range(3 * NEWEST)])
        base = sqlite3.connect(place)
        with base:
            base.execute("UPDATE dupcheck_claim SET override = override")
        ledger.decide([Decision("A", "B", "allowed", "", "", "")])
        with base:
            base.execute("UPDATE dupcheck_claim SET state = 'published'")
        with pytest.raises(LedgerError, match="changed from outside"):
            ledger.decide([Decision("A", "B", "allowed", "", "", "")])
        with base:  # put right again
            base.execute("UPDATE dupcheck_claim SET state = 'released'")
        ledger.decide([Decision("A", "B", "allowed", "", "", "")])
        with base:
            base.execute("DROP TRIGGER dupcheck_history_no_update")
            base.execute("UPDATE dupcheck_history SET reason = 'x' WHERE id = 1")
        with pytest.raises(LedgerError, match="event 1"):
            ledger.verify()
        base.close()


def test_where_nothing_happens_there_is_nothing_to_seal(tmp_path: Path) -> None:
    place = tmp_path / "l.sqlite"
    with open_ledger(place) as ledger:
        ledger.decide([])
        assert not ledger.hand_back("a group", "ada") and not ledger.count_events()
    assert not place.with_name("l.sqlite-seal").exists()
    open_ledger(place).close()


def test_a_new_ledger_notes_when_somebody_last_tried_to_write(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.sqlite") as ledger:
        base = sqlite3.connect(tmp_path / "l.sqlite")
        assert base.execute("SELECT id, at FROM dupcheck_pulse").fetchall() == [(1, 0)]
        before = time.time()
        ledger._store.try_writing(1)
        ((number, at),) = base.execute("SELECT id, at FROM dupcheck_pulse").fetchall()
        assert number == 1 and before <= at <= time.time()
        base.close()


def test_what_the_database_refuses_is_one_line_of_its_own_words(tmp_path: Path) -> None:
    """What was asked of it, which may be long and hold what others wrote, is no part of that."""
    with open_ledger(tmp_path / "l.sqlite") as ledger:
        store = ledger._store
        with pytest.raises(LedgerError) as refused, store.read() as connection:
            connection.execute(sa.text("SELECT secret\nFROM nowhere"))
        assert refused.value.text.key == "ledger.failed"
        assert refused.value.text.values["reason"] == "no such table: nowhere"
        with pytest.raises(LedgerError) as closed, store.read() as connection:
            connection.close()
            connection.execute(sa.text("SELECT 1"))
        assert "closed" in str(closed.value)
        with pytest.raises(LedgerError) as long, store.read() as connection:
            connection.execute(sa.text(f"SELECT {'x' * 400} FROM dupcheck_claim"))
        assert long.value.text.values["reason"] == f"no such column: {'x' * 400}"[:300]
        with pytest.raises(LedgerError) as broken, store.read():
            raise OSError("the cable is out")
        assert "the cable is out" in str(broken.value)
        with pytest.raises(LedgerError) as full, store.read():
            raise OSError(28, "No space left on device")
        assert full.value.text.values["reason"] == "No space left on device"
        other = sqlite3.connect(tmp_path / "l.sqlite")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError) as busy:
            store.try_writing(0)
        assert busy.value.text.key == "ledger.busy"
        other.close()


def open_and_close(place: Path) -> Path:
    open_ledger(place).close()
    return place


KEYS = st.sampled_from([f"k{i}" for i in range(6)])
PRODUCTS = ("lamp", "mug")
DRAFTS = st.sampled_from([
    Listing(listing_id, f"{word} {i}")
    for word in PRODUCTS for i, listing_id in ((0, f"{word}-0"), (1, f"{word}-1"), (0, "row-1"), (0, "C-1"))
])  # fmt: skip
CATALOGUES: tuple[Mapping[str, str], ...] = (
    {}, {"C-1": "something else"}, {"C-1": "lamp 0"}, {"lamp-0": "lamp 0", "row-1": "mug 0"},
    {"M-1": "lamp 0", "M-2": "mug 0"}, {"M-1": "mug 0", "lamp-1": "lamp 1", "mug-0": "mug 0"},
)  # fmt: skip
REASONS = st.sampled_from(["", "", "", "on purpose"])


class Machine(RuleBasedStateMachine):
    """Two servers, each with a clock and a catalogue of its own, on one ledger, beside the simplest model of it.

    The model knows for each claim what became of it. Whatever catalogues come and go, and however clocks are turned,
    no content is live twice without an override.
    """

    url: Callable[..., str]

    def __init__(self) -> None:
        super().__init__()
        self.clocks = [Clock(), Clock()]
        place = type(self).url()
        self.servers = [open_ledger(place, clock=clock) for clock in self.clocks]
        self.catalogues: list[Mapping[str, str]] = [{}, {}]
        self.claims: dict[str, dict[str, Any]] = {}
        self.tickets: list[tuple[str, Listing, str, float]] = []

    def teardown(self) -> None:
        for server in self.servers:
            server.close()

    def shows(self, at: int) -> Callable[[Sequence[Listing]], list[bool]]:
        return lambda listings: [self.catalogues[at].get(x.listing_id) == x.title for x in listings]

    def now(self, at: int) -> float:
        """The ledger's time, as a server reads it: never before the newest event, wherever its clock was turned."""
        return max([e.at for e in self.servers[at].list_history()[-1:]] + [self.clocks[at].now])

    def go_on(self, at: int) -> None:
        """A writer looks at its clock: what has run out by then has expired."""
        now = self.now(at)
        for c in self.claims.values():
            if c["state"] == "claimed" and now >= c["expires"]:
                c["state"] = "expired"

    def live(self) -> list[dict[str, Any]]:
        return [c for c in self.claims.values() if c["state"] in ("claimed", "published")]

    @rule(at=st.integers(0, 1), seconds=st.sampled_from([1, 10, 30, -5, -1000, 2000]))
    def turn_a_clock(self, at: int, seconds: int) -> None:
        self.clocks[at].now += seconds

    @rule(at=st.integers(0, 1), catalogue=st.sampled_from(CATALOGUES))
    def take_up_a_catalogue(self, at: int, catalogue: Mapping[str, str]) -> None:
        self.catalogues[at] = catalogue

    @rule(at=st.integers(0, 1), draft=DRAFTS, person=st.sampled_from(["ada", "bo"]))
    def issue(self, at: int, draft: Listing, person: str) -> None:
        ticket = self.servers[at].issue(draft, person=person, ttl=40)
        self.tickets.append((ticket.token, draft, person, ticket.expires))

    @rule(
        at=st.integers(0, 1), key=KEYS, draft=DRAFTS, ttl=st.sampled_from([5, 25]), override=REASONS,
        chosen=st.integers(-3, 5), person=st.sampled_from(["ada", "bo"]), blind=st.booleans(),
    )  # fmt: skip
    def claim(
        self, at: int, key: str, draft: Listing, ttl: int, override: str, chosen: int, person: str, blind: bool
    ) -> None:
        ticket = self.tickets[chosen] if 0 <= chosen < len(self.tickets) else None
        token = ticket[0] if ticket else ""

        def judge(others: Sequence[Listing]) -> tuple[bool, dict[str, Any]]:  # a blind one sees no likeness at all
            near = sorted(o.listing_id for o in others if o.title.split()[0] == draft.title.split()[0])
            return blind or not near, {"near": near}

        def ask() -> Any:
            return self.servers[at].claim(
                key, draft, judge, token=token, person=person, shows=self.shows(at), ttl=ttl, override=override
            )

        known = self.claims.get(key)
        clocked = self.now(at)
        used = ticket is not None and any(c["token"] == token for c in self.claims.values())
        unfit = ticket is not None and (used or ticket[1] != draft or ticket[2] != person or ticket[3] <= clocked)
        if known is not None and (known["draft"] != draft or (token and known["token"] != token)):
            with pytest.raises(TokenError):
                ask()
            return
        if known is None and unfit:
            with pytest.raises(TokenError):
                ask()
            return
        self.go_on(at)
        claim = ask()
        if known is not None:
            assert (claim.granted, claim.replayed, claim.token) == (False, True, "")
            assert (claim.answer, claim.state) == (known["answer"], known["state"])
            return
        twins = [c for c in self.live() if c["draft"].title == draft.title]
        assert claim.granted == (bool(override) or (not twins and (blind or not claim.answer["near"])))
        assert not (claim.granted and twins) or override, "the same content twice"
        shown = self.catalogues[at]
        counted = [
            c for c in self.live()
            if c["draft"].title.split()[0] == draft.title.split()[0]
            and not (c["state"] == "published" and shown.get(c["id"]) == c["draft"].title)
        ]  # fmt: skip
        assert claim.answer["near"] == sorted(c["id"] for c in counted)
        self.claims[key] = {
            "draft": draft, "answer": claim.answer, "state": claim.state, "id": draft.listing_id, "market": "",
            "expires": claim.expires, "token": token or claim.token, "override": bool(claim.override),
        }  # fmt: skip

    @rule(
        at=st.integers(0, 1), key=KEYS, listing_id=st.sampled_from(["", "M-1", "M-2"]), override=REASONS,
        honest=st.sampled_from([True, True, False]),
    )  # fmt: skip
    def publish(self, at: int, key: str, listing_id: str, override: str, honest: bool) -> None:
        known = self.claims.get(key)
        token = known["token"] if known and honest else "dt-guess"

        def confirm() -> Any:
            return self.servers[at].publish(key, token=token, listing_id=listing_id, override=override)

        if known is None:
            with pytest.raises(UnknownTokenError):
                confirm()
            return
        if known["token"] and not honest:
            with pytest.raises(TokenNeededError):
                confirm()
            return
        before = [dict(c) for c in self.claims.values()]
        self.go_on(at)
        own = "" if known["draft"].listing_id == "row-1" else known["draft"].listing_id
        market = listing_id or own
        taken = any(
            c["state"] == "published" and c["market"] == market and market and c is not known
            for c in self.claims.values()
        )  # fmt: skip
        again = known["state"] == "published" and listing_id in ("", known["market"])
        late = known["state"] not in ("claimed", "published") and not override
        if not again and (known["market"] or late or taken):
            for c, old in zip(self.claims.values(), before, strict=True):
                c.update(old)  # what is refused leaves nothing behind, expiry neither
            with pytest.raises(TokenError):
                confirm()
            return
        claim = confirm()
        assert (claim.state, claim.replayed) == ("published", again)
        if not again:
            known["override"] |= known["state"] not in ("claimed", "published")
            known |= {"state": "published", "market": market, "id": listing_id or known["id"]}

    @rule(at=st.integers(0, 1), key=KEYS, override=REASONS)
    def release(self, at: int, key: str, override: str) -> None:
        known = self.claims.get(key)
        if known is None:
            with pytest.raises(UnknownTokenError):
                self.servers[at].release(key, override=override)
            return
        before = [dict(c) for c in self.claims.values()]
        self.go_on(at)
        if known["state"] == "published" and not override:
            for c, old in zip(self.claims.values(), before, strict=True):
                c.update(old)
            with pytest.raises(TokenError):
                self.servers[at].release(key)
            return
        if known["state"] in ("claimed", "published"):
            known |= {"state": "released", "market": ""}
        assert self.servers[at].release(key, override=override).state == known["state"]

    @invariant()
    def nothing_is_sold_twice(self) -> None:
        published = [c for c in self.claims.values() if c["state"] == "published"]
        plain = [c["draft"].title for c in published if not c["override"]]
        assert len(plain) == len(set(plain)), "one content, two live publications, no override"
        ids = [c["market"] for c in published if c["market"]]
        assert len(ids) == len(set(ids)), "one id on the marketplace, two live publications"
        for at, server in enumerate(self.servers):
            wanted = [c["id"] for c in published if self.catalogues[at].get(c["id"]) != c["draft"].title]
            assert sorted(x.listing_id for x in server.list_published(self.shows(at))) == sorted(wanted)
        for key, known in self.claims.items():
            found = self.servers[0].get_claim(key)
            assert found is not None and (found.state == known["state"] or found.state == "expired")

    @invariant()
    def it_is_whole(self) -> None:
        self.servers[1].verify()


@pytest.mark.slow
def test_nothing_is_sold_twice_whatever_happens(new_ledger: Callable[..., str]) -> None:
    class Here(Machine):
        url = staticmethod(new_ledger)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=int(os.environ.get("DUPCHECK_FUZZ", 12)), stateful_step_count=25, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_rows_are_numbered_by_the_database_but_in_tables_of_one_row() -> None:
    postgresql_dialect: Any = vars(postgres)["dialect"]()
    told = {
        name: str(CreateTable(table).compile(dialect=postgresql_dialect)) for name, table in METADATA.tables.items()
    }
    single = {"dupcheck_guard", "dupcheck_pulse"}
    assert {name for name, text in told.items() if "id INTEGER NOT NULL" in text} == single
    assert {name for name, text in told.items() if "id SERIAL NOT NULL" in text} == set(told) - single - {VERSION_TABLE}


def test_a_ledger_of_today_is_read_without_being_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "shop" / "ledger.sqlite"
    path.parent.mkdir()
    with open_ledger(path) as ledger:
        ledger.decide([PAIR])
        wanted = ledger.list_decisions()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("dupcheck.ledger.open_ledger", lambda *_, **__: pytest.fail("it was opened"))
    assert recall(find_address(path)).decisions == wanted
    assert [p.name for p in tmp_path.iterdir()] == ["shop"], "reading leaves nothing behind"
