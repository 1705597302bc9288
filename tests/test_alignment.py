"""Two titles side by side: what differs is never lost, and what means the same is no difference."""

import pickle
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.judging.alignment import (
    Aligner,
    Alignment,
    _stand_close,
    begins_alike,
    find_accented,
    find_aligner,
    find_places,
    find_spellings,
    is_sure_form,
    label_title,
)
from dupcheck.model import Listing
from dupcheck.titles import Token
from dupcheck.titles.stream import cut_title

Words = tuple[str, ...]
Stated = Mapping[str, str]


@pytest.fixture(scope="module")
def aligner() -> Aligner:
    """An aligner of a shop from which nothing can be learned."""
    shop = make_catalog([Listing("L-0", "Wool scarf for winter"), Listing("L-1", "Brass door knob")])
    return Aligner(dc.audit(shop).features.statistics)


def test_a_catalogue_has_one_aligner_and_a_changed_one_another() -> None:
    statistics = dc.audit(make_catalog([Listing("A", "Red mug"), Listing("B", "Blue mug")])).features.statistics
    assert find_aligner(statistics) is find_aligner(statistics)
    assert find_aligner(replace(statistics)) is not find_aligner(statistics)


def test_an_audit_can_be_pickled_and_titles_are_aligned_in_its_copy() -> None:
    audit = dc.audit(make_catalog([Listing(str(k), f"Red mug {k} of oak", price=3.0) for k in range(4)]))
    known = find_aligner(audit.features.statistics).align("Red mug 1 of oak", "Red mug of oak large")
    copy = pickle.loads(pickle.dumps(audit))
    assert [plan.as_dict() for plan in copy.plans] == [plan.as_dict() for plan in audit.plans]
    assert find_aligner(copy.features.statistics).align("Red mug 1 of oak", "Red mug of oak large") == known


def mirror(found: Alignment) -> tuple[Words, Words, frozenset[str], frozenset[str], bool, bool]:
    return found.right, found.left, found.axes, found.twice, found.renamed, found.explained


