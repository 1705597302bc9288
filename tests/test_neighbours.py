"""What no rule catches and is probably one product is asked about, and never acted on."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupcheck.catalog import make_catalog
from dupcheck.decisions import Decision, hash_listings, settle_decisions
from dupcheck.features import Features, make_features
from dupcheck.index.candidates import find_candidates
from dupcheck.judging.likely import Likely, _measure, find_likely
from dupcheck.judging.model import PairModel
from dupcheck.judging.verdicts import Findings, judge_pairs, measure_strength
from dupcheck.learned.answers import WORTH, Answers, Replies
from dupcheck.model import Catalog, Listing, Plan, Reply
from dupcheck.photos.reading import read_photos
from dupcheck.plans import plan_findings
from dupcheck.plans.clusters import _arrange, _count_unread, _is_other
from dupcheck.plans.neighbours import SURE, TWO, _name_versions, ask_neighbours, find_doubt, may_slip
from dupcheck.plans.offers import Shelf, settle_values, sort_offers
from dupcheck.plans.parts import Bookkeeper, Gap, Part
from dupcheck.rules import read_pack
from dupcheck.teaching import Lesson

TITLES = {
    "A": "Enamel Camping Mug Speckled Rim Black", "B": "Enamel Camping Mug Speckled Rim White",
    "C": "Vintage Tin Cup for Campfire Coffee Black", "D": "Hand Thrown Bud Vase Ceramic Moss",
    "E": "Stoneware Flower Vessel Minimalist Moss", "F": "Walnut Serving Board with Handle",
    "G": "Walnut Serving Board with Handle",
}  # fmt: skip


def stock(**titles: str) -> Catalog:
    return make_catalog([Listing(i, t, price=12.0, currency="USD") for i, t in (titles or TITLES).items()])


def measure(catalog: Catalog) -> Features:
    return make_features(catalog, read_photos(catalog)[0])


def plan(
    catalog: Catalog, *pairs: tuple[str, str, float], answers: Mapping[tuple[str, str], Reply] | None = None,
    apart: Sequence[str] = (),
) -> list[Plan]:  # fmt: skip
    place = catalog.positions
    ends = sorted(((*sorted((place[a], place[b])), p) for a, b, p in pairs), key=lambda e: -e[2])
    left, right = (np.array([e[k] for e in ends], dtype=np.int64) for k in (0, 1))
    likely = Likely(left, right, np.array([e[2] for e in ends]))
    features, pack = measure(catalog), read_pack("aliexpress")
    findings = judge_pairs(features, pack, find_candidates(features))
    said: dict[tuple[int, int], Reply] = {}
    for (a, b), reply in (answers or {}).items():
        said[min(place[a], place[b]), max(place[a], place[b])] = reply
    hashes = hash_listings(catalog, apart)
    kept = [
        Decision(a, b, "not_duplicate", "", hashes[a], hashes[b]) for a, b in zip(apart[::2], apart[1::2], strict=True)
    ]
    settled = settle_decisions(catalog, kept)
    remedies = plan_findings(
        catalog, features, pack, findings, settled, answers=Replies({}, Answers(), said), likely=likely
    )
    return list(remedies.plans)


def roles(plans: Sequence[Plan]) -> dict[str, str]:
    return {m.listing_id: m.role for p in plans for m in p.members}


def test_a_listing_is_asked_about_beside_the_group_that_it_likely_belongs_to() -> None:
    plans = plan(stock(), ("A", "C", 0.7))
    (mugs,) = [p for p in plans if "A" in p.concerned]
    assert (mugs.action, roles([mugs])["C"]) == ("merge_variants", "ask")
    assert mugs.question is not None and mugs.question.listings == ("C",)
    assert "C" not in mugs.offline
    (member,) = [m for m in mugs.members if m.listing_id == "C"]
    assert (member.partner, member.rule) == ("A", "")
    assert "70 %" in member.explanation.say("en") and "70%" in member.explanation.say("zh")


def test_what_the_seller_keeps_apart_from_one_of_a_group_no_likeness_to_another_brings_beside_it() -> None:
    assert "C" in roles(plan(stock(), ("A", "C", 0.7)))
    assert "C" not in roles(plan(stock(), ("A", "C", 0.7), apart=("B", "C")))
    pairs = [(a, b, 0.9) for a in "AB" for b in "FG"]
    assert len([p for p in plan(stock(), *pairs) if {"A", "F"} <= {*p.concerned}]) == 1
    assert not [p for p in plan(stock(), *pairs, apart=("B", "G")) if {"A", "F"} <= {*p.concerned}]


def test_what_is_hardly_likely_is_not_asked_about() -> None:
    assert "C" not in roles(plan(stock(), ("A", "C", 0.1)))


def test_two_listings_are_asked_about_where_it_is_likely_enough() -> None:
    assert roles(plan(stock(), ("D", "E", 0.3))).keys() == roles(plan(stock())).keys()
    plans = plan(stock(), ("D", "E", 0.5))
    (vases,) = [p for p in plans if "D" in p.concerned]
    assert vases.action == "ask" and roles([vases]) == {"D": "ask", "E": "ask"}
    assert vases.question is not None and vases.question.only_here


def test_what_only_asks_is_one_question_however_it_came_together() -> None:
    """Two pairs that are joined later are one plan; what is acted on as it stands is still acted on."""
    titles = {
        "P": "Harbour Lantern Tin Amber", "Q": "Storm Light Metal Amber Glow", "R": "Boat House Lamp Rustic",
        "S": "Dock Hanging Luminaire Antique Finish",
    }  # fmt: skip
    pairs = [("P", "Q", 0.7), ("R", "S", 0.6), ("Q", "R", 0.2), ("P", "R", 0.1), ("P", "S", 0.1)]
    (family,) = [p for p in plan(stock(**TITLES, **titles), *pairs) if "P" in p.concerned]
    assert family.action == "ask" and roles([family]) == dict.fromkeys("PQRS", "ask")
    pairs += [("A", "P", 0.2), *(("A", other, 0.1) for other in "QRS")]
    (family,) = [p for p in plan(stock(**TITLES, **titles), *pairs) if "A" in p.concerned]
    assert family.action == "merge_variants"
    assert roles([family]) == {"A": "keep", "B": "fold", **dict.fromkeys("PQRS", "ask")}


def test_no_chain_of_likely_pairs_makes_one_question() -> None:
    """Each is asked about beside a listing with which it may be one itself."""
    titles = {"P": "Harbour Lantern Tin", "Q": "Storm Lantern Metal", "R": "Storm Lamp Rustic", "S": "Dock Lamp Steel"}
    chain = [("P", "Q", 0.9), ("Q", "R", 0.8), ("R", "S", 0.7)]
    asked = [{*p.concerned} for p in plan(stock(**titles), *chain)]
    assert asked and not any({"P", "S"} <= ids for ids in asked)


@pytest.mark.parametrize("by_a_rule", [True, False])
def test_a_question_holds_all_against_the_listing_that_its_group_keeps(by_a_rule: bool) -> None:
    """What came beside a group along with another is asked about by what sets it apart from that group's first."""
    names = ("Harbour Lantern Tin", "Storm Light Metal", "Dock Lamp Rustic", "Quay Torch Steel", "Pier Beacon Iron")
    catalog = stock(**{f"L{k}": f"{name} Amber Glow" for k, name in enumerate(names)})
    books = Bookkeeper(Shelf(catalog, measure(catalog)))

    def find_gap(first: int, other: int) -> Gap | None:
        own = sort_offers(settle_values(books.shelf.list_group((first, other))), (first, other))
        return books.find_gap(own, first, other)

    groups = [[Part([0]), *(Part([k], find_gap(0, k)) for k in (3, 4))], [Part([1]), Part([2], find_gap(1, 2))]]
    ends, (left, right) = Likely(np.array([0]), np.array([1]), np.array([0.9])), (np.array([0]), np.array([2]))
    caught = Findings(left, right, np.zeros(1, int), np.full(1, 0.9), left == 0, left == 1, {})
    if not by_a_rule:
        caught, ends = caught[left > 0], Likely(np.array([0, 0]), np.array([1, 2]), np.array([0.9, 0.1]))
    ((main, *others),) = ask_neighbours(books, groups, ends, caught)[0]
    assert (main.members, [part.members for part in others]) == ([0], [[3], [4], [1], [2]])
    assert all(part.gap == find_gap(0, part.members[0]) for part in others)


