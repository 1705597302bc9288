"""Whatever is given, a clear answer comes: spoiled files of every kind, odd options, lost streams, full disks, kills.

A short run is part of the tests; ``nox -s fuzz`` runs it long, with other seeds: ``DUPCHECK_FUZZ`` says how many
examples each test takes.
"""

import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ready_commands import run_ready

from dupcheck.catalog import read_catalog
from dupcheck.cli import _HOME, main
from dupcheck.errors import DupcheckError
from dupcheck.packs import packs_folder

Run = Callable[..., Any]
pytestmark = pytest.mark.slow
FORMATS = Path(__file__).with_name("fixtures") / "formats"
FIXED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
SEEDS = st.integers(0, 2**63)
SCRAPS = (
    b'"', b"'", b"\0", b"\r", b"\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", "²".encode(), "五".encode(),
    b"9" * 400, b"-1", b"1e999", b"NaN", b"null", b"[" * 2000, b"{" * 300, b'{"a":' * 300,
    b"=1+1|cmd", b"\x1b]8;;x\x07", b"&lol;",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b",", b";", b"\t", b"://", b"../" * 9, b"%s%n", b"{0.a}", "\u202e".encode(),
    b"[[x]]", b"true", b" ", b"x" * 5000,
)  # fmt: skip


def rounds(few: int) -> int:
    """How many examples a test takes."""
    return int(os.environ.get("DUPCHECK_FUZZ") or few)


def spoil(data: bytes, seed: int) -> bytes:
    """Change a file as damage, carelessness or malice would: bytes, slices, whole encodings."""
    chance, held = random.Random(seed), bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at = chance.randrange(len(held) + 1)
        end = min(len(held), at + chance.choice((1, 3, 40, 400)))
        deed = chance.randrange(7)
        if deed == 0 and at < len(held):
            held[at] ^= 1 << chance.randrange(8)
        elif deed == 1:
            del held[at:end]
        elif deed == 2:
            held[at:at] = held[at:end] * chance.choice((1, 2, 50))
        elif deed == 3:
            held[at:at] = chance.choice(SCRAPS)
        elif deed == 4:
            held[at:end] = chance.choice(SCRAPS)
        elif deed == 5:
            other = chance.randrange(len(held) + 1)
            held[at:end] = held[other : other + chance.choice((1, 9, 90))]
        elif chance.random() < 0.3:
            del held[at:]
    if chance.random() < 0.08:
        return (
            bytes(held)
            .decode("utf-8", "replace")
            .encode(chance.choice(("utf-16", "gb18030", "utf-32", "utf-7")), "replace")
        )
    return bytes(held)


def spoil_book(data: bytes, seed: int) -> bytes:
    """Change a workbook inside its container, so that more than the container is met."""
    chance = random.Random(seed)
    if chance.random() < 0.3:
        return spoil(data, seed)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        names = [n for n in book.namelist() if n.endswith((".xml", ".rels"))]
        chosen = chance.choice(names)
        for name in book.namelist():
            if name != chosen or chance.random() > 0.05:
                made.writestr(name, spoil(book.read(name), seed) if name == chosen else book.read(name))
    return out.getvalue()


def assert_clear(ended: Any, words: Sequence[object], answers: Sequence[int] = (0, 2)) -> None:
    """A command's end that a person understands: an answer, or one error that names the thing."""
    said = ended.out + ended.err
    assert ended.code in answers, (words, ended)
    assert "Traceback" not in said and "a defect of dupcheck" not in said, (words, ended)
    assert ended.code != 2 or ended.err.strip(), words
    assert not any(sign in said for sign in "\x1b\x07\x9b\u202e"), words


