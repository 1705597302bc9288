"""Rule packs of real marketplaces: whole, sourced, bilingual, and started from in a seller's own file."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dupcheck as dc
from dupcheck.errors import RulesError
from dupcheck.messages import LANGS, list_whole
from dupcheck.packs import list_packs
from dupcheck.rules import MergeLimits, RulePack, read_pack
from dupcheck.rules.validation import read_pack_keys

MARKETPLACES = list_packs()
CHINESE = re.compile(r"[\u3400-\u9fff]")
Own = Callable[[str], RulePack]


@pytest.fixture
def own(tmp_path: Path) -> Own:
    def write_and_read(text: str) -> RulePack:
        path = tmp_path / "mine.toml"
        path.write_text(text, "utf-8")
        return read_pack(path)

    return write_and_read


@pytest.mark.parametrize("name", MARKETPLACES)
class TestEveryPack:
    def test_it_names_its_sources_penalties_and_sellers(self, name: str) -> None:
        pack = read_pack(name)
        assert pack.name == name
        assert pack.sources and all(s.text for s in pack.sources)
        assert len(pack.penalty.say_all("en")) == len(pack.penalty.say_all("zh")) > 0
        assert CHINESE.search(pack.seller.summary.say("zh")) and pack.seller.summary.say("en")
        assert pack.keep[:3] == ("available", "sales", "reviews"), "what is in stock goes first"
        assert {"brand", "model", "condition"} <= set(pack.merge.distinct), "new and used goods are never options"

    @pytest.mark.parametrize("lang", LANGS)
    def test_it_is_explained_as_a_whole(self, name: str, lang: Any, run: Callable[..., Any]) -> None:
        pack = read_pack(name)
        shown = run("rules", "show", "--rules", name, "--lang", lang)
        assert shown.code == 0 and shown.err == ""
        assert shown.out.rstrip("\n") == pack.describe(lang)
        told = [*pack.penalty.say_all(lang), *(e.summary.say(lang) for e in pack.exceptions)]
        told += [*(o.summary.say(lang) for o in pack.opposites), *(s.text for s in pack.sources)]
        assert all(text in shown.out for text in told)
        assert str(pack.merge.title_max) in shown.out

    def test_nothing_is_missing_and_its_examples_run(self, name: str, run: Callable[..., Any]) -> None:
        told = run("rules", "test", "--strict", "--rules", name)
        assert told.code == 0 and told.out.endswith("Nothing is missing.\n")

    def test_it_audits_a_shop(self, name: str, make_shop: Callable[..., dc.Catalog]) -> None:
        mug = "Handmade Speckled Stoneware Coffee Mug with Big Handle"
        shops = ({"title": mug, "shop": "S"}, {"title": mug, "shop": "T" if name == "etsy" else "S"})
        shop = make_shop(*shops, attributes={"Material": "Stoneware"}, price=8.6, currency="USD")
        (plan,) = dc.audit(shop, rules=name).plans
        assert plan.action == "remove_duplicates"


class TestWhatPacksKnow:
    def test_caps(self) -> None:
        caps = {(n, e.differ_only_in): e.allow for n in MARKETPLACES for e in read_pack(n).exceptions}
        assert caps["aliexpress", ("pack",)] == 3
        assert caps["ebay", ("compatible",)] == 5
        assert read_pack("taobao").merge.values_max == {"compatible": 30}

    def test_ebay_asks_for_two_differences(self) -> None:
        (exception,) = [e for e in read_pack("ebay").exceptions if e.at_least]
        assert exception.at_least == 2
        assert len(exception.axes) + len(exception.limits) == 10

    def test_the_opposite_fault(self) -> None:
        assert [o.name for o in read_pack("aliexpress").opposites] == ["sku-cheating"]
        (fault,) = read_pack("amazon").opposites
        assert "pack" in fault.axes
        assert read_pack("aliexpress").merge.price_spread_max < 100

    def test_taobao_lets_clothes_stand_by_colour(self) -> None:
        colours, sizes = read_pack("taobao").exceptions[:2]
        assert colours.covers("女装 > 连衣裙") and not colours.covers("家居 > 毛巾")
        assert sizes.covers("箱包皮具") and not sizes.covers("女装 > 连衣裙")

    @pytest.mark.parametrize(
        ("category", "covered"),
        [
            ("女装 > 连衣裙", True),
            ("女装/女士精品 > T恤", True),
            ("Apparel > Luggage & Bags", True),
            ("箱包皮具/热销女包/男包", True),
            ("Home > Trash Bags", False),
            ("Grocery > Tea Bags", False),
            ("家具 > 鞋柜", False),
            ("女士内衣/男士内衣/家居服", False),
            ("", False),
        ],
    )
    def test_a_category_is_a_step_of_the_path_and_no_piece_of_a_word(self, category: str, covered: bool) -> None:
        assert read_pack("taobao").exceptions[0].covers(category) == covered

    def test_inside_one_shop_etsy_forbids_nothing(self, make_shop: Callable[..., dc.Catalog]) -> None:
        candle = "Hand Poured Beeswax Candle Honeycomb Taper Pair"
        for shop in ("", "North"):
            one = make_shop(candle, candle, attributes={"Material": "Beeswax"}, price=8.6, currency="USD", shop=shop)
            assert not dc.audit(one, rules="etsy").findings.duplicate.any()

    @pytest.mark.parametrize("name", ["amazon", "google", "walmart", "ebay"])
    def test_new_and_used_goods_never_become_one_listing(self, name: str, make_shop: Callable[..., dc.Catalog]) -> None:
        rows = [
            {"title": f"Cordless Stick Vacuum V8 Animal Pro {c}", "attributes": {"Brand": "Acme", "Condition": c}}
            for c in ("New", "Refurbished")
        ]
        plans = dc.audit(make_shop(*rows, price=180.0, currency="USD", shop="S"), rules=name).plans
        assert all(p.action == "none" for p in plans)

    def test_a_pack_without_an_official_page_says_so(self) -> None:
        for name in ("1688", "alibaba", "pinduoduo"):
            note = read_pack(name).note
            assert "No official page" in note.say("en") and "官方页面" in note.say("zh")


SHIRT = "Mens Heavyweight Cotton Basic Tee Short Sleeve"


def shirts(make_shop: Callable[..., dc.Catalog], **fields: Any) -> dc.Catalog:
    rows = [
        {"title": f"{SHIRT} {color}", "attributes": {"Color": color, "Fit": "Regular"}} for color in ("Red", "Blue")
    ]
    return make_shop(*rows, **{"price": 9.8, "currency": "USD", **fields})


class TestExceptions:
    def test_a_category_decides(self, make_shop: Callable[..., dc.Catalog]) -> None:
        (plan,) = dc.audit(shirts(make_shop, category="男装 > T恤"), rules="taobao").plans
        assert (plan.action, {m.role for m in plan.members}) == ("none", {"allowed"})
        (plan,) = dc.audit(shirts(make_shop, category="家居 > 毛巾"), rules="taobao").plans
        assert plan.action == "merge_variants"

    def test_two_differences_of_thirteen_are_enough_and_one_is_not(self, make_shop: Callable[..., dc.Catalog]) -> None:
        (plan,) = dc.audit(shirts(make_shop), rules="ebay").plans
        assert plan.action == "merge_variants"
        sized = make_shop(
            {"title": f"{SHIRT} Red M", "attributes": {"Color": "Red", "Size": "M", "Fit": "Regular"}},
            {"title": f"{SHIRT} Blue L", "attributes": {"Color": "Blue", "Size": "L", "Fit": "Regular"}},
            price=9.8,
        )
        (plan,) = dc.audit(sized, rules="ebay").plans
        assert plan.action == "none"

    def test_of_capped_fitments_the_sixth_is_too_many(self, make_shop: Callable[..., dc.Catalog]) -> None:
        for count, action in ((5, "none"), (6, "merge_variants")):
            rows = [
                {"title": f"Shockproof Matte Phone Case for Galaxy A{i}", "attributes": {"Fits": f"Galaxy A{i}"}}
                for i in range(51, 51 + count)
            ]
            (plan,) = dc.audit(make_shop(*rows, price=3.99), rules="ebay").plans
            assert plan.action == action

    def test_an_exception_only_a_person_can_judge_is_told_and_not_applied(self) -> None:
        pack = read_pack("ebay")
        silent = [e for e in pack.exceptions if not e.testable]
        assert silent and all(e.summary.say("en") + " (only you" in pack.describe("en") for e in silent)

    def test_checking_an_allowed_draft_says_publish(self, make_shop: Callable[..., dc.Catalog]) -> None:
        shop = shirts(make_shop, category="男装 > T恤")
        green = {"listing_id": "new", "title": f"{SHIRT} Green", "price": "9.8", "currency": "USD",
                 "category": "男装 > T恤", "attributes": "Color=Green; Fit=Regular"}  # fmt: skip
        (answer,) = dc.check(green, shop, rules="taobao")
        assert answer.verdict == "publish" and answer.pairs
        (answer,) = dc.check({**green, "category": "家居"}, shop, rules="aliexpress")
        assert answer.verdict == "duplicate"


class TestSellers:
    @pytest.fixture
    def shops(self, make_shop: Callable[..., dc.Catalog]) -> dc.Catalog:
        return make_shop(
            {"title": SHIRT, "shop": "North"}, {"title": SHIRT, "shop": "South"}, attributes={"Fit": "Slim"}, price=9.8
        )

    def test_an_account_counts_all_its_shops(self, shops: dc.Catalog) -> None:
        assert len(dc.audit(shops, rules="shopee").plans) == 1

    def test_a_shop_counts_by_itself(self, shops: dc.Catalog) -> None:
        assert dc.audit(shops, rules="lazada").plans == ()

    def test_a_shop_group_counts_as_one(self, shops: dc.Catalog, own: Own) -> None:
        pack = own('extends = "tiktok"\nseller.groups = [["North", "south"], ["East"]]')
        assert len(dc.audit(shops, rules=pack).plans) == 1
        assert dc.audit(shops, rules="tiktok").plans == ()


class TestOwnFiles:
    def test_a_file_may_start_from_a_pack_and_change_a_few_numbers(self, own: Own) -> None:
        pack = own(
            'extends = "aliexpress"\nset = ["R2.title.min=91", "R1.image.max=5"]\ndrop = ["R4"]\n'
            '[merge]\nmax_axes = 2\n[[exception]]\nname = "packing"\nallow = 2\n'
            '[[category]]\nmatch = "Scissors"\nno_option = ["size"]\n'
        )
        base = read_pack("aliexpress")
        assert pack.name == "mine"
        assert [r.code for r in pack.rules] == [r.code for r in base.rules if r.code != "R4"]
        assert [x.limit for x in pack.rule("R2").when[0] if x.signal == "title"] == [91]
        assert (pack.merge.max_axes, pack.merge.title_max) == (2, base.merge.title_max)
        (exception,) = [e for e in pack.exceptions if e.differ_only_in]
        assert (exception.allow, exception.differ_only_in) == (2, ("pack",))
        assert pack.no_option("Beauty > Hair Scissors") == {"size"} and not pack.no_option("Mugs")
        assert pack.title == base.title and pack.sources == base.sources

    def test_one_rule_can_be_changed_and_another_added(self, own: Own) -> None:
        pack = own(
            'extends = "aliexpress"\n[[rule]]\ncode = "R1"\nwhen.title = { min = 99 }\n'
            '[[rule]]\ncode = "S1"\nlike = "ebay.R2"\nverdict = "advice"\n'
        )
        assert [x.limit for x in pack.rule("R1").when[0]] == [99]
        assert pack.rule("R1").summary == read_pack("aliexpress").rule("R1").summary
        assert pack.rule("S1").verdict == "advice"
        assert pack.rule("S1").summary == read_pack("ebay").rule("R2").summary

    def test_files_may_start_from_files(self, tmp_path: Path) -> None:
        (tmp_path / "a.toml").write_text('extends = "shopee"\nmerge.max_axes = 1', "utf-8")
        (tmp_path / "b.toml").write_text('extends = "a.toml"\nmerge.title_max = 60', "utf-8")
        merge = read_pack(tmp_path / "b.toml").merge
        assert (merge.max_axes, merge.title_max, merge.images_max) == (1, 60, read_pack("shopee").merge.images_max)

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ('extends = "ozonmarket"', "ozonmarket"),
            ('extends = "mine.toml"', "extends itself"),
            ('extends = "ebay"\nset = ["R2.titel.min=85"]', "Did you mean title?"),
            ('extends = "ebay"\ndrop = ["R9"]', "R9"),
            ('extends = "ebay"\n[[rule]]\ncode = "X"\nlike = "ebay.R9"', "ebay.R9"),
            ('extends = "ebay"\n[[category]]\nno_option = ["siz"]', "Did you mean size?"),
            ('extends = "ebay"\nseller.scope = "shops"', "Did you mean shop?"),
            ('extends = "ebay"\nseller.groups = ["a"]', "seller.groups"),
            ('extends = "ebay"\n[[exception]]\nname = "x"\nat_least = 3\naxes = ["color"]', "at_least is 3"),
            ('extends = "ebay"\n[merge]\nvalues_max = { colour = 3 }', "Did you mean color?"),
            ('extends = "ebay"\n[merge]\ntitle_alphabet = "latin"', "title_alphabet"),
            ('extends = "ebay"\n[[opposite]]\nname = "x"\naxis = []', "Did you mean axes?"),
        ],
    )
    def test_what_is_wrong_in_it_is_said(self, own: Own, text: str, says: str) -> None:
        with pytest.raises(RulesError, match=re.escape(says)) as caught:
            own(text)
        assert CHINESE.search(caught.value.say("zh"))

    def test_all_problems_come_in_one_error(self, own: Own) -> None:
        with pytest.raises(RulesError) as caught:
            own('extends = "ebay"\nfoo = 1\nset = ["R9.title.min=1"]\nmerge.max_axis = 2\nseller.scope = "x"')
        assert str(caught.value).count("\n  - ") == 4


class TestStrict:
    WHOLE = """
