"""One thing in two spellings is one word: joined and apart, inflected, hyphened, in synonyms; and what stays two."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.catalog.values import parse_attributes
from dupcheck.features import Features
from dupcheck.learned.lexicon import extend_lexicon, learn_lexicon
from dupcheck.model import Catalog
from dupcheck.signals.codes import Codes
from dupcheck.titles import normalise, read_title
from dupcheck.titles.stems import stem_word

Shop = Callable[..., Catalog]


def learn(*titles: str) -> dict[str, str]:
    return dict(learn_lexicon([normalise(t) for t in titles], ()).aliases)


def core(title: str) -> list[str]:
    return sorted(stem_word(w) for w in read_title(title).core())


class TestJoinedAndApart:
    @pytest.mark.parametrize(
        ("joined", "apart", "alias"),
        [
            ("Lumina thundercloak XR", "Orvex Thunder Cloak small", {"thundercloak": "thunder cloak"}),
            ("Lumina thundercloaks", "Orvex thunder-cloak", {"thundercloaks": "thunder cloak"}),
            ("Плащ громокрыл Лумина", "Накидка громо крыл", {"громокрыл": "громо крыл"}),
            ("Lumina Kestrel gadprox steel", "Kestrel Lumina gad prox", {"gadprox": "gad prox"}),
            ("Lumina Kestrel zsnx steel", "Kestrel Lumina zsn X", {"zsnx": "zsn x"}),
        ],
    )
    def test_what_a_catalogue_writes_both_ways_is_one(self, joined: str, apart: str, alias: dict[str, str]) -> None:
        assert learn(joined, apart) == alias

    @pytest.mark.parametrize(
        ("joined", "apart"),
        [
            ("Persian carpet living room", "Car Pet hammock seat"),  # a word of its own; no other word is shared
            ("blackout roller", "black out roller"),  # a colour
            ("forlumina roller", "for lumina roller"),  # a word that only links
            ("thundercloak roller", "cloak thunder roller"),  # not in this order
            ("gram of lumina", "gr am lumina"),
            ("雷云披风", "雷云 披风"),
        ],
    )
    def test_what_only_looks_joined_stays(self, joined: str, apart: str) -> None:
        assert learn(joined, apart) == {}

    @pytest.mark.parametrize("slipped", ["laundry binc over", "laundry bi ncover"])
    def test_a_letter_that_slipped_over_the_blank_goes_back(self, slipped: str) -> None:
        shop = [f"laundry bin cover N{i}" for i in range(4)]
        assert learn(*shop, "throw over sofa", slipped) == {slipped.removeprefix("laundry "): "bin cover"}
        apart = [f"laundry cover for bin N{i}" for i in range(4)]
        overs = [f"throw over sofa N{i}" for i in range(4)]
        assert "binc over" not in learn(*apart, *overs, "laundry binc over")
        assert "binc over" in learn(*shop, *overs, "laundry binc over")

    def test_short_words_that_are_not_rare_are_words_of_their_own(self) -> None:
        shop = [f"lumina kestrel and orvex N{i} black" for i in range(150)]
        backs = [f"lumina kestrel hand orvex N{i} back" for i in range(3)]
        assert learn(*shop, *backs) == {}
        assert learn(*shop, "lumina kestrel adn orvex blck") == {"adn": "and", "blck": "black"}

    def test_a_misspelling_of_a_joined_word_means_its_parts(self) -> None:
        shop = [f"Lumina thundercloak N{i}" for i in range(8)]
        aliases = learn(*shop, "Orvex thunder cloak", "Lumina thundrcloak N9")
        assert aliases["thundrcloak"] == aliases["thundercloak"] == "thunder cloak"

    def test_titles_in_both_spellings_are_one_product(self, make_shop: Shop) -> None:
        shop = make_shop(
            "Lumina thundercloak red", "Lumina thunder cloak blue", price=9.0, currency="USD", category="C"
        )
        assert len(dc.audit(shop).grouped) == 1

    @pytest.mark.parametrize(
        ("known", "draft", "alias"),
        [
            ("Lumina thunder cloak", "lumina thundercloak", {"thundercloak": "thunder cloak"}),
            ("Lumina thundercloak", "lumina thunder cloak", {"thundercloak": "thunder cloak"}),
            ("Lumina Worm 17", "lumina worm17", {"worm17": "worm 17"}),
            ("Lumina XL830L", "lumina xl 830z", {}),
            ("Lumina QK830", "lumina qk 830", {"qk 830": "qk830"}),
        ],
    )
    def test_a_draft_teaches_what_an_audit_would(self, known: str, draft: str, alias: dict[str, str]) -> None:
        near = [normalise(known)]
        later = extend_lexicon(learn_lexicon(near, ()), [normalise(draft)], (), near)
        assert dict(later.aliases) == alias == learn(known, draft)


class TestCodes:
    @pytest.mark.parametrize(
        ("joined", "apart", "alias"),
        [
            ("Savage Worm17 lure", "Savage worm 17 lure", {"worm17": "worm 17"}),
            ("Case 14Pro", "Case 14 Pro", {"14pro": "14 pro"}),
            ("Hub USB3.0", "Hub USB 3.0", {"usb3.0": "usb 3.0"}),
            ("Sprayer QK-209", "Sprayer qk 209", {"qk 209": "qk209"}),
            ("Опрыскиватель ОП-209", "Опрыскиватель оп 209", {"оп 209": "оп209"}),
            ("Meter XL830T", "Meter XL 830T", {"xl 830t": "xl830t"}),  # three digits: no size
            ("Paste QX6", "Paste QX 6", {"qx 6": "qx6"}),
        ],
    )
    def test_a_code_is_one_with_and_without_a_blank(self, joined: str, apart: str, alias: dict[str, str]) -> None:
        assert learn(joined, apart) == alias
        lexicon = learn_lexicon([normalise(joined), normalise(apart)], ())
        read = [read_title(lexicon.correct(normalise(t)) or t).core() for t in (joined, apart)]
        assert {stem_word(w) for w in read[0]} == {stem_word(w) for w in read[1]}

    @pytest.mark.parametrize(
        ("joined", "apart"),
        [
            ("Bottle 500ml", "Bottle 500 ml"),
            ("Shirt M38", "Shirt M 38"),  # a size
            ("Brush x4", "Brush x 4"),
            ("Screws 100pcs", "Screws 100 pcs"),
            ("Charger pd20w", "Charger pd 20w"),  # 20 W are its power
            ("Shoe р42", "Shoe р 42"),  # a word for size
            ("Lumina worm17", "Lumina worm 18"),
        ],
    )
    def test_numbers_that_say_something_else_stay(self, joined: str, apart: str) -> None:
        assert learn(joined, apart) == {}

    @pytest.mark.parametrize(
        ("left", "right"),
        [("WH-1000XM4", "wh1000xm4"), ("MX-6", "mx6"), ("K-35", "k35"), ("660595-B21", "660595B21")],
    )
    def test_hyphens_beside_letters_do_not_matter(self, left: str, right: str) -> None:
        assert core(left) == core(right)

    @pytest.mark.parametrize(("left", "right"), [("C1644-3", "C1644-6"), ("C164-43", "C1644-3"), ("4411-2", "44112")])
    def test_hyphens_between_digits_do(self, left: str, right: str) -> None:
        assert core(left) != core(right)

    @pytest.mark.parametrize(
        ("left", "right", "expected"),
        [
            (("Sprayer QK-2091", ""), ("Garden sprayer", "Model=QK2091"), 0.5),
            (("Sprayer QK-2091", ""), ("Garden sprayer qk2091", ""), 0.5),
            (("Sprayer", "Part Number=QK-20911"), ("Garden", "MPN=qk20911"), 1.0),
            (("Sprayer QK-2091", ""), ("Garden sprayer qk-2092", ""), 0.0),
            (("Sprayer", "Model=A54"), ("Garden sprayer A54", ""), np.nan),
        ],
    )
    def test_the_codes_signal_sees_them_as_one(
        self,
        make_shop: Shop,
        read_features: Callable[[Catalog], Features],
        left: tuple[str, str],
        right: tuple[str, str],
        expected: float,
    ) -> None:
        rows = [{"title": title, "attributes": parse_attributes(stated)} for title, stated in (left, right)]
        features = read_features(make_shop(*rows))
        assert Codes().measure(features, np.array([0]), np.array([1])) == pytest.approx([expected], nan_ok=True)


class TestInflections:
    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("cookies", "cookie"), ("neckties", "necktie"), ("knives", "knife"), ("lanterns", "lantern"),
            ("игрушки", "игрушкой"), ("колпак утепленный", "колпаки утепленные"), ("ластов", "ласты"),
            ("набалдашников", "набалдашник"), ("кружек", "кружки"), ("хлопушек", "хлопушка"), ("рубашкой", "рубашки"),
            ("antenas reforzadas", "antena reforzado"), ("cojines", "cojin"), ("gafas", "gafa"), ("tambores", "tambor"),
            ("botões", "botão"), ("painéis reforçados", "painéis reforçada"), ("laterais", "lateral"),
            ("arcabuces azulados", "arcabuz azulada"), ("mesa redonda", "mesas redondos"),
        ],
    )  # fmt: skip
    def test_inflections_are_one_word(self, left: str, right: str) -> None:
        assert core(left) == core(right)

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("gorra", "gorro"), ("manga", "mango"), ("plato", "plata larga"), ("puerta", "puerto"), ("поло", "пол"),
            ("рука", "рукав"), ("clothes", "cloth"), ("плата", "платье"), ("плита", "плиток"), ("банка", "баня"),
            ("shoe", "show"), ("cases", "casts"), ("kaki", "kaku"), ("лампа", "лампада"),
        ],
    )  # fmt: skip
    def test_other_things_stay_two(self, left: str, right: str) -> None:
        assert core(left) != core(right)

    @given(st.text(max_size=12))
    def test_any_word_has_a_stem(self, word: str) -> None:
        assert bool(stem_word(word)) == bool(word)
        assert stem_word(word) == stem_word(word)


class TestSynonyms:
    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("Lumina silk necktie", "Lumina silk neck tie"),
            ("Lumina wellies", "Lumina rain boots"),
            ("Lumina hosepipe 10m", "Lumina garden hose 10m"),
            ("Personalised Lumina spanner", "custom Lumina wrench"),
            ("Lumina nappies", "Lumina diapers"),
            ("路米 遛狗绳", "路米 牵引绳"),
            ("路米 半袖体恤", "路米 短袖T恤"),
            ("路米 V字领T恤", "路米 V领T恤"),
            ("路米 充电宝", "路米 移动电源"),
            ("Lumina audífonos para niños", "Lumina auriculares para niños"),
            ("Camiseta Lumina de mujer", "Playera Lumina de mujer"),
        ],
    )
    def test_synonyms_are_one_spelling(self, left: str, right: str) -> None:
        assert core(left) == core(right)

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("Lumina boots", "Lumina shoes"), ("Lumina rug", "Lumina door mat"), ("Lumina gel polish", "Lumina polish"),
            ("Lumina tie clip", "Lumina tie"), ("路米 滤芯", "路米 笔芯"), ("Лумина сапоги", "Лумина ботинки"),
            ("Lumina armario", "Lumina mochila"), ("Lumina sandália", "Lumina chinelo"),
        ],
    )  # fmt: skip
    def test_other_goods_stay_apart(self, left: str, right: str) -> None:
        assert core(left) != core(right)

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("Lumina cable tie", "Lumina cable necktie"),
            ("Lumina knee brace", "Lumina knee suspender"),
            ("Rok Lumina espresso maker", "Skirt Lumina espresso maker"),
            ("Lumina cola glass", "Lumina glue glass"),
            ("Lumina mochila", "Lumina backpack"),
            ("Lumina playera", "Lumina shirt for the beach"),
        ],
    )
    def test_a_word_means_only_what_it_does_in_its_title(self, left: str, right: str) -> None:
        assert core(left) != core(right)

    def test_a_synonym_has_as_many_words_as_what_it_stands_for(self) -> None:
        assert (
            read_title("Lumina hosepipe").core()
            == read_title("Lumina garden hose").core()
            == ("lumina", "garden", "hose")
        )

    @pytest.mark.parametrize(
        ("title", "axis", "value"),
        [
            ("Футболка Лумина х/б", "material", "cotton"),
            ("Носки Лумина муж.", "gender", "men"),
            ("Халат Лумина жен. махра", "gender", "women"),
        ],
    )
    def test_abbreviations_of_sellers(self, title: str, axis: str, value: str) -> None:
        assert read_title(title).values(axis) == (value,)

    def test_short_prepositions_are_no_words_of_the_core(self) -> None:
        assert core("Bolsa Lumina c/ fivela p/ viagem") == core("Bolsa Lumina com fivela para viagem")
        assert "c" in core("Cabo A/C Lumina c")


@pytest.mark.parametrize(
    ("title", "value"),
    [
        ("Платье Лумина изумруд", "emerald"), ("Платье Лумина пудровое", "powder pink"),
        ("Шапка Лумина рыжая", "ginger"),
        ("Платье Лумина бордо", "burgundy"), ("Худи Лумина, графит", "graphite"),
        ("Плащ Лумина фисташковый", "pistachio"),
        ("Vestido Lumina granate", "maroon"), ("Vestido Lumina verde botella", "dark green"),
        ("Sudadera Lumina gris jaspeado", "heather gray"), ("Vestido Lumina cinza mescla", "heather gray"),
        ("Saia Lumina verde musgo", "moss green"), ("Capa Lumina azul petróleo", "petrol blue"),
        ("Gamis Lumina hijau lumut", "moss green"), ("Gamis Lumina coksu", "milk coffee"),
        ("Hoodie Lumina grey marl", "heather gray"), ("Hoodie Lumina navy marl", "heather navy"),
        ("Strap Lumina, Starlight", "starlight"), ("Dress Lumina apple green", "apple green"),
        ("路米 连衣裙 奶茶色", "milk tea"), ("路米 连衣裙 雾紫", "lilac"), ("路米 连衣裙 藕粉", "lotus pink"),
        ("路米 连衣裙 樱粉", "sakura pink"), ("路米 连衣裙 孔雀绿", "peacock green"),
    ],
)  # fmt: skip
def test_shades_in_six_languages(title: str, value: str) -> None:
    assert read_title(title).values("color") == (value,)


@pytest.mark.parametrize(
    "title", ["Moss pole for plants", "Midnight oil book Lumina", "Grape scissors set", "燕窝 路米 月饼"]
)
def test_things_that_give_a_shade_its_name_stay_things(title: str) -> None:
    assert read_title(title).values("color") == ()


@pytest.mark.parametrize(
    ("title", "value"),
    [
        ("Рюкзак Лумина мультикам", "multicam"), ("Рюкзак Лумина пиксель", "digital camouflage"),
        ("Backpack Lumina pixel camo", "digital camouflage"), ("Bolsa Lumina croco", "crocodile print"),
        ("Falda Lumina pata de gallo", "houndstooth"), ("路米 领带 暗纹", "tone on tone"),
        ("Cup Lumina marble print", "marble print"),
    ],
)  # fmt: skip
def test_prints_in_six_languages(title: str, value: str) -> None:
    assert read_title(title).values("pattern") == (value,)
