"""Pictures from web addresses, against a server on the loopback interface."""

import csv
import json
import socket
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dupcheck.messages import Message
from dupcheck.model import Catalog
from dupcheck.photos import reading
from dupcheck.photos.cache import FILE_NAME
from dupcheck.photos.reading import read_photos
from dupcheck.photos.remote import SILENT_AFTER, RemotePhotos, _read_pause, _Turns, is_public

Draw = Callable[..., Path]
FAST: dict[str, Any] = {"pause_seconds": 0.01, "connect_seconds": 1.0, "read_seconds": 0.5}


@dataclass
class Site:
    """A server, what it was asked for, and a photo it shows."""

    port: int
    photo: bytes
    asked: Counter[str] = field(default_factory=Counter)
    hosts: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    held: int = 0
    read: int = 0
    most: int = 0

    def at(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


@pytest.fixture
def site(tmp_path: Path, draw_photo: Callable[..., Path]) -> Iterator[Site]:
    shown = Site(0, draw_photo(tmp_path / "photo.jpg", 3).read_bytes())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown.asked[self.path] += 1
            shown.hosts.add(self.headers["Host"])
            kind, _, rest = self.path.strip("/").partition("/")
            if kind == "status":
                self.answer(int(rest.partition("?")[0]))
            elif kind == "shaky" and shown.asked[self.path] < 3:
                self.answer(503)
            elif kind == "tagged":
                tag = f'"{len(shown.photo)}"'
                if self.headers["If-None-Match"] == tag:
                    self.answer(304)
                else:
                    shown.read += 1
                    self.answer(200, ETag=tag)
                    self.wfile.write(shown.photo)
            elif kind == "busy" and shown.asked[self.path] < 2:
                self.answer(429, **{"Retry-After": rest})
            elif kind == "held":
                with shown.lock:
                    shown.held += 1
                    shown.most = max(shown.most, shown.held)
                time.sleep(0.05)
                with shown.lock:
                    shown.held -= 1
                self.answer(200)
                self.wfile.write(shown.photo)
            elif kind == "go":
                self.answer(302, Location=f"http://{rest}" if "." in rest else f"/{rest}")
            elif kind == "loop":
                self.answer(302, Location=self.path)
            elif kind == "slow":
                self.answer(200, **{"Content-Length": "9999"})
                time.sleep(1.0)
            elif kind == "endless":
                self.answer(200)
                with_data = b"x" * 65_536
                try:
                    for _ in range(400):
                        self.wfile.write(with_data)
                except OSError:
                    pass
            elif kind == "large":
                self.answer(200, **{"Content-Length": "999999999"})
            elif kind == "text":
                self.answer(200)
                self.wfile.write(b"<html>no picture</html>")
            else:
                self.answer(200)
                self.wfile.write(shown.photo)

        def answer(self, status: int, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    shown.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield shown
    server.shutdown()
    server.server_close()


def client(**options: Any) -> RemotePhotos:
    return RemotePhotos(**{"allow_hosts": ["127.0.0.1"], "jobs": 4, **FAST, **options})


def why(answer: object) -> str:
    assert isinstance(answer, Message)
    assert answer.say("zh") != answer.say("en")
    return answer.key


def test_a_photo_is_fetched(site: Site) -> None:
    assert client().get(site.at("/a.jpg")) == site.photo
    assert site.hosts == {f"127.0.0.1:{site.port}"}


def test_many_photos_come_back_each_with_its_address(site: Site) -> None:
    addresses = [site.at(f"/{i}.jpg") for i in range(25)] + [site.at("/status/404")]
    found = dict(client().fetch(addresses))
    assert set(found) == set(addresses)
    assert why(found.pop(addresses[-1])) == "photos.bad_status"
    assert set(found.values()) == {site.photo}


def test_nothing_inside_the_network_is_asked(site: Site) -> None:
    outsider = client(allow_hosts=[])
    for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "127.1", "2130706433", "[::ffff:127.0.0.1]"):
        assert why(outsider.get(site.at("/a.jpg", host))) in ("photos.private_address", "photos.no_answer")
    assert not site.asked


def test_a_redirect_inside_the_network_is_not_followed(site: Site) -> None:
    allowed = client()
    assert allowed.get(site.at("/go/a.jpg".replace(".jpg", ""))) == site.photo
    assert why(allowed.get(site.at(f"/go/localhost.:{site.port}/a"))) in ("photos.private_address", "photos.no_answer")
    assert why(allowed.get(site.at("/go/169.254.169.254/latest"))) == "photos.private_address"
    assert site.asked["/a"] == 1


def test_a_name_is_connected_to_by_the_number_that_was_checked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["8.8.8.8", "127.0.0.1"])
    looked_up = []

    def resolve(name: str, port: int, *rest: object, **named: object) -> list[tuple[object, ...]]:
        looked_up.append(name)
        number = name if name[0].isdigit() else next(answers)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(
        socket.socket, "connect", lambda self, to: pytest.fail("inside") if to[0][:3] == "127" else 1 / 0
    )
    with pytest.raises(ZeroDivisionError):  # it went to 8.8.8.8
        client(allow_hosts=[], retries=0).get("http://rebinding.example/a.jpg")
    assert looked_up.count("rebinding.example") == 1


