"""What two listings differ in, and how their titles lie side by side, in the words that their sellers wrote."""

import json
from pathlib import Path

import pytest

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.judging.alignment import Aligner
from dupcheck.judging.spellings import Spellings, find_spelling
from dupcheck.judging.verdicts import find_nearest_rule, is_near
from dupcheck.messages import LANGS, Lang
from dupcheck.model import Catalog, Difference, Listing
from dupcheck.reports.answers import save_answers

SHIRT = "Heavyweight Cotton Crew Neck T-Shirt Basic Tee"


def make_shirt(listing_id: str, color: str, title: str = SHIRT, price: float = 12.0) -> Listing:
    attributes = {"Colour": color, "Material": "Cotton", "Fit": "Regular", "Style": "Basic"} if color else {}
    return Listing(listing_id, title, price=price, currency="USD", category="T-Shirts", attributes=attributes)


@pytest.fixture(scope="module")
def shirts() -> Catalog:
    others = ("Brass door knob polished", "Rosin for violins in a tin", "Silk tie striped for weddings")
    return make_catalog(
        [
            make_shirt("T-1", "Navy Blue"),
            make_shirt("T-2", "Grey"),
            *(Listing(f"O-{k}", title, price=5.0, currency="USD") for k, title in enumerate(others)),
        ]
    )


@pytest.mark.parametrize(
    ("title", "attributes", "axis", "value", "written"),
    [
        ("Shirt", "Colour=Grey", "color", "gray", "Grey"),
        ("Shirt Navy Blue", "", "color", "navy", "Navy Blue"),
        ("Shirt Red", "Colour=Navy  Blue", "color", "navy", "Navy Blue"),
        ("Damen Schal hellblau", "", "color", "light blue", "hellblau"),
        ("Camiseta azul claro de algodón", "", "color", "light blue", "azul claro"),
        ("纯棉T恤女宽松打底衫藏青色", "", "color", "navy", "藏青色"),
        ("Scissors 5.0 Inch steel", "", "length", "5 in", "5.0 Inch"),
        ("Tie 7cm silk", "", "length", "7 cm", "7cm"),
        ("Spoons, Set of 6, steel", "", "pack", "6", "Set of 6"),
        ("Cloth 50 pcs/lot soft", "", "pack", "50", "50 pcs/lot"),
        ("Drill DL-07 cordless", "", "model", "dl07", "DL-07"),
        ("Shirt", "", "color", "gray", ""),
        ("", "", "pack", "6", ""),
    ],
)
def test_a_value_is_found_as_its_seller_wrote_it(
    title: str, attributes: str, axis: str, value: str, written: str
) -> None:
    assert find_spelling(title, attributes, axis, value) == written


@pytest.mark.parametrize(
    ("axis", "values", "written"),
    [
        ("color", ("navy", "gray"), ("Navy Blue", "Grey")),
        ("color", ("navy", ""), ("Navy Blue", "")), ("color", ("", "gray"), ("", "Grey")),
        ("color", ("red", "gray"), ("", "Grey")),  # no text of the first says it
        ("material", ("cotton", "cotton"), None),  # written alike: only how it is read tells the two apart
        ("color", ("red", "blue"), None), ("tier", ("wholesale", "retail"), None),
    ],
)  # fmt: skip
def test_each_side_of_a_difference_is_written_as_its_own_listing_does(
    axis: str, values: tuple[str, str], written: tuple[str, str] | None
) -> None:
    rows = [Listing("A", "Wholesale Tee", attributes={"Colour": "Navy Blue", "Material": "Cotton"}),
            Listing("B", "Retail Tee", attributes={"Colour": "Grey", "Material": "cotton"})]  # fmt: skip
    (told,) = Spellings(make_catalog(rows)).spell([Difference(axis, *values)], 0, 1)
    assert (told.axis, told.left, told.right) == (axis, *values)
    assert told.written == (written or ("", ""))


