"""What a seller is told to do: the policy's own cases, run through the real command, and the sample catalogue."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from plan_catalogs import make_catalogs, make_rarer_catalogs

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.cli import main
from dupcheck.messages import Message
from dupcheck.model import Listing

SCISSORS = "Professional Hair Cutting Scissors 440C Stainless Steel Barber Salon Hairdressing Shears"
TIE = "Men's {} Tie 7cm Classic Woven Silk Blend Necktie Business Wedding Party"
CLOTH = "Microfiber Cleaning Cloth Waffle Absorbent Dish Towel Kitchen Rag"
BAG = "Women Leather Handbag Top Handle Tote Office Ladies Satchel"
MUG = "Handmade Speckled Stoneware Coffee Mug with Handle"
SIZES = ("5.0", "5.5", "6.0", "6.5", "7.0")
PATTERNS = ("Paisley", "Argyle", "Striped", "Dotted", "Plain")
Rows = list[dict[str, Any]]


def row(listing_id: str, title: str, price: float, photo: str, attributes: str, **more: Any) -> dict[str, Any]:
    return {
        "listing_id": listing_id, "title": title, "price": price, "currency": "USD", "category": "Shop > Things",
        "main_image": f"{photo}.jpg", "attributes": attributes, "sku_code": f"SKU-{listing_id}", **more,
    }  # fmt: skip


BOTTLE = "Vacuum Insulated Water Bottle 500ml Leakproof Thermos Teal"


def packed(family: str, title: str, photo: str, known: str, *counts: int) -> Rows:
    return [
        row(f"{family}-{n}", f"{n}pcs {title}", n * 0.6, photo, f"{known}; Package={n} pcs", lot_size=n) for n in counts
    ]


SHOPS: dict[str, Rows] = {
    "policy": [
        *(
            row(
                f"S-{s}", f"{SCISSORS} {s} Inch", 18.9 + i, "scissors-hair", f"Material=Steel; Size={s} Inch",
                sales=9 - i,
            )
            for i, s in enumerate(SIZES)
        ),
        row("R-1", BOTTLE, 12.5, "bottle-teal", "Capacity=500ml; Model=VB-500", sales=80),
        row("R-2", f"Wholesale {BOTTLE}", 10, "bottle-teal", "Capacity=500ml; Model=VB-500", min_order_quantity=20),
        *(
            row(f"T-{p}", TIE.format(p), 6.99, f"tie-{p.lower()}", f"Material=Silk Blend; Width=7cm; Pattern={p}")
            for p in PATTERNS
        ),
    ],
    # Sizes and patterns stand in the titles only, each size in another place and spelling.
    "titles": [
        *(
            row(f"S-{s}", title.format(SCISSORS), 18.9, "scissors-hair", "Material=Steel; Type=Cutting Scissors")
            for s, title in zip(
                SIZES, ("{} 5.0 Inch", "5.5 inch {}", '6.0" {}', "{} - 6.5 in", "{} 7.0inch"), strict=True
            )
        ),
        *(row(f"T-{p}", TIE.format(p), 6.99, f"tie-{p.lower()}", "Material=Silk Blend; Width=7cm") for p in PATTERNS),
    ],
    "mixed": [
        *(row(f"M-{i}", MUG, 8.6, "mug-white", "Material=Stoneware; Finish=Glazed", sales=i) for i in (1, 2, 3)),
        *packed("P", CLOTH, "cloth-cleaning", "Material=Microfiber", 2, 5, 10),
        *packed("Q", "LED Tea Light Candles Flickering Decor", "candles-tea", "Battery=CR2032", 2, 5, 10, 12),
        row("B-1", f"{BAG} Black", 24.8, "tote-black", "Closure=Zipper; Lining=Polyester; Color=Black"),
        row("B-2", f"{BAG} Red", 24.8, "tote-red", "Closure=Zipper; Lining=Polyester; Color=Red", currency="EUR"),
        *(
            row(
                f"K-{i}", f"Folding Garden Hammock {color} {size} {volts}V {plug} Plug", 44, "cactus",
                f"Frame=Welded; Rope=Braided; Color={color}; Size={size}; Voltage={volts}V; Plug={plug}",
            )
            for i, (color, size, volts, plug) in enumerate((("Red", "S", 110, "US"), ("Blue", "L", 220, "EU")))
        ),
    ],
}  # fmt: skip


@pytest.fixture(scope="session")
def reports(
    tmp_path_factory: pytest.TempPathFactory, write_csv: Callable[..., Path], sample_folder: Path,
    read_report: Callable[[Path], Any],
) -> dict[str, Any]:  # fmt: skip
    """Audit every shop with the command, and read the report folders back."""
    home = tmp_path_factory.mktemp("shops")
    found = {}
    for name, rows in SHOPS.items():
        file = write_csv(home / f"{name}.csv", rows)
        words = ["audit", file, "--images", sample_folder / "photos", "--out", home / name, "--jobs", 1]
        told = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
        assert told.exit_code == 0 and told.stdout, told.stderr
        found[name] = read_report(home / name)
    return found


def number(text: str) -> float:
    found = re.search(r"\d+(?:\.\d+)?", text)
    assert found, text
    return float(found[0])


@pytest.mark.parametrize("shop", ["policy", "titles"])
class TestSizes:
    @pytest.fixture
    def report(self, reports: dict[str, Any], shop: str) -> Any:
        return reports[shop]

    @pytest.fixture
    def plan(self, report: Any) -> dict[str, Any]:
        found: dict[str, Any] = report.plan_of("S-5.0")
        return found

    def test_five_listings_become_one_with_five_sizes(self, plan: dict[str, Any]) -> None:
        assert plan["action"] == "merge_variants"
        assert set(plan["listings"]) == {f"S-{s}" for s in SIZES}
        (axis,) = plan["axes"]
        assert [number(v) for v in axis["values"]] == [5, 5.5, 6, 6.5, 7]
        assert plan["wholesale"] is None

    def test_each_size_keeps_its_listing_price_code_and_photo(self, plan: dict[str, Any], shop: str) -> None:
        prices = {r["listing_id"]: float(r["price"]) for r in SHOPS[shop]}
        assert len(plan["skus"]) == 5
        for sku in plan["skus"]:
            (value,) = sku["options"].values()
            assert sku["listing_id"] == f"S-{number(value):.1f}"
            assert sku["price"] == pytest.approx(prices[sku["listing_id"]])
            assert sku["currency"] == "USD"
            assert sku["sku_code"] == f"SKU-{sku['listing_id']}"
            assert sku["image"] == "scissors-hair.jpg"

    def test_the_merged_title_names_no_size(self, plan: dict[str, Any]) -> None:
        assert not re.search(r"\d\.\d|inch|\bin\b|\"", plan["title"], re.IGNORECASE), plan["title"]
        assert "Hair" in plan["title"] and "Scissors" in plan["title"]

    def test_one_stays_and_four_are_folded_in(self, report: Any, plan: dict[str, Any]) -> None:
        roles = {i: report.roles()[i] for i in plan["listings"]}
        assert sorted(roles.values()) == ["fold"] * 4 + ["keep"]
        assert roles[plan["keep"]] == "keep"
        options = {r["listing_id"]: r["options"] for r in report.rows("groups.csv")}
        assert all(number(options[f"S-{s}"]) == float(s) for s in SIZES)

    def test_the_pairs_say_what_differs(self, report: Any) -> None:
        pairs = [p for p in report.rows("pairs.csv") if p["listing_a"].startswith("S-")]
        assert len(pairs) == 10
        assert {p["rule"] for p in pairs} == {"R1"}
        assert {p["differs_in"] for p in pairs} <= {"size", "length"}

    def test_the_best_seller_stays_else_the_first(self, plan: dict[str, Any]) -> None:
        assert plan["keep"] == "S-5.0"


class TestTiers:
    def test_retail_and_wholesale_become_one_listing_with_one_tier(self, reports: dict[str, Any]) -> None:
        report = reports["policy"]
        plan = report.plan_of("R-1")
        assert plan["listings"] == ["R-1", "R-2"]
        assert plan["action"] == "wholesale_tier"
        assert plan["keep"] == "R-1"
        assert plan["wholesale"] == {"min_order_quantity": 20, "discount_percent": 20}
        assert plan["axes"] == []
        assert [(s["listing_id"], s["price"]) for s in plan["skus"]] == [("R-1", 12.5)]
        assert (report.roles()["R-1"], report.roles()["R-2"]) == ("keep", "fold")
        assert "holesale" not in plan["title"]

    def test_the_tier_is_explained(self, reports: dict[str, Any]) -> None:
        text = " ".join(reports["policy"].plan_of("R-1")["reasons"])
        assert "20 pieces" in text and "20 %" in text


@pytest.mark.parametrize("shop", ["policy", "titles"])
class TestPatterns:
    @pytest.fixture
    def plan(self, reports: dict[str, Any], shop: str) -> dict[str, Any]:
        found: dict[str, Any] = reports[shop].plan_of("T-Plain")
        return found

    def test_ties_become_one_listing_with_the_pattern_as_option(self, plan: dict[str, Any]) -> None:
        assert plan["action"] == "merge_variants"
        (axis,) = plan["axes"]
        assert axis["name"] == "Pattern"
        assert len(axis["values"]) == 5
        assert {s["listing_id"] for s in plan["skus"]} == {f"T-{p}" for p in PATTERNS}

    def test_each_pattern_has_its_own_photo(self, plan: dict[str, Any]) -> None:
        shown = {s["listing_id"]: s["image"] for s in plan["skus"]}
        assert shown == {f"T-{p}": f"tie-{p.lower()}.jpg" for p in PATTERNS}

    def test_values_are_written_as_the_seller_writes_them(self, plan: dict[str, Any], shop: str) -> None:
        values = {s["listing_id"]: s["options"]["Pattern"] for s in plan["skus"]}
        assert len(set(values.values())) == 5
        if shop == "policy":
            assert values == {f"T-{p}": p for p in PATTERNS}


class TestMixed:
    @pytest.fixture
    def report(self, reports: dict[str, Any]) -> Any:
        return reports["mixed"]

    def test_families_do_not_mix(self, report: Any) -> None:
        assert {frozenset(i[0] for i in group) for group in report.groups.values()} == {
            frozenset(letter) for letter in "MPQBK"
        }
        assert len(report.groups) == 5

    def test_of_exact_copies_one_stays(self, report: Any) -> None:
        plan = report.plan_of("M-1")
        assert plan["action"] == "remove_duplicates"
        assert plan["keep"] == "M-3"
        assert {i: report.roles()[i] for i in ("M-1", "M-2", "M-3")} == {
            "M-1": "remove",
            "M-2": "remove",
            "M-3": "keep",
        }
        assert plan["axes"] == [] and plan["wholesale"] is None
        assert [s["listing_id"] for s in plan["skus"]] == ["M-3"]

    def test_three_packings_are_allowed(self, report: Any) -> None:
        plan = report.plan_of("P-2")
        assert plan["action"] == "none"
        assert {report.roles()[f"P-{n}"] for n in (2, 5, 10)} == {"allowed"}
        assert "3" in " ".join(plan["reasons"])

    def test_a_fourth_packing_is_one_too_many(self, report: Any) -> None:
        plan = report.plan_of("Q-2")
        assert plan["action"] != "none"
        assert len(plan["listings"]) == 4
        assert [report.roles()[f"Q-{n}"] for n in (2, 5, 10, 12)].count("allowed") <= 3
        text = " ".join([*plan["reasons"], *plan["cautions"]])
        assert "4" in text and "3" in text

    @pytest.mark.parametrize(("listing", "because"), [("B-1", "EUR"), ("K-0", "4 options")])
    def test_what_cannot_be_merged_says_why(self, report: Any, listing: str, because: str) -> None:
        plan = report.plan_of(listing)
        assert plan["action"] == "differentiate"
        (reason,) = [r for r in plan["reasons"] if r.startswith("Cannot merge, because")]
        assert because in reason
        assert plan["skus"] == [] and plan["wholesale"] is None
        assert {report.roles()[i] for i in plan["listings"]} <= {"keep", "differentiate"}


class TestTheSample:
    """What ``sample_catalog/README.md`` promises."""

    @pytest.fixture
    def plans(self, sample_audit: dc.Audit) -> dict[str, dc.Plan]:
        return {i: plan for plan in sample_audit.plans for i in plan.listings}

    def test_groups_are_those_of_the_truth(self, sample_audit: dc.Audit, sample_folder: Path) -> None:
        score = dc.evaluate(sample_audit, sample_folder / "truth.csv")
        assert score["f1"] >= 0.95
        assert score["precision"] >= 0.95
        assert score["recall"] >= 0.95
        assert score["candidate_recall"] == 1

    @pytest.mark.parametrize(
        ("first", "last", "action", "keep", "rules"),
        [
            (101, 105, "merge_variants", 103, {"R1"}),
            (106, 107, "wholesale_tier", 106, {"R1"}),
            (111, 115, "merge_variants", 113, {"R1", "R2"}),
            (121, 124, "merge_variants", 121, {"R1", "R2"}),
            (131, 132, "remove_duplicates", 131, {"R2"}),
            (141, 142, "remove_duplicates", 141, {"R1"}),
            (143, 145, "remove_duplicates", 143, {"R1", "R2"}),
            (146, 147, "remove_duplicates", 146, {"R1"}),
            (151, 154, None, 151, {"R1"}),
            (155, 156, "none", None, {"R1"}),
            (161, 166, "merge_variants", 162, {"R1", "R2"}),
            (171, 172, "remove_duplicates", 172, {"R1"}),
            (201, 202, "remove_duplicates", 201, {"R2"}),
        ],
    )
    def test_families_are_mended_as_the_readme_says(
        self, plans: dict[str, dc.Plan], sample_audit: dc.Audit, first: int, last: int, action: str | None,
        keep: int | None, rules: set[str],
    ) -> None:  # fmt: skip
        family = {f"A-{i}" for i in range(first, last + 1)}
        plan = plans[f"A-{first}"]
        assert set(plan.listings) == family
        assert plan.action == action if action else plan.action != "none"
        assert keep is None or plan.keep == f"A-{keep}"
        (group,) = [g for g, _ in sample_audit.grouped if g.group_id == plan.group_id]
        assert set(group.rules) <= rules

    @pytest.mark.parametrize(
        ("listing", "axes"),
        [
            ("A-101", {"Size": 5}),
            ("A-111", {"Pattern": 5}),
            ("A-121", {"Color": 4}),
            ("A-161", {"Color": 2, "Size": 3}),
        ],
    )
    def test_options_are_those_of_the_readme(
        self, plans: dict[str, dc.Plan], listing: str, axes: dict[str, int]
    ) -> None:
        assert {a.name: len(a.values) for a in plans[listing].axes} == axes

    def test_the_wholesale_tier(self, plans: dict[str, dc.Plan]) -> None:
        tier = plans["A-106"].wholesale
        assert tier is not None
        assert (tier.min_order_quantity, tier.discount_percent) == (20, 20)

    @pytest.mark.parametrize(
        "listing",
        [108, 125, 173, 183, 184, 185, 186, 187, 188, 189, 190, 191, 192, 193, 194, 211, 212, *range(213, 222)],
    )
    def test_what_only_looks_like_a_duplicate_is_in_no_group(self, plans: dict[str, dc.Plan], listing: int) -> None:
        assert f"A-{listing}" not in plans

    def test_a_borrowed_photo_is_advised_against(self, sample_audit: dc.Audit) -> None:
        pairs = sample_audit.pairs
        found = pairs[pairs.listing_b == "A-108"]
        assert set(zip(found.listing_a, found.rule, found.verdict, strict=True)) == {
            ("A-106", "R3", "advice"),
            ("A-107", "R3", "advice"),
        }

    def test_a_placeholder_is_no_photo(self, sample_audit: dc.Audit) -> None:
        shown = dc.why(sample_audit.catalog, "A-211", "A-212").as_dict()
        assert shown["signals"]["image"] is None
        assert not any(r["fires"] for r in shown["rules"])

    def test_missing_prices_are_told_and_never_0(self, sample_audit: dc.Audit) -> None:
        told = {p.listing_id for p in sample_audit.problems if p.field == "price"}
        assert told == {"A-217", "A-219"}
        assert dc.why(sample_audit.catalog, "A-217", "A-219").as_dict()["signals"]["price"] is None


def test_every_report_holds_together(reports: dict[str, Any]) -> None:
    """The files of one folder tell one story."""
    for report in reports.values():
        whole = json.loads((report.folder / "audit.json").read_text("utf-8"))
        assert whole["format"] == 1
        assert whole["plans"] == report.plans
        assert [g["group_id"] for g in whole["groups"]] == [p["group_id"] for p in report.plans]
        members = {(r["group_id"], r["listing_id"]) for r in report.rows("groups.csv")}
        assert members == {(p["group_id"], i) for p in report.plans for i in p["listings"]}
        assert len(whole["pairs"]) == len(report.rows("pairs.csv")) == whole["counts"]["pairs"]
        for plan in report.plans:
            assert set(plan) == {
                "group_id", "action", "keep", "listings", "title", "axes", "skus", "wholesale", "reasons", "cautions",
                "changes", "question", "contents",
            }  # fmt: skip
            assert plan["keep"] in plan["listings"] and plan["reasons"]
            assert {s["listing_id"] for s in plan["skus"]} <= set(plan["listings"])
            chosen = [tuple(sorted(s["options"].items())) for s in plan["skus"]]
            assert len(chosen) == len(set(chosen)), "two SKUs of one listing are the same choice"


def test_choices_without_a_price_cost_what_the_listing_costs(tmp_path: Path) -> None:
    head = "TITLE,DESCRIPTION,PRICE,CURRENCY_CODE,QUANTITY,MATERIALS,IMAGE1,VARIATION 1 TYPE,VARIATION 1 NAME"
    head += ",VARIATION 1 VALUES,SKU"
    line = '{title},Warm,{price},USD,5,"Fleece,Cotton",,Custom,Size,"{sizes}",{code}'
    rows = [
        line.format(title="Fleece Pullover Hoodie Mountain Print", price=49.99, sizes="S,M,L", code="A-S,A-M,A-L"),
        line.format(title="Fleece Pullover Hoodie Mountain Print", price=49.99, sizes="S,M,L", code="B-S,B-M,B-L"),
    ]
    path = tmp_path / "etsy.csv"
    path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    audit = dc.audit(path)
    (plan,) = audit.plans
    assert plan.action == "remove_duplicates"
    assert [sku.price for sku in plan.skus] == [49.99] * 3
    assert not [c for c in plan.cautions if "price" in str(c)]


def test_a_word_that_only_one_title_has_more_is_no_choice_though_it_names_a_colour_too() -> None:
    catalog = dc.read_catalog(Path(__file__).parent / "shops/taught/br_suplementos/catalog.csv")
    roles = {m.listing_id: (p.group_id, m.role) for p in dc.audit(catalog).plans for m in p.members}
    plain, nuts = roles["BR0094"], roles["BR0013"]
    assert plain[0] != nuts[0] or "ask" in (plain[1], nuts[1])


PLANS = Path(__file__).with_name("fixtures") / "plans"
WRITES = os.environ.get("DUPCHECK_GOLDEN") == "write"
LAMP = "Rattan Pendant Lamp Shade Boho"
PAN = "Cast Iron Skillet Pre Seasoned"


def item(listing_id: str, title: str, price: float | None = 20.0, **fields: Any) -> Listing:
    own = {"currency": "EUR", "category": "Home", "sku_code": f"S-{listing_id}", "main_image": f"{listing_id}.jpg"}
    return Listing(listing_id, title, price=price, **{**own, **fields})


def make_told() -> dict[str, list[Listing]]:
    """Shops in which a plan has much to tell: of tiers, of copies that differ, of what it cannot merge, of doubts."""
    facts = {"Brand": "Acme", "Material": "Rattan", "Socket": "E27"}
    plan: dict[str, Any] = {"main_image": "one.jpg", "attributes": facts}
    return {
        "tiers": [
            item("R", LAMP, sales=9.0, **plan), item("W1", f"Wholesale {LAMP}", 16.0, min_order_quantity=10.0, **plan),
            item("W2", f"Wholesale {LAMP}", 15.0, min_order_quantity=50.0, **plan),
            item("W3", f"Wholesale {LAMP}", 21.0, min_order_quantity=5.0, **plan),
            item("W4", f"Wholesale {LAMP}", None, min_order_quantity=20.0, **plan),
            item("P", PAN, 30.0, bulk_price=27.1, min_order_quantity=3.0, main_image="p.jpg", sales=1.0),
            item("Q", PAN, 30.0, main_image="p.jpg"),
        ],
        "copies that differ": [
            item("K", LAMP, sales=9.0, gtin="4006381333931", stock=3.0, images=("x.jpg", "y.jpg"), shop="North",
                 **{**plan, "attributes": {**facts, "Shipping Weight": "2 kg", "Freight Template": "Light"}}),
            item("C1", LAMP, 19.0, gtin="4006381333931", stock=8.0, shop="South", category="Garden",
                 **{**plan, "attributes": {**facts, "Shipping Weight": "3 kg", "Freight Template": "Heavy"}}),
            item("C2", LAMP, 20.0, sku_code="S-K", stock=0.0, **plan), item("C3", LAMP, None, currency="", **plan),
            item("C4", LAMP, 20.2, sku_code="", **{**plan, "attributes": {**facts, "Socket": "E14"}}),
        ],
        "no options": [
            item(f"N{k}", f"{PAN} {size} {volts}V {plug} Plug {color}", 40.0 + 60 * k, **{**plan, "attributes": {
                "Size": size, "Voltage": f"{volts}V", "Plug": plug, "Color": color}})
            for k, (size, volts, plug, color) in enumerate((("S", 110, "US", "Red"), ("L", 220, "EU", "Blue")))
        ],
        "spread": [
            *(item(f"A{k}", f"{LAMP} {c}", p, attributes={**facts, "Color": c})
              for k, (c, p) in enumerate((("Red", 10.0), ("Blue", 90.0), ("Green", None)))),
            *(item(f"B{n}", f"{PAN} {n} pcs", 4.0 * n, main_image="b.jpg", lot_size=float(n)) for n in (1, 12)),
        ],
        "advice": [
            item("F1", "Through Bolt Anchor M10x90 zinc (10pcs)", attributes={"Brand": "Hilti"}, main_image="bolt.jpg"),
            item("F2", "Through Bolt Anchor M10x90 zinc (10pcs)", 21.0, main_image="bolt.jpg", images=("two.jpg",),
                 attributes={"Brand": "Fischer", "Series": "FAZ II", "Approval": "Seismic C2"}),
            item("G1", "M8x80 Hex Bolt DIN 931 8.8 Zinc Plated Part Thread - 10 pack", 5.9),
            item("G2", "M8x60 Hex Bolt DIN 931 8.8 Zinc Plated Part Thread - 10 pack", 4.9),
        ],
        "questions": [
            item("Q1", "Walnut Serving Board Zorvim"), item("Q2", "Walnut Serving Board Quadex"),
            item("Q3", "Kingsley Bassoon Reeds 2"), item("Q4", "Kingsley Bassoon Reeds 3"),
            item("Q5", "Cable HDMI to VGA Adapter Long"), item("Q6", "Cable VGA to HDMI Adapter Long"),
            item("Q7", PAN, attributes={"Color": "Red"}), item("Q8", PAN),
            item("Q9", "Jigsaw Puzzle Harbour 500 pieces"), item("QA", "Jigsaw Puzzle Harbour 1000 pieces", 30.0),
            item("QB", "Portrait of Manuel Deep Frame"), item("QC", "Portrait of Manuela Deep Frame"),
            item("QD", LAMP, attributes={"Brand": "Bosch"}), item("QE", LAMP, attributes={"Brand": "Bosch Pro"}),
            item("QF", "Steel Kettle Whistling Retro", 25.0), item("QG", "Steel Kettle Whistling Retro", 45.0),
            item("QH", "Steel Kettle Whistling Retro Zorvim", 25.0), item("QI", "Steel Kettle Whistling Retro 3", 25.0),
        ],
        "which stays": [
            item("L1", "ENAMEL MILK JUG DOVE", stock=0.0, sales=50.0, created="2024-01-01"),
            item("L2", "Enamel Milk Jug Dove", stock=4.0, sales=10.0, reviews=2.0, created="2024-05-01"),
            item("L3", "Enamel Milk Jug Dove", stock=4.0, sales=9.0, reviews=800.0, created="03/04/2023"),
        ],
    }  # fmt: skip


def tell(plan: dc.Plan) -> list[str]:
    """All that a plan says, in lines."""

    def both(message: Message) -> str:
        return f"{message.say('en')} / {message.say('zh')}"

    lines = [f"{plan.action} {plan.keep} of {', '.join(plan.listings)}: {plan.title}"]
    lines += [f"axis {a.name}: {', '.join(a.values)}" for a in plan.axes]
    lines += [
        f"sku {s.listing_id} {dict(s.options)} {s.price} {s.currency} {s.sku_code} {s.gtin} {s.stock} {s.image} "
        f"for {', '.join(s.replaces)}"
        for s in plan.skus
    ]  # fmt: skip
    lines += [f"wholesale {plan.wholesale}"] if plan.wholesale else []
    lines += [f"because {both(m)}" for m in plan.reasons] + [f"look {both(m)}" for m in plan.cautions]
    lines += [
        f"member {m.listing_id} {m.role} {m.rule} {dict(m.options)} {m.partner}: {both(m.explanation)}"
        for m in plan.members
    ]  # fmt: skip
    lines += [f"change {c.listing_id} {c.field} = {c.value}: {both(c.text)}" for c in plan.changes]
    if (q := plan.question) is not None:
        lines.append(f"question {q.kind} of {', '.join(q.listings)}, settles {q.settles}: {both(q.text)}")
        lines += [f"reply {reply}: {both(text)} → {both(leads)}" for reply, text, leads in q.replies]
    return [line.rstrip() for line in lines]


SHOPS_TOLD = make_catalogs() | make_rarer_catalogs() | make_told()


@pytest.mark.parametrize("name", [n for n in SHOPS_TOLD if n != "120 values"])
def test_what_a_seller_is_told_changes_only_where_someone_means_it_to(name: str) -> None:
    """``DUPCHECK_GOLDEN=write pytest tests/test_plans.py -n 0`` writes it anew: look at it before it is kept."""
    rules = "etsy" if name == "no options" else "aliexpress"
    found = dc.audit(make_catalog(SHOPS_TOLD[name]), rules=rules, answers=[])
    told = [line for plan in (*found.plans, *found.advice) for line in (*tell(plan), "")]
    path = PLANS / f"{name.replace(' ', '_')}.txt"
    if WRITES:
        PLANS.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(told), "utf-8")
    assert path.read_text("utf-8").split("\n") == (told or [""])
