"""The examples of use from scripts do what they are said to do: they are run, with the real command."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import dupcheck
from dupcheck.ledger import open_ledger

EXAMPLES = Path(__file__).resolve().parent.parent / "docs" / "examples"
PACKAGE_ROOT = Path(dupcheck.__file__).parent.parent
ROWS = [
    {"listing_id": "A-1", "title": "Brass violin stand, foldable", "price": 9.9, "currency": "USD"},
    {"listing_id": "B-1", "title": "Oak garden ladder", "price": 59, "currency": "USD"},
]
GNOME = {"listing_id": "N-1", "title": "Ceramic garden gnome with lantern", "price": 19.5, "currency": "USD"}
COPY = {**ROWS[0], "listing_id": "N-2"}
PUBLISH = '#!/bin/sh\necho "$1" >> shop.txt\nexit "${SHOP_CODE:-0}"\n'
Shell = Callable[..., Any]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        any(shutil.which(tool) is None for tool in ("sh", "bash", "make")), reason="there is no shell or no make"
    ),
]


@pytest.fixture
def desk(tmp_path: Path, write_csv: Callable[..., Path]) -> Path:
    """A folder with a catalogue, a folder of drafts, a command that publishes, and the examples."""
    for name in ("pre-publish.sh", "Makefile"):
        shutil.copy(EXAMPLES / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for name, text in (
        ("bin/dupcheck", f'#!/bin/sh\nexec "{sys.executable}" -m dupcheck "$@"\n'),
        ("bin/python", '#!/bin/sh\necho "$@" >> installed.txt\n'),
        ("publish-listing", PUBLISH),
    ):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    write_csv(tmp_path / "catalog.csv", ROWS)
    (tmp_path / "drafts").mkdir()
    write_csv(tmp_path / "drafts" / "gnome.csv", [GNOME])
    return tmp_path


@pytest.fixture
def shell(desk: Path) -> Shell:
    def run(*words: str, **env: str) -> Any:
        return subprocess.run(
            words, cwd=desk, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
            env={**os.environ, "DUPCHECK_LEDGER": str(desk / "ledger.sqlite"), "PYTHONPATH": str(PACKAGE_ROOT),
                 "PATH": f"{desk / 'bin'}{os.pathsep}{os.environ['PATH']}", **env},
        )  # fmt: skip

    return run


def shop(desk: Path) -> list[str]:
    """What the shop was given."""
    return (desk / "shop.txt").read_text().split() if (desk / "shop.txt").exists() else []


def states(desk: Path) -> list[str]:
    with open_ledger(desk / "ledger.sqlite") as ledger:
        return [e.event for e in ledger.list_history()]


class TestShell:
    def publish(self, shell: Shell, **env: str) -> Any:
        return shell("./pre-publish.sh", "drafts/gnome.csv", "catalog.csv", "./publish-listing", "gnome", **env)

    def test_it_publishes_once(self, desk: Path, shell: Shell) -> None:
        assert self.publish(shell, PUBLISH_NAME="job-17").returncode == 0
        assert self.publish(shell, PUBLISH_NAME="job-17").returncode == 1, "the same job again"
        assert self.publish(shell).returncode == 1, "another job, the same listing"
        assert shop(desk) == ["gnome"]
        assert states(desk) == ["claimed", "published", "replayed", "refused"]

    def test_what_failed_is_given_back(self, desk: Path, shell: Shell) -> None:
        assert self.publish(shell, SHOP_CODE="7").returncode == 7
        assert states(desk) == ["claimed", "released"]

    def test_wrong_input_publishes_nothing(self, desk: Path, shell: Shell) -> None:
        told = shell("./pre-publish.sh", "drafts/absent.csv", "catalog.csv", "./publish-listing", "gnome")
        assert told.returncode == 2 and "absent.csv" in told.stderr and shop(desk) == []


class TestMake:
    def test_check_audit_and_publish(self, desk: Path, shell: Shell, write_csv: Callable[..., Path]) -> None:
        assert shell("make", "-j", "2", "publish").returncode == 0
        assert shop(desk) == ["drafts/gnome.csv"]
        again = shell("make", "publish")
        assert again.returncode == 0 and shop(desk) == ["drafts/gnome.csv"], again.stdout
        assert shell("make", "check").returncode != 0, "by now it is there"
        write_csv(desk / "drafts" / "copy.csv", [COPY])
        assert shell("make", "publish").returncode != 0
        assert shop(desk) == ["drafts/gnome.csv"]
        write_csv(desk / "catalog.csv", [*ROWS, COPY])
        assert shell("make", "audit").returncode != 0
        assert (desk / "report" / "report.html").is_file()


class TestActions:
    def workflow(self) -> dict[Any, Any]:
        whole: dict[Any, Any] = yaml.safe_load((EXAMPLES / "listings.yml").read_text("utf-8"))
        return whole

    def run_steps(self, desk: Path, shell: Shell) -> dict[str, int]:
        """Run the steps as GitHub does, until one fails; return the exit code of each."""
        job = self.workflow()["jobs"]["check"]
        env = {k: v.replace("${{ github.workspace }}", str(desk)) for k, v in job["env"].items()}
        codes: dict[str, int] = {}
        for step in job["steps"]:
            if "run" in step and not any(codes.values()):
                codes[step["name"]] = shell("bash", "-e", "-c", step["run"], **env).returncode
        return codes

    def test_it_is_a_workflow(self) -> None:
        whole = self.workflow()
        assert whole[True]["pull_request"]["paths"]  # «on» is a word for true in YAML 1.1
        steps = whole["jobs"]["check"]["steps"]
        assert all(("run" in step) != ("uses" in step) for step in steps)
        assert all("@v" in step["uses"] for step in steps if "uses" in step)

    def test_all_is_well(self, desk: Path, shell: Shell) -> None:
        codes = self.run_steps(desk, shell)
        assert len(codes) == 4 and not any(codes.values())
        assert (desk / "installed.txt").read_text() == "-m pip install tools/dupcheck-*.whl\n"
        assert (desk / "report" / "audit.json").is_file()

    def test_a_copy_fails_until_it_is_decided(
        self, desk: Path, shell: Shell, write_csv: Callable[..., Path], run: Callable[..., Any]
    ) -> None:
        (desk / "drafts" / "gnome.csv").unlink()
        write_csv(desk / "catalog.csv", [*ROWS, COPY])
        assert list(self.run_steps(desk, shell).items())[-1] == ("Does the catalogue hold duplicates?", 1)
        run("decide", desk / "catalog.csv", "A-1", "N-2", "--as", "allowed", "--ledger", desk / "kept.sqlite")
        run("decisions", "export", "--out", desk / "decisions.json", "--ledger", desk / "kept.sqlite")
        assert not any(self.run_steps(desk, shell).values())

    def test_a_draft_that_is_a_copy_fails(self, desk: Path, shell: Shell, write_csv: Callable[..., Path]) -> None:
        write_csv(desk / "drafts" / "copy.csv", [COPY])
        assert list(self.run_steps(desk, shell).items())[-1] == ("Would a draft be a duplicate?", 1)


def test_the_pages_name_every_example() -> None:
    for page in ("before-publishing.md", "before-publishing.zh-CN.md"):
        text = (EXAMPLES.parent / page).read_text("utf-8")
        assert all(f"(examples/{path.name})" in text for path in EXAMPLES.iterdir())
