"""Change one thing in the code and look whether a test notices; of a sample of such changes.

    python tests/benchmarks/mutants.py [--sample 200] [--rooms judging plans exports ledger] [--seed 1] [--near]

A change is a comparison, an «and», a «not», a sign, a number or a truth value put wrong, or a statement left out. The
tests of the rooms run once on a copy of the project, which tells what test runs what line and what fails without a
change; then, for each change, those that run its line, until one fails, and then the others of its room: what fixtures
and caches share is run by the first that asks for it. With --near the others are left out, which is faster and, if
anything, too strict. Prints each change that no test noticed, and how many were noticed. The changes are tried in the
order in which they were drawn, so that those before --seconds ran out are a sample as well. Needs Linux or macOS.
"""

import argparse
import ast
import contextlib
import importlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from coverage import CoverageData

PROJECT = Path(__file__).resolve().parents[2]
PLANS = (
    "test_merge_plans", "test_plans", "test_plan_titles", "test_neighbours", "test_groups", "test_decisions",
    "test_changesets", "test_review", "test_plan_edges", "test_plan_tiers",
)  # fmt: skip
TESTS = {
    "judging": (
        "test_contrasts", "test_candidates", "test_reports_record", "test_rules", "test_pipeline", "test_learning",
        "test_evasion", "test_sample_catalog", "test_stated_values", "test_words", "test_checking", "test_preferences",
        "test_alignment", "test_judging", "test_twins", "test_lifting", "test_written_values", "test_spellings",
        "test_endings", "test_quotations", "test_background", *PLANS,
    ),
    "plans": (
        *PLANS, "test_sample_catalog", "test_exports", "test_words", "test_cli", "test_learning", "test_lifting",
        "test_plan_cautions", "test_questions",
    ),
    "exports": (
        "test_export_golden", "test_templates", "test_exports", "test_changesets", "test_merge_plans",
        "test_plan_files", "test_export_parts", "test_export_fields",
    ),
    "ledger": (
        "test_ledger", "test_claims", "test_decisions", "test_review", "test_cli", "test_fuzz", "test_accounts",
        "test_runs", "test_learning", "test_reports_workbook", "test_seal", "test_work",
    ),
}  # fmt: skip
QUIETLY = ("-q", "-m", "not slow", "-p", "no:cacheprovider")
FEW = 12
"""So many of the tests that run a line are asked before the others."""
HIDDEN = shutil.ignore_patterns(".venv", ".git", "build", "__pycache__", ".*_cache", ".hypothesis", ".coverage*")
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


def list_lines(text: str, place: int) -> range:
    """Return the lines of the statement that a line is of, or of its head."""
    found = range(place, place + 1)
    for node in ast.walk(ast.parse(text)):  # from the outside to the inside
        if isinstance(node, ast.stmt) and node.lineno <= place <= (node.end_lineno or node.lineno):
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if isinstance(body, list) and body[0].lineno > place else node.end_lineno
            found = range(node.lineno, max(end or place, place) + 1)
    return found


LIBRARIES = (
    "cv2", "fastapi", "hypothesis", "lxml.etree", "numpy", "openpyxl", "pandas", "PIL.Image", "pytest", "scipy.sparse",
    "sklearn", "sqlalchemy", "xlsxwriter",
)  # fmt: skip
"""What tests import, loaded once for all of them: each change is tried in a fork of this process."""