class TestWhatDiffers:
    @pytest.mark.parametrize(
        ("left", "right", "only_left", "only_right"),
        [
            ("Lamp Oak Verona", "Lamp Oak Milano", ("verona",), ("milano",)),
            ("Vacuum V8 Cleaner", "Vacuum V8 Absolute Cleaner", (), ("absolute",)),
            ("Vacuum V8 Cleaner", "Pro Vacuum V8 Cleaner", (), ("pro",)),
            ("Scissors RH", "Scissors Left Hand", ("rh",), ("left", "hand")),
            ("Scarf X100 Warm", "Scarf X101 Warm", ("100",), ("101",)),
            ("Garden Gnome Xavier", "Garden Gnome", ("xavier",), ()),
            ("Phone 12 FE Case Blue", "Phone 12 Case", ("fe",), ()),
            ("加厚毛巾家用", "加厚毛巾", ("家", "用"), ()),
            ("Mug", "", ("mug",), ()),
            # A letter that is a small word in its language as well.
            ("Vitamina A gocce per bambini", "Vitamina E gocce per bambini", ("a",), ("e",)),
            ("VITAMINA A GOCCE PER BAMBINI", "VITAMINA E GOCCE PER BAMBINI", ("a",), ("e",)),
            ("Guarnizione tipo A per porta", "Guarnizione tipo per porta", ("a",), ()),
            ("Guarnizione Tipo A per Porta", "Guarnizione Tipo per Porta", ("a",), ()),
        ],
    )
    def test_a_word_that_nothing_explains_is_told(
        self, aligner: Aligner, left: str, right: str, only_left: Words, only_right: Words
    ) -> None:
        found = aligner.align(left, right)
        assert (found.left, found.right, found.explained) == (only_left, only_right, False)
        assert mirror(aligner.align(right, left)) == mirror(
            Alignment(found.right, found.left, (), found.axes, found.twice, found.renamed)
        )

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("Tazza con piatto e cucchiaio", "Tazza con piatto cucchiaio"),
            ("Mug With A Lid 30 cm", "Mug With Lid 30 cm"),  # where every word has a capital
            ("A mug with lid", "Mug with lid"),
        ],
    )
    def test_a_small_word_of_one_letter_says_nothing(self, aligner: Aligner, left: str, right: str) -> None:
        assert aligner.align(left, right).explained and aligner.align(right, left).explained

    @pytest.mark.parametrize(
        ("left", "right", "axes"),
        [
            ("Lamp Oak", "Lamp", {"color"}),
            ("Dress Red Size M", "Dress Blue Size M", {"color"}),
            ("Dress Red Size M", "Dress Blue Size L", {"color", "size"}),
            ("Set of 2 Mugs", "Set of 4 Mugs", {"pack"}),
            ("圆领T恤女白色", "圆领T恤女黑色", {"color"}),
            ("Pot with Lid 20 cm 24 cm", "Pot with Lid 20 cm", {"length"}),
            ("Candle 200 ml Amber", "Candle 400 ml Amber", {"volume"}),
        ],
    )
    def test_values_differ_on_their_axes_and_are_explained(
        self, aligner: Aligner, left: str, right: str, axes: set[str]
    ) -> None:
        for found in (aligner.align(left, right), aligner.align(right, left)):
            assert (set(found.axes), found.explained, found.twice) == (axes, True, frozenset())

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("Wool Scarf Grey", "Grey Wool Scarf"),
            ("Garden Gnome Free Shipping", "Garden Gnome"),
            ("Hot Sale Garden Gnome", "Garden Gnome"),
            ("Desk Lamp Xiaomi", "Desk Lamp Сяоми"),
            ("Samsung S20 Plus Case", "Samsung S20+ Case"),
            ("Part II Novel", "Part 2 Novel"),
            ("Part VII Novel", "Part 7 Novel"),
            ("Kettlebell 8 kg", "Kettle Bell 8 kg"),
            ("Sewing Plug M/F", "Sewing Plug Male to Female"),
            ("Scissors LH", "Scissors Left Hand"),
            ("Salt & Pepper Mill", "Pepper & Salt Mill"),
            ("Cable A/B", "Cable B/A"),
            ("Wooden Boxes Large", "Wooden Box Large"),
            ("mug", "MUG"),
            ("", ""),
        ],
    )
    def test_what_means_one_thing_is_no_difference(self, aligner: Aligner, left: str, right: str) -> None:
        for found in (aligner.align(left, right), aligner.align(right, left)):
            assert (found.left, found.right, found.turned, found.axes, found.renamed) == (
                (),
                (),
                (),
                frozenset(),
                False,
            )

    @pytest.mark.parametrize(
        ("left", "right", "turned"),
        [
            ("Adapter HDMI to VGA Cable", "Adapter VGA to HDMI Cable", {"hdmi", "to", "vga"}),
            ("A to B cable", "B to A cable", {"a", "to", "b"}),
            ("Bag for Gym from Rome", "Bag from Gym for Rome", {"for", "gym", "from"}),
            (
                "Adapter USB C to Lightning Black Cable", "Adapter Lightning to USB C Black Cable",
                {"usb", "c", "to", "lightning"},
            ),
            ("CEE Plug on Schuko Socket", "Schuko Socket on CEE Plug", {"cee", "plug", "on", "schuko", "socket"}),
            ("Bolt M6 Nut M8 Steel", "Bolt M8 Nut M6 Steel", {"6", "8"}),
            ("Table 4 Chairs 2 Lamps", "Table 2 Chairs 4 Lamps", {"2", "chairs", "4"}),
            ("Shelf 20 x 30 cm", "Shelf 30 x 20 cm", {"20", "x", "30"}),
            ("Tea Cup Green Saucer Blue", "Tea Cup Blue Saucer Green", {"green", "saucer", "blue"}),
        ],
    )  # fmt: skip
    def test_the_same_words_bound_otherwise_are_told(
        self, aligner: Aligner, left: str, right: str, turned: set[str]
    ) -> None:
        for found in (aligner.align(left, right), aligner.align(right, left)):
            assert (set(found.turned), found.left, found.right, found.explained) == (turned, (), (), False)

    def test_words_that_moved_together_are_one_title(self, aligner: Aligner) -> None:
        words = ["marlow", "ridgeway", "handpicked", "corner", "fjordline", "7"]
        for k in range(len(words)):
            assert aligner.align(" ".join(words), " ".join(words[k:] + words[:k])).explained