def test_what_passes_is_asked_for_again_and_what_does_not_is_not(site: Site) -> None:
    assert client(retries=2).get(site.at("/shaky/a.jpg")) == site.photo
    assert why(client(retries=1).get(site.at("/status/503"))) == "photos.no_answer"
    assert why(client(retries=1).get(site.at("/status/410"))) == "photos.bad_status"
    assert site.asked["/status/503"] == 2
    assert site.asked["/status/410"] == 1


def test_a_host_that_asks_to_wait_is_waited_for(site: Site) -> None:
    fetch = RemotePhotos(allow_hosts=["127.0.0.1"], **FAST)
    began = time.monotonic()
    assert fetch.get(site.at("/busy/1")) == site.photo
    assert 1.0 <= time.monotonic() - began < 10
    assert site.asked["/busy/1"] == 2
    answer = RemotePhotos(allow_hosts=["127.0.0.1"], **FAST).get(site.at("/busy/3600"))
    assert isinstance(answer, Message)
    assert (answer.key, answer.values["seconds"]) == ("photos.asks_to_wait", 3600)
    assert site.asked["/busy/3600"] == 1, "an hour is not waited for, nor is it asked again"


def test_one_host_is_asked_for_few_at_a_time(site: Site) -> None:
    addresses = [site.at(f"/held/{k}") for k in range(12)]
    fetch = RemotePhotos(allow_hosts=["127.0.0.1"], jobs_per_host=3, read_seconds=5.0)
    assert dict(fetch.fetch(addresses)) == dict.fromkeys(addresses, site.photo)
    assert site.most <= 3


def test_what_has_not_changed_is_not_read_again(
    site: Site, make_shop: Callable[..., Catalog], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, draw_photo: Draw
) -> None:
    catalog = make_shop({"main_image": site.at("/tagged/a.jpg")}, {"main_image": site.at("/tagged/b.jpg")})

    def read() -> list[int]:
        fetch = RemotePhotos(allow_hosts=["127.0.0.1"], **FAST)
        photos, problems = read_photos(catalog, cache=tmp_path / "cache", fetch=fetch)
        assert not problems
        return [int(photos.phash[row]) for row in photos.main]

    first = read()
    assert site.read == 2
    monkeypatch.setattr(reading, "_FRESH", 0)
    assert read() == first
    assert site.read == 2
    assert site.asked["/tagged/a.jpg"] == 2, "it was asked whether it has changed"
    site.photo = draw_photo(tmp_path / "other.jpg", 8).read_bytes() + b"more"
    assert read() != first
    assert site.read == 4
    with sqlite3.connect(tmp_path / "cache" / FILE_NAME) as store:
        store.execute("DELETE FROM fingerprint")
    assert len(read()) == 2
    assert site.read == 6, "what is not known any more is read, tag or no tag"


def test_hosts_are_asked_in_turn_and_none_for_more_than_it_has_room_for() -> None:
    slow = [f"http://slow.example/{k}" for k in range(5)]
    turns = _Turns([*slow, "https://fast.example/a"], 2)
    assert [turns.take() for _ in range(4)] == [slow[0], "https://fast.example/a", slow[1], None]
    turns.finish(slow[0])
    assert [turns.take(), turns.take()] == [slow[2], None]


def test_a_slow_host_holds_up_none_but_its_own(site: Site) -> None:
    slow, fast = [site.at(f"/held/{k}") for k in range(40)], [site.at(f"/{k}.jpg", "localhost") for k in range(40)]
    fetch = RemotePhotos(allow_hosts=["127.0.0.1", "localhost"], jobs=6, jobs_per_host=2, read_seconds=5.0)
    order = [address for address, _ in fetch.fetch([*slow, *fast])]
    assert sorted(order) == sorted([*slow, *fast])
    assert order.index(next(a for a in reversed(order) if a in fast)) < order.index(slow[30])


