"""Each kind of value, in each language that is read: colours, sizes, packs, tiers, selling words; and capitals."""

import numpy as np
import pytest

import dupcheck as dc
from dupcheck.model import Catalog
from dupcheck.titles import read_title, read_value

CLAIMS = [
    # shades stay apart from their colour, in every language
    ("dress navy", "color", "navy"),
    ("dress sky blue", "color", "sky blue"),
    ("dress blue", "color", "blue"),
    ("连衣裙 藏青色", "color", "navy"),
    ("连衣裙 天蓝色", "color", "sky blue"),
    ("连衣裙 蓝色", "color", "blue"),
    ("連衣裙 藍色", "color", "blue"),
    ("платье темно-синее", "color", "navy"),
    ("платье голубое", "color", "light blue"),
    ("платье синее", "color", "blue"),
    ("vestido azul marino", "color", "navy"),
    ("vestido azul claro", "color", "light blue"),
    ("vestido azul", "color", "blue"),
    ("vestido azul-marinho", "color", "navy"),
    ("vestido vermelho", "color", "red"),
    ("gaun biru muda", "color", "light blue"),
    ("gaun biru", "color", "blue"),
    ("gaun merah maroon", "color", "maroon"),
    ("платье бордовое", "color", "burgundy"),
    ("裙子 酒红色", "color", "wine red"),
    ("dress wine red", "color", "wine red"),
    # letter sizes
    ("dress 2XL", "size", "xxl"),
    ("dress XXL", "size", "xxl"),
    ("连衣裙 2XL码", "size", "xxl"),
    ("连衣裙 大码", "size", "l"),
    ("连衣裙 均码", "size", "one size"),
    ("платье безразмерный", "size", "one size"),
    ("vestido talla única", "size", "one size"),
    ("vestido tamanho único", "size", "one size"),
    ("vestido talla M", "size", "m"),
    ("vestido tamanho G", "size", "l"),
    ("vestido tamanho GG", "size", "xl"),
    ("vestido tamanho P", "size", "s"),
    ("baju ukuran L", "size", "l"),
    ("платье размер L", "size", "l"),
    # numbered sizes of several systems
    ("shoes EU 42", "size", "42"),
    ("shoes EUR 42", "size", "42"),
    ("shoes US 9.5", "size", "us 9.5"),
    ("shoes UK 8", "size", "uk 8"),
    ("鞋 42码", "size", "42"),
    ("裤子 170/92A", "size", "170/92a"),
    ("кроссовки размер 42", "size", "42"),
    ("zapatos talla 42", "size", "42"),
    ("sapatos tamanho 42", "size", "42"),
    ("sepatu ukuran 42", "size", "42"),
    # ages
    ("kids pajamas 2-3 years", "size", "2-3y"),
    ("儿童睡衣 2-3岁", "size", "2-3y"),
    ("пижама детская 2-3 года", "size", "2-3y"),
    ("pijama 2-3 anos", "size", "2-3y"),
    ("baju bayi 2-3 tahun", "size", "2-3y"),
    ("baby romper 6-12 months", "size", "6-12m"),
    # dimensions and measures
    ("mat 20 x 30 cm", "dimension", "20x30 cm"),
    ("垫子 20×30厘米", "dimension", "20x30 cm"),
    ("коврик 20х30 см", "dimension", "20x30 cm"),
    ('scissors 5.5"', "length", "5.5 in"),
    ("剪刀 5.5英寸", "length", "5.5 in"),
    ("ножницы 5.5 дюймов", "length", "5.5 in"),
    ("tijeras 5.5 pulgadas", "length", "5.5 in"),
    ("tesoura 5.5 polegadas", "length", "5.5 in"),
    ("gunting 5.5 inci", "length", "5.5 in"),
    ("rug 39.4x59 inch", "dimension", "39.4x59 in"),
    ("rug 5 x 7 feet", "dimension", "5x7 ft"),
    ("oil 500 ml", "volume", "500 ml"),
    ("精油 500毫升", "volume", "500 ml"),
    ("масло 500 мл", "volume", "500 ml"),
    ("oil 0.5L", "volume", "500 ml"),
    ("масло 0,5 л", "volume", "500 ml"),
    ("rice 2kg", "weight", "2000 g"),
    ("大米 2公斤", "weight", "2000 g"),
    ("рис 2 кг", "weight", "2000 g"),
    ("beras 2 kilo", "weight", "2000 g"),
    # packs and lots
    ("pens 10pcs", "pack", "10"),
    ("pens 100pcs", "pack", "100"),
    ("pens pack of 10", "pack", "10"),
    ("pens lot of 10", "pack", "10"),
    ("笔 10支装", "pack", "10"),
    ("笔 十支装", "pack", "10"),
    ("ручки 10 шт", "pack", "10"),
    ("набор из 10 ручек", "pack", "10"),
    ("bolígrafos 10 piezas", "pack", "10"),
    ("paquete de 10 bolígrafos", "pack", "10"),
    ("canetas 10 peças", "pack", "10"),
    ("kit com 10 canetas", "pack", "10"),
    ("pulpen isi 10", "pack", "10"),
    ("pulpen 1 lusin", "pack", "12"),
    ("socks 3 pairs", "pack", "3 pair"),
    ("袜子 3双", "pack", "3 pair"),
    ("носки 3 пары", "pack", "3 pair"),
    ("calcetines 3 pares", "pack", "3 pair"),
    ("kaos kaki 3 pasang", "pack", "3 pair"),
    ("sada šroubováků 6 dílů", "pack", "6"),
    ("šaty tmavě modré", "color", "dark blue"),
    # a letter that is a small word in its language is a size where one may stand
    ("tričko s potiskem bílé S", "size", "s"),
    ("T-shirt homme noir L", "size", "l"),
    # retail and wholesale
    ("beads wholesale", "tier", "wholesale"),
    ("珠子批发", "tier", "wholesale"),
    ("бусины оптом", "tier", "wholesale"),
    ("cuentas al por mayor", "tier", "wholesale"),
    ("miçangas no atacado", "tier", "wholesale"),
    ("manik grosir", "tier", "wholesale"),
    ("beads retail", "tier", "retail"),
    ("珠子零售", "tier", "retail"),
    ("бусины в розницу", "tier", "retail"),
    ("cuentas al por menor", "tier", "retail"),
    ("miçangas no varejo", "tier", "retail"),
    ("manik eceran", "tier", "retail"),
]