@pytest.mark.parametrize("lang", LANGS)
class TestDifferences:
    def test_why_and_the_pairs_say_them_as_written_and_keep_canonical_values(self, shirts: Catalog, lang: Lang) -> None:
        told = dc.why(shirts, "T-1", "T-2", lang=lang)
        assert "Navy Blue / Grey" in str(told)
        (row,) = told.as_dict()["differs_in"]
        assert row == {"axis": "color", "a": "navy", "b": "gray", "shown": ["Navy Blue", "Grey"]}
        (pair,) = dc.audit(shirts, lang=lang).as_dict()["pairs"]
        assert "Navy Blue / Grey" in pair["explanation"]
        assert pair["differs_in"] == [row]

    def test_members_of_groups_and_the_page_say_them_as_written(
        self, shirts: Catalog, tmp_path: Path, lang: Lang
    ) -> None:
        audit = dc.audit(shirts, lang=lang)
        (group,) = audit.as_dict()["groups"]
        told = [m["explanation"] for m in group["members"]]
        assert any("Navy Blue / Grey" in text or "Grey / Navy Blue" in text for text in told)
        audit.save(tmp_path)
        page = (tmp_path / "report.html").read_text("utf-8")
        assert '["color","Navy Blue","Grey"]' in page.replace(", ", ",")
        for changed in ("藏青色", "灰色", '"Gray"'):
            assert changed not in page

    def test_a_check_says_them_as_written(self, shirts: Catalog, lang: Lang) -> None:
        draft = make_shirt("D-1", "Wine Red")
        (answer,) = dc.check(draft, shirts, lang=lang)
        assert "Wine Red" in str(answer)
        assert "酒红" not in str(answer)


def test_values_written_alike_and_read_otherwise_are_shown_as_they_are_read() -> None:
    catalog = make_catalog([Listing("A", "Lamp", attributes={"Colour": "Black"}), Listing("B", "Lamp red black")])
    told = dc.why(catalog, "A", "B").as_dict()["differs_in"]
    for row in told:
        assert not row["shown"][0] or row["shown"][0] != row["shown"][1]


class TestTitles:
    @pytest.mark.parametrize(("lang", "length"), [("en", "{Length: 7cm}"), ("zh", "{长度：7 cm}")])
    def test_a_value_is_one_piece_and_its_axis_has_the_readers_name(
        self, sample: Catalog, lang: Lang, length: str
    ) -> None:
        told = dc.why(sample, "A-111", "A-112", lang=lang)
        number = length.replace("7cm", "7 cm")
        assert all(number in line for line in told.titles)
        first, second = told.titles
        assert "Paisley" in first
        assert "Argyle" in second
        assert f"\n  {first}\n  {second}\n" in str(told)

    def test_words_stand_as_they_are_written(self, sample_audit: dc.Audit) -> None:
        aligner = Aligner(sample_audit.features.statistics)
        left, right = aligner.mark("Grey Velox Trainer 1,50 m Deluxe", "Grey VELOX Trainer 1.5 m")
        assert "[Deluxe]" in left
        assert "Velox" in left
        assert "1,50 m" in left
        assert "VELOX" in right

    def test_signs_of_one_word_stand_close(self, sample_audit: dc.Audit) -> None:
        left, _ = Aligner(sample_audit.features.statistics).mark("加厚毛巾家用", "加厚毛巾")
        assert left == "加厚毛巾[家用]" or left == "加厚毛巾 [家用]"

    def test_letters_that_fold_into_two_are_no_harm(self, sample_audit: dc.Audit) -> None:
        left, right = Aligner(sample_audit.features.statistics).mark("STRAẞE İpek", "Straße")
        assert left
        assert right

    @pytest.mark.parametrize("lang", LANGS)
    def test_the_pair_that_a_group_hangs_on_has_them_and_the_page_shows_them(
        self, sample_audit: dc.Audit, tmp_path: Path, lang: Lang
    ) -> None:
        record = sample_audit.as_dict(lang)
        told = {(p["listing_a"], p["listing_b"]): p["titles"] for p in record["pairs"] if "titles" in p}
        for group in record["groups"]:
            ends = group["weakest"]["listing_a"], group["weakest"]["listing_b"]
            assert told[ends] == list(sample_audit.why(*ends, lang).titles)
        sample_audit.save(tmp_path, lang)
        page = (tmp_path / "report.html").read_text("utf-8")
        assert json.dumps(next(iter(told.values()))[0], ensure_ascii=False) in page

    @pytest.mark.parametrize("lang", LANGS)
    def test_a_check_shows_them(self, sample: Catalog, tmp_path: Path, lang: Lang) -> None:
        (answer,) = dc.check({"title": sample.column("title")[0], "price": 18.9, "currency": "USD",
                              "category": sample.column("category")[0],
                              "attributes": "Material=440C Stainless Steel; Size=8.0 Inch; Hardness=HRC 60"},
                             sample, lang=lang)  # fmt: skip
        assert answer.verdict == "duplicate"
        first, second = answer.pairs[0]["titles"]
        assert f"    {first}\n    {second}" in str(answer)
        page, _ = save_answers([answer.as_dict()], tmp_path, lang)
        assert "{Material: " in page.read_text("utf-8") or "{材质：" in page.read_text("utf-8")


