"""Exports change what the plan says and not one cell more; nothing is lost; what nobody accepted is not carried out."""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from export_imports import IMPORTS, list_changed, load, rows
from lxml import etree
from plan_catalogs import FILES, HTML, canonical_rows, make_catalogs, make_rarer_catalogs, table, vary, write_own

import dupcheck as dc
from dupcheck.catalog import get_listing, get_skus, make_catalog
from dupcheck.decisions import Decision, hash_listings, settle_decisions
from dupcheck.exports import EXPORTS, admit_plans, make_changes, write_exports
from dupcheck.exports.merging import list_plans
from dupcheck.exports.shopify import make_handle
from dupcheck.model import Catalog, Listing

CATALOGS = make_catalogs() | make_rarer_catalogs()
Goods = set[tuple[str, float | None, float | None]]


def goods(catalog: Catalog, ids: Sequence[str], *, coded: bool = True) -> Goods:
    """What listings sell: code, price, stock."""
    found: Goods = set()
    for i in ids:
        place = catalog.positions[i]
        x = get_listing(catalog, place)
        skus = [(s.sku_code, s.price, s.stock) for s in get_skus(catalog, place)]
        for code, price, stock in skus or [(x.sku_code, x.price, x.stock)]:
            found.add((code if coded else "", price, stock))
    return found


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], tuple[dc.Audit, Path, Path]]:
    """Audit one of the catalogues as a marketplace's own file, and export it for that marketplace."""
    done: dict[tuple[str, str], tuple[dc.Audit, Path, Path]] = {}

    def export(name: str, which: str) -> tuple[dc.Audit, Path, Path]:
        if (name, which) not in done:
            folder = tmp_path_factory.mktemp("own")
            own = write_own(name, CATALOGS[which], folder)
            audit = dc.audit(own)
            audit.export(name, out=folder / "out", all_plans=True)
            done[name, which] = audit, own, folder / "out"
        return done[name, which]

    return export


CASES = [
    pytest.param(name, which, marks=[pytest.mark.slow] if (i + k) % 5 else [], id=f"{name}-{which}")
    for i, name in enumerate(IMPORTS) for k, which in enumerate(CATALOGS)
]  # fmt: skip
"""Every import of every catalogue; the fast ones hold each import, and each catalogue, several times."""


@pytest.mark.parametrize(("name", "which"), CASES)
def test_no_cell_changes_that_the_plan_does_not_name_and_no_goods_are_lost(
    name: str, which: str, exported: Any, tmp_path: Path
) -> None:
    audit, own, out = exported(name, which)
    before, files = own.read_text("utf-8"), load(out, name)
    if not files:
        assert all(p.action in ("none", "ask", "differentiate") for p in audit.plans)
        return
    imported = IMPORTS[name](before, files)
    assert list_changed(name, before, imported) == []
    after = tmp_path / own.name
    after.write_text(imported, "utf-8")
    shop = dc.read_catalog(after)
    coded = name not in ("google", "meta")  # a feed holds no codes
    for change in make_changes(audit.catalog, list_plans(audit.plans)):
        stay = [change.keep.listing_id, *change.folds]
        assert change.keep.listing_id in shop.positions
        assert goods(audit.catalog, stay, coded=coded) <= goods(shop, [change.keep.listing_id], coded=coded)


GERMAN = {
    "Type": "Typ", "SKU": "Artikelnummer", "Published": "Veröffentlicht", "Parent": "Übergeordnetes Produkt",
    "Visibility in catalog": "Sichtbarkeit im Katalog", "Description": "Beschreibung", "Stock": "Bestand",
    "Regular price": "Regulärer Preis", "Categories": "Kategorien", "Tags": "Schlagwörter", "Images": "Bilder",
    "In stock?": "Vorrätig?", "Is featured?": "Ist hervorgehoben?", "Weight (kg)": "Gewicht (kg)",
}  # fmt: skip


class TestWoocommerceOfOtherLanguages:
    def test_a_shop_with_german_headers_is_updated_as_one_with_english_ones(self, tmp_path: Path) -> None:
        found = {}
        for name in ("own", "deutsch"):
            own = write_own("woocommerce", CATALOGS["merge into simple"], tmp_path)
            text = own.read_text("utf-8").replace("visible,Soft", "hidden,Soft").replace("Jersey,1,0", "Jersey,0,1")
            if name == "deutsch":
                head, _, rest = text.partition("\n")
                cells = [GERMAN.get(h, h.replace("Attribute", "Attribut")) for h in head.split(",")]
                cells = [c.replace("name", "Name").replace("value(s)", "Wert(e)") for c in cells]
                text = ",".join(c.replace("visible", "sichtbar") for c in cells) + "\n" + rest
            own.write_text(text, "utf-8")
            dc.audit(own).export("woocommerce", out=tmp_path / name, all_plans=True)
            found[name] = load(tmp_path / name, "woocommerce")
        assert rows(found["own"][""]) == rows(found["deutsch"][""])
        parent = next(r for r in rows(found["own"][""]) if r["Type"] == "variable")
        assert parent["Visibility in catalog"] == "hidden"
        fabric = next(n for n in range(1, 5) if parent[f"Attribute {n} name"] == "Fabric")
        assert (parent[f"Attribute {fabric} visible"], parent[f"Attribute {fabric} global"]) == ("0", "1")
        (made,) = rows(found["deutsch"]["create"])
        assert (made["Type"], made["Regulärer Preis"], made["Gewicht (kg)"]) == ("variation", "18.50", "0.2")


