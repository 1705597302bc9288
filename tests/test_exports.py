"""Exports, read back by a reader that is not theirs; and the merge of a catalogue, which loses nothing."""

import csv
import io
import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from lxml import etree

import dupcheck as dc
from dupcheck.catalog import get_listing, get_skus, make_catalog
from dupcheck.errors import CatalogError
from dupcheck.exports import EXPORTS, carry_out, list_moves, list_plans, make_work, merge_listings, read_plans, tables
from dupcheck.model import Catalog, Listing, Sku
from dupcheck.titles import align_name, read_value

TEE = "Mens Heavyweight Cotton Basic Tee Short Sleeve"
FACTS = {"Brand": "Acme", "Fit": "Regular", "Collar": "O-Neck", "Fabric": "Jersey"}
WEB = "https://img.example/"
TEES = [(c, s) for c in ("Red", "Navy Blue") for s in ("M", "L", "XL")]
Offer = tuple[frozenset[tuple[str, str]], float | None, str, str, float | None]


def row(listing_id: str, color: str, size: str, **fields: Any) -> Listing:
    known: dict[str, Any] = {
        "title": f"{TEE} {color} {size}", "price": 9.8, "currency": "USD", "category": "1000",
        "main_image": f"{WEB}{color}.jpg", "attributes": {**FACTS, "Color": color, "Size": size}, "stock": 7.0,
        "sku_code": f"T-{color}-{size}", "url": f"https://shop.example/{listing_id}", "shop": "North",
        "gtin": f"69012340{int(listing_id):05d}", "description": f"Pre-shrunk. Comes in {color}.",
    }  # fmt: skip
    return Listing(listing_id=listing_id, **{**known, **fields})


@pytest.fixture(scope="module")
def shop() -> Catalog:
    """A shirt in two colours and three sizes, a bottle sold retail and wholesale, a mug posted twice, and a pan."""
    tees = [row(str(100 + i), c, s, sales=float(i), price=9.8 + (s == "XL")) for i, (c, s) in enumerate(TEES)]
    bottle = "Vacuum Insulated Water Bottle Leakproof Thermos"
    stone = {"Material": "Stoneware"}
    plain: dict[str, Any] = {
        "currency": "USD",
        "category": "2000",
        "main_image": f"{WEB}b.jpg",
        "attributes": {"Brand": "Acme", "Lid": "Steel"},
    }
    return make_catalog(
        [
            *tees,
            Listing(listing_id="200", title=bottle, price=12.5, stock=9.0, sku_code="B-1", sales=5.0, **plain),
            Listing(listing_id="201", title=f"Wholesale {bottle}", price=10.0, min_order_quantity=20.0, **plain),
            Listing(listing_id="300", title="Speckled Stoneware Coffee Mug", price=8.0, sku_code="M-1", stock=3.0,
                    sales=2.0, currency="USD", category="3000", main_image=f"{WEB}m.jpg", attributes=stone),
            Listing(listing_id="301", title="Speckled Stoneware Coffee Mug", price=8.5, sku_code="M-2",
                    gtin="6901234002010", currency="USD", category="3000", main_image=f"{WEB}m2.jpg", attributes=stone,
                    description="Glazed by hand."),
            Listing(listing_id="400", title="Cast Iron Pan", price=31.0, currency="USD"),
        ]
    )  # fmt: skip


@pytest.fixture(scope="module")
def audit(shop: Catalog) -> dc.Audit:
    found = dc.audit(shop)
    assert sorted(p.action for p in found.plans) == ["merge_variants", "remove_duplicates", "wholesale_tier"]
    return found


