"""Reserving the right to publish: the check, the ledger and the command line together."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import dupcheck as dc
from dupcheck.checking import Checker
from dupcheck.decisions import Decision, hash_content
from dupcheck.errors import CatalogError, LedgerError, TokenError, TokenNeededError
from dupcheck.ledger import find_address, open_ledger, recall
from dupcheck.ledger.book import Ledger
from dupcheck.ledger.records import carry_photo
from dupcheck.ledger.store import Store
from dupcheck.model import Catalog, Listing

GNOME = {"title": "Ceramic garden gnome with lantern", "price": 19.5, "currency": "USD", "category": "Garden"}
ROWS = [
    {
        "listing_id": "A-1",
        "title": "Brass violin stand, foldable",
        "price": 9.9,
        "currency": "USD",
        "category": "Music",
    },
    {"listing_id": "B-1", "title": "Oak garden ladder", "price": 59, "currency": "USD", "category": "Garden"},
]
DRAFTS = [{"listing_id": f"N-{i}", **GNOME} for i in range(1, 4)]
Run = Callable[..., Any]


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    with open_ledger(ledger_url) as opened:
        yield opened


@pytest.fixture
def checker(make_shop: Callable[..., Catalog]) -> Checker:
    return Checker(make_shop(*ROWS), jobs=1)


class TestChecker:
    def test_one_of_two_twins_wins_and_the_other_is_told_why(self, checker: Checker, ledger: Ledger) -> None:
        first = checker.claim(ledger, "T-1", DRAFTS[0])
        assert first.granted and first.answer["verdict"] == "publish"
        second = checker.claim(ledger, "T-2", {**DRAFTS[1], "price": 19.6})
        assert not second.granted and second.answer["verdict"] == "duplicate"
        assert [p["listing_a"] for p in second.answer["pairs"]] == ["N-1"]
        other = checker.claim(ledger, "T-3", {"listing_id": "N-9", "title": "Steel watering can 5 l", "price": 12})
        assert other.granted

    def test_what_the_catalogue_holds_cannot_be_reserved(self, checker: Checker, ledger: Ledger) -> None:
        claim = checker.claim(ledger, "T-1", {**ROWS[0], "listing_id": "N-1"})
        assert not claim.granted and claim.state == "refused"

    def test_a_twin_that_comes_while_one_is_judged_is_seen_under_the_lock(
        self, checker: Checker, ledger: Ledger, ledger_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []
        check = Checker.check

        def slow(self: Checker, draft: Any, *, also: Any = ()) -> Any:
            asked.append([x.listing_id for x in also])
            answers = check(self, draft, also=also)
            if len(asked) == 1:  # somebody else is faster
                with open_ledger(ledger_url) as second:
                    second.claim("T-2", Listing(**DRAFTS[1]), lambda _: (True, {}))  # type: ignore[arg-type]
            return answers

        monkeypatch.setattr(Checker, "check", slow)
        assert not checker.claim(ledger, "T-1", DRAFTS[0]).granted
        assert asked == [[], ["N-2"]]

    def test_a_photo_is_compared_where_its_file_is_not(
        self, draw_photo: Callable[..., Path], make_shop: Callable[..., Catalog], tmp_path: Path, ledger: Ledger
    ) -> None:
        """The two drafts lie on two machines: all that one knows of the other's photo is its hash."""
        checker = Checker(make_shop(*ROWS), jobs=1)
        claims = []
        for number, (folder, seed, title) in enumerate([
            ("one", 1, "Ceramic garden gnome with lantern"), ("two", 1, "Ceramic garden gnome with a lantern"),
            ("three", 2, "Stoneware plant pot"),
        ]):  # fmt: skip
            draw_photo(tmp_path / folder / "p.jpg", seed)
            row = {"listing_id": f"N-{number}", "title": title, "main_image": "p.jpg"}
            drafts = make_shop(row, image_root=tmp_path / folder)
            claims.append(checker.claim(ledger, f"T-{number}", drafts))
        assert [c.granted for c in claims] == [True, False, True]
        (pair,) = claims[1].answer["pairs"]
        assert pair["rule"] == "R1" and pair["signals"]["image"] <= 2
        assert claims[0].listing.main_image == "" and len(claims[0].listing.image_phash) == 16

    def test_photos_that_cannot_be_read_are_no_photos(self, tmp_path: Path) -> None:
        (tmp_path / "bad.jpg").write_bytes(b"no picture")
        for name in ("bad.jpg", "absent.jpg", "../bad.jpg"):
            carried = carry_photo(Listing("N-1", "x", main_image=name), tmp_path)
            assert (carried.main_image, carried.image_phash) == ("", "")
        told = Listing("N-1", "x", main_image="https://x.example/a.jpg", images=("b.jpg", "https://x.example/c.jpg"))
        assert carry_photo(told, tmp_path) == replace(told, images=("https://x.example/c.jpg",))

    def test_a_token_reserves_one_draft(self, checker: Checker, ledger: Ledger) -> None:
        for drafts in ([], DRAFTS[:2]):
            with pytest.raises(CatalogError, match=str(len(drafts))):
                checker.claim(ledger, "T-1", drafts)