class TestNearest:
    @pytest.mark.parametrize(("lang", "said"), [("en", "Nearest: R2 – titles "), ("zh", "差一点违反 R2：标题相似度 ")])
    def test_why_names_the_limit_that_was_narrowly_missed(self, sample: Catalog, lang: Lang, said: str) -> None:
        told = dc.why(sample, "A-185", "A-186", lang=lang)
        assert said in str(told)
        nearest = told.as_dict()["nearest"]
        assert nearest["rule"] == "R2"
        assert {"en": "80 %", "zh": "80%"}[lang] in nearest["text"]

    def test_nothing_is_near_where_a_rule_is_broken_or_all_is_far(self, sample: Catalog) -> None:
        assert dc.why(sample, "A-101", "A-102").nearest is None
        assert dc.why(sample, "A-101", "A-152").as_dict()["nearest"] is None

    @pytest.mark.parametrize(("lang", "said"), [("en", "only from 80 % on it counts"), ("zh", "达到 80% 才算")])
    def test_a_check_names_it_where_nothing_is_broken(
        self, sample: Catalog, tmp_path: Path, lang: Lang, said: str
    ) -> None:
        (answer,) = dc.check({"title": "USB B to Lightning Cable 12W Fast Charging Nylon Braided Data Cord 2m for cars",
                              "price": 7.9, "currency": "USD"}, sample, lang=lang)  # fmt: skip
        assert answer.verdict == "publish"
        assert answer.nearest is not None
        assert said in str(answer)
        page, _ = save_answers([answer.as_dict()], tmp_path, lang)
        assert said in page.read_text("utf-8")

    def test_of_as_many_misses_the_narrower_is_nearer(self, sample_audit: dc.Audit) -> None:
        told = sample_audit.why("A-185", "A-186")
        found = find_nearest_rule(sample_audit.pack, told.signals)
        assert found is not None
        rule, conditions = found
        assert rule.verdict == "duplicate"
        assert is_near(conditions)


def test_a_kept_catalogue_reads_titles_as_it_did_when_it_was_measured(tmp_path: Path) -> None:
    rows = [f"S-{n},Hair Scissors Professional {n}.0 Inch,9,USD,Size={n}.0 Inch" for n in range(4, 9)]
    path = tmp_path / "scissors.csv"
    path.write_text("\n".join(["listing_id,title,price,currency,attributes", *rows]), "utf-8")
    first, again = (dc.why(str(path), "S-4", "S-5", cache=tmp_path / "cache").titles for _ in range(2))
    assert first == again


def ask_about(*titles: str, attributes: tuple[str, ...] = ()) -> list[str]:
    """What is asked of listings with these titles, in English and Chinese."""
    stated = (*attributes, *[""] * (len(titles) - len(attributes)))
    audit = dc.audit(
        make_catalog(
            [
                Listing(
                    f"Q-{k}", title, price=20.0, currency="EUR",
                    attributes={"Finish": "Matt", "Origin": "Norway", **({"Condition": more} if more else {})},
                )
                for k, (title, more) in enumerate(zip(titles, stated, strict=True))
            ]
        )
    )  # fmt: skip
    return [p.question.text.say(lang) for p in audit.plans if p.question for lang in LANGS]


@pytest.mark.parametrize(
    ("word", "titles"),
    [
        ("Bébé", ("Cape de bain éponge Aurore", "Cape de bain éponge Aurore Bébé")),
        ("Taşlı", ("Kadın topuklu sandalet Menekşe", "Kadın topuklu sandalet Menekşe Taşlı")),
        ("Kühltasche", ("Picknickkorb aus Weide Waldgeist", "Picknickkorb aus Weide Waldgeist Kühltasche")),
        ("Größe", ("Gartenstuhl Robinie Abendrot", "Gartenstuhl Robinie Abendrot Größe")),
    ],
)
def test_a_question_says_a_word_as_its_seller_wrote_it(word: str, titles: tuple[str, str]) -> None:
    asked = ask_about(*titles)
    assert asked and all(word in text for text in asked)


def test_a_question_about_a_side_that_states_nothing_says_so() -> None:
    title = "Cordless drill Hammerfest with two batteries"
    asked = ask_about(title, title, attributes=("", "Refurbished"))
    assert asked and all("Refurbished" in text for text in asked)
    assert not any("«»" in text or "“”" in text for text in asked)