class Desk:
    """Listings of nothing but a title, and what sets two of them apart."""

    def __init__(self, *titles: str) -> None:
        catalog = stock(**{f"L{k}": title for k, title in enumerate(titles)})
        self.books = Bookkeeper(Shelf(catalog, measure(catalog)))

    def find_gap(self, first: int, other: int) -> Gap | None:
        own = sort_offers(settle_values(self.books.shelf.list_group((first, other))), (first, other))
        return self.books.find_gap(own, first, other)

    def group(self, first: int, *others: int) -> list[Part]:
        return [Part([first]), *(Part([k], self.find_gap(first, k)) for k in others)]


def catch(*pairs: tuple[int, int, float]) -> Findings:
    left, right = (np.array([p[k] for p in pairs]) for k in (0, 1))
    one = np.zeros(len(pairs), int)
    return Findings(left, right, one, np.array([p[2] for p in pairs]), one == 0, one == 1, {})


def list_members(groups: Sequence[Sequence[Part]]) -> list[list[list[int]]]:
    return [[part.members for part in group] for group in groups]


def test_what_a_rule_caught_and_no_group_holds_is_asked_about() -> None:
    """What has another name is another product; what the seller keeps apart is never put together."""
    desk = Desk("Harbour Lantern Tin Amber Glow", "Storm Light Metal Amber Glow", "Dock Lamp Rustic Amber Glow")
    caught = catch((0, 1, 0.6), (1, 2, 0.9))
    groups, ties = ask_neighbours(desk.books, [], NOTHING, caught)
    assert list_members(groups) == [[[1], [2]]]
    names, words = desk.find_gap(0, 1), desk.find_gap(1, 2)
    assert names is not None and names.what == "names" and groups[0][1].gap == words
    assert {m: (tie.partner, tie.rule, tie.strength) for m, tie in ties.items()} == {1: (2, 0, 0.9), 2: (1, 0, 0.9)}
    assert not ask_neighbours(desk.books, [], NOTHING, caught, lambda left, right: left >= 0)[0]
    assert not ask_neighbours(desk.books, [[Part([0])]], NOTHING)[0], "one listing alone is no group"


