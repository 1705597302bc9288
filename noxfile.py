"""The tasks of whoever works on dupcheck; ``nox -l`` lists them.

They run in the environment that nox itself is in, so that one ``pip install -e '.[dev]'`` is all the setting up.
"""

import random
import shutil
import subprocess
import sys
from pathlib import Path

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "fast"]

BUILD = Path("build")
HERE = Path(sys.executable).parent
FUZZED = "sold_twice or schemathesis or killed or clock or full_disk or database or processes or servers or whole_shops"
"""Tests of kills, clocks, lost databases, several servers, generated requests, and of all shops there are."""


def call(session: nox.Session, *command: str) -> None:
    """Run a program of the environment that nox is in."""
    program = HERE / command[0]
    session.run(str(program) if program.exists() else command[0], *command[1:], external=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Style and spelling."""
    call(session, "ruff", "check", ".")
    call(session, "ruff", "format", "--check", ".")
    call(session, "typos")


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly."""
    call(session, "mypy")


@nox.session
def fast(session: nox.Session) -> None:
    """The fast tests."""
    call(session, "pytest", "-n", "2", "-m", "not slow", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """All tests in random order, with branch coverage in build/coverage."""
    cover = ("--cov", "--cov-report=term:skip-covered", f"--cov-report=html:{BUILD / 'coverage'}")
    call(session, "pytest", "-o", "addopts=-q --strict-markers", "-n", "2", *cover, *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation site, in build/site; a dead link fails. ``nox -s docs -- serve`` shows it as it is written."""
    given = session.posargs or ["build", "--strict", "--site-dir", str(BUILD / "site")]
    call(session, "mkdocs", *given)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Bad days, long: spoiled files, odd options, kills, full disks, clocks, lost databases, two servers, odd requests.

    ``nox -s fuzz -- 500 17``: so many examples a test, and the seed; without one, other seeds than last time.
    """
    given = session.posargs
    examples = given[0] if given else "200"
    seed = given[1] if len(given) > 1 else str(random.randrange(1 << 30))
    session.log("the seed is %s", seed)
    session.env["DUPCHECK_FUZZ"] = examples
    call(session, "pytest", "-n", "2", "tests/test_fuzz.py", f"--hypothesis-seed={seed}")
    call(session, "pytest", "-n", "2", "-m", "hypothesis", f"--hypothesis-seed={seed}", "--ignore=tests/test_fuzz.py")
    call(session, "pytest", "-n", "2", "tests", "-k", FUZZED, f"--hypothesis-seed={seed}")
    call(session, "python", "tests/benchmarks/attacks.py")


@nox.session
def spark(session: nox.Session) -> None:
    """The whole way on Spark, with an executor that is killed: needs the extra ``spark`` and Java 17."""
    call(session, "pytest", "-n", "1", "tests/test_spark.py")


@nox.session
def benchmarks(session: nox.Session) -> None:
    """What is right, and how fast, on the sample and on an invented catalogue."""
    call(session, "python", "tests/benchmarks/groups.py", "sample_catalog")
    call(session, "python", "tests/benchmarks/speed.py", "20000", "--runs", "1")


@nox.session
def lowest(session: nox.Session) -> None:
    """The fast tests with the oldest libraries that pyproject.toml allows."""
    place = BUILD / "lowest"
    call(session, "uv", "venv", "--quiet", "--clear", "--python", sys.executable, str(place))
    python = str(place / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    oldest = ("--resolution", "lowest-direct")
    call(session, "uv", "pip", "install", "--quiet", "--python", python, *oldest, "-e", ".[test]")
    session.run(python, "-m", "pytest", "-n", "2", "-m", "not slow", *session.posargs, external=True)


@nox.session
def mutants(session: nox.Session) -> None:
    """Change a sample of lines, one at a time, and look whether a test notices."""
    call(session, "python", "tests/benchmarks/mutants.py", *session.posargs)


@nox.session
def licences(session: nox.Session) -> None:
    """The licences of all that is installed, and a software bill of materials."""
    BUILD.mkdir(exist_ok=True)
    call(session, "pip-licenses", "--format=markdown", "--with-urls", f"--output-file={BUILD / 'licences.md'}")
    call(session, "cyclonedx-py", "environment", "--pyproject", "pyproject.toml", "-o", str(BUILD / "sbom.json"))


@nox.session
def image(session: nox.Session) -> None:
    """The container image: built, and the sample checked in it."""
    if shutil.which("docker") is None or subprocess.run(["docker", "info"], capture_output=True).returncode:
        session.skip("Docker is not installed, or its daemon does not run")
    session.run("docker", "build", "--tag", "dupcheck", ".", external=True)
    sample = "dupcheck sample /tmp/shop && dupcheck audit /tmp/shop/catalog.csv --out /tmp/report && dupcheck --version"
    session.run("docker", "run", "--rm", "--entrypoint", "sh", "dupcheck", "-c", sample, external=True)
    session.run("docker", "image", "inspect", "--format", "{{.Size}}", "dupcheck", external=True)


@nox.session
def lock(session: nox.Session) -> None:
    """Write dev.lock anew: one version of everything, for every system and Python."""
    plain = ("--no-emit-index-url", "--no-annotate", "--no-header", "--upgrade", "--quiet")
    call(session, "uv", "pip", "compile", "--universal", "--all-extras", *plain, "-o", "dev.lock", "pyproject.toml")