class TestDecisions:
    def decide(self, kind: Any, draft: dict[str, Any], other: dict[str, Any]) -> Decision:
        a, b = Listing(**draft), Listing(**other)
        return Decision(b.listing_id, a.listing_id, kind, "agreed", hash_content(b), hash_content(a))

    @pytest.mark.parametrize(
        ("kind", "verdict", "pairs"),
        [("not_duplicate", "publish", 0), ("allowed", "publish", 1), ("merge_accepted", "duplicate", 1)],
    )
    def test_a_check_heeds_them_and_says_so(
        self, make_shop: Callable[..., Catalog], kind: str, verdict: str, pairs: int
    ) -> None:
        draft = {**ROWS[0], "listing_id": "N-1"}
        catalog = make_shop(*ROWS)
        assert dc.check(draft, catalog)[0].verdict == "duplicate"
        made = [self.decide(kind, draft, ROWS[0])]
        (answer,) = dc.check(draft, catalog, decisions=made)
        assert (answer.verdict, len(answer.pairs)) == (verdict, pairs)
        assert answer.as_dict()["decisions"] == [
            {"listing_id": "A-1", "decision": kind, "reason": "agreed", "in_force": True}
        ]
        assert "You decided about A-1" in str(answer) and "agreed" in str(answer)
        (lapsed,) = dc.check({**draft, "price": 9.8}, catalog, decisions=made, lang="zh")
        assert lapsed.verdict == "duplicate" and "已失效" in str(lapsed)
        assert not lapsed.as_dict()["decisions"][0]["in_force"]

    @pytest.mark.slow
    def test_what_was_decided_about_drafts_holds_for_claims(
        self, make_shop: Callable[..., Catalog], ledger: Ledger
    ) -> None:
        apart = [self.decide("not_duplicate", DRAFTS[1], DRAFTS[0])]
        checker = Checker(make_shop(*ROWS), jobs=1, decisions=apart)
        told = [checker.claim(ledger, f"T-{n}", DRAFTS[n]).granted for n in range(3)]
        assert told == [True, True, False]

    def test_what_is_allowed_beside_one_is_a_copy_of_another(self, make_shop: Callable[..., Catalog]) -> None:
        twin = {**ROWS[0], "listing_id": "A-2"}
        draft = {**ROWS[0], "listing_id": "N-1"}
        catalog = make_shop(*ROWS, twin)
        made = [self.decide("allowed", draft, ROWS[0])]
        assert dc.check(draft, catalog, decisions=made)[0].verdict == "duplicate"
        made.append(self.decide("allowed", draft, twin))
        assert dc.check(draft, catalog, decisions=made)[0].verdict == "publish"

    @pytest.mark.parametrize("kind", ["not_duplicate", "allowed", "merge_accepted"])
    def test_a_check_finds_what_an_audit_finds(self, make_shop: Callable[..., Catalog], kind: str) -> None:
        twin = {**ROWS[0], "listing_id": "A-2", "price": 10.1}
        draft = {**ROWS[0], "listing_id": "N-1"}
        made = [self.decide(kind, draft, ROWS[0])]
        (answer,) = dc.check(draft, make_shop(*ROWS, twin), decisions=made)
        audit = dc.audit(make_shop(*ROWS, twin, draft), decisions=made)
        found = [p for p in audit.as_dict()["pairs"] if "N-1" in (p["listing_a"], p["listing_b"])]
        assert sorted(p["listing_a"] for p in answer.pairs) == sorted(p["listing_a"] for p in found)


