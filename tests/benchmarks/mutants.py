"""Change one thing in the code and look whether a test notices; of a sample of such changes.

    python tests/benchmarks/mutants.py [--sample 200] [--rooms judging plans exports ledger] [--seed 1] [--seconds 0]

A change is a comparison, an «and», a «not», a sign, a number or a truth value put wrong. The tests of the room run on
a copy of the project; what fails there without a change is left out. Prints each change that no test noticed, and how
many were noticed.
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
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TESTS = {
    "judging": (
        "test_contrasts", "test_candidates", "test_reports_record", "test_rules", "test_merge_plans", "test_pipeline",
    ),
    "plans": ("test_merge_plans", "test_plans", "test_decisions"),
    "exports": ("test_exports", "test_changesets", "test_templates", "test_export_golden", "test_merge_plans"),
    "ledger": ("test_ledger", "test_claims", "test_decisions"),
}  # fmt: skip
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

    def place(node: ast.expr) -> tuple[int, int]:
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


def run_tests(copy: Path, rooms_tests: tuple[str, ...], skip: list[str], seconds: float) -> tuple[bool, list[str]]:
    """Return whether all pass, and which fail."""
    files = [str(Path("tests") / f"{name}.py") for name in rooms_tests if (copy / "tests" / f"{name}.py").exists()]
    left_out = [word for name in skip for word in ("--deselect", name)]
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-m", "not slow", *left_out, *files]
    try:
        ended = subprocess.run(
            command + ([] if not skip and seconds == 0 else ["-x"]), cwd=copy, capture_output=True, text=True,
            timeout=seconds or None, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False, []
    return ended.returncode == 0, re.findall(r"^(?:FAILED|ERROR) (\S+)", ended.stdout, re.MULTILINE)


def main() -> None:
    """Print what no test noticed."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--sample", type=int, default=200)
    words.add_argument("--rooms", nargs="+", choices=list(TESTS), default=list(TESTS))
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--seconds", type=float, default=0, help="stop after so long (0: never)")
    given = words.parse_args()
    started, noticed, missed = time.monotonic(), 0, []
    changes = []
    for room in given.rooms:
        for path in sorted((PROJECT / "dupcheck" / room).rglob("*.py")):
            changes += [(room, path.relative_to(PROJECT), *change) for change in list_changes(path.read_text("utf-8"))]
    chosen = random.Random(given.seed).sample(changes, min(given.sample, len(changes)))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        hidden = shutil.ignore_patterns(".venv", ".git", "build", "__pycache__", ".*_cache", ".hypothesis")
        shutil.copytree(PROJECT, copy, ignore=hidden)
        limits: dict[str, tuple[list[str], float]] = {}
        for room in given.rooms:
            begun = time.monotonic()
            failing = run_tests(copy, TESTS[room], [], 0)[1]
            limits[room] = ([*failing, "none"], 3 * (time.monotonic() - begun) + 60)
            print(f"{room}: {len(failing)} tests fail without a change and are left out", flush=True)
        for room, path, start, end, instead in chosen:
            if given.seconds and time.monotonic() - started > given.seconds:
                break
            file = copy / path
            whole = file.read_bytes()
            file.write_bytes(whole[:start] + instead.encode() + whole[end:])
            passed, _ = run_tests(copy, TESTS[room], *limits[room])
            file.write_bytes(whole)
            noticed += not passed
            if passed:
                line = whole[:start].count(b"\n") + 1
                missed.append(f"{path}:{line}: {whole[start:end].decode()!r} → {instead!r}")
                print(missed[-1], flush=True)
    tried = noticed + len(missed)
    share = 100 * noticed / max(1, tried)
    print(f"{tried} changes of {len(changes):,} possible ones tried: {noticed} noticed ({share:.0f} %)")


if __name__ == "__main__":
    main()
