"""The review page's other side: what a click says, that no group is in two hands, and that the next audit heeds it."""

import io
import json
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.catalog import make_catalog, write_catalog
from dupcheck.decisions import Decision
from dupcheck.errors import ChoiceError, LedgerError
from dupcheck.exports.revising import take_out
from dupcheck.learned.answers import Answer
from dupcheck.ledger import open_ledger, recall
from dupcheck.ledger.address import find_address
from dupcheck.ledger.answers import write_answers
from dupcheck.ledger.book import Ledger
from dupcheck.ledger.memory import Memory, read_acts
from dupcheck.model import Catalog, Listing
from dupcheck.revisions import NOTHING, are_edits, place_edits, read_revisions, revise_document
from dupcheck.serve.review.board import Board
from dupcheck.serve.review.downloads import KINDS, name_kind
from dupcheck.serve.review.shares import share_out
from dupcheck.serve.review.work import Work

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
    audit = dc.audit(make_shop(28))
    assert len(audit.plans) >= 15
    return audit


@pytest.fixture(scope="module")
def file_audit(tmp_path_factory: pytest.TempPathFactory) -> dc.Audit:
    """The audit of a shop that lies in a file, which nobody changes."""
    path = tmp_path_factory.mktemp("shop") / "shop.csv"
    write_catalog(make_shop(3), path)
    return dc.audit(path)


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    with open_ledger(ledger_url) as opened:
        yield opened


def make_board(audit: dc.Audit, ledger: Ledger) -> Board:
    board = Board(lambda _: audit, ledger)
    board.take_up(audit, ledger.list_acts())
    return board


class TestClicks:
    def test_accepting_says_it_of_every_pair(self, shop_audit: dc.Audit, ledger: Ledger) -> None:
        board = make_board(shop_audit, ledger)
        group = next(iter(board.ready.scenes))
        assert board.choose([group], "merge_accepted", "Mei") == 3
        assert {d.decision for d in ledger.list_decisions()} == {"merge_accepted"}
        news = board.tell_news()
        assert news["states"][group]["choice"] == "merge_accepted" and news["states"][group]["person"] == "Mei"
        assert group not in board.list_open(list(board.ready.scenes))

    def test_who_knows_what_was_is_told_only_what_has_changed_since(self, shop_audit: dc.Audit, ledger: Ledger) -> None:
        """Whatever is done in whatever order: what a page puts together of its news is what all of it says."""
        board, chance = make_board(shop_audit, ledger), Random(5)
        groups, event = list(board.ready.scenes), -1
        states: dict[str, Any] = {}
        acts: dict[int, Any] = {}
        for step in range(40):
            open_now = [g for g in board.list_open(groups) if board.ready.plan(g).action not in ("ask", "none")]
            done = [a.number for a in ledger.list_acts() if a.undone is None]
            if step % 3 == 2 and done:
                ledger.undo(chance.choice(done[:3]), person="Jo")
            elif step % 7 == 3 and open_now:
                board.take_out(open_now[0], board.ready.list_members(open_now[0])[-1], "Mei")
            elif open_now:
                some = chance.sample(open_now, min(len(open_now), chance.randint(1, 4)))
                board.choose(some, chance.choice(["merge_accepted", "allowed"]), "Mei")
            if step % 4 == 1:
                board.take_next(groups, "Mei")
            if step % 2:
                continue  # a page may miss some of it
            news, whole = board.tell_news(event), board.tell_news()
            assert news["since"] == event and whole["since"] == -1
            assert len(news["states"]) < len(groups) or event < 0
            states |= news["states"]
            acts |= {a["number"]: a for a in news["acts"]}
            assert {g: s for g, s in states.items() if s} == {g: s for g, s in whole["states"].items() if s}
            assert sorted(acts.values(), key=lambda a: -a["number"]) == whole["acts"]
            event = news["event"]
        quiet = board.tell_news(board.tell_news()["event"])
        assert not quiet["states"] and not quiet["acts"]

    def test_every_act_can_be_undone_and_undone_acts_count_for_nothing(
        self, shop_audit: dc.Audit, ledger: Ledger
    ) -> None:
        board = make_board(shop_audit, ledger)
        groups = list(board.ready.scenes)
        board.choose(groups[:5], "merge_accepted", "Mei")
        assert len(board.list_open(groups)) == len(groups) - 5
        (act,) = [a for a in board.tell_news()["acts"] if not a["undone"]]
        assert act["count"] == 5
        ledger.undo(act["number"], person="Mei")
        assert board.list_open(groups) == groups and not ledger.list_decisions()

    def test_one_listing_can_be_taken_out_of_a_group(self, shop_audit: dc.Audit, ledger: Ledger) -> None:
        board = make_board(shop_audit, ledger)
        group = next(g for g in board.ready.scenes if len(board.ready.list_members(g)) == 3)  # of one that asks nothing
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
        group = next(iter(board.ready.scenes))
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
        group = next(iter(board.ready.scenes))
        board.choose([group], "merge_accepted", "Mei")
        first = board.ready.list_members(group)[0]
        board.ready._contents[first] = "1-another"
        board._known = None
        assert board.list_open([group]) == [group]

    def test_only_accepted_plans_are_handed_out(self, shop_audit: dc.Audit, ledger: Ledger) -> None:
        board = make_board(shop_audit, ledger)
        groups = list(board.ready.scenes)
        board.choose(groups[:1], "merge_accepted", "Mei")
        board.choose(groups[1:2], "not_duplicate", "Mei")
        board.choose(groups[2:3], "allowed", "Mei")
        assert [p["group_id"] for p in board.list_plans("en")] == groups[:1]


