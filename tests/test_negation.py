"""With and without: in no language is the word that negates a word that says nothing, so that a copy may go for it."""

import pytest

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.model import Listing

PAIRS = {
    "cs": ("Obálka DL 110x220 bílá okénko 500 ks", "Obálka DL 110x220 bílá bez okénka 500 ks"),
    "de": ("Briefumschläge DIN lang weiß 80 g Fenster", "Briefumschläge DIN lang weiß 80 g ohne Fenster"),
    "en": ("Copper Pan Riveted Handle Lid Induction", "Copper Pan Riveted Handle without Lid Induction"),
    "es": ("Sobres americano blanco autodex ventana", "Sobres americano blanco autodex sin ventana"),
    "fr": ("Cahier piqûre couverture bleue marge rouge", "Cahier piqûre couverture bleue sans marge rouge"),
    "id": ("Kotak Bekal Anak Motif Beruang Sendok", "Kotak Bekal Anak Motif Beruang tanpa Sendok"),
    "it": ("Scatola archivio cartone avana coperchio", "Scatola archivio cartone avana senza coperchio"),
    "ja": ("ステンレス 水筒 子供用 広口 カバー", "ステンレス 水筒 子供用 広口 カバーなし"),
    "ko": ("스테인리스 냄비 양수 손잡이 뚜껑", "스테인리스 냄비 양수 손잡이 뚜껑 없음"),
    "nl": ("Archiefdoos karton bruin handvat deksel", "Archiefdoos karton bruin handvat zonder deksel"),
    "pl": ("Karton archiwizacyjny brązowy uchwyt pokrywa", "Karton archiwizacyjny brązowy uchwyt bez pokrywa"),
    "pt": ("Panela de barro grande artesanal tampa", "Panela de barro grande artesanal sem tampa"),
    "ru": ("Конверт почтовый белый крафт окно", "Конверт почтовый белый крафт без окна"),
    "tr": ("Granit Tencere Seti Lotus Bej Kapaklı", "Granit Tencere Seti Lotus Bej Kapaksız"),
    "uk": ("Конверт поштовий білий крафт вікно", "Конверт поштовий білий крафт без вікна"),
    "vi": ("Hộp cơm giữ nhiệt inox học sinh nắp", "Hộp cơm giữ nhiệt inox học sinh không nắp"),
    "zh": ("牛皮纸信封 加厚 大号 窗口", "牛皮纸信封 加厚 大号 无窗口"),
}


@pytest.mark.parametrize("language", sorted(PAIRS))
@pytest.mark.parametrize("price", [10.0, 9.8])
def test_what_is_sold_without_a_thing_is_no_copy_of_what_is_sold_with_it(language: str, price: float) -> None:
    one, other = PAIRS[language]
    plans = dc.audit(make_catalog([Listing("A", one, price=10.0), Listing("B", other, price=price)])).plans
    assert {p.action for p in plans} <= {"ask"}
    assert not [i for p in plans for i in p.offline]