@pytest.fixture(scope="module")
def folder(audit: dc.Audit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    audit.export(*EXPORTS, out=out, all_plans=True)
    return out


READ_BACK = ("aliexpress", "shopify", "google", "meta", "amazon", "ebay", "woocommerce", "yml")
"""The exports that dupcheck itself can read; the others are lists to work from."""


def offers(catalog: Catalog, listing_id: str) -> set[Offer]:
    """What a listing offers, in comparable form: options, price, code, GTIN, stock."""
    place = catalog.positions[listing_id]
    listing = get_listing(catalog, place)
    skus = get_skus(catalog, place) or (
        Sku({}, listing.price, listing.currency, listing.sku_code, listing.gtin, listing.stock),
    )
    return {
        (
            frozenset((align_name(n), read_value(align_name(n), v)) for n, v in s.options.items()),
            s.price, s.sku_code, s.gtin, s.stock,
        )
        for s in skus
    }  # fmt: skip


@pytest.fixture(scope="module")
def merged(audit: dc.Audit) -> Catalog:
    return audit.merge()


class TestReadBack:
    """Every file is read again by dupcheck's importer, which knows nothing of the exports."""

    @pytest.mark.parametrize("name", READ_BACK)
    def test_the_importer_finds_the_same_listings_and_skus(self, name: str, folder: Path, merged: Catalog) -> None:
        (file,) = folder.glob(f"export-{name}.*")
        read = dc.read_catalog(file)
        tee = "105"
        found = {re.sub(r"-PARENT$", "", i): i for i in read.ids.tolist()}
        if name == "ebay":  # the item number of a revision; the bottle has nothing to revise
            assert set(found) == {tee, "300"}
        assert tee in found
        there, wanted = offers(read, found[tee]), offers(merged, tee)
        if name in ("google", "meta"):  # a feed says in stock or not, and no number; each offer keeps its id
            ids = {f"T-{c}-{s}": str(100 + i) for i, (c, s) in enumerate(TEES)}
            wanted = {(o[0], o[1], ids[o[2]], o[3], None) for o in wanted}
        if name == "amazon":  # a child's row says what it is a child of, and nothing else
            wanted = {(o[0], None, o[2], "", None) for o in wanted}
        assert there == wanted
        # Where nothing of a listing changes a revision or a feed says nothing of it.
        assert len(read) == {"ebay": 2, "google": 1, "meta": 1}.get(name, 3)
        title = get_listing(read, read.positions[found[tee]]).title
        assert title.startswith(TEE) and (name in ("google", "meta") or "Red" not in title.replace(TEE, ""))

    @pytest.mark.parametrize("name", ["aliexpress", "yml"])
    def test_the_wholesale_tier_comes_back(self, name: str, folder: Path) -> None:
        (file,) = folder.glob(f"export-{name}.*")
        read = dc.read_catalog(file)
        bottle = get_listing(read, read.positions["200"])
        assert (bottle.price, bottle.bulk_price, bottle.min_order_quantity) == (12.5, 10.0, 20)

    @pytest.mark.parametrize("name", ["aliexpress", "shopify", "google", "meta", "woocommerce", "yml"])
    def test_photos_come_back(self, name: str, folder: Path) -> None:
        (file,) = folder.glob(f"export-{name}.*")
        read = dc.read_catalog(file)
        tee = get_listing(read, read.positions["105"])
        assert {tee.main_image, *tee.images, *(s.image for s in tee.skus)} - {""} == {
            f"{WEB}Red.jpg", f"{WEB}Navy Blue.jpg",
        }  # fmt: skip


def text(folder: Path, name: str) -> str:
    (file,) = folder.glob(f"export-{name}.*")
    return file.read_text("utf-8")


class TestAliexpress:
    """Held against the rules of the product interface, written out by hand."""

    @pytest.fixture
    def products(self, folder: Path) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(text(folder, "aliexpress"))
        return found

    def test_every_field_obeys_its_rule(self, products: list[dict[str, Any]]) -> None:
        assert {p["product_id"] for p in products} == {"105", "200", "300"}
        for p in products:
            assert 1 <= len(p["subject"]) <= 128 and p["subject"].isascii()
            assert len(p["image_u_r_ls"].split(";")) <= 6
            assert isinstance(p["category_id"], int)
            assert p["lot_num"] == 1 and p["package_type"] is False
            assert ("bulk_order" in p) == ("bulk_discount" in p)
            assert p["aeop_ae_product_s_k_us"]
            for s in p["aeop_ae_product_s_k_us"]:
                assert re.fullmatch(r"\d+\.\d\d", s["sku_price"])
                assert len(s["sku_code"]) <= 20 and " " not in s["sku_code"].replace("Navy Blue", "")
                assert "id" not in s, "an edit must not send the SKU's key"
                for one in s["aeop_s_k_u_property"]:
                    assert len(one["property_value_definition_name"]) <= 20
                    assert not set("#:=,") & set(one["property_value_definition_name"])
            for a in p["aeop_ae_product_propertys"]:
                assert a["attr_name"] and a["attr_value"] and not set("#;\t") & set(a["attr_value"])

    def test_options_stand_in_one_order_and_only_one_carries_photos(self, products: list[dict[str, Any]]) -> None:
        (tee,) = [p for p in products if p["product_id"] == "105"]
        skus = [s["aeop_s_k_u_property"] for s in tee["aeop_ae_product_s_k_us"]]
        assert {tuple(x["sku_property_id"] for x in s) for s in skus} == {(14, 5)}
        assert all("sku_image" in s[0] and "sku_image" not in s[1] for s in skus)
        assert len({tuple(x["property_value_definition_name"] for x in s) for s in skus}) == 6

    def test_the_tier(self, products: list[dict[str, Any]]) -> None:
        (bottle,) = [p for p in products if p["product_id"] == "200"]
        assert (bottle["bulk_order"], bottle["bulk_discount"]) == (20, 20)


def rows(folder: Path, name: str, delimiter: str = ",", skip: int = 0) -> list[dict[str, str]]:
    lines = io.StringIO("\n".join(text(folder, name).splitlines()[skip:]))
    return list(csv.DictReader(lines, delimiter=delimiter))


class TestTables:
    def test_shopify_groups_rows_by_handle(self, folder: Path) -> None:
        found = rows(folder, "shopify")
        tee = [r for r in found if r["Handle"] == "105"]
        assert [r["Option1 Name"] for r in tee] == ["Color"] * 6 and [r["Option2 Name"] for r in tee] == ["Size"] * 6
        assert [bool(r["Title"]) for r in tee] == [True] + [False] * 5
        assert [r["Image Position"] for r in tee if r["Image Src"]] == ["1", "2"]
        (bottle,) = [r for r in found if r["Handle"] == "200"]
        assert (bottle["Option1 Name"], bottle["Option1 Value"]) == ("Title", "Default Title")

    def test_google_gives_variants_one_group(self, folder: Path) -> None:
        found = rows(folder, "google", "\t")
        tee = [r for r in found if r["item_group_id"] == "105"]
        assert len(tee) == 6 and len({r["id"] for r in found}) == len(found)
        assert len({(r["color"], r["size"]) for r in tee}) == 6
        for r in found:
            assert 1 <= len(r["id"]) <= 50 and len(r["title"]) <= 150
            assert re.fullmatch(r"\d+\.\d\d [A-Z]{3}", r["price"])
            assert r["availability"] in ("in_stock", "out_of_stock")
        assert {r["brand"] for r in tee} == {"Acme"}

    def test_amazon_has_a_parent_without_an_offer(self, folder: Path) -> None:
        found = rows(folder, "amazon", "\t", skip=2)
        (parent,) = [r for r in found if r["parent_child"] == "Parent"]
        children = [r for r in found if r["parent_child"] == "Child"]
        assert parent["standard_price"] == "" and parent["quantity"] == ""
        assert len(children) == 6 and {r["parent_sku"] for r in children} == {parent["item_sku"]}
        assert {r["variation_theme"] for r in (parent, *children)} == {"ColorSize"}
        assert {r["update_delete"] for r in children} == {"PartialUpdate"} and parent["update_delete"] == "Update"
        assert not any(r["item_name"] or r["standard_price"] or r["quantity"] for r in children)
        (bottle,) = [r for r in found if r["item_sku"] == "B-1"]
        assert (bottle["quantity_lower_bound1"], bottle["quantity_price1"]) == ("20", "20")
        assert bottle["business_price"] == "12.50" and bottle["quantity_price_type"] == "Percent"

    def test_ebay_lists_every_value_in_the_row_above_the_variations(self, folder: Path) -> None:
        found = rows(folder, "ebay")
        top = next(r for r in found if r["ItemID"] == "105")
        below = found[found.index(top) + 1 : found.index(top) + 7]
        assert all(r["Relationship"] == "Variation" and not r["*Title"] for r in below)
        values = dict(part.split("=") for part in top["RelationshipDetails"].split("|"))
        named = [dict(p.split("=") for p in r["RelationshipDetails"].split("|")) for r in below]
        for axis, several in values.items():
            assert set(several.split(";")) == {n[axis] for n in named}
        assert len(top["*Title"]) <= 80 and top["*StartPrice"] == ""
        assert next(iter(top)).startswith("*Action(SiteID=US") and next(iter(top.values())) == "Revise"

    def test_woocommerce_names_the_parent(self, folder: Path) -> None:
        found = rows(folder, "woocommerce")
        (parent,) = [r for r in found if r["Type"] == "variable"]
        children = [r for r in found if r["Type"] == "variation"]
        assert {r["Parent"] for r in children} == {f"id:{parent['ID']}"} and len(children) == 6
        assert set(parent["Attribute 1 value(s)"].split(", ")) == {r["Attribute 1 value(s)"] for r in children}

    def test_yml_puts_the_difference_into_params(self, folder: Path) -> None:
        root = etree.fromstring(text(folder, "yml").encode())
        tee = root.findall(".//offer[@group_id='105']")
        assert len(tee) == 6 and len({o.findtext("name") for o in tee}) == 1
        params = [{p.get("name"): p.text for p in o.findall("param")} for o in tee]
        assert len({(p["Цвет"], p["Размер"]) for p in params}) == 6
        (bottle,) = root.findall(".//offer[@group_id='200']")
        assert (bottle.findtext("prices/price/value"), bottle.findtext("prices/price/quantity")) == ("10.00", "20")


class TestLists:
    def table(self, folder: Path, name: str) -> list[dict[str, str]]:
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def test_what_to_take_offline(self, folder: Path, audit: dc.Audit) -> None:
        rows = self.table(folder, "take-offline.csv")
        found = {r["listing_id"]: r["instead"] for r in rows}
        assert found == {i: p.keep for p in audit.plans for i in p.offline}
        assert found["201"] == "200"
        there = {r["listing_id"]: set(r["exports"].split(";")) for r in rows}
        offers = {"google", "meta", "amazon", "yml", "walmart", "ozon", "wildberries"}
        assert all(not there[str(i)] & offers for i in range(100, 105)), "a variant stays an offer of its own"
        assert offers <= there["301"], "a true copy ends everywhere"
        assert "shopify" not in there["201"], "Shopify has no wholesale price, so that the wholesale listing stays"

    def test_what_would_be_refused_is_said_beforehand(self, folder: Path) -> None:
        told: dict[tuple[str, str], str] = {}
        for r in self.table(folder, "export-cautions.csv"):
            key = r["export"], r["listing_id"]
            told[key] = f"{told.get(key, '')} {r['caution']}"
        assert "20 pieces" in told["shopify", "200"]
        assert "freight_template_id" in told["aliexpress", "200"]
        assert "weight" in told["yml", "200"]

    @pytest.mark.parametrize(
        ("change", "export", "says"),
        [
            ({"title": ""}, "aliexpress", "title has 0"),
            ({"title": "x" * 129}, "aliexpress", "title has 129"),
            ({"title": "Кружка"}, "aliexpress", "English letters"),
            ({"category": "Mugs", "listing_id": "x"}, "ebay", "number of the category"),
            ({"attributes": {"Condition": "Broken"}}, "google", "refurbished or used"),
            ({"main_image": ""}, "google", "photo is missing"),
            ({"description": ""}, "google", "description is missing"),
            ({"listing_id": "Tee É"}, "shopify", "no handle"),
            ({"skus": tuple(Sku({"Size": str(n)}, 1.0, "USD", f"C{n}") for n in range(61))}, "ebay", "61 values"),
            ({"main_image": "m.jpg"}, "shopify", "not on the web"),
            (
                {"skus": (Sku({"Size": "M"}, 1.0, "USD", "A"), Sku({"Size": "m"}, 1.0, "USD", "B"))},
                "ebay",
                "same options",
            ),
            ({"skus": (Sku({"Size": "M"}, 1.0, "USD", "A"), Sku({}, 1.0, "USD", "B"))}, "ebay", "No value for Size: B"),
            ({"skus": (Sku({"Size": "M"}, None, "USD", "A"), Sku({"Size": "L"}, 1.0))}, "ebay", "price is missing"),
            ({"skus": (Sku({"Size": "M"}, 1.0, "USD", "A"), Sku({"Size": "L"}, 1.0, "EUR"))}, "ebay", "currencies"),
            ({"skus": (Sku({"Size": "M"}, 1.0, "USD", "A"), Sku({"Size": "L"}, 1.0, "USD", "A"))}, "ebay", "twice: A"),
            ({"skus": (Sku({"Size": "M" * 21}, 1.0), Sku({"Size": "L"}, 1.0))}, "aliexpress", "longer than 20"),
            ({"skus": (Sku({"Size": "红"}, 1.0), Sku({"Size": "L"}, 1.0))}, "aliexpress", "not in English"),
            ({"stock": 0.0}, "aliexpress", "Nothing is in stock"),
            ({"stock": None}, "aliexpress", "No stock is known"),
            ({"sku_code": "a b"}, "aliexpress", "codes with blanks"),
            ({"images": tuple(f"https://x.example/{i}.jpg" for i in range(7))}, "aliexpress", "8 photos"),
        ],
    )
    def test_each_check_can_fail(self, change: dict[str, Any], export: str, says: str) -> None:
        from dataclasses import replace

        from dupcheck.exports import Merged, check_listing

        sound = row("1", "Red", "M", title=TEE, attributes=FACTS)
        chosen = EXPORTS[export]

        def check(listing: Listing) -> str:
            axes = tuple(dict.fromkeys(n for s in listing.skus for n in s.options))
            held = Merged(listing, axes, None, ())
            return "\n".join(m.say("en") for m in [*check_listing(held, chosen.limits), *chosen.check(held)])

        assert says not in check(sound)
        assert says in check(replace(sound, **change))


class TestMerging:
    def test_nothing_is_lost(self, shop: Catalog, merged: Catalog) -> None:
        tee = get_listing(merged, merged.positions["105"])
        assert {s.sku_code for s in tee.skus} == {f"T-{c}-{s}" for c in ("Red", "Navy Blue") for s in ("M", "L", "XL")}
        assert {s.gtin for s in tee.skus} == {shop.column("gtin")[i] for i in range(6)}
        assert sum(s.stock or 0 for s in tee.skus) == 42
        assert {tee.main_image, *tee.images} == {f"{WEB}Red.jpg", f"{WEB}Navy Blue.jpg"}
        assert tee.attributes == FACTS
        assert "Comes in Navy Blue." in tee.description and "Red, XL: Comes in Red." in tee.description
        mug = get_listing(merged, merged.positions["300"])
        assert (mug.gtin, mug.sku_code, mug.price) == ("6901234002010", "M-1", 8.0)
        assert "Glazed by hand." in mug.description and f"{WEB}m2.jpg" in mug.images
        bottle = get_listing(merged, merged.positions["200"])
        assert (bottle.bulk_price, bottle.min_order_quantity) == (10.0, 20)

    def test_listings_without_a_plan_stay_as_they_are(self, shop: Catalog, merged: Catalog) -> None:
        pan = get_listing(merged, merged.positions["400"])
        assert pan == get_listing(shop, shop.positions["400"])

    def test_auditing_the_result_finds_nothing_more_to_do(self, merged: Catalog) -> None:
        assert dc.audit(merged).plans == ()

    def test_every_old_listing_has_a_new_place(self, shop: Catalog, audit: dc.Audit) -> None:
        moves = list_moves(shop, list_plans(audit.plans))
        assert Counter(m["old_listing_id"] for m in moves) == {i: 1 for p in audit.plans for i in p.listings}
        assert {m["old_listing_id"]: m["sku_code"] for m in moves}["301"] == "M-1"

    def test_the_audited_catalogue_is_not_touched(self, audit: dc.Audit) -> None:
        before = audit.catalog.table.copy()
        audit.merge()
        assert before.equals(audit.catalog.table)

    def test_a_plan_struck_out_is_not_carried_out(self, shop: Catalog, audit: dc.Audit) -> None:
        plans = [p for p in list_plans(audit.plans) if p["keep"] != "300"]
        assert {"300", "301"} <= set(carry_out(shop, plans).ids.tolist())

    def test_changes_are_made_and_photos_left_to_the_seller(self, shop: Catalog) -> None:
        plan = {"group_id": "G", "action": "differentiate", "keep": "300", "listings": ["400"], "title": "", "axes": [],
                "skus": [], "wholesale": None, "changes": [
                    {"listing_id": "400", "field": "title", "value": "Iron Pan 28 cm"},
                    {"listing_id": "400", "field": "attributes.Size", "value": "28 cm"},
                    {"listing_id": "400", "field": "main_image", "value": ""},
                ]}  # fmt: skip
        done = carry_out(shop, [plan])
        pan = get_listing(done, done.positions["400"])
        assert (pan.title, pan.attributes, pan.main_image) == ("Iron Pan 28 cm", {"Size": "28 cm"}, "")


@pytest.fixture(scope="module")
def after(sample_audit: dc.Audit) -> Catalog:
    """The sample catalogue once every plan is carried out."""
    return carry_out(sample_audit.catalog, list_plans(sample_audit.plans))


class TestTheSample:
    def test_nothing_more_to_do(self, after: Catalog) -> None:
        assert {p.action for p in dc.audit(after).plans} <= {"none", "ask"}, "what is asked is not carried out"

    def test_every_sku_is_still_there(self, sample_audit: dc.Audit, after: Catalog) -> None:
        codes = {*after.column("sku_code").tolist(), *after.skus["sku_code"].tolist()}
        said = " ".join(m.say("en") for p in sample_audit.plans for m in p.cautions)
        for code in set(sample_audit.catalog.column("sku_code").tolist()) - {""}:
            assert code in codes or f"{code} (" in said or _is_tier(sample_audit, code), code

    def test_every_stock_price_and_photo_of_a_variant_is_still_there(
        self, sample_audit: dc.Audit, after: Catalog
    ) -> None:
        for plan in sample_audit.plans:
            if plan.action != "merge_variants":
                continue
            kept = get_listing(after, after.positions[plan.keep])
            held = {(s.sku_code, s.price, s.stock, s.image) for s in kept.skus}
            old = [get_listing(sample_audit.catalog, sample_audit.catalog.positions[i]) for i in plan.listings]
            assert held == {(x.sku_code, x.price, x.stock, x.main_image) for x in old}
            photos = {kept.main_image, *kept.images}
            assert all({x.main_image, *x.images} - {""} <= photos for x in old)


def _is_tier(audit: dc.Audit, code: str) -> bool:
    """Whether a code belongs to a wholesale listing that became a tier: it has no goods of its own."""
    owner = audit.catalog.ids[audit.catalog.column("sku_code").tolist().index(code)]
    return any(p.wholesale is not None and owner in p.offline for p in audit.plans)


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(["Red", "Blue", "Green"]), st.sampled_from(["S", "M", "L"]), st.booleans()),
        min_size=2, max_size=8,
    )
)  # fmt: skip
def test_any_shop_once_merged_is_done_and_keeps_every_option(held: list[tuple[str, str, bool]]) -> None:
    assume(max(Counter((c, s) for c, s, _ in held).values()) <= 3)  # of more that are alike each is asked about
    listings = [
        Listing(
            listing_id=str(i), title=f"{TEE} {c}", currency="USD", price=9.8, attributes={**FACTS, "Color": c},
            skus=tuple(Sku({"Size": x}, 9.8, "USD", f"{i}-{x}", stock=1.0) for x in (s, "XL")),
        )
        if several
        else Listing(
            listing_id=str(i), title=f"{TEE} {c} {s}", currency="USD", price=9.8, sku_code=f"{i}-{s}", stock=1.0,
            attributes={**FACTS, "Color": c, "Size": s},
        )
        for i, (c, s, several) in enumerate(held)
    ]  # fmt: skip
    before = dc.audit(make_catalog(listings))
    after = before.merge()
    assert all(p.action in ("none", "ask") for p in dc.audit(after).plans)  # what is asked was never carried out
    wanted = {(c, x) for c, s, several in held for x in ((s, "XL") if several else (s,))}
    found: set[tuple[str, str]] = set()
    for k in range(len(after)):
        listing = get_listing(after, k)
        for sku in get_skus(after, k) or (Sku({}),):
            stated = {**listing.attributes, **sku.options}
            found.add((stated["Color"], stated["Size"]))
    assert found == wanted