class TestTakingAway:
    def test_a_file_holds_accepted_plans_and_no_others(
        self, ledger: Ledger, file_audit: dc.Audit, tmp_path: Path
    ) -> None:
        board, groups = self.open_shop(ledger, file_audit)
        with pytest.raises(ChoiceError, match="accepted"):
            board.carry_out("catalogue", "en")
        board.choose(groups[:2], "merge_accepted", "Mei")
        board.choose(groups[2:3], "not_duplicate", "Mei")
        packed = zipfile.ZipFile(io.BytesIO(board.carry_out("catalogue", "en").data))
        (tmp_path / "merged.csv").write_bytes(packed.read("merged.csv"))
        merged = dc.read_catalog(tmp_path / "merged.csv")
        gone = {i for g in groups[:2] for i in board.ready.list_members(g)} - {board.ready.plan(g).keep for g in groups}
        assert gone and set(merged.positions) == set(make_shop(3).positions) - gone
        moved = packed.read("merged-moved.csv").decode("utf-8-sig")
        assert all(i in moved for i in gone)
        steps = packed.read("merged-steps.csv").decode("utf-8-sig")
        assert all(i in steps for i in gone), "every step, as the command writes it"

    def test_descriptions_keep_their_markup(self, ledger: Ledger, tmp_path: Path) -> None:
        shop = tmp_path / "shop.csv"
        said = "<p>Of <b>oak</b></p>"
        rows = "".join(f'{n},Oak garden ladder 5 steps,59,USD,Steps=5,L5,"{said}"\n' for n in ("A", "B"))
        shop.write_text(f"listing_id,title,price,currency,attributes,sku_code,description\n{rows}", "utf-8")
        board = make_board(dc.audit(shop), ledger)
        groups = [g for g in board.ready.scenes if board.ready.plan(g).action != "ask"]
        board.choose(groups, "merge_accepted", "Mei")
        packed = zipfile.ZipFile(io.BytesIO(board.carry_out("catalogue", "en").data))
        assert said in packed.read("merged.csv").decode("utf-8-sig")

    def test_a_listing_that_is_told_apart_elsewhere_keeps_its_plan_out(
        self, ledger: Ledger, file_audit: dc.Audit
    ) -> None:
        board, groups = self.open_shop(ledger, file_audit)
        board.choose(groups[:1], "merge_accepted", "Mei")
        assert len(board.admit("en").granted) == 1
        one, other, *_ = board.ready.list_members(groups[0])
        contents = board.ready.hash([one, other])
        ledger.decide([Decision(one, other, "not_duplicate", "", contents[one], contents[other])], person="Jo")
        assert not board.admit("en").granted

    @pytest.mark.parametrize(("kind", "lang"), [*zip((k for k in KINDS if k != "catalogue"), cycle(("en", "zh")))])
    def test_every_marketplace_has_its_file(self, ledger: Ledger, file_audit: dc.Audit, kind: str, lang: str) -> None:
        board, groups = self.open_shop(ledger, file_audit)
        board.choose(groups, "merge_accepted", "Mei")
        found = board.carry_out(kind, lang)
        assert found.data and zipfile.is_zipfile(io.BytesIO(found.data))
        if kind != "excel":
            names = zipfile.ZipFile(io.BytesIO(found.data)).namelist()
            assert "take-offline.csv" in names and any(n.startswith(f"export-{kind}") for n in names)

    def test_a_table_without_a_text_is_called_by_its_name(self) -> None:
        assert all(name_kind(kind, lang) for kind in KINDS for lang in ("en", "zh"))
        assert name_kind("mymarket", "en") == name_kind("mymarket", "zh") == "mymarket"
        assert name_kind("excel", "zh") != "excel" and name_kind("ebay", "zh") == "eBay"

    def test_nothing_is_carried_out_on_a_file_that_has_changed(self, ledger: Ledger, tmp_path: Path) -> None:
        shop = tmp_path / "shop.csv"
        write_catalog(make_shop(3), shop)
        board, groups = self.open_shop(ledger, dc.audit(shop))
        board.choose(groups, "merge_accepted", "Mei")
        assert not board.tell_news()["stale"]
        shop.write_bytes(shop.read_bytes() + b"\r\n")
        assert board.tell_news()["stale"]
        with pytest.raises(ChoiceError, match="changed"):
            board.carry_out("excel", "en")

    @staticmethod
    def open_shop(ledger: Ledger, audit: dc.Audit) -> tuple[Board, list[str]]:
        board = make_board(audit, ledger)
        return board, list(board.ready.scenes)