class TestYml:
    OWN = """<?xml version="1.0" encoding="windows-1251"?>
<!DOCTYPE yml_catalog SYSTEM "shops.dtd">
<yml_catalog date="2026-01-01 10:00">
  <!-- ours -->
  <shop>
    <name>North</name><company>North Ltd</company><url>https://shop.example</url><platform>Ours</platform>
    <currencies><currency id="RUB" rate="1"/></currencies>
    <categories><category id="1">Одежда</category><category id="7" parentId="1">Шарфы</category></categories>
    <delivery-options><option cost="300" days="2"/></delivery-options>
    <offers>
      <offer id="A1" available="true" bid="12">
        <url>https://shop.example/a1</url>
        <price>990</price>
        <currencyId>RUB</currencyId>
        <categoryId>7</categoryId>
        <picture>https://img.example/a1.jpg</picture>
        <name>Шарф кашемировый тёплый зимний Красный</name>
        <vendor>Eclat</vendor>
        <description><![CDATA[<h3>Уход</h3><ul><li>Стирка</li></ul>]]></description>
        <param name="Длина" unit="см">180</param>
        <delivery-options><option cost="200" days="1"/></delivery-options>
      </offer>
      <offer id="A2" available="true">
        <url>https://shop.example/a2</url>
        <price>990</price>
        <currencyId>RUB</currencyId>
        <categoryId>7</categoryId>
        <picture>https://img.example/a2.jpg</picture>
        <name>Шарф кашемировый тёплый зимний Синий</name>
        <vendor>Eclat</vendor>
        <param name="Длина" unit="см">180</param>
      </offer>
      <offer id="B1"><url>https://shop.example/b1</url><price>10</price><currencyId>RUB</currencyId>
        <categoryId>1</categoryId><name>Чайник стальной</name></offer>
    </offers>
  </shop>
</yml_catalog>
"""

    @pytest.fixture
    def feeds(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
        own = tmp_path / "own.xml"
        own.write_bytes(self.OWN.encode("cp1251"))
        dc.audit(own).export("yml", out=tmp_path / "out", all_plans=True)
        return self.OWN, (tmp_path / "out" / "export-yml.xml").read_text("utf-8")

    def test_the_own_feed_is_whole_and_only_the_plan_is_changed_in_it(self, feeds: tuple[str, str]) -> None:
        own, made = (text.strip().split("\n") for text in feeds)
        gone, new = [x for x in own if x not in made], [x for x in made if x not in own]
        assert [x.strip() for x in gone] == [
            '<?xml version="1.0" encoding="windows-1251"?>', '<yml_catalog date="2026-01-01 10:00">',
            '<offer id="A1" available="true" bid="12">', "<name>Шарф кашемировый тёплый зимний Красный</name>",
            '<offer id="A2" available="true">', "<name>Шарф кашемировый тёплый зимний Синий</name>",
        ]  # fmt: skip
        assert [x.strip() for x in new] == [
            "<?xml version='1.0' encoding='UTF-8'?>", '<yml_catalog date="2026-01-01T00:00+00:00">',
            '<offer id="A1" available="true" bid="12" group_id="A1">', "<name>Шарф кашемировый тёплый зимний</name>",
            '<param name="Цвет">Красный</param>', '<offer id="A2" available="true" group_id="A1">',
            "<name>Шарф кашемировый тёплый зимний</name>", '<param name="Цвет">Синий</param>',
        ]  # fmt: skip

    def test_a_feed_that_is_gone_is_made_of_what_was_read(self, tmp_path: Path) -> None:
        own = tmp_path / "own.xml"
        own.write_bytes(self.OWN.encode("cp1251"))
        audit = dc.audit(own)
        own.unlink()
        audit.export("yml", out=tmp_path / "out", all_plans=True)
        root = etree.fromstring((tmp_path / "out" / "export-yml.xml").read_bytes())
        offers = {o.get("id"): [str(c.tag) for c in o] for o in root.iterfind("shop/offers/offer")}
        assert set(offers) == {"A1", "A2"}
        assert offers["A1"] == ["url", "price", "currencyId", "categoryId", "picture", "name", "vendor", "description",
                         "param", "param"]  # fmt: skip
        assert datetime.fromisoformat(str(root.get("date"))).tzinfo is not None

    @pytest.mark.parametrize(("told", "shown"), [
        ("", "2026-02-03T04:05+00:00"), ("1767225600", "2026-01-01T00:00+00:00"),
    ])  # fmt: skip
    @pytest.mark.parametrize("kind", ["yml", "ebay"])
    def test_one_input_is_one_feed(
        self, kind: str, told: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if told:
            monkeypatch.setenv("SOURCE_DATE_EPOCH", told)
        else:
            monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
        own = write_own(kind, CATALOGS["merge into simple"], tmp_path)
        when = datetime.fromisoformat("2026-02-03T04:05:06+00:00").timestamp()
        os.utime(own, (when, when))
        for out in ("one", "two"):
            dc.audit(own).export("yml", out=tmp_path / out, all_plans=True)
        one, two = ((tmp_path / out / "export-yml.xml").read_bytes() for out in ("one", "two"))
        assert one == two and etree.fromstring(one).get("date") == shown

    def test_a_time_that_is_no_year_is_not_taken(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "9" * 30)
        dc.audit(write_own("yml", CATALOGS["merge into simple"], tmp_path)).export("yml", out=tmp_path, all_plans=True)
        stated = str(etree.fromstring((tmp_path / "export-yml.xml").read_bytes()).get("date"))
        assert abs((datetime.now(UTC) - datetime.fromisoformat(stated)).total_seconds()) < 600

    def test_an_option_that_an_offer_lacks_is_called_as_the_others_of_its_group_call_it(self, tmp_path: Path) -> None:
        own = tmp_path / "own.xml"
        shades = zip(("A1", "A2"), ("", '<param name="Color">blue</param>'), ("red", "blue"), strict=True)
        offers = "".join(
            f'<offer id="{i}"><url>https://shop.example/{i}</url><price>990</price><currencyId>RUB</currencyId>'
            f"<categoryId>1</categoryId><name>Winter Cashmere Scarf Warm Soft {said}</name><vendor>Eclat</vendor>"
            f"{param}</offer>"
            for i, param, said in shades
        )
        head, rest = self.OWN[: self.OWN.index("<offers>") + 8], self.OWN[self.OWN.index("</offers>") :]
        own.write_bytes((head + offers + rest).encode("cp1251"))
        dc.audit(own).export("yml", out=tmp_path / "out", all_plans=True)
        made = etree.fromstring((tmp_path / "out" / "export-yml.xml").read_bytes())
        assert {str(p.get("name")) for p in made.iterfind("shop/offers/offer/param")} == {"Color"}
        after = dc.read_catalog(tmp_path / "out" / "export-yml.xml")
        assert len(after) == 1 and len(get_skus(after, 0)) == 2, "both offers are still sold"


class TestShopify:
    def test_html_settings_and_tags_stay_and_new_variants_bring_their_own(self, exported: Any) -> None:
        audit, _, out = exported("shopify", "merge into simple")
        found = rows(load(out, "shopify")[""])
        assert [r["Option1 Value"] + r["Option2 Value"] for r in found] == ["BlackM", "BlackL", "WhiteM", "WhiteL"]
        assert (found[0]["Body (HTML)"], found[0]["Tags"], found[0]["Published"]) == (HTML, "sale, new", "FALSE")
        assert found[0]["Status"] == "draft" and {r["Status"] for r in found[1:]} == {""}
        for field, value in (("Variant Inventory Policy", "continue"), ("Variant Grams", "800"),
                             ("Variant Compare At Price", "99.00"), ("Cost per item", "9.00")):  # fmt: skip
            assert {r[field] for r in found} == {value}
        assert len({r["Handle"] for r in found}) == 1 and audit.plans[0].keep == found[0]["Handle"]

    def test_folded_products_become_drafts_and_their_addresses_lead_on(self, exported: Any) -> None:
        audit, _, out = exported("shopify", "merge into simple")
        files = load(out, "shopify")
        keep = audit.plans[0].keep
        assert {r["Redirect to"] for r in rows(files["redirects"])} == {f"/products/{keep}"}
        hidden = {r["Handle"] for r in rows(files["hide"])}
        assert hidden == set(audit.plans[0].offline)
        assert {r["Status"] for r in rows(files["hide"])} == {"draft"}

    def test_a_removal_writes_no_row_for_what_stays(self, exported: Any) -> None:
        _, _, out = exported("shopify", "removal")
        assert rows(load(out, "shopify")[""]) == []


class TestWoocommerce:
    def test_what_is_there_is_updated_and_only_the_kept_products_own_variation_is_made(self, exported: Any) -> None:
        audit, _, out = exported("woocommerce", "merge into simple")
        files = load(out, "woocommerce")
        update, create = rows(files[""]), rows(files["create"])
        keep = audit.plans[0].keep
        assert (update[0]["ID"], update[0]["Type"], update[0]["SKU"]) == (keep, "variable", "")
        assert {r["ID"] for r in update[1:]} == set(audit.plans[0].offline)
        assert [r["SKU"] for r in create] == [get_listing(audit.catalog, audit.catalog.positions[keep]).sku_code]
        assert {r["Weight (kg)"] for r in create} == {"0.2"}
        assert "Description" not in update[0], "a column that is there would be written"

    def test_variations_call_their_options_as_the_product_does(self, tmp_path: Path) -> None:
        own = write_own("woocommerce", CATALOGS["accents"], tmp_path)
        head, first, second = own.read_text("utf-8").strip().split("\n")
        own.write_text("\n".join((head, first, second.replace("Color", "Colour"))), "utf-8")
        dc.audit(own).export("woocommerce", out=tmp_path / "out", all_plans=True)
        parts = load(tmp_path / "out", "woocommerce")
        made = [*rows(parts[""]), *rows(parts["create"])]
        (parent,) = (r for r in made if r["Type"] == "variable")
        children = [r for r in made if r["Type"] == "variation"]
        assert len(children) == 2
        assert {r["Attribute 1 name"] for r in children} == {parent["Attribute 1 name"]}

    def test_nothing_that_becomes_a_variation_is_taken_down(self, exported: Any) -> None:
        _, _, out = exported("woocommerce", "merge into simple")
        assert rows((out / "take-offline.csv").read_text("utf-8-sig")) == []


class TestOffers:
    def test_meta_adds_options_beside_those_that_the_feed_parts_already(self, exported: Any, tmp_path: Path) -> None:
        _, own, out = exported("meta", "pieces and packs")
        before, after = rows(own.read_text("utf-8")), rows(load(out, "meta")[""])
        assert [r["id"] for r in before] == [r["id"] for r in after]
        label = "additional_variant_attribute[{}].variant_{}"
        packs = [r for r in after if r["item_group_id"]]
        assert packs
        assert {r[label.format(0, "label")] for r in packs} == {"Fit"}
        assert len({r[label.format(1, "value")] for r in packs}) == len(packs)

    def test_meta_asks_for_the_condition_that_a_catalogue_does_not_state(self, tmp_path: Path) -> None:
        dc.audit(make_catalog(CATALOGS["merge into simple"])).export("meta", out=tmp_path, all_plans=True)
        feed = load(tmp_path, "meta")[""]
        assert "condition" not in feed.partition("\n")[0]
        assert "condition" in (tmp_path / "export-cautions.csv").read_text("utf-8-sig")

    def test_google_repeats_the_feed_and_adds_the_group(self, exported: Any) -> None:
        _, own, out = exported("google", "merge into simple")
        files = load(out, "google")
        before, after = rows(own.read_text("utf-8"), "\t"), rows(files[""], "\t")
        assert [{**r, "item_group_id": ""} for r in after] == before
        (group,) = {r["item_group_id"] for r in after}
        assert {r["item_group_id"] for r in rows(files["patch"], "\t")} == {group} == {before[0]["id"]}
        assert rows((out / "take-offline.csv").read_text("utf-8-sig")) == []

    def test_amazon_children_say_nothing_but_their_relation(
        self, tmp_path: Path, make_shop: Callable[..., Catalog]
    ) -> None:
        rows_ = [{"title": f"Mens Heavyweight Cotton Basic Tee Short Sleeve {c}", "sku_code": f"S-{c}", "stock": 4.0,
                  "attributes": {"Brand": "Acme", "Color": c}} for c in ("Red", "Blue")]  # fmt: skip
        dc.audit(make_shop(*rows_, price=9.8, currency="USD")).export("amazon", out=tmp_path, all_plans=True)
        lines = (tmp_path / "export-amazon.txt").read_text("utf-8").splitlines()
        parent, *children = rows("\n".join(lines[2:]), "\t")
        assert (parent["parent_child"], parent["update_delete"]) == ("Parent", "Update")
        said = {
            "item_sku",
            "parent_child",
            "parent_sku",
            "relationship_type",
            "variation_theme",
            "update_delete",
            "color_name",
        }
        for child in children:
            assert {h for h, v in child.items() if v} == said and child["update_delete"] == "PartialUpdate"
        assert {c["item_sku"] for c in children} == {"S-Red", "S-Blue"}


@pytest.mark.parametrize(("pack", "gone"), [
    ("google", False), ("amazon", False), ("walmart", False), ("wildberries", False), ("shopee", True),
    ("common", True),
])  # fmt: skip
def test_a_report_takes_no_variant_offline_where_variants_stay_offers(
    pack: str, gone: bool, tmp_path: Path, run: Callable[..., Any]
) -> None:
    own = tmp_path / "own.csv"
    copied = [replace(x, listing_id=f"7{x.listing_id}") for x in CATALOGS["used goods"]]
    own.write_text(table(canonical_rows([*CATALOGS["merge into simple"], *copied])), "utf-8")
    assert run("audit", own, "--rules", pack, "--out", tmp_path / "r", "--no-ledger").code == 0
    plans = json.loads((tmp_path / "r" / "merges.json").read_text("utf-8"))
    assert {p["action"] for p in plans} == {"merge_variants", "remove_duplicates"}
    offline = rows((tmp_path / "r" / "take-offline.csv").read_text("utf-8-sig"))
    variants = {i for p in plans if p["action"] == "merge_variants" for i in p["listings"]}
    told = {r["listing_id"].strip("'") for r in offline}
    assert told & variants == (variants - {p["keep"] for p in plans} if gone else set())
    assert len(told - variants) == 1, "a copy ends everywhere"


class TestEbay:
    def test_a_revision_holds_only_what_changes(self, exported: Any) -> None:
        _, _, out = exported("ebay", "merge into simple")
        top, *below = rows(load(out, "ebay")[""])
        assert next(iter(top.values())) == "Revise"
        assert not {"*Description", "*ConditionID", "*Format", "*Category", "P:EAN"} & set(top)
        assert top["CustomLabel"] == top["*StartPrice"] == top["*Quantity"] == ""
        assert {r["CustomLabel"] for r in below} == {f"C-{1010 + k}" for k in range(4)}

    def test_used_goods_stay_used_and_the_copy_is_ended(self, exported: Any) -> None:
        audit, _, out = exported("ebay", "used goods")
        files = load(out, "ebay")
        assert rows(files[""]) == []
        (end,) = rows(files["end"])
        assert list(end.values())[:2] == ["End", *audit.plans[0].offline]

    @pytest.mark.parametrize(("code", "refused"), [("Does not apply", False), ("4006381333932", True)])
    def test_what_ebay_takes_for_no_barcode_is_not_refused(self, code: str, refused: bool, tmp_path: Path) -> None:
        mugs = vary(3200, "Stoneware Mug Hand Thrown", {"Color": ("Red", "Blue")})
        own = write_own("ebay", [replace(x, gtin=code) for x in mugs], tmp_path)
        dc.audit(own, rules="common").export("ebay", out=tmp_path / "out", all_plans=True)
        told = rows((tmp_path / "out" / "export-cautions.csv").read_text("utf-8-sig"))
        assert any(code in r["caution"] for r in told) is refused


class TestAmazon:
    def test_a_count_of_items_is_a_number(self, tmp_path: Path) -> None:
        socks = vary(3000, "Cotton Ankle Socks Men", {"Pack": ("5 pairs", "10 pairs")})
        own = write_own("ebay", [replace(x, price=p) for x, p in zip(socks, (6.0, 11.0), strict=True)], tmp_path)
        dc.audit(own, rules="common").export("amazon", out=tmp_path / "out", all_plans=True)
        lines = (tmp_path / "out" / "export-amazon.txt").read_text("utf-8").splitlines()
        counts = {r["number_of_items"] for r in rows("\n".join(lines[2:]), "\t") if r["parent_child"] == "Child"}
        assert counts == {"5", "10"}


@pytest.mark.parametrize("name", ["shopee", "lazada", "tiktok", "yml"])
def test_how_long_a_thing_is_says_nothing_of_its_parcel(name: str, tmp_path: Path) -> None:
    chains = vary(3100, "Freshwater Pearl Choker Necklace", {"Length": ("14 in", "16 in")})
    own = write_own("ebay", chains, tmp_path)
    dc.audit(own).export(name, out=tmp_path / "out", all_plans=True)
    (made,) = (tmp_path / "out").glob(f"export-{name}.*")
    assert "14 in" in made.read_text("utf-8-sig"), "it is an option"
    assert not {"35.56", "40.64"} & set(re.split(r"[,<>\s]", made.read_text("utf-8-sig")))
    told = rows((tmp_path / "out" / "export-cautions.csv").read_text("utf-8-sig"))
    assert name == "shopee" or any("length" in r["caution"] or "长度" in r["caution"] for r in told) or name == "tiktok"


class TestAliexpress:
    def test_the_object_is_written_back_with_its_ids(self, exported: Any) -> None:
        _, own, out = exported("aliexpress", "merge into simple")
        (product,) = json.loads(load(out, "aliexpress")[""])
        before = {p["product_id"]: p for p in json.loads(own.read_text("utf-8"))}[product["product_id"]]
        ids = {x["property_value_id"] for s in product["aeop_ae_product_s_k_us"] for x in s["aeop_s_k_u_property"]}
        held = {x["property_value_id"] for p in json.loads(own.read_text("utf-8")) for s in p["aeop_ae_product_s_k_us"]
                for x in s["aeop_s_k_u_property"]}  # fmt: skip
        assert ids == held and all("id" not in s for s in product["aeop_ae_product_s_k_us"])
        assert {s["barcode"] for s in product["aeop_ae_product_s_k_us"]} == {"kept"}
        assert product["detail"] == before["detail"] == HTML

    def test_with_the_object_at_hand_nothing_is_missing(self, exported: Any) -> None:
        _, _, out = exported("aliexpress", "merge into simple")
        told = rows((out / "export-cautions.csv").read_text("utf-8-sig"))
        assert {r["refused"] for r in told} <= {"no"}


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "which", "says"),
        [
            ("ebay", "codes that repeat", "stand twice: SAME"),
            ("aliexpress", "cyrillic", "English letters"),
            ("google", "missing photos", "photo is missing"),
            ("shopify", "codes that repeat", "stand twice"),
        ],
    )
    def test_what_would_be_refused_is_said(self, name: str, which: str, says: str, exported: Any) -> None:
        _, _, out = exported(name, which)
        told = rows((out / "export-cautions.csv").read_text("utf-8-sig"))
        assert any(says in r["caution"] and r["refused"] == "yes" for r in told), told


