"""The program after its first audit: what it reads and makes once, its words and its models, is there."""

import tempfile
from pathlib import Path

import dupcheck

with tempfile.TemporaryDirectory() as _folder:
    dupcheck.audit(Path(__file__).parent.parent / "sample_catalog" / "catalog.csv", jobs=1, cache=Path(_folder))