class TestMemory:
    def test_it_is_what_the_ledger_says(self, ledger: Ledger, ledger_url: str) -> None:
        made = [Decision("A", b, "allowed", "原因", "1-a", "1-b") for b in ("D", "B", "C")]
        ledger.decide(made)
        ledger.withdraw("A", "C")
        for token in ("T-1", "T-2", "T-3"):
            ledger.claim(token, Listing(token, f"{token} mug", attributes={"颜色": "红"}), lambda _: (True, {}))
        ledger.publish("T-1")
        ledger.publish("T-3", listing_id="100500")
        known = recall(find_address(ledger_url))
        assert list(known.decisions) == ledger.list_decisions() and len(known.decisions) == 2
        assert list(known.published) == ledger.list_published()
        assert list(known.kept) == ledger.list_kept() and [k.key for k in known.kept] == ["T-1", "T-3"]
        assert {k.key for k in ledger.list_kept(live=True)} == {"T-1", "T-2", "T-3"}
        assert [x.listing_id for x in known.list_added(lambda held: [x.listing_id == "T-1" for x in held])] == [
            "100500"
        ]

    def test_a_file_is_read_without_sqlalchemy(self, tmp_path: Path) -> None:
        open_ledger(tmp_path / "ledger ?#.sqlite").close()
        code = (
            "import sys, dupcheck.ledger as x\n"
            "print(x.recall(x.find_address(sys.argv[1])), 'sqlalchemy' in sys.modules)"
        )
        args = [sys.executable, "-c", code, str(tmp_path / "ledger ?#.sqlite")]
        shown = subprocess.run(args, capture_output=True, text=True, check=True).stdout
        assert shown.strip() == "Memory(decisions=[], published=[], answers=[], revisions=[], kept=[]) False"

    @pytest.mark.slow
    def test_a_check_that_heeds_decisions_is_spared_sqlalchemy(
        self, tmp_path: Path, write_csv: Callable[..., Path]
    ) -> None:
        rows = [Listing(**ROWS[0]), Listing("N-1", **{k: v for k, v in ROWS[0].items() if k != "listing_id"})]  # type: ignore[arg-type]
        with open_ledger(tmp_path / "deep" / "down" / "ledger.sqlite") as ledger:
            ledger.decide([Decision("A-1", "N-1", "not_duplicate", "", hash_content(rows[0]), hash_content(rows[1]))])
        write_csv(tmp_path / "catalog.csv", ROWS)
        write_csv(tmp_path / "draft.csv", [{**ROWS[0], "listing_id": "N-1"}])
        code = (
            "import sys\nfrom dupcheck.cli import main\n"
            "sys.argv = ['dupcheck', 'check', 'draft.csv', '--against', 'catalog.csv', '--ledger', sys.argv[1]]\n"
            "try:\n    main()\nfinally:\n    print({'sqlalchemy', 'alembic'} & set(sys.modules))"
        )
        args = [sys.executable, "-c", code, str(tmp_path / "deep" / "down" / "ledger.sqlite")]
        ended = subprocess.run(args, capture_output=True, text=True, cwd=tmp_path)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert "not a duplicate" in ended.stdout and ended.stdout.rstrip().endswith("set()")

    def test_an_empty_file_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "empty.sqlite").touch()
        with pytest.raises(LedgerError, match="empty file"):
            recall(find_address(tmp_path / "empty.sqlite"))


@pytest.fixture
def desk(
    tmp_path: Path, write_csv: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, new_ledger: Callable[..., str]
) -> Path:
    """A folder with a catalogue and three drafts of one thing; the ledger is the user's own."""
    write_csv(tmp_path / "catalog.csv", ROWS)
    for draft in DRAFTS:
        write_csv(tmp_path / f"{draft['listing_id']}.csv", [draft])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUPCHECK_LEDGER", new_ledger(made=False))
    return tmp_path