def test_a_host_that_asks_for_a_long_pause_is_asked_for_nothing_more(site: Site) -> None:
    addresses = [site.at("/busy/3600"), *(site.at(f"/{k}.jpg") for k in range(30))]
    fetch = RemotePhotos(allow_hosts=["127.0.0.1"], jobs_per_host=1, **FAST)
    told = dict(fetch.fetch(addresses))
    assert {why(answer) for answer in told.values()} == {"photos.asks_to_wait"}
    assert sum(site.asked.values()) == 1


def test_a_host_that_never_answers_is_left_alone_and_others_are_not(site: Site) -> None:
    failing = [site.at(f"/status/503?{k}") for k in range(60)]
    good = [site.at(f"/{k}.jpg", "localhost") for k in range(60)]
    fetch = RemotePhotos(allow_hosts=["127.0.0.1", "localhost"], jobs_per_host=2, **FAST)
    told = dict(fetch.fetch([*failing, *good]))
    assert {told[address] for address in good} == {site.photo}
    keys = Counter(why(told[address]) for address in failing)
    assert set(keys) == {"photos.no_answer", "photos.silent_host"}
    assert SILENT_AFTER <= keys["photos.no_answer"] <= SILENT_AFTER + 2
    asked = sum(count for path, count in site.asked.items() if path.startswith("/status/"))
    assert asked <= 3 * (SILENT_AFTER + 2), "each a first time and twice more"


def test_a_host_that_answers_now_and_then_is_asked_on(site: Site) -> None:
    addresses = [site.at(f"/status/{503 if k % SILENT_AFTER else 404}?{k}") for k in range(3 * SILENT_AFTER)]
    fetch = RemotePhotos(allow_hosts=["127.0.0.1"], jobs_per_host=1, retries=0, **FAST)
    assert "photos.silent_host" not in {why(answer) for _, answer in fetch.fetch(addresses)}
    assert sum(site.asked.values()) == len(addresses)


def test_an_interrupted_fetch_goes_on_where_it_was(
    site: Site, make_shop: Callable[..., Catalog], tmp_path: Path
) -> None:
    catalog = make_shop(*({"main_image": site.at(f"/{k}.jpg")} for k in range(30)))

    def stop(done: int, total: int) -> None:
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_photos(catalog, cache=tmp_path, fetch=client(), progress=stop)
    before = Counter(site.asked)
    photos, problems = read_photos(catalog, cache=tmp_path, fetch=client())
    assert not problems and (photos.main == 0).all()
    again = [path for path, count in (site.asked - before).items() if before[path]]
    assert len(again) <= 4, "only what was under way is asked for again"
    assert len(site.asked - before) <= 14


@pytest.mark.parametrize(("text", "least", "most"), [("7", 7, 7), ("0", 0, 0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0)])
def test_a_pause_is_read_as_number_or_date(text: str, least: float, most: float) -> None:
    pause = _read_pause(text)
    assert pause is not None
    assert least <= pause <= most


@pytest.mark.parametrize("text", ["", "soon", "-1", "7.5", "Wed, 99 Oct"])
def test_what_is_no_pause_is_none(text: str) -> None:
    assert _read_pause(text) is None


def test_time_and_size_are_bounded(site: Site) -> None:
    assert why(client(retries=0).get(site.at("/slow/a.jpg"))) == "photos.no_answer"
    assert why(client(max_bytes=100_000).get(site.at("/endless/a.jpg"))) == "photos.remote_too_large"
    assert why(client().get(site.at("/large/a.jpg"))) == "photos.remote_too_large"
    assert why(client(total_seconds=0.0).get(site.at("/endless/a.jpg"))) == "photos.too_slow"
    assert why(client().get(site.at("/loop/a"))) == "photos.redirected_too_often"
    assert site.asked["/large/a.jpg"] == 1


@pytest.mark.parametrize(
    "address", ["ftp://example.com/a.jpg", "http://", "http:///a.jpg", "file:///etc/passwd", "http://a b/"]
)
def test_what_is_no_address_is_said(address: str) -> None:
    assert why(client(retries=0).get(address)) in ("photos.bad_address", "photos.no_answer")


@pytest.mark.parametrize(
    ("number", "public"),
    [
        ("8.8.8.8", True), ("2001:4860:4860::8888", True), ("10.0.0.1", False), ("192.168.1.1", False),
        ("172.16.0.1", False), ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False), ("::1", False),
        ("::", False), ("fe80::1%eth0", False), ("fc00::1", False), ("::ffff:10.0.0.1", False), ("224.0.0.1", False),
        ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("255.255.255.255", False),
    ],
)  # fmt: skip
def test_which_numbers_are_public(number: str, public: bool) -> None:
    assert is_public(number) is public


