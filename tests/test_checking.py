"""A check asks the few listings that matter and answers as an audit would; what is kept of a catalogue is renewed."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ready_commands import run_ready

import dupcheck as dc
from dupcheck.catalog import get_listing, make_catalog, merge_catalogs, take_listings, write_catalog
from dupcheck.features import MATRICES, NUMBERS, Features
from dupcheck.index.kept import Store
from dupcheck.index.opening import open_store
from dupcheck.learned.answers import WORTH
from dupcheck.model import Catalog, Listing
from dupcheck.plans.neighbours import find_doubt
from dupcheck.plans.offers import Shelf
from dupcheck.plans.parts import Bookkeeper
from dupcheck.run import SEARCH

PROJECT = Path(__file__).resolve().parent.parent

WORDS = "linen shirt summer casual slim walnut rosin holder carved ceramic mug teapot a54 a55 case"
words = st.sampled_from(WORDS.split())
colors = st.sampled_from(["Red", "Navy Blue", "Ogee Beige", "", ""])
sizes = st.sampled_from(["S", "XL", "5.5 in", "", ""])


@st.composite
def listings(draw: st.DrawFn, listing_id: str) -> Listing:
    title = " ".join(draw(st.lists(words, min_size=2, max_size=5)))
    color, size = draw(colors), draw(sizes)
    attributes = {n: v for n, v in (("Color", color), ("Size", size)) if v and draw(st.booleans())}
    shown = " ".join(t for t in (title, color, size) if t)
    price = draw(st.sampled_from([None, 5.0, 5.5, 20.0]))
    return Listing(listing_id, shown, price=price, currency="USD", attributes=attributes, category="Things")


@st.composite
def shops(draw: st.DrawFn) -> tuple[list[Listing], Listing]:
    held = [draw(listings(f"L-{i}")) for i in range(draw(st.integers(2, 9)))]
    draft = draw(listings("N-1"))
    if draw(st.booleans()):  # a draft is often much like a listing that is there
        draft = replace(draw(st.sampled_from(held)), listing_id="N-1", price=draft.price)
    return held, draft


def list_findings(pairs: Any, listing_id: str) -> set[tuple[str, str, str]]:
    return {
        (p["listing_b"] if p["listing_a"] == listing_id else p["listing_a"], p["rule"], p["verdict"])
        for p in pairs
        if listing_id in (p["listing_a"], p["listing_b"])
    }


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shops())
def test_a_draft_is_judged_as_an_audit_with_it_would(shop: tuple[list[Listing], Listing]) -> None:
    held, draft = shop
    (answer,) = dc.check(draft, make_catalog(held))
    audit = dc.audit(make_catalog([*held, draft]))
    wanted = {f for f in list_findings(audit.as_dict()["pairs"], "N-1") if f[2] == "duplicate"}
    assert {f for f in list_findings(answer.pairs, "N-1") if f[2] == "duplicate"} == wanted


def find_doubt_of_audit(held: list[Listing], draft: Listing) -> tuple[str, float] | None:
    """The listing about which an audit with the draft would ask that no rule catches it with, and how probable it is
    that the two are one.
    """
    audit = dc.audit(make_catalog([*held, draft]))
    if list_findings(audit.as_dict()["pairs"], draft.listing_id):
        return None
    ids, likely = audit.features.ids.tolist(), audit.likely
    assert likely is not None
    books = Bookkeeper(Shelf(audit.catalog, audit.features))
    for left, right, chance in zip(likely.left.tolist(), likely.right.tolist(), likely.chance.tolist(), strict=True):
        if ids[right] == draft.listing_id and chance >= WORTH and find_doubt(books, left, right) is not None:
            return ids[left], chance
    return None


def compare_doubt(held: list[Listing], draft: Listing) -> bool:
    """Whether there is a doubt about a draft; a check must have the one that an audit has."""
    (answer,) = dc.check(draft, make_catalog(held))
    wanted = find_doubt_of_audit(held, draft)
    told = answer.likely and (answer.likely["listing_id"], answer.likely["chance"])
    assert told == (wanted and (wanted[0], round(wanted[1], 3)))
    return bool(told)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shops())
def test_what_no_rule_catches_is_doubted_as_an_audit_doubts_it(shop: tuple[list[Listing], Listing]) -> None:
    compare_doubt(*shop)


def test_a_draft_that_no_rule_catches_is_asked_about_where_it_is_probably_known() -> None:
    whole = dc.read_catalog(PROJECT / "tests" / "shops" / "apart" / "it_casalinghi" / "catalog.csv")
    rows = [get_listing(whole, k) for k in range(len(whole))]
    asked = next(r for r in rows if r.title == "Coltello da chef Norcia lama 20 cm")
    held = [r for r in rows if r is not asked]
    assert compare_doubt(held, asked)
    (answer,) = dc.check(asked, make_catalog(held))
    assert answer.likely is not None and answer.verdict == "publish" and not answer.pairs
    assert answer.likely["listing_id"] in answer.advise() and answer.likely["question"] in str(answer)
    (chinese,) = dc.check(asked, make_catalog(held), lang="zh")
    assert chinese.likely is not None and "同一商品" in chinese.advise()


@pytest.mark.slow
def test_a_large_catalogue_is_asked_about_by_what_its_audit_kept(tmp_path: Path) -> None:
    shops = ("it_casalinghi", "en_pets", "fr_linge", "en_craft_supplies")
    rows = []
    for shop in shops:
        read = dc.read_catalog(PROJECT / "tests" / "shops" / "apart" / shop / "catalog.csv")
        rows += [replace(get_listing(read, k), listing_id=f"{shop}-{k}") for k in range(len(read))]
    asked = next(r for r in rows if r.title.startswith("Plaid Cocon doublé sherpa, coloris Beige"))
    held = [r for r in rows if r is not asked]
    assert len(held) > SEARCH.small
    write_catalog(make_catalog(held), tmp_path / "catalog.csv")
    (before,) = dc.check(asked, tmp_path / "catalog.csv", cache=tmp_path / "cache")
    assert before.likely is None, "what no audit has looked through is not guessed at"
    dc.audit(tmp_path / "catalog.csv", cache=tmp_path / "cache")
    (after,) = dc.check(asked, tmp_path / "catalog.csv", cache=tmp_path / "cache")
    assert after.likely is not None and after.verdict == "publish"
    wanted = find_doubt_of_audit(held, asked)
    assert wanted is not None and after.likely["listing_id"] == wanted[0]
    assert after.likely["chance"] == pytest.approx(wanted[1], abs=0.05)


def list_told(pairs: Any) -> dict[frozenset[str], tuple[str, Any]]:
    """Each pair that was found, with its rule and what it differs in, told from the listing whose id comes first."""
    return {
        frozenset((p["listing_a"], p["listing_b"])): (
            p["rule"],
            tell_axes(p["differs_in"], p["listing_a"] > p["listing_b"]),
        )
        for p in pairs
    }


def tell_axes(differences: Any, turned: bool) -> set[tuple[str, str, str]]:
    return {(d["axis"], *((d["b"], d["a"]) if turned else (d["a"], d["b"]))) for d in differences}


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shops())
def test_why_and_audit_and_check_say_the_same_of_each_pair(shop: tuple[list[Listing], Listing]) -> None:
    held, draft = shop
    audit = dc.audit(make_catalog([*held, draft]))
    told = list_told(audit.as_dict()["pairs"])
    ids = [listing.listing_id for listing in (*held, draft)]
    for a, b in combinations(sorted(ids), 2):
        why = audit.why(a, b).as_dict()
        fired = {rule["code"] for rule in why["rules"] if rule["fires"]}
        pair = frozenset((a, b))
        if pair in told:
            assert told[pair][0] in fired
            assert told[pair][1] == tell_axes(why["differs_in"], turned=False)
        else:
            assert not fired & {"R1", "R2"}
    (answer,) = dc.check(draft, make_catalog(held))
    for pair, (rule, differs) in list_told(answer.pairs).items():
        assert told[pair] == (rule, differs)


@pytest.mark.slow
@pytest.mark.parametrize("few", [0, 500])
def test_every_listing_of_the_sample_is_judged_as_the_audit_judges_it(
    sample: Catalog, sample_audit: dc.Audit, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 0: only what is near is looked at, as in a big catalogue
    monkeypatch.setattr("dupcheck.index.kept.SEARCH", replace(SEARCH, small=few))
    told = sample_audit.as_dict()["pairs"]
    # Advice is thinned to one pair a listing and rule: which one is told may differ where two are as strong.
    strict = {i for p in told if p["verdict"] == "duplicate" for i in (p["listing_a"], p["listing_b"])}
    assert len(strict) > 30
    for listing_id in sorted(strict):
        position = sample.positions[listing_id]
        rest = take_listings(sample, np.delete(np.arange(len(sample)), position))
        (answer,) = dc.check(get_listing(sample, position), rest)
        assert list_findings(answer.pairs, listing_id) == list_findings(told, listing_id), listing_id


@pytest.fixture(scope="module")
def features(sample_audit: dc.Audit) -> Features:
    return sample_audit.features


@pytest.fixture(scope="module")
def store(sample: Catalog, features: Features, tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("store")
    Store.pack(sample, features).save(folder)
    kept = Store.open(folder)
    assert kept is not None
    return kept


class TestStore:
    def test_the_listings_come_back_as_they_were(self, sample: Catalog, store: Store) -> None:
        rows = np.array([60, 3, 3, 17])
        back = store.take_catalog(rows)
        for k, position in enumerate(rows):
            assert get_listing(back, k) == get_listing(sample, int(position))
        assert back.image_root == sample.image_root

    def test_the_features_come_back_as_they_were(self, sample: Catalog, store: Store, features: Features) -> None:
        rows = np.array([5, 60, 17, 3])
        photos = store.take_photos(rows)
        back = store.take_features(rows, store.take_catalog(rows), photos, store.open_base())
        for column in MATRICES:
            ours, theirs = back.matrix(column), features.matrix(column).take(rows)
            assert np.array_equal(ours.start, theirs.start) and np.array_equal(ours.items, theirs.items)
            assert np.array_equal(ours.weights, theirs.weights)
        for name in NUMBERS:
            assert np.array_equal(back.number(name), features.number(name)[rows], equal_nan=True)
        for axis, stating in features.axes.items():
            mine = back.axes.get(axis)
            stated = [stating.value(int(row)) for row in rows]
            assert ([mine.value(k) for k in range(4)] if mine else ["", "", "", ""]) == stated
        assert photos.phash[photos.main].tolist() == features.photos.phash[features.photos.main[rows]].tolist()

    def test_titles_come_back_as_they_were_read(self, sample: Catalog, store: Store, features: Features) -> None:
        kept = store.open_whole(sample).statistics
        anew = replace(features.statistics, read=None)
        for title in [*sample.column("title"), "A title that no listing has, 5 cm"]:
            assert kept.mark(title) == features.statistics.mark(title) == anew.mark(title), title
        assert kept.read is not None and kept.read.find("A title that no listing has, 5 cm") is None

    def test_the_name_and_the_choices_of_a_title_come_back_too(
        self, make_shop: Callable[..., Catalog], read_features: Callable[[Catalog], Features]
    ) -> None:
        chairs = [f"Garden chair {n} - {color}" for n in range(30) for color in ("Red", "Ogee", "Moss", "Fog")]
        shop = make_shop(*chairs)
        features = read_features(shop)
        kept = Store.pack(shop, features).open_whole(shop).statistics
        anew = replace(features.statistics, read=None)
        assert any(anew.taught.split(t)[1] for t in chairs)
        assert [kept.mark(t) for t in chairs] == [anew.mark(t) for t in chairs]

    def test_what_was_measured_against_a_kept_store_is_packed_again(self, sample_folder: Path, tmp_path: Path) -> None:
        first = dc.audit(sample_folder / "catalog.csv", cache=tmp_path)
        again = dc.audit(sample_folder / "catalog.csv", cache=tmp_path)
        kept = Store.pack(again.catalog, again.features).statistics.taught.lexicon.seen
        counts = first.features.statistics.taught.lexicon.seen
        assert counts and {word: kept[word] for word in counts} == dict(counts)

    def test_what_another_version_kept_is_left_alone(self, sample: Catalog, features: Features, tmp_path: Path) -> None:
        store = Store.pack(sample, features)
        Store(store.arrays, {**store.facts, "format": -1}).save(tmp_path)
        assert Store.open(tmp_path) is None


@pytest.fixture
def shop(sample_folder: Path, tmp_path: Path) -> Path:
    """A copy of the sample catalogue, photos and all, that may be changed."""
    shutil.copytree(sample_folder, tmp_path / "shop", ignore=shutil.ignore_patterns("*.py", "*.md", "__pycache__"))
    return tmp_path / "shop"


def edit(shop: Path, change: Callable[[list[Listing]], list[Listing]]) -> None:
    path = shop / "catalog.csv"
    held = dc.read_catalog(path)
    kept = [replace(x, images=x.images) for x in (get_listing(held, i) for i in range(len(held)))]
    write_catalog(make_catalog(change(kept)), path)


class TestKept:
    def ask(self, shop: Path, cache: Path, draft: Listing) -> dict[str, Any]:
        (answer,) = dc.check(draft, shop / "catalog.csv", cache=cache)
        return answer.as_dict()

    def test_a_catalogue_is_measured_once(
        self, shop: Path, tmp_path: Path, sample: Catalog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draft = replace(get_listing(sample, 3), listing_id="N-1")
        first = self.ask(shop, tmp_path / "cache", draft)
        monkeypatch.setattr("dupcheck.index.opening.read_catalog", lambda *_, **__: pytest.fail("read again"))
        assert self.ask(shop, tmp_path / "cache", draft) == first

    @pytest.mark.slow
    @pytest.mark.parametrize("share", ["one", "most"])
    def test_a_changed_catalogue_is_seen(self, shop: Path, tmp_path: Path, sample: Catalog, share: str) -> None:
        draft = Listing("N-1", "Walnut Violin Rosin Holder Carved", price=9.0, currency="USD")
        assert self.ask(shop, tmp_path / "cache", draft)["verdict"] == "publish"
        gone = str(sample.ids[0])

        def change(held: list[Listing]) -> list[Listing]:
            if share == "most":
                held = [replace(x, title=f"{x.title} New") for x in held]
            return [*held[1:], replace(draft, listing_id="L-new")]

        edit(shop, change)
        later = self.ask(shop, tmp_path / "cache", draft)
        assert later["verdict"] == "duplicate" and later["pairs"][0]["listing_b"] in ("L-new", "N-1")
        fresh = self.ask(shop, tmp_path / "other", draft)
        assert {k: v for k, v in later.items() if k != "nearest"} == {k: v for k, v in fresh.items() if k != "nearest"}
        copy = replace(get_listing(sample, 0), listing_id="N-2")
        others = {p["listing_a"] for p in self.ask(shop, tmp_path / "cache", copy)["pairs"]}
        assert gone not in others

    def test_a_changed_photo_is_seen(self, shop: Path, tmp_path: Path, sample: Catalog, draw_photo: Any) -> None:
        position = next(i for i in range(len(sample)) if sample.column("main_image")[i])
        photo = shop / sample.column("main_image")[position]
        draft = Listing("N-1", "Something of quite other words", main_image=str(sample.column("main_image")[position]))
        before = self.ask(shop, tmp_path / "cache", draft)
        assert before["pairs"]
        shutil.copy(photo, shop / "mine.jpg")
        draw_photo(shop / "new.jpg", 4711)
        (shop / "new.jpg").replace(photo)
        after = self.ask(shop, tmp_path / "cache", replace(draft, main_image="mine.jpg"))
        told = {i for p in after["pairs"] for i in (p["listing_a"], p["listing_b"])}
        assert str(sample.ids[position]) not in told

    def test_an_audit_takes_what_is_kept_and_finds_the_same(
        self, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = dc.audit(shop / "catalog.csv", cache=tmp_path / "cache").as_dict()
        monkeypatch.setattr("dupcheck.index.opening.make_features", lambda *_, **__: pytest.fail("measured again"))
        assert dc.audit(shop / "catalog.csv", cache=tmp_path / "cache").as_dict() == first

    def test_a_cache_that_cannot_be_written_costs_no_answer(self, shop: Path, tmp_path: Path, sample: Catalog) -> None:
        (tmp_path / "cache").write_text("a file where a folder should be")
        draft = replace(get_listing(sample, 3), listing_id="N-1")
        assert self.ask(shop, tmp_path / "cache", draft)["verdict"] == "duplicate"

    def test_a_checker_takes_up_what_changed(self, shop: Path, tmp_path: Path) -> None:
        checker = dc.Checker(shop / "catalog.csv", cache=tmp_path / "cache")
        draft = Listing("N-1", "Walnut Violin Rosin Holder Carved", price=9.0, currency="USD")
        assert checker.check(draft)[0].verdict == "publish"
        edit(shop, lambda held: [*held, replace(draft, listing_id="L-new")])
        checker.refresh()
        assert checker.check(draft)[0].verdict == "duplicate"


class TestAnswers:
    def test_listings_beside_the_catalogue_count(self, sample: Catalog) -> None:
        draft = Listing("N-1", "Walnut Violin Rosin Holder Carved", price=9.0, currency="USD")
        (answer,) = dc.check(draft, sample, also=[replace(draft, listing_id="P-1")])
        assert answer.verdict == "duplicate" and "P-1" in str(answer)

    def test_the_nearest_is_told_with_what_it_lacks(self, sample: Catalog) -> None:
        first = get_listing(sample, 0)
        other = f"{first.title} Walnut Rosin Holder Carved Violin"
        draft = Listing("N-1", other, price=(first.price or 1.0) * 9, currency=first.currency)
        (answer,) = dc.check(draft, sample)
        assert answer.nearest is not None and answer.verdict == "publish"
        failed = [c for c in answer.nearest["conditions"] if c["state"] == "failed"]
        assert failed and answer.nearest["text"] in str(answer)

    @pytest.mark.slow
    def test_what_it_says_to_do_was_tried(self, sample: Catalog, sample_audit: dc.Audit) -> None:
        told = {}
        for plan in sample_audit.plans:
            if plan.action in ("merge_variants", "wholesale_tier"):
                position = sample.positions[next(i for i in plan.listings if i != plan.keep)]
                rest = take_listings(sample, np.delete(np.arange(len(sample)), position))
                (answer,) = dc.check(get_listing(sample, position), rest)
                told[answer.listing_id] = answer.proved
        assert told and all(told.values()), told

    def test_a_copy_is_one_of_the_choice_that_it_repeats_alone(self, make_shop: Callable[..., Catalog]) -> None:
        titles = "Kaffee Crema ganze Bohnen 230 g", "Kaffee Crema ganze Bohnen 450 g", "Tee Assam lose 100 g"
        shop = make_shop(*titles, price=5.9, currency="EUR")
        (answer,) = dc.check(replace(get_listing(shop, 0), listing_id="new"), shop)
        assert answer.advise() == f"Do not publish: it is a copy of {shop.ids[0]}."

    def test_a_borrowed_photo_does_not_make_a_sparse_draft_a_copy(self, sample: Catalog) -> None:
        draft = {
            "listing_id": "N-1", "title": "Silk tie yellow daisies", "price": 12, "currency": "USD",
            "main_image": "photos/scissors-hair.jpg",
        }  # fmt: skip
        (answer,) = dc.check(draft, sample)
        assert (answer.verdict, {p["rule"] for p in answer.pairs}) == ("advice", {"R3"})

    def test_no_drafts_no_answers(self, sample: Catalog) -> None:
        assert dc.check([], sample) == []

    @pytest.mark.slow
    def test_many_drafts_at_once_are_judged_as_each_alone(self, sample: Catalog) -> None:
        drafts = [replace(get_listing(sample, i), listing_id=f"N-{i}") for i in (2, 20, 40)]
        at_once = {a.listing_id: {(p["listing_a"], p["rule"]) for p in a.pairs} for a in dc.check(drafts, sample)}
        for draft in drafts:
            (alone,) = dc.check(draft, sample)
            assert {(p["listing_a"], p["rule"]) for p in alone.pairs} <= at_once[draft.listing_id]


@pytest.mark.slow
def test_a_warm_check_imports_only_what_it_needs(shop: Path, tmp_path: Path) -> None:
    draft = {"listing_id": "N-1", "title": "Walnut Violin Rosin Holder Carved", "price": "9.00", "currency": "USD"}
    (tmp_path / "draft.json").write_text(json.dumps(draft))
    code = (
        "import sys\nfrom dupcheck.checking import check\n"
        f"answers = check({str(tmp_path / 'draft.json')!r}, {str(shop / 'catalog.csv')!r},"
        f" cache={str(tmp_path / 'cache')!r})\n"
        "assert answers[0].verdict == 'publish', answers\n"
        "print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}
    for _ in range(2):
        shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    loaded = set(shown.stdout.split())
    assert "numpy" in loaded
    assert not loaded & {"pandas", "scipy", "sklearn", "sparse_dot_topn", "cv2", "PIL", "imagehash", "jinja2", "lxml",
                         "pyarrow", "sqlalchemy", "fastapi", "chardet", "babel", "tomllib"}  # fmt: skip


def test_drafts_and_catalogue_may_hold_the_same_id(sample: Catalog) -> None:
    draft = get_listing(sample, 3)
    (answer,) = dc.check(draft, sample)
    assert answer.verdict == "duplicate"
    known = merge_catalogs([sample, make_catalog([draft])])
    assert answer.listing_id == known.ids[-1]


@pytest.mark.slow
@pytest.mark.parametrize("few", [0, 500])
def test_a_new_version_of_a_listing_is_not_held_against_the_old_one(
    sample: Catalog, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("dupcheck.index.kept.SEARCH", replace(SEARCH, small=few))
    for listing_id in sample.ids[:12].tolist():
        old = get_listing(sample, sample.positions[listing_id])
        rest = take_listings(sample, np.flatnonzero(sample.ids != listing_id))
        (updated,) = dc.check(old, sample, update=True)
        assert updated.listing_id == listing_id
        expected = dc.check(old, rest)[0]
        assert (updated.verdict, list_findings(updated.pairs, listing_id)) == (
            expected.verdict, list_findings(expected.pairs, listing_id),
        )  # fmt: skip
        assert listing_id not in {p["listing_a"] for p in updated.pairs} & {p["listing_b"] for p in updated.pairs}
    (twin,) = dc.check(get_listing(sample, 0), sample)
    assert any(str(sample.ids[0]) in (p["listing_a"], p["listing_b"]) for p in twin.pairs)


def test_a_store_in_memory_holds_a_catalogue_that_has_no_file(
    make_shop: Callable[..., Catalog], tmp_path: Path
) -> None:
    store = open_store(make_shop("linen shirt", "ceramic mug"), cache=tmp_path)
    assert len(store) == 2 and not (tmp_path / "catalogs").exists()


class TestCommand:
    DRAFT = '{"listing_id": "N-1", "title": "Walnut Violin Rosin Holder Carved", "price": 9.0, "currency": "USD"}'

    def check(
        self, shop: Path, tmp_path: Path, *args: object, given: str = "", ready: bool = True
    ) -> "subprocess.CompletedProcess[str]":
        """Check drafts in another process, which loads the program anew unless it is ``ready``."""
        words = ["check", *map(str, args), "--against", str(shop / "catalog.csv")]
        words += ["--cache", str(tmp_path / "cache"), "--no-ledger"]
        if ready:
            return run_ready(*words, place=tmp_path, given=given)
        return subprocess.run(
            [sys.executable, "-m", "dupcheck", *words], input=given, capture_output=True, text=True, encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("given", "ready"),
        [
            (DRAFT, False),
            (f"[{DRAFT}]", True),
            ("title,price,currency\nWalnut Violin Rosin Holder Carved,9.00,USD\n", True),
            ("标题\t价格\nWalnut Violin Rosin Holder Carved\t9.00\n", False),
        ],
    )
    def test_drafts_come_through_the_standard_input(self, shop: Path, tmp_path: Path, given: str, ready: bool) -> None:
        shown = self.check(shop, tmp_path, "-", "--json", given=given, ready=ready)
        assert shown.returncode == 0, shown.stderr
        (answer,) = [json.loads(line) for line in shown.stdout.splitlines()]
        assert answer["verdict"] == "publish" and answer["nearest"] is not None

    @pytest.mark.slow
    def test_several_files_are_checked_against_each_other(self, shop: Path, tmp_path: Path) -> None:
        for name in ("a", "b"):
            (tmp_path / f"{name}.json").write_text(self.DRAFT.replace("N-1", name))
        shown = self.check(shop, tmp_path, tmp_path / "a.json", tmp_path / "b.json", "--json")
        answers = [json.loads(line) for line in shown.stdout.splitlines()]
        assert shown.returncode == 1 and [a["verdict"] for a in answers] == ["duplicate", "duplicate"]

    @pytest.mark.slow
    @pytest.mark.parametrize("given", ["", "{", "nothing to see", "\x00"])
    def test_what_is_no_draft_is_one_line(self, shop: Path, tmp_path: Path, given: str) -> None:
        shown = self.check(shop, tmp_path, "-", given=given)
        assert shown.returncode == 2 and shown.stdout == ""
        assert shown.stderr.startswith("dupcheck: ") and "Traceback" not in shown.stderr
