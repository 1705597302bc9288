"""What a question shows of two titles: whole words as their seller wrote them, in their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupcheck.judging.quotations import quote_words
from dupcheck.titles.stream import cut_title

SEEN = [
    ("s", "Lenovo ThinkPad T480s 14 inch", "T480s"),
    ("ect c 3 30", "Масло моторное Shell Helix Ultra ECT C3 5W-30 4 л", "ECT C3 5W-30"),
    ("6 11", "Свеча NGK BCPR6ES-11 (1 шт)", "BCPR6ES-11"),
    ("10 cap din 912", "M3x10 Socket Head Cap Screw DIN 912 A2", "M3x10 … Cap … DIN 912"),
    ("3 ym 62 ae boxed", "Genuine HP305XL black ink 3YM62AE boxed", "3YM62AE boxed"),
    ("nicht", "Reißverschluss YKK nicht teilbar 20cm", "nicht teilbar"),
    ("季 裙", "热卖!收腰显瘦法式碎花裙 夏季连衣裙 蓝色", "夏季连衣裙"),
]
UNSEEN = [
    ("e", "Bosch GSR 12V-15e Drill", "12V-15e"),
    ("pro 11", "Surface Pro-11 Keyboard", "Pro-11"),
    ("sans", "Déodorant bille sans alcool 50 ml", "sans alcool"),
    ("10", "Olej silnikowy Castrol Edge 10W-60 4L", "10W-60"),
    ("4", "Wasserhahn 4 Löcher Chrom", "4 Löcher"),
    ("30", "Peluche Peppa Pig originale cm 30 spedizione gratis", "cm 30"),
    ("2", "Enciclopedia della cucina. Vol. 2", "Vol. 2"),
    ("vol", "Enciclopedia della cucina. Vol. 2", "Vol. 2"),
    ("k", "Tesla Roadster Model K", "Model K"),
    ("ケ", "手帳型ケース 透明", "ケース"),
    ("绒", "女士羊絨圍巾 黑色", "羊絨"),
    ("l'oreal", "Mascara L'Oréal noir", "L'Oréal"),
    ("new york", "Cap New York Yankees", "New York"),
    ("6", "Su bardağı 6'lı takım", "6'lı"),
    ("roll", "Poster Rock'n'Roll Elvis", "Rock'n'Roll"),
    ("224", "Bloc dessin 224 g/m² A4", "224 g/m²"),
    ("1/2", "Anches clarinette nº 2½", "2½"),
    ("1.5", "Кабель 3×1,5 мм", "3×1,5"),
    ("a", "Автомат 25А", "25А"),
    ("ma", "УЗО 30 mA 25A", "30 mA"),
    ("8", "Aiguille N°8", "N°8"),
    ("punto lyre", "Filo (punto (lyre)) blu", "punto (lyre)"),
    ("3 10 u", "Boru 3 (10u) seti", "3 (10u)"),
    ("droitiers bout rond", "Ciseaux (droitiers) bout rond", "(droitiers) bout rond"),
    ("droitiers bout rond", "Ciseaux (en acier pour les droitiers) bout rond", "droitiers … bout rond"),
    ("pinces 3", "Pinces (3 trous)", "Pinces (3 trous)"),
    ("4 mm to", "4mm to 10mm Trillion Opal - 4.5mm", "4mm to 10mm"),
    ("lean", "Saffron 4x8ft Lean-To Shed", "Lean-To"),
    ("frame", "Soporte guitarra A-frame negro", "A-frame"),
    ("timber 167", "Shed 11cm Timber Base - £167.00", "Timber … £167.00"),
    ("16", "GT2同步轮16齿 内孔5mm", "16齿"),
    ("型", "黄铜喷嘴V6型 0.4 mm", "V6型"),
    ("steel", "Pop rivets Aluminium/Steel 250", "Steel"),
]


@pytest.mark.parametrize(("words", "title", "shown"), [*SEEN, *UNSEEN])
def test_whole_words_are_quoted(words: str, title: str, shown: str) -> None:
    assert quote_words(words.split(), [title]) == shown


def test_the_title_that_has_the_words_is_quoted_and_not_the_one_that_has_both_sides() -> None:
    titles = ["Case Verona and Milano", "Case Verona", "Case Milano"]
    assert quote_words(("verona",), titles, ("milano",)) == "Verona"
    assert quote_words(("verona",), titles[:1], ("milano",)) == "Verona"
    assert quote_words(("verona", "case"), titles) == "", "in another order these words stand in none"
    assert quote_words((), titles) == ""


def test_a_small_word_that_stands_against_another_is_shown_alone() -> None:
    assert quote_words(("левая",), ["Фара левая LADA Granta"], ("правая",)) == "левая"


@given(st.text(max_size=40), st.data())
def test_what_is_quoted_stands_in_the_title(title: str, data: st.DataObject) -> None:
    tokens = cut_title(title)
    picked = sorted(data.draw(st.sets(st.integers(0, max(len(tokens) - 1, 0)), max_size=4)))
    shown = quote_words([tokens[k] for k in picked if k < len(tokens)], [title])
    plain = " ".join(title.split())
    rest = 0
    for run in shown.split(" … ") if "…" not in title else ():
        rest = plain.find(run, rest)
        assert rest >= 0, "a run of the title's own signs, in their order"
        rest += len(run)


@pytest.mark.parametrize(("words", "title", "shown"), [
    ("x", "Sharp X-5 radio", "X-5"), ("x", "Sharp X- radio", "Sharp X"), ("5", "Sharp X-5 radio", "X-5"),
    ("red mug", "Red tin mug", "Red … mug"), ("red tin", "Mug, Red / Tin", "Red / Tin"),
    ("cup red", "cup big cup red", "cup red"), ("a c b", "A B C D", ""), ("a b c", "A x A B C", "A B C"),
    ("25", "Heft 25% Rabatt", "25%"), ("25", "Heft 25 %", "Heft 25"),
    ("blue", "Blue_line mug", "Blue_line"), ("mug", "mug-", "mug"), ("mug", "-mug", "mug"),
])  # fmt: skip
def test_a_piece_is_shown_with_what_it_is_tied_to(words: str, title: str, shown: str) -> None:
    assert quote_words(words.split(), [title]) == shown


def test_the_title_that_has_the_others_too_is_quoted_last() -> None:
    titles = ["Mug Red and Blue", "Cup RED"]
    assert quote_words(["red"], titles, ["blue"]) == "RED"
    assert quote_words(["red"], titles[:1], ["blue"]) == "Red"
    assert quote_words(["red"], titles, []) == "Red"
    assert quote_words(["green"], titles, ["blue"]) == ""
    assert quote_words([], titles) == ""


NONE: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("words", "title", "shown", "others"),
    [
        # Signs of an unspaced script between two of its pieces: up to three, and one before a lone sign.
        ("蓝 裙", "蓝甲乙丙丁裙 mug", "蓝甲乙丙丁裙", NONE), ("蓝 裙", "蓝甲乙丙丁戊裙 mug", "蓝 … 戊裙", NONE),
        ("季 裙", "夏季衣裙 蓝", "夏季衣裙", NONE), ("红 mug", "红 甲 mug", "红 … mug", NONE),
        # A bracket that is cut open is quoted whole where two words at most stand between.
        ("filo punto", "Filo (punto uno due) blu", "Filo (punto uno due)", NONE),
        ("filo punto", "Filo (punto uno due tre) blu", "Filo … punto", NONE),
        ("punto blu", "Filo (uno due punto) blu verde", "(uno due punto) blu", NONE),
        ("punto blu", "Filo (uno due tre punto) blu verde", "punto … blu", NONE),
        *(("uno due", f"Filo {a}uno{b} due", f"{a}uno{b} due", NONE) for a, b in ("()", "[]", "{}", "（）", "【】")),
        ("punto blu", "(uno punto) blu", "(uno punto) blu", NONE), ("punto blu", "uno punto) blu", "punto … blu", NONE),
        ("filo punto", "Filo (punto", "Filo … punto", NONE), ("uno due", "Filo uno ((due x y z", "uno … due", NONE),
        ("filo punto", "Filo - (punto x y z", "Filo … punto", NONE), ("25", "Heft 25%ig", "Heft 25", NONE),
        # Two letters are a piece of what they are tied to, three are a word.
        ("ab", "Tool AB/Steel", "AB/Steel", NONE), ("abc", "Tool ABC/Steel", "ABC", NONE),
        # A small word goes with the next, where it is held against nothing.
        ("senza", "Sac senza motif", "senza motif", NONE), ("unless", "Sac unless motif", "unless", NONE),
        ("senza", "Sac Senza motif", "Senza", NONE), ("senza", "Sac senza motif", "senza", ("dotato",)),
        ("senza", "Sac senza e con motif", "senza", ("con",)),
        # A count goes with what is counted, as long as it is a count.
        ("123", "Puzzle 123 Teile", "123 Teile", NONE), ("1234", "Puzzle 1234 Teile", "1234", NONE),
        # Of a word that stands often so many are tried.
        ("mug lid", "Mug " * 12 + "Lid", "Mug Lid", NONE), ("mug lid", "Mug " * 13 + "Lid", "Mug … Lid", NONE),
        # Fewer gaps first, then the shortest stretch.
        ("cup red", "CUP big old RED tin Cup new Red", "Cup … Red", NONE),
        ("cup red", "Cup new Red tin CUP big old RED", "Cup … Red", NONE),
        ("cup red lid", "CUP big RED big LID cup red one two three four five lid", "cup red … lid", NONE),
        ("cup red lid", "Cup red LID lid", "Cup red LID", NONE),
    ],
)  # fmt: skip
def test_how_much_is_quoted_has_its_limits(words: str, title: str, shown: str, others: tuple[str, ...]) -> None:
    assert quote_words(words.split(), [title], others) == shown


def test_a_title_without_the_words_is_passed_over() -> None:
    assert quote_words(["lid"], ["Mug", "Mug Lid", "Mug LID"]) == "Lid"
    assert quote_words(["lid"], ["Mug Tray Lid", "Mug LID"], ["tray"]) == "LID"
    assert quote_words(["lid", "mug"], ["Mug Lid"]) == ""