class TestCommands:
    def test_merge_writes_a_new_file_and_says_what_moved(
        self, run: Callable[..., Any], sample_folder: Path, tmp_path: Path
    ) -> None:
        out, source = tmp_path / "report", sample_folder / "catalog.csv"
        before = source.read_bytes()
        shown = run("audit", source, "--out", out, "--all", "--export", "shopify", "--export", "aliexpress")
        assert shown.code == 1, "AliExpress would refuse products without freight and weight"
        assert "export-shopify.csv" in shown.out and "export-cautions.csv" in shown.out
        assert {"export-shopify.csv", "export-aliexpress.json", "take-offline.csv"} <= {p.name for p in out.iterdir()}
        done = run("merge", source, "--plans", out / "merges.json", "--all", "--out", tmp_path / "merged.csv")
        assert done.code == 0 and "69 listings became" in done.out
        assert source.read_bytes() == before
        assert (tmp_path / "merged-moved.csv").is_file()
        again = run("audit", tmp_path / "merged.csv", "--images", sample_folder, "--out", tmp_path / "again")
        plans = json.loads((tmp_path / "again" / "merges.json").read_text("utf-8"))
        assert again.code == 0 and {p["action"] for p in plans} <= {"none", "ask"}

    def test_the_original_is_never_written_over(
        self, run: Callable[..., Any], write_csv: Callable[..., Path], tmp_path: Path
    ) -> None:
        file = write_csv(tmp_path / "c.csv", [{"listing_id": "1", "title": "Pan"}])
        (tmp_path / "p.json").write_text("[]")
        before = file.read_bytes()
        shown = run("merge", file, "--plans", tmp_path / "p.json", "--out", tmp_path / "." / "c.csv", "--lang", "zh")
        assert shown.code == 2 and "c.csv" in shown.err and file.read_bytes() == before

    @pytest.mark.parametrize(
        ("plans", "says"),
        [
            ("{", "plans"),
            ("{}", "a list of plans"),
            ("[{}]", "plan 1"),
            ("[1]", "plan 1"),
            ('[{"group_id":"G","action":"x","keep":1,"listings":[],"title":"","axes":[],"skus":[],"wholesale":null}]',
             "plan 1"),
            ('[{"group_id":"G","action":"remove_duplicates","keep":"9","listings":["9"],"title":"","axes":[],'
             '"skus":[{"listing_id":"9","options":{},"price":1,"currency":"","sku_code":"",'
             '"image":""}],"wholesale":null}]', "does not hold: 9"),
            ('[{"group_id":"G","action":"remove_duplicates","keep":"1","listings":[],"title":"","axes":[],'
             '"skus":[{"listing_id":"1","options":{},"price":1,"currency":"","sku_code":"",'
             '"image":""}],"wholesale":null}]', "not among its listings"),
            ('[{"group_id":"G","action":"none","keep":"1","listings":["1"],"title":"","axes":[],"skus":[],"wholesale":null},'
             '{"group_id":"H","action":"none","keep":"1","listings":["1"],"title":"","axes":[],"skus":[],"wholesale":null}]',
             "plan H"),
        ],
    )  # fmt: skip
    def test_plans_that_are_none_are_one_clear_error(
        self, plans: str, says: str, run: Callable[..., Any], write_csv: Callable[..., Path], tmp_path: Path
    ) -> None:
        file = write_csv(tmp_path / "c.csv", [{"listing_id": "1", "title": "Pan"}])
        (tmp_path / "p.json").write_text(plans)
        shown = run("merge", file, "--plans", tmp_path / "p.json", "--out", tmp_path / "m.csv")
        assert shown.code == 2 and says in shown.err and "Traceback" not in shown.err
        assert not (tmp_path / "m.csv").exists()

    def test_a_missing_plan_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(CatalogError, match=r"gone\.json"):
            read_plans(tmp_path / "gone.json")


