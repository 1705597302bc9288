"""Change one thing in the code and look whether a test notices; of a sample of such changes.

    python tests/benchmarks/mutants.py [--sample 100] [--rooms judging plans exports ledger] [--seed 1] [--limit 60]

A change is a comparison, an «and», a «not», a sign, a number or a truth value put wrong, or a statement left out. What
test runs what statement, how long it takes and what fails without a change is measured once, one file of tests after
the other, on a copy of the project whose statements tell that they were run; it is kept in build/mutants until the file
of tests or the code changes. For each change, the tests that run its statement are asked until one fails: of each file
of tests the one that is quick and runs little, then the next of each, those first whose file names the module, up to
--limit seconds of tests (and always the first twelve). A statement that importing runs is asked of the tests that run
anything in its file, or in its folder where there is nothing else to run. What no fast test noticed is asked of the
slow tests that run the statement, in the files of tests whose fast ones do or that name the module: those files are
measured when the first such change comes; what does not end within --patience seconds is not asked. Tests that run
nothing of the rooms (how the code is laid out) are not asked. Prints each change that no test noticed, and how many
were noticed, the slow tests' share apart.
The changes are tried in the order in which they were drawn, so that those before --seconds ran out are a sample as
well. Needs Linux or macOS.
"""

import argparse
import ast
import contextlib
import hashlib
import importlib
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
KEPT = PROJECT / "build" / "mutants"
ROOMS = ("judging", "plans", "exports", "ledger")
QUIETLY = ("-q", "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin", "-o", "addopts=")
FEW = 12
"""So many of the tests that run a statement are asked before the others."""
HIDDEN = shutil.ignore_patterns(".venv", ".git", "build", "__pycache__", ".*_cache", ".hypothesis", ".coverage*")
LIBRARIES = (
    "cv2", "fastapi", "hypothesis", "lxml.etree", "numpy", "openpyxl", "pandas", "PIL.Image", "scipy.sparse", "sklearn",
    "sqlalchemy", "xlsxwriter", "jinja2", "click", "pydantic", "imagehash", "_hypothesis_pytestplugin",
)  # fmt: skip
"""What the tests import, loaded once for all of them: each run is a fork of this process."""
Change = tuple[str, Path, int, int, str]
OTHER: dict[type[ast.AST], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is", ast.And: "or", ast.Or: "and",
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*",
}  # fmt: skip