def test_what_came_along_with_a_twin_is_told_from_the_first_of_its_group_or_stands_in_none() -> None:
    names = ("Harbour Lantern Tin", "Storm Light Metal", "Dock Lamp Rustic", "Quay Torch Steel", "Pier Beacon Iron")
    desk = Desk(*(f"{name} Amber Glow" for name in names))
    for possible in (False, True):
        rows = [(0, 1, 0.9, True), (0, 2, 0.1, False)][: 1 + possible]
        left, right, chance, across = (np.array(column) for column in zip(*rows, strict=True))
        groups = [desk.group(0, 3, 4), desk.group(1, 2)]
        ((main, *others),) = ask_neighbours(desk.books, groups, Likely(left, right, chance, across))[0]
        told = {part.members[0]: part.gap for part in others}
        assert main.members == [0] and told.keys() == ({3, 4, 1, 2} if possible else {3, 4, 1})
        assert all(gap == desk.find_gap(0, m) for m, gap in told.items() if m != 1)


def test_what_is_set_apart_again_is_asked_about_beside_what_a_rule_caught_it_with() -> None:
    names = ("Harbour Lantern Tin", "Storm Light Metal", "Dock Lamp Rustic", "Quay Torch Steel", "Pier Beacon Iron")
    desk = Desk(*(f"{name} Amber Glow" for name in (*names, "Cove Lamp Brass", "Bay Light Zinc")))
    likely = Likely(np.array([0]), np.array([1]), np.array([0.9]))
    groups = [desk.group(0, 3, 4), desk.group(1, 2), desk.group(5, 6)]
    found = list_members(ask_neighbours(desk.books, groups, likely, catch((2, 5, 0.9)))[0])
    assert found == [[[0], [3], [4], [1]], [[5], [6], [2]]]


def test_two_groups_are_asked_about_as_one_by_the_mean_of_their_pairs() -> None:
    pairs = [(a, b, 0.9) for a in "AB" for b in "FG"]
    plans = plan(stock(), *pairs)
    assert len([p for p in plans if set("ABFG") & set(p.concerned)]) == 1
    assert len([p for p in plan(stock(), *pairs[:1]) if set("ABFG") & set(p.concerned)]) == 2


@pytest.mark.parametrize(("reply", "role"), [("different", None), ("option", "fold"), ("same", "fold")])
def test_an_answer_settles_it(reply: Reply, role: str | None) -> None:
    found = roles(plan(stock(), ("A", "C", 0.7), answers={("A", "C"): reply, ("B", "C"): reply}))
    assert found.get("C") == role or (role is not None and found["C"] in ("fold", "keep", "remove"))


