"""The server, as programs meet it: a real process, asked over HTTP."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import urllib3
import uvicorn
from ready_commands import ReadyCommand, Settings

import dupcheck as dc
from dupcheck.decisions import hash_listings
from dupcheck.messages import LANGS, say
from dupcheck.serve import connections
from dupcheck.serve import server as serving
from dupcheck.serve.admission import is_loopback
from dupcheck.serve.problems import choose_lang

pytestmark = pytest.mark.slow

TOKEN = "a-token-of-24-characters"
GNOME = {"title": "Ceramic Garden Gnome with Lantern 30 cm", "price": 19.5, "currency": "USD"}
SCISSORS = {
    "listing_id": "N-1",
    "title": "Professional Hair Cutting Scissors 440C Stainless Steel Barber Salon Hairdressing Shears 7.5 Inch",
    "price": 19.5,
    "currency": "USD",
    "main_image": "photos/scissors-hair.jpg",
    "attributes": {"Brand Name": "Harbor Lane", "Material": "440C Stainless Steel", "Size": "7.5 Inch"},
}
WORDS = (
    "amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "islet", "jade", "kelp", "lagoon", "mesa",
    "nimbus", "orchid", "pebble",
)  # fmt: skip


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.data)


@dataclass
class Server:
    process: "subprocess.Popen[str] | ReadyCommand"
    lines: list[str] = field(default_factory=list)
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=60, retries=False))

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Ask; a body that is no bytes is sent as JSON."""
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        found = self.pool.request(method, self.url + path, body=raw, headers=sent, timeout=60)
        return Answer(found.status, found.headers, found.data)

    def claim(self, key: str, draft: Mapping[str, object] = GNOME, **more: object) -> Answer:
        return self.ask("POST", "/v1/claims", {"draft": draft, **more}, Idempotency_Key=key)

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines if line.startswith("{")]


Serve = Callable[..., Server]


@pytest.fixture(scope="module")
def serve(launch: Callable[..., "subprocess.Popen[str]"]) -> Iterator[Serve]:
    """Start servers on free ports; they are ended with the module. One that is not ``ready`` loads the program anew."""
    started: list[Server] = []

    def start(*args: object, token: str = "", ready: bool = True, settings: Settings | None = None) -> Server:
        words, env = ("serve", *args, "--port", "0"), {"DUPCHECK_TOKEN": token}
        process = ReadyCommand(*words, more=env, settings=settings) if ready else launch(*words, **env)
        server = Server(process, headers={"Authorization": f"Bearer {token}"} if token else {})
        started.append(server)
        listening = threading.Event()

        def listen() -> None:
            assert process.stderr is not None
            for line in process.stderr:
                server.lines.append(line.rstrip("\n"))
                found = re.search(r"http://[^ ;:]+:\d+", line)
                if found and not server.url:
                    server.url = found[0].replace("0.0.0.0", "127.0.0.1")
                    listening.set()
            listening.set()

        threading.Thread(target=listen, daemon=True).start()
        assert listening.wait(60), "the server did not start"
        assert server.url, server.lines
        return server

    yield start
    for server in started:
        server.process.kill()
        server.process.wait()