def list_changes(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield each change as start, end (in bytes) and what stands there instead."""
    lines = [0]
    for line in text.encode().splitlines(keepends=True):
        lines.append(lines[-1] + len(line))

    def place(node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None and node.end_col_offset is not None
        return lines[node.lineno - 1] + node.col_offset, lines[node.end_lineno - 1] + node.end_col_offset

    def between(left: ast.expr, right: ast.expr, sign: str) -> tuple[int, int, str]:
        start, end = place(left)[1], place(right)[0]
        gap = text.encode()[start:end].decode()
        return start, end, re.sub(r"(not\s+in|is\s+not|[<>=!]=|and|or|in|is|[-+*/<>])", sign, gap, count=1)

    tree = ast.parse(text)
    spoken = {id(n) for f in ast.walk(tree) if isinstance(f, ast.JoinedStr) for n in ast.iter_child_nodes(f)}
    for node in ast.walk(tree):
        if id(node) in spoken:
            continue
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in OTHER:
            yield between(node.left, node.comparators[0], OTHER[type(node.ops[0])])
        elif isinstance(node, ast.BinOp) and type(node.op) in OTHER:
            yield between(node.left, node.right, OTHER[type(node.op)])
        elif isinstance(node, ast.BoolOp):
            yield between(node.values[0], node.values[1], OTHER[type(node.op)])
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            start, end = place(node)
            yield start, end, text.encode()[start:end].decode().removeprefix("not").lstrip()
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield (*place(node), str(not node.value))
        elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            yield (*place(node), repr(node.value + 1))
        elif isinstance(node, ast.AugAssign | ast.Continue | ast.Break) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        ):
            yield (*place(node), "pass")


def list_bodies(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yield each row of statements of a file."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            found = getattr(node, name, None)
            if isinstance(found, list):
                yield found


def make_telling(path: Path, name: str) -> None:
    """Have each statement of a file say that it is run, as ``name:line`` in a set that all files share."""
    tree = ast.parse(path.read_text("utf-8"))
    for body in list(list_bodies(tree)):
        told: list[ast.stmt] = []
        for i, one in enumerate(body):
            docstring = i == 0 and isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
            if not docstring and not (isinstance(one, ast.ImportFrom) and one.module == "__future__"):
                told += ast.parse(f"_seen.add({f'{name}:{one.lineno}'!r})").body
            told.append(one)
        body[:] = told
    first = next((i for i, one in enumerate(tree.body) if "_seen" in ast.unparse(one)), len(tree.body))
    tree.body[first:first] = ast.parse("import builtins\n_seen = builtins.__dict__.setdefault('_seen', set())").body
    path.write_text(ast.unparse(tree), "utf-8")


def find_statement(text: str, line: int) -> tuple[int, bool]:
    """Return the line on which the innermost statement of a line begins, and whether a call runs it."""
    found = line
    called = False
    for node in ast.walk(ast.parse(text)):  # from the outside to the inside
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno):
            found = node.lineno
            body = getattr(node, "body", None)
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            called |= inside and isinstance(body, list) and body[0].lineno <= line
    return found, called


class Recorder:
    """A pytest plug-in: what statements each test runs, what it takes, and whether it passes.

    What a fixture of several tests runs and takes counts for each test that asks for it.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.tests: dict[str, dict[str, Any]] = {}
        self.seen: set[str] = sys.modules["builtins"].__dict__.setdefault("_seen", set())
        self.shared: dict[Any, tuple[set[str], float]] = {}
        self.waiting = 0.0

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Any:
        """Tell apart what a shared fixture runs."""
        if fixturedef.scope == "function":
            return (yield)
        outside, begun = set(self.seen), time.monotonic()
        self.seen.clear()
        try:
            return (yield)
        finally:
            took = time.monotonic() - begun
            seen, before = self.shared.get(fixturedef, (set(), 0.0))
            self.shared[fixturedef] = seen | self.seen, before + took
            self.waiting += took
            self.seen.clear()
            self.seen.update(outside)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: Any) -> Any:
        """Note what a test runs."""
        self.seen.clear()
        self.waiting = 0.0
        found = self.tests[item.nodeid] = {"failed": False}
        begun = time.monotonic()
        answer = yield
        seconds, lines = time.monotonic() - begun - self.waiting, set(self.seen)
        shared = {}
        for fixture in (f for fixtures in item._fixtureinfo.name2fixturedefs.values() for f in fixtures):
            if fixture in self.shared:
                ran, shared[f"{fixture.baseid}::{fixture.argname}"] = self.shared[fixture]
                lines |= ran
        found |= {"seconds": round(seconds, 3), "shared": shared, "lines": sorted(lines)}
        return answer

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what fails."""
        self.tests[report.nodeid]["failed"] |= report.failed


def run_pytest(copy: Path, seconds: float, words: tuple[str, ...], kept: Path | None = None) -> bool:
    """Run tests in a fork of this process and return whether they pass; what does not end fails.

    What each test runs and takes is ``kept`` in a file.
    """
    child = os.fork()
    if not child:
        os.setsid()
        os.chdir(copy)
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # each run would load them all
        sys.dont_write_bytecode = False  # what pytest makes of a file of tests serves the next run
        sys.path.insert(0, str(copy))
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        recorder = Recorder()
        code = pytest.main([*QUIETLY, *(() if kept else ("-x",)), *words], plugins=[recorder] if kept else [])
        if kept:
            kept.write_text(json.dumps(recorder.tests), "utf-8")
        os._exit(int(code))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status == 0
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


class Tests:
    """The fast tests, and which of them run which statement of some rooms."""

    def __init__(self, project: Path, folder: Path) -> None:
        """Measure each file of tests of a project that has changed since it was measured last."""
        self.project = project
        self.running: dict[str, set[str]] = defaultdict(set)
        self.seconds: dict[str, float] = {}
        self.shared: dict[str, dict[str, float]] = {}
        self.size: dict[str, int] = {}
        self.texts = {f"tests/{p.name}": p.read_text("utf-8") for p in project.glob("tests/test_*.py")}
        self.failing: list[str] = []
        self.asked: set[str] = set()
        self.slow: set[str] = set()
        self.copy = folder / "telling"
        self.code = self._digest(
            *project.glob("dupcheck/**/*"), *project.glob("rules/**/*"),
            *(p for p in project.glob("tests/*.py") if not p.name.startswith("test_")),
        )  # fmt: skip
        KEPT.mkdir(parents=True, exist_ok=True)
        for name in sorted(self.texts):
            if not self._measure(name, "not slow", 900):
                raise SystemExit(f"{name} did not end")

    def _measure(self, file: str, kind: str, seconds: float) -> bool:
        """Measure the tests of a file, unless that was kept, and return whether they ended."""
        path = self.project / file
        stem = f"{path.stem}-{kind.replace(' ', '-')}"
        kept = KEPT / f"{stem}-{self._digest(path, words=self.code)[:24]}.json"
        if not kept.exists():
            if not self.copy.exists():
                self._copy(self.copy)
            for old in KEPT.glob(f"{stem}-*.json"):
                old.unlink()
            run_pytest(self.copy, seconds, ("-m", kind, file), kept)
        if not kept.exists():
            return False
        for name, found in json.loads(kept.read_text("utf-8")).items():
            if found["failed"]:
                self.failing.append(name)
                continue
            self.seconds[name], self.shared[name] = found["seconds"], found["shared"]
            self.size[name] = len(found["lines"])
            if kind == "slow":
                self.slow.add(name)
            for line in found["lines"]:
                self.running[line].add(name)
        return True

    def select_slow(self, path: Path, line: int, fast: list[str], limit: float, patience: float) -> list[str]:
        """Return the slow tests that run a line, of the files whose fast ones do or that name its module."""
        module = ".".join(path.with_suffix("").parts)
        files = {name.partition("::")[0] for name in fast} | {f for f, text in self.texts.items() if module in text}
        for file in sorted(files - self.asked):
            self.asked.add(file)
            if "slow" in self.texts[file]:
                self._measure(file, "slow", patience)
        return self.select(path, line, limit, slow=True)

    def _copy(self, copy: Path) -> None:
        shutil.copytree(self.project, copy, ignore=HIDDEN)
        for room in ROOMS:
            for path in (copy / "dupcheck" / room).rglob("*.py"):
                make_telling(path, str(path.relative_to(copy)))

    @staticmethod
    def _digest(*paths: Path, words: str = "") -> str:
        found = hashlib.sha256(words.encode())
        for path in sorted(p for p in paths if p.is_file() and "__pycache__" not in p.parts):
            found.update(path.read_bytes())
        return found.hexdigest()

    def select(self, path: Path, line: int, limit: float, slow: bool = False) -> list[str]:
        """Return the tests that run a line, or anything of its file where importing runs it, in the order to ask.

        They are fast, or ``slow``.
        """
        statement, called = find_statement((self.project / path).read_text("utf-8"), line)
        here = set(self.running.get(f"{path}:{statement}", ()))
        module = ".".join(path.with_suffix("").parts)
        named = {name for name in self.seconds if module in self.texts[name.partition("::")[0]]}
        if not called:
            here |= named | self._list_near(f"{path}:")
            here = here or self._list_near(f"{path.parent}/")
        turns: Counter[str] = Counter()
        ordered = []
        for name in sorted((t for t in here if (t in self.slow) == slow), key=lambda t: (self._weigh(t), t)):
            file = name.partition("::")[0]
            turns[file] += 1
            ordered.append((name not in named, turns[file], self._weigh(name), name))
        chosen: list[str] = []
        for *_, name in sorted(ordered):
            if (slow or len(chosen) >= FEW) and self.take([*chosen, name]) > limit:
                break
            chosen.append(name)
        return chosen

    def _list_near(self, place: str) -> set[str]:
        return {name for held, names in self.running.items() if held.startswith(place) for name in names}

    def _weigh(self, name: str) -> float:
        return self.size[name] * (self.seconds[name] + sum(self.shared[name].values()))

    def take(self, names: list[str]) -> float:
        """Return the seconds that tests take together: what they share is made once."""
        shared = {fixture: seconds for name in names for fixture, seconds in self.shared[name].items()}
        return sum(self.seconds[name] for name in names) + sum(shared.values())

    def pass_all(self, copy: Path, chosen: list[str]) -> bool:
        """Return whether tests pass on a copy; the first few are asked first."""
        for names in (chosen[:FEW], chosen[FEW:]):
            if names and not run_pytest(copy, 30 + 5 * self.take(names), tuple(names)):
                return False
        return True


def try_changes(
    tests: Tests, copy: Path, chosen: list[Change], limit: float, patience: float, end: float
) -> Counter[str]:
    """Try changes one after the other, print what was missed and count what came of each."""
    count: Counter[str] = Counter()
    for n, (room, path, first, last, instead) in enumerate(chosen, 1):
        if time.monotonic() > end:
            break
        whole, stat = (copy / path).read_bytes(), (copy / path).stat()
        line = whole[:first].count(b"\n") + 1
        able = tests.select(path, line, limit)
        (copy / path).write_bytes(whole[:first] + instead.encode() + whole[last:])
        os.utime(copy / path, (n, n))  # else what was compiled of a change of the same second and size would be run
        passed = tests.pass_all(copy, able)
        slow = tests.select_slow(path, line, able, limit, patience) if passed and patience else []
        told = "noticed"
        if passed and slow:
            passed, told = tests.pass_all(copy, slow), "noticed slowly"
        (copy / path).write_bytes(whole)
        os.utime(copy / path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        count[f"{room} {'missed' if passed else told}"] += 1
        if passed:
            asked = f"{len(able)} fast and {len(slow)} slow tests asked"
            print(f"{path}:{line}: {whole[first:last].decode()!r} → {instead!r} ({asked})", flush=True)
    return count


def main() -> None:
    """Print what no test noticed."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--sample", type=int, default=100)
    words.add_argument("--rooms", nargs="+", choices=ROOMS, default=ROOMS)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--limit", type=float, default=60, help="so many seconds of tests for a change")
    words.add_argument("--patience", type=float, default=300, help="what a file's slow tests may take; 0: none")
    words.add_argument("--seconds", type=float, default=1e9, help="try no further change after so long")
    given = words.parse_args()
    changes: list[Change] = []
    for room in given.rooms:
        for path in sorted((PROJECT / "dupcheck" / room).rglob("*.py")):
            changes += [(room, path.relative_to(PROJECT), *change) for change in list_changes(path.read_text("utf-8"))]
    chosen = random.Random(given.seed).sample(changes, min(given.sample, len(changes)))
    for name in LIBRARIES:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        shutil.copytree(PROJECT, copy, ignore=HIDDEN)
        begun = time.monotonic()
        tests = Tests(copy, Path(folder))
        print(f"{len(tests.seconds):,} tests measured in {time.monotonic() - begun:.0f} s; ", end="")
        print(f"{len(tests.failing)} fail without a change and are left out: {sorted(tests.failing)}", flush=True)
        begun = time.monotonic()
        count = try_changes(tests, copy, chosen, given.limit, given.patience, begun + given.seconds)
    noticed = 0
    for room in given.rooms:
        quickly, slowly, missed = (count[f"{room} {told}"] for told in ("noticed", "noticed slowly", "missed"))
        print(f"{room}: {quickly + slowly} of {quickly + slowly + missed} noticed, {slowly} by slow tests only")
        noticed += quickly + slowly
    share = 100 * noticed / max(1, count.total())
    print(f"{count.total()} changes of {len(changes):,} possible ones tried", end=" ")
    print(f"in {time.monotonic() - begun:.0f} s: {noticed} noticed ({share:.0f} %)")


if __name__ == "__main__":
    main()