class TestSeveralPeople:
    def test_no_group_is_decided_twice_and_none_is_left(self, shop_audit: dc.Audit, ledger_url: str) -> None:
        order = list(Work(shop_audit).scenes)
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
        order = list(board.ready.scenes)
        mine = board.take_next(order, "Mei")
        assert mine is not None and board.take_next(order, "Jo") != mine
        with pytest.raises(LedgerError, match="Mei"):
            board.choose([mine], "merge_accepted", "Jo")
        assert board.tell_news()["hands"][mine] == "Mei"
        assert {p["person"] for p in board.tell_news()["people"]} == {"Mei", "Jo"}


def make_asking() -> Catalog:
    """Three pairs of which one is called Deluxe, a hammock in two unexplained words, and two plain copies."""
    titles = [
        (0, ""),
        (0, "Deluxe"),
        (1, ""),
        (1, "Deluxe"),
        (2, ""),
        (2, "Deluxe"),
        (4, ""),
        (4, ""),
        (5, ""),
        (5, ""),
    ]
    return make_catalog(
        [
            Listing(
                f"{g}-{k}", f"Brass {THINGS[g]} {word}".strip(), price=9.9 + g, currency="USD",
                attributes={"Finish": "Matt", "Origin": "Norway"}, main_image=f"{g}.jpg",
            )
            for k, (g, word) in enumerate(titles)
        ]
    )  # fmt: skip


@pytest.fixture(scope="module")
def asking() -> dc.Audit:
    audit = dc.audit(make_asking())
    assert sum(plan.action == "ask" for plan in audit.plans) == 3
    return audit