def decisions(path: Path, listings: Sequence[str], kind: str) -> Path:
    entry = {"listings": list(listings), "decision": kind, "reason": ""}
    path.write_text(json.dumps({"format": 1, "decisions": [entry]}), "utf-8")
    return path


class TestAcceptance:
    """Only what the ledger or a decisions file has as accepted is carried out; ``--all`` is said aloud."""

    @pytest.fixture
    def own(self, tmp_path: Path) -> Path:
        return write_own("shopify", [*CATALOGS["merge into simple"], *CATALOGS["removal"]], tmp_path)

    @pytest.fixture
    def plans(self, own: Path) -> Mapping[str, Any]:
        return {p.action: p for p in dc.audit(own).plans}

    def test_without_acceptance_nothing_is_exported(self, own: Path, tmp_path: Path, run: Callable[..., Any]) -> None:
        shown = run("audit", own, "--no-ledger", "--out", tmp_path / "r", "--export", "shopify")
        assert shown.code == 0 and "2 plans are not in the files" in shown.out and "--all" in shown.out
        assert load(tmp_path / "r", "shopify") == {}

    def test_what_a_decisions_file_accepts_is_exported(
        self, own: Path, plans: Any, tmp_path: Path, run: Callable[..., Any]
    ) -> None:
        merge = plans["merge_variants"]
        file = decisions(tmp_path / "d.json", merge.listings, "merge_accepted")
        shown = run("audit", own, "--no-ledger", "--out", tmp_path / "r", "--export", "shopify", "--decisions", file)
        assert "1 plan is not in the files" in shown.out
        assert {r["Handle"] for r in rows(load(tmp_path / "r", "shopify")[""])} == {merge.keep}

    def test_a_part_of_a_plan_is_not_the_plan(
        self, own: Path, plans: Any, tmp_path: Path, run: Callable[..., Any]
    ) -> None:
        merge = plans["merge_variants"]
        file = decisions(tmp_path / "d.json", merge.listings[:3], "merge_accepted")
        shown = run("audit", own, "--no-ledger", "--out", tmp_path / "r", "--export", "shopify", "--decisions", file)
        assert "2 plans are not in the files" in shown.out

    def test_all_says_how_many_nobody_looked_at(
        self, own: Path, plans: Any, tmp_path: Path, run: Callable[..., Any]
    ) -> None:
        file = decisions(tmp_path / "d.json", plans["removal" if "removal" in plans else "remove_duplicates"].listings,
                         "merge_accepted")  # fmt: skip
        shown = run("audit", own, "--no-ledger", "--all", "--out", tmp_path / "r", "--export", "shopify",
                    "--decisions", file)  # fmt: skip
        assert "1 of the plans carried out was looked at by nobody" in shown.out

    def test_merge_carries_out_nothing_that_nobody_accepted(
        self, own: Path, tmp_path: Path, run: Callable[..., Any]
    ) -> None:
        run("audit", own, "--no-ledger", "--out", tmp_path / "r")
        args = ("merge", own, "--no-ledger", "--plans", tmp_path / "r" / "merges.json", "--out", tmp_path / "m.csv")
        shown = run(*args)
        assert shown.code == 2 and "nothing to carry out" in shown.err and not (tmp_path / "m.csv").exists()
        assert run(*args, "--all").code == 0 and (tmp_path / "m.csv").exists()

    def test_a_rejected_plan_is_never_carried_out(
        self, own: Path, plans: Any, tmp_path: Path, run: Callable[..., Any]
    ) -> None:
        run("audit", own, "--no-ledger", "--out", tmp_path / "r")
        no = plans["remove_duplicates"]
        file = decisions(tmp_path / "d.json", no.listings, "not_duplicate")
        shown = run("merge", own, "--no-ledger", "--plans", tmp_path / "r" / "merges.json", "--all",
                    "--decisions", file, "--out", tmp_path / "m.csv")  # fmt: skip
        assert shown.code == 0 and "rejected" in shown.err and no.group_id in shown.err
        assert set(no.listings) <= set(dc.read_catalog(tmp_path / "m.csv").ids.tolist())

    def test_a_plan_whose_listings_changed_is_refused_by_name(
        self, own: Path, plans: Any, tmp_path: Path, run: Callable[..., Any]
    ) -> None:
        run("audit", own, "--no-ledger", "--out", tmp_path / "r")
        own.write_text(own.read_text("utf-8").replace(",C-1011,", ",C-1011-NEW,"), "utf-8")
        shown = run("merge", own, "--no-ledger", "--plans", tmp_path / "r" / "merges.json", "--all",
                    "--out", tmp_path / "m.csv")  # fmt: skip
        merge = plans["merge_variants"]
        assert shown.code == 1 and "refused" in shown.err and merge.group_id in shown.err
        assert set(merge.listings) <= set(dc.read_catalog(tmp_path / "m.csv").ids.tolist())

    @pytest.mark.parametrize(("old", "new"), [
        (",18.50,", ",19.50,"), (",Unisex Organic", ",Boys Organic"), (" White ", " Ivory "), ("1013.jpg", "new.jpg"),
    ])  # fmt: skip
    def test_whatever_changed_in_a_listing_refuses_its_plan(
        self, old: str, new: str, own: Path, plans: Any, tmp_path: Path, run: Callable[..., Any]
    ) -> None:
        merge = plans["merge_variants"]
        lines = own.read_text("utf-8").split("\n")
        at = next(k for k, line in enumerate(lines) if line.startswith(merge.listings[-1] + ",") and old in line)
        run("audit", own, "--no-ledger", "--out", tmp_path / "r")
        args = ("merge", own, "--no-ledger", "--plans", tmp_path / "r" / "merges.json", "--all")
        assert run(*args, "--out", tmp_path / "before.csv").code == 0
        lines[at] = lines[at].replace(old, new)
        own.write_text("\n".join(lines), "utf-8")
        shown = run(*args, "--out", tmp_path / "m.csv")
        assert shown.code == 1 and f"{merge.group_id} ({merge.listings[-1]})" in shown.err
        assert set(merge.listings) <= set(dc.read_catalog(tmp_path / "m.csv").ids.tolist())

    def test_a_sale_is_no_change(self, own: Path, tmp_path: Path, run: Callable[..., Any]) -> None:
        run("audit", own, "--no-ledger", "--out", tmp_path / "r")
        own.write_text(own.read_text("utf-8").replace(",shopify,7,", ",shopify,6,"), "utf-8")
        shown = run("merge", own, "--no-ledger", "--plans", tmp_path / "r" / "merges.json", "--all",
                    "--out", tmp_path / "m.csv")  # fmt: skip
        assert (shown.code, "refused" in shown.err) == (0, False)

    def test_plans_of_older_versions_are_read_and_that_is_said(
        self, own: Path, tmp_path: Path, run: Callable[..., Any]
    ) -> None:
        run("audit", own, "--no-ledger", "--out", tmp_path / "r")
        file = tmp_path / "r" / "merges.json"
        plans = json.loads(file.read_text("utf-8"))
        assert all(set(p["contents"]) == {p["keep"], *p["listings"]} for p in plans)
        file.write_text(json.dumps([{k: v for k, v in p.items() if k != "contents"} for p in plans]), "utf-8")
        shown = run("merge", own, "--no-ledger", "--plans", file, "--all", "--out", tmp_path / "m.csv")
        assert shown.code == 0 and "only prices and codes were held against the catalogue" in shown.err

    def test_the_ledger_is_asked(self, own: Path, plans: Any, tmp_path: Path, run: Callable[..., Any]) -> None:
        ledger = tmp_path / "ledger.sqlite"
        run("decide", own, *plans["merge_variants"].listings, "--as", "merge_accepted", "--ledger", ledger)
        shown = run("audit", own, "--ledger", ledger, "--out", tmp_path / "r", "--export", "shopify")
        assert "1 plan is not in the files" in shown.out and load(tmp_path / "r", "shopify")
        own.write_text(own.read_text("utf-8").replace(",C-1012,", ",C-1012-NEW,"), "utf-8")
        shown = run("audit", own, "--ledger", ledger, "--out", tmp_path / "s", "--export", "shopify")
        assert "1 plan is refused, since the listings have changed" in shown.out

    @pytest.mark.parametrize("action", ["ask", "none"])
    def test_plans_that_ask_or_leave_change_nothing(
        self, action: str, tmp_path: Path, make_shop: Callable[..., Catalog]
    ) -> None:
        from dupcheck.exports import admit_plans, carry_out, write_exports

        shop = make_shop("Cast Iron Pan", "Iron Pan")
        change = {"listing_id": "L-1", "field": "title", "value": "Other", "text": ""}
        plan: dict[str, Any] = {
            "group_id": "G", "action": action, "keep": "L-1", "listings": ["L-1", "L-2"], "title": "Other",
            "axes": [], "skus": [{"listing_id": "L-1", "options": {}, "price": None}], "wholesale": None,
            "changes": [change],
        }  # fmt: skip
        assert admit_plans(shop, [plan], None, all_plans=True).granted == ()
        assert carry_out(shop, [plan]).column("title").tolist() == ["Cast Iron Pan", "Iron Pan"]
        written = write_exports(["shopify", "excel"], shop, [plan], tmp_path, all_plans=True)
        assert {p.name for p in written} == {"take-offline.csv", "export-cautions.csv"}


