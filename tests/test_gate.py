"""One gate outwards: nothing reaches a terminal, a table or a file save through the functions that make it harmless."""

import ast
import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import dupcheck
from dupcheck.files.cells import is_call

PACKAGE = Path(dupcheck.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
Run = Callable[..., Any]

SPEAK = {
    "cli/console.py": "the gate to the terminal",
    "catalog/calamine_process.py": "a process of its own, which speaks to its parent only",
    "serve/refresh.py": "a process of its own, which speaks to its parent only",
    "serve/admission.py": "the server's log: lines of JSON, in which nothing is obeyed",
}
TABLES = {
    "files/cells.py": "the gate of tables for people: show_cell",
    "reports/tables.py": "pairs.csv, a pair at a time: show_cell",
    "catalog/listings.py": "a catalogue that is read back: guard_text",
    "exports/texts.py": "a marketplace's file: what a spreadsheet would run is told in export-cautions.csv",
}
FILES = {
    "files/writing.py": "the gate of files",
    "catalog/frames.py": "a folder of its own for a moment, to be read back",
    "cli/console.py": "standard streams that are closed lead nowhere",
    "files/arrays.py": "the cache", "ledger/seal.py": "the ledger's own", "ledger/store.py": "the ledger's own",
}  # fmt: skip
WRITES = (".write_text", ".write_bytes", ".to_csv", ".to_excel", ".tofile")
ASKS = ("isatty", "encoding")


def walk(path: Path) -> Iterator[tuple[ast.AST, ast.AST | None]]:
    """Every node of a module with the one above it."""
    tree = ast.parse(path.read_text("utf-8"))
    yield tree, None
    for parent in ast.walk(tree):
        yield from ((child, parent) for child in ast.iter_child_nodes(parent))


def name_of(node: ast.AST) -> str:
    """``sys.stdout``, ``click.echo``, ``print``; of what is no plain name, the last part: ``.write_text``."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return ""


def opens_to_write(call: ast.Call) -> bool:
    name = name_of(call.func)
    if not (name == "open" or name.endswith((".open", ".fdopen"))):
        return False
    words = [*call.args, *(k.value for k in call.keywords if k.arg == "mode")]
    modes = [w.value for w in words if isinstance(w, ast.Constant) and isinstance(w.value, str)]
    flags = {name_of(n).rpartition(".")[2] for w in words for n in ast.walk(w)}
    return any(re.fullmatch(r"[rwxabt+]{1,3}", m) and set(m) & set("wxa+") for m in modes) or bool(
        flags & {"O_WRONLY", "O_RDWR", "O_CREAT"}
    )


def find_doors(path: Path) -> Iterator[tuple[str, int]]:
    """What of a module leads outwards, and the line."""
    for node, parent in walk(path):
        if isinstance(node, ast.Attribute | ast.Name):
            name = name_of(node)
            if name in ("sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__"):
                if not (isinstance(parent, ast.Attribute) and parent.attr in ASKS) and not (
                    isinstance(parent, ast.Compare)
                ):
                    yield "speak", node.lineno
            elif name in ("click.echo", "click.secho", "click.prompt", "click.confirm", "click.style", "click.pause"):
                yield "speak", node.lineno
            elif name in ("csv.writer", "csv.DictWriter"):
                yield "table", node.lineno
        if isinstance(node, ast.Call):
            name = name_of(node.func)
            if name in ("print", "input") and not any(k.arg == "file" for k in node.keywords):
                yield "speak", node.lineno
            elif (name.endswith(WRITES) and name != "formatter.write_text") or opens_to_write(node):
                yield "file", node.lineno


@pytest.mark.slow
def test_there_is_no_other_way_out() -> None:
    rooms = {"speak": SPEAK, "table": TABLES, "file": FILES}
    found = [(str(p.relative_to(PACKAGE)), kind, line) for p in MODULES for kind, line in find_doors(p)]
    astray = [f"{place}:{line} ({kind})" for place, kind, line in found if place not in rooms[kind]]
    assert not astray, "these go past the gate"
    used = {(place, kind) for place, kind, _ in found}
    needless = [place for kind, known in rooms.items() for place in known if (place, kind) not in used]
    assert not needless, "these need no leave any more"


@pytest.mark.parametrize(("code", "kind"), [
    ("import sys\nsys.stdout.write('x')", "speak"), ("import click\nclick.echo('x')", "speak"), ("print('x')", "speak"),
    ("import csv\ncsv.writer(f)", "table"), ("p.write_text('x')", "file"), ("open(p, 'w')", "file"),
    ("p.open(mode='ab')", "file"), ("import os\nos.open(p, os.O_CREAT | os.O_RDWR)", "file"), ("f.to_csv(p)", "file"),
])  # fmt: skip
def test_a_door_is_seen(code: str, kind: str, tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(code)
    assert [k for k, _ in find_doors(tmp_path / "m.py")] == [kind]
    (tmp_path / "m.py").write_text("import sys\nsys.stdout.isatty()\nopen(p)\np.open('rb')\nx = 'print'")
    assert not list(find_doors(tmp_path / "m.py"))


HOSTILE = (
    "=1+1", "  =cmd|'/C calc'!A0", "\u200b@SUM(1)", "\uff1d1+1", "+1+cmd|x", "-2+3+cmd|' /C'", "\x1b]8;;http://x\x07link",
    "\x9b31mred", "\u202egnp.exe", "\x07bell", "caf\u00e9 \u4e94 \U0001f600", "\x00nul", "a\rb", "x\u2028y", "\ufeff=1",
)  # fmt: skip
STEERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue, a draft, and plans in which every text wants to be obeyed."""
    folder = tmp_path_factory.mktemp("hostile")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["listing_id", "title", "price", "shop", "category", "attributes", "sku_code", HOSTILE[0], HOSTILE[6]]
    )
    for n, text in enumerate(HOSTILE):
        for copy in "ab":
            row = [f"{text}-{n}{copy}", f"{text} lamp of brass {n}", "x" if n == 3 else n + 1, text, text]
            writer.writerow([*row, f"{text}={text}", text, text, text])
    (folder / "catalog.csv").write_text(out.getvalue(), "utf-8", newline="")
    (folder / "draft.csv").write_text("\n".join(out.getvalue().split("\r\n")[:2]), "utf-8", newline="")
    return folder