class TestQuestions:
    def test_what_is_different_is_settled_for_all_at_once(self, asking: dc.Audit, ledger: Ledger) -> None:
        board = make_board(asking, ledger)
        kind, groups = next(iter(board.ready.questions.items()))
        assert len(groups) == 3
        assert board.answer(kind, "different", "Mei") == len(groups)
        assert not set(board.list_open(list(board.ready.scenes))) & set(groups)
        assert not board.ready.questions
        assert {d.decision for d in ledger.list_decisions()} == {"not_duplicate"}
        (act,) = ledger.list_acts()
        assert (act.details["question"], act.details["answer"], act.person) == (kind, "different", "Mei")
        ledger.undo(act.number, person="Mei")
        assert set(groups) <= set(board.list_open(list(board.ready.scenes)))
        assert board.ready.questions[kind] == groups, "it is asked again"

    def test_what_is_one_product_gets_a_plan_at_once_that_is_still_to_be_accepted(
        self, asking: dc.Audit, ledger: Ledger
    ) -> None:
        board = make_board(asking, ledger)
        kind, groups = next(iter(board.ready.questions.items()))
        before = board.tell_news()
        board.answer(kind, "same", "Mei")
        news = board.tell_news()
        assert news["change"] > before["change"] and news["answered"] == 1
        assert {row["id"]: row["action"] for row in board.ready.list_rows(before["change"])} == dict.fromkeys(
            groups, "remove_duplicates"
        )
        assert set(groups) <= set(board.list_open(list(board.ready.scenes)))
        assert not ledger.list_decisions() and not board.list_plans("en"), "nobody accepted anything"
        board.choose(groups[:1], "merge_accepted", "Mei")
        assert [p["action"] for p in board.list_plans("en")] == ["remove_duplicates"]
        number = next(a["number"] for a in board.tell_news()["acts"] if a["kind"] == "question")
        ledger.undo(number, person="Mei")
        board.recall()
        assert {board.ready.plan(g).action for g in groups} == {"ask"}

    def test_the_next_audit_is_given_the_answers(self, asking: dc.Audit, ledger: Ledger, ledger_url: str) -> None:
        board = make_board(asking, ledger)
        kind = next(iter(board.ready.questions))
        board.answer(kind, "same", "Mei")
        known = recall(find_address(ledger_url))
        assert {a.kind: a.answer for a in known.answers if not a.listing_a} == {kind: "same"}
        assert {a.who for a in known.answers} == {"Mei"} and any(a.listing_a for a in known.answers)
        again = dc.audit(make_asking(), answers=known.answers, decisions=known.decisions)
        assert not any(plan.action == "ask" for plan in again.plans)

    def test_a_plan_that_only_asks_cannot_be_accepted(self, asking: dc.Audit, ledger: Ledger) -> None:
        board = make_board(asking, ledger)
        (group, *_), *_ = board.ready.questions.values()
        with pytest.raises(LedgerError, match="answer"):
            board.choose([group], "merge_accepted", "Mei")

    def test_an_answer_given_elsewhere_counts_here_too(self, asking: dc.Audit, ledger: Ledger) -> None:
        board = make_board(asking, ledger)
        kind, groups = next(iter(board.ready.questions.items()))
        said = write_answers([Answer("same", kind)])
        ledger.decide([], person="Jo", details={"question": kind, "answer": "same", **said})
        board.recall()
        assert {board.ready.plan(g).action for g in groups} == {"remove_duplicates"}

    def test_those_that_settle_most_come_first_with_both_titles(self, asking: dc.Audit) -> None:
        told = Work(asking).tell_questions("en")
        assert [q["settles"] for q in told] == sorted((q["settles"] for q in told), reverse=True)
        assert all(q["text"] and q["answers"] and q["groups"] for q in told)
        assert [side["title"] for side in told[0]["sides"]] == ["Brass violin stand", "Brass violin stand Deluxe"]


SHOPS = Path(__file__).parent / "shops"