class TestNames:
    @pytest.mark.parametrize(
        ("left", "right", "renamed"),
        [
            ("Verona Lamp Oak Base", "Milano Lamp Oak Base", True),
            ("Ceiling Lamp Verona Oak Base", "Ceiling Lamp Milano Oak Base", True),
            ("Scarf X100 Warm", "Scarf X101 Warm", True),
            ("Scarf Alpha Beta Gamma Delta Warm", "Scarf One Two Three Four Warm", True),
            # More words than a name has: two sellers worded one thing.
            ("Scarf Alpha Beta Gamma Delta Epsilon Warm", "Scarf One Two Three Four Warm", False),
            ("Scarf One Two Three Four Warm", "Scarf Alpha Beta Gamma Delta Epsilon Warm", False),
            # Choices stand at the end.
            ("Lamp Oak Verona", "Lamp Oak Milano", False),
            # Two places, and other words around.
            ("Alpha Scarf Beta Warm", "Gamma Scarf Delta Warm", False),
            ("Wide Lamp Verona Oak Base", "Lamp Milano Oak Base", False),
            # One word written wrong is no other name, one number is.
            ("Scarf Alpha Warm", "Scarf Alpah Warm", False),
            # One thing in two words of the language.
            ("Sofa Bed Deep", "Couch Bed Deep", False),
            # Perhaps the same word, cut short; a model's letter is none.
            ("Ceiling Adj Lamp Oak Base", "Ceiling Adjustable Lamp Oak Base", False),
            ("Ceiling X Lamp Oak Base", "Ceiling Xr Lamp Oak Base", True),
            # What follows a model's number makes another model, where it is one short word.
            ("Vacuum V8 Cleaner", "Vacuum V8 Lite Cleaner", True),
            ("Phone 12 Case", "Phone 12 Ultra Case", True),
            ("Phone 12 Case", "Phone 12 Ultras Case", False),
            ("Phone Case", "Phone Mini Case", False),
            ("12 Phone", "Ultra 12 Phone", False),
            ("Vacuum V8 Cleaner", "Vacuum V8 Lite Cleaner Nova", False),
        ],
    )
    def test_two_names_in_one_place_are_two_products(
        self, aligner: Aligner, left: str, right: str, renamed: bool
    ) -> None:
        for found in (aligner.align(left, right), aligner.align(right, left)):
            assert (found.renamed, found.explained) == (renamed, False)

    @pytest.mark.parametrize(
        ("title", "other", "axes"),
        [
            ("Red Dress Red", "Dress", {"color"}),
            ("Tee Red White Red", "Tee Black", {"color"}),
            ("Dress Red Blue", "Dress", set()),
            ("Dress Red Size M", "Dress", set()),
            ("Dress Red Red", "Dress Red", set()),
        ],
    )
    def test_a_value_that_is_said_twice_may_name_the_product(
        self, aligner: Aligner, title: str, other: str, axes: set[str]
    ) -> None:
        assert set(aligner.align(title, other).twice) == axes
        assert set(aligner.align(other, title).twice) == axes