def at(desk: Path) -> dict[str, str]:
    """The environment of a desk."""
    root = str(Path(__file__).resolve().parent.parent)
    places = {"DUPCHECK_LEDGER": desk / "ledger.sqlite", "DUPCHECK_CACHE": desk / "cache"}
    return {**{name: str(path) for name, path in places.items()}, "PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, write_csv: Any, draw_photo: Any) -> Path:
    """A small shop with all the files that a command may be given."""
    whole = tmp_path_factory.mktemp("whole")
    draw_photo(whole / "a.jpg", 1)
    rows = [{"listing_id": f"A-{i}", "title": f"Steel pan {t}", "price": p, "currency": "USD", "main_image": "a.jpg"}
            for i, (t, p) in enumerate([("20 cm", 9), ("24 cm", 9), ("20 cm", 9), ("oval", 12)])]  # fmt: skip
    ladder = {"listing_id": "B", "title": "Oak ladder", "price": 50, "currency": "USD"}
    write_csv(whole / "catalog.csv", [*rows, ladder])
    write_csv(whole / "draft.csv", [{"title": "Green jug", "price": 4, "currency": "USD"}])
    (whole / "pack.toml").write_bytes((packs_folder() / "aliexpress.toml").read_bytes())
    (whole / "dupcheck.toml").write_text('lang = "en"\ncurrency = "USD"\n[map]\ntitle = "title"\n')
    for words in (
        ("decide", "catalog.csv", "A-0", "A-2", "--as", "allowed", "--reason", "a set"),
        ("check", "draft.csv", "--against", "catalog.csv", "--claim", "job-1", "--as", "ada"),
        ("decisions", "export", "--out", "decisions.json"), ("audit", "catalog.csv", "--out", "report"),
    ):  # fmt: skip
        command = [sys.executable, "-m", "dupcheck", *words]
        done = subprocess.run(command, cwd=whole, capture_output=True, check=False, env={**os.environ, **at(whole)})
        assert done.returncode == 0, (words, done.stderr)
    shutil.copy(whole / "report" / "report.xlsx", whole / "decided.xlsx")
    shutil.copy(whole / "report" / "merges.json", whole / "plans.json")
    return whole


@pytest.fixture
def desk(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shop, deep enough that a way up leads nowhere else."""
    desk = tmp_path / "a" / "b" / "desk"
    shutil.copytree(whole, desk)
    monkeypatch.chdir(desk)
    monkeypatch.setenv("DUPCHECK_LEDGER", str(desk / "ledger.sqlite"))
    monkeypatch.setenv("DUPCHECK_CACHE", str(desk / "cache"))
    return desk


def renew(desk: Path, whole: Path) -> None:
    """Put everything back as it was."""
    for path in desk.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shutil.copytree(whole, desk, dirs_exist_ok=True)


@pytest.mark.parametrize("name", sorted(p.name for p in FORMATS.iterdir() if p.is_file()))
def test_spoiled_catalogues_are_read_whole_or_told(name: str, tmp_path: Path) -> None:
    @settings(max_examples=rounds(5), deadline=None, suppress_health_check=FIXED)
    @given(seed=SEEDS)
    def check(seed: int) -> None:
        path = tmp_path / name
        path.write_bytes(spoil((FORMATS / name).read_bytes(), seed))
        try:
            catalog = read_catalog(path)
        except DupcheckError as error:
            assert error.say("en") and error.say("zh")
            return
        for table in catalog.tables:
            assert table.rows == table.listings + table.joined + table.told
        assert sum(t.listings for t in catalog.tables) == len(catalog)
        assert all(p.text.say("zh") for p in catalog.problems)

    check()


FED: dict[str, list[tuple[str, ...]]] = {
    "draft.csv": [("check", "FILE", "--against", "catalog.csv"), ("inspect", "FILE"), ("inspect", "FILE", "--json")],
    "catalog.csv": [
        ("audit", "FILE", "--out", "r", "--lang", "zh"), ("convert", "FILE", "--out", "o.csv"),
        ("why", "FILE", "A-0", "A-2"), ("check", "draft.csv", "--against", "FILE"),
    ],
    "decided.xlsx": [("decide", "catalog.csv", "--from", "FILE"), ("inspect", "FILE")],
    "plans.json": [("merge", "catalog.csv", "--plans", "FILE", "--all", "--out", "o.csv")],
    "decisions.json": [("decide", "catalog.csv", "--from", "FILE"), ("audit", "catalog.csv", "--decisions", "FILE")],
    "pack.toml": [
        ("rules", "show", "--rules", "FILE"), ("rules", "test", "--rules", "FILE"),
        ("audit", "catalog.csv", "--rules", "FILE", "--out", "r"),
    ],
    "dupcheck.toml": [("audit", "catalog.csv", "--out", "r"), ("check", "draft.csv", "--against", "catalog.csv")],
    "report/audit.json": [("audit", "catalog.csv", "--since", "report", "--out", "r")],
    "ledger.sqlite": [
        ("decisions",), ("check", "draft.csv", "--against", "catalog.csv"), ("ledger", "verify"), ("release", "job-1"),
        ("check", "draft.csv", "--against", "catalog.csv", "--claim", "job-2"), ("audit", "catalog.csv", "--out", "r"),
    ],
    "cache/photos.sqlite": [("audit", "catalog.csv", "--out", "r")],
    "a.jpg": [("audit", "catalog.csv", "--out", "r"), ("check", "catalog.csv", "--against", "catalog.csv")],
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FED))
def test_a_spoiled_file_is_used_or_told(name: str, desk: Path, whole: Path, run: Run) -> None:
    data = (whole / name).read_bytes()

    @settings(max_examples=rounds(4), deadline=None, suppress_health_check=FIXED)
    @given(seed=SEEDS, chosen=st.sampled_from(FED[name]))
    def check(seed: int, chosen: tuple[str, ...]) -> None:
        renew(desk, whole)
        (desk / name).write_bytes((spoil_book if name.endswith("xlsx") else spoil)(data, seed))
        words = [name if w == "FILE" else w for w in chosen]
        answers = (0, 1, 2) if chosen[0] in ("check", "merge") or chosen[:2] == ("rules", "test") else (0, 2)
        assert_clear(run(*words), (words, seed), answers)

    check()


ODD = st.sampled_from([
    "", " ", "-", "--", "-1", "0", "1e999", "nan", "²", "9" * 400, "\0", "\n", "\x1b[31m", "\ud800", "../..",
    "/dev/null", "/dev/full", "/proc/self/mem", "catalog.csv", "report", "x" * 5000, "R2.title.min=85",
    "R2.title.min=²", "R9.x.y=1", "=", "title=title", "a=b=c", "https://[::1", "http://127.0.0.1/x.csv", "utf-7",
    "utf-16", "punycode", "rot13", "USD", "元", "sqlite:///x", "postgresql+psycopg://127.0.0.1:1/x", "A-0", "en", "zh",
    "\u202e", "~", "*", "{x}", "%s", "//", "con", "local",
])  # fmt: skip
BUSY = {"serve", "review", "init", "ask"}


def list_options(name: str) -> list[str]:
    """The options of a command; another engine takes too long to start."""
    command = main.commands.get(name) or main.get_command(click.Context(main), name)
    assert command is not None
    return sorted({word for p in command.params for word in p.opts if word.startswith("--")} - {"--engine"})


@pytest.mark.parametrize(
    "words", [("audit", "catalog.csv", "--answers", "\0"), ("token", "--cache", "\0"), ("inspect", "\0")]
)
def test_a_name_with_a_zero_is_told(words: tuple[str, ...], whole: Path, run: Run, monkeypatch: Any) -> None:
    monkeypatch.chdir(whole)
    ended = run(*words)
    assert_clear(ended, words, answers=(2,))
    assert "\0" not in ended.err


@pytest.mark.parametrize("name", sorted(set(_HOME) - BUSY))
def test_odd_options_are_heeded_or_told(name: str, desk: Path, whole: Path, run: Run) -> None:
    known = list_options(name)

    given_lists = {
        "extra": st.lists(ODD, max_size=3), "chosen": st.lists(st.sampled_from([*known, "--lang"]), max_size=3),
        "values": st.lists(ODD, min_size=3, max_size=3), "named": st.booleans(),
    }  # fmt: skip

    @settings(max_examples=rounds(4), deadline=None, suppress_health_check=FIXED)
    @given(**given_lists)
    def check(extra: list[str], chosen: list[str], values: list[str], named: bool) -> None:
        renew(desk, whole)
        pairs = [word for pair in zip(chosen, values, strict=False) for word in pair]
        words = [name, *(["catalog.csv"] if named else []), *extra, *pairs]
        answers = (0, 1, 2) if name in ("check", "token", "rules", "merge") or "--fail-on" in chosen else (0, 2)
        assert_clear(run(*words), words, answers)
        for kept in ("catalog.csv", "a.jpg"):
            assert (desk / kept).read_bytes() == (whole / kept).read_bytes(), (words, "an input was written over")

    check()


WRITING = {
    "audit": (("audit", "catalog.csv", "--out", "report"), "report/audit.json"),
    "convert": (("convert", "catalog.csv", "--out", "o.csv"), "o.csv"),
    "merge": (("merge", "catalog.csv", "--plans", "plans.json", "--all", "--out", "o.csv"), "o.csv"),
    "export": (("decisions", "export", "--out", "d.json"), "d.json"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="limits and kills are those of POSIX")
@pytest.mark.parametrize("deed", sorted(WRITING))
def test_a_full_disk_and_a_kill_leave_the_old_or_the_new(deed: str, desk: Path) -> None:
    words, out = WRITING[deed]
    assert run_ready(*words, place=desk, more=at(desk)).returncode == 0
    before = (desk / out).read_bytes()
    chance = random.Random(int(os.environ.get("DUPCHECK_FUZZ") or 0))
    for n in range(max(2, rounds(2) // 10)):
        end = {"seconds": chance.uniform(0, 0.5)} if n % 2 else {"limit": chance.choice((0, 1, 100, 3000, 40_000))}
        child = run_ready(*words, place=desk, more=at(desk), **end)
        assert child.returncode in (0, 2, -signal.SIGKILL), child
        assert "Traceback" not in child.stderr and "a defect" not in child.stderr, child
        text = (desk / out).read_bytes()
        assert json.loads(text)["format"] == 1 if deed == "audit" else text == before
    assert run_ready(*words, place=desk, more=at(desk)).returncode == 0, "what was left behind is in nobody's way"


ENDS = {">/dev/full": {2}, ">&-": {0, 2}, "2>&-": {0}, "<&- >&- 2>&-": {0, 2}, "2>/dev/full": {0}, "| head -c 1": {0}}
SPEAKING = (
    ("rules",), ("audit", "catalog.csv", "--out", "r"), ("inspect", "catalog.csv"), ("decisions",), ("--version",),
    ("why", "catalog.csv", "A-0", "A-2"), ("convert", "catalog.csv", "--out", "o.csv"), ("formats",),
    ("cache",), ("ledger", "verify"),
)  # fmt: skip


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("words", SPEAKING[: 2 if rounds(1) < 2 else None], ids="-".join)
def test_streams_may_be_closed_or_full(words: Sequence[str], desk: Path) -> None:
    """What cannot be said is no answer: exit code 2; where nobody listens any more, the answer's own."""
    for ends, codes in ENDS.items():
        program = f"'{sys.executable}' -m dupcheck {' '.join(words)} {ends}"
        done = subprocess.run(
            ["/bin/sh", "-c", program], cwd=desk, capture_output=True, text=True, check=False,
            env={**os.environ, **at(desk)},
        )  # fmt: skip
        assert done.returncode in codes and "Traceback" not in done.stderr, (ends, done)
