"""Titles that name different members of one set are of different products; options tell no products apart."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.features import AxisColumn, Features, read_attributes
from dupcheck.judging.contradictions import contradict_facts, fit_apart, list_kinds, list_series
from dupcheck.judging.differences import explain_differences, find_differences, list_differences
from dupcheck.model import Catalog, Difference, Listing
from dupcheck.rules import RulePack, list_packs, read_pack
from dupcheck.titles import align_name, normalise, read_title, read_value
from dupcheck.titles.kinds import list_members, list_spares, read_kinds, spell_member
from dupcheck.titles.models import read_series
from dupcheck.titles.vocabulary import LANGUAGES, look_up_key, read_words

Shop = Callable[..., Catalog]


TAIL = "Marlow Ridgeway Handpicked Corner Fjordline"


def is_joined(first: str, second: str, rules: str | RulePack = "aliexpress") -> bool:
    """Whether an audit of a shop with these two listings, and others of all sorts, puts them into one group."""
    # Long titles, for what is told in one word of twelve is what rules would join.
    titles = [
        f"{first} {TAIL}",
        f"{second} {TAIL}",
        "Wool scarf for winter",
        "Silk tie striped",
        "Rosin for violins",
        "Brass door knob",
    ]
    listings = [Listing(f"L-{i}", t, price=10.0, currency="USD") for i, t in enumerate(titles)]
    groups = dc.audit(make_catalog(listings), rules=rules).groups
    found = groups[groups.listing_id.isin(["L-0", "L-1"])]
    return len(found) == 2 and found.group_id.nunique() == 1


class TestVocabulary:
    def test_no_spelling_names_two_members_of_one_group(self) -> None:
        owners: dict[tuple[str, str], str] = {}
        clashes = []
        for family, group, member, entry in list_members():
            for spelling in spell_member(entry) if family != "silent" else ():
                if owners.setdefault((group, spelling), member) != member:
                    clashes.append((group, spelling, owners[group, spelling], member))
        assert clashes == []

    def test_every_member_has_its_names_in_english_and_chinese(self) -> None:
        for family, group, member, entry in list_members():
            if family == "silent":
                continue
            assert set(entry) <= set(LANGUAGES), (group, member)
            assert entry["en"] and any("\u3400" <= c <= "\u9fff" for c in entry["zh"][0]), (group, member)
            assert look_up_key(member) == look_up_key(member.lower()), member
            assert not set(member) & set("|=,?"), member

    def test_every_group_has_two_members(self) -> None:
        data = read_words("contrasts")
        lonely = [g for family in ("goods", "traits") for g, members in data[family].items() if len(members) < 2]
        assert lonely == []

    def test_a_spelling_alone_names_its_member(self) -> None:
        nothing = {normalise(phrase).replace("-", " ") for phrase in read_words("contrasts")["modifier"]["nothing"]}
        wrong = [
            (group, member, spelling)
            for family, group, member, entry in list_members()
            if family == "traits"
            for spelling in spell_member(entry)
            if spelling not in nothing and f"{group}={member}" not in read_kinds(spelling).split("|")
        ]
        assert wrong == []

    def test_every_pack_calls_kinds_distinct_where_it_does_models(self) -> None:
        for name in list_packs():
            distinct = read_pack(name).merge.distinct
            assert ("kind" in distinct) == ("model" in distinct), name


DIFFERENT = [
    ("Harlow Dining Bench Upholstered Solid Wood Legs", "Harlow Dining Chair Upholstered Solid Wood Legs"),
    ("Ironbeard Beard Balm Cedarwood Leave-In Conditioner", "Ironbeard Beard Oil Cedarwood Leave-In Conditioner"),
    ("Women Crew Neck T Shirt Short Sleeve Loose Summer Tee", "Women V Neck T Shirt Short Sleeve Loose Summer Tee"),
    ("Bypass Pruning Shears SK5 Steel Garden Secateurs", "Anvil Pruning Shears SK5 Steel Garden Secateurs"),
    ("Standing Desk Single Motor Height Adjustable Frame", "Standing Desk Dual Motor Height Adjustable Frame"),
    ("Gaming Headset Wired Stereo Noise Cancelling RGB", "Gaming Headset Wireless Stereo Noise Cancelling RGB"),
    ("Lavalier Microphone For Phone Lightning Live Vlog", "Lavalier Microphone For Phone Type C Live Vlog"),
    ("Shorts push up anticelulíticos de cintura alta", "Leggings push up anticelulíticos de cintura alta"),
    ("回力帆布鞋女高帮经典款学生布鞋小白鞋", "回力帆布鞋女低帮经典款学生布鞋小白鞋"),
    ("人教版语文同步描红 一年级上册 楷书小学生练字本", "人教版语文同步描红 一年级下册 楷书小学生练字本"),
    ("夏季新款短袖T恤女纯棉圆领宽松纯色打底衫", "夏季新款短袖T恤女纯棉V领宽松纯色打底衫"),
    ("PE保鲜膜食品级家用大卷点断式厨房冰箱", "PE保鲜袋食品级家用大卷点断式厨房冰箱"),
    ("Сковорода Мраморная со съемной ручкой", "Сковорода-гриль Мраморная со съемной ручкой"),
    ("Коврики EVA в салон Lada Vesta ромб", "Коврики EVA в багажник Lada Vesta ромб"),
    ("Creme hidratante corporal babosa natural", "Óleo hidratante corporal babosa natural"),
    ("Kemeja pria lengan panjang slim fit katun", "Kemeja pria lengan pendek slim fit katun"),
    ("Front Brake Pads Ceramic Honda Civic", "Rear Brake Pads Ceramic Honda Civic"),
    ("按动中性笔学生考试专用子弹头 0.5mm", "按动中性笔芯学生考试专用子弹头 0.5mm 笔芯"),
    ("Velox Glide 3 Men's Road Running Lightweight Trainer", "Velox Glide 4 Men's Road Running Lightweight Trainer"),
    ("Крючки офсетные Decoy Worm 17, №1/0", "Крючки офсетные Decoy Worm 15, №1/0"),
    ("Smart Band 7 Fitness Tracker Waterproof", "Smart Band 8 Fitness Tracker Waterproof"),
    ("Lenovo LP40 TWS Earphones Noise Reduction Touch", "Lenovo LP40 Pro TWS Earphones Noise Reduction Touch"),
    ("ZSN Pro Hybrid In Ear Monitor HIFI Bass Metal", "ZSN Pro X Hybrid In Ear Monitor HIFI Bass Metal"),
    ("RC Truck 1:16 Off Road Monster Brushless", "RC Truck 1:10 Off Road Monster Brushless"),
    ("For iPhone 15 Magsafe Case Clear Hard Cover", "For iPhone 15 Plus Magsafe Case Clear Hard Cover"),
]
ALIKE = [
    ("Dining Chair Upholstered Oak Legs Red", "Dining Chair Upholstered Oak Legs Blue"),
    ("Sofa Cover Stretch Velvet Red", "Sofa Cover Stretch Velvet Navy Blue"),
    ("Chair Leg Caps Furniture Floor Protectors Felt", "Felt Furniture Chair Leg Caps Floor Protectors"),
    ("Nylon Loop Strap Apple Watch Series 9 8 7 6 Grey", "Nylon Loop Strap Apple Watch Series 8 7 6 Black"),
    ("Powder Scented Candle Amber 200 ml", "Powder Scented Candle Amber 400 ml"),
    ("圆领纯棉T恤女宽松打底衫白色", "圆领纯棉T恤女宽松打底衫黑色"),
    ("Кружка керамическая с ручкой красная", "Кружка керамическая с ручкой синяя"),
    ("Zapatillas running ligeras transpirables talla 42", "Zapatillas running ligeras transpirables talla 43"),
    ("4K Mini Projector Portable Home Theater", "4K Projector Mini Portable Home Theater"),
]


class TestAudits:
    @pytest.mark.parametrize(("first", "second"), DIFFERENT)
    def test_members_of_one_set_are_different_products(self, first: str, second: str) -> None:
        assert not is_joined(first, second)

    @pytest.mark.parametrize(("first", "second"), ALIKE)
    def test_options_and_other_words_are_one_product(self, first: str, second: str) -> None:
        assert is_joined(first, second)

    @pytest.mark.parametrize(("first", "second"), DIFFERENT)
    def test_nothing_else_keeps_them_apart(self, first: str, second: str) -> None:
        """A pack that calls neither kinds nor models distinct joins them all, so that the test above can fail."""
        pack = read_pack("aliexpress")
        lax = replace(pack, merge=replace(pack.merge, distinct=("brand",)))
        assert is_joined(first, second, lax)

    def test_why_names_the_kind(self) -> None:
        told = dc.why(make_shop_of(*DIFFERENT[0]), "L-0", "L-1").as_dict()["differs_in"]
        assert [d["axis"] for d in told] == ["kind"]

    @pytest.mark.parametrize(("first", "second"), DIFFERENT[:4] + ALIKE[:3])
    def test_a_check_says_what_the_audit_says(self, first: str, second: str) -> None:
        (answer,) = dc.check(
            Listing("N-1", f"{second} {TAIL}", price=10.0, currency="USD"), make_shop_of(f"{first} {TAIL}")
        )
        assert any(p["verdict"] == "duplicate" for p in answer.pairs) == is_joined(first, second)


def make_shop_of(*titles: str) -> Catalog:
    return make_catalog([Listing(f"L-{i}", t, price=10.0, currency="USD") for i, t in enumerate(titles)])


class TestReading:
    @pytest.mark.parametrize(
        ("title", "kinds"),
        [
            ("Coffee Table Oak", "furniture=table|kind of table=coffee table"),
            ("Table Lamp Brass", "lamp=table lamp"),
            ("Sofa Cover Velvet", ""),
            ("Funda de sofá elástica", "accessory=case"),
            ("Juego de sábanas de algodón", "bedding=flat sheet|refill=?"),
            ("Chair Leg Caps", ""),
            ("Blanket for sofa", "bedding=blanket"),
            ("Water Filter Jug with 1 cartridge", "vessel=jug"),
            ("Shorts or Leggings", ""),
            ("Wired/Wireless Controller", ""),
            ("Wireless Charging Stand", ""),
            ("上下册练习", ""),
            ("沙发套", ""),
            ("Liquid Soap Refill 500 ml", "refill=?"),
            ("Ink refill blue", "refill=refill"),
        ],
    )
    def test_what_a_title_names(self, title: str, kinds: str) -> None:
        assert read_kinds(normalise(title)) == kinds

    @pytest.mark.parametrize(
        ("title", "series"),
        [
            ("Velox Glide 3 Road Trainer", "glide=3"),
            ("Watch Strap Series 9 8 7 SE", "series=7 se,8,9"),
            ("Case for iPhone 15 Plus", "for:iphone=15 plus"),
            ("Earbuds LP40 Pro", "lp40=pro"),
            ("Tablet T30 5G", "t30=-"),
            ("RC Truck 1:16 Off Road", "scale=1:16"),
            ("遥控越野车1：12四驱", "scale=1:12"),
            ("Resin Mix 1:2:3", ""),
            ("Bookshelf 5 Tier Rack", ""),
            ("Ring Size 7 Silver", ""),
            ("Lipstick Bullet 07 Berry", ""),
            ("Seeds Tomato, 10 bags", ""),
            ("Chair 2", ""),
            ("Sunscreen SPF50+ Face", ""),
        ],
    )
    def test_what_member_of_a_series_a_title_names(self, title: str, series: str) -> None:
        told = read_series(title, read_title(title).tokens)
        assert {f for f in told.split("|") if not f.startswith("5g")} == set(series.split("|")) or told == series

    @given(st.text(max_size=60))
    def test_any_text_is_read(self, text: str) -> None:
        kinds = read_kinds(normalise(text))
        assert kinds == "|".join(sorted(set(kinds.split("|")))) and list_kinds(kinds) is not None
        assert list_series(read_series(text, read_title(text).tokens), True) is not None


WORDS = (
    "shorts leggings chair bench v-neck crew neck wired wireless refill set glide 3 4 lp40 pro x iphone for 左手 右手"
)


class TestBrands:
    def join_cards(self, make_shop: Shop, *titles: str) -> set[str]:
        """The ids, among those of ``titles`` (T-0 …), that stand in one group in a shop that states both brands."""
        stated = [
            {"title": f"{name} {thing}", "attributes": {"Brand": name}, "listing_id": f"{name}-{k}"}
            for name in ("Acmedia", "Borelli")
            for k, thing in enumerate(("usb hub seven ports", "desk fan quiet", "wall clock round"))
        ]
        rows = [{"title": t, "listing_id": f"T-{i}", "attributes": {}} for i, t in enumerate(titles)]
        groups = dc.audit(make_shop(*stated, *rows, price=10.0, currency="USD")).groups
        mine = groups[groups.listing_id.str.startswith("T-")]
        return set(mine.listing_id)

    def test_titles_of_two_brands_are_two_products(self, make_shop: Shop) -> None:
        tail = "micro memory card class ten for phone camera drone tablet recorder"
        assert self.join_cards(make_shop, f"Acmedia {tail}", f"Borelli {tail}") == set()
        assert self.join_cards(make_shop, f"Acmedia {tail}", f"{tail} Acmedia") == {"T-0", "T-1"}

    def test_a_brand_that_a_thing_fits_is_not_its_own(self, make_shop: Shop) -> None:
        tail = "silicone strap soft sport wristband replacement buckle quick release watch"
        assert self.join_cards(make_shop, f"{tail} for Acmedia", f"{tail} for Borelli") == {"T-0", "T-1"}

    @pytest.mark.parametrize("none", ["None", "NoEnName_Null", "无品牌", "Нет бренда", "Sin marca", "Generic"])
    def test_no_brand_is_nothing_stated(self, make_shop: Shop, none: str) -> None:
        (row,) = read_attributes(make_shop({"title": "Mug", "attributes": {"Brand": none, "Color": "Red"}}))
        assert dict(row) == {"color": "Red"}


class TestFits:
    @pytest.mark.parametrize(
        ("left", "right", "apart"),
        [
            ("iPhone 15", "iPhone 15 Plus", True),
            ("iPhone 15", "iPhone15", False),
            ("iPhone 15", "Apple iPhone 15", False),
            ("iPhone 15, iPhone 14", "iPhone 14, iPhone 13", False),
            ("iPhone 15, iPhone 14", "iPhone 13", True),
            ("Apple", "iPhone 15", False),
            ("Xiaomi", "Xiaomi Redmi Note 12", False),
            ("Apple Watch", "Galaxy Watch 4", True),
            ("Lada Vesta", "Lada Granta", True),
        ],
    )
    def test_they_are_apart_where_no_model_is_common(self, left: str, right: str, apart: bool) -> None:
        assert fit_apart(*(read_value("compatible", text) for text in (left, right))) == apart
        assert fit_apart(*(read_value("compatible", text) for text in (right, left))) == apart

    @pytest.mark.parametrize(
        ("name", "axis"),
        [
            ("Compatible iPhone Model", "compatible"),
            ("Compatible Phone Model", "compatible"),
            ("Model Number", "model"),
            ("Модель автомобиля", "compatible"),
            ("适用手机型号", "compatible"),
            ("Modelo do carro", "compatible"),
        ],
    )
    def test_names_of_what_it_fits(self, name: str, axis: str) -> None:
        assert align_name(name) == axis

    def test_a_model_beside_a_maker_is_what_it_fits(self, make_shop: Shop) -> None:
        names = {"Compatible Brand": "Apple", "Compatible iPhone Model": "iPhone 15"}
        for attributes in (names, dict(reversed(names.items()))):
            (row,) = read_attributes(make_shop({"title": "Case", "attributes": attributes}))
            assert row["compatible"] == "iPhone 15"


words = st.sampled_from(WORDS.split())


class TestDisjointness:
    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.lists(words, min_size=1, max_size=5).map(" ".join), min_size=2, max_size=8))
    def test_pairs_at_once_are_as_one_by_one(self, titles: list[str]) -> None:
        """The oracle looks at every group of every pair."""
        for read, facts in (
            (lambda t: read_kinds(normalise(t)), list_kinds),
            (lambda t: read_series(t, read_title(t).tokens), lambda v: list_series(v, True)),
        ):
            told = [read(t) for t in titles]
            values = tuple(dict.fromkeys(t for t in told if t))
            codes = np.array([values.index(t) if t else -1 for t in told])
            pairs = np.array(list(permutations(range(len(titles)), 2)))
            wanted = []
            for a, b in pairs:
                ours, theirs = facts(told[a]), facts(told[b])
                wanted.append(any(not ours[key] & theirs[key] for key in ours if key in theirs))
            assert contradict_facts(AxisColumn(codes, values), facts, pairs[:, 0], pairs[:, 1]).tolist() == wanted

    def test_what_fits_counts_only_where_it_is_asked_for(self) -> None:
        assert list_series("for:iphone=15|lp40=-", False) == {"lp40": {"-"}}
        assert list_series("for:iphone=15|iphone=14", True) == {"iphone": {"14"}}

    def test_who_names_no_part_sells_the_thing(self) -> None:
        for group in list_spares():
            assert list_kinds("")[group].isdisjoint(list_kinds(f"{group}={group}")[group])
            assert group not in list_kinds(f"{group}=?")


class TestDifferences:
    def tell(self, read_features: Callable[[Catalog], Features], *titles: str) -> tuple[Difference, ...]:
        return find_differences(read_features(make_shop_of(*titles)), 0, 1)

    def test_they_are_told_in_both_languages(self, read_features: Callable[[Catalog], Features]) -> None:
        found = self.tell(read_features, "Crew Neck Linen Bench", "V Neck Linen Chair")
        assert explain_differences(found, "en") == "Kind Bench, Round Neck / Chair, V Neck"
        assert explain_differences(found, "zh") == "品类 长凳，圆领 / 椅，v领"

    def test_a_refill_stands_against_nothing(self, read_features: Callable[[Catalog], Features]) -> None:
        found = self.tell(read_features, "Acme gel refill", "Acme gel pen")
        assert explain_differences(found, "en") == "Kind Refill / not stated"

    def test_members_of_a_series_are_models(self, read_features: Callable[[Catalog], Features]) -> None:
        found = self.tell(read_features, "Velox Glide 3 Road Trainer", "Velox Glide 4 Road Trainer")
        assert explain_differences(found, "en") == "Model Glide 3 / Glide 4"

    def test_what_does_not_contradict_is_not_told(self, read_features: Callable[[Catalog], Features]) -> None:
        assert self.tell(read_features, "Oak Bench V Neck", "Oak bench LP40") == ()

    def test_one_by_one_as_all_at_once(self, read_features: Callable[[Catalog], Features]) -> None:
        titles = [t for pair in DIFFERENT + ALIKE for t in pair]
        features = read_features(make_shop_of(*titles))
        left, right = (np.array(side) for side in zip(*combinations(range(len(titles)), 2), strict=True))
        which, answers = list_differences(features, left, right)
        wanted = [find_differences(features, a, b) for a, b in zip(left.tolist(), right.tolist(), strict=True)]
        assert [answers[k] for k in which] == wanted