HOSTILE = '<b>=cmd()</b> | ; " , # : tee\x0b'


@pytest.mark.parametrize("name", EXPORTS)
def test_hostile_texts_break_no_file(name: str, tmp_path: Path) -> None:
    def hostile(i: int, size: str) -> Listing:
        return Listing(
            listing_id=f"=id{i}", title=f"{HOSTILE} {TEE} {size}", price=2.0, currency="USD", sku_code=f"+c{i}",
            attributes={**FACTS, "Size": size, "a|b;c": HOSTILE}, description=f"{HOSTILE}\n{HOSTILE}", category="&<>",
        )  # fmt: skip

    catalog = make_catalog([hostile(i, s) for i, s in enumerate(("M", "L", "XL | x;y=z"))])
    plans: list[Mapping[str, Any]] = [*list_plans(dc.audit(catalog).plans)]
    assert merge_listings(catalog, plans)
    audit = dc.audit(catalog)
    paths = audit.export(name, out=tmp_path, all_plans=True)
    if name in READ_BACK:
        read = dc.read_catalog(paths[0])
        assert len(read) == 1 and len(read.skus) == 3
    for row_ in csv.reader(io.StringIO((tmp_path / "take-offline.csv").read_text("utf-8-sig"))):
        assert not any(cell.startswith("=") for cell in row_)