def ids(folder: Path) -> list[str]:
    with (folder / "catalog.csv").open(encoding="utf-8", newline="") as file:
        return [row[0] for row in csv.reader(file)][1:3]


def list_commands(folder: Path) -> list[tuple[str, ...]]:
    first, second = ids(folder)
    return [
        ("audit", "catalog.csv", "--out", "report"), ("inspect", "catalog.csv"), ("inspect", "catalog.csv", "--json"),
        ("convert", "catalog.csv", "--out", "converted.csv"), ("check", "draft.csv", "--against", "catalog.csv"),
        ("check", "draft.csv", "--against", "catalog.csv", "--json"), ("why", "catalog.csv", first, second),
        ("why", "catalog.csv", first, f"{second}x"), ("decisions",), ("decisions", "history"), ("decisions", "acts"),
        ("decide", "catalog.csv", first, second, "--as", "merge_accepted", "--reason", HOSTILE[6]),
        ("check", "draft.csv", "--against", "catalog.csv", "--claim", "job"), ("audit", f"{HOSTILE[6]}.csv"),
        ("merge", "catalog.csv", "--plans", "report/merges.json", "--all", "--out", "merged.csv"), (HOSTILE[6],),
        ("audit", "catalog.csv", "--rules", HOSTILE[7]), ("audit", "catalog.csv", "--set", HOSTILE[6]),
        ("audit", "catalog.csv", "--map", f"title={HOSTILE[6]}"), ("ledger", "verify"), ("cache",), ("formats",),
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_command_lets_a_text_be_obeyed(
    lang: str, hostile: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("catalog.csv", "draft.csv"):
        (tmp_path / name).write_bytes((hostile / name).read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUPCHECK_LEDGER", str(tmp_path / "ledger.sqlite"))
    monkeypatch.setenv("DUPCHECK_LANG", lang)
    for words in list_commands(tmp_path):
        if any("\0" in word for word in words):
            continue
        ended = run(*words)
        said = ended.out + ended.err
        assert ended.code in (0, 1, 2) and "defect" not in said, (words, said)
        assert not STEERS.search(said.replace("\x1b[0m", "")), (words, STEERS.search(said))
    tables = [p for p in tmp_path.rglob("*.csv") if p.name not in ("catalog.csv", "draft.csv")]
    assert {p.name for p in tables} >= {"pairs.csv", "groups.csv", "problems.csv", "converted.csv", "merged.csv"}
    for path in tables:
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not [cell for cell in cells if is_call(cell)], path.name
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    assert "\x1b" not in page and "\x9b" not in page


PAUSE = "\0the next one\0"
ONE_AFTER_ANOTHER = f"""
import json, os, sys
from dupcheck.cli import main
for words in json.load(sys.stdin.buffer):
    sys.argv = ["dupcheck", *words]
    try:
        main(prog_name="dupcheck")
    except SystemExit as stop:
        os.write(1, f"\\0\\0{{stop.code or 0}}".encode() + {PAUSE.encode()!r})
"""
"""The program, command after command over one pipe: sixteen times as fast as sixteen programs."""


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "cp936", "ascii", "utf-16"])
def test_a_pipe_may_speak_any_encoding(encoding: str, hostile: Path, tmp_path: Path) -> None:
    """On Windows a pipe speaks the system's own encoding: what it cannot say is replaced, and the answer stays."""
    for name in ("catalog.csv", "draft.csv"):
        (tmp_path / name).write_bytes((hostile / name).read_bytes())
    checks = ("check", "draft.csv", "--against", "catalog.csv")
    commands: Sequence[tuple[str, ...]] = (
        ("audit", "catalog.csv", "--out", "report"), ("inspect", "catalog.csv"), checks, (*checks, "--json"),
        ("convert", "catalog.csv", "--out", "c.csv"), ("why", "catalog.csv", *ids(tmp_path)), ("rules",), ("formats",),
    )  # fmt: skip
    env = {**os.environ, "PYTHONIOENCODING": encoding, "DUPCHECK_CACHE": str(tmp_path / "cache"),
           "PYTHONPATH": str(PACKAGE.parent), "DUPCHECK_LEDGER": str(tmp_path / "l.sqlite")}  # fmt: skip
    asked = [
        (*words, *(["--lang", lang] if words[0] != "rules" else [])) for lang in ("en", "zh") for words in commands
    ]
    program = ([sys.executable, "-c", ONE_AFTER_ANOTHER], [sys.executable, "-m", "dupcheck", *asked[0]])
    done, alone = (
        subprocess.run(words, cwd=tmp_path, env=env, input=json.dumps(asked), capture_output=True, encoding="latin-1",
                       check=False) for words in program
    )  # fmt: skip
    *said, rest = done.stdout.split(PAUSE)
    assert not rest and "Traceback" not in done.stderr + alone.stderr, (done, alone)
    assert (done.returncode, alone.returncode, len(said)) == (0, 0, len(asked)), done
    for words, answer in zip(asked, said, strict=True):
        text, _, code = answer.rpartition("\0\0")
        assert text and code == ("1" if words[0] == "check" else "0"), (words, answer, done.stderr)
    assert alone.stdout