@pytest.fixture(scope="module", params=["apart/tr_ayakkabi", "apart/zh_shouji", "taught/en_jewellery"])
def asked_shop(request: pytest.FixtureRequest) -> dc.Audit:
    return dc.audit(SHOPS / request.param / "catalog.csv")


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["one", "apart"])
def test_nothing_is_asked_twice_and_no_listing_stands_in_two_groups(
    asked_shop: dc.Audit, policy: str, tmp_path: Path
) -> None:
    audit = asked_shop
    with open_ledger(str(tmp_path / "l.sqlite")) as ledger:
        board = make_board(audit, ledger)
        seen: set[tuple[str, tuple[str, ...], str]] = set()
        assert board.ready.questions
        while questions := board.ready.questions:
            work = board.ready
            inside = [m.listing_id for g in work.scenes if g not in work.gone for m in work.plan(g).members]
            if seen:
                assert len(inside) == len(set(inside))
            key, groups = next(iter(questions.items()))
            plan = work.plan(groups[0])
            assert plan.question is not None
            mark = (plan.question.text.say(), tuple(sorted(plan.question.listings)), plan.keep)
            assert mark not in seen, "asked again"
            seen.add(mark)
            replies = [reply for reply, _, _ in plan.question.replies]
            board.answer(key, "different" if policy == "apart" else "option" if "option" in replies else "same", "Mei")
            board.recall()
        plans = [board.ready.plan(g) for g in board.ready.scenes if g not in board.ready.gone]
        assert not [m.listing_id for plan in plans for m in plan.members if m.role == "ask"], "none waits for nothing"


def make_bottles() -> Catalog:
    return make_catalog(
        [
            Listing(
                f"B-{color}", f"Steel water bottle {color} 500ml", price=12.0, currency="USD", main_image="b.jpg",
                attributes={"Color": color, "Material": "Steel"}, sku_code=f"S{color[:1]}",
            )
            for color in ("Red", "Blue", "Green")
        ]
    )  # fmt: skip


