"""Groups: average linkage held against a slow one, no chains, nothing together that cannot be one product."""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck import groups
from dupcheck.catalog import get_listing, make_catalog
from dupcheck.groups import JOIN, cluster_listings, make_groups, name_group
from dupcheck.judging.verdicts import Findings
from dupcheck.model import Catalog, Listing

Matrix = np.ndarray[Any, np.dtype[np.float64]]


class Strangers:
    """Stands for features of which only the number of listings and their ids are asked."""

    learned = None

    def __init__(self, size: int) -> None:
        self.ids = np.array([f"L-{i}" for i in range(size)], dtype=object)

    def __len__(self) -> int:
        return len(self.ids)


def find(strength: Matrix, never: Matrix, caught: set[tuple[int, int]]) -> Findings:
    pairs = sorted(caught)
    left = np.array([i for i, _ in pairs], dtype=np.int64)
    right = np.array([j for _, j in pairs], dtype=np.int64)
    distinct = never[left, right].astype(bool)
    return Findings(left, right, np.zeros(len(pairs), dtype=np.int64), strength[left, right], ~distinct, distinct, {})


@pytest.fixture(scope="module")
def cluster() -> Callable[..., list[set[int]]]:
    """Cluster listings of given strengths; every pair of at least ``JOIN`` is caught, save those ``unproposed``."""

    def run(strength: Matrix, never: Matrix, unproposed: set[tuple[int, int]] = frozenset()) -> list[set[int]]:  # type: ignore[assignment]
        n = len(strength)
        caught = {(i, j) for i, j in combinations(range(n), 2) if strength[i, j] >= JOIN} - set(unproposed)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                groups, "measure_strength",
                lambda features, pack, left, right: (strength[left, right], never[left, right].astype(bool)),
            )  # fmt: skip
            found = cluster_listings(Strangers(n), dc.read_pack("aliexpress"), find(strength, never, caught))  # type: ignore[arg-type]
        return [set(c.tolist()) for c in found]

    return run


def mirror(values: Sequence[float] | Matrix, n: int) -> Matrix:
    square = np.zeros((n, n))
    square[np.triu_indices(n, 1)] = values
    return square + square.T


def link_slowly(strength: Matrix, never: Matrix) -> list[set[int]]:
    """Average linkage by the book, in each component of caught pairs."""
    n = len(strength)
    component = list(range(n))
    for i, j in combinations(range(n), 2):
        if strength[i, j] >= JOIN and not never[i, j]:
            component = [component[i] if c == component[j] else c for c in component]
    clusters: list[set[int]] = []
    for c in set(component):
        parts = [{i} for i in range(n) if component[i] == c]
        while len(parts) > 1:

            def mean(a: set[int], b: set[int]) -> float:
                return float(np.mean([-1e6 if never[i, j] else strength[i, j] for i in a for j in b]))

            best, a, b = max(((mean(a, b), k, m) for (k, a), (m, b) in combinations(enumerate(parts), 2)))
            if best < JOIN:
                break
            parts[a] |= parts.pop(b)
        clusters += [p for p in parts if len(p) > 1]
    return clusters


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Matrix, Matrix]:
    n = draw(st.integers(2, 9))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    size = n * (n - 1) // 2
    # Drawn at random, so that there are no ties: the slow and the fast one may break a tie differently.
    strength = mirror(random.random(size), n)
    never = mirror((random.random(size) < draw(st.sampled_from([0.0, 0.1, 0.4]))).astype(float), n)
    return strength, never


@given(worlds())
@settings(max_examples=150, deadline=None)
def test_clusters_are_those_of_average_linkage_by_the_book(
    cluster: Callable[..., list[set[int]]], world: tuple[Matrix, Matrix]
) -> None:
    assert sorted(map(sorted, cluster(*world))) == sorted(map(sorted, link_slowly(*world)))


@given(worlds())
@settings(max_examples=100, deadline=None)
def test_what_can_never_be_one_product_never_shares_a_group(
    cluster: Callable[..., list[set[int]]], world: tuple[Matrix, Matrix]
) -> None:
    found = cluster(*world)
    assert all(not world[1][i, j] for group in found for i, j in combinations(group, 2))
    members = [i for group in found for i in group]
    assert len(members) == len(set(members))


@pytest.mark.parametrize("length", [3, 4, 8, 20])
def test_a_chain_of_likenesses_does_not_join_its_ends(cluster: Callable[..., list[set[int]]], length: int) -> None:
    """A is like B, B like C … but what lies apart in the chain is wholly unlike."""
    strength = np.zeros((length, length))
    for i in range(length - 1):
        strength[i, i + 1] = strength[i + 1, i] = 0.8 + 0.001 * i
    found = cluster(strength, np.zeros_like(strength))
    assert all(not {0, length - 1} <= group for group in found)
    assert all(len(group) <= 2 for group in found)


