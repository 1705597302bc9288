"""The review page's other side: what a click says, that no group is in two hands, and that the next audit heeds it."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.errors import LedgerError
from dupcheck.ledger import open_ledger, recall
from dupcheck.ledger.address import find_address
from dupcheck.ledger.answers import read_answers
from dupcheck.ledger.book import Ledger
from dupcheck.messages import message
from dupcheck.model import Catalog, Listing, Plan, Question
from dupcheck.serve.review.board import Board, Work
from dupcheck.serve.review.edits import apply_edits, are_edits, take_out

THINGS = ("violin stand", "garden ladder", "tin kettle", "canvas hammock", "oak bench", "wool blanket", "steel whisk")
SHADES = ("amber", "birch", "cedar", "dune")
JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["keep", "title", "axes", "values", "Color", "x"]), inner)
    ),
)


def make_shop(groups: int = 7, copies: int = 3) -> Catalog:
    return make_catalog(
        [
            Listing(
                f"{g}-{c}", f"Brass {THINGS[g % len(THINGS)]} {SHADES[g // 7]}",
                price=9.9 + g, currency="USD", attributes={"Finish": "Matt", "Origin": "Norway"}, sku_code=f"C{g}",
                main_image=f"{g}.jpg",
            )
            for g in range(groups)
            for c in range(copies)
        ]
    )  # fmt: skip


@pytest.fixture(scope="module")
def shop_audit() -> dc.Audit:
    audit = dc.audit(make_shop(21))
    assert len(audit.plans) >= 15
    return audit


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    with open_ledger(ledger_url) as opened:
        yield opened


def make_board(audit: dc.Audit, ledger: Ledger) -> Board:
    board = Board(lambda _: audit, ledger)
    board.work = Work(audit)
    return board


class TestClicks:
    def test_accepting_says_it_of_every_pair(self, shop_audit: dc.Audit, ledger: Ledger) -> None:
        board = make_board(shop_audit, ledger)
        group = next(iter(board.ready.places))
        assert board.choose([group], "merge_accepted", "Mei") == 3
        assert {d.decision for d in ledger.list_decisions()} == {"merge_accepted"}
        news = board.tell_news()
        assert news["states"][group]["choice"] == "merge_accepted" and news["states"][group]["person"] == "Mei"
        assert group not in board.list_open(list(board.ready.places))

    def test_every_act_can_be_undone_and_undone_acts_count_for_nothing(
        self, shop_audit: dc.Audit, ledger: Ledger
    ) -> None:
        board = make_board(shop_audit, ledger)
        groups = list(board.ready.places)
        board.choose(groups[:5], "merge_accepted", "Mei")
        assert len(board.list_open(groups)) == len(groups) - 5
        (act,) = [a for a in board.tell_news()["acts"] if not a["undone"]]
        assert act["count"] == 5
        ledger.undo(act["number"], person="Mei")
        assert board.list_open(groups) == groups and not ledger.list_decisions()

    def test_one_listing_can_be_taken_out_of_a_group(self, shop_audit: dc.Audit, ledger: Ledger) -> None:
        board = make_board(shop_audit, ledger)
        group = next(iter(board.ready.places))
        inside = board.ready.list_members(group)
        board.take_out(group, inside[-1], "Mei")
        assert board.list_open([group]) == [group], "the rest is still to be decided"
        board.choose([group], "merge_accepted", "Mei")
        (plan,) = board.list_plans("en")
        assert inside[-1] not in plan["listings"] and len(plan["listings"]) == len(inside) - 1
        assert all(inside[-1] not in (s["listing_id"], *s["replaces"]) for s in plan["skus"])
        said = Counter(d.decision for d in ledger.list_decisions())
        assert said == {"not_duplicate": 2, "merge_accepted": 1}
        again = dc.audit(make_shop(21), decisions=ledger.list_decisions())
        home = next(p for p in again.plans if inside[0] in p.listings)
        assert inside[-1] not in home.listings

    def test_what_was_changed_is_in_the_accepted_plan(self, shop_audit: dc.Audit, ledger: Ledger) -> None:
        board = make_board(shop_audit, ledger)
        group = next(iter(board.ready.places))
        other = board.ready.list_members(group)[1]
        board.edit(group, {"keep": other}, "Mei")
        board.edit(group, {"title": "A better title"}, "Jo")
        told = board.tell_group(group, "en")
        assert (told["keep"], told["title"]) == (other, "A better title")
        assert not board.list_plans("en"), "changed is not accepted"
        board.choose([group], "merge_accepted", "Mei")
        (plan,) = board.list_plans("en")
        assert (plan["keep"], plan["title"]) == (other, "A better title")
        assert board.tell_news()["acts"][0]["person"] == "Mei"

    def test_a_changed_listing_opens_its_group_again(self, shop_audit: dc.Audit, ledger: Ledger) -> None:
        board = make_board(shop_audit, ledger)
        group = next(iter(board.ready.places))
        board.choose([group], "merge_accepted", "Mei")
        first = board.ready.list_members(group)[0]
        board.ready._contents[first] = "1-another"
        board._known = None
        assert board.list_open([group]) == [group]

    def test_only_accepted_plans_are_handed_out(self, shop_audit: dc.Audit, ledger: Ledger) -> None:
        board = make_board(shop_audit, ledger)
        groups = list(board.ready.places)
        board.choose(groups[:1], "merge_accepted", "Mei")
        board.choose(groups[1:2], "not_duplicate", "Mei")
        board.choose(groups[2:3], "allowed", "Mei")
        assert [p["group_id"] for p in board.list_plans("en")] == groups[:1]


class TestSeveralPeople:
    def test_no_group_is_decided_twice_and_none_is_left(self, shop_audit: dc.Audit, ledger_url: str) -> None:
        order = list(Work(shop_audit).places)
        taken: list[tuple[str, str]] = []
        failed: list[BaseException] = []
        gate = threading.Barrier(8)

        def work(person: str) -> None:
            try:
                with open_ledger(ledger_url) as ledger:
                    board = make_board(shop_audit, ledger)
                    gate.wait(30)
                    while (group := board.take_next(order, person)) is not None:
                        board.choose([group], "merge_accepted", person)
                        taken.append((group, person))
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=work, args=(f"P{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert not failed
        assert Counter(group for group, _ in taken) == Counter(order), "each once, and every one"

    def test_what_another_has_in_hand_cannot_be_decided(self, shop_audit: dc.Audit, ledger: Ledger) -> None:
        board = make_board(shop_audit, ledger)
        order = list(board.ready.places)
        mine = board.take_next(order, "Mei")
        assert mine is not None and board.take_next(order, "Jo") != mine
        with pytest.raises(LedgerError, match="Mei"):
            board.choose([mine], "merge_accepted", "Jo")
        assert board.tell_news()["hands"][mine] == "Mei"
        assert {p["person"] for p in board.tell_news()["people"]} == {"Mei", "Jo"}


@pytest.fixture(scope="module")
def asking(shop_audit: dc.Audit) -> dc.Audit:
    """The same audit, in which two plans ask one question and a third another one."""

    def ask(plan: Plan, kind: str, settles: int) -> Plan:
        question = Question(
            kind, message("questions.proof", ids="x", keep=plan.keep), plan.listings[1:], settles=settles,
            replies=(("same", message("questions.proof_same"), message("questions.leads_same")),
                     ("different", message("questions.proof_different"), message("questions.leads_different"))),
        )  # fmt: skip
        return replace(plan, action="ask", question=question, axes=(), skus=())

    first, second, third, *rest = shop_audit.plans
    plans = (ask(first, "axis:a", 2), ask(second, "words:b/c", 4), ask(third, "words:b/c", 4), *rest)
    return replace(shop_audit, plans=plans)


class TestQuestions:
    def test_one_answer_is_used_for_all_it_settles(self, asking: dc.Audit, ledger: Ledger) -> None:
        board = make_board(asking, ledger)
        kind, groups = next(iter(board.ready.questions.items()))
        assert len(groups) == 2
        assert board.answer(kind, "different", "Mei") == len(groups)
        assert not set(board.list_open(list(board.ready.places))) & set(groups)
        assert {d.decision for d in ledger.list_decisions()} == {"not_duplicate"}
        (act,) = ledger.list_acts()
        assert (act.details["question"], act.details["answer"], act.person) == (kind, "different", "Mei")
        assert read_answers([act.details]) == {kind: "different"}
        ledger.undo(act.number, person="Mei")
        assert set(groups) <= set(board.list_open(list(board.ready.places)))

    def test_the_next_audit_is_given_the_answers(self, asking: dc.Audit, ledger: Ledger, ledger_url: str) -> None:
        board = make_board(asking, ledger)
        kind = next(iter(board.ready.questions))
        board.answer(kind, "same", "Mei")
        assert recall(find_address(ledger_url)).answers == {kind: "same"}

    def test_those_that_settle_most_come_first(self, asking: dc.Audit) -> None:
        told = Work(asking).tell_questions("en")
        assert [q["settles"] for q in told] == sorted((q["settles"] for q in told), reverse=True)
        assert all(q["text"] and q["answers"] and q["groups"] for q in told)


PLAN = {
    "group_id": "G", "action": "merge_variants", "keep": "A", "listings": ["A", "B"], "title": "T",
    "axes": [{"name": "Color", "values": ["Red", "Blue"]}],
    "skus": [{"listing_id": "A", "options": {"Color": "Red"}, "replaces": []},
             {"listing_id": "B", "options": {"Color": "Blue"}, "replaces": []}],
    "changes": [],
}  # fmt: skip


class TestEdits:
    def test_an_options_name_and_values_are_changed_everywhere(self) -> None:
        made = apply_edits(PLAN, {"axes": {"Color": "Colour"}, "values": {"Color": {"Red": "Crimson"}}})
        assert made["axes"] == [{"name": "Colour", "values": ["Crimson", "Blue"]}]
        assert [s["options"] for s in made["skus"]] == [{"Colour": "Crimson"}, {"Colour": "Blue"}]
        assert PLAN["axes"][0]["name"] == "Color", "the plan itself stays"  # type: ignore[index]

    def test_what_only_a_listing_offered_goes_with_it(self) -> None:
        made = take_out(PLAN, ("B",))
        assert (made["listings"], made["axes"][0]["values"], len(made["skus"])) == (["A"], ["Red"], 1)
        assert take_out(PLAN, ("A",))["keep"] == "B"

    @given(JSON)
    def test_whatever_comes_is_refused_or_can_be_carried_out(self, edits: Any) -> None:
        if are_edits(edits):
            assert apply_edits(PLAN, edits)["listings"] == PLAN["listings"]


class TestCommand:
    def test_it_answers_and_stops_as_asked(
        self, launch: Callable[..., Any], sample_folder: Path, tmp_path: Path
    ) -> None:
        import json
        import re
        import signal
        import time
        import urllib.error
        import urllib.request

        process = launch(
            "review", sample_folder / "catalog.csv", "--no-browser", "--port", "0", "--ledger", tmp_path / "l.sqlite",
            "--as", "Mei",
        )  # fmt: skip
        url = ""
        while not url:
            line = process.stderr.readline()
            assert line, "it ended"
            found = re.search(r"http://\S+/", line)
            url = found[0] if found else ""

        def ask(path: str, body: object = None, **headers: str) -> Any:
            data = None if body is None else json.dumps(body).encode()
            request = urllib.request.Request(url + path, data, {"Content-Type": "application/json", **headers})
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read())

        while not ask("review/api/progress")["ready"]:
            time.sleep(0.2)
        told = ask("review/api/groups?lang=zh")
        assert told["person"] == "Mei" and len(told["groups"]) > 5
        group = told["groups"][0]["id"]
        assert ask(f"review/api/groups/{group}")["id"] == group
        assert ask("review/api/choices", {"groups": [group], "choice": "merge_accepted"})["pairs"] > 0
        assert [p["group_id"] for p in ask("review/api/merges.json")] == [group]
        for path, body, status in (
            ("review/api/groups/G-none", None, 404),
            ("review/api/choices", {"groups": ["G-none"], "choice": "allowed"}, 404),
            ("review/api/choices", {"groups": [group], "choice": "burn"}, 422), ("review/api/undo", {"act": "1"}, 422),
            ("review/api/photos?listing=..%2F..%2Fetc%2Fpasswd", None, 404), ("review/assets/../page.py", None, 404),
            ("review/api/edits", {"group": group, "edits": {"title": ""}}, 422),
        ):  # fmt: skip
            with pytest.raises(urllib.error.HTTPError) as refused:
                ask(path, body)
            assert refused.value.code == status, path
        with pytest.raises(urllib.error.HTTPError) as foreign:
            ask("review/api/choices", {"groups": [group], "choice": "allowed"}, Origin="http://evil.example")
        assert foreign.value.code == 403
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
