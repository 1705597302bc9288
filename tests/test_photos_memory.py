"""No two pictures are looked at twice, and what is damaged or another catalogue's misleads none."""

import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from dupcheck import audit, pipeline
from dupcheck.catalog import make_catalog
from dupcheck.files.forks import can_fork
from dupcheck.model import Listing
from dupcheck.photos import reading, table, verification
from dupcheck.photos.blocks import Looks
from dupcheck.photos.cache import FILE_NAME, Cache
from dupcheck.photos.copies import is_copy
from dupcheck.photos.neighbours import find_alike, find_neighbours
from dupcheck.photos.reading import Kept, read_photos
from dupcheck.photos.records import Record
from dupcheck.photos.table import Photos
from dupcheck.photos.verification import SAME, compare_photos, find_alterations

Draw = Callable[..., Path]
KINDS = 6


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, draw_photo: Draw) -> Path:
    """Photos of six things: each as it is, mirrored, and with a border."""
    folder = tmp_path_factory.mktemp("photos")
    for k in range(KINDS):
        with Image.open(draw_photo(folder / f"{k}.jpg", k, 240)) as photo:
            ImageOps.mirror(photo).save(folder / f"{k}-mirrored.jpg", quality=90)
            ImageOps.expand(photo, 20, "white").save(folder / f"{k}-white.jpg", quality=90)
    return folder


def read(shop: Path, cache: Path | None, names: list[str] | None = None) -> Photos:
    names = sorted(p.name for p in shop.iterdir()) if names is None else names
    return read_photos(make_catalog([Listing(n, n, main_image=n) for n in names], image_root=shop), cache=cache)[0]