@pytest.fixture(scope="module")
def server(serve: Serve, sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A server for the sample catalogue, without a token."""
    ledger = tmp_path_factory.mktemp("ledger") / "ledger.sqlite"
    return serve(sample_folder / "catalog.csv", "--ledger", ledger, ready=False)


@pytest.fixture(scope="module")
def guarded(serve: Serve, write_csv: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A server with a token, open to other machines, with small limits, for a small catalogue."""
    folder = tmp_path_factory.mktemp("guarded")
    catalog = write_csv(folder / "catalog.csv", shop(8))
    limits = ("--max-body", 20_000, "--max-drafts", 5)
    return serve(catalog, "--ledger", folder / "ledger.sqlite", "--host", "0.0.0.0", *limits, token=TOKEN)


def shop(count: int) -> list[dict[str, object]]:
    """Listings that have nothing to do with each other."""
    return [name_thing(i, f"L-{i}") for i in range(count)]


def name_thing(number: int, listing_id: str = "") -> dict[str, object]:
    first, second, third = number % 16, number // 16 % 16, number // 256
    title = f"{WORDS[first]}{number} {WORDS[second]}{third} thing{number}"
    return {"title": title, "price": 5 + number} | ({"listing_id": listing_id} if listing_id else {})


def show(answers: list[dc.Answer]) -> Any:
    """Answers as JSON shows them."""
    return json.loads(json.dumps([a.as_dict() for a in answers]))


class TestChecks:
    DRAFTS = (
        GNOME, SCISSORS, {**SCISSORS, "main_image": "photos/no-such.jpg"}, {"title": "Red tie", "price": "US $9.99"},
        {"title": "T-shirt", "skus": [{"options": {"Size": "M"}, "price": 3}, {"options": {"Size": "L"}, "price": 4}]},
        {"title": "剪刀", "price": None, "images": ["photos/scissors-hair.jpg"], "gtin": 4006381333931},
    )  # fmt: skip

    @pytest.mark.parametrize("draft", DRAFTS, ids=lambda d: str(d["title"])[:12])
    @pytest.mark.parametrize("lang", LANGS)
    def test_the_answer_is_that_of_the_library(self, server: Server, sample: dc.Catalog, draft: Any, lang: Any) -> None:
        found = server.ask("POST", f"/v1/check?lang={lang}", draft)
        assert found.status == 200
        (told,) = show(dc.check(draft, sample, lang=lang))
        for problem in told["problems"]:  # a stranger is not told what lies on this machine
            if problem["field"] == "main_image":
                problem |= {"severity": "warning", "message": say("check.photo_unusable", lang)}
        assert found.json == {"answers": [told]}

    def test_a_list_is_checked_together(self, server: Server, sample: dc.Catalog) -> None:
        drafts = [GNOME, SCISSORS, {**GNOME, "title": "Ceramic Garden Gnome with Lantern 40 cm"}]
        found = server.ask("POST", "/v1/check", drafts)
        assert found.json == {"answers": show(dc.check(drafts, sample))}
        assert [a["verdict"] for a in found.json["answers"]] == ["duplicate"] * 3

    def test_requests_at_once_do_not_mix(self, server: Server) -> None:
        alone = [server.ask("POST", "/v1/check", draft).json for draft in self.DRAFTS]
        with ThreadPoolExecutor(8) as pool:
            asked = [(i, pool.submit(server.ask, "POST", "/v1/check", self.DRAFTS[i])) for i in [*range(6)] * 4]
            assert all(future.result().json == alone[i] for i, future in asked)

    def test_photos_outside_the_folder_are_not_opened(self, server: Server, tmp_path: Path, draw_photo: Any) -> None:
        outside = draw_photo(tmp_path / "photo.jpg", 1)
        for name in (str(outside), f"../{outside.name}", "../../../../etc/passwd", "photos/\0"):
            (answer,) = server.ask("POST", "/v1/check", {**GNOME, "main_image": name}).json["answers"]
            assert [p["field"] for p in answer["problems"]] == ["main_image"]

    def test_addresses_of_photos_are_left_alone(self, server: Server) -> None:
        draft = {**GNOME, "main_image": f"{server.url}/healthz"}
        before = len(server.log())
        assert server.ask("POST", "/v1/check", draft).status == 200
        assert server.ask("GET", "/readyz").status == 200
        assert "/healthz" not in [line.get("path") for line in server.log()[before:]]

    def test_rules_are_told(self, server: Server) -> None:
        told = {lang: server.ask("GET", "/v1/rules", Accept_Language=f"fr, {lang};q=0.8").json for lang in LANGS}
        assert [r["code"] for r in told["en"]["rules"]] == ["R1", "R2", "R3", "R4", "L1"]
        assert told["en"]["title"] != told["zh"]["title"]


class TestRefusals:
    @pytest.mark.parametrize(("body", "status"), [
        (b"", 422), (b"{", 400), (b"NaN", 400), (b'{"title": NaN}', 400), (b'{"title": "x", "price": 1e999}', 400),
        (b'{"title": "\xff"}', 400), (b'{"title": "\\ud800"}', 400), (b"[" * 15_000, 400), (b'{"a":' * 3_000, 400),
        (b"null", 422), (b"[]", 422), (b"3", 422), (b'"draft.csv"', 422), (b"[[]]", 422), (b"{}", 422),
        (b"[null]", 422),
        (b'{"title": ""}', 422), (b'{"title": "\\u0000 "}', 422), (b'{"title": ["x"]}', 422), (b'{"title": 3}', 422),
        (b'{"title": "x", "prize": 3}', 422), (b'{"title": "x", "price": true}', 422),
        (b'{"title": "x", "price": {"amount": 1}}', 422), (b'{"title": "x", "skus": [{"options": {}}]}', 422),
        (b'{"title": "x", "attributes": {"a": {"b": []}}}', 422), (b'["catalog.csv"]', 422),
        (b'[' + b'{"title": "x"},' * 5 + b'{"title": "x"}]', 422), (b'{"title": "' + b"x" * 30_000 + b'"}', 413),
    ], ids=range(28))  # fmt: skip
    def test_hostile_bodies(self, guarded: Server, body: bytes, status: int) -> None:
        found = guarded.ask("POST", "/v1/check", body, Content_Type="application/json")
        assert found.status == status, found.data
        self.is_problem(found)
        assert len(found.data) < 3_000

    def is_problem(self, found: Answer) -> None:
        assert found.headers["Content-Type"] == "application/problem+json"
        told = found.json
        assert told["status"] == found.status and told["detail"] and told["code"] and told["title"]
        assert "Traceback" not in found.data.decode() and "dupcheck/" not in found.data.decode()

    @pytest.mark.parametrize("odd", [
        {"title": "x" * 10_000}, {"title": "x", "price": 10**30}, {"title": "x", "price": "-1"}, {"title": "0"},
        {"title": "x", "stock": -5, "created": "yesterday", "image_phash": "zz"}, {"title": "x", "attributes": "=;=;;"},
        {"title": "<script>", "listing_id": "\u202e\x1b[2J"}, {"title": "x", "skus": [], "attributes": {"": None}},
        {"title": "=cmd()", "gtin": 0, "images": ";;;"}, {"title": "x", "currency": "€" * 500},
    ])  # fmt: skip
    def test_what_is_odd_is_answered(self, guarded: Server, odd: Mapping[str, object]) -> None:
        assert guarded.ask("POST", "/v1/check", odd).status == 200

    def test_a_body_that_grows_is_cut_off(self, guarded: Server) -> None:
        def pour() -> Iterator[bytes]:
            for _ in range(1_000):
                yield b" " * 1_000

        headers = {**guarded.headers, "Content-Type": "application/json"}
        try:
            found = guarded.pool.request("POST", f"{guarded.url}/v1/check", body=pour(), headers=headers, chunked=True)
        except urllib3.exceptions.HTTPError:
            return  # the connection was closed while it was still pouring
        assert found.status == 413

    @pytest.mark.parametrize(
        "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", ""]
    )
    def test_only_json_is_taken(self, guarded: Server, kind: str) -> None:
        found = guarded.ask("POST", "/v1/check", b'{"title": "x"}', Content_Type=kind)
        assert found.status == 415
        self.is_problem(found)

    def test_every_problem_is_told_in_both_languages(self, guarded: Server) -> None:
        asked = {"title": 3, "prize": 1, "skus": [{"price": []}]}
        english, chinese = (guarded.ask("POST", f"/v1/check?lang={lang}", asked).json for lang in ("en", "zh"))
        fields = [e["field"] for e in english["errors"]]
        assert sorted(fields) == ["prize", "skus.0.options", "skus.0.price", "title"]
        assert fields == [e["field"] for e in chinese["errors"]]
        assert "缺少 skus.0.options。" in [e["detail"] for e in chinese["errors"]]
        assert all(a["detail"] != b["detail"] for a, b in zip(english["errors"], chinese["errors"], strict=True))

    def test_addresses_and_methods_that_are_not_there(self, guarded: Server) -> None:
        assert guarded.ask("GET", "/v1/nothing").status == 404
        found = guarded.ask("PATCH", "/v1/decisions")
        assert found.status == 405 and found.headers["Allow"] == "DELETE, GET, POST"
        self.is_problem(found)


