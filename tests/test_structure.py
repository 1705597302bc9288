"""How the code is laid out: imports point one way, modules are nouns, and the rule packs are found wherever it runs."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import dupcheck
from dupcheck.packs import list_packs, packs_folder

PACKAGE = Path(dupcheck.__file__).parent
PROJECT = PACKAGE.parent
LAYERS = (
    {"messages", "packs", "marketplaces"},
    {"errors", "model", "run"},
    {"sample"},
    {"files"},
    {"axes", "pack_files"},
    {"titles", "photos"},
    {"catalog"},
    {"learned"},
    {"features"},
    {"signals"},
    {"rules"},
    {"limits"},
    {"index"},
    {"judging"},
    {"decisions", "revisions"},
    {"groups"},
    {"teaching"},
    {"plans"},
    {"exports", "reports", "ledger"},
    {"pipeline", "checking", "spark"},
    {"evaluation", "asking"},
    {"serve"},
    {"cli"},
    {"", "__main__"},
)
LAYER = {name: depth for depth, names in enumerate(LAYERS) for name in names}
MODULES = sorted(PACKAGE.rglob("*.py"))


def unit(path: Path) -> str:
    """The part of the house a file belongs to: a module or folder just below the package; "" for its front door."""
    first = path.relative_to(PACKAGE).parts[0]
    return "" if first == "__init__.py" else first.removesuffix(".py")


def typing_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imports(node: ast.AST, depth: int = 0) -> Iterator[tuple[str, bool]]:
    """Every import of a file, and whether it waits inside a function."""
    for child in ast.iter_child_nodes(node):
        if typing_only(child):
            continue
        if isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute"
            yield str(child.module), depth > 0
        elif isinstance(child, ast.Import):
            yield from ((alias.name, depth > 0) for alias in child.names)
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from imports(child, depth + inside)


@cache
def tree(path: Path) -> ast.Module:
    """A module of the package, parsed once for all the tests that read it."""
    return ast.parse(path.read_text("utf-8"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All that stands in a module of the package, walked through once for all the tests that look at it."""
    return tuple(ast.walk(tree(path)))


def test_imports_point_one_way() -> None:
    homeless = {unit(path) for path in MODULES} - set(LAYER)
    assert not homeless, f"{homeless} have no place among the layers"
    for path in MODULES:
        here = unit(path)
        for module, _ in imports(tree(path)):
            if module.split(".")[0] != "dupcheck":
                continue
            there = module.partition(".")[2].partition(".")[0]
            assert there == here or LAYER[there] < LAYER[here], f"{path.relative_to(PACKAGE)} imports {module}"


@pytest.mark.slow
def test_spark_is_imported_only_when_asked_for() -> None:
    for path in MODULES:
        for module, inside in imports(tree(path)):
            if module.split(".")[0] == "pyspark" or module == "dupcheck.spark":
                assert inside, f"{path.name} imports {module} at once"
    code = "import sys, dupcheck, dupcheck.cli; print(sorted(m for m in sys.modules if 'spark' in m))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert shown.stdout.strip() == "[]"


def test_a_module_says_what_it_is_and_no_function_has_its_name() -> None:
    for path in MODULES:
        module, place = tree(path), str(path.relative_to(PACKAGE))
        docstring = ast.get_docstring(module)
        assert docstring and len(docstring) > 10, place
        name = path.parent.name if path.name == "__init__.py" else path.stem
        functions = {n.name for n in module.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name not in functions, place


BUILDERS = {
    "catalog/documents.py", "catalog/headers.py", "catalog/variants.py", "catalog/assembly.py", "plans/parts.py",
    "ledger/chain.py", "ledger/journal.py", "titles/vocabulary.py",
}  # fmt: skip
"""Modules with a record that is filled step by step, and handed on when it is whole."""


def test_records_never_change_once_they_are_made() -> None:
    loose = set()
    for path in MODULES:
        for node in nodes(path):
            for made in node.decorator_list if isinstance(node, ast.ClassDef) else ():
                call = made.func if isinstance(made, ast.Call) else made
                given = {k.arg: ast.unparse(k.value) for k in made.keywords} if isinstance(made, ast.Call) else {}
                if isinstance(call, ast.Name) and call.id == "dataclass":
                    assert given.get("slots", "True") == "True", f"{path}: {node}"
                    if given.get("frozen") != "True":
                        loose.add(path.relative_to(PACKAGE).as_posix())
    assert loose == BUILDERS


def test_the_front_door_names_what_is_there_and_defines_nothing() -> None:
    assert all(hasattr(dupcheck, name) for name in dupcheck.__all__)
    assert list(dupcheck.__all__) == sorted(dupcheck.__all__)
    body = tree(PACKAGE / "__init__.py").body
    # what is there is found by the two functions that Python itself looks for
    assert [n.name for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef)] == ["__getattr__", "__dir__"]


def test_the_checkout_finds_the_rules_beside_the_package() -> None:
    if not (PROJECT / "rules").is_dir():
        pytest.skip("dupcheck is installed from a wheel")
    assert packs_folder() == PROJECT / "rules"
    assert "aliexpress" in list_packs()
    assert set(list_packs()) == {p.stem for p in (PROJECT / "rules").glob("*.toml")}


@pytest.mark.slow
def test_a_wheel_carries_everything_and_finds_its_rules(tmp_path: Path) -> None:
    if not (PROJECT / "pyproject.toml").is_file() or importlib.util.find_spec("hatchling") is None:
        pytest.skip("the wheel cannot be built here")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    site = tmp_path / "site"
    data = [p for p in PACKAGE.rglob("*") if p.suffix in (".toml", ".html", ".css", ".js", ".py", ".typed")]
    missing = [str(p.relative_to(PACKAGE)) for p in data if not (site / "dupcheck" / p.relative_to(PACKAGE)).is_file()]
    assert not missing
    code = (
        "import dupcheck, dupcheck.rules as r, dupcheck.packs as p\n"
        "print(dupcheck.__file__, p.packs_folder(), ' '.join(p.list_packs()), sep='\\n')\n"
        "print(*r.read_pack('aliexpress').signals)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(site)},
    ).stdout.splitlines()  # fmt: skip
    assert Path(shown[0]).is_relative_to(site)
    assert Path(shown[1]).is_relative_to(site)
    assert shown[2].split() == sorted(p.stem for p in (PROJECT / "rules").glob("*.toml"))
    assert "image" in shown[3]


def test_the_lock_file_holds_whatever_the_project_asks_for() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    locked = {
        line.partition("==")[0] for line in (PROJECT / "dev.lock").read_text("utf-8").splitlines() if "==" in line
    }
    names = {re.split(r"[\[<>=~! ]", text)[0].lower().replace("_", "-") for text in asked} - {project["name"]}
    assert names <= locked, "nox -s lock"