class TestStated:
    @pytest.mark.parametrize(
        ("left", "right", "ours", "theirs", "only_left", "only_right", "axes"),
        [
            # The other's attributes say the word.
            ("Chair Acme Ltd", "Chair", {}, {"brand": "Acme Ltd"}, (), (), set()),
            ("Chair Acme", "Chair", {"brand": "Acme"}, {}, ("acme",), (), set()),
            # Both state one brand, once with its legal form.
            ("Chair Acme Ltd", "Chair Acme", {"brand": "Acme Ltd"}, {"brand": "Acme"}, (), (), set()),
            ("Chair Acme Ltd", "Chair Acme", {"brand": "Ltd Acme"}, {"brand": "Acme"}, ("ltd",), (), set()),
            # A number is never told by an attribute: 12 may count anything.
            ("Kit 12", "Kit", {}, {"model": "12"}, ("12",), (), set()),
            # A letter that stands for itself does; one of a code does not.
            ("Cable Type B Zorvim", "Cable Type Zorvim", {}, {"type": "B"}, (), (), set()),
            ("Cable Type B Zorvim", "Cable Type Zorvim", {}, {"asin": "B0TUUYF1ZP"}, ("b",), (), set()),
            # A colour in the title that is not the stated one is no option.
            ("Dress Red", "Dress", {"color": "Red"}, {}, (), (), {"color"}),
            ("Dress Red", "Dress", {"color": "Blue"}, {}, ("red",), (), set()),
            ("Dress Red", "Dress Green", {"color": "Red"}, {"color": "Blue"}, (), ("green",), {"color"}),
        ],
    )
    def test_attributes_explain_what_they_say_and_nothing_else(
        self, aligner: Aligner, left: str, right: str, ours: Stated, theirs: Stated,
        only_left: Words, only_right: Words, axes: set[str],
    ) -> None:  # fmt: skip
        found = aligner.align(left, right, (ours, theirs))
        assert (found.left, found.right, set(found.axes)) == (only_left, only_right, axes)
        swapped = aligner.align(right, left, (theirs, ours))
        assert (swapped.right, swapped.left, set(swapped.axes)) == (only_left, only_right, axes)

    def test_one_name_is_the_beginning_of_another(self) -> None:
        assert begins_alike(("acme",), ("acme", "ltd"))
        assert begins_alike(("acme", "ltd"), ("acme",))
        assert not begins_alike(("ltd",), ("acme", "ltd"))
        assert not begins_alike((), ("acme",))


# Words of no language, so that no vocabulary and no stem explains any.
SYLLABLES = ("zor", "qua", "vim", "dex", "plo", "kru", "wex", "jud")
NAMES = st.tuples(*[st.sampled_from(SYLLABLES)] * 3).map("".join)


class TestProperties:
    @given(words=st.lists(NAMES, min_size=1, max_size=6), name=NAMES, place=st.integers(0, 6))
    def test_a_word_more_is_never_lost(self, aligner: Aligner, words: list[str], name: str, place: int) -> None:
        longer = [*words[:place], name, *words[place:]]
        found = aligner.align(" ".join(longer), " ".join(words))
        assert (found.left, found.right) == ((name,), ())
        assert not found.explained

    @given(st.lists(NAMES, max_size=6), st.lists(NAMES, max_size=6))
    def test_the_words_of_each_title_are_accounted_for(
        self, aligner: Aligner, left: list[str], right: list[str]
    ) -> None:
        found = aligner.align(" ".join(left), " ".join(right))
        joined = "".join(sorted(left)) == "".join(sorted(right))
        assert joined or not found.explained or sorted(left) == sorted(right) or "".join(left) == "".join(right)
        for words, only in ((left, found.left), (right, found.right)):
            rest = iter(words)
            assert all(word in rest for word in only), "unexplained words are the title's own, in their order"
        assert not set(found.left) & set(found.right)
        assert mirror(aligner.align(" ".join(right), " ".join(left)))[:2] == (found.left, found.right)

    @given(st.text(max_size=40))
    def test_a_title_is_told_as_it_is_written(self, title: str) -> None:
        tokens = cut_title(title)
        shown = find_spellings(title, tokens)
        assert len(shown) == len(tokens)


