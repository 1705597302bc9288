"""What is removed or merged though only titles and prices speak: only what nothing sets apart; the rest is asked."""

import pandas as pd
import pytest

import dupcheck as dc

FILLING = [
    ("Walnut desk organiser with drawer", 31.0),
    ("Ceramic plant pot saucer terracotta", 8.0),
    ("Bamboo bath bridge extendable tray", 27.5),
    ("Cast iron doorstop hedgehog garden", 14.0),
]


def list_plans(
    left: tuple[str, float, str], right: tuple[str, float, str], **columns: tuple[str, str]
) -> list[dc.Plan]:
    """The plans for two listings beside a few others of their shop."""
    rows = [(title, price, "Vera Home") for title, price, *_ in (left, right, *((t, p, "") for t, p in FILLING))]
    table = pd.DataFrame(rows, columns=["title", "price", "brand"])
    table.insert(0, "id", [f"L-{i}" for i in range(len(rows))])
    table["category"] = [left[2], right[2], *[""] * len(FILLING)]
    for name, pair in columns.items():
        table[name] = [*pair, *[""] * len(FILLING)]
    return [p for p in dc.audit(dc.read_catalog(table)).plans if {"L-0", "L-1"} <= {m.listing_id for m in p.members}]


def plan(left: tuple[str, float, str], right: tuple[str, float, str], **columns: tuple[str, str]) -> str:
    """The action of the one plan for two listings, "" where nothing is caught."""
    plans = list_plans(left, right, **columns)
    return plans[0].action if plans else ""


def question(left: tuple[str, float, str], right: tuple[str, float, str], **columns: tuple[str, str]) -> str:
    """What the plan for two listings asks."""
    (made,) = list_plans(left, right, **columns)
    return "" if made.question is None else made.question.text.say("en")


HOME = "Home"
COPIES = [
    ("Brass table lamp vintage shade", "Brass table lamp vintage shade"),
    ("Café table marble bistro round", "Cafe table marble bistro round"),
    ("Brass table lamp vintage shade", "BRASS table lamp - vintage shade!"),
]
FORMS = [
    ("Keyring wooden engraved Manuela heart", "Keyring wooden engraved Manuel heart"),
    ("Mug ceramic printed Adriana star", "Mug ceramic printed Adrian star"),
    ("Crystal wine glass Bordeaux hand blown", "Crystal wine glasses Bordeaux hand blown"),
    ("Bañador chica verano rayas olas", "Bañador chico verano rayas olas"),
    ("Déguisement policier carnaval complet feutre", "Déguisement policière carnaval complet feutre"),
    ("Caneca avó cerâmica presente natal", "Caneca avô cerâmica presente natal"),
    ("Кружка Александр подарок керамика имя", "Кружка Александра подарок керамика имя"),
]


class TestCopies:
    @pytest.mark.parametrize(("left", "right"), COPIES)
    def test_what_says_the_same_is_a_copy(self, left: str, right: str) -> None:
        assert plan((left, 20.0, HOME), (right, 20.0, HOME)) == "remove_duplicates"

    @pytest.mark.parametrize(("left", "right"), FORMS)
    def test_a_word_in_another_form_may_be_another_thing(self, left: str, right: str) -> None:
        assert plan((left, 20.0, HOME), (right, 20.0, HOME)) in ("ask", "")

    @pytest.mark.parametrize(("left", "right"), FORMS[2:3])
    def test_one_code_shows_that_two_forms_are_one_thing(self, left: str, right: str) -> None:
        code = "4006381333931"
        assert plan((left, 20.0, HOME), (right, 20.0, HOME), gtin=(code, code)) == "remove_duplicates"

    @pytest.mark.parametrize(("left", "right"), FORMS[2:3])
    def test_what_is_written_for_no_barcode_proves_nothing(self, left: str, right: str) -> None:
        none = "Does not apply"
        assert plan((left, 20.0, HOME), (right, 20.0, HOME), gtin=(none, none)) in ("ask", "")
        title = COPIES[0][0]
        assert plan((title, 20.0, HOME), (title, 20.0, HOME), gtin=(none, "9780306406157")) == "remove_duplicates"

    @pytest.mark.parametrize(
        ("codes", "said"),
        [
            (("4006381333931", "4006381333948"), "Barcode is «4006381333931» on one side"),
            (("EVM20237", "EVM20253"), "Only the titles say"),
            (("4006381333931", "4006381333932"), "Only the titles say"),
        ],
    )
    def test_only_the_number_of_a_trade_item_is_asked_about_as_one(self, codes: tuple[str, str], said: str) -> None:
        told = question((COPIES[0][0], 20.0, HOME), (COPIES[0][1], 20.0, HOME), gtin=codes)
        assert told.startswith(said)

    @pytest.mark.parametrize(
        ("price", "action"), [(20.0, "remove_duplicates"), (21.2, "remove_duplicates"), (21.8, "ask")]
    )
    def test_a_price_that_is_further_off_proves_nothing(self, price: float, action: str) -> None:
        title = COPIES[0][0]
        assert plan((title, 20.0, HOME), (title, price, HOME)) == action