def test_a_chain_with_two_that_contradict_is_cut(cluster: Callable[..., list[set[int]]]) -> None:
    strength = np.full((3, 3), 0.99)
    never = np.zeros((3, 3))
    never[0, 2] = never[2, 0] = 1
    strength[0, 1] = strength[1, 0] = 0.995
    assert cluster(strength, never) == [{0, 1}]


def test_a_catalogue_whose_titles_chain_does_not_end_in_one_group(make_shop: Callable[..., Catalog]) -> None:
    words = ("lamp", "kettle", "violin", "ladder", "hammock", "trumpet", "wallet", "bracket", "anvil", "canoe")
    titles = [" ".join(words[i : i + 5]) for i in range(len(words) - 4)]
    audit = dc.audit(make_shop(*titles, price=5.0, currency="USD"), settings=["R2.title.min=60"])
    assert len(audit.pairs) >= len(titles) - 1
    assert not any({"L-1", f"L-{len(titles)}"} <= set(g.listings) for g, _ in audit.grouped)


class TestGroupsOfACatalogue:
    def test_each_listing_stands_in_one_group_and_pairs_of_groups_are_caught(self, sample_audit: dc.Audit) -> None:
        members = [i for g, _ in sample_audit.grouped for i in g.listings]
        assert len(members) == len(set(members))
        assert all(len(g.listings) >= 2 for g, _ in sample_audit.grouped)

    def test_the_weakest_pair_is_the_weakest(self, sample_audit: dc.Audit) -> None:
        found = sample_audit.findings.duplicates
        ids = sample_audit.features.ids
        for group, positions in sample_audit.grouped:
            assert [str(i) for i in ids[positions]] == list(group.listings)
            inside = {
                (str(ids[i]), str(ids[j])): float(s)
                for i, j, s in zip(found.left, found.right, found.strength, strict=True)
                if {str(ids[i]), str(ids[j])} <= set(group.listings)
            }
            assert group.strength == min(inside.values()) == inside[group.weakest]
            assert 0.5 <= group.strength <= 1
            assert group.weakest_rule in group.rules

    def test_every_member_says_why_it_is_there(self, sample_audit: dc.Audit) -> None:
        """By its closest caught partner within the group, the rule that caught the two, and what they differ in."""
        found = sample_audit.findings.duplicates
        ids, codes = sample_audit.features.ids, [r.code for r in sample_audit.pack.rules]
        caught: dict[frozenset[str], tuple[float, str]] = {
            frozenset((str(ids[i]), str(ids[j]))): (float(s), codes[r])
            for i, j, r, s in zip(found.left, found.right, found.rule, found.strength, strict=True)
        }
        members = 0
        for plan in sample_audit.plans:
            for m in plan.members:
                inside = {
                    pair: told for pair, told in caught.items() if m.listing_id in pair and pair <= {*plan.listings}
                }
                strength, rule = caught[frozenset((m.listing_id, m.partner))]
                assert strength == max(s for s, _ in inside.values())
                assert m.rule == rule
                for lang in ("en", "zh"):
                    assert m.partner in m.explanation.say(lang)
                    assert rule in m.explanation.say(lang)
                members += 1
        assert members == sum(len(g.listings) for g, _ in sample_audit.grouped)

    def test_packings_are_shown_as_allowed_up_to_the_cap(self, make_shop: Callable[..., Catalog]) -> None:
        def audit(count: int) -> dc.Audit:
            packs = (1, 5, 10, 20, 50)[:count]
            titles = [{"title": f"Waffle Cleaning Cloth Absorbent Towel {n}pcs", "price": float(n)} for n in packs]
            return dc.audit(make_shop(*titles, currency="USD"))

        for count in (2, 3):
            (plan,) = audit(count).plans
            assert (plan.action, {m.role for m in plan.members}) == ("none", {"allowed"})
            assert "3" in plan.reasons[0].say("en")
        (plan,) = audit(5).plans
        assert plan.action == "merge_variants"
        (over,) = [r.say("en") for r in plan.reasons if "allows 3" in r.say("en")]
        assert "5" in over

    def test_a_group_keeps_its_id_when_others_come_and_go(self, make_shop: Callable[..., Catalog]) -> None:
        kept = ["Folding violin stand", "Violin stand folding"]
        before = dc.audit(make_shop(*kept, "Oak garden ladder", price=5.0, currency="USD"))
        after = dc.audit(make_shop(*kept, "Enamel kettle", "Kettle enamel", price=5.0, currency="USD"))
        assert {g.group_id for g, _ in before.grouped} < {g.group_id for g, _ in after.grouped}

    def test_another_model_or_brand_never_shares_a_group(self, make_shop: Callable[..., Catalog]) -> None:
        rows = [
            {"title": f"Travel kettle steel 1L {brand}", "attributes": {"Brand": brand, "Model": model}}
            for brand, model in (("Arno", "K1"), ("Arno", "K2"), ("Belo", "K1"), ("Arno", "K1"))
        ]
        audit = dc.audit(make_shop(*rows, price=5.0, currency="USD", category="Kettles"))
        assert [set(g.listings) for g, _ in audit.grouped] == [{"L-1", "L-4"}]

    def test_ids_and_members_do_not_hang_on_the_order_of_rows(self, sample: Catalog, sample_audit: dc.Audit) -> None:
        order = np.random.default_rng(4).permutation(len(sample))
        shuffled = make_catalog([get_listing(sample, int(i)) for i in order], image_root=sample.image_root)
        again = dc.audit(shuffled)

        def groups_of(audit: dc.Audit) -> dict[str, frozenset[str]]:
            return {g.group_id: frozenset(g.listings) for g, _ in audit.grouped}

        def plans_of(audit: dc.Audit) -> dict[str, tuple[object, ...]]:
            return {p.group_id: (p.action, p.keep, p.title, p.axes, p.wholesale) for p in audit.plans}

        assert groups_of(again) == groups_of(sample_audit)
        assert plans_of(again) == plans_of(sample_audit)
        pairs = {frozenset(p) for p in sample_audit.pairs[["listing_a", "listing_b"]].to_numpy().tolist()}
        assert {frozenset(p) for p in again.pairs[["listing_a", "listing_b"]].to_numpy().tolist()} == pairs

    def test_a_group_is_named_by_its_members_alone(self) -> None:
        assert name_group(["a", "b"]) == name_group(["b", "a"])
        assert len({name_group(x) for x in (["a", "b"], ["ab"], ["a", "b", "c"], ["a,b"])}) == 4

    def test_more_equal_listings_than_fit_are_still_grouped(
        self, monkeypatch: pytest.MonkeyPatch, make_shop: Callable[..., Catalog]
    ) -> None:
        monkeypatch.setattr(groups, "LARGEST", 20)
        audit = dc.audit(make_shop(*["Brass violin stand"] * 90, price=5.0, currency="USD"))
        sizes = [len(g.listings) for g, _ in audit.grouped]
        assert max(sizes) <= 20
        assert sum(sizes) >= 88

    def test_a_large_component_is_cut_at_its_weakest(
        self, monkeypatch: pytest.MonkeyPatch, make_shop: Callable[..., Catalog]
    ) -> None:
        monkeypatch.setattr(groups, "LARGEST", 25)
        twins = [t for w in ("anvil", "canoe") for t in [f"Brass violin stand lamp kettle {w}"] * 20]
        audit = dc.audit(make_shop(*twins, price=5.0, currency="USD"), settings=["R2.title.min=60"])
        for group, _ in audit.grouped:
            assert len({get_title(audit, i) for i in group.listings}) == 1
        assert sorted(len(g.listings) for g, _ in audit.grouped) == [20, 20]

    def test_a_cluster_of_which_no_pair_was_proposed_is_no_error(self) -> None:
        """In a crowd not every pair is proposed: two that lie far apart in the file can meet through others only."""
        prices = [7.0, *[1000.0] * 29, 10.6, *[14.0] * 6, *[1000.0] * 26, 6.9]
        crowd = [Listing(f"L-{i}", "brass violin stand", price=p, currency="USD") for i, p in enumerate(prices)]
        audit = dc.audit(make_catalog(crowd))
        groups = make_groups(audit.features, audit.pack, audit.findings)
        home = {i: g.group_id for g, _ in groups for i in g.listings}
        assert home["L-31"] == home["L-36"]
        assert home.get("L-0") != home["L-31"]
        assert len(audit.groups) >= 55 + 6

    def test_a_catalogue_without_duplicates_has_no_groups(self, make_shop: Callable[..., Catalog]) -> None:
        audit = dc.audit(make_shop("Brass violin stand", "Oak garden ladder"))
        assert audit.grouped == ()
        assert list(audit.groups.columns) == [
            "group_id", "listing_id", "title", "price", "url", "action", "keep", "role", "this_listing", "rule",
            "options", "explanation",
        ]  # fmt: skip
        assert make_groups(audit.features, audit.pack, audit.findings) == ()


def get_title(audit: dc.Audit, listing_id: str) -> str:
    return str(audit.catalog.table.at[audit.catalog.positions[listing_id], "title"])


@given(worlds(), st.data())
@settings(max_examples=80, deadline=None)
def test_what_is_told_to_be_one_is_as_far_from_others_and_never_further_than_before(
    world: tuple[Matrix, Matrix], data: st.DataObject
) -> None:
    strength, never = world
    n = len(strength)
    i, j = np.triu_indices(n, 1)
    told = np.array(data.draw(st.lists(st.booleans(), min_size=len(i), max_size=len(i))), dtype=bool)
    before = np.where(never[i, j] > 0, 1e6, 1.0 - strength[i, j])
    after = mirror(groups._hold_told(before, told, n), n)
    if not told.any():
        np.testing.assert_array_equal(after[i, j], before)
    for a, b in zip(i[told].tolist(), j[told].tolist(), strict=True):
        others = [k for k in range(n) if k not in (a, b)]
        assert after[a, b] == 0.0
        np.testing.assert_array_equal(after[a, others], after[b, others])
        for k in others:
            assert after[a, k] == 0.0 or after[a, k] >= 1e6 or not (never[a, k] or never[b, k])
