"""Change one thing in the code and look whether a test notices; of a sample of such changes.

    python tests/benchmarks/mutants.py [--sample 200] [--rooms judging plans exports ledger] [--seed 1] [--near]

A change is a comparison, an «and», a «not», a sign, a number or a truth value put wrong, or a statement left out. The
tests of the room run once on a copy of the project, which tells what test runs what line and what fails without a
change; then, for each change, those that run its line, until one fails, and then the room's others: what fixtures and
caches share is run by the first that asks for it. With --near the others are left out, which is faster and, if
anything, too strict. Prints each change that no test noticed, and how many were noticed.
"""

import argparse
import ast
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from coverage import CoverageData

PROJECT = Path(__file__).resolve().parents[2]
PLANS = (
    "test_merge_plans", "test_plans", "test_plan_titles", "test_neighbours", "test_groups", "test_decisions",
    "test_changesets", "test_review",
)  # fmt: skip
TESTS = {
    "judging": (
        "test_contrasts", "test_candidates", "test_reports_record", "test_rules", "test_pipeline", "test_learning",
        "test_evasion", "test_sample_catalog", "test_stated_values", "test_words", "test_checking", "test_preferences",
        "test_alignment", "test_judging", "test_twins", "test_lifting", "test_written_values", "test_spellings",
        "test_endings", *PLANS,
    ),
    "plans": (
        *PLANS, "test_sample_catalog", "test_exports", "test_words", "test_cli", "test_learning", "test_lifting",
        "test_plan_cautions", "test_questions",
    ),
    "exports": (
        "test_export_golden", "test_templates", "test_exports", "test_changesets", "test_merge_plans",
        "test_plan_files", "test_export_parts",
    ),
    "ledger": (
        "test_ledger", "test_claims", "test_decisions", "test_review", "test_cli", "test_fuzz", "test_accounts",
        "test_runs", "test_learning", "test_reports_workbook",
    ),
}  # fmt: skip
LAYOUT = "tests/test_structure.py"
"""How the code is laid out is asked of every change: no test of these runs a line."""
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


class Tests:
    """The tests of a room on a copy of the project: which run which line, and what they say of it now."""

    def __init__(self, copy: Path, room: str) -> None:
        """Run all of them once; what fails there is left out."""
        self.copy = copy
        self.names = [f"tests/{name}.py" for name in TESTS[room] if (copy / "tests" / f"{name}.py").exists()]
        begun = time.monotonic()
        seen = ("--cov", f"dupcheck/{room}", "--cov-context", "test", "--cov-report", "")
        told = self._run("-n", "2", *seen, *self.names)[1]
        self.failing = set(re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", told, re.MULTILINE))
        self.seconds = time.monotonic() - begun + 60
        if not (copy / ".coverage").exists():
            raise SystemExit(f"the tests of {room} did not end:\n{told[-3000:]}")
        own = (copy / ".coverage").rename(copy / f"coverage-{room}")  # it is read again at each question
        self.data = CoverageData(str(own))
        self.data.read()
        self.size: Counter[str] = Counter()
        for file in self.data.measured_files():
            for names_of_line in self.data.contexts_by_lineno(file).values():
                self.size.update(names_of_line)

    def select(self, path: Path, place: int) -> list[str]:
        """Return the tests that run a line, or its file where importing runs it; those that run little first."""
        lines = self.data.contexts_by_lineno(str(self.copy / path))
        here = {c for n in list_lines((self.copy / path).read_text("utf-8"), place) for c in lines.get(n, ())}
        if "" in here:
            here |= {c for contexts in lines.values() for c in contexts}
        ordered = sorted(here - {""}, key=lambda c: (self.size[c], c))
        tests = dict.fromkeys(c.rpartition("|")[0] for c in ordered)
        return [test for test in tests if test not in self.failing]

    def pass_all(self, first: list[str], near: bool = False) -> bool:
        """Return whether all tests of the room pass; those that are named first tell soonest; ``near``: these alone."""
        if first or near:
            listed = self.copy / "chosen.txt"
            listed.write_text("\n".join([LAYOUT, *first]), "utf-8")
            if not self._run("-n", "0", "-x", f"@{listed}")[0]:
                return False
        if near:
            return True
        left_out = [word for name in sorted(self.failing) for word in ("--deselect", name)]
        return self._run("-n", "2", "-x", *left_out, *self.names)[0]

    def _run(self, *words: str) -> tuple[bool, str]:
        command = [sys.executable, "-m", "pytest", "-q", "-m", "not slow", "-p", "no:cacheprovider", *words]
        limit = getattr(self, "seconds", None)
        try:
            ended = subprocess.run(command, cwd=self.copy, capture_output=True, text=True, timeout=limit, check=False)
        except subprocess.TimeoutExpired:
            return False, ""
        return ended.returncode == 0, ended.stdout


def main() -> None:
    """Print what no test noticed."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--sample", type=int, default=200)
    words.add_argument("--rooms", nargs="+", choices=list(TESTS), default=list(TESTS))
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--seconds", type=float, default=0, help="stop after so long (0: never)")
    words.add_argument("--near", action="store_true", help="run only the tests that run the changed line")
    given = words.parse_args()
    started, noticed, missed = time.monotonic(), 0, []
    changes = []
    for room in given.rooms:
        for path in sorted((PROJECT / "dupcheck" / room).rglob("*.py")):
            changes += [(room, path.relative_to(PROJECT), *change) for change in list_changes(path.read_text("utf-8"))]
    chosen = random.Random(given.seed).sample(changes, min(given.sample, len(changes)))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        hidden = shutil.ignore_patterns(
            ".venv", ".git", "build", "__pycache__", ".*_cache", ".hypothesis", ".coverage*"
        )
        shutil.copytree(PROJECT, copy, ignore=hidden)
        tests: dict[str, Tests] = {}
        for room in given.rooms:
            tests[room] = Tests(copy, room)
            print(f"{room}: {len(tests[room].failing)} tests fail without a change and are left out", flush=True)
        for room, path, start, end, instead in chosen:
            if given.seconds and time.monotonic() - started > given.seconds:
                break
            file = copy / path
            whole = file.read_bytes()
            line = whole[:start].count(b"\n") + 1
            able = tests[room].select(path, line)
            file.write_bytes(whole[:start] + instead.encode() + whole[end:])
            passed = tests[room].pass_all(able, given.near)
            file.write_bytes(whole)
            noticed += not passed
            if passed:
                changed = f"{whole[start:end].decode()!r} → {instead!r}"
                missed.append(f"{path}:{line}: {changed} ({len(able)} tests run it)")
                print(missed[-1], flush=True)
    tried = noticed + len(missed)
    share = 100 * noticed / max(1, tried)
    print(f"{tried} changes of {len(changes):,} possible ones tried: {noticed} noticed ({share:.0f} %)")


if __name__ == "__main__":
    main()