class TestSteps:
    """``merge`` renders the same change set as the exports: every cell that differs afterwards has its line."""

    made: ClassVar[dict[str, Any]] = {}
    """What became of each catalogue: no test changes it."""

    @pytest.fixture(params=list(CATALOGS))
    def merged(self, request: pytest.FixtureRequest, tmp_path: Path, run: Callable[..., Any]) -> Any:
        if request.param in self.made:
            return self.made[request.param]
        lonely = vary(9000, "Enamel Camping Mug Speckled Large", {"Color": ("Teal",)})
        own = write_own("ebay", [*CATALOGS[request.param], *lonely], tmp_path)
        assert run("audit", own, "--out", tmp_path / "r", "--no-ledger").code == 0
        out = tmp_path / "merged.csv"
        done = run("merge", own, "--plans", tmp_path / "r" / "merges.json", "--all", "--no-ledger", "--out", out)
        assert done.code == 0 and "merged-steps.csv" in done.out
        steps = rows((tmp_path / "merged-steps.csv").read_text("utf-8-sig"))
        plans = json.loads((tmp_path / "r" / "merges.json").read_text("utf-8"))
        self.made[request.param] = rows(own.read_text("utf-8")), rows(out.read_text("utf-8-sig")), steps, plans
        return self.made[request.param]

    def test_each_cell_that_changes_is_told_and_no_other_changes(self, merged: Any) -> None:
        before, after, steps, _ = merged
        now = {r["listing_id"]: r for r in after}
        told = {(r["listing_id"], r["field"]) for r in steps if r["step"].startswith("2")}
        ended = {r["listing_id"] for r in steps if r["step"].startswith("5")}
        assert {r["listing_id"] for r in before} - now.keys() == ended
        for row in (r for r in before if r["listing_id"] in now):
            for header, old in row.items():
                new = now[row["listing_id"]].get(header, "")
                field = "wholesale" if header in ("min_order_quantity", "bulk_price") else header
                same = new == old or (header == "attributes" and set(new.split("; ")) == set(old.split("; ")))
                same = same or (old and new and header in ("price", "stock", "sales") and float(old) == float(new))
                assert same or header == "skus" or (row["listing_id"], field) in told, (header, old, new)
        assert now["9000"]["description"] == HTML, "the words of a listing that no plan names keep their markup"

    def test_the_steps_stand_in_the_order_that_loses_nothing(self, merged: Any) -> None:
        _, _, steps, plans = merged
        numbers = [int(r["step"][0]) for r in steps]
        assert numbers == sorted(numbers)
        acting = [p for p in plans if p["skus"] and p["action"] not in ("ask", "none")]
        backed = {r["listing_id"] for r in steps if r["step"].startswith("1")}
        apart = {c["listing_id"] for p in plans if p["action"] == "differentiate" for c in p["changes"]}
        assert backed == {i for p in acting for i in p["listings"]} | apart
        assert {r["listing_id"] for r in steps if r["step"].startswith("3")} == {p["keep"] for p in acting}

    def test_in_chinese(self, tmp_path: Path, run: Callable[..., Any]) -> None:
        own = tmp_path / "own.csv"
        own.write_text(table(canonical_rows(CATALOGS["accents"])), "utf-8")
        run("audit", own, "--out", tmp_path / "r", "--no-ledger")
        plans, out = tmp_path / "r" / "merges.json", tmp_path / "m.csv"
        run("merge", own, "--plans", plans, "--all", "--no-ledger", "--out", out, "--lang", "zh")
        steps = rows((tmp_path / "m-steps.csv").read_text("utf-8-sig"))
        assert {r["step"] for r in steps} == {"1 备份", "2 修改", "3 核对", "4 隐藏", "5 下架", "6 跳转"}