class TestCommands:
    def check(self, run: Run, draft: str, *more: str) -> Any:
        return run("check", draft, "--against", "catalog.csv", *more)

    def test_from_claim_to_catalogue(self, desk: Path, run: Run, write_csv: Callable[..., Path]) -> None:
        first = self.check(run, "N-1.csv", "--claim", "T-1")
        assert first.code == 0 and "dupcheck publish dt-" in first.out
        assert self.check(run, "N-2.csv").code == 0, "what is only reserved counts for claims alone"
        second = self.check(run, "N-2.csv", "--claim", "T-2")
        assert second.code == 1 and "N-1" in second.out
        again = self.check(run, "N-1.csv", "--claim", "T-1")
        assert (
            again.code == 1 and "given before" in again.out and again.out.splitlines()[0] == first.out.splitlines()[0]
        )
        assert [run("publish", "T-1", "--id", "100500").code, run("publish", "T-1").code] == [0, 0]
        published = self.check(run, "N-2.csv")
        assert published.code == 1 and "100500" in published.out
        assert self.check(run, "N-2.csv", "--no-ledger").code == 0
        write_csv(desk / "catalog.csv", [*ROWS, {**DRAFTS[0], "listing_id": "100500", "title": "Quite another thing"}])
        assert self.check(run, "N-2.csv").code == 1, "the id alone does not make it the same listing"
        write_csv(desk / "catalog.csv", [*ROWS, {**DRAFTS[0], "listing_id": "100500"}])
        joined = self.check(run, "N-2.csv", "--json")
        (answer,) = map(json.loads, joined.out.splitlines())
        assert joined.code == 1 and len(answer["pairs"]) == 1, "the same listing does not count twice"

    def test_release_gives_it_back(self, desk: Path, run: Run) -> None:
        self.check(run, "N-1.csv", "--claim", "T-1")
        told = run("release", "T-1")
        assert told.code == 0 and "N-1" in told.out
        assert run("release", "T-1").code == 0
        assert self.check(run, "N-2.csv", "--claim", "T-2").code == 0
        assert run("publish", "T-1").code == 2
        assert run("publish", "T-2").code == 0
        refused = run("release", "T-2")
        assert refused.code == 2 and "--override" in refused.err
        assert run("release", "T-2", "--override", "taken offline").code == 0
        assert self.check(run, "N-3.csv", "--claim", "T-3").code == 0

    def test_with_a_token_drawn_first(self, desk: Path, run: Run) -> None:
        drawn = run("token", "N-1.csv", "--against", "catalog.csv", "--json", "--as", "ada")
        token = json.loads(drawn.out)["ticket"]["token"]
        assert drawn.code == 0 and "new ledger was made" in drawn.err
        other = self.check(run, "N-2.csv", "--claim", "T-1", "--token", token, "--as", "ada")
        assert other.code == 2 and "another draft" in other.err
        stranger = self.check(run, "N-1.csv", "--claim", "T-1", "--token", token, "--as", "bo")
        assert stranger.code == 2 and "ada" in stranger.err
        assert self.check(run, "N-1.csv", "--claim", "T-1", "--token", token, "--as", "ada").code == 0
        assert run("publish", "T-1", "--as", "bo").code == 2
        assert run("publish", token, "--as", "bo").code == 0
        assert run("ledger", "verify").code == 0

    def test_acts_are_listed_and_undone(self, desk: Path, run: Run) -> None:
        assert run("decide", "catalog.csv", "A-1", "B-1", "--as", "not_duplicate", "--by", "ada").code == 0
        assert "ada" in run("decisions", "acts").out
        assert run("decisions", "undo", "1", "--as", "bo").code == 0
        assert run("decisions", "list").out == "" and "undone" in run("decisions", "acts").out
        assert run("decisions", "undo", "1").code == 2

    def test_on_purpose_and_on_record(self, desk: Path, run: Run) -> None:
        self.check(run, "N-1.csv", "--claim", "T-1")
        told = self.check(run, "N-2.csv", "--claim", "T-2", "--override", "two shops, agreed", "--json")
        claim = json.loads(told.out)["claim"]
        assert told.code == 0
        assert (claim["granted"], claim["override"], claim["state"]) == (True, "two shops, agreed", "claimed")
        assert json.loads(told.out)["verdict"] == "duplicate"
        assert "two shops, agreed" in run("decisions", "history").out

    def test_a_claim_expires(self, desk: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        self.check(run, "N-1.csv", "--claim", "T-1", "--ttl", "60")
        real = Store.tell_time
        monkeypatch.setattr("dupcheck.ledger.store.Store.tell_time", lambda self, c: real(self, c) + 61)
        assert self.check(run, "N-2.csv", "--claim", "T-2").code == 0
        late = run("publish", "T-1", "--lang", "zh")
        assert late.code == 2 and "已过期" in late.err

    def test_chinese(self, desk: Path, run: Run) -> None:
        assert "占用" in self.check(run, "N-1.csv", "--claim", "令牌-1", "--lang", "zh").out
        assert "没有预占" in self.check(run, "N-2.csv", "--claim", "令牌-2", "--lang", "zh").out

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (["N-1.csv", "N-2.csv", "--claim", "T-1"], "2 were given"),
            (["N-1.csv", "--claim", "two words"], "visible"),
            (["N-1.csv", "--claim", "T-1", "--no-ledger"], "--no-ledger"),
            (["N-1.csv", "--override", "because"], "--claim"),
            (["N-1.csv", "--claim", "T-1", "--ttl", "0"], "--ttl"),
            (["N-1.csv", "--ledger", "absent.sqlite"], "absent.sqlite"),
        ],
    )
    def test_wrong_input(self, desk: Path, run: Run, words: list[str], says: str) -> None:
        told = self.check(run, words[0], *words[1:])
        assert told.code == 2 and told.out == "" and says in told.err

    def test_a_token_for_another_draft_and_an_unknown_one(self, desk: Path, run: Run) -> None:
        self.check(run, "N-1.csv", "--claim", "T-1")
        other = self.check(run, "N-2.csv", "--claim", "T-1")
        assert other.code == 2 and "another draft" in other.err
        for verb in ("publish", "release"):
            told = run(verb, "T-9")
            assert told.code == 2 and "T-9" in told.err

    @pytest.mark.slow
    def test_processes_that_ask_at_once(self, desk: Path, launch: Callable[..., Any]) -> None:
        """Through the real command, on a ledger that is not there yet: one may publish."""
        asked = [
            launch("check", f"N-{n}.csv", "--against", "catalog.csv", "--claim", f"T-{n}", cwd=desk) for n in (1, 2)
        ]
        told = [process.communicate(timeout=120) for process in asked]
        assert sorted(process.returncode for process in asked) == [0, 1], told