@pytest.mark.parametrize(
    ("title", "asked"),
    [
        ("Kingsley Writng Desk Oak", True),
        ("Writing Kingsleyy Desk Oak", True),
        ("Kingsley Waiting Desk Oak", False),  # another letter makes another word
        ("Kingsley Writng Desk Chair Oak", False),
    ],
)
@pytest.mark.parametrize("group", [True, False])
def test_what_differs_by_slips_of_the_pen_is_asked_about_however_unlikely(title: str, asked: bool, group: bool) -> None:
    desks = {"A": "Kingsley Writing Desk Oak", **({"B": "Kingsley Writing Desk White"} if group else {}), "C": title}
    catalog = stock(**desks)
    groups = [[Part([0, 1])]] if group else []
    unlikely = Likely(np.array([0]), np.array([len(desks) - 1]), np.array([0.06]))
    found, _ = ask_neighbours(Bookkeeper(Shelf(catalog, measure(catalog))), groups, unlikely)
    assert any(part.members == [len(desks) - 1] and part.gap for parts in found for part in parts) == asked


def test_another_name_in_the_same_place_is_not_asked_about() -> None:
    named = stock(
        A="Silicone Pet Bowl Travel Foldable Black", B="Silicone Pet Bowl Travel Foldable White",
        C="Silicone Pet Brush Travel Foldable White",
    )  # fmt: skip
    assert "C" not in roles(plan(named, ("B", "C", 0.95)))


@pytest.mark.parametrize(("chance", "asked"), [(0.79, False), (0.8, True), (0.97, True)])
@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize(
    ("title", "brands", "what"),
    [
        ("Silicone Pet Brush Travel Foldable White", ("", ""), "names"),
        ("Silicone Pet Bowl Travel Foldable White", ("Pawfield", "Wagmoor"), "fact"),
    ],
)
def test_another_name_or_maker_is_asked_about_only_where_all_else_surely_says_one(
    chance: float, asked: bool, across: bool, title: str, brands: tuple[str, str], what: str
) -> None:
    titles = ("Silicone Pet Bowl Travel Foldable White", title)
    rows = [
        Listing(i, text, price=9.0, attributes={"Brand": brand} if brand else {})
        for i, text, brand in zip("AB", titles, brands, strict=True)
    ]
    catalog = make_catalog([*rows, Listing("C", "Silicone Pet Brush Green"), Listing("D", "Silicone Pet Bowl Green")])
    books = Bookkeeper(Shelf(catalog, measure(catalog)))
    likely = Likely(np.array([0]), np.array([1]), np.array([chance]), np.array([across]))
    gap = find_doubt(books, 0, 1, likely)
    assert (gap is not None and gap.what == what) if asked and not across else gap is None


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(TITLES)), st.sampled_from(sorted(TITLES)), st.floats(0.05, 1.0)), max_size=12
    )
)
@settings(max_examples=25, deadline=None)
def test_nothing_is_acted_on_that_would_not_be_without(pairs: list[tuple[str, str, float]]) -> None:
    unlike = {(min(a, b), max(a, b)): p for a, b, p in pairs if a != b}
    before = {(p.keep, i) for p in plan(stock()) for i in p.offline}
    after = plan(stock(), *((a, b, p) for (a, b), p in unlike.items()))
    assert {i for p in after for i in p.offline} <= {i for _, i in before}
    told = [m.listing_id for p in after for m in p.members]
    assert len(told) == len(set(told)), "a listing stands in one plan"


def test_only_open_pairs_are_measured() -> None:
    catalog = stock()
    features, pack = measure(catalog), read_pack("aliexpress")
    candidates = find_candidates(features)
    findings = judge_pairs(features, pack, candidates)
    lesson = Lesson(Answers(), Replies({}))
    likely = find_likely(
        features, pack, candidates, findings,
        lambda: lesson.find_model(catalog, features, candidates.left, candidates.right),
    )  # fmt: skip
    caught = set(zip(findings.duplicates.left.tolist(), findings.duplicates.right.tolist(), strict=True))
    assert not caught & set(zip(likely.left.tolist(), likely.right.tolist(), strict=True))
    assert (np.diff(likely.chance) <= 0).all() and ((likely.chance > 0) & (likely.chance <= 1)).all()


