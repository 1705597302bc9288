"""Audits one after the other on one cache: what each finds is what an audit without a past would find."""

import csv
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from test_growth import name_thing
from test_photos_audits import count_kept

COUNT = 24
MORE = 60
FILES = ("pairs.csv", "groups.csv", "problems.csv", "merges.json")

Draw = Callable[..., Path]


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *words: object) -> None:
        """Nothing is logged."""


class Shop:
    """A catalogue whose photos are files, or addresses that show the same, and whose galleries show others' photos.

    What changes are the files: what was fetched is good for days.
    """

    def __init__(self, folder: Path, address: str, draw: Draw) -> None:
        self.folder, self.address, self.draw = folder, address, draw
        self.rows: dict[int, tuple[str, str]] = {}
        for k in range(COUNT):
            self.add(k)

    def add(self, k: int) -> None:
        """Add a listing whose photo shows the same as the one before every second time."""
        name = f"{k}.jpg"
        photo = self.draw(self.folder / name, k // 2, 150 + k % 2)
        shutil.copy(photo, self.folder / "web")
        others = [f"{(k + step) % COUNT}.jpg" for step in (3, 11)]
        shown = [f"{self.address}/{n}" if place % 3 == 0 else n for place, n in enumerate((name, *others), k)]
        self.rows[k] = shown[0], ";".join(shown[1:])

    def redraw(self, k: int) -> None:
        """Show another thing under the name of a file."""
        self.draw(self.folder / f"{k}.jpg", 1000 + k)

    def write(self) -> Path:
        """Write the catalogue."""
        path = self.folder / "shop.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(["listing_id", "title", "price", "main_image", "images"])
            for k, (main, images) in self.rows.items():
                table.writerow([f"L-{k}", name_thing(k // 2), "9.90", main, images])
        return path


@pytest.fixture
def shop(tmp_path: Path, draw_photo: Draw) -> Iterator[Shop]:
    folder = tmp_path / "shop"
    (folder / "web").mkdir(parents=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder / "web")))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield Shop(folder, f"http://127.0.0.1:{server.server_address[1]}", draw_photo)
    server.shutdown()
    server.server_close()


@pytest.mark.slow
@pytest.mark.parametrize("fetch", [False, True])
def test_whatever_happened_before_an_audit_finds_the_same(
    shop: Shop, run: Callable[..., Any], launch: Callable[..., Any], tmp_path: Path, fetch: bool
) -> None:
    """Twice and three times, with photos that are new, changed, gone, moved to addresses, and after a kill."""
    allowed = ("--fetch-images", "--allow-host", "127.0.0.1") if fetch else ()
    cache, turns = tmp_path / "cache", iter(range(100))

    def audit(out: str, cache: Path) -> tuple[object, ...]:
        return "audit", shop.write(), "--out", tmp_path / out, "--cache", cache, "--jobs", "1", "--no-ledger", *allowed

    def check(step: str) -> None:
        turn = next(turns)
        for out, folder in (("kept", cache), ("new", tmp_path / f"new-{turn}")):
            done = run(*audit(out, folder))
            assert done.code == 0, (step, done.err)
        for name in FILES:
            kept, new = ((tmp_path / out / name).read_bytes() for out in ("kept", "new"))
            assert kept == new, (step, name)

    for step in ("first", "second", "third"):
        check(step)
    assert (tmp_path / "kept" / "pairs.csv").read_bytes().count(b"\n") > COUNT // 2
    shop.add(COUNT)
    shop.add(COUNT + 1)
    check("added")
    shop.redraw(4)
    check("changed")
    (shop.folder / "7.jpg").unlink()
    del shop.rows[10]
    check("removed")
    check("removed, again")
    shop.rows[1] = shop.rows[1][0], f"{shop.address}/20.jpg;21.jpg"
    check("another gallery")

    for k in range(100, 100 + MORE):
        shop.add(k)
    before = count_kept(cache)
    killed = launch(*audit("killed", cache))
    while count_kept(cache) <= before and killed.poll() is None:
        time.sleep(0.005)
    killed.kill()
    killed.communicate()
    check("gone on with")
    check("gone on with, again")