class TestEditsAreCarriedOut:
    """What was changed in the review reaches every later step: the next audit, merge, exports, the workbook."""

    @pytest.fixture
    def board(self, ledger: Ledger) -> Board:
        audit = dc.audit(make_bottles())
        assert [plan.action for plan in audit.plans] == ["merge_variants"]
        return make_board(audit, ledger)

    @staticmethod
    def audit_again(ledger_url: str) -> dc.Audit:
        known = recall(find_address(ledger_url))
        return dc.audit(
            make_bottles(), decisions=known.decisions, answers=known.answers or None, revisions=known.revisions
        )

    def test_names_values_and_titles_are_in_the_next_audits_plan(self, board: Board, ledger_url: str) -> None:
        (group,) = board.ready.scenes
        board.edit(group, {"title": "Steel bottle, half a litre"}, "Mei")
        board.edit(group, {"axes": {"Color": "Colour"}}, "Jo")
        board.edit(group, {"values": {"Colour": {"Red": "Crimson"}}}, "Jo")
        board.edit(group, {"values": {"Colour": {"Crimson": "Scarlet"}}}, "Jo")
        board.recall()
        shown = board.ready.plan(group)
        (plan,) = self.audit_again(ledger_url).plans
        for told in (shown, plan):
            assert told.title == "Steel bottle, half a litre"
            assert [a.name for a in told.axes] == ["Colour"]
            assert {s.options["Colour"] for s in told.skus} == {"Scarlet", "Blue", "Green"}
            assert "Scarlet" in {m.options.get("Colour") for m in told.members}

    def test_each_change_is_undone_alone(self, board: Board, ledger: Ledger, ledger_url: str) -> None:
        (group,) = board.ready.scenes
        was = board.ready.plan(group)
        board.edit(group, {"title": "Another title"}, "Mei")
        board.edit(group, {"values": {"Color": {"Red": "Crimson"}}}, "Mei")
        first = next(a.number for a in ledger.list_acts() if "title" in a.details["edit"])
        ledger.undo(first)
        board.recall()
        assert board.ready.plan(group).title == was.title
        (plan,) = self.audit_again(ledger_url).plans
        assert plan.title == was.title and "Crimson" in plan.axes[0].values

    def test_another_listing_is_kept_with_its_own_price_and_code(self, board: Board, ledger_url: str) -> None:
        (group,) = board.ready.scenes
        plan = board.ready.plan(group)
        other = next(i for i in plan.listings if i != plan.keep)
        board.edit(group, {"keep": other}, "Mei")
        board.recall()
        for told in (board.ready.plan(group), self.audit_again(ledger_url).plans[0]):
            assert told.keep == other
            assert next(m.role for m in told.members if m.listing_id == other) == "keep"
            assert any(other in reason.say("en") for reason in told.reasons)

    def test_a_listing_that_cannot_stay_is_told_and_nothing_is_left_of_the_click(self, ledger: Ledger) -> None:
        rows = [
            Listing("S-1", "Tin kettle 2 l", price=20.0, currency="USD", main_image="k.jpg", sku_code="K"),
            Listing("S-2", "Tin kettle 2 l wholesale", price=15.0, currency="USD", main_image="k.jpg", sku_code="K",
                    min_order_quantity=20.0),
        ]  # fmt: skip
        board = make_board(dc.audit(make_catalog(rows)), ledger)
        (group,) = board.ready.scenes
        plan = board.ready.plan(group)
        assert plan.action == "wholesale_tier" and plan.keep == "S-1"
        with pytest.raises(LedgerError, match="S-2"):
            board.edit(group, {"keep": "S-2"}, "Mei")
        board.recall()
        assert board.ready.plan(group).keep == "S-1"
        assert all(act.undone for act in ledger.list_acts())

    def test_two_options_never_get_one_name(self, board: Board) -> None:
        (group,) = board.ready.scenes
        for wrong in ({"values": {"Color": {"Red": "blue"}}}, {"keep": "B-None"}, {"axes": {"Size": "x"}}):
            with pytest.raises(LedgerError):
                board.edit(group, wrong, "Mei")

    def test_the_command_line_carries_out_what_was_changed(
        self, board: Board, ledger_url: str, tmp_path: Path, run: Callable[..., Any]
    ) -> None:
        from dupcheck.catalog import read_catalog, write_catalog
        from dupcheck.catalog.workbooks import read_workbook

        write_catalog(make_bottles(), tmp_path / "shop.csv")
        read = read_catalog(tmp_path / "shop.csv")
        own = make_board(dc.audit(read), board.ledger)
        (group,) = own.ready.scenes
        stale = tmp_path / "stale"
        run("audit", tmp_path / "shop.csv", "--out", stale, "--no-ledger")
        own.edit(group, {"title": "Half-litre bottle", "values": {"Color": {"Red": "Crimson"}}}, "Mei")
        own.choose([group], "merge_accepted", "Mei")
        # an earlier report's plans
        run("merge", tmp_path / "shop.csv", "--plans", stale / "merges.json", "--out", tmp_path / "m.csv", "--ledger",
                ledger_url)  # fmt: skip
        merged = (tmp_path / "m.csv").read_text("utf-8-sig")
        assert "Half-litre bottle" in merged and "Crimson" in merged
        # the next report: its plans, its workbook, and what is exported with it
        out = tmp_path / "fresh"
        run("audit", tmp_path / "shop.csv", "--out", out, "--ledger", ledger_url, "--export", "excel", "--export",
                "shopify")  # fmt: skip
        plans = json.loads((out / "merges.json").read_text("utf-8"))
        assert plans[0]["title"] == "Half-litre bottle" and "Crimson" in plans[0]["axes"][0]["values"]
        work = next(out.glob("export-excel*.xlsx"))
        cells = " ".join(c for grid in read_workbook(work.read_bytes(), "w") for r in grid.records for c in r.cells)
        assert "Half-litre bottle" in cells and "Crimson" in cells
        assert "Crimson" in next(out.glob("export-shopify*.csv")).read_text("utf-8-sig")

    def test_a_plan_that_keeps_another_listing_than_was_chosen_is_refused_by_name(
        self, board: Board, ledger_url: str, tmp_path: Path, run: Callable[..., Any]
    ) -> None:
        from dupcheck.catalog import read_catalog, write_catalog

        write_catalog(make_bottles(), tmp_path / "shop.csv")
        run("audit", tmp_path / "shop.csv", "--out", tmp_path / "stale", "--no-ledger")
        own = make_board(dc.audit(read_catalog(tmp_path / "shop.csv")), board.ledger)
        (group,) = own.ready.scenes
        plan = own.ready.plan(group)
        own.edit(group, {"keep": next(i for i in plan.listings if i != plan.keep)}, "Mei")
        own.choose([group], "merge_accepted", "Mei")
        told = run(
            "merge", tmp_path / "shop.csv", "--plans", tmp_path / "stale" / "merges.json", "--out", tmp_path / "m.csv",
            "--ledger", ledger_url,
        )  # fmt: skip
        assert told.code == 1 and group in told.err

    def test_one_listing_taken_out_is_left_alone_by_an_earlier_reports_plan(
        self, board: Board, ledger_url: str, tmp_path: Path, run: Callable[..., Any]
    ) -> None:
        from dupcheck.catalog import read_catalog, write_catalog

        write_catalog(make_bottles(), tmp_path / "shop.csv")
        run("audit", tmp_path / "shop.csv", "--out", tmp_path / "stale", "--no-ledger")
        own = make_board(dc.audit(read_catalog(tmp_path / "shop.csv")), board.ledger)
        (group,) = own.ready.scenes
        own.take_out(group, "B-Red", "Mei")
        assert own.ready.name_work(group) == make_board(own.ready.audit, board.ledger).ready.name_work(group)
        own.choose([group], "merge_accepted", "Mei")
        run("merge", tmp_path / "shop.csv", "--plans", tmp_path / "stale" / "merges.json", "--out", tmp_path / "m.csv",
                "--ledger", ledger_url)  # fmt: skip
        left = set(read_catalog(tmp_path / "m.csv").ids.tolist())
        assert "B-Red" in left and len(left) == 2


