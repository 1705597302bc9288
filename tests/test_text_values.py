"""Single values: their comparable form, how they are shown, their order; and names of attributes."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupcheck.titles import (
    AXES,
    align_name,
    guess_value,
    normalise,
    order_values,
    read_quantity,
    read_value,
    read_values,
    show_value,
)


@pytest.mark.parametrize(
    ("axis", "text", "value"),
    [
        ("size", "2XL", "xxl"),
        ("size", "XX-Large", "xxl"),
        ("size", "加大码", "xl"),
        ("size", "Medium", "m"),
        ("size", "m", "m"),
        ("size", "8L", "8l"),
        ("size", "24M", "24m"),
        ("size", "3T", "3t"),
        ("size", "S/M", "s/m"),
        ("size", "S, M, L", "s, m, l"),
        ("size", "One Size", "one size"),
        ("size", "均码", "one size"),
        ("size", "EU 38", "38"),
        ("size", "38码", "38"),
        ("size", "38", "38"),
        ("size", "US 9.5", "us 9.5"),
        ("size", "5.5 inch", "5.5 in"),
        ("size", "155/80A", "155/80a"),
        ("size", "Cal. King", "cal.king"),
        ("size", "Queen", "queen"),
        ("size", "GG", "xl"),
        ("size", "P", "s"),
        ("size", "размер 46", "46"),
        ("pack", "10 pcs", "10"),
        ("pack", "10", "10"),
        ("pack", "pack of 10", "10"),
        ("pack", "2 lusin", "24"),
        ("pack", "3双", "3 pair"),
        ("color", "Navy Blue", "navy"),
        ("color", "藏青", "navy"),
        ("color", "темно-синий", "navy"),
        ("color", "azul marino", "navy"),
        ("color", "酒红色", "wine red"),
        ("color", "16black", "black"),
        ("color", "11olivegreen", "olive"),
        ("color", "black2", "black"),
        ("color", "Red 2", "red 2"),
        ("color", "178 черный", "black 178"),
        ("color", "Ivory 110", "ivory 110"),
        ("color", "№10 Salt Caramel", "salt caramel 10"),
        ("color", "тон 34", "34"),
        ("color", "3-Red", "red"),
        ("color", "2 Black", "black"),
        ("color", "红", "red"),
        ("color", "黑白", "black/white"),
        ("color", "Grey", "gray"),
        ("color", "Dark-Grey", "dark gray"),
        ("color", "浅灰色", "light gray"),
        ("color", "Black & White", "black/white"),
        ("color", "Black / Gold", "black/gold"),
        ("color", "Antique Black/Light Gray", "antique black/light gray"),
        ("color", "Natural Tone/Beige", "natural/beige"),
        ("color", "Arctic Mist", "arctic mist"),
        ("color", "Red Color", "red"),
        ("color", "", ""),
        ("length", '5.5"', "5.5 in"),
        ("length", "5.5 inch", "5.5 in"),
        ("length", "1m", "1 m"),
        ("length", "100 cm", "1 m"),
        ("length", "1000mm", "1 m"),
        ("weight", "0.5kg", "500 g"),
        ("volume", "1,5 L", "1500 ml"),
        ("capacity", "1TB", "1000 gb"),
        ("capacity", "1024GB", "1000 gb"),
        ("capacity", "512 MB", "0.512 gb"),
        ("dimension", "20 x 30 cm", "20x30 cm"),
        ("voltage", "110-240V", "110-240 v"),
        ("material", "Polyester, 100% Cotton", "cotton, polyester"),
        ("material", "Cotton; Polyester", "cotton, polyester"),
        ("material", "真丝", "silk"),
        ("pattern", "条纹", "striped"),
        ("gender", "женский", "women"),
        ("style", "Ｖ-Neck", "v-neck"),
        ("width", "300mm", "30 cm"),
        ("brand", "Bowers &amp; Wilkins", "bowers and wilkins"),
    ],
)
def test_read_value(axis: str, text: str, value: str) -> None:
    assert read_value(axis, text) == value


@pytest.mark.parametrize(
    ("axis", "left", "right"),
    [
        ("color", "navy", "royal blue"),
        ("color", "wine red", "red"),
        ("color", "black/white", "white/black"),
        ("color", "light gray", "gray"),
        ("size", "xl", "xxl"),
        ("size", "us 38", "38"),
        ("pack", "10", "100"),
        ("pack", "2 pairs", "2 pcs"),
        ("length", "5.5 in", "5.5 cm"),
        ("capacity", "64gb", "64mb"),
        ("model", "A54", "A55"),
    ],
)
def test_values_that_differ_stay_apart(axis: str, left: str, right: str) -> None:
    assert read_value(axis, left) != read_value(axis, right)


def test_lists_of_values() -> None:
    assert read_values("material", "Mesh, Cotton") == ("cotton", "mesh")
    assert read_values("size", "L,M,S") == ("l", "m", "s")
    assert read_values("color", "") == ()


@pytest.mark.parametrize(
    ("axis", "value", "en", "zh"),
    [
        ("size", "xxl", "XXL", "XXL"),
        ("size", "one size", "One Size", "均码"),
        ("size", "us 9.5", "US 9.5", "US 9.5"),
        ("size", "twin xl", "Twin XL", "Twin XL"),
        ("size", "cal.king", "Cal.King", "Cal.King"),
        ("pack", "10", "10 pcs", "10件"),
        ("pack", "1", "1 pc", "1件"),
        ("pack", "2 pair", "2 pairs", "2双"),
        ("pack", "2 box", "2 boxes", "2盒"),
        ("color", "navy", "Navy", "藏青色"),
        ("color", "dark gray", "Dark Gray", "深灰色"),
        ("color", "black/gold", "Black/Gold", "黑色/金色"),
        ("color", "arctic mist", "Arctic Mist", "Arctic Mist"),
        ("length", "5.5 in", "5.5 in", "5.5英寸"),
        ("weight", "1500 g", "1.5 kg", "1.5千克"),
        ("capacity", "1000 gb", "1 TB", "1 TB"),
        ("capacity", "0.512 gb", "512 MB", "512 MB"),
        ("material", "cotton, polyester", "Cotton, Polyester", "纯棉，聚酯纤维"),
        ("gender", "women", "Women", "女士"),
        ("color", "", "", ""),
    ],
)
def test_show_value(axis: str, value: str, en: str, zh: str) -> None:
    assert show_value(axis, value, "en") == en
    assert show_value(axis, value, "zh") == zh


@pytest.mark.parametrize(
    ("axis", "values", "ordered"),
    [
        ("size", ["xl", "s", "xxl", "m", "xs", "l"], ["xs", "s", "m", "l", "xl", "xxl"]),
        ("size", ["10", "8", "38.5", "9"], ["8", "9", "10", "38.5"]),
        ("size", ["2t", "3-6m", "12m"], ["3-6m", "12m", "2t"]),
        ("size", ["king", "twin", "cal.king", "queen", "full"], ["twin", "full", "queen", "king", "cal.king"]),
        ("size", ["6 in", "5.5 in", "5 in"], ["5 in", "5.5 in", "6 in"]),
        ("pack", ["100", "10", "5"], ["5", "10", "100"]),
        ("length", ["1 m", "50 cm", "5 mm"], ["5 mm", "50 cm", "1 m"]),
        ("color", ["red", "black", "navy"], ["black", "navy", "red"]),
        ("color", ["red", "red"], ["red"]),
    ],
)
def test_order_values(axis: str, values: list[str], ordered: list[str]) -> None:
    assert order_values(axis, values) == ordered
    assert order_values(axis, reversed(ordered)) == ordered


@pytest.mark.parametrize(
    ("name", "axis"),
    [
        *[
            (n, "color")
            for n in ("Colour", "Color", "COLOR", "颜色", "顏色", "Цвет", "cor", "warna", "*颜色（必填）", "color_name")
        ],
        *[(n, "size") for n in ("Size", "尺码", "Размер", "Talla", "Tamanho", "ukuran")],
        *[(n, "brand") for n in ("Brand", "Brand Name", "品牌", "Бренд", "Marca", "Merek")],
        *[(n, "part number") for n in ("Part Number", "MPN", "零件号")],
        *[(n, "model") for n in ("Model", "Model Number", "型号", "Модель", "Modelo")],
        ("Material Type", "material"),
        ("Foo  Bar", "foo bar"),
        ("", ""),
    ],
)
def test_align_name(name: str, axis: str) -> None:
    assert align_name(name) == axis


def test_every_axis_is_found_by_its_own_id() -> None:
    assert all(align_name(axis) == axis for axis in AXES)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("Bllue", "blue"),
        ("Blcak", "black"),
        ("Gren", "green"),
        ("Gray", "gray"),
        ("Walnt", "walnut"),
        ("Zzz", ""),
        ("", ""),
        ("XL", ""),
    ],
)
def test_guess_value(word: str, value: str) -> None:
    assert guess_value("color", word) == value


@pytest.mark.parametrize("word", ["bed", "rud", "Table", "blck white", "bl", "hi"])
def test_ordinary_and_ambiguous_words_are_not_guessed(word: str) -> None:
    assert guess_value("color", word) == ""


@pytest.mark.parametrize(
    ("value", "amount", "unit"),
    [
        ("5.5 in", 139.7, "mm"),
        ("50 cm", 500, "mm"),
        ("10", 10, ""),
        ("1000 gb", 1000, "gb"),
        ("2 pair", 2, "pair"),
        ("500 g", 500, "g"),
    ],
)
def test_read_quantity(value: str, amount: float, unit: str) -> None:
    read, base = read_quantity(value)
    assert math.isclose(read, amount) and base == unit


@pytest.mark.parametrize("value", ["", "xl", "20x30 cm", "black", "110-240 v", "-5 g"])
def test_what_is_no_quantity_is_nan(value: str) -> None:
    assert math.isnan(read_quantity(value)[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ｔ-Ｓhirt【新款】 5.5″", 't-shirt 新款 5.5"'),
        ("22½ in", "22 1/2 in"),
        ("&quot;A&quot; &amp; <b>B</b>&nbsp;™", "a and b"),
        ("Ёлка", "елка"),
        ("Poliéster AZUL", "poliester azul"),
        ("顏色", "颜色"),
        ("20×30 х 40*50", "20x30 x 40x50"),
        ("1,005.00 . 5, .5", "1,005.00 5 0.5"),
        ("a\u200bb 🔥 c", "ab c"),
        ("Women’s 5’ x 7’", "women's 5' x 7'"),
        (r"\xe2\x9d\xa4Cream", "cream"),
        ("50% off - now", "50% off now"),
        ("", ""),
        ("🔥", ""),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


@settings(deadline=None)
@given(st.one_of(st.text(), st.text(alphabet="aA1.5,'\"-/+&;%x×х<>()amp ½`″ё\u0301\u200b顏", max_size=25)))
def test_normalise_is_idempotent(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert once == once.strip()


@settings(deadline=None)
@given(st.one_of(st.text(alphabet="абвгдёжя ", max_size=14), st.text(alphabet="顏色颜色红袜子大碼", max_size=8)))
def test_what_has_one_spelling_is_normalised_as_any_other_text(text: str) -> None:
    whole = normalise(f"({text})")  # the brackets send it through every step, and go
    assert normalise(text) == whole


PARTS = st.sampled_from(
    [
        "red", "Navy", "blue", "light", "XL", "m", "10", "pcs", "5.5\"", "inch", "cm", "20x30", "1TB", "/",
        ",", "-", "&", "红", "浅灰色", "tone", "oak", "S/M", "38码", "EU 38", "100%", "cotton", "шт", "2", "pair",
        "kg", "size", "queen", "16black", "(", ")", "medium", "claro", "muda", "0.5", "wash",
    ]
)  # fmt: skip


@settings(deadline=None)
@given(
    st.sampled_from([*AXES, "unknown name"]),
    st.one_of(
        st.text(max_size=20), st.lists(PARTS, max_size=5).map(" ".join), st.lists(PARTS, max_size=4).map("".join)
    ),
)
def test_a_canonical_form_is_its_own_and_can_be_shown(axis: str, text: str) -> None:
    value = read_value(axis, text)
    assert read_value(axis, value) == value
    assert read_value(axis, text.upper() if text.isascii() else text) == value
    for lang in ("en", "zh"):
        assert bool(show_value(axis, value, lang)) == bool(value)
    assert order_values(axis, [value, value]) == [value]