@pytest.mark.parametrize(
    ("chance", "others", "asked"), [(0.9, 15, 0.9), (0.9, 16, 0.45), (0.45, 16, 0.45), (0.3, 40, 0.3), (0.5, 0, 0.5)]
)
def test_two_words_that_tell_many_products_apart_leave_a_pair_hardly_likely(
    chance: float, others: int, asked: float
) -> None:
    class Model:
        evidence = SimpleNamespace(count_recurring=lambda *_: np.array([float(others)]))

        def measure(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
            return np.full(len(left), chance)

    assert _measure(cast(PairModel, Model()), np.array([0]), np.array([1])).tolist() == [asked]


@pytest.mark.parametrize("chances", [[0.05, 0.9, 0.5], [0.0499, 0.5, 0.5], [0.3, 0.2, 0.1], [0.01, 0.01, 0.01]])
def test_what_is_likely_comes_first_and_what_hardly_is_not_at_all(chances: list[float]) -> None:
    catalog = stock(A="Oak Tray Moss Zorvim", B="Oak Tray Fern Zorvim", C="Oak Tray Kelp Zorvim")
    features, pack = measure(catalog), read_pack("aliexpress")
    candidates = find_candidates(features)
    none = judge_pairs(features, pack, candidates)[np.zeros(0, dtype=np.int64)]
    assert len(candidates) == 3

    class Model:
        evidence = SimpleNamespace(count_recurring=lambda left, _: np.zeros(len(left)))

        def measure(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
            return np.array(chances)

    found = find_likely(features, pack, candidates, none, lambda: cast(PairModel, Model()))
    assert found.chance.tolist() == sorted((c for c in chances if c >= 0.05), reverse=True)
    pairs = list(zip(candidates.left.tolist(), candidates.right.tolist(), strict=True))
    order = sorted(range(3), key=lambda k: -chances[k])
    expected = [pairs[k] for k in order if chances[k] >= 0.05]
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == expected


@pytest.mark.parametrize("chunk", [1, 2, 3, 4, 100])
def test_pairs_are_judged_the_same_in_parts_and_it_is_told_how_far(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = stock(**{f"L{k}": f"Oak Tray {c} Zorvim" for k, c in enumerate(("Red", "Blue", "White"))})
    features, pack = measure(catalog), read_pack("aliexpress")
    candidates = find_candidates(features)
    whole = judge_pairs(features, pack, candidates)
    monkeypatch.setattr("dupcheck.judging.verdicts._CHUNK", chunk)
    told: list[tuple[int, int]] = []
    found = judge_pairs(features, pack, candidates, lambda done, of: told.append((done, of)))
    for name in ("left", "right", "rule", "strength", "duplicate", "distinct"):
        assert getattr(found, name).tolist() == getattr(whole, name).tolist()
    assert len(whole) == len(candidates) == 3
    assert told == [(min(k, 3), 3) for k in range(chunk, 3 + chunk, chunk)]
    left, right = candidates.left, candidates.right
    strength, never = measure_strength(features, pack, left, right)
    monkeypatch.undo()
    wanted = measure_strength(features, pack, left, right)
    assert strength.tolist() == wanted[0].tolist() and never.tolist() == wanted[1].tolist()


@pytest.mark.parametrize(
    ("one", "other", "versions"),
    [
        ("1.4541", "1.4404", True), ("x", "xr", True), ("ab", "abc", True), ("a1", "abcd", True), ("xl", "abcde", True),
        ("1234", "abcde", True), ("14", "x", True), ("301", "302", True), ("14", "15", False), ("red", "blue", False),
        ("abc", "abd", False), ("红", "蓝", False), ("123", "abcde", False), ("14", "abc", False),
    ],
)  # fmt: skip
def test_one_code_or_letter_for_another_is_another_version(one: str, other: str, versions: bool) -> None:
    assert _name_versions(Gap("words", (one,), (other,))) is versions
    assert _name_versions(Gap("words", (other,), (one,))) is versions
    for gap in (
        Gap("words", (one, "a"), (other,)), Gap("words", (), (other,)), Gap("words", (one,), ()),
        Gap("axis", (one,), (other,), "color"), Gap("line", (one,), (other,), frame="board _"),
    ):  # fmt: skip
        assert not _name_versions(gap)
    assert not _name_versions("one") and not _name_versions("other")


@pytest.mark.parametrize(
    ("one", "other", "title", "asked"),
    [
        ("Makita", "Bosch", "Cordless Drill Kit", False), ("Bosch", "Bosch Professional", "Cordless Drill Kit", True),
        ("易生", "eSUN", "易生 eSUN Cordless Drill Kit", True), ("Makita", "Bosch", "Bosch Cordless Drill Kit", True),
        ("Makita", "Bosch", "Makita Cordless Drill Kit", True), ("易生", "eSUN", "Cordless Drill Kit", False),
    ],
)  # fmt: skip
def test_two_makers_are_asked_about_where_they_may_be_one(one: str, other: str, title: str, asked: bool) -> None:
    rows = [Listing(i, title, price=9.0, attributes={"Brand": b}) for i, b in (("A", one), ("B", other))]
    catalog = make_catalog(rows)
    gap = find_doubt(Bookkeeper(Shelf(catalog, measure(catalog))), 0, 1)
    assert (gap is not None) is asked and (gap is None or (gap.what, gap.axis) == ("fact", "brand"))


@pytest.mark.parametrize(
    ("groups", "ends", "asked"),
    [
        ([[2, 3, 4], [0, 1]], (0, 2), [[2, 3, 4], [0, 1]]), ([[0, 1], [2, 3, 4]], (0, 2), [[2, 3, 4], [0, 1]]),
        ([[0, 1, 2], [3, 4]], (0, 3), [[0, 1, 2], [3, 4]]), ([[0, 1], [3, 4]], (0, 3), [[0, 1], [3, 4]]),
        ([[3, 4]], (0, 3), [[3, 4], [0]]), ([[0, 1]], (0, 3), [[0, 1], [3]]), ([], (0, 3), [[3], [0]]),
    ],
)  # fmt: skip
def test_a_twin_in_another_script_stands_beside_the_larger_group(
    groups: list[list[int]], ends: tuple[int, int], asked: list[list[int]]
) -> None:
    catalog = stock(
        **{f"L{k}": f"Thing {name}" for k, name in enumerate(("Zorvim", "Quadex", "Plokru", "Wexjud", "Dex"))}
    )
    books = Bookkeeper(Shelf(catalog, measure(catalog)))
    left, right = (np.array([end]) for end in ends)
    twins = Likely(left, right, np.array([0.8]), np.array([True]))
    ((main, *others),) = ask_neighbours(books, [[Part(members)] for members in groups], twins)[0]
    assert [main.members, *(part.members for part in others)] == asked
    assert [part.gap.what if part.gap else "" for part in (main, *others)] == ["", "twin"]


def test_twins_of_one_group_stay_where_they_are() -> None:
    catalog = stock(A="Thing Zorvim", B="Thing Quadex", C="Thing Plokru", D="Thing Wexjud")
    books = Bookkeeper(Shelf(catalog, measure(catalog)))
    for groups, ends in (([[0, 1], [2, 3]], (0, 1)), ([[0, 1], [2, 3]], (2, 3))):
        left, right = (np.array([end]) for end in ends)
        twins = Likely(left, right, np.array([0.8]), np.array([True]))
        found, ties = ask_neighbours(books, [[Part(list(members))] for members in groups], twins)
        assert [[part.members for part in group] for group in found] == [[members] for members in groups] and not ties


INFINITE = float("inf")


@pytest.mark.parametrize(
    ("gap", "replies", "unread"),
    [
        (None, {}, INFINITE), (Gap("fact", ("a",), ("b",), "brand"), {}, INFINITE),
        (Gap("words", ("a",), ("b", "c")), {}, 3), (Gap("order", ("a", "b"), ("a", "b")), {}, 4),
        (Gap("axis", ("a",), ("b",), "color"), {}, 0), (Gap("silent", ("a",), (), "color"), {}, 0),
        (Gap("proof"), {}, 0),
        (Gap("names", ("a",), ("b",)), {}, INFINITE), (Gap("names", ("a",), ("b",)), {"pairs": {(0, 1): "same"}}, 0),
        (Gap("names", ("a",), ("b",)), {"pairs": {(0, 1): "different"}}, INFINITE),
        (Gap("words", ("a",), ("b",)), {"pairs": {(0, 1): "different"}}, INFINITE),
        (Gap("words", ("a",), ("b",)), {"kinds": {"words:a|b": "different"}}, INFINITE),
        (Gap("words", ("a",), ("b",)), {"kinds": {"words:a|b": "option"}}, 2),
    ],
)  # fmt: skip
def test_least_stands_between_parts_of_which_least_is_unread(
    gap: Gap | None, replies: dict[str, dict[object, Reply]], unread: float
) -> None:
    catalog = stock(A="Oak Tray Moss", B="Oak Tray Fern")
    told = Replies(cast(dict[str, Reply], replies.get("kinds", {})), Answers(),
                   cast(dict[tuple[int, int], Reply], replies.get("pairs", {})))  # fmt: skip
    books = Bookkeeper(Shelf(catalog, measure(catalog)), told)
    assert _count_unread(books, gap, Part([0]), Part([1])) == unread
    if gap is not None:
        assert _is_other(books, gap, 0, 1) is (unread == INFINITE and gap.what != "fact")


@pytest.mark.parametrize(("left", "right", "may"), [
    ("Kingsley Desk Oak", "Kingsleyy Desk Oak", True), ("Oak", "Oak", False), ("Oak", "Elm", False), ("", "Oak", False),
    ("a b c d e Oceaan", "h i j k l Ocean", True), ("a b c d e f Oceaan", "h i j k l Ocean", False),
    ("Oceaan", "h i j k l m Ocean", False),
])  # fmt: skip
def test_titles_that_differ_in_few_words_may_differ_in_slips(left: str, right: str, may: bool) -> None:
    assert may_slip(left, right) is may_slip(right, left) is may


NOTHING = Likely(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))


@pytest.mark.parametrize(
    ("title", "attributes", "groups"),
    [
        ("Kingsley Writing Desk", {}, [5]),
        ("Hot Sale Kingsley Writing Desk", {}, [5]),
        ("Kingsley Writing Desk", {"Finish": "Teak"}, [3, 2]),  # it says which it is: why it stands apart is known
        ("Desk Kingsley Writing", {"Finish": "Teak"}, [5]),  # in another order no rule may have caught it
        ("Kingsley Writing Chair", {}, [3, 2]),
    ],
)
def test_groups_of_one_title_are_one_question_where_some_do_not_say_which_choice_they_are(
    title: str, attributes: dict[str, str], groups: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        Listing(f"L{k}", "Kingsley Writing Desk", attributes={"Finish": f}) for k, f in enumerate(("Oak", "Elm", "Ash"))
    ]
    rows += [Listing(f"M{k}", title, attributes=attributes) for k in range(2)]
    catalog = make_catalog(rows)
    books = Bookkeeper(Shelf(catalog, measure(catalog)))

    def ask() -> list[int]:
        found, _ = ask_neighbours(books, [[Part([0, 1, 2])], [Part([3, 4])]], NOTHING)
        return [sum(len(part.members) for part in group) for group in found]

    assert ask() == groups
    monkeypatch.setattr("dupcheck.groups.LARGEST", 4)
    assert ask() == [3, 2]


def test_a_part_is_asked_about_beside_the_group_from_which_it_differs_least() -> None:
    titles = ["Kingsley Walnut Writing Desk", "Kingsley Bedside Lamp Brass", "Kingsley Bedside Lamp Brass Dimmable"]
    catalog = make_catalog([Listing(f"L{k}", titles[min(k // 2, 2)], price=20.0) for k in range(5)])
    books = Bookkeeper(Shelf(catalog, measure(catalog)))
    own = sort_offers(settle_values(books.shelf.list_group(range(5))), range(5))
    other, more = (Part([k], books.find_gap(own, 0, k)) for k in (2, 4))
    other.members.append(3)
    arranged = _arrange(books, [Part([0, 1]), other, more], own, frozenset())
    assert [[part.members for part in group] for group in arranged] == [[[0, 1]], [[2, 3], [4]]]
    assert more.gap is not None
    assert more.gap.there == ("dimmable",)


def test_groups_whose_titles_name_the_same_before_their_choices_are_one_question() -> None:
    named = "Larch Writing Desk", "Larch Writing Bench"
    titles = [f"{named[0]} - {c} / {n} cm" for n in (80, 140) for c in ("Oak", "Elm")]
    titles += [f"{named[1]} - {c} / 80 cm" for c in ("Oak", "Elm")]
    colors = [title.split(" - ")[1].split(" /")[0] for title in titles]
    prices = (90, 90, 300, 300, 90, 90)
    catalog = make_catalog([
        Listing(f"L{k}", t, price=float(p), attributes={"Color": c})
        for k, (t, p, c) in enumerate(zip(titles, prices, colors, strict=True))
    ])  # fmt: skip
    books = Bookkeeper(Shelf(catalog, measure(catalog)))
    found, _ = ask_neighbours(books, [[Part([0, 1])], [Part([2, 3])], [Part([4, 5])]], NOTHING)
    assert [[part.members for part in group] for group in found] == [[[0, 1], [2, 3]], [[4, 5]]]
    assert found[0][1].gap is not None


@pytest.mark.parametrize(("title", "joins"), [("Larch Desk - Ash / 80 cm", True), ("Larch Bench - Ash / 80 cm", False)])
def test_a_listing_of_the_same_name_is_asked_about_where_it_is_hardly_likely(title: str, joins: bool) -> None:
    titles = [f"Larch {t} - {c} / 80 cm" for t in ("Desk", "Bench") for c in ("Oak", "Elm")]
    rows = [
        Listing(f"L{k}", t, attributes={"Color": t.split(" - ")[1].split(" /")[0]})
        for k, t in enumerate([*titles, title])
    ]
    catalog = make_catalog(rows)
    books = Bookkeeper(Shelf(catalog, measure(catalog)))
    likely = Likely(np.array([0]), np.array([4]), np.array([0.1]))
    found, _ = ask_neighbours(books, [[Part([0, 1])], [Part([2, 3])]], likely)
    assert any(4 in part.members for group in found for part in group) == joins


NAMES = (
    "Hand Thrown Bud Vase Ceramic Moss", "Stoneware Flower Vessel Minimalist Moss", "Enamel Camping Mug Speckled Rim",
    "Vintage Tin Cup for Campfire Coffee",
)  # fmt: skip
BESIDE = Gap("names", ("moss",), ("rim",))


@pytest.mark.parametrize(
    ("limit", "groups", "asked"),
    [
        (SURE, [[Part([0, 1])], [Part([2, 3])]], [[0, 1], [2, 3]]),  # something would be done with both
        (SURE, [[Part([2, 3])], [Part([0, 1])]], [[2, 3], [0, 1]]),
        (WORTH, [[Part([0, 1])], [Part([2]), Part([3], BESIDE)]], [[0, 1], [2], [3]]),  # the other only asks
        (WORTH, [[Part([0, 1])]], [[0, 1], [2]]),
        (TWO, [], [[0], [2]]),
    ],
)
def test_each_kind_of_question_is_asked_from_its_probability_on(
    limit: float, groups: list[list[Part]], asked: list[list[int]]
) -> None:
    catalog = stock(**{f"L{k}": title for k, title in enumerate(NAMES)})
    books = Bookkeeper(Shelf(catalog, measure(catalog)))
    home = {m for group in groups for part in group for m in part.members}
    across = [(a, b) for a in (0, 1) for b in (2, 3) if {a, b} <= home] or [(0, 2)]
    left, right = (np.array([pair[k] for pair in across]) for k in (0, 1))

    def ask(chance: float) -> list[list[list[int]]]:
        mine = [[Part(list(part.members), part.gap) for part in group] for group in groups]
        found, ties = ask_neighbours(books, mine, Likely(left, right, np.full(len(left), chance)))
        assert all(tie.strength == chance and {k, tie.partner} <= {0, 1, 2, 3} for k, tie in ties.items())
        return [[part.members for part in group] for group in found]

    assert ask(limit) == [asked]
    assert ask(np.nextafter(limit, 0)) == [[part.members for part in group] for group in groups]


@pytest.mark.parametrize(("largest", "asked"), [(3, [[0, 1], [2]]), (2, [[0, 1]])])
def test_a_line_stands_beside_a_group_as_long_as_there_is_room(
    largest: int, asked: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = stock(A="Kingsley Bassoon Reeds 2", B="Kingsley Bassoon Reeds 2", C="Kingsley Bassoon Reeds 3")
    books = Bookkeeper(Shelf(catalog, measure(catalog)))
    monkeypatch.setattr("dupcheck.groups.LARGEST", largest)
    found, _ = ask_neighbours(books, [[Part([0, 1])]], Likely(np.array([0]), np.array([2]), np.array([0.06])))
    assert [part.members for part in found[0]] == asked and len(found) == 1
