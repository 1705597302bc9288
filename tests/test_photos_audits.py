"""Whole audits of many photos: progress on a terminal, one that is killed, two at once on one cache."""

import os
import re
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import dupcheck
from dupcheck.catalog import read_catalog
from dupcheck.photos import pictures
from dupcheck.photos.cache import FILE_NAME
from dupcheck.photos.reading import read_photos

pytestmark = pytest.mark.slow

COUNT = 90


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, draw_photo: Callable[..., Path]) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    rows = ["listing_id,title,price,main_image"]
    for i in range(COUNT):
        draw_photo(folder / f"{i}.jpg", i // 2, 420)  # every second photo is the one before, drawn anew
        rows.append(f"L-{i},Thing of kind {i // 2},9.90,{i}.jpg")
    (folder / "shop.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder / "shop.csv"


def start(shop: Path, out: Path, cache: Path, **options: object) -> "subprocess.Popen[bytes]":
    env = {**os.environ, "TQDM_MININTERVAL": "0", "PYTHONPATH": str(Path(dupcheck.__file__).parents[1])}
    command = [sys.executable, "-m", "dupcheck", "audit", shop, "--out", out, "--cache", cache, "--jobs", "1"]
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, **options)  # type: ignore[call-overload,no-any-return]


def count_kept(cache: Path) -> int:
    try:
        with sqlite3.connect(f"file:{cache / FILE_NAME}?mode=ro", uri=True) as store:
            return int(store.execute("SELECT count(*) FROM fingerprint").fetchone()[0])
    except sqlite3.Error:
        return 0


def test_killed_in_the_middle_and_two_at_once(shop: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    killed = start(shop, tmp_path / "killed", cache)
    while not count_kept(cache) and killed.poll() is None:
        time.sleep(0.005)
    killed.kill()
    killed.wait()
    assert not (tmp_path / "killed" / "audit.json").exists(), "it was to be killed before its end"
    kept = count_kept(cache)
    assert 0 < kept <= COUNT
    both = [start(shop, tmp_path / name, cache) for name in ("one", "two")]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    alone = start(shop, tmp_path / "alone", tmp_path / "other cache")
    assert alone.wait(timeout=120) == 0
    for file in ("pairs.csv", "groups.csv", "problems.csv"):
        one, two, third = ((tmp_path / name / file).read_bytes() for name in ("one", "two", "alone"))
        assert one == two == third
    assert (tmp_path / "one" / "pairs.csv").read_text("utf-8-sig").count("\n") > COUNT // 2
    with sqlite3.connect(cache / FILE_NAME) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("moment", [1, 40, 80])
def test_of_what_was_read_before_an_interruption_nothing_is_read_again(
    shop: Path, tmp_path: Path, moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[bytes] = []
    open_picture = pictures.open_picture

    def count(data: bytes) -> pictures.ByteArray:
        opened.append(data)
        return open_picture(data)

    told: list[int] = []

    def stop(done: int, total: int) -> None:
        told.append(done)
        if done >= moment:
            raise KeyboardInterrupt

    monkeypatch.setattr(pictures, "open_picture", count)
    with pytest.raises(KeyboardInterrupt):
        read_photos(read_catalog(shop), cache=tmp_path, jobs=1, progress=stop)
    assert moment <= told[-1]
    kept = count_kept(tmp_path)
    assert kept == (told[-1] + 1) // 2, "two files each hold one picture"
    opened.clear()
    photos, problems = read_photos(read_catalog(shop), cache=tmp_path, jobs=1)
    assert len(opened) == COUNT // 2 - kept
    assert len(photos) == COUNT // 2 and not problems


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pseudo-terminal")
def test_a_terminal_shows_how_long_it_took_and_how_long_it_takes(shop: Path, tmp_path: Path) -> None:
    import fcntl
    import termios

    watched, shown = os.openpty()
    fcntl.ioctl(shown, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = start(shop, tmp_path / "out", tmp_path / "cache", stderr=shown)
    os.close(shown)
    seen = b""
    while True:
        try:
            part = os.read(watched, 65_536)
        except OSError:  # the end of a pseudo-terminal on Linux
            part = b""
        if not part:
            break
        seen += part
    os.close(watched)
    assert process.wait(timeout=60) == 0
    told = re.findall(rb"(\d\d:\d\d) < (\S+)", seen)
    assert told, seen[-500:]
    assert any(left != b"?" for _, left in told), told