class TestRowsOfTheSeller:
    @pytest.mark.parametrize("name", FILES)
    def test_a_listing_knows_the_row_it_came_from(self, name: str, tmp_path: Path) -> None:
        catalog = dc.read_catalog(write_own(name, CATALOGS["merge into variants"], tmp_path))
        for k in range(len(catalog)):
            listing = get_listing(catalog, k)
            origin = catalog.trace(listing.listing_id)
            assert origin is not None and listing.source == origin.rows[0] and all(origin.rows)
            assert len(origin.skus) in (0, max(len(listing.skus), 1))

    def test_what_was_not_read_goes_along_into_the_merged_catalogue(
        self, tmp_path: Path, run: Callable[..., Any]
    ) -> None:
        lines = ["listing_id,title,price,currency,attributes,weight_kg,tags,sku_code"]
        told = (("a", "Beige", "0.8", "home"), ("b", "White", "0.9", "linen"), ("c", "Blue", "1", ""))
        for i, color, weight, tags in told:
            title = f"Linen Curtain Panel Rod Pocket {color}"
            lines.append(f"{i},{title},20,USD,Color={color},{weight},{tags},LC-{color}")
        own = tmp_path / "c.csv"
        own.write_text("\n".join(lines), "utf-8")
        run("audit", own, "--no-ledger", "--out", tmp_path / "r")
        done = run(
            "merge", own, "--no-ledger", "--all", "--plans", tmp_path / "r" / "merges.json", "--out", tmp_path / "m.csv"
        )
        assert done.code == 0, done.err
        merged = rows((tmp_path / "m.csv").read_text("utf-8-sig"))
        assert [(r["listing_id"], r["attributes"], r["tags"]) for r in merged] == [("a", "weight_kg=0.8", "home")]
        assert dc.read_catalog(tmp_path / "m.csv").count_skus() == 3

    def test_a_made_listing_has_none(self, make_shop: Callable[..., Catalog]) -> None:
        assert get_listing(make_shop("Pan"), 0).source is None
        assert Listing("1", "Pan", source={"a": "b"}) == Listing("1", "Pan")

    def test_ids_told_apart_between_files_keep_their_rows(self, tmp_path: Path) -> None:
        for shop in ("north", "south"):
            (tmp_path / f"{shop}.csv").write_text(f"listing_id,title,tags\n1,Pan {shop},{shop}-tag\n", "utf-8")
        both = dc.read_catalog([tmp_path / "north.csv", tmp_path / "south.csv"])
        tags = [(x.source or {}).get("tags") for x in (get_listing(both, 0), get_listing(both, 1))]
        assert tags == ["north-tag", "south-tag"]


