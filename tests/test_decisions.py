"""Decisions: what they are about, when they lapse, and what audits make of them."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.decisions import DECISION_KINDS, Decision, hash_content, hash_listings, settle_decisions
from dupcheck.errors import LedgerError
from dupcheck.ledger import open_ledger
from dupcheck.ledger.documents import read_sayings, spell_out, write_decisions
from dupcheck.model import Catalog, Listing, Sku

LAMP = Listing(
    "L-1", "Brass lamp 30 cm", 9.9, 12.0, "USD", "Lamps", "a.jpg", {"Finish": "Matt", "Base": "Round"}, "Shop",
    ("b.jpg",),
    "SKU-1", "0123456789012", "f0f0a5a5c3c3b1d2", 2.0, 3.0, 8.5, 7.0, 8.0, 9.0, "2026-01-01",
    "https://x.example/1", "Words",
    (Sku({"Color": "Red"}, 9.9, "USD", "S-1", "", 4.0, "c.jpg"),),
)  # fmt: skip
OTHER: dict[str, Any] = {
    "title": "Oak lamp", "price": 9.8, "price_max": 13.0, "currency": "EUR", "category": "Chairs",
    "main_image": "z.jpg",
    "attributes": {"Finish": "Matt"}, "shop": "Other", "images": (), "sku_code": "SKU-2", "gtin": "",
    "image_phash": "", "min_order_quantity": None, "lot_size": 1.0, "bulk_price": 8.4, "skus": (),
}  # fmt: skip
UNSEEN: dict[str, Any] = {
    "listing_id": "L-2", "stock": 0.0, "sales": 1e6, "reviews": None, "created": "", "url": "", "description": "More",
    "source": None, "other": {"Shelf": "3"},
}  # fmt: skip
TWIN = {"title": "Brass violin stand, foldable", "price": 9.9, "currency": "USD", "category": "Music"}
ROWS: list[dict[str, Any]] = [{"listing_id": f"A-{i}", **TWIN} for i in range(1, 4)] + [
    {"listing_id": "B-1", "title": "Oak garden ladder", "price": 59, "currency": "USD", "category": "Garden"}
]
Shop = Callable[..., Catalog]


class TestContent:
    def test_every_field_is_seen_or_not(self) -> None:
        assert set(OTHER) | set(UNSEEN) == set(Listing.__slots__)

    @pytest.mark.parametrize("field", OTHER)
    def test_what_the_rules_see(self, field: str) -> None:
        assert hash_content(replace(LAMP, **{field: OTHER[field]})) != hash_content(LAMP)

    @pytest.mark.parametrize("field", UNSEEN)
    def test_what_they_do_not_see(self, field: str) -> None:
        assert hash_content(replace(LAMP, **{field: UNSEEN[field]})) == hash_content(LAMP)

    def test_spaces_the_order_of_attributes_and_stock_do_not_matter(self) -> None:
        spaced = replace(LAMP, title="  Brass  lamp 30\tcm", attributes={"Base": "Round", "Finish": " Matt"})
        sold = replace(LAMP, skus=(replace(LAMP.skus[0], stock=0.0),))
        assert hash_content(spaced) == hash_content(sold) == hash_content(LAMP)

    @pytest.mark.parametrize("field", ["options", "price", "currency", "sku_code", "gtin", "image"])
    def test_each_sku_counts(self, field: str) -> None:
        other = {"options": {"Color": "Blue"}, "price": 1.0}.get(field, "x")
        sku = replace(LAMP.skus[0], **{field: other})  # type: ignore[arg-type]
        assert hash_content(replace(LAMP, skus=(sku,))) != hash_content(LAMP)

    def test_a_photo_is_its_bytes_whatever_it_is_called(self, tmp_path: Path) -> None:
        for name in ("a.jpg", "c.jpg"):
            (tmp_path / name).write_bytes(b"first")
        one = hash_content(LAMP, tmp_path)
        assert one != hash_content(LAMP), "without its file a photo is only a name"
        assert hash_content(replace(LAMP, main_image="c.jpg"), tmp_path) == one
        assert hash_content(replace(LAMP, main_image="../a.jpg"), tmp_path / "sub") != one, "nothing outside is read"
        (tmp_path / "a.jpg").write_bytes(b"second")
        assert hash_content(LAMP, tmp_path) != one
        (tmp_path / "a.jpg").write_bytes(b"first")
        assert hash_content(LAMP, tmp_path) == one

    def test_an_absent_photo_is_known_by_its_name_not_its_folder(self) -> None:
        moved = replace(LAMP, main_image="shop\\photos/a.jpg")
        assert hash_content(moved) == hash_content(LAMP)
        assert hash_content(replace(LAMP, main_image="https://x.example/a.jpg")) != hash_content(LAMP)


@pytest.fixture
def shop(make_shop: Shop) -> Catalog:
    return make_shop(*ROWS)


@pytest.fixture
def decide() -> Callable[..., list[Decision]]:
    """Decide about every pair of listings, as they are in a catalogue."""

    def make(catalog: Catalog, kind: Any, *ids: str, reason: str = "") -> list[Decision]:
        contents = hash_listings(catalog, ids)
        return [Decision(a, b, kind, reason, contents[a], contents[b]) for a, b in combinations(sorted(ids), 2)]

    return make


Decide = Callable[..., list[Decision]]


class TestSettling:
    def test_it_lapses_visibly_and_comes_back(self, make_shop: Shop, shop: Catalog, decide: Decide) -> None:
        made = decide(shop, "not_duplicate", "A-1", "A-2")
        assert settle_decisions(shop, made).held == tuple(made)
        changed = make_shop({**ROWS[0], "price": 9.95}, *ROWS[1:])
        settled = settle_decisions(changed, made)
        assert settled.held == () and [x.changed for x in settled.lapsed] == [("A-1",)]
        both = make_shop(*({**row, "title": row["title"] + " new"} for row in ROWS))
        assert [x.changed for x in settle_decisions(both, made).lapsed] == [("A-1", "A-2")]
        restored = make_shop(*({**row, "stock": 3, "sales": 5} for row in reversed(ROWS)))
        assert settle_decisions(restored, made).held == tuple(made)

    def test_another_catalogue_is_nothing_to_it(self, make_shop: Shop, shop: Catalog, decide: Decide) -> None:
        settled = settle_decisions(make_shop(ROWS[0], ROWS[3]), decide(shop, "allowed", "A-1", "A-2"))
        assert not settled.held and not settled.lapsed

    def test_of_several_about_one_pair_that_of_the_present_content_holds(
        self, make_shop: Shop, shop: Catalog, decide: Decide
    ) -> None:
        later = make_shop({**ROWS[0], "price": 5}, *ROWS[1:])
        made = [
            replace(d, decided=t)
            for t, d in enumerate(decide(shop, "allowed", "A-1", "A-2") + decide(later, "not_duplicate", "A-1", "A-2"))
        ]
        assert [d.decision for d in settle_decisions(shop, made).held] == ["allowed"]
        assert [d.decision for d in settle_decisions(later, made).held] == ["not_duplicate"]
        third = make_shop({**ROWS[0], "price": 4}, *ROWS[1:])
        assert [x.decision.decision for x in settle_decisions(third, made).lapsed] == ["not_duplicate"]


def pairs_of(audit: dc.Audit) -> set[tuple[str, str]]:
    return {tuple(sorted(p)) for p in zip(audit.pairs["listing_a"], audit.pairs["listing_b"], strict=True)}


def groups_of(audit: dc.Audit) -> list[set[str]]:
    return [set(rows["listing_id"]) for _, rows in audit.groups.groupby("group_id", sort=False)]


def roles_of(audit: dc.Audit) -> dict[str, str]:
    return dict(zip(audit.groups["listing_id"], audit.groups["role"], strict=True))


class TestAudits:
    def test_without_a_ledger_nothing_is_said_of_decisions(self, shop: Catalog) -> None:
        audit = dc.audit(shop)
        assert "decisions" not in audit.as_dict()
        assert groups_of(audit) == [{"A-1", "A-2", "A-3"}]

    def test_what_is_no_duplicate_is_not_found_nor_grouped_through_others(self, shop: Catalog, decide: Decide) -> None:
        audit = dc.audit(shop, decisions=decide(shop, "not_duplicate", "A-1", "A-2"))
        assert pairs_of(audit) == {("A-1", "A-3"), ("A-2", "A-3")}
        assert len(groups_of(audit)) == 1
        assert not any({"A-1", "A-2"} <= group for group in groups_of(audit))
        every = dc.audit(shop, decisions=decide(shop, "not_duplicate", "A-1", "A-2", "A-3"))
        assert pairs_of(every) == set() and every.plans == () and not every.fails("advice")

    def test_what_is_allowed_is_found_and_left_alone(self, shop: Catalog, decide: Decide) -> None:
        made = decide(shop, "allowed", "A-1", "A-2", "A-3", reason="three shops")
        audit = dc.audit(shop, decisions=made)
        assert len(pairs_of(audit)) == 3
        assert roles_of(audit) == dict.fromkeys(("A-1", "A-2", "A-3"), "allowed")
        (plan,) = audit.plans
        assert plan.action == "none" and plan.offline == () and "three shops" in plan.reasons[-1].say("en")
        assert audit.as_dict()["counts"]["violations"] == 0
        assert not audit.fails("duplicate") and dc.audit(shop).fails("duplicate")

    def test_what_is_allowed_beside_open_work(self, shop: Catalog, decide: Decide) -> None:
        audit = dc.audit(shop, decisions=decide(shop, "allowed", "A-1", "A-2", reason="agreed"))
        roles = roles_of(audit)
        assert groups_of(audit) == [{"A-1", "A-2", "A-3"}]
        assert sorted(roles.values()) == ["allowed", "keep", "remove"]
        assert roles["A-3"] != "allowed", "nothing was said of it"
        assert audit.fails("duplicate")
        (plan,) = audit.plans
        (member,) = (m for m in plan.members if m.role == "allowed")
        assert "agreed" in member.explanation.say("zh") and member.partner in ("A-1", "A-2")
        assert len(dc.audit(shop, decisions=decide(shop, "allowed", "A-1", "A-2")).merge()) == 3

    def test_what_is_accepted_stays_found_and_the_plan_says_so(self, shop: Catalog, decide: Decide) -> None:
        plain = dc.audit(shop)
        audit = dc.audit(shop, decisions=decide(shop, "merge_accepted", "A-1", "A-2", "A-3", reason="in May"))
        assert pairs_of(audit) == pairs_of(plain) and audit.fails("duplicate")
        (before,), (after,) = plain.plans, audit.plans
        assert after.reasons[: len(before.reasons)] == before.reasons
        assert after.reasons[-1].say("en") == "You have accepted this merge: A-1, A-2, A-3. in May"
        assert replace(after, reasons=()) == replace(before, reasons=())

    @pytest.mark.parametrize("lang", ["en", "zh"])
    def test_every_report_says_what_was_heeded_and_what_lapsed(
        self, make_shop: Shop, shop: Catalog, decide: Decide, tmp_path: Path, lang: Any
    ) -> None:
        made = decide(shop, "not_duplicate", "A-1", "A-2", reason="two <b>models</b>") + decide(
            shop, "allowed", "A-1", "A-3"
        )
        now = make_shop(ROWS[0], {**ROWS[1], "price": 9}, *ROWS[2:])
        audit = dc.audit(now, decisions=made, lang=lang)
        assert audit.as_dict()["decisions"] == {
            "honoured": {"not_duplicate": 0, "merge_accepted": 0, "allowed": 1},
            "lapsed": [{"listing_a": "A-1", "listing_b": "A-2", "decision": "not_duplicate",
                        "reason": "two <b>models</b>", "changed": ["A-2"]}],
        }  # fmt: skip
        audit.save(tmp_path)
        assert json.loads((tmp_path / "audit.json").read_text("utf-8"))["decisions"]["lapsed"][0]["changed"] == ["A-2"]
        page = (tmp_path / "report.html").read_text("utf-8")
        assert "two &lt;b&gt;models&lt;/b&gt;" in page and "A-1 – A-2" in page
        words = {"en": ("1 of your earlier decisions", "lapsed"), "zh": ("1 个决定", "失效")}[lang]
        for text in (page, audit.summarize()):
            assert all(word in text for word in words)
        assert 'id="decided"' not in dc.audit(shop).save(tmp_path / "x")[-1].read_text("utf-8")

    def test_equal_decisions_give_equal_bytes(self, shop: Catalog, decide: Decide, tmp_path: Path) -> None:
        made = [*decide(shop, "not_duplicate", "A-1", "A-2"), *decide(shop, "allowed", "A-1", "A-3")]
        for name, order in (("one", made), ("two", [replace(d, decided=5.0) for d in reversed(made)])):
            dc.audit(shop, decisions=order).save(tmp_path / name)
        files = [{p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("one", "two")]
        assert files[0] == files[1]

    @pytest.mark.slow
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_whatever_is_decided_about_the_sample(
        self, data: st.DataObject, sample: Catalog, sample_audit: dc.Audit
    ) -> None:
        found = sorted(pairs_of(sample_audit))
        chosen = data.draw(st.lists(st.tuples(st.sampled_from(found), st.sampled_from(DECISION_KINDS)), max_size=25))
        contents = hash_listings(sample, (i for pair, _ in chosen for i in pair))
        made = {pair: Decision(*pair, kind, "", contents[pair[0]], contents[pair[1]]) for pair, kind in chosen}
        audit = dc.audit(sample, decisions=made.values())
        home: dict[str, str] = {}
        for group_id, listing_id in zip(audit.groups["group_id"], audit.groups["listing_id"], strict=True):
            assert home.setdefault(listing_id, group_id) == group_id, "a listing stands in one group"
        roles = roles_of(audit)
        apart = {pair for pair, d in made.items() if d.decision == "not_duplicate"}
        allowed = {pair for pair, d in made.items() if d.decision == "allowed"}
        assert not apart & pairs_of(audit)
        assert all(home[a] != home[b] for a, b in apart if a in home and b in home)
        assert all("allowed" in (roles[a], roles[b]) or home[a] != home[b]
                   for a, b in allowed if a in home and b in home)  # fmt: skip
        work = {(m.listing_id, p.keep) for p in audit.plans for m in p.members if m.role in ("fold", "remove")}
        assert not {tuple(sorted(pair)) for pair in work} & (apart | allowed)
        assert [p.group_id for p in audit.plans] == [g.group_id for g, _ in audit.grouped]
        for plan, (group, _) in zip(audit.plans, audit.grouped, strict=True):
            beside = {m.listing_id: m.role for m in plan.members if m.listing_id not in group.listings}
            assert set(plan.listings) == set(group.listings) == {m.listing_id for m in plan.members} - set(beside)
            assert set(beside.values()) <= {"allowed"}
        kinds = audit.as_dict()["decisions"]["honoured"]
        assert sum(kinds.values()) == len(made) and audit.as_dict()["decisions"]["lapsed"] == []
        if not made:
            assert audit.pairs.equals(sample_audit.pairs) and audit.groups.equals(sample_audit.groups)


class TestDocuments:
    def test_an_export_comes_back_as_it_was(self, tmp_path: Path) -> None:
        made = [
            Decision("A", "B", "allowed", "让两家店 ✓", "1-a", "1-b"),
            Decision("A", "C", "not_duplicate", "", "1-a", "1-c"),
        ]
        path = tmp_path / "decisions.json"
        path.write_text(write_decisions(made), "utf-8")
        assert [d for saying in read_sayings(path) for d in spell_out(saying, {})] == made

    def test_of_more_than_two_every_pair_is_meant(self, tmp_path: Path) -> None:
        path = tmp_path / "decisions.json"
        path.write_text(
            '{"format":1,"decisions":[{"listings":["C","A","B"],"decision":"merge_accepted","reason":"x"}]}'
        )
        (saying,) = read_sayings(path)
        made = spell_out(saying, {"A": "1", "B": "2", "C": "3"})
        assert [(d.listings, d.content_a, d.content_b) for d in made] == [
            (("A", "B"), "1", "2"), (("A", "C"), "1", "3"), (("B", "C"), "2", "3"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "JSON"),
            ("[" * 100_000, "JSON"),
            ("[]", "no decisions"),
            ('{"decisions": 5}', "no decisions"),
            ('{"decisions": []}', "format"),
            ('{"format": 2, "decisions": []}', "format 2"),
            ('{"format":1,"decisions":[5]}', "entry 1"),
            ('{"format":1,"decisions":[{"listings":["A"],"decision":"allowed"}]}', "entry 1"),
            ('{"format":1,"decisions":[{"listings":["A","A"],"decision":"allowed"}]}', "entry 1"),
            ('{"format":1,"decisions":[{"listings":[1,2],"decision":"allowed"}]}', "entry 1"),
            ('{"format":1,"decisions":[{"listings":["A","B"],"decision":"maybe"}]}', "not_duplicate"),
            ('{"format":1,"decisions":[{"listings":["A","B"],"decision":"allowed","reason":5}]}', "reason"),
            ('{"format":1,"decisions":[{"listings":["A","B"],"decision":"allowed","contents":["x"]}]}', "contents"),
        ],
    )
    def test_what_is_no_document(self, tmp_path: Path, text: str, says: str) -> None:
        path = tmp_path / "decisions.json"
        path.write_text(text)
        with pytest.raises(LedgerError, match=says):
            read_sayings(path)
        with pytest.raises(LedgerError, match="absent"):
            read_sayings(tmp_path / "absent.json")


Run = Callable[..., Any]


@pytest.fixture
def desk(tmp_path: Path, write_csv: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a catalogue and a ledger of its own, which is not there yet."""
    write_csv(tmp_path / "catalog.csv", ROWS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUPCHECK_LEDGER", str(tmp_path / "ledger.sqlite"))
    yield tmp_path


class TestCommands:
    def test_decide_audit_change_and_restore(self, desk: Path, run: Run, write_csv: Callable[..., Path]) -> None:
        assert run("audit", "catalog.csv").code == 0
        assert not (desk / "ledger.sqlite").exists(), "an audit makes no ledger"
        plain = {p.name: p.read_bytes() for p in (desk / "dupcheck-report").iterdir()}
        for a, b in (("A-1", "A-2"), ("A-3", "A-1"), ("A-2", "A-3")):
            assert run("decide", "catalog.csv", a, b, "--as", "not_duplicate", "--reason", "two models").code == 0
        audited = run("audit", "catalog.csv", "--fail-on", "advice")
        assert audited.code == 0 and "3 of your earlier decisions were applied (not a duplicate 3)" in audited.out
        assert run("audit", "catalog.csv", "--no-ledger", "--fail-on", "duplicate").code == 1
        assert {p.name: p.read_bytes() for p in (desk / "dupcheck-report").iterdir()} == plain
        write_csv(desk / "catalog.csv", [{**ROWS[0], "price": 9.5}, *ROWS[1:]])
        changed = run("audit", "catalog.csv", "--fail-on", "duplicate", "--lang", "zh")
        assert changed.code == 1 and "失效" in changed.out and "A-1 – A-2" in changed.out
        write_csv(desk / "catalog.csv", ROWS)
        assert run("audit", "catalog.csv", "--fail-on", "advice").code == 0

    def test_what_the_page_saves_is_read(self, desk: Path, run: Run) -> None:
        run("audit", "catalog.csv")
        page = (desk / "dupcheck-report" / "report.html").read_text("utf-8")
        data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
        ids = [m["id"] for m in data["groups"][0]["members"]]
        saved = {"format": 1, "decisions": [
            {"listings": ids, "decision": "merge_accepted", "reason": ""},
            {"listings": ["A-1", "gone"], "decision": "allowed", "reason": ""},
        ]}  # fmt: skip
        (desk / "decisions.json").write_text(json.dumps(saved))
        told = run("decide", "catalog.csv", "--from", "decisions.json")
        assert told.code == 0 and "remembered: 3" in told.out and "gone" in told.err
        assert "You have accepted this merge" in (
            run("audit", "catalog.csv") and (desk / "dupcheck-report" / "merges.json").read_text("utf-8")
        )

    def test_list_export_withdraw_and_back(self, desk: Path, run: Run) -> None:
        assert run("decisions").out == ""
        run("decide", "catalog.csv", "A-2", "A-1", "--as", "allowed", "--reason", "=two shops, agreed")
        assert "A-1 – A-2: allowed (=two shops, agreed)" in run("decisions").out
        rows = list(csv.DictReader(run("decisions", "list", "--format", "csv").out.lstrip("\ufeff").splitlines()))
        assert [(r["listing_a"], r["decision"], r["reason"]) for r in rows] == [
            ("A-1", "allowed", "'=two shops, agreed")
        ]
        assert json.loads(run("decisions", "list", "--format", "json").out)["listing_b"] == "A-2"
        assert run("decisions", "export", "--out", "kept.json").code == 0
        exported = run("decisions", "export").out
        assert exported == (desk / "kept.json").read_text("utf-8")
        assert run("decisions", "withdraw", "A-2", "A-1", "--reason", "mistake").code == 0
        again = run("decisions", "withdraw", "A-2", "A-1")
        assert again.code == 2 and "A-2" in again.err
        assert run("decisions", "list").out == ""
        assert run("decide", "catalog.csv", "--from", "kept.json", "--ledger", "other.sqlite").code == 0
        assert run("decisions", "export", "--ledger", "other.sqlite").out == exported
        history = run("decisions", "history", "--lang", "zh").out.splitlines()
        assert len(history) == 2 and "允许保留" in history[0] and "撤回" in history[1] and "mistake" in history[1]

    def test_the_list_says_what_is_in_force(self, desk: Path, run: Run, write_csv: Callable[..., Path]) -> None:
        for b in ("A-2", "A-3"):
            run("decide", "catalog.csv", "A-1", b, "--as", "allowed")
        write_csv(desk / "catalog.csv", [*ROWS[:2], {**ROWS[2], "price": 5}])
        write_csv(desk / "other.csv", ROWS[3:])

        def states(catalog: str) -> list[str]:
            told = run("decisions", "list", "--against", catalog, "--format", "json").out
            return [json.loads(line)["state"] for line in told.splitlines()]

        assert states("catalog.csv") == ["held", "lapsed"]
        assert states("other.csv") == ["absent", "absent"]
        assert "已失效" in run("decisions", "list", "--against", "catalog.csv", "--lang", "zh").out

    def test_a_draft_can_be_one_of_the_two(self, desk: Path, run: Run, write_csv: Callable[..., Path]) -> None:
        write_csv(desk / "draft.csv", [{"listing_id": "N-1", **TWIN}])
        told = run("decide", "catalog.csv", "N-1", "A-1", "--as", "not_duplicate", "--draft", "draft.csv")
        assert told.code == 0
        with open_ledger(desk / "ledger.sqlite") as ledger:
            assert [d.listings for d in ledger.list_decisions()] == [("A-1", "N-1")]

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (["decide", "catalog.csv", "A-1", "--as", "allowed"], "--from"),
            (["decide", "catalog.csv", "A-1", "A-1", "--as", "allowed"], "--from"),
            (["decide", "catalog.csv", "A-1", "A-2"], "--as"),
            (["decide", "catalog.csv", "A-1", "A-9", "--as", "allowed"], "A-9"),
            (["decide", "catalog.csv", "--from", "absent.json"], "absent.json"),
            (["decide", "catalog.csv", "A-1", "A-2", "--as", "allowed", "--from", "x.json"], "--from"),
            (["audit", "catalog.csv", "--ledger", "absent.sqlite"], "absent.sqlite"),
            (["decisions", "list", "--ledger", "absent.sqlite"], "absent.sqlite"),
            (["publish", "T-1"], "ledger.sqlite"),
            (["decisions", "list", "--ledger", "mysql://x/y"], "mysql"),
            (["decisions", "list", "--ledger", "catalog.csv"], "catalog.csv"),
        ],
    )
    def test_wrong_input(self, desk: Path, run: Run, words: list[str], says: str) -> None:
        told = run(*words)
        assert told.code == 2 and told.out == "" and says in told.err and "Traceback" not in told.err
        assert sorted(p.name for p in desk.iterdir()) == ["catalog.csv"], "nothing is made by mistake"


def test_a_document_of_decisions_can_be_read_by_a_person() -> None:
    text = write_decisions([Decision("甲-1", "B", "not_duplicate", "两个型号", "a", "b")])
    assert "甲-1" in text and "两个型号" in text and text.endswith("}\n")
    assert text.splitlines()[1].startswith(' "format"')