class Tests:
    """The tests of some rooms: which run which line of the first copy, and what they say of any copy now."""

    def __init__(self, copy: Path, rooms: list[str]) -> None:
        """Run all of them once; what fails there is left out."""
        self.copy = copy
        self.names = {
            room: [f"tests/{name}.py" for name in TESTS[room] if (copy / "tests" / f"{name}.py").exists()]
            for room in rooms
        }
        everything = list(dict.fromkeys(name for names in self.names.values() for name in names))
        seen = [word for room in rooms for word in ("--cov", f"dupcheck/{room}")]
        command = [sys.executable, "-m", "pytest", *QUIETLY, "-n", "2", *seen, "--cov-context", "test", "--cov-report="]
        begun = time.monotonic()
        told = subprocess.run([*command, *everything], cwd=copy, capture_output=True, text=True, check=False).stdout
        self.seconds = time.monotonic() - begun
        self.failing = set(re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", told, re.MULTILINE))
        if not (copy / ".coverage").exists():
            raise SystemExit(f"the tests did not end:\n{told[-3000:]}")
        self.lines: dict[str, dict[int, list[str]]] = {}
        self.size: Counter[str] = Counter()
        data = CoverageData(str(copy / ".coverage"))
        data.read()
        for file in data.measured_files():
            lines = self.lines[str(Path(file).relative_to(copy))] = data.contexts_by_lineno(file)
            for names_of_line in lines.values():
                self.size.update(names_of_line)

    def select(self, path: Path, place: int) -> list[str]:
        """Return the tests that run a line, or its file where importing runs it; those that run little first.

        Of a file that holds nothing but what importing runs, these are all tests of its room.
        """
        lines = self.lines.get(str(path), {})
        here = {c for n in list_lines((PROJECT / path).read_text("utf-8"), place) for c in lines.get(n, ())}
        if "" in here:
            here |= {c for contexts in lines.values() for c in contexts}
        ordered = sorted(here - {""}, key=lambda c: (self.size[c], c))
        tests = dict.fromkeys(c.rpartition("|")[0] for c in ordered)
        return [t for t in tests if t not in self.failing] if ordered or "" not in here else self.names[path.parts[1]]

    def pass_all(self, copy: Path, room: str, first: list[str], near: bool) -> bool:
        """Return whether all tests of the room pass; those that are named first tell soonest; ``near``: these alone.

        How the code is laid out is asked of every change: no test of that runs a line.
        """
        left_out = [word for name in sorted(self.failing) for word in ("--deselect", name)]
        few, rest = first[:FEW], first[FEW:]
        return (
            (not few or self._pass(copy, *few))
            and (not rest or self._pass(copy, *rest))
            and self._pass(copy, "tests/test_structure.py")
            and (near or self._pass(copy, *left_out, *self.names[room]))
        )

    def _pass(self, copy: Path, *words: str) -> bool:
        """Run tests in a fork of this process; what does not end fails."""
        child = os.fork()
        if not child:
            os.setsid()
            os.chdir(copy)
            sys.path.insert(0, str(copy))
            nowhere = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(nowhere, stream)
            os._exit(int(pytest.main([*QUIETLY, "-n", "0", "-x", *words])))
        end = time.monotonic() + 60 + self.seconds
        while time.monotonic() < end:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return status == 0
            time.sleep(0.05)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return False


def try_changes(tests: Tests, copy: Path, chosen: list[Change], near: bool, end: float, told: Path) -> None:
    """Try changes one after the other; a line each of what came of it."""
    for room, path, first, last, instead in chosen:
        if time.monotonic() > end:
            break
        whole = (copy / path).read_bytes()
        line = whole[:first].count(b"\n") + 1
        able = tests.select(path, line)
        (copy / path).write_bytes(whole[:first] + instead.encode() + whole[last:])
        passed = tests.pass_all(copy, room, able, near)
        (copy / path).write_bytes(whole)
        with told.open("a", encoding="utf-8") as file:
            file.write(f"{room} {'missed' if passed else 'noticed'}\n")
        if passed:
            print(f"{path}:{line}: {whole[first:last].decode()!r} → {instead!r} ({len(able)} tests run it)", flush=True)


def main() -> None:
    """Print what no test noticed."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--sample", type=int, default=200)
    words.add_argument("--rooms", nargs="+", choices=list(TESTS), default=list(TESTS))
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--seconds", type=float, default=1e9, help="try no further change after so long")
    words.add_argument("--near", action="store_true", help="run only the tests that run the changed line")
    words.add_argument("--jobs", type=int, default=1, help="how many changes are tried at a time")
    given = words.parse_args()
    end = time.monotonic() + given.seconds
    changes: list[Change] = []
    for room in given.rooms:
        for path in sorted((PROJECT / "dupcheck" / room).rglob("*.py")):
            changes += [(room, path.relative_to(PROJECT), *change) for change in list_changes(path.read_text("utf-8"))]
    chosen = random.Random(given.seed).sample(changes, min(given.sample, len(changes)))
    with tempfile.TemporaryDirectory() as folder:
        copies = [Path(folder) / str(n) / "project" for n in range(given.jobs)]
        for copy in copies:
            shutil.copytree(PROJECT, copy, ignore=HIDDEN)
        tests = Tests(copies[0], given.rooms)
        print(f"{len(tests.failing)} tests fail without a change and are left out: {sorted(tests.failing)}", flush=True)
        for name in LIBRARIES:
            importlib.import_module(name)
        told = [copy.parent / "told.txt" for copy in copies]
        workers = []
        for n, copy in enumerate(copies):
            worker = os.fork()
            if not worker:
                try_changes(tests, copy, chosen[n :: given.jobs], given.near, end, told[n])
                os._exit(0)
            workers.append(worker)
        for worker in workers:
            os.waitpid(worker, 0)
        count = Counter(line for file in told if file.exists() for line in file.read_text("utf-8").splitlines())
    for room in given.rooms:
        noticed, missed = count[f"{room} noticed"], count[f"{room} missed"]
        print(f"{room}: {noticed} of {noticed + missed} noticed")
    noticed = sum(count[f"{room} noticed"] for room in given.rooms)
    share = 100 * noticed / max(1, count.total())
    print(f"{count.total()} changes of {len(changes):,} possible ones tried: {noticed} noticed ({share:.0f} %)")


if __name__ == "__main__":
    main()