@pytest.mark.parametrize("name", ["shopify", "woocommerce", "aliexpress", "ebay"])
def test_descriptions_keep_their_markup_when_a_catalogue_is_converted(
    name: str, tmp_path: Path, run: Callable[..., Any]
) -> None:
    own = write_own(name, CATALOGS["removal"], tmp_path)
    assert run("convert", own, "--out", tmp_path / "as-it-was.csv").code == 0
    texts = [r["description"] for r in rows((tmp_path / "as-it-was.csv").read_text("utf-8-sig"))]
    assert len(texts) == 2 and all("<b>cold</b>" in t for t in texts)
    again, before = (dc.read_catalog(p).column("description").tolist() for p in (tmp_path / "as-it-was.csv", own))
    assert again == before, "read again, the words are the same"


@pytest.mark.parametrize(("name", "half"), [("woocommerce", "0,5 L"), ("aliexpress", "0.5 L")])
def test_a_decimal_comma_stays_a_number(name: str, half: str, tmp_path: Path) -> None:
    jars = vary(7000, "Weckglas Sturzform mit Deckel Ring", {"Volumen": ("0,5 L", "1 L")})
    own = write_own(name, jars, tmp_path)
    dc.audit(own).export(name, out=tmp_path / "out", all_plans=True)
    after = tmp_path / f"after{own.suffix}"
    after.write_text(IMPORTS[name](own.read_text("utf-8"), load(tmp_path / "out", name)), "utf-8")
    shop = dc.read_catalog(after)
    found = {v for k in range(len(shop)) for s in get_skus(shop, k) for v in s.options.values()}
    assert found >= {half, "1 L"}


@pytest.mark.parametrize("name", ["shopee", "lazada", "tiktok", "etsy", "walmart", "ozon", "wildberries"])
def test_a_table_has_no_row_of_a_listing_that_it_does_not_change(name: str, tmp_path: Path) -> None:
    shop = make_catalog([*CATALOGS["tier"], *CATALOGS["merge into simple"]])
    dc.audit(shop).export(name, out=tmp_path, all_plans=True)
    found = rows(load(tmp_path, name)[""])
    assert len(found) == len(CATALOGS["merge into simple"]), "a wholesale price that the file cannot hold is no row"
    if name == "walmart":
        assert [r["isPrimaryVariant"] for r in found].count("Yes") == 1
        assert {r["variantAttributeNames"] for r in found} == {"color,size"}


