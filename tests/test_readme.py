"""The documentation is true: commands and Python run, tables name what there is, in both languages alike."""

import csv
import io
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

import dupcheck as dc
from dupcheck.catalog.assembly import CANONICAL, REQUIRED
from dupcheck.cli import main
from dupcheck.signals import SIGNALS

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh-CN.md")
GUIDES = ("docs/before-publishing.md", "docs/before-publishing.zh-CN.md")
SERVING = ("docs/serving.md", "docs/serving.zh-CN.md")
PAIRS = [(f"docs/tutorials/{name}.md", f"docs/tutorials/{name}.zh-CN.md") for name in ("seller", "analyst")]
SAMPLE = ROOT / "sample_catalog"
FENCE = re.compile(r"^```(\S*)[ ]?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Command:
    """A command of a console block, what it is said to print, and its exit code."""

    line: str
    shown: tuple[str, ...]
    code: int


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(text: str, kind: str) -> list[tuple[str, str]]:
    """Return the (file name, content) of every fenced block of one kind."""
    return [(name, body) for found, name, body in FENCE.findall(text) if found == kind]


def commands(text: str) -> list[Command]:
    found: list[Command] = []
    for _, body in blocks(text, "console"):
        for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
            line, *rest = part.splitlines()
            codes = [int(r.removeprefix("# exit code ")) for r in rest if r.startswith("# exit code ")]
            shown = tuple(r for r in rest if r and not r.startswith("# exit code "))
            found.append(Command(line, shown, codes[0] if codes else 0))
    return found


def table(text: str, first: str) -> list[list[str]]:
    """Return the body rows of the table whose first column is called ``first``."""
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    start = next(i for i, row in enumerate(rows) if row[0] == first) + 2
    body: list[list[str]] = []
    for row in rows[start:]:
        if not row[0] or len(row) != len(rows[start - 2]) or not re.fullmatch(r"`[^`]+`|[RL]\d", row[0]):
            break
        body.append(row)
    return body


def names(text: str, first: str) -> list[str]:
    return [row[0].strip("`") for row in table(text, first)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the reader of the README has it: the sample catalogue, and the files it tells one to save."""
    shutil.copytree(SAMPLE, tmp_path / "sample_catalog")
    for kind in ("csv", "toml"):
        for name, body in blocks(read("README.md"), kind):
            (tmp_path / name).write_text(body, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUPCHECK_LEDGER", str(tmp_path / "own-ledger.sqlite"))
    return tmp_path


@pytest.fixture
def execute(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[str], str]]:
    """Run a line that starts with «dupcheck» and return what it printed; the exit code is the attribute ``code``."""

    def call(line: str) -> str:
        monkeypatch.setattr(sys, "argv", line.split())
        monkeypatch.setattr(sys, "stdin", io.StringIO())  # nobody types anything
        capsys.readouterr()
        try:
            main(prog_name="dupcheck")
        except SystemExit as stop:
            call.code = stop.code or 0  # type: ignore[attr-defined]
        else:
            call.code = 0  # type: ignore[attr-defined]
        printed = capsys.readouterr()
        return printed.out + printed.err

    yield call


def appears(shown: tuple[str, ...], printed: str) -> str:
    """Return the first shown line that was not printed in its place; «…» stands for any text."""
    lines = iter(printed.splitlines())
    for wanted in shown:
        if wanted == "…":
            continue
        pattern = ".*".join(re.escape(part) for part in wanted.split("…"))
        if not any(re.fullmatch(pattern, line) for line in lines):
            return wanted
    return ""


CONTEXT = click.Context(main)
COMMANDS = {name: c for name in main.list_commands(CONTEXT) if (c := main.get_command(CONTEXT, name)) is not None}


class TestCommands:
    @pytest.mark.slow
    def test_every_console_example_does_what_it_shows(self, desk: Path, execute: Callable[[str], str]) -> None:
        ran = commands(read("README.md"))
        assert len(ran) >= 10
        for command in ran:
            assert command.line.startswith("dupcheck "), command.line
            printed = execute(command.line)
            assert execute.code == command.code, f"{command.line}\n{printed}"  # type: ignore[attr-defined]
            assert not (lost := appears(command.shown, printed)), f"{command.line} does not print: {lost}\n{printed}"

    def test_the_check_notices_what_is_not_printed(self) -> None:
        assert appears(("b",), "a\nc") == "b"
        assert appears(("b", "a"), "a\nb") == "a"
        assert appears(("Checked … listings", "…", "end"), "Checked 69 listings\nx\nend") == ""

    def test_each_command_is_shown(self) -> None:
        shown = " ".join(c.line for c in commands(read("README.md")))
        assert all(f"dupcheck {name} " in f"{shown} " for name in COMMANDS)

    @pytest.mark.parametrize("readme", [*READMES, *GUIDES, *SERVING])
    def test_options_exist(self, readme: str) -> None:
        known = {o for command in COMMANDS.values() for p in command.params for o in p.opts}
        known |= {"--help", "--rm"}  # every command's, and Docker's
        for group in ("rules", "decisions", "cache"):
            below = COMMANDS[group]
            assert isinstance(below, click.Group)
            known |= {o for c in below.commands.values() for p in c.params for o in p.opts}
        named = set(re.findall(r"(?<![-\w])--[a-z][a-z-]*", read(readme)))
        assert named and named <= known

    def test_setup_is_two_commands_and_ci_uses_the_second(self) -> None:
        first, second = (body.strip() for _, body in blocks(read("README.md"), "sh"))
        assert first.endswith("dupcheck audit sample_catalog/catalog.csv")
        assert second.endswith("pytest")
        assert second in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


class TestPython:
    def test_every_python_example_runs(self, desk: Path) -> None:
        found = blocks(read("README.md"), "python")
        assert len(found) >= 2
        for _, code in found:
            exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
        assert (desk / "report" / "audit.json").is_file()

    def test_the_package_names_its_words(self) -> None:
        used = set(re.findall(r"\bdc\.(\w+)", read("README.md")))
        assert used and used <= set(dc.__all__)


@pytest.mark.parametrize(("readme", "column", "signal", "file"), [
    ("README.md", "column", "signal", "file"), ("README.zh-CN.md", "列", "信号", "文件"),
])  # fmt: skip
class TestTables:
    def test_columns(self, readme: str, column: str, signal: str, file: str) -> None:
        listed = names(read(readme), column)
        assert sorted(listed) == sorted(CANONICAL)
        assert listed[: len(REQUIRED)] == list(REQUIRED)

    def test_signals_and_their_units(self, readme: str, column: str, signal: str, file: str) -> None:
        listed = [(row[0].strip("`"), row[2]) for row in table(read(readme), signal)]
        assert listed == [(s.name, s.unit) for s in SIGNALS]

    def test_report_files(self, readme: str, column: str, signal: str, file: str, sample_audit: dc.Audit,
                          tmp_path: Path) -> None:  # fmt: skip
        saved = sample_audit.save(tmp_path / "report")
        assert sorted(names(read(readme), file)) == sorted(path.name for path in saved)

    def test_packs(self, readme: str, column: str, signal: str, file: str) -> None:
        assert names(read(readme), "pack" if readme == "README.md" else "规则包") == list(dc.list_packs())

    def test_extras(self, readme: str, column: str, signal: str, file: str) -> None:
        extras = tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"]
        ours = {"benchmark", "dev", "docs", "test"}  # who works on dupcheck reads of them in CONTRIBUTING
        assert set(names(read(readme), "extra" if readme == "README.md" else "附加组件")) == set(extras) - ours

    def test_rules(self, readme: str, column: str, signal: str, file: str) -> None:
        heading = "code" if readme == "README.md" else "编号"
        assert names(read(readme), heading) == [rule.code for rule in dc.read_pack("aliexpress").rules]


class TestLanguages:
    @pytest.mark.parametrize("kind", ["sh", "bat", "console", "csv", "toml"])
    def test_same_blocks(self, kind: str) -> None:
        english, chinese = (blocks(read(name), kind) for name in READMES)
        assert english and english == chinese

    def test_same_python_but_for_comments(self) -> None:
        english, chinese = ([re.sub(r"\s*#.*", "", body) for _, body in blocks(read(n), "python")] for n in READMES)
        assert english == chinese

    @pytest.mark.parametrize("pages", [READMES, GUIDES, SERVING, *PAIRS])
    def test_same_structure(self, pages: tuple[str, str]) -> None:
        english, chinese = (re.findall(r"^#+ |^\| `[^`]+`|^- ", read(name), re.MULTILINE) for name in pages)
        assert english and english == chinese


def test_links_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "tests" / "benchmarks" / "README.md"]
    assert len(pages) > 30
    for page in pages:
        links = re.findall(r"\]\((?!https?://)([^)#]+)[^)]*\)", page.read_text("utf-8"))
        assert [link for link in links if not page.parent.joinpath(link).exists()] == [], page


@pytest.mark.parametrize("body", [body for _, body in blocks(read("README.md"), "csv")])
def test_drafts_of_the_readme_are_not_in_the_sample(body: str) -> None:
    with (SAMPLE / "catalog.csv").open(encoding="utf-8", newline="") as file:
        known = {row["listing_id"] for row in csv.DictReader(file)}
    assert {row["listing_id"] for row in csv.DictReader(body.splitlines())}.isdisjoint(known)


def test_the_phone_cases_get_advice_as_the_readme_says(sample_audit: dc.Audit) -> None:
    assert all("A-181" in read(name) and "A-182" in read(name) for name in READMES)
    pair = sample_audit.pairs.query("listing_a == 'A-181' and listing_b == 'A-182'")
    assert pair["verdict"].tolist() == ["advice"]
    assert not sample_audit.groups["listing_id"].isin(["A-181", "A-182"]).any()
