"""Groups that several people work through, held against a plain account of who has what: no ledger is asked there."""

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.errors import ChoiceError

WORKS = ("first", "second", "third")
PEOPLE = ("Mei", "Tom")
STAY = 100.0


@dataclass
class Account:
    """Who has which group until when, and which are settled by which act."""

    now: float = 1000.0
    held: dict[str, tuple[str, float, float]] = field(default_factory=dict)
    settled: dict[str, int] = field(default_factory=dict)

    def is_open(self, work: str, person: str) -> bool:
        holder, _, until = self.held.get(work, ("", 0.0, 0.0))
        return work not in self.settled and (until <= self.now or holder == person)

    def take(self, works: tuple[str, ...], person: str) -> tuple[str, float] | None:
        work = next((w for w in works if self.is_open(w, person)), None)
        if work is None:
            return None
        holder, since, until = self.held.get(work, ("", 0.0, 0.0))
        since = since if holder == person and until > self.now else self.now
        self.held[work] = (person, since, self.now + STAY)
        return work, since

    def hand_back(self, work: str, person: str) -> bool:
        holder, _, until = self.held.get(work, ("", 0.0, 0.0))
        had = work not in self.settled and holder == person and until > self.now
        if had:
            del self.held[work]
        return had

    def list_held(self) -> set[tuple[str, str]]:
        return {(w, p) for w, (p, _, until) in self.held.items() if w not in self.settled and until > self.now}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("take", "take any", "keep", "back", "settle", "undo", "wait", "wait long")),
        st.sampled_from(WORKS),
        st.sampled_from(PEOPLE),
    ),
    min_size=4,
    max_size=16,
)


@pytest.mark.slow
@given(STEPS)
@settings(max_examples=30)
def test_a_group_is_in_one_hand_until_it_is_given_back_settled_or_late(steps: list[tuple[str, str, str]]) -> None:
    account = Account()
    with TemporaryDirectory() as folder, dc.open_ledger(Path(folder) / "l.sqlite", clock=lambda: account.now) as ledger:
        for kind, work, person in steps:
            account.now += {"wait": STAY / 2, "wait long": STAY}.get(kind, 1.0)
            if kind in ("take", "take any"):
                works = WORKS if kind == "take any" else (work,)
                taken = ledger.take_next(works, person, seconds=STAY)
                told = account.take(works, person)
                assert (taken and (taken.work, taken.taken, taken.person, taken.until)) == (
                    told and (*told, person, account.now + STAY)
                )
            elif kind == "keep":
                if account.is_open(work, person):
                    assert ledger.keep_work(work, person, seconds=STAY).until == account.now + STAY
                    account.take((work,), person)
                else:
                    with pytest.raises(ChoiceError):
                        ledger.keep_work(work, person, seconds=STAY)
            elif kind == "back":
                assert ledger.hand_back(work, person) == account.hand_back(work, person)
            elif kind == "settle":
                made = [dc.Decision(f"{work}-1", f"{work}-2", "not_duplicate", "two models", "", "")]
                if account.is_open(work, person):
                    assert ledger.decide(made, person=person, work=work) == 1
                    account.settled[work] = ledger.list_acts(last=1)[0].number
                else:
                    with pytest.raises(ChoiceError):
                        ledger.decide(made, person=person, work=work)
            elif kind == "undo" and work in account.settled:
                undone = ledger.undo(account.settled.pop(work), person=person)
                assert (undone.undone, undone.undone_by, undone.work) == (account.now, person, work)
                account.held.pop(work, None)
            open_now = {(x.work, x.person) for x in ledger.list_leases(settled=False)}
            assert open_now == account.list_held()
            assert {x.work for x in ledger.list_leases() if x.act} == set(account.settled)
            stand = {d.listing_a for d in ledger.list_decisions()}
            assert stand == {f"{w}-1" for w in account.settled}
        ledger.verify()


PAIRS = (("A", "B"), ("A", "C"))
SAYINGS = st.lists(
    st.tuples(st.sampled_from(("not_duplicate", "merge_accepted", "withdraw", "undo")), st.sampled_from(PAIRS)),
    min_size=3, max_size=14,
)  # fmt: skip


@pytest.mark.slow
@given(SAYINGS)
@settings(max_examples=30)
def test_what_stands_of_a_pair_is_its_last_word_that_was_not_taken_back(
    sayings: list[tuple[Any, tuple[str, str]]],
) -> None:
    with TemporaryDirectory() as folder, dc.open_ledger(Path(folder) / "l.sqlite") as ledger:
        words: dict[tuple[str, str], list[tuple[int, str | None]]] = {pair: [] for pair in PAIRS}
        for kind, pair in sayings:
            said = words[pair]
            if kind == "undo":
                if said:
                    ledger.undo(said.pop()[0])
            elif kind == "withdraw":
                stands = bool(said) and said[-1][1] is not None
                assert ledger.withdraw(*reversed(pair)) == stands
                if stands:
                    said.append((ledger.list_acts(last=1)[0].number, None))
            else:
                assert ledger.decide([dc.Decision(*pair, kind, "so it is", "", "")]) == 1
                said.append((ledger.list_acts(last=1)[0].number, kind))
            wanted = {pair: said[-1][1] for pair, said in words.items() if said and said[-1][1] is not None}
            found = {(d.listing_a, d.listing_b): d.decision for d in ledger.list_decisions()}
            assert found == wanted
        for said in words.values():  # an act on which another was built is taken back after that one
            for number, _ in said[:-1]:
                with pytest.raises(ChoiceError):
                    ledger.undo(number)
        with pytest.raises(ChoiceError):
            ledger.undo(10_000)