class TestShares:
    @given(st.integers(1, 40), st.integers(1, 5), st.sampled_from(["even", "shop", "category"]))
    def test_everything_is_given_to_somebody_and_a_shop_is_not_torn(self, count: int, heads: int, by: Any) -> None:
        people = [f"P{k}" for k in range(heads)]
        rows: list[dict[str, Any]] = [{"id": f"G{k}", "shops": [f"S{k % 7}"], "categories": []} for k in range(count)]
        shares = share_out(rows, by, people)
        assert set(shares) == {row["id"] for row in rows} and set(shares.values()) <= set(people)
        lots = Counter(shares.values())
        if by == "even":
            assert max(lots.values()) - min(lots.get(p, 0) for p in people) <= 1
        for shop in {row["shops"][0] for row in rows} if by == "shop" else ():
            assert len({shares[row["id"]] for row in rows if row["shops"] == [shop]}) == 1

    def test_each_takes_their_own_part_and_how_far_it_is_is_told(self, shop_audit: dc.Audit, ledger: Ledger) -> None:
        board = make_board(shop_audit, ledger)
        order = list(board.ready.scenes)
        shares = board.share("even", ["Mei", "Jo"], "Mei")
        taken = board.take_next(order, "Jo")
        assert taken is not None and shares[taken] == "Jo"
        board.choose([taken], "merge_accepted", "Jo")
        told = {p["person"]: p for p in board.tell_news()["people"]}
        assert told["Jo"]["through"] == 1 and told["Jo"]["lot"] + told["Mei"]["lot"] == len(order)
        while (group := board.take_next(order, "Jo")) is not None:
            assert shares[group] == "Jo"
            board.choose([group], "not_duplicate", "Jo")
        assert {shares[g] for g in board.list_open(order)} == {"Mei"}, "nobody does another's part"
        act = next(a for a in board.tell_news()["acts"] if a["kind"] == "share")
        ledger.undo(act["number"])
        assert board.take_next(order, "Jo") is not None

    def test_who_has_no_part_takes_what_is_nobodys(self, shop_audit: dc.Audit, ledger: Ledger) -> None:
        board = make_board(shop_audit, ledger)
        order = list(board.ready.scenes)
        assert board.take_next(order, "Lin") is not None
        board.share("shop", ["Mei"], "Mei")
        assert board.take_next(order, "Jo") is None