@pytest.mark.parametrize("name", ["google", "meta"])
def test_a_feed_of_merged_offers_alone_is_not_to_replace_the_sellers(name: str, tmp_path: Path) -> None:
    shop = make_catalog([*CATALOGS["removal"], *CATALOGS["merge into simple"]])
    dc.audit(shop).export(name, out=tmp_path, all_plans=True)
    text = load(tmp_path, name)[""]
    assert len(rows(text, "\t" if name == "google" else ",")) == len(CATALOGS["merge into simple"])
    assert "supplemental feed" in (tmp_path / "export-cautions.csv").read_text("utf-8-sig")
    own = write_own(name, CATALOGS["merge into simple"], tmp_path)
    dc.audit(own).export(name, out=tmp_path / "own", all_plans=True)
    assert "supplemental feed" not in (tmp_path / "own" / "export-cautions.csv").read_text("utf-8-sig")


class TestTables:
    """The lists whose rows are a marketplace's own numbers and codes."""

    CARDS = "Группа,Артикул WB,Артикул продавца,Наименование,Предмет,Бренд,Цвет,Рос. размер,Баркоды,Цена\n" + "".join(
        f"{n},{700 + n},SH-{c},Шарф кашемировый тёплый зимний,Шарфы,Eclat,{c},{s},46012345{n}{k}0000,990\n"
        for n, c in ((1, "красный"), (2, "синий"))
        for k, s in enumerate(("S", "M"))
    )

    def test_cards_of_wildberries_are_named_by_their_numbers(self, tmp_path: Path) -> None:
        own = tmp_path / "own.csv"
        own.write_text(self.CARDS, "utf-8")
        audit = dc.audit(own)
        assert len(audit.plans) == 1
        audit.export("wildberries", out=tmp_path / "out", all_plans=True)
        made = rows(load(tmp_path / "out", "wildberries")[""])
        assert {r["nmID"] for r in made} == {"701", "702"}, "a card has one number, whatever its sizes"
        assert {(r["nmID"], r["Артикул продавца"]) for r in made} == {("701", "SH-красный"), ("702", "SH-синий")}

    @pytest.mark.parametrize(("name", "header"), [("walmart", "sku"), ("ozon", "Артикул*")])
    def test_items_are_named_by_the_code_that_the_seller_gave_them(
        self, name: str, header: str, tmp_path: Path
    ) -> None:
        listings = [*CATALOGS["merge into variants"], replace(CATALOGS["removal"][0], sku_code="")]
        shades = [replace(x, sku_code="" if k else x.sku_code) for k, x in enumerate(CATALOGS["accents"])]
        dc.audit(make_catalog([*listings, *shades])).export(name, out=tmp_path, all_plans=True)
        made = {r[header] for r in rows(load(tmp_path, name)[""])}
        assert made == {"V-M", "V-L", "C-1101", "C-1700", "1701"}


FULL = {"Condition": "New", "Package weight": "0.35 kg", "Package length": "30 cm", "Package width": "25 cm",
        "Package height": "4 cm"}  # fmt: skip


class TestWhatMarketplacesMustHave:
    """Each field that a marketplace asks for is told by name, as a refusal, where it is missing and nowhere else."""

    @pytest.fixture
    def whole(self) -> tuple[list[Listing], list[dict[str, Any]]]:
        gtins = ("4006381333931", "4012345678901")
        listings = [
            replace(x, gtin=g, attributes={**x.attributes, **FULL})
            for x, g in zip(CATALOGS["codes that repeat"], gtins, strict=True)
        ]
        listings = [replace(x, sku_code=f"H-{k}", listing_id=f"H{k}") for k, x in enumerate(listings)]
        plans = list_plans(dc.audit(make_catalog(listings)).plans)
        assert [p["action"] for p in plans] == ["merge_variants"]
        return listings, [{k: v for k, v in p.items() if k != "contents"} for p in plans]

    @staticmethod
    def tell(name: str, listings: list[Listing], plans: list[dict[str, Any]], out: Path) -> dict[str, str]:
        """The cautions of one export, and whether each means that it would be refused."""
        done = write_exports([name], make_catalog(listings), plans, out, all_plans=True)
        told = {r["caution"]: r["refused"] for r in rows((out / "export-cautions.csv").read_text("utf-8-sig"))}
        assert done.refused == list(told.values()).count("yes")
        return told

    @pytest.mark.parametrize(("field", "empty", "expected"), [
        ("price", None, dict.fromkeys(set(EXPORTS) - {"excel"}, "price is missing")),
        ("currency", "", {"aliexpress": "currency_code", "google": "currency", "meta": "currency", "ebay": "Currency",
                          "yml": "currencyId"}),
        ("stock", None, {"google": "availability", "meta": "availability"}),
        ("gtin", "4006381333932", dict.fromkeys(("google", "meta", "amazon", "ebay", "walmart"), "4006381333932")),
        ("gtin", "", {"walmart": "productId"}),
        ("description", "", {"aliexpress": "detail", "google": "description", "meta": "description",
                             "amazon": "description", "ebay": "Description", "yml": "description",
                             "shopee": "ps_product_description", "lazada": "short_description", "tiktok": "商品描述"}),
        ("main_image", "", {"aliexpress": "image_u_r_ls", "google": "photo", "meta": "photo", "ebay": "PicURL",
                            "yml": "picture", "shopee": "ps_item_cover_image", "lazada": "Images", "tiktok": "主图"}),
        ("main_image", "a.jpg", {"google": "photo", "meta": "photo", "ebay": "PicURL"}),
        ("url", "", {"google": "address of the product page", "meta": "address of the product page",
                     "yml": "shop url"}),
        ("category", "", {"aliexpress": "number of the category", "ebay": "number of the category",
                          "yml": "categoryId", "shopee": "ps_category", "lazada": "PrimaryCategory", "tiktok": "类目"}),
        ("Brand", "", {"amazon": "brand", "yml": "vendor", "lazada": "brand", "ozon": "Бренд"}),
        ("Condition", "", {"meta": "condition", "ebay": "ConditionID"}),
        ("Package weight", "", {"yml": "weight", "shopee": "ps_weight", "lazada": "package_weight",
                                "tiktok": "包裹重量"}),
    ])  # fmt: skip
    def test_it_is_told_by_name(
        self, field: str, empty: Any, expected: Mapping[str, str], whole: Any, tmp_path: Path
    ) -> None:
        listings, plans = whole
        own = {"main_image": "image"}.get(field, field)
        without = [
            replace(x, **{field: empty})
            if hasattr(x, field)
            else replace(x, attributes={n: v for n, v in x.attributes.items() if n != field})
            for x in listings
        ]
        changed = [{**p, "skus": [{**s, own: empty} if own in s else s for s in p["skus"]]} for p in plans]
        for name, says in expected.items():
            told = self.tell(name, without, changed, tmp_path / f"{name}-without")
            before = self.tell(name, listings, plans, tmp_path / f"{name}-whole")
            new = [text for text, refused in told.items() if text not in before and refused == "yes"]
            assert any(says in text for text in new), (name, told)

    def test_the_command_ends_with_one(self, whole: Any, tmp_path: Path, run: Callable[..., Any]) -> None:
        listings, _ = whole
        for name, stock, code in (("google", "7", 0), ("google", "", 1)):
            own = tmp_path / f"own{code}.csv"
            own.write_text(table([{**r, "stock": stock} for r in canonical_rows(listings)]), "utf-8")
            args = ("audit", own, "--no-ledger", "--all", "--out", tmp_path / f"r{code}", "--export", name)
            shown = run(*args)
            assert shown.code == code and ("1 of them" in shown.out) == (code == 1), shown.out


