"""What a number or a word is not: values are read only in the language of a title and where values stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupcheck.titles import align_name, normalise, read_title, read_value
from dupcheck.titles.languages import find_languages
from dupcheck.titles.normalising import fold
from dupcheck.titles.vocabulary import list_languages


def tell(title: str) -> dict[str, tuple[str, ...]]:
    """The values of a title by axis, without what only sells."""
    read = read_title(title)
    axes = dict.fromkeys(t.axis for t in read.tokens if t.axis not in ("", "noise"))
    return {axis: read.values(axis) for axis in axes}


class TestLanguages:
    @pytest.mark.parametrize(
        ("title", "language"),
        [
            ("Hemd schwarz Größe M", "de"),
            ("Chemise noire pour homme en coton", "fr"),
            ("Camicia nera da uomo in cotone", "it"),
            ("Koszula czarna męska z bawełny", "pl"),
            ("Siyah pamuklu erkek gömlek", "tr"),
            ("Áo sơ mi nam màu đen", "vi"),
            ("เสื้อเชิ้ตผู้ชาย สีดำ", "th"),
            ("メンズ シャツ ブラック", "ja"),
            ("남성 셔츠 블랙", "ko"),
            ("Vestido largo de mujer negro", "es"),
            ("Vestido longo feminino preto com bolso", "pt"),
            ("Kemeja pria hitam lengan panjang", "id"),
            ("黑色男士衬衫", "zh"),
            ("Чёрная мужская рубашка", "ru"),
            ("Zwarte broek voor heren", "nl"),
        ],
    )
    def test_a_title_is_in_its_language(self, title: str, language: str) -> None:
        assert find_languages(title, fold(title))[0] == language

    @pytest.mark.parametrize(
        ("title", "color"),
        [
            ("Hemd schwarz Größe M", "black"), ("Robe rouge femme", "red"), ("Gonna verde donna", "green"),
            ("Sukienka niebieska damska", "blue"), ("Kırmızı kadın elbise", "red"), ("Đầm nữ màu đỏ", "red"),
            ("กระเป๋า สีแดง", "red"), ("バッグ レッド", "red"), ("가방 레드", "red"), ("Rode jurk voor dames", "red"),
        ],
    )  # fmt: skip
    def test_its_colours_are_read(self, title: str, color: str) -> None:
        assert tell(title)["color"] == (color,)

    @pytest.mark.parametrize(
        "title",
        [
            "Cable Tie Nylon Assorted Lengths",
            "Knee Brace Support Sleeve",
            "Rok Mini Espresso Maker",
            "Portable Fan USB Desk",
            "Film Noir Poster Wall Art",
            "Tool Set for Oro Motors",
            "Sari Silk Yarn Handmade",
        ],
    )
    def test_a_word_of_another_language_is_no_value(self, title: str) -> None:
        assert tell(title).keys() <= {"material", "size"}

    def test_an_ordinary_word_of_a_language_is_no_value_of_english(self) -> None:
        assert tell("Cable de red para el router negro") == {"color": ("black",)}
        assert tell("Network cable red") == {"color": ("red",)}

    @given(st.text(max_size=40))
    def test_any_text_has_languages_and_english_is_the_last(self, title: str) -> None:
        found = find_languages(title, fold(title))
        assert found[-1] == "en" and set(found) <= set(list_languages()) and len(set(found)) == len(found)


class TestNumbers:
    @pytest.mark.parametrize(
        ("title", "values"),
        [
            # what is no size, weight or pack
            ("Single Malt Whisky 12 Year Old", {}),
            ("Antivirus License 5 PC", {}),
            ("Bolt x 1/4", {}),
            ("Smartphone A56 5G", {}),
            ("Camera DX100-M", {}),
            ("Hex Bolt M6 x 20", {}),
            # what is one
            ("Kids Shirt 4 Years Old", {"gender": ("kids",), "size": ("4y",)}),
            ("USB Hub 5 pcs", {"pack": ("5",)}),
            ("Kettle 4L", {"volume": ("4000 ml",)}),
            ("Bag of rice 120-140 g", {"weight": ("120-140 g",)}),
            # of who wears it
            ("Plus size pants 4L", {"size": ("4l",)}),
            ("女装连衣裙 建议120-140斤", {"gender": ("women",), "size": ("120-140 jin",)}),
            ("儿童羽绒服 身高90cm", {"gender": ("kids",), "size": ("90 cm",)}),
            # memory in every spelling
            ("Phone X10 8/128 GB", {"capacity": ("8 gb", "128 gb")}),
            ("手机 X10 8+128G", {"capacity": ("8 gb", "128 gb")}),
            ("Phone X10 8G+128G", {"capacity": ("8 gb", "128 gb")}),
            ("Phone X10 8 GB RAM 128 GB", {"capacity": ("8 gb", "128 gb")}),
            ("Смартфон X10 8/128 ГБ", {"capacity": ("8 gb", "128 gb")}),
            # half sizes
            ("Loafers Navy Size 36,5", {"color": ("navy",), "size": ("36.5",)}),
            ("Buty rozmiar 36,5", {"size": ("36.5",)}),
            ("Running Shoes EU 40 2/3", {"size": ("40 2/3",)}),
            ("Hiking Shoes EU 43½", {"size": ("43.5",)}),
            ("Sandals sizes 36,37", {"size": ("36", "37")}),
            # measure words
            ("龙井茶 二两", {"weight": ("100 g",)}),
            ("龙井茶 半斤", {"weight": ("250 g",)}),
            ("毛巾 三入组", {"pack": ("3",)}),
            ("시리얼 컵 24개", {"pack": ("24",)}),
            ("炭酸水 500ml 24本入", {"volume": ("500 ml",), "pack": ("24",)}),
            ("아동 내복 100호", {"gender": ("kids",), "size": ("100",)}),
            ("ベビー服 70サイズ", {"size": ("70",)}),
            ("Potatoes 500 gms", {"weight": ("500 g",)}),
            ("Beer 5dl", {"volume": ("500 ml",)}),
            ("Whisky 70cl", {"volume": ("700 ml",)}),
            # of two counts the one that is sold together
            ("Crackers 2 boxes (48 pcs)", {"pack": ("48",)}),
            # What stands before a pack whose count stands behind it is the thing's own number.
            ("Dental Mirror Head No.4 box 12", {}),
            ("Clarinet Reeds 2.5 box of 10", {"pack": ("10",)}),
            ("Green Tea 6 pack 2024", {"pack": ("6",)}),
            # A size spans few numbers.
            ("Pompa obiegowa 25-60 180", {}),
            ("Skarpety frotte 39-42", {"size": ("39-42",)}),
            ("Napkins 300 sheets 10 packs", {"pack": ("10",)}),
            # Letters straight behind a model's number are its tail, where nothing is worn.
            ("Cartouche encre Canson 301 XL", {}),
            ("Ink cartridge LC 3219 XL", {}),
            ("Cycling jersey 301 XL", {"size": ("xl",)}),
            ("Pet cooling mat grey XL", {"size": ("xl",), "color": ("gray",)}),
            # One short word among others is a code's piece, and no word of another language.
            ("Проволока E-Cu катушка", {}),
            ("Máy khoan cũ", {"condition": ("used",)}),
        ],
    )
    def test_a_number_is_a_value_where_one_stands(self, title: str, values: dict[str, tuple[str, ...]]) -> None:
        assert tell(title) == values


class TestSpellings:
    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("空·气·炸·锅 沐光", "空气炸锅 沐光"),
            ("户#外#折#叠#椅", "户外折叠椅"),
            ("Cумка жeнcкая чepeз плeчо", "Сумка женская через плечо"),
            ("Смартфон Нордвик А56", "Смартфон Нордвик A56"),
            (r"Ring \xd0\xb4\xd0\xb0", "Ring да"),
        ],
    )
    def test_written_to_hide_is_one_text(self, left: str, right: str) -> None:
        assert normalise(left) == normalise(right)

    @pytest.mark.parametrize("text", ["Розетка 3в1 р. 42", "红#蓝", "Model 3в", r"C:\xfolder\x"])
    def test_what_is_not_hidden_stays(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)
        assert "3b" not in fold(text)

    @pytest.mark.parametrize(
        ("name", "axis"),
        [
            ("Choose Material", "material"), ("Select Size", "size"), ("请选择颜色", "color"), ("色を選択", "color"),
            ("색상 선택", "color"), ("Выберите размер", "size"), ("Elige talla", "size"), ("Farbe wählen", "color"),
            ("Couleur", "color"), ("Rozmiar", "size"), ("Màu sắc", "color"), ("Beden", "size"), ("サイズ", "size"),
            ("Taglia", "size"), ("ไซส์", "size"), ("사이즈", "size"),
        ],
    )  # fmt: skip
    def test_names_of_attributes(self, name: str, axis: str) -> None:
        assert align_name(name) == axis

    @pytest.mark.parametrize("name", ["Choose", "Select", "选择"])
    def test_a_verb_alone_names_nothing(self, name: str) -> None:
        assert align_name(name) == normalise(name)

    @pytest.mark.parametrize(
        ("axis", "texts"),
        [
            ("size", ("36,5", "36.5")),
            ("size", ("43½", "43 1/2", "43.5")),
            ("size", ("16 / 51", "16/51")),
            ("capacity", ("8/128 GB", "8+128G", "8GB+128GB")),
            ("volume", ("5dl", "500 ml", "50 cl")),
            ("color", ("Rot", "rouge", "rosso", "czerwony", "kırmızı", "đỏ", "สีแดง", "レッド", "레드", "Red")),
        ],
    )
    def test_one_value_has_one_form(self, axis: str, texts: tuple[str, ...]) -> None:
        assert len({read_value(axis, text) for text in texts}) == 1
