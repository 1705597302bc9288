"""Whose decisions and claims they are, where nobody says so: a catalogue is known again, and others do not count."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupcheck.index.sketch import MOST, sketch_texts
from dupcheck.ledger import Owner, open_ledger
from dupcheck.ledger.accounts import LEAST, Sketch, find_account, join_files

Run = Callable[..., Any]


def titles(word: str, count: int, first: int = 0) -> list[str]:
    return [f"{word} model {i} of steel" for i in range(first, first + count)]


def own(*parts: list[str], file: str = "shop", ids: str = "x") -> Owner:
    held = [t for part in parts for t in part]
    return Owner("", {"titles": sketch_texts(held), "ids": sketch_texts(f"{ids}{i}" for i in range(len(held)))}, file)


NORTH = own(titles("Lamp", 3 * MOST), ids="n").sketch
SOUTH = own(titles("Boot", 60), ids="s").sketch
KNOWN = {"north": NORTH, "south": SOUTH}


@pytest.mark.parametrize(("owner", "account", "new"), [
    (own(titles("Lamp", 3 * MOST)), "north", False), (own(titles("lamp", 200, 900)), "north", False),
    (own(titles("Lamp", 900), titles("Cup", 9000)), "north", False), (own(titles("Boot", 30)), "south", False),
    (own(titles("Boot", 60), titles("Cup", 600)), "south", False), (own(titles("Cup", 900)), "shop", True),
    (own(titles("Cup", 900), file="north"), "north-2", True), (own(titles("Cup", 900), file="-"), "catalog", True),
    (own(titles("Cup", LEAST - 1)), "", False), (own(titles("Cup", LEAST)), "", False), (own(), "", False),
    (own(titles("Cup", 3), file="shop"), "", False),
    (own(titles("Lamp", 3 * MOST), titles("Boot", 60)), "", False),
    (own(titles("Cup", 60), ids="s"), "", False), (own(titles("Cup", 600), ids="n"), "", False),
    (Owner("east", NORTH), "east", False), (Owner("east"), "east", False),
])  # fmt: skip
def test_a_catalogue_is_known_by_its_titles(owner: Owner, account: str, new: bool) -> None:
    assert find_account(owner, KNOWN) == (account, new)
    assert find_account(owner, dict(reversed(KNOWN.items()))) == (account, new)


def test_the_first_catalogue_gets_an_account_too() -> None:
    assert find_account(own(titles("Lamp", LEAST)), {}) == ("shop", True)
    assert find_account(own(titles("Lamp", 1)), {}) == ("shop", True)


def at(place: str, owner: Owner) -> Owner:
    return replace(owner, sketch={**owner.sketch, "files": sketch_texts([place])})


SMALL = {"pots": at("a/pots.csv", own(titles("Pot", 5))).sketch, "pans": at("b/pans.csv", own(titles("Pan", 8))).sketch}


@pytest.mark.parametrize(("owner", "account", "new"), [
    (at("a/pots.csv", own(titles("Pot", 5))), "pots", False), (at("c/x.csv", own(titles("Pot", 30))), "pots", False),
    (at("a/pots.csv", own(titles("Lid", 4))), "pots", False), (at("a/pots.csv", own(titles("Lid", 90))), "pots", False),
    (at("c/x.csv", own(titles("Lid", 4))), "shop", True), (at("c/x.csv", own(titles("Lid", 90))), "shop", True),
    (at("c/x.csv", own(titles("Lid", 3 * MOST))), "shop", True), (own(titles("Lid", 4)), "shop", True),
    (at("c/x.csv", own(titles("Pot", 5), titles("Pan", 5))), "", False),
    (at("b/pans.csv", own(titles("Pot", 5), titles("Pan", 5))), "pans", False),
])  # fmt: skip
def test_a_small_catalogue_is_known_by_its_titles_or_by_where_it_lies(owner: Owner, account: str, new: bool) -> None:
    assert find_account(owner, SMALL) == (account, new)
    assert find_account(owner, dict(reversed(SMALL.items()))) == (account, new)


def test_a_part_of_a_large_catalogue_may_be_any_of_its_listings() -> None:
    assert find_account(at("c/today.csv", own(titles("Cup", 9))), KNOWN) == ("", False)
    known = {"north": {**NORTH, "files": sketch_texts(["c/today.csv"])}}
    assert find_account(at("c/today.csv", own(titles("Cup", 9))), known) == ("north", False)


def test_an_account_remembers_where_its_files_lay() -> None:
    kept: Sketch = {}
    for k in range(20):
        kept = join_files(at(f"{k}.csv", own(titles("Pot", 5))).sketch, kept)
    assert kept["files"] == [sketch_texts([f"{k}.csv"])[0] for k in range(19, 11, -1)]


@settings(max_examples=60, deadline=None)
@given(kept=st.sets(st.integers(0, 199), min_size=1), added=st.integers(0, 400), large=st.booleans())
def test_what_is_left_of_a_catalogue_is_never_taken_for_another(kept: set[int], added: int, large: bool) -> None:
    """What comes, goes and is joined leaves the account, or counts for all; it never opens a second one."""
    all_titles = titles("Lamp", 200) + (titles("Pan", 5 * MOST) if large else [])
    added = min(added, 30 * len(kept))
    owner = own([all_titles[i] for i in kept], titles("Cup", added))
    account, new = find_account(owner, {"north": own(all_titles, ids="n").sketch})
    assert (large and added) or (account in ("north", "") and not new)


def test_the_account_moves_on_with_its_catalogue(tmp_path: Path) -> None:
    for first in range(0, 300, 20):
        with open_ledger(tmp_path / "l.sqlite") as ledger:
            assert not ledger.turn_to(own(titles("Lamp", 40, first)))
            assert ledger.scope == "shop"
    with open_ledger(tmp_path / "l.sqlite") as ledger:
        assert ledger.turn_to(own(titles("Boot", 40), ids="b")) and ledger.scope == "shop-2"
        assert not ledger.turn_to(own(titles("Lamp", 40, 300)), keep=False) and ledger.scope == "shop"
        ledger.verify()


def test_no_catalogue_blocks_another_and_none_is_forgotten(
    tmp_path: Path, run: Run, write_csv: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUPCHECK_LEDGER", str(tmp_path / "ledger.sqlite"))
    kinds = ("amber", "birch", "cedar", "dune", "ember", "flint", "grove", "hazel", "iris", "jade", "kelp", "larch")

    def shop(name: str, thing: str, count: int) -> None:
        pairs = [(a, b) for a in kinds[:count] for b in kinds[:count] if a < b]
        rows = [{"listing_id": f"{thing}-{a}-{b}", "title": f"{thing} {a} {b}", "price": 7} for a, b in pairs]
        write_csv(tmp_path / name, rows)

    for name, thing, count in (
        ("lamps.csv", "Lamp", 12), ("old.csv", "Lamp", 9), ("boots.csv", "Boot", 12), ("few.csv", "Cup", 5),
    ):  # fmt: skip
        shop(name, thing, count)
    shop("some.csv", "Mug", 5)
    draft = write_csv(tmp_path / "draft.csv", [{"title": "Green ceramic gnome", "price": 4}])
    assert run("check", draft, "--against", "lamps.csv", "--claim", "one").code == 0
    assert run("publish", "one").code == 0
    assert run("check", draft, "--against", "lamps.csv").code == 1
    assert run("check", draft, "--against", "old.csv").code == 1, "an older export is the same shop"
    assert run("check", draft, "--against", "few.csv").code == 0, "another one, small as it is"
    small = run("check", draft, "--against", "few.csv", "--claim", "small")
    assert small.code == 0 and "account few" in small.err and "--account" in small.err
    assert run("publish", "small").code == 0
    assert run("check", draft, "--against", "some.csv").code == 0, "two small ones do not block each other"
    assert run("check", draft, "--against", "few.csv").code == 1
    shop("few.csv", "Bowl", 4)
    assert run("check", draft, "--against", "few.csv").code == 1, "the same place, other goods"
    shop("moved.csv", "Cup", 4)
    assert run("check", draft, "--against", "moved.csv").code == 1, "the same goods in another place"
    assert run("check", draft, "--against", "boots.csv").code == 0, "another shop"
    again = run("check", draft, "--against", "old.csv", "--claim", "two")
    assert again.code == 1 and "account" not in again.err
    other = run("check", draft, "--against", "boots.csv", "--claim", "three")
    assert other.code == 0 and "account boots" in other.err and "--account" in other.err
    assert run("check", draft, "--against", "boots.csv", "--account", "lamps", "--claim", "four").code == 1
    assert run("ledger", "verify").code == 0


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_only_the_ledger_knows_is_named_with_the_way_to_undo_it(
    tmp_path: Path, run: Run, write_csv: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUPCHECK_LEDGER", str(tmp_path / "ledger.sqlite"))
    write_csv(tmp_path / "shop.csv", [{"listing_id": "C-1", "title": "Walnut picture frame", "price": 9}])
    first = {"listing_id": "N-1", "title": "Green ceramic gnome 30 cm", "price": 4, "attributes": "Material=Clay"}
    one = write_csv(tmp_path / "one.csv", [first])
    two = write_csv(tmp_path / "two.csv", [{**first, "listing_id": "N-2"}])
    assert run("check", one, "--against", "shop.csv", "--claim", "job-1", "--as", "Mei").code == 0
    held = run("check", two, "--against", "shop.csv", "--claim", "job-2", "--lang", lang)
    assert held.code == 1 and "job-1" in held.out and "Mei" in held.out and "dupcheck release job-1" in held.out
    assert run("publish", "job-1", "--as", "Mei").code == 0
    told = run("check", two, "--against", "shop.csv", "--lang", lang)
    assert told.code == 1
    (line,) = [row for row in told.out.splitlines() if "job-1" in row]
    assert "N-1" in line and "Mei" in line and "dupcheck release job-1 --as Mei --override" in line
    assert run("release", "job-1", "--as", "Mei", "--override", "never went online").code == 0
    freed = run("check", two, "--against", "shop.csv")
    assert freed.code == 0 and "job-1" not in freed.out


def test_a_decision_is_told_with_who_when_and_how_to_undo_it(
    tmp_path: Path, run: Run, write_csv: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUPCHECK_LEDGER", str(tmp_path / "ledger.sqlite"))
    rows = [{"listing_id": i, "title": "Walnut picture frame", "price": 9} for i in ("C-1", "C-2")]
    write_csv(tmp_path / "shop.csv", rows)
    draft = write_csv(tmp_path / "draft.csv", rows[:1])
    assert run("decide", "shop.csv", "C-1", "C-2", "--as", "not_duplicate", "--by", "Jo").code == 0
    told = run("check", draft, "--against", "shop.csv", "--update")
    assert told.code == 0 and "Jo" in told.out and "dupcheck decisions withdraw C-1 C-2" in told.out
    assert run("decisions", "withdraw", "C-1", "C-2").code == 0
    assert run("check", draft, "--against", "shop.csv", "--update").code == 1


def strangers(count: int) -> dict[str, Sketch]:
    """A known catalogue of so many titles, with the ids of whoever asks."""
    return {"old": own(titles("Lid", count), ids="x").sketch}


@pytest.mark.parametrize(("mine", "known", "account", "new"), [
    (LEAST, LEAST, "", False), (LEAST, LEAST - 1, "shop", True), (LEAST - 1, LEAST, "shop", True),
    (MOST - 1, LEAST - 1, "shop", True), (LEAST - 1, MOST, "", False), (LEAST - 1, MOST - 1, "shop", True),
])  # fmt: skip
def test_of_enough_titles_none_of_which_is_the_same_ids_tell(mine: int, known: int, account: str, new: bool) -> None:
    assert find_account(own(titles("Cup", mine), ids="x"), strangers(known)) == (account, new)


@pytest.mark.parametrize(("lamps", "boots", "account"), [
    (40, 20, "lamps"), (39, 20, ""), (20, 40, "boots"), (20, 20, ""), (50, 2, "lamps"),
])  # fmt: skip
def test_of_two_that_it_fits_it_is_the_one_that_it_fits_twice_as_well(lamps: int, boots: int, account: str) -> None:
    known = {"lamps": own(titles("Lamp", 100)).sketch, "boots": own(titles("Boot", 100)).sketch}
    asked = own(titles("Lamp", lamps), titles("Boot", boots))
    assert find_account(asked, known) == (account, False)
    assert find_account(asked, dict(reversed(known.items()))) == (account, False)


@pytest.mark.parametrize(("shared", "account"), [(9, ""), (10, ""), (11, "")])
def test_strangers_that_share_half_of_their_ids_may_be_one_shop(shared: int, account: str) -> None:
    ids = sketch_texts([*(f"x{i}" for i in range(shared)), *(f"y{i}" for i in range(20 - shared))])
    asked = own(titles("Cup", 20), ids="x")
    known = {"old": {**own(titles("Lid", 20)).sketch, "ids": ids}}
    assert find_account(asked, known) == (("shop", True) if shared < 10 else (account, False))


def test_an_account_remembers_the_eight_places_seen_last() -> None:
    known: Sketch = {}
    for n in range(10):
        known = join_files({"titles": ["t"], "files": [f"place{n}"]}, known)
    assert known == {"titles": ["t"], "files": [f"place{n}" for n in range(9, 1, -1)]}
    again = join_files({"files": ["place5"]}, known)
    assert again["files"][:2] == ["place5", "place9"] and len(again["files"]) == 8


@pytest.mark.parametrize(("file", "known", "name"), [
    (" -lamps. ", (), "lamps"), ("lamps", ("lamps",), "lamps-2"), ("lamps", ("lamps", "lamps-2"), "lamps-3"),
    ("", (), "catalog"), ("--", ("catalog",), "catalog-2"), ("lamps", ("lamps-2",), "lamps"),
])  # fmt: skip
def test_a_new_account_is_called_as_its_file_and_nobody_else(file: str, known: tuple[str, ...], name: str) -> None:
    there = {k: own(titles(f"Lid{n}", 40), ids=f"k{n}").sketch for n, k in enumerate(known)}
    assert find_account(own(titles("Cup", 40), file=file), there) == (name, True)