class TestLabels:
    @pytest.mark.parametrize(
        ("title", "values", "labels"),
        [
            ("dark blue mug", [("dark blue", "color")], ["color", "color", ""]),
            # A value whose words stand apart is labelled word by word, none of them twice.
            ("dark mug blue", [("dark blue", "color")], ["color", "", "color"]),
            ("mug mug", [("mug", "color")], ["color", ""]),
            ("mug mug", [("mug", "color"), ("mug", "size")], ["color", "size"]),
            ("mug mug", [("mug", "color"), ("mug", "size"), ("mug", "brand")], ["color", "size"]),
            ("red mug dark", [("dark red", "color"), ("red", "noise")], ["color", "", "color"]),
            # What the catalogue knows to be misspelt counts as what it is.
            ("gray mugg", [("mug", "color")], ["", "color"]),
            ("mug", [("plate", "color")], [""]),
            ("mug", [("mug", "")], [""]),
        ],
    )
    def test_each_word_has_the_axis_on_which_it_is_a_value(
        self, title: str, values: list[tuple[str, str]], labels: list[str]
    ) -> None:
        read = label_title(title, [Token(t, "word", axis, t) for t, axis in values], {"mugg": "mug"})
        assert list(read.labels) == labels
        assert [bool(value) for value in read.values] == [bool(label) for label in labels]


class TestMarks:
    @pytest.mark.parametrize(
        ("left", "right", "marked"),
        [
            ("Hot Sale 2 pcs Mug Red", "2 pcs Mug", "(Hot) (Sale) {Pack: 2 pcs} Mug {Color: Red}"),
            ("T-Shirt 白色 圆领", "T-Shirt 圆领", "T Shirt {Color: 白色} 圆领"),
            ("Dark Blue Mug", "Light Blue Mug", "{Color: Dark Blue} Mug"),
            ("Lamp Oak Verona", "Lamp Oak Milano", "Lamp Oak [Verona]"),
            ("加厚毛巾家用", "加厚毛巾", "加厚毛巾 [家用]"),
            ("T3 手机 青春版", "T3 手机", "T 3 手机 [青春版]"),
            ("Hot Hot Mug", "Mug", "[Hot] [Hot] Mug"),
            ("Mug", "Mug Verona", "Mug"),
            ("Mug", "Mug", "Mug"),
        ],
    )
    def test_each_title_is_told_with_what_only_it_says(
        self, aligner: Aligner, left: str, right: str, marked: str
    ) -> None:
        assert aligner.mark(left, right)[0] == aligner.mark(right, left)[1] == marked

    def test_axes_have_names_in_the_readers_language(self, aligner: Aligner) -> None:
        assert aligner.mark("Mug Red", "Mug", "zh") == ("Mug {颜色：Red}", "Mug")

    @pytest.mark.parametrize(
        ("title", "tokens", "shown"),
        [
            ("Rope 25,000.00 m", None, ["Rope", "25,000.00", "m"]),
            ("1,5 L Jug", None, ["1,5", "L", "Jug"]),
            ("STRAẞE №5", None, ["STRAẞE", "№", "5"]),
            ("a b", ("a", "zzz", "b"), ["a", "zzz", "b"]),
            ("Mug Mug red", None, ["Mug", "Mug", "red"]),
            ("", (), []),
        ],
    )
    def test_words_are_spelt_as_the_seller_did(self, title: str, tokens: Words | None, shown: list[str]) -> None:
        assert find_spellings(title, cut_title(title) if tokens is None else tokens) == shown