def find(photos: Photos) -> set[tuple[int, int]]:
    return set(zip(*(side.tolist() for side in find_alike(photos)), strict=True))


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The pairs that are looked at, as they are."""
    pairs: list[tuple[int, int]] = []
    look = verification.look_closely

    def note(photos: Photos, first: np.ndarray, second: np.ndarray, nearest: np.ndarray) -> Looks:
        pairs.extend(zip(first.tolist(), second.tolist(), strict=True))
        return look(photos, first, second, nearest)

    monkeypatch.setattr(verification, "look_closely", note)
    return pairs


def compare_all(photos: Photos) -> np.ndarray:
    left, right = np.triu_indices(len(photos), 1)
    return compare_photos(photos, left, right)


def test_of_each_thing_all_photos_are_alike_and_of_no_two(shop: Path) -> None:
    photos = read(shop, None)
    wanted = {(i, j) for i in range(3 * KINDS) for j in range(i + 1, 3 * KINDS) if i // 3 == j // 3}
    assert find(photos) == wanted
    assert set(zip(*(side.tolist() for side in find_neighbours(photos)), strict=True)) >= wanted


def test_a_second_run_looks_at_nothing(shop: Path, tmp_path: Path, seen: list[tuple[int, int]]) -> None:
    first = read(shop, tmp_path)
    alike, bits = find(first), compare_all(first)
    rows = np.arange(0, 3 * KINDS, 3)
    _, altered = find_alterations(first, rows, rows + 1)
    assert seen
    seen.clear()
    second = read(shop, tmp_path)
    assert find(second) == alike
    assert np.array_equal(compare_all(second), bits)
    assert find_alterations(second, rows, rows + 1)[1].tobytes() == altered.tobytes()
    assert altered["mirrored"].all()
    assert seen == []


def test_an_unchanged_catalogue_s_fingerprints_lie_beside_it(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = sorted(p.name for p in shop.iterdir())
    rows = ["listing_id,title,main_image", *(f"{n},{n},{n}" for n in names)]
    (tmp_path / "shop.csv").write_text("\n".join(rows), "utf-8")
    asked: list[bytes] = []
    find_known = Cache.fingerprints

    def note(cache: Cache, contents: Sequence[bytes]) -> Mapping[bytes, Record]:
        asked.extend(contents)
        return find_known(cache, contents)

    def run(folder: Path) -> Photos:
        asked.clear()
        return audit(tmp_path / "shop.csv", images=folder, cache=tmp_path / "cache", jobs=1).features.photos

    def show(photos: Photos) -> list[bytes]:
        return [record.tobytes() for record in photos.prints[photos.place[photos.main]]]

    monkeypatch.setattr(Cache, "fingerprints", note)
    folder = Path(shutil.copytree(shop, tmp_path / "photos"))
    first = run(folder)
    assert len(set(asked)) == len(names)
    assert show(run(folder)) == show(first)
    assert asked == []
    ImageOps.flip(Image.open(shop / names[0])).save(folder / names[0])
    changed = run(folder)
    assert len(set(asked)) == 1
    assert [a == b for a, b in zip(show(changed), show(first), strict=True)] == [False] + [True] * (len(names) - 1)


@pytest.mark.parametrize("count", [3, 6, 9, 3 * KINDS])
def test_of_a_cache_that_holds_more_what_is_wanted_is_taken(
    shop: Path, tmp_path: Path, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read(shop, tmp_path)
    names = sorted(p.name for p in shop.iterdir())
    alike = {(i, j) for i, j in find(whole) if j < count}
    monkeypatch.setattr(reading, "_read_file", None)
    some = read(shop, tmp_path, names[:count])
    assert np.array_equal(some.prints, whole.prints[:count])
    monkeypatch.setattr(verification, "look_closely", None)
    assert find(some) == alike


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.lists(st.integers(0, 3 * KINDS - 1), unique=True), others=st.integers(0, 3))
def test_kept_fingerprints_are_as_good_as_read_ones(
    shop: Path, tmp_path_factory: pytest.TempPathFactory, chosen: list[int], others: int
) -> None:
    names = sorted(p.name for p in shop.iterdir())
    catalog = make_catalog([Listing(n, n, main_image=n) for n in names], image_root=shop)
    whole = read(shop, tmp_path_factory.getbasetemp() / "kept")
    assert whole.contents is not None
    strange = np.frombuffer(bytes(range(16 * others)), dtype="V16")
    rows = whole.place[np.array(chosen + [0] * others, dtype=np.int64)]
    kept = Kept(np.concatenate([whole.contents[chosen], strange]), whole.prints[rows])
    photos, _ = read_photos(catalog, cache=tmp_path_factory.getbasetemp() / "kept", kept=kept)
    assert photos.contents is not None
    assert photos.contents.tobytes() == whole.contents.tobytes()
    assert photos.prints[photos.place].tobytes() == whole.prints[whole.place].tobytes()


def test_kept_fingerprints_stay_where_they_lie_until_there_is_another(shop: Path, tmp_path: Path) -> None:
    names = sorted(p.name for p in shop.iterdir())
    known = read(shop, tmp_path, names[1:])
    assert known.contents is not None
    records = known.prints[known.place].copy()
    records.flags.writeable = False
    kept = Kept(known.contents, records)
    for some in (names[1:], names):
        catalog = make_catalog([Listing(n, n, main_image=n) for n in some], image_root=shop)
        photos, _ = read_photos(catalog, cache=tmp_path, kept=kept)
        assert np.shares_memory(photos.prints, records) == (some == names[1:])
        assert photos.prints[photos.place].tobytes() == read(shop, tmp_path, some).prints.tobytes()


@pytest.mark.skipif(not can_fork(), reason="processes are forked on Linux alone")
def test_processes_find_what_one_thread_finds(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "photos"
    shutil.copytree(shop, folder)
    (folder / "no picture.jpg").write_text("a word")
    (folder / "cut.jpg").write_bytes((folder / "0.jpg").read_bytes()[:900])
    names = sorted(p.name for p in folder.iterdir())
    alone = read(folder, None, names)

    def run(*names: str) -> tuple[Photos, list[str]]:
        catalog = make_catalog([Listing(n, n, main_image=n) for n in names], image_root=folder)
        photos, problems = read_photos(catalog, cache=tmp_path / "cache", jobs=3)
        return photos, sorted(problem.listing_id for problem in problems)

    for name, value in (("_FEW", 0), ("_BATCH", 2), ("_ROUND", 2)):
        monkeypatch.setattr(reading, name, value)
    read_before = names[:5]
    run(*read_before)
    for name in read_before:  # a helper knows contents, not names alone
        (folder / name).rename(folder / f"renamed {name}")
    photos, failed = run(*(f"renamed {n}" if n in read_before else n for n in names))
    assert failed == ["cut.jpg", "no picture.jpg"]
    assert photos.prints[photos.place].tobytes() == alone.prints[alone.place].tobytes()
    assert find(photos) == find(alone)


def test_copies_stand_behind_one_and_are_told_once(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, draw_photo: Draw
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for k in range(2):
        with Image.open(draw_photo(tmp_path / f"{k}.jpg", k, 240)) as photo:
            for n in range(6):
                small = photo.resize((photo.width - 8 * n, photo.height - 8 * n))
                small.save(folder / f"{k}-{n}.jpg", quality=95 - 3 * n)
    photos = read(folder, tmp_path / "cache")
    stand_in = photos.stand_in.tolist()
    assert len(photos) == 12
    assert len(set(stand_in)) == 2
    assert len({k for k, row in enumerate(stand_in) if row < 6}) == 6, "none stands for another thing's photo"
    alike = find(photos)
    assert alike == {(i, j) for i in range(12) for j in range(i + 1, 12) if i // 6 == j // 6}
    assert (compare_all(photos) <= SAME).sum() == len(alike)

    def never(*_: object) -> np.ndarray:
        raise AssertionError("looked at again")

    monkeypatch.setattr(table, "is_copy", never)
    again = read(folder, tmp_path / "cache")
    assert again.stand_in.tolist() == stand_in
    assert find(again) == alike


def test_of_many_copies_few_are_looked_at(
    tmp_path: Path, seen: list[tuple[int, int]], draw_photo: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    tested: list[int] = []
    ask = is_copy

    def note(prints: np.ndarray, copy: np.ndarray, original: np.ndarray) -> np.ndarray:
        tested.append(len(copy))
        return ask(prints, copy, original)

    monkeypatch.setattr(table, "is_copy", note)
    folder = tmp_path / "photos"
    folder.mkdir()
    with Image.open(draw_photo(tmp_path / "stock.jpg", 3, 240)) as photo:
        for n in range(60):
            photo.resize((photo.width - n % 20, photo.height - n % 20)).save(folder / f"{n:02}.jpg", quality=95 - n % 3)
    photos = read(folder, None)
    assert len(photos) == 60
    assert len(find(photos)) == 60 * 59 // 2
    assert len(seen) + sum(tested) < 300, "not each with each"


def test_only_new_photos_are_looked_at(shop: Path, tmp_path: Path, seen: list[tuple[int, int]]) -> None:
    names = sorted(p.name for p in shop.iterdir())
    whole = find(read(shop, None, names))
    some = [name for name in names if name != "3-mirrored.jpg"]
    find(read(shop, tmp_path, some))
    seen.clear()
    assert find(read(shop, tmp_path, names)) == whole
    new = names.index("3-mirrored.jpg")
    assert seen
    assert all(new in pair for pair in seen)


def test_what_two_catalogues_taught_apart_is_not_taken_for_all(shop: Path, tmp_path: Path) -> None:
    names = sorted(p.name for p in shop.iterdir())
    for part in (names[::3], names[1::3]):
        find(read(shop, tmp_path, part))
    assert find(read(shop, tmp_path, names)) == find(read(shop, None, names))


@pytest.mark.parametrize("kind", ["look", "copy", "circle", "fingerprint"])
@pytest.mark.parametrize("harm", ["turned", "cut", "gone", "swapped"])
def test_a_damaged_record_is_not_there(shop: Path, tmp_path: Path, kind: str, harm: str) -> None:
    first = read(shop, tmp_path)
    alike, bits = find(first), compare_all(first)
    column = "pairs" if kind == "circle" else "data"
    with sqlite3.connect(tmp_path / FILE_NAME) as store:
        name = {"circle": "hex(name)", "fingerprint": "hex(content)"}.get(kind, "hex(first) || hex(second)")
        kept = store.execute(f"SELECT {name}, {column} FROM {kind}").fetchall()
        assert kept
        for k, (key, data) in enumerate(kept):
            changed = {
                "turned": data[:9] + bytes([data[9] ^ 4]) + data[10:] if len(data) > 9 else b"",
                "cut": data[: len(data) // 2],
                "swapped": kept[k - 1][1] if len(kept) > 1 else b"\0" * len(data),
            }.get(harm)
            if changed is None:
                store.execute(f"DELETE FROM {kind} WHERE {name} = ?", (key,))
            else:
                store.execute(f"UPDATE {kind} SET {column} = ? WHERE {name} = ?", (changed, key))
    again = read(shop, tmp_path)
    assert find(again) == alike
    assert np.array_equal(compare_all(again), bits)


def test_an_interrupted_run_goes_on_where_it_was(
    shop: Path, tmp_path: Path, seen: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = find(read(shop, None))
    monkeypatch.setattr(verification, "_PAIRS", 4)
    monkeypatch.setattr(verification, "_LOOKS", 4)
    seen.clear()
    look = verification.look_closely

    def stop(photos: Photos, *rest: np.ndarray) -> Looks:
        if len(seen) >= 4:
            raise KeyboardInterrupt
        return look(photos, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(verification, "look_closely", stop)
        with pytest.raises(KeyboardInterrupt):
            find(read(shop, tmp_path))
    before = set(seen)
    seen.clear()
    assert find(read(shop, tmp_path)) == whole
    assert not before & set(seen) & whole


def test_hashes_without_pictures_are_held_against_new_and_old(shop: Path, tmp_path: Path) -> None:
    photos = read(shop, None, ["0.jpg", "1.jpg"])
    known = [Listing("a", "", main_image="0.jpg"), Listing("b", "", main_image="1.jpg")]
    hashes = [Listing(f"h{k}", "", image_phash=f"{int(photos.phash[0]) ^ k:016x}") for k in (0, 1)]
    for listings in (known, [*known, hashes[0]], [*known, *hashes]):
        read_all = read_photos(make_catalog(listings, image_root=shop), cache=tmp_path)[0]
        bare = np.flatnonzero(~read_all.pictured)
        assert {(i, j) for i, j in find(read_all) if j in bare} == {
            (i, int(j)) for j in bare for i in range(int(j)) if i != 1
        }


def test_which_of_two_stands_first_makes_no_difference(shop: Path, tmp_path: Path, seen: list[tuple[int, int]]) -> None:
    names = sorted(p.name for p in shop.iterdir())
    left, right = np.triu_indices(len(names), 1)
    bits = compare_photos(read(shop, tmp_path, names), left, right)
    seen.clear()
    turned = read(shop, tmp_path, names[::-1])
    assert np.array_equal(compare_photos(turned, len(names) - 1 - left, len(names) - 1 - right), bits)
    assert seen == []
    assert (bits <= SAME).any()


WORDS = ("brass", "violin", "stand", "linen", "apron", "teapot", "copper", "kettle")


@st.composite
def shops(draw: st.DrawFn) -> list[Listing]:
    """Listings of which many show one thing's photos; some say the same, some nothing of the kind."""
    listings = []
    for k in range(draw(st.integers(2, 12))):
        title = " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=0, max_size=4)))
        photo = draw(st.sampled_from(["", "0.jpg", "0-mirrored.jpg", "0-white.jpg", "1.jpg", "1-mirrored.jpg"]))
        price = draw(st.sampled_from([None, 9.0, 10.0, 40.0]))
        seller = draw(st.sampled_from(["", "North", "South"]))
        also = draw(st.sampled_from([(), ("2.jpg",), ("0-white.jpg", "2.jpg")]))
        listings.append(
            Listing(f"L{k}", title, price=price, currency="USD", main_image=photo, images=also, shop=seller)
        )
    return listings


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(listings=shops(), pack=st.sampled_from(["common", "aliexpress", "etsy", "shopee"]))
def test_what_comes_to_nothing_is_not_looked_at_and_nothing_changes(
    shop: Path, tmp_path_factory: pytest.TempPathFactory, listings: list[Listing], pack: str
) -> None:
    catalog = make_catalog(listings, image_root=shop)
    told = audit(catalog, pack, cache=tmp_path_factory.mktemp("some"), jobs=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "_choose_worth", lambda *_, **__: None)
        whole = audit(catalog, pack, cache=tmp_path_factory.mktemp("all"), jobs=1)
    assert told.pairs.equals(whole.pairs)
    assert told.plans == whole.plans
    assert told.advice == whole.advice
    assert told.findings.strength.tolist() == whole.findings.strength.tolist()


def test_photos_by_which_no_rule_can_tell_are_looked_at_once_they_matter(
    shop: Path, tmp_path: Path, seen: list[tuple[int, int]]
) -> None:
    def find_pairs(second: str, pack: str = "common") -> int:
        listings = [
            Listing("a", "brass violin stand", price=9.0, currency="USD", main_image="3.jpg", shop="North"),
            Listing("b", second, price=9.0, currency="USD", main_image="3-white.jpg", shop="South"),
        ]
        return len(audit(make_catalog(listings, image_root=shop), pack, cache=tmp_path, jobs=1).pairs)

    assert find_pairs("linen apron in blue") == 0
    assert seen == [], "one photo, but nothing else in common"
    assert find_pairs("linen apron in blue") == 0
    assert seen == []
    assert find_pairs("brass stand for a violin") == 1
    assert seen
    seen.clear()
    assert find_pairs("linen apron in blue") == 0
    assert find_pairs("brass stand for a violin") == 1
    assert seen == []
