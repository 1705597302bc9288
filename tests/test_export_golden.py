"""Every export, byte for byte: what a seller uploads changes only where someone means it to.

``DUPCHECK_GOLDEN=write pytest tests/test_export_golden.py`` writes the files in ``fixtures/exports`` anew; look at
their differences before they are committed.
"""

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from plan_catalogs import FILES, make_catalogs, write_own

import dupcheck as dc
from dupcheck.exports import EXPORTS

HELD = Path(__file__).parent / "fixtures" / "exports"
CATALOGS = make_catalogs()
LISTINGS = [x for name in ("merge into variants", "tier", "removal", "accents") for x in CATALOGS[name]]


def read_parts(folder: Path, name: str) -> Mapping[str, bytes]:
    """An export's files by name; of a workbook its sheets, since how well they are packed is no matter."""
    found: dict[str, bytes] = {}
    for path in sorted((*folder.glob(f"export-{name}.*"), *folder.glob(f"export-{name}-*"))):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                found |= {
                    f"{path.stem}-{Path(n).stem}.xml": book.read(n)
                    for n in book.namelist()
                    if n.startswith("xl/worksheets/sheet") or n == "xl/sharedStrings.xml"
                }
        else:
            found[path.name] = path.read_bytes()
    return found | {"take-offline.csv": (folder / "take-offline.csv").read_bytes()}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_the_same_bytes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    own = write_own(name if name in FILES else "ebay", LISTINGS, tmp_path)
    dc.audit(own).export(name, out=tmp_path / "out", all_plans=True)
    made = read_parts(tmp_path / "out", name)
    held = HELD / name
    if os.environ.get("DUPCHECK_GOLDEN") == "write":
        held.mkdir(parents=True, exist_ok=True)
        for file, data in made.items():
            (held / file).write_bytes(data)
    assert {p.name: p.read_bytes() for p in held.iterdir()} == made


def test_every_export_has_its_files() -> None:
    assert {p.name for p in HELD.iterdir()} == set(EXPORTS)
    assert all(len(list((HELD / name).iterdir())) > 1 for name in EXPORTS)
