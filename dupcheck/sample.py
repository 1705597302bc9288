"""The sample catalogue, that comes with dupcheck to be tried."""

import shutil
from pathlib import Path

from dupcheck.errors import OutputError


def sample_folder() -> Path:
    """Return the folder of the sample catalogue: inside an installed package, beside it in a checkout."""
    inside = Path(__file__).parent / "sample_catalog"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "sample_catalog"


def write_sample(folder: Path) -> Path:
    """Write the sample catalogue with photos and truth file into a new or empty folder; return the catalogue's path.

    Raises OutputError where the folder holds something already, or cannot be written.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise OutputError("cli.sample_taken", folder=folder)
        hidden = shutil.ignore_patterns("*.py", "__pycache__", ".*")
        shutil.copytree(sample_folder(), folder, ignore=hidden, dirs_exist_ok=True)
    except (OSError, shutil.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError("report.cannot_write", path=folder, reason=reason) from error
    return folder / "catalog.csv"
