"""A cache is believed only if it proves itself: whatever is flipped in it, the answer is that of measuring anew."""

import random
import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dupcheck.files.remembering import remember
from dupcheck.photos.cache import Cache

Run = Callable[..., Any]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_csv: Any, draw_photo: Any) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUPCHECK_CACHE", str(tmp_path / "deep" / "cache"))
    rows = [{"listing_id": f"B-{i}", "title": f"Brass Lamp model {i * 37} with shade {i} cm", "price": i + 1,
             "main_image": f"{i % 6}.jpg"} for i in range(16)]  # fmt: skip
    for i in range(6):
        draw_photo(tmp_path / f"{i}.jpg", i)
    write_csv(tmp_path / "catalog.csv", [*rows, {**rows[0], "listing_id": "B-99"}])
    return tmp_path


def read(desk: Path, run: Run) -> tuple[bytes, str]:
    ended = run("audit", "catalog.csv", "--out", "r", "--no-ledger")
    assert ended.code == 0, ended.err
    return (desk / "r" / "pairs.csv").read_bytes(), ended.err


@pytest.mark.slow
def test_any_flipped_bit_is_told_and_measured_again(desk: Path, run: Run) -> None:
    first, _ = read(desk, run)
    assert read(desk, run) == (first, "")
    whole = shutil.copytree(desk / "deep", desk / "whole")
    files = sorted(f for f in (whole / "cache" / "catalogs").rglob("*") if f.is_file() and f.stat().st_size)
    chance = random.Random(1)
    assert {file.name for file in files} == {"current", "facts.json", "arrays.bin"}
    for file in files * 3:
        shutil.rmtree(desk / "deep")
        shutil.copytree(whole, desk / "deep")
        place = desk / "deep" / file.relative_to(whole)
        data = bytearray(place.read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        place.write_bytes(data)
        again, told = read(desk, run)
        assert again == first, file
        assert told.count("\n") <= 1 and ("damaged" in told or file.name == "current"), file


@pytest.mark.slow
def test_a_changed_print_of_a_photo_is_measured_again(desk: Path, run: Run) -> None:
    first, _ = read(desk, run)
    shutil.rmtree(desk / "deep" / "cache" / "catalogs")
    base = sqlite3.connect(desk / "deep" / "cache" / "photos.sqlite")
    with base:
        for key, data in base.execute("SELECT rowid, data FROM fingerprint").fetchall():
            spoiled = bytearray(data)
            spoiled[3] ^= 4
            base.execute("UPDATE fingerprint SET data = ? WHERE rowid = ?", (bytes(spoiled), key))
    base.close()
    again, told = read(desk, run)
    assert again == first and told.count("damaged") == 1


@pytest.mark.parametrize("harm", [
    "UPDATE known SET content = (SELECT content FROM known AS k ORDER BY path LIMIT 1)",
    "UPDATE known SET content = 'x'", "UPDATE known SET content = 7", "UPDATE known SET path = path || ''",
    "UPDATE look SET data = substr(data, 1, 5)", "UPDATE circle SET pairs = contents",
])  # fmt: skip
def test_what_is_kept_of_files_and_looks_proves_itself(desk: Path, run: Run, harm: str) -> None:
    first, _ = read(desk, run)
    shutil.rmtree(desk / "deep" / "cache" / "catalogs")
    base = sqlite3.connect(desk / "deep" / "cache" / "photos.sqlite")
    with base:
        changed = base.execute(harm).rowcount
    base.close()
    again, told = read(desk, run)
    assert again == first
    assert told.count("damaged") == (changed > 0 and "||" not in harm)


def test_a_tag_that_was_changed_is_none(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.keep_tags({"https://a.example/1.jpg": '"one"', "https://a.example/2.jpg": 'W/"zwei-ä"'})
    cache.close()
    base = sqlite3.connect(tmp_path / "photos.sqlite")
    with base:
        base.execute("UPDATE tagged SET tag = replace(tag, 'one', 'two') WHERE path LIKE '%1.jpg'")
    base.close()
    again = Cache(tmp_path)
    found = again.tags(["https://a.example/1.jpg", "https://a.example/2.jpg"])
    assert found == {"https://a.example/2.jpg": 'W/"zwei-ä"'}
    again.close()


def test_nobody_else_may_look(desk: Path, run: Run) -> None:
    read(desk, run)
    for folder in (desk / "deep", desk / "deep" / "cache", desk / "deep" / "cache" / "catalogs"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_words_that_are_kept_prove_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUPCHECK_CACHE", str(tmp_path / "cache"))
    made = {"one": {"a": 1}, "other": {"b": 2}}
    told: list[str] = []
    monkeypatch.setattr("dupcheck.files.remembering.tell_doubt", lambda text: told.append(text.key))

    def read(name: str) -> dict[str, Any]:
        return remember(name, ["of"], lambda: made[name])

    assert [read(name) for name in made] == list(made.values())
    files = {name: tmp_path / "cache" / "words" / f"{name}.json" for name in made}
    whole = {name: file.read_bytes() for name, file in files.items()}
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700
    for spoiled in (whole["other"], whole["one"][:-1], whole["one"].replace(b'"a":1', b'"a":3'), b"", b"\n"):
        files["one"].write_bytes(spoiled)
        assert read("one") == made["one"]
    assert told == ["files.spoiled"] * 5
    assert read("one") == made["one"] and len(told) == 5