class TestParcels:
    @pytest.mark.parametrize(("header", "value", "kilograms"), [
        ("Package Weight (kg)", "0.4", "0.4"), ("Вес в упаковке, г*", "400", "0.4"), ("包裹重量(g)", "250", "0.25"),
        ("Weight", "1 lb", "0.453592"), ("gross_weight", "0.35", "0.35"), ("ps_weight", "0.3", "0.3"),
        ("Variant Grams", "800", "0.8"), ("Weight", "heavy", None), ("Weight", "2 stones", None),
    ])  # fmt: skip
    def test_a_weight_is_read_in_its_unit_or_not_at_all(
        self, header: str, value: str, kilograms: str | None, tmp_path: Path
    ) -> None:
        own = tmp_path / "own.csv"
        with own.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                [["listing_id", "title", "price", "currency", header]]
                + [[c, f"Linen Shirt Button Down {c}", "9", "USD", value] for c in ("Red", "Blue")]
            )
        dc.audit(own).export("lazada", "tiktok", out=tmp_path / "out", all_plans=True)
        found = {}
        for name in ("lazada", "tiktok"):
            with (tmp_path / "out" / f"export-{name}.csv").open(encoding="utf-8-sig", newline="") as file:
                found[name] = next(csv.DictReader(file))
        assert found["lazada"]["package_weight"] == (kilograms or "")
        assert found["tiktok"]["包裹重量(g)"] == (f"{1000 * float(kilograms):.6g}" if kilograms else "")
        with (tmp_path / "out" / "export-cautions.csv").open(encoding="utf-8-sig", newline="") as file:
            told = [r["caution"] for r in csv.DictReader(file) if r["export"] == "lazada"]
        assert any("package_weight" in t for t in told) == (kilograms is None)