def test_a_catalogue_s_addresses_are_fetched_once_and_remembered(
    site: Site, make_shop: Callable[..., Catalog], tmp_path: Path
) -> None:
    names = ["/a.jpg", "/a.jpg", "/b.jpg", "/text/x.jpg", "/status/404"]
    catalog = make_shop(*({"main_image": site.at(n)} for n in names))
    for _ in range(2):
        photos, problems = read_photos(catalog, cache=tmp_path / "cache", fetch=client())
        assert photos.main.tolist() == [0, 0, 0, -1, -1]
        assert [(p.listing_id, p.text.key) for p in problems] == [
            ("L-4", "photos.unreadable"),
            ("L-5", "photos.bad_status"),
        ]
    assert site.asked["/a.jpg"] == site.asked["/b.jpg"] == 1


def write_shop(site: Site, path: Path) -> Path:
    """Three listings of one lamp, whose photos are a good address, the same one elsewhere, and a lost one."""
    photos = [site.at("/a.jpg"), site.at("/go/b"), site.at("/status/404")]
    rows = [f"L-{i},Brass lamp with a shade,9.90,{photo}" for i, photo in enumerate(photos)]
    path.write_text("\n".join(["listing_id,title,price,main_image", *rows]), encoding="utf-8")
    return path


def read_rows(report: Path, name: str) -> list[dict[str, str]]:
    with (report / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_command_fetches_only_when_it_is_told_to(site: Site, run: Callable[..., Any], tmp_path: Path) -> None:
    shop, out = write_shop(site, tmp_path / "shop.csv"), tmp_path / "out"
    assert run("audit", shop, "--out", out).code == 0
    assert not site.asked
    (said,) = read_rows(out, "problems.csv")
    assert said["severity"] == "info"
    assert "--fetch-images" in said["message"]
    assert {row["image"] for row in read_rows(out, "pairs.csv")} == {""}

    assert run("audit", shop, "--out", out, "--fetch-images").code == 0
    assert not site.asked
    assert [(r["listing_id"], "--allow-host" in r["message"]) for r in read_rows(out, "problems.csv")] == [
        ("L-0", True),
        ("L-1", True),
        ("L-2", True),
    ]

    assert run("audit", shop, "--out", out, "--fetch-images", "--allow-host", "127.0.0.1").code == 0
    assert site.asked == {"/a.jpg": 1, "/go/b": 1, "/b": 1, "/status/404": 1}
    (failed,) = read_rows(out, "problems.csv")
    assert (failed["row"], failed["listing_id"], failed["field"]) == ("4", "L-2", "main_image")
    assert "404" in failed["message"]
    bits = {(row["listing_a"], row["listing_b"]): row["image"] for row in read_rows(out, "pairs.csv")}
    assert bits["L-0", "L-1"] == "0"
    assert not any(value for pair, value in bits.items() if "L-2" in pair)


@pytest.mark.parametrize("lost", [False, True])
def test_a_second_audit_that_fetches_takes_the_kept_photos_and_what_is_new(
    site: Site, run: Callable[..., Any], tmp_path: Path, draw_photo: Callable[..., Path], lost: bool
) -> None:
    """Photos of files are kept by the first audit and stay where they lie; addresses come behind them in the second."""
    for name in ("one.jpg", "two.jpg"):
        draw_photo(tmp_path / name, seed=len(name) + ord(name[0]))
    photos = ["one.jpg", "two.jpg", *([site.at("/a.jpg")] if lost else [])]
    rows = [f"L-{i},Brass lamp with a shade,9.90,{photo}" for i, photo in enumerate(photos)]
    shop, out = tmp_path / "shop.csv", tmp_path / "out"
    shop.write_text("\n".join(["listing_id,title,price,main_image", *rows]), encoding="utf-8")
    assert run("audit", shop, "--out", out).code == 0
    bits = {(row["listing_a"], row["listing_b"]): row["image"] for row in read_rows(out, "pairs.csv")}
    for _ in range(2):
        assert run("audit", shop, "--out", out, "--fetch-images", "--allow-host", "127.0.0.1").code == 0
        again = {(row["listing_a"], row["listing_b"]): row["image"] for row in read_rows(out, "pairs.csv")}
        assert again["L-0", "L-1"] == bits["L-0", "L-1"] != ""
        assert not lost or again["L-0", "L-2"] != ""


def test_check_and_why_fetch_too_and_remember(site: Site, run: Callable[..., Any], tmp_path: Path) -> None:
    shop = write_shop(site, tmp_path / "shop.csv")
    fetch = ("--fetch-images", "--allow-host", "127.0.0.1", "--cache", tmp_path / "cache")
    seen = run("why", shop, "L-0", "L-1", *fetch)
    assert "identical (0/64)" in seen.out, seen.out + seen.err
    draft = tmp_path / "draft.csv"
    draft.write_text(f"listing_id,title,price,main_image\nD,Brass lamp with a shade,9.90,{site.at('/a.jpg')}\n")
    answer = run("check", draft, "--against", shop, "--json", *fetch)
    assert answer.code == 1, answer.out + answer.err
    assert json.loads(answer.out)["pairs"][0]["signals"]["image"] == 0
    assert site.asked["/a.jpg"] == site.asked["/b"] == 1


def test_nothing_more_is_tried_once_it_is_stopped(site: Site) -> None:
    fetched = client(pause_seconds=30.0, jobs=2).fetch([site.at("/a.jpg"), *[site.at("/status/503")] * 4])
    assert next(fetched)[0] == site.at("/a.jpg")
    fetched.close()  # type: ignore[attr-defined]
    assert site.asked["/status/503"] <= 4


def drip(pieces: Callable[[], Iterator[bytes]]) -> Iterator[int]:
    """A server that sends bytes at its own pace to whoever connects; give its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        done = threading.Event()

        def pour(line: socket.socket) -> None:
            with line:
                try:
                    for piece in pieces():
                        line.sendall(piece)
                        if done.wait(0.05):
                            return
                except OSError:
                    pass

        def serve() -> None:
            while not done.is_set():
                try:
                    line, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=pour, args=(line,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        done.set()


def drip_body() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    while True:
        yield b"a"


def drip_head() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X"


def say_nothing() -> Iterator[bytes]:
    while True:
        yield b""


@pytest.mark.parametrize("pieces", [drip_body, drip_head, say_nothing])
def test_the_deadline_of_a_photo_holds_whatever_drips(pieces: Any) -> None:
    for port in drip(pieces):
        began = time.monotonic()
        told = client(total_seconds=1.0, read_seconds=30.0).get(f"http://127.0.0.1:{port}/a.jpg")
        assert isinstance(told, Message) and told.key == "photos.too_slow"
        assert time.monotonic() - began < 10


def test_all_that_is_fetched_at_once_has_a_deadline() -> None:
    for port in drip(drip_body):
        began = time.monotonic()
        remote = client(all_seconds=1.0, total_seconds=100.0, jobs=4)
        told = list(remote.fetch([f"http://127.0.0.1:{port}/{n}" for n in range(20)]))
        assert len(told) == 20 and all(isinstance(t, Message) for _, t in told)
        assert time.monotonic() - began < 20


def test_who_stops_waiting_cuts_the_connection() -> None:
    for port in drip(drip_body):
        stop = threading.Event()
        remote = client(total_seconds=300.0, read_seconds=300.0)
        with ThreadPoolExecutor(1) as pool:
            told = pool.submit(remote.get, f"http://127.0.0.1:{port}/", stop)
            time.sleep(0.3)
            stop.set()
            assert isinstance(told.result(20), Message)


@pytest.mark.parametrize(("after", "seconds"), [
    ("3", 3), ("0", 0), ("", 0), ("soon", 0), ("-5", 0), ("²", 0), ("9" * 50, 999_999_999),
    ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("Wed, 21 Oct 2015", 0),
])  # fmt: skip
def test_how_long_to_wait_is_read(after: str, seconds: float) -> None:
    assert (_read_pause(after) or 0) == seconds


def test_an_asked_for_pause_is_kept_or_not_waited_for_at_all() -> None:
    asked: list[float] = []

    def answer() -> Iterator[bytes]:
        asked.append(time.monotonic())
        after = b"1" if len(asked) < 2 else b"1000"
        yield b"HTTP/1.1 503 Busy\r\nRetry-After: " + after + b"\r\nContent-Length: 0\r\n\r\n"

    for port in drip(answer):
        began = time.monotonic()
        told = client(total_seconds=30.0).get(f"http://127.0.0.1:{port}/")
        assert isinstance(told, Message) and told.key == "photos.asks_to_wait"
        assert len(asked) == 2 and asked[1] - asked[0] >= 1 and time.monotonic() - began < 15
