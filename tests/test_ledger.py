"""The ledger: claims that nobody can race or repeat, decisions, history; the same on SQLite and PostgreSQL."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
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

import dupcheck.ledger
from dupcheck.decisions import Decision
from dupcheck.errors import LedgerError, TokenError, UnknownTokenError
from dupcheck.ledger import find_address, open_ledger
from dupcheck.ledger.book import Ledger
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
        assert ledger.claim("three", other, yes).granted, "under another id the judge decides"

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

    @pytest.mark.parametrize("token", ["", "a b", "a\nb", "x" * 201, "\0", "\ud800"])
    def test_odd_tokens_are_refused(self, ledger: Ledger, token: str) -> None:
        for call in (lambda: ledger.claim(token, LAMP, yes), lambda: ledger.publish(token)):
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

    def test_a_published_listing_counts_until_the_catalogue_holds_it(self, ledger: Ledger) -> None:
        ledger.claim("one", LAMP, yes)
        assert ledger.list_published() == []
        ledger.publish("one", listing_id="100500")
        assert [x.listing_id for x in ledger.list_published()] == ["100500"]
        assert ledger.list_published(held={"100500"}) == []
        chair = replace(LAMP, title="Oak chair")
        assert ledger.claim("two", chair, yes).answer == {"others": ["100500"]}
        table = replace(LAMP, title="Ash table")
        assert ledger.claim("three", table, yes, held={"100500"}).answer == {"others": ["L-1"]}
        # once it has joined the catalogue it is the catalogue's: taken offline there, it is gone
        assert ledger.list_published() == []
        assert ledger.claim("four", LAMP, yes).granted

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
    def test_one_wins_and_nothing_is_lost(self, new_ledger: Callable[..., str]) -> None:
        """200 processes on a ledger that is not there yet: one draft, one token, one rule, and all sorts, at once."""
        url = new_ledger(made=False)
        lines = run_workers("race", url, PROCESSES)
        assert len(lines) == PROCESSES
        by_kind = {kind: [x for x in lines if x["kind"] == kind] for kind in ("same", "token", "rule", "apart")}
        assert {k: sum(x["granted"] for x in v) for k, v in by_kind.items()} == {
            "same": 1, "token": 1, "rule": 1, "apart": PROCESSES // 4,
        }  # fmt: skip
        (winner,) = (x for x in by_kind["token"] if x["granted"])
        assert all(x["answer"] == winner["answer"] for x in by_kind["token"])
        assert all(x["replayed"] != x["granted"] for x in by_kind["token"])
        assert {x["state"] for x in by_kind["rule"] if not x["granted"]} == {"refused"}
        with open_ledger(url) as ledger:
            happened = events(ledger)
        assert {e: happened.count(e) for e in set(happened)} == {
            "claimed": 3 + PROCESSES // 4, "replayed": PROCESSES // 4 - 1, "refused": PROCESSES // 2 - 2,
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


TOKENS = st.sampled_from([f"t{i}" for i in range(6)])
DRAFTS = st.sampled_from([Listing(f"{word}-{i}", f"{word} {i}") for word in ("lamp", "mug") for i in range(2)])


class Machine(RuleBasedStateMachine):
    """A ledger beside the simplest thing that could be one: a dict of tokens and a clock."""

    url: Callable[..., str]

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.ledger = open_ledger(type(self).url(), clock=self.clock)
        self.tokens: dict[str, dict[str, Any]] = {}
        self.held: set[str] = set()
        self.yeses: list[str] = []

    def teardown(self) -> None:
        self.ledger.close()

    def live(self) -> list[dict[str, Any]]:
        return [t for t in self.tokens.values() if t["state"] in ("claimed", "published") and not t["listed"]]

    def expire(self) -> None:
        for t in self.tokens.values():
            if t["state"] == "claimed" and self.clock.now >= t["expires"]:
                t["state"] = "expired"

    @rule(seconds=st.sampled_from([1, 10, 30]))
    def wait(self, seconds: int) -> None:
        self.clock.now += seconds

    @rule(listing=DRAFTS)
    def import_catalogue(self, listing: Listing) -> None:
        self.held.add(listing.listing_id)

    @rule(
        token=TOKENS, draft=DRAFTS, ttl=st.sampled_from([5, 25]), override=st.sampled_from(["", "", "", "on purpose"])
    )
    def claim(self, token: str, draft: Listing, ttl: int, override: str) -> None:
        self.expire()
        word = draft.title.split()[0]

        def judge(others: Sequence[Listing]) -> tuple[bool, dict[str, Any]]:
            near = [o.listing_id for o in others if o.title.startswith(word)]
            return not near, {"near": near}

        known = self.tokens.get(token)
        if known is not None and known["draft"] != draft:
            with pytest.raises(TokenError):
                self.ledger.claim(token, draft, judge, ttl=ttl, held=self.held, override=override)
            return
        claim = self.ledger.claim(token, draft, judge, ttl=ttl, held=self.held, override=override)
        if known is not None:
            assert (claim.granted, claim.replayed) == (False, True)
            assert (claim.answer, claim.state) == (known["answer"], known["state"])
            return
        for t in self.tokens.values():
            t["listed"] |= t["state"] == "published" and t["draft"].listing_id in self.held
        near = [t["draft"].listing_id for t in self.live() if t["draft"].title.startswith(word)]
        granted = not near or bool(override)
        assert (claim.granted, claim.replayed, claim.answer) == (granted, False, {"near": near})
        self.tokens[token] = {
            "draft": draft, "answer": {"near": near}, "state": "claimed" if granted else "refused",
            "expires": self.clock.now + ttl, "listed": False,
        }  # fmt: skip
        if granted:
            self.yeses.append(token)

    @rule(token=TOKENS, override=st.sampled_from(["", "", "on purpose"]))
    def publish(self, token: str, override: str) -> None:
        self.expire()
        known = self.tokens.get(token)
        if known is None:
            with pytest.raises(UnknownTokenError):
                self.ledger.publish(token, override=override)
        elif known["state"] in ("claimed", "published") or override:
            claim = self.ledger.publish(token, override=override)
            assert claim.replayed == (known["state"] == "published")
            known["state"] = "published"
        else:
            with pytest.raises(TokenError):
                self.ledger.publish(token)

    @rule(token=TOKENS, override=st.sampled_from(["", "", "on purpose"]))
    def release(self, token: str, override: str) -> None:
        self.expire()
        known = self.tokens.get(token)
        if known is None:
            with pytest.raises(UnknownTokenError):
                self.ledger.release(token, override=override)
        elif known["state"] == "published" and not override:
            with pytest.raises(TokenError):
                self.ledger.release(token)
        else:
            known["state"] = "released" if known["state"] in ("claimed", "published") else known["state"]
            assert self.ledger.release(token, override=override).state == known["state"]

    @invariant()
    def the_two_agree(self) -> None:
        self.expire()
        for token, known in self.tokens.items():
            claim = self.ledger.get_claim(token)
            assert claim is not None and claim.state == known["state"]
        published = [
            t["draft"].listing_id for t in self.tokens.values()
            if t["state"] == "published" and not t["listed"] and t["draft"].listing_id not in self.held
        ]  # fmt: skip
        assert sorted(x.listing_id for x in self.ledger.list_published(self.held)) == sorted(published)
        assert len(self.yeses) == len(set(self.yeses))


@pytest.mark.slow
def test_a_ledger_does_what_the_simplest_model_does(new_ledger: Callable[..., str]) -> None:
    class Here(Machine):
        url = staticmethod(new_ledger)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )  # fmt: skip