TABLES = sorted(path.stem for path in Path(tables.__file__).with_name("sheets").glob("*.toml"))
SHEET_KEYS = {"pack", "merge", "own", "offers", "needed", "creates", "column"}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_says_only_what_is_known(name: str, audit: dc.Audit) -> None:
    """A mistyped value would be a column that is empty in every row."""
    facts = tomllib.loads(Path(tables.__file__).with_name("sheets").joinpath(f"{name}.toml").read_text("utf-8"))
    work = make_work(audit.catalog, list_plans(audit.plans))
    known = {key for change in work.changes for piece in change.pieces for key in tables.describe_piece(change, piece)}
    known |= {"weight", "grams", "length", "width", "height"}
    values = {re.sub(r"\d+$", "1", c["value"]) for c in facts["column"] if "value" in c}
    assert set(facts) <= SHEET_KEYS
    assert values - {"photo1"} <= {re.sub(r"\d+$", "1", key) for key in known}
    assert all(set(c) == {"header", "value"} or set(c) == {"header", "text"} for c in facts["column"])


@pytest.mark.parametrize(("value", "centimetres"), [
    ("30", "30"), ("30 cm", "30"), ("300 mm", "30"), ("0.3 m", "30"), ("10 in", "25.4"), ("10 inches", "25.4"),
    ("30 см", "30"), ("300毫米", "30"), ("long", ""), ("3 feet", ""),
])  # fmt: skip
def test_a_side_is_read_in_its_unit_or_not_at_all(value: str, centimetres: str, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    with own.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [["listing_id", "title", "price", "currency", "Package length"]]
            + [[c, f"Linen Shirt Button Down {c}", "9", "USD", value] for c in ("Red", "Blue")]
        )
    dc.audit(own).export("lazada", out=tmp_path / "out", all_plans=True)
    with (tmp_path / "out" / "export-lazada.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {r["package_length"] for r in csv.DictReader(file)} == {centimetres}