class TestChoices:
    LABEL = "Glen Moray single malt whisky {} label 70cl"

    def test_colours_at_one_price_are_choices(self) -> None:
        titles = [self.LABEL.format(c) for c in ("red", "blue")]
        assert plan((titles[0], 20.0, HOME), (titles[1], 20.0, HOME)) == "merge_variants"

    def test_a_colour_that_costs_half_as_much_again_is_asked_about(self) -> None:
        titles = [self.LABEL.format(c) for c in ("red", "blue")]
        assert plan((titles[0], 20.0, HOME), (titles[1], 26.0, HOME)) in ("ask", "")

    def test_colours_in_two_categories_are_asked_about(self) -> None:
        titles = [self.LABEL.format(c) for c in ("red", "blue")]
        assert plan((titles[0], 20.0, "Drinks > Malt"), (titles[1], 20.0, "Drinks > Blended")) in ("ask", "")

    def test_one_shared_word_is_no_name_where_the_prices_differ(self) -> None:
        assert plan(("Red lentils", 2.0, HOME), ("Green lentils", 2.2, HOME)) in ("ask", "")


class TestCodesAndChoices:
    TONER = "Laserjet 243 toner cartridge original {}"

    def test_each_colour_has_a_part_number_of_its_own(self) -> None:
        one, other = (self.TONER.format(c) for c in ("cyan", "yellow"))
        assert plan((one, 56.9, HOME), (other, 56.9, HOME), mpn=("TN243C", "TN243Y")) == "merge_variants"

    def test_two_part_numbers_of_one_colour_are_two_things(self) -> None:
        title = self.TONER.format("cyan")
        assert plan((title, 56.9, HOME), (title, 56.9, HOME), mpn=("TN243C", "TN247C")) in ("", "ask", "differentiate")


class TestCountsWithEndings:
    def test_a_count_with_an_ending_is_no_length_in_feet(self) -> None:
        titles = [
            "Yenidoğan Hastane Çıkışı 10'lu Set Pembe",
            "Yenidoğan Hastane Çıkışı 5'li Set Mavi",
            "Yenidoğan Hastane Çıkışı 5'li Set Ekru",
            "Yenidoğan Hastane Çıkışı 5'li Set Pembe",
            "Ninni Bebek Islak Mendil Sensitive 90'lı 1 Paket",
            "3'lü Bebek Patik Çorap 0-6 Ay Karışık Renk",
            "Yumuşak Uçlu Silikon Kaşık 2'li Pembe",
            "6'lı Bebek Soket Çorap 12-18 Ay Karışık Renk",
            "Ninni Bebek Islak Mendil Natural 90'lı 12 Paket",
            "Pilli Ultra Air Emzik 0-6 Ay 2'li Mavi",
        ]
        prices = [549.9, 349.9, 349.9, 349.9, 34, 79, 89, 119, 369, 249]
        kinds = [*["Hastane Çıkışı"] * 4, "Mendil", "Çorap", "Beslenme", "Çorap", "Mendil", "Emzik"]
        table = pd.DataFrame({"id": [f"L-{i}" for i in range(10)], "title": titles, "price": prices, "category": kinds})
        audit = dc.audit(dc.read_catalog(table))
        assert {m.listing_id for p in audit.plans for m in p.members} >= {"L-1", "L-2", "L-3"}


class TestColumnsThatNobodyKnows:
    def test_what_differs_in_a_column_of_its_own_name_hides_no_choice(self) -> None:
        titles = [f"Linen curtain panel rod pocket {color}" for color in ("beige", "white")]
        action = plan(
            (titles[0], 20.0, HOME), (titles[1], 20.0, HOME), drape=("0.8 gsm", "0.9 gsm"), hem=("wide", "thin")
        )
        assert action == "merge_variants"


class TestWhichIsKept:
    def test_of_equal_listings_the_one_that_is_written_well_stays(self) -> None:
        rows = [
            ("L-1", "SHIMANO XT REAR DERAILLEUR 12 SPEED", 89.0),
            ("L-2", "Shimano XT rear derailleur 12 speed", 89.0),
        ]
        (made,) = dc.audit(dc.read_catalog(pd.DataFrame(rows, columns=["id", "title", "price"]))).plans
        assert made.keep == "L-2"
        assert any(reason.key == "plans.keep_written" for reason in made.reasons)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Samsung 990 PRO NVMe SSD 1TB", "Samsung 990 PRO NVMe SSD 2TB"),
            ("Crystal patch cable snagless 3 m", "Crystal patch cable snagless 5 m"),
        ],
    )
    def test_a_number_of_its_own_for_each_amount_is_asked_about(self, one: str, other: str) -> None:
        assert plan((one, 56.9, HOME), (other, 56.9, HOME), mpn=("MZV9P1T0", "MZV9P2T0")) == "ask"

    def test_more_of_the_same_for_nothing_is_no_copy(self) -> None:
        one, other = "Walnut oil cleaner bottle 500 ml", "Walnut oil cleaner bottle 500 ml + 250 ml gratis"
        assert plan((one, 19.9, HOME), (other, 19.9, HOME)) not in ("remove_duplicates", "merge_variants")
