"""A cache is believed only if it proves itself: whatever is flipped in it, the answer is that of measuring anew."""

import random
import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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


def test_any_flipped_bit_is_told_and_measured_again(desk: Path, run: Run) -> None:
    first, _ = read(desk, run)
    assert read(desk, run) == (first, "")
    whole = shutil.copytree(desk / "deep", desk / "whole")
    files = sorted(f for f in (whole / "cache" / "catalogs").rglob("*") if f.is_file() and f.stat().st_size)
    chance = random.Random(1)
    for file in chance.sample(files, 10):
        shutil.rmtree(desk / "deep")
        shutil.copytree(whole, desk / "deep")
        place = desk / "deep" / file.relative_to(whole)
        data = bytearray(place.read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        place.write_bytes(data)
        again, told = read(desk, run)
        assert again == first, file
        assert told.count("\n") <= 1 and ("damaged" in told or file.name == "current"), file


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


def test_nobody_else_may_look(desk: Path, run: Run) -> None:
    read(desk, run)
    for folder in (desk / "deep", desk / "deep" / "cache", desk / "deep" / "cache" / "catalogs"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