@pytest.mark.slow
class TestAgain:
    def test_another_audit_heeds_what_was_answered_and_is_one_more_run(self, ledger: Ledger) -> None:
        def make(progress: Any) -> dc.Audit:
            progress("audit.stage_groups", 0, 1)
            told = recall_all(ledger)
            return dc.audit(make_asking(), answers=told.answers or None, decisions=told.decisions)

        board = Board(make, ledger)
        for number in (1, 2):
            board.start(again=number > 1)
            while board.running:
                time.sleep(0.02)
            assert board.error is None and board.number == number
            if number == 1:
                kind = next(iter(board.ready.questions))
                board.answer(kind, "same", "Mei")
                assert board.tell_news()["answered"] == 1
        assert not board.ready.questions and board.tell_news()["answered"] == 0
        runs = ledger.list_runs([])
        assert [len(run.groups) for run in runs] == [5, 5]
        assert {action for _, action, _ in runs[0].groups} == {"ask", "remove_duplicates"}
        assert board.ready.audit.since is not None and len(board.ready.audit.since["changed"]) == 3


def recall_all(ledger: Ledger) -> Memory:
    acts = [(a.details, a.person, a.at) for a in reversed(ledger.list_acts()) if a.undone is None]
    return Memory(ledger.list_decisions(), (), *read_acts(acts))


PLAN = {
    "group_id": "G", "action": "merge_variants", "keep": "A", "listings": ["A", "B"], "title": "T",
    "axes": [{"name": "Color", "values": ["Red", "Blue"]}],
    "skus": [{"listing_id": "A", "options": {"Color": "Red"}, "replaces": []},
             {"listing_id": "B", "options": {"Color": "Blue"}, "replaces": []}],
    "changes": [],
}  # fmt: skip


class TestEdits:
    def test_what_only_a_listing_offered_goes_with_it(self) -> None:
        made = take_out(PLAN, ("B",))
        assert (made["listings"], made["axes"][0]["values"], len(made["skus"])) == (["A"], ["Red"], 1)
        assert take_out(PLAN, ("A",))["keep"] == "B"
        assert PLAN["axes"][0]["name"] == "Color", "the plan itself stays"  # type: ignore[index]

    def test_a_document_is_revised_once_however_often_it_is_done(self) -> None:
        said = {"axes": {"Color": "Colour"}, "values": {"Color": {"Red": "Crimson"}}}
        (revision,) = read_revisions([{"edit": said, "groups": ["G"], "listings": ["A", "B"], "kept": "A"}])
        once = revise_document(PLAN, [revision])
        assert once is not None and once["axes"] == [{"name": "Colour", "values": ["Crimson", "Blue"]}]
        assert [s["options"] for s in once["skus"]] == [{"Colour": "Crimson"}, {"Colour": "Blue"}]
        assert revise_document(once, [revision]) == once

    def test_a_group_that_another_listing_has_joined_is_as_it_was_planned(self) -> None:
        (revision,) = read_revisions([{"edit": {"title": "X"}, "groups": ["G"], "listings": ["A", "B"], "kept": "A"}])
        assert revise_document({**PLAN, "listings": ["A", "B", "C"]}, [revision]) == {
            **PLAN, "listings": ["A", "B", "C"],
        }  # fmt: skip

    @pytest.mark.slow
    @given(JSON)
    def test_whatever_comes_is_refused_or_can_be_carried_out(self, edits: Any) -> None:
        if are_edits(edits):
            placed = place_edits(edits, {"Color": ["Red", "Blue"]}, NOTHING)
            told = [{"edit": placed, "groups": ["G"], "listings": ["A", "B"], "kept": "A"}]
            made = revise_document(PLAN, read_revisions(told))
            assert made is None or made["listings"] == PLAN["listings"]
            assert made is None or len({tuple(s["options"].values()) for s in made["skus"]}) == 2


@pytest.mark.slow
class TestCommand:
    def test_it_answers_and_stops_as_asked(
        self, launch: Callable[..., Any], sample_folder: Path, tmp_path: Path
    ) -> None:
        import re
        import signal
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
            ("review/api/files/none-such", None, 404), ("review/api/undo", {"act": 99}, 409),
        ):  # fmt: skip
            with pytest.raises(urllib.error.HTTPError) as refused:
                ask(path, body)
            assert refused.value.code == status, path
        assert "99" in json.loads(refused.value.read())["detail"], "the reason reaches whoever clicked"
        with pytest.raises(urllib.error.HTTPError) as foreign:
            ask("review/api/choices", {"groups": [group], "choice": "allowed"}, Origin="http://evil.example")
        assert foreign.value.code == 403
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