format = 1
title = {en = "Mine", zh = "我的"}
seller.summary = {en = "one shop", zh = "一家店"}
penalty.steps = {en = ["none"], zh = ["无"]}
[[source]]
text = "Policy"
url = "https://shop.example/policy"
kind = "policy"
read = "2026-11-26"
[[rule]]
code = "X1"
summary = {en = "s", zh = "摘"}
why = {en = "w", zh = "因"}
mistakes = {en = "m", zh = "误"}
when.title = {min = 90}
fires = [{title = 95}]
spares = [{title = 10}]
"""

    def test_a_whole_pack_lacks_nothing(self, own: Own) -> None:
        pack = own(self.WHOLE)
        assert pack.list_gaps() == []
        assert "Policy https://shop.example/policy (policy, read 2026-11-26)" in pack.describe("en")
        assert "政策" in pack.describe("zh")

    @pytest.mark.parametrize("lost", [
        'title = {en = "Mine", zh = "我的"}', 'seller.summary = {en = "one shop", zh = "一家店"}', 'text = "Policy"',
        'penalty.steps = {en = ["none"], zh = ["无"]}', 'summary = {en = "s", zh = "摘"}', "fires = [{title = 95}]",
        'why = {en = "w", zh = "因"}', 'mistakes = {en = "m", zh = "误"}', "spares = [{title = 10}]",
    ])  # fmt: skip
    def test_what_is_lost_is_named(self, own: Own, lost: str, run: Callable[..., Any], tmp_path: Path) -> None:
        pack = own(self.WHOLE.replace(f"\n{lost}\n", "\n"))
        place = {"text": "[[source]]"}.get(lost.partition(" ")[0], lost.partition(" ")[0])
        gaps = [g.say("en") for g in pack.list_gaps()]
        assert gaps and all(place in g for g in gaps)
        told = run("rules", "test", "--strict", "--rules", tmp_path / "mine.toml")
        assert told.code == 1 and f"Still missing: {len(gaps)}." in told.out
        assert run("rules", "test", "--rules", tmp_path / "mine.toml").code == 0

    def test_what_only_the_pack_below_says_is_named(self, own: Own) -> None:
        texts = 'title = {en = "Mine", zh = "我的"}'
        gaps = own(f'format = 1\nextends = "aliexpress"\n{texts}').list_gaps()
        assert [re.findall(r"\[(\w+)\]", g.say("en")) for g in gaps] == [["source"], ["seller"], ["penalty"]]
        assert all("平台" in g.say("zh") for g in gaps)

    def test_chinese_alone_is_named(self, own: Own) -> None:
        (gap,) = own(self.WHOLE.replace(', zh = "因"', "")).list_gaps()
        assert "X1.why.zh" in gap.say("en") and "X1.why.zh" in gap.say("zh")

    def test_a_source_of_no_known_kind_is_refused(self, own: Own) -> None:
        with pytest.raises(RulesError, match=re.escape("Did you mean forum?")):
            own(self.WHOLE.replace('kind = "policy"', 'kind = "forums"'))

    def test_the_keys_of_a_pack_are_described(self) -> None:
        keys = read_pack_keys()
        assert set(keys["merge"]) == set(MergeLimits.__dataclass_fields__)
        assert all(
            told["type"] and set(list_whole()) <= set(told) for table in keys.values() for told in table.values()
        )