@pytest.mark.parametrize(
    ("left", "right"),
    [("Электроды ОК 46 3 мм", "Электроды OK 46 3 мм"), ("УЗО 25А 30 мА 2P", "УЗО 25A 30 mA 2P")],
)
def test_letters_that_look_alike_in_two_alphabets_are_no_difference(aligner: Aligner, left: str, right: str) -> None:
    assert aligner.align(left, right).explained
    assert not aligner.align(left, right.replace("OK", "OF").replace("mA", "mF")).explained


def test_a_number_in_two_values_has_not_moved(aligner: Aligner) -> None:
    found = aligner.align("6x4 to 18x13mm Oval Amethyst - 9x7mm", "6x4 to 18x13mm Oval Amethyst - 7x5mm")
    assert not found.turned
    assert found.axes == found.twice == {"dimension"}, "it is asked what the two sizes are"
    assert aligner.align("Adapter HDMI 2 to DVI 4", "Adapter HDMI 4 to DVI 2").turned


COLOR = frozenset({"color"})


class TestAllThatIsSaid:
    """Every field of an alignment, at the limits of what each of them means."""

    @pytest.mark.parametrize(
        ("left", "right", "told"),
        [
            # Four letters have a stem, three have none.
            ("Clay Mugs", "Clay Mug", Alignment(inflected=(("mugs", "mug"),))),
            ("Clay Bus", "Clay Bu", Alignment(("bus",), ("bu",), frame="clay _")),
            # Three of four letters alike may be a slip of the pen, three of five are another name.
            ("Scarf Zorq Warm", "Scarf Zorp Warm", Alignment(("zorq",), ("zorp",), frame="scarf _ warm")),
            ("Scarf Zorqe Warm", "Scarf Zorpa Warm",
             Alignment(("zorqe",), ("zorpa",), renamed=True, frame="scarf _ warm")),
            ("Scarf A1b2 Warm", "Scarf A1b3 Warm", Alignment(("2",), ("3",), renamed=True, frame="1 a b scarf _ warm")),
            # Behind a choice two words may stand.
            ("Band 7 Zorvim", "Band 7 Quadex", Alignment(("zorvim",), ("quadex",), frame="7 band _")),
            ("Band 7 Zorvim soft grip", "Band 7 Quadex soft grip",
             Alignment(("zorvim",), ("quadex",), renamed=True, frame="7 band _ grip soft")),
            ("Band 7 Zorvim soft grip slim", "Band 7 Quadex soft grip slim",
             Alignment(("zorvim",), ("quadex",), renamed=True)),
            ("Zorvim Band 7", "Quadex Band 7", Alignment(("zorvim",), ("quadex",), renamed=True)),
            # What makes another model of a number: one word of five letters, or as many signs.
            ("Vacuum V8 Cleaner", "Vacuum V8 Lites Cleaner", Alignment((), ("lites",), renamed=True)),
            ("Vacuum V8 Cleaner", "Vacuum V8 Ultras Cleaner", Alignment((), ("ultras",))),
            ("手机 V8", "手机 V8 青春版很好", Alignment((), tuple("青春版很好"), renamed=True)),
            ("手机 V8", "手机 V8 青春版很好啊", Alignment((), tuple("青春版很好啊"))),
            ("5 Zorv", "5", Alignment(("zorv",), renamed=True)), ("Zorv 5", "5", Alignment(("zorv",))),
            # Two scripts: names of three letters are held against each other, shorter ones stand for too much.
            ("Xiaomi band", "Сяоми band", Alignment()),
            ("LG TV", "ЛГ TV", Alignment(("lg",), ("лг",), renamed=True)),
            # First letters stand for words, and not for each other's pieces.
            ("Socket RL", "Socket Rig Lef", Alignment()),
            ("Socket RL", "Socket Ri Le", Alignment(("rl",), ("ri", "le"), frame="socket _")),
            ("Plug C K", "Plug Coma Kilo", Alignment()), ("Plug C D K", "Plug Coma Delta Kilo", Alignment()),
            ("Plug C DK", "Plug Coma Delta Kilo",
             Alignment(("c", "dk"), ("coma", "delta", "kilo"), frame="plug _")),
            ("Socket R", "Socket Right", Alignment(("r",), ("right",), frame="socket _")),
            ("A/B Plug Male", "Plug Male", Alignment(("b",))),
            # One word beside a value names a kind of thing.
            ("Lamp red zorq", "Lamp blue zorq", Alignment(axes=COLOR)),
            ("Lamp red", "Lamp blue", Alignment(axes=COLOR, bare=True)),
            ("red", "blue", Alignment(axes=COLOR, bare=True)),
            # A value in two places, or twice.
            ("Red Tee Big Red", "Tee Big", Alignment(axes=COLOR, twice=COLOR)),
            ("Blue Zorvim Blue", "Zorvim", Alignment(axes=COLOR, twice=COLOR, bare=True)),
            ("Blue Zorvim Blue", "Zorvim Blue", Alignment(axes=COLOR, bare=True)),
            ("Red White Tee", "Tee", Alignment(axes=COLOR, bare=True)),
            ("Red White Tee Blue", "Tee", Alignment(axes=COLOR, twice=COLOR, bare=True)),
            ("Tee 3 cm red 4 cm", "Tee",
             Alignment(axes=COLOR | {"length"}, twice=frozenset({"length"}), bare=True)),
        ],
    )  # fmt: skip
    def test_each_field_is_told_and_the_same_from_both_sides(
        self, aligner: Aligner, left: str, right: str, told: Alignment
    ) -> None:
        assert aligner.align(left, right) == told
        mirrored = tuple([(there, here) for here, there in told.inflected])
        assert aligner.align(right, left) == replace(told, left=told.right, right=told.left, inflected=mirrored)

    @pytest.mark.parametrize(
        ("left", "right", "turned"),
        [
            ("Bolt 6 Nut 8", "Bolt 8 Nut 6", "6 nut 8"), ("Bolt 6 8", "Bolt 8 6", "6"),
            ("Bolt 6 Nut", "6 Bolt Nut", ""),
            ("Set 2 Cups 4 Plates 6 Bowls", "Set 4 Cups 6 Plates 2 Bowls", "2"),
            ("Wax Cat and Dog", "Wax Dog and Cat", "cat dog"), ("Cat 5 Dog", "Dog 5 Cat", "cat dog"),
            ("red cat big for wax dog old", "wax dog for red cat big old", "red cat big for wax dog"),
            ("big cat for old dog", "old dog for big cat", "big cat for old dog"),
            ("big cat + old dog", "old dog + big cat", ""), ("zor qua for vim", "vim for zor qua", "zor qua for vim"),
            ("zor qua vim dex", "vim dex zor qua", ""), ("zor on qua dex", "dex zor on qua", ""),
            # Two words on each side of one that both have, wherever that stands.
            ("zor qua vim dex plo", "dex plo vim zor qua", "zor qua vim dex plo"),
            ("wax zor qua vim dex plo kru jud", "wax dex plo vim zor qua kru jud", "zor qua vim dex plo"),
            ("wax zor qua vim dex plo", "wax dex plo vim zor qua", "zor qua vim dex plo"),
            ("zor qua vim dex plo kru jud", "dex plo vim zor qua kru jud", "zor qua vim dex plo"),
            ("zor qua 5 dex plo", "dex plo 5 zor qua", ""), ("zor qua vim dex plo", "zor qua vim plo dex", ""),
            ("zor vim dex plo", "dex plo vim zor", ""),
        ],
    )  # fmt: skip
    def test_what_is_bound_otherwise_is_told_as_the_first_title_has_it(
        self, aligner: Aligner, left: str, right: str, turned: str
    ) -> None:
        assert aligner.align(left, right) == Alignment(turned=tuple(turned.split()))
        assert bool(aligner.align(right, left).turned) is bool(turned)

    @pytest.mark.parametrize(("first", "then", "close"), [
        ("\u2e80", "\u2e80", True), ("\u2e7f", "\u2e80", False), ("\u2e80", "\u2e7f", False), ("a", "裙", False),
        ("裙a", "裙", False), ("a裙", "裙a", True),
    ])  # fmt: skip
    def test_only_signs_of_unspaced_scripts_stand_close(self, first: str, then: str, close: bool) -> None:
        assert _stand_close(first, then) is close

    @pytest.mark.parametrize(
        ("one", "other", "sure"),
        [("box", "boxes", True), ("boxs", "box", True), ("city", "cities", True), ("cat", "dog", False),
         ("manuel", "manuela", False), ("berry", "berries", True), ("bery", "berries", False)],
    )  # fmt: skip
    def test_a_form_that_counts_more_is_sure_whichever_comes_first(self, one: str, other: str, sure: bool) -> None:
        assert is_sure_form(one, other) is is_sure_form(other, one) is sure

    @pytest.mark.parametrize(("left", "right", "told"), [
        ("Caneca avó azul", "Caneca avô azul", (("avó", "avô"),)), ("Caneca avó", "Caneca avo", ()),
        ("Pâté Été", "Pâtè Etê", (("été", "etê"), ("pâté", "pâtè"))),
        ("Tee", "Tee", ()), ("Été", "Ete", ()), ("Pâté bébé", "Pâté bebè", (("bébé", "bebè"),)),
    ])  # fmt: skip
    def test_two_accents_of_one_word_are_two_words(self, left: str, right: str, told: tuple[Words, ...]) -> None:
        assert find_accented(left, right) == told