@pytest.mark.parametrize(("title", "axis", "value"), CLAIMS)
def test_a_value_is_read_in_every_language(title: str, axis: str, value: str) -> None:
    assert read_title(title).values(axis) == (value,)


@pytest.mark.parametrize(
    ("title", "axis"),
    [
        ("dress 2XL", "volume"),
        ("dress 2XL", "pack"),
        ("tablet A54", "size"),
        ("galaxy s24", "size"),
        ("bolt m8", "size"),
        ("router 5G", "weight"),
        ("2 in 1 brush", "length"),
        ("tričko bílé s potiskem", "size"),
        ("krem 3w1", "power"),
        ("krem 3 w 1 nawilżający", "power"),
        ("usb 3.0 cable", "length"),
        ("4K monitor", "weight"),
    ],
)
def test_what_only_looks_like_a_value_is_none(title: str, axis: str) -> None:
    assert read_title(title).values(axis) == ()


@pytest.mark.parametrize("count", ["1 pcs", "1 szt", "1 m"])
def test_watts_before_a_count_are_not_several_in_one(count: str) -> None:
    assert read_title(f"LED bulb 10 W {count}").values("power") == ("10 w",)


@pytest.mark.parametrize(
    ("bare", "selling"),
    [
        ("silk scarf", "HOT SALE silk scarf Free Shipping Best Price New Arrival 2026"),
        ("真丝围巾", "【爆款】真丝围巾 包邮 正品 现货"),
        ("真丝围巾", "【爆款】真絲圍巾 包郵 正品 現貨"),
        ("шелковый шарф", "Шелковый шарф хит продаж бесплатная доставка новинка"),
        ("bufanda lana", "Bufanda lana envío gratis oferta alta calidad"),
        ("cachecol lã", "Cachecol lã frete grátis promoção pronta entrega"),
        ("syal rajut", "Syal rajut murah ready stock bisa COD gratis ongkir"),
    ],
)
def test_selling_words_leave_the_core_as_it_is(bare: str, selling: str) -> None:
    assert read_title(selling).core() == read_title(bare).core()