class TestEbayOfSeveralCurrencies:
    def test_prices_of_one_currency_are_in_a_file_that_states_it(self, tmp_path: Path) -> None:
        pounds = [replace(x, currency="GBP") for x in CATALOGS["accents"]]
        catalog = make_catalog([*CATALOGS["merge into simple"], *pounds, *CATALOGS["used goods"]])
        dc.audit(catalog).export("ebay", out=tmp_path, all_plans=True)
        files = load(tmp_path, "ebay")
        assert set(files) == {"", "gbp", "end"}
        heads = {part: next(iter(rows(text)[0])) for part, text in files.items() if part != "end"}
        assert "SiteID=US|Country=US|Currency=USD" in heads[""] and "SiteID=UK|Country=GB|Currency=GBP" in heads["gbp"]
        sold = {part: {r["CustomLabel"] for r in rows(text)} - {""} for part, text in files.items() if part != "end"}
        assert sold == {"": {f"C-{n}" for n in range(1010, 1014)}, "gbp": {"C-1700", "C-1701"}}
        told = rows((tmp_path / "export-cautions.csv").read_text("utf-8-sig"))
        assert not any("SiteID" in r["caution"] for r in told)

    def test_a_site_that_a_currency_does_not_tell_is_asked_about(self, tmp_path: Path) -> None:
        euros = [replace(x, currency="EUR") for x in CATALOGS["accents"]]
        dc.audit(make_catalog(euros)).export("ebay", out=tmp_path, all_plans=True)
        told = rows((tmp_path / "export-cautions.csv").read_text("utf-8-sig"))
        assert [r["refused"] for r in told if "EUR" in r["caution"] and "SiteID" in r["caution"]] == ["no"]


def test_what_one_product_of_a_shop_gets_empties_no_other(tmp_path: Path) -> None:
    vases = CATALOGS["removal"]
    listings = [*CATALOGS["merge into simple"], replace(vases[0], price=None), replace(vases[1], gtin="4006381333931")]
    own = write_own("woocommerce", listings, tmp_path)
    merge, *_ = list_plans(dc.audit(make_catalog(CATALOGS["merge into simple"])).plans)
    sku = {"listing_id": "1300", "options": {}, "price": 18.5, "currency": "USD", "sku_code": "C-1300", "stock": 7.0,
           "image": "", "gtin": "4006381333931", "replaces": ["1301"]}  # fmt: skip
    gain = {**merge, "group_id": "G-2", "action": "remove_duplicates", "keep": "1300", "listings": ["1300", "1301"],
            "title": vases[0].title, "axes": [], "skus": [sku], "members": []}  # fmt: skip
    plans = [{k: v for k, v in p.items() if k != "contents"} for p in (merge, gain)]
    write_exports(["woocommerce"], dc.read_catalog(own), plans, tmp_path / "out", all_plans=True)
    files = load(tmp_path / "out", "woocommerce")
    updated = {r["ID"]: r for r in rows(files[""])}
    assert (updated["1300"]["Regular price"], updated["1300"]["GTIN, UPC, EAN, or ISBN"]) == ("18.50", "4006381333931")
    assert {r["Regular price"] for i, r in updated.items() if r["Type"] == "variation"} == {"18.50"}
    before = own.read_text("utf-8")
    assert {c[1] for c in list_changed("woocommerce", before, IMPORTS["woocommerce"](before, files))} == {
        "Regular price", "GTIN, UPC, EAN, or ISBN",
    }, "of the vase alone"  # fmt: skip


def test_only_the_first_plans_that_wait_are_named(tmp_path: Path, run: Callable[..., Any]) -> None:
    listings = [x for n in ("accents", "cyrillic", "removal", "used goods") for x in CATALOGS[n]]
    listings += CATALOGS["merge into simple"]
    own = write_own("shopify", listings, tmp_path)
    shown = run("audit", own, "--no-ledger", "--out", tmp_path / "r", "--export", "shopify")
    (told,) = (line for line in shown.out.splitlines() if "not in the files" in line)
    named = [p.group_id for p in dc.audit(own).plans if p.group_id in told]
    assert "5 plans" in told and len(named) == 3
    assert "(p-1010, p-1011, p-1012, …)" in told or "…" not in told.partition(")")[0]


@pytest.mark.parametrize("listing_id", ["茶杯", "***", "-"])
def test_an_id_without_a_letter_of_a_handle_gets_a_number_of_its_own(listing_id: str) -> None:
    made = make_handle(listing_id)
    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", made) and made == make_handle(listing_id)
    assert made != make_handle(listing_id + "碗")


def test_two_products_of_shopify_never_get_one_handle() -> None:
    ids = ["杯-1", "碗-1", "чашка 1", "миска 1", "é茶", "é杯", "e"]
    assert len({make_handle(i) for i in ids}) == len(ids)


@pytest.mark.parametrize("most", [3, 4, 200])
def test_a_plan_of_any_size_heeds_what_was_decided_in_it(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dupcheck.exports.acceptance._MOST", most)
    shop = make_catalog(CATALOGS["merge into simple"])
    (plan,) = list_plans(dc.audit(shop).plans)
    ids = sorted(plan["listings"])
    marks = hash_listings(shop, ids)

    def admit(catalog: Catalog, kinds: Mapping[tuple[str, str], Any]) -> str:
        made = [Decision(a, b, kind, "", marks[a], marks[b]) for (a, b), kind in kinds.items()]
        settled = settle_decisions(catalog, made)
        found = admit_plans(catalog, [{**plan, "contents": {}}], settled)
        return next(n for n in ("granted", "waiting", "rejected", "changed") if getattr(found, n))

    whole = {(min(i, plan["keep"]), max(i, plan["keep"])): "merge_accepted" for i in ids if i != plan["keep"]}
    others = [i for i in ids if i != plan["keep"]]
    assert admit(shop, {}) == "waiting"
    assert admit(shop, whole) == "granted"
    assert admit(shop, dict(list(whole.items())[1:])) == "waiting"
    for kind in ("not_duplicate", "allowed"):
        assert admit(shop, {**whole, (others[0], others[1]): kind}) == "rejected"
    changed = make_catalog([replace(x, title=f"{x.title} New") for x in CATALOGS["merge into simple"]])
    assert admit(changed, whole) == "changed", "a decision that has lapsed is no acceptance"