PIECES = (
    "Mug", "25,000.00", "1,5", "L", "Étoile", "STRAẞE", "№5", "红色", "T480s", "5W-30", "Red", "red", "12V-15e", "½",
    "M8x60",
    "3", "3.50", "Bébé", "x", "&", "+", "1.000,5", "10%", "ОК", "Ŝoelo", "ﬁlm", "İstanbul", "ß", "100",
)  # fmt: skip


class TestPlaces:
    @settings(max_examples=60)
    @given(st.lists(st.sampled_from(PIECES), max_size=7), st.sampled_from([" ", "  ", " - ", ", "]))
    def test_each_word_is_found_where_it_stands(self, pieces: list[str], between: str) -> None:
        title = between.join(pieces)
        tokens, last = cut_title(title), 0
        for token, place in zip(tokens, find_places(title, tokens), strict=True):
            assert place is not None and place[0] >= last and place[1] > place[0]
            assert token in cut_title(title[place[0] : place[1]])
            last = place[1]

    @pytest.mark.parametrize(
        ("title", "tokens", "places"),
        [
            # What was read otherwise than it is written may be four signs longer than it; then the next is found again.
            ("Mug abcde Red", ("mug", "z", "red"), [(0, 3), None, (10, 13)]),
            ("Mug abcdef Red", ("mug", "z", "red"), [(0, 3), None, None]),
            ("abcde Red", ("z", "red"), [None, (6, 9)]), ("abcdef Red", ("z", "red"), [None, None]),
            ("Mug ab-cd/e Red", ("mug", "z", "red"), [(0, 3), None, (12, 15)]),
            ("Mug abcd Red", ("mug", "red"), [(0, 3), None]), ("Mug Red", ("mug", "red", "red"), [(0, 3),
            (4, 7), None]),
            ("25,000.00 m", ("25000", "m"), [(0, 9), (10, 11)]), ("a 3.50 3.50", ("a", "3.5", "3.5"), [(0, 1),
            (2, 6), (7, 11)]),
            ("", ("a",), [None]), ("", (), []),
        ],
    )  # fmt: skip
    def test_what_is_written_otherwise_has_no_place(
        self, title: str, tokens: Words, places: list[tuple[int, int] | None]
    ) -> None:
        assert find_places(title, tokens) == places
