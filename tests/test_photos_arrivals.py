"""Pictures from the web that a run had read when it was killed: none is read again."""

import csv
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dupcheck.photos.arrivals import FOLDER_NAME, Arrival, Arrivals
from dupcheck.photos.remote import JOBS_PER_HOST


def test_a_picture_that_was_put_by_comes_back_until_it_is_forgotten(tmp_path: Path) -> None:
    arrivals = Arrivals(tmp_path)
    put = [Arrival(f"https://a.example/{k}\udce4", bytes([10, k]) * 20, f'"{k}"', 100 + k) for k in range(4)]
    for arrival in put:
        arrivals.put(arrival)
    wanted = [arrival.address for arrival in put[:3]]
    assert sorted(Arrivals(tmp_path).take(wanted, 0)) == put[:3]
    arrivals.forget([wanted[0], "https://a.example/unheard of"])
    assert sorted(arrivals.take([a.address for a in put], 0)) == put[1:]
    assert sorted(arrivals.take(wanted, 102)) == put[2:3]
    assert sorted(arrivals.take(wanted, 0)) == put[2:3], "what was too old is gone"
    assert not list(Arrivals(None).take(wanted, 0))
    Arrivals(None).put(put[0])
    Arrivals(None).forget(wanted)


def test_a_picture_that_is_cut_off_or_damaged_is_not_there(tmp_path: Path) -> None:
    arrivals = Arrivals(tmp_path)
    for cut in (None, -1, 0):
        arrivals.put(Arrival("https://a.example/1", b"picture", "", 1))
        (path,) = (tmp_path / FOLDER_NAME).iterdir()
        held = path.read_bytes()
        path.write_bytes(held.replace(b"picture", b"pictura") if cut is None else held[:cut])
        assert not list(arrivals.take(["https://a.example/1"], 0))
        assert not list((tmp_path / FOLDER_NAME).iterdir())


def test_where_nothing_can_be_written_nothing_is_put_by(tmp_path: Path) -> None:
    (tmp_path / FOLDER_NAME).write_text("a file")
    arrivals = Arrivals(tmp_path)
    arrivals.put(Arrival("https://a.example/1", b"picture", "", 1))
    assert not list(arrivals.take(["https://a.example/1"], 0))
    arrivals.forget(["https://a.example/1"])


@pytest.fixture
def serve(draw_photo: Callable[..., Path], tmp_path: Path) -> Iterator[tuple[int, Counter[str], Counter[str]]]:
    """A server; its port, what it was asked for, and what the other side has read to the end."""
    asked: Counter[str] = Counter()
    read: Counter[str] = Counter()
    photo = draw_photo(tmp_path / "photo.jpg", 3).read_bytes()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked[self.path] += 1
            self.send_response(200)
            self.send_header("Content-Length", str(len(photo) + 12))
            self.end_headers()
            self.wfile.write(photo + self.path.rjust(12, "/").encode())
            self.connection.shutdown(socket.SHUT_WR)
            try:
                self.connection.recv(1)  # who ends before all is read does not say good-bye
            except ConnectionResetError:
                return
            read[self.path] += 1

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_port, asked, read
    server.shutdown()
    server.server_close()


FETCH = """
import sys, time
from pathlib import Path
from dupcheck.catalog import read_catalog
from dupcheck.photos import reading
from dupcheck.photos.remote import RemotePhotos

if "slowly" in sys.argv:
    hash_opened = reading._hash_opened
    reading._hash_opened = lambda opened: (time.sleep(60), hash_opened(opened))[1]
catalog = read_catalog(Path(sys.argv[1]))
photos, _ = reading.read_photos(catalog, cache=Path(sys.argv[2]), fetch=RemotePhotos(allow_hosts=["127.0.0.1"]))
print((photos.main >= 0).sum())
"""


@pytest.mark.slow
def test_what_a_killed_run_had_read_is_not_asked_for_again(
    serve: tuple[int, Counter[str], Counter[str]], tmp_path: Path
) -> None:
    """It is killed while all that came waits to be looked at, and once more in the midst of it all."""
    port, asked, read = serve
    shop = tmp_path / "shop.csv"
    with shop.open("w", encoding="utf-8", newline="") as file:
        rows = [(f"L{k}", f"item {k}", f"http://127.0.0.1:{port}/{k}.jpg") for k in range(400)]
        csv.writer(file).writerows([("listing_id", "title", "main_image"), *rows])
    command: list[Any] = [sys.executable, "-c", FETCH, shop, tmp_path / "cache"]

    def kill_when(reached: Callable[[], bool], *words: str) -> None:
        run = subprocess.Popen([*command, *words], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while not reached():
            assert run.poll() is None and time.monotonic() < until
            time.sleep(0.01)
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        time.sleep(0.2)  # what the server is still told

    put_by = tmp_path / "cache" / FOLDER_NAME

    def have_all_come() -> bool:
        return read.total() >= 34 and asked.total() == read.total() == len(list(put_by.iterdir()))

    kill_when(have_all_come, "slowly")
    first = Counter(read)
    kill_when(lambda: read.total() >= 200)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "400"
    assert not [path for path in first if asked[path] > 1], "these had been put by when it was killed"
    assert asked.total() <= 400 + JOBS_PER_HOST, "what was under way is asked for again"
    assert not list(put_by.iterdir())