class TestWhoMayAsk:
    PATHS = ("/v1/rules", "/v1/decisions", "/v1/claims/x", "/metrics", "/openapi.json", "/nothing")

    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x",
                                        f"Bearer {TOKEN[:-1]}", "Bearer é"])  # fmt: skip
    def test_a_token_is_asked_for(self, guarded: Server, path: str, header: str) -> None:
        found = guarded.ask("GET", path, Authorization=header)
        assert found.status == 401
        assert found.headers["WWW-Authenticate"].startswith("Bearer")
        assert TOKEN.encode() not in found.data

    def test_health_is_told_to_all(self, guarded: Server) -> None:
        assert guarded.ask("GET", "/healthz", Authorization="").json == {"status": "ok"}
        assert guarded.ask("GET", "/readyz", Authorization="").json["listings"] == 8

    @pytest.mark.parametrize(
        "host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "", "10.0.0.1", "[::", "x@y"]
    )
    def test_other_names_are_refused_without_a_token(self, server: Server, host: str) -> None:
        assert server.ask("GET", "/healthz", Host=host).status == 421
        assert server.ask("POST", "/v1/claims/x/release", Host=host).status == 421

    @pytest.mark.parametrize("host", ["localhost", "LOCALHOST:99", "127.0.0.1", "[::1]:8765", "127.1.2.3"])
    def test_names_of_this_machine_are_not(self, server: Server, host: str) -> None:
        assert server.ask("GET", "/healthz", Host=host).status == 200

    def test_pages_of_others_are_refused_without_a_token(self, server: Server) -> None:
        for origin, status in (("https://evil.example", 403), ("null", 403), ("http://localhost:3000", 403),
                               ("http://127.0.0.1", 403), ("http://[", 403), ("", 403), (server.url, 200)):  # fmt: skip
            assert server.ask("GET", "/healthz", Origin=origin).status == status
        for site, status in (("cross-site", 403), ("Cross-Site", 403), ("same-origin", 200), ("none", 200)):
            assert server.ask("GET", "/healthz", Sec_Fetch_Site=site).status == status

    def test_answers_are_neither_guessed_at_nor_kept(self, server: Server) -> None:
        for path in ("/healthz", "/v1/rules", "/nothing", "/openapi.json"):
            headers = server.ask("GET", path).headers
            assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")

    def test_a_head_that_says_two_things_is_refused(self, server: Server) -> None:
        port = int(server.url.rpartition(":")[2])
        for lines in ("Content-Length: 4\r\nTransfer-Encoding: chunked", "Host: localhost\r\nHost: 127.0.0.1"):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
                line.sendall(f"POST /v1/check HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n\r\n0\r\n\r\n".encode())
                assert line.recv(12).startswith(b"HTTP/1.1 400")


class TestPlaces:
    """Who says nothing, or half a thing, keeps nobody out."""

    def test_half_sent_requests_keep_nobody_out(self, server: Server) -> None:
        port = int(server.url.rpartition(":")[2])
        head = b"POST /v1/check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{"
        held = []
        for _ in range(300):
            line = socket.create_connection(("127.0.0.1", port), timeout=10)
            line.sendall(head)
            held.append(line)
        assert server.ask("GET", "/healthz").status == 200
        assert server.ask("POST", "/v1/check", GNOME).status == 200
        for line in held:
            line.close()

    def test_who_is_unknown_is_not_read(self, guarded: Server) -> None:
        port = int(guarded.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            line.sendall(b"POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
            line.settimeout(10)
            got = b""
            while part := line.recv(4096):
                got += part
        assert got.startswith(b"HTTP/1.1 401") and b"connection: close" in got.lower()

    def test_health_is_answered_without_a_body(self, server: Server) -> None:
        port = int(server.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n")
            assert line.recv(12).startswith(b"HTTP/1.1 200")

    def test_silent_connections_give_way_and_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})

        async def ask(port: int, part: bytes) -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(part)
            try:
                return await asyncio.wait_for(reader.read(15), 10)
            except ConnectionError:
                return b""
            finally:
                writer.close()

        async def run() -> None:
            config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None, port=0)
            config.load()
            state, loop = uvicorn.server.ServerState(), asyncio.get_running_loop()
            protocol: Any = connections.make_protocol(3)
            made = lambda: protocol(config=config, server_state=state, app_state={})  # noqa: E731
            server = await loop.create_server(made, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(6)]
            whole = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
            assert await ask(port, whole) == b"HTTP/1.1 200 OK", "a new client gets the place of a silent one"
            assert await ask(port, b"GET / HT") == b"", "half a head ends with its time"
            for reader, writer in silent:
                with suppress(ConnectionError):
                    assert await asyncio.wait_for(reader.read(1), 10) == b""
                writer.close()
            assert await ask(port, whole) == b"HTTP/1.1 200 OK"
            assert len(protocol.held) <= 3
            server.close()

        asyncio.run(run())

    def test_an_error_of_the_loop_is_one_line(self) -> None:
        lines: list[Any] = []
        listen = connections.make_listener(lines.append)

        async def run() -> None:
            for _ in range(1000):
                listen(asyncio.get_running_loop(), {"message": "no more files", "exception": OSError(24, "x")})

        asyncio.run(run())
        assert len(lines) == 1

    def test_at_the_end_it_says_who_was_cut_off(
        self, serve: Serve, write_csv: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and never answers
            catalog = write_csv(tmp_path / "catalog.csv", shop(5))
            photo = f"http://127.0.0.1:{silent.getsockname()[1]}/a.jpg"
            more = ("--fetch-images", "--allow-host", "127.0.0.1")
            waits = {"dupcheck.serve.server.STOP_SECONDS": 2}
            server = serve(catalog, "--ledger", tmp_path / "ledger.sqlite", *more, settings=waits)
            with ThreadPoolExecutor(1) as pool:
                begun = pool.submit(server.ask, "POST", "/v1/check", {**GNOME, "main_image": photo})
                silent.accept()
                server.process.send_signal(signal.SIGTERM)
                assert server.process.wait(60) == 0
                assert begun.exception() is not None
        assert any("1" in str(line.get("stopped")) for line in server.log())


class TestDiscretion:
    def test_nothing_of_this_machine_is_told(self, serve: Serve, write_csv: Any, tmp_path: Path) -> None:
        write_csv(tmp_path / "catalog.csv", shop(5))
        (tmp_path / ".env").write_text("PASSWORD=hunter2")
        (tmp_path / "page.jpg").write_text("<html>")
        more = ("--fetch-images", "--allow-host", "localhost")
        server = serve(tmp_path / "catalog.csv", "--ledger", tmp_path / "ledger.sqlite", *more)
        told: dict[str, Any] = {}
        for name in (".env", "page.jpg", "none.jpg", "/etc/passwd", "../../x.jpg", str(tmp_path / "none.jpg"),
                     str(tmp_path / ".env"), "http://127.0.0.1:1/a.jpg", "http://localhost:1/a.jpg"):  # fmt: skip
            draft = {**GNOME, "main_image": name, "listing_id": "N-1"}
            answer = server.ask("POST", "/v1/check", draft).json["answers"][0]
            claim = server.claim(f"k-{len(told)}", draft).json
            about = [[p for p in x["problems"] if p["field"] == "main_image"] for x in (answer, claim)]
            assert about[0] == about[1]
            told[name] = json.dumps(about[0])
        assert len(set(told.values())) == 1, told
        (tmp_path / "ledger.sqlite").unlink()
        gone = server.claim("after")
        assert gone.status == 503 and str(tmp_path) not in gone.data.decode()
        assert server.ask("GET", "/readyz").status == 503 and server.ask("GET", "/healthz").status == 200
        assert any(str(tmp_path) in str(line.get("ledger")) for line in server.log()), "the log says it"

    def test_others_need_a_token(self, run: Any, sample_folder: Path) -> None:
        for host in ("0.0.0.0", "::"):
            ended = run("serve", sample_folder / "catalog.csv", "--host", host, "--port", 0)
            assert ended.code == 2 and "--token" in ended.err and host in ended.err
        ended = run("serve", sample_folder / "catalog.csv", "--host", "0.0.0.0", "--lang", "zh")
        assert "令牌" in ended.err
        assert run("serve", sample_folder / "catalog.csv", "--token", "a b").code == 2

    def test_with_a_token_others_may_ask(self, guarded: Server) -> None:
        assert guarded.ask("GET", "/v1/rules", Host="shop.example").status == 200
        assert guarded.ask("GET", "/v1/rules", Host="shop.example", Authorization="").status == 401

    @pytest.mark.parametrize(("name", "own"), [
        ("localhost", True), ("localhost.", True), ("127.0.0.1", True), ("::1", True), ("0.0.0.0", False), ("", False),
        ("localhost.evil.example", False), ("192.168.1.1", False), ("2130706433", False),
    ])  # fmt: skip
    def test_loopback(self, name: str, own: bool) -> None:
        assert is_loopback(name) == own

    @pytest.mark.parametrize(("query", "header", "lang"), [
        ("", "", "zh"), ("lang=en", "zh", "en"), ("lang=xx", "en", "en"), ("", "zh-CN,en;q=0.9", "zh"),
        ("", "en;q=0.1, zh;q=0.2", "zh"), ("", "fr, de", "zh"), ("", "en;q=0", "zh"), ("", ";;q=,,", "zh"),
        ("", "en;q=x, zh;q=nan", "zh"),
    ])  # fmt: skip
    def test_the_language_of_an_answer(self, query: str, header: str, lang: str) -> None:
        scope = {"type": "http", "query_string": query.encode(), "headers": [(b"accept-language", header.encode())]}
        assert choose_lang(scope, "zh") == lang


class TestStarting:
    def test_missing_packages_are_one_clear_error(self, run: Any, monkeypatch: Any, sample_folder: Path) -> None:
        monkeypatch.setattr(serving, "NEEDED", ("json", "no_such_package"))
        ended = run("serve", sample_folder / "catalog.csv")
        assert ended.code == 2 and "no_such_package" in ended.err and "dupcheck[serve]" in ended.err

    def test_a_port_that_is_taken(self, run: Any, server: Server, sample_folder: Path) -> None:
        port = server.url.rpartition(":")[2]
        ended = run("serve", sample_folder / "catalog.csv", "--port", port)
        assert ended.code == 2 and port in ended.err and ended.err.count("\n") == 1

    def test_a_catalogue_that_is_not_there(self, run: Any, tmp_path: Path) -> None:
        ended = run("serve", tmp_path / "none.csv", "--port", 0)
        assert ended.code == 2 and "none.csv" in ended.err

    def test_it_stops_when_told_and_answers_what_had_begun(self, serve: Serve, write_csv: Any, tmp_path: Path) -> None:
        server = serve(write_csv(tmp_path / "catalog.csv", shop(400)), "--ledger", tmp_path / "l.sqlite")
        with ThreadPoolExecutor(1) as pool:
            begun = pool.submit(server.ask, "POST", "/v1/check", [name_thing(1000 + i) for i in range(40)])
            while not re.search(r"in_progress [2-9]", server.ask("GET", "/metrics").data.decode()) and not begun.done():
                time.sleep(0.01)
            server.process.send_signal(signal.SIGTERM)
            assert begun.result().status == 200
        assert server.process.wait(60) == 0


class TestClaims:
    def test_claim_publish_and_the_next_is_refused(self, serve: Serve, sample_folder: Path, tmp_path: Path) -> None:
        server = serve(sample_folder / "catalog.csv", "--ledger", tmp_path / "ledger.sqlite")
        first = server.claim("job-1", ttl=60)
        assert first.status == 201 and first.headers["Location"] == "/v1/claims/job-1"
        told = first.json
        assert (told["verdict"], told["claim"]["state"], told["claim"]["granted"]) == ("publish", "claimed", True)
        refused = server.claim("job-2")
        assert refused.status == 200
        assert (refused.json["verdict"], refused.json["claim"]["state"]) == ("duplicate", "refused")
        mine = {"token": told["claim"]["token"]}
        for shown in (None, {}, {"token": "job-1"}, {"token": "dt-" + "0" * 40}):
            for verb in ("publish", "release"):
                assert server.ask("POST", f"/v1/claims/job-1/{verb}", shown).status == 403, "the name proves nothing"
        published = server.ask("POST", "/v1/claims/job-1/publish", {**mine, "listing_id": "1005001"})
        assert (published.status, published.json["claim"]["listing_id"]) == (200, "1005001")
        assert server.ask("POST", "/v1/claims/job-1/publish", mine).json["claim"]["replayed"]
        assert server.ask("POST", "/v1/claims/job-1/publish", {**mine, "listing_id": "1005009"}).status == 409
        other = server.claim("job-3", name_thing(77)).json["claim"]["token"]
        assert server.ask("POST", "/v1/claims/job-3/publish", {"token": other, "listing_id": "1005001"}).status == 409
        found = server.ask("GET", "/v1/claims/job-1").json["claim"]
        assert (found["state"], found["token"]) == ("published", None)
        (answer,) = server.ask("POST", "/v1/check", GNOME).json["answers"]
        assert "1005001" in answer["advice"]
        assert server.ask("POST", "/v1/claims/job-1/release", mine).status == 409
        reason = {**mine, "override": "withdrawn from sale"}
        released = server.ask("POST", "/v1/claims/job-1/release", reason)
        assert (released.status, released.json["code"]) == (403, "ledger.override_closed")

    def test_against_the_rules_only_where_it_is_allowed_and_with_a_reason(
        self, serve: Serve, write_csv: Any, tmp_path: Path
    ) -> None:
        catalog = write_csv(tmp_path / "catalog.csv", shop(5))
        server = serve(catalog, "--ledger", tmp_path / "ledger.sqlite", "--allow-override")
        token = server.claim("one").json["claim"]["token"]
        for reason in ("\0", "\u200b", " ", "!"):
            assert server.claim("two", override=reason).status == 403
        assert server.claim("two", override="second shop, agreed").status == 201
        server.ask("POST", "/v1/claims/one/publish", {"token": token})
        told = {"token": token, "override": "withdrawn from sale"}
        assert server.ask("POST", "/v1/claims/one/release", told).json["claim"]["state"] == "released"

    def test_tokens_are_the_server_s(self, guarded: Server) -> None:
        draft = name_thing(2500)
        issued = guarded.ask("POST", "/v1/tokens", {"draft": draft})
        assert issued.status == 201 and issued.json["verdict"] == "publish"
        token = issued.json["ticket"]["token"]
        other = guarded.claim("t-1", name_thing(2501), token=token)
        assert (other.status, other.json["code"]) == (409, "ledger.token_other_draft")
        assert guarded.claim("t-1", draft, token=token[:-1] + "x").status == 409
        first = guarded.ask("POST", "/v1/claims", {"draft": draft, "token": token})
        assert first.status == 201 and first.json["claim"]["token"] == token
        assert guarded.ask("POST", "/v1/claims", {"draft": draft, "token": token}).status == 409, "a token works once"
        assert guarded.claim("t-2", draft, token=token).status == 409
        place = first.headers["Location"]
        assert guarded.ask("POST", f"{place}/publish", {"token": token}).status == 200
        assert not any(token in line for line in guarded.lines)

    def test_each_person_has_a_secret_and_what_is_theirs(self, serve: Serve, write_csv: Any, tmp_path: Path) -> None:
        secrets = {"ada": "ada-has-a-long-secret", "bo": "bo-has-a-longer-secret"}
        people = tmp_path / "people.toml"
        people.write_text("".join(f'{name} = "{secret}"\n' for name, secret in secrets.items()))
        catalog = write_csv(tmp_path / "catalog.csv", shop(5))
        server = serve(catalog, "--ledger", tmp_path / "ledger.sqlite", "--people", people)
        ada, bo = ({"Authorization": f"Bearer {secret}"} for secret in secrets.values())
        assert server.ask("GET", "/v1/rules").status == 401
        draft = {"draft": GNOME}
        token = server.ask("POST", "/v1/tokens", draft, **ada).json["ticket"]["token"]
        assert server.ask("POST", "/v1/claims", {**draft, "token": token}, **bo).status == 403
        claim = server.ask("POST", "/v1/claims", {**draft, "token": token}, **ada)
        assert (claim.status, claim.json["claim"]["person"]) == (201, "ada")
        told = {"listings": ["L-1", "L-2"], "decision": "not_duplicate"}
        server.ask("POST", "/v1/decisions", told, **bo)
        assert [d["person"] for d in server.ask("GET", "/v1/decisions", **ada).json["decisions"]] == ["bo"]

    def test_secrets_that_are_none(self, run: Any, tmp_path: Path, sample_folder: Path) -> None:
        people = tmp_path / "people.toml"
        shared = 'ada = "one-secret-for-both"\nbo = "one-secret-for-both"'
        for text in ("", "x", 'ada = "short"', "ada = 3", 'ada = "has blanks in between"', shared):
            people.write_text(text)
            assert run("serve", sample_folder / "catalog.csv", "--port", 0, "--people", people).code == 2

    def test_a_key_is_used_once(self, guarded: Server) -> None:
        draft = name_thing(2000)
        first, again = guarded.claim('"once"', draft), guarded.claim("once", draft)
        assert (first.status, again.status) == (201, 200)
        assert again.headers["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first.headers
        assert again.json["claim"] == {**first.json["claim"], "granted": False, "replayed": True, "token": None}
        assert {**again.json, "claim": 0} == {**first.json, "claim": 0}
        other = guarded.claim("once", name_thing(2001))
        assert (other.status, other.json["code"]) == (409, "ledger.other_draft")

    @pytest.mark.parametrize("key", ["", "a b", "x" * 201, '""', "a/b", "é"])
    def test_keys_that_are_none(self, guarded: Server, key: str) -> None:
        assert guarded.claim(key.encode().decode("latin-1"), name_thing(3)).status == 422

    def test_without_a_key_each_attempt_is_its_own(self, guarded: Server) -> None:
        found = [guarded.ask("POST", "/v1/claims", {"draft": name_thing(2600)}) for _ in range(2)]
        assert [a.status for a in found] == [201, 200] and not found[1].json["claim"]["replayed"]

    @pytest.mark.parametrize("token", ["never-used", "%20", "%00", "%F0%9F%8E%81", "x" * 200, "a%2Fb"])
    def test_keys_that_nobody_used(self, guarded: Server, token: str) -> None:
        assert guarded.ask("GET", f"/v1/claims/{token}").status == 404
        assert guarded.ask("POST", f"/v1/claims/{token}/publish").status == 404
        assert guarded.ask("POST", f"/v1/claims/{token}/release", {}).status == 404

    def test_fifty_with_one_key_have_one_winner_and_one_answer(self, guarded: Server) -> None:
        draft = name_thing(2100)
        with ThreadPoolExecutor(50) as pool:
            found = list(pool.map(lambda _: guarded.claim("fifty", draft), range(50)))
        assert sorted(a.status for a in found) == [200] * 49 + [201]
        assert len({json.dumps({**a.json, "claim": a.json["claim"]["claimed"]}) for a in found}) == 1
        assert sum(a.json["claim"]["token"] is not None for a in found) == 1
        assert sum(a.json["claim"]["granted"] for a in found) == 1

    def test_fifty_keys_for_one_thing_have_one_winner(self, guarded: Server) -> None:
        draft = name_thing(2200)
        with ThreadPoolExecutor(50) as pool:
            found = list(pool.map(lambda i: guarded.claim(f"one-of-{i}", draft), range(50)))
        assert sorted(a.json["claim"]["state"] for a in found) == ["claimed"] + ["refused"] * 49

    def test_what_was_confirmed_outlives_the_server(self, serve: Serve, write_csv: Any, tmp_path: Path) -> None:
        args = (write_csv(tmp_path / "catalog.csv", shop(5)), "--ledger", tmp_path / "ledger.sqlite")
        confirmed: dict[str, str] = {}
        server = serve(*args)

        def work(worker: int) -> None:
            for number in range(1000):
                key = f"{worker}-{number}"
                try:
                    claim = server.claim(key, name_thing(3000 + worker * 1000 + number))
                    if claim.status == 201:
                        confirmed[key] = "claimed"
                    told = {"token": claim.json["claim"]["token"]}
                    if number % 2 and server.ask("POST", f"/v1/claims/{key}/publish", told).status == 200:
                        confirmed[key] = "published"
                except urllib3.exceptions.HTTPError:
                    return

        workers = [threading.Thread(target=work, args=(w,)) for w in range(4)]
        for worker in workers:
            worker.start()
        while len(confirmed) < 15:
            assert any(worker.is_alive() for worker in workers)
            time.sleep(0.01)
        server.process.kill()
        for worker in workers:
            worker.join()
        assert set(confirmed.values()) == {"claimed", "published"}
        again = serve(*args)
        kept = {key: again.ask("GET", f"/v1/claims/{key}").json["claim"]["state"] for key in confirmed}
        # a publication may have been written that could not be answered any more, never the other way round
        assert {key: state for key, state in kept.items() if state != confirmed[key] and state != "published"} == {}
        again.process.send_signal(signal.SIGINT)
        assert again.process.wait(60) == 0


class TestDecisions:
    def test_decided_heeded_and_withdrawn(self, server: Server) -> None:
        def ask() -> str:
            return str(server.ask("POST", "/v1/check", SCISSORS).json["answers"][0]["verdict"])

        assert ask() == "duplicate"
        against = [p["listing_b"] if p["listing_a"] == "N-1" else p["listing_a"]
                   for p in server.ask("POST", "/v1/check", SCISSORS).json["answers"][0]["pairs"]]  # fmt: skip
        for other in against:
            told = {
                "listings": ["N-1", other],
                "decision": "not_duplicate",
                "reason": "two models",
                "drafts": [SCISSORS],
            }
            assert server.ask("POST", "/v1/decisions", told).status == 201
        held = server.ask("GET", "/v1/decisions").json
        assert {tuple(d["listings"]) for d in held["decisions"]} == {tuple(sorted(("N-1", o))) for o in against}
        assert ask() == "publish"
        for other in against:
            gone = server.ask("DELETE", f"/v1/decisions?listing_a={other}&listing_b=N-1&reason=mistake")
            assert gone.json == {"withdrawn": 1}
        assert server.ask("DELETE", f"/v1/decisions?listing_a={against[0]}&listing_b=N-1").status == 404
        assert ask() == "duplicate"

    def test_content_is_what_the_command_line_takes_it_for(self, server: Server, sample: dc.Catalog) -> None:
        told = {"listings": ["A-131", "A-132", "A-103"], "decision": "allowed"}
        assert server.ask("POST", "/v1/decisions", told).json == {"recorded": 3}
        held = server.ask("GET", "/v1/decisions").json["decisions"]
        contents = {i: h for d in held for i, h in zip(d["listings"], d["contents"], strict=True)}
        assert contents == hash_listings(sample, contents)
        for d in held:
            a, b = d["listings"]
            server.ask("DELETE", f"/v1/decisions?listing_a={a}&listing_b={b}")

    def test_listings_that_nobody_knows(self, guarded: Server) -> None:
        told = {"listings": ["L-1", "no-such"], "decision": "allowed"}
        assert guarded.ask("POST", "/v1/decisions", told).status == 404
        assert guarded.ask("POST", "/v1/decisions", {**told, "listings": ["L-1", "L-1"]}).status == 422
        assert guarded.ask("POST", "/v1/decisions", {**told, "decision": "maybe"}).status == 422


class TestChangingCatalogue:
    def test_a_catalogue_that_changes_while_it_is_asked(self, serve: Serve, write_csv: Any, tmp_path: Path) -> None:
        catalog, later = tmp_path / "catalog.csv", tmp_path / "later.csv"
        often = {"dupcheck.serve.state.LOOK_SECONDS": 0.2}
        server = serve(write_csv(catalog, shop(20)), "--ledger", tmp_path / "ledger.sqlite", settings=often)
        draft = name_thing(500)

        def wait_for(wanted: Callable[[], bool]) -> None:
            until = time.monotonic() + 60
            while not wanted():
                assert time.monotonic() < until, server.lines[-3:]
                assert server.ask("POST", "/v1/check", draft).status == 200
                time.sleep(0.05)

        def verdict() -> str:
            return str(server.ask("POST", "/v1/check", draft).json["answers"][0]["verdict"])

        def ready() -> tuple[str, int]:
            told = server.ask("GET", "/readyz").json
            return told["status"], told["listings"]

        assert (verdict(), ready()) == ("publish", ("ready", 20))
        write_csv(later, [*shop(20), {**draft, "listing_id": "L-500"}]).replace(catalog)
        wait_for(lambda: ready()[1] == 21)
        assert verdict() == "duplicate"
        catalog.write_bytes(b"")
        wait_for(lambda: ready()[0] == "stale")
        assert (verdict(), ready()) == ("duplicate", ("stale", 21))
        assert any("catalog.csv" in str(line.get("catalogue")) for line in server.log())
        write_csv(later, shop(19)).replace(catalog)
        wait_for(lambda: ready() == ("ready", 19))
        assert verdict() == "publish"
        write_csv(later, shop(9)).replace(catalog)
        wait_for(lambda: ready() == ("stale", 19))
        write_csv(later, shop(20))
        later.write_bytes(later.read_bytes().rstrip()[:-9])
        later.replace(catalog)
        wait_for(lambda: any("in the middle of a row" in str(line.get("catalogue")) for line in server.log()))
        assert ready() == ("stale", 19)
        counts = [(x["before"], x["listings"]) for x in server.log() if x.get("catalogue") == "taken up"]
        assert counts == [(0, 20), (20, 21), (21, 19)]


class TestWatching:
    def test_what_is_counted(self, guarded: Server) -> None:
        guarded.ask("POST", "/v1/check", name_thing(5000))
        guarded.ask("GET", "/no/such/secret-path")
        told = guarded.ask("GET", "/metrics").data.decode()
        assert re.search(r'dupcheck_requests_total\{method="POST",path="/v1/check",status="200"\} [1-9]', told)
        assert re.search(r'dupcheck_drafts_total\{verdict="publish"\} [1-9]', told)
        assert "dupcheck_catalogue_listings 8.0" in told
        assert "dupcheck_requests_in_progress 1.0" in told
        assert "secret-path" not in told

    def test_the_log_has_a_line_a_request_and_nothing_of_drafts(self, guarded: Server) -> None:
        secret = "zanzibar-lantern-9931"
        guarded.ask("POST", f"/v1/check?reason={secret}", {"title": secret})
        guarded.ask("POST", "/v1/check", {"title": "x", secret: secret})
        guarded.ask("GET", "/healthz%0A%1b[31mforged")
        while "forged" not in guarded.lines[-1]:  # a line is written when the answer is on its way already
            time.sleep(0.01)
        last = sorted(guarded.log()[-3:], key=lambda line: (line["path"], line["status"]))
        assert [(x["method"], x["path"], x["status"]) for x in last] == [
            ("GET", "/healthz\n\x1b[31mforged", 404), ("POST", "/v1/check", 200), ("POST", "/v1/check", 422),
        ]  # fmt: skip
        assert set(last[0]) == {"time", "method", "path", "status", "ms"}
        assert not any(secret in line for line in guarded.lines)

    def test_the_document_is_whole_in_both_languages(self, guarded: Server) -> None:
        english, chinese = (guarded.ask("GET", f"/openapi.json?lang={lang}").json for lang in ("en", "zh"))
        for document in (english, chinese):
            text = json.dumps(document)
            assert '"serve.' not in text and "{max_" not in text
            assert set(document["paths"]) == {
                "/healthz", "/readyz", "/metrics", "/v1/check", "/v1/tokens", "/v1/claims", "/v1/claims/{key}",
                "/v1/claims/{key}/publish", "/v1/claims/{key}/release", "/v1/decisions", "/v1/rules",
            }  # fmt: skip
            assert all(shape["description"] for shape in document["components"]["schemas"].values())
        assert english["paths"].keys() == chinese["paths"].keys() and english != chinese
        assert json.dumps(english).isascii()


def test_schemathesis_finds_nothing(guarded: Server, tmp_path: Path) -> None:
    """Requests made from the document, one by one and in the order of its links: token, claim, publish, release."""
    examples = os.environ.get("DUPCHECK_FUZZ") or "2"
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{guarded.url}/openapi.json", "--max-examples", examples,
        "--header", f"Authorization: Bearer {TOKEN}", "--no-color", "--seed", "1",
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert int(re.findall(r"([0-9]+) passed", done.stdout)[-1]) > 300
    links = re.search(r"API Links: +([0-9]+) covered", done.stdout)
    assert links and int(links[1]) >= 4, done.stdout[-4000:]


def test_nothing_of_it_is_imported_before_it_is_asked_for() -> None:
    code = "import sys, dupcheck, dupcheck.cli.serving; print([m for m in ('fastapi', 'uvicorn') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


class TestPage:
    """The page on which people decide stands at ``/`` of the same service."""

    def test_it_audits_once_it_is_looked_at_and_decides_in_the_same_ledger(self, server: Server) -> None:
        shell = server.pool.request("GET", f"{server.url}/")
        assert shell.status == 200 and b"review.js" in shell.data
        deadline = time.monotonic() + 120
        while not server.ask("GET", "/review/api/progress").json["ready"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        told = server.ask("GET", "/review/api/groups").json
        group = next(row for row in told["groups"] if row["action"] == "remove_duplicates")
        assert (
            server.ask("POST", "/review/api/choices", {"groups": [group["id"]], "choice": "merge_accepted"}).status
            == 200
        )
        decided = server.ask("GET", "/v1/decisions").json["decisions"]
        assert {tuple(sorted(d["listings"])) for d in decided} & {tuple(sorted(group["ids"][:2]))}
        assert "GET" in server.pool.request("DELETE", f"{server.url}/review/api/groups").headers["Allow"]

    def test_who_shows_no_secret_sees_the_shell_and_nothing_of_the_catalogue(self, guarded: Server) -> None:
        assert guarded.pool.request("GET", f"{guarded.url}/").status == 200
        for path in ("/review/api/groups", "/review/api/progress", "/review/api/photos?listing=L-1"):
            assert guarded.pool.request("GET", f"{guarded.url}{path}").status == 401
        assert guarded.ask("GET", "/review/api/progress").status == 200
