"""Fixtures that many tests share: a photo cache of their own, the sample catalogue, small catalogues, the command."""

import compileall
import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from ledger_fixtures import ledger_url, new_ledger, own_ledger, postgresql  # noqa: F401 - fixtures
from PIL import Image, ImageDraw, ImageFilter
from ready_commands import end_with_parent
from small_files import Put

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.cli import main
from dupcheck.features import Features, make_features
from dupcheck.model import Catalog, Listing
from dupcheck.photos.reading import read_photos

# The suite answers alike every time, and asks no test to be fast; `nox -s fuzz` looks for what nobody has met, with a
# seed that it names.
settings.register_profile("suite", derandomize="DUPCHECK_FUZZ" not in os.environ, deadline=None)
settings.load_profile("suite")

PROJECT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """Compile the program once, as an installer does, for all the processes that tests start.

    What pytest makes of the tests themselves is kept as well: else each worker makes it anew, every time.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(PROJECT / "dupcheck", quiet=2)


Row = Mapping[str, Any] | str


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write a small file into the test's own folder."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test reads or writes the photo cache, or the file formats, of whoever runs it."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUPCHECK_CACHE", str(folder))
        patch.setenv("DUPCHECK_LANG", "en")  # whatever the machine speaks
        patch.setenv("DUPCHECK_FORMATS", str(tmp_path_factory.mktemp("formats")))
        yield folder


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_works() -> Iterator[None]:
    """What a script runs in the background begins with Ctrl-C ignored, and so do its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def sample_folder() -> Path:
    return PROJECT / "sample_catalog"


@pytest.fixture(scope="session")
def sample(sample_folder: Path) -> Catalog:
    return dc.read_catalog(sample_folder / "catalog.csv")


@pytest.fixture(scope="session")
def sample_audit(sample: Catalog, tmp_path_factory: pytest.TempPathFactory) -> dc.Audit:
    return dc.audit(sample, cache=tmp_path_factory.mktemp("sample"))  # measured here, whoever was there before


@pytest.fixture(scope="session")
def make_shop() -> Callable[..., Catalog]:
    """Make a catalogue from short rows: a title, or the fields of a listing; ids default to L-1, L-2 …"""

    def make(*rows: Row, image_root: Path | None = None, **common: Any) -> Catalog:
        listings = []
        for i, row in enumerate(rows, 1):
            fields = {"listing_id": f"L-{i}", "title": row} if isinstance(row, str) else {"title": "", **row}
            listings.append(Listing(**{"listing_id": f"L-{i}", **common, **fields}))
        return make_catalog(listings, image_root=image_root)

    return make


@pytest.fixture(scope="session")
def read_features() -> Callable[[Catalog], Features]:
    """Compute a catalogue's features on one core, without a photo cache."""

    def read(catalog: Catalog) -> Features:
        photos, _ = read_photos(catalog, jobs=1)
        return make_features(catalog, photos, jobs=1)

    return read


@pytest.fixture(scope="session")
def write_csv() -> Callable[..., Path]:
    """Write rows as a canonical CSV and return its path."""

    def write(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
        columns = list(dict.fromkeys(name for row in rows for name in row))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


@pytest.fixture(scope="session")
def draw_photo() -> Callable[..., Path]:
    """Draw a picture with the shading and grain of a photo; another ``seed`` is another thing."""

    def draw(path: Path, seed: int, size: int = 160) -> Path:
        random = np.random.default_rng(seed)
        ground = Image.new("RGB", (size, size), (236, 236, 234))
        pen = ImageDraw.Draw(ground)
        for _ in range(9):
            x, y = random.integers(0, size * 3 // 4, 2).tolist()
            w, h = random.integers(size // 8, size // 2, 2).tolist()
            color = tuple(random.integers(10, 220, 3).tolist())
            (pen.ellipse if random.random() < 0.5 else pen.rectangle)((x, y, x + w, y + h), fill=color)
        pixels = np.asarray(ground.filter(ImageFilter.GaussianBlur(2)), np.float64)
        pixels = pixels + random.normal(0, 3, pixels.shape)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, quality=92)
        return path

    return draw


@dataclass(frozen=True)
class Run:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Run the command in this process. What the command does not handle is raised here: it would be a traceback."""

    def call(*args: object) -> Run:
        words = [str(a) for a in args]
        monkeypatch.setattr(sys, "argv", ["dupcheck", *words])
        capsys.readouterr()
        code: object = 0
        try:
            main(prog_name="dupcheck")
        except SystemExit as stop:
            code = stop.code
        told = capsys.readouterr()
        return Run(code if isinstance(code, int) else 0, told.out, told.err)

    return call


@pytest.fixture(scope="session")
def launch(cache: Path) -> Callable[..., "subprocess.Popen[str]"]:
    """Start ``python -m dupcheck`` as a process of its own."""

    def start(*args: object, cwd: Path | None = None, **env: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "dupcheck", *map(str, args)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", cwd=cwd,
            preexec_fn=end_with_parent if os.name == "posix" else None,
            env={**os.environ, "DUPCHECK_CACHE": str(cache), "PYTHONIOENCODING": "utf-8",
                 "PYTHONPATH": os.pathsep.join([str(PROJECT), os.environ.get("PYTHONPATH", "")]), **env},
        )  # fmt: skip

    return start


@dataclass(frozen=True)
class Report:
    """A report folder, read back."""

    folder: Path

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return the rows of one of its CSV files."""
        with (self.folder / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    @property
    def plans(self) -> list[dict[str, Any]]:
        """Return ``merges.json``."""
        found: list[dict[str, Any]] = json.loads((self.folder / "merges.json").read_text("utf-8"))
        return found

    @property
    def groups(self) -> dict[str, set[str]]:
        """Return the members of each group."""
        groups: dict[str, set[str]] = {}
        for row in self.rows("groups.csv"):
            groups.setdefault(row["group_id"], set()).add(row["listing_id"])
        return groups

    def plan_of(self, listing_id: str) -> dict[str, Any]:
        """Return the one plan that names a listing."""
        (plan,) = [p for p in self.plans if listing_id in p["listings"]]
        return plan

    def roles(self) -> dict[str, str]:
        """Return each grouped listing's role."""
        return {row["listing_id"]: row["role"] for row in self.rows("groups.csv")}


@pytest.fixture(scope="session")
def read_report() -> Callable[[Path], Report]:
    return Report