@pytest.mark.parametrize(
    ("axis", "left", "right"),
    [
        ("pack", "10pcs", "100pcs"),
        ("pack", "10 pcs", "10 pairs"),
        ("size", "42", "US 9.5"),
        ("size", "M", "XL"),
        ("color", "navy", "blue"),
        ("color", "wine red", "red"),
        ("capacity", "64GB", "128GB"),
        ("size", "5.5 inch", "6.0 inch"),
        ("size", "2-3 years", "3-4 years"),
        ("size", "6m", "6y"),
    ],
)
def test_two_values_stay_two(axis: str, left: str, right: str) -> None:
    assert read_value(axis, left) != read_value(axis, right)


class TestUnspacedScripts:
    @pytest.mark.parametrize(
        ("left", "right", "common"),
        [
            ("加厚纯棉毛巾柔软吸水洗脸巾家用", "洗脸巾家用加厚柔软吸水纯棉毛巾", 0.6),
            ("กระเป๋าสะพายข้างผู้หญิงหนังแท้", "กระเป๋าสะพายข้างหนังแท้ ผู้หญิง", 0.6),
            ("กระเป๋าสะพายข้างผู้หญิงหนังแท้", "หมวกแก๊ปผู้ชายปีกกว้าง", 0.0),
        ],
    )
    def test_titles_share_what_their_signs_share(self, left: str, right: str, common: float) -> None:
        a, b = set(read_title(left).core()), set(read_title(right).core())
        share = 2 * len(a & b) / (len(a) + len(b))
        assert share > common if common else share < 0.3

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("【熱賣】純棉毛巾！柔軟", "纯棉毛巾 柔软"),
            ("🔥纯棉毛巾,柔软🔥", "纯棉毛巾 柔软"),
            ("（纯棉毛巾）・柔软", "纯棉毛巾 柔软"),
            ("纯棉毛巾 ３４×７４ＣＭ", "纯棉毛巾 34x74cm"),
        ],
    )
    def test_script_width_brackets_and_emoji_do_not_matter(self, left: str, right: str) -> None:
        def told(title: str) -> list[tuple[str, str]]:
            return [(t.value or t.text, t.axis) for t in read_title(title).tokens if t.axis != "noise"]

        assert told(left) == told(right)


@pytest.mark.slow
def test_capitals_change_no_verdict(sample: Catalog, sample_audit: dc.Audit) -> None:
    """Written all in capitals, or each second listing so, the sample catalogue has the same groups and plans."""

    def plans(audit: dc.Audit) -> set[tuple[str, frozenset[str]]]:
        return {(p.action, frozenset(p.listings)) for p in audit.plans}

    titles = sample.column("title")
    for step in (1, 2):
        loud = np.array([t.upper() if i % step == 0 else t for i, t in enumerate(titles)], dtype=object)
        capitals = dc.audit(
            Catalog({**sample.columns, "title": loud}, sample.sku_columns, image_root=sample.image_root)
        )
        assert plans(capitals) == plans(sample_audit)
    assert all(read_title(t.upper()) == read_title(t) == read_title(t.lower()) for t in titles)
