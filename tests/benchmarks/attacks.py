"""Attacks and bad days of the kinds that docs/security.md names, on the real command: what was tried, what failed.

    python tests/benchmarks/attacks.py [--seconds N] [--of DIR] [WORD …]

Only those whose kind or name holds a WORD; ``--of`` attacks another checkout, ``--seconds`` (60) is a command's time.

An attack fails where the answer is none of those expected, a traceback or a defect is told, what must stay has changed,
or its time or four gigabytes do not suffice. The exit code is 0 where none failed.
"""

import argparse
import csv
import http.client
import io
import json
import os
import random
import resource
import shutil
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
BYTES = 4 << 30
CATALOG = "listing_id,title,price,currency\n" + "".join(
    f"K-{i},{word} lamp of brass,{i + 3},USD\n"
    for i, word in enumerate("Red Blue Green Round Oval Tall".split())  # noqa: SIM905
)
GNOME = {"listing_id": "N-1", "title": "Ceramic garden gnome with lantern 30 cm", "price": 19.5, "currency": "USD"}
Attack = Callable[["Desk"], None]
ATTACKS: list[tuple[str, str, Attack]] = []


class FailedError(Exception):
    """What was seen, and should not be."""


class Ended:
    """How a command ended."""

    def __init__(self, code: int | None, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


class Desk:
    """A folder with a small shop, and the command in it."""

    root, seconds = ROOT, 60.0

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.put("catalog.csv", CATALOG)
        self.put("draft.csv", _write_csv([list(GNOME), list(GNOME.values())]))
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("DUPCHECK_")}, "PYTHONPATH": str(self.root),
            "DUPCHECK_CACHE": str(folder / "cache"), "DUPCHECK_LEDGER": str(folder / "ledger.sqlite"),
            "DUPCHECK_LANG": "en",
        }  # fmt: skip

    def put(self, name: str, content: str | bytes) -> Path:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        return path

    def run(self, *words: object, codes: tuple[int, ...] = (0, 2), says: str = "", tail: str = "") -> Ended:
        """Run the command; it has to end with one of the codes, and to say what is expected."""
        command = [sys.executable, "-m", "dupcheck", *map(str, words)]
        if tail:
            command = ["/bin/sh", "-c", f'"$@" {tail}', "sh", *command]
        try:
            done = subprocess.run(
                command, cwd=self.folder, env=self.env, capture_output=True, timeout=self.seconds, check=False,
                stdin=subprocess.DEVNULL, preexec_fn=_confine,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise FailedError(f"not done after {self.seconds} s") from error
        ended = Ended(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
        said = ended.out + ended.err
        if "Traceback" in said or "a defect of dupcheck" in said:
            raise FailedError(said.strip().splitlines()[-1][:150])
        if ended.code not in codes:
            raise FailedError(f"exit code {ended.code}, not {codes}: {said.strip()[-150:]}")
        if says not in said:
            raise FailedError(f"{says!r} is not said: {said.strip()[-150:]}")
        if any(sign in said for sign in "\x1b\x07\x9b\u202e"):
            raise FailedError("a sign that steers the terminal is let through")
        return ended

    @contextmanager
    def serve(self, *words: str) -> Iterator[int]:
        """Run the server; give its port."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        command = [sys.executable, "-m", "dupcheck", "serve", "catalog.csv", "--port", str(port), *words]
        log = (self.folder / "log").open("wb")
        child = self.server = subprocess.Popen(command, cwd=self.folder, env=self.env, stdout=log, stderr=log)
        try:
            for _ in range(400):
                if child.poll() is None and ask(port, "GET", "/healthz")[0] == 200:
                    break
                time.sleep(0.1)
            yield port
            if "Traceback" in (self.folder / "log").read_text("utf-8", "replace"):
                raise FailedError("a traceback in the server's log")
        finally:
            child.kill()
            child.wait()
            log.close()


def _confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


def ask(port: int, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """Ask the server; 0 where it does not answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        kind = {} if body is None else {"Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), {**kind, **headers})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text[:1] in (b"{", b"[") else text
    except OSError:
        return 0, None
    finally:
        connection.close()


def attack(kind: str) -> Callable[[Attack], Attack]:
    """Note an attack; its name is what its function is called."""

    def note(work: Attack) -> Attack:
        ATTACKS.append((kind, work.__name__.strip("_").replace("_", " "), work))
        return work

    return note


def check(held: bool, otherwise: str) -> None:
    """Raise Failed where something does not hold."""
    if not held:
        raise FailedError(otherwise)


def _write_csv(rows: list[list[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def expect_rows(desk: Desk, name: str, content: str | bytes, fed: int) -> None:
    """Every row of a file is a listing, a part of one, or told."""
    desk.put(name, content)
    told = json.loads(desk.run("inspect", name, "--json", codes=(0,)).out)
    tables = told.get("tables", [told])
    rows = sum(t["rows"] for t in tables)
    held = sum(t["listings"] + t["joined"] + t["told"] for t in tables)
    check(rows == held, f"{rows} rows fed, {held} accounted for")
    check(rows >= fed, f"{rows} rows of {fed} are known of")


ACCOUNTS = "1 rows that vanish"


@attack(ACCOUNTS)
def rows_of_other_lengths(desk: Desk) -> None:
    expect_rows(desk, "x.csv", "listing_id,title,price\n1,Mug\n2,Pan,3,4,5,6\n3\n,,,\n5,Jug,2\n", 4)


@attack(ACCOUNTS)
def nul_and_lone_carriage_returns(desk: Desk) -> None:
    expect_rows(desk, "x.csv", "listing_id,title,price\r1,Mug\0,3\r2,Pan,4\r3,Jug,5\r", 3)


@attack(ACCOUNTS)
def three_lists_of_one_length(desk: Desk) -> None:
    lists = {name: [{"id": f"{name}{i}", "title": f"Mug {name} {i}"} for i in range(3)] for name in "abc"}
    expect_rows(desk, "x.json", json.dumps(lists), 9)


@attack(ACCOUNTS)
def a_list_within_a_list(desk: Desk) -> None:
    pages = [[{"id": "1", "title": "Mug"}, {"id": "2", "title": "Pan"}], [{"id": "3", "title": "Jug"}], 5, None]
    expect_rows(desk, "x.json", json.dumps(pages), 3)


@attack(ACCOUNTS)
def lines_of_json_cut_off(desk: Desk) -> None:
    text = "\n".join(json.dumps({"id": str(i), "title": f"Mug {i}"}) for i in range(20))
    expect_rows(desk, "x.jsonl", text[:-9], 20)


@attack(ACCOUNTS)
def elements_of_two_names_and_of_none(desk: Desk) -> None:
    one = "<offer><id>1</id><title>Mug</title></offer><offer><id>2</id><title>Pan</title></offer>"
    other = "<item><id>3</id><title>Jug</title></item><offer/>"
    expect_rows(desk, "x.xml", f"<shop><offers>{one}{other}</offers></shop>", 3)


WRITES = "2 what is the seller's"


@attack(ACCOUNTS)
def lists_within_lists_and_what_stands_beside_them(desk: Desk) -> None:
    things = [{"id": i, "title": f"Mug {i}"} for i in range(3)]
    expect_rows(desk, "a.json", json.dumps([things[:1], things[1:], 7, "x"]), 5)
    desk.put("b.json", json.dumps([{"id": 1, "title": "Mug", "variants": [{"sku": "a", "option1": "S"}, "lost"]}]))
    desk.run("inspect", "b.json", codes=(0,), says="lost")


@attack(WRITES)
def what_is_written_beside_a_named_file(desk: Desk) -> None:
    desk.run("audit", "catalog.csv", "--out", "r", codes=(0,))
    kept = [desk.put(f, "precious") for f in ("m-moved.csv", "c-problems.csv", "check.csv", "o/check.html")]
    desk.put("bad.csv", f"{CATALOG},,,\n,,7,USD\n")
    for words in (
        ("merge", "catalog.csv", "--plans", "r/merges.json", "--all", "--out", "m.csv"),
        ("convert", "bad.csv", "--out", "c.csv"),
        ("check", "draft.csv", "--against", "catalog.csv", "--no-ledger", "--out", "."),
        ("check", "draft.csv", "--against", "catalog.csv", "--no-ledger", "--out", "o"),
    ):
        desk.run(*words, codes=(2,))
    check(all(f.read_text() == "precious" for f in kept), "a file that nobody named was written over")


@attack(WRITES)
def a_ledger_over_a_few_letters(desk: Desk) -> None:
    kept = desk.put("note.txt", "buy milk\n")
    desk.run("check", "draft.csv", "--against", "catalog.csv", "--claim", "a", "--ledger", "note.txt", codes=(2,))
    check(kept.read_bytes() == b"buy milk\n", "a small file became a ledger")


@attack(WRITES)
def the_input_through_a_link(desk: Desk) -> None:
    (desk.folder / "way.csv").symlink_to("catalog.csv")
    desk.run("convert", "catalog.csv", "--out", "way.csv", codes=(2,))
    desk.run("convert", "way.csv", "--out", "catalog.csv", codes=(2,))
    check((desk.folder / "catalog.csv").read_text() == CATALOG, "the input has changed")


@attack(WRITES)
def the_input_by_another_name(desk: Desk) -> None:
    os.link(desk.folder / "catalog.csv", desk.folder / "second.csv")
    for name in ("second.csv", "./catalog.csv", "x/../catalog.csv", "CATALOG.CSV/../catalog.csv"):
        desk.run("convert", "catalog.csv", "--out", name)
    check((desk.folder / "second.csv").read_text() == CATALOG, "the input has changed")


@attack(WRITES)
def the_ledger_and_what_lies_beside_it(desk: Desk) -> None:
    desk.run("check", "draft.csv", "--against", "catalog.csv", "--claim", "a", codes=(0,))
    for end in ("", "-seal", "-wal"):
        desk.run("convert", "catalog.csv", "--out", f"ledger.sqlite{end}", codes=(2,))
    desk.run("ledger", "verify", codes=(0,))


@attack(WRITES)
def a_report_over_a_program_of_that_name(desk: Desk) -> None:
    desk.put("r/audit.json", '{"version": 3}'), desk.put("r/report.html", "mine")
    desk.run("audit", "catalog.csv", "--out", "r", codes=(2,))
    check((desk.folder / "r/report.html").read_text() == "mine", "the folder was filled over")


@attack(WRITES)
def a_photo_as_the_output(desk: Desk) -> None:
    desk.put("a.jpg", b"\xff\xd8\xff")
    desk.run("convert", "catalog.csv", "--out", "a.jpg", codes=(2,))


BOUNDS = "3 bounds and growth"


@attack(BOUNDS)
def half_a_million_letters_without_a_blank(desk: Desk) -> None:
    desk.put("x.csv", f"listing_id,title,price\n1,{'长' * 500_000},3\n2,{'a' * 500_000},3\n3,{'9x' * 250_000},3\n")
    desk.run("audit", "x.csv", "--no-ledger", codes=(0,))


@attack(BOUNDS)
def two_thousand_equal_titles_and_prices(desk: Desk) -> None:
    desk.put("x.csv", "listing_id,title,price\n" + "".join(f"{i},Steel pan 20 cm,9\n" for i in range(2000)))
    desk.run("audit", "x.csv", "--no-ledger", codes=(0,))


@attack(BOUNDS)
def a_thousand_attributes_and_photos(desk: Desk) -> None:
    facts = "; ".join(f"Fact{i}={i}" for i in range(20_000))
    desk.put("x.csv", _write_csv([["listing_id", "title", "attributes", "images"], *(
        [i, f"Pan {i}", facts, ";".join(f"{j}.jpg" for j in range(20_000))] for i in range(3))]))  # fmt: skip
    desk.run("audit", "x.csv", "--no-ledger", codes=(0,))


@attack(BOUNDS)
def numbers_of_every_writing(desk: Desk) -> None:
    odd = ["²", "½", "Ⅷ", "٣", "五", "1e9999", "-0", "0x10", "1_000", "∞", "9" * 4000, "1.2.3.4", "+" * 900, "1e-400"]
    desk.put("x.csv", _write_csv([["listing_id", "title", "price", "stock", "lot_size"],
                                  *([i, f"Pan {i}", x, x, x] for i, x in enumerate(odd))]))  # fmt: skip
    desk.run("audit", "x.csv", "--no-ledger", codes=(0,)), desk.run("convert", "x.csv", "--out", "y.csv", codes=(0,))


@attack(BOUNDS)
def a_workbook_that_grows_a_thousandfold(desk: Desk) -> None:
    import zipfile

    with zipfile.ZipFile(desk.folder / "x.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", "<x/>")
        book.writestr("xl/worksheets/sheet1.xml", b"<a>" * 400_000_000)
    desk.run("inspect", "x.xlsx", codes=(2,))


@attack(BOUNDS)
def a_picture_of_a_billion_points(desk: Desk) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(60_000), 9)
    picture = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    desk.put("a.png", picture), desk.put("x.csv", "listing_id,title,main_image\n1,Mug,a.png\n2,Pan,a.png\n")
    desk.run("audit", "x.csv", "--no-ledger", codes=(0,))


@attack(BOUNDS)
def a_pack_that_is_deep_and_one_without_end(desk: Desk) -> None:
    desk.put("a.toml", "a = " + "[" * 50_000), desk.put("b.toml", "x" * 30_000_000)
    for name in ("a.toml", "b.toml", "/dev/zero"):
        desk.run("audit", "catalog.csv", "--rules", name, "--no-ledger", codes=(2,))


@attack(BOUNDS)
def files_without_end_for_every_option(desk: Desk) -> None:
    desk.put("a.csv", CATALOG)
    endless = "/dev/zero"
    for words in (
        ("audit", endless), ("audit", "a.csv", "--template", endless), ("audit", "a.csv", "--since", endless),
        ("audit", "a.csv", "--decisions", endless), ("audit", "a.csv", "--answers", endless),
        ("audit", "a.csv", "--labels", endless), ("audit", "a.csv", "--rules", endless),
        ("merge", "a.csv", "--plans", endless, "--out", "o.csv"), ("serve", "a.csv", "--people", endless),
    ):  # fmt: skip
        said = desk.run(*words, codes=(2,))
        check("memory" not in said.err, f"{words}: {said.err.strip()}")


@attack(BOUNDS)
def plans_of_odd_kinds(desk: Desk) -> None:
    for text in (
        '[{"skus": {}}]',
        "[[]]",
        "[null]",
        '{"plans": 1}',
        '[{"group_id": 5, "listings": "ab"}]',
        "1e999",
        "nan",
    ):
        desk.put("p.json", text), desk.run("merge", "catalog.csv", "--plans", "p.json", "--all", "--out", "o.csv")
        check(not (desk.folder / "o.csv").exists() or "K-5" in (desk.folder / "o.csv").read_text(), "a listing is gone")


TWICE = "4 sold twice"


def publish(desk: Desk, name: str, *words: str) -> None:
    """Claim and publish the draft."""
    desk.run("check", "draft.csv", "--against", "catalog.csv", "--claim", name, codes=(0,))
    desk.run("publish", name, *words, codes=(0,))


def expect_no(desk: Desk, why: str, catalog: str = "catalog.csv") -> None:
    """A second attempt is not granted."""
    ended = desk.run("check", "draft.csv", "--against", catalog, "--claim", f"again-{random.random()}", codes=(0, 1, 2))
    check(ended.code != 0, why)


@attack(TWICE)
def another_thing_under_its_id_in_the_catalogue(desk: Desk) -> None:
    publish(desk, "a")
    desk.put("catalog.csv", f"{CATALOG}N-1,Oak garden ladder,50,USD\n")
    desk.put("draft.csv", _write_csv([["title", "price", "currency"], [GNOME["title"], 19.5, "USD"]]))
    expect_no(desk, "granted again, under no id")


@attack(TWICE)
def the_catalogue_shows_it_and_then_no_more(desk: Desk) -> None:
    publish(desk, "a")
    desk.put("catalog.csv", f"{CATALOG}N-1,{GNOME['title']},19.5,USD\n")
    expect_no(desk, "granted while the catalogue shows it")
    desk.put("catalog.csv", CATALOG)
    expect_no(desk, "granted after an older export")


@attack(TWICE)
def the_same_content_under_another_id(desk: Desk) -> None:
    publish(desk, "a", "--id", "M-1")
    desk.put("draft.csv", _write_csv([list(GNOME), ["N-2", *list(GNOME.values())[1:]]]))
    expect_no(desk, "granted under another id")


@attack(TWICE)
def twenty_at_once_from_two_catalogues(desk: Desk) -> None:
    desk.put("second.csv", CATALOG.replace("K-", "Q-"))
    words = [sys.executable, "-m", "dupcheck", "check", "draft.csv", "--claim"]
    children = [subprocess.Popen([*words, f"n-{i}", "--against", ("catalog.csv", "second.csv")[i % 2]], cwd=desk.folder,
                                 env=desk.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                for i in range(8)]  # fmt: skip
    codes = [child.wait() for child in children]
    check(codes.count(0) == 1 and set(codes) <= {0, 1}, f"exit codes {codes}")


TOKENS = "5 tokens and the ledger"


@attack(TOKENS)
def a_token_for_another_draft_person_or_time(desk: Desk) -> None:
    told = json.loads(desk.run("token", "draft.csv", "--against", "catalog.csv", "--as", "ada", "--json").out)
    claim = ("check", "draft.csv", "--against", "catalog.csv", "--token", told["ticket"]["token"], "--claim")
    desk.run(*claim, "x", "--as", "bo", codes=(2,))
    desk.put("other.csv", "title,price\nOak ladder,5\n")
    desk.run("check", "other.csv", *claim[2:], "y", "--as", "ada", codes=(2,))
    desk.run(*claim, "z", "--as", "ada", codes=(0,)), desk.run(*claim, "w", "--as", "ada", codes=(2,))


@attack(TOKENS)
def publishing_by_a_name_that_is_somebody_s(desk: Desk) -> None:
    desk.run("check", "draft.csv", "--against", "catalog.csv", "--claim", "a", "--as", "ada", codes=(0,))
    desk.run("publish", "a", "--as", "bo", codes=(2,)), desk.run("release", "a", "--as", "bo", codes=(2,))
    desk.run("publish", "dt-" + "0" * 40, codes=(2,))


@attack(TOKENS)
def reasons_without_words(desk: Desk) -> None:
    publish(desk, "a")
    for reason in ("-", "...", "ㅤㅤ", "1234", "\u200b\u200b"):
        desk.run("release", "a", "--override", reason, codes=(2,))


@attack(TOKENS)
def the_ledger_rewritten_emptied_and_put_back(desk: Desk) -> None:
    publish(desk, "a")
    ledger, old = desk.folder / "ledger.sqlite", desk.folder / "old"
    shutil.copy(ledger, old)
    with sqlite3.connect(ledger) as base:
        base.execute("DELETE FROM dupcheck_claim")
    base.close()
    expect_no(desk, "granted over a ledger that was changed from outside")
    desk.run("ledger", "verify", codes=(2,))
    shutil.copy(old, ledger)
    expect_no(desk, "granted after it was put right")
    ledger.write_bytes(b"")
    expect_no(desk, "granted by an empty ledger")
    ledger.unlink()
    expect_no(desk, "granted by a new ledger in the place of a lost one")


@attack(TOKENS)
def a_clock_turned_back_and_far_ahead(desk: Desk) -> None:
    desk.put("draft2.csv", "title,price\nOak garden ladder,5\n")
    desk.run("check", "draft2.csv", "--against", "catalog.csv", "--claim", "first", codes=(0,))
    publish(desk, "a")
    code = "import time; real = time.time; time.time = lambda: real() {}; from dupcheck.cli import main; main()"
    for shift in ("- 10**6", "+ 10**7"):
        words = ["check", "draft.csv", "--against", "catalog.csv", "--claim", f"t{shift[0]}"]
        done = subprocess.run([sys.executable, "-c", code.format(shift), *words], cwd=desk.folder, env=desk.env,
                              capture_output=True, check=False)  # fmt: skip
        check(done.returncode != 0, f"granted with the clock at {shift}")


@attack(TOKENS)
def a_token_in_another_person_s_hands(desk: Desk) -> None:
    desk.put("people.toml", 'ann = "secret-of-ann-000"\nbob = "secret-of-bob-000"\n')
    ann, bob = ({"Authorization": f"Bearer secret-of-{name}-000"} for name in ("ann", "bob"))
    with desk.serve("--people", "people.toml") as port:
        _, told = ask(port, "POST", "/v1/tokens", {"draft": GNOME}, **ann)
        token = told["ticket"]["token"]
        check(ask(port, "POST", "/v1/claims", {"draft": GNOME, "token": token}, **bob)[0] == 403, "claimed by bob")
        key = {"Idempotency-Key": "k1"}
        check(ask(port, "POST", "/v1/claims", {"draft": GNOME, "token": token}, **ann, **key)[0] == 201, "not granted")
        for what in ("publish", "release"):
            status, _ = ask(port, "POST", f"/v1/claims/k1/{what}", {"token": token}, **bob)
            check(status == 403, f"{what} by bob: {status}")
        check(ask(port, "POST", "/v1/claims/k1/publish", {"token": token}, **ann)[0] == 200, "not published")


@attack(TOKENS)
def a_ledger_cut_to_nothing_under_the_server(desk: Desk) -> None:
    with desk.serve() as port:
        check(ask(port, "POST", "/v1/claims", {"draft": GNOME})[0] == 201, "not granted")
        os.truncate(desk.folder / "ledger.sqlite", 0)
        other = {**GNOME, "title": "Iron fire poker"}
        check(ask(port, "POST", "/v1/claims", {"draft": other})[0] == 503, "granted from an empty ledger")
        check(ask(port, "GET", "/readyz")[0] == 503, "ready with an empty ledger")


CACHES = "6 caches"


@attack(CACHES)
def bits_flipped_everywhere(desk: Desk) -> None:
    desk.put("catalog.csv", f"{CATALOG}K-9,Red lamp of brass,3,USD\n")
    desk.run("audit", "catalog.csv", "--out", "r", codes=(0,))
    before, chance = (desk.folder / "r/pairs.csv").read_bytes(), random.Random(7)
    files = [f for f in (desk.folder / "cache").rglob("*") if f.is_file() and f.stat().st_size]
    for _ in range(12):
        file = chance.choice(files)
        if file.exists():
            data = bytearray(file.read_bytes())
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            file.write_bytes(data)
        desk.run("audit", "catalog.csv", "--out", "r", codes=(0,))
        check((desk.folder / "r/pairs.csv").read_bytes() == before, f"another answer after a bit of {file.name}")


@attack(CACHES)
def arrays_exchanged_cut_and_emptied(desk: Desk) -> None:
    desk.put("catalog.csv", f"{CATALOG}K-9,Red lamp of brass,3,USD\n")
    desk.run("audit", "catalog.csv", "--out", "r", codes=(0,))
    before, chance = (desk.folder / "r/pairs.csv").read_bytes(), random.Random(8)
    for n in range(6):
        files = [f for f in (desk.folder / "cache" / "catalogs").rglob("*") if f.is_file()]
        one, other = chance.sample(files, 2)
        one.write_bytes((other.read_bytes(), b"", one.read_bytes()[: one.stat().st_size // 2])[n % 3])
        desk.run("audit", "catalog.csv", "--out", "r", codes=(0,))
        check((desk.folder / "r/pairs.csv").read_bytes() == before, f"another answer after {one.name}")


@attack(CACHES)
def words_exchanged(desk: Desk) -> None:
    desk.put("catalog.csv", f"{CATALOG}K-9,Red lamp of brass,3,USD\n")
    desk.run("audit", "catalog.csv", "--out", "r", codes=(0,))
    before = (desk.folder / "r/pairs.csv").read_bytes()
    files = sorted((desk.folder / "cache" / "words").iterdir())
    for one, other in zip(files[::2], files[1::2], strict=False):
        a, b = one.read_bytes(), other.read_bytes()
        one.write_bytes(b), other.write_bytes(a)
    shutil.rmtree(desk.folder / "cache" / "catalogs")
    desk.run("audit", "catalog.csv", "--out", "r", codes=(0,))
    check((desk.folder / "r/pairs.csv").read_bytes() == before, "another answer by exchanged words")


DEADLINES = "7 deadlines"
_PATIENCE = 70
"""A request's photos may take 60 seconds."""


def _drip(line: socket.socket, how: str) -> None:
    """Answer as somebody who wants to be waited for."""
    try:
        line.recv(4096)
        if how == "body":
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 9999\r\n\r\n")
        elif how == "head":
            line.sendall(b"HTTP/1.1 200 OK\r\n")
        else:
            line.sendall(b"HTTP/1.1 429 Busy\r\nRetry-After: 86400\r\nContent-Length: 0\r\n\r\n")
        while how != "later":
            line.sendall(b"X: y\r\n" if how == "head" else b".")
            time.sleep(2)
    except OSError:
        pass
    finally:
        line.close()


@contextmanager
def _dripping(how: str) -> Iterator[str]:
    """A host of photos that never end; give an address of one."""
    with socket.create_server(("127.0.0.1", 0)) as opened:

        def take() -> None:
            try:
                while True:
                    threading.Thread(target=_drip, args=(opened.accept()[0], how), daemon=True).start()
            except OSError:
                return

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{opened.getsockname()[1]}/a.jpg"
        opened.shutdown(socket.SHUT_RDWR)


def _expect_an_end(desk: Desk, how: str) -> None:
    with _dripping(how) as photo, desk.serve("--fetch-images", "--allow-host", "127.0.0.1") as port:
        began = time.monotonic()
        status, _ = ask(port, "POST", "/v1/check", {"title": "Mug", "main_image": photo})
        check(status in (0, 200) and time.monotonic() - began < _PATIENCE, f"{status} after {time.monotonic() - began}")


@attack(DEADLINES)
def a_photo_that_drips(desk: Desk) -> None:
    _expect_an_end(desk, "body")


@attack(DEADLINES)
def a_head_that_drips(desk: Desk) -> None:
    _expect_an_end(desk, "head")


@attack(DEADLINES)
def come_again_tomorrow(desk: Desk) -> None:
    _expect_an_end(desk, "later")


@attack(DEADLINES)
def photos_without_number(desk: Desk) -> None:
    with desk.serve() as port:
        many = [f"http://127.0.0.1:1/{n}.jpg" for n in range(5_000)]
        status, _ = ask(port, "POST", "/v1/check", {"title": "Mug", "images": many})
        check(status == 422, f"5,000 photos: {status}")


@attack(DEADLINES)
def stopped_while_a_photo_drips(desk: Desk) -> None:
    with _dripping("body") as photo, desk.serve("--fetch-images", "--allow-host", "127.0.0.1") as port:
        body = {"title": "Mug", "main_image": photo}
        threading.Thread(target=ask, args=(port, "POST", "/v1/check", body), daemon=True).start()
        time.sleep(2)
        began = time.monotonic()
        desk.server.terminate()
        try:
            desk.server.wait(40)
        except subprocess.TimeoutExpired:
            raise FailedError("still there after 40 s") from None
        check(time.monotonic() - began < 30, "stopped late")
        check("not answered" in (desk.folder / "log").read_text("utf-8", "replace"), "who was cut off is not told")


PLACES = "8 places"


@attack(PLACES)
def heads_without_end_and_lengths_that_lie(desk: Desk) -> None:
    post = b"POST /v1/check HTTP/1.1\r\nHost: localhost\r\n"
    with desk.serve() as port:
        for sent in (
            b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000, post + b"Content-Length: -5\r\n\r\n",
            post + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"\x16\x03\x01" * 500, b"GET " + b"/" * 200_000 + b" HTTP/1.1\r\n\r\n",
        ):  # fmt: skip
            with socket.create_connection(("127.0.0.1", port), 30) as line:
                line.settimeout(30)
                try:
                    line.sendall(sent)
                    answer = line.recv(100)
                except OSError:
                    answer = b""
                check(not answer or answer.startswith(b"HTTP/1.1 4"), f"answered {answer[:40]!r}")
        check(ask(port, "GET", "/healthz")[0] == 200, "health is not answered")


@attack(PLACES)
def pages_of_others(desk: Desk) -> None:
    with desk.serve() as port:
        for headers in (
            {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
            {"Host": "evil.example"}, {"Origin": f"http://127.0.0.1.evil.example:{port}"},
        ):  # fmt: skip
            status, _ = ask(port, "POST", "/v1/check", {"title": "x"}, **headers)
            check(status in (400, 403, 421), f"{headers}: {status}")


@attack(PLACES)
def nothing_of_the_machine_is_told(desk: Desk) -> None:
    with desk.serve() as port:
        for photo in (
            "/etc/passwd",
            "../../etc/passwd",
            "file:///etc/passwd",
            "http://169.254.169.254/",
            "catalog.csv",
        ):
            _, answer = ask(port, "POST", "/v1/check", {"title": "Mug", "main_image": photo})
            text = json.dumps(answer)
            check("root:" not in text and str(desk.folder) not in text and "listing_id,title" not in text, text[:200])


DECODERS = "9 decoders"


@attack(DECODERS)
def other_formats_called_jpg(desk: Desk) -> None:
    heads = {
        "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "pdf": b"%PDF-1.4\n", "xpm": b"/* XPM */",
        "wmf": b"\xd7\xcd\xc6\x9a" + bytes(99), "fits": b"SIMPLE  =                    T", "mpo": b"\xff\xd8\xff\xe2",
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "psd": b"8BPS\0\1" + bytes(99), "icns": b"icns",
    }  # fmt: skip
    rows = [["listing_id", "title", "main_image"]]
    for kind, head in heads.items():
        desk.put(f"{kind}.jpg", head)
        rows.append([kind, f"Mug {kind}", f"{kind}.jpg"])
    marker = desk.folder / "ran"
    desk.put("bin/gs", f"#!/bin/sh\ntouch {marker}\n").chmod(0o755)
    desk.env["PATH"] = f"{desk.folder / 'bin'}{os.pathsep}{desk.env['PATH']}"
    desk.put("x.csv", _write_csv(rows)), desk.run("audit", "x.csv", "--no-ledger", codes=(0,))
    check(not marker.exists(), "another program was started")


GATE = "10 the gate outwards"


@attack(GATE)
def signs_in_names_of_files_and_options(desk: Desk) -> None:
    name = "\x1b]0;owned\x07.csv"
    desk.put(name, CATALOG)
    desk.run("audit", name, "--no-ledger", codes=(0,)), desk.run("inspect", name, codes=(0,))
    for words in (
        ("\x1b[31mx",),
        ("audit", "\x9b31m"),
        ("audit", "catalog.csv", "--map", "\x1b[1m=x"),
        ("why", name, "\x1b", "y"),
    ):
        desk.run(*words, codes=(2,))


@attack(GATE)
def formulas_in_every_column(desk: Desk) -> None:
    texts = ["=1+1", "\t=1+1", "\u3000=1", "\u00a0@x()", "＝1", "\r\n=1", "-1+cmd|x", "+x()"]
    desk.put("x.csv", _write_csv([["listing_id", "title", "price", "attributes"],
                                  *([f"{t}{i}", f"{t} pan", 3, f"{t}={t}"] for t in texts for i in "ab")]))  # fmt: skip
    (
        desk.run("audit", "x.csv", "--out", "r", "--no-ledger", codes=(0,)),
        desk.run("convert", "x.csv", "--out", "y.csv", codes=(0,)),
    )
    sys.path.insert(0, str(ROOT))
    from dupcheck.files.cells import is_call

    for path in [*(desk.folder / "r").glob("*.csv"), desk.folder / "y.csv"]:
        with path.open(encoding="utf-8-sig", newline="") as file:
            check(not any(is_call(c) for row in csv.reader(file) for c in row), f"a formula in {path.name}")


@attack(GATE)
def streams_closed_full_and_narrow(desk: Desk) -> None:
    for words in (
        ("audit", "catalog.csv", "--no-ledger"),
        ("rules",),
        ("--help",),
        ("audit", "--help"),
        ("why", "catalog.csv", "K-0", "K-1"),
    ):
        desk.run(*words, tail=">/dev/full", codes=(2,)), desk.run(*words, tail="2>&-", codes=(0,))
        desk.run(*words, tail=">&- 2>&- <&-"), desk.run(*words, tail="| head -c 1 >/dev/null", codes=(0,))
    desk.env["PYTHONIOENCODING"] = "cp1252"
    desk.run("rules", codes=(0,)), desk.run("audit", "catalog.csv", "--lang", "zh", "--no-ledger", codes=(0,))


@attack(GATE)
def names_that_no_system_takes(desk: Desk) -> None:
    for name in ("", "/", "x" * 5000, "a/" * 3000, "catalog.csv/x"):
        for words in (("audit", name), ("convert", "catalog.csv", "--out", name), ("check", name, "--against", name)):
            desk.run(*words, codes=(2,))


SWAPS = "11 the server's catalogue"


def _exchange(desk: Desk, content: str | bytes, stays: int) -> None:
    with desk.serve() as port:
        desk.put("new", content).replace(desk.folder / "catalog.csv")
        for _ in range(60):
            status, told = ask(port, "GET", "/readyz")
            if status != 200 or (told or {}).get("listings") != 6:
                break
            time.sleep(0.25)
        check(told.get("listings", 0) == stays, f"{told} after the exchange")
        check(ask(port, "POST", "/v1/check", {"title": "Mug", "price": 3})[0] == 200, "no check is answered")


@attack(SWAPS)
def an_empty_file(desk: Desk) -> None:
    _exchange(desk, "", 6)


@attack(SWAPS)
def a_header_only(desk: Desk) -> None:
    _exchange(desk, CATALOG.split("\n")[0] + "\n", 6)


@attack(SWAPS)
def cut_in_a_row(desk: Desk) -> None:
    _exchange(desk, CATALOG[:-9], 6)


def _list_things() -> list[dict[str, Any]]:
    return [{"id": line.split(",")[0], "title": line.split(",")[1]} for line in CATALOG.splitlines()[1:]]


@attack(SWAPS)
def json_cut_in_an_entry(desk: Desk) -> None:
    _exchange(desk, json.dumps(_list_things())[:-20], 6)


@attack(SWAPS)
def json_lines_cut_in_a_line(desk: Desk) -> None:
    _exchange(desk, "\n".join(map(json.dumps, _list_things()))[:-20], 6)


@attack(SWAPS)
def markup_cut_in_an_element(desk: Desk) -> None:
    items = "".join(f"<item><id>{t['id']}</id><title>{t['title']}</title></item>" for t in _list_things())
    _exchange(desk, f"<items>{items}</items>"[:-45], 6)


@attack(SWAPS)
def cut_in_a_text_of_two_lines(desk: Desk) -> None:
    _exchange(desk, f'{CATALOG}K-8,"Oak ladder\n', 6)


@attack(SWAPS)
def noise(desk: Desk) -> None:
    _exchange(desk, random.Random(1).randbytes(4000), 6)


@attack(SWAPS)
def one_listing_more(desk: Desk) -> None:
    _exchange(desk, f"{CATALOG}K-8,Oak ladder,5,USD\n", 7)


def main() -> int:
    """Try them all; print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("wanted", nargs="*", metavar="WORD")
    parser.add_argument("--of", type=Path, default=ROOT, metavar="DIR")
    parser.add_argument("--seconds", type=float, default=60)
    told = parser.parse_args()
    Desk.root, Desk.seconds, wanted = told.of.resolve(), told.seconds, told.wanted
    tried, failed = Counter[str](), Counter[str]()
    for kind, name, work in ATTACKS:
        if wanted and not any(word in f"{kind} {name}" for word in wanted):
            continue
        tried[kind] += 1
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            try:
                work(Desk(Path(folder)))
            except (FailedError, OSError, ValueError, KeyError) as error:
                failed[kind] += 1
                print(f"FAILED  {kind}: {name}: {type(error).__name__} {error}", flush=True)
    print("\n| kind | tried | failed |\n|---|---:|---:|")
    for kind in tried:
        print(f"| {kind} | {tried[kind]} | {failed[kind]} |")
    print(f"| all | {tried.total()} | {failed.total()} |")
    return int(failed.total() > 0)


if __name__ == "__main__":
    sys.exit(main())
