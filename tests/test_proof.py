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


def plan(left: tuple[str, float, str], right: tuple[str, float, str], **columns: tuple[str, str]) -> str:
    """The action of the one plan for two listings, "" where nothing is caught, beside a few others of their shop."""
    rows = [(title, price, "Vera Home") for title, price, *_ in (left, right, *((t, p, "") for t, p in FILLING))]
    table = pd.DataFrame(rows, columns=["title", "price", "brand"])
    table.insert(0, "id", [f"L-{i}" for i in range(len(rows))])
    table["category"] = [left[2], right[2], *[""] * len(FILLING)]
    for name, pair in columns.items():
        table[name] = [*pair, *[""] * len(FILLING)]
    plans = [p for p in dc.audit(dc.read_catalog(table)).plans if {"L-0", "L-1"} <= {m.listing_id for m in p.members}]
    return plans[0].action if plans else ""


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

    @pytest.mark.parametrize(
        ("amounts", "prices", "action"),
        [
            (("250g", "500g"), (4.0, 6.5), "merge_variants"),
            (("1L", "2L"), (4.0, 7.0), "merge_variants"),
            (("2 m", "5 m"), (4.0, 7.0), "merge_variants"),
            (("30 inch", "39 inch"), (40.0, 47.0), "ask"),
            (("500g", "250g"), (4.0, 6.5), "ask"),
            (("250g", "300g"), (4.0, 6.5), "ask"),
        ],
    )
    def test_more_of_a_thing_that_costs_more_is_a_choice(
        self, amounts: tuple[str, str], prices: tuple[float, float], action: str
    ) -> None:
        one, other = (f"Darjeeling first flush organic leaf {a}" for a in amounts)
        assert plan((one, prices[0], HOME), (other, prices[1], HOME)) == action