class TestWhoShowsAToken:
    def test_it_is_its_persons(self, ledger: Ledger) -> None:
        draft = Listing("N-1", "Ceramic garden gnome")
        claim = ledger.claim("K-1", draft, lambda live: (True, {}), person="ann")
        for act in (ledger.publish, ledger.release):
            with pytest.raises(TokenNeededError):
                act("K-1", token=claim.token, person="bob")
        assert ledger.publish("K-1", token=claim.token, person="ann").state == "published"
        freed = ledger.release("K-1", token=claim.token, person="bob", override="ann has left")
        assert freed.state == "released" and ledger.list_history()[-1].person == "bob"

    def test_what_looks_like_one_id_is_one(self, ledger: Ledger) -> None:
        for key, title in (("K-1", "Ceramic garden gnome"), ("K-2", "Iron fire poker")):
            ledger.claim(key, Listing(key, title), lambda live: (True, {}))
        assert ledger.publish("K-1", listing_id=" X1\u200b").listing.listing_id == "X1"
        for same in ("X1", "\u2060X1 ", "\uff38\uff11"):
            with pytest.raises(TokenError):
                ledger.publish("K-2", listing_id=same)
        assert ledger.publish("K-2", listing_id="X2").state == "published"

    def test_a_file_cut_to_nothing_stops_the_ledger(self, tmp_path: Path) -> None:
        place = tmp_path / "l.sqlite"
        with open_ledger(str(place)) as opened:
            opened.claim("K-1", Listing("N-1", "Ceramic garden gnome"), lambda live: (True, {}))
            with place.open("r+b") as file:
                file.truncate(0)
            with pytest.raises(LedgerError):
                opened.claim("K-2", Listing("N-2", "Iron fire poker"), lambda live: (True, {}))
